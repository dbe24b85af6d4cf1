"""The proportional-odds model of an ordered outcome by maximum likelihood; with numpy and scipy.special only.

statsmodels has this model, too, but differentiates it numerically, which takes minutes for outcomes of many values.
"""

import numpy as np
from scipy.special import expit, logit

from practicework.errors import NotComputable

STEPS = 100
"""Maximum number of Newton steps."""

CONVERGED = 1e-10
"""The Newton decrement, relative to the log-likelihood, below which the maximum has been reached."""


def fit(columns: np.ndarray, outcome: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the coefficients of a proportional-odds model and their covariance.

    logit P(y ≤ k) = θₖ − xβ (McCullagh, 1980). The log-likelihood is concave, and Newton's method with step halving finds its
    maximum. In R: ``MASS::polr(factor(y) ~ x, Hess = TRUE)``.

    Parameters
    ----------
    columns : ndarray of shape (n, k)
        Without a constant column; no missing values.
    outcome : ndarray of shape (n,)
        Only the order of its values matters.

    Returns
    -------
    coefficients : ndarray of shape (k,)
    covariance : ndarray of shape (k, k)
        From the observed information.

    Raises
    ------
    NotComputable
        If the likelihood has no maximum, as when the columns separate the outcome's values.
    """
    n, k = columns.shape
    size = np.abs(columns).max(axis=0)
    levels, place = np.unique(outcome, return_inverse=True)
    cuts = len(levels) - 1
    upper, lower = np.zeros((n, cuts + k)), np.zeros((n, cuts + k))
    below, above = place < cuts, place > 0
    upper[below, place[below]] = lower[above, place[above] - 1] = 1
    upper[:, cuts:] = lower[:, cuts:] = -columns / size
    shares = np.cumsum(np.bincount(place))[:-1] / n
    value = np.concatenate([logit(shares), np.zeros(k)])

    def likelihood(at: np.ndarray) -> tuple[float, np.ndarray, np.ndarray, np.ndarray]:
        high = np.where(below, expit(upper @ at), 1.0)
        low = np.where(above, expit(lower @ at), 0.0)
        p = high - low
        return (np.log(p).sum() if (p > 0).all() else -np.inf), high, low, p

    whole, high, low, p = likelihood(value)
    for _ in range(STEPS):
        f, g = high * (1 - high), low * (1 - low)
        each = (f / p)[:, None] * upper - (g / p)[:, None] * lower
        information = each.T @ each - (upper * (f * (1 - 2 * high) / p)[:, None]).T @ upper
        information += (lower * (g * (1 - 2 * low) / p)[:, None]).T @ lower
        gradient = each.sum(axis=0)
        try:
            step = np.linalg.solve(information, gradient)
            covariance = np.linalg.inv(information)[cuts:, cuts:] / np.outer(size, size)
        except np.linalg.LinAlgError:
            break
        if not np.isfinite(step).all() or np.abs(value[cuts:] + step[cuts:]).max() > 1e6:
            break
        if 0 <= gradient @ step < CONVERGED * abs(whole):
            return (value + step)[cuts:] / size, covariance
        length = 1.0
        while (found := likelihood(value + length * step))[0] < whole and length > 1e-8:
            length /= 2
        value = value + length * step
        whole, high, low, p = found
    raise NotComputable("the likelihood of the proportional-odds model has no maximum in this sample")
