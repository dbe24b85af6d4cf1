"""The sets of codings of a study, summarized in the report of a sample and in the overview."""

from __future__ import annotations

from markupsafe import Markup

from practicework.report import apa
from practicework.report.context import Context
from practicework.report.messages import _, count
from practicework.report.replication import difference
from practicework.report.section import Fold, Items, Paragraph, Section, present
from practicework.report.table import Table, integer, made, text
from practicework.study.pipeline import Part

LEVELS = ("concept", "theme", "dimension")


def section(context: Context) -> Section:
    """A row for each set, and the claims that do not agree."""
    sets = [summary(context, name) for name in context.sets]
    columns = [
        text("set", _("Set"), "label"),
        integer("units", _("Units")),
        integer("codings", _("Codings")),
        made("levels", _("Concepts · themes · dimensions"), lambda row: apa.joined(
            "{} · {} · {}", **dict(zip(LEVELS, map(apa.integer, row["counts"]), strict=True)))),
        made("claims", _("Claims that agree"), _claims),
    ]  # fmt: skip
    note = _(
        "Units are people, firms or documents. Claims are countable statements in the publication, checked against its own "
        "tables."
    )
    table = Table.of("coding_sets", _("Coded evidence"), columns, sets, note, row="name")
    folds = [
        Fold(
            count("{set}: {n} of {claims} claims differs", "{set}: {n} of {claims} claims differ", len(one["differ"]),
                  set=one["label"], claims=one["claims"]),
            (Items(tuple(one["differ"])),),
        )
        for one in sets
        if one["differ"]
    ]  # fmt: skip
    files = Markup(", ").join(Markup("<code>results/{}/report/report.html</code>").format(one["name"]) for one in sets)
    return Section(
        "coding",
        _("Coded evidence"),
        body=present(
            Paragraph(
                _(
                    "The study also includes qualitative evidence. Countable claims in the text were checked against the "
                    "publication's own tables."
                )
            ),
            table,
            *folds,
            Paragraph(Markup(_("Each set has a report of its own: {files}.")).format(files=files)),
        ),
    )


def _claims(row: dict) -> str:
    if not row["claims"]:
        return apa.EMPTY
    return apa.joined("{} of {}", agree=apa.integer(row["claims"] - len(row["differ"])), of=apa.integer(row["claims"]))


def summary(context: Context, name: str) -> dict:
    """Return the numbers of one set."""
    results = context.sets[name]
    levels = results["coding/structure"]["level"].value_counts()
    part = Part(context.study, name)
    ledger = Context(part, results).rows("replication/ledger") if "replication/ledger" in results else []
    return {
        "name": name,
        "label": part.label,
        "units": len(results["coding/units"]),
        "codings": len(results["coding/codings"]),
        "counts": [int(levels.get(level, 0)) for level in LEVELS],
        "claims": len(ledger),
        "differ": [difference(row) for row in ledger if not row["agrees"]],
    }
