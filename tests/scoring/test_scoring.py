"""Scores and correlations against psych in R, scipy and arithmetic by hand."""

import numpy as np
import pandas as pd
import pingouin
import pytest
from scipy import stats

from practicework import tables
from practicework.stages import scoring

EMPTY = np.nan


def responses(*rows: list[float]) -> pd.DataFrame:
    """Answers to i1, i2, ... of respondents R1, R2, ..."""
    frame = pd.DataFrame(rows, columns=[f"i{number}" for number in range(1, len(rows[0]) + 1)], dtype=float)
    frame.insert(0, "respondent", [f"R{number}" for number in range(1, len(rows) + 1)])
    return frame


def scores(scale, *rows: list[float]) -> list[float]:
    """The scores of some rows of answers."""
    return scoring.score_all(responses(*rows), [scale], []).scores[scale.id].tolist()


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("mean", [3.2, 5, 1]),  # (1 + 2 + 4 + 4 + 5) / 5
        ("sum", [16, 25, 5]),
        ("pomp", [55, 100, 0]),  # 100 (3.2 - 1) / 4
    ],
)
def test_methods(new_scale, method, expected):
    """Mean, sum, and percent of the maximum possible, by hand; i2 and i5 are reverse-keyed on 1 to 5."""
    scale = new_scale(5, reverse=("i2", "i5"), scoring={"method": method})
    assert scores(scale, [1, 4, 4, 4, 1], [5, 1, 5, 5, 1], [1, 5, 1, 1, 5]) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(("method", "expected"), [("mean", 3.25), ("sum", 16.25), ("pomp", 56.25)])
def test_a_missing_answer_is_prorated(new_scale, method, expected):
    """Four of five answered: their mean, (1 + 4 + 4 + 4) / 4, stands for all five."""
    assert scores(new_scale(5, scoring={"method": method}), [1, EMPTY, 4, 4, 4]) == [expected]


@pytest.mark.parametrize(
    ("items", "min_valid", "needed"),
    [
        (5, 0.8, 4),
        (5, 0.81, 5),
        (5, 0.6, 3),
        (10, 0.7, 7),
        (10, 0.3, 3),
        (3, 0.67, 3),
        (3, 0.66, 2),
        (4, 1, 4),
        (4, 0.01, 1),
        (25, 0.28, 7),
    ],
)
def test_the_threshold_holds_at_its_boundary(new_scale, items, min_valid, needed):
    """That share of the items is enough, one answer fewer is not; 0.28 of 25 is 7, though floats say a little more."""
    scale = new_scale(items, scoring={"min_valid": min_valid})
    enough, short = ([3.0] * answered + [EMPTY] * (items - answered) for answered in (needed, needed - 1))
    found = scores(scale, enough, short)
    assert found[0] == 3
    assert np.isnan(found[1])


def test_reverse_uses_the_declared_range(new_scale):
    """Nobody chose 1 or 5: 2 still becomes 4, where the observed range would give 3."""
    scale = new_scale(1, reverse=("i1",))
    assert scores(scale, [2], [3], [3]) == [4, 3, 3]


def test_reverse_on_a_range_that_does_not_start_at_one(new_scale):
    """min + max - x, here 0 + 10 - x and -2 + 2 - x."""
    assert scores(new_scale(1, reverse=("i1",), response={"min": 0, "max": 10}), [0], [7]) == [10, 3]
    assert scores(new_scale(1, reverse=("i1",), response={"min": -2, "max": 2}), [-2], [1]) == [2, -1]


def test_equals_psych(bfi, golden):
    """`psych::scoreItems(impute = "none")`, 236 people with and without missing answers, to 1e-12.

    psych averages whatever is answered; this pipeline asks for four of five, so the others are empty.
    """
    expected = golden("scoring_bfi").set_index("respondent")
    found = bfi.scored.scores.set_index("respondent").loc[expected.index, expected.columns]
    empty = 0
    for name, scale in bfi.study.scales.items():
        answered = bfi.responses.set_index("respondent").loc[expected.index, scale.item_ids].notna().sum(axis=1)
        enough = answered >= 4
        np.testing.assert_allclose(found.loc[enough, name], expected.loc[enough, name], rtol=1e-12)
        assert found.loc[~enough, name].isna().all()
        empty += int((~enough).sum())
    assert len(expected) == 236
    assert empty > 5


def test_summary_describes_the_scores(new_scale):
    """n, missing and prorated are counted; mean, SD (n - 1), minimum and maximum are of the scores."""
    frame = responses([1, 1, 1, 1, 1], [5, 5, 5, 5, EMPTY], [3, 3, 3, EMPTY, EMPTY], [2, 2, 2, 2, 2]).assign(
        age=[20, EMPTY, 40, 60]
    )
    table = scoring.score_all(frame, [new_scale(5)], ["age"]).summary.set_index("variable")
    assert table.loc["s", ["n", "prorated", "missing"]].tolist() == [3, 1, 1]
    assert table.loc["s", ["mean", "sd", "minimum", "maximum"]].tolist() == pytest.approx([8 / 3, np.sqrt(13 / 3), 1, 5])
    assert table.loc["age", ["n", "prorated", "missing", "mean", "sd"]].tolist() == [3, 0, 1, 40, 20]
    assert table["kind"].tolist() == ["scale", "variable"]


def test_correlations_equal_scipy(bfi):
    """r, Fisher's interval and p of all 15 pairs, pairwise complete, against `scipy.stats.pearsonr`, to 1e-10."""
    values = bfi.scored.scores
    table = bfi.scored.correlations
    assert len(table) == 15
    for row in table.itertuples():
        pair = values[[row.variable_a, row.variable_b]].dropna()
        expected = stats.pearsonr(*pair.to_numpy().T)
        interval = expected.confidence_interval(0.95)
        assert row.n == len(pair)
        assert [row.r, row.ci_low, row.ci_high] == pytest.approx([expected.statistic, interval.low, interval.high], rel=1e-10)
        assert row.p_value == pytest.approx(expected.pvalue, rel=1e-8)
    assert table["n"].nunique() > 1


def test_correlations_equal_pingouin(bfi):
    """The same against `pingouin.corr`, which prints fewer digits of the interval."""
    pair = bfi.scored.scores[["agree", "neuroticism"]].dropna()
    expected = pingouin.corr(pair["agree"], pair["neuroticism"]).iloc[0]
    table = bfi.scored.correlations.set_index(["variable_a", "variable_b"])
    row = table.loc[("agree", "neuroticism")]
    assert row["r"] == pytest.approx(expected["r"], rel=1e-10)
    assert row["p_value"] == pytest.approx(expected.filter(regex="^p.?val").iloc[0], rel=1e-8)
    low, high = expected.filter(like="CI95").iloc[0]
    assert [row["ci_low"], row["ci_high"]] == pytest.approx([low, high], abs=0.005)


def test_correlations_where_there_is_nothing_to_correlate():
    """A constant, fewer than four pairs: empty; a perfect correlation: r = 1 with p = 0."""
    frame = pd.DataFrame(
        {"a": [1, 2, 3, 4, 5], "b": [2, 4, 6, 8, 10], "c": 7.0, "d": [1, 2, 3, EMPTY, EMPTY], "e": [5, 4, 3, 2, 1]}, dtype=float
    )
    table = scoring.correlations(frame).set_index(["variable_a", "variable_b"])
    assert table.loc[("a", "b"), ["r", "ci_low", "ci_high", "p_value"]].tolist() == pytest.approx([1, 1, 1, 0], abs=1e-7)
    assert table.loc[("a", "e"), ["r", "p_value"]].tolist() == pytest.approx([-1, 0], abs=1e-7)
    for pair in (("a", "c"), ("a", "d")):
        assert table.loc[pair, ["r", "ci_low", "ci_high", "p_value"]].isna().all()
    assert table.loc[("a", "d"), "n"] == 3


@pytest.mark.parametrize("people", [0, 1, 2])
def test_few_or_no_people_are_no_reason_to_fail(new_scale, people):
    """Empty cells where nothing can be computed, in tables that keep their contract."""
    frame = pd.DataFrame({"respondent": [f"R{n}" for n in range(people)], "i1": 2.0, "i2": 4.0, "age": 30.0})
    frame["respondent"] = frame["respondent"].astype("str")
    for name, table in scoring.score_all(frame, [new_scale(2)], ["age"]).tables().items():
        tables.schema(name).validate(table)
