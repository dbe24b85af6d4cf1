"""What the page does in the background: one task of a study at a time, with its progress, and a way to stop it."""

from __future__ import annotations

import re
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from practicework.errors import StudyError

_ENDED = re.compile(r"(?:(.+): )?(\w+) \((?:(\d+) left|last)\)")


@dataclass
class Task:
    """A run, a verification or a package, while it lasts and after it.

    Attributes
    ----------
    kind, title : str
    lines : list of str
        What it has shown.
    state : str
        `running`, `done`, `failed` or `cancelled`.
    sentences : list of str
        What to report at its end: mistakes, or the result.
    done, left : int
        Jobs that ended, and that are left, as far as they are known.
    parts : dict of str to list of str
        The stages that ended, by sample or other part of the study.
    """

    kind: str
    title: str
    lines: list[str] = field(default_factory=list)
    state: str = "running"
    sentences: list[str] = field(default_factory=list)
    done: int = 0
    left: int = 0
    started: float = field(default_factory=time.monotonic)
    ended: float | None = None
    process: subprocess.Popen | None = None
    stopped: bool = False
    changed: list[str] = field(default_factory=list)
    parts: dict[str, list[str]] = field(default_factory=dict)

    def show(self, line: str) -> None:
        """Take in a line of progress."""
        self.lines.append(line)
        if match := _ENDED.fullmatch(line):
            self.done, self.left = self.done + 1, int(match[3] or 0)
            self.parts.setdefault(match[1] or "all", []).append(match[2].replace("_", " "))

    @property
    def seconds(self) -> float:
        """How long it has taken."""
        return (self.ended or time.monotonic()) - self.started

    @property
    def seconds_left(self) -> float | None:
        """How long it will take, if jobs take as long as those that ended; None if unknown."""
        if self.state != "running" or not self.done or not self.left:
            return None
        return self.seconds / self.done * self.left

    def status(self) -> dict:
        """What a browser is sent."""
        left = self.seconds_left
        return {
            "kind": self.kind, "title": self.title, "state": self.state, "lines": self.lines[-200:], "sentences": self.sentences,
            "done": self.done, "left": self.left, "seconds": round(self.seconds), "changed": self.changed,
            "parts": [f"{part}: {', '.join(stages)}" for part, stages in self.parts.items()],
            "seconds_left": None if left is None else round(left),
        }  # fmt: skip


class Tasks:
    """The task of a study; a second one waits for nobody and is refused."""

    def __init__(self) -> None:
        """Start without a task."""
        self.task: Task | None = None
        self.lock = threading.Lock()

    @property
    def running(self) -> bool:
        """Whether a task is running."""
        return self.task is not None and self.task.state == "running"

    def start(self, kind: str, title: str, work: Callable[[Task], bool]) -> bool:
        """Start a task in a thread of its own, unless one is running; return whether it was started.

        Parameters
        ----------
        work : callable
            Takes the task and returns whether it succeeded.
        """
        with self.lock:
            if self.running:
                return False
            self.task = task = Task(kind, title)
        threading.Thread(target=self._work, args=(task, work), daemon=True).start()
        return True

    def _work(self, task: Task, work: Callable[[Task], bool]) -> None:
        try:
            succeeded = work(task)
        except StudyError as error:
            succeeded, task.sentences = False, [str(error)]
        except Exception as error:
            succeeded, task.sentences = False, [f"An error in the program ({type(error).__name__}); please report it."]
        task.ended = time.monotonic()
        if task.stopped:
            task.sentences = ["The run was stopped. Complete results are kept."]
        task.state = "cancelled" if task.stopped else "done" if succeeded else "failed"

    def cancel(self) -> None:
        """Stop the running task, if it is one that can be stopped; complete results are kept."""
        from practicework.commands.running import end

        task = self.task
        if task is not None and task.state == "running" and task.kind == "run":
            task.stopped = True  # also if its process does not exist yet
            if task.process is not None:
                end(task.process)
