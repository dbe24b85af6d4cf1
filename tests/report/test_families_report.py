"""What the report says of outcomes that are not quantities and of two moderators."""

import re
from pathlib import Path

import pandas as pd
import pytest

from practicework import report
from practicework.numerics.seeds import streams
from practicework.report.context import refitted
from practicework.stages import moderation, process
from practicework.stages.scoring import score_all
from practicework.study.pipeline import Part

FILE = Path(__file__).parents[1] / "golden/moderation/generalized_synthetic.csv"
CATEGORIES = {"g": {0: "Consumers", 1: "Firms"}}


def text(writer, stage: str, models: dict, **settings: object) -> str:
    """The page of a study of variables with some models, as text."""
    data = pd.read_csv(FILE)
    variables = ["x", "w", "c", "g", "bought", "deals", "stage"]
    section = {"bootstrap": {"resamples": 200}, "models": models} | settings
    changes = {
        "config.scales": None, "config.variables": variables, "config.moderation": None, "config.profiles": None,
        "config.replication": None, "config.synthesis": {}, "config.categories": CATEGORIES, f"config.{stage}": section,
    }  # fmt: skip
    study = writer.load(changes)
    part, responses = Part(study, "s"), data[["respondent", *variables, *study.clusters]]
    inputs = score_all(responses, [], study.variables).tables() | {"ingest/responses": responses}
    empty = {name: pd.DataFrame(columns=columns) for name, columns in {
        "ingest/missing": ["respondent", "column", "kind"], "ingest/dropped": ["column", "reason"],
        "ingest/left_out": ["row", "reason"], "ingest/anonymity": ["identifiers", "n", "groups", "k", "unique", "small"],
        "ingest/categories": ["variable", "category", "n"]}.items()}  # fmt: skip
    module = {"moderation": moderation, "process": process}[stage]
    tables = inputs | empty | module.compute(part, inputs, streams(1, stage, "s"))
    page = report.render(part, tables).html
    page = re.sub(r"(?s)<(script|style|svg).*?</\1>", "", page)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page)).replace("\xa0", " ")


def test_both_scales_are_reported(writer):
    """Log odds, and differences of probabilities whose sign can differ."""
    common = {"predictor": "x", "moderator": "w", "covariates": ["c"]}
    page = text(writer, "moderation", {
        "one": common | {"outcome": "bought", "family": "binary"}, "two": common | {"outcome": "deals", "family": "count"},
        "three": common | {"outcome": "stage", "family": "ordered"}, "four": common | {"outcome": "stage"},
        "five": {"outcome": "bought", "predictor": "g", "moderator": "x", "family": "binary", "firth": True, "cluster": "firm"},
    })  # fmt: skip
    assert "The effect of x on the log odds of bought increased with w, b = 0.30, 95% CI [0.03, 0.57]" in page
    assert "These changes differed by .283, 95% CI [.019, .547]" in page
    assert "The sign of a product of log odds is not the sign of the moderation of probabilities" in page
    assert "The effect of x on the logarithm of deals increased with w" in page
    assert "the probability of the highest level of stage (4) changed by" in page
    assert "has only 4 values; add" in page
    assert "cluster-robust" in page


def test_large_samples_are_not_refitted_and_the_notes_say_so():
    assert refitted(2_000) == ""
    assert "With more than 2,000 respondents" in refitted(2_001)


def test_two_moderators_have_corners_and_slope_differences(writer):
    common = {"outcome": "c", "predictor": "x", "moderator": "w"}
    page = text(writer, "moderation", {
        "three": common | {"second_moderator": "g", "three_way": True}, "two": common | {"second_moderator": "deals"},
    }, simulation={"studies": 100})  # fmt: skip
    assert "It remains unclear whether the moderation of the effect of x on c by w depends on g" in page
    assert "at the 16th percentile of w (2.06) and for g = Firms: b = " in page
    assert "Whether deals moderates the effect of x on c remains unclear" in page
    assert "Of the six differences between effects at low and high values of both moderators, none remained significant" in page


@pytest.mark.parametrize(("outcome", "family", "words"), [
    ("bought", "binary", "Through the mediators, the probability of the higher value of bought differed between x = 2.711"),
    ("deals", "count", "Through the mediators, the expected deals differed"),
    ("stage", "ordered", "Through the mediators, the probability of the highest level of stage differed"),
])  # fmt: skip
def test_process_models_of_other_outcomes(writer, outcome, family, words):
    spec = {"outcome": outcome, "predictor": "x", "mediators": ["w"], "moderator": "g", "moderates": ["a"], "family": family}
    page = text(writer, "process", {"m": spec})
    assert words in page
    assert "do not add up to a total effect" in page
    assert "effects as differences of predictions" in page
    assert "Standardized" not in page


def test_a_refused_copula_correction_names_what_would_help(writer):
    spec = {"outcome": "c", "predictor": "x", "mediators": ["w"], "copula": ["w"]}
    page = text(writer, "process", {"m": spec})
    assert "was declared but refused: the mediator is not clearly non-normal" in page
    assert "an instrument, an experiment or repeated measurement" in page
