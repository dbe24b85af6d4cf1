"""Checksums of a package's files, and a zip archive that is byte-identical for identical files."""

import hashlib
import zipfile
from pathlib import Path

from practicework.commands.verification.shipped import CHECKSUMS

EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest time that a zip archive can store, used for every file."""


def files(folder: Path) -> list[str]:
    """Every file of a package, sorted, relative to it."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def write_checksums(folder: Path) -> None:
    """Write SHA-256 sums of all other files, as `sha256sum -c` reads them."""
    lines = [
        f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}\n" for name in files(folder) if name != CHECKSUMS
    ]
    (folder / CHECKSUMS).write_text("".join(lines), encoding="utf-8")


def write_zip(folder: Path, path: Path) -> None:
    """Write a zip archive with the folder itself at the top level."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in files(folder):
            entry = zipfile.ZipInfo(f"{folder.name}/{name}", EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, (folder / name).read_bytes())
