"""Scores: descriptive statistics and correlations in one table, as journals print them."""

from practicework.report import apa
from practicework.report.context import Context
from practicework.report.table import Table


def section(context: Context) -> dict:
    """The table of means, standard deviations, reliabilities and correlations, and the scores' counts."""
    summary = context.rows("scoring/summary")
    return {
        "summary": summary,
        "prorated": [row for row in summary if row["prorated"]],
        "missing": [row for row in summary if row["missing"]],
        "categories": _categories(context),
        "correlations": _correlations(context, [row for row in summary if row["kind"] != "categories"]),
        "intervals": _intervals(context),
    }


def _categories(context: Context) -> list[str]:
    """For each variable of categories, how many people are in each."""
    found = []
    for name in context.study.config.categories:
        counts = context.results["scoring/scores"][name].value_counts().sort_index()
        words = [f"{context.study.category(name, code)} ({count:,})" for code, count in counts.items()]
        found.append(f"{apa.upper(context.study.label(name))}: {apa.listing(words)}.")
    return found


def _alphas(context: Context) -> dict[str, float]:
    if "reliability/scales" not in context.results:
        return {}
    return {row["scale"]: row["alpha"] for row in context.rows("reliability/scales")}


def _htmt(context: Context) -> dict[tuple[str, str], float]:
    if "dimensionality/htmt" not in context.results:
        return {}
    rows = context.rows("dimensionality/htmt")
    return {(row["scale_a"], row["scale_b"]): row["htmt"] for row in rows if row["htmt"] is not None}


def _correlations(context: Context, summary: list[dict]) -> Table:
    alphas = _alphas(context)
    pairs = {(row["variable_b"], row["variable_a"]): row for row in context.rows("scoring/correlations")}
    names = [row["variable"] for row in summary]
    rows = []
    htmt = _htmt(context)
    for position, row in enumerate(summary):
        name = row["variable"]
        cells = [f"{position + 1}. {context.study.label(name)}", apa.number(row["mean"]), apa.number(row["sd"])]
        for other in names[:position]:
            pair = pairs[name, other]
            stars = "" if pair["p_value"] is None else "*" * sum(pair["p_value"] < level for level in (0.05, 0.01, 0.001))
            cells.append(apa.unit(pair["r"]).within("{}" + stars))
        diagonal = apa.unit(alphas[name]).within("({})") if alphas.get(name) is not None else apa.EMPTY
        above = [apa.unit(htmt[name, other]) if (name, other) in htmt else "" for other in names[position + 1 :]]
        rows.append([*cells, diagonal, *above])
    counts = [row["n"] for row in pairs.values()] or [summary[0]["n"]]
    n = f"N = {min(counts):,}" if min(counts) == max(counts) else f"N = {min(counts):,} to {max(counts):,} (pairwise)"
    reliabilities = "Coefficient alpha in parentheses on the diagonal. " if alphas else ""
    reliabilities += "Above it, heterotrait–monotrait ratios (HTMT). " if htmt else ""
    units = "; ".join(f"{context.study.label(name)}: {context.study.units(name)}" for name in names if context.study.units(name))
    scores = f"{units}. " if units else ""
    note = f"{n}. Pearson correlations. {reliabilities}{scores}* p < .05, ** p < .01, *** p < .001.{context.synthetic}"
    header = ["Variable", "M", "SD", *(str(number + 1) for number in range(len(names)))]
    return Table("Means, standard deviations and correlations", header, rows, note)


def _intervals(context: Context) -> Table:
    label = context.study.label
    rows = [
        [
            label(row["variable_a"]),
            label(row["variable_b"]),
            apa.integer(row["n"]),
            apa.unit(row["r"]),
            apa.interval(row["ci_low"], row["ci_high"], of_unit=True),
            apa.p(row["p_value"]),
        ]
        for row in context.rows("scoring/correlations")
    ]
    note = f"Intervals from Fisher's z.{context.synthetic}"
    return Table(
        "Correlations with 95% confidence intervals", ["Variable", "With", "n", "r", "95% CI", "p"], rows, note, words=(0, 1)
    )
