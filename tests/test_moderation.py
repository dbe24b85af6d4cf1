"""Moderation against R (lm, anova, sandwich, a long bootstrap), closed forms and invariances."""

import logging
import runpy
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.regression.linear_model import OLS

from practicework import moderation, tables
from practicework.errors import StudyError
from practicework.seeds import generator
from practicework.study import Model, Moderation

CONDITIONAL = ["effect", "std_error", "t", "p_value", "ci_low", "ci_high"]


def analyse(data: pd.DataFrame, model: Model, rng: np.random.Generator | None = None, **settings) -> dict[str, pd.DataFrame]:
    """Every table of one model, each keeping its contract; 100 resamples unless told otherwise."""
    if "respondent" not in data:
        data = data.assign(respondent=[f"R{number}" for number in range(len(data))])
    settings = Moderation.model_validate({"bootstrap": {"resamples": 100}, "models": {"main": model}} | settings)
    rng = rng or generator(1, "moderation", "sample", "main")
    found = moderation.analyse(data, "main", model, settings, rng)
    return {name: tables.schema(f"moderation/main/{name}").validate(table) for name, table in found.items()}


@pytest.fixture(scope="module")
def shapes(globalwarming):
    """All tables of each model that tests/golden/globalwarm.R fits."""
    models = dict(globalwarming.study.models)
    models["negemot_sex"] = Model(
        outcome="govact", predictor="negemot", moderator="sex", covariates=("posemot", "ideology", "age")
    )
    scores = globalwarming.scored.scores
    found = {name: analyse(scores, model, center="none") for name, model in models.items()}
    return found | {"main_centred": analyse(scores, models["main"], center="mean")}


@pytest.fixture
def survey() -> pd.DataFrame:
    """150 simulated respondents with an interaction and a covariate."""
    rng = np.random.default_rng(3)
    x, w, c, e = rng.standard_normal((4, 150))
    return pd.DataFrame({"y": 2 + 0.4 * x + 0.2 * w + 0.25 * x * w + 0.3 * c + e, "x": x, "w": w, "c": c})


MODEL = Model(outcome="y", predictor="x", moderator="w", covariates=("c",))

SHAPES = ["main", "ideology_age", "ideology_negemot", "sex_negemot", "sex_ideology", "sex_age", "negemot_sex", "main_centred"]


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


# invariances ----------------------------------------------------------------------------------------------

UNITS = [
    pytest.param(10, 3, 2, -5, id="other units and zeros"),
    pytest.param(1, 0, -1, 0, id="a moderator turned around"),
    pytest.param(1, 0, 3, 2015, id="a year"),
    pytest.param(1e9, 5e9, 1e5, 1e6, id="euros and heads"),
    pytest.param(1e-9, 0, 1e-9, 0, id="tiny units"),
    pytest.param(1e-12, 0, 1e8, 0, id="units far apart"),
]


@pytest.mark.parametrize("center", ["none", "mean"])
@pytest.mark.parametrize(("a", "shift_x", "b", "shift_w"), UNITS)
def test_units_do_not_matter(survey, a, shift_x, b, shift_w, center):
    """Rescaling and shifting predictor and moderator rescales effects and boundaries and changes no test."""
    plain = analyse(survey, MODEL, center=center)
    other = analyse(survey.assign(x=a * survey["x"] + shift_x, w=b * survey["w"] + shift_w), MODEL, center=center)

    one, two = (found["coefficients"].set_index("term").loc["x:w"] for found in (plain, other))
    for column in ("estimate", "std_error", "std_error_hc3", "boot_std_error"):
        assert abs(two[column]) * a * abs(b) == pytest.approx(abs(one[column]), rel=1e-7), column
    assert two["p_value"] == pytest.approx(one["p_value"], rel=1e-7)
    assert two["p_value_hc3"] == pytest.approx(one["p_value_hc3"], rel=1e-7)
    columns = ["n", "df_residual", "r_squared", "r_squared_change", "f_change", "p_change"]
    np.testing.assert_allclose(other["fit"][columns].astype(float), plain["fit"][columns].astype(float), rtol=1e-7)

    # percentiles change places where the moderator is turned around
    one, two = (found["conditional_effects"].sort_values("effect", ignore_index=True) for found in (plain, other))
    for column in ("effect", "std_error", "ci_low", "ci_high", "boot_low", "boot_high"):
        np.testing.assert_allclose(a * two[column], one[column], rtol=1e-6, atol=1e-9, err_msg=column)
    np.testing.assert_allclose((two["moderator_value"] - shift_w) / b, one["moderator_value"], rtol=1e-6, atol=1e-9)

    edges = np.sort((other["johnson_neyman"]["boundary"] - shift_w) / b)
    np.testing.assert_allclose(edges, plain["johnson_neyman"]["boundary"], rtol=1e-6)
    order = slice(None, None, 1 if b > 0 else -1)
    assert other["johnson_neyman_regions"]["sign"].tolist()[order] == plain["johnson_neyman_regions"]["sign"].tolist()
    percents = plain["johnson_neyman_regions"]["percent"]
    np.testing.assert_allclose(other["johnson_neyman_regions"]["percent"].to_numpy()[order], percents, rtol=1e-9)


def test_a_predictor_turned_around_turns_every_sign(survey):
    """-x: effects and regions change sign, boundaries stay."""
    plain, turned = analyse(survey, MODEL), analyse(survey.assign(x=-survey["x"]), MODEL)
    opposite = {"positive": "negative", "negative": "positive", "not significant": "not significant"}
    signs = [opposite[sign] for sign in plain["johnson_neyman_regions"]["sign"]]
    assert turned["johnson_neyman_regions"]["sign"].tolist() == signs
    assert len(set(signs)) > 1
    np.testing.assert_allclose(turned["johnson_neyman"]["boundary"], plain["johnson_neyman"]["boundary"], rtol=1e-9)
    np.testing.assert_allclose(turned["conditional_effects"]["effect"], -plain["conditional_effects"]["effect"], rtol=1e-9)


def test_centring_changes_only_what_depends_on_zero(survey):
    """Interaction, its tests, covariate, conditional effects, boundaries, R² and bootstrap are the same."""
    data = survey.assign(x=survey["x"] + 4, w=survey["w"] + 7)
    none, mean = (analyse(data, MODEL, center=center) for center in ("none", "mean"))
    one, two = (found["coefficients"].set_index("term").drop(columns="note") for found in (none, mean))
    same = ["x:w", "c"]
    np.testing.assert_allclose(one.loc[same].astype(float), two.loc[same].astype(float), rtol=1e-9)
    assert abs(one.loc["x", "estimate"] - two.loc["x", "estimate"]) > 0.5
    for name in ("conditional_effects", "johnson_neyman", "fit", "simple_slopes", "effect_curve"):
        one, two = (found[name].select_dtypes("number").astype(float) for found in (none, mean))
        np.testing.assert_allclose(one, two, rtol=1e-8, atol=1e-10, err_msg=name)
    centred = mean["coefficients"].set_index("term").loc["x"]
    at_mean = mean["conditional_effects"].set_index("probe").loc["mean"]
    shared = ["std_error", "p_value", "boot_low", "boot_high"]
    np.testing.assert_allclose(centred[shared].astype(float), at_mean[shared].astype(float), rtol=1e-9)


def test_the_order_of_covariates_and_the_sample_s_other_columns_do_not_count(survey):
    """Nor does a respondent who is left out."""
    data = survey.assign(d=survey["c"] ** 2, unused=np.nan)
    one = analyse(data, Model(outcome="y", predictor="x", moderator="w", covariates=("c", "d")))
    two = analyse(data, Model(outcome="y", predictor="x", moderator="w", covariates=("d", "c")))
    np.testing.assert_allclose(
        one["coefficients"].set_index("term").loc[["x:w", "c", "d"]].drop(columns="note").astype(float),
        two["coefficients"].set_index("term").loc[["x:w", "c", "d"]].drop(columns="note").astype(float),
        rtol=1e-9,
    )
    more = pd.concat([data, data.iloc[:5].assign(y=np.nan)], ignore_index=True)
    three = analyse(more, Model(outcome="y", predictor="x", moderator="w", covariates=("c", "d")))
    pd.testing.assert_frame_equal(three["coefficients"], one["coefficients"])
    assert three["fit"][["n", "dropped"]].to_numpy().tolist() == [[150, 5]]


# seeds ----------------------------------------------------------------------------------------------------


def test_same_seed_same_bytes(survey):
    """Another seed changes the bootstrap alone."""
    one, two, other = (analyse(survey, MODEL, generator(seed, "m"))["coefficients"] for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(one, two, check_exact=True)
    boot = ["boot_std_error", "boot_low", "boot_high"]
    pd.testing.assert_frame_equal(one.drop(columns=boot), other.drop(columns=boot), check_exact=True)
    assert (one[boot] != other[boot]).all(axis=None)


@pytest.fixture
def stage(root, tmp_path, monkeypatch, survey):
    """Runs the stage's script in a study folder of this config and gives the files it wrote, by sample and name."""
    monkeypatch.chdir(tmp_path)

    def run(samples: list[str], models: str, seed: int = 5, bootstrap: str = "resamples: 100") -> dict[str, bytes]:
        listed = "".join(f"  {one}: {{file: data/raw/{one}.csv}}\n" for one in samples)
        text = f"seed: {seed}\nsamples:\n{listed}variables: [y, x, w, c]\n"
        text += f"moderation:\n  bootstrap: {{{bootstrap}}}\n  models:\n{models}\n"
        for name, content in {"config/config.yaml": text, **{f"data/raw/{one}.csv": "y\n1\n" for one in samples}}.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(content)
        for sample in samples:
            frame = survey.assign(respondent=[f"R{number}" for number in range(len(survey))])
            tables.write({"scoring/scores": frame}, sample)
            job = SimpleNamespace(
                log=[f"results/{sample}/logs/moderation.log"],
                wildcards=SimpleNamespace(sample=sample),
                input=SimpleNamespace(scores=f"results/{sample}/scoring/scores.csv"),
            )
            runpy.run_path(str(root / "workflow/scripts/moderation.py"), init_globals={"snakemake": job})
        written = tmp_path.glob("results/*/moderation/*/*.csv")
        return {path.relative_to(tmp_path / "results").as_posix(): path.read_bytes() for path in written}

    yield run
    logging.captureWarnings(False)
    logging.basicConfig(force=True)


MAIN = "    main: {outcome: y, predictor: x, moderator: w}"
USE = "    use: {outcome: y, predictor: x, moderator: w}"


def test_another_model_or_sample_changes_no_other_number(stage):
    """Every file of the one model stays the same to the byte; the same model by another name has its own draws."""
    alone = stage(["a"], MAIN)
    assert len(alone) == 8
    more = stage(["b", "a"], USE + "\n" + MAIN)
    assert {name: more[name] for name in alone} == alone
    name = "moderation/main/coefficients.csv"
    assert more[f"b/{name}"] != more[f"a/{name}"] != more["a/moderation/use/coefficients.csv"]


def test_the_bootstrap_may_have_a_seed_of_its_own(stage):
    """Then the study's seed no longer counts."""
    name, own = "a/moderation/main/coefficients.csv", "resamples: 100, seed: 9"
    assert stage(["a"], MAIN, seed=5)[name] != stage(["a"], MAIN, seed=6)[name]
    assert stage(["a"], MAIN, seed=5, bootstrap=own)[name] == stage(["a"], MAIN, seed=6, bootstrap=own)[name]
    assert stage(["a"], MAIN, seed=5, bootstrap=own)[name] == stage(["a"], MAIN, seed=9)[name]


# who is left out, and what cannot be fitted ---------------------------------------------------------------


def test_respondents_left_out_are_listed(survey):
    """By id, with what is missing, in the sample's order."""
    data = survey.assign(respondent=[f"{number:03d}" for number in range(150)])
    data.loc[7, "y"] = data.loc[3, "x"] = data.loc[3, "c"] = np.nan
    found = analyse(data, MODEL)
    assert found["dropped"].to_numpy().tolist() == [["003", "no value of x, c"], ["007", "no value of y"]]
    assert found["fit"][["n", "dropped"]].to_numpy().tolist() == [[148, 2]]
    assert analyse(survey, MODEL)["dropped"].empty


def test_a_respondent_who_alone_determines_a_coefficient(survey):
    """A group of one: HC3 is empty and says why; the rest is there, and resamples without that one are drawn again."""
    found = analyse(survey.assign(c=(np.arange(150) == 40).astype(float)), MODEL)
    table = found["coefficients"]
    assert table[["std_error_hc3", "p_value_hc3"]].isna().all(axis=None)
    assert table["note"].str.contains("HC3 is not computable: one respondent alone determines a coefficient").all()
    assert np.isfinite(table[["estimate", "std_error", "boot_std_error"]].astype(float)).all(axis=None)
    assert found["fit"]["redrawn"].iloc[0] > 20


def spoil(data: pd.DataFrame, how: str) -> pd.DataFrame:
    """Data that the model cannot be fitted to."""
    match how:
        case "five respondents for five coefficients":
            return data.iloc[:5]
        case "nobody with all values":
            return data.assign(c=np.nan)
        case "a constant outcome":
            return data.assign(y=3.0)
        case "a constant moderator among the complete":
            return data.assign(w=np.where(data.index < 30, 2.0, data["w"]), c=np.where(data.index < 30, data["c"], np.nan))
        case "a covariate that is a sum":
            return data.assign(c=2 * data["x"] - data["w"] + 1)
        case "a predictor that is the moderator":
            return data.assign(x=data["w"], c=data["w"] ** 2)
        case _:
            return data.assign(y=1 + data["x"] - 2 * data["w"] + 0.5 * data["x"] * data["w"])


@pytest.mark.parametrize("center", ["none", "mean"])
@pytest.mark.parametrize(
    ("how", "message"),
    [
        ("five respondents for five coefficients", "5 respondents have all its values and it estimates 5 coefficients"),
        ("nobody with all values", "0 respondents have all its values"),
        ("a constant outcome", r"'y' has the same value \(3\) for all 150 respondents"),
        ("a constant moderator among the complete", r"'w' has the same value \(2\) for all 30 respondents"),
        ("a covariate that is a sum", "cannot be told apart"),
        ("a predictor that is the moderator", "cannot be told apart"),
        ("a perfect fit", "explains 'y' perfectly"),
    ],
)
def test_a_model_that_cannot_be_fitted_is_told_in_one_sentence(survey, how, message, center):
    """A StudyError that names the model and the reason, never numbers."""
    with pytest.raises(StudyError, match=message) as error:
        analyse(spoil(survey, how), MODEL, center=center)
    text = str(error.value)
    assert text.startswith("Model 'main' in config/config.yaml ")
    assert text.endswith(".")
    assert "\n" not in text


def test_one_respondent_more_than_coefficients_is_enough(survey):
    """n = 6 for five coefficients: one degree of freedom."""
    fit = analyse(survey.iloc[:6], MODEL)["fit"].iloc[0]
    assert fit[["n", "df_residual"]].tolist() == [6, 1]
