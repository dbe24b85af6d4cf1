"""The tables of the section on dimensionality and validity."""

from __future__ import annotations

from collections.abc import Mapping

from practicework.report import apa
from practicework.report.context import Context, limiting
from practicework.report.messages import _, count
from practicework.report.table import (
    Table,
    heading,
    integer,
    interval,
    made,
    number,
    p,
    share,
    text,
    unit,
)  # fmt: skip
from practicework.study.scale import ALL

LARGEST = 5
"""Correlation residuals that are shown."""


def measures(context: Context) -> Table:
    """Items with their loadings, scale by scale, with the coefficients that reviewers ask for."""
    reliability = {row["scale"]: row for row in context.rows("reliability/scales")}
    loadings = {(row["model"], row["item"]): row for row in context.rows("dimensionality/loadings")}
    items = {row["item"]: row for row in context.rows("reliability/items")}
    rows, ns = [], {}
    for validity in context.rows("dimensionality/scales"):
        scale, coefficient = context.study.scales[validity["scale"]], reliability[validity["scale"]]
        rows.append(
            heading(
                scale.label,
                alpha=coefficient["alpha"],
                omega_total=coefficient["omega_total"],
                composite_reliability=validity["composite_reliability"],
                ave=validity["ave"],
            )
        )
        if validity["model"]:
            ns[validity["model"]] = validity["n"]
        for item in scale.items:
            loading = loadings.get((validity["model"], item.id), {"loading": None, "ci_low": None, "ci_high": None})
            rows.append(
                {
                    "item": item.id,
                    "words": f"{item.id}{' (R)' if item.reverse else ''}: {item.text}",
                    "mean": items[item.id]["mean"],
                    "sd": items[item.id]["sd"],
                    "loading": loading["loading"],
                    "ci_low": loading["ci_low"],
                    "ci_high": loading["ci_high"],
                }
            )
    columns = [
        text("item", _("Scale and item"), "words"),
        number("mean", "M"),
        number("sd", "SD"),
        unit("loading", _("Loading")),
        interval("ci", _("95% CI"), "ci_low", "ci_high", of_unit=True),
        unit("alpha", "α"),
        unit("omega_total", "ω"),
        unit("composite_reliability", "CR"),
        unit("ave", "AVE"),
    ]
    fitted = "; ".join(f"{context.inline(model)}: n = {n:,}" for model, n in ns.items())
    note = context.note(
        _("Loadings are standardized, from maximum likelihood confirmatory factor analysis, with 95% CI by the delta method."),
        _("Sample sizes of the models: {fitted}.", fitted=fitted) if fitted else "",
        _(
            "α = coefficient alpha; ω = omega total (one minres factor); CR = composite reliability and AVE = average "
            "variance extracted, both from the loadings. M, SD, α and ω are listwise within the scale. (R) = reverse-keyed, "
            "recoded before any statistic."
        ),
    )
    return Table.of("dimensionality_measures", _("Measures"), columns, rows, note, row="item")


def fornell_larcker(context: Context) -> Table | None:
    """Factor correlations below the square roots of the average variances extracted."""
    pairs = {(row["scale_b"], row["scale_a"]): row for row in context.rows("dimensionality/fornell_larcker")}
    if not pairs:
        return None
    scales = context.rows("dimensionality/scales")
    names = [row["scale"] for row in scales]

    def cell(row: Mapping, other: str) -> str:
        place, at = names.index(row["scale"]), names.index(other)
        if at >= place:
            return apa.unit(row["sqrt_ave"]).within("({})") if at == place else ""
        pair = pairs[row["scale"], other]
        if pair["r"] is None:
            return apa.EMPTY
        ci = apa.interval(pair["ci_low"], pair["ci_high"], of_unit=True)
        return apa.joined("{} {}", r=apa.unit(pair["r"]), ci=ci)

    columns = [
        text("scale", _("Scale"), lambda row: f"{names.index(row['scale']) + 1}. {context.label(row['scale'])}"),
        unit("ave", "AVE"),
        *(made(other, str(at), lambda row, other=other: cell(row, other)) for at, other in enumerate(names, 1)),
    ]
    note = context.note(
        _(
            "Values on the diagonal, in parentheses, are square roots of the average variance extracted (AVE); values below "
            "are factor correlations with 95% CI. The criterion requires each correlation to be smaller than both square "
            "roots (Fornell & Larcker, 1981)."
        )
    )
    title = _("Factor correlations and the Fornell–Larcker criterion")
    return Table.of("dimensionality_fornell_larcker", title, columns, scales, note, row="scale")


def htmt(context: Context) -> Table | None:
    """Both heterotrait–monotrait ratios of every pair."""
    rows = context.rows("dimensionality/htmt")
    if not any(row["htmt"] is not None for row in rows):
        return None
    used = [row["resamples"] for row in rows if row["resamples"]]
    low, high = (f"{min(used):,}", f"{max(used):,}") if used else (_("no"), _("no"))
    columns = [
        text("scale", _("Scale"), lambda row: context.label(row["scale_a"])),
        text("with", _("With"), lambda row: context.label(row["scale_b"])),
        unit("htmt", "HTMT"),
        interval("htmt_ci", _("95% CI"), "htmt_low", "htmt_high", of_unit=True),
        unit("htmt2", "HTMT2"),
        interval("htmt2_ci", _("95% CI"), "htmt2_low", "htmt2_high", of_unit=True),
    ]
    note = context.note(
        _(
            "n = {n}. HTMT uses arithmetic and HTMT2 geometric means of absolute item correlations (HTMT2 is zero if a "
            "correlation is exactly zero). Intervals are percentile intervals over {resamples} case resamples (seed {seed}); "
            "that of HTMT uses the signed ratio, because absolute values of small correlations increase in resamples, and that "
            "of HTMT2 is omitted where it does not contain the ratio.",
            n=f"{rows[0]['n']:,}",
            resamples=low if low == high else _("{low} to {high}", low=low, high=high),
            seed=context.config.seed,
        ),
        limiting(rows[0]["n"]),
    )
    identify = lambda row: f"{row['scale_a']} {row['scale_b']}"  # noqa: E731
    return Table.of("dimensionality_htmt", _("Heterotrait–monotrait ratios"), columns, rows, note, row=identify)


def residuals(context: Context, model: str) -> Table | None:
    """The largest correlation residuals of a model."""
    rows = [row for row in context.rows("dimensionality/residuals") if row["model"] == model]
    if not rows:
        return None
    rows = sorted(rows, key=lambda row: -abs(row["residual"]))
    columns = [
        text("item", _("Item"), "item_a"),
        text("with", _("With"), "item_b"),
        unit("r", "r"),
        unit("implied", _("Implied")),
        unit("residual", _("Residual")),
    ]
    above = sum(abs(row["residual"]) > 0.1 for row in rows)
    note = context.note(
        count(
            "Residual = observed minus implied correlation. Of {all} residuals, {n} exceeds .10 in absolute value.",
            "Residual = observed minus implied correlation. Of {all} residuals, {n} exceed .10 in absolute value.",
            above,
            all=f"{len(rows):,}",
        ),
        _("All are in dimensionality/residuals.csv."),
    )
    title = _("Largest correlation residuals of the confirmatory model")
    identify = lambda row: f"{row['item_a']} {row['item_b']}"  # noqa: E731
    return Table.of("dimensionality_residuals", title, columns, rows[:LARGEST], note, row=identify)


def adequacy(context: Context, rows: list[dict]) -> Table:
    """Sampling adequacy, sphericity, and the number of dimensions by parallel analysis."""
    settings = context.config.dimensionality
    columns = [
        text("model", _("Items"), lambda row: context.label(row["model"])),
        integer("n", "n"),
        integer("items", _("Number")),
        unit("kmo", "KMO"),
        number("bartlett_chisq", "χ²", 1),
        integer("bartlett_df", "df"),
        p("bartlett_p", "p"),
        integer("components", _("Components")),
        integer("factors", _("Factors")),
        share("first_component_share", _("First component")),
        share("first_factor_share", _("First factor")),
    ]
    note = context.note(
        _(
            "KMO = Kaiser–Meyer–Olkin measure of sampling adequacy; χ² = Bartlett's test of sphericity. Components and "
            "factors = numbers retained by parallel analysis ({percentile}th percentile, {replications} random data sets), "
            "which in large samples also retains factors of little weight. First component and first factor = share of the "
            "items' variance.",
            percentile=f"{settings.percentile:g}",
            replications=f"{settings.replications:,}",
        )
    )
    return Table.of("dimensionality_adequacy", _("Sampling adequacy and parallel analysis"), columns, rows, note, row="model")


def efa(context: Context) -> Table | None:
    """Pattern loadings of the exploratory factors."""
    items = context.rows("dimensionality/efa_items")
    if not items:
        return None
    factors = context.rows("dimensionality/efa_factors")
    names = [row["factor"] for row in factors]
    loading = {(row["item"], row["factor"]): row["loading"] for row in context.rows("dimensionality/efa_loadings")}
    rows = [row | {name: loading[row["item"], name] for name in names} for row in items]
    sums = {"item": "ss_loadings", "words": _("Sum of squared loadings")} | {row["factor"]: row["ss_loadings"] for row in factors}
    shares = {"item": "share", "words": _("Share of variance")} | {row["factor"]: row["share"] for row in factors}

    def cell(name: str):
        def shown(row: Mapping) -> apa.Shown:
            value = row[name]
            return {"ss_loadings": apa.number, "share": apa.share}.get(row["item"], apa.unit)(value)

        return shown

    columns = [
        text("item", _("Item"), lambda row: row.get("words") or f"{row['item']} ({context.label(row['scale'])})"),
        *(made(name, name, cell(name)) for name in names),
        unit("communality", "h²"),
        number("complexity", _("Complexity"), 1),
        unit("msa", "MSA"),
    ]
    settings = context.config.dimensionality
    n = next(row["n"] for row in context.rows("dimensionality/exploratory") if row["model"] == ALL)
    note = context.note(
        _(
            "n = {n}; {extraction} extraction, oblimin rotation; pattern loadings, the largest of each item in bold. h² = "
            "communality; complexity = Hofmann's index of the number of factors per item; MSA = the item's sampling "
            "adequacy.",
            n=f"{n:,}",
            extraction=_("minres") if settings.extraction == "minres" else _("maximum likelihood"),
        )
    )
    title = count(
        "Exploratory factor analysis of all items, {n} factor",
        "Exploratory factor analysis of all items, {n} factors",
        len(names),
    )
    largest = {row["item"]: max(names, key=lambda name: abs(row[name])) for row in rows}
    return Table.of(
        "dimensionality_efa", title, columns, [*rows, sums, shares], note,
        row="item", bold=lambda row, key: largest.get(row["item"]) == key,
    )  # fmt: skip


def efa_correlations(context: Context) -> Table | None:
    """Correlations of the exploratory factors."""
    rows = context.rows("dimensionality/efa_correlations")
    if not rows:
        return None
    columns = [text("factor", _("Factor"), "factor_a"), text("with", _("With"), "factor_b"), unit("r", "r")]
    identify = lambda row: f"{row['factor_a']} {row['factor_b']}"  # noqa: E731
    title = _("Correlations of the exploratory factors")
    return Table.of("dimensionality_efa_correlations", title, columns, rows, context.note(), row=identify)


def marker(context: Context) -> Table:
    """Correlations before and after adjustment for the marker."""
    rows = context.rows("dimensionality/marker")
    bases = {"smallest": _("smallest"), "second smallest": _("second smallest")}
    columns = [
        text("score", _("Score"), lambda row: context.label(row["variable_a"])),
        text("with", _("With"), lambda row: context.label(row["variable_b"])),
        unit("r", "r"),
        p("p_value", "p"),
        text("basis", _("Basis"), lambda row: bases.get(row["basis"], row["basis"])),
        unit("r_marker", _("r of the marker")),
        unit("r_adjusted", _("Adjusted r")),
        p("p_adjusted", _("Adjusted p")),
    ]
    note = context.note(
        _(
            "n = {n} respondents with all scores and the marker. Marker = {marker}. Basis = the marker's smallest or, more "
            "conservatively, second smallest positive correlation with a score, taken as the share of common method variance "
            "(Lindell & Whitney, 2001).",
            n=f"{rows[0]['n'] if rows else 0:,}",
            marker=context.inline(context.config.dimensionality.marker),
        ),
        *(f"{apa.upper(one)}." for one in dict.fromkeys(row["note"] for row in rows if row["note"])),
    )
    identify = lambda row: f"{row['variable_a']} {row['variable_b']} {row['basis']}"  # noqa: E731
    return Table.of("dimensionality_marker", _("Correlations adjusted for the marker"), columns, rows, note, row=identify)
