"""Exploratory factor analysis by factor_analyzer, with factors sorted and reflected."""

import warnings
from dataclasses import dataclass
from typing import Literal

import numpy as np

from practicework.errors import NotComputable

ROTATION_STEPS, ROTATION_TOLERANCE = 5_000, 1e-7
"""Loadings are then exact to 1e-7; a smaller tolerance is below rounding error and would use all steps."""

HIGHEST = 0.995 - 1e-5
"""The upper bound of a communality in the extraction, less the tolerance of its optimiser."""


@dataclass(frozen=True)
class Factors:
    """A rotated solution of k items and m factors.

    Attributes
    ----------
    loadings : ndarray of shape (k, m)
        Pattern loadings; factors in descending order of sum of squares, reflected to a positive sum of loadings.
    correlations : ndarray of shape (m, m)
        Factor correlations.
    """

    loadings: np.ndarray
    correlations: np.ndarray

    @property
    def communalities(self) -> np.ndarray:
        """The share of each item's variance that the factors explain: the diagonal of L Φ L'."""
        return np.einsum("if,fg,ig->i", self.loadings, self.correlations, self.loadings)

    @property
    def ss_loadings(self) -> np.ndarray:
        """The variance that each factor explains in the items: the diagonal of Φ L'L."""
        return np.einsum("fg,ig,if->f", self.correlations, self.loadings, self.loadings)

    @property
    def complexity(self) -> np.ndarray:
        """Item complexity, the number of factors that each item requires, (Σ l²)² / Σ l⁴ (Hofmann, 1978)."""
        return (self.loadings**2).sum(axis=1) ** 2 / (self.loadings**4).sum(axis=1)


def factor_analysis(r: np.ndarray, factors: int, extraction: Literal["minres", "ml"], items: list[str]) -> Factors:
    """Extract factors from a correlation matrix and rotate them by oblimin (quartimin: γ = 0, not Kaiser-normalised).

    In R: ``psych::fa(r, nfactors, n.obs, fm = "minres", rotate = "oblimin")``. Only the unrotated loadings and
    the rotation of factor_analyzer 0.5.1 are used: its own rotated solution sorts the loadings but not the factor
    correlations, and its communalities ignore these correlations.

    Parameters
    ----------
    r : ndarray of shape (k, k)
        Regular correlation matrix.
    factors : int
    extraction : {"minres", "ml"}
    items : list of str
        Names of the k items, for messages.

    Raises
    ------
    NotComputable
        More factors than the items identify, a Heywood case, or no convergence.
    """
    from factor_analyzer import FactorAnalyzer
    from factor_analyzer.rotator import Rotator

    k = len(r)
    if factors >= k or (k - factors) ** 2 < k + factors:
        raise NotComputable(f"{k} items do not identify {factors} factors")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # from scikit-learn, about an argument of factor_analyzer
        warnings.filterwarnings("error", "Failed to converge", UserWarning)
        try:
            plain = FactorAnalyzer(n_factors=factors, rotation=None, method=extraction, is_corr_matrix=True).fit(r)
        except UserWarning:
            raise NotComputable("the extraction did not converge") from None
    loadings, phi = plain.loadings_, np.eye(factors)
    explained = [item for item, h2 in zip(items, (loadings**2).sum(axis=1), strict=True) if h2 > HIGHEST]
    if explained:
        raise NotComputable(f"the factors would explain {', '.join(explained)} completely (a Heywood case)")
    if factors > 1:
        rotator = Rotator(method="oblimin", max_iter=ROTATION_STEPS, tol=ROTATION_TOLERANCE)
        loadings = rotator.fit_transform(loadings)
        phi = rotator.phi_
        if stationary(loadings, phi) > 1e-6:
            raise NotComputable("the rotation did not converge")
    order = np.argsort(-Factors(loadings, phi).ss_loadings, kind="stable")
    sign = np.where(loadings[:, order].sum(axis=0) < 0, -1.0, 1.0)
    return Factors(loadings[:, order] * sign, phi[np.ix_(order, order)] * np.outer(sign, sign))


def stationary(loadings: np.ndarray, phi: np.ndarray) -> float:
    """Return the distance of a solution from an oblimin minimum; zero if L'G Φ⁻¹ is diagonal (Jennrich, 2002)."""
    gradient = loadings * ((loadings**2).sum(axis=1, keepdims=True) - loadings**2)
    condition = loadings.T @ gradient @ np.linalg.inv(phi)
    return float(np.abs(condition - np.diag(np.diag(condition))).max())
