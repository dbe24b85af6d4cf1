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


MOST_LEVELS = 11
"""Values up to which an outcome is modelled as ordered."""


def family_mismatch(values: np.ndarray, family: str | None) -> str | None:
    """Return why an outcome does not suit its family, with what to do, or None.

    Parameters
    ----------
    values : ndarray of shape (n,)
        Without missing values.
    family : {None, "normal", "binary", "count", "ordered"}
        None if it was not declared, which an outcome with few values requires.
    """
    found = np.unique(values)
    few = few_values(pd.Series(values))
    if family is None and few == 2:
        return "has two values; add 'family: binary' for a logistic regression, or 'family: normal' for least squares"
    if family is None and few:
        return (
            f"has only {few} values; add 'family: ordered' for proportional odds, 'family: count' if it counts something, or "
            "'family: normal' for least squares"
        )
    if family == "binary" and len(found) != 2:
        return f"has {len(found)} values, and 'family: binary' requires two; choose another family"
    if family == "count" and (found.min() < 0 or (found != np.round(found)).any()):
        return "has values that are not counts, such as negative or broken numbers; remove 'family: count'"
    if family == "ordered" and not 3 <= len(found) <= MOST_LEVELS:
        return f"has {len(found)} values, and 'family: ordered' requires 3 to {MOST_LEVELS}; choose another family"
    return None
