"""What the report says of process models depends on their intervals and on the design of the study."""

import re

import numpy as np
import pandas as pd
import pytest

from practicework import report
from practicework.study.pipeline import Part

MODEL = {"outcome": "pride", "predictor": "age", "mediators": ["ease"]}


def rows(n: int = 150) -> pd.DataFrame:
    """Age, a mediator and an outcome; tenure changes the first path; job has no effect."""
    rng = np.random.default_rng(5)
    age, years, noise = rng.standard_normal((3, n))
    ease = (0.5 + 0.4 * years) * age + rng.standard_normal(n)
    return pd.DataFrame({"respondent": [f"R{i}" for i in range(n)], "age": age, "years_in_job": years, "ease": ease,
                         "pride": 0.6 * ease + noise})  # fmt: skip


def text(writer, **process: object) -> str:
    """The page of a study of variables with one process model, as text."""
    models = process.pop("models", {"m": MODEL | process.pop("model", {})})
    changes = {
        "config.scales": None, "config.variables": ["age", "years_in_job", "ease", "pride"], "config.moderation": None,
        "config.profiles": None, "config.replication": None, "config.synthesis": {},
        "config.process": {"bootstrap": {"resamples": 500}, "models": models} | process,
    }  # fmt: skip
    study = writer.load(changes)
    part = Part(study, "s")
    scores = rows()
    from practicework.numerics.seeds import streams
    from practicework.stages import process as stage
    from practicework.stages.scoring import score_all

    responses = scores.copy()
    inputs = score_all(responses, [], study.variables).tables() | {"ingest/responses": responses}
    empty = {name: pd.DataFrame(columns=columns) for name, columns in {
        "ingest/missing": ["respondent", "column", "kind"], "ingest/dropped": ["column", "reason"],
        "ingest/left_out": ["row", "reason"],
        "ingest/anonymity": ["identifiers", "n", "groups", "k", "unique", "small"],
        "ingest/categories": ["variable", "category", "n"]}.items()}  # fmt: skip
    tables = inputs | empty | stage.compute(part, inputs, streams(1, "process", "s"))
    page = report.render(part, tables).html
    page = re.sub(r"(?s)<(script|style|svg).*?</\1>", "", page)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page)).replace("\xa0", " ")


def test_the_design_decides_the_words(writer):
    """Cross-sectional data are consistent with mediation; an experiment has effects."""
    cross = text(writer)
    assert "The data are consistent with an indirect effect of age on pride through ease" in cross
    assert "cannot establish its temporal order" in cross
    experiment = text(writer, design="experiment")
    assert "Age had an indirect effect on pride through ease" in experiment
    assert "The predictor was randomised" in experiment
    assert "consistent with" not in experiment


def test_what_the_interval_does_not_decide_remains_unclear(writer):
    """No effect is claimed, and none is denied."""
    page = text(writer, model={"predictor": "years_in_job"})
    assert "Whether years in job has an indirect effect on pride through ease remains unclear" in page
    assert "has no indirect effect" not in page


def test_moderated_mediation_in_words(writer):
    """The index, effects at low and high values, the number of the model, and the clear limits of what it shows."""
    page = text(writer, model={"moderator": "years_in_job", "moderates": ["a"]})
    assert "The indirect effect of age on pride through ease increased with years in job, index of moderated mediation" in page
    assert "at the 16th percentile" in page
    assert "Model 7 of PROCESS" in page
    assert "It would vanish if such causes correlated their errors by ρ (ease: ρ = ." in page
    assert "proportion mediated is not reported" in page


def test_instruments_in_words(writer):
    """The estimate, its interval, least squares for comparison, and the tests of the instruments; weak ones are called weak."""
    page = text(writer, model={"instruments": {"ease": ["years_in_job"]}})
    assert "With years in job as instruments, the effect of ease on pride was" in page
    assert "first-stage F(1, 147) = " in page
    assert "Wu–Hausman p" in page
    assert "The instruments are weak, so this estimate is unreliable." in page


def test_a_model_that_cannot_be_fitted_has_its_reason_at_the_top(writer):
    """And the others are reported."""
    twice = {"m": MODEL, "bad": MODEL | {"covariates": ["copy"]}}
    with pytest.MonkeyPatch.context() as patch:
        own = rows
        patch.setitem(globals(), "rows", lambda n=150: own(n).assign(years_in_job=lambda d: d["age"]))
        twice["bad"]["covariates"] = ["years_in_job"]
        page = text(writer, models=twice)
    assert "The process model bad could not be fitted to this sample" in page
    assert "The data are consistent with an indirect effect" in page
