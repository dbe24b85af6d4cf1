"""A change reruns what it affects and nothing else, and the same study gives the same bytes.

The tests run a copy of the repository's code, so that they may edit it, and begin with one complete run
of the tiny study. Each test copies that finished study, changes it, and asks for the plan of the next run.
"""

import hashlib
import os
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest
import yaml

from practicework.study import load_study
from practicework.study.pipeline import STAGES, Part, sources
from practicework.tables import provenance

ROOT = Path(__file__).resolve().parents[2]
AFTER_INGEST = {"scoring", "reliability", "dimensionality", "moderation", "profiles", "replication", "report"}
ALL = {"ingest", *AFTER_INGEST}
_JOB = re.compile(r"^(?:local)?rule (\w+):\n(?:    .*\n)*?    wildcards: sample=(\w+)$", re.M)


@dataclass(frozen=True)
class Bench:
    """A copy of the code, a study that it has run completely, and what stood in their folder before."""

    folder: Path
    code: Path
    study: Path
    before: dict[str, str]
    output: str


def fingerprints(folder: Path, suffix: str = "") -> dict[str, str]:
    """The content of every file below a folder, but for Python's own bytecode."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob(f"*{suffix}"))
        if path.is_file() and "__pycache__" not in path.parts
    }


def copied_code(source: Path, target: Path) -> Path:
    """A copy of what a run needs of the repository, at another place."""
    for part in ("workflow", "profiles"):
        shutil.copytree(source / part, target / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy2(source / "Snakefile", target)
    return target


@pytest.fixture(scope="module")
def bench(tmp_path_factory, new_tiny, run) -> Bench:
    """One complete run, on two cores; the study's path has blanks in it, and the current folder is another one."""
    folder = tmp_path_factory.mktemp("reruns")
    code = copied_code(ROOT, folder / "clone")
    study = new_tiny(folder / "current" / "my  first study").write()
    before = fingerprints(folder)
    finished = run(study, "--cores", "2", root=code)
    assert finished.returncode == 0, finished.output
    return Bench(folder, code, study, before, finished.output)


@pytest.fixture
def again(bench, tmp_path, new_tiny):
    """A copy of the finished study, to be changed; it still holds the config, scales and rows that were run."""
    tiny = new_tiny(tmp_path / "study")
    shutil.copytree(bench.study, tiny.folder)
    return tiny


@pytest.fixture
def plan(bench, run) -> Callable:
    """Tells which stages the next run would run, by sample."""

    return lambda folder, code=bench.code: planned(run(folder, "-n", root=code))


def digests(study: Path, code: Path) -> dict[str, tuple]:
    """What triggers each stage of the sample: the fingerprints of its settings and of its code, and its files."""
    part = Part(load_study(study), "s")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(provenance, "PACKAGE", code / "workflow/practicework")
        return {
            stage: (
                part.digest(stage),
                provenance.code_digest(*sources(code / "workflow", stage)),
                [(study / file).read_bytes() for file in STAGES[stage].files(part)],
            )
            for stage in part.stages
        }


def affected(before: dict[str, tuple], after: dict[str, tuple], study: Path) -> set[str]:
    """The stages whose triggers differ, and those that read their tables: what a dry run plans, without its three seconds."""
    part, found = Part(load_study(study), "s"), set()
    for stage, triggers in after.items():
        read = set(part.stages) - {"report"} if stage == "report" else {one.split("/")[0] for one in STAGES[stage].reads(part)}
        if triggers != before.get(stage) or read & found:
            found.add(stage)
    return found


def planned(dry_run) -> dict[str, set[str]]:
    """The stages that a dry run tells of, by sample."""
    assert dry_run.returncode == 0, dry_run.output
    jobs: dict[str, set[str]] = {}
    for stage, sample in _JOB.findall(dry_run.output):
        jobs.setdefault(sample, set()).add(stage)
    assert jobs or "Nothing to be done" in dry_run.output, dry_run.output
    return jobs


def test_complete_run_has_every_stage(bench):
    """One folder a stage; there is nothing to note."""
    assert {path.name for path in (bench.study / "results/s").iterdir()} == {*ALL, "logs"}
    assert (bench.study / "results/s/report/report.html").stat().st_size > 0
    assert "Note:" not in bench.output


def test_nothing_is_written_but_results(bench):
    """Code, config, scales, data and the current folder stay as they were."""
    after = fingerprints(bench.folder)
    study = bench.study.relative_to(bench.folder).as_posix()
    assert {name: after.get(name) for name in bench.before} == bench.before
    new = set(after) - set(bench.before)
    assert new
    assert {name for name in new if not name.startswith((f"{study}/results/", f"{study}/.snakemake/"))} == set()


def test_second_run_has_nothing_to_do(again, bench, plan):
    """Not even where the study or the code has moved."""
    assert plan(again.folder) == {}
    assert plan(again.folder, copied_code(bench.code, again.folder.parent / "moved")) == {}


def test_same_bytes_on_one_core(bench, tmp_path, new_tiny, run):
    """Every table is the same, whatever the number of cores and the study's place."""
    study = new_tiny(tmp_path / "other").write()
    finished = run(study, "--cores", "1", root=bench.code)
    assert finished.returncode == 0, finished.output
    tables = fingerprints(bench.study / "results", ".csv")
    assert len(tables) > len(ALL)
    assert fingerprints(study / "results", ".csv") == tables


def test_touched_files_rerun_nothing(again, plan):
    """A new date without a new content is no change."""
    for name in ("config/config.yaml", "scales/pride.yaml", "data/raw/s.csv"):
        os.utime(again.folder / name)
    assert plan(again.folder) == {}


def edit(path: str, *value: object) -> Callable:
    """Another entry in the config or a scale."""
    return lambda tiny: tiny.edit(path, *value).write()


def edit_file(name: str, change: Callable[[str], str]) -> Callable:
    """Another text in a file, which may be new."""

    def change_file(tiny) -> None:
        path = tiny.folder / name
        path.write_text(change(path.read_text() if path.exists() else ""))

    return change_file


def reordered(text: str) -> str:
    """The same config with its sections in another order."""
    return yaml.safe_dump(dict(reversed(yaml.safe_load(text).items())), sort_keys=False)


SECOND = {"outcome": "ease", "predictor": "pride", "moderator": "help"}
EDITS = {
    "comment in the config": (edit_file("config/config.yaml", lambda text: "# why\n" + text), set()),
    "order of the config": (edit_file("config/config.yaml", reordered), set()),
    "unlisted scale": (edit_file("scales/zeal.yaml", lambda text: "label: Zeal\n"), set()),
    "answer": (edit_file("data/raw/s.csv", lambda text: text.replace("P001,", "P101,")), ALL),
    "missing codes": (edit("config.samples.s.missing", [-99]), ALL),
    "note on a computed sample": (edit("config.samples.s.synthetic", "Simulated."), {"report"}),
    "response range": (edit("scales.ease.response.max", 6), ALL),
    "scoring rule": (edit("scales.ease.scoring", {"method": "sum"}), AFTER_INGEST),
    "seed": (edit("config.seed", 8), AFTER_INGEST - {"scoring"}),
    "confidence": (edit("config.moderation.confidence", 0.9), {"moderation", "replication", "report"}),
    "seed of the bootstrap": (edit("config.moderation.bootstrap.seed", 8), {"moderation", "replication", "report"}),
    "profiles": (edit("config.profiles.exclusive_at", 0.7), {"profiles", "report"}),
    "order of the prototypes": (
        edit("config.profiles.prototypes", {"wary": {"pride": 25, "ease": 25}, "keen": {"pride": 75, "ease": 75}}),
        {"profiles", "report"},
    ),
    "claim": (edit("config.replication.s.claims.0.published", "41"), {"replication", "report"}),
    "title": (edit("config.title", "Pride and ease"), {"report"}),
    "second model": (edit("config.moderation.models.second", SECOND), {"moderation", "replication", "report"}),
    "no profiles": (edit("config.profiles"), {"report"}),
}


@pytest.mark.parametrize("name", EDITS)
def test_edit_affects_what_reads_it(name, again, bench):
    """No more, and no less."""
    change, expected = EDITS[name]
    before = digests(again.folder, bench.code)
    change(again)
    assert affected(before, digests(again.folder, bench.code), again.folder) - {"report"} == expected - {"report"}
    assert ("report" in expected) == bool(expected)


@pytest.mark.parametrize("name", ["comment in the config", "answer", "seed of the bootstrap", "claim", "no profiles"])
def test_edit_reruns_what_it_affects(name, again, plan):
    """Snakemake acts on the fingerprints, the order of stages and the report."""
    change, expected = EDITS[name]
    change(again)
    assert plan(again.folder) == ({"s": expected} if expected else {})


def test_second_sample_leaves_the_first_alone(again, plan):
    """Its own claims included."""
    again.write_rows(again.folder / "data/raw/t.csv", again.rows[:31])
    again.edit("config.samples.t", {"file": "data/raw/t.csv", "respondent": "id"})
    again.edit("config.replication.t", again.config["replication"]["s"]).write()
    assert plan(again.folder) == {"t": ALL, "synthesis": {"synthesis", "report"}}


def test_second_model_changes_no_number_of_the_first(again, bench, run):
    """Each model has random numbers of its own."""
    again.edit("config.moderation.models", {"second": SECOND, **again.config["moderation"]["models"]}).write()
    first = again.folder / "results/s/moderation/main"
    before = fingerprints(first)
    shutil.rmtree(first)
    finished = run(again.folder, "results/s/moderation/second/fit.csv", root=bench.code)
    assert finished.returncode == 0, finished.output
    assert len(before) > 1
    assert fingerprints(first) == before
    assert (first.parent / "second/coefficients.csv").is_file()


def test_unlisted_file_is_noted(again, bench, run):
    """A file that no sample names is told about, and the report is written anew, since it says so, too."""
    again.write_rows(again.folder / "data/raw/old/t.csv", again.rows)
    (again.folder / "data/raw/README.md").write_text("Where the files come from.")
    dry_run = run(again.folder, "-n", root=bench.code)
    notes = [line for line in dry_run.output.splitlines() if line.startswith("Note: ")]
    assert len(notes) == 1
    assert "data/raw/old/t.csv" in notes[0]
    assert planned(dry_run) == {"s": {"report"}}


SECTIONS = {
    "moderation": (("moderation", "replication"), ALL - {"moderation", "replication"}),
    "profiles": (("profiles",), ALL - {"profiles"}),
    "replication": (("replication",), ALL - {"replication"}),
    "all but variables": (("scales", "moderation", "profiles", "replication"), {"ingest", "scoring", "report"}),
    "all but samples": (("scales", "variables", "moderation", "profiles", "replication"), {"ingest", "report"}),
}


@pytest.mark.parametrize("name", SECTIONS)
def test_stage_without_its_section_does_not_run(name, tiny):
    """Every section but the samples may be left out."""
    dropped, expected = SECTIONS[name]
    for section in dropped:
        tiny.edit(f"config.{section}")
    assert set(Part(load_study(tiny.write()), "s").stages) == expected


def test_study_of_variables_only(tiny, bench, run):
    """Ingest and scoring run without any scale."""
    for section in ("scales", "moderation", "profiles", "replication"):
        tiny.edit(f"config.{section}")
    finished = run(tiny.write(), "results/s/scoring/scores.csv", root=bench.code)
    assert finished.returncode == 0, finished.output
    scores = pd.read_csv(tiny.folder / "results/s/scoring/scores.csv")
    assert scores.to_numpy().tolist() == [[row[0], row[-1]] for row in tiny.rows[1:]]


def test_study_of_samples_only(tiny, bench, run):
    """Ingest keeps the respondents and tells what it left out."""
    for section in ("scales", "variables", "moderation", "profiles", "replication"):
        tiny.edit(f"config.{section}")
    finished = run(tiny.write(), "results/s/ingest/responses.csv", root=bench.code)
    assert finished.returncode == 0, finished.output
    ingested = tiny.folder / "results/s/ingest"
    assert pd.read_csv(ingested / "responses.csv").to_dict("list") == {"respondent": [row[0] for row in tiny.rows[1:]]}
    assert pd.read_csv(ingested / "dropped.csv")["column"].tolist() == tiny.rows[0][1:]


SOURCES = {
    "practicework/study/scale.py": ALL,
    "practicework/tables/readers/csv_file.py": ALL,
    "scripts/stage.py": ALL,
    "practicework/stages/scoring.py": AFTER_INGEST - {"reliability", "dimensionality"},
    "practicework/numerics/bootstrap.py": {"reliability", "dimensionality", "moderation", "profiles", "replication", "report"},
    "practicework/stages/dimensionality/htmt.py": {"dimensionality", "report"},
    "practicework/numerics/johnson_neyman.py": {"moderation", "replication", "report"},
    "practicework/stages/profiles/assignment.py": {"profiles", "report"},
    "practicework/stages/replication/metric.py": {"replication", "report"},
    "practicework/report/__init__.py": {"report"},
}


def edited_code(bench, again, source: str) -> Path:
    """A copy of the code with a change in a file."""
    code = copied_code(bench.code, again.folder.parent / "edited")
    with (code / "workflow" / source).open("a") as file:
        file.write("\n# edited\n")
    return code


@pytest.mark.parametrize("source", SOURCES)
def test_edited_code_affects_what_runs_it(source, again, bench):
    """The stages that import the edited file, and what comes after them."""
    before, after = (digests(again.folder, code) for code in (bench.code, edited_code(bench, again, source)))
    assert affected(before, after, again.folder) == SOURCES[source]


@pytest.mark.parametrize("source", ["practicework/stages/scoring.py", "practicework/report/__init__.py"])
def test_edited_code_reruns_what_it_affects(source, again, bench, plan):
    """Snakemake acts on the fingerprints of code."""
    assert plan(again.folder, edited_code(bench, again, source)) == {"s": SOURCES[source]}


def test_jobs_run_the_code_beside_the_snakefile(again, bench, run):
    """Not a library that is installed from elsewhere."""
    code = copied_code(bench.code, again.folder.parent / "edited")
    module = code / "workflow/practicework/stages/moderation/effects.py"
    assert "CURVE_POINTS = 101" in module.read_text()
    module.write_text(module.read_text().replace("CURVE_POINTS = 101", "CURVE_POINTS = 7"))
    curve = "results/s/moderation/main/effect_curve.csv"
    finished = run(again.folder, curve, root=code)
    assert finished.returncode == 0, finished.output
    assert len(pd.read_csv(again.folder / curve)) == 7
