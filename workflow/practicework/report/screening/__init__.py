"""Screening: the flow of respondents, and the indices of careless responding."""

from __future__ import annotations

from collections.abc import Mapping

from practicework.report import apa
from practicework.report.context import Context
from practicework.report.messages import _, count, say, sentences
from practicework.report.screening import figures
from practicework.report.section import Fold, Items, Paragraph, Section, present
from practicework.report.table import Drawing, Table, integer, made, text
from practicework.tables.files.raw import NOT_SELECTED


def section(context: Context) -> Section:
    """What the stage contributes to the report."""
    facts = _facts(context)
    return Section(
        "screening",
        _("Screening"),
        body=_body(context, facts),
        manuscript={"participants": _participants(facts)},
        methods=((_("Screening"), _methods(context)),),
        limitations=_limitations(context, facts),
        references=(
            "curran2016", "dunn2018", "gnanadesikan1972", "goldammer2024", "johnson2005", "kuriakose2016", "meade2012",
            "wood2017",
        ),
    )  # fmt: skip


def words(index: str) -> str:
    """Return an index of careless responding in words, with its units."""
    return {
        "longstring": _("Longest run of identical answers (items)"),
        "irv": _("Intra-individual response variability, IRV (SD)"),
        "even_odd": _("Even–odd inconsistency"),
        "psychsyn": _("Psychometric synonyms (r)"),
        "psychant": _("Psychometric antonyms (r)"),
        "mahalanobis": _("Mahalanobis distance (squared)"),
        "seconds_per_item": _("Time (seconds per item)"),
        "failed_checks": _("Failed attention checks"),
        "duplicate": _("Other respondents with identical answers"),
        "missing_share": _("Share of items not answered"),
    }[index]


def step_words(row: Mapping, context: Context) -> str:
    """Return a step of the flow in words."""
    if row["step"] == "excluded":
        rules = {
            "duplicates": _("identical to an earlier respondent"),
            "checks": _("failed an attention check"),
            "unfinished": _("did not finish"),
            "too_fast": _("less than {seconds} s per answered item", seconds=f"{_settings(context).min_seconds_per_item:g}"),
        }
        return _("Excluded: {reason}", reason=rules[row["reason"]])
    if row["step"] == "left_out":
        if row["reason"] == NOT_SELECTED:
            return _("Not selected by {columns}", columns=", ".join(context.spec.where))
        return _("Excluded by the survey tool: {reason}", reason=_(row["reason"]))
    return {"opened": _("Rows in the file"), "analysed": _("Analysed")}[row["step"]]


def _settings(context: Context):
    return context.config.screening


def _facts(context: Context) -> Mapping[str, object]:
    ledger, flow, indices = context.results["screening/ledger"], context.rows("screening/flow"), context.rows("screening/indices")
    return {
        "opened": flow[0]["remaining"],
        "left_out": sum(row["removed"] for row in flow if row["step"] == "left_out"),
        "excluded": int((~ledger["kept"]).sum()),
        "kept": int(ledger["kept"].sum()),
        "flagged": int((ledger["flagged"] & ledger["kept"]).sum()),
        "firing": sum(row["cutoff"] is not None for row in indices),
        "flow": flow,
        "indices": indices,
        "copies": [(row["respondent"], row["duplicate_of"]) for row in context.rows("screening/ledger") if row["duplicate_of"]],
    }


def _body(context: Context, facts: Mapping) -> tuple:
    notes = [f"{words(row['index'])}: {row['note']}." for row in facts["indices"] if row["note"]]
    return present(
        Paragraph(sentences(_flow_sentence(context, facts), _flag_sentence(context, facts))),
        Paragraph(
            say(
                "The indices flag respondents; they do not prove careless responding. In experiments, the longest run of "
                "identical answers and response variability hardly exceeded chance, whereas consistency within respondents "
                "did better (Goldammer et al., 2024). Excluding respondents by such indices can distort estimates more than "
                "keeping them. All values are in <code>screening/ledger.csv</code>."
            )
        ),
        _figure(context, facts),
        _indices(context, facts),
        Fold(_("Flow of respondents and notes on the indices"), present(_flow(context, facts), Items(tuple(notes)))),
        Paragraph(_copies(facts), "check"),
    )


def _flow_sentence(context: Context, facts: Mapping) -> str:
    if _settings(context).exclude:
        excluded = count("{n} was excluded by predefined rules", "{n} were excluded by predefined rules", facts["excluded"])
    else:
        excluded = _("none was excluded because the study defines no exclusion rules")
    left_out = count(
        "{n} was not a response to analyse, ", "{n} were not responses to analyse, ",
        facts["left_out"],
    ) if facts["left_out"] else ""  # fmt: skip
    return _(
        "Of {opened} in the file, {left_out}{excluded}, and {kept} remained for analysis.",
        opened=count("{n} row", "{n} rows", facts["opened"]),
        left_out=left_out,
        excluded=excluded,
        kept=f"{facts['kept']:,}",
    )


def _flag_sentence(context: Context, facts: Mapping) -> str:
    needed = _settings(context).flags_to_report
    if facts["firing"] < needed:
        return count(
            "Nobody could be flagged because fewer than {n} index with a cut-off could be computed.",
            "Nobody could be flagged because fewer than {n} indices with a cut-off could be computed.",
            needed,
        )
    share = apa.number(100 * facts["flagged"] / facts["kept"] if facts["kept"] else None, 1)
    flagged = _(
        "Of these, {flagged} ({percent}%) reached the cut-off of at least {needed} of {firing} indices and were flagged.",
        flagged=f"{facts['flagged']:,}", percent=share, needed=needed, firing=facts["firing"],
    )  # fmt: skip
    if not facts["flagged"]:
        return flagged
    if context.has("moderation"):
        return sentences(flagged, _("Flagged respondents were retained; the interaction is also reported without them."))
    return sentences(flagged, _("Flagged respondents were retained."))


def _copies(facts: Mapping) -> str:
    shown = [_("{copy} as {original}", copy=copy, original=original) for copy, original in facts["copies"][:20]]
    more = len(facts["copies"]) - len(shown)
    return (
        _("Identical answers to all items: {pairs}.", pairs=", ".join([*shown, *([_("and {n} more", n=more)] if more else [])]))
        if shown
        else ""
    )


def _participants(facts: Mapping) -> tuple:
    left_out = count(
        "{n} was not a response to analyse, ", "{n} were not responses to analyse, ",
        facts["left_out"],
    ) if facts["left_out"] else ""  # fmt: skip
    found = [
        _(
            "Of {opened} in the file, {left_out}{excluded} excluded by predefined rules, leaving N = {kept}.",
            opened=count("{n} row", "{n} rows", facts["opened"]),
            left_out=left_out,
            excluded=count("{n} was", "{n} were", facts["excluded"]),
            kept=f"{facts['kept']:,}",
        )
    ]
    if facts["flagged"]:
        found.append(
            count(
                "Of these, {n} was flagged as possibly careless and retained.",
                "Of these, {n} were flagged as possibly careless and retained.",
                facts["flagged"],
            )
        )
    return tuple(found)


def _limitations(context: Context, facts: Mapping) -> tuple:
    if facts["flagged"]:
        return (
            count(
                "Careless responding is possible for {n} analysed respondent; it can weaken or inflate associations.",
                "Careless responding is possible for {n} analysed respondents; it can weaken or inflate associations.",
                facts["flagged"],
            ),
        )
    return () if _settings(context).exclude else (_("No respondent was excluded for careless responding."),)


def _methods(context: Context) -> str:
    settings = _settings(context)
    rules = {
        "duplicates": _("copies of an earlier respondent"),
        "checks": _("a failed attention check"),
        "unfinished": _("an unfinished questionnaire"),
        "too_fast": _("less than {seconds} s per answered item", seconds=f"{settings.min_seconds_per_item:g}"),
    }
    excluded = (
        _("Exclusion rules, in this order: {rules}.", rules="; ".join(rules[rule] for rule in settings.exclude))
        if settings.exclude
        else _("No respondent was excluded.")
    )
    flags = count(
        "A respondent is flagged if at least {n} index reaches its cut-off.",
        "A respondent is flagged if at least {n} indices reach their cut-offs.",
        settings.flags_to_report,
    )
    return sentences(
        excluded,
        flags,
        _(
            "Definitions follow the R package careless 1.2.2. Longest run, response variability (IRV), synonyms and "
            "antonyms (item pairs with |r| > {r}, at least three pairs) use the answers as given; even–odd inconsistency "
            "uses keyed items of at least three scales (negated Spearman–Brown value; higher is less consistent). The "
            "squared Mahalanobis distance over all items is computed for respondents without missing answers and compared "
            "with the Beta quantile for samples of this size; it requires three respondents per item. Copies have identical "
            "answers to all items (at least ten, not all the same) and to the variables; addresses are never compared.",
            r=apa.unit(settings.pair_correlation),
        ),
    )


def _flow(context: Context, facts: Mapping) -> Table:
    steps = facts["flow"]
    columns = [
        text("step", _("Step"), lambda row: step_words(row, context)),
        integer("removed", _("Removed"), lambda row: row["removed"] if row["step"] in ("left_out", "excluded") else None),
        integer("remaining", _("Remaining")),
    ]
    note = context.note(_("Each step counts respondents whom no earlier step removed."))
    title = _("From the rows of the file to the analysed sample")
    identify = lambda row: f"{row['step']}: {row['reason']}" if row["reason"] else row["step"]  # noqa: E731
    return Table.of("screening_flow", title, columns, steps, note, row=identify)


def _indices(context: Context, facts: Mapping) -> Table:
    signs = {"at least": "≥", "above": ">", "below": "<"}

    def cutoff(row: Mapping) -> apa.Shown:
        return apa.brief(row["cutoff"]).within("{}" if row["cutoff"] is None else signs[row["direction"]] + " {}")

    def flagged(column: str):
        return lambda row: row[column] if row["cutoff"] is not None else None

    columns = [
        text("index", _("Index"), lambda row: words(row["index"])),
        made("cutoff", _("Cut-off"), cutoff),
        integer("flagged", _("Flagged"), flagged("flagged")),
        integer("flagged_kept", _("Flagged and retained"), flagged("flagged_kept")),
        integer("n", "n", "computable"),
        text("source", _("Source"), lambda row: _(row["source"])),
        text("caveat", _("Caveat"), lambda row: _(row["caveat"])),
    ]
    note = _(
        "N = {n} respondents in the file; n = respondents for whom the index can be computed. Indices without a cut-off are "
        "reported but never flag a respondent.",
        n=f"{len(context.results['screening/ledger']):,}",
    )
    title = _("Indices of careless responding")
    return Table.of("screening_indices", title, columns, facts["indices"], context.note(note), row="index")


def _figure(context: Context, facts: Mapping) -> Drawing:
    steps = [row | {"words": step_words(row, context)} for row in facts["flow"]]
    first, last = steps[0]["remaining"], steps[-1]["remaining"]
    caption = _(
        "Flow of respondents from {first} rows in the file to the N = {last} analysed; n = respondents removed at each step.",
        first=f"{first:,}", last=f"{last:,}",
    )  # fmt: skip
    alternative = _(
        "Boxes from {first} rows in the file down to {last} analysed respondents.", first=f"{first:,}", last=f"{last:,}"
    )
    return Drawing("flow", figures.flow(steps, facts["flagged"]), context.note(caption), alternative)
