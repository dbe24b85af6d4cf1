"""SoSci Survey exports: `CASE`, `SERIAL`, …, then variables such as `NU01_01`, then times and completion; -9 is no answer."""

import re

from practicework.tables.files.grid import Grid, plain
from practicework.tables.files.grid import table as below
from practicework.tables.files.raw import CONTACT, DIRECT, METADATA, RawTable

NAME = "SoSci Survey export"

STANDARD = {
    **dict.fromkeys(("CASE", "REF", "QUESTNNR", "MODE", "LANGUAGE", "STARTED", "LASTDATA", "STATUS", "FINISHED"), METADATA),
    **dict.fromkeys(("Q_VIEWER", "LASTPAGE", "MAXPAGE", "MISSING", "MISSREL", "TIME_SUM", "TIME_RSI", "DEG_TIME"), METADATA),
    "SERIAL": DIRECT,
    "MAILSENT": CONTACT,
}
NO_ANSWER = "-9"
_TESTS = {"pretest", "debug", "admin", "test"}


def matches(head: list[list[str | None]]) -> bool:
    """Return whether the header has the tool's own columns, whose names are fixed."""
    names = set(head[0])
    return {"CASE", "QUESTNNR", "STARTED"} <= names and len(names & STANDARD.keys()) >= 6


def table(grid: Grid) -> RawTable:
    """Convert a grid to a raw table without pretests."""
    labels = len(grid.rows) > 1 and not (grid.rows[1][0] or "").strip().isdigit()
    raw = below(grid, 1 + labels, tool="SoSci Survey")
    raw.texts[:] = [plain(cell) for cell in grid.rows[1]] if labels else []
    for at, name in enumerate(raw.header):
        raw.aliases.append((raw.texts[at],) if labels and raw.texts[at] else ())
        if name in STANDARD or re.fullmatch(r"TIME\d{3}", name):
            raw.reasons[at] = STANDARD.get(name, METADATA)
            continue
        raw.missing[at] = frozenset({NO_ANSWER})
        if part := re.fullmatch(r"([A-Z]{2}\d{2})_\d{2}[a-z]?", name):
            raw.groups[at] = part[1]
            stem, dash, item = raw.texts[at].partition(": ") if labels else ("", "", "")
            if dash:
                raw.stems[at], raw.wordings[at] = stem, item
    # a question with several answers has a column that counts them, named as the question
    ticks = frozenset(at for at, group in raw.groups.items() if group in raw.header)
    raw.reasons.update({raw.header.index(raw.groups[at]): METADATA for at in ticks})
    mode, places = raw.header.index("MODE") if "MODE" in raw.header else None, {name: at for at, name in enumerate(raw.header)}
    tests = [] if mode is None else [(row[mode] or "").lower() in _TESTS for row in raw.rows]
    if any(tests) and not all(tests):
        raw = RawTable(
            **vars(raw)
            | {
                "rows": [row for row, test in zip(raw.rows, tests, strict=True) if not test],
                "lines": [line for line, test in zip(raw.lines, tests, strict=True) if not test],
                "left_out": [(line, "test") for line, test in zip(raw.lines, tests, strict=True) if test],
            }
        )
    facts = {"duration": places.get("TIME_SUM"), "finished": places.get("FINISHED"), "finished_as": frozenset({"1"})}
    return RawTable(**vars(raw) | facts | {"ticks": ticks, "person": places["CASE"]})
