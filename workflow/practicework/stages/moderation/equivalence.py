"""What an interval implies for zero and for the smallest effect size of interest."""

import numpy as np
import pandas as pd
from scipy.special import stdtr, stdtrit

from practicework.numerics import bootstrap
from practicework.numerics.least_squares import LeastSquares
from practicework.numerics.power import change_at
from practicework.stages.moderation.regression import NO_HC3, Fit
from practicework.study.settings import Moderation
from practicework.tables import frame


def classify(low: float, high: float, smallest: float, inner_low: float, inner_high: float) -> str:
    """Classify an interval by its position relative to zero and to the smallest effect size of interest.

    Parameters
    ----------
    low, high : float
        The interval.
    smallest : float
        The smallest effect size of interest, above zero.
    inner_low, inner_high : float
        The 1 − 2α interval: the effect is negligible if this lies within ±smallest, which is equivalent to two
        one-sided tests (Schuirmann, 1987; Lakens, 2017).

    Returns
    -------
    str
        `relevant_positive`: at least as large as the smallest effect size of interest; `positive`: above zero, of
        uncertain size; `small_positive`: above zero and smaller than it; `negligible`: smaller than it in either
        direction; `undecided`; and the same below zero.
    """
    small = -smallest < inner_low and inner_high < smallest
    if low > 0:
        return "relevant_positive" if low >= smallest else "small_positive" if small else "positive"
    if high < 0:
        return "relevant_negative" if high <= -smallest else "small_negative" if small else "negative"
    return "negligible" if small else "undecided"


def compare(fit: Fit, settings: Moderation) -> pd.DataFrame:
    """Compare the interaction's interval with zero and with the smallest effect size of interest.

    The smallest effect size is the model's `smallest_effect`, in units of the coefficient, or otherwise the coefficient
    that adds `smallest_change` to R² in this sample: b² SS / SST = ΔR², with SS the sum of squares of the product's
    residual on the other terms. The interval is that of `moderation.interval`; OLS if HC3 is not computable. Several
    product terms are assessed jointly by the interval of ΔR² from the noncentral F distribution (Steiger, 2004).

    Returns
    -------
    DataFrame
        The table `equivalence`, one row. In R: ``confint``; ``TOSTER::tsum_TOST`` has the same arithmetic.
    """
    design, model = fit.design, fit.design.model
    row = {"term": model.interaction, "interval": settings.interval, "note": None}
    if len(design.interaction) > 1:
        return frame("moderation/{model}/equivalence", [row | _joint(fit, settings)])
    place = design.interaction[0]
    unit = np.eye(len(fit.estimates))[[place]]
    estimate = fit.estimates[place]
    others = np.delete(design.matrix, place, axis=1)
    rest = LeastSquares(others).residuals(design.matrix[:, place])
    total = ((design.outcome - design.outcome.mean()) ** 2).sum()
    scale = (rest @ rest) / total
    smallest = model.smallest_effect or float(np.sqrt(settings.smallest_change / scale))
    alpha = 1 - settings.confidence
    if settings.interval == "bootstrap":
        table = fit.tests(unit)
        low, high = float(table["boot_low"][0]), float(table["boot_high"][0])
        draws = fit.draws[:, [place]]
        if fit.jackknife is None:
            ends = bootstrap.percentile(draws, 1 - 2 * alpha)
        else:
            ends = bootstrap.bca(draws, np.array([estimate]), fit.jackknife[:, [place]], 1 - 2 * alpha)
        inner, p_value = (float(ends[0][0]), float(ends[1][0])), np.nan
    else:
        errors = fit.deciding(settings.interval)
        if errors != settings.interval:
            row |= {"interval": errors, "note": NO_HC3}
        error, df = float(fit.effect(unit, errors)[1][0]), float(fit.degrees(unit, errors)[0])
        critical = float(stdtrit(df, 1 - alpha / 2))
        low, high = estimate - critical * error, estimate + critical * error
        reach = float(stdtrit(df, 1 - alpha)) * error
        inner = estimate - reach, estimate + reach
        p_value = float(stdtr(df, -(smallest - abs(estimate)) / error))
    row |= {"smallest_effect": smallest, "smallest_change": smallest**2 * scale, "estimate": estimate}
    row |= {"ci_low": low, "ci_high": high, "equivalence_low": inner[0], "equivalence_high": inner[1]}
    row |= {"p_equivalence": p_value, "reading": classify(low, high, smallest, *inner)}
    return frame("moderation/{model}/equivalence", [row])


def _joint(fit: Fit, settings: Moderation) -> dict:
    """ΔR² of several product terms with its interval."""
    n, terms = len(fit.design.data), len(fit.design.interaction)
    f, _ = fit.wald(np.eye(len(fit.estimates))[fit.design.interaction])
    alpha = 1 - settings.confidence

    low, high, inner = (
        change_at(probability, f, n, fit.df, fit.r_squared_reduced, terms) for probability in (1 - alpha / 2, alpha / 2, alpha)
    )
    smallest = settings.smallest_change
    if low > 0:
        reading = "relevant" if low >= smallest else "small" if inner < smallest else "present"
    else:
        reading = "negligible" if inner < smallest else "undecided"
    return {
        "interval": "noncentral F", "smallest_effect": np.nan, "smallest_change": smallest,
        "estimate": fit.r_squared - fit.r_squared_reduced, "ci_low": low, "ci_high": high, "equivalence_low": 0.0,
        "equivalence_high": inner, "p_equivalence": np.nan, "reading": reading,
    }  # fmt: skip
