"""Dimensionality and validity: model fit, loadings, discriminant validity, exploratory factors, common method variance."""

from __future__ import annotations

from collections.abc import Mapping

from practicework.report import apa
from practicework.report.contents import ref
from practicework.report.context import Context
from practicework.report.dimensionality import figures, tables
from practicework.report.messages import _, count, listing, say, sentences
from practicework.report.section import Fold, Heading, Paragraph, Section, present
from practicework.report.table import Drawing, Table
from practicework.study.scale import ALL

SMALL_N, SMALL_RATIO = 200, 10
"""Respondents, and respondents per free parameter, below which a sample counts as small (Kline, 2016; Bentler & Chou, 1987)."""

CUTOFF = 0.85
"""HTMT above which two scales are often considered not to be distinct (Henseler et al., 2015)."""


def section(context: Context) -> Section:
    """What the stage contributes; the model is that of all scales or, in a study of one scale, of that scale."""
    fit, exploratory = context.rows("dimensionality/fit"), context.rows("dimensionality/exploratory")
    model = fit[-1]
    shown = tables.fit(context, fit)
    marker = tables.marker(context) if "dimensionality/marker" in context.results else None
    return Section(
        "dimensionality",
        _("Dimensionality and validity"),
        body=present(
            Paragraph(_parallel(context, exploratory)),
            Paragraph(*_fit(context, model)),
            Paragraph(_small(model), "check"),
            Paragraph(_discriminant(context)),
            tables.measures(context),
            shown,
            *(Paragraph(say("<b>{what}</b>: {note}.", what=what, note=note), "check") for what, note in _notes(context, fit)),
            Heading(_("Common method variance")),
            Paragraph(_method(context, exploratory[-1])),
            marker,
            Fold(
                _("Discriminant validity, exploratory analysis, residuals and figures"),
                present(
                    tables.fornell_larcker(context),
                    tables.htmt(context),
                    *_figures(context, model),
                    tables.adequacy(context, exploratory),
                    tables.efa(context),
                    tables.efa_correlations(context),
                    tables.residuals(context, model["model"]),
                    tables.criteria(context, fit),
                ),
            ),
        ),
        manuscript={"results": _manuscript(context, model, shown)},
        methods=((_("Dimensionality and validity"), _methods(context)),),
        limitations=_limitations(context),
        references=_references(context),
        software=("semopy", "factor-analyzer"),
    )


def _references(context: Context) -> tuple[str, ...]:
    keys = (
        "bentler1987", "fornell1981", "henseler2015", "horn1965", "howard2024", "hu1999", "kenny2015", "kline2016",
        "podsakoff2003", "roemer2021",
    )  # fmt: skip
    marker = ("lindell2001",) if context.config.dimensionality.marker else ()
    return keys + marker + (("siemsen2010",) if context.has("moderation") else ())


def _parallel(context: Context, exploratory: list[dict]) -> str:
    several = exploratory[-1]["model"] == ALL
    scales = exploratory[:-1] if several else exploratory
    one = [context.inline(row["model"]) for row in scales if row["components"] == 1]
    found = [_("Parallel analysis retained one component for {scales}.", scales=listing(one))] if one else []
    for row in scales:
        if (row["components"] or 1) != 1:
            found.append(
                count("For {scale}, it retained {n} component.", "For {scale}, it retained {n} components.",
                      row["components"], scale=context.inline(row["model"]))
            )  # fmt: skip
    whole = exploratory[-1]
    if several and whole["components"] is not None:
        found.append(
            _(
                "For all items together, it suggested {components} and {factors}; the items form {scales}.",
                components=count("{n} component", "{n} components", whole["components"]),
                factors=count("{n} common factor", "{n} common factors", whole["factors"]),
                scales=count("{n} scale", "{n} scales", len(scales)),
            )
        )
    return sentences(*found)


def _fit(context: Context, model: dict) -> tuple[str, str]:
    """The sentence about the fit, or why there is none, and its kind."""
    if model["cfi"] is None:
        if model["chisq"] is None and model["parameters"] is None:
            return _(
                "The confirmatory model could not be fitted: {note}.", note=model["note"].removeprefix("not computable: ")
            ), "check"
        return "", ""
    kind = (
        _("A confirmatory factor model in which each item loaded on its own scale only")
        if model["model"] == ALL
        else _("A confirmatory model with one factor")
    )
    fitted = _(
        "{model} was fitted to the {n} respondents who answered all its items, {statistics}.",
        model=kind,
        n=f"{model['n']:,}",
        statistics=_statistics(model),
    )
    return sentences(fitted, _conventions(model)), ""


def _statistics(model: dict) -> str:
    return _(
        "χ²({df}) = {chisq}, p {p}, CFI = {cfi}, TLI = {tli}, RMSEA = {rmsea}, 90% CI {ci}, SRMR = {srmr}",
        df=model["df"],
        chisq=apa.number(model["chisq"]),
        p=apa.p_equals(model["p_value"]),
        cfi=apa.unit(model["cfi"], 3),
        tli=apa.unit(model["tli"], 3),
        rmsea=apa.unit(model["rmsea"], 3),
        ci=apa.interval(model["rmsea_low"], model["rmsea_high"], 3, of_unit=True),
        srmr=apa.unit(model["srmr"], 3),
    )


def _conventions(model: dict) -> str:
    bounds = (("CFI", "cfi", 0.95, 1), ("TLI", "tli", 0.95, 1), ("RMSEA", "rmsea", 0.06, -1), ("SRMR", "srmr", 0.08, -1))
    met = [name for name, key, bound, sign in bounds if sign * model[key] >= sign * bound]
    cutoffs = _("(CFI and TLI ≥ .95, RMSEA ≤ .06, SRMR ≤ .08; Hu & Bentler, 1999)")
    if len(met) == len(bounds):
        return _("All four indices met the conventional cut-offs {cutoffs}.", cutoffs=cutoffs)
    if not met:
        return _("None of the indices met the conventional cut-offs {cutoffs}.", cutoffs=cutoffs)
    missed = [name for name, *_rest in bounds if name not in met]
    return _(
        "{met} met the conventional cut-offs {cutoffs}; {missed} did not.",
        met=listing(met),
        missed=listing(missed),
        cutoffs=cutoffs,
    )


def _ratio(model: dict) -> float | None:
    """Respondents per free parameter, if there are few."""
    if model["parameters"] is None:
        return None
    ratio = model["n"] / model["parameters"]
    return ratio if model["n"] < SMALL_N or ratio < SMALL_RATIO else None


def _small(model: dict) -> str:
    ratio = _ratio(model)
    if ratio is None:
        return ""
    return say(
        "<b>Small sample for this model:</b> n = {n} for {parameters}, a ratio of {ratio}; five to ten respondents per "
        "parameter and at least 200 in total are commonly recommended (Bentler & Chou, 1987; Kline, 2016). In small samples, "
        "χ² and RMSEA reject correct models too often (Kenny, Kaniskan, & McCoach, 2015), and misspecified models may not be "
        "detected. Interpret the fit indices descriptively, and loadings and correlations by their confidence intervals.",
        n=f"{model['n']:,}",
        parameters=count("{n} free parameter", "{n} free parameters", model["parameters"]),
        ratio=f"{ratio:.1f}",
    )


def _discriminant(context: Context) -> str:
    rows = [row for row in context.rows("dimensionality/htmt") if row["htmt"] is not None]
    if not rows:
        return ""

    def shown(row: Mapping) -> str:
        return _(
            "{a} and {b}, HTMT = {htmt}, 95% CI {ci}",
            a=context.inline(row["scale_a"]),
            b=context.inline(row["scale_b"]),
            htmt=apa.unit(row["htmt"]),
            ci=apa.interval(row["htmt_low"], row["htmt_high"], of_unit=True),
        )

    above = [row for row in rows if row["htmt"] >= CUTOFF]
    largest = max(rows, key=lambda row: row["htmt"])
    if above:
        found = _(
            "The heterotrait–monotrait ratio reached .85, the value above which two scales are often considered not to be "
            "distinct (Henseler et al., 2015), for {pairs}.",
            pairs="; ".join(map(shown, above)),
        )
    else:
        found = _(
            "All heterotrait–monotrait ratios were below .85, the value above which two scales are often considered not to "
            "be distinct (Henseler et al., 2015); the largest was that of {pair}.",
            pair=shown(largest),
        )
        if largest["htmt_high"] is not None and largest["htmt_high"] >= CUTOFF:
            found = sentences(found, _("Its interval does not exclude .85."))
    return sentences(found, _fornell_larcker(context))


def _fornell_larcker(context: Context) -> str:
    rows = context.rows("dimensionality/fornell_larcker")
    failed = [row for row in rows if row["distinct"] is False]
    if failed:
        pairs = [_("{a} and {b}", a=context.inline(row["scale_a"]), b=context.inline(row["scale_b"])) for row in failed]
        return _("The Fornell–Larcker criterion was not met for {pairs}.", pairs="; ".join(pairs))
    if any(row["distinct"] for row in rows):
        return _("The Fornell–Larcker criterion was met for all pairs of scales (Fornell & Larcker, 1981).")
    return ""


def _method(context: Context, whole: dict) -> str:
    harman = ""
    if whole["first_component_share"] is not None:
        harman = _(
            "The first principal component of all items explained {percent}% of their variance (Harman's single-factor "
            "test). Reviewers often request this test, but neither a low nor a high share is informative about common "
            "method variance (Podsakoff et al., 2003; Howard et al., 2024).",
            percent=f"{100 * whole['first_component_share']:.0f}",
        )
    marker = (
        _("Correlations adjusted for the marker variable are reported below.")
        if context.config.dimensionality.marker
        else _("No marker variable was measured, so correlations were not corrected for common method variance.")
    )
    interaction = ""
    if context.has("moderation"):
        interaction = _(
            "Common method variance can inflate correlations and main effects; it does not create an interaction but makes "
            "one harder to detect (Siemsen et al., 2010)."
        )
    return sentences(harman, marker, interaction)


def _notes(context: Context, fit: list[dict]) -> list[tuple[str, str]]:
    """Every reason and warning, under the name of its scale or model, or of its pair if it is the pair's own."""
    label = context.label
    named = [(label(row["model"]), row["note"]) for row in fit + context.rows("dimensionality/exploratory")]
    named += [(label(row["scale"]), row["note"]) for row in context.rows("dimensionality/scales")]
    known = {note for _name, note in named}
    for table in ("fornell_larcker", "htmt"):
        named += [
            (_("{a} and {b}", a=label(row["scale_a"]), b=label(row["scale_b"])), row["note"])
            for row in context.rows(f"dimensionality/{table}")
            if row["note"] not in known
        ]
    return list(dict.fromkeys((name, note) for name, note in named if note))


def _manuscript(context: Context, model: dict, shown: Table) -> tuple:
    if model["cfi"] is None:
        return ()
    kind = (
        _("A confirmatory factor model in which each item loaded on its own scale only")
        if model["model"] == ALL
        else _("A confirmatory model with one factor")
    )
    found = [
        say("{model} yielded {statistics} (n = {n}; {table}).", model=kind, statistics=_statistics(model), n=f"{model['n']:,}",
            table=ref(shown)),
    ]  # fmt: skip
    ratio = _ratio(model)
    if ratio is not None:
        found.append(
            _("With {ratio} respondents per free parameter, these indices are interpreted descriptively.", ratio=f"{ratio:.1f}")
        )
    return tuple(found)


def _limitations(context: Context) -> tuple[str, ...]:
    found = []
    if not context.config.dimensionality.marker:
        found.append(
            _(
                "All measures were self-reported in a single survey, so common method variance may have inflated the "
                "correlations among them; no marker variable was measured to correct for it."
            )
        )
    if len(context.config.samples) > 1:
        found.append(_("Measurement invariance across samples was not tested."))
    return tuple(found)


def _methods(context: Context) -> str:
    settings = context.config.dimensionality
    extraction = _("minres") if settings.extraction == "minres" else _("maximum likelihood")
    marker = (
        _("The marker of common method variance is {marker} (Lindell & Whitney, 2001).", marker=context.inline(settings.marker))
        if settings.marker
        else ""
    )
    return sentences(
        _(
            "Analyses use keyed items, listwise over the items of a scale or over all items. Parallel analysis compares "
            "eigenvalues with the {percentile}th percentile over {replications} sets of uncorrelated normal data (Horn, "
            "1965). The exploratory analysis of all items extracts {factors} by {extraction} with oblimin rotation.",
            percentile=f"{settings.percentile:g}",
            replications=f"{settings.replications:,}",
            factors=count("{n} factor", "{n} factors", settings.factors) if settings.factors else _("one factor per scale"),
            extraction=extraction,
        ),
        _(
            "Confirmatory models are estimated by maximum likelihood with one factor per scale, unit factor variances, "
            "correlated factors, no correlated residuals and no respecification. Standard errors come from the expected "
            "information, those of standardized loadings from the delta method. RMSEA uses n and has a 90% interval; SRMR "
            "follows Bentler."
        ),
        _(
            "Average variance extracted and composite reliability are computed from the standardized loadings (Fornell & "
            "Larcker, 1981). HTMT (Henseler et al., 2015) and HTMT2 (Roemer et al., 2021) have percentile intervals over "
            "{resamples} case resamples. Tests of several models and pairs are not corrected for multiplicity.",
            resamples=f"{settings.bootstrap.resamples:,}",
        ),
        marker,
    )


def _figures(context: Context, model: dict) -> list[Drawing]:
    labels = {scale: context.label(scale) for scale in context.study.scales}
    settings, drawings, n = context.config.dimensionality, [], f"{model['n']:,}"
    parallel = context.results["dimensionality/parallel_analysis"]
    parallel = parallel[parallel["model"] == model["model"]]
    if len(parallel):
        caption = _(
            "Scree plot with parallel analysis, n = {n}. Left: eigenvalues of the correlation matrix. Right: eigenvalues of "
            "the correlation matrix with communalities of one factor on its diagonal. Dashed lines show the {percentile}th "
            "percentile over {replications} sets of uncorrelated normal data of the same size; filled points are retained.",
            n=n,
            percentile=f"{settings.percentile:g}",
            replications=f"{settings.replications:,}",
        )
        alternative = _("Falling eigenvalues of components and of factors, each with the line of random data.")
        drawings.append(Drawing("scree", figures.scree(parallel, settings.percentile), context.note(caption), alternative))
    loadings = context.results["dimensionality/loadings"]
    loadings = loadings[(loadings["model"] == model["model"]) & loadings["loading"].notna()]
    if len(loadings):
        caption = _(
            "Standardized loadings of the confirmatory model with 95% confidence intervals (delta method), n = {n}. Dotted "
            "lines mark the conventional values .50 and .70.",
            n=n,
        )
        alternative = _("Each item's loading as a point with its interval.")
        drawings.append(Drawing("loadings", figures.loadings(loadings, labels), context.note(caption), alternative))
    htmt = context.results["dimensionality/htmt"].query("htmt.notna()")
    if len(htmt):
        caption = _(
            "Heterotrait–monotrait ratios of all pairs of scales with 95% percentile intervals, n = {n}. The dashed line "
            "marks .85 and the dotted line .90, values above which two scales are often considered not to be distinct.",
            n=f"{htmt['n'].iloc[0]:,}",
        )
        alternative = _("Each pair's two ratios as points with intervals.")
        drawings.append(Drawing("htmt", figures.htmt(htmt, labels), context.note(caption), alternative))
    return drawings
