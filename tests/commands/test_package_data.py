"""What a package includes: what the study declares and nothing else."""

import os
import sys
from pathlib import Path

import pandas as pd
import pytest
import yaml

from practicework.commands.package import data
from practicework.commands.verification import runs
from practicework.errors import StudyError
from practicework.study import files, load_study

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "coding"))
from test_coding_qdpx import archive, document


def write_study(folder: Path, header: str = "id,age,email", row: str = "{n},3{n},a{n}@b.org", **sample) -> Path:
    """One sample with an address in a column that the study does not use, and a list of participants in config/."""
    for part in ("config", "data/raw", "scales"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    lines = [header, *(row.format(n=n) for n in range(1, 8))]
    (folder / "data/raw/s.csv").write_text("\n".join(lines) + "\n")
    entry = {"file": "data/raw/s.csv", "respondent": "id"} | sample
    (folder / "config/config.yaml").write_text(yaml.safe_dump({"samples": {"s": entry}, "variables": ["age"]}))
    for name in ("config/participants.csv", "data/raw/notes.txt", "scales/draft.yaml"):
        (folder / name).write_text("Jane Roe")
    return folder


def names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def config_of(folder: Path) -> dict:
    return yaml.safe_load((folder / "config/config.yaml").read_text())


def test_a_package_and_a_rerun_copy_what_is_declared(tmp_path):
    """Neither a list of participants in config/ nor notes beside the data."""
    study = write_study(tmp_path / "study", "id,age", "{n},3{n}", publish="raw")
    data.write(load_study(study), tmp_path / "package")
    runs.copy_study(study, tmp_path / "rerun", config_of(study))
    assert names(tmp_path / "package") == names(tmp_path / "rerun") == ["config/config.yaml", "data/raw/s.csv"]


@pytest.mark.parametrize("name", ["data/raw/s.csv", "config/config.yaml"])
def test_a_link_that_leaves_the_study_is_refused(tmp_path, name):
    """In a package and in the copy of a rerun; a link inside the study is copied as a file."""
    study = write_study(tmp_path / "study", "id,age", "{n},3{n}", publish="raw")
    outside = tmp_path / "outside"
    (study / name).rename(outside)
    (study / name).symlink_to(outside)
    copies = (
        lambda: files.copy(study, name, tmp_path / "one"),
        lambda: runs.copy_study(study, tmp_path / "two", config_of(study)),
    )
    for copy in copies:
        with pytest.raises(StudyError, match=rf"{name} is a link to a file outside the study|not inside data/raw/"):
            copy()
    inside = study / f"{name}.kept"
    (study / name).unlink()
    outside.rename(inside)
    (study / name).symlink_to(inside.name)
    runs.copy_study(study, tmp_path / "three", config_of(study))
    assert (tmp_path / "three" / name).is_file()
    assert not (tmp_path / "three" / name).is_symlink()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_named_pipe_is_refused(tmp_path):
    study = write_study(tmp_path / "study")
    (study / "data/raw/s.csv").unlink()
    os.mkfifo(study / "data/raw/s.csv")
    with pytest.raises(StudyError, match=r"data/raw/s\.csv is not a regular file"):
        runs.copy_study(study, tmp_path / "rerun", config_of(study))


@pytest.mark.parametrize("more", [{}, {"synthetic": "Computed."}])
def test_a_file_with_addresses_is_not_published_unless_they_are_named(tmp_path, more):
    study = write_study(tmp_path / "study", publish="raw", **more)
    sentence = r"'samples\.s\.publish' is 'raw', but data/raw/s\.csv has columns .*: 'email' \(contact\); publish 'deidentified'"
    with pytest.raises(StudyError, match=sentence):
        data.check(load_study(study))
    write_study(study, publish="raw", publish_columns=["email"], **more)
    data.check(load_study(study))
    write_study(study, "id,age", "{n},3{n}", publish="raw", publish_columns=["email"], **more)
    with pytest.raises(StudyError, match=r"has 'email', which identifies nobody in"):
        data.check(load_study(study))


def coded(folder: Path, **entry) -> Path:
    """A set of codings from a project with a transcript."""
    for part in ("config", "data/raw"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    archive(folder / "data/raw", document(), **{"sources/s-1.txt": "All that Anna said."})
    config = {"coding": {"q": {"codings": "data/raw/p.qdpx"} | entry}}
    (folder / "config/config.yaml").write_text(yaml.safe_dump(config))
    return folder


def test_sets_of_codings_are_not_published_by_default(tmp_path):
    study = coded(tmp_path / "study", access="Ask.")
    datasets = data.write(load_study(study), tmp_path / "package")
    assert [(one.file, one.provided) for one in datasets] == [("data/raw/p.qdpx", False)]
    assert names(tmp_path / "package") == ["config/config.yaml"]


def test_of_a_project_the_coded_tables_are_published(tmp_path):
    """No transcript, no name of a source or a coder; the same codings, from a study that loads."""
    study = coded(tmp_path / "study", publish="tables")
    datasets = data.write(load_study(study), tmp_path / "package")
    files_ = ["data/raw/q/codebook.yaml", "data/raw/q/codings.csv", "data/raw/q/units.csv"]
    assert names(tmp_path / "package") == ["config/config.yaml", *files_]
    assert [one.file for one in datasets if one.provided] == [files_[2], files_[1], files_[0]]
    for name in names(tmp_path / "package"):
        text = (tmp_path / "package" / name).read_text(encoding="utf-8")
        assert not any(word in text for word in ("Interview", "Coder", "said", "Anna", "Ben")), name
    package = load_study(tmp_path / "package")
    assert package.codebooks["q"].ids == ["promotion", "advocacy", "asking_for_tools", "abstaining"]
    table = pd.read_csv(tmp_path / "package/data/raw/q/codings.csv")
    assert table["code"].tolist() == ["asking_for_tools", "advocacy", "abstaining", "asking_for_tools"]
    assert table["coder"].nunique() == 2
