"""The tables of coded evidence."""

from __future__ import annotations

from collections.abc import Mapping

from practicework.report import apa
from practicework.report.context import Context
from practicework.report.messages import _, count
from practicework.report.table import Table, heading, integer, interval, made, p, percent, text, unit
from practicework.study.codebook import GROUPS


def attribute_words(attribute: str) -> str:
    """Return an attribute of units as words."""
    return apa.upper(attribute.removesuffix(GROUPS).replace("_", " "))


def attributes(context: Context) -> Table:
    """Units by attribute."""
    rows: list[dict] = []
    for row in context.rows("coding/attributes"):
        if not rows or rows[-1]["attribute"] != row["attribute"]:
            rows.append(heading(attribute_words(row["attribute"]), attribute=row["attribute"]))
        rows.append(row)
    columns = [
        text("value", _("Attribute"), lambda row: row["value"] or _("not stated")),
        integer("units", _("Units")),
        percent("percent", "%"),
    ]
    ranges = [
        _("{attribute}: M = {mean}, range {low} to {high}", attribute=attribute_words(row["attribute"]),
          mean=apa.number(row["mean"], 1), low=f"{row['min']:g}", high=f"{row['max']:g}")
        for row in context.rows("coding/quantities")
        if row["mean"] is not None
    ]  # fmt: skip
    units = len(context.results["coding/units"])
    note = context.note(count("{n} unit.", "{n} units.", units, start=True), f"{'; '.join(ranges)}." if ranges else "")
    return Table.of("coding_attributes", _("Units by attribute"), columns, rows, note,
                    row=lambda row: f"{row['attribute']}: {row['value']}")  # fmt: skip


def exclusivity(rows: list[dict], labels: Mapping[str, str]) -> Table:
    """Dimensions alone and combined with others."""
    stated = any(row["stated"] for row in rows)
    columns = [
        text("dimension", _("Dimension"), lambda row: labels[row["dimension"]]),
        integer("units", _("Units")),
        integer("only", _("This dimension only")),
    ]
    note = _("Units coded with the dimension, and with no other dimension.")
    if stated:
        columns += [
            integer("stated", _("Described as exclusive")),
            integer("upheld", _("Of these, this dimension only")),
            text("which", _("Contradicted"), lambda row: row["which"] or None),
        ]
        note += " " + _("Contradicted = units described as belonging to this dimension only but coded with another.")
    return Table.of("coding_dimensions", _("Dimensions alone and combined"), columns, rows, note, row="dimension")


def tests(context: Context, labels: Mapping[str, str]) -> Table | None:
    """Groups compared by exact tests."""
    found = [row for row in context.rows("coding/tests") if row["level"] != "theme"]
    if not found:
        return None
    rows: list[dict] = []
    for row in found:
        if not rows or rows[-1]["attribute"] != row["attribute"]:
            rows.append(
                heading(_("By {attribute}", attribute=attribute_words(row["attribute"]).lower()), attribute=row["attribute"])
            )
        rows.append(row)

    def code(row: Mapping) -> str:
        if row["level"] == "stated":
            return _("{attribute} (as stated)", attribute=attribute_words(row["name"]))
        return labels[row["name"]]

    columns = [
        text("code", _("Code"), code),
        integer("n", "n"),
        p("p_value", "p"),
        p("p_holm", _("p (Holm)")),
        unit("cramers_v", "V"),
    ]
    notes = sorted({row["note"] for row in found if row["note"]})
    note = context.note(
        _(
            "Fisher's exact test, or the Fisher–Freeman–Halton test beyond two by two. Holm = p values corrected within "
            "attribute and level; V = Cramér's V."
        ),
        f"{apa.upper('; '.join(notes))}." if notes else "",
    )
    return Table.of("coding_groups", _("Comparison of groups"), columns, rows, note,
                    row=lambda row: f"{row['attribute']}: {row['level']} {row['name']}")  # fmt: skip


def measure_words(measure: str) -> str:
    """Return a measure of saturation in words."""
    return {
        "run_5": _("Units until a run of two adds at most 5%"),
        "run_0": _("Units until a run of two adds nothing"),
        "codes": _("Different codes"),
        "codes_of_one_unit": _("Codes of a single unit"),
        "unseen_chao2": _("Unseen codes, at least (Chao2)"),
    }[measure]


def saturation(context: Context) -> Table:
    """When new units stopped adding new codes."""

    def band(row: Mapping) -> apa.Shown:
        if row["low"] is None:
            return apa.interval(None, None)
        return apa.joined("{} to {}", low=apa.number(row["low"], 0), high=apa.number(row["high"], 0))

    columns = [
        text("measure", _("Measure"), lambda row: measure_words(row["measure"])),
        made("value", _("In this order"), lambda row: apa.number(row["value"], 1 if row["measure"] == "unseen_chao2" else 0)),
        made("median", _("Median over random orders"), lambda row: apa.number(row["median"], 0)),
        made("band", _("95% of orders"), band),
        text("note", _("Note"), lambda row: apa.upper(row["note"]) if row["note"] else None),
    ]
    note = context.note(
        _("Runs of new units are compared with the codes of the first units (Guest et al., 2020); Chao2 is a lower bound "
          "(Chao, 1987).")
    )  # fmt: skip
    return Table.of("coding_saturation", _("Saturation"), columns, context.rows("coding/saturation_summary"), note, row="measure")


def agreement(context: Context, labels: Mapping[str, str]) -> Table | None:
    """Agreement of coders."""
    rows = context.rows("coding/agreement")
    if not rows:
        return None
    columns = [
        text("code", _("Code"), lambda row: _("All codes") if row["level"] == "all" else labels[row["name"]]),
        percent("percent_agreement", _("Agreement")),
        unit("kappa", "κ"),
        interval("kappa_ci", _("95% CI"), "kappa_low", "kappa_high", of_unit=True),
        unit("alpha", "α"),
        interval("alpha_ci", _("95% CI"), "alpha_low", "alpha_high", of_unit=True),
    ]
    note = context.note(
        _(
            "{coders} coders; {units} units coded by at least two of them. Presence of the code, theme or dimension in a "
            "unit; κ = Cohen's kappa; α = Krippendorff's nominal alpha; percentile intervals over units.",
            coders=rows[0]["coders"], units=rows[0]["units"],
        )
    )  # fmt: skip
    return Table.of(
        "coding_agreement", _("Coder agreement"), columns, rows, note, row=lambda row: f"{row['level']} {row['name']}"
    )


def prevalence(context: Context, labels: Mapping[str, str]) -> Table:
    """In how many units each code occurs."""
    rows = [row for row in context.rows("coding/prevalence") if row["attribute"] == "all"]
    order = list(context.results["coding/structure"]["code"])
    rows.sort(key=lambda row: order.index(row["name"]))
    levels = {"code": _("code"), "theme": _("theme"), "dimension": _("dimension")}
    columns = [
        text("code", _("Code"), lambda row: labels[row["name"]]),
        text("level", _("Level"), lambda row: levels[row["level"]]),
        integer("units", _("Units")),
        percent("percent", "%"),
        interval("ci", _("95% CI"), "ci_low", "ci_high", 0),
    ]
    note = context.note(
        _(
            "Units, of {n}, with the code or any code below it, with exact 95% CI of the percentage.",
            n=rows[0]["of"] if rows else 0,
        )
    )
    title = _("Units by code, theme and dimension")
    return Table.of("coding_prevalence", title, columns, rows, note, row=lambda row: f"{row['level']} {row['name']}")
