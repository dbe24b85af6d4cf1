"""What sentences, tables and the figure say of one multiverse, read once from its result tables."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from practicework.report import apa
from practicework.report.context import Context
from practicework.report.messages import _, listing
from practicework.report.moderation.facts import Model
from practicework.study.multiverse import ALL, AXES, NONE, PLUS
from practicework.study.multiverse import Multiverse as Settings

SELECTED = ("influential", "outliers")
"""Exclusions that depend on the residuals of the outcome."""


def choice_words(choice: str) -> str:
    """Return a choice in words, as a heading."""
    return {
        "scoring": _("Scoring"),
        "exclusion": _("Exclusion"),
        "covariates": _("Covariates"),
        "outcome_items": _("Items of the outcome"),
        "predictor_items": _("Items of the predictor"),
        "moderator_items": _("Items of the moderator"),
        "estimator": _("Estimator"),
        "transform": _("Outcome"),
    }[choice]


def exclusion_words(option: str) -> str:
    """Return an option of the choice `exclusion` in words."""
    return {
        "rules": _("screening rules"),
        NONE: _("nobody excluded"),
        "flagged": _("flagged respondents"),
        "influential": _("influential respondents"),
        "outliers": _("outliers"),
        "longstring": _("long runs of identical answers"),
        "irv": _("low variability of answers"),
        "even_odd": _("even–odd inconsistency"),
        "psychsyn": _("inconsistent synonyms"),
        "psychant": _("inconsistent antonyms"),
        "mahalanobis": _("Mahalanobis distance"),
        "failed_checks": _("failed attention checks"),
        "duplicate": _("identical answers"),
        "missing_share": _("many missing answers"),
        "seconds_per_item": _("fast respondents"),
    }[option]


@dataclass(frozen=True)
class Multiverse:
    """The multiverse of one moderation model of a sample."""

    context: Context
    name: str

    @property
    def settings(self) -> Settings:
        """The multiverse's entry in the config."""
        return self.context.config.multiverse[self.name]

    @cached_property
    def model(self) -> Model:
        """The moderation model."""
        return Model(self.context, self.name)

    @property
    def title(self) -> str:
        """The title of the model."""
        return self.model.title

    def rows(self, table: str) -> list[dict]:
        """A result table's rows, empty cells as None."""
        return self.context.rows(f"multiverse/{self.name}/{table}")

    @cached_property
    def summary(self) -> dict:
        """The row of `multiverse/models`."""
        return next(row for row in self.context.rows("multiverse/models") if row["model"] == self.name)

    @cached_property
    def specifications(self) -> list[dict]:
        """Every specification."""
        return self.rows("specifications")

    @cached_property
    def distinct(self) -> list[dict]:
        """The specifications that were fitted and are counted."""
        return [row for row in self.specifications if row["estimate"] is not None and row["same_as"] is None]

    @cached_property
    def primary(self) -> dict:
        """The primary analysis."""
        return next(row for row in self.specifications if row["primary"])

    @cached_property
    def curve(self) -> dict[str, dict]:
        """The rows of `curve` by set."""
        return {row["set"]: row for row in self.rows("curve")}

    @cached_property
    def joint(self) -> dict[tuple[str, str], dict]:
        """The rows of `joint` by set and statistic."""
        return {(row["set"], row["statistic"]): row for row in self.rows("joint")}

    @cached_property
    def varied(self) -> list[str]:
        """The choices that vary."""
        return list(self.settings.choices.named)

    @property
    def digits(self) -> int:
        """Decimals that show two significant digits of the primary standard error."""
        return apa.decimals_for(self.primary["hc3"] or self.primary["std_error"])

    def number(self, value: float) -> str:
        """An estimate in words."""
        return apa.number(value, self.digits)

    @property
    def range(self) -> str:
        """The lowest and the highest estimate, in words."""
        row = self.curve[ALL]
        return _("{low} to {high}", low=self.number(row["min"]), high=self.number(row["max"]))

    @property
    def respondents(self) -> str:
        """The number of respondents, or its range."""
        low, high = self.summary["n_low"], self.summary["n_high"]
        return f"{low:,}" if low == high else _("{low} to {high}", low=f"{low:,}", high=f"{high:,}")

    @property
    def errors(self) -> str:
        """The standard errors of intervals and shares."""
        return "CR2" if self.model.settings.cluster else "HC3"

    def option_words(self, choice: str, option: str | None) -> str:
        """An option of a choice in words, inside a sentence."""
        if option is None:
            return "–"
        if choice == "exclusion":
            return exclusion_words(option)
        if choice.endswith("_items"):
            return _("all items") if option == ALL else _("without {item}", item=option)
        if choice == "covariates":
            return _("no covariates") if option == NONE else listing([self.context.inline(one) for one in option.split(PLUS)])
        return {
            "mean": _("scores as in the study"),
            "complete": _("all items answered"),
            "bartlett": _("factor scores (Bartlett)"),
            "imputed": _("missing items imputed"),
            "ols": _("least squares"),
            "huber": _("robust regression (Huber)"),
            "sam": _("factors (SAM)"),
            NONE: _("as measured"),
            "rank": _("ranks"),
        }[option]

    def set_words(self, name: str) -> str:
        """The name of a set in words."""
        if name == ALL:
            return _("All specifications")
        parts = [part.split(" = ", 1) for part in name.split("; ")]
        return "; ".join(f"{choice_words(choice)}: {self.option_words(choice, option)}" for choice, option in parts)

    @property
    def selected(self) -> bool:
        """Whether an option excludes respondents by their residuals."""
        exclusion = self.settings.choices.exclusion
        return exclusion is not None and bool({*SELECTED} & {*exclusion.options})

    @property
    def others(self) -> list[str]:
        """The estimators that do not take part in the joint test, and imputed scores, in words."""
        found = dict.fromkeys(
            self.option_words("estimator", row["estimator"]) if row["estimator"] != "ols" else _("imputed scores")
            for row in self.distinct if not row["joint"]
        )  # fmt: skip
        return list(found)


def applies(choice: str, row: dict) -> bool:
    """Return whether a choice makes a difference to a specification: factors need no scoring."""
    return choice != "scoring" or row["estimator"] != "sam"


def dots(multiverse: Multiverse, rows: list[dict]) -> list[tuple[str, str, list[bool]]]:
    """Return the rows of the matrix of choices: choice, option, and in which of some specifications it is."""
    found = []
    for choice in (axis for axis in AXES if axis in multiverse.varied):
        if choice == "covariates":
            for name in multiverse.settings.choices.covariates.optional:
                inside = [name in row["covariates"].split(PLUS) for row in rows]
                found.append((choice, multiverse.context.inline(name), inside))
            continue
        for option in dict.fromkeys(row[choice] for row in multiverse.specifications):
            inside = [row[choice] == option and applies(choice, row) for row in rows]
            found.append((choice, multiverse.option_words(choice, option), inside))
    return found
