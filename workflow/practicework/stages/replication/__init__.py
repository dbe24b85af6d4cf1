"""Replication: compare published with reproduced numbers, and infer the metric of the published coefficients."""

from collections.abc import Mapping

import pandas as pd

from practicework.numerics.seeds import Streams
from practicework.stages.replication import ledger, metric
from practicework.study.pipeline import Part

__all__ = ["compute"]


def compute(part: Part, inputs: Mapping[str, pd.DataFrame], rng: Streams) -> dict[str, pd.DataFrame]:
    """Return the stage's tables for a sample or a set of codings."""
    study = part.study
    center = study.config.moderation.center if study.config.moderation else "mean"
    tables = {"replication/ledger": ledger.compare(part.replication, inputs)}
    if "replication/metric" in part.tables("replication"):
        tables["replication/metric"] = metric.assess(
            part.replication, study.pooled_models, study.scales, center, study.config.categories
        )
    return tables
