"""What docs/methods.md says of the profiles' simulations is what they found, and they simulate what it says."""

import importlib.util

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from practicework.study.settings import Profiles


@pytest.fixture(scope="module")
def calibration(root):
    """The benchmark of the certainty's calibration, as a module."""
    spec = importlib.util.spec_from_file_location("profile_calibration", root / "benchmarks/profile_calibration.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_calibration_in_the_docs_is_that_of_the_table(root, calibration):
    """Error and bias of every cell, rounded."""
    table = pd.read_csv(root / "benchmarks/profile_calibration.csv")
    text = (root / "docs/methods.md").read_text(encoding="utf-8")
    worst = {}
    for (separation, model), rows in table.groupby(["separation", "model"]):
        cells = []
        for _, own in rows.groupby("reliability"):
            bias = np.average(own["certainty"] - own["accuracy"], weights=own["n"])
            worst[model] = max(worst.get(model, 0), calibration.error(own))
            cells.append(f"{calibration.error(own):.3f} ({bias:+.3f})".replace("0.", ".").replace("-", "−"))
        name = f"{separation:g}".replace("0.", ".") if separation else "normal"
        assert f"| {name} | `{model}` | {' | '.join(cells)} |" in text
    # the default has the smaller worst error over typed and normal populations
    assert worst["flat"] < worst["kelley"]
    assert Profiles.model_fields["true_scores"].default == "flat"
    assert f"is {worst['flat']:.3f} for `flat`".replace("0.", ".") in text


def test_certainty_is_calibrated_in_a_new_sample(calibration):
    """One cell again, other people: the share that is right is the mean certainty, within .04."""
    rng = np.random.default_rng(99)
    drawn = [calibration.sample(0.7, 0.75, rng) for _ in range(6)]
    _, true, assigned, certainty, _ = (np.concatenate(parts) for parts in zip(*drawn, strict=True))
    assert certainty.mean() == pytest.approx((true == assigned).mean(), abs=0.04)
    sure = certainty > 0.9
    assert (true == assigned)[sure].mean() > 0.9
    assert (true == assigned)[~sure].mean() < 0.85


def test_reliability_of_the_simulated_scores_is_what_it_says(calibration):
    """Squared correlation of true scores and sums, before answers are cut to five points, is the stated reliability."""
    rng = np.random.default_rng(1)
    for reliability in calibration.RELIABILITIES:
        true = rng.normal(50, 20, 200_000)
        error = np.sqrt(true.var() * (1 - reliability) / reliability * calibration.ITEMS)
        scores = true + error * rng.standard_normal((calibration.ITEMS, len(true))).mean(axis=0)
        assert np.corrcoef(true, scores)[0, 1] ** 2 == pytest.approx(reliability, abs=0.005)


def test_recovery_in_the_docs_is_that_of_the_table(root):
    table = pd.read_csv(root / "workflow/practicework/stages/profiles/recovery.csv")
    text = (root / "docs/methods.md").read_text(encoding="utf-8")
    assert table.filter(regex="^percent_[a-z]+$").sum(axis=1).to_numpy() == pytest.approx(100)
    for row in table.itertuples():
        ends = stats.binomtest(round(row.percent_three * row.samples / 100), row.samples).proportion_ci()
        assert (row.percent_three_low, row.percent_three_high) == pytest.approx((100 * ends.low, 100 * ends.high))
    for n, rows in table.groupby("n"):
        assert f"| {n} | {' | '.join(f'{percent:.0f}' for percent in rows['percent_three'])} |" in text
