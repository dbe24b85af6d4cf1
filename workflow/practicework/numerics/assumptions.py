"""Tests of the assumptions of a regression from its residuals."""

import numpy as np
from scipy.special import chdtrc
from scipy.stats import shapiro

from practicework.errors import NotComputable
from practicework.numerics.least_squares import LeastSquares


def shapiro_wilk(residuals: np.ndarray) -> dict[str, float]:
    """Test that residuals are normal. In R: ``shapiro.test(resid(m))``.

    Raises
    ------
    NotComputable
        Outside 3 to 5,000 respondents.
    """
    if not 3 <= len(residuals) <= 5000:
        raise NotComputable("the test is defined for 3 to 5,000 respondents")
    statistic, p_value = shapiro(residuals)
    return {"statistic": float(statistic), "p_value": float(p_value)}


def breusch_pagan(fit: LeastSquares, residuals: np.ndarray) -> dict[str, float]:
    """Test that errors have one variance: n R² of the squared residuals on the design. In R: ``lmtest::bptest(m)``.

    Raises
    ------
    NotComputable
        If all residuals have the same size.
    """
    n, p = fit.q.shape
    squares = residuals**2
    centred = squares - squares.mean()
    if not centred @ centred > 1e-20 * (squares @ squares):
        raise NotComputable("all residuals have the same size")
    statistic = n * (1 - (fit.residuals(squares) ** 2).sum() / (centred @ centred))
    return {"statistic": statistic, "df1": p - 1, "p_value": float(chdtrc(p - 1, statistic))}
