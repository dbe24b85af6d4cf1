"""Which standard deviations, if any, make a moderation's printed coefficients, tests and reliabilities fit together."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

INF = np.inf
ANY = (-INF, INF)
SPREAD = (0.10, 0.30)
"""Plausible standard deviations of a mean score, as shares of its response range."""
RHO = (-0.3, 0.8)
"""Plausible correlations of predictor and moderator."""
LARGEST = 0.99
"""The share of a survey score's variance that can be explained at most, where no reliability says less."""

FINE, QUICK = (2048, 64, 150), (256, 20, 30)  # points at the start, points kept, rounds
TOLERANCE = 1e-9  # of a violation, in logarithms or shares of variance


@dataclass(frozen=True)
class Term:
    """What print allows of one coefficient, as intervals; `size` is that of |t|, which its p allows."""

    estimate: tuple[float, float] = ANY
    std_error: tuple[float, float] = (0.0, INF)
    t: tuple[float, float] = ANY
    size: tuple[float, float] = (0.0, INF)

    def untested(self) -> Term:
        """The same without its t and p."""
        return Term(self.estimate, self.std_error)

    @property
    def needed(self) -> tuple[float, float]:
        """The interval of |t| that its t and p allow; empty (low > high) where they contradict one another."""
        low, high = _sizes(self.t)
        return max(low, self.size[0]), min(high, self.size[1])


@dataclass(frozen=True)
class Claims:
    """A moderation as printed: its terms, residual degrees of freedom and reliabilities (outcome, predictor, moderator)."""

    predictor: Term
    moderator: Term
    interaction: Term
    df: int
    reliability: tuple[float, float, float]
    covariates: bool = False

    @property
    def terms(self) -> tuple[Term, Term, Term]:
        """Predictor, moderator, interaction."""
        return self.predictor, self.moderator, self.interaction


@dataclass(frozen=True)
class _Points:
    """Points of the search, arrays (metrics, points): |t|, by how much they fail, and bounds of the log SDs."""

    t: np.ndarray
    gap: np.ndarray
    ratios: list[tuple[np.ndarray, np.ndarray]]
    outcome: tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class _Range:
    """The sizes of β, or else t, of a term, arrays (metrics, 1), and the signs that it can have."""

    low: np.ndarray
    high: np.ndarray
    by_beta: np.ndarray
    positive: bool
    negative: bool

    def at(self, unit: np.ndarray) -> np.ndarray:
        """The value at a place from 0 to 1, sizes in equal ratios; both signs where both can be."""
        sign = -1.0 if self.negative else 1.0
        if self.positive and self.negative:
            sign, unit = np.where(unit < 0.5, -1.0, 1.0), np.abs(2 * unit - 1)
        ratios = self.low * (self.high / self.low) ** unit
        return sign * np.where(self.low > 1e-6, ratios, self.low + (self.high - self.low) * unit)


@dataclass(frozen=True, eq=False)
class Search:
    """All combinations of what is not printed, for several metrics at once.

    With x and w mean-centred and bivariate normal, the product is uncorrelated with both and its variance is
    sx² sw² (1 + ρ²). In standardised coefficients β1 = b1 sx/sy, β2 = b2 sw/sy, β3 = b3 sx sw/sy and with D the
    share of the variance that is left over,

        t1 = β1 √((1 − ρ²) df/D), t2 likewise, t3 = β3 √((1 + ρ²) df/D),
        1 − D = β1² + β2² + 2ρ β1 β2 + β3² (1 + ρ²) + C,

    C what covariates add; these are taken as uncorrelated with x, w and their product. Hence

        D = (1 − C) / (1 + [(t1² + t2² + 2ρ t1 t2)/(1 − ρ²) + t3²]/df),

    and with some β in the place of their t a quadratic equation in √D. So ρ, C and, of each term, either t or β
    determine all else, and the standard deviations matter only through three ratios: sx/sy = β1/b1, sw/sy = β2/b2,
    sx sw/sy = β3/b3 (or, from a printed standard error, √(D/((1 ∓ ρ²) df)) over it). An interval of b is one of
    the logarithm of a ratio; whether some sy, sx, sw in their own intervals have all three is a linear programme
    in three unknowns, which elimination solves exactly. Searched are thus only ρ, C and, of each term, whichever
    of t and β print leaves less free; the criterion is the largest violation.

    Reliabilities bound what can be explained. Errors of measurement that are independent of one another and of
    all else leave covariances as they are, so that the covariances of the true scores must be positive
    semidefinite, their variances being rel_y, rel_x, rel_w and, for the product, rel_x rel_w + ρ²
    (Bohrnstedt & Marwell, 1978):

        c' [[rel_x, ρ], [ρ, rel_w]]⁻¹ c + β3² (1 + ρ²)² / (rel_x rel_w + ρ²) + C ≤ rel_y,

    c = (β1 + ρβ2, ρβ1 + β2) being the correlations with the outcome. That implies R² ≤ rel_y,
    |r_xy| ≤ √(rel_x rel_y), |r_wy| ≤ √(rel_w rel_y) and |ρ| ≤ √(rel_x rel_w), and is stricter.

    Parameters
    ----------
    claims : Claims
    sd : ndarray
        (metrics, 3, 2): lowest and highest standard deviation of outcome, predictor and moderator.
    effort : tuple of int
        Points at the start, points kept, rounds.
    """

    claims: Claims
    sd: np.ndarray
    effort: tuple[int, int, int] = FINE

    @cached_property
    def log_sd(self) -> np.ndarray:
        """The logarithms of the standard deviations' bounds."""
        return np.log(self.sd)

    @cached_property
    def rho(self) -> tuple[float, float]:
        """The correlations of predictor and moderator that are searched."""
        limit = np.sqrt(self.claims.reliability[1] * self.claims.reliability[2]) * (1 - 1e-9)
        return max(RHO[0], -limit), min(RHO[1], limit)

    @cached_property
    def ranges(self) -> list[_Range]:
        """What is searched of each term."""
        return [self._range(number) for number in range(3)]

    @property
    def dimensions(self) -> int:
        """How many numbers are searched."""
        return 4 + self.claims.covariates

    def _range(self, number: int) -> _Range:
        """Where a term's β and t can lie by its own print: where to search; whether a point will do, `_evaluate` decides."""
        claims, term, left = self.claims, self.claims.terms[number], 1 - self.claims.reliability[0]
        (y_low, y_high), (x_low, x_high), (w_low, w_high) = self.log_sd.transpose(1, 2, 0)
        low, high = ((x_low, x_high), (w_low, w_high), (x_low + w_low, x_high + w_high))[number]
        far = max(abs(one) for one in self.rho) ** 2
        least, most = ((1 - far, 1), (1 - far, 1), (1, 1 + far))[number]  # of what √(df/D) is multiplied by
        size = _sizes(term.estimate)
        beta = size[0] * np.exp(low - y_high), np.minimum(size[1] * np.exp(high - y_low), np.sqrt((1 - left) / least))
        t = (
            np.maximum(beta[0] * np.sqrt(least * claims.df), max(size[0] / term.std_error[1], term.needed[0])),
            np.minimum.reduce(
                [
                    beta[1] * np.sqrt(most * claims.df / left),
                    np.full(len(low), min(term.needed[1], size[1] / term.std_error[0] if term.std_error[0] else INF)),
                    np.full(len(low), np.sqrt(claims.df * (1 - left) / left)),
                ]
            ),
        )
        by_beta = beta[1] * t[0] < t[1] * beta[0]  # the smaller ratio of the largest to the smallest
        by_beta |= term.needed == (0.0, INF) and term.std_error == (0.0, INF)
        bottom, top = np.where(by_beta, beta[0], t[0]), np.where(by_beta, beta[1], t[1])
        bottom = np.maximum(bottom, 1e-9)
        positive, negative = (min(term.estimate[1], term.t[1]) > 0, max(term.estimate[0], term.t[0]) < 0)
        return _Range(bottom[:, None], np.maximum(top, bottom)[:, None], by_beta[:, None], positive, negative)

    def _evaluate(self, unit: np.ndarray) -> _Points:
        """What points of the unit cube, (metrics, points, dimensions), mean, and by how much each fails."""
        claims, (ry, rx, rw), df = self.claims, self.claims.reliability, self.claims.df
        rho = self.rho[0] + unit[..., 0] * (self.rho[1] - self.rho[0])
        added = unit[..., 4] * ry if claims.covariates else 0.0
        opposite, product = 1 - rho**2, 1 + rho**2
        root = np.sqrt(np.stack([opposite, opposite, product]) * df)  # t = root β / √D
        values = [one.at(unit[..., 1 + number]) for number, one in enumerate(self.ranges)]
        fixed = [np.where(one.by_beta, value, 0.0) for one, value in zip(self.ranges, values, strict=True)]
        scaled = [np.where(one.by_beta, 0.0, value) / by for one, value, by in zip(self.ranges, values, root, strict=True)]

        def explains(one: list, other: list) -> np.ndarray:
            return (
                one[0] * other[0]
                + one[1] * other[1]
                + rho * (one[0] * other[1] + one[1] * other[0])
                + product * one[2] * other[2]
            )

        # 1 - D = β'Σβ + C with β = fixed + √D scaled is a quadratic equation in √D
        rest, slope, bend = 1 - added - explains(fixed, fixed), explains(fixed, scaled), 1 + explains(scaled, scaled)
        left = np.maximum((np.sqrt(slope**2 + bend * np.maximum(rest, 0)) - slope) / bend, 1e-3) ** 2
        beta = np.stack(fixed) + np.sqrt(left) * np.stack(scaled)
        units = np.sqrt(left) / root
        t = beta / units
        x, w = beta[0] + rho * beta[1], rho * beta[0] + beta[1]
        explained = (rw * x**2 - 2 * rho * x * w + rx * w**2) / (rx * rw - rho**2)
        explained += (beta[2] * product) ** 2 / (rx * rw + rho**2) + added
        failures = [explained - ry, 1e-6 - rest]
        ratios = []
        with np.errstate(divide="ignore"):
            for term, one_t, one_beta, one_unit in zip(claims.terms, t, beta, units, strict=True):
                size, scale = np.log(np.abs(one_beta)), np.log(one_unit)
                if_positive, if_negative = np.log(np.maximum([term.estimate, np.negative(term.estimate[::-1])], 0))
                bottom = size - np.where(one_beta < 0, if_negative[1], if_positive[1])
                top = size - np.where(one_beta < 0, if_negative[0], if_positive[0])
                bottom = np.maximum(bottom, scale - np.log(term.std_error[1]))
                top = np.minimum(top, scale - np.log(term.std_error[0]))
                ratios.append((np.clip(bottom, -500, 500), np.clip(top, -500, 500)))  # finite, so that sums are numbers
                if term.t != ANY:
                    failures += [term.t[0] - one_t, one_t - term.t[1]]
                if term.size != (0, INF):
                    failures += [np.log(term.size[0]) - size + scale, size - scale - np.log(term.size[1])]
        gap, outcome = self._programme(ratios)
        return _Points(np.abs(t), np.maximum.reduce([gap, *failures]), ratios, outcome)

    def _programme(self, ratios: list) -> tuple[np.ndarray, tuple[np.ndarray, np.ndarray]]:
        """Whether x − y, w − y and x + w − y (logarithms) can lie in the ratios: the violation, and the bounds of y."""
        (low1, high1), (low2, high2), (low3, high3) = ratios
        (y_low, y_high), (x_low, x_high), (w_low, w_high) = self.log_sd.transpose(1, 2, 0)[..., None]
        above = [y_low, x_low - high1, w_low - high2, x_low + w_low - high3, low3 - high1 - high2]
        below = [y_high, x_high - low1, w_high - low2, x_high + w_high - low3, high3 - low1 - low2]
        lowest, highest = (np.maximum.reduce(np.broadcast_arrays(*above)), np.minimum.reduce(np.broadcast_arrays(*below)))
        sides = [x_low + low2 - high3, w_low + low1 - high3, low3 - x_high - high2, low3 - w_high - high1]
        gap = np.maximum.reduce(np.broadcast_arrays(lowest - highest, low1 - high1, low2 - high2, low3 - high3, *sides))
        return gap, (lowest, highest)

    def best(self, term: int | None = None, *, largest: bool = True) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The points that fit best or, of those that fit, the ones with the largest or smallest |t| of a term.

        By differential evolution (Storn & Price, 1997), whose steps are differences of the points found so far
        and so follow the edges where several limits meet. The fixed seed makes the last digits repeatable.

        Returns
        -------
        unit : ndarray
            (metrics, points, dimensions), the best first.
        gap : ndarray
            (metrics,): the violation of the best; it fits if this is at most `TOLERANCE`.
        t : ndarray
            (metrics,): the term's |t| at the best; NaN where nothing fits or no term is named.
        """
        rng, every = np.random.default_rng(0), np.arange(len(self.sd))[:, None]
        start, kept, rounds = self.effort
        unit = np.broadcast_to(_lattice(start, self.dimensions), (len(self.sd), start, self.dimensions))
        score = self._score(unit, term, largest)
        chosen = np.argsort(score, axis=1, kind="stable")[:, :kept]
        unit, score = unit[every, chosen], score[every, chosen]
        for _ in range(rounds):
            first, second, third = rng.integers(0, kept, (3, *score.shape))
            step = rng.choice([0.3, 0.5, 0.9], (*score.shape, 1))
            new = unit[every, first] + step * (unit[every, second] - unit[every, third])
            new = np.clip(np.where(rng.random(new.shape) < 0.9, new, unit), 0, 1)
            new_score = self._score(new, term, largest)
            better = new_score <= score
            unit, score = np.where(better[..., None], new, unit), np.where(better, new_score, score)
        best = unit[every, np.argsort(score, axis=1, kind="stable")]
        points = self._evaluate(best)
        gap = points.gap[:, 0]
        return best, gap, np.full(len(best), np.nan) if term is None else np.where(gap <= TOLERANCE, points.t[term][:, 0], np.nan)

    def _score(self, unit: np.ndarray, term: int | None, largest: bool) -> np.ndarray:
        """The violation or, where there is none and a term is named, a smaller number that tells the order of its |t|."""
        points = self._evaluate(unit)
        if term is None:
            return points.gap
        order = np.log(points.t[term]) * (-1 if largest else 1)
        return np.where(points.gap > TOLERANCE, points.gap, order - 1e3)

    def deviations(self, unit: np.ndarray) -> np.ndarray:
        """Standard deviations with which points fit, in the middle of what fits: (metrics, points, 3)."""
        points = self._evaluate(unit)
        (low1, high1), (low2, high2), (low3, high3) = points.ratios
        (x_low, x_high), (w_low, w_high) = self.log_sd.transpose(1, 2, 0)[1:, ..., None]
        y = sum(points.outcome) / 2
        w_low, w_high = np.maximum(w_low, y + low2), np.minimum(w_high, y + high2)
        x = np.maximum(np.maximum(x_low, y + low1), y + low3 - w_high)
        x = (x + np.minimum(np.minimum(x_high, y + high1), y + high3 - w_low)) / 2
        w = (np.maximum(w_low, y + low3 - x) + np.minimum(w_high, y + high3 - x)) / 2
        return np.exp(np.stack([y, x, w], axis=-1))


def _sizes(interval: tuple[float, float]) -> tuple[float, float]:
    """The interval of the absolute values."""
    low, high = interval
    return (0.0 if low <= 0 <= high else min(abs(low), abs(high))), max(abs(low), abs(high))


def _lattice(points: int, dimensions: int) -> np.ndarray:
    """Evenly spread points of the unit cube, by multiples of powers of the generalised golden ratio."""
    root = 2.0
    for _ in range(60):
        root = (1 + root) ** (1 / (dimensions + 1))
    return (0.5 + np.outer(np.arange(1, points + 1), root ** -np.arange(1.0, dimensions + 1))) % 1
