"""Who is a respondent: which rows to use, one row for each respondent, and ids that name nobody."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from practicework.errors import StudyError
from practicework.stages.ingest.columns import Matcher
from practicework.study.config import Sample
from practicework.study.scale import normalized
from practicework.tables.files.numbers import plain
from practicework.tables.files.personal import IDENTIFYING, by_heading, personal, shown
from practicework.tables.files.raw import DIRECT, NOT_SELECTED, RawTable

_IDS = re.compile(
    r"id|(record|participant|subject|respondent|person|case|user|member|student|proband(en)?|vp|sujet|teilnehmer|panelist)"
    r"[ _.-]?(id|no|nr|number|code)?",
    re.IGNORECASE,
)
"""Headings of columns that identify respondents in a file of no particular survey tool."""

_NAMES = re.compile(r"[^\W\d_]{2,}[.,]?( [^\W\d_]+[.,]?)+")

REPEATS = ("redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance")
"""Columns with which REDCap tells apart the rows of one respondent."""

SHOWN = 4

FEW = 0.2
"""Share of ids that occur twice up to which they are mistakes rather than repeated measurements."""


def selected(raw: RawTable, where: Mapping[str, tuple[str, ...]]) -> RawTable:
    """Return the table with the rows that have the declared values; the others are listed as excluded.

    Raises
    ------
    StudyError
        If a column does not exist, or no row has the values.
    """
    if not where:
        return raw
    matcher, kept = Matcher(raw), set(range(len(raw.rows)))
    for column, values in where.items():
        position = matcher.position(column, key="where")
        wanted = {_form(value) for value in values}
        kept &= {at for at, row in enumerate(raw.rows) if _form(row[position] or "") in wanted}
    if not kept:
        raise StudyError(f"{raw.shown} has no row with the values that the sample's 'where' declares; correct them.")
    rest = [(line, NOT_SELECTED) for at, line in enumerate(raw.lines) if at not in kept]
    return replace(
        raw,
        rows=[row for at, row in enumerate(raw.rows) if at in kept],
        lines=[line for at, line in enumerate(raw.lines) if at in kept],
        left_out=sorted([*raw.left_out, *rest]),
    )


def _form(cell: str) -> str:
    return plain(normalized(cell))


def id_column(raw: RawTable, spec: Sample, columns: Mapping[str, int]) -> int | None:
    """Return the position of the declared respondent ids; None if there are none or they have to be replaced.

    Ids of the survey tool or a panel identify respondents in an account, and names identify them anywhere.
    """
    if spec.respondent is None:
        return None
    position = Matcher(raw).position(spec.respondent, key="respondent")
    if position in columns.values():
        raise StudyError(
            f"{raw.shown}: the respondent id column '{raw.header[position]}' is also an item or variable; name another column."
        )
    cells = [row[position] for row in raw.rows if row[position]]
    named = cells and sum(_NAMES.fullmatch(cell.strip()) is not None for cell in cells) > len(cells) / 2
    identifying = raw.reasons.get(position) == DIRECT or by_heading(raw.header[position]) in IDENTIFYING
    return None if identifying or named else position


def ids(raw: RawTable, spec: Sample, sample: str, position: int | None) -> list[str]:
    """Return the respondents' ids, read from their column if the study declares one.

    Raises
    ------
    StudyError
        If several rows have the same id, or an id is missing or looks like personal data.
    """
    if position is not None:
        return _declared(raw, sample, position)
    declared = Matcher(raw).position(spec.respondent, key="respondent") if spec.respondent else _own(raw)
    if declared is not None and (spec.respondent or "respondent" not in spec.model_fields_set):
        _check_repeats(raw, sample, declared)
    width = max(4, len(str(len(raw.rows))))
    return [f"R{number:0{width}d}" for number in range(1, len(raw.rows) + 1)]


def _own(raw: RawTable) -> int | None:
    """Return the position of the ids that the survey tool, or the only heading of its kind, identifies."""
    if raw.person is not None:
        return raw.person
    found = [at for at, name in enumerate(raw.header) if _IDS.fullmatch(name)]
    return found[0] if len(found) == 1 else None


def _declared(raw: RawTable, sample: str, position: int) -> list[str]:
    found = [(row[position] or "").strip() for row in raw.rows]
    for line, one in zip(raw.lines, found, strict=True):
        where = f"{raw.shown}, row {line}, column '{raw.header[position]}'"
        if not one:
            raise StudyError(f"{where}: the respondent id is empty; fill it in, or remove 'respondent' from the config.")
        if kind := personal(one):
            raise StudyError(f"{where}: the respondent id looks like {kind}; use ids that do not identify anyone.")
    _check_repeats(raw, sample, position)
    return found


def _check_repeats(raw: RawTable, sample: str, position: int) -> None:
    """Refuse several rows with one id, and say which columns tell them apart."""
    found = [(row[position] or "").strip() for row in raw.rows]
    counts = Counter(one for one in found if one)
    repeated = next((one for one in found if counts[one] > 1), None)
    if repeated is None:
        return
    first, second = [line for line, one in zip(raw.lines, found, strict=True) if one == repeated][:2]
    if sum(n > 1 for n in counts.values()) <= FEW * len(counts):
        raise StudyError(
            f"{raw.shown}, row {second}, column '{raw.header[position]}': the respondent id already occurs in row {first}; keep "
            f"one row per respondent, or write 'samples.{sample}.respondent: null' if each row is a respondent."
        )
    apart = _tells_apart(raw, found, position)
    choice = f"{apart[0]}: {apart[1]}" if apart else "column: value"
    raise StudyError(
        f"{raw.shown} has {len(found):,} rows but {len(counts):,} different ids in the column '{raw.header[position]}' (rows "
        f"{first} and {second} have the same){_described(raw, apart)}. Choose one row for each respondent with "
        f"'samples.{sample}.where: {{{choice}}}', or write 'samples.{sample}.respondent: null' if each row is a respondent."
    )


def _tells_apart(raw: RawTable, found: list[str], position: int) -> tuple[str, str] | None:
    """Return a column whose values differ between the rows of each respondent, and its first value."""
    known = [at for at, name in enumerate(raw.header) if name in REPEATS and any(row[at] for row in raw.rows)]
    groups: dict[str, list[int]] = {}
    for at, one in enumerate(found):
        groups.setdefault(one, []).append(at)
    others = [at for at in range(len(raw.header)) if at != position]
    for column in [*reversed(known), *known, *others]:
        cells = [(row[column] or "").strip() for row in raw.rows]
        if len(set(cells)) <= max(2, len(found) / 4) and all(
            len({cells[at] for at in rows}) == len(rows) for rows in groups.values() if len(rows) > 1
        ):
            return raw.header[column], next(cell for cell in cells if cell)
    return None


def _described(raw: RawTable, apart: tuple[str, str] | None) -> str:
    if apart is None:
        return ""
    position = raw.header.index(apart[0])
    values = list(dict.fromkeys((row[position] or "").strip() for row in raw.rows))
    named = [value or "empty" if apart[0] in REPEATS else shown(value) if value else "empty" for value in values[:SHOWN]]
    return f", told apart by '{apart[0]}' ({', '.join(named)}{', …' if len(values) > SHOWN else ''})"
