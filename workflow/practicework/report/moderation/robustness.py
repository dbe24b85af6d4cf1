"""Robustness and sensitivity of one moderation model: power, influence, assumptions, measurement error."""

from __future__ import annotations

from functools import cached_property

from practicework.report import apa
from practicework.report.messages import _, count, listing, say, sentences
from practicework.report.moderation.facts import Model
from practicework.report.moderation.wording import smallest
from practicework.report.table import (
    Table,
    brief,
    heading,
    integer,
    interval,
    made,
    number,
    p,
    precision,
    text,
    unit,
)  # fmt: skip

MOST_ROWS = 10
"""Respondents listed in the influence table."""

DIGITS = precision("std_error")


def check_words(check: str) -> str:
    """Return what a check tests."""
    return {
        "shapiro_wilk": _("Normality of residuals (Shapiro–Wilk)"),
        "breusch_pagan": _("Homoscedasticity (Breusch–Pagan)"),
        "quadratic": _("No quadratic effects"),
        "binning": _("Linear interaction (terciles of the moderator)"),
    }[check]


class Robustness:
    """What the sentences and tables about robustness read of a model."""

    def __init__(self, model: Model) -> None:
        """Of a model."""
        self.model = model
        rows = model.rows("sensitivity")
        smallest_rows = [row for row in rows if row["quantity"] == "smallest_effect"]
        least = [row for row in rows if row["quantity"] == "minimum_detectable"]
        self.ideal, self.real = smallest_rows[0], smallest_rows[-1]
        self.detectable, self.detectable_real = least[0], least[-1]
        self.measured = len(smallest_rows) > 1
        self.without = [row for row in model.rows("leave_one_out") if row["estimate"] is not None]
        self.changing = [row for row in self.without if row["turns"]]
        self.influential = len({row["respondent"] for row in self.changing})
        self.checks = [row for row in model.rows("checks") if row["p_value"] is not None]
        self.corrected = [row for row in model.rows("errors_in_variables") if ":" in row["term"]]

    @cached_property
    def order(self) -> list[dict]:
        """The omitted respondents, the most influential first."""
        return sorted(self.without, key=lambda row: -abs(row["dfbetas"] or 0))

    def items(self) -> tuple[str, ...]:
        """The short list of robustness: one entry per question."""
        parts = (
            (_("Basis of the conclusion"), self._basis()),
            (_("Power"), self.power()),
            (_("Influential respondents"), self.influence()),
            (_("Assumptions"), self.assumptions()),
            (_("Measurement error"), self.measurement_error()),
        )
        return tuple(say("<b>{what}.</b> {words}", what=what, words=words) for what, words in parts if words)

    def _basis(self) -> str:
        v = self.model.verdict
        declared = (
            _("as declared for this model")
            if self.model.spec.smallest_effect and not v["joint"]
            else _("ΔR² = {change}", change=apa.unit(v["smallest_change"], 3))
        )
        found = _(
            "The conclusion rests on the {by} interval and a smallest effect size of interest (SESOI) of {smallest} "
            "({declared}).",
            by=v["by"],
            smallest=smallest(self.model),
            declared=declared,
        )
        if v["joint"]:
            found = _(
                "The conclusion rests on the {by} interval and a smallest effect size of interest (SESOI) of {smallest}.",
                by=v["by"],
                smallest=smallest(self.model),
            )
        if v["p_equivalence"] is None:
            return found
        significant = v["p_equivalence"] < 0.05
        tested = (
            _("The equivalence test rejected effects of that size, p {p}.")
            if significant
            else _("The equivalence test was not significant, p {p}.")
        )
        return sentences(found, tested.format(p=apa.p_equals(v["p_equivalence"])))

    def power(self, *, short: bool = False) -> str:
        """Power to detect the smallest effect size of interest, and what would be required."""
        ideal, real, n = self.ideal, self.real, f"{self.model.fit['n']:,}"
        if ideal["power"] is None:
            return ""
        change = apa.unit(ideal["delta_r_squared"], 3)
        if self.measured and real["power"] is not None:
            found = _(
                "With N = {n}, power to detect ΔR² = {change} was {ideal} with error-free scores and {real} at the observed "
                "reliabilities.",
                n=n, change=change, ideal=apa.unit(ideal["power"]), real=apa.unit(real["power"]),
            )  # fmt: skip
        else:
            found = _(
                "With N = {n}, power to detect ΔR² = {change} was {ideal}.", n=n, change=change, ideal=apa.unit(ideal["power"])
            )
        if real["n_required"] is not None:
            found = sentences(found, _("Power of .80 would require {n} respondents.", n=f"{real['n_required']:,}"))
        if short:
            return found
        if self.detectable["delta_r_squared"] is not None:
            detectable = apa.unit(self.detectable["delta_r_squared"], 3)
            if self.measured and self.detectable_real["delta_r_squared"] is not None:
                detectable = _(
                    "{ideal} ({real} at the observed reliabilities)",
                    ideal=detectable, real=apa.unit(self.detectable_real["delta_r_squared"], 3),
                )  # fmt: skip
            found = sentences(found, _("With this sample size, power reaches .80 for ΔR² = {change}.", change=detectable))
        if real["type_m"] is not None and real["type_m"] > 1.05:
            exaggeration = _(
                "A significant estimate of the smallest effect size of interest would on average be {factor} times too large",
                factor=f"{real['type_m']:.1f}",
            )
            if real["type_s"] >= 0.005:
                exaggeration = _(
                    "{exaggeration} and would have the wrong sign in {percent}% of cases",
                    exaggeration=exaggeration, percent=f"{100 * real['type_s']:.0f}",
                )  # fmt: skip
            found = sentences(found, f"{exaggeration}.")
        return found

    def influence(self, *, short: bool = False) -> str:
        """Whether omitting a single respondent changes the conclusion."""
        if not self.order:
            return ""
        if not self.changing:
            strongest = self.order[0]
            if strongest["dfbetas"] is None or short:
                return _("Omitting any single respondent does not change the conclusion.")
            return _(
                "Omitting any single respondent does not change the conclusion; {respondent} is the most influential "
                "(DFBETAS = {dfbetas}).",
                respondent=strongest["respondent"], dfbetas=apa.number(strongest["dfbetas"]),
            )  # fmt: skip
        found = count(
            "Omitting one respondent changes the conclusion.", "Omitting any one of {n} respondents changes the conclusion.",
            self.influential,
        )  # fmt: skip
        if short:
            return found
        first, digits = self.changing[0], self.model.verdict["digits"]
        example = (
            _("For example, without {respondent} the coefficient has the opposite sign.")
            if first["turns"] == "sign"
            else _("For example, without {respondent} the interval excludes zero.")
            if first["ci_low"] > 0 or first["ci_high"] < 0
            else _("For example, without {respondent} the interval includes zero.")
        )
        span = ""
        if len({row["term"] for row in self.without}) == 1:
            estimates = [row["estimate"] for row in self.without]
            span = _(
                "Leave-one-out estimates range from {low} to {high}.",
                low=apa.number(min(estimates), digits), high=apa.number(max(estimates), digits),
            )  # fmt: skip
        return sentences(
            found, example.format(respondent=first["respondent"]), span,
            _("A result that depends on a single respondent calls for a replication."),
        )  # fmt: skip

    @property
    def doubtful(self) -> list[str]:
        """The assumptions that a check rejects at the 5% level."""
        return [apa.lower(check_words(row["check"])) for row in self.checks if row["p_value"] < 0.05]

    def assumptions(self) -> str:
        """What the checks of the assumptions found."""
        passed = [apa.lower(check_words(row["check"])) for row in self.checks if row["p_value"] >= 0.05]
        if self.doubtful:
            found = _("At the 5% level, the checks rejected: {assumptions}.", assumptions=listing(self.doubtful))
        elif passed:
            found = _("No check indicated a violation: {assumptions}.", assumptions=", ".join(passed))
            if self.model.fit["n"] < 300:
                found = sentences(found, _("In small samples, such checks detect only large violations."))
        else:
            found = _("No check could be computed.")
        return sentences(found, _("HC3 and bootstrap intervals do not assume homoscedasticity."))

    def measurement_error(self, *, short: bool = False) -> str:
        """What correction for measurement error would do to the interaction."""
        if not self.corrected:
            return ""
        if self.corrected[0]["estimate"] is None:
            return _("A correction for measurement error is not possible: the reliabilities are too low for this sample.")
        if len(self.corrected) > 1:
            return "" if short else _("The terms corrected for measurement error are reported in the supplement.")
        row, digits = self.corrected[0], self.model.verdict["digits"]
        found = _("After correction for measurement error, b = {b} (uncorrected: {uncorrected})",
                  b=apa.number(row["estimate"], digits), uncorrected=apa.number(row["uncorrected"], digits))  # fmt: skip
        if row["boot_low"] is not None:
            ci = apa.interval(row["boot_low"], row["boot_high"], digits)
            found = _("{corrected}, bootstrap {level} {ci}", corrected=found, level=self.model.level, ci=ci)
        if short:
            return f"{found}."
        reliabilities = [
            f"{self.model.context.inline(one['term'])} {apa.unit(one['reliability'])}"
            for one in self.model.rows("errors_in_variables")
            if one["reliability"] is not None
        ]
        return sentences(f"{found}.", _("Reliabilities: {list}.", list=listing(reliabilities)))


def sensitivity(model: Model) -> Table:
    """What a study of this size can detect, by the size of the true interaction."""
    found, rows, last = model.rows("sensitivity"), [], None
    several = len({row["attenuation"] for row in found}) > 1
    for row in found:
        if several and row["attenuation"] != last:
            last = row["attenuation"]
            label = (
                _("Error-free scores")
                if last == 1
                else _("At the observed reliabilities ({percent}% of ΔR² is retained)", percent=f"{100 * last:.0f}")
            )
            rows.append(heading(label))
        rows.append(row)
    words = {"minimum_detectable": _(" (80% power)"), "smallest_effect": _(" (SESOI)"), "effect": ""}

    def change(row: dict) -> str:
        value = row["delta_r_squared"]
        return apa.unit(value, 4 if (value or 1) < 0.005 else 3).within("{}" + words[row["quantity"]])

    columns = [
        made("delta_r_squared", _("True ΔR²"), change),
        unit("power", _("Power")),
        unit("power_ols", _("Power, simulated (OLS)")),
        unit("power_hc3", _("Power, simulated (HC3)")),
        unit("power_bootstrap", _("Power, simulated (bootstrap)")),
        unit("type_s", _("Type S error")),
        number("type_m", _("Type M error"), 1),
        integer("n_required", _("Required N")),
    ]
    simulation = model.context.config.moderation.simulation
    if any(row["power_ols"] is not None for row in found):
        how = _("Simulated power is based on {studies} studies that resample respondents of this sample",
                studies=f"{simulation.studies:,}")  # fmt: skip
        if any(row["power_bootstrap"] for row in found):
            how = _("{how}, with {resamples} bootstrap resamples each", how=how, resamples=f"{simulation.resamples:,}")
        how = f"{how}."
    else:
        how = _("Power was not simulated for this number of respondents or terms.")
    note = model.context.note(
        f"N = {model.fit['n']:,}.",
        _("Power is the closed-form power of the two-sided test."),
        how,
        _(
            "Type S and type M error = probability of the wrong sign and mean exaggeration, given significance. Required N "
            "is for 80% power. No value depends on the estimated interaction."
        ),
        *(f"{apa.upper(one)}." for one in dict.fromkeys(row["note"] for row in found if row["note"])),
    )
    title = _("{model}: power and sensitivity", model=model.title)
    identify = lambda row: f"{row['quantity']} {row['attenuation']:.6g} {_change(row)}".strip()  # noqa: E731
    return Table.of(f"moderation_{model.name}_sensitivity", title, columns, rows, note, row=identify)


def _change(row: dict) -> str:
    return f"{row['delta_r_squared']:g}" if row["quantity"] == "effect" and row["delta_r_squared"] is not None else ""


def influence(model: Model) -> Table:
    """The most influential respondents."""
    facts, context = Robustness(model), model.context
    rest = {row["respondent"]: row for row in model.rows("influence")}
    order = sorted(model.rows("leave_one_out"), key=lambda row: -abs(row["dfbetas"] or 0))
    shown = [row for row in order if row["turns"]][:MOST_ROWS]
    shown += [row for row in order if not row["turns"]][: max(0, MOST_ROWS - len(shown))]
    several = len({row["term"] for row in facts.without}) > 1
    keys = ("studentized_residual", "leverage", "cooks_distance")
    rows = [row | {key: rest[row["respondent"]][key] for key in keys} for row in shown]
    words = {"sign": _("sign"), "verdict": _("yes"), None: ""}

    def respondent(row: dict) -> str:
        if not several:
            return row["respondent"]
        return _("{respondent}, {term}", respondent=row["respondent"], term=context.label(row["term"]))

    columns = [
        text("respondent", _("Respondent"), respondent),
        number("dfbetas", "DFBETAS"),
        number("estimate", _("b without"), DIGITS),
        interval("ci", _("{level} without", level=model.level), "ci_low", "ci_high", DIGITS),
        text("turns", _("Changes conclusion"), lambda row: words[row["turns"]]),
        number("studentized_residual", _("Studentized residual")),
        unit("leverage", _("Leverage")),
        number("cooks_distance", _("Cook's distance"), 3),
    ]
    note = context.note(
        _(
            "Respondents whose omission changes the conclusion are listed first, then those with the largest |DFBETAS|; all "
            "are in moderation/{model}/leave_one_out.csv and influence.csv. Changes conclusion = omitting the respondent "
            "changes whether, or on which side, the interval excludes zero. No respondent was excluded on this basis.",
            model=model.name,
        )
    )
    title = _("{model}: influential respondents", model=model.title)
    identify = lambda row: f"{row['respondent']} {row['term']}"  # noqa: E731
    return Table.of(f"moderation_{model.name}_influence", title, columns, rows, note, row=identify)


def checks(model: Model) -> Table:
    """Checks of the model's assumptions."""

    def df(row: dict) -> apa.Shown:
        parts = {key: apa.integer(row[key]) for key in ("df1", "df2") if row[key] is not None}
        return apa.joined(", ".join(["{}"] * len(parts)), **parts)

    columns = [
        text("check", _("Assumption"), lambda row: check_words(row["check"])),
        number("statistic", _("Statistic"), 3),
        made("df", "df", df),
        p("p_value", "p"),
        text("note", _("Note"), lambda row: row["note"] or ""),
    ]
    note = model.context.note(
        _(
            "Statistics: W (Shapiro–Wilk), nR² (Breusch–Pagan), F (quadratic effects, terciles). A small p value is "
            "evidence against an assumption; a large p value does not establish it, especially in small samples."
        )
    )
    title = _("{model}: checks of assumptions", model=model.title)
    return Table.of(f"moderation_{model.name}_checks", title, columns, model.rows("checks"), note, row="check")


def terciles(model: Model) -> Table | None:
    """The effect in terciles of the moderator."""
    rows = model.rows("linearity")
    if not rows:
        return None
    label = model.context.label(model.spec.moderator)
    columns = [
        made("range", label, lambda row: apa.joined("{} to {}", **{"from": apa.brief(row["from"]), "to": apa.brief(row["to"])})),
        integer("n", "n"),
        brief("median", _("Median")),
        number("effect", "b", DIGITS),
        interval("ci", model.level, "ci_low", "ci_high", DIGITS),
        number("model_effect", _("b of the model"), DIGITS),
    ]
    note = model.context.note(_("Effects at the median of each tercile, from separate lines (Hainmueller, Mummolo, & Xu, 2019)."))
    title = _("{model}: effect in terciles of {w}", model=model.title, w=model.w)
    identify = lambda row: f"{row['effect_of']} {row['bin']}"  # noqa: E731
    return Table.of(f"moderation_{model.name}_terciles", title, columns, rows, note, row=identify)


def corrected(model: Model) -> Table | None:
    """Coefficients corrected for measurement error."""
    rows = model.rows("errors_in_variables")
    if not rows:
        return None
    digits = precision("boot_std_error")
    columns = [
        text("term", _("Term"), lambda row: model.context.label(row["term"])),
        unit("reliability", _("Reliability")),
        number("uncorrected", "b", digits),
        number("estimate", _("b corrected"), digits),
        interval("boot", _("{level} (bootstrap)", level=model.level), "boot_low", "boot_high", digits),
    ]
    note = model.context.note(
        _(
            "Errors-in-variables regression by the method of moments: estimated coefficients for error-free scores, treating "
            "reliabilities as known and measurement errors as independent. This is a sensitivity analysis, not a better "
            "estimate."
        ),
        *(f"{apa.upper(one)}." for one in dict.fromkeys(row["note"] for row in rows if row["note"])),
    )
    title = _("{model}: coefficients corrected for measurement error", model=model.title)
    return Table.of(f"moderation_{model.name}_corrected", title, columns, rows[1:], note, row="term")
