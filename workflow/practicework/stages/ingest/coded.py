"""Coded tables, as this pipeline exports them: answers and the columns that screening reads."""

from pathlib import Path

import pandas as pd

from practicework.study.settings import Screening
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


def frame(responses: pd.DataFrame, quality: pd.DataFrame, screening: Screening | None) -> pd.DataFrame:
    """Join `responses` with the columns of `quality` that screening reads, if the study uses screening."""
    if screening is None:
        return responses
    known = quality.dropna(axis=1, how="all").rename(columns={"duration_seconds": screening.duration or "duration_seconds"})
    return responses.join(known[[name for name in known if name not in responses]])


def write(coded: pd.DataFrame, path: Path) -> None:
    """Write a coded table, with whole numbers as integers."""
    path.parent.mkdir(parents=True, exist_ok=True)
    coded.convert_dtypes().to_csv(path, index=False, lineterminator="\n")
