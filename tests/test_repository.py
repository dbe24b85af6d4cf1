"""The repository's shape: one stage one name, short files, no address of an index, nothing personal committed."""

import re
import subprocess
import tomllib

import pytest
import yaml

from practicework.study import STAGES


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
    assert (root / f"workflow/scripts/{stage}.py").is_file()
    assert (root / f"workflow/practicework/{stage}.py").is_file() or (
        root / f"workflow/practicework/{stage}/__init__.py"
    ).is_file()
    assert (root / f"tests/test_{stage}.py").is_file()
    assert f'include: "workflow/rules/{stage}.smk"' in (root / "Snakefile").read_text()
    if stage != "report":
        assert (root / f"workflow/practicework/report/sections/{stage}.py").is_file()


def test_no_stage_imports_another(root):
    for stage in STAGES[:-1]:
        source = root / f"workflow/practicework/{stage}.py"
        source = source if source.is_file() else root / f"workflow/practicework/{stage}/__init__.py"
        imported = re.findall(r"^\s*from practicework(?:\.(\w+))? import (.+)$", source.read_text(), re.M)
        names = {module for module, _ in imported if module} | {
            name.strip() for module, line in imported if not module for name in line.split(",")
        }
        assert not names & (set(STAGES) - {stage}), stage


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
    from practicework.config import Config
    from practicework.scale import Scale

    text = (root / "config/README.md").read_text(encoding="utf-8")
    for model in (Config, Scale):
        schema = model.model_json_schema()
        for part in [schema, *schema.get("$defs", {}).values()]:
            for key in part["properties"]:
                assert re.search(rf"`[^`]*\b{key}\b[^`]*`", text), f"{part['title']}: {key}"
