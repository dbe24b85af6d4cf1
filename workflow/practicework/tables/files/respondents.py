"""Which rows of a file are respondents: not the empty ones, and not the sums or means that someone wrote below them."""

import math
import re
from collections import Counter
from dataclasses import replace

from practicework.errors import StudyError
from practicework.tables.files.raw import EMPTY_ROW, RawTable

LONGEST_GAP = 100
"""Empty rows or columns in a row, after which a file is refused: there is a stray cell far from the data."""

FEWEST = 5
"""Respondents from which numbers can be recognised as sums or means of the rows above."""

_WORDS = re.compile(
    r"(grand )?totals?|sums?|means?|averages?|avg|std\.?( ?dev\.?)?|standard deviation|gesamt(summe)?|summen?|mittel(wert)?|"
    r"durchschnitt|somme|moyennes?|total général|écart[- ]type|promedio|media aritmética|suma|somma",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"[-+]?(\d+([.,]\d*)?|[.,]\d+)([eE][-+]?\d+)?", re.ASCII)


def respondents(raw: RawTable) -> RawTable:
    """Return the table with its empty rows listed as excluded.

    Readers skip rows without any text; here they are found as gaps in the numbers of the rows.

    Raises
    ------
    StudyError
        If more than 100 empty rows or columns lie between cells, or the last rows are sums or means of the others.
    """
    _check_columns(raw)
    _check_last_rows(raw)
    known, gaps = {line for line, _ in raw.left_out}, []
    for before, line in zip(raw.lines, raw.lines[1:], strict=False):
        if line == before + 1:
            continue
        gap = [one for one in range(before + 1, line) if one not in known] if line - before < 10**7 else range(before + 1, line)
        if len(gap) > LONGEST_GAP:
            raise StudyError(
                f"{raw.shown} has {len(gap):,} empty rows above row {line}; delete the cells in row {line} and below, or the "
                "empty rows."
            )
        gaps += [(one, EMPTY_ROW) for one in gap]
    return replace(raw, left_out=sorted([*raw.left_out, *gaps])) if gaps else raw


def _check_columns(raw: RawTable) -> None:
    """Refuse a cell far to the right of the data."""
    if len(raw.header) <= LONGEST_GAP:
        return
    named = [bool(name) for name in raw.header]
    used = [name or any((row[at] or "").strip() for row in raw.rows) for at, name in enumerate(named)]
    last = -1
    for at, one in enumerate(used):
        if one and at - last - 1 > LONGEST_GAP:
            raise StudyError(
                f"{raw.shown} has {at - last - 1:,} empty columns before column {at + 1}; delete the cells in column {at + 1} "
                "and to the right of it, or the empty columns."
            )
        last = at if one else last


def _check_last_rows(raw: RawTable) -> None:
    """Refuse sums, means and standard deviations below the answers."""
    for line, row in zip(raw.lines[-3:], raw.rows[-3:], strict=True):
        cells = [cell.strip() for cell in row if cell and cell.strip()]
        words = [cell for cell in cells if _WORDS.fullmatch(cell.rstrip(":"))]
        numbers = [cell for cell in cells if _NUMBER.fullmatch(cell)]
        if words and numbers and len(words) + len(numbers) == len(cells):
            raise StudyError(f"{raw.shown}, row {line}, contains sums or means ('{words[0]}'), not answers; delete the row.")
    if len(raw.rows) > FEWEST and (kind := _computed(raw)):
        raise StudyError(f"{raw.shown}, row {raw.lines[-1]}, contains the {kind} of the rows above, not answers; delete the row.")


def _computed(raw: RawTable) -> str | None:
    """Return what the last row contains if all its numbers are sums, or means, of three columns or more."""
    last, above = raw.rows[-1], raw.rows[:-1]
    numeric = [at for at, cell in enumerate(last) if cell and _NUMBER.fullmatch(cell.strip())]
    if len(numeric) < 3 or len(numeric) < sum(1 for cell in last if cell and cell.strip()):
        return None
    kinds = {"sums", "means"} if any(not last[at].strip().isdigit() for at in numeric) else {"sums"}
    for at in numeric:
        counts = Counter(row[at] for row in above)
        texts = {cell: cell.strip() for cell in counts if cell and cell.strip()}
        size = sum(counts[cell] for cell in texts)
        if size < FEWEST or not all(map(_NUMBER.fullmatch, texts.values())):
            return None
        values = {cell: float(text.replace(",", ".")) for cell, text in texts.items()}
        total = math.fsum(counts[cell] * value for cell, value in values.items())
        written = last[at].strip().replace(",", ".")
        digits = len(written.partition(".")[2])
        if len(set(values.values())) == 1:
            return None
        if abs(float(written) - total) > 1e-9 * abs(total):
            kinds.discard("sums")
        rounding = 0.5 * 10.0**-digits if digits else 0
        if abs(float(written) - total / size) > rounding + 1e-9 * abs(total):
            kinds.discard("means")
        if not kinds:
            return None
    return kinds.pop()
