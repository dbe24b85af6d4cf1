"""Correction for measurement error: errors-in-variables regression by the method of moments."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from practicework.numerics import bootstrap
from practicework.stages.moderation.regression import Fit
from practicework.tables import frame

LOST = 0.05
"""Share of resamples without a solution above which no interval is given."""


def correct(fit: Fit, reliabilities: Mapping[str, float], resamples: int, rng: np.random.Generator) -> pd.DataFrame:
    """Return coefficients corrected for the unreliability of predictor, moderator and covariates.

    b = (X'X/n - E)⁻¹ X'y/n, with E the moments of the measurement errors (Fuller, 1987). An error δ of variance
    θ = (1 - reliability) × variance of the variable enters its own column and each product with it: its part of E
    is θ times the mean product of what it multiplies, which is 1 and the other variable (less that one's own
    error variance once, if both have errors). Errors are assumed independent of each other and of the true scores, and
    reliabilities are treated as known. Errors of the outcome cause no bias. Variables without a known reliability are
    treated as free of error.

    Parameters
    ----------
    fit : Fit
    reliabilities : mapping of str to float
        By variable, above 0 and up to 1.
    resamples : int
        Case resamples for the percentile interval.
    rng : numpy.random.Generator

    Returns
    -------
    DataFrame
        The table `errors_in_variables`; without rows if no variable has a known reliability below 1. Estimates are empty,
        with the reason in `note`, if the corrected moments are not positive definite: the reliabilities are too low for
        this sample.
    """
    design = fit.design
    used = {name: reliabilities[name] for name in design.model.variables[1:] if reliabilities.get(name, 1.0) < 1}
    for one in (design.predictor, design.moderator, *design.covariates):
        if one.levels is not None:
            used.pop(one.name, None)
    if not used:
        return frame("moderation/{model}/errors_in_variables", [])
    size = np.sqrt((design.matrix**2).mean(axis=0))
    basis = np.linalg.inv(np.linalg.qr(design.matrix / size)[1]) * np.sqrt(len(design.matrix))
    columns = np.column_stack([design.matrix / size, design.outcome])
    whole, solved = _solve((columns.T @ columns / len(columns))[None], fit, used, size, basis)
    unsolved = "not computable: the reliabilities are too low for this sample"
    table = pd.DataFrame({"term": design.terms, "uncorrected": fit.estimates, "note": None if solved[0] else unsolved})
    table["reliability"] = [used.get(term, np.nan) for term in design.terms]
    table["estimate"] = whole[0]
    found = []
    rows, cols = np.triu_indices(columns.shape[1])
    for sums in bootstrap.weighted_sums(columns[:, rows] * columns[:, cols], resamples if solved[0] else 0, rng):
        moments = np.empty((len(sums), columns.shape[1], columns.shape[1]))
        moments[:, rows, cols] = moments[:, cols, rows] = sums / len(columns)
        estimates, fine = _solve(moments, fit, used, size, basis)
        found.append(estimates[fine])
    draws = np.concatenate(found) if found else np.empty((0, len(size)))
    table = table.assign(boot_std_error=np.nan, boot_low=np.nan, boot_high=np.nan, resamples=resamples)
    table["unsolved"] = resamples - len(draws) if solved[0] else pd.NA
    if len(draws) >= (1 - LOST) * resamples:
        low, high = bootstrap.percentile(draws, fit.confidence)
        table = table.assign(boot_std_error=draws.std(axis=0, ddof=1), boot_low=low, boot_high=high)
    elif solved[0]:
        table["note"] = f"no interval: {resamples - len(draws):,} of {resamples:,} resamples have no solution"
    return frame("moderation/{model}/errors_in_variables", table.to_dict("list"))


def _solve(
    moments: np.ndarray, fit: Fit, used: Mapping[str, float], size: np.ndarray, basis: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Corrected coefficients from moments (NaN without a solution), and which moments have a solution.

    They are solved in a basis in which the sample's own moments are the identity, so what remains of each direction is a
    share, whatever the units and centres.
    """
    design = fit.design
    p = len(size)
    gram = moments[:, :p, :p].copy() * np.outer(size, size)
    error = np.zeros_like(gram)
    kx, kw = len(design.predictor.terms), len(design.moderator.terms)
    x, w, xw = np.arange(1, 1 + kx), np.arange(1 + kx, 1 + kx + kw), design.interaction
    variance = {}
    for one, place in ((design.predictor, x[0]), (design.moderator, w[0])):
        raw = gram[:, place, place] - gram[:, 0, place] ** 2
        variance[one.name] = (1 - used.get(one.name, 1.0)) * raw
    # the predictor's error multiplies 1 and the moderator as observed; the moderator's 1 and the predictor's true part
    for one, own, other in ((design.predictor, x, w), (design.moderator, w, x)):
        if one.name not in used:
            continue
        partners, columns = np.concatenate([[0], other]), np.concatenate([own, xw])
        by = gram[:, partners[:, None], partners].copy()
        if one is design.moderator and design.predictor.name in used:
            by[:, 1, 1] -= variance[design.predictor.name]
        error[:, columns[:, None], columns] += variance[one.name][:, None, None] * by
    place = 1 + kx + kw + len(xw)
    for one in design.covariates:
        if one.name in used:
            raw = gram[:, place, place] - gram[:, 0, place] ** 2
            error[:, place, place] += (1 - used[one.name]) * raw
        place += len(one.terms)
    corrected = basis.T @ ((gram - error) / np.outer(size, size)) @ basis
    fine = np.linalg.eigvalsh(corrected)[:, 0] > 1e-6
    estimates = np.full((len(moments), p), np.nan)
    solution = np.linalg.solve(corrected[fine], basis.T @ moments[fine, :p, p:])
    estimates[fine] = (basis @ solution)[:, :, 0] / size
    return estimates, fine
