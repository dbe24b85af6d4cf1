"""Readers of SPSS files and Excel workbooks: codes, missing codes, values of every type, and damaged files."""

import datetime as dt
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import exports
import openpyxl
import pandas as pd
import pyreadstat
import pytest
from reading import reasons, refused

from practicework.tables.files.raw import DIRECT, NETWORK, RawTable
from practicework.tables.readers import detect
from practicework.tables.readers.excel import cell_text

# SPSS


@pytest.fixture
def sav(tmp_path) -> Callable[..., RawTable]:
    """Reads a .sav of these columns."""

    def run(columns: dict[str, list], **facts: object) -> RawTable:
        pyreadstat.write_sav(pd.DataFrame(columns), str(tmp_path / "a.sav"), **facts)
        return detect.read(tmp_path / "a.sav", "a.sav", None)

    return run


def test_spss_codes_and_declared_missing_codes(sav):
    """Codes as people write them; a range and a single code; texts too; SPSS's own mark for missing."""
    raw = sav(
        {"q": [1.0, 4, 98, 95, -99, None], "s": ["a ", "-oth-", "", "b", "c", "d"], "x": [0.5, 1e6, 2, 3, 4, -7]},
        missing_ranges={"q": [{"lo": 90, "hi": 98}, -99], "s": ["-oth-"]},
        variable_value_labels={"q": {1: "Don't agree", 5: "Agree"}},
        column_labels={"q": "<b>How</b> far? - Item"},
    )
    assert [row[0] for row in raw.rows] == ["1", "4", "98", "95", "-99", None]
    assert [row[1] for row in raw.rows] == ["a", "-oth-", "", "b", "c", "d"]
    assert [row[2] for row in raw.rows] == ["0.5", "1000000", "2", "3", "4", "-7"]
    assert raw.missing == {0: frozenset({"98", "95", "-99"}), 1: frozenset({"-oth-"})}
    assert raw.labels == {0: {"1": "Don't agree", "5": "Agree"}}
    assert raw.texts == ["How far? - Item", "", ""]
    assert raw.aliases[0] == ("Item",)


def test_spss_dates(sav):
    raw = sav({"d": [dt.date(2024, 3, 1)], "t": [dt.datetime(2024, 3, 1, 17, 5)], "z": pd.to_datetime(["2024-03-01"])})
    assert raw.rows == [["2024-03-01", "2024-03-01 17:05:00", "2024-03-01"]]


def test_spss_from_limesurvey(written):
    """SPSS allows no brackets; the wording stands in the label."""
    raw = written["spss"]
    assert "G01Q01[SQ001]" in raw.aliases[raw.header.index("G01Q01_SQ001")]
    assert exports.WORDING["p_1"] in raw.aliases[raw.header.index("G01Q01_SQ001")]


def test_spss_from_qualtrics(sav):
    """Its columns are known by name, and previews by their code."""
    names = ("StartDate", "Status", "IPAddress", "Progress", "Duration__in_seconds_", "Finished", "ResponseId", "Q1")
    raw = sav(
        dict(zip(names, [["x"] * 2, [0, 1], ["192.0.2.1"] * 2, [100] * 2, [61, 62], [1, 1], ["R_1"] * 2, [4, 5]], strict=True))
    )
    assert (len(raw.rows), raw.left_out, raw.duration, raw.finished) == (1, [(2, "preview")], 4, 5)
    assert {"IPAddress": NETWORK, "ResponseId": DIRECT}.items() <= reasons(raw).items()


def test_damaged_spss_files(read, tmp_path):
    exports.spss(tmp_path / "good.sav")
    good = (tmp_path / "good.sav").read_bytes()
    for content in (good[:300], b"$FL2" + b"x" * 500, b"a,b\n1,2\n"):
        refused(read, content, "is not an SPSS file or is damaged", "a.sav")
    assert read(good, "renamed.dat").tool == "SPSS"


# Excel


@pytest.mark.parametrize(
    ("value", "text"),
    [
        *((4, "4"), (4.0, "4"), (3.5, "3.5"), (-99.0, "-99"), (1e300, "1e+300"), (True, "TRUE"), (False, "FALSE")),
        (dt.datetime(2024, 2, 1), "2024-02-01"),
        (dt.datetime(2024, 2, 1, 17, 5, 0, 10), "2024-02-01 17:05:00"),
        (dt.date(2024, 2, 1), "2024-02-01"),
        (dt.time(17, 5), "17:05:00"),
        (dt.timedelta(minutes=2), "120"),
    ],
)
def test_excel_values(value, text):
    assert cell_text(value) == text


def workbook(tmp_path: Path, sheets: dict[str, list[list]], change: Callable | None = None) -> bytes:
    """A workbook's bytes."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    if change:
        change(book)
    book.save(tmp_path / "made.xlsx")
    return (tmp_path / "made.xlsx").read_bytes()


def test_excel_sheets(read, tmp_path):
    """The one with data, wherever it stands; merged headings are one heading and empty ones."""
    rows = [[], ["a", "b", None], [1, "x", None], [None, None, None], [2.0, None, None], [], [None, None]]
    raw = read(workbook(tmp_path, {"Empty": [], "Data": rows}, lambda book: book["Data"].merge_cells("A2:B2")), "a.xlsx")
    assert raw.lines == [3, 5]
    assert raw.rows == [["1", "x"], ["2", ""]]
    assert raw.header == ["a", ""]
    refused(
        read,
        workbook(tmp_path, {"One": rows, "Two": rows}),
        "has 2 sheets with data \\('One', 'Two'\\); name the one with",
        "a.xlsx",
    )
    refused(read, workbook(tmp_path, {"One": []}), "contains only empty cells", "a.xlsx")
    refused(read, workbook(tmp_path, {"One": [["a", "b"]]}), "has a header but no respondent", "a.xlsx")


def test_excel_formulas(read, tmp_path):
    """Without the values that Excel stores beside them they would silently be empty."""
    refused(
        read, workbook(tmp_path, {"A": [["a", "b"], [1, "=A2+1"]]}), "has formulas without values; open it in Excel", "a.xlsx"
    )


def test_what_is_no_workbook(read, tmp_path, monkeypatch):
    good = workbook(tmp_path, {"A": [["a", "b"], [1, 2]]})
    assert read(good, "named.csv").rows == [["1", "2"]]
    refused(read, good[: len(good) // 2], "is not an Excel workbook or is damaged", "a.xlsx")
    refused(read, b"\xd0\xcf\x11\xe0" + b"x" * 600, "is an old or protected Excel workbook; save it as .xlsx", "a.xls")
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("survey.csv", "a,b\n1,2\n")
    refused(read, archive.getvalue(), "is an archive, not an Excel workbook; unpack it", "a.zip")
    monkeypatch.setattr("practicework.tables.readers.excel._LARGEST", 1000)
    refused(read, good, "unpacks to more than one gigabyte", "a.xlsx")
