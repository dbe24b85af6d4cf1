"""Polychoric correlations: between the continuous variables assumed to underlie ordinal answers."""

from itertools import combinations

import numpy as np

from practicework.errors import NotComputable

MAX_CATEGORIES = 10
BOUNDARY = 0.9999
"""Beyond it the likelihood has no maximum inside (-1, 1)."""


def polychoric(answers: np.ndarray, items: list[str]) -> np.ndarray:
    """Return the polychoric correlation matrix by two-step maximum likelihood (Olsson, 1979), shape (k, k).

    Thresholds come from each item's own frequencies, then each correlation from its pair's table. Nothing is
    added to empty cells (psych adds .5 by default), and the matrix is never smoothed.
    In R: ``psych::polychoric(answers, correct = 0)$rho``, ``lavaan::lavCor(answers, ordered = names(answers))``.

    Parameters
    ----------
    answers : ndarray of shape (n, k)
        No missing values.
    items : list of str
        Names of the columns, for messages.

    Raises
    ------
    NotComputable
        If answers are not a few integer categories, a correlation is at the boundary, or the matrix is not
        positive definite.
    """
    from ordinalcorr import polychoric as pairwise

    for name, column in zip(items, answers.T, strict=True):
        if (column % 1 != 0).any() or len(np.unique(column)) > MAX_CATEGORIES:
            raise NotComputable(f"the answers to {name} are not integers in at most {MAX_CATEGORIES} categories")
    codes = np.asfortranarray(answers.astype(np.int16))
    r = np.eye(len(items))
    for i, j in combinations(range(len(items)), 2):
        r[i, j] = r[j, i] = pairwise(codes[:, i], codes[:, j])
        if abs(r[i, j]) > BOUNDARY:
            raise NotComputable(f"the polychoric correlation of {items[i]} and {items[j]} is estimated at the boundary of ±1")
    if np.linalg.eigvalsh(r)[0] <= 0:
        raise NotComputable("the matrix of polychoric correlations is not positive definite")
    return r
