"""Moderation: each model's tables, figures, and what they say in words."""

import pandas as pd

from practicework.report import apa
from practicework.report.context import Context
from practicework.report.figures import moderation as figures
from practicework.report.sections import moderation_certainty as certainty
from practicework.report.sections.moderation_explorer import explorer
from practicework.report.table import Drawing, Table, slug


def section(context: Context) -> dict:
    """One entry per model."""
    return {"models": [_model(context, name) for name in context.study.models]}


def _model(context: Context, name: str) -> dict:
    study, model = context.study, context.study.models[name]
    tables = {table.split("/")[-1]: context.rows(table) for table in context.results if table.startswith(f"moderation/{name}/")}
    terms = {row["term"]: row for row in tables["coefficients"]}
    probes = pd.Series([row["probe"] for row in tables["conditional_effects"]])
    shown = figures.shown_probes(probes)
    return {
        "name": name,
        "title": apa.upper(f"{study.label(model.predictor)} × {study.label(model.moderator)} on {study.label(model.outcome)}"),
        "model": model,
        "covariates": [apa.lower(study.label(one)) for one in model.covariates],
        "fit": tables["fit"][0],
        "dropped": tables["dropped"],
        "interaction": terms.get(model.interaction),
        "verdict": certainty.verdict(tables),
        "two_valued": bool((probes == "low").any()),
        "categories": model.moderator in study.config.categories,
        "effects": len({row["effect_of"] for row in tables["conditional_effects"]}),
        "regions": _by_interval(context, tables, "johnson_neyman_regions")[0],
        "ends": _ends(context, name, tables, shown),
        "explorer": explorer(context, name),
        "coefficients": _coefficients(context, name, tables),
        "conditional_effects": _conditional_effects(context, name, tables),
        "johnson_neyman": _regions(context, name, tables),
        "screening": _screening(context, name),
        "certainty": certainty.facts(context, name, tables),
        "sensitivity": certainty.sensitivity(context, name, tables),
        "supplements": certainty.supplements(context, name, tables),
        "figures": _figures(context, name, tables),
        "checks": certainty.drawings(context, name),
    }


def _ends(context: Context, name: str, tables: dict, shown: list[str]) -> list[dict]:
    """The effect at a low and a high value of the moderator, or in each category, with the interval of the sentences."""
    rows = [row for row in tables["conditional_effects"] if row["probe"] in shown]
    if len({row["effect_of"] for row in rows}) > 1:
        return []
    low, high = certainty.ENDS[context.study.config.moderation.interval]
    if not rows[0]["probe"].endswith("]"):
        rows = [rows[0], rows[-1]]
    return [
        {
            "effect": row["effect"],
            "digits": apa.decimals_for(row["std_error"]),
            "low": row[low],
            "high": row[high],
            "value": _probe(context, name, row["probe"]) if row["probe"].endswith("]") else apa.brief(row["moderator_value"]),
            "where": _probe(context, name, row["probe"])
            if row["probe"].endswith("]")
            else f"at its {_probe(context, name, row['probe'])}, {apa.brief(row['moderator_value'])}",
        }
        for row in rows
    ]


def _probe(context: Context, name: str, probe: str) -> str:
    """The words for a probe."""
    if probe.endswith("]"):
        return context.study.label(probe).split(": ", 1)[1]
    return figures.PROBE_WORDS.get(probe, "chosen value")


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
                apa.p(row["p_value_hc3"]),
                apa.interval(row["ci_low_hc3"], row["ci_high_hc3"], digits),
                apa.interval(row["boot_low"], row["boot_high"], digits),
            ]
        )
    model = study.models[name]
    used = [study.label(one) for one in (model.predictor, model.moderator) if one not in study.config.categories]
    centring = "mean-centred" if study.config.moderation.center == "mean" else "not centred"
    centred = f"{apa.listing(used)} {'are' if len(used) > 1 else 'is'} {centring}. " if used else ""
    note = (
        f"N = {fit['n']}, R² = {apa.unit(fit['r_squared'])}, "
        f"F({fit['df_model']}, {fit['df_residual']}) = {apa.number(fit['f'])}, "
        f"p {apa.p_equals(fit['p_value'])}. The interaction adds ΔR² = {apa.unit(fit['r_squared_change'], 3)}, "
        f"F({fit['df_change']}, {fit['df_residual']}) = {apa.number(fit['f_change'])}, p {apa.p_equals(fit['p_change'])}. "
        f"Unstandardised coefficients; ordinary least squares, t distribution. {centred}"
        f"HC3: heteroskedasticity-consistent. {_resampled(context, fit)}{context.synthetic}"
    )
    level = _level(context)
    header = ["Term", "b", "SE", "t", "p", level, "p (HC3)", f"{level} (HC3)", f"{level} (bootstrap)"]
    return Table(f"Model “{name}”: coefficients, outcome {study.label(model.outcome)}", header, rows, note, wide=True)


def _resampled(context: Context, fit: dict) -> str:
    """How a bootstrap interval comes about."""
    redrawn = f", {apa.count(fit['redrawn'], 'singular one')} drawn again" if fit["redrawn"] else ""
    kind = certainty.BOOTSTRAP[context.study.config.moderation.bootstrap.interval]
    return f"Bootstrap: {kind} interval, {fit['resamples']:,} case resamples, seed {context.study.bootstrap_seed}{redrawn}."


def _conditional_effects(context: Context, name: str, tables: dict) -> Table:
    study, model = context.study, context.study.models[name]
    rows, groups, last = [], [], None
    several = len({row["effect_of"] for row in tables["conditional_effects"]}) > 1
    for row in tables["conditional_effects"]:
        if several and row["effect_of"] != last:
            last = row["effect_of"]
            groups.append(len(rows))
            rows.append([study.label(last), *[""] * 8])
        digits = apa.decimals_for(row["std_error"])
        rows.append(
            [
                apa.upper(_probe(context, name, row["probe"])) + (" (outside the data)" if row["note"] else ""),
                (apa.brief if model.moderator in study.config.categories else apa.number)(row["moderator_value"]),
                apa.number(row["effect"], digits),
                apa.number(row["std_error"], digits),
                apa.number(row["t"]),
                apa.p(row["p_value"]),
                apa.interval(row["ci_low"], row["ci_high"], digits),
                apa.interval(row["ci_low_hc3"], row["ci_high_hc3"], digits),
                apa.interval(row["boot_low"], row["boot_high"], digits),
            ]
        )
    units = (
        f"{study.label(model.moderator)} in its own, uncentred units. Percentiles at position p(n + 1), as PROCESS and SPSS "
        "compute them."
    )
    reference = f" Categories of {study.label(model.predictor)} beside the first one." if several else ""
    scale = units if model.moderator not in study.config.categories else "Unstandardised effects."
    fit = tables["fit"][0]
    note = (
        f"N = {fit['n']:,}. {scale}{reference} SE, t and p: ordinary least squares. HC3: heteroskedasticity-consistent. "
        f"{_resampled(context, fit)}{context.synthetic}"
    )
    level = _level(context)
    header = [study.label(model.moderator), "Value", "Effect", "SE", "t", "p", level, f"{level} (HC3)", f"{level} (bootstrap)"]
    title = f"Model “{name}”: effect of {study.label(model.predictor)} at values of {study.label(model.moderator)}"
    return Table(title, header, rows, note, wide=True, groups=tuple(groups))


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
                apa.integer(row["n"]),
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


def _by_interval(context: Context, tables: dict, table: str) -> tuple[list[dict], str]:
    """A Johnson-Neyman table's rows with the errors of `certainty.closed_form` where they can be had, and which these are."""
    if certainty.closed_form(context) == "hc3":
        rows = [row for row in tables[f"{table}_alternatives"] if row["method"] == "hc3"]
        if any(row["method"] == "hc3" for row in tables["johnson_neyman_regions_alternatives"]):
            return rows, "hc3"
    return tables[table], "ols"


def _regions(context: Context, name: str, tables: dict) -> Table:
    study, model = context.study, context.study.models[name]
    regions, by = _by_interval(context, tables, "johnson_neyman_regions")
    boundaries, _ = _by_interval(context, tables, "johnson_neyman")
    several = len({row["effect_of"] for row in regions}) > 1
    rows = [
        [
            *([study.label(row["effect_of"])] if several else []),
            apa.brief(row["from"]),
            apa.brief(row["to"]),
            row["sign"],
            apa.percent(row["percent"], 1),
        ]
        for row in regions
    ]
    outside = [apa.brief(row["boundary"]) for row in boundaries if not row["in_range"]]
    inside = [f"{apa.number(row['boundary'])} ({row['percent_below']:.1f}% below)" for row in boundaries if row["in_range"]]
    found = f"Boundaries in the observed range: {apa.listing(inside) or 'none'}"
    found += f"; outside it: {apa.listing(outside)}. " if outside else ". "
    others = certainty.alternative_regions(tables, by)
    note = (
        f"{found}Closed form, {certainty.INTERVALS[by]} errors; the sign is evaluated in each region. {others}".rstrip()
        + context.synthetic
    )
    title = f"Model “{name}”: where {study.label(model.predictor)} has an effect (Johnson–Neyman)"
    header = [*(["Effect of"] if several else []), f"{study.label(model.moderator)} from", "to", "Effect", "Respondents"]
    return Table(title, header, rows, note, words=(0, 3) if several else (2,))


def _figures(context: Context, name: str, tables: dict) -> list[Drawing]:
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
        {
            row.probe: f"{_probe(context, name, row.probe)}"
            + ("" if row.probe.endswith("]") else f" ({row.moderator_value:.4g})")
            for row in context.results[f"moderation/{name}/simple_slopes"].drop_duplicates("probe").itertuples()
        },
        {code: study.category(model.predictor, code) for code in sorted(complete[model.predictor].unique())}
        if model.predictor in study.config.categories
        else None,
    )
    few = complete[model.predictor].nunique() == 2 or model.predictor in study.config.categories
    spread = ", spread sideways around their values" if few else ""
    held = ", covariates at their means" if model.covariates else ""
    shape = f"Predicted {apa.lower(words['outcome'])} over the observed range of {apa.lower(words['predictor'])}"
    bands = "bands"
    if model.predictor in study.config.categories:
        shape, bands = f"Predicted {apa.lower(words['outcome'])} by {predictor}", "bars"
    drawings = [
        Drawing(
            f"simple_slopes_{name}",
            slopes,
            f"Model “{name}”. {shape} at chosen values of {moderator}{held}; {bands}: pointwise {level}; "
            f"dots: the {n:,} respondents{spread}.{context.synthetic}",
            f"Predicted {outcome} by {predictor} for low, middle and high {moderator}, over a scatter of the raw data.",
        )
    ]
    if complete[model.moderator].nunique() == 2 or model.moderator in study.config.categories:
        return drawings
    curve = context.results[f"moderation/{name}/effect_curve"]
    regions, by = _by_interval(context, tables, "johnson_neyman_regions")
    boundaries = _by_interval(context, tables, "johnson_neyman")[0]
    if by == "hc3":
        curve = curve.assign(**dict(zip(certainty.ENDS["ols"], (curve[end] for end in certainty.ENDS[by]), strict=True)))
    columns = ["boundary", "in_range", "effect_of"]
    pieces = (curve, pd.DataFrame(regions), pd.DataFrame(boundaries, columns=columns if not boundaries else None))
    for term in dict.fromkeys(curve["effect_of"]):
        one = apa.lower(study.label(term))
        drawing = figures.johnson_neyman(
            *(table[table["effect_of"] == term] for table in pieces),
            complete[model.moderator],
            {"moderator": context.named(model.moderator), "effect": f"Effect of {one}\non {outcome}"},
        )
        drawings.append(
            Drawing(
                slug(f"johnson_neyman_{name}" + (f"_{term}" if curve["effect_of"].nunique() > 1 else "")),
                drawing,
                f"Model “{name}”. Effect of {one} on {outcome} (outcome units per unit of the predictor) over the observed "
                f"range of {apa.lower(context.named(model.moderator))}, with its {level} ({certainty.INTERVALS[by]}); dashed: "
                f"Johnson–Neyman boundaries; ticks at the bottom: the {n:,} respondents, longer where more have the same value."
                f"{context.synthetic}",
                f"The effect of {one} as a line over {moderator} with a confidence band and regions of significance.",
            )
        )
    return drawings
