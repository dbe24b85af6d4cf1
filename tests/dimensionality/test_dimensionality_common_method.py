"""The marker's correction against R and by hand, and what it refuses."""

import numpy as np
import pandas as pd
import pytest

from practicework import tables
from practicework.stages.dimensionality.common_method import marker_correction

pytestmark = pytest.mark.filterwarnings("error")
NUMBERS = ["r", "p_value", "r_marker", "r_adjusted", "t", "p_adjusted"]
KEYS = ["variable_a", "variable_b", "basis"]


def correct(scores: pd.DataFrame, marker: str = "m") -> pd.DataFrame:
    """The table, checked against its contract."""
    return tables.schema("dimensionality/marker").validate(marker_correction(scores, marker))


def with_correlations(r: list[list[float]], n: int = 50, names: str = "abm") -> pd.DataFrame:
    """Scores whose sample correlations are `r` exactly."""
    z = np.random.default_rng(1).standard_normal((n, len(r)))
    q = np.linalg.qr(z - z.mean(axis=0))[0]
    return pd.DataFrame(q @ np.linalg.cholesky(np.array(r)).T, columns=list(names))


def test_correction_equals_r(bfi, golden):
    """Correlations, shares, adjusted ones, t and p of five scales and gender with age as the marker, to 1e-10."""
    scores = pd.DataFrame(
        {name: scale.keyed(bfi.responses).mean(axis=1, skipna=False) for name, scale in bfi.study.scales.items()}
    )
    raw = pd.read_csv(bfi.study.folder / "data/raw/bfi.csv")
    found = correct(scores.assign(age=raw["age"].to_numpy(), gender=raw["gender"].to_numpy()), "age")
    merged = found.merge(golden("dimensionality_marker"), on=KEYS, validate="one_to_one", suffixes=("", "_r"))
    assert len(merged) == len(found) == 30
    for column in ("n", *NUMBERS):
        np.testing.assert_allclose(merged[column].astype(float), merged[f"{column}_r"], rtol=1e-10, err_msg=column)
    assert found["note"].isna().all()


def test_by_hand():
    """r = .5, the marker's .1 and .2: (.5 - .1)/.9 and (.5 - .2)/.8, t with n - 3 = 47."""
    found = correct(with_correlations([[1, 0.5, 0.2], [0.5, 1, 0.1], [0.2, 0.1, 1]]))
    assert found["basis"].tolist() == ["smallest", "second smallest"]
    assert found["r_marker"].tolist() == pytest.approx([0.1, 0.2])
    adjusted = np.array([4 / 9, 3 / 8])
    assert found["r_adjusted"].tolist() == pytest.approx(adjusted)
    assert found["t"].tolist() == pytest.approx(adjusted * np.sqrt(47 / (1 - adjusted**2)))
    assert found["p_value"].tolist() == pytest.approx([0.00022, 0.00022], abs=5e-6)


def test_negative_correlations_of_the_marker_are_no_share():
    """The smallest positive one is .3, and there is no second."""
    found = correct(with_correlations([[1, 0.5, 0.3], [0.5, 1, -0.1], [0.3, -0.1, 1]]))
    assert found["r_marker"].tolist() == pytest.approx([0.3, 0])
    assert pd.isna(found["note"][0])
    assert found["note"][1] == "the marker correlates positively with fewer than two scores, so no correction was made"
    assert found["r_adjusted"][1] == pytest.approx(0.5)


def test_a_marker_without_positive_correlations_takes_nothing_out():
    """The correlation stays; the test has one degree of freedom less."""
    found = correct(with_correlations([[1, 0.5, -0.2], [0.5, 1, -0.1], [-0.2, -0.1, 1]]))
    assert found["r_marker"].tolist() == [0, 0]
    assert found["r_adjusted"].tolist() == pytest.approx([0.5, 0.5])
    assert found["note"][0] == "the marker correlates positively with no score, so no correction was made"
    assert found["p_adjusted"][0] > found["p_value"][0]


def test_one_marker_share_and_one_n_serve_all_pairs():
    """Rows with any value missing are left out; every pair of the others, each with both bases."""
    scores = with_correlations(np.where(np.eye(4) == 1, 1, 0.3).tolist(), names="abcm")
    scores.loc[:4, "c"] = np.nan
    scores.loc[3:6, "m"] = np.nan
    found = correct(scores)
    assert found["n"].tolist() == [43] * 6
    assert found[["variable_a", "variable_b"]].drop_duplicates().to_numpy().tolist() == [["a", "b"], ["a", "c"], ["b", "c"]]
    assert found.groupby("basis")["r_marker"].nunique().tolist() == [1, 1]


def test_units_and_order_do_not_count():
    """Other units, a constant added, people and columns permuted."""
    scores = with_correlations([[1, 0.5, 0.2], [0.5, 1, 0.1], [0.2, 0.1, 1]])
    other = (scores * [3, 0.1, 7] + [1, 100, -5]).iloc[::-1][["m", "a", "b"]]
    np.testing.assert_allclose(correct(scores)[NUMBERS].astype(float), correct(other)[NUMBERS].astype(float), rtol=1e-9)


# refusals -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("column", ["a", "b", "m"])
def test_a_constant_has_no_correlation(column):
    """Of the pair or the marker; it is named."""
    scores = with_correlations([[1, 0.5, 0.2], [0.5, 1, 0.1], [0.2, 0.1, 1]]).assign(**{column: 3.0})
    found = correct(scores)
    assert found[NUMBERS].isna().all(axis=None)
    assert set(found["note"]) == {f"not computable: everyone has the same value of {column}"}


def test_a_constant_spoils_its_own_pairs_only():
    """The others are corrected by the marker as ever."""
    scores = with_correlations(np.where(np.eye(4) == 1, 1, 0.3).tolist(), names="abcm").assign(c=1.0)
    found = correct(scores).set_index(["variable_a", "variable_b"])
    assert found.loc[("a", "b"), "r_adjusted"].notna().all()
    assert found.loc[("a", "c"), "r"].isna().all()


@pytest.mark.parametrize("n", [0, 3])
def test_too_few_respondents(n):
    """n - 3 degrees of freedom take four."""
    found = correct(with_correlations([[1, 0.5, 0.2], [0.5, 1, 0.1], [0.2, 0.1, 1]]).head(n))
    assert found[NUMBERS].isna().all(axis=None)
    assert set(found["note"]) == {"not computable: fewer than 4 respondents have all scores and variables"}


def test_an_adjusted_correlation_beyond_one_is_none():
    """(-.9 - .2)/.8 is less than -1: the correlation is shown, the adjusted one refused."""
    found = correct(with_correlations([[1, -0.9, 0.2], [-0.9, 1, 0.1], [0.2, 0.1, 1]]))
    assert found["r"].tolist() == pytest.approx([-0.9, -0.9])
    assert found[["r_adjusted", "t", "p_adjusted"]].isna().all(axis=None)
    assert set(found["note"]) == {"the adjusted correlation is not computable: it would lie outside -1 to 1"}


def test_perfect_correlations_are_refused():
    """Of the pair; and of the marker with a score, if no other positive one is smaller."""
    scores = with_correlations([[1, 0.5, 0.2], [0.5, 1, 0.1], [0.2, 0.1, 1]])
    assert set(correct(scores.assign(b=2 * scores["a"]))["note"]) == {"not computable: the two correlate perfectly"}
    found = correct(scores.assign(m=2 * scores["a"], b=-scores["b"]))
    assert found["r_adjusted"].isna()[0]
    assert found["note"][0] == "the adjusted correlation is not computable: the marker correlates perfectly with a score"
