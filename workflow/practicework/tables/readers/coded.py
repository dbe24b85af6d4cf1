"""Coded tables, as this pipeline exports them: answers and the columns that screening reads."""

from practicework.tables.files.grid import Grid
from practicework.tables.files.grid import table as below
from practicework.tables.files.raw import RawTable

NAME = "coded table"


def matches(head: list[list[str | None]]) -> bool:
    """Return whether the first column is `respondent`, as in this pipeline's own tables."""
    return bool(head) and head[0][:1] == ["respondent"]


def table(grid: Grid) -> RawTable:
    """Convert a grid to a raw table; total time and completion have the same names as in `ingest/quality`."""
    raw = below(grid, tool="coded table")
    at = {name: raw.header.index(name) if name in raw.header else None for name in ("duration_seconds", "finished")}
    facts = {"duration": at["duration_seconds"], "finished": at["finished"], "finished_as": frozenset({"1", "1.0"})}
    return RawTable(**vars(raw) | facts)
