"""A study: its `config/config.yaml` and its scales, validated as a whole before anything runs."""

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from practicework import tables
from practicework.config import Config
from practicework.documents import read_yaml, validated
from practicework.errors import StudyError, did_you_mean
from practicework.scale import Scale, load_scale
from practicework.settings import Model

if TYPE_CHECKING:
    import pandas as pd

CONFIG = Path("config/config.yaml")
RAW = Path("data/raw")
STAGES = (
    "ingest",
    "screening",
    "scoring",
    "reliability",
    "dimensionality",
    "moderation",
    "profiles",
    "replication",
    "report",
)
"""The stages of the pipeline, in its order."""

ALL = "all"
"""The model of the items of all scales together."""


@dataclass(frozen=True)
class Study:
    """A validated study: configuration and scales; `folder` holds `config/`, `scales/`, `data/raw/`."""

    folder: Path
    config: Config
    scales: dict[str, Scale] = field(default_factory=dict)

    @property
    def variables(self) -> list[str]:
        """The numeric columns that are taken as they are."""
        return list(self.config.variables or ())

    @cached_property
    def items(self) -> dict[str, Scale]:
        """The scale of each item, in the order of the scales and their items."""
        return {item: scale for scale in self.scales.values() for item in scale.item_ids}

    @property
    def models(self) -> dict[str, Model]:
        """The moderation models by name; empty where the stage does not run."""
        return self.config.moderation.models if self.config.moderation else {}

    @property
    def bootstrap_seed(self) -> int:
        """The seed of the moderation bootstrap: its own, or else the study's."""
        own = self.config.moderation.bootstrap.seed if self.config.moderation else None
        return self.config.seed if own is None else own

    def reliabilities(self, scales: "pd.DataFrame | None") -> dict[str, float]:
        """What is known of each variable's reliability: as the config says, else coefficient alpha where it is positive.

        Parameters
        ----------
        scales : DataFrame or None
            The table `reliability/scales`, where there is one.
        """
        alphas = {} if scales is None else dict(zip(scales["scale"], scales["alpha"], strict=True))
        known = {name: float(alpha) for name, alpha in alphas.items() if alpha > 0}
        return known | (self.config.moderation.reliabilities if self.config.moderation else {})

    def has(self, part: str | None) -> bool:
        """Whether the config has what a table needs beside its stage: `screening`, or a `marker`."""
        config = self.config
        return {None: True, "screening": config.screening is not None, "marker": config.dimensionality.marker is not None}[part]

    def label(self, name: str) -> str:
        """The words for a scale, a variable or a model's term."""
        if ":" in name:
            return " × ".join(self.label(part) for part in name.split(":"))
        if name.endswith("]"):
            variable, code = name[:-1].split("[")
            return f"{self.label(variable)}: {self.category(variable, float(code))}"
        if name in self.scales:
            return self.scales[name].label
        return name.replace("_", " ")

    def category(self, variable: str, code: float) -> str:
        """The words for a category."""
        texts = self.config.categories[variable].get(int(code), ())
        return texts[0] if texts else f"{code:g}"

    def units(self, name: str) -> str:
        """What a score's numbers mean, such as `sum of 4 items, 4 to 20`; empty for a variable."""
        if name not in self.scales:
            return ""
        scale = self.scales[name]
        if scale.scoring.method == "pomp":
            return "percent of the maximum possible"
        low, high = scale.score_range
        return f"{scale.scoring.method} of {len(scale.items)} items, {low:g} to {high:g}"

    def stages(self, sample: str) -> list[str]:
        """The stages that run for a sample: those whose section the config has."""
        config = self.config
        runs = {
            "screening": config.screening is not None,
            "scoring": bool(config.scales or config.variables),
            "reliability": bool(config.scales),
            "dimensionality": bool(config.scales),
            "moderation": config.moderation is not None,
            "profiles": config.profiles is not None,
            "replication": sample in (config.replication or {}),
        }
        return [stage for stage in STAGES if runs.get(stage, True)]

    def raw(self, sample: str) -> Path:
        """The path of a sample's file."""
        return self.folder / self.config.samples[sample].file

    def unused_raw_files(self) -> list[str]:
        """Files in `data/raw/` that no sample names, but for documentation and hidden files."""
        used = {self.raw(sample).resolve() for sample in self.config.samples}
        folder = self.folder / RAW
        return sorted(
            path.relative_to(self.folder).as_posix()
            for path in folder.rglob("*")
            if path.is_file() and path.resolve() not in used
            if path.suffix != ".md" and not any(part.startswith(".") for part in path.relative_to(folder).parts)
        )

    def digest(self, stage: str, sample: str) -> str:
        """A fingerprint of what a stage reads of the config and the scales' answers, to rerun it on change."""
        config = self.config
        answers = {
            "scales": [
                ([item.model_dump(exclude={"reverse"}) for item in scale.items], scale.response.model_dump())
                for scale in self.scales.values()
            ],
            "variables": [self.variables, config.categories, config.quasi_identifiers],
        }
        parts: dict[str, Any] = {
            "ingest": [config.samples[sample].model_dump(exclude={"synthetic"}), answers],
            "screening": [config.screening and [config.screening.model_dump(), list(self.scales), self.variables]],
            "scoring": [list(self.scales), self.variables, list(config.categories)],
            "reliability": [list(self.scales), config.seed],
            "dimensionality": [list(self.scales), config.dimensionality.model_dump(), config.seed],
            "moderation": [config.moderation and config.moderation.model_dump(), list(config.categories), config.seed],
            "profiles": [config.profiles and config.profiles.model_dump(), config.seed],
            "replication": [
                (config.replication or {}).get(sample) and config.replication[sample].model_dump(),
                config.moderation and [config.moderation.center, {name: model.variables for name, model in self.models.items()}],
                {name: len(codes) for name, codes in config.categories.items()},
            ],
            "report": [config.model_dump(exclude={"samples", "replication"}), config.samples[sample].model_dump()],
        }
        if config.dimensionality.marker is not None:
            parts["dimensionality"].append(self.variables)
        if config.screening:
            parts["ingest"].append([config.screening.duration, list(config.screening.checks)])
        parts["report"] += [*parts["replication"], self.unused_raw_files()]
        return hashlib.sha256(json.dumps(parts[stage], default=str).encode()).hexdigest()[:16]


def load_study(folder: Path | str = ".") -> Study:
    """The study in a folder, or a StudyError about the first mistake in its config or scales."""
    folder = Path(folder)
    shown = CONFIG.as_posix()
    config = validated(Config, read_yaml(folder / CONFIG, shown), shown)
    for name in config.scales or ():
        if (config.scales or ()).count(name) > 1:
            raise StudyError(f"{shown}: 'scales' names '{name}' twice; name it once.")
    study = Study(folder, config, {name: load_scale(folder, name) for name in config.scales or ()})
    for mistake in chain(_names(study), _files(study), _uses(study), _claims(study)):
        raise StudyError(f"{shown}: {mistake}")
    return study


def _names(study: Study) -> Iterator[str]:
    """Names that would become the same column."""
    owner = {"respondent": "the respondent ids", ALL: "the model of all scales"}
    for kind, names in (("the scale", list(study.scales)), ("the variable", study.variables)):
        for name in names:
            if name in owner:
                yield f"{kind} '{name}' has the name of {owner[name]}; rename one of them."
            owner[name] = f"{kind} '{name}'"
    seen: dict[str, str] = {}
    for scale in study.scales.values():
        for item in scale.item_ids:
            if item in seen:
                yield f"the item '{item}' is in scales/{seen[item]}.yaml and in scales/{scale.id}.yaml; rename one of them."
            if item == "respondent" or item in study.variables:
                yield f"the item '{item}' of scales/{scale.id}.yaml has the name of another column; rename one of them."
            seen[item] = scale.id


def _files(study: Study) -> Iterator[str]:
    raw = (study.folder / RAW).resolve()
    for name, sample in study.config.samples.items():
        where = f"'samples.{name}.file'"
        if not sample.file.strip() or "\0" in sample.file:
            yield f"{where} is empty; name a file in {RAW.as_posix()}/."
        if "{" in sample.file or "}" in sample.file:
            yield f"{where} is {sample.file!r}; rename the file, since Snakemake reads braces as wildcards."
        path = Path(os.path.realpath(study.folder / sample.file))  # realpath and isfile pass links in a loop and long names
        if Path(sample.file).is_absolute() or raw not in path.parents:
            yield f"{where} is {sample.file!r}, which is not inside {RAW.as_posix()}/; put the file there and name it so."
        if not os.path.isfile(path):
            yield f"{where} is {sample.file!r}, and there is no such file; put it there or correct the name."
        known = [*study.items, *study.variables]
        for column in sample.columns:
            if column not in known:
                close = did_you_mean(column, known)
                yield f"'samples.{name}.columns.{column}' is no item or variable of this study{close}; correct it."


def _uses(study: Study) -> Iterator[str]:
    """Names in models and profiles that are nothing in this study, or that are used against themselves."""
    known = [*study.scales, *study.variables]
    for name, model in study.models.items():
        where = f"'moderation.models.{name}'"
        for role, one in (
            *((role, getattr(model, role)) for role in ("outcome", "predictor", "moderator")),
            *(("covariates", one) for one in model.covariates),
        ):
            if one not in known:
                yield (
                    f"{where}: {role} is '{one}', which is no scale or variable of this study{did_you_mean(one, known)}; "
                    "list it under scales or variables, or correct the name."
                )
            if model.variables.count(one) > 1:
                yield f"{where} uses '{one}' more than once, but a variable cannot explain or moderate itself; name another one."
        if model.outcome in study.config.categories:
            yield f"{where}: outcome is '{model.outcome}', a variable of categories, whose codes have no mean; name another one."
        if model.moderator in study.config.categories and model.probes:
            yield f"{where} has 'probes', but every category of the moderator '{model.moderator}' is probed; remove it."
    for one in study.config.moderation.reliabilities if study.config.moderation else ():
        if one not in known:
            yield (
                f"'moderation.reliabilities' has '{one}', which is no scale or variable of this study{did_you_mean(one, known)}; "
                "correct the name."
            )
    for one in study.config.categories:
        if one not in study.variables:
            close = did_you_mean(one, study.variables)
            yield f"'categories' has '{one}', which is no variable of this study{close}; list it under variables."
    for one in study.config.quasi_identifiers:
        if one not in study.variables:
            close = did_you_mean(one, study.variables)
            yield f"'quasi_identifiers' has '{one}', which is no variable of this study{close}; list it under variables."
    for one in study.config.screening.checks if study.config.screening else ():
        if one in (*study.items, *study.variables):
            yield f"'screening.checks' has '{one}', which is an item or variable of this study; a check measures nothing else."
    marker = study.config.dimensionality.marker
    if marker is not None and marker not in known:
        yield (
            f"'dimensionality.marker' is '{marker}', which is no scale or variable of this study{did_you_mean(marker, known)}; "
            "list it under scales or variables, or correct the name."
        )
    if study.config.profiles:
        for one in study.config.profiles.indicators:
            if one not in study.scales:
                yield (
                    f"'profiles.indicators' has '{one}', which is no scale of this study{did_you_mean(one, study.scales)}; "
                    "name a scale, because an indicator's response range and reliability are needed."
                )


def _claims(study: Study) -> Iterator[str]:
    """Claims about samples, tables, columns or rows that the study does not produce."""
    for sample, replication in (study.config.replication or {}).items():
        if sample not in study.config.samples:
            yield f"'replication.{sample}' is no sample of this study{did_you_mean(sample, study.config.samples)}; correct it."
            continue
        known = [table for table in study_tables(study, sample) if not table.startswith("replication/")]
        for number, claim in enumerate(replication.claims, 1):
            where = f"'replication.{sample}.claims', entry {number} ('{claim.claim}')"
            if claim.table not in known:
                yield f"{where}: '{claim.table}' is no table of this study{did_you_mean(claim.table, known)}; correct it."
                continue
            columns = _columns(study, claim.table)
            for column in (claim.column, *claim.row):
                if columns and column not in columns:
                    yield f"{where}: {claim.table} has no column '{column}'{did_you_mean(column, columns)}; correct it."
            if tables.contract(claim.table).columns.get(claim.column, ("number", ""))[0].startswith("text"):
                yield f"{where}: '{claim.column}' of {claim.table} is text; name a column of numbers."
            for column, value in claim.row.items():
                values = _row_names(study, claim.table).get(column)
                if values and value not in values:
                    yield f"{where}: {claim.table} has no row with {column} '{value}'{did_you_mean(value, values)}; correct it."


def _columns(study: Study, table: str) -> list[str] | None:
    """A table's columns, as far as they are known before the run."""
    contract = tables.contract(table)
    if not contract.open:
        return list(contract.columns)
    profiles = study.config.profiles
    more = {
        "ingest/responses": [*study.items, *study.variables],
        "ingest/quality": list(study.config.screening.checks) if study.config.screening else [],
        "scoring/scores": [*study.scales, *study.variables],
        "profiles/assignments": list(profiles.prototypes) if profiles else [],
        "profiles/indicators": list(profiles.indicators) if profiles else [],
    }
    return [*contract.columns, *more[table]] if table in more else None


def _row_names(study: Study, table: str) -> dict[str, list[str]]:
    """By column, the names that a table's rows can have, as far as they are known before the run."""
    names = [*study.scales, *study.variables]
    profiles, model = study.config.profiles, study.models.get(table.split("/")[1])
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
    """The terms that a model's coefficients can have."""

    def of(name: str) -> list[str]:
        return [f"{name}[{code}]" for code in study.config.categories[name]] if name in study.config.categories else [name]

    products = [f"{x}:{w}" for x in of(model.predictor) for w in of(model.moderator)]
    return ["intercept", *(term for name in model.variables[1:] for term in of(name)), *products]


def study_tables(study: Study, sample: str) -> list[str]:
    """The names of all result tables of a sample, such as `moderation/main/fit`, in the pipeline's order."""
    stages, names = study.stages(sample), []
    for stage in stages:
        for table, contract in tables.CONTRACTS.items():
            if table.startswith(f"{stage}/") and study.has(contract.needs):
                names += [table.format(model=model) for model in study.models] if "{model}" in table else [table]
    return names
