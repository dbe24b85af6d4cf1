"""Gaussian mixtures for many data sets and many starts at once, as needed for starts and bootstrap tests."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

STRUCTURES = {"spherical": "VII", "diagonal": "VVI", "tied": "EEE", "full": "VVV"}
"""Covariance structures and their names in mclust."""
FLOOR = 1e-6
"""Added to variances of standardised indicators, as StepMix and scikit-learn do."""
SHORT, LONG, TOLERANCE = 25, 500, 1e-8
"""Steps of every start, maximum steps of the retained starts, and their tolerance (gain per respondent)."""


@dataclass(frozen=True)
class Mixture:
    """Fitted mixtures of B data sets and S starts: shapes (B, S, k), (B, S, k, d), (B, S, k, d, d), (B, S), (B, S, n, k)."""

    weights: np.ndarray
    means: np.ndarray
    covariances: np.ndarray
    log_likelihood: np.ndarray
    responsibilities: np.ndarray

    @property
    def best(self) -> np.ndarray:
        """Each data set's largest log-likelihood, shape (B,)."""
        return self.log_likelihood.max(axis=1)

    def draw(self, start: int, n: int, size: int, rng: np.random.Generator) -> np.ndarray:
        """Draw data sets of n respondents from one start's mixture of the first data set, shape (size, n, d)."""
        weights, means, covariances = self.weights[0, start], self.means[0, start], self.covariances[0, start]
        which = rng.choice(len(weights), size=(size, n), p=weights / weights.sum())
        noise = rng.standard_normal((size, n, means.shape[1]))
        return means[which] + np.einsum("bnij,bnj->bni", np.linalg.cholesky(covariances)[which], noise)


def parameters(structure: str, k: int, d: int) -> int:
    """Return the number of free parameters of a mixture with k profiles and d indicators."""
    spread = {"spherical": k, "diagonal": k * d, "tied": d * (d + 1) // 2, "full": k * d * (d + 1) // 2}[structure]
    return k - 1 + k * d + spread


def fit(data: np.ndarray, k: int, structure: str, starts: int, keep: int, rng: np.random.Generator) -> Mixture:
    """Fit mixtures by maximum likelihood (EM) from random starts, for all data sets together.

    Parameters
    ----------
    data : ndarray of shape (B, n, d)
        Standardised indicators.
    k : int
        Profiles.
    structure : str
        A key of `STRUCTURES`.
    starts : int
        Starts of each data set. Half draw respondents as centres, as in k-means++, and assign responsibilities by
        distance; half assign them at random.
    keep : int
        Number of best starts after the first steps that continue to convergence.
    rng : numpy.random.Generator

    Returns
    -------
    Mixture
        Of the retained starts, the most promising first.
    """
    features, d = _features(data), data.shape[2]
    starts, keep, short, long = (1, 1, 1, 1) if k == 1 else (starts, min(keep, starts), SHORT, LONG)
    resp = _first(data, k, starts, rng)
    values, resp, _ = _em(features, resp, d, structure, short)
    order = np.argsort(-values, axis=1, kind="stable")[:, :keep]
    values, resp, found = _em(features, np.take_along_axis(resp, order[:, :, None, None], axis=1), d, structure, long)
    return Mixture(*found, values, resp)


@cache
def _pairs(d: int) -> tuple[np.ndarray, np.ndarray]:
    return np.triu_indices(d)


def _features(data: np.ndarray) -> np.ndarray:
    """Return the columns 1, x and x_i x_j with i ≤ j, in which log densities are linear, shape (B, n, F)."""
    rows, cols = _pairs(data.shape[2])
    return np.concatenate([np.ones((*data.shape[:2], 1)), data, data[..., rows] * data[..., cols]], axis=2)


def _first(data: np.ndarray, k: int, starts: int, rng: np.random.Generator) -> np.ndarray:
    """Return the initial responsibilities of each start, by centres or at random, shape (B, starts, n, k)."""
    sets, n, _ = data.shape
    centred = (starts + 1) // 2
    random = rng.dirichlet(np.ones(k), size=(sets, starts - centred, n))
    starts = centred
    at = np.arange(sets)[:, None]
    nearest = np.ones((sets, starts, n))
    distances = []
    for _ in range(k):
        total = nearest.cumsum(axis=2)
        picked = (rng.random((sets, starts, 1)) * total[..., -1:] > total).sum(axis=2).clip(max=n - 1)
        centre = data[at, picked]
        distances.append(((data[:, None] - centre[:, :, None]) ** 2).sum(axis=3))
        nearest = np.minimum(nearest, distances[-1]) if len(distances) > 1 else distances[-1]
        nearest = nearest + 1e-12
    distance = np.stack(distances, axis=3)
    resp = np.exp(-0.5 * (distance - distance.min(axis=3, keepdims=True)))
    return np.concatenate([resp / resp.sum(axis=3, keepdims=True), random], axis=1)


def _em(
    features: np.ndarray, resp: np.ndarray, d: int, structure: str, steps: int
) -> tuple[np.ndarray, np.ndarray, tuple[np.ndarray, ...]]:
    """Run EM from given responsibilities until convergence or the maximum number of steps."""
    sets, starts, n, k = resp.shape
    values = np.full((sets, starts), -np.inf)
    found = (np.empty((sets, starts, k)), np.empty((sets, starts, k, d)), np.empty((sets, starts, k, d, d)))
    shares = np.ascontiguousarray(resp.transpose(0, 2, 3, 1))  # starts last: sums over profiles are then sums of long rows
    active = np.arange(sets)
    for step in range(steps):
        part = features[active]
        flat = shares[active].reshape(len(active), n, k * starts)
        sums = (flat.transpose(0, 2, 1) @ part).reshape(len(active), k, starts, -1).swapaxes(1, 2)
        weights, means, covariances = _maximise(sums, n, d, structure)
        coefficients = _coefficients(weights, means, covariances).swapaxes(1, 2).reshape(len(active), k * starts, -1)
        log = (part @ coefficients.transpose(0, 2, 1)).reshape(len(active), n, k, starts)
        top = log.max(axis=2, keepdims=True)
        share = np.exp(log - top)
        total = share.sum(axis=2, keepdims=True)
        new = (top + np.log(total)).sum(axis=(1, 2))
        shares[active] = share / total
        gain = new - values[active]
        values[active] = new
        for whole, one in zip(found, (weights, means, covariances), strict=True):
            whole[active] = one
        if step % 5 == 4:
            active = active[(gain > TOLERANCE * n).any(axis=1)]
            if not len(active):
                break
    return values, np.ascontiguousarray(shares.transpose(0, 3, 1, 2)), found


def _maximise(sums: np.ndarray, n: int, d: int, structure: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Compute weights, means and covariances from the responsibility-weighted sums of the features."""
    size = np.maximum(sums[..., 0], 1e-10)
    means = sums[..., 1 : 1 + d] / size[..., None]
    rows, cols = _pairs(d)
    products = np.empty((*size.shape, d, d))
    products[..., rows, cols] = products[..., cols, rows] = sums[..., 1 + d :] / size[..., None]
    covariances = products - means[..., :, None] * means[..., None, :]
    diagonal = np.einsum("...ii->...i", covariances)
    if structure == "tied":
        covariances = np.broadcast_to(
            (covariances * size[..., None, None]).sum(axis=-3, keepdims=True) / n, covariances.shape
        ).copy()
    elif structure == "diagonal":
        covariances = diagonal[..., None] * np.eye(d)
    elif structure == "spherical":
        covariances = diagonal.mean(axis=-1)[..., None, None] * np.eye(d)
    return size / n, means, covariances + FLOOR * np.eye(d)


def _coefficients(weights: np.ndarray, means: np.ndarray, covariances: np.ndarray) -> np.ndarray:
    """Express the log of weight times density as coefficients of the features, shape (..., k, F)."""
    d = means.shape[-1]
    precision = np.linalg.inv(covariances)
    linear = np.einsum("...ij,...j->...i", precision, means)
    constant = np.log(weights) - 0.5 * (d * np.log(2 * np.pi) + np.linalg.slogdet(covariances)[1] + (linear * means).sum(axis=-1))
    rows, cols = _pairs(d)
    square = -precision[..., rows, cols] * np.where(rows == cols, 0.5, 1.0)
    return np.concatenate([constant[..., None], linear, square], axis=-1)
