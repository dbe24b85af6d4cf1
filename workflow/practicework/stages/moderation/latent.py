"""Latent moderation: the interaction of means, corrected means, factor scores and factors (SAM), side by side."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from practicework.errors import NotComputable
from practicework.numerics import bootstrap, one_factor
from practicework.numerics.minres import one_factor as minres
from practicework.stages.moderation.regression import Fit
from practicework.study.settings import Latent
from practicework.tables import frame

TABLE = "moderation/{model}/latent"
LOST = 0.05
"""Share of resamples without a solution above which no interval is given."""

FEWEST_ITEMS = 3
CELLS = 400_000
"""Maximum number of factor scores of one scale at a time."""


@dataclass(frozen=True)
class Measured:
    """A variable of the model: its keyed items, or its values if it has no items and is treated as free of error."""

    name: str
    items: np.ndarray | None
    values: np.ndarray | None

    @property
    def columns(self) -> np.ndarray:
        """Items or values, shape (n, k)."""
        return self.values[:, None] if self.items is None else self.items


def compare(
    fit: Fit,
    corrected: pd.DataFrame,
    reliabilities: Mapping[str, float],
    items: Mapping[str, pd.DataFrame],
    settings: Latent,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Return the interaction by four methods, with case-bootstrap intervals.

    - `means`: the model itself, of the scales' scores.
    - `corrected_means`: the same, corrected for the scales' reliabilities (`errors_in_variables`).
    - `factor_scores`: least squares on Bartlett factor scores, which still contain error.
    - `sam`: local structural-after-measurement (Rosseel & Loh, 2024), the method of moments of Wall & Amemiya (2000). Each scale
      has a one-factor model by maximum likelihood whose first item has a loading of 1. With Bartlett scores f, whose error has
      the variance θ = (λ'Ψ⁻¹λ)⁻¹, the moments of (1, fx, fw, fx fw) are reduced by those of the errors: θx, θw, and
      θx E[fw²] + θw E[fx²] − θx θw for the product.

    Factor scores and SAM are in units of the first items, the others in those of the scores; `standardised` makes them
    comparable: the estimate times the standard deviations of predictor and moderator, divided by the outcome's (of true
    scores or factors where the method corrects for error). Intervals of factor scores and SAM refit the factor models in each
    resample.

    Parameters
    ----------
    fit : Fit
    corrected : DataFrame
        The table `errors_in_variables`.
    reliabilities : mapping of str to float
        By variable; that of the outcome standardises the corrected interaction.
    items : mapping of str to DataFrame
        The keyed answers of every scale; the index contains the respondents of the model. Respondents with all items of all
        scales of the model are used (listwise).
    settings : Latent
    rng : numpy.random.Generator

    Returns
    -------
    DataFrame
        The table `latent`, one row per method; empty estimates have the reason in `note`.

    Notes
    -----
    In R: ``lavaan::sam("X =~ x1 + x2 + x3; W =~ ...; Y =~ ...; Y ~ X + W + X:W", d)`` (lavaan 0.7).
    """
    rows = [_means(fit), _corrected(fit, corrected, reliabilities.get(fit.design.model.outcome, 1.0))]
    try:
        measured, groups = _measured(fit, items)
        own, proper = next(_solutions(measured, np.ones((1, len(measured[0].columns)), int), None))
        if not proper[0]:
            raise NotComputable("a factor model has no proper solution, or the scores contain more error than variance")
        starts = _starts(measured)
        place = np.arange(len(measured[0].columns)) if groups is None else np.unique(groups, return_inverse=True)[1]
        counts = bootstrap.counts(place.max() + 1, settings.resamples, rng)[:, place]
        parts = list(_solutions(measured, counts, starts))
        draws = np.concatenate([found[fine] for found, fine in parts])
    except NotComputable as reason:
        rows += [{"method": method, "note": f"not computed: {reason}"} for method in ("factor_scores", "sam")]
        return frame(TABLE, rows)
    failed = settings.resamples - len(draws)
    for method, place, standardised in (("factor_scores", 0, 1), ("sam", 2, 3)):
        row = {"method": method, "n": len(measured[0].columns), "estimate": own[0, place], "standardised": own[0, standardised]}
        row |= {"reliability_x": own[0, 4], "reliability_w": own[0, 5], "reliability_xw": own[0, 6], "n_failed": failed}
        row["resamples"] = settings.resamples
        if failed <= LOST * settings.resamples:
            low, high = bootstrap.percentile(draws[:, [place, standardised]], fit.confidence)
            row |= {"std_error": draws[:, place].std(ddof=1), "ci_low": low[0], "ci_high": high[0]}
            row |= {"standardised_low": low[1], "standardised_high": high[1]}
        else:
            row["note"] = f"no interval: {failed:,} of {settings.resamples:,} resamples have no proper solution"
        rows.append(row)
    return frame(TABLE, rows)


def _means(fit: Fit) -> dict:
    """The model itself, with its bootstrap interval."""
    place = fit.design.interaction
    if len(place) > 1:
        return {"method": "means", "note": "not computed: the product has several terms"}
    tests = fit.tests(np.eye(len(fit.estimates))[place])
    spread = fit.design.data[[fit.design.model.predictor, fit.design.model.moderator, fit.design.model.outcome]].std()
    return {"method": "means", "n": len(fit.design.data), "estimate": fit.estimates[place[0]],
            "std_error": tests["boot_std_error"][0], "ci_low": tests["boot_low"][0], "ci_high": tests["boot_high"][0],
            "standardised": fit.estimates[place[0]] * spread.iloc[0] * spread.iloc[1] / spread.iloc[2],
            "resamples": len(fit.draws), "n_failed": 0}  # fmt: skip


def _corrected(fit: Fit, corrected: pd.DataFrame, reliability_y: float) -> dict:
    """The row of the product in `errors_in_variables`."""
    own = corrected[corrected["term"] == fit.design.model.interaction]
    if own.empty:
        return {"method": "corrected_means", "note": "not computed: no variable has a known reliability below 1"}
    row, used = own.iloc[0], corrected.set_index("term")["reliability"]
    model = fit.design.model
    x, w = (float(used.get(one, np.nan)) for one in (model.predictor, model.moderator))
    x, w = (1.0 if np.isnan(one) else one for one in (x, w))
    spread = fit.design.data[[model.predictor, model.moderator, model.outcome]].std()
    r = fit.design.data[model.predictor].corr(fit.design.data[model.moderator])
    found = {"method": "corrected_means", "n": len(fit.design.data), "estimate": row["estimate"],
             "std_error": row["boot_std_error"], "ci_low": row["boot_low"], "ci_high": row["boot_high"],
             "standardised": row["estimate"] * spread.iloc[0] * spread.iloc[1] * np.sqrt(x * w / reliability_y) / spread.iloc[2],
             "reliability_x": x, "reliability_w": w, "reliability_xw": (x * w + r**2) / (1 + r**2),
             "resamples": row["resamples"], "n_failed": row["unsolved"]}  # fmt: skip
    return found | {"note": row["note"]}


def _measured(fit: Fit, items: Mapping[str, pd.DataFrame]) -> tuple[list[Measured], np.ndarray | None]:
    """Outcome, predictor, moderator and covariates with their items, among respondents with all of these; and their clusters."""
    design, model = fit.design, fit.design.model
    if design.second is not None or model.square or len(design.interaction) > 1:
        raise NotComputable("the model has more than one product or a square")
    for name in (model.outcome, model.predictor, model.moderator):
        if name not in items:
            raise NotComputable(f"'{name}' is a variable without items")
        if items[name].shape[1] < FEWEST_ITEMS:
            raise NotComputable(f"'{name}' has {items[name].shape[1]} items, and a factor model requires {FEWEST_ITEMS}")
    people = design.data["respondent"].to_numpy()
    own = {
        name: items[name].loc[people].to_numpy(float)
        for name in model.variables if name in items and items[name].shape[1] >= FEWEST_ITEMS
    }  # fmt: skip
    complete = ~np.column_stack([np.isnan(one).any(axis=1) for one in own.values()]).any(axis=1)
    found = [Measured(name, own[name][complete], None) for name in (model.outcome, model.predictor, model.moderator)]
    for one in design.covariates:
        if one.name in own:
            found.append(Measured(one.name, own[one.name][complete], None))
        else:
            coded = one.code(design.data[one.name].to_numpy(float))[complete]
            found += [Measured(one.name, None, column) for column in coded.T]
    if complete.sum() <= 4 + len(found):
        raise NotComputable(f"{complete.sum()} respondents answered all items")
    return found, None if fit.clustered is None else fit.clustered.clusters[complete]


def _starts(measured: list[Measured]) -> list[tuple[np.ndarray, np.ndarray] | None]:
    """Loadings and residual variances of each scale in the sample."""
    found = []
    for one in measured:
        if one.items is None:
            found.append(None)
            continue
        covariance = np.cov(one.items.T, ddof=0)
        size = np.sqrt(np.diag(covariance))
        if not (size > 0).all():
            raise NotComputable(f"an item of '{one.name}' has the same answer for everybody")
        first = minres(covariance / np.outer(size, size)) * size
        loadings, fine = one_factor.fit(covariance[None], first, np.maximum(size**2 - first**2, 0.05 * size**2), gradient=1e-12)
        if not fine[0]:
            raise NotComputable(f"the factor model of '{one.name}' has no proper solution")
        found.append((loadings[0], np.diag(covariance) - loadings[0] ** 2))
    return found


def _solutions(measured: list[Measured], counts: np.ndarray, starts: list | None) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield, for blocks of resamples, the interaction of factor scores and of SAM and which have a proper solution.

    The columns are: factor scores, standardised, SAM, standardised, reliabilities of predictor, moderator and product.
    """
    exact = starts is None
    starts = _starts(measured) if exact else starts
    step = max(1, CELLS // counts.shape[1])
    for first in range(0, len(counts), step):
        some = counts[first : first + step].astype(float)
        n = some.sum(axis=1, keepdims=True)
        scores, errors, fine = [], [], np.ones(len(some), bool)
        for one, start in zip(measured, starts, strict=True):
            mean = some @ one.columns / n
            if one.items is None:
                scores.append(one.columns[:, 0] - mean)
                errors.append(np.zeros(len(some)))
                continue
            k = one.columns.shape[1]
            rows, cols = np.triu_indices(k)
            centre = one.columns.mean(axis=0)
            centred = one.columns - centre
            covariance = np.empty((len(some), k, k))
            covariance[:, rows, cols] = some @ (centred[:, rows] * centred[:, cols]) / n
            covariance[:, rows, cols] -= (mean - centre)[:, rows] * (mean - centre)[:, cols]
            covariance[:, cols, rows] = covariance[:, rows, cols]
            loadings, proper = (start[0][None], np.array([True])) if exact else one_factor.fit(covariance, *start)
            residuals = np.einsum("mkk->mk", covariance) - loadings**2
            fine &= proper & (residuals > 0).all(axis=1) & (np.abs(loadings[:, 0]) > 1e-6)
            with np.errstate(all="ignore"):
                marked = loadings / loadings[:, :1]
                weights = marked / residuals
                strength = (marked * weights).sum(axis=1, keepdims=True)
                weights = weights / strength
            scores.append((weights @ one.columns.T) - (weights * mean).sum(axis=1, keepdims=True))
            errors.append(1 / strength[:, 0])
        found, solved = _interaction(scores, errors, some / n)
        yield found, fine & solved & np.isfinite(found).all(axis=1)


def _interaction(scores: list[np.ndarray], errors: list[np.ndarray], weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The interaction from weighted moments of scores (m, n) with error variances (m,), and whether it can be solved."""
    y, x, w, *others = scores
    theta_y, theta_x, theta_w, *theta_others = errors
    columns = np.stack([np.ones_like(x), x, w, x * w, *others], axis=2)
    gram = np.einsum("mnp,mn,mnq->mpq", columns, weights, columns, optimize=True)
    right = np.einsum("mnp,mn,mn->mp", columns, weights, y, optimize=True)
    error = np.zeros_like(gram)
    error[:, 1, 1], error[:, 2, 2] = theta_x, theta_w
    mean_x, mean_w = gram[:, 0, 1], gram[:, 0, 2]
    square_x, square_w = gram[:, 1, 1], gram[:, 2, 2]
    error[:, 1, 3] = error[:, 3, 1] = theta_x * mean_w
    error[:, 2, 3] = error[:, 3, 2] = theta_w * mean_x
    error[:, 3, 3] = theta_x * square_w + theta_w * square_x - theta_x * theta_w
    for place, theta in enumerate(theta_others, 4):
        error[:, place, place] = theta
    size = np.sqrt(np.einsum("mpp->mp", gram))
    with np.errstate(all="ignore"):
        scaled = (gram - error) / (size[:, :, None] * size[:, None, :])
    finite = np.isfinite(scaled).all(axis=(1, 2))
    scaled[~finite] = np.eye(scaled.shape[1])
    fine = finite & (np.linalg.eigvalsh(scaled)[:, 0] > 1e-6)
    scaled[~fine] = np.eye(scaled.shape[1])
    plain = gram / (size[:, :, None] * size[:, None, :])
    plain[~fine] = np.eye(scaled.shape[1])
    sam, own = (np.linalg.solve(one, (right / size)[:, :, None])[:, 3, 0] / size[:, 3] for one in (scaled, plain))
    variance_y = np.einsum("mn,mn->m", weights, y**2) - np.einsum("mn,mn->m", weights, y) ** 2
    var_x, var_w = square_x - mean_x**2, square_w - mean_w**2
    true = [var_x - theta_x, var_w - theta_w, variance_y - theta_y]
    fine &= np.all([one > 0 for one in true], axis=0)
    with np.errstate(all="ignore"):
        spread = np.sqrt(var_x * var_w / variance_y)
        latent = np.sqrt(true[0] * true[1] / true[2])
        reliability = [true[0] / var_x, true[1] / var_w]
        covariance = gram[:, 1, 2] - mean_x * mean_w
        product = (true[0] * true[1] + covariance**2) / (var_x * var_w + covariance**2)
    return np.column_stack([own, own * spread, sam, sam * latent, *reliability, product]), fine
