"""Drafts propose questions with several answers, and exported questionnaires come back as answers."""

import csv
import io
import re

import numpy as np
import pytest
import yaml
from tick_exports import ANSWERS, EXPORTS, OPTIONS, STAGES, N

from practicework import report
from practicework.commands import cli, confirming
from practicework.commands.exporters import export
from practicework.commands.verification import runs
from practicework.numerics.seeds import streams
from practicework.stages import ingest, multiple_response
from practicework.study import load_study
from practicework.study.editing import REMOVE, edit
from practicework.study.pipeline import Part

DRAFTED = [name for name in EXPORTS if name not in ("spss_zeros", "forced_choice")]  # which look like scales from 0 to 1


def ingested(folder) -> dict:
    study = load_study(folder)
    return ingest.compute(Part(study, next(iter(study.config.samples))), {}, streams(1, "ingest", "s"))


@pytest.mark.parametrize("name", DRAFTED)
def test_a_draft_proposes_the_question_and_reads_the_same_answers(name, tmp_path, capsys):
    file, write, _keys = EXPORTS[name]
    write(tmp_path / file)
    assert cli.main(["init", str(tmp_path / "study"), "--from", str(tmp_path / file)]) == 0
    config = load_study(tmp_path / "study").config
    assert config.confirm[-1] == "multiple"
    (question,) = config.multiple.values()
    assert len(question.by) == 2
    listed = "\n".join(confirming.listing(load_study(tmp_path / "study")))
    assert "questions with several answers, and their options" in listed
    edit(tmp_path / "study/config/config.yaml", {("confirm",): REMOVE})
    states = ingested(tmp_path / "study")["ingest/multiple"]
    found = sorted(states["ticked"])
    known = sorted(int(ANSWERS[f"{stage}.{option}"].sum()) for stage in STAGES for option in OPTIONS)
    if name in ("redcap", "qualtrics_joined"):  # codes do not say that one of them means none
        known = sorted([*known, *(int(ANSWERS[f"{stage}.none"].sum()) for stage in STAGES)])
    assert found == known


def test_own_words_are_not_proposed_as_options(tmp_path, capsys):
    rows = [["Timestamp", "Which tools?"]]
    texts = ["Web, Phone", "Web", "Phone", "Phone, Web", "Letters, Web", "Letters", "Letters, Phone"] * 6
    rows += [["2026/01/01 5:05:12 PM GMT+1", text] for text in [*texts, "Web, Anna Secret and her team"]]
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    (tmp_path / "g.csv").write_text(out.getvalue(), encoding="utf-8")
    assert cli.main(["init", str(tmp_path / "study"), "--from", str(tmp_path / "g.csv")]) == 0
    text = (tmp_path / "study/config/config.yaml").read_text(encoding="utf-8")
    assert "Secret" not in text
    (question,) = load_study(tmp_path / "study").config.multiple.values()
    assert {one[0] for one in question.options.values()} == {"Web", "Phone", "Letters"}
    assert question.other


QUESTION = {
    "label": "Functions",
    "options": {name: texts[0] for name, texts in OPTIONS.items()},
    "by": {"early": "Early", "late": "Late"},
}


def study_of(tmp_path, **keys):
    (tmp_path / "config").mkdir()
    (tmp_path / "data/raw").mkdir(parents=True)
    (tmp_path / "data/raw/s.csv").write_text("id\n1\n")
    config = {"samples": {"s": {"file": "data/raw/s.csv"}}, "multiple": {"functions": QUESTION | keys}}
    (tmp_path / "config/config.yaml").write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")
    return tmp_path


COMMA = ["Web, phone", "Letters", "Letters,Web, phone"]
SEMICOLONS = ["Web, phone;", "Letters;", "Web, phone;Letters;"]
BOXES = ["Checked,Checked", "Checked,Unchecked", "Unchecked,Checked"]
HARD_FILES = {
    "an option with a comma": ("id,uses", [f'"{cell}"' for cell in COMMA], {"Web, phone": 18, "Letters": 18}),
    "semicolons after each": ("id,uses", [f'"{cell}"' for cell in SEMICOLONS], {"Web, phone": 18, "Letters": 18}),
    "codes among decimal commas": ("id;uses;size", ["1;3,5", "2;4,2", "1,2;5,5"], {"1": 18, "2": 18}),
    "boxes with labels": ("Record ID,Uses (choice=Web),Uses (choice=Letters by mail),Uses (choice=Fax),Complete?",
                          [f"{cell},Unchecked,Complete" for cell in BOXES], {"Web": 18, "Letters by mail": 18, "Fax": 0}),
}  # fmt: skip


@pytest.mark.parametrize("name", HARD_FILES)
def test_a_draft_reads_its_own_file(name, tmp_path, capsys):
    """Each option is ticked by as many respondents as ticked it."""
    head, cells, expected = HARD_FILES[name]
    mark = ";" if ";" in head else ","
    lines = [f"{at}{mark}{cell}" for at, cell in enumerate(cells * 9)]
    (tmp_path / "s.csv").write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
    assert cli.main(["init", str(tmp_path / "study"), "--from", str(tmp_path / "s.csv")]) == 0
    (question,) = load_study(tmp_path / "study").config.multiple.values()
    edit(tmp_path / "study/config/config.yaml", {("confirm",): REMOVE})
    assert cli.main(["check", str(tmp_path / "study")]) == 0
    states = ingested(tmp_path / "study")["ingest/multiple"]
    assert {question.text(row.option): row.ticked for row in states.itertuples()} == expected


def test_a_question_is_reported_with_another_that_has_parts(tmp_path):
    rng = np.random.default_rng(3)
    columns = ["T_a", "T_b", *(f"F_{part}_{option}" for part in ("x", "y") for option in ("c", "d"))]
    lines = [",".join(["id", *columns]), *(",".join([str(at), *map(str, rng.integers(0, 2, 6))]) for at in range(60))]
    question = {"label": "Tools", "form": "forced_choice", "columns": "T_{option}", "options": {"a": "Apps", "b": "Books"}}
    parted = {"label": "Functions", "form": "forced_choice", "columns": "F_{by}_{option}", "by": {"x": "Begin", "y": "End"},
              "options": {"c": "Calls", "d": "Deals"}}  # fmt: skip
    config = {"samples": {"s": {"file": "data/raw/s.csv"}}, "multiple": {"t": question, "f": parted},
              "multiple_tests": {"one": {"response": "t", "with": "f", "resamples": 200}}}  # fmt: skip
    for path in ("config", "data/raw"):
        (tmp_path / path).mkdir(parents=True)
    (tmp_path / "data/raw/s.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (tmp_path / "config/config.yaml").write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")
    part = Part(load_study(tmp_path), "s")
    results = ingest.compute(part, {}, streams(1, "ingest", "s"))
    results |= multiple_response.compute(part, results, streams(1, "multiple_response", "s"))
    page = report.render(part, results).html.replace("\xa0", " ")
    assert re.search(r"Whether answers about tools are associated with functions remains unclear in begin \(<i>p", page)


def test_what_is_to_be_confirmed_shows_every_sample(tmp_path):
    question = {"label": "Tools", "columns": "T_{option}", "options": {"web": "Web", "phone": "Phone"}}
    files = {"s": "id,T_web,T_phone\n1,1,0\n2,1,1\n", "t": "id,T_web,T_phone\n1,0,1\n2,0,1\n"}
    samples = {name: {"file": f"data/raw/{name}.csv"} for name in files}
    config = {"samples": samples, "multiple": {"tools": question}, "confirm": ["multiple"]}
    for path in ("config", "data/raw"):
        (tmp_path / path).mkdir(parents=True)
    (tmp_path / "config/config.yaml").write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")
    for name, text in files.items():
        (tmp_path / f"data/raw/{name}.csv").write_text(text, encoding="utf-8")
    lines = "\n".join(confirming.listing(load_study(tmp_path)))
    assert "      s, Web: 2 ticked, 0 not, 0 without an answer\n      s, Phone: 1 ticked, 1 not" in lines
    assert "      t, Web: 0 ticked, 2 not" in lines


def test_questionnaire_asks_yes_or_no_and_says_why(tmp_path):
    export(study_of(tmp_path))
    page = (tmp_path / "results/instruments/questionnaire.html").read_text(encoding="utf-8")
    sheet = page.partition("<aside")[2]
    assert page.count('type="radio"') == 2 * 3 * 2
    assert "Part 2 of 2" in page
    assert "in all 16 comparisons" in re.sub(r"\s+", " ", sheet)
    assert "form: forced_choice" in sheet
    assert "psych_keys.R" not in [path.name for path in (tmp_path / "results/instruments").iterdir()]


def test_declared_boxes_are_exported_as_boxes(tmp_path):
    export(study_of(tmp_path, form="tick_all"))
    folder = tmp_path / "results/instruments"
    assert 'type="checkbox"' in (folder / "questionnaire.html").read_text(encoding="utf-8")
    assert "[[Question:MC:MultipleAnswer]]" in (folder / "qualtrics.txt").read_text(encoding="utf-8")
    rows = list(csv.DictReader(io.StringIO((folder / "redcap_dictionary.csv").read_text(encoding="utf-8"))))
    boxes = [row for row in rows if row["Field Type"] == "checkbox"]
    assert boxes[0]["Choices, Calculations, OR Slider Labels"] == "1, Identity | 2, Sharing posts, videos | 3, Presence"


def test_answers_to_the_exported_matrix_come_back(tmp_path):
    """Qualtrics numbers the rows of a matrix by its tag; they are found by the tag, the number and the text of the row."""
    folder = study_of(tmp_path, columns="F_{by}_{option}", form="forced_choice")
    export(folder)
    survey = (folder / "results/instruments/qualtrics.txt").read_text(encoding="utf-8")
    tags = re.findall(r"\[\[ID:(\w+)\]\]", survey)
    assert tags == ["F_early", "F_late"]
    standard = ["StartDate", "EndDate", "Status", "Progress", "Finished", "RecordedDate", "ResponseId"]
    names = [f"{tag}_{place}" for tag in tags for place in (1, 2, 3)]
    texts = [f"Functions. - {texts[0]}" for _tag in tags for texts in OPTIONS.values()]
    rng = np.random.default_rng(2)
    yes = rng.random((N, 6)) < 0.5
    rows = [[*standard, *names], [*standard, *texts], [f'{{"ImportId":"{name}"}}' for name in [*standard, *names]]]
    for own in yes:
        rows.append(
            ["2026-01-01 10:00:00"] * 2 + ["0", "100", "1", "2026-01-01 10:00:00", "R", *("Yes" if one else "No" for one in own)]
        )
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    (folder / "data/raw/s.csv").write_text(out.getvalue(), encoding="utf-8")
    config = yaml.safe_load((folder / "config/config.yaml").read_text())
    config["samples"]["s"]["respondent"] = None
    (folder / "config/config.yaml").write_text(yaml.safe_dump(config, sort_keys=False))
    found = ingested(folder)["ingest/responses"].drop(columns="respondent").to_numpy()
    np.testing.assert_array_equal(found, yes.astype(float))


def test_a_package_without_the_cases_drops_the_comparison(tmp_path):
    """The rest of the question can be rerun from coded answers."""
    question = QUESTION | {"joint_display": {"set": "cases", "matrix": "m"}}
    config = {"samples": {"s": {"file": "x"}}, "coding": {"cases": {}}, "multiple": {"functions": question}}
    assert runs.only(config, ["s"])["multiple"] == {"functions": QUESTION}
    assert runs.only(config, ["s", "cases"])["multiple"] == {"functions": question}
