"""What sentences, tables and figures say of one moderation model, read once from its result tables."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from practicework.report import apa
from practicework.report.context import Context, records
from practicework.report.messages import _
from practicework.study.settings import Model as Spec
from practicework.study.settings import Moderation

BY_CATEGORY = "]"
"""Probes and terms of categories end with it: `variable[code]`."""


def ends(errors: str) -> tuple[str, str]:
    """Return the columns of the interval with some standard errors, or of the bootstrap interval."""
    return {"ols": ("ci_low", "ci_high"), "bootstrap": ("boot_low", "boot_high")}.get(
        errors, (f"ci_low_{errors}", f"ci_high_{errors}")
    )


def errors_words(errors: str) -> str:
    """Return the name of an interval or of standard errors."""
    return {
        "ols": "OLS",
        "hc3": "HC3",
        "cr2": "CR2",
        "bootstrap": _("bootstrap"),
        "noncentral F": _("noncentral F"),
    }[errors]


def probe_words(probe: str) -> str:
    """Return a probe of the moderator in words."""
    return {
        "p16": _("16th percentile"),
        "p50": _("median"),
        "p84": _("84th percentile"),
        "mean-sd": _("mean − 1 SD"),
        "mean": _("mean"),
        "mean+sd": _("mean + 1 SD"),
        "low": _("lower value"),
        "high": _("higher value"),
    }.get(probe) or _("chosen value")


def shown_probes(probes: list[str]) -> list[str]:
    """Return the probes that a figure shows: both values of the moderator, three percentiles, or every category."""
    if "low" in probes:
        return ["low", "high"]
    return ["p16", "p50", "p84"] if "p16" in probes else list(dict.fromkeys(probes))


@dataclass(frozen=True)
class Model:
    """One model of a sample with its result tables."""

    context: Context
    name: str

    @property
    def spec(self) -> Spec:
        """The model's entry in the config."""
        return self.context.study.models[self.name]

    def frame(self, table: str) -> pd.DataFrame:
        """A result table of the model."""
        return self.context.results[f"moderation/{self.name}/{table}"]

    def rows(self, table: str) -> list[dict]:
        """A result table's rows, empty cells as None."""
        return records(self.frame(table))

    @cached_property
    def settings(self) -> Moderation:
        """The settings of the stage that hold for the model."""
        return self.context.config.moderation.of(self.spec)

    @property
    def x(self) -> str:
        """The predictor inside a sentence."""
        return self.context.inline(self.spec.predictor)

    @property
    def w(self) -> str:
        """The moderator inside a sentence."""
        return self.context.inline(self.spec.moderator)

    @property
    def y(self) -> str:
        """The outcome inside a sentence."""
        return self.context.inline(self.spec.outcome)

    @cached_property
    def title(self) -> str:
        """The model's label, or its variables."""
        if self.spec.label:
            return self.spec.label
        names = {"x": self.x, "w": self.w, "y": self.y}
        if self.spec.second_moderator is None:
            return apa.upper(_("{x} × {w} on {y}", **names))
        names["z"] = self.context.inline(self.spec.second_moderator)
        if self.spec.three_way:
            return apa.upper(_("{x} × {w} × {z} on {y}", **names))
        return apa.upper(_("{x} × {w} and {x} × {z} on {y}", **names))

    @property
    def inline(self) -> str:
        """The model's title inside a sentence."""
        return apa.lower(self.title)

    @property
    def level(self) -> str:
        """The confidence level, as headings name it."""
        return _("{level}% CI", level=f"{100 * self.context.config.moderation.confidence:g}")

    @cached_property
    def fit(self) -> dict:
        """The row of `fit`."""
        return self.rows("fit")[0]

    @cached_property
    def verdict(self) -> dict:
        """The row of `equivalence`, with the digits to print."""
        return verdict(self.rows("equivalence")[0])

    @cached_property
    def scores(self) -> pd.DataFrame:
        """The respondents in the model."""
        return self.context.results["scoring/scores"].dropna(subset=self.spec.variables)

    @cached_property
    def moderator_is_categorical(self) -> bool:
        """Whether the moderator is a categorical variable."""
        return self.spec.moderator in self.context.config.categories

    @cached_property
    def predictor_is_categorical(self) -> bool:
        """Whether the predictor is a categorical variable."""
        return self.spec.predictor in self.context.config.categories

    @cached_property
    def two_valued(self) -> bool:
        """Whether the moderator has two values only."""
        return "low" in set(self.frame("conditional_effects")["probe"])

    @property
    def continuous(self) -> bool:
        """Whether regions of significance and an effect curve make sense."""
        return not (self.moderator_is_categorical or self.two_valued or self.spec.second_moderator)

    @cached_property
    def effects(self) -> list[str]:
        """The predictor, or each of its categories but the first."""
        return list(dict.fromkeys(self.frame("conditional_effects")["effect_of"]))

    @cached_property
    def by(self) -> str:
        """The standard errors of curves and regions: those of the sentences; CR2 or HC3 for the bootstrap, which has none."""
        if self.settings.cluster:
            return "cr2"
        if self.settings.interval == "ols":
            return "ols"
        if self.spec.second_moderator:
            return "hc3" if self.frame("conditional_effects")["std_error_hc3"].notna().all() else "ols"
        alternatives = self.frame("johnson_neyman_regions_alternatives")
        return "hc3" if (alternatives["method"] == "hc3").any() or not self.continuous else "ols"

    @property
    def robust(self) -> str:
        """The robust standard errors that are reported: CR2 with clusters, otherwise HC3."""
        return "cr2" if self.settings.cluster else "hc3"

    def by_errors(self, table: str) -> list[dict]:
        """The rows of a Johnson–Neyman table with the standard errors of `by`."""
        if self.by == "ols":
            return self.rows(table)
        return [row for row in self.rows(f"{table}_alternatives") if row["method"] == self.by]

    def probe(self, probe: str) -> str:
        """A probe, or a category of the moderator, in words."""
        if probe.endswith(BY_CATEGORY):
            return self.context.label(probe).split(": ", 1)[1]
        return probe_words(probe)

    @cached_property
    def ends(self) -> list[dict]:
        """The effect at a low and a high value of the moderator, or in each category, with the interval of the sentences."""
        if len(self.effects) > 1 or self.spec.second_moderator:
            return []
        rows = self.rows("conditional_effects")
        shown = shown_probes([row["probe"] for row in rows])
        rows = [row for row in rows if row["probe"] in shown]
        if not self.moderator_is_categorical:
            rows = [rows[0], rows[-1]]
        low, high = ends(self.settings.interval)
        return [
            {
                "effect": row["effect"],
                "digits": apa.decimals_for(row["std_error"]),
                "low": row[low],
                "high": row[high],
                "probe": self.probe(row["probe"]),
                "value": None if self.moderator_is_categorical else apa.brief(row["moderator_value"]),
            }
            for row in rows
        ]


def verdict(row: dict) -> dict:
    """Return a row of `equivalence` with whether it concerns several product terms, the digits to print, and its interval."""
    joint = row["interval"] == "noncentral F"
    error = (row["ci_high"] - row["ci_low"]) / 4
    return row | {
        "joint": joint,
        "digits": 3 if joint else apa.decimals_for(error),
        "by": errors_words(row["interval"]),
        "kind": row["reading"].split("_")[0] if "_" in row["reading"] else row["reading"],
    }
