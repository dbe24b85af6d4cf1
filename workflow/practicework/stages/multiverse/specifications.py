"""The interaction in one specification: least squares, Huber's regression or factors."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from scipy.special import ndtri, stdtr, stdtrit
from scipy.stats import rankdata
from statsmodels.robust.robust_linear_model import RLM

from practicework.errors import NotComputable
from practicework.numerics import latent_interaction, rubin, sign_flips
from practicework.numerics.clusters import FEWEST, ClusterRobust
from practicework.numerics.coded import Coded
from practicework.numerics.latent_interaction import FEWEST_ITEMS, Measured
from practicework.numerics.least_squares import LeastSquares
from practicework.stages.multiverse.sample import Sample
from practicework.study.multiverse import ALL, NONE, PLUS
from practicework.study.settings import Model

LIMIT = 3.0
"""|Studentized residual| above which a respondent is an outlier."""

GROUPS = 100
"""Maximum number of groups of respondents that the jackknife omits one by one."""

ITERATIONS = 500


@dataclass(frozen=True)
class Fitted:
    """One specification: its columns in the table `specifications`, and its score for the joint test if it takes part."""

    options: Mapping[str, str]
    row: dict = field(default_factory=dict)
    score: sign_flips.Score | None = None
    note: str | None = None

    @property
    def key(self) -> tuple:
        """What two identical specifications share: the estimator, n, and t or the standardised estimate to 1e-9."""
        if not self.row:
            return ()
        t = self.row["std_estimate"] if self.options["estimator"] == "sam" else self.row["estimate"] / self.row["std_error"]
        return self.options["estimator"], self.row["n"], float(f"{t:.9g}")


@dataclass(frozen=True)
class _Columns:
    """Outcome and design of one specification; the interaction is the fourth column."""

    rows: np.ndarray
    matrix: np.ndarray
    outcome: np.ndarray
    spread: float


@dataclass(frozen=True)
class Fitter:
    """Fits the specifications of a model to a sample.

    Attributes
    ----------
    sample : Sample
    model : Model
    confidence : float
    primary : mapping of str to str
        The options of the primary analysis, whose residuals identify influential respondents.
    imputations, seed : int
        The number of imputed data sets, and the seed of their random numbers.
    """

    sample: Sample
    model: Model
    confidence: float
    primary: Mapping[str, str]
    imputations: int
    seed: int

    def fit(self, options: Mapping[str, str]) -> Fitted:
        """Return a specification; if it cannot be fitted, with the reason."""
        try:
            kept = self._kept(options["exclusion"])
            if options["estimator"] == "sam":
                return Fitted(options, self._factors(options, kept))
            if options["scoring"] == "imputed":
                return Fitted(options, self._imputed(options, kept))
            columns = self._columns(options, self._values(options, kept))
            if options["estimator"] == "huber":
                return Fitted(options, self._huber(columns))
            row = self._least_squares(columns)
            row.pop("df_cr2", None)
            return Fitted(options, row, self._score(columns))
        except NotComputable as reason:
            return Fitted(options, note=f"not fitted: {reason}")

    def _kept(self, option: str) -> np.ndarray:
        """Who is kept under an option of the choice `exclusion`."""
        if option not in ("influential", "outliers"):
            return self.sample.kept(option)
        kept = self.sample.kept(self.primary["exclusion"]).copy()
        large, cook, rows = self._influence
        kept[rows[large | (cook & (option == "influential"))]] = False
        return kept

    @cached_property
    def _influence(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Who has a large residual and who a large Cook's distance in the primary analysis, and their positions."""
        columns = self._columns(self.primary, self._values(self.primary, self.sample.kept(self.primary["exclusion"])))
        squares = LeastSquares(columns.matrix)
        residuals = squares.residuals(columns.outcome)
        with np.errstate(invalid="ignore"):
            large = np.abs(squares.studentized(residuals)) > LIMIT
            return large, squares.cooks_distance(residuals) > 4 / len(residuals), columns.rows

    @property
    def _roles(self) -> dict[str, str]:
        """The choice with the dropped item of each variable that has one."""
        return {getattr(self.model, role): f"{role}_items" for role in ("outcome", "predictor", "moderator")}

    def _dropped(self, options: Mapping[str, str], name: str) -> str:
        return options[self._roles[name]] if name in self._roles else ALL

    def _covariates(self, options: Mapping[str, str]) -> list[str]:
        return [] if options["covariates"] == NONE else options["covariates"].split(PLUS)

    def _names(self, options: Mapping[str, str]) -> list[str]:
        return [self.model.outcome, self.model.predictor, self.model.moderator, *self._covariates(options)]

    def _values(self, options: Mapping[str, str], kept: np.ndarray) -> dict[str, np.ndarray]:
        """Every variable of the specification, NaN where it is missing or not kept."""
        return {
            name: self.sample.values(name, options["scoring"], self._dropped(options, name), kept)
            for name in self._names(options)
        }

    def _columns(self, options: Mapping[str, str], values: Mapping[str, np.ndarray]) -> _Columns:
        """Intercept, predictor, moderator, their product and covariates of the respondents with all values."""
        names, clusters = self._names(options), self.sample.clusters
        complete = ~np.any([np.isnan(values[name]) for name in names], axis=0)
        if clusters is not None:
            complete &= ~np.isnan(clusters)
        rows = np.flatnonzero(complete)
        if not len(rows):
            raise NotComputable("no respondent has all values")
        for name in names:
            if np.ptp(values[name][rows]) == 0:
                raise NotComputable(f"'{name}' has the same value for all {len(rows):,} respondents")
        y = values[self.model.outcome][rows]
        if options["transform"] == "rank":
            ranks = rankdata(y)
            y = y.mean() + (ranks - ranks.mean()) / ranks.std() * y.std()
        x, w, *others = (self._coded(name, values[name][rows]) for name in names[1:])
        parts = [np.ones(len(rows)), x[:, 0], w[:, 0], x[:, 0] * w[:, 0], *(column for one in others for column in one.T)]
        if self.model.quadratic:
            parts.append(x[:, 0] ** 2)
        matrix = np.column_stack(parts)
        if len(rows) <= matrix.shape[1]:
            raise NotComputable(f"{len(rows)} respondents have all values, and {matrix.shape[1]} coefficients are estimated")
        if LeastSquares(matrix).singular:
            raise NotComputable("a variable follows from the others")
        return _Columns(rows, matrix, y, float(x.std(ddof=1) * w.std(ddof=1) / y.std(ddof=1)))

    def _coded(self, name: str, values: np.ndarray) -> np.ndarray:
        """A variable as columns: mean-centred, or indicators of each category but the first."""
        levels = np.unique(values) if name in self.sample.categories else None
        return Coded(name, 0.0 if levels is not None else float(values.mean()) if len(values) else 0.0, levels).code(values)

    def _least_squares(self, columns: _Columns) -> dict:
        """The row of a specification by ordinary least squares."""
        squares = LeastSquares(columns.matrix)
        residuals = squares.residuals(columns.outcome)
        n, p = columns.matrix.shape
        variance = squares.covariance(residuals, "ols")[3, 3]
        if residuals @ residuals <= 1e-12 * ((columns.outcome - columns.outcome.mean()) ** 2).sum():
            raise NotComputable("the model explains the outcome perfectly")
        robust = squares.covariance(residuals, "hc3")[3, 3]
        row = self._row(n, squares.estimates(columns.outcome)[3], variance, n - p, columns.spread)
        row |= {"hc3": np.sqrt(robust), "p_hc3": _p(row["estimate"], np.sqrt(robust), n - p)}
        if not np.isnan(robust):
            row |= self._interval(row["estimate"], np.sqrt(robust), n - p)
        if self.sample.cluster is not None:
            groups = self.sample.clusters[columns.rows]
            if (found := len(np.unique(groups))) < FEWEST:
                raise NotComputable(f"the respondents belong to {found} clusters, and at least {FEWEST} are required")
            clustered, unit = ClusterRobust(squares, residuals, groups), np.eye(p)[[3]]
            error, df = np.sqrt(clustered.covariance[3, 3]), float(clustered.degrees(unit)[0])
            row |= {"cr2": error, "df_cr2": df, "p_cr2": _p(row["estimate"], error, df)} | self._interval(
                row["estimate"], error, df
            )
        return row

    def _score(self, columns: _Columns) -> sign_flips.Score:
        others = np.delete(columns.matrix, 3, axis=1)
        try:
            n, groups = len(self.sample.responses), self.sample.clusters
            groups = None if groups is None else groups[columns.rows]
            return sign_flips.score(n, columns.rows, others, columns.matrix[:, 3], columns.outcome, groups)
        except ValueError as reason:
            raise NotComputable(str(reason)) from None

    def _huber(self, columns: _Columns) -> dict:
        """The row of a specification by Huber's M-estimation. In R: ``MASS::rlm(y ~ x * w, k2 = 1.345)``."""
        size = np.abs(columns.matrix).max(axis=0)
        with np.errstate(all="ignore"):
            result = RLM(columns.outcome, columns.matrix / size).fit(tol=1e-10, maxiter=ITERATIONS)
        variance = result.cov_params()[3, 3] / size[3] ** 2
        if result.fit_history["iteration"] >= ITERATIONS or not np.isfinite(variance):
            raise NotComputable("the robust regression does not converge")
        return self._row(len(columns.rows), result.params[3] / size[3], variance, np.inf, columns.spread)

    def _imputed(self, options: Mapping[str, str], kept: np.ndarray) -> dict:
        """The row of a specification from imputed data sets, pooled by Rubin's rules."""
        if options["estimator"] != "ols":
            raise NotComputable("imputed scores are analysed by least squares")
        if not self.sample.scales:
            raise NotComputable("no variable of the specification has items")
        dropped = {name: self._dropped(options, name) for name in self._names(options)}
        rows = []
        for values in self.sample.imputed(dropped, kept, self.imputations, self.seed):
            columns = self._columns(options, values)
            rows.append(self._least_squares(columns) | {"spread": columns.spread})
        n, complete_df = rows[0]["n"], rows[0]["df"]
        if len(rows) == 1:  # nothing was missing
            return {key: value for key, value in rows[0].items() if key not in ("spread", "df_cr2")}
        estimates = np.array([[one["estimate"]] for one in rows])

        def pooled(name: str, df: float) -> rubin.Pooled:
            return rubin.pool(estimates, np.array([[[one[name] ** 2]] for one in rows]), df)

        own, robust = pooled("std_error", complete_df), pooled("hc3", complete_df)
        row = self._row(n, own.estimates[0], own.std_errors[0] ** 2, own.df[0], float(np.mean([one["spread"] for one in rows])))
        row |= {"hc3": robust.std_errors[0], "p_hc3": robust.p_values[0]}
        row |= self._interval(row["estimate"], robust.std_errors[0], robust.df[0])
        if "cr2" in rows[0]:
            clustered = pooled("cr2", float(np.mean([one["df_cr2"] for one in rows])))
            row |= {"cr2": clustered.std_errors[0], "p_cr2": clustered.p_values[0]}
            row |= self._interval(row["estimate"], clustered.std_errors[0], clustered.df[0])
        return row

    def _factors(self, options: Mapping[str, str], kept: np.ndarray) -> dict:
        """The row of a specification by local SAM, in the units of the scores, with jackknife standard errors."""
        if options["transform"] != NONE:
            raise NotComputable("factors have no ranks")
        measured, rows = self._measured(options, kept)
        own = latent_interaction.estimate(measured)
        unit = [self.sample.scales[name].unit for name in (self.model.outcome, self.model.predictor, self.model.moderator)]
        unit = unit[0] / (unit[1] * unit[2])
        clusters = self.sample.clusters
        groups = np.arange(len(rows)) % GROUPS if clusters is None else np.unique(clusters[rows], return_inverse=True)[1]
        counts = (groups != np.unique(groups)[:, None]).astype(int)
        parts = list(latent_interaction.resampled(measured, counts, latent_interaction.starts(measured)))
        draws, fine = (np.concatenate(one) for one in zip(*parts, strict=True))
        draws, g = draws[:, 2] * draws[:, 7] * unit, len(counts)
        variance = ((draws - draws.mean()) ** 2).sum() * (g - 1) / g if fine.all() else np.nan
        row = self._row(len(rows), own["sam"] * own["unit"] * unit, variance, np.inf, 1.0)
        row["std_estimate"] = own["sam_standardised"]
        if not fine.all():
            row["note"] = "no standard error: the factor model has no proper solution without some respondents"
        return row

    def _measured(self, options: Mapping[str, str], kept: np.ndarray) -> tuple[list[Measured], np.ndarray]:
        """The variables of the model with their items, among the respondents with all of them."""
        if self.model.quadratic:
            raise NotComputable("the model has a square")
        names, found = self._names(options), {}
        for place, name in enumerate(names):
            answers = self.sample.items(name, self._dropped(options, name)) if name in self.sample.scales else None
            if answers is not None and answers.shape[1] >= FEWEST_ITEMS:
                found[name] = answers.to_numpy(float)
            elif place < 3:
                raise NotComputable(f"'{name}' has fewer than {FEWEST_ITEMS} items")
            else:
                found[name] = self.sample.values(name, "complete", ALL, kept)[:, None]
        missing = [np.isnan(one).any(axis=1) for one in found.values()]
        if self.sample.cluster is not None:
            missing.append(np.isnan(self.sample.clusters))
        rows = np.flatnonzero(kept & ~np.any(missing, axis=0))
        if len(rows) <= 4 + len(names):
            raise NotComputable(f"{len(rows)} respondents answered all items")
        measured = []
        for name, values in found.items():
            if values.shape[1] > 1:
                measured.append(Measured(name, values[rows], None))
            else:
                measured += [Measured(name, None, column) for column in self._coded(name, values[rows, 0]).T]
        return measured, rows

    def _row(self, n: int, estimate: float, variance: float, df: float, spread: float) -> dict:
        """The columns that every estimator has."""
        error = np.sqrt(variance)
        row = {"n": n, "estimate": estimate, "std_error": error, "df": df if np.isfinite(df) else None,
               "p": _p(estimate, error, df), "std_estimate": estimate * spread}  # fmt: skip
        return row | self._interval(estimate, error, df)

    def _interval(self, estimate: float, error: float, df: float) -> dict[str, float]:
        share = (1 + self.confidence) / 2
        half = error * (stdtrit(df, share) if np.isfinite(df) else ndtri(share))
        return {"ci_low": estimate - half, "ci_high": estimate + half}


def _p(estimate: float, error: float, df: float) -> float:
    return float(2 * stdtr(df if np.isfinite(df) else 1e12, -abs(estimate / error)))


def distinct(fitted: list[Fitted]) -> Iterator[int]:
    """Yield the position of the specification with which each is identical: the primary analysis, or the first."""
    seen: dict[tuple, int] = {}
    for place, one in enumerate(fitted):
        if one.row and (one.row.get("primary") or one.key not in seen):
            seen[one.key] = place
    yield from (seen[one.key] if one.row else place for place, one in enumerate(fitted))
