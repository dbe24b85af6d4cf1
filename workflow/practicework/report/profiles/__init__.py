"""Profiles: counts, certainty, coexistence, sensitivity, and latent profiles for comparison."""

from __future__ import annotations

from collections.abc import Mapping

from practicework.report import apa
from practicework.report.contents import ref
from practicework.report.context import Context
from practicework.report.messages import _, count, listing, say, sentences
from practicework.report.profiles import figures, tables
from practicework.report.profiles.latent import latent
from practicework.report.profiles.tables import name
from practicework.report.section import Fold, Heading, Paragraph, Section, Tile, present
from practicework.report.table import Drawing
from practicework.study.settings import MIDDLE


def section(context: Context) -> Section:
    """What the stage contributes to the report."""
    summary = context.rows("profiles/summary")
    assignments = context.results["profiles/assignments"]
    n = int(assignments["profile"].notna().sum())
    facts = {
        "summary": summary,
        "n": n,
        "without": int(assignments["profile"].isna().sum()),
        "exclusive": sum(row["exclusive"] for row in summary),
        "boundary": next(iter(context.rows("profiles/boundary")), None),
    }
    counts = tables.counts(context, summary, n)
    drawing = _figure(context, n) if n else None
    found = latent(context, n)
    return Section(
        "profiles",
        _("Profiles"),
        body=_body(context, facts, counts, drawing, found),
        tiles=(_tile(facts),),
        manuscript={"analysis": _analysis(context), "results": _results(context, facts, counts, drawing, found)},
        methods=((_("Profiles"), _methods(context)),),
        limitations=(
            _("Profiles depend on prototypes that were chosen on theoretical grounds; other prototypes yield other counts."),
        ),
        software=("stepmix",) if found else (),
    )


def _tile(facts: Mapping) -> Tile:
    value = " · ".join(str(row["n"]) for row in facts["summary"])
    names = " · ".join(name(row["profile"]) for row in facts["summary"])
    return Tile(value, _("{profiles} ({n} with an exclusive assignment)", profiles=names, n=facts["exclusive"]))


def _body(context: Context, facts: Mapping, counts, drawing: Drawing | None, found: Mapping | None) -> tuple:
    notes = [(context.label(row["indicator"]), row["note"]) for row in context.rows("profiles/measurement") if row["note"]]
    return present(
        Paragraph(_introduction(context, facts)),
        counts,
        drawing,
        *(Paragraph(say("<b>{what}</b>: {note}.", what=what, note=note), "check") for what, note in notes),
        Paragraph(_boundaries(context, facts)),
        Fold(
            _("Coexistence of kinds of work, latent profiles, respondent characteristics and sensitivity"),
            present(
                *_coexistence(context),
                *(found["blocks"] if found else ()),
                *_characteristics(context),
                Heading(_("Sensitivity")),
                tables.boundaries(context),
                tables.sensitivity(context),
                tables.measurement(context),
            ),
        ),
    )


def _introduction(context: Context, facts: Mapping) -> str:
    settings = context.config.profiles
    found = [
        _(
            "Each respondent was assigned to the nearest of {prototypes} in {indicators}, expressed in percent of the "
            "response range.",
            prototypes=count("{n} prototype", "{n} prototypes", len(settings.prototypes)),
            indicators=listing([context.inline(one) for one in settings.indicators]),
        ),
        _("The certainty of an assignment is the share of draws of measurement error that fall in the same profile."),
        _(
            "An assignment with a certainty of at least {certainty} counts as exclusive, which holds for {exclusive} of the "
            "{n} respondents.",
            certainty=apa.unit(settings.exclusive_at), exclusive=f"{facts['exclusive']:,}", n=f"{facts['n']:,}",
        ),
    ]  # fmt: skip
    if facts["without"]:
        found.append(
            count(
                "No profile was assigned to {n} respondent without all indicators.",
                "No profile was assigned to {n} respondents without all indicators.",
                facts["without"],
            )
        )
    found.append(_("A profile says which prototype a respondent is closest to, not that types of people exist."))
    return sentences(*found)


def _boundaries(context: Context, facts: Mapping) -> str:
    whole = facts["boundary"]
    if not whole:
        return ""
    found = _(
        "Of the {all} respondents, {n} ({percent}%) were within one standard error of measurement of another profile, and "
        "{wide} ({wide_percent}%) within 1.96.",
        all=f"{facts['n']:,}", n=whole["within_1_sem"], percent=f"{whole['percent_1_sem']:.0f}", wide=whole["within_1_96_sem"],
        wide_percent=f"{whole['percent_1_96_sem']:.0f}",
    )  # fmt: skip
    others = [row for row in context.rows("profiles/sensitivity") if row["variant"] != "declared"]
    if not others:
        return found
    least = min(others, key=lambda row: row["same"])
    return sentences(
        found,
        _("Of the alternative rules, “{variant}” changed most: {percent}% of respondents kept their profile.",
          variant=apa.lower(tables.variant(least["variant"])), percent=f"{least['same']:.0f}"),
    )  # fmt: skip


def _coexistence(context: Context) -> tuple:
    settings = context.config.profiles
    totals = {row["coexistence"]: row["n"] for row in context.rows("profiles/coexistence") if row["kinds"] is None}
    if not any(totals.values()):
        return ()
    exclusive, mixed, uncommitted = (totals.get(one, 0) for one in ("exclusive", "mixed", "uncommitted"))
    opening = _("Respondents may do several kinds of work at once, or none.")
    if settings.own_indicators is not None:
        text = sentences(
            opening,
            _(
                "Each kind of work has scales of its own here. A respondent does a kind if the true score of its scales is "
                "at or above the midpoint between its prototype and the others'. The most frequent combination over the "
                "draws of measurement error is reported: one kind is exclusive, several are mixed, none is uncommitted."
            ),
            _("Of the respondents, {exclusive} did one kind, {mixed} several and {uncommitted} none.",
              exclusive=exclusive, mixed=mixed, uncommitted=uncommitted),
            _("In the table of profiles, exclusive refers to the nearest prototype only."),
        )  # fmt: skip
    else:
        low = [name(one) for one, percents in settings.prototypes.items() if max(percents.values()) <= MIDDLE]
        limit = ""
        if low:
            limit = _(
                "The kinds of work share their scales. The prototype of {profile} is low on all of them, so respondents who "
                "do none of this work cannot be distinguished from it; a scale of that kind of work would distinguish them.",
                profile=listing(low),
            )
        text = sentences(
            opening,
            _(
                "Respondents with a certainty of at least {certainty} are classified as exclusive. Of the rest, those closer "
                "to the scale midpoints than to any prototype in most draws are classified as uncommitted; the others lie "
                "between the profiles that receive at least {share} of the draws.",
                certainty=apa.unit(settings.exclusive_at), share=apa.unit(1 - settings.exclusive_at),
            ),
            _("Accordingly, {exclusive} were exclusive, {mixed} mixed and {uncommitted} uncommitted.",
              exclusive=exclusive, mixed=mixed, uncommitted=uncommitted),
            limit,
            settings.note or "",
        )  # fmt: skip
    return Heading(_("One kind of work, several, or none")), Paragraph(text), tables.kinds(context)


def _characteristics(context: Context) -> tuple:
    associations = tables.associations(context)
    if associations is None:
        return ()
    return present(Heading(_("Profile membership by respondent characteristics")), tables.groups(context), associations)


def _analysis(context: Context) -> tuple:
    settings = context.config.profiles
    return (
        _(
            "Each respondent was assigned to the nearest of {prototypes} in {indicators}. The certainty of each assignment "
            "was estimated from {draws} draws of measurement error.",
            prototypes=count("{n} prototype", "{n} prototypes", len(settings.prototypes)),
            indicators=listing([context.inline(one) for one in settings.indicators]), draws=f"{settings.draws:,}",
        ),
    )  # fmt: skip


def _results(context: Context, facts: Mapping, counts, drawing: Drawing | None, found: Mapping | None) -> tuple:
    def shown(row: Mapping, *, first: bool) -> str:
        statistics = ""
        if row["percent"] is not None:
            statistics = f" ({row['percent']:.0f}%)"
            if row["percent_low"] is not None:
                ci = apa.interval(row["percent_low"], row["percent_high"], 0)
                statistics = _(" ({percent}%, 95% CI {ci})", percent=f"{row['percent']:.0f}", ci=ci)
        if first:
            return _("{n}{statistics} were closest to the {profile} prototype", n=row["n"], statistics=statistics,
                     profile=name(row["profile"]))  # fmt: skip
        return _("{n}{statistics} to {profile}", n=row["n"], statistics=statistics, profile=name(row["profile"]))

    assigned = [shown(row, first=not place) for place, row in enumerate(facts["summary"])]
    text = [
        say("Of the {n} respondents, {assigned} ({table}).", n=f"{facts['n']:,}", assigned=listing(assigned), table=ref(counts)),
        _("Assignments were clear (certainty of at least {certainty}) for {n} respondents.",
          certainty=apa.unit(context.config.profiles.exclusive_at), n=facts["exclusive"]),
    ]  # fmt: skip
    if facts["boundary"]:
        text.append(
            _("Of all respondents, {percent}% were within one standard error of measurement of another profile.",
              percent=f"{facts['boundary']['percent_1_sem']:.0f}")
        )  # fmt: skip
    if found and found["sentence"]:
        text.append(found["sentence"])
    if drawing is not None:
        text.append(say("{figure} shows the profiles.", figure=ref(drawing)))
    return Heading(_("Profiles"), 4), Paragraph(sentences(*text))


def _methods(context: Context) -> str:
    settings = context.config.profiles
    prototypes = [
        f"{name(profile)} ({', '.join(f'{context.inline(one)} {percent:g}' for one, percent in percents.items())})"
        for profile, percents in settings.prototypes.items()
    ]
    return _(
        "Nearest prototype by Euclidean distance in percent of the response range. True scores are drawn {draws} times as "
        "the observed scores plus independent normal errors with the standard error of measurement SD √(1 − α); seed "
        "{seed}. Prototypes: {prototypes}.",
        draws=f"{settings.draws:,}", seed=context.config.seed, prototypes="; ".join(prototypes),
    )  # fmt: skip


def _figure(context: Context, n: int) -> Drawing:
    settings = context.config.profiles
    drawing = figures.profile_plot(
        context.results["profiles/means"],
        context.results["profiles/assignments"],
        {one: context.label(one) for one in settings.indicators},
        settings.exclusive_at,
    )
    caption = context.note(
        _(
            "Profiles of {n} respondents. Left: mean indicators of each profile with 95% CI (filled, solid) and its "
            "prototype (hollow, dotted), in percent of the response range. Right: certainty of each respondent's "
            "assignment, sorted; the dashed line marks the criterion for exclusive assignments, {certainty}.",
            n=f"{n:,}", certainty=apa.unit(settings.exclusive_at),
        )
    )  # fmt: skip
    alternative = _("Mean indicators per profile as lines, and the certainty of each respondent's profile as points.")
    return Drawing("profiles", drawing, caption, alternative)
