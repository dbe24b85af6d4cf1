"""What a study's claims print of a moderation model, as intervals."""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from practicework.stages.replication.arithmetic import ANY, LARGEST, Claims, Term
from practicework.study.config import Claim
from practicework.study.published import parse
from practicework.study.scale import Scale
from practicework.study.settings import Model

ALLOWANCE = 0.1, 3.0
"""By how much the logarithm of a sample's standard error may depart from the arithmetic: c, and c over √df."""


@dataclass(frozen=True)
class Printed:
    """The interaction's estimate and the respondents as printed, the claims as intervals, each term's test in words, notes."""

    estimate: str
    n: int | None
    claims: Claims
    words: tuple[str, ...]
    notes: tuple[str, ...]


def read(
    name: str,
    model: Model,
    claims: Sequence[Claim],
    scales: Mapping[str, Scale],
    center: str,
    categories: Mapping[str, Collection],
) -> Printed | None:
    """What is printed of a model; None where the estimate of its interaction is not.

    Parameters
    ----------
    name : str
    model : Model
        Its outcome, predictor and moderator are scales.
    claims : sequence of Claim
        Used are those about the model's `coefficients` and `fit` and about `reliability/scales`.
    scales : mapping of str to Scale
    center : {"mean", "none"}
    categories : mapping of str to collection
    """

    def printed(table: str, column: str, **row: str) -> list[str]:
        return [one.published for one in claims if (one.table, one.column) == (table, column) and row.items() <= one.row.items()]

    coefficients, fit = f"moderation/{name}/coefficients", f"moderation/{name}/fit"
    estimate = next((text for text in printed(coefficients, "estimate", term=model.interaction) if not parse(text).sign), None)
    if estimate is None:
        return None
    roles = model.variables[:3]
    n, df = (
        next((int(parse(text).number) for text in printed(fit, column) if not parse(text).sign), None)
        for column in ("n", "df_residual")
    )
    notes = []
    if n is None and df is None:
        n = next((one.n for one in (scales[role].published for role in roles) if one and one.n), None)
        notes += ["the number of respondents is that of a scale's source"] if n else []
    parameters = 4 + sum(len(categories[one]) - 1 if one in categories else 1 for one in model.covariates)
    df = (n or 0) - parameters if df is None else df
    n = df + parameters if n is None and df > 0 else n
    factor, terms, words, exact = math.exp(ALLOWANCE[0] + ALLOWANCE[1] / math.sqrt(max(df, 1))), [], [], False
    for term in (model.predictor, model.moderator, model.interaction):
        used = center == "mean" or term == model.interaction
        texts = {
            column: printed(coefficients, column, term=term) if used else []
            for column in ("estimate", "std_error", "t", "p_value")
        }
        terms.append(_term(texts, df, factor))
        words.append(" and ".join(f"{column[0]} {_equals(text)}" for column in ("p_value", "t") for text in texts[column]))
        exact |= any(not parse(text).sign for column in ("std_error", "t", "p_value") for text in texts[column])
    if exact:
        notes.append(f"printed standard errors, t and exact p may differ from the arithmetic by a factor of {factor:.2f}")
    if center != "mean":
        notes.append("predictor and moderator are not centred, so that only the interaction's coefficient is used")
    if model.covariates:
        notes.append("covariates are taken as uncorrelated with predictor, moderator and their product")
    reliability = []
    for scale in roles:
        alpha, own = interval(printed("reliability/scales", "alpha", scale=scale))[1], scales[scale].published
        if alpha == np.inf and own and own.alpha is not None:
            # a number in a scale's file has lost its last zeros; alphas are printed with two decimals or more
            alpha = interval([max(f"{own.alpha:.2f}", f"{own.alpha:.9f}".rstrip("0"), key=len)])[1]
        if not 0 < alpha < np.inf:
            notes.append(f"no reliability of {scale} is published, and 1 is assumed")
        reliability.append(min(alpha, 1.0) if alpha > 0 else 1.0)
    reliability[0] = min(reliability[0], LARGEST)
    return Printed(estimate, n, Claims(*terms, df, tuple(reliability), bool(model.covariates)), tuple(words), tuple(notes))


def interval(texts: Iterable[str], factor: float = 1.0) -> tuple[float, float]:
    """The interval of the values that all these prints allow; what exact values allow is widened by a factor."""
    low, high = ANY
    for text in texts:
        one = parse(text)
        if one.sign:
            bottom, top = (-np.inf, one.number) if one.sign in ("<", "≤") else (one.number, np.inf)
        else:
            half = 0.5 * 10.0**-one.decimals
            bottom, top = one.number - half, one.number + half
            bottom, top = (bottom * factor if bottom < 0 else bottom / factor), (top / factor if top < 0 else top * factor)
        low, high = max(low, bottom), min(high, top)
    return low, high


def _term(texts: Mapping[str, list[str]], df: int, factor: float) -> Term:
    """A coefficient's prints as intervals."""
    error = interval(texts["std_error"], factor)
    limits, exact = (interval(one for one in texts["p_value"] if bool(parse(one).sign) is signed) for signed in (True, False))
    size = (
        max(_critical(limits[1], df), _critical(exact[1], df) / factor),
        min(_critical(limits[0], df), _critical(exact[0], df) * factor),
    )
    return Term(interval(texts["estimate"]), (max(error[0], 0.0), error[1]), interval(texts["t"], factor), size)


def _critical(p: float, df: int) -> float:
    """The |t| of a two-sided p, which is cut to 0 to 1."""
    return float(abs(stdtrit(df, min(max(p, 0.0), 1.0) / 2))) if df > 0 else np.nan


def _equals(text: str) -> str:
    return text if parse(text).sign else f"= {text}"
