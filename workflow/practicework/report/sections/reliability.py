"""Scales and their reliability: coefficients, items, sources."""

from practicework.report import apa
from practicework.report.context import Context
from practicework.report.table import Table


def section(context: Context) -> dict:
    """The table of coefficients, one table of items per scale, and every note."""
    rows = context.rows("reliability/scales")
    items = context.rows("reliability/items")
    resamples = {row["omega_resamples"] for row in rows if row["omega_resamples"]}
    label = context.study.label
    return {
        "scales": [context.study.scales[row["scale"]] for row in rows],
        "range": _range([row["alpha"] for row in rows if row["alpha"] is not None]),
        "coefficients": _coefficients(context, rows, resamples),
        "others": _others(context, rows, resamples),
        "items": {row["scale"]: _items(context, row, [item for item in items if item["scale"] == row["scale"]]) for row in rows},
        "notes": [(label(row["scale"]), row["note"]) for row in rows if row["note"]]
        + [
            (f"{label(row['scale'])}, item {row['item']}", row["note"])
            for row in items
            if row["note"] and row["mean"] is not None
        ],
    }


def _range(alphas: list[float]) -> tuple[float | None, float | None]:
    return (min(alphas), max(alphas)) if alphas else (None, None)


def _coefficients(context: Context, rows: list[dict], resamples: set[int]) -> Table:
    cells = []
    for row in rows:
        published = context.study.scales[row["scale"]].published
        cells.append(
            [
                context.study.label(row["scale"]),
                apa.integer(row["items"]),
                apa.integer(row["n"]),
                apa.unit(row["alpha"]),
                apa.interval(row["alpha_low"], row["alpha_high"], of_unit=True),
                apa.unit(row["omega_total"]),
                apa.interval(row["omega_low"], row["omega_high"], of_unit=True),
                apa.unit(row["mean_inter_item_r"]),
                apa.number(row["sem"]),
                apa.unit(published.alpha if published else None),
            ]
        )
    header = ["Scale", "Items", "n", "α", "95% CI", "ω total", "95% CI", "Mean r", "SEM", "Published α"]
    note = (
        "n: respondents with all items answered. α: Cronbach's coefficient alpha, interval after Feldt. "
        "ω total: one-factor minres on the correlation matrix, interval from the normal-theory bootstrap "
        f"({_shown(resamples)} resamples, seed {context.study.config.seed}). "
        "Mean r: mean inter-item correlation. SEM: standard error of measurement, SD √(1 − α), "
        f"in score units. Published α: from the scale's file.{context.synthetic}"
    )
    return Table("Reliability of the scales", header, cells, note, wide=True)


def _shown(resamples: set[int]) -> str:
    return f"{min(resamples):,}" if resamples else "no"


def _others(context: Context, rows: list[dict], resamples: set[int]) -> Table:
    cells = [
        [
            context.study.label(row["scale"]),
            apa.interval(row["alpha_boot_low"], row["alpha_boot_high"], of_unit=True),
            apa.unit(row["std_alpha"]),
            apa.unit(row["ordinal_alpha"]),
            apa.unit(row["ordinal_omega_total"]),
            apa.unit(row["spearman_brown"]),
        ]
        for row in rows
    ]
    note = (
        f"α, bootstrap: 95% percentile interval ({_shown(resamples)} case resamples, "
        f"seed {context.study.config.seed}). Std. α: of the standardised items. Ordinal "
        "α and ω: the same formulas on polychoric correlations; they describe continuous answers thought to lie behind the "
        "categories, and not the score (Chalmers, 2018). Spearman–Brown: 2r/(1 + r), for scales of two items."
        f"{context.synthetic}"
    )
    header = ["Scale", "α, bootstrap 95% CI", "Std. α", "Ordinal α", "Ordinal ω", "Spearman–Brown"]
    return Table("Further coefficients of reliability", header, cells, note, wide=True)


def _items(context: Context, scale: dict, rows: list[dict]) -> Table:
    wording = {item.id: item.text for item in context.study.scales[scale["scale"]].items}
    cells = [
        [
            f"{row['item']}{' (R)' if row['reverse'] else ''}: {wording[row['item']]}",
            apa.number(row["mean"]),
            apa.number(row["sd"]),
            apa.number(row["skew"]),
            *(apa.share(row[share]) for share in ("floor", "ceiling", "missing_share")),
            apa.unit(row["item_rest_r"]),
            apa.unit(row["alpha_if_dropped"]),
            apa.unit(row["loading"]),
        ]
        for row in rows
    ]
    response = context.study.scales[scale["scale"]].response
    note = (
        f"n = {scale['n']:,}; answers from {response.min:g} to {response.max:g}. Floor, ceiling: share at the lowest and highest "
        "response point; missing: share of all respondents without an answer. r: correlation with the sum of the other items; "
        "α: of the other items; loading: standardised, one minres factor. (R): reverse-keyed before any statistic."
        f"{context.synthetic}"
    )
    header = ["Item", "M", "SD", "Skew", "Floor", "Ceiling", "Missing", "Item-rest r", "α if dropped", "Loading"]
    return Table(f"Items of {context.study.label(scale['scale'])}", header, cells, note, wide=True)
