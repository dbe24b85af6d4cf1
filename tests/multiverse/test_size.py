"""Type I error of the joint tests: 300 studies of one cell of the benchmark, whose full table is in docs/methods.md."""

import importlib.util
import sys

import pandas as pd
import pytest


@pytest.mark.slow
def test_flips_keep_their_level_and_permuted_residuals_do_not(root, monkeypatch):
    """With unequal variances at N = 75; the rates of 1,000 studies are in benchmarks/multiverse.csv."""
    monkeypatch.syspath_prepend(root / "benchmarks")
    spec = importlib.util.spec_from_file_location("multiverse_size", root / "benchmarks/multiverse.py")
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, module)
    spec.loader.exec_module(module)
    row = module.cell("flagged", 75, True, 300)
    full = pd.read_csv(root / "benchmarks/multiverse.csv").query("exclusion == 'flagged' and n == 75 and errors == 'unequal'")
    for name in module.RATES:
        rate = full[name].item()
        assert row[name] == pytest.approx(rate, abs=3.5 * (rate * (1 - rate) / 300) ** 0.5), name
    assert row["median_flips"] < 0.13 < row["median_permuted"]
    assert row["max_flips"] < 0.1
