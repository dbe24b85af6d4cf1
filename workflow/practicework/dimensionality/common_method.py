"""Common method variance: correlations with the share that a marker suggests taken out."""

from itertools import combinations

import numpy as np
import pandas as pd
from scipy.special import stdtr

COLUMNS = [
    "variable_a", "variable_b", "n", "r", "p_value", "basis", "r_marker", "r_adjusted", "t", "p_adjusted", "note",
]  # fmt: skip
BASES = ("smallest", "second smallest")
NONE_POSITIVE = "the marker correlates positively with too few of the scores: nothing is taken out"


def marker_correction(scores: pd.DataFrame, marker: str) -> pd.DataFrame:
    """Correlations of the scores, corrected by the marker's (Lindell & Whitney, 2001).

    The marker has, in theory, nothing to do with the other variables, so that its smallest positive
    correlation with one of them, r_marker, is taken for the method's share: r_adjusted =
    (r - r_marker) / (1 - r_marker), tested by t = r_adjusted √((n - 3) / (1 - r_adjusted²)) with n - 3 degrees
    of freedom. The second smallest is the more conservative variant of Malhotra, Kim & Patil (2006).

    Parameters
    ----------
    scores : DataFrame
        One column per scale and variable, the marker among them; respondents with a missing value are left out.
    marker : str

    Returns
    -------
    DataFrame
        The table `dimensionality/marker`: two rows per pair of the other columns. Where the marker has no
        such correlation, r_marker is 0 and `note` says so; a constant column has no correlations.
    """
    complete = scores.dropna()
    n = len(complete)
    usable = [name for name in complete if n > 3 and complete[name].nunique() > 1]
    r = complete[usable].corr()
    others = [name for name in usable if name != marker]
    positive = sorted(r.loc[marker, others][r.loc[marker, others] > 0]) if marker in usable else []
    rows = []
    for a, b in combinations([name for name in scores if name != marker], 2):
        for position, basis in enumerate(BASES):
            row = dict.fromkeys(COLUMNS) | {"variable_a": a, "variable_b": b, "n": n, "basis": basis}
            missing = [name for name in (a, b, marker) if name not in usable]
            if missing:
                few = "fewer than four respondents have all values"
                row["note"] = f"not computable: {f'everyone has the same value of {missing[0]}' if n > 3 else few}"
            else:
                row |= _corrected(r.loc[a, b], n, positive[position] if position < len(positive) else 0.0)
                row["note"] = None if position < len(positive) else NONE_POSITIVE
            rows.append(row)
    return pd.DataFrame(rows, columns=COLUMNS)


def _corrected(r: float, n: int, r_marker: float) -> dict[str, float]:
    adjusted = (r - r_marker) / (1 - r_marker) if r_marker < 1 else np.nan
    t = _t(adjusted, n - 3)
    return {
        "r": r,
        "p_value": 2 * stdtr(n - 2, -abs(_t(r, n - 2))),
        "r_marker": r_marker,
        "r_adjusted": adjusted,
        "t": t,
        "p_adjusted": 2 * stdtr(n - 3, -abs(t)),
    }


def _t(r: float, df: int) -> float:
    return float(r * np.sqrt(df / (1 - r**2))) if abs(r) < 1 else float(np.copysign(np.inf, r))
