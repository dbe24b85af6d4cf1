"""The tasks of judges: a page that saves what the stage reads, files for survey tools, and the steps of a newcomer."""

import csv
import re
import subprocess
from urllib.parse import unquote

import pytest
from browser import CHROMIUM, FLAGS

from practicework.commands import cli, developing
from practicework.commands.exporters import judge_tasks
from practicework.errors import StudyError
from practicework.stages.development.answers import Answers
from practicework.study import load_study
from practicework.study.development import Development
from practicework.tables.readers import detect

NEEDED = "chromium is not installed (Debian: apt-get install chromium)"


@pytest.fixture(scope="module")
def study(root):
    return load_study(root)


def parts(study) -> tuple:
    return study.config.development["practice_work"], study.developments["practice_work"]


def test_every_task_has_a_page_and_three_formats(study):
    found = judge_tasks.files("practice_work", *parts(study))
    assert list(found) == [
        f"practice_work_{task}{end}"
        for task in ("sorting", "ratings", "experts")
        for end in (".html", "_qualtrics.txt", "_redcap.csv", "_limesurvey.txt")
    ]
    assert not [name for name, text in found.items() if isinstance(text, StudyError)]
    assert "[[ID:sort]]" in found["practice_work_sorting_qualtrics.txt"]
    rows = list(csv.reader(found["practice_work_sorting_limesurvey.txt"].splitlines(), delimiter="\t"))
    assert len({len(row) for row in rows}) == 1
    assert [row[0] for row in rows[1:]].count("SQ") == 31
    question = next(dict(zip(rows[0], row, strict=True)) for row in rows if row[0] == "Q")
    assert (question["name"], question["type/scale"], question["random_order"]) == ("sort", "F", "1")
    assert all(re.fullmatch("[A-Za-z0-9]+", row[2]) for row in rows if row[0] in ("Q", "SQ"))
    page = found["practice_work_sorting.html"]
    assert "http" not in page.replace("http-equiv", "")  # works without a network


def exported(study, folder, text: str, file: str) -> list[tuple]:
    """The sorting task read from an export."""
    spec, material = parts(study)
    (folder / "data/raw").mkdir(parents=True, exist_ok=True)
    (folder / "data/raw" / file).write_text(text, encoding="utf-8")
    own = Development.model_validate({"constructs": spec.constructs, "pool": spec.pool, "sorting": f"data/raw/{file}"})
    rows = Answers(folder, own, material).sorting().fillna({"chosen": ""})
    return sorted(rows.itertuples(index=False, name=None))


def test_the_same_answers_from_four_tools(study, tmp_path):
    """Qualtrics numbers the rows of a matrix, REDCap and LimeSurvey name them, and codes or labels are answers."""
    expected = [
        ("J1", "pro_01", "promotion"),
        ("J1", "pro_02", "disruption"),
        ("J2", "pro_01", ""),
        ("J2", "pro_02", "promotion"),
    ]
    qualtrics = (
        "StartDate,EndDate,Status,Progress,Finished,ResponseId,sort_1,sort_2\n"
        "Start Date,End Date,Response Type,Progress,Finished,Response ID,Item 1,Item 2\n"
        '"{""ImportId"":""startDate""}","{""ImportId"":""endDate""}","{""ImportId"":""status""}","{""ImportId"":""progress""}",'
        '"{""ImportId"":""finished""}","{""ImportId"":""_recordId""}","{""ImportId"":""QID1_1""}","{""ImportId"":""QID1_2""}"\n'
        "2026-01-01 10:00:00,2026-01-01 10:09:00,IP Address,100,True,R_1,Promotion work,Disruption work\n"
        "2026-01-01 11:00:00,2026-01-01 11:09:00,IP Address,100,True,R_2,None of these,Promotion work\n"
    )
    assert exported(study, tmp_path, qualtrics, "qualtrics.csv") == expected
    redcap = "record_id,sort_pro_01,sort_pro_02,questionnaire_complete\n1,1,3,2\n2,4,1,2\n"
    assert exported(study, tmp_path, redcap, "redcap.csv") == expected
    lime = (
        '"id","submitdate","lastpage","startlanguage","sort[pro01]","sort[pro02]"\n"1","2026-01-01 10:00:00","1","en","1","3"\n'
    )
    lime += '"2","2026-01-01 10:00:00","1","en","4","1"\n'
    assert exported(study, tmp_path, lime, "limesurvey.csv") == expected
    page = "judge,item,chosen\nK7,pro_01,promotion\nK7,pro_02,disruption\nB2,pro_01,none\nB2,pro_02,promotion\n"
    assert exported(study, tmp_path, page, "page.csv") == expected


@pytest.mark.skipif(not CHROMIUM, reason=NEEDED)
def test_a_judge_answers_in_the_browser(study, tmp_path):
    """A script clicks the first answer of every item and saves; what is saved is what the stage reads, in a random order."""
    spec, material = parts(study)
    saved = []
    for judge in ("K7", "B2"):
        click = f"""
<script>
document.getElementById("judge").value = "{judge}";
document.querySelectorAll("fieldset").forEach((one) => one.querySelector("input").click());
HTMLAnchorElement.prototype.click = function () {{ document.title = this.download + "|" + this.href; }};
document.getElementById("task").requestSubmit();
document.body.dataset.order = [...document.querySelectorAll("fieldset")].map((one) => one.dataset.item).join(",");
</script>"""
        file = tmp_path / f"{judge}.html"
        file.write_text(judge_tasks.page("sorting", spec, material).replace("</body>", click + "</body>"), encoding="utf-8")
        done = subprocess.run(
            [CHROMIUM, "--headless=new", *FLAGS, f"--user-data-dir={tmp_path / judge}", "--dump-dom", file.as_uri()],
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        name, href = re.search(r"<title>([^<]+)</title>", done.stdout)[1].split("|")
        order = re.search(r'data-order="([^"]+)"', done.stdout)[1].split(",")
        text = unquote(href.split(",", 1)[1])
        assert name == f"sorting_{judge}.csv"
        (tmp_path / "data/raw").mkdir(parents=True, exist_ok=True)
        (tmp_path / "data/raw" / name).write_text(text, encoding="utf-8")
        saved.append(order)
    assert saved[0] != saved[1]
    files = ["data/raw/sorting_K7.csv", "data/raw/sorting_B2.csv"]
    own = Development.model_validate({"constructs": spec.constructs, "pool": spec.pool, "sorting": files})
    rows = Answers(tmp_path, own, material).sorting()
    assert len(rows) == 62
    assert set(rows["chosen"]) == {"promotion"}
    assert set(rows["judge"]) == {"J1", "J2"}


def test_a_newcomer_starts_and_is_told_what_is_next(tmp_path, capsys):
    folder = tmp_path / "my_scales"
    assert cli.main(["develop", str(folder)]) == 0
    assert "Wrote" in capsys.readouterr().out
    assert load_study(folder).part_names == ["my_scales"]
    lines = developing.run(folder)
    assert lines[0] == "my_scales: 1 of 10 steps are done."
    assert "Next: Write the definitions in development/constructs.yaml." in " ".join(lines)
    with pytest.raises(StudyError, match="names no scales; record the chosen items under 'scales'"):
        developing.run(folder, write=True)
    (folder / "config/config.yaml").unlink()
    with pytest.raises(StudyError, match=r"constructs\.yaml exists already; remove it"):
        developing.run(folder)


def test_a_study_without_a_development(root):
    with pytest.raises(StudyError, match="has no section 'development'; add one"):
        developing.run(root / "examples/bfi")


def test_export_of_a_study_without_scales(tmp_path, capsys):
    folder = tmp_path / "new"
    developing.run(folder)
    assert cli.main(["export", str(folder)]) == 0
    out = capsys.readouterr().out
    assert "new_sorting.html: for the judges of a development" in out
    assert "Skipped" not in out
    assert len(list((folder / "results/instruments").iterdir())) == 12
    assert (
        "rate_another_construct_1," in (folder / "results/instruments/new_ratings_redcap.csv").read_text()
    )  # names of 26 at most
    assert detect.read(folder / "results/instruments/new_sorting_redcap.csv", "x.csv", None).header[0]


def test_names_in_capitals_and_constructs_that_cannot_be_told_apart(tmp_path):
    folder = tmp_path / "caps"
    developing.run(folder)
    file = folder / "development/constructs.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("id: engagement", "id: Work.Engagement"), encoding="utf-8")
    items = folder / "development/items.yaml"
    items.write_text(
        items.read_text(encoding="utf-8").replace("construct: engagement", "construct: Work.Engagement"), encoding="utf-8"
    )
    study = load_study(folder)
    own = study.developments["caps"], study.config.development["caps"]
    found = judge_tasks.files("caps", own[1], own[0])
    assert not [name for name, one in found.items() if isinstance(one, StudyError)]
    assert 'name="rate_Work.Engagement_eng_01"' in found["caps_ratings.html"]
    assert "Engagement: Replace this text" in found["caps_sorting_qualtrics.txt"]  # judges read the definitions there, too
    assert "[Engagement]" in found["caps_experts_limesurvey.txt"]
    file.write_text(text.replace("label: Another construct", "label: Engagement"), encoding="utf-8")
    with pytest.raises(StudyError, match="two constructs have the same label"):
        load_study(folder)
    file.write_text(text, encoding="utf-8")
    one = "  - {id: %s, construct: engagement, text: x, source: y}\n"
    items.write_text("items:\n" + one % "a1" + one % "a_1", encoding="utf-8")
    with pytest.raises(StudyError, match="the items 'a1' and 'a_1' differ only in marks that survey tools change"):
        load_study(folder)
