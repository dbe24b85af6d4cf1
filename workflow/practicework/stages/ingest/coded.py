"""Coded tables: the answers with what screening reads, as `stand-in` and `package` write them."""

from pathlib import Path

import pandas as pd

from practicework.study.settings import Screening


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
