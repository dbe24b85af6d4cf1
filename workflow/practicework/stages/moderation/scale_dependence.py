"""Scale dependence: the interaction on other scales of the outcome, and in models that it could be confused with."""

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
from scipy.special import fdtrc, ndtri, stdtr, stdtrit
from scipy.stats import rankdata
from statsmodels.robust.robust_linear_model import RLM

from practicework.errors import NotComputable
from practicework.numerics.clusters import ClusterRobust
from practicework.numerics.generalized import Ordered
from practicework.numerics.least_squares import LeastSquares
from practicework.stages.moderation.checks import squares
from practicework.stages.moderation.regression import Fit
from practicework.tables import frame

ANALYSES = ("as_measured", "log", "logit", "rank_normal", "squared", "proportional_odds", "quadratic", "robust")

MOST_LEVELS = 200
"""Distinct values of the outcome up to which it is modelled as ordered."""


ITERATIONS = 500
"""Maximum number of steps of the robust regression."""

MOST = 50_000
"""Respondents up to which all enter the proportional-odds model and the robust regression; of more, evenly spaced ones."""


def compare(fit: Fit, interval: str, ranges: Mapping[str, tuple[float, float]]) -> pd.DataFrame:
    """Return the interaction under other scales of the outcome and other models.

    A product term depends on the scale of the outcome: unless its lines cross, a monotone transformation can remove it
    (Loftus, 1978; Busemeyer & Jones, 1983).

    - `as_measured`: the model itself.
    - `log`, `squared`: log y, y²; for outcomes above zero and of at least zero.
    - `logit`: log(s / (1 − s)) with s = ((n − 1) share of the response range + 0.5) / n (Smithson & Verkuilen, 2006); for
      outcomes with a declared range.
    - `rank_normal`: normal scores Φ⁻¹((rank − 3/8) / (n + 1/4)) (Blom, 1958).
    - `proportional_odds`: the outcome as ordered. In R: ``MASS::polr``.
    - `quadratic`: with x² and w² in the model (Ganzach, 1997).
    - `robust`: Huber's M estimator, k = 1.345, scale by the median absolute deviation. In R: ``MASS::rlm``.

    Of more than 50,000 respondents, every second, third, … enters the proportional-odds model and the robust regression, and
    `note` states their number.

    Parameters
    ----------
    fit : Fit
    interval : {"ols", "hc3", "cr2", "bootstrap"}
        The interval of the conclusion. Regressions use its standard errors; for the bootstrap, CR2 with clusters and otherwise
        HC3; OLS if HC3 is not computable.
    ranges : mapping of str to tuple
        The lowest and highest possible score of each scale.

    Returns
    -------
    DataFrame
        The table `scale_dependence`, one row per analysis. Several product terms are tested jointly (F, or χ² / df1 for
        proportional odds) and have no estimate. An analysis that cannot be computed is empty, with the reason in `note`.
    """
    design, y = fit.design, fit.design.outcome
    errors = ("cr2" if fit.clustered else "hc3") if interval == "bootstrap" else interval
    errors = errors if fit.computable(errors) else "ols"
    model = design.model
    analyses: dict[str, Callable[[], dict]] = {
        "as_measured": lambda: _ols(fit, y, errors),
        "log": lambda: _ols(fit, _log(y), errors),
        "logit": lambda: _ols(fit, _logit(y, ranges.get(model.outcome)), errors),
        "rank_normal": lambda: _ols(fit, ndtri((rankdata(y) - 0.375) / (len(y) + 0.25)), errors),
        "squared": lambda: _ols(fit, _square(y), errors),
        "proportional_odds": lambda: _ordered(fit),
        "quadratic": lambda: _ols(fit, y, errors, squares(design)),
        "robust": lambda: _robust(fit),
    }
    rows = []
    for analysis in ANALYSES:
        row = {"analysis": analysis, "term": model.interaction}
        try:
            row |= analyses[analysis]()
        except NotComputable as reason:
            row["note"] = f"not computable: {reason}"
        rows.append(row)
    return frame("moderation/{model}/scale_dependence", rows)


def _log(y: np.ndarray) -> np.ndarray:
    if y.min() <= 0:
        raise NotComputable("the outcome has values of zero or below")
    return np.log(y)


def _square(y: np.ndarray) -> np.ndarray:
    if y.min() < 0:
        raise NotComputable("the outcome has values below zero")
    return y**2


def _logit(y: np.ndarray, limits: tuple[float, float] | None) -> np.ndarray:
    if limits is None:
        raise NotComputable("the outcome has no declared range")
    share = ((y - limits[0]) / (limits[1] - limits[0]) * (len(y) - 1) + 0.5) / len(y)
    return np.log(share / (1 - share))


def _ols(fit: Fit, y: np.ndarray, errors: str, more: np.ndarray | None = None) -> dict:
    squares = fit.squares
    if more is not None:
        matrix = np.column_stack([fit.design.matrix, more])
        squares = LeastSquares(matrix)
        if len(matrix) <= matrix.shape[1] or squares.singular:
            raise NotComputable("the larger model is not identified")
    estimates, residuals = squares.estimates(y), squares.residuals(y)
    df = len(y) - len(estimates)
    if errors == "cr2":
        clustered = ClusterRobust(squares, residuals, fit.clustered.clusters)
        unit = np.eye(len(estimates))[fit.design.interaction]
        if len(unit) > 1:
            f, left, p_value = clustered.wald(unit, estimates)
            clear = "significant" if p_value < 1 - fit.confidence else "not significant"
            return {"statistic": f, "df1": len(unit), "df2": left, "p_value": p_value, "sign": clear, "interval": errors}
        return _tested(fit, estimates, clustered.covariance, float(clustered.degrees(unit)[0])) | {"interval": errors}
    covariance = squares.covariance(residuals, errors)
    if np.isnan(covariance).any():
        errors, covariance = "ols", squares.covariance(residuals, "ols")
    return _tested(fit, estimates, covariance, df) | {"interval": errors}


def _ordered(fit: Fit) -> dict:
    if len(np.unique(fit.design.outcome)) > MOST_LEVELS:
        raise NotComputable(f"the outcome has more than {MOST_LEVELS} values")
    matrix, outcome, note = _some(fit)
    fitted = Ordered(matrix, outcome).fit(robust=False)
    # the thresholds stand in for the intercept, which is the first column of the design
    places, p = fitted.regression.places, matrix.shape[1]
    whole, both = np.zeros(p), np.zeros((p, p))
    whole[1:], both[1:, 1:] = fitted.parameters[places], fitted.covariances["model"][places, places]
    return _tested(fit, whole, both, np.inf) | {"interval": "wald", "note": note}


def _some(fit: Fit) -> tuple[np.ndarray, np.ndarray, str | None]:
    """Design and outcome of at most `MOST` respondents, evenly spaced, and a note that says so."""
    matrix, outcome = fit.design.matrix, fit.design.outcome
    step = -(-len(outcome) // MOST)
    if step == 1:
        return matrix, outcome, None
    some = matrix[::step], outcome[::step]
    return *some, f"in {len(some[1]):,} of {len(outcome):,} respondents, evenly spaced in the file"


def _robust(fit: Fit) -> dict:
    matrix, outcome, note = _some(fit)
    size = np.abs(matrix).max(axis=0)
    with np.errstate(all="ignore"):
        result = RLM(outcome, matrix / size).fit(tol=1e-12, maxiter=ITERATIONS)
    covariance = result.cov_params() / np.outer(size, size)
    if result.fit_history["iteration"] >= ITERATIONS or not np.isfinite(covariance).all():
        raise NotComputable("the robust regression does not converge")
    return _tested(fit, result.params / size, covariance, int(result.df_resid)) | {"interval": "wald", "note": note}


def _tested(fit: Fit, estimates: np.ndarray, covariance: np.ndarray, df: float) -> dict:
    """The test of the product terms: t (z for infinite df), or F of several (χ² / df1)."""
    terms = fit.design.interaction
    b, v = estimates[terms], covariance[np.ix_(terms, terms)]
    if len(terms) > 1:
        size = np.sqrt(np.diag(v))
        f = float((b / size) @ np.linalg.solve(v / np.outer(size, size), b / size)) / len(terms)
        p_value = float(fdtrc(len(terms), min(df, 1e9), f))
        clear = "significant" if p_value < 1 - fit.confidence else "not significant"
        return {"statistic": f, "df1": len(terms), "df2": df if np.isfinite(df) else None, "p_value": p_value, "sign": clear}
    error = float(np.sqrt(v[0, 0]))
    t = float(b[0]) / error
    if np.isfinite(df):
        p_value, critical = 2 * float(stdtr(df, -abs(t))), float(stdtrit(df, (1 + fit.confidence) / 2))
    else:
        p_value, critical = 2 * float(stdtr(1e12, -abs(t))), float(ndtri((1 + fit.confidence) / 2))
    low, high = float(b[0]) - critical * error, float(b[0]) + critical * error
    return {
        "estimate": float(b[0]), "std_error": error, "statistic": t, "df1": 1, "df2": df if np.isfinite(df) else None,
        "p_value": p_value, "ci_low": low, "ci_high": high,
        "sign": "positive" if low > 0 else "negative" if high < 0 else "not significant",
    }  # fmt: skip
