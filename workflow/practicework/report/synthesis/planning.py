"""The next sample: how many respondents it needs, in words and as a table."""

from __future__ import annotations

from practicework.report import apa
from practicework.report.messages import _
from practicework.report.synthesis.facts import Pool
from practicework.report.table import Table, made, text


def goals() -> dict[str, str]:
    """Return what the next sample could show, by goal."""
    return {
        "telescope": _(
            "Rule out an effect that the published study could detect (power of 33%), if there is no effect, with a power of 80%"
        ),
        "prediction": _("Have the prediction interval of the published result exclude zero"),
        "pooled_prediction": _("Have the prediction interval of the pooled effect exclude zero"),
        "power": _("Detect the smallest effect size of interest with a power of 80%"),
    }


def _needed(row: dict) -> str:
    if row["n_low"] is None:
        return ""
    if row["n_high"] is None:
        return _("at least {n}", n=f"{row['n_low']:,}")
    if row["n_low"] == row["n_high"]:
        return f"{row['n_low']:,}"
    return _("{low} to {high}", low=f"{row['n_low']:,}", high=f"{row['n_high']:,}")


def sentences_of(pool: Pool) -> list[str]:
    """Return a sentence for each goal: what it is and how many respondents it needs."""
    words, found = goals(), []
    for row in pool.rows("planning"):
        needed = _needed(row)
        note = f" ({row['note']})" if row["note"] and needed else row["note"] or ""
        found.append(_("{goal}: {needed}.", goal=words[row["goal"]], needed=f"N = {needed}{note}" if needed else note))
    return found


def table(pool: Pool) -> Table | None:
    """The required number of respondents of each goal."""
    rows, words = pool.rows("planning"), goals()
    if not rows:
        return None
    columns = [
        text("goal", _("Goal"), lambda row: words[row["goal"]]),
        made("n", _("Respondents"), _shown),
    ]
    change = next((row["basis"] for row in rows if row["goal"] == "power"), None)
    note = pool.context.note(
        _("Smallest effect size of interest: ΔR² = {change}.", change=apa.unit(change, 3)) if change else "",
        _("Where two numbers are given, print allows a range. Respondents are treated as independent."),
        *dict.fromkeys(f"{words[row['goal']]}: {row['note']}." for row in rows if row["note"]),
    )
    title = _("{model}: respondents that a further sample needs", model=pool.model.title)
    return Table.of(f"synthesis_{pool.name}_planning", title, columns, rows, note, row="goal")


def _shown(row: dict) -> apa.Shown | str:
    if row["n_low"] is None:
        return apa.EMPTY
    low, high = (apa.integer(row[key]) for key in ("n_low", "n_high"))
    if row["n_high"] is None:
        return low.within(_("at least {}"))
    return low if row["n_low"] == row["n_high"] else apa.joined(_("{} to {}"), n_low=low, n_high=high)
