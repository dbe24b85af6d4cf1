"""The Gaussian copula correction for endogenous mediators (2sCOPE), behind conditions under which it may be used."""

from collections.abc import Sequence

import numpy as np
from scipy.special import ndtri
from scipy.stats import rankdata, shapiro, skew

from practicework.errors import NotComputable
from practicework.numerics import bootstrap
from practicework.numerics.least_squares import LeastSquares
from practicework.stages.process.equations import Equation
from practicework.study.process import ProcessModel

FEWEST, FEWEST_VALUES, LEAST_SKEWNESS = 200, 7, 1.0
"""Respondents, distinct values and |skewness| below which the correction is refused. The limits are ours and conservative: in
models with an intercept the correction is biased in small samples and for nearly normal regressors (Becker, Proksch & Ringle,
2022; Eckert & Hohberger, 2023)."""

LARGEST = 5_000
"""Respondents up to which normality is tested."""

RESAMPLES = 1_000


def rows(model: ProcessModel, made: Sequence[Equation], confidence: float, rng: np.random.Generator) -> list[dict]:
    """Return the rows of the table `copula`, one per mediator that is declared endogenous.

    Two stages (Yang, Qian & Xie, 2025): the normal scores of the mediator, at r / (n + 1) of its ranks (Qian, Koschmann & Xie,
    2025), are regressed on those of the other variables; the residual enters the equation of the outcome, where it absorbs the
    dependence of mediator and error. Both stages are repeated in case resamples (of clusters, if there are any), from which
    standard error and percentile interval are taken. A product with the mediator gets no term of its own. In R:
    ``p <- qnorm(rank(m) / (n + 1))``, ``lm(y ~ x + m + resid(lm(p ~ qnorm(rank(x) / (n + 1)))))``.

    Parameters
    ----------
    model : ProcessModel
    made : sequence of Equation
        The equations of the model.
    confidence : float
    rng : numpy.random.Generator

    Returns
    -------
    list of dict
        Where a condition is not met, `note` has the reason and there is no estimate.
    """
    last, found = made[-1], []
    for mediator in model.copula:
        place = last.terms.index(mediator)
        row = {"through": mediator, "n": len(last.values), "ols": float(last.estimates[place])}
        row["skewness"] = float(skew(last.matrix[:, place], bias=False))
        if reasons := _reasons(last, place):
            found.append(row | {"note": f"refused: {'; '.join(reasons)}"})
            continue
        try:
            own, term = corrected(last, place, np.arange(len(last.values)))
        except NotComputable as reason:
            found.append(row | {"note": f"not computed: {reason}"})
            continue
        draws = _resampled(last, place, rng)
        low, high = np.quantile(draws, [(1 - confidence) / 2, (1 + confidence) / 2], axis=0)
        row |= {"estimate": own, "boot_se": draws[:, 0].std(ddof=1), "ci_low": low[0], "ci_high": high[0]}
        found.append(row | {"term": term, "term_low": low[1], "term_high": high[1], "resamples": len(draws)})
    return found


def _reasons(last: Equation, place: int) -> list[str]:
    """The conditions that are not met, as clauses."""
    values, found = last.matrix[:, place], []
    if len(values) < FEWEST:
        found.append(f"the model has {len(values)} respondents, and at least {FEWEST} are required")
    if (levels := len(np.unique(values))) < FEWEST_VALUES:
        found.append(f"the mediator has {levels} distinct values, and at least {FEWEST_VALUES} are required")
    if abs(skew(values, bias=False)) < LEAST_SKEWNESS or (len(values) <= LARGEST and shapiro(values).pvalue > 0.01):
        found.append(f"the mediator is not clearly non-normal (|skewness| of at least {LEAST_SKEWNESS:g} is required)")
    return found


def _scores(values: np.ndarray) -> np.ndarray:
    """Normal scores; a variable with two values stays as it is."""
    if len(np.unique(values)) <= 2:
        return values
    return ndtri(rankdata(values) / (len(values) + 1))


def corrected(last: Equation, place: int, people: np.ndarray) -> tuple[float, float]:
    """Return the corrected coefficient and that of the copula term among these respondents, who may be repeated."""
    matrix, y = last.matrix[people], last.values[people]
    others = [at for at, term in enumerate(last.terms) if at not in (0, place) and ":" not in term]
    normal = np.column_stack([np.ones(len(y)), *(_scores(matrix[:, at]) for at in others)])
    first = LeastSquares(normal)
    if first.singular:
        raise NotComputable("the normal scores of the other variables follow from one another")
    second = LeastSquares(np.column_stack([matrix, first.residuals(_scores(matrix[:, place]))]))
    if second.singular:
        raise NotComputable("the copula term follows from the other variables")
    estimates = second.estimates(y)
    return float(estimates[place]), float(estimates[-1])


def _resampled(last: Equation, place: int, rng: np.random.Generator) -> np.ndarray:
    """Both coefficients in case resamples, or resamples of clusters, shape (resamples, 2); singular resamples are left out."""
    n, found = len(last.values), []
    group = np.arange(n) if last.clusters is None else np.unique(last.clusters, return_inverse=True)[1]
    for times in bootstrap.counts(group.max() + 1, RESAMPLES, rng):
        try:
            found.append(corrected(last, place, np.repeat(np.arange(n), times[group])))
        except NotComputable:
            continue
    return np.array(found)
