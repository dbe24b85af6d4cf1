"""Packages: what they hold and what they must not, and that one, unzipped elsewhere, verifies itself by its own command."""

import csv
import json
import re
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from practicework.commands import cli, stand_in
from practicework.commands.package import archive, crate, data, package, readme, slug
from practicework.commands.verification import numbers, runs
from practicework.errors import StudyError
from practicework.study import load_study

ROOT = Path(__file__).resolve().parents[2]
VENV = Path(sys.prefix)
CITATION = """\
cff-version: 1.2.0
message: Cite us.
title: "Mood at work: data, code and results"
type: dataset
authors:
  - {family-names: Doe, given-names: Ada, affiliation: A lab, orcid: "https://orcid.org/0000-0002-1825-0097"}
  - {name: The mood lab}
version: "1.0"
date-released: "2026-01-31"
license: CC-BY-4.0
"""


def rows(seed: int) -> list[list]:
    """Sixty people: an id that tells who they are, hours, mood, and an age group that ten or more share."""
    rng = np.random.default_rng(seed)
    mood = rng.integers(1, 6, 60)
    hours = (30 + 3 * mood + rng.normal(0, 4, 60)).round(1)
    return [["id", "hours", "mood", "age_group", "name"]] + [
        [f"jane{n}", hours[n], mood[n], 20 + 10 * (n % 3), "Jane Roe"] for n in range(60)
    ]


def write_study(folder: Path, name: str, entry: dict, **changes: object) -> Path:
    """One sample of private data."""
    config = {
        "title": "Mood & hours at the lab's",
        "question": "Do hours go with mood?",
        "samples": {name: {"file": f"data/raw/{name}.csv", "respondent": "id"} | entry},
        "variables": ["hours", "mood", "age_group"],
        "quasi_identifiers": ["age_group"],
        "licence": "CC0-1.0",
    }
    for part in ("data/raw", "config"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    with (folder / f"data/raw/{name}.csv").open("w", newline="") as out:
        csv.writer(out, lineterminator="\n").writerows(rows(1))
    (folder / "config/config.yaml").write_text(yaml.safe_dump(config | changes, sort_keys=False))
    return folder


@dataclass(frozen=True)
class Packed:
    """A study, its package, and what the command said."""

    study: Path
    folder: Path
    archive: Path
    told: str


@pytest.fixture(scope="module")
def packed(tmp_path_factory, run):
    """A study run and packaged, its data given away as coded answers."""
    claim = {"claim": "People", "published": "60", "table": "scoring/summary", "row": {"variable": "mood"}, "column": "n"}
    replication = {"coded": {"source": "A paper", "claims": [claim]}}
    study = write_study(tmp_path_factory.mktemp("lab") / "study", "coded", {"publish": "deidentified"}, replication=replication)
    (study / "CITATION.cff").write_text(CITATION)
    done = run(study, "--quiet", "all")
    assert done.returncode == 0, done.output
    return pack(study)


def pack(study: Path) -> Packed:
    told = package(study, ROOT)
    folder = study / "results/package/mood-hours-at-the-labs"
    return Packed(study, folder, folder.with_name(f"{folder.name}.zip"), told)


@pytest.fixture(scope="module")
def closed(tmp_path_factory, packed):
    """A study of which nothing but a stand-in is given away; its runs are played by the other's results, one number changed."""
    entry = {"access": "Write to the lab.", "stand_in": "data/raw/closed_synthetic.csv"}
    study = write_study(tmp_path_factory.mktemp("lab") / "study", "closed", {})
    stand_in.write(study)
    write_study(study, "closed", entry)
    shutil.copytree(packed.study / "results/coded", study / "results/closed")

    def play(folder: Path, code: Path) -> None:
        shutil.copytree(study / "results/closed", folder / "results/closed")
        file = folder / "results/closed/report/tables/ingest_categories.csv"
        file.write_text(file.read_text().replace("20,20", "20,21", 1))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runs, "_run", play)
        return pack(study)


def test_it_says_what_it_wrote(packed, closed):
    assert packed.told.splitlines()[:2] == [f"Package: {packed.folder}", f"Archive: {packed.archive}"]
    assert packed.told.count("Note: ") == 0
    assert "Note: the data of closed are not included; its stand-in data/raw/closed_synthetic.csv is." in closed.told
    assert "Note: the study has no CITATION.cff" in closed.told


def test_nothing_private_is_in_it(packed, closed):
    """No id, no name, no private file; of the closed sample no table with a row for each person."""
    for one in (packed, closed):
        for name in archive.files(one.folder):
            content = (one.folder / name).read_bytes()
            assert b"Jane Roe" not in content, name
            assert not re.search(rb"jane\d", content), name
    raw = [[path.name for path in (one.folder / "data/raw").iterdir()] for one in (packed, closed)]
    assert raw == [["coded_deidentified.csv"], ["closed_synthetic.csv"]]
    own, given = closed.study / "results/closed", closed.folder / "results/closed"
    assert b"jane1" in (own / "scoring/scores.csv").read_bytes()
    assert not (given / "scoring/scores.csv").exists()
    assert not (given / "ingest/responses.csv").exists()
    assert (given / "scoring/summary.csv").read_bytes() == (own / "scoring/summary.csv").read_bytes()
    assert (given / "report/report.html").is_file()


def test_coded_answers_are_the_answers_under_running_ids(packed):
    real = pd.read_csv(packed.study / "results/coded/ingest/responses.csv")
    given = pd.read_csv(packed.folder / "data/raw/coded_deidentified.csv")
    assert given["respondent"].tolist() == [f"R{number:04d}" for number in range(1, 61)]
    pd.testing.assert_frame_equal(given.drop(columns="respondent"), real.drop(columns="respondent"))
    spec = load_config(packed.folder)["samples"]["coded"]
    expected = {"file": "data/raw/coded_deidentified.csv", "reader": "coded", "respondent": "respondent", "publish": "raw"}
    assert spec == expected
    scores = [pd.read_csv(folder / "results/coded/scoring/summary.csv") for folder in (packed.study, packed.folder)]
    pd.testing.assert_frame_equal(*scores)


def load_config(folder: Path) -> dict:
    return yaml.safe_load((folder / "config/config.yaml").read_text())


def test_it_expects_the_numbers_of_the_study_and_of_the_stand_in(packed, closed):
    folders = [one.folder / "config/expected" for one in (packed, closed)]
    names = [sorted(path.name for path in folder.iterdir()) for folder in folders]
    assert names == [["coded.csv"], ["closed.csv", "closed_stand_in.csv"]]
    expected = numbers.read_expected(folders[1] / "closed.csv")
    pd.testing.assert_frame_equal(expected, numbers.numbers(closed.study / "results/closed"))
    drawn = numbers.read_expected(folders[1] / "closed_stand_in.csv")
    assert (drawn["value"] != expected["value"]).sum() == 1


def test_what_is_not_given_away_is_told(closed):
    text = (closed.folder / "README.md").read_text(encoding="utf-8")
    assert "- `closed`: **not public.** Write to the lab. Put the file at `data/raw/closed.csv`" in text
    assert "| `data/raw/closed.csv` | closed | the survey's export | **no** |" in text
    assert "A synthetic stand-in replaces them" in text


def test_numbers_that_differ_are_listed(closed, monkeypatch, tmp_path):
    """Committed expectations of the stand-in, which the run of the package does not meet."""
    study = shutil.copytree(closed.study, tmp_path / "study", ignore=shutil.ignore_patterns("package"))
    numbers.write_expected(numbers.numbers(study / "results/closed").iloc[:10], study / "config/expected/closed_stand_in.csv")

    def play(folder: Path, code: Path) -> None:
        shutil.copytree(study / "results/closed", folder / "results/closed")
        file = folder / "results/closed/report/tables/ingest_anonymity.csv"
        file.write_text(file.read_text().replace("age_group,60", "age_group,59", 1))

    monkeypatch.setattr(runs, "_run", play)
    made = pack(study)
    text = (made.folder / "README.md").read_text(encoding="utf-8")
    assert "| closed | ingest_anonymity | age_group | n | 60.0 | 59.0 | differs |" in text
    table = pd.read_csv(made.folder / "results/differences.csv")
    assert table["verdict"].value_counts()["differs"] == 1
    assert crate.check(made.folder) == []


def test_the_readme_has_the_sections_and_facts_of_a_data_editors_template(packed):
    text = (packed.folder / "README.md").read_text(encoding="utf-8")
    sections = re.findall(r"^## (.+)$", text, re.M)
    assert sections == [
        "Overview",
        "Data availability and rights",
        "Datasets",
        "Computational requirements",
        "Description of programs",
        "Instructions",
        "Tables and figures",
        "References",
    ]
    assert re.search(r"the run took\s+\d+ (s|min)", text)
    assert "The data may be used under CC0-1.0." in text
    assert "`seed: 2021`" in text
    place = re.search(r"`(workflow/\S+\.py):(\d+)`", text)
    assert "generator(" in (packed.folder / place[1]).read_text().splitlines()[int(place[2]) - 1]
    assert re.findall(r"^```sh\n(.+)\n```$", text, re.M) == ["make verify"]
    shown = pd.read_csv(packed.folder / "results/coded/report/contents.csv")
    for one in shown.itertuples():
        row = re.search(rf"^\| coded \| {one.kind.capitalize()} {one.number} \| .+\| `(\w+)` \| `(.+)` \|$", text, re.M)
        assert row[1] == one.stage
        assert (packed.folder / row[2]).is_file()
    for file in re.findall(r"`(workflow/[\w/]+\.(?:smk|py))`", text):
        assert (packed.folder / file).is_file()
    assert "Doe, Ada; The mood lab. Mood at work: data, code and results (version 1.0)." in text
    assert "- `coded`: 1 of 1 agree" in text


def test_checksums_are_those_of_all_other_files(packed):
    done = subprocess.run(["sha256sum", "-c", "--quiet", "checksums.txt"], cwd=packed.folder, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout
    listed = [line.split("  ", 1)[1] for line in (packed.folder / "checksums.txt").read_text().splitlines()]
    assert listed == [name for name in archive.files(packed.folder) if name != "checksums.txt"]


def test_nothing_of_a_machine_is_in_it(packed):
    names = archive.files(packed.folder)
    assert not [name for name in names if "__pycache__" in name or "egg-info" in name or "/logs/" in name or name.startswith(".")]
    for name in names:
        if not name.endswith((".docx", ".png")):
            assert str(packed.study.parent) not in (packed.folder / name).read_text(encoding="utf-8"), name


def test_the_same_files_give_the_same_archive(packed, tmp_path):
    copy = shutil.copytree(packed.folder, tmp_path / packed.folder.name)  # other times of change
    archive.write_zip(copy, tmp_path / "again.zip")
    assert (tmp_path / "again.zip").read_bytes() == packed.archive.read_bytes()


def test_metadata_list_every_file_and_nothing_else(packed, tmp_path):
    assert crate.check(packed.folder) == []
    copy = shutil.copytree(packed.folder, tmp_path / "copy")
    (copy / "stray.txt").write_text("x")
    (copy / "LICENSE").unlink()
    assert crate.check(copy) == ["stray.txt is not listed", "LICENSE is listed but missing"]
    graph = json.loads((copy / crate.METADATA).read_text())
    root = next(one for one in graph["@graph"] if one["@id"] == "./")
    del root["license"]
    (copy / crate.METADATA).write_text(json.dumps(graph))
    assert "the package has no license" in crate.check(copy)
    people = {one["@id"]: one for one in graph["@graph"] if one["@type"] in ("Person", "Organization")}
    assert {one["name"] for one in people.values()} == {"Ada Doe", "The mood lab"}
    assert root["datePublished"] == "2026-01-31"


def test_the_metadata_are_a_valid_ro_crate(packed, tmp_path, monkeypatch):
    """By the validator of the RO-Crate community, every requirement; a few files, since it takes long over many."""
    requests, rocrate = pytest.importorskip("requests"), pytest.importorskip("rocrate")
    pytest.importorskip("rocrate_validator")
    from rocrate_validator import models, services

    context = (Path(rocrate.__file__).parent / "data/ro-crate.jsonld").read_bytes()

    def serve(self: object, request: object, **options: object) -> object:
        answer = requests.Response()
        answer.status_code, answer._content, answer.url, answer.request = 200, context, request.url, request
        answer.headers["Content-Type"] = "application/ld+json"
        return answer

    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", serve)  # the context comes from the library, not from the web
    for name in ("README.md", "Snakefile", "data/raw/coded_deidentified.csv", "workflow/practicework/numerics/seeds.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(packed.folder / name, tmp_path / name)
    facts = {
        "title": "A",
        "description": "B",
        "citation": yaml.safe_load(CITATION),
        "software": readme.software(packed.folder),
    }
    crate.write(tmp_path, facts, dict.fromkeys(archive.files(tmp_path), "A file."))
    wanted = {"rocrate_uri": str(tmp_path), "profile_identifier": "ro-crate", "no_cache": True}
    settings = services.ValidationSettings(**wanted, requirement_severity=models.Severity.REQUIRED)
    found = services.validate(settings)
    assert found.passed(), [(issue.check.identifier, issue.message) for issue in found.get_issues()]


def test_unzipped_elsewhere_it_verifies_itself(packed, tmp_path):
    """By the one command of its README, in a folder with blanks, with the unzipped library and not with this clone's."""
    place = tmp_path / "an other place"
    with zipfile.ZipFile(packed.archive) as file:
        file.extractall(place)
    folder = place / packed.folder.name
    mark = folder / "workflow/practicework/__init__.py"
    mark.write_text(mark.read_text().replace('__version__ = "', '__version__ = "unzipped '))
    command = re.search(r"^```sh\n(.+)\n```$", (folder / "README.md").read_text(), re.M)[1]
    done = subprocess.run([*command.split(), f"VENV={VENV}"], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    told = done.stdout.replace("\n  ", " ")
    assert "practicework unzipped" in told
    assert re.search(r"Verdict: All \d+ expected numbers were reproduced\.", told)
    assert (folder / "results/verification.csv").is_file()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"quasi_identifiers": ["age_group", "mood"]},
            "respondents share some combination of age_group × mood, and at least 5 must",
        ),
        (
            {"quasi_identifiers": None},
            "does not state which of the variables (hours, mood, age_group) could identify respondents",
        ),
    ],
)
def test_answers_by_which_people_stand_out_are_refused(tmp_path, changes, sentence):
    """Before anything is written; an empty list is a declaration, too."""
    folder = write_study(tmp_path / "study", "coded", {"publish": "deidentified"}, **changes)
    config = load_config(folder)
    if config["quasi_identifiers"] is None:
        del config["quasi_identifiers"]
    (folder / "config/config.yaml").write_text(yaml.safe_dump(config))
    with pytest.raises(StudyError, match=r"'samples\.coded\.publish' is 'deidentified', but") as caught:
        data.check(load_study(folder))
    assert sentence in str(caught.value)
    (folder / "config/config.yaml").write_text(yaml.safe_dump(config | {"quasi_identifiers": []}))
    data.check(load_study(folder))


@pytest.mark.parametrize(("entry", "given"), [({"synthetic": "Computed."}, ["s.csv"]), ({}, [])])
def test_what_is_given_away_by_default(tmp_path, entry, given):
    """Synthetic data as they are; of anything else nothing."""
    folder = write_study(tmp_path / "study", "s", entry)
    datasets = data.write(load_study(folder), tmp_path / "made")
    assert [(one.file, one.provided) for one in datasets] == [("data/raw/s.csv", bool(given))]
    assert [path.name for path in (tmp_path / "made").glob("data/raw/*")] == given
    assert (tmp_path / "made/config/config.yaml").read_bytes() == (folder / "config/config.yaml").read_bytes()


def test_what_cannot_be_packaged_is_told(tmp_path, packed, capsys):
    """No results; a folder that holds something else. Nothing is written."""
    folder = write_study(tmp_path / "study", "coded", {})
    assert cli.main(["package", str(folder)]) == 1
    assert (
        capsys.readouterr().err
        == "Error: results/coded/report/contents.csv does not exist; run the study first: practicework run.\n"
    )
    assert not (folder / "results").exists()
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/thesis.txt").write_text("x")
    assert cli.main(["package", str(packed.study), "--to", str(tmp_path / "mine")]) == 1
    assert "exists and is not a package; choose another folder with --to." in capsys.readouterr().err
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["thesis.txt"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (CITATION.replace("license: CC-BY-4.0", ""), "CITATION.cff has no 'license'; add it (MIT)"),
        (CITATION.replace("{name: The mood lab}", "The mood lab"), "has an author without 'family-names'"),
        ("authors: [", "CITATION.cff, line 1, is not valid YAML"),
    ],
)
def test_a_citation_that_tells_too_little_is_told_before_the_run(packed, text, sentence, capsys):
    own = packed.study / "CITATION.cff"
    own.write_text(text)
    try:
        assert cli.main(["package", str(packed.study)]) == 1
    finally:
        own.write_text(CITATION)
    assert sentence in capsys.readouterr().err


def test_a_title_becomes_a_name_of_a_folder():
    assert slug("Salespeople's promotion: «of» selling ") == "salespeoples-promotion-of-selling"
    assert slug("調査") == "study"
