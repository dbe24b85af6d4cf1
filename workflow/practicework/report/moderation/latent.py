"""The interaction by other estimators next to the primary one: factors in place of scores, and a Bayesian reading."""

from __future__ import annotations

from practicework.report import apa
from practicework.report.messages import _, sentences
from practicework.report.moderation.facts import Model
from practicework.report.table import Table, integer, interval, number, precision, text, unit

REFERENCES = ("rosseel2024", "wall2000")


def _rows(model: Model) -> list[dict]:
    """The rows of `latent`, if the study has latent moderation."""
    name = f"moderation/{model.name}/latent"
    return model.rows("latent") if name in model.context.results else []


def table(model: Model) -> Table | None:
    """Return the table of estimators and posterior distributions."""
    words = {
        "means": _("Scores (the model above)"),
        "corrected_means": _("Scores corrected for unreliability"),
        "factor_scores": _("Bartlett factor scores"),
        "sam": _("Factors (structural after measurement)"),
    }
    rows = [row | {"words": words[row["method"]]} for row in _rows(model)]
    if not any(row["estimate"] is not None for row in rows):
        return None
    columns = [
        text("words", _("Estimator")),
        integer("n", "n"),
        number("estimate", "b", precision("std_error")),
        interval("ci", model.level, "ci_low", "ci_high", precision("std_error")),
        number("standardised", "β", 3),
        interval("beta", model.level, "standardised_low", "standardised_high", 3),
        unit("reliability_xw", _("Reliability of the product")),
    ]
    notes = [f"{row['words']}: {row['note']}." for row in rows if row["note"]]
    note = model.context.note(
        _("b is in units of the scores or, for factor scores and factors, of the first items; β is comparable between rows."),
        _("Intervals are percentile intervals of resamples of respondents, in each of which factor models are refitted."),
        _("Structural after measurement subtracts the moments of measurement error from those of factor scores (Rosseel & Loh, "
          "2024; Wall & Amemiya, 2000)."),
        _("These are sensitivity analyses; conclusions rest on the primary model."),
        *notes,
    )  # fmt: skip
    title = _("{model}: the interaction by estimators that differ in how they treat measurement error", model=model.title)
    return Table.of(f"moderation_{model.name}_latent", title, columns, rows, note, row="method")


def sentence(model: Model) -> str:
    """Return what measurement error does to the interaction, by the factor model."""
    found = {row["method"]: row for row in _rows(model)}
    sam = found.get("sam")
    if sam is None:
        return ""
    if sam["estimate"] is None:
        return _("A latent interaction was not estimated ({why}).", why=(sam["note"] or "").split(": ", 1)[-1])
    names = {
        "b": apa.number(sam["standardised"], 3),
        "means": apa.number(found["means"]["standardised"], 3),
        "level": model.level,
    }
    text = _("Between factors, the standardized interaction was β = {b} (scores: {means})", **names)
    if sam["standardised_low"] is None:
        return _("{text}, without an interval.", text=text)
    ci = apa.interval(sam["standardised_low"], sam["standardised_high"], 3)
    share = apa.unit(sam["reliability_xw"])
    return sentences(
        _("{text}, {level} {ci}.", text=text, level=model.level, ci=ci),
        _("The product of the factor scores has a reliability of {share}, so about this share of a true ΔR² remains.",
          share=share),
    )  # fmt: skip


def posterior(model: Model) -> str:
    """Return the posterior probabilities for both priors."""
    rows = model.rows("bayes")
    if not rows:
        return ""
    words = {"sceptical": _("a sceptical prior"), "weak": _("a weak prior")}
    first, second = (
        {"prior": words[row["prior"]], "sd": apa.unit(row["prior_sd"], 1), "positive": apa.unit(row["p_positive"]),
         "negligible": apa.unit(row["p_negligible"])}
        for row in rows
    )  # fmt: skip
    return sentences(
        _("With {prior} on the standardized interaction (SD = {sd}), the probability is {positive} that the interaction is "
          "positive and {negligible} that it is smaller than the smallest effect size of interest;", **first),
        _("with {prior} (SD = {sd}), {positive} and {negligible}.", **second),
    )  # fmt: skip
