"""Run a study with Snakemake: in a safe environment, with progress, and with one sentence if it fails."""

import os
import platform
import re
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from practicework.errors import BUG, StudyError
from practicework.study import files, load_study, pipeline

FOREIGN = ("PYTHON", "MPL", "SNAKEMAKE_")
"""Beginnings of environment variables that would change what the pipeline imports, draws or runs."""

DEFAULT = "default"
"""The profile of runs on one machine."""

LOCKS, HOST = Path(".snakemake/locks"), Path(".snakemake/host")

PATIENCE = 10
"""Seconds in which an interrupted run may end its jobs and remove unfinished results."""

NO_SPACE = ("No space left on device", "Disk quota exceeded")


@dataclass
class Outcome:
    """What a run of Snakemake left.

    Attributes
    ----------
    status : int
        The exit status of Snakemake.
    errors : list of str
        The sentences about mistakes in the study, each once.
    notes : list of str
        The notes about the study, each once.
    failed : list of str
        The logs of failed jobs.
    full : bool
        Whether the disk was full.
    tail : deque of str
        The last lines of the output.
    """

    status: int = 0
    errors: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    full: bool = False
    tail: deque = field(default_factory=lambda: deque(maxlen=20))

    def read(self, line: str) -> None:
        """Take in one line of Snakemake's output."""
        self.tail.append(line)
        self.full |= any(words in line for words in NO_SPACE)
        lists = {r"Error: (.+)": self.errors, r"Note: (.+)": self.notes, r" +log: (.+?) \(check": self.failed}
        for pattern, found in lists.items():
            match = re.match(pattern, line)
            if match and match[1] not in found:
                found.append(match[1])

    @property
    def mistakes(self) -> list[str]:
        """The sentences about mistakes in the study and models that cannot be fitted; none if the disk was full."""
        return [] if self.full else [sentence for sentence in self.errors if sentence != BUG]

    def why(self) -> str:
        """Return the reason of a failure in one sentence."""
        if self.full:
            return "The disk is full; free some space and start again. Results that are complete are kept."
        if self.mistakes:
            return self.mistakes[-1]
        text = "\n".join(self.tail)
        if "LockException" in text:
            return "Another run of this study started at the same time; wait until it has ended."
        where = self.failed[-1] if self.failed else "the newest file in .snakemake/log"
        if "SIGKILL" in text:
            return f"A job was killed from outside, or because memory ran out; see {where}."
        return f"The run failed because of an error in the program; {where} contains the details. Please report it."


def run(
    folder: Path,
    code: Path,
    options: Sequence[str] = (),
    show: Callable[[str], None] | None = None,
    profile: str = DEFAULT,
    started: Callable[[subprocess.Popen], None] | None = None,
) -> Outcome:
    """Run a study; report that another run is using it, and remove the lock of a run that was killed.

    Parameters
    ----------
    folder : Path
        The study.
    code : Path
        The folder of the Snakefile.
    options : sequence of str
        Further options of Snakemake.
    show : callable, optional
        Called with a line of text when a stage of a part ends, and with notes.
    profile : str
        The name of one of the program's profiles, or the folder of another.
    started : callable, optional
        Called with the process of Snakemake, which `end` stops.

    Raises
    ------
    StudyError
        If the study has a mistake, cannot be written, or is used by another run, or there is no such profile.
    """
    place = profile_folder(code, profile)
    study = load_study(folder)  # report mistakes before anything is written
    files.check_places(folder)
    show = show or (lambda line: None)
    if unlock(folder):
        show("The last run was stopped before it ended. Its lock was removed; unfinished results are computed again.")
    with _host(folder):
        chosen = [] if profile == DEFAULT else ["--workflow-profile", str(place)]
        outcome = execute(folder, code, [*chosen, *options], progress := Progress(show), started)
    if not outcome.status and not progress.jobs:
        show("All results are up to date.")
        outcome.errors = [sentence for part in pipeline.parts(study) for sentence in pipeline.unfitted(part)]
        outcome.status = int(bool(outcome.errors))
    return outcome


def execute(
    folder: Path,
    code: Path,
    options: Sequence[str] = (),
    progress: "Progress | None" = None,
    started: Callable[[subprocess.Popen], None] | None = None,
) -> Outcome:
    """Run Snakemake on a folder and read its output; if this process is interrupted, the jobs end, too."""
    outcome, progress = Outcome(), progress or Progress()
    process = subprocess.Popen(
        command(folder, code, options), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, text=True,
        encoding="utf-8", errors="replace", cwd=folder, env=environment(code), start_new_session=True,
    )  # fmt: skip
    if started:
        started(process)
    try:
        with process.stdout as lines:
            for line in lines:
                outcome.read(line.rstrip())
                progress.read(line.rstrip())
    except BaseException:
        end(process)
        raise
    outcome.status = process.wait()
    return outcome


def command(folder: Path, code: Path, options: Sequence[str] = ()) -> list[str]:
    """Return the command that runs a study with the program's own profile."""
    profile = ["--profile", "none", "--workflow-profile", str(code.resolve() / "profiles" / DEFAULT)]
    place = ["-s", str(code.resolve() / "Snakefile"), "-d", str(folder.resolve())]
    return [sys.executable, "-P", "-m", "snakemake", *place, *profile, "--nocolor", *options]


def profile_folder(code: Path, name: str) -> Path:
    """Return the folder of a profile; Snakemake would silently run without one that it does not find.

    Raises
    ------
    StudyError
        If there is none.
    """
    for place in (code.resolve() / "profiles" / name, Path(name).resolve()):
        if any(place.glob("config*.yaml")):
            return place
    own = ", ".join(sorted(one.name for one in (code / "profiles").glob("*")))
    raise StudyError(f"There is no profile '{name}'; use one of {own}, or a folder with a config.yaml.")


def environment(code: Path) -> dict[str, str]:
    """Return the environment of a run: this process's, without variables that change what Python imports and draws."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
    return kept | {"PYTHONPATH": str(code.resolve() / "workflow"), "PYTHONSAFEPATH": "1", "MPLBACKEND": "agg"}


class Progress:
    """Shows each stage of a part as it ends, and how many jobs are left, from Snakemake's output."""

    def __init__(self, show: Callable[[str], None] = lambda line: None) -> None:
        """Call `show` with each line."""
        self.show, self.jobs, self.rule, self.job, self.ended = show, {}, "", "", ""

    def read(self, line: str) -> None:
        """Take in one line of Snakemake's output."""
        if match := re.match(r"(?:local)?rule (\w+):$", line):
            self.rule = match[1]
        elif match := re.match(r" +jobid: (\d+)$", line):
            self.job = match[1]
            self.jobs[self.job] = self.rule
        elif match := re.match(r" +wildcards: sample=(\w+)", line):
            self.jobs[self.job] = f"{match[1]}: {self.rule}"
        elif match := re.match(r"Finished jobid: (\d+)", line):
            self.ended = self.jobs.get(match[1], "")
        elif (match := re.match(r"(\d+) of (\d+) steps", line)) and self.ended not in ("", "all"):
            left = int(match[2]) - int(match[1]) - 1  # the rule `all` computes nothing
            self.show(f"{self.ended} ({left} left)" if left > 0 else f"{self.ended} (last)")


def unlock(folder: Path) -> bool:
    """Remove the lock of a run that was killed; return whether there was one.

    Raises
    ------
    StudyError
        If a process of this machine is using the study, or the lock was made on another machine.
    """
    if not any((folder / LOCKS).glob("*.lock")):
        return False
    if number := holder(folder):
        raise StudyError(f"Another run (process {number}) is using this study; wait until it has ended.")
    host = folder / HOST
    name = host.read_text(encoding="utf-8", errors="replace").strip()[:100] if host.is_file() else platform.node()
    if name != platform.node():
        raise StudyError(
            f"A run on another machine ({name}) is using this study or was stopped there. If none is running, delete "
            f"{LOCKS.as_posix()} in the study folder and start again."
        )
    for lock in (folder / LOCKS).glob("*.lock"):
        lock.unlink()
    return True


def holder(folder: Path) -> int | None:
    """Return the number of a process on this machine that runs Snakemake or one of its jobs in a study folder, if any."""
    import psutil

    place = str(folder.resolve())
    for process in psutil.process_iter(["pid", "cwd", "cmdline"]):
        words = process.info["cmdline"] or []
        runs = any(word.endswith("snakemake") or ".snakemake/scripts/" in word for word in words)
        if runs and (process.info["cwd"] == place or place in words) and process.info["pid"] != os.getpid():
            return process.info["pid"]
    return None


@contextmanager
def _host(folder: Path) -> Iterator[None]:
    """Note this machine's name while a run lasts, for other machines that share the folder."""
    (folder / HOST).write_text(platform.node(), encoding="utf-8")
    try:
        yield
    finally:
        (folder / HOST).unlink(missing_ok=True)


def end(process: subprocess.Popen) -> None:
    """End Snakemake and its jobs: they may remove unfinished results, and are killed if that takes too long."""
    for number in (signal.SIGINT, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
            process.wait(PATIENCE)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            continue
