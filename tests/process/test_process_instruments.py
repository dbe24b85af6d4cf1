"""Two-stage least squares against AER, recovery of a confounded path, and what is said of weak instruments."""

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from practicework.numerics import instruments
from practicework.stages.process import analyse
from practicework.study.process import Process, ProcessModel

MODEL = {"outcome": "y", "predictor": "x", "mediators": ["m"], "instruments": {"m": ["z", "v"]}}


@pytest.mark.parametrize("names", [["tdiff", "rtax"], ["tdiff"]])
def test_two_stage_least_squares_equals_aer(golden, names):
    """Coefficients, both kinds of errors, weak instruments, Wu–Hausman and Sargan."""
    data = golden("instruments_data")
    theirs = golden("instruments")
    theirs = theirs[theirs["instruments"] == " + ".join(names)].set_index("what")["value"]
    exogenous = np.column_stack([np.ones(len(data)), data["rincome"]])
    found = instruments.fit(exogenous, data["rprice"].to_numpy(), data[names].to_numpy(), data["packs"].to_numpy())
    for place, term in enumerate(("(Intercept)", "rincome", "rprice")):
        assert found.estimates[place] == pytest.approx(theirs[f"b_{term}"], rel=1e-9)
        assert found.tests("ols")[0][place] == pytest.approx(theirs[f"se_{term}"], rel=1e-9)
        assert found.tests("hc1")[0][place] == pytest.approx(theirs[f"hc1_{term}"], rel=1e-9)
    assert found.first_stage[0] == pytest.approx(theirs["weak"], rel=1e-9)
    assert found.first_stage[4] == pytest.approx(theirs["weak_robust"], rel=1e-9)
    assert [found.hausman[0], found.hausman[3]] == pytest.approx(theirs[["hausman", "hausman_p"]].tolist(), rel=1e-8)
    if len(names) == 1:
        assert found.sargan is None
    else:
        assert [found.sargan[0], found.sargan[2]] == pytest.approx(theirs[["sargan", "sargan_p"]].tolist(), rel=1e-8)


def confounded(n: int, strength: float, seed: int = 1) -> pd.DataFrame:
    """A mediator and an outcome with a common cause; b = .4, a = .5, and two instruments of the mediator."""
    rng = np.random.default_rng(seed)
    x, z, v, u, e, d = rng.standard_normal((6, n))
    m = 0.5 * x + strength * (z + v) + u + d
    return pd.DataFrame({"respondent": np.arange(n).astype(str), "x": x, "z": z, "v": v, "m": m, "y": 0.4 * m + u + e})


def run(scores: pd.DataFrame, model: dict) -> dict:
    """The row of the table."""
    settings = Process.model_validate({"bootstrap": {"resamples": 100}, "models": {"m": model}})
    return analyse(scores, "m", settings.models["m"], settings, np.random.default_rng(1))["instruments"].iloc[0].to_dict()


def test_a_confounded_path_is_recovered():
    """Least squares overstates it, as Wu–Hausman says; the instruments do not contradict each other."""
    row = run(confounded(20_000, 0.6), MODEL)
    assert row["ols"] > 0.7
    assert row["estimate"] == pytest.approx(0.4, abs=0.03)
    assert row["indirect"] == pytest.approx(0.2, abs=0.02)
    assert row["hausman_p"] < 1e-6
    assert row["sargan_p"] > 0.01
    assert row["note"] is None or pd.isna(row["note"])


def test_weak_instruments_are_called_weak():
    """And instruments that follow from the model have no estimate, with the reason."""
    assert run(confounded(100, 0.02), MODEL)["note"].startswith("weak instruments")
    scores = confounded(100, 0.5).assign(z=lambda d: d["x"])
    row = run(scores, MODEL | {"instruments": {"m": ["z"]}})
    assert row["note"] == "not computed: the instruments follow from other variables of the equation"


def test_missing_instruments_omit_respondents():
    """Only in this table."""
    scores = confounded(300, 0.5)
    scores.loc[:9, "z"] = np.nan
    assert run(scores, MODEL)["n"] == 290


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"instruments": {"y": ["z"]}}, "is not a mediator"),
        ({"instruments": {"m": []}}, "at least 1 item"),
        ({"moderator": "v", "moderates": ["b"]}, "are not moderated"),
    ],
)
def test_other_uses_are_refused(changes, sentence):
    """One sentence each."""
    with pytest.raises(ValidationError, match=sentence):
        ProcessModel.model_validate(MODEL | changes)
