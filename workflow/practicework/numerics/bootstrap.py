"""The bootstrap as matrix products, and its intervals; with numpy and scipy.special only.

A case resample is a vector of counts: how often each respondent was drawn. Every cross-product of a
resample is then a weighted sum of the original cross-products, so thousands of regressions are one
matrix product and one batched Cholesky factorisation.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri

from practicework.numerics.least_squares import LeastSquares
from practicework.numerics.limits import DRAWN, WEIGHTS

CELLS = 50_000
"""Maximum number of counts per block (respondents × resamples): fits the processor's cache and limits memory."""

BLOCK = 1_000
"""Resamples solved together: enough to make the cost of calls negligible."""

SINGULAR = 1e-10
"""A Cholesky pivot below this share of its diagonal marks a resample with linearly dependent columns."""


@dataclass(frozen=True)
class Resamples:
    """Bootstrapped coefficients, shape (resamples, p), and the number of singular resamples that were redrawn."""

    coefficients: np.ndarray
    redrawn: int


def counts(n: int, resamples: int, rng: np.random.Generator) -> np.ndarray:
    """Return how often each of n respondents is drawn in each resample with replacement, shape (resamples, n)."""
    # short integers need half the random bits and half the time
    drawn = rng.integers(0, n, size=(resamples, n), dtype=np.uint16 if n <= 2**16 else np.uint32)
    places = np.add(drawn, n * np.arange(resamples)[:, None], dtype=np.intp)
    return np.bincount(places.ravel(), minlength=resamples * n).reshape(resamples, n)


def weighted_sums(
    data: np.ndarray,
    resamples: int,
    rng: np.random.Generator,
    columns: Callable[[np.ndarray], np.ndarray] = lambda rows: rows,
) -> Iterator[np.ndarray]:
    """Yield the sums of each column over each resample, in blocks of shape (at most BLOCK, columns).

    Beyond DRAWN respondents the sums are drawn from their normal limit: a case resample is a multinomial vector of counts, so its
    sums have expectation Σx and covariance Σ(x - x̄)(x - x̄)' exactly, and are normal up to a skewness of order 1/√n (central
    limit theorem; Bickel & Freedman, 1981). The cost then no longer grows with the number of respondents.

    Parameters
    ----------
    data : ndarray of shape (n, k)
    resamples : int
    rng : numpy.random.Generator
    columns : callable
        Returns the columns to sum, computed from rows of the data, shape (rows, columns).
    """
    n = len(data)
    if n > DRAWN:
        yield from _limiting_sums(data, resamples, rng, columns)
        return
    columns = columns(data)
    columns = np.ascontiguousarray(columns)
    chunk = max(1, CELLS // n)
    # until a larger block has been freed, glibc maps memory anew for each array, which takes a third of the time here
    np.empty(16 * CELLS)
    for start in range(0, resamples, BLOCK):
        sums = np.empty((min(BLOCK, resamples - start), columns.shape[1]))
        for first in range(0, len(sums), chunk):
            part = sums[first : first + chunk]
            part[:] = counts(n, len(part), rng).astype(float) @ columns
        yield sums


def group_sums(
    data: np.ndarray,
    groups: np.ndarray | None,
    resamples: int,
    rng: np.random.Generator,
    columns: Callable[[np.ndarray], np.ndarray],
) -> Iterator[np.ndarray]:
    """Yield the sums of `weighted_sums` over resamples of whole groups of rows; of rows if `groups` is None."""
    if groups is None:
        return weighted_sums(data, resamples, rng, columns)
    _, place = np.unique(groups, return_inverse=True)
    order = np.argsort(place, kind="stable")
    totals = np.add.reduceat(columns(data[order]), np.append(0, np.cumsum(np.bincount(place))[:-1]), axis=0)
    return weighted_sums(totals, resamples, rng)


def _limiting_sums(
    data: np.ndarray, resamples: int, rng: np.random.Generator, columns: Callable[[np.ndarray], np.ndarray]
) -> Iterator[np.ndarray]:
    """Yield sums of resamples drawn from the multivariate normal distribution with their moments."""
    parts = [slice(start, start + DRAWN) for start in range(0, len(data), DRAWN)]
    total = sum(columns(data[part]).sum(axis=0) for part in parts)
    products = 0.0
    for part in parts:
        centred = columns(data[part]) - total / len(data)
        products = products + centred.T @ centred
    values, vectors = np.linalg.eigh(products)
    root = vectors * np.sqrt(np.clip(values, 0, None))
    for start in range(0, resamples, BLOCK):
        yield total + rng.standard_normal((min(BLOCK, resamples - start), len(values))) @ root.T


def covariances(data: np.ndarray, resamples: int, rng: np.random.Generator) -> Iterator[np.ndarray]:
    """Yield covariance matrices of case resamples, in blocks of shape (at most BLOCK, k, k); the divisor is n. See `moments`."""
    for _, found in moments(data, resamples, rng):
        yield found


def moments(data: np.ndarray, resamples: int, rng: np.random.Generator) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield means and covariance matrices of case resamples, in blocks of shapes (at most BLOCK, k) and (.., k, k), divisor n.

    Statistics of covariances (alpha, omega, HTMT) are then computed for a whole block at once. A column that
    is constant in a resample has a variance of zero up to rounding: compare it with the whole sample's.
    In R: ``cov(d[sample(n, replace = TRUE), ]) * (n - 1) / n``.

    Parameters
    ----------
    data : ndarray of shape (n, k)
        No missing values.
    """
    n, k = data.shape
    centred = data - data.mean(axis=0)
    rows, cols = np.triu_indices(k)

    def columns(some: np.ndarray) -> np.ndarray:
        return np.column_stack([some, some[:, rows] * some[:, cols]])

    for sums in weighted_sums(centred, resamples, rng, columns):
        means, products = sums[:, :k] / n, sums[:, k:] / n
        cov = np.empty((len(sums), k, k))
        cov[:, rows, cols] = cov[:, cols, rows] = products - means[:, rows] * means[:, cols]
        yield means + data.mean(axis=0), cov


def ols(design: np.ndarray, outcome: np.ndarray, resamples: int, rng: np.random.Generator) -> np.ndarray:
    """Return case-resampled ordinary least squares coefficients.

    Parameters
    ----------
    design : ndarray of shape (n, p)
        The design matrix, constant column included; no missing values.
    outcome : ndarray of shape (n,)
    resamples : int
    rng : numpy.random.Generator

    Returns
    -------
    ndarray of shape (resamples, p)
        A resample with a singular design (such as an empty group) is redrawn;
        `resample_ols` also returns their number.

    Raises
    ------
    ValueError
        If shapes do not match, values are not finite, or the design itself is singular.

    Notes
    -----
    With the design as QR, the resampled regression is that of the residual on Q, plus the estimate.
    Q is orthonormal in the sample, so the normal equations stay well conditioned whatever the units.
    In R: ``boot::boot(d, function(d, i) coef(lm(f, d[i, ])), R)$t``.
    """
    return resample_ols(design, outcome, resamples, rng).coefficients


def resample_ols(
    design: np.ndarray, outcome: np.ndarray, resamples: int, rng: np.random.Generator, groups: np.ndarray | None = None
) -> Resamples:
    """Return the coefficients of `ols` and the number of singular resamples that were redrawn.

    With `groups`, the group of each row, whole groups are drawn instead of rows (cluster bootstrap; Field & Welsh, 2007). In R:
    ``boot::boot(split(d, d$g), function(s, i) coef(lm(f, do.call(rbind, s[i]))), R)$t``.
    """
    found, redrawn = resample_equations([(design, outcome)], resamples, rng, groups)
    return Resamples(found[0], redrawn)


def resample_equations(
    equations: Sequence[tuple[np.ndarray, np.ndarray]],
    resamples: int,
    rng: np.random.Generator,
    groups: np.ndarray | None = None,
) -> tuple[list[np.ndarray], int]:
    """Return the coefficients of several regressions of the same respondents in the same resamples.

    Parameters
    ----------
    equations : sequence of pairs of ndarray
        A design (n, p) and an outcome (n,) each.
    resamples, rng, groups
        As for `resample_ols`; a resample with any singular design is drawn again.

    Returns
    -------
    coefficients : list of ndarray of shape (resamples, p)
    redrawn : int

    Raises
    ------
    ValueError
        As for `ols`.
    """
    if resamples < 1:
        raise ValueError("design must be (n, p), outcome (n,), resamples at least 1")
    systems = [_System(*equation) for equation in equations]
    columns = np.column_stack([system.columns for system in systems])
    first = np.cumsum([0, *(system.columns.shape[1] for system in systems)])
    pairs = [np.triu_indices(width) for width in np.diff(first)]
    rows, cols = (np.concatenate([start + pair[side] for start, pair in zip(first[:-1], pairs, strict=True)]) for side in (0, 1))
    ends = np.cumsum([len(pair[0]) for pair in pairs])[:-1]

    kept: list[list[np.ndarray]] = [[] for _ in systems]
    redrawn, wanted = 0, resamples
    while wanted:
        found = 0
        for sums in group_sums(columns, groups, wanted, rng, lambda some: some[:, rows] * some[:, cols]):
            solutions, regular = [], np.ones(len(sums), bool)
            for part, pair in zip(np.split(sums, ends, axis=1), pairs, strict=True):
                size = pair[0][-1] + 1
                moments = np.empty((size, size, len(sums)))
                moments[pair] = part.T
                solution, fine = _solve(moments)
                solutions.append(solution)
                regular &= fine
            for place, solution in enumerate(solutions):
                kept[place].append(solution[:, regular])
            found += int(regular.sum())
        wanted -= found
        redrawn += wanted
        if redrawn > 1000 * resamples:
            raise ValueError("almost all resamples of this design are singular")
    return [system.coefficients(np.concatenate(own, axis=1)) for system, own in zip(systems, kept, strict=True)], redrawn


def with_counts(design: np.ndarray, outcome: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Return least squares coefficients of given case resamples, NaN where the design is singular, shape (resamples, p).

    Parameters
    ----------
    counts : ndarray of shape (resamples, n)
        How often each respondent was drawn.
    """
    system = _System(design, outcome)
    width = system.columns.shape[1]
    pair = np.triu_indices(width)
    moments = np.empty((width, width, len(counts)))
    moments[pair] = (counts.astype(float) @ (system.columns[:, pair[0]] * system.columns[:, pair[1]])).T
    solution, fine = _solve(moments)
    found = system.coefficients(solution)
    found[~fine] = np.nan
    return found


class _System:
    """One regression as that of its residual on Q."""

    def __init__(self, design: np.ndarray, outcome: np.ndarray) -> None:
        design, outcome = np.asarray(design, float), np.asarray(outcome, float)
        if design.ndim != 2 or outcome.shape != design.shape[:1]:
            raise ValueError("design must be (n, p), outcome (n,), resamples at least 1")
        if not (np.isfinite(design).all() and np.isfinite(outcome).all()):
            raise ValueError("design and outcome must be finite")
        n, p = design.shape
        if n < p or not np.abs(design).max(axis=0).all():
            raise ValueError("the design is singular")
        self.fit = LeastSquares(design)
        if self.fit.singular:
            raise ValueError("the design is singular")
        self.fitted = self.fit.q.T @ outcome
        self.columns = np.column_stack([self.fit.q, outcome - self.fit.q @ self.fitted])

    def coefficients(self, solution: np.ndarray) -> np.ndarray:
        """Solutions on Q, shape (p, resamples), as coefficients of the design, shape (resamples, p)."""
        return (solution + self.fitted[:, None]).T @ (self.fit.inverse.T / self.fit.size)


def percentile(draws: np.ndarray, confidence: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the percentile interval of each column of draws, shape (resamples, k). In R: ``quantile(draws, type = 7)``."""
    tail = (1 - confidence) / 2
    low, high = np.quantile(draws, [tail, 1 - tail], axis=0)
    return low, high


def bca(draws: np.ndarray, estimates: np.ndarray, jackknife: np.ndarray, confidence: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the bias-corrected and accelerated interval (Efron, 1987).

    The percentiles are taken at Φ(z0 + (z0 + z) / (1 - a (z0 + z))), with z0 the normal quantile of the share of
    draws below the estimate, ties counted half, and a = Σd³ / (6 (Σd²)^1.5), d = mean of the jackknife minus its values.
    In R: ``boot::boot.ci(b, type = "bca", L = boot::empinf(b, type = "jack"))`` up to its interpolation of quantiles.

    Parameters
    ----------
    draws : ndarray of shape (resamples, k)
    estimates : ndarray of shape (k,)
    jackknife : ndarray of shape (n, k)
        The leave-one-out estimates. NaN in a column makes its interval NaN; without any variance the
        acceleration is zero.
    confidence : float
    """
    below = (draws < estimates).mean(axis=0) + 0.5 * (draws == estimates).mean(axis=0)
    bias = ndtri(np.clip(below, 0.5 / len(draws), 1 - 0.5 / len(draws)))
    distance = jackknife.mean(axis=0) - jackknife
    spread = (distance**2).sum(axis=0) ** 1.5
    skew = (distance**3).sum(axis=0)
    acceleration = np.divide(skew, 6 * spread, out=np.where(spread == 0, 0.0, np.nan), where=spread > 0)
    ends = []
    for tail in ((1 - confidence) / 2, (1 + confidence) / 2):
        z = bias + ndtri(tail)
        shares = ndtr(bias + z / (1 - acceleration * z))
        ends.append(np.array([np.nan if np.isnan(share) else np.quantile(draws[:, k], share) for k, share in enumerate(shares)]))
    return ends[0], ends[1]


def leave_one_out(design: np.ndarray, outcome: np.ndarray) -> np.ndarray:
    """Return least squares coefficients without each respondent, shape (n, p): b - (X'X)⁻¹ x e / (1 - h), h the leverage.

    NaN if the leverage is 1: without such a respondent the design is singular. In R: ``coef(m) - t(dfbeta(m))``.
    """
    fit = LeastSquares(design)
    fitted = fit.q.T @ outcome
    return (fit.inverse @ fitted - (fit.q * (fit.residuals(outcome) / fit.rest)[:, None]) @ fit.inverse.T) / fit.size


def _solve(moments: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Solve the normal equations of each resample by Cholesky, and return which were not singular.

    `moments` contains the upper triangle of [Q, e]'[Q, e] per resample, shape (p + 1, p + 1, resamples);
    it is overwritten. Each operation runs over all resamples at once.
    """
    p = len(moments) - 1
    regular = np.ones(moments.shape[2], bool)
    for j in range(p):
        whole = moments[j, j] + (moments[:j, j] ** 2).sum(axis=0)
        fine = moments[j, j] > SINGULAR * whole
        regular &= fine
        moments[j, j] = np.sqrt(np.where(fine, moments[j, j], 1.0))
        moments[j, j + 1 :] /= moments[j, j]
        for k in range(j + 1, p):
            moments[k, k:] -= moments[j, k] * moments[j, k:]
    solution = moments[:p, p].copy()
    for j in reversed(range(p)):
        solution[j] /= moments[j, j]
        solution[:j] -= moments[:j, j] * solution[j]
    return solution, regular


def counted(n: int, resamples: int, rng: np.random.Generator) -> Iterator[np.ndarray]:
    """Yield case resamples as counts, in blocks of bounded memory."""
    step = max(1, WEIGHTS // n)
    for first in range(0, resamples, step):
        yield counts(n, min(step, resamples - first), rng)
