"""Empty rows are no respondents, stray cells and sums are refused, and an SPSS file has the cases that it states."""

import io
import struct
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pandas as pd
import pyreadstat
import pytest

from practicework.errors import StudyError
from practicework.stages.ingest import read_file

ANSWERS = [[f"P{one}", one % 5 + 1, one * 3 % 5 + 1, one * 7 % 5 + 1] for one in range(20)]


@pytest.fixture
def workbook(tmp_path: Path) -> Callable[..., Path]:
    """Writes an Excel workbook with 20 respondents, changed by a function of the sheet."""

    def write(change: Callable) -> Path:
        book = openpyxl.Workbook()
        for row in [["id", "a", "b", "c"], *ANSWERS]:
            book.active.append(row)
        change(book.active)
        book.save(tmp_path / "survey.xlsx")
        return tmp_path / "survey.xlsx"

    return write


def test_empty_rows_of_a_workbook_are_listed(workbook):
    raw = read_file(workbook(lambda sheet: sheet.insert_rows(7, 3)))
    assert len(raw.rows) == 20
    assert raw.left_out == [(7, "empty row"), (8, "empty row"), (9, "empty row")]


@pytest.mark.parametrize(
    ("cell", "words"),
    [("B1048576", "1,048,554 empty rows above row 1048576"), ("XFD5", "16,379 empty columns before column 16384")],
)
def test_a_stray_cell_far_from_the_data_is_refused(workbook, cell, words):
    with pytest.raises(StudyError, match=words):
        read_file(workbook(lambda sheet: sheet.__setitem__(cell, "x")))


@pytest.mark.parametrize("word", ["Mean", "Total:", "Std. Dev.", "Mittelwert", "moyenne"])
def test_a_last_row_that_names_sums_is_refused(workbook, word):
    with pytest.raises(StudyError, match="row 22, contains sums or means"):
        read_file(workbook(lambda sheet: sheet.append([word, 3, 2.5, 3])))


SIX = "a,b,c\n1,2,3\n2,3,4\n3,4,5\n4,5,5\n5,5,5\n1,1,2\n"


@pytest.mark.parametrize(("row", "kind"), [("16,20,24", "sums"), ("2.67,3.33,4", "means"), ("2.6667,3.3333,4.0", "means")])
def test_a_last_row_of_sums_is_refused(tmp_path, row, kind):
    (tmp_path / "survey.csv").write_text(SIX + row + "\n")
    with pytest.raises(StudyError, match=f"row 8, contains the {kind} of the rows above"):
        read_file(tmp_path / "survey.csv")


@pytest.mark.parametrize("row", ["3,3,4", "16,20,23", "2.6,3.3,4"])
def test_a_last_row_of_answers_is_kept(tmp_path, row):
    (tmp_path / "survey.csv").write_text(SIX + row + "\n")
    assert len(read_file(tmp_path / "survey.csv").rows) == 7


def test_a_long_empty_stretch_is_refused(tmp_path):
    (tmp_path / "survey.csv").write_text("a,b\n1,2\n" + ",\n" * 101 + "1,2\n")
    with pytest.raises(StudyError, match="101 empty rows above row 104"):
        read_file(tmp_path / "survey.csv")
    (tmp_path / "survey.csv").write_text("a,b\n1,2\n" + ",\n" * 100_000)
    assert len(read_file(tmp_path / "survey.csv").rows) == 1


def test_a_file_with_too_many_cells_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("practicework.tables.files.text.MOST_CELLS", 20)
    (tmp_path / "survey.csv").write_text("a,b\n" + "1,2\n" * 11)
    with pytest.raises(StudyError, match="has more than"):
        read_file(tmp_path / "survey.csv")


@pytest.mark.parametrize("compress", [False, True])
@pytest.mark.parametrize("stated", [50, 150, -1])
def test_an_spss_file_has_the_cases_that_it_states(tmp_path, stated, compress):
    frame = pd.DataFrame({"a": range(1, 101), "b": range(1, 101)}, dtype=float)
    path = tmp_path / "survey.sav"
    pyreadstat.write_sav(frame, str(path), row_compress=compress)
    assert len(read_file(path).rows) == 100
    content = io.BytesIO(path.read_bytes())
    content.getbuffer()[80:84] = struct.pack("<i", stated)
    path.write_bytes(content.getvalue())
    if stated == -1:  # as programs write that do not know the number when they begin
        assert len(read_file(path).rows) == 100
    else:
        with pytest.raises(StudyError, match=f"states {stated} respondents but contains 100"):
            read_file(path)


def test_a_cut_spss_file_is_refused(tmp_path):
    path = tmp_path / "survey.sav"
    pyreadstat.write_sav(pd.DataFrame({"a": range(1, 101)}, dtype=float), str(path))
    path.write_bytes(path.read_bytes()[:-80])
    with pytest.raises(StudyError, match="damaged"):
        read_file(path)


def test_empty_cases_of_an_spss_file_are_listed(tmp_path):
    frame = pd.DataFrame({"a": [1.0, None, 3.0], "b": [1.0, None, 2.0]})
    pyreadstat.write_sav(frame, str(tmp_path / "survey.sav"))
    raw = read_file(tmp_path / "survey.sav")
    assert raw.lines == [1, 3]
    assert raw.left_out == [(2, "empty row")]
