"""Excel workbooks: read one sheet as text."""

import datetime as dt
import re
import zipfile
from pathlib import Path

from practicework.errors import StudyError
from practicework.tables.files import personal
from practicework.tables.files.grid import MOST_CELLS, Grid, Reading, empty, too_large

NAME = "Excel workbook"

_LARGEST = 1 << 30  # bytes when unpacked
_NO_VALUE = re.compile(  # a formula whose result is an empty text has the type "str"
    rb'<c\b(?![^<>]*\bt="(?:str|e)")[^<>]*>(?:<f[^<>]*>[^<]*</f>|<f[^<>]*/>)(?:<v\s*/>|<v></v>)?</c>'
)


def grid(path: Path, shown: str, reading: Reading = Reading()) -> Grid:  # noqa: B008
    """Read the cells of the named sheet, or of the only one with data.

    Raises
    ------
    StudyError
        The workbook is damaged, in the old format, protected or too large, or has several sheets with data or
        formulas without values.
    """
    damaged = f"{shown} is not an Excel workbook or is damaged; save it again as .xlsx, or export the responses as CSV."
    try:
        _check(path, shown)
        sheets = _sheets(path, shown)
    except StudyError:
        raise
    except Exception:  # openpyxl does not wrap the errors of its XML parser and its own tables
        raise StudyError(damaged) from None
    if not sheets:
        raise StudyError(f"{shown} contains only empty cells; export the responses again.")
    names = ", ".join(map(personal.shown, sheets))
    if reading.sheet is not None and reading.sheet not in sheets:
        raise StudyError(f"{shown} has no sheet {personal.shown(reading.sheet)} with data, but {names}; correct 'sheet'.")
    if len(sheets) > 1 and reading.sheet is None:
        raise StudyError(
            f"{shown} has {len(sheets)} sheets with data ({names}); name the one with the responses under the sample's 'sheet', "
            "or with --sheet."
        )
    rows, lines = sheets[reading.sheet or next(iter(sheets))]
    width = max(map(len, rows))
    while all(len(row) < width or not row[width - 1] for row in rows):
        width -= 1
    for row in rows:
        row.extend([""] * (width - len(row)))
        del row[width:]
    return Grid(shown, rows, lines, reading=reading)


def _check(path: Path, shown: str) -> None:
    """Refuse files that openpyxl cannot read or would silently misread."""
    with path.open("rb") as file:
        if file.read(4) == b"\xd0\xcf\x11\xe0":
            raise StudyError(f"{shown} is an old or protected Excel workbook; save it as .xlsx without a password.")
    with zipfile.ZipFile(path) as archive:
        parts = archive.infolist()
        if sum(part.file_size for part in parts) > _LARGEST:
            raise StudyError(f"{shown} unpacks to more than one gigabyte; export the responses as CSV.")
        if "xl/workbook.xml" not in archive.namelist():
            raise StudyError(f"{shown} is an archive, not an Excel workbook; unpack it, or save it as .xlsx.")
        for part in parts:
            if part.filename.startswith("xl/worksheets/"):
                with archive.open(part) as sheet:
                    rest = b""
                    while block := sheet.read(1 << 20):
                        if _NO_VALUE.search(rest + block):
                            raise StudyError(f"{shown} has formulas without values; open it in Excel and save it there.")
                        rest = block[-10_000:]


def _sheets(path: Path, shown: str) -> dict[str, tuple[list[list[str]], list[int]]]:
    """Return the rows and row numbers of each sheet that contains text."""
    import openpyxl

    sheets = {}
    with path.open("rb") as file:  # opened here, since openpyxl refuses names that do not end in .xlsx
        for sheet in openpyxl.load_workbook(file, read_only=True, data_only=True).worksheets:
            sheet.reset_dimensions()  # some programs write a wrong size
            rows, lines, width = [], [], 0
            for number, values in enumerate(sheet.iter_rows(values_only=True), 1):
                if not any(value is not None for value in values):
                    continue
                row = ["" if value is None else value if type(value) is str else cell_text(value) for value in values]
                if any(not empty(cell) for cell in row):
                    rows.append(row)
                    lines.append(number)
                    width = max(width, len(row))
                    if width * len(rows) > MOST_CELLS:
                        raise too_large(shown)
            if rows:
                sheets[sheet.title] = rows, lines
    return sheets


def cell_text(value: object) -> str:
    """Convert a value to text: 4 for 4.0, ISO dates, TRUE and FALSE."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, dt.datetime):
        value = value.replace(microsecond=0)
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ")
    if isinstance(value, dt.timedelta):
        return f"{value.total_seconds():g}"
    return value.isoformat() if isinstance(value, (dt.date, dt.time)) else str(value)
