"""Matrices: codes that occur in the same passage, by group of units, compared with a published table."""

from collections.abc import Mapping

import pandas as pd

from practicework import tables
from practicework.stages.coding.evidence import Evidence
from practicework.study.codebook import LEVELS
from practicework.study.config import Matrix


def build(evidence: Evidence, specs: Mapping[str, Matrix]) -> pd.DataFrame:
    """Compute every cell of every matrix from the passages.

    A cell is direct (X) if some unit has a passage coded with both that is not coded as indirect, indirect (I) if all
    such passages are, and none (-) otherwise. Codings without a passage are ignored. The rows, and the groups they
    are limited to, are the published ones if there are any.
    """
    rows = []
    for name, spec in specs.items():
        published = evidence.published.get(name)
        if published is None:
            cells = [(row, None, column, None) for row in spec.rows for column in spec.columns]
        else:
            cells = published.astype(object).where(published.notna(), None).itertuples(index=False, name=None)
        passages = evidence.codings.dropna(subset="segment")
        held = {code: _passages(passages, code) for code in {*spec.rows, *spec.columns}}
        indirect = _passages(passages, spec.indirect) if spec.indirect else set()
        for row, group, column, printed in cells:
            members = evidence.units["unit"] if group is None else evidence.units.loc[evidence.units[spec.group] == group, "unit"]
            both = {one for one in held[row] & held[column] if one[0] in set(members)}
            with_both = {unit for unit, _ in both}
            which = [unit for unit in members if unit in with_both]
            computed = "-" if not both else "X" if both - indirect else "I"
            agrees = None if printed is None else computed == printed
            rows.append(
                {"matrix": name, "row": row, "group": group, "column": column, "units": len(which), "of": len(members),
                 "computed": computed, "published": printed, "agrees": agrees, "which": ", ".join(which) or None}
            )  # fmt: skip
    return tables.frame("coding/matrices", rows)


def _passages(passages: pd.DataFrame, code: str) -> set[tuple[str, str]]:
    """Return the passages, as unit and segment, coded with a code or any code below it."""
    own = passages[(passages[list(LEVELS)] == code).any(axis=1)]
    return set(zip(own["unit"], own["segment"], strict=True))
