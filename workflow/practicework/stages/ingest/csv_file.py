"""Plain tables with one header row: CSV and TSV files written by spreadsheets or statistics programs."""

from pathlib import Path

from practicework.tables.files import text
from practicework.tables.files.grid import Grid
from practicework.tables.files.grid import table as below
from practicework.tables.files.raw import RawTable

NAME = "plain table"


def matches(head: list[list[str]]) -> bool:
    """Return whether there is a header; more specific layouts are tried first."""
    return bool(head)


def table(grid: Grid) -> RawTable:
    """Convert a grid to a raw table."""
    return below(grid, tool={"\t": "TSV", "": "Excel"}.get(grid.delimiter, "CSV"))


def read(path: Path, shown: str) -> RawTable:
    """Read a file.

    Raises
    ------
    StudyError
        The file is empty, binary, in an unknown encoding or not valid CSV, has no respondents, or has a row
        with more or fewer cells than the header.
    """
    return table(text.grid(path, shown))
