"""Screening: the flow of respondents, and what each index of careless responding found."""

from practicework.report import apa
from practicework.report.context import Context
from practicework.report.figures import screening as figures
from practicework.report.table import Drawing, Table

WORDS = {
    "longstring": "Longest run of identical answers (items)",
    "irv": "Variability of the answers, IRV (SD)",
    "even_odd": "Even–odd inconsistency",
    "psychsyn": "Psychometric synonyms (r)",
    "psychant": "Psychometric antonyms (r)",
    "mahalanobis": "Mahalanobis distance (squared)",
    "seconds_per_item": "Time (seconds per item)",
    "failed_checks": "Failed attention checks",
    "duplicate": "Others with the same answers",
    "missing_share": "Share of items without an answer",
}
"""Each index in words, with its units."""


def section(context: Context) -> dict:
    """Counts, the flow as table and figure, and the indices."""
    ledger, flow = context.results["screening/ledger"], context.rows("screening/flow")
    indices = context.rows("screening/indices")
    flagged = int((ledger["flagged"] & ledger["kept"]).sum())
    copies = [(row["respondent"], row["duplicate_of"]) for row in context.rows("screening/ledger") if row["duplicate_of"]]
    return {
        "settings": context.study.config.screening,
        "opened": flow[0]["remaining"],
        "left_out": sum(row["removed"] for row in flow if row["step"].startswith("left out")),
        "excluded": int((~ledger["kept"]).sum()),
        "kept": int(ledger["kept"].sum()),
        "flagged": flagged,
        "firing": sum(row["cutoff"] is not None for row in indices),
        "copies": copies[:20],
        "more_copies": len(copies[20:]),
        "notes": [(WORDS[row["index"]], row["note"]) for row in indices if row["note"]],
        "flow": _flow(context, flow),
        "indices": _indices(context, indices),
        "figure": _figure(context, flagged),
    }


def _flow(context: Context, flow: list[dict]) -> Table:
    rows = [[apa.upper(row["step"]), apa.integer(row["removed"]), apa.integer(row["remaining"])] for row in flow]
    rows[0][0] = "Rows in the file"
    rows[0][1] = rows[-1][1] = apa.EMPTY
    note = f"Each step counts those whom no earlier step removed.{context.synthetic}"
    return Table("From the rows of the file to the analysis", ["Step", "Removed", "Remaining"], rows, note)


def _indices(context: Context, indices: list[dict]) -> Table:
    signs = {"at least": "≥", "above": ">", "below": "<"}
    rows = [
        [
            WORDS[row["index"]],
            apa.brief(row["cutoff"]).within("{}" if row["cutoff"] is None else signs[row["direction"]] + " {}"),
            apa.integer(row["flagged"] if row["cutoff"] is not None else None),
            apa.integer(row["flagged_kept"] if row["cutoff"] is not None else None),
            apa.integer(row["computable"]),
            row["source"],
            row["caveat"],
        ]
        for row in indices
    ]
    n = len(context.results["screening/ledger"])
    note = (
        f"N = {n:,} respondents of the file; n: those for whom the index can be computed. An index without a cut-off is told in "
        f"the ledger and never fires.{context.synthetic}"
    )
    header = ["Index", "Fires", "Flagged", "Flagged and kept", "n", "Source", "Caveat"]
    return Table("Indices of careless responding", header, rows, note, words=(0, 5, 6), wide=True)


def _figure(context: Context, flagged: int) -> Drawing:
    steps = context.results["screening/flow"]
    first, last = int(steps["remaining"].iloc[0]), int(steps["remaining"].iloc[-1])
    return Drawing(
        "flow",
        figures.flow(steps, flagged),
        f"Flow of respondents: {first:,} rows in the file, N = {last:,} analysed; n: respondents whom a step removes."
        f"{context.synthetic}",
        f"Boxes from {first:,} rows in the file down to {last:,} analysed respondents, with the removed ones to the right.",
    )
