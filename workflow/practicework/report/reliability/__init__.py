"""Scales and their reliability: coefficients, items, sources."""

from __future__ import annotations

from practicework.report import apa
from practicework.report.contents import ref
from practicework.report.context import Context, limiting
from practicework.report.messages import _, count, say, sentences
from practicework.report.references import citation
from practicework.report.section import Fold, Paragraph, Section, Tile, present
from practicework.report.table import Table, integer, interval, number, share, text, unit
from practicework.study.scale import Scale


def section(context: Context) -> Section:
    """What the stage contributes to the report."""
    rows = context.rows("reliability/scales")
    coefficients = _coefficients(context, rows)
    return Section(
        "reliability",
        _("Scales and reliability"),
        body=present(
            coefficients,
            *(Paragraph(say("<b>{what}</b>: {note}.", what=what, note=note), "check") for what, note in _notes(context, rows)),
            Fold(_("Further reliability coefficients"), (_others(context, rows),)),
            *(_scale(context, row) for row in rows),
        ),
        tiles=() if context.has("moderation") else (_tile(context, rows),),
        manuscript={"measures": (*(_measure(context, row) for row in rows), *_measures(context, rows, coefficients))},
        methods=((_("Reliability"), _methods()),),
        limitations=_drafts(context),
        references=("chalmers2018", "feldt1987", "padilla2013"),
        software=("pingouin",),
    )


def _tile(context: Context, rows: list[dict]) -> Tile:
    alphas = [row["alpha"] for row in rows if row["alpha"] is not None] or [None]
    low, high = apa.unit(min(alphas, key=lambda one: one or 0)), apa.unit(max(alphas, key=lambda one: one or 0))
    value = f"α = {low}" if low == high else _("α = {low} to {high}", low=low, high=high)
    return Tile(value, count("coefficient alpha of {n} scale", "coefficient alpha of {n} scales", len(rows)))


def _notes(context: Context, rows: list[dict]) -> list[tuple[str, str]]:
    known = {(row["scale"], row["note"]) for row in rows}
    items = [
        row
        for row in context.rows("reliability/items")
        if row["note"] and row["mean"] is not None and (row["scale"], row["note"]) not in known
    ]
    return [
        *((context.label(row["scale"]), row["note"]) for row in rows if row["note"]),
        *((_("{scale}, item {item}", scale=context.label(row["scale"]), item=row["item"]), row["note"]) for row in items),
    ]


def _scale(context: Context, row: dict) -> Fold:
    scale = context.study.scales[row["scale"]]
    source = _("Source: {source}", source=_source(scale)) if scale.source else ""
    status = {"published": _("Published scale."), "adapted": _("Adapted scale."), "draft": _("Draft, not validated.")}
    return Fold(
        _("{scale}: items, wording and source", scale=scale.label),
        present(
            Paragraph(scale.definition or ""),
            _items(context, row),
            Paragraph(sentences(status[scale.status], source, scale.note or ""), "note"),
        ),
    )


def _source(scale: Scale) -> str:
    doi = f" https://doi.org/{scale.source.doi}" if scale.source.doi and scale.source.doi not in scale.source.citation else ""
    return f"{scale.source.citation}{doi}"


def sources(context: Context) -> list[str]:
    """Return the references of the scales' sources."""
    return list(dict.fromkeys(_source(scale) for scale in context.study.scales.values() if scale.source))


def _measure(context: Context, row: dict) -> str:
    """One sentence about a scale, as a methods section has it."""
    scale = context.study.scales[row["scale"]]
    labels = {code: texts[0] for code, texts in scale.response.labels.items()}
    low, high = int(scale.response.min), int(scale.response.max)
    origin = {
        "published": _(" taken from {source}"),
        "adapted": _(" adapted from {source}"),
        "draft": _(" drafted for this study after {source}"),
    }[scale.status]
    anchored = low in labels and high in labels
    statistics = [f"M = {apa.number(row['mean'])}", f"SD = {apa.number(row['sd'])}"]
    if row["alpha"] is not None:
        statistics.append(f"α = {apa.unit(row['alpha'])}")
        if row["alpha_low"] is not None:
            statistics.append(_("95% CI {ci}", ci=apa.interval(row["alpha_low"], row["alpha_high"], of_unit=True)))
    if row["omega_total"] is not None:
        statistics.append(f"ω = {apa.unit(row['omega_total'])}")
    return say(
        "{label} was measured with {items}{origin}, rated from {low} to {high}{reverse} and {scored} ({statistics}).",
        label=scale.label,
        items=count("{n} item", "{n} items", row["items"]),
        origin=origin.format(source=citation(scale.source.citation)) if scale.source else "",
        low=say("{code} (<i>{label}</i>)", code=low, label=labels[low].lower()) if anchored else f"{scale.response.min:g}",
        high=say("{code} (<i>{label}</i>)", code=high, label=labels[high].lower()) if anchored else f"{scale.response.max:g}",
        reverse=_reverse(scale),
        scored={"sum": _("summed"), "mean": _("averaged"), "pomp": _("scored as percent of the maximum possible")}[
            scale.scoring.method
        ],
        statistics=", ".join(statistics),
    )


def _reverse(scale: Scale) -> str:
    n = sum(item.reverse for item in scale.items)
    return count(", {n} of them reverse-keyed,", ", {n} of them reverse-keyed,", n) if n else ""


def _measures(context: Context, rows: list[dict], coefficients: Table) -> tuple:
    least = min(context.study.scales[row["scale"]].scoring.min_valid for row in rows)
    prorated = [row for row in context.rows("scoring/summary") if row["prorated"]]
    if prorated:
        done = _("prorated for missing items ({scales})", scales="; ".join(
            f"{context.inline(row['variable'])}: {row['prorated']}" for row in prorated))  # fmt: skip
    else:
        done = _("prorated for missing items; none had to be prorated")
    return (
        _("Scores were computed if at least {percent}% of a scale's items were answered and were {done}.",
          percent=f"{100 * least:g}", done=done),
        say("{table} reports all reliability coefficients.", table=ref(coefficients)),
    )  # fmt: skip


def _drafts(context: Context) -> tuple:
    drafts = [scale.label for scale in context.study.scales.values() if scale.status == "draft"]
    return tuple(
        _("The wording of {scale} is a draft, not that of a validated instrument.", scale=apa.lower(one)) for one in drafts
    )


def _methods() -> str:
    return _(
        "Coefficients are computed listwise within each scale. Coefficient alpha has Feldt's confidence interval. Omega total "
        "is (Σr − Σu²) / Σr from a one-factor minres solution of the correlation matrix, with a normal-theory bootstrap "
        "interval (estimate ± z times the bootstrap standard deviation), which had adequate coverage in simulations with more "
        "than 50 respondents, and with 50 for more than five items (Padilla & Divers, 2013). The bootstrap interval of alpha "
        "is the percentile interval from the same resamples. Ordinal alpha and omega use polychoric correlations (two-step "
        "maximum likelihood, no correction of empty cells). Scales of two items have the Spearman–Brown coefficient. The "
        "standard error of measurement is SD √(1 − α)."
    )


def _resamples(rows: list[dict]) -> str:
    found = {row["omega_resamples"] for row in rows if row["omega_resamples"]}
    return f"{min(found):,}" if found else _("no")


def _coefficients(context: Context, rows: list[dict]) -> Table:
    def published(row: dict) -> float | None:
        known = context.study.scales[row["scale"]].published
        return known.alpha if known else None

    columns = [
        text("scale", _("Scale"), lambda row: context.label(row["scale"])),
        integer("items", _("Items")),
        integer("n", "n"),
        unit("alpha", "α"),
        interval("alpha_ci", _("95% CI"), "alpha_low", "alpha_high", of_unit=True),
        unit("omega_total", "ω"),
        interval("omega_ci", _("95% CI"), "omega_low", "omega_high", of_unit=True),
        unit("mean_inter_item_r", _("Mean r")),
        number("sem", "SEM"),
        unit("published_alpha", _("Published α"), value=published),
    ]
    note = context.note(
        _(
            "n = respondents who answered all items; α = coefficient alpha with Feldt's confidence interval; ω = omega "
            "total (one-factor minres solution of the correlation matrix) with a normal-theory bootstrap interval "
            "({resamples} resamples, seed {seed}); mean r = mean inter-item correlation; SEM = standard error of "
            "measurement, SD √(1 − α), in score units; published α = value in the scale's file.",
            resamples=_resamples(rows),
            seed=context.config.seed,
        ),
        limiting(max(row["n"] for row in rows)),
    )
    return Table.of("reliability_coefficients", _("Reliability of the scales"), columns, rows, note, row="scale")


def _others(context: Context, rows: list[dict]) -> Table:
    columns = [
        text("scale", _("Scale"), lambda row: context.label(row["scale"])),
        interval("alpha_boot", _("α, bootstrap 95% CI"), "alpha_boot_low", "alpha_boot_high", of_unit=True),
        unit("std_alpha", _("Standardized α")),
        unit("ordinal_alpha", _("Ordinal α")),
        unit("ordinal_omega_total", _("Ordinal ω")),
        unit("spearman_brown", _("Spearman–Brown")),
    ]
    note = context.note(
        _(
            "Bootstrap: 95% percentile interval ({resamples} case resamples, seed {seed}). Ordinal α and ω apply the same "
            "formulas to polychoric correlations; they describe the continuous responses assumed to underlie the categories, "
            "not the score (Chalmers, 2018). Spearman–Brown = 2r/(1 + r), for scales of two items.",
            resamples=_resamples(rows),
            seed=context.config.seed,
        ),
        limiting(max(row["n"] for row in rows)),
    )
    return Table.of("reliability_further", _("Further reliability coefficients"), columns, rows, note, row="scale")


def _items(context: Context, scale: dict) -> Table:
    spec = context.study.scales[scale["scale"]]
    wording = {item.id: item.text for item in spec.items}
    rows = [row for row in context.rows("reliability/items") if row["scale"] == scale["scale"]]
    columns = [
        text("item", _("Item"), lambda row: f"{row['item']}{' (R)' if row['reverse'] else ''}: {wording[row['item']]}"),
        number("mean", "M"),
        number("sd", "SD"),
        number("skew", _("Skewness")),
        share("floor", _("Floor")),
        share("ceiling", _("Ceiling")),
        share("missing_share", _("Missing")),
        unit("item_rest_r", _("Item–rest r")),
        unit("alpha_if_dropped", _("α if dropped")),
        unit("loading", _("Loading")),
    ]
    note = context.note(
        _(
            "n = {n}; responses from {low} to {high}. Floor and ceiling = share of responses at the lowest and highest "
            "response option; missing = share of all respondents who did not answer; item–rest r = correlation with the sum "
            "of the other items; loading = standardized, one-factor minres solution. (R) = reverse-keyed, recoded before any "
            "statistic.",
            n=f"{scale['n']:,}",
            low=f"{spec.response.min:g}",
            high=f"{spec.response.max:g}",
        )
    )
    title = _("Items of {scale}", scale=context.label(scale["scale"]))
    return Table.of(f"reliability_items_{scale['scale']}", title, columns, rows, note, row="item")
