"""Process models of outcomes that are not quantities, against R, refits and the words of mistakes."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError
from scipy.special import expit

from practicework.errors import StudyError
from practicework.numerics import bootstrap
from practicework.stages.process import analyse, why_not_fitted
from practicework.study.process import Process, ProcessModel

GOLDEN = Path(__file__).parents[1] / "golden"
OUTCOMES = {"binary": "bought", "count": "deals", "ordered": "stage"}


def model(family: str | None, **more) -> ProcessModel:
    more = {"moderator": "g", "moderates": ["a", "direct"], "covariates": ["c"]} | more
    return ProcessModel(outcome=OUTCOMES.get(family, "bought"), predictor="x", mediators=["w"], family=family, **more)


def settings(**more) -> Process:
    return Process.model_validate({"models": {"m": model("binary").model_dump()}, "bootstrap": {"resamples": 500}} | more)


@pytest.fixture(scope="module")
def data() -> pd.DataFrame:
    return pd.read_csv(GOLDEN / "moderation/generalized_synthetic.csv")


@pytest.fixture(scope="module")
def found(data) -> dict[str, dict[str, pd.DataFrame]]:
    return {family: analyse(data, "m", model(family), settings(), np.random.default_rng(1)) for family in OUTCOMES}


def golden(name: str, family: str) -> pd.DataFrame:
    table = pd.read_csv(GOLDEN / f"process/families_{name}.csv")
    return table[table["family"] == family].reset_index(drop=True)


@pytest.mark.parametrize("family", OUTCOMES)
def test_effects_and_predictions_equal_r(found, family):
    tables = found[family]
    effects, r = tables["effects"].set_index(["kind", "at"]), golden("effects", family)
    for kind in ("indirect", "direct"):
        np.testing.assert_allclose(effects.loc[kind]["estimate"].sort_index(), r[kind], rtol=1e-6)
    assert "total" not in tables["effects"]["kind"].tolist()
    assert tables["effects"]["standardised_y"].isna().all()
    path, r = tables["paths"].query("equation == @OUTCOMES[@family] and term == 'w'").iloc[0], golden("paths", family).iloc[0]
    assert path["estimate"] == pytest.approx(r["b"], rel=1e-6)
    if family != "count":  # whose standard errors are robust
        assert path["std_error"] == pytest.approx(r["std_error"], rel=1e-6)
    assert tables["fit"]["log_likelihood"].iloc[-1] == pytest.approx(r["log_likelihood"], rel=1e-8)
    wide = tables["predictions"].pivot_table(index=["at", "level"], columns="kind", values="estimate", dropna=False, sort=True)
    wide, r = wide.dropna(how="all"), golden("predictions", family)
    for kind in ("total", "direct", "indirect"):
        np.testing.assert_allclose(wide[kind], r[kind], rtol=1e-5, atol=1e-8)


def test_total_is_direct_plus_indirect(found):
    for tables in found.values():
        wide = tables["predictions"].pivot_table(index=["at", "level"], columns="kind", values="estimate", dropna=False).dropna()
        np.testing.assert_allclose(wide["total"], wide["direct"] + wide["indirect"], atol=1e-12)


def test_serial_mediators_of_a_normal_looking_outcome_agree_with_products(data):
    """Where probabilities are nearly linear in the log odds, differences are products times the slope of the logistic curve."""
    rng = np.random.default_rng(2)
    n = 20_000
    x = rng.standard_normal(n)
    w = 0.5 * x + rng.standard_normal(n)
    c = 0.3 * x + 0.4 * w + rng.standard_normal(n)
    frame = pd.DataFrame({"respondent": range(n), "x": x, "w": w, "c": c})
    frame["bought"] = (rng.random(n) < expit(0.05 * x + 0.1 * w + 0.1 * c)).astype(float)
    spec = ProcessModel(outcome="bought", predictor="x", mediators=["w", "c"], serial=True, family="binary")
    tables = analyse(frame, "m", spec, settings(), rng)
    link = tables["effects"].set_index("through").loc["all", "estimate"]
    row = tables["predictions"].set_index("kind").loc["indirect"]
    assert row["estimate"] == pytest.approx(0.25 * link * (row["to"] - row["from"]), rel=0.01)


def test_one_set_of_resamples_and_bca(data):
    counts = bootstrap.counts(len(data), 5, np.random.default_rng(3))
    matrix, y = np.column_stack([np.ones(len(data)), data["x"]]), data["w"].to_numpy()
    for draw, times in zip(bootstrap.with_counts(matrix, y, counts), counts, strict=True):
        again = np.repeat(np.arange(len(y)), times)
        np.testing.assert_allclose(draw, np.linalg.lstsq(matrix[again], y[again], rcond=None)[0], rtol=1e-9)
    bca = settings(bootstrap={"resamples": 500, "interval": "bca"})
    tables = analyse(data, "m", model("binary"), bca, np.random.default_rng(1))
    for table in ("effects", "predictions", "index"):
        assert (tables[table]["ci_low"] < tables[table]["estimate"]).all()


def test_clusters_and_mistakes(data):
    nested = analyse(data, "m", model("binary"), settings(cluster="firm"), np.random.default_rng(1))
    assert set(nested["effects"]["errors"].dropna()) == {"robust"}
    separated = data.assign(bought=(data["x"] > 4).astype(float))
    with pytest.raises(StudyError, match=r"complete separation.*firth: true"):
        analyse(separated, "m", model("binary"), settings(), np.random.default_rng(1))
    assert len(analyse(separated, "m", model("binary", firth=True), settings(), np.random.default_rng(1))["effects"])
    assert "has two values; add 'family: binary'" in why_not_fitted(data, "m", model(None), settings(), ())
    assert "separation" in why_not_fitted(separated, "m", model("binary"), settings(), ())
    with pytest.raises(StudyError, match="at least 20"):
        analyse(data.assign(firm=data["firm"] % 9), "m", model("count"), settings(cluster="firm"), np.random.default_rng(1))
    with pytest.raises(ValidationError, match="'firth' needs 'family: binary'"):
        model("count", firth=True)
    with pytest.raises(ValidationError, match="require least squares"):
        model("binary", moderator=None, moderates=[], instruments={"w": ["g"]})
