"""Fragility: how many deletions of one respondent change the conclusion, and how many are to be expected."""

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from practicework.stages.moderation.influence import errors_without, hc3_errors_without
from practicework.stages.moderation.regression import Fit
from practicework.study.settings import Moderation
from practicework.tables import frame

PRODUCTS = 2_000_000_000
"""Maximum number of products of residuals and weights; more respondents mean fewer data sets."""

LARGEST = 50_000
"""Respondents up to which data sets are simulated."""

CELLS = 1_000_000
"""Maximum number of outcomes at a time."""


def expect(fit: Fit, without: pd.DataFrame, settings: Moderation, rng: np.random.Generator) -> pd.DataFrame:
    """Return the number of deletions that change the conclusion and its distribution for data like these.

    In simulated data sets, the design is that of the sample, errors are normal and homoscedastic, and the interaction has
    the observed t. Its distance from the critical value is then that of the sample, and only the accident of who carries
    it varies. Least squares is equivariant, so each data set is one draw of residuals: its standard error times the
    observed t is its estimate.

    Parameters
    ----------
    fit : Fit
    without : DataFrame
        The table `leave_one_out`.
    settings : Moderation
        The interval on which conclusions are based (as in `leave_one_out`, HC3 stands in for the bootstrap), and the number
        of data sets (`simulation.studies`; fewer for more than 400 respondents, and none for more than 50,000).
    rng : numpy.random.Generator

    Returns
    -------
    DataFrame
        The table `fragility`, one row per product term: `deletions` in the sample, and the shares of data sets with at least
        one and with at least as many, their median, and the same of the largest |DFBETAS|.
    """
    errors = errors_without(fit, settings.interval)
    rows = []
    for term in fit.design.interaction:
        name = fit.design.terms[term]
        own = without[without["term"] == name]
        row = {"term": name, "interval": errors, "deletions": int(own["turns"].notna().sum())}
        sizes = own["dfbetas"].abs()
        if sizes.isna().any() or fit.df <= 1:
            rows.append(row | {"note": "not computable: one respondent alone determines a coefficient"})
            continue
        most = own.loc[sizes.idxmax()]
        row |= {"respondent": most["respondent"], "dfbetas": most["dfbetas"]}
        if len(fit.design.data) > LARGEST:
            rows.append(row | {"note": f"not simulated for more than {LARGEST:,} respondents"})
            continue
        estimate, error = fit.effect(np.eye(len(fit.estimates))[[term]], errors)
        counts, largest = _simulate(fit, term, float((estimate / error)[0]), errors, settings.simulation.studies, rng)
        row |= {
            "expected_any": float((counts > 0).mean()),
            "expected_as_many": float((counts >= row["deletions"]).mean()),
            "expected_median": float(np.median(counts)),
            "expected_dfbetas": float(np.median(largest)),
            "expected_as_large": float((largest >= abs(most["dfbetas"])).mean()),
            "data_sets": len(counts),
        }
        rows.append(row)
    return frame("moderation/{model}/fragility", rows)


def _simulate(
    fit: Fit, term: int, t: float, errors: str, data_sets: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """The number of deletions that change the conclusion, and the largest |DFBETAS|, in each data set."""
    n, q, h = len(fit.design.data), fit.squares.q, fit.squares.leverage
    a, rest = fit.squares.weights(term), 1 - h
    critical = float(stdtrit(fit.df - 1, (1 + fit.confidence) / 2))
    clear = abs(t) > fit.critical
    wanted = min(data_sets, max(100, PRODUCTS // n**2))
    step = max(1, CELLS // n)
    counts, largest = [], []
    for start in range(0, wanted, step):
        e = rng.standard_normal((min(step, wanted - start), n))
        e -= (e @ q) @ q.T
        change = a * e / rest
        variance = ((e**2).sum(axis=1, keepdims=True) - e**2 / rest) / (fit.df - 1)
        if errors == "hc3":
            whole, without = np.sqrt((change**2).sum(axis=1)), hc3_errors_without(fit, term, e)
        else:
            whole, without = np.sqrt((e**2).sum(axis=1) / fit.df * (a @ a)), np.sqrt(variance * (a @ a + a**2 / rest))
        ratio = (t * whole[:, None] - change) / without
        turned = (np.sign(ratio) * (np.abs(ratio) > critical)) != (np.sign(t) * clear)
        counts.append((turned & ~np.isnan(ratio)).sum(axis=1))
        largest.append(np.abs(change / np.sqrt(variance * (a @ a))).max(axis=1))
    return np.concatenate(counts), np.concatenate(largest)
