"""Tables of one multiverse."""

from __future__ import annotations

from practicework.report.apa import EMPTY
from practicework.report.context import limiting
from practicework.report.messages import _
from practicework.report.multiverse.facts import Multiverse, applies, choice_words
from practicework.report.table import Table, heading, integer, made, number, p, precision, share, text
from practicework.study.multiverse import ALL

MOST = 60
"""Specifications up to which the report lists all."""

FEW = 8
"""Combinations of uncertain options up to which they are summarized in the main table."""


def summary(one: Multiverse) -> Table:
    """Return the table of all specifications: estimates, shares and p values of the joint test; with the sets, if few."""
    shown = list(one.curve.values()) if _few(one) else [one.curve[ALL]]
    title = _("{model}: summary of the specifications, and joint tests", model=one.title)
    return _sets(one, f"multiverse_{one.name}_summary", title, shown)


def sets(one: Multiverse) -> Table | None:
    """Return the table of the combinations of uncertain options, if they are many and contain several specifications."""
    shown = [row for row in one.curve.values() if row["set"] != ALL]
    if _few(one) or all(row["number"] == 1 for row in shown):
        return None
    title = _("{model}: specifications with each combination of uncertain options", model=one.title)
    return _sets(one, f"multiverse_{one.name}_sets", title, shown)


def _few(one: Multiverse) -> bool:
    several = any(row["number"] > 1 for row in one.curve.values() if row["set"] != ALL)
    return len(one.curve) <= FEW + 1 and several


def _sets(one: Multiverse, key: str, title: str, shown: list[dict]) -> Table:
    rows = [
        row | {"words": one.set_words(row["set"]), "range": (row["min"], row["max"])}
        | {f"p_{statistic}": one.joint.get((row["set"], statistic), {}).get("p") for statistic in ("median", "stouffer", "max")}
        for row in shown
    ]  # fmt: skip
    columns = [
        text("words", _("Specifications")),
        integer("distinct", _("Distinct")),
        number("median", _("Median b"), one.digits),
        number("min", _("Lowest b"), one.digits),
        number("max", _("Highest b"), one.digits),
        share("share_sign", _("Same sign")),
        share("share_hc3", _("p < .05 ({errors})", errors=one.errors)),
        p("p_median", _("p (median)")),
        p("p_stouffer", _("p (Stouffer)")),
        p("p_max", _("p (maximum)")),
    ]
    note = one.context.note(
        _("Same sign: share of estimates with the predicted sign.")
        if one.settings.direction
        else _("Same sign: share of estimates with the sign of the primary estimate."),
        _("p: joint test of all least-squares specifications of the row by {flips} sign flips, {sides}; rows for single options "
          "are not corrected for each other.", flips=f"{one.settings.flips:,}",
          sides=_("one-sided as predicted") if one.settings.direction else _("two-sided")),
        _("A dash marks sets without least-squares specifications.") if any(row["p_max"] is None for row in rows) else "",
        limiting(len(one.context.results["ingest/responses"])),
    )  # fmt: skip
    return Table.of(key, title, columns, rows, note, row="set")


def choices(one: Multiverse) -> Table:
    """Return the table of choices with their reasons and the variance that they explain."""
    found = one.rows("choices")
    rows, before = [], None
    for row in found:
        if row["choice"] != before and row["kind"] != "not equivalent":
            base, _colon, covariate = row["choice"].partition(": ")
            name = choice_words(base) + (f": {one.context.inline(covariate)}" if covariate else "")
            kind = _("equivalent options") if row["kind"] == "equivalent" else _("uncertain")
            rows.append(heading(f"{name} ({kind}): {row['why']}", share=row["share"]))
        elif row["choice"] != before and before is not False:
            rows.append(heading(_("Not equivalent, and not computed")))
        before = False if row["kind"] == "not equivalent" else row["choice"]
        if row["kind"] == "not equivalent":
            words = f"{row['choice']}: {row['why']}"
        elif ": " in row["choice"]:
            words = _("held constant") if row["option"] == "with" else _("not in the model")
        else:
            words = one.option_words(row["choice"], row["option"])
        rows.append({"words": words, "n": row["n"], "estimate": row["estimate"], "p": row["p"],
                     "key": f"{row['choice']} {row['option'] or ''}".strip()})  # fmt: skip
    columns = [
        text("words", _("Choice and option")),
        integer("n", _("Specifications")),
        number("estimate", _("Median b"), one.digits),
        p("p", _("Median p")),
        share("share", _("Variance explained")),
    ]
    note = one.context.note(
        _("Variance explained: share of the variance of all estimates that is due to the choice, averaged over orders of entry; "
          "the rest is due to combinations of choices.")
    )  # fmt: skip
    title = _("{model}: choices, their reasons, and how much they matter", model=one.title)
    return Table.of(f"multiverse_{one.name}_choices", title, columns, rows, note, row=lambda row: row["key"])


def specifications(one: Multiverse) -> Table | None:
    """Return the table of the distinct specifications, if they are few."""
    if len(one.distinct) > MOST:
        return None
    rows = sorted(one.distinct, key=lambda row: row["estimate"])
    columns = [
        *(
            made(choice, choice_words(choice), lambda row, choice=choice: _words(one, choice, row), words=True)
            for choice in one.varied
        ),
        integer("n", "n"),
        number("estimate", "b", precision("std_error")),
        number("std_error", "SE", precision("std_error")),
        number("std_estimate", "β", 3),
        p("p_robust", "p", lambda row: row["p"] if (found := row["p_cr2"] or row["p_hc3"]) is None else found),
        p("p_flip", _("p (flips)")),
        p("p_family", _("p (family-wise)")),
    ]
    note = one.context.note(
        _("p: {errors}; of other estimators than least squares, their own standard errors (of factors: jackknife). Family-wise: "
          "corrected for all specifications of the joint test. b is in units of the scores.", errors=one.errors)
    )  # fmt: skip
    title = _("{model}: specifications, in the order of their estimates", model=one.title)
    return Table.of(f"multiverse_{one.name}_specifications", title, columns, rows, note, row="specification")


def _words(one: Multiverse, choice: str, row: dict) -> str:
    return one.option_words(choice, row[choice]) if applies(choice, row) else EMPTY


def unfitted(one: Multiverse) -> list[str]:
    """Return the reasons why specifications could not be fitted, each with their number."""
    counts: dict[str, int] = {}
    for row in one.specifications:
        if row["estimate"] is None:
            reason = (row["note"] or "").split(": ", 1)[-1]
            counts[reason] = counts.get(reason, 0) + 1
    return [_("{n} could not be fitted: {reason}.", n=n, reason=reason) for reason, n in counts.items()]
