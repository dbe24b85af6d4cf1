"""A file as rows of cells, the same for text files and workbooks and for all survey tools."""

import html
import re
from dataclasses import dataclass

from practicework.errors import StudyError
from practicework.tables.files.raw import RawTable

_THOUSANDS = r"[ \u00a0\u202f.]"
_COMMA = re.compile(rf"[-+]?(\d+|\d{{1,3}}({_THOUSANDS}\d{{3}})+)(,\d+)?|[-+]?,\d+", re.ASCII)
_SPACED = re.compile(r"[-+]?(\d+|\d{1,3}([\u00a0\u202f]\d{3})+)(\.\d+)?", re.ASCII)
_TAGS = re.compile(r"<(style|script)\b.*?</\1>|<[/!]?[a-z-][^<>]*>", re.DOTALL | re.IGNORECASE)
_TO_POINT = str.maketrans({",": ".", ".": None, " ": None, "\u00a0": None, "\u202f": None})


MOST_CELLS = 100_000_000
"""Cells that a file may have; five million respondents with 20 answers each."""


def too_large(shown: str) -> StudyError:
    """Return the error for a file with too many cells."""
    return StudyError(f"{shown} has more than {MOST_CELLS:,} cells; keep only the columns of the study and divide the file.")


@dataclass
class Grid:
    """The non-empty rows of a file, headings included, and their numbers in a spreadsheet.

    Attributes
    ----------
    shown : str
        Name of the file in messages.
    rows : list of list
        Cells as text; None only if the file states that the question was not shown.
    lines : list of int
        Number of each row; the first row of the file is row 1.
    delimiter : str
        The separator of the cells; empty in a workbook.
    """

    shown: str
    rows: list[list[str | None]]
    lines: list[int]
    delimiter: str = ""


def table(grid: Grid, headings: int = 1, **facts: object) -> RawTable:
    """Return the rows below the headings; raise a StudyError if there are none or a row is too long or too short."""
    header = [(heading or "").strip() for heading in grid.rows[0]]
    for line, row in zip(grid.lines, grid.rows, strict=True):
        if len(row) != len(header):
            raise StudyError(
                f"{grid.shown}, row {line}, has {len(row)} cells, but the header has {len(header)}; "
                "correct the row (a text that contains the separator needs quotes)."
            )
    rows, lines = grid.rows[headings:], grid.lines[headings:]
    if not rows:
        raise StudyError(f"{grid.shown} has a header but no respondents; export the responses again.")
    if grid.delimiter in (";", "\t"):
        decimal_points(rows)
    return RawTable(grid.shown, header, rows, lines, **facts)


def decimal_points(rows: list[list[str | None]]) -> None:
    """Rewrite 3,5 as 3.5 and 1 234,5 as 1234.5 in place, in columns where every cell is such a number.

    A point or space is a thousands separator only if a decimal comma makes that unambiguous; a no-break
    space always is.
    """
    for position in range(len(rows[0])):
        cells = {row[position] for row in rows}
        numbers = {cell: cell.strip() for cell in cells if cell and cell.strip() not in ("", "NA")}
        if not numbers:
            continue
        form = _COMMA if any("," in number for number in numbers.values()) else _SPACED
        if not all(form.fullmatch(number) for number in numbers.values()):
            continue
        changed = {cell: number.translate(_TO_POINT) for cell, number in numbers.items()} if form is _COMMA else None
        if form is _SPACED and any("\u00a0" in number or "\u202f" in number for number in numbers.values()):
            changed = {cell: number.replace("\u00a0", "").replace("\u202f", "") for cell, number in numbers.items()}
        if changed:
            for row in rows:
                row[position] = changed.get(row[position], row[position])


def plain(text: str | None) -> str:
    """Return a question's text without HTML and line breaks."""
    return re.sub(r"\s+", " ", html.unescape(_TAGS.sub(" ", text or ""))).strip()


def short(heading: str) -> str:
    """Normalize a heading: `Duration (in seconds)` and SPSS's `Duration__in_seconds_` become equal."""
    return re.sub(r"[\W_]+", "", heading.casefold())


def empty(cell: str | None) -> bool:
    """Return whether a cell contains no text."""
    return not (cell and cell.strip())
