"""What the claims about the published study's interaction rest on, against R (refits, simulation, MASS) on the same data."""

import numpy as np
import pandas as pd
import pytest
from moderation_runs import analyse, fit
from scipy import stats

from practicework.errors import NotComputable
from practicework.numerics import power
from practicework.numerics.generalized import Ordered
from practicework.stages.moderation import fragility, scale_dependence
from practicework.study import load_study
from practicework.study.settings import Model

RESAMPLES = 20_000


def four_errors(*variances: float) -> float:
    """Four standard errors of the difference of independent Monte Carlo estimates."""
    return 4 * np.sqrt(sum(variances))


@pytest.fixture(scope="module")
def found(root):
    """The published model's tables, from raw answers, with default numbers of studies."""
    study = load_study(root)
    raw = pd.read_csv(root / "data/raw/schmitt2021_synthetic.csv").set_index("id")
    items = {name: scale.keyed(raw) for name, scale in study.scales.items()}
    scores = pd.DataFrame({name: study.scales[name].score(one) for name, one in items.items()}, index=raw.index)
    alphas = {name: _alpha(one) for name, one in items.items()}
    return analyse(
        scores.rename_axis("respondent").reset_index(),
        study.models["main"],
        reliabilities=alphas,
        items=items,
        ranges={name: scale.score_range for name, scale in study.scales.items()},
        bootstrap={"resamples": RESAMPLES},
        simulation={"studies": 10_000},
    )


def _alpha(items: pd.DataFrame) -> float:
    k = items.shape[1]
    return k / (k - 1) * (1 - items.var().sum() / items.sum(axis=1).var())


def test_the_interval_of_the_increment_equals_r(found, golden):
    """`uniroot` of `pf` in the noncentrality; 1e-8. The interval nearly includes zero."""
    row, expected = found["fit"].iloc[0], golden("claims_change").iloc[0]
    assert row["r_squared_change_low"] == pytest.approx(expected["low"], abs=1e-8)
    assert row["r_squared_change_high"] == pytest.approx(expected["high"], rel=1e-8)
    assert row["significant_change"] == pytest.approx(expected["least"], rel=1e-10)


def test_the_smallest_significant_increment_is_just_significant():
    for df, reduced, terms in ((71, 0.28, 1), (40, 0.1, 3)):
        change = power.significant_change(df, reduced, 0.05, terms)
        f = change / terms / ((1 - reduced - change) / df)
        assert stats.f.sf(f, terms, df) == pytest.approx(0.05)


def test_an_increment_that_is_not_significant_has_an_interval_from_zero():
    assert power.change_at(0.975, 0.5, 75, 71, 0.3) == 0
    assert 0 < power.change_at(0.025, 0.5, 75, 71, 0.3) < 0.1


def test_other_scales_and_models_equal_r(found, golden):
    """`lm` with HC3; 1e-9. `MASS::polr` differentiates numerically and `MASS::rlm` rounds the normal quartile to .6745; 1e-4."""
    table, expected = found["scale_dependence"].set_index("analysis"), golden("claims_scales").set_index("analysis")
    assert list(table.index) == list(scale_dependence.ANALYSES)
    for analysis, row in expected.iterrows():
        loose = {"proportional_odds": 1e-5, "robust": 1e-4}.get(analysis, 1e-9)
        for column in ("estimate", "std_error", "p_value"):
            assert table.loc[analysis, column] == pytest.approx(row[column], rel=loose), (analysis, column)
    assert (table["sign"] == "positive").all()


def test_the_base_rate_of_fragility_agrees_with_refits(found, golden):
    """4,000 data sets in R, each refitted without each respondent, within four Monte Carlo errors."""
    row, expected = found["fragility"].iloc[0], golden("claims_fragility").iloc[0]
    assert row["deletions"] == 3
    for column, name in (("expected_any", "any"), ("expected_as_many", "as_many")):
        p = expected[name]
        assert abs(row[column] - p) < four_errors(p * (1 - p) / expected["data_sets"], p * (1 - p) / row["data_sets"])
    assert row["expected_median"] == expected["median"]
    assert (row["respondent"], round(row["dfbetas"], 2)) == ("R0074", -0.67)


def test_simulated_power_agrees_with_r(found, golden):
    """HC3 and newly drawn respondents, 10,000 studies in R, at .010 and at what OLS detects with 80% power."""
    table = found["sensitivity"].query("metric == 'scores'").set_index("quantity")
    for quantity, row in zip(("smallest_effect", "minimum_detectable"), golden("claims_power").itertuples(), strict=True):
        own = table.loc[quantity]
        assert own["delta_r_squared"] == pytest.approx(row.change, rel=2e-5)
        variance = row.power * (1 - row.power) / row.studies
        assert abs(own["power_simulated"] - row.power) < four_errors(variance, own["power_simulated_se"] ** 2)
    least = table.loc["smallest_effect"]
    assert (least["n_required"], round(least["power"], 2), round(least["least_exaggeration"], 1)) == (562, 0.17, 3.8)


def test_corrected_interval_has_the_uncertainty_of_alpha(found, golden):
    """200,000 resamples in R; the ends of 20,000 have a standard error of about .0003."""
    row, expected = found["errors_in_variables"].set_index("term").loc["usefulness:support"], golden("claims_corrected").iloc[0]
    assert row["estimate"] == pytest.approx(expected["estimate"], rel=1e-9)
    assert row["boot_std_error"] == pytest.approx(expected["boot_std_error"], rel=0.03)
    assert abs(row["boot_low"] - expected["boot_low"]) < 0.0012
    assert abs(row["boot_high"] - expected["boot_high"]) < 0.0012
    resampled = found["errors_in_variables"].set_index("term")["resampled"]
    assert resampled[["usefulness", "support"]].all()


def test_declared_reliabilities_are_not_resampled(found):
    """The same reliabilities without answers: a narrower interval, and the table says so."""
    rng = np.random.default_rng(4)
    x, w = rng.standard_normal((2, 200))
    noise = {f"x{k}": x + 1.5 * rng.standard_normal(200) for k in range(4)}
    items = pd.DataFrame(noise, index=[f"R{k}" for k in range(200)])
    data = pd.DataFrame({"respondent": items.index, "x": items.mean(axis=1).to_numpy(), "w": w})
    data["y"] = x + 0.5 * x * w + rng.standard_normal(200)
    model, known = Model(outcome="y", predictor="x", moderator="w"), {"x": _alpha(items)}
    fixed, free = (
        analyse(data, model, reliabilities=known, items=some, bootstrap={"resamples": 4_000})["errors_in_variables"]
        .set_index("term")
        .loc["x"]
        for some in ({}, {"x": items})
    )
    assert (fixed["resampled"], free["resampled"]) == (False, True)
    assert fixed["estimate"] == free["estimate"]
    assert free["boot_std_error"] > 1.05 * fixed["boot_std_error"]


@pytest.mark.parametrize("interval", ["ols", "hc3"])
def test_simulated_fragility_equals_refits(interval):
    """The counts of the first data sets, from the same random numbers, by refits without each respondent."""
    rng = np.random.default_rng(2)
    data = pd.DataFrame(rng.standard_normal((30, 3)), columns=["y", "x", "w"])
    one = fit(data, Model(outcome="y", predictor="x", moderator="w"))
    for t in (2.3, 1.8, -2.1):
        counts, largest = fragility._simulate(one, 3, t, interval, 10_000, np.random.default_rng(3))
        e = np.random.default_rng(3).standard_normal((10_000, 30))
        matrix = one.design.matrix
        for number in range(4):
            residual = e[number] - matrix @ np.linalg.lstsq(matrix, e[number], rcond=None)[0]
            y = residual + t * _error(matrix, residual, interval) * matrix[:, 3]
            turned, influence = 0, []
            for left in range(30):
                inside = np.arange(30) != left
                b = np.linalg.lstsq(matrix[inside], y[inside], rcond=None)[0]
                rest = y[inside] - matrix[inside] @ b
                ratio = b[3] / _error(matrix[inside], rest, interval)
                turned += np.sign(ratio) * (abs(ratio) > stats.t.ppf(0.975, 25)) != np.sign(t) * (abs(t) > stats.t.ppf(0.975, 26))
                whole = np.sqrt(rest @ rest / 25 * np.linalg.inv(matrix.T @ matrix)[3, 3])
                influence.append(abs(t * _error(matrix, residual, interval) - b[3]) / whole)
            assert counts[number] == turned
            assert largest[number] == pytest.approx(max(influence))


def _error(matrix: np.ndarray, residual: np.ndarray, interval: str) -> float:
    inverse = np.linalg.inv(matrix.T @ matrix)
    if interval == "ols":
        return float(np.sqrt(residual @ residual / (len(matrix) - 4) * inverse[3, 3]))
    leverage = ((matrix @ inverse) * matrix).sum(axis=1)
    scaled = matrix * (residual / (1 - leverage))[:, None]
    return float(np.sqrt((inverse @ (scaled.T @ scaled) @ inverse)[3, 3]))


def test_far_from_the_critical_value_no_omission_changes_the_conclusion():
    data = pd.DataFrame(np.random.default_rng(1).standard_normal((200, 2)), columns=["x", "w"])
    y = 3 * data["x"] * data["w"] + 0.5 * np.random.default_rng(2).standard_normal(200)
    row = analyse(data.assign(y=y), Model(outcome="y", predictor="x", moderator="w"))["fragility"].iloc[0]
    assert row[["deletions", "expected_any", "expected_as_many", "expected_median"]].tolist() == [0, 0, 1, 0]


# other scales and models ----------------------------------------------------------------------------------


def test_what_cannot_be_computed_says_why():
    """An outcome around zero has no logarithm and no square, and one without a declared range no logit."""
    data = pd.DataFrame(np.random.default_rng(1).standard_normal((80, 3)), columns=["y", "x", "w"])
    table = analyse(data, Model(outcome="y", predictor="x", moderator="w"))["scale_dependence"].set_index("analysis")
    for analysis in ("log", "squared", "logit"):
        assert table.loc[analysis, "note"].startswith("not computable: the outcome has")
        assert np.isnan(table.loc[analysis, "estimate"])
    others = table.drop(["log", "squared", "logit"])
    assert others["note"].isna().all()
    assert others["p_value"].notna().all()


def test_as_many_parameters_as_respondents():
    """Seven respondents, and four thresholds and three slopes of the proportional odds: each analysis has a row."""
    data = pd.DataFrame(np.random.default_rng(4).standard_normal((7, 2)), columns=["x", "w"]).assign(y=[1, 2, 3, 4, 5, 2, 3])
    table = analyse(data, Model(outcome="y", predictor="x", moderator="w", family="normal"))["scale_dependence"]
    assert len(table) == 8
    assert table["note"].isna().equals(table["p_value"].notna())


def test_several_product_terms_are_tested_jointly():
    rng = np.random.default_rng(3)
    data = pd.DataFrame({"x": rng.standard_normal(150), "g": rng.integers(1, 4, 150).astype(float)})
    data["y"] = 5 + data["x"] * (data["g"] == 3) + 0.5 * rng.standard_normal(150)
    found = analyse(data, Model(outcome="y", predictor="x", moderator="g"), categories=("g",))
    table = found["scale_dependence"].set_index("analysis")
    row = found["fit"].iloc[0]
    assert table.loc["as_measured", "statistic"] == pytest.approx(row["f_change_hc3"])
    assert table.loc["as_measured", "p_value"] == pytest.approx(row["p_change_hc3"])
    assert (table["sign"].dropna() == "significant").all()
    assert table["estimate"].isna().all()


def test_separated_categories_have_no_proportional_odds():
    x = np.linspace(-1, 1, 20)
    with pytest.raises(NotComputable, match="no maximum"):
        Ordered(np.column_stack([np.ones(20), x]), (x > 0).astype(float)).fit()


def test_proportional_odds_recover_the_truth_and_do_not_depend_on_units():
    rng = np.random.default_rng(6)
    x = rng.standard_normal((20_000, 2))
    latent = x @ [0.8, -0.5] + rng.logistic(size=20_000)
    y = np.digitize(latent, [-1, 0, 0.5, 2])
    constant = np.ones((len(x), 1))
    found = Ordered(np.hstack([constant, x]), y).fit()
    estimate, errors = found.parameters[4:], np.sqrt(np.diag(found.covariances["model"]))[4:]
    assert (np.abs(estimate - [0.8, -0.5]) < 4 * errors).all()
    scaled = Ordered(np.hstack([constant, x * [1e6, 1e-6]]), 10.0**y).fit().parameters[4:]
    np.testing.assert_allclose(scaled * [1e6, 1e-6], estimate, rtol=1e-8)
