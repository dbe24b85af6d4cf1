"""Ingest: a survey export becomes one table of coded answers; what is not declared stays behind."""

import re
from dataclasses import dataclass

import pandas as pd

from practicework.errors import StudyError, did_you_mean
from practicework.ingest import csv_file
from practicework.ingest.raw import RawTable
from practicework.scale import normalized
from practicework.study import Study

READERS = {"csv": csv_file.read}
"""One reader per export format: path and shown name in, RawTable out."""

NO_ANSWER = ("", "NA")
"""Cells that hold no answer in any export: empty, and R's mark for missing. A scale's own label wins."""

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_PHONES = (  # of a text without blanks and brackets; padded numbers and dates are ids, not telephones
    re.compile(r"\+[\d.\-/]{7,20}"),
    re.compile(r"(00[1-9]\d{8,12}|0[1-9]\d{8,9})"),
    re.compile(r"(?=(\D*\d){9,15}\D*$)\d{2,4}([.\-/]\d{2,4}){2,}"),
)


@dataclass(frozen=True)
class Ingested:
    """The coded answers and the columns of the export that were left out."""

    responses: pd.DataFrame
    dropped: pd.DataFrame

    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables by name."""
        return {"ingest/responses": self.responses, "ingest/dropped": self.dropped}


def read(study: Study, sample: str) -> RawTable:
    """A sample's file as text cells, by the reader that the config names or, for now, the only one."""
    spec = study.config.samples[sample]
    return READERS[spec.reader or "csv"](study.raw(sample), spec.file)


def ingest(raw: RawTable, study: Study, sample: str) -> Ingested:
    """Code the answers of a sample.

    Parameters
    ----------
    raw : RawTable
        The export's cells, as text.
    study : Study
    sample : str

    Returns
    -------
    Ingested
        `responses`: `respondent`, then one float column per item and variable; NaN where there is no
        answer (an empty cell, NA, or a code that the sample declares as missing).

    Raises
    ------
    StudyError
        A declared column is missing, stands twice or is ambiguous; an id is missing, stands twice or
        looks like personal data; a cell is no number, no label of its scale, or outside its range.
    """
    spec = study.config.samples[sample]
    names = [*study.items, *study.variables]
    columns = {name: _position(raw, name, spec.columns.get(name)) for name in names}
    for name, position in columns.items():
        other = next(one for one, place in columns.items() if place == position)
        if other != name:
            raise StudyError(
                f"{raw.shown}: the column '{raw.header[position]}' is taken for both '{other}' and '{name}'; "
                f"correct samples.{sample}.columns in the config."
            )
    id_column = None if spec.respondent is None else _position(raw, spec.respondent, None, "respondent")
    if id_column in columns.values():
        raise StudyError(
            f"{raw.shown}: the column of respondent ids '{raw.header[id_column]}' is also an item or variable; name another one."
        )
    respondents = _respondents(raw, id_column)
    missing = {*NO_ANSWER, *spec.missing} | {_plain(code) for code in spec.missing}
    data = {name: _codes(raw, position, name, study, missing) for name, position in columns.items()}
    kept = {id_column, *columns.values()}
    dropped = [re.sub(r"[\r\n]+", " ", heading) for position, heading in enumerate(raw.header) if position not in kept]
    return Ingested(
        pd.DataFrame({"respondent": respondents, **data}),
        pd.DataFrame({"column": dropped, "reason": "not declared in the config"}, dtype="str"),
    )


def _position(raw: RawTable, name: str, mapped: str | None, key: str = "columns") -> int:
    """Where a column stands in the export."""
    wanted = (mapped or name).strip()
    places = [place for place, heading in enumerate(raw.header) if heading == wanted]
    if len(places) > 1:
        raise StudyError(f"{raw.shown}: the column '{wanted}' stands {len(places)} times; keep one of them.")
    if not places:
        purpose = "" if wanted == name else f" (named for '{name}' in the config)"
        raise StudyError(
            f"{raw.shown} has no column '{wanted}'{purpose}{did_you_mean(wanted, raw.header)}; "
            f"add it, or name the right one under the sample's {key} in the config."
        )
    if mapped and wanted != name and name in raw.header:
        raise StudyError(
            f"{raw.shown}: '{name}' is ambiguous, since the file has a column '{name}' and the config names '{wanted}' for it; "
            "remove one of the two."
        )
    return places[0]


def _respondents(raw: RawTable, position: int | None) -> list[str]:
    """The respondents' ids, from their column if the study declares one."""
    if position is None:
        width = max(4, len(str(len(raw.rows))))
        return [f"R{number:0{width}d}" for number in range(1, len(raw.rows) + 1)]
    ids = [row[position].strip() for row in raw.rows]
    first: dict[str, int] = {}
    for line, one in zip(raw.lines, ids, strict=True):
        where = f"{raw.shown}, row {line}, column '{raw.header[position]}'"
        if not one:
            raise StudyError(f"{where}: the respondent id is empty; fill it in, or leave 'respondent' out of the config.")
        if kind := _personal(one):
            raise StudyError(f"{where}: the respondent id looks like {kind}; use ids that identify nobody.")
        if one in first:
            raise StudyError(f"{where}: the respondent id stands already in row {first[one]}; keep one row per respondent.")
        first[one] = line
    return ids


def _personal(text: str) -> str | None:
    """What a text looks like that could identify a person, if anything."""
    if _EMAIL.search(text):
        return "an e-mail address"
    spaced = re.sub(r"\s+", "-", re.sub(r"[()]", " ", text).strip())
    forms = (spaced, re.sub(r"[.\-/]", "", spaced))
    return "a telephone number" if any(phone.fullmatch(form) for phone in _PHONES for form in forms) else None


def _codes(raw: RawTable, position: int, name: str, study: Study, missing: set[str]) -> list[float]:
    """One column's answers as numbers."""
    scale = study.items.get(name)
    labels = scale.response.codes if scale else {}
    codes = []
    for line, row in zip(raw.lines, raw.rows, strict=True):
        cell = row[position].strip()
        if normalized(cell) in labels:
            codes.append(float(labels[normalized(cell)]))
            continue
        if cell in missing or _plain(cell) in missing:
            codes.append(float("nan"))
            continue
        number = _number(cell)
        where = f"{raw.shown}, row {line}, column '{raw.header[position]}'"
        if number is None:
            kind = f"no number and no label of the scale '{scale.id}'" if scale else "no number"
            raise StudyError(f"{where}: {_shown(cell)} is {kind}; correct it, or declare it under the sample's missing codes.")
        if scale and not scale.response.min <= number <= scale.response.max:
            raise StudyError(
                f"{where}: {_shown(cell)} is outside the response range {scale.response.min:g} to {scale.response.max:g} "
                f"of the scale '{scale.id}'; correct it, or declare it under the sample's missing codes."
            )
        codes.append(number)
    return codes


def _shown(cell: str) -> str:
    """A wrong cell in quotes, unless it could identify a person; messages end up in logs and mails."""
    if kind := _personal(cell):
        return kind
    return f"'{cell}'" if len(cell) <= 40 else f"'{cell[:37]}...'"


def _number(cell: str) -> float | None:
    """A cell's number; None for anything but plain digits with a point and an exponent."""
    if not re.fullmatch(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?", cell, re.ASCII):
        return None
    number = float(cell)
    return number if abs(number) != float("inf") else None


def _plain(cell: str) -> str:
    """A number's one writing, so that the missing code -99 is also found as -99.0, and nothing else is."""
    number = _number(cell)
    return cell if number is None else repr(number)
