"""The graded response model (Samejima, 1969) by marginal maximum likelihood."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit, ndtri

from practicework.errors import NotComputable

REACH, POINTS = 6.0, 101
"""Quadrature: points from -6 to 6."""

LEAST = 1e-12
"""The smallest probability of a response."""


@dataclass(frozen=True)
class Graded:
    """A fitted model of k items.

    Attributes
    ----------
    slopes : ndarray of shape (k,)
        Discrimination a, in logits per standard deviation of the trait.
    thresholds : list of ndarray
        Of each item, b₁ < b₂ < …: the trait at which a response in this category or a higher one has a probability of .5.
    log_likelihood : float
    parameters, n : int
    """

    slopes: np.ndarray
    thresholds: list[np.ndarray]
    log_likelihood: float
    parameters: int
    n: int

    @property
    def aic(self) -> float:
        """Akaike's information criterion."""
        return 2 * self.parameters - 2 * self.log_likelihood

    def information(self, theta: np.ndarray) -> np.ndarray:
        """Return the information of each item at values of the trait, shape (k, m). In R: ``mirt::iteminfo``."""
        rows = []
        for slope, b in zip(self.slopes, self.thresholds, strict=True):
            above = np.vstack([np.ones_like(theta), expit(slope * (theta - b[:, None])), np.zeros_like(theta)])
            steepness = above * (1 - above)
            change, p = slope * -np.diff(steepness, axis=0), -np.diff(above, axis=0)
            rows.append((change**2 / np.maximum(p, LEAST)).sum(axis=0))
        return np.array(rows)

    @property
    def reliability(self) -> float:
        """The marginal reliability, the mean of I / (I + 1) over a normal trait. In R: ``mirt::marginal_rxx``."""
        theta, weights = _quadrature(6.0, 601)
        total = self.information(theta).sum(axis=0)
        return float(weights @ (total / (total + 1)))


def fit(answers: np.ndarray) -> Graded:
    """Fit the model by maximising the marginal likelihood over a standard normal trait.

    In R: ``mirt::mirt(d, 1, "graded", quadpts = 101)``.

    Parameters
    ----------
    answers : ndarray of shape (n, k)
        Ordered responses, NaN where missing; categories are the values that occur.

    Raises
    ------
    NotComputable
        If an item has fewer than two categories, or the likelihood has no maximum.
    """
    answers = answers[~np.isnan(answers).all(axis=1)]
    codes, sizes = [], []
    for place, column in enumerate(answers.T):
        values = np.unique(column[~np.isnan(column)])
        if len(values) < 2:
            raise NotComputable(f"item {place + 1} has the same answer for everybody")
        codes.append(np.where(np.isnan(column), -1, np.searchsorted(values, np.nan_to_num(column, nan=values[0]))).astype(int))
        sizes.append(len(values))
    patterns, counts = np.unique(np.column_stack(codes), axis=0, return_counts=True)
    theta, weights = _quadrature(REACH, POINTS)
    marks = [np.equal.outer(np.arange(size), patterns[:, place]).astype(float) for place, size in enumerate(sizes)]
    ends = np.cumsum(sizes)
    start = _start(answers, codes, sizes)

    def negative(vector: np.ndarray) -> tuple[float, np.ndarray]:
        """Minus the log-likelihood per respondent and its gradient."""
        tables, parts = [], []
        for place, (size, end) in enumerate(zip(sizes, ends, strict=True)):
            slope, intercepts = _unpacked(vector[end - size : end])
            above = np.vstack([np.ones_like(theta), expit(slope * theta + intercepts[:, None]), np.zeros_like(theta)])
            p = np.maximum(-np.diff(above, axis=0), LEAST)
            tables.append((above, p))
            parts.append(marks[place].T @ np.log(p))
        joint = np.exp(sum(parts)) * weights
        total = joint.sum(axis=1)
        posterior = joint / total[:, None] * counts[:, None]
        gradient = np.empty_like(vector)
        for place, (size, end) in enumerate(zip(sizes, ends, strict=True)):
            above, p = tables[place]
            expected = marks[place] @ posterior / p  # (categories, points)
            steepness = (above * (1 - above))[1:-1]
            by_intercept = steepness * (expected[1:] - expected[:-1])
            own = vector[end - size : end]
            d = by_intercept.sum(axis=1)
            gradient[end - size] = (by_intercept * theta).sum() * np.exp(own[0])
            # an intercept is the first minus the steps before it
            tail = np.cumsum(d[::-1])[::-1]
            gradient[end - size + 1] = tail[0]
            gradient[end - size + 2 : end] = -tail[1:] * np.exp(own[2:])
        n = counts.sum()
        return -float(counts @ np.log(total)) / n, -gradient / n

    found = minimize(negative, start, jac=True, method="L-BFGS-B", options={"maxiter": 2_000, "ftol": 1e-15, "gtol": 1e-7})
    if not np.isfinite(found.fun) or np.abs(found.jac).max() > 1e-4 or np.abs(found.x).max() > 15:
        raise NotComputable("the likelihood of the graded response model has no maximum in this sample")
    slopes, thresholds = [], []
    for size, end in zip(sizes, ends, strict=True):
        slope, intercepts = _unpacked(found.x[end - size : end])
        slopes.append(slope)
        thresholds.append(-intercepts / slope)
    return Graded(np.array(slopes), thresholds, -float(found.fun) * len(answers), len(start), len(answers))


def _quadrature(reach: float, points: int) -> tuple[np.ndarray, np.ndarray]:
    theta = np.linspace(-reach, reach, points)
    weights = np.exp(-(theta**2) / 2)
    return theta, weights / weights.sum()


def _unpacked(own: np.ndarray) -> tuple[float, np.ndarray]:
    """Slope and descending intercepts from the logarithm of the slope, the first intercept, and logarithms of the steps."""
    return float(np.exp(own[0])), own[1] - np.concatenate([[0.0], np.cumsum(np.exp(own[2:]))])


def _start(answers: np.ndarray, codes: list[np.ndarray], sizes: list[int]) -> np.ndarray:
    """Starting values from item-rest correlations and the proportions of the responses."""
    vector = []
    filled = np.where(np.isnan(answers), np.nanmean(answers, axis=0), answers)
    for place, size in enumerate(sizes):
        rest = np.delete(filled, place, axis=1).sum(axis=1)
        r = np.corrcoef(filled[:, place], rest)[0, 1] if answers.shape[1] > 1 and np.ptp(rest) > 0 else 0.5
        slope = 1.7 * np.clip(r, 0.2, 0.85) / np.sqrt(1 - np.clip(r, 0.2, 0.85) ** 2)
        known = codes[place][codes[place] >= 0]
        above = np.array([(known >= category).mean() for category in range(1, size)])
        intercepts = ndtri(np.clip(above, 1e-4, 1 - 1e-4)) * np.sqrt(1.7**2 + slope**2)
        vector += [np.log(slope), intercepts[0], *np.log(np.maximum(-np.diff(intercepts), 1e-2))]
    return np.array(vector)
