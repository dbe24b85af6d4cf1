"""De-identification: why columns are dropped, and the risk of publication."""

import pandas as pd

from practicework.tables.files.personal import by_content, by_context, by_distinctness
from practicework.tables.files.raw import UNDECLARED, RawTable

SMALL = 5
"""Smaller groups are not shown (a common rule of statistical disclosure control)."""


def why_dropped(raw: RawTable, position: int) -> str:
    """Return the most specific reason why a column that the study does not declare is dropped."""
    if position in raw.reasons:
        return raw.reasons[position]
    cells = [row[position] for row in raw.rows if row[position]]
    reason = by_context(raw.header[position], cells) or by_content(set(cells))
    return by_distinctness(cells) if reason == UNDECLARED else reason


def anonymity(responses: pd.DataFrame, identifiers: list[str]) -> pd.DataFrame:
    """Compute the k-anonymity of each quasi-identifier and of all together.

    k is the size of the smallest group of respondents who share all values (Sweeney, 2002); a missing value
    counts as a value. In R: ``sdcMicro::freqCalc``.

    Returns
    -------
    DataFrame
        `identifiers`, `n`, `groups`, `k`, `unique` (respondents alone in their group), `small`
        (respondents in groups of fewer than five).
    """
    sets = [[name] for name in identifiers] + ([list(identifiers)] if len(identifiers) > 1 else [])
    rows = []
    for names in sets:
        sizes = responses.groupby(names, dropna=False).size()
        rows.append(
            {
                "identifiers": " × ".join(names),
                "n": len(responses),
                "groups": len(sizes),
                "k": int(sizes.min()),
                "unique": int((sizes == 1).sum()),
                "small": int(sizes[sizes < SMALL].sum()),
            }
        )
    return pd.DataFrame(rows, columns=["identifiers", "n", "groups", "k", "unique", "small"])


def categories(responses: pd.DataFrame, identifiers: list[str]) -> pd.DataFrame:
    """Count the values of each quasi-identifier, pooling those of fewer than five respondents.

    A pool of fewer than five also includes the next larger values, since it could be derived from the total.
    """
    rows = []
    for name in identifiers:
        sizes = responses[name].value_counts(dropna=False).sort_values(kind="stable")
        pooled = int((sizes < SMALL).sum())
        while 0 < sizes.iloc[:pooled].sum() < SMALL and pooled < len(sizes):
            pooled += 1
        for value, n in sizes.iloc[pooled:].sort_index().items():
            rows.append({"variable": name, "category": "missing" if value != value else f"{value:g}", "n": int(n)})
        if pooled:
            category = f"{pooled} values, some with fewer than {SMALL} respondents"
            rows.append({"variable": name, "category": category, "n": int(sizes.iloc[:pooled].sum())})
    return pd.DataFrame(rows, columns=["variable", "category", "n"])
