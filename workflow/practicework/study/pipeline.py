"""The pipeline: its stages, and the parts of a study (samples and sets of codings) for which they run.

`STAGES` is the single registry: a stage is an entry here, a module in `practicework.stages`, a rule in
`workflow/rules/`, a contract in `practicework.tables.contracts` and a section in `practicework.report`.
"""

import contextlib
import csv
import gc
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from practicework import tables
from practicework.study import fingerprints, reads
from practicework.study.config import CodingSet, Replication, Sample
from practicework.study.development import Development, Material
from practicework.study.study import Study
from practicework.study.synthesis import Synthesis

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Part:
    """A sample, a set of codings, a synthesis or a scale development, each with its own results folder."""

    study: Study
    name: str

    @property
    def is_set(self) -> bool:
        """Whether the part is a set of codings."""
        return self.name in self.study.config.coding

    @property
    def is_sample(self) -> bool:
        """Whether the part is a sample."""
        return self.name in self.study.config.samples

    @property
    def is_synthesis(self) -> bool:
        """Whether the part is a synthesis of samples."""
        return self.name in self.study.syntheses

    @property
    def is_development(self) -> bool:
        """Whether the part is a scale development."""
        return self.name in self.study.config.development

    @property
    def material(self) -> Material:
        """Constructs, items and decisions of a development."""
        return self.study.developments[self.name]

    @property
    def spec(self) -> Sample | CodingSet | Synthesis | Development:
        """The part's entry in the config."""
        config = self.study.config
        kinds = (config.samples, config.coding, self.study.syntheses, config.development)
        return next(kind for kind in kinds if self.name in kind)[self.name]

    @property
    def label(self) -> str:
        """The label of the part: that of a set's codebook or of a synthesis, otherwise the part's name."""
        codebook = self.study.codebooks.get(self.name)
        own = self.spec.label if self.is_synthesis or self.is_development else None
        return (codebook.label if codebook else own) or self.name

    @property
    def samples(self) -> list[str]:
        """The samples of a synthesis: the declared ones, or all that are not synthetic; of a sample, itself."""
        if self.is_synthesis and self.spec.samples is None:
            return [name for name, sample in self.study.config.samples.items() if not sample.synthetic]
        return list(self.spec.samples) if self.is_synthesis else [self.name] if self.is_sample else []

    @property
    def synthetic(self) -> str | None:
        """Why the data are synthetic, if they are."""
        return None if self.is_set else self.spec.synthetic

    @property
    def files(self) -> list[str]:
        """The part's files in `data/raw/`, relative to the study; those of its samples for a synthesis."""
        if self.is_synthesis:
            return [self.study.config.samples[name].file for name in self.samples]
        if self.is_development:
            return [self.spec.constructs, self.spec.pool, *self.spec.files]
        return self.spec.files if self.is_set else [self.spec.file]

    @property
    def replication(self) -> Replication | None:
        """The published claims about the part."""
        return (self.study.config.replication or {}).get(self.name)

    @cached_property
    def stages(self) -> list[str]:
        """The names of the stages that run for the part, in the order of the pipeline."""
        return [stage.name for stage in STAGES.values() if stage.runs(self)]

    def tables(self, *stages: str) -> list[str]:
        """Return the names of the result tables of some stages (default: all that run), such as `moderation/main/fit`."""
        return [
            name.format(model=model)
            for stage in stages or self.stages
            for name, contract in tables.CONTRACTS.items()
            if name.startswith(f"{stage}/") and reads.NEEDS[contract.needs](self)
            for model in (self._models(stage, contract.generalized) if "{model}" in name else [""])
        ]

    def _models(self, stage: str, generalized: bool) -> Iterable[str]:
        if stage == "process":
            return self.study.process_models
        if stage == "multiverse":
            return self.study.config.multiverse or {}
        if stage == "multiple_response":
            return self.study.config.multiple
        if stage == "categorical":
            return self.study.categorical_models
        return self.study.generalized_models if generalized else self.study.models

    def results(self) -> "dict[str, pd.DataFrame]":
        """Read every result table of the part from the study's folder, by name."""
        return {name: tables.read(name, self.study.folder / tables.path(self.name, name)) for name in self.tables()}

    def digest(self, stage: str) -> str:
        """Return a fingerprint of the config that a stage reads; the stage reruns when it changes."""
        return hashlib.sha256(json.dumps(STAGES[stage].settings(self), default=str).encode()).hexdigest()[:16]


def parts(study: Study) -> list[Part]:
    """Return the samples, sets of codings, syntheses and developments of a study."""
    return [Part(study, name) for name in study.part_names]


@dataclass(frozen=True)
class Stage:
    """One stage of the pipeline.

    Attributes
    ----------
    name : str
        Also the name of its module, rule, folder of results and section of the report.
    runs : callable
        Whether the stage runs for a part.
    settings : callable
        The settings that the stage reads for a part; a change of their fingerprint triggers a rerun.
    reads : callable
        The result tables that the stage reads.
    files : callable
        The files of the study that the stage reads, relative to its folder.
    seed : callable
        The seed from which the stage's random numbers derive.
    libraries : tuple of str
        What the stage imports only where it needs it; a run imports it once for all samples.
    others : callable
        The result tables of other parts that the stage reads, by part.
    """

    name: str
    runs: Callable[[Part], bool]
    settings: Callable[[Part], Any]
    reads: Callable[[Part], list[str]] = lambda part: []
    files: Callable[[Part], list[str]] = lambda part: []
    seed: Callable[[Study], int] = lambda study: study.config.seed
    libraries: tuple[str, ...] = ()
    others: Callable[[Part], dict[str, list[str]]] = lambda part: {}

    def inputs(self, part: Part) -> "dict[str, pd.DataFrame]":
        """Read the tables that the stage reads: those of its part by name, and those of others as `part/name`."""
        own = {name: tables.read(name, tables.path(part.name, name)) for name in self.reads(part)}
        others = [(other, name) for other, names in self.others(part).items() for name in names]
        return own | {f"{other}/{name}": tables.read(name, tables.path(other, name)) for other, name in others}


STAGES: dict[str, Stage] = {
    stage.name: stage
    for stage in (
        Stage(
            "ingest",
            runs=lambda part: part.is_sample,
            settings=fingerprints.ingest,
            files=lambda part: part.files,
        ),
        Stage(
            "screening",
            runs=reads.sample(lambda study: study.config.screening is not None),
            settings=lambda part: [part.study.config.screening.model_dump(), list(part.study.scales), part.study.variables],
            reads=lambda part: ["ingest/responses", "ingest/quality", "ingest/left_out"],
            files=reads.scales,
        ),
        Stage(
            "scoring",
            runs=reads.sample(lambda study: study.config.scales or study.config.variables),
            settings=lambda part: [list(part.study.scales), part.study.variables, list(part.study.config.categories)],
            reads=reads.with_ledger("ingest/responses"),
            files=reads.scales,
        ),
        Stage(
            "reliability",
            runs=reads.sample(lambda study: study.config.scales),
            settings=lambda part: [list(part.study.scales), part.study.config.seed],
            reads=reads.with_ledger("ingest/responses"),
            files=reads.scales,
            libraries=("ordinalcorr",),
        ),
        Stage(
            "dimensionality",
            runs=reads.sample(lambda study: study.config.scales),
            settings=fingerprints.dimensionality,
            reads=reads.with_ledger("ingest/responses"),
            files=reads.scales,
            libraries=("factor_analyzer", "semopy"),
        ),
        Stage(
            "moderation",
            runs=reads.sample(lambda study: study.config.moderation is not None),
            settings=lambda part: [
                part.study.config.moderation.model_dump(exclude={"models": {"__all__": {"label"}}}),
                list(part.study.config.categories),
                part.study.config.seed,
            ],
            reads=reads.moderation,
            files=reads.scales,
            seed=lambda study: study.bootstrap_seed,
        ),
        Stage(
            "multiverse",
            runs=reads.sample(lambda study: bool(study.config.multiverse)),
            settings=fingerprints.multiverse,
            reads=lambda part: [
                "ingest/responses",
                *(["screening/ledger", "screening/indices"] if part.study.config.screening else []),
            ],
            files=reads.scales,
        ),
        Stage(
            "process",
            runs=reads.sample(lambda study: study.config.process is not None),
            settings=lambda part: [
                part.study.config.process.model_dump(exclude={"design": True, "models": {"__all__": {"label"}}}),
                list(part.study.config.categories),
                part.study.config.seed,
            ],
            reads=lambda part: ["scoring/scores", *(["ingest/responses"] if part.study.clusters else [])],
            files=reads.scales,
            seed=lambda study: study.process_seed,
        ),
        Stage(
            "categorical",
            runs=reads.sample(lambda study: study.categorical_models),
            settings=fingerprints.categorical,
            reads=lambda part: ["scoring/scores"],
            files=reads.scales,
        ),
        Stage(
            "multiple_response",
            runs=reads.sample(lambda study: study.config.multiple),
            settings=fingerprints.multiple_response,
            reads=reads.multiple_response,
            files=reads.scales,
            others=reads.matrices,
        ),
        Stage(
            "profiles",
            runs=reads.sample(lambda study: study.config.profiles is not None),
            settings=lambda part: [
                part.study.config.profiles.model_dump(exclude={"note"}),
                part.study.variables,
                list(part.study.config.categories),
                part.study.config.seed,
            ],
            reads=lambda part: ["scoring/scores", "reliability/scales"],
            files=reads.scales,
            libraries=("stepmix.stepmix", "sklearn.metrics"),
        ),
        Stage(
            "coding",
            runs=lambda part: part.is_set,
            settings=lambda part: [part.spec.computed, part.study.config.seed],
            files=lambda part: part.files,
        ),
        Stage(
            "synthesis",
            runs=lambda part: part.is_synthesis,
            settings=fingerprints.synthesis,
            files=reads.scales,
            others=reads.synthesis,
        ),
        Stage(
            "development",
            runs=lambda part: part.is_development,
            settings=fingerprints.development,
            files=reads.development_files,
            others=reads.development,
            libraries=("factor_analyzer",),
        ),
        Stage(
            "replication",
            runs=lambda part: part.replication is not None,
            settings=fingerprints.replication,
            reads=reads.replication,
            files=reads.scales,
        ),
        Stage(
            "report",
            runs=lambda part: not part.is_sample or part.spec.report,
            settings=fingerprints.report,
            reads=lambda part: part.tables(*(stage for stage in part.stages if stage != "report")),
            files=reads.scales,
        ),
    )
}
"""The stages by name, in the order of the pipeline."""


def run(study: Study, name: str, part_name: str, compute: Callable[..., "dict[str, pd.DataFrame]"]) -> None:
    """Run one stage for one part: read its input tables, compute, and write its results.

    Parameters
    ----------
    study : Study
    name, part_name : str
        The stage, and the sample or set of codings.
    compute : callable
        ``compute(part, inputs, rng)`` of the stage's module. `inputs` maps table names to frames, `rng`
        returns a generator for (seed, stage, part, further names), and the result maps names to frames.
    """
    from practicework.numerics.seeds import streams

    stage, part = STAGES[name], Part(study, part_name)
    inputs = stage.inputs(part)
    with _uncollected():
        tables.write(compute(part, inputs, streams(stage.seed(study), name, part.name)), part.name)


@contextlib.contextmanager
def _uncollected() -> Iterator[None]:
    """Do not look for unreachable cycles, which would visit every row of a large export again and again."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def unfitted(part: Part) -> list[str]:
    """Return why models could not be fitted, a sentence per model, from the results of a part."""
    where, found = f"{part.name}: " if len(part.study.config.samples) > 1 else "", []
    for stage in ("moderation", "process", "multiple_response", "categorical"):
        file = part.study.folder / tables.path(part.name, f"{stage}/models")
        if stage in part.stages and file.is_file():
            with file.open(encoding="utf-8", newline="") as lines:
                found += [f"{where}{row['note']}" for row in csv.DictReader(lines) if row["fitted"] == "False"]
    return found


def modules(study: Study) -> list[str]:
    """Return what the jobs of a study import, in the order of the stages."""
    run = {stage for part in parts(study) for stage in part.stages}
    found = [["pandera.pandas"]]
    for name, stage in STAGES.items():
        if name in run:
            found.append([f"practicework.{'' if name == 'report' else 'stages.'}{name}", *stage.libraries])
    return [*(one for names in found for one in names), "docx"]


def sources(workflow: Path, name: str) -> list[Path]:
    """Return the files from which the fingerprint of a job's code starts: its script, or the adapter and the stage."""
    script = workflow / f"scripts/{name}.py"
    if script.is_file():
        return [script]
    library = workflow / "practicework"
    module = (library if library.is_dir() else Path(__file__).parents[1]) / "stages" / name
    return [script.with_name("stage.py"), module / "__init__.py" if module.is_dir() else module.with_suffix(".py")]
