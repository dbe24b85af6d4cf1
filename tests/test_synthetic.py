"""The synthetic responses: reproducible, true to every published value, and like answers."""

import shutil
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pingouin as pg
import pytest
import statsmodels.api as sm

from practicework.study import load_study
from practicework.study.published import parse
from practicework.study.settings import PROTOTYPES

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "data"))

import schmitt2021_synthetic as synthetic  # noqa: E402

STUDY = load_study(ROOT)
CLAIMS = STUDY.config.replication["schmitt2021"].claims
TESTS = [claim for claim in CLAIMS if claim.column == "p_value"]
FILE = STUDY.config.samples["schmitt2021"].file


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """The file that the program writes into a study without any data."""
    folder = tmp_path_factory.mktemp("study")
    for part in ("config", "scales", "published", "development"):
        shutil.copytree(ROOT / part, folder / part)
    (folder / FILE).parent.mkdir(parents=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["synthetic", str(folder)])
        synthetic.main()
    return folder / FILE


@pytest.fixture(scope="module")
def committed():
    return pd.read_csv(ROOT / FILE)


@pytest.fixture(scope="module")
def answers(committed):
    return committed.drop(columns="id")


@pytest.fixture(scope="module")
def scores(committed):
    """Sum scores, as the study's scales prescribe."""
    assert {scale.scoring.method for scale in STUDY.scales.values()} == {"sum"}
    return pd.DataFrame({name: committed[scale.item_ids].sum(axis=1) for name, scale in STUDY.scales.items()})


def fit(scores, name):
    """A model of the study by statsmodels, predictors mean-centred; terms named as in the claims."""
    model = STUDY.models[name]
    centred = scores[[model.predictor, model.moderator]] - scores[[model.predictor, model.moderator]].mean()
    centred[model.interaction] = centred[model.predictor] * centred[model.moderator]
    return sm.OLS(scores[model.outcome], sm.add_constant(centred)).fit()


def term(claim):
    """A claim's model and term."""
    return claim.table.split("/")[1], claim.row["term"]


def test_program_reproduces_committed_file(written):
    assert written.read_bytes() == (ROOT / FILE).read_bytes()


def test_line_ends_are_unix(written):
    assert b"\r" not in written.read_bytes()


def test_unreached_goals_are_named(monkeypatch):
    monkeypatch.setattr(synthetic, "STARTS", 1)
    monkeypatch.setattr(synthetic, "STEPS", 3)
    with pytest.raises(RuntimeError, match=r"did not reach: .*alpha of"):
        synthetic.build(STUDY.config, STUDY.scales)


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.claim)
def test_published_value_holds(claim, committed, scores):
    if claim.table == "reliability/scales":
        scale = STUDY.scales[claim.row["scale"]]
        own = {
            "items": lambda: sum(column.startswith(f"{scale.id}_") for column in committed),
            "response_points": lambda: np.ptp(committed[scale.item_ids].to_numpy()) + 1,
            "alpha": lambda: pg.cronbach_alpha(committed[scale.item_ids])[0],
        }[claim.column]()
    elif claim.column == "n":
        own = len(committed)
    else:
        model, name = term(claim)
        fitted = fit(scores, model)
        own = {"estimate": fitted.params, "p_value": fitted.pvalues}[claim.column][name]
    assert parse(claim.published).agrees(own)


@pytest.mark.parametrize("scale", STUDY.scales.values(), ids=lambda scale: scale.id)
def test_alpha_of_scale_file_holds(scale, committed):
    assert abs(pg.cronbach_alpha(committed[scale.item_ids])[0] - scale.published.alpha) < 0.002


@pytest.mark.parametrize("claim", TESTS, ids=lambda claim: claim.claim)
def test_significance_does_not_hang_on_equal_variances(claim, scores):
    model, name = term(claim)
    robust = fit(scores, model).get_robustcov_results("HC3", use_t=True)
    assert parse(claim.published).agrees(robust.pvalues[robust.model.exog_names.index(name)])


def test_bootstrap_interval_of_interaction_excludes_zero(scores):
    rng = np.random.default_rng(0)
    fitted = fit(scores, "main")
    design, outcome = fitted.model.exog, fitted.model.endog
    rows = rng.integers(0, len(outcome), size=(5000, len(outcome)))
    estimates = [np.linalg.lstsq(design[row], outcome[row])[0][3] for row in rows]
    assert np.quantile(estimates, 0.025) > 0


def test_mean_scores_give_same_test_but_other_coefficient(scores):
    """The published pair, .02 with p < .05, needs sums: with means the coefficient is 10 * 6 / 4 times as large."""
    sums = fit(scores, "main")
    means = fit(scores / pd.Series({name: len(scale.items) for name, scale in STUDY.scales.items()}), "main")
    name = "usefulness:support"
    assert means.tvalues[name] == pytest.approx(sums.tvalues[name], rel=1e-9)
    assert means.pvalues[name] == pytest.approx(sums.pvalues[name], rel=1e-9)
    assert means.params[name] == pytest.approx(sums.params[name] * 10 * 6 / 4, rel=1e-9)
    assert parse(".02").agrees(sums.params[name])
    assert 0.29 < means.params[name] < 0.31


def test_columns_and_ids(committed):
    items = [f"{name}_{i}" for name, k in zip(STUDY.scales, (4, 10, 6, 3), strict=True) for i in range(1, k + 1)]
    assert list(committed) == ["id", *items]
    assert list(committed["id"]) == [f"R{i:04d}" for i in range(1, 76)]


def test_items_are_distributed_like_answers(answers):
    assert all(pd.api.types.is_integer_dtype(dtype) for dtype in answers.dtypes)
    assert answers.isin(range(1, 6)).all(axis=None)
    assert (answers.nunique() == 5).sum() >= 20, "nearly all items use every code"
    assert answers.mean().between(2.55, 4.05).all()
    assert np.ptp(answers.mean()) > 0.5, "items differ in difficulty"
    assert answers.std().between(0.8, 1.25).all()


def test_respondents_answer_items_apart(answers):
    assert not answers.duplicated().any()
    assert (answers.nunique(axis=1) > 1).all()
    assert (answers.filter(like="usefulness_").nunique(axis=1) > 1).all()
    assert (answers.filter(like="support_").nunique(axis=1) == 1).sum() <= 2


@pytest.mark.parametrize("scale", STUDY.scales.values(), ids=lambda scale: scale.id)
def test_items_go_with_the_rest_of_their_scale(scale, answers):
    items = answers[scale.item_ids]
    assert all(items[item].corr(items.drop(columns=item).sum(axis=1)) > 0.3 for item in items)


@pytest.mark.parametrize("scale", STUDY.scales.values(), ids=lambda scale: scale.id)
def test_scores_spread_over_the_range(scale, scores):
    score, (low, high) = scores[scale.id], scale.score_range
    assert (score == low).sum() <= 3, "no floor"
    assert (score == high).sum() <= 3, "no ceiling"
    assert np.ptp(score) > 0.7 * (high - low)
    assert score.value_counts().max() <= 15, "no pile-up"


@pytest.mark.parametrize(
    ("one", "other", "low", "high"),
    [
        ("usefulness", "support", 0.2, 0.4),
        ("usefulness", "promotion", 0.4, 0.6),
        ("usefulness", "social_selling_use", 0.2, 0.3),
        ("promotion", "support", 0.0, 0.3),
        ("promotion", "social_selling_use", 0.0, 0.3),
        ("support", "social_selling_use", 0.0, 0.3),
    ],
)
def test_scales_correlate(one, other, low, high, scores):
    assert low <= scores[one].corr(scores[other]) <= high


def test_respondents_spread_over_the_profiles(scores):
    ranges = {name: STUDY.scales[name].score_range for name in ("promotion", "usefulness", "support")}
    percent = pd.DataFrame({name: 100 * (scores[name] - low) / (high - low) for name, (low, high) in ranges.items()})
    distances = pd.DataFrame({name: ((percent - pd.Series(place)) ** 2).sum(axis=1) for name, place in PROTOTYPES.items()})
    share = distances.idxmin(axis=1).value_counts(normalize=True)
    assert 0.30 <= share["promotion"] <= 0.55
    assert 0.15 <= share["reconciliation"] <= 0.45
    assert 0.10 <= share["disruption"] <= 0.40
