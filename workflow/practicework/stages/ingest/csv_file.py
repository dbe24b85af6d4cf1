"""Plain tables, one header row: CSV, and TSV, however a spreadsheet or a statistics program wrote them."""

from pathlib import Path

from practicework.tables.files import text
from practicework.tables.files.grid import Grid
from practicework.tables.files.grid import table as below
from practicework.tables.files.raw import RawTable

NAME = "plain table"


def matches(head: list[list[str]]) -> bool:
    """Every grid has this layout; the others come first."""
    return bool(head)


def table(grid: Grid) -> RawTable:
    """The grid below its header."""
    return below(grid, tool={"\t": "TSV", "": "Excel"}.get(grid.delimiter, "CSV"))


def read(path: Path, shown: str) -> RawTable:
    """The file's cells.

    Raises
    ------
    StudyError
        The file is empty, binary, of no known encoding, no valid CSV, has no respondent, or a row with
        more or fewer cells than the header.
    """
    return table(text.grid(path, shown))
