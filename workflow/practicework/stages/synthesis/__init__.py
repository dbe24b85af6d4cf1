"""Synthesis: what several samples say together about an interaction, and whether it replicates what was published."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

import numpy as np
import pandas as pd

from practicework.errors import StudyError
from practicework.numerics.seeds import Streams
from practicework.stages.synthesis import effects, invariance, metric, one_stage, planning, pooling, printed, verdicts
from practicework.study.pipeline import Part
from practicework.study.replication import Claim
from practicework.study.settings import Model
from practicework.study.synthesis import original
from practicework.tables import frame, retained


def compute(part: Part, inputs: Mapping[str, pd.DataFrame], rng: Streams) -> dict[str, pd.DataFrame]:
    """Return the stage's tables for a synthesis.

    Raises
    ------
    StudyError
        If declared ids of respondents recur in several samples, and the synthesis does not state whether they are the same; or if
        it states that they are, and none recur.
    """
    study, spec, samples = part.study, part.spec, part.samples
    _check_people(part, inputs)
    found: dict[str, list[dict]] = {name.split("/")[1]: [] for name in part.tables("synthesis")}
    for name in spec.models or study.pooled_models:
        for table, rows in model_rows(part, name, study.models[name], inputs).items():
            found[table] += rows
    if study.scales and spec.invariance is not None and not spec.same_people:
        for table, rows in invariance_rows(part, inputs, rng).items():
            found[table] += rows
    if study.scales:
        found["reliability_drift"] = metric.drift(study.scales, samples, inputs, _all_claims(part))
    return {f"synthesis/{name}": frame(f"synthesis/{name}", rows) for name, rows in found.items()}


def model_rows(part: Part, name: str, model: Model, inputs: Mapping[str, pd.DataFrame]) -> dict[str, list[dict]]:
    """Return the rows of one model in each table."""
    study, spec, samples = part.study, part.spec, part.samples
    settings, config = study.config.moderation, study.config
    claims = _claims(part, name)
    codes = sum(len(config.categories.get(one, ())) - 1 if one in config.categories else 1 for one in model.variables[1:])
    print_ = printed.published(claims, name, model.interaction, codes + 1 + bool(model.square))
    found = {"metric": metric.rows(name, model, samples, inputs, study.scales, claims)}
    same = all(row["same"] for row in found["metric"])
    used = spec.metric if spec.metric != "auto" else "coefficient" if same else "partial_r"
    own = settings.of(model)
    errors = "cr2" if own.cluster else spec.errors or ("ols" if settings.interval == "ols" else "hc3")
    level = settings.confidence
    rows = [effects.of_sample(name, model, sample, inputs, used, errors, level) for sample in samples]
    years = {sample: _year(config.samples[sample].attributes.get("year")) for sample in samples}
    attributes = {sample: config.samples[sample].attributes for sample in samples}
    scores = {sample: inputs[f"{sample}/scoring/scores"] for sample in samples}
    groups = {sample: _groups(part, sample, model, inputs) for sample in samples}
    found["one_stage"] = one_stage.fit(name, model, scores, config.categories, groups)
    if not spec.same_people:
        found["pooled"] = pooling.pooled(rows, spec, level)
        found["leave_one_out"] = pooling.without_each(rows, spec, level)
        found["cumulative"] = pooling.cumulative(rows, years, spec, level)
        found["moderators"] = pooling.moderators(rows, attributes, spec, level)
    random = next((row for row in found.get("pooled", ()) if row["estimator"] == "random" and row["k"] > 2), None)
    found["planning"] = planning.rows(name, print_, rows, random, planning.fits(name, samples, inputs), level)
    found["effects"] = list(rows)
    if print_ is None and claims and (why := printed.lacking(claims, name, model.interaction)):
        blank = {"model": name, "sample": "published", "source": "print", "metric": used}
        found["effects"].append(blank | {"note": f"not compared: {why}"})
    if print_ is not None:
        found["effects"].append(effects.of_print(name, print_, used, level))
        found["verdicts"] = [
            one
            for row in rows
            if row.get("estimate") is not None and row["sample"] != original(config, spec, name)
            for one in verdicts.rows(row, print_, used, **_smallest(name, row["sample"], inputs, used))
        ]
    return found


def invariance_rows(part: Part, inputs: Mapping[str, pd.DataFrame], rng: Streams) -> dict[str, list[dict]]:
    """Return the rows of the tables `invariance_models` and `invariance_items`."""
    study, spec = part.study, part.spec
    used = [
        name for model in spec.models or study.pooled_models for name in study.models[model].variables if name in study.scales
    ]
    names, found = spec.invariance.groups or part.samples, {"invariance_models": [], "invariance_items": []}
    answers = {}
    for sample in names:
        tables = {
            name: inputs[f"{sample}/{name}"] for name in ("ingest/responses", "screening/ledger") if f"{sample}/{name}" in inputs
        }
        answers[sample] = retained(tables)
    for name in spec.invariance.scales or dict.fromkeys(used):
        items = invariance.complete(study.scales[name], answers)
        groups = invariance.moments(items)
        if len(groups) < 2:
            continue
        rows, fitted = invariance.models(study.scales[name], groups, spec.invariance.free.get(name, ()))
        found["invariance_models"] += rows
        found["invariance_items"] += invariance.items(study.scales[name], groups, fitted, items, rng("invariance", name))
    return found


def _smallest(name: str, sample: str, inputs: Mapping[str, pd.DataFrame], used: str) -> dict:
    """The smallest effect size of interest of a sample's model and its equivalence interval, in units of the coefficient."""
    table = inputs.get(f"{sample}/moderation/{name}/equivalence")
    if used != "coefficient" or table is None or table.empty:
        return {"smallest": None, "reach": None}
    row = table.iloc[0]
    return {
        "smallest": float(row["smallest_effect"]),
        "reach": (float(row["equivalence_low"]), float(row["equivalence_high"])),
    }


def _claims(part: Part, model: str) -> tuple[Claim, ...]:
    """The published claims of the sample that is a model's original; none if it has none."""
    config = part.study.config
    replication = (config.replication or {}).get(original(config, part.spec, model) or "")
    return replication.claims if replication else ()


def _all_claims(part: Part) -> list[Claim]:
    return [claim for model in part.spec.models or part.study.pooled_models for claim in _claims(part, model)]


def _year(value: float | str | None) -> float:
    return float(value) if isinstance(value, (int, float)) else np.inf


def _groups(part: Part, sample: str, model: Model, inputs: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """The groups within which the respondents of a sample are not independent, by id: the same people, and clusters."""
    responses = inputs[f"{sample}/ingest/responses"].set_index("respondent")
    found = pd.DataFrame(index=responses.index)
    if part.spec.same_people:
        own = f"{sample} " if _numbered(part, sample, inputs) else ""
        found["person"] = own + responses.index.to_series()
    if cluster := part.study.config.moderation.of(model).cluster:
        found["cluster"] = f"{sample} " + responses[cluster].astype("str").where(responses[cluster].notna())
    return found


def _numbered(part: Part, sample: str, inputs: Mapping[str, pd.DataFrame]) -> bool:
    """Whether the respondents of a sample have running ids of this program, which say nothing about other samples."""
    declared = part.study.config.samples[sample].respondent
    return declared is None or declared in set(inputs[f"{sample}/ingest/dropped"]["column"].dropna())


def _check_people(part: Part, inputs: Mapping[str, pd.DataFrame]) -> None:
    """Refuse samples whose declared ids recur without an explanation, and the same people without ids that recur."""
    declared = [name for name in part.samples if not _numbered(part, name, inputs)]
    ids = {name: set(inputs[f"{name}/ingest/responses"]["respondent"]) for name in declared}
    recurring = [
        (first, second, shared) for first, second in combinations(declared, 2) if (shared := len(ids[first] & ids[second]))
    ]
    if part.spec.same_people is None and recurring:
        first, second, shared = recurring[0]
        raise StudyError(
            f"'{part.name}': the samples '{first}' and '{second}' have {shared:,} respondent ids in common; write "
            f"'synthesis.{part.name}.same_people: yes' if these are the same people, or 'no' if each sample has its own."
        )
    if part.spec.same_people and not recurring:
        raise StudyError(
            f"'{part.name}': 'same_people' is yes, but no respondent id occurs in two samples; declare the column of the ids as "
            "'respondent' of each sample, or remove the key."
        )
