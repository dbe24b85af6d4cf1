"""REDCap exports: a record id, then the fields and completion status of each form."""

import re

from practicework.tables.files.grid import Grid, short
from practicework.tables.files.grid import table as below
from practicework.tables.files.raw import DIRECT, METADATA, RawTable

NAME = "REDCap export"

_LABELS = {"eventname", "repeatinstrument", "repeatinstance", "dataaccessgroup", "surveyidentifier", "surveytimestamp"}


def matches(head: list[list[str | None]]) -> bool:
    """Return whether the header has REDCap's own columns, raw or labelled."""
    names = [(name or "").strip() for name in head[0]]
    own = any(name.startswith("redcap_") for name in names)
    forms = any(name.endswith("_complete") for name in names)
    checks = any(re.fullmatch(r"[a-z]\w*___\w+", name) for name in names)
    labelled = "Complete?" in names and bool({short(name) for name in names} & (_LABELS | {"recordid"}))
    return own or labelled or (forms and (checks or names[0] in ("record_id", "study_id", "participant_id")))


def table(grid: Grid) -> RawTable:
    """Convert a grid to a raw table."""
    raw = below(grid, tool="REDCap")
    complete = []
    for at, name in enumerate(raw.header):
        if name == "redcap_survey_identifier" or short(name) == "surveyidentifier":
            raw.reasons[at] = DIRECT
        elif name == "Complete?" or name.endswith("_complete"):
            raw.reasons[at] = METADATA
            complete.append(at)
        elif at == 0 or name.startswith("redcap_") or name.endswith("_timestamp") or short(name) in _LABELS:
            raw.reasons[at] = METADATA
        if re.fullmatch(r"[a-z]\w*___\w+", name):
            field, code = name.rsplit("___", 1)
            raw.aliases.append((f"{field}({code})",))
            raw.groups[at] = field
        else:
            raw.aliases.append(())
            if box := re.fullmatch(r"(.+?) ?\(choice=.+\)", name):
                raw.groups[at] = box[1]
    return RawTable(
        **vars(raw)
        | {
            "finished": complete[0] if len(complete) == 1 else None,
            "finished_as": frozenset({"2", "complete"}),
            "ticks": frozenset(raw.groups),
            "person": 0,
        }
    )
