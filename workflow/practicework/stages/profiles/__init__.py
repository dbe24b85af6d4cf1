"""Profiles: assignment to prototypes, its certainty and robustness, and comparison with latent profiles."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
import pandas as pd

from practicework.numerics.seeds import Streams
from practicework.stages.profiles import assignment, coexistence, explanation, robustness, variables
from practicework.stages.profiles.assignment import draw_shares
from practicework.stages.profiles.robustness import nearest_prototype
from practicework.study.pipeline import Part
from practicework.study.scale import Scale
from practicework.study.settings import MIDDLE, Profiles

__all__ = ["analyse", "compute", "draw_shares", "nearest_prototype"]


def analyse(
    scores: pd.DataFrame,
    reliability: pd.DataFrame,
    scales: dict[str, Scale],
    settings: Profiles,
    rng: np.random.Generator,
    *,
    others: Sequence[str] = (),
    categories: Collection[str] = (),
) -> dict[str, pd.DataFrame]:
    """Assign each respondent to the nearest prototype, and estimate the certainty given measurement error.

    Parameters
    ----------
    scores : DataFrame
        `respondent` and one column per scale and variable; respondents with a missing indicator get no profile.
    reliability : DataFrame
        The table `reliability/scales`; its alpha gives the standard errors of measurement.
    scales : dict of Scale
    settings : Profiles
    rng : numpy.random.Generator
        The shares with little error and those of true scores use generators spawned from it, so that they do not affect the
        other numbers.
    others : sequence of str
        Variables that describe the profiles.
    categories : collection of str
        Those of them that are categorical.

    Returns
    -------
    dict of str to DataFrame
        The tables by the last part of their names.
    """
    for_precise, for_true = rng.spawn(2)
    names, labels = list(settings.indicators), list(settings.prototypes)
    percents = pd.DataFrame({name: scales[name].percent(scores[name]) for name in names})
    measured = assignment.measurement(percents, reliability)
    prototypes = np.array([[percent[name] for name in names] for percent in settings.prototypes.values()])
    complete = percents.notna().all(axis=1).to_numpy()
    points, sem = percents.to_numpy()[complete], measured["sem"].to_numpy()
    nearest = nearest_prototype(points, prototypes)
    shares, used = np.full((len(points), len(labels)), np.nan), np.zeros(len(points), int)
    kinds, precise = None, None
    if np.isfinite(sem).all():
        centres, error = (points, sem) if settings.true_scores == "flat" or len(points) < 2 else assignment.kelley(points, sem)
        levels = (settings.exclusive_at, 1 - settings.exclusive_at)
        shares, used = assignment.refined_shares(centres, prototypes, error, settings.draws, levels, rng)
        if own := settings.own_indicators:
            found, certainty = coexistence.by_own_scales(points, names, settings.prototypes, own, sem, settings.draws, rng)
            kinds = [coexistence.category(one) for one in found], [" + ".join(one) or None for one in found], certainty
        else:
            middle = np.vstack([prototypes, np.full((1, len(names)), MIDDLE)])
            near = assignment.refined_shares(centres, middle, error, settings.draws, (0.5,), rng)[0][:, -1]
            kinds = coexistence.clarity(shares, labels, near, settings.exclusive_at)
            parts = [draw_shares(points, one, sem / 10, settings.draws, for_precise) for one in (prototypes, middle)]
            precise = coexistence.clarity(parts[0], labels, parts[1][:, -1], settings.exclusive_at)[0]

    table = pd.DataFrame({"respondent": scores["respondent"], "profile": None, "certainty": np.nan, "exclusive": None})
    table = table.assign(coexistence=None, kinds=None, kinds_certainty=np.nan, note=None, **dict.fromkeys(labels, np.nan))
    table.loc[complete, "profile"] = np.array(labels)[nearest]
    table.loc[complete, "certainty"] = shares[np.arange(len(points)), nearest]
    table.loc[complete, labels] = shares
    table["exclusive"] = (table["certainty"] >= settings.exclusive_at).astype("boolean").mask(table["certainty"].isna())
    if kinds is not None:
        table.loc[complete, "coexistence"], table.loc[complete, "kinds"] = kinds[:2]
        table.loc[complete, "kinds_certainty"] = kinds[2]
    table.loc[complete & table["certainty"].isna(), "note"] = (
        "certainty is not computable: an indicator has no standard error of measurement"
    )
    tied = np.flatnonzero(complete)[robustness.ties(points, prototypes)]
    for position in tied:
        told = "equally close to another profile; the first one was assigned"
        table.at[position, "note"] = "; ".join(filter(None, [table.at[position, "note"], told]))
    for position in np.flatnonzero(~complete):
        missing = ", ".join(name for name in names if np.isnan(percents.at[position, name]))
        table.at[position, "note"] = f"no profile: missing score for {missing}"

    true = assignment.true_shares(points, prototypes, sem, settings.draws, settings.resamples, for_true)
    stability = robustness.stability(points, prototypes, sem, settings.resamples, rng)
    results = {
        "assignments": table,
        "indicators": pd.concat([scores["respondent"], percents], axis=1),
        "summary": assignment.summary(table, labels, stability, true),
        "means": assignment.means(percents, table["profile"], settings.prototypes),
        "measurement": measured,
        "coexistence": coexistence.summary(table, precise),
        "sensitivity": robustness.sensitivity(points, labels, prototypes),
        "exclusivity": robustness.exclusivity(shares[np.arange(len(points)), nearest], used, settings.exclusive_at),
        "boundary": robustness.boundary(points, labels, prototypes, sem),
        "by_variable": variables.by_variable(scores, table["profile"], labels, others, categories),
        "associations": variables.associations(scores, table["profile"], others, categories, rng),
    }
    if settings.latent is not None:
        from practicework.stages.profiles import comparison  # imported here because it loads StepMix

        respondents = scores["respondent"][complete].tolist()
        results |= comparison.compare(respondents, points, names, labels, prototypes, nearest, settings.latent, rng)
    for_explanation, for_outcomes = rng.spawn(2)  # last, since others spawn as well
    if settings.explained_by:
        names = settings.explained_by
        results |= explanation.explain(scores[complete], shares, labels, names, categories, for_explanation)
    if settings.outcomes:
        results |= explanation.outcomes(scores[complete], shares, labels, settings.outcomes, for_outcomes)
    return results


def compute(part: Part, inputs: Mapping[str, pd.DataFrame], rng: Streams) -> dict[str, pd.DataFrame]:
    """Return the stage's tables for a sample."""
    study = part.study
    found = analyse(
        inputs["scoring/scores"],
        inputs["reliability/scales"],
        study.scales,
        study.config.profiles,
        rng(),
        others=study.variables,
        categories=study.config.categories,
    )
    return {f"profiles/{name}": table for name, table in found.items()}
