"""Moderation of outcomes that are not quantities, against R, simulation and the words of mistakes."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

from practicework.errors import StudyError
from practicework.numerics import bootstrap
from practicework.numerics.generalized import Binary, Count, Ordered
from practicework.numerics.levels import family_mismatch
from practicework.stages.moderation import analyse as least_squares
from practicework.stages.moderation.generalized import analyse
from practicework.study.settings import Model, Moderation

GOLDEN = Path(__file__).parents[1] / "golden/moderation"
OUTCOMES = {"binary": "bought", "count": "deals", "ordered": "stage"}


def model(family: str, **more) -> Model:
    more = {"covariates": ["c"]} | more
    return Model(outcome=OUTCOMES[family], predictor="x", moderator="w", family=family, **more)


def settings(**more) -> Moderation:
    bootstrap = {"resamples": 400} | more.pop("bootstrap", {})
    return Moderation.model_validate({"models": {"m": model("binary").model_dump()}, "bootstrap": bootstrap} | more)


@pytest.fixture(scope="module")
def data() -> pd.DataFrame:
    return pd.read_csv(GOLDEN / "generalized_synthetic.csv")


@pytest.fixture(scope="module")
def found(data) -> dict[str, dict[str, pd.DataFrame]]:
    return {family: analyse(data, "m", model(family), settings(), np.random.default_rng(1)) for family in OUTCOMES}


def golden(name: str, family: str) -> pd.DataFrame:
    table = pd.read_csv(GOLDEN / f"generalized_{name}.csv")
    return table[table["family"] == family].reset_index(drop=True)


def expected(table: pd.DataFrame) -> pd.DataFrame:
    names = {"(Intercept)": "intercept", "xc": "x", "wc": "w", "xc:wc": "x:w"}
    return table.assign(term=table["term"].replace(names)).set_index("term")


@pytest.mark.parametrize("family", OUTCOMES)
def test_coefficients_equal_r(found, data, family):
    table = found[family]["generalized_coefficients"].set_index("term")
    r = expected(golden("coefficients", family)).loc[table.index]
    np.testing.assert_allclose(table["estimate"], r["estimate"], rtol=2e-7)
    np.testing.assert_allclose(table["std_error"], r["std_error"], rtol=2e-6)
    np.testing.assert_allclose(table["std_error_robust"], r["robust"], rtol=2e-6)
    nested = analyse(data, "m", model(family), settings(cluster="firm"), np.random.default_rng(1))["generalized_coefficients"]
    np.testing.assert_allclose(nested["std_error_robust"], r["clustered"], rtol=2e-6)


def test_firth_equals_r(data):
    table = analyse(data, "m", model("binary", firth=True), settings(), np.random.default_rng(1))["generalized_coefficients"]
    r = expected(golden("coefficients", "firth")).loc[table["term"]]
    np.testing.assert_allclose(table["estimate"], r["estimate"], rtol=1e-7)
    np.testing.assert_allclose(table["std_error"], r["std_error"], rtol=1e-7)


@pytest.mark.parametrize("family", OUTCOMES)
def test_differences_and_fit_equal_r(found, family):
    for name, column in (("differences", "difference"), ("second", "second_difference")):
        table = found[family]["second_differences" if name == "second" else name]
        r = golden(name, family)
        np.testing.assert_allclose(table[column], r["estimate"], rtol=1e-6, atol=1e-9)
        np.testing.assert_allclose(table["std_error"], r["std_error"], rtol=1e-5)
    fit, r = found[family]["generalized_fit"].iloc[0], golden("fit", family).iloc[0]
    for column, other in (("log_likelihood", "log_likelihood"), ("log_likelihood_null", "null"), ("chi_squared_change", "change"),
                          ("aic", "aic")):  # fmt: skip
        assert fit[column] == pytest.approx(r[other], rel=1e-7)
    if family == "count":
        assert fit["dispersion"] == pytest.approx(r["dispersion"], rel=1e-5)


def test_ordered_item_of_real_data_equals_r(root):
    """The item "get angry easily" by age and gender (psychTools::bfi), ordinal::clm."""
    people = pd.read_csv(root / "examples/bfi/data/raw/bfi.csv")[["N1", "age", "gender"]].dropna()
    people = people.assign(respondent=range(len(people)))
    spec = Model(outcome="N1", predictor="age", moderator="gender", family="ordered")
    tables = analyse(people, "m", spec, settings(bootstrap={"resamples": 100}), np.random.default_rng(1), categories=["gender"])
    r = pd.read_csv(GOLDEN / "generalized_bfi.csv")
    own = tables["generalized_coefficients"].iloc[:3]
    np.testing.assert_allclose(own["estimate"], r["estimate"], rtol=1e-7)
    np.testing.assert_allclose(own["std_error"], r["std_error"], rtol=1e-7)
    assert tables["generalized_fit"]["log_likelihood"].iloc[0] == pytest.approx(r["log_likelihood"][0], rel=1e-10)


def test_predictions_differ_as_the_differences_say(found):
    for tables in found.values():
        wide = tables["predicted"].pivot_table(
            index=["level", "probe"], columns="predictor_value", values="predicted", dropna=False
        )
        wide = wide.dropna(how="all")
        own = tables["differences"].set_index(["level", "probe"])["difference"].reindex(wide.index)
        np.testing.assert_allclose(wide.iloc[:, 1] - wide.iloc[:, 0], own, atol=1e-12)
        for table in (tables["predicted"], tables["predicted_curve"]):
            assert (table[["ci_low", "ci_low_robust"]] > 0).all(axis=None)
            assert (table["ci_low"] < table["predicted"]).all()
            assert (table["predicted"] < table["ci_high"]).all()
    assert (found["binary"]["predicted_curve"][["ci_high", "ci_high_robust"]] < 1).all(axis=None)
    levels = found["ordered"]["predicted"].groupby(["probe", "predictor_value"])["predicted"].sum()
    np.testing.assert_allclose(levels, 1)


def test_bootstrap_equals_refits(data):
    matrix = np.column_stack([np.ones(len(data)), data["x"] - 4, data["w"] - 3])
    counts = bootstrap.counts(len(data), 6, np.random.default_rng(4))
    for family, kind in (("binary", Binary), ("count", Count), ("ordered", Ordered)):
        y = data[OUTCOMES[family]].to_numpy(float)
        own = kind(matrix, y)
        draws = own.resample(counts, own.fit().parameters)
        for draw, times in zip(draws, counts, strict=True):
            again = np.repeat(np.arange(len(data)), times)
            np.testing.assert_allclose(draw, kind(matrix[again], y[again]).fit().parameters, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("family", OUTCOMES)
def test_recovers_the_truth(family):
    rng = np.random.default_rng(7)
    n = 60_000
    x, w = rng.standard_normal((2, n))
    eta = 0.5 * x - 0.2 * w + 0.3 * x * w
    y = {"binary": lambda: rng.random(n) < expit(eta), "count": lambda: rng.negative_binomial(2, 2 / (2 + np.exp(eta))),
         "ordered": lambda: np.digitize(eta + rng.logistic(size=n), [-1, 1])}[family]()  # fmt: skip
    frame = pd.DataFrame({"respondent": range(n), "x": x, "w": w, OUTCOMES[family]: y.astype(float)})
    table = analyse(frame, "m", model(family, covariates=[]), settings(), rng)["generalized_coefficients"].set_index("term")
    for term, truth in (("x", 0.5), ("w", -0.2), ("x:w", 0.3)):
        row = table.loc[term]
        assert abs(row["estimate"] - truth) < 3.5 * row["std_error"]
        assert row["boot_std_error"] == pytest.approx(row["std_error_robust"], rel=0.15)


def test_the_sign_of_a_product_is_not_that_of_probabilities():
    """Log odds of x add up (no product), and yet the effect on the probability is smaller where it is near one."""
    rng = np.random.default_rng(3)
    n = 40_000
    x, w = rng.standard_normal((2, n))
    frame = pd.DataFrame({"respondent": range(n), "x": x, "w": w})
    frame["bought"] = (rng.random(n) < expit(1.5 + x + 1.5 * w + 0.1 * x * w)).astype(float)
    tables = analyse(frame, "m", model("binary", covariates=[]), settings(bootstrap={"resamples": 100}), rng)
    assert tables["generalized_coefficients"].set_index("term").loc["x:w", "ci_low"] > 0
    assert tables["second_differences"]["ci_high"].iloc[0] < 0


def test_mistakes_are_stated_in_words(data):
    separated = data.assign(bought=(data["x"] > 4).astype(float))
    with pytest.raises(StudyError, match=r"separate the two values of 'bought' \(complete separation\).*'firth: true'"):
        analyse(separated, "m", model("binary"), settings(), np.random.default_rng(1))
    tables = analyse(separated, "m", model("binary", firth=True), settings(), np.random.default_rng(1))
    assert np.isfinite(tables["generalized_coefficients"]["estimate"]).all()
    for table in (tables["predicted"], tables["predicted_curve"]):
        assert np.isfinite(table[["ci_low", "ci_high", "ci_low_robust", "ci_high_robust"]]).all(axis=None)
    assert (
        Binary(np.column_stack([np.ones(6), [0, 0, 1, 1, 1, 1]]), np.array([0.0, 0, 0, 1, 1, 0])).separation() == "quasi-complete"
    )
    for outcome, words in (
        ("bought", "has two values; add 'family: binary'"),
        ("stage", "has only 4 values; add 'family: ordered'"),
    ):
        spec = Model(outcome=outcome, predictor="x", moderator="w")
        with pytest.raises(StudyError, match=words):
            least_squares(data, "m", spec, settings(), np.random.default_rng(1))
        declared = spec.model_copy(update={"family": "normal"})
        assert len(least_squares(data, "m", declared, settings(simulation={"studies": 100}), np.random.default_rng(1))["fit"])
    for family, values, words in (
        ("binary", [1, 2, 3], "has 3 values"), ("count", [0, 1.5], "not counts"), ("count", [-1, 2], "not counts"),
        ("ordered", [1, 2], "has 2 values"), ("ordered", range(12), "has 12 values"),
    ):  # fmt: skip
        assert words in family_mismatch(np.array(values, float), family)
    few = data.assign(firm=data["firm"] % 10)
    with pytest.raises(StudyError, match=r"10 clusters .* at least 20"):
        analyse(few, "m", model("binary"), settings(cluster="firm"), np.random.default_rng(1))
    with pytest.raises(StudyError, match="not identified"):
        analyse(data.assign(c=data["x"]), "m", model("binary"), settings(), np.random.default_rng(1))


@pytest.mark.parametrize("n", [6, 7])
def test_no_more_respondents_than_parameters_are_refused(data, n):
    """Three thresholds and four slopes: robust standard errors require at least eight respondents."""
    some = data.drop_duplicates("stage").sort_values("stage")
    some = pd.concat([some, data.drop(some.index)]).head(n)
    with pytest.raises(StudyError, match=f"it has 7 parameters, but only {n} respondents with all values"):
        analyse(some, "m", model("ordered"), settings(), np.random.default_rng(1))
