"""The report: words, tables and figures made from the result tables alone, as a page, a Word file, LaTeX, CSV and images."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import pandas as pd

from practicework.report import files, manuscript, page
from practicework.report.contents import Contents
from practicework.report.context import Context, versions
from practicework.study import Study
from practicework.study.pipeline import Part

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


@dataclass(frozen=True)
class Report:
    """A rendered report: the page, and every table and figure on it with its number."""

    title: str
    html: str
    contents: Contents


def write(part: Part, results: Results, folder: str | Path, sets: Mapping[str, Results] | None = None) -> None:
    """Write the report of a sample or a set of codings, in every format, into a folder; else the parameters of `render`."""
    files.write(render(part.study, part.name, results, sets), Path(folder))


def render(study: Study, sample: str, results: Results, sets: Mapping[str, Results] | None = None) -> Report:
    """The report of a sample or a set of codings.

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
    modules = {stage: stage for stage in Part(study, sample).stages if stage in TITLES}
    if sets:  # after the profiles, where the pipeline has its stage
        modules = {stage: modules.get(stage, "coding_sets") for stage in TITLES if stage in modules or stage == "coding"}
    # the module of a section, and so its figures, is loaded only if its stage ran
    sections = {stage: import_module(f"practicework.report.sections.{name}").section(context) for stage, name in modules.items()}
    codebook = study.codebooks.get(sample)
    answered = len(results["ingest/responses"]) if not is_set else 0
    contents = Contents()
    html = page.render(
        "report.html",
        contents,
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
        w={} if is_set else manuscript.facts(context, sections),
    )
    return Report(f"{study.config.title}: {sample}", html, contents)
