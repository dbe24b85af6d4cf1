"""The metric from which published coefficients can come: closed form, simulated studies, and the published study."""

import numpy as np
import pandas as pd
import pytest
from reliability_runs import whitened
from statsmodels.regression.linear_model import OLS

from practicework import tables
from practicework.stages.replication import metric
from practicework.study import load_study
from practicework.study.config import Replication
from practicework.study.settings import Model

MODEL = Model(outcome="y", predictor="x", moderator="w")
ALPHAS = {"y": ".82", "x": ".90", "w": ".86"}
PUBLISHED = {"x": {"estimate": ".27", "p_value": "< .01"}, "w": {"p_value": "> .05"}}
PUBLISHED["x:w"] = {"estimate": ".02", "p_value": "< .05"}


def publication(terms: dict, n: str | None = "75", alphas: dict | None = None, **fit: str) -> Replication:
    """Claims about the model m."""
    table = "moderation/m/coefficients"
    entries = [(table, {"term": term}, column, text) for term, cells in terms.items() for column, text in cells.items()]
    entries += [("moderation/m/fit", {}, column, text) for column, text in ({"n": n} | fit).items() if text]
    entries += [("reliability/scales", {"scale": one}, "alpha", a) for one, a in (ALPHAS if alphas is None else alphas).items()]
    claims = [{"claim": "-", "table": a, "row": b, "column": c, "published": d} for a, b, c, d in entries]
    return Replication.model_validate({"source": "A paper", "claims": claims or [{**claims[0]}]})


@pytest.fixture(scope="module")
def scales(new_scale):
    """The published study's numbers of items, answered from 1 to 5, without published values of their own."""
    return {name: new_scale(items, name=name) for name, items in (("y", 4), ("x", 10), ("w", 6))}


@pytest.fixture(scope="module")
def assess(scales):
    """Makes the table, which keeps its contract."""

    def run(terms: dict, model: Model = MODEL, using: dict | None = None, center="mean", categories=None, **rest) -> pd.DataFrame:
        table = metric.assess(publication(terms, **rest), {"m": model}, using or scales, center, categories)
        return tables.schema("replication/metric").validate(table)

    return run


@pytest.fixture(scope="module")
def main(assess):
    return assess(PUBLISHED)


def row(table: pd.DataFrame, outcome: str, predictor: str = "", moderator: str = "") -> pd.Series:
    """One combination; the same metric for all if one is named."""
    wanted = {"outcome": outcome, "predictor": predictor or outcome, "moderator": moderator or outcome}
    return table[(table[list(wanted)] == pd.Series(wanted)).all(axis=1)].iloc[0]


def test_the_published_coefficients_come_from_sums_and_not_from_means(main):
    assert len(main) == len(main.drop_duplicates(["outcome", "predictor", "moderator"])) == 27
    means, sums, standardised = (row(main, one) for one in ("mean", "sum", "standardised"))
    assert means["share"] < 0.01 < 0.5 < sums["share"]
    assert standardised["share"] == 0
    assert means["t_needed"] == pytest.approx(1.9939434, abs=1e-7)  # R: qt(.975, 71)
    assert means["interaction_t_high"] < 1.99
    assert means["interaction_t_usual"] < 0.5 < 1 < means["interaction_t_high"]
    assert ((main["share"] > 0) == main["possible"]).all()


def test_the_methods_quote_what_is_found(root, main):
    """The two values of t for mean scores in docs/methods.md are those of the table."""
    means, text = row(main, "mean"), " ".join((root / "docs/methods.md").read_text(encoding="utf-8").split())
    high, usual, needed = means["interaction_t_high"], means["interaction_t_usual"], means["t_needed"]
    assert f"(.20 of the range) yield t = {usual:.2f} for the interaction, but p < .05 requires {needed:.2f}" in text
    assert f"at most, the grid reaches {high:.2f}. Mean scores meet every published test on {100 * means['share']:.1f}%" in text
    assert f"of the grid, sum scores on {100 * row(main, 'sum')['share']:.1f}%" in text


def test_the_study_of_this_repository_asks_for_the_same(root, main):
    study = load_study(root)
    table = metric.assess(study.config.replication["schmitt2021"], study.models, study.scales, "mean", study.config.categories)
    table = tables.schema("replication/metric").validate(table)
    assert set(table["model"]) == {"main"}
    pd.testing.assert_frame_equal(table.drop(columns="model"), main.drop(columns="model"))


@pytest.mark.parametrize("rho", [-0.3, 0.0, 0.45, 0.8])
def test_t_is_that_of_a_regression(monkeypatch, rho):
    """Data with exactly the moments of normal x and w: three points, of kurtosis 3, crossed; errors orthogonal to all."""
    z = np.sqrt(3) * np.array([-1, 0, 0, 0, 0, 1])
    x, w = (one.ravel() for one in np.meshgrid(z, z))
    w = rho * x + np.sqrt(1 - rho**2) * w
    x, w = 0.7 * np.tile(x, 3), 1.9 * np.tile(w, 3)
    design = np.column_stack([np.ones(len(x)), x, w, x * w])
    noise = whitened(len(x), 1)[:, 0]
    noise -= design @ np.linalg.lstsq(design, noise)[0]
    y = design @ [2, 0.5, -0.1, 0.2] + noise
    fit = OLS(y, design).fit()
    monkeypatch.setattr(metric, "CORRELATIONS", np.array([rho]))
    deviations = [(float(one.std(ddof=0)), False) for one in (y, x, w)]
    t, fine = metric._statistics(list(fit.params[1:]), deviations, metric.SHARES, int(fit.df_resid), 0.99)
    assert fine.all()
    np.testing.assert_allclose(t.ravel(), abs(fit.tvalues[1:]), rtol=1e-9)


def simulated(seed: int, n: int, exact: bool, five_points: bool = False) -> tuple[dict, dict, tuple, tuple]:
    """Prints of a regression whose metric is known: terms, alphas, metrics and numbers of items."""
    rng = np.random.default_rng([seed, n])
    items, reliability, rho = rng.integers(2, 12, 3), rng.uniform(0.7, 0.95, 3), rng.uniform(-0.1, 0.6)
    x, w = rng.standard_normal((2, n))
    w = rho * x + np.sqrt(1 - rho**2) * w
    y = rng.uniform(-0.5, 0.6) * x + rng.uniform(-0.5, 0.6) * w + rng.uniform(-0.3, 0.3) * x * w
    y /= max(1, 1.1 * y.std())
    y += np.sqrt(max(0.05, 1 - y.var())) * rng.standard_normal(n)
    scores, alphas = [], {}
    for name, true, r, k in zip("yxw", (y / y.std(), x, w), reliability, items, strict=True):
        if five_points:
            one = r / (k - (k - 1) * r)
            answers = np.sqrt(one) * true[:, None] + np.sqrt(1 - one) * rng.standard_normal((n, k))
            answers = 1 + (answers[..., None] > np.array([-1.8, -1, -0.2, 0.7]) + rng.uniform(-0.4, 0.4)).sum(axis=2)
            covariance = np.cov(answers.T)
            alphas[name] = f"{k / (k - 1) * (1 - np.trace(covariance) / covariance.sum()):.2f}"
            scores.append(answers.mean(axis=1))
        else:
            observed = np.sqrt(r) * true + np.sqrt(1 - r) * rng.standard_normal(n)
            scores.append(3 + 4 * rng.uniform(0.12, 0.28) * observed)
            alphas[name] = f"{r:.2f}"
    metrics = tuple(rng.choice(["mean", "sum", "standardised"], 3).tolist())
    y, x, w = (
        {"mean": one, "sum": one * k, "standardised": (one - one.mean()) / one.std(ddof=1)}[kind]
        for one, k, kind in zip(scores, items, metrics, strict=True)
    )
    x, w = x - x.mean(), w - w.mean()
    return printed(OLS(y, np.column_stack([np.ones(n), x, w, x * w])).fit(), exact), alphas, metrics, tuple(items)


def printed(fit, exact: bool, decimals: int = 2) -> dict:
    """All values to three decimals, or the estimates of x and x:w, and thresholds of p."""
    terms = {}
    for number, term in enumerate(("x", "w", "x:w"), 1):
        p = fit.pvalues[number]
        if exact:
            cells = {"estimate": fit.params[number], "std_error": fit.bse[number], "t": fit.tvalues[number], "p_value": p}
            terms[term] = {column: f"{value:.3f}" for column, value in cells.items()}
        else:
            terms[term] = {} if term == "w" else {"estimate": f"{fit.params[number]:.{decimals}f}"}
            terms[term]["p_value"] = next((f"< {level}" for level in (".001", ".01", ".05") if p < float(level)), "> .05")
    return terms


@pytest.mark.parametrize(
    ("n", "exact", "five_points"),
    [(20_000, False, False), (20_000, True, False), (2_000, True, True), (75, False, True), (75, True, True), (75, True, False)],
)
def test_the_true_metric_is_always_possible(new_scale, n, exact, five_points):
    """Twelve studies each: normal scores, and items answered on five points and skewed."""
    for seed in range(12):
        terms, alphas, metrics, items = simulated(seed, n, exact, five_points)
        scales = {name: new_scale(int(k), name=name) for name, k in zip("yxw", items, strict=True)}
        table = metric.assess(publication(terms, str(n), alphas), {"m": MODEL}, scales)
        assert row(table, *metrics)["possible"], seed


@pytest.mark.parametrize("seed", range(4))
def test_small_coefficients_of_long_sums_are_not_possible_as_means(assess, new_scale, seed):
    """An interaction of sums that is found for certain would be nothing in means."""
    rng = np.random.default_rng(seed)
    x, w, e = rng.standard_normal((3, 200))
    w = 0.4 * x + np.sqrt(1 - 0.4**2) * w
    y = 0.35 * x + 0.25 * x * w + 0.8 * e
    items = {"y": 4, "x": 20, "w": 15}
    y, x, w = 4 * 0.8 * y / y.std(), 20 * 0.7 * x, 15 * 0.75 * w
    x, w = x - x.mean(), w - w.mean()
    terms = printed(OLS(y, np.column_stack([np.ones(200), x, w, x * w])).fit(), exact=False, decimals=3)
    table = assess(terms, using={name: new_scale(k, name=name) for name, k in items.items()}, n="200")
    assert row(table, "sum")["possible"]
    assert not row(table, "mean")["possible"]
    assert row(table, "mean")["interaction_t_high"] < row(table, "mean")["t_needed"]


def changed(**cells: dict | None) -> dict:
    """The published terms with others in their place; `xw` is the interaction."""
    cells = {"x:w" if term == "xw" else term: one for term, one in cells.items()}
    return {term: one for term, one in (PUBLISHED | cells).items() if one is not None}


def test_signs_change_nothing_but_themselves(assess, main):
    """The same study with the outcome's, or one scale's, direction turned."""
    turned = assess(changed(x={"estimate": "-.27", "p_value": "< .01"}, xw={"estimate": "-.02", "p_value": "< .05"}))
    assert turned["possible"].tolist() == main["possible"].tolist()
    np.testing.assert_allclose(turned["interaction_t_high"], main["interaction_t_high"], rtol=1e-3)
    assert set(turned["estimate"]) == {"-.02"}


def test_without_tests_any_metric_that_explains_no_more_than_all_is_possible(assess):
    table = assess(changed(x={"estimate": ".27"}, w={"estimate": ".00"}, xw={"estimate": ".02"}))
    assert row(table, "mean")["possible"]
    assert table["t_needed"].isna().all()
    impossible = table[~table["possible"]]
    assert len(impossible) > 0
    assert impossible["interaction_t_high"].isna().all()  # the model would explain more than the reliabilities allow


def test_a_threshold_can_be_too_low_for_a_metric(assess):
    """An interaction that is not significant, and too large not to be."""
    table = assess(changed(xw={"estimate": ".10", "p_value": "> .05"}), n="400")
    assert row(table, "mean")["possible"]
    assert not row(table, "sum")["possible"]
    assert row(table, "sum")["interaction_t_low"] > row(table, "sum")["t_needed"] == pytest.approx(1.966, abs=0.001)


def test_what_is_not_printed_is_free(assess, main):
    """Fewer claims never make a metric impossible."""
    fewer = assess(changed(x=None, w=None))
    assert (fewer["possible"] | ~main["possible"]).all()
    assert assess(changed(x={"p_value": "< .01"}))["possible"].sum() >= main["possible"].sum()


def test_covariates_cost_degrees_of_freedom(assess):
    """Each column of a category costs one; their share of the outcome is unknown."""
    model = Model(outcome="y", predictor="x", moderator="w", covariates=("age", "branch"))
    with_them = assess(PUBLISHED, model, categories={"branch": [1, 2, 3]}, n="78")
    assert with_them["t_needed"].iloc[0] == assess(PUBLISHED)["t_needed"].iloc[0]
    assert "covariates are treated as uncorrelated" in with_them["note"].iloc[0]


def test_without_centring_only_the_interaction_counts(assess):
    """Coefficients at zero are not those at the mean."""
    uncentred, alone = assess(PUBLISHED, center="none"), assess(changed(x=None, w=None))
    assert uncentred["possible"].tolist() == alone["possible"].tolist()


def test_claims_that_contradict_one_another_are_possible_nowhere(assess):
    table = assess(changed(xw={"estimate": ".02", "p_value": "< .01", "t": "1.20"}))
    assert not table["possible"].any()
    assert (table["share"] == 0).all()


@pytest.mark.parametrize(
    ("terms", "model", "n"),
    [
        (changed(xw={"p_value": "< .05"}), MODEL, "75"),
        (changed(xw={"estimate": "> 0"}), MODEL, "75"),
        (PUBLISHED, Model(outcome="y", predictor="x", moderator="age"), "75"),
        (PUBLISHED, Model(outcome="y", predictor="w", moderator="x"), "75"),
        (PUBLISHED, MODEL, None),
        (PUBLISHED, MODEL, "4"),
        (PUBLISHED, MODEL, "> 100"),
    ],
    ids=["no estimate", "no value", "a variable", "another model", "no n", "n of 4", "n of more than 100"],
)
def test_nothing_to_assess_gives_no_rows(assess, terms, model, n):
    """The table has its header."""
    table = assess(terms, model, n=n)
    assert table.empty
    assert list(table.columns) == list(tables.contract("replication/metric").columns)


def test_one_item_is_its_sum(new_scale):
    """Mean and sum of one item are one metric."""
    scales = {name: new_scale(1, name=name) for name in "yxw"}
    table = metric.assess(publication(PUBLISHED), {"m": MODEL}, scales)
    for outcome in ("mean", "sum"):
        for predictor in ("mean", "sum"):
            one = row(table, outcome, predictor, "mean")
            assert one["possible"] == row(table, "mean")["possible"]
            assert one["interaction_t_high"] == pytest.approx(row(table, "mean")["interaction_t_high"], rel=1e-3)
