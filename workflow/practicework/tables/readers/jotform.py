"""Jotform exports: the date of submission, then the questions as headings (`Question >> Row` for matrices)."""

from practicework.tables.files.grid import Grid, plain, short
from practicework.tables.files.grid import table as below
from practicework.tables.files.raw import DIRECT, METADATA, NETWORK, RawTable

NAME = "Jotform export"

_KNOWN = {
    **dict.fromkeys(("submissiondate", "lastupdatedate", "flow", "flowstatus"), METADATA),
    **dict.fromkeys(("submissionid", "uniqueid"), DIRECT),
    **dict.fromkeys(("submissionip", "ip"), NETWORK),
}


def matches(head: list[list[str | None]]) -> bool:
    """Return whether the first column is the date of submission, with another sign of the tool."""
    names = [short(cell or "") for cell in head[0]]
    own = {"submissionid", "submissionip", "lastupdatedate"} & set(names)
    return names[0] == "submissiondate" and bool(own or any(" >> " in (cell or "") for cell in head[0]))


def table(grid: Grid) -> RawTable:
    """Convert a grid to a raw table."""
    raw = below(grid, tool="Jotform")
    raw.texts[:] = [plain(heading) for heading in raw.header]
    person = None
    for at, (name, words) in enumerate(zip(raw.header, raw.texts, strict=True)):
        question, mark, row = words.rpartition(" >> ")
        raw.aliases.append((row,) if mark else ())
        if reason := _KNOWN.get(short(name)):
            raw.reasons[at] = reason
            person = at if short(name) == "submissionid" else person
        elif mark:
            raw.groups[at], raw.stems[at], raw.wordings[at] = question, question, row
    return RawTable(**vars(raw) | {"person": person})
