"""Least squares on columns of equal size: the QR decomposition that every regression here shares."""

from functools import cached_property

import numpy as np

ALONE = 1 - 1e-10
"""Leverage from which a respondent alone determines a coefficient."""

COLLINEAR = 1e-7
"""Diagonal of R, relative to the column's norm, up to which a column follows from the others."""


BLOCK = 10_000
"""Rows that are decomposed together, so that they stay in the processor's cache."""


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
        self.q, self.r = _qr(design / self.size)

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

    def estimates(self, outcome: np.ndarray) -> np.ndarray:
        """Return the coefficients, shape (p,). In R: ``coef(m)``."""
        return self.inverse @ (self.q.T @ outcome) / self.size

    def residuals(self, outcome: np.ndarray) -> np.ndarray:
        """Return the outcome minus its projection on the design, shape (n,)."""
        return outcome - self.q @ (self.q.T @ outcome)

    def weights(self, term: int) -> np.ndarray:
        """Return the weight of each outcome in a coefficient, its row of (X'X)⁻¹X', shape (n,)."""
        return self.q @ self.inverse[term] / self.size[term]

    def variance_without(self, residuals: np.ndarray) -> np.ndarray:
        """Return the residual variance without each row, shape (n,); NaN if the other rows are fitted perfectly."""
        n, p = self.q.shape
        if n - p <= 1:
            return np.full(n, np.nan)
        left = residuals @ residuals - residuals**2 / self.rest
        return np.where(left > 1e-12 * (residuals @ residuals), left, np.nan) / (n - p - 1)

    def studentized(self, residuals: np.ndarray) -> np.ndarray:
        """Return externally studentized residuals, shape (n,). In R: ``rstudent(m)``."""
        return residuals / np.sqrt(self.variance_without(residuals) * self.rest)

    def cooks_distance(self, residuals: np.ndarray) -> np.ndarray:
        """Return Cook's distances, shape (n,). In R: ``cooks.distance(m)``."""
        n, p = self.q.shape
        variance = residuals @ residuals / (n - p)
        return residuals**2 * self.leverage / (p * variance * self.rest**2)

    def covariance(self, residuals: np.ndarray, errors: str) -> np.ndarray:
        """Return the covariance of the estimates, shape (p, p).

        Parameters
        ----------
        residuals : ndarray of shape (n,)
        errors : {"ols", "hc3"}
            HC3 is NaN if a respondent alone determines a coefficient (leverage 1). In R: ``vcov(m)``,
            ``sandwich::vcovHC(m, "HC3")``.
        """
        n, p = self.q.shape
        bread = self.inverse / self.size[:, None]
        if errors == "ols":
            return bread @ bread.T * (residuals @ residuals / (n - p))
        if (self.leverage > ALONE).any():  # the residual is zero up to rounding, and would be divided by zero up to rounding
            return np.full((p, p), np.nan)
        weighted = self.q * (residuals / (1 - self.leverage))[:, None]
        return bread @ (weighted.T @ weighted) @ bread.T


def _qr(matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Decompose blocks of rows, and then their triangles (tall-skinny QR; Demmel, Grigori, Hoemmen & Langou, 2012)."""
    parts = [np.linalg.qr(matrix[start : start + BLOCK]) for start in range(0, len(matrix), BLOCK)]
    if len(parts) == 1:
        return parts[0]
    triangles = [r for _, r in parts]
    q, r = np.linalg.qr(np.vstack(triangles))
    rows = np.split(q, np.cumsum([len(one) for one in triangles])[:-1])
    return np.vstack([own @ some for (own, _), some in zip(parts, rows, strict=True)]), r
