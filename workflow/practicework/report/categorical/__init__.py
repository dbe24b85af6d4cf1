"""Categorical outcomes: which characteristics go with which category."""

from __future__ import annotations

from dataclasses import dataclass

from matplotlib.figure import Figure

from practicework.report import apa
from practicework.report.contents import ref
from practicework.report.context import Context
from practicework.report.messages import _, listing, say, sentences
from practicework.report.section import Block, Fold, Heading, Paragraph, Section, present
from practicework.report.table import Drawing, Table, integer, interval, made, number, p, precision, share, text
from practicework.study.categorical import Categorical

REFERENCES = ("brant1990", "mccullagh1980", "peduzzi1996")


@dataclass(frozen=True)
class Model:
    """One regression of a categorical outcome."""

    context: Context
    name: str
    kind: str

    @property
    def spec(self) -> Categorical:
        """The model's entry in the config."""
        return self.context.study.categorical_models[self.name]

    @property
    def title(self) -> str:
        """The model's label."""
        return self.spec.label or self.context.label(self.spec.outcome)

    @property
    def outcome(self) -> str:
        """The outcome inside a sentence."""
        return self.context.inline(self.spec.outcome)

    @property
    def ordered(self) -> bool:
        """Whether the categories are ordered."""
        return self.kind == "ordinal"

    def rows(self, table: str) -> list[dict]:
        """A result table's rows."""
        return self.context.rows(f"categorical/{self.name}/{table}")

    @property
    def fit(self) -> dict:
        """The row of the table `fit`."""
        return self.rows("fit")[0]

    def category(self, variable: str, value: float) -> str:
        """The text of a category of the outcome or a predictor."""
        if variable in self.context.config.categories:
            return self.context.study.category(variable, value)
        return f"{value:g}"

    def value(self, row: dict) -> str:
        """A value of a predictor: a category, or a number."""
        if row["variable"] in self.context.config.categories:
            return self.category(row["variable"], row["value"])
        return apa.brief(row["value"])

    def slopes(self) -> list[dict]:
        """The coefficients of predictors."""
        return [row for row in self.rows("coefficients") if row["odds_ratio"] is not None]


def section(context: Context) -> Section:
    """What the stage contributes to the report."""
    rows = context.rows("categorical/models")
    missing = tuple(
        _("The model of {title} could not be fitted: {reason}", title=Model(context, row["model"], row["kind"]).outcome,
          reason=row["note"].split(": ", 1)[-1])
        for row in rows if not row["fitted"]
    )  # fmt: skip
    found = [Model(context, row["model"], row["kind"]) for row in rows if row["fitted"]]
    made_blocks = [(one, _coefficients(one), _drawing(one)) for one in found]
    body: list[Block] = [Paragraph(one, "check") for one in missing]
    for one, table, drawing in made_blocks:
        body += present(
            Heading(one.title, id=f"categorical-{one.name}"),
            Paragraph(sentences(_tests(one), _effects(one), _proportional(one))),
            drawing,
            table,
            Fold(
                _("Tests of predictors, and predicted shares"), present(_variables(one), _predicted(one), _proportionality(one))
            ),
        )
    results = [
        Paragraph(
            sentences(
                _tests(one),
                _effects(one),
                _proportional(one),
                say("{figure} shows predicted shares, {table} all coefficients.", figure=ref(drawing), table=ref(table)),
            )
        )
        for one, table, drawing in made_blocks
    ]
    return Section(
        "categorical",
        _("Categorical outcomes"),
        body=tuple(body),
        links=tuple((f"categorical-{one.name}", one.title) for one in found) if len(found) > 1 else (),
        warnings=missing,
        also=tuple(_tests(one) for one in found),
        manuscript={
            "analysis": (_analysis(found),) if found else (),
            "results": (Heading(_("Categorical outcomes"), 4), *results) if results else (),
        },
        methods=((_("Categorical outcomes"), _methods()),) if found else (),
        references=REFERENCES,
        software=("statsmodels",) if any(not one.ordered for one in found) else (),
    )


def _tests(one: Model) -> str:
    """Which predictors contribute, by likelihood-ratio tests."""
    found = []
    for row in one.rows("variables"):
        words = {"variable": one.context.inline(row["variable"]), "outcome": one.outcome, "df": row["df"],
                 "chi": apa.number(row["chi_square"]), "p": apa.p_equals(row["p_value"])}  # fmt: skip
        found.append(
            _("{outcome} depended on {variable}, χ²({df}) = {chi}, p {p}.", **words)
            if row["p_value"] < 0.05
            else _("whether {outcome} depends on {variable} remains unclear, χ²({df}) = {chi}, p {p}.", **words)
        )
    return sentences(*(apa.upper(one_) for one_ in found))


def _effects(one: Model) -> str:
    """The coefficients whose intervals exclude zero, as odds ratios."""
    found = []
    for row in one.slopes():
        if row["ci_low"] <= 0 <= row["ci_high"]:
            continue
        words = {"variable": one.context.inline(row["term"]), "odds": apa.number(row["odds_ratio"]),
                 "ci": apa.interval(row["odds_low"], row["odds_high"]), "outcome": one.outcome}  # fmt: skip
        if one.ordered:
            form = (
                _("Higher {variable} went with higher {outcome}, OR = {odds}, 95% CI {ci}.")
                if row["estimate"] > 0
                else _("Higher {variable} went with lower {outcome}, OR = {odds}, 95% CI {ci}.")
            )
        else:
            words |= {"category": apa.lower(one.category(one.spec.outcome, row["category"])),
                      "reference": apa.lower(one.category(one.spec.outcome, row["reference"]))}  # fmt: skip
            form = (
                _("Higher {variable} went with higher odds of {category} rather than {reference}, OR = {odds}, 95% CI {ci}.")
                if row["estimate"] > 0
                else _("Higher {variable} went with lower odds of {category} rather than {reference}, OR = {odds}, 95% CI {ci}.")
            )
        if row["term"].endswith("]") and one.ordered:
            form = (
                _("Odds of a higher {outcome} were higher for {variable} than for the first category, OR = {odds}, 95% CI {ci}.")
                if row["estimate"] > 0
                else _(
                    "Odds of a higher {outcome} were lower for {variable} than for the first category, OR = {odds}, 95% CI {ci}."
                )
            )
        elif row["term"].endswith("]"):
            form = (
                _("Odds of {category} rather than {reference} were higher for {variable} than for the first category, "
                  "OR = {odds}, 95% CI {ci}.")
                if row["estimate"] > 0
                else _("Odds of {category} rather than {reference} were lower for {variable} than for the first category, "
                       "OR = {odds}, 95% CI {ci}.")
            )  # fmt: skip
        found.append(form.format(**words))
    return sentences(*found)


def _proportional(one: Model) -> str:
    """Brant's test in words."""
    row = next((row for row in one.rows("proportionality") if row["term"] is None), None)
    if row is None:
        return ""
    if row["p_value"] is None:
        return _("Whether odds are proportional could not be tested ({reason}).", reason=row["note"].split(": ", 1)[-1])
    words = {"df": row["df"], "chi": apa.number(row["chi_square"]), "p": apa.p_equals(row["p_value"])}
    if row["p_value"] < 0.05:
        return _("Brant's test rejected proportional odds, χ²({df}) = {chi}, p {p}, so single odds ratios describe the "
                 "thresholds only on average.", **words)  # fmt: skip
    return _("Brant's test did not reject proportional odds, χ²({df}) = {chi}, p {p}.", **words)


def _coefficients(one: Model) -> Table:
    digits = precision("std_error")
    columns = [
        *([] if one.ordered else [text("category", _("Category"), lambda row: one.category(one.spec.outcome, row["category"]))]),
        text("term", _("Term"), lambda row: _("Intercept") if row["term"] == "intercept"
             else _threshold(one, row["term"]) if "|" in row["term"] else one.context.label(row["term"])),
        number("estimate", _("Log odds"), digits),
        number("std_error", "SE", digits),
        p("p_value", "p"),
        number("odds_ratio", "OR"),
        interval("odds_ci", _("95% CI of OR"), "odds_low", "odds_high"),
    ]  # fmt: skip
    fit = one.fit
    note = one.context.note(
        _("n = {n}; χ²({df}) = {chi}, p {p}; McFadden's R² = {r2}.", n=f"{fit['n']:,}", df=fit["df"],
          chi=apa.number(fit["chi_square"]), p=apa.p_equals(fit["p_value"]), r2=apa.unit(fit["mcfadden"])),
        _("Odds of a higher category at every threshold.") if one.ordered
        else _("Odds of the category rather than {reference}.",
               reference=apa.lower(one.category(one.spec.outcome, one.rows("categories")[0]["category"]))),
    )  # fmt: skip
    title = _("{outcome}: coefficients", outcome=one.title)
    return Table.of(f"categorical_{one.name}_coefficients", title, columns, one.rows("coefficients"), note,
                    row=lambda row: row["term"] if one.ordered else f"{row['category']:g} {row['term']}")  # fmt: skip


def _threshold(one: Model, term: str) -> str:
    low, high = (one.category(one.spec.outcome, float(end)) for end in term.split("|"))
    return _("Threshold {low} | {high}", low=low, high=high)


def _variables(one: Model) -> Table:
    columns = [
        text("variable", _("Predictor"), lambda row: one.context.label(row["variable"])),
        number("chi_square", "χ²"),
        integer("df", "df"),
        p("p_value", "p"),
    ]
    title = _("{outcome}: likelihood-ratio tests of the predictors", outcome=one.title)
    return Table.of(f"categorical_{one.name}_variables", title, columns, one.rows("variables"),
                    one.context.note(_("Each predictor in all equations together.")), row="variable")  # fmt: skip


def _predicted(one: Model) -> Table:
    columns = [
        text("variable", _("Predictor"), lambda row: one.context.label(row["variable"])),
        made("value", _("Value"), one.value),
        text("category", _("Category"), lambda row: one.category(one.spec.outcome, row["category"])),
        share("share", _("Share")),
        made("ci", _("95% CI (%)"), lambda row: apa.interval(100 * row["ci_low"], 100 * row["ci_high"], 0)),
    ]
    note = one.context.note(
        _("Mean predicted shares if the predictor had this value (16th, 50th or 84th percentile, or category) and all else were "
          "as observed; delta-method intervals.")
    )  # fmt: skip
    title = _("{outcome}: predicted shares", outcome=one.title)
    return Table.of(f"categorical_{one.name}_predicted", title, columns, one.rows("predicted"), note,
                    row=lambda row: f"{row['variable']} {row['value']:g} {row['category']:g}")  # fmt: skip


def _proportionality(one: Model) -> Table | None:
    rows = [row for row in one.rows("proportionality") if row["p_value"] is not None]
    if not rows:
        return None
    columns = [
        text("term", _("Predictor"), lambda row: one.context.label(row["term"]) if row["term"] else _("All together")),
        number("chi_square", "χ²"),
        integer("df", "df"),
        p("p_value", "p"),
    ]
    note = one.context.note(_("Brant's (1990) test that a logistic regression at each threshold has the same coefficients."))
    title = _("{outcome}: proportionality of odds", outcome=one.title)
    return Table.of(f"categorical_{one.name}_proportionality", title, columns, rows, note, row=lambda row: row["term"] or "all")


def _drawing(one: Model) -> Drawing:
    caption = one.context.note(
        _("{outcome}: mean predicted shares of respondents with one predictor at a time at its 16th, 50th and 84th percentile, "
          "or in each category (n = {n}).", outcome=one.title, n=f"{one.fit['n']:,}"),
        _("Lines are 95% intervals."),
    )  # fmt: skip
    alternative = _("Points with intervals for each category of the outcome, one panel per predictor.")
    return Drawing(f"categorical_{one.name}_predicted", _figure(one), caption, alternative)


def _figure(one: Model) -> Figure:
    """Draw predicted shares, a panel per predictor."""
    from matplotlib.lines import Line2D

    from practicework.report.style import COLOURS, WIDTH, label, legend

    rows = one.rows("predicted")
    variables = list(dict.fromkeys(row["variable"] for row in rows))
    levels = list(dict.fromkeys(row["category"] for row in rows))
    columns = min(3, len(variables))
    lines = -(-len(variables) // columns)
    figure = Figure(figsize=(WIDTH, 0.7 + 2.3 * lines), layout="constrained")
    panels = figure.subplots(lines, columns, squeeze=False, sharey=True).ravel()
    markers = "osD^vPX"
    for axes, variable in zip(panels, variables, strict=False):
        own = [row for row in rows if row["variable"] == variable]
        values = list(dict.fromkeys(row["value"] for row in own))
        for shift, level in enumerate(levels):
            some = [row for row in own if row["category"] == level]
            x = [values.index(row["value"]) + 0.4 * ((shift + 0.5) / len(levels) - 0.5) for row in some]
            ends = [[100 * row["ci_low"] for row in some], [100 * row["ci_high"] for row in some]]
            colour = COLOURS[shift % len(COLOURS)]
            axes.vlines(x, *ends, color=colour, linewidth=1.3)
            line = "none" if variable in one.context.config.categories else "-"
            axes.plot(x, [100 * row["share"] for row in some], marker=markers[shift % 7], color=colour, markersize=4.5,
                      linewidth=0.8, linestyle=line)  # fmt: skip
        axes.set_xticks(range(len(values)), [one.value({"variable": variable, "value": value}) for value in values])
        axes.set_xlim(-0.5, len(values) - 0.5)
        axes.set_ylim(0, 100)
        label(axes, x=one.context.label(variable))
    for place in range(0, len(variables), columns):
        label(panels[place], y=_("Respondents (%)"))
    for axes in panels[len(variables) :]:
        axes.set_visible(False)
    handles = [
        Line2D([], [], color=COLOURS[place % len(COLOURS)], marker=markers[place % 7], markersize=4.5, linewidth=1.2)
        for place in range(len(levels))
    ]
    legend(figure, handles, [one.category(one.spec.outcome, level) for level in levels], one.context.label(one.spec.outcome))
    return figure


def _analysis(found: list[Model]) -> str:
    parts = []
    for ordered in (False, True):
        names = list(dict.fromkeys(one.outcome for one in found if one.ordered == ordered))
        if names and ordered:
            parts.append(
                _("We modelled {outcomes} by proportional odds (McCullagh, 1980), whose assumption was tested by comparing "
                  "logistic regressions at each threshold (Brant, 1990).", outcomes=listing(names))
            )  # fmt: skip
        elif names:
            parts.append(
                _("We modelled {outcomes} by multinomial logistic regression; at least ten respondents in the smallest category "
                  "are required for each coefficient (Peduzzi et al., 1996).", outcomes=listing(names))
            )  # fmt: skip
    return sentences(*parts)


def _methods() -> str:
    return _(
        "Models are fitted by maximum likelihood to respondents with all values, and need 40. A multinomial model needs ten "
        "respondents in the smallest category for each coefficient of an equation; a model of ordered categories needs ten per "
        "coefficient, counted as n minus the sum of the cubed sizes of the categories divided by n². Predictors are tested by "
        "likelihood ratios, in all equations together. Predicted shares are means over the respondents; their intervals follow "
        "from the delta method on the logit scale."
    )
