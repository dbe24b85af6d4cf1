"""What explains profiles and what follows from them: against mice, mitml and nnet, and simulated truth."""

import numpy as np
import pandas as pd
import pytest

from practicework.numerics import rubin
from practicework.stages.profiles import explanation

LABELS = ["promotion", "reconciliation", "disruption"]


def test_rubins_rules_equal_mice(golden):
    """Estimate, total variance, Barnard and Rubin's degrees of freedom, fraction of missing information; and D1 of mitml."""
    draws, theirs = golden("rubin_draws"), golden("rubin_pooled")
    estimates = draws["estimate"].to_numpy().reshape(8, 3)
    covariances = draws[[name for name in draws if name.startswith("X")]].to_numpy().reshape(8, 3, 3)
    own = rubin.pool(estimates, covariances, 60)
    np.testing.assert_allclose(own.estimates, theirs["estimate"], rtol=1e-9)
    np.testing.assert_allclose(own.std_errors**2, theirs["variance"], rtol=1e-9)
    np.testing.assert_allclose(own.df, theirs["df"], rtol=1e-9)
    np.testing.assert_allclose(own.missing, theirs["fmi"], rtol=1e-9)
    np.testing.assert_allclose(rubin.joint_test(estimates, covariances), golden("rubin_joint").iloc[0], rtol=1e-8)


def test_equal_data_sets_are_one(golden):
    """Without differences between them, the pooled result is that of each."""
    covariance = np.diag([0.04, 0.09])
    own = rubin.pool(np.array([[0.2, 0.3]] * 5), np.array([covariance] * 5), 50)
    assert own.std_errors.tolist() == pytest.approx([0.2, 0.3])
    assert own.df.tolist() == [50, 50]
    assert own.missing.tolist() == [0, 0]


def certain(profiles: np.ndarray) -> np.ndarray:
    """Shares of respondents about whom there is no doubt."""
    return np.eye(3)[profiles]


def test_certain_profiles_equal_nnet(golden):
    """Coefficients and standard errors of a multinomial logit."""
    data = golden("multinomial_data").assign(respondent="r")
    found = explanation.explain(data, certain(data["profile"].to_numpy()), LABELS, ["x", "w"], (), np.random.default_rng(1))
    own = found["explanation"].set_index(["profile", "term"])
    for row in golden("multinomial").itertuples():
        key = LABELS[int(row.profile)], {"(Intercept)": "intercept"}.get(row.term, row.term)
        assert own.loc[key, "estimate"] == pytest.approx(row.estimate, abs=1e-6)
        assert own.loc[key, "std_error"] == pytest.approx(row.std_error, rel=1e-5)
        assert own.loc[key, "missing_information"] == pytest.approx(0, abs=1e-9)
    shares = found["predicted"].pivot_table(index=["variable", "value"], columns="profile", values="share")
    assert shares.sum(axis=1).tolist() == pytest.approx([1] * 4)
    assert (found["predicted"]["ci_low"] < found["predicted"]["share"]).all()
    assert (found["predicted"]["share"] < found["predicted"]["ci_high"]).all()


def simulated(n: int, doubt: float, rng: np.random.Generator) -> tuple[pd.DataFrame, np.ndarray]:
    """Respondents whose true profile depends on x, with log odds of .8 for the second one; the observed one is wrong for some."""
    x = rng.standard_normal(n)
    eta = np.column_stack([np.zeros(n), 0.8 * x, np.zeros(n)])
    odds = np.exp(eta)
    true = (rng.random((n, 1)) > np.cumsum(odds / odds.sum(axis=1, keepdims=True), axis=1)).sum(axis=1)
    y = np.array([0.0, 1.0, 2.0])[true] + rng.standard_normal(n)
    seen = np.where(rng.random(n) < doubt, rng.integers(0, 3, n), true)
    # what an observer knows of the true profile, without knowing x
    shares = doubt / 3 + (1 - doubt) * certain(seen)
    return pd.DataFrame({"respondent": np.arange(n).astype(str), "x": x, "y": y, "g": (x > 0) + 1.0}), shares


def test_doubt_widens_intervals(monkeypatch):
    """The fraction of missing information grows with doubt; without doubt the truth is inside the interval of 95%."""
    monkeypatch.setattr(explanation, "DRAWS", 2)
    rng, inside = np.random.default_rng(2), []
    for _ in range(60):
        found = explanation.explain(*simulated(400, 0.0, rng), LABELS, ["x"], (), rng)["explanation"]
        row = found.set_index(["profile", "term"]).loc["reconciliation", "x"]
        inside.append(row["ci_low"] < 0.8 < row["ci_high"])
    assert np.mean(inside) > 0.87
    monkeypatch.setattr(explanation, "DRAWS", 20)
    sure, unsure = (
        explanation.explain(*simulated(400, doubt, np.random.default_rng(3)), LABELS, ["x"], (), np.random.default_rng(4))
        for doubt in (0.02, 0.4)
    )
    assert unsure["explanation"]["missing_information"].min() > sure["explanation"]["missing_information"].max()


def test_means_of_outcomes_by_profile():
    """Certain profiles have their means and standard errors, and the omnibus test that of equal means."""
    scores, shares = simulated(600, 0.0, np.random.default_rng(5))
    found = explanation.outcomes(scores, shares, LABELS, ["y"], np.random.default_rng(6))
    profile = shares.argmax(axis=1)
    for place, row in enumerate(found["outcomes"].itertuples()):
        inside = scores.loc[profile == place, "y"]
        assert (row.mean, row.n) == pytest.approx((inside.mean(), len(inside)))
        assert row.std_error == pytest.approx(inside.std() / np.sqrt(len(inside)))
    test = found["outcome_tests"].iloc[0]
    assert test["df1"] == 2
    assert test["p_value"] < 1e-6
    doubtful = explanation.outcomes(*simulated(600, 0.4, np.random.default_rng(5)), LABELS, ["y"], np.random.default_rng(6))
    assert doubtful["outcomes"]["std_error"].mean() > found["outcomes"]["std_error"].mean()


def test_categories_explain_by_indicators():
    """A category has an odds ratio against the first one, and predicted shares for each."""
    scores, shares = simulated(500, 0.0, np.random.default_rng(7))
    found = explanation.explain(scores, shares, LABELS, ["g"], ("g",), np.random.default_rng(8))
    assert found["explanation"]["term"].unique().tolist() == ["intercept", "g[2]"]
    assert found["predicted"]["value"].unique().tolist() == [1, 2]


def test_what_cannot_be_explained_is_said():
    """Too few respondents in a profile, separation, and an outcome of a nearly empty profile: the reason stands in the note."""
    scores, shares = simulated(60, 0.0, np.random.default_rng(9))
    few = explanation.explain(scores, shares, LABELS, ["x", "y"], (), np.random.default_rng(1))["explanation"]
    assert "require 20" in few["note"].iloc[0]
    assert few["estimate"].isna().all()
    profile = np.repeat([0, 1, 2], 40)
    apart = pd.DataFrame({"respondent": "r", "x": profile + np.random.default_rng(1).uniform(0, 0.1, 120)})
    separated = explanation.explain(apart, certain(profile), LABELS, ["x"], (), np.random.default_rng(1))["explanation"]
    assert "separates the profiles" in separated["note"].iloc[0]
    empty = explanation.outcomes(scores, certain(np.zeros(60, int)), LABELS, ["y"], np.random.default_rng(1))
    assert "fewer than three respondents" in empty["outcomes"]["note"].iloc[0]
