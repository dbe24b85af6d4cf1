"""How the tests of moderation run it: every table of one model, each keeping its contract."""

import numpy as np
import pandas as pd

from practicework import moderation, tables
from practicework.seeds import generator
from practicework.study import Model, Moderation

MODEL = Model(outcome="y", predictor="x", moderator="w", covariates=("c",))


def analyse(data: pd.DataFrame, model: Model, rng: np.random.Generator | None = None, **settings) -> dict[str, pd.DataFrame]:
    """Every table of one model, each keeping its contract; 100 resamples unless told otherwise."""
    if "respondent" not in data:
        data = data.assign(respondent=[f"R{number}" for number in range(len(data))])
    settings = Moderation.model_validate({"bootstrap": {"resamples": 100}, "models": {"main": model}} | settings)
    rng = rng or generator(1, "moderation", "sample", "main")
    found = moderation.analyse(data, "main", model, settings, rng)
    return {name: tables.schema(f"moderation/main/{name}").validate(table) for name, table in found.items()}
