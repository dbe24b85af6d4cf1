"""Indices of careless responding, from arrays with one row per respondent, one column per item and NaN if missing."""

from collections.abc import Callable, Sequence

import numpy as np
from scipy.special import betaincinv

CELLS = 2_000_000
"""Maximum number of values in a respondent-by-pair table, to limit memory."""

MIN_ITEMS = 10
"""With fewer items, long runs and identical response patterns are too common to be informative."""

MIN_PAIRS = 3
"""A correlation over two pairs is always 1 or -1."""


def longstring(answers: np.ndarray) -> np.ndarray:
    """Return the longest run of identical consecutive answers, in the order of the columns.

    A missing answer ends a run; NaN for a respondent without any answer. In R:
    ``careless::longstring(x)`` (1 for a row without answers) (Johnson, 2005).

    Parameters
    ----------
    answers : ndarray of shape (n, items)
        Not reverse-scored.

    Returns
    -------
    ndarray of shape (n,)
    """
    n, k = answers.shape
    run, longest = np.ones(n), np.ones(n)
    for column in range(1, k):
        run = np.where(answers[:, column] == answers[:, column - 1], run + 1, 1)
        np.maximum(longest, run, out=longest)
    return np.where(np.isnan(answers).all(axis=1), np.nan, longest)


def irv(answers: np.ndarray) -> np.ndarray:
    """Return intra-individual response variability: the standard deviation (n - 1) of a respondent's answers.

    Computed over the answered items, not reverse-scored; NaN for fewer than two. In R: ``careless::irv(x)``
    (Dunn et al., 2018).
    """
    given = ~np.isnan(answers)
    count = given.sum(axis=1)
    filled = np.where(given, answers, 0.0)
    mean = filled.sum(axis=1) / np.maximum(count, 1)
    squares = np.where(given, (filled - mean[:, None]) ** 2, 0.0).sum(axis=1)
    return np.where(count > 1, np.sqrt(squares / np.maximum(count - 1, 1)), np.nan)


def even_odd(blocks: Sequence[np.ndarray], n: int) -> np.ndarray:
    """Return even-odd inconsistency: the within-person correlation of half scales, stepped up and negated.

    The even and the odd answered items of each scale are averaged, and r is computed over the scales that have
    both. The index is -max(2r / (1 + r), -1), so a higher value means less consistent answers. It is NaN without
    variance and for fewer than three such scales, because r over two is always 1 or -1. In R:
    ``careless::evenodd(x, factors)`` from version 1.2, on keyed items; careless also returns a value for two
    scales (Johnson, 2005).

    Parameters
    ----------
    blocks : sequence of ndarray of shape (n, items of the scale)
        Reverse-keyed items recoded, all scales on the same response range.
    n : int
        Number of respondents (needed if there is no scale).
    """
    halves = np.full((2, n, len(blocks)), np.nan)
    for scale, block in enumerate(blocks):
        for half, first in enumerate((1, 0)):
            part = block[:, first::2]
            given = (~np.isnan(part)).sum(axis=1)
            halves[half, :, scale] = np.divide(np.nansum(part, axis=1), given, out=np.full(n, np.nan), where=given > 0)
    r = within_person_r(*halves)
    with np.errstate(divide="ignore", invalid="ignore"):
        stepped = 2 * r / (1 + r)
    return 0 - np.where(np.isnan(r), np.nan, np.maximum(np.where(r <= -1, -1, stepped), -1))


def within_person_r(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return each row's Pearson correlation of x and y over the columns where both have a value.

    NaN for fewer than three such columns or if x or y does not vary over them. In R:
    ``cor(x[i, ], y[i, ], use = "pairwise.complete.obs")``.
    """
    given = ~(np.isnan(x) | np.isnan(y))
    count = given.sum(axis=1)
    parts = []
    for side in (x, y):
        filled = np.where(given, side, 0.0)
        centred = np.where(given, filled - (filled.sum(axis=1) / np.maximum(count, 1))[:, None], 0.0)
        size = np.sqrt((centred**2).sum(axis=1))
        flat = size <= 1e-12 * np.sqrt((filled**2).sum(axis=1))
        parts.append((centred, np.where(flat, np.nan, size)))
    (a, size_a), (b, size_b) = parts
    r = (a * b).sum(axis=1) / size_a / size_b
    return np.where(count >= MIN_PAIRS, np.clip(r, -1, 1), np.nan)


def item_pairs(answers: np.ndarray, critical: float, *, antonyms: bool = False) -> np.ndarray:
    """Return pairs of items, later before earlier, that correlate above `critical`, or for antonyms below -`critical`.

    Pearson, pairwise complete. In R: ``psychsyn_critval(x)`` lists all pairs by their correlation.

    Returns
    -------
    ndarray of shape (pairs, 2)
    """
    if min(answers.shape) == 0:
        return np.empty((0, 2), int)
    given = ~np.isnan(answers)
    means = np.divide(np.nansum(answers, axis=0), given.sum(axis=0), out=np.zeros(answers.shape[1]), where=given.any(axis=0))
    z, m = np.where(given, answers - means, 0.0), given.astype(float)
    n, sums = m.T @ m, z.T @ m
    with np.errstate(divide="ignore", invalid="ignore"):
        squares = (z**2).T @ m - sums**2 / n
        products = z.T @ z - sums * sums.T / n
        squares[squares <= 1e-12 * n] = np.nan
        r = products / np.sqrt(squares * squares.T)
    chosen = (r < -critical if antonyms else r > critical) & (n > 2)
    return np.argwhere(np.tril(chosen, -1))


def psychsyn(answers: np.ndarray, pairs: np.ndarray) -> np.ndarray:
    """Return the within-person correlation over pairs of psychometric synonyms (or antonyms).

    NaN for fewer than three answered pairs, or if one side does not vary. In R:
    ``careless::psychsyn(x, critval, resample_na = FALSE)``, ``careless::psychant(...)``; with its default
    `resample_na`, the values of respondents without variance are random (Meade & Craig, 2012).

    Parameters
    ----------
    answers : ndarray of shape (n, items)
        Not reverse-scored.
    pairs : ndarray of shape (pairs, 2)
        As returned by `item_pairs`.
    """
    return _by_rows(lambda part: within_person_r(part[:, pairs[:, 0]], part[:, pairs[:, 1]]), answers, len(pairs))


def _by_rows(function: Callable[[np.ndarray], np.ndarray], answers: np.ndarray, width: int) -> np.ndarray:
    """Apply a function to respondents in blocks."""
    size = max(1, CELLS // max(width, 1))
    parts = [function(answers[start : start + size]) for start in range(0, len(answers), size)]
    return np.concatenate(parts) if parts else np.empty(0)


def mahalanobis(answers: np.ndarray) -> np.ndarray:
    """Return squared Mahalanobis distances from the sample mean, covariance with n - 1.

    In R: ``careless::mahad(x)``, which is ``psych::outlier(x)``, for complete rows. (With missing answers,
    careless drops terms of the sum, so rows are not comparable; here they have no distance.)

    Parameters
    ----------
    answers : ndarray of shape (n, items)
        No missing values.

    Raises
    ------
    ValueError
        If an item is a linear combination of others.
    """
    centred = answers - answers.mean(axis=0)
    centred /= centred.std(axis=0, ddof=1)
    correlation = centred.T @ centred / (len(answers) - 1)
    try:
        lower = np.linalg.cholesky(correlation)
    except np.linalg.LinAlgError:
        lower = np.zeros_like(correlation)
    if (np.diag(lower) < 1e-6).any():
        raise ValueError("an item is determined by the others")
    inverse = np.linalg.inv(lower).T
    return _by_rows(lambda part: ((part @ inverse) ** 2).sum(axis=1), centred, answers.shape[1])


def mahalanobis_cutoff(n: int, items: int, p_value: float) -> float:
    """Return the squared distance that a respondent of a normal sample exceeds with probability `p_value`.

    (n - 1)² / n · Beta(items / 2, (n - items - 1) / 2), the distribution of a squared distance from the
    mean of the same sample (Gnanadesikan & Kettenring, 1972). The commonly used χ² quantile is only
    its limit: no distance can exceed (n - 1)² / n. In R:
    ``(n - 1)^2 / n * qbeta(1 - p, k / 2, (n - k - 1) / 2)``.
    """
    return float((n - 1) ** 2 / n * betaincinv(items / 2, (n - items - 1) / 2, 1 - p_value))


def duplicates(answers: np.ndarray, others: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Count the other respondents with the same answers, and find the first earlier one.

    Duplicates have the same answers to all items, including missing ones, and the same values of the other
    variables. Respondents need at least ten answers that are not all the same, because straight-lining does
    not indicate a copy.

    Parameters
    ----------
    answers : ndarray of shape (n, items)
    others : ndarray of shape (n, variables)

    Returns
    -------
    counts : ndarray of shape (n,)
        NaN for respondents with fewer than ten answers.
    first : ndarray of shape (n,)
        Its position; -1 if there is no earlier one.
    """
    given = (~np.isnan(answers)).sum(axis=1)
    counts, first = np.where(given >= MIN_ITEMS, 0.0, np.nan), np.full(len(answers), -1)
    varied = np.zeros(len(answers), bool)
    varied[given > 0] = np.nanmax(answers[given > 0], axis=1, initial=-np.inf) > np.nanmin(
        answers[given > 0], axis=1, initial=np.inf
    )
    rows = np.flatnonzero((given >= MIN_ITEMS) & varied)
    if len(rows):
        sheets = np.ascontiguousarray(np.nan_to_num(np.hstack([answers[rows], others[rows]]), nan=np.inf) + 0.0)
        keys = sheets.view(np.dtype((np.void, sheets.itemsize * sheets.shape[1]))).ravel()
        _, start, group, size = np.unique(keys, return_index=True, return_inverse=True, return_counts=True)
        counts[rows] = size[group] - 1
        copies = start[group] != np.arange(len(rows))
        first[rows[copies]] = rows[start[group[copies]]]
    return counts, first
