"""The tables of the section on profiles."""

from __future__ import annotations

from collections.abc import Mapping

from practicework.report import apa
from practicework.report.context import Context
from practicework.report.messages import _
from practicework.report.table import Table, heading, integer, interval, made, number, p, percent, text, unit


def name(profile: str) -> str:
    """Return a profile's name as words."""
    return profile.replace("_", " ")


def variant(code: str) -> str:
    """Return another rule of assignment in words."""
    words = {
        "declared": _("As declared"),
        "prototypes_mean_sd": _("Prototypes at the sample mean ± 1 SD"),
        "prototypes_quartiles": _("Prototypes at the sample quartiles"),
        "cutoffs_midpoint": _("Cut-offs at the scale midpoints"),
        "cutoffs_medians": _("Cut-offs at the sample medians"),
    }
    if code in words:
        return words[code]
    high, low = code.split("_")[1:]
    return _("Prototypes at {high} and {low}", high=high, low=low)


def counts(context: Context, summary: list[dict], n: int) -> Table:
    """Respondents by profile."""
    settings = context.config.profiles
    means = {(row["profile"], row["indicator"]): row for row in context.rows("profiles/means")}

    def indicator(one: str):
        def cell(row: Mapping) -> apa.Shown:
            found = means[row["profile"], one]
            return apa.joined("{} ({})", mean=apa.number(found["mean"], 0), prototype=apa.brief(found["prototype"]))

        return cell

    columns = [
        text("profile", _("Profile"), lambda row: apa.upper(name(row["profile"]))),
        integer("n", "n"),
        percent("percent", "%", 1),
        interval("percent_ci", _("95% CI"), "percent_low", "percent_high", 0),
        percent("percent_true", _("True scores, %"), 1),
        interval("percent_true_ci", _("95% CI"), "percent_true_low", "percent_true_high", 0),
        unit("stability", _("Stability")),
        integer("exclusive", _("Clear")),
        unit("mean_certainty", _("Certainty")),
        *(made(one, context.label(one), indicator(one)) for one in settings.indicators),
    ]
    note = context.note(
        _(
            "n = {n}. The CI of the observed percentage is Wilson's. True scores = estimated percentage of true scores closest "
            "to the prototype, with a bootstrap interval over respondents; measurement error spreads observed scores over more "
            "profiles. Stability = mean Jaccard similarity of the members under new measurement error (Hennig, 2007). Clear = "
            "certainty of at least {exclusive}. Certainty = mean share of {draws} draws of measurement error (seed {seed}) in "
            "the same profile. Indicators = mean in percent of the response range, with the prototype in parentheses.",
            n=f"{n:,}", exclusive=apa.unit(settings.exclusive_at), draws=f"{settings.draws:,}", seed=context.config.seed,
        )
    )  # fmt: skip
    return Table.of("profiles_counts", _("Respondents by profile"), columns, summary, note, row="profile")


def _counted(row: Mapping, n: str, share: str) -> apa.Shown:
    """A number of respondents with their percentage."""
    if row[share] is None:
        return apa.joined("{}", n=apa.integer(row[n]))
    return apa.joined("{} ({})", n=apa.integer(row[n]), percent=apa.percent(row[share]))


def kinds(context: Context) -> Table:
    """Respondents by the clarity of their assignment, or by the kinds of work that they do."""
    own = context.config.profiles.own_indicators is not None
    words = {
        "exclusive": _("Exclusive"),
        "mixed": _("Mixed"),
        "uncommitted": _("Uncommitted"),
        "clear": _("Clear"),
        "between": _("Between profiles"),
        "near_middle": _("Near the middle"),
    }
    keys = ("n", "percent", "mean_certainty", "n_tenth")
    rows = [
        heading(words[row["coexistence"]], **{key: row[key] for key in keys}) if row["kinds"] is None else row
        for row in context.rows("profiles/coexistence")
    ]
    columns = [
        text("kinds", _("Kinds of work") if own else _("Profiles"), lambda row: name(row["kinds"]).capitalize()),
        integer("n", "n"),
        percent("percent", "%", 1),
        unit("mean_certainty", _("Certainty")),
        *([] if own else [integer("n_tenth", _("n, SEM/10"))]),
    ]
    note = context.note(
        _("Certainty = mean share of draws of measurement error that agree with the classification."),
        "" if own else _("n, SEM/10 = number of respondents with a tenth of the standard error of measurement."),
    )
    identify = lambda row: f"{row['coexistence']}: {row['kinds']}"  # noqa: E731
    title = _("Respondents by kinds of work") if own else _("Respondents by clarity of their assignment")
    return Table.of("profiles_kinds", title, columns, rows, note, row=identify)


def boundaries(context: Context) -> Table | None:
    """Respondents near a boundary between two profiles."""
    rows = context.rows("profiles/boundary")
    if not rows:
        return None
    columns = [
        text("boundary", _("Boundary"), lambda row: apa.upper(name(row["boundary"]).replace(" | ", _(" and ")))),
        integer("n", "n"),
        made("within_1_sem", _("Within 1 SEM"), lambda row: _counted(row, "within_1_sem", "percent_1_sem")),
        made("within_1_96_sem", _("Within 1.96 SEM"), lambda row: _counted(row, "within_1_96_sem", "percent_1_96_sem")),
    ]
    note = context.note(
        _(
            "Respondents by their nearest boundary, with percentages of all respondents. SEM = standard error of measurement "
            "along the line between the two prototypes."
        )
    )
    return Table.of("profiles_boundaries", _("Respondents near a boundary between profiles"), columns, rows, note, row="boundary")


def sensitivity(context: Context) -> Table | None:
    """Respondents by profile under other prototypes and cut-offs."""
    found = context.rows("profiles/sensitivity")
    if not found:
        return None
    profiles = list(dict.fromkeys(row["profile"] for row in found))
    rows = []
    for code in dict.fromkeys(row["variant"] for row in found):
        own = [row for row in found if row["variant"] == code]
        rows.append(own[0] | {row["profile"]: row["n"] for row in own})
    columns = [
        text("variant", _("Rule"), lambda row: variant(row["variant"])),
        *(integer(one, apa.upper(name(one)), one) for one in profiles),
        percent("same", _("Unchanged")),
        unit("kappa", "κ"),
    ]
    note = context.note(
        _("Unchanged = respondents who keep their profile; κ = Cohen's kappa with the declared rule."),
        *(f"{variant(row['variant'])}: {row['note']}." for row in rows if row["note"]),
    )
    title = _("Profiles under other prototypes and cut-offs")
    return Table.of("profiles_sensitivity", title, columns, rows, note, row="variant")


def associations(context: Context) -> Table | None:
    """Tests of whether profiles differ in the variables."""
    rows = context.rows("profiles/associations")
    if not rows:
        return None

    def effect(row: Mapping) -> str:
        return apa.unit(None) if row["effect"] is None else apa.unit(row["effect"]).within(row["effect_name"] + " = {}")

    columns = [
        text("variable", _("Variable"), lambda row: apa.upper(context.label(row["variable"]))),
        text("test", _("Test"), lambda row: row["test"].replace("-", "–")),
        integer("n", "n"),
        number("statistic", "H"),
        p("p_value", "p"),
        p("p_holm", _("p (Holm)")),
        made("effect", _("Effect size"), effect, words=True),
        text("note", _("Note"), lambda row: apa.upper(row["note"]) if row["note"] else None),
    ]
    note = context.note(_("Holm = p values corrected for the number of variables."))
    title = _("Differences between profiles in respondent characteristics")
    return Table.of("profiles_associations", title, columns, rows, note, row="variable")


def groups(context: Context) -> Table | None:
    """Variables by profile."""
    found, study = context.rows("profiles/by_variable"), context.study
    if not found:
        return None
    profiles = list(dict.fromkeys(row["profile"] for row in found))
    rows: list[dict] = []
    last = None
    for variable, category in dict.fromkeys((row["variable"], row["category"]) for row in found):
        own = {row["profile"]: row for row in found if (row["variable"], row["category"]) == (variable, category)}
        label = apa.upper(context.label(variable))
        if category is None:
            rows.append({"key": variable, "words": _("{variable}, M (SD)", variable=label), **own})
            continue
        if variable != last:
            last = variable
            rows.append(heading(_("{variable}, n (%)", variable=label)))
        rows.append({"key": f"{variable}: {category}", "words": study.category(variable, float(category)), **own})

    def cell(profile: str):
        def shown(row: Mapping) -> str:
            one = row[profile]
            if one["category"] is not None:
                return _counted(one, "n", "percent")
            if not one["n"]:
                return apa.EMPTY
            digits = apa.decimals_for(one["sd"])
            return apa.joined("{} ({})", M=apa.number(one["mean"], digits), SD=apa.number(one["sd"], digits))

        return shown

    columns = [
        text("variable", _("Variable"), "words"),
        *(made(one, apa.upper(name(one)), cell(one)) for one in profiles),
    ]
    note = context.note(_("Percentages of the respondents in each profile with a value."))
    return Table.of("profiles_characteristics", _("Respondent characteristics by profile"), columns, rows, note, row="key")


def measurement(context: Context) -> Table:
    """Measurement error of the indicators."""
    columns = [
        text("indicator", _("Indicator"), lambda row: context.label(row["indicator"])),
        unit("reliability", "α"),
        number("sd", "SD", 1),
        number("sem", "SEM", 1),
    ]
    note = context.note(_("SD and standard error of measurement, SEM = SD √(1 − α), in percent of the response range."))
    title = _("Measurement error of the indicators")
    return Table.of("profiles_measurement", title, columns, context.rows("profiles/measurement"), note, row="indicator")
