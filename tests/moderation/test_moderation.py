"""Moderation against R (lm, anova, sandwich, a long bootstrap) and closed forms."""

import numpy as np
import pandas as pd
import pytest
from moderation_runs import MODEL, analyse
from scipy import stats
from statsmodels.regression.linear_model import OLS

from practicework.study.settings import Model

CONDITIONAL = ["effect", "std_error", "t", "p_value", "ci_low", "ci_high"]
SHAPES = ["main", "ideology_age", "ideology_negemot", "sex_negemot", "sex_ideology", "sex_age", "negemot_sex", "main_centred"]


@pytest.fixture(scope="module")
def shapes(globalwarming):
    """All tables of each model that tests/golden/moderation/globalwarm.R fits."""
    models = dict(globalwarming.study.models)
    models["negemot_sex"] = Model(
        outcome="govact", predictor="negemot", moderator="sex", covariates=("posemot", "ideology", "age")
    )
    scores = globalwarming.scored.scores
    found = {name: analyse(scores, model, center="none") for name, model in models.items()}
    return found | {"main_centred": analyse(scores, models["main"], center="mean")}


# against R ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SHAPES)
def test_coefficients_equal_r(shapes, golden, name):
    """Estimates, standard errors, HC3, t, intervals to 1e-9 relative; p-values to 1e-8."""
    expected = golden("globalwarm_coefficients").query("model == @name").set_index("term")
    found = shapes[name]["coefficients"].set_index("term")
    assert set(found.index) == set(expected.index)
    assert found.index[3] == shapes_term(name)
    for column in ("estimate", "std_error", "t", "ci_low", "ci_high", "std_error_hc3"):
        np.testing.assert_allclose(found.loc[expected.index, column], expected[column], rtol=1e-9, err_msg=column)
    for column in ("p_value", "p_value_hc3"):
        np.testing.assert_allclose(found.loc[expected.index, column], expected[column], rtol=1e-8, err_msg=column)
    assert found["note"].isna().all()


def shapes_term(name: str) -> str:
    """The interaction's name."""
    return name.removesuffix("_centred").replace("main", "negemot_age").replace("_", ":")


@pytest.mark.parametrize("name", SHAPES)
def test_fit_equals_r(shapes, golden, name):
    """R², adjusted R², F, R² change and its F test to 1e-9 relative; p-values to 1e-8."""
    expected = golden("globalwarm_fit").set_index("model").loc[name]
    found = shapes[name]["fit"].iloc[0]
    assert found[["n", "df_model", "df_residual", "dropped"]].tolist() == [815, 6, 808, 0]
    for column in ("r_squared", "adj_r_squared", "f", "r_squared_change", "f_change"):
        assert found[column] == pytest.approx(expected[column], rel=1e-9), column
    for column in ("p_value", "p_change"):
        assert found[column] == pytest.approx(expected[column], rel=1e-8), column


@pytest.mark.parametrize("name", SHAPES)
def test_conditional_effects_equal_r(shapes, golden, name):
    """At percentiles of type 6 and at mean ± SD, in uncentred units, to 1e-9 relative; p-values to 1e-8."""
    expected = golden("globalwarm_conditional_effects").query("model == @name").set_index("probe")
    found = shapes[name]["conditional_effects"].set_index("probe")
    assert found.index[:6].tolist() == ["p16", "p50", "p84", "mean-sd", "mean", "mean+sd"]
    for column in ("moderator_value", *CONDITIONAL):
        tolerance = 1e-8 if column == "p_value" else 1e-9
        np.testing.assert_allclose(found.loc[expected.index, column], expected[column], rtol=tolerance, err_msg=column)


@pytest.mark.parametrize(
    ("name", "signs"),
    [
        ("main", ["positive"]),  # both boundaries below the observed 17 to 87
        ("main_centred", ["positive"]),
        ("ideology_age", ["not significant", "negative"]),  # one inside
        ("ideology_negemot", ["negative", "not significant"]),
        ("sex_negemot", ["negative", "not significant", "positive"]),  # two inside
        ("sex_ideology", ["positive", "not significant", "negative"]),
        ("sex_age", ["not significant"]),  # none at all
        ("negemot_sex", ["positive"]),
    ],
)
def test_johnson_neyman_equals_r(shapes, golden, globalwarming, name, signs):
    """Boundaries to 1e-9 relative, percent below, and the sign of each region between them."""
    expected = golden("globalwarm_johnson_neyman").query("model == @name")
    found, regions = shapes[name]["johnson_neyman"], shapes[name]["johnson_neyman_regions"]
    np.testing.assert_allclose(found["boundary"], expected["boundary"], rtol=1e-9)
    np.testing.assert_allclose(found["percent_below"], expected["percent_below"], rtol=1e-12)
    w = globalwarming.scored.scores[shapes_term(name).split(":")[1]]
    inside = expected["boundary"][(expected["boundary"] > w.min()) & (expected["boundary"] < w.max())]
    assert found["in_range"].sum() == len(inside)
    assert regions["sign"].tolist() == signs
    np.testing.assert_allclose(regions["from"], [w.min(), *inside], rtol=1e-9)
    np.testing.assert_allclose(regions["to"], [*inside, w.max()], rtol=1e-9)
    below = [0.0, *(100 * (w < edge).mean() for edge in inside), 100.0]
    np.testing.assert_allclose(regions["percent"], np.diff(below), atol=1e-9)


def test_johnson_neyman_with_hc3_equals_r(shapes):
    """The roots that R finds with sandwich's covariance, both below the observed 17 to 87, centred or not."""
    for name in ("main", "main_centred"):
        table = shapes[name]["johnson_neyman_alternatives"].query("method == 'hc3'")
        np.testing.assert_allclose(table["boundary"], [-84.96728242, 4.721007221], rtol=1e-9)
        assert not table["in_range"].any()


@pytest.mark.parametrize("center", ["none", "mean"])
def test_bootstrap_agrees_with_a_long_run(globalwarming, golden, center):
    """20,000 resamples against 200,000 in R: interval ends within .1 standard errors, standard errors within 3%."""
    model = globalwarming.study.models["main"]
    found = analyse(globalwarming.scored.scores, model, center=center, bootstrap={"resamples": 20_000})
    rows = pd.concat([found["coefficients"].set_index("term"), found["conditional_effects"].set_index("probe")])
    expected = golden("globalwarm_bootstrap").set_index("quantity")
    if center == "mean":  # these three depend on where zero is
        expected = expected.drop(["intercept", "negemot", "age"])
    unit = expected["boot_std_error"]
    rows = rows.loc[expected.index]
    assert (np.abs(rows["boot_std_error"] - unit) / unit).max() < 0.03
    assert (np.abs(rows["boot_low"] - expected["boot_low"]) / unit).max() < 0.1
    assert (np.abs(rows["boot_high"] - expected["boot_high"]) / unit).max() < 0.1
    assert found["fit"]["resamples"].iloc[0] == 20_000


def test_bootstrap_agrees_with_recorded_values(globalwarming):
    """Another run of 200,000 resamples, recorded by others: the interaction and the effects at ages 30, 51 and 67."""
    found = analyse(
        globalwarming.scored.scores, globalwarming.study.models["main"], center="none", bootstrap={"resamples": 20_000}
    )
    rows = pd.concat([found["coefficients"].set_index("term"), found["conditional_effects"].set_index("probe")])
    recorded = {
        "negemot:age": (0.0015564, 0.003272, 0.009370),
        "p16": (0.04152, 0.22758, 0.39074),
        "p50": (0.02757, 0.38800, 0.49591),
        "p84": (0.03821, 0.46794, 0.61730),
    }
    for name, (unit, low, high) in recorded.items():
        row = rows.loc[name]
        assert row["boot_std_error"] == pytest.approx(unit, rel=0.03)
        assert [row["boot_low"], row["boot_high"]] == pytest.approx([low, high], abs=0.1 * unit)


# closed forms ---------------------------------------------------------------------------------------------


def groups(x: np.ndarray, y: np.ndarray, w: np.ndarray) -> list[float]:
    """The slope of y on x in each of two groups."""
    return [np.polyfit(x[w == value], y[w == value], 1)[0] for value in (0, 1)]


@pytest.mark.parametrize("center", ["none", "mean"])
def test_a_moderator_of_two_values_gives_the_slopes_of_two_groups(survey, center):
    """Probed at both values: each effect is the slope in that group alone, and the interaction their difference."""
    data = survey.assign(w=(survey["w"] > 0.3).astype(float))
    found = analyse(data, Model(outcome="y", predictor="x", moderator="w"), center=center)
    probes = found["conditional_effects"].set_index("probe")
    low, high = groups(*(data[name].to_numpy() for name in ("x", "y", "w")))
    assert probes.loc[["low", "high"], "moderator_value"].tolist() == [0, 1]
    assert probes.loc[["low", "high"], "effect"].tolist() == pytest.approx([low, high], rel=1e-10)
    interaction = found["coefficients"].set_index("term").loc["x:w"]
    assert interaction["estimate"] == pytest.approx(high - low, rel=1e-10)
    assert found["simple_slopes"]["probe"].unique().tolist()[-2:] == ["low", "high"]


@pytest.mark.parametrize("center", ["none", "mean"])
def test_a_predictor_of_two_values_gives_differences_of_means(survey, center):
    """Two by two groups: the effects are differences of cell means, and lines have two points."""
    data = survey.assign(x=(survey["x"] > 0).astype(float), w=(survey["w"] > 0).astype(float))
    found = analyse(data, Model(outcome="y", predictor="x", moderator="w"), center=center)
    means = data.groupby(["w", "x"])["y"].mean()
    probes = found["conditional_effects"].set_index("probe")
    differences = [means[value, 1] - means[value, 0] for value in (0.0, 1.0)]
    assert probes.loc[["low", "high"], "effect"].tolist() == pytest.approx(differences, rel=1e-10)
    lines = found["simple_slopes"].query("probe in ['low', 'high']")
    assert lines["predicted"].tolist() == pytest.approx(means.tolist(), rel=1e-10)
    assert lines["predictor_value"].tolist() == [0, 1, 0, 1]


def test_percentiles_stand_at_p_times_n_plus_one():
    """Of 1, 2, ..., 9: positions 1.6, 5 and 8.4, as in SPSS and PROCESS; the common other rule gives 2.28, 5 and 7.72."""
    y = np.random.default_rng(4).standard_normal(9)
    data = pd.DataFrame({"y": y, "x": [2, 7, 1, 8, 2, 8, 1, 8, 2], "w": np.arange(9, 0, -1)}).astype(float)
    probes = analyse(data, Model(outcome="y", predictor="x", moderator="w"))["conditional_effects"].set_index("probe")
    assert probes.loc[["p16", "p50", "p84"], "moderator_value"].tolist() == pytest.approx([1.6, 5, 8.4], rel=1e-12)
    around = probes.loc[["mean-sd", "mean", "mean+sd"], "moderator_value"].tolist()
    assert around == pytest.approx([5 - np.sqrt(7.5), 5, 5 + np.sqrt(7.5)], rel=1e-12)


def test_intervals_have_the_level_of_the_study(survey):
    """90%: t quantiles for the coefficients, 5th and 95th percentiles for the bootstrap, 10% for Johnson-Neyman."""
    found = analyse(survey, MODEL, confidence=0.9)
    row = found["coefficients"].set_index("term").loc["x"]
    half = stats.t.ppf(0.95, 150 - 5) * row["std_error"]
    assert [row["ci_low"], row["ci_high"]] == pytest.approx([row["estimate"] - half, row["estimate"] + half], rel=1e-12)
    wide = analyse(survey, MODEL, confidence=0.99)
    assert wide["coefficients"]["boot_low"].lt(found["coefficients"]["boot_low"]).all()
    edges = found["johnson_neyman"]["boundary"].to_numpy()
    assert len(edges) == 2
    design = np.column_stack([np.ones(150), survey["x"], survey["w"], survey["x"] * survey["w"], survey["c"]])
    for edge in edges:  # at a boundary, the effect's t test has p = .1
        at = design.copy()
        at[:, 2] -= edge
        at[:, 3] = at[:, 1] * at[:, 2]
        assert OLS(survey["y"].to_numpy(), at).fit().pvalues[1] == pytest.approx(0.1, rel=1e-6)


@pytest.mark.parametrize("center", ["none", "mean"])
def test_lines_and_curve_are_predictions_of_the_model(survey, center):
    """Simple slopes and the effect curve against statsmodels' predictions, covariate at its mean."""
    found = analyse(survey, MODEL, center=center)
    design = np.column_stack([np.ones(150), survey["x"], survey["w"], survey["x"] * survey["w"], survey["c"]])
    fit = OLS(survey["y"].to_numpy(), design).fit()
    lines = found["simple_slopes"]
    x, w = lines["predictor_value"], lines["moderator_value"]
    rows = np.column_stack([np.ones(len(lines)), x, w, x * w, np.full(len(lines), survey["c"].mean())])
    expected = fit.get_prediction(rows).summary_frame()
    np.testing.assert_allclose(lines["predicted"], expected["mean"], rtol=1e-9)
    np.testing.assert_allclose(lines["ci_low"], expected["mean_ci_lower"], rtol=1e-8)
    np.testing.assert_allclose(lines["ci_high"], expected["mean_ci_upper"], rtol=1e-8)
    assert [x.min(), x.max()] == [survey["x"].min(), survey["x"].max()]
    curve = found["effect_curve"]
    w = curve["moderator_value"].to_numpy()
    test = fit.t_test(np.column_stack([0 * w, 0 * w + 1, 0 * w, w, 0 * w]))
    np.testing.assert_allclose(curve["effect"], test.effect, rtol=1e-9)
    np.testing.assert_allclose(curve[["ci_low", "ci_high"]], test.conf_int(), rtol=1e-8)
    assert [w.min(), w.max()] == [survey["w"].min(), survey["w"].max()]


def test_detectable_change_has_the_power_that_it_promises(survey):
    """At an R² change of that size, the noncentral F (λ = n f²) exceeds the critical F in 80% of samples."""
    fit = analyse(survey, MODEL)["fit"].iloc[0]
    full = fit["r_squared"] - fit["r_squared_change"] + fit["detectable_change"]
    critical = stats.f.ppf(0.95, 1, fit["df_residual"])
    power = stats.ncf.sf(critical, 1, fit["df_residual"], fit["n"] * fit["detectable_change"] / (1 - full))
    assert power == pytest.approx(0.8, abs=1e-4)
