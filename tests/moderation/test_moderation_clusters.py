"""Respondents in clusters: the tables equal clubSandwich's, and resampling, refusals and privacy take clusters into account."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import stdtrit

from practicework.numerics import bootstrap
from practicework.numerics.clusters import ClusterRobust, intraclass_correlation
from practicework.numerics.least_squares import LeastSquares
from practicework.stages.moderation import analyse, why_not_fitted, without_flagged
from practicework.study.settings import Model, Moderation

MODEL = Model(outcome="y", predictor="x", moderator="w", covariates=("c",))
DESIGNS = ("even", "uneven", "few")


def settings(**keys: object) -> Moderation:
    """Clusters are firms."""
    given = {"center": "none", "bootstrap": {"resamples": 500}, "simulation": {"studies": 100}, "cluster": "firm"}
    return Moderation.model_validate(given | keys | {"models": {"main": MODEL.model_dump()}}).of(MODEL)


@pytest.fixture(scope="module")
def firms(golden) -> dict[str, pd.DataFrame]:
    """Simulated salespeople in firms of equal and of very different sizes; c is the same for all of a firm."""
    data = golden("clusters_data")
    data["respondent"] = [f"R{n:03d}" for n in range(len(data))]
    return {name: some.drop(columns="design").reset_index(drop=True) for name, some in data.groupby("design")}


@pytest.fixture(scope="module")
def found(firms) -> dict[str, dict[str, pd.DataFrame]]:
    """The tables of each design."""
    return {name: analyse(firms[name], "main", MODEL, settings(), np.random.default_rng(1)) for name in DESIGNS}


@pytest.mark.parametrize("name", DESIGNS)
def test_coefficients_equal_club_sandwich(found, golden, name):
    """CR2 standard errors, Satterthwaite's degrees of freedom, p."""
    expected = golden("clusters_tests").query("design == @name and not term.str.startswith('x at')")
    own = found[name]["coefficients"]
    assert own["term"].tolist() == ["intercept", "x", "w", "x:w", "c"]
    own = own.iloc[[0, 1, 2, 4, 3]]  # R puts the product last
    for column, theirs in (
        ("estimate", "estimate"),
        ("std_error_cr2", "std_error"),
        ("df_cr2", "df"),
        ("p_value_cr2", "p_value"),
    ):
        np.testing.assert_allclose(own[column], expected[theirs], rtol=1e-9)
    half = stdtrit(expected["df"].to_numpy(), 0.975) * expected["std_error"].to_numpy()
    np.testing.assert_allclose(own["ci_high_cr2"] - own["estimate"], half, rtol=1e-9)


@pytest.mark.parametrize("name", DESIGNS)
def test_linear_combinations_and_joint_tests_equal_club_sandwich(firms, golden, name):
    """`linear_contrast` and `Wald_test(test = "HTZ")`."""
    d = firms[name]
    design = np.column_stack([np.ones(len(d)), d["x"], d["w"], d["c"], d["x"] * d["w"]])
    squares, outcome = LeastSquares(design), d["y"].to_numpy()
    own = ClusterRobust(squares, squares.residuals(outcome), d["firm"].to_numpy())
    expected = golden("clusters_tests").query("design == @name and term.str.startswith('x at')")
    rows = np.array([[0, 1, 0, 0, -1], [0, 1, 0, 0, 2.0]])
    np.testing.assert_allclose(own.degrees(rows), expected["df"], rtol=1e-9)
    errors = np.sqrt(np.diag(rows @ own.covariance @ rows.T))
    np.testing.assert_allclose(errors, expected["std_error"], rtol=1e-9)
    for row in golden("clusters_wald").query("design == @name").itertuples():
        if row.terms == "icc":
            assert intraclass_correlation(outcome, d["firm"].to_numpy()) == pytest.approx(row.f, rel=1e-9)
            continue
        places = [int(one) - 1 for one in row.terms.split()]
        f, df, p = own.wald(np.eye(5)[places], squares.estimates(outcome))
        np.testing.assert_allclose([f, df, p], [row.f, row.df2, row.p_value], rtol=1e-9)


def test_conclusions_rest_on_the_cluster_robust_interval(found):
    """In the table of the conclusion, the bands, the regions and the joint test of the product."""
    own = found["even"]
    product = own["coefficients"].set_index("term").loc["x:w"]
    verdict = own["equivalence"].iloc[0]
    assert verdict["interval"] == "cr2"
    assert (verdict["ci_low"], verdict["ci_high"]) == pytest.approx((product["ci_low_cr2"], product["ci_high_cr2"]))
    fit = own["fit"].iloc[0]
    assert fit["f_change_cr2"] == pytest.approx(product["t_cr2"] ** 2)
    assert fit["p_change_cr2"] == pytest.approx(product["p_value_cr2"])
    assert fit["df2_cr2"] == pytest.approx(product["df_cr2"])
    assert (fit["clusters"], fit["cluster_smallest"], fit["cluster_largest"]) == (12, 6, 6)
    ends = own["effect_curve"]
    probe = own["conditional_effects"].set_index("probe").loc["p50"]
    near = ends.iloc[(ends["moderator_value"] - probe["moderator_value"]).abs().argmin()]
    assert near["ci_low_cr2"] == pytest.approx(probe["ci_low_cr2"], abs=0.05)
    assert set(own["scale_dependence"]["interval"].dropna()) == {"cr2", "wald"}
    assert own["sensitivity"]["power_simulated"].isna().all()


def test_boundaries_are_where_the_effect_is_just_significant(firms):
    """With degrees of freedom that differ between values of the moderator."""
    d = firms["uneven"].assign(y=lambda d: d["y"] + 0.9 * d["x"] * d["w"])
    own = analyse(d, "main", MODEL, settings(), np.random.default_rng(1))
    roots = own["johnson_neyman_alternatives"].query("method == 'cr2'")
    assert len(roots) >= 1
    probed = MODEL.model_copy(update={"probes": tuple(float(one) for one in roots["boundary"])})
    rows = analyse(d, "main", probed, settings(), np.random.default_rng(1))["conditional_effects"]
    rows = rows[rows["probe"].str.startswith("at ")]
    np.testing.assert_allclose(rows["p_value_cr2"], 0.05, rtol=1e-6)
    parts = own["johnson_neyman_regions_alternatives"].query("method == 'cr2'")
    assert parts["sign"].nunique() > 1


def test_the_bootstrap_draws_whole_clusters(firms):
    """As a loop that draws firms and refits; the jackknife of BCa leaves out firms."""
    d = firms["even"]
    design = np.column_stack([np.ones(len(d)), d["x"], d["w"]])
    outcome, groups = d["y"].to_numpy(), d["firm"].to_numpy()
    draws = bootstrap.resample_ols(design, outcome, 4_000, np.random.default_rng(2), groups).coefficients
    rng, loop = np.random.default_rng(3), []
    for _ in range(4_000):
        rows = np.concatenate([np.flatnonzero(groups == one) for one in rng.integers(1, 13, 12)])
        loop.append(np.linalg.lstsq(design[rows], outcome[rows], rcond=None)[0])
    np.testing.assert_allclose(draws.mean(axis=0), np.mean(loop, axis=0), atol=0.02)
    np.testing.assert_allclose(draws.std(axis=0), np.std(loop, axis=0), rtol=0.08)
    squares = LeastSquares(design)
    own = ClusterRobust(squares, squares.residuals(outcome), groups).without_each
    for place, firm in enumerate(np.unique(groups)):
        left = groups != firm
        refitted = np.linalg.lstsq(design[left], outcome[left], rcond=None)[0]
        np.testing.assert_allclose(squares.estimates(outcome) + own[place], refitted, rtol=1e-9)


def test_each_cluster_is_left_out(firms, found):
    """With the interval of the model refitted without it."""
    table, d = found["uneven"]["clusters"], firms["uneven"]
    assert table["n"].tolist() == d["firm"].value_counts().sort_index().tolist()
    left = d[d["firm"] != 9]
    refitted = analyse(left, "main", MODEL, settings(), np.random.default_rng(1))["coefficients"].set_index("term").loc["x:w"]
    own = table.set_index("cluster").loc[9]
    for column in ("estimate", "std_error_cr2", "df_cr2"):
        assert own[column] == pytest.approx(refitted[column], rel=1e-8)
    assert own["ci_low"] == pytest.approx(refitted["ci_low_cr2"], rel=1e-8)


def test_inference_holds_under_the_null_hypothesis():
    """With firms that differ and 12 of them, CR2 rejects in about 5% of the samples; HC3, which ignores firms, far more often."""
    rng, rejected = np.random.default_rng(4), []
    for _ in range(400):
        firm = np.repeat(np.arange(12), 10)
        x = rng.standard_normal(120) + rng.standard_normal(12)[firm]
        y = rng.standard_normal(120) + rng.standard_normal(12)[firm]
        squares = LeastSquares(np.column_stack([np.ones(120), x]))
        residuals, b = squares.residuals(y), squares.estimates(y)[1]
        own = ClusterRobust(squares, residuals, firm)
        t = abs(b) / np.sqrt([own.covariance[1, 1], squares.covariance(residuals, "hc3")[1, 1]])
        rejected.append(t > stdtrit([own.degrees(np.eye(2)[[1]])[0], 118], 0.975))
    cr2, hc3 = np.mean(rejected, axis=0)
    assert 0.02 < cr2 < 0.085
    assert hc3 > 0.2


def test_too_few_clusters_are_refused(firms):
    """With the number, and what to do."""
    d = firms["few"][lambda d: d["firm"] < 5]
    reason = why_not_fitted(d, "main", MODEL, settings(), (), np.random.default_rng(1))
    assert "belong to 4 clusters ('firm')" in reason
    assert "at least 5" in reason


def test_unknown_clusters_and_flagged_respondents(firms):
    """A respondent of an unknown firm is excluded and listed; refits without flagged respondents are cluster-robust, too."""
    d = firms["even"].assign(firm=lambda d: d["firm"].where(d.index != 3))
    own = analyse(d, "main", MODEL, settings(), np.random.default_rng(1))
    assert own["dropped"].to_dict("records") == [{"respondent": d["respondent"][3], "reason": "missing: firm"}]
    flagged = without_flagged(d, d["respondent"][:5], "main", MODEL, settings())
    assert flagged["interval"].tolist() == ["cr2", "cr2"]
    assert flagged["std_error"][0] == pytest.approx(own["coefficients"].set_index("term").loc["x:w", "std_error_cr2"])


def test_corrected_coefficients_resample_clusters(firms):
    """Their bootstrap is wider than one of respondents where firms differ."""
    d = firms["even"].assign(y=lambda d: d["y"] + 2 * (d["firm"] % 2) * d["x"])
    errors = {}
    for cluster in ("firm", None):
        chosen = settings(cluster=cluster) if cluster else settings().model_copy(update={"cluster": None, "interval": "hc3"})
        table = analyse(d, "main", MODEL, chosen, np.random.default_rng(1), reliabilities={"x": 0.8})["errors_in_variables"]
        errors[cluster] = table.set_index("term").loc["x", "boot_std_error"]
    assert errors["firm"] > 1.2 * errors[None]
