"""Tests of questions with several answers: one group against the options (MMI), and two such questions (SPMI).

Pearson's χ² of the table of ticks is not offered: a respondent is in it as often as he or she ticks an option.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaincc

SMALL = 0.5
"""What replaces a count of zero, as in MRCV."""

BLOCK = 2_000_000
"""Maximum number of counts at a time."""


@dataclass(frozen=True)
class Tested:
    """The joint test of many 2 × g (or 2 × 2) tables of the same respondents.

    Attributes
    ----------
    statistics, p_values : ndarray of shape (k,)
        Pearson's χ² of each table and its p.
    table_df : int
        Degrees of freedom of each table.
    statistic : float
        Their sum X²_S.
    adjusted, df, p_adjusted : float
        Rao and Scott's second-order correction.
    """

    statistics: np.ndarray
    p_values: np.ndarray
    table_df: int
    statistic: float
    adjusted: float
    df: float
    p_adjusted: float

    @property
    def bonferroni(self) -> float:
        """Bonferroni's p: the smallest p times the number of tables."""
        return float(min(1.0, len(self.p_values) * self.p_values.min()))


def marginal(ticked: np.ndarray, group: np.ndarray) -> Tested:
    """Test that the share of every option is the same in all groups (MMI; Bilder, Loughin & Nettleton, 2000).

    X²_S is the sum of Pearson's χ² over the options. Its null distribution is that of Σ λ χ²₁ with the eigenvalues λ of the
    covariance of the differences in units of the independent one, so X²_S k / Σ λ² is compared with χ² on k² / Σ λ² degrees of
    freedom, k = (g - 1) J. In R: ``MRCV::MI.test(d, I = 1, J = J, type = "rs2")``.

    Parameters
    ----------
    ticked : ndarray of shape (n, J)
        1 ticked, 0 not; every option is ticked by somebody, but not by everybody.
    group : ndarray of shape (n,)
        Codes of at least two groups.
    """
    levels, place, sizes = np.unique(group, return_inverse=True, return_counts=True)
    shares = _shares(ticked, place, len(levels))
    statistics = _pearson(shares[None], sizes)[0]
    p, options, groups = ticked.mean(axis=0), ticked.shape[1], len(levels)
    within = [np.atleast_2d(np.cov(ticked[place == one].T, ddof=0)) for one in range(groups)]
    weights = np.eye(groups) - sizes / len(ticked)
    covariance = np.einsum("il,kl,lab->iakb", weights / sizes, weights, np.array(within))
    covariance *= np.sqrt(np.outer(sizes, sizes))[:, None, :, None]
    scale = np.tile(1 / np.sqrt(p * (1 - p)), groups)
    values = np.linalg.eigvalsh(covariance.reshape(groups * options, -1) * np.outer(scale, scale))
    return _tested(statistics, groups - 1, values)


def simultaneous(first: np.ndarray, second: np.ndarray) -> Tested:
    """Test that every option of one question is independent of every option of another (SPMI; Bilder & Loughin, 2004).

    In R: ``MRCV::MI.test(d, I, J, type = "rs2")``.

    Parameters
    ----------
    first, second : ndarray of shape (n, I) and (n, J)
        1 ticked, 0 not.
    """
    p, q = first.mean(axis=0), second.mean(axis=0)
    products = ((first - p)[:, :, None] * (second - q)[:, None, :]).reshape(len(first), -1)
    variance = np.outer(p * (1 - p), q * (1 - q)).ravel()
    statistics = _of_pairs(first[None], second[None])[0]
    covariance = np.atleast_2d(np.cov(products.T, ddof=0)) / np.sqrt(np.outer(variance, variance))
    return _tested(statistics, 1, np.linalg.eigvalsh(covariance))


def _of_pairs(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Pearson's χ² of every pair of options, (m, n, I) and (m, n, J) to (m, I J)."""
    both = np.einsum("mni,mnj->mij", first, second, optimize=True)
    return _of_sums(both, first.sum(axis=1), second.sum(axis=1), first.shape[1])


def _of_sums(both: np.ndarray, first: np.ndarray, second: np.ndarray, n: int) -> np.ndarray:
    """Pearson's χ² of every pair from the ticks of both (m, I, J), of the first (m, I) and of the second (m, J)."""
    one, other = first[:, :, None], second[:, None, :]
    ticked = np.stack([both, other - both], axis=1)  # of the second option: with and without the first
    others = np.stack([one - both, n - one - other + both], axis=1)
    return _of_counts(ticked.reshape(len(both), 2, -1), others.reshape(len(both), 2, -1))


def _tested(statistics: np.ndarray, table_df: int, values: np.ndarray) -> Tested:
    k, squares = len(statistics) * table_df, float((values**2).sum())
    if squares < 1e-12 * k:  # answers follow the groups without exception, so nothing varies within them
        squares = np.nan
    adjusted, df = float(statistics.sum()) * k / squares, k**2 / squares
    p_values = gammaincc(table_df / 2, np.maximum(statistics, 0) / 2)
    return Tested(statistics, p_values, table_df, float(statistics.sum()), adjusted, df, float(gammaincc(df / 2, adjusted / 2)))


def _shares(ticked: np.ndarray, place: np.ndarray, groups: int) -> np.ndarray:
    """Share of each option in each group, shape (groups, options)."""
    return np.array([ticked[place == one].mean(axis=0) for one in range(groups)])


def _pearson(shares: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Pearson's χ² of 2 × g tables from shares (m, g, J)."""
    ticked = shares * sizes[None, :, None]
    return _of_counts(ticked, sizes[None, :, None] - ticked)


def _of_counts(ticked: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Pearson's χ² of tables with the columns `ticked` and `others` (m, g, J); counts of zero are replaced by one half."""
    ticked, others = (np.where(one < 1e-9, SMALL, one) for one in (ticked, others))
    rows = ticked + others
    share = ticked.sum(axis=1, keepdims=True) / rows.sum(axis=1, keepdims=True)
    return ((ticked - rows * share) ** 2 / (rows * share * (1 - share))).sum(axis=1)


def bootstrap_marginal(ticked: np.ndarray, group: np.ndarray, resamples: int, rng: np.random.Generator) -> dict[str, float]:
    """Return p values of X²_S, of the product and of the minimum of the options' p values, by resampling under MMI.

    Group sizes stay fixed, and the respondents' answers are drawn from all of them, independently of the group. In R:
    ``MRCV::MI.test(d, I = 1, J = J, type = "boot")``.

    Parameters
    ----------
    ticked, group
        As for `marginal`.
    resamples : int
    rng : numpy.random.Generator

    Returns
    -------
    dict of str to float
        `sum`, `product` and `minimum`: the share of resamples at least as extreme as the sample, which counts as one of them, so
        that no p is zero (Davison & Hinkley, 1997).
    """
    levels, place, sizes = np.unique(group, return_inverse=True, return_counts=True)
    n, df = len(ticked), len(levels) - 1
    own = _pearson(_shares(ticked, place, len(levels))[None], sizes)
    patterns, counts = np.unique(ticked, axis=0, return_counts=True)
    drawn, block = [], max(1, BLOCK // (len(patterns) * len(levels)))
    for first in range(0, resamples, block):
        size = min(block, resamples - first)
        shares = np.stack([rng.multinomial(m, counts / n, size) @ patterns / m for m in sizes], axis=1)
        drawn.append(_pearson(shares, sizes))
    return _extreme(own, np.concatenate(drawn), df)


def bootstrap_simultaneous(first: np.ndarray, second: np.ndarray, resamples: int, rng: np.random.Generator) -> dict[str, float]:
    """Return the same for two questions, whose answers are drawn independently of each other.

    Pairs of patterns of answers are counted, if they are fewer than the respondents, who are drawn one by one otherwise.
    """
    n = len(first)
    own = simultaneous(first, second).statistics[None]
    (one, one_n), (other, other_n) = (np.unique(x, axis=0, return_counts=True) for x in (first, second))
    few = len(one) * len(other) <= n
    chances = np.outer(one_n / n, other_n / n).ravel()
    a, b = (np.repeat(one, len(other), axis=0), np.tile(other, (len(one), 1))) if few else (first, second)
    drawn, block = [], max(1, BLOCK // (len(a) * (a.shape[1] + b.shape[1])))
    for start in range(0, resamples, block):
        size = min(block, resamples - start)
        if few:
            counts = rng.multinomial(n, chances, size).astype(float)
            both = np.einsum("mk,kij->mij", counts, a[:, :, None] * b[:, None, :], optimize=True)
            drawn.append(_of_sums(both, counts @ a, counts @ b, n))
        else:
            drawn.append(_of_pairs(a[rng.integers(0, n, (size, n))], b[rng.integers(0, n, (size, n))]))
    return _extreme(own, np.concatenate(drawn), 1)


def _extreme(own: np.ndarray, drawn: np.ndarray, df: int) -> dict[str, float]:
    """Shares of resamples that are at least as extreme as the sample."""
    with np.errstate(divide="ignore"):
        logs, drawn_logs = (np.log(gammaincc(df / 2, np.maximum(one, 0) / 2)) for one in (own, drawn))
    near = 1 - 1e-9
    beyond = {
        "sum": drawn.sum(axis=1) >= own.sum() * near,
        "product": drawn_logs.sum(axis=1) <= logs.sum() * near,
        "minimum": drawn_logs.min(axis=1) <= logs.min() * near,
    }
    return {name: float((1 + one.sum()) / (1 + len(drawn))) for name, one in beyond.items()}


def cochran(ticked: np.ndarray) -> tuple[float, int, float]:
    """Return Cochran's Q of the hypothesis that all options are ticked equally often, its degrees of freedom and p.

    In R: ``DescTools::CochranQTest``; the same as ``statsmodels.stats.contingency_tables.cochrans_q``.
    """
    k = ticked.shape[1]
    columns, rows = ticked.sum(axis=0), ticked.sum(axis=1)
    below = k * rows.sum() - (rows**2).sum()
    q = (k - 1) * (k * (columns**2).sum() - columns.sum() ** 2) / below if below else np.nan
    return float(q), k - 1, float(gammaincc((k - 1) / 2, q / 2)) if below else np.nan
