"""The comparison of each number with the expected one."""

import numpy as np
import pandas as pd
import pytest

from practicework.commands.verification import numbers
from practicework.commands.verification.numbers import DIFFERS, MISSING, NEW, SAME, WITHIN, compare


def frame(*rows: tuple) -> pd.DataFrame:
    """Numbers as table, row, label, column, value."""
    return pd.DataFrame(rows, columns=numbers.COLUMNS).astype({"row": "int64", "value": "float64"})


@pytest.mark.parametrize(
    ("expected", "found", "verdict"),
    [
        (2.0, 2.0, SAME),
        (2.0, 2.0 * (1 + 9e-10), SAME),
        (2.0, 2.0 * (1 + 2e-9), WITHIN),
        (-2.0, -2.0 * (1 + 9.9e-5), WITHIN),
        (2.0, 2.0 * (1 + 1.01e-4), DIFFERS),
        (1024.0, 1024.0 + 1024 * 2.0**-14, WITHIN),  # 2**-14 = 6.1e-5
        (2.0, -2.0, DIFFERS),
        (0.0, 1e-13, SAME),
        (1e-17, -3e-17, SAME),
        (0.0, 1e-11, DIFFERS),
        (1e-8, 1.1e-8, DIFFERS),
        (np.inf, np.inf, SAME),
        (np.inf, 1.0, DIFFERS),
    ],
)
def test_the_size_of_a_difference_decides(expected, found, verdict):
    compared = compare(frame(("t", 1, "a", "x", expected)), frame(("t", 1, "a", "x", found)), 1e-4)
    assert compared["verdict"].tolist() == [verdict]


def test_the_tolerance_itself_is_within():
    """An edge that doubles can hold: 1 and 1 + 2**-13."""
    one, other = frame(("t", 1, "a", "x", 1.0)), frame(("t", 1, "a", "x", 1 + 2.0**-13))
    assert compare(one, other, 2.0**-13)["verdict"].tolist() == [WITHIN]
    assert compare(one, other, 2.0**-13 * (1 - 1e-12))["verdict"].tolist() == [DIFFERS]


def test_a_row_in_between_shifts_no_other():
    """Known by label and column; rows of one label by their order."""
    rows = [("t", 1, "a", "x", 1), ("t", 2, "b", "x", 2), ("t", 3, "b", "x", 3)]
    more = [rows[0], ("t", 2, "new", "x", 9), ("t", 3, "b", "x", 2), ("t", 4, "b", "x", 4)]
    compared = compare(frame(*rows), frame(*more), 1e-4)
    assert compared["verdict"].tolist() == [SAME, NEW, SAME, DIFFERS]
    assert compared["row"].tolist() == [1, 2, 3, 4]
    assert compare(frame(*more), frame(*rows), 1e-4)["verdict"].value_counts().to_dict() == {SAME: 2, DIFFERS: 1, MISSING: 1}
