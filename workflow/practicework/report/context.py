"""What every section of the report reads."""

import platform
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib.metadata import version

import pandas as pd

from practicework import __version__
from practicework.numerics.limits import DRAWN, REFITTED
from practicework.report import apa
from practicework.report.messages import _
from practicework.study import Study
from practicework.study.config import CodingSet, Config, Sample
from practicework.study.pipeline import Part
from practicework.study.scale import ALL
from practicework.study.settings import Model

PACKAGES = (
    "snakemake", "numpy", "pandas", "scipy", "statsmodels", "pingouin", "factor-analyzer", "semopy", "ordinalcorr",
    "scikit-learn", "stepmix", "krippendorff", "matplotlib",
)  # fmt: skip


@dataclass(frozen=True)
class Context:
    """A part of a study and its result tables; for a sample, those of the sets of codings as well."""

    part: Part
    results: Mapping[str, pd.DataFrame]
    sets: Mapping[str, Mapping[str, pd.DataFrame]] = field(default_factory=dict)

    @property
    def study(self) -> Study:
        """The study."""
        return self.part.study

    @property
    def config(self) -> Config:
        """The study's configuration."""
        return self.part.study.config

    @property
    def spec(self) -> Sample | CodingSet:
        """The part's entry in the config."""
        return self.part.spec

    def has(self, stage: str) -> bool:
        """Whether the results of a stage are there."""
        return any(name.startswith(f"{stage}/") for name in self.results)

    def rows(self, table: str) -> list[dict]:
        """Return a table's rows, empty cells as None."""
        return records(self.results[table])

    @cached_property
    def models(self) -> dict[str, Model]:
        """The models that could be fitted."""
        left = [row["model"] for row in self.unfitted]
        return {name: model for name, model in self.study.models.items() if name not in left}

    @cached_property
    def unfitted(self) -> list[dict]:
        """The rows of `moderation/models` about models that could not be fitted."""
        return [row for row in self.rows("moderation/models") if not row["fitted"]] if "moderation/models" in self.results else []

    def label(self, name: str) -> str:
        """Return the words for a scale, variable, term or category, for a heading or a table."""
        return _("All scales") if name == ALL else self.study.label(name)

    def inline(self, name: str) -> str:
        """Return the words for a scale, variable or term inside a sentence."""
        return apa.lower(self.label(name))

    def axis(self, name: str) -> str:
        """Return a variable's label with its units, for an axis."""
        units = self.study.units(name)
        return f"{self.study.label(name)} ({units})" if units else self.study.label(name)

    @cached_property
    def kept(self) -> int:
        """The number of respondents who are analysed."""
        if "screening/ledger" in self.results:
            return int(self.results["screening/ledger"]["kept"].sum())
        return len(self.results["ingest/responses"])

    def note(self, *sentences: str) -> str:
        """Return the note of a table or the caption of a figure, which says so where the data are synthetic."""
        return " ".join(filter(None, [*sentences, _("Synthetic data.") if self.part.synthetic else ""]))


def limiting(n: int) -> str:
    """Return the sentence for notes on resamples of so many respondents that they come from their normal limit, or nothing."""
    if n <= DRAWN:
        return ""
    return _("With more than {limit} respondents, sums of resamples are drawn from their normal limit.", limit=f"{DRAWN:,}")


def refitted(n: int) -> str:
    """Return the sentence on likelihoods that are not refitted in resamples of so many respondents, or nothing."""
    if n <= REFITTED:
        return ""
    return _(
        "With more than {limit} respondents, bootstrap draws of likelihood-based estimates come from their normal limit.",
        limit=f"{REFITTED:,}",
    )


def records(frame: pd.DataFrame) -> list[dict]:
    """Return a table's rows, empty cells as None."""
    frame = frame.astype(object)
    return frame.where(frame.notna(), None).to_dict("records")


def versions() -> list[tuple[str, str]]:
    """Return the software that made the report."""
    return [("practicework", __version__), ("Python", platform.python_version()), *((name, version(name)) for name in PACKAGES)]
