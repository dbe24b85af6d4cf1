"""Two-stage least squares: a regression with an endogenous predictor and instruments for it, and the tests of these."""

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc, fdtrc, stdtr

from practicework.numerics.least_squares import LeastSquares


@dataclass(frozen=True)
class Instrumented:
    """The estimates of two-stage least squares, and what tests say of the instruments.

    Attributes
    ----------
    estimates : ndarray of shape (p,)
        In the order exogenous columns, endogenous column.
    covariances : dict of str to ndarray of shape (p, p)
        `ols` and `hc1`.
    df : int
    first_stage : tuple of float
        F of the instruments in the first stage, its degrees of freedom and p; and the robust F (HC1) with its p.
    hausman : tuple of float
        F, p of the Wu–Hausman test that the predictor is exogenous.
    sargan : tuple of float or None
        χ², degrees of freedom, p of the test of overidentifying restrictions; None with one instrument.
    """

    estimates: np.ndarray
    covariances: dict[str, np.ndarray]
    df: int
    first_stage: tuple[float, int, int, float, float, float]
    hausman: tuple[float, int, int, float]
    sargan: tuple[float, int, float] | None

    def tests(self, errors: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return standard errors, t and two-sided p of the coefficients."""
        error = np.sqrt(np.diag(self.covariances[errors]))
        t = self.estimates / error
        return error, t, 2 * stdtr(self.df, -np.abs(t))


def fit(exogenous: np.ndarray, endogenous: np.ndarray, instruments: np.ndarray, outcome: np.ndarray) -> Instrumented:
    """Fit y = X b + m g + e, where m and e may correlate, with instruments for m that do not appear in the equation.

    g is estimated with the fitted values of m on X and Z in place of m; residuals use m itself. In R:
    ``m <- AER::ivreg(y ~ x + m | x + z)``, ``summary(m, diagnostics = TRUE)``, ``sandwich::vcovHC(m, "HC1")``.

    Parameters
    ----------
    exogenous : ndarray of shape (n, k)
        With the intercept.
    endogenous, outcome : ndarray of shape (n,)
    instruments : ndarray of shape (n, l)
        The excluded instruments.

    Raises
    ------
    ValueError
        If the equation is not identified: too few respondents, or instruments that follow from the other columns.
    """
    n, k = exogenous.shape
    extra = instruments.shape[1]
    whole = np.column_stack([exogenous, instruments])
    if n <= k + extra + 1 or not np.abs(whole).max(axis=0).all():
        raise ValueError("the equation is not identified")
    first = LeastSquares(whole)
    if first.singular:
        raise ValueError("the instruments follow from other variables of the equation")
    rest = first.residuals(endogenous)
    second = LeastSquares(np.column_stack([exogenous, endogenous - rest]))
    if second.singular:
        raise ValueError("the instruments do not predict the endogenous variable")
    estimates, df = second.estimates(outcome), n - k - 1
    residuals = outcome - np.column_stack([exogenous, endogenous]) @ estimates
    bread = second.inverse / second.size[:, None]
    weighted = second.q * residuals[:, None]
    covariances = {
        "ols": bread @ bread.T * (residuals @ residuals / df),
        "hc1": bread @ (weighted.T @ weighted) @ bread.T * n / df,
    }
    return Instrumented(
        estimates, covariances, df, _first_stage(first, rest, exogenous, endogenous, extra),
        _hausman(exogenous, endogenous, rest, outcome), _sargan(first, residuals, extra),
    )  # fmt: skip


def _first_stage(
    first: LeastSquares, rest: np.ndarray, exogenous: np.ndarray, endogenous: np.ndarray, extra: int
) -> tuple[float, int, int, float, float, float]:
    n, width = first.q.shape
    without = LeastSquares(exogenous).residuals(endogenous)
    df = n - width
    f = float((without @ without - rest @ rest) / extra / (rest @ rest / df))
    bread = first.inverse / first.size[:, None]
    weighted = first.q * rest[:, None]
    covariance = (bread @ (weighted.T @ weighted) @ bread.T * n / df)[-extra:, -extra:]
    own = first.estimates(endogenous)[-extra:]
    robust = float(own @ np.linalg.solve(covariance, own)) / extra
    return f, extra, df, float(fdtrc(extra, df, f)), robust, float(fdtrc(extra, df, robust))


def _hausman(
    exogenous: np.ndarray, endogenous: np.ndarray, rest: np.ndarray, outcome: np.ndarray
) -> tuple[float, int, int, float]:
    """The F test of the first stage's residual in the outcome's regression."""
    small = LeastSquares(np.column_stack([exogenous, endogenous])).residuals(outcome)
    large = LeastSquares(np.column_stack([exogenous, endogenous, rest])).residuals(outcome)
    df = len(outcome) - exogenous.shape[1] - 2
    f = float((small @ small - large @ large) / (large @ large / df))
    return f, 1, df, float(fdtrc(1, df, f))


def _sargan(first: LeastSquares, residuals: np.ndarray, extra: int) -> tuple[float, int, float] | None:
    """n R² of the residuals on all exogenous columns."""
    if extra == 1:
        return None
    left = first.residuals(residuals)
    statistic = float(len(residuals) * (1 - left @ left / (residuals @ residuals)))
    return statistic, extra - 1, float(chdtrc(extra - 1, statistic))
