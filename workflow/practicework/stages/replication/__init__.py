"""Replication: every published number beside the reproduced one, and the metric that the published ones can come from."""

from collections.abc import Mapping

import pandas as pd

from practicework.numerics.seeds import Streams
from practicework.stages.replication.ledger import ledger
from practicework.stages.replication.metric import metric
from practicework.study.pipeline import Part

__all__ = ["compute", "ledger", "metric"]


def compute(part: Part, inputs: Mapping[str, pd.DataFrame], rng: Streams) -> dict[str, pd.DataFrame]:
    """Every table of the stage for a sample or a set of codings."""
    study = part.study
    models = {} if part.is_set else study.models
    center = study.config.moderation.center if study.config.moderation else "mean"
    return {
        "replication/ledger": ledger(part.replication, inputs),
        "replication/metric": metric(part.replication, models, study.scales, center, study.config.categories),
    }
