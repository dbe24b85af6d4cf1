"""Ledger: compare every published number with the reproduced one."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from practicework import tables
from practicework.errors import StudyError
from practicework.study.published import parse
from practicework.study.replication import Claim, Replication, alternatives


def compare(published: Replication, results: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Compare each claim with the results.

    Parameters
    ----------
    published : Replication
    results : mapping of str to DataFrame
        The tables that the claims name.

    Returns
    -------
    DataFrame
        The table `replication/ledger`. A claim agrees if the unrounded value would be printed as
        published, or satisfies the published inequality; a value that the study could not compute, such as one of a
        model that could not be fitted, does not agree. A claim with `count` is compared with the number of distinct values, such
        as units, in all matching rows; without a matching row the count is zero. `kind` distinguishes statistics from
        inequalities, which many values satisfy, and from facts of design and counts, which are not estimated; `tolerance` is
        the relative deviation that a statistic's printed precision accepts.

    Raises
    ------
    StudyError
        A claim matches no row, several rows, or a cell that is not a number.
    """
    rows = []
    models = results.get("moderation/models")
    unfitted = set() if models is None else set(models.loc[~models["fitted"].astype(bool), "model"])
    for number, claim in enumerate(published.claims, 1):
        where = f"config/config.yaml, replication, entry {number} ('{claim.claim}')"
        table = results[claim.table]
        for column in (claim.column or claim.count, *claim.row):
            if column not in table:
                raise StudyError(f"{where}: {claim.table} has no column '{column}'; it has {', '.join(table.columns)}.")
        match = np.logical_and.reduce(
            [table[column].astype(str).isin(alternatives(value)) for column, value in claim.row.items()] or [[True] * len(table)]
        )
        if claim.table.split("/")[1] in unfitted:
            value = np.nan
        else:
            value = float(table.loc[match, claim.count].nunique()) if claim.count else _cell(table.loc[match], claim, where)
        rows.append(
            {
                "claim": claim.claim,
                "source": claim.source or published.source,
                "published": claim.published,
                "reproduced": value,
                "agrees": not np.isnan(value) and parse(claim.published).agrees(value),
                "table": claim.table,
                "row": _row(claim.row) or None,
                "column": claim.column or f"distinct values of {claim.count}",
                "note": "could not be computed in this sample" if np.isnan(value) else claim.note,
                **_kind(claim),
            }
        )
    return tables.frame("replication/ledger", rows)


def _kind(claim: Claim) -> dict:
    """What kind of value a claim is about, and the relative deviation that its precision accepts."""
    printed = parse(claim.published)
    if claim.count or claim.table.startswith("coding/"):
        return {"kind": "count"}
    if tables.contract(claim.table).columns.get(claim.column, ("",))[0].startswith("count"):
        return {"kind": "design"}
    if printed.sign:
        return {"kind": "inequality"}
    return {"kind": "statistic", "tolerance": 0.5 * 10.0**-printed.decimals / abs(printed.number) if printed.number else None}


def _cell(found: pd.DataFrame, claim: Claim, where: str) -> float:
    """Return the number that a claim refers to; NaN if the study could not compute it."""
    if len(found) != 1:
        wanted = _row(claim.row) or "no row is named"
        raise StudyError(f"{where}: {len(found)} rows of {claim.table} match ({wanted}); name exactly one by 'row'.")
    cell = found[claim.column]
    value = float(pd.to_numeric(cell, errors="coerce").astype(float).iloc[0])
    if np.isnan(value) and cell.notna().all():
        raise StudyError(f"{where}: '{claim.column}' of {claim.table} is not a number; name another column.")
    return value


def _row(row: Mapping[str, str | tuple[str, ...]]) -> str:
    return ", ".join(f"{column} = {' or '.join(alternatives(value))}" for column, value in row.items())
