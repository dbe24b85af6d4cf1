"""Two moderators: the sentences, columns and figure that differ from those of one."""

from __future__ import annotations

import pandas as pd

from practicework.report import apa
from practicework.report.messages import _, listing, sentences
from practicework.report.moderation import figures
from practicework.report.moderation.facts import Model, ends, errors_words, shown_probes
from practicework.report.style import dots
from practicework.report.table import Column, Drawing, number, text

REFERENCES = ("dawson2006",)


def z(model: Model) -> str:
    """Return the second moderator inside a sentence."""
    return model.context.inline(model.spec.second_moderator)


def moderates(model: Model, estimate: str, smallest: str) -> str:
    """Return what the interval says about the three-way interaction, in one sentence."""
    v = model.verdict
    names = {"x": model.x, "w": model.w, "z": z(model), "y": model.y, "estimate": estimate}
    if v["reading"] == "undecided":
        return _(
            "It remains unclear whether the moderation of the effect of {x} on {y} by {w} depends on {z}, {estimate}.", **names
        )
    if v["reading"] == "negligible":
        return _(
            "Any dependence of the moderation of the effect of {x} on {y} by {w} on {z} was smaller than the smallest effect "
            "size of interest ({smallest}), {estimate}.",
            smallest=smallest,
            **names,
        )
    if v["estimate"] > 0:
        return _("The moderation of the effect of {x} on {y} by {w} increased with {z}, {estimate}.", **names)
    return _("The moderation of the effect of {x} on {y} by {w} decreased with {z}, {estimate}.", **names)


def others(model: Model) -> str:
    """Return what is found for the other product under test: that of the second moderator, or the one at values of it."""
    spec = model.spec
    if spec.second_moderator is None:
        return ""
    low, high = ends(model.settings.interval)
    if not spec.three_way:
        term = f"{spec.predictor}:{spec.second_moderator}"
        row = next(row for row in model.rows("coefficients") if row["term"] == term or _without_codes(row["term"]) == term)
        digits = apa.decimals_for(row["std_error"])
        names = {"x": model.x, "y": model.y, "z": z(model), "b": apa.number(row["estimate"], digits), "level": model.level,
                 "ci": apa.interval(row[low], row[high], digits)}  # fmt: skip
        if row[low] <= 0 <= row[high]:
            return _("Whether {z} moderates the effect of {x} on {y} remains unclear, b = {b}, {level} {ci}.", **names)
        if row["estimate"] > 0:
            return _("The effect of {x} on {y} increased with {z}, b = {b}, {level} {ci}.", **names)
        return _("The effect of {x} on {y} decreased with {z}, b = {b}, {level} {ci}.", **names)
    shown = []
    for row in model.rows("conditional_interactions"):
        if row["second_probe"] not in ("p16", "p84", "low", "high") and not row["second_probe"].endswith("]"):
            continue
        digits = apa.decimals_for(row["std_error"])
        shown.append(
            _("b = {b}, {level} {ci}, {place}", b=apa.number(row["interaction"], digits), level=model.level,
              ci=apa.interval(row[low], row[high], digits),
              place=_place(model, spec.second_moderator, row["second_probe"], row["second_value"]))
        )  # fmt: skip
    return _("The interaction of {x} and {w} was {list}.", x=model.x, w=model.w, list=listing(shown))


def _without_codes(term: str) -> str:
    return ":".join(part.split("[")[0] for part in term.split(":"))


def _place(model: Model, variable: str, probe: str, value: float) -> str:
    """A value of a moderator inside a sentence: `at the median of age (41)`, `for sex = female`."""
    name = model.context.inline(variable)
    if probe.endswith("]"):
        return _("for {name} = {category}", name=name, category=model.probe(probe))
    return _("at the {probe} of {name} ({value})", probe=model.probe(probe), name=name, value=apa.brief(value))


def corners(model: Model) -> list[dict]:
    """Return the effects at low and high values of both moderators: percentiles, both values, or categories."""
    rows = model.rows("conditional_effects")
    own = {"p16", "p84", "low", "high"}
    return [row for row in rows if all(row[one] in own or row[one].endswith("]") for one in ("probe", "second_probe"))]


def effects(model: Model) -> str:
    """Return the effect at the corners."""
    low, high = ends(model.settings.interval)
    shown = []
    for row in corners(model):
        digits = apa.decimals_for(row["std_error"])
        shown.append(
            _("{w} and {z}: b = {b}, {level} {ci}", b=apa.number(row["effect"], digits), level=model.level,
              w=_place(model, model.spec.moderator, row["probe"], row["moderator_value"]),
              z=_place(model, model.spec.second_moderator, row["second_probe"], row["second_value"]),
              ci=apa.interval(row[low], row[high], digits))
        )  # fmt: skip
    return _("The effect of {x} was as follows: {list}.", x=model.x, list="; ".join(shown))


def differences(model: Model) -> str:
    """Return which of the six slope differences remain after correction."""
    rows = model.rows("contrasts")
    column = {"ols": "p_holm", "hc3": "p_holm_hc3", "cr2": "p_holm_cr2"}[model.by]
    clear = sum(row[column] is not None and row[column] < 1 - model.settings.confidence for row in rows)
    return _("Of the six differences between effects at low and high values of both moderators, {n} remained significant after "
             "Holm's correction (Dawson & Richter, 2006).", n=apa.integer(clear) if clear else _("none"))  # fmt: skip


def columns(model: Model) -> list[Column]:
    """Return the column of the second moderator in the table of conditional effects."""
    if model.spec.second_moderator is None:
        return []

    def words(row: dict) -> str:
        shown = apa.upper(model.probe(row["second_probe"]))
        return shown if row["second_probe"].endswith("]") else f"{shown} ({apa.brief(row['second_value'])})"

    return [text("second_probe", model.context.label(model.spec.second_moderator), words)]


def side(model: Model, row: dict, letter: str) -> str:
    """Return one side of a slope difference: `high w, low z`."""
    named = ((model.spec.moderator, f"probe_{letter}"), (model.spec.second_moderator, f"second_probe_{letter}"))
    parts = []
    for variable, column in named:
        probe, name = row[column], model.context.inline(variable)
        if probe.endswith("]"):
            parts.append(model.probe(probe))
        else:
            parts.append(_("high {name}", name=name) if probe in ("high", "mean+sd") else _("low {name}", name=name))
    return ", ".join(parts)


def slopes(model: Model) -> Drawing:
    """Draw simple slopes by the first moderator, a panel for each value of the second."""
    context, spec, by = model.context, model.spec, model.by
    lines = model.frame("simple_slopes")
    low, high = ends(by)
    lines = lines.assign(ci_low=lines[low], ci_high=lines[high])
    seconds = shown_probes(list(dict.fromkeys(lines["second_probe"])))
    firsts = shown_probes(list(dict.fromkeys(lines["probe"])))
    firsts = [firsts[0], firsts[-1]] if firsts[0] == "p16" else firsts
    values = lines.drop_duplicates("second_probe").set_index("second_probe")["second_value"]
    titles = {one: _panel(model, one, values[one]) for one in seconds}
    at = lines.drop_duplicates("probe").set_index("probe")["moderator_value"]
    words = {one: model.probe(one) + ("" if one.endswith("]") else f" ({apa.brief(at[one])})") for one in firsts}
    labels = {role: context.axis(getattr(spec, role)) for role in ("predictor", "outcome", "moderator")}
    points = pd.DataFrame({"predictor": model.scores[spec.predictor], "outcome": model.scores[spec.outcome]})
    drawing = figures.slopes_by_second(lines, points, labels, words, titles)
    n = len(model.scores)
    caption = context.note(
        _("Simple slopes of {x} on {y} at values of {w} (lines) and {z} (panels).", x=model.x, y=model.y, w=model.w, z=z(model)),
        _("Units: {y}; {x}.", y=apa.lower(labels["outcome"]), x=apa.lower(labels["predictor"])),
        _("Covariates are at their means.") if spec.covariates else "",
        _("Bands show pointwise {level} ({errors}); points are the {n} respondents, the same in all panels.", level=model.level,
          n=f"{n:,}", errors=errors_words(by)),
        dots(n),
    )  # fmt: skip
    names = {"y": model.y, "x": model.x, "w": model.w, "z": z(model)}
    alternative = _("Predicted {y} by {x} for low and high {w}, in a panel for each value of {z}.", **names)
    return Drawing(f"simple_slopes_{model.name}", drawing, caption, alternative)


def _panel(model: Model, probe: str, value: float) -> str:
    name = model.context.label(model.spec.second_moderator)
    if probe.endswith("]"):
        return _("{name}: {category}", name=name, category=model.probe(probe))
    return _("{name}: {probe} ({value})", name=name, probe=model.probe(probe), value=apa.brief(value))


def products(model: Model) -> str:
    """Return what the regression has in addition to the predictor: moderators and products."""
    names = {"x": model.x, "w": model.w, "z": z(model)}
    if model.spec.three_way:
        return _("{x}, {w}, {z} and all their products", **names)
    return _("{x}, {w}, {z} and the products of {x} with {w} and with {z}", **names)


def interaction_rows(model: Model) -> list[dict]:
    """Return the rows of `conditional_interactions`, if the model has a three-way interaction."""
    return model.rows("conditional_interactions") if model.spec.three_way else []


def summary(model: Model) -> str:
    """Return the sentences on the other product and on slope differences."""
    return sentences(others(model), differences(model)) if model.spec.second_moderator else ""


def interaction_columns(model: Model, inference: list[Column], digits: object) -> list[Column]:
    """Return the columns of the table of the first product at values of the second moderator."""
    return [*columns(model), number("interaction", "b", digits), *inference]
