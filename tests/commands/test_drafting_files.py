"""`practicework check EXPORT` and `practicework init`: what they say, and the files that they write."""

import shutil
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest

from practicework.commands import cli
from practicework.commands.drafting import writing
from practicework.study import load_study


def test_check_tells_what_an_export_contains(root, capsys):
    assert cli.main(["check", str(root / "data/raw/schmitt2021_synthetic.csv"), "--study", str(root)]) == 0
    told = capsys.readouterr().out
    assert "CSV, 75 respondents, 24 columns" in told
    assert "items: usefulness_1 ... usefulness_10 (10 columns, 1 to 5)" in told
    assert "left out (ids or texts without a few options): id" in told
    assert told.count("can be scored") == 4


def test_check_says_what_is_wrong_and_echoes_nothing_personal(root, tmp_path, capsys):
    file = tmp_path / "export.csv"
    text = (root / "data/raw/schmitt2021_synthetic.csv").read_text().replace("id,", "Recipient Email,", 1)
    file.write_text(text.replace("R0002,3", "jane@example.com,9").replace("promotion_4,", "promotion_44,"))
    assert cli.main(["check", str(file), "--study", str(root)]) == 0
    told = capsys.readouterr().out
    assert "left out (contact): Recipient Email" in told
    assert "scale promotion: export.csv has no column 'promotion_4' (did you mean 'promotion_44'?)" in told
    assert "scale usefulness: can be scored" in told
    assert "jane" not in told


def test_check_of_no_export_is_one_sentence(tmp_path, capsys):
    (tmp_path / "x.csv").write_bytes(b"\x00\x01")
    assert cli.main(["check", str(tmp_path / "x.csv")]) == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_a_draft_of_a_real_export(root, tmp_path):
    folder = tmp_path / "drafted"
    assert cli.main(["init", str(folder), "--from", str(root / "examples/bfi/data/raw/bfi.csv")]) == 0
    assert (folder / ".gitignore").read_text().endswith("/data/raw/*\n")
    study = load_study(folder)
    assert [scale.item_ids for scale in study.scales.values()] == [[f"{key}{n}" for n in range(1, 6)] for key in "ACENO"]
    assert all((scale.response.min, scale.response.max) == (1, 6) for scale in study.scales.values())
    assert "age" in study.variables


def test_value_labels_and_missing_codes_of_an_spss_file(tmp_path):
    """Codes in a declared range of missing values are no response points, whether or not anyone gave them."""
    frame = pd.DataFrame({f"trust{k}": [float([*range(11), 77][(at + k) % 12]) for at in range(60)] for k in (1, 2)})
    labels = {0.0: "Not at all", 10.0: "Completely", 77.0: "Refusal", 88.0: "Don't know"}
    ranges = {name: [{"lo": 77, "hi": 99}] for name in frame}
    pyreadstat.write_sav(
        frame, str(tmp_path / "e.sav"), variable_value_labels=dict.fromkeys(frame, labels), missing_ranges=ranges
    )
    cli.init(tmp_path / "s", tmp_path / "e.sav")
    (scale,) = load_study(tmp_path / "s").scales.values()
    assert (scale.response.min, scale.response.max) == (0, 10)
    assert "missing" not in (tmp_path / "s/config/config.yaml").read_text()


def test_a_sheet_or_an_encoding_that_is_named_is_written_into_the_config(tmp_path):
    rows = "wiek;ważność_1;ważność_2\n" + "30;tak;nie\n40;nie;tak\n" * 10
    (tmp_path / "e.csv").write_bytes(rows.encode("cp1250"))
    assert cli.main(["init", str(tmp_path / "s"), "--from", str(tmp_path / "e.csv")]) == 1
    assert cli.main(["init", str(tmp_path / "s"), "--from", str(tmp_path / "e.csv"), "--encoding", "cp1250"]) == 0
    assert load_study(tmp_path / "s").config.samples["sample"].encoding == "cp1250"


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


@pytest.mark.parametrize("place", ["", "2024"])
def test_init_keeps_what_is_there(tmp_path, place):
    """Lines of .gitignore, and an export that is in place already."""
    export = small_export(tmp_path / "study/data/raw" / place)
    (tmp_path / "study/.gitignore").write_text("*.tmp\n/results/\n")
    assert cli.main(["init", str(tmp_path / "study"), "--from", str(export)]) == 0
    lines = (tmp_path / "study/.gitignore").read_text().splitlines()
    assert lines[:2] == ["*.tmp", "/results/"]
    assert lines.count("/results/") == 1
    assert "/data/raw/*" in lines
    assert export.read_text().startswith("mood_1")
    assert load_study(tmp_path / "study").raw("sample").resolve() == export.resolve()
    assert [path.name for path in (tmp_path / "study/data").rglob("*.csv")] == ["e.csv"]


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

    monkeypatch.setattr(writing.shutil, "copyfile", fail)
    assert cli.main(["init", str(study), "--from", str(export)]) == 1
    assert "No space left on device); nothing was changed" in capsys.readouterr().err
    assert [path for path in study.rglob("*") if path.is_file()] == []
