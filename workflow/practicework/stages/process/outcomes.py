"""Outcomes of process models that are not quantities: their equation, and effects as differences of predictions."""

from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np
import pandas as pd
from scipy.special import chdtrc, ndtr, ndtri

from practicework.errors import NotComputable, StudyError
from practicework.numerics import bootstrap
from practicework.numerics.generalized import Binary, regression
from practicework.numerics.likelihood import Fitted, Regression
from practicework.numerics.limits import FEW_CLUSTERS, REFITTED
from practicework.stages.process.effects import ALL
from practicework.stages.process.equations import Equation
from practicework.study.process import ProcessModel

LOST = 0.05
"""Share of resamples without a maximum above which the model is refused."""

CELLS = 1_000_000
"""Maximum number of predictions at a time."""


class Generalized(Equation):
    """The equation of an outcome that is not a quantity, by maximum likelihood."""

    model: ProcessModel

    @classmethod
    def of(cls, equation: Equation, model: ProcessModel, where: str) -> "Generalized":
        """Return the same equation by maximum likelihood.

        Raises
        ------
        StudyError
            If the variables separate the outcome's values, the likelihood has no maximum, or there are too few clusters.
        """
        own = cls(equation.outcome, equation.terms, equation.paths, equation.matrix, equation.values, equation.clusters)
        object.__setattr__(own, "model", model)
        if own.clusters is not None and (found := len(np.unique(own.clusters))) < FEW_CLUSTERS:
            raise StudyError(
                f"{where} cannot be fitted: its respondents belong to {found} clusters, and cluster-robust standard errors of "
                f"this family require at least {FEW_CLUSTERS}; remove 'cluster', or use 'family: normal'."
            )
        if isinstance(own.regression, Binary) and not model.firth and (kind := own.regression.separation()):
            raise StudyError(
                f"{where} cannot be fitted: its variables separate the two values of '{own.outcome}' ({kind} separation), so the "
                "maximum likelihood estimate is infinite; remove or combine variables, or add 'firth: true' for Firth's "
                "penalised likelihood."
            )
        try:
            own.fitted  # noqa: B018
        except NotComputable as reason:
            raise StudyError(f"{where} cannot be fitted: {reason}; remove or combine variables.") from None
        return own

    @cached_property
    def regression(self) -> Regression:
        """The regression of the family."""
        return regression(self.model.family, self.matrix, self.values, self.model.firth)

    @cached_property
    def fitted(self) -> Fitted:
        """The regression at its maximum."""
        return self.regression.fit(self.clusters)

    def coefficients(self, parameters: np.ndarray) -> np.ndarray:
        """Return the coefficients of the terms among parameters (m, k), shape (m, p); NaN for an intercept that there is not."""
        own = parameters[:, self.regression.places]
        missing = np.full((len(own), len(self.terms) - own.shape[1]), np.nan)
        return np.hstack([missing, own])

    @cached_property
    def estimates(self) -> np.ndarray:
        """The coefficients on the scale of the link."""
        return self.coefficients(self.fitted.parameters[None])[0]

    @cached_property
    def covariances(self) -> dict[str, np.ndarray]:
        """The covariance of the coefficients: `model` (from the likelihood) and `robust`."""
        found, places, p = {}, self.regression.places, len(self.terms)
        for errors, whole in self.fitted.covariances.items():
            own = whole[places, places]
            found[errors] = np.zeros((p, p))
            found[errors][p - len(own) :, p - len(own) :] = own
        return found

    @property
    def deciding(self) -> str:
        """Robust for counts and clusters, otherwise from the likelihood."""
        return "robust" if self.clusters is not None or self.model.family == "count" else "model"

    def tests(self, rows: np.ndarray, errors: str, confidence: float) -> dict[str, np.ndarray]:
        """Return standard error, z, p and interval of linear combinations of the coefficients; `df` is empty."""
        estimate = rows @ np.nan_to_num(self.estimates)
        error = np.sqrt(np.maximum(np.einsum("ij,jk,ik->i", rows, self.covariances[errors], rows), 0))
        half = float(ndtri((1 + confidence) / 2)) * error
        with np.errstate(divide="ignore", invalid="ignore"):
            z = estimate / error
        return {"std_error": error, "t": z, "df": np.full(len(rows), np.nan), "p_value": 2 * ndtr(-np.abs(z)),
                "ci_low": estimate - half, "ci_high": estimate + half}  # fmt: skip

    def fit(self) -> dict[str, float]:
        """Return n, the log-likelihood, McFadden's R² and the likelihood ratio test (none with clusters or a penalty)."""
        y, n = self.values, len(self.values)
        shares = np.unique(y, return_counts=True)[1] / n
        least = n * (shares * np.log(shares)).sum()
        if self.model.family == "count":
            least = regression("count", self.matrix[:, :1], y).fit().log_likelihood
        own, df = self.fitted.log_likelihood, len(self.terms) - 1
        row = {"n": n, "df1": df, "log_likelihood": own, "r_squared_mcfadden": 1 - own / least}
        if self.clusters is None and not self.model.firth:
            row |= {"chi_squared": 2 * (own - least), "p_value": float(chdtrc(df, 2 * (own - least)))}
        return row


def resampled(
    equations: Sequence[Equation], resamples: int, rng: np.random.Generator, where: str
) -> tuple[list[np.ndarray], np.ndarray, int]:
    """Return the coefficients of all equations in the same resamples, the outcome's parameters, and how many had no maximum.

    Beyond `REFITTED` respondents, the outcome's parameters are drawn from their normal limit with the robust covariance.

    Raises
    ------
    StudyError
        If more than one in twenty resamples had no maximum.
    """
    *before, last = equations
    n = len(last.values)
    if n > REFITTED:
        draws, _ = bootstrap.resample_equations([(one.matrix, one.values) for one in before], resamples, rng, last.clusters)
        own = rng.multivariate_normal(last.fitted.parameters, last.fitted.covariances["robust"], resamples, method="eigh")
        return [*draws, last.coefficients(own)], own, 0
    place = np.arange(n) if last.clusters is None else np.unique(last.clusters, return_inverse=True)[1]
    parts: list[list[np.ndarray]] = [[] for _ in equations]
    for drawn in bootstrap.counted(place.max() + 1, resamples, rng):
        counts = drawn[:, place]
        for one, found in zip(before, parts[:-1], strict=True):
            found.append(bootstrap.with_counts(one.matrix, one.values, counts))
        parts[-1].append(last.regression.resample(counts, last.fitted.parameters))
    whole = [np.concatenate(part) for part in parts]
    fine = ~np.isnan(np.hstack(whole)).any(axis=1)
    lost = int((~fine).sum())
    if lost > LOST * resamples:
        raise StudyError(
            f"{where} cannot be fitted: in {lost:,} of {resamples:,} resamples, the likelihood has no maximum, so there are no "
            "intervals; remove or combine variables, or add 'firth: true' for a two-valued outcome."
        )
    own = whole[-1][fine]
    return [*(one[fine] for one in whole[:-1]), last.coefficients(own)], own, lost


def jackknife(equations: Sequence[Equation]) -> tuple[list[np.ndarray], np.ndarray]:
    """Return the coefficients of all equations without each respondent or cluster, and the outcome's parameters."""
    *before, last = equations
    place = np.arange(len(last.values)) if last.clusters is None else np.unique(last.clusters, return_inverse=True)[1]
    counts = (np.arange(place.max() + 1)[:, None] != place).astype(int)
    own = last.regression.resample(counts, last.fitted.parameters)
    return [*(bootstrap.with_counts(one.matrix, one.values, counts) for one in before), last.coefficients(own)], own


class Predictions:
    """Effects as differences of predictions between two values of the predictor, averaged over the respondents.

    Each respondent keeps covariates and the residuals of the mediators. With M(x) the mediators that follow from x, the direct
    effect is P(high, M(low)) - P(low, M(low)), the indirect effect P(high, M(high)) - P(high, M(low)), and the total effect
    their sum (Imai, Keele & Tingley, 2010). In R: ``mediation::mediate`` up to its simulation of the mediators.
    """

    def __init__(self, model: ProcessModel, equations: Sequence[Equation], data: pd.DataFrame) -> None:
        """Keep the respondents' values of every term."""
        self.model, self.equations = model, equations
        self.values = {
            term: column for one in equations for term, column in zip(one.terms, one.matrix.T, strict=True) if ":" not in term
        }
        self.observed = {one: data[one].to_numpy(float) for one in model.mediators}
        x = data[model.predictor].to_numpy(float)
        two = len(np.unique(x)) == 2
        self.low, self.high = (x.min(), x.max()) if two else np.quantile(x, [0.16, 0.84], method="weibull")

    def effects(self, draws: Sequence[np.ndarray], parameters: np.ndarray, at: float | None) -> dict[str, np.ndarray]:
        """Return total, direct and indirect effects for coefficients of shape (m, p) per equation, shape (m, levels) each."""
        n, found = len(self.equations[-1].values), []
        step = max(1, CELLS // n)
        for first in range(0, len(parameters), step):
            some = slice(first, first + step)
            by = [dict(zip(one.terms, own[some].T, strict=True)) for one, own in zip(self.equations, draws, strict=True)]
            low, high = (self._mediators(by, x, at) for x in (self.low, self.high))
            ends = [self._predicted(by, parameters[some], x, at, m) for x, m in
                    ((self.low, low), (self.high, low), (self.high, high))]  # fmt: skip
            found.append(np.stack(ends))
        base, direct, whole = np.concatenate(found, axis=1)
        return {"total": whole - base, "direct": direct - base, "indirect": whole - direct}

    def _mediators(self, by: list[dict], x: float, at: float | None) -> dict[str, np.ndarray]:
        """The mediators that follow from a value of the predictor, with each respondent's residuals, shape (m, n)."""
        made: dict[str, np.ndarray] = {}
        for equation, coefficients in zip(self.equations[:-1], by, strict=False):
            change = self._linear(coefficients, self._at(x, at) | made) - self._linear(coefficients, self.values | self.observed)
            made[equation.outcome] = self.observed[equation.outcome] + change
        return made

    def _at(self, x: float, at: float | None) -> dict[str, np.ndarray]:
        fixed = {self.model.predictor: np.full_like(self.values[self.model.predictor], x)}
        if at is not None:
            fixed[self.model.moderator] = np.full_like(fixed[self.model.predictor], at)
        return self.values | self.observed | fixed

    def _predicted(self, by: list[dict], parameters: np.ndarray, x: float, at: float | None, mediators: Mapping) -> np.ndarray:
        eta = self._linear(by[-1], self._at(x, at) | mediators)
        return self.equations[-1].regression.mean(parameters, eta).mean(axis=1)

    @staticmethod
    def _linear(coefficients: Mapping[str, np.ndarray], values: Mapping[str, np.ndarray]) -> np.ndarray:
        """The linear predictor, shape (m, n)."""
        total = 0.0
        for term, own in coefficients.items():
            if term != "intercept":
                total = total + own[:, None] * np.prod([values[part] for part in term.split(":")], axis=0)
            elif not np.isnan(own).any():
                total = total + own[:, None]
        return total

    def rows(
        self,
        places: dict[str | None, float | None],
        estimates: tuple[list[np.ndarray], np.ndarray],
        draws: tuple[list[np.ndarray], np.ndarray],
        jack: tuple[list[np.ndarray], np.ndarray] | None,
        interval: callable,
    ) -> list[dict]:
        """Return the rows of the table `predictions`, at every probe of the moderator."""
        found = []
        for probe, at in places.items():
            own, drawn = self.effects(*estimates, at), self.effects(*draws, at)
            without = self.effects(*jack, at) if jack else None
            for kind in ("total", "direct", "indirect"):
                for place, level in enumerate(self.equations[-1].regression.levels):
                    row = {"kind": kind, "through": ALL if kind == "indirect" else None, "probe": probe, "at": at, "level": level}
                    row |= {"from": self.low, "to": self.high}
                    one = without[kind][:, place] if without else None
                    found.append(row | interval(own[kind][:, place], drawn[kind][:, place], one))
        return found
