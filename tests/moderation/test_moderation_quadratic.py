"""The squared predictor held constant: coefficients and predictions equal R's, and a curve is not taken for an interaction."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from practicework.report.moderation.explorer import explorer
from practicework.stages.moderation import analyse, why_not_fitted
from practicework.stages.moderation.design import build
from practicework.stages.synthesis import one_stage
from practicework.study.settings import Model, Moderation

MODEL = Model(outcome="govact", predictor="negemot", moderator="age", covariates=("posemot",), quadratic=True)
SETTINGS = Moderation.model_validate(
    {"bootstrap": {"resamples": 200}, "simulation": {"studies": 100}, "models": {"main": MODEL.model_dump()}}
)
TERMS = {
    "(Intercept)": "intercept",
    "x": "negemot",
    "w": "age",
    "posemot": "posemot",
    "I(x^2)": "negemot^2",
    "x:w": "negemot:age",
}


@pytest.fixture(scope="module")
def scores(root) -> pd.DataFrame:
    """815 respondents."""
    data = pd.read_csv(root / "examples/globalwarming/data/raw/globalWarm.csv")
    return data.assign(respondent=[f"R{n:04d}" for n in range(len(data))])


def test_coefficients_equal_r(scores, golden):
    """Least squares and HC3."""
    found = analyse(scores, "main", MODEL, SETTINGS, np.random.default_rng(1))
    own = found["coefficients"].set_index("term")
    for row in golden("quadratic").itertuples():
        expected = [row.estimate, row.std_error, row.hc3]
        assert own.loc[TERMS.get(row.term, row.term), ["estimate", "std_error", "std_error_hc3"]].tolist() == pytest.approx(
            expected, rel=1e-9
        )
    scales = found["scale_dependence"].set_index("analysis")
    assert np.isfinite(scales.loc["quadratic", "estimate"])  # the moderator's square is added
    assert found["errors_in_variables"].empty


def test_predicted_values_follow_the_curve(scores, golden):
    """As R predicts, covariates at their means."""
    complete = scores[["respondent", *MODEL.variables]].dropna()
    design = build(complete, "main", MODEL)
    estimates = np.linalg.lstsq(design.matrix, design.outcome, rcond=None)[0]
    expected = golden("quadratic_predicted")
    own = design.at(expected["negemot"].to_numpy(float), np.full(3, 60.0)) @ estimates
    np.testing.assert_allclose(own, expected["predicted"], rtol=1e-9)


def test_no_straight_lines_are_drawn_for_curves(scores):
    """The explorer, which joins the ends of lines, is left out of the report."""
    tables = analyse(scores, "main", MODEL, SETTINGS, np.random.default_rng(1))
    model = SimpleNamespace(
        context=None, spec=MODEL, frame=tables.get, scores=scores, continuous=True, predictor_is_categorical=False, by="hc3"
    )
    assert explorer(model) is None
    model.spec = MODEL.model_copy(update={"quadratic": False})
    with pytest.raises(AttributeError):  # it would be drawn, with the words of the context
        explorer(model)


def test_a_curve_is_not_an_interaction():
    """If predictor and moderator correlate and the effect is curved, the product is significant only without the square."""
    rng = np.random.default_rng(2)
    x = rng.standard_normal(2_000)
    w = 0.8 * x + 0.6 * rng.standard_normal(2_000)
    data = pd.DataFrame({"respondent": np.arange(2_000).astype(str), "x": x, "w": w, "y": x**2 + rng.standard_normal(2_000)})
    p = {}
    for quadratic in (False, True):
        model = Model(outcome="y", predictor="x", moderator="w", quadratic=quadratic)
        table = analyse(data, "m", model, SETTINGS, np.random.default_rng(1))["coefficients"].set_index("term")
        p[quadratic] = table.loc["x:w", "p_value_hc3"]
    assert p[False] < 1e-6
    assert p[True] > 0.01


def test_one_stage_holds_the_square_constant(scores):
    """In each sample."""
    samples = {str(name): some for name, some in scores.groupby("partyid")}
    with_, without = (one_stage.fit("m", MODEL.model_copy(update={"quadratic": one}), samples, ())[0] for one in (True, False))
    assert with_["df"] == without["df"] - len(samples)


def test_a_predictor_with_two_values_has_no_square(scores):
    """One sentence."""
    model = MODEL.model_copy(update={"predictor": "sex"})
    reason = why_not_fitted(scores, "main", model, SETTINGS, (), np.random.default_rng(1))
    assert reason.endswith("'sex' has no square to hold constant; remove 'quadratic'.")
