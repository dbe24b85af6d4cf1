"""What a model of many respondents bounds, and how its tables say so."""

import numpy as np
import pandas as pd
import pytest
from moderation_runs import MODEL, analyse
from scipy import stats

from practicework.stages.moderation import fragility, influence, scale_dependence
from practicework.stages.profiles import variables


@pytest.fixture(scope="module")
def many() -> pd.DataFrame:
    """2,000 respondents."""
    x, w, c, e = np.random.default_rng(1).standard_normal((4, 2000))
    return pd.DataFrame({"x": x, "w": w, "c": c, "y": np.rint(2 * (0.3 * x + 0.2 * x * w + e))})


def test_only_the_most_influential_are_listed(many, monkeypatch):
    """The rows are those of the full table with the largest |DFBETAS|, in its order, and all who change the conclusion."""
    whole = analyse(many, MODEL)["leave_one_out"]
    monkeypatch.setattr(influence, "LISTED", 50)
    found = analyse(many, MODEL)
    listed = found["leave_one_out"]
    sizes = whole["dfbetas"].abs()
    expected = whole[(sizes >= np.sort(sizes)[-50]) | whole["turns"].notna()]
    pd.testing.assert_frame_equal(listed.reset_index(drop=True), expected.reset_index(drop=True))
    assert found["fragility"]["dfbetas"].abs().item() == sizes.max()
    assert len(found["influence"]) == 2000


def test_ordered_and_robust_models_use_evenly_spaced_respondents(many, monkeypatch):
    """Their estimates are those of every fourth respondent, and the note counts them."""
    monkeypatch.setattr(scale_dependence, "MOST", 600)
    found = analyse(many, MODEL)["scale_dependence"].set_index("analysis")
    monkeypatch.undo()
    centred = many.assign(x=many["x"] - many["x"].mean(), w=many["w"] - many["w"].mean())
    own = analyse(centred.iloc[::4], MODEL, center="none")["scale_dependence"].set_index("analysis")
    for analysis in ("proportional_odds", "robust"):
        assert found.loc[analysis, "estimate"] == pytest.approx(own.loc[analysis, "estimate"], rel=1e-8)
        assert found.loc[analysis, "note"] == "in 500 of 2,000 respondents, evenly spaced in the file"
    assert found.loc["quadratic"].isna()["note"]


def test_fragility_is_not_simulated_for_many(many, monkeypatch):
    """The observed deletions remain, the expected ones are empty, with the reason."""
    monkeypatch.setattr(fragility, "LARGEST", 1000)
    row = analyse(many, MODEL)["fragility"].iloc[0]
    assert row["note"] == "not simulated for more than 1,000 respondents"
    assert pd.isna(row["expected_any"])
    assert row["deletions"] == 0


def test_kruskal_wallis_of_many_is_that_of_scipy(many):
    """Beyond 10,000 respondents p is from χ², as in scipy.stats.kruskal."""
    rng = np.random.default_rng(2)
    groups, values = rng.choice(["a", "b", "c"], 12_000), rng.integers(1, 8, 12_000).astype(float)
    h, p, _, _, note = variables._kruskal(groups, values, rng)
    theirs = stats.kruskal(*(values[groups == name] for name in "abc"))
    assert (h, p) == (pytest.approx(theirs.statistic), pytest.approx(theirs.pvalue))
    assert note == "p from the χ² distribution"
