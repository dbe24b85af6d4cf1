"""Counts of codings: incidence, data structure, attributes, prevalence and its tests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from practicework.numerics.exact import association, holm
from practicework.numerics.proportions import clopper_pearson
from practicework.stages.coding.evidence import Evidence
from practicework.study.codebook import GROUPS, LEVELS


def incidence(evidence: Evidence) -> pd.DataFrame:
    """List the codes of each unit, in the order of the units and of the codebook."""
    unit_order = {unit: position for position, unit in enumerate(evidence.units["unit"])}
    code_order = {code: position for position, code in enumerate(evidence.codes["code"])}
    rows = [
        {
            "unit": unit,
            "code": code,
            "theme": group["theme"].iloc[0],
            "dimension": group["dimension"].iloc[0],
            "codings": len(group),
            "sources": "; ".join(group["source"].dropna().unique()) or None,
        }
        for (unit, code), group in evidence.codings.groupby(["unit", "code"], sort=False)
    ]
    rows.sort(key=lambda row: (unit_order[row["unit"]], code_order[row["code"]]))
    return pd.DataFrame(rows, columns=["unit", "code", "theme", "dimension", "codings", "sources"])


def units(evidence: Evidence) -> pd.DataFrame:
    """List every unit with its dimensions, counts of codes and codings, and attributes."""
    dimensions = list(evidence.codes.loc[evidence.codes["level"] == "dimension", "code"])
    rows = []
    for unit in evidence.units["unit"]:
        own = evidence.codings[evidence.codings["unit"] == unit]
        kinds = [dimension for dimension in dimensions if (own["dimension"] == dimension).any()]
        rows.append([unit, " + ".join(kinds) or None, len(kinds), own["code"].nunique(), len(own)])
    table = pd.DataFrame(rows, columns=["unit", "dimensions", "kinds", "codes", "codings"])
    return pd.concat([table, evidence.units.drop(columns="unit").reset_index(drop=True)], axis=1)


def structure(evidence: Evidence) -> pd.DataFrame:
    """Return the codebook with counts; an entry's units are those coded with it or with any entry below it."""
    codes, rows = evidence.codes, []
    for entry in codes.to_dict("records"):
        column = {"theme": "theme", "dimension": "dimension"}.get(entry["level"], "code")
        own = evidence.codings[evidence.codings[column] == entry["code"]]
        below = {"dimension": (codes["level"] == "theme") & (codes["dimension"] == entry["code"])}
        below["theme"] = (codes["level"] == "concept") & (codes["theme"] == entry["code"])
        parts = int(below[entry["level"]].sum()) if entry["level"] in below else 0
        rows.append({**entry, "parts": parts, "units": own["unit"].nunique(), "codings": len(own)})
    columns = ["code", "level", "label", "theme", "dimension", "definition", "parts", "units", "codings"]
    return pd.DataFrame(rows, columns=columns)


def groups(evidence: Evidence, compare: tuple[str, ...] | None, cuts: Mapping[str, tuple[float, ...]]) -> dict[str, pd.Series]:
    """Return the groups to compare: by attribute, each unit's value, missing if unknown.

    Attributes with cut points become groups of numbers. By default, these and every other attribute with two to six
    values are compared.
    """
    table = evidence.units.set_index("unit")
    cut = {name: _cut(pd.to_numeric(table[name]), edges) for name, edges in cuts.items()}
    if compare is None:
        plain = [name for name in evidence.attributes if name not in cut and 2 <= table[name].nunique() <= 6]
        compare = tuple(name for name in evidence.attributes if name in cut or name in plain)
    return {name + GROUPS * (name in cut): cut.get(name, table[name]) for name in compare}


def _cut(values: pd.Series, edges: tuple[float, ...]) -> pd.Series:
    """Return groups such as `1 to 10` and `11 to 38`, named by the range of their values."""
    bins = np.searchsorted(sorted(edges), values.to_numpy(float), side="left")
    labels = {
        place: f"{values[bins == place].min():g} to {values[bins == place].max():g}"
        for place in sorted(set(bins[values.notna()]))
    }
    return pd.Series(
        [labels.get(place) if known else None for place, known in zip(bins, values.notna(), strict=True)], values.index
    )


def attributes(evidence: Evidence, compared: Mapping[str, pd.Series]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Count the units with each value of each attribute, and summarise numeric attributes."""
    table = evidence.units.set_index("unit")
    people = evidence.informants["unit"].value_counts().reindex(table.index, fill_value=0)
    rows, quantities = [], []
    columns = {name: table[name] for name in evidence.attributes} | {n: v for n, v in compared.items() if n.endswith(GROUPS)}
    for name, values in columns.items():
        numbers = pd.to_numeric(values, errors="coerce")
        if values.notna().any() and numbers.notna().sum() == values.notna().sum():
            n, spread = int(numbers.notna().sum()), [numbers.min(), numbers.median(), numbers.max()]
            quantities.append([name, n, len(numbers) - n, numbers.mean(), numbers.std(), *spread])
            if f"{name}{GROUPS}" in compared:
                continue
        keys = list(dict.fromkeys(values.dropna()))
        if all(_is_number(key.split(" to ")[0]) for key in keys):
            keys.sort(key=lambda key: float(key.split(" to ")[0]))
        for value in [*keys, *([None] if values.isna().any() else [])]:
            held = values.isna() if value is None else values == value
            rows.append([name, value, int(held.sum()), 100 * held.mean(), int(people[held.to_numpy()].sum())])
    return (
        pd.DataFrame(rows, columns=["attribute", "value", "units", "percent", "informants"]),
        pd.DataFrame(quantities, columns=["attribute", "n", "missing", "mean", "sd", "min", "median", "max"]),
    )


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


def prevalence(evidence: Evidence, compared: Mapping[str, pd.Series]) -> pd.DataFrame:
    """Count the units in which each code, theme and dimension occurs, with exact intervals (Clopper & Pearson, 1934).

    R: `binom.test(units, of)$conf.int`.
    """
    everyone = pd.Series("all", evidence.units["unit"])
    people = evidence.informants["unit"].value_counts()
    rows = []
    for level, name, held in _held(evidence):
        for attribute, values in {"all": everyone, **compared}.items():
            for value in dict.fromkeys(values.dropna()):
                members = values.index[values == value]
                own = [unit for unit in members if unit in held]
                low, high = clopper_pearson(len(own), len(members))
                counts = [len(own), int(people.reindex(own, fill_value=0).sum()), len(members), 100 * len(own) / len(members)]
                rows.append([level, name, attribute, value, *counts, 100 * low, 100 * high])
    columns = ["level", "name", "attribute", "value", "units", "informants", "of", "percent", "ci_low", "ci_high"]
    return pd.DataFrame(rows, columns=columns)


def tests(evidence: Evidence, compared: Mapping[str, pd.Series], exclusive: str | None, rng: np.random.Generator) -> pd.DataFrame:
    """Test whether themes, dimensions and the stated dimension differ between the groups of each attribute (exact tests).

    Units whose group or stated dimension is unknown are excluded, as are groups of one unit, which the note lists.
    Outcomes that are the same in all units are not tested.
    """
    stated = evidence.units.set_index("unit")[exclusive] if exclusive else None
    rows = []
    for attribute, values in compared.items():
        if attribute == exclusive:
            continue
        told = values.dropna()
        outcomes = [(level, name, told.index.isin(list(held))) for level, name, held in _held(evidence) if level != "code"]
        for level, name, outcome in outcomes:
            rows.append(_test(attribute, told, level, name, pd.Series(outcome, told.index), rng))
        if stated is not None:
            both = told[told.index.isin(stated.dropna().index)]
            rows.append(_test(attribute, both, "stated", exclusive, stated.reindex(both.index), rng))
    table = pd.DataFrame(rows, columns=["attribute", "groups", "level", "name", "n", "p_value", "cramers_v", "note"])
    table["p_holm"] = table.groupby(["attribute", "level"])["p_value"].transform(holm) if len(table) else np.nan
    return table[["attribute", "groups", "level", "name", "n", "p_value", "p_holm", "cramers_v", "note"]]


def _test(attribute: str, told: pd.Series, level: str, name: str, outcome: pd.Series, rng: np.random.Generator) -> list:
    sizes = told.value_counts(sort=False)
    alone = sorted(sizes.index[sizes == 1])
    counts = pd.crosstab(told[~told.isin(alone)], outcome[~told.isin(alone)])
    left_out = f"excluded as groups of one unit: {', '.join(alone)}" if alone else None
    told = told[~told.isin(alone)]
    if min(counts.shape, default=0) < 2:
        reason = "only one group has units" if counts.shape[0] < 2 else "all units have the same value"
        return [attribute, counts.shape[0], level, name, len(told), np.nan, np.nan, _join(f"not tested: {reason}", left_out)]
    found = association(counts.to_numpy(), rng)
    return [attribute, counts.shape[0], level, name, len(told), found.p_value, found.cramers_v, _join(found.note, left_out)]


def _join(*notes: str | None) -> str | None:
    return "; ".join(note for note in notes if note) or None


def _held(evidence: Evidence) -> Iterator[tuple[str, str, set[str]]]:
    """Yield level, name and units of each code, theme and dimension of the codebook."""
    for level in LEVELS:
        kinds = {"code": ("concept", "other"), "theme": ("theme",), "dimension": ("dimension",)}[level]
        for name in evidence.codes.loc[evidence.codes["level"].isin(kinds), "code"]:
            yield level, name, set(evidence.codings.loc[evidence.codings[level] == name, "unit"])
