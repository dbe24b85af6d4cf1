"""What the tests share: the repository, the examples ingested and scored, R's values, and scales and studies in the making."""

import os

from practicework.workers import THREADS

# As in jobs, and before NumPy is loaded; with more, processes that test side by side wait for each other.
os.environ |= dict.fromkeys(THREADS, "1")

import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import reading
from browser import CHROMIUM, FLAGS
from study_writer import Writer

from practicework.stages import ingest, scoring
from practicework.study import Study, load_study
from practicework.study.scale import Scale
from practicework.tables.files.raw import RawTable

ROOT = Path(__file__).resolve().parents[1]

# Runs of the pipeline start some hundred processes, which need not compile the library each.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


@dataclass(frozen=True)
class Example:
    """An example's study, its coded answers and its scores."""

    study: Study
    responses: pd.DataFrame
    scored: scoring.Scored


def load_example(name: str) -> Example:
    """An example, read and scored without running the pipeline."""
    study = load_study(ROOT / "examples" / name)
    sample = next(iter(study.config.samples))
    responses = ingest.ingest(ingest.read(study, sample), study, sample).responses
    return Example(study, responses, scoring.score_all(responses, list(study.scales.values()), study.variables))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark whole runs of the pipeline as slow."""
    for item in items:
        if "workflow" in item.path.parts:
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository."""
    return ROOT


@pytest.fixture(scope="session")
def golden() -> Callable[[str], pd.DataFrame]:
    """Reads a table that an R script in a folder of tests/golden wrote."""
    return lambda name: pd.read_csv(next((ROOT / "tests/golden").glob(f"*/{name}.csv")))


@pytest.fixture(scope="module")
def chromium():
    """Headless Chromium; tests that use it are skipped where it is missing."""
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as session:
        found = session.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield found
        found.close()


@pytest.fixture(scope="session")
def people() -> pd.DataFrame:
    """The first 300 complete rows of ten items of bfi, gender and age, with three kinds and four levels as in models.R."""
    d = pd.read_csv(ROOT / "examples/bfi/data/raw/bfi.csv")
    items = [f"{letter}{place}" for letter in "NE" for place in range(1, 6)]
    d = d[d[[*items, "gender", "age"]].notna().all(axis=1)].head(300)
    d = d.reset_index(drop=True).assign(respondent=[f"R{at}" for at in range(300)])
    return d.assign(
        kind=np.searchsorted([2, 4], d["N1"], side="left") + 1.0, level=np.searchsorted([2, 3, 4], d["N2"], side="left") + 1.0
    )


@pytest.fixture(scope="session")
def bfi() -> Example:
    """Twenty-five personality items of 2,800 people, five scales."""
    return load_example("bfi")


@pytest.fixture(scope="session")
def globalwarming() -> Example:
    """Hayes's moderation example, 815 people."""
    return load_example("globalwarming")


@pytest.fixture(scope="session")
def new_scale() -> Callable[..., Scale]:
    """Makes a scale of items i1, i2, ... answered from 1 to 5."""

    def make(items: int, reverse: tuple[str, ...] = (), name: str = "s", **keys: object) -> Scale:
        ids = [f"i{number}" for number in range(1, items + 1)]
        data = {
            "id": name,
            "label": name.capitalize(),
            "response": {"min": 1, "max": 5},
            "items": [{"id": one, "text": one, "reverse": one in reverse} for one in ids],
        }
        return Scale.model_validate(data | keys)

    return make


@pytest.fixture
def writer(tmp_path) -> Writer:
    """A study folder."""
    return Writer(tmp_path)


@pytest.fixture
def survey() -> pd.DataFrame:
    """150 simulated respondents with an interaction and a covariate."""
    rng = np.random.default_rng(3)
    x, w, c, e = rng.standard_normal((4, 150))
    return pd.DataFrame({"y": 2 + 0.4 * x + 0.2 * w + 0.25 * x * w + 0.3 * c + e, "x": x, "w": w, "c": c})


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., RawTable]:
    """Reads a file of some content."""
    return reading.reader(tmp_path)


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, RawTable]:
    """Every export of `exports.py`, read."""
    return reading.read_all(tmp_path_factory.mktemp("exports"))


@dataclass(frozen=True)
class Run:
    """A study folder in which the pipeline has run, and what it printed."""

    folder: Path
    output: str

    def results(self, sample: str) -> Path:
        return self.folder / "results" / sample


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Run:
    """The published study, run as a whole in a copy of its folder: once, however many processes test."""
    base = tmp_path_factory.getbasetemp()
    base = base if worker_id == "master" else base.parent
    folder, output = base / "published study", base / "published.txt"
    with locked(base / "published.lock"):
        if not output.is_file():
            for part in ("config", "scales", "published", "development", "data"):
                shutil.copytree(ROOT / part, folder / part)
            command = [sys.executable, "-m", "snakemake", "-s", ROOT / "Snakefile", "-d", folder, "--quiet", "all"]
            done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
            assert done.returncode == 0, done.stdout
            output.write_text(done.stdout, encoding="utf-8")
    return Run(folder, output.read_text(encoding="utf-8"))


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a file that one process can create; others wait for it to be gone."""
    while True:
        try:
            path.touch(exist_ok=False)
            break
        except FileExistsError:
            time.sleep(0.2)
    try:
        yield
    finally:
        path.unlink()
