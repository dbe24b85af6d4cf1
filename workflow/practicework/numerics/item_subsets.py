"""Item reduction: every subset of a length, with its fit, reliability and correlation with the whole pool."""

from collections.abc import Iterator, Sequence
from itertools import combinations
from math import comb

import numpy as np
from scipy.special import chdtrc

from practicework.errors import NotComputable
from practicework.numerics import one_factor
from practicework.numerics.matrices import definite

LIMIT = 20_000
"""Maximum number of subsets of one length."""

BLOCK = 2_000

DETERMINED = 1e-8
"""With a smaller eigenvalue of the correlations, some items follow from others."""


def candidates(k: int, length: int, facets: Sequence[int]) -> np.ndarray:
    """Return all subsets of so many of k items that keep every facet, shape (m, length).

    Parameters
    ----------
    k, length : int
    facets : sequence of int
        The facet of each item.

    Raises
    ------
    NotComputable
        If there are more than 20,000 subsets, or none keeps every facet.
    """
    if comb(k, length) > LIMIT:
        raise NotComputable(
            f"there are {comb(k, length):,} subsets of {length} of {k} items, and at most {LIMIT:,} are compared; drop some"
        )
    found = np.array(list(combinations(range(k), length)), int).reshape(-1, length)
    facets = np.asarray(facets)
    kept = np.all([(facets[found] == facet).any(axis=1) for facet in np.unique(facets)], axis=0)
    if not kept.any():
        raise NotComputable(f"no subset of {length} items has one of each of {len(np.unique(facets))} facets")
    return found[kept]


def evaluate(r: np.ndarray, n: int, subsets: np.ndarray) -> dict[str, np.ndarray]:
    """Return the fit of one factor to each subset, its omega, and the correlation of its sum with that of all items.

    In R: ``lavaan::cfa("f =~ ...", d[subset], std.lv = TRUE)`` for each; omega from its standardised loadings.

    Parameters
    ----------
    r : ndarray of shape (k, k)
        Correlations of all items.
    n : int
        Respondents.
    subsets : ndarray of shape (m, length)

    Returns
    -------
    dict of ndarray of shape (m,)
        `chisq`, `df`, `p_value`, `cfi`, `rmsea`, `omega`, `r_full`; NaN where there is no proper solution.
    """
    length = subsets.shape[1]
    df = length * (length - 3) // 2
    parts = list(_parts(r, n, subsets))
    found = {key: np.concatenate([one[key] for one in parts]) for key in parts[0]}
    found["df"] = np.full(len(subsets), df)
    found["p_value"] = chdtrc(df, np.maximum(found["chisq"], 0)) if df else np.full(len(subsets), np.nan)
    return found


def _parts(r: np.ndarray, n: int, subsets: np.ndarray) -> Iterator[dict[str, np.ndarray]]:
    length = subsets.shape[1]
    df, baseline_df = length * (length - 3) // 2, length * (length - 1) // 2
    whole, sums = r.sum(), r.sum(axis=1)
    start = np.full(length, 0.65)
    for first in range(0, len(subsets), BLOCK):
        some = subsets[first : first + BLOCK]
        own = r[some[:, :, None], some[:, None, :]]
        regular = definite(own, DETERMINED)
        own[~regular] = np.where(np.eye(length), 1.0, 0.5)
        loadings, fine = one_factor.fit(own, start, 1 - start**2)
        fine &= regular
        residuals = 1 - loadings**2
        with np.errstate(invalid="ignore", divide="ignore"):
            implied = loadings[:, :, None] * loadings[:, None, :]
            implied[:, range(length), range(length)] = 1.0
            implied[~fine] = np.eye(length)
            size = np.linalg.slogdet(own)[1]
            distance = np.linalg.slogdet(implied)[1] - size + np.einsum("mij,mji->m", own, np.linalg.inv(implied)) - length
            chisq, baseline = n * distance, -n * size
            excess, most = np.maximum(chisq - df, 0), np.maximum(baseline - baseline_df, np.maximum(chisq - df, 0))
            common = loadings.sum(axis=1) ** 2
            row = {
                "chisq": chisq,
                "cfi": np.where(most > 0, 1 - excess / most, 1.0),
                "rmsea": np.sqrt(excess / (df * n)) if df else np.full(len(some), np.nan),
                "omega": common / (common + residuals.sum(axis=1)),
            }
        for value in row.values():
            value[~fine] = np.nan
        row["r_full"] = sums[some].sum(axis=1) / np.sqrt(own.sum(axis=(1, 2)) * whole)
        yield row


def front(criteria: np.ndarray) -> np.ndarray:
    """Return which rows no other row exceeds or equals in all criteria and exceeds in one (the Pareto front).

    Parameters
    ----------
    criteria : ndarray of shape (m, c)
        More is better; rows with NaN are not on the front.

    Returns
    -------
    ndarray of bool of shape (m,)
    """
    fine = ~np.isnan(criteria).any(axis=1)
    left = np.flatnonzero(fine)
    left = left[np.argsort(-criteria[left].sum(axis=1), kind="stable")]
    kept = []
    while len(left):
        best, values = left[0], criteria[left]
        kept.append(best)
        others = (values > criteria[best]).any(axis=1) | (values == criteria[best]).all(axis=1)
        others[0] = False
        left = left[others]
    found = np.zeros(len(criteria), bool)
    found[kept] = True
    return found
