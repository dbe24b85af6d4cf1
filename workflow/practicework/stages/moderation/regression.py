"""The fitted model, and inference about any linear combination of its coefficients."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import fdtrc, stdtr, stdtrit

from practicework.errors import StudyError
from practicework.numerics import bootstrap, power
from practicework.numerics.clusters import FEWEST, ClusterRobust, intraclass_correlation
from practicework.numerics.least_squares import LeastSquares
from practicework.numerics.levels import family_mismatch
from practicework.stages.moderation.design import Design
from practicework.study.settings import Moderation
from practicework.tables import frame
from practicework.tables.contracts.moderation import ROBUST

NO_HC3 = "HC3 is not computable: one respondent alone determines a coefficient"


@dataclass(frozen=True)
class Fit:
    """A fitted model.

    Attributes
    ----------
    squares : LeastSquares
        The design's decomposition, with leverages and weights.
    estimates : ndarray of shape (p,)
    covariances : dict of str to ndarray of shape (p, p)
        The covariance of the estimates by the name of the standard errors, `ols` or one of `ROBUST`; NaN where these are not
        computable.
    critical : float
        The critical value of t, except with `cr2`, whose degrees of freedom differ between linear combinations.
    clustered : ClusterRobust or None
        Inference for respondents in clusters, if the model has any.
    draws : ndarray of shape (resamples, p)
        The bootstrap; `redrawn` of its resamples were singular and drawn again.
    jackknife : ndarray of shape (n, p) or None
        The coefficients without each respondent, if BCa intervals are requested.
    """

    design: Design
    squares: LeastSquares
    estimates: np.ndarray
    covariances: dict[str, np.ndarray]
    df: int
    critical: float
    confidence: float
    r_squared: float
    r_squared_reduced: float
    draws: np.ndarray
    redrawn: int
    jackknife: np.ndarray | None
    clustered: ClusterRobust | None = None

    @property
    def robust(self) -> list[str]:
        """The standard errors other than OLS of this model."""
        return [errors for errors in ROBUST if errors in self.covariances]

    @property
    def residuals(self) -> np.ndarray:
        """Outcome minus prediction."""
        return self.design.outcome - self.design.matrix @ self.estimates

    def computable(self, errors: str) -> bool:
        """Return whether some standard errors can be computed."""
        return not np.isnan(self.covariances[errors]).any()

    def deciding(self, interval: str) -> str:
        """Return the interval on which conclusions are based: the declared one, or OLS if its errors are not computable."""
        return interval if interval == "bootstrap" or self.computable(interval) else "ols"

    def effect(self, rows: np.ndarray, errors: str = "ols") -> tuple[np.ndarray, np.ndarray]:
        """Return linear combinations of the coefficients and their standard errors.

        Parameters
        ----------
        rows : ndarray of shape (m, p)
            One linear combination per row.
        errors : str
            The standard errors, `ols` or one of `ROBUST`.

        Returns
        -------
        estimate, std_error : ndarray of shape (m,)
        """
        variance = np.einsum("ij,jk,ik->i", rows, self.covariances[errors], rows)
        return rows @ self.estimates, np.sqrt(np.maximum(variance, 0))

    def degrees(self, rows: np.ndarray, errors: str = "ols") -> np.ndarray:
        """Return the degrees of freedom of t of linear combinations, shape (m,)."""
        return self.clustered.degrees(rows) if errors == "cr2" else np.full(len(rows), self.df)

    def critical_values(self, rows: np.ndarray, errors: str = "ols") -> np.ndarray:
        """Return the critical values of t of linear combinations, shape (m,)."""
        return stdtrit(self.degrees(rows, errors), (1 + self.confidence) / 2)

    def tests(self, rows: np.ndarray) -> dict[str, np.ndarray]:
        """Return standard errors, t, p and intervals of linear combinations: OLS, robust and bootstrap.

        Parameters
        ----------
        rows : ndarray of shape (m, p)

        Returns
        -------
        dict of ndarray of shape (m,)
            The columns that every table of estimates has in addition to the estimate.
        """
        estimate, error = self.effect(rows)
        table = t_tests(estimate, error, self.df, self.critical)
        draws = self.draws @ rows.T
        if self.jackknife is None:
            low, high = bootstrap.percentile(draws, self.confidence)
        else:
            low, high = bootstrap.bca(draws, estimate, self.jackknife @ rows.T, self.confidence)
        table |= {"boot_std_error": draws.std(axis=0, ddof=1), "boot_low": low, "boot_high": high}
        for errors in self.robust:
            robust = t_tests(*self.effect(rows, errors), self.degrees(rows, errors), self.critical_values(rows, errors))
            table |= {f"{column}_{errors}": robust[column] for column in ("std_error", "t", "p_value", "ci_low", "ci_high")}
        return table | ({"df_cr2": self.clustered.degrees(rows)} if self.clustered else {})

    def robust_wald(self, rows: np.ndarray, f: str, p: str) -> dict[str, float]:
        """Return the columns of a joint test with each of the robust covariances, by the names of F and p."""
        found = {}
        for errors in self.robust:
            found[f"{f}_{errors}"], found[f"{p}_{errors}"] = self.wald(rows, errors)
        return found | ({"df2_cr2": self.clustered.wald(rows, self.estimates)[1]} if self.clustered else {})

    def wald(self, rows: np.ndarray, errors: str = "ols") -> tuple[float, float]:
        """Return F and p of the hypothesis that all these linear combinations are zero.

        In R: ``car::linearHypothesis(m, rows, vcov. = sandwich::vcovHC(m, "HC3"))``, ``clubSandwich::Wald_test``.
        """
        if errors == "cr2":
            f, _, p_value = self.clustered.wald(rows, self.estimates)
            return f, p_value
        covariance = rows @ self.covariances[errors] @ rows.T
        if np.isnan(covariance).any():
            return np.nan, np.nan
        size = np.sqrt(np.diag(covariance))  # coefficients of one unit, whatever the variables' units
        t = rows @ self.estimates / size
        f = float(t @ np.linalg.solve(covariance / np.outer(size, size), t)) / len(rows)
        return f, float(fdtrc(len(rows), self.df, f))


def t_tests(
    estimate: np.ndarray, std_error: np.ndarray, df: float | np.ndarray, critical: float | np.ndarray
) -> dict[str, np.ndarray]:
    """Return standard errors, t, two-sided p values and intervals."""
    t = estimate / std_error
    return {
        "std_error": std_error,
        "t": t,
        "p_value": 2 * stdtr(df, -np.abs(t)),
        "ci_low": estimate - critical * std_error,
        "ci_high": estimate + critical * std_error,
    }


def ols(design: Design) -> tuple[LeastSquares, np.ndarray, np.ndarray]:
    """Fit the regression, and return the design's decomposition, estimates and residuals.

    Raises
    ------
    StudyError
        If the terms are perfectly collinear or the model explains the outcome perfectly.
    """
    squares = LeastSquares(design.matrix)
    if squares.singular:
        raise StudyError("the coefficients are not identified")
    residuals = squares.residuals(design.outcome)
    if 1 - _explained(residuals, design.outcome) <= 1e-12:
        raise StudyError(
            f"{design.where} explains '{design.model.outcome}' perfectly, so nothing is left to test; "
            "remove the variable that determines it."
        )
    return squares, squares.estimates(design.outcome), residuals


def _explained(residuals: np.ndarray, outcome: np.ndarray) -> float:
    """R², with the variance around the mean."""
    centred = outcome - outcome.mean()
    return float(1 - residuals @ residuals / (centred @ centred))


def fit(design: Design, settings: Moderation, rng: np.random.Generator) -> Fit:
    """Fit the model by ordinary least squares, with robust covariances and the bootstrap.

    Raises
    ------
    StudyError
        If the terms are perfectly collinear or the fit is perfect.
    """
    if mismatch := family_mismatch(design.outcome, design.model.family):
        raise StudyError(f"{design.where} cannot be fitted: its outcome '{design.model.outcome}' {mismatch}.")
    groups = None if settings.cluster is None else design.data[settings.cluster].to_numpy()
    if groups is not None and (found := len(np.unique(groups))) < FEWEST:
        raise StudyError(
            f"{design.where} cannot be fitted: its respondents belong to {found} clusters ('{settings.cluster}'), and cluster-"
            f"robust standard errors require at least {FEWEST}; remove 'cluster', or add respondents of other clusters."
        )
    try:
        draws = bootstrap.resample_ols(design.matrix, design.outcome, settings.bootstrap.resamples, rng, groups)
    except ValueError as error:
        raise StudyError(
            f"{design.where} cannot be fitted: {error}, so its coefficients are not identified; "
            "remove a variable that the others determine."
        ) from None
    squares, estimates, residuals = ols(design)
    reduced = LeastSquares(np.delete(design.matrix, design.interaction, axis=1)).residuals(design.outcome)
    df = len(residuals) - len(estimates)
    clustered = None if groups is None else ClusterRobust(squares, residuals, groups)
    covariances = {errors: squares.covariance(residuals, errors) for errors in ("ols", "hc3")}
    return Fit(
        design,
        squares,
        estimates,
        covariances | ({"cr2": clustered.covariance} if clustered else {}),
        df,
        float(stdtrit(df, (1 + settings.confidence) / 2)),
        settings.confidence,
        _explained(residuals, design.outcome),
        _explained(reduced, design.outcome),
        draws.coefficients,
        draws.redrawn,
        _jackknife(design, estimates, clustered) if settings.bootstrap.interval == "bca" else None,
        clustered,
    )


def _jackknife(design: Design, estimates: np.ndarray, clustered: ClusterRobust | None) -> np.ndarray:
    """The coefficients without each respondent, or without each cluster."""
    return bootstrap.leave_one_out(design.matrix, design.outcome) if clustered is None else estimates + clustered.without_each


def fit_table(fit: Fit, dropped: int, settings: Moderation) -> pd.DataFrame:
    """Return the fit of the model and the change due to the interaction, with its interval (see `power.change_at`).

    In R: ``summary(m)``, ``anova(m0, m)``.
    """
    n, p = fit.design.matrix.shape
    terms, alpha, reduced = len(fit.design.interaction), 1 - settings.confidence, fit.r_squared_reduced
    rows = np.eye(p)
    f_change, p_change = fit.wald(rows[fit.design.interaction])
    f, p_value = fit.wald(rows[1:])
    row = {
        "n": n,
        "dropped": dropped,
        "r_squared": fit.r_squared,
        "adj_r_squared": 1 - (1 - fit.r_squared) * (n - 1) / fit.df,
        "f": f,
        "p_value": p_value,
        "r_squared_change": fit.r_squared - fit.r_squared_reduced,
        "f_change": f_change,
        "p_change": p_change,
        "df_model": p - 1,
        "df_residual": fit.df,
        "detectable_change": power.detectable_change(n, fit.df, reduced, alpha, terms),
        "resamples": settings.bootstrap.resamples,
        "redrawn": fit.redrawn,
        "df_change": terms,
        "r_squared_change_low": power.change_at(1 - alpha / 2, f_change, n, fit.df, reduced, terms),
        "r_squared_change_high": power.change_at(alpha / 2, f_change, n, fit.df, reduced, terms),
        "significant_change": power.significant_change(fit.df, reduced, alpha, terms),
    }
    row |= fit.robust_wald(rows[fit.design.interaction], "f_change", "p_change")
    if fit.clustered:
        groups = fit.clustered.clusters
        sizes = np.unique(groups, return_counts=True)[1]
        row |= {"clusters": len(sizes), "cluster_smallest": sizes.min(), "cluster_largest": sizes.max()}
        row |= {f"icc_{name}": intraclass_correlation(values, groups)
                for name, values in (("outcome", fit.design.outcome), ("residual", fit.residuals))}  # fmt: skip
    return frame("moderation/{model}/fit", [row])


def correlations(design: Design) -> pd.DataFrame:
    """Return correlations of outcome and terms among the respondents in the model. In R: ``cor(model.matrix(m))``."""
    names = [design.model.outcome, *design.terms[1:]]
    r = np.corrcoef(np.column_stack([design.outcome, design.matrix[:, 1:]]).T)
    first, second = np.triu_indices(len(names), 1)
    return pd.DataFrame(
        {"term_a": [names[i] for i in first], "term_b": [names[j] for j in second], "r": np.clip(r[first, second], -1, 1)}
    )
