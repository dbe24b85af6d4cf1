"""Moderation of outcomes that are not quantities: two-valued, counts, ordered.

The product is tested on the scale of the link (log odds, log counts). Because that says nothing about the moderation of
probabilities, whose sign can differ (Ai & Norton, 2003), effects are also differences of predicted probabilities or counts.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import pandas as pd
from scipy.special import chdtrc, expit, logit, ndtr, ndtri

from practicework.errors import NotComputable, StudyError
from practicework.numerics import bootstrap
from practicework.numerics.generalized import Binary, regression
from practicework.numerics.least_squares import LeastSquares
from practicework.numerics.levels import family_mismatch
from practicework.numerics.likelihood import Fitted, Regression
from practicework.numerics.limits import FEW_CLUSTERS, REFITTED
from practicework.stages.moderation.design import Design, build
from practicework.stages.moderation.effects import CURVE_POINTS, probes
from practicework.study.settings import Model, Moderation
from practicework.tables import dropped, frame

TABLE = "moderation/{model}"

LOST = 0.05
"""Share of resamples without a maximum above which there is no bootstrap interval."""

ROWS = 2_000_000
"""Maximum number of predictions at a time."""


def analyse(
    scores: pd.DataFrame,
    name: str,
    model: Model,
    settings: Moderation,
    rng: np.random.Generator,
    *,
    categories: Collection[str] = (),
) -> dict[str, pd.DataFrame]:
    """Return every table of one moderation model of an outcome that is not a quantity.

    g(outcome) = b0 + b1 predictor + b2 moderator + b3 predictor × moderator + covariates by maximum likelihood, where g is
    the link of the family: log odds of the higher value (`binary`), logarithm of the expected count (`count`, negative
    binomial), log odds of a higher value at each threshold (`ordered`, proportional odds).

    Parameters
    ----------
    scores, name, model, settings, rng, categories
        As for `moderation.analyse`. With clusters, robust standard errors are cluster-robust (CR1) and clusters are resampled.

    Returns
    -------
    dict of DataFrame
        The generalized tables `moderation/{model}/*`, by the last part of their names.

    Raises
    ------
    StudyError
        If the outcome does not suit the family, the predictors separate its values, terms are collinear, or there are too few
        respondents or clusters.

    Notes
    -----
    In R: ``glm(y ~ x * w + c, binomial)``, ``MASS::glm.nb``, ``MASS::polr`` or ``ordinal::clm``; ``sandwich::sandwich(m)``.
    """
    data = scores[["respondent", *model.variables, *settings.grouping]]
    complete = data.dropna()
    fit = fitted(complete, name, model, settings, categories, rng)
    return {
        "generalized_coefficients": _coefficients(fit),
        "generalized_effects": _effects(fit),
        "predicted": _predicted(fit),
        "differences": _differences(fit),
        "second_differences": _second_differences(fit),
        "predicted_curve": _curve(fit),
        "generalized_fit": _fit_table(fit, settings, len(data) - len(complete)),
        "generalized_dropped": dropped(f"{TABLE}/generalized_dropped", data),
    }


@dataclass(frozen=True)
class Fit:
    """A fitted model, and inference about functions of its parameters.

    Attributes
    ----------
    own : Fitted
    without : Fitted
        The model without its product terms.
    draws : ndarray of shape (resamples, k)
        Bootstrapped parameters; `failed` of the resamples had no maximum and are not among them.
    jackknife : ndarray of shape (n, k) or None
        The parameters without each respondent or cluster, if BCa intervals are requested.
    """

    design: Design
    own: Fitted
    without: Fitted
    draws: np.ndarray
    failed: int
    jackknife: np.ndarray | None
    confidence: float

    def predictions(self, function: Callable[[np.ndarray], np.ndarray]) -> dict[str, np.ndarray]:
        """Return `tests` of predictions, with intervals from their logits or logarithms, which stay in their range."""
        table, critical = self.tests(function, "predicted"), float(ndtri((1 + self.confidence) / 2))
        predicted = table["predicted"]
        for suffix in ("", "_robust"):
            error = table[f"std_error{suffix}"]
            with np.errstate(all="ignore"):
                if self.design.model.family == "count":
                    factor = np.exp(critical * error / predicted)
                    ends = predicted / factor, predicted * factor
                else:
                    half = critical * error / (predicted * (1 - predicted))
                    ends = expit(logit(predicted) - half), expit(logit(predicted) + half)
            # a prediction of exactly 0 or 1 has no logit, and its interval no width
            table[f"ci_low{suffix}"], table[f"ci_high{suffix}"] = (np.where(np.isnan(end), predicted, end) for end in ends)
        return table

    def tests(self, function: Callable[[np.ndarray], np.ndarray], name: str = "estimate") -> dict[str, np.ndarray]:
        """Return estimates of functions of the parameters, with model-based, robust and bootstrap inference.

        Standard errors are those of the delta method.

        Parameters
        ----------
        function : callable
            Maps parameters of shape (m, k) to values of shape (m, q).
        name : str
            The column of the estimate.
        """
        estimate = function(self.own.parameters[None])[0]
        gradient = self.own.gradient(function)
        table, critical = {name: estimate}, float(ndtri((1 + self.confidence) / 2))
        for errors, suffix in (("model", ""), ("robust", "_robust")):
            variance = np.einsum("ij,jk,ik->i", gradient, self.own.covariances[errors], gradient)
            error = np.sqrt(np.maximum(variance, 0))
            with np.errstate(divide="ignore", invalid="ignore"):
                z = estimate / error
            half = critical * error
            table |= {f"std_error{suffix}": error, f"z{suffix}": z, f"p_value{suffix}": 2 * ndtr(-np.abs(z))}
            table |= {f"ci_low{suffix}": estimate - half, f"ci_high{suffix}": estimate + half}
        if not len(self.draws):
            return table | dict.fromkeys(("boot_std_error", "boot_low", "boot_high"), np.nan)
        draws = function(self.draws)
        if self.jackknife is None:
            low, high = bootstrap.percentile(draws, self.confidence)
        else:
            low, high = bootstrap.bca(draws, estimate, function(self.jackknife), self.confidence)
        return table | {"boot_std_error": draws.std(axis=0, ddof=1), "boot_low": low, "boot_high": high}


def fitted(
    complete: pd.DataFrame, name: str, model: Model, settings: Moderation, categories: Collection[str], rng: np.random.Generator
) -> Fit:
    """Fit the model, and resample it. See `analyse` for the errors raised."""
    design = build(complete, name, model, settings.center, categories)
    where, values = f"{design.where} cannot be fitted", design.outcome
    if mismatch := family_mismatch(values, model.family):
        raise StudyError(f"{where}: its outcome '{model.outcome}' {mismatch}.")
    groups = None if settings.cluster is None else complete[settings.cluster].to_numpy()
    if groups is not None and (found := len(np.unique(groups))) < FEW_CLUSTERS:
        raise StudyError(
            f"{where}: its respondents belong to {found} clusters ('{settings.cluster}'), and cluster-robust standard errors of "
            f"this family require at least {FEW_CLUSTERS}; remove 'cluster', or use 'family: normal'."
        )
    if LeastSquares(design.matrix).singular:
        raise StudyError(f"{where}: its coefficients are not identified; remove a variable that the others determine.")
    own = regression(model.family, design.matrix, values, model.firth)
    if isinstance(own, Binary) and not model.firth and (kind := own.separation()):
        raise StudyError(
            f"{where}: its variables separate the two values of '{model.outcome}' ({kind} separation), so the maximum likelihood "
            "estimate is infinite; remove or combine variables, or add 'firth: true' for Firth's penalised likelihood."
        )
    less = np.delete(design.matrix, design.interaction, axis=1)
    try:
        whole = own.fit(groups)
        without = regression(model.family, less, values, model.firth).fit(groups)
    except NotComputable as reason:
        raise StudyError(f"{where}: {reason}; remove or combine variables.") from None
    draws, failed = resample(own, whole, groups, settings.bootstrap.resamples, rng)
    jackknife = None
    if settings.bootstrap.interval == "bca" and len(draws) and len(values) <= REFITTED:
        place = np.arange(len(values)) if groups is None else np.unique(groups, return_inverse=True)[1]
        jackknife = own.resample((np.arange(place.max() + 1)[:, None] != place).astype(float), whole.parameters)
    return Fit(design, whole, without, draws, failed, jackknife, settings.confidence)


def resample(
    own: Regression, whole: Fitted, groups: np.ndarray | None, resamples: int, rng: np.random.Generator
) -> tuple[np.ndarray, int]:
    """Return the parameters in case resamples, or resamples of clusters, and how many had no maximum.

    Beyond `REFITTED` respondents, parameters are drawn from their normal limit with the robust covariance. There are no draws if
    more than one in twenty resamples had no maximum, since those without are not a random part.
    """
    if len(own.outcome) > REFITTED:
        return rng.multivariate_normal(whole.parameters, whole.covariances["robust"], resamples, method="eigh"), 0
    found = []
    place = np.arange(len(own.outcome)) if groups is None else np.unique(groups, return_inverse=True)[1]
    for counts in (
        bootstrap.counted(len(own.outcome), resamples, rng)
        if groups is None
        else bootstrap.counted(place.max() + 1, resamples, rng)
    ):
        found.append(own.resample(counts[:, place], whole.parameters))
    draws = np.concatenate(found)
    lost = np.isnan(draws).any(axis=1)
    return draws[~lost] if lost.mean() <= LOST else draws[:0], int(lost.sum())


def _coefficients(fit: Fit) -> pd.DataFrame:
    """Coefficients on the scale of the link, thresholds of an ordered outcome last; `ratio` is exp(b)."""
    own = fit.own.regression
    k, terms = len(fit.own.parameters), fit.design.terms
    named = [""] * k
    named[own.places] = terms[-(own.places.stop - own.places.start) :]
    extra = [place for place in range(k) if not named[place]]
    if fit.design.model.family == "count":
        extra = []  # the dispersion is in the table of fit
    for place, term in zip(extra, own.extra, strict=False):
        named[place] = term
    order = [*range(own.places.start, own.places.stop), *extra]
    table = {"term": [named[place] for place in order]} | fit.tests(lambda at: at[:, order])
    slopes = np.array([place in range(*own.slopes.indices(k)) for place in order])
    table["ratio"] = np.where(slopes, np.exp(table["estimate"]), np.nan)
    return frame(f"{TABLE}/generalized_coefficients", table)


def _effects(fit: Fit) -> pd.DataFrame:
    """The predictor's effect on the scale of the link at each probe."""
    design, named = fit.design, probes(fit.design)
    values, found = np.array(list(named.values())), []
    moderator = design.data[design.model.moderator]
    outside = (values < moderator.min()) | (values > moderator.max())
    for effect, term in enumerate(design.predictor.terms):
        rows = fit.own.regression.link(design.contrasts(effect, values))
        table = {"probe": list(named), "moderator_value": values} | fit.tests(lambda at, rows=rows: at @ rows.T, "effect")
        table |= {"ratio": np.exp(table["effect"]), "effect_of": term}
        table["note"] = np.where(outside, "outside the observed range: extrapolated", None)
        found.append(frame(f"{TABLE}/generalized_effects", table))
    return pd.concat(found, ignore_index=True)


def _ends(design: Design) -> list[tuple[float, float, str]]:
    """The values of the predictor that are compared: its two values, 16th and 84th percentile, or first and other categories."""
    if design.predictor.levels is not None:
        first, *others = (float(one) for one in design.predictor.levels)
        return [(first, other, term) for other, term in zip(others, design.predictor.terms, strict=True)]
    values = design.data[design.model.predictor].to_numpy(float)
    if len(np.unique(values)) == 2:
        low, high = values.min(), values.max()
    else:
        low, high = np.quantile(values, [0.16, 0.84], method="weibull")
    return [(float(low), float(high), design.predictor.name)]


def _shown(design: Design) -> dict[str, float]:
    """The values of the moderator at which predictions are compared."""
    named = probes(design)
    if "low" in named:
        return {one: named[one] for one in named if one in ("low", "high") or one.startswith("at ")}
    return {one: value for one, value in named.items() if not one.startswith("mean")}


def _averages(fit: Fit, places: list[tuple[float, float]]) -> Callable[[np.ndarray], np.ndarray]:
    """What the model predicts at values of predictor and moderator, averaged over the respondents' covariates.

    Maps parameters of shape (m, k) to values of shape (m, places × levels).
    """
    design = fit.design
    people = design.matrix if design.covariates else design.matrix[:1]
    width = len(design.terms) - sum(len(one.terms) for one in design.covariates)
    rows = design.at(*np.array(places).T)[:, :width]
    blocks = [np.column_stack([np.tile(row, (len(people), 1)), people[:, width:]]) for row in rows]

    def function(parameters: np.ndarray) -> np.ndarray:
        step = max(1, ROWS // len(people))
        found = []
        for block in blocks:
            parts = [
                fit.own.regression.predicted(parameters[first : first + step], block).mean(axis=1)
                for first in range(0, len(parameters), step)
            ]
            found.append(np.concatenate(parts))
        return np.stack(found, axis=1).reshape(len(parameters), -1)

    return function


def _labelled(fit: Fit, rows: list[dict]) -> dict[str, list]:
    """The columns of rows that are repeated for each level."""
    levels = fit.own.regression.levels
    return {key: [row[key] for row in rows for _level in levels] for key in rows[0]} | {
        "level": [level for _row in rows for level in levels]
    }


def _predicted(fit: Fit) -> pd.DataFrame:
    """Predicted probabilities or counts at both ends of the predictor and each value of the moderator."""
    design = fit.design
    values = list(dict.fromkeys(one for low, high, _term in _ends(design) for one in (low, high)))
    rows = [{"probe": probe, "moderator_value": w, "predictor_value": x} for probe, w in _shown(design).items() for x in values]
    function = _averages(fit, [(row["predictor_value"], row["moderator_value"]) for row in rows])
    return frame(f"{TABLE}/predicted", _labelled(fit, rows) | fit.predictions(function))


def _differences(fit: Fit) -> pd.DataFrame:
    """Differences of predicted probabilities or counts between values of the predictor, at each value of the moderator."""
    rows, function = _compared(fit)
    return frame(f"{TABLE}/differences", _labelled(fit, rows) | fit.tests(function, "difference"))


def _compared(fit: Fit) -> tuple[list[dict], Callable[[np.ndarray], np.ndarray]]:
    rows = [
        {"probe": probe, "moderator_value": w, "from": low, "to": high, "effect_of": term}
        for low, high, term in _ends(fit.design)
        for probe, w in _shown(fit.design).items()
    ]
    high = _averages(fit, [(row["to"], row["moderator_value"]) for row in rows])
    low = _averages(fit, [(row["from"], row["moderator_value"]) for row in rows])
    return rows, lambda at: high(at) - low(at)


def _second_differences(fit: Fit) -> pd.DataFrame:
    """Differences of these differences between values of the moderator: moderation on the scale of probabilities or counts."""
    rows, function = _compared(fit)
    named = list(_shown(fit.design))
    if fit.design.moderator.levels is not None:
        pairs = list(combinations(named, 2))
    else:
        own = [one for one in named if one.startswith("at ")]
        pairs = [pair for pair in (("p16", "p84"), ("low", "high")) if pair[0] in named] + list(combinations(own, 2))
    found, levels = [], len(fit.own.regression.levels)
    place = {(row["effect_of"], row["probe"]): number for number, row in enumerate(rows)}
    for term in fit.design.predictor.terms:
        for first, second in pairs:
            a, b = (place[term, probe] * levels + np.arange(levels) for probe in (first, second))
            row = {key: rows[place[term, first]][key] for key in ("from", "to", "effect_of")}
            row |= {"probe_a": first, "probe_b": second}
            tests = fit.tests(lambda at, a=a, b=b: (all_ := function(at))[:, b] - all_[:, a], "second_difference")
            found.append(frame(f"{TABLE}/second_differences", _labelled(fit, [row]) | tests))
    return pd.concat(found or [frame(f"{TABLE}/second_differences", [])], ignore_index=True)


def _curve(fit: Fit) -> pd.DataFrame:
    """Predictions over the predictor's observed range at each value of the moderator, with pointwise intervals."""
    design = fit.design
    x = design.data[design.model.predictor].to_numpy(float)
    few = design.predictor.levels is not None or len(np.unique(x)) == 2
    grid = np.unique(x) if few else np.linspace(x.min(), x.max(), CURVE_POINTS)
    rows = [{"probe": probe, "moderator_value": w, "predictor_value": one} for probe, w in _shown(design).items() for one in grid]
    function = _averages(fit, [(row["predictor_value"], row["moderator_value"]) for row in rows])
    table = replace(fit, draws=fit.draws[:0]).predictions(function)
    shown = ("predicted", "ci_low", "ci_high", "ci_low_robust", "ci_high_robust")
    return frame(f"{TABLE}/predicted_curve", _labelled(fit, rows) | {key: table[key] for key in shown})


def _fit_table(fit: Fit, settings: Moderation, excluded: int) -> pd.DataFrame:
    """Log-likelihoods, McFadden's R² and likelihood ratio tests; none of these tests with clusters or a penalty."""
    design, own, family = fit.design, fit.own, fit.design.model.family
    y, n = design.outcome, len(design.outcome)
    null = regression(family, design.matrix[:, :1], y).fit() if family != "ordered" else None
    shares = np.unique(y, return_counts=True)[1] / n
    least = null.log_likelihood if null else float(n * (shares * np.log(shares)).sum())
    row = {"n": n, "dropped": excluded, "family": family, "log_likelihood": own.log_likelihood, "log_likelihood_null": least}
    row |= {"parameters": len(own.parameters), "aic": 2 * len(own.parameters) - 2 * own.log_likelihood}
    row |= {"r_squared_mcfadden": 1 - own.log_likelihood / least, "smallest_level": round(shares.min() * n)}
    row |= {"resamples": settings.bootstrap.resamples, "without_maximum": fit.failed}
    if family == "count":
        row["dispersion"] = float(np.exp(own.parameters[-1]))
        row["smallest_level"] = None
    if settings.cluster:
        row["clusters"] = design.data[settings.cluster].nunique()
    elif not design.model.firth:
        for what, less, df in (
            ("", least, len(design.terms) - 1),
            ("_change", fit.without.log_likelihood, len(design.interaction)),
        ):
            statistic = max(2 * (own.log_likelihood - less), 0.0)
            row |= {f"chi_squared{what}": statistic, f"df{what}": df, f"p{what or '_value'}": float(chdtrc(df, statistic))}
    rows = own.regression.link(np.eye(len(design.terms))[design.interaction])
    for errors, suffix in (("model", ""), ("robust", "_robust")):
        covariance = rows @ own.covariances[errors] @ rows.T
        estimate = rows @ own.parameters
        statistic = float(estimate @ np.linalg.solve(covariance, estimate))
        row |= {f"wald_change{suffix}": statistic, f"p_wald_change{suffix}": float(chdtrc(len(rows), statistic))}
    return frame(f"{TABLE}/generalized_fit", [row])
