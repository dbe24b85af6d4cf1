"""The ledger of published and reproduced values, and the metric that the published ones can come from."""

from practicework.report import apa
from practicework.report.context import Context
from practicework.report.table import Table
from practicework.study.published import parse

METRICS = {"mean": "means", "sum": "sums", "standardised": "standardised scores"}


def section(context: Context) -> dict:
    """The ledger as a table, and its verdict."""
    rows = context.rows("replication/ledger")
    metric = context.rows("replication/metric")
    is_set = context.sample in context.study.config.coding
    return {
        "is_set": is_set,
        "synthetic": bool(context.synthetic),
        "differ": [difference(row) for row in rows if not row["agrees"]] if is_set else [],
        "agree": sum(bool(row["agrees"]) for row in rows),
        "claims": len(rows),
        "ledger": _claims(rows) if is_set else _ledger(context, rows),
        "metrics": [_metric(context, name, [row for row in metric if row["model"] == name]) for name in _models(metric)],
    }


def _ledger(context: Context, rows: list[dict]) -> Table:
    cells = [
        [
            row["claim"],
            row["published"],
            _reproduced(row),
            "✓ agrees" if row["agrees"] else "✗ differs",
            f"{row['table']}: {row['row'] + ', ' if row['row'] else ''}{row['column']}",
        ]
        for row in rows
    ]
    sources = apa.listing(list(dict.fromkeys(row["source"] for row in rows)))
    rule = "A value agrees if it would be printed as published, or satisfies the published inequality."
    note = f"Source: {sources}. {rule}{context.synthetic}"
    return Table(
        "Published and reproduced values",
        ["Published value", "Published", "Reproduced", "Verdict", "Where"],
        cells,
        note,
        words=(0, 3, 4),
        wide=True,
    )


def _claims(rows: list[dict]) -> Table:
    """The claims of a text about its own tables."""
    cells = [
        [row["claim"], row["source"], row["published"], _reproduced(row), "✓ agrees" if row["agrees"] else "✗ differs"]
        for row in rows
    ]
    note = (
        "Claim: as the text says or implies. Reproduced: counted from the tables. Where in the results: replication/ledger.csv."
    )
    header = ["Claim", "Place", "Published", "Reproduced", "Verdict"]
    return Table("Claims of the text and counts from the tables", header, cells, note, words=(0, 1, 4), wide=True)


def difference(row: dict) -> str:
    """A claim that does not agree, with both places."""
    words = f"{row['claim']} ({row['source']}): {row['published']} as published, {_reproduced(row)} from the tables."
    return f"{words} {row['note']}" if row["note"] else words


def _reproduced(row: dict) -> apa.Shown:
    """Two decimals beyond the published ones, in the style in which the value was published."""
    if row["reproduced"] is None:
        return apa.number(None)
    if row["column"].startswith("p_"):
        return apa.p(row["reproduced"])
    printed = parse(row["published"])
    decimals = printed.decimals + 2 if printed.decimals else 0 if float(row["reproduced"]).is_integer() else 2
    text = apa.number(row["reproduced"], decimals)
    of_unit = row["published"].lstrip("<>≤≥= -−+").startswith(".")
    return apa.unit(row["reproduced"], decimals) if of_unit else text


def _models(rows: list[dict]) -> list[str]:
    """The assessed models, in order."""
    return list(dict.fromkeys(row["model"] for row in rows))


def _metric(context: Context, name: str, rows: list[dict]) -> dict:
    """What a model's published coefficients can come from: the same metric for all three scales, and every combination."""
    pure = {row["outcome"]: row for row in rows if row["outcome"] == row["predictor"] == row["moderator"]}
    return {
        "name": name,
        "assessed": rows[0]["possible"] is not None,
        "note": rows[0]["note"],
        "possible": [METRICS[metric] for metric, row in pure.items() if row["possible"]],
        "impossible": [METRICS[metric] for metric, row in pure.items() if not row["possible"]],
        "count": sum(bool(row["possible"]) for row in rows),
        "combinations": len(rows),
        "why": _why(context, name, pure),
        "pure": _pure(context, name, list(pure.values())),
        "all": _combinations(context, name, rows),
    }


def _why(context: Context, name: str, pure: dict[str, dict]) -> dict | None:
    """What explains that sums can have given what means cannot, where it is the size of the product."""
    study, model, mean = context.study, context.study.models[name], pure["mean"]
    if mean["possible"] or not pure["sum"]["possible"] or None in (mean["interaction_t_high"], mean["t_needed"]):
        return None
    if mean["interaction_t_high"] >= mean["t_needed"]:
        return None
    outcome, predictor, moderator = (len(study.scales[one].items) for one in model.variables[:3])
    return {
        "labels": [apa.lower(study.label(one)) for one in model.variables[:3]],
        "estimate": mean["estimate"].replace("-", "−"),
        "high": mean["interaction_t_high"],
        "usual": mean["interaction_t_usual"],
        "needed": mean["t_needed"],
        "n": mean["n"],
        "counts": (outcome, predictor, moderator),
        "product": predictor * moderator,
        "larger": f"{predictor * moderator / outcome:.3g}",
    }


def _pure(context: Context, name: str, rows: list[dict]) -> Table:
    cells = [
        [
            apa.upper(METRICS[row["outcome"]]),
            _verdict(row),
            _percent(row),
            _reach(row),
            apa.number(row["t_needed"]),
            f"{apa.upper(row['reason'])}." if row["reason"] else apa.EMPTY,
        ]
        for row in rows
    ]
    title = f"Model “{name}”: which metric the published coefficients can come from"
    return Table(
        title, ["All three are", "Possible", "Spreads", "|t|", "Needed", "Why"], cells, _note(context, name), (0, 1, 5), wide=True
    )


def _combinations(context: Context, name: str, rows: list[dict]) -> Table:
    cells = [
        [
            *(apa.upper(row[role]) for role in ("outcome", "predictor", "moderator")),
            _verdict(row),
            _percent(row),
            _reach(row),
            f"{apa.upper(row['reason'])}." if row["reason"] else apa.EMPTY,
        ]
        for row in rows
    ]
    title = f"Model “{name}”: every combination of metrics"
    header = ["Outcome", "Predictor", "Moderator", "Possible", "Spreads", "|t|", "Why"]
    return Table(title, header, cells, _note(context, name), (0, 1, 2, 3, 6), wide=True)


def _verdict(row: dict) -> str:
    return apa.EMPTY if row["possible"] is None else "✓ yes" if row["possible"] else "✗ no"


def _percent(row: dict) -> apa.Shown:
    few = row["share"] is not None and row["possible"] and row["share"] < 0.01
    return apa.share(row["share"]).within("< 1%" if few else "{}")


def _reach(row: dict) -> apa.Shown:
    low, high = row["interaction_t_low"], row["interaction_t_high"]
    if low is None:
        return apa.interval(None, None)
    return apa.joined("{} to {}", low=apa.number(low), high=apa.number(high))


def _note(context: Context, name: str) -> str:
    outcome, predictor, moderator = (context.study.label(one) for one in context.study.models[name].variables[:3])
    return (
        f"Outcome: {outcome}; predictor: {predictor}; moderator: {moderator}. Spreads: the share of the plausible standard "
        "deviations (of a mean score, .10 to .30 of its response range) with which some values behind the printed ones fit. "
        "|t|: what the published interaction can reach where all else that is published holds. Predictor and moderator are taken "
        f"as normal, errors of measurement as independent.{context.synthetic}"
    )
