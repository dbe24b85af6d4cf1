"""Coded evidence of a set: the data structure, what is where, who differs, and how complete it is."""

import pandas as pd

from practicework.report import apa
from practicework.report.context import Context
from practicework.report.figures import coding as figures
from practicework.report.table import Drawing, Table, slug
from practicework.study.codebook import GROUPS


def section(context: Context) -> dict:
    """Words, tables and figures of a set of codings."""
    results = {name.removeprefix("coding/"): table for name, table in context.results.items() if name.startswith("coding/")}
    structure = results["structure"]
    labels = dict(zip(structure["code"], structure["label"], strict=True))
    levels = structure["level"].value_counts()
    exclusivity = context.rows("coding/exclusivity")
    tests = [row for row in context.rows("coding/tests") if row["p_value"] is not None]
    return {
        "units": len(results["units"]),
        "uncoded": int((results["units"]["codings"] == 0).sum()),
        "informants": len(results["informants"]),
        "codings": len(results["codings"]),
        "counts": {level: int(levels.get(level, 0)) for level in ("concept", "theme", "dimension", "other")},
        "labels": labels,
        "kinds": _kinds(results["units"]),
        "exclusivity": exclusivity,
        "stated": sum(row["stated"] for row in exclusivity),
        "upheld": sum(row["upheld"] for row in exclusivity),
        "contradictions": [
            f"{row['unit']}: {apa.lower(labels[row['stated']])} as stated, but also coded with "
            f"{_labelled(row['elsewhere'], labels)}."
            for row in context.rows("coding/attributions")
            if not row["agrees"]
        ],
        "tests": len(tests),
        "notable": [row | {"what": labels.get(row["name"], row["name"])} for row in tests if row["p_holm"] < 0.05],
        "structure": _structure(context, structure),
        "themes": _theme_figure(results, labels),
        "groups": _group_figures(results, labels),
        "attributes": _attributes(context),
        "dimensions": _exclusivity(exclusivity, labels),
        "comparison": _tests(context, labels),
        "together": _together(results, labels),
        "saturation": _saturation(context, results),
        "agreement": _agreement(context, labels),
        "matrices": _matrices(results, labels),
        "prevalence": _prevalence(context, labels),
    }


def _labelled(codes: str, labels: dict[str, str]) -> str:
    """Codes with their sources, in words."""
    words = [part.partition(" (") for part in codes.split("; ")]
    return "; ".join(f"“{labels[code]}”{bracket}{sources}" for code, bracket, sources in words)


def _kinds(units: pd.DataFrame) -> dict[str, int]:
    """How many units have no dimension, one, and several."""
    kinds = units["kinds"]
    return {"none": int((kinds == 0).sum()), "one": int((kinds == 1).sum()), "several": int((kinds > 1).sum())}


def _structure(context: Context, structure: pd.DataFrame) -> Drawing | None:
    inside = structure[structure["level"] != "other"]
    if inside.empty:
        return None
    n, others = len(context.results["coding/units"]), int((structure["level"] == "other").sum())
    caption = f"Data structure. The numbers are the units, of {n}, coded with a box or with what leads to it."
    caption += (
        f" {apa.upper(apa.count(others, 'code'))} outside the structure {'is' if others == 1 else 'are'} not shown."
        if others
        else ""
    )
    return Drawing(
        "data_structure",
        figures.data_structure(inside),
        caption,
        "Concepts at the left lead to themes, and these to dimensions at the right.",
    )


def _by_unit(results: dict[str, pd.DataFrame], labels: dict[str, str]) -> pd.DataFrame:
    """How many codings each unit has of each theme; of each code where there are no themes."""
    structure, codings = results["structure"], results["codings"]
    level = "theme" if (structure["level"] == "theme").any() else "code"
    names = list(structure.loc[structure["level"] == "theme", "code"]) if level == "theme" else list(structure["code"])
    table = pd.crosstab(codings[level], codings["unit"])
    table = table.reindex(index=[name for name in names if name in table.index], columns=results["units"]["unit"], fill_value=0)
    return table.rename(index=labels)


def _theme_figure(results: dict[str, pd.DataFrame], labels: dict[str, str]) -> Drawing | None:
    table = _by_unit(results, labels)
    if table.empty or table.shape[1] > 60:
        return None
    drawing = figures.heat_map(table, xlabel="Unit", ylabel="")
    caption = f"Codings by theme and unit. Numbers: codings; {table.shape[1]} units in the order of the file; white: none."
    return Drawing("themes_by_unit", drawing, caption, "A grid of themes by units, darker where there are more codings.")


def _group_figures(results: dict[str, pd.DataFrame], labels: dict[str, str]) -> list[Drawing]:
    """Themes by group, for the attribute whose groups differ most in name: the first compared one."""
    prevalence = results["prevalence"]
    own = prevalence[(prevalence["level"] == "theme") & (prevalence["attribute"] != "all")]
    drawings = []
    for attribute in list(dict.fromkeys(own["attribute"]))[:1]:
        rows = own[own["attribute"] == attribute]
        values = list(dict.fromkeys(rows["value"]))
        sizes = rows.groupby("value")["of"].first()
        columns = {value: f"{value} (n = {sizes[value]})" for value in values}
        share = rows.pivot(index="name", columns="value", values="percent").reindex(
            index=list(dict.fromkeys(rows["name"])), columns=values
        )
        count = rows.pivot(index="name", columns="value", values="units").reindex_like(share)
        words = _words(attribute)
        drawing = figures.heat_map(share.rename(index=labels, columns=columns), marks=count, xlabel=words, ylabel="")
        caption = f"Themes by {words.lower()}. Numbers: units with the theme; shade: their share of the group."
        alternative = f"A grid of themes by {words.lower()}, darker where the share is larger."
        drawings.append(Drawing(slug(f"themes_by_{words}"), drawing, caption, alternative))
    return drawings


def _words(attribute: str) -> str:
    return apa.upper(attribute.removesuffix(GROUPS).replace("_", " "))


def _attributes(context: Context) -> Table:
    rows, groups = [], []
    table = context.rows("coding/attributes")
    for attribute in dict.fromkeys(row["attribute"] for row in table):
        own = [row for row in table if row["attribute"] == attribute]
        groups.append(len(rows))
        rows.append([_words(attribute), "", ""])
        rows += [[row["value"] or "not told", apa.integer(row["units"]), apa.percent(row["percent"])] for row in own]
    quantities = [
        f"{_words(row['attribute']).lower()} M = {apa.number(row['mean'], 1)}, {row['min']:g} to {row['max']:g}"
        for row in context.rows("coding/quantities")
        if row["mean"] is not None
    ]
    note = f"{len(context.results['coding/units'])} units.{' ' + apa.upper('; '.join(quantities)) + '.' if quantities else ''}"
    return Table("Units by attribute", ["Attribute", "Units", "Percent"], rows, note, groups=tuple(groups))


def _exclusivity(rows: list[dict], labels: dict[str, str]) -> Table | None:
    if not rows:
        return None
    cells = [
        [
            labels[row["dimension"]],
            *(apa.integer(row[count]) for count in ("units", "only", "stated", "upheld")),
            row["which"] or apa.EMPTY,
        ]
        for row in rows
    ]
    stated = any(row["stated"] for row in rows)
    width = 6 if stated else 3
    header = ["Dimension", "Units", "Nothing else", "Said to be exclusive", "Of these, nothing else", "Contradicted"]
    note = "Units coded with the dimension, and with no other one."
    note += " Contradicted: said to belong to the dimension alone and coded with another." if stated else ""
    return Table(
        "Dimensions: alone and together",
        header[:width],
        [row[:width] for row in cells],
        note,
        words=(0, 5)[: 1 + stated],
        wide=stated,
    )


def _tests(context: Context, labels: dict[str, str]) -> Table | None:
    rows = [row for row in context.rows("coding/tests") if row["level"] != "theme"]
    if not rows:
        return None
    cells, groups = [], []
    for attribute in dict.fromkeys(row["attribute"] for row in rows):
        groups.append(len(cells))
        cells.append([f"By {_words(attribute).lower()}", "", "", "", ""])
        for row in [one for one in rows if one["attribute"] == attribute]:
            name = _words(row["name"]) + " (as stated)" if row["level"] == "stated" else labels[row["name"]]
            cells.append([name, apa.integer(row["n"]), apa.p(row["p_value"]), apa.p(row["p_holm"]), apa.unit(row["cramers_v"])])
    note = (
        "Fisher's exact test, Fisher–Freeman–Halton's beyond two by two; Holm: corrected within attribute and level; V: Cramér's."
    )
    notes = sorted({row["note"] for row in rows if row["note"]})
    note += f" {apa.upper('; '.join(notes))}." if notes else ""
    return Table("Groups compared", ["Code", "n", "p", "p (Holm)", "V"], cells, note, groups=tuple(groups))


def _together(results: dict[str, pd.DataFrame], labels: dict[str, str]) -> Drawing | None:
    table = results["cooccurrence"]
    table = table[table["level"] == "theme"]
    names = list(dict.fromkeys([*table["a"], *table["b"]]))
    if len(names) < 2:
        return None
    order = [name for name in results["structure"]["code"] if name in names]
    both = table.pivot(index="b", columns="a", values="units").reindex(index=order[1:], columns=order[:-1])
    drawing = figures.heat_map(both.fillna(0).rename(index=labels, columns=labels), xlabel="", ylabel="")
    caption = (
        f"Themes in the same unit. Numbers: units, of {len(results['units'])}, coded with both themes; below the diagonal only."
    )
    return Drawing("cooccurrence", drawing, caption, "A triangle of themes by themes, darker where more units have both.")


def _saturation(context: Context, results: dict[str, pd.DataFrame]) -> dict:
    curve = results["saturation"]
    rows = context.rows("coding/saturation_summary")
    cells = [
        [
            apa.upper(row["measure"]),
            apa.number(row["value"], 1 if "Chao" in row["measure"] else 0),
            apa.number(row["median"], 0),
            _range(row["low"], row["high"]),
            apa.upper(row["note"]) if row["note"] else apa.EMPTY,
        ]
        for row in rows
    ]
    header = ["Measure", "In this order", "Median of random orders", "95% of them", "Note"]
    caption = (
        f"Different codes by number of units (n = {len(curve)}): in the order of the file (black), the mean over all orders "
        "(dashed) and the band that holds 95% of random orders."
    )
    alternative = "A curve of different codes that rises with the number of units."
    figure = Drawing("saturation", figures.saturation(curve), caption, alternative)
    note = "Guest, Namey and Chen's (2020) run of new units, held against the codes of the first ones; Chao's (1987) lower bound."
    values = {row["measure"]: row for row in rows}
    unseen = next(row for name, row in values.items() if "Chao" in name)
    reached = next(iter(values.values()))
    table = Table("Saturation", header, cells, note, words=(0, 4), wide=True)
    return {"figure": figure if len(curve) > 1 else None, "table": table, "reached": reached, "unseen": unseen["value"]}


def _range(low: float | None, high: float | None) -> apa.Shown:
    if low is None:
        return apa.interval(None, None)
    return apa.joined("{} to {}", low=apa.number(low, 0), high=apa.number(high, 0))


def _agreement(context: Context, labels: dict[str, str]) -> Table | None:
    rows = context.rows("coding/agreement")
    if not rows:
        return None
    cells = [
        [
            "All codes" if row["level"] == "all" else labels[row["name"]],
            apa.percent(row["percent_agreement"]),
            apa.unit(row["kappa"]),
            apa.interval(row["kappa_low"], row["kappa_high"], of_unit=True),
            apa.unit(row["alpha"]),
            apa.interval(row["alpha_low"], row["alpha_high"], of_unit=True),
        ]
        for row in rows
    ]
    note = (
        f"{rows[0]['coders']} coders, {rows[0]['units']} units coded by at least two. Whether a unit has the code, theme or "
        "dimension; kappa: Cohen's; alpha: Krippendorff's, nominal; percentile intervals over units."
    )
    header = ["Code", "Agreement", "Kappa", "95% CI", "Alpha", "95% CI"]
    return Table("Agreement of coders", header, cells, note, wide=True)


def _matrices(results: dict[str, pd.DataFrame], labels: dict[str, str]) -> list[dict]:
    found = []
    for name, rows in results["matrices"].groupby("matrix", sort=False):
        group = rows["group"].where(rows["group"].notna(), "")
        titles = rows["row"].map(labels) + group.map(lambda one: f" ({one})" if one else "")
        printed = rows["published"].notna()
        cells = rows.assign(title=titles, mark=rows["computed"] + (" / " + rows["published"]).where(printed, ""))
        order, columns = list(dict.fromkeys(titles)), list(dict.fromkeys(rows["column"]))
        counts = cells.pivot(index="title", columns="column", values="units").reindex(index=order, columns=columns).fillna(0)
        marks = cells.pivot(index="title", columns="column", values="mark").reindex_like(counts)
        title = name.replace("_", " ")
        drawing = figures.heat_map(counts.rename(columns=labels), marks=marks, xlabel="", ylabel="")
        caption = f"{apa.upper(title)}: which codes meet in the same passage. X: directly, I: indirectly, -: never" + (
            "; at the left from the codings, at the right as published" if printed.any() else ""
        )
        differ = rows[rows["agrees"].eq(False).fillna(False)]
        found.append(
            {
                "title": title,
                "figure": Drawing(slug(title), drawing, f"{caption}. Shade: units.", f"A grid: {title}."),
                "cells": int(rows["agrees"].notna().sum()),
                "agree": int(rows["agrees"].eq(True).fillna(False).sum()),
                "differ": [
                    f"{labels[row.row]}{f' ({row.group})' if pd.notna(row.group) else ''} and {apa.lower(labels[row.column])}: "
                    f"{row.published} as published, {row.computed} from the codings"
                    + (f" ({row.which})" if pd.notna(row.which) else "")
                    for row in differ.itertuples()
                ],
            }
        )
    return found


def _prevalence(context: Context, labels: dict[str, str]) -> Table:
    rows = [row for row in context.rows("coding/prevalence") if row["attribute"] == "all"]
    order = list(context.results["coding/structure"]["code"])
    rows.sort(key=lambda row: order.index(row["name"]))
    cells = [
        [
            labels[row["name"]],
            {"code": "code", "theme": "theme", "dimension": "dimension"}[row["level"]],
            apa.integer(row["units"]),
            apa.percent(row["percent"]),
            apa.interval(row["ci_low"], row["ci_high"], 0),
        ]
        for row in rows
    ]
    note = f"Units, of {rows[0]['of'] if rows else 0}, with the code or anything below it; exact 95% interval of the percentage."
    return Table("How many units have each code", ["Code", "Level", "Units", "Percent", "95% CI"], cells, note, words=(0, 1))
