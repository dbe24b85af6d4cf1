"""The equations of a process model: one regression for each mediator and one for the outcome, of the same respondents."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from scipy.special import fdtrc, stdtr, stdtrit

from practicework.errors import StudyError
from practicework.numerics import bootstrap
from practicework.numerics.clusters import FEWEST, ClusterRobust
from practicework.numerics.coded import Coded
from practicework.numerics.least_squares import LeastSquares
from practicework.numerics.levels import family_mismatch
from practicework.study.process import ProcessModel

ROBUST = ("hc3", "cr2")


@dataclass(frozen=True)
class Equation:
    """One regression.

    Attributes
    ----------
    outcome : str
        A mediator, or the outcome of the model.
    terms : list of str
        The names of the columns: intercept, variables, `x:w` for products.
    paths : list of str or None
        What each column is in the model: `a`, `b`, `d` (mediator to mediator), `direct`, `moderated a` and so on; None for the
        intercept, the moderator and covariates.
    matrix : ndarray of shape (n, p)
    values : ndarray of shape (n,)
        The outcome.
    clusters : ndarray of shape (n,) or None
    """

    outcome: str
    terms: list[str]
    paths: list[str | None]
    matrix: np.ndarray
    values: np.ndarray
    clusters: np.ndarray | None

    @cached_property
    def squares(self) -> LeastSquares:
        """The decomposed design."""
        return LeastSquares(self.matrix)

    @cached_property
    def estimates(self) -> np.ndarray:
        """The coefficients."""
        return self.squares.estimates(self.values)

    @cached_property
    def residuals(self) -> np.ndarray:
        """Outcome minus prediction."""
        return self.squares.residuals(self.values)

    @property
    def df(self) -> int:
        """Residual degrees of freedom."""
        return len(self.matrix) - len(self.terms)

    @cached_property
    def clustered(self) -> ClusterRobust | None:
        """Inference with clusters, if there are any."""
        return None if self.clusters is None else ClusterRobust(self.squares, self.residuals, self.clusters)

    @cached_property
    def covariances(self) -> dict[str, np.ndarray]:
        """The covariance of the coefficients by the name of the standard errors."""
        found = {errors: self.squares.covariance(self.residuals, errors) for errors in ("ols", "hc3")}
        return found | ({"cr2": self.clustered.covariance} if self.clustered else {})

    @property
    def deciding(self) -> str:
        """The standard errors of sentences: CR2 with clusters, otherwise HC3, or OLS if HC3 is not computable."""
        return "cr2" if self.clustered else "ols" if np.isnan(self.covariances["hc3"]).any() else "hc3"

    def tests(self, rows: np.ndarray, errors: str, confidence: float) -> dict[str, np.ndarray]:
        """Return standard error, t, df, p and interval of linear combinations of the coefficients, shape (m,) each."""
        estimate = rows @ self.estimates
        error = np.sqrt(np.maximum(np.einsum("ij,jk,ik->i", rows, self.covariances[errors], rows), 0))
        df = self.clustered.degrees(rows) if errors == "cr2" else np.full(len(rows), float(self.df))
        half = stdtrit(df, (1 + confidence) / 2) * error
        with np.errstate(divide="ignore", invalid="ignore"):
            t = estimate / error
        p = 2 * stdtr(df, -np.abs(t))
        return {"std_error": error, "t": t, "df": df, "p_value": p, "ci_low": estimate - half, "ci_high": estimate + half}

    def fit(self) -> dict[str, float]:
        """Return n, R² and the F test of the equation. In R: ``summary(m)``."""
        centred = self.values - self.values.mean()
        r_squared = float(1 - self.residuals @ self.residuals / (centred @ centred))
        k = len(self.terms) - 1
        f = r_squared / k / ((1 - r_squared) / self.df)
        return {"n": len(self.values), "r_squared": r_squared, "f": f, "df1": k, "df2": self.df,
                "p_value": float(fdtrc(k, self.df, f))}  # fmt: skip


def build(
    complete: pd.DataFrame, name: str, model: ProcessModel, cluster: str | None, categories: Collection[str]
) -> list[Equation]:
    """Return the equations of a model: the mediators in order, then the outcome.

    As in PROCESS, the moderator enters only the equations whose paths it moderates, covariates enter all, and no variable is
    centred (which changes no indirect effect). Categorical covariates enter as indicators of each category but the first.

    Parameters
    ----------
    complete : DataFrame
        The respondents with all values, and the column of the clusters.
    name : str
        The model's name, for messages.
    model : ProcessModel
    cluster : str or None
    categories : collection of str

    Raises
    ------
    StudyError
        If there are too few respondents or clusters, a variable is constant, or terms are perfectly collinear.
    """
    where = f"Process model '{name}' in config/config.yaml"
    data = {one: complete[one].to_numpy(float) for one in model.variables}
    for one, values in data.items():
        if len(values) > 1 and len(np.unique(values)) == 1:
            raise StudyError(
                f"{where} cannot be fitted: '{one}' has the same value ({values[0]:g}) for all {len(values)} respondents with "
                "all values; remove it or use other data."
            )
    groups = None if cluster is None else complete[cluster].to_numpy()
    if groups is not None and (found := len(np.unique(groups))) < FEWEST:
        raise StudyError(
            f"{where} cannot be fitted: its respondents belong to {found} clusters ('{cluster}'), and cluster-robust standard "
            f"errors require at least {FEWEST}; remove 'cluster', or add respondents of other clusters."
        )
    x, w = model.predictor, model.moderator
    equations = []
    for place, target in enumerate([*model.mediators, model.outcome]):
        last = target == model.outcome
        before = list(model.mediators) if last else list(model.mediators[:place]) if model.serial else []
        moderated = [path for path in (("b", "direct") if last else ("a",)) if path in model.moderates]
        columns = [("intercept", None, np.ones(len(complete))), (x, "direct" if last else "a", data[x])]
        columns += [(one, "b" if last else "d", data[one]) for one in before]
        if moderated:
            columns.append((w, None, data[w]))
        if "a" in moderated or "direct" in moderated:
            columns.append((f"{x}:{w}", f"moderated {'direct' if last else 'a'}", data[x] * data[w]))
        if "b" in moderated:
            columns += [(f"{one}:{w}", "moderated b", data[one] * data[w]) for one in before]
        for one in model.covariates:
            coded = Coded(one, 0.0, np.unique(data[one]) if one in categories else None)
            columns += [(term, None, part) for term, part in zip(coded.terms, coded.code(data[one]).T, strict=True)]
        terms, paths, parts = zip(*columns, strict=True)
        equations.append(Equation(target, list(terms), list(paths), np.column_stack(parts), data[target], groups))
    _check(where, equations)
    if mismatch := family_mismatch(data[model.outcome], model.family):
        raise StudyError(f"{where} cannot be fitted: its outcome '{model.outcome}' {mismatch}.")
    return equations


def _check(where: str, equations: Sequence[Equation]) -> None:
    for one in equations:
        if len(one.values) <= len(one.terms):
            raise StudyError(
                f"{where} cannot be fitted: {len(one.values)} respondents have all its values and the equation of "
                f"'{one.outcome}' estimates {len(one.terms)} coefficients; add respondents or remove covariates."
            )
        if one.squares.singular:
            raise StudyError(
                f"{where} cannot be fitted: in the equation of '{one.outcome}', a variable follows from the others; remove it."
            )
        if one.residuals @ one.residuals <= 1e-12 * ((one.values - one.values.mean()) ** 2).sum():
            raise StudyError(
                f"{where} explains '{one.outcome}' perfectly, so nothing is left to test; remove the variable that determines it."
            )


def resampled(
    equations: Sequence[Equation], resamples: int, rng: np.random.Generator, where: str
) -> tuple[list[np.ndarray], int]:
    """Return the coefficients of all equations in the same resamples, and the number of resamples that were drawn again."""
    try:
        return bootstrap.resample_equations(
            [(one.matrix, one.values) for one in equations], resamples, rng, equations[0].clusters
        )
    except ValueError as error:
        raise StudyError(f"{where} cannot be fitted: {error}; remove a variable that the others determine.") from None


def jackknife(equation: Equation) -> np.ndarray:
    """Return the coefficients of an equation without each respondent, or without each cluster."""
    if equation.clustered:
        return equation.estimates + equation.clustered.without_each
    return bootstrap.leave_one_out(equation.matrix, equation.values)
