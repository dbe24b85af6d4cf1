"""The metric that published coefficients can come from."""

import numpy as np
import pandas as pd
import pytest
from reliability_runs import whitened
from statsmodels.regression.linear_model import OLS

from practicework import tables
from practicework.report import page as pages
from practicework.report.contents import Contents
from practicework.report.context import Context
from practicework.report.sections.replication import section
from practicework.stages.replication import arithmetic, metric
from practicework.stages.replication.arithmetic import SPREAD, TOLERANCE, Claims, Search, Term
from practicework.stages.replication.printed import read
from practicework.study import load_study
from practicework.study.config import Replication
from practicework.study.settings import Model

MODEL = Model(outcome="y", predictor="x", moderator="w")
ALPHAS = {"y": ".82", "x": ".90", "w": ".86"}
PUBLISHED = {"x": {"estimate": ".27", "p_value": "< .01"}, "w": {"p_value": "> .05"}}
LEDGER = list(tables.contract("replication/ledger").columns)
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
        table = metric(publication(terms, **rest), {"m": model}, using or scales, center, categories)
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
    assert not means["possible"]
    assert not standardised["possible"]
    assert sums["possible"]
    assert means["share"] == 0 < 0.5 < sums["share"]
    assert means["t_needed"] == pytest.approx(1.9939434, abs=1e-7)  # qt(.975, 71)
    assert means["interaction_t_high"] == pytest.approx(1.887, abs=0.002)
    assert means["interaction_t_usual"] == pytest.approx(0.424, abs=0.002)
    assert means["reason"] == "the interaction's t reaches at most 1.89, and p < .05 needs 1.99"
    assert sums["reason"].startswith("possible if the standard deviations are, for example, ")
    assert main["reason"].notna().all()
    assert (main["share"] > 0).astype(int).le(main["possible"].astype(int)).all()


def test_the_study_of_this_repository(root, main):
    """Its scales and claims say the same, and the report says it in words."""
    study = load_study(root)
    table = metric(study.config.replication["schmitt2021"], study.models, study.scales, "mean", study.config.categories)
    table = tables.schema("replication/metric").validate(table)
    assert set(table["model"]) == {"main"}
    pd.testing.assert_frame_equal(table.drop(columns="model"), main.drop(columns="model"))
    ledger = tables.schema("replication/ledger").validate(
        pd.DataFrame([["-", "-", ".8", 0.8, True, "reliability/scales", None, "alpha", None]], columns=LEDGER)
    )
    results = {"replication/metric": table, "replication/ledger": ledger}
    found = section(Context(study, "schmitt2021", results))
    page = pages.render("replication.html", Contents(), s=found, spec=study.config.samples["schmitt2021"])
    words = " ".join(page.split())
    assert "can come from all three scales as sums, and not as means or as standardised scores" in words
    assert "a coefficient of .02 is a tiny effect: its t would be at most 0.42 with answers spread as usual" in words
    assert "at most 1.89 with the most favourable spread, where 1.99 is needed. With 75 respondents" in words
    assert "makes the product 60 times as large and summing 4 items makes the outcome 4 times as large" in words
    assert "an effect 15 times as large" in words
    assert page.count("<tr") == 3 + 27 + 1 + 3


def limits(combination: tuple[str, str, str], items: tuple[int, int, int] = (4, 10, 6), width: float = 4.0) -> np.ndarray:
    """Plausible standard deviations, (3, 2)."""
    units = {"mean": lambda k: np.array(SPREAD) * width, "sum": lambda k: np.array(SPREAD) * width * k}
    units["standardised"] = lambda k: np.ones(2)
    return np.array([units[one](k) for one, k in zip(combination, items, strict=True)])


def drawn(rng: np.random.Generator, n: int, sd: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """|t| of the interaction at random points where all but its p holds, written down anew; corners are drawn often."""

    def draw(low: float, high: float) -> np.ndarray:
        place = rng.random(n)
        place = np.where(place < 0.2, 0, np.where(place > 0.8, 1, (place - 0.2) / 0.6))
        return low + place * (high - low)

    sy, sx, sw = (draw(*one) for one in sd)
    rho, b1, b3 = draw(-0.3, 0.8), draw(0.265, 0.275), draw(0.015, 0.025)
    beta1, beta3, beta2 = b1 * sx / sy, b3 * sx * sw / sy, rng.uniform(-1, 1, n) * rng.choice([1, 0.3, 0.1], n)
    covariance = np.stack([beta1 + rho * beta2, rho * beta1 + beta2, beta3 * (1 + rho**2)])
    r_squared = covariance[0] * beta1 + covariance[1] * beta2 + covariance[2] * beta3
    # the smallest eigenvalue of the covariances of true scores, by the determinants of the leading blocks
    y, x, w = 0.825, 0.905, 0.865
    within = x * w - rho**2
    schur = (w * covariance[0] ** 2 - 2 * rho * covariance[0] * covariance[1] + x * covariance[1] ** 2) / within
    fits = (within > 0) & (y - schur - covariance[2] ** 2 / (x * w + rho**2) >= 0)
    with np.errstate(invalid="ignore"):
        ratio = np.sqrt(71 / (1 - r_squared))
        t1, t2, t3 = beta1 * np.sqrt(1 - rho**2) * ratio, beta2 * np.sqrt(1 - rho**2) * ratio, beta3 * np.sqrt(1 + rho**2) * ratio
        fits &= (t1 >= 2.6468634) & (np.abs(t2) <= 1.9939434)
    return t3[fits], np.stack([sy, sx, sw], axis=1)[fits & (t3 >= 1.9939434)]


@pytest.mark.parametrize("number", range(27))
def test_a_finer_random_search_agrees(main, number):
    """A million and a half points find nothing beyond the search, and nearly as much."""
    found = main.iloc[number]
    sd = limits(tuple(found[["outcome", "predictor", "moderator"]]))
    t, deviations = drawn(np.random.default_rng(number), 1_500_000, sd)
    if len(t) == 0:
        assert np.isnan(found["interaction_t_high"])
    else:
        assert found["interaction_t_high"] >= t.max() * (1 - 1e-6)
        assert found["interaction_t_low"] <= t.min() * (1 + 1e-6)
        if len(t) > 5_000:
            assert found["interaction_t_high"] == pytest.approx(t.max(), rel=0.04)
            assert found["interaction_t_low"] == pytest.approx(t.min(), rel=0.04)
    assert found["possible"] or len(deviations) == 0


def test_the_share_is_that_of_a_finer_grid(main):
    """Of random standard deviations, as many fit as the grid of six tells."""
    rng, claims = np.random.default_rng(1), read("m", MODEL, publication(PUBLISHED).claims, SCALES_OF_NONE, "mean", {}).claims
    for metrics in (("sum",) * 3, ("mean", "mean", "sum")):
        sd = limits(metrics)
        points = sd[:, 0] + rng.random((1500, 3)) * np.ptp(sd, axis=1)
        fits = Search(claims, np.repeat(points[..., None], 2, axis=2), (512, 32, 60)).best()[1] <= TOLERANCE
        assert row(main, *metrics)["share"] == pytest.approx(fits.mean(), abs=0.04)


class _NoPublished:
    published = None


SCALES_OF_NONE = dict.fromkeys("yxw", _NoPublished())


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
    deviations = [one.std(ddof=0) for one in (y, x, w)]
    estimates = [Term((one, one)) for one in fit.params[1:]]
    claims = Claims(*estimates, df=int(fit.df_resid), reliability=(0.99, 1.0, 1.0))
    monkeypatch.setattr(arithmetic, "RHO", (rho, rho))
    search = Search(claims, np.repeat(np.array(deviations)[None, :, None], 2, axis=2))
    for term in range(3):
        low, high = search.best(term, largest=False)[2], search.best(term)[2]
        np.testing.assert_allclose([low[0], high[0]], abs(fit.tvalues[1 + term]), rtol=1e-9)


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
def test_the_true_metric_is_always_possible(n, exact, five_points):
    """Forty studies each: normal scores, and items answered on five points and skewed."""
    for seed in range(40):
        terms, alphas, metrics, items = simulated(seed, n, exact, five_points)
        claims = read("m", MODEL, publication(terms, str(n), alphas).claims, SCALES_OF_NONE, "mean", {}).claims
        assert Search(claims, limits(metrics, items)[None]).best()[1] <= TOLERANCE, seed


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
    assert "interaction's t reaches at most" in row(table, "mean")["reason"]


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
    table = assess(changed(x={"estimate": ".27"}, w=None, xw={"estimate": ".02"}))
    assert row(table, "mean")["possible"]
    assert table["t_needed"].isna().all()
    impossible = table[~table["possible"]]
    assert len(impossible) > 0
    assert impossible["reason"].str.contains("would explain more of the outcome than the reliabilities allow").all()


def test_a_threshold_can_be_too_low_for_a_metric(assess):
    """An interaction that is not significant, and too large not to be."""
    table = assess(changed(xw={"estimate": ".10", "p_value": "> .05"}), n="400")
    assert row(table, "mean")["possible"]
    assert not row(table, "sum")["possible"]
    assert "the interaction's t is at least" in row(table, "sum")["reason"]
    assert "p > .05 allows at most 1.97" in row(table, "sum")["reason"]


def test_what_is_not_printed_is_free(assess, main):
    """Fewer claims never make a metric impossible."""
    fewer = assess(changed(x=None, w=None))
    assert (fewer["possible"] | ~main["possible"]).all()
    assert assess(changed(x={"p_value": "< .01"}))["possible"].sum() >= main["possible"].sum()


def test_unknown_reliabilities_allow_most(assess, main, new_scale):
    """They are told, and those of the scale's source stand in."""
    table = assess(PUBLISHED, alphas={})
    assert (table["possible"] | ~main["possible"]).all()
    assert "no reliability of y is published, and 1 is assumed" in table["note"].iloc[0]
    assert np.isfinite(table["interaction_t_high"].dropna()).all()
    items = {"y": 4, "x": 10, "w": 6}
    own = {name: new_scale(k, name=name, published={"n": 75, "alpha": float(ALPHAS[name])}) for name, k in items.items()}
    stands_in = assess(PUBLISHED, using=own, alphas={}, n=None)
    assert set(stands_in["note"]) == {"the number of respondents is that of a scale's source"}
    assert stands_in["possible"].tolist() == main["possible"].tolist()


def test_covariates_can_explain_a_share(assess, scales):
    """What is left over is smaller, so that a t can be larger; each column of a category costs a degree of freedom."""
    model = Model(outcome="y", predictor="x", moderator="w", covariates=("age", "branch"))
    terms = changed(x=None, w=None)
    with_them = assess(terms, model, categories={"branch": [1, 2, 3]}, n="78")
    without = assess(terms)
    assert with_them["t_needed"].iloc[0] == without["t_needed"].iloc[0]
    assert (with_them["interaction_t_high"] >= without["interaction_t_high"] * (1 - 1e-3)).all()
    assert row(with_them, "mean")["interaction_t_high"] > 1.05 * row(without, "mean")["interaction_t_high"]
    assert "covariates are taken as uncorrelated" in with_them["note"].iloc[0]
    assert assess(terms, model, n=None, df_residual="71")["n"].tolist() == [77] * 27


def test_coefficients_at_zero_are_those_of_no_mean(assess):
    """Without centring, only the interaction's claims count."""
    uncentred = assess(PUBLISHED, center="none")
    alone = assess(changed(x=None, w=None))
    assert uncentred["possible"].tolist() == alone["possible"].tolist()
    assert "not centred" in uncentred["note"].iloc[0]


def test_claims_that_contradict_one_another_are_possible_nowhere(assess):
    table = assess(changed(xw={"estimate": ".02", "p_value": "< .01", "t": "1.20"}))
    assert not table["possible"].any()
    assert (table["share"] == 0).all()
    assert table["reason"].notna().all()


@pytest.mark.parametrize("n", [None, "4", "> 100"])
def test_without_respondents_there_is_no_test(assess, n):
    table = assess(PUBLISHED, n=n)
    assert table[["possible", "share", "interaction_t_high", "reason"]].isna().all(axis=None)
    assert set(table["note"]) == {"no number of respondents is published that allows a test"}


@pytest.mark.parametrize(
    ("terms", "model"),
    [
        (changed(xw={"p_value": "< .05"}), MODEL),
        (changed(xw={"estimate": "> 0"}), MODEL),
        (PUBLISHED, Model(outcome="y", predictor="x", moderator="age")),
        (PUBLISHED, Model(outcome="y", predictor="w", moderator="x")),
    ],
    ids=["no estimate", "no value", "a variable", "another model"],
)
def test_no_model_no_rows(assess, terms, model):
    """The table has its header."""
    table = assess(terms, model)
    assert table.empty
    assert list(table.columns) == list(tables.contract("replication/metric").columns)


def test_one_item_is_its_sum(new_scale):
    """Mean and sum of one item are one metric."""
    scales = {name: new_scale(1, name=name) for name in "yxw"}
    table = metric(publication(PUBLISHED), {"m": MODEL}, scales)
    for outcome in ("mean", "sum"):
        for predictor in ("mean", "sum"):
            one = row(table, outcome, predictor, "mean")
            assert one["possible"] == row(table, "mean")["possible"]
            assert one["interaction_t_high"] == pytest.approx(row(table, "mean")["interaction_t_high"], rel=1e-3)
