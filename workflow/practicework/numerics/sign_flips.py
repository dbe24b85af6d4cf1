"""The joint test of many specifications of one regression by standardised sign flips of their scores, shared by all of them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from practicework.numerics.least_squares import LeastSquares
from practicework.numerics.limits import DRAWN

CELLS = 1_000_000
"""Maximum number of cells (specifications or people × flips) at a time."""

GROUP = 100
"""Specifications whose variance terms are one matrix product."""

BAND = 2_000
"""Flips from which the band of null curves is taken."""

TIE = 1e-12
"""Differences up to which two statistics are equal: the flip in which nobody changes sign must count."""


@dataclass(frozen=True)
class Score:
    """What one specification contributes: one coefficient, given all other columns.

    Attributes
    ----------
    contributions : ndarray of shape (n,)
        d̃ e of each person of the study: the residuals of the tested column and of the outcome on the other columns; zero for
        people who are not in the specification.
    projected : ndarray of shape (q, n) or None
        d̃ times each column of an orthonormal basis of the other columns, zero outside; None for more than 10,000 people.
    lost : float
        What the standardisation subtracts from d̃'d̃ in expectation over the flips: the sum of squares of d̃ q, summed by cluster.
    squares : float
        d̃'d̃, so that the estimate is the sum of contributions divided by it.
    variance : float
        e'e.
    df : int
        Residual degrees of freedom of the regression.
    """

    contributions: np.ndarray
    projected: np.ndarray | None
    lost: float
    squares: float
    variance: float
    df: int

    @property
    def estimate(self) -> float:
        """The coefficient."""
        return float(self.contributions.sum() / self.squares)

    @property
    def partial(self) -> float:
        """The partial correlation, which is the standardised score without flips."""
        return float(self.contributions.sum() / np.sqrt(self.squares * self.variance))


@dataclass(frozen=True)
class Joint:
    """The joint test.

    Attributes
    ----------
    observed, p : dict of str to float
        By statistic: `median` (of the estimates), `share` (of specifications whose coefficient is significant at the level),
        `stouffer` (sum of standardised scores over the root of their number), `max` (the largest standardised score).
    p_flip, p_family : ndarray of shape (s,)
        Of each specification: its own flip test, and that against the largest score of all specifications.
    band : ndarray of shape (2, s)
        The 2.5th and 97.5th percentile of the ordered estimates of the null at each rank.
    flips : int
    """

    observed: dict[str, float]
    p: dict[str, float]
    p_flip: np.ndarray
    p_family: np.ndarray
    band: np.ndarray
    flips: int


def score(
    n: int, people: np.ndarray, others: np.ndarray, tested: np.ndarray, outcome: np.ndarray, groups: np.ndarray | None = None
) -> Score:
    """Return the score of one specification.

    Parameters
    ----------
    n : int
        The people of the study.
    people : ndarray of shape (m,)
        Who of them is in the specification.
    others : ndarray of shape (m, q)
        The other columns, with the intercept.
    tested, outcome : ndarray of shape (m,)
    groups : ndarray of shape (m,), optional
        The clusters whose people change sign together.

    Raises
    ------
    ValueError
        If the tested column follows from the others, or nothing is left to test.
    """
    squares = LeastSquares(others)
    if squares.singular or len(people) <= others.shape[1] + 1:
        raise ValueError("the coefficients are not identified")
    d, e = squares.residuals(tested), squares.residuals(outcome)
    if d @ d <= 1e-10 * (tested @ tested) or e @ e <= 1e-12 * (outcome @ outcome):
        raise ValueError("the tested column or the outcome follows from the other columns")
    contributions = np.zeros(n)
    contributions[people] = d * e
    projected = None
    if n <= DRAWN:
        projected = np.zeros((others.shape[1], n))
        projected[:, people] = d * squares.q.T
    moved = d[:, None] * squares.q
    if groups is not None:
        _, place = np.unique(groups, return_inverse=True)
        moved = np.stack([np.bincount(place, column) for column in moved.T], axis=1)
    lost = float((moved**2).sum())
    return Score(contributions, projected, lost, float(d @ d), float(e @ e), len(people) - others.shape[1] - 1)


def signs(n: int, flips: int, specifications: int, rng: np.random.Generator) -> Iterator[np.ndarray]:
    """Yield random signs, shape (n, block), in blocks of bounded memory."""
    block = max(1, CELLS // max(n, specifications))
    for first in range(0, flips, block):
        yield 2.0 * rng.integers(0, 2, (min(block, flips - first), n)).T - 1.0


def flipped(scores: Sequence[Score], drawn: Iterable[np.ndarray]) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield flipped sums Σ g ν, shape (s, block), and what standardisation subtracts from d̃'d̃, ‖Q'(g d̃)‖².

    Parameters
    ----------
    scores : sequence of Score
    drawn : iterable of ndarray of shape (n, block)
        Signs, from `signs`.
    """
    contributions = np.stack([one.contributions for one in scores])
    parts = []
    for first in range(0, len(scores), GROUP):
        some = [one.projected for one in scores[first : first + GROUP]]
        parts.append((np.concatenate(some), np.cumsum([0, *map(len, some)])[:-1]))
    for some in drawn:
        yield contributions @ some, np.concatenate([np.add.reduceat((part @ some) ** 2, starts) for part, starts in parts])


def limiting(
    scores: Sequence[Score], flips: int, rng: np.random.Generator, groups: np.ndarray | None = None
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield the same as `flipped` from the normal limit of the sums, whose covariance is Σ ν ν'; for large samples.

    Parameters
    ----------
    scores : sequence of Score
    flips : int
    rng : numpy.random.Generator
    groups : ndarray of shape (n,), optional
        The cluster of each person, as whole numbers from 0; a cluster's contributions change sign together.
    """
    contributions = [one.contributions for one in scores]
    if groups is not None:
        contributions = [np.bincount(groups, one) for one in contributions]
    moments = np.stack(contributions)
    values, vectors = np.linalg.eigh(moments @ moments.T)
    root = vectors * np.sqrt(np.maximum(values, 0))
    lost = np.array([one.lost for one in scores])[:, None]
    block = max(1, CELLS // len(scores))
    for first in range(0, flips, block):
        yield root @ rng.standard_normal((len(scores), min(block, flips - first))), lost


def joint(
    scores: Sequence[Score], drawn: Iterable[tuple[np.ndarray, np.ndarray]], direction: int = 0, alpha: float = 0.05
) -> Joint:
    """Return the joint test of specifications whose scores are flipped together.

    Under the null hypothesis that the coefficient is zero in every specification, the sign of a person's contribution is as
    likely as its opposite, whatever the errors' variances. All specifications flip the same people, which keeps their
    dependence. Each flipped score T(g) = Σ g ν is divided by the root of d̃'d̃ - ‖Q'(g d̃)‖², which corrects for the estimated
    coefficients of the other columns (Hemerik, Goeman & Finos, 2020; De Santis, Goeman, Hemerik & Finos, 2022). p is
    (1 + number of flips at least as extreme) / (1 + flips). Permuted residuals are not offered: with specifications that exclude
    different people they reject too often (docs/methods.md).

    Parameters
    ----------
    scores : sequence of Score
    drawn : iterable of tuple of ndarray
        From `flipped` or `limiting`.
    direction : {-1, 0, 1}
        The predicted sign; 0 for two-sided tests.
    alpha : float
        The level of the share.

    Returns
    -------
    Joint
    """
    squares = np.array([one.squares for one in scores])
    scale = np.sqrt(np.array([one.variance for one in scores]))
    critical = stdtrit([one.df for one in scores], 1 - alpha / (1 if direction else 2))
    critical = critical / np.sqrt(critical**2 + [one.df for one in scores])

    def statistics(estimates: np.ndarray, standard: np.ndarray) -> dict[str, np.ndarray]:
        """Each joint statistic, larger if more extreme, shape (block,)."""
        turned = (lambda one: direction * one) if direction else np.abs
        return {
            "median": turned(np.median(estimates, axis=0)),
            "share": (turned(standard) > critical[:, None]).mean(axis=0),
            "stouffer": turned(standard.sum(axis=0) / np.sqrt(len(standard))),
            "max": turned(standard).max(axis=0),
        }

    whole = np.array([one.partial for one in scores])[:, None]
    estimates = np.array([one.estimate for one in scores])[:, None]
    own = {name: float(one[0]) for name, one in statistics(estimates, whole).items()}
    size = (direction * whole if direction else np.abs(whole))[:, 0]
    counts, flips = dict.fromkeys(own, 0), 0
    alone, family, bands = np.zeros(len(scores)), np.zeros(len(scores)), []
    for sums, lost in drawn:
        standard = sums / np.sqrt(np.maximum(squares[:, None] - lost, TIE * squares[:, None])) / scale[:, None]
        null = sums / squares[:, None]
        for name, values in statistics(null, standard).items():
            counts[name] += int((values >= own[name] - TIE * max(1.0, abs(own[name]))).sum())
        sizes = direction * standard if direction else np.abs(standard)
        alone += (sizes >= size[:, None] - TIE).sum(axis=1)
        most = np.sort(sizes.max(axis=0))
        family += len(most) - np.searchsorted(most, size - TIE)
        if sum(one.shape[1] for one in bands) < BAND:
            bands.append(np.sort(null[:, :BAND], axis=0))
        flips += sums.shape[1]
    observed = {
        "median": float(np.median(estimates)), "share": own["share"],
        "stouffer": float(whole.sum() / np.sqrt(len(whole))), "max": float(whole[size.argmax(), 0]),
    }  # fmt: skip
    band = np.quantile(np.concatenate(bands, axis=1), [0.025, 0.975], axis=1)
    p = {name: (1 + count) / (1 + flips) for name, count in counts.items()}
    return Joint(observed, p, (1 + alone) / (1 + flips), (1 + family) / (1 + flips), band, flips)
