"""SPSS files (.sav, .zsav), with the missing codes that they declare.

By default pyreadstat replaces these codes with empty cells; here they are kept.
"""

import io
import struct
from collections.abc import Iterable
from pathlib import Path

from practicework.errors import StudyError
from practicework.tables.files.grid import plain, short
from practicework.tables.files.raw import DIRECT, METADATA, RawTable
from practicework.tables.readers import limesurvey, qualtrics
from practicework.tables.readers.excel import cell_text

NAME = "SPSS file"
MAGIC = (b"$FL2", b"$FL3")


def read(path: Path, shown: str) -> RawTable:
    """Read a file's cells as codes, not labels; None for SPSS's system-missing values.

    Raises
    ------
    StudyError
        The file is not an SPSS file, is damaged, or has no respondents.
    """
    content = bytearray(path.read_bytes())
    stated = _take_number(content)
    try:
        columns, meta = _parsed(content)
    except Exception:  # the parser raises its own error; decoding text raises others
        raise StudyError(
            f"{shown} is not an SPSS file or is damaged; save it again as .sav, or export the responses as CSV."
        ) from None
    header = list(meta.column_names)
    cells = [_texts(columns[name]) for name in header]
    rows = [list(row) for row in zip(*cells, strict=True)]
    if stated not in (-1, len(rows)):
        raise StudyError(f"{shown} states {stated:,} respondents but contains {len(rows):,}, so it is damaged; save it again.")
    lines = [line for line, row in enumerate(rows, 1) if any(row)]  # as SPSS numbers its cases
    rows = [row for row in rows if any(row)]
    if not rows:
        raise StudyError(f"{shown} has variables but no respondents; export the responses again.")
    texts = [plain(meta.column_names_to_labels.get(name)) for name in header]
    raw = RawTable(
        shown,
        header,
        rows,
        lines,
        tool="SPSS",
        texts=texts if any(texts) else [],
        aliases=[_aliases(name, text) for name, text in zip(header, texts, strict=True)],
    )
    for at, name in enumerate(header):
        if name in meta.variable_value_labels:
            raw.labels[at] = {_text(code) or "": plain(label) for code, label in meta.variable_value_labels[name].items()}
        if ranges := meta.missing_ranges.get(name):
            values = {value for value in columns[name] if value is not None} | {*meta.variable_value_labels.get(name, {})}
            raw.missing[at] = frozenset(
                {_text(value) for value in values if any(_within(value, one["lo"], one["hi"]) for one in ranges)}
                | {_text(one["lo"]) for one in ranges if one["lo"] == one["hi"]}
            )
    sets = getattr(meta, "mr_sets", None) or {}
    for name, one in sets.items():
        places = [header.index(variable) for variable in one.get("variable_list", ()) if variable in header]
        raw.groups.update(dict.fromkeys(places, name))
        raw = RawTable(**vars(raw) | {"ticks": raw.ticks | {*places}})
    return _of_tool(raw)


def _parsed(content: bytearray) -> tuple[dict, object]:
    """Return the columns and what the file states about them; dates stay numbers if one of them is impossible."""
    import pyreadstat

    options = {"user_missing": True, "output_format": "dict"}
    try:
        return pyreadstat.read_sav(io.BytesIO(content), **options)
    except (ValueError, OverflowError):
        return pyreadstat.read_sav(io.BytesIO(content), disable_datetime_conversion=True, **options)


def _take_number(content: bytearray) -> int:
    """Return the number of cases that the header states, and set it to "unknown" so that the parser reads every case."""
    order = "<" if content[64:68] in (b"\2\0\0\0", b"\3\0\0\0") else ">"
    if len(content) < 84:
        return -1
    (stated,) = struct.unpack_from(f"{order}i", content, 80)
    struct.pack_into(f"{order}i", content, 80, -1)
    return stated


def _of_tool(raw: RawTable) -> RawTable:
    """Add what is known about the columns if a survey tool wrote the file."""
    names = [name.lower() for name in raw.header]
    if qualtrics.standard(raw.header):
        standards = [short(name) for name in raw.header]
        raw.reasons.update(qualtrics.reasons(raw.header, standards))
        return qualtrics.finish(raw, standards)
    if {"id", "submitdate"} <= {*names}:
        raw.reasons.update({at: why for at, name in enumerate(names) if (why := limesurvey.reason_of(name))})
        return RawTable(**vars(raw) | {"finished": names.index("submitdate")})
    if "redcap_survey_identifier" in names:
        raw.reasons.update({at: METADATA for at, name in enumerate(names) if name.startswith("redcap_")})
        raw.reasons[names.index("redcap_survey_identifier")] = DIRECT
    return raw


def _texts(values: Iterable[object]) -> list[str | None]:
    """Convert a column to text; each distinct value is converted once."""
    values = list(values)
    known = {value: _text(value) for value in set(values)}
    return [known[value] for value in values]


def _text(value: object) -> str | None:
    if value is None or value != value:
        return None
    return value.strip() if isinstance(value, str) else cell_text(value)


def _within(value: object, low: object, high: object) -> bool:
    if isinstance(value, str) or isinstance(low, str):
        return str(value).strip() == str(low).strip()
    return isinstance(value, (int, float)) and low <= value <= high


def _aliases(name: str, label: str) -> tuple[str, ...]:
    """Return the item's wording and LimeSurvey's `G01Q01[SQ001]`, whose brackets SPSS does not allow."""
    if label.startswith("[") and "]" in label:
        item, question = label[1:].split("]", 1)
        base, _, sub = name.rpartition("_")
        return tuple(one for one in (f"{base}[{sub}]" if base else "", item.strip(), question.strip()) if one)
    parts = (label.partition(" - ")[2], label.rpartition(" - ")[2])
    return tuple(dict.fromkeys(part for part in parts if part))
