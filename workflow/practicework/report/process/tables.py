"""The tables of one process model."""

from __future__ import annotations

from practicework.report import apa
from practicework.report.context import refitted
from practicework.report.messages import _
from practicework.report.process.facts import Model, probe_words
from practicework.report.table import Table, heading, integer, interval, made, number, p, precision, text

BOOT = precision("boot_se")


def _key(model: Model, what: str) -> str:
    return f"process_{model.name}_{what}"


def _probe(model: Model, row: dict) -> str:
    if row["probe"] is None:
        return ""
    return _("{probe} ({value})", probe=apa.upper(probe_words(row["probe"])), value=apa.brief(row["at"]))


def effects(model: Model) -> Table:
    """Total, direct and indirect effects."""
    kinds = {"total": _("Total effect"), "direct": _("Direct effect")}

    def effect(row: dict) -> str:
        return kinds.get(row["kind"]) or _("Indirect through {m}", m=model.through(row["through"]))

    moderated = any(row["probe"] for row in model.rows("effects"))
    columns = [
        text("effect", _("Effect"), effect),
        *([text("probe", model.context.label(model.spec.moderator), lambda row: _probe(model, row))] if moderated else []),
        number("estimate", "b", BOOT),
        number("boot_se", _("Bootstrap SE"), BOOT),
        interval("ci", model.level, "ci_low", "ci_high", BOOT),
        *(
            []
            if model.spec.generalized
            else [number("standardised_y", _("b / SD of outcome"), 2), number("standardised_xy", _("Standardized"), 2)]
        ),
        p("p_value", "p"),
    ]
    fit = model.fit[0]
    errors = next((row["errors"] for row in model.rows("effects") if row["errors"]), "")
    errors = {"model": _("likelihood-based"), "robust": _("robust")}.get(errors) or errors.upper()
    note = model.context.note(
        _("N = {n}. Model {number} of PROCESS.", n=model.n, number=fit["number"]),
        _("Intervals are bootstrap intervals from {n} resamples of all equations together.", n=f"{fit['resamples']:,}"),
        _(
            "p values of total and direct effects are based on {errors} standard errors; indirect effects have none.",
            errors=errors,
        ),
        _("Effects on {y} are on the scale of {link}.", y=model.y, link=model.link) if model.spec.generalized else "",
        refitted(fit["n"]) if model.spec.generalized else "",
        _("Percentiles of {w} are computed at position p(n + 1).", w=model.w) if moderated else "",
    )
    title = _("{model}: effects", model=model.title)
    identify = lambda row: " ".join(filter(None, (row["kind"], row["through"], row["probe"])))  # noqa: E731
    return Table.of(_key(model, "effects"), title, columns, model.rows("effects"), note, row=identify)


def predictions(model: Model) -> Table | None:
    """Effects on an outcome that is not a quantity, as differences of predictions."""
    rows = model.predictions
    if not rows:
        return None
    kinds = {"total": _("Total effect"), "direct": _("Direct effect"), "indirect": _("Indirect effect")}
    digits = BOOT if model.spec.family == "count" else 3
    probed, levels = any(row["probe"] for row in rows), any(row["level"] is not None for row in rows)
    columns = [
        text("kind", _("Effect"), lambda row: kinds[row["kind"]]),
        *([text("probe", model.context.label(model.spec.moderator), lambda row: _probe(model, row))] if probed else []),
        *([text("level", model.context.label(model.spec.outcome), lambda row: apa.brief(row["level"]))] if levels else []),
        number("estimate", _("Difference"), digits),
        number("boot_se", _("Bootstrap SE"), digits),
        interval("ci", model.level, "ci_low", "ci_high", digits),
    ]
    what = _("Expected {y}", y=model.y) if model.spec.family == "count" else _("Predicted probabilities of {y}", y=model.y)
    names = {"what": what, "x": model.x, "low": apa.brief(rows[0]["from"]), "high": apa.brief(rows[0]["to"]), "n": model.n}
    note = model.context.note(
        _("{what} at {x} = {high} minus {x} = {low}, averaged over the {n} respondents.", **names),
        _("Bootstrap intervals. The indirect effect is that through all mediators, with the predictor at its higher value; the "
          "direct effect is that with the mediators at their values for the lower one."),
    )  # fmt: skip
    title = _("{model}: effects as differences of predictions", model=model.title)
    identify = lambda row: " ".join(  # noqa: E731
        filter(None, (row["kind"], row["probe"], "" if row["level"] is None else apa.brief(row["level"])))
    )
    return Table.of(_key(model, "predictions"), title, columns, rows, note, row=identify)


def comparisons(model: Model) -> Table | None:
    """The index of moderated mediation, and differences between indirect effects."""
    rows: list[dict] = [
        row | {"words": _("Index of moderated mediation, {m}", m=model.through(row["through"])), "id": f"index {row['through']}"}
        for row in model.rows("index")
    ]
    for row in model.rows("contrasts"):
        if row["through_a"] == row["through_b"]:
            words = _("{m}: {b} minus {a}", m=apa.upper(model.through(row["through_a"])), b=_shown(row["probe_b"]),
                      a=_shown(row["probe_a"]))  # fmt: skip
        else:
            words = _("{b} minus {a}", b=apa.upper(model.through(row["through_b"])), a=model.through(row["through_a"]))
            words = _("{difference}, {probe}", difference=words, probe=_shown(row["probe_a"])) if row["probe_a"] else words
        ends = [f"{row[f'through_{side}']} {row[f'probe_{side}'] or ''}".strip() for side in "ba"]
        rows.append(row | {"words": words, "id": " minus ".join(ends)})
    if not rows:
        return None
    columns = [
        text("words", _("Comparison")),
        number("estimate", _("Estimate"), BOOT),
        number("boot_se", _("Bootstrap SE"), BOOT),
        interval("ci", model.level, "ci_low", "ci_high", BOOT),
    ]
    note = model.context.note(
        _("Index = change of the indirect effect per unit of the moderator (Hayes, 2015).") if model.rows("index") else "",
        _("Differences between indirect effects are from the same resamples."),
    )
    title = _("{model}: comparisons of indirect effects", model=model.title)
    return Table.of(_key(model, "comparisons"), title, columns, rows, note, row="id")


def _shown(probe: str) -> str:
    return probe.removeprefix("at ") if probe.startswith("at ") else probe_words(probe)


def paths(model: Model) -> Table:
    """The coefficients of all equations."""
    by = model.by
    rows: list[dict] = []
    fit = {row["equation"]: row for row in model.fit}
    for row in model.rows("paths"):
        if not rows or rows[-1]["equation"] != row["equation"]:
            own, label = fit[row["equation"]], model.context.label(row["equation"])
            words = (
                _("{outcome} (R² = {r2})", outcome=label, r2=apa.unit(own["r_squared"]))
                if own["r_squared"] is not None
                else _("{outcome}, {method} (McFadden's R² = {r2})", outcome=label, method=model.method,
                       r2=apa.unit(own["r_squared_mcfadden"]))
            )  # fmt: skip
            rows.append(heading(words, equation=row["equation"]))
        suffix = model.suffix(row["equation"])
        rows.append(row | {f"{key}_{by}": row[f"{key}{suffix}"] for key in ("std_error", "t", "p_value", "ci_low", "ci_high")})
    digits = precision("std_error")
    columns = [
        text("term", _("Term"), lambda row: _("Intercept") if row["term"] == "intercept" else model.context.label(row["term"])),
        text("path", _("Path"), lambda row: _path(row["path"])),
        number("estimate", "b", digits),
        number(f"std_error_{by}", "SE", digits),
        number(f"t_{by}", "t"),
        *([number("df_cr2", "df", 1)] if by == "cr2" else []),
        p(f"p_value_{by}", "p"),
        interval("ci", model.level, f"ci_low_{by}", f"ci_high_{by}", digits),
        interval("boot", _("{level} (bootstrap)", level=model.level), "boot_low", "boot_high", digits),
    ]
    note = model.context.note(
        f"N = {model.n}.",
        _("Unstandardized coefficients; {errors} standard errors; no variable was centred.", errors=by.upper()),
        _(
            "Coefficients of {y} are on the scale of {link}, with {errors} standard errors and z in place of t.",
            y=model.y,
            link=model.link,
            errors=_("robust")
            if model.settings.cluster_of(model.spec) or model.spec.family == "count"
            else _("likelihood-based"),
        )
        if model.spec.generalized
        else "",
    )
    title = _("{model}: coefficients of the equations", model=model.title)
    return Table.of(_key(model, "paths"), title, columns, rows, note, row=lambda row: f"{row['equation']} {row['term']}")


def _path(path: str | None) -> str:
    words = {"a": "a", "b": "b", "d": "d", "direct": _("direct")}
    if path is None:
        return ""
    kind = path.removeprefix("moderated ")
    return _("{path} × moderator", path=words[kind]) if path.startswith("moderated ") else words[kind]


def regions(model: Model) -> Table | None:
    """Where moderated paths are just significant."""
    rows = model.rows("johnson_neyman")
    if not rows:
        return None
    columns = [
        text("path", _("Path"), lambda row: _("{of} on {outcome}", of=model.context.label(row["of"]),
                                              outcome=model.context.inline(row["equation"]))),
        made("boundary", _("Boundary"), lambda row: apa.brief(row["boundary"])),
        text("in_range", _("Observed"), lambda row: _("yes") if row["in_range"] else _("no")),
        made("percent", _("Respondents below"), lambda row: apa.percent(row["percent_below"], 1)),
    ]  # fmt: skip
    note = model.context.note(
        _("Values of {w} at which the path is just significant, with {errors} standard errors (Johnson–Neyman).", w=model.w,
          errors=rows[0]["errors"].upper())
    )  # fmt: skip
    title = _("{model}: boundaries of significance of moderated paths", model=model.title)
    identify = lambda row: f"{row['equation']} {row['of']} {rows.index(row)}"  # noqa: E731
    return Table.of(_key(model, "johnson_neyman"), title, columns, rows, note, row=identify)


def checks(model: Model) -> Table:
    """Checks of the residuals of each equation."""
    words = {"shapiro_wilk": _("Normality of residuals (Shapiro–Wilk)"), "breusch_pagan": _("Homoscedasticity (Breusch–Pagan)")}
    columns = [
        text("equation", _("Equation"), lambda row: model.context.label(row["equation"])),
        text("check", _("Assumption"), lambda row: words[row["check"]]),
        number("statistic", _("Statistic"), 3),
        integer("df1", "df"),
        p("p_value", "p"),
    ]
    rows = model.rows("checks")
    note = model.context.note(
        _("A small p value is evidence against an assumption; a large one does not establish it."),
        *(f"{apa.upper(row['note'])}." for row in rows if row["note"]),
    )
    title = _("{model}: checks of assumptions", model=model.title)
    return Table.of(_key(model, "checks"), title, columns, rows, note, row=lambda row: f"{row['equation']} {row['check']}")
