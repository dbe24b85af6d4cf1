"""Content validity: sorting and rating tasks of judges, panels of experts, and their norms."""

from collections.abc import Mapping, Sequence

import numpy as np
from scipy.special import bdtrc, comb, ndtri

NORMS: Mapping[str, Mapping[str, tuple[float, float, float, float]]] = {
    "overall": {
        "p_sa": (0.91, 0.82, 0.72, 0.39), "c_sv": (0.81, 0.61, 0.51, 0.05),
        "htc": (0.91, 0.87, 0.84, 0.60), "htd": (0.35, 0.27, 0.18, 0.04),
    },
    "high": {
        "p_sa": (0.80, 0.75, 0.60, 0.24), "c_sv": (0.61, 0.50, 0.21, 0.01),
        "htc": (0.90, 0.86, 0.82, 0.63), "htd": (0.23, 0.15, 0.11, 0.01),
    },
    "medium": {
        "p_sa": (0.91, 0.81, 0.76, 0.46), "c_sv": (0.83, 0.61, 0.52, 0.01),
        "htc": (0.92, 0.89, 0.85, 0.60), "htd": (0.34, 0.27, 0.20, 0.09),
    },
    "low": {
        "p_sa": (0.94, 0.90, 0.84, 0.52), "c_sv": (0.89, 0.80, 0.67, 0.04),
        "htc": (0.91, 0.88, 0.86, 0.67), "htd": (0.48, 0.35, 0.26, 0.12),
    },
}  # fmt: skip
"""Lower limits of very strong, strong, moderate and weak scale means, of naive judges (Colquitt, Sabey, Rodell & Hill, 2019).

`overall`, and by the correlation with the orbiting constructs: `high` from .51, `medium` from .35, `low` below.
"""

BANDS = ("very strong", "strong", "moderate", "weak", "lack")


def band(index: str, value: float, orbiting: float | None = None) -> str:
    """Return how a scale's mean compares with Colquitt et al.'s (2019) 112 scales.

    Parameters
    ----------
    index : {"p_sa", "c_sv", "htc", "htd"}
    value : float
        The mean over the items of a scale; the norms do not hold for single items or for experts.
    orbiting : float, optional
        The mean correlation of the construct with the constructs with which it could be confused.
    """
    kind = "overall" if orbiting is None else "high" if orbiting >= 0.505 else "medium" if orbiting >= 0.345 else "low"
    limits = NORMS[kind][index]
    return BANDS[next((place for place, limit in enumerate(limits) if value >= limit - 1e-9), len(limits))]


def sorting(counts: np.ndarray, own: int, n: int) -> dict[str, float]:
    """Return the indices of one item in a sorting task.

    - p_sa: the share of judges who assign the item to its construct (Anderson & Gerbing, 1991).
    - c_sv: (own - strongest other) / n.
    - p_value: exact one-sided binomial test that more than half of the judges do (Howard & Melloy, 2016). In R:
      ``binom.test(hits, n, alternative = "greater")``.

    Parameters
    ----------
    counts : ndarray of shape (constructs,)
        Judges by chosen construct.
    own : int
        The position of the item's construct.
    n : int
        Judges who saw the item; some may have chosen no construct.
    """
    hits, others = int(counts[own]), np.delete(counts, own)
    strongest = int(others.max()) if len(others) else 0
    return {"p_sa": hits / n, "c_sv": (hits - strongest) / n, "p_value": exceeding_half(hits, n)}


def exceeding_half(hits: int, n: int) -> float:
    """Return P(X ≥ hits) for X binomial with n and .5."""
    return float(bdtrc(hits - 1, n, 0.5)) if hits else 1.0


def needed(n: int, alpha: float = 0.05) -> int:
    """Return the smallest number of hits that is significant, or n + 1 if none is."""
    return next((hits for hits in range(n + 1) if exceeding_half(hits, n) <= alpha), n + 1)


def power(n: int, p: float, alpha: float = 0.05) -> float:
    """Return the probability that an item with the true share p is significant with n judges."""
    hits = needed(n, alpha)
    return float(bdtrc(hits - 1, n, p)) if hits <= n else 0.0


def kappa(agree: int, n: int) -> float:
    """Return the modified kappa, (I-CVI - p_c) / (1 - p_c) with p_c = C(n, agree) .5ⁿ (Polit, Beck & Owen, 2007)."""
    chance = float(comb(n, agree)) * 0.5**n
    return (agree / n - chance) / (1 - chance)


def ratio(essential: int, n: int) -> tuple[float, float]:
    """Return Lawshe's content validity ratio and its exact one-sided p (Ayre & Scally, 2014; Lawshe's table has errors)."""
    return (essential - n / 2) / (n / 2), exceeding_half(essential, n)


def aiken(ratings: Sequence[float], low: float, high: float, confidence: float = 0.95) -> tuple[float, float, float]:
    """Return Aiken's V, (mean - low) / (high - low), with its score interval (Penfield & Giacobbi, 2004)."""
    n, k, z = len(ratings), high - low, float(ndtri((1 + confidence) / 2))
    v = (float(np.mean(ratings)) - low) / k
    centre, half = 2 * n * k * v + z**2, z * np.sqrt(4 * n * k * v * (1 - v) + z**2)
    return v, (centre - half) / (2 * (n * k + z**2)), (centre + half) / (2 * (n * k + z**2))
