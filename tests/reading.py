"""What the tests of the readers share: a file of some content, read; the exports, read; a refusal, checked."""

from collections.abc import Callable
from pathlib import Path

import exports
import pytest

from practicework.errors import StudyError
from practicework.tables.files.raw import RawTable
from practicework.tables.readers import detect

Read = Callable[..., RawTable]


def reader(folder: Path) -> Read:
    """A function that reads a file of a content."""

    def run(content: str | bytes, name: str = "a.csv", reader: str | None = None) -> RawTable:
        path = folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return detect.read(path, f"data/raw/{name}", reader)

    return run


def read_all(folder: Path) -> dict[str, RawTable]:
    """Every export, read by the reader that is found for it."""
    return {name: detect.read(path, path.name, None) for name, path in exports.write_all(folder).items()}


def reasons(raw: RawTable) -> dict[str, str]:
    """Why columns stay behind, by heading."""
    return {raw.header[at]: why for at, why in raw.reasons.items()}


def refused(read: Read, content: str | bytes, message: str, name: str = "a.csv", reader: str | None = None) -> None:
    """The file is refused in one sentence with its name and a remedy, and nothing personal."""
    with pytest.raises(StudyError, match=message) as error:
        read(content, name, reader)
    sentence = str(error.value)
    assert sentence.startswith(f"data/raw/{name}")
    assert sentence.endswith((".", ")."))
    assert not [secret for secret in exports.SECRETS if secret in sentence]


def outcome(read: Read, content: str | bytes, name: str, reader: str | None) -> RawTable | str:
    """The table, or the sentence by which the file is refused."""
    try:
        return read(content, name, reader)
    except StudyError as error:
        return str(error)
