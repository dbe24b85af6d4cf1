"""The report: words, tables and figures from the result tables, as a page, Word files, LaTeX, CSV and images.

Each stage has a package here whose `section(context)` returns what it contributes (`Section`); page, manuscript and
supplement only loop over sections.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import pandas as pd
from markupsafe import Markup

from practicework import __version__
from practicework.report import drawing, files, manuscript, page
from practicework.report.contents import Contents
from practicework.report.context import Context
from practicework.report.messages import listing, say, sentences
from practicework.report.section import Block, Section
from practicework.study.pipeline import STAGES, Part, parts

Results = Mapping[str, pd.DataFrame]
"""Result tables by name."""


@dataclass(frozen=True)
class Report:
    """A rendered report.

    Attributes
    ----------
    title, heading : str
        The title of the files, and what stands at their top.
    html : str
        The page.
    contents : Contents
        Every table and figure with its number.
    sections : tuple of Section
        The sections in the order of the page.
    manuscript : tuple of Block
        The text for a manuscript.
    """

    title: str
    heading: str
    html: str
    contents: Contents
    sections: tuple[Section, ...]
    manuscript: tuple[Block, ...]


def run(part: Part, processes: int = 1) -> None:
    """Read the results of a part and write its report into the study."""
    sets = [one for one in parts(part.study) if one.is_set] if part.is_sample else []
    folder = part.study.folder / "results" / part.name / "report"
    write(part, part.results(), folder, {one.name: one.results() for one in sets}, processes)


def write(
    part: Part, results: Results, folder: str | Path, sets: Mapping[str, Results] | None = None, processes: int = 1
) -> None:
    """Write the report of a part in its formats into a folder; the other parameters are those of `render`."""
    files.write(render(part, results, sets, processes), Path(folder), part.study.config.report.formats)


def render(part: Part, results: Results, sets: Mapping[str, Results] | None = None, processes: int = 1) -> Report:
    """Render the report of a sample or a set of codings.

    Parameters
    ----------
    part : Part
    results : mapping of str to DataFrame
        Every result table of the part, by name.
    sets : mapping, optional
        For a sample, the tables of each set of codings, which its report summarizes.
    processes : int
        Processes that draw figures.
    """
    context = Context(part, results, sets or {})
    stages = tuple(_sections(context))
    text = manuscript.manuscript(context, stages)
    limitations = () if part.is_set else (manuscript.limitations_section(context, stages),)
    formats = part.study.config.report.formats
    sections = (*stages, *limitations, manuscript.section(text, formats), manuscript.methods(context, stages))
    contents = Contents.of(sections, text)
    drawing.draw([entry.content for entry in contents.figures], processes, images=bool({"word", "figures"} & {*formats}))
    tiles = [tile for section in stages for tile in section.tiles]
    config = part.study.config
    html = page.render(
        "report.html",
        contents,
        language="en",
        versions=[("practicework", __version__)],
        config=config,
        part=part,
        question=part.label if part.is_set or part.is_development else config.question,
        warnings=[sentence for section in stages for sentence in section.warnings],
        answer=_answer(stages),
        key_tiles=[tile for tile in tiles if tile.kind == "key"],
        tiles=[tile for tile in tiles if tile.kind != "key"],
        sections=sections,
        foot=_foot(part),
    )
    return Report(
        f"{config.title}: {part.name}",
        part.label if part.is_set or part.is_development else config.title,
        html,
        contents,
        sections,
        text,
    )


def _sections(context: Context):
    """The sections of the stages that ran, and that of the sets of codings in the report of a sample."""
    for stage in STAGES:
        if stage == "coding" and context.sets:
            yield import_module("practicework.report.coding.sets").section(context)
        elif stage != "report" and stage in context.part.stages:  # loaded, with its figures, only if the stage ran
            yield import_module(f"practicework.report.{stage}").section(context)


def _answer(stages: tuple[Section, ...]) -> Markup:
    """The answer of the first stage that has one, and what other stages add."""
    own = next((section.answer for section in stages if section.answer), ())
    return sentences(*own, *(one for section in stages for one in section.also))


def _foot(part: Part) -> Markup:
    made = say(
        "Made with practicework {version} from {files}. All numbers are rounded from the tables in "
        "<code>results/{part}/</code>, which are stored at full precision.",
        version=__version__, files=", ".join(part.files), part=part.name,
    )  # fmt: skip
    words = {
        "word": say("<code>manuscript.docx</code> and <code>supplement.docx</code>"),
        "tables": say("each table as CSV and LaTeX (<code>tables/</code>)"),
        "figures": say("each figure as SVG and PNG (<code>figures/</code>)"),
    }
    found = [text for name, text in words.items() if name in part.study.config.report.formats]
    return sentences(made, say("The folder of this page also contains {files}.", files=Markup(listing(found))) if found else "")
