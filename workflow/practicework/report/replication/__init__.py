"""The ledger of published and reproduced values, and the metric of published coefficients."""

from __future__ import annotations

from collections.abc import Mapping

from practicework.report import apa
from practicework.report.contents import ref
from practicework.report.context import Context
from practicework.report.messages import _, count, listing, numeral, say, sentences
from practicework.report.section import Block, Fold, Heading, Items, Paragraph, Section, Tile, present
from practicework.report.table import Table, integer, made, number, share, text
from practicework.study.published import parse

PLAUSIBLE = 0.05
"""Share of the grid of standard deviations from which a metric is called plausible."""


def section(context: Context) -> Section:
    """What the stage contributes to the report."""
    rows = context.rows("replication/ledger")
    agree = sum(bool(row["agrees"]) for row in rows)
    ledger = _claims(rows) if context.part.is_set else _ledger(context, rows)
    differ = tuple(difference(row) for row in rows if not row["agrees"])
    first = _kinds(rows)[0]
    value = _("{part} of {whole}", part=first[1], whole=first[2])
    return Section(
        "replication",
        _("Replication ledger"),
        body=present(
            Paragraph(_verdict(context, agree, len(rows))),
            Items(differ),
            ledger,
            *_metric(context),
        ),
        tiles=(Tile(value, _tile(context, rows), "good" if agree == len(rows) else "doubt"),),
        manuscript={
            "results": (
                say("Of the published values, {kinds} were reproduced ({table}).",
                    kinds=reproduced_kinds(rows), table=ref(ledger)) if not context.part.is_set else
                say("Of {whole} countable claims in the text, {part} agree with the tables of the same publication ({table}).",
                    whole=len(rows), part=agree, table=ref(ledger)),
            )
        },
    )  # fmt: skip


def _kinds(rows: list[dict]) -> list[tuple[str, int, int]]:
    """Return each kind of claim with how many agree and how many there are: statistics first."""
    words = {
        "statistic": _("statistics"),
        "inequality": _("inequalities"),
        "design": _("facts of design"),
        "count": _("counts"),
    }
    found = {kind: [bool(row["agrees"]) for row in rows if row["kind"] == kind] for kind in words}
    return [(words[kind], sum(agrees), len(agrees)) for kind, agrees in found.items() if agrees]


def reproduced_kinds(rows: list[dict]) -> str:
    """Return how many values of each kind agree: `six of six statistics, five of five inequalities and ...`."""
    single = {
        _("statistics"): _("one of one statistic"),
        _("inequalities"): _("one of one inequality"),
        _("facts of design"): _("one of one fact of design"),
        _("counts"): _("one of one count"),
    }
    return listing(
        [
            single[kind]
            if agree == whole == 1
            else _("{part} of {whole} {kind}", part=numeral(agree), whole=numeral(whole), kind=kind)
            for kind, agree, whole in _kinds(rows)
        ]
    )


def _tile(context: Context, rows: list[dict]) -> str:
    if context.part.is_set:
        return _("claims agree with the publication's tables")
    kinds = _kinds(rows)
    others = [_("{part} of {whole} {kind}", part=agree, whole=whole, kind=kind) for kind, agree, whole in kinds[1:]]
    found = _("published {kind} reproduced", kind=kinds[0][0])
    if others:
        found = _("{found}; also {others}", found=found, others=listing(others))
    if context.part.synthetic:
        found = _("{found} (the data were computed to reproduce them)", found=found)
    return found


def _verdict(context: Context, agree: int, claims: int) -> str:
    if context.part.is_set:
        found = count(
            "Of {claims} countable claims in the text, {agree} agree with the tables of the same publication; {n} does not.",
            "Of {claims} countable claims in the text, {agree} agree with the tables of the same publication; {n} do not.",
            claims - agree, claims=claims, agree=agree,
        )  # fmt: skip
        return sentences(
            found,
            _(
                "A claim that does not agree is not necessarily wrong: the tables may be illustrative, or one of the two "
                "passages may contain a slip."
            ),
        )
    rows = context.rows("replication/ledger")
    found = _("Of the published values, {kinds} were reproduced.", kinds=reproduced_kinds(rows))
    rounded = [row for row in rows if row["tolerance"] is not None]
    if rounded:
        least = max(rounded, key=lambda row: row["tolerance"])
        found = sentences(
            found,
            _(
                "Statistics agree at the published precision; the least precise, {value} ({claim}), accepts values within "
                "±{percent}.",
                value=least["published"], claim=apa.lower(least["claim"]), percent=apa.share(least["tolerance"]),
            ),
        )  # fmt: skip
    if any(row["kind"] == "inequality" for row in rows):
        found = sentences(found, _("Many values satisfy an inequality."))
    if not context.part.synthetic:
        return found
    return sentences(
        found,
        _("The data were computed to do so: this shows that the pipeline computes what the study reports, not that its findings "
          "hold."),
    )  # fmt: skip


def _agrees(row: Mapping) -> str:
    return _("✓ agrees") if row["agrees"] else _("✗ differs")


def _ledger(context: Context, rows: list[dict]) -> Table:
    columns = [
        text("claim", _("Value")),
        made("published", _("Published"), lambda row: row["published"]),
        made("reproduced", _("Reproduced"), reproduced),
        text("agrees", _("Agreement"), _agrees),
        share("tolerance", _("Accepts ±")),
        text("where", _("Result table"), lambda row: f"{row['table']}: {row['row'] + ', ' if row['row'] else ''}{row['column']}"),
    ]
    note = context.note(
        _("Source: {sources}.", sources=listing(list(dict.fromkeys(row["source"] for row in rows)))),
        _(
            "A value agrees if it rounds to the published value or satisfies the published inequality. Accepts ± = relative "
            "deviation within which a value rounds to the published one."
        ),
        *dict.fromkeys(f"{row['claim']}: {row['note']}" for row in rows if row["note"] and row["agrees"]),
    )
    return Table.of("replication_ledger", _("Published and reproduced values"), columns, rows, note, row="claim")


def _claims(rows: list[dict]) -> Table:
    """The claims of a text about its own tables."""
    columns = [
        text("claim", _("Claim")),
        text("source", _("Passage")),
        made("published", _("Published"), lambda row: row["published"]),
        made("reproduced", _("Counted"), reproduced),
        text("agrees", _("Agreement"), _agrees),
    ]
    note = _(
        "Claims are what the text says or implies; counts come from the publication's tables. The result table of each count "
        "is in replication/ledger.csv."
    )
    title = _("Claims in the text and counts from the tables")
    return Table.of("replication_ledger", title, columns, rows, note, row="claim")


def difference(row: Mapping) -> str:
    """Return a claim that does not agree, with both passages."""
    names = {"claim": row["claim"], "source": row["source"], "published": row["published"], "counted": reproduced(row)}
    found = _("{claim} ({source}): {published} as published, {counted} from the tables.", **names)
    return f"{found} {row['note']}" if row["note"] else found


def reproduced(row: Mapping) -> apa.Shown:
    """Return a reproduced value with two decimals more than published, in the style of the published value."""
    if row["reproduced"] is None:
        return apa.number(None)
    if row["column"].startswith("p_"):
        return apa.p(row["reproduced"])
    printed = parse(row["published"])
    decimals = printed.decimals + 2 if printed.decimals else 0 if float(row["reproduced"]).is_integer() else 2
    of_unit = row["published"].lstrip("<>≤≥= -−+").startswith(".")
    return (apa.unit if of_unit else apa.number)(row["reproduced"], decimals)


def _metric(context: Context) -> tuple[Block, ...]:
    """What the published coefficients say of the metric of the scores, for each model that can be assessed."""
    if "replication/metric" not in context.results:
        return ()
    rows, blocks = context.rows("replication/metric"), []
    for name in dict.fromkeys(row["model"] for row in rows):
        own = [row for row in rows if row["model"] == name]
        pure = [row for row in own if row["outcome"] == row["predictor"] == row["moderator"]]
        blocks += [
            Heading(_("Metric of the published coefficients")),
            Paragraph(_metric_sentences(pure)),
            _metric_table(context, f"replication_metric_{name}", name, pure),
            Fold(_("All combinations of metrics"), (_metric_table(context, f"replication_metrics_{name}", name, own),)),
        ]
    return tuple(blocks)


def _scores(metric: str) -> str:
    return {"mean": _("mean scores"), "sum": _("sum scores"), "standardised": _("standardized scores")}[metric]


def _metric_sentences(pure: list[dict]) -> str:
    mean = next((row for row in pure if row["outcome"] == "mean"), None)
    usual = ""
    if mean and mean["share"] < PLAUSIBLE and mean["interaction_t_usual"] is not None and mean["t_needed"] is not None:
        usual = _(
            "With mean scores of the usual standard deviation (.20 of the response range), a coefficient of {b} would have |t| "
            "= {usual}, whereas the published test requires {needed}.",
            b=mean["estimate"].replace("-", "−"), usual=apa.number(mean["interaction_t_usual"]),
            needed=apa.number(mean["t_needed"]),
        )  # fmt: skip

    def words(row: dict) -> str:
        return _("{scores} ({percent} of the grid)", scores=_scores(row["outcome"]), percent=apa.share(row["share"], 1))

    plausible = [words(row) for row in pure if row["share"] >= PLAUSIBLE]
    implausible = [words(row) for row in pure if row["share"] < PLAUSIBLE]
    if plausible and implausible:
        found = _(
            "The published coefficients are consistent with {plausible} and implausible for {implausible} that are roughly "
            "normal. Scores far from normal are not excluded.",
            plausible=listing(plausible), implausible=listing(implausible),
        )  # fmt: skip
    elif plausible:
        found = _("The published coefficients are consistent with {plausible}.", plausible=listing(plausible))
    else:
        found = _("The published coefficients are implausible for {implausible} that are roughly normal. Scores far from normal "
                  "are not excluded.", implausible=listing(implausible))  # fmt: skip
    return sentences(usual, found)


def _metric_table(context: Context, key: str, name: str, rows: list[dict]) -> Table:
    model = context.study.models[name]
    short = {"mean": _("mean"), "sum": _("sum"), "standardised": _("standardized")}

    def role(one: str):
        return text(one, context.label(getattr(model, one)), lambda row: short[row[one]])

    columns = [
        *(role(one) for one in ("outcome", "predictor", "moderator")),
        text("possible", _("Plausible"), lambda row: _("✓ yes") if row["share"] >= PLAUSIBLE else _("✗ no")),
        share("share", _("Share of the grid")),
        number("interaction_t_usual", _("|t|, usual SD")),
        number("interaction_t_high", _("|t|, largest")),
        number("t_needed", _("|t| required")),
        integer("n", "N"),
    ]
    note = context.note(
        _(
            "Metrics of outcome, predictor and moderator. Share of the grid = share of plausible standard deviations (.10 to "
            ".30 of the response range for a mean score) for which some correlation meets every published test within the "
            "stated allowance; plausible = at least 5%. |t| is that of the published interaction, with the usual standard "
            "deviation (.20 of the response range) and at most. Variables are treated as normal."
        )
    )
    title = _("{model}: metrics and the published coefficients", model=model.label or context.label(model.interaction))
    identify = lambda row: f"{row['outcome']} {row['predictor']} {row['moderator']}"  # noqa: E731
    return Table.of(key, title, columns, rows, note, row=identify)
