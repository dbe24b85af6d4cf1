"""Parallel analysis: compare eigenvalues with those of uncorrelated data (Horn, 1965)."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from practicework.numerics.minres import half_explained, minres_steps

BLOCK = 1_000
"""Number of random correlation matrices in memory at a time."""


def parallel_analysis(r: np.ndarray, n: int, replications: int, percentile: float, rng: np.random.Generator) -> pd.DataFrame:
    """Compare the eigenvalues of components and of common factors with those of uncorrelated normal data.

    Components are eigenvalues of the correlation matrix; factors are those of the same matrix with the communalities
    of one minres factor on the diagonal. An eigenvalue is retained if it and all before it exceed the percentile of
    their random counterparts. In R: ``psych::fa.parallel(answers, fa = "both", quant = .95)``,
    whose ``pc.sim`` and ``fa.sim`` are also percentiles of simulated data.

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
        The columns of `dimensionality/parallel_analysis` except `model`; k rows.
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
    """Compute eigenvalues of matrices of shape (b, k, k), descending: of components and of factors, shape (2, b, k).

    The loadings that give the communalities are exact to `tolerance`.
    """
    components = np.linalg.eigvalsh(r)
    diagonal, reduced = range(r.shape[1]), r.copy()
    loadings = minres_steps(r, half_explained(r), tolerance)
    # the correlation of two items identifies only the product of their loadings, which are assumed equal
    reduced[:, diagonal, diagonal] = loadings**2 if r.shape[1] > 2 else np.abs(r[:, [0], [1]])
    return np.stack([components, np.linalg.eigvalsh(reduced)])[:, :, ::-1]


def random_correlations(k: int, n: int, replications: int, rng: np.random.Generator) -> Iterator[np.ndarray]:
    """Yield correlation matrices of n respondents' uncorrelated normal answers to k items, in blocks of shape (b, k, k).

    Drawn as Wishart matrices by Bartlett's decomposition, which takes k (k + 1) / 2 random numbers per matrix
    instead of n k. It does not exist if n - 1 < k; the answers are then drawn directly.
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
