"""Qualtrics exports: three header rows (names, questions, import ids), or two in files from before 2017.

The question row is in the language of the account, so only the import ids identify the layout. Files whose
extra rows were removed are recognised by the names of their standard columns.
"""

import re
from os.path import commonprefix

from practicework.errors import StudyError
from practicework.tables.files.grid import Grid, empty, plain, short
from practicework.tables.files.grid import table as below
from practicework.tables.files.raw import CONTACT, DIRECT, FREE_TEXT, LOCATION, METADATA, NETWORK, RawTable

NAME = "Qualtrics export"

STANDARD = {
    **dict.fromkeys(("startdate", "enddate", "recordeddate", "status", "progress", "duration", "finished"), METADATA),
    **dict.fromkeys(("durationinseconds", "distributionchannel", "userlanguage", "responseset"), METADATA),
    **dict.fromkeys(("responseid", "recordid", "externaldatareference", "externalreference"), DIRECT),
    **dict.fromkeys(("recipientlastname", "recipientfirstname"), DIRECT),
    **dict.fromkeys(("recipientemail", "emailaddress"), CONTACT),
    "ipaddress": NETWORK,
    **dict.fromkeys(("locationlatitude", "locationlongitude", "locationaccuracy"), LOCATION),
}
"""Standard columns of every export, by import id or name, ignoring case and punctuation."""

_EMBEDDED = {  # fields that panels, sign-ons and fraud checks add
    **dict.fromkeys(("prolificpid", "prolificid", "sessionid", "studyid", "workerid", "assignmentid", "hitid", "rid"), DIRECT),
    **dict.fromkeys(("risn", "transactionid", "psid", "pid", "panelid", "panelistid", "respondentid"), DIRECT),
    **dict.fromkeys(("name", "firstname", "lastname", "givenname", "surname", "displayname", "username"), DIRECT),
    **dict.fromkeys(("edupersonprincipalname", "participantid"), DIRECT),
    **dict.fromkeys(("email", "mail", "phone", "phonenumber", "mobile"), CONTACT),
    **dict.fromkeys(("qrecaptchascore", "qrelevantidduplicate", "qrelevantidduplicatescore", "qrelevantidfraudscore"), METADATA),
    **dict.fromkeys(("qrelevantidlaststartdate", "qballotboxstuffing", "qduplicaterespondent", "qtotalduration"), METADATA),
    **dict.fromkeys(("qstraightliningcount", "qstraightliningpercentage", "qstraightliningquestions"), METADATA),
    **dict.fromkeys(("qunansweredpercentage", "qunansweredquestions", "qlanguage", "quserlanguage"), METADATA),
    **dict.fromkeys(("opp", "gc", "term", "qterminateflag"), METADATA),
}
_SUFFIXES = {  # of questions that record the browser, the page or a file instead of an answer
    r"_(browser|version|operating ?_?system|os|resolution)": METADATA,
    r"_(first|last)[ _]click|_page[ _]submit|_click[ _]count": METADATA,
    r"_do(_\w+)?|_file_(size|type)|_\w+topics|_sentiment\w*": METADATA,
    r"_(file_)?(id|name)|_signature": DIRECT,
}
_LEFT_OUT = {  # status codes; 0, 4, 16, 32, 48 and 132 are answers
    "1": "preview",
    "2": "test",
    "8": "spam",
    "9": "preview and spam",
    "12": "spam",
    "17": "preview",
    "40": "spam",
    "256": "synthetic",
}
_IMPORT = re.compile(r"""["']+ImportId["']+\s*:\s*["']+([^"']+)["']""")
_CHOICE = re.compile(r"""["']+choiceId["']+\s*:\s*["']*([^"',}\s]+)""")


def matches(head: list[list[str | None]]) -> bool:
    """Return whether the first rows are those of a Qualtrics export."""
    return _import_row(head) is not None or _legacy(head) or standard(head[0])


def standard(names: list[str | None]) -> bool:
    """Return whether a header has the standard columns, including in SPSS's spelling."""
    known = {short(name or "") for name in names} & STANDARD.keys()
    return {"status", "finished"} <= known and len(known) >= 6


def table(grid: Grid) -> RawTable:
    """Convert a grid to a raw table without previews, tests and spam."""
    rows = grid.rows
    width = len(rows[0])
    if empty(rows[0][-1]) and all(len(row) < width or empty(row[width - 1]) for row in rows):
        for row in rows:  # old files end each row with a separator
            if len(row) == width:
                row.pop()
    place = _import_row(rows[:4])
    labels = place == 2 or _legacy(rows) or (place is None and len(rows) > 1 and _labels(*rows[:2]))
    count = (place or 0) + 1 if place else 1 + labels
    ids = [_import_id(cell) for cell in rows[place]] if place else [""] * len(rows[0])
    texts = [plain(cell) for cell in rows[1]] if labels else []
    raw = below(grid, count, tool="Qualtrics")
    names = raw.header
    if _legacy_names(names) and texts:  # V1 to V10 are explained only in the second row
        standards = [short(name) if re.fullmatch(r"V\d+", head) else short(head) for head, name in zip(names, texts, strict=True)]
    else:
        standards = [short(one or ("" if place else name)) for one, name in zip(ids, names, strict=True)]
    raw.texts[:] = texts
    raw.aliases[:] = [_aliases(rows[place][at] if place else "", texts[at] if texts else "") for at in range(len(names))]
    raw.reasons.update(reasons(names, standards))
    _questions(raw, ids)
    for at, one in enumerate(ids):
        if one.upper().endswith("_TEXT") and any(not _numeric(row[at]) for row in raw.rows):
            raw.reasons[at] = FREE_TEXT
    return finish(raw, standards)


def _questions(raw: RawTable, ids: list[str]) -> None:
    """Note which columns belong to one question, by their import ids, and split their texts into question and item."""
    for at, one in enumerate(ids):
        if part := re.fullmatch(r"(QID\d+(?:#\d+)?(?:_\d+(?=_\d))?)(?:_x?\d+)?", one):
            raw.groups[at] = part[1]
    divide(raw)


def divide(raw: RawTable) -> None:
    """Split the texts of columns of one question at the last dash that all of them share, into question and item."""
    if not raw.texts:
        return
    members: dict[str, list[int]] = {}
    for at, group in raw.groups.items():
        members.setdefault(group, []).append(at)
    for places in members.values():
        texts = [raw.texts[at] for at in places]
        stem, dash, _ = commonprefix(texts).rpartition(" - ")  # noqa: RUF071 (characters are meant)
        if dash and len(texts) > 1 and all(len(text) > len(stem) + 3 for text in texts):
            raw.stems.update(dict.fromkeys(places, stem))
            raw.wordings.update({at: raw.texts[at][len(stem) + 3 :] for at in places})


def finish(raw: RawTable, standards: list[str]) -> RawTable:
    """Remove previews, tests and spam, and locate the columns of duration and completion."""
    found = {name: at for at, name in reversed(list(enumerate(standards)))}
    status, channel = found.get("status"), found.get("distributionchannel")
    kept, lines, left_out = [], [], []
    for line, row in zip(raw.lines, raw.rows, strict=True):
        why = why_left_out(row[status]) if status is not None else None
        if why is None and channel is not None and (row[channel] or "").strip().lower() in ("preview", "test"):
            why = (row[channel] or "").strip().lower()  # never translated, unlike the status
        if why:
            left_out.append((line, why))
        else:
            kept.append(row)
            lines.append(line)
    if not kept:
        raise StudyError(f"{raw.shown} has only previews, tests or spam; export the responses of actual respondents.")
    duration = found.get("duration", found.get("durationinseconds", found.get("qtotalduration")))
    return RawTable(
        **vars(raw)
        | {
            "rows": kept,
            "lines": lines,
            "left_out": left_out,
            "duration": duration,
            "finished": found.get("finished"),
            "person": found.get("responseid", found.get("recordid")),
            "finished_as": frozenset({"1", "1.0", "true", "yes", "wahr", "vrai", "verdadero", "vero"}),
        }
    )


def why_left_out(status: str | None) -> str | None:
    """Return why a row with this status, as a code or in words, is not a response; None if it is one."""
    status = (status or "").strip().lower()
    if re.fullmatch(r"\d+(\.0)?", status):
        return _LEFT_OUT.get(status.removesuffix(".0"))
    for word in ("preview", "vorschau", "aperçu", "vista previa", "test", "synthetic", "spam"):
        if word in status:
            kind = {"vorschau": "preview", "aperçu": "preview", "vista previa": "preview"}.get(word, word)
            return f"{kind} and spam" if "spam" in status and kind == "preview" else kind
    return None


def reasons(names: list[str], standards: list[str]) -> dict[int, str]:
    """Return the columns that are not answers and why they are dropped, by name and standard name."""
    found = {}
    for at, (name, standard_name) in enumerate(zip(names, standards, strict=True)):
        reason = STANDARD.get(standard_name) or _EMBEDDED.get(standard_name)
        if reason is None and (not standard_name or re.match(r"qid\d", standard_name) or standard_name == short(name)):
            reason = next((why for end, why in _SUFFIXES.items() if re.search(f"({end})$", name, re.IGNORECASE)), None)
        if reason:
            found[at] = reason
    return found


def _import_row(head: list[list[str | None]]) -> int | None:
    """Return the position of the row of import ids, if there is one."""
    for place, row in enumerate(head[1:4], 1):
        if sum("ImportId" in (cell or "") for cell in row) > len(row) / 2:
            return place
    return None


def _import_id(cell: str | None) -> str:
    found = _IMPORT.search(cell or "")
    return found[1] if found else ""


def _legacy_names(names: list[str | None]) -> bool:
    return [(name or "").strip() for name in names[:3]] == ["V1", "V2", "V3"]


def _legacy(head: list[list[str | None]]) -> bool:
    """Return whether the header has V1, V2, ... above ResponseID, ResponseSet, ..."""
    return len(head) > 1 and _legacy_names(head[0]) and {"responseid", "responseset"} <= {short(cell or "") for cell in head[1]}


def _labels(names: list[str | None], second: list[str | None]) -> bool:
    """Return whether the second row contains questions: a date always has digits."""
    dates = [
        cell for name, cell in zip(names, second, strict=False) if short(name or "") in ("startdate", "enddate", "recordeddate")
    ]
    return bool(dates) and not any(mark.isdigit() for cell in dates for mark in cell or "")


def _aliases(import_cell: str | None, question: str) -> tuple[str, ...]:
    """Return the import id, with its choice, and the item of a matrix question; the stem itself may contain a dash."""
    one, choice = _import_id(import_cell), _CHOICE.search(import_cell or "")
    names = [one, f"{one}_{choice[1]}" if choice else "", question.partition(" - ")[2], question.rpartition(" - ")[2]]
    return tuple(dict.fromkeys(name for name in names if name and name != question))


def _numeric(cell: str | None) -> bool:
    return empty(cell) or re.fullmatch(r"\s*[-+]?\d+([.,]\d+)?\s*", cell) is not None
