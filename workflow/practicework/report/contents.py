"""What a report shows, numbered in the order in which the page shows it."""

from __future__ import annotations

from dataclasses import dataclass, field

from practicework.report.table import Drawing, Table

COLUMNS = ("kind", "number", "stage", "name", "title")
"""The columns of `report/contents.csv`."""


@dataclass(frozen=True)
class Entry:
    """A table or figure with its number, the stage whose results it shows, and the name of its files."""

    kind: str
    number: str
    stage: str
    name: str
    content: Table | Drawing

    @property
    def id(self) -> str:
        """Its anchor in the page."""
        return f"{self.kind}-{self.number.lower()}"

    def row(self) -> list[str]:
        """Its row of `report/contents.csv`."""
        return [self.kind, self.number, self.stage, self.name, self.content.title]


@dataclass
class Contents:
    """Gives numbers while the page is rendered: tables 1, 2, ..., supplementary ones S1, S2, ..., figures 1, 2, ..."""

    stage: str = ""
    entries: list[Entry] = field(default_factory=list)

    def enter(self, stage: str) -> str:
        """What follows shows results of this stage."""
        self.stage = stage
        return ""

    def add(self, content: Table | Drawing, *, supplement: bool = False) -> Entry:
        """The next table or figure."""
        kind, prefix = ("figure" if isinstance(content, Drawing) else "table"), "S" if supplement else ""
        before = sum(one.kind == kind and one.number.startswith("S") == supplement for one in self.entries)
        alike = sum(one.kind == kind and one.content.name == content.name for one in self.entries)  # as two scales' labels may be
        name = f"{content.name}_{alike + 1}" if alike else content.name
        entry = Entry(kind, f"{prefix}{before + 1}", self.stage, name, content)
        self.entries.append(entry)
        return entry

    @property
    def tables(self) -> list[Entry]:
        """The tables in order."""
        return [one for one in self.entries if one.kind == "table"]

    @property
    def figures(self) -> list[Entry]:
        """The figures in order."""
        return [one for one in self.entries if one.kind == "figure"]
