"""What a draft finds in an export: what the survey tool states is used, and what is inferred is undecided."""

from collections.abc import Callable

import pytest
import yaml

from practicework.commands import drafting
from practicework.commands.drafting import answers, blocks, scales, words
from practicework.errors import StudyError
from practicework.study import load_study
from practicework.tables.files.raw import RawTable


def table(header: list[str], *rows: str, **facts: object) -> RawTable:
    """An export of comma-separated rows."""
    return RawTable("export.csv", header, [row.split(",") for row in rows], list(range(2, len(rows) + 2)), **facts)


def of(columns: dict[str, list], **facts: object) -> RawTable:
    """An export of columns."""
    rows = [[str(cell) for cell in row] for row in zip(*columns.values(), strict=True)]
    return RawTable("export.csv", list(columns), rows, list(range(2, len(rows) + 2)), **facts)


def cycle(values: list, n: int = 40, shift: int = 0) -> list:
    """Values in turn, so that each is repeated over many respondents."""
    return [values[(at + at // len(values) + shift) % len(values)] for at in range(n)]


def items(stem: str, values: list, k: int = 3, n: int = 40) -> dict[str, list]:
    return {f"{stem}{at}": cycle(values, n, at) for at in range(1, k + 1)}


def sorted_out(raw: RawTable) -> tuple[dict[str, list[str]], list[str], dict[str, str]]:
    """Blocks with their columns, variables, and left-out columns with the reason."""
    found = blocks.find(raw)
    named = {block.name or raw.header[block.positions[0]]: [raw.header[at] for at in block.positions] for block in found.blocks}
    left_out = {raw.header[at]: why for at, why in found.left_out.items()}
    return named, [raw.header[at] for at in found.variables], left_out


@pytest.fixture
def draft(tmp_path) -> Callable[..., tuple[dict, dict[str, dict]]]:
    """Drafts a study of a table: its config and its scales."""

    def run(raw: RawTable) -> tuple[dict, dict[str, dict]]:
        export = tmp_path / "e.csv"
        export.write_text("x")
        drafting.draft(raw, export, tmp_path / "study")
        config = yaml.safe_load((tmp_path / "study/config/config.yaml").read_text(encoding="utf-8"))
        found = [yaml.safe_load(file.read_text(encoding="utf-8")) for file in (tmp_path / "study/scales").glob("*")]
        return config, {scale["id"]: scale for scale in found}

    return run


# what belongs together


def test_answers_are_no_headings_but_names_may_occur_in_cells():
    """A first row of answers is refused; running numbers, and boxes that contain the text of their option, are names."""
    answered = [f"{at % 4 + 1},{at % 3 + 1},{'Agree' if at % 2 else 'Disagree'}" for at in range(20)]
    with pytest.raises(StudyError, match=r"^export\.csv: the first row contains answers and no headings"):
        blocks.find(table(["4", "2", "Agree"], *answered))
    running = blocks.find(of({str(at): cycle([1, 2, 3, 4, 5], shift=at) for at in range(1, 7)}))
    assert len(running.columns) == 6
    boxes = blocks.find(of({name: cycle([name, "", ""], shift=at) for at, name in enumerate(("Web", "Phone", "Fax"))}))
    assert len(boxes.columns) == 3


def test_single_columns_are_no_scale():
    """Neighbours with numbers are variables: gender, education, a question whether one recommends."""
    raw = of({"gender": cycle([1, 2]), "education": cycle([1, 2, 3, 4, 5]), "nps": cycle(list(range(11)))})
    assert sorted_out(raw) == ({}, ["gender", "education", "nps"], {})


def test_blocks_share_a_stem_and_the_kind_of_answers():
    trust = {name: cycle([1, 2, 3, 4, 5, 6, 7]) for name in ("trust_boss", "trust_team", "trust_firm")}
    raw = of(trust | items("stress_", [1, 2, 3, 4, 5]) | {"stress_kind": cycle(["a lot", "rare"])})
    found, variables, _ = sorted_out(raw)
    assert found == {"trust": [*trust], "stress": ["stress_1", "stress_2", "stress_3"]}
    assert variables == ["stress_kind"]


def test_numbered_questions_with_different_answers_are_no_block():
    raw = of({"Q1": cycle(["Man", "Woman"]), "Q2": cycle(["Bachelor", "Master", "PhD"]), "Q3": cycle(["treatment", "control"])})
    found, variables, _ = sorted_out(raw)
    assert found == {}
    assert variables == ["Q1", "Q2", "Q3"]


def test_numbered_columns_with_other_ranges_are_divided():
    raw = of({"Q1": cycle([1, 2])} | {f"Q{at}": cycle(list(range(1, 8)), 40, at) for at in range(2, 6)} | {"Q6": cycle([1, 2])})
    found, variables, _ = sorted_out(raw)
    assert found == {"Q": ["Q2", "Q3", "Q4", "Q5"]}
    assert variables == ["Q1", "Q6"]


def test_questions_of_a_survey_tool_that_only_a_number_tells_apart_are_no_block():
    columns = {f"Q{at}": cycle([1, 2, 3, 4, 5], 40, at) for at in range(1, 5)}
    raw = of(columns, groups={at: f"QID{at}" for at in range(4)})
    assert sorted_out(raw)[:2] == ({}, [*columns])


def test_the_survey_tool_says_what_is_one_question():
    raw = of(items("a", [1, 2, 3, 4, 5]) | items("b", [1, 2, 3, 4, 5]), groups=dict.fromkeys(range(6), "QID1"))
    assert list(sorted_out(raw)[0].values()) == [["a1", "a2", "a3", "b1", "b2", "b3"]]


def test_sets_of_texts_that_overlap_are_one_block():
    """Some answer was never chosen in each."""
    agree = ["Strongly disagree", "Disagree", "Neutral", "Agree", "Strongly agree"]
    raw = of({"One": cycle(agree[:4]), "Two": cycle(agree[1:]), "Three": cycle(agree), "Sex": cycle(["Man", "Woman"])})
    found, variables, _ = sorted_out(raw)
    assert list(found.values()) == [["One", "Two", "Three"]]
    assert variables == ["Sex"]


def test_columns_with_different_value_labels_never_share_a_scale():
    agree, happy = {"1": "Agree", "2": "Disagree"}, {"1": "Happy", "2": "Sad"}
    raw = of(items("q", [1, 2], 4), labels={0: agree, 1: agree, 2: happy, 3: happy})
    assert [block.positions for block in blocks.find(raw).blocks] == [[0, 1], [2, 3]]


@pytest.mark.parametrize(
    "columns",
    [
        {"Q7_1": cycle(["Laptop", ""]), "Q7_2": cycle(["Tablet", "", ""]), "Q7_3": cycle(["", "Paper"])},
        {"tools[T1]": cycle(["Y", ""]), "tools[T2]": cycle(["", "", "Y"])},
        {"gym___0": cycle([0, 1]), "gym___1": cycle([1, 0, 0])},
    ],
)
def test_tick_all_that_apply_is_no_scale(columns):
    found, variables, left_out = sorted_out(of(columns))
    assert (found, variables) == ({}, [])
    assert set(left_out.values()) == {blocks.TICKS}


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        (cycle(["2024-05-01", "2024-05-02", "01.06.2024"]), blocks.DATES),
        (cycle(["10:30", "9:15 pm"]), blocks.DATES),
        (cycle(["E-mail;", "E-mail;Telephone;", "Telephone;"]), blocks.CHOICES),
        (cycle(["E-mail, Telephone", "E-mail", "Telephone", "E-mail, Letter", "Letter"]), blocks.CHOICES),
        ([f"P{number}" for number in range(40)], blocks.TEXTS),
        (cycle(["yes"]), blocks.CONSTANT),
        (cycle([""]), blocks.NOTHING),
    ],
)
def test_what_is_no_question_with_a_few_answers_is_left_out_with_the_reason(cells, reason):
    assert sorted_out(of({"x": cells})) == ({}, [], {"x": reason})


def test_texts_with_a_few_answers_become_categories(draft):
    config, _ = draft(of({"condition": cycle(["treatment", "control"]), "edu": cycle(["Bachelor", "Master", "PhD"])}))
    assert config["variables"] == ["condition", "edu"]
    assert set(config["categories"]["edu"].values()) == {"Bachelor", "Master", "PhD"}
    assert config["confirm"] == ["variables", "categories"]


# ranges, codes and labels


@pytest.mark.parametrize(
    ("observed", "drafted"),
    [
        ((0, 3), (0, 3)), ((0, 4), (0, 4)), ((0, 6), (0, 6)), ((0, 1), (0, 1)), ((1, 3), (1, 3)), ((1, 9), (1, 9)),
        ((0, 10), (0, 10)), ((2, 5), (1, 5)), ((2, 6), (1, 6)), ((-3, 3), (-3, 3)), ((-2, 3), (-3, 3)), ((0, 9), (0, 10)),
        ((2, 4), (1, 4)),
    ],
)  # fmt: skip
def test_the_observed_range_if_it_is_a_usual_one(observed, drafted):
    assert scales.plausible(*observed) == drafted


def test_a_range_that_is_inferred_is_undecided(draft):
    _, found = draft(of(items("phq_", [0, 1, 2, 3])))
    assert found["phq"]["response"] == {"min": 0, "max": 3}
    assert found["phq"]["confirm"] == ["items", "response"]


def test_bipolar_answers_and_sliders(draft):
    config, found = draft(of(items("sem_", list(range(-3, 4)), n=96) | items("tlx_", list(range(3, 97, 2)), n=96)))
    assert found["sem"]["response"] == {"min": -3, "max": 3}
    assert found["tlx"]["response"] == {"min": 0, "max": 100}
    assert "missing" not in config["samples"]["sample"]


def test_labels_of_the_file_need_no_confirmation(draft):
    labels = {"1": "No", "2": "Rather", "3": "Yes"}
    _, found = draft(of(items("q_", [1, 2, 3]), labels=dict.fromkeys(range(3), labels)))
    assert found["q"]["response"] == {"min": 1, "max": 3, "labels": {1: "No", 2: "Rather", 3: "Yes"}}
    assert found["q"]["confirm"] == ["items"]


def test_labels_that_say_no_answer_are_proposed_as_missing(draft):
    labels = {"0": "Not at all", "10": "Completely", "77": "Refusal", "88": "Don't know"}
    config, found = draft(of(items("trust", [*range(11), 77, 88], n=130), labels=dict.fromkeys(range(3), labels)))
    assert found["trust"]["response"] == {"min": 0, "max": 10, "labels": {0: "Not at all", 10: "Completely"}}
    assert config["samples"]["sample"]["missing"] == {"trust": [77, 88]}
    assert config["samples"]["sample"]["confirm"] == ["missing"]


@pytest.mark.parametrize(
    "texts", [["1-2 hours", "3-5 hours", "6-9 hours", "10-20 hours"], ["18-24", "25-34", "35 to 44", "45 or older"]]
)
def test_ranges_are_texts_whose_order_a_person_gives(draft, texts):
    _, found = draft(of(items("t_", texts)))
    assert list(found["t"]["response"]["labels"].values()) == texts
    assert found["t"]["confirm"] == ["items", "order"]


@pytest.mark.parametrize(
    "form", ["{} - {}", "{}. {}", "{} = {}", "{} {}", "({}) {}", "[{}] {}", "{1} ({0})"]
)  # fmt: skip
def test_answers_with_their_codes(form):
    texts = {1: "Disagree", 2: "Neutral", 3: "Agree"}
    found = answers.column(tuple(cycle([form.format(code, text) for code, text in texts.items()])))
    assert (found.kind, found.labels) == ("coded", texts)


@pytest.mark.parametrize(
    "texts", [["3 hours", "5 hours"], ["1 hour", "2 hours"], ["2 children", "3 children"], ["18 to 24", "25 to 34"]]
)
def test_quantities_are_no_codes(texts):
    assert answers.column(tuple(cycle(texts))).kind == "text"


def test_answer_codes_give_their_numbers(draft):
    _, found = draft(of(items("g_", ["AO01", "AO02", "AO03", "AO04", "AO05"])))
    assert found["g"]["response"]["labels"] == {1: "AO01", 2: "AO02", 3: "AO03", 4: "AO04", 5: "AO05"}
    assert found["g"]["confirm"] == ["items", "labels"]


def test_numbers_and_words_at_the_ends_are_one_scale(draft):
    _, found = draft(of(items("q_", ["Not at all", "2", "3", "4", "Very much"])))
    assert found["q"]["response"] == {"min": 1, "max": 5, "labels": {1: "Not at all", 5: "Very much"}}


@pytest.mark.parametrize(
    ("labels", "order"),
    [
        (
            ["Agree", "Strongly agree", "Disagree", "Strongly disagree"],
            ["Strongly disagree", "Disagree", "Agree", "Strongly agree"],
        ),
        (["Agree", "Neutral", "Disagree", "Strongly agree"], [None, "Disagree", "Neutral", "Agree", "Strongly agree"]),
        (["Always", "Never", "Often"], ["Never", "Often", "Always"]),
        (
            ["Tout à fait d'accord", "Plutôt d’accord", "Pas d'accord"],
            [None, "Pas d'accord", None, "Plutôt d’accord", None, "Tout à fait d'accord"],
        ),
        (["stimme voll zu", "stimme nicht zu", "teils teils"], ["stimme nicht zu", "teils teils", "stimme voll zu"]),
        (["Yes", "No"], ["No", "Yes"]),
        (["Red", "Green"], None),
        (["Agree"], None),
    ],
)
def test_the_usual_order_of_answers(labels, order):
    assert words.ordered(labels) == order


@pytest.mark.parametrize(
    "text", ["Don't know", "Prefer not to say", "N/A", "keine Angabe", "Weiß nicht", "ne sait pas", "No contesta"]
)
def test_words_for_no_answer(text):
    assert words.no_answer(text)
    assert not words.no_answer("I know")


def test_one_mistyped_cell_takes_no_item_out_of_its_scale(draft, tmp_path):
    columns = items("q_", [1, 2, 3, 4, 5])
    columns["q_2"][7] = "thre"
    _, found = draft(of(columns))
    assert [item["id"] for item in found["q"]["items"]] == ["q_1", "q_2", "q_3"]
    text = (tmp_path / "study/scales/q.yaml").read_text()
    assert "Answers of another form: 1" in text
    assert "thre" not in text


def test_usual_codes_for_missing_are_proposed_where_they_occur(draft):
    config, found = draft(of(items("q_", [1, 2, 3, 4, 5, -99]) | {"income": cycle([2000, 3000, 99, 4000, 2500, 2600, 2700])}))
    assert found["q"]["response"] == {"min": 1, "max": 5}
    assert config["samples"]["sample"]["missing"] == {"q": [-99]}


@pytest.mark.parametrize("label", ["No", "Yes", "Yes: often", "null", "# none"])
def test_a_draft_is_valid_yaml_whatever_the_labels(draft, tmp_path, label):
    draft(of(items("q_", [label, "Other", "Third"])))
    study = load_study(tmp_path / "study")
    assert label in [texts[0] for texts in study.scales["q"].response.labels.values()]


# names and wording


def test_the_whole_wording_and_the_question_once(draft):
    long = "When you have been working on a demanding task for several hours " * 5
    columns = items("q", [1, 2, 3], 2)
    raw = of(columns, stems=dict.fromkeys(range(2), "How far do you agree?"), wordings={0: long, 1: "Short"}, texts=["x", "y"])
    _, found = draft(raw)
    assert found["q"]["instruction"] == "How far do you agree?"
    assert [item["text"] for item in found["q"]["items"]] == [long.strip(), "Short"]


def test_columns_with_one_heading_are_told_apart_by_their_further_names(draft):
    rows = [["1", "2", "3"], ["2", "3", "1"], ["3", "1", "2"]] * 5
    raw = RawTable("e.csv", ["Q1", "Q1", "Q2"], rows, list(range(2, 17)), aliases=[("QID1",), ("QID2",), ("QID3",)])
    config, found = draft(raw)
    named = {*config.get("variables", ()), *(item["id"] for scale in found.values() for item in scale["items"])}
    assert {"QID1", "QID2"} <= named


def test_columns_that_belong_to_a_block_but_identify_are_named(draft, tmp_path):
    columns = items("q_", [1, 2, 3]) | {"q_9": [f"anna{n}@firm.example" for n in range(40)]}
    draft(of(columns))
    assert "# Left out although their names belong here: q_9 (contact)." in (tmp_path / "study/scales/q.yaml").read_text()


@pytest.mark.parametrize("name", ["phone", "brand_name", "city", "IP_attitude", "I can contact my manager"])
def test_headings_with_words_of_personal_data_are_items_if_the_answers_are(name):
    raw = of({f"{name}_{at}": cycle([1, 2, 3, 4, 5], 40, at) for at in range(3)})
    assert [len(names) for names in sorted_out(raw)[0].values()] == [3]


@pytest.mark.parametrize(
    ("heading", "cells", "reason"),
    [
        ("V1", ["10432", "20987", "33321", "41200", "50001"], "direct identifier"),
        ("Staff number", ["1", "2", "3", "4", "5"], "direct identifier"),
        ("where", ["48.85341", "12.34880", "50.11092", "8.68213", "45.75784"], "location"),
        ("V2", ["I like it because my customers are there and it is quick, mostly."] * 3 + ["No", "Yes"], "free text"),
    ],
)
def test_columns_that_identify_are_left_out_of_a_draft_with_the_reason(heading, cells, reason):
    raw = of({"mood_1": [1, 2, 3, 4, 5], "mood_2": [2, 3, 4, 5, 1], heading: cells})
    found, variables, left_out = sorted_out(raw)
    assert list(found) == ["mood"]
    assert variables == []
    assert left_out == {heading: reason}
    assert f"  left out ({reason}): {heading}" in drafting.describe(raw)


@pytest.mark.parametrize(
    "cells",
    [
        ["25000", "25000", "30000", "41000", "52000"],
        ["1234", "2345", "3456", "4567", "5678"],
        ["0.8241093371", "-1.2048812", ".5123"],
    ],
)
def test_amounts_and_scores_are_no_identifiers(cells):
    assert sorted_out(of({"income": cells}))[1] == ["income"]
