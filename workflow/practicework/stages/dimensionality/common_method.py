"""Common method variance: correlations with the share that a marker suggests taken out."""

from itertools import combinations

import numpy as np
import pandas as pd
from scipy.special import stdtr

from practicework.errors import NotComputable

COLUMNS = [
    "variable_a", "variable_b", "n", "r", "p_value", "basis", "r_marker", "r_adjusted", "t", "p_adjusted", "note",
]  # fmt: skip
BASES = {
    "smallest": "the marker correlates positively with no score, so that nothing is taken out",
    "second smallest": "the marker correlates positively with fewer than two scores, so that nothing is taken out",
}
"""Which correlation of the marker is taken, and what to say where it has none."""

MIN_RESPONDENTS = 4
"""The test has n - 3 degrees of freedom."""

PERFECT = 1 - 1e-12
"""A correlation is one but for rounding."""


def marker_correction(scores: pd.DataFrame, marker: str) -> pd.DataFrame:
    """Correlations of the scores, corrected by the marker's (Lindell & Whitney, 2001).

    The marker has, in theory, nothing to do with the other variables, so that its smallest positive
    correlation with one of them, r_marker, is taken for the method's share: r_adjusted =
    (r - r_marker) / (1 - r_marker), tested by t = r_adjusted √((n - 3) / (1 - r_adjusted²)) with n - 3 degrees
    of freedom. The second smallest is the more conservative variant of Malhotra, Kim & Patil (2006). Complete
    rows over all columns, so that one n and one r_marker serve all pairs.

    Parameters
    ----------
    scores : DataFrame
        One column per scale and variable, the marker among them; NaN where missing.
    marker : str

    Returns
    -------
    DataFrame
        The table `dimensionality/marker`: two rows per pair of the other columns. Where the marker has no
        such correlation, r_marker is 0 and `note` says so; a constant column has no correlations, and an
        adjusted correlation outside -1 to 1 is none.
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
            row = dict.fromkeys(COLUMNS) | {"variable_a": a, "variable_b": b, "n": n, "basis": basis}
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
    return pd.DataFrame(rows, columns=COLUMNS)


def tested(r: float, n: int) -> dict[str, float]:
    """A correlation and its p value, two-sided, n - 2 degrees of freedom. In R: ``cor.test(x, y)``."""
    if abs(r) > PERFECT:
        raise NotComputable("not computable: the two correlate perfectly")
    return {"r": r, "p_value": _p(_t(r, n - 2), n - 2)}


def adjusted(r: float, r_marker: float, n: int) -> dict[str, float]:
    """The correlation without the marker's share, and its test with n - 3 degrees of freedom.

    Raises
    ------
    NotComputable
        If it is no correlation: method variance adds to correlations, so that it cannot be taken out of one
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
