"""Scores: descriptive statistics, reliabilities and correlations in one table, as journals print them."""

from __future__ import annotations

from practicework.report import apa
from practicework.report.apa import EMPTY
from practicework.report.contents import ref
from practicework.report.context import Context
from practicework.report.messages import _, count, listing, say, sentences
from practicework.report.section import Fold, Items, Paragraph, Section, present
from practicework.report.table import Column, Table, integer, interval, made, number, p, precision, text, unit

STARS = (0.05, 0.01, 0.001)


def section(context: Context) -> Section:
    """What the stage contributes to the report."""
    summary = context.rows("scoring/summary")
    correlations = _correlations(context, [row for row in summary if row["kind"] != "categories"])
    incomplete = [row for row in summary if row["prorated"] or row["missing"]]
    intervals = _intervals(context)
    return Section(
        "scoring",
        _("Scores and correlations"),
        body=present(
            Paragraph(_scores(context, summary)),
            Items(tuple(_counts(context, row) for row in incomplete)),
            *(Paragraph(words) for words in _categories(context)),
            correlations,
            Fold(_("Confidence intervals of the correlations"), (intervals,) if intervals.rows else ()),
        ),
        manuscript={"results": (say("{table} reports means, standard deviations and correlations.", table=ref(correlations)),)},
        methods=((_("Scores"), _methods()),) if context.study.scales else (),
        limitations=(_("Likert responses were treated as continuous, and missing responses were not imputed."),)
        if context.study.scales
        else (),
    )


def _methods() -> str:
    return _(
        "Reverse-keyed items are recoded using the declared response range (minimum + maximum − x). A score is the mean, the "
        "sum or the percent of the maximum possible (POMP) of the answered items, as the scale defines. It is missing if "
        "fewer than the required share of items was answered, and prorated otherwise."
    )


def _scores(context: Context, summary: list[dict]) -> str:
    scales = [row["variable"] for row in summary if row["kind"] == "scale"]
    if not scales:
        return ""
    study = context.study
    named = "; ".join(f"{context.inline(name)} ({study.units(name)})" for name in scales)
    least = {study.scales[name].scoring.min_valid for name in scales}
    required = (
        _(
            "A score required at least {percent}% of the items and was prorated for missing ones.",
            percent=f"{100 * least.pop():g}",
        )
        if len(least) == 1
        else _("A score required the share of items that the scale defines and was prorated for missing ones.")
    )
    return sentences(_("Scores were computed for {scales}.", scales=named), required)


def _counts(context: Context, row: dict) -> str:
    parts = [count("{n} value", "{n} values", row["n"])]
    if row["prorated"]:
        parts.append(_("{n} prorated", n=row["prorated"]))
    if row["missing"]:
        parts.append(_("{n} missing", n=row["missing"]))
    return f"{context.label(row['variable'])}: {', '.join(parts)}."


def _categories(context: Context) -> list[str]:
    """How many respondents there are in each category of each categorical variable."""
    found = []
    for name in context.config.categories:
        counts = context.results["scoring/scores"][name].value_counts().sort_index()
        words = [f"{context.study.category(name, code)} ({n:,})" for code, n in counts.items()]
        found.append(f"{apa.upper(context.label(name))}: {listing(words)}.")
    return found


def _correlations(context: Context, summary: list[dict]) -> Table:
    alphas, htmt = _alphas(context), _htmt(context)
    pairs = {(row["variable_b"], row["variable_a"]): row for row in context.rows("scoring/correlations")}
    names = [row["variable"] for row in summary]

    def pair(row: dict, other: str) -> str:
        place, at = names.index(row["variable"]), names.index(other)
        if at < place:
            found = pairs[row["variable"], other]
            stars = "" if found["p_value"] is None else "*" * sum(found["p_value"] < level for level in STARS)
            return apa.unit(found["r"]).within("{}" + stars)
        if at == place:
            alpha = alphas.get(other)
            return EMPTY if alpha is None else apa.unit(alpha).within("({})")
        return apa.unit(htmt[row["variable"], other]) if (row["variable"], other) in htmt else ""

    def column(at: int, other: str) -> Column:
        return made(other, str(at), lambda row: pair(row, other))

    columns = [
        text("variable", _("Variable"), lambda row: f"{names.index(row['variable']) + 1}. {context.label(row['variable'])}"),
        number("mean", "M", precision("sd")),
        number("sd", "SD", precision("sd")),
        *(column(at, other) for at, other in enumerate(names, 1)),
    ]
    counts = [row["n"] for row in pairs.values()] or [row["n"] for row in summary[:1]] or [0]
    n = (
        f"N = {min(counts):,}"
        if min(counts) == max(counts)
        else _("N = {low} to {high} (pairwise)", low=min(counts), high=max(counts))
    )
    units = "; ".join(f"{context.label(name)}: {context.study.units(name)}" for name in names if context.study.units(name))
    note = context.note(
        f"{n}.",
        _("Pearson correlations."),
        _("Coefficient alpha is shown in parentheses on the diagonal.") if alphas else "",
        _("Heterotrait–monotrait ratios (HTMT) are shown above the diagonal.") if htmt else "",
        f"{units}." if units else "",
        "* p < .05, ** p < .01, *** p < .001.",
    )
    title = _("Means, standard deviations and correlations")
    return Table.of("scoring_correlations", title, columns, summary, note, row="variable")


def _alphas(context: Context) -> dict[str, float]:
    if "reliability/scales" not in context.results:
        return {}
    return {row["scale"]: row["alpha"] for row in context.rows("reliability/scales")}


def _htmt(context: Context) -> dict[tuple[str, str], float]:
    if "dimensionality/htmt" not in context.results:
        return {}
    rows = context.rows("dimensionality/htmt")
    return {(row["scale_a"], row["scale_b"]): row["htmt"] for row in rows if row["htmt"] is not None}


def _intervals(context: Context) -> Table:
    columns = [
        text("variable", _("Variable"), lambda row: context.label(row["variable_a"])),
        text("with", _("With"), lambda row: context.label(row["variable_b"])),
        integer("n", "n"),
        unit("r", "r"),
        interval("ci", _("95% CI"), "ci_low", "ci_high", of_unit=True),
        p("p_value", "p"),
    ]
    note = context.note(_("Confidence intervals are based on Fisher's z transformation."))
    title = _("Correlations with 95% confidence intervals")
    identify = lambda row: f"{row['variable_a']} {row['variable_b']}"  # noqa: E731
    return Table.of("scoring_intervals", title, columns, context.rows("scoring/correlations"), note, row=identify)
