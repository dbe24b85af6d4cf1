"""Confirmatory models against lavaan, populations with known values, the definitions of the indices, and every refusal."""

import numpy as np
import pandas as pd
import pytest
from reliability_runs import with_covariance
from scipy.stats import ncx2

from practicework.errors import NotComputable
from practicework.stages.dimensionality import cfa, confirmatory, rivals, scaled
from practicework.stages.dimensionality.item_model import ItemModel, item_models
from practicework.study import load_study

pytestmark = pytest.mark.filterwarnings("error")
FACTORS = {"a": ["a1", "a2", "a3"], "b": ["b1", "b2", "b3", "b4"]}
LOADINGS = np.array([0.8, 0.7, 0.6, 0.8, 0.7, 0.5, 0.6])


def population(phi: float = 0.4) -> np.ndarray:
    """The correlations of two factors' items."""
    factor = np.array([0, 0, 0, 1, 1, 1, 1])
    r = np.outer(LOADINGS, LOADINGS) * np.where(factor[:, None] == factor, 1, phi)
    np.fill_diagonal(r, 1)
    return r


def model(data: np.ndarray, factors: dict[str, list[str]] = FACTORS, name: str = "all") -> ItemModel:
    """Columns as the items of some scales."""
    return ItemModel(name, pd.DataFrame(data, columns=[item for items in factors.values() for item in items]), factors)


def sample(n: int, seed: int, phi: float = 0.4) -> ItemModel:
    """People from the population."""
    return model(np.random.default_rng(seed).standard_normal((n, 7)) @ np.linalg.cholesky(population(phi)).T)


@pytest.fixture(scope="module")
def fitted(bfi) -> dict[str, cfa.Cfa]:
    """Every model of the R script: the scales alone, all together, 75 people, and scales of two to four items."""
    models = item_models(bfi.responses, list(bfi.study.scales.values()))
    keyed, scales = pd.concat([scale.keyed(bfi.responses) for scale in bfi.study.scales.values()], axis=1), models[-1].factors
    two = {name: scales[name] for name in ("agree", "neuroticism")}
    mixed = {
        "agree": scales["agree"][1:4],
        "conscientious": scales["conscientious"][:2],
        "neuroticism": scales["neuroticism"][:4],
    }
    for name, factors, n in (("small", two, 75), ("mixed", mixed, None)):
        answers = keyed[[item for items in factors.values() for item in items]].dropna()
        models.append(ItemModel(name, answers.iloc[:n], factors))
    return {one.name: cfa.fit_cfa(one) for one in models}


TOLERANCES = {"rmsea_low": 1e-6, "rmsea_high": 1e-6, "srmr": 1e-6, "p_value": 1e-6}
"""Relative; lavaan stops short in the residuals, and its interval is searched for. The others: 1e-9."""


def test_fit_equals_lavaan(fitted, golden):
    """Chi-square, df, CFI, TLI, RMSEA with interval, SRMR, log-likelihood, AIC, BIC, the baseline: every model."""
    expected = golden("dimensionality_cfa_fit").set_index("model")
    assert set(expected.index) == set(fitted)
    for name, values in expected.iterrows():
        found = fitted[name].fit()
        assert fitted[name].model.n == values["n"]
        for column in values.index.drop("n"):
            absolute = 1e-15 if column == "p_value" else 0  # R subtracts it from 1
            tolerance = TOLERANCES.get(column, 1e-9)
            assert found[column] == pytest.approx(values[column], rel=tolerance, abs=absolute), (name, column)


def test_corrected_statistics_equal_lavaan(fitted, golden):
    """MLM and MLR, and Swain's formula on lavaan's χ²; 1e-5, since lavaan stops short of the minimum."""
    expected = golden("dimensionality_cfa_scaled").set_index("model")
    assert set(expected.index) == {name for name, one in fitted.items() if one.fit()["df"]}
    for name, values in expected.iterrows():
        found = scaled.statistics(fitted[name], fitted[name].fit()["chisq"], fitted[name].fit()["df"])
        for column in values.index:
            # R subtracts small p values from 1, and p magnifies relative differences of χ²
            loose = {"rel": 1e-4, "abs": 1e-14} if column.startswith("p_value") else {"rel": 1e-5}
            assert found[column] == pytest.approx(values[column], **loose), (name, column)


@pytest.fixture(scope="module")
def study_models(root) -> list[ItemModel]:
    """The item models of the published study."""
    study, raw = load_study(root), pd.read_csv(root / "data/raw/schmitt2021_synthetic.csv")
    return item_models(raw, list(study.scales.values()))


def test_published_study_has_lavaan_s_statistics_and_rivals(study_models, golden):
    """χ² of 254.7 is 224.2 with Swain's correction; both rivals fit worse."""
    tables = confirmatory.tables(study_models, ("promotion", "usefulness"))
    whole, other = tables["fit"].iloc[-1], golden("dimensionality_cfa_published").iloc[0]
    assert (round(whole["chisq_swain"], 1), round(whole["p_value_swain"], 2)) == (224.2, 0.48)
    for column in other.index:
        assert whole[column] == pytest.approx(other[column], rel=1e-6)
    rows, expected = tables["rivals"].set_index("rival"), golden("dimensionality_cfa_rivals").set_index("rival")
    assert rows["scales"].tolist()[1:] == ["promotion usefulness", "promotion usefulness support social_selling_use"]
    for column in expected:
        some = rows.loc[rows[column].notna(), column].astype(float)
        np.testing.assert_allclose(some, expected.loc[some.index, column], rtol=1e-6, err_msg=column)


def test_without_a_pair_the_closest_scales_are_merged(study_models):
    rows = confirmatory.tables(study_models)["rivals"].set_index("rival")
    assert rows.loc["merged", "scales"] == "promotion usefulness"  # r = .60, the largest


def test_two_scales_have_one_rival():
    assert rivals.table(cfa.fit_cfa(sample(200, 3)), None)["rival"].tolist() == ["scales", "one_factor"]
    assert rivals.table(None, None).empty


def test_scaling_factors_are_one_for_normal_answers():
    """And Swain's correction vanishes with n."""
    one = cfa.fit_cfa(sample(20_000, 4))
    fit = one.fit()
    found = scaled.statistics(one, fit["chisq"], fit["df"])
    assert found["scaling_satorra_bentler"] == pytest.approx(1, abs=0.02)
    assert found["scaling_yuan_bentler"] == pytest.approx(1, abs=0.03)
    assert found["chisq_swain"] == pytest.approx(fit["chisq"], rel=0.001)


def test_standardised_loadings_and_errors_equal_lavaan(fitted, golden):
    """Estimates, delta-method standard errors and residual correlations to 1e-5, as near as lavaan's optimiser comes."""
    for name, rows in golden("dimensionality_cfa_loadings").groupby("model"):
        assert fitted[name].model.items == rows["item"].tolist()
        np.testing.assert_allclose(fitted[name].loadings, rows["loading"], atol=1e-5)
        np.testing.assert_allclose(fitted[name].loading_errors, rows["std_error"], atol=1e-6)
    for name, rows in golden("dimensionality_cfa_residuals").groupby("model"):
        upper = np.triu_indices(len(fitted[name].r), 1)
        np.testing.assert_allclose(fitted[name].r[upper], rows["r"], rtol=1e-12)
        np.testing.assert_allclose((fitted[name].r - fitted[name].estimates.implied)[upper], rows["residual"], atol=1e-5)


def test_factor_correlations_equal_lavaan(fitted, golden):
    """With standard errors, to 1e-5 and 1e-6."""
    for name, rows in golden("dimensionality_cfa_correlations").groupby("model"):
        np.testing.assert_allclose(fitted[name].correlations, rows["r"], atol=1e-5)
        np.testing.assert_allclose(fitted[name].correlation_errors, rows["std_error"], atol=1e-6)


def test_no_step_improves_the_fit(fitted):
    """The gradient vanishes, and neighbours are worse: semopy's and lavaan's own stops are not the minimum."""
    for one in fitted.values():
        assert np.abs(cfa.gradient(one.r, one.estimates)).max() < 1e-8
        value = cfa.discrepancy(one.r, one.estimates.implied)
        for step in 1e-3 * np.random.default_rng(1).standard_normal((5, len(one.estimates.vector))):
            assert cfa.discrepancy(one.r, one.estimates.moved(step).implied) > value


def test_derivatives_are_those_of_the_implied_matrix():
    """Against differences, parameter by parameter."""
    parameters = cfa.fit_cfa(sample(200, 1)).estimates
    for number, derivative in enumerate(parameters.derivatives()):
        step = np.zeros(len(parameters.vector))
        step[number] = 1e-6
        difference = (parameters.moved(step).implied - parameters.moved(-step).implied) / 2e-6
        np.testing.assert_allclose(derivative, difference, atol=1e-9)


def test_a_population_is_recovered_exactly():
    """Data that have its correlations exactly: chi-square 0, the loadings, the factor correlation."""
    found = cfa.fit_cfa(model(with_covariance(population())))
    np.testing.assert_allclose(found.loadings, LOADINGS, atol=1e-8)
    assert found.correlations.tolist() == pytest.approx([0.4], abs=1e-8)
    fit = found.fit()
    assert fit["chisq"] == pytest.approx(0, abs=1e-8)
    assert [fit["cfi"], fit["rmsea"], fit["rmsea_low"], fit["rmsea_high"]] == [1, 0, 0, 0]
    assert fit["tli"] > 1


@pytest.mark.slow
def test_chi_square_and_standard_errors_hold_over_samples():
    """300 samples of 400 people: exact fit is rejected in about 5 %, and the standard errors are the SDs over samples."""
    fits = [cfa.fit_cfa(sample(400, seed)) for seed in range(300)]
    rejected = np.mean([one.fit()["p_value"] < 0.05 for one in fits])
    assert 0.02 < rejected < 0.09
    spread = np.std([np.append(one.loadings, one.correlations) for one in fits], axis=0, ddof=1)
    errors = np.mean([np.append(one.loading_errors, one.correlation_errors) for one in fits], axis=0)
    np.testing.assert_allclose(errors, spread, rtol=0.15)  # an SD of 300 values has a standard error of 4 %


@pytest.mark.parametrize(("chisq", "df", "n"), [(71.5, 34, 75), (4165.5, 265, 2436), (12.0, 10, 200), (20.0, 5, 50)])
def test_rmsea_interval_by_its_definition(chisq, df, n):
    """At its ends chi-square is at the 95th and 5th percentile; where no noncentrality is, the end is 0."""
    low, high = cfa.rmsea_interval(chisq, df, n)
    assert ncx2.cdf(chisq, df, high**2 * n * df) == pytest.approx(0.05, rel=1e-6)
    if low > 0:
        assert ncx2.cdf(chisq, df, low**2 * n * df) == pytest.approx(0.95, rel=1e-6)
    else:
        assert ncx2.cdf(chisq, df, 1e-12) < 0.95


def test_what_changes_nothing():
    """Reversed items turn their loading; origins, units, the order of people, items and scales change nothing else."""
    one = sample(150, 3)
    base = cfa.fit_cfa(one)
    changed = one.answers * [1, 10, 0.1, 1, 1, 3, 1] + [5, 0, 0, -3, 0, 0, 1]
    other = cfa.fit_cfa(ItemModel("all", changed.iloc[::-1], FACTORS))
    assert other.fit()["chisq"] == pytest.approx(base.fit()["chisq"], rel=1e-7)
    np.testing.assert_allclose(other.loadings, base.loadings, atol=1e-7)
    np.testing.assert_allclose(other.loading_errors, base.loading_errors, atol=1e-7)
    turned = cfa.fit_cfa(ItemModel("all", one.answers * [1, -1, 1, 1, 1, 1, 1], FACTORS))
    np.testing.assert_allclose(turned.loadings, base.loadings * [1, -1, 1, 1, 1, 1, 1], atol=1e-7)
    first = cfa.fit_cfa(ItemModel("all", one.answers * [-1, 1, 1, 1, 1, 1, 1], FACTORS))  # by which semopy scales the factor
    np.testing.assert_allclose(first.loadings, base.loadings * [-1, 1, 1, 1, 1, 1, 1], atol=1e-7)
    np.testing.assert_allclose(first.correlations, base.correlations, atol=1e-7)
    factors = {"b": FACTORS["b"][::-1], "a": FACTORS["a"]}
    swapped = cfa.fit_cfa(ItemModel("all", one.answers[factors["b"] + factors["a"]], factors))
    np.testing.assert_allclose(swapped.loadings, np.concatenate([base.loadings[3:][::-1], base.loadings[:3]]), atol=1e-7)
    assert swapped.fit()["srmr"] == pytest.approx(base.fit()["srmr"], rel=1e-6)


def test_units_move_the_information_criteria_as_they_move_the_likelihood():
    """An item times 10: log 10 per person less likelihood."""
    one = sample(150, 3)
    longer = ItemModel("all", one.answers * [10, 1, 1, 1, 1, 1, 1], FACTORS)
    difference = cfa.fit_cfa(longer).fit()["aic"] - cfa.fit_cfa(one).fit()["aic"]
    assert difference == pytest.approx(2 * 150 * np.log(10), rel=1e-9)


def test_three_items_fit_one_factor_exactly():
    """No degree of freedom, and no index that would look like fit; the loadings are in closed form."""
    r = np.array([[1, 0.5, 0.4], [0.5, 1, 0.3], [0.4, 0.3, 1]])
    found = cfa.fit_cfa(model(with_covariance(r), {"a": FACTORS["a"]}, "a"))
    expected = np.sqrt([0.5 * 0.4 / 0.3, 0.5 * 0.3 / 0.4, 0.4 * 0.3 / 0.5])
    np.testing.assert_allclose(found.loadings, expected, atol=1e-7)
    fit = found.fit()
    assert fit["df"] == 0
    assert not {"p_value", "cfi", "tli", "rmsea", "srmr"} & set(fit)


def test_an_improper_solution_says_so():
    """A residual variance below zero, from correlations that one factor cannot have."""
    r = np.array([[1, 0.8, 0.7], [0.8, 1, 0.4], [0.7, 0.4, 1]])
    found = cfa.fit_cfa(model(with_covariance(r), {"a": FACTORS["a"]}, "a"))
    assert found.loadings[0] > 1
    assert found.improper == ["the residual variance of a1 is not positive"]


def normal(k: int, n: int = 60, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((n, k))


def last(data: np.ndarray, column: np.ndarray) -> np.ndarray:
    return np.column_stack([data[:, :-1], column])


REFUSED = {
    "constant item": (lambda: last(normal(7), np.full(60, 2.0)), FACTORS, "everyone gave the same answer to b4"),
    "item twice": (lambda: last(normal(7), normal(7)[:, 0]), FACTORS, "the answers to a1, b4 are linearly dependent"),
    "item that is a sum": (lambda: last(normal(7), normal(7)[:, :2].sum(axis=1)), FACTORS, "a1, a2, b4 are linearly dependent"),
    "no more people than items": (lambda: normal(7, 7), FACTORS, r"no more respondents \(7\) than items \(7\)"),
    "four people": (lambda: normal(7, 4), FACTORS, "fewer than 5 respondents"),
    "two items": (lambda: normal(2), {"a": ["a1", "a2"]}, "a factor of two items alone is not identified"),
    "one item": (lambda: normal(1), {"a": ["a1"]}, "a single item has no structure"),
    "uncorrelated items": (lambda: with_covariance(np.eye(4)), {"b": FACTORS["b"]}, "not identified|did not converge"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refusal(name):
    """With a reason that begins as every reason does."""
    data, factors, reason = REFUSED[name]
    with pytest.raises(NotComputable, match=f"^not computable: .*({reason})"):
        cfa.fit_cfa(model(data(), factors))
