"""Co-occurrence of codes, themes and dimensions, in units and in passages."""

from itertools import combinations

import numpy as np
import pandas as pd

from practicework import tables
from practicework.study.codebook import LEVELS


def count(codings: pd.DataFrame, codes: pd.DataFrame, n_units: int) -> pd.DataFrame:
    """Count the co-occurrences of every pair that occurs, in the codebook's order.

    Parameters
    ----------
    codings : DataFrame
        `unit, code, theme, dimension, segment`.
    codes : DataFrame
        The codebook: `code, theme, dimension`.
    n_units : int
        Number of units, including those without codings.

    Returns
    -------
    DataFrame
        For each pair a, b: the units with both, the Jaccard index |a ∩ b| / |a ∪ b|, and phi, the correlation of the two
        over all units (R: `cor` of the indicators), empty if either is in every unit or in none.
    """
    passages = codings.dropna(subset="segment")
    rows = []
    for level in LEVELS:
        held = {name: set(own["unit"]) for name, own in codings.groupby(level, sort=False)}
        where = {name: set(zip(own["unit"], own["segment"], strict=True)) for name, own in passages.groupby(level, sort=False)}
        for a, b in combinations([name for name in dict.fromkeys(codes[level].dropna()) if name in held], 2):
            both, either = held[a] & held[b], held[a] | held[b]
            x, y, n = len(held[a]), len(held[b]), n_units
            spread = np.sqrt(float(x * (n - x) * y * (n - y)))
            phi = (n * len(both) - x * y) / spread if spread else np.nan
            segments = len(where.get(a, set()) & where.get(b, set())) if len(passages) else pd.NA
            rows.append(
                {"level": level, "a": a, "b": b, "units": len(both), "units_a": x, "units_b": y,
                 "jaccard": len(both) / len(either), "phi": phi, "segments": segments}
            )  # fmt: skip
    return tables.frame("coding/cooccurrence", rows)
