"""Instruments: new scales, scale files of a lab, and the questionnaire."""

from __future__ import annotations

import os
import re
from pathlib import Path

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request

from practicework.commands import exporters
from practicework.errors import StudyError
from practicework.page.changes import Refused
from practicework.page.desk import Desk
from practicework.study import CONFIG
from practicework.study.documents import parsed, read_yaml, validated
from practicework.study.editing import dump, edited
from practicework.study.scale import Scale

LARGEST = 1024 * 1024
"""Bytes of a scale file."""


def view(desk: Desk, request: Request) -> tuple[str, dict]:
    """The form of a new scale."""
    return "new_scale.html", {"exists": desk.exists}


def add(desk: Desk, request: Request, form: FormData) -> str:
    """Propose a new scale from its fields."""
    name = re.sub(r"[^a-z0-9]+", "_", str(form.get("id", "")).lower()).strip("_")
    if not name:
        raise Refused("Give the scale an id: lower-case letters, digits and underscores.")
    texts = [line.strip() for line in str(form.get("items", "")).splitlines() if line.strip()]
    if not texts:
        raise Refused("Type the items, one per line.")
    stem = name if name[0].isalpha() else f"item_{name}"
    items = [
        {"id": f"{stem}_{at}", "text": text.removesuffix("(R)").strip()} | ({"reverse": True} if text.endswith("(R)") else {})
        for at, text in enumerate(texts, 1)
    ]
    labels = [line.strip() for line in str(form.get("labels", "")).splitlines() if line.strip()]
    try:
        low, high = (int(str(form.get(key, ""))[:9]) for key in ("low", "high"))
    except ValueError:
        raise Refused("The ends of the response range are whole numbers.") from None
    response: dict = {"min": low, "max": high}
    if len(labels) == 2 and high - low > 1:
        response["labels"] = {low: labels[0], high: labels[1]}
    elif labels:
        if len(labels) != high - low + 1:
            raise Refused(f"Type two labels, for the ends, or {high - low + 1}, for all responses from {low} to {high}.")
        response["labels"] = dict(enumerate(labels, low))
    document: dict = {"id": name, "label": str(form.get("label", "")).strip() or name.replace("_", " ").capitalize()}
    document |= {key: text for key in ("definition", "instruction") if (text := str(form.get(key, "")).strip())}
    if citation := str(form.get("citation", "")).strip():
        document["source"] = {"citation": citation}
    document |= {"status": str(form.get("status", "draft")), "response": response, "items": items}
    return _proposed(desk, name, dump(document))


def take(desk: Desk, request: Request, form: FormData) -> str:
    """Propose a scale file of a lab's library as it is."""
    found = form.get("scale")
    if not isinstance(found, UploadFile) or not found.filename:
        raise Refused("Choose a scale file (.yaml).")
    content = found.file.read(LARGEST + 1)
    name = Path(found.filename).stem
    if len(content) > LARGEST or not re.fullmatch(r"[a-z0-9][a-z0-9_]*\.ya?ml", Path(found.filename).name):
        raise Refused("A scale file is named id.yaml, with lower-case letters, digits and underscores, and has at most 1 MB.")
    try:
        text = content.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise Refused("The file is not a text in UTF-8.") from None
    return _proposed(desk, name, text)


def _proposed(desk: Desk, name: str, text: str) -> str:
    """Propose a scale file, and that the study uses it; the file is checked before."""
    file = f"scales/{name}.yaml"
    if desk.changes.text(file) is not None:
        raise Refused(f"{file} exists already; choose another id.")
    document = parsed(text, file)
    scale = validated(Scale, document, file)
    if scale.id != name:
        raise Refused(f"The id in the file is '{scale.id}', but its name is {name}.yaml; make them the same.")
    texts = {file: text}
    if desk.exists:
        config = desk.changes.text(CONFIG.as_posix()) or ""
        listed = read_yaml(desk.folder / CONFIG, CONFIG.as_posix()).get("scales") or []
        texts[CONFIG.as_posix()] = edited(config, ("scales",), [*listed, name])
    return f"/change/{desk.changes.propose(f'Add the scale {scale.label}', '/scales', texts).id}"


def export(desk: Desk, request: Request, form: FormData) -> str:
    """Write questionnaire, codebook and files for survey tools to results/instruments/."""
    place = desk.folder / exporters.FOLDER_OF_INSTRUMENTS
    if Path(os.path.realpath(place)) != place or any(path.is_symlink() for path in place.glob("*")):
        raise StudyError(f"{exporters.FOLDER_OF_INSTRUMENTS} or a file in it is a link; replace it by a folder.")
    skipped = [line for line in exporters.export(desk.folder) if line.startswith(("Skipped", "Note"))]
    return desk.tell("/scales", " ".join(["The instruments are in results/instruments/.", *skipped]))


def exported(desk: Desk) -> list[str]:
    """The instruments that exist."""
    folder = desk.folder / exporters.FOLDER_OF_INSTRUMENTS
    return [name for name in exporters.FORMATS if (folder / name).is_file()]
