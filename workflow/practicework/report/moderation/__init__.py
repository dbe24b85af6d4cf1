"""Moderation: each model's answer, robustness, tables and figures."""

from __future__ import annotations

from practicework.report import apa
from practicework.report.contents import ref
from practicework.report.context import Context
from practicework.report.messages import _, count, listing, say, sentences
from practicework.report.moderation import clusters, drawings, generalized, latent, robustness_tables, tables, two
from practicework.report.moderation import wording as words
from practicework.report.moderation.explorer import explorer
from practicework.report.moderation.facts import Model, errors_words
from practicework.report.moderation.robustness import Robustness
from practicework.report.section import Block, Fold, Heading, Items, Paragraph, Section, Tile, present
from practicework.report.table import Drawing, Table

LARGE_CHANGE = 0.02
"""ΔR² above which the smallest significant interaction is far above the usual ones in field studies."""


def _cross_sectional() -> str:
    return _("The data are cross-sectional self-reports, so effects are associations and do not establish causality.")


def section(context: Context) -> Section:
    """What the stage contributes to the report."""
    models, others = [Model(context, name) for name in context.models], generalized.models(context)
    missing = tuple(_missing(context, row) for row in context.unfitted)
    if not models and not others:
        return Section(
            "moderation", _("Moderation"), body=tuple(Paragraph(one, "check") for one in missing), warnings=missing,
            manuscript={"results": tuple(one.split(";")[0] + "." for one in missing)},
        )  # fmt: skip
    bodies, more = [_body(model) for model in models], [generalized.body(model) for model in others]
    return Section(
        "moderation",
        _("Moderation"),
        body=(*(Paragraph(one, "check") for one in missing), *(block for one, _shown in (*bodies, *more) for block in one)),
        warnings=missing,
        links=tuple((f"model-{model.name}", model.title) for model in (*models, *others)) if len(models + others) > 1 else (),
        answer=(words.moderates(models[0]), words.size(models[0]))
        if models
        else (generalized.answer(others[0]), generalized.predictions(others[0])),
        tiles=_tiles(models[0]) if models else (),
        manuscript={
            "analysis": (*(_analysis(context, models) if models else ()), *generalized.analysis(others)),
            "results": (
                *(one.split(";")[0] + "." for one in missing),
                *(one for model, (_own, shown) in zip(models, bodies, strict=True) for one in _results(model, shown)),
                *(one for model, (_own, shown) in zip(others, more, strict=True) for one in generalized.results(model, shown)),
            ),
        },
        methods=(*(_methods(context, models) if models else ()), *generalized.methods(others)),
        limitations=_limitations(context, models) if models else (_cross_sectional(),),
        references=(
            *(generalized.REFERENCES if others else ()),
            "aguinis2005", "benjamini1995", "busemeyer1983", "esarey2018", "fuller1987", "ganzach1997", "gelman2014",
            "hainmueller2019", "hayes2009", "lakens2017", "loftus1978", "loken2017", "steiger2004",
            *(two.REFERENCES if any(model.spec.second_moderator for model in models) else ()),
            *(latent.REFERENCES if context.config.moderation.latent else ()),
            *(clusters.REFERENCES if context.study.clusters else ()),
        ),
        software=("statsmodels",),
    )  # fmt: skip


def _missing(context: Context, row: dict) -> str:
    """State that a model could not be fitted, and why."""
    model = context.study.moderation_models[row["model"]]
    title = model.label or context.label(model.interaction)
    reason = row["note"].split(": ", 1)[-1] if " cannot be fitted: " in row["note"] else row["note"]
    return _("The model {title} could not be fitted to this sample: {reason}", title=title, reason=reason)


def _tiles(model: Model) -> tuple[Tile, ...]:
    v, facts = model.verdict, Robustness(model)
    if v["joint"]:
        ci = apa.interval(v["ci_low"], v["ci_high"], 3, of_unit=True)
        found = [Tile(f"ΔR² = {apa.unit(v['estimate'], 3)}", _("interaction, {level} {ci}", level=model.level, ci=ci), "key")]
    else:
        ci = apa.interval(v["ci_low"], v["ci_high"], v["digits"])
        value = f"b = {apa.number(v['estimate'], v['digits'])}"
        line = _("interaction, {level} {ci}; {change}", level=model.level, ci=ci, change=words.change(model))
        found = [Tile(value, line, "key")]
    for end in model.ends if len(model.ends) < 4 else ():
        ci = apa.interval(end["low"], end["high"], end["digits"])
        names = {"x": model.x, "w": model.w, "probe": end["probe"], "value": end["value"], "level": model.level, "ci": ci}
        if end["value"] is None:
            line = _("effect of {x} for {w} = {probe}, {level} {ci}", **names)
        else:
            line = _("effect of {x} at the {probe} of {w} ({value}), {level} {ci}", **names)
        found.append(Tile(apa.number(end["effect"], end["digits"]), line, "key"))
    power = facts.smallest["power"] if facts.smallest["power_simulated"] is None else facts.smallest["power_simulated"]
    if power is not None:
        change = apa.unit(facts.smallest["delta_r_squared"], 3)
        found.append(Tile(apa.unit(power), _("power to detect an interaction of ΔR² = {change}", change=change)))
    return tuple(found)


def _body(model: Model) -> tuple[tuple[Block, ...], dict[str, Table | Drawing]]:
    """The blocks of a model's section, and the tables and figures that its manuscript text cites."""
    effects, checks = drawings.effects(model), drawings.diagnostics(model)
    shown = {
        "coefficients": tables.coefficients(model),
        "conditional_effects": tables.conditional_effects(model),
        "slopes": effects[0],
        "regions": effects[1] if len(effects) == 2 else None,
        "sensitivity": robustness_tables.sensitivity(model),
    }
    two_values = (
        _("{w} has two values, so regions of significance are not reported.", w=apa.upper(model.w))
        if model.two_valued and not model.spec.second_moderator
        else ""
    )
    body = present(
        Heading(model.title, id=f"model-{model.name}"),
        Paragraph(sentences(words.moderates(model), words.size(model), words.test(model), words.excluded(model))),
        Paragraph(sentences(words.effects(model), two.summary(model), words.curved(model), words.regions(model), two_values)),
        Paragraph(words.outcome(model), "check"),
        Paragraph(words.units(model), "check"),
        explorer(model),
        shown["coefficients"],
        *effects,
        Heading(_("Robustness and sensitivity"), 4),
        Items(Robustness(model).items()),
        Fold(
            _("Conditional effects, regions, power, influence, assumptions and corrections"),
            present(
                shown["conditional_effects"],
                tables.conditional_interactions(model),
                tables.screening(model),
                tables.regions(model),
                shown["sensitivity"],
                *checks,
                tables.standardized(model),
                tables.contrasts(model),
                tables.omnibus(model),
                clusters.table(model),
                robustness_tables.influence(model),
                robustness_tables.checks(model),
                robustness_tables.terciles(model),
                robustness_tables.scales(model),
                robustness_tables.corrected(model),
                latent.table(model),
                tables.dropped(model),
            ),
        ),
    )
    return body, shown


def _analysis(context: Context, models: list[Model]) -> tuple:
    settings = context.config.moderation
    found: list[str] = []
    for place, model in enumerate(models):
        covariates = ""
        held = [*model.spec.covariates, *filter(None, [model.spec.square])]
        if held:
            named = listing([context.inline(one) for one in held])
            covariates = count(
                ", with {covariates} as covariate", ", with {covariates} as covariates", len(held), covariates=named
            )
        terms = two.products(model) if model.spec.second_moderator else _("{x}, {w} and their product", x=model.x, w=model.w)
        text = (
            _("In a further model, we regressed {y} on {terms}{covariates}.")
            if place
            else _("We regressed {y} on {terms}{covariates}.")
        )
        found.append(text.format(y=model.y, terms=terms, covariates=covariates))
    found.append(
        _("Predictors and moderators were mean-centred.") if settings.center == "mean" else _("Predictors were not centred.")
    )
    words = {
        "hc3": _("Inference is based on heteroscedasticity-consistent (HC3) standard errors"),
        "cr2": _("Inference is based on cluster-robust (CR2) standard errors with Satterthwaite degrees of freedom"),
        "ols": _("Inference is based on OLS standard errors"),
        "bootstrap": _("Inference is based on bootstrap intervals"),
    }
    intervals = {model.settings.interval: model for model in models}
    basis = words[models[0].settings.interval]
    if len(intervals) > 1:
        based = [_("{basis} (model of {title})", basis=words[one], title=model.inline) for one, model in intervals.items()]
        basis = "; ".join([based[0], *map(apa.lower, based[1:])])
    found += [nested for model in models if (nested := clusters.nested(model))]
    kind = _("percentile") if settings.bootstrap.interval == "percentile" else _("bias-corrected and accelerated")
    found.append(
        _(
            "{basis}; {kind} bootstrap intervals ({resamples} {unit}, seed {seed}) are reported alongside.",
            basis=basis, kind=kind, resamples=f"{settings.bootstrap.resamples:,}", seed=context.study.bootstrap_seed,
            unit=_("resamples of clusters") if all(model.settings.cluster for model in models) else _("case resamples"),
        )
    )  # fmt: skip
    if any(model.continuous for model in models):
        found.append(
            _(
                "We probed interactions at the 16th, 50th and 84th percentiles of the moderator and with the Johnson–Neyman "
                "technique."
            )
        )
    if any(model.spec.smallest_effect for model in models):
        found.append(_("The smallest effect size of interest was set for each model."))
    else:
        found.append(_("The smallest effect size of interest was ΔR² = {change}.", change=apa.unit(settings.smallest_change, 3)))
    found.append(_("Power was computed for that effect and not for the observed one."))
    return tuple(found)


def _results(model: Model, shown: dict) -> tuple:
    fit, facts = model.fit, Robustness(model)
    explained = say(
        "The model explained {percent}% of the variance, R² = {r2}, F({df1}, {df2}) = {f}, p {p} ({table}).",
        percent=f"{100 * fit['r_squared']:.0f}",
        r2=apa.unit(fit["r_squared"]),
        df1=fit["df_model"],
        df2=fit["df_residual"],
        f=apa.number(fit["f"]),
        p=apa.p_equals(fit["p_value"]),
        table=ref(shown["coefficients"]),
    )
    figure = shown["regions"]
    where = (
        say(
            "{table} and {figure} show the conditional effects.",
            table=ref(shown["conditional_effects"]),
            figure=ref(shown["slopes"]),
        )
        if model.ends or model.spec.second_moderator
        else say("{figure} shows the predicted values.", figure=ref(shown["slopes"]))
    )
    regions = words.regions(model)
    if regions and figure is not None:
        regions = sentences(regions.removesuffix("."), say("({figure}).", figure=ref(figure)))
    doubtful = _("Checks rejected: {assumptions}.", assumptions=listing(facts.doubtful)) if facts.doubtful else ""
    return (
        Heading(model.title, 4),
        Paragraph(
            sentences(
                explained, words.moderates(model), words.size(model), words.test(model), words.effects(model), two.summary(model),
                where, regions, words.excluded(model),
            )
        ),
        Paragraph(
            sentences(
                clusters.influence(model), facts.power(short=True), facts.influence(short=True), doubtful,
                facts.scales(short=True), facts.measurement_error(short=True),
                latent.sentence(model),
            )
        ),
    )  # fmt: skip


def _limitations(context: Context, models: list[Model]) -> tuple[str, ...]:
    found = [
        _cross_sectional(),
        _(
            "Measurement error attenuates interactions more than main effects in expectation, because a product combines the "
            "unreliability of both variables."
        ),
    ]
    found += list(dict.fromkeys(sentence for model in models if (sentence := words.outcome(model))))
    found += list(dict.fromkeys(sentence for model in models if (sentence := clusters.caution(model))))
    if any(model.continuous for model in models):
        found.append(_("Johnson–Neyman boundaries are estimates and vary across samples."))
    if len(models) > 1:
        found.append(
            count("The tests of {n} model were not corrected for multiplicity.",
                  "The tests of {n} models were not corrected for multiplicity.", len(models))
        )  # fmt: skip
    without = [model for model in models if not model.spec.covariates]
    if len(without) == len(models):
        found.append(_("No covariates were included, so other causes of the outcome were not controlled for."))
    for model in without if len(without) < len(models) else ():
        found.append(_("No covariates were included in the model of {title}.", title=model.inline))
    least, r_squared = models[0].fit["significant_change"], models[0].fit["r_squared"]
    if least > LARGE_CHANGE:
        found.append(
            _(
                "In a sample of this size, only interactions of ΔR² = {least} or more can be significant (model of {title}). A "
                "significant interaction is therefore likely to be overestimated, and a nonsignificant one is inconclusive. For "
                "comparison, the median f² of interactions with categorical moderators was .002 in a review of 30 years of "
                "research (Aguinis et al., 2005), which corresponds to ΔR² = {median} at the R² of this model.",
                least=apa.unit(least, 3), title=models[0].inline, median=apa.unit(0.002 * (1 - r_squared), 3),
            )
        )  # fmt: skip
    if context.config.moderation.latent is None:
        found.append(_("No latent interaction was modelled."))
    if suggestion := _one_specification(context, models):
        found.append(suggestion)
    return tuple(found)


def _one_specification(context: Context, models: list[Model]) -> str:
    """Suggest a multiverse analysis where the study has choices that could have been made otherwise, and no such analysis."""
    if context.config.multiverse:
        return ""
    summary = context.results["scoring/summary"]
    made = {
        _("the exclusion of respondents"): context.config.screening is not None,
        _("covariates"): any(model.spec.covariates for model in models),
        _("the scoring of incomplete answers"): bool((summary["prorated"] > 0).any()),
    }
    named = [words for words, there in made.items() if there]
    if not named:
        return ""
    return _(
        "Only one specification of each model was estimated; a multiverse analysis (the section multiverse of the study) would "
        "show whether the result depends on choices such as {choices}.",
        choices=listing(named),
    )


def _methods(context: Context, models: list[Model]) -> tuple[tuple[str, str], ...]:
    settings = context.config.moderation
    centred = _("both mean-centred") if settings.center == "mean" else _("uncentred")
    by, other = ("OLS", "HC3") if settings.interval == "ols" else ("HC3", "OLS")
    kind = _("percentile") if settings.bootstrap.interval == "percentile" else _("bias-corrected and accelerated")
    model = _(
        "Ordinary least squares with the product of predictor and moderator, {centred}; t distribution; HC3 standard errors "
        "alongside OLS standard errors; listwise deletion. The interaction is tested by the change in R². Conditional "
        "effects are estimated at the 16th, 50th and 84th percentiles (position p(n + 1)) and at the mean ± 1 SD of the "
        "moderator. Johnson–Neyman boundaries are computed in closed form with {by} standard errors, and the sign is "
        "evaluated in each region (Hayes & Matthes, 2009); regions with {other} standard errors and with the false "
        "discovery rate controlled over the observed values (Benjamini & Hochberg, 1995; Esarey & Sumner, 2018) are given "
        "in the notes.",
        centred=centred, by=by, other=other,
    )  # fmt: skip
    if context.config.categories:
        model = sentences(model, _("Categorical variables are coded by indicators of each category but the first."))
    model = sentences(model, clusters.method(models))
    chosen = (
        _("of four intervals, the one that kept its level in simulations of this design with equal and unequal variances")
        if settings.interval == "hc3"
        else _("as declared in the config")
    )
    by = errors_words(settings.interval)
    certainty = sentences(
        _(
            "Conclusions are based on the {by} interval ({chosen}) and on the smallest effect size of interest, which is "
            "defined in the metric of the scores; an interaction is negligible if two one-sided tests reject effects of that "
            "size (Lakens, 2017). The interval of ΔR² comes from the noncentral F distribution (Steiger, 2004).",
            by=by, chosen=chosen,
        ),
        _(
            "Power is the share of simulated studies whose {by} interval excludes zero; each study draws respondents from the "
            "sample, with normal errors. Closed forms (noncentral F) refer to the OLS test with this sample's design. Type S "
            "and type M errors are conditional on significance (Gelman & Carlin, 2014). Power for the observed effect is not "
            "computed. For effects between true scores, the reliability of the product is (ρxρw + r²)/(1 + r²) (Busemeyer & "
            "Jones, 1983).",
            by=by,
        ),
        _(
            "The number of respondents whose omission changes the conclusion is compared with its distribution in simulated "
            "samples that have this design, normal errors and the observed t. Correction for measurement error uses "
            "errors-in-variables moments (Fuller, 1987); its interval resamples coefficient alpha with the respondents. "
            "Linearity of the interaction is examined in terciles of the moderator (Hainmueller et al., 2019). The interaction "
            "is also estimated for the logarithm, the logit of the response range, normal scores and the square of the "
            "outcome, as proportional odds, with quadratic terms (Ganzach, 1997), and by Huber's M estimator."
        ),
    )  # fmt: skip
    bootstrap = _(
        "Bootstrap intervals are {kind} intervals at {level}% from {resamples} case resamples. Each sample and model "
        "derives its own seed from {seed}. Resamples in which the model cannot be estimated are drawn again and counted.",
        kind=kind, level=f"{100 * settings.confidence:g}", resamples=f"{settings.bootstrap.resamples:,}",
        seed=context.study.bootstrap_seed,
    )  # fmt: skip
    return (_("Moderation"), model), (_("Robustness and sensitivity"), certainty), (_("Bootstrap"), bootstrap)
