"""Readers: every tool's export is recognised, and text files are read whatever their separators and encoding."""

import csv

import exports
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reading import outcome, reasons, refused

from practicework.tables.files.grid import Reading, plain
from practicework.tables.readers import detect

# every format


@pytest.mark.parametrize("name", exports.EXPORTS)
def test_detection(name, written):
    """The tool, everybody, and every column that the study needs."""
    raw, export = written[name], exports.EXPORTS[name]
    assert raw.tool == export.tool
    assert (len(raw.rows), len(raw.lines), len(raw.left_out)) == (12, 12, export.left_out)
    assert {len(row) for row in raw.rows} == {len(raw.header)}
    assert len(raw.texts) in (0, len(raw.header))
    assert len(raw.aliases) in (0, len(raw.header))
    for column in export.columns.values():
        places = [
            at
            for at, heading in enumerate(raw.header)
            if column in (heading, *(raw.aliases[at] if raw.aliases else ()), raw.texts[at] if raw.texts else "")
        ]
        assert len(places) == 1, column


@pytest.mark.parametrize("name", exports.EXPORTS)
def test_rows_are_numbered_as_a_spreadsheet_does(name, written):
    """After the headings; the rows left out keep their numbers."""
    raw = written[name]
    first = {"Qualtrics": 4, "SPSS": 1, "SurveyMonkey": 3}.get(raw.tool, 2) - (name == "qualtrics legacy")
    lines = sorted([*raw.lines, *(line for line, _ in raw.left_out)])
    assert lines == list(range(first, first + len(lines)))


@pytest.mark.parametrize("name", ["qualtrics numeric", "limesurvey code", "google forms", "redcap", "csv", "tsv"])
def test_a_workbook_has_the_same_layout(name, written, tmp_path):
    """Whoever opened the export in Excel and saved it there."""
    path = tmp_path / exports.EXPORTS[name].file
    exports.EXPORTS[name].write(path)
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.reader(file, delimiter={"limesurvey code": ";", "tsv": "\t"}.get(name, ",")))
    exports.workbook(tmp_path / "a.xlsx", lines)
    raw = detect.read(tmp_path / "a.xlsx", "a.xlsx", None)
    assert raw.header == written[name].header
    assert raw.rows == [[cell or "" for cell in row] for row in written[name].rows]
    assert reasons(raw) == reasons(written[name])


# text files

TABLE = 'id,"a; b",c\n1,2,3\n4,5,6\n'
CELLS = [["1", "2", "3"], ["4", "5", "6"]]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param('id;"a, b";c\n1;2;3\n4;5;6\n', id="semicolons, commas in a heading"),
        pytest.param('id,"a; b; b; b",c\n1,2,3\n4,5,6\n', id="commas, more semicolons in a heading"),
        pytest.param('id,"a;\nb;\nb",c\n1,2,3\n4,5,6\n', id="a heading of three lines"),
        pytest.param("id,a; b; b,c\n1,2,3\n4,5,6\n", id="semicolons in a heading without quotes"),
        pytest.param("id|a, b|c\n1|2|3\n4|5|6\n", id="pipes"),
        pytest.param("sep=;\nid;a;c\n1;2;3\n4;5;6\n", id="the hint that Excel understands"),
        pytest.param("\r\n\r\nid\ta\tc\r\n1\t2\t3\r\n4\t5\t6\r\n", id="blank lines above"),
        pytest.param("id,a,c\r1,2,3\r4,5,6\r", id="old line ends"),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-16-be"])
def test_separators_and_encodings(read, content, encoding):
    """Any of them with any."""
    raw = read(content.encode(encoding))
    assert (raw.rows, len(raw.header)) == (CELLS, 3)
    assert raw.header[0] == "id"


def test_cp1252_is_read_where_it_is_no_utf_8(read):
    """Its curly apostrophe too, which is a control character in latin-1."""
    assert read("a;b\nd’accord;Zoë €\n".encode("cp1252")).rows == [["d’accord", "Zoë €"]]
    assert read("a;b\n« été »;é\n".replace(" ", "\u00a0").encode("cp1252")).rows[0][1] == "é"


def test_damaged_utf_8_is_refused(read):
    """Else every accent would become two other characters."""
    refused(read, "a,b\nZoë,é\n".encode() + b"\xeb,1\n", "row 3, has a character that is not UTF-8; save the file as 'CSV UTF-8'")
    refused(read, b"a,b\n\x81,\x8d\n", "row 2, has a character that is not UTF-8")
    refused(read, "a,b\n1,2\n".encode("utf-16") + b"\x00\xd8\x31\x00", "has a character that is not UTF-16")


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["5,2", "4"], ["5.2", "4"]),
        (["12,75", "3,5"], ["12.75", "3.5"]),
        (["1,5", "2,5", "3,5"], ["1.5", "2.5", "3.5"]),
        (["1'234.5", "2"], ["1234.5", "2"]),
        (["1.234.567", "2"], ["1234567", "2"]),
        (["5,2", "forty", "4", "1", "2", "3"], ["5.2", "forty", "4", "1", "2", "3"]),
        (["1\u00a0234,5", "-0,5"], ["1234.5", "-0.5"]),
        (["1\u202f234,5", "1 234 567"], ["1234.5", "1234567"]),
        (["1.234,5", "7"], ["1234.5", "7"]),
        (["1\u00a0234", "12.5"], ["1234", "12.5"]),
        (["5,2", "", "NA"], ["5.2", "", "NA"]),
        (["3,5", "ja, 4"], ["3,5", "ja, 4"]),
        (["1,2,3", "1,2"], ["1,2,3", "1,2"]),
        (["612 345 678", "1 234"], ["612 345 678", "1 234"]),
        (["1.234", "2.5"], ["1.234", "2.5"]),
    ],
)
@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_decimal_commas(read, cells, expected, delimiter):
    """Only in columns of such numbers."""
    raw = read("".join(f"x{delimiter}{cell}\n" for cell in ["n", *cells]))
    assert [row[1] for row in raw.rows] == expected
    assert raw.ambiguous == {}


@pytest.mark.parametrize(
    ("cells", "delimiter"),
    [
        (["1,3", "2,4"], ";"),  # two choices, or 1.3
        (["3,5", "4.5"], ";"),
        (["1.234", "2.500"], ";"),  # thousands, or 1.234
        (["1,234", "2,500"], ","),
        (["1,3", "2"], ","),
    ],
)
def test_what_can_mean_two_numbers_is_not_read(read, cells, delimiter):
    raw = read("".join(f'x{delimiter}"{cell}"\n' for cell in ["n", *cells]))
    assert [row[1] for row in raw.rows] == cells
    assert list(raw.ambiguous) == [1]


@pytest.mark.parametrize(
    ("other", "cell", "meaning"),
    [("12,75", "1.234", "1234"), ("0.5", "1.234", "1.234"), ("0.5", "1,234", "1234"), ("12,75", "1,3", "1.3")],
)
def test_other_columns_decide(read, other, cell, meaning):
    raw = read(f"a;b\n{other};{cell}\n")
    assert raw.rows[0][1] == meaning


@pytest.mark.parametrize(
    ("keys", "cell", "meaning"),
    [
        ({"decimal": ","}, "1,234", "1.234"),
        ({"decimal": "."}, "1,234", "1234"),
        ({"decimal": ","}, "1,3", "1.3"),
        ({"thousands": "."}, "1.234", "1234"),
        ({"thousands": " "}, "1 234", "1234"),
    ],
)
def test_the_config_decides(tmp_path, keys, cell, meaning):
    (tmp_path / "a.csv").write_text(f"a;b\nx;{cell}\n")
    assert detect.read(tmp_path / "a.csv", "a.csv", None, Reading(**keys)).rows[0][1] == meaning


def test_utf_16_without_a_mark_may_hold_any_letter(read):
    assert read("a,b\nd’accord,Čeněk\n".encode("utf-16-le")).rows == [["d’accord", "Čeněk"]]


def test_headings_keep_their_name(read):
    """Without blanks around; twice the same is for others to judge."""
    assert read(" a ,a,\n1,2,3\n").header == ["a", "a", ""]


def test_a_web_page_is_no_table(read):
    refused(read, "<!DOCTYPE html><html><body>Log in</body></html>", "is a web page")


# readers that the config names


@pytest.mark.parametrize(
    ("content", "name", "reader", "message"),
    [
        (
            TABLE,
            "a.csv",
            "qualtrics",
            "is not a Qualtrics export, as the reader 'qualtrics' requires; correct the sample's reader",
        ),
        (TABLE, "a.csv", "limesurvey", "is not a LimeSurvey export"),
        (TABLE, "a.csv", "google_forms", "is not a Google Forms export"),
        (TABLE, "a.csv", "redcap", "is not a REDCap export"),
        (TABLE, "a.csv", "spss", "is not an SPSS file"),
        (TABLE, "a.csv", "excel", "is not an Excel workbook"),
        (b"$FL2junk", "a.sav", "csv", "is not a plain table"),
        (b"$FL2junk", "a.sav", "excel", "is not an Excel workbook"),
        (b"$FL2junk", "a.sav", "redcap", "is not a REDCap export"),
    ],
)
def test_a_named_reader_that_does_not_fit(read, content, name, reader, message):
    refused(read, content, message, name, reader)


def test_a_named_reader_wins(read, tmp_path):
    """The plain reader takes any export as a table, every row a person."""
    content = exports.separated(exports.qualtrics())
    assert len(read(content, reader="csv").rows) == 16
    exports.workbook(tmp_path / "a.xlsx", exports.qualtrics())
    book = (tmp_path / "a.xlsx").read_bytes()
    assert len(read(book, "a.xlsx", "excel").rows) == 16
    assert read(book, "a.xlsx", "qualtrics").tool == "Qualtrics"


# anything


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"])), min_size=2, max_size=2), min_size=2, max_size=6),
    st.sampled_from(",;\t|"),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_every_cell_comes_back(read, rows, delimiter, encoding):
    """Whatever it holds, in quotes, once the header says how many cells there are."""
    content = exports.separated([["a", "b"], *([f"x{one}", f"y{two}"] for one, two in rows)], delimiter, csv.QUOTE_ALL)
    assert read(content.encode(encoding)).rows == [[f"x{one}", f"y{two}"] for one, two in rows]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.one_of(
        st.binary(max_size=300),
        st.binary(max_size=200).map(lambda rest: b"$FL2" + rest),
        st.binary(max_size=200).map(lambda rest: b"PK\x03\x04" + rest),
        st.text(alphabet='a1,;"\n\r\t|{}:é \u00a0=\0', max_size=80).map(str.encode),
        st.text(alphabet='a1,;"\n\r\t|é', max_size=80).map(lambda text: text.encode("utf-16")),
    ),
    st.sampled_from(["a.csv", "a.xlsx", "a.sav", "a"]),
    st.sampled_from([None, *detect.READERS]),
)
def test_any_file_is_a_table_or_one_sentence(read, content, name, reader):
    found = outcome(read, content, name, reader)
    if isinstance(found, str):
        assert found.startswith("data/raw/")
    else:
        assert {len(row) for row in found.rows} == {len(found.header)}


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>How&nbsp;<b>far</b>?</p>\n", "How far ?"),
        ("Is 3 < 5, and 5 > 3?", "Is 3 < 5, and 5 > 3?"),
        ("<style>p {x: 1}</style>Why<br/>not", "Why not"),
        ("don&#39;t", "don't"),
        (None, ""),
    ],
)
def test_questions_lose_their_html(html, text):
    assert plain(html) == text
