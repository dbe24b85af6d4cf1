"""A study: its `config/config.yaml` and its scales, validated as a whole before anything runs."""

import hashlib
import json
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from practicework import tables
from practicework.codebook import Codebook, load_codebook
from practicework.config import Config
from practicework.documents import read_yaml, validated
from practicework.errors import StudyError
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
    "coding",
    "replication",
    "report",
)
"""The stages of the pipeline, in its order."""

ALL = "all"
"""The model of the items of all scales together."""


@dataclass(frozen=True)
class Study:
    """A validated study: configuration, scales and codebooks; `folder` holds `config/`, `scales/`, `data/raw/`."""

    folder: Path
    config: Config
    scales: dict[str, Scale] = field(default_factory=dict)
    codebooks: dict[str, Codebook] = field(default_factory=dict)

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
    def parts(self) -> list[str]:
        """Everything that has a folder of results: the samples and the sets of codings."""
        return [*self.config.samples, *self.config.coding]

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
        """Whether the config has what a table needs beside its stage: `screening`, a `marker`, or `latent` profiles."""
        config = self.config
        return {
            None: True,
            "screening": config.screening is not None,
            "marker": config.dimensionality.marker is not None,
            "latent": config.profiles is not None and config.profiles.latent is not None,
        }[part]

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
        """The stages that run for a sample, those whose section the config has, or for a set of codings."""
        config = self.config
        if sample in config.coding:
            return ["coding", *(["replication"] if sample in (config.replication or {}) else []), "report"]
        runs = {
            "coding": False,
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
        """Files in `data/raw/` that no sample or set names, but for documentation and hidden files."""
        used = {self.raw(sample).resolve() for sample in self.config.samples}
        used |= {(self.folder / one.stand_in).resolve() for one in self.config.samples.values() if one.stand_in}
        used |= {(self.folder / file).resolve() for one in self.config.coding.values() for file in one.files}
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
        if sample in config.coding:
            return self._set_digest(stage, sample)
        answers = {
            "scales": [
                ([item.model_dump(exclude={"reverse"}) for item in scale.items], scale.response.model_dump())
                for scale in self.scales.values()
            ],
            "variables": [self.variables, config.categories, config.quasi_identifiers],
        }
        parts: dict[str, Any] = {
            "ingest": [config.samples[sample].computed, answers],
            "screening": [config.screening and [config.screening.model_dump(), list(self.scales), self.variables]],
            "scoring": [list(self.scales), self.variables, list(config.categories)],
            "reliability": [list(self.scales), config.seed],
            "dimensionality": [list(self.scales), config.dimensionality.model_dump(), config.seed],
            "moderation": [config.moderation and config.moderation.model_dump(), list(config.categories), config.seed],
            "profiles": [config.profiles and config.profiles.model_dump(), self.variables, list(config.categories), config.seed],
            "coding": [],
            "replication": [
                (config.replication or {}).get(sample) and config.replication[sample].model_dump(),
                config.moderation and [config.moderation.center, {name: model.variables for name, model in self.models.items()}],
                {name: len(codes) for name, codes in config.categories.items()},
            ],
            "report": [
                config.model_dump(exclude={"samples", "replication", "licence"}),
                config.samples[sample].computed | {"synthetic": config.samples[sample].synthetic},
            ],
        }
        if config.dimensionality.marker is not None:
            parts["dimensionality"].append(self.variables)
        if config.screening:
            parts["ingest"].append([config.screening.duration, list(config.screening.checks)])
        parts["report"] += [*parts["replication"], self.unused_raw_files()]
        return _digest(parts[stage])

    def _set_digest(self, stage: str, name: str) -> str:
        """The same for a set of codings; its codebook is an input of the jobs."""
        config, claims = self.config, (self.config.replication or {}).get(name)
        coding = [config.coding[name].model_dump(), config.seed]
        replication = claims and claims.model_dump()
        return _digest({"coding": coding, "replication": replication, "report": [config.title, coding, replication]}[stage])


def _digest(part: Any) -> str:
    return hashlib.sha256(json.dumps(part, default=str).encode()).hexdigest()[:16]


def load_config(folder: Path) -> Config:
    """The config of a study on its own: whether the files that it names are there is not looked at."""
    return validated(Config, read_yaml(folder / CONFIG, CONFIG.as_posix()), CONFIG.as_posix())


def load_study(folder: Path | str = ".") -> Study:
    """The study in a folder, or a StudyError about the first mistake in its config, scales or codebooks."""
    from practicework.mistakes import mistakes  # which reads what a study is from here

    folder = Path(folder)
    shown = CONFIG.as_posix()
    config = load_config(folder)
    for name in config.scales or ():
        if (config.scales or ()).count(name) > 1:
            raise StudyError(f"{shown}: 'scales' names '{name}' twice; name it once.")
    study = Study(
        folder,
        config,
        {name: load_scale(folder, name) for name in config.scales or ()},
        {name: load_codebook(folder, one.codebook) for name, one in config.coding.items() if one.codebook},
    )
    for mistake in mistakes(study):
        raise StudyError(f"{shown}: {mistake}")
    return study


def study_tables(study: Study, sample: str) -> list[str]:
    """The names of all result tables of a sample, such as `moderation/main/fit`, in the pipeline's order."""
    stages, names = study.stages(sample), []
    for stage in stages:
        for table, contract in tables.CONTRACTS.items():
            if table.startswith(f"{stage}/") and study.has(contract.needs):
                names += [table.format(model=model) for model in study.models] if "{model}" in table else [table]
    return names


def study_results(study: Study, sample: str) -> "dict[str, pd.DataFrame]":
    """Every result table of a sample or a set of codings by its name, read from the study's folder."""
    return {name: tables.read(name, study.folder / tables.path(sample, name)) for name in study_tables(study, sample)}
