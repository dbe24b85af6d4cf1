"""Reliability against psych in R, closed forms, populations with known values, and a brute-force bootstrap."""

import warnings

import numpy as np
import pandas as pd
import pytest
from factor_analyzer import FactorAnalyzer
from pandas.testing import assert_frame_equal
from reliability_runs import NUMBERS, analyse, coefficients, with_covariance

from practicework.numerics import bootstrap
from practicework.numerics.seeds import generator, streams
from practicework.stages import reliability

SCALES = ["agree", "conscientious", "extraversion", "neuroticism", "openness"]


def one_factor_data(loadings: np.ndarray, n: int, rng: np.random.Generator) -> np.ndarray:
    """A sample from a one-factor population."""
    return rng.standard_normal((n, 1)) * loadings + rng.standard_normal((n, len(loadings))) * np.sqrt(1 - loadings**2)


@pytest.fixture(scope="module")
def found(bfi) -> reliability.Reliability:
    """Reliability of the five scales of bfi."""
    return reliability.analyse(bfi.responses, list(bfi.study.scales.values()), streams(1, "reliability", "bfi"))


@pytest.fixture(scope="module")
def unkeyed(bfi) -> reliability.Reliability:
    """Reliability of agreeableness with its first item left unturned."""
    scale = bfi.study.scales["agree"]
    items = tuple(item.model_copy(update={"reverse": False}) for item in scale.items)
    return analyse(bfi.responses[scale.item_ids].to_numpy(), scale.model_copy(update={"items": items, "id": "agree_unkeyed"}))


# against psych ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [*SCALES, "agree_unkeyed"])
def test_coefficients_equal_psych(found, unkeyed, golden, name):
    """n, alpha, Feldt's interval, standardised alpha, mean inter-item r to 1e-12; omega total to 1e-7, see below."""
    expected = golden("reliability_scales").set_index("scale").loc[name]
    row = (unkeyed if name == "agree_unkeyed" else found).scales.set_index("scale").loc[name]
    assert row["n"] == expected["n"]
    for column in ("alpha", "alpha_low", "alpha_high", "std_alpha", "mean_inter_item_r"):
        assert row[column] == pytest.approx(expected[column], rel=1e-12), column
    assert row["omega_total"] == pytest.approx(expected["omega_total"], rel=1e-7)
    assert row["note"] is None


@pytest.mark.parametrize("name", [*SCALES, "agree_unkeyed"])
def test_items_equal_psych(found, unkeyed, golden, name):
    """Mean, SD, item-rest r and alpha if dropped of `psych::alpha` to 1e-12; loadings of `psych::fa` to 1e-5, see below."""
    expected = golden("reliability_items").query("scale == @name").set_index("item")
    items = (unkeyed if name == "agree_unkeyed" else found).items.query("scale == @name").set_index("item")
    assert items.index.tolist() == expected.index.tolist()
    for column in ("mean", "sd", "item_rest_r", "alpha_if_dropped"):
        np.testing.assert_allclose(items[column].astype(float), expected[column], rtol=1e-12, err_msg=column)
    np.testing.assert_allclose(items["loading"].astype(float), expected["loading"], atol=1e-5)


@pytest.mark.parametrize("name", [*SCALES, "agree_unkeyed"])
def test_loadings_and_omega_are_at_the_minimum(found, unkeyed, golden, name):
    """psych's optimiser stops up to 6e-6 short of the minres minimum; Newton's method in R ends at ours, to 1e-9."""
    result = unkeyed if name == "agree_unkeyed" else found
    items = golden("reliability_items").query("scale == @name")
    np.testing.assert_allclose(result.items.query("scale == @name")["loading"].astype(float), items["loading_exact"], atol=1e-9)
    omega = golden("reliability_scales").set_index("scale").loc[name, "omega_total_exact"]
    assert result.scales.set_index("scale").loc[name, "omega_total"] == pytest.approx(omega, rel=1e-10)


def test_an_item_against_its_scale_is_told(found, unkeyed):
    """A1 unturned correlates negatively with the rest and says so; keyed, no item does."""
    notes = unkeyed.items.set_index("item")["note"]
    assert "should it be reverse-keyed?" in notes["A1"]
    assert notes.drop("A1").isna().all()
    assert found.items["note"].isna().all()


def test_missing_answers_are_counted_and_rows_with_one_left_out(bfi, found):
    """Listwise within the scale: n is the number of complete rows, `missing` that of empty cells."""
    for name, scale in bfi.study.scales.items():
        answers = bfi.responses[scale.item_ids]
        assert found.scales.set_index("scale").loc[name, "n"] == answers.notna().all(axis=1).sum()
        assert found.items.query("scale == @name")["missing"].tolist() == answers.isna().sum().tolist()


# closed forms -----------------------------------------------------------------------------------------


def test_alpha_by_its_definition(new_scale):
    """k / (k - 1) (1 - Σ variances / variance of the sum), from a covariance matrix that the data have exactly."""
    cov = np.array([[2.0, 0.6, 0.3], [0.6, 1.0, -0.1], [0.3, -0.1, 0.5]])
    result = analyse(3 + with_covariance(cov), new_scale(3, response={"min": -50, "max": 50}))
    assert result.scales["alpha"].iloc[0] == pytest.approx(1.5 * (1 - 3.5 / 5.1), rel=1e-12)
    dropped = [2 * (1 - 1.5 / 1.3), 2 * (1 - 2.5 / 3.1), 2 * (1 - 3.0 / 4.2)]
    assert result.items["alpha_if_dropped"].tolist() == pytest.approx(dropped, rel=1e-11)
    rest = [0.9 / np.sqrt(2 * 1.3), 0.5 / np.sqrt(3.1), 0.2 / np.sqrt(0.5 * 4.2)]
    assert result.items["item_rest_r"].tolist() == pytest.approx(rest, rel=1e-11)


@pytest.mark.parametrize(("k", "rho"), [(3, 0.3), (6, 0.5), (10, 0.2)])
def test_parallel_items(new_scale, k, rho):
    """Spearman-Brown: alpha, standardised alpha and omega total are k r / (1 + (k - 1) r); loadings are √r."""
    cov = np.full((k, k), rho) + (1 - rho) * np.eye(k)
    result = analyse(with_covariance(cov), new_scale(k, response={"min": -50, "max": 50}))
    row = result.scales.iloc[0]
    truth = k * rho / (1 + (k - 1) * rho)
    assert [row["alpha"], row["std_alpha"], row["omega_total"]] == pytest.approx([truth] * 3, rel=1e-9)
    assert result.items["loading"].tolist() == pytest.approx([np.sqrt(rho)] * k, rel=1e-9)


@pytest.mark.parametrize("loadings", [[0.8, 0.7, 0.6, 0.5], [0.9, 0.3, 0.5], [0.7, 0.6, -0.5, 0.8, 0.2, 0.4]])
def test_recovers_a_one_factor_population(loadings):
    """The loadings of its correlation matrix, and omega = (Σl)² / ((Σl)² + Σ(1 - l²)), to 1e-8."""
    truth = np.array(loadings)
    r = np.outer(truth, truth)
    np.fill_diagonal(r, 1)
    found = reliability.one_factor(r)
    np.testing.assert_allclose(found, truth, atol=1e-8)
    common = truth.sum() ** 2
    assert reliability.omega_total(r, found) == pytest.approx(common / (common + (1 - truth**2).sum()), rel=1e-8)


def test_recovers_a_population_from_a_sample(new_scale):
    """20,000 people with loadings .5 to .8: alpha below omega, omega within .01, loadings within .03."""
    truth = np.array([0.8, 0.7, 0.6, 0.5])
    data = one_factor_data(truth, 20_000, np.random.default_rng(5))
    result = analyse(data, new_scale(4, response={"min": -50, "max": 50}))
    row = result.scales.iloc[0]
    omega = truth.sum() ** 2 / (truth.sum() ** 2 + (1 - truth**2).sum())
    assert row["omega_total"] == pytest.approx(omega, abs=0.01)
    assert row["omega_low"] < omega < row["omega_high"]
    assert row["alpha"] < row["omega_total"]
    np.testing.assert_allclose(result.items["loading"].astype(float), truth, atol=0.03)


def test_feldt_interval_covers_the_population():
    """In 2,000 samples of 40 people with parallel items the 95% interval covers alpha in 95% ± 1.5%."""
    rng, k, rho, n = np.random.default_rng(6), 5, 0.4, 40
    truth = k * rho / (1 + (k - 1) * rho)
    covered = 0
    for _ in range(2000):
        cov = np.cov(one_factor_data(np.full(k, np.sqrt(rho)), n, rng).T)
        low, high = reliability.feldt(k / (k - 1) * (1 - np.trace(cov) / cov.sum()), n, k)
        covered += low < truth < high
    assert covered / 2000 == pytest.approx(0.95, abs=0.015)


# the bootstrap of omega ---------------------------------------------------------------------------------


def refit(data: np.ndarray) -> float:
    """Omega total by factor_analyzer alone."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        loadings = FactorAnalyzer(n_factors=1, rotation=None, method="minres").fit(data).loadings_[:, 0]
    r = np.corrcoef(data.T)
    return (r.sum() - (1 - loadings**2).sum()) / r.sum()


@pytest.fixture(scope="module")
def sample() -> np.ndarray:
    """150 people's answers from 1 to 5 to five items."""
    rng = np.random.default_rng(8)
    return np.clip(np.round(3 + 1.2 * one_factor_data(np.array([0.8, 0.7, 0.6, 0.6, 0.4]), 150, rng)), 1, 5)


@pytest.fixture(scope="module")
def refitted(sample) -> np.ndarray:
    """Omega of 200 resamples, each fitted by factor_analyzer."""
    counts = bootstrap.counts(len(sample), 200, np.random.default_rng(9))
    return np.array([refit(np.repeat(sample, count, axis=0)) for count in counts])


def test_omega_of_resamples_equals_a_loop_of_factor_analyses(sample, refitted):
    """The very same resamples, one factor analysis each: to 2e-5, which is how far that optimiser stops short."""
    loadings = reliability.one_factor(np.corrcoef(sample.T))
    draws = reliability.bootstrap_coefficients(sample, loadings, 200, np.random.default_rng(9))[1]
    np.testing.assert_allclose(draws, refitted, atol=2e-5)


def test_omega_interval_is_that_of_the_loop(sample, refitted, new_scale):
    """Estimate ± 1.96 standard errors of 5,000 draws; the loop's agrees within its Monte Carlo error (5%, four times)."""
    row = coefficients(sample, new_scale(5))
    half = row["omega_high"] - row["omega_total"]
    loadings = reliability.one_factor(np.corrcoef(sample.T))
    draws = reliability.bootstrap_coefficients(sample, loadings, 10_000, generator(1, "reliability", "sample", "s"))[1]
    assert half == pytest.approx(1.959963985 * draws.std(ddof=1), rel=1e-6)
    assert half == pytest.approx(row["omega_total"] - row["omega_low"], rel=1e-12)
    assert half / 1.959964 == pytest.approx(refitted.std(ddof=1), rel=0.2)
    assert row["omega_resamples"] == 10_000


def test_omega_interval_covers_the_population():
    """In 300 samples of 100 people the 95% interval covers omega in 91% to 98%."""
    truth = np.array([0.8, 0.7, 0.7, 0.6, 0.5])
    omega = truth.sum() ** 2 / (truth.sum() ** 2 + (1 - truth**2).sum())
    rng, covered = np.random.default_rng(10), 0
    for _ in range(300):
        data = one_factor_data(truth, 100, rng)
        r = np.corrcoef(data.T)
        loadings = reliability.minres_steps(r[None], truth[None])[0]
        half = 1.96 * reliability.bootstrap_coefficients(data, loadings, 300, rng)[1].std(ddof=1)
        covered += abs(reliability.omega_total(r, loadings) - omega) < half
    assert 0.91 <= covered / 300 <= 0.98


def test_the_seed_and_the_names_alone_decide(sample, new_scale):
    """Same seed, same interval; another scale or sample changes nothing, another seed does."""
    one, two = new_scale(5), new_scale(5, name="t")
    alone, again, other = (coefficients(sample, one, seed) for seed in (1, 1, 2))
    frame = pd.DataFrame(sample, columns=one.item_ids)
    frame.insert(0, "respondent", [f"R{number}" for number in range(len(frame))])
    beside = reliability.analyse(frame, [two, one], streams(1, "reliability", "sample")).scales.set_index("scale").loc["s"]
    ends = ["omega_low", "omega_high"]
    assert alone[ends].tolist() == again[ends].tolist() == beside[ends].tolist()
    assert alone[ends].tolist() != other[ends].tolist()
    assert generator(1, "reliability", "sample", "s").random() == generator(1, "reliability", "sample", "s").random()


# invariances --------------------------------------------------------------------------------------------


def same(one: pd.Series, other: pd.Series, tolerance: float = 1e-9) -> None:
    """Coefficients equal; the interval of omega to 1e-5, since its steps end there."""
    np.testing.assert_allclose(one[NUMBERS[:-2]].astype(float), other[NUMBERS[:-2]].astype(float), rtol=tolerance)
    np.testing.assert_allclose(one[NUMBERS[-2:]].astype(float), other[NUMBERS[-2:]].astype(float), rtol=1e-5)


def test_reversing_twice_changes_nothing(sample, new_scale):
    """Answers turned by hand and keyed as reverse are the answers."""
    turned = sample.copy()
    turned[:, [1, 3]] = 6 - turned[:, [1, 3]]
    plain, keyed = analyse(sample, new_scale(5)), analyse(turned, new_scale(5, reverse=("i2", "i4")))
    assert_frame_equal(plain.scales, keyed.scales)
    assert_frame_equal(plain.items.drop(columns="reverse"), keyed.items.drop(columns="reverse"))
    assert keyed.items["reverse"].tolist() == [False, True, False, True, False]


def test_reversing_all_items_changes_no_coefficient(sample, new_scale):
    """The scale measures the opposite just as well."""
    same(coefficients(sample, new_scale(5)), coefficients(6 - sample, new_scale(5)))


def test_adding_a_constant_changes_no_coefficient(sample, new_scale):
    """Items of other difficulty."""
    same(coefficients(sample, new_scale(5)), coefficients(sample + np.array([0, 10, -3, 0.5, 100]), new_scale(5)))


def test_units_of_an_item_change_alpha_only(sample, new_scale):
    """Standardised alpha and omega are of correlations; alpha is of covariances."""
    plain, stretched = (coefficients(data, new_scale(5)) for data in (sample, sample * [1, 1, 10, 1, 1]))
    np.testing.assert_allclose(
        plain[["std_alpha", "omega_total"]].astype(float), stretched[["std_alpha", "omega_total"]].astype(float), rtol=1e-9
    )
    assert abs(plain["alpha"] - stretched["alpha"]) > 0.1


def test_the_order_of_items_and_people_does_not_count(sample, new_scale):
    """Permuted items give permuted rows."""
    order = [3, 0, 4, 2, 1]
    plain, items = analyse(sample, new_scale(5)), analyse(sample[:, order], new_scale(5))
    same(plain.scales.iloc[0], items.scales.iloc[0])
    columns = ["mean", "sd", "item_rest_r", "alpha_if_dropped", "loading"]
    np.testing.assert_allclose(items.items[columns].astype(float), plain.items[columns].astype(float).iloc[order], rtol=1e-9)
    people = coefficients(sample[::-1], new_scale(5))[NUMBERS[:-2]]
    np.testing.assert_allclose(people.astype(float), plain.scales.iloc[0][NUMBERS[:-2]].astype(float), rtol=1e-9)
