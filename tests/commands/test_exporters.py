"""Instruments in other tools' formats: run in R, read back, and looked at by a browser."""

import csv
import html
import io
import json
import re
from dataclasses import replace

import instruments
import numpy as np
import pandas as pd
import pytest
from browser import CHROMIUM
from exports import QUALTRICS, separated
from page import Page

from practicework.commands import exporters
from practicework.commands.exporters import codebook, latent_interactions, lavaan, psych, qualtrics, questionnaire, redcap, shared
from practicework.errors import StudyError
from practicework.stages import ingest
from practicework.stages.dimensionality import confirmatory
from practicework.stages.dimensionality.item_model import item_models
from practicework.study import Study, load_study
from practicework.study.config import Config, Sample
from practicework.study.scale import Scale
from practicework.study.settings import Model

STUDIES = ("published", "bfi", "mixed")


@pytest.fixture(scope="module")
def scales():
    return instruments.scales()


@pytest.fixture(scope="module")
def answers(root, bfi) -> dict[str, pd.DataFrame]:
    """What R read."""
    published = pd.read_csv(root / "data/raw/schmitt2021_synthetic.csv")
    return {"published": published, "bfi": bfi.responses, "mixed": bfi.responses}


def with_response(new_scale, items: int = 2, **response: object) -> Scale:
    """A scale with some response range."""
    return new_scale(items, response=response)


ENDS = {"min": 0, "max": 10, "labels": {0: "Not at all", 10: "Completely"}}


# R


@pytest.mark.parametrize(("name", "text"), instruments.scripts().items())
def test_the_exported_code_is_what_r_ran(root, name, text):
    assert (root / "tests/golden/exporters" / name).read_text(encoding="utf-8") == text, (
        "run tests/instruments.py, then exporters.R"
    )


@pytest.mark.parametrize("name", STUDIES)
def test_scores_of_the_exported_code_are_ours(golden, scales, answers, name):
    """psych's, by the exported code in R, with reverse-keyed items, missing answers and every scoring rule; to 1e-12."""
    expected = golden(f"exporters_{name}_scores")
    people = answers[name]
    if name != "published":
        people = people[people.isna().any(axis=1)].head(300)
    assert list(expected) == [scale.id for scale in scales[name]]
    for scale in scales[name]:
        found = scale.score(scale.keyed(people))
        np.testing.assert_allclose(found, expected[scale.id], rtol=1e-12)
    assert name == "published" or expected.isna().any(axis=None)


@pytest.mark.parametrize("name", STUDIES)
def test_loadings_of_the_exported_model_are_ours(golden, scales, answers, name):
    """lavaan's standardised loadings, to 1e-5, as near as its optimiser comes."""
    expected = golden("exporters_loadings").query("study == @name")
    tables = confirmatory.tables(item_models(answers[name], scales[name])[-1:])
    assert tables["loadings"]["item"].tolist() == expected["item"].tolist()
    assert set(tables["fit"]["n"]) == set(expected["n"])
    np.testing.assert_allclose(tables["loadings"]["loading"], expected["loading"], atol=1e-5)


def test_names_that_r_cannot_take(new_scale):
    taken = new_scale(2, name="i1")
    assert "f_i1 =~ i1 + i2" in lavaan.script([taken])
    reserved = Scale.model_validate({**taken.model_dump(), "id": "s", "items": [{"id": "NA", "text": "x"}]})
    for write in (psych.script, lavaan.script):
        with pytest.raises(StudyError, match=r"^scales/s\.yaml: the item 'NA' has a name that is reserved in R"):
            write([reserved])


def test_latent_interactions_for_modsem_and_mplus(root):
    """Factors of the models' items, reverse keys, short names and lines that Mplus can read."""
    study = load_study(root / "examples/bfi")
    spec = {"outcome": "agree", "predictor": "extraversion", "moderator": "neuroticism", "covariates": ["age"]}
    by_age = {"outcome": "neuroticism", "predictor": "conscientious", "moderator": "age"}
    models = {name: Model.model_validate(one) for name, one in (("main", spec), ("age", by_age))}
    moderation = study.config.moderation.model_copy(update={"models": models})
    made = replace(study, config=study.config.model_copy(update={"moderation": moderation}))
    text = latent_interactions.modsem(list(study.scales.values()), made)
    assert "keyed$A1 <- 1 + 6 - keyed$A1" in text
    assert "  f_age =~ age\n  agree ~ extraversion + neuroticism + extraversion:neuroticism + f_age" in text
    assert "model_age" not in text  # its moderator has no items
    text = latent_interactions.mplus(list(study.scales.values()), made)
    assert max(map(len, text.splitlines())) <= 90
    for line in (
        "  v1 = 7 - v1;",
        "  f1 BY v1 v2 v3 v4 v5;",
        "  xw | f2 XWITH f3;",
        "  f1 ON f2 f3 xw v16;",
        "  NAMES = v1-v16;",
    ):
        assert line in text.splitlines()
    assert latent_interactions.suitable(list(study.scales.values()), made) == {"main": models["main"]}
    assert not latent_interactions.suitable(list(study.scales.values()), study)
    assert not latent_interactions.suitable(list(study.scales.values()), None)
    assert {"modsem.R", "mplus.inp"} <= set(exporters.instruments(list(study.scales.values()), made))


def test_nothing_is_turned_where_nothing_is_reversed(new_scale):
    text = lavaan.script([new_scale(3)])
    assert "keyed" not in text
    assert "data = responses" in text
    with pytest.raises(StudyError, match="no scale has several items"):
        lavaan.script([new_scale(1)])


# survey tools, read back


def answer(raw, scales: list[Scale]) -> pd.DataFrame:
    """What `ingest` makes of an export."""
    config = Config(samples={"file": Sample(file="data/raw/x.csv")}, scales=[scale.id for scale in scales])
    return ingest.ingest(raw, Study(None, config, {scale.id: scale for scale in scales}), "file").responses


def surveyed(text: str) -> list[dict]:
    """A Qualtrics text taken apart: blocks of questions, each with kind, tag, text, rows and recoded answers."""
    assert text.startswith("[[AdvancedFormat]]\n")
    questions, at = [], ""
    for row in filter(None, text.splitlines()[1:]):
        tag = re.fullmatch(r"\[\[(\w+)(?::(.+))?\]\]", row)
        if tag and tag[1] == "Question":
            questions.append({"kind": tag[2], "text": [], "Choices": [], "answers": {}})
            at = "text"
        elif tag and tag[1] == "ID":
            questions[-1]["id"] = tag[2]
        elif tag and tag[1] == "Answer":
            at = int(tag[2])
        elif tag:
            at = tag[1]
        elif isinstance(at, int):
            questions[-1]["answers"][at] = html.unescape(row)
        else:
            questions[-1][at].append(html.unescape(row))
    return questions


@pytest.mark.parametrize("name", ["published", "bfi"])
def test_qualtrics_text_holds_items_codes_and_labels(scales, name):
    found = surveyed(qualtrics.survey(scales[name]))
    assert len(found) == len(scales[name])
    for question, scale in zip(found, scales[name], strict=True):
        assert (question["kind"], question["id"]) == ("Matrix", scale.id)
        assert question["Choices"] == [item.text for item in scale.items]
        assert question["answers"] == {code: texts[0] for code, texts in scale.response.labels.items()}


@pytest.mark.parametrize("name", ["published", "bfi"])
def test_answers_to_the_qualtrics_survey_come_back_as_codes(scales, read, name):
    """Columns are named by the tag and the row's number, as Qualtrics does; those of bfi are found by their wording."""
    found = surveyed(qualtrics.survey(scales[name]))
    columns, words, people = [], [], [[], []]
    for question in found:
        texts = list(question["answers"].values())
        for row, text in enumerate(question["Choices"], 1):
            columns.append(f"{question['id']}_{row}")
            words.append(f"{question['text'][0]} - {text}")
            for person, cells in enumerate(people):
                cells.append(texts[(row + person) % len(texts)])
    imports = [json.dumps({"ImportId": one}) for one in [*QUALTRICS, *(f"QID{at}" for at in range(len(columns)))]]
    blank = ["2024-03-01 10:00:00", "2024-03-01 10:00:00", "IP Address", *[""] * (len(QUALTRICS) - 3)]
    rows = [[*QUALTRICS, *columns], [*QUALTRICS, *words], imports, *([*blank, *cells] for cells in people)]
    responses = answer(read(separated(rows)), scales[name])
    first = scales[name][0]
    low, points = first.response.min, first.response.points
    expected = [low + row % points for row in range(1, len(first.items) + 1)]
    assert responses[first.item_ids].iloc[0].tolist() == expected
    assert responses.notna().all(axis=None)


def fields(scales: list[Scale]) -> list[dict[str, str]]:
    """A data dictionary read back, its record id taken off."""
    rows = list(csv.DictReader(io.StringIO(redcap.dictionary(scales))))
    assert rows[0]["Variable / Field Name"] == "record_id"
    return rows[1:]


def test_redcap_dictionary_holds_items_codes_and_labels(scales):
    """The rules of LinkML's meta-schema of the dictionary: 18 columns, names, matrices in one piece with the same choices."""
    rows = fields(scales["published"])
    assert len(rows[0]) == 18
    items = [(scale, item) for scale in scales["published"] for item in scale.items]
    for row, (scale, item) in zip(rows, items, strict=True):
        assert row["Variable / Field Name"] == item.id
        assert re.fullmatch(r"[a-z][a-z0-9_]*", item.id)
        assert (row["Field Type"], row["Field Label"], row["Matrix Group Name"]) == ("radio", item.text, scale.id)
        choices = [one.split(", ", 1) for one in row["Choices, Calculations, OR Slider Labels"].split(" | ")]
        assert {int(code): (text,) for code, text in choices} == scale.response.labels
    assert sum(bool(row["Section Header"]) for row in rows) == len(scales["published"])
    for text in {row["Section Header"] for row in rows}:
        assert not any(scale.label in text for scale in scales["published"])


def test_answers_to_the_redcap_form_come_back_as_codes(scales, read):
    rows = fields(scales["published"])
    names = ["record_id", *(row["Variable / Field Name"] for row in rows), f"{rows[0]['Form Name']}_complete"]
    responses = answer(read(separated([names, ["1", *["4"] * len(rows), "2"]])), scales["published"])
    assert (responses.drop(columns="respondent") == 4).all(axis=None)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("A1", "scales/s.yaml: the item 'A1' cannot be a REDCap variable, .*, for example to 'a1', and list 'A1'"),
        ("a.1", "example to 'a_1'"),
        ("a" * 27, "has 27 characters, and REDCap recommends at most 26"),
        ("record_id", "has the name of a field that REDCap creates itself"),
        ("redcap_x", "has the name of a field that REDCap creates itself"),
    ],
)
def test_redcap_refuses_names(new_scale, name, sentence):
    scale = Scale.model_validate({**new_scale(1).model_dump(), "items": [{"id": name, "text": "x"}]})
    with pytest.raises(StudyError, match=sentence):
        redcap.dictionary([scale])


def test_marks_of_the_tools_are_refused(new_scale):
    piped = with_response(new_scale, min=1, max=2, labels={1: "yes | no", 2: "x"})
    with pytest.raises(StudyError, match=r"^scales/s\.yaml: the label of 1, 'yes \| no', contains '\|'"):
        redcap.dictionary([piped])
    marked = Scale.model_validate({**piped.model_dump(), "items": [{"id": "i", "text": "[[Block]]"}]})
    with pytest.raises(StudyError, match=r"^scales/s\.yaml: the text '\[\[Block\]\]' contains"):
        qualtrics.survey([marked])


def test_unlabelled_points_have_their_codes(new_scale):
    scale = with_response(new_scale, min=-1, max=1, labels={-1: ["Less", "Moins"], 1: "More"})
    assert shared.choices(scale.response) == [(-1, "Less"), (0, "0"), (1, "More")]
    assert fields([scale])[0]["Choices, Calculations, OR Slider Labels"] == "-1, Less | 0, 0 | 1, More"
    assert surveyed(qualtrics.survey([scale]))[0]["answers"] == {-1: "Less", 0: "0", 1: "More"}
    assert codebook.of_scale(scale)[0].values == "-1 = Less / Moins | 0 | 1 = More"


@pytest.mark.parametrize(("low", "high", "kind"), [(0, 100, "integer"), (0.5, 5.5, "number")])
def test_wide_ranges_are_entered_as_numbers(new_scale, low, high, kind):
    scale = with_response(new_scale, min=low, max=high)
    (first, _) = fields([scale])
    assert (first["Field Type"], first["Matrix Group Name"]) == ("text", "")
    assert [first[f"Text Validation {end}"] for end in ("Type OR Show Slider Number", "Min", "Max")] == [
        kind, f"{low:g}", f"{high:g}"
    ]  # fmt: skip
    _, *asked = surveyed(qualtrics.survey([scale]))
    assert [(one["kind"], one["id"]) for one in asked] == [("TE:SingleLine", "i1"), ("TE:SingleLine", "i2")]
    assert f'type="number" name="q1" min="{low:g}" max="{high:g}"' in questionnaire.page([scale])


# pages


def test_respondents_see_every_label_and_nothing_of_the_key(scales):
    """No name of a scale or an item, no word of reverse keys or scores, in what stands before the researcher's sheet."""
    for ones in scales.values():
        page = questionnaire.page(ones)
        seen = html.unescape(page[page.index("<main") : page.index("<aside")])
        for scale in ones:
            assert all(text in seen for texts in scale.response.labels.values() for text in texts[:1])
            assert all(f"</span>{item.text}</th>" in seen for item in scale.items)
            assert not re.search(
                rf"\b({re.escape(scale.label)}|{'|'.join(scale.item_ids)})\b", re.sub(r"</span>.*?</th>", "", seen)
            )
        assert not re.search("reverse|keyed|score|sum|<script|http", seen)


def test_the_sheet_tells_status_and_source(scales):
    sheet = Page(questionnaire.page(scales["published"]).partition("<aside")[2])
    words = " ".join(sheet.words)
    assert words.count("adapted from the source") == 4
    assert "Yukl, G., Seifert, C. F., & Chavez, C. (2008)" in words
    assert "Rows 5 to 14 are usefulness_1 to usefulness_10, entered as numbers from 1 to 5" in words


def test_labels_of_some_of_many_points_have_room(new_scale):
    """A row of labels above the codes, each reaching half-way to the next."""
    labels = {0: "Not at all", 5: "Partly", 10: "Completely"}
    page = questionnaire.page([with_response(new_scale, **{**ENDS, "labels": labels})])
    spans = re.findall(r'colspan="(\d+)" class="(\w+)" id="p1w(\d+)">([^<]+)<', page)
    assert spans == [("3", "left", "1", "Not at all"), ("5", "middle", "6", "Partly"), ("3", "right", "11", "Completely")]


def test_whatever_a_scale_says_is_escaped(new_scale):
    bad = '<script>alert(1)</script> & "x"'
    scale = new_scale(1, label=bad, definition=bad, note=bad, source={"citation": bad, "doi": '1"><script>'})
    scale = Scale.model_validate({**scale.model_dump(), "items": [{"id": "i1", "text": bad}]})
    for page in (questionnaire.page([scale]), codebook.page([scale])):
        assert "<script" not in page
        assert "&lt;script&gt;alert(1)" in page


def test_codebook_has_every_variable(writer, root):
    """Items, scores and variables with the values that they can take; the page says the same."""
    changes = {"config.categories": {"age": {1: "Young", 2: ["Old", "Vieux"]}}, "pride.items.0.columns": ["Q1", "Q2"]}
    files = codebook.files(writer.load(changes))
    rows = {row["variable"]: row for row in csv.DictReader(io.StringIO(files["codebook.csv"]))}
    assert list(rows) == ["pride_1", "pride_2", "pride", "ease_1", "ease", "age", "years_in_job"]
    assert rows["pride_1"]["columns"] == "Q1 | Q2"
    assert [rows[name]["reverse"] for name in rows] == ["False", "True", "", "False", "", "", ""]
    assert rows["pride_2"]["values"] == "1 = Never | 2 | 3 | 4 | 5 = Always"
    assert [rows["pride"][key] for key in ("kind", "scoring", "min", "max", "min_valid", "min_items")] == [
        "score", "mean", "1", "5", "0.8", "2"
    ]  # fmt: skip
    assert [(rows[name]["kind"], rows[name]["values"]) for name in ("age", "years_in_job")] == [
        ("category", "1 = Young | 2 = Old / Vieux"), ("quantity", "")
    ]  # fmt: skip
    tables = Page(files["codebook.html"]).tables
    assert [row[0] for table in tables for row in table[1:]] == ["pride_1", "pride_2", "ease_1", "age", "years_in_job"]


@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
def test_pages_in_a_browser(chromium, tmp_path, scales, new_scale):
    """Both fit a phone and a desk, ask for nothing, have no violation known to axe, and each choice a full name."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    shown = [*scales["published"], with_response(new_scale, **ENDS), numbers(new_scale)]
    for name, text in (("questionnaire", questionnaire.page(shown)), ("codebook", codebook.page(shown))):
        (tmp_path / f"{name}.html").write_text(text, encoding="utf-8")
    for name in ("questionnaire", "codebook"):
        for width in (1280, 390):
            page = chromium.new_page(viewport={"width": width, "height": 900})
            asked = []
            page.on("request", lambda request, asked=asked: asked.append(request.url))
            page.goto((tmp_path / f"{name}.html").as_uri())
            assert len(asked) == 1
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert axe.run(page).response["violations"] == []
            if name == "questionnaire":
                item = shown[0].items[1].text
                assert page.get_by_role("radio", name=f"2 {item} Strongly agree", exact=False).count() == 1
                assert page.get_by_role("radio", name="24 i1 10 Completely").count() == 1


def numbers(new_scale) -> Scale:
    """Numbers to enter."""
    scale = with_response(new_scale, min=0, max=100)
    items = [{"id": f"n{at}", "text": f"Number {at}"} for at in (1, 2)]
    return Scale.model_validate({**scale.model_dump(), "id": "n", "label": "Numbers", "items": items})
