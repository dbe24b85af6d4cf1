"""HTMT and HTMT2 against semTools, R's own bootstrap, closed forms and a brute-force loop."""

import numpy as np
import pandas as pd
import pytest
from reliability_runs import correlated_factors, with_covariance

from practicework import tables
from practicework.numerics import bootstrap
from practicework.stages.dimensionality import htmt
from practicework.stages.dimensionality.item_model import ItemModel, item_models

pytestmark = pytest.mark.filterwarnings("error")
RATIOS = ["htmt", "htmt2"]
ENDS = ["htmt_low", "htmt_high", "htmt2_low", "htmt2_high"]


def model_of(data: np.ndarray, sizes: tuple[int, ...]) -> ItemModel:
    """Columns as the items of scales of some sizes, listwise."""
    names = [[f"{'abcdef'[scale]}{item}" for item in range(1, size + 1)] for scale, size in enumerate(sizes)]
    frame = pd.DataFrame(data, columns=[item for items in names for item in items]).dropna()
    return ItemModel("all", frame, {items[0][0]: items for items in names})


def table(model: ItemModel | None, resamples: int = 200, seed: int = 1) -> pd.DataFrame:
    """The table, which keeps its contract."""
    return tables.schema("dimensionality/htmt").validate(htmt.table(model, resamples, np.random.default_rng(seed)))


@pytest.fixture(scope="module")
def whole(bfi) -> ItemModel:
    """The 25 items of bfi, complete rows."""
    return item_models(bfi.responses, list(bfi.study.scales.values()))[-1]


@pytest.fixture(scope="module")
def small(whole) -> ItemModel:
    """Its first 75 people."""
    return ItemModel("all", whole.answers.iloc[:75], whole.factors)


def test_ratios_equal_semtools(whole, small, golden):
    """All ten pairs, of 2,436 people and of 75, to 1e-12."""
    for model in (whole, small):
        expected = golden("dimensionality_htmt").query("n == @model.n")
        found = table(model)
        assert len(found) == len(expected) == 10
        assert found[["scale_a", "scale_b"]].to_numpy().tolist() == expected[["scale_a", "scale_b"]].to_numpy().tolist()
        np.testing.assert_allclose(found[RATIOS], expected[RATIOS], rtol=1e-12)


def test_intervals_equal_those_of_rs_bootstrap(small, golden):
    """R's ends, of 20,000 resamples, lie where 20,000 of ours have theirs, within four Monte Carlo standard errors."""
    expected = golden("dimensionality_htmt_intervals")
    draws = htmt.resampled(small, 20_000, np.random.default_rng(2))
    error = 4 * np.sqrt(0.025 * 0.975 * (1 / 20_000 + 1 / 20_000))
    signed = htmt.ratios(small.correlations[None], htmt.positions(small))[:, 0, 2]
    draws[:, :, 2] *= np.sign(signed)
    for column, ratio in (("htmt", 2), ("htmt2", 1)):
        for end, share in (("low", 0.025), ("high", 0.975)):
            between = np.nanquantile(draws[:, :, ratio], [share - error, share + error], axis=0)
            value = expected[f"{column}_{end}"].to_numpy()
            assert ((between[0] < value) & (value < between[1])).all(), (column, end)


def test_draws_equal_a_loop_over_the_same_resamples(small):
    """Numpy's correlations of the drawn rows, one resample after the other."""
    counts = bootstrap.counts(75, 50, np.random.default_rng(3))
    answers, scales = small.answers.to_numpy(), htmt.positions(small)
    loop = [htmt.ratios(np.corrcoef(np.repeat(answers, count, axis=0).T)[None], scales)[:, 0] for count in counts]
    np.testing.assert_allclose(htmt.resampled(small, 50, np.random.default_rng(3)), loop, rtol=1e-10)


def test_intervals_are_quantiles_of_the_draws(small):
    """The 2.5th and 97.5th percentile, and the number of resamples behind them."""
    found = table(small, 300, seed=5)
    draws = htmt.resampled(small, 300, np.random.default_rng(5))
    for number, row in found.iterrows():
        usable = draws[np.isfinite(draws[:, number]).all(axis=1), number]  # a scale's own correlations may have one of zero
        assert row["resamples"] == len(usable) >= 295
        low, high = np.quantile(usable, [0.025, 0.975], axis=0)
        signed = (low[2], high[2]) if row["htmt_signed"] > 0 else (-high[2], -low[2])
        np.testing.assert_allclose(row[ENDS[:2]].astype(float), signed)
        if low[1] <= row["htmt2"] <= high[1]:
            np.testing.assert_allclose(row[ENDS[2:]].astype(float), [low[1], high[1]])
        else:
            assert row[ENDS[2:]].isna().all()


def test_the_interval_of_small_ratios_contains_the_truth():
    """n = 75, five-point items, a factor correlation of .15: 150 samples, within four standard errors of 95%."""
    rng, hits, inside = np.random.default_rng(3), 0, 0
    root = np.linalg.cholesky(correlated_factors([[0.7, 0.7, 0.7, 0.7], [0.7, 0.7, 0.7, 0.7]], 0.15)).T
    for seed in range(150):
        answers = np.clip(np.round(1.1 * rng.standard_normal((75, 8)) @ root + 3), 1, 5)
        one = model_of(answers, (4, 4))
        row = table(one, 400, seed=seed).iloc[0]
        hits += row["htmt_low"] <= np.sign(row["htmt_signed"]) * 0.15 <= row["htmt_high"]
        ends = np.quantile(htmt.resampled(one, 400, np.random.default_rng(seed))[:, 0, 0], [0.025, 0.975])
        inside += ends[0] <= 0.15 <= ends[1]
    assert hits / 150 > 0.95 - 4 * np.sqrt(0.05 * 0.95 / 150)
    assert inside / 150 < 0.5  # of the absolute ratio


def test_an_interval_that_does_not_contain_htmt2_is_omitted():
    """A correlation of exactly zero makes HTMT2 zero, and no resample does so."""
    r = np.array([[1, 0.6, 0.4, 0.0], [0.6, 1, 0.3, 0.2], [0.4, 0.3, 1, 0.5], [0.0, 0.2, 0.5, 1]])
    row = table(model_of(with_covariance(r), (2, 2))).iloc[0]
    assert row["htmt2"] == 0
    assert np.isnan(row["htmt2_low"])
    assert row["note"].startswith("HTMT2 is zero because")
    assert row["htmt_low"] < row["htmt"] < row["htmt_high"]


def test_equal_loadings_give_the_factor_correlation():
    """Both ratios."""
    data = with_covariance(correlated_factors([[0.7] * 3, [0.6] * 4], 0.5))
    assert table(model_of(data, (3, 4)))[RATIOS].iloc[0].tolist() == pytest.approx([0.5, 0.5], rel=1e-9)


def test_unequal_loadings_give_it_in_geometric_means_only():
    """The reason for HTMT2."""
    row = table(model_of(with_covariance(correlated_factors([[0.9, 0.7, 0.4], [0.8, 0.6, 0.3, 0.5]], 0.5)), (3, 4))).iloc[0]
    assert row["htmt2"] == pytest.approx(0.5, rel=1e-9)
    assert abs(row["htmt"] - 0.5) > 0.005


def test_the_interval_covers_the_factor_correlation():
    """In 300 samples of 150 people the 95% interval of HTMT2 covers it in 91% to 98%."""
    rng, root = np.random.default_rng(7), np.linalg.cholesky(correlated_factors([[0.8, 0.7, 0.6], [0.8, 0.7, 0.5]], 0.5)).T
    covered = 0
    for _ in range(300):
        draws = htmt.resampled(model_of(rng.standard_normal((150, 6)) @ root, (3, 3)), 400, rng)[:, 0, 1]
        low, high = np.quantile(draws, [0.025, 0.975])
        covered += low < 0.5 < high
    assert 0.91 <= covered / 300 <= 0.98


def test_what_changes_nothing(small):
    """Reversed items, other origins and units, people in another order, items and scales in another order."""
    base = table(small)
    numbers = [*RATIOS, *ENDS]
    turned = small.answers.copy()
    turned[["A1", "C4", "N2"]] = 7 - turned[["A1", "C4", "N2"]]
    # a reversed item changes signs, and so the signed ratio
    np.testing.assert_allclose(table(ItemModel("all", turned, small.factors))[RATIOS], base[RATIOS], rtol=1e-9)
    np.testing.assert_allclose(table(ItemModel("all", small.answers * 3 + 2, small.factors))[numbers], base[numbers], rtol=1e-9)
    people = table(ItemModel("all", small.answers.iloc[::-1], small.factors))
    np.testing.assert_allclose(people[RATIOS], base[RATIOS], rtol=1e-12)
    factors = {scale: items[::-1] for scale, items in reversed(small.factors.items())}
    again = table(ItemModel("all", small.answers[[item for items in factors.values() for item in items]], factors))
    swapped = again.rename(columns={"scale_a": "scale_b", "scale_b": "scale_a"}).set_index(["scale_a", "scale_b"])
    pairs = base.set_index(["scale_a", "scale_b"])
    np.testing.assert_allclose(swapped.loc[pairs.index, numbers], pairs[numbers], rtol=1e-9)


def test_same_seed_same_bytes(small):
    pd.testing.assert_frame_equal(table(small), table(small), check_exact=True)
    assert (table(small, seed=2)["htmt_low"] != table(small)["htmt_low"]).any()


def test_one_scale_has_no_pair():
    assert table(None).empty


def test_a_scale_of_a_single_item_has_no_ratio():
    """The other pairs have theirs."""
    data = np.random.default_rng(1).standard_normal((60, 5)) + np.random.default_rng(2).standard_normal((60, 1))
    found = table(model_of(data, (2, 1, 2))).set_index(["scale_a", "scale_b"])
    assert found["htmt"].notna().tolist() == [False, True, False]
    assert found.loc[("a", "b"), "note"] == "not computable: no correlations within b (single item)"
    assert found.loc[("a", "b"), [*RATIOS, *ENDS, "resamples"]].isna().all()
    assert pd.isna(found.loc[("a", "c"), "note"])


def test_items_of_a_scale_that_correlate_by_exactly_zero_have_no_geometric_mean():
    """HTMT2 would be infinite; HTMT, of arithmetic means, is there."""
    r = np.full((5, 5), 0.4) + 0.6 * np.eye(5)
    r[0, 1] = r[1, 0] = 0
    row = table(model_of(with_covariance(r), (3, 2))).iloc[0]
    assert row["htmt"] == pytest.approx(0.4 / np.sqrt((0.8 / 3) * 0.4), rel=1e-9)
    assert row[["htmt2", *ENDS]].isna().all()
    assert "two items of one scale have a correlation of exactly zero" in row["note"]


REFUSED = {
    "constant": (lambda data: data[:, [0, 1, 2, 3]] * [1, 0, 1, 1], "everyone gave the same answer to a2"),
    "four people": (lambda data: data[:4], "fewer than 5 respondents"),
    "nobody": (lambda data: data * np.nan, "fewer than 5 respondents"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_data_that_bear_no_correlation_are_refused(name):
    """With the reason, and no number."""
    change, reason = REFUSED[name]
    row = table(model_of(change(np.random.default_rng(1).standard_normal((60, 4))), (2, 2))).iloc[0]
    assert row[[*RATIOS, *ENDS]].isna().all()
    assert reason in row["note"]


def test_too_few_usable_resamples_bear_no_interval():
    """One person answers each item otherwise: in most resamples one item or another is constant."""
    data = np.eye(16)
    row = table(model_of(data, (8, 8))).iloc[0]
    assert np.isfinite(row["htmt"])
    assert row[ENDS].isna().all()
    assert "in nearly every resample an item is constant" in row["note"]
