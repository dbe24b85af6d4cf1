"""The files of a report: page, Word files, each table as CSV and LaTeX, each figure as SVG and PNG, and their list."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

from practicework.report import latex, word
from practicework.report.contents import COLUMNS
from practicework.tables.files.text import inert

if TYPE_CHECKING:
    from practicework.report import Report
    from practicework.report.table import Table


def write(report: Report, folder: Path, formats: Collection[str]) -> None:
    """Write the page, the list of contents and the other formats into a folder, the figures into one folder per stage.

    Parameters
    ----------
    report : Report
    folder : Path
        `results/<part>/report`. Other files in it are removed.
    formats : collection of str
        `word`, `tables`, `figures`.
    """
    shutil.rmtree(folder, ignore_errors=True)
    for name in ("", *({"tables", "figures"} & {*formats})):
        (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / "report.html").write_text(report.html, encoding="utf-8")
    for entry in report.contents.tables if "tables" in formats else ():
        place = folder / "tables" / entry.name
        write_csv(entry.content, place.with_suffix(".csv"))
        place.with_suffix(".tex").write_text(latex.table(entry), encoding="utf-8")
    for entry in report.contents.figures if "figures" in formats else ():
        place = folder / "figures" / entry.stage / entry.name
        place.parent.mkdir(exist_ok=True)
        place.with_suffix(".svg").write_text(entry.content.svg, encoding="utf-8")
        place.with_suffix(".png").write_bytes(entry.content.png)
    if "word" in formats:
        word.manuscript(report, folder / "manuscript.docx")
        word.supplement(report, folder / "supplement.docx")
    with (folder / "contents.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows([COLUMNS, *(entry.row() for entry in report.contents.entries)])


def write_csv(table: Table, path: Path) -> None:
    """Write a table with all digits: a column for each number, empty where there is none."""
    header, rows = table.full()
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([inert(name) for name in header])
        writer.writerows([["" if value is None else inert(value) for value in row] for row in rows])
