"""Shares of respondents who tick each option, also by group, and beside the claims of cases."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from practicework.numerics.proportions import wilson
from practicework.study.scale import normalized
from practicework.tables import frame

if TYPE_CHECKING:
    from practicework.stages.multiple_response import Question

FEWEST = 5
"""Respondents of a group below which its shares are not shown and it takes part in no test."""

MOST_GROUPS = 7
"""Values of a variable up to which it forms groups."""


def _share(values: pd.Series) -> dict:
    """The share of respondents who tick an option, of those whose answer is known, with Wilson's interval."""
    n, ticked = int(values.notna().sum()), int((values == 1).sum())
    low, high = wilson(ticked, n)
    return {"n": n, "ticked": ticked, "share": ticked / n if n else None, "ci_low": low, "ci_high": high}


def shares(question: Question) -> pd.DataFrame:
    """Return the table `shares`: every option of every part.

    The denominator is the respondents who answered, never the ticks. In R: ``prop.test(ticked, n, correct = FALSE)``.
    """
    rows = []
    for part, answers in question.answers.items():
        for option in question.spec.options:
            row = {"option": option, "by": part or None}
            if option not in answers:
                rows.append(row | {"n": 0, "ticked": 0, "note": "not asked"})
                continue
            found = _share(answers[option])
            note = None if found["n"] else "nobody answered"
            if found["n"] and found["ticked"] in (0, found["n"]):
                note = "ticked by nobody" if not found["ticked"] else "ticked by everybody"
            rows.append(row | found | {"missing": len(answers) - found["n"], "note": note})
    return frame("multiple_response/{model}/shares", rows)


def ticks(question: Question) -> pd.DataFrame:
    """Return the table `ticks`: how many options a respondent ticks, of the respondents who answered all options."""
    rows = []
    for part, answers in question.answers.items():
        known = answers.dropna()
        counts = known.sum(axis=1)
        if not answers.shape[1]:
            continue
        row = {"by": part or None, "n": len(known), "options": answers.shape[1]}
        if len(known):
            row |= {"mean": counts.mean(), "sd": counts.std() if len(known) > 1 else None, "none": int((counts == 0).sum())}
            row |= {"minimum": int(counts.min()), "maximum": int(counts.max())}
        rows.append(row)
    return frame("multiple_response/{model}/ticks", rows)


def by_group(question: Question, scores: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """Return the table `by_group`: the shares in each group of some variables; groups of fewer than `FEWEST` are not shown."""
    rows = []
    for name in dict.fromkeys(names):
        levels = np.unique(scores[name].dropna())
        for level in levels if len(levels) <= MOST_GROUPS else ():
            inside = (scores[name] == level).to_numpy()
            for part, answers in question.answers.items():
                for option in answers:
                    found = _share(answers.loc[inside, option])
                    row = {"group": name, "level": level, "option": option, "by": part or None}
                    if found["n"] < FEWEST:
                        rows.append(row | {"n": found["n"], "note": f"fewer than {FEWEST} respondents, so not shown"})
                    else:
                        rows.append(row | found)
    return frame("multiple_response/{model}/by_group", rows)


def joint_display(
    question: Question,
    scores: pd.DataFrame,
    inputs: Mapping[str, pd.DataFrame],
    categories: Mapping[str, Mapping[int, tuple[str, ...]]],
) -> pd.DataFrame:
    """Return the table `joint_display`: each claim of the cases, the survey's share and whether both agree.

    A claimed use (X or I) is confirmed if the interval of the share is above the declared threshold, and contradicted if it is
    below; for a claimed absence (-), the reverse. An interval that includes the threshold decides nothing.
    """
    display = question.spec.joint_display
    if display is None:
        return frame("multiple_response/{model}/joint_display", [])
    matrix = inputs[f"{display.set}/coding/matrices"]
    matrix = matrix[(matrix["matrix"] == display.matrix) & matrix["published"].notna()]
    rows = []
    for claim in matrix.to_dict("records"):
        group = None if claim["group"] != claim["group"] else claim["group"]
        row = {"by": claim["row"], "option": claim["column"], "group": group, "claim": claim["published"]}
        answers = question.answers.get(claim["row"] if question.spec.by else "")
        if answers is None or claim["column"] not in answers:
            rows.append(row | {"n": 0, "agreement": "not asked"})
            continue
        inside = np.ones(len(answers), bool)
        if group is not None:
            codes = [
                code for code, texts in categories.get(display.group or "", {}).items()
                if normalized(group) in {normalized(text) for text in texts}
            ]  # fmt: skip
            if not codes:
                rows.append(row | {"n": 0, "agreement": "no such group"})
                continue
            inside = scores[display.group].isin(codes).to_numpy()
        found = _share(answers.loc[inside, claim["column"]])
        if found["n"] < FEWEST:
            rows.append(row | {"n": found["n"], "agreement": "too few respondents"})
            continue
        above, below = found["ci_low"] > display.threshold, found["ci_high"] < display.threshold
        used = claim["published"] != "-"
        agreement = "undecided" if not (above or below) else "agrees" if above == used else "differs"
        rows.append(row | found | {"agreement": agreement})
    return frame("multiple_response/{model}/joint_display", rows)
