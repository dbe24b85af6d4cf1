"""Profiles: counts, certainty, coexistence, sensitivity, and latent profiles for comparison."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

from scipy.special import ndtri

from practicework.report import apa
from practicework.report.contents import ref
from practicework.report.context import Context
from practicework.report.messages import _, count, listing, say, sentences
from practicework.report.profiles import explained, figures, tables
from practicework.report.profiles.latent import latent
from practicework.report.profiles.tables import name
from practicework.report.section import Fold, Heading, Paragraph, Section, Tile, present
from practicework.report.style import DOTS, dots
from practicework.report.table import Drawing
from practicework.study.settings import MIDDLE, REFINEMENT


def section(context: Context) -> Section:
    """What the stage contributes to the report."""
    summary = context.rows("profiles/summary")
    assignments = context.results["profiles/assignments"]
    n = int(assignments["profile"].notna().sum())
    facts = {
        "summary": summary,
        "n": n,
        "without": int(assignments["profile"].isna().sum()),
        "clear": sum(row["exclusive"] for row in summary),
        "threshold": next((row for row in context.rows("profiles/exclusivity") if row["declared"]), None),
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
        limitations=_limitations(context),
        references=(
            *(("besag1991",) if found and context.config.profiles.latent.blrt else ()),
            "hennig2007",
            *(("kelley1947",) if context.config.profiles.true_scores == "kelley" else ()),
            "wilson1927",
            *(explained.REFERENCES if explained.asked(context) else ()),
        ),
        software=("stepmix",) if found else (),
    )


def _tile(facts: Mapping) -> Tile:
    value = " · ".join(str(row["n"]) for row in facts["summary"])
    names = " · ".join(name(row["profile"]) for row in facts["summary"])
    return Tile(value, _("{profiles} ({n} clear assignments)", profiles=names, n=facts["clear"]))


def _body(context: Context, facts: Mapping, counts, drawing: Drawing | None, found: Mapping | None) -> tuple:
    notes = [(context.label(row["indicator"]), row["note"]) for row in context.rows("profiles/measurement") if row["note"]]
    return present(
        Paragraph(_introduction(context, facts)),
        counts,
        drawing,
        *(Paragraph(say("<b>{what}</b>: {note}.", what=what, note=note), "check") for what, note in notes),
        Paragraph(_boundaries(context, facts)),
        *explained.blocks(context),
        Fold(
            _("Kinds of work, latent profiles, respondent characteristics and sensitivity")
            if context.config.profiles.own_indicators is not None
            else _("Clarity of the assignments, latent profiles, respondent characteristics and sensitivity"),
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
            "An assignment with a certainty of at least {certainty} counts as clear, which applies to {clear} of the {n} "
            "respondents.",
            certainty=apa.unit(settings.exclusive_at), clear=f"{facts['clear']:,}", n=f"{facts['n']:,}",
        ),
        _seed(facts, apa.unit(settings.exclusive_at)),
    ]  # fmt: skip
    if facts["without"]:
        found.append(
            count(
                "No profile was assigned to {n} respondent without all indicators.",
                "No profile was assigned to {n} respondents without all indicators.",
                facts["without"],
            )
        )
    found += [_shared(context), _alike(context)]
    found.append(_("A profile says which prototype a respondent is closest to, not that types of people exist."))
    return sentences(*found)


def _seed(facts: Mapping, certainty: str) -> str:
    """How many certainties cannot be told apart from the threshold by the number of draws."""
    close = facts["threshold"]["within_error"] if facts["threshold"] else 0
    if not close:
        return ""
    return count(
        "The certainty of {n} respondent is within Monte Carlo error of {certainty}, so that assignment may change with the "
        "seed.",
        "The certainties of {n} respondents are within Monte Carlo error of {certainty}, so these assignments may change with "
        "the seed.",
        close, certainty=certainty,
    )  # fmt: skip


def _shared(context: Context) -> str:
    """Which variables of the first moderation model are also indicators."""
    models = context.models
    if not models:
        return ""
    model = next(iter(models.values()))
    roles = {model.outcome: _("outcome"), model.predictor: _("predictor"), model.moderator: _("moderator")}
    used = [role for one, role in roles.items() if one in context.config.profiles.indicators]
    if len(used) < 2:
        return ""
    return _("The indicators include the {roles} of the moderation model, so profiles and model describe the same scores.",
             roles=listing(used))  # fmt: skip


def _alike(context: Context) -> str:
    """Which prototypes differ in one indicator only."""
    settings = context.config.profiles
    found = []
    for (first, own), (second, other) in combinations(settings.prototypes.items(), 2):
        differing = [one for one in settings.indicators if own[one] != other[one]]
        if len(differing) == 1 < len(settings.indicators):
            found.append(_("The prototypes of {first} and {second} differ in {indicator} only.", first=name(first),
                           second=name(second), indicator=context.inline(differing[0])))  # fmt: skip
    return sentences(*found)


def _limitations(context: Context) -> tuple[str, ...]:
    prior = (
        _("true scores that are multivariate normal")
        if context.config.profiles.true_scores == "kelley"
        else _("true scores that are equally likely beforehand")
    )
    return (
        _("Profiles depend on prototypes that were chosen on theoretical grounds; other prototypes yield other counts."),
        _(
            "The certainty of a profile assumes {prior}, the same standard error of measurement at all levels, and independent "
            "errors of scales that come from one questionnaire.",
            prior=prior,
        ),
    )


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
    if settings.own_indicators is not None:
        exclusive, mixed, uncommitted = (totals.get(one, 0) for one in ("exclusive", "mixed", "uncommitted"))
        text = sentences(
            _("Respondents may do several kinds of work at once, or none."),
            _(
                "Each kind of work has scales of its own here. A respondent does a kind if the true score of its scales is "
                "at or above the midpoint between its prototype and the others'. The most frequent combination over the "
                "draws of measurement error is reported: one kind is exclusive, several are mixed, none is uncommitted."
            ),
            _("Of the respondents, {exclusive} did one kind, {mixed} several and {uncommitted} none.",
              exclusive=exclusive, mixed=mixed, uncommitted=uncommitted),
        )  # fmt: skip
        return Heading(_("One kind of work, several, or none")), Paragraph(text), tables.kinds(context)
    rows = {row["coexistence"]: row for row in context.rows("profiles/coexistence") if row["kinds"] is None}
    low = [name(one) for one, percents in settings.prototypes.items() if max(percents.values()) <= MIDDLE]
    limit = ""
    if low:
        limit = _(
            "The prototype of {profile} is low on all scales, so respondents who do none of this work cannot be distinguished "
            "from it; a scale of that kind of work would distinguish them.",
            profile=listing(low),
        )
    text = sentences(
        _(
            "Assignments with a certainty of at least {certainty} are clear; with one boundary nearby, this is a distance of "
            "{distance} standard errors of measurement. Of the others, respondents closer to the scale midpoints than to any "
            "prototype in most draws are near the middle, and the rest lie between the profiles that receive at least {share} "
            "of the draws.",
            certainty=apa.unit(settings.exclusive_at), distance=apa.number(float(ndtri(settings.exclusive_at))),
            share=apa.unit(1 - settings.exclusive_at),
        ) if settings.exclusive_at < 1 else "",
        _("Accordingly, {clear} assignments were clear, {between} between profiles and {middle} near the middle.",
          clear=totals.get("clear", 0), between=totals.get("between", 0), middle=totals.get("near_middle", 0)),
        _(
            "This describes measurement error and is no evidence of mixed or uncommitted work: with a tenth of the standard "
            "error of measurement, the numbers would be {clear}, {between} and {middle}.",
            clear=rows["clear"]["n_tenth"], between=rows["between"]["n_tenth"], middle=rows["near_middle"]["n_tenth"],
        ),
        limit,
        settings.note or "",
    )  # fmt: skip
    return Heading(_("Clarity of the assignments")), Paragraph(text), tables.kinds(context)


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
          certainty=apa.unit(context.config.profiles.exclusive_at), n=facts["clear"]),
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
    text += filter(None, [explained.explained(context), explained.compared(context)])
    return Heading(_("Profiles"), 4), Paragraph(sentences(*text))


def _methods(context: Context) -> str:
    settings = context.config.profiles
    prototypes = [
        f"{name(profile)} ({', '.join(f'{context.inline(one)} {percent:g}' for one, percent in percents.items())})"
        for profile, percents in settings.prototypes.items()
    ]
    drawn = (
        _("regressed true scores (Kelley, 1947) with the scales' covariance matrix, plus normal errors")
        if settings.true_scores == "kelley"
        else _("the observed scores plus independent normal errors with the standard error of measurement SD √(1 − α)")
    )
    return sentences(
        _(
            "Nearest prototype by Euclidean distance in percent of the response range. True scores are drawn {draws} times as "
            "{drawn}; {more} times for respondents near a threshold; seed {seed}.",
            draws=f"{settings.draws:,}", drawn=drawn, more=f"{REFINEMENT * settings.draws:,}", seed=context.config.seed,
        ),
        _(
            "This distribution was chosen by calibration over typed and normal populations; in a single normal population, "
            "certainty is up to .05 too high."
        ) if settings.true_scores == "flat" else _(
            "By calibration, certainty is up to .09 too low in populations of distinct types."
        ),
        _(
            "Observed percentages have Wilson intervals (Wilson, 1927). The percentage of true scores is the mean probability "
            "of each profile given regressed true scores. Prototypes: {prototypes}.",
            prototypes="; ".join(prototypes),
        ),
        explained.method(context),
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
            "assignment, sorted; the dashed line marks the criterion for clear assignments, {certainty}.",
            n=f"{n:,}", certainty=apa.unit(settings.exclusive_at),
        ),
        dots(n) and _("At most {dots} dots are shown per profile, evenly spaced.", dots=f"{DOTS:,}"),
    )  # fmt: skip
    alternative = _("Mean indicators per profile as lines, and the certainty of each respondent's profile as points.")
    return Drawing("profiles", drawing, caption, alternative)
