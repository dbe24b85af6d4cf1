"""`practicework new-scale`, with and without --watch, and `practicework export`."""

import itertools
import json
import os
import re

import pytest
import yaml

from practicework.commands import cli, exporters, new_scale
from practicework.commands.exporters import FORMATS
from practicework.errors import StudyError
from practicework.study.scale import load_scale
from practicework.tables import provenance

LINE = re.compile(r"# yaml-language-server: \$schema=(\S+)\n")


@pytest.mark.parametrize("name", ["pride", "on", "null", "1_000", "2x", "7", "for", "a" * 60])
def test_whatever_the_name_a_new_file_is_valid(tmp_path, name):
    """Also where YAML would read the name as something else."""
    new_scale.write(tmp_path, name)
    scale = load_scale(tmp_path, name)
    assert (scale.id, len(scale.items), len(scale.reversed_ids)) == (name, 3, 1)


@pytest.mark.parametrize("folder", [".", "a study/of mine", "deep/er"])
def test_the_first_line_leads_to_the_schema(tmp_path, folder):
    """Relative, whatever the study's own folder is called."""
    new_scale.write(tmp_path / folder, "pride")
    file = tmp_path / folder / "scales/pride.yaml"
    (address,) = LINE.match(file.read_text()).groups()
    assert not address.startswith(("/", "file:"))
    assert json.loads((file.parent / address).read_text())["title"] == "Scale"


def test_a_schema_in_a_folder_with_a_blank_has_an_address(tmp_path, monkeypatch):
    """Editors end the address at a blank."""
    schema = tmp_path / "the program/scale.schema.json"
    schema.parent.mkdir()
    schema.write_text("{}")
    monkeypatch.setattr(new_scale, "SCHEMA", schema)
    new_scale.write(tmp_path / "study", "pride")
    (address,) = LINE.match((tmp_path / "study/scales/pride.yaml").read_text()).groups()
    assert address == schema.as_uri()
    schema.unlink()
    new_scale.write(tmp_path / "study", "ease")
    assert (tmp_path / "study/scales/ease.yaml").read_text().startswith("id: ease\n")


class Editor:
    """Waits between two looks by doing the next thing to the file, then interrupts."""

    def __init__(self, file, *saves: str | None) -> None:
        self.file, self.saves, self.stamps = file, iter(saves), itertools.count(1_000_000_000, 1_000_000_000)

    def __call__(self) -> None:
        try:
            text = next(self.saves)
        except StopIteration:
            raise KeyboardInterrupt from None
        if text is None:
            return
        self.file.write_text(text)
        stamp = next(self.stamps)
        os.utime(self.file, ns=(stamp, stamp))


def watched(folder, name: str, *saves: str | None) -> list[str]:
    """What is shown while the file is saved so; None lets it rest."""
    shown = []
    new_scale.watch(folder, name, shown.append, Editor(folder / f"scales/{name}.yaml", *saves))
    return shown


def test_watch_tells_at_each_save_what_is_right_or_wrong(writer):
    """Once for each save, not while the file rests, and not of what an editor leaves for a moment."""
    writer.load()
    right = (writer.folder / "scales/pride.yaml").read_text()
    wrong = right.replace("max: 5", "max: 0")
    shown = watched(writer.folder, "pride", None, None, wrong, None, None, "", right, None, right, None)
    assert shown == [
        "pride: valid. 2 items (pride_2 reverse-keyed), answers 1 to 5, score 1 to 5 (mean, at least 2 answered).",
        "Error: scales/pride.yaml: 'response': min (1) must be smaller than max (0); correct one of them.",
        *[shown[0]] * 2,
    ]


def test_watch_tells_what_is_still_to_be_done(writer):
    writer.load()
    new_scale.write(writer.folder, "joy")
    (told,) = watched(writer.folder, "joy")
    assert told.splitlines() == [
        "joy: valid. 3 items (joy_2 reverse-keyed), answers 1 to 5, score 1 to 5 (mean, at least 3 answered).",
        "Note: scales/joy.yaml still contains placeholder texts: definition, source.citation, the text of joy_1, "
        "the text of joy_2, the text of joy_3; replace them.",
        "Note: 'scales' in config/config.yaml does not list 'joy' yet; add it to make the scale part of the study.",
    ]


def test_watch_tells_of_mistakes_between_the_scale_and_its_study(writer):
    """An item that another scale has already is no mistake of the file alone."""
    with pytest.raises(StudyError):
        writer.load({"ease.items.0.id": "pride_1"})
    (told,) = watched(writer.folder, "ease")
    assert "Note: the study has a mistake elsewhere: config/config.yaml: the item 'pride_1' is in" in told


def test_watch_of_a_file_that_is_gone(writer):
    writer.load()
    (writer.folder / "scales/ease.yaml").unlink()
    (told,) = watched(writer.folder, "ease")
    assert told.startswith("Error: scales/ease.yaml does not exist")


def test_the_command_writes_once_and_watches_what_exists(tmp_path, capsys, monkeypatch):
    def interrupt() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(new_scale, "pause", interrupt)
    for first in ("Wrote ", "Checking the file at each save"):
        assert cli.main(["new-scale", "joy", str(tmp_path), "--watch"]) == 0
        told = capsys.readouterr().out
        assert told.startswith(first)
        assert "joy: valid. 3 items" in told
    assert cli.main(["new-scale", "Joy", str(tmp_path), "--watch"]) == 1
    assert "lower-case letters" in capsys.readouterr().err


def test_check_notes_the_words_of_a_new_file(tmp_path, capsys):
    """A note, since the study runs; none once they are replaced."""
    new_scale.write(tmp_path, "joy")
    for part in ("config", "data/raw"):
        (tmp_path / part).mkdir(parents=True)
    (tmp_path / "config/config.yaml").write_text("samples: {s: {file: data/raw/s.csv}}\nscales: [joy]\n")
    (tmp_path / "data/raw/s.csv").write_text("joy_1,joy_2,joy_3\n1,2,3\n2,3,4\n")
    assert cli.main(["check", str(tmp_path)]) == 0
    assert "Note: scales/joy.yaml still contains placeholder texts: definition," in capsys.readouterr().out
    file = tmp_path / "scales/joy.yaml"
    scale = yaml.safe_load(file.read_text())
    scale |= {"definition": "Joy.", "source": None, "items": [{"id": f"joy_{at}", "text": f"Joy {at}"} for at in (1, 2, 3)]}
    file.write_text(yaml.safe_dump(scale))
    assert cli.main(["check", str(tmp_path)]) == 0
    assert "Note" not in capsys.readouterr().out


# export


def test_export_writes_a_line_and_a_file_each(writer, capsys):
    writer.load()
    assert cli.main(["export", str(writer.folder)]) == 0
    folder = writer.folder / "results/instruments"
    assert capsys.readouterr().out.splitlines() == [f"{folder / name}: {about}" for name, (about, _) in FORMATS.items()]
    assert {file.name for file in folder.iterdir()} == set(FORMATS)
    first = {file.name: file.read_bytes() for file in folder.iterdir()}
    assert cli.main(["export", str(writer.folder)]) == 0
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == first


def test_chosen_scales_need_no_study(tmp_path, capsys):
    """A questionnaire is wanted before there are data."""
    for name in ("joy", "ease"):
        new_scale.write(tmp_path, name)
    assert cli.main(["export", str(tmp_path), "--scale", "ease", "--to", str(tmp_path / "out")]) == 0
    told = capsys.readouterr().out
    assert "Note: scales/ease.yaml still contains placeholder texts" in told
    assert "joy" not in told + (tmp_path / "out/psych_keys.R").read_text()
    assert cli.main(["export", str(tmp_path), "--to", str(tmp_path / "all")]) == 0
    assert "joy" in (tmp_path / "all/psych_keys.R").read_text()


def test_a_format_that_cannot_hold_the_scales_is_left_out(writer, capsys):
    """The others are written, and an older file of that format does not stay to mislead."""
    writer.load()
    assert cli.main(["export", str(writer.folder)]) == 0
    writer.load({"pride.items.0.id": "Pride1"})
    capsys.readouterr()
    assert cli.main(["export", str(writer.folder)]) == 0
    told = capsys.readouterr().out
    assert "Skipped redcap_dictionary.csv: scales/pride.yaml: the item 'Pride1' cannot be a REDCap variable" in told
    names = {file.name for file in (writer.folder / "results/instruments").iterdir()}
    assert names == set(FORMATS) - {"redcap_dictionary.csv"}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--scale", "prid"], r"scales/prid\.yaml does not exist \(did you mean 'pride\.yaml'\?\)"),
        (
            ["--to", "config/config.yaml"],
            r"config/config\.yaml cannot be written \(File exists\); name another folder with --to\.",
        ),
    ],
)
def test_mistakes_of_an_export_are_one_sentence(writer, capsys, monkeypatch, arguments, sentence):
    writer.load()
    monkeypatch.chdir(writer.folder)
    assert cli.main(["export", *arguments]) == 1
    told = capsys.readouterr().err
    assert re.search(sentence, told)
    assert told.count("\n") == 1
    assert not (writer.folder / "results").exists()


def test_mistakes_between_scales_and_folders(tmp_path, writer):
    with pytest.raises(StudyError, match="has no scale to export; start one with: practicework new-scale ID"):
        exporters.export(tmp_path / "empty")
    with pytest.raises(StudyError):
        writer.load({"ease.items.0.id": "pride_1"})
    with pytest.raises(StudyError, match=r"the item 'pride_1' is in scales/pride\.yaml and in scales/ease\.yaml"):
        exporters.export(tmp_path, ["pride", "ease"])
    writer.load({"config.samples": {"instruments": {"file": "data/raw/s.csv"}}, "config.replication": None})
    with pytest.raises(StudyError, match="contains the results of the sample 'instruments'; name another folder with --to"):
        exporters.export(tmp_path)


def test_no_stage_runs_the_exporters(root):
    """Else an edit of a questionnaire would compute everything anew."""
    for script in (root / "workflow/scripts").glob("*.py"):
        assert not {"exporters", "new_scale"} & {
            part for file in provenance.sources(script) for part in file.with_suffix("").parts
        }
