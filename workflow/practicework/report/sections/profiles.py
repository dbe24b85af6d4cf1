"""Profiles: counts, certainty and the profile plot."""

from practicework.report import apa
from practicework.report.context import Context
from practicework.report.figures import profiles as figures
from practicework.report.sections.profiles_latent import latent
from practicework.report.table import Drawing, Table
from practicework.study.settings import MIDDLE


def section(context: Context) -> dict:
    """Counts per profile, the indicators' measurement error, and the plot."""
    study, settings = context.study, context.study.config.profiles
    summary, measurement = context.rows("profiles/summary"), context.rows("profiles/measurement")
    assignments = context.results["profiles/assignments"]
    n = int(assignments["profile"].notna().sum())
    return {
        "settings": settings,
        "labels": [apa.lower(study.label(name)) for name in settings.indicators],
        "summary": summary,
        "n": n,
        "without": int(assignments["profile"].isna().sum()),
        "exclusive": sum(row["exclusive"] for row in summary),
        "counts": _counts(context, summary, n),
        "measurement": _measurement(context, measurement),
        "notes": [(study.label(row["indicator"]), row["note"]) for row in measurement if row["note"]],
        "figure": _figure(context, n) if n else None,
        "own_scales": settings.own_indicators is not None,
        "low": [profile for profile, percents in settings.prototypes.items() if max(percents.values()) <= MIDDLE],
        "coexistence": {row["coexistence"]: row["n"] for row in context.rows("profiles/coexistence") if row["kinds"] is None},
        "kinds": _kinds(context),
        "boundary": next(iter(context.rows("profiles/boundary")), None),
        "boundaries": _boundaries(context),
        "sensitivity": _sensitivity(context),
        "least": _least(context),
        "latent": latent(context, n),
        "associations": _associations(context),
        "groups": _groups(context),
    }


def _counts(context: Context, summary: list[dict], n: int) -> Table:
    study, settings = context.study, context.study.config.profiles
    names = [study.label(name) for name in settings.indicators]
    means = {(row["profile"], row["indicator"]): row for row in context.rows("profiles/means")}
    rows = [
        [
            row["profile"].replace("_", " ").capitalize(),
            apa.integer(row["n"]),
            apa.percent(row["percent"], 1),
            apa.interval(row["percent_low"], row["percent_high"], 0),
            apa.unit(row["stability"]),
            apa.integer(row["exclusive"]),
            apa.unit(row["mean_certainty"]),
            *(
                apa.joined(
                    "{} ({})",
                    mean=apa.number(means[row["profile"], one]["mean"], 0),
                    prototype=apa.brief(means[row["profile"], one]["prototype"]),
                )
                for one in settings.indicators
            ),
        ]
        for row in summary
    ]
    note = (
        f"n = {n}. CI: of the percentage, with other people, measured again; stability: mean Jaccard similarity of the members "
        f"when measured again. Exclusive: certainty of at least {apa.unit(settings.exclusive_at)}. Certainty: share of "
        f"{settings.draws:,} measurement-error draws (seed {study.config.seed}) that "
        f"fall in the same profile. Indicators: mean in percent of the response "
        f"range, the prototype in parentheses.{context.synthetic}"
    )
    return Table(
        "Respondents by profile",
        ["Profile", "n", "Percent", "95% CI", "Stability", "Exclusive", "Certainty", *names],
        rows,
        note,
        wide=True,
    )


def _counted(n: int, percent: float | None) -> apa.Shown:
    """A number of people with their percentage."""
    if percent is None:
        return apa.joined("{}", n=apa.integer(n))
    return apa.joined("{} ({})", n=apa.integer(n), percent=apa.percent(percent))


def _kinds(context: Context) -> Table | None:
    rows, groups = [], []
    for row in context.rows("profiles/coexistence"):
        if row["kinds"] is None:
            groups.append(len(rows))
        elif row["coexistence"] == "uncommitted":
            continue
        name = row["coexistence"].capitalize() if row["kinds"] is None else row["kinds"].replace("_", " ").capitalize()
        rows.append([name, apa.integer(row["n"]), apa.percent(row["percent"], 1), apa.unit(row["mean_certainty"])])
    if not any(row["n"] for row in context.rows("profiles/coexistence")):
        return None
    note = f"Certainty: mean share of the measurement-error draws that bear out the kinds.{context.synthetic}"
    return Table(
        "One kind of work, several, or none", ["Kinds of work", "n", "Percent", "Certainty"], rows, note, groups=tuple(groups)
    )


def _boundaries(context: Context) -> Table | None:
    rows = [
        [
            apa.upper(row["boundary"].replace("_", " ").replace(" | ", " and ")),
            apa.integer(row["n"]),
            *(_counted(row[f"within_{reach}_sem"], row[f"percent_{reach}_sem"]) for reach in ("1", "1_96")),
        ]
        for row in context.rows("profiles/boundary")
    ]
    if not rows:
        return None
    note = (
        f"Respondents by their nearest boundary; percent of all. SEM: along the line between the prototypes.{context.synthetic}"
    )
    header = ["Boundary of", "n", "Within 1 SEM", "Within 1.96 SEM"]
    return Table("Respondents near a boundary", header, rows, note)


def _sensitivity(context: Context) -> Table | None:
    table = context.rows("profiles/sensitivity")
    if not table:
        return None
    labels = list(dict.fromkeys(row["profile"] for row in table))
    rows, notes = [], []
    for variant in dict.fromkeys(row["variant"] for row in table):
        own = [row for row in table if row["variant"] == variant]
        rows.append(
            [apa.upper(variant), *(apa.integer(row["n"]) for row in own), apa.percent(own[0]["same"]), apa.unit(own[0]["kappa"])]
        )
        notes += [f"{apa.upper(variant)}: {own[0]['note']}."] if own[0]["note"] else []
    note = f"Respondents by profile; same: who keep their profile; κ: Cohen's kappa with the declared one. {' '.join(notes)}"
    header = ["Rule", *(label.replace("_", " ").capitalize() for label in labels), "Same", "κ"]
    return Table("Profiles under other prototypes and cut-offs", header, rows, note.rstrip() + context.synthetic, wide=True)


def _least(context: Context) -> dict | None:
    """The variant that keeps the fewest."""
    others = [row for row in context.rows("profiles/sensitivity") if row["variant"] != "as declared"]
    return min(others, key=lambda row: row["same"]) if others else None


def _associations(context: Context) -> Table | None:
    rows = [
        [
            apa.upper(context.study.label(row["variable"])),
            row["test"].replace("-", "–"),
            apa.integer(row["n"]),
            apa.number(row["statistic"]),
            apa.p(row["p_value"]),
            apa.p(row["p_holm"]),
            apa.unit(row["effect"]).within(row["effect_name"] + " = {}") if row["effect"] is not None else apa.unit(None),
            apa.upper(row["note"]) if row["note"] else apa.EMPTY,
        ]
        for row in context.rows("profiles/associations")
    ]
    if not rows:
        return None
    note = f"Holm: corrected over the variables.{context.synthetic}"
    header = ["Variable", "Test", "n", "H", "p", "p (Holm)", "Effect", "Note"]
    return Table("Whether profiles differ in the variables", header, rows, note, words=(0, 1, 6, 7), wide=True)


def _groups(context: Context) -> Table | None:
    table, study = context.rows("profiles/by_variable"), context.study
    if not table:
        return None
    labels = list(dict.fromkeys(row["profile"] for row in table))
    rows, groups = [], []
    for variable, category in dict.fromkeys((row["variable"], row["category"]) for row in table):
        own = [row for row in table if (row["variable"], row["category"]) == (variable, category)]
        if category is None:
            words = [
                apa.joined("{} ({})", M=apa.number(row["mean"]), SD=apa.number(row["sd"])) if row["n"] else apa.EMPTY
                for row in own
            ]
            rows.append([f"{apa.upper(study.label(variable))}, M (SD)", *words])
            continue
        if not any(row[0] == f"{apa.upper(study.label(variable))}, n (%)" for row in rows):
            groups.append(len(rows))
            rows.append([f"{apa.upper(study.label(variable))}, n (%)", *[""] * len(labels)])
        words = [_counted(row["n"], row["percent"]) for row in own]
        rows.append([study.category(variable, float(category)), *words])
    header = ["Variable", *(label.replace("_", " ").capitalize() for label in labels)]
    note = f"Of the respondents of each profile with a value.{context.synthetic}"
    return Table("Profiles by variable", header, rows, note, groups=tuple(groups), wide=True)


def _measurement(context: Context, measurement: list[dict]) -> Table:
    rows = [
        [context.study.label(row["indicator"]), apa.unit(row["reliability"]), apa.number(row["sd"], 1), apa.number(row["sem"], 1)]
        for row in measurement
    ]
    note = f"SD and standard error of measurement, SEM = SD √(1 − α), in percent of the response range.{context.synthetic}"
    return Table("Measurement error of the indicators", ["Indicator", "α", "SD", "SEM"], rows, note)


def _figure(context: Context, n: int) -> Drawing:
    study, settings = context.study, context.study.config.profiles
    figure = figures.profile_plot(
        context.results["profiles/means"],
        context.results["profiles/assignments"],
        {name: study.label(name) for name in settings.indicators},
        settings.exclusive_at,
    )
    caption = (
        f"Profiles of {n:,} respondents. Left: mean indicators of each profile with 95% CI (filled, solid) beside its prototype "
        f"(hollow, dotted), percent of the response range. Right: each respondent's certainty, sorted; dashed: exclusive from "
        f"{apa.unit(settings.exclusive_at)}.{context.synthetic}"
    )
    return Drawing(
        "profiles",
        figure,
        caption,
        "Mean indicators per profile as lines, and the certainty of each respondent's profile as dots.",
    )
