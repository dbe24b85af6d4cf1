"""What reliability says beyond alpha and omega: ordinal coefficients, two items, the bootstrap of alpha, SEM, item shares."""

import numpy as np
import pandas as pd
import pytest
from reliability_runs import analyse, coefficients, with_covariance

from practicework.errors import NotComputable
from practicework.numerics.polychoric import polychoric
from practicework.stages import reliability

pytestmark = pytest.mark.filterwarnings("error")
SCALES = ["agree", "conscientious", "extraversion", "neuroticism", "openness"]


def answers_of(bfi, name: str, n: int) -> pd.DataFrame:
    """The first complete rows of a scale, unkeyed."""
    return bfi.responses[bfi.study.scales[name].item_ids].dropna().iloc[:n]


@pytest.mark.parametrize("name", SCALES)
@pytest.mark.parametrize("people", [75, 3000])
def test_ordinal_coefficients_equal_lavaan(bfi, golden, name, people):
    """Correlations of `lavCor` to 3e-5, where ordinalcorr's optimiser stops; alpha and omega to 2e-5; psych's alpha, too."""
    data = answers_of(bfi, name, people)
    rows = golden("reliability_ordinal").query("scale == @name").set_index("n")
    expected = rows.loc[len(data)]
    scale = bfi.study.scales[name]
    r = polychoric(scale.keyed(data).to_numpy(), scale.item_ids)
    upper = np.triu_indices(5, 1)
    np.testing.assert_allclose(r[upper], expected[[f"r{number}" for number in range(1, 11)]].astype(float), atol=3e-5)
    row = coefficients(data.to_numpy(), scale)
    assert row["ordinal_alpha"] == pytest.approx(expected["ordinal_alpha"], abs=2e-5)
    assert row["ordinal_omega_total"] == pytest.approx(expected["ordinal_omega_total"], abs=2e-5)
    assert row["ordinal_alpha"] == pytest.approx(expected["psych_ordinal_alpha"], abs=2e-5)


@pytest.mark.parametrize("name", SCALES)
def test_skewness_equals_psych(bfi, golden, name):
    """`psych::skew(type = 2)`, to 1e-12."""
    expected = golden("reliability_ordinal").query("scale == @name and n > 75").iloc[0]
    items = analyse(answers_of(bfi, name, 3000), bfi.study.scales[name]).items
    np.testing.assert_allclose(items["skew"], expected[[f"skew{number}" for number in range(1, 6)]].astype(float), rtol=1e-12)


@pytest.mark.parametrize("people", [75, 150])
def test_bootstrap_of_alpha_equals_rs(bfi, golden, people):
    """R's ends, of 20,000 resamples, lie where 20,000 of ours have theirs, within four Monte Carlo standard errors."""
    expected = golden("reliability_bootstrap").set_index("n").loc[people]
    data = answers_of(bfi, "neuroticism", people).to_numpy()
    draws, _ = reliability.bootstrap_coefficients(data, None, 20_000, np.random.default_rng(1))
    error = 4 * np.sqrt(0.025 * 0.975 * 2 / 20_000)
    for column, share in (("alpha_boot_low", 0.025), ("alpha_boot_high", 0.975)):
        low, high = np.quantile(draws, [share - error, share + error])
        assert low < expected[column] < high
    row = coefficients(data, bfi.study.scales["neuroticism"])
    assert row["alpha_boot_low"] == pytest.approx(expected["alpha_boot_low"], abs=0.01)
    assert row["alpha_boot_low"] < row["alpha"] < row["alpha_boot_high"]


def test_alpha_of_resamples_equals_a_loop(bfi):
    """The definition on each resample's own rows."""
    from practicework.numerics import bootstrap

    data = answers_of(bfi, "agree", 60).to_numpy()
    counts = bootstrap.counts(60, 100, np.random.default_rng(4))
    covs = [np.cov(np.repeat(data, count, axis=0).T) for count in counts]
    loop = [5 / 4 * (1 - np.trace(cov) / cov.sum()) for cov in covs]
    np.testing.assert_allclose(reliability.bootstrap_coefficients(data, None, 100, np.random.default_rng(4))[0], loop, rtol=1e-10)


def test_cutting_a_normal_population_is_undone():
    """40,000 people's answers cut at uneven thresholds: polychoric correlations are the uncut ones, to .015."""
    r = np.array([[1, 0.6, 0.3], [0.6, 1, -0.4], [0.3, -0.4, 1]])
    z = np.random.default_rng(2).standard_normal((40_000, 3)) @ np.linalg.cholesky(r).T
    limits = [[-1, 0, 2], [0.5, 1.5], [-0.2]]
    cut = np.column_stack([np.digitize(z[:, i], limits[i]) for i in range(3)]).astype(float)
    np.testing.assert_allclose(polychoric(cut, ["a", "b", "c"]), r, atol=0.015)
    assert np.abs(np.corrcoef(cut.T) - r).max() > 0.05


def likert(n: int = 200, k: int = 3, seed: int = 1) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return np.clip(np.round(3 + rng.standard_normal((n, 1)) + rng.standard_normal((n, k))), 1, 5)


NOT_ORDINAL = {
    "decimals": (lambda data: data + np.array([0, 0.5, 0]), "the answers to b are not integers in at most 10 categories"),
    "many categories": (
        lambda data: np.column_stack([data[:, :2], np.arange(200) % 11]),
        "the answers to c are not integers in at most 10",
    ),
    "two items that agree": (
        lambda data: data[:, [0, 0, 1]],
        "the polychoric correlation of a and b is estimated at the boundary",
    ),
}


@pytest.mark.parametrize("name", NOT_ORDINAL)
def test_answers_that_have_no_polychoric_correlation(name):
    """With the items in the reason."""
    change, reason = NOT_ORDINAL[name]
    with pytest.raises(NotComputable, match=reason):
        polychoric(change(likert()), ["a", "b", "c"])


def test_a_matrix_that_does_not_fit_together_is_not_smoothed():
    """Few people, many items: the pairwise correlations are no correlation matrix."""
    data = np.random.default_rng(3).integers(1, 4, (12, 10)).astype(float)
    with pytest.raises(NotComputable, match=r"positive definite|estimated at the boundary"):
        polychoric(data, [f"i{number}" for number in range(10)])


def test_the_reason_stands_in_the_note_and_the_rest_stays(new_scale):
    """Decimals cost the ordinal coefficients and nothing else."""
    row = coefficients(likert() + np.array([0, 0.5, 0]), new_scale(3, response={"min": 1, "max": 6}))
    assert row[["ordinal_alpha", "ordinal_omega_total"]].isna().all()
    reason = "the answers to i2 are not integers in at most 10 categories"
    assert row["note"] == f"ordinal alpha and omega are not computable: {reason}"
    assert row[["alpha", "alpha_boot_low", "omega_total", "omega_low", "sem"]].notna().all()


def test_two_items_have_spearman_brown(new_scale):
    """2 r / (1 + r), which is their standardised alpha; omega says why it is not there, alpha has its intervals."""
    data = with_covariance(np.array([[1, 0.6], [0.6, 4]]))
    row = coefficients(data, new_scale(2, response={"min": -50, "max": 50}))
    r = 0.3
    assert row["spearman_brown"] == pytest.approx(2 * r / (1 + r), rel=1e-12)
    assert row["spearman_brown"] == pytest.approx(row["std_alpha"], rel=1e-12)
    assert row["note"] == "omega total is not computable: a factor of two items is not identified"
    assert row[["alpha_boot_low", "alpha_boot_high"]].notna().all()
    assert row[["omega_total", "omega_low", "ordinal_alpha"]].isna().all()


def test_two_items_against_each_other_have_no_reliability(new_scale):
    """A negative correlation would give a negative coefficient: it is refused, and so is a standard error of measurement."""
    row = coefficients(with_covariance(np.array([[1, -0.5], [-0.5, 1]])), new_scale(2, response={"min": -50, "max": 50}))
    assert row[["spearman_brown", "sem"]].isna().all()
    assert "Spearman-Brown is not computable: the two items correlate negatively" in row["note"]
    assert "the standard error of measurement is not computable: alpha is negative" in row["note"]


def test_three_items_have_no_spearman_brown(new_scale):
    assert pd.isna(coefficients(likert(), new_scale(3))["spearman_brown"])


@pytest.mark.parametrize(("method", "times"), [("mean", 1), ("sum", 3), ("pomp", 25)])
def test_standard_error_of_measurement_is_in_score_units(new_scale, method, times):
    """SD √(1 - α): of a sum of three items three times that of their mean, in percent of 1 to 5 twenty-five times."""
    row = coefficients(likert(), new_scale(3, scoring={"method": method}))
    mean = likert().mean(axis=1).std(ddof=1)
    assert row["sem"] == pytest.approx(times * mean * np.sqrt(1 - row["alpha"]), rel=1e-12)


def test_floor_ceiling_and_missing_are_shares(new_scale):
    """Floor and ceiling of keyed answers over complete rows at the declared ends; missing over everybody."""
    data = np.array([[1, 5, 3], [1, 4, 3], [5, 5, 2], [2, 1, 4], [3, 2, 5], [1, 3, 1], [np.nan, 1, 1], [4, np.nan, 2]])
    items = analyse(data, new_scale(3, reverse=("i2",))).items
    assert items["floor"].tolist() == pytest.approx([3 / 6, 2 / 6, 1 / 6])
    assert items["ceiling"].tolist() == pytest.approx([1 / 6, 1 / 6, 1 / 6])
    assert items["missing_share"].tolist() == pytest.approx([1 / 8, 1 / 8, 0])
    wide = analyse(data, new_scale(3, response={"min": 0, "max": 6})).items
    assert wide[["floor", "ceiling"]].to_numpy().tolist() == [[0, 0]] * 3
