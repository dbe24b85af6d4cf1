"""Which tables and files the stages read, for which parts they run, and when their tables exist."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from practicework.study.pipeline import Part
    from practicework.study.study import Study


def sample(when: Callable[[Study], object]) -> Callable[[Part], bool]:
    """For samples, if the study has what the stage needs."""
    return lambda part: part.is_sample and bool(when(part.study))


def scales(part: Part) -> list[str]:
    """The files of the scales."""
    return [f"scales/{scale}.yaml" for scale in part.study.scales]


def with_ledger(*names: str) -> Callable[[Part], list[str]]:
    """These tables, and the ledger of screening if there is one."""
    return lambda part: [*names, *(["screening/ledger"] if part.study.config.screening else [])]


def moderation(part: Part) -> list[str]:
    """The tables that moderation reads."""
    study = part.study
    responses = ["ingest/responses"] if study.scales or study.clusters else []
    return with_ledger("scoring/scores", *responses, *(["reliability/scales"] if study.scales else []))(part)


def multiple_response(part: Part) -> list[str]:
    """The answers, and the scores or variables that tests name."""
    scores = ["scoring/scores"] if part.study.scales or part.study.variables else []
    return with_ledger("ingest/responses", "ingest/multiple", *scores)(part)


def matrices(part: Part) -> dict[str, list[str]]:
    """The matrices of cases with which the survey is compared."""
    sets = {one.joint_display.set for one in part.study.config.multiple.values() if one.joint_display}
    return {name: ["coding/matrices"] for name in sorted(sets)}


def synthesis(part: Part) -> dict[str, list[str]]:
    """The tables of samples that a synthesis reads."""
    found = {}
    groups = (part.spec.invariance.groups if part.spec.invariance else None) or ()
    for name in dict.fromkeys([*part.samples, *groups]):
        sample = type(part)(part.study, name)
        wanted = ["ingest/responses", "ingest/dropped", "screening/ledger"]
        wanted += ["scoring/scores", "scoring/summary", "reliability/scales"]
        wanted += ["moderation/models"] if "moderation" in sample.stages else []
        wanted += [
            f"moderation/{model}/{table}" for model in part.study.models for table in ("coefficients", "fit", "equivalence")
        ]
        found[name] = [table for table in wanted if table in sample.tables()]
    return found


def replication(part: Part) -> list[str]:
    """The tables that the claims name."""
    named = {claim.table for claim in part.replication.claims}
    models = {"moderation/models"} if any(name.startswith("moderation/") for name in named) else set()
    return sorted(named | models)


def development(part: Part) -> dict[str, list[str]]:
    """The answers of the pilot samples, and the codings from which items come."""
    found = {}
    for name in part.spec.pilot.samples if part.spec.pilot else ():
        tables = ["ingest/responses", *(["screening/ledger"] if part.study.config.screening else [])]
        found[name] = [*tables, *(["scoring/scores"] if "scoring" in type(part)(part.study, name).stages else [])]
    sets = {source.split("/")[0] for item in part.material.pool.items for source in item.source if " " not in source}
    return found | {name: ["coding/incidence"] for name in part.study.config.coding if name in sets}


def development_files(part: Part) -> list[str]:
    """Constructs, pool, the decisions if there are any yet, and the answers of the judges."""
    spec, folder = part.spec, part.study.folder
    named = [spec.constructs, spec.pool, *([spec.decisions] if (folder / spec.decisions).is_file() else []), *spec.files]
    return [*named, *scales(part)]


NEEDS: Mapping[str | None, Callable[[Part], bool]] = {
    None: lambda part: True,
    "screening": lambda part: part.study.config.screening is not None,
    "marker": lambda part: part.study.config.dimensionality.marker is not None,
    "explanation": lambda part: part.study.config.profiles is not None and bool(part.study.config.profiles.explained_by),
    "joint_display": lambda part: any(one.joint_display for one in part.study.config.multiple.values()),
    "multiple": lambda part: bool(part.study.config.multiple),
    "outcomes": lambda part: part.study.config.profiles is not None and bool(part.study.config.profiles.outcomes),
    "clusters": lambda part: bool(part.study.clusters),
    "copula": lambda part: any(one.copula for one in part.study.process_models.values()),
    "families": lambda part: any(one.generalized for one in part.study.process_models.values()),
    "latent_moderation": lambda part: (
        part.study.config.moderation is not None and part.study.config.moderation.latent is not None
    ),
    "three_way": lambda part: any(one.three_way for one in part.study.models.values()),
    "instruments": lambda part: any(one.instruments for one in part.study.process_models.values()),
    "latent": lambda part: part.study.config.profiles is not None and part.study.config.profiles.latent is not None,
    "metric": lambda part: part.replication is not None and part.replication.metric and part.is_sample,
}
"""Conditions on the config under which some tables of a stage exist."""
