"""One minres factor: the loadings that minimise the squared residual correlations."""

import numpy as np

LOWEST_UNIQUENESS = 0.005
"""Lower bound of the uniquenesses, as in psych and factor_analyzer."""

WARM_UP = 5
"""Damped principal-axis steps before the minres steps."""


def one_factor(r: np.ndarray) -> np.ndarray:
    """Return standardised loadings on one minres factor of a correlation matrix, with a positive sum.

    In R: ``psych::fa(r, nfactors = 1, fm = "minres")$loadings``.
    """
    values, vectors = np.linalg.eigh(r)
    component = vectors[:, -1] * np.sqrt(values[-1])
    starts = np.stack([component, half_explained(r[None])[0]])  # a few weak correlations can have several minima
    found = minres_steps(np.stack([r, r]), starts, tolerance=1e-12, steps=10_000)
    residuals = r - found[:, :, None] * found[:, None, :]
    residuals[:, range(len(r)), range(len(r))] = 0
    loadings = found[(residuals**2).sum(axis=(1, 2)).argmin()]
    return loadings if loadings.sum() >= 0 else -loadings


def half_explained(r: np.ndarray) -> np.ndarray:
    """Return psych's starting values: loadings from uniquenesses of .5 after principal-axis steps; (b, k, k) to (b, k)."""
    values, vectors = np.linalg.eigh(r)
    loadings, reduced, diagonal = vectors[:, :, -1] * np.sqrt(values[:, [-1]] - 0.5), r.copy(), range(r.shape[1])
    for _ in range(WARM_UP):
        reduced[:, diagonal, diagonal] = np.minimum(loadings**2, 1 - LOWEST_UNIQUENESS)
        loadings += np.einsum("bij,bj->bi", reduced, loadings) / (loadings**2).sum(axis=1, keepdims=True)
        loadings /= 2
    return loadings


def minres_steps(r: np.ndarray, start: np.ndarray, tolerance: float = 1e-6, steps: int = 500) -> np.ndarray:
    """Return one-factor minres loadings of many correlation matrices at once, shapes (b, k, k) and (b, k).

    Minimises the squared off-diagonal residuals one loading at a time (Harman's minres): given the
    others, the best loading of item i is sum_j r_ij l_j / sum_j l_j² over j ≠ i.
    """
    b, k = start.shape
    found, bound = start.copy(), np.sqrt(1 - LOWEST_UNIQUENESS)
    off = np.moveaxis(r, 0, 2).copy()  # matrices last, so each operation runs over all of them at once
    off[range(k), range(k)] = 0
    left, loadings = np.arange(b), start.T.copy()
    for _ in range(steps):
        before, squares = loadings.copy(), (loadings**2).sum(axis=0)
        for i in range(k):
            others = squares - loadings[i] ** 2
            products = np.einsum("jb,jb->b", off[i], loadings)
            loadings[i] = np.clip(products / np.maximum(others, 1e-300), -bound, bound)
            squares = others + loadings[i] ** 2
        moving = np.abs(loadings - before).max(axis=0) >= tolerance
        if 2 * moving.sum() <= len(left):  # store the converged solutions
            found[left] = loadings.T
            left, loadings, off = left[moving], loadings[:, moving], off[:, :, moving]
            if not len(left):
                break
    found[left] = loadings.T
    return found
