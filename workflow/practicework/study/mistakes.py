"""Find mistakes in a study's config that its models cannot detect: undefined names and missing files."""

import os
from collections.abc import Iterator
from itertools import chain, combinations
from pathlib import Path

from practicework import tables
from practicework.errors import did_you_mean
from practicework.study import categorical, development, development_mistakes, multiple, multiverse
from practicework.study.pipeline import Part
from practicework.study.replication import alternatives
from practicework.study.scale import ALL
from practicework.study.settings import Model
from practicework.study.study import RAW, Study
from practicework.study.synthesis import Invariance
from practicework.tables.files.numbers import number


def mistakes(study: Study) -> Iterator[str]:
    """Yield one sentence per mistake, in the order of the config."""
    parts = (
        _names,
        _files,
        _uses,
        multiverse.mistakes,
        multiple.mistakes,
        categorical.mistakes,
        _codings,
        development_mistakes.mistakes,
        _syntheses,
        _claims,
    )
    return chain.from_iterable(part(study) for part in parts)


def _names(study: Study) -> Iterator[str]:
    """Find names that would become the same column."""
    owner = {"respondent": "the column of respondent ids", ALL: "the model of all scales"}
    for kind, names in (("the scale", list(study.scales)), ("the variable", study.variables)):
        for name in names:
            if name.lower() == "intercept":
                yield f"{kind} '{name}' has the same name as a term of every model; rename it."
            if name in owner:
                yield f"{kind} '{name}' has the same name as {owner[name]}; rename one of them."
            owner[name] = f"{kind} '{name}'"
    seen: dict[str, str] = {}
    for scale in study.scales.values():
        for item in scale.item_ids:
            if item in seen:
                yield f"the item '{item}' is in scales/{seen[item]}.yaml and in scales/{scale.id}.yaml; rename one of them."
            if item == "respondent" or item in study.variables:
                yield f"the item '{item}' of scales/{scale.id}.yaml has the same name as another column; rename one of them."
            seen[item] = scale.id


def _files(study: Study) -> Iterator[str]:
    for name, sample in study.config.samples.items():
        yield from _file(study, f"'samples.{name}.file'", sample.file)
        if sample.stand_in is not None:
            yield from _file(study, f"'samples.{name}.stand_in'", sample.stand_in)
            if study.raw(name).resolve() == (study.folder / sample.stand_in).resolve():
                yield f"'samples.{name}.stand_in' is the sample's own file; name another file or remove the key."
        yield from _missing(study, name)
        known = [*study.ingested(name).items, *study.variables, *study.clusters]
        for one in sample.not_personal:
            if one not in known:
                close = did_you_mean(one, known)
                yield f"'samples.{name}.not_personal' has '{one}', which is not an item or variable{close}; correct it."
        for column in sample.columns:
            if column not in known:
                close = did_you_mean(column, known)
                yield f"'samples.{name}.columns.{column}' is not an item or variable of this study{close}; correct it."
    for name, one in study.config.coding.items():
        named = {key: getattr(one, key) for key in ("units", "codings", "codebook", "informants")}
        named |= {f"matrices.{key}.published": matrix.published for key, matrix in one.matrices.items()}
        for key, file in named.items():
            if file is not None:
                yield from _file(study, f"'coding.{name}.{key}'", file)
    for name, one in study.config.development.items():
        for key in development.TASKS:
            for file in getattr(one, key) or ():
                yield from _file(study, f"'development.{name}.{key}'", file)


def _missing(study: Study, sample: str) -> Iterator[str]:
    """Find codes for missing answers that are responses, and names that do not exist."""
    codes = study.config.samples[sample].missing
    if isinstance(codes, dict):
        known = [*study.scales, *study.ingested(sample).items, *study.variables, *study.clusters, *study.config.multiple]
        for name in codes:
            if name not in known:
                close = did_you_mean(name, known)
                yield f"'samples.{sample}.missing.{name}' is not a scale, item or variable of this study{close}; correct it."
        return
    for code in codes:
        for scale in study.ingested(sample).scales.values():
            if (value := number(code)) is not None and scale.response.has(value):
                yield (
                    f"'samples.{sample}.missing' has {code} for all columns, but {code} is a response of the scale '{scale.id}'; "
                    f"declare the codes by scale or variable, as in 'missing: {{{next(iter(study.scales))}: [{code}]}}'."
                )


def _file(study: Study, where: str, file: str) -> Iterator[str]:
    """Find mistakes in the name of a file in data/raw/."""
    raw = (study.folder / RAW).resolve()
    if not file.strip() or "\0" in file:
        yield f"{where} is empty; name a file in {RAW.as_posix()}/."
    if "{" in file or "}" in file:
        yield f"{where} is {file!r}; rename the file, because Snakemake reads braces as wildcards."
    path = Path(os.path.realpath(study.folder / file))  # realpath and isfile pass links in a loop and long names
    if Path(file).is_absolute() or raw not in path.parents:
        yield f"{where} is {file!r}, which is not inside {RAW.as_posix()}/; move the file there and correct the path."
    if not os.path.isfile(path):
        yield f"{where} is {file!r}, but there is no such file; add it or correct the name."


def _uses(study: Study) -> Iterator[str]:
    """Find names in models and profiles that are undefined, or used twice in a model."""
    known = [*study.scales, *study.variables]
    for name, model in study.moderation_models.items():
        where = f"'moderation.models.{name}'"
        roles = ("outcome", "predictor", "moderator", *(["second_moderator"] if model.second_moderator else []))
        for role, one in (
            *((role, getattr(model, role)) for role in roles),
            *(("covariates", one) for one in model.covariates),
        ):
            if one not in known:
                yield (
                    f"{where}: {role} is '{one}', which is not a scale or variable of this study{did_you_mean(one, known)}; "
                    "list it under scales or variables, or correct the name."
                )
            if model.variables.count(one) > 1:
                yield f"{where} uses '{one}' more than once, but a variable cannot explain or moderate itself; choose another."
        cluster = study.config.moderation.of(model).cluster
        if cluster in (*known, *study.items):
            yield (
                f"{where}: the cluster '{cluster}' is also a scale, item or variable of this study; remove it from the "
                "variables, or add the column to the file under another name."
            )
        if model.outcome in study.config.categories:
            yield f"{where}: outcome is '{model.outcome}', which is categorical; choose a numeric variable."
        for role in roles[1:] if model.second_moderator else ():
            if len(study.config.categories.get(getattr(model, role), ())) > 2:
                yield (
                    f"{where}: {role} is '{getattr(model, role)}', which has more than two categories, and models with two "
                    "moderators take variables with numbers or with two categories; choose another, or remove 'second_moderator'."
                )
        if model.moderator in study.config.categories and model.probes:
            yield f"{where} has 'probes', but every category of the moderator '{model.moderator}' is probed; remove the key."
    yield from _process(study, known)
    for one in study.config.moderation.reliabilities if study.config.moderation else ():
        if one not in known:
            yield (
                f"'moderation.reliabilities' has '{one}', which is not a scale or variable of this study"
                f"{did_you_mean(one, known)}; correct the name."
            )
    for one in study.config.categories:
        if one not in study.variables:
            close = did_you_mean(one, study.variables)
            yield f"'categories' has '{one}', which is not a variable of this study{close}; list it under variables."
    for one in study.config.quasi_identifiers:
        if one not in (*study.variables, *study.clusters):
            close = did_you_mean(one, study.variables)
            yield f"'quasi_identifiers' has '{one}', which is not a variable of this study{close}; list it under variables."
    for one in study.config.screening.checks if study.config.screening else ():
        if one in (*study.items, *study.variables):
            yield f"'screening.checks' has '{one}', which is an item or variable of this study; remove it from one of the two."
    marker = study.config.dimensionality.marker
    if marker is not None and marker not in known:
        yield (
            f"'dimensionality.marker' is '{marker}', which is not a scale or variable of this study"
            f"{did_you_mean(marker, known)}; list it under scales or variables, or correct the name."
        )
    if study.config.profiles:
        for key in ("explained_by", "outcomes"):
            for one in getattr(study.config.profiles, key):
                if one not in known:
                    yield (
                        f"'profiles.{key}' has '{one}', which is not a scale or variable of this study"
                        f"{did_you_mean(one, known)}; list it under scales or variables, or correct the name."
                    )
                elif key == "outcomes" and one in study.config.categories:
                    yield f"'profiles.outcomes' has '{one}', which is categorical; choose a numeric variable."
        for one in study.config.profiles.indicators:
            if one not in study.scales:
                yield (
                    f"'profiles.indicators' has '{one}', which is not a scale of this study{did_you_mean(one, study.scales)}; "
                    "name a scale, because an indicator's response range and reliability are needed."
                )


def _process(study: Study, known: list[str]) -> Iterator[str]:
    """Find names in process models that are undefined or used twice, and variables that have no single effect."""
    for name, model in study.process_models.items():
        where = f"'process.models.{name}'"
        roles = [("outcome", model.outcome), ("predictor", model.predictor), *(("mediators", one) for one in model.mediators)]
        roles += [("moderator", model.moderator)] if model.moderator else []
        roles_of_others = [("covariates", one) for one in model.covariates] + [("instruments", one) for one in model.excluded]
        for role, one in (*roles, *roles_of_others):
            if one not in known:
                yield (
                    f"{where}: {role} is '{one}', which is not a scale or variable of this study{did_you_mean(one, known)}; "
                    "list it under scales or variables, or correct the name."
                )
            if role == "instruments" and one in model.variables:
                yield f"{where}: the instrument '{one}' is also in the model; name variables that are not."
            if model.variables.count(one) > 1:
                yield f"{where} uses '{one}' more than once, but a variable has one place in a model; choose another."
        for role, one in roles:
            if role in ("outcome", "mediators") and one in study.config.categories:
                yield f"{where}: {role} is '{one}', which is categorical; choose a numeric variable."
            elif len(study.config.categories.get(one, ())) > 2:
                yield f"{where}: {role} is '{one}', which has more than two categories; choose one with numbers or with two."
        cluster = study.config.process.cluster_of(model)
        if cluster in (*known, *study.items):
            yield f"{where}: the cluster '{cluster}' is also a scale, item or variable of this study; name another column."


def _codings(study: Study) -> Iterator[str]:
    """Find codes in matrices that are not in the codebook; codes of a .qdpx project are known only when it is read."""
    for name, one in study.config.coding.items():
        codes = study.codebooks[name].ids if name in study.codebooks else None
        for key, matrix in one.matrices.items() if codes is not None else ():
            for code in (*matrix.rows, *matrix.columns, *([matrix.indirect] if matrix.indirect else [])):
                if code not in codes:
                    close = did_you_mean(code, codes)
                    yield f"'coding.{name}.matrices.{key}' has '{code}', which is not in {one.codebook}{close}; correct it."


def _syntheses(study: Study) -> Iterator[str]:
    """Find names in syntheses that are undefined, and samples that cannot be pooled."""
    config = study.config
    for name, one in (config.synthesis or {}).items():
        where = f"'synthesis.{name}'"
        if not study.pooled_models:
            yield (
                f"{where} has nothing to pool, since the study has no moderation model with one moderator and an outcome that is "
                "a quantity; add one or remove the synthesis."
            )
        for sample in one.samples or ():
            if sample not in config.samples:
                close = did_you_mean(sample, config.samples)
                yield f"{where}: '{sample}' is not a sample of this study{close}; correct the name."
            elif config.samples[sample].synthetic and not one.synthetic:
                yield (
                    f"{where}: '{sample}' is synthetic, and synthetic samples are not pooled; remove it from 'samples', or add "
                    "the key 'synthetic' with the reason if all samples of the synthesis are."
                )
            elif one.synthetic and not config.samples[sample].synthetic:
                yield f"{where} is 'synthetic', but the sample '{sample}' is not; remove the sample or the key."
            if (one.samples or ()).count(sample) > 1:
                yield f"{where} lists the sample '{sample}' twice; remove one entry."
        if one.synthetic and one.samples is None:
            yield f"{where} is 'synthetic', but names no samples; list them under 'samples'."
        elif one.samples is None and all(sample.synthetic for sample in config.samples.values()):
            yield f"{where} has no samples, since all samples of the study are synthetic; add one or remove the synthesis."
        for model in (*(one.models or ()), *one.originals):
            if model in study.moderation_models and model not in study.pooled_models:
                why = "has two moderators or an outcome that is not a quantity"
                yield f"{where}: '{model}' {why}, which cannot be pooled; remove it."
            elif model not in study.models:
                yield f"{where}: '{model}' is not a model of this study{did_you_mean(model, study.models)}; correct the name."
        for model, sample in one.originals.items():
            if sample not in (config.replication or {}):
                yield f"{where}: 'originals.{model}' is '{sample}', which has no claims under 'replication'; correct the name."
        if one.invariance is not None:
            yield from _invariance(study, where, one.invariance)
        for sample in one.samples or config.samples:
            attributes = config.samples[sample].attributes if sample in config.samples else {}
            for attribute in one.moderators:
                if sample in config.samples and attribute not in attributes and not config.samples[sample].synthetic:
                    yield (
                        f"{where}: the sample '{sample}' has no attribute '{attribute}', which is a moderator; add it under "
                        f"'samples.{sample}.attributes'."
                    )


def _invariance(study: Study, where: str, one: Invariance) -> Iterator[str]:
    for group in one.groups or ():
        if group not in study.config.samples:
            close = did_you_mean(group, study.config.samples)
            yield f"{where}: 'invariance.groups' has '{group}', which is not a sample of this study{close}; correct the name."
    for scale in (*(one.scales or ()), *one.free):
        if scale not in study.scales:
            close = did_you_mean(scale, study.scales)
            yield f"{where}: 'invariance' has '{scale}', which is not a scale of this study{close}; correct the name."
    for scale, items in one.free.items():
        for item in items if scale in study.scales else ():
            if item not in study.scales[scale].item_ids:
                close = did_you_mean(item, study.scales[scale].item_ids)
                yield f"{where}: 'invariance.free.{scale}' has '{item}', which is not an item of the scale{close}; correct it."


def _claims(study: Study) -> Iterator[str]:
    """Find claims about samples, tables, columns or rows that the study does not produce."""
    for sample, replication in (study.config.replication or {}).items():
        if sample not in study.part_names:
            kinds = "sample or set of codings" if study.config.coding else "sample"
            yield f"'replication.{sample}' is not a {kinds} of this study{did_you_mean(sample, study.part_names)}; correct it."
            continue
        known = [table for table in Part(study, sample).tables() if not table.startswith("replication/")]
        for place, claim in enumerate(replication.claims, 1):
            where = f"'replication.{sample}.claims', entry {place} ('{claim.claim}')"
            if claim.table not in known:
                yield f"{where}: '{claim.table}' is not a table of this study{did_you_mean(claim.table, known)}; correct it."
                continue
            columns = _columns(study, claim.table)
            for column in (claim.column or claim.count, *claim.row):
                if columns and column not in columns:
                    yield f"{where}: {claim.table} has no column '{column}'{did_you_mean(column, columns)}; correct it."
            if claim.column and tables.contract(claim.table).columns.get(claim.column, ("number", ""))[0].startswith("text"):
                yield f"{where}: '{claim.column}' of {claim.table} is text; choose a numeric column, or use 'count'."
            for column, texts in claim.row.items():
                values = _row_names(study, sample, claim.table).get(column)
                for value in alternatives(texts) if values else ():
                    if value not in values:
                        yield (
                            f"{where}: {claim.table} has no row with {column} '{value}'{did_you_mean(value, values)}; correct it."
                        )


def _columns(study: Study, table: str) -> list[str] | None:
    """Return a table's columns, if they are known before the run."""
    contract = tables.contract(table)
    if not contract.open:
        return list(contract.columns)
    profiles = study.config.profiles
    more = {
        "ingest/responses": [*study.items, *study.variables, *study.clusters, *multiple.columns(study)],
        "ingest/quality": list(study.config.screening.checks) if study.config.screening else [],
        "scoring/scores": [*study.scales, *study.variables],
        "profiles/assignments": list(profiles.prototypes) if profiles else [],
        "profiles/indicators": list(profiles.indicators) if profiles else [],
    }
    return [*contract.columns, *more[table]] if table in more else None


def _row_names(study: Study, sample: str, table: str) -> dict[str, list[str]]:
    """Return the possible names of a table's rows by column, as far as they are known before the run."""
    if sample in study.config.coding:
        return {"code": study.codebooks[sample].ids} if sample in study.codebooks and table.endswith("/codings") else {}
    names = [*study.scales, *study.variables]
    profiles, model = study.config.profiles, None if table.startswith("process/") else study.models.get(table.split("/")[1])
    scales, items = list(study.scales), list(study.items)
    return {
        **dict.fromkeys(("scale", "scale_a", "scale_b"), scales),
        "model": [*scales, ALL] if len(scales) > 1 else scales,
        **dict.fromkeys(("item", "item_a", "item_b"), items),
        **dict.fromkeys(("variable", "variable_a", "variable_b"), names),
        "term": _terms(study, model) if model else [],
        "profile": list(profiles.prototypes) if profiles else [],
        "indicator": list(profiles.indicators) if profiles else [],
    }


def _terms(study: Study, model: Model) -> list[str]:
    """Return the terms that a model's coefficients can have."""

    def of(name: str) -> list[str]:
        return [f"{name}[{code}]" for code in study.config.categories[name]] if name in study.config.categories else [name]

    pairs = combinations([model.predictor, *model.moderators], 2)
    products = [f"{x}:{w}" for one, other in pairs for x in of(one) for w in of(other)] + [model.interaction]
    squares = filter(None, [model.square])
    return ["intercept", *(term for name in model.variables[1:] for term in of(name)), *products, *squares]
