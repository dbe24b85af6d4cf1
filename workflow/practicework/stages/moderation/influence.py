"""Influence: which respondent moves the model, and whether anyone turns its verdict."""

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from practicework.numerics import bootstrap
from practicework.stages.moderation.regression import Fit, t_tests

HC3_LIMIT = 5_000
"""Respondents up to which HC3 errors are computed without each of them: the work grows with their square."""


def influence(fit: Fit) -> pd.DataFrame:
    """Residual, leverage and Cook's distance of each respondent.

    The studentised residual is the external one: the residual over its standard error in the model without the
    respondent. Empty where a respondent alone determines a coefficient (leverage 1). In R: ``resid``,
    ``hatvalues``, ``rstudent``, ``cooks.distance``.

    Returns
    -------
    DataFrame
        The table `influence`; a row each respondent in the model.
    """
    p = fit.design.matrix.shape[1]
    e, h = fit.residuals, _leverage(fit)
    variance = e @ e / fit.df
    rest = np.where(h < 1 - 1e-10, 1 - h, np.nan)
    studentized = e / np.sqrt(_variance_without(fit, h) * rest)
    return pd.DataFrame(
        {
            "respondent": fit.design.data["respondent"].to_numpy(),
            "fitted": fit.design.outcome - e,
            "residual": e,
            "leverage": h,
            "studentized_residual": studentized,
            "cooks_distance": e**2 * h / (p * variance * rest**2),
        }
    )


def leave_one_out(fit: Fit, *, hc3: bool) -> pd.DataFrame:
    """The interaction without each respondent, with its interval, and whether leaving them out turns the verdict.

    Closed forms from the hat matrix: b - (X'X)⁻¹ x e / (1 - h); nothing is fitted again. DFBETAS is the change of
    the estimate over its standard error, with the residual variance of the model without the respondent. In R:
    ``dfbetas(m)``, ``update(m, subset = -i)``.

    Parameters
    ----------
    fit : Fit
    hc3 : bool
        Whether the interval uses HC3 errors; beyond 5,000 respondents it never does.

    Returns
    -------
    DataFrame
        The table `leave_one_out`: a row each respondent and product term. `turns` is `verdict` where the
        interval excludes zero and that of all does not, or the reverse; `sign` where both do, on other sides.
    """
    design, n = fit.design, len(fit.design.data)
    hc3 = hc3 and n <= HC3_LIMIT and not np.isnan(fit.covariance_hc3).any() and fit.df > 1
    without = bootstrap.leave_one_out(design.matrix, design.outcome)
    critical = float(stdtrit(fit.df - 1, (1 + fit.confidence) / 2)) if fit.df > 1 else np.nan
    frames = []
    for term in design.interaction:
        error, unit = _errors_without(fit, term)
        estimate, dfbetas = without[:, term], (fit.estimates[term] - without[:, term]) / unit
        shown = np.where(np.isnan(error), np.nan, _hc3_errors_without(fit, term)) if hc3 else error
        table = {"respondent": design.data["respondent"].to_numpy(), "term": design.terms[term], "estimate": estimate}
        table |= t_tests(estimate, shown, fit.df - 1, critical) | {"dfbetas": dfbetas}
        whole = t_tests(*(part[[0]] for part in fit.effect(np.eye(len(fit.estimates))[[term]], hc3=hc3)), fit.df, fit.critical)
        side = np.sign(estimate) * ((table["ci_low"] > 0) | (table["ci_high"] < 0))
        clear = np.sign(fit.estimates[term]) * ((whole["ci_low"] > 0) | (whole["ci_high"] < 0))
        turns = np.where(side != clear, np.where(side * clear < 0, "sign", "verdict"), None)
        turns = np.where(np.isnan(table["ci_low"]), None, turns)
        frames.append(pd.DataFrame(table | {"turns": turns}))
    return pd.concat(frames, ignore_index=True)


def _variance_without(fit: Fit, leverage: np.ndarray) -> np.ndarray:
    """The residual variance without each respondent; NaN where it is none: the others lie on the model's surface."""
    e = fit.residuals
    if fit.df <= 1:
        return np.full(len(e), np.nan)
    rest = np.where(leverage < 1 - 1e-10, 1 - leverage, np.nan)
    left = e @ e - e**2 / rest
    return np.where(left > 1e-12 * (e @ e), left, np.nan) / (fit.df - 1)


def _leverage(fit: Fit) -> np.ndarray:
    size = np.abs(fit.design.matrix).max(axis=0)
    return (np.linalg.qr(fit.design.matrix / size)[0] ** 2).sum(axis=1)


def _weights(fit: Fit, term: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """How much each outcome weighs in a coefficient (its row of (X'X)⁻¹X'), Q of the design, and the leverages."""
    size = np.abs(fit.design.matrix).max(axis=0)
    q, r = np.linalg.qr(fit.design.matrix / size)
    return q @ np.linalg.inv(r)[term] / size[term], q, (q**2).sum(axis=1)


def _errors_without(fit: Fit, term: int) -> tuple[np.ndarray, np.ndarray]:
    """OLS standard errors of a coefficient without each respondent; and what they were, had only the variance changed."""
    a, _, h = _weights(fit, term)
    rest = np.where(h < 1 - 1e-10, 1 - h, np.nan)
    variance = _variance_without(fit, h)
    return np.sqrt(variance * (a @ a + a**2 / rest)), np.sqrt(variance * (a @ a))


def _hc3_errors_without(fit: Fit, term: int) -> np.ndarray:
    """HC3 standard errors of a coefficient without each respondent, from the hat matrix in blocks of rows."""
    a, q, h = _weights(fit, term)
    e = fit.residuals
    found = np.empty(len(e))
    for start in range(0, len(e), 500):
        some = slice(start, start + 500)
        hat, rest = q[some] @ q.T, (1 - h[some])[:, None]
        residual = e + hat * e[some, None] / rest
        leverage = h + hat**2 / rest
        weight = a + hat * a[some, None] / rest
        with np.errstate(divide="ignore", invalid="ignore"):
            parts = (weight * residual / (1 - leverage)) ** 2
        inside = np.arange(len(parts))
        parts[inside, start + inside] = 0
        alone = leverage > 1 - 1e-10
        alone[inside, start + inside] = False
        found[some] = np.where(alone.any(axis=1), np.nan, np.sqrt(parts.sum(axis=1)))
    return found
