"""Moderation: each model's tables, figures, and what they say in words."""

import pandas as pd

from practicework.figures import moderation as figures
from practicework.figures.style import svg
from practicework.report import apa
from practicework.report.context import Context
from practicework.report.table import Drawing, Table


def section(context: Context) -> dict:
    """One entry per model."""
    return {"models": [_model(context, name) for name in context.study.models]}


def _model(context: Context, name: str) -> dict:
    study, model = context.study, context.study.models[name]
    tables = {
        table: context.rows(f"moderation/{name}/{table}")
        for table in ("coefficients", "conditional_effects", "johnson_neyman", "johnson_neyman_regions", "fit", "dropped")
    }
    terms = {row["term"]: row for row in tables["coefficients"]}
    probes = pd.Series([row["probe"] for row in tables["conditional_effects"]])
    return {
        "name": name,
        "title": f"{study.label(model.predictor)} × {study.label(model.moderator)} on {study.label(model.outcome)}",
        "model": model,
        "fit": tables["fit"][0],
        "dropped": tables["dropped"],
        "interaction": terms[model.interaction],
        "predictor": terms[model.predictor],
        "moderator": terms[model.moderator],
        "two_valued": bool((probes == "low").any()),
        "regions": tables["johnson_neyman_regions"],
        "boundaries": tables["johnson_neyman"],
        "probes": [row for row in tables["conditional_effects"] if row["probe"] in figures.shown_probes(probes)],
        "words": figures.PROBE_WORDS,
        "coefficients": _coefficients(context, name, tables),
        "conditional_effects": _conditional_effects(context, name, tables),
        "johnson_neyman": _regions(context, name, tables),
        "screening": _screening(context, name),
        "figures": _figures(context, name),
    }


def _level(context: Context) -> str:
    return f"{100 * context.study.config.moderation.confidence:g}% CI"


def _coefficients(context: Context, name: str, tables: dict) -> Table:
    study, fit = context.study, tables["fit"][0]
    rows = []
    for row in tables["coefficients"]:
        digits = apa.decimals_for(row["std_error"])
        rows.append(
            [
                "Intercept" if row["term"] == "intercept" else study.label(row["term"]),
                apa.number(row["estimate"], digits),
                apa.number(row["std_error"], digits),
                apa.number(row["t"]),
                apa.p(row["p_value"]),
                apa.interval(row["ci_low"], row["ci_high"], digits),
                apa.interval(row["boot_low"], row["boot_high"], digits),
                apa.number(row["std_error_hc3"], digits),
                apa.p(row["p_value_hc3"]),
            ]
        )
    model = study.models[name]
    used = f"{study.label(model.predictor)} and {study.label(model.moderator)}"
    centred = f"{used} are mean-centred. " if study.config.moderation.center == "mean" else f"{used} are not centred. "
    redrawn = f", {apa.count(fit['redrawn'], 'singular one')} drawn again" if fit["redrawn"] else ""
    note = (
        f"N = {fit['n']}, R² = {apa.unit(fit['r_squared'])}, "
        f"F({fit['df_model']}, {fit['df_residual']}) = {apa.number(fit['f'])}, "
        f"p {apa.p_equals(fit['p_value'])}. The interaction adds ΔR² = {apa.unit(fit['r_squared_change'], 3)}, "
        f"F(1, {fit['df_residual']}) = {apa.number(fit['f_change'])}, p {apa.p_equals(fit['p_change'])}. "
        f"Unstandardised coefficients; ordinary least squares, t distribution. {centred}"
        f"Bootstrap: percentile interval, {fit['resamples']:,} case resamples{redrawn}. "
        f"HC3: heteroskedasticity-consistent.{context.synthetic}"
    )
    level = _level(context)
    header = ["Term", "b", "SE", "t", "p", level, f"Bootstrap {level}", "SE (HC3)", "p (HC3)"]
    return Table(f"Model “{name}”: coefficients, outcome {study.label(model.outcome)}", header, rows, note, wide=True)


def _conditional_effects(context: Context, name: str, tables: dict) -> Table:
    study, model = context.study, context.study.models[name]
    rows = []
    for row in tables["conditional_effects"]:
        digits = apa.decimals_for(row["std_error"])
        rows.append(
            [
                apa.upper(figures.PROBE_WORDS[row["probe"]]),
                apa.number(row["moderator_value"]),
                apa.number(row["effect"], digits),
                apa.number(row["std_error"], digits),
                apa.number(row["t"]),
                apa.p(row["p_value"]),
                apa.interval(row["ci_low"], row["ci_high"], digits),
                apa.interval(row["boot_low"], row["boot_high"], digits),
            ]
        )
    note = (
        f"{study.label(model.moderator)} in its own, uncentred units. Percentiles at position p(n + 1), as PROCESS and SPSS "
        f"compute them.{context.synthetic}"
    )
    level = _level(context)
    header = [study.label(model.moderator), "Value", "Effect", "SE", "t", "p", level, f"Bootstrap {level}"]
    title = f"Model “{name}”: effect of {study.label(model.predictor)} at values of {study.label(model.moderator)}"
    return Table(title, header, rows, note, wide=True)


def _screening(context: Context, name: str) -> Table | None:
    """The interaction with and without the flagged, where the screening flags anybody who is kept."""
    table = f"moderation/{name}/screening"
    if table not in context.results or context.results[table].empty:
        return None
    found = context.rows(table)
    rows = []
    for row in found:
        digits = apa.decimals_for(row["std_error"])
        rows.append(
            [
                apa.upper(row["respondents"]),
                f"{row['n']:,}",
                apa.number(row["estimate"], digits),
                apa.number(row["std_error"], digits),
                apa.number(row["t"]),
                apa.p(row["p_value"]),
                apa.interval(row["ci_low"], row["ci_high"], digits),
            ]
        )
    notes = "".join(f" {row['note']}" for row in found if row["note"])
    note = f"n: respondents with all values. All else in this section rests on all kept respondents.{notes}{context.synthetic}"
    title = f"Model “{name}”: the interaction with and without the respondents whom the screening flags"
    return Table(title, ["Respondents", "n", "b", "SE", "t", "p", _level(context)], rows, note, wide=True)


def _regions(context: Context, name: str, tables: dict) -> Table:
    study, model = context.study, context.study.models[name]
    rows = [
        [apa.brief(row["from"]), apa.brief(row["to"]), row["sign"], f"{row['percent']:.1f}%"]
        for row in tables["johnson_neyman_regions"]
    ]
    outside = [apa.brief(row["boundary"]) for row in tables["johnson_neyman"] if not row["in_range"]]
    inside = [
        f"{apa.number(row['boundary'])} ({row['percent_below']:.1f}% below)"
        for row in tables["johnson_neyman"]
        if row["in_range"]
    ]
    found = f"Boundaries in the observed range: {apa.listing(inside) or 'none'}"
    found += f"; outside it: {apa.listing(outside)}. " if outside else ". "
    note = f"{found}Closed form; the sign is evaluated in each region.{context.synthetic}"
    title = f"Model “{name}”: where {study.label(model.predictor)} has an effect (Johnson–Neyman)"
    return Table(title, [f"{study.label(model.moderator)} from", "to", "Effect", "Respondents"], rows, note, words=(2,))


def _figures(context: Context, name: str) -> list[Drawing]:
    study, model = context.study, context.study.models[name]
    scores = context.results["scoring/scores"]
    complete = scores.dropna(subset=model.variables)
    outcome, predictor, moderator = (apa.lower(study.label(one)) for one in (model.outcome, model.predictor, model.moderator))
    n, level = len(complete), _level(context)
    words = {
        "predictor": context.named(model.predictor),
        "outcome": context.named(model.outcome),
        "moderator": context.named(model.moderator),
    }
    slopes = figures.simple_slopes(
        context.results[f"moderation/{name}/simple_slopes"],
        pd.DataFrame({"predictor": complete[model.predictor], "outcome": complete[model.outcome]}),
        words,
    )
    spread = ", spread sideways around the two values" if complete[model.predictor].nunique() == 2 else ""
    held = ", covariates at their means" if model.covariates else ""
    drawings = [
        Drawing(
            svg(slopes),
            f"Model “{name}”. Predicted {apa.lower(words['outcome'])} over the observed range of "
            f"{apa.lower(words['predictor'])} at chosen values of {moderator}{held}; bands: pointwise {level}; "
            f"dots: the {n:,} respondents{spread}.{context.synthetic}",
            f"Lines of predicted {outcome} by {predictor} for low, middle and high {moderator}, over a scatter of the raw data.",
        )
    ]
    if complete[model.moderator].nunique() == 2:
        return drawings
    curve = figures.johnson_neyman(
        context.results[f"moderation/{name}/effect_curve"],
        context.results[f"moderation/{name}/johnson_neyman_regions"],
        context.results[f"moderation/{name}/johnson_neyman"],
        complete[model.moderator],
        {"moderator": context.named(model.moderator), "effect": f"Effect of {predictor}\non {outcome}"},
    )
    drawings.append(
        Drawing(
            svg(curve),
            f"Model “{name}”. Effect of {predictor} on {outcome} (outcome units per unit of the predictor) over the observed "
            f"range of {apa.lower(context.named(model.moderator))}, with its {level}; dashed: Johnson–Neyman boundaries; ticks "
            f"at the bottom: the {n:,} respondents, longer where more have the same value.{context.synthetic}",
            f"The effect of {predictor} as a line over {moderator} with a confidence band and regions of significance.",
        )
    )
    return drawings
