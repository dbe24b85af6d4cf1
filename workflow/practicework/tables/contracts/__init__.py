"""Contracts of all tables passed between stages: their columns, kinds and units.

A table's name is its path below `results/{sample}/` without `.csv`. Every module here but `contract` has `CONTRACTS`.
"""

from importlib import import_module
from pkgutil import iter_modules

from practicework.tables.contracts.contract import Contract

CONTRACTS: dict[str, Contract] = {
    name: contract
    for module in sorted(one.name for one in iter_modules(__path__) if one.name != "contract")
    for name, contract in import_module(f"{__name__}.{module}").CONTRACTS.items()
}
