"""Latent moderation equals R and lavaan, recovers the truth, and is refused in words; the posterior equals an integral."""

import numpy as np
import pandas as pd
import pytest
from scipy import integrate, stats

from practicework.stages.moderation import analyse, bayes
from practicework.stages.moderation.design import build
from practicework.stages.moderation.latent import compare
from practicework.stages.moderation.regression import fit
from practicework.stages.moderation.standardised import design as standardised_design
from practicework.study.settings import Model, Moderation

MODEL = Model(outcome="A", predictor="E", moderator="N")
SCALES = {name: [f"{name}{place}" for place in range(1, 6)] for name in "AEN"}
PRINTED = {2548: -0.02159631943, 300: 0.0332625863}
"""The interaction by lavaan::sam() of lavaan 0.7-2, whose optimiser stops at about eight decimals."""


def settings(**more) -> Moderation:
    base = {"models": {"m": MODEL.model_dump()}, "latent": {"resamples": 200}, "simulation": {"studies": 100},
            "bootstrap": {"resamples": 200}}  # fmt: skip
    return Moderation.model_validate(base | more)


def run(answers: pd.DataFrame, model: Model = MODEL, seed: int = 1, **more) -> dict[str, pd.DataFrame]:
    """The tables of the model of scale means."""
    answers = answers.assign(respondent=[f"R{at}" for at in range(len(answers))])
    scores = pd.DataFrame({name: answers[items].mean(axis=1) for name, items in SCALES.items()})
    scores = scores.assign(
        respondent=answers["respondent"], firm=np.arange(len(answers)) % 30, age=np.arange(len(answers)) % 7 + 0.5
    )
    items = {name: answers.set_index("respondent")[items] for name, items in SCALES.items()}
    kept = {name: one for name, one in items.items() if name not in more.get("without", ())}
    more.pop("without", None)
    return analyse(
        scores, "m", model, settings(**more), np.random.default_rng(seed), items=kept, reliabilities=dict.fromkeys("AEN", 0.8)
    )


@pytest.fixture(scope="module")
def answers(root) -> pd.DataFrame:
    data = pd.read_csv(root / "examples/bfi/data/raw/bfi.csv")
    data[["A1", "E1", "E2"]] = 7 - data[["A1", "E1", "E2"]]
    return data[[item for items in SCALES.values() for item in items]].dropna()


@pytest.mark.parametrize("n", PRINTED)
def test_equal_to_r_and_lavaan(answers, golden, n):
    own = run(answers.head(n))["latent"].set_index("method")
    r = golden("latent_sam").query("n == @n").set_index("method")["estimate"]
    for method in ("sam", "factor_scores"):
        assert own.loc[method, "estimate"] == pytest.approx(r[method], abs=5e-9)
        assert own.loc[method, "ci_low"] < own.loc[method, "estimate"] < own.loc[method, "ci_high"]
    assert own.loc["sam", "estimate"] == pytest.approx(PRINTED[n], abs=2e-8)
    corrected = own.loc["corrected_means", ["estimate", "standardised"]].astype(float)
    spread = answers.head(n)
    spread = [spread[SCALES[name]].mean(axis=1).std() * np.sqrt(0.8) for name in "ENA"]  # of true scores
    assert corrected["standardised"] == pytest.approx(corrected["estimate"] * spread[0] * spread[1] / spread[2])
    assert own.index.tolist() == ["means", "corrected_means", "factor_scores", "sam"]


def quick(answers: pd.DataFrame, seed: int) -> pd.DataFrame:
    """The table `latent` alone."""
    answers = answers.assign(respondent=[f"R{at}" for at in range(len(answers))]).set_index("respondent", drop=False)
    scores = pd.DataFrame({name: answers[items].mean(axis=1) for name, items in SCALES.items()}).assign(respondent=answers.index)
    own, rng = settings(bootstrap={"resamples": 100}), np.random.default_rng(seed)
    fitted = fit(build(scores, "m", MODEL), own, rng)
    items = {name: answers[items] for name, items in SCALES.items()}
    return compare(fitted, pd.DataFrame({"term": []}), {}, items, own.latent, rng).set_index("method")


def simulated(rng: np.random.Generator, n: int) -> pd.DataFrame:
    """Five items of reliability .44 per factor, and a standardised interaction of .3 between factors."""
    x, w = rng.multivariate_normal([0, 0], [[1, 0.3], [0.3, 1]], n).T
    y = 0.4 * x + 0.2 * w + 0.3 * x * w + rng.normal(0, 0.8, n)
    factors = {"A": y, "E": x, "N": w}
    return pd.DataFrame({item: factors[name] + rng.normal(0, 1.1, n) for name, items in SCALES.items() for item in items})


def test_recovers_the_truth_where_means_are_attenuated():
    rng, found = np.random.default_rng(8), []
    for seed in range(60):
        table = quick(simulated(rng, 300), seed)
        found.append([table.loc["sam", "estimate"], table.loc["means", "estimate"]])
    sam, means = np.array(found).T
    assert abs(sam.mean() - 0.3) < 3 * sam.std(ddof=1) / np.sqrt(len(sam))
    assert means.mean() < 0.26


def test_standard_deviations_agree_with_the_bootstrap():
    rng = np.random.default_rng(9)
    tables = [quick(simulated(rng, 200), seed).loc["sam"] for seed in range(60)]
    errors = np.mean([table["std_error"] for table in tables])
    assert errors == pytest.approx(np.std([table["estimate"] for table in tables], ddof=1), rel=0.3)


def test_refused_with_the_reason(answers):
    some = answers.head(200)
    assert "'N' is a variable without items" in run(some, without=["N"])["latent"]["note"].iloc[-1]
    model = MODEL.model_copy(update={"second_moderator": "age"})
    assert "more than one product" in run(some, model)["latent"]["note"].iloc[-1]
    assert "no proper solution" in run(some.assign(E2=some["E1"]))["latent"]["note"].iloc[-1]  # a Heywood case
    constant = some.assign(E2=3)
    assert "same answer for everybody" in run(constant)["latent"]["note"].iloc[-1]
    assert run(some, MODEL.model_copy(update={"latent": False}))["latent"].empty
    assert run(some, latent=None)["latent"].empty


def test_covariates_and_clusters(answers):
    some = answers.head(400)
    own = run(some, MODEL.model_copy(update={"covariates": ("age",)}))["latent"].set_index("method")
    assert np.isfinite(own.loc["sam", "estimate"])
    nested = run(some, cluster="firm")["latent"].set_index("method")
    plain = run(some)["latent"].set_index("method")
    assert nested.loc["sam", "estimate"] == plain.loc["sam", "estimate"]
    assert nested.loc["sam", "std_error"] != plain.loc["sam", "std_error"]


def test_posterior_equals_an_integral(answers, monkeypatch):
    """Marginal posterior of the coefficient by numerical integration over the residual variance."""
    seen = {}
    monkeypatch.setattr(bayes, "posterior", lambda fit, smallest: seen.update(fit=fit, smallest=smallest))
    run(answers.head(90))
    monkeypatch.undo()
    fitted, smallest = seen["fit"], seen["smallest"]
    table = bayes.posterior(fitted, smallest).set_index("prior")
    made = standardised_design(fitted)
    place, (n, p) = made.interaction[0], made.matrix.shape
    others = np.delete(made.matrix, place, axis=1)
    basis = np.linalg.qr(others)[0]
    d, y = (one - basis @ (basis.T @ one) for one in (made.matrix[:, place], made.outcome))
    b, rss = d @ y / (d @ d), y @ y - (d @ y) ** 2 / (d @ d)
    sigma2 = rss / (n - p)
    for prior, s in bayes.PRIORS.items():
        row = table.loc[prior]

        def joint(beta, v, s=s):  # likelihood of the projected outcome, priors N(0, s² v / σ̂²) and 1 / v
            log = -(n - p + 1) / 2 * np.log(v) - (rss + (d @ d) * (beta - b) ** 2) / (2 * v)
            return np.exp(
                log + stats.norm.logpdf(beta, 0, s * np.sqrt(v / sigma2)) - np.log(v) + (n - p + 1) / 2 * np.log(sigma2) + n / 2
            )

        ends = (sigma2 / 4, sigma2 * 4)
        span = 12 * row["std_error"]
        whole = integrate.dblquad(joint, *ends, b - span, b + span, epsabs=0, epsrel=1e-6)[0]
        above = integrate.dblquad(joint, *ends, 0, b + span, epsabs=0, epsrel=1e-6)[0]
        assert row["p_positive"] == pytest.approx(above / whole, abs=1e-4)
    assert table.loc["sceptical", "std_error"] < table.loc["weak", "std_error"]
    assert table["p_negligible"].between(0, 1).all()
