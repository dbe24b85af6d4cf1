"""Robustness of the profiles: other rules, boundaries, stability, true scores, coexistence, respondent characteristics."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from practicework.numerics.proportions import wilson
from practicework.stages.profiles import assignment, coexistence, robustness, variables
from practicework.study.settings import PROTOTYPES, Profiles

NAMES = ["promotion", "usefulness", "support"]
LABELS = list(PROTOTYPES)
CENTRES = np.array([[percents[name] for name in NAMES] for percents in PROTOTYPES.values()])
OWN = {
    "promotion": {"promotion": 75.0, "reconciliation": 25.0, "disruption": 25.0},
    "reconciliation": {"promotion": 25.0, "reconciliation": 75.0, "disruption": 25.0},
    "disruption": {"promotion": 25.0, "reconciliation": 25.0, "disruption": 75.0},
}
OWN_INDICATORS = {name: [name] for name in OWN}


@pytest.fixture(scope="module")
def people():
    """People all over the response range."""
    return np.random.default_rng(1).uniform(0, 100, (200, 3))


def test_variants_that_leave_every_boundary_are_not_listed(people):
    """Around the middle the planes between prototypes stay where they are, whatever the height: a closed form."""
    names = [name for name, _ in robustness.variants(people, CENTRES)]
    assert names == ["prototypes_mean_sd", "prototypes_quartiles", "cutoffs_midpoint", "cutoffs_medians"]
    for level in (60, 90):
        other = 50 + (level - 50) * np.sign(CENTRES - 50)
        assert robustness.same_boundaries(CENTRES, other)
        assert (robustness.nearest_prototype(people, other) == robustness.nearest_prototype(people, CENTRES)).all()


def test_variants_that_move_a_boundary_are_listed(people):
    """A prototype in the middle is nearer to the others if these are less extreme."""
    centres = np.array([[75, 75, 75], [50, 75, 50], [25, 25, 25]])
    found = dict(robustness.variants(people, centres))
    assert list(found)[:4] == ["prototypes_60_40", "prototypes_70_30", "prototypes_80_20", "prototypes_90_10"]
    assert not robustness.same_boundaries(centres, 50 + 10 * np.sign(centres - 50.0))
    assert (found["prototypes_90_10"] != robustness.nearest_prototype(people, centres)).any()


def test_cut_offs_by_hand():
    """High, high, high is promotion; low, high, low reconciliation; high, low, high fits none better than another."""
    points = np.array([[80, 90, 60], [20, 60, 40], [10, 10, 10], [90, 10, 90]])
    table = robustness.sensitivity(points, LABELS, CENTRES)
    own = table[table["variant"] == "cutoffs_midpoint"]
    assert own["n"].tolist() == [2, 1, 1]  # two of three fit promotion, the fourth person's best
    tied = np.array([[80, 10, 20]])
    found = dict(robustness.variants(np.vstack([points, tied]), CENTRES))["cutoffs_midpoint"]
    assert found[-1] == 2
    even = dict(robustness.variants(np.vstack([points, [[80, 20, 80]], [[50, 60, 40]]]), CENTRES))
    assert even["cutoffs_midpoint"][-1] == 1


def test_who_fits_two_patterns_equally_is_told():
    prototypes = np.array([[75.0, 25.0], [25.0, 75.0]])
    table = robustness.sensitivity(np.array([[80.0, 80.0], [90.0, 10.0], [10.0, 90.0]]), ["a", "b"], prototypes)
    own = table[table["variant"] == "cutoffs_midpoint"]
    assert own["n"].tolist() == [1, 1]
    assert own["note"].iloc[0] == "n = 1 without a profile because several patterns fit equally"


def test_distance_from_a_boundary_is_that_of_the_plane(people):
    """Against the point-to-plane formula, in standard errors along the normal."""
    sem = np.array([9.0, 6.0, 8.0])
    table = robustness.boundary(people, LABELS, CENTRES, sem).set_index("boundary")
    near = []
    for point in people:
        own = np.linalg.norm(CENTRES - point, axis=1).argmin()
        found = []
        for other in set(range(3)) - {own}:
            normal = CENTRES[own] - CENTRES[other]
            unit = normal / np.linalg.norm(normal)
            distance = (point - (CENTRES[own] + CENTRES[other]) / 2) @ unit
            found.append(distance / np.sqrt(((unit * sem) ** 2).sum()))
        near.append(min(found))
    assert table.loc["all", "within_1_sem"] == (np.array(near) <= 1).sum()
    assert table.loc["all", "within_1_96_sem"] == (np.array(near) <= 1.96).sum()
    assert table.iloc[1:]["n"].sum() == table.loc["all", "n"] == 200


def test_share_within_a_boundary_is_the_certainty_s_own():
    """Between two prototypes, within one standard error means a certainty below Φ(1)."""
    rng = np.random.default_rng(2)
    points, pair, sem = rng.uniform(0, 100, (500, 2)), np.array([[75.0, 60.0], [25.0, 40.0]]), np.array([10.0, 5.0])
    normal = (pair[0] - pair[1]) / np.linalg.norm(pair[0] - pair[1])
    certainty = stats.norm.cdf(np.abs((points - pair.mean(axis=0)) @ normal) / np.sqrt(((normal * sem) ** 2).sum()))
    table = robustness.boundary(points, ["a", "b"], pair, sem).set_index("boundary")
    assert table.loc["a | b", "within_1_sem"] == (certainty <= stats.norm.cdf(1)).sum()


@pytest.mark.parametrize(
    ("count", "of", "low", "high"),  # R: prop.test(22, 75, correct = FALSE)$conf.int, and alike
    [
        (22, 75, 0.2024014032, 0.4044044517),
        (0, 20, 0, 0.1611251581),
        (20, 20, 0.8388748419, 1),
        (1, 3, 0.06149194472, 0.7923403992),
    ],
)
def test_wilson_s_interval_equals_r(count, of, low, high):
    assert wilson(count, of) == pytest.approx((low, high), abs=1e-9)


def test_without_error_profiles_are_stable(people):
    assert robustness.stability(people, CENTRES, np.zeros(3), 100, np.random.default_rng(3)).tolist() == [1, 1, 1]


def test_error_makes_profiles_less_stable(people):
    """Jaccard against a simulation respondent by respondent: the same on average."""
    sem = np.array([12.0, 12.0, 12.0])
    found = robustness.stability(people, CENTRES, sem, 1000, np.random.default_rng(4))
    rng, main, drawn = np.random.default_rng(5), robustness.nearest_prototype(people, CENTRES), []
    for _ in range(400):
        again = robustness.nearest_prototype(people + sem * rng.standard_normal(people.shape), CENTRES)
        drawn.append([((main == one) & (again == one)).sum() / ((main == one) | (again == one)).sum() for one in range(3)])
    assert found == pytest.approx(np.mean(drawn, axis=0), abs=0.01)
    assert (found < 0.9).all()


def test_exclusivity_counts_certainties_and_those_near_the_threshold():
    certainty = np.array([0.5, 0.75, 0.803, 0.85, 0.96, np.nan])
    draws = np.array([10_000, 10_000, 10_000, 10_000, 10_000, 0])
    table = robustness.exclusivity(certainty, draws, 0.8).set_index("certainty")
    assert table["n"].to_dict() == {0.7: 4, 0.8: 3, 0.9: 1, 0.95: 1}
    assert table["declared"].to_dict() == {0.7: False, 0.8: True, 0.9: False, 0.95: False}
    assert table["within_error"].to_dict() == {0.7: 0, 0.8: 1, 0.9: 0, 0.95: 0}  # .803 is 0.75 Monte Carlo errors above .8


# ---- true scores ----


def test_shares_near_a_threshold_are_drawn_more_often():
    """One indicator, two prototypes: Φ of the distance from the boundary; .80 is 0.84 standard errors away."""
    points = np.array([[50 + 10 * stats.norm.ppf(0.8)], [50 + 10 * stats.norm.ppf(0.9)]])
    shares, draws = assignment.refined_shares(
        points, np.array([[75.0], [25.0]]), np.array([10.0]), 2_000, (0.8,), np.random.default_rng(1)
    )
    assert draws.tolist() == [40_000, 2_000]
    assert shares[0, 0] == pytest.approx(0.8, abs=4 * np.sqrt(0.16 / 40_000))
    assert shares.sum(axis=1) == pytest.approx(1)


def test_regressed_true_scores_are_the_conditional_distribution():
    """Many normal true scores with error: in a narrow window of observed scores, the mean and covariance of the true ones."""
    rng = np.random.default_rng(2)
    covariance = np.array([[400.0, 150, 100], [150, 300, 120], [100, 120, 350]])
    sem = np.array([12.0, 8.0, 10.0])
    true = 50 + rng.standard_normal((400_000, 3)) @ np.linalg.cholesky(covariance).T
    seen = true + sem * rng.standard_normal(true.shape)
    centres, spread = assignment.kelley(seen, sem)
    residual = true - centres
    assert residual.mean(axis=0) == pytest.approx([0, 0, 0], abs=0.1)
    np.testing.assert_allclose(np.cov(residual.T), spread, atol=1.0)
    assert np.abs(np.corrcoef(np.column_stack([residual, seen]).T)[:3, 3:]).max() < 0.01
    # one scale: Kelley's formula
    one, variance = assignment.kelley(seen[:, :1], sem[:1])
    reliability = 1 - sem[0] ** 2 / seen[:, 0].var(ddof=1)
    np.testing.assert_allclose(one[:5, 0], seen[:, 0].mean() + reliability * (seen[:5, 0] - seen[:, 0].mean()), rtol=1e-6)
    assert variance[0, 0] == pytest.approx(reliability * sem[0] ** 2, rel=1e-6)


def test_true_shares_are_recovered_where_observed_ones_are_not():
    """Normal true scores: the share of each profile among true scores, which error makes more equal."""
    rng = np.random.default_rng(3)
    true = 60 + 12 * rng.standard_normal((20_000, 3))
    sem = np.full(3, 12.0)
    seen = true + sem * rng.standard_normal(true.shape)
    wanted = 100 * np.bincount(robustness.nearest_prototype(true, CENTRES), minlength=3) / len(true)
    observed = 100 * np.bincount(robustness.nearest_prototype(seen, CENTRES), minlength=3) / len(true)
    found = assignment.true_shares(seen, CENTRES, sem, 2_000, 200, rng)
    assert np.abs(observed - wanted).max() > 5
    assert found["percent_true"].to_numpy() == pytest.approx(wanted, abs=1)
    assert found["percent_true"].sum() == pytest.approx(100)
    assert (found["percent_true_low"] < found["percent_true"]).all()
    assert (found["percent_true"] < found["percent_true_high"]).all()


# ---- coexistence ----


def test_own_scales_are_those_on_which_one_prototype_alone_is_high():
    assert Profiles(indicators=list(OWN), prototypes=OWN).own_indicators == OWN_INDICATORS
    assert Profiles().own_indicators is None


def test_people_of_known_kinds_are_found_again():
    """True scores well above or below the middle on each of three scales, measured with error: all eight sets."""
    rng = np.random.default_rng(6)
    truth = rng.integers(0, 2, (800, 3)).astype(bool)
    points = np.where(truth, 75, 25) + 6 * rng.standard_normal((800, 3))
    kinds, certainty = coexistence.by_own_scales(points, list(OWN), OWN, OWN_INDICATORS, np.full(3, 6.0), 500, rng)
    expected = [tuple(name for name, yes in zip(OWN, row, strict=True) if yes) for row in truth]
    assert np.mean([a == b for a, b in zip(kinds, expected, strict=True)]) > 0.99
    assert certainty.mean() > 0.97


def test_certainty_of_a_set_is_a_product():
    """Independent errors: Φ of each scale's distance from the middle, multiplied; four Monte Carlo errors."""
    point, sem = np.array([[58.0, 46.0, 30.0]]), np.array([8.0, 10.0, 6.0])
    kinds, certainty = coexistence.by_own_scales(point, list(OWN), OWN, OWN_INDICATORS, sem, 40_000, np.random.default_rng(7))
    expected = np.prod(stats.norm.cdf(np.abs(point[0] - 50) / sem))
    assert kinds == [("promotion",)]
    assert certainty[0] == pytest.approx(expected, abs=4 * np.sqrt(expected * (1 - expected) / 40_000))


@pytest.mark.parametrize(
    ("shares", "middle", "expected"),
    [
        ([0.85, 0.10, 0.05], 0.9, ("clear", "promotion", 0.85)),  # a clear profile, however near the middle
        ([0.50, 0.30, 0.20], 0.6, ("near_middle", None, 0.6)),
        ([0.50, 0.45, 0.05], 0.4, ("between", "promotion + reconciliation", np.nan)),
        ([0.40, 0.35, 0.25], 0.4, ("between", "promotion + reconciliation + disruption", np.nan)),
        ([0.79, 0.11, 0.10], 0.2, ("between", "promotion + reconciliation", np.nan)),  # at least two
    ],
)
def test_clarity_by_hand(shares, middle, expected):
    found, profiles, certainty = coexistence.clarity(np.array([shares]), LABELS, np.array([middle]), 0.8)
    assert (found[0], profiles[0]) == expected[:2]
    assert certainty[0] == pytest.approx(expected[2], nan_ok=True)


@pytest.mark.parametrize("names", [coexistence.OWN_SCALES, coexistence.SHARED_SCALES])
def test_summary_counts_everybody_once(names):
    first, second, third = names
    table = pd.DataFrame(
        {
            "coexistence": [first, second, second, third, None],
            "kinds": ["a", "a + b", "a + b", None, None],
            "kinds_certainty": [0.9, 0.8, 0.6, 0.7, np.nan],
        }
    )
    precise = [first, first, first, third] if names == coexistence.SHARED_SCALES else None
    rows = coexistence.summary(table, precise)
    whole = rows[rows["kinds"].isna()].set_index("coexistence")
    assert whole["n"].to_dict() == {first: 1, second: 2, third: 1}
    assert whole["percent"].sum() == 100
    assert rows.loc[rows["kinds"] == "a + b", "mean_certainty"].tolist() == [pytest.approx(0.7)]
    assert whole["n_tenth"].isna().all() if precise is None else whole["n_tenth"].tolist() == [3, 0, 1]


# ---- who they are ----


def test_kruskal_wallis_equals_r(golden):
    """The statistic exactly; the permutation p within four Monte Carlo errors of R's, plus .005 for the chi-squared form."""
    two, expected = golden("latent_agreement_synthetic"), golden("latent_agreement").iloc[0]
    scores = pd.DataFrame({"age": two["age"].astype(float)})
    row = variables.associations(scores, two["a"].astype(str), ["age"], (), np.random.default_rng(0)).iloc[0]
    assert row["statistic"] == pytest.approx(expected["h"], rel=1e-12)
    assert row["p_value"] == pytest.approx(expected["p"], abs=0.005 + 4 * np.sqrt(0.06 * 0.94 / variables.PERMUTATIONS))
    assert row["effect"] == pytest.approx((expected["h"] - 2) / (200 - 3), rel=1e-12)


def test_categories_are_counted_and_tested():
    scores = pd.DataFrame({"sector": [1.0, 1, 1, 2, 2, 2, np.nan], "same": 3.0})
    profile = pd.Series(["a", "a", "a", "b", "b", "b", "b"])
    table = variables.by_variable(scores, profile, ["a", "b"], ["sector"], ["sector"]).set_index(["category", "profile"])
    assert table["n"].to_dict() == {("1", "a"): 3, ("2", "a"): 0, ("1", "b"): 0, ("2", "b"): 3}
    found = variables.associations(scores, profile, ["sector", "same"], ["sector"], np.random.default_rng(0)).set_index(
        "variable"
    )
    assert found.loc["sector", "p_value"] == pytest.approx(0.1, rel=1e-9)  # 2 / C(6, 3)
    assert found.loc["sector", "n"] == 6
    assert "all respondents have the same value" in found.loc["same", "note"]
