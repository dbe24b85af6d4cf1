"""Common method variance: correlations corrected by a marker variable."""

from itertools import combinations

import numpy as np
import pandas as pd
from scipy.special import stdtr

from practicework import tables
from practicework.errors import NotComputable

BASES = {
    "smallest": "the marker correlates positively with no score, so no correction was made",
    "second smallest": "the marker correlates positively with fewer than two scores, so no correction was made",
}
"""The marker's correlation that is used, and the note if there is none."""

MIN_RESPONDENTS = 4
"""The test has n - 3 degrees of freedom."""

PERFECT = 1 - 1e-12
"""Larger correlations equal one up to rounding."""


def marker_correction(scores: pd.DataFrame, marker: str) -> pd.DataFrame:
    """Correct the correlations of the scores by a marker variable (Lindell & Whitney, 2001).

    The marker is theoretically unrelated to the other variables, so its smallest positive correlation
    with one of them, r_marker, estimates the share due to the method: r_adjusted =
    (r - r_marker) / (1 - r_marker), tested by t = r_adjusted √((n - 3) / (1 - r_adjusted²)) with n - 3 degrees
    of freedom. The second smallest is the more conservative variant of Malhotra, Kim & Patil (2006). Only rows
    complete in all columns are used, so all pairs share one n and one r_marker.

    Parameters
    ----------
    scores : DataFrame
        One column per scale and variable, including the marker; NaN if missing.
    marker : str

    Returns
    -------
    DataFrame
        The table `dimensionality/marker`: two rows per pair of the other columns. If the marker has no
        such correlation, r_marker is 0 and `note` says so; correlations of a constant column and adjusted
        correlations outside -1 to 1 are empty.
    """
    complete = scores.dropna()
    n = len(complete)
    usable = [name for name in complete if complete[name].nunique() > 1]
    r = complete[usable].corr()
    others = [name for name in usable if name != marker]
    positive = sorted(one for one in r.loc[marker, others] if one > 0) if marker in usable else []
    rows = []
    for a, b in combinations([name for name in scores if name != marker], 2):
        constant = [name for name in (a, b, marker) if name not in usable]
        for rank, (basis, none) in enumerate(BASES.items()):
            row = {"variable_a": a, "variable_b": b, "n": n, "basis": basis}
            try:
                if n < MIN_RESPONDENTS:
                    raise NotComputable(f"not computable: fewer than {MIN_RESPONDENTS} respondents have all scores and variables")
                if constant:
                    raise NotComputable(f"not computable: everyone has the same value of {', '.join(constant)}")
                taken = positive[rank : rank + 1]
                row |= tested(r.loc[a, b], n) | {"r_marker": taken[0] if taken else 0.0, "note": None if taken else none}
                row |= adjusted(row["r"], row["r_marker"], n)
            except NotComputable as reason:
                row["note"] = str(reason)
            rows.append(row)
    return tables.frame("dimensionality/marker", rows)


def tested(r: float, n: int) -> dict[str, float]:
    """Return a correlation and its two-sided p value with n - 2 degrees of freedom. In R: ``cor.test(x, y)``."""
    if abs(r) > PERFECT:
        raise NotComputable("not computable: the two correlate perfectly")
    return {"r": r, "p_value": _p(_t(r, n - 2), n - 2)}


def adjusted(r: float, r_marker: float, n: int) -> dict[str, float]:
    """Return the correlation adjusted for the marker, and its test with n - 3 degrees of freedom.

    Raises
    ------
    NotComputable
        If the result is not a correlation: method variance inflates correlations, so it cannot be removed from one
        that is strongly negative.
    """
    if r_marker > PERFECT:
        raise NotComputable("the adjusted correlation is not computable: the marker correlates perfectly with a score")
    found = (r - r_marker) / (1 - r_marker)
    if abs(found) > PERFECT:
        raise NotComputable("the adjusted correlation is not computable: it would lie outside -1 to 1")
    t = _t(found, n - 3)
    return {"r_adjusted": found, "t": t, "p_adjusted": _p(t, n - 3)}


def _t(r: float, df: int) -> float:
    return float(r * np.sqrt(df / (1 - r**2)))


def _p(t: float, df: int) -> float:
    return float(2 * stdtr(df, -abs(t)))
