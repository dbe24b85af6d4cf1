"""The repository's shape: one stage one name, short files, no address of an index, nothing personal committed."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from practicework.study.pipeline import STAGES


@pytest.fixture(scope="module")
def files(root):
    """The files of the repository; those that git tracks, where there is a clone."""
    done = subprocess.run(["git", "ls-files"], cwd=root, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip("not a clone: git does not list the files")
    return [root / name for name in done.stdout.splitlines() if (root / name).is_file()]


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_has_one_name_everywhere(root, stage):
    assert (root / f"workflow/rules/{stage}.smk").is_file()
    module = root / "workflow/practicework" / ("report" if stage == "report" else f"stages/{stage}")
    assert module.with_suffix(".py").is_file() or (module / "__init__.py").is_file()
    assert list((root / "tests" / stage).glob(f"test_{stage}*.py"))
    assert f'include: "workflow/rules/{stage}.smk"' in (root / "Snakefile").read_text()
    if stage != "report":
        assert (root / f"workflow/practicework/report/{stage}/__init__.py").is_file()


def test_wings_import_only_what_is_below_them(root):
    """The contracts of import-linter in pyproject.toml hold; `make lint` says which import breaks one."""
    command = [Path(sys.executable).with_name("lint-imports"), "--no-cache"]
    done = subprocess.run(
        command, cwd=root, env={**os.environ, "PYTHONPATH": "workflow"}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_few_names_at_the_top_of_the_package(root):
    names = [path.stem for path in (root / "workflow/practicework").iterdir() if not path.name.startswith("__")]
    assert len(names) <= 12


def test_files_stay_short(root, files):
    assert len((root / "Snakefile").read_text().splitlines()) < 40
    for file in files:
        if file.suffix in {".py", ".smk"}:
            assert len(file.read_text(encoding="utf-8").splitlines()) <= 400, file.name


def test_the_lock_pins_every_dependency_with_hashes_and_names_no_index(root):
    lock = (root / "requirements.lock").read_text()
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    wanted = project["dependencies"] + project["optional-dependencies"]["test"]
    for requirement in wanted:
        name = re.match(r"[\w-]+", requirement)[0]
        assert re.search(rf"^{re.escape(name)}==[^\n]*\\\n    --hash=sha256:", lock, re.M), name
    assert "://" not in lock
    assert "index-url" not in lock


def test_only_public_data_are_committed(root, files):
    raw = root / "data/raw"
    committed = {file.relative_to(raw).parts[0] for file in files if file.is_relative_to(raw)}
    assert committed == {"README.md", "schmitt2021_synthetic.csv", "schmitt2021_interviews", "bercier2020_cases"}


def test_citation_is_of_this_version(root):
    citation = yaml.safe_load((root / "CITATION.cff").read_text())
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    assert citation["version"] == project["version"]
    assert f"## [{project['version']}]" in (root / "CHANGELOG.md").read_text()


def test_every_config_key_is_explained(root):
    """Each key of the schema has a row in config/README.md."""
    from practicework.study.config import Config
    from practicework.study.scale import Scale

    text = (root / "config/README.md").read_text(encoding="utf-8")
    for model in (Config, Scale):
        schema = model.model_json_schema()
        for part in [schema, *schema.get("$defs", {}).values()]:
            for key in part["properties"]:
                assert re.search(rf"`[^`]*\b{key}\b[^`]*`", text), f"{part['title']}: {key}"


CITED = re.compile(r"((?:[A-ZÀ-Ž][\w’-]+(?:, | & | and |'s and )?)+)(?:'s)?(?: et al\.)?(?:'s)?,? \(?((?:19|20)\d\d)\b")


def test_methods_list_what_they_cite_and_the_reverse(root):
    """Every `Hayes & Matthes, 2009` of docs/methods.md has an entry in its list, and no DOI stands without its authors."""
    text, works = (root / "docs/methods.md").read_text(encoding="utf-8").split("## References")
    found = {(re.split(r", | & | and |'s", match[1])[0], match[2]) for match in CITED.finditer(" ".join(text.split()))}
    entries = [line[2:] for line in works.splitlines() if line.startswith("- ")]
    listed = {(re.match(r"\*?([^,.(]+)", one)[1], re.search(r"\((\d{4})", one)[1]) for one in entries}
    assert found == listed
    assert "doi.org" not in text
    assert all(one.rstrip().endswith((".", *"0123456789")) and "*" in one for one in entries)  # a journal or a title
