"""Read delimited text files: detect the encoding and the separator, then read the cells.

The csv module reads them row by row, because pandas silently shifts columns if rows are too long.
"""

import csv
import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from practicework.errors import StudyError
from practicework.tables.files.encoding import encoding
from practicework.tables.files.grid import MOST_CELLS, Grid, Reading, too_large
from practicework.tables.files.numbers import number

csv.field_size_limit(10_000_000)

DELIMITERS = "\t;|,"
_HEAD = 1_000_000  # characters; Qualtrics puts whole questionnaires above the first answer
FORMULA = "=+-@\t\r"
"""Marks with which a spreadsheet starts to compute a cell."""

_QUOTED = '"[^"]*(?:""[^"]*)*"'


def grid(
    path: Path,
    shown: str,
    tells_nulls: Callable[[list[list[str]]], bool] = lambda head: False,
    reading: Reading = Reading(),  # noqa: B008
) -> Grid:
    """Return the cells of a text file.

    Parameters
    ----------
    path : Path
    shown : str
        Name of the file in messages.
    tells_nulls : callable
        Returns, given the first rows, whether an unquoted empty cell means that the question was not shown.
    reading : Reading
        What the config declares about the file.

    Raises
    ------
    StudyError
        If the file is empty, binary, of unknown encoding, too large, or not valid CSV.
    """
    encoded = encoding(path, shown, reading.encoding)
    with path.open(encoding=encoded, newline="") as file:
        text = file.read(_HEAD)
    if re.match(r"\s*<(!doctype|html|\?xml)", text, re.IGNORECASE):
        raise StudyError(f"{shown} is a web page, not a table; log in to the survey tool and export the responses again.")
    hint = re.match(r'\ufeff?"?sep=([,;\t|])"?\r?\n', text)  # a line that only Excel understands
    delimiter = hint[1] if hint else _delimiter(text)
    rows, lines, cells = [], [], 0
    with path.open(encoding=encoded, newline="") as file:
        if hint:
            file.readline()
        first = 2 if hint else 1
        quoted = text.lstrip("\r\n").startswith('"')  # spreadsheets remove the quotes when they save the file
        records = (
            _with_nulls(file, delimiter)
            if quoted and (head := _records(text, delimiter, 5)) and tells_nulls(head)
            else csv.reader(file, delimiter=delimiter, strict=True)
        )
        try:
            for number, row in enumerate(records, first):
                if (row and row[0] and row[0].strip()) or any(map(str.strip, filter(None, row))):
                    rows.append(row)
                    lines.append(number)
                    cells += len(row)
                    if cells > MOST_CELLS:
                        raise too_large(shown)
        except csv.Error as error:
            raise StudyError(f"{shown}, after row {len(rows)}, is not valid CSV ({error}); export the responses again.") from None
    if not rows:
        raise StudyError(f"{shown} contains only empty cells; export the responses again.")
    return Grid(shown, rows, lines, delimiter, reading)


def _with_nulls(file: io.TextIOBase, delimiter: str) -> Iterator[list[str | None]]:
    """Yield the rows, with None for unquoted empty cells, which the csv module does not distinguish from quoted ones."""
    taken: list[str] = []

    def kept() -> Iterator[str]:
        for line in file:
            taken.append(line)
            yield line

    cells = re.compile(rf"({_QUOTED}|[^{re.escape(delimiter)}\r\n]*)(?:{re.escape(delimiter)}|\r?\n?\Z)")
    for row in csv.reader(kept(), delimiter=delimiter, strict=True):
        if "" in row:
            written = cells.findall("".join(taken))[: len(row)]
            if len(written) == len(row) > 1:
                at = -1
                for _ in range(written.count("")):
                    at = written.index("", at + 1)
                    row[at] = None
        taken.clear()
        yield row


def _delimiter(text: str) -> str:
    """Return the separator that gives the first rows the same number of cells; in a tie, the most cells."""

    def fits(delimiter: str) -> tuple[float, int]:
        widths = [len(row) for row in _records(text, delimiter, 100)]
        if not widths or widths[0] == 1:
            return 0.0, 0
        return round(widths.count(widths[0]) / len(widths), 1), widths[0]

    best = max(DELIMITERS, key=fits)  # the first in a tie; the comma last, as it also occurs in numbers
    if fits(best)[0] > 0.1 or len(_records(text, best, 3)) < 2:
        return best if fits(best)[1] else ","
    first = "".join("".join(text.lstrip("\r\n").splitlines()[:1]).split('"')[::2])
    return max(",;\t|", key=first.count)  # every row is broken: the message should at least count the right cells


def _records(text: str, delimiter: str, most: int) -> list[list[str]]:
    """Return the first rows that are not blank, without the truncated last row of a long text."""
    records = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            if row and any(cell.strip() for cell in row):
                records.append(row)
            if len(records) > most:
                break
    except csv.Error:
        pass
    return records[:most] if len(records) > most or len(text) < _HEAD else records[:-1]


def inert(cell: object) -> object:
    """Return a cell so that no spreadsheet computes it: a text that starts like a formula gets an apostrophe."""
    formula = isinstance(cell, str) and cell[:1] and cell[0] in FORMULA and number(cell) is None
    return f"'{cell}" if formula else cell
