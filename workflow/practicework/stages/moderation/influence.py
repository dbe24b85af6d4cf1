"""Influence of single respondents on a model."""

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from practicework.numerics import bootstrap
from practicework.numerics.clusters import ClusterRobust
from practicework.numerics.least_squares import ALONE, LeastSquares
from practicework.stages.moderation.regression import Fit, t_tests
from practicework.tables import frame

HC3_LIMIT = 5_000
"""Respondents up to which HC3 standard errors are computed without each of them; the cost grows with their square."""

LISTED = 10_000
"""Respondents up to which all are listed; of more, those with the largest |DFBETAS| and all who change the conclusion."""

REFITTED = 100
"""Clusters up to which the model is refitted without each of them."""

CLUSTERS = "moderation/{model}/clusters"

BLOCK = 500
"""Rows of the hat matrix at a time."""


def measure(fit: Fit) -> pd.DataFrame:
    """Return residual, leverage and Cook's distance of each respondent.

    The studentized residual is external: the residual divided by its standard error in the model without the
    respondent. Empty if a respondent alone determines a coefficient (leverage 1). In R: ``resid``, ``hatvalues``,
    ``rstudent``, ``cooks.distance``.

    Returns
    -------
    DataFrame
        The table `influence`, one row per respondent in the model.
    """
    e = fit.residuals
    return pd.DataFrame(
        {
            "respondent": fit.design.data["respondent"].to_numpy(),
            "fitted": fit.design.outcome - e,
            "residual": e,
            "leverage": fit.squares.leverage,
            "studentized_residual": fit.squares.studentized(e),
            "cooks_distance": fit.squares.cooks_distance(e),
        }
    )


def leave_one_out(fit: Fit, errors: str) -> pd.DataFrame:
    """Return the interaction without each respondent, with its interval, and whether the conclusion changes.

    Closed forms from the hat matrix are used, b - (X'X)⁻¹ x e / (1 - h); no model is refitted. DFBETAS is the change of
    the estimate divided by its standard error, with the residual variance of the model without the respondent. In R:
    ``dfbetas(m)``, ``update(m, subset = -i)``.

    Parameters
    ----------
    fit : Fit
    errors : {"ols", "hc3"}
        The standard errors of the interval; OLS beyond 5,000 respondents and where HC3 is not computable.

    Returns
    -------
    DataFrame
        The table `leave_one_out`, one row per respondent and product term; beyond 10,000 respondents, only those with the
        10,000 largest |DFBETAS| and those who change the conclusion. `turns` is `verdict` if the interval excludes zero and
        that of the whole sample does not, or the reverse; `sign` if both do, on different sides.
    """
    design = fit.design
    errors = errors_without(fit, errors)
    without = bootstrap.leave_one_out(design.matrix, design.outcome)
    critical = float(stdtrit(fit.df - 1, (1 + fit.confidence) / 2)) if fit.df > 1 else np.nan
    frames = []
    for term in design.interaction:
        error, unit = _errors_without(fit, term)
        estimate, dfbetas = without[:, term], (fit.estimates[term] - without[:, term]) / unit
        shown = (
            np.where(np.isnan(error), np.nan, hc3_errors_without(fit, term, fit.residuals[None])[0]) if errors == "hc3" else error
        )
        table = {"respondent": design.data["respondent"].to_numpy(), "term": design.terms[term], "estimate": estimate}
        table |= t_tests(estimate, shown, fit.df - 1, critical) | {"dfbetas": dfbetas}
        whole = t_tests(*fit.effect(np.eye(len(fit.estimates))[[term]], errors), fit.df, fit.critical)
        side = np.sign(estimate) * ((table["ci_low"] > 0) | (table["ci_high"] < 0))
        clear = np.sign(fit.estimates[term]) * ((whole["ci_low"] > 0) | (whole["ci_high"] < 0))
        turns = np.where(side != clear, np.where(side * clear < 0, "sign", "verdict"), None)
        turns = np.where(np.isnan(table["ci_low"]), None, turns)
        frames.append(_listed(pd.DataFrame(table | {"turns": turns})))
    return pd.concat(frames, ignore_index=True)


def without_clusters(fit: Fit) -> pd.DataFrame:
    """Return the interaction without each cluster, with its CR2 interval, and whether the conclusion changes.

    In R: ``m <- update(m, subset = cluster != g)``, ``clubSandwich::coef_test(m, "CR2", cluster)``.

    Returns
    -------
    DataFrame
        The table `clusters`, one row per cluster and product term; without rows if the model has no clusters. With more than
        100 clusters, only the estimates.
    """
    if fit.clustered is None:
        return frame(CLUSTERS, [])
    design, groups, rows = fit.design, fit.clustered.clusters, []
    estimates = fit.estimates + fit.clustered.without_each
    names, sizes = np.unique(groups, return_counts=True)
    whole = fit.tests(np.eye(len(fit.estimates))[design.interaction])
    for place, (name, n) in enumerate(zip(names, sizes, strict=True)):
        left = groups != name
        refitted = None
        if len(names) <= REFITTED and not np.isnan(estimates[place]).any() and left.sum() > design.matrix.shape[1]:
            squares = LeastSquares(design.matrix[left])
            refitted = ClusterRobust(squares, squares.residuals(design.outcome[left]), groups[left])
        for term, at in enumerate(design.interaction):
            row = {"cluster": int(name), "n": int(n), "term": design.terms[at], "estimate": estimates[place, at]}
            if refitted is not None:
                unit = np.eye(len(fit.estimates))[[at]]
                error, df = np.sqrt(refitted.covariance[at, at]), refitted.degrees(unit)[0]
                half = stdtrit(df, (1 + fit.confidence) / 2) * error
                low, high = row["estimate"] - half, row["estimate"] + half
                row |= {"std_error_cr2": error, "df_cr2": df, "ci_low": low, "ci_high": high}
                side = int(low > 0) - int(high < 0)
                clear = int(whole["ci_low_cr2"][term] > 0) - int(whole["ci_high_cr2"][term] < 0)
                row["turns"] = None if side == clear else "sign" if side * clear < 0 else "verdict"
            rows.append(row)
    return frame(CLUSTERS, rows)


def _listed(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the most influential respondents, in the order of the sample."""
    if len(table) <= LISTED:
        return table
    sizes = table["dfbetas"].abs()
    return table[table["turns"].notna() | (sizes >= sizes.nlargest(LISTED).iloc[-1])]


def errors_without(fit: Fit, interval: str) -> str:
    """Return the standard errors of the interval without a respondent: HC3 where these are computable, otherwise OLS."""
    robust = interval != "ols" and len(fit.design.data) <= HC3_LIMIT and fit.computable("hc3") and fit.df > 1
    return "hc3" if robust else "ols"


def _errors_without(fit: Fit, term: int) -> tuple[np.ndarray, np.ndarray]:
    """OLS standard errors of a coefficient without each respondent, and what they would be with the whole design."""
    a = fit.squares.weights(term)
    variance = fit.squares.variance_without(fit.residuals)
    return np.sqrt(variance * (a @ a + a**2 / fit.squares.rest)), np.sqrt(variance * (a @ a))


def hc3_errors_without(fit: Fit, term: int, residuals: np.ndarray) -> np.ndarray:
    """Return HC3 standard errors of a coefficient without each respondent, from the hat matrix in blocks of rows.

    Without respondent i, the residual of j is e_j + h_ij e_i / (1 - h_ii), and its weight and leverage do not depend on the
    outcome, so the squared error is a quadratic form in the residuals: matrix products for many outcomes at once.

    Parameters
    ----------
    fit : Fit
    term : int
        The position of the coefficient.
    residuals : ndarray of shape (k, n)
        Residuals of one or several outcomes on the same design.

    Returns
    -------
    ndarray of shape (k, n)
        NaN where another respondent alone determines a coefficient without this one.
    """
    a, q, h = fit.squares.weights(term), fit.squares.q, fit.squares.leverage
    found, squared = np.empty_like(residuals), residuals**2
    for start in range(0, len(h), BLOCK):
        some = slice(start, start + BLOCK)
        hat = q[some] @ q.T
        shift = hat / (1 - h[some])[:, None]
        leverage = h + hat * shift
        inside = np.arange(len(hat)), start + np.arange(len(hat))
        leverage[inside] = 0
        alone = (leverage > ALONE).any(axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            weight = ((a + a[some, None] * shift) / (1 - leverage)) ** 2
        weight[inside] = 0
        weight[alone] = np.nan
        found[:, some] = squared @ weight.T + 2 * residuals[:, some] * (residuals @ (weight * shift).T)
        found[:, some] += squared[:, some] * (weight * shift**2).sum(axis=1)
    return np.sqrt(np.maximum(found, 0))
