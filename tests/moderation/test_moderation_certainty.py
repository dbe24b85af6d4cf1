"""How sure one can be of an interaction: simulate and recover, closed forms, and what stands where there is no number."""

import numpy as np
import pandas as pd
import pytest
from moderation_runs import MODEL, analyse, fit, settings_of
from scipy import stats
from statsmodels.regression.linear_model import OLS

from practicework.errors import StudyError
from practicework.numerics import bootstrap, power
from practicework.stages.moderation import influence, simulation
from practicework.stages.moderation.equivalence import classify
from practicework.study.settings import Model

PLAIN = Model(outcome="y", predictor="x", moderator="w")


def sample(n: int, interaction: float = 0.2, seed: int = 1) -> pd.DataFrame:
    """People with a predictor, a moderator, three groups and a covariate."""
    rng = np.random.default_rng(seed)
    x, w, c = rng.standard_normal((3, n))
    y = 0.3 * x + 0.2 * w + interaction * x * w + 0.3 * c + rng.standard_normal(n)
    return pd.DataFrame({"y": y, "x": x, "w": w, "c": c, "g": rng.integers(1, 4, n).astype(float)})


# simulated studies ----------------------------------------------------------------------------------------


def simulated(one, studies: int, seed: int, interval: str = "hc3", **more) -> simulation.Studies:
    """Simulated studies of a fit, by the interval of the conclusion."""
    settings = settings_of(PLAIN, interval=interval, simulation={"studies": studies, "resamples": 100})
    return simulation.simulate(one, settings, np.random.default_rng(seed), **more)


def test_simulated_power_agrees_with_the_closed_form():
    """Averaged over the same designs, within four Monte Carlo errors; and with the stated level without an effect."""
    one = fit(sample(75), PLAIN)
    studies = simulated(one, 4_000, 5)
    for strength in (0.0, 1.0, 2.0, 3.0):
        (found, error), expected = studies.power(strength, "ols"), studies.expected_power(strength)
        assert error == pytest.approx(np.sqrt(found * (1 - found) / 4_000))
        assert abs(found - expected) < 4 * np.sqrt(expected * (1 - expected) / 4_000), strength
    assert studies.expected_power(0) == pytest.approx(0.05)
    # respondents are drawn anew: their product varies, which costs a little power
    assert 0.9 < studies.expected_power(2) / power.power(*_change(one, 2.0), 75, 71, 0.05) < 1


def test_the_detectable_effect_has_the_stated_power_by_the_interval_of_the_conclusion():
    one = fit(sample(75), PLAIN)
    for interval in ("ols", "hc3"):
        studies = simulated(one, 4_000, 5, interval)
        assert studies.power(studies.detectable(), interval)[0] == pytest.approx(0.8, abs=1 / 4_000)
    assert simulated(one, 4_000, 5).detectable() > simulated(one, 4_000, 5, "ols").detectable()


def test_larger_studies_have_the_power_of_their_size():
    """Studies of the size that the closed form requires reach 80% with OLS, within four Monte Carlo errors."""
    one = fit(sample(75), PLAIN)
    n = power.required_n(0.02, one.r_squared_reduced, 4, 0.05)
    strength = np.sqrt(75 * 0.02 / (1 - one.r_squared_reduced - 0.02))
    studies = simulated(one, 4_000, 6, size=n)
    expected = studies.expected_power(strength)
    assert abs(studies.power(strength, "ols")[0] - expected) < 4 * np.sqrt(0.16 / 4_000)
    assert 0.77 < expected < 0.8  # a little less, since the product varies


def _change(one, strength: float) -> tuple[float, float]:
    """ΔR² of a noncentrality, and R² of the other terms."""
    f2 = strength**2 / len(one.design.data)
    return (1 - one.r_squared_reduced) * f2 / (1 + f2), one.r_squared_reduced


def test_a_simulated_study_is_what_statsmodels_finds_in_it():
    """Estimate, OLS, HC3 and bootstrap intervals of the first studies, from the same random numbers."""
    one = fit(sample(60), MODEL)
    studies = simulated(one, 100, 3, "bootstrap")
    rng = np.random.default_rng(3)
    matrix = one.design.matrix[:, [0, 1, 2, 4, 3]]
    chosen, e = rng.integers(0, 60, (100, 60)), rng.standard_normal((100, 60))
    rest = matrix[:, 4] - OLS(matrix[:, 4], matrix[:, :4]).fit().fittedvalues
    unit = np.sqrt(rest @ rest)  # of the interaction's true standard error
    for number in range(3):
        result = OLS(e[number], matrix[chosen[number]]).fit()
        estimate = result.params[4] * unit
        sign = np.sign(estimate) * np.sign(studies.error[number])
        assert abs(studies.error[number]) == pytest.approx(abs(estimate))
        for interval, error in (("ols", result.bse[4]), ("hc3", result.HC3_se[4])):
            half = one.critical * error * unit
            np.testing.assert_allclose(np.sort(sign * studies.ends[interval][:, number]), [estimate - half, estimate + half])
        draws = bootstrap.ols(matrix[chosen[number]], e[number], 100, rng)[:, 4] * unit
        np.testing.assert_allclose(np.sort(sign * studies.ends["bootstrap"][:, number]), np.quantile(draws, [0.025, 0.975]))


def test_errors_of_sign_and_size_agree_with_simulation():
    """Two million estimates with their own standard errors."""
    rng = np.random.default_rng(8)
    for strength, df in ((0.5, 20), (1.0, 71), (2.5, 71)):
        estimate = strength + rng.standard_normal(2_000_000)
        found = np.abs(estimate) > stats.t.ppf(0.975, df) * np.sqrt(rng.chisquare(df, len(estimate)) / df)
        type_s, type_m = power.sign_and_size_errors(strength, df, 0.05)
        assert type_s == pytest.approx((estimate[found] < 0).mean(), abs=0.003)
        assert type_m == pytest.approx(np.abs(estimate[found]).mean() / strength, rel=0.005)


@pytest.mark.parametrize(("n", "simulated", "bootstrapped"), [(15, False, False), (75, True, True), (400, True, False)])
def test_what_is_not_simulated_is_empty(n, simulated, bootstrapped):
    """Too few respondents for their coefficients, or too many for a bootstrap of each study."""
    table = analyse(sample(n), PLAIN, interval="bootstrap")["sensitivity"]
    assert table["power_ols"].notna().all() == simulated
    assert analyse(sample(n), PLAIN)["sensitivity"]["power_bootstrap"].isna().all()
    assert table["power_bootstrap"].notna().all() == bootstrapped
    assert table["power"].notna().all()


def test_sensitivity_does_not_look_at_the_interaction():
    """Adding to the outcome what the product explains beside the other terms changes no power: no observed power."""
    data = sample(75)
    product = data["x"] * data["w"]
    others = np.column_stack([np.ones(75), data[["x", "w"]]])
    residual = product - OLS(product, others).fit().fittedvalues
    first, second = (analyse(data.assign(y=data["y"] + more * residual), PLAIN) for more in (0, 0.1))
    changed = [one["fit"]["r_squared_change"][0] for one in (first, second)]
    assert abs(changed[0] - changed[1]) > 0.001
    ratio = first["sensitivity"]["power"] / second["sensitivity"]["power"]
    assert (ratio - 1).abs().max() < 0.05  # but for the R² of the other terms, whose base the outcome's variance is


def test_reliabilities_attenuate_what_reaches_the_scores():
    """ρxw ρy of a true ΔR²; what is detectable among the scores takes that much more among the true scores."""
    data = sample(75)
    table = analyse(data, PLAIN, reliabilities={"x": 0.9, "w": 0.86, "y": 0.82})["sensitivity"]
    r = np.corrcoef(data["x"], data["w"])[0, 1]
    share = (0.9 * 0.86 + r**2) / (1 + r**2) * 0.82
    assert table["attenuation"].unique() == pytest.approx([1, share])
    np.testing.assert_allclose(table["delta_r_squared_scores"], table["delta_r_squared"] * table["attenuation"])
    least = table.query("quantity == 'minimum_detectable'")
    assert least["delta_r_squared"].iloc[1] == pytest.approx(least["delta_r_squared"].iloc[0] / share)
    np.testing.assert_allclose(least["power"], 0.8)
    effects = table.query("quantity == 'effect'").set_index(["attenuation", "delta_r_squared"])["power"].unstack(0)
    assert (effects[share] < effects[1.0]).all()
    assert table.loc[table["attenuation"] < 1, "note"].isna().all()
    some = analyse(data, PLAIN, reliabilities={"x": 0.9})["sensitivity"]
    assert some["note"].dropna().unique().tolist() == ["treated as free of measurement error: y, w"]


# measurement error ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("moderator", ["w", "g"])
def test_errors_in_variables_recover_what_error_hides(moderator):
    """A predictor and a moderator of reliability .7 and .8: the true coefficients within four standard errors."""
    rng = np.random.default_rng(4)
    n = 30_000
    true = sample(n, 0.3, seed=2)
    w = true[moderator]
    slope = 0.3 * w if moderator == "w" else 0.4 * (w == 3)
    y = 0.5 * true["x"] + slope * true["x"] + 0.2 * w + 0.3 * true["c"] + rng.standard_normal(n)
    seen = true.assign(y=y, x=true["x"] + np.sqrt(3 / 7) * rng.standard_normal(n), c=true["c"] + 0.5 * rng.standard_normal(n))
    known = {"x": 0.7, "c": 0.8}
    if moderator == "w":
        seen["w"] = true["w"] + 0.5 * rng.standard_normal(n)
        known["w"] = 0.8
    model = Model(outcome="y", predictor="x", moderator=moderator, covariates=("c",))
    table = analyse(seen, model, categories=("g",), reliabilities=known)["errors_in_variables"].set_index("term")
    expected = {"x": 0.5, "x:w": 0.3, "c": 0.3} if moderator == "w" else {"x": 0.5, "x:g[2]": 0.0, "x:g[3]": 0.4, "c": 0.3}
    for term, value in expected.items():
        row = table.loc[term]
        assert abs(row["estimate"] - value) < 4 * row["boot_std_error"], term
        assert row["boot_low"] < row["estimate"] < row["boot_high"]
    last = list(expected)[-2]
    assert abs(table.loc[last, "uncorrected"]) < 0.8 * abs(table.loc[last, "estimate"])


def test_reliabilities_too_low_are_told():
    """And without a reliability below 1 there is nothing to correct."""
    data = sample(75).assign(w=lambda d: d["x"] + 0.3 * d["w"])
    table = analyse(data, PLAIN, reliabilities={"x": 0.3, "w": 0.3})["errors_in_variables"]
    assert table["estimate"].isna().all()
    assert table["note"].str.startswith("not computable: the reliabilities are too low").all()
    assert analyse(data, PLAIN, reliabilities={"x": 1.0})["errors_in_variables"].empty
    assert analyse(data, PLAIN)["errors_in_variables"].empty


def test_resamples_without_a_solution_are_counted():
    """Beyond a twentieth of them there is no interval, and a note says so."""
    data = sample(40).assign(w=lambda d: 0.6 * d["x"] + 0.8 * d["w"])
    table = analyse(data, PLAIN, reliabilities={"x": 0.7, "w": 0.9}, bootstrap={"resamples": 500})["errors_in_variables"]
    assert table["estimate"].notna().all()
    assert (table["unsolved"] > 25).all()
    assert table["boot_low"].isna().all()
    assert table["note"].str.contains("of 500 resamples have no solution").all()


# the interval, read ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("low", "high", "inner", "reading"),
    [
        (1.2, 2.0, (1.3, 1.9), "relevant_positive"),
        (0.2, 2.0, (0.4, 1.8), "positive"),
        (0.1, 0.9, (0.2, 0.8), "small_positive"),
        (-0.5, 0.6, (-0.4, 0.5), "negligible"),
        (-0.5, 1.1, (-0.4, 0.9), "negligible"),  # two one-sided tests take the interval of twice the error
        (-0.5, 1.3, (-0.4, 1.1), "undecided"),
        (-9.0, 9.0, (-8.0, 8.0), "undecided"),
        (-0.9, -0.1, (-0.8, -0.2), "small_negative"),
        (-2.0, -0.2, (-1.8, -0.4), "negative"),
        (-2.0, -1.0, (-1.9, -1.1), "relevant_negative"),
    ],
)
def test_readings(low, high, inner, reading):
    """Beside zero and a smallest effect of interest of 1."""
    assert classify(low, high, 1.0, *inner) == reading


@pytest.mark.parametrize("interval", ["ols", "hc3", "bootstrap"])
@pytest.mark.parametrize("kind", ["percentile", "bca"])
def test_the_interval_that_is_read_is_the_one_that_the_study_names(interval, kind):
    """To the last digit that of the coefficient's row."""
    found = analyse(sample(75), PLAIN, interval=interval, bootstrap={"resamples": 400, "interval": kind})
    row, coefficient = found["equivalence"].iloc[0], found["coefficients"].set_index("term").loc["x:w"]
    names = {"ols": ("ci_low", "ci_high"), "hc3": ("ci_low_hc3", "ci_high_hc3"), "bootstrap": ("boot_low", "boot_high")}[interval]
    np.testing.assert_allclose(row[["ci_low", "ci_high"]].astype(float), coefficient[list(names)].astype(float), rtol=1e-12)
    assert row["ci_low"] < row["equivalence_low"] < row["equivalence_high"] < row["ci_high"]
    assert pd.isna(row["p_equivalence"]) == (interval == "bootstrap")


def test_a_declared_smallest_effect_is_in_units_of_the_coefficient():
    """A large sample without an interaction is read as negligible; the same as a change in R² in the table."""
    model = PLAIN.model_copy(update={"smallest_effect": 0.1})
    row = analyse(sample(3_000, 0.0), model)["equivalence"].iloc[0]
    assert (row["reading"], row["smallest_effect"]) == ("negligible", 0.1)
    assert row["smallest_change"] == pytest.approx(0.1**2 / sample(3_000, 0.0)["y"].var(), rel=0.1)
    assert row["p_equivalence"] < 0.05


def test_bca_intervals_are_those_of_the_draws(survey_of_75):
    """From the percentile run's draws and the refits without each respondent."""
    kinds = {kind: fit(survey_of_75, PLAIN, bootstrap={"resamples": 500, "interval": kind}) for kind in ("percentile", "bca")}
    np.testing.assert_array_equal(kinds["percentile"].draws, kinds["bca"].draws)
    refits = np.array(
        [fit(survey_of_75.drop(index=one), PLAIN, center="none", bootstrap={"resamples": 100}).estimates[3] for one in range(75)]
    )
    low, high = bootstrap.bca(kinds["bca"].draws[:, [3]], kinds["bca"].estimates[[3]], refits[:, None], 0.95)
    table = kinds["bca"].tests(np.eye(4)[[3]])
    np.testing.assert_allclose([table["boot_low"], table["boot_high"]], [low, high], rtol=1e-9)


@pytest.fixture
def survey_of_75() -> pd.DataFrame:
    """Seventy-five people."""
    return sample(75)


# who drives it, and what the model assumes ---------------------------------------------------------------


def test_one_person_who_makes_the_interaction_is_found():
    """Without that person the verdict turns, and nobody else turns it."""
    data = sample(60, 0.0, seed=6)
    data.loc[7, ["x", "w", "y"]] = [4.0, 4.0, 14.0]
    for interval in ("ols", "hc3"):
        found = analyse(data, PLAIN, interval=interval)
        without = found["leave_one_out"].set_index("respondent")
        assert without["dfbetas"].abs().idxmax() == "R7"
        assert found["influence"].set_index("respondent")["cooks_distance"].idxmax() == "R7"
    assert analyse(data, PLAIN, interval="ols")["leave_one_out"].set_index("respondent")["turns"].dropna().index.tolist() == [
        "R7"
    ]


def test_one_person_off_a_perfect_plane():
    """Without that person nothing is left to test: empty, never infinite."""
    data = sample(12)
    data["y"] = 1 + data["x"] + data["w"] + data["x"] * data["w"]
    data.loc[5, "y"] += 3
    for interval in ("ols", "hc3"):
        found = analyse(data, PLAIN, interval=interval)
        row = found["leave_one_out"].set_index("respondent").loc["R5"]
        assert row["estimate"] == pytest.approx(1)
        assert row[["std_error", "t", "p_value", "ci_low", "dfbetas", "turns"]].isna().all()
        assert np.isnan(found["influence"].set_index("respondent").loc["R5", "studentized_residual"])
        assert found["leave_one_out"]["std_error"].notna().sum() == 11


def test_errors_without_each_of_many_are_classical_ones(monkeypatch):
    """HC3 errors would take work that grows with the square of their number."""
    monkeypatch.setattr(influence, "HC3_LIMIT", 50)
    ols, hc3 = (analyse(sample(60), PLAIN, interval=interval)["leave_one_out"] for interval in ("ols", "hc3"))
    pd.testing.assert_frame_equal(ols, hc3)


def test_a_bent_interaction_is_found():
    """An effect that rises and falls with the moderator; a straight one passes."""
    straight, data = sample(1_500, 0.2), sample(1_500, 0.0)
    bent = data.assign(y=data["y"] + 0.3 * data["x"] * (data["w"] ** 2 - 1))
    p = [analyse(one, PLAIN)["checks"].set_index("check").loc["binning", "p_value"] for one in (straight, bent)]
    assert p[0] > 0.01
    assert p[1] < 1e-6
    table = analyse(bent, PLAIN)["linearity"]
    assert table["effect"][1] < min(table["effect"][0], table["effect"][2])


def test_a_curve_that_looks_like_an_interaction_is_found():
    """Where predictor and moderator correlate (Ganzach, 1997)."""
    data = sample(1_500, 0.0).assign(w=lambda d: 0.8 * d["x"] + 0.6 * d["w"], y=lambda d: d["y"] + 0.3 * d["x"] ** 2)
    found = analyse(data, PLAIN)
    assert found["equivalence"]["reading"][0].endswith("positive")
    assert found["checks"].set_index("check").loc["quadratic", "p_value"] < 1e-6


def test_checks_that_cannot_be_computed_say_why():
    """A moderator of two values has no thirds and no curve."""
    data = sample(80).assign(w=lambda d: (d["w"] > 0).astype(float), x=lambda d: (d["x"] > 0).astype(float))
    table = analyse(data, PLAIN)["checks"].set_index("check")
    assert table.loc["binning", "note"] == "not computable: the moderator has too few values to form terciles"
    assert table.loc["quadratic", "note"] == "not computable: neither predictor nor moderator has more than two values"
    assert table.loc[["shapiro_wilk", "breusch_pagan"], "p_value"].notna().all()


# probes, categories, refusals ----------------------------------------------------------------------------


def test_free_probes_and_contrasts():
    """A value outside the data is told; a contrast is the interaction times the distance."""
    model = PLAIN.model_copy(update={"probes": (0.5, 9.0)})
    found = analyse(sample(75), model)
    effects = found["conditional_effects"].set_index("probe")
    assert effects.loc["at 9", "note"] == "outside the observed range: extrapolated"
    assert effects["note"].notna().sum() == 1
    assert effects.loc["at 0.5", "moderator_value"] == 0.5
    contrasts, b = found["contrasts"].set_index(["probe_a", "probe_b"]), found["coefficients"].set_index("term").loc["x:w"]
    row = contrasts.loc[("at 0.5", "at 9")]
    assert row["difference"] == pytest.approx(8.5 * b["estimate"])
    assert row["p_value"] == pytest.approx(b["p_value"], rel=1e-9)
    assert row["boot_low"] == pytest.approx(8.5 * b["boot_low"])
    assert contrasts["p_holm"].isna().all()


def test_categories_of_two_are_those_of_a_variable_of_zero_and_one():
    """Codes 1 and 2 as categories give the coefficients of 0 and 1 as numbers, and no regions."""
    data = sample(90).assign(w=lambda d: 1.0 + (d["w"] > 0))
    as_categories = analyse(data, MODEL, categories=("w",), center="none")
    as_numbers = analyse(data.assign(w=data["w"] - 1), MODEL, center="none")
    one, two = (found["coefficients"] for found in (as_categories, as_numbers))
    assert one["term"].tolist() == ["intercept", "x", "w[2]", "x:w[2]", "c"]
    np.testing.assert_allclose(one["estimate"], two["estimate"], rtol=1e-9)
    np.testing.assert_allclose(one["boot_high"], two["boot_high"], rtol=1e-9)
    effects = as_numbers["conditional_effects"].set_index("probe").loc[["low", "high"], "effect"]
    np.testing.assert_allclose(as_categories["conditional_effects"]["effect"], effects, rtol=1e-9)


def test_a_category_without_spread_is_refused_in_a_sentence():
    """One person cannot have a slope."""
    data = sample(40).assign(g=lambda d: np.where(np.arange(40) == 3, 3.0, 1.0 + (np.arange(40) % 2)))
    with pytest.raises(StudyError, match=r"for 'g' = 3 \(n = 1\), 'x' has too few values"):
        analyse(data, Model(outcome="y", predictor="x", moderator="g"), categories=("g",))


def test_fewer_people_than_the_categories_coefficients():
    """The sentence counts the indicators."""
    data = sample(6).assign(g=[1.0, 1, 2, 2, 3, 3])
    with pytest.raises(StudyError, match="6 respondents have all its values and it estimates 6 coefficients"):
        analyse(data, Model(outcome="y", predictor="x", moderator="g"), categories=("g",))


def test_settings_are_those_of_the_model():
    """The helper's small numbers; the defaults are those of the coverage simulation's conclusion."""
    assert settings_of(PLAIN).interval == "hc3"
    assert settings_of(PLAIN).smallest_change == 0.01
