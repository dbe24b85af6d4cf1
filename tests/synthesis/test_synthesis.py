"""What a synthesis pools and what it does not; print as a range; criteria that depend on what print does not tell."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from practicework.errors import StudyError
from practicework.numerics.clusters import ClusterRobust
from practicework.numerics.least_squares import LeastSquares
from practicework.stages import synthesis
from practicework.stages.synthesis import metric, one_stage, pooling, printed, verdicts
from practicework.study.pipeline import Part
from practicework.study.replication import Claim
from practicework.study.scale import Scale
from practicework.study.settings import Model
from practicework.study.synthesis import Synthesis

TERM = "usefulness:support"


def claims(**values: str) -> list[Claim]:
    """Claims about the interaction by column, and about n."""
    table = "moderation/main/coefficients"
    found = [
        Claim(claim=name, published=text, table=table, row={"term": TERM}, column=name)
        for name, text in values.items()
        if name not in ("n", "other")
    ]
    if "other" in values:  # the p of another coefficient
        found.append(Claim(claim="o", published=values["other"], table=table, row={"term": "support"}, column="p_value"))
    return [*found, Claim(claim="n", published=values["n"], table="moderation/main/fit", column="n")]


def of(**values: str) -> printed.Published | None:
    """What print tells of a model with three terms."""
    return printed.published(claims(**values), "main", TERM, 3)


# print ----------------------------------------------------------------------------------------------------


def test_a_threshold_is_a_range_of_t():
    """β = .02, p < .05 in a publication that also uses .01: t from 1.9939 to 2.6469 with n = 75 and df = 71."""
    found = of(estimate=".02", p_value="< .05", other="< .01", n="75")
    assert found.df == 71
    assert found.estimate == pytest.approx((0.015, 0.025))
    assert found.t == pytest.approx((1.9939, 2.6469), abs=1e-4)
    partial = [np.tanh(effect) for effect, _ in found.corners("partial_r")]
    assert partial == pytest.approx([0.2303, 0.2997], abs=1e-4)
    corners = found.corners("coefficient")
    assert sorted({b for b, _ in corners}) == pytest.approx([0.015, 0.025])
    assert all(b / se == pytest.approx(found.t[0]) or b / se == pytest.approx(found.t[1]) for b, se in corners)


def test_other_ways_to_print():
    """t, a standard error and an exact p are known up to their rounding; > a and < a without a stricter threshold are open."""
    assert of(t="2.30", n="75").t == pytest.approx((2.295, 2.305))
    assert of(estimate="0.20", std_error="0.10", n="75").t == pytest.approx((0.195 / 0.105, 0.205 / 0.095))
    assert of(estimate=".2", p_value=".03", n="75").t == pytest.approx(stats.t.isf([0.035 / 2, 0.025 / 2], 71))
    assert of(estimate=".2", p_value="> .05", n="75").t == pytest.approx((0, 1.9939), abs=1e-4)
    assert of(estimate=".2", p_value="< .05", n="75").t[1] == np.inf
    assert of(estimate=".2", n="75") is None
    assert of(p_value="< .05", n="75").sign == 0
    assert of(t="-2.30", n="75").sign == -1


def test_what_print_lacks_is_said():
    """Without the number of respondents or a test, nothing can be compared."""
    assert "number of respondents" in printed.lacking(claims(estimate=".02", p_value="< .05", n="75")[:-1], "main", TERM)
    assert "no test" in printed.lacking(claims(estimate=".02", n="75"), "main", TERM)
    assert printed.lacking(claims(p_value="< .05", n="75"), "main", TERM) is None


# criteria -------------------------------------------------------------------------------------------------


def verdict_rows(published: printed.Published, estimate: float, std_error: float) -> dict[str, dict]:
    """The verdicts on a new sample of 100."""
    new = {"model": "main", "sample": "new", "n": 100, "df": 96, "estimate": estimate, "std_error": std_error}
    new |= {"ci_low": estimate - 1.985 * std_error, "ci_high": estimate + 1.985 * std_error}
    rows = verdicts.rows(new, published, "coefficient", smallest=0.02, reach=(estimate - 0.01, estimate + 0.01))
    return {row["criterion"]: row for row in rows}


def test_a_verdict_depends_where_print_does_not_decide():
    """A new effect of zero is outside the prediction of some, but not all, results that print as β = .02, p < .05."""
    published = of(estimate=".02", p_value="< .05", other="< .01", n="75")
    found = verdict_rows(published, -0.002, 0.0055)
    assert found["prediction"]["verdict"] == "depends"
    assert found["significant"]["verdict"] == "no"
    assert found["inside_new"]["verdict"] == "no"
    same = verdict_rows(published, 0.02, 0.004)
    assert {name: row["verdict"] for name, row in same.items()} == {
        "significant": "yes", "inside_new": "yes", "prediction": "yes", "telescope": "yes", "sceptical": "depends",
        "negligible": "no", "combined": "yes",
    }  # fmt: skip
    # with p = .05 the published result alone does not convince; with p = .01 it does
    assert same["sceptical"]["value_low"] < 0.025 < same["sceptical"]["value_high"]


def test_significance_has_the_degrees_of_freedom_of_the_interval():
    """With few clusters, a t that is significant on 96 degrees of freedom is not so on 6."""
    published = of(estimate=".02", p_value="< .05", n="75")
    new = {
        "model": "main",
        "sample": "new",
        "n": 100,
        "df": 96,
        "estimate": 0.02,
        "std_error": 0.009,
        "ci_low": 0,
        "ci_high": 0.04,
    }
    for more, verdict in (({}, "yes"), ({"df_cr2": 6.0}, "no")):
        rows = verdicts.rows(new | more, published, "coefficient", smallest=None, reach=None)
        assert next(row["verdict"] for row in rows if row["criterion"] == "significant") == verdict


def test_the_opposite_sign_replicates_nothing():
    """It is not significant in the published direction, does not convince a sceptic, and was not detectable."""
    found = verdict_rows(of(estimate=".02", p_value="< .01", n="75"), -0.02, 0.004)
    assert found["significant"]["verdict"] == "no"
    assert found["sceptical"]["verdict"] == "no"
    assert found["sceptical"]["value_low"] > 0.5
    assert found["telescope"]["verdict"] == "no"


def test_what_is_on_both_sides_of_print_depends():
    """Without an upper limit of t, print allows effects below and above a narrow interval, and a common effect of either sign."""
    position = {(0.0, 0.1): -1, (1.0, 0.1): 1}
    assert verdicts.at_corners(list(position), position.get) == "depends"
    wide = of(estimate=".0", p_value="> .05", n="75")
    assert wide.sign == 0
    found = verdict_rows(of(estimate=".02", p_value="< .05", n="75"), -0.02, 0.005)
    assert found["combined"]["value_low"] < -1.96 < 1.96 < found["combined"]["value_high"]
    assert found["combined"]["verdict"] == "depends"


def test_criteria_without_enough_print_are_unknown():
    """Of a p alone, neither direction nor size is known."""
    found = verdict_rows(of(p_value="< .05", n="75"), 0.02, 0.004)
    assert {row["verdict"] for name, row in found.items() if name != "negligible"} == {"unknown"}


# pooling --------------------------------------------------------------------------------------------------


def effects(*values: float) -> list[dict]:
    """Rows of samples with a standard error of .1; no effect for None."""
    return [
        {"model": "main", "sample": f"s{place}", "source": "data", "metric": "coefficient", "n": 50, "estimate": value,
         "std_error": 0.1, "ci_low": None if value is None else value - 0.2, "ci_high": None if value is None else value + 0.2}
        for place, value in enumerate(values)
    ]  # fmt: skip


@pytest.mark.parametrize(("values", "decides"), [((0.1,), "common"), ((0.1, 0.3), "common"), ((0.1, 0.3, None, 0.2), "random")])
def test_what_sentences_are_based_on(values, decides):
    """Nothing is pooled of one sample; two have a common effect; three and more random effects. Unfitted samples do not count."""
    rows = effects(*values)
    found = {row["estimator"]: row for row in pooling.pooled(rows, Synthesis(), 0.95)}
    assert [name for name, row in found.items() if row["decides"]] == [decides]
    if len(values) == 1:
        assert "estimate" not in found["common"]
        return
    assert found["common"]["estimate"] == pytest.approx(np.mean([value for value in values if value is not None]))
    assert found["random"]["df"] == found["random"]["k"] - 1
    used = [row for row in rows if row["estimate"] is not None]
    assert sum(row["weight_random"] for row in used) == pytest.approx(1)
    assert all("weight_random" not in row for row in rows if row["estimate"] is None)


def test_cumulative_follows_the_years():
    """And ends with the effect of all."""
    rows = effects(0.1, 0.5, 0.3)
    found = pooling.cumulative(rows, {"s0": 2022, "s1": 2020, "s2": 2021}, Synthesis(), 0.95)
    assert [row["sample"] for row in found] == ["s1", "s2", "s0"]
    whole = next(row for row in pooling.pooled(rows, Synthesis(), 0.95) if row["decides"])
    assert found[-1]["estimate"] == pytest.approx(whole["estimate"])
    assert found[0]["estimate"] == 0.5


def test_meta_regression_requires_ten_samples():
    """Nine are refused with the reason; of ten, the slope of effects that lie on a line is that of the line."""
    spec = Synthesis(moderators=("year",))
    line = [0.1 * place for place in range(10)]
    years = {f"s{place}": {"year": 2000.0 + place} for place in range(10)}
    few = pooling.moderators(effects(*line[:9]), years, spec, 0.95)
    assert few[0]["note"] == "not computed: 9 samples, but 10 are required"
    found = pooling.moderators(effects(*line), years, spec, 0.95)
    assert found[0]["estimate"] == pytest.approx(0.1)


# metric ---------------------------------------------------------------------------------------------------


def scale(items: int = 4) -> Scale:
    """A scale of some items."""
    entries = [{"id": f"i{number}", "text": "A."} for number in range(items)]
    return Scale.model_validate({"id": "trust", "label": "Trust", "response": {"min": 1, "max": 5}, "items": entries})


def test_equal_alphas_are_rejected_in_five_percent():
    """The test of equal alphas in simulated pairs of samples of parallel items, within three standard errors."""
    rng, p = np.random.default_rng(1), []
    for _ in range(2_000):
        inputs = {}
        for sample, n in (("a", 120), ("b", 80)):
            items = rng.standard_normal((n, 1)) + rng.standard_normal((n, 4))
            cov = np.cov(items.T)
            alpha = 4 / 3 * (1 - np.trace(cov) / cov.sum())
            row = {"scale": "trust", "n": n, "alpha": alpha, "alpha_low": 0.5, "alpha_high": 0.9}
            inputs[f"{sample}/reliability/scales"] = pd.DataFrame([row])
        p.append(next(row["p"] for row in metric.drift({"trust": scale()}, "ab", inputs, []) if row["sample"] == "all"))
    assert np.mean(np.array(p) < 0.05) == pytest.approx(0.05, abs=3 * np.sqrt(0.05 * 0.95 / 2_000))


def test_a_published_scale_with_other_items_is_not_the_same():
    """What print tells of items and response points is compared."""
    table = "reliability/scales"
    printed_claims = [
        Claim(claim="k", published="3", table=table, row={"scale": "trust"}, column="items"),
        Claim(claim="a", published=".82", table=table, row={"scale": "trust"}, column="alpha"),
    ]
    facts = metric._printed(printed_claims)["trust"]
    assert metric._published(facts, scale(3))["same"]
    other = metric._published(facts, scale(4))
    assert (other["same"], other["note"]) == (False, "the published scale has other items")
    assert other["alpha"] == 0.82


# the study ------------------------------------------------------------------------------------------------


def part(writer, **changes: object) -> Part:
    """The default synthesis of the study of the tests, with its two samples."""
    return Part(writer.load({"config.profiles": None, **changes}), "synthesis")


def test_the_default_synthesis(writer):
    """Two real samples have one; a synthetic sample is not pooled; one sample has none without published claims."""
    assert part(writer).samples == ["s", "t"]
    study = writer.load({"config.samples.t.synthetic": "Simulated."})
    assert study.syntheses == {}
    assert writer.load({"config.synthesis": {}}).syntheses == {}


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"config.synthesis": {"all": {"samples": ["s", "x"]}}}, "'x' is not a sample of this study"),
        ({"config.synthesis": {"all": {}}, "config.samples.t.synthetic": "Simulated.",
          "config.samples.s.synthetic": "Simulated."}, "has no samples"),
        ({"config.synthesis": {"all": {"samples": ["s", "t"]}}, "config.samples.t.synthetic": "Simulated."},
         "'t' is synthetic, and synthetic samples are not pooled"),
        ({"config.synthesis": {"all": {"models": ["use"]}}}, "'use' is not a model of this study"),
        ({"config.synthesis": {"all": {"originals": {"main": "t"}}}}, "has no claims under 'replication'"),
        ({"config.synthesis": {"all": {"moderators": ["year"]}}}, "has no attribute 'year'"),
        ({"config.synthesis": {"s": {}}}, "'s' is a sample and a synthesis"),
        ({"config.synthesis": {"all": {"samples": ["s", "s"]}}}, "lists the sample 's' twice"),
    ],
)  # fmt: skip
def test_mistakes_in_a_synthesis(writer, changes, sentence):
    """One sentence each."""
    with pytest.raises(StudyError, match=sentence):
        writer.load(changes)


def waves(shift: float = 0.0, seed: int = 1) -> dict[str, pd.DataFrame]:
    """Two waves of 60 people, 50 of whom took part in both, with a part of the error that is the same in both."""
    rng = np.random.default_rng(seed)
    lasting, standing, found = rng.normal(0, 1, 70), rng.normal(3, 1, (2, 70)), {}
    for name, first in (("s", 0), ("t", 10)):
        people = np.arange(first, first + 60)
        ease, age = standing[:, people] + rng.normal(0, 0.3, (2, 60))
        own = {"respondent": [f"P{one:03d}" for one in people], "ease": ease, "age": age}
        own["pride"] = shift * ease * age + ease + lasting[people] * (ease - 3) * (age - 3) + rng.normal(0, 0.5, 60)
        found[name] = pd.DataFrame(own)
    return found


def people(writer, first: int = 10, declared: bool = True, dropped: str = "phone", **keys: object) -> tuple:
    """A synthesis of two samples whose ids recur, and its tables."""
    changes = {"config.samples.t.respondent": "id" if declared else None, "config.synthesis": {"all": keys}}
    found = {}
    for name, one in (("s", 0), ("t", first)):
        ids = [f"P{n:03d}" for n in range(one, one + 50)]
        found[f"{name}/ingest/responses"] = pd.DataFrame({"respondent": ids})
        found[f"{name}/ingest/dropped"] = pd.DataFrame({"column": [dropped], "reason": ["contact"]})
    return Part(writer.load({"config.profiles": None, **changes}), "all"), found


def test_ids_that_recur_have_to_be_explained(writer):
    """Running ids say nothing: they are the same people or not, and only the researcher knows."""
    with pytest.raises(StudyError, match=r"have 40 respondent ids in common; write 'synthesis.all.same_people: yes'"):
        synthesis._check_people(*people(writer))
    synthesis._check_people(*people(writer, first=60))
    synthesis._check_people(*people(writer, declared=False))  # numbered by the program
    synthesis._check_people(*people(writer, dropped="id"))  # replaced, since they identified people
    synthesis._check_people(*people(writer, same_people=True))
    for keys in ({"first": 60}, {"declared": False}):
        with pytest.raises(StudyError, match="'same_people' is yes, but no respondent id occurs in two samples"):
            synthesis._check_people(*people(writer, **keys, same_people=True))


def test_the_same_people_are_clusters_of_one_regression(writer):
    """As clubSandwich would with the person as cluster: answers of one person are connected, in both waves and by firm."""
    samples, model = waves(), Model(outcome="pride", predictor="ease", moderator="age")
    ids = {name: pd.DataFrame({"person": one["respondent"]}).set_axis(one["respondent"]) for name, one in samples.items()}
    alone = {row["term"]: row for row in one_stage.fit("main", model, samples, (), {})}
    found = {row["term"]: row for row in one_stage.fit("main", model, samples, (), ids)}
    assert "std_error_cr2" not in alone["ease:age"]
    assert found["ease:age"]["clusters"] == 70
    assert found["ease:age"]["std_error_cr2"] > 1.15 * found["ease:age"]["std_error_hc3"]
    firms = {name: one.assign(cluster=[f"{name} {int(who[1:]) % 12}" for who in one["person"]]) for name, one in ids.items()}
    assert one_stage.fit("main", model, samples, (), firms)[0]["clusters"] == 12
    stacked, design = [], []
    for place, one in enumerate(samples.values()):
        x, w = one["ease"] - one["ease"].mean(), one["age"] - one["age"].mean()
        own = np.column_stack([np.ones(60), x, w])
        design.append(np.column_stack([own * (place == 0), own * (place == 1), x * w]))
        stacked.append(one)
    squares, outcome = LeastSquares(np.vstack(design)), np.concatenate([one["pride"] for one in stacked])
    person = np.concatenate([one["respondent"] for one in stacked])
    own = ClusterRobust(squares, squares.residuals(outcome), person)
    assert found["ease:age"]["std_error_cr2"] == pytest.approx(np.sqrt(own.covariance[-1, -1]), rel=1e-9)
    assert found["ease:age"]["df_cr2"] == pytest.approx(own.degrees(np.eye(7)[[-1]])[0], rel=1e-9)
    assert found["difference"]["df_cr2"] > 5
