"""Tests of questions with several answers equal R's MRCV, keep their level."""

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.contingency_tables import cochrans_q

from practicework.numerics import multiple_response as mr


@pytest.fixture(scope="module")
def data(root) -> pd.DataFrame:
    """The first 300 complete rows of ten items of bfi and gender; ticked are answers of 5 or 6."""
    names = [f"{one}{place}" for one in "NE" for place in range(1, 6)]
    d = pd.read_csv(root / "examples/bfi/data/raw/bfi.csv")[[*names, "gender"]].dropna().head(300)
    return d.assign(**{name: (d[name] >= 5).astype(float) for name in names})


def ticks(data: pd.DataFrame, letter: str, k: int) -> np.ndarray:
    return data[[f"{letter}{place}" for place in range(1, k + 1)]].to_numpy()


def test_one_group_equals_mrcv(data):
    ticked = ticks(data, "N", 5)
    assert ticked.sum(axis=0).tolist() == [53, 85, 63, 61, 55]
    found = mr.marginal(ticked, data["gender"].to_numpy())
    assert found.statistic == pytest.approx(18.61801817, abs=1e-8)
    np.testing.assert_allclose(found.statistics, [0.5685395988, 4.99287028, 6.187419581, 0.4102659489, 6.458922758], rtol=1e-9)
    assert (found.adjusted, found.df) == (pytest.approx(15.69502697, abs=1e-7), pytest.approx(4.215010113, abs=1e-8))
    assert found.p_adjusted == pytest.approx(0.00416358, abs=1e-8)
    assert found.bonferroni == pytest.approx(0.05519827585, abs=1e-10)


def test_two_questions_equal_mrcv(data):
    found = mr.simultaneous(ticks(data, "N", 3), ticks(data, "E", 3))
    assert found.statistic == pytest.approx(37.7833058, abs=1e-6)
    assert (found.adjusted, found.df) == (pytest.approx(18.6622844, abs=1e-6), pytest.approx(4.44536433, abs=1e-7))
    assert found.p_adjusted == pytest.approx(0.00138203, abs=1e-8)
    assert found.bonferroni == pytest.approx(2.435807625e-5, rel=1e-8)


def farmers(golden, name: str) -> pd.DataFrame:
    """The respondents behind a table of counts."""
    counts = golden(name)
    return counts.loc[counts.index.repeat(counts["n"])].drop(columns="n")


def test_printed_results_of_262_farmers(golden):
    """Koziol and Bilder (2014): education against five sources of information."""
    d = farmers(golden, "farmer1")
    ticked, group = d.drop(columns="ed").to_numpy(float), d["ed"].to_numpy()
    found = mr.marginal(ticked, group)
    assert len(d) == 262
    assert found.statistic == pytest.approx(30.84, abs=0.005)
    np.testing.assert_allclose(found.statistics, [5.96, 7.89, 4.62, 1.42, 10.95], atol=0.005)
    assert (found.adjusted, found.df) == (pytest.approx(28.68, abs=0.005), pytest.approx(18.6, abs=0.05))
    assert (found.p_adjusted, found.bonferroni) == (pytest.approx(0.0632, abs=5e-5), pytest.approx(0.1357, abs=5e-5))
    p = mr.bootstrap_marginal(ticked, group, 20_000, np.random.default_rng(1))["sum"]
    assert p == pytest.approx(0.053, abs=4 * np.sqrt(0.053 * 0.947 * (1 / 20_000 + 1 / 5_000)))


def test_printed_results_of_two_questions(golden):
    """Waste storage against contaminants, with a count of zero that is replaced by one half."""
    d = farmers(golden, "farmer2").to_numpy(float)
    found = mr.simultaneous(d[:, :3], d[:, 3:])
    assert found.statistic == pytest.approx(64.03, abs=0.005)
    assert (found.adjusted, found.df) == (pytest.approx(36.17, abs=0.005), pytest.approx(6.78, abs=0.005))
    assert found.p_adjusted < 0.0001
    assert found.bonferroni == pytest.approx(0.0019, abs=5e-5)


def test_bootstrap_equals_mrcv_within_its_error(data):
    """MRCV with 20,000 resamples: .0081 for the sum, .0078 for the product, .0482 for the minimum."""
    found = mr.bootstrap_marginal(ticks(data, "N", 5), data["gender"].to_numpy(), 20_000, np.random.default_rng(1))
    for name, p in {"sum": 0.0081, "product": 0.0078, "minimum": 0.0482}.items():
        assert found[name] == pytest.approx(p, abs=4 * np.sqrt(2 * p * (1 - p) / 20_000)), name
    again = mr.bootstrap_simultaneous(ticks(data, "N", 3), ticks(data, "E", 3), 2_000, np.random.default_rng(1))
    assert max(again.values()) < 0.01


def test_cochran(data):
    q, df, p = mr.cochran(ticks(data, "N", 5))
    assert (q, df, p) == (pytest.approx(17.98895028, abs=1e-8), 4, pytest.approx(0.00124025, abs=1e-8))
    assert q == pytest.approx(cochrans_q(ticks(data, "N", 5)).statistic)
    assert np.isnan(mr.cochran(np.ones((5, 3)))[0])


def test_level_under_dependence_between_options():
    """Options that go together: the corrected test keeps its level, the uncorrected sum would not."""
    rng, found = np.random.default_rng(2), {"adjusted": 0, "product": 0, "naive": 0}
    for _ in range(300):
        trait, group = rng.normal(size=120), rng.integers(0, 3, 120)
        ticked = (trait[:, None] + 0.4 * rng.normal(size=(120, 5)) > 0.3).astype(float)
        own = mr.marginal(ticked, group)
        found["adjusted"] += own.p_adjusted <= 0.05
        found["naive"] += mr.gammaincc(5, own.statistic / 2) <= 0.05
        found["product"] += mr.bootstrap_marginal(ticked, group, 199, rng)["product"] <= 0.05
    assert found["adjusted"] < 300 * 0.1
    assert found["product"] < 300 * 0.1
    assert found["naive"] > 300 * 0.12


def test_options_nobody_ticks_have_no_division_by_zero():
    ticked = np.column_stack([np.zeros(30), np.arange(30) % 2])
    found = mr.bootstrap_marginal(ticked, np.arange(30) % 3, 99, np.random.default_rng(3))
    assert all(0 <= p <= 1 for p in found.values())


def test_both_ways_of_drawing_two_questions_agree():
    """Patterns are counted if they are fewer than the respondents; the distribution of p is the same."""
    rng = np.random.default_rng(4)
    a, b = (rng.random((60, k)) < 0.4 for k in (2, 2))
    few = mr.bootstrap_simultaneous(a.astype(float), b.astype(float), 20_000, np.random.default_rng(1))
    unique = np.column_stack([b, np.arange(60) % 2 == 0, np.arange(60) % 3 == 0, np.arange(60) % 5 == 0]).astype(float)
    wide = mr.simultaneous(a.astype(float), unique).statistics
    assert len(np.unique(unique, axis=0)) * 4 > 60  # drawn one by one
    own = mr.simultaneous(a.astype(float), b.astype(float)).statistics
    np.testing.assert_allclose(wide.reshape(2, 5)[:, :2].ravel(), own)
    drawn = [
        mr._of_pairs(a[rng.integers(0, 60, (500, 60))].astype(float), b[rng.integers(0, 60, (500, 60))].astype(float)).sum(axis=1)
        for _ in range(40)
    ]
    p = (np.concatenate(drawn) >= own.sum() * (1 - 1e-9)).mean()
    assert few["sum"] == pytest.approx(p, abs=4 * np.sqrt(2 * 0.25 / 20_000))
