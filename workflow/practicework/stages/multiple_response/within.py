"""Comparison of options, and of parts, within respondents: Cochran's Q and exact McNemar tests."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.special import bdtr

from practicework.numerics import multiple_response
from practicework.numerics.exact import holm
from practicework.stages.multiple_response.groups import SMALLEST
from practicework.tables import frame

if TYPE_CHECKING:
    from practicework.stages.multiple_response import Question


def _families(question: Question) -> Iterator[tuple[dict, pd.DataFrame]]:
    """Yield the comparisons: all options of a part, and an option over the parts; columns are (option, part)."""
    for part, answers in question.answers.items():
        named = answers.set_axis([(option, part) for option in answers], axis=1)
        if answers.shape[1] > 1:
            yield {"over": "options", "by": part or None}, named
    for option in question.spec.options:
        own = {(option, part): answers[option] for part, answers in question.answers.items() if option in answers}
        if len(own) > 1:
            yield {"over": "by", "option": option}, pd.DataFrame(own)


def within(question: Question) -> pd.DataFrame:
    """Return the table `within`: Cochran's Q (1950) of every comparison, among respondents who answered all of it.

    In R: ``DescTools::CochranQTest``.
    """
    rows = []
    for base, answers in _families(question):
        known = answers.dropna().to_numpy(float)
        row = base | {"test": "cochran_q", "n": len(known)}
        q, df, p = multiple_response.cochran(known) if len(known) else (np.nan, known.shape[1] - 1, np.nan)
        if len(known) < SMALLEST:
            row |= {"note": f"not computed: {len(known)} respondents, and the test needs {SMALLEST}"}
        elif np.isnan(q):
            row |= {"note": "not computed: all respondents ticked all or nothing"}
        else:
            row |= {"statistic": q, "df": df, "p_value": p}
        rows.append(row)
    corrected = holm(pd.Series([row.get("p_value") for row in rows], dtype=float))
    rows = [row | {"p_holm": p} for row, p in zip(rows, corrected, strict=True)]
    return frame("multiple_response/{model}/within", rows)


def pairs(question: Question) -> pd.DataFrame:
    """Return the table `pairs`: exact McNemar tests of any two cells of a comparison, with Holm's correction within it.

    In R: ``binom.test(only_a, only_a + only_b)``.
    """
    rows = []
    for base, answers in _families(question):
        found = []
        values = answers.to_numpy(float)
        for (first, a), (second, b) in combinations(enumerate(answers.columns), 2):
            known = values[:, [first, second]]
            known = known[~np.isnan(known).any(axis=1)] == 1
            only_a, only_b = int((known[:, 0] & ~known[:, 1]).sum()), int((~known[:, 0] & known[:, 1]).sum())
            found.append(
                {
                    "over": base["over"],
                    "option_a": a[0],
                    "by_a": a[1] or None,
                    "option_b": b[0],
                    "by_b": b[1] or None,
                    "n": len(known),
                    "only_a": only_a,
                    "only_b": only_b,
                    "difference": (only_a - only_b) / len(known) if len(known) else None,
                    "p_value": min(1.0, 2 * float(bdtr(min(only_a, only_b), only_a + only_b, 0.5))) if len(known) else np.nan,
                }
            )
        corrected = holm(pd.Series([row["p_value"] for row in found], dtype=float))
        rows += [row | {"p_holm": p} for row, p in zip(found, corrected, strict=True)]
    return frame("multiple_response/{model}/pairs", rows)
