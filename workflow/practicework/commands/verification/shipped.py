"""Compare the results that lie in a study, or come with a package, with its expected numbers and its checksums."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from practicework.commands.verification import numbers
from practicework.commands.verification.numbers import SAME, WITHIN

CHECKSUMS = "checksums.txt"


@dataclass(frozen=True)
class Shipped:
    """The results that lie in a study.

    Attributes
    ----------
    compared : dict of str to DataFrame
        By part, as returned by `numbers.compare`; numbers without an expected value are new.
    absent : list of str
        The parts without results.
    files : int or None
        How many files the checksums list; None if there are no checksums.
    changed : list of str
        The listed files that are missing, or whose content has changed.
    """

    compared: dict[str, pd.DataFrame]
    absent: list[str]
    files: int | None
    changed: list[str]

    @property
    def apart(self) -> int:
        """How many numbers differ from the expected ones, are missing, or have no expected value."""
        return sum(int((~frame["verdict"].isin((SAME, WITHIN))).sum()) for frame in self.compared.values())

    @property
    def passed(self) -> bool:
        """Whether all numbers of the results agree and no listed file has changed."""
        return not (self.apart or self.absent or self.changed)


def read_shipped(folder: Path, references: dict[str, pd.DataFrame | None], tolerance: float) -> Shipped:
    """Compare the results of a study's folder with the expected numbers, and its files with its checksums.

    Parameters
    ----------
    folder : Path
    references : dict
        By part: the expected numbers, otherwise those of the rerun, otherwise None.
    tolerance : float
        The largest relative difference at which numbers agree.
    """
    found = {part: folder / "results" / part for part in references}
    there = [part for part, results in found.items() if (results / "report/contents.csv").is_file()]
    compared = {part: numbers.compare(references[part], numbers.numbers(found[part]), tolerance) for part in there}
    listed = _checksums(folder)
    changed = [name for name, digest in (listed or {}).items() if _digest(folder, name) != digest]
    return Shipped(compared, [part for part in found if part not in there], None if listed is None else len(listed), changed)


def _checksums(folder: Path) -> dict[str, str] | None:
    """Read the SHA-256 sums of a package by file; None if there are none."""
    file = folder / CHECKSUMS
    if not file.is_file():
        return None
    lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    return {name: digest for line in lines for digest, _, name in [line.partition("  ")] if name}


def _digest(folder: Path, name: str) -> str | None:
    """Return the checksum of a file in a folder; None if there is no such file, or it lies elsewhere."""
    file = Path(os.path.realpath(folder / name))
    if not file.is_relative_to(os.path.realpath(folder)) or not file.is_file():
        return None
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
