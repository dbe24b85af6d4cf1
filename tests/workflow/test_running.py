"""`practicework run`: a safe environment, progress, locks, and sentences where a run cannot go on."""

import os
import platform
import signal
import subprocess
import sys
import time

import pandas as pd
import pytest

from practicework.commands import cli, running
from practicework.errors import StudyError

EVIL = "from pathlib import Path; Path({!r}).write_text('ran'); raise SystemExit('evil')\n"


def start(folder, **environment):
    command = [sys.executable, "-P", "-m", "practicework.commands.cli", "run", str(folder)]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ | environment, cwd=folder
    )


@pytest.fixture
def small(tiny):
    """A tiny study without models and profiles."""
    return tiny.edit("config.replication").edit("config.moderation").edit("config.profiles").write()


def test_a_study_and_an_environment_that_would_change_the_run(small, tmp_path, root):
    """Nothing that lies in a study folder or on the user's own paths is imported, and nothing changes the drawing."""
    marker, path = tmp_path / "marker", tmp_path / "path"
    path.mkdir()
    for name in ("numpy", "yaml", "matplotlib", "sitecustomize", "practicework"):
        (small / f"{name}.py").write_text(EVIL.format(str(marker)))
        (path / f"{name}.py").write_text(EVIL.format(str(marker)))
    (small / "profiles/default").mkdir(parents=True)
    profile = f"__use_yte__: true\nx?__import__('os').system('touch {marker}'): 1\nnot-an-option: 1\n"
    (small / "profiles/default/config.yaml").write_text(profile)
    (small / "matplotlibrc").write_text("font.size: 40\nbackend: nonsense\n: : :\n")
    outcome = running.run(small, root, show=(lines := []).append)
    assert outcome.status == 0, outcome.tail
    stages = ("ingest", "scoring", "reliability", "dimensionality", "report")
    assert sorted(line.split(" (")[0] for line in lines) == sorted(f"s: {stage}" for stage in stages)
    assert [line.split(" (")[1] for line in lines] == ["4 left)", "3 left)", "2 left)", "1 left)", "last)"]
    # PYTHONPATH and warnings cannot be undone for the process that starts the run, only for Snakemake and its jobs
    environment = {"MPLBACKEND": "nonsense", "SNAKEMAKE_PROFILE": "nonsense", "PYTHONPATH": str(root / "workflow")}
    (path / "practicework.py").unlink()
    environment["PYTHONPATH"] += os.pathsep + str(path)
    (path / "sitecustomize.py").unlink()
    (path / "yaml.py").unlink()
    process = start(small, **environment)
    output, errors = process.communicate()
    assert (process.returncode, errors) == (0, "")  # no progress where nobody is looking
    assert output.splitlines()[0] == f"Report: {small.resolve()}/results/s/report/report.html"
    assert not marker.exists()


def test_unreadable_settings_of_matplotlib(small, capsys):
    (small / "matplotlibrc").write_bytes(b"font.size: \xff\n")
    assert cli.main(["run", str(small)]) == 1
    assert capsys.readouterr().err == (
        "Error: matplotlibrc in the study folder cannot be read; delete it. Figures do not depend on it.\n"
    )


def test_a_foreign_script_in_the_folder_of_snakemake(small, tmp_path, root, run):
    """Python puts the folder of a script first on its path, so what lies there would be imported by jobs."""
    marker, scripts = tmp_path / "marker", small / ".snakemake/scripts"
    scripts.mkdir(parents=True)
    (scripts / "numpy.py").write_text(EVIL.format(str(marker)))
    sentence = (
        ".snakemake/scripts in the study folder contains a file that Snakemake did not write; delete the folder .snakemake."
    )
    with pytest.raises(StudyError) as error:
        running.run(small, root)
    assert str(error.value) == sentence
    assert f"Error: {sentence}" in run(small).output
    assert not marker.exists()


@pytest.mark.parametrize("name", ["results", ".snakemake"])
def test_a_file_or_a_link_where_a_run_writes(small, name, root, tmp_path, capsys):
    (small / name).write_text("mine")
    assert cli.main(["run", str(small)]) == 1
    assert capsys.readouterr().err == (
        f"Error: {name} in the study folder is a file, but a run needs a folder of this name; move it away.\n"
    )
    assert (small / name).read_text() == "mine"
    (small / name).unlink()
    (small / name).symlink_to(tmp_path, target_is_directory=True)
    assert cli.main(["run", str(small)]) == 1
    assert "is a link, but" in capsys.readouterr().err


@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="the administrator may write everywhere")
def test_a_folder_that_cannot_be_written(small, capsys):
    small.chmod(0o500)
    try:
        assert cli.main(["run", str(small)]) == 1
    finally:
        small.chmod(0o700)
    assert capsys.readouterr().err == "Error: results in the study folder cannot be written (Permission denied).\n"


def lock(folder):
    (folder / running.LOCKS).mkdir(parents=True)
    (folder / running.LOCKS / "0.output.lock").write_text("results/s/ingest/responses.csv\n")


def test_a_second_run_and_a_run_that_was_killed(small):
    """A lock is removed only if no process holds it."""
    lock(small)
    wait = "import sys; print('ready', flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", wait, "/bin/snakemake"]
    other = subprocess.Popen(command, cwd=small, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert other.stdout.readline() == "ready\n"
        with pytest.raises(StudyError, match=rf"^Another run \(process {other.pid}\) is using this study; wait until it has"):
            running.unlock(small)
        assert list((small / running.LOCKS).iterdir())
    finally:
        other.communicate()
    assert running.unlock(small)
    assert not running.unlock(small)


def test_a_lock_of_another_machine(small):
    lock(small)
    (small / running.HOST).write_text("elsewhere")
    with pytest.raises(StudyError, match=r"^A run on another machine \(elsewhere\) is using this study or was stopped there"):
        running.unlock(small)
    (small / running.HOST).write_text(platform.node())
    assert running.unlock(small)


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="no process groups here")
def test_an_interrupted_run_ends_its_jobs_and_can_be_repeated(small):
    started = time.monotonic()
    with start(small) as process:
        while not list(small.glob("results/s/logs/*.log")):
            assert process.poll() is None
            assert time.monotonic() - started < 60
            time.sleep(0.1)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 128 + signal.SIGTERM
    assert running.holder(small) is None
    assert not (small / running.HOST).exists()
    assert not running.unlock(small)  # Snakemake removed its lock itself


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("OSError: [Errno 28] No space left on device", "The disk is full; free some space and start again."),
        ("Error: data/raw/s.csv, row 2: 9 is outside.", "data/raw/s.csv, row 2: 9 is outside."),
        ("LockException:", "Another run of this study started at the same time; wait until it has ended."),
        ("    log: results/s/logs/x.log (check log file(s))", "error in the program; results/s/logs/x.log contains the details"),
        (
            "Command 'x' died with <Signals.SIGKILL: 9>.",
            "A job was killed from outside, or because memory ran out; see the newest",
        ),
        ("Segmentation fault", "error in the program; the newest file in .snakemake/log contains the details"),
    ],
)
def test_why_a_run_failed(line, reason):
    outcome = running.Outcome(1)
    outcome.read(line)
    assert reason in outcome.why()


def test_the_exit_status_is_that_of_snakemake(small, capsys):
    (small / "data/raw/s.csv").write_text("id\nA\n")
    assert cli.main(["run", str(small)]) == 1
    (sentence,) = capsys.readouterr().err.splitlines()
    assert sentence.startswith("Error: data/raw/s.csv has no column 'pride_1'; ")


def test_a_model_that_cannot_be_fitted_and_a_sample_that_cannot_be_read(tiny, capsys):
    """Everything else is computed and reported; what is missing is at the top of the report and in the exit status."""
    models = tiny.config["moderation"]["models"]
    models["second"] = models["main"] | {"covariates": []}
    models["main"] = models["main"] | {"covariates": ["age", "constant"]}
    tiny.edit("config.variables", ["age", "constant"]).edit("config.profiles").edit("config.moderation.models", models)
    tiny.edit("config.samples.t", {"file": "data/raw/t.csv"})
    tiny.rows = [[*row, "constant" if row[0] == "id" else 1] for row in tiny.rows]
    folder = tiny.write()
    (folder / "data/raw/t.csv").write_text("pride_1\n9\n")
    assert cli.main(["run", str(folder)]) == 1
    told = capsys.readouterr()
    assert [line.split()[1] for line in told.err.splitlines()] == ["data/raw/t.csv", "s:"]
    (folder / "data/raw/t.csv").unlink()
    assert (folder / "results/s/report/report.html").is_file()
    (folder / "config/config.yaml").write_text(
        (folder / "config/config.yaml").read_text().replace("  t:\n    file: data/raw/t.csv\n", "")
    )
    sentence = (
        "Error: Model 'main' in config/config.yaml cannot be fitted: 'constant' has the same value (1) for all 40 respondents "
        "with all values; remove it or use other data.\n"
    )
    for _number in range(2):  # the second run has nothing to compute, and the model is still missing
        assert cli.main(["run", str(folder)]) == 1
        told = capsys.readouterr()
        assert told.err == sentence
        assert told.out.startswith("Report: ")
    page = (folder / "results/s/report/report.html").read_text()
    warning = "The model Ease × Help could not be fitted to this sample: &#39;constant&#39; has the same value (1) for all 40"
    assert warning in page.split('class="question"')[0].split('class="tiles')[0]
    assert pd.read_csv(folder / "results/s/moderation/second/fit.csv").at[0, "n"] == 40
    assert pd.read_csv(folder / "results/s/moderation/main/fit.csv").empty
    ledger = pd.read_csv(folder / "results/s/replication/ledger.csv")
    assert ledger[["agrees", "note"]].to_numpy().tolist() == [[False, "could not be computed in this sample"]]
