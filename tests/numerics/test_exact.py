"""Exact tests of tables of counts, against R's fisher.test."""

import numpy as np
import pandas as pd
import pytest

from practicework.numerics import exact
from practicework.numerics.exact import association


def test_equals_r(golden):
    """Sums of probabilities in another order differ in the last digits: tested to 1e-11."""
    for row in golden("coding_exact").itertuples():
        table = np.array([int(count) for count in row.counts.split()]).reshape(row.rows, -1)
        for turned in (table, table.T):
            found = association(turned, np.random.default_rng(0))
            assert found.p_value == pytest.approx(row.p_value, rel=1e-11)
            assert found.cramers_v == pytest.approx(row.cramers_v, rel=1e-12)
            assert found.note is None


def test_random_tables_come_close_and_say_so(golden, monkeypatch):
    """Within four Monte Carlo standard errors of the exact p."""
    monkeypatch.setattr(exact, "TABLES", 1)
    row = golden("coding_exact").iloc[4]
    table = np.array([int(count) for count in row["counts"].split()]).reshape(row["rows"], -1)
    found = association(table, np.random.default_rng(1))
    error = np.sqrt(row["p_value"] * (1 - row["p_value"]) / exact.DRAWS)
    assert abs(found.p_value - row["p_value"]) < 4 * error
    assert "100,000 random tables" in found.note


def test_large_tables_end_in_time():
    """Hundreds of people in a table of three by six are drawn, not enumerated."""
    rng = np.random.default_rng(2)
    found = association(rng.integers(10, 40, (3, 6)), rng)
    assert "random tables" in found.note
    assert 0 < found.p_value <= 1


def test_empty_rows_and_columns_are_left_out():
    full = association(np.array([[3, 1], [0, 4]]), np.random.default_rng(0))
    wide = association(np.array([[3, 0, 1], [0, 0, 0], [0, 0, 4]]), np.random.default_rng(0))
    assert wide == full
    assert wide.smallest_expected == pytest.approx(1.5)


@pytest.mark.parametrize("table", [np.zeros((2, 2)), np.array([[3, 4]]), np.array([[3, 0], [2, 0]]), np.zeros((0, 3))])
def test_nothing_to_compare_is_told(table):
    found = association(table, np.random.default_rng(0))
    assert np.isnan(found.p_value)
    assert "fewer than two" in found.note


def test_holm_equals_r():
    """p.adjust(c(.01, .04, .03, NA, .9), "holm"): missing ones are no tests."""
    found = exact.holm(pd.Series([0.01, 0.04, 0.03, np.nan, 0.9]))
    assert found.tolist() == pytest.approx([0.04, 0.09, 0.09, np.nan, 0.9], nan_ok=True)
