"""Run, read and hand over: tasks in the background, reports, and the command line for the same run."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from collections.abc import Callable

import pandas as pd
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response

from practicework.commands import program, running
from practicework.commands.exporters import FORMATS
from practicework.commands.verification import EXPECTED, numbers
from practicework.commands.verification import expect as write_expected
from practicework.page.changes import Refused
from practicework.page.desk import Desk
from practicework.page.guard import REPORT_POLICY
from practicework.page.tasks import Task
from practicework.study import Study

DOCUMENTS = {"report.html": "text/html", "manuscript.docx": None, "supplement.docx": None}
"""The files of a report that the page serves."""

MOST = 40
"""Changed numbers that are listed."""


FIELDS = {"label": "label", "response.min": "low", "response.max": "high", "scoring.method": "method",
          "scoring.min_valid": "min_valid"}  # fmt: skip
"""The fields of a scale's page by the keys of its file."""


def field_of(sentence: str, study: Study | None = None) -> str | None:
    """Return the page and the place on it where a mistake is corrected, from the names in its sentence."""
    column = re.search(r"column '([^']+)'", sentence)
    if column and study and column[1] in study.items:
        return f"/scales/{study.items[column[1]].id}#item-{column[1]}"
    if column and study and column[1] in study.variables:
        return f"/variables#variable-{column[1]}"
    if match := re.search(r"scales/([a-z0-9_]+)\.yaml", sentence):
        field = next((FIELDS[key] for key in re.findall(r"'([\w.]+)'", sentence) if key in FIELDS), "")
        return f"/scales/{match[1]}{field and '#'}{field}"
    if match := re.search(r"(?:moderation|process)\.models\.(\w+)|model '(\w+)'", sentence):
        return f"/models#model-{match[1] or match[2]}"
    for words, page in ((r"moderation|process|profiles", "/models"), (r"categories|variables|missing", "/variables"),
                        (r"data/raw/|samples\.", "/data")):  # fmt: skip
        if re.search(words, sentence):
            return page
    return None


def place_on(page: str, sentence: str) -> str:
    """Return the id of the field on a page that the sentence of a mistake is about; empty if it is about none of this page."""
    if page.partition("?")[0] == "/data":
        return next((field for field in ("encoding", "sheet") if re.search(rf"\b{field}\b", sentence)), "")
    path, _mark, place = (field_of(sentence) or "").partition("#")
    return place if path == page.partition("?")[0] else ""


def run_view(desk: Desk, request: Request) -> tuple[str, dict]:
    """The task that runs or ran last."""
    study = desk.study()
    task = desk.tasks.task
    sentences = [{"text": one, "link": None} for one in (task.sentences if task else ())]
    for one in sentences if task and task.state == "failed" else ():
        if page := field_of(one["text"], study):
            one["link"] = desk.tell(page, one["text"], mistake=True)  # the page shows the sentence, too
    return "run.html", {
        "task": task and task.status(),
        "sentences": sentences,
        "open": sum(map(len, desk.points(study).values())),
    }


def start(desk: Desk, request: Request, form: FormData) -> str:
    """Start a run, after noting the numbers of the last one."""
    folder = desk.folder

    def work(task: Task) -> bool:
        before = _numbers(desk)

        def started(process: subprocess.Popen) -> None:
            task.process = process
            if task.stopped:
                running.end(process)

        outcome = running.run(folder, program.home(), show=task.show, started=started)
        task.sentences = (outcome.mistakes or [outcome.why()]) if outcome.status else ["All results are up to date."]
        task.changed = _changed(before, _numbers(desk))
        return not outcome.status

    if not desk.tasks.start("run", "Run the study", work):
        raise Refused("A task is running already; wait until it has ended.")
    return "/run"


def _numbers(desk: Desk) -> dict[str, pd.DataFrame]:
    """The numbers of every report that exists."""
    found = {}
    for part in desk.study().part_names:
        try:
            found[part] = numbers.numbers(desk.folder / "results" / part)
        except Exception:  # results of an older version, or damaged: there is nothing to compare
            continue
    return found


def _changed(before: dict[str, pd.DataFrame], after: dict[str, pd.DataFrame]) -> list[str]:
    """Which numbers of the reports moved, by the comparison of `verify`."""
    lines = []
    for part, found in after.items():
        if part not in before:
            continue
        rows = numbers.compare(before[part], found, 1e-4)
        moved = rows[rows["verdict"] == numbers.DIFFERS]
        gone, new = (int((rows["verdict"] == one).sum()) for one in (numbers.MISSING, numbers.NEW))
        for row in moved.head(MOST).to_dict("records"):
            lines.append(f"{part}: {row['table']}, {row['label']}, {row['column']}: {row['expected']:.6g} → {row['found']:.6g}")
        if len(moved) > MOST:
            lines.append(f"{part}: and {len(moved) - MOST:,} more numbers.")
        if gone or new:
            lines.append(f"{part}: {new:,} numbers are new, {gone:,} are gone.")
    return lines


def cancel(desk: Desk, request: Request, form: FormData) -> str:
    """Stop the run."""
    desk.tasks.cancel()
    return "/run"


def read_view(desk: Desk, request: Request) -> tuple[str, dict]:
    """The reports that exist, one of them on the page."""
    reports = [
        {"part": part, "documents": [name for name in DOCUMENTS if (desk.folder / "results" / part / "report" / name).is_file()]}
        for part in desk.study().part_names
    ]
    reports = [one for one in reports if "report.html" in one["documents"]]
    chosen = request.query_params.get("part") or (reports[0]["part"] if reports else None)
    task = desk.tasks.task
    changed = task.changed if task and task.kind == "run" else []
    return "read.html", {"reports": reports, "chosen": chosen if any(one["part"] == chosen for one in reports) else None,
                         "changed": changed}  # fmt: skip


def handover_view(desk: Desk, request: Request) -> tuple[str, dict]:
    """What others need to get the same results."""
    from practicework import __version__

    task = desk.tasks.task
    return "handover.html", {
        "command": f"practicework run {shlex.quote(str(desk.folder))}", "version": __version__,
        "task": task.status() if task and task.kind in ("verify", "package", "expect") else None,
        "expected": any((desk.folder / EXPECTED).glob("*.csv")),
    }  # fmt: skip


def verify(desk: Desk, request: Request, form: FormData) -> str:
    """Verify the study in the background."""

    def work(task: Task) -> bool:
        from practicework.commands.verification import summary

        text, passed = summary.run(desk.folder, program.home(), 1e-4)
        task.lines = text.splitlines()
        task.sentences = [line for line in task.lines if line.startswith("Verdict")] or task.lines[-1:]
        return passed

    return _started(desk, "verify", "Verify the study", work)


def expect(desk: Desk, request: Request, form: FormData) -> str:
    """Keep the numbers of the last run as the expected ones, in the background."""

    place = desk.folder / EXPECTED
    if os.path.realpath(place) != str(place) or any(path.is_symlink() for path in place.glob("*")):
        raise Refused(f"{EXPECTED.as_posix()} or a file in it is a link; replace it by a folder.")

    def work(task: Task) -> bool:
        files = write_expected(desk.folder, program.home())
        task.sentences = [f"The numbers of the last run are the expected ones now: {', '.join(files)}."]
        return True

    return _started(desk, "expect", "Keep the numbers", work)


def package(desk: Desk, request: Request, form: FormData) -> str:
    """Write the replication package in the background."""

    def work(task: Task) -> bool:
        from practicework.commands.package import package as write

        task.lines = write(desk.folder, program.home()).splitlines()
        task.sentences = task.lines[:3]
        return True

    return _started(desk, "package", "Write the package", work)


def _started(desk: Desk, kind: str, title: str, work: Callable[[Task], bool]) -> str:
    if not desk.tasks.start(kind, title, work):
        raise Refused("A task is running already; wait until it has ended.")
    return "/handover"


def result(desk: Desk) -> Callable[[Request], Response]:
    """Return the function that serves the reports of a study, and nothing else of its results."""

    async def endpoint(request: Request) -> Response:
        path = request.path_params["path"]
        report, instrument = re.fullmatch(r"(\w+)/report/([\w.]+)", path), re.fullmatch(r"instruments/([\w.]+)", path)
        if report and report[2] in DOCUMENTS:
            file, name = desk.folder / "results" / path, f"{report[1]}_{report[2]}"
        elif instrument and instrument[1] in FORMATS:
            file, name = desk.folder / "results" / path, instrument[1]
        else:
            return PlainTextResponse("There is no such file.", 404)
        if not file.is_file() or os.path.realpath(file) != str(file):
            return PlainTextResponse("There is no such file.", 404)
        if name.endswith(".html"):
            return FileResponse(file, media_type="text/html", headers={"content-security-policy": REPORT_POLICY})
        return FileResponse(file, filename=name)

    return endpoint
