"""The fingerprint of a stage's code covers what its job runs, and nothing of another stage."""

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from practicework.study import pipeline
from practicework.study.pipeline import STAGES
from practicework.tables import provenance

WORKFLOW = Path(__file__).resolve().parents[2] / "workflow"
PACKAGE = WORKFLOW / "practicework"


def starts(stage: str, workflow: Path = WORKFLOW) -> list[Path]:
    """The files from which the fingerprint of a stage starts."""
    return pipeline.sources(workflow, stage)


@pytest.fixture
def copied(tmp_path, monkeypatch) -> Path:
    """A copy of the workflow that may be edited, and that the fingerprints are taken of."""
    workflow = tmp_path / "workflow"
    for part in ("practicework", "scripts"):
        shutil.copytree(WORKFLOW / part, workflow / part, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(provenance, "PACKAGE", workflow / "practicework")
    return workflow


def digest(paths: list[Path], *, imports: bool = True) -> str:
    """A fingerprint taken anew; the imports of files, too, unless they are known to be as they were."""
    if imports:
        provenance._imports.cache_clear()
    return provenance.code_digest.__wrapped__(*paths)


LOADED = """
import os, pandas, scipy.stats, statsmodels.api, sys
for stage, imports in {imports!r}.items():
    if not os.fork():
        exec(imports)
        for name, module in sys.modules.items():
            if name.split(".")[0] == "practicework":
                print(stage, module.__file__, flush=True)
        os._exit(0)
    assert not os.wait()[1]
"""
"""Prints the files of the library that each stage's job loads, each in a fork that has loaded other libraries alone."""


@pytest.fixture(scope="module")
def loaded() -> dict[str, set[str]]:
    """The files that a process has loaded which imports what a stage's script imports."""
    imports = {}
    for stage in STAGES:
        tree = ast.parse(starts(stage)[0].read_text())
        lines = [ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
        imports[stage] = "\n".join([*lines, *([f"import practicework.stages.{stage}"] if stage != "report" else [])])
    done = subprocess.run(
        [sys.executable, "-c", LOADED.format(imports=imports)],
        env={**os.environ, "PYTHONPATH": str(WORKFLOW)},
        capture_output=True,
        text=True,
        check=True,
    )
    found = {stage: set() for stage in STAGES}
    for line in done.stdout.splitlines():
        stage, file = line.split(" ", 1)
        found[stage].add(Path(file).relative_to(PACKAGE).as_posix())
    return found


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks processes")
@pytest.mark.parametrize("stage", STAGES)
def test_every_module_that_a_job_loads_is_a_source(stage, loaded):
    """A process that imports what the script imports has loaded no other file of the library."""
    sources = {path.relative_to(WORKFLOW).as_posix() for path in provenance.sources(*starts(stage))}
    assert {"__init__.py", "study/study.py"} < loaded[stage]
    assert {f"practicework/{name}" for name in loaded[stage]} <= sources
    assert starts(stage)[0].relative_to(WORKFLOW).as_posix() in sources


@pytest.mark.parametrize("stage", STAGES)
def test_no_stage_runs_the_code_of_another(stage):
    """What two stages share stands below both."""
    base = PACKAGE / "stages"
    modules = {base / other for other in STAGES} | {base / f"{other}.py" for other in STAGES} | {PACKAGE / "report"}
    used = {module for path in provenance.sources(*starts(stage)) for module in modules if module in (path, *path.parents)}
    assert used <= ({base / stage, base / f"{stage}.py"} if stage != "report" else {PACKAGE / "report"})
    assert len(used) == 1


def test_kernel_is_a_source_of_the_stages_that_resample():
    """And of no other."""
    users = {stage for stage in STAGES if PACKAGE / "numerics/bootstrap.py" in provenance.sources(*starts(stage))}
    assert users == {"reliability", "dimensionality", "moderation", "process", "profiles", "synthesis"}


def test_templates_are_sources():
    """Everything beside the code of the report that it could read."""
    files = {path for path in (PACKAGE / "report").rglob("*") if path.is_file() and path.suffix not in (".py", ".pyc")}
    assert files
    assert files <= set(provenance.sources(*starts("report")))


@pytest.mark.parametrize("stage", ["ingest", "report"])
def test_change_of_any_source_changes_the_fingerprint(stage, copied):
    """One byte is enough; a file that is no source does not matter."""
    before = digest(starts(stage, copied))
    sources = provenance.sources(*starts(stage, copied))
    assert copied / "practicework/study/study.py" in sources
    for path in sources:
        content = path.read_bytes()
        path.write_bytes(content + b"\n")
        assert digest(starts(stage, copied), imports=False) != before, path
        path.write_bytes(content)
    assert digest(starts(stage, copied)) == before
    (copied / "practicework/commands/cli.py").write_text("")
    (copied / "practicework/unused.py").write_text("import practicework.study")
    assert digest(starts(stage, copied)) == before


def test_every_way_to_import_is_followed(tmp_path, monkeypatch):
    """Inside functions, relative, dotted, by name from a package; and the packages on the way."""
    files = {
        "script.py": "def job():\n    from toy import direct\n    import toy.sub.dotted\nimport json\n",
        "toy/__init__.py": "",
        "toy/direct.py": "from toy.named import anything\n",
        "toy/named.py": "import numpy\n",
        "toy/unused.py": "",
        "toy/sub/__init__.py": "from . import sibling\nfrom .. import above\n",
        "toy/sub/dotted.py": "from .inner import thing\nfrom ..uncle import thing\n",
        "toy/sub/sibling.py": "",
        "toy/sub/inner.py": "",
        "toy/sub/page.html": "",
        "toy/above.py": "",
        "toy/uncle.py": "",
        "toy/page.html": "",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    monkeypatch.setattr(provenance, "PACKAGE", tmp_path / "toy")
    found = {path.relative_to(tmp_path).as_posix() for path in provenance.sources(tmp_path / "script.py")}
    assert found == set(files) - {"toy/unused.py", "toy/page.html"}


MODULES = sorted(provenance.PACKAGE.rglob("*.py"))


def names(nodes) -> set[tuple]:
    """What import statements name."""
    found = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {(0, None, alias.name) for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {(node.level, node.module, alias.name) for alias in node.names}
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(provenance.PACKAGE).as_posix())
def test_every_import_of_a_module_is_found(path):
    text = path.read_text(encoding="utf-8")
    assert names(provenance._statements(text)) == names(ast.walk(ast.parse(text)))


def test_sentences_are_no_imports():
    text = (
        '"""Read it\nfrom the file, import nothing of\nimport what?\n"""\n    from a.b import (\n        c,\n        d,\n    )\n'
    )
    assert names(provenance._statements(text)) == {(0, "a.b", "c"), (0, "a.b", "d")}
