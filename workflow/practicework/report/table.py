"""A table of the report: cells as they are read, title and note; writers turn it into a format."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Table:
    """One table.

    `words` are the positions of the columns that hold text and are set flush left; if the first column
    is one of them, its cells head the rows. `groups` are the positions of rows that head those below them,
    `bold` the (row, column) of cells that stand out.
    """

    title: str
    header: list[str]
    rows: list[list[str]]
    note: str = ""
    words: tuple[int, ...] = (0,)
    wide: bool = False
    groups: tuple[int, ...] = ()
    bold: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class Drawing:
    """One figure: SVG text, its caption, and what it shows for people who cannot see it."""

    svg: str
    caption: str
    alternative: str
