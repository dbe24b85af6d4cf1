"""One regression of all respondents: the common interaction from differences within samples only."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.special import fdtrc, stdtr

from practicework.numerics.clusters import FEWEST, ClusterRobust
from practicework.numerics.least_squares import LeastSquares
from practicework.study.settings import Model


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
    own, products = [], []
    for scores in complete.values():
        x, w = (scores[one].to_numpy(float) - scores[one].mean() for one in (model.predictor, model.moderator))
        columns = [np.ones(len(x)), x, w]
        for covariate in model.covariates:
            values = scores[covariate].to_numpy(float)
            levels = np.unique(values)[1:] if covariate in categories else None
            columns += [values - values.mean()] if levels is None else [(values == level).astype(float) for level in levels]
        own.append(np.column_stack(columns))
        products.append(x * w)
    outcome = np.concatenate([scores[model.outcome].to_numpy(float) for scores in complete.values()])
    base, apart = _blocks(own), _blocks([one[:, None] for one in products])
    together = np.column_stack([base, np.concatenate(products)])
    squares, wide = LeastSquares(together), LeastSquares(np.column_stack([base, apart]))
    if len(outcome) <= wide.q.shape[1] or wide.singular or squares.singular:
        return [one | {"note": "not computed: the coefficients are not identified in each sample"} for one in rows]
    residuals, rest = squares.residuals(outcome), wide.residuals(outcome)
    df, left, k = len(outcome) - together.shape[1], len(outcome) - wide.q.shape[1], len(complete)
    estimate = float(squares.estimates(outcome)[-1])
    errors = [float(np.sqrt(squares.covariance(residuals, kind)[-1, -1])) for kind in ("ols", "hc3")]
    rows[0] |= {"estimate": estimate, "std_error": errors[0], "std_error_hc3": errors[1], "df": df, "df1": 1, "df2": df}
    for error, suffix in zip(errors, ("", "_hc3"), strict=True):
        rows[0] |= {f"statistic{suffix}": estimate / error, f"p{suffix}": 2 * float(stdtr(df, -abs(estimate / error)))}
    clusters = _connected(complete, groups or {})
    if clusters is not None and len(np.unique(clusters)) < FEWEST:
        rows[0]["note"] = f"no CR2 standard error: {len(np.unique(clusters))} clusters, but {FEWEST} are required"
    elif clusters is not None:
        own = ClusterRobust(squares, residuals, clusters)
        unit = np.eye(together.shape[1])[[-1]]
        error, degrees = float(np.sqrt(own.covariance[-1, -1])), float(own.degrees(unit)[0])
        rows[0] |= {"std_error_cr2": error, "df_cr2": degrees, "statistic_cr2": estimate / error, "clusters": own.count}
        rows[0]["p_cr2"] = 2 * float(stdtr(degrees, -abs(estimate / error)))
        contrasts = np.column_stack([-np.ones(k - 1), np.eye(k - 1)])
        apart_rows = np.column_stack([np.zeros((k - 1, wide.q.shape[1] - k)), contrasts])
        f, degrees, p = ClusterRobust(wide, rest, clusters).wald(apart_rows, wide.estimates(outcome))
        rows[1] |= {"statistic_cr2": f, "df_cr2": degrees, "p_cr2": p, "clusters": own.count}
    f = (residuals @ residuals - rest @ rest) / (k - 1) / (rest @ rest / left)
    rows[1] |= {"df": left, "df1": k - 1, "df2": left, "statistic": float(f), "p": float(fdtrc(k - 1, left, max(f, 0.0)))}
    contrasts = np.zeros((k - 1, wide.q.shape[1]))
    contrasts[:, -k] = -1
    contrasts[np.arange(k - 1), np.arange(-k + 1, 0)] = 1
    covariance = contrasts @ wide.covariance(rest, "hc3") @ contrasts.T
    if np.isfinite(covariance).all():
        difference = contrasts @ wide.estimates(outcome)
        wald = float(difference @ np.linalg.solve(covariance, difference)) / (k - 1)
        rows[1] |= {"statistic_hc3": wald, "p_hc3": float(fdtrc(k - 1, left, max(wald, 0.0)))}
    return rows


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
