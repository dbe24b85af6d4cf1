"""Levels of measurement: whether a variable is a quantity, or has only a few values."""

import numpy as np
import pandas as pd

FEW = 7
"""Whole-number values up to which a variable is ordinal rather than a quantity."""


def few_values(values: pd.Series) -> int | None:
    """Return the number of distinct values of a two-valued or ordinal variable; None for a quantity.

    Two values of any kind, or three to seven whole numbers. NaN is no value. In R: ``length(unique(na.omit(x)))``.
    """
    found = values.dropna().unique()
    whole = bool(len(found)) and bool(np.all(found == np.round(found)))
    return len(found) if len(found) == 2 or (whole and 2 < len(found) <= FEW) else None
