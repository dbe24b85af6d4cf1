"""Dimensionality and validity: fit, loadings, how distinct the scales are, exploratory factors, common method."""

import pandas as pd

from practicework.report.context import Context
from practicework.report.figures import dimensionality as figures
from practicework.report.sections import dimensionality_tables as tables
from practicework.report.table import Drawing
from practicework.study.scale import ALL

SMALL_N, SMALL_RATIO = 200, 10
"""Fewer respondents, or fewer for each free parameter, are told to be few (Kline, 2016; Bentler & Chou, 1987: five at least)."""


def section(context: Context) -> dict:
    """What the template shows; the model is that of all scales or, in a study of one, of that one."""
    fit = context.rows("dimensionality/fit")
    exploratory = context.rows("dimensionality/exploratory")
    model = fit[-1]
    htmt = [row for row in context.rows("dimensionality/htmt") if row["htmt"] is not None]
    pairs = context.rows("dimensionality/fornell_larcker")
    scales = exploratory[:-1] if model["model"] == ALL else exploratory
    return {
        "model": model,
        "several": model["model"] == ALL,
        "n": len(_kept(context)),
        "exploratory": exploratory[-1],
        "one_component": [context.study.label(row["model"]) for row in scales if row["components"] == 1],
        "others": [(context.study.label(row["model"]), row["components"]) for row in scales if (row["components"] or 1) != 1],
        "few": _few(model),
        "conventions": _conventions(model),
        "largest": max(htmt, key=lambda row: row["htmt"], default=None),
        "above": [row for row in htmt if row["htmt"] >= 0.85],
        "not_distinct": [row for row in pairs if row["distinct"] is False],
        "distinct": [row for row in pairs if row["distinct"]],
        "label": context.study.label,
        "measures": tables.measures(context),
        "fit": tables.fit(context, fit),
        "criteria": tables.criteria(context, fit),
        "fornell_larcker": tables.fornell_larcker(context) if pairs else None,
        "htmt": tables.htmt(context) if htmt else None,
        "residuals": tables.residuals(context, model["model"]),
        "adequacy": tables.adequacy(context, exploratory),
        "efa": tables.efa(context),
        "efa_correlations": tables.efa_correlations(context),
        "marker": tables.marker(context) if "dimensionality/marker" in context.results else None,
        "notes": _notes(context, fit, exploratory),
        "figures": _figures(context, model, htmt),
    }


def _kept(context: Context) -> pd.DataFrame:
    responses = context.results["ingest/responses"]
    if "screening/ledger" not in context.results:
        return responses
    ledger = context.results["screening/ledger"]
    return responses[responses["respondent"].isin(ledger.loc[ledger["kept"], "respondent"])]


def _few(model: dict) -> dict | None:
    """What the sentence about few respondents says, where they are few."""
    if model["parameters"] is None:
        return None
    ratio = model["n"] / model["parameters"]
    return {"ratio": ratio} if model["n"] < SMALL_N or ratio < SMALL_RATIO else None


def _conventions(model: dict) -> list[tuple[str, bool]]:
    """Which of Hu and Bentler's values the model reaches."""
    bounds = (("CFI", "cfi", 0.95, 1), ("TLI", "tli", 0.95, 1), ("RMSEA", "rmsea", 0.06, -1), ("SRMR", "srmr", 0.08, -1))
    if model["cfi"] is None:
        return []
    return [(name, sign * model[key] >= sign * bound) for name, key, bound, sign in bounds]


def _notes(context: Context, fit: list[dict], exploratory: list[dict]) -> list[tuple[str, str]]:
    """Every reason and warning, once, under the name of its scale, model or pair."""
    label = context.study.label
    named = [("All scales together" if row["model"] == ALL else label(row["model"]), row["note"]) for row in fit + exploratory]
    named += [(label(row["scale"]), row["note"]) for row in context.rows("dimensionality/scales")]
    for table in ("fornell_larcker", "htmt"):
        named += [
            (f"{label(row['scale_a'])} and {label(row['scale_b'])}", row["note"])
            for row in context.rows(f"dimensionality/{table}")
        ]
    return list(dict.fromkeys((name, note) for name, note in named if note))


def _figures(context: Context, model: dict, htmt: list[dict]) -> list[Drawing]:
    labels = {scale: context.study.label(scale) for scale in context.study.scales}
    settings, which, drawings = context.study.config.dimensionality, model["model"], []
    items = "the items of all scales" if which == ALL else "its items"
    parallel = context.results["dimensionality/parallel_analysis"].query("model == @which")
    if len(parallel):
        caption = (
            f"Scree plot with parallel analysis of {items}, n = {model['n']:,}. Left: eigenvalues of the correlation matrix; "
            "right: of the same with the communalities of one factor in its diagonal. Dashed: the "
            f"{settings.percentile:g}th percentile over {settings.replications:,} sets of uncorrelated normal data of the same "
            f"size; filled: retained.{context.synthetic}"
        )
        alternative = "Falling eigenvalues of components and of factors, each beside the line of random data."
        drawings.append(Drawing("scree", figures.scree(parallel, settings.percentile), caption, alternative))
    loadings = context.results["dimensionality/loadings"].query("model == @which and loading.notna()")
    if len(loadings):
        caption = (
            f"Standardised loadings of the confirmatory model with 95% CI (delta method), n = {model['n']:,}. Dotted: .50 and "
            f".70, values that are often asked for.{context.synthetic}"
        )
        drawings.append(
            Drawing("loadings", figures.loadings(loadings, labels), caption, "Each item's loading as a dot with its interval.")
        )
    if htmt:
        table = context.results["dimensionality/htmt"].query("htmt.notna()")
        caption = (
            f"Heterotrait–monotrait ratios of every pair of scales with 95% percentile intervals, n = {htmt[0]['n']:,}. "
            f"Dashed: .85, dotted: .90, from where two scales are often held to be one.{context.synthetic}"
        )
        drawings.append(Drawing("htmt", figures.htmt(table, labels), caption, "Each pair's two ratios as dots with intervals."))
    return drawings
