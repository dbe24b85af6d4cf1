"""Regressions of categorical outcomes: multinomial logit of unordered and proportional odds of ordered categories."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from scipy.special import gammaincc, ndtri, softmax
from scipy.stats import norm

from practicework.errors import NotComputable
from practicework.numerics.coded import Coded
from practicework.numerics.generalized import Ordered
from practicework.numerics.proportionality import brant
from practicework.numerics.proportions import wilson
from practicework.numerics.seeds import Streams
from practicework.study.categorical import Categorical
from practicework.study.pipeline import Part
from practicework.tables import dropped, frame

SMALLEST = 40
"""Respondents below which no model is fitted."""

FEWEST = 10
"""Respondents of the smallest category for each coefficient of an equation (Peduzzi et al., 1996)."""

MOST = 7
"""Categories of an outcome."""

LARGEST = 15.0
"""Absolute log odds per standard deviation from which categories are separated."""

TABLE = "categorical/{model}"


@dataclass(frozen=True)
class Fit:
    """A fitted model.

    Attributes
    ----------
    parameters : ndarray of shape (k,)
        On standardised columns, as its covariance.
    covariance : ndarray of shape (k, k)
    log_likelihood : float
    probabilities : callable
        Maps parameters (k,) and standardised columns (n, p) to probabilities (n, categories).
    """

    parameters: np.ndarray
    covariance: np.ndarray
    log_likelihood: float
    probabilities: Callable[[np.ndarray, np.ndarray], np.ndarray]


def nominal(columns: np.ndarray, place: np.ndarray) -> Fit:
    """Fit a multinomial logit; the parameters are the equations of all categories but the first, each with its intercept.

    In R: ``nnet::multinom``.
    """
    from statsmodels.discrete.discrete_model import MNLogit

    matrix = np.column_stack([np.ones(len(columns)), columns])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fit = MNLogit(place, matrix).fit(method="newton", maxiter=100, disp=0)
    covariance = np.asarray(fit.cov_params())
    if not fit.mle_retvals["converged"] or np.abs(fit.params[1:]).max(initial=0) > LARGEST or not np.isfinite(covariance).all():
        raise NotComputable("a predictor separates the categories, so its coefficient has no finite estimate")

    def probabilities(at: np.ndarray, rows: np.ndarray) -> np.ndarray:
        whole = np.column_stack([np.ones(len(rows)), rows])
        return softmax(np.column_stack([np.zeros(len(rows)), whole @ at.reshape(-1, whole.shape[1]).T]), axis=1)

    return Fit(fit.params.T.ravel(), covariance, float(fit.llf), probabilities)


def ordinal(columns: np.ndarray, place: np.ndarray) -> Fit:
    """Fit proportional odds; the parameters are the thresholds, then the slopes. In R: ``ordinal::clm``, ``MASS::polr``."""
    regression = Ordered(np.column_stack([np.ones(len(columns)), columns]), place.astype(float))
    fit = regression.fit(robust=False)
    if not np.isfinite(fit.covariances["model"]).all():
        raise NotComputable("the likelihood has no maximum in this sample")

    def probabilities(at: np.ndarray, rows: np.ndarray) -> np.ndarray:
        return regression.predicted(at[None], np.column_stack([np.ones(len(rows)), rows]))[0]

    return Fit(fit.parameters, fit.covariances["model"], fit.log_likelihood, probabilities)


def analyse(
    scores: pd.DataFrame, model: Categorical, categories: Mapping[str, Mapping[int, tuple[str, ...]]], *, ordered: bool
) -> dict[str, pd.DataFrame]:
    """Return every table of a model, by the last part of its name.

    Parameters
    ----------
    scores : DataFrame
        Scores and variables of the respondents; those with missing values are omitted and listed.
    model : Categorical
    categories : mapping
        The categorical variables, which are predictors by indicators of all categories but the first.
    ordered : bool
        Whether the categories of the outcome are ordered.

    Raises
    ------
    NotComputable
        There are fewer than 40 respondents, too few in the smallest category for the number of coefficients (10 per coefficient),
        fewer than two or more than seven categories, a predictor that does not vary or follows from the others, or separation.
    """
    data = scores[["respondent", model.outcome, *model.predictors]]
    complete = data.dropna()
    outcome = complete[model.outcome].to_numpy(float)
    levels, place = np.unique(outcome, return_inverse=True)
    coded = [Coded(name, 0.0, np.unique(complete[name]) if name in categories else None) for name in model.predictors]
    if alone := next((one.name for one in coded if not one.terms), None):
        raise NotComputable(f"'{alone}' has one category in the sample; remove it from the predictors")
    terms = [term for one in coded for term in one.terms]
    matrix = np.column_stack([one.code(complete[one.name].to_numpy(float)) for one in coded])
    _check(model, levels, place, matrix, ordered=ordered)
    spread, centre = matrix.std(axis=0), matrix.mean(axis=0)
    fit_of, columns = (ordinal if ordered else nominal), (matrix - centre) / spread
    fit, null = fit_of(columns, place), np.bincount(place)
    base = float((null * np.log(null / len(place))).sum())
    lengths = [len(one.terms) for one in coded]
    equations = 1 if ordered else len(levels) - 1
    rows = []
    for number, one in enumerate(coded):
        others = np.delete(columns, np.arange(lengths[number]) + sum(lengths[:number]), axis=1)
        without = fit_of(others, place).log_likelihood if others.shape[1] else base
        chi, df = 2 * (fit.log_likelihood - without), lengths[number] * equations
        rows.append({"variable": one.name, "chi_square": chi, "df": df, "p_value": float(gammaincc(df / 2, max(chi, 0) / 2))})
    chi, df = 2 * (fit.log_likelihood - base), len(terms) * equations
    summary = {
        "n": len(place), "log_likelihood": fit.log_likelihood, "chi_square": chi, "df": df,
        "p_value": float(gammaincc(df / 2, max(chi, 0) / 2)), "mcfadden": 1 - fit.log_likelihood / base,
        "aic": 2 * len(fit.parameters) - 2 * fit.log_likelihood,
    }  # fmt: skip
    found = {
        "categories": [_category(level, n, len(place)) for level, n in zip(levels, null, strict=True)],
        "coefficients": _coefficients(fit, terms, levels, centre, spread, ordered=ordered),
        "variables": rows,
        "fit": [summary],
        "predicted": _predicted(fit, complete, coded, levels, centre, spread),
        "proportionality": _proportionality(columns, place, terms) if ordered and len(levels) > 2 else [],
    }
    tables = {name: frame(f"{TABLE}/{name}", own) for name, own in found.items()}
    return tables | {"dropped": dropped(f"{TABLE}/dropped", data)}


def _check(model: Categorical, levels: np.ndarray, place: np.ndarray, matrix: np.ndarray, *, ordered: bool) -> None:
    """Refuse a model whose conditions do not hold."""
    n, p = matrix.shape
    if n < SMALLEST:
        raise NotComputable(f"{n} respondents have all values, and the model needs {SMALLEST}")
    if not 2 + ordered <= len(levels) <= MOST:
        raise NotComputable(
            f"'{model.outcome}' has {len(levels)} categories in the sample, and the model needs {2 + ordered} to {MOST}"
        )
    sizes = np.bincount(place)
    if ordered:
        effective = n - float((sizes**3.0).sum()) / n**2
        if effective < FEWEST * p:
            raise NotComputable(
                f"the effective number of respondents is {effective:.0f}, but needs to be {FEWEST} per coefficient, {FEWEST * p} "
                "in all; use fewer predictors"
            )
    elif sizes.min() < FEWEST * p:
        raise NotComputable(
            f"the smallest category of '{model.outcome}' has {sizes.min()} respondents, but needs {FEWEST} per coefficient, "
            f"{FEWEST * p} in all; use fewer predictors, or combine categories"
        )
    spread = matrix.std(axis=0)
    if not (spread > 0).all() or np.linalg.matrix_rank((matrix - matrix.mean(axis=0)) / np.where(spread > 0, spread, 1)) < p:
        raise NotComputable("a predictor does not vary or follows from the others")


def _category(level: float, n: int, of: int) -> dict:
    low, high = wilson(int(n), of)
    return {"category": level, "n": int(n), "share": n / of, "ci_low": low, "ci_high": high}


def _coefficients(
    fit: Fit, terms: list[str], levels: np.ndarray, centre: np.ndarray, spread: np.ndarray, *, ordered: bool
) -> list[dict]:
    """The coefficients in units of the predictors, with Wald tests and odds ratios."""
    p = len(terms)
    if ordered:
        cuts = len(levels) - 1
        back = np.block([[np.eye(cuts), np.tile(centre / spread, (cuts, 1))], [np.zeros((p, cuts)), np.diag(1 / spread)]])
        names = [(None, f"{low:g}|{high:g}") for low, high in pairwise(levels)]
        names += [(None, term) for term in terms]
    else:
        one = np.eye(1 + p)
        one[0, 1:], one[1:, 1:] = -centre / spread, np.diag(1 / spread)
        back = np.kron(np.eye(len(levels) - 1), one)
        names = [(level, term) for level in levels[1:] for term in ("intercept", *terms)]
    estimates, errors = back @ fit.parameters, np.sqrt(np.diag(back @ fit.covariance @ back.T))
    critical, rows = float(ndtri(0.975)), []
    for (level, term), b, error in zip(names, estimates, errors, strict=True):
        row = {"category": level, "reference": None if ordered else levels[0], "term": term, "estimate": b, "std_error": error}
        low, high = b - critical * error, b + critical * error
        row |= {"z": b / error, "p_value": float(2 * norm.sf(abs(b / error))), "ci_low": low, "ci_high": high}
        if term in terms:
            row |= {"odds_ratio": np.exp(b), "odds_low": np.exp(low), "odds_high": np.exp(high)}
        rows.append(row)
    return rows


def _predicted(
    fit: Fit, data: pd.DataFrame, coded: Collection[Coded], levels: np.ndarray, centre: np.ndarray, spread: np.ndarray
) -> list[dict]:
    """Mean predicted shares with one variable set to its 16th, 50th and 84th percentile, or each category (delta method)."""
    critical, rows = float(ndtri(0.975)), []
    for one in coded:
        values = data[one.name].to_numpy(float)
        places = one.levels if one.levels is not None else np.quantile(values, [0.16, 0.5, 0.84], method="weibull")
        for value in np.unique(places):
            own = data.assign(**{one.name: value})
            matrix = np.column_stack([each.code(own[each.name].to_numpy(float)) for each in coded])
            columns = (matrix - centre) / spread

            def mean(at: np.ndarray, columns: np.ndarray = columns) -> np.ndarray:
                return fit.probabilities(at, columns).mean(axis=0)

            shares, step = mean(fit.parameters), 1e-5
            moves = step * np.eye(len(fit.parameters))
            slopes = np.array([mean(fit.parameters + move) - mean(fit.parameters - move) for move in moves]) / (2 * step)
            errors = np.sqrt(np.einsum("kc,kl,lc->c", slopes, fit.covariance, slopes))
            for level, share, error in zip(levels, shares, errors, strict=True):
                half = critical * error / (share * (1 - share))  # on the scale of logits, so that intervals stay in their range
                odds = share / (1 - share)
                low, high = (odds * np.exp(sign * half) / (1 + odds * np.exp(sign * half)) for sign in (-1, 1))
                rows.append(
                    {"variable": one.name, "value": value, "category": level, "share": share, "ci_low": low, "ci_high": high}
                )
    return rows


def _proportionality(columns: np.ndarray, place: np.ndarray, terms: list[str]) -> list[dict]:
    """Brant's test of all slopes (an empty term) and of each."""
    try:
        found, _slopes = brant(np.column_stack([np.ones(len(columns)), columns]), place.astype(float))
    except NotComputable as reason:
        return [{"note": f"not computed: {reason}"}]
    return [
        {"term": term, "chi_square": chi, "df": int(df), "p_value": p}
        for term, (chi, df, p) in zip([None, *terms], found, strict=True)
    ]


def compute(part: Part, inputs: Mapping[str, pd.DataFrame], rng: Streams) -> dict[str, pd.DataFrame]:
    """Return the stage's tables for a sample; a model whose conditions do not hold has its reason in `categorical/models`."""
    config, found, rows = part.study.config, {}, []
    for section in ("nominal", "ordinal"):
        own = getattr(config, section)
        for name, model in own.models.items() if own else ():
            row = {"model": name, "kind": section, "outcome": model.outcome, "fitted": True}
            try:
                tables = analyse(inputs["scoring/scores"], model, config.categories, ordered=section == "ordinal")
            except NotComputable as reason:
                blank = ("categories", "coefficients", "variables", "fit", "predicted", "proportionality", "dropped")
                tables = {key: frame(f"{TABLE}/{key}", []) for key in blank}
                row |= {"fitted": False, "note": f"{name}: {reason}."}
            found |= {f"categorical/{name}/{key}": table for key, table in tables.items()}
            rows.append(row)
    return {"categorical/models": frame("categorical/models", rows), **found}
