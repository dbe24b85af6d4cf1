"""Latent moderation: the interaction of means, corrected means, factor scores and factors (SAM), side by side."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from practicework.errors import NotComputable
from practicework.numerics import bootstrap, latent_interaction
from practicework.numerics.latent_interaction import FEWEST_ITEMS, Measured
from practicework.stages.moderation.regression import Fit
from practicework.study.settings import Latent
from practicework.tables import frame

TABLE = "moderation/{model}/latent"
LOST = 0.05
"""Share of resamples without a solution above which no interval is given."""


def compare(
    fit: Fit,
    corrected: pd.DataFrame,
    reliabilities: Mapping[str, float],
    items: Mapping[str, pd.DataFrame],
    settings: Latent,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Return the interaction by four methods, with case-bootstrap intervals.

    - `means`: the model itself, of the scales' scores.
    - `corrected_means`: the same, corrected for the scales' reliabilities (`errors_in_variables`).
    - `factor_scores`: least squares on Bartlett factor scores, which still contain error.
    - `sam`: local structural-after-measurement (Rosseel & Loh, 2024), the method of moments of Wall & Amemiya (2000). Each scale
      has a one-factor model by maximum likelihood whose first item has a loading of 1. With Bartlett scores f, whose error has
      the variance θ = (λ'Ψ⁻¹λ)⁻¹, the moments of (1, fx, fw, fx fw) are reduced by those of the errors: θx, θw, and
      θx E[fw²] + θw E[fx²] − θx θw for the product.

    Factor scores and SAM are in units of the first items, the others in those of the scores; `standardised` makes them
    comparable: the estimate times the standard deviations of predictor and moderator, divided by the outcome's (of true
    scores or factors where the method corrects for error). Intervals of factor scores and SAM refit the factor models in each
    resample.

    Parameters
    ----------
    fit : Fit
    corrected : DataFrame
        The table `errors_in_variables`.
    reliabilities : mapping of str to float
        By variable; that of the outcome standardises the corrected interaction.
    items : mapping of str to DataFrame
        The keyed answers of every scale; the index contains the respondents of the model. Respondents with all items of all
        scales of the model are used (listwise).
    settings : Latent
    rng : numpy.random.Generator

    Returns
    -------
    DataFrame
        The table `latent`, one row per method; empty estimates have the reason in `note`.

    Notes
    -----
    In R: ``lavaan::sam("X =~ x1 + x2 + x3; W =~ ...; Y =~ ...; Y ~ X + W + X:W", d)`` (lavaan 0.7).
    """
    rows = [_means(fit), _corrected(fit, corrected, reliabilities.get(fit.design.model.outcome, 1.0))]
    try:
        measured, groups = _measured(fit, items)
        own = latent_interaction.estimate(measured)
        starts = latent_interaction.starts(measured)
        place = np.arange(len(measured[0].columns)) if groups is None else np.unique(groups, return_inverse=True)[1]
        counts = bootstrap.counts(place.max() + 1, settings.resamples, rng)[:, place]
        parts = list(latent_interaction.resampled(measured, counts, starts))
        draws = np.concatenate([found[fine] for found, fine in parts])
    except NotComputable as reason:
        rows += [{"method": method, "note": f"not computed: {reason}"} for method in ("factor_scores", "sam")]
        return frame(TABLE, rows)
    failed = settings.resamples - len(draws)
    for method, place, standardised in (("factor_scores", 0, 1), ("sam", 2, 3)):
        row = {"method": method, "n": len(measured[0].columns), "estimate": own[method]}
        row |= {"standardised": own[f"{method}_standardised"], "n_failed": failed, "resamples": settings.resamples}
        row |= {name: own[name] for name in ("reliability_x", "reliability_w", "reliability_xw")}
        if failed <= LOST * settings.resamples:
            low, high = bootstrap.percentile(draws[:, [place, standardised]], fit.confidence)
            row |= {"std_error": draws[:, place].std(ddof=1), "ci_low": low[0], "ci_high": high[0]}
            row |= {"standardised_low": low[1], "standardised_high": high[1]}
        else:
            row["note"] = f"no interval: {failed:,} of {settings.resamples:,} resamples have no proper solution"
        rows.append(row)
    return frame(TABLE, rows)


def _means(fit: Fit) -> dict:
    """The model itself, with its bootstrap interval."""
    place = fit.design.interaction
    if len(place) > 1:
        return {"method": "means", "note": "not computed: the product has several terms"}
    tests = fit.tests(np.eye(len(fit.estimates))[place])
    spread = fit.design.data[[fit.design.model.predictor, fit.design.model.moderator, fit.design.model.outcome]].std()
    return {"method": "means", "n": len(fit.design.data), "estimate": fit.estimates[place[0]],
            "std_error": tests["boot_std_error"][0], "ci_low": tests["boot_low"][0], "ci_high": tests["boot_high"][0],
            "standardised": fit.estimates[place[0]] * spread.iloc[0] * spread.iloc[1] / spread.iloc[2],
            "resamples": len(fit.draws), "n_failed": 0}  # fmt: skip


def _corrected(fit: Fit, corrected: pd.DataFrame, reliability_y: float) -> dict:
    """The row of the product in `errors_in_variables`."""
    own = corrected[corrected["term"] == fit.design.model.interaction]
    if own.empty:
        return {"method": "corrected_means", "note": "not computed: no variable has a known reliability below 1"}
    row, used = own.iloc[0], corrected.set_index("term")["reliability"]
    model = fit.design.model
    x, w = (float(used.get(one, np.nan)) for one in (model.predictor, model.moderator))
    x, w = (1.0 if np.isnan(one) else one for one in (x, w))
    spread = fit.design.data[[model.predictor, model.moderator, model.outcome]].std()
    r = fit.design.data[model.predictor].corr(fit.design.data[model.moderator])
    found = {"method": "corrected_means", "n": len(fit.design.data), "estimate": row["estimate"],
             "std_error": row["boot_std_error"], "ci_low": row["boot_low"], "ci_high": row["boot_high"],
             "standardised": row["estimate"] * spread.iloc[0] * spread.iloc[1] * np.sqrt(x * w / reliability_y) / spread.iloc[2],
             "reliability_x": x, "reliability_w": w, "reliability_xw": (x * w + r**2) / (1 + r**2),
             "resamples": row["resamples"], "n_failed": row["unsolved"]}  # fmt: skip
    return found | {"note": row["note"]}


def _measured(fit: Fit, items: Mapping[str, pd.DataFrame]) -> tuple[list[Measured], np.ndarray | None]:
    """Outcome, predictor, moderator and covariates with their items, among respondents with all of these; and their clusters."""
    design, model = fit.design, fit.design.model
    if design.second is not None or model.square or len(design.interaction) > 1:
        raise NotComputable("the model has more than one product or a square")
    for name in (model.outcome, model.predictor, model.moderator):
        if name not in items:
            raise NotComputable(f"'{name}' is a variable without items")
        if items[name].shape[1] < FEWEST_ITEMS:
            raise NotComputable(f"'{name}' has {items[name].shape[1]} items, and a factor model requires {FEWEST_ITEMS}")
    people = design.data["respondent"].to_numpy()
    own = {
        name: items[name].loc[people].to_numpy(float)
        for name in model.variables if name in items and items[name].shape[1] >= FEWEST_ITEMS
    }  # fmt: skip
    complete = ~np.column_stack([np.isnan(one).any(axis=1) for one in own.values()]).any(axis=1)
    found = [Measured(name, own[name][complete], None) for name in (model.outcome, model.predictor, model.moderator)]
    for one in design.covariates:
        if one.name in own:
            found.append(Measured(one.name, own[one.name][complete], None))
        else:
            coded = one.code(design.data[one.name].to_numpy(float))[complete]
            found += [Measured(one.name, None, column) for column in coded.T]
    if complete.sum() <= 4 + len(found):
        raise NotComputable(f"{complete.sum()} respondents answered all items")
    return found, None if fit.clustered is None else fit.clustered.clusters[complete]
