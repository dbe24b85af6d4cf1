"""Robustness and sensitivity of one moderation model: power, influence, assumptions, measurement error."""

from __future__ import annotations

from practicework.report import apa
from practicework.report.messages import _, count, listing, numeral, say, sentences
from practicework.report.moderation import clusters, latent
from practicework.report.moderation.facts import Model, errors_words
from practicework.report.moderation.wording import smallest

UNUSUAL = 0.05
"""Share of samples below which a number of influential respondents is called unusual."""


def check_words(check: str) -> str:
    """Return what a check tests."""
    return {
        "shapiro_wilk": _("Normality of residuals (Shapiro–Wilk)"),
        "breusch_pagan": _("Homoscedasticity (Breusch–Pagan)"),
        "quadratic": _("No quadratic effects"),
        "binning": _("Linear interaction (terciles of the moderator)"),
    }[check]


def analysis_words(analysis: str) -> str:
    """Return an analysis of another scale or model, inside a sentence."""
    return {
        "as_measured": _("outcome as measured"),
        "log": _("logarithm of the outcome"),
        "logit": _("logit of the response range"),
        "rank_normal": _("normal scores of the outcome"),
        "squared": _("squared outcome"),
        "proportional_odds": _("proportional odds"),
        "quadratic": _("quadratic effects added"),
        "robust": _("robust regression"),
    }[analysis]


class Robustness:
    """What the sentences and tables about robustness read of a model."""

    def __init__(self, model: Model) -> None:
        """Of a model."""
        self.model = model
        rows = model.rows("sensitivity")
        scores = {row["quantity"]: row for row in rows if row["metric"] == "scores"}
        self.smallest = scores["smallest_effect"]
        self.detectable = scores.get("minimum_detectable_simulated", scores["minimum_detectable"])
        self.between = next(
            (row for row in rows if row["metric"] == "true_scores" and row["quantity"] == "smallest_effect"), None
        )
        self.without = [row for row in model.rows("leave_one_out") if row["estimate"] is not None]
        self.changing = len({row["respondent"] for row in self.without if row["turns"]})
        self.fragility = model.rows("fragility")
        self.checks = [row for row in model.rows("checks") if row["p_value"] is not None]
        self.corrected = [row for row in model.rows("errors_in_variables") if ":" in row["term"]]

    def items(self) -> tuple[str, ...]:
        """The short list of robustness: one entry per question."""
        parts = (
            (_("Basis of the conclusion"), self._basis()),
            (_("Clusters"), clusters.sentence(self.model)),
            (_("Power"), self.power()),
            (_("Influential respondents"), self.influence()),
            (_("Assumptions"), self.assumptions()),
            (_("Scale of the outcome"), self.scales()),
            (_("Measurement error"), sentences(self.measurement_error(), latent.sentence(self.model))),
            (_("Bayesian reading"), latent.posterior(self.model)),
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
        """Power to detect the smallest effect size of interest, what it would require, and what can be significant at all."""
        row = self.smallest
        if row["power"] is None:
            return ""
        change = apa.unit(row["delta_r_squared"], 3)
        if row["power_simulated"] is None:
            found = _("Power to detect an interaction of ΔR² = {change} was {power} (OLS test).",
                      change=change, power=apa.unit(row["power"]))  # fmt: skip
            if self.model.settings.cluster:
                found = sentences(found, _("This treats respondents as independent; within clusters, power is usually lower."))
        else:
            found = _(
                "Power to detect an interaction of ΔR² = {change} was {power} ({interval} interval, newly drawn respondents, "
                "Monte Carlo SE = {error}; closed form for OLS: {closed}).",
                change=change, power=apa.unit(row["power_simulated"]), interval=errors_words(row["interval"]),
                error=apa.unit(row["power_simulated_se"], 3), closed=apa.unit(row["power"]),
            )  # fmt: skip
        if row["n_required"] is not None:
            required = _("A power of .80 would require {n} respondents", n=f"{row['n_required']:,}")
            if row["power_required"] is not None:
                required = _(
                    "{required} (simulated power: {power}, SE = {error})",
                    required=required, power=apa.unit(row["power_required"]), error=apa.unit(row["power_required_se"], 3),
                )  # fmt: skip
            found = sentences(found, f"{required}.")
        if not short and self.detectable["delta_r_squared"] is not None:
            detectable = apa.unit(self.detectable["delta_r_squared"], 3)
            found = sentences(found, _("With N = {n}, power reaches .80 at ΔR² = {change}.",
                                       n=f"{self.model.fit['n']:,}", change=detectable))  # fmt: skip
        return sentences(found, self._exaggeration(short=short), "" if short else self._between())

    def _exaggeration(self, *, short: bool) -> str:
        """By how much every significant estimate exceeds the smallest effect size of interest."""
        row = self.smallest
        if row["least_exaggeration"] is None or row["least_exaggeration"] <= 1:
            return ""
        found = _(
            "At this sample size, only ΔR² of {least} or more can be significant (OLS test), so every significant estimate is "
            "at least {factor} times ΔR² = {change}.",
            least=apa.unit(self.model.fit["significant_change"], 3), factor=f"{row['least_exaggeration']:.1f}",
            change=apa.unit(row["delta_r_squared"], 3),
        )  # fmt: skip
        if short or row["type_m"] is None:
            return found
        average = _(
            "If the true interaction had this size, significant coefficients would on average be {factor} times the true one",
            factor=f"{row['type_m']:.1f}",
        )
        if row["type_s"] >= 0.005:
            average = _("{average} and have the wrong sign in {percent}% of cases", average=average,
                        percent=f"{100 * row['type_s']:.0f}")  # fmt: skip
        return sentences(found, f"{average}.")

    def _between(self) -> str:
        """The same effect meant between true scores."""
        row = self.between
        if row is None or row["power"] is None:
            return ""
        power = row["power"] if row["power_simulated"] is None else row["power_simulated"]
        found = _("If ΔR² = {change} is meant between true scores, power was {power}",
                  change=apa.unit(row["delta_r_squared"], 3), power=apa.unit(power))  # fmt: skip
        if row["n_required"] is not None:
            found = _("{power}, and a power of .80 would require {n} respondents", power=found, n=f"{row['n_required']:,}")
        return f"{found}."

    def influence(self, *, short: bool = False) -> str:
        """How many omissions of one respondent change the conclusion, and how many are to be expected."""
        if not self.without:
            return ""
        if self.changing:
            found = count(
                "Omitting one respondent changes the conclusion.",
                "Omitting any one of {n} respondents changes the conclusion.",
                self.changing,
            )
        else:
            found = _("Omitting any single respondent does not change the conclusion.")
        if len(self.fragility) > 1 or self.fragility[0]["expected_any"] is None:
            return found
        row = self.fragility[0]
        found = sentences(found, self._expected(row), self._ignoring())
        return found if short else sentences(found, self._most_influential(row))

    def _ignoring(self) -> str:
        """With clusters, what the intervals without a respondent do not take into account."""
        if not self.model.settings.cluster:
            return ""
        return _("Intervals without single respondents are based on HC3, which ignores the clusters.")

    def _expected(self, row: dict) -> str:
        """The base rate of such omissions."""
        rate = f"{100 * row['expected_any']:.0f}"
        if not row["deletions"]:
            return _(
                "Of samples with this design and this t, {percent}% contain a respondent whose omission would.", percent=rate
            )
        more = ""
        if row["deletions"] > 1:
            more = _(" and {percent}% contain at least {n}", percent=f"{100 * row['expected_as_many']:.0f}",
                     n=numeral(row["deletions"]))  # fmt: skip
        if row["expected_as_many"] < UNUSUAL:
            return _(
                "This is unusual: of samples with this design and this t, {percent}% contain at least one such "
                "respondent{more}.",
                percent=rate, more=more,
            )  # fmt: skip
        return _(
            "This is not unusual: of samples with this design and this t, {percent}% contain at least one such "
            "respondent{more}.",
            percent=rate, more=more,
        )  # fmt: skip

    def _most_influential(self, row: dict) -> str:
        """The respondent with the largest influence, and the estimate without that respondent."""
        without = next(one for one in self.without if one["respondent"] == row["respondent"] and one["term"] == row["term"])
        digits = self.model.verdict["digits"]
        return _(
            "The most influential respondent was {respondent} (DFBETAS = {dfbetas}; 2/√N = {cutoff}), without whom b = {b}, "
            "{level} {ci}; the largest |DFBETAS| is at least as large in {percent}% of such samples.",
            respondent=row["respondent"], dfbetas=apa.number(row["dfbetas"]),
            cutoff=apa.number(2 / self.model.fit["n"] ** 0.5), b=apa.number(without["estimate"], digits), level=self.model.level,
            ci=apa.interval(without["ci_low"], without["ci_high"], digits), percent=f"{100 * row['expected_as_large']:.0f}",
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
        caution = _(
            "Measurement error attenuates coefficients in expectation but not in every small sample, so the corrected "
            "coefficient is not a better estimate (Loken & Gelman, 2017)."
        )
        if short:
            return sentences(f"{found}.", caution)
        used = [one for one in self.model.rows("errors_in_variables") if one["reliability"] is not None]
        reliabilities = [f"{self.model.context.inline(one['term'])} {apa.unit(one['reliability'])}" for one in used]
        shown = (
            _("Reliabilities, resampled with the respondents: {list}.", list=listing(reliabilities))
            if all(one["resampled"] for one in used)
            else _("Reliabilities: {list}.", list=listing(reliabilities))
        )
        return sentences(f"{found}.", shown, caution)

    def scales(self, *, short: bool = False) -> str:
        """Whether the interaction depends on the scale of the outcome or on the model."""
        rows = [row for row in self.model.rows("scale_dependence") if row["sign"]]
        own = next((row["sign"] for row in rows if row["analysis"] == "as_measured"), None)
        others = [row for row in rows if row["analysis"] != "as_measured"]
        if own is None or not others:
            return ""
        differing = [analysis_words(row["analysis"]) for row in others if row["sign"] != own]
        named = listing([analysis_words(row["analysis"]) for row in others])
        clear = own != "not significant"
        if not differing:
            agreed = (
                _("The interaction was also significant in all {n} alternative analyses", n=numeral(len(others)))
                if clear
                else _("The interaction was not significant in any of {n} alternative analyses", n=numeral(len(others)))
            )
            return f"{agreed}." if short else _("{agreed}: {analyses}.", agreed=agreed, analyses=named)
        agreed = (
            _("The interaction was also significant in {k} of {n} alternative analyses, but not in the following: {analyses}.")
            if clear
            else _("The interaction was also not significant in {k} of {n} alternative analyses, but significant in the "
                   "following: {analyses}.")
        )  # fmt: skip
        return agreed.format(k=numeral(len(others) - len(differing)), n=numeral(len(others)), analyses=listing(differing))
