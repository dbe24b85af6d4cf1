"""Plain tables with one header row: CSV and TSV files written by spreadsheets or statistics programs."""

from practicework.tables.files.grid import Grid
from practicework.tables.files.grid import table as below
from practicework.tables.files.raw import RawTable
from practicework.tables.readers import panels

NAME = "plain table"


def matches(head: list[list[str]]) -> bool:
    """Return whether there is a header; more specific layouts are tried first."""
    return bool(head)


def table(grid: Grid) -> RawTable:
    """Convert a grid to a raw table."""
    return panels.marked(below(grid, tool={"\t": "TSV", "": "Excel"}.get(grid.delimiter, "CSV")))
