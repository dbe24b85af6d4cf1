"""The interaction of factors: of Bartlett factor scores, and by the method of moments (local SAM), for many resamples at once."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from practicework.errors import NotComputable
from practicework.numerics import one_factor
from practicework.numerics.matrices import definite
from practicework.numerics.minres import one_factor as minres

FEWEST_ITEMS = 3
CELLS = 400_000
"""Maximum number of factor scores of one scale at a time."""

COLUMNS = ("factor_scores", "factor_scores_standardised", "sam", "sam_standardised", "reliability_x", "reliability_w",
           "reliability_xw", "unit")  # fmt: skip
"""What is estimated; `unit` is the factor from SAM's unit (first items) to that of the mean of the items (effects coding)."""


@dataclass(frozen=True)
class Measured:
    """A variable of the model: its keyed items, or its values if it has no items and is treated as free of error."""

    name: str
    items: np.ndarray | None
    values: np.ndarray | None

    @property
    def columns(self) -> np.ndarray:
        """Items or values, shape (n, k)."""
        return self.values[:, None] if self.items is None else self.items


def starts(measured: list[Measured]) -> list[tuple[np.ndarray, np.ndarray] | None]:
    """Loadings and residual variances of each scale in the sample."""
    found = []
    for one in measured:
        if one.items is None:
            found.append(None)
            continue
        covariance = np.cov(one.items.T, ddof=0)
        size = np.sqrt(np.diag(covariance))
        if not (size > 0).all():
            raise NotComputable(f"an item of '{one.name}' has the same answer for everybody")
        first = minres(covariance / np.outer(size, size)) * size
        loadings, fine = one_factor.fit(covariance[None], first, np.maximum(size**2 - first**2, 0.05 * size**2), gradient=1e-12)
        if not fine[0]:
            raise NotComputable(f"the factor model of '{one.name}' has no proper solution")
        found.append((loadings[0], np.diag(covariance) - loadings[0] ** 2))
    return found


def estimate(measured: list[Measured]) -> dict[str, float]:
    """Return the interaction of factor scores and of SAM.

    In R: ``lavaan::sam("X =~ x1 + x2 + x3; W =~ ...; Y =~ ...; Y ~ X + W + X:W", d)`` (lavaan 0.7).

    Parameters
    ----------
    measured : list of Measured
        Outcome, predictor, moderator and covariates.

    Returns
    -------
    dict of str to float
        By the names of `COLUMNS`.

    Raises
    ------
    NotComputable
        If a factor model has no proper solution.
    """
    people = np.ones((1, len(measured[0].columns)), int)
    found, proper = next(resampled(measured, people, starts(measured), exact=True))
    if not proper[0]:
        raise NotComputable("a factor model has no proper solution, or the scores contain more error than variance")
    return dict(zip(COLUMNS, found[0].tolist(), strict=True))


def resampled(
    measured: list[Measured], counts: np.ndarray, starts: list, *, exact: bool = False
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield, for blocks of resamples, the estimates and which resamples have a proper solution.

    Parameters
    ----------
    measured : list of Measured
        Outcome, predictor, moderator and covariates.
    counts : ndarray of shape (m, n)
        How often each respondent is in each resample.
    starts : list
        The factor models of the sample, from `starts`.
    exact : bool
        Whether `starts` are the solutions themselves, since the only resample is the sample.

    Yields
    ------
    estimates : ndarray of shape (block, 8)
        By column as in `COLUMNS`.
    proper : ndarray of shape (block,)
    """
    step = max(1, CELLS // counts.shape[1])
    for first in range(0, len(counts), step):
        some = counts[first : first + step].astype(float)
        n = some.sum(axis=1, keepdims=True)
        scores, errors, fine, units = [], [], np.ones(len(some), bool), []
        for one, start in zip(measured, starts, strict=True):
            mean = some @ one.columns / n
            if one.items is None:
                scores.append(one.columns[:, 0] - mean)
                errors.append(np.zeros(len(some)))
                units.append(np.ones(len(some)))
                continue
            k = one.columns.shape[1]
            rows, cols = np.triu_indices(k)
            centre = one.columns.mean(axis=0)
            centred = one.columns - centre
            covariance = np.empty((len(some), k, k))
            covariance[:, rows, cols] = some @ (centred[:, rows] * centred[:, cols]) / n
            covariance[:, rows, cols] -= (mean - centre)[:, rows] * (mean - centre)[:, cols]
            covariance[:, cols, rows] = covariance[:, rows, cols]
            loadings, proper = (start[0][None], np.array([True])) if exact else one_factor.fit(covariance, *start)
            residuals = np.einsum("mkk->mk", covariance) - loadings**2
            fine &= proper & (residuals > 0).all(axis=1) & (np.abs(loadings[:, 0]) > 1e-6)
            with np.errstate(all="ignore"):
                marked = loadings / loadings[:, :1]
                weights = marked / residuals
                strength = (marked * weights).sum(axis=1, keepdims=True)
                weights = weights / strength
            scores.append((weights @ one.columns.T) - (weights * mean).sum(axis=1, keepdims=True))
            errors.append(1 / strength[:, 0])
            units.append(marked.mean(axis=1))
        found, solved = _interaction(scores, errors, some / n)
        y, x, w = units[:3]
        found = np.column_stack([found, y / (x * w)])
        yield found, fine & solved & np.isfinite(found).all(axis=1)


def _interaction(scores: list[np.ndarray], errors: list[np.ndarray], weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The interaction from weighted moments of scores (m, n) with error variances (m,), and whether it can be solved."""
    y, x, w, *others = scores
    theta_y, theta_x, theta_w, *theta_others = errors
    columns = np.stack([np.ones_like(x), x, w, x * w, *others], axis=2)
    gram = np.einsum("mnp,mn,mnq->mpq", columns, weights, columns, optimize=True)
    right = np.einsum("mnp,mn,mn->mp", columns, weights, y, optimize=True)
    error = np.zeros_like(gram)
    error[:, 1, 1], error[:, 2, 2] = theta_x, theta_w
    mean_x, mean_w = gram[:, 0, 1], gram[:, 0, 2]
    square_x, square_w = gram[:, 1, 1], gram[:, 2, 2]
    error[:, 1, 3] = error[:, 3, 1] = theta_x * mean_w
    error[:, 2, 3] = error[:, 3, 2] = theta_w * mean_x
    error[:, 3, 3] = theta_x * square_w + theta_w * square_x - theta_x * theta_w
    for place, theta in enumerate(theta_others, 4):
        error[:, place, place] = theta
    size = np.sqrt(np.einsum("mpp->mp", gram))
    with np.errstate(all="ignore"):
        scaled = (gram - error) / (size[:, :, None] * size[:, None, :])
    fine = definite(scaled, 1e-6)
    scaled[~fine] = np.eye(scaled.shape[1])
    plain = gram / (size[:, :, None] * size[:, None, :])
    plain[~fine] = np.eye(scaled.shape[1])
    sam, own = (np.linalg.solve(one, (right / size)[:, :, None])[:, 3, 0] / size[:, 3] for one in (scaled, plain))
    variance_y = np.einsum("mn,mn->m", weights, y**2) - np.einsum("mn,mn->m", weights, y) ** 2
    var_x, var_w = square_x - mean_x**2, square_w - mean_w**2
    true = [var_x - theta_x, var_w - theta_w, variance_y - theta_y]
    fine &= np.all([one > 0 for one in true], axis=0)
    with np.errstate(all="ignore"):
        spread = np.sqrt(var_x * var_w / variance_y)
        latent = np.sqrt(true[0] * true[1] / true[2])
        reliability = [true[0] / var_x, true[1] / var_w]
        covariance = gram[:, 1, 2] - mean_x * mean_w
        product = (true[0] * true[1] + covariance**2) / (var_x * var_w + covariance**2)
    return np.column_stack([own, own * spread, sam, sam * latent, *reliability, product]), fine
