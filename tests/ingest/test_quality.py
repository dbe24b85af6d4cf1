"""Attention checks by code or text, total times as clocks write them, and dates that do not exist."""

import datetime as dt
import io

import numpy as np
import openpyxl
import pandas as pd
import pyreadstat
import pytest
import yaml

from practicework.errors import StudyError
from practicework.stages import ingest
from practicework.study import load_study
from practicework.tables.files.grid import Reading
from practicework.tables.readers import detect, spss

LABELS = {1: "Strongly disagree", 2: "Disagree", 3: "Neutral", 4: "Agree", 5: "Strongly agree"}


def quality(folder, cells: list[str], column: str = "attn", **screening: object) -> list[float]:
    """What screening reads of a column, in the order of the respondents."""
    scale = {"id": "q", "label": "Q", "response": {"min": 1, "max": 5, "labels": LABELS}, "items": [{"id": "q_1", "text": "x"}]}
    config = {"samples": {"a": {"file": "data/raw/a.csv"}}, "scales": ["q"], "screening": screening}
    files = {
        "config/config.yaml": yaml.safe_dump(config),
        "scales/q.yaml": yaml.safe_dump(scale),
        "data/raw/a.csv": f"q_1,{column}\n" + "".join(f'3,"{cell}"\n' for cell in cells),
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    study = load_study(folder)
    name = "duration_seconds" if "duration" in screening else column
    return ingest.ingest(ingest.read(study, "a"), study, "a").quality[name].tolist()


@pytest.mark.parametrize("instructed", [5, "Strongly agree", "strongly agree "])
def test_the_instructed_answer_may_be_a_text(tmp_path, instructed):
    """Any other answer fails, whether it is a code or a text; no answer is none."""
    cells = ["Strongly agree", "Disagree", "", "5 - Strongly agree", "something"]
    passed = quality(tmp_path, cells, checks={"attn": instructed})
    assert passed[:2] == [1, 0]
    assert np.isnan(passed[2])
    assert passed[3:] == [1, 0]


def test_codes_and_texts_in_one_column(tmp_path):
    assert quality(tmp_path, ["5", "Disagree", "2", "5.0", "Strongly agree"], checks={"attn": 5}) == [1, 0, 0, 1, 1]


@pytest.mark.parametrize(
    ("cell", "seconds"), [("271", 271), ("4:31", 271), ("0:04:31", 271), ("1:02:03", 3723), ("12.5", 12.5), ("soon", np.nan)]
)
def test_times_as_clocks_write_them(tmp_path, cell, seconds):
    assert quality(tmp_path, [cell], "time", duration="time") == [pytest.approx(seconds, nan_ok=True)]


def test_an_impossible_date_makes_no_spss_file_unreadable(tmp_path, monkeypatch):
    frame = pd.DataFrame({"when": [dt.date(2024, 3, 1)] * 3, "q_1": [1.0, 2.0, 3.0]})
    pyreadstat.write_sav(frame, str(tmp_path / "a.sav"))
    real = pyreadstat.read_sav

    def impossible(file: io.BytesIO, **options: object):
        if not options.get("disable_datetime_conversion"):
            raise OverflowError("date value out of range")
        return real(file, **options)

    monkeypatch.setattr(pyreadstat, "read_sav", impossible)
    raw = spss.read(tmp_path / "a.sav", "a.sav")
    assert [row[1] for row in raw.rows] == ["1", "2", "3"]


def test_the_sheet_of_a_workbook_is_named(tmp_path):
    book = openpyxl.Workbook()
    for name in ("Responses", "Codebook"):
        sheet = book.create_sheet(name)
        for row in [["a", "b"], [1, 2 if name == "Responses" else 9]]:
            sheet.append(row)
    book.save(tmp_path / "a.xlsx")
    with pytest.raises(StudyError, match=r"has 2 sheets with data \('Responses', 'Codebook'\); name the one with the responses"):
        detect.read(tmp_path / "a.xlsx", "a.xlsx", None)
    assert detect.read(tmp_path / "a.xlsx", "a.xlsx", None, Reading(sheet="Responses")).rows == [["1", "2"]]
    with pytest.raises(StudyError, match="has no sheet 'Answers' with data, but 'Responses', 'Codebook'"):
        detect.read(tmp_path / "a.xlsx", "a.xlsx", None, Reading(sheet="Answers"))
