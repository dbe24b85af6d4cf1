"""`practicework confirm`: each undecided point with its evidence, accepted or corrected, and a run that waits for it."""

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from practicework.commands import cli, confirming
from practicework.errors import StudyError
from practicework.study import load_study
from practicework.study.editing import edited
from practicework.study.undecided import check_decided, undecided

TEXTS = ["1-2 hours", "3-5 hours", "More"]


@pytest.fixture
def study(tmp_path) -> Path:
    """A draft with a scale of numbers, one of texts whose order is unknown, variables and codes for missing answers."""
    rows = ["mood_1,mood_2,mood_3,use_1,use_2,age,sex"]
    for at in range(40):
        low, high = at % 5 + 1, 5 - at % 5
        texts = [TEXTS[at % 3], TEXTS[(at + at // 3) % 3]]
        rows.append(",".join(map(str, [low, low if at % 7 else -99, high, *texts, 20 + at, ("Man", "Woman")[at % 2]])))
    (tmp_path / "e.csv").write_text("\n".join(rows) + "\n")
    cli.init(tmp_path / "study", tmp_path / "e.csv")
    return tmp_path / "study"


def answering(*answers: str) -> Callable[[str], str]:
    """A person who types these lines and then leaves."""
    left = list(answers)

    def ask(_: str) -> str:
        if not left:
            raise EOFError
        return left.pop(0)

    return ask


def test_check_lists_what_is_undecided_with_its_evidence(study, capsys):
    assert cli.main(["check", str(study)]) == 1
    told = capsys.readouterr().out
    assert "Undecided: 7 points" in told
    assert "scales/mood.yaml: Mood" in told
    assert "mood_3  item-rest r = −1.00, reverse-keyed?" in told
    assert "Responses: 1 to 5" in told
    assert "mood: -99 (6 times); other answers: 1: " in told
    assert "Labels: 1 = 1-2 hours; 2 = 3-5 hours; 3 = More" in told
    assert "sex: 1 = Man; 2 = Woman | Man: 20, Woman: 20" in told
    assert "No mistakes found" not in told


def test_a_run_waits_until_nothing_is_undecided(study, capsys):
    with pytest.raises(
        StudyError, match=r"7 undecided points \(scales/mood.yaml: items, response; scales/use.yaml: items, order; config"
    ):
        check_decided(load_study(study))
    assert cli.main(["run", str(study)]) == 1
    assert "undecided points" in capsys.readouterr().err
    assert not (study / "results/sample").exists()


def test_what_is_accepted_is_removed_and_what_is_skipped_stays(study, capsys):
    assert confirming.run(study, answering("a", "s", "a", "a", "a")) == 1
    left = undecided(load_study(study))
    assert [(point.owner, point.key) for point in left] == [("use", "items"), ("use", "order")]
    assert "2 points are still undecided" in capsys.readouterr().out
    assert "confirm" not in yaml.safe_load((study / "scales/mood.yaml").read_text())


def test_an_unknown_order_cannot_be_accepted(study, capsys):
    assert confirming.run(study, answering("a", "a", "l", "3 1 2", "a", "a", "a", "a")) == 0
    assert "Please type one of the letters" in capsys.readouterr().out
    labels = load_study(study).scales["use"].response.labels
    assert labels == {1: ("More",), 2: ("1-2 hours",), 3: ("3-5 hours",)}


def test_corrections(study):
    """Name, range, reverse keys, items, variables, categories and codes for missing answers."""
    typed = ["n", "Good mood", "r", "1 7", "k", "mood_3", "a"]
    typed += ["l", "1 2 3", "i", "use_2", "a"]
    typed += ["c", "mood", "-99; 98", "a", "v", "age", "a", "c", "sex", "2 1", "a"]
    assert confirming.run(study, answering(*typed)) == 0
    found = load_study(study)
    mood = found.scales["mood"]
    assert (mood.label, mood.response.max, mood.reversed_ids) == ("Good mood", 7, ["mood_3"])
    assert found.scales["use"].item_ids == ["use_1"]
    assert found.variables == ["sex"]
    assert found.config.categories == {"sex": {1: ("Woman",), 2: ("Man",)}}
    assert found.config.samples["sample"].missing == {"mood": ("-99", "98")}


def test_a_scale_is_divided_in_two(study):
    assert confirming.run(study, answering("d", "mood_3", "a", "a", "l", "1 2 3", "a", "a", "a", "a")) == 0
    found = load_study(study)
    assert [*found.scales] == ["mood", "mood_2", "use"]
    assert found.scales["mood_2"].item_ids == ["mood_3"]
    assert found.scales["mood"].item_ids == ["mood_1", "mood_2"]


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        (["r", "7 1"], "The lowest response must be smaller"),
        (["r", "one two"], "Type numbers"),
        (["r", "1"], "Type 2 numbers"),
        (["k", "mod_3"], "'mod_3' is none of mood_1, mood_2, mood_3"),
        (["i", "mood_1 mood_2 mood_3"], "A scale needs at least one item"),
        (["n", " "], "The name is empty"),
        (["x"], "Please type one of the letters"),
        ([""], "Please type a letter"),
    ],
)
def test_what_is_mistyped_changes_nothing(study, capsys, typed, answer):
    before = (study / "scales/mood.yaml").read_text()
    assert confirming.run(study, answering(*typed, "q")) == 1
    assert answer in capsys.readouterr().out
    assert (study / "scales/mood.yaml").read_text() == before


def test_comments_of_the_person_stay(study):
    file = study / "scales/mood.yaml"
    file.write_text(file.read_text().replace("items:\n", "# my own note\nitems:\n"))
    assert confirming.run(study, answering("r", "1 7", "a")) == 1
    assert "# my own note\n" in file.read_text()


def test_removed_by_hand_is_as_good(study):
    for file in [*(study / "scales").iterdir(), study / "config/config.yaml"]:
        file.write_text("".join(line for line in file.read_text().splitlines(keepends=True) if "confirm:" not in line))
    check_decided(load_study(study))
    assert cli.main(["check", str(study)]) == 0


def test_codes_that_the_file_contains_keep_their_labels(tmp_path):
    """Neither the labels of a scale nor categories can be put in another order, since the cells are the codes."""
    lines = [f"{at},{at % 2 + 1},{at % 4 + 1},{(at + 1) % 4 + 1},{at % 3 + 1}" for at in range(60)]
    (tmp_path / "s.csv").write_text("id,gender,joy_1,joy_2,joy_3\n" + "\n".join(lines) + "\n")
    assert cli.main(["init", str(tmp_path / "study"), "--from", str(tmp_path / "s.csv")]) == 0
    scale, config = tmp_path / "study/scales/joy.yaml", tmp_path / "study/config/config.yaml"
    scale.write_text(edited(scale.read_text(), ("response", "labels"), {1: "Never", 4: "Always"}))
    text = edited(config.read_text(), ("categories",), {"gender": {1: "Man", 2: "Woman"}})
    config.write_text(edited(text, ("confirm",), ["categories"]))
    prompts = []
    confirming.run(tmp_path / "study", lambda prompt: prompts.append(prompt) or "a")
    assert prompts == ["  [a]ccept, [n]ame, [r]ange, reverse [k]eys, leave out [i]tems, [d]ivide, [s]kip, [q]uit: ",
                       "  [a]ccept, [s]kip, [q]uit: "]  # fmt: skip


def test_a_study_without_a_draft_is_decided(root):
    assert undecided(load_study(root)) == []
