"""De-identification of a set of codings: running ids, and no attribute that could identify a person."""

import re

import pandas as pd

from practicework.errors import StudyError
from practicework.study.config import CodingSet
from practicework.tables import frame
from practicework.tables.files.personal import IDENTIFYING, by_content, by_heading, heading, personal
from practicework.tables.files.raw import FREE_TEXT

PSEUDONYM = re.compile(r"\S{1,12}")
"""What a declared pseudonym looks like: short and without blanks."""

CODE = re.compile(r"[A-Za-z]{0,3}[-_]?\d{1,5}|[A-Za-z]")
"""What needs no declaration: a number with up to three letters, or a single letter."""


def deidentify(
    units: pd.DataFrame, codings: pd.DataFrame, informants: pd.DataFrame, spec: CodingSet, where: str
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Replace names by running ids and exclude attributes that could identify a person.

    Units, informants and coders get running ids (U1, I1, C1) unless all their ids are codes such as P1, or the set declares
    that they are pseudonyms. The names of
    a project's sources become S1, S2, …, also in its passages; passages that contain text are numbered. Attributes are
    excluded for the same reasons as columns of a survey: their heading, or a cell that looks like contact data, an address
    or free text.

    Parameters
    ----------
    units, codings, informants : DataFrame
        As read from the files.
    spec : CodingSet
    where : str
        The set in the config, for messages.

    Returns
    -------
    units, codings, informants, dropped : DataFrame
        `dropped` is the table `coding/dropped`.

    Raises
    ------
    StudyError
        If a declared pseudonym is none, or the config names an excluded attribute.
    """
    if spec.pseudonyms:
        for column, table in (("unit", units), ("informant", informants), ("coder", codings)):
            _check(table[column], column, spec, where)
    else:
        units, codings, informants = _numbered(units, codings, informants, always=spec.pseudonyms is False)
    if spec.is_project:
        codings = _without_sources(codings)
    text = [one for one in codings["segment"].dropna().unique() if personal(one) or len(one) > 40]
    if text:
        codings = codings.assign(segment=_numbers(codings["segment"], "S"))
    dropped = []
    kept = []
    named = {spec.exclusive, *(spec.compare or ()), *spec.cuts, *(matrix.group for matrix in spec.matrices.values())}
    for name, table in (("units", units), ("informants", informants), ("codings", codings)):
        for column in [one for one in table.columns if one not in ("unit", "informant", "code", "coder", "segment")]:
            reason = _reason(column, table[column])
            if reason is None:
                continue
            if column in named:
                raise StudyError(
                    f"{where}' names the attribute '{heading(column)}', which is excluded ({reason}); remove it from the config "
                    "or code it into groups that identify nobody."
                )
            dropped.append({"table": name, "column": heading(column), "reason": reason})
        out = [row["column"] for row in dropped if row["table"] == name]
        kept.append(table.drop(columns=[column for column in table.columns if heading(column) in out]))
    return kept[0], kept[2], kept[1], frame("coding/dropped", dropped)


def _reason(column: str, cells: pd.Series) -> str | None:
    """Why a column could identify a person; None if it does not seem to."""
    reason = None if column == "source" else by_heading(column)
    reason = reason or by_content(set(cells.dropna()))
    return reason if reason in (*IDENTIFYING, FREE_TEXT) else None


def _check(ids: pd.Series, column: str, spec: CodingSet, where: str) -> None:
    for line, one in ids.dropna().items():
        if personal(one) or not PSEUDONYM.fullmatch(one):
            row = f", row {line}" if isinstance(line, int) and not spec.is_project else ""
            raise StudyError(
                f"{where}.pseudonyms' is true, but a {column}{row} has an id that is not a pseudonym (up to twelve characters "
                "without blanks, no contact data); shorten it, or set 'pseudonyms: false' for running ids."
            )


def _numbers(names: pd.Series, prefix: str) -> pd.Series:
    """Running ids in the order of first occurrence; missing ones stay missing."""
    known = {name: f"{prefix}{number}" for number, name in enumerate(dict.fromkeys(names.dropna()), 1)}
    return names.map(known).astype(object).where(names.notna(), None)


def _numbered(
    units: pd.DataFrame, codings: pd.DataFrame, informants: pd.DataFrame, *, always: bool
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """The tables with running ids, except where all ids of a kind are codes already."""

    def replaced(ids: pd.Series) -> bool:
        return always or not all(CODE.fullmatch(one) for one in ids.dropna())

    if replaced(units["unit"]):
        ids = dict(zip(units["unit"], _numbers(units["unit"], "U"), strict=True))
        units, codings, informants = (table.assign(unit=table["unit"].map(ids)) for table in (units, codings, informants))
    if replaced(codings["coder"]):
        codings = codings.assign(coder=_numbers(codings["coder"], "C"))
    if replaced(informants["informant"]):
        informants = informants.assign(informant=_numbers(informants["informant"], "I"))
    return units, codings, informants


def _without_sources(codings: pd.DataFrame) -> pd.DataFrame:
    """The codings of a project with numbered sources, also in the passages (`name: place`)."""
    numbered = _numbers(codings["source"], "S")
    known = dict(zip(codings["source"], numbered, strict=True))
    places = [
        None if segment is None or segment != segment else f"{known[source]}: {segment.rsplit(': ', 1)[-1]}"
        for source, segment in zip(codings["source"], codings["segment"], strict=True)
    ]
    return codings.assign(source=numbered, segment=pd.Series(places, index=codings.index, dtype=object))
