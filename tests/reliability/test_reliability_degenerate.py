"""Reliability of too few, constant, redundant or opposite answers: a coefficient, or empty with the reason in a note."""

import numpy as np
import pandas as pd
import pytest
from reliability_runs import NUMBERS, analyse, coefficients, whitened, with_covariance

from practicework.numerics.seeds import streams
from practicework.stages import reliability

pytestmark = pytest.mark.filterwarnings("ignore:'force_all_finite':FutureWarning")  # factor_analyzer on scikit-learn 1.6


def likert(n: int, k: int, seed: int = 1) -> np.ndarray:
    """Answers from 1 to 5 without any structure."""
    return np.random.default_rng(seed).integers(1, 6, size=(n, k)).astype(float)


def opposite(n: int, k: int) -> np.ndarray:
    """Every second item is the one before it turned around, so that everyone has the same total."""
    data = likert(n, k)
    data[:, 1::2] = 6 - data[:, : k - 1 : 2]
    return data


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        pytest.param(likert(30, 1), "a single item", id="one item"),
        pytest.param(likert(4, 5), "fewer than 5 respondents", id="four people"),
        pytest.param(np.full((30, 3), np.nan), "fewer than 5 respondents", id="all missing"),
        pytest.param(np.empty((0, 3)), "fewer than 5 respondents", id="nobody"),
        pytest.param(
            np.where(np.arange(4) == 2, 3.0, likert(30, 4)), "everyone gave the same answer to i3", id="a constant item"
        ),
        pytest.param(np.full((30, 4), 2.0), "everyone gave the same answer to i1, i2, i3, i4", id="all constant"),
        pytest.param(opposite(30, 2), "the items cancel out", id="two opposite items"),
        pytest.param(opposite(30, 4), "the items cancel out", id="two opposite pairs"),
    ],
)
def test_no_coefficient_without_a_reason(new_scale, data, reason):
    """All coefficients empty, the reason in the notes of the scale and of its items; nothing raises."""
    result = analyse(data, new_scale(data.shape[1]))
    assert result.scales.iloc[0][NUMBERS].isna().all()
    assert result.scales["note"].iloc[0].startswith("not computable: ")
    assert reason in result.scales["note"].iloc[0]
    assert result.items[["item_rest_r", "alpha_if_dropped", "loading"]].isna().all(axis=None)
    assert result.items["note"].str.contains(reason).all()


def test_two_items_have_alpha_but_no_omega(new_scale):
    """One factor of two items is not identified: 1 correlation, 2 loadings. Alpha by hand."""
    data = with_covariance(np.array([[1.0, 0.4], [0.4, 2.0]]))
    result = analyse(data, new_scale(2, response={"min": -50, "max": 50}))
    row = result.scales.iloc[0]
    assert row["alpha"] == pytest.approx(2 * (1 - 3 / 3.8), rel=1e-12)
    assert row["std_alpha"] == pytest.approx(2 * (0.4 / np.sqrt(2)) / (1 + 0.4 / np.sqrt(2)), rel=1e-12)
    assert row[["omega_total", "omega_low", "omega_high"]].isna().all()
    assert "omega total is not computable" in row["note"]
    assert result.items["item_rest_r"].tolist() == pytest.approx([0.4 / np.sqrt(2)] * 2, rel=1e-12)
    assert result.items[["alpha_if_dropped", "loading"]].isna().all(axis=None)


def test_correlations_that_cancel_out(new_scale):
    """x and -2x: alpha exists (variances 1 and 4, total 1: -8), the standardised coefficients do not."""
    x = whitened(20, 1)
    row = coefficients(np.column_stack([x, -2 * x]), new_scale(2, response={"min": -50, "max": 50}))
    assert row["alpha"] == pytest.approx(-8, rel=1e-9)
    assert row[["std_alpha", "omega_total", "omega_low", "omega_high"]].isna().all()
    assert "cancel out" in row["note"]


def test_identical_items(new_scale):
    """Everyone answers in a straight line: alpha 1, and omega at the bound of minres (uniqueness .005)."""
    result = analyse(np.repeat(likert(30, 1), 3, axis=1), new_scale(3))
    row = result.scales.iloc[0]
    assert row[["alpha", "alpha_low", "alpha_high", "std_alpha"]].tolist() == pytest.approx([1] * 4)
    assert row["omega_total"] == pytest.approx((9 - 3 * 0.005) / 9)
    assert result.items["loading"].tolist() == pytest.approx([np.sqrt(0.995)] * 3)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(likert(5, 3), id="five people"),
        pytest.param(opposite(30, 5), id="a matrix without inverse"),
        pytest.param(np.where(np.eye(30, 4) == 1, 3.0, np.repeat(likert(30, 1), 4, axis=1)), id="straight lines but four"),
    ],
)
def test_awkward_answers_give_numbers(new_scale, data):
    """Little or redundant data: finite coefficients in order, omega's interval around omega."""
    row = coefficients(data, new_scale(data.shape[1]))
    assert np.isfinite(row[NUMBERS].astype(float)).all()
    assert row["alpha_low"] <= row["alpha"] <= row["alpha_high"]
    assert row["omega_low"] <= row["omega_total"] <= row["omega_high"] <= 1
    assert row["n"] == len(data)


@pytest.mark.parametrize("seed", range(20))
def test_resamples_that_cancel_out_do_not_blow_up_the_interval(new_scale, seed):
    """Five people, four items: in resamples of two people the correlations can sum to zero; those are left out."""
    data = likert(5, 4, seed) + 0.01 * np.arange(5)[:, None] * [1, -1, 1, -1]
    row = coefficients(data, new_scale(4, response={"min": 0, "max": 6}))
    assert row["note"] is not None or row["omega_total"] - row["omega_low"] < 1e6


def test_too_few_usable_resamples_bear_no_interval(new_scale):
    """Nineteen items that each one other person answers differently: some item is constant in nearly every resample."""
    row = coefficients(3 + np.eye(20, 19), new_scale(19))
    assert np.isfinite(row["omega_total"])
    assert row[["omega_low", "omega_high"]].isna().all()
    assert "the bootstrap intervals are not computable: in nearly every resample" in row["note"]


def test_no_interval_of_omega_where_respondents_are_no_more_than_items(new_scale):
    """Resamples of so few people bear no factor: an interval would look real and mean nothing."""
    scale = new_scale(6)
    rng = np.random.default_rng(5)
    answers = np.clip(np.round(3 + rng.normal(size=(6, 1)) + rng.normal(size=(6, 6))), 1, 5)
    responses = pd.DataFrame(answers, columns=scale.item_ids).assign(respondent=[f"R{n}" for n in range(6)])
    row = reliability.analyse(responses, [scale], streams(1, "reliability", "s")).scales.iloc[0]
    assert np.isfinite(row["omega_total"])
    assert np.isnan(row["omega_low"])
    assert "no more respondents than items" in row["note"]
