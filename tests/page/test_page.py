"""The page writes what a person sees and nothing else."""

import html
import os
import re
import shutil
import time

from clients import files
from newcomer import export

from practicework.commands import cli, confirming
from practicework.numerics import power
from practicework.page.tasks import Task
from practicework.study import load_study
from practicework.study.editing import edited


def test_a_person_says_how_a_file_is_read(client):
    content = "id,dó_1,dó_2\n1,dobrze,źle\n2,źle,dobrze\n".encode("cp1250")
    answer = client.post("/data/upload", {"back": "/data"}, ("polish.csv", content))
    assert "the encoding of the file is not certain" in client.follow(answer.place).text
    assert files(client.guard.desk.folder) == {}
    answer = client.post("/data/upload", {"back": "/data", "encoding": "cp1250"}, ("polish.csv", content))
    assert "źle" in client.get(answer.place).text
    client.change("/data/draft", {"file": "data/raw/polish.csv", "encoding": "cp1250"})
    assert load_study(client.guard.desk.folder).config.samples["sample"].encoding == "cp1250"


def test_a_draft_is_shown_before_it_is_written_and_can_be_undone(client):
    folder = client.guard.desk.folder
    client.post("/data/upload", {}, ("team.csv", export().encode()))
    shown = client.post("/data/draft", {"file": "data/raw/team.csv"})
    text = client.follow(shown.place).text
    assert "confirm: [items, order]" in text
    assert list(files(folder)) == ["data/raw/team.csv"]
    client.post(shown.place, {"decision": "write"})
    assert "config/config.yaml" in files(folder)
    client.post("/undo", {})
    assert list(files(folder)) == ["data/raw/team.csv"]


def test_the_page_drafts_what_init_drafts(drafted, tmp_path, capsys):
    (tmp_path / "team_survey.csv").write_text(export())
    assert cli.main(["init", str(tmp_path / "other/study"), "--from", str(tmp_path / "team_survey.csv")]) == 0
    assert files(drafted.guard.desk.folder) == files(tmp_path / "other/study")


def test_the_page_writes_what_confirm_writes(drafted, tmp_path, capsys):
    """The order of labels, a reverse key and a name, then acceptance, in both ways."""
    folder, other = drafted.guard.desk.folder, tmp_path / "other"
    shutil.copytree(folder, other)
    labels = [texts[0] for _code, texts in sorted(load_study(folder).scales["zeal"].response.labels.items())]
    order = {label: place for place, label in enumerate(("Rather cold", "Lukewarm", "Warm", "Burning"), 1)}
    form = {f"place_{code}": order[label] for code, label in enumerate(labels, 1)}
    drafted.change("/scales/zeal", form | {"ordered": "1", "decision": "save"})
    drafted.change("/scales/zeal", {"label": "Zeal at work", "decision": "save"})
    drafted.change("/scales/zeal", {"reverse": "zeal_3", "decision": "accept"})
    drafted.change("/scales/use", {"decision": "accept"})
    drafted.change("/scales/help", {"decision": "accept"})
    drafted.change("/variables", {"decision": "accept"})
    typed = " ".join(str(labels.index(label) + 1) for label in order)
    answers = iter(["l", typed, "n", "Zeal at work", "k", "zeal_3", "a", "a", "a", "a"])
    assert confirming.run(other, lambda _prompt: next(answers)) == 0
    assert files(folder) == files(other)


def test_an_edit_in_an_editor_meanwhile_is_not_overwritten(drafted):
    config = drafted.guard.desk.folder / "config/config.yaml"
    shown = drafted.post("/variables", {"decision": "accept"})
    config.write_text(config.read_text() + "# a note\n")
    before = config.read_text()
    answer = drafted.follow(drafted.post(shown.place, {"decision": "write", "back": "/variables"}).place)
    assert "config/config.yaml was changed meanwhile" in answer.text
    assert config.read_text() == before
    drafted.change("/variables", {"decision": "accept"})
    config.write_text(config.read_text() + "# another\n")
    assert "Nothing was undone" in drafted.follow(drafted.post("/undo", {"back": "/"}).place).text


def test_a_change_that_makes_the_study_invalid_is_taken_back(drafted):
    folder = drafted.guard.desk.folder
    before = files(folder)
    change = drafted.guard.desk.changes.propose("t", "/", {"config/config.yaml": "title: 1\n"})
    answer = drafted.follow(drafted.post(f"/change/{change.id}", {"decision": "write", "back": "/data"}).place)
    assert "Nothing was written" in answer.text
    assert files(folder) == before
    shown = drafted.post("/scales/use", {"min_valid": "5"})
    refused = drafted.post(shown.place, {"decision": "write", "back": "/scales/use"})
    assert refused.place.partition("#")[2] == "min_valid"
    assert "Nothing was written: scales/use.yaml: &#39;scoring.min_valid&#39;" in drafted.follow(refused.place).text
    assert files(folder) == before


def test_items_move_and_scales_divide_and_merge(drafted):
    folder = drafted.guard.desk.folder
    drafted.change("/scales/use", {"move_use_3": "new_scale"})
    study = load_study(folder)
    assert list(study.scales) == ["zeal", "use", "use_2", "help"]
    assert study.scales["use_2"].confirm == ("items", "labels")
    drafted.change("/scales/use_2", {"move_use_3": "help"})
    study = load_study(folder)
    assert (list(study.scales), study.scales["help"].item_ids[-1]) == (["zeal", "use", "help"], "use_3")
    assert not (folder / "scales/use_2.yaml").exists()
    refused = drafted.post("/scales/use", {"move_use_1": "zeal", "back": "/scales/use"})
    assert "has other responses" in drafted.follow(refused.place).text


def test_items_that_move_keep_their_codes_for_missing_answers(drafted):
    config = drafted.guard.desk.folder / "config/config.yaml"
    config.write_text(edited(config.read_text(), ("samples", "sample", "missing"), {"use": [99]}))
    drafted.change("/scales/use", {"move_use_3": "help"})
    assert load_study(drafted.guard.desk.folder).config.samples["sample"].missing == {"use": ("99",), "use_3": ("99",)}
    drafted.change("/scales/use", {"move_use_1": "help", "move_use_2": "help"})
    found = load_study(drafted.guard.desk.folder)
    assert found.config.samples["sample"].missing == dict.fromkeys(("use_3", "use_1", "use_2"), ("99",))
    assert "use" not in found.scales


def test_labels_that_yaml_could_take_for_truth_values_stay(drafted):
    folder = drafted.guard.desk.folder
    for name in ("use", "help"):
        file = folder / f"scales/{name}.yaml"
        file.write_text(file.read_text().replace("1: Strongly disagree", "1: No").replace("5: Strongly agree", "5: Yes"))
    drafted.change("/scales/use", {"move_use_3": "new_scale"})
    assert load_study(folder).scales["use_2"].response.labels[1] == ("No",)


def test_a_draft_can_be_undone_and_made_again(drafted):
    drafted.post("/undo", {})
    drafted.change("/data/draft", {"file": "data/raw/team_survey.csv"})
    assert drafted.guard.desk.exists


def test_screening_models_and_profiles_are_the_keys_of_the_config(drafted):
    folder = drafted.guard.desk.folder
    drafted.change("/variables", [("screened", "1"), ("screening", "yes"), ("rule", "duplicates"), ("identifier", "age")])
    drafted.change("/models", {"outcome": "zeal", "predictor": "use", "moderator": "help", "covariates": "age", "name": "Main!"})
    drafted.change("/models/process", [("outcome", "zeal"), ("predictor", "use"), ("mediators", "help"), ("moderator", "age"),
                                       ("moderates", "a")])  # fmt: skip
    drafted.change("/models/profiles", [("indicators", "zeal"), ("indicators", "use"), ("profile_1", "keen"), ("high_1", "zeal"),
                                        ("high_1", "use"), ("profile_2", "wary")])  # fmt: skip
    config = load_study(folder).config
    assert config.screening.exclude == ("duplicates",)
    drafted.change("/variables", [("screened", "1"), ("screening", "yes"), ("identifier", "age")])
    assert load_study(folder).config.screening is not None
    assert config.quasi_identifiers == ("age",)
    assert config.moderation.models["main"].covariates == ("age",)
    assert config.process.models["main"].number == 7
    assert config.profiles.prototypes == {"keen": {"zeal": 75, "use": 75}, "wary": {"zeal": 25, "use": 25}}
    page = drafted.get("/models").text
    assert "With 90 respondents, power to detect an interaction of ΔR² = .010 is .16" in page
    for section, name in (("moderation", "main"), ("process", "main"), ("profiles", "")):
        drafted.change("/models/remove", {"section": section, "name": name})
    config = load_study(folder).config
    assert (config.moderation, config.process, config.profiles) == (None, None, None)
    twice = drafted.post("/models", {"outcome": "zeal", "predictor": "zeal", "moderator": "help", "back": "/models"})
    assert "has two places in the sentence" in drafted.follow(twice.place).text


def test_title_codes_for_missing_answers_and_categories(drafted):
    folder = drafted.guard.desk.folder
    raw = folder / "data/raw/team_survey.csv"
    head, texts, ids, *rows = raw.read_text().splitlines()
    rows = [f"{row},{1 + at % 2},{99 if at % 9 == 0 else at % 5}" for at, row in enumerate(rows)]
    extra = '"{""ImportId"":""QID5""}","{""ImportId"":""QID6""}"'
    raw.write_text("\n".join([f"{head},gender,days", f"{texts},Gender,Days", f"{ids},{extra}", *rows]) + "\n")
    config = folder / "config/config.yaml"
    text = edited(config.read_text(), ("variables",), ["age", "gender", "days"])
    config.write_text(edited(text, ("samples", "sample", "missing"), {"days": [99]}))
    drafted.change("/study", {"title": "Zeal at work", "question": "Who is zealous?"})
    assert "1 = " in drafted.get("/variables").text
    drafted.change("/variables", {"names_gender": "1 = Man\n2 = Woman", "missing_sample_days": "99; -1"})
    found = load_study(folder).config
    assert (found.title, found.question) == ("Zeal at work", "Who is zealous?")
    assert found.categories["gender"] == {1: ("Man",), 2: ("Woman",)}
    assert found.samples["sample"].missing == {"days": ("99", "-1")}


def test_samples_are_pooled_on_request(drafted):
    folder = drafted.guard.desk.folder
    (folder / "data/raw/second.csv").write_text((folder / "data/raw/team_survey.csv").read_text())
    drafted.change("/data/sample", {"file": "data/raw/second.csv", "name": "second"})
    drafted.change("/models", {"outcome": "zeal", "predictor": "use", "moderator": "help", "name": "main"})
    drafted.change("/models/synthesis", [("samples", "sample"), ("samples", "second"), ("same_people", "no"), ("name", "both")])
    one = load_study(folder).config.synthesis["both"]
    assert (one.samples, one.same_people) == (("sample", "second"), False)


def test_comments_of_an_editor_stay(drafted):
    file = drafted.guard.desk.folder / "scales/use.yaml"
    file.write_text(file.read_text().replace("label: Use\n", "label: Use  # as in the paper\n"))
    drafted.change("/scales/use", {"decision": "accept"})
    assert "# as in the paper" in file.read_text()


def test_a_mistake_made_in_an_editor_is_shown_with_its_place(drafted):
    file = drafted.guard.desk.folder / "scales/use.yaml"
    file.write_text(file.read_text().replace("min: 1", "min: 9"))
    page = drafted.get("/scales")
    assert page.status == 400
    assert "scales/use.yaml" in page.text
    assert 'href="/scales/use"' in page.text


def test_a_mistake_in_a_run_leads_to_its_field(drafted):
    """An answer outside the range: the page of the scale shows the sentence at the item."""
    folder = drafted.guard.desk.folder
    for path in ("/scales/use", "/scales/help", "/variables"):
        drafted.change(path, {"decision": "accept"})
    drafted.change("/scales/zeal", {"ordered": "1", "decision": "accept"})
    raw = folder / "data/raw/team_survey.csv"
    raw.write_text(raw.read_text().replace("Strongly agree", "9", 1))
    drafted.post("/run", {})
    while drafted.guard.desk.tasks.running:
        time.sleep(0.2)
    page = drafted.get("/run").text
    place = re.search(r'href="(/scales/(?:use|help)\?said=[^"]+#item-\w+_\d)"', page)[1]
    assert "is outside the response range 1 to 5" in drafted.get(place.partition("#")[0]).text


def test_a_lab_member_makes_a_scale_and_its_questionnaire(client):
    """Without data, in an empty folder."""
    form = {"id": "trust", "label": "Trust", "low": "1", "high": "5", "labels": "Never\nAlways", "status": "draft",
            "items": "I trust my manager.\nI doubt my manager. (R)\n"}  # fmt: skip
    client.change("/instruments", form)
    folder = client.guard.desk.folder
    assert "reverse: true" in (folder / "scales/trust.yaml").read_text()
    assert "The instruments are in results/instruments/" in client.follow(client.post("/instruments/export", {}).place).text
    assert "I doubt my manager." in client.get("/results/instruments/questionnaire.html").text
    for wrong, words in (
        ({"items": ""}, "Type the items"),
        ({"labels": "a\nb\nc"}, "Type two labels"),
        ({"low": "x"}, "whole numbers"),
    ):
        refused = client.post("/instruments", form | {"id": "other", "back": "/instruments"} | wrong)
        assert words in client.follow(refused.place).text
        assert refused.place.partition("#")[2] == next(iter(wrong))


def test_scales_of_a_library_are_taken_as_they_are(drafted, root):
    """Several files in one change, byte for byte; of a file that cannot be taken, nothing is, and the sentence names it."""
    folder = drafted.guard.desk.folder
    names = ("promotion", "support")
    files = [(f"{name}.yaml", (root / f"scales/{name}.yaml").read_bytes()) for name in names]
    for wrong, words in (
        (("Promotion work.yaml", b"x"), "Promotion work.yaml: a scale file is named id.yaml"),
        (("other.yaml", files[0][1]), "The id in other.yaml is &#39;promotion&#39;; give the scale and its file the same name."),
        (("bad.yaml", b"\xff\xfe"), "bad.yaml is not a text in UTF-8."),
        (("odd.yaml", b"id: odd\n"), "scales/odd.yaml"),
    ):
        refused = drafted.post("/instruments/take", {"back": "/scales"}, *files, wrong, field="scale")
        assert words in drafted.follow(refused.place).text
    shown = drafted.post("/instruments/take", {"back": "/scales"}, *reversed(files), field="scale")
    drafted.follow(drafted.post(shown.place, {"decision": "write"}).place)
    assert [(folder / f"scales/{name}.yaml").read_bytes() for name in names] == [content for _name, content in files]
    assert load_study(folder).config.scales[-2:] == names
    drafted.post("/undo")
    assert not [name for name in names if (folder / f"scales/{name}.yaml").exists()]
    own = (folder / "scales/use.yaml").read_text().replace("label: Use", "label: Perceived usefulness", 1)
    shown = drafted.post("/instruments/take", {"back": "/scales"}, ("use.yaml", own.encode()), field="scale")
    drafted.follow(drafted.post(shown.place, {"decision": "write"}).place)
    assert load_study(folder).scales["use"].label == "Perceived usefulness"
    assert load_study(folder).config.scales.count("use") == 1


def test_codes_that_the_file_contains_keep_their_labels(client):
    """Where cells are codes, labels and categories cannot be put in another order, which would change their meaning."""
    lines = [f"{at},{at % 2 + 1},{at % 4 + 1},{(at + 1) % 4 + 1},{at % 3 + 1}" for at in range(60)]
    client.post("/data/upload", {}, ("s.csv", ("id,gender,joy_1,joy_2,joy_3\n" + "\n".join(lines) + "\n").encode()))
    client.change("/data/draft", {"file": "data/raw/s.csv"})
    client.change("/variables", {"names_gender": "1 = Man\n2 = Woman"})
    page = client.get("/variables").text
    assert "1 = Man\n2 = Woman</textarea>" in page
    assert "place_gender" not in page
    client.change("/variables", {"names_gender": "1 = Men\n2 = Women"})
    assert load_study(client.guard.desk.folder).config.categories["gender"] == {1: ("Men",), 2: ("Women",)}
    refused = client.post("/variables", {"names_gender": "1 = Men\n2 = ", "back": "/variables"})
    assert "Name every category of gender, or none." in client.follow(refused.place).text


def test_a_form_that_shows_an_older_file_is_refused(drafted):
    """Otherwise it would take back what was changed in another tab."""
    seen = re.search(r'name="seen" value="(\w+)"', drafted.get("/scales/use").text)[1]
    drafted.change("/scales/use", {"label": "Usefulness", "seen": seen})
    refused = drafted.post("/scales/use", {"label": "Use", "method": "sum", "seen": seen, "back": "/scales/use"})
    assert "was changed since this page was loaded" in drafted.follow(refused.place).text
    assert load_study(drafted.guard.desk.folder).scales["use"].label == "Usefulness"


def test_power_counts_the_terms_of_categories(drafted):
    folder = drafted.guard.desk.folder
    raw = folder / "data/raw/team_survey.csv"
    lines = raw.read_text().splitlines()
    added = ["team", "Which team?", '"{""ImportId"": ""QID9""}"', *(str(at % 3 + 1) for at in range(90))]
    raw.write_text("\n".join(f"{line},{cell}" for line, cell in zip(lines, added, strict=True)) + "\n")
    config = folder / "config/config.yaml"
    text = edited(config.read_text(), ("variables",), ["age", "team"])
    config.write_text(edited(text, ("categories",), {"team": {1: "A", 2: "B", 3: "C"}}))
    drafted.change("/models", {"outcome": "zeal", "predictor": "use", "moderator": "team", "name": "main"})
    own = power.power(0.01, 0.0, 90, 84, 0.05, 2)
    assert f"is {own:.2f}".replace("0.", ".") in drafted.get("/models").text
    assert f"{power.required_n(0.01, 0.0, 6, 0.05, 2):,} respondents" in drafted.get("/models").text


def test_line_ends_of_an_editor_stay(drafted):
    folder = drafted.guard.desk.folder
    config = folder / "config/config.yaml"
    config.write_bytes(config.read_bytes().replace(b"\n", b"\r\n"))
    before = config.read_bytes()
    drafted.change("/study", {"title": "Zeal at work", "question": ""})
    after = config.read_bytes()
    assert after.count(b"\r\n") == after.count(b"\n") == before.count(b"\n")
    drafted.post("/undo")
    assert config.read_bytes() == before


def test_what_was_added_can_be_removed(drafted):
    """A scale, a sample and a synthesis; the files stay."""
    folder = drafted.guard.desk.folder
    (folder / "data/raw/second.csv").write_text((folder / "data/raw/team_survey.csv").read_text())
    drafted.change("/data/sample", {"file": "data/raw/second.csv", "name": "second"})
    (folder / "data/raw/third.csv").write_text("id,other\n1,2\n")
    shown = drafted.change("/data/sample", {"file": "data/raw/third.csv", "name": "third"})
    assert "third.csv has no column 'zeal_1'" in html.unescape(shown.text)
    drafted.change("/data/remove", {"name": "third"})
    drafted.change("/models", {"outcome": "zeal", "predictor": "use", "moderator": "help", "name": "main"})
    drafted.change(
        "/models/synthesis", [("samples", "sample"), ("samples", "second"), ("same_people", "no"), ("name", "synthesis")]
    )
    assert list(load_study(folder).config.synthesis) == ["synthesis"]
    drafted.change("/models/remove", {"section": "synthesis", "name": "synthesis"})
    drafted.change("/models/remove", {"section": "moderation", "name": "main"})
    drafted.change("/scales/help", {"decision": "leave_out"})
    drafted.change("/data/remove", {"name": "second"})
    study = load_study(folder)
    assert (study.config.synthesis, study.config.moderation, list(study.config.samples)) == (None, None, ["sample"])
    assert list(study.scales) == ["zeal", "use"]
    assert (folder / "scales/help.yaml").is_file()
    refused = drafted.post(
        "/models/process", [("outcome", "zeal"), ("predictor", "use"), ("mediators", "age"), ("moderates", "a")]
    )
    assert "Choose the moderator of these paths" in drafted.follow(refused.place).text


def test_a_missing_export_can_be_added_again(drafted):
    raw = drafted.guard.desk.folder / "data/raw/team_survey.csv"
    content = raw.read_bytes()
    raw.unlink()
    page = drafted.get("/data")
    assert page.status == 200
    assert "team_survey.csv" in re.search(r"class=\"mistake\"[^>]*>([^<]*)<", page.text)[1]
    drafted.post("/data/upload", {"back": "/data"}, ("team_survey.csv", content))
    assert 'class="mistake"' not in drafted.get("/data").text


def test_codes_for_missing_answers_of_all_columns(drafted):
    drafted.change("/variables", {"missing_sample_all columns": "-99; refused"})
    assert load_study(drafted.guard.desk.folder).config.samples["sample"].missing == ("-99", "refused")


def test_answers_are_no_headings(client):
    """Of a file without its first row, nothing is shown or drafted."""
    lines = ["Anna Secret,Agree,2", *(f"P{at},{'Disagree' if at % 3 else 'Agree'},{at % 4}" for at in range(20))]
    place = client.post("/data/upload", {"back": "/data"}, ("s.csv", "\n".join(lines).encode())).place
    text = client.follow(place).text
    assert "the first row contains answers and no headings" in text
    assert "Secret" not in text


def test_progress_is_by_part_and_stage():
    task = Task("run", "Run the study")
    for line in (
        "s: ingest (4 left)",
        "t: ingest (3 left)",
        "Note: something.",
        "s: multiple_response (2 left)",
        "overview (last)",
    ):
        task.show(line)
    assert task.status()["parts"] == ["s: ingest, multiple response", "t: ingest", "all: overview"]
    assert (task.done, task.left) == (4, 0)


def test_a_changed_study_is_to_be_run_again(drafted):
    """Also by the command line; a run that found nothing to compute counts."""
    desk = drafted.guard.desk
    report = desk.folder / "results/sample/report/report.html"
    report.parent.mkdir(parents=True)
    report.write_text("")
    assert not desk.changed_since_run()
    config = desk.folder / "config/config.yaml"
    os.utime(config, (config.stat().st_atime, report.stat().st_mtime + 10))
    assert desk.changed_since_run()
    log = desk.folder / ".snakemake/log/x.snakemake.log"
    log.parent.mkdir(parents=True)
    log.write_text("")
    os.utime(log, (log.stat().st_atime, report.stat().st_mtime + 20))
    assert not desk.changed_since_run()
