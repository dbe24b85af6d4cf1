"""The figures of coded evidence with their captions."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from practicework.report import apa
from practicework.report.coding import figures
from practicework.report.coding.tables import attribute_words
from practicework.report.context import Context
from practicework.report.messages import _, count
from practicework.report.table import Drawing

MOST_UNITS = 60
"""Units beyond which a grid of themes by units is not readable."""


def data_structure(context: Context) -> Drawing | None:
    """The data structure from concepts to dimensions."""
    structure = context.results["coding/structure"]
    inside = structure[structure["level"] != "other"]
    if inside.empty:
        return None
    others = int((structure["level"] == "other").sum())
    caption = _("Data structure (Gioia et al., 2013). Numbers are units, of {n}, coded with a box or with what leads to it.",
                n=len(context.results["coding/units"]))  # fmt: skip
    if others:
        caption += " " + count("{n} code outside the structure is not shown.", "{n} codes outside the structure are not shown.",
                               others, start=True)  # fmt: skip
    alternative = _("Concepts on the left lead to themes, and these to dimensions on the right.")
    return Drawing("data_structure", figures.data_structure(inside), caption, alternative)


def theme_figure(context: Context, labels: Mapping[str, str]) -> Drawing | None:
    """Codings by theme and unit; by code where there are no themes."""
    structure, codings = context.results["coding/structure"], context.results["coding/codings"]
    themes = list(structure.loc[structure["level"] == "theme", "code"])
    level, names = ("theme", themes) if themes else ("code", list(structure["code"]))
    table = pd.crosstab(codings[level], codings["unit"])
    units = context.results["coding/units"]["unit"]
    table = table.reindex(index=[name for name in names if name in table.index], columns=units, fill_value=0).rename(index=labels)
    if table.empty or table.shape[1] > MOST_UNITS:
        return None
    caption = _("Codings by theme and unit. Numbers are codings; {n} units in the order of the file; white cells have none.",
                n=table.shape[1])  # fmt: skip
    drawing = figures.heat_map(table, xlabel=_("Unit"), ylabel="")
    return Drawing("themes_by_unit", drawing, caption, _("A grid of themes by units, darker where there are more codings."))


def group_figures(context: Context, labels: Mapping[str, str]) -> list[Drawing]:
    """Themes by group, for the first of the compared attributes."""
    prevalence = context.results["coding/prevalence"]
    own = prevalence[(prevalence["level"] == "theme") & (prevalence["attribute"] != "all")]
    drawings = []
    for attribute in list(dict.fromkeys(own["attribute"]))[:1]:
        rows = own[own["attribute"] == attribute]
        values, sizes = list(dict.fromkeys(rows["value"])), rows.groupby("value")["of"].first()
        columns = {value: f"{value} (n = {sizes[value]})" for value in values}
        share = rows.pivot(index="name", columns="value", values="percent")
        share = share.reindex(index=list(dict.fromkeys(rows["name"])), columns=values)
        marks = rows.pivot(index="name", columns="value", values="units").reindex_like(share)
        words = attribute_words(attribute)
        drawing = figures.heat_map(share.rename(index=labels, columns=columns), marks=marks, xlabel=words, ylabel="")
        caption = _("Themes by {attribute}. Numbers are units with the theme; shades show their share of the group.",
                    attribute=words.lower())  # fmt: skip
        alternative = _("A grid of themes by {attribute}, darker where the share is larger.", attribute=words.lower())
        key = "".join(one if one.isascii() and one.isalnum() else "_" for one in words.lower()).strip("_")
        drawings.append(Drawing(f"themes_by_{key}", drawing, caption, alternative))
    return drawings


def cooccurrence(context: Context, labels: Mapping[str, str]) -> Drawing | None:
    """Themes in the same unit."""
    table = context.results["coding/cooccurrence"]
    table = table[table["level"] == "theme"]
    names = {*table["a"], *table["b"]}
    if len(names) < 2:
        return None
    order = [name for name in context.results["coding/structure"]["code"] if name in names]
    both = table.pivot(index="b", columns="a", values="units").reindex(index=order[1:], columns=order[:-1])
    drawing = figures.heat_map(both.fillna(0).rename(index=labels, columns=labels), xlabel="", ylabel="")
    caption = _(
        "Themes in the same unit. Numbers are units, of {n}, coded with both themes; only cells below the diagonal are shown.",
        n=len(context.results["coding/units"]),
    )
    return Drawing("cooccurrence", drawing, caption, _("A triangle of themes by themes, darker where more units have both."))


def saturation_figure(context: Context) -> Drawing | None:
    """Different codes by number of units."""
    curve = context.results["coding/saturation"]
    if len(curve) < 2:
        return None
    caption = _(
        "Different codes by number of units (n = {n}): in the order of the file (black), the mean over all orders (dashed) "
        "and the band that contains 95% of random orders.",
        n=len(curve),
    )
    return Drawing("saturation", figures.saturation(curve), caption, _("A curve of different codes that rises with the units."))


def matrices(context: Context, labels: Mapping[str, str]) -> list[dict]:
    """Each matrix of codes that co-occur in passages, with its published counterpart."""
    found = []
    for name, rows in context.results["coding/matrices"].groupby("matrix", sort=False):
        group = rows["group"].where(rows["group"].notna(), "")
        titles = rows["row"].map(labels) + group.map(lambda one: f" ({one})" if one else "")
        printed = rows["published"].notna()
        cells = rows.assign(title=titles, mark=rows["computed"] + (" / " + rows["published"]).where(printed, ""))
        order, columns = list(dict.fromkeys(titles)), list(dict.fromkeys(rows["column"]))
        counts = cells.pivot(index="title", columns="column", values="units").reindex(index=order, columns=columns).fillna(0)
        marks = cells.pivot(index="title", columns="column", values="mark").reindex_like(counts)
        title = name.replace("_", " ")
        drawing = figures.heat_map(counts.rename(columns=labels), marks=marks, xlabel="", ylabel="")
        caption = _("{title}: codes that co-occur in passages. X = directly, I = indirectly, - = never.", title=apa.upper(title))
        if printed.any():
            caption += " " + _("Left: from the codings; right: as published.")
        caption += " " + _("Shades show units.")
        differ = rows[rows["agrees"].eq(False).fillna(False)]
        found.append(
            {
                "title": title,
                "figure": Drawing(name, drawing, caption, _("A grid of {title}.", title=title)),
                "cells": int(rows["agrees"].notna().sum()),
                "agree": int(rows["agrees"].eq(True).fillna(False).sum()),
                "differ": [_difference(row, labels) for row in differ.itertuples()],
            }
        )
    return found


def _difference(row, labels: Mapping[str, str]) -> str:
    group = f" ({row.group})" if pd.notna(row.group) else ""
    which = f" ({row.which})" if pd.notna(row.which) else ""
    return _("{row} and {column}: {published} as published, {computed} from the codings{which}.", row=labels[row.row] + group,
             column=apa.lower(labels[row.column]), published=row.published, computed=row.computed, which=which)  # fmt: skip
