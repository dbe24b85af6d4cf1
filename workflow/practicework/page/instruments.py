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

MANY = 100
"""Files that are taken at once."""


def view(desk: Desk, request: Request) -> tuple[str, dict]:
    """The form of a new scale."""
    return "new_scale.html", {"exists": desk.exists}


def add(desk: Desk, request: Request, form: FormData) -> str:
    """Propose a new scale from its fields."""
    name = re.sub(r"[^a-z0-9]+", "_", str(form.get("id", "")).lower()).strip("_")
    if not name:
        raise Refused("Give the scale an id: lower-case letters, digits and underscores.", "id")
    texts = [line.strip() for line in str(form.get("items", "")).splitlines() if line.strip()]
    if not texts:
        raise Refused("Type the items, one per line.", "items")
    stem = name if name[0].isalpha() else f"item_{name}"
    items = [
        {"id": f"{stem}_{at}", "text": text.removesuffix("(R)").strip()} | ({"reverse": True} if text.endswith("(R)") else {})
        for at, text in enumerate(texts, 1)
    ]
    labels = [line.strip() for line in str(form.get("labels", "")).splitlines() if line.strip()]
    try:
        low, high = (int(str(form.get(key, ""))[:9]) for key in ("low", "high"))
    except ValueError:
        raise Refused("The ends of the response range are whole numbers.", "low") from None
    response: dict = {"min": low, "max": high}
    if len(labels) == 2 and high - low > 1:
        response["labels"] = {low: labels[0], high: labels[1]}
    elif labels:
        if len(labels) != high - low + 1:
            raise Refused(
                f"Type two labels, for the ends, or {high - low + 1}, for all responses from {low} to {high}.", "labels"
            )
        response["labels"] = dict(enumerate(labels, low))
    document: dict = {"id": name, "label": str(form.get("label", "")).strip() or name.replace("_", " ").capitalize()}
    document |= {key: text for key in ("definition", "instruction") if (text := str(form.get(key, "")).strip())}
    if citation := str(form.get("citation", "")).strip():
        document["source"] = {"citation": citation}
    document |= {"status": str(form.get("status", "draft")), "response": response, "items": items}
    return _proposed(desk, {name: dump(document)})


def take(desk: Desk, request: Request, form: FormData) -> str:
    """Propose scale files of a lab's library as they are, in one change."""
    files = [one for one in form.getlist("scale") if isinstance(one, UploadFile) and one.filename]
    if not files:
        raise Refused("Choose one or more scale files (.yaml).", "scale")
    texts: dict[str, str] = {}
    for file in sorted(files, key=lambda one: one.filename or ""):
        content, name = file.file.read(LARGEST + 1), Path(file.filename or "").name
        if len(content) > LARGEST or not re.fullmatch(r"[a-z0-9][a-z0-9_]*\.ya?ml", name):
            rule = "a scale file is named id.yaml, with lower-case letters, digits and underscores, and has at most 1 MB"
            raise Refused(f"{name[:60]}: {rule}.", "scale")
        try:
            texts[Path(name).stem] = content.decode("utf-8").replace("\r\n", "\n")
        except UnicodeDecodeError:
            raise Refused(f"{name} is not a text in UTF-8.", "scale") from None
    return _proposed(desk, texts, replace=True)


def _proposed(desk: Desk, scales: dict[str, str], *, replace: bool = False) -> str:
    """Propose scale files, given as text by id, and that the study uses them; each file is checked before.

    A file of a lab may replace a drafted one of the same name: the change shows every line.
    """
    texts, labels = {}, []
    for name, text in scales.items():
        file = f"scales/{name}.yaml"
        if desk.changes.text(file) is not None and not replace:
            raise Refused(f"{file} exists already; choose another id.", "id")
        scale = validated(Scale, parsed(text, file), file)
        if scale.id != name:
            raise Refused(f"The id in {name}.yaml is '{scale.id}'; give the scale and its file the same name.", "scale")
        texts[file] = text
        labels.append(scale.label)
    if desk.exists:
        config = desk.changes.text(CONFIG.as_posix()) or ""
        listed = read_yaml(desk.folder / CONFIG, CONFIG.as_posix()).get("scales") or []
        texts[CONFIG.as_posix()] = edited(config, ("scales",), list(dict.fromkeys([*listed, *scales])))
    title = f"Add the scale{'s' if len(labels) > 1 else ''} {', '.join(labels)}"
    return f"/change/{desk.changes.propose(title, '/scales', texts).id}"


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
