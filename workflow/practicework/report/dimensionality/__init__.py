"""Dimensionality and validity: model fit, loadings, discriminant validity, exploratory factors, common method variance."""

from __future__ import annotations

from practicework.report import apa
from practicework.report.contents import ref
from practicework.report.context import Context
from practicework.report.dimensionality import figures, fit_tables, tables, validity
from practicework.report.messages import _, count, listing, say, sentences
from practicework.report.section import Fold, Heading, Paragraph, Section, present
from practicework.report.table import Drawing, Table
from practicework.study.scale import ALL

SMALL_N, SMALL_RATIO = 200, 10
"""Respondents, and respondents per free parameter, below which a sample counts as small (Kline, 2016; Bentler & Chou, 1987)."""


def section(context: Context) -> Section:
    """What the stage contributes; the model is that of all scales or, in a study of one scale, of that scale."""
    fit, exploratory = context.rows("dimensionality/fit"), context.rows("dimensionality/exploratory")
    model = fit[-1]
    shown = fit_tables.fit(context, fit)
    marker = tables.marker(context) if "dimensionality/marker" in context.results else None
    return Section(
        "dimensionality",
        _("Dimensionality and validity"),
        body=present(
            Paragraph(_parallel(context, exploratory)),
            Paragraph(*_fit(context, model)),
            Paragraph(_small(model), "check"),
            Paragraph(sentences(validity.discriminant(context), validity.shared_content(context, model["model"]))),
            tables.measures(context),
            shown,
            *(Paragraph(say("<b>{what}</b>: {note}.", what=what, note=note), "check") for what, note in _notes(context, fit)),
            Heading(_("Common method variance")),
            Paragraph(validity.method_variance(context, exploratory[-1])),
            marker,
            Fold(
                _("Discriminant validity, exploratory analysis, residuals and figures"),
                present(
                    fit_tables.tests(context, fit),
                    fit_tables.rivals(context),
                    tables.fornell_larcker(context),
                    tables.htmt(context),
                    *_figures(context, model),
                    tables.adequacy(context, exploratory),
                    tables.efa(context),
                    tables.efa_correlations(context),
                    tables.residuals(context, model["model"]),
                    fit_tables.criteria(context, fit),
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
        "bentler1987", "fornell1981", "henseler2015", "horn1965", "howard2024", "hu1999", "kline2016",
        "podsakoff2003", "roemer2021", "herzog2007", "moshagen2012", "satorra1994", "swain1975", "yuan2000",
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
    return sentences(fitted, validity.corrected(model), _conventions(model), validity.rivals(context)), ""


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
        "χ² and the indices based on it reject correct models of many items too often (Herzog et al., 2007; Moshagen, 2012), "
        "and misspecified models may not be detected. Interpret the fit indices descriptively, and loadings and correlations "
        "by their confidence intervals.",
        n=f"{model['n']:,}",
        parameters=count("{n} free parameter", "{n} free parameters", model["parameters"]),
        ratio=f"{ratio:.1f}",
    )


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
    found += [validity.corrected(model), validity.rivals(context), validity.fornell_larcker(context)]
    found += [validity.variance_extracted(context), validity.shared_content(context, model["model"])]
    return tuple(one for one in found if one)


def _limitations(context: Context) -> tuple[str, ...]:
    found = [_("Confirmatory models were estimated by maximum likelihood, which assumes continuous and normal responses.")]
    if not context.config.dimensionality.marker:
        found.append(
            _(
                "All measures were self-reported in a single survey, so common method variance may have inflated the "
                "correlations among them; no marker variable was measured to correct for it."
            )
        )
    found.append(
        _("Measurement invariance across samples was not tested.")
        if len(context.config.samples) > 1
        else _("Measurement invariance across groups of respondents was not tested.")
    )
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
            "correlated factors, no correlated residuals and no respecification. The test of exact fit is also corrected for "
            "the size of the model (Swain, 1975) and scaled for responses that are not normal (Satorra & Bentler, 1994; Yuan & "
            "Bentler, 2000). Standard errors come from the expected information, those of standardized loadings from the delta "
            "method. RMSEA uses n and has a 90% interval; SRMR follows Bentler."
        ),
        _(
            "Average variance extracted and composite reliability are computed from the standardized loadings (Fornell & "
            "Larcker, 1981). The interval of HTMT (Henseler et al., 2015) is a percentile interval of the signed ratio over "
            "{resamples} case resamples; HTMT2 (Roemer et al., 2021) has a percentile interval. Tests of several models and "
            "pairs are not corrected for multiplicity.",
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
            "Heterotrait–monotrait ratios of all pairs of scales with 95% bootstrap intervals, n = {n}. The dashed line "
            "marks .85 and the dotted line .90, values above which two scales are often considered not to be distinct.",
            n=f"{htmt['n'].iloc[0]:,}",
        )
        alternative = _("Each pair's two ratios as points with intervals.")
        drawings.append(Drawing("htmt", figures.htmt(htmt, labels), context.note(caption), alternative))
    return drawings
