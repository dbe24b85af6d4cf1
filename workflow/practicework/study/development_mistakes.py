"""Mistakes in developments: undefined constructs, facets, sources, samples and variables."""

from collections.abc import Iterator

from practicework.errors import did_you_mean
from practicework.study.development import Development, Material
from practicework.study.study import Study


def mistakes(study: Study) -> Iterator[str]:
    """Yield one sentence per mistake in the developments of a study."""
    for name, spec in study.config.development.items():
        where, material = f"'development.{name}'", study.developments[name]
        yield from _pool(study, spec, material)
        yield from _decisions(spec, material)
        if spec.pilot and spec.pilot.retest in study.config.samples:
            for sample in (spec.pilot.sample, spec.pilot.retest):
                if sample in study.config.samples and study.config.samples[sample].respondent is None:
                    yield (
                        f"{where}: a retest needs the respondents' ids in both samples, and '{sample}' has none; name the column "
                        f"under 'samples.{sample}.respondent'."
                    )
        for sample in spec.pilot.samples if spec.pilot else ():
            if sample not in study.config.samples:
                close = did_you_mean(sample, study.config.samples)
                yield f"{where}: 'pilot' names '{sample}', which is not a sample of this study{close}; correct the name."
        known = [*study.scales, *study.variables]
        for construct, one in spec.nomological.items():
            if construct and construct not in material.targets:
                close = did_you_mean(construct, material.targets)
                yield f"{where}: 'nomological' has '{construct}', which is not a target construct{close}; correct the name."
            for variable in (*one.positive, *one.negative, *one.none, *one.groups):
                if variable not in known:
                    close = did_you_mean(variable, known)
                    yield f"{where}: 'nomological' has '{variable}', which is not a scale or variable{close}; correct the name."
        if isinstance(spec.criteria.orbiting_r, dict):
            for construct in spec.criteria.orbiting_r:
                if construct not in material.targets:
                    yield f"{where}: 'orbiting_r' has '{construct}', which is not a target construct; correct the name."


def _pool(study: Study, spec: Development, material: Material) -> Iterator[str]:
    """Find items of unknown constructs, facets, sets, units or concepts."""
    for item in material.pool.items:
        where = f"in {spec.pool}, the item '{item.id}'"
        construct = material.by_id.get(item.construct_id)
        if construct is None:
            close = did_you_mean(item.construct_id, material.by_id)
            yield f"{where} is of the construct '{item.construct_id}', which is not in {spec.constructs}{close}; correct it."
            continue
        if item.facet is not None and item.facet not in construct.facets:
            close = did_you_mean(item.facet, construct.facets)
            yield f"{where} is of the facet '{item.facet}', which '{item.construct_id}' does not have{close}; correct it."
        if item.id in study.variables or item.id in study.clusters:
            yield f"{where} has the name of a variable; rename one of them."
        scale = study.items.get(item.id)
        if scale is not None:
            own = next(one for one in scale.items if one.id == item.id)
            if scale.response.model_dump() != material.constructs.response.model_dump() or own.reverse != item.reverse:
                yield f"{where} is also in scales/{scale.id}.yaml, with another response range or key; make them the same."
        for source in item.source:
            if "/" not in source or " " in source:  # a publication
                continue
            chosen, _, rest = source.partition("/")
            concept = rest.partition("/")[2]
            codebook = study.codebooks.get(chosen)
            if chosen not in study.config.coding:
                close = did_you_mean(chosen, study.config.coding)
                yield f"{where} has the source '{source}', but '{chosen}' is not a set of 'coding'{close}; correct it."
            elif not concept:
                yield f"{where} has the source '{source}'; add the concept: {source}/concept."
            elif codebook is not None and concept not in codebook.ids:
                close = did_you_mean(concept, codebook.ids)
                yield f"{where} has the source '{source}', but '{concept}' is not in the codebook{close}; correct it."


def _decisions(spec: Development, material: Material) -> Iterator[str]:
    for item in material.decisions.items:
        if item not in material.items:
            close = did_you_mean(item, material.items)
            yield f"in {spec.decisions}, '{item}' is not an item of the pool{close}; correct the name."
    for construct, chosen in material.decisions.scales.items():
        if construct not in material.targets:
            close = did_you_mean(construct, material.targets)
            yield f"in {spec.decisions}, '{construct}' is not a target construct{close}; correct the name."
            continue
        own = [one.id for one in material.of(construct)]
        for item in chosen.items:
            if item not in own:
                yield f"in {spec.decisions}, '{item}' is not an item of '{construct}'{did_you_mean(item, own)}; correct the name."
