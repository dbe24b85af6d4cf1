"""The tables and figures of a report with their numbers, and references to them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from markupsafe import Markup

from practicework.report.messages import _
from practicework.report.section import Block, Section, flat
from practicework.report.table import Drawing, Table

COLUMNS = ("kind", "number", "stage", "name", "title")
"""The columns of `report/contents.csv`."""

_REFERENCE = re.compile("\ue000(\\d+)\ue001")
"""Stands for a number until all numbers are known."""


def ref(content: Table | Drawing) -> Markup:
    """Return a reference to a table or figure, which becomes its number."""
    return Markup(f"\ue000{id(content)}\ue001")


@dataclass(frozen=True)
class Entry:
    """A table or figure with its number, the stage whose results it shows, and the name of its files."""

    kind: str
    number: str
    stage: str
    content: Table | Drawing

    @property
    def name(self) -> str:
        """The name of its files."""
        return self.content.name

    @property
    def id(self) -> str:
        """Its anchor in the page."""
        return f"{self.kind}-{self.number.lower()}"

    @property
    def words(self) -> str:
        """Its kind and number, as text refers to it."""
        number = self.number
        return _("Table\u00a0{number}", number=number) if self.kind == "table" else _("Figure\u00a0{number}", number=number)

    @property
    def main(self) -> bool:
        """Whether the manuscript shows it; otherwise it belongs to the supplement."""
        return not self.number.startswith("S")

    def row(self) -> list[str]:
        """Its row of `report/contents.csv`."""
        return [self.kind, self.number, self.stage, self.name, self.content.title]


@dataclass(frozen=True)
class Contents:
    """The tables and figures of a report in the order of the page.

    Those that the manuscript cites are numbered 1, 2, ... in the order in which it does, as journals ask; all
    others S1, S2, ... in the order of the page. Without a manuscript, all are numbered in that order.
    """

    entries: list[Entry] = field(default_factory=list)

    @classmethod
    def of(cls, sections: Iterable[Section], manuscript: tuple[Block, ...] = ()) -> Contents:
        """Number the tables and figures of some sections."""
        shown = [(one.stage, block) for one in sections for block in flat(one.body) if isinstance(block, Table | Drawing)]
        contents = {id(block): block for _stage, block in shown}
        numbers: dict[int, str] = {}
        rest = "S" if manuscript else ""
        counts = dict.fromkeys(((kind, prefix) for kind in ("table", "figure") for prefix in ("", "S")), 0)
        for prefix, marks in (("", _cited(manuscript)), (rest, [id(block) for _stage, block in shown])):
            for mark in marks:
                if mark in numbers:
                    continue
                key = (_kind(contents[mark]), prefix)
                counts[key] += 1
                numbers[mark] = f"{prefix}{counts[key]}"
        return cls([Entry(_kind(block), numbers[id(block)], stage, block) for stage, block in shown])

    def entry(self, content: Table | Drawing) -> Entry:
        """Return the entry of a table or figure."""
        return next(one for one in self.entries if one.content is content)

    def resolved(self, text: str, shown: Callable[[Entry], str]) -> str:
        """Return a text in which `shown` has taken the place of each reference."""
        known = {id(one.content): one for one in self.entries}
        return _REFERENCE.sub(lambda found: shown(known[int(found[1])]), text)

    @property
    def tables(self) -> list[Entry]:
        """The tables in order."""
        return [one for one in self.entries if one.kind == "table"]

    @property
    def figures(self) -> list[Entry]:
        """The figures in order."""
        return [one for one in self.entries if one.kind == "figure"]


def _kind(content: Table | Drawing) -> str:
    return "figure" if isinstance(content, Drawing) else "table"


def _cited(blocks: tuple[Block, ...]) -> list[int]:
    """The marks of what blocks refer to, in the order in which they first do."""
    texts = (text for block in flat(blocks) for text in (getattr(block, "text", ""), *getattr(block, "items", ())))
    return list(dict.fromkeys(int(mark) for text in texts for mark in _REFERENCE.findall(str(text))))
