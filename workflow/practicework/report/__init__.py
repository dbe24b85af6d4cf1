"""The report: one self-contained HTML page, made from the result tables alone."""

import base64
import re
from collections.abc import Mapping
from dataclasses import asdict
from importlib import import_module
from pathlib import Path

import jinja2
import pandas as pd

from practicework.report import apa
from practicework.report.context import Context, versions
from practicework.report.table import Drawing, Table
from practicework.study import Study

TEMPLATES = Path(__file__).parent / "templates"
TITLES = {
    "ingest": "Sample",
    "screening": "Screening",
    "scoring": "Scores and correlations",
    "reliability": "Scales and reliability",
    "dimensionality": "Dimensionality and validity",
    "moderation": "Moderation",
    "profiles": "Profiles",
    "coding": "Coded evidence",
    "replication": "Replication ledger",
}


Results = Mapping[str, pd.DataFrame]
"""Result tables by name."""


def write(study: Study, sample: str, results: Results, path: str | Path, sets: Mapping[str, Results] | None = None) -> None:
    """Write the report of a sample or a set of codings to a file; the parameters are those of `render`."""
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(render(study, sample, results, sets), encoding="utf-8")


def render(study: Study, sample: str, results: Results, sets: Mapping[str, Results] | None = None) -> str:
    """The report of a sample or a set of codings as HTML text.

    Parameters
    ----------
    study : Study
    sample : str
        The sample or set.
    results : mapping of str to DataFrame
        Every result table of it, by name.
    sets : mapping, optional
        For a sample: the tables of each set of codings, to be summed up.
    """
    context = Context(study, sample, results, sets or {})
    is_set = sample in study.config.coding
    modules = {stage: stage for stage in study.stages(sample) if stage in TITLES}
    if sets:  # after the profiles, where the pipeline has its stage
        modules = {stage: modules.get(stage, "coding_sets") for stage in TITLES if stage in modules or stage == "coding"}
    # the module of a section, and so its figures, is loaded only if its stage ran
    sections = {stage: import_module(f"practicework.report.sections.{name}").section(context) for stage, name in modules.items()}
    codebook = study.codebooks.get(sample)
    answered = len(results["ingest/responses"]) if not is_set else 0
    page = (
        _environment()
        .get_template("report.html")
        .render(
            study=study,
            config=study.config,
            sample=sample,
            is_set=is_set,
            label=codebook.label if codebook else sample,
            source=codebook.source if codebook else None,
            spec=context.spec,
            synthetic=getattr(context.spec, "synthetic", None),
            files=context.spec.files if is_set else [context.spec.file],
            stages=list(sections),
            templates={stage: f"{name}.html" for stage, name in modules.items()},
            titles=TITLES,
            sections=sections,
            n=answered,
            kept=sections["screening"]["kept"] if "screening" in sections else answered,
            versions=versions(),
        )
    )
    # a line never ends inside `p = .03`
    return re.sub(r" (=|&lt;|&gt;) (?=[−.\d])", "\u00a0\\1\u00a0", page)


class _Numbering:
    """Numbers tables and figures in the order in which the page shows them."""

    def __init__(self) -> None:
        self.shown = {"table": 0, "supplement": 0, "figure": 0}

    def next(self, kind: str) -> int:
        self.shown[kind] += 1
        return self.shown[kind]


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    numbering = _Numbering()
    blocks = environment.get_template("blocks.html").module

    def table(content: Table, *, supplement: bool = False) -> str:
        number = f"S{numbering.next('supplement')}" if supplement else numbering.next("table")
        return blocks.table(number=number, **asdict(content))

    def figure(content: Drawing) -> str:
        image = base64.b64encode(content.svg.encode()).decode()
        return blocks.figure(numbering.next("figure"), image, content.caption, content.alternative)

    environment.globals |= {"table": table, "figure": figure, "apa": apa}
    return environment
