"""Stacks of matrices of which some have no solution, as those of resamples of few respondents: one must not stop the others."""

import numpy as np


def definite(matrices: np.ndarray, smallest: float) -> np.ndarray:
    """Return which symmetric matrices are finite and have no eigenvalue up to a limit.

    Parameters
    ----------
    matrices : ndarray of shape (m, k, k)
    smallest : float

    Returns
    -------
    ndarray of shape (m,)
    """
    found = np.isfinite(matrices).all(axis=(1, 2))
    if found.any():
        found[found] = np.linalg.eigvalsh(matrices[found])[:, 0] > smallest
    return found


def solved(matrices: np.ndarray, right: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the solutions of the systems of equations that have one, and which these are.

    Parameters
    ----------
    matrices : ndarray of shape (m, k, k)
    right : ndarray of shape (m, k, q)

    Returns
    -------
    solutions : ndarray of shape (r, k, q)
    regular : ndarray of shape (m,)
        `r` of them are true.
    """
    try:
        return np.linalg.solve(matrices, right), np.ones(len(matrices), bool)
    except np.linalg.LinAlgError:
        regular = np.linalg.slogdet(matrices)[0] != 0
        return np.linalg.solve(matrices[regular], right[regular]), regular
