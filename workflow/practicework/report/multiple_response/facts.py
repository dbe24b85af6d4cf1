"""What sentences, tables and figures say of one question with several answers, read once from its result tables."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from practicework.report import apa
from practicework.report.context import Context
from practicework.report.messages import _, count
from practicework.study.multiple import Multiple, MultipleTest


@dataclass(frozen=True)
class Question:
    """One question with several answers in a sample."""

    context: Context
    name: str

    @property
    def spec(self) -> Multiple:
        """The question's entry in the config."""
        return self.context.config.multiple[self.name]

    @property
    def title(self) -> str:
        """The question's label."""
        return self.spec.label

    def rows(self, table: str) -> list[dict]:
        """A result table's rows, empty cells as None."""
        name = f"multiple_response/{self.name}/{table}"
        return self.context.rows(name) if name in self.context.results else []

    @property
    def n(self) -> int:
        """The respondents who answered it, at least for one part."""
        return next(row["n"] for row in self.context.rows("multiple_response/models") if row["model"] == self.name)

    @cached_property
    def shares(self) -> list[dict]:
        """The rows of `shares`."""
        return self.rows("shares")

    @cached_property
    def known(self) -> list[dict]:
        """The shares of options that were asked and answered."""
        return [row for row in self.shares if row["share"] is not None]

    @property
    def tests(self) -> dict[str, MultipleTest]:
        """The question's tests by name."""
        return {name: test for name, test in self.context.config.multiple_tests.items() if test.response == self.name}

    @property
    def tested(self) -> bool:
        """Whether the question is part of any test, its own or another question's."""
        return bool(self.tests) or any(test.other == self.name for test in self.context.config.multiple_tests.values())

    @cached_property
    def groups(self) -> list[str]:
        """The variables against which the question is tested."""
        return list(dict.fromkeys(test.group for test in self.tests.values() if test.group))

    @property
    def notes(self) -> list[str]:
        """What ingest noted about the question, each note once with the options that it concerns."""
        found: dict[str, list[str]] = {}
        for row in self.context.rows("ingest/multiple"):
            if row["response"] == self.name and row["note"] and row["option"] is not None:
                for note in row["note"].split("; "):
                    found.setdefault(note, []).append(self.cell(row["option"], row["by"]))
        return [f"{', '.join(dict.fromkeys(cells))}: {note}." for note, cells in found.items()]

    def option(self, option: str) -> str:
        """An option's text."""
        return self.spec.text(option)

    @cached_property
    def parted(self) -> Multiple:
        """The question with parts: this one, or the one with which it is tested."""
        others = [self.context.config.multiple[test.other] for test in self.tests.values() if test.other]
        return next((one for one in (self.spec, *others) if one.by), self.spec)

    def part(self, part: str | None) -> str:
        """A part's text; a word for all parts."""
        return self.parted.part_text(part) if part else _("All")

    def cell(self, option: str, part: str | None) -> str:
        """An option, and in which part."""
        return f"{self.option(option)} ({self.part(part)})" if part else self.option(option)

    def level(self, variable: str, value: float) -> str:
        """The text of a group."""
        if variable in self.context.config.categories:
            return self.context.study.category(variable, value)
        return f"{self.context.label(variable)} {value:g}"

    @property
    def of(self) -> str:
        """The number of respondents in words, or its range over options."""
        return of(row["n"] for row in self.known)


def of(numbers: Iterable[int]) -> str:
    """Numbers of respondents in words: one, or their range."""
    found = sorted({*numbers}) or [0]
    if len(found) == 1:
        return _("n = {n}", n=f"{found[0]:,}")
    return _("n = {low} to {high}", low=f"{found[0]:,}", high=f"{found[-1]:,}")


def percent(row: dict) -> str:
    """A share with its interval, in a sentence."""
    interval = apa.interval(100 * row["ci_low"], 100 * row["ci_high"], 0)
    return _("{share}, 95% CI {interval}", share=apa.share(row["share"]), interval=interval)


def respondents(n: int) -> str:
    """A number of respondents."""
    return count("{n} respondent", "{n} respondents", n)


def statistic_words(name: str) -> str:
    """What the bootstrap compares, in words."""
    return {"product": _("product of p values"), "sum": _("sum of χ²"), "minimum": _("smallest p value")}[name]


def agreement_words(found: str) -> str:
    """The outcome of a comparison with the cases."""
    return {
        "agrees": _("agrees"),
        "differs": _("differs"),
        "undecided": _("undecided"),
        "not asked": _("not asked"),
        "too few respondents": _("too few respondents"),
        "no such group": _("no such group"),
    }[found]


def claim_words(claim: str) -> str:
    """A claim of the cases in words."""
    return {"X": _("direct use"), "I": _("indirect use"), "-": _("no use")}.get(claim, claim)
