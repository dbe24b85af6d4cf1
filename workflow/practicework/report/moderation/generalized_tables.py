"""The tables of a model of an outcome that is not a quantity."""

from __future__ import annotations

from typing import TYPE_CHECKING

from practicework.report import apa
from practicework.report.context import refitted
from practicework.report.messages import _
from practicework.report.moderation.facts import BY_CATEGORY
from practicework.report.moderation.tables import centring
from practicework.report.moderation.tables import dropped as dropped_of
from practicework.report.table import Column, Table, heading, interval, made, number, p, precision, text

if TYPE_CHECKING:
    from practicework.report.moderation.generalized import Generalized

DIGITS = precision("std_error")


def _key(model: Generalized, what: str) -> str:
    return f"moderation_{model.name}_{what}"


def _inference(model: Generalized) -> list[Column]:
    """Standard error, z, p and intervals: those of the conclusion, and the bootstrap's."""
    own = model.errors
    return [
        number(f"std_error{own}", "SE", DIGITS),
        number(f"z{own}", "z"),
        p(f"p_value{own}", "p"),
        interval("ci", model.level, f"ci_low{own}", f"ci_high{own}", DIGITS),
        interval("boot", _("{level} (bootstrap)", level=model.level), "boot_low", "boot_high", DIGITS),
    ]


def coefficients(model: Generalized) -> Table:
    """Coefficients on the scale of the link."""
    context, fit = model.context, model.fit

    def term(row: dict) -> str:
        if row["term"] == "intercept":
            return _("Intercept")
        return _("Threshold {levels}", levels=row["term"]) if "|" in row["term"] else context.label(row["term"])

    ratio = _("Ratio") if model.spec.family == "count" else _("Odds ratio")
    columns = [text("term", _("Term"), term), number("estimate", "b", DIGITS), *_inference(model), number("ratio", ratio)]
    tested = (
        _("χ²({df}) = {chi}, p {p}", df=fit["df_change"], chi=apa.number(fit["chi_squared_change"]),
          p=apa.p_equals(fit["p_change"]))
        if fit["chi_squared_change"] is not None
        else _("Wald χ² = {chi}, p {p}", chi=apa.number(fit[f"wald_change{model.errors}"]),
               p=apa.p_equals(fit[f"p_wald_change{model.errors}"]))
    )  # fmt: skip
    note = context.note(
        _("N = {n}; McFadden's R² = {r2}; log-likelihood {ll}; interaction {test}.", n=f"{fit['n']:,}",
          r2=apa.unit(fit["r_squared_mcfadden"]), ll=apa.number(fit["log_likelihood"]), test=tested),
        apa.upper(_("{method}; coefficients refer to {scale}.", method=model.method, scale=model.link)),
        _("Dispersion α = {a}.", a=apa.number(fit["dispersion"])) if fit["dispersion"] is not None else "",
        _("The rarest value of {y} has {n} respondents.", y=model.y, n=fit["smallest_level"]) if fit["smallest_level"] else "",
        centring(model),
        _("Standard errors are {errors}.", errors=model.errors_words),
        _("The odds ratio of a product is a ratio of odds ratios.") if model.of_probability else "",
        refitted(fit["n"]),
    )  # fmt: skip
    title = _("{model}: {method}", model=model.title, method=model.method)
    return Table.of(_key(model, "coefficients"), title, columns, model.rows("generalized_coefficients"), note, row="term")


def effects(model: Generalized) -> Table:
    """The predictor's effect at values of the moderator, on the scale of the link."""
    rows = model.rows("generalized_effects")
    ratio = _("Ratio") if model.spec.family == "count" else _("Odds ratio")
    columns = [
        *(
            [text("effect_of", _("Effect of"), lambda row: model.context.label(row["effect_of"]))]
            if len(model.effects) > 1
            else []
        ),
        text("probe", model.context.label(model.spec.moderator), lambda row: _probe(model, row)),
        number("effect", "b", DIGITS),
        *_inference(model),
        number("ratio", ratio),
    ]
    note = model.context.note(_("Effects on {scale} per unit of {x}.", scale=model.link, x=model.x))
    title = _("{model}: effect of {x} at values of {w}", model=model.title, x=model.x, w=model.w)
    identify = lambda row: f"{row['effect_of']} {row['probe']}"  # noqa: E731
    return Table.of(_key(model, "conditional_effects"), title, columns, rows, note, row=identify)


def _probe(model: Generalized, row: dict) -> str:
    words = apa.upper(model.probe(row["probe"]))
    return words if row["probe"].endswith(BY_CATEGORY) else f"{words} ({apa.brief(row['moderator_value'])})"


def differences(model: Generalized) -> Table:
    """Predictions at both ends of the predictor, their differences, and how these differ between values of the moderator."""
    found = {(row["probe"], row["predictor_value"], row["level"]): row["predicted"] for row in model.rows("predicted")}
    several, levels = len(model.effects) > 1, model.spec.family == "ordered"
    rows: list[dict] = []
    for row in model.rows("differences"):
        what = (row["effect_of"], row["level"])
        if (several or levels) and (not rows or rows[-1]["what"] != what):
            words = [model.context.label(row["effect_of"])] * several
            words += [_("{y} = {level}", y=model.context.label(model.spec.outcome), level=apa.brief(row["level"]))] * levels
            rows.append(heading(", ".join(words), what=what, id=f"{what}"))
        at = {end: found[row["probe"], row[end], row["level"]] for end in ("from", "to")}
        named = {"value": row["difference"], "at_from": at["from"], "at_to": at["to"], "what": what, "words": _probe(model, row)}
        rows.append(row | named | {"id": f"{row['effect_of']} {row['probe']} {_level(row)}".strip()})
    for row in model.rows("second_differences"):
        words = _("{b} minus {a}", b=apa.upper(_side(model, row["probe_b"])), a=_side(model, row["probe_a"]))
        if levels:
            words = _("{words}, {y} = {level}", words=words, y=model.y, level=apa.brief(row["level"]))
        if several:
            words = _("{words}, {effect}", words=words, effect=model.context.inline(row["effect_of"]))
        named = {"value": row["second_difference"], "at_from": None, "at_to": None, "words": words}
        if not any(one.get("id") == "second" for one in rows):
            rows.append(heading(_("Difference of differences"), id="second", what=None))
        rows.append(row | named | {"id": f"second {row['effect_of']} {row['probe_b']} {row['probe_a']} {_level(row)}".strip()})
    first = next(iter(model.rows("differences")))
    ends = (
        (_("First category"), _("Other category"))
        if model.predictor_is_categorical
        else (_("At {value}", value=apa.brief(first["from"])), _("At {value}", value=apa.brief(first["to"])))
    )
    shown = (lambda value: apa.unit(value, 3)) if model.of_probability else apa.number

    def cell(key: str) -> object:
        return lambda row: "" if row[key] is None else shown(row[key])

    own, digits = model.errors, 3 if model.of_probability else DIGITS
    columns = [
        text("words", model.context.label(model.spec.moderator)),
        made("at_from", ends[0], cell("at_from")),
        made("at_to", ends[1], cell("at_to")),
        made("value", _("Difference"), cell("value")),
        number(f"std_error{own}", "SE", digits),
        p(f"p_value{own}", "p"),
        interval("ci", model.level, f"ci_low{own}", f"ci_high{own}", digits),
        interval("boot", _("{level} (bootstrap)", level=model.level), "boot_low", "boot_high", digits),
    ]
    note = model.context.note(
        apa.upper(_("{what} at two values of {x}.", what=model.quantity, x=model.x)),
        _("Averaged over the covariates of the {n} respondents.", n=f"{model.fit['n']:,}") if model.spec.covariates else
        f"N = {model.fit['n']:,}.",
        _("Standard errors by the delta method ({errors}).", errors=model.errors_words),
    )  # fmt: skip
    title = _("{model}: differences of predictions", model=model.title)
    return Table.of(_key(model, "differences"), title, columns, rows, note, row="id")


def _level(row: dict) -> str:
    return "" if row["level"] is None else apa.brief(row["level"])


def _side(model: Generalized, probe: str) -> str:
    return probe.removeprefix("at ") if probe.startswith("at ") else model.probe(probe)


def dropped(model: Generalized) -> Table | None:
    """Respondents excluded from the model."""
    return dropped_of(model, "generalized_dropped")
