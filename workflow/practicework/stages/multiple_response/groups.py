"""Tests of a question with several answers against groups (MMI) and against another such question (SPMI)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from practicework.numerics import multiple_response
from practicework.numerics.exact import association, holm
from practicework.numerics.seeds import Streams
from practicework.stages.multiple_response.shares import FEWEST, MOST_GROUPS
from practicework.study.multiple import MultipleTest
from practicework.tables import frame

if TYPE_CHECKING:
    from practicework.stages.multiple_response import Question

SMALLEST = 40
"""Respondents below which only shares and exact tests are computed."""


def tests(
    question: Question,
    questions: Mapping[str, Question],
    scores: pd.DataFrame,
    specs: Mapping[str, MultipleTest],
    rng: Streams,
) -> pd.DataFrame:
    """Return the table `tests`: for each declared test and part, the joint tests and an exact test of each option.

    The declared bootstrap is the primary test. Tests of single options are exact (Fisher, Freeman and Halton) with Holm's
    correction. With several parts, their primary tests are corrected by Holm as well, and all parts are tested jointly.
    """
    rows = []
    for name, test in specs.items():
        if test.group:
            found = list(_groups(name, test, question, scores, rng))
        elif test.other:
            found = list(_questions(name, test, question, questions[test.other], rng))
        else:
            continue
        primary = [place for place, row in enumerate(found) if row.get("primary") and row["by"] is not None]
        corrected = holm(pd.Series([found[place].get("p_value") for place in primary], dtype=float))
        for place, p in zip(primary, corrected, strict=True):
            found[place]["p_holm"] = p
        rows += found
    return frame("multiple_response/{model}/tests", rows)


def _groups(name: str, test: MultipleTest, question: Question, scores: pd.DataFrame, rng: Streams) -> Iterator[dict]:
    """Yield the rows of a test against groups."""
    group = scores[test.group]
    for part, answers in _parts(question):
        if not answers.shape[1]:  # not asked
            continue
        base = {"test": name, "group": test.group, "by": part or None, "kind": "groups"}
        notes, levels = [], np.unique(group.dropna())
        if len(levels) > MOST_GROUPS:
            note = f"'{test.group}' has {len(levels)} values, and at most {MOST_GROUPS} form groups; use it as a predictor"
            yield base | {"method": "bootstrap", "primary": True, "note": f"not computed: {note}"}
            continue
        complete = answers.notna().all(axis=1).to_numpy() & group.notna().to_numpy()
        few = [level for level in levels if (complete & (group == level).to_numpy()).sum() < FEWEST]
        if few:
            notes.append(f"groups with fewer than {FEWEST} respondents are left out: {', '.join(f'{level:g}' for level in few)}")
            complete &= ~group.isin(few).to_numpy()
        own, codes = answers[complete], group[complete].to_numpy()
        own = _varying(own, notes)
        base |= {"n": len(own)}
        reason = _too_little(own, len(np.unique(codes)), None)
        if reason:
            yield base | {"method": "bootstrap", "primary": True, "note": _joined([*notes, f"not computed: {reason}"])}
            if not own.shape[1] or len(np.unique(codes)) < 2:
                continue
        else:
            ticked = own.to_numpy(float)
            found = multiple_response.marginal(ticked, codes)
            drawn = multiple_response.bootstrap_marginal(ticked, codes, test.resamples, rng(name, part, "groups"))
            yield from _joint(base, found, drawn[test.bootstrap], test, notes)
        if part or not question.spec.by:
            yield from _options(base, own, codes, rng(name, part, "exact"))


def _questions(name: str, test: MultipleTest, question: Question, other: Question, rng: Streams) -> Iterator[dict]:
    """Yield the rows of a test against another question with several answers."""
    parts = list(other.answers if question.answers.keys() == {""} else question.answers)
    for part in parts:
        answers = question.answers.get(part if part in question.answers else "")
        second = other.answers.get(part if part in other.answers else "")
        if answers is None or second is None or not answers.shape[1] or not second.shape[1]:
            note = "not computed: one of the questions does not have this part"
            yield {"test": name, "group": other.name, "by": part or None, "kind": "questions", "method": "bootstrap",
                   "primary": True, "note": note}  # fmt: skip
            continue
        base = {"test": name, "group": other.name, "by": part or None, "kind": "questions"}
        notes: list[str] = []
        complete = answers.notna().all(axis=1) & second.notna().all(axis=1)
        own, others = _varying(answers[complete], notes), _varying(second[complete], notes)
        base |= {"n": int(complete.sum())}
        reason = _too_little(own, 2, others)
        if reason:
            yield base | {"method": "bootstrap", "primary": True, "note": _joined([*notes, f"not computed: {reason}"])}
            if not own.shape[1] or not others.shape[1]:
                continue
        else:
            a, b = own.to_numpy(float), others.to_numpy(float)
            found = multiple_response.simultaneous(a, b)
            drawn = multiple_response.bootstrap_simultaneous(a, b, test.resamples, rng(name, part, "questions"))
            yield from _joint(base, found, drawn[test.bootstrap], test, notes)
        pairs = []
        for option in own:
            for label in others:
                table = _counts(own[option].to_numpy(), others[label].to_numpy())
                p = association(table, rng(name, part, option, label)).p_value
                pairs.append(base | {"option": option, "other_option": label, "method": "exact", "p_value": p})
        yield from _corrected(pairs)


def _parts(question: Question) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield the answers of each part and, if there are several, those of all parts together under an empty name."""
    yield from question.answers.items()
    if len(question.answers) > 1:
        yield "", pd.concat([own.add_prefix(f"{part}.") for part, own in question.answers.items()], axis=1)


def _varying(answers: pd.DataFrame, notes: list[str]) -> pd.DataFrame:
    """Return the options that somebody, but not everybody ticked, and note the others."""
    ticked = answers.sum()
    for words, fits in (("nobody", ticked == 0), ("everybody", ticked == len(answers))):
        if len(answers) and fits.any():
            notes.append(f"options that {words} ticked are left out: {', '.join(answers.columns[fits])}")
    return answers.loc[:, (ticked > 0) & (ticked < len(answers))]


def _too_little(own: pd.DataFrame, groups: int, others: pd.DataFrame | None) -> str | None:
    """Return why a joint test is not computed, or None."""
    if groups < 2:
        return f"fewer than two groups have {FEWEST} respondents"
    if not own.shape[1] or (others is not None and not others.shape[1]):
        return "no option was ticked by some respondents but not by all"
    if len(own) < SMALLEST:
        return f"{len(own)} respondents, and joint tests need {SMALLEST}; the exact tests of single options are shown"
    return None


def _joint(base: dict, found: multiple_response.Tested, p: float, test: MultipleTest, notes: list[str]) -> Iterator[dict]:
    """Yield the rows of the joint tests: the declared bootstrap first."""
    logs = np.log(np.maximum(found.p_values, np.finfo(float).tiny))
    statistic = {"sum": found.statistic, "product": float(np.exp(logs.sum())), "minimum": float(found.p_values.min())}
    yield base | {
        "method": "bootstrap", "detail": test.bootstrap, "statistic": statistic[test.bootstrap], "p_value": p, "primary": True,
        "note": _joined(notes),
    }  # fmt: skip
    yield base | {
        "method": "rao_scott", "statistic": found.adjusted, "df": found.df, "p_value": found.p_adjusted,
    }  # fmt: skip
    yield base | {
        "method": "sum",
        "statistic": found.statistic,
        "note": "not compared with a χ² distribution, which it does not have",
    }
    yield base | {"method": "bonferroni", "detail": f"{len(found.p_values)} tables", "p_value": found.bonferroni}


def _options(base: dict, own: pd.DataFrame, codes: np.ndarray, rng: np.random.Generator) -> Iterator[dict]:
    """Yield Pearson's χ², of which the sum consists, and an exact test for each option."""
    rows, found = [], multiple_response.marginal(own.to_numpy(float), codes)
    for option, statistic, p in zip(own, found.statistics, found.p_values, strict=True):
        yield base | {"option": option, "method": "pearson", "statistic": statistic, "df": found.table_df, "p_value": p}
    for option in own:
        found = association(_counts(own[option].to_numpy(), codes), rng)
        rows.append(
            base
            | {"option": option, "method": "exact", "p_value": found.p_value, "cramers_v": found.cramers_v, "note": found.note}
        )
    yield from _corrected(rows)


def _counts(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """The table of counts of two classifications."""
    (rows, a), (columns, b) = (np.unique(one, return_inverse=True) for one in (first, second))
    return np.bincount(a * len(columns) + b, minlength=len(rows) * len(columns)).reshape(len(rows), -1)


def _corrected(rows: list[dict]) -> Iterator[dict]:
    """Yield rows with Holm's correction of their p."""
    for row, p in zip(rows, holm(pd.Series([row["p_value"] for row in rows], dtype=float)), strict=True):
        yield row | {"p_holm": p}


def _joined(notes: list[str]) -> str | None:
    return "; ".join(notes) or None
