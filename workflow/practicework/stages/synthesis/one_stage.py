"""One regression of all respondents: the common interaction from differences within samples only."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.special import fdtrc, stdtr

from practicework.numerics.clusters import FEWEST, ClusterRobust
from practicework.numerics.least_squares import ALONE, COLLINEAR, LeastSquares
from practicework.study.settings import Model

MOST = 50
"""Samples up to which CR2 standard errors are computed, since they require the design of all samples together."""


def fit(
    name: str,
    model: Model,
    samples: Mapping[str, pd.DataFrame],
    categories: Collection[str],
    groups: Mapping[str, pd.DataFrame] | None = None,
) -> list[dict]:
    """Return the rows of a model in the table `one_stage`.

    Predictor and moderator are centred within samples, and all other coefficients differ between samples, so the common product
    contains no differences between samples (no aggregation bias; Riley et al., 2023). `difference` tests whether products
    differ. In R: ``m <- lm(y ~ S*(x + w + c) + x:w)``, ``anova(m, lm(y ~ S*(x*w + c)))``, ``sandwich::vcovHC(m, "HC3")``.

    Parameters
    ----------
    name : str
    model : Model
    samples : mapping of str to DataFrame
        The scores of each sample with the model's variables; respondents with missing values are omitted.
    categories : collection of str
        The categorical variables. Covariates may be categorical; a categorical predictor or moderator has several products.
    groups : mapping of str to DataFrame, optional
        By sample, with the respondents as index: the groups within which respondents are not independent, a column per kind.
        Respondents who are connected by any group are one cluster of the CR2 standard errors; there are none without columns.
    """
    complete = {sample: scores.set_index("respondent")[model.variables].dropna() for sample, scores in samples.items()}
    complete = {sample: scores for sample, scores in complete.items() if len(scores)}
    row = {"model": name, "n": sum(map(len, complete.values()))}
    rows = [row | {"term": model.interaction}, row | {"term": "difference"}]
    if len(complete) < 2:
        return []
    if {model.predictor, model.moderator} & {*categories}:
        return [one | {"note": "not computed: predictor or moderator is categorical"} for one in rows]
    parts = [_Part(scores, model, categories) for scores in complete.values()]
    n, k = sum(map(len, complete.values())), len(parts)
    df = n - sum(part.width for part in parts) - 1
    left = df - k + 1
    if left <= 0 or any(part.singular for part in parts):
        return [one | {"note": "not computed: the coefficients are not identified in each sample"} for one in rows]
    # by Frisch, Waugh and Lovell, each sample's own coefficients are partialled out of product and outcome in that sample
    power, shared = np.array([part.power for part in parts]), np.array([part.shared for part in parts])
    estimate = float(shared.sum() / power.sum())
    residuals = [part.outcome - estimate * part.product for part in parts]
    squared = sum(float(one @ one) for one in residuals)
    hc3 = sum(part.sandwich(one, power.sum()) for part, one in zip(parts, residuals, strict=True))
    errors = [float(np.sqrt(squared / df / power.sum())), float(np.sqrt(hc3) / power.sum())]
    rows[0] |= {"estimate": estimate, "std_error": errors[0], "std_error_hc3": errors[1], "df": df, "df1": 1, "df2": df}
    for error, suffix in zip(errors, ("", "_hc3"), strict=True):
        rows[0] |= {f"statistic{suffix}": estimate / error, f"p{suffix}": 2 * float(stdtr(df, -abs(estimate / error)))}
    slopes = shared / power
    apart = [part.outcome - slope * part.product for part, slope in zip(parts, slopes, strict=True)]
    rest = sum(float(one @ one) for one in apart)
    f = (squared - rest) / (k - 1) / (rest / left)
    rows[1] |= {"df": left, "df1": k - 1, "df2": left, "statistic": float(f), "p": float(fdtrc(k - 1, left, max(f, 0.0)))}
    variances = np.array([part.sandwich(one, part.power) for part, one in zip(parts, apart, strict=True)]) / power**2
    if np.isfinite(variances).all() and (variances > 0).all():
        wald = float(((slopes - (slopes / variances).sum() / (1 / variances).sum()) ** 2 / variances).sum()) / (k - 1)
        rows[1] |= {"statistic_hc3": wald, "p_hc3": float(fdtrc(k - 1, left, max(wald, 0.0)))}
    clusters = _connected(complete, groups or {})
    if clusters is not None:
        return [one | found for one, found in zip(rows, _clustered(parts, clusters, estimate), strict=True)]
    return rows


class _Part:
    """One sample: product and outcome without its own intercept, predictor, moderator and covariates."""

    def __init__(self, scores: pd.DataFrame, model: Model, categories: Collection[str]) -> None:
        x, w = (scores[one].to_numpy(float) - scores[one].mean() for one in (model.predictor, model.moderator))
        columns = [np.ones(len(x)), x, w]
        for covariate in model.covariates:
            values = scores[covariate].to_numpy(float)
            levels = np.unique(values)[1:] if covariate in categories else None
            columns += [values - values.mean()] if levels is None else [(values == level).astype(float) for level in levels]
        columns += [x**2] if model.square else []
        self.design, self.width = np.column_stack(columns), len(columns)
        # a column of zeros (a variable without variance) or fewer respondents than columns leaves nothing to estimate
        self.singular = len(x) <= self.width or not np.abs(self.design).max(axis=0).all()
        if self.singular:
            return
        squares = LeastSquares(self.design)
        product = x * w
        self.own, self.product = squares.leverage, squares.residuals(product)
        self.outcome = squares.residuals(scores[model.outcome].to_numpy(float))
        self.power, self.shared = float(self.product @ self.product), float(self.product @ self.outcome)
        self.singular = squares.singular or self.power <= COLLINEAR**2 * float(product @ product)

    def sandwich(self, residuals: np.ndarray, power: float) -> float:
        """Return Σ (x e / (1 − h))² of the HC3 variance; NaN if a respondent alone determines a coefficient."""
        leverage = self.own + self.product**2 / power
        if (leverage > ALONE).any():
            return np.nan
        return float(((self.product * residuals / (1 - leverage)) ** 2).sum())


def _clustered(parts: list[_Part], clusters: np.ndarray, estimate: float) -> tuple[dict, dict]:
    """What CR2 says of the common product and of the difference, or why it says nothing."""
    count, k = len(np.unique(clusters)), len(parts)
    if count < FEWEST:
        return {"note": f"no CR2 standard error: {count} clusters, but {FEWEST} are required"}, {}
    if k > MOST:
        return {"note": f"no CR2 standard error for more than {MOST} samples"}, {}
    outcome = np.concatenate([part.outcome for part in parts])
    base, apart = _blocks([part.design for part in parts]), _blocks([part.product[:, None] for part in parts])
    squares = LeastSquares(np.column_stack([base, np.concatenate([part.product for part in parts])]))
    own = ClusterRobust(squares, squares.residuals(outcome), clusters)
    error, degrees = float(np.sqrt(own.covariance[-1, -1])), float(own.degrees(np.eye(squares.q.shape[1])[[-1]])[0])
    t = estimate / error
    common = {"std_error_cr2": error, "df_cr2": degrees, "statistic_cr2": t, "clusters": count}
    wide = LeastSquares(np.column_stack([base, apart]))
    rows = np.column_stack([np.zeros((k - 1, base.shape[1])), -np.ones(k - 1), np.eye(k - 1)])
    f, degrees_f, p = ClusterRobust(wide, wide.residuals(outcome), clusters).wald(rows, wide.estimates(outcome))
    difference = {"statistic_cr2": f, "df_cr2": degrees_f, "p_cr2": p, "clusters": count}
    return common | {"p_cr2": 2 * float(stdtr(degrees, -abs(t)))}, difference


def _connected(complete: Mapping[str, pd.DataFrame], groups: Mapping[str, pd.DataFrame]) -> np.ndarray | None:
    """The cluster of each respondent: all whom some group connects; None without groups. A missing group connects nobody."""
    rows = pd.concat([groups[sample].reindex(one.index) for sample, one in complete.items()]) if groups else pd.DataFrame()
    if rows.empty:
        return None
    n, places, names, found = len(rows), [], [], 0
    for column in rows:
        codes, levels = pd.factorize(rows[column])
        places.append(np.flatnonzero(codes >= 0))
        names.append(n + found + codes[codes >= 0])
        found += len(levels)
    edges = np.concatenate(places), np.concatenate(names)
    graph = coo_array((np.ones(len(edges[0])), edges), shape=(n + found, n + found))
    return connected_components(graph, directed=False)[1][:n]


def _blocks(parts: list[np.ndarray]) -> np.ndarray:
    """A block-diagonal matrix: the columns of each sample, zero for the others."""
    widths = np.cumsum([0, *(part.shape[1] for part in parts)])
    found = np.zeros((sum(map(len, parts)), widths[-1]))
    start = 0
    for place, part in enumerate(parts):
        found[start : start + len(part), widths[place] : widths[place + 1]] = part
        start += len(part)
    return found
