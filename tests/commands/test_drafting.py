"""`practicework check EXPORT` and `practicework init`: what an export holds, and a study that runs from it."""

import shutil
from pathlib import Path

import pytest
import yaml

from practicework.commands import cli, drafting
from practicework.study import load_study
from practicework.tables.files.raw import RawTable


def table(header: list[str], *rows: str) -> RawTable:
    """An export of comma-separated rows."""
    return RawTable("export.csv", header, [row.split(",") for row in rows], list(range(2, len(rows) + 2)))


def test_blocks_by_name_and_range():
    raw = table(["id", "Q1_1", "Q1_2", "Q1_3", "Q2_1", "Q2_2", "age"], "x,1,5,2,0,10,34", "y,2,4,NA,3,7,51")
    found, numeric = drafting.blocks(raw)
    assert [(block.id, block.positions, block.low, block.high) for block in found] == [
        ("q1", [1, 2, 3], 1, 5),
        ("q2", [4, 5], 0, 10),
    ]
    assert numeric == [6]


def test_blocks_of_labels_and_coded_labels():
    raw = table(["A1", "A2", "B1", "B2"], "Agree,Disagree,5 - Yes,1 - No", "Disagree,Agree,1 - No,5 - Yes")
    first, second = drafting.blocks(raw)[0]
    assert sorted(first.texts) == ["Agree", "Disagree"]
    assert (second.low, second.high, second.labels) == (1, 5, {1: "No", 5: "Yes"})


def test_the_order_of_texts_is_never_guessed(tmp_path, capsys):
    """A draft with texts does not check out until a person has ordered them."""
    export = tmp_path / "e.csv"
    export.write_text("Q1_1,Q1_2\nAgree,Disagree\nDisagree,-99\n")
    assert cli.main(["init", str(tmp_path / "s"), "--from", str(export)]) == 0
    text = (tmp_path / "s/scales/q1.yaml").read_text()
    assert "#     ?: Agree" in text
    assert cli.main(["check", str(tmp_path / "s")]) == 1
    assert "'Agree' is neither a number nor a label of the scale 'q1'" in capsys.readouterr().err
    (tmp_path / "s/scales/q1.yaml").write_text(text.replace("  max: 2\n", "  max: 2\n  labels: {1: Disagree, 2: Agree}\n"))
    assert cli.main(["check", str(tmp_path / "s")]) == 0


def test_usual_codes_for_missing_are_no_answers():
    raw = table(["Q1_1", "Q1_2", "income"], "1,-99,-99", "5,4,2000", "999,2,99")
    (block,), numeric = drafting.blocks(raw)
    assert (block.low, block.high) == (1, 5)
    assert numeric == [2]


def test_personal_columns_are_never_items():
    raw = table(["phone_1", "phone_2", "x1", "x2"], "1,2,3,4", "2,1,4,3")
    found, numeric = drafting.blocks(raw)
    assert [block.id for block in found] == ["x"]
    assert numeric == []


def test_check_tells_what_an_export_holds(root, capsys):
    assert cli.main(["check", str(root / "data/raw/schmitt2021_synthetic.csv"), "--study", str(root)]) == 0
    told = capsys.readouterr().out
    assert "CSV, 75 respondents, 24 columns" in told
    assert "items: usefulness_1 ... usefulness_10 (10 columns, answers 1 to 5)" in told
    assert "dropped (not declared): id" in told
    assert told.count("can be scored") == 4


def test_check_says_what_is_wrong_and_echoes_nothing_personal(root, tmp_path, capsys):
    file = tmp_path / "export.csv"
    text = (root / "data/raw/schmitt2021_synthetic.csv").read_text().replace("id,", "Recipient Email,", 1)
    file.write_text(text.replace("R0002,3", "jane@example.com,9").replace("promotion_4,", "promotion_44,"))
    assert cli.main(["check", str(file), "--study", str(root)]) == 0
    told = capsys.readouterr().out
    assert "dropped (contact): Recipient Email" in told
    assert "scale promotion: export.csv has no column 'promotion_4' (did you mean 'promotion_44'?)" in told
    assert "scale usefulness: can be scored" in told
    assert "jane" not in told


def test_check_of_no_export_is_one_sentence(tmp_path, capsys):
    (tmp_path / "x.csv").write_bytes(b"\x00\x01")
    assert cli.main(["check", str(tmp_path / "x.csv")]) == 1
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize("name", ["bfi/data/raw/bfi.csv", "globalwarming/data/raw/globalWarm.csv"])
def test_a_draft_is_a_study_that_checks_out(root, tmp_path, name, capsys):
    """From a real export to a valid study without an edit."""
    folder = tmp_path / "drafted"
    assert cli.main(["init", str(folder), "--from", str(root / "examples" / name)]) == 0
    assert cli.main(["check", str(folder)]) == 0
    assert "No mistakes found." in capsys.readouterr().out
    assert (folder / ".gitignore").read_text().endswith("/data/raw/*\n")
    study = load_study(folder)
    if "bfi" in name:
        assert [scale.item_ids for scale in study.scales.values()] == [[f"{key}{n}" for n in range(1, 6)] for key in "ACENO"]
        assert all((scale.response.min, scale.response.max) == (1, 6) for scale in study.scales.values())
        assert "age" in study.variables


def test_init_never_overwrites_a_study(root, tmp_path, capsys):
    shutil.copytree(root / "config", tmp_path / "config")
    before = (tmp_path / "config/config.yaml").read_text()
    assert cli.main(["init", str(tmp_path), "--from", str(root / "examples/bfi/data/raw/bfi.csv")]) == 1
    assert "already contains a study" in capsys.readouterr().err
    assert (tmp_path / "config/config.yaml").read_text() == before
    assert not (tmp_path / "data").exists()


def small_export(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "e.csv").write_text("mood_1,mood_2,mood_3\n1,2,3\n2,5,4\n5,4,1\n")
    return folder / "e.csv"


def test_init_keeps_what_is_there(tmp_path):
    """Lines of .gitignore, an export that is in place already, and another file of its name."""
    export = small_export(tmp_path / "study/data/raw")
    (tmp_path / "study/.gitignore").write_text("*.tmp\n/results/\n")
    assert cli.main(["init", str(tmp_path / "study"), "--from", str(export)]) == 0
    lines = (tmp_path / "study/.gitignore").read_text().splitlines()
    assert lines[:2] == ["*.tmp", "/results/"]
    assert lines.count("/results/") == 1
    assert "/data/raw/*" in lines
    assert export.read_text().startswith("mood_1")


def test_init_replaces_no_data(tmp_path, capsys):
    study, export = tmp_path / "study", small_export(tmp_path / "inbox")
    (study / "data/raw").mkdir(parents=True)
    (study / "data/raw/e.csv").write_text("mine")
    assert cli.main(["init", str(study), "--from", str(export)]) == 1
    assert "already exists and is another file" in capsys.readouterr().err
    assert [path.name for path in study.rglob("*") if path.is_file()] == ["e.csv"]
    assert (study / "data/raw/e.csv").read_text() == "mine"


def test_a_draft_is_written_whole_or_not_at_all(tmp_path, monkeypatch, capsys):
    study, export = tmp_path / "study", small_export(tmp_path / "inbox")

    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(drafting.shutil, "copyfile", fail)
    assert cli.main(["init", str(study), "--from", str(export)]) == 1
    assert "No space left on device); nothing was changed" in capsys.readouterr().err
    assert [path for path in study.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize(
    ("heading", "cells", "reason"),
    [
        ("V1", ["10432", "20987", "33321", "41200", "50001"], "direct identifier"),
        ("Staff number", ["1", "2", "3", "4", "5"], "direct identifier"),
        ("where", ["48.85341", "2.34880", "50.11092", "8.68213", "45.75784"], "location"),
        ("V2", ["I like it because my customers are there and it is quick, mostly."] * 3 + ["No", "Yes"], "free text"),
    ],
)
def test_columns_that_identify_are_left_out_of_a_draft_with_the_reason(tmp_path, heading, cells, reason):
    rows = [f"{n % 5 + 1},{(n + 2) % 5 + 1},{cell.replace(',', ';')}" for n, cell in enumerate(cells)]
    raw = table(["mood_1", "mood_2", heading], *rows)
    found, numeric = drafting.blocks(raw)
    assert [block.positions for block in found] == [[0, 1]]
    assert numeric == []
    assert f"  dropped ({reason}): {heading}" in drafting.describe(raw)


@pytest.mark.parametrize("cells", [["25000", "25000", "30000", "41000", "52000"], ["1234", "2345", "3456", "4567", "5678"]])
def test_amounts_are_no_identifiers(cells):
    raw = table(["income"], *cells)
    assert drafting.blocks(raw)[1] == [0]


def test_a_draft_maps_awkward_names(tmp_path):
    raw = table(["G01Q01[SQ001]", "G01Q01[SQ002]", "How old are you?"], "1,5,34", "2,4,51", "4,3,22")
    export = tmp_path / "e.csv"
    export.write_text("x")
    drafting.draft(raw, export, tmp_path / "study")
    config = yaml.safe_load((tmp_path / "study/config/config.yaml").read_text())
    assert config["samples"]["sample"]["columns"] == {"How_old_are_you": "How old are you?"}
    (scale,) = (yaml.safe_load(file.read_text()) for file in (tmp_path / "study/scales").iterdir())
    assert [item["columns"] for item in scale["items"]] == [["G01Q01[SQ001]"], ["G01Q01[SQ002]"]]
