"""Exact tests of contingency tables, for groups too small for the chi-squared approximation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import gammaln

TABLES = 200_000
"""Maximum number of enumerated columns of partial tables; beyond it, tables are drawn at random."""
DRAWS = 100_000
SAME = 1 + 1e-7
"""Two tables count as equally likely within this factor, as in R."""


@dataclass(frozen=True)
class Association:
    """Association of two classifications: exact p, Cramér's V, and the smallest expected count."""

    p_value: float
    cramers_v: float
    smallest_expected: float
    note: str | None = None


def association(table: np.ndarray, rng: np.random.Generator) -> Association:
    """Run Fisher's exact test of a table of counts, or that of Freeman and Halton if it is larger than 2 × 2.

    p is the probability, given both margins, of all tables that are at most as likely as the observed one. It is
    computed from every table, column by column over the remaining row sums (a network), or from random tables
    if there are too many.

    Parameters
    ----------
    table : ndarray of shape (rows, columns)
        Counts; empty rows and columns are dropped.
    rng : numpy.random.Generator
        For random tables only.

    Returns
    -------
    Association
        NaN if fewer than two rows or columns have counts; the note reports the use of random tables.

    Notes
    -----
    Freeman & Halton (1951); R: `fisher.test(table)`. Cramér's V is √(χ²/(N (min(r, c) − 1))), uncorrected.
    """
    table = np.asarray(table, dtype=np.int64)
    table = table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0]
    if min(table.shape, default=0) < 2:
        return Association(np.nan, np.nan, np.nan, "fewer than two groups or categories have counts")
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
    chi = ((table - expected) ** 2 / expected).sum()
    v = float(np.sqrt(chi / (table.sum() * (min(table.shape) - 1))))
    p = _enumerated(table if table.shape[0] <= table.shape[1] else table.T)
    note = None
    if p is None:
        p = _drawn(table, rng)
        error = np.sqrt(p * (1 - p) / DRAWS)
        note = f"p from {DRAWS:,} random tables (Monte Carlo standard error {error:.4f})"
    return Association(p, v, float(expected.min()), note)


def holm(p: pd.Series) -> pd.Series:
    """Return Holm-corrected p values, missing where p is; R: `p.adjust(p, "holm")`."""
    told = p.dropna().sort_values()
    return (told * np.arange(len(told), 0, -1)).cummax().clip(upper=1).reindex(p.index).astype(float)


def _enumerated(table: np.ndarray) -> float | None:
    """Return the exact p, or None if there are too many tables.

    The state after some columns is the remaining row sums. All paths to a state are stored by their
    probability so far, and those that are equal within rounding are merged.
    """
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    observed = -gammaln(table + 1).sum()
    constant = gammaln(rows + 1).sum() + gammaln(columns + 1).sum() - gammaln(table.sum() + 1)
    states: dict[tuple[int, ...], dict[float, float]] = {tuple(rows): {0.0: 1.0}}
    work = 0
    for column in columns[:-1]:
        following: dict[tuple[int, ...], dict[float, float]] = {}
        for left, ways in states.items():
            for part in _parts(left, int(column)):
                log = -float(gammaln(np.array(part) + 1.0).sum())
                rest = tuple(a - b for a, b in zip(left, part, strict=True))
                found = following.setdefault(rest, {})
                for so_far, count in ways.items():
                    key = round(so_far + log, 12)
                    found[key] = found.get(key, 0.0) + count
                work += len(ways)
                if work > TABLES:
                    return None
        states = following
    total = 0.0
    for left, ways in states.items():
        last = -float(gammaln(np.array(left) + 1.0).sum())
        for so_far, count in ways.items():
            if so_far + last <= observed + np.log(SAME):
                total += count * np.exp(so_far + last + constant)
    return float(min(total, 1.0))


def _parts(left: tuple[int, ...], total: int) -> list[tuple[int, ...]]:
    """Return every column of counts with a total that fits into the remaining row sums."""
    if len(left) == 1:
        return [(total,)] if total <= left[0] else []
    room = sum(left[1:])
    return [
        (first, *rest)
        for first in range(max(0, total - room), min(left[0], total) + 1)
        for rest in _parts(left[1:], total - first)
    ]


def _drawn(table: np.ndarray, rng: np.random.Generator) -> float:
    """Return the share of random tables with the same margins that are at most as likely, including the observed one."""
    from scipy.stats import random_table

    drawn = random_table(table.sum(axis=1), table.sum(axis=0)).rvs(DRAWS, random_state=rng)
    logs = -gammaln(drawn + 1).sum(axis=(1, 2))
    return float((1 + (logs <= -gammaln(table + 1).sum() + np.log(SAME)).sum()) / (1 + DRAWS))
