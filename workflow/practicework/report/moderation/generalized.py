"""Models of outcomes that are not quantities: their answers, tables and figure."""

from __future__ import annotations

from functools import cached_property

import pandas as pd

from practicework.report import apa, families
from practicework.report.contents import ref
from practicework.report.context import Context
from practicework.report.messages import _, count, listing, say, sentences
from practicework.report.moderation import generalized_tables as tables
from practicework.report.moderation.facts import BY_CATEGORY, Model, shown_probes
from practicework.report.moderation.generalized_figures import predicted
from practicework.report.section import Block, Fold, Heading, Paragraph, present
from practicework.report.table import Drawing

REFERENCES = ("ai2003", "firth1993", "mccullagh1980")


class Generalized(Model):
    """One model of an outcome that is not a quantity, with its result tables."""

    @property
    def spec(self):
        """The model's entry in the config."""
        return self.context.study.generalized_models[self.name]

    @cached_property
    def fit(self) -> dict:
        """The row of `generalized_fit`."""
        return self.rows("generalized_fit")[0]

    @property
    def errors(self) -> str:
        """The suffix of the columns of the conclusion: robust for counts and clusters, as the bootstrap is declared, or none."""
        return "_robust" if self.settings.cluster or self.spec.family == "count" else ""

    @property
    def errors_words(self) -> str:
        """The name of these standard errors."""
        return _("cluster-robust") if self.settings.cluster else _("robust") if self.errors else _("likelihood-based")

    @property
    def two_valued(self) -> bool:
        """Whether the moderator has two values only."""
        return "low" in set(self.frame("generalized_effects")["probe"])

    @property
    def effects(self) -> list[str]:
        """The predictor, or each of its categories but the first."""
        return list(dict.fromkeys(self.frame("generalized_effects")["effect_of"]))

    def interval(self, row: dict) -> tuple[float, float]:
        """The interval of the conclusion: with these standard errors, or the declared bootstrap interval where there is one."""
        if self.settings.interval == "bootstrap" and row["boot_low"] is not None:
            return row["boot_low"], row["boot_high"]
        return row[f"ci_low{self.errors}"], row[f"ci_high{self.errors}"]

    def clear(self, row: dict) -> bool:
        """Whether that interval excludes zero."""
        low, high = self.interval(row)
        return low > 0 or high < 0

    def estimate(self, row: dict, column: str, *, of_unit: bool = False) -> str:
        """An estimate with its interval."""
        low, high = self.interval(row)
        digits = 3 if of_unit else apa.decimals_for(row["std_error"])
        value = apa.unit(row[column], 3) if of_unit else apa.number(row[column], digits)
        return f"{value}, {self.level} {apa.interval(low, high, digits, of_unit=of_unit)}"

    @property
    def of_probability(self) -> bool:
        """Whether predictions are probabilities."""
        return self.spec.family != "count"

    @property
    def quantity(self) -> str:
        """What is predicted, inside a sentence."""
        return {
            "binary": _("probability of {y} = {value}", y=self.y, value=apa.brief(float(self.scores[self.spec.outcome].max()))),
            "count": _("expected {y}", y=self.y),
            "ordered": _("probability of each level of {y}", y=self.y),
        }[self.spec.family]

    @property
    def predicted(self) -> str:
        """The same in a caption, where it is a prediction."""
        return _("predicted {what}", what=self.quantity) if self.of_probability else self.quantity

    @property
    def link(self) -> str:
        """The scale on which the product is tested, inside a sentence."""
        return {
            "binary": _("the log odds of {y}", y=self.y),
            "count": _("the logarithm of {y}", y=self.y),
            "ordered": _("the log odds of a higher level of {y}", y=self.y),
        }[self.spec.family]

    @property
    def method(self) -> str:
        """The kind of regression, inside a sentence."""
        return families.method(self.spec.family, firth=self.spec.firth)

    @cached_property
    def products(self) -> list[dict]:
        """The rows of the product terms."""
        return [row for row in self.rows("generalized_coefficients") if ":" in row["term"]]


def models(context: Context) -> list[Generalized]:
    """Return the models that could be fitted."""
    left = [row["model"] for row in context.unfitted]
    return [Generalized(context, name) for name in context.study.generalized_models if name not in left]


def answer(model: Generalized) -> str:
    """Return what is found for the product, on the scale of the link."""
    names = {"x": model.x, "w": model.w, "scale": model.link}
    if len(model.products) > 1:
        fit = model.fit
        names["test"] = _("χ²({df}) = {chi}, p {p}", df=len(model.products), chi=apa.number(fit[f"wald_change{model.errors}"]),
                          p=apa.p_equals(fit[f"p_wald_change{model.errors}"]))  # fmt: skip
        if fit[f"p_wald_change{model.errors}"] < 1 - model.settings.confidence:
            return _("The effect of {x} on {scale} differed by {w}, {test}.", **names)
        return _("It remains unclear whether the effect of {x} on {scale} differs by {w}, {test}.", **names)
    row = model.products[0]
    names["b"] = model.estimate(row, "estimate")
    if not model.clear(row):
        return _("It remains unclear whether {w} moderates the effect of {x} on {scale}, b = {b}.", **names)
    if row["estimate"] > 0:
        return _("The effect of {x} on {scale} increased with {w}, b = {b}.", **names)
    return _("The effect of {x} on {scale} decreased with {w}, b = {b}.", **names)


def _shown(model: Generalized, row: dict) -> str:
    level = _("level {level}: ", level=apa.brief(row["level"])) if row["level"] is not None else ""
    return f"{level}{model.estimate(row, 'difference', of_unit=model.of_probability)}"


def predictions(model: Generalized) -> str:
    """Return the differences of predictions at low and high values of the moderator, and whether they differ."""
    if len(model.effects) > 1:
        return _("Differences of predictions are in the table.")
    rows = model.rows("differences")
    levels = list(dict.fromkeys(row["level"] for row in rows))
    level = levels[-1]
    rows = [row for row in rows if row["level"] == level]
    probes = shown_probes([row["probe"] for row in rows])
    ends_ = [rows[[row["probe"] for row in rows].index(one)] for one in (probes[0], probes[-1])]
    what = (
        model.quantity
        if model.spec.family != "ordered"
        else _("probability of the highest level of {y} ({level})", y=model.y, level=apa.brief(level))
    )
    shown = [
        _("{b} {place}", b=model.estimate(row, "difference", of_unit=model.of_probability), place=_place(model, row))
        for row in ends_
    ]
    names = {"low": apa.brief(rows[0]["from"]), "high": apa.brief(rows[0]["to"]), "x": model.x, "what": what}
    text = _("Between {x} = {low} and {x} = {high}, the {what} changed by {list}.", list=listing(shown), **names)
    second = next(
        (row for row in model.rows("second_differences")
         if row["level"] == level and (row["probe_a"], row["probe_b"]) == (ends_[0]["probe"], ends_[1]["probe"])), None,
    )  # fmt: skip
    if second is None:
        return text
    difference = model.estimate(second, "second_difference", of_unit=model.of_probability)
    compared = (
        _("These changes differed by {difference}.", difference=difference)
        if model.clear(second)
        else _("Whether these changes differ remains unclear, difference = {difference}.", difference=difference)
    )
    return sentences(text, compared)


def _place(model: Generalized, row: dict) -> str:
    if row["probe"].endswith(BY_CATEGORY):
        return _("for {w} = {category}", w=model.w, category=model.probe(row["probe"]))
    return _(
        "at the {probe} of {w} ({value})", probe=model.probe(row["probe"]), w=model.w, value=apa.brief(row["moderator_value"])
    )


def caution(model: Generalized) -> str:
    """Return why both scales are reported."""
    if model.spec.family == "count":
        return _(
            "A product of logarithms is a ratio of ratios, whose sign need not be that of the difference of expected counts (Ai "
            "& Norton, 2003); both are reported."
        )
    return _(
        "The sign of a product of log odds is not the sign of the moderation of probabilities (Ai & Norton, 2003); both are "
        "reported."
    )


def left_out(model: Generalized) -> str:
    """Return resamples without a maximum, and excluded respondents."""
    fit, found = model.fit, []
    if fit["without_maximum"]:
        lost = count("In {n} of {all} resamples, the likelihood had no maximum", "In {n} of {all} resamples, the likelihood had "
                     "no maximum", fit["without_maximum"], all=f"{fit['resamples']:,}")  # fmt: skip
        kept = model.rows("generalized_coefficients")[0]["boot_low"] is not None
        found.append(
            _("{lost}; they are left out.", lost=lost) if kept else _("{lost}, so there are no bootstrap intervals.", lost=lost)
        )
    if fit["dropped"]:
        found.append(count("The model excludes {n} respondent with missing values.",
                           "The model excludes {n} respondents with missing values.", fit["dropped"]))  # fmt: skip
    return sentences(*found)


def body(model: Generalized) -> tuple[tuple[Block, ...], dict]:
    """Return the blocks of a model's section, and the tables and figure that its manuscript text cites."""
    shown = {"coefficients": tables.coefficients(model), "differences": tables.differences(model), "figure": _figure(model)}
    blocks = present(
        Heading(model.title, id=f"model-{model.name}"),
        Paragraph(sentences(answer(model), predictions(model))),
        Paragraph(sentences(caution(model), left_out(model))),
        shown["coefficients"],
        shown["figure"],
        shown["differences"],
        Fold(_("Effects on the scale of the link"), present(tables.effects(model), tables.dropped(model))),
    )
    return blocks, shown


def results(model: Generalized, shown: dict) -> tuple[Block, ...]:
    """Return a model's part of the results of the manuscript."""
    fit = model.fit
    explained = say(
        "McFadden's R² of the {method} was {r2} ({table}).", method=model.method, r2=apa.unit(fit["r_squared_mcfadden"]),
        table=ref(shown["coefficients"]),
    )  # fmt: skip
    tested = (
        _("The likelihood ratio test of the interaction gave χ²({df}) = {chi}, p {p}.", df=fit["df_change"],
          chi=apa.number(fit["chi_squared_change"]), p=apa.p_equals(fit["p_change"]))
        if fit["chi_squared_change"] is not None
        else ""
    )  # fmt: skip
    where = say("{table} and {figure} show predictions.", table=ref(shown["differences"]), figure=ref(shown["figure"]))
    return (
        Heading(model.title, 4),
        Paragraph(sentences(explained, answer(model), tested, predictions(model), caution(model), where, left_out(model))),
    )


def analysis(found: list[Generalized]) -> tuple[str, ...]:
    """Return what was analysed, for the manuscript."""
    texts = []
    for model in found:
        covariates = listing([model.context.inline(one) for one in model.spec.covariates])
        names = {"y": model.y, "x": model.x, "w": model.w, "method": model.method, "errors": model.errors_words}
        text = _("We regressed {y} on {x}, {w} and their product", **names)
        if covariates:
            text = _("{text}, with {covariates} held constant", text=text, covariates=covariates)
        texts.append(
            _("{text}, by {method} with {errors} standard errors.", text=text, method=model.method, errors=model.errors_words)
        )
    if found:
        texts.append(
            _("Effects are also reported as differences of predicted probabilities or counts between the 16th and the 84th "
              "percentile of the predictor (or its two values), averaged over the respondents' covariates.")
        )  # fmt: skip
    return tuple(texts)


def methods(found: list[Generalized]) -> tuple[tuple[str, str], ...]:
    """Return the paragraph of the methods in detail."""
    if not found:
        return ()
    text = _(
        "Outcomes that are not quantities are modelled by maximum likelihood: two-valued ones by logistic regression, counts by "
        "negative binomial regression (variance μ + α μ²), ordered ones by proportional odds (McCullagh, 1980). Robust standard "
        "errors are sandwich estimates times n / (n − k). Differences of predictions have delta-method standard errors. "
        "Bootstrap intervals refit the model in each resample; those without a maximum are counted. If variables separate the "
        "values of a two-valued outcome, the model is refused unless Firth's (1993) penalised likelihood is declared."
    )
    return ((_("Outcomes that are not quantities"), text),)


def _figure(model: Generalized) -> Drawing:
    curve = model.frame("predicted_curve")
    low, high = f"ci_low{model.errors}", f"ci_high{model.errors}"
    curve = curve.assign(ci_low=curve[low], ci_high=curve[high])
    names = {
        row.probe: model.probe(row.probe) + ("" if row.probe.endswith(BY_CATEGORY) else f" ({apa.brief(row.moderator_value)})")
        for row in curve.drop_duplicates("probe").itertuples()
    }
    context, spec = model.context, model.spec
    levels = [one for one in dict.fromkeys(curve["level"]) if pd.notna(one)]
    titles = {one: _("{y} = {level}", y=context.label(spec.outcome), level=apa.brief(one)) for one in levels}
    categories = (
        {code: context.study.category(spec.predictor, code) for code in sorted(model.scores[spec.predictor].unique())}
        if model.predictor_is_categorical
        else None
    )
    y = apa.upper(model.quantity) if spec.family != "ordered" else _("Predicted probability")
    words = {"predictor": context.axis(spec.predictor), "outcome": y, "moderator": context.axis(spec.moderator)}
    drawing = predicted(curve, names, titles, words, model.of_probability, categories)
    what = apa.upper(model.predicted)
    caption = context.note(
        _("{what} by {x} at values of {w}, with pointwise {level} ({errors}); N = {n}.", what=what, x=model.x, w=model.w,
          level=model.level, errors=model.errors_words, n=f"{model.fit['n']:,}"),
        _("Averaged over the respondents' covariates.") if spec.covariates else "",
    )  # fmt: skip
    alternative = _("{what} over {x} for values of {w}, as lines with bands.", what=what, x=model.x, w=model.w)
    return Drawing(f"predicted_{model.name}", drawing, caption, alternative)
