"""What the pages of one study share: the study as it is on disk, its exports, its changes and its task."""

from __future__ import annotations

import hashlib
import secrets
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from starlette.datastructures import FormData

from practicework.commands import evidence
from practicework.errors import StudyError
from practicework.page.changes import Changes, Refused
from practicework.page.tasks import Tasks
from practicework.stages.ingest.deidentify import SMALL
from practicework.study import CONFIG, Study, load_study
from practicework.study.scale import FOLDER, normalized
from practicework.study.undecided import Point, undecided
from practicework.tables.files.numbers import number
from practicework.tables.files.personal import personal
from practicework.tables.files.raw import RawTable


class Desk:
    """A study in a folder, which is read anew for every page.

    Attributes
    ----------
    folder : Path
    changes : Changes
    tasks : Tasks
    said : dict of str to (str, bool)
        Sentences that pages show once, and whether they are about a mistake.
    alive : bool
        Whether a tab has given a sign of life, which needs JavaScript.
    """

    def __init__(self, folder: Path) -> None:
        """Open a folder, which may be empty."""
        self.folder = folder.resolve()
        self.changes, self.tasks, self.alive = Changes(self.folder), Tasks(), False
        self.said: dict[str, tuple[str, bool]] = {}
        self._tables: dict[str, tuple[tuple, RawTable]] = {}

    def tell(self, path: str, sentence: str, *, mistake: bool = False) -> str:
        """Return the address of a page that shows a sentence once."""
        key = secrets.token_urlsafe(6)
        self.said[key] = sentence, mistake
        while len(self.said) > 20:
            self.said.pop(next(iter(self.said)))
        path, mark, place = path.partition("#")
        return f"{path}{'&' if '?' in path else '?'}said={key}{mark}{place}"

    def mark(self, file: str) -> str:
        """Return what a form keeps of the file that it shows."""
        return hashlib.sha256((self.changes.text(file) or "").encode()).hexdigest()[:16]

    def check_seen(self, form: FormData, file: str) -> None:
        """Refuse a form that shows an older version of a file, since it would take back what was changed meanwhile."""
        if form.get("seen", self.mark(file)) != self.mark(file):
            raise Refused(
                f"{file} was changed since this page was loaded, in another tab or an editor. The page now shows the file as it "
                "is, with what you typed; look at it, and send it again."
            )

    @property
    def exists(self) -> bool:
        """Whether the folder has a study."""
        return (self.folder / CONFIG).is_file()

    def study(self) -> Study:
        """Return the study as it is on disk; raise a StudyError for its first mistake."""
        return load_study(self.folder)

    def raws(self, study: Study) -> dict[str, RawTable]:
        """Return the tables of the samples; a file is read again only if it or how it is read has changed."""
        from practicework.stages.ingest import read

        found = {}
        for name, spec in study.config.samples.items():
            path = study.raw(name)
            stat = path.stat()
            key = (str(path), stat.st_mtime_ns, stat.st_size, spec.reader, spec.reading)
            if self._tables.get(name, (None,))[0] != key:
                self._tables[name] = (key, read(study, name))
            found[name] = self._tables[name][1]
        return found

    def answers(self, study: Study) -> evidence.Answers:
        """Return what the answers show about the study's scales and variables."""
        try:
            return evidence.collect(study, self.raws(study))
        except StudyError as error:
            return evidence.Answers(problem=str(error))

    def changed_since_run(self) -> bool:
        """Return whether a file of the study is newer than the last run, which may have found nothing to compute."""
        study = self.study()
        files = [self.folder / CONFIG, *(self.folder / FOLDER / f"{name}.yaml" for name in study.scales)]
        files += [self.folder / one.file for one in study.config.samples.values()]
        runs = [*(self.folder / ".snakemake/log").glob("*.log"), *self.folder.glob("results/*/report/report.html")]
        changed, run = (max((one.stat().st_mtime for one in some if one.is_file()), default=0.0) for some in (files, runs))
        return changed > run

    def points(self, study: Study) -> dict[str, list[Point]]:
        """Return what is undecided by page: `scales/<id>` and `variables`, in their order."""
        found: dict[str, list[Point]] = {}
        for point in undecided(study):
            page = f"scales/{point.owner}" if point.file.startswith("scales/") else "variables"
            found.setdefault(page, []).append(point)
        return found


def inside(path: str) -> str:
    """Return an address of this page; the first one instead of any other."""
    return path if path.startswith("/") and path[1:2] not in ("/", "\\") else "/"


def bars(counts: Counter, codes: Mapping[str, int] | None = None) -> list[dict]:
    """Return answers with the length of their bar in percent; those of one respondent are pooled.

    So are texts that are no labels and that fewer than five respondents gave, and whatever looks like personal data.

    Texts are in the order of their codes, where these are given, and numbers by size.
    """
    known = codes or {}
    values = [value for cell in counts if (value := number(cell)) is not None]
    if len(values) > max(evidence.MOST, 0.9 * len(counts)):
        return [{"answer": f"{len(counts)} different numbers", "n": counts.total(), "length": 100}]

    def harmless(cell: str, n: int) -> bool:
        answer = normalized(cell) in known or (cell.lstrip("-").isdigit() and len(cell) <= 3)
        return n >= (2 if answer else SMALL) and len(cell) <= 60 and not personal(cell)

    shown = {cell: n for cell, n in counts.items() if harmless(cell, n)}
    order = sorted(shown, key=lambda cell: (number(cell) is None, known.get(normalized(cell), number(cell) or 0), cell))[
        : evidence.MOST
    ]
    rest = sum(counts.values()) - sum(shown[cell] for cell in order)
    top = max([*shown.values(), rest, 1])
    found = [{"answer": cell, "n": shown[cell], "length": round(100 * shown[cell] / top)} for cell in order]
    return [*found, *([{"answer": "others", "n": rest, "length": round(100 * rest / top)}] if rest else [])]
