"""Text files with separators: what they are encoded in, what stands between the cells, and the cells.

The csv module reads them row by row, since pandas shifts columns silently where rows are too long.
"""

import codecs
import csv
import io
import mmap
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from practicework.errors import StudyError
from practicework.tables.files.grid import Grid, empty

csv.field_size_limit(10_000_000)

DELIMITERS = "\t;|,"
_HEAD = 1_000_000  # characters; Qualtrics puts whole questionnaires above the first answer
_BLOCK = 1 << 20
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_QUOTED = '"[^"]*(?:""[^"]*)*"'


def grid(path: Path, shown: str, tells_nulls: Callable[[list[list[str]]], bool] = lambda head: False) -> Grid:
    """The file's cells.

    Parameters
    ----------
    path : Path
    shown : str
        How messages name the file.
    tells_nulls : callable
        From the first rows, whether an empty cell without quotes means that the question was not shown.

    Raises
    ------
    StudyError
        The file is empty, binary, of no known encoding, or no valid CSV.
    """
    encoding = _encoding(path, shown)
    with path.open(encoding=encoding, newline="") as file:
        text = file.read(_HEAD)
    if re.match(r"\s*<(!doctype|html|\?xml)", text, re.IGNORECASE):
        raise StudyError(f"{shown} is a web page and no table; log in to the survey tool and export the responses again.")
    hint = re.match(r'\ufeff?"?sep=([,;\t|])"?\r?\n', text)  # a line that only Excel understands
    delimiter = hint[1] if hint else _delimiter(text)
    rows, lines = [], []
    with path.open(encoding=encoding, newline="") as file:
        if hint:
            file.readline()
        first = 2 if hint else 1
        quoted = text.lstrip("\r\n").startswith('"')  # a spreadsheet that saves the file again takes the quotes off
        records = (
            _with_nulls(file, delimiter)
            if quoted and (head := _records(text, delimiter, 5)) and tells_nulls(head)
            else csv.reader(file, delimiter=delimiter, strict=True)
        )
        try:
            for number, row in enumerate(records, first):
                if row and (rows or any(cell.strip() for cell in row)):  # a person without any answer is still a person
                    rows.append(row)
                    lines.append(number)
        except csv.Error as error:
            raise StudyError(f"{shown}, after row {len(rows)}, is not valid CSV ({error}); export the responses again.") from None
    while rows and all(map(empty, rows[-1])):  # but spreadsheets pad the end with empty rows
        del rows[-1], lines[-1]
    if not rows:
        raise StudyError(f"{shown} has no cell with a text; export the responses again.")
    return Grid(shown, rows, lines, delimiter)


def _with_nulls(file: io.TextIOBase, delimiter: str) -> Iterator[list[str | None]]:
    """The rows with None for an empty cell without quotes, which the csv module cannot tell from one with quotes."""
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
    """The name of the encoding, as Python knows it."""
    if not path.stat().st_size:
        raise StudyError(f"{shown} is empty; export the responses again.")
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        start = content[:4096]
        zeros = [start[at::2].count(0) / max(1, len(start[at::2])) for at in (0, 1)]  # Latin letters have one in UTF-16
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
    """Where the content stops to be text of an encoding, if it does."""
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
    """Whether this is UTF-8 with some wrong bytes, which would turn every accent into two other characters."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    wrong = right = 0
    for step in range(0, len(content), _BLOCK):
        text = decoder.decode(content[step : step + _BLOCK])
        bad = text.count("\ufffd")
        wrong += bad
        right += len(text) - len(text.encode("ascii", "ignore")) - bad
    return right >= wrong


def _delimiter(text: str) -> str:
    """The separator with which the first rows have the same number of cells; among equals, the most cells."""

    def fits(delimiter: str) -> tuple[float, int]:
        widths = [len(row) for row in _records(text, delimiter, 100)]
        if not widths or widths[0] == 1:
            return 0.0, 0
        return round(widths.count(widths[0]) / len(widths), 1), widths[0]

    best = max(DELIMITERS, key=fits)  # the first of equals; the comma last, as it also stands in numbers
    if fits(best)[0] > 0.1 or len(_records(text, best, 3)) < 2:
        return best if fits(best)[1] else ","
    first = "".join("".join(text.lstrip("\r\n").splitlines()[:1]).split('"')[::2])
    return max(",;\t|", key=first.count)  # every row broken: the message should at least count the right cells


def _records(text: str, delimiter: str, most: int) -> list[list[str]]:
    """The first rows that are not blank; the last one of a long text is cut and left out."""
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
