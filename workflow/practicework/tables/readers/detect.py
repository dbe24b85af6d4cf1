"""Detection: identify the program that wrote a file by its first bytes and rows."""

import zipfile
from pathlib import Path

from practicework.errors import StudyError
from practicework.tables.files import text
from practicework.tables.files.grid import Grid, Reading
from practicework.tables.files.raw import RawTable
from practicework.tables.files.respondents import respondents
from practicework.tables.readers import (
    coded,
    csv_file,
    excel,
    google_forms,
    jotform,
    limesurvey,
    microsoft_forms,
    qualtrics,
    redcap,
    sosci,
    spss,
    surveymonkey,
)

LAYOUTS = {
    "qualtrics": qualtrics,
    "limesurvey": limesurvey,
    "google_forms": google_forms,
    "redcap": redcap,
    "surveymonkey": surveymonkey,
    "sosci": sosci,
    "microsoft_forms": microsoft_forms,
    "jotform": jotform,
    "csv": csv_file,
    "coded": coded,
}
"""Layouts in the order in which they are tried; text files and workbooks may have any of them.

Every grid matches the plain table, so a coded table is read as such only if the config names its reader.
"""

READERS = (*LAYOUTS, "spss", "excel")
"""The readers that a config may name."""

_OLE = b"\xd0\xcf\x11\xe0"
_WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".ods")


def read(path: Path, shown: str, reader: str | None, reading: Reading = Reading()) -> RawTable:  # noqa: B008
    """Read a file with the named or the detected reader.

    Parameters
    ----------
    path : Path
    shown : str
        How messages name the file.
    reader : str or None
        One of `READERS` if the config names it; otherwise the format is detected.
    reading : Reading
        Encoding, sheet, decimal mark and thousands separator, as far as the config declares them.

    Raises
    ------
    StudyError
        The file is empty, damaged, not a table, not in the format of the named reader, or has stray cells or sums.
    """
    return respondents(_read(path, shown, reader, reading))


def _read(path: Path, shown: str, reader: str | None, reading: Reading) -> RawTable:
    kind = _kind(path)
    for key, kinds in (("sheet", "excel"), ("encoding", "text")):
        if getattr(reading, key) and kind != kinds:
            what = "a workbook" if key == "sheet" else "a text file"
            raise StudyError(f"{shown} is not {what}, so '{key}' does not apply; remove it.")
    if reader == "spss" or (reader is None and kind == "spss"):
        _fits(kind == "spss" or not _other(path, kind, ".sav", ".zsav"), shown, reader, spss.NAME)
        return spss.read(path, shown)
    if reader == "excel":
        _fits(kind == "excel" or not _other(path, kind, *_WORKBOOKS), shown, reader, excel.NAME)
        return csv_file.table(excel.grid(path, shown, reading))
    _fits(kind != "spss" and (reader != "csv" or kind == "text"), shown, reader, LAYOUTS[reader or "csv"].NAME)
    grid = excel.grid(path, shown, reading) if kind == "excel" else text.grid(path, shown, limesurvey.matches, reading)
    return _layout(grid, reader).table(grid)


def _layout(grid: Grid, reader: str | None) -> object:
    """Return the module of the named layout or of the first one that matches."""
    head = grid.rows[:5]
    if reader:
        _fits(LAYOUTS[reader].matches(head), grid.shown, reader, LAYOUTS[reader].NAME)
        return LAYOUTS[reader]
    return next(layout for layout in LAYOUTS.values() if layout.matches(head))


def _kind(path: Path) -> str:
    """Return `spss`, `excel` or `text`, according to the first bytes or, failing that, the file's name."""
    with path.open("rb") as file:
        start = file.read(4)
    if start in spss.MAGIC:
        return "spss"
    if start == _OLE or (start == b"PK\x03\x04" and zipfile.is_zipfile(path)):
        return "excel"
    if start and path.suffix.lower() in _WORKBOOKS and start.strip()[:1] != b"<":
        return "excel"
    return "spss" if start and path.suffix.lower() in (".sav", ".zsav") else "text"


def _other(path: Path, kind: str, *suffixes: str) -> bool:
    """Return whether a file has another format than its reader's, rather than being damaged."""
    return kind == "text" or path.suffix.lower() not in suffixes


def _fits(fits: bool, shown: str, reader: str | None, name: str) -> None:
    if not fits:
        article = "an" if name[0] in "AES" else "a"
        raise StudyError(
            f"{shown} is not {article} {name}, as the reader '{reader}' requires; "
            "correct the sample's reader, or remove it to detect the format."
        )
