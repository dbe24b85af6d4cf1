"""Studies with questions that have several answers."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
import yaml

from practicework.numerics.seeds import streams
from practicework.stages import ingest, multiple_response, scoring
from practicework.study import load_study
from practicework.study.pipeline import Part

Tables = dict[str, pd.DataFrame]


@pytest.fixture
def run(tmp_path) -> Callable[..., Tables]:
    """Write a study with one file, and return the tables of `ingest` and `multiple_response`."""

    def write(file: str, write: Callable[[Path], object], config: dict) -> Tables:
        (tmp_path / "config").mkdir(exist_ok=True)
        (tmp_path / "data/raw").mkdir(parents=True, exist_ok=True)
        write(tmp_path / "data/raw" / file)
        whole = {"samples": {"s": {"file": f"data/raw/{file}"}}} | config
        (tmp_path / "config/config.yaml").write_text(yaml.safe_dump(whole, sort_keys=False), encoding="utf-8")
        study = load_study(tmp_path)
        part = Part(study, "s")
        tables = ingest.compute(part, {}, streams(1, "ingest", "s"))
        if study.variables:
            tables |= scoring.compute(part, tables, streams(1, "scoring", "s"))
        return tables | multiple_response.compute(part, tables, streams(1, "multiple_response", "s"))

    return write
