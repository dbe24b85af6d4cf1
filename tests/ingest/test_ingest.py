"""Ingest: exports in their many forms become coded answers, and personal data stay out."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import yaml

from practicework.errors import StudyError
from practicework.stages import ingest
from practicework.study import load_study

LABELS = {1: "Don't agree", 2: "Somewhat disagree", 3: "Neither / nor", 4: "Somewhat agree", 5: "Fully agree"}


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., ingest.Ingested]:
    """Ingests a file of the scale s (items i1, i2) and the variable age."""

    def run(content: bytes | str, labels: dict | None = None, **sample: object) -> ingest.Ingested:
        items = [{"id": one, "text": one, "reverse": one == "i2"} for one in ("i1", "i2")]
        scale = {"id": "s", "label": "S", "response": {"min": 1, "max": 5, "labels": labels or LABELS}, "items": items}
        config = {"samples": {"a": {"file": "data/raw/a.csv", **sample}}, "scales": ["s"], "variables": ["age"]}
        files = {
            "config/config.yaml": yaml.safe_dump(config).encode(),
            "scales/s.yaml": yaml.safe_dump(scale).encode(),
            "data/raw/a.csv": content if isinstance(content, bytes) else content.encode(),
        }
        for name, data in files.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_bytes(data)
        study = load_study(tmp_path)
        return ingest.ingest(ingest.read(study, "a"), study, "a")

    return run


def codes(done: ingest.Ingested) -> list[list[float]]:
    """The answers i1, i2 and age."""
    return done.responses[["i1", "i2", "age"]].to_numpy().tolist()


PLAIN = "id,i1,i2,age\nP1,1,5,30\nP2,4,2,41.5\n"
CODED = [[1, 5, 30], [4, 2, 41.5]]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(PLAIN, id="plain"),
        pytest.param("\ufeff" + PLAIN, id="byte order mark"),
        pytest.param(PLAIN.replace(",", ";"), id="semicolons"),
        pytest.param(PLAIN.replace(",", "\t"), id="tabs"),
        pytest.param(PLAIN.replace("\n", "\r\n"), id="Windows line ends"),
        pytest.param(PLAIN.replace("\n", "\r"), id="old Macintosh line ends"),
        pytest.param(PLAIN.rstrip("\n"), id="no last line end"),
        pytest.param(PLAIN.replace("\n", "\n\n") + ",,,\n", id="blank rows"),
        pytest.param('"id","i1","i2","age"\n"P1","1","5","30"\n"P2","4","2","41.5"\n', id="quotes"),
        pytest.param(PLAIN.encode("utf-16"), id="UTF-16"),
        pytest.param(("id,i1,i2,age,who\nP1,1,5,30,x\nP2,4,2,41.5,Zo\u00eb\n").encode("cp1252"), id="cp1252"),
        pytest.param("age , i2,id,i1\n 30 ,5,P1,1\n41.5, 2 ,P2,4.0\n", id="another order, blanks, decimals"),
        pytest.param("id,i1,i2,age\nP1,1,5,3e1\nP2,+4,2.,41.50\n", id="other ways to write numbers"),
        pytest.param('id,i1,i2,"age\nin; years; now"\nP1,1,5,30\nP2,4,2,41.5\n', id="a quoted line end in the header"),
        pytest.param(
            'id,why,i1,i2,age\nP1,"first, then\n""second""\n",1,5,30\nP2,no,4,2,41.5\n', id="quoted line ends in a text"
        ),
    ],
)
def test_reads_every_common_form_of_csv(read, content):
    """The same answers, and the ids that the study declares."""
    columns = {"age": "age\nin; years; now"} if "years" in str(content) else {}
    done = read(content, respondent="id", columns=columns)
    assert codes(done) == CODED
    assert done.responses["respondent"].tolist() == ["P1", "P2"]
    assert done.responses.columns.tolist() == ["respondent", "i1", "i2", "age"]


def test_answers_are_coded_but_not_keyed(read):
    """Reverse-keyed items are turned in scoring, so that responses stay what people chose."""
    assert codes(read(PLAIN, respondent="id"))[0][1] == 5


@pytest.mark.parametrize(
    ("label", "code"),
    [
        ("Don't agree", 1),
        ("don\N{RIGHT SINGLE QUOTATION MARK}t agree", 1),
        ("DON`T  AGREE", 1),
        ("Don\N{ACUTE ACCENT}t\N{NO-BREAK SPACE}agree ", 1),
        ("Don\N{MODIFIER LETTER APOSTROPHE}t agree", 1),
        ("  somewhat   agree", 4),
        ("Somewhat\tagree", 4),
        ("FULLY AGREE", 5),
        ("\N{FULLWIDTH LATIN CAPITAL LETTER F}ully agree", 5),
        ("neither / nor", 3),
    ],
)
def test_labels_are_found_whatever_their_case_spaces_and_apostrophes(read, label, code):
    """As survey tools and spreadsheets rewrite them."""
    assert codes(read(f'i1,i2,age\n"{label}",3,20\n'))[0][0] == code


@pytest.mark.parametrize("cell", ["", "  ", "NA", "-99", "-99.0", " -99 ", "-9.9e1", "refused"])
def test_missing_answers_stay_missing(read, cell):
    """Empty, R's NA, and the declared codes, however they are written."""
    done = read(f'i1,i2,age\n"{cell}",3,"{cell}"\n', missing=[-99, "refused"])
    assert codes(done) == [[pytest.approx(np.nan, nan_ok=True), 3, pytest.approx(np.nan, nan_ok=True)]]


def test_empty_rows_are_no_respondents(read):
    """Those in between are listed; those at the end are padding."""
    done = read("i1,i2,age\n1,5,30\n,,\n\n2,2,41\n,,\n\n,,\n")
    assert done.responses["respondent"].tolist() == ["R0001", "R0002"]
    assert done.left_out.to_numpy().tolist() == [[3, "empty row"], [4, "empty row"]]


@pytest.mark.parametrize("cell", ["-99 = No answer", "-99: refused", "-99 – keine Angabe"])
def test_a_missing_code_with_its_label_is_missing(read, cell):
    done = read(f"i1,i2,age\n{cell},3,{cell}\n", missing=[-99])
    assert codes(done) == [[pytest.approx(np.nan, nan_ok=True), 3, pytest.approx(np.nan, nan_ok=True)]]
    assert set(done.missing["kind"]) == {"declared missing"}
    with pytest.raises(StudyError, match="neither a number nor a label"):
        read(f"i1,i2,age\n{cell.replace('99', '98')},3,1\n", missing=[-99])


def test_a_missing_code_is_that_number_and_no_neighbour(read):
    """9999999 declared as missing leaves 9999998 and 10000001 alone; so does -99 with -99.000001."""
    done = read("i1,i2,age\n1,1,9999999\n1,1,9999998\n1,1,10000001\n1,1,-99.000001\n", missing=[9999999, -99])
    assert done.responses["age"].tolist() == [pytest.approx(np.nan, nan_ok=True), 9999998, 10000001, -99.000001]


def test_a_label_wins_over_a_mark_for_missing(read):
    """'NA' that a scale uses as an answer is that answer."""
    assert codes(read("i1,i2,age\nNA,3,NA\n", labels={2: "NA"}))[0][0] == 2


def test_undeclared_columns_stay_behind_and_are_listed(read):
    """In the file's order, one line each, the id too if the study does not declare it; their cells are nowhere."""
    done = read('e-mail,i1,id,"a\r\nb",i2,age,IP\na@b.example,1,P1,x,2,30,10.0.0.1\n')
    assert done.dropped["column"].tolist() == ["e-mail", "id", "a b", "IP"]
    assert done.dropped["reason"].tolist() == ["contact", "not declared", "not declared", "network"]
    assert done.responses.columns.tolist() == ["respondent", "i1", "i2", "age"]
    assert read(PLAIN, respondent="id").dropped.empty


def test_ids_are_generated_where_none_are_declared(read):
    """R0001 and on, with as many digits as it takes."""
    assert read(PLAIN).responses["respondent"].tolist() == ["R0001", "R0002"]
    many = read("i1,i2,age\n" + "1,2,3\n" * 10_001).responses["respondent"]
    assert (many.iloc[0], many.iloc[-1], many.is_unique) == ("R00001", "R10001", True)


def test_columns_may_have_other_names_in_the_file(read):
    """By the sample's `columns`."""
    assert codes(read(PLAIN.replace("i1", "Q5_1"), columns={"i1": "Q5_1"})) == CODED


@pytest.mark.parametrize(
    "one", ["0001", "2021-001", "P12", "12345678", "2021-03-04", "20210304", "000123456789", "A-12-34", "5f3b2c", "1.5"]
)
def test_ordinary_ids_are_kept_as_they_are(read, one):
    """Padded numbers, years with numbers, dates."""
    assert read(f"id,i1,i2,age\n{one},1,2,3\n", respondent="id").responses["respondent"].tolist() == [one]


@pytest.mark.parametrize(
    ("one", "kind"),
    [
        ("anna@firm.example", "an e-mail address"),
        ("Anna <anna.b+c@mail.firm.example>", "an e-mail address"),
        ("+33 6 12 34 56 78", "a telephone number"),
        ("+491701234567", "a telephone number"),
        ("+1 (555) 123-4567", "a telephone number"),
        ("0033612345678", "a telephone number"),
        ("06 12 34 56 78", "a telephone number"),
        ("06.12.34.56.78", "a telephone number"),
        ("0171/1234567", "a telephone number"),
        ("(555) 123-4567", "a telephone number"),
    ],
)
def test_ids_that_identify_a_person_are_refused(read, one, kind):
    """The message says where and what it looks like, and does not repeat it."""
    with pytest.raises(StudyError, match=f"row 3, column 'id': the respondent id looks like {kind}") as error:
        read(f"id,i1,i2,age\nP1,1,2,3\n{one},1,2,3\n", respondent="id")
    assert one not in str(error.value)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("id,i1,age\nP1,1,2\n", "data/raw/a.csv has no column 'i2'"),
        ("id,i1,i1,i2,age\nP1,1,1,2,3\n", "the column 'i1' occurs 2 times"),
        ("id,i1,i2,age\nP1,6,2,3\n", "row 2, column 'i1': '?6'? is outside the response range 1 to 5 of the scale 's'"),
        ("id,i1,i2,age\nP1,1,2,3\nP2,1,0.99,3\n", "row 3, column 'i2': '?0.99'? is outside"),
        ("id,i1,i2,age\nP1,Agree,2,3\n", "row 2, column 'i1': 'Agree' is neither a number nor a label of the scale 's'"),
        ('id,i1,i2,age\nP1,"1,5",2,3\n', "'1,5' can mean two numbers, or two choices; declare the sample's 'decimal'"),
        ("id,i1,i2,age\nP1,1,2,forty\n", "row 2, column 'age': 'forty' is not a number"),
        ("id,i1,i2,age\nP1,1,2,inf\n", "'inf' is not a number"),
        ("id,i1,i2,age\nP1,1,2,0x10\n", "'0x10' is not a number"),
        ("id,i1,i2,age\nP1,1,2,1_000\n", "'1_000' is not a number"),
        ("id,i1,i2,age\nP1,1,2,\N{ARABIC-INDIC DIGIT THREE}\n", "is not a number"),
        ("id,i1,i2,age\nP1,1,2,3\nP1,1,2,3\n", "2 rows but 1 different ids in the column 'id' \\(rows 2 and 3 have the same\\)"),
        ("id,i1,i2,age\n ,1,2,3\n", "row 2, column 'id': the respondent id is empty"),
        ("id,i1,i2,age\nP1,1,2,3,4\n", "row 2, has 5 cells, but the header has 4"),
        ("id,i1,i2,age\nP1,1,2\n", "row 2, has 3 cells, but the header has 4"),
        ('id,i1,i2,age\nP1,"1,2,3\n', "is not valid CSV"),
        ("id,i1,i2,age\n", "has a header but no respondent"),
        ("", "is empty"),
    ],
)
def test_a_broken_file_is_told_in_one_sentence(read, content, message):
    """Which row and column, and nothing guessed."""
    with pytest.raises(StudyError, match=message) as error:
        read(content, respondent="id")
    assert str(error.value).startswith("data/raw/a.csv")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("sample", "message"),
    [
        ({"columns": {"i1": "i2"}}, "'i1' is ambiguous"),
        ({"columns": {"i1": "nowhere"}}, "has no column 'nowhere' \\(named for 'i1' in the config\\)"),
        ({"respondent": "age"}, "'age' is also an item or variable"),
        ({"respondent": "number"}, "has no column 'number'"),
    ],
)
def test_a_config_that_does_not_fit_the_file(read, sample, message):
    """Names in the config that the file contradicts."""
    with pytest.raises(StudyError, match=message):
        read(PLAIN, **sample)


def test_one_column_cannot_be_two_answers(read):
    """Two items mapped to the same column."""
    with pytest.raises(StudyError, match="the column 'Q' matches both 'i1' and 'i2'"):
        read("Q,age\n1,2\n", columns={"i1": "Q", "i2": "Q"})


def test_real_data(bfi):
    """bfi: 2,800 people, 25 items with NA, undeclared columns dropped; the counts are those of R's `colSums(is.na(bfi))`."""
    missing = bfi.responses.drop(columns="respondent").isna().sum()
    assert len(bfi.responses) == 2800
    assert missing[["A1", "A2", "C1", "E1", "N1", "O1", "age"]].tolist() == [16, 27, 21, 23, 22, 22, 0]
    assert missing.sum() == 508


def test_a_heading_with_braces_is_a_heading(read):
    """Found by fuzzing: no text of a file is ever a format."""
    with pytest.raises(StudyError, match=r"column '\{i1\}\}'"):
        read("id,{i1}},i2,age\nP1,x,2,3\n", columns={"i1": "{i1}}"})
