"""Sentences about one moderation model, in a short form for the first screen and a long form for text."""

from __future__ import annotations

from math import floor, log10

from practicework.numerics.levels import few_values
from practicework.report import apa
from practicework.report.context import limiting
from practicework.report.messages import _, count, listing, sentences
from practicework.report.moderation import two
from practicework.report.moderation.facts import Model, errors_words


def estimate(model: Model) -> str:
    """Return the interaction with its interval: `b = 0.0204, 95% CI [0.0029, 0.0379]`."""
    v = model.verdict
    if v["joint"]:
        return change(model)
    ci = apa.interval(v["ci_low"], v["ci_high"], v["digits"])
    return _("b = {b}, {level} {ci}", b=apa.number(v["estimate"], v["digits"]), level=model.level, ci=ci)


def smallest(model: Model) -> str:
    """Return the smallest effect size of interest in the metric of the estimate."""
    v = model.verdict
    if v["joint"]:
        return _("ΔR² = {change}", change=apa.unit(v["smallest_change"], 3))
    return _("b = {b}", b=apa.number(v["smallest_effect"], v["digits"]))


def _same_sign(model: Model) -> int:
    """1 or −1 if the effect has one sign at both ends of the moderator, else 0."""
    if len(model.ends) < 2:
        return 0
    first, last = model.ends[0]["effect"], model.ends[-1]["effect"]
    return 1 if min(first, last) > 0 else -1 if max(first, last) < 0 else 0


def moderates(model: Model) -> str:
    """Return what the interval says about the interaction, in one sentence."""
    if model.spec.three_way:
        return two.moderates(model, estimate(model), smallest(model))
    v, names = model.verdict, {"x": model.x, "w": model.w, "y": model.y, "estimate": estimate(model)}
    if v["reading"] == "undecided":
        return apa.upper(_("it remains unclear whether {w} moderates the effect of {x} on {y}, {estimate}.", **names))
    if v["reading"] == "negligible":
        return _(
            "Any moderation of the effect of {x} on {y} by {w} was smaller than the smallest effect size of interest "
            "({smallest}), {estimate}.",
            smallest=smallest(model),
            **names,
        )
    if v["joint"] or model.moderator_is_categorical:
        return apa.upper(_("the effect of {x} on {y} differed by {w}, {estimate}.", **names))
    sign = _same_sign(model)
    rising = v["estimate"] > 0
    if not sign:
        if rising:
            return _("The effect of {x} on {y} increased with {w}, {estimate}.", **names)
        return _("The effect of {x} on {y} decreased with {w}, {estimate}.", **names)
    if rising == (sign > 0):
        return _("The effect of {x} on {y} was stronger at higher levels of {w}, {estimate}.", **names)
    return _("The effect of {x} on {y} was weaker at higher levels of {w}, {estimate}.", **names)


def size(model: Model) -> str:
    """Return how the interval compares with the smallest effect size of interest, in one sentence; empty where unclear."""
    v = model.verdict
    if v["reading"] in ("undecided", "negligible"):
        return ""
    if v["kind"] == "relevant":
        return _("The entire interval exceeds the smallest effect size of interest ({smallest}).", smallest=smallest(model))
    if v["kind"] == "small":
        return _("The interaction is smaller than the smallest effect size of interest ({smallest}).", smallest=smallest(model))
    return _(
        "The interval excludes zero but includes effects below the smallest effect size of interest ({smallest}), so the size of "
        "the interaction remains open.",
        smallest=smallest(model),
    )


def change(model: Model) -> str:
    """Return the increment in R² with its interval: `ΔR² = .050, 95% CI [.000, .142]`."""
    fit = model.fit
    ci = apa.interval(fit["r_squared_change_low"], fit["r_squared_change_high"], 3, of_unit=True)
    return _("ΔR² = {change}, {level} {ci}", change=apa.unit(fit["r_squared_change"], 3), level=model.level, ci=ci)


def test(model: Model) -> str:
    """Return the tests of the interaction."""
    fit = model.fit
    tested = _(
        "The interaction explained {change}, F({df1}, {df2}) = {f}, p {p}; with {errors} standard errors, p {p_robust}.",
        change=change(model),
        df1=fit["df_change"],
        df2=fit["df_residual"],
        f=apa.number(fit["f_change"]),
        p=apa.p_equals(fit["p_change"]),
        errors=errors_words(model.robust),
        p_robust=apa.p_equals(fit[f"p_change_{model.robust}"]),
    )
    row = next((row for row in model.rows("coefficients") if row["term"] == model.spec.interaction), None)
    if row is None:
        return tested
    kind = (
        _("percentile bootstrap")
        if model.context.config.moderation.bootstrap.interval == "percentile"
        else _("bias-corrected and accelerated bootstrap")
    )
    ci = apa.interval(row["boot_low"], row["boot_high"], model.verdict["digits"])
    return sentences(tested, _("The {kind} interval of its coefficient was {ci}.", kind=kind, ci=ci))


def effects(model: Model) -> str:
    """Return the effect at low and high values of the moderator, or in each category."""
    if model.spec.second_moderator:
        return two.effects(model)
    if not model.ends:
        return ""
    if model.moderator_is_categorical:
        shown = [_("{category} (b = {b}, {level} {ci})", category=end["probe"], **_numbers(model, end)) for end in model.ends]
        return _("By category of {w}, the effect was as follows: {effects}.", w=model.w, effects="; ".join(shown))
    first, last = model.ends[0], model.ends[-1]
    low = _("The effect was b = {b}, {level} {ci}, at the {probe} of {w} ({value})", w=model.w, probe=first["probe"],
            value=first["value"], **_numbers(model, first))  # fmt: skip
    return _("{low} and b = {b}, {level} {ci}, at the {probe} ({value}).", low=low, probe=last["probe"], value=last["value"],
             **_numbers(model, last))  # fmt: skip


def _numbers(model: Model, end: dict) -> dict:
    return {
        "b": apa.number(end["effect"], end["digits"]),
        "level": model.level,
        "ci": apa.interval(end["low"], end["high"], end["digits"]),
    }


def regions(model: Model) -> str:
    """Return where the effect is significant."""
    if not model.continuous or len(model.effects) > 1:
        return ""
    rows = model.by_errors("johnson_neyman_regions")
    if not rows:
        return ""
    words = {"positive": _("positive"), "negative": _("negative"), "not significant": _("not significant")}
    if len(rows) == 1:
        return _("The effect was {sign} over the whole observed range of {w}.", sign=words[rows[0]["sign"]], w=model.w)
    if len(rows) == 2 and "not significant" in (rows[0]["sign"], rows[1]["sign"]):
        clear, other = (rows[1], rows[0]) if rows[0]["sign"] == "not significant" else (rows[0], rows[1])
        above = clear is rows[1]
        text = (
            _("The effect was {sign} for values of {w} above {value} ({percent}% of respondents) and not significant below "
              "({rest}%).")
            if above
            else _("The effect was {sign} for values of {w} below {value} ({percent}% of respondents) and not significant above "
                   "({rest}%).")
        )  # fmt: skip
        return text.format(
            sign=words[clear["sign"]], w=model.w, value=apa.brief(rows[0]["to"]),
            percent=f"{clear['percent']:.0f}", rest=f"{other['percent']:.0f}",
        )  # fmt: skip
    shown = [
        _("{sign} from {low} to {high} ({percent}% of respondents)", sign=words[row["sign"]], low=apa.brief(row["from"]),
          high=apa.brief(row["to"]), percent=f"{row['percent']:.0f}")
        for row in rows
    ]  # fmt: skip
    return _("Over the observed range of {w}, the effect was {regions}.", w=model.w, regions=listing(shown))


def outcome(model: Model) -> str:
    """Return what it means that the outcome has few values."""
    values = few_values(model.scores[model.spec.outcome])
    if values == 2:
        return _(
            "{y} has two values, so this is a linear probability model: coefficients are differences in the share of respondents "
            "with the higher value, predictions can lie outside the range from 0 to 1, and a logistic regression can lead to "
            "another conclusion about the interaction.",
            y=apa.upper(model.y),
        )
    if values:
        return _(
            "{y} has only {n} values; least squares treats the steps between them as equal. Proportional odds are shown with the "
            "other models.",
            y=apa.upper(model.y), n=values,
        )  # fmt: skip
    return ""


LEGIBLE = 0.01, 1000
"""Standard deviations between which coefficients per unit of a variable can be read."""


def units(model: Model) -> str:
    """Return which variables have units too small or too large for legible coefficients, and by what to divide them."""
    found = []
    for name in model.spec.variables:
        sd = 0 if name in model.context.config.categories else float(model.scores[name].std())
        if sd and not LEGIBLE[0] <= sd < LEGIBLE[1]:
            names = {"name": model.context.inline(name), "sd": apa.brief(sd), "factor": apa.brief(10.0 ** abs(floor(log10(sd))))}
            found.append(
                _("{name} (SD = {sd}; for example divided by {factor})", **names)
                if sd > 1
                else _("{name} (SD = {sd}; for example multiplied by {factor})", **names)
            )
    if not found:
        return ""
    return _(
        "Coefficients would be easier to read in other units of {variables}. Rescaling changes no test; rescale the columns in "
        "the data file.",
        variables=listing(found),
    )


def curved(model: Model) -> str:
    """Return at which value of the predictor its effects hold, if its square is in the model."""
    if not model.spec.square:
        return ""
    return _("The square of {x} is in the model, so its effects are those at its mean.", x=model.x)


def excluded(model: Model) -> str:
    """Return how many respondents were excluded for missing values."""
    n = len(model.frame("dropped"))
    return (
        count(
            "The model excludes {n} respondent with missing values.",
            "The model excludes {n} respondents with missing values.",
            n,
        )
        if n
        else ""
    )


def alternatives(model: Model) -> str:
    """Return where the effect is significant by other methods than the one that is shown, in one sentence."""
    words = {
        "ols": _("with OLS standard errors"),
        "hc3": _("with HC3 standard errors"),
        "cr2": _("with CR2 standard errors"),
        "fdr": _("with OLS standard errors and the false discovery rate controlled"),
        "fdr_hc3": _("with HC3 standard errors and the false discovery rate controlled"),
    }
    found = []
    for method, name in words.items():
        rows = (
            model.rows("johnson_neyman_regions")
            if method == "ols"
            else [row for row in model.rows("johnson_neyman_regions_alternatives") if row["method"] == method]
        )
        if method == model.by or not rows or len({row["effect_of"] for row in rows}) > 1:
            continue
        clear = [
            _("{sign} from {low} to {high}", sign=_(row["sign"]), low=apa.brief(row["from"]), high=apa.brief(row["to"]))
            for row in rows
            if row["sign"] != "not significant"
        ]
        found.append(_("{method}: {regions}", method=name, regions=listing(clear) or _("not significant at any value")))
    return _("Regions {methods}.", methods="; ".join(found)) if found else ""


def resampled(model: Model) -> str:
    """Return how the bootstrap intervals came about."""
    fit, settings = model.fit, model.context.config.moderation.bootstrap
    kind = _("percentile") if settings.interval == "percentile" else _("bias-corrected and accelerated")
    names = {"kind": kind, "resamples": f"{fit['resamples']:,}", "seed": model.context.study.bootstrap_seed}
    found = (
        _("Bootstrap intervals are {kind} intervals based on {resamples} resamples of clusters (seed {seed}).", **names)
        if model.settings.cluster
        else _("Bootstrap intervals are {kind} intervals based on {resamples} case resamples (seed {seed}).", **names)
    )
    redrawn = count(
        "Of the resamples, {n} was singular and drawn again.",
        "Of the resamples, {n} were singular and drawn again.",
        fit["redrawn"],
    )
    return sentences(found, limiting(fit["n"]), redrawn if fit["redrawn"] else "")
