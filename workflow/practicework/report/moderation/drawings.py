"""The figures of a model: effects, regions of significance, diagnostics and power, with their captions."""

from __future__ import annotations

import pandas as pd

from practicework.report import apa
from practicework.report.messages import _
from practicework.report.moderation import diagnostics as panels
from practicework.report.moderation import figures, two
from practicework.report.moderation.facts import Model, ends, errors_words
from practicework.report.style import dots
from practicework.report.table import Drawing


def effects(model: Model) -> list[Drawing]:
    """Simple slopes and, for each effect over a continuous moderator, the Johnson–Neyman plot."""
    if model.spec.second_moderator:
        return [two.slopes(model)]
    context, spec, complete, n = model.context, model.spec, model.scores, f"{len(model.scores):,}"
    labels = {role: context.axis(getattr(spec, role)) for role in ("predictor", "outcome", "moderator")}
    slopes = model.frame("simple_slopes")
    names = {
        row.probe: model.probe(row.probe) + ("" if model.moderator_is_categorical else f" ({apa.brief(row.moderator_value)})")
        for row in slopes.drop_duplicates("probe").itertuples()
    }  # fmt: skip
    categories = (
        {code: context.study.category(spec.predictor, code) for code in sorted(complete[spec.predictor].unique())}
        if model.predictor_is_categorical
        else None
    )
    points = pd.DataFrame({"predictor": complete[spec.predictor], "outcome": complete[spec.outcome]})
    drawing = figures.simple_slopes(_with(slopes, model.by), points, labels, names, categories)
    few = complete[spec.predictor].nunique() == 2 or model.predictor_is_categorical
    caption = context.note(
        _("Predicted {y} by {x} at values of {w}.", y=model.y, x=model.x, w=model.w)
        if model.predictor_is_categorical
        else _("Simple slopes of {x} on {y} at values of {w}.", x=model.x, y=model.y, w=model.w),
        _("Units: {y}; {x}.", y=apa.lower(labels["outcome"]), x=apa.lower(labels["predictor"])),
        _("Covariates are at their means.") if spec.covariates else "",
        _(
            "Bars show pointwise {level} ({errors}); points are the {n} respondents",
            level=model.level,
            n=n,
            errors=errors_words(model.by),
        )
        if model.predictor_is_categorical
        else _(
            "Bands show pointwise {level} ({errors}); points are the {n} respondents",
            level=model.level,
            n=n,
            errors=errors_words(model.by),
        ),
    )
    caption = caption.replace(
        _("points are the {n} respondents", n=n),
        _("points are the {n} respondents, spread sideways around their values.", n=n)
        if few
        else _("points are the {n} respondents.", n=n),
    )
    caption = " ".join(filter(None, [caption, dots(len(complete))]))
    alternative = _(
        "Predicted {y} by {x} for low, middle and high {w}, over a scatter of respondents.", y=model.y, x=model.x, w=model.w
    )
    return [Drawing(f"simple_slopes_{model.name}", drawing, caption, alternative), *_regions(model, n)]


def _regions(model: Model, n: str) -> list[Drawing]:
    if not model.continuous:
        return []
    context, spec, drawings = model.context, model.spec, []
    curve, regions, boundaries = (
        model.frame("effect_curve"),
        model.by_errors("johnson_neyman_regions"),
        model.by_errors("johnson_neyman"),
    )
    curve = _with(curve, model.by)
    columns = ["boundary", "in_range", "effect_of"]
    pieces = (curve, pd.DataFrame(regions), pd.DataFrame(boundaries, columns=columns if not boundaries else None))
    for term in model.effects:
        effect = context.inline(term)
        drawing = figures.johnson_neyman(
            *(table[table["effect_of"] == term] for table in pieces),
            model.scores[spec.moderator],
            {"moderator": context.axis(spec.moderator), "effect": _("Effect of {x} on {y}", x=effect, y=model.y)},
        )
        caption = context.note(
            _(
                "Effect of {x} on {y} over the observed range of {w}, in outcome units per unit of the predictor, with its "
                "{level} ({errors}). Dashed lines mark Johnson–Neyman boundaries; ticks at the bottom are the {n} "
                "respondents, longer where more of them have the same value.",
                x=effect, y=model.y, w=apa.lower(context.axis(spec.moderator)), level=model.level,
                errors=errors_words(model.by), n=n,
            )
        )  # fmt: skip
        alternative = _(
            "The effect of {x} over {w} as a line with a confidence band and regions of significance.", x=effect, w=model.w
        )
        suffix = f"_{_slug(term)}" if len(model.effects) > 1 else ""
        drawings.append(Drawing(f"johnson_neyman_{model.name}{suffix}", drawing, caption, alternative))
    return drawings


def _with(curve: pd.DataFrame, errors: str) -> pd.DataFrame:
    """A curve with the interval of some standard errors in the columns of the OLS interval."""
    return curve.assign(**dict(zip(ends("ols"), (curve[end] for end in ends(errors)), strict=True)))


def _slug(term: str) -> str:
    return "".join(one if one.isalnum() else "_" for one in term.lower()).strip("_")


def diagnostics(model: Model) -> list[Drawing]:
    """The figure of the checks and the power curves."""
    context, n = model.context, model.fit["n"]
    without, linearity, curve = model.frame("leave_one_out"), model.frame("linearity"), model.frame("effect_curve")
    term, effect = without["term"].iloc[0], model.effects[0]
    labels = {
        "outcome": model.y,
        "moderator": context.label(model.spec.moderator),
        "effect": _("Effect of {x}", x=model.x),
        "interaction": _("Interaction without the respondent"),
    }
    linearity, curve = (table[table["effect_of"] == effect] if len(table) else table for table in (linearity, curve))
    drawing = panels.checks(model.frame("influence"), without[without["term"] == term], linearity, curve, labels)
    level = f"{100 * context.config.moderation.confidence:g}"
    caption = context.note(
        _("Diagnostics of the model of {title}, N = {n}.", title=model.inline, n=f"{n:,}"),
        _("A: residuals over predicted values with their smoothed mean."),
        _("B: studentized residuals over normal quantiles with the 95% band of normal samples."),
        _("C: the interaction without each respondent and its {level}% interval; diamonds mark omissions that change the "
          "conclusion.", level=level)
        if len(without) >= n
        else _("C: the interaction without each of the {listed} most influential respondents and its {level}% interval; diamonds "
               "mark omissions that change the conclusion.", level=level, listed=f"{len(without):,}"),
        _("D: effects in terciles of {w} with {level}% intervals (squares); the model's line and band (OLS).", w=model.w,
          level=level)
        if len(linearity)
        else "",
        dots(n),
    )  # fmt: skip
    alternative = _("Four panels of residuals, influence of single respondents, and linearity of the interaction.")
    power = panels.sensitivity(model.frame("power_curve"), n, model.frame("sensitivity")["attenuation"].nunique() > 1)
    power_caption = context.note(
        _(
            "Power of the model of {title}. Left: power of a study of N = {n} by the true size of the interaction. Right: "
            "power by the number of respondents (logarithmic axis) for the smallest effect size of interest; the grey line "
            "is this study. Dashed lines mark 80%. Closed form for the OLS test, with this sample's R² of the other terms.",
            title=model.inline, n=f"{n:,}",
        )
    )  # fmt: skip
    power_alternative = _("Power curves over the size of the interaction and over the number of respondents.")
    return [
        Drawing(f"checks_{model.name}", drawing, caption, alternative),
        Drawing(f"sensitivity_{model.name}", power, power_caption, power_alternative),
    ]
