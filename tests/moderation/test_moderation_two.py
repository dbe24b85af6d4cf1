"""Two moderators (Hayes's models 2 and 3): equal to R, and what is not defined for them is empty or refused."""

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from practicework.stages.moderation import analyse
from practicework.study.settings import Model, Moderation

TERMS = {"(Intercept)": "intercept", "x": "negemot", "w": "sex", "z": "age", "x:w": "negemot:sex", "x:z": "negemot:age",
         "w:z": "sex:age", "x:w:z": "negemot:sex:age"}  # fmt: skip


def spec(three_way: bool, **more) -> Model:
    return Model(outcome="govact", predictor="negemot", moderator="sex", second_moderator="age", three_way=three_way,
                 covariates=("posemot", "ideology"), **more)  # fmt: skip


def settings(**more) -> Moderation:
    return Moderation.model_validate(
        {"bootstrap": {"resamples": 200}, "simulation": {"studies": 100}, "models": {"m": spec(True).model_dump()}} | more
    )


@pytest.fixture(scope="module")
def scores(root) -> pd.DataFrame:
    data = pd.read_csv(root / "examples/globalwarming/data/raw/globalWarm.csv")
    return data.assign(respondent=[f"R{n:04d}" for n in range(len(data))])


@pytest.fixture(scope="module")
def found(scores) -> dict[str, dict[str, pd.DataFrame]]:
    names = {"additive": False, "three_way": True}
    return {name: analyse(scores, "m", spec(three), settings(), np.random.default_rng(1)) for name, three in names.items()}


@pytest.mark.parametrize("name", ["additive", "three_way"])
def test_coefficients_and_effects_equal_r(found, golden, name):
    r = golden("two_moderators_coefficients").query("model == @name")
    own = found[name]["coefficients"].set_index("term").loc[r["term"].replace(TERMS)]
    for column, other in (("estimate", "estimate"), ("std_error", "std_error"), ("std_error_hc3", "hc3")):
        np.testing.assert_allclose(own[column], r[other], rtol=1e-8)
    assert found[name]["fit"]["r_squared"].iloc[0] == pytest.approx(r["r_squared"].iloc[0], rel=1e-10)
    r = golden("two_moderators_effects").query("model == @name").set_index(["probe", "second_probe"])
    own = found[name]["conditional_effects"].set_index(["probe", "second_probe"]).loc[r.index]
    for column, other in (("effect", "effect"), ("std_error", "std_error"), ("std_error_hc3", "hc3")):
        np.testing.assert_allclose(own[column], r[other], rtol=1e-8)


@pytest.mark.parametrize("name", ["additive", "three_way"])
def test_slope_differences_equal_r(found, golden, name):
    own = found[name]["contrasts"]
    assert own[["probe_b", "second_probe_b", "probe_a", "second_probe_a"]].values.tolist()[0] == [
        "high",
        "mean+sd",
        "high",
        "mean-sd",
    ]
    r = golden("two_moderators_differences").query("model == @name")
    np.testing.assert_allclose(own["difference"], r["difference"], rtol=1e-8)
    np.testing.assert_allclose(own["std_error_hc3"], r["hc3"], rtol=1e-8)
    np.testing.assert_allclose(own["p_holm_hc3"], r["p_holm"], rtol=1e-7)


def test_three_way_product_equals_r(found, golden):
    tables, r = found["three_way"], golden("two_moderators_products")
    own = tables["conditional_interactions"].set_index("second_probe").loc[r["second_probe"]]
    np.testing.assert_allclose(own["interaction"], r["interaction"], rtol=1e-8)
    np.testing.assert_allclose(own["std_error_hc3"], r["hc3"], rtol=1e-8)
    tests, r = tables["omnibus"].set_index("test")["f"], golden("two_moderators_tests").iloc[0]
    assert tests["products"] == pytest.approx(r["f"], rel=1e-9)
    assert tests["interaction"] == pytest.approx(r["change"], rel=1e-9)
    assert tables["equivalence"]["term"].tolist() == tables["leave_one_out"]["term"].unique().tolist() == ["negemot:sex:age"]


def test_lines_pass_through_the_effects(found):
    for tables in found.values():
        lines = tables["simple_slopes"].groupby(["probe", "second_probe"])
        slopes = lines.apply(lambda one: np.polyfit(one["predictor_value"], one["predicted"], 1)[0], include_groups=False)
        effects = tables["conditional_effects"].set_index(["probe", "second_probe"])["effect"]
        np.testing.assert_allclose(slopes, effects.loc[slopes.index], rtol=1e-7)


def test_what_is_not_defined_is_empty(found):
    for tables in found.values():
        for table in ("johnson_neyman", "johnson_neyman_regions", "effect_curve", "errors_in_variables", "linearity"):
            assert tables[table].empty
        assert "two moderators" in tables["checks"].set_index("check").loc["binning", "note"]
        assert tables["sensitivity"]["power"].notna().any()
    assert found["additive"]["conditional_interactions"].empty


def test_centring_changes_no_effect(scores, found):
    raw = analyse(scores, "m", spec(True), settings(center="none"), np.random.default_rng(1))
    for table, column in (
        ("conditional_effects", "effect"),
        ("conditional_interactions", "interaction"),
        ("contrasts", "difference"),
    ):
        np.testing.assert_allclose(raw[table][column], found["three_way"][table][column], rtol=1e-8)


def test_mistakes():
    with pytest.raises(ValidationError, match="'three_way' needs a 'second_moderator'"):
        Model(outcome="y", predictor="x", moderator="w", three_way=True)
    with pytest.raises(ValidationError, match="'second_moderator' is for least squares only"):
        Model(outcome="y", predictor="x", moderator="w", second_moderator="z", family="binary")
