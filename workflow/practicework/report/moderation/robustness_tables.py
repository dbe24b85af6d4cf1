"""The tables of the robustness of one moderation model: power, influence, assumptions, scales, measurement error."""

from __future__ import annotations

from practicework.report import apa
from practicework.report.context import records
from practicework.report.messages import _
from practicework.report.moderation.facts import Model, errors_words
from practicework.report.moderation.robustness import Robustness, analysis_words, check_words
from practicework.report.table import (
    Table,
    brief,
    heading,
    integer,
    interval,
    made,
    number,
    p,
    precision,
    text,
    unit,
)  # fmt: skip

MOST_ROWS = 10
"""Respondents listed in the influence table."""

DIGITS = precision("std_error")


def sensitivity(model: Model) -> Table:
    """What a study of this size can detect, by the size of the true interaction."""
    found, rows, last = model.rows("sensitivity"), [], None
    several = len({row["metric"] for row in found}) > 1
    for row in found:
        if several and row["metric"] != last:
            last = row["metric"]
            label = (
                _("ΔR² of the scores")
                if last == "scores"
                else _(
                    "ΔR² between true scores ({percent}% remains)",
                    percent=f"{100 * row['attenuation']:.0f}",
                )
            )
            rows.append(heading(label))
        rows.append(row)
    words = {
        "minimum_detectable": _(" (80%, closed form)"),
        "minimum_detectable_simulated": _(" (80%)"),
        "smallest_effect": _(" (SESOI)"),
        "effect": "",
    }

    def change(row: dict) -> str:
        value = row["delta_r_squared"]
        return apa.unit(value, 4 if (value or 1) < 0.005 else 3).within("{}" + words[row["quantity"]])

    simulated = next((row["interval"] for row in found if row["interval"]), None)
    columns = [
        made("delta_r_squared", _("True ΔR²"), change),
        *(
            [
                unit("power_simulated", _("Power ({interval})", interval=errors_words(simulated))),
                unit("power_simulated_se", _("Monte Carlo SE"), 3),
            ]
            if simulated
            else []
        ),
        unit("power", _("Power, closed form")),
        unit("type_s", _("Type S error")),
        number("type_m", _("Type M error"), 1),
        number("least_exaggeration", _("Least exaggeration"), 1),
        integer("n_required", _("Required N")),
    ]
    simulation = model.context.config.moderation.simulation
    if simulated:
        how = _(
            "Power is the share of {studies} simulated studies whose {interval} interval excludes zero; each draws respondents "
            "from this sample and normal errors.",
            studies=f"{min(1_000, simulation.studies) if simulated == 'bootstrap' else simulation.studies:,}",
            interval=errors_words(simulated),
        )  # fmt: skip
    else:
        how = (
            _("Power was not simulated because respondents are in clusters; closed forms treat them as independent.")
            if model.settings.cluster
            else _("Power was not simulated for this number of respondents or terms.")
        )
    note = model.context.note(
        f"N = {model.fit['n']:,}.",
        how,
        _(
            "Closed form = OLS test with this sample's design, also for required N (80% power). Type S and type M error = "
            "probability of the wrong sign and mean |b| divided by the true b of the scores, given significance. Least "
            "exaggeration = smallest ΔR² that can be significant at this N ({least}), divided by the true ΔR² of the scores. No "
            "value depends on the estimated interaction.",
            least=apa.unit(model.fit["significant_change"], 3),
        ),
        *(f"{apa.upper(one)}." for one in dict.fromkeys(row["note"] for row in found if row["note"])),
    )
    title = _("{model}: power and sensitivity", model=model.title)
    identify = lambda row: " ".join(  # noqa: E731
        filter(None, (row["quantity"], row["metric"] if row["metric"] != "scores" else "", _change(row)))
    )
    return Table.of(f"moderation_{model.name}_sensitivity", title, columns, rows, note, row=identify)


def _change(row: dict) -> str:
    return f"{row['delta_r_squared']:g}" if row["quantity"] == "effect" and row["delta_r_squared"] is not None else ""


def influence(model: Model) -> Table:
    """The most influential respondents."""
    facts, context = Robustness(model), model.context
    order = sorted(model.rows("leave_one_out"), key=lambda row: -abs(row["dfbetas"] or 0))
    shown = [row for row in order if row["turns"]][:MOST_ROWS]
    shown += [row for row in order if not row["turns"]][: max(0, MOST_ROWS - len(shown))]
    several = len({row["term"] for row in facts.without}) > 1
    measures = model.frame("influence")
    measures = measures[measures["respondent"].isin([row["respondent"] for row in shown])]
    rest = {row["respondent"]: row for row in records(measures)}
    keys = ("studentized_residual", "leverage", "cooks_distance")
    rows = [row | {key: rest[row["respondent"]][key] for key in keys} for row in shown]
    words = {"sign": _("sign"), "verdict": _("yes"), None: ""}

    def respondent(row: dict) -> str:
        if not several:
            return row["respondent"]
        return _("{respondent}, {term}", respondent=row["respondent"], term=context.label(row["term"]))

    columns = [
        text("respondent", _("Respondent"), respondent),
        number("dfbetas", "DFBETAS"),
        number("estimate", _("b without"), DIGITS),
        interval("ci", _("{level} without", level=model.level), "ci_low", "ci_high", DIGITS),
        text("turns", _("Changes conclusion"), lambda row: words[row["turns"]]),
        number("studentized_residual", _("Studentized residual")),
        unit("leverage", _("Leverage")),
        number("cooks_distance", _("Cook's distance"), 3),
    ]
    note = context.note(
        _(
            "Respondents whose omission changes the conclusion are listed first, then those with the largest |DFBETAS|; more "
            "are in moderation/{model}/leave_one_out.csv and influence.csv. Changes conclusion = omitting the respondent "
            "changes whether, or on which side, the interval excludes zero. No respondent was excluded on this basis.",
            model=model.name,
        )
    )
    title = _("{model}: influential respondents", model=model.title)
    identify = lambda row: f"{row['respondent']} {row['term']}"  # noqa: E731
    return Table.of(f"moderation_{model.name}_influence", title, columns, rows, note, row=identify)


def checks(model: Model) -> Table:
    """Checks of the model's assumptions."""

    def df(row: dict) -> apa.Shown:
        parts = {key: apa.integer(row[key]) for key in ("df1", "df2") if row[key] is not None}
        return apa.joined(", ".join(["{}"] * len(parts)), **parts)

    columns = [
        text("check", _("Assumption"), lambda row: check_words(row["check"])),
        number("statistic", _("Statistic"), 3),
        made("df", "df", df),
        p("p_value", "p"),
        text("note", _("Note"), lambda row: row["note"] or ""),
    ]
    note = model.context.note(
        _(
            "Statistics: W (Shapiro–Wilk), nR² (Breusch–Pagan), F (quadratic effects, terciles). A small p value is "
            "evidence against an assumption; a large p value does not establish it, especially in small samples."
        )
    )
    title = _("{model}: checks of assumptions", model=model.title)
    return Table.of(f"moderation_{model.name}_checks", title, columns, model.rows("checks"), note, row="check")


def terciles(model: Model) -> Table | None:
    """The effect in terciles of the moderator."""
    rows = model.rows("linearity")
    if not rows:
        return None
    label = model.context.label(model.spec.moderator)
    columns = [
        made("range", label, lambda row: apa.joined("{} to {}", **{"from": apa.brief(row["from"]), "to": apa.brief(row["to"])})),
        integer("n", "n"),
        brief("median", _("Median")),
        number("effect", "b", DIGITS),
        interval("ci", model.level, "ci_low", "ci_high", DIGITS),
        number("model_effect", _("b of the model"), DIGITS),
    ]
    note = model.context.note(
        _("Effects at the median of each tercile, from separate lines; OLS (Hainmueller, Mummolo, & Xu, 2019).")
    )
    title = _("{model}: effect in terciles of {w}", model=model.title, w=model.w)
    identify = lambda row: f"{row['effect_of']} {row['bin']}"  # noqa: E731
    return Table.of(f"moderation_{model.name}_terciles", title, columns, rows, note, row=identify)


def corrected(model: Model) -> Table | None:
    """Coefficients corrected for measurement error."""
    rows = model.rows("errors_in_variables")
    if not rows:
        return None
    digits = precision("boot_std_error")
    columns = [
        text("term", _("Term"), lambda row: model.context.label(row["term"])),
        unit("reliability", _("Reliability")),
        number("uncorrected", "b", digits),
        number("estimate", _("b corrected"), digits),
        interval("boot", _("{level} (bootstrap)", level=model.level), "boot_low", "boot_high", digits),
    ]
    note = model.context.note(
        _(
            "Errors-in-variables regression by the method of moments: coefficients for error-free scores if measurement errors "
            "are independent."
        ),
        _("Coefficient alpha was resampled with the respondents.") if any(row["resampled"] for row in rows) else "",
        _("Other reliabilities were treated as known.") if any(row["resampled"] is False for row in rows) else "",
        _("This is a sensitivity analysis, not a better estimate (Loken & Gelman, 2017)."),
        *(f"{apa.upper(one)}." for one in dict.fromkeys(row["note"] for row in rows if row["note"])),
    )
    title = _("{model}: coefficients corrected for measurement error", model=model.title)
    return Table.of(f"moderation_{model.name}_corrected", title, columns, rows[1:], note, row="term")


def scales(model: Model) -> Table:
    """The interaction on other scales of the outcome and in other models."""
    joint = len(model.frame("omnibus")) > 0 and model.rows("omnibus")[0]["df1"] > 1
    columns = [
        text("analysis", _("Analysis"), lambda row: apa.upper(analysis_words(row["analysis"]))),
        *([] if joint else [number("estimate", "b", DIGITS), number("std_error", "SE", DIGITS)]),
        number("statistic", "F" if joint else _("t or z")),
        p("p_value", "p"),
        *([] if joint else [interval("ci", model.level, "ci_low", "ci_high", DIGITS)]),
    ]
    rows = model.rows("scale_dependence")
    errors = next((row["interval"] for row in rows if row["interval"]), "ols")
    note = model.context.note(
        _(
            "Coefficients are in the units of each analysis. A product term depends on the scale of the outcome: unless the "
            "lines cross, a monotone transformation can remove it (Busemeyer & Jones, 1983; Loftus, 1978).",
        ),
        _("Regressions use {errors} standard errors; proportional odds and robust regression (Huber) use their own.",
          errors=errors_words(errors)),
        *(f"{apa.upper(analysis_words(row['analysis']))}: {row['note']}." for row in rows if row["note"]),
    )  # fmt: skip
    title = _("{model}: interaction on other scales and in other models", model=model.title)
    return Table.of(f"moderation_{model.name}_scales", title, columns, rows, note, row="analysis")
