"""How a file writes numbers: its decimal mark and thousands separator, decided from all of its columns.

A cell such as 1.234 is more than a thousand in one file and little more than one in another. What the other cells of the file
show decides; where they show nothing, the column is ambiguous, and the sample's keys `decimal` and `thousands` decide.
"""

import re
from collections.abc import Iterable

_CERTAIN = re.compile(r"[-+]?(\d*\.(\d{1,2}|\d{4,})|0?\.\d{3}|\d+)", re.ASCII)
"""Whole numbers, and numbers whose point is a decimal mark, since three digits do not follow it."""

_FLOAT = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?", re.ASCII)
_WHOLE = re.compile(r"[-+]?\d+", re.ASCII)
_MARKED = re.compile(r"[-+]?(\d*)([.,])(\d+)", re.ASCII)
_GROUPED = re.compile(r"[-+]?[1-9]\d{0,2}(?:([.,])\d{3})(?:\1\d{3})*(?:([.,])\d+)?", re.ASCII)
_SPACED = re.compile(r"[-+]?\d{1,3}( \d{3})+([.,]\d+)?", re.ASCII)
_ALWAYS = re.compile(r"(?<=\d)[\u00a0\u202f'\u2019](?=\d{3}(?!\d))")
"""Separators that are never decimal marks: no-break spaces and apostrophes."""

_STARTS = frozenset("+-.,0123456789")

_CHOICES = re.compile(r"\d{1,2}(,\d{1,2}){2,}", re.ASCII)
"""Several choices in one cell: 1,3,4."""

MOST = 0.8
"""Share of a column's distinct cells that are numbers in a column of numbers; the others are mistakes."""


def number(cell: str) -> float | None:
    """Return a cell's number; None unless it consists of plain digits, optionally with a decimal point and exponent."""
    if not _FLOAT.fullmatch(cell):
        return None
    value = float(cell)
    return value if abs(value) != float("inf") else None


def plain(cell: str) -> str:
    """Return a number in canonical form, so the missing code -99 also matches -99.0; other cells are unchanged."""
    value = number(cell)
    return cell if value is None else repr(value)


def canonical(
    rows: list[list[str | None]], delimiter: str, decimal: str | None, thousands: str | None
) -> tuple[dict[int, str], dict[int, dict[str, str]]]:
    """Rewrite numbers with a decimal point and without separators, in place, in columns of numbers; other cells stay as they are.

    Parameters
    ----------
    rows : list of list
        Cells as text, one list per respondent.
    delimiter : str
        The separator of the cells. In a file separated by commas, and in a workbook (an empty text), points are decimal marks.
    decimal, thousands : str or None
        The marks that the config declares.

    Returns
    -------
    ambiguous : dict of int to str
        The positions of the columns with a cell that can mean two numbers, and this cell. They are not changed.
    rewritten : dict of int to dict of str to str
        By position: the cells as they are now, and as they were, since 1,2 may also be two codes of a question with several
        answers.
    """
    columns, pointed, rewritten = {}, {}, {}
    for position, cells in enumerate(zip(*rows, strict=True)):
        distinct = {cell for cell in set(cells) if cell and cell.strip() not in ("", "NA")}
        certain = {cell for cell in distinct if cell.isalnum() or (cell[0] in _STARTS and _CERTAIN.fullmatch(cell))}
        if point := next((cell for cell in certain if "." in cell), None):
            pointed[position] = point
        rest = distinct - certain
        if sum(cell.strip()[0] not in _STARTS for cell in rest) > (1 - MOST) * len(distinct):
            continue  # a column of texts
        texts = {cell: _ALWAYS.sub("", cell.strip()) for cell in rest}
        numbers = {cell: text for cell, text in texts.items() if _is_number(text)}
        if (
            numbers
            and len(texts) - len(numbers) <= (1 - MOST) * len(distinct)
            and not any(map(_CHOICES.fullmatch, texts.values()))
        ):
            columns[position] = numbers
    shown = {mark for texts in columns.values() for mark in _evidence(texts.values())} | ({"."} if pointed else set())
    mark = decimal or (next(iter(shown)) if len(shown) == 1 else None)
    points = delimiter in (",", "") and decimal is None and "," not in shown
    ambiguous = pointed if mark == "," and delimiter else {}  # 3.5 in a file with decimal commas
    for position, texts in columns.items():
        changed = {cell: _point(text, mark, thousands, points or not delimiter) for cell, text in texts.items()}
        if None in changed.values():
            ambiguous[position] = min(texts[cell] for cell, text in changed.items() if text is None)
            continue
        changed = {cell: text for cell, text in changed.items() if cell.strip() != text}
        if changed:
            for row in rows:
                row[position] = changed.get(row[position], row[position])
            rewritten[position] = {now: cell for cell, now in changed.items()}
    return ambiguous, rewritten


def _is_number(text: str) -> bool:
    return any(form.fullmatch(text) for form in (_WHOLE, _MARKED, _GROUPED, _SPACED, _FLOAT))


def _evidence(texts: Iterable[str]) -> set[str]:
    """The decimal marks that the numbers of a column show without doubt."""
    found, pairs = set(), []
    for text in texts:
        grouped, one = _GROUPED.fullmatch(text), _MARKED.fullmatch(text)
        if grouped and grouped[2]:
            found.add(grouped[2] if grouped[1] != grouped[2] else "")
        elif grouped and text.count(grouped[1]) > 1:
            found.add("," if grouped[1] == "." else ".")
        elif _SPACED.fullmatch(text):
            found.add("," if "," in text else "." if "." in text else "")
        elif one and one[2] == "," and len(one[1]) == len(one[3]) == 1:
            pairs.append((one[1], one[3]))
        elif one and not grouped:
            found.add(one[2])
    # choices are listed in ascending order, so 3,5 may be two of them, but 5,2 is a number, and so are 1,5, 2,5 and 3,5
    if any(first >= second for first, second in pairs) or (len(pairs) > 2 and {second for _, second in pairs} == {"5"}):
        found.add(",")
    return found - {""}


def _point(text: str, mark: str | None, thousands: str | None, points: bool) -> str | None:
    """A number with a decimal point; None if it can mean two numbers.

    `mark` is the decimal mark, if it is known; `points` states whether a point is a decimal mark in any case.
    """
    grouped, one = _GROUPED.fullmatch(text), _MARKED.fullmatch(text)
    if _SPACED.fullmatch(text):
        return text.replace(" ", "").replace(",", ".") if mark == "," or "," in text or thousands == " " else text
    if grouped and grouped[2] and grouped[1] != grouped[2]:
        return text.replace(grouped[1], "").replace(grouped[2], ".")
    if grouped and text.count(grouped[1]) > 1:
        return text.replace(grouped[1], "")
    if one is None or (points and one[2] == "."):
        return text
    if one[2] == thousands and grouped:
        return text.replace(one[2], "")
    if one[2] == mark:
        return text.replace(",", ".")
    if grouped and mark:
        return text.replace(one[2], "")
    return text if one[2] == "." and not grouped and mark is None else None
