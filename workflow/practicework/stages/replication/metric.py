"""The metric: means, sums or standardised scores, from which of them the printed coefficients of a model can come."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from itertools import product

import numpy as np
import pandas as pd

from practicework.stages.replication.arithmetic import QUICK, SPREAD, TOLERANCE, Claims, Search, Term
from practicework.stages.replication.printed import Printed, read
from practicework.study.config import Replication
from practicework.study.scale import Scale
from practicework.study.settings import Model

METRICS = ("mean", "sum", "standardised")
ROLES = ("outcome", "predictor", "moderator")
TERMS = ("predictor", "moderator", "interaction")
USUAL = 0.20
"""The standard deviation of a typical mean score, as a share of its response range."""
PARTS = 6
"""Into how many parts the grid cuts each plausible range of standard deviations."""
COLUMNS = (
    "model", *ROLES, "estimate", "n", "possible", "share", "interaction_t_low", "interaction_t_high", "interaction_t_usual",
    "t_needed", "reason", "note",
)  # fmt: skip


def metric(
    published: Replication,
    models: Mapping[str, Model],
    scales: Mapping[str, Scale],
    center: str = "mean",
    categories: Mapping[str, Collection] | None = None,
) -> pd.DataFrame:
    """Which scoring of outcome, predictor and moderator can have given a model's printed coefficients.

    A model is assessed if its outcome, predictor and moderator are scales and a claim prints its interaction's
    estimate. From the claims come the estimates, standard errors, t and p of predictor, moderator and
    interaction, the degrees of freedom or the number of respondents (else the scales' `published.n`), and the
    coefficients alpha (else the scales' `published.alpha`, else 1, which allows most). A printed value stands for
    all that would be rounded to it, an alpha for the largest of them. What no claim prints is free.

    For each of the 27 combinations, `arithmetic.Search` looks for standard deviations, a correlation of predictor
    and moderator from -.3 to .8, and values behind the printed ones, with which everything fits. Standard
    deviations of mean scores are plausible from .10 to .30 of the response range: answers spread evenly over it
    have .29, typical scales .15 to .25. Wider limits make more combinations possible. A sum's standard deviation
    is the mean's times the number of items; a standardised score's is 1.

    Parameters
    ----------
    published : Replication
    models : mapping of str to Model
    scales : mapping of str to Scale
    center : {"mean", "none"}
        Without centring, the coefficients of predictor and moderator depend on the means and are not used.
    categories : mapping of str to collection, optional
        The codes of the variables of categories; as covariates they enter as one column less than codes.

    Returns
    -------
    DataFrame
        The table `replication/metric`: 27 rows per assessed model, none where no model can be assessed.

    Notes
    -----
    The arithmetic takes predictor and moderator as bivariate normal. The product of other scores varies more or
    less and correlates with them, so that a sample's standard errors depart from it: in simulated samples of
    normal scores and of skewed five-point answers, the logarithm of the ratio was within ±(.1 + 3/√df) in 99 of
    100, for the interaction, whose standard error departs most. Printed standard errors, t and exact p fit if they
    are within that factor; otherwise several of them together would rule out even the metric that they come from.
    Limits such as p < .05 are compared as they stand. Where they decide, the largest t belongs to predictor and
    moderator of the widest plausible spread. Such answers stand at both ends of the response range, and their
    product varies less than that of normal scores, so that the t that is told is too large rather than too small.
    """
    rows: list[dict] = []
    for name, model in models.items():
        if all(one in scales for one in model.variables[:3]):
            found = read(name, model, published.claims, scales, center, categories or {})
            rows += [{"model": name} | row for row in _assessed(model, found, scales)] if found else []
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _assessed(model: Model, found: Printed, scales: Mapping[str, Scale]) -> list[dict]:
    """The rows of one model, but for its name."""
    combinations, claims, words = list(product(METRICS, repeat=3)), found.claims, found.words
    same = {"estimate": found.estimate, "n": found.n, "note": "; ".join(found.notes) or None}
    rows = [dict(zip(ROLES, one, strict=True)) | same for one in combinations]
    if claims.df < 1:
        return [row | {"note": "no number of respondents is published that allows a test"} for row in rows]
    instruments = [scales[one] for one in model.variables[:3]]

    def deviations(*shares: float) -> np.ndarray:
        """Standard deviations of each combination at these shares of the response range."""
        return np.array(
            [
                [[_deviation(one, scale, share) for share in shares] for one, scale in zip(combination, instruments, strict=True)]
                for combination in combinations
            ]
        )

    sd, free = deviations(*SPREAD), replace(claims, interaction=claims.interaction.untested())
    search, without = Search(claims, sd), Search(free, sd)
    points, gap, _ = search.best()
    low, high = without.best(2, largest=False)[2], without.best(2)[2]
    usual = Search(_tested(claims), deviations(USUAL, USUAL)).best(2)[2]
    needed, one = claims.interaction.needed, search.deviations(points)[:, :1]
    reasons = _failures(claims, sd, gap > TOLERANCE, low, high, words)
    for number, row in enumerate(rows):
        row["possible"] = bool(gap[number] <= TOLERANCE)
        row["share"], row["reason"] = 0.0, reasons[number]
        if row["possible"]:
            fits = _grid(claims, sd[number])
            row["share"], row["reason"] = fits[1], _example(fits[0] if fits[1] else one[number], sd[number])
        row |= {"interaction_t_low": low[number], "interaction_t_high": high[number], "interaction_t_usual": usual[number]}
        row["t_needed"] = needed[0] or (needed[1] if needed[1] < np.inf else np.nan)
    return rows


def _deviation(metric: str, scale: Scale, share: float) -> float:
    """The standard deviation of a scale in a metric, that of its mean score being a share of the response range."""
    if metric == "standardised":
        return 1.0
    return share * (scale.response.max - scale.response.min) * (len(scale.items) if metric == "sum" else 1)


def _tested(claims: Claims, *numbers: int) -> Claims:
    """The claims with the t and p of these terms alone."""
    terms = [term if number in numbers else term.untested() for number, term in enumerate(claims.terms)]
    return replace(claims, predictor=terms[0], moderator=terms[1], interaction=terms[2])


def _estimated(claims: Claims, *numbers: int) -> Claims:
    """The claims with nothing but the estimates of these terms."""
    terms = [Term(term.estimate) if number in numbers else Term() for number, term in enumerate(claims.terms)]
    return replace(claims, predictor=terms[0], moderator=terms[1], interaction=terms[2])


def _failures(claims: Claims, sd: np.ndarray, wrong: np.ndarray, low: np.ndarray, high: np.ndarray, words: list[str]) -> list:
    """For each metric that is `wrong`, what fails: the interaction's test, another one, or what can be explained."""
    reasons = [_missed(2, *one, claims, words) for one in zip(low, high, strict=True)]

    def open_rows() -> np.ndarray:
        return np.flatnonzero(wrong & np.array([reason is None for reason in reasons]))

    # a term's test alone, then beside that of another term
    for number, others in ((2, ()), (0, ()), (1, ()), (0, (1,)), (1, (0,)), (2, (0,)), (2, (1,))):
        rows = open_rows()
        if len(rows) and all(words[one] for one in (number, *others)):
            search = Search(_tested(claims, *others), sd[rows])
            where = "".join(f"where the {TERMS[one]} has {words[one]}, " for one in others)
            for row, *reach in zip(rows, search.best(number, largest=False)[2], search.best(number)[2], strict=True):
                reason = _missed(number, *reach, claims, words)
                reasons[row] = reason and where + reason
    more = "would explain more of the outcome than the reliabilities allow"
    steps = [(_estimated(claims, number), f"the {term} {more}") for number, term in enumerate(TERMS)]
    steps += [
        (_estimated(claims, 0, 1, 2), f"predictor, moderator and interaction together {more}"),
        (_tested(claims), "the printed estimates and standard errors do not fit together"),
    ]
    for fewer, reason in steps:
        rows = open_rows()
        if len(rows):
            for row, gap in zip(rows, Search(fewer, sd[rows]).best()[1], strict=True):
                reasons[row] = reason if gap > TOLERANCE else None
    return [reason or "each printed value is possible by itself, but not all of them together" for reason in reasons]


def _missed(number: int, low: float, high: float, claims: Claims, words: list[str]) -> str | None:
    """How the reach of a term's |t| misses what its test needs; None where it does not, or where nothing can be reached."""
    needed = claims.terms[number].needed
    if high < needed[0]:
        reach, limit = _apart(high, needed[0])
        return f"the {TERMS[number]}'s t reaches at most {reach}, and {words[number]} needs {limit}"
    if low > needed[1]:
        limit, reach = _apart(needed[1], low)
        return f"the {TERMS[number]}'s t is at least {reach}, and {words[number]} allows at most {limit}"
    return None


def _apart(low: float, high: float) -> tuple[str, str]:
    """Two numbers with the fewest decimals, from two on, that tell them apart."""
    decimals = next((digits for digits in range(2, 12) if f"{low:.{digits}f}" != f"{high:.{digits}f}"), 12)
    return f"{low:.{decimals}f}", f"{high:.{decimals}f}"


def _grid(claims: Claims, sd: np.ndarray) -> tuple[np.ndarray, float]:
    """The standard deviations of a grid, in the middle of equal parts of each range, that fit, and their share."""
    middles = (np.arange(PARTS) + 0.5) / PARTS
    axes = [low + middles * (high - low) if high > low else np.array([low]) for low, high in sd]
    points = np.stack(np.meshgrid(*axes), axis=-1).reshape(-1, 3)
    fits = Search(claims, np.repeat(points[..., None], 2, axis=2), QUICK).best()[1] <= TOLERANCE
    return points[fits], float(fits.mean())


def _example(found: np.ndarray, sd: np.ndarray) -> str:
    """The standard deviations found that lie closest to the middle of their ranges, in words."""
    off = np.abs(np.log(found) - np.log(sd).mean(axis=1)).max(axis=1)
    words = [f"{value:.3g} ({role})" for role, value in zip(ROLES, found[off.argmin()], strict=True)]
    return f"possible if the standard deviations are, for example, {', '.join(words[:-1])} and {words[-1]}"
