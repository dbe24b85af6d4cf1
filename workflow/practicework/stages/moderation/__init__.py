"""Moderation: does the moderator change the predictor's effect on the outcome (Hayes, PROCESS model 1)?

With robustness and sensitivity: influence, assumptions, power, measurement error, equivalence.
"""

from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from practicework.errors import StudyError
from practicework.numerics.clusters import ClusterRobust
from practicework.numerics.least_squares import LeastSquares
from practicework.numerics.seeds import Streams
from practicework.stages.moderation import (
    bayes,
    checks,
    effects,
    equivalence,
    errors_in_variables,
    fragility,
    generalized,
    influence,
    latent,
    scale_dependence,
    sensitivity,
)
from practicework.stages.moderation.coefficients import coefficients
from practicework.stages.moderation.design import Design, build
from practicework.stages.moderation.regression import correlations, fit_table, ols, t_tests
from practicework.stages.moderation.regression import fit as fitted
from practicework.stages.moderation.simulation import simulate
from practicework.study.pipeline import Part
from practicework.study.settings import Model, Moderation
from practicework.tables import dropped, frame, retained

__all__ = ["analyse", "compute", "why_not_fitted", "without_flagged"]


def why_not_fitted(
    scores: pd.DataFrame, name: str, model: Model, settings: Moderation, categories: Collection[str], rng: np.random.Generator
) -> str | None:
    """Return why a model cannot be fitted to the scores, as `analyse` would state it; None if it can."""
    complete = scores[["respondent", *model.variables, *settings.grouping]].dropna()
    few = settings.model_copy(update={"bootstrap": settings.bootstrap.model_copy(update={"resamples": 100})})
    try:
        if model.generalized:
            generalized.fitted(complete, name, model, few, categories, rng)
        else:
            fitted(build(complete, name, model, settings.center, categories), few, rng)
    except StudyError as problem:
        return str(problem)
    return None


def analyse(
    scores: pd.DataFrame,
    name: str,
    model: Model,
    settings: Moderation,
    rng: np.random.Generator,
    *,
    categories: Collection[str] = (),
    reliabilities: Mapping[str, float] | None = None,
    items: Mapping[str, pd.DataFrame] | None = None,
    ranges: Mapping[str, tuple[float, float]] | None = None,
) -> dict[str, pd.DataFrame]:
    """Return every table of one moderation model.

    outcome = b0 + b1 predictor + b2 moderator + b3 predictor × moderator + covariates, by ordinary least squares on the
    respondents with all values. Categorical variables enter as indicators of each category but the first, and the product as
    every product of the columns. A second moderator enters with its product with the predictor and, in a three-way interaction,
    its products with the moderator and with both.

    Parameters
    ----------
    scores : DataFrame
        `respondent` and one float column per variable; NaN where missing (listwise).
    name : str
        The model's name, for messages.
    model : Model
    settings : Moderation
    rng : numpy.random.Generator
        For the bootstrap; the resampling of corrected coefficients and the simulation use generators spawned from it, so
        none affects the others' numbers.
    categories : collection of str
        The categorical variables, whose numbers are codes.
    reliabilities : mapping of str to float, optional
        Known reliabilities of scales and variables, above 0 and up to 1.
    items : mapping of str to DataFrame, optional
        The keyed answers of scales, one row per row of `scores`; alpha is resampled with the respondents for scales without
        declared reliability (`settings.reliabilities`), which is treated as known.
    ranges : mapping of str to tuple, optional
        The lowest and highest possible score of each scale.

    Returns
    -------
    dict of DataFrame
        The tables `moderation/{model}/*` except `screening`, by the last part of their names.

    Raises
    ------
    StudyError
        If there are too few respondents, a variable is constant, terms are perfectly collinear or the fit is perfect.

    Notes
    -----
    In R: ``lm(y ~ x * w + c)``, ``sandwich::vcovHC(m, "HC3")``, ``anova(m0, m)``; PROCESS 4 with
    ``center = 1`` (here covariates are never centred).
    """
    data = scores[["respondent", *model.variables, *settings.grouping]]
    complete = data.dropna()
    known = reliabilities or {}
    alphas = {name: one for name, one in (items or {}).items() if name not in settings.reliabilities}
    clusters = data.set_index("respondent")[settings.cluster] if settings.cluster else None
    for_errors, for_studies, for_fragility, for_latent = rng.spawn(4)
    fit = fitted(build(complete, name, model, settings.center, categories), settings, rng)
    studies = simulate(fit, settings, for_studies)
    without = influence.leave_one_out(fit, settings.interval)
    corrected = errors_in_variables.correct(fit, known, alphas, settings.bootstrap.resamples, for_errors, clusters)
    compared = frame("moderation/{model}/latent", [])
    if settings.latent and model.latent:
        compared = latent.compare(fit, corrected, known, items or {}, settings.latent, for_latent)
    return {
        "coefficients": coefficients(fit),
        "conditional_effects": effects.conditional_effects(fit),
        "contrasts": effects.contrasts(fit),
        "omnibus": effects.omnibus(fit),
        "conditional_interactions": effects.conditional_interactions(fit),
        **effects.johnson_neyman(fit),
        "fit": fit_table(fit, len(data) - len(complete), settings),
        "simple_slopes": effects.simple_slopes(fit),
        "effect_curve": effects.effect_curve(fit),
        "correlations": correlations(fit.design),
        "equivalence": (equivalent := equivalence.compare(fit, settings)),
        "bayes": bayes.posterior(fit, float(equivalent["smallest_effect"].iloc[0])),
        "influence": influence.measure(fit),
        "clusters": influence.without_clusters(fit),
        "leave_one_out": without,
        "fragility": fragility.expect(fit, without, settings, for_fragility),
        "checks": checks.run(fit),
        "linearity": checks.terciles(fit),
        "sensitivity": sensitivity.assess(fit, known, studies, settings, for_studies),
        "power_curve": sensitivity.power_curve(fit, known, settings),
        "errors_in_variables": corrected,
        "latent": compared,
        "scale_dependence": scale_dependence.compare(fit, settings.interval, ranges or {}),
        "dropped": dropped("moderation/{model}/dropped", data),
    }


def without_flagged(
    scores: pd.DataFrame,
    flagged: pd.Series,
    name: str,
    model: Model,
    settings: Moderation,
    *,
    categories: Collection[str] = (),
) -> pd.DataFrame:
    """Return the interaction among all retained respondents, and refitted without flagged respondents.

    Parameters
    ----------
    scores : DataFrame
        As for `analyse`.
    flagged : Series of str
        The flagged respondents' ids.
    name, model, settings, categories
        As for `analyse`.

    Returns
    -------
    DataFrame
        The table `screening` of the model, one row per product term; without rows if no respondent in `scores` is flagged.
        A model that cannot be fitted without them has empty cells and the reason in `note`.
    """
    rows, marked = [], scores["respondent"].isin(flagged)
    for words, some in (("retained", scores), ("unflagged", scores[~marked])):
        complete = some[["respondent", *model.variables, *settings.grouping]].dropna()
        row = {"respondents": words, "n": len(complete)}
        try:
            made = build(complete, name, model, settings.center, categories)
            squares, estimates, residuals = ols(made)
            errors, covariance, degrees = _errors(made, squares, residuals, settings)
            for place in made.interaction:
                critical = float(stdtrit(degrees[place], (1 + settings.confidence) / 2))
                tests = t_tests(estimates[place], np.sqrt(covariance[place, place]), float(degrees[place]), critical)
                rows.append(row | {"term": made.terms[place], "estimate": estimates[place], "interval": errors} | tests)
        except StudyError as problem:
            rows.append(row | {"note": f"not computable: {problem}"})
    return frame("moderation/{model}/screening", rows if marked.any() else [])


def _errors(
    made: Design, squares: LeastSquares, residuals: np.ndarray, settings: Moderation
) -> tuple[str, np.ndarray, np.ndarray]:
    """The standard errors of the conclusion, without a bootstrap: name, covariance, degrees of freedom by coefficient."""
    n, p = made.matrix.shape
    if settings.cluster:
        clustered = ClusterRobust(squares, residuals, made.data[settings.cluster].to_numpy())
        return "cr2", clustered.covariance, clustered.degrees(np.eye(p))
    errors = "ols" if settings.interval == "ols" else "hc3"
    covariance = squares.covariance(residuals, errors)
    if np.isnan(covariance).any():
        errors, covariance = "ols", squares.covariance(residuals, "ols")
    return errors, covariance, np.full(p, n - p)


def compute(part: Part, inputs: Mapping[str, pd.DataFrame], rng: Streams) -> dict[str, pd.DataFrame]:
    """Return every table of every model for a sample.

    A model that cannot be fitted has tables without rows, and the reason in `moderation/models`.
    """
    study, scores, ledger = part.study, inputs["scoring/scores"], inputs.get("screening/ledger")
    settings, categories = study.config.moderation, study.config.categories
    known = study.reliabilities(inputs.get("reliability/scales"))
    answers = retained(inputs).set_index("respondent").loc[scores["respondent"]] if study.scales else None
    items = {name: scale.keyed(answers) for name, scale in study.scales.items()}
    ranges = {name: scale.score_range for name, scale in study.scales.items()}
    found, models = {}, []
    if study.clusters:
        responses = inputs["ingest/responses"].set_index("respondent")[study.clusters]
        scores = scores.join(responses, on="respondent")
    for name, model in study.moderation_models.items():
        settings = study.config.moderation.of(model)
        complete = scores[[*model.variables, *settings.grouping]].dropna()
        models.append({"model": name, "n": len(complete), "fitted": True, "family": model.family or "normal"})
        try:
            if model.generalized:
                tables = generalized.analyse(scores, name, model, settings, rng(name), categories=categories)
                found |= {f"moderation/{name}/{table}": made for table, made in tables.items()}
                continue
            tables = analyse(
                scores, name, model, settings, rng(name),
                categories=categories, reliabilities=known, items=items, ranges=ranges,
            )  # fmt: skip
        except StudyError as problem:
            models[-1] |= {"fitted": False, "note": str(problem)}
            found |= {table: frame(table, []) for table in part.tables("moderation") if table.startswith(f"moderation/{name}/")}
            continue
        if ledger is not None:
            flagged = ledger.loc[ledger["flagged"], "respondent"]
            tables["screening"] = without_flagged(scores, flagged, name, model, settings, categories=categories)
        if not study.clusters:
            del tables["clusters"]
        if settings.latent is None:
            del tables["latent"]
        if not any(one.three_way for one in study.models.values()):
            del tables["conditional_interactions"]
        found |= {f"moderation/{name}/{table}": made for table, made in tables.items()}
    return found | {"moderation/models": frame("moderation/models", models)}
