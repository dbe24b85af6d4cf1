"""Two-stage meta-analysis: common and random effects, heterogeneity, and prediction; with numpy and scipy only."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from scipy.special import chdtrc, chdtri, ndtr, ndtri, stdtr, stdtrit

LARGEST = 1e4
"""Largest heterogeneity variance that is searched, relative to the squared range of the estimates and the mean variance."""

GRID = 60
"""Heterogeneity variances at which the likelihood is compared before the best is refined."""


@dataclass(frozen=True)
class Heterogeneity:
    """How much the estimates differ beyond their sampling errors.

    Attributes
    ----------
    q, q_df, q_p : float
        Cochran's Q, its degrees of freedom and p.
    tau2, tau2_low, tau2_high : float
        The variance of the true effects with its Q-profile interval.
    i2, h2 : float
        I² in percent and H², from τ² and the typical sampling variance.
    """

    q: float
    q_df: int
    q_p: float
    tau2: float
    tau2_low: float
    tau2_high: float
    i2: float
    h2: float


@dataclass(frozen=True)
class Pooled:
    """A pooled estimate.

    Attributes
    ----------
    estimate, std_error, statistic, p_value : float
    df : float
        Degrees of freedom of t; infinite for z.
    ci_low, ci_high : float
    prediction_low, prediction_high : float
        Where the effect of a further sample is expected, with the same degrees of freedom; NaN for a common effect.
    prediction_low_k2, prediction_high_k2 : float
        The same with t on k − 2 degrees of freedom (Partlett & Riley, 2017); NaN for fewer than three samples.
    weights : ndarray of shape (k,)
        Shares of the samples, which sum to one.
    """

    estimate: float
    std_error: float
    statistic: float
    df: float
    p_value: float
    ci_low: float
    ci_high: float
    prediction_low: float
    prediction_high: float
    prediction_low_k2: float
    prediction_high_k2: float
    weights: np.ndarray


def common_effect(estimates: np.ndarray, std_errors: np.ndarray, confidence: float = 0.95) -> Pooled:
    """Pool estimates of one common effect, weighted by their precision.

    In R: ``metafor::rma(yi, sei = se, method = "EE")``.

    Parameters
    ----------
    estimates, std_errors : ndarray of shape (k,)
        No missing values; standard errors above zero.
    confidence : float
    """
    return _pooled(estimates, std_errors, 0.0, "wald", confidence, predicted=False)


def random_effects(
    estimates: np.ndarray,
    std_errors: np.ndarray,
    *,
    method: str = "reml",
    interval: str = "floored",
    confidence: float = 0.95,
) -> tuple[Pooled, Heterogeneity]:
    """Pool estimates of effects that differ between samples.

    With weights w = 1/(se² + τ²), μ = Σwy/Σw and its standard error 1/√Σw. The Hartung–Knapp interval multiplies the squared
    standard error by q = Σw(y − μ)²/(k − 1) and uses t on k − 1 degrees of freedom. `floored` does not let q fall below 1
    (Jackson et al., 2017), since the interval could otherwise be narrower than that of a common effect. The prediction
    interval is μ ± t √(τ² + SE²), with the standard error and the degrees of freedom of the interval.

    In R: ``metafor::rma(yi, sei = se, method = "REML", test = "knha", control = list(threshold = 1e-14, maxiter = 1000))``,
    ``test = "adhoc"`` for `floored`, ``method = "PM", control = list(tol = 1e-14)``; ``predict(m)``; ``confint(m)``. metafor's
    default tolerances are absolute and too large for coefficients of .01.

    Parameters
    ----------
    estimates, std_errors : ndarray of shape (k,)
        Of at least two samples; no missing values; standard errors above zero.
    method : {"reml", "pm"}
        Restricted maximum likelihood, or Paule and Mandel's (1982) estimate of τ².
    interval : {"floored", "hartung_knapp", "wald"}
    confidence : float

    Raises
    ------
    ValueError
        If there are fewer than two samples, or a method is unknown.
    """
    if len(estimates) < 2:
        raise ValueError("at least two samples are required")
    unit = float(np.mean(std_errors))  # so that no tolerance depends on the units of the coefficients
    y, v = estimates / unit, (std_errors / unit) ** 2
    tau2 = {"reml": _reml, "pm": _paule_mandel}[method](y, v) * unit**2
    return _pooled(estimates, std_errors, tau2, interval, confidence, predicted=True), heterogeneity(
        estimates, std_errors, tau2, confidence
    )


def heterogeneity(estimates: np.ndarray, std_errors: np.ndarray, tau2: float, confidence: float = 0.95) -> Heterogeneity:
    """Return Cochran's Q, the Q-profile interval of τ² (Viechtbauer, 2007), I² and H² of a given τ².

    I² = τ²/(τ² + s²) and H² = τ²/s² + 1, with the typical sampling variance s² = (k − 1)Σu/((Σu)² − Σu²), u = 1/se². In R:
    ``rma()$QE``, ``confint(m)``, ``m$I2``.
    """
    unit, k = float(np.mean(std_errors)), len(estimates)
    y, v = estimates / unit, (std_errors / unit) ** 2
    q, u = _q(y, v, 0.0), 1 / v
    typical = (k - 1) * u.sum() / (u.sum() ** 2 - (u**2).sum())
    tail = (1 - confidence) / 2
    ends = [_root(lambda tau2, level=level: _q(y, v, tau2) - chdtri(k - 1, level), y, v) * unit**2 for level in (tail, 1 - tail)]
    share = tau2 / unit**2
    return Heterogeneity(
        q, k - 1, float(chdtrc(k - 1, q)), tau2, *ends, 100 * share / (share + typical), share / typical + 1
    )  # fmt: skip


def meta_regression(
    estimates: np.ndarray, std_errors: np.ndarray, design: np.ndarray, *, method: str = "reml", confidence: float = 0.95
) -> tuple[np.ndarray, np.ndarray, float, float]:
    """Return coefficients of a mixed-effects meta-regression, their covariance, τ² and the critical t (k − p degrees of freedom).

    The covariance is Knapp and Hartung's (2003). In R:
    ``metafor::rma(yi, sei = se, mods = ~ x, method = "REML", test = "knha")``.

    Parameters
    ----------
    estimates, std_errors : ndarray of shape (k,)
    design : ndarray of shape (k, p)
        With a constant column; of full rank, and k > p.
    """
    unit, (k, p) = float(np.mean(std_errors)), design.shape
    y, v = estimates / unit, (std_errors / unit) ** 2
    tau2 = {"reml": _reml, "pm": _paule_mandel}[method](y, v, design)
    beta, bread, rest = _weighted(y, v + tau2, design)
    return beta * unit, bread * rest / (k - p) * unit**2, tau2 * unit**2, float(stdtrit(k - p, (1 + confidence) / 2))


def _pooled(
    estimates: np.ndarray, std_errors: np.ndarray, tau2: float, interval: str, confidence: float, *, predicted: bool
) -> Pooled:
    k, weights = len(estimates), 1 / (std_errors**2 + tau2)
    shares = weights / weights.sum()
    estimate = float(shares @ estimates)
    variance = 1 / weights.sum()
    if interval != "wald":
        factor = float(weights @ (estimates - estimate) ** 2) / (k - 1)
        variance *= max(1.0, factor) if interval == "floored" else factor
    error, df = float(np.sqrt(variance)), np.inf if interval == "wald" else k - 1
    statistic = estimate / error if error > 0 else np.nan
    p_value = 2 * float(ndtr(-abs(statistic)) if np.isinf(df) else stdtr(df, -abs(statistic)))
    upper = (1 + confidence) / 2
    critical = float(ndtri(upper) if np.isinf(df) else stdtrit(df, upper))
    spread = float(np.sqrt(tau2 + variance))
    wide = float(stdtrit(k - 2, upper)) * spread if k > 2 else np.nan
    ends = [estimate - critical * error, estimate + critical * error]
    ends += [estimate - critical * spread, estimate + critical * spread, estimate - wide, estimate + wide]
    if not predicted:
        ends[2:] = [np.nan] * 4
    return Pooled(estimate, error, statistic, df, p_value, *ends, shares)


def _weighted(y: np.ndarray, variances: np.ndarray, design: np.ndarray | None) -> tuple[np.ndarray, np.ndarray, float]:
    """Weighted least squares: coefficients, (X'WX)⁻¹ and the weighted sum of squared residuals; a mean without a design."""
    design = np.ones((len(y), 1)) if design is None else design
    half = design / np.sqrt(variances)[:, None]
    bread = np.linalg.inv(half.T @ half)
    beta = bread @ (design.T @ (y / variances))
    return beta, bread, float(((y - design @ beta) ** 2 / variances).sum())


def _q(y: np.ndarray, v: np.ndarray, tau2: float, design: np.ndarray | None = None) -> float:
    """The weighted sum of squared residuals."""
    return _weighted(y, v + tau2, design)[2]


def _root(function: Callable[[float], float], y: np.ndarray, v: np.ndarray) -> float:
    """The zero of a decreasing function of τ²; 0 if it is negative at 0."""
    if function(0.0) <= 0:
        return 0.0
    high = np.ptp(y) ** 2 + v.max()
    while function(high) > 0:
        high *= 10
        if high > LARGEST * (np.ptp(y) ** 2 + v.mean()) * 1e8:
            return np.inf
    return float(brentq(function, 0.0, high, xtol=1e-300, rtol=1e-14, maxiter=1000))


def _paule_mandel(y: np.ndarray, v: np.ndarray, design: np.ndarray | None = None) -> float:
    left = len(y) - (1 if design is None else design.shape[1])
    return _root(lambda tau2: _q(y, v, tau2, design) - left, y, v)


def _reml(y: np.ndarray, v: np.ndarray, design: np.ndarray | None = None) -> float:
    """The global maximum of the restricted likelihood, −½[Σ ln(v + τ²) + ln |X'WX| + residual sum of squares], over τ² ≥ 0."""
    design = np.ones((len(y), 1)) if design is None else design

    def likelihood(tau2: float) -> float:
        _, bread, rest = _weighted(y, v + tau2, design)
        return -0.5 * (np.log(v + tau2).sum() - np.linalg.slogdet(bread)[1] + rest)

    def slope(tau2: float) -> float:
        w = 1 / (v + tau2)
        beta, bread, _ = _weighted(y, v + tau2, design)
        leverage = np.einsum("ki,ij,kj->k", design, bread, design) * w
        return 0.5 * float((w**2 * (y - design @ beta) ** 2).sum() - (w * (1 - leverage)).sum())

    largest = LARGEST * (np.ptp(y) ** 2 + v.mean())
    grid = np.concatenate([[0.0], np.geomspace(1e-10 * v.mean(), largest, GRID)])
    best = int(np.argmax([likelihood(tau2) for tau2 in grid]))
    low, high = grid[max(best - 1, 0)], grid[min(best + 1, GRID)]
    if slope(low) <= 0:
        return float(low)
    return float(brentq(slope, low, high, xtol=1e-300, rtol=1e-14, maxiter=1000)) if slope(high) < 0 else float(high)
