"""The evidence of a set: its units, their informants, the codings, and the codebook that orders them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from practicework.errors import StudyError, did_you_mean
from practicework.study.codebook import Codebook
from practicework.study.config import CodingSet, Matrix
from practicework.tables.files import text

OPTIONAL = ("source", "coder", "segment")
SYMBOLS = ("X", "I", "-")
RESERVED = ("dimensions", "kinds", "codes", "codings")
"""Columns of `coding/units` that no attribute can be named like."""


@dataclass(frozen=True)
class Evidence:
    """What a set holds.

    Attributes
    ----------
    units : DataFrame
        `unit`, then its attributes as texts, in the order of the file.
    codings : DataFrame
        `unit, code, theme, dimension, source, coder, segment`, a row per coding.
    codes : DataFrame
        The codebook: `code, level, label, theme, dimension, definition`.
    informants : DataFrame
        `informant, unit`, then attributes; no rows where none are declared.
    published : dict of str to DataFrame
        By matrix: `row, group, column, published`.
    """

    units: pd.DataFrame
    codings: pd.DataFrame
    codes: pd.DataFrame
    informants: pd.DataFrame
    published: dict[str, pd.DataFrame] = field(default_factory=dict)

    @property
    def attributes(self) -> list[str]:
        """The attributes of units; where a row stands in print is none."""
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
        None where a .qdpx project brings its own.

    Raises
    ------
    StudyError
        A file is not a table, lacks a column or a cell, names a unit twice, or a unit, code or attribute that
        does not exist; the sentence names file, row and value.
    """
    units = codings = None
    if spec.codings.lower().endswith(".qdpx"):
        from practicework.stages.coding.qdpx import project  # only here: few sets need it

        units, codings, codebook = project(folder / spec.codings, spec.codings, codebook)
    if spec.units is not None:
        units = _table(folder, spec.units, ("unit",), key="unit")
    if codings is None:
        codings = _table(folder, spec.codings, ("unit", "code"))
    _attributes(units, spec, f"config/config.yaml: 'coding.{name}")
    codes = codebook.codes()
    _known(codings, "unit", list(units["unit"]), spec.codings, f"{spec.units or spec.codings} does not have")
    _known(codings, "code", codebook.ids, spec.codings, f"{spec.codebook or 'the codebook'} does not have")
    codings = codings.reindex(columns=["unit", "code", *OPTIONAL]).merge(
        codes[["code", "theme", "dimension"]], on="code", how="left"
    )
    if spec.informants is None:
        informants = pd.DataFrame(columns=["informant", "unit"], dtype=object)
    else:
        informants = _table(folder, spec.informants, ("informant", "unit"), key="informant")
        _known(informants, "unit", list(units["unit"]), spec.informants, f"{spec.units or spec.codings} does not have")
    published = {key: _published(folder, matrix, units) for key, matrix in spec.matrices.items() if matrix.published}
    order = ["unit", "code", "theme", "dimension", *OPTIONAL]
    return Evidence(units, codings[order].astype(object).where(codings[order].notna(), None), codes, informants, published)


def _table(folder: Path, file: str, needed: tuple[str, ...], key: str | None = None) -> pd.DataFrame:
    """A table of texts, empty cells missing; the columns needed are there and filled, and the key is unique."""
    grid = text.grid(folder / file, file)
    header = [cell.strip() for cell in grid.rows[0]]
    for column in needed:
        if column not in header:
            close = did_you_mean(column, header)
            raise StudyError(f"{file} has no column '{column}'{close}; its first row must name the columns.")
    for column in header:
        if not column or header.count(column) > 1:
            what = f"two columns '{column}'" if column else "a column without a name"
            raise StudyError(f"{file} has {what}; name every column differently in the first row.")
    for line, row in zip(grid.lines, grid.rows, strict=True):
        if len(row) != len(header):
            raise StudyError(
                f"{file}, row {line}, has {len(row)} cells where the header has {len(header)}; "
                "correct the row (a text with the separator in it needs quotes)."
            )
    rows = [[cell.strip() or None for cell in row] for row in grid.rows[1:]]
    table = pd.DataFrame(rows, columns=header, index=grid.lines[1:], dtype=object)
    for column in needed:
        for line in table.index[table[column].isna()]:
            raise StudyError(f"{file}, row {line}, has no {column}; fill the cell or remove the row.")
    if key:
        for line in table.index[table[key].duplicated()]:
            raise StudyError(f"{file}, row {line}: {key} '{table.at[line, key]}' stands twice; keep one row for each {key}.")
    return table


def _known(table: pd.DataFrame, column: str, known: list[str], file: str, lacking: str) -> None:
    """Every value of a column is a known one."""
    for line, value in table[column].items():
        if value not in known:
            where = f"{file}, row {line}" if isinstance(line, int) else file
            raise StudyError(
                f"{where}: {column} '{value}', which {lacking}{did_you_mean(value, known)}; correct it or add it there."
            )


def _attributes(units: pd.DataFrame, spec: CodingSet, where: str) -> None:
    """The attributes that the config names are columns of the units, and those that are cut are numbers."""
    columns = [column for column in units.columns if column not in ("unit", "source")]
    for column in columns:
        if column in RESERVED:
            raise StudyError(
                f"{spec.units or spec.codings} has an attribute '{column}', as a column of the result is; rename it."
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
                f"{where}.{key}' names '{one}', which is no attribute of its units{did_you_mean(one, columns)}; correct it."
            )
    for one in spec.cuts:
        numbers = pd.to_numeric(units[one], errors="coerce")
        for line in units.index[numbers.isna() & units[one].notna()]:
            raise StudyError(
                f"{where}.cuts' cuts '{one}', but unit '{units.at[line, 'unit']}' has '{units.at[line, one]}' there; "
                "write a number or leave the cell empty."
            )


def _published(folder: Path, matrix: Matrix, units: pd.DataFrame) -> pd.DataFrame:
    """The cells of a published table."""
    file = matrix.published
    table = _table(folder, file, ("row", "column", "published")).reindex(columns=["row", "group", "column", "published"])
    _known(table, "row", list(matrix.rows), file, "the matrix has not among its rows")
    _known(table, "column", list(matrix.columns), file, "the matrix has not among its columns")
    _known(table, "published", list(SYMBOLS), file, "is none of X (direct), I (indirect) and - (none)")
    if table["group"].notna().any():
        groups = sorted(units[matrix.group].dropna().unique()) if matrix.group else []
        _known(table.dropna(subset="group"), "group", groups, file, "the matrix's group attribute does not have")
    twice = table.index[table.duplicated(["row", "group", "column"])]
    for line in twice:
        raise StudyError(f"{file}, row {line}: this row, group and column stand twice; keep one.")
    return table
