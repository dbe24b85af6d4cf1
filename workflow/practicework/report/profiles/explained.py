"""Variables that explain the profiles, and outcomes by profile, in words and tables."""

from __future__ import annotations

from practicework.report import apa
from practicework.report.context import Context
from practicework.report.messages import _, listing, sentences
from practicework.report.profiles.tables import name
from practicework.report.section import Block, Heading, Paragraph, present
from practicework.report.table import Table, interval, made, number, p, precision, share, text

REFERENCES = ("barnard1999", "li1991", "peduzzi1996", "rubin1987")


def asked(context: Context) -> bool:
    """Return whether the study asks for an explanation or for outcomes."""
    settings = context.config.profiles
    return bool(settings.explained_by or settings.outcomes)


def blocks(context: Context) -> tuple[Block, ...]:
    """The blocks of the page."""
    if not asked(context):
        return ()
    return present(
        Heading(_("What explains the profiles, and what follows from them")),
        Paragraph(sentences(explained(context), compared(context))),
        _explanation(context),
        _predicted(context),
        _outcomes(context),
    )


def _rows(context: Context, table: str) -> list[dict]:
    name_ = f"profiles/{table}"
    return context.rows(name_) if name_ in context.results else []


def explained(context: Context) -> str:
    """Return which variables distinguish profiles from the reference, with odds ratios."""
    rows = [row for row in _rows(context, "explanation") if row["term"] != "intercept"]
    if not rows:
        return ""
    if rows[0]["note"]:
        return _("Profiles could not be explained by {variables} ({reason}).", reason=rows[0]["note"],
                 variables=listing([context.inline(one) for one in context.config.profiles.explained_by]))  # fmt: skip
    clear = [row for row in rows if row["ci_low"] > 0 or row["ci_high"] < 0]
    higher = _("Higher {variable} went with higher odds of {profile} rather than {reference}, OR = {odds}, 95% CI {ci}.")
    lower = _("Higher {variable} went with lower odds of {profile} rather than {reference}, OR = {odds}, 95% CI {ci}.")
    found = [(higher if row["estimate"] > 0 else lower).format(**_odds(context, row)) for row in clear]
    unclear = list(dict.fromkeys(context.inline(row["term"]) for row in rows if row not in clear))
    if unclear:
        found.append(_("For at least one profile, the contribution of {variables} remains unclear.", variables=listing(unclear)))
    own = [one for one in context.config.profiles.explained_by if one in context.config.profiles.indicators]
    if own:
        found.append(
            _("{variables} is itself an indicator of the profiles, so its contribution follows partly from their definition.",
              variables=apa.upper(listing([context.inline(one) for one in own])))
        )  # fmt: skip
    return sentences(*found)


def _odds(context: Context, row: dict) -> dict:
    return {
        "variable": context.inline(row["term"]),
        "profile": apa.lower(name(row["profile"])),
        "reference": apa.lower(name(row["reference"])),
        "odds": apa.number(row["odds_ratio"]),
        "ci": apa.interval(row["odds_low"], row["odds_high"]),
    }


def compared(context: Context) -> str:
    """Return whether outcomes differ between profiles."""
    found = []
    for row in _rows(context, "outcome_tests"):
        outcome = context.inline(row["outcome"])
        if row["f"] is None:
            found.append(
                _("Means of {outcome} by profile could not be compared ({reason}).", outcome=outcome, reason=row["note"])
            )
            continue
        names = {"outcome": outcome, "df1": row["df1"], "df2": apa.number(min(row["df2"], 1e6), 0), "f": apa.number(row["f"]),
                 "p": apa.p_equals(row["p_value"])}  # fmt: skip
        found.append(
            _("Means of {outcome} differed between profiles, D₁({df1}, {df2}) = {f}, p {p}.", **names)
            if row["p_value"] < 0.05
            else _("Whether means of {outcome} differ between profiles remains unclear, D₁({df1}, {df2}) = {f}, p {p}.", **names)
        )
    return sentences(*found)


def method(context: Context) -> str:
    """Return how uncertain assignments are allowed for; empty if nothing is asked."""
    if not asked(context):
        return ""
    return _(
        "Variables that explain the profiles enter a multinomial logit with the first profile as reference. As assignments are "
        "uncertain, it is fitted to 50 data sets in which each profile is drawn from the shares of draws of true scores, and "
        "pooled by Rubin's rules (Barnard & Rubin, 1999; Rubin, 1987); at least ten respondents in the smallest profile are "
        "required for each coefficient (Peduzzi et al., 1996). Means of outcomes are pooled alike and compared by D₁ (Li et "
        "al., 1991)."
    )


def _explanation(context: Context) -> Table | None:
    rows = [row for row in _rows(context, "explanation") if row["estimate"] is not None]
    if not rows:
        return None
    digits = precision("std_error")
    columns = [
        text("profile", _("Profile"), lambda row: name(row["profile"])),
        text("term", _("Term"), lambda row: _("Intercept") if row["term"] == "intercept" else context.label(row["term"])),
        number("estimate", _("Log odds"), digits),
        number("std_error", "SE", digits),
        p("p_value", "p"),
        number("odds_ratio", "OR"),
        interval("odds_ci", _("95% CI of OR"), "odds_low", "odds_high"),
        share("missing_information", _("Uncertainty of assignment"), "missing_information"),
    ]
    note = context.note(
        _("n = {n}. Reference: {reference}.", n=f"{rows[0]['n']:,}", reference=name(rows[0]["reference"])),
        _("Uncertainty of assignment = share of the information that uncertain profiles cost."),
    )
    title = _("Multinomial model of the profiles")
    return Table.of("profiles_explanation", title, columns, rows, note, row=lambda row: f"{row['profile']} {row['term']}")


def _predicted(context: Context) -> Table | None:
    rows = _rows(context, "predicted")
    if not rows:
        return None
    columns = [
        text("variable", _("Variable"), lambda row: context.label(row["variable"])),
        made("value", _("Value"), lambda row: context.study.category(row["variable"], row["value"])
             if row["variable"] in context.config.categories else apa.brief(row["value"])),
        text("profile", _("Profile"), lambda row: name(row["profile"])),
        share("share", _("Share"), "share"),
        made("ci", _("95% CI"), lambda row: apa.interval(100 * row["ci_low"], 100 * row["ci_high"], 0)),
    ]  # fmt: skip
    note = context.note(
        _("Predicted shares if the variable had this value (16th or 84th percentile, or category) and all else were as observed.")
    )
    identify = lambda row: f"{row['variable']} {row['value']:g} {row['profile']}"  # noqa: E731
    return Table.of("profiles_predicted", _("Predicted shares of the profiles"), columns, rows, note, row=identify)


def _outcomes(context: Context) -> Table | None:
    rows = [row for row in _rows(context, "outcomes") if row["mean"] is not None]
    if not rows:
        return None
    digits = precision("std_error")
    columns = [
        text("outcome", _("Outcome"), lambda row: context.label(row["outcome"])),
        text("profile", _("Profile"), lambda row: name(row["profile"])),
        number("n", "n", 1),
        number("mean", "M", digits),
        number("std_error", "SE", digits),
        interval("ci", _("95% CI"), "ci_low", "ci_high", digits),
        share("missing_information", _("Uncertainty of assignment"), "missing_information"),
    ]
    note = context.note(_("n = mean number of respondents over 50 draws of the profiles."))
    identify = lambda row: f"{row['outcome']} {row['profile']}"  # noqa: E731
    return Table.of("profiles_outcomes", _("Means of outcomes by profile"), columns, rows, note, row=identify)
