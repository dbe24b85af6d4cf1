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
    "replication": "Replication ledger",
}


def write(study: Study, sample: str, results: Mapping[str, pd.DataFrame], path: str | Path) -> None:
    """Write the report of a sample to a file.

    Parameters
    ----------
    study : Study
    sample : str
    results : mapping of str to DataFrame
        Every result table of the sample, by name.
    path : path
    """
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(render(study, sample, results), encoding="utf-8")


def render(study: Study, sample: str, results: Mapping[str, pd.DataFrame]) -> str:
    """The report of a sample as HTML text."""
    context = Context(study, sample, results)
    stages = [stage for stage in study.stages(sample) if stage in TITLES]
    # the module of a section, and so its figures, is loaded only if its stage ran
    sections = {stage: import_module(f"practicework.report.sections.{stage}").section(context) for stage in stages}
    page = (
        _environment()
        .get_template("report.html")
        .render(
            study=study,
            config=study.config,
            sample=sample,
            spec=study.config.samples[sample],
            stages=stages,
            titles=TITLES,
            sections=sections,
            n=len(results["ingest/responses"]),
            kept=sections["screening"]["kept"] if "screening" in sections else len(results["ingest/responses"]),
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
