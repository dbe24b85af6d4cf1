"""Tables of the fit of the confirmatory models, and of rival models."""

from __future__ import annotations

from collections.abc import Mapping

from practicework.report import apa
from practicework.report.context import Context
from practicework.report.messages import _, listing
from practicework.report.table import Table, integer, interval, made, number, p, text, unit


def _tested(chisq: str, df: str, digits: int):
    def cell(row: Mapping) -> apa.Shown:
        if row[df] is None:
            return apa.Shown(apa.EMPTY, {"chisq": None, "df": None})
        return apa.joined("{} ({})", chisq=apa.number(row[chisq], digits), df=apa.integer(row[df]))

    return cell


def fit(context: Context, rows: list[dict]) -> Table:
    """Fit of every confirmatory model."""
    columns = [
        text("model", _("Model"), lambda row: context.label(row["model"])),
        integer("n", "n"),
        integer("parameters", _("Parameters")),
        made("test", "χ² (df)", _tested("chisq", "df", 2)),
        p("p_value", "p"),
        unit("cfi", "CFI", 3),
        unit("tli", "TLI", 3),
        unit("rmsea", "RMSEA", 3),
        interval("rmsea_ci", _("90% CI"), "rmsea_low", "rmsea_high", 3, of_unit=True),
        unit("srmr", "SRMR", 3),
    ]
    note = context.note(
        _(
            "Maximum likelihood estimates for respondents who answered all items of the model (n). Models of single scales "
            "have one factor; in the model of all scales, each item loads on its own scale's factor and factors are "
            "correlated. The 90% CI is that of RMSEA."
        )
    )
    return Table.of("dimensionality_fit", _("Fit of the confirmatory models"), columns, rows, note, row="model")


def criteria(context: Context, rows: list[dict]) -> Table:
    """Information criteria of the confirmatory models."""
    columns = [
        text("model", _("Model"), lambda row: context.label(row["model"])),
        number("loglik", _("Log-likelihood"), 1),
        number("aic", "AIC", 1),
        number("bic", "BIC", 1),
        made("baseline", _("Baseline χ² (df)"), _tested("baseline_chisq", "baseline_df", 1)),
    ]
    note = context.note(
        _(
            "Log-likelihood, AIC and BIC are in the units of the responses and compare models of the same items only. The "
            "baseline model has no correlations; CFI and TLI are computed relative to it."
        )
    )
    title = _("Information criteria of the confirmatory models")
    return Table.of("dimensionality_criteria", title, columns, rows, note, row="model")


def tests(context: Context, rows: list[dict]) -> Table | None:
    """The test of exact fit with corrections for small samples and for answers that are not normal."""
    rows = [row for row in rows if row["chisq_satorra_bentler"] is not None or row["chisq_swain"] is not None]
    if not rows:
        return None
    columns = [
        text("model", _("Model"), lambda row: context.label(row["model"])),
        made("test", "χ² (df)", _tested("chisq", "df", 2)),
        p("p_value", "p"),
        number("chisq_swain", _("χ², Swain")),
        p("p_value_swain", "p"),
        number("chisq_satorra_bentler", _("χ², Satorra–Bentler")),
        p("p_value_satorra_bentler", "p"),
        number("chisq_yuan_bentler", _("χ², Yuan–Bentler")),
        p("p_value_yuan_bentler", "p"),
    ]
    note = context.note(
        _(
            "Swain = corrected for the number of items relative to the sample size (Swain, 1975; Herzog et al., 2007). "
            "Satorra–Bentler and Yuan–Bentler = scaled for responses that are not normal (Satorra & Bentler, 1994; Yuan & "
            "Bentler, 2000)."
        )
    )
    return Table.of("dimensionality_tests", _("Corrected tests of exact fit"), columns, rows, note, row="model")


def rivals(context: Context) -> Table | None:
    """The model of all scales and models with fewer factors."""
    rows = context.rows("dimensionality/rivals")
    if len(rows) < 2:
        return None
    columns = [
        text("rival", _("Model"), lambda row: rival(context, row)),
        integer("factors", _("Factors")),
        made("test", "χ² (df)", _tested("chisq", "df", 2)),
        unit("cfi", "CFI", 3),
        unit("tli", "TLI", 3),
        unit("rmsea", "RMSEA", 3),
        unit("srmr", "SRMR", 3),
        number("bic", "BIC", 1),
        made("difference", "Δχ² (Δdf)", _tested("chisq_difference", "df_difference", 2)),
        p("p_difference", "p"),
    ]
    note = context.note(
        _(
            "n = {n}. Differences are from the model of all scales, in which the rivals are nested; they are conservative, "
            "because a correlation of one lies on the boundary.",
            n=f"{rows[0]['n']:,}",
        ),
        *(f"{rival(context, row)}: {row['note']}." for row in rows if row["note"]),
    )
    return Table.of("dimensionality_rivals", _("Rival confirmatory models"), columns, rows, note, row="rival")


def rival(context: Context, row: Mapping) -> str:
    """Return a rival model in words."""
    if row["rival"] == "scales":
        return _("Scales as factors")
    if row["rival"] == "one_factor":
        return _("One factor")
    return _("{scales} merged", scales=apa.upper(listing([context.inline(one) for one in row["scales"].split()])))
