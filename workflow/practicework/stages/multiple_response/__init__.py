"""Multiple response: shares of respondents who tick each option, and tests that count every respondent once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from practicework.numerics.seeds import Streams
from practicework.stages.multiple_response import groups, models, shares, within
from practicework.study.multiple import Multiple, column
from practicework.study.pipeline import Part
from practicework.tables import frame, retained


@dataclass(frozen=True)
class Question:
    """A question with several answers and the answers of the retained respondents.

    Attributes
    ----------
    name : str
    spec : Multiple
    answers : dict of str to DataFrame
        By part, a column per option that was asked: 1 ticked, 0 not ticked, NaN missing.
    """

    name: str
    spec: Multiple
    answers: dict[str, pd.DataFrame]

    @classmethod
    def of(cls, name: str, spec: Multiple, responses: pd.DataFrame, asked: set[tuple[str, str]]) -> Question:
        """Collect the answers from `ingest/responses`."""
        answers = {}
        for part in spec.parts:
            options = [option for option in spec.options if (part, option) in asked]
            own = responses[[column(name, part, option) for option in options]]
            answers[part] = own.set_axis(options, axis=1).reset_index(drop=True)
        return cls(name, spec, answers)


def compute(part: Part, inputs: Mapping[str, pd.DataFrame], rng: Streams) -> dict[str, pd.DataFrame]:
    """Return the stage's tables for a sample."""
    config, responses, states = part.study.config, retained(inputs), inputs["ingest/multiple"]
    scores = inputs.get("scoring/scores")
    scores = responses[["respondent"]] if scores is None else responses[["respondent"]].merge(scores, on="respondent", how="left")
    questions = {}
    for name, spec in config.multiple.items():
        own = states[(states["response"] == name) & states["asked"].fillna(False).astype(bool)]
        asked = {("" if by is None or by != by else by, option) for by, option in zip(own["by"], own["option"], strict=True)}
        questions[name] = Question.of(name, spec, responses, asked)
    tables = {"multiple_response/models": _overview(states, questions)}
    for name, question in questions.items():
        tests = {key: test for key, test in config.multiple_tests.items() if test.response == name}
        found = {
            "shares": shares.shares(question),
            "ticks": shares.ticks(question),
            "by_group": shares.by_group(question, scores, [test.group for test in tests.values() if test.group]),
            "tests": groups.tests(question, questions, scores, tests, rng),
            "within": within.within(question),
            "pairs": within.pairs(question),
            "models": models.models(question, scores, tests, config.categories),
        }
        if any(one.joint_display for one in config.multiple.values()):
            found["joint_display"] = shares.joint_display(question, scores, inputs, config.categories)
        tables |= {f"multiple_response/{name}/{key}": table for key, table in found.items()}
    return tables


def _overview(states: pd.DataFrame, questions: Mapping[str, Question]) -> pd.DataFrame:
    """Which questions could be read."""
    rows = []
    for name, question in questions.items():
        own = states[states["response"] == name]
        unread = own.loc[own["option"].isna(), "note"]
        n = int(pd.concat(question.answers.values(), axis=1).notna().any(axis=1).sum())
        note = f"{name}: {unread.iloc[0]}." if len(unread) else None
        if note is None and not n:
            note = f"{name}: nobody answered the question."
        rows.append({"model": name, "n": n, "fitted": note is None, "note": note})
    return frame("multiple_response/models", rows)


__all__ = ["Question", "compute"]
