"""Plain delimited text: UTF-8, with comma, semicolon or tab, one header row.

The csv module reads the file, since pandas shifts columns silently where rows are too long.
"""

import csv
import io
from pathlib import Path

from practicework.errors import StudyError
from practicework.ingest.raw import RawTable

csv.field_size_limit(10_000_000)


def read(path: Path, shown: str) -> RawTable:
    """The file's cells.

    Raises
    ------
    StudyError
        The file is empty, binary, not UTF-8, no valid CSV, has no respondent, or a row with more or
        fewer cells than the header.
    """
    content = path.read_bytes()
    if not content.strip():
        raise StudyError(f"{shown} is empty; export the responses again.")
    if b"\0" in content:
        raise StudyError(f"{shown} is not a text file; export the responses as CSV.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = content[: error.start].count(b"\n") + 1
        raise StudyError(f"{shown}, row {row}, has a character that is not UTF-8; save the file as 'CSV UTF-8'.") from None
    rows, lines = [], []
    try:
        for number, row in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True), 1):
            if row and (rows or any(cell.strip() for cell in row)):  # a person without any answer is still a person
                rows.append(row)
                lines.append(number)
    except csv.Error as error:
        raise StudyError(f"{shown}, after row {len(rows)}, is not valid CSV ({error}); export the responses again.") from None
    while rows and not any(cell.strip() for cell in rows[-1]):  # but spreadsheets pad the end with empty rows
        del rows[-1], lines[-1]
    if not rows:
        raise StudyError(f"{shown} has no cell with a text; export the responses again.")
    header = [heading.strip() for heading in rows[0]]
    for line, row in zip(lines[1:], rows[1:], strict=True):
        if len(row) != len(header):
            raise StudyError(
                f"{shown}, row {line}, has {len(row)} cells where the header has {len(header)}; "
                "correct the row (a text with the separator in it needs quotes)."
            )
    if len(rows) == 1:
        raise StudyError(f"{shown} has a header but no respondent; export the responses again.")
    return RawTable(shown, header, rows[1:], lines[1:])


def _delimiter(text: str) -> str:
    """The separator that occurs most in the first row, outside of quotes."""
    first = "".join(text.lstrip("\r\n").splitlines()[:1])
    bare = "".join(first.split('"')[::2])
    return max(",;\t", key=bare.count)
