"""Dimensionality: factor structure of the scales, convergent and discriminant validity, common method variance."""

from collections.abc import Mapping

import pandas as pd

from practicework.numerics.seeds import Streams
from practicework.stages.dimensionality import common_method, confirmatory, exploratory, htmt
from practicework.stages.dimensionality.item_model import item_models
from practicework.study.pipeline import Part
from practicework.study.scale import ALL, Scale
from practicework.study.settings import Dimensionality
from practicework.tables import retained


def analyse(
    responses: pd.DataFrame,
    scales: list[Scale],
    settings: Dimensionality,
    rng: Streams,
    pair: tuple[str, str] | None = None,
) -> dict[str, pd.DataFrame]:
    """Analyse the exploratory and confirmatory structure of the scales, their validity, and common method variance.

    Parameters
    ----------
    responses : DataFrame
        Coded answers, NaN if missing; also the variables, for the correction by a marker.
    scales : list of Scale
    settings : Dimensionality
    rng : callable
        Returns the generator for parallel analysis or the bootstrap, given its name.
    pair : tuple of str, optional
        The scales that a rival model merges: outcome and predictor of the first moderation model; by default the two with
        the largest factor correlation.

    Returns
    -------
    dict of str to DataFrame
        The stage's tables by name. Statistics that cannot be computed are empty, with the reason in `note`.
    """
    models = item_models(responses, scales)

    tables = exploratory.analyse(models, settings, rng) | confirmatory.tables(models, pair)
    together = [model for model in models if model.name == ALL]
    tables["htmt"] = htmt.table(together[0] if together else None, settings.bootstrap.resamples, rng("htmt"))
    if settings.marker is not None:
        tables["marker"] = common_method.marker_correction(scores(responses, scales), settings.marker)
    return {f"dimensionality/{name}": table for name, table in tables.items()}


def scores(responses: pd.DataFrame, scales: list[Scale]) -> pd.DataFrame:
    """Return scale scores and variables, as in the scoring stage."""
    items = [item for scale in scales for item in scale.item_ids]
    variables = responses.drop(columns=["respondent", *items])
    return pd.concat([pd.DataFrame({scale.id: scale.score(scale.keyed(responses)) for scale in scales}), variables], axis=1)


def compute(part: Part, inputs: Mapping[str, pd.DataFrame], rng: Streams) -> dict[str, pd.DataFrame]:
    """Return the stage's tables for a sample."""
    study = part.study
    model = next(iter(study.models.values()), None)
    pair = (model.outcome, model.predictor) if model else None
    return analyse(retained(inputs), list(study.scales.values()), study.config.dimensionality, rng, pair)
