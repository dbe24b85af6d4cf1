"""How the tests of moderation run it: every table of one model, each keeping its contract."""

from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd

from practicework import tables
from practicework.numerics.seeds import generator
from practicework.stages import moderation
from practicework.stages.moderation.design import build
from practicework.stages.moderation.regression import Fit
from practicework.stages.moderation.regression import fit as fitted
from practicework.study.settings import Model, Moderation

MODEL = Model(outcome="y", predictor="x", moderator="w", covariates=("c",))


def settings_of(model: Model, **settings) -> Moderation:
    """Settings of one model: 100 resamples and simulated studies unless told otherwise."""
    small = {"bootstrap": {"resamples": 100}, "simulation": {"studies": 100, "resamples": 100}, "models": {"main": model}}
    return Moderation.model_validate(small | settings)


def analyse(
    data: pd.DataFrame,
    model: Model,
    rng: np.random.Generator | None = None,
    *,
    categories: Collection[str] = (),
    reliabilities: Mapping[str, float] | None = None,
    items: Mapping[str, pd.DataFrame] | None = None,
    ranges: Mapping[str, tuple[float, float]] | None = None,
    **settings,
) -> dict[str, pd.DataFrame]:
    """Every table of one model, each keeping its contract."""
    if "respondent" not in data:
        data = data.assign(respondent=[f"R{number}" for number in range(len(data))])
    rng = rng or generator(1, "moderation", "sample", "main")
    used = settings_of(model, **settings)
    found = moderation.analyse(
        data, "main", model, used, rng, categories=categories, reliabilities=reliabilities, items=items, ranges=ranges
    )
    return {name: tables.schema(f"moderation/main/{name}").validate(table) for name, table in found.items()}


def fit(data: pd.DataFrame, model: Model, *, categories: Collection[str] = (), **settings) -> Fit:
    """The fitted model alone."""
    used = settings_of(model, **settings)
    data = data.assign(respondent=[f"R{number}" for number in range(len(data))])
    rng = generator(1, "moderation", "sample", "main")
    return fitted(build(data, "main", model, used.center, categories), used, rng)
