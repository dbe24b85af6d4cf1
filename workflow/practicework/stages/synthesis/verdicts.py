"""Does a new sample replicate the published interaction? Criteria that ask different questions, and no total score."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from scipy.optimize import brentq
from scipy.special import fdtri, ncfdtr, ndtr, ndtri, stdtr

from practicework.numerics.meta_analysis import common_effect
from practicework.stages.synthesis.printed import Published

GOLDEN = (1 + np.sqrt(5)) / 2
"""The factor of the golden sceptical p (Held, Micheloud & Pawel, 2022)."""

SUCCESS = 0.025
"""The one-sided sceptical p up to which a replication is a success."""

TELESCOPE = 1 / 3
"""The power of the original study that defines a small effect (Simonsohn, 2015)."""

Corner = tuple[float, float]
"""An effect and its standard error."""


def p_sceptical(z_original: float, z_replication: float, c: float) -> float:
    """Return the one-sided golden sceptical p value (Held, 2020; Held, Micheloud & Pawel, 2022).

    With z_A² and z_H² the arithmetic and harmonic mean of the squared z values, z_S² = z_H²/2 if c = 1, and otherwise
    (√(z_A²(z_A² + (c − 1)z_H²)) − z_A²)/(c − 1). p = 1 − Φ(z_S √φ), φ the golden ratio, and 1 − p if the signs differ. In R:
    ``ReplicationSuccess::pSceptical(zo, zr, c, alternative = "one.sided", type = "golden")``.

    Parameters
    ----------
    z_original, z_replication : float
        Estimate by standard error.
    c : float
        The variance of the original estimate relative to that of the new one.
    """
    squares = z_original**2, z_replication**2
    if min(squares) == 0:
        return 0.5
    arithmetic, harmonic = sum(squares) / 2, 2 / sum(1 / one for one in squares)
    equal = abs(c - 1) < 1e-9
    z2 = harmonic / 2 if equal else (np.sqrt(arithmetic * (arithmetic + (c - 1) * harmonic)) - arithmetic) / (c - 1)
    p = float(ndtr(-np.sqrt(z2 * GOLDEN)))
    return p if z_original * z_replication > 0 else 1 - p


def small_effect(n: int, df: int, alpha: float = 0.05) -> float:
    """Return the partial correlation that the original study would have detected with a power of one third (Simonsohn, 2015).

    P(F′(1, df, λ) > F₁₋ₐ) = 1/3, f² = λ/n, r = √(f²/(1 + f²)).
    """
    critical = fdtri(1, df, 1 - alpha)
    strength = brentq(lambda one: 1 - ncfdtr(1, df, one, critical) - TELESCOPE, 1e-9, 100, xtol=1e-14, rtol=1e-14)
    f2 = strength / n
    return float(np.sqrt(f2 / (1 + f2)))


def prediction_interval(original: Corner, std_error: float, confidence: float = 0.95) -> tuple[float, float]:
    """Return where a new estimate is expected if the effect is the same: θo ± z √(σo² + σr²) (Patil, Peng & Leek, 2016).

    In R: ``ReplicationSuccess::predictionInterval(thetao, seo, ser, designPrior = "predictive")``.
    """
    half = float(ndtri((1 + confidence) / 2)) * np.hypot(original[1], std_error)
    return original[0] - half, original[0] + half


def at_corners(corners: Sequence[Corner], position: Callable[[Corner], float]) -> str:
    """Return `yes` or `no` if a criterion agrees for all that print allows, and otherwise `depends`.

    `position` is 0 where a value is inside the limits of the criterion, and −1 or 1 where it is below or above them: if it is
    below at one corner and above at another, it is inside between them.
    """
    found = {int(position(corner)) for corner in corners}
    return "depends" if len(found) > 1 else "yes" if found == {0} else "no"


def _side(value: float, low: float, high: float) -> int:
    return int(value > high) - int(value < low)


def rows(new: Mapping, published: Published, metric: str, *, smallest: float | None, reach: Corner | None) -> list[dict]:
    """Return the rows of one new sample in the table `verdicts`.

    Parameters
    ----------
    new : mapping
        The sample's row of the table `effects`.
    published : Published
    metric : str
        That of the effects.
    smallest : float or None
        The smallest effect size of interest, in units of the coefficient; only for that metric.
    reach : tuple of float or None
        The interval that has to be inside ± `smallest`.
    """
    base = {"model": new["model"], "sample": new["sample"]}
    corners, partial = published.corners(metric), published.corners("partial_r")
    effect, error, df = new["estimate"], new["std_error"], new["df"]
    found = [
        _significant(effect, error, new.get("df_cr2", df), published.sign),
        _inside(new, corners),
        _predicted(effect, error, corners),
        _telescope(effect / error, df, published),
        _sceptical(effect, error, corners or partial, (effect, error) if corners else _partial(effect / error, df)),
        _negligible(smallest, reach),
        _combined(effect, error, corners),
    ]
    return [base | one for one in found]


def _partial(t: float, df: int) -> Corner:
    return float(np.arcsinh(t / np.sqrt(df))), 1 / np.sqrt(max(df - 1, 1))


def _row(criterion: str, statistic: str, values: Sequence[float], threshold: float | None, verdict: str, sentence: str) -> dict:
    known = [value for value in values if np.isfinite(value)]
    ends = {"value_low": min(known), "value_high": max(known)} if known else {}
    return {
        "criterion": criterion,
        "statistic": statistic,
        **ends,
        "threshold": threshold,
        "verdict": verdict,
        "sentence": sentence,
    }


def _unknown(criterion: str, statistic: str) -> dict:
    return _row(criterion, statistic, [], None, "unknown", "Print gives too little for this criterion.")


def _significant(effect: float, error: float, df: float, sign: int) -> dict:
    p = 2 * float(stdtr(df, -abs(effect / error)))
    if sign == 0:
        return _row("significant", "p", [p], 0.05, "unknown", "Print does not give the direction of the published interaction.")
    same = np.sign(effect) == sign
    verdict = "yes" if same and p < 0.05 else "no"
    how = "has the same sign as the published one" if same else "has the opposite sign of the published one"
    return _row(
        "significant", "p", [p], 0.05, verdict, f"The new interaction {how} and is {'' if p < 0.05 else 'not '}significant."
    )


def _inside(new: Mapping, corners: Sequence[Corner]) -> dict:
    if not corners:
        return _unknown("inside_new", "published effect")
    values = sorted({corner[0] for corner in corners})
    verdict = at_corners(corners, lambda corner: _side(corner[0], new["ci_low"], new["ci_high"]))
    words = {"yes": "is inside", "no": "is outside", "depends": "may be inside"}[verdict]
    return _row(
        "inside_new", "published effect", values, None, verdict, f"The published effect {words} the interval of the new sample."
    )


def _predicted(effect: float, error: float, corners: Sequence[Corner]) -> dict:
    if not corners:
        return _unknown("prediction", "end of the prediction interval")
    ends = [prediction_interval(corner, error) for corner in corners]
    verdict = at_corners(corners, lambda corner: _side(effect, *prediction_interval(corner, error)))
    words = {"yes": "is as large as the published result predicts", "no": "is not what the published result predicts",
             "depends": "may be what the published result predicts"}[verdict]  # fmt: skip
    values = [end for pair in ends for end in pair]
    return _row("prediction", "end of the prediction interval", values, effect, verdict, f"The new effect {words}.")


def _telescope(t: float, df: int, published: Published) -> dict:
    if published.sign == 0:
        return _unknown("telescope", "upper end of the 90% interval of the partial correlation")
    z, error = _partial(published.sign * t, df)
    upper = float(np.tanh(z + ndtri(0.95) * error))
    small = small_effect(published.n, published.df)
    verdict = "no" if upper < small else "yes"
    words = "could" if verdict == "yes" else "could not"
    sentence = f"An effect as large as the new sample allows {words} have been detected by the published study."
    return _row("telescope", "upper end of the 90% interval of the partial correlation", [upper], small, verdict, sentence)


def _sceptical(effect: float, error: float, corners: Sequence[Corner], new: Corner) -> dict:
    if not corners:
        return _unknown("sceptical", "one-sided p")
    values = [p_sceptical(b / se, new[0] / new[1], se**2 / new[1] ** 2) for b, se in corners]
    found = {value <= SUCCESS for value in values}
    verdict = "depends" if len(found) > 1 else "yes" if found.pop() else "no"
    words = {"yes": "convinces", "no": "does not convince", "depends": "may convince"}[verdict]
    sentence = f"Together with the published result, the new sample {words} a sceptic of a true effect."
    return _row("sceptical", "one-sided p", values, SUCCESS, verdict, sentence)


def _negligible(smallest: float | None, reach: Corner | None) -> dict:
    statistic = "largest absolute end of the equivalence interval"
    if smallest is None or reach is None or not np.isfinite([smallest, *reach]).all():
        return _row("negligible", statistic, [], None, "unknown", "There is no smallest effect size of interest in this metric.")
    size = max(abs(one) for one in reach)
    verdict = "yes" if size < smallest else "no"
    words = "is" if verdict == "yes" else "may not be"
    return _row(
        "negligible", statistic, [size], smallest, verdict, f"The new effect {words} smaller than the smallest of interest."
    )


def _combined(effect: float, error: float, corners: Sequence[Corner]) -> dict:
    if not corners:
        return _unknown("combined", "z of the common effect")

    def z(corner: Corner) -> float:
        pooled = common_effect(np.array([corner[0], effect]), np.array([corner[1], error]))
        return pooled.statistic

    limit = float(ndtri(0.975))
    verdict = {"yes": "no", "no": "yes"}.get(found := at_corners(corners, lambda corner: _side(z(corner), -limit, limit)), found)
    words = {"yes": "differ", "no": "do not differ", "depends": "may differ"}[verdict]
    sentence = f"The published and the new effect together {words} from zero, if there is no publication bias."
    return _row("combined", "z of the common effect", [z(corner) for corner in corners], limit, verdict, sentence)
