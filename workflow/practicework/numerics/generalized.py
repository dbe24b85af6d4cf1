"""Regressions of outcomes that are not quantities: logistic, negative binomial and proportional odds."""

from functools import cached_property

import numpy as np
from scipy.optimize import linprog
from scipy.special import digamma, expit, gammaln, logit, polygamma

from practicework.numerics.likelihood import Regression

FLAT = -18.0
"""Logarithm of the dispersion below which a negative binomial distribution is a Poisson distribution."""


class Binary(Regression):
    """Logistic regression. In R: ``glm(y ~ x, binomial)``; with `firth`, ``brglm2`` with ``type = "MPL_Jeffreys"``.

    Firth's (1993) penalised likelihood adds half the logarithm of the determinant of the information, so that it has a maximum
    even if the columns separate the two values.
    """

    def __init__(self, matrix: np.ndarray, outcome: np.ndarray, firth: bool = False) -> None:
        """Code the higher value as one."""
        super().__init__(matrix, (outcome == outcome.max()).astype(float))
        self.firth = firth
        self.largest = np.inf if firth else self.largest

    @property
    def units(self) -> np.ndarray:
        """Return the columns' scales."""
        return self.scale

    def start(self) -> np.ndarray:
        """Return the share's logit."""
        at = np.zeros(self.columns.shape[1])
        share = np.clip(self.outcome.mean(), 0.5 / len(self.outcome), 1 - 0.5 / len(self.outcome))
        at[0] = logit(share)
        return at

    def evaluate(self, at: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return log-likelihood, gradient and information, penalised with `firth`."""
        eta = at @ self.columns.T
        mean = expit(eta)
        value = (weights * (self.outcome * eta - np.logaddexp(0, eta))).sum(axis=1)
        variance = weights * mean * (1 - mean)
        information = self._squares(variance)
        rest = weights * (self.outcome - mean)
        if self.firth:
            inverse = np.linalg.pinv(information, hermitian=True)
            leverage = variance * np.einsum("np,mpq,nq->mn", self.columns, inverse, self.columns, optimize=True)
            rest = rest + leverage * (0.5 - mean)
            value = value + 0.5 * np.linalg.slogdet(information)[1]
        return value, rest @ self.columns, information

    def scores(self, at: np.ndarray) -> np.ndarray:
        """Return each respondent's gradient of the log-likelihood."""
        return (self.outcome - expit(self.columns @ at))[:, None] * self.columns

    def likelihood(self, at: np.ndarray) -> float:
        """Return the log-likelihood without penalty."""
        eta = self.columns @ at
        return float((self.outcome * eta - np.logaddexp(0, eta)).sum())

    def mean(self, parameters: np.ndarray, eta: np.ndarray) -> np.ndarray:
        """Return the probability of the higher value."""
        return _expit(eta)[:, :, None]

    def separation(self) -> str | None:
        """Return whether the columns separate the two values: `complete`, `quasi-complete`, or None (Albert & Anderson, 1984).

        They do if some linear combination is at least zero for all with the higher value and at most zero for all others
        (Konis, 2007). In R: ``detectseparation``.
        """
        signed = np.where(self.outcome == 1, 1.0, -1.0)[:, None] * self.columns
        p = signed.shape[1]
        found = linprog(-signed.sum(axis=0), A_ub=-signed, b_ub=np.zeros(len(signed)), bounds=[(-1, 1)] * p, method="highs")
        if not found.success or -found.fun < 1e-7:
            return None
        strict = linprog(
            [*np.zeros(p), -1.0], A_ub=np.column_stack([-signed, np.ones(len(signed))]), b_ub=np.zeros(len(signed)),
            bounds=[*[(-1, 1)] * p, (0, 1)], method="highs",
        )  # fmt: skip
        return "complete" if strict.success and -strict.fun > 1e-7 else "quasi-complete"


class Count(Regression):
    """Negative binomial regression with variance μ + α μ² (NB2). In R: ``MASS::glm.nb``, with α = 1 / theta.

    The information of coefficients and dispersion is that of `glm.nb`: expected for the coefficients, and zero between both. The
    last parameter is log α.
    """

    extra = ("dispersion",)

    def __init__(self, matrix: np.ndarray, outcome: np.ndarray) -> None:
        """Group equal counts."""
        super().__init__(matrix, outcome)
        self.values, place = np.unique(outcome, return_inverse=True)
        self.indicators = np.eye(len(self.values))[place]

    @property
    def units(self) -> np.ndarray:
        """Return the columns' scales, and 1 for the dispersion."""
        return np.append(self.scale, 1.0)

    def start(self) -> np.ndarray:
        """Return the mean's logarithm, and the dispersion by moments."""
        y = self.outcome
        at = np.zeros(self.columns.shape[1] + 1)
        at[0] = np.log(y.mean())
        at[-1] = np.log(max((y.var(ddof=1) - y.mean()) / y.mean() ** 2, 0.05))
        return at

    def evaluate(self, at: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return log-likelihood, gradient and information."""
        y, tau = self.outcome, np.maximum(at[:, -1], FLAT)
        mean, r = np.exp(np.clip(at[:, :-1] @ self.columns.T, -700, 700)), np.exp(-tau)[:, None]
        log = np.log1p(mean / r)
        value = (weights * (y * (np.log(mean) - np.log(r)) - (y + r) * log)).sum(axis=1)
        by_r = (weights * (1 - log - (y + r) / (r + mean))).sum(axis=1)
        second = (weights * (1 / r - 2 / (r + mean) + (y + r) / (r + mean) ** 2)).sum(axis=1)
        counts, shares = self.values, weights @ self.indicators  # gamma functions once per distinct count
        value += (shares * (gammaln(counts + r) - gammaln(r) - gammaln(counts + 1))).sum(axis=1)
        by_r += (shares * (digamma(counts + r) - digamma(r))).sum(axis=1)
        second += (shares * (polygamma(1, counts + r) - polygamma(1, r))).sum(axis=1)
        r = r[:, 0]
        slope, curve = -r * by_r, -(r * by_r + r**2 * second)
        flat = (at[:, -1] <= FLAT) & (slope <= 0)
        slope[flat] = 0.0
        p = self.columns.shape[1]
        gradient, information = np.zeros((len(at), p + 1)), np.zeros((len(at), p + 1, p + 1))
        gradient[:, :-1] = (weights * (y - mean) / (1 + mean / r[:, None])) @ self.columns
        gradient[:, -1] = slope
        information[:, :-1, :-1] = self._squares(weights * mean / (1 + mean / r[:, None]))
        # where the likelihood is not concave in log α, a gradient step of at most one
        information[:, -1, -1] = np.where(curve > 1e-8, np.maximum(curve, np.abs(slope) / 3), np.maximum(np.abs(slope), 1e-8))
        return value, gradient, information

    def scores(self, at: np.ndarray) -> np.ndarray:
        """Return each respondent's gradient; the dispersion's is zero, as its estimate is taken as known."""
        mean = np.exp(self.columns @ at[:-1])
        own = ((self.outcome - mean) / (1 + mean * np.exp(at[-1])))[:, None] * self.columns
        return np.column_stack([own, np.zeros(len(own))])

    def mean(self, parameters: np.ndarray, eta: np.ndarray) -> np.ndarray:
        """Return the expected count."""
        return np.exp(eta)[:, :, None]


class Ordered(Regression):
    """Proportional odds: logit P(y ≤ k) = θₖ − xβ (McCullagh, 1980). In R: ``MASS::polr(factor(y) ~ x)``, ``ordinal::clm``.

    The first parameters are the thresholds.
    """

    def __init__(self, matrix: np.ndarray, outcome: np.ndarray) -> None:
        """Number the levels."""
        super().__init__(matrix[:, 1:], outcome)
        self.values, self.place = np.unique(outcome, return_inverse=True)
        cuts, (n, k) = len(self.values) - 1, self.columns.shape
        self.cuts = cuts
        self.upper, self.lower = np.zeros((n, cuts + k)), np.zeros((n, cuts + k))
        self.below, self.above = self.place < cuts, self.place > 0
        self.upper[self.below, self.place[self.below]] = self.lower[self.above, self.place[self.above] - 1] = 1
        self.upper[:, cuts:] = self.lower[:, cuts:] = -self.columns
        self.rows, self.cols = np.triu_indices(cuts + k)

    @cached_property
    def products(self) -> list[np.ndarray]:
        """The products of any two columns of both ends."""
        both = ((self.upper, self.upper), (self.upper, self.lower), (self.lower, self.lower))
        found = [one[:, self.rows] * other[:, self.cols] for one, other in both]
        found[1] += self.lower[:, self.rows] * self.upper[:, self.cols]
        return found

    @property
    def extra(self) -> tuple[str, ...]:
        """Return the names of the thresholds."""
        return tuple(f"{low:g}|{high:g}" for low, high in zip(self.values[:-1], self.values[1:], strict=True))

    @property
    def units(self) -> np.ndarray:
        """Return 1 for thresholds, and the columns' scales."""
        return np.append(np.ones(self.cuts), self.scale)

    @property
    def places(self) -> slice:
        """Return where the coefficients are: after the thresholds."""
        return slice(self.cuts, self.cuts + self.columns.shape[1])

    @property
    def slopes(self) -> slice:
        """Return where the slopes are; there is no intercept among them."""
        return self.places

    @property
    def levels(self) -> list[float | None]:
        """Return the outcome's values."""
        return [float(one) for one in self.values]

    def start(self) -> np.ndarray:
        """Return the logits of the cumulative shares."""
        shares = np.cumsum(np.bincount(self.place))[:-1] / len(self.place)
        return np.concatenate([logit(shares), np.zeros(self.columns.shape[1])])

    def _ends(self, at: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        high = np.where(self.below, expit(at @ self.upper.T), 1.0)
        low = np.where(self.above, expit(at @ self.lower.T), 0.0)
        return high, low, high - low

    def evaluate(self, at: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return log-likelihood, gradient and information; a level that no resampled respondent has leaves no maximum."""
        high, low, p = self._ends(at)
        used = weights > 0
        value = np.where(used, weights * np.log(np.where(p > 0, p, np.nan)), 0.0).sum(axis=1)
        value = np.where(np.isnan(value), -np.inf, value)
        p = np.where(p > 0, p, 1.0)
        f, g = high * (1 - high), low * (1 - low)
        gradient = (weights * f / p) @ self.upper - (weights * g / p) @ self.lower
        parts = (
            (f / p) ** 2 - f * (1 - 2 * high) / p,
            -(f / p) * (g / p),
            (g / p) ** 2 + g * (1 - 2 * low) / p,
        )
        k = self.upper.shape[1]
        if len(at) == 1:  # an outcome of many levels has too many products to keep
            ends = (self.upper, self.upper), (self.upper, self.lower), (self.lower, self.lower)
            first, cross, last = ((one * (weights * part).T).T @ other for part, (one, other) in zip(parts, ends, strict=True))
            return value, gradient, (first + cross + cross.T + last)[None]
        information = np.empty((len(at), k, k))
        sums = sum((weights * part) @ pair for part, pair in zip(parts, self.products, strict=True))
        information[:, self.rows, self.cols] = information[:, self.cols, self.rows] = sums
        return value, gradient, information

    def scores(self, at: np.ndarray) -> np.ndarray:
        """Return each respondent's gradient."""
        high, low, p = (one[0] for one in self._ends(at[None]))
        f, g = high * (1 - high), low * (1 - low)
        return (f / p)[:, None] * self.upper - (g / p)[:, None] * self.lower

    def mean(self, parameters: np.ndarray, eta: np.ndarray) -> np.ndarray:
        """Return the probability of each level."""
        below = _expit(parameters[:, None, : self.cuts] - eta[:, :, None])
        edge = np.zeros_like(below[:, :, :1])
        return np.diff(np.concatenate([edge, below, edge + 1], axis=2), axis=2)


def regression(family: str, matrix: np.ndarray, outcome: np.ndarray, firth: bool = False) -> Regression:
    """Return the regression of a family: `binary`, `count` or `ordered`."""
    if family == "binary":
        return Binary(matrix, outcome, firth)
    return {"count": Count, "ordered": Ordered}[family](matrix, outcome)


def _expit(values: np.ndarray) -> np.ndarray:
    """The logistic function, of complex numbers as well."""
    return 1 / (1 + np.exp(-values)) if np.iscomplexobj(values) else expit(values)
