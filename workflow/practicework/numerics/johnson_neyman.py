"""The Johnson-Neyman technique in closed form: where a conditional effect is significant.

The effect b1 + b3 w is significant where its square exceeds t² times its variance, a quadratic in w.
At the roots it is *just* significant; on which side, and with which sign, is evaluated.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
import pandas as pd
from scipy.optimize import brentq

GRID = 2_001
"""Number of grid points for the search of boundaries without a closed form."""


def boundaries(b1: float, b3: float, v11: float, v13: float, v33: float, critical: float) -> list[float]:
    """Return the real roots w of (b1 + b3 w)² = t² (v11 + 2 w v13 + w² v33), ascending: none, one or two.

    Parameters
    ----------
    b1, b3 : float
        Coefficients of the predictor and of the interaction.
    v11, v13, v33 : float
        Their variances and covariance.
    critical : float
        Critical value of t.

    Notes
    -----
    Johnson & Neyman (1936); Hayes & Matthes (2009). In R: ``interactions::johnson_neyman(m, x, w)``.
    """
    t2 = critical**2
    a, half_b, c = t2 * v33 - b3**2, t2 * v13 - b1 * b3, t2 * v11 - b1**2
    discriminant = half_b**2 - a * c
    if discriminant < 0:
        return []
    # the root that does not subtract nearly equal numbers, and the other one from their product c / a
    q = -(half_b + np.copysign(np.sqrt(discriminant), half_b))
    roots = {float(top / bottom) for top, bottom in ((q, a), (c, q)) if bottom != 0}
    return sorted(root for root in roots if np.isfinite(root))


def searched(margin: Callable[[np.ndarray], np.ndarray], low: float, high: float) -> list[float]:
    """Return the values between two others at which a margin is zero, for tests whose critical value varies.

    Roots are bracketed on a grid of `GRID` points and refined by Brent's method; two roots closer than a step are not found.

    Parameters
    ----------
    margin : callable
        Returns |effect| minus its critical distance at values of the moderator, shape (m,).
    low, high : float
    """
    grid = np.linspace(low, high, GRID)
    signs = np.sign(margin(grid))
    found = [float(value) for value in grid[signs == 0]]
    for place in np.flatnonzero(signs[:-1] * signs[1:] < 0):
        found.append(brentq(lambda value: float(margin(np.array([value]))[0]), grid[place], grid[place + 1], xtol=1e-12))
    return sorted(found)


def regions(
    roots: Sequence[float],
    moderator: np.ndarray,
    effect_at: Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]],
) -> pd.DataFrame:
    """Divide the observed range of the moderator at the roots, and evaluate the effect's sign in each region.

    Parameters
    ----------
    roots : sequence of float
        In the moderator's units.
    moderator : ndarray of shape (n,)
    effect_at : callable
        Returns the effect at moderator values, and the distance from zero from which it is significant.

    Returns
    -------
    DataFrame
        `from`, `to`, `sign` (positive, negative, not significant) and `percent` of the respondents.
    """
    low, high = moderator.min(), moderator.max()
    edges = [low, *(root for root in roots if low < root < high), high]
    rows: list[dict] = []
    for start, end in pairwise(edges):
        effect, distance = (value[0] for value in effect_at(np.array([(start + end) / 2])))
        significant = abs(effect) > distance
        sign = ("positive" if effect > 0 else "negative") if significant else "not significant"
        if rows and rows[-1]["sign"] == sign:
            rows[-1]["to"] = end
        else:
            rows.append({"from": start, "to": end, "sign": sign})
    for row in rows:
        last = row["to"] == high
        inside = (moderator >= row["from"]) & ((moderator <= high) if last else (moderator < row["to"]))
        row["percent"] = 100 * inside.mean()
    return pd.DataFrame(rows, columns=["from", "to", "sign", "percent"])
