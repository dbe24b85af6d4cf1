"""The ledger: published values beside the reproduced ones."""

from practicework.published import parse
from practicework.report import apa
from practicework.report.context import Context
from practicework.report.table import Table


def section(context: Context) -> dict:
    """The ledger as a table, and its verdict."""
    rows = context.rows("replication/ledger")
    return {"agree": sum(bool(row["agrees"]) for row in rows), "claims": len(rows), "ledger": _ledger(context, rows)}


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


def _reproduced(row: dict) -> str:
    """Two decimals beyond the published ones, in the style in which the value was published."""
    if row["reproduced"] is None:
        return apa.EMPTY
    if row["column"].startswith("p_"):
        return apa.p(row["reproduced"])
    printed = parse(row["published"])
    decimals = printed.decimals + 2 if printed.decimals else 0 if float(row["reproduced"]).is_integer() else 2
    text = apa.number(row["reproduced"], decimals)
    return (
        text.replace("0.", ".", 1)
        if row["published"].lstrip("<>≤≥= -−+").startswith(".") and text.lstrip("−").startswith("0.")
        else text
    )
