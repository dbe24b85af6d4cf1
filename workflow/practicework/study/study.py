"""A study: its `config/config.yaml`, scales and codebooks, and their labels."""

import os
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from practicework.study.categorical import Categorical
from practicework.study.codebook import Codebook
from practicework.study.config import Config
from practicework.study.development import Material
from practicework.study.process import ProcessModel
from practicework.study.scale import Scale
from practicework.study.settings import Model
from practicework.study.synthesis import Synthesis, syntheses

if TYPE_CHECKING:
    import pandas as pd

CONFIG = Path("config/config.yaml")
RAW = Path("data/raw")


@dataclass(frozen=True)
class Study:
    """A validated study: configuration, scales and codebooks; `folder` contains `config/`, `scales/`, `data/raw/`."""

    folder: Path
    config: Config
    scales: dict[str, Scale] = field(default_factory=dict)
    codebooks: dict[str, Codebook] = field(default_factory=dict)
    claim_files: dict[str, str] = field(default_factory=dict)
    developments: dict[str, Material] = field(default_factory=dict)

    @property
    def variables(self) -> list[str]:
        """The numeric columns that are used as they are."""
        return list(self.config.variables or ())

    @cached_property
    def items(self) -> dict[str, Scale]:
        """The scale of each item, in the order of the scales and their items."""
        return {item: scale for scale in self.scales.values() for item in scale.item_ids}

    @property
    def models(self) -> dict[str, Model]:
        """The moderation models by least squares, by name; empty if the stage does not run."""
        return {name: model for name, model in self.moderation_models.items() if not model.generalized}

    @property
    def moderation_models(self) -> dict[str, Model]:
        """All moderation models by name."""
        return self.config.moderation.models if self.config.moderation else {}

    @property
    def generalized_models(self) -> dict[str, Model]:
        """The moderation models of outcomes that are not quantities, by name."""
        return {name: model for name, model in self.moderation_models.items() if model.generalized}

    @property
    def pooled_models(self) -> dict[str, Model]:
        """The moderation models that a synthesis can pool, by name."""
        return {name: model for name, model in self.moderation_models.items() if model.pooled}

    @property
    def process_models(self) -> dict[str, ProcessModel]:
        """The process models by name; empty if the stage does not run."""
        return self.config.process.models if self.config.process else {}

    @property
    def categorical_models(self) -> dict[str, Categorical]:
        """The regressions of categorical outcomes by name; empty if the stage does not run."""
        sections = (self.config.nominal, self.config.ordinal)
        return {name: one for section in sections if section for name, one in section.models.items()}

    @property
    def clusters(self) -> list[str]:
        """The columns with the clusters of respondents that models name."""
        used = [self.config.moderation.of(model).cluster for model in self.moderation_models.values()]
        used += [self.config.process.cluster_of(model) for model in self.process_models.values()]
        return [*dict.fromkeys(name for name in used if name)]

    @property
    def identifiers(self) -> list[str]:
        """The quasi-identifiers, to which clusters belong."""
        return [*dict.fromkeys([*self.config.quasi_identifiers, *self.clusters])]

    @property
    def part_names(self) -> list[str]:
        """The names of all parts with results of their own: samples, sets of codings, syntheses and developments."""
        return [*self.config.samples, *self.config.coding, *self.syntheses, *self.config.development]

    def optional_items(self, sample: str) -> set[str]:
        """Return the items of pools that a sample may lack: a second sample may have been asked the chosen items only."""
        found: set[str] = set()
        for name, material in self.developments.items():
            pilot = self.config.development[name].pilot
            if pilot is not None and sample in (pilot.confirm, pilot.retest) and sample not in (pilot.sample, pilot.explore):
                found |= set(material.items)
        return found - {item for name in self.config.scales or () if name in self.scales for item in self.scales[name].item_ids}

    def ingested(self, sample: str) -> "Study":
        """Return the study with the items that a sample contains: those of pools that it piloted as further scales."""
        owned, scales = set(self.items), dict(self.scales)
        for name, material in self.developments.items():
            pilot = self.config.development[name].pilot
            if pilot is not None and sample in pilot.samples:
                scales |= {f"{name}/{scale.id}": scale for scale in material.scales(owned)}
                owned |= set(material.items)
        return replace(self, scales=scales) if len(scales) > len(self.scales) else self

    @cached_property
    def syntheses(self) -> dict[str, Synthesis]:
        """The syntheses by name, the default one included."""
        return syntheses(self.config)

    @property
    def bootstrap_seed(self) -> int:
        """The seed of the moderation bootstrap; by default the study's."""
        own = self.config.moderation.bootstrap.seed if self.config.moderation else None
        return self.config.seed if own is None else own

    @property
    def process_seed(self) -> int:
        """The seed of the bootstrap of process models; by default the study's."""
        own = self.config.process.bootstrap.seed if self.config.process else None
        return self.config.seed if own is None else own

    def reliabilities(self, scales: "pd.DataFrame | None") -> dict[str, float]:
        """Return the known reliabilities: from the config, otherwise coefficient alpha if positive.

        Parameters
        ----------
        scales : DataFrame or None
            The table `reliability/scales`, if it exists.
        """
        alphas = {} if scales is None else dict(zip(scales["scale"], scales["alpha"], strict=True))
        known = {name: float(alpha) for name, alpha in alphas.items() if alpha > 0}
        return known | (self.config.moderation.reliabilities if self.config.moderation else {})

    def label(self, name: str) -> str:
        """Return the label of a scale, a variable or a model term."""
        if ":" in name:
            return " × ".join(self.label(part) for part in name.split(":"))
        if name.endswith("^2"):
            return f"{self.label(name.removesuffix('^2'))} squared"
        if name.endswith("]"):
            variable, code = name[:-1].split("[")
            return f"{self.label(variable)}: {self.category(variable, float(code))}"
        if name in self.scales:
            return self.scales[name].label
        return name.replace("_", " ")

    def category(self, variable: str, code: float) -> str:
        """Return the label of a category."""
        texts = self.config.categories[variable].get(int(code), ())
        return texts[0] if texts else f"{code:g}"

    def units(self, name: str) -> str:
        """Return the units of a score, such as `sum of 4 items, 4 to 20`; empty for a variable."""
        if name not in self.scales:
            return ""
        scale = self.scales[name]
        if scale.scoring.method == "pomp":
            return "percent of the maximum possible"
        low, high = scale.score_range
        return f"{scale.scoring.method} of {len(scale.items)} items, {low:g} to {high:g}"

    def raw(self, sample: str) -> Path:
        """Return the path of a sample's file."""
        return self.folder / self.config.samples[sample].file

    @cached_property
    def unused_raw_files(self) -> list[str]:
        """The files and links in `data/raw/` that no sample or set uses, except documentation and hidden files."""
        named = [one.file for one in self.config.samples.values()]
        named += [one.stand_in for one in self.config.samples.values() if one.stand_in]
        named += [file for one in (*self.config.coding.values(), *self.config.development.values()) for file in one.files]
        used = {os.path.realpath(self.folder / file) for file in named}  # unlike `resolve`, it allows links to themselves
        folder = self.folder / RAW
        return sorted(
            path.relative_to(self.folder).as_posix()
            for path in folder.rglob("*")
            if (not path.is_dir() or path.is_symlink()) and os.path.realpath(path) not in used
            if path.suffix != ".md" and not any(part.startswith(".") for part in path.relative_to(folder).parts)
        )
