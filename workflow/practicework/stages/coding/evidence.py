"""Qualitative evidence: the units of a set, their informants, the codings and the codebook."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from practicework.errors import StudyError, did_you_mean
from practicework.stages.coding.deidentify import deidentify
from practicework.study.codebook import Codebook
from practicework.study.config import CodingSet, Matrix
from practicework.tables import frame
from practicework.tables.files import text
from practicework.tables.files.personal import shown

OPTIONAL = ("source", "coder", "segment")
SYMBOLS = ("X", "I", "-")
RESERVED = ("dimensions", "kinds", "codes", "codings")
"""Columns of `coding/units`; attributes cannot have these names."""


@dataclass(frozen=True)
class Evidence:
    """The contents of a set of codings.

    Attributes
    ----------
    units : DataFrame
        `unit`, then its attributes as texts, in the order of the file.
    codings : DataFrame
        `unit, code, theme, dimension, source, coder, segment`, one row per coding.
    codes : DataFrame
        The codebook: `code, level, label, theme, dimension, definition`.
    informants : DataFrame
        `informant, unit`, then attributes; no rows if none are declared.
    published : dict of str to DataFrame
        By matrix: `row, group, column, published`.
    dropped : DataFrame
        Attributes that are excluded because they could identify a person, with the reason.
    """

    units: pd.DataFrame
    codings: pd.DataFrame
    codes: pd.DataFrame
    informants: pd.DataFrame
    published: dict[str, pd.DataFrame] = field(default_factory=dict)
    dropped: pd.DataFrame = field(default_factory=lambda: frame("coding/dropped", []))

    @property
    def attributes(self) -> list[str]:
        """The attributes of units, without the printed source of each row."""
        return [column for column in self.units.columns if column not in ("unit", "source")]


def load(folder: Path, name: str, spec: CodingSet, codebook: Codebook | None) -> Evidence:
    """Read and check the files of a set.

    Parameters
    ----------
    folder : Path
        The study's folder.
    name : str
        The set, for messages.
    spec : CodingSet
    codebook : Codebook or None
        None if a .qdpx project contains its own.

    Raises
    ------
    StudyError
        A file is not a table, lacks a column or a cell, lists a unit twice, or names a unit, code or attribute that
        does not exist; the message gives file, row and value.
    """
    units = codings = None
    if spec.codings.lower().endswith(".qdpx"):
        from practicework.stages.coding.qdpx import project  # imported here because few sets need it

        units, codings, codebook = project(folder / spec.codings, spec.codings, codebook)
    if spec.units is not None:
        units = _table(folder, spec.units, ("unit",), key="unit")
    if codings is None:
        codings = _table(folder, spec.codings, ("unit", "code"))
    where = f"config/config.yaml: 'coding.{name}"
    _attributes(units, spec, where)
    codes = codebook.codes()
    _known(codings, "unit", list(units["unit"]), spec.codings, f"is not in {spec.units or spec.codings}")
    _known(codings, "code", codebook.ids, spec.codings, f"is not in {spec.codebook or 'the codebook'}")
    if spec.informants is None:
        informants = pd.DataFrame(columns=["informant", "unit"], dtype=object)
    else:
        informants = _table(folder, spec.informants, ("informant", "unit"), key="informant")
        _known(informants, "unit", list(units["unit"]), spec.informants, f"is not in {spec.units or spec.codings}")
    published = {key: _published(folder, matrix, units) for key, matrix in spec.matrices.items() if matrix.published}
    codings = codings.reindex(columns=["unit", "code", *OPTIONAL])
    units, codings, informants, dropped = deidentify(units, codings, informants, spec, where)
    codings = codings.merge(codes[["code", "theme", "dimension"]], on="code", how="left")
    order = ["unit", "code", "theme", "dimension", *OPTIONAL]
    rows = codings[order].astype(object).where(codings[order].notna(), None)
    return Evidence(units, rows, codes, informants, published, dropped)


def _table(folder: Path, file: str, needed: tuple[str, ...], key: str | None = None) -> pd.DataFrame:
    """Read a table as text, with empty cells missing; check that the columns needed are filled and the key is unique."""
    grid = text.grid(folder / file, file)
    header = [cell.strip() for cell in grid.rows[0]]
    for column in needed:
        if column not in header:
            close = did_you_mean(column, header)
            raise StudyError(f"{file} has no column '{column}'{close}; its first row must name the columns.")
    for column in header:
        if not column or header.count(column) > 1:
            what = f"two columns with the heading {shown(column)}" if column else "a column without a name"
            raise StudyError(f"{file} has {what}; give every column a different name in the first row.")
    for line, row in zip(grid.lines, grid.rows, strict=True):
        if len(row) != len(header):
            raise StudyError(
                f"{file}, row {line}, has {len(row)} cells, but the header has {len(header)}; "
                "correct the row (a text that contains the separator needs quotes)."
            )
    rows = [[cell.strip() or None for cell in row] for row in grid.rows[1:]]
    table = pd.DataFrame(rows, columns=header, index=grid.lines[1:], dtype=object)
    for column in needed:
        for line in table.index[table[column].isna()]:
            raise StudyError(f"{file}, row {line}, has no {column}; fill the cell or remove the row.")
    if key:
        for line in table.index[table[key].duplicated()]:
            raise StudyError(f"{file}, row {line}: {key} {shown(table.at[line, key])} occurs twice; keep one row for each {key}.")
    return table


def _known(table: pd.DataFrame, column: str, known: list[str], file: str, lacking: str) -> None:
    """Check that every value of a column is known."""
    for line, value in table[column].items():
        if value not in known:
            where = f"{file}, row {line}" if isinstance(line, int) else file
            raise StudyError(
                f"{where}: {column} {shown(str(value))} {lacking}{did_you_mean(value, known)}; correct it or add it there."
            )


def _attributes(units: pd.DataFrame, spec: CodingSet, where: str) -> None:
    """Check that attributes named in the config are columns of the units, and that those with cut points are numeric."""
    columns = [column for column in units.columns if column not in ("unit", "source")]
    for column in columns:
        if column in RESERVED:
            raise StudyError(
                f"{spec.units or spec.codings} has an attribute '{column}', which is also a column of the results; rename it."
            )
    named = [
        ("exclusive", spec.exclusive),
        *(("compare", one) for one in spec.compare or ()),
        *(("cuts", one) for one in spec.cuts),
    ]
    named += [(f"matrices.{key}.group", matrix.group) for key, matrix in spec.matrices.items()]
    for key, one in named:
        if one is not None and one not in columns:
            raise StudyError(
                f"{where}.{key}' names '{one}', which is not an attribute of its units{did_you_mean(one, columns)}; correct it."
            )
    for one in spec.cuts:
        numbers = pd.to_numeric(units[one], errors="coerce")
        for line in units.index[numbers.isna() & units[one].notna()]:
            raise StudyError(
                f"{where}.cuts' needs numbers in '{one}', but unit {shown(units.at[line, 'unit'])} has "
                f"{shown(units.at[line, one])}; write a number or leave the cell empty."
            )


def _published(folder: Path, matrix: Matrix, units: pd.DataFrame) -> pd.DataFrame:
    """Read the cells of a published table."""
    file = matrix.published
    table = _table(folder, file, ("row", "column", "published")).reindex(columns=["row", "group", "column", "published"])
    _known(table, "row", list(matrix.rows), file, "is not a row of the matrix")
    _known(table, "column", list(matrix.columns), file, "is not a column of the matrix")
    _known(table, "published", list(SYMBOLS), file, "is not X (direct), I (indirect) or - (none)")
    if table["group"].notna().any():
        groups = sorted(units[matrix.group].dropna().unique()) if matrix.group else []
        _known(table.dropna(subset="group"), "group", groups, file, "is not a value of the matrix's group attribute")
    twice = table.index[table.duplicated(["row", "group", "column"])]
    for line in twice:
        raise StudyError(f"{file}, row {line}: this combination of row, group and column occurs twice; keep one.")
    return table
