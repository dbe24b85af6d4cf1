"""Scale development: from the files to the tables, and mistakes that are refused."""

import numpy as np
import pandas as pd
import pytest
from developments import CONSTRUCTS, ITEMS, answers, material, write

from practicework.errors import StudyError
from practicework.numerics.seeds import streams
from practicework.stages import development, ingest, scoring
from practicework.stages.development import content
from practicework.study import load_study
from practicework.study.development import Criteria
from practicework.study.pipeline import Part
from practicework.tables import retained, schema


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
    """The second sample was asked the chosen items only and repeats the ids of the first, which are other people."""
    chosen = {one: {"items": [f"{one}1", f"{one}2", f"{one}4"], "by": "AB", "why": "x"} for one in "ab"}
    write(folder, "development/decisions.yaml", {"scales": chosen})
    first, second = simulated(250, 4), simulated(200, 5)
    second = second[["id", "a1", "a2", "a4", "b1", "b2", "b4", "user", "age"]]
    again = first[["id", "a1", "a2", "a4", "user", "age"]].assign(a1=6 - first["a1"]).head(100)
    for name, data in (("second", second), ("again", again)):
        data.to_csv(folder / f"data/raw/{name}.csv", index=False)
    first.to_csv(folder / "data/raw/pilot.csv", index=False)
    spec_of = {"constructs": "development/constructs.yaml", "pool": "development/items.yaml", "nomological": {"none": ["age"]},
               "pilot": {"explore": "pilot", "confirm": "second", "retest": "again"}}  # fmt: skip
    samples = {name: {"file": f"data/raw/{name}.csv", "respondent": "id"} for name in ("pilot", "second", "again")}
    write(folder, "config/config.yaml", {"samples": samples, "variables": ["user", "age"], "development": {"d": spec_of}})
    study, inputs = load_study(folder), {}
    for name in samples:
        inputs[f"{name}/ingest/responses"] = (responses := ingest.ingest(ingest.read(study, name), study, name).responses)
        inputs[f"{name}/scoring/scores"] = scoring.score_all(responses, [], study.variables).scores
    found = development.compute(Part(study, "d"), inputs, streams(5, "development", "d"))
    halves = found["development/pilot"].set_index("half")["n"]
    assert halves.to_dict() == {"retest": 100, "explore": 250, "confirm": 200}
    confirmation = found["development/confirmation"].set_index("construct")
    assert confirmation.loc["a", "n"] == 200
    assert confirmation.loc["a", "icc"] < 0.95  # of the first sample, whose ids these are
    assert confirmation.loc["b", "note"] == "no ICC: the second survey has no b1, b2, b4"
    assert found["development/nomological"]["n"].tolist() == [200, 200]
    with pytest.raises(StudyError, match="'pilot' names a sample twice"):
        study_of(folder, first, pilot={"explore": "pilot", "confirm": "pilot"})


def test_degenerate_pilots_have_notes(folder):
    """Nobody answered everything; two identical items; a chosen item that everybody answered alike."""
    data = simulated(300, 4)
    nobody = computed(study_of(folder, data.assign(a1=np.nan), pilot={"explore": "pilot"}))
    assert nobody["pilot_items"]["note"].iloc[0] == "not computable: 0 respondents answered all items"
    twins = computed(study_of(folder, data.assign(a2=data["a1"]), pilot={"explore": "pilot"}))
    assert "some items are identical" in twins["pilot_items"]["note"].iloc[0]
    write(folder, "development/decisions.yaml", {"scales": {"a": {"items": ["a1", "a2", "a3", "a4"], "by": "AB", "why": "x"}}})
    for changed in (data.assign(a1=3), data.assign(a2=data["a1"])):
        found = computed(study_of(folder, changed))
        write_all = {f"development/{name}": table for name, table in found.items()}
        assert all(schema(name).validate(table) is not None for name, table in write_all.items())


def test_lengths_that_cannot_be_searched_have_notes(folder):
    found = computed(study_of(folder, simulated(300, 4), criteria={"items": [3, 4]}))
    assert found["subsets"]["note"].isna().all()
    constructs = [dict(one) for one in CONSTRUCTS["constructs"]]
    constructs[0] = constructs[0] | {"facets": {name: name for name in "uvwxyz"}}
    write(folder, "development/constructs.yaml", CONSTRUCTS | {"constructs": constructs})
    items = [one | ({"facet": "uvwxyz"[place]} if one["construct"] == "a" else {}) for place, one in enumerate(ITEMS)]
    write(folder, "development/items.yaml", {"items": items})
    rows = computed(study_of(folder, simulated(300, 4), criteria={"items": [3, 4]}))["subsets"]
    assert rows.loc[rows["construct"] == "a", "note"].tolist() == [
        "no subset of 3 items has one of each of 6 facets", "no subset of 4 items has one of each of 6 facets",
    ]  # fmt: skip


def test_without_any_answers_only_the_pool_has_rows(folder):
    write(folder, "config/config.yaml", {"development": {"d": {"constructs": "development/constructs.yaml",
                                                              "pool": "development/items.yaml"}}})  # fmt: skip
    study = load_study(folder)
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
        ("experts", "judge,item,relevance,clarity\nA,a1,3,4\nB,a1,,4\n", r"row 3, column clarity: the expert has not rated"),
        ("experts", "relevance_a1,clarity_a1\n3,4\n,4\n", r"row 3, column clarity_a1: the expert has not rated"),
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


def test_short_files_of_constructs_and_items(folder):
    """Lists without a head, facets without definitions, the default response range, and names in capitals."""
    constructs = [{"id": "A", "label": "Joy", "definition": "Being glad.", "facets": ["x", "y"]},
                  {"id": "B", "label": "Ease", "definition": "Finding it easy."}]  # fmt: skip
    write(folder, "development/constructs.yaml", constructs)
    write(folder, "development/items.yaml", [{"id": "i1", "construct": "A", "facet": "y", "text": "One.", "source": "Own"}])
    own = material(folder)
    assert own.constructs.response.max == 5
    assert own.by_id["A"].facets == {"x": "", "y": ""}
    assert [scale.id for scale in own.scales()] == ["a_pool"]
