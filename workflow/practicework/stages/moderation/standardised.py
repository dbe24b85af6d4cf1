"""Standardized coefficients, with intervals that allow for the estimated standard deviations."""

from collections.abc import Iterator

import numpy as np
from scipy.special import stdtrit

from practicework.numerics.least_squares import LeastSquares
from practicework.stages.moderation.design import Design, build
from practicework.stages.moderation.regression import Fit, ols


def design(fit: Fit) -> Design:
    """Return the design of z-scores, with the product that of the z-scores; indicators of categories are unchanged."""
    made, data = fit.design, fit.design.data.copy()
    categories = [
        one.name for one in (made.predictor, made.moderator, made.second, *made.covariates) if one and one.levels is not None
    ]
    for name in made.model.variables:
        if name not in categories:
            data[name] = (data[name] - data[name].mean()) / data[name].std()
    return build(data, made.name, made.model, "none", categories)


def coefficients(fit: Fit) -> dict[str, np.ndarray]:
    """Return standardized coefficients and their intervals by the delta method.

    A standardized coefficient depends on the means and standard deviations of the sample as well as on the regression. Its
    standard error is the root of the sum of squared influences of respondents on all of these (infinitesimal jackknife), with
    residuals divided by 1 - h as in HC3, or of the sums of clusters. Treating the standard deviations as known makes intervals
    of strong coefficients too wide and others too narrow (Yuan & Chan, 2011). In R: `betaSandwich::BetaHC` for models without
    products.
    """
    made = design(fit)
    squares, beta, _ = ols(made)
    by = influence(made, squares, beta, hc3=fit.computable("hc3"))
    df = fit.df
    if fit.clustered is not None:
        _, place = np.unique(fit.clustered.clusters, return_inverse=True)
        sums = np.zeros((place.max() + 1, by.shape[1]))
        np.add.at(sums, place, by)
        by, df = sums * np.sqrt(len(sums) / (len(sums) - 1)), len(sums) - 1
    error = np.sqrt((by**2).sum(axis=0))
    half = float(stdtrit(df, (1 + fit.confidence) / 2)) * error
    return {"beta": beta, "beta_low": beta - half, "beta_high": beta + half, "beta_std_error": error}


def influence(made: Design, squares: LeastSquares, beta: np.ndarray, *, hc3: bool) -> np.ndarray:
    """Return the influence of each respondent on each standardized coefficient, shape (n, p).

    The regression's own is (Z'Z)⁻¹ z e. A change of the mean or the standard deviation of a variable changes the columns Z that
    contain it to Z + D, but not what the model can fit, so that the coefficients change by -(Z'Z)⁻¹ Z'D β.
    """
    n = len(made.outcome)
    bread = squares.inverse / squares.size[:, None]
    residuals = squares.residuals(made.outcome)
    found = (squares.q * (residuals / (squares.rest if hc3 else 1.0))[:, None]) @ bread.T
    for values, by_mean, by_sd in _moved(made):
        found += np.outer(values / n, -(bread @ (squares.q.T @ (by_mean @ beta))))
        found += np.outer((values**2 - (n - 1) / n) / (2 * (n - 1)), -(bread @ (squares.q.T @ (by_sd @ beta))))
    y = made.outcome
    found[:, 0] -= y / n
    return found - np.outer((y**2 - (n - 1) / n) / (2 * (n - 1)), beta)


def _moved(made: Design) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Yield each continuous variable's z-scores, and the derivatives of the columns by its mean and its standard deviation."""
    factors = [_factors(term) for term in made.terms]
    for coded in (made.predictor, made.moderator, made.second, *made.covariates):
        if coded is None or coded.levels is not None or coded.name == made.model.square:
            continue
        values = made.data[coded.name].to_numpy(float)
        by_mean, by_sd = np.zeros_like(made.matrix), np.zeros_like(made.matrix)
        for place, names in enumerate(factors):
            if (times := names.count(coded.name)) == 0:
                continue
            rest = list(names)
            rest.remove(coded.name)
            others = [made.matrix[:, made.terms.index(name)] for name in rest]
            by_mean[:, place] = -times * np.prod([np.ones(len(values)), *others], axis=0)
            by_sd[:, place] = -times * made.matrix[:, place]
        yield values, by_mean, by_sd


def _factors(term: str) -> list[str]:
    """The columns whose product a column is: `x^2` is twice `x`."""
    return [name for part in term.split(":") for name in ([part.removesuffix("^2")] * 2 if part.endswith("^2") else [part])]
