"""Models of several groups against lavaan, and what invariance means when it holds and when it does not."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from practicework.errors import NotComputable
from practicework.numerics import multigroup, one_factor
from practicework.numerics.multigroup import LEVELS, Moments
from practicework.stages.synthesis import invariance
from practicework.study.scale import Scale

FACTOR = np.repeat([0, 1, 2], 3)
NAMES = {
    "chisq": "chisq", "df": "df", "pvalue": "p_value", "cfi": "cfi", "tli": "tli", "rmsea": "rmsea",
    "rmsea.ci.lower": "rmsea_low", "rmsea.ci.upper": "rmsea_high", "srmr": "srmr", "aic": "aic", "bic": "bic",
    "npar": "parameters",
}  # fmt: skip


@pytest.fixture(scope="module")
def schools(golden) -> list[Moments]:
    """The two schools of Holzinger and Swineford (1939)."""
    table = golden("invariance_moments")
    items = [f"x{number}" for number in range(1, 10)]
    return [
        Moments(int(own["n"].iloc[0]), own["mean"].to_numpy(), own[items].to_numpy())
        for _, own in table.groupby("group", sort=False)
    ]


def simulated(groups: int, n: int, rng: np.random.Generator, shift: float = 0.0) -> list[Moments]:
    """Groups with equal loadings, other factor means and variances, and a shifted intercept of the first item in the last."""
    found = []
    for group in range(groups):
        f = 0.3 * group + (1 + 0.2 * group) * rng.standard_normal((n, 1))
        answers = f * [0.9, 0.8, 0.7, 0.6] + 0.6 * rng.standard_normal((n, 4))
        answers[:, 0] += shift * (group == groups - 1)
        found.append(Moments(n, answers.mean(axis=0), np.cov(answers.T, bias=True)))
    return found


@pytest.mark.parametrize("level", LEVELS)
def test_every_level_equals_lavaan(golden, schools, level):
    """χ², its degrees of freedom, every index, and the interval of RMSEA with √G."""
    theirs = golden("invariance_fit").set_index("level").loc[level]
    ours = multigroup.fit(schools, FACTOR, level).fit
    for name, own in NAMES.items():
        assert ours[own] == pytest.approx(theirs[name], rel=2e-6), name


def test_partial_invariance_equals_lavaan(golden, schools):
    """The intercepts of x3 and x7 are free."""
    theirs = golden("invariance_partial").iloc[0]
    ours = multigroup.fit(schools, FACTOR, "scalar", free=[2, 6]).fit
    for name, own in NAMES.items():
        assert ours[own] == pytest.approx(theirs[name], rel=2e-6), name


def test_score_tests_equal_lavaan(golden, schools):
    """Of each loading and intercept in the scalar model."""
    found = multigroup.fit(schools, FACTOR, "scalar")
    theirs = golden("invariance_score")
    ours = [found.score_test(item, what)[0] for what in ("loadings", "intercepts") for item in range(9)]
    np.testing.assert_allclose(ours, theirs["chisq"], rtol=1e-4, atol=1e-6)


def test_units_change_no_test(schools):
    """Each item in units of its own."""
    unit = 10.0 ** np.arange(-4, 5)
    scaled = [Moments(one.n, one.mean * unit, one.covariance * np.outer(unit, unit)) for one in schools]
    one, two = (multigroup.fit(groups, FACTOR, "scalar").fit for groups in (schools, scaled))
    for name in ("chisq", "cfi", "rmsea", "srmr"):
        assert two[name] == pytest.approx(one[name], rel=1e-6)


def test_dmacs_is_the_root_mean_squared_difference_of_expected_answers(golden):
    """The closed form against quadrature over the factor, for two items that differ in loading and intercept."""
    loadings, intercepts = (np.array([0.8, 0.6]), np.array([0.5, 0.6])), (np.array([3.0, 2.0]), np.array([3.2, 1.7]))
    kappa, phi, sd = 0.4, 1.3, np.array([1.1, 0.9])
    found, signed = multigroup.dmacs(loadings, intercepts, kappa, phi, sd)
    grid = stats.norm(kappa, np.sqrt(phi)).ppf((np.arange(20_000) + 0.5) / 20_000)
    for item in range(2):
        gap = intercepts[0][item] - intercepts[1][item] + (loadings[0][item] - loadings[1][item]) * grid
        assert found[item] == pytest.approx(np.sqrt((gap**2).mean()) / sd[item], rel=1e-3)
        assert np.sign(signed[item]) == np.sign(gap.mean())


def test_scalar_invariance_is_rejected_in_five_percent():
    """χ² differences of three invariant groups, within three standard errors; a shifted intercept is found by its score test."""
    rng, p = np.random.default_rng(1), []
    for _ in range(200):
        groups = simulated(3, 300, rng)
        metric, scalar = (multigroup.fit(groups, np.zeros(4, int), level).fit for level in ("metric", "scalar"))
        p.append(stats.chi2.sf(scalar["chisq"] - metric["chisq"], scalar["df"] - metric["df"]))
    assert np.mean(np.array(p) < 0.05) == pytest.approx(0.05, abs=3 * np.sqrt(0.05 * 0.95 / 200))
    found = multigroup.fit(simulated(3, 300, rng, shift=0.5), np.zeros(4, int), "scalar")
    tests = [found.score_test(item, "intercepts")[2] for item in range(4)]
    assert np.argmin(tests) == 0
    assert tests[0] < 1e-4


def test_models_that_cannot_be_fitted_say_why(schools):
    """Items without variance, and items that determine each other."""
    flat = [Moments(one.n, one.mean, one.covariance * np.outer(np.eye(9)[0] == 0, np.eye(9)[0] == 0)) for one in schools]
    with pytest.raises(NotComputable, match="an item has no variance"):
        multigroup.fit(flat, FACTOR, "metric")
    double = np.vstack([np.eye(9)[:8], np.eye(9)[7]])
    same = [Moments(one.n, double @ one.mean, double @ one.covariance @ double.T) for one in schools]
    with pytest.raises(NotComputable, match="linearly dependent"):
        multigroup.fit(same, FACTOR, "metric")


@pytest.mark.parametrize(("group", "levels"), [("gender", ("configural", "scalar")), ("age_group", ("metric", "strict"))])
def test_twenty_five_items_equal_lavaan(root, golden, group, levels):
    """Five factors of the bfi by gender and by age group, at two levels each."""
    data = pd.read_csv(root / "examples/bfi/data/raw/bfi.csv")
    items = [f"{letter}{number}" for letter in "ACENO" for number in range(1, 6)]
    data = data.dropna(subset=items).assign(age_group=lambda d: np.where(d["age"] < 30, 1, 2))
    groups = [moments_of(data.loc[data[group] == one, items].to_numpy(float)) for one in (1, 2)]
    for row in golden("invariance_bfi").query("group == @group and level in @levels").to_dict("records"):
        found = multigroup.fit(groups, np.repeat(np.arange(5), 5), row["level"]).fit
        for theirs, ours in NAMES.items():
            assert found[ours] == pytest.approx(row[theirs], rel=1e-6, abs=1e-6), (row["level"], ours)


def test_levels_and_items_of_a_scale(root):
    """Neuroticism by gender: dMACS with the first item as anchor, as computed with lavaan's configural estimates in R."""
    data = pd.read_csv(root / "examples/bfi/data/raw/bfi.csv")
    listwise = data.dropna(subset=[name for name in data if name[0] in "ACENO" and name[1:].isdigit()])
    items = [{"id": f"N{number}", "text": "A."} for number in range(1, 6)]
    scale = Scale.model_validate({"id": "neuroticism", "label": "N", "response": {"min": 1, "max": 6}, "items": items})
    answers = invariance.complete(scale, {"men": listwise[listwise["gender"] == 1], "women": listwise[listwise["gender"] == 2]})
    groups = invariance.moments(answers)
    assert [one.n for one in groups.values()] == [805, 1631]
    rows, fitted = invariance.models(scale, groups, [])
    found = invariance.items(scale, groups, fitted, answers, np.random.default_rng(1))
    ours = [row["dmacs"] for row in found]
    assert ours == pytest.approx([0, 0.134837646, 0.194980409, 0.0729576391, 0.426880456], rel=1e-4, abs=1e-9)
    assert found[0]["note"] == "anchor of the comparison"
    assert "dmacs_low" not in found[0]
    assert all(row["dmacs_low"] < row["dmacs"] < row["dmacs_high"] for row in found[1:])
    assert found[4]["dmacs_low"] > 0.3  # N5 differs clearly
    levels = {row["level"]: row for row in rows}
    assert levels["metric"]["verdict"] == "holds"
    assert levels["scalar"]["verdict"] == "fails"
    assert levels["scalar"]["d_df"] == 4
    free, _ = invariance.models(scale, groups, ["N5"])
    partial = next(row for row in free if row["level"] == "scalar")
    assert partial["d_df"] == 3
    assert "intercepts of N5 may differ" in partial["note"]


def test_a_resample_without_solution_stops_no_other():
    """Twelve people: some resamples lead to singular matrices, and the others have the results that each has alone."""
    rng = np.random.default_rng(0)
    trait = rng.normal(size=12)
    answers = np.clip(np.round(3 + 0.8 * trait[:, None] + rng.normal(0, 0.6, (12, 4))), 1, 5)
    covariances = np.array([np.cov(answers[rng.integers(0, 12, 12)].T, bias=True) for _ in range(500)])
    start = np.full(4, 0.8), np.full(4, 0.36)
    found, done = one_factor.fit(covariances, *start)
    assert 20 < done.sum() < 480
    assert np.isnan(found[~done]).all()
    for place in np.flatnonzero(done):
        np.testing.assert_array_equal(one_factor.fit(covariances[[place]], *start)[0][0], found[place])
    constant = covariances.copy()
    constant[::2, 1, :] = constant[::2, :, 1] = 0
    assert not one_factor.fit(constant, *start)[1][::2].any()
    np.testing.assert_array_equal(one_factor.fit(constant, *start)[0][1::2], found[1::2])


def test_one_factor_of_many_resamples_equals_a_loop():
    """Loadings of each covariance matrix as fitted alone; a matrix without a proper solution has none."""
    rng = np.random.default_rng(5)
    answers = rng.standard_normal((150, 1)) * [0.8, 0.6, 0.9, 0.5] + 0.7 * rng.standard_normal((150, 4))
    whole = multigroup.fit([simple := moments_of(answers), simple], np.zeros(4, int), "configural")
    loadings, _, residuals, *_ = whole.matrices(0)
    covariances = np.array([moments_of(answers[rng.integers(0, 150, 150)]).covariance for _ in range(20)])
    found, done = one_factor.fit(covariances, loadings, residuals)
    assert 15 < done.sum() < 20  # one has a loading above 1
    for own, fitted, covariance in zip(found, done, covariances, strict=True):
        alone = Moments(150, np.zeros(4), covariance)
        if fitted:
            expected = multigroup.fit([alone, alone], np.zeros(4, int), "configural").matrices(0)[0]
            np.testing.assert_allclose(own, expected, atol=2e-5)
        else:
            assert np.isnan(own).all()
            with pytest.raises(NotComputable, match="a residual variance is not positive"):
                multigroup.fit([alone, alone], np.zeros(4, int), "configural")


def test_intervals_of_item_differences_contain_the_truth():
    """In 95% of samples, for an item that differs (true dMACS of .50 in the population)."""
    rng, inside = np.random.default_rng(6), []
    items = [{"id": f"i{number}", "text": "A."} for number in range(4)]
    scale = Scale.model_validate({"id": "t", "label": "T", "response": {"min": 0, "max": 9}, "items": items})
    for _ in range(100):
        answers = {name: rng.standard_normal((200, 1)) * 0.8 + 0.6 * rng.standard_normal((200, 4)) for name in "ab"}
        answers["b"][:, 2] += 0.5
        groups = invariance.moments(answers)
        fitted = {"configural": multigroup.fit(list(groups.values()), np.zeros(4, int), "configural")}
        row = invariance.items(scale, groups, fitted, answers, rng)[2]
        inside.append(row["dmacs_low"] < 0.5 / np.sqrt(1.0) < row["dmacs_high"])
    assert 0.88 <= np.mean(inside) <= 0.99


def moments_of(answers: np.ndarray) -> Moments:
    """The moments of some answers."""
    return Moments(len(answers), answers.mean(axis=0), np.cov(answers.T, bias=True))


def test_few_respondents_get_no_verdict():
    """With fewer than 100 in a sample, and for scales of two items."""
    items = [{"id": f"i{number}", "text": "A."} for number in range(4)]
    scale = Scale.model_validate({"id": "trust", "label": "T", "response": {"min": 1, "max": 5}, "items": items})
    groups = dict(zip("ab", simulated(2, 80, np.random.default_rng(2)), strict=True))
    rows, _ = invariance.models(scale, groups, [])
    assert [row.get("verdict") for row in rows] == [None, *["too few to tell"] * 3]
    short = Scale.model_validate({"id": "trust", "label": "T", "response": {"min": 1, "max": 5}, "items": items[:2]})
    rows, fitted = invariance.models(short, groups, [])
    assert {row["note"] for row in rows} == {"not computed: a factor of fewer than three items is not identified"}
    assert invariance.items(short, groups, fitted) == []
