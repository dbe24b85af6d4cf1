"""Tables between stages: refused when they break their contract, and the same after writing and reading."""

import numpy as np
import pandas as pd
import pytest
from pandera.errors import SchemaError, SchemaErrors

from practicework import tables


def example(name: str) -> pd.DataFrame:
    """A valid table of three rows, every kind of column filled or, where it may be, empty."""
    spec = tables.contract(name)
    values = {"text": ["007", "1e5", "NA"], "number": [1 / 3, -0.1, 1e-300], "count": [1, 2, 3], "flag": [True, False, True]}
    columns = {}
    for column, (kind, _) in spec.columns.items():
        cells = list(values[kind.rstrip("?")])
        columns[column] = [None, *cells[1:]] if kind.endswith("?") else cells
    if spec.open:
        columns |= {"x1": [0.1 + 0.2, np.nan, 2.5], "x2": [1.0, 2.0, np.nan]}
    return tables.schema(name).validate(pd.DataFrame(columns))


NAMES = [name.format(model="main") for name in tables.CONTRACTS]


@pytest.mark.parametrize("name", NAMES)
def test_reading_gives_back_what_was_written(name, tmp_path, monkeypatch):
    """Every table: same columns, kinds and values, to the last bit."""
    monkeypatch.chdir(tmp_path)
    frame = example(name)
    tables.write({name: frame}, "s")
    pd.testing.assert_frame_equal(tables.read(name, tables.path("s", name)), frame, check_exact=True)


def test_numbers_keep_every_bit(tmp_path, monkeypatch):
    """Floats of every size, among them whole numbers too large for an integer, in tables that write 4 for 4.0."""
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(1)
    sizes = 10.0 ** rng.integers(-300, 300, 500)
    numbers = np.array([*rng.standard_normal(500) * sizes, 5e-324, 1.7e308, 2.0**53 + 2, 1e20])
    ids = [f"R{number}" for number in range(len(numbers))]
    answers = np.arange(len(ids)) % 5 + 1.0
    frame = pd.DataFrame({"respondent": ids, "x": numbers, "whole": np.round(numbers), "answer": answers})
    tables.write({"scoring/scores": frame}, "s")
    file = tables.path("s", "scoring/scores")
    again = tables.read("scoring/scores", file)
    assert again["x"].to_numpy().tobytes() == frame["x"].to_numpy().tobytes()
    assert (again["whole"] == frame["whole"]).all()
    assert file.read_text().splitlines()[1].endswith(",1")


def test_texts_stay_texts(tmp_path, monkeypatch):
    """Ids with leading zeros, that look like numbers, dates, booleans or missing values, or need quotes."""
    monkeypatch.chdir(tmp_path)
    ids = [
        "007",
        "7",
        "1e5",
        "1.0",
        "NA",
        "nan",
        "None",
        "null",
        "True",
        "2021-03-04",
        "a,b",
        'say "x"',
        "two\nlines",
        " pad ",
        "é",
    ]
    tables.write({"scoring/scores": pd.DataFrame({"respondent": ids, "x": 1.0})}, "s")
    assert tables.read("scoring/scores", tables.path("s", "scoring/scores"))["respondent"].tolist() == ids


def spoil(frame: pd.DataFrame, how: str) -> pd.DataFrame:
    """A coefficients table with one defect."""
    match how:
        case "a column is missing":
            return frame.drop(columns="p_value_hc3")
        case "a column too many":
            return frame.assign(extra=1.0)
        case "another order":
            return frame[frame.columns[::-1]]
        case "a text for a number":
            return frame.astype({"estimate": object}).assign(estimate="large")
        case "an empty cell":
            return frame.assign(estimate=[np.nan, 1.0, 2.0])
        case _:
            return frame.assign(term=[None, "x", "w"])


@pytest.mark.parametrize(
    "how",
    ["a column is missing", "a column too many", "another order", "a text for a number", "an empty cell", "a term without name"],
)
def test_refuses_a_table_that_breaks_its_contract(how, tmp_path, monkeypatch):
    """On writing, before any file is written, and on reading."""
    monkeypatch.chdir(tmp_path)
    name = "moderation/main/coefficients"
    good, bad = example(name), spoil(example(name), how)
    with pytest.raises((SchemaError, SchemaErrors)):
        tables.write({"moderation/use/coefficients": good, name: bad}, "s")
    assert list(tmp_path.rglob("*")) == []
    bad.to_csv("bad.csv", index=False)
    with pytest.raises((SchemaError, SchemaErrors)):
        tables.read(name, "bad.csv")


@pytest.mark.parametrize(
    "frame",
    [
        pytest.param(pd.DataFrame({"respondent": ["1", "2", "2"], "x": 1.0}), id="an id twice"),
        pytest.param(pd.DataFrame({"respondent": ["1", None, "3"], "x": 1.0}), id="no id"),
        pytest.param(pd.DataFrame({"respondent": ["1", "2"], "x": ["a", "b"]}), id="a text for a score"),
        pytest.param(pd.DataFrame({"x": [1.0, 2.0]}), id="no respondents"),
    ],
)
def test_refuses_scores_that_belong_to_nobody_in_particular(frame, tmp_path, monkeypatch):
    """Open tables have one row per respondent and numbers."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises((SchemaError, SchemaErrors)):
        tables.write({"scoring/scores": frame}, "s")


def test_a_count_must_be_whole(tmp_path, monkeypatch):
    """n = 12.5 is refused."""
    monkeypatch.chdir(tmp_path)
    frame = example("scoring/correlations").astype({"n": "float64"}).assign(n=[12.5, 1, 2])
    with pytest.raises((SchemaError, SchemaErrors)):
        tables.write({"scoring/correlations": frame}, "s")


def test_files_are_those_of_pandas(tmp_path, monkeypatch):
    """Byte for byte: texts that need quotes, numbers of every size, counts, flags and empty cells, in several blocks of rows."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(tables, "_ROWS", 7)
    rng = np.random.default_rng(2)
    marks = np.array(['"', ",", "\n", "a", " ", "é", ";", "'", "0"])
    n = 100
    texts = ["".join(rng.choice(marks, rng.integers(0, 6))) for _ in range(n)]
    frame = tables.frame(
        "screening/ledger",
        {
            "respondent": [f"{number}{text}" for number, text in enumerate(texts)],
            "kept": rng.random(n) < 0.5,
            "reason": [text or None for text in texts],
            "flagged": rng.random(n) < 0.5,
            "flags": rng.integers(0, 9, n),
            "longstring": np.where(rng.random(n) < 0.3, np.nan, rng.integers(1, 9, n)),
            "irv": 10.0 ** rng.integers(-30, 30, n) * rng.standard_normal(n),
        },
    )
    tables.write({"screening/ledger": frame}, "s")
    theirs = tables.schema("screening/ledger").validate(frame).to_csv(index=False, lineterminator="\n")
    file = tables.path("s", "screening/ledger")
    assert file.read_bytes() == theirs.encode()
    returned = frame.assign(reason="\r")  # which pandas does not quote
    tables.write({"screening/ledger": returned}, "s")
    assert set(tables.read("screening/ledger", file)["reason"]) == {"\r"}
