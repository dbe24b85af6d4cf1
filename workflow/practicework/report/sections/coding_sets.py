"""The sets of codings of a study, summed up in the report of a sample."""

from practicework.report import apa
from practicework.report.context import Context
from practicework.report.sections.replication import difference
from practicework.report.table import Table

LEVELS = ("concept", "theme", "dimension")


def section(context: Context) -> dict:
    """A row for each set, and what does not agree."""
    sets = [_one(context, name) for name in context.sets]
    cells = [
        [
            one["label"],
            apa.integer(one["units"]),
            apa.integer(one["codings"]),
            apa.joined("{} · {} · {}", **dict(zip(LEVELS, map(apa.integer, one["counts"]), strict=True))),
            apa.joined("{} of {}", agree=apa.integer(one["claims"] - len(one["differ"])), of=apa.integer(one["claims"]))
            if one["claims"]
            else apa.EMPTY,
        ]
        for one in sets
    ]
    header = ["Set", "Units", "Codings", "Concepts · themes · dimensions", "Claims that agree"]
    note = "Units: people, firms or documents. Claims: countable statements of the text, held against its own tables."
    return {"sets": sets, "table": Table("Coded evidence", header, cells, note, wide=True)}


def _one(context: Context, name: str) -> dict:
    tables = context.sets[name]
    levels = tables["coding/structure"]["level"].value_counts()
    codebook = context.study.codebooks.get(name)
    ledger = Context(context.study, name, tables).rows("replication/ledger") if "replication/ledger" in tables else []
    return {
        "name": name,
        "label": (codebook.label if codebook else None) or name,
        "units": len(tables["coding/units"]),
        "codings": len(tables["coding/codings"]),
        "counts": [int(levels.get(level, 0)) for level in LEVELS],
        "claims": len(ledger),
        "differ": [difference(row) for row in ledger if not row["agrees"]],
    }
