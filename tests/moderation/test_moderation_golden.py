"""Moderation with categories, and how sure one can be of it, against R (lm, car, sandwich, lmtest) on simulated data."""

import numpy as np
import pandas as pd
import pytest
from moderation_runs import analyse, fit
from scipy import stats

from practicework.numerics import power
from practicework.study.settings import Model

MODELS = {
    "quantity": Model(outcome="y", predictor="x", moderator="w", covariates=("c",)),
    "moderator": Model(outcome="y", predictor="x", moderator="g", covariates=("c",)),
    "predictor": Model(outcome="y", predictor="g", moderator="w"),
    "both": Model(outcome="y", predictor="g", moderator="h"),
    "covariate": Model(outcome="y", predictor="x", moderator="w", covariates=("g",)),
}
RELIABILITIES = {"x": 0.8, "w": 0.7, "c": 0.9}


@pytest.fixture(scope="module")
def synthetic(golden) -> pd.DataFrame:
    """The data that tests/golden/moderation/moderation.R computes."""
    return golden("moderation_synthetic")


@pytest.fixture(scope="module")
def found(synthetic):
    """All tables of each model, uncentred as R fits them."""
    return {
        name: analyse(synthetic, model, center="none", categories=("g", "h"), reliabilities=RELIABILITIES)
        for name, model in MODELS.items()
    }


@pytest.mark.parametrize("name", MODELS)
def test_coefficients_equal_r(found, golden, name):
    """Indicators of the categories, products of all columns, HC3; 1e-9."""
    expected = golden("moderation_coefficients").query("model == @name").set_index("term")
    table = found[name]["coefficients"].set_index("term")
    assert set(table.index) == set(expected.index)
    for column in ("estimate", "std_error", "std_error_hc3", "p_value_hc3", "ci_low_hc3", "ci_high_hc3"):
        np.testing.assert_allclose(table.loc[expected.index, column], expected[column], rtol=1e-9, err_msg=column)


@pytest.mark.parametrize("name", MODELS)
def test_joint_tests_equal_r(found, golden, name):
    """`anova` and `car::linearHypothesis`, of the interaction and of a categorical predictor at a probe; 1e-9."""
    expected = golden("moderation_omnibus").query("model == @name").fillna({"probe": ""}).set_index("probe")
    table = found[name]["omnibus"].fillna({"probe": ""}).set_index("probe").loc[expected.index]
    for column in ("df1", "df2", "f", "p_value", "f_hc3", "p_value_hc3"):
        np.testing.assert_allclose(table[column].astype(float), expected[column], rtol=1e-9, err_msg=column)
    fit_row = found[name]["fit"].iloc[0]
    whole = expected.loc[""]
    assert fit_row["df_change"] == whole["df1"]
    assert fit_row["f_change"] == pytest.approx(whole["f"], rel=1e-9)
    assert fit_row["p_change_hc3"] == pytest.approx(whole["p_value_hc3"], rel=1e-9)


def test_effects_in_categories_equal_refits_with_another_reference(found, golden):
    """And their contrasts, with Holm's correction."""
    expected, table = golden("moderation_effects"), found["moderator"]["conditional_effects"]
    assert table["probe"].tolist() == ["g[1]", "g[2]", "g[3]"]
    for column in ("effect", "std_error", "std_error_hc3", "ci_low_hc3", "ci_high_hc3"):
        np.testing.assert_allclose(table[column], expected[column], rtol=1e-9, err_msg=column)
    pairs, contrasts = golden("moderation_contrasts"), found["moderator"]["contrasts"]
    assert list(zip(contrasts["probe_a"], contrasts["probe_b"], strict=True)) == [
        ("g[1]", "g[2]"),
        ("g[1]", "g[3]"),
        ("g[2]", "g[3]"),
    ]
    for column in ("difference", "p_value", "p_holm"):
        np.testing.assert_allclose(contrasts[column], pairs[column], rtol=1e-9, err_msg=column)
    for table in ("johnson_neyman", "johnson_neyman_regions", "johnson_neyman_alternatives", "effect_curve", "linearity"):
        assert found["moderator"][table].empty


def test_standardised_coefficients_and_inflation_equal_r(synthetic, golden):
    """Of the centred model, whatever its centring for the standardised ones."""
    expected = golden("moderation_standardised").set_index("term")
    for center in ("mean", "none"):
        table = analyse(synthetic, MODELS["quantity"], center=center)["coefficients"].set_index("term").loc[expected.index]
        np.testing.assert_allclose(table["beta"], expected["beta"], rtol=1e-8)
        if center == "mean":
            np.testing.assert_allclose(table["vif"], expected["vif"], rtol=1e-8)


def test_johnson_neyman_with_hc3_equals_r(found, golden):
    """The roots of the quadratic with the HC3 covariance."""
    table = found["quantity"]["johnson_neyman_alternatives"].query("method == 'hc3'")
    np.testing.assert_allclose(table["boundary"], golden("moderation_johnson_neyman_hc3")["boundary"], rtol=1e-8)


@pytest.mark.parametrize("method", ["fdr", "fdr_hc3"])
def test_false_discovery_rate_equals_p_adjust(found, golden, method):
    """A value of the moderator lies in a region of significance exactly where R's corrected p is at most .05."""
    expected = golden("moderation_fdr")
    regions = found["quantity"]["johnson_neyman_regions_alternatives"].query("method == @method")
    inside = np.array(
        [
            ((regions["from"] <= one) & (one <= regions["to"]) & (regions["sign"] != "not significant")).any()
            for one in expected["value"]
        ]
    )
    np.testing.assert_array_equal(inside, expected[method] <= 0.05)
    assert 0 < inside.mean() < 1


def test_influence_equals_r(found, golden):
    """Residuals, leverage, studentised residuals, Cook's distance, DFBETAS, and refits without each respondent."""
    expected = golden("moderation_influence")
    table, without = found["quantity"]["influence"], found["quantity"]["leave_one_out"]
    for column in ("residual", "leverage", "studentized_residual", "cooks_distance"):
        np.testing.assert_allclose(table[column], expected[column], rtol=1e-8, atol=1e-12, err_msg=column)
    for column, r in (("estimate", "estimate"), ("dfbetas", "dfbetas"), ("std_error", "std_error_hc3")):
        np.testing.assert_allclose(without[column], expected[r], rtol=1e-8, atol=1e-12, err_msg=column)


def test_influence_with_classical_errors_equals_r(synthetic, golden):
    """Where the study shows the ordinary interval."""
    without = analyse(synthetic, MODELS["quantity"], interval="ols")["leave_one_out"]
    np.testing.assert_allclose(without["std_error"], golden("moderation_influence")["std_error"], rtol=1e-9)


def test_checks_equal_r(found, golden):
    """Shapiro-Wilk to the precision of its algorithm; the others to 1e-8."""
    expected, table = golden("moderation_checks").set_index("check"), found["quantity"]["checks"].set_index("check")
    for check in expected.index:
        tolerance = 1e-6 if check == "shapiro_wilk" else 1e-8
        np.testing.assert_allclose(table.loc[check, ["statistic", "p_value"]].astype(float), expected.loc[check], rtol=tolerance)
    bins, r = found["quantity"]["linearity"], golden("moderation_linearity")
    for column in ("median", "n", "effect", "std_error"):
        np.testing.assert_allclose(bins[column].astype(float), r[column], rtol=1e-8, err_msg=column)


def test_sensitivity_equals_r(found, golden):
    """Power from pf, errors of sign and size by numerical integration, the number needed by counting up."""
    table = found["quantity"]["sensitivity"].query("attenuation == 1 and quantity != 'smallest_effect'")
    table = pd.concat([table.query("quantity == 'effect'"), _smallest(found)]).sort_values("delta_r_squared")
    expected = golden("moderation_sensitivity")
    for column, tolerance in (("delta_r_squared", 0), ("power", 1e-8), ("type_s", 1e-7), ("type_m", 1e-5), ("n_required", 0)):
        np.testing.assert_allclose(table[column].astype(float), expected[column], rtol=tolerance, atol=1e-12, err_msg=column)
    least = found["quantity"]["sensitivity"].query("quantity == 'minimum_detectable'").iloc[0]
    assert least["delta_r_squared"] == pytest.approx(golden("moderation_detectable")["detectable"][0], rel=1e-8)
    assert least["delta_r_squared"] == found["quantity"]["fit"]["detectable_change"][0]


def _smallest(found) -> pd.DataFrame:
    """The row of the smallest effect of interest, which stands for that effect among the others."""
    return found["quantity"]["sensitivity"].query("attenuation == 1 and quantity == 'smallest_effect'")


def test_equivalence_equals_r(found, golden):
    """Two one-sided tests with HC3; for categories the interval of R² change from the noncentral F."""
    expected = golden("moderation_equivalence").iloc[0]
    row, joint = (found[name]["equivalence"].iloc[0] for name in ("quantity", "moderator"))
    assert row["smallest_effect"] == pytest.approx(expected["smallest"], rel=1e-9)
    assert row["p_equivalence"] == pytest.approx(expected["p"], rel=1e-8)
    for column in ("equivalence_low", "equivalence_high"):
        assert row[column] == pytest.approx(expected[column], rel=1e-8)
    assert (joint["interval"], joint["smallest_change"]) == ("noncentral F", 0.01)
    np.testing.assert_allclose(
        joint[["ci_low", "ci_high", "equivalence_high"]].astype(float), expected[["low", "high", "inner"]], rtol=1e-6, atol=1e-9
    )


@pytest.mark.parametrize("center", ["mean", "none"])
def test_errors_in_variables_equal_the_textbook_form(synthetic, golden, center):
    """Whatever the centring of the model; there the coefficients of the parts are at other zeros."""
    table = analyse(synthetic, MODELS["quantity"], center=center, reliabilities=RELIABILITIES)["errors_in_variables"].set_index(
        "term"
    )
    expected = golden("moderation_errors_in_variables").set_index("term")["estimate"]
    terms = list(expected.index) if center == "mean" else ["x:w", "c"]
    np.testing.assert_allclose(table.loc[terms, "estimate"], expected[terms], rtol=1e-8)
    assert table.loc["x", "reliability"] == 0.8


# published values ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("effect", "error", "expected"),
    [(0.1, 3.28, (0.05, 0.46, 77)), (2, 8.1, (0.06, 0.24, 9.7))],  # Gelman and Carlin (2014), their two examples
)
def test_errors_of_sign_and_size_as_published(effect, error, expected):
    """Power, type S and type M (which they simulate) at infinite degrees of freedom."""
    df = 10**7
    found = power.sign_and_size_errors(effect / error, df, 0.05)
    t = stats.norm.ppf(0.975)
    strength = stats.norm.sf(t - effect / error) + stats.norm.cdf(-t - effect / error)
    assert round(strength, 2) == expected[0]
    assert found[0] == pytest.approx(expected[1], abs=0.006)
    assert found[1] == pytest.approx(expected[2], rel=0.02)


@pytest.mark.parametrize(
    ("change", "expected"),
    [(0.0025, (0.07, None)), (0.01, (0.15, 671)), (0.02, (0.26, 335)), (0.04, (0.47, 164)), (0.09, (0.83, None))],
)
def test_power_of_a_survey_of_75(change, expected):
    """Main effects r = .3, correlated .3: the table of the survey notes, after InteractionPoweR's formula."""
    reduced = 2 * 0.3**2 / 1.3
    assert round(power.power(change, reduced, 75, 71, 0.05), 2) == expected[0]
    if expected[1]:
        assert power.required_n(change, reduced, 4, 0.05) == pytest.approx(expected[1], abs=2)


def test_the_product_s_reliability():
    """Two scales of .80 that correlate .30 leave .67; uncorrelated ones the product of their reliabilities."""
    assert power.product_reliability(0.8, 0.8, 0.3) == pytest.approx(0.73 / 1.09)
    assert power.product_reliability(0.9, 0.7, 0) == pytest.approx(0.63)


def test_required_number_is_none_beyond_a_million():
    """And counts as few as there are."""
    assert power.required_n(1e-9, 0.1, 4, 0.05) is None
    assert power.required_n(0.8, 0.1, 4, 0.05) < 12
    wide = power.required_n(1e-5, 0.1, 4, 0.05)
    assert power.power(1e-5, 0.1, wide, wide - 4, 0.05) >= 0.8 > power.power(1e-5, 0.1, wide - 1, wide - 5, 0.05)


def test_fit_is_the_model_that_the_tables_show(synthetic):
    """The helper of the other tests fits what `analyse` fits."""
    one = fit(synthetic, MODELS["quantity"])
    np.testing.assert_array_equal(one.estimates, analyse(synthetic, MODELS["quantity"])["coefficients"]["estimate"])
