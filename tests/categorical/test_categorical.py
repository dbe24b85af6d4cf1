"""Regressions of categorical outcomes equal R's, and are refused where their conditions do not hold."""

import numpy as np
import pandas as pd
import pytest

from practicework.errors import NotComputable
from practicework.numerics.proportionality import brant
from practicework.stages import categorical
from practicework.study.categorical import Categorical


def test_models_of_categories_equal_r(people, golden):
    likelihoods = golden("models_likelihoods").set_index("model")["log_likelihood"]
    shares = golden("models_shares")
    for name, outcome in {"nominal": "kind", "ordinal": "level"}.items():
        model = Categorical(outcome=outcome, predictors=("age", "gender"))
        found = categorical.analyse(people, model, {}, ordered=name == "ordinal")
        coefficients, known = found["coefficients"], golden(f"models_{name}")
        np.testing.assert_allclose(coefficients["estimate"], known["estimate"], rtol=2e-5)  # multinom stops at 1e-6
        np.testing.assert_allclose(coefficients["std_error"], known["std_error"], rtol=2e-5)
        assert found["fit"]["log_likelihood"].iloc[0] == pytest.approx(likelihoods[name], abs=1e-8)
        ratio = found["variables"].set_index("variable").loc["age", "chi_square"]
        assert ratio == pytest.approx(2 * (likelihoods[name] - likelihoods[f"{name}_age"]), abs=1e-6)
        own = found["predicted"].query("variable == 'age'")["share"].to_numpy()
        np.testing.assert_allclose(own, shares.loc[shares["model"] == name, "share"], atol=2e-6)


def test_intervals_of_predicted_shares_cover(people):
    """Bootstrapped standard deviations of a share agree with its delta-method interval."""
    model, rng = Categorical(outcome="kind", predictors=("age",)), np.random.default_rng(5)
    found = categorical.analyse(people, model, {}, ordered=False)["predicted"]
    at = float(found["value"].min())
    drawn = []
    for _ in range(150):
        some = people.iloc[rng.integers(0, 300, 300)].reset_index(drop=True)
        some = pd.concat([some, some.iloc[:0]])
        columns = some["age"].to_numpy(float)
        fit = categorical.nominal(columns[:, None] / 10, np.unique(some["kind"], return_inverse=True)[1])
        drawn.append(fit.probabilities(fit.parameters, np.array([[at / 10]]))[0])
    widths = (found["ci_high"] - found["ci_low"]).to_numpy()[:3] / 3.92
    np.testing.assert_allclose(widths, np.std(drawn, axis=0), rtol=0.25)


def test_brant_equals_its_formulas(people, golden):
    matrix = np.column_stack([np.ones(300), people["age"], people["gender"]])
    tests, _slopes = brant(matrix, people["level"].to_numpy())
    known = golden("models_brant")
    np.testing.assert_allclose(tests[:, 0], known["chi_square"], rtol=1e-7)
    assert tests[:, 1].tolist() == known["df"].tolist()


def test_slopes_that_differ_are_found():
    rng = np.random.default_rng(3)
    x = rng.normal(size=2_000)
    low, high = (rng.random(2_000) < 1 / (1 + np.exp(-slope * x)) for slope in (0.0, 2.0))
    level = 1.0 + low + (low & high)
    tests, slopes = brant(np.column_stack([np.ones(2_000), x]), level)
    assert tests[0, 2] < 1e-10
    assert slopes[1, 0] - slopes[0, 0] > 0.5


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"predictors": ("age", "gender", "E1", "E2", "E3", "E4")}, "category of 'kind' has 53 respondents, but needs 10 per"),
        ({"outcome": "age", "predictors": ("kind",)}, "categories in the sample, and the model needs 2 to 7"),
        ({"predictors": ("constant",)}, "does not vary"),
        ({"predictors": ("alone", "age")}, "'alone' has one category in the sample"),
    ],
)
def test_models_whose_conditions_do_not_hold_are_refused(people, keys, message):
    model = Categorical(**({"outcome": "kind"} | keys))
    with pytest.raises(NotComputable, match=message):
        categorical.analyse(people.assign(constant=1.0, alone=1.0), model, {"alone": {1: ("One",), 2: ("Two",)}}, ordered=False)


def test_separated_categories_are_refused(people):
    with pytest.raises(NotComputable, match="separates the categories"):
        categorical.analyse(people, Categorical(outcome="kind", predictors=("N1",)), {}, ordered=False)
    with pytest.raises(NotComputable, match="no maximum"):
        categorical.analyse(people, Categorical(outcome="level", predictors=("N2",)), {}, ordered=True)
