"""Indices of content validity equal printed ones; subsets, factor models, graded responses and ICC equal R."""

import numpy as np
import pandas as pd
import pytest
from developments import ITEMS, answers, material

from practicework.errors import NotComputable
from practicework.numerics import content_validity, graded_response, item_subsets
from practicework.stages.development import content, pilot
from practicework.study.development import Criteria

# indices


def test_sorting_indices_equal_printed_ones():
    """The example of the R package contentvalidR: 20 judges, hits 18 16 13 18 17 14 (its vignette)."""
    hits = [18, 16, 13, 18, 17, 14]
    found = [content_validity.sorting(np.array([one, 20 - one]), 0, 20) for one in hits]
    np.testing.assert_allclose([one["p_sa"] for one in found], [0.9, 0.8, 0.65, 0.9, 0.85, 0.7])
    np.testing.assert_allclose([one["c_sv"] for one in found], [0.8, 0.6, 0.3, 0.8, 0.7, 0.4])
    np.testing.assert_allclose([one["p_value"] for one in found], [0, 0.006, 0.132, 0, 0.001, 0.058], atol=6e-4)
    assert content_validity.exceeding_half(15, 20) == pytest.approx(0.02069473, abs=1e-8)
    assert content_validity.exceeding_half(14, 20) == pytest.approx(0.05765915, abs=1e-8)
    assert [content_validity.needed(n) for n in (20, 30, 40)] == [15, 20, 26]  # Howard and Melloy (2016)
    assert [round(content_validity.power(n, 0.7), 2) for n in (20, 30, 40)] == [0.42, 0.73, 0.81]


def test_norms():
    """Colquitt et al.'s bands of the same example, overall and by the correlation with the other constructs."""
    values = (("p_sa", 0.7833333), ("c_sv", 0.5666667), ("p_sa", 0.8166667), ("c_sv", 0.6333333))
    bands = [content_validity.band(*one) for one in values]
    assert bands == ["moderate", "moderate", "moderate", "strong"]
    bands = [content_validity.band(*one, orbiting) for one, orbiting in zip(values, (0.42, 0.42, 0.28, 0.28), strict=True)]
    assert bands == ["moderate", "moderate", "weak", "weak"]
    assert content_validity.band("htd", 0.01) == "lack"


@pytest.mark.parametrize(("n", "agree", "kappa"), [(10, 8, 0.79), (10, 7, 0.66), (10, 9, 0.90), (9, 7, 0.76), (9, 6, 0.60)])
def test_modified_kappa_equals_a_printed_table(n, agree, kappa):
    """BMC Health Services Research 2017, 10.1186/s12913-017-2469-8, Table 10."""
    assert content_validity.kappa(agree, n) == pytest.approx(kappa, abs=0.005)


def test_ratio_and_aiken():
    assert content_validity.ratio(8, 10) == (0.6, pytest.approx(0.0546875))
    v, low, high = content_validity.aiken([4, 4, 3, 4, 2], 1, 4)
    assert v == pytest.approx(0.8)
    assert 0 < low < v < high < 1
    assert content_validity.aiken([4] * 5, 1, 4)[0] == 1


def test_experts(folder):
    """Five of six agree: I-CVI .83; of twelve items two at 5/6 give S-CVI/Ave .97 and UA .83 (PMC7253559)."""
    rows = [
        f"J{judge},{item['id']},{3 if (judge, item['id']) not in ((1, 'a1'), (2, 'b2')) else 2}"
        for judge in range(6)
        for item in ITEMS
    ]
    read = answers(folder, "judge,item,relevance\n" + "\n".join(rows), "experts")
    table = content.experts(read.experts(), material(folder)).set_index("item")
    assert table.loc["a1", "i_cvi"] == pytest.approx(5 / 6)
    assert table["i_cvi"].mean() == pytest.approx(0.9722, abs=1e-4)
    assert (table["i_cvi"] == 1).mean() == pytest.approx(0.8333, abs=1e-4)
    columns = ["construct", "item", "p_sa", "c_sv", "htc", "htd"]
    empty = {name: pd.DataFrame(columns=columns) for name in ("sorting", "ratings")}
    own = content.scales(empty | {"experts": table.reset_index()}, material(folder), Criteria())
    assert own["index"].tolist() == ["s_cvi_ave", "s_cvi_ua"] * 2


def test_rating_task_equals_r(folder, golden):
    data = golden("development_ratings")
    text = "judge,item,construct,rating\n" + "\n".join(f"{r.judge},a1,{r.construct},{r.rating}" for r in data.itertuples())
    read = answers(folder, text, "ratings")
    found = content.ratings(read.ratings(), material(folder), Criteria())
    row, r = found["ratings"].iloc[0], golden("development_anova").iloc[0]
    assert [row["f"], row["epsilon"], row["p_value"]] == pytest.approx([r["f"], r["epsilon"], r["p_value"]], rel=1e-9)
    assert found["ratings_contrasts"]["p_holm"].tolist() == pytest.approx([r["holm_b"], r["holm_c"]], rel=1e-9)
    means = data.groupby("construct")["rating"].mean()
    assert row["htc"] == pytest.approx(means["a"] / 5)
    assert row["htd"] == pytest.approx((means["a"] - (means["b"] + means["c"]) / 2) / 4)


# the pilot


@pytest.fixture(scope="module")
def big_five(root) -> pd.DataFrame:
    data = pd.read_csv(root / "examples/bfi/data/raw/bfi.csv")[[f"{one}{place}" for one in "AC" for place in range(1, 6)]].astype(
        float
    )
    data[["A1", "C4", "C5"]] = 7 - data[["A1", "C4", "C5"]]
    return data.dropna().head(500)


def test_every_subset_equals_lavaan(big_five, golden):
    """All 210 subsets of four of ten items, one factor each."""
    subsets = item_subsets.candidates(10, 4, [0] * 10)
    own = item_subsets.evaluate(np.corrcoef(big_five.to_numpy().T), 500, subsets)
    r = golden("development_subsets")
    names = list(big_five)
    assert [" ".join(names[at] for at in some) for some in subsets] == r["items"].tolist()
    fine = ~np.isnan(own["chisq"])
    assert fine.mean() > 0.97
    # where lavaan stops in a local minimum, our χ² is smaller
    assert (own["chisq"][fine] < r["chisq"][fine] + 1e-4).all()
    same = fine & (own["chisq"] > r["chisq"] - 1e-4)
    assert same.sum() >= 202
    for column, tolerance in (("chisq", 1e-4), ("cfi", 1e-5), ("rmsea", 1e-5), ("omega", 1e-5), ("r_full", 1e-9)):
        np.testing.assert_allclose(own[column][same], r[column][same], atol=tolerance, err_msg=column)


def test_the_front_is_what_nothing_exceeds():
    points = np.round(np.random.default_rng(3).normal(size=(400, 3)), 1)
    points[7] = points[11]
    brute = [not ((points >= one).all(axis=1) & (points > one).any(axis=1)).any() for one in points]
    assert item_subsets.front(points).tolist() == brute
    assert not item_subsets.front(np.array([[np.nan, 9.0], [1.0, 1.0]]))[0]


def test_subsets_keep_every_facet():
    found = item_subsets.candidates(6, 3, [0, 0, 0, 1, 1, 2])
    assert all({0, 1, 2} == {[0, 0, 0, 1, 1, 2][at] for at in some} for some in found)
    assert len(found) == 6
    with pytest.raises(NotComputable, match="no subset of 2 items has one of each of 3 facets"):
        item_subsets.candidates(6, 2, [0, 0, 0, 1, 1, 2])
    with pytest.raises(NotComputable, match="there are 38,760 subsets of 6 of 20 items, and at most 20,000"):
        item_subsets.candidates(20, 6, [0] * 20)


def test_confirmation_equals_r(big_five, golden):
    parts = pilot.Halves(big_five, big_five, None, [])
    own = pilot.confirmed(parts, {"a": ["A2", "A3", "A5"], "c": ["C1", "C2", "C3", "C4"]}).set_index("construct")
    r = golden("development_confirmation").iloc[0]
    for column in ("chisq", "df", "p_value", "cfi", "rmsea", "srmr"):
        assert own.loc["all", column] == pytest.approx(r[column], abs=2e-5), column
    assert own.loc["a", "alpha"] == pytest.approx(r["alpha_a"], rel=1e-9)
    assert own.loc["a", "htmt2"] == own.loc["c", "htmt2"] == pytest.approx(r["htmt2"], abs=1e-6)


def test_graded_response_model_equals_mirt(root):
    """N1 to N5 of bfi, 2,694 people; mirt 1.47 with 101 quadrature points."""
    data = pd.read_csv(root / "examples/bfi/data/raw/bfi.csv")[[f"N{place}" for place in range(1, 6)]].dropna().to_numpy(float)
    model = graded_response.fit(data)
    np.testing.assert_allclose(model.slopes, [3.135893, 2.897435, 2.032609, 1.279314, 1.115797], atol=1e-4)
    np.testing.assert_allclose(model.thresholds[0], [-0.816421, -0.097458, 0.335055, 0.970649, 1.702672], atol=1e-4)
    np.testing.assert_allclose(model.thresholds[4], [-1.301733, -0.129873, 0.480372, 1.453385, 2.507248], atol=1e-4)
    assert model.log_likelihood == pytest.approx(-21079.66157, abs=1e-4)
    assert model.aic == pytest.approx(42219.32314, abs=1e-4)
    total = model.information(np.arange(-3.0, 4.0)).sum(axis=0)
    np.testing.assert_allclose(total, [0.5210, 2.4699, 6.7257, 7.7007, 7.3444, 5.1243, 1.1859], atol=2e-4)
    assert model.reliability == pytest.approx(0.864255, abs=1e-5)


def test_graded_response_model_of_missing_answers_and_degenerate_items():
    rng = np.random.default_rng(2)
    trait = rng.normal(size=800)
    data = np.column_stack([np.searchsorted([-1, 0, 1], 1.5 * trait + rng.logistic(size=800)) for _ in range(5)]).astype(float)
    whole = graded_response.fit(data)
    holes = np.where(rng.random(data.shape) < 0.1, np.nan, data)
    np.testing.assert_allclose(graded_response.fit(holes).slopes, whole.slopes, atol=0.35)
    assert graded_response.fit(holes).n == 800
    with pytest.raises(NotComputable, match="item 2 has the same answer for everybody"):
        graded_response.fit(np.column_stack([data[:, 0], np.ones(800)]))


def test_test_retest_equals_r(golden):
    waves, r = golden("development_waves"), golden("development_icc").iloc[0]
    first, second = (waves[[name]].set_axis(["i"], axis=1) for name in ("one", "two"))
    own = pilot._icc(first, second, ["i"], 0.95)
    assert [own["icc"], own["icc_low"], own["icc_high"]] == pytest.approx([r["icc"], r["low"], r["high"]], rel=1e-6)
