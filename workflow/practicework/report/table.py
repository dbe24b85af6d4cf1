"""What the report shows: tables of cells that remember their numbers, and figures; writers turn them into formats."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from practicework.report.apa import EMPTY, Shown

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LONGEST = 120
"""Characters of a file's name, whatever the labels in a title; a path must be short enough for any system."""


@dataclass(frozen=True)
class Table:
    """One table.

    `words` are the positions of the columns that hold text and are set flush left; if the first column
    is one of them, its cells head the rows. `groups` are the positions of rows that head those below them,
    `bold` the (row, column) of cells that stand out. Cells with numbers are `apa.Shown`, which keep all digits.
    """

    title: str
    header: list[str]
    rows: list[list[str]]
    note: str = ""
    words: tuple[int, ...] = (0,)
    wide: bool = False
    groups: tuple[int, ...] = ()
    bold: tuple[tuple[int, int], ...] = ()

    @property
    def name(self) -> str:
        """The name of its files."""
        return slug(self.title)

    def full(self) -> tuple[list[str], list[list[str | float | None]]]:
        """Header and rows at full precision: a column of its own for each number of a cell, texts as they are."""
        keys = [self._keys(column) for column in range(len(self.header))]
        header = _distinct([f"{name} {key}".strip() for name, some in zip(self.header, keys, strict=True) for key in some])
        return header, [
            [value for cell, some in zip(row, keys, strict=True) for value in _values(cell, some)] for row in self.rows
        ]

    def _keys(self, column: int) -> list[str]:
        """What tells the numbers of a column's cells apart."""
        found: dict[str, None] = {}
        for row in self.rows:
            found |= dict.fromkeys(getattr(row[column], "values", ()))
        return list(found) or [""]


@dataclass(frozen=True)
class Drawing:
    """One figure: the name of its files, the drawing, its caption, and what it shows for people who cannot see it."""

    name: str
    figure: Figure
    caption: str
    alternative: str

    @property
    def title(self) -> str:
        """The first sentence of its caption."""
        return self.caption.split(". ")[0].rstrip(".")

    @cached_property
    def svg(self) -> str:
        """The figure as SVG text."""
        from practicework.report.figures.style import svg

        return svg(self.figure)

    @cached_property
    def png(self) -> bytes:
        """The figure as a PNG image for print."""
        from practicework.report.figures.style import png

        return png(self.figure)


def slug(text: str) -> str:
    """Words as the name of a file: lower-case letters, digits and underscores, at most `LONGEST`."""
    return re.sub(r"[^a-z0-9]+", "_", text.lower())[:LONGEST].strip("_")


def _values(cell: str, keys: list[str]) -> list[str | float | None]:
    if isinstance(cell, Shown):
        return [cell.values.get(key) for key in keys]
    return ["" if cell == EMPTY else str(cell), *[""] * (len(keys) - 1)]


def _distinct(names: list[str]) -> list[str]:
    """The names, those that come again with a number."""
    seen: dict[str, int] = {}
    found = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        found.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return found
