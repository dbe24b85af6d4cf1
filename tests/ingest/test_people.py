"""Who is a respondent: one row each, rows that the config selects, and ids that name nobody."""

import pytest
import yaml

from practicework.errors import StudyError
from practicework.stages import ingest
from practicework.study import load_study

REDCAP = "record_id,redcap_event_name,q_1,q_2,practice_complete\n"
EVENTS = REDCAP + "".join(f"{n},{event}_arm_1,{n % 5 + 1},3,2\n" for n in range(1, 9) for event in ("baseline", "followup"))


@pytest.fixture
def read(tmp_path):
    """Ingests a file of the scale q."""

    def run(content: str, **sample: object) -> ingest.Ingested:
        scale = {
            "id": "q",
            "label": "Q",
            "response": {"min": 1, "max": 5},
            "items": [{"id": f"q_{k}", "text": "x"} for k in (1, 2)],
        }
        config = {"samples": {"a": {"file": "data/raw/a.csv", **sample}}, "scales": ["q"]}
        for name, text in {
            "config/config.yaml": yaml.safe_dump(config),
            "scales/q.yaml": yaml.safe_dump(scale),
            "data/raw/a.csv": content,
        }.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text)
        study = load_study(tmp_path)
        return ingest.ingest(ingest.read(study, "a"), study, "a")

    return run


def test_several_rows_of_one_respondent_are_refused_with_the_key_that_decides(read):
    with pytest.raises(StudyError) as error:
        read(EVENTS)
    sentence = str(error.value)
    assert "has 16 rows but 8 different ids in the column 'record_id' (rows 2 and 3 have the same)" in sentence
    assert "told apart by 'redcap_event_name' (baseline_arm_1, followup_arm_1)" in sentence
    assert "'samples.a.where: {redcap_event_name: baseline_arm_1}'" in sentence


@pytest.mark.parametrize("heading", ["id", "Participant ID", "respondent", "VP", "case_no"])
def test_repeated_ids_of_a_plain_table_are_refused(read, heading):
    with pytest.raises(StudyError, match="3 rows but 2 different ids"):
        read(f"{heading},q_1,q_2\nA,1,2\nA,2,3\nB,3,4\n")


def test_one_id_that_occurs_twice_is_a_mistake(read):
    rows = "".join(f"P{n},1,2\n" for n in [*range(20), 7])
    with pytest.raises(StudyError, match="row 22, column 'id': the respondent id already occurs in row 9; keep one row per"):
        read("id,q_1,q_2\n" + rows, respondent="id")


@pytest.mark.parametrize("heading", ["team_id", "country", "shop no", "group"])
def test_repeated_groups_are_no_ids(read, heading):
    assert len(read(f"{heading},q_1,q_2\nA,1,2\nA,2,3\nB,3,4\n").responses) == 3


def test_each_row_is_a_respondent_if_the_config_says_so(read):
    assert len(read("id,q_1,q_2\nA,1,2\nA,2,3\nB,3,4\n", respondent=None).responses) == 3


@pytest.mark.parametrize(
    ("where", "answers"),
    [
        ({"redcap_event_name": "baseline_arm_1"}, 8),
        ({"redcap_event_name": ["baseline_arm_1"], "record_id": [1, 2, 3]}, 3),
        ({"redcap_event_name": "BASELINE_ARM_1 "}, 8),
    ],
)
def test_where_selects_rows_and_the_others_are_listed(read, where, answers):
    found = read(EVENTS, where=where)
    assert len(found.responses) == answers
    assert found.left_out["reason"].tolist() == ["not selected"] * (16 - answers)


@pytest.mark.parametrize(
    ("where", "words"), [({"event": "x"}, "has no column 'event'"), ({"redcap_event_name": "x"}, "has no row with the values")]
)
def test_where_that_selects_nothing_is_refused(read, where, words):
    with pytest.raises(StudyError, match=words):
        read(EVENTS, where=where)


@pytest.mark.parametrize(
    ("heading", "ids"),
    [
        ("Full name", ["Anna Keller", "Ben Meyer"]),
        ("PROLIFIC_PID", ["78cf02df34d64d46a810dcd8", "d57c1417f266e3840c04771f"]),
        ("Who", ["Anna Keller", "Ben Meyer"]),
        ("user_name", ["a1", "b2"]),
    ],
)
def test_ids_that_name_people_are_replaced(read, heading, ids):
    found = read(f"{heading},q_1,q_2\n{ids[0]},1,2\n{ids[1]},3,4\n", respondent=heading)
    assert found.responses["respondent"].tolist() == ["R0001", "R0002"]
    assert heading in found.dropped["column"].tolist()
    assert not any(one in table.to_csv() for table in found.tables().values() for one in ids)


def test_other_ids_are_kept(read):
    assert read("code,q_1,q_2\nP1,1,2\nP2,3,4\n", respondent="code").responses["respondent"].tolist() == ["P1", "P2"]


def test_ids_that_are_replaced_must_not_repeat_either(read):
    with pytest.raises(StudyError, match="2 rows but 1 different ids"):
        read("Full name,q_1,q_2\nAnna Keller,1,2\nAnna Keller,3,4\n", respondent="Full name")


# answers between the steps, missing codes where they belong, columns that only look personal


@pytest.mark.parametrize(("response", "fine"), [({}, False), ({"step": 0.5}, True), ({"continuous": True}, True)])
def test_an_answer_between_the_steps(tmp_path, read, response, fine):
    read("q_1,q_2\n1,2\n")
    scale = yaml.safe_load((tmp_path / "scales/q.yaml").read_text())
    scale["response"] |= response
    (tmp_path / "scales/q.yaml").write_text(yaml.safe_dump(scale))
    (tmp_path / "data/raw/a.csv").write_text("q_1,q_2\n1,3.5\n")
    study = load_study(tmp_path)
    if fine:
        assert ingest.ingest(ingest.read(study, "a"), study, "a").responses["q_2"].tolist() == [3.5]
    else:
        with pytest.raises(StudyError, match=r"row 2, column 'q_2': '3.5' is between the responses 1, 2, …, 5 of the scale 'q'"):
            ingest.ingest(ingest.read(study, "a"), study, "a")


@pytest.mark.parametrize(("missing", "absent"), [({"q": [5]}, 2), ({"q_1": [5]}, 1), ({"q_2": 5}, 1), ({}, 0)])
def test_missing_codes_of_a_scale_or_an_item(read, missing, absent):
    found = read("q_1,q_2\n5,5\n1,2\n", missing=missing)
    assert int(found.responses.isna().sum().sum()) == absent


def test_missing_codes_for_all_columns_must_be_no_response(read):
    with pytest.raises(StudyError, match=r"'samples.a.missing' has 5 for all columns, but 5 is a response of the scale 'q'"):
        read("q_1,q_2\n5,5\n1,2\n", missing=[5])


def test_missing_codes_of_an_unknown_name(read):
    with pytest.raises(StudyError, match=r"'samples\.a\.missing\.usefulnes' is not a scale, item or variable"):
        read("q_1,q_2\n5,5\n1,2\n", missing={"usefulnes": [9]})
