"""A tiny valid study, and how to run the pipeline on it in a process of its own."""

import csv
import random
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
SCALES = ("pride", "ease", "help")
ITEMS = [f"{scale}_{number}" for scale in SCALES for number in (1, 2, 3)]


@dataclass(frozen=True)
class Finished:
    """A run that has ended: its exit status, and everything that it printed."""

    returncode: int
    output: str


class Tiny:
    """A study folder in the making: change `config`, `scales` and `rows`, then `write`; or any file after that."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config = {
            "seed": 7,
            "samples": {"s": {"file": "data/raw/s.csv", "respondent": "id"}},
            "scales": list(SCALES),
            "variables": ["age"],
            "moderation": {
                "bootstrap": {"resamples": 200},
                "simulation": {"studies": 100, "resamples": 100},
                "models": {"main": {"outcome": "pride", "predictor": "ease", "moderator": "help", "covariates": ["age"]}},
            },
            "profiles": {
                "indicators": ["pride", "ease"],
                "prototypes": {"keen": {"pride": 75, "ease": 75}, "wary": {"pride": 25, "ease": 25}},
                "draws": 500,
                "resamples": 100,
                "latent": {"max_profiles": 2, "structures": ["tied"], "starts": 10, "blrt": 0},
            },
            "replication": {
                "s": {
                    "source": "A paper",
                    "claims": [
                        {"claim": "Number of respondents", "published": "40", "table": "moderation/main/fit", "column": "n"}
                    ],
                }
            },
            "report": {"formats": ["html", "tables"]},  # Word files and images take longest
        }
        self.scales = {
            scale: {
                "id": scale,
                "label": scale.capitalize(),
                "response": {"min": 1, "max": 5, "labels": {1: "Never", 5: "Always"}},
                "items": [
                    {"id": f"{scale}_1", "text": "One."},
                    {"id": f"{scale}_2", "text": "Two."},
                    {"id": f"{scale}_3", "text": "Three.", "reverse": True},
                ],
            }
            for scale in SCALES
        }
        self.rows = [["id", *ITEMS, "age"], *answers(40)]

    @staticmethod
    def answers(people: int, seed: int = 1) -> list[list]:
        """Simulated rows, see `answers`."""
        return answers(people, seed)

    @property
    def sample(self) -> Path:
        """The export."""
        return self.folder / "data/raw/s.csv"

    def edit(self, path: str, *value: object) -> "Tiny":
        """Set the entry at a dotted path, such as `config.samples.s.file`; without a value, remove it."""
        first, *parents, last = [int(part) if part.isdigit() else part for part in path.split(".")]
        tree = getattr(self, first)
        for part in parents:
            tree = tree[part]
        if value:
            tree[last] = value[0]
        else:
            del tree[last]
        return self

    def write(self) -> Path:
        """Write all files of the study; its folder."""
        self.write_config()
        for name, scale in self.scales.items():
            self.write_scale(name, scale)
        self.write_rows(self.sample, self.rows)
        return self.folder

    def write_config(self) -> None:
        """Write the config."""
        self._write("config/config.yaml", yaml.safe_dump(self.config, sort_keys=False))

    def write_scale(self, name: str, scale: dict) -> None:
        """Write one scale."""
        self._write(f"scales/{name}.yaml", yaml.safe_dump(scale, sort_keys=False))

    def write_rows(self, path: Path, rows: list[list]) -> None:
        """Write an export."""
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file, lineterminator="\n").writerows(rows)

    def _write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def answers(people: int, seed: int = 1) -> list[list]:
    """Simulated rows: an id, nine answers from 1 to 5 on three correlated scales, and an age."""
    rng = random.Random(seed)
    rows = []
    for number in range(1, people + 1):
        general = rng.gauss(0, 0.5)
        row: list = [f"P{number:03d}"]
        for _ in SCALES:
            trait = general + rng.gauss(0, 0.8)
            for sign in (1, 1, -1):
                row.append(min(5, max(1, round(3 + sign * trait + rng.gauss(0, 0.5)))))
        rows.append([*row, rng.randint(20, 65)])
    return rows


def run_study(folder: Path, *args: str, root: Path = ROOT) -> Finished:
    """Run the pipeline of the clone at `root` on a study folder, from a current folder that is neither."""
    for last in (False, True):
        try:
            done = subprocess.run(
                [sys.executable, "-m", "snakemake", "-s", root / "Snakefile", "-d", folder, "--nocolor", *args],
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                encoding="utf-8",
                errors="replace",
                cwd=folder.parent,
                timeout=120,
                check=False,
            )
            break
        except OSError:  # a machine short of memory may once refuse to start a process: nothing has run yet
            if last:
                raise
    return Finished(done.returncode, done.stdout)


@pytest.fixture
def tiny(tmp_path: Path) -> Tiny:
    """A tiny valid study, not yet written."""
    return Tiny(tmp_path / "study")


@pytest.fixture(scope="session")
def new_tiny() -> Callable[[Path], Tiny]:
    """Makes a tiny study in any folder."""
    return Tiny


@pytest.fixture(scope="session")
def run() -> Callable[..., Finished]:
    """Runs the pipeline on a study folder."""
    return run_study
