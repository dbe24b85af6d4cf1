"""Exports that a person drops on the page: into data/raw/, under a harmless name, never over another file."""

from __future__ import annotations

import os
import re
from pathlib import Path

from starlette.datastructures import UploadFile

from practicework.page.changes import Refused

LARGEST = 200 * 1024 * 1024
"""Bytes of an export."""

MOST = 200
"""Bytes of the name of a file, which systems limit to 255."""

ENDINGS = (".csv", ".tsv", ".txt", ".xlsx", ".sav", ".zsav")


def keep(folder: Path, upload: UploadFile) -> str:
    """Copy an upload into data/raw/ and return its name relative to the study.

    Raises
    ------
    Refused
        The ending is unknown, the file is empty or too large, data/raw is a link, or another file has the name.
    """
    name = re.sub(r"[^\w.-]+", "_", Path(upload.filename or "").name).lstrip("._")[-100:]
    while len(name.encode()) > MOST:
        name = name[1:]
    if not name.lower().endswith(ENDINGS):
        raise Refused(f"Exports end in {', '.join(ENDINGS)}. Export the responses from the survey tool again.")
    raw = folder / "data/raw"
    if os.path.realpath(raw) != os.path.join(os.path.realpath(folder), "data", "raw"):
        raise Refused("data/raw is a link; replace it by a folder.")
    raw.mkdir(parents=True, exist_ok=True)
    path, size = raw / name, 0
    try:
        with path.open("xb") as file:
            while block := upload.file.read(1024 * 1024):
                size += len(block)
                if size > LARGEST:
                    raise Refused(f"The file is larger than {LARGEST // 1024**2} MB.")
                file.write(block)
        if not size:
            raise Refused("The file is empty; export the responses again.")
    except FileExistsError:
        if _same(path, upload):
            return f"data/raw/{name}"
        raise Refused(f"data/raw/{name} already exists and is another file; rename the export.") from None
    except (Refused, OSError):
        path.unlink(missing_ok=True)
        raise
    return f"data/raw/{name}"


def _same(path: Path, upload: UploadFile) -> bool:
    """Whether a file has the content of an upload."""
    if path.is_symlink() or not path.is_file():
        return False
    with path.open("rb") as file:
        while True:
            one, other = file.read(1024 * 1024), upload.file.read(1024 * 1024)
            if one != other:
                return False
            if not one:
                return True
