"""The sentences about one process model. What they claim depends on the design of the study."""

from __future__ import annotations

from practicework.report import apa
from practicework.report.messages import _, count, listing, sentences
from practicework.report.process.facts import ALL, Model, clear, probe_words


def answer(model: Model) -> str:
    """Return whether and how the predictor acts through the mediators, in one or two sentences."""
    if not model.moderated:
        return sentences(*(_indirect(model, row) for row in model.effects("indirect") if row["through"] != ALL))
    index = model.rows("index")
    if index:
        return sentences(*(_index(model, row) for row in index))
    return sentences(*(_difference(model, row) for row in _ends(model)))


def _indirect(model: Model, row: dict) -> str:
    names = {"x": model.x, "y": model.y, "m": model.through(row["through"]), "estimate": model.estimate(row)}
    if not clear(row):
        return _("Whether {x} has an indirect effect on {y} through {m} remains unclear, indirect effect = {estimate}.", **names)
    if model.settings.design == "cross_section":
        return _("The data are consistent with an indirect effect of {x} on {y} through {m}, {estimate}.", **names)
    return _("{x} had an indirect effect on {y} through {m}, {estimate}.", **(names | {"x": apa.upper(model.x)}))


def _index(model: Model, row: dict) -> str:
    names = {"x": model.x, "y": model.y, "w": model.w, "m": model.through(row["through"]), "estimate": model.estimate(row)}
    if not clear(row):
        return _(
            "Whether {w} moderates the indirect effect of {x} on {y} through {m} remains unclear, index of moderated mediation = "
            "{estimate}.", **names,
        )  # fmt: skip
    if row["estimate"] > 0:
        return _("The indirect effect of {x} on {y} through {m} increased with {w}, index of moderated mediation = {estimate}.",
                 **names)  # fmt: skip
    return _("The indirect effect of {x} on {y} through {m} decreased with {w}, index of moderated mediation = {estimate}.",
             **names)  # fmt: skip


def _ends(model: Model) -> list[dict]:
    """The differences between a high and a low value of the moderator, for models without an index."""
    rows = model.rows("contrasts")
    return [row for row in rows if (row["probe_a"], row["probe_b"]) in (("p16", "p84"), ("low", "high"))
            and row["through_a"] == row["through_b"]]  # fmt: skip


def _difference(model: Model, row: dict) -> str:
    names = {"x": model.x, "y": model.y, "w": model.w, "m": model.through(row["through_a"]), "estimate": model.estimate(row),
             "low": probe_words(row["probe_a"]), "high": probe_words(row["probe_b"])}  # fmt: skip
    if clear(row):
        return _("The indirect effect of {x} on {y} through {m} differed between the {low} and the {high} of {w}, difference = "
                 "{estimate}.", **names)  # fmt: skip
    return _("Whether the indirect effect of {x} on {y} through {m} differs between the {low} and the {high} of {w} remains "
             "unclear, difference = {estimate}.", **names)  # fmt: skip


def conditional(model: Model) -> str:
    """Return the indirect effect at low and high values of the moderator."""
    if not model.moderated:
        return ""
    found = []
    for through in dict.fromkeys(row["through"] for row in model.effects("indirect") if row["through"] != ALL):
        rows = [row for row in model.effects("indirect") if row["through"] == through]
        ends = [row for row in rows if row["probe"] in ("p16", "p84", "low", "high")]
        shown = [
            _("{estimate} at the {probe} ({value})", estimate=model.estimate(row), probe=probe_words(row["probe"]),
              value=apa.brief(row["at"]))
            for row in ends
        ]  # fmt: skip
        found.append(
            _(
                "Through {m}, the indirect effect was {effects} of {w}.",
                m=model.through(through),
                effects=listing(shown),
                w=model.w,
            )
        )
    return sentences(*found)


def direct(model: Model) -> str:
    """Return total and direct effects with their tests."""
    found = []
    for kind, words in (("total", _("The total effect was {effect}.")), ("direct", _("The direct effect was {effect}."))):
        rows = model.effects(kind)
        shown = []
        for row in rows if len(rows) < 2 else [row for row in rows if row["probe"] in ("p16", "p84", "low", "high")]:
            se = apa.number(row["std_error"], apa.decimals_for(row["boot_se"]))
            errors = {"model": _("likelihood-based"), "robust": _("robust")}.get(row["errors"]) or row["errors"].upper()
            text = _("b = {b}, {errors} SE = {se}, p {p}", b=model.number(row), errors=errors, se=se,
                     p=apa.p_equals(row["p_value"]))  # fmt: skip
            if row["probe"]:
                text = _("{effect}, at the {probe} of {w} ({value})", effect=text, probe=probe_words(row["probe"]), w=model.w,
                         value=apa.brief(row["at"]))  # fmt: skip
            shown.append(text)
        if shown:
            found.append(words.format(effect=listing(shown)))
    return sentences(*found)


def predictions(model: Model) -> str:
    """Return effects on an outcome that is not a quantity as differences of predictions, and why both scales are reported."""
    rows = model.predictions
    if not rows:
        return ""
    level = rows[-1]["level"]
    shown_probes = (None, "p16", "p84", "low", "high")
    rows = [row for row in rows if row["level"] == level and row["kind"] == "indirect" and row["probe"] in shown_probes]
    of_unit = model.spec.family != "count"
    shown = []
    for row in rows:
        digits = 3 if of_unit else apa.decimals_for(row["boot_se"])
        value = apa.unit(row["estimate"], 3) if of_unit else apa.number(row["estimate"], digits)
        text = f"{value}, {model.level} {apa.interval(row['ci_low'], row['ci_high'], digits, of_unit=of_unit)}"
        if row["probe"]:
            text = _("{effect}, at the {probe} of {w} ({value})", effect=text, probe=probe_words(row["probe"]), w=model.w,
                     value=apa.brief(row["at"]))  # fmt: skip
        shown.append(text)
    what = {
        "binary": _("the probability of the higher value of {y}", y=model.y),
        "count": _("the expected {y}", y=model.y),
        "ordered": _("the probability of the highest level of {y}", y=model.y),
    }[model.spec.family]
    return sentences(
        _("These effects are products on the scale of {link} and do not add up to a total effect.", link=model.link),
        _("Through the mediators, {what} differed between {x} = {low} and {x} = {high} by {list}.", what=what, x=model.x,
          low=apa.brief(rows[0]["from"]), high=apa.brief(rows[0]["to"]), list=listing(shown)),
        _("The sign of a moderated product is not the sign of the moderation of probabilities or counts (Ai & Norton, 2003).")
        if model.spec.moderates else "",
    )  # fmt: skip


def contrasts(model: Model) -> str:
    """Return whether indirect effects through different mediators differ."""
    rows = [row for row in model.rows("contrasts") if row["through_a"] != row["through_b"] and row["probe_a"] in (None, "p50")]
    found = []
    for row in rows:
        names = {"a": model.through(row["through_a"]), "b": model.through(row["through_b"]), "estimate": model.estimate(row)}
        found.append(
            _("The indirect effects through {b} and through {a} differed by {estimate}.", **names)
            if clear(row)
            else _(
                "Whether the indirect effects through {b} and through {a} differ remains unclear, difference = {estimate}.",
                **names,
            )
        )
    return sentences(*found[:3])


def hidden(model: Model) -> str:
    """Return how strong an unmeasured common cause of mediator and outcome would have to be."""
    found = [
        _("{m}: ρ = {rho}", m=model.through(row["through"]), rho=apa.unit(row["rho"]))
        for row in model.rows("sensitivity") if row["rho"] is not None
    ]  # fmt: skip
    if not found:
        return ""
    return _(
        "An unmeasured common cause of mediator and outcome could also produce an indirect effect. It would vanish if such "
        "causes correlated their errors by ρ ({list}; Imai et al., 2010).", list="; ".join(found),
    )  # fmt: skip


def instrumented(model: Model) -> str:
    """Return what instruments say of the path from a mediator to the outcome."""
    found = []
    for row in model.instruments:
        names = {"m": model.through(row["through"]), "y": model.y}
        if row["estimate"] is None:
            found.append(_("The effect of {m} on {y} could not be estimated with instruments ({why}).", why=row["note"], **names))
            continue
        digits = apa.decimals_for(row["std_error_hc1"])
        text = _(
            "With {instruments} as instruments, the effect of {m} on {y} was {b}, {level} {ci} (least squares: {ols}), and the "
            "indirect effect {indirect}; first-stage F({df1}, {df2}) = {f}, Wu–Hausman p {hausman}",
            instruments=listing([model.context.inline(one) for one in row["instruments"].split(", ")]),
            b=apa.number(row["estimate"], digits), ci=apa.interval(row["ci_low_hc1"], row["ci_high_hc1"], digits),
            level=model.level, ols=apa.number(row["ols"], digits), indirect=apa.number(row["indirect"], digits),
            df1=row["first_stage_df1"], df2=row["first_stage_df2"], f=apa.number(row["first_stage_f_robust"]),
            hausman=apa.p_equals(row["hausman_p"]), **names,
        )  # fmt: skip
        if row["sargan_p"] is not None:
            text = _("{text}, Sargan p {sargan}", text=text, sargan=apa.p_equals(row["sargan_p"]))
        weak = _("The instruments are weak, so this estimate is unreliable.") if row["note"] else ""
        found.append(sentences(f"{text}.", weak))
    return sentences(*found)


def copula(model: Model) -> str:
    """Return what the copula correction says of the path from a mediator to the outcome, or why it cannot be had."""
    found = []
    for row in model.copula:
        names = {"m": model.through(row["through"]), "y": model.y}
        if row["estimate"] is None:
            why = (row["note"] or "").split(": ", 1)[-1]
            found.append(
                _("A Gaussian copula correction of the effect of {m} on {y} was declared but refused: {why}. Only the design of "
                  "a study can address the endogeneity of {m}: an instrument, an experiment or repeated measurement.",
                  why=why, **names)
            )  # fmt: skip
            continue
        digits = apa.decimals_for(row["boot_se"])
        names |= {"b": apa.number(row["estimate"], digits), "level": model.level, "ols": apa.number(row["ols"], digits),
                  "ci": apa.interval(row["ci_low"], row["ci_high"], digits)}  # fmt: skip
        text = _("With a Gaussian copula correction (2sCOPE; Yang et al., 2025), the effect of {m} on {y} was {b}, {level} {ci} "
                 "(least squares: {ols}).", **names)  # fmt: skip
        clear = row["term_low"] > 0 or row["term_high"] < 0
        found += [text, _("The copula term indicates endogeneity of {m}.", **names) if clear else
                  _("The copula term does not indicate endogeneity of {m}, but does not exclude it.", **names),
                  _("The correction assumes normal errors and a Gaussian dependence, which cannot be tested.")]  # fmt: skip
    return sentences(*found)


def design(model: Model) -> str:
    """Return what the design of the study does and does not support."""
    return {
        "cross_section": _(
            "All variables were measured at the same time. Such data can be consistent with mediation but cannot establish its "
            "temporal order, and they estimate longitudinal mediation with bias (Maxwell & Cole, 2007)."
        ),
        "panel": _(
            "Predictor, mediators and outcome were measured in this order, but unmeasured common causes and earlier levels of "
            "mediators and outcome can still explain the paths."
        ),
        "experiment": _(
            "The predictor was randomised, so its effects on mediators and outcome are causal; the paths from mediators to the "
            "outcome are not randomised and can reflect common causes."
        ),
    }[model.settings.design]


def analysis(model: Model, *, first: bool) -> str:
    """Return what was analysed, for the manuscript."""
    spec = model.spec
    kind = (
        _("serial mediators")
        if spec.serial and len(spec.mediators) > 1
        else count("mediator", "parallel mediators", len(spec.mediators))
    )
    names = {"x": model.x, "y": model.y, "m": listing([model.context.inline(one) for one in spec.mediators]), "kind": kind}
    text = (
        _("We estimated the effect of {x} on {y} with {m} as {kind}", **names)
        if first
        else _("A further model has the effect of {x} on {y} with {m} as {kind}", **names)
    )
    if spec.moderates:
        paths = {"a": _("predictor to mediator"), "b": _("mediator to outcome"), "direct": _("direct effect")}
        text = _("{text} and {w} as moderator ({paths})", text=text, w=model.w,
                 paths=listing([paths[one] for one in spec.moderates]))  # fmt: skip
    if spec.covariates:
        text = _("{text}, controlling for {covariates} in all equations", text=text,
                 covariates=listing([model.context.inline(one) for one in spec.covariates]))  # fmt: skip
    if spec.generalized:
        text = _("{text}, with {y} explained by {method}", text=text, y=model.y, method=model.method)
    return _("{text} (model {number} of Hayes, 2022).", text=text, number=spec.number)


def inference(models: list[Model]) -> str:
    """Return how indirect effects and paths were tested, once for all models."""
    if not models:
        return ""
    settings = models[0].settings
    interval = _("percentile") if settings.bootstrap.interval == "percentile" else _("bias-corrected and accelerated")
    clustered = [model for model in models if settings.cluster_of(model.spec)]
    errors = "CR2" if len(clustered) == len(models) else _("CR2 (with clusters) or HC3") if clustered else "HC3"
    unit = _("resamples of clusters") if len(clustered) == len(models) else _("case resamples")
    return _(
        "Indirect effects are products of regression coefficients with {interval} bootstrap intervals from {n} {unit}, which "
        "were the same for all equations of a model; paths are tested with {errors} standard errors.",
        interval=interval, n=f"{settings.bootstrap.resamples:,}", unit=unit, errors=errors,
    )  # fmt: skip
