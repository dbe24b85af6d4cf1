"""Correction for measurement error: errors-in-variables regression by the method of moments."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from practicework.numerics import bootstrap
from practicework.numerics.matrices import definite
from practicework.stages.moderation.regression import Fit
from practicework.tables import frame

LOST = 0.05
"""Share of resamples without a solution above which no interval is given."""


def correct(
    fit: Fit,
    reliabilities: Mapping[str, float],
    items: Mapping[str, pd.DataFrame],
    resamples: int,
    rng: np.random.Generator,
    clusters: pd.Series | None = None,
) -> pd.DataFrame:
    """Return coefficients corrected for the unreliability of predictor, moderator and covariates.

    b = (X'X/n - E)⁻¹ X'y/n, with E the moments of the measurement errors (Fuller, 1987). An error δ of variance
    θ = (1 - reliability) × variance of the variable enters its own column and each product with it: its part of E
    is θ times the mean product of what it multiplies, which is 1 and the other variable (less that one's own
    error variance once, if both have errors). Errors are assumed independent of each other and of the true scores. Errors
    of the outcome cause no bias. Variables without a known reliability are treated as free of error.

    The bootstrap resamples respondents, or their clusters. Where the reliability is coefficient alpha, each resample has its
    own alpha, so the interval includes the uncertainty of alpha; other reliabilities are treated as known.

    Parameters
    ----------
    fit : Fit
    reliabilities : mapping of str to float
        By variable, above 0 and up to 1.
    items : mapping of str to DataFrame
        The keyed answers of scales whose reliability is coefficient alpha; the index contains the respondents of the model.
        Alpha is listwise within the scale.
    resamples : int
        Case resamples for the percentile interval.
    rng : numpy.random.Generator
    clusters : Series, optional
        The cluster of each respondent, by id: clusters are resampled instead of respondents. Respondents of unknown clusters,
        who are not in the model, each count as one.

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
    if (
        not used or design.model.square or design.second
    ):  # the errors of a square and of further products are not in these moments
        return frame("moderation/{model}/errors_in_variables", [])
    size = np.sqrt((design.matrix**2).mean(axis=0))
    basis = np.linalg.inv(np.linalg.qr(design.matrix / size)[1]) * np.sqrt(len(design.matrix))
    columns = np.column_stack([design.matrix / size, design.outcome])
    whole, solved = _solve((columns.T @ columns / len(columns))[None], fit, used, size, basis)
    unsolved = "not computable: the reliabilities are too low for this sample"
    table = pd.DataFrame({"term": design.terms, "uncorrected": fit.estimates, "note": None if solved[0] else unsolved})
    table["reliability"] = [used.get(term, np.nan) for term in design.terms]
    table["estimate"] = whole[0]
    resampled = {name: items[name] for name in used if name in items}
    table["resampled"] = [term in resampled if term in used else None for term in design.terms]
    people = next(iter(resampled.values())).index if resampled else pd.Index(design.data["respondent"])
    inside = people.get_indexer(design.data["respondent"])
    groups = None if clusters is None else _groups(clusters, people)
    rows, cols = np.triu_indices(columns.shape[1])
    values = np.zeros((len(people), columns.shape[1]))
    values[inside] = columns
    data = [values, *(_complete(some.to_numpy(float)) for some in resampled.values())]
    first = np.cumsum([one.shape[1] for one in data])[:-1]

    def summed(some: np.ndarray) -> list[np.ndarray]:
        own, *others = np.split(some, first, axis=1)
        return [own[:, rows] * own[:, cols], *map(_alpha_columns, others)]

    ends, found = np.cumsum([block.shape[1] for block in summed(np.zeros((1, sum(one.shape[1] for one in data))))]), []
    draws = resamples if solved[0] else 0
    for sums in bootstrap.group_sums(np.hstack(data), groups, draws, rng, lambda some: np.hstack(summed(some))):
        parts = np.split(sums, ends[:-1], axis=1)
        moments = np.empty((len(sums), columns.shape[1], columns.shape[1]))
        # the intercept is the first column, so its mean square in the sample is that of the drawn respondents' number
        moments[:, rows, cols] = moments[:, cols, rows] = parts[0] / parts[0][:, :1]
        alphas = dict(zip(resampled, map(_alphas, parts[1:]), strict=True))
        estimates, fine = _solve(moments, fit, used | alphas, size, basis)
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


def _groups(clusters: pd.Series, people: pd.Index) -> np.ndarray:
    """The cluster of each of these people; those of unknown clusters have negative numbers of their own."""
    own = clusters.reindex(people).to_numpy(float)
    return np.where(np.isnan(own), -1.0 - np.arange(len(own)), own)


def _complete(items: np.ndarray) -> np.ndarray:
    """Whether a row is complete, and the centred items of complete rows; those of the others are zero."""
    complete = ~np.isnan(items).any(axis=1)
    return np.column_stack([complete, np.where(complete[:, None], items - items[complete].mean(axis=0), 0.0)])


def _alpha_columns(rows: np.ndarray) -> np.ndarray:
    """The columns whose sums give coefficient alpha: number of complete rows, items, their squares, total, its square."""
    total = rows[:, 1:].sum(axis=1)
    return np.column_stack([rows, rows[:, 1:] ** 2, total, total**2])


def _alphas(sums: np.ndarray) -> np.ndarray:
    """Coefficient alpha of each resample from its sums of `_alpha_columns`; 0 where it is not positive or not computable."""
    k = (sums.shape[1] - 3) // 2
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = sums / sums[:, :1]
        items = mean[:, 1 + k : 1 + 2 * k] - mean[:, 1 : 1 + k] ** 2
        alpha = k / (k - 1) * (1 - items.sum(axis=1) / (mean[:, -1] - mean[:, -2] ** 2))
    return np.where(alpha > 0, alpha, 0.0)


def _solve(
    moments: np.ndarray, fit: Fit, used: Mapping[str, float | np.ndarray], size: np.ndarray, basis: np.ndarray
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
    fine = definite(corrected, 1e-6)
    estimates = np.full((len(moments), p), np.nan)
    solution = np.linalg.solve(corrected[fine], basis.T @ moments[fine, :p, p:])
    estimates[fine] = (basis @ solution)[:, :, 0] / size
    return estimates, fine
