"""What the report shows: tables declared by their columns, and figures; writers turn them into formats."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from practicework.report import apa
from practicework.report.apa import EMPTY, Shown

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Row = Mapping[str, object]
Value = str | Callable[[Row], object] | None
Digits = int | Callable[[Row], int]

HEADING = "_heading"
WIDE = 6
"""Columns from which a table takes the whole width of the page."""


@dataclass(frozen=True)
class Column:
    """One column of a table: its key, its heading, and the cell that it makes of a row."""

    key: str
    title: str
    cell: Callable[[Row], str]
    words: bool = False


def heading(label: str, **values: object) -> dict[str, object]:
    """Return a row that heads those below it; columns without a value in it stay empty."""
    return {HEADING: label, **values}


def text(key: str, title: str, value: Value = None) -> Column:
    """A column of words; an empty value is shown as a dash."""
    source = _source(value, key)

    def cell(row: Row) -> str:
        found = source(row)
        return "" if found is _ABSENT else EMPTY if found is None else found if isinstance(found, Shown) else str(found)

    return Column(key, title, cell, words=True)


def number(key: str, title: str, digits: Digits = 2, value: Value = None) -> Column:
    """A column of numbers that may exceed one; `digits` is a number or a function of the row."""
    return _formatted(key, title, value, lambda found, row: apa.number(found, _digits(digits, row)))


def unit(key: str, title: str, digits: Digits = 2, value: Value = None) -> Column:
    """A column of numbers that cannot exceed one, without leading zeros."""
    return _formatted(key, title, value, lambda found, row: apa.unit(found, _digits(digits, row)))


def integer(key: str, title: str, value: Value = None) -> Column:
    """A column of whole numbers."""
    return _formatted(key, title, value, lambda found, row: apa.integer(found))


def p(key: str, title: str, value: Value = None) -> Column:
    """A column of p values."""
    return _formatted(key, title, value, lambda found, row: apa.p(found))


def percent(key: str, title: str, digits: int = 0, value: Value = None) -> Column:
    """A column of percentages that are given in percent."""
    return _formatted(key, title, value, lambda found, row: apa.percent(found, digits))


def share(key: str, title: str, value: Value = None) -> Column:
    """A column of percentages that are given as shares from 0 to 1."""
    return _formatted(key, title, value, lambda found, row: apa.share(found))


def brief(key: str, title: str, value: Value = None) -> Column:
    """A column of values of a variable, with four significant digits."""
    return _formatted(key, title, value, lambda found, row: apa.brief(found))


def interval(key: str, title: str, low: str, high: str, digits: Digits = 2, *, of_unit: bool = False) -> Column:
    """A column of intervals, whose ends are two columns in the CSV file."""

    def cell(row: Row) -> str:
        if low not in row:
            return ""
        return apa.interval(row[low], row[high], _digits(digits, row), of_unit=of_unit)

    return Column(key, title, cell)


def made(key: str, title: str, cell: Callable[[Row], str], *, words: bool = False) -> Column:
    """A column whose cells a function makes; rows that are headings get none."""
    return Column(key, title, lambda row: "" if HEADING in row else cell(row), words=words)


def precision(error: str) -> Callable[[Row], int]:
    """Return digits that show two significant digits of a row's standard error."""
    return lambda row: apa.decimals_for(row[error])


class _Absent:
    """A row has no entry for a column."""


_ABSENT = _Absent()


def _source(value: Value, key: str) -> Callable[[Row], object]:
    if callable(value):
        return lambda row: _ABSENT if HEADING in row else value(row)
    return lambda row: row.get(value or key, _ABSENT)


def _formatted(key: str, title: str, value: Value, form: Callable[[object, Row], str]) -> Column:
    source = _source(value, key)

    def cell(row: Row) -> str:
        found = source(row)
        return "" if found is _ABSENT else form(found, row)

    return Column(key, title, cell)


def _digits(digits: Digits, row: Row) -> int:
    return digits(row) if callable(digits) else digits


@dataclass(frozen=True)
class Table:
    """One table of the report.

    Attributes
    ----------
    key : str
        The name of its files, which no change of words touches.
    title, note : str
    columns : tuple of str
        The columns' keys.
    header : list of str
        Their headings.
    rows : list of list of str
        Cells; those with numbers are `apa.Shown`, which keep all digits.
    row_keys : list of str
        What identifies each row in the CSV file.
    words : tuple of int
        Positions of the columns that hold text and are set flush left.
    groups : tuple of int
        Positions of rows that head those below them.
    bold : tuple of (int, int)
        Row and column of cells that stand out.
    """

    key: str
    title: str
    columns: tuple[str, ...]
    header: list[str]
    rows: list[list[str]]
    row_keys: list[str]
    note: str = ""
    words: tuple[int, ...] = ()
    groups: tuple[int, ...] = ()
    bold: tuple[tuple[int, int], ...] = ()

    @classmethod
    def of(
        cls,
        key: str,
        title: str,
        columns: Iterable[Column],
        rows: Iterable[Row],
        note: str = "",
        *,
        row: Value = None,
        bold: Callable[[Row, str], bool] | None = None,
    ) -> Table:
        """Make a table from rows and the columns that show them.

        Parameters
        ----------
        key, title : str
        columns : iterable of Column
        rows : iterable of mapping
            Rows made by `heading` head those below them; their label stands in the first column.
        note : str
        row : str or callable
            The entry of a row that identifies it, or a function of the row; by default the first column's text.
        bold : callable, optional
            Whether a row's cell in the column of a key stands out.
        """
        columns, rows = list(columns), list(rows)
        cells = [[column.cell(one) for column in columns] for one in rows]
        for one, made_cells in zip(rows, cells, strict=True):
            if HEADING in one:
                made_cells[0] = str(one[HEADING])
        identify = row if callable(row) else (lambda one: one[row]) if row else None
        keys = [
            str(identify(one)) if identify and HEADING not in one else str(made_cells[0])
            for one, made_cells in zip(rows, cells, strict=True)
        ]
        marked = (
            tuple((at, place) for at, one in enumerate(rows) for place, column in enumerate(columns) if bold(one, column.key))
            if bold
            else ()
        )
        return cls(
            key,
            title,
            tuple(column.key for column in columns),
            [column.title for column in columns],
            cells,
            keys,
            note,
            tuple(place for place, column in enumerate(columns) if column.words),
            tuple(at for at, one in enumerate(rows) if HEADING in one),
            marked,
        )

    @property
    def wide(self) -> bool:
        """Whether the table takes the whole width of the page."""
        return len(self.header) >= WIDE

    @property
    def name(self) -> str:
        """The name of its files."""
        return self.key

    def full(self) -> tuple[list[str], list[list[str | float | None]]]:
        """Return header and rows at full precision: the rows' keys, and a column for each number of a cell."""
        parts = [self._parts(place) for place in range(len(self.columns))]
        header = [f"{key}_{part}".strip("_") for key, some in zip(self.columns, parts, strict=True) for part in some]
        return ["row", *header], [
            [key, *(value for cell, some in zip(row, parts, strict=True) for value in _values(cell, some))]
            for key, row in zip(self.row_keys, self.rows, strict=True)
        ]

    def _parts(self, place: int) -> list[str]:
        """What identifies the numbers of a column's cells: nothing where each cell has one, such as `low` and `high`."""
        found: dict[str, None] = {}
        for row in self.rows:
            found |= dict.fromkeys(getattr(row[place], "values", ()))
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
        from practicework.report.style import svg

        return svg(self.figure)

    @cached_property
    def png(self) -> bytes:
        """The figure as a PNG image for print."""
        from practicework.report.style import png

        return png(self.figure)


def _values(cell: str, parts: list[str]) -> list[str | float | None]:
    if isinstance(cell, Shown):
        return [cell.values.get(part) for part in parts]
    return ["" if cell == EMPTY else str(cell), *[""] * (len(parts) - 1)]
