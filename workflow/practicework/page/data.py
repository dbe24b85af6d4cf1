"""Data: exports of survey tools, and what they contain."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlencode

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request

from practicework.commands import drafting
from practicework.errors import StudyError
from practicework.page import uploads
from practicework.page.changes import Refused
from practicework.page.desk import Desk
from practicework.stages.ingest import columns, read_file
from practicework.study import CONFIG, Study
from practicework.study.editing import REMOVE, edited
from practicework.study.study import RAW
from practicework.tables.files.grid import Reading
from practicework.tables.files.raw import RawTable


def view(desk: Desk, request: Request) -> tuple[str, dict]:
    """The samples of the study, and files that it does not use yet."""
    if not desk.exists:
        files = [f"{RAW.as_posix()}/{path.name}" for path in sorted((desk.folder / RAW).glob("*")) if _export(path.name)]
        files = [file for file in files if file.isprintable()]
        return "data.html", {"exists": False, "samples": [], "files": files, "problem": ""}
    try:
        study = desk.study()
        samples = [
            {"name": name, "file": study.config.samples[name].file, "lines": _lines(raw), "problem": _unmatched(study, name, raw)}
            for name, raw in desk.raws(study).items()
        ]
    except StudyError as problem:  # an export that is missing can be added here
        return "data.html", {"exists": True, "samples": [], "files": [], "problem": str(problem)}
    files = [file for file in study.unused_raw_files if _export(file) and file.isprintable()]
    return "data.html", {"exists": True, "samples": samples, "files": files, "problem": ""}


def _export(name: str) -> bool:
    return name.lower().endswith(uploads.ENDINGS)


def _unmatched(study: Study, sample: str, raw: RawTable) -> str:
    """Why the columns of an export are not those of the study; empty if they are."""
    try:
        columns.match(raw, study, sample)
    except StudyError as problem:
        return str(problem)
    return ""


def _lines(raw: RawTable) -> list[str]:
    """What an export contains, without any cell."""
    return [line.strip() for line in drafting.describe(raw)]


def file_view(desk: Desk, request: Request) -> tuple[str, dict]:
    """One file that the study does not use yet."""
    file = request.query_params.get("file", "")
    reading = _reading(request.query_params)
    found = {"lines": _lines(_raw(desk, file, reading)), "exists": desk.exists, "name": _name(file)}
    return "file.html", {"file": file, "reading": {key: value for key, value in vars(reading).items() if value}, **found}


def _reading(values: Mapping[str, object]) -> Reading:
    """How to read a file, from the fields of a form or an address."""
    encoding, sheet, decimal = (str(values.get(key, "") or "").strip() or None for key in ("encoding", "sheet", "decimal"))
    if decimal not in (None, ".", ","):
        raise Refused("The decimal mark is a point or a comma.")
    return Reading(encoding, sheet, decimal)


def _raw(desk: Desk, file: str, reading: Reading) -> RawTable:
    if not file.isprintable():
        raise Refused("There is no such file in data/raw/.")
    path = (desk.folder / file).resolve()
    if (desk.folder / RAW).resolve() not in path.parents or not path.is_file() or not _export(path.name):
        raise Refused("There is no such file in data/raw/.")
    return read_file(path, reading=reading)


def _name(file: str) -> str:
    """A name for a sample, from the name of its file."""
    stem = re.sub(r"[^a-z0-9]+", "_", file.rpartition("/")[2].rpartition(".")[0].lower()).strip("_")[:30]
    return stem or "sample"


def upload(desk: Desk, request: Request, form: FormData) -> str:
    """Keep a dropped export in data/raw/, if it can be read."""
    found = form.get("export")
    if not isinstance(found, UploadFile) or not found.filename:
        raise Refused("Choose the file that your survey tool exported.")
    before = {path.name for path in (desk.folder / RAW).glob("*")}
    file, reading = uploads.keep(desk.folder, found), _reading(form)
    try:
        _raw(desk, file, reading)
    except BaseException:
        if file.rpartition("/")[2] not in before:
            (desk.folder / file).unlink(missing_ok=True)
        raise
    return f"/data/file?{urlencode({'file': file} | {key: value for key, value in vars(reading).items() if value})}"


def draft(desk: Desk, request: Request, form: FormData) -> str:
    """Propose the files of a new study from an export."""
    file = str(form.get("file", ""))
    if desk.exists:
        raise Refused("The folder already contains a study.")
    reading = _reading(form)
    texts = drafting.documents(_raw(desk, file, reading), desk.folder / file, desk.folder, reading)
    ignore = desk.changes.text(".gitignore") or ""
    lines = [line for line in drafting.writing.IGNORED if line not in ignore.splitlines()]
    if lines:
        texts[".gitignore"] = "\n".join([*ignore.splitlines(), *lines]) + "\n"
    return f"/change/{desk.changes.propose(f'Draft a study from {file}', '/', texts).id}"


def remove_sample(desk: Desk, request: Request, form: FormData) -> str:
    """Propose that the study does not use a sample any more; its file stays."""
    study, name = desk.study(), str(form.get("name", ""))
    if name not in study.config.samples:
        raise Refused("The study has no such sample.")
    path = ("samples", name) if len(study.config.samples) > 1 else ("samples",)
    text = edited(desk.changes.text(CONFIG.as_posix()) or "", path, REMOVE)
    return f"/change/{desk.changes.propose(f'Remove the sample {name}', '/data', {CONFIG.as_posix(): text}).id}"


def add_sample(desk: Desk, request: Request, form: FormData) -> str:
    """Propose a further sample of the study."""
    file, name = str(form.get("file", "")), str(form.get("name", "")).strip()
    reading = _reading(form)
    _raw(desk, file, reading)
    study = desk.study()
    if name in study.part_names:
        raise Refused(f"'{name}' exists already; choose another name.")
    text = desk.changes.text(CONFIG.as_posix()) or ""
    entry = {"file": file} | {key: value for key, value in vars(reading).items() if value}
    entry |= {"synthetic": str(form["synthetic"])} if form.get("synthetic") else {}
    path, value = (("samples", name), entry) if study.config.samples else (("samples",), {name: entry})
    changed = edited(text, path, value)
    return f"/change/{desk.changes.propose(f'Add the sample {name}', '/data', {CONFIG.as_posix(): changed}).id}"
