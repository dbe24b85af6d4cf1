"""The metric of published coefficients: whether they are plausible for means, sums or standardized scores."""

import math
from collections.abc import Collection, Mapping, Sequence
from itertools import product

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from practicework.study.config import Claim, Replication
from practicework.study.published import Printed, parse
from practicework.study.scale import Scale
from practicework.study.settings import Model

METRICS = ("mean", "sum", "standardised")
ROLES = ("outcome", "predictor", "moderator")
SHARES = np.linspace(0.10, 0.30, 9)
"""Standard deviations of a mean score on the grid, as shares of its response range; .29 is that of an even spread."""

USUAL = 0.20
"""The standard deviation of a typical mean score, as a share of its response range."""

CORRELATIONS = np.linspace(-0.3, 0.8, 12)
"""Correlations of predictor and moderator on the grid."""

ALLOWANCE = 0.1, 3.0
"""How much the logarithm of a sample's t may differ from the arithmetic, which assumes normality: c, and c / √df."""

COLUMNS = (
    "model", *ROLES, "estimate", "n", "possible", "share", "interaction_t_low", "interaction_t_high", "interaction_t_usual",
    "t_needed", "note",
)  # fmt: skip


def metric(
    published: Replication,
    models: Mapping[str, Model],
    scales: Mapping[str, Scale],
    center: str = "mean",
    categories: Mapping[str, Collection] | None = None,
) -> pd.DataFrame:
    """Assess which scoring of outcome, predictor and moderator is compatible with a model's published coefficients.

    For bivariate normal, mean-centred x and w, the t statistics of an ordinary least squares regression follow from the
    coefficients and the moments of the variables: with residual variance s²,

    - SE(b1)² = s² / (df sx² (1 − r²)), and SE(b2)² alike,
    - SE(b3)² = s² / (df sx² sw² (1 + r²)),
    - s² = sy² − b1² sx² − b2² sw² − 2 b1 b2 r sx sw − b3² sx² sw² (1 + r²).

    The three are evaluated on a grid of plausible standard deviations (a mean score's from .10 to .30 of its response
    range; a sum's is that times the number of items; a standardized score's is 1) and correlations. A grid point is
    compatible if the model explains no more than the outcome's reliability allows and every published t, p or standard
    error of the three terms is met, with an allowance for samples that are not exactly normal: the factor
    exp(.1 + 3/√df), for thresholds and exact values alike. Coefficients that are not published count as zero.

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
        of respondents; empty otherwise. What is implausible here need not be impossible for scores far from normal.
    """
    rows: list[dict] = []
    for name, model in models.items():
        if all(one in scales for one in model.variables[:3]):
            rows += _assess(name, model, published.claims, scales, center, categories or {})
    return pd.DataFrame(rows, columns=list(COLUMNS))


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
    parameters = 4 + sum(len(categories[one]) - 1 if one in categories else 1 for one in model.covariates)
    df, used = n - parameters, range(3) if center == "mean" else range(2, 3)
    if df < 1:
        return []
    factor = math.exp(ALLOWANCE[0] + ALLOWANCE[1] / math.sqrt(df))
    bounds = [_bounds(table, terms[one], estimates[one], df, printed) if one in used else (0.0, math.inf) for one in range(3)]
    alpha = next((one.number + 0.5 * 10.0**-one.decimals for one in
                  printed("reliability/scales", "alpha", scale=model.outcome) if not one.sign), 1.0)  # fmt: skip
    b = np.array([one.number if one is not None and at in used else 0.0 for at, one in enumerate(estimates)])
    t_needed = bounds[2][0] or (bounds[2][1] if bounds[2][1] < math.inf else np.nan)
    instruments = [scales[one] for one in model.variables[:3]]
    note = "covariates are treated as uncorrelated with the other terms" if model.covariates else None
    rows = []
    for combination in product(METRICS, repeat=3):
        sd = [_deviation(kind, scale) for kind, scale in zip(combination, instruments, strict=True)]
        t, fine = _statistics(b, sd, SHARES, df, alpha)
        met = fine & np.all(
            [(one >= low / factor) & (one <= high * factor) for one, (low, high) in zip(t, bounds, strict=True)], axis=0
        )
        usual, usual_fine = _statistics(b, sd, np.array([USUAL]), df, alpha)
        reach = t[2][fine]
        rows.append(
            {
                "model": name, **dict(zip(ROLES, combination, strict=True)), "n": n, "note": note,
                "estimate": next(one.published for one in claims if (one.table, one.column) == (table, "estimate")
                                 and one.row.get("term") == model.interaction),
                "possible": bool(met.any()), "share": float(met.mean()),
                "interaction_t_low": reach.min() if reach.size else np.nan,
                "interaction_t_high": reach.max() if reach.size else np.nan,
                "interaction_t_usual": usual[2][usual_fine].max() if usual_fine.any() else np.nan,
                "t_needed": t_needed,
            }
        )  # fmt: skip
    return rows


def _deviation(metric: str, scale: Scale) -> tuple[float, bool]:
    """A scale's standard deviation per share of the response range, and whether the share matters."""
    if metric == "standardised":
        return 1.0, False
    return (scale.response.max - scale.response.min) * (len(scale.items) if metric == "sum" else 1), True


def _statistics(
    b: np.ndarray, sd: list[tuple[float, bool]], shares: np.ndarray, df: int, reliability: float
) -> tuple[np.ndarray, np.ndarray]:
    """|t| of the three terms over the grid, and where the model explains no more than the reliability allows."""
    sy, sx, sw, r = np.meshgrid(*(shares * size if free else np.array([size]) for size, free in sd), CORRELATIONS, indexing="ij")
    product_variance = sx**2 * sw**2 * (1 + r**2)
    explained = b[0] ** 2 * sx**2 + b[1] ** 2 * sw**2 + 2 * b[0] * b[1] * r * sx * sw + b[2] ** 2 * product_variance
    fine = explained < reliability * sy**2
    rest = np.sqrt(np.where(fine, sy**2 - explained, np.nan) / df)
    t = np.abs(
        [b[0] * sx * np.sqrt(1 - r**2) / rest, b[1] * sw * np.sqrt(1 - r**2) / rest, b[2] * np.sqrt(product_variance) / rest]
    )
    return t, fine


def _bounds(table: str, term: str, estimate: Printed | None, df: int, printed) -> tuple[float, float]:
    """The smallest and largest |t| that a term's published t, p and standard error allow."""
    low, high = 0.0, math.inf
    for one in printed(table, "p_value", term=term):
        half = 0.0 if one.sign else 0.5 * 10.0**-one.decimals
        largest, smallest = min(1.0, one.number + half), max(1e-12, one.number - half)
        if one.sign not in (">", "≥"):
            low = max(low, float(-stdtrit(df, largest / 2)))
        if one.sign not in ("<", "≤"):
            high = min(high, float(-stdtrit(df, smallest / 2)))
    for one in printed(table, "t", term=term):
        if not one.sign:
            half = 0.5 * 10.0**-one.decimals
            low, high = max(low, abs(one.number) - half), min(high, abs(one.number) + half)
    for one in printed(table, "std_error", term=term):
        if not one.sign and estimate is not None:
            half, wide = 0.5 * 10.0**-one.decimals, 0.5 * 10.0**-estimate.decimals
            low = max(low, (abs(estimate.number) - wide) / (one.number + half))
            high = min(high, (abs(estimate.number) + wide) / max(one.number - half, 1e-12))
    return max(low, 0.0), high
