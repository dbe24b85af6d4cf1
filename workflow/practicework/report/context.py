"""What every section of the report reads."""

import platform
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import version

import pandas as pd

from practicework import __version__
from practicework.study import Study
from practicework.study.config import CodingSet, Sample

PACKAGES = (
    "snakemake", "numpy", "pandas", "scipy", "statsmodels", "pingouin", "factor-analyzer", "semopy", "ordinalcorr", "matplotlib",
)  # fmt: skip


@dataclass(frozen=True)
class Context:
    """A study, one of its samples or sets of codings, and its result tables; for a sample those of the sets, too."""

    study: Study
    sample: str
    results: Mapping[str, pd.DataFrame]
    sets: Mapping[str, Mapping[str, pd.DataFrame]] = field(default_factory=dict)

    @property
    def spec(self) -> Sample | CodingSet:
        """What the config says of the sample or set."""
        return (self.study.config.samples | self.study.config.coding)[self.sample]

    def rows(self, table: str) -> list[dict]:
        """A table's rows, empty cells as None."""
        frame = self.results[table].astype(object)
        return frame.where(frame.notna(), None).to_dict("records")

    def named(self, name: str) -> str:
        """A variable's label with its units, for an axis."""
        units = self.study.units(name)
        return f"{self.study.label(name)} ({units})" if units else self.study.label(name)

    @property
    def synthetic(self) -> str:
        """What every caption adds where the data are computed."""
        return " Synthetic data." if getattr(self.spec, "synthetic", None) else ""


def versions() -> list[tuple[str, str]]:
    """The software that made the report."""
    return [("practicework", __version__), ("Python", platform.python_version()), *((name, version(name)) for name in PACKAGES)]
