"""Least squares on columns of equal size: the QR decomposition that every regression here shares."""

from functools import cached_property

import numpy as np

ALONE = 1 - 1e-10
"""Leverage from which a respondent alone determines a coefficient."""

COLLINEAR = 1e-7
"""Diagonal of R, relative to the column's norm, up to which a column follows from the others."""


class LeastSquares:
    """A design decomposed as QR, each column divided by its largest absolute value.

    Scaling keeps small columns from being dropped next to large ones and makes the rank test independent of units.

    Parameters
    ----------
    design : ndarray of shape (n, p)
        Columns without any nonzero value are not allowed.

    Attributes
    ----------
    size : ndarray of shape (p,)
        The largest absolute value of each column.
    q, r : ndarray of shape (n, p) and (p, p)
    """

    def __init__(self, design: np.ndarray) -> None:
        """Decompose a design."""
        self.size = np.abs(design).max(axis=0)
        self.q, self.r = np.linalg.qr(design / self.size)

    @cached_property
    def singular(self) -> bool:
        """Whether a column follows from those before it."""
        return bool((np.abs(np.diag(self.r)) <= COLLINEAR * np.linalg.norm(self.r, axis=0)).any())

    @cached_property
    def inverse(self) -> np.ndarray:
        """The inverse of R."""
        return np.linalg.inv(self.r)

    @cached_property
    def leverage(self) -> np.ndarray:
        """The diagonal of the hat matrix, shape (n,). In R: ``hatvalues(m)``."""
        return (self.q**2).sum(axis=1)

    @cached_property
    def rest(self) -> np.ndarray:
        """One minus the leverage; NaN where a respondent alone determines a coefficient."""
        return np.where(self.leverage < ALONE, 1 - self.leverage, np.nan)

    def residuals(self, outcome: np.ndarray) -> np.ndarray:
        """Return the outcome minus its projection on the design, shape (n,)."""
        return outcome - self.q @ (self.q.T @ outcome)

    def weights(self, term: int) -> np.ndarray:
        """Return the weight of each outcome in a coefficient, its row of (X'X)⁻¹X', shape (n,)."""
        return self.q @ self.inverse[term] / self.size[term]
