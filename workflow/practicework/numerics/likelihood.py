"""Maximum likelihood for many case resamples at once, and inference at the maximum; the families are in `generalized`.

Each likelihood is evaluated for many sets of weights at once, so that thousands of case resamples are a few matrix products per
Newton step.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from functools import cached_property

import numpy as np

from practicework.errors import NotComputable
from practicework.numerics.limits import WEIGHTS
from practicework.numerics.matrices import definite

STEPS = 1_000
"""Maximum number of Newton steps."""

CONVERGED = 1e-10
"""The Newton decrement, relative to the log-likelihood, below which the maximum of a resample has been reached."""

EXACT = 1e-19
"""The same for the sample."""

LARGEST = 15.0
"""Change of the linear predictor per standard deviation of a column above which there is no maximum."""


class Regression(ABC):
    """A regression of one outcome on columns; parameters are in the columns' units.

    Parameters
    ----------
    matrix : ndarray of shape (n, p)
        With the intercept first.
    outcome : ndarray of shape (n,)

    Attributes
    ----------
    size : int
        The number of parameters: `coefficients` of them belong to the columns of the design (without the intercept for an ordered
        outcome, whose thresholds stand in for it), in the order of `places`.
    """

    extra: tuple[str, ...] = ()
    largest = LARGEST

    def __init__(self, matrix: np.ndarray, outcome: np.ndarray) -> None:
        """Scale the columns."""
        spread = matrix.std(axis=0)
        self.scale = np.where(spread > 0, spread, 1.0)
        self.matrix, self.outcome = matrix, outcome
        self.columns = matrix / self.scale
        self.rows, self.cols = np.triu_indices(matrix.shape[1])

    @cached_property
    def pairs(self) -> np.ndarray:
        """The products of any two columns."""
        return self.columns[:, self.rows] * self.columns[:, self.cols]

    @abstractmethod
    def start(self) -> np.ndarray:
        """Return parameters to start from, on scaled columns."""

    @abstractmethod
    def evaluate(self, at: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return log-likelihood (m,), gradient (m, k) and information (m, k, k) for parameters (m, k) and weights (m, n)."""

    def likelihood(self, at: np.ndarray) -> float:
        """Return the log-likelihood without any penalty at parameters (k,) on scaled columns."""
        return float(self.evaluate(at[None], np.ones((1, len(self.outcome))))[0][0])

    @abstractmethod
    def scores(self, at: np.ndarray) -> np.ndarray:
        """Return each respondent's gradient at parameters (k,) on scaled columns, shape (n, k)."""

    @abstractmethod
    def mean(self, parameters: np.ndarray, eta: np.ndarray) -> np.ndarray:
        """Return what the model predicts at linear predictors of shape (m, q), without thresholds; see `predicted`."""

    def predicted(self, parameters: np.ndarray, rows: np.ndarray) -> np.ndarray:
        """Return what the model predicts for rows of the design.

        Parameters
        ----------
        parameters : ndarray of shape (m, k)
            May be complex, for exact derivatives.
        rows : ndarray of shape (q, p)

        Returns
        -------
        ndarray of shape (m, q, levels)
            The probability of the higher value, the expected count, or the probability of each level.
        """
        width = self.places.stop - self.places.start
        return self.mean(parameters, parameters[:, self.places] @ rows[:, -width:].T)

    @property
    @abstractmethod
    def units(self) -> np.ndarray:
        """Return by what parameters on scaled columns are divided to be in the columns' units, shape (k,)."""

    @property
    def places(self) -> slice:
        """Return where among the parameters the coefficients of the design's columns are."""
        return slice(0, self.matrix.shape[1])

    @property
    def levels(self) -> list[float | None]:
        """Return the levels whose probabilities are predicted; one without a name, unless the outcome is ordered."""
        return [None]

    def link(self, rows: np.ndarray) -> np.ndarray:
        """Return rows of the design as linear combinations of the parameters, shape (q, k)."""
        whole = np.zeros((len(rows), len(self.units)))
        whole[:, self.places] = rows[:, -(self.places.stop - self.places.start) :]
        return whole

    def fit(self, groups: np.ndarray | None = None, *, robust: bool = True) -> "Fitted":
        """Return the maximum, with covariances for respondents in `groups`, if these are given.

        Parameters
        ----------
        groups : ndarray of shape (n,), optional
        robust : bool
            Whether the robust covariance is needed, which requires more respondents than parameters.

        Raises
        ------
        NotComputable
            If the likelihood has no maximum, or there are too few respondents.
        """
        start, n = self.start(), len(self.outcome)
        k = len(start)
        if robust and n <= k:
            raise NotComputable(f"it has {k} parameters, but only {n} respondents with all values")
        found, fine = self.maximise(np.ones((1, n)), start[None], EXACT)
        if not fine[0]:
            raise NotComputable("the likelihood has no maximum in this sample")
        return Fitted(self, found[0], groups)

    def resample(self, counts: np.ndarray, start: np.ndarray) -> np.ndarray:
        """Return the parameters in case resamples, NaN where there is no maximum, shape (m, k).

        Parameters
        ----------
        counts : ndarray of shape (m, n)
        start : ndarray of shape (k,)
            The parameters of the sample, in the columns' units.
        """
        found = []
        step = max(1, WEIGHTS // counts.shape[1])
        for first in range(0, len(counts), step):
            some = counts[first : first + step].astype(float)
            own, fine = self.maximise(some, np.tile(start * self.units, (len(some), 1)))
            own[~fine] = np.nan
            found.append(own / self.units)
        return np.concatenate(found)

    def maximise(self, weights: np.ndarray, at: np.ndarray, limit: float = CONVERGED) -> tuple[np.ndarray, np.ndarray]:
        """Return the parameters at the maximum for each set of weights, by Newton steps with halving, and which converged."""
        at, fine = at.copy(), np.zeros(len(at), bool)
        left = np.arange(len(at))
        with np.errstate(all="ignore"):
            value, gradient, information = self.evaluate(at, weights)
            for _ in range(STEPS):
                step, regular = _solved(information, gradient)
                decrement = (gradient * step).sum(axis=1)
                regular &= (np.abs(at[left][:, self.slopes]) < 2 * self.largest).all(axis=1) & np.isfinite(value)
                done = regular & (decrement >= 0) & (decrement < limit * (1 + np.abs(value)))
                at[left[done]] += step[done]
                fine[left[done]] = (np.abs(at[left[done]][:, self.slopes]) < self.largest).all(axis=1)
                keep = regular & ~done
                left, step, value = left[keep], step[keep], value[keep]
                if not len(left):
                    break
                length = np.ones(len(left))
                for _ in range(25):
                    tried = at[left] + length[:, None] * step
                    new, gradient, information = self.evaluate(tried, weights[left])
                    worse = ~(new >= value - 1e-12 * np.abs(value))
                    if not worse.any():
                        break
                    length[worse] /= 2
                at[left], value = tried, new
        return at, fine

    @property
    def slopes(self) -> slice:
        """Return where among the parameters the slopes are, which must be finite."""
        return slice(self.places.start + 1, self.places.stop)

    def _squares(self, weights: np.ndarray) -> np.ndarray:
        """The weighted cross-products of the columns, shape (m, p, p)."""
        p = self.columns.shape[1]
        whole = np.empty((len(weights), p, p))
        whole[:, self.rows, self.cols] = whole[:, self.cols, self.rows] = weights @ self.pairs
        return whole


class Fitted:
    """A regression at its maximum.

    Attributes
    ----------
    parameters : ndarray of shape (k,)
        In the columns' units.
    log_likelihood : float
    covariances : dict of str to ndarray of shape (k, k)
        `model` (inverse information) and `robust`: the sandwich times n / (n - k), or with clusters times g / (g - 1) and
        (n - 1) / (n - k); NaN if n is not larger than k. In R: ``sandwich::sandwich(m)``,
        ``sandwich::vcovCL(m, groups, type = "HC1")``.
    """

    def __init__(self, regression: Regression, at: np.ndarray, groups: np.ndarray | None) -> None:
        """Evaluate likelihood and covariances at parameters on scaled columns."""
        self.regression, self.parameters = regression, at / regression.units
        self.log_likelihood = regression.likelihood(at)
        _, _, information = regression.evaluate(at[None], np.ones((1, len(regression.outcome))))
        bread, scores = np.linalg.inv(information[0]), regression.scores(at)
        n = len(scores)
        left = n - len(at) if n > len(at) else np.nan  # an ordered outcome may have a threshold per respondent
        factor = n / left
        if groups is not None:
            _, place = np.unique(groups, return_inverse=True)
            sums = np.zeros((place.max() + 1, scores.shape[1]))
            np.add.at(sums, place, scores)
            scores, factor = sums, len(sums) / (len(sums) - 1) * (n - 1) / left
        units = np.outer(regression.units, regression.units)
        robust = bread @ (scores.T @ scores) @ bread * factor
        self.covariances = {"model": bread / units, "robust": robust / units}

    def gradient(self, function: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
        """Return the derivatives of a function of the parameters, exact by complex steps, shape (values, k).

        Parameters
        ----------
        function : callable
            Maps parameters (m, k) to values (m, q).
        """
        k, step = len(self.parameters), 1e-20
        size = np.maximum(np.abs(self.parameters), 1.0)
        moved = self.parameters + 1j * step * np.diag(size)
        return (function(moved).imag / step / size[:, None]).T.reshape(-1, k)


def _solved(information: np.ndarray, gradient: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Newton steps, and which systems are regular; a singular one does not stop the others."""
    size = np.sqrt(np.abs(np.einsum("mkk->mk", information)))
    regular = (size > 0).all(axis=1) & np.isfinite(gradient).all(axis=1)
    step = np.zeros_like(gradient)
    scaled = information[regular] / (size[regular][:, :, None] * size[regular][:, None, :])
    fine = definite(scaled, 1e-9)
    regular[regular] = fine
    right = (gradient[regular] / size[regular])[:, :, None]
    step[regular] = np.linalg.solve(scaled[fine], right)[:, :, 0] / size[regular]
    return step, regular
