"""The multiverse: specifications equal R, the joint test equals the package jointest, and unsuitable choices are refused."""

from dataclasses import replace
from itertools import permutations

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf

from practicework.errors import NotComputable, StudyError
from practicework.numerics import sign_flips
from practicework.stages.multiverse import analyse
from practicework.stages.multiverse.sample import Sample
from practicework.stages.multiverse.summaries import explained
from practicework.study import Study
from practicework.study.multiverse import AXES, Multiverse, specifications
from practicework.study.settings import Model

WHY = "A reason."
CHOICES = ["scoring", "exclusion", "covariates", "outcome_items", "estimator", "transform"]


def choice(kind: str = "equivalent", **entries: object) -> dict:
    return {"kind": kind, "why": WHY, **entries}


ALL_CHOICES = {
    "scoring": choice(options=["bartlett", "complete", "mean"]),
    "exclusion": choice("uncertain", options=["outliers", "none", "influential"]),
    "covariates": choice(optional=["age"]),
    "outcome_items": choice(drop_one="agree"),
    "estimator": choice(options=["huber", "ols"]),
    "transform": choice(options=["none", "rank"]),
}


@pytest.fixture(scope="module")
def study(bfi) -> Study:
    return bfi.study


@pytest.fixture(scope="module")
def responses(bfi) -> pd.DataFrame:
    """The first 400 respondents."""
    return bfi.responses.head(400)


def made(study: Study, choices: dict, model: dict | None = None, **entries: object) -> Study:
    """The study with a model of agreeableness and its multiverse."""
    spec = {"outcome": "agree", "predictor": "extraversion", "moderator": "neuroticism"} | (model or {})
    moderation = study.config.moderation.model_copy(update={"models": {"m": Model.model_validate(spec)}})
    multiverse = {"m": Multiverse.model_validate({"choices": choices, "flips": 199, **entries})}
    return replace(study, config=study.config.model_copy(update={"moderation": moderation, "multiverse": multiverse}))


@pytest.fixture(scope="module")
def everything(study, responses) -> dict[str, pd.DataFrame]:
    return analyse(made(study, ALL_CHOICES), "m", responses, np.random.default_rng(1))


def test_specifications_equal_r(everything, golden):
    """Scores, exclusion by residuals, covariates, dropped items, Huber's regression and ranks."""
    own = everything["specifications"]
    r = golden("multiverse_specifications").fillna({"hc3": np.nan})
    both = own.merge(r, on=CHOICES, suffixes=("", "_r"))
    assert len(both) == len(r) == 216
    assert (both["n"] == both["n_r"]).all()
    exact = both[(both["scoring"] != "bartlett") & (both["estimator"] == "ols")]
    for column in ("estimate", "std_error", "hc3", "std_estimate"):
        np.testing.assert_allclose(exact[column], exact[f"{column}_r"], rtol=1e-9, err_msg=column)
    huber = both[(both["scoring"] != "bartlett") & (both["estimator"] == "huber")]
    np.testing.assert_allclose(huber["estimate"], huber["estimate_r"], atol=1e-9)
    factors = both[both["scoring"] == "bartlett"]  # lavaan's optimiser stops at about six decimals
    np.testing.assert_allclose(factors["estimate"], factors["estimate_r"], atol=1e-6)
    ols = factors[factors["estimator"] == "ols"]
    np.testing.assert_allclose(ols["hc3"], ols["hc3_r"], atol=1e-6)


def test_jointest_package(golden):
    """The four models of the package's README, with its printed estimates, scores and p values (jointest 1.0, 5,000 flips)."""
    d = golden("jointest_data")
    x, y, (z1, z2) = d["X"].to_numpy(), d["Y"].to_numpy(), d[["Z1", "Z2"]].to_numpy().T
    sets = [(z1, z2), (z1, z1**2, z2), (z1, z1**2, z2, z2**2), (z1, z2, z2**2)]
    scores = [sign_flips.score(20, np.arange(20), np.column_stack([np.ones(20), *some]), x, y) for some in sets]
    np.testing.assert_allclose([one.estimate for one in scores], [1.1254046, 0.9552644, 1.0121921, 1.1696906], rtol=1e-7)
    contributions = [one.contributions.sum() for one in scores]
    np.testing.assert_allclose(contributions, [19.78375, 15.38036, 14.31866, 17.62979], rtol=1e-6)
    np.testing.assert_allclose([one.partial for one in scores], [0.7605058, 0.7608195, 0.7643816, 0.7501552], rtol=1e-6)
    joint = sign_flips.joint(scores, sign_flips.flipped(scores, sign_flips.signs(20, 50_000, 4, np.random.default_rng(5))))
    assert joint.p_flip[0] == pytest.approx(0.0145, abs=0.0025)  # flipscores with 50,000 flips
    printed = np.array([0.01739652, 0.01519696, 0.01859628, 0.0079984])
    np.testing.assert_allclose(joint.p_flip, printed, atol=4 * np.sqrt(0.0174 / 5000))
    # the package's maximum is that of scores in their own units; here it is that of partial correlations
    signs = next(sign_flips.signs(20, 50_000, 4, np.random.default_rng(5)))
    units = [one.contributions @ signs / np.sqrt(1 - ((one.projected @ signs) ** 2).sum(axis=0) / one.squares) for one in scores]
    assert (np.abs(units).max(axis=0) >= contributions[0]).mean() == pytest.approx(0.01879624, abs=4 * np.sqrt(0.0188 / 5000))


def test_order_in_the_config_has_no_effect(study, responses, everything):
    reordered = {name: ALL_CHOICES[name] for name in reversed(ALL_CHOICES)}
    reordered |= {"scoring": choice(options=["mean", "complete", "bartlett"])}
    again = analyse(made(study, reordered), "m", responses, np.random.default_rng(1))
    for name, table in everything.items():
        pd.testing.assert_frame_equal(table, again[name])


def test_identical_specifications_are_counted_once(everything):
    """Complete answers and prorated scores give the same coefficient among the same respondents; p values are shared."""
    own = everything["specifications"]
    same = own[own["same_as"].notna()]
    first = own.set_index("specification").loc[same["same_as"]]
    np.testing.assert_allclose(same["estimate"], first["estimate"], rtol=1e-8)
    assert (same["n"].to_numpy() == first["n"].to_numpy()).all()
    assert first["same_as"].isna().all()
    pd.testing.assert_series_equal(same["p_family"], first["p_family"], check_index=False)
    row = everything["curve"].set_index("set").loc["all"]
    counted = own[own["same_as"].isna()]
    assert (row["number"], row["distinct"]) == (len(own), len(counted))
    assert row["median"] == pytest.approx(counted["estimate"].median())
    assert row["q75"] == pytest.approx(counted["estimate"].quantile(0.75))
    assert row["share_hc3"] == pytest.approx((counted["p_hc3"].dropna() < 0.05).mean())
    assert own["primary"].sum() == 1
    assert own.loc[own["primary"], AXES].iloc[0].tolist() == ["mean", "none", "none", "all", "all", "all", "ols", "none"]


def test_only_least_squares_is_tested_jointly(everything):
    own = everything["specifications"]
    assert (own["joint"] == (own["estimator"] == "ols")).all()
    assert own.loc[own["joint"], "p_family"].ge(own.loc[own["joint"], "p_flip"] - 1e-12).all()
    joint = everything["joint"].set_index(["set", "statistic"])
    tested = own[own["joint"] & own["same_as"].isna()]
    assert joint.loc[("all", "median"), "specifications"] == len(tested)
    assert joint.loc[("all", "median"), "observed"] == pytest.approx(tested["estimate"].median())
    assert sorted(tested["rank"]) == list(range(1, len(tested) + 1))
    assert (tested["null_low"] < tested["null_high"]).all()
    assert joint.loc[("exclusion = outliers", "max"), "p"] > 0


def test_prediction_makes_one_sided_tests(study, responses):
    choices = {"exclusion": choice(options=["none", "outliers"])}
    p = {}
    for direction in (None, "positive", "negative"):
        tables = analyse(made(study, choices, direction=direction, flips=4_999), "m", responses, np.random.default_rng(2))
        p[direction] = tables["joint"].query("set == 'all'").set_index("statistic")["p"]
    assert p["positive"]["median"] + p["negative"]["median"] == pytest.approx(1, abs=0.03)
    assert p[None]["median"] == pytest.approx(2 * min(p["positive"]["median"], p["negative"]["median"]), rel=0.15)


def test_variance_of_choices_equals_all_orders():
    """LMG by its definition, from R² of statsmodels in every order; in a balanced design the shares are η²."""
    rng = np.random.default_rng(6)
    balanced = pd.DataFrame([(a, b, c) for a in range(2) for b in range(3) for c in range(2)], columns=list("abc"))
    for design in (balanced, balanced.drop([0, 5, 7])):
        data = design.assign(y=rng.normal(size=len(design)) + design["a"] - design["b"])
        own = explained(data["y"].to_numpy(), [data[name].to_numpy() for name in "abc"])

        def r_squared(names, data=data):
            return smf.ols("y ~ " + " + ".join(f"C({one})" for one in names), data).fit().rsquared if names else 0.0

        found = {name: [] for name in "abc"}
        for order in permutations("abc"):
            for place, name in enumerate(order):
                found[name].append(r_squared(order[: place + 1]) - r_squared(order[:place]))
        np.testing.assert_allclose(own, [np.mean(found[name]) for name in "abc"], rtol=1e-9)
        assert sum(own) == pytest.approx(r_squared("abc"))
    assert explained(np.ones(6), [np.arange(6) % 2]) == [0.0]


def test_factors_estimate_in_units_of_the_scores(study, responses):
    """SAM with equal loadings: its unit is that of the mean of items, and attenuation is undone."""
    rng = np.random.default_rng(8)
    n = 4_000
    x, w = rng.multivariate_normal([0, 0], [[1, 0.3], [0.3, 1]], n).T
    y = 0.3 * x + 0.2 * w + 0.4 * x * w + rng.normal(size=n)
    items = {}
    for prefix, factor in (("A", y), ("E", x), ("N", w)):
        for place in range(1, 6):
            items[f"{prefix}{place}"] = factor + rng.normal(size=n) * 1.2
    data = pd.DataFrame({"respondent": [f"R{place}" for place in range(n)], "age": 30.0} | items)
    data[["A1", "E1", "E2"]] = 7 - data[["A1", "E1", "E2"]]  # the declared range is 1 to 6
    choices = {"estimator": choice(options=["ols", "sam"])}
    own = analyse(made(study, choices), "m", data, np.random.default_rng(1))["specifications"].set_index("estimator")
    assert own.loc["sam", "estimate"] == pytest.approx(0.4, abs=3.5 * own.loc["sam", "std_error"])
    assert own.loc["ols", "estimate"] < 0.35
    assert 0.8 < own.loc["sam", "std_error"] / own.loc["ols", "std_error"] < 2.5
    assert own.loc["sam", "std_estimate"] > own.loc["ols", "std_estimate"]


def test_sum_scores_and_means_are_the_same_specification(study, responses):
    """In units of a sum the coefficient changes as the units do, and nothing else."""
    summed = replace(
        study,
        scales={
            name: one.model_copy(update={"scoring": one.scoring.model_copy(update={"method": "sum"})})
            for name, one in study.scales.items()
        },
    )
    choices = {"estimator": choice(options=["ols", "sam"]), "outcome_items": choice(drop_one="agree")}
    own, other = (
        analyse(made(one, choices), "m", responses, np.random.default_rng(1))["specifications"] for one in (study, summed)
    )
    np.testing.assert_allclose(other["estimate"], own["estimate"] / 5, rtol=1e-8)
    for column in ("p", "p_flip", "std_estimate"):
        np.testing.assert_allclose(other[column], own[column], rtol=1e-7)


def test_imputed_items(study, responses):
    """Multiple imputation recovers the complete data and is less certain than they are; without gaps it changes nothing."""
    rng = np.random.default_rng(3)
    whole = responses.dropna().reset_index(drop=True)
    items = [*study.scales["agree"].item_ids, *study.scales["extraversion"].item_ids, *study.scales["neuroticism"].item_ids]
    holes = whole.copy()
    holes[items] = holes[items].mask(rng.random((len(whole), len(items))) < 0.08)
    choices = {"scoring": choice(options=["mean", "complete", "imputed"])}
    complete = analyse(made(study, choices), "m", whole, np.random.default_rng(1))["specifications"]
    assert complete["same_as"].tolist()[1:] == [1, 1]
    with_gaps = analyse(made(study, choices, imputations=5), "m", holes, np.random.default_rng(1))["specifications"]
    own = with_gaps.set_index("scoring")
    truth = complete.loc[0, "estimate"]
    assert own.loc["imputed", "n"] > 0.95 * len(whole) > 3 * own.loc["complete", "n"]
    assert abs(own.loc["imputed", "estimate"] - truth) < 1.5 * complete.loc[0, "std_error"]
    assert own.loc["imputed", "std_error"] > complete.loc[0, "std_error"]
    assert own.loc["imputed", "df"] < len(whole) - 4
    assert not own.loc["imputed", "joint"]
    assert with_gaps.equals(analyse(made(study, choices, imputations=5), "m", holes, np.random.default_rng(1))["specifications"])


def test_clusters_flip_together(study, responses):
    """Cluster-robust errors, and a level that holds for an outcome shared by the respondents of a firm."""
    firms = responses.assign(firm=np.arange(len(responses)) % 20)
    choices = {"exclusion": choice(options=["none", "outliers"])}
    own = analyse(made(study, choices, {"cluster": "firm"}), "m", firms, np.random.default_rng(1))["specifications"]
    alone = analyse(made(study, choices), "m", firms, np.random.default_rng(1))["specifications"]
    assert own["cr2"].notna().all()
    assert alone["cr2"].isna().all()
    np.testing.assert_allclose(own["hc3"], alone["hc3"])
    assert (own["ci_low"] != alone["ci_low"]).all()
    rng, rejected = np.random.default_rng(4), {"firms": 0, "respondents": 0}
    for _ in range(150):
        groups = np.repeat(np.arange(25), 6)
        x, w = rng.normal(size=25)[groups], rng.normal(size=25)[groups]
        y = rng.normal(size=25)[groups] + 0.5 * rng.normal(size=150)
        score = sign_flips.score(150, np.arange(150), np.column_stack([np.ones(150), x, w]), x * w, y)
        signs = list(sign_flips.signs(25, 199, 150, rng))
        rejected["firms"] += (
            sign_flips.joint([score], sign_flips.flipped([score], [one[groups] for one in signs])).p["max"] <= 0.05
        )
        rejected["respondents"] += (
            sign_flips.joint([score], sign_flips.flipped([score], sign_flips.signs(150, 199, 1, rng))).p["max"] <= 0.05
        )
    assert rejected["firms"] < 150 * 0.12 < rejected["respondents"]


def screened(study: Study, responses: pd.DataFrame) -> tuple[Study, pd.DataFrame, pd.DataFrame]:
    config = study.config.model_copy(update={"screening": type("S", (), {})()})
    ledger = pd.DataFrame({"respondent": responses["respondent"], "kept": True, "flagged": False, "longstring": 3.0, "irv": 1.0})
    ledger.loc[:9, "kept"], ledger.loc[10:29, "flagged"], ledger.loc[30:34, "longstring"] = False, True, 14.0
    indices = pd.DataFrame({"index": ["longstring", "irv"], "cutoff": [12.5, np.nan], "direction": ["at least", "below"]})
    return replace(study, config=config), ledger, indices


def test_exclusions_of_screening(study, responses):
    own_study, ledger, indices = screened(study, responses)
    sample = Sample(own_study, responses, ledger, indices, ["agree", "age"], None)
    assert {option: int(sample.kept(option).sum()) for option in ("none", "rules", "flagged", "longstring")} == {
        "none": 400, "rules": 390, "flagged": 370, "longstring": 385,
    }  # fmt: skip
    with pytest.raises(NotComputable, match="has no cut-off"):
        sample.kept("irv")
    choices = {"exclusion": choice("uncertain", options=["rules", "none", "flagged", "irv"])}
    tables = analyse(made(own_study, choices), "m", responses, np.random.default_rng(1), ledger, indices)
    own = tables["specifications"].set_index("exclusion")
    assert own.loc["rules", "primary"]
    assert own.loc["none", "n"] > own.loc["rules", "n"] > own.loc["flagged", "n"]
    assert own.loc["irv", "note"] == "not fitted: the index 'irv' flags nobody, since it has no cut-off in these data"
    assert tables["curve"].set_index("set").loc["exclusion = irv", "distinct"] == 0


def test_what_cannot_be_fitted_is_listed(study, responses):
    alike = responses.assign(A2=responses["A3"])  # a Heywood case
    choices = {
        "scoring": choice(options=["mean", "bartlett"]),
        "estimator": choice(options=["ols", "sam"]),
        "transform": choice(options=["none", "rank"]),
    }
    own = analyse(made(study, choices), "m", alike, np.random.default_rng(1))["specifications"]
    notes = own.loc[own["estimate"].isna(), "note"]
    assert len(own) == 8
    assert (notes == "not fitted: the factor model of 'agree' has no proper solution").sum() == 4
    assert (notes == "not fitted: factors have no ranks").sum() == 2
    constant = responses.assign(age=30.0)
    own = analyse(made(study, {"covariates": choice(optional=["age"])}), "m", constant, np.random.default_rng(1))[
        "specifications"
    ]
    assert own["note"].iloc[1] == "not fitted: 'age' has the same value for all 400 respondents"
    for name in study.scales["extraversion"].item_ids:
        constant[name] = 3.0
    with pytest.raises(NotComputable, match="'extraversion' has the same value"):
        analyse(made(study, {"covariates": choice(optional=["age"])}), "m", constant, np.random.default_rng(1))


def test_not_equivalent_analyses_are_listed(study, responses):
    listed = made(study, {"covariates": choice(optional=["age"])}, not_equivalent={"scoring.short_form": "It drops a facet."})
    rows = analyse(listed, "m", responses, np.random.default_rng(1))["choices"]
    assert rows.iloc[-1][["choice", "kind", "why", "n"]].tolist() == [
        "scoring.short_form",
        "not equivalent",
        "It drops a facet.",
        0,
    ]
    assert rows["option"].tolist()[:2] == ["without", "with"]


@pytest.mark.parametrize(
    ("choices", "sentence"),
    [
        ({"exclusion": {"options": ["none", "influential"], "why": WHY}}, "choices.exclusion': the choice has no 'kind'; add"),
        ({"exclusion": {"options": ["none", "influential"], "kind": "uncertain"}}, "the choice has no 'why'; add the reason"),
        ({"scoring": choice(options=["mean", "sum"])}, "'sum' is the same specification as 'mean'"),
        ({"scoring": choice(options=["mean", "median"])}, r"'median' is not an option \(did you mean 'mean'\?\); the options"),
        ({"scoring": choice(options=["mean"])}, "a choice needs at least two options"),
        ({"scoring": choice(options=["mean", "mean"])}, "'mean' is listed twice"),
        ({"centering": choice(options=["mean", "none"])}, "'centering': centring changes neither the coefficient"),
        ({"errors": choice(options=["hc3", "ols"])}, "'errors': standard errors do not change the estimate"),
        ({"model": choice(options=["a", "b"])}, r"the key 'multiverse.main.choices.model' is unknown"),
        ({}, "no choice varies; add one"),
        ({"scoring": choice(options=["complete", "bartlett"])}, "must contain the option of the primary analysis, 'mean'"),
        ({"estimator": choice(options=["huber", "sam"])}, "must contain the estimator of the primary analysis, 'ols'"),
        ({"exclusion": choice(options=["influential", "outliers"])}, "must contain the option of the primary analysis, 'none'"),
        ({"exclusion": choice(options=["none", "flagged"])}, "'exclusion' has 'flagged', which needs the section 'screening'"),
        ({"covariates": choice(optional=["salary"])}, "'covariates' has 'salary', which is not a scale or variable"),
        ({"covariates": choice(optional=["age"])}, "'covariates' has 'age', which is already in the model"),
        ({"covariates": choice(optional=["years_in_job", "years_in_job"])}, "lists 'years_in_job' twice"),
        ({"outcome_items": choice(drop_one="ease")}, "drops items of 'ease', but the outcome is 'pride'; correct the name"),
        ({"predictor_items": choice(drop_one="ease")}, "needs a scale with at least two items, but 'ease' has fewer"),
    ],
)
def test_mistakes(writer, choices, sentence):
    with pytest.raises(StudyError, match=sentence):
        writer.load({"config.multiverse": {"main": {"choices": choices}}})


def test_mistakes_about_models(writer):
    choices = {"transform": choice(options=["none", "rank"])}
    with pytest.raises(
        StudyError, match=r"'multiverse.man': the model is not a moderation model of this study \(did you mean 'main'"
    ):
        writer.load({"config.multiverse": {"man": {"choices": choices}}})
    with pytest.raises(StudyError, match="has an outcome that is not a quantity, and a multiverse needs least squares"):
        writer.load({"config.multiverse": {"main": {"choices": choices}}, "config.moderation.models.main.family": "ordered"})
    with pytest.raises(StudyError, match="the model has two moderators"):
        writer.load(
            {
                "config.multiverse": {"main": {"choices": choices}},
                "config.moderation.models.main.second_moderator": "years_in_job",
            }
        )
    variables = {f"v{place}": None for place in range(13)}
    with pytest.raises(
        StudyError, match=r"has 8,192 specifications, and at most 5,000 are computed; remove options or choices\.$"
    ):
        writer.load(
            {
                "config.variables": ["age", *variables],
                "config.multiverse": {"main": {"choices": {"covariates": choice(optional=[*variables])}}},
            }
        )


def test_the_order_of_specifications(writer):
    study = writer.load(
        {"config.multiverse": {"main": {"choices": {"covariates": choice(optional=["years_in_job"]),
                                                    "outcome_items": choice(drop_one="pride")}}}}
    )  # fmt: skip
    found = [(one["covariates"], one["outcome_items"]) for one in specifications(study, "main")]
    assert found == [(covariates, item) for covariates in ("none", "years_in_job") for item in ("all", "pride_1", "pride_2")]


def test_imputed_clusters_and_empty_selections(study, responses):
    """Satterthwaite's degrees of freedom hold for imputed scores as well; nobody left is a reason, not a crash."""
    firms = responses.assign(firm=np.arange(len(responses)) % 6)
    firms.loc[::9, "A2"] = np.nan
    choices = {"scoring": choice(options=["mean", "imputed"])}
    own = analyse(made(study, choices, {"cluster": "firm"}, imputations=3), "m", firms, np.random.default_rng(1))[
        "specifications"
    ]
    reach = (own["ci_high"] - own["ci_low"]) / 2 / own["cr2"]
    assert reach.min() > 2.4  # about five degrees of freedom, not some hundred
    nobody = responses.assign(A1=np.nan)
    choices = {"scoring": choice(options=["mean", "complete", "imputed"])}
    rows = analyse(made(study, choices), "m", nobody, np.random.default_rng(1))["specifications"].set_index("scoring")
    assert rows.loc["complete", "note"] == "not fitted: no respondent has all values"
    assert rows.loc["imputed", "note"] == "not fitted: nobody answered A1"
