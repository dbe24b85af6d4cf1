"""Changes of a study's files: shown as a difference, written if nobody changed the files meanwhile, and undone."""

from __future__ import annotations

import contextlib
import difflib
import os
import re
import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from practicework.errors import StudyError
from practicework.study import CONFIG, load_study
from practicework.study.editing import replaced

ALLOWED = re.compile(r"config/config\.yaml|scales/[a-z0-9][a-z0-9_]*\.yaml|\.gitignore")
"""The files that the page writes; exports are added to data/raw/ by `uploads`."""

PENDING = 50
"""Changes that wait to be written; of more, the oldest are forgotten."""


class Refused(Exception):
    """Why a change is not written.

    Parameters
    ----------
    sentence : str
    place : str
        The id of the field that is to be corrected, on the page with the form.
    """

    def __init__(self, sentence: str, place: str = "") -> None:
        """Keep the sentence and the place."""
        super().__init__(sentence)
        self.place = place


@dataclass(frozen=True)
class Change:
    """A change of files that waits to be written.

    Attributes
    ----------
    id, title : str
    back : str
        The page from which it was proposed.
    before, after : dict of str to str or None
        By file, relative to the study: its text; None if there is no file.
    """

    id: str
    title: str
    back: str
    before: dict[str, str | None]
    after: dict[str, str | None]

    @property
    def difference(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """By file, its lines: what they are (`add`, `remove`, `same` or `place`) and their text."""
        kinds = {"+": "add", "-": "remove", " ": "same", "@": "place"}
        found = []
        for file, new in self.after.items():
            old = self.before[file]
            lines = difflib.unified_diff((old or "").splitlines(), (new or "").splitlines(), lineterm="", n=3)
            found.append((file, [(kinds[line[0]], line if line[0] == "@" else line[1:]) for line in list(lines)[2:]]))
        return found


class Changes:
    """The changes of one study that wait, and the last one that was written."""

    def __init__(self, folder: Path) -> None:
        """Start without changes."""
        self.folder, self.lock = folder, threading.RLock()
        self.pending: dict[str, Change] = {}
        self.last: Change | None = None

    def text(self, file: str) -> str | None:
        """Return the text of a file of the study; None if there is none."""
        path = self._path(file)
        return path.read_text(encoding="utf-8") if path.is_file() else None

    def propose(self, title: str, back: str, texts: Mapping[str, str | None]) -> Change:
        """Keep a change until it is written or discarded.

        Raises
        ------
        Refused
            If it changes nothing.
        """
        with self.lock:
            before = {file: self.text(file) for file in texts}
            after = {file: new for file, new in texts.items() if new != before[file]}
            if not after:
                raise Refused("Nothing would change.")
            change = Change(secrets.token_urlsafe(8), title, back, {file: before[file] for file in after}, after)
            self.pending[change.id] = change
            while len(self.pending) > PENDING:
                self.pending.pop(next(iter(self.pending)))
            return change

    def write(self, change: Change) -> None:
        """Write a change; the study stays as it was if a file was changed meanwhile, or would not be valid.

        Raises
        ------
        Refused
            With the reason.
        """
        with self.lock:
            self._exchange(change.before, change.after, "Nothing was written")
            self.pending.pop(change.id, None)
            self.last = change

    def undo(self) -> None:
        """Take back the last change that was written, if its files are as it left them."""
        with self.lock:
            if self.last is None:
                raise Refused("There is nothing to undo.")
            self._exchange(self.last.after, self.last.before, "Nothing was undone")
            self.last = None

    def _exchange(self, before: Mapping[str, str | None], after: Mapping[str, str | None], consequence: str) -> None:
        for file, known in before.items():
            if self.text(file) != known:
                raise Refused(
                    f"{file} was changed meanwhile, for instance in an editor. {consequence}; look at the page again and repeat "
                    "the change."
                )
        written = []
        try:
            for file, new in after.items():
                written.append(file)
                self._put(file, new)
            if (self.folder / CONFIG).is_file():
                load_study(self.folder)
        except (StudyError, OSError) as error:
            for file in written:
                with contextlib.suppress(OSError):  # what could not be written is as it was
                    self._put(file, before[file])
            reason = f"{error.filename} cannot be written ({error.strerror})." if isinstance(error, OSError) else str(error)
            raise Refused(f"{consequence}: {reason}") from None

    def _put(self, file: str, text: str | None) -> None:
        path = self._path(file)
        if text is None:
            path.unlink(missing_ok=True)
            if path.parent != self.folder and path.parent.is_dir() and not any(path.parent.iterdir()):
                path.parent.rmdir()
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        replaced(path, text)

    def _path(self, file: str) -> Path:
        """Return the path of a file that may be written, which no link leads out of the study."""
        if not ALLOWED.fullmatch(file):
            raise Refused(f"{file[:60]} is not a file that the page writes.")
        path = self.folder / file
        if os.path.realpath(path) != os.path.join(os.path.realpath(self.folder), *file.split("/")):
            raise Refused(f"{file} is a link; replace it by a file.")
        return path
