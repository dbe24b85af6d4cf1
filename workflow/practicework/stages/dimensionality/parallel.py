"""Parallel analysis: how many eigenvalues exceed those of data without any factor (Horn, 1965)."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from practicework.numerics.minres import half_explained, minres_steps

BLOCK = 1_000
"""Random correlation matrices held at a time."""


def parallel_analysis(r: np.ndarray, n: int, replications: int, percentile: float, rng: np.random.Generator) -> pd.DataFrame:
    """Eigenvalues of components and of common factors beside those of uncorrelated normal data.

    Components are eigenvalues of the correlation matrix; factors, of the same with the communalities of one
    minres factor in the diagonal. An eigenvalue is retained as long as it and all before it exceed the
    percentile of its random counterparts. In R: ``psych::fa.parallel(answers, fa = "both", quant = .95)``,
    whose ``pc.sim`` and ``fa.sim`` are percentiles of simulated data, too.

    Parameters
    ----------
    r : ndarray of shape (k, k)
        Correlations of n respondents.
    n, replications : int
    percentile : float
        50 to 100.
    rng : numpy.random.Generator

    Returns
    -------
    DataFrame
        The columns of `dimensionality/parallel_analysis` but for `model`; k rows.
    """
    observed = eigenvalues(r[None], 1e-10)[:, 0]
    random = np.concatenate([eigenvalues(block, 1e-6) for block in random_correlations(len(r), n, replications, rng)], axis=1)
    means, limits = random.mean(axis=1), np.quantile(random, percentile / 100, axis=1)
    table: dict[str, np.ndarray] = {"number": np.arange(1, len(r) + 1)}
    for kind, name in enumerate(("component", "factor")):
        table |= {
            name: observed[kind],
            f"{name}_mean": means[kind],
            f"{name}_percentile": limits[kind],
            f"{name}_retained": np.logical_and.accumulate(observed[kind] > limits[kind]),
        }
    return pd.DataFrame(table)


def eigenvalues(r: np.ndarray, tolerance: float) -> np.ndarray:
    """Eigenvalues of matrices of shape (b, k, k), falling: of components and of factors, shape (2, b, k).

    The loadings behind the communalities are exact to `tolerance`.
    """
    components = np.linalg.eigvalsh(r)
    diagonal, reduced = range(r.shape[1]), r.copy()
    loadings = minres_steps(r, half_explained(r), tolerance)
    # the one correlation of two items tells no more than the product of their loadings: they are taken as equal
    reduced[:, diagonal, diagonal] = loadings**2 if r.shape[1] > 2 else np.abs(r[:, [0], [1]])
    return np.stack([components, np.linalg.eigvalsh(reduced)])[:, :, ::-1]


def random_correlations(k: int, n: int, replications: int, rng: np.random.Generator) -> Iterator[np.ndarray]:
    """Correlation matrices of n respondents' uncorrelated normal answers to k items, in blocks of shape (b, k, k).

    Drawn as Wishart matrices by Bartlett's decomposition, which takes k (k + 1) / 2 random numbers a matrix
    instead of n k; where n - 1 < k that does not exist, and the few answers are drawn themselves.
    """
    below = np.tril_indices(k, -1)
    for start in range(0, replications, BLOCK):
        b = min(BLOCK, replications - start)
        if n - 1 < k:
            answers = rng.standard_normal((b, n, k))
            root = np.swapaxes(answers - answers.mean(axis=1, keepdims=True), 1, 2)
        else:
            root = np.zeros((b, k, k))
            root[:, range(k), range(k)] = np.sqrt(rng.chisquare(n - 1 - np.arange(k), size=(b, k)))
            root[:, below[0], below[1]] = rng.standard_normal((b, len(below[0])))
        root /= np.sqrt((root**2).sum(axis=2, keepdims=True))
        yield root @ np.swapaxes(root, 1, 2)
