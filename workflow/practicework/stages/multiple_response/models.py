"""Logistic regressions of all options on predictors, with a test whether the options differ (GEE)."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.special import gammaincc, ndtri
from scipy.stats import norm

from practicework.errors import NotComputable
from practicework.numerics.coded import Coded
from practicework.numerics.exact import holm
from practicework.numerics.generalized import Binary
from practicework.stages.multiple_response.groups import SMALLEST
from practicework.study.multiple import MultipleTest
from practicework.tables import frame

if TYPE_CHECKING:
    from statsmodels.genmod.generalized_estimating_equations import GEEResults

    from practicework.stages.multiple_response import Question

SINGULAR = 1e-9
"""Eigenvalue or share of a variance below which answers to options determine each other."""

FEWEST = 5
"""Respondents with the rarer answer for each coefficient of an option (Vittinghoff & McCulloch, 2007)."""


def models(
    question: Question, scores: pd.DataFrame, specs: Mapping[str, MultipleTest], categories: Collection[str]
) -> pd.DataFrame:
    """Return the table `models`: for each part, every option on the predictors, and whether the coefficients differ.

    Respondents are clusters: one equation per option, estimated with an independence working correlation, so the estimates are
    those of separate logistic regressions, and the errors allow for the dependence of a respondent's answers. They are those of
    Mancl and DeRouen (2001), which correct for few clusters. The coefficient over all options (an empty `option`) is that of a
    model in which predictors have one coefficient each; its test of the product option × predictor is a Wald test.

    Respondents with missing values are omitted. In R: ``geepack::geeglm(y ~ option * x, binomial, id = id, corstr =
    "independence")`` for the estimates and the errors without the correction.
    """
    rows = []
    for name, test in specs.items():
        found: list[dict] = []
        for part, answers in question.answers.items() if test.predictors else ():
            if not answers.shape[1]:
                continue
            base = {"test": name, "by": part or None}
            try:
                found += _part(base, answers, scores, test.predictors, categories)
            except NotComputable as reason:
                found += [base | {"term": term, "n": 0, "note": f"not computed: {reason}"} for term in test.predictors]
        for term in dict.fromkeys(row["term"] for row in found):
            places = [place for place, row in enumerate(found) if row["term"] == term and row.get("option") is None]
            corrected = holm(pd.Series([found[place].get("p_difference") for place in places], dtype=float))
            for place, p in zip(places, corrected, strict=True):
                found[place]["p_difference_holm"] = p
        rows += found
    return frame("multiple_response/{model}/models", rows)


def _part(
    base: dict, answers: pd.DataFrame, scores: pd.DataFrame, names: Collection[str], categories: Collection[str]
) -> list[dict]:
    complete = answers.notna().all(axis=1) & scores[[*names]].notna().all(axis=1)
    answers, values = answers[complete], scores[complete]
    n = len(values)
    if n < SMALLEST:
        raise NotComputable(f"{n} respondents, and the models need {SMALLEST}")
    coded = [Coded(name, 0.0, np.unique(values[name]) if name in categories else None) for name in names]
    if alone := next((one.name for one in coded if not one.terms), None):
        raise NotComputable(f"'{alone}' has one category in the sample")
    terms = [term for one in coded for term in one.terms]
    matrix = np.column_stack([one.code(values[one.name].to_numpy(float)) for one in coded])
    spread = matrix.std(axis=0)
    whole = np.column_stack([np.ones(n), matrix])
    if not (spread > 0).all() or np.linalg.matrix_rank((matrix - matrix.mean(axis=0)) / spread) < len(terms):
        raise NotComputable("a predictor does not vary or follows from the others")
    standard = (matrix - matrix.mean(axis=0)) / spread
    used, rows = [], []
    for option in answers:
        rarer = int(min((answers[option] == 1).sum(), (answers[option] == 0).sum()))
        if rarer < FEWEST * len(terms):
            note = f"{rarer} respondents with the rarer answer, and {len(terms)} coefficients need {FEWEST * len(terms)}"
            rows += [base | {"term": term, "option": option, "n": n, "note": f"not computed: {note}"} for term in terms]
        elif Binary(whole, answers[option].to_numpy(float)).separation():
            note = "the predictors separate respondents who ticked the option from the others"
            rows += [base | {"term": term, "option": option, "n": n, "note": f"not computed: {note}"} for term in terms]
        else:
            used.append(option)
    if not used:
        raise NotComputable("no option was ticked, and not ticked, by enough respondents")
    y = answers[used].to_numpy(float).ravel()  # respondent by respondent
    k, p = len(used), len(terms)
    dummies, slopes = np.tile(np.eye(k), (n, 1)), np.repeat(standard, k, axis=0)
    products = (dummies[:, :, None] * slopes[:, None, :]).reshape(n * k, k * p)  # option by option
    people = np.repeat(np.arange(n), k)
    each = gee(y, np.column_stack([dummies, products]), people)
    common = gee(y, np.column_stack([dummies, slopes]), people)
    b, v = each.params[k:].reshape(k, p), each.cov_params()[k:, k:].reshape(k, p, k, p)
    for place, term in enumerate(terms):
        difference = {}
        if k > 1:
            contrast = np.column_stack([-np.ones(k - 1), np.eye(k - 1)])
            d, own = contrast @ b[:, place], contrast @ v[:, place, :, place] @ contrast.T
            scale = np.sqrt(np.diag(own))
            if (scale > 0).all() and np.linalg.eigvalsh(own / np.outer(scale, scale))[0] > SINGULAR:
                wald = float(d @ np.linalg.solve(own, d))
                difference = {"chi_square": wald, "df": k - 1, "p_difference": float(gammaincc((k - 1) / 2, wald / 2))}
            else:
                difference = {"note": "whether options differ is not computed: two of them have the same answers"}
        at = k + place
        variance = common.cov_params()[at, at]
        if variance > SINGULAR * np.diag(v[:, place, :, place]).min():
            rows.append(base | {"term": term, "n": n} | _row(common.params[at], variance, spread[place]) | difference)
        else:
            rows.append(base | {"term": term, "n": n, "note": "not computed: options are the opposites of each other"})
        for option in used:
            j = used.index(option)
            own = _row(b[j, place], v[j, place, j, place], spread[place])
            rows.append(base | {"term": term, "option": option, "n": n} | own)
    order = {option: place for place, option in enumerate([None, *answers])}
    return sorted(rows, key=lambda row: (terms.index(row["term"]), order[row.get("option")]))


def gee(y: np.ndarray, matrix: np.ndarray, people: np.ndarray) -> GEEResults:
    """Fit a logistic GEE with an independence working correlation and errors corrected for few clusters."""
    from statsmodels.genmod.cov_struct import Independence
    from statsmodels.genmod.families import Binomial
    from statsmodels.genmod.generalized_estimating_equations import GEE

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return GEE(y, matrix, people, family=Binomial(), cov_struct=Independence()).fit(cov_type="bias_reduced")


def _row(estimate: float, variance: float, spread: float) -> dict:
    """A coefficient per unit of its predictor, with its test and its odds ratio."""
    b, error = float(estimate / spread), float(np.sqrt(variance) / spread)
    half = float(ndtri(0.975)) * error
    return {
        "estimate": b, "std_error": error, "z": b / error, "p_value": float(2 * norm.sf(abs(b / error))), "ci_low": b - half,
        "ci_high": b + half, "odds_ratio": float(np.exp(b)), "odds_low": float(np.exp(b - half)),
        "odds_high": float(np.exp(b + half)),
    }  # fmt: skip
