"""Read delimited text files: detect the encoding and the separator, then read the cells.

The csv module reads them row by row, because pandas silently shifts columns if rows are too long.
"""

import codecs
import csv
import io
import mmap
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from practicework.errors import StudyError
from practicework.tables.files.grid import MOST_CELLS, Grid, too_large

csv.field_size_limit(10_000_000)

DELIMITERS = "\t;|,"
_HEAD = 1_000_000  # characters; Qualtrics puts whole questionnaires above the first answer
_BLOCK = 1 << 20
FORMULA = "=+-@\t\r"
"""Marks with which a spreadsheet starts to compute a cell."""

_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_QUOTED = '"[^"]*(?:""[^"]*)*"'


def grid(path: Path, shown: str, tells_nulls: Callable[[list[list[str]]], bool] = lambda head: False) -> Grid:
    """Return the cells of a text file.

    Parameters
    ----------
    path : Path
    shown : str
        Name of the file in messages.
    tells_nulls : callable
        Returns, given the first rows, whether an unquoted empty cell means that the question was not shown.

    Raises
    ------
    StudyError
        If the file is empty, binary, of unknown encoding, too large, or not valid CSV.
    """
    encoding = _encoding(path, shown)
    with path.open(encoding=encoding, newline="") as file:
        text = file.read(_HEAD)
    if re.match(r"\s*<(!doctype|html|\?xml)", text, re.IGNORECASE):
        raise StudyError(f"{shown} is a web page, not a table; log in to the survey tool and export the responses again.")
    hint = re.match(r'\ufeff?"?sep=([,;\t|])"?\r?\n', text)  # a line that only Excel understands
    delimiter = hint[1] if hint else _delimiter(text)
    rows, lines, cells = [], [], 0
    with path.open(encoding=encoding, newline="") as file:
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
                if any(map(str.strip, filter(None, row))):
                    rows.append(row)
                    lines.append(number)
                    cells += len(row)
                    if cells > MOST_CELLS:
                        raise too_large(shown)
        except csv.Error as error:
            raise StudyError(f"{shown}, after row {len(rows)}, is not valid CSV ({error}); export the responses again.") from None
    if not rows:
        raise StudyError(f"{shown} contains only empty cells; export the responses again.")
    return Grid(shown, rows, lines, delimiter)


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


def _encoding(path: Path, shown: str) -> str:
    """Return Python's name of the encoding."""
    if not path.stat().st_size:
        raise StudyError(f"{shown} is empty; export the responses again.")
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        start = content[:4096]
        zeros = [start[at::2].count(0) / max(1, len(start[at::2])) for at in (0, 1)]  # Latin letters have a zero byte in UTF-16
        if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            encoding = "utf-16"
        elif zeros[0] > 0.7 and zeros[1] < 0.1:
            encoding = "utf-16-be"
        elif zeros[1] > 0.7 and zeros[0] < 0.1:
            encoding = "utf-16-le"
        elif content.find(b"\0") >= 0:
            raise StudyError(f"{shown} is not a text file; export the responses as CSV.")
        else:
            encoding = "utf-8-sig"
        blank = True
        for step in range(0, len(content), _BLOCK):
            blank = blank and not content[step : step + _BLOCK].strip()
        if blank:
            raise StudyError(f"{shown} is empty; export the responses again.")
        wrong = _first_wrong(content, encoding)
        if wrong is None:
            return encoding
        row = content[:wrong].count(b"\n") + 1
        if encoding != "utf-8-sig":
            raise StudyError(f"{shown}, row {row}, has a character that is not UTF-16; save the file as 'CSV UTF-8'.")
        if _first_wrong(content, "cp1252") is None and not _damaged(content):
            return "cp1252"
    raise StudyError(f"{shown}, row {row}, has a character that is not UTF-8; save the file as 'CSV UTF-8'.")


def _first_wrong(content: mmap.mmap, encoding: str) -> int | None:
    """Return where the content is first invalid in an encoding, or None if it is valid."""
    decoder = codecs.getincrementaldecoder(encoding)()
    for step in range(0, len(content), _BLOCK):
        block = content[step : step + _BLOCK]
        try:
            text = decoder.decode(block, final=step + _BLOCK >= len(content))
        except UnicodeDecodeError as error:
            return step + error.start
        if encoding == "cp1252" and _CONTROL.search(text):
            return step
        if encoding.startswith("utf-16") and "\0" in text:
            return step
    return None


def _damaged(content: mmap.mmap) -> bool:
    """Return whether this is UTF-8 with some invalid bytes, whose accented letters another encoding would garble."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    wrong = right = 0
    for step in range(0, len(content), _BLOCK):
        text = decoder.decode(content[step : step + _BLOCK])
        bad = text.count("\ufffd")
        wrong += bad
        right += len(text) - len(text.encode("ascii", "ignore")) - bad
    return right >= wrong


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
    formula = isinstance(cell, str) and cell[:1] and cell[0] in FORMULA and not _NUMBER.fullmatch(cell)
    return f"'{cell}" if formula else cell
