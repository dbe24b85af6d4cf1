"""The metric of published coefficients: whether they are plausible for means, sums or standardized scores."""

import math
from collections.abc import Collection, Mapping, Sequence
from itertools import product

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from practicework.study.published import Printed, parse
from practicework.study.replication import Claim, Replication
from practicework.study.scale import Scale
from practicework.study.settings import Model
from practicework.tables import frame

METRICS = ("mean", "sum", "standardised")
ROLES = ("outcome", "predictor", "moderator")
SHARES = np.geomspace(0.10, 0.30, 17)
"""Standard deviations of a mean score on the grid, as shares of its response range; .29 is that of an even spread."""

USUAL = 0.20  # the standard deviation of a typical mean score, as a share of its response range
CORRELATIONS = np.linspace(-0.3, 0.8, 12)  # of predictor and moderator
BETAS = np.linspace(-0.8, 0.8, 5)
"""Standardized coefficients on the grid, for predictor and moderator whose coefficients are not published."""

ALLOWANCE = 0.2, 3.0
"""The logarithm of the factor by which a published t may be missed: c for the grid, and c / √df for nonnormal samples."""


def assess(
    published: Replication,
    models: Mapping[str, Model],
    scales: Mapping[str, Scale],
    center: str = "mean",
    categories: Mapping[str, Collection] | None = None,
) -> pd.DataFrame:
    """Assess which scoring of outcome, predictor and moderator is compatible with a model's published coefficients.

    For bivariate normal, mean-centred x and w, the t statistics of an ordinary least squares regression follow from the
    coefficients and the moments of the variables. With β1 = b1 sx/sy, β2 = b2 sw/sy, β3 = b3 sx sw/sy and the correlation
    r of x and w,

    - R² = β1² + β2² + 2 r β1 β2 + β3² (1 + r²),
    - t1 = β1 √((1 − r²) df / (1 − R²)), and t2 alike,
    - t3 = β3 √((1 + r²) df / (1 − R²)).

    They are evaluated on a grid of plausible standard deviations (a mean score's from .10 to .30 of its response range;
    a sum's is that times the number of items; a standardized score's is 1), correlations and, for coefficients that are
    not published, β. A grid point is compatible if R² does not exceed the outcome's reliability and every published t, p
    or standard error of the three terms is met, exact or a threshold, within the factor exp(.2 + 3/√df), for coefficients
    that round to the published ones: the grid is coarse, and samples are not exactly normal.

    Parameters
    ----------
    published : Replication
    models : mapping of str to Model
    scales : mapping of str to Scale
    center : {"mean", "none"}
        Without centring, only the interaction's coefficient is used.
    categories : mapping of str to collection, optional
        The codes of categorical variables, for the degrees of freedom.

    Returns
    -------
    DataFrame
        The table `replication/metric`: 27 rows per model whose interaction is published with an estimate and a number
        of respondents; empty otherwise. `share` is the share of the grid that is compatible. A small share means that
        the scoring is implausible for roughly normal scores, not that it is impossible: scores far from normal can have
        larger products.
    """
    rows: list[dict] = []
    for name, model in models.items():
        if all(one in scales for one in model.variables[:3]):
            rows += _assess(name, model, published.claims, scales, center, categories or {})
    return frame("replication/metric", rows)


def _assess(
    name: str, model: Model, claims: Sequence[Claim], scales: Mapping[str, Scale], center: str, categories: Mapping
) -> list[dict]:
    def printed(table: str, column: str, **row: str) -> list[Printed]:
        return [
            parse(one.published)
            for one in claims
            if (one.table, one.column) == (table, column) and row.items() <= one.row.items()
        ]

    terms = (model.predictor, model.moderator, model.interaction)
    table = f"moderation/{name}/coefficients"
    estimates = [next((one for one in printed(table, "estimate", term=term) if not one.sign), None) for term in terms]
    n = next((int(one.number) for one in printed(f"moderation/{name}/fit", "n") if not one.sign), None)
    if estimates[2] is None or n is None:
        return []
    parameters = 4 + sum(len(categories[one]) - 1 if one in categories else 1 for one in model.covariates) + bool(model.square)
    df, used = n - parameters, range(3) if center == "mean" else range(2, 3)
    if df < 1:
        return []
    bounds = [_bounds(table, terms[one], estimates[one], df, printed) if one in used else (0.0, math.inf) for one in range(3)]
    alpha = next((one.number + 0.5 * 10.0**-one.decimals for one in
                  printed("reliability/scales", "alpha", scale=model.outcome) if not one.sign), 1.0)  # fmt: skip
    b = [(one.number or 0.5 * 10.0**-one.decimals) if one and at in used else None for at, one in enumerate(estimates)]
    rounding = [0.0 if one is None else min(1.0, 0.5 * 10.0 ** -estimates[at].decimals / abs(one)) for at, one in enumerate(b)]
    t_needed = _needed(table, terms[2], df, printed)
    note = "covariates are treated as uncorrelated with the other terms" if model.covariates else None
    rows = []
    for combination in product(METRICS, repeat=3):
        sd = [_deviation(kind, scales[one]) for kind, one in zip(combination, model.variables, strict=False)]
        t, fine = _statistics(b, sd, SHARES, df, alpha)
        met = fine & np.all(
            [
                (one * (1 + wide) >= low) & (one * (1 - wide) <= high)
                for one, wide, (low, high) in zip(t, rounding, bounds, strict=True)
            ],
            axis=0,
        )
        met = met.any(axis=(3, 4, 5))  # for some correlation and coefficients that are not published
        usual, usual_fine = _statistics(b, sd, np.array([USUAL]), df, alpha)
        reach = t[2][fine]
        rows.append(
            {
                "model": name, **dict(zip(ROLES, combination, strict=True)), "n": n, "note": note,
                "estimate": next(one.published for one in claims if (one.table, one.column) == (table, "estimate")
                                 and one.row.get("term") == model.interaction),
                "possible": bool(met.any()), "share": float(met.mean()),
                "interaction_t_low": reach.min() * (1 - rounding[2]) if reach.size else np.nan,
                "interaction_t_high": reach.max() * (1 + rounding[2]) if reach.size else np.nan,
                "interaction_t_usual": usual[2][usual_fine].max() * (1 + rounding[2]) if usual_fine.any() else np.nan,
                "t_needed": t_needed,
            }
        )  # fmt: skip
    return rows


def _deviation(metric: str, scale: Scale) -> tuple[float, bool]:
    """A scale's standard deviation per share of the response range, and whether the share matters."""
    width = (scale.response.max - scale.response.min) * (len(scale.items) if metric == "sum" else 1)
    return (1.0, False) if metric == "standardised" else (width, True)


def _statistics(
    b: Sequence[float | None], sd: list[tuple[float, bool]], shares: np.ndarray, df: int, reliability: float
) -> tuple[np.ndarray, np.ndarray]:
    """|t| of the three terms over the grid, and where R² does not exceed the reliability; a b of None is free."""
    free = [BETAS if one is None else np.zeros(1) for one in b[:2]]
    sizes = [shares * size if varies else np.array([size]) for size, varies in sd]
    sy, sx, sw, r, beta1, beta2 = np.meshgrid(*sizes, CORRELATIONS, *free, indexing="ij", sparse=True)
    beta1 = beta1 if b[0] is None else b[0] * sx / sy
    beta2 = beta2 if b[1] is None else b[1] * sw / sy
    beta3 = b[2] * sx * sw / sy
    explained = beta1**2 + beta2**2 + 2 * r * beta1 * beta2 + beta3**2 * (1 + r**2)
    fine = explained < reliability
    rest = np.sqrt(np.where(fine, 1 - explained, np.nan) / df)
    straight, product_term = np.sqrt(1 - r**2), np.sqrt(1 + r**2)
    return np.abs([beta1 * straight / rest, beta2 * straight / rest, beta3 * product_term / rest]), fine


def _bounds(table: str, term: str, estimate: Printed | None, df: int, printed) -> tuple[float, float]:
    """The smallest and largest |t| that a term's published t, p and standard error allow, with the allowances."""
    low, high, factor = 0.0, math.inf, math.exp(ALLOWANCE[0] + ALLOWANCE[1] / math.sqrt(df))
    if not _consistent(table, term, df, printed):
        return math.inf, 0.0
    for one in printed(table, "p_value", term=term):
        smallest, largest = _t_of_p(one, df)
        low, high = max(low, smallest / factor), min(high, largest * factor)
    for one in printed(table, "t", term=term):
        if not one.sign:
            half = 0.5 * 10.0**-one.decimals
            low, high = max(low, (abs(one.number) - half) / factor), min(high, (abs(one.number) + half) * factor)
    for one in printed(table, "std_error", term=term):
        if not one.sign and estimate is not None:
            half, wide = 0.5 * 10.0**-one.decimals, 0.5 * 10.0**-estimate.decimals
            low = max(low, (abs(estimate.number) - wide) / (one.number + half) / factor)
            high = min(high, (abs(estimate.number) + wide) / max(one.number - half, 1e-12) * factor)
    return low, high


def _consistent(table: str, term: str, df: int, printed) -> bool:
    """Whether a term's published t and p values agree."""
    ranges = [_t_of_p(one, df) for one in printed(table, "p_value", term=term)]
    for one in printed(table, "t", term=term):
        if not one.sign:
            half = 0.5 * 10.0**-one.decimals
            ranges.append((abs(one.number) - half, abs(one.number) + half))
    return not ranges or max(low for low, _ in ranges) <= min(high for _, high in ranges)


def _t_of_p(p_value: Printed, df: int) -> tuple[float, float]:
    """The smallest and largest |t| of a published p value."""
    half = 0.0 if p_value.sign else 0.5 * 10.0**-p_value.decimals
    largest, smallest = min(1.0, p_value.number + half), p_value.number - half
    low = 0.0 if p_value.sign in (">", "≥") else float(-stdtrit(df, largest / 2))
    return max(0.0, low), math.inf if p_value.sign in ("<", "≤") or smallest <= 0 else float(-stdtrit(df, smallest / 2))


def _needed(table: str, term: str, df: int, printed) -> float:
    """The |t| that a published threshold of p asks for or forbids."""
    return next((t for one in printed(table, "p_value", term=term) for t in _t_of_p(one, df) if 0 < t < math.inf), np.nan)
