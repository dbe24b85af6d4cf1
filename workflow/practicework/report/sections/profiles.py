"""Profiles: counts, certainty and the profile plot."""

from practicework.figures import profiles as figures
from practicework.figures.style import svg
from practicework.report import apa
from practicework.report.context import Context
from practicework.report.table import Drawing, Table


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
    }


def _counts(context: Context, summary: list[dict], n: int) -> Table:
    study, settings = context.study, context.study.config.profiles
    names = [study.label(name) for name in settings.indicators]
    means = {(row["profile"], row["indicator"]): row for row in context.rows("profiles/means")}
    rows = [
        [
            row["profile"].replace("_", " ").capitalize(),
            str(row["n"]),
            f"{apa.number(row['percent'], 1)}%" if row["percent"] is not None else apa.EMPTY,
            str(row["exclusive"]),
            apa.unit(row["mean_certainty"]),
            *(
                f"{apa.number(means[row['profile'], one]['mean'], 0)} ({means[row['profile'], one]['prototype']:g})"
                for one in settings.indicators
            ),
        ]
        for row in summary
    ]
    note = (
        f"n = {n}. Exclusive: certainty of at least {apa.unit(settings.exclusive_at)}. Certainty: share of {settings.draws:,} "
        "measurement-error draws that fall in the same profile. Indicators: mean in percent of the response range, the prototype "
        f"in parentheses.{context.synthetic}"
    )
    return Table(
        "Respondents by profile", ["Profile", "n", "Percent", "Exclusive", "Mean certainty", *names], rows, note, wide=True
    )


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
        svg(figure), caption, "Mean indicators per profile as lines, and the certainty of each respondent's profile as dots."
    )
