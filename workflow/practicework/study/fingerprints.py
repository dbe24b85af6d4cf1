"""The settings that stages read for a part, as far as they are more than a section of the config; a change reruns the stage."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from practicework.study.pipeline import Part


def ingest(part: Part) -> list:
    """Return the settings that the stage `ingest` reads."""
    config, scales = part.study.config, part.study.ingested(part.name).scales.values()
    return [
        part.spec.computed,
        # how items are found and coded, but not how they are scored
        [([item.model_dump(exclude={"reverse"}) for item in scale.items], scale.response.model_dump()) for scale in scales],
        [part.study.variables, config.categories, config.quasi_identifiers, part.study.clusters],
        config.screening and [config.screening.duration, config.screening.checks],
        {
            name: one.model_dump(exclude={"label", "question", "by_label", "joint_display"})
            for name, one in config.multiple.items()
        },
    ]


def dimensionality(part: Part) -> list:
    """Return the settings that the stage `dimensionality` reads."""
    config = part.study.config
    marked = part.study.variables if config.dimensionality.marker is not None else []
    pair = next(((one.outcome, one.predictor) for one in part.study.models.values()), None)
    return [list(part.study.scales), config.dimensionality.model_dump(), config.seed, marked, pair]


def replication(part: Part) -> list:
    """Return the settings that the stage `replication` reads."""
    config, study = part.study.config, part.study
    return [
        part.replication and part.replication.model_dump(),
        config.moderation and [config.moderation.center, {name: model.variables for name, model in study.models.items()}],
        {name: len(codes) for name, codes in config.categories.items()},
    ]


def report(part: Part) -> list:
    """Return the settings that the stage `report` reads."""
    config = part.study.config
    if part.is_synthesis:
        whole = config.model_dump(exclude={"replication", "licence", "chunk"})
        return [whole, part.spec.model_dump(), replication(part)]
    if part.is_development:
        own = [config.title, part.spec.model_dump(), config.seed, config.report.model_dump(), replication(part)]
        return [*own, list(part.study.scales)]
    if part.is_set:
        return [config.title, part.spec.computed, config.seed, config.report.model_dump(), replication(part)]
    whole = config.model_dump(exclude={"samples", "replication", "synthesis", "licence", "chunk"})
    own = part.spec.computed | {"synthetic": part.spec.synthetic}
    return [whole, own, replication(part), part.study.unused_raw_files]


def multiverse(part: Part) -> list:
    """Return the settings that the stage `multiverse` reads."""
    study, config = part.study, part.study.config
    models = {name: model.model_dump(exclude={"label", "latent", "probes"}) for name, model in study.models.items()}
    return [
        {name: one.model_dump() for name, one in config.multiverse.items()},
        {name: model for name, model in models.items() if name in config.multiverse},
        [config.moderation.confidence, config.moderation.cluster],
        [list(study.scales), study.variables, config.categories, config.seed, config.screening is not None],
    ]


def multiple_response(part: Part) -> list:
    """Return the settings that the stage `multiple_response` reads."""
    config = part.study.config
    return [
        {name: one.model_dump(include={"options", "by", "joint_display"}) for name, one in config.multiple.items()},
        {name: one.model_dump() for name, one in config.multiple_tests.items()},
        [config.categories, config.seed, list(part.study.scales), part.study.variables],
    ]


def categorical(part: Part) -> list:
    """Return the settings that the stage `categorical` reads."""
    config = part.study.config
    found = [
        section and section.model_dump(exclude={"models": {"__all__": {"label"}}}) for section in (config.nominal, config.ordinal)
    ]
    return [*found, config.categories]


def development(part: Part) -> list:
    """Return the settings that the stage `development` reads."""
    config = part.study.config
    return [part.spec.model_dump(exclude={"label", "synthetic"}), list(part.study.scales), part.study.variables, config.seed]


def synthesis(part: Part) -> list:
    """Return the settings that the stage `synthesis` reads."""
    study, config = part.study, part.study.config
    published = {name: one.model_dump() for name, one in (config.replication or {}).items() if name in config.samples}
    attributes = {name: config.samples[name].attributes for name in part.samples}
    declared = {name: config.samples[name].respondent for name in part.samples}
    models = {name: model.model_dump(exclude={"label"}) for name, model in study.pooled_models.items()}
    moderation = config.moderation and [config.moderation.confidence, config.moderation.interval, config.moderation.cluster]
    return [
        part.spec.model_dump(exclude={"label", "synthetic"}),
        part.samples,
        published,
        attributes,
        declared,
        models,
        moderation,
        config.seed,
    ]
