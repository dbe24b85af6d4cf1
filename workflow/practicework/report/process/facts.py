"""What sentences, tables and figures say of one process model, read once from its result tables."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from practicework.report import apa, families
from practicework.report.context import Context
from practicework.report.messages import _, listing
from practicework.study.process import Process, ProcessModel

ALL = "all"


def probe_words(probe: str | None) -> str:
    """Return a probe of the moderator in words."""
    return {
        "p16": _("16th percentile"),
        "p50": _("median"),
        "p84": _("84th percentile"),
        "low": _("lower value"),
        "high": _("higher value"),
    }.get(probe or "") or _("chosen value")


def clear(row: dict) -> bool:
    """Return whether an interval excludes zero."""
    return row["ci_low"] is not None and (row["ci_low"] > 0 or row["ci_high"] < 0)


@dataclass(frozen=True)
class Model:
    """One process model of a sample with its result tables."""

    context: Context
    name: str

    @property
    def settings(self) -> Process:
        """The settings of the stage."""
        return self.context.config.process

    @property
    def spec(self) -> ProcessModel:
        """The model's entry in the config."""
        return self.settings.models[self.name]

    def rows(self, table: str) -> list[dict]:
        """A result table's rows, empty cells as None."""
        return self.context.rows(f"process/{self.name}/{table}")

    @property
    def x(self) -> str:
        """The predictor inside a sentence."""
        return self.context.inline(self.spec.predictor)

    @property
    def y(self) -> str:
        """The outcome inside a sentence."""
        return self.context.inline(self.spec.outcome)

    @property
    def w(self) -> str:
        """The moderator inside a sentence."""
        return self.context.inline(self.spec.moderator)

    @property
    def mediators(self) -> str:
        """All mediators inside a sentence."""
        named = [self.context.inline(one) for one in self.spec.mediators]
        return _(" and then ").join(named) if self.spec.serial else listing(named)

    @cached_property
    def title(self) -> str:
        """The model's label, or its variables and, if it is moderated, the number that tells which paths are."""
        if self.spec.label:
            return self.spec.label
        names = {"x": self.x, "y": self.y, "m": self.mediators}
        if not self.spec.moderator:
            return apa.upper(_("{x} on {y} through {m}", **names))
        return apa.upper(_("{x} on {y} through {m}, moderated by {w} (model {n})", w=self.w, n=self.spec.number, **names))

    @property
    def inline(self) -> str:
        """The title inside a sentence."""
        return apa.lower(self.title)

    @property
    def level(self) -> str:
        """The confidence level, as headings name it."""
        return _("{level}% CI", level=f"{100 * self.settings.confidence:g}")

    def through(self, chain: str | None) -> str:
        """A chain of mediators in words."""
        if chain == ALL:
            return _("all mediators")
        return _(" and then ").join(self.context.inline(one) for one in (chain or "").split(" > "))

    @cached_property
    def fit(self) -> list[dict]:
        """The rows of `fit`."""
        return self.rows("fit")

    @property
    def n(self) -> str:
        """The number of respondents."""
        return f"{self.fit[0]['n']:,}"

    def effects(self, kind: str) -> list[dict]:
        """The effects of one kind."""
        return [row for row in self.rows("effects") if row["kind"] == kind]

    @property
    def instruments(self) -> list[dict]:
        """The rows of `instruments`, if any model has some."""
        name = f"process/{self.name}/instruments"
        return self.context.rows(name) if name in self.context.results else []

    @property
    def copula(self) -> list[dict]:
        """The rows of `copula`, if any model has declared endogenous mediators."""
        name = f"process/{self.name}/copula"
        return self.context.rows(name) if name in self.context.results else []

    @property
    def by(self) -> str:
        """The suffix of the columns of paths that sentences and figures rest on."""
        return "cr2" if self.settings.cluster_of(self.spec) else "hc3"

    def suffix(self, equation: str) -> str:
        """The suffix of the columns of an equation's paths; an outcome that is not a quantity has one kind of errors."""
        return "" if self.spec.generalized and equation == self.spec.outcome else f"_{self.by}"

    @property
    def method(self) -> str:
        """The kind of regression of the outcome, inside a sentence."""
        return families.method(self.spec.family, firth=self.spec.firth)

    @property
    def link(self) -> str:
        """The scale of effects on an outcome that is not a quantity, inside a sentence."""
        return {"binary": _("log odds"), "count": _("log counts"), "ordered": _("log odds of a higher level")}[self.spec.family]

    @property
    def predictions(self) -> list[dict]:
        """The rows of `predictions`, if the outcome is not a quantity."""
        return self.rows("predictions") if self.spec.generalized else []

    @property
    def moderated(self) -> bool:
        """Whether the moderator changes indirect effects."""
        return bool({"a", "b"} & {*self.spec.moderates})

    def number(self, row: dict, key: str = "estimate") -> str:
        """An effect with as many decimals as its standard error allows."""
        return apa.number(row[key], apa.decimals_for(row["boot_se"]))

    def estimate(self, row: dict) -> str:
        """`b = 0.24, 95% CI [0.01, 0.52]` of an effect with a bootstrap interval."""
        digits = apa.decimals_for(row["boot_se"])
        # an end that rounds to zero would leave open on which side of zero it is
        digits += any(row[end] is not None and 0 < abs(row[end]) < 0.5 * 10.0**-digits for end in ("ci_low", "ci_high"))
        return _("{b}, {level} {ci}", b=apa.number(row["estimate"], digits), level=self.level,
                 ci=apa.interval(row["ci_low"], row["ci_high"], digits))  # fmt: skip
