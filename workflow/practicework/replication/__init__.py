"""Replication: every published number beside the reproduced one, and the metric that the published ones can come from."""

from practicework.replication.ledger import ledger
from practicework.replication.metric import metric

__all__ = ["ledger", "metric"]
