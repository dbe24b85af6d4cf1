"""Scale development: indices equal printed ones, factor models and graded responses equal R, and answers are read or refused."""

import textwrap

import numpy as np
import pandas as pd
import pytest
import yaml

from practicework.errors import NotComputable, StudyError
from practicework.numerics import content_validity, graded_response, item_subsets
from practicework.stages import development
from practicework.stages.development import content, pilot
from practicework.stages.development.answers import Answers
from practicework.study import load_study
from practicework.study.development import Criteria, Development, Material, load_material
from practicework.study.pipeline import Part

CONSTRUCTS = {
    "response": {"min": 1, "max": 5},
    "constructs": [
        {"id": "a", "label": "Joy at work", "definition": "Being glad.", "facets": {"x": "First.", "y": "Second."}},
        {"id": "b", "label": "Ease", "definition": "Finding it easy."},
        {"id": "c", "label": "Pay", "definition": "What is earned.", "target": False},
    ],
}
ITEMS = [
    {"id": f"{construct}{place}", "construct": construct, "text": f"Item {construct}{place}.", "source": "Own items (2026)"}
    | ({"facet": "xy"[place % 2]} if construct == "a" else {}) | ({"reverse": True} if place == 3 else {})
    for construct in "ab" for place in range(1, 7)
]  # fmt: skip


@pytest.fixture
def folder(tmp_path):
    """A study folder with a development of two constructs."""
    for name in ("config", "development", "data/raw"):
        (tmp_path / name).mkdir(parents=True)
    write(tmp_path, "development/constructs.yaml", CONSTRUCTS)
    write(tmp_path, "development/items.yaml", {"items": ITEMS})
    return tmp_path


def write(folder, name: str, data: object) -> None:
    (folder / name).write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")


def spec(**entries: object) -> Development:
    return Development.model_validate({"constructs": "development/constructs.yaml", "pool": "development/items.yaml"} | entries)


def material(folder, own: Development | None = None) -> Material:
    return load_material(folder, "d", own or spec(), "config/config.yaml")


def answers(folder, text: str, task: str, file: str = "task.csv") -> Answers:
    (folder / "data/raw" / file).write_text(textwrap.dedent(text).lstrip(), encoding="utf-8")
    own = spec(**{task: f"data/raw/{file}"})
    return Answers(folder, own, material(folder, own))


# indices


def test_sorting_indices_equal_printed_ones():
    """The example of the R package contentvalidR: 20 judges, hits 18 16 13 18 17 14 (its vignette)."""
    hits = [18, 16, 13, 18, 17, 14]
    found = [content_validity.sorting(np.array([one, 20 - one]), 0, 20) for one in hits]
    np.testing.assert_allclose([one["p_sa"] for one in found], [0.9, 0.8, 0.65, 0.9, 0.85, 0.7])
    np.testing.assert_allclose([one["c_sv"] for one in found], [0.8, 0.6, 0.3, 0.8, 0.7, 0.4])
    np.testing.assert_allclose([one["p_value"] for one in found], [0, 0.006, 0.132, 0, 0.001, 0.058], atol=6e-4)
    assert content_validity.exceeding_half(15, 20) == pytest.approx(0.02069473, abs=1e-8)
    assert content_validity.exceeding_half(14, 20) == pytest.approx(0.05765915, abs=1e-8)
    assert [content_validity.needed(n) for n in (20, 30, 40)] == [15, 20, 26]  # Howard and Melloy (2016)
    assert [round(content_validity.power(n, 0.7), 2) for n in (20, 30, 40)] == [0.42, 0.73, 0.81]


def test_norms():
    """Colquitt et al.'s bands of the same example, overall and by the correlation with the other constructs."""
    values = (("p_sa", 0.7833333), ("c_sv", 0.5666667), ("p_sa", 0.8166667), ("c_sv", 0.6333333))
    bands = [content_validity.band(*one) for one in values]
    assert bands == ["moderate", "moderate", "moderate", "strong"]
    bands = [content_validity.band(*one, orbiting) for one, orbiting in zip(values, (0.42, 0.42, 0.28, 0.28), strict=True)]
    assert bands == ["moderate", "moderate", "weak", "weak"]
    assert content_validity.band("htd", 0.01) == "lack"


@pytest.mark.parametrize(("n", "agree", "kappa"), [(10, 8, 0.79), (10, 7, 0.66), (10, 9, 0.90), (9, 7, 0.76), (9, 6, 0.60)])
def test_modified_kappa_equals_a_printed_table(n, agree, kappa):
    """BMC Health Services Research 2017, 10.1186/s12913-017-2469-8, Table 10."""
    assert content_validity.kappa(agree, n) == pytest.approx(kappa, abs=0.005)


def test_ratio_and_aiken():
    assert content_validity.ratio(8, 10) == (0.6, pytest.approx(0.0546875))
    v, low, high = content_validity.aiken([4, 4, 3, 4, 2], 1, 4)
    assert v == pytest.approx(0.8)
    assert 0 < low < v < high < 1
    assert content_validity.aiken([4] * 5, 1, 4)[0] == 1


def test_experts(folder):
    """Five of six agree: I-CVI .83; of twelve items two at 5/6 give S-CVI/Ave .97 and UA .83 (PMC7253559)."""
    rows = [
        f"J{judge},{item['id']},{3 if (judge, item['id']) not in ((1, 'a1'), (2, 'b2')) else 2}"
        for judge in range(6)
        for item in ITEMS
    ]
    read = answers(folder, "judge,item,relevance\n" + "\n".join(rows), "experts")
    table = content.experts(read.experts(), material(folder)).set_index("item")
    assert table.loc["a1", "i_cvi"] == pytest.approx(5 / 6)
    assert table["i_cvi"].mean() == pytest.approx(0.9722, abs=1e-4)
    assert (table["i_cvi"] == 1).mean() == pytest.approx(0.8333, abs=1e-4)
    columns = ["construct", "item", "p_sa", "c_sv", "htc", "htd"]
    empty = {name: pd.DataFrame(columns=columns) for name in ("sorting", "ratings")}
    own = content.scales(empty | {"experts": table.reset_index()}, material(folder), Criteria())
    assert own["index"].tolist() == ["s_cvi_ave", "s_cvi_ua"] * 2


def test_rating_task_equals_r(folder, golden):
    data = golden("development_ratings")
    text = "judge,item,construct,rating\n" + "\n".join(f"{r.judge},a1,{r.construct},{r.rating}" for r in data.itertuples())
    read = answers(folder, text, "ratings")
    found = content.ratings(read.ratings(), material(folder), Criteria())
    row, r = found["ratings"].iloc[0], golden("development_anova").iloc[0]
    assert [row["f"], row["epsilon"], row["p_value"]] == pytest.approx([r["f"], r["epsilon"], r["p_value"]], rel=1e-9)
    assert found["ratings_contrasts"]["p_holm"].tolist() == pytest.approx([r["holm_b"], r["holm_c"]], rel=1e-9)
    means = data.groupby("construct")["rating"].mean()
    assert row["htc"] == pytest.approx(means["a"] / 5)
    assert row["htd"] == pytest.approx((means["a"] - (means["b"] + means["c"]) / 2) / 4)


# the pilot


@pytest.fixture(scope="module")
def big_five(root) -> pd.DataFrame:
    data = pd.read_csv(root / "examples/bfi/data/raw/bfi.csv")[[f"{one}{place}" for one in "AC" for place in range(1, 6)]].astype(
        float
    )
    data[["A1", "C4", "C5"]] = 7 - data[["A1", "C4", "C5"]]
    return data.dropna().head(500)


def test_every_subset_equals_lavaan(big_five, golden):
    """All 210 subsets of four of ten items, one factor each."""
    subsets = item_subsets.candidates(10, 4, [0] * 10)
    own = item_subsets.evaluate(np.corrcoef(big_five.to_numpy().T), 500, subsets)
    r = golden("development_subsets")
    names = list(big_five)
    assert [" ".join(names[at] for at in some) for some in subsets] == r["items"].tolist()
    fine = ~np.isnan(own["chisq"])
    assert fine.mean() > 0.97
    # where lavaan stops in a local minimum, our χ² is smaller
    assert (own["chisq"][fine] < r["chisq"][fine] + 1e-4).all()
    same = fine & (own["chisq"] > r["chisq"] - 1e-4)
    assert same.sum() >= 202
    for column, tolerance in (("chisq", 1e-4), ("cfi", 1e-5), ("rmsea", 1e-5), ("omega", 1e-5), ("r_full", 1e-9)):
        np.testing.assert_allclose(own[column][same], r[column][same], atol=tolerance, err_msg=column)


def test_the_front_is_what_nothing_exceeds():
    points = np.round(np.random.default_rng(3).normal(size=(400, 3)), 1)
    points[7] = points[11]
    brute = [not ((points >= one).all(axis=1) & (points > one).any(axis=1)).any() for one in points]
    assert item_subsets.front(points).tolist() == brute
    assert not item_subsets.front(np.array([[np.nan, 9.0], [1.0, 1.0]]))[0]


def test_subsets_keep_every_facet():
    found = item_subsets.candidates(6, 3, [0, 0, 0, 1, 1, 2])
    assert all({0, 1, 2} == {[0, 0, 0, 1, 1, 2][at] for at in some} for some in found)
    assert len(found) == 6
    with pytest.raises(NotComputable, match="no subset of 2 items has one of each of 3 facets"):
        item_subsets.candidates(6, 2, [0, 0, 0, 1, 1, 2])
    with pytest.raises(NotComputable, match="there are 38,760 subsets of 6 of 20 items, and at most 20,000"):
        item_subsets.candidates(20, 6, [0] * 20)


def test_confirmation_equals_r(big_five, golden):
    parts = pilot.Halves(big_five, big_five, None, [])
    own = pilot.confirmed(parts, {"a": ["A2", "A3", "A5"], "c": ["C1", "C2", "C3", "C4"]}).set_index("construct")
    r = golden("development_confirmation").iloc[0]
    for column in ("chisq", "df", "p_value", "cfi", "rmsea", "srmr"):
        assert own.loc["all", column] == pytest.approx(r[column], abs=2e-5), column
    assert own.loc["a", "alpha"] == pytest.approx(r["alpha_a"], rel=1e-9)
    assert own.loc["a", "htmt2"] == own.loc["c", "htmt2"] == pytest.approx(r["htmt2"], abs=1e-6)


def test_graded_response_model_equals_mirt(root):
    """N1 to N5 of bfi, 2,694 people; mirt 1.47 with 101 quadrature points."""
    data = pd.read_csv(root / "examples/bfi/data/raw/bfi.csv")[[f"N{place}" for place in range(1, 6)]].dropna().to_numpy(float)
    model = graded_response.fit(data)
    np.testing.assert_allclose(model.slopes, [3.135893, 2.897435, 2.032609, 1.279314, 1.115797], atol=1e-4)
    np.testing.assert_allclose(model.thresholds[0], [-0.816421, -0.097458, 0.335055, 0.970649, 1.702672], atol=1e-4)
    np.testing.assert_allclose(model.thresholds[4], [-1.301733, -0.129873, 0.480372, 1.453385, 2.507248], atol=1e-4)
    assert model.log_likelihood == pytest.approx(-21079.66157, abs=1e-4)
    assert model.aic == pytest.approx(42219.32314, abs=1e-4)
    total = model.information(np.arange(-3.0, 4.0)).sum(axis=0)
    np.testing.assert_allclose(total, [0.5210, 2.4699, 6.7257, 7.7007, 7.3444, 5.1243, 1.1859], atol=2e-4)
    assert model.reliability == pytest.approx(0.864255, abs=1e-5)


def test_graded_response_model_of_missing_answers_and_degenerate_items():
    rng = np.random.default_rng(2)
    trait = rng.normal(size=800)
    data = np.column_stack([np.searchsorted([-1, 0, 1], 1.5 * trait + rng.logistic(size=800)) for _ in range(5)]).astype(float)
    whole = graded_response.fit(data)
    holes = np.where(rng.random(data.shape) < 0.1, np.nan, data)
    np.testing.assert_allclose(graded_response.fit(holes).slopes, whole.slopes, atol=0.35)
    assert graded_response.fit(holes).n == 800
    with pytest.raises(NotComputable, match="item 2 has the same answer for everybody"):
        graded_response.fit(np.column_stack([data[:, 0], np.ones(800)]))


def test_test_retest_equals_r(golden):
    waves, r = golden("development_waves"), golden("development_icc").iloc[0]
    first, second = (waves[[name]].set_axis(["i"], axis=1) for name in ("one", "two"))
    own = pilot._icc(first, second, ["i"], 0.95)
    assert [own["icc"], own["icc_low"], own["icc_high"]] == pytest.approx([r["icc"], r["low"], r["high"]], rel=1e-6)


# from the files to the tables


def simulated(n: int, seed: int, loadings: float = 0.8) -> pd.DataFrame:
    """Answers of respondents to the pool: two correlated factors; a6 and b6 are noise, item 3 is reverse-keyed."""
    rng = np.random.default_rng(seed)
    factors = rng.multivariate_normal([0, 0], [[1, 0.4], [0.4, 1]], n)
    data = {"id": [f"P{place:04d}" for place in range(n)]}
    for item in ITEMS:
        strength = 0.1 if item["id"].endswith("6") else loadings
        value = strength * factors[:, "ab".index(item["construct"])] + np.sqrt(1 - strength**2) * rng.normal(size=n)
        answer = np.clip(np.round(3 + 1.1 * value), 1, 5).astype(int)
        data[item["id"]] = 6 - answer if item.get("reverse") else answer
    return pd.DataFrame(data).assign(user=(factors[:, 0] + rng.normal(size=n) > 0).astype(int), age=rng.integers(20, 60, n))


def study_of(folder, data: pd.DataFrame, **entries: object):
    data.to_csv(folder / "data/raw/pilot.csv", index=False)
    config = {
        "samples": {"pilot": {"file": "data/raw/pilot.csv", "respondent": "id"}},
        "variables": ["user", "age"],
        "development": {"d": {"constructs": "development/constructs.yaml", "pool": "development/items.yaml",
                              "pilot": {"sample": "pilot"}} | entries},
    }  # fmt: skip
    write(folder, "config/config.yaml", config)
    return load_study(folder)


def computed(study) -> dict[str, pd.DataFrame]:
    from practicework.numerics.seeds import streams
    from practicework.stages import ingest, scoring
    from practicework.tables import retained

    found = ingest.ingest(ingest.read(study, "pilot"), study, "pilot").tables()
    scored = scoring.score_all(retained(found), list(study.scales.values()), study.variables)
    inputs = {"pilot/ingest/responses": found["ingest/responses"], "pilot/scoring/scores": scored.scores}
    tables = development.compute(Part(study, "d"), inputs, streams(5, "development", "d"))
    return {name.removeprefix("development/"): table for name, table in tables.items()}


def test_a_pilot_finds_the_noise_and_confirms_the_choice(folder):
    write(folder, "development/decisions.yaml", {
        "items": {"a6": {"decision": "drop", "by": "AB", "why": "Loads on nothing."}},
        "scales": {"a": {"items": ["a1", "a2", "a4", "a5"], "by": "AB", "why": "Front."},
                   "b": {"items": ["b1", "b2", "b3", "b4"], "by": "AB", "why": "Front."}},
    })  # fmt: skip
    study = study_of(
        folder, simulated(600, 1), nomological={"a": {"positive": ["user"], "none": ["age"], "groups": {"user": "higher"}}}
    )
    found = computed(study)
    assert found["pilot"].set_index("half")["n"].to_dict() == {"explore": 300, "confirm": 300}
    assert found["pilot"]["factors"].iloc[0] == 2
    items = found["pilot_items"].set_index("item")
    assert (items.drop(["a6", "b6"])["loading"] > 0.5).all()
    assert (items.loc[["a6", "b6"], "loading"] < 0.4).all()
    assert items["cross_loading"].max() < 0.3
    assert items.loc["a3", "item_rest_r"] > 0.4  # keyed
    subsets = found["subsets"]
    assert subsets["chosen"].sum() == 2
    assert not subsets.loc[subsets["construct"] == "a", "items"].str.contains("a6").any()  # dropped by a person
    best = subsets[(subsets["construct"] == "b") & (subsets["length"] == 4)].iloc[0]
    assert "b6" not in best["items"]
    confirmation = found["confirmation"].set_index("construct")
    assert (confirmation["n"] == 300).all()
    assert confirmation.loc["all", "cfi"] > 0.95
    assert confirmation.loc["a", "htmt2"] < 0.7
    assert set(found["irt_items"]["item"]) == {"a1", "a2", "a4", "a5", "b1", "b2", "b3", "b4"}
    assert found["irt_information"]["marginal_reliability"].between(0.6, 0.95).all()
    assert found["nomological"].set_index(["with", "kind"])["agrees"].to_dict() == {
        ("user", "correlation"): True, ("age", "correlation"): True, ("user", "groups"): True,
    }  # fmt: skip
    decisions = found["decisions"].set_index("item")
    assert decisions.loc["b6", "loading"]
    assert decisions.loc["a6", "decision"] == "drop"
    assert decisions["chosen"].sum() == 8
    again = computed(study)
    for name, table in found.items():
        pd.testing.assert_frame_equal(table, again[name])


def test_small_pilots_are_not_split(folder):
    with pytest.raises(
        StudyError, match=r"^The pilot 'pilot' has 150 respondents who answered all items.*at least 200 are needed"
    ):
        computed(study_of(folder, simulated(150, 1)))


def test_two_samples_and_a_retest(folder):
    data = simulated(300, 4)
    study = study_of(folder, data, pilot={"explore": "pilot", "confirm": "pilot", "retest": "pilot"})
    found = computed(study)
    assert found["pilot"]["half"].tolist() == ["explore", "confirm", "retest"]


def test_without_any_answers_only_the_pool_has_rows(folder):
    write(folder, "config/config.yaml", {"development": {"d": {"constructs": "development/constructs.yaml",
                                                              "pool": "development/items.yaml"}}})  # fmt: skip
    study = load_study(folder)
    from practicework.numerics.seeds import streams

    found = development.compute(Part(study, "d"), {}, streams(1, "development", "d"))
    assert len(found["development/pool"]) == 12
    assert found["development/coverage"].set_index("name")["items"].to_dict() == {"x": 3, "y": 3, "b": 6, "c": 0}
    for name in ("sorting", "ratings", "experts", "judges", "pilot", "subsets"):
        assert found[f"development/{name}"].empty
    assert Part(study, "d").stages == ["development", "report"]


# answers of judges


def test_a_sorting_task_from_a_table_or_an_export(folder):
    long = answers(folder, """
        Judge,Item,Chosen
        Anna,a1,a
        Anna,b1,joy AT work
        Ben,a1,none
        Ben,b1,2
    """, "sorting").sorting()  # fmt: skip
    wide = answers(folder, """
        respondent_note,sort_a1,sort_b1
        x,a,Joy at work
        y,4,Ease
    """, "sorting").sorting()  # fmt: skip
    expected = [("J1", "a1", "a"), ("J1", "b1", "a"), ("J2", "a1", ""), ("J2", "b1", "b")]
    for found in (long, wide):
        rows = sorted(found.fillna({"chosen": ""}).itertuples(index=False, name=None))
        assert rows == expected
    numbered = answers(folder, "sort_1,sort_7\na,b\n", "sorting").sorting()  # a matrix numbers its rows
    assert numbered[["item", "chosen"]].to_numpy().tolist() == [["a1", "a"], ["b1", "b"]]
    table = content.sorting(long, material(folder))["sorting"].set_index("item")
    assert table.loc["a1", ["n", "hits"]].tolist() == [2, 1]
    assert table.loc["b1", "strongest_other"] == "a"


def test_ratings_and_experts_from_exports(folder):
    wide = answers(folder, "rate_a_a1,rate_b_a1,rate_c_a1\n5,2,1\n4,3,2\n", "ratings").ratings()
    assert len(wide) == 6
    assert wide.set_index(["judge", "construct"]).loc[("J2", "b"), "rating"] == 3
    found = answers(folder, "relevance_a1,essential_a1,clarity_a1\n4,3,2\n2,1,4\n", "experts").experts()
    assert found[["relevance", "essential", "clarity"]].to_numpy().tolist() == [[4, 3, 2], [2, 1, 4]]


@pytest.mark.parametrize(
    ("task", "text", "sentence"),
    [
        ("sorting", "judge,item,chosen\nA,z9,a\n", r"task.csv, row 2, column item: 'z9' is not an item of dev"),
        ("sorting", "judge,item,chosen\nA,a1,joyy\n", r"row 2, column chosen: 'joyy' is not a construct of dev"),
        ("sorting", "judge,item,chosen\nA,a1,a\nA,a1,b\n", r"a judge has answered 'a1' twice"),
        ("sorting", "judge,item,chosen\n,a1,a\n", r"row 2, column judge: the cell is empty; add the judge's id"),
        ("sorting", "name,x\nA,1\n", r"no column belongs to the task; the headings must be judge, item and the answer.*sort_a1"),
        ("ratings", "judge,item,construct,rating\nA,a1,a,6\n", r"row 2, column rating: 6 is outside the range 1 to 5"),
        ("ratings", "judge,item,construct,rating\nA,a1,a,high\n", r"the answer must be a whole number from 1 to 5"),
        ("experts", "judge,item,relevance\nA,a1,5\n", r"5 is outside the range 1 to 4"),
        ("cognitive", "participant,item,code\nA,a1,boredom\n", r"column code: the code must be one of comprehension, retrieval"),
    ],
)  # fmt: skip
def test_answers_that_cannot_be_read(folder, task, text, sentence):
    with pytest.raises(StudyError, match=sentence):
        getattr(answers(folder, text, task), task)()


def test_a_cognitive_pretest_counts_participants_once(folder):
    read = answers(folder, "participant,item,code\nA,a1,comprehension\nA,a1,response\nB,a1,comprehension\nC,,\n", "cognitive")
    problems, participants = read.cognitive()
    row = content.cognitive(problems, participants, material(folder)).set_index("item").loc["a1"]
    assert row.tolist() == [3, 2, 0, 0, 1, 2]


def test_one_judge_who_is_always_wrong_shows(folder):
    rows = [f"J{judge},{item['id']},{'c' if judge == 0 else item['construct']}" for judge in range(8) for item in ITEMS]
    read = answers(folder, "judge,item,chosen\n" + "\n".join(rows), "sorting")
    table = content.judges({"sorting": read.sorting()}, material(folder), Criteria()).set_index("judge")
    assert table.loc["J1", ["agreement", "change"]].tolist() == [0.0, pytest.approx(1 - 7 / 8)]
    assert (table["agreement"].iloc[1:] == 1).all()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            lambda items: items[0].update(construct="z"),
            r"in development/items.yaml, the item 'a1' is of the construct 'z', which is not in",
        ),
        (lambda items: items[0].update(facet="z"), r"the item 'a1' is of the facet 'z', which 'a' does not have"),
        (lambda items: items.append(items[0]), r"the item 'a1' is listed twice"),
        (
            lambda items: items[0].update(source="talks/P1/joy"),
            r"has the source 'talks/P1/joy', but 'talks' is not a set of 'coding'",
        ),
        (lambda items: items[0].pop("source"), r"items.yaml: the key 'items.0.source' is missing"),
    ],
)
def test_mistakes_in_the_pool(folder, change, sentence):
    items = [dict(one) for one in ITEMS]
    change(items)
    write(folder, "development/items.yaml", {"items": items})
    with pytest.raises(StudyError, match=sentence):
        study_of(folder, simulated(10, 1))


@pytest.mark.parametrize(
    ("entries", "sentence"),
    [
        ({"pilot": {"sample": "pilto"}}, r"'pilot' names 'pilto', which is not a sample of this study \(did you mean 'pilot'"),
        ({"pilot": {}}, "'pilot' needs either 'sample', which is split, or 'explore' and 'confirm'"),
        ({"pool": "items.yaml"}, r"'development.d.pool' is 'items.yaml'; put the file into development/ of the study"),
        ({"nomological": {"positive": ["joy"]}}, "'nomological' has 'joy', which is not a scale or variable"),
        ({"nomological": {"z": {"positive": ["age"]}}}, "'nomological' has 'z', which is not a target construct"),
        ({"criteria": {"items": [6, 4]}}, "'items' must be two numbers of items, the smaller one first"),
        ({"sorting": "data/raw/none.csv"}, r"'development.d.sorting' is 'data/raw/none.csv', but there is no such file"),
    ],
)
def test_mistakes_in_the_config(folder, entries, sentence):
    with pytest.raises(StudyError, match=sentence):
        study_of(folder, simulated(10, 1), **entries)


def test_mistakes_in_the_decisions(folder):
    write(folder, "development/decisions.yaml", {"items": {"a9": {"decision": "keep", "by": "x", "why": "y"}}})
    with pytest.raises(StudyError, match=r"in development/decisions.yaml, 'a9' is not an item of the pool"):
        study_of(folder, simulated(10, 1))
    write(folder, "development/decisions.yaml", {"scales": {"a": {"items": ["b1"], "by": "x", "why": "y"}}})
    with pytest.raises(StudyError, match=r"in development/decisions.yaml, 'b1' is not an item of 'a'"):
        study_of(folder, simulated(10, 1))


def test_the_pool_of_the_published_study(root):
    """Eight items per construct at least, each traced to a coded passage; every concept and facet has one."""
    study = load_study(root)
    own = study.developments["practice_work"]
    assert own.targets == ["promotion", "reconciliation", "disruption"]
    assert all(len(own.of(name)) >= 8 for name in own.targets)
    assert all(any(item.reverse for item in own.of(name)) for name in own.targets)
    codings = pd.read_csv(root / "data/raw/schmitt2021_interviews/codings.csv")
    coded = set(zip(codings["unit"], codings["code"], strict=True))
    for item in own.pool.items:
        for source in item.source:
            _set, unit, concept = source.split("/")
            assert (unit, concept) in coded, item.id
    concepts = {row.code for row in study.codebooks["schmitt2021_interviews"].codes().itertuples() if row.level == "concept"}
    assert concepts == {source.split("/")[2] for item in own.pool.items for source in item.source}
