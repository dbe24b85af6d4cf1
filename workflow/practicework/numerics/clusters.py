"""Inference for respondents nested in clusters, such as salespeople in firms: CR2 standard errors and Satterthwaite's degrees."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.special import fdtrc

from practicework.numerics.least_squares import LeastSquares

FEWEST = 5
"""Clusters below which cluster-robust inference is refused."""

LOST = 1e-12
"""Eigenvalue of I − H up to which a direction of a cluster's residuals is determined by the design; it gets the weight zero."""


@dataclass(frozen=True)
class ClusterRobust:
    """The CR2 covariance of least squares estimates, and tests with small-sample degrees of freedom.

    The residuals of each cluster are multiplied by :math:`(I - H_{gg})^{-1/2}`, with H the hat matrix, which makes the
    covariance unbiased if errors are independent with equal variances (Bell & McCaffrey, 2002). The degrees of freedom are
    Satterthwaite's under that working model, and Hotelling's T² approximation for several coefficients (Pustejovsky & Tipton,
    2018). In R: ``clubSandwich::vcovCR(m, cluster, "CR2")``, ``coef_test``, ``Wald_test(test = "HTZ")``.

    Parameters
    ----------
    squares : LeastSquares
        The decomposed design of n respondents and p coefficients.
    residuals : ndarray of shape (n,)
    clusters : ndarray of shape (n,)
        The cluster of each respondent; any values that can be sorted.
    """

    squares: LeastSquares
    residuals: np.ndarray
    clusters: np.ndarray

    @cached_property
    def _parts(self) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
        """Of each cluster, with its rows of Q as U S V': V S (I − S²)^(-1/2), S V', and U' times its residuals."""
        _, place = np.unique(self.clusters, return_inverse=True)
        order = np.argsort(place, kind="stable")
        found = []
        for rows in np.split(order, np.cumsum(np.bincount(place))[:-1]):
            u, s, v = np.linalg.svd(self.squares.q[rows], full_matrices=False)
            left = 1 - s**2
            adjustment = np.where(left > LOST, 1 / np.sqrt(np.maximum(left, LOST)), 0.0)
            found.append((v.T * (s * adjustment), s[:, None] * v, u.T @ self.residuals[rows]))
        return found

    @property
    def count(self) -> int:
        """The number of clusters."""
        return len(self._parts)

    @cached_property
    def _bread(self) -> np.ndarray:
        return self.squares.inverse / self.squares.size[:, None]

    @cached_property
    def covariance(self) -> np.ndarray:
        """The covariance of the estimates, shape (p, p)."""
        scores = np.array([weights @ residuals for weights, _, residuals in self._parts])
        return self._bread @ (scores.T @ scores) @ self._bread.T

    @cached_property
    def without_each(self) -> np.ndarray:
        """The changes of the estimates without each cluster, shape (clusters, p); NaN where they are not identified.

        −(X'X)⁻¹ X_g' (I − H_gg)⁻¹ e_g. In R: ``coef(update(m, subset = cluster != g)) - coef(m)``.
        """
        steps = []
        for _, right, residuals in self._parts:
            left = 1 - (right**2).sum(axis=1)  # the rows of S V' have the lengths S
            steps.append(right.T @ (residuals / np.where(left > LOST, left, np.nan)))
        return -np.array(steps) @ self._bread.T

    def degrees(self, rows: np.ndarray) -> np.ndarray:
        """Return Satterthwaite's degrees of freedom of linear combinations of the coefficients.

        Parameters
        ----------
        rows : ndarray of shape (m, p)
            NaN for a row of zeros.

        Returns
        -------
        ndarray of shape (m,)
        """
        own, shared = self._spread(rows)
        own = np.diagonal(own, axis1=1, axis2=2)
        inside = (shared**2).sum(axis=2)
        gram = np.einsum("gmp,gmq->mpq", shared, shared)
        trace = (own - inside).sum(axis=0)
        squared = (own**2 - 2 * own * inside).sum(axis=0) + (gram**2).sum(axis=(1, 2))
        with np.errstate(divide="ignore", invalid="ignore"):
            return trace**2 / squared

    def wald(self, rows: np.ndarray, estimates: np.ndarray) -> tuple[float, float, float]:
        """Return F, its denominator degrees of freedom and p of the hypothesis that linear combinations are zero.

        NaN if the degrees of freedom are too few for their number.

        Parameters
        ----------
        rows : ndarray of shape (q, p)
        estimates : ndarray of shape (p,)
        """
        rows = rows / np.sqrt(np.diag(rows @ self.covariance @ rows.T))[:, None]
        q, values = len(rows), rows @ estimates
        statistic = float(values @ np.linalg.solve(rows @ self.covariance @ rows.T, values))
        own, shared = self._spread(rows)
        omega = np.einsum("gij->ij", own) - np.einsum("gip,gjp->ij", shared, shared)
        eigenvalues, vectors = np.linalg.eigh(omega)
        root = (vectors / np.sqrt(eigenvalues)) @ vectors.T
        own, shared = root @ own @ root, np.einsum("ij,gjp->gip", root, shared)
        total, sizes = 0.0, (shared**2).sum(axis=2)
        for s in range(q):
            for t in range(q):
                across = np.einsum("gp,gq->pq", shared[:, s], shared[:, t])
                inner = (shared[:, s] * shared[:, t]).sum(axis=1)
                total += (own[:, s, t] ** 2 - 2 * own[:, s, t] * inner).sum() + float((across * across.T).sum())
                total += (own[:, s, s] * own[:, t, t] - own[:, s, s] * sizes[:, t] - own[:, t, t] * sizes[:, s]).sum()
                total += float((across**2).sum())
        degrees = q * (q + 1) / total
        left = degrees - q + 1
        if not left > 0:
            return np.nan, np.nan, np.nan
        f = left / degrees * statistic / q
        return f, left, float(fdtrc(q, left, f))

    def _spread(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Of each cluster, the products of the combinations' own parts, shape (g, m, m), and their shared parts, (g, m, p)."""
        ends = rows @ self._bread
        turned = [(ends @ weights, back) for weights, back, _ in self._parts]
        return np.array([one @ one.T for one, _ in turned]), np.array([one @ back for one, back in turned])


def intraclass_correlation(values: np.ndarray, clusters: np.ndarray) -> float:
    """Return the share of variance between clusters, ICC(1) from a one-way analysis of variance; it may be negative.

    (MSB − MSW) / (MSB + (n₀ − 1) MSW), with n₀ = (N − Σn²/N) / (G − 1) for G clusters of n respondents (Shrout & Fleiss, 1979;
    Donner, 1986, for unequal sizes). In R: ``anova(lm(y ~ factor(g)))``.

    Parameters
    ----------
    values, clusters : ndarray of shape (n,)

    Returns
    -------
    float
        NaN if each cluster has one respondent, or there is only one cluster.
    """
    _, place, sizes = np.unique(clusters, return_inverse=True, return_counts=True)
    n, groups = len(values), len(sizes)
    if groups in (1, n):
        return np.nan
    means = np.bincount(place, values) / sizes
    between = float(sizes @ (means - values.mean()) ** 2) / (groups - 1)
    within = float(((values - means[place]) ** 2).sum()) / (n - groups)
    size = (n - float(sizes @ sizes) / n) / (groups - 1)
    return (between - within) / (between + (size - 1) * within)
