"""What a synthesis found about one model, with the words for it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from practicework.report import apa
from practicework.report.context import Context
from practicework.report.messages import _, count, listing, sentences
from practicework.report.moderation.facts import Model


def metrics() -> dict[str, str]:
    """Return the metrics in words."""
    return {
        "coefficient": _("coefficient of the product"),
        "standardised": _("standardized coefficient of the product"),
        "partial_r": _("Fisher's z of the partial correlation"),
    }


def criteria() -> dict[str, tuple[str, str]]:
    """Return each criterion of replication with its name and the question that it asks."""
    return {
        "significant": (
            _("Same sign and significant"),
            _("Does the new sample alone show an interaction in the published direction?"),
        ),
        "inside_new": (_("Published effect in new interval"), _("Is the published effect compatible with the new sample?")),
        "prediction": (
            _("New effect in prediction interval"),
            _("Is the new effect what one would expect if both studies had the same true effect?"),
        ),
        "telescope": (
            _("Detectable originally"),
            _("Could the published study have detected the largest effect that the new sample allows (power of 33%)?"),
        ),
        "sceptical": (_("Sceptical p"), _("Would both studies together convince someone who doubts the published result?")),
        "negligible": (_("Negligible"), _("Is the new effect smaller than the smallest effect size of interest?")),
        "combined": (_("Combined effect"), _("Does the mean of both effects differ from zero, if there is no publication bias?")),
    }


@dataclass(frozen=True)
class Pool:
    """One model of a synthesis."""

    context: Context
    name: str

    def rows(self, table: str) -> list[dict]:
        """The model's rows of a table."""
        return [row for row in self.context.rows(f"synthesis/{table}") if row["model"] == self.name]

    @cached_property
    def model(self) -> Model:
        """The model, for its title."""
        return Model(self.context, self.name)

    @cached_property
    def effects(self) -> list[dict]:
        """The rows of the samples, without those that have no effect."""
        return [row for row in self.rows("effects") if row["source"] == "data" and row["estimate"] is not None]

    @cached_property
    def published(self) -> dict | None:
        """The row of print."""
        return next((row for row in self.rows("effects") if row["source"] == "print"), None)

    @cached_property
    def pooled(self) -> dict | None:
        """The row on which sentences are based, if anything is pooled."""
        return next((row for row in self.rows("pooled") if row["decides"] and row["estimate"] is not None), None)

    @cached_property
    def digits(self) -> int:
        """Decimals of the effects."""
        errors = [row["std_error"] for row in self.effects]
        return apa.decimals_for(min(errors)) if errors else 2

    def number(self, value: float | None) -> str:
        """An effect."""
        return apa.number(value, self.digits)

    @property
    def level(self) -> str:
        """The confidence level of intervals in sentences."""
        return self.model.level

    def answer(self) -> str:
        """The pooled estimate, the prediction interval, the heterogeneity and who moves it: in this order."""
        pooled = self.pooled
        if pooled is None:
            if self.context.part.spec.same_people:
                return self._same_people()
            if len(self.effects) == 1:
                return _("The synthesis has one sample, {sample}, so nothing is pooled.", sample=self.effects[0]["sample"])
            return _("No sample has an effect of {model} that could be pooled.", model=self.model.inline)
        form = {
            "b": self.number(pooled["estimate"]),
            "low": self.number(pooled["ci_low"]),
            "high": self.number(pooled["ci_high"]),
        }
        where = _("Over {samples} (N = {n})", samples=count("{n} sample", "{n} samples", pooled["k"]), n=f"{pooled['n']:,}")
        clear = pooled["ci_low"] > 0 or pooled["ci_high"] < 0
        found = (
            _("{where}, the interaction of {model} was {b}, {level} [{low}, {high}].", where=where, model=self.model.inline,
              level=self.level, **form)
        )  # fmt: skip
        read = _("The interval excludes zero.") if clear else _("The interval includes zero.")
        return sentences(found, read, self._spread())

    def _same_people(self) -> str:
        """The common product of one regression, where samples are waves of the same people."""
        found = _("The samples share respondents, so their effects are not pooled as those of independent samples.")
        row = next(
            (row for row in self.rows("one_stage") if row["std_error_cr2"] is not None and row["term"] != "difference"), None
        )
        if row is None:
            return found
        return sentences(
            found,
            _(
                "In one regression of all answers with standard errors clustered by person, the interaction of {model} was {b}, "
                "SE = {se}, t({df}) = {t}, p {p}.",
                model=self.model.inline, b=self.number(row["estimate"]), se=self.number(row["std_error_cr2"]),
                df=apa.number(row["df_cr2"], 1), t=apa.number(row["statistic_cr2"]), p=apa.p_equals(row["p_cr2"]),
            ),
        )  # fmt: skip

    def brief(self) -> str:
        """The pooled effect in a few words, for the overview."""
        pooled = self.pooled
        if pooled is None:
            return _("{model}: not pooled", model=self.model.inline)
        return _("{model}: pooled {b} {interval} over {samples}", model=self.model.inline, b=self.number(pooled["estimate"]),
                 interval=apa.interval(pooled["ci_low"], pooled["ci_high"], self.digits),
                 samples=count("{n} sample", "{n} samples", pooled["k"]))  # fmt: skip

    def _spread(self) -> str:
        pooled = self.pooled
        if pooled["estimator"] == "common":
            return _(
                "Two samples cannot show whether the effect differs between samples; this is the estimate of one common effect."
            )
        low, high = self.number(pooled["prediction_low"]), self.number(pooled["prediction_high"])
        parts = [
            _("In a further sample of this kind, the effect is expected between {low} and {high}.", low=low, high=high),
            _("The true effects vary with a standard deviation of τ = {tau} (Q-profile interval {ends}).",
              tau=self.number(pooled["tau"]),
              ends=apa.interval(*(None if pooled[key] is None else pooled[key] ** 0.5 for key in ("tau2_low", "tau2_high")),
                                self.digits)),
            self._moved(),
        ]  # fmt: skip
        return sentences(*parts)

    def _moved(self) -> str:
        """Which samples change the conclusion when they are left out."""
        pooled = self.pooled
        clear = pooled["ci_low"] > 0 or pooled["ci_high"] < 0
        moved = [
            row["sample"] for row in self.rows("leave_one_out") if (row["ci_low"] > 0 or row["ci_high"] < 0) != clear
        ]  # fmt: skip
        if not moved:
            return _("No single sample changes this conclusion.")
        return _("Without {samples}, the conclusion changes.", samples=listing(moved))

    def replicated(self) -> list[str]:
        """By which criteria each new sample agrees with the published result, in words; no total score."""
        found = []
        if self.published is not None and self.published["n"] is None:
            found.append(_("Published interaction {why}.", why=self.published["note"]))
        for sample in dict.fromkeys(row["sample"] for row in self.rows("verdicts")):
            own = {row["criterion"]: row["verdict"] for row in self.rows("verdicts") if row["sample"] == sample}
            small, named = own.pop("negligible", "unknown"), criteria()
            by = {
                verdict: [apa.lower(named[criterion][0]) for criterion, one in own.items() if one == verdict]
                for verdict in ("yes", "no", "depends", "unknown")
            }
            found.append(
                sentences(
                    _("{sample} agrees with the published result in: {list}.", sample=sample, list=listing(by["yes"]))
                    if by["yes"] else "",
                    _("{sample} disagrees in: {list}.", sample=sample, list=listing(by["no"])) if by["no"] else "",
                    _("Print gives too little to decide: {list}.", list=listing(by["depends"] + by["unknown"]))
                    if by["depends"] + by["unknown"] else "",
                    _("Its effect is smaller than the smallest effect size of interest.") if small == "yes" else "",
                )
            )  # fmt: skip
        return found


def invariant(context: Context) -> str:
    """The highest level of invariance that each scale reaches, and what it permits."""
    rows = context.rows("synthesis/invariance_models")
    reached: dict[str, list[str]] = {}
    for scale in dict.fromkeys(row["scale"] for row in rows):
        own = {row["level"]: row["verdict"] for row in rows if row["scale"] == scale}
        if own.get("metric") in (None, "unknown"):
            continue
        if own["metric"] == "too few to tell":
            kind = _("too few respondents to tell")
        elif own["metric"] == "fails":
            kind = _("equal loadings do not hold, so slopes and the pooled interaction are not comparable")
        elif own.get("scalar") == "holds":
            kind = _("equal loadings and intercepts hold, so slopes and means are comparable")
        else:
            kind = _("equal loadings hold, but not equal intercepts, so slopes are comparable and means are not")
        reached.setdefault(kind, []).append(context.inline(scale))
    return sentences(*(_("{scales}: {kind}.", scales=apa.upper(listing(names)), kind=kind) for kind, names in reached.items()))
