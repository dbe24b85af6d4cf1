"""Convergent and discriminant validity against semTools and lavaan, closed forms, and what stands where there is none."""

import numpy as np
import pandas as pd
import pytest
from reliability_runs import correlated_factors, with_covariance
from scipy.stats import norm

from practicework import tables
from practicework.stages.dimensionality import confirmatory
from practicework.stages.dimensionality.item_model import ItemModel, item_models

pytestmark = pytest.mark.filterwarnings("error")


def found(models: list[ItemModel]) -> dict[str, pd.DataFrame]:
    """The tables, which keep their contracts."""
    return {name: tables.schema(f"dimensionality/{name}").validate(frame) for name, frame in confirmatory.tables(models).items()}


def models_of(data: np.ndarray, sizes: dict[str, int]) -> list[ItemModel]:
    """Each scale's own model, and that of all."""
    factors = {scale: [f"{scale}{item}" for item in range(1, size + 1)] for scale, size in sizes.items()}
    frame = pd.DataFrame(data, columns=[item for items in factors.values() for item in items])
    own = [ItemModel(scale, frame[items], {scale: items}) for scale, items in factors.items()]
    return [*own, ItemModel("all", frame, factors)]


@pytest.fixture(scope="module")
def bfi_tables(bfi) -> dict[str, pd.DataFrame]:
    """The tables of bfi's five scales."""
    return found(item_models(bfi.responses, list(bfi.study.scales.values())))


def test_variance_extracted_and_composite_reliability_equal_semtools(bfi_tables, golden):
    """From the model of all scales; to 1e-6, as near as lavaan's loadings are."""
    expected = golden("dimensionality_cfa_validity").query("model == 'all'")
    scales = bfi_tables["scales"]
    assert scales["scale"].tolist() == expected["scale"].tolist()
    np.testing.assert_allclose(scales["ave"], expected["ave"], rtol=1e-6)
    np.testing.assert_allclose(scales["composite_reliability"], expected["composite_reliability"], rtol=1e-6)
    np.testing.assert_allclose(scales["sqrt_ave"] ** 2, scales["ave"])
    assert (scales["model"] == "all").all()


def test_factor_correlations_and_their_intervals_equal_lavaan(bfi_tables, golden):
    """All ten pairs; distinct where both variances extracted exceed the shared variance."""
    expected = golden("dimensionality_cfa_correlations").query("model == 'all'")
    table = bfi_tables["fornell_larcker"]
    for column in ("r", "ci_low", "ci_high"):
        np.testing.assert_allclose(table[column], expected[column], atol=1e-5)
    np.testing.assert_allclose(table["std_error"], expected["std_error"], atol=1e-6)
    smaller = table[["ave_a", "ave_b"]].min(axis=1)
    assert table["distinct"].tolist() == (smaller > table["r"] ** 2).tolist()
    assert table.query("not distinct")[["scale_a", "scale_b"]].to_numpy().tolist() == [["agree", "extraversion"]]


def test_loadings_of_every_model_equal_lavaan(bfi_tables, golden):
    """With p and intervals, as `standardizedSolution` has them."""
    expected = golden("dimensionality_cfa_loadings").query("model not in ('small', 'mixed')")
    table = bfi_tables["loadings"]
    assert table[["model", "scale", "item"]].to_numpy().tolist() == expected[["model", "scale", "item"]].to_numpy().tolist()
    for column in ("loading", "ci_low", "ci_high"):
        np.testing.assert_allclose(table[column], expected[column], atol=1e-5)
    np.testing.assert_allclose(table["p_value"], expected["p_value"], atol=1e-6)


def test_largest_factor_correlation_of_each_scale(bfi_tables):
    """In absolute value."""
    table, scales = bfi_tables["fornell_larcker"], bfi_tables["scales"].set_index("scale")
    for scale in scales.index:
        pairs = table[(table["scale_a"] == scale) | (table["scale_b"] == scale)]
        assert scales.loc[scale, "max_abs_r"] == pytest.approx(pairs["r"].abs().max(), rel=1e-12)


def test_closed_forms():
    """Equal loadings l: variance extracted l², composite reliability k l² / (1 + (k - 1) l²), that is Spearman-Brown."""
    table = found(models_of(with_covariance(correlated_factors([[0.7] * 4, [0.6] * 3], 0.5)), {"a": 4, "b": 3}))
    scales = table["scales"].set_index("scale")
    assert scales["ave"].tolist() == pytest.approx([0.49, 0.36], abs=1e-8)
    expected = [4 * 0.49 / (1 + 3 * 0.49), 3 * 0.36 / (1 + 2 * 0.36)]
    assert scales["composite_reliability"].tolist() == pytest.approx(expected, abs=1e-8)
    row = table["fornell_larcker"].iloc[0]
    assert [row["r"], row["r_squared"]] == pytest.approx([0.5, 0.25], abs=1e-8)
    assert row["distinct"]


def test_scales_of_one_thing_are_not_distinct():
    row = found(models_of(with_covariance(correlated_factors([[0.6] * 4, [0.6] * 4], 0.9)), {"a": 4, "b": 4}))[
        "fornell_larcker"
    ].iloc[0]
    assert not row["distinct"]
    assert row["r_squared"] == pytest.approx(0.81, abs=1e-7)


def test_both_variances_extracted_must_exceed_the_shared_one():
    """One of .81 beside one of .16, and a shared variance of .36."""
    data = with_covariance(correlated_factors([[0.9] * 3, [0.4] * 3], 0.6))
    row = found(models_of(data, {"a": 3, "b": 3}))["fornell_larcker"].iloc[0]
    assert row["ave_b"] < row["r_squared"] < row["ave_a"]
    assert not row["distinct"]


def test_p_of_a_weak_loading_is_two_sided():
    """Normal distribution; its 95% interval contains zero where p is above .05."""
    loadings = found(models_of(with_covariance(correlated_factors([[0.8, 0.8, 0.15, 0.7]], 1.0)), {"a": 4})[:1])["loadings"]
    expected = 2 * norm.sf(np.abs(loadings["loading"] / loadings["std_error"]))
    np.testing.assert_allclose(loadings["p_value"], expected, rtol=1e-9)
    assert 0.05 < loadings["p_value"].iloc[2] < 0.5
    assert loadings["ci_low"].iloc[2] < 0 < loadings["ci_high"].iloc[2]


def likert(sizes: tuple[int, ...], n: int = 200, seed: int = 1) -> np.ndarray:
    rng = np.random.default_rng(seed)
    general = rng.standard_normal((n, 1))
    parts = [0.5 * general + rng.standard_normal((n, 1)) + 0.8 * rng.standard_normal((n, size)) for size in sizes]
    return np.concatenate(parts, axis=1)


def test_a_scale_of_two_items_is_fitted_among_the_others():
    """Alone it is not identified, together it is."""
    table = found(models_of(likert((2, 4), seed=2), {"a": 2, "b": 4}))
    fit = table["fit"].set_index("model")
    assert fit.loc["a", "note"] == "not computable: a factor of two items alone is not identified"
    assert fit.loc["all", ["chisq", "cfi"]].notna().all()
    assert table["scales"].set_index("scale")["ave"].notna().all()


def test_a_scale_of_one_item_is_left_out_and_told():
    """The others are fitted without it; its row and its pairs say why they are empty."""
    table = found(models_of(likert((1, 4, 4)), {"a": 1, "b": 4, "c": 4}))
    fit = table["fit"].set_index("model")
    assert fit.loc["all", "note"] == "without a (single item)"
    assert fit.loc["all", "items"] == 8
    scales = table["scales"].set_index("scale")
    assert "a single item" in scales.loc["a", "note"]
    assert scales["ave"].isna().tolist() == [True, False, False]
    pairs = table["fornell_larcker"].set_index(["scale_a", "scale_b"])
    assert pairs["r"].isna().tolist() == [True, True, False]
    assert pairs.loc[("a", "b"), "note"] == "not computable: a single item has no factor"


def test_two_scales_of_which_one_has_one_item_have_no_common_model():
    """Validity is then that of the other scale's own model, and says so."""
    table = found(models_of(likert((1, 4)), {"a": 1, "b": 4}))
    assert "fewer than two scales have several items" in table["fit"].set_index("model").loc["all", "note"]
    row = table["scales"].set_index("scale").loc["b"]
    assert row["model"] == "b"
    assert row["note"] == "from the scale's own model, since the model of all scales cannot be fitted"
    assert np.isfinite(row["ave"])


def test_where_all_cannot_be_fitted_each_scale_has_its_own_model():
    """More items than people in all, not in each."""
    table = found(models_of(likert((6, 6), n=11), {"a": 6, "b": 6}))
    assert "no more respondents (11) than items (12)" in table["fit"].set_index("model").loc["all", "note"]
    assert table["scales"]["model"].tolist() == ["a", "b"]
    assert table["fornell_larcker"]["r"].isna().all()
    assert "no more respondents" in table["fornell_larcker"]["note"].iloc[0]


def test_an_impossible_loading_costs_what_rests_on_it():
    """The loading is shown with its warning; variance extracted and composite reliability are not computed."""
    r = np.array([[1, 0.8, 0.7], [0.8, 1, 0.4], [0.7, 0.4, 1]])
    table = found(models_of(with_covariance(r), {"a": 3})[:1])
    assert table["loadings"]["loading"].iloc[0] > 1
    assert table["loadings"]["note"].iloc[0] == "improper solution: the residual variance is not positive"
    assert table["loadings"]["note"].iloc[1:].isna().all()
    row = table["scales"].iloc[0]
    assert pd.isna(row["ave"])
    assert "an item's residual variance is not positive" in row["note"]
    fit = table["fit"].iloc[0]
    assert "just identified" in fit["note"]
    assert "improper solution: the residual variance of a1 is not positive" in fit["note"]
    assert pd.isna(fit["chisq"])
