"""The tasks of judges in a scale development: sorting, rating and a panel of experts, as a page and for survey tools.

The columns of the answers are those that the stage `development` reads. The page and LimeSurvey show the items in a random order
to each judge; in Qualtrics, randomise the rows of the matrix, and in REDCap, all judges see the same order.
"""

import csv
import io
import re

from practicework.commands.exporters import pages, qualtrics, redcap
from practicework.commands.exporters.shared import choices, instruction, line
from practicework.errors import StudyError
from practicework.study.development import Development, Material, scale_id
from practicework.study.scale import Scale

SORT = "For each statement, choose what it describes best. Read the definitions first. {definitions}"
RATE = "How well does each statement fit this definition? {definition}"
EXPERT = {
    "relevance": ("How relevant is each statement for what it is meant to measure, which is named in brackets? {definitions}",
                  {1: "Not relevant", 2: "Somewhat relevant", 3: "Quite relevant", 4: "Highly relevant"}),
    "essential": ("Is each statement necessary to measure it?",
                  {1: "Not necessary", 2: "Useful, but not essential", 3: "Essential"}),
    "clarity": ("How clear is each statement?", {1: "Not clear", 2: "Needs revision", 3: "Quite clear", 4: "Very clear"}),
}  # fmt: skip
NONE = "None of these"


def tasks(spec: Development, material: Material) -> dict[str, list[Scale]]:
    """Return each task as matrices of its items, `sort_<item>`, `rate_<construct>_<item>`, `relevance_<item>` and so on."""
    constructs = material.constructs.constructs
    definitions = " ".join(f"{one.label}: {one.definition}" for one in constructs)
    labels = {place: one.label for place, one in enumerate(constructs, 1)} | {len(constructs) + 1: NONE}
    a = spec.criteria.anchors
    anchors = {1: "Not at all", a: "Completely"}
    found = {"sorting": [_matrix(material, "sort", SORT.format(definitions=definitions), labels)]}
    found["ratings"] = [
        _matrix(material, f"rate_{one.id}", RATE.format(definition=f"{one.label}: {one.definition}"), anchors)
        for one in constructs
    ]
    found["experts"] = [
        _matrix(material, name, words.format(definitions=definitions), own, named=True) for name, (words, own) in EXPERT.items()
    ]
    return found


def _matrix(material: Material, name: str, words: str, labels: dict[int, str], *, named: bool = False) -> Scale:
    label = {item.id: f" [{material.by_id[item.construct_id].label}]" if named else "" for item in material.pool.items}
    items = [{"id": f"{name}_{one.id}", "text": f"{one.text}{label[one.id]}"} for one in material.pool.items]
    response = {"min": 1, "max": max(labels), "labels": labels}
    return Scale.model_validate({"id": scale_id(name), "label": name, "instruction": words, "response": response, "items": items})


def files(name: str, spec: Development, material: Material) -> dict[str, str | StudyError]:
    """Return the files of all tasks of a development by name, or why a format cannot represent a task."""
    found: dict[str, str | StudyError] = {}
    for task, scales in tasks(spec, material).items():
        found[f"{name}_{task}.html"] = page(task, spec, material)
        for suffix, write in (
            ("qualtrics.txt", qualtrics.survey),
            ("redcap.csv", _redcap),
            ("limesurvey.txt", limesurvey),
        ):
            try:
                found[f"{name}_{task}_{suffix}"] = write(scales)
            except StudyError as error:
                found[f"{name}_{task}_{suffix}"] = error
    return found


def _redcap(scales: list[Scale]) -> str:
    """The dictionary, with the numbers of the items in the names where those with their ids would be too long."""
    if any(len(item) > redcap.LONGEST for scale in scales for item in scale.item_ids):
        scales = [
            scale.model_copy(update={"items": tuple(item.model_copy(update={"id": f"{scale.id}_{place}"})
                                                    for place, item in enumerate(scale.items, 1))})
            for scale in scales
        ]  # fmt: skip
    return redcap.dictionary(scales)


def page(task: str, spec: Development, material: Material) -> str:
    """Return a task as a page that works without a network: each judge sees the items in a random order and saves a CSV file."""
    scales = tasks(spec, material)[task]
    constructs = material.constructs.constructs
    questions = []
    for place, scale in enumerate(scales):
        rated = constructs[place] if task == "ratings" else None
        questions.append({
            "key": f"rate_{rated.id}" if rated else scale.id,
            "words": "Construct" if task == "sorting" else scale.id.capitalize(),
            "label": rated.label if rated else "",
            "points": [{"code": code, "text": text} for code, text in choices(scale.response)],
        })  # fmt: skip
    titles = {
        "sorting": "Which construct does each statement describe?",
        "ratings": "How well do the statements fit the definitions?",
        "experts": "Review of the statements",
    }
    return pages.render(
        "judge_task.html",
        task=task,
        title=titles[task],
        constructs=[{"label": one.label, "definition": line(one.definition)} for one in constructs],
        ids=[one.id for one in constructs],
        questions=questions,
        items=[
            {"id": one.id, "text": line(one.text), "construct": material.by_id[one.construct_id].label}
            for one in material.pool.items
        ],
    )


def limesurvey(scales: list[Scale]) -> str:
    """Return a survey structure that LimeSurvey imports (tab-separated values): an array per matrix, rows in random order.

    Codes of questions and rows have letters and digits only, as LimeSurvey requires: `sort` and `pro01`.
    """
    columns = ("class", "type/scale", "name", "relevance", "text", "help", "language", "mandatory", "other", "random_order")
    rows = [
        {"class": "S", "name": "language", "text": "en"},
        {"class": "SL", "name": "surveyls_title", "text": "Items", "language": "en"},
    ]
    for place, scale in enumerate(scales, 1):
        code = re.sub(r"[\W_]", "", scale.id)
        rows.append({"class": "G", "type/scale": str(place), "name": f"Part {place}", "relevance": "1", "language": "en"})
        rows.append({"class": "Q", "type/scale": "F", "name": code, "relevance": "1", "text": line(instruction(scale)),
                     "language": "en", "mandatory": "N", "other": "N", "random_order": "1"})  # fmt: skip
        for item in scale.items:
            own = re.sub(r"[\W_]", "", item.id.removeprefix(f"{scale.id}_"))
            rows.append(
                {"class": "SQ", "type/scale": "0", "name": own, "relevance": "1", "text": line(item.text), "language": "en"}
            )
        for answer, text in choices(scale.response):
            rows.append({"class": "A", "type/scale": "0", "name": str(answer), "relevance": "", "text": text or str(answer),
                         "language": "en"})  # fmt: skip
    output = io.StringIO()
    writer = csv.writer(output, delimiter="\t", lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([row.get(column, "") for column in columns] for row in rows)
    return output.getvalue()
