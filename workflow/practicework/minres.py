"""One minres factor: the loadings that leave the smallest squared residual correlations."""

import numpy as np

LOWEST_UNIQUENESS = 0.005
"""The bound of minres, as in psych and factor_analyzer: no item is explained completely."""


def one_factor(r: np.ndarray) -> np.ndarray:
    """Standardised loadings on one minres factor of a correlation matrix, turned so that most are positive.

    In R: ``psych::fa(r, nfactors = 1, fm = "minres")$loadings``.
    """
    values, vectors = np.linalg.eigh(r)
    start = vectors[:, -1] * np.sqrt(values[-1])
    loadings = minres_steps(r[None], start[None], tolerance=1e-12, steps=10_000)[0]
    return loadings if loadings.sum() >= 0 else -loadings


def minres_steps(r: np.ndarray, start: np.ndarray, tolerance: float = 1e-6, steps: int = 500) -> np.ndarray:
    """One-factor minres loadings of many correlation matrices at once, shapes (b, k, k) and (b, k).

    Minimises the squared off-diagonal residuals one loading at a time (Harman's minres): given the
    others, the best loading of item i is sum_j r_ij l_j / sum_j l_j² over j ≠ i.
    """
    loadings = start.copy()
    bound = np.sqrt(1 - LOWEST_UNIQUENESS)
    for _ in range(steps):
        before = loadings.copy()
        for i in range(loadings.shape[1]):
            squares = (loadings**2).sum(axis=1) - loadings[:, i] ** 2
            products = np.einsum("bj,bj->b", r[:, i], loadings) - r[:, i, i] * loadings[:, i]
            loadings[:, i] = np.clip(products / np.maximum(squares, 1e-300), -bound, bound)
        if np.abs(loadings - before).max(initial=0) < tolerance:
            break
    return loadings
