"""The copula correction equals its steps in R, moves towards the truth, and is refused where its conditions are not met."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from practicework.stages.process import analyse
from practicework.study.process import Process, ProcessModel

GOLDEN = Path(__file__).parents[1] / "golden/process"
MODEL = ProcessModel(outcome="y", predictor="x", mediators=["m"], copula=["m"])
SETTINGS = Process.model_validate({"models": {"m": MODEL.model_dump()}, "bootstrap": {"resamples": 100}})


def row(data: pd.DataFrame) -> pd.Series:
    return analyse(data, "m", MODEL, SETTINGS, np.random.default_rng(1))["copula"].iloc[0]


@pytest.fixture(scope="module")
def data() -> pd.DataFrame:
    return pd.read_csv(GOLDEN / "copula_synthetic.csv")


def test_equal_to_the_steps_in_r(data):
    own, r = row(data), pd.read_csv(GOLDEN / "copula_values.csv").iloc[0]
    for column in ("ols", "estimate", "term"):
        assert own[column] == pytest.approx(r[column], rel=1e-9)
    assert own["ci_low"] < 0.5 < own["ci_high"]  # the truth, which least squares misses
    assert own["ols"] > own["ci_high"]
    assert own["term_low"] > 0


@pytest.mark.parametrize(("change", "reason"), [
    (lambda data: data.head(150), "150 respondents, and at least 200"),
    (lambda data: data.assign(m=np.minimum(data["m"].round(), 4)), "5 distinct values, and at least 7"),
    (lambda data: data.assign(m=np.log(data["m"])), "not clearly non-normal"),
])  # fmt: skip
def test_refused_with_the_reason(data, change, reason):
    own = row(change(data))
    assert reason in own["note"]
    assert np.isnan(own["estimate"])


def test_clusters_are_resampled(data):
    nested = data.assign(firm=np.arange(len(data)) // 10)
    settings = SETTINGS.model_copy(update={"cluster": "firm"})
    own = analyse(nested, "m", MODEL, settings, np.random.default_rng(1))["copula"].iloc[0]
    assert own["estimate"] == pytest.approx(row(data)["estimate"])
    assert own["boot_se"] != row(data)["boot_se"]


def test_mistakes():
    with pytest.raises(ValidationError, match="'copula' has 'x', which is not a mediator"):
        ProcessModel(outcome="y", predictor="x", mediators=["m"], copula=["x"])
    with pytest.raises(ValidationError, match="'copula' requires least squares"):
        ProcessModel(outcome="y", predictor="x", mediators=["m"], copula=["m"], family="binary")
