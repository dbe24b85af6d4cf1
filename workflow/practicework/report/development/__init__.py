"""Development of new scales: the steps taken, the evidence for each item, and the decisions."""

from __future__ import annotations

from practicework.report import apa
from practicework.report.contents import ref
from practicework.report.context import Context
from practicework.report.development import figures, tables
from practicework.report.messages import _, count, listing, numeral, say, sentences
from practicework.report.section import Block, Fold, Heading, Paragraph, Section, Tile, present
from practicework.report.steps import steps
from practicework.report.table import Drawing

REFERENCES = (
    "aiken1985", "anderson1991", "ayre2014", "colquitt2019", "hinkin1999", "howard2016", "mackenzie2011", "polit2007",
    "samejima1969",
)  # fmt: skip


def section(context: Context) -> Section:
    """What the stage contributes to the report of a development."""
    taken = steps(context.part, context.results)
    table, drawn = tables.progress(context, taken), _agreement(context)
    information = _information(context)
    evidence = {
        name: getattr(tables, name)(context) for name in ("scales", "sorting", "ratings", "experts", "cognitive", "judges")
    }
    decisions, confirmation = tables.decisions(context), tables.confirmation(context)
    content = (evidence["scales"], drawn, Fold(_("Items, experts, pretest and judges"), present(
        evidence["sorting"], evidence["ratings"], evidence["experts"], evidence["cognitive"], evidence["judges"])))  # fmt: skip
    pilot = (confirmation, tables.nomological(context), information,
             Fold(_("Candidates for short scales, items, and graded response model"),
                  present(tables.subsets(context), tables.pilot_items(context), tables.graded(context))))  # fmt: skip
    answer = _answer(context, taken)
    return Section(
        "development",
        _("Development"),
        body=present(
            table,
            Heading(_("Constructs and items")),
            Paragraph(_covered(context)),
            tables.coverage(context),
            Fold(_("All items"), present(tables.pool(context))),
            *((Heading(_("Content validity")), Paragraph(_content(context)), *content) if any(evidence.values()) else ()),
            *(
                (Heading(_("Pilot and confirmation")), Paragraph(_piloted(context)), *pilot)
                if context.rows("development/pilot")
                else ()
            ),
            *((Heading(_("Decisions")), decisions) if decisions and _judged(context) else ()),
        ),
        answer=(answer,),
        tiles=tuple(_tiles(context)),
        manuscript={
            "participants": tuple(filter(None, (_people(context),))),
            "measures": (_covered(context),),
            "analysis": (_analysis(context),),
            "results": _results(context, drawn, confirmation),
        },
        methods=((_("Development of scales"), _methods()),),
        limitations=_limitations(context),
        references=REFERENCES,
    )


def _judged(context: Context) -> bool:
    """Whether there is evidence or a decision about any item."""
    rows = context.rows("development/decisions")
    flags = ("sorting", "ratings", "experts", "cognitive", "loading", "decision")
    return any(row["chosen"] or any(row[flag] is not None for flag in flags) for row in rows)


def _labels(context: Context) -> dict[str, str]:
    return {name: one.label for name, one in context.part.material.by_id.items()}


def _answer(context: Context, taken: list) -> str:
    done = sum(one.done for one in taken)
    following = next((one for one in taken if not one.done), None)
    found = count("Of ten steps, {n} is done.", "Of ten steps, {n} are done.", done)
    return sentences(found, _("Next: {name}. {what}", name=apa.lower(following.name), what=following.next) if following else "")


def _tiles(context: Context) -> list[Tile]:
    material, found = context.part.material, []
    found.append(
        Tile(
            f"{len(material.pool.items):,}",
            count("items for {n} construct", "items for {n} constructs", len(material.targets)),
            "key",
        )
    )
    traced = sum(row["traced"] for row in context.rows("development/pool"))
    if traced:
        found.append(Tile(f"{traced:,}", _("items that come from a coded passage of an interview"), "key"))
    flagged = sum(row["flags"] > 0 for row in context.rows("development/decisions"))
    if any(row["n"] for row in context.rows("development/sorting")) or context.rows("development/pilot"):
        found.append(Tile(f"{flagged:,}", _("items flagged by at least one criterion"), "key"))
    chosen = sum(row["chosen"] for row in context.rows("development/decisions"))
    if chosen:
        found.append(Tile(f"{chosen:,}", _("items in the chosen scales"), "good"))
    return found


def _covered(context: Context) -> str:
    """How the pool covers facets and concepts."""
    rows, material = context.rows("development/coverage"), context.part.material
    sizes = [f"{len(material.of(name))} ({apa.lower(one.label)})" for name, one in material.by_id.items() if one.target]
    text = [_("The pool contains {n} items: {sizes}.", n=len(material.pool.items), sizes=listing(sizes))]
    facets = [row for row in rows if row["kind"] == "facet" and row["construct"] in material.targets]
    without = [row["name"].replace("_", " ") for row in facets if not row["items"]]
    if without:
        text.append(_("No item covers the following facets: {names}.", names=listing(without)))
    concepts = [row for row in rows if row["kind"] == "concept"]
    if concepts:
        missing = [row["label"] for row in concepts if not row["items"]]
        text.append(
            _("Every one of the {n} concepts of the interviews has an item.", n=len(concepts))
            if not missing
            else _(
                "Of {n} concepts of the interviews, the following have no item: {names}.", n=len(concepts), names=listing(missing)
            )
        )
    untraced = [row["item"] for row in context.rows("development/pool") if row["note"]]
    if untraced:
        text.append(_("The source of the following items is not coded as stated: {names}.", names=listing(untraced)))
    return sentences(*text)


def _content(context: Context) -> str:
    """What the judges found."""
    found, rows = [], context.rows("development/sorting")
    if rows:
        clear = sum(row["p_value"] <= context.part.spec.criteria.sorting_alpha for row in rows)
        found.append(_("In the sorting task, significantly more than half of the judges assigned {k} of {n} items to their "
                       "construct.",
                       k=clear, n=len(rows)))  # fmt: skip
        sizes = {row["n"] for row in rows}
        if len(sizes) > 1:
            found.append(
                _("Judges saw different items: between {low} and {high} judged an item.", low=min(sizes), high=max(sizes))
            )
    contrasts = context.rows("development/ratings_contrasts")
    if contrasts:
        worst: dict[str, float] = {}
        for row in contrasts:
            if row["p_holm"] is not None:  # one judge alone gives no test
                worst[row["item"]] = max(worst.get(row["item"], 0.0), row["p_holm"])
        clear = sum(value <= context.part.spec.criteria.sorting_alpha for value in worst.values())
        found.append(_("In the rating task, {k} of {n} items fitted their own definition better than every other.", k=clear,
                       n=len(worst)))  # fmt: skip
    experts = context.rows("development/experts")
    if experts:
        mean = sum(row["i_cvi"] for row in experts) / len(experts)
        found.append(_("The mean I-CVI of the experts was {value}.", value=apa.unit(mean)))
    return sentences(*found)


def _piloted(context: Context) -> str:
    """What the pilot found."""
    halves = {row["half"]: row for row in context.rows("development/pilot")}
    found = []
    if "explore" in halves:
        explore = f"{halves['explore']['n']:,}"
        confirm = halves.get("confirm", {}).get("n")
        if confirm and _chosen(context):
            found.append(_("Items were chosen among {explore} respondents and examined among {confirm} others.", explore=explore,
                           confirm=f"{confirm:,}"))  # fmt: skip
        elif confirm:
            found.append(_("Items were explored among {explore} respondents; {confirm} others are reserved for examining the "
                           "choice.",
                           explore=explore, confirm=f"{confirm:,}"))  # fmt: skip
        else:
            found.append(_("Items were explored among {explore} respondents; no others were available for a confirmation.",
                           explore=explore))  # fmt: skip
        if halves["explore"]["factors"] is not None:
            k = count("{n} construct", "{n} constructs", len(context.part.material.targets))
            found.append(
                count(
                    "Parallel analysis retained {n} factor for {k}.",
                    "Parallel analysis retained {n} factors for {k}.",
                    halves["explore"]["factors"],
                    k=k,
                )
            )
    whole = next((row for row in context.rows("development/confirmation") if row["construct"] == "all"), None)
    if whole and whole["cfi"] is not None:
        found.append(_("The confirmatory model of the chosen items had χ²({df}) = {chisq}, CFI = {cfi}, RMSEA = {rmsea}.",
                       df=whole["df"], chisq=apa.number(whole["chisq"]), cfi=apa.unit(whole["cfi"]),
                       rmsea=apa.unit(whole["rmsea"])))  # fmt: skip
    relations = [row for row in context.rows("development/nomological") if row["agrees"] is not None]
    if relations:
        agreeing = sum(row["agrees"] for row in relations)
        found.append(count("The declared relation was found: {k} of {n}.", "Of {n} declared relations, {k} were as declared.",
                           len(relations), k=numeral(agreeing)))  # fmt: skip
    return sentences(*found)


def _agreement(context: Context) -> Drawing | None:
    rows = context.rows("development/sorting")
    if not rows:
        return None
    figure = figures.agreement(rows, _labels(context), context.part.spec.criteria.sorting_alpha)
    caption = context.note(
        _("Share of judges who assigned each item to its construct (pSA), with Wilson's 95% interval, n = {n} judges.",
          n=max(row["n"] for row in rows)),
        _("Filled symbols: significantly more than one half (dashed line)."),
    )  # fmt: skip
    return Drawing("development_sorting", figure, caption, _("A dot with an interval for each item, from zero to one."))


def _information(context: Context) -> Drawing | None:
    curve = context.results["development/irt_information"]
    if curve.empty:
        return None
    figure = figures.information(curve, _labels(context))
    caption = context.note(
        _("Reliability of each scale over the trait (graded response model), I / (I + 1). The dashed line marks .70; a scale is "
          "least precise where its line is low.")
    )  # fmt: skip
    return Drawing("development_information", figure, caption, _("Lines of reliability over the trait, one per scale."))


def _people(context: Context) -> str:
    """The judges and respondents."""
    rows = context.rows("development/judges")
    sizes = {task: sum(row["task"] == task for row in rows) for task in ("sorting", "ratings", "experts")}
    found = []
    if n := sizes["sorting"]:
        found.append(count("The items were sorted by {n} judge.", "The items were sorted by {n} judges.", n))
    if n := sizes["ratings"]:
        found.append(count("The fit of the items to the definitions was rated by {n} judge.",
                           "The fit of the items to the definitions was rated by {n} judges.", n))  # fmt: skip
    if n := sizes["experts"]:
        found.append(count("The panel comprised {n} expert.", "The panel comprised {n} experts.", n))
    halves = {row["half"]: f"{row['n']:,}" for row in context.rows("development/pilot")}
    if "confirm" in halves:
        found.append(_("The pilot comprised {explore} respondents for the exploration and {confirm} others for the confirmation.",
                       **{key: halves[key] for key in ("explore", "confirm")}))  # fmt: skip
    elif halves:
        found.append(_("The pilot comprised {explore} respondents.", explore=halves["explore"]))
    if "retest" in halves:
        found.append(_("A second survey of the same respondents was answered by {n}.", n=halves["retest"]))
    return sentences(*found)


def _analysis(context: Context) -> str:
    """What was done, as far as there are data."""
    found = [_("We followed the steps of MacKenzie, Podsakoff, and Podsakoff (2011).")]
    if context.rows("development/sorting"):
        found.append(_("In the sorting task, each item was tested by the exact binomial test (Howard & Melloy, 2016)."))
    if context.rows("development/ratings"):
        found.append(_("In the rating task, each item's own definition was compared with every other by one-sided paired t tests "
                       "with Holm's correction (Hinkin & Tracey, 1999)."))  # fmt: skip
    if context.rows("development/scales"):
        found.append(_("Means were compared with the norms of Colquitt et al. (2019)."))
    if _chosen(context):
        pilot = context.part.spec.pilot
        where = _("one half of the pilot") if pilot and pilot.sample else _("the first sample")
        found.append(_("Short scales were chosen among the subsets of items in {where} and examined in other respondents; no "
                       "item was dropped automatically.", where=where)
                     if _examined(context) else
                     _("Short scales were chosen among the subsets of items; no item was dropped automatically."))  # fmt: skip
    return sentences(*found)


def _chosen(context: Context) -> bool:
    """Whether people have chosen scales."""
    return bool(context.part.material.decisions.scales)


def _examined(context: Context) -> bool:
    """Whether chosen scales were examined in other respondents."""
    return any(row["n"] and row["alpha"] is not None for row in context.rows("development/confirmation"))


def _results(context: Context, drawn: Drawing | None, confirmation) -> tuple[Block, ...]:
    found = []
    if content := _content(context):
        found.append(Paragraph(sentences(content, say("{figure} shows the sorting task.", figure=ref(drawn)) if drawn else "")))
    if piloted := _piloted(context):
        shown = say("{table} contains the chosen scales.", table=ref(confirmation)) if confirmation else ""
        found.append(Paragraph(sentences(piloted, shown)))
    return tuple(found)


def _methods() -> str:
    return _(
        "pSA is the share of judges who assign an item to its construct, cSV its difference from the strongest other construct "
        "(Anderson & Gerbing, 1991). htc is the mean rating of the own definition divided by the number of anchors, htd the mean "
        "difference from the other definitions divided by the range (Colquitt et al., 2019). I-CVI is the share of experts with "
        "a relevance of 3 or 4, and the modified kappa corrects it for chance (Polit et al., 2007). All subsets of a length that "
        "contain every facet are compared by ω, CFI of one factor, the correlation with the sum of all items, and the smallest "
        "content validity of their items; the table lists those that no other subset exceeds in all of these. The graded "
        "response model (Samejima, 1969) is estimated by marginal maximum likelihood with 101 quadrature points."
    )


def _limitations(context: Context) -> tuple[str, ...]:
    found = (
        [_("The norms of content validity come from naive judges and from scales as a whole.")]
        if context.rows("development/judges")
        else []
    )
    pilot = context.part.spec.pilot
    if pilot is not None and pilot.sample is not None:
        found.append(_("The two halves of one sample come from the same population; a split is not a replication."))
    if not _examined(context):
        found.append(_("The items have not been examined in respondents other than those used to choose them."))
    return tuple(found)
