"""Contracts of all tables passed between stages: their columns, kinds and units.

A table's name is its path below `results/{sample}/` without `.csv`.
"""

from practicework.tables.contracts import coding, measurement, moderation, profiles, replication, survey
from practicework.tables.contracts.contract import Contract

CONTRACTS: dict[str, Contract] = (
    survey.CONTRACTS
    | measurement.CONTRACTS
    | moderation.CONTRACTS
    | profiles.CONTRACTS
    | coding.CONTRACTS
    | replication.CONTRACTS
)
