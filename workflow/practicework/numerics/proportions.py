"""Intervals of proportions."""

import numpy as np
from scipy.special import betaincinv, ndtri


def clopper_pearson(count: int, of: int, confidence: float = 0.95) -> tuple[float, float]:
    """Return the exact interval of a proportion, between 0 and 1 (Clopper & Pearson, 1934). In R: ``binom.test``."""
    tail = (1 - confidence) / 2
    low = betaincinv(count, of - count + 1, tail) if count else 0.0
    high = betaincinv(count + 1, of - count, 1 - tail) if count < of else 1.0
    return float(low), float(high)


def wilson(count: int, of: int, confidence: float = 0.95) -> tuple[float, float]:
    """Return Wilson's (1927) interval of a proportion; NaN without respondents. In R: ``prop.test(correct = FALSE)``."""
    if not of:
        return np.nan, np.nan
    z = float(ndtri((1 + confidence) / 2))
    centre, half = (count + z**2 / 2) / (of + z**2), z * np.sqrt(count * (of - count) / of + z**2 / 4) / (of + z**2)
    return max(0.0, float(centre - half)), min(1.0, float(centre + half))
