"""A file as rows of cells, the same for text files and workbooks and for all survey tools."""

import html
import re
from dataclasses import dataclass

from practicework.errors import StudyError
from practicework.tables.files.numbers import canonical
from practicework.tables.files.raw import RawTable

_TAGS = re.compile(r"<(style|script)\b.*?</\1>|<[/!]?[a-z-][^<>]*>", re.DOTALL | re.IGNORECASE)

MOST_CELLS = 100_000_000
"""Cells that a file may have; five million respondents with 20 answers each."""


def too_large(shown: str) -> StudyError:
    """Return the error for a file with too many cells."""
    return StudyError(f"{shown} has more than {MOST_CELLS:,} cells; keep only the columns of the study and divide the file.")


@dataclass(frozen=True)
class Reading:
    """How to read a file, as far as the config declares it.

    Attributes
    ----------
    encoding : str or None
        Python's name of the encoding of a text file.
    sheet : str or None
        The sheet of a workbook.
    decimal, thousands : str or None
        The decimal mark and the thousands separator.
    """

    encoding: str | None = None
    sheet: str | None = None
    decimal: str | None = None
    thousands: str | None = None


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
    reading : Reading
        What the config declares about the file.
    """

    shown: str
    rows: list[list[str | None]]
    lines: list[int]
    delimiter: str = ""
    reading: Reading = Reading()


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
    ambiguous, rewritten = canonical(rows, grid.delimiter, grid.reading.decimal, grid.reading.thousands)
    return RawTable(grid.shown, header, rows, lines, ambiguous=ambiguous, rewritten=rewritten, **facts)


def plain(text: str | None) -> str:
    """Return a question's text without HTML and line breaks."""
    return re.sub(r"\s+", " ", html.unescape(_TAGS.sub(" ", text or ""))).strip()


def short(heading: str) -> str:
    """Normalize a heading: `Duration (in seconds)` and SPSS's `Duration__in_seconds_` become equal."""
    return re.sub(r"[\W_]+", "", heading.casefold())


def empty(cell: str | None) -> bool:
    """Return whether a cell contains no text."""
    return not (cell and cell.strip())
