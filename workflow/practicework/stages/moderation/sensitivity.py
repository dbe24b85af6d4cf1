"""Sensitivity: what a study of this size and with these reliabilities can detect."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from practicework.numerics import power
from practicework.stages.moderation.regression import Fit
from practicework.stages.moderation.simulation import Studies, simulate
from practicework.study.settings import Moderation
from practicework.tables import frame

CHANGES = (0.0025, 0.01, 0.02, 0.04, 0.09)
"""True ΔR² that are reported in addition to the smallest effect size of interest."""

LARGER = 2_000
"""The number of studies of the required size that are simulated."""

CURVE_CHANGES = np.linspace(0.0, 0.2, 81)
CURVE_SIZES = np.unique(np.round(np.geomspace(20, 2_000, 61)).astype(int))


def attenuation(fit: Fit, reliabilities: Mapping[str, float]) -> tuple[float, str | None]:
    """Return the share of a true ΔR² that remains in the scores, and a note on unknown reliabilities.

    Measurement error of predictor and moderator reduces it by the product's reliability, and that of the outcome by the
    outcome's reliability: ΔR² of the scores = ρxw ρy ΔR² of the true scores. A variable without a known reliability is
    treated as free of error.
    """
    model, design = fit.design.model, fit.design
    if design.second is not None:
        return 1.0, "scores are treated as free of measurement error, since the model has two moderators"
    x, w, y = (reliabilities.get(name, 1.0) for name in (model.predictor, model.moderator, model.outcome))
    one = design.predictor.levels is None and design.moderator.levels is None
    r = float(np.corrcoef(design.data[model.predictor], design.data[model.moderator])[0, 1]) if one else 0.0
    unknown = [name for name in (model.outcome, model.predictor, model.moderator) if name not in reliabilities]
    note = f"treated as free of measurement error: {', '.join(unknown)}" if unknown else None
    return power.product_reliability(x, w, r) * y, note


def assess(
    fit: Fit, reliabilities: Mapping[str, float], studies: Studies | None, settings: Moderation, rng: np.random.Generator
) -> pd.DataFrame:
    """Return power, type S and M errors, the smallest detectable effect and the required number of respondents.

    Effects are ΔR² of the scores (`metric` is scores). If reliabilities are known, further rows show the same ΔR² as one
    between true scores (`true_scores`), of which `attenuation` remains in the scores (`delta_r_squared_scores`).

    Simulated columns refer to the interval on which conclusions are based and to newly drawn respondents, with their Monte
    Carlo standard errors. Closed forms refer to ordinary least squares and the sample's own design; `power_expected` averages
    them over the simulated designs. All use the sample's R² of the other terms. Power for the observed effect is not computed,
    since it carries no information beyond its p value (Hoenig & Heisey, 2001).

    Parameters
    ----------
    fit : Fit
    reliabilities : mapping of str to float
    studies : Studies or None
        Simulated studies of the sample's size.
    settings : Moderation
    rng : numpy.random.Generator
        For studies of the required size.

    Returns
    -------
    DataFrame
        The table `sensitivity`, one row per quantity (`minimum_detectable`, `minimum_detectable_simulated`,
        `smallest_effect`, `effect`) and metric.
    """
    n, p = fit.design.matrix.shape
    alpha, terms, reduced = 1 - fit.confidence, len(fit.design.interaction), fit.r_squared_reduced
    share, note = attenuation(fit, reliabilities)
    least = power.significant_change(fit.df, reduced, alpha, terms)
    wanted = [("minimum_detectable", power.detectable_change(n, fit.df, reduced, alpha, terms))]
    if studies is not None and np.isfinite(strength := studies.detectable() ** 2 / n):
        wanted.append(("minimum_detectable_simulated", strength * (1 - reduced) / (1 + strength)))
    rows = []
    for metric, left in _metrics(share):
        found = [(quantity, change / left) for quantity, change in wanted] + [("smallest_effect", settings.smallest_change)]
        found += [("effect", change) for change in CHANGES if change != settings.smallest_change]
        for quantity, change in found:
            scores = change * left
            row = {"quantity": quantity, "metric": metric, "attenuation": left, "n": n}
            row |= {"delta_r_squared": change, "delta_r_squared_scores": scores}
            row["note"] = note if metric == "true_scores" else None
            if change >= 1 - reduced or scores >= 1 - reduced:
                why = "no true effect of this size is possible given the other terms, so none is detected with 80% power"
                rows.append(row | ({"delta_r_squared": np.nan, "delta_r_squared_scores": np.nan, "note": why}))
                continue
            ratio = np.sqrt(n * scores / (1 - reduced - scores))
            row["power"] = power.power(scores, reduced, n, fit.df, alpha, terms)
            row["n_required"] = power.required_n(scores, reduced, p, alpha, terms)
            row["least_exaggeration"] = least / scores
            if terms == 1:
                row["type_s"], row["type_m"] = power.sign_and_size_errors(ratio, fit.df, alpha)
            if studies is not None:
                row["interval"] = studies.interval
                row["power_simulated"], row["power_simulated_se"] = studies.power(ratio, studies.interval)
                row["power_expected"] = studies.expected_power(ratio)
                row |= {f"power_{interval}": studies.power(ratio, interval)[0] for interval in ("ols", "hc3", "bootstrap")}
                row["type_s_simulated"], row["type_m_simulated"] = studies.sign_and_size_errors(ratio)
            if (quantity, metric) == ("smallest_effect", "scores") and row["n_required"]:
                larger = simulate(fit, settings, rng, row["n_required"], min(LARGER, settings.simulation.studies))
                if larger is not None:
                    row["power_required"], row["power_required_se"] = larger.power(ratio, larger.interval)
            rows.append(row)
    return frame("moderation/{model}/sensitivity", rows)


def _metrics(share: float) -> list[tuple[str, float]]:
    """The metrics in which effects are reported, and the share of ΔR² that remains in the scores."""
    return [("scores", 1.0), *([("true_scores", share)] if share < 1 else [])]


def power_curve(fit: Fit, reliabilities: Mapping[str, float], settings: Moderation) -> pd.DataFrame:
    """Return power over ΔR² at this sample size, and over the sample size at the smallest effect size of interest.

    Returns
    -------
    DataFrame
        The table `power_curve`: `curve` is `delta_r_squared` or `n`.
    """
    n, p = fit.design.matrix.shape
    alpha, terms, reduced = 1 - fit.confidence, len(fit.design.interaction), fit.r_squared_reduced
    rows = []
    for _metric, left in _metrics(attenuation(fit, reliabilities)[0]):
        for change in CURVE_CHANGES[CURVE_CHANGES * left < 1 - reduced]:
            found = power.power(change * left, reduced, n, fit.df, alpha, terms)
            rows.append(("delta_r_squared", left, change, n, found))
        change = settings.smallest_change
        for size in CURVE_SIZES[p < CURVE_SIZES]:
            if change * left < 1 - reduced:
                found = power.power(change * left, reduced, int(size), int(size) - p, alpha, terms)
                rows.append(("n", left, change, int(size), found))
    names = ("curve", "attenuation", "delta_r_squared", "n", "power")
    return frame("moderation/{model}/power_curve", [dict(zip(names, row, strict=True)) for row in rows])
