"""Meta-analysis and one-stage regression against metafor and lm, and criteria of replication against ReplicationSuccess."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from practicework.numerics.meta_analysis import common_effect, meta_regression, random_effects
from practicework.stages.synthesis import one_stage, verdicts
from practicework.study.settings import Model

MODEL = Model(outcome="govact", predictor="negemot", moderator="age", covariates=("posemot", "ideology", "sex"))
SETS = ("parties", "five", "bcg")


def arrays(golden, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Effects and standard errors of a set."""
    some = golden("synthesis_effects").query("set == @name")
    return some["estimate"].to_numpy(), some["std_error"].to_numpy()


@pytest.mark.parametrize("name", SETS)
def test_pooled_effects_equal_metafor(golden, name):
    """Both estimates of τ², three intervals, prediction, Q-profile, I² and H²; with coefficients of .001, too."""
    y, se = arrays(golden, name)
    for row in golden("synthesis_pooled").query("set == @name").itertuples():
        if row.method == "common":
            pooled = common_effect(y, se)
            names = ("estimate", "std_error", "p_value", "ci_low", "ci_high")
        else:
            pooled, spread = random_effects(y, se, method=row.method, interval=row.interval)
            names = ("estimate", "std_error", "p_value", "ci_low", "ci_high", "prediction_low", "prediction_high")
            for column in ("tau2", "tau2_low", "tau2_high", "i2", "h2", "q", "q_p"):
                assert getattr(spread, column) == pytest.approx(getattr(row, column), rel=1e-6, abs=1e-12), (row, column)
        for column in names:
            assert getattr(pooled, column) == pytest.approx(getattr(row, column), rel=1e-7), (row, column)


def test_partlett_and_riley_s_interval(golden):
    """t on k − 2 degrees of freedom, as published for the five samples."""
    pooled, _ = random_effects(*arrays(golden, "five"), interval="hartung_knapp")
    assert (pooled.prediction_low_k2, pooled.prediction_high_k2) == pytest.approx((-0.06674350195, 0.3101961939), rel=1e-8)


def test_printed_values_of_the_bcg_trials(golden):
    """As printed in the documentation of metafor and many textbooks: −0.7145, SE 0.1798, τ² 0.3132, I² 92.22%."""
    pooled, spread = random_effects(*arrays(golden, "bcg"), interval="wald")
    assert [round(one, 4) for one in (pooled.estimate, pooled.std_error, spread.tau2)] == [-0.7145, 0.1798, 0.3132]
    assert round(spread.i2, 2) == 92.22


def test_units_do_not_matter(golden):
    """Effects in units of a billionth have the same p, I² and weights."""
    y, se = arrays(golden, "five")
    (one, spread), (two, other) = random_effects(y, se), random_effects(1e-9 * y, 1e-9 * se)
    assert two.p_value == pytest.approx(one.p_value, rel=1e-9)
    assert other.i2 == pytest.approx(spread.i2, rel=1e-9)
    np.testing.assert_allclose(two.weights, one.weights, rtol=1e-9)


@pytest.mark.parametrize("method", ["reml", "pm"])
def test_agreeing_samples_have_no_heterogeneity(method):
    """τ² is zero, and the floored interval is that of the common effect with t instead of z."""
    y, se = np.array([0.2, 0.21, 0.19]), np.array([0.1, 0.1, 0.1])
    pooled, spread = random_effects(y, se, method=method, interval="floored")
    common = common_effect(y, se)
    assert (spread.tau2, spread.tau2_low) == (0, 0)
    assert pooled.std_error == pytest.approx(common.std_error)
    assert pooled.ci_high - pooled.estimate == pytest.approx(stats.t.ppf(0.975, 2) * common.std_error)


def test_a_single_sample_is_refused():
    """There is nothing to pool."""
    with pytest.raises(ValueError, match="at least two samples"):
        random_effects(np.array([0.1]), np.array([0.1]))


def test_meta_regression_equals_metafor(golden):
    """The BCG trials by latitude, Knapp–Hartung."""
    y, se = arrays(golden, "bcg")
    design = np.column_stack([np.ones(len(y)), golden("synthesis_ablat")["ablat"]])
    beta, covariance, tau2, critical = meta_regression(y, se, design)
    theirs = golden("synthesis_moderators")
    errors = np.sqrt(np.diag(covariance))
    np.testing.assert_allclose(beta, theirs["estimate"], rtol=1e-7)
    np.testing.assert_allclose(errors, theirs["std_error"], rtol=1e-7)
    np.testing.assert_allclose(beta + critical * errors, theirs["ci_high"], rtol=1e-6)
    assert tau2 == pytest.approx(theirs["tau2"][0], rel=1e-6)


def test_hartung_knapp_intervals_contain_the_truth():
    """95% of simulated sets of six samples of unequal size and heterogeneous effects, within three standard errors."""
    rng, inside = np.random.default_rng(1), []
    for _ in range(2_000):
        se = 1 / np.sqrt(rng.integers(40, 300, 6))
        y = 0.2 + 0.08 * rng.standard_normal(6) + se * rng.standard_normal(6)
        pooled, _ = random_effects(y, se, interval="hartung_knapp")
        inside.append(pooled.ci_low <= 0.2 <= pooled.ci_high)
    assert np.mean(inside) == pytest.approx(0.95, abs=3 * np.sqrt(0.95 * 0.05 / 2_000))


def test_one_stage_equals_lm(golden, root):
    """Common product, OLS and HC3, and the test of differences, by party in the study of global warming."""
    data = pd.read_csv(root / "examples/globalwarming/data/raw/globalWarm.csv")
    data["respondent"] = [f"R{n:04d}" for n in range(len(data))]
    samples = dict(iter(data.groupby("partyid")))
    common, difference = one_stage.fit("main", MODEL, samples, [])
    theirs = golden("synthesis_one_stage").iloc[0]
    for column in ("estimate", "std_error", "std_error_hc3"):
        assert common[column] == pytest.approx(theirs[column], rel=1e-9)
    assert difference["statistic"] == pytest.approx(theirs["f"], rel=1e-8)
    assert difference["p"] == pytest.approx(theirs["p_value"], rel=1e-8)
    assert difference["statistic_hc3"] == pytest.approx(theirs["f_hc3"], rel=1e-7)
    assert (difference["df1"], difference["df2"]) == (2, theirs["df2"])


@pytest.mark.parametrize(
    ("original", "new", "c", "p"),
    [
        (2.5, 2.2, 1, 0.01782798294),
        (2.5, 2.2, 2, 0.02778427531),
        (1.96, 2.5, 1, 0.0248783802),
        (2.576, 2.5, 1, 0.0112433116),
        (1.96, 2.5, 4, 0.0533003456),
        (2.576, 2.5, 4, 0.0311965666),
        (2.2, -0.5, 2, 0.728001316),
    ],
)
def test_sceptical_p_equals_replication_success(original, new, c, p):
    """`pSceptical(zo, zr, c, alternative = "one.sided", type = "golden")` of ReplicationSuccess 1.3."""
    assert verdicts.p_sceptical(original, new, c) == pytest.approx(p, rel=1e-8)


@pytest.mark.parametrize(("n", "r"), [(75, 0.1761252776), (150, 0.1246533251), (300, 0.0881941603)])
def test_small_effect_has_a_power_of_one_third(n, r):
    """In R: ``uniroot(function(l) 1 - pf(qf(.95, 1, df), 1, df, l) - 1/3, c(0, 100))``."""
    assert verdicts.small_effect(n, n - 4) == pytest.approx(r, rel=1e-7)


def test_prediction_interval_equals_replication_success():
    """`predictionInterval(.302, 1/sqrt(72), 1/sqrt(147))`."""
    found = verdicts.prediction_interval((0.302, 72**-0.5), 147**-0.5)
    assert found == pytest.approx((0.02006744129, 0.5839325587), rel=1e-8)
