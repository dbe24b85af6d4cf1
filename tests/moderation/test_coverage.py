"""The coverage simulation: its arithmetic against statsmodels, its table in the docs against its result."""

import csv
import importlib.util
from types import ModuleType

import numpy as np
import pytest
from scipy import stats
from statsmodels.regression.linear_model import OLS

from practicework.numerics import bootstrap


@pytest.fixture(scope="module")
def benchmark(root) -> ModuleType:
    """The program benchmarks/coverage.py."""
    spec = importlib.util.spec_from_file_location("benchmark_coverage", root / "benchmarks/coverage.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_intervals_are_those_of_statsmodels_and_the_kernel(benchmark):
    """OLS, HC3, percentile and BCa of single studies, from the same random numbers."""
    x, w, y = benchmark.people("normal", "unequal", 0.2, (3, 60), np.random.default_rng(1))
    designs = np.stack([np.ones_like(x), x, w, x * w], axis=2)
    found = benchmark.intervals(designs, y, 200, np.random.default_rng(2))
    rng, t = np.random.default_rng(2), stats.t.ppf(0.975, 56)
    for one in range(3):
        result = OLS(y[one], designs[one]).fit()
        for number, error in ((0, result.bse[3]), (1, result.HC3_se[3])):
            np.testing.assert_allclose(found[number, :, one], result.params[3] + np.array([-t, t]) * error, rtol=1e-9)
        draws = bootstrap.ols(designs[one], y[one], 200, rng)[:, [3]]
        refits = np.array([[OLS(np.delete(y[one], i), np.delete(designs[one], i, axis=0)).fit().params[3]] for i in range(60)])
        np.testing.assert_allclose(found[2, :, one], np.ravel(bootstrap.percentile(draws, 0.95)), rtol=1e-12)
        np.testing.assert_allclose(found[3, :, one], np.ravel(bootstrap.bca(draws, result.params[[3]], refits, 0.95)), rtol=1e-8)


def test_the_data_are_what_the_benchmark_says(benchmark):
    """Unequal errors of mean variance 1, an interaction that adds .04, Likert-like means of the stated reliabilities."""
    rng = np.random.default_rng(3)
    x, w, y = benchmark.people("normal", "unequal", 0.0, (400_000,), rng)
    assert np.corrcoef(x, w)[0, 1] == pytest.approx(0.3, abs=0.01)
    assert (y - 0.3 * x - 0.2 * w).var() == pytest.approx(1, abs=0.02)
    x, w, y = benchmark.people("normal", "equal", benchmark.true_interaction(0.04), (400_000,), rng)
    both = [
        OLS(y, np.column_stack(columns)).fit().rsquared for columns in ((np.ones_like(x), x, w), (np.ones_like(x), x, w, x * w))
    ]
    assert both[1] - both[0] == pytest.approx(0.04, abs=0.003)
    true = rng.standard_normal(200_000)
    stated = {"x": 0.88, "w": 0.83, "y": 0.76}
    for name, (items, loading) in benchmark.ITEMS.items():
        twice = [benchmark._answers(true, items, loading, rng) for _ in range(2)]
        assert np.corrcoef(twice)[0, 1] == pytest.approx(stated[name], abs=0.01)
        assert twice[0].mean() > 3.3


def test_the_docs_show_the_result(benchmark, root):
    """The table in docs/methods.md is that of coverage.csv, every cell rests on 5,000 studies, and HC3 keeps its level."""
    with (root / "benchmarks/coverage.csv").open() as file:
        header, *rows = csv.reader(file)
    assert benchmark.markdown(rows) in (root / "docs/methods.md").read_text()
    assert len(rows) == 48
    assert {row[header.index("studies")] for row in rows} == {"5000"}
    hc3 = [[float(value) for value in row[5:7]] for row in rows if row[3] == "hc3"]
    ols = [[float(value) for value in row[5:7]] for row in rows if row[3] == "ols"]
    assert min(row[0] for row in hc3) > 0.94
    assert max(row[1] for row in hc3) < 0.06 < max(row[1] for row in ols)
