"""Which columns belong together: what the survey tool says, else names with one stem and the same kind of answers."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import reduce
from itertools import pairwise

from practicework.commands.drafting.answers import ENOUGH, Column, column
from practicework.errors import StudyError
from practicework.stages.ingest.deidentify import why_dropped
from practicework.study.scale import normalized
from practicework.tables.files.personal import MOST_ANSWERS
from practicework.tables.files.raw import UNDECLARED, RawTable

DATES, CHOICES, TICKS = "dates or times", "several answers in one cell", "tick all that apply"
TEXTS, CONSTANT, NOTHING, AMBIGUOUS = (
    "ids or texts without a few options",
    "only one answer",
    "no answers",
    "numbers that can mean two (--decimal)",
)
"""Reasons for leaving a column out of a draft, besides personal data."""

_GENERIC = re.compile(r"[a-z]|var|variable|question|frage|item|col|column", re.IGNORECASE)
"""Stems that say nothing: Q1, V2, question_3."""

_BOXES = {"checked", "unchecked", "selected", "not selected", "ticked", "not ticked", "quoted", "not quoted"}
"""Words that tools write for ticked and unticked boxes and for nothing else."""

_ANSWERS = {"whole", "coded", "codes", "text", "ends", "slider"}
_CLASS = {"whole": "number", "slider": "slider", "coded": "code", "codes": "codes", "text": "text", "ends": "text"}


@dataclass(frozen=True)
class Block:
    """Columns that look like the items of one scale.

    Attributes
    ----------
    name : str
        What their names share, or the survey tool's question.
    positions : list of int
    stem : str
        The text of their common question; empty if the file has none.
    by_tool : bool
        Whether the survey tool states that they are one question.
    """

    name: str
    positions: list[int]
    stem: str = ""
    by_tool: bool = False


@dataclass(frozen=True)
class Found:
    """What an export contains.

    Attributes
    ----------
    columns : dict of int to Column
        The answers of the columns that contain no personal data.
    blocks : list of Block
    variables : list of int
        Positions of single questions with numbers or a few answers.
    left_out : dict of int to str
        The other columns and why they are left out.
    ticks : list of list of int
        The columns of each question with several answers, which are among those left out.
    """

    columns: dict[int, Column]
    blocks: list[Block] = field(default_factory=list)
    variables: list[int] = field(default_factory=list)
    left_out: dict[int, str] = field(default_factory=dict)
    ticks: list[list[int]] = field(default_factory=list)


def find(raw: RawTable) -> Found:
    """Sort the columns of an export into blocks of items, single variables and others."""
    cells = list(zip(*raw.rows, strict=True))
    _check_headings(raw, cells)
    left_out = {at: why for at in range(len(raw.header)) if (why := why_dropped(raw, at)) != UNDECLARED}
    left_out |= {at: AMBIGUOUS for at in raw.ambiguous if at not in left_out}
    columns = {
        at: column(cells[at], raw.labels.get(at), raw.missing.get(at, frozenset()))
        for at in range(len(raw.header))
        if at not in left_out
    }
    for at in raw.rewritten.keys() & columns.keys():
        if several := _codes([raw.rewritten[at].get(cell, cell) for cell in cells[at]]):
            columns[at] = Column("choices", several)
    groups = _groups(raw, columns)
    blocks, single, ticks = [], [], []
    for (kind, name), places in groups.items():
        if _ticks(raw, [columns[at] for at in places], places):
            left_out |= dict.fromkeys(places, TICKS)
            ticks.append(places)
            continue
        parts, rest = _parts(columns, places, strict=kind != "tool")
        if _GENERIC.fullmatch(name) and kind != "tool":
            parts, more = _runs(columns, parts)
            rest += more
        single += rest
        for part in parts:
            stem = raw.stems.get(part[0], "")
            blocks.append(Block(_name(raw, name, part, kind), part, stem, kind == "tool"))
    grouped = {at for block in blocks for at in block.positions} | {*single}
    more, rest = _alike(columns, [at for at in columns if at not in grouped and at not in left_out] + single)
    blocks += [Block(_name(raw, "", part, "alike"), part) for part in more]
    variables = []
    for at in sorted(rest):
        kind = columns[at].kind
        reason = {"date": DATES, "choices": CHOICES, "other": TEXTS, "tick": CONSTANT, "empty": NOTHING}.get(kind)
        if reason:
            left_out[at] = reason
        else:
            variables.append(at)
    return Found(columns, sorted(blocks, key=lambda block: block.positions[0]), variables, dict(sorted(left_out.items())), ticks)


def _check_headings(raw: RawTable, cells: list[tuple]) -> None:
    """Refuse a file whose first row is a respondent: as headings, the answers would be shown and written.

    Headings that also occur among the cells of their column, beside others, are answers. Running numbers are names, and an option
    whose box contains its own text has no other cells.
    """
    numbers = [name for name in raw.header if name.isdecimal()]
    running = len(numbers) > 1 and numbers == [str(int(numbers[0]) + place) for place in range(len(numbers))]
    answers = []
    for at, name in enumerate(raw.header):
        distinct = {cell.strip() for cell in cells[at] if cell and cell.strip()}
        if name in distinct and len(distinct) > 1 and not (running and name.isdecimal()):
            answers.append(name)
    if len(answers) > max(1, 0.2 * len(raw.header)):
        raise StudyError(
            f"{raw.shown}: the first row contains answers and no headings; add a first row with a name for each column, or "
            "export the responses again."
        )


def _codes(cells: Iterable[str | None]) -> Counter:
    """The cells if they look like several codes joined by commas and not like decimal numbers; empty otherwise.

    Codes are listed in ascending order, and each also stands alone; 1,5, 2,5 and 3,5 are numbers.
    """
    counts = Counter(cell.strip() for cell in cells if cell and cell.strip())
    lists = [cell.split(",") for cell in counts]
    single = {codes[0] for codes in lists if len(codes) == 1}
    joined = [codes for codes in lists if len(codes) > 1]
    fits = (
        all(code.isascii() and code.isdigit() and len(code) < 3 and code in single for codes in lists for code in codes)
        and all(int(first) < int(second) for codes in joined for first, second in pairwise(codes))
        and {codes[-1] for codes in joined} != {"5"}
    )
    return counts if joined and fits else Counter()


def stem(name: str) -> tuple[str, bool]:
    """Return what a name shares with the other items of its scale, and whether a number follows it; empty if nothing."""
    if part := re.fullmatch(r"(.+?)\[[^\[\]]+\]", name) or re.fullmatch(r"(.+?)___\w+", name):
        return part[1], True
    if part := re.fullmatch(r"(.*?[^\W\d_])[\W_]*\d+[a-z]?[rR]?\W*", name):
        return part[1], True
    part = re.fullmatch(r"(.*[^\W_])(?:[_.]| - )\w+", name)
    return (part[1], False) if part else ("", False)


def _groups(raw: RawTable, columns: dict[int, Column]) -> dict[tuple[str, str], list[int]]:
    """Columns by the survey tool's question, else by the stem of their names; groups of one are left out."""
    found: dict[tuple[str, str], list[int]] = {}
    for at in columns:
        if at in raw.groups:
            found.setdefault(("tool", raw.groups[at]), []).append(at)
    tool = {at for places in found.values() if len(places) > 1 for at in places}
    found = {key: places for key, places in found.items() if len(places) > 1}
    for at in columns:
        if at not in tool and raw.header[at]:
            name, numbered = stem(raw.header[at])
            if name and not (at in raw.groups and _GENERIC.fullmatch(name)):
                found.setdefault(("number" if numbered else "word", name), []).append(at)
    return {key: places for key, places in found.items() if len(places) > 1}


def _ticks(raw: RawTable, columns: list[Column], places: list[int]) -> bool:
    """Return whether the columns of a group are options of a question with several answers."""
    if raw.ticks & {*places}:
        return True
    if all("___" in raw.header[at] for at in places):
        return True
    some = [column for column in columns if column.kind != "empty"]
    if len(some) > 1 and all({normalized(cell) for cell in column.counts} <= _BOXES for column in some):
        return True
    return len(some) > 1 and all(column.kind == "tick" for column in some)


def _parts(columns: dict[int, Column], places: list[int], *, strict: bool) -> tuple[list[list[int]], list[int]]:
    """Divide a group into blocks with the same kind of answers, and the columns that fit none."""
    kinds: dict[str, list[int]] = {}
    rest = []
    for at in places:
        if columns[at].kind in _ANSWERS:
            kinds.setdefault(_CLASS[columns[at].kind], []).append(at)
        else:
            rest.append(at)
    if "number" in kinds and "text" in kinds and any(columns[at].kind == "ends" for at in kinds["text"]):
        kinds["text"] = sorted([*kinds.pop("number"), *kinds["text"]])  # a column in which nobody chose a labelled end
    if "number" in kinds and "code" in kinds and not any(columns[at].read for at in kinds["code"]):
        kinds["code"] = sorted([*kinds.pop("number"), *kinds["code"]])  # 5 and "5 - Agree"
    if "number" in kinds and "slider" in kinds:
        kinds["slider"] = sorted([*kinds.pop("number"), *kinds["slider"]])
    parts = []
    for kind, members in kinds.items():
        if kind == "code":
            groups = _by(members, lambda at: columns[at].labels, _same_labels)
        elif kind == "text":
            groups = _by(members, lambda at: {normalized(text) for text in columns[at].counts}, _overlap)
        elif kind == "number" and strict:
            few = min(columns[at].counts.total() for at in members) < ENOUGH
            groups = _by(members, lambda at: set(columns[at].values), _overlap_of_ranges if few else _comparable)
        else:
            groups = [members]
        parts += [group for group in groups if len(group) > 1]
        rest += [at for group in groups if len(group) == 1 for at in group]
    return parts, rest


def _runs(columns: dict[int, Column], parts: list[list[int]]) -> tuple[list[list[int]], list[int]]:
    """Keep neighbours of questions that only a number tells apart; two questions with two answers are no block."""
    found: list[list[int]] = []
    for part in parts:
        for at in part:
            if found and found[-1][-1] == at - 1 and at != part[0]:
                found[-1].append(at)
            else:
                found.append([at])
    kept = [
        run
        for run in found
        if len(run) > (2 if all(columns[at].kind == "whole" and len(columns[at].counts) == 2 for at in run) else 1)
    ]
    return kept, [at for run in found if run not in kept for at in run]


def _by(members: list[int], key, fits) -> list[list[int]]:
    """Collect members whose keys fit; the key of a group is the union of its members'."""
    groups: list[tuple[list[int], object]] = []
    for at in members:
        own = key(at)
        for place, (group, shared) in enumerate(groups):
            if fits(own, shared):
                groups[place] = ([*group, at], shared | own)
                break
        else:
            groups.append(([at], own))
    return [group for group, _ in groups]


def _same_labels(own: dict[int, str], shared: dict[int, str]) -> bool:
    """Return whether no code has two labels, and the sets share most of their codes."""
    both = own.keys() & shared.keys()
    same = all(normalized(own[code]) == normalized(shared[code]) for code in both)
    words = {normalized(text) for text in own.values()} & {normalized(text) for text in shared.values()}
    return same and len(words) == len(both) >= 0.5 * min(len(own), len(shared))


def _overlap(own: set[str], shared: set[str]) -> bool:
    """Return whether two sets of texts are parts of one set of answers."""
    both = own & shared
    return len(own | shared) <= MOST_ANSWERS and len(both) >= max(1, 0.5 * min(len(own), len(shared)))


def _overlap_of_ranges(own: set[float], shared: set[float]) -> bool:
    """Return whether the ranges of few answers have a common part."""
    return max(min(own), min(shared)) <= min(max(own), max(shared))


def _comparable(own: set[float], shared: set[float]) -> bool:
    """Return whether two sets of whole numbers can have one response range."""
    spans = [max(values) - min(values) for values in (own, shared)]
    return (
        abs(min(own) - min(shared)) <= max(1, max(spans) / 3)
        and min(spans) * 2 >= max(spans)
        and (min(own) < 0) == (min(shared) < 0)
    )


def _alike(columns: dict[int, Column], places: Iterable[int]) -> tuple[list[list[int]], list[int]]:
    """Find neighbours with one set of labels or texts, of three answers or more; neighbours with numbers are never a block."""
    places = sorted(places)
    runs: list[list[int]] = []
    for at in places:
        own = _answers(columns[at])
        last = runs[-1] if runs else None
        fits = last and last[-1] == at - 1 and own and (shared := reduce(set.union, (_answers(columns[one]) for one in last)))
        enough = fits and 3 <= len(own | shared) <= MOST_ANSWERS and len(own & shared) >= max(2, 0.5 * min(len(own), len(shared)))
        if enough and columns[last[-1]].kind == columns[at].kind:
            last.append(at)
            continue
        runs.append([at])
    return [run for run in runs if len(run) > 1], [at for run in runs if len(run) == 1 for at in run]


def _answers(one: Column) -> set:
    if one.kind == "coded" and len(one.labels) > 2:
        return {(code, normalized(text)) for code, text in one.labels.items()}
    return {normalized(text) for text in one.counts} if one.kind in ("text", "ends") else set()


def _name(raw: RawTable, name: str, places: list[int], kind: str) -> str:
    """What the headings share, if it is a name; else the tool's name of the question, if it is one; else nothing."""
    stems = {stem(raw.header[at])[0] for at in places}
    shared = stems.pop() if len(stems) == 1 else ""
    for one in (shared, name):
        if one and len(one) <= 30 and re.fullmatch(r"[\w.]+", one):
            return one
    return ""
