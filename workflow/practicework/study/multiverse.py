"""The multiverse of a moderation model: which choices vary, as a section of `config/config.yaml`, and the specifications."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations, product
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from practicework.errors import did_you_mean
from practicework.study.documents import Strict
from practicework.study.scale import Name
from practicework.study.settings import Cutoffs, Model

if TYPE_CHECKING:
    from practicework.study.study import Study

LIMIT = 5_000
"""Maximum number of specifications."""

AXES = ("scoring", "exclusion", "covariates", "outcome_items", "predictor_items", "moderator_items", "estimator", "transform")
"""The choices, in the order of the tables."""

ALL, NONE = "all", "none"
"""No item dropped; no covariates, exclusion or transformation."""

PLUS = " + "
"""Between the covariates of a set."""

SCORING = ("mean", "complete", "bartlett", "imputed")
EXCLUSION = ("rules", NONE, "flagged", *Cutoffs.model_fields, "seconds_per_item", "influential", "outliers")
ESTIMATORS = ("ols", "huber", "sam")
TRANSFORMS = (NONE, "rank")

_SAME = "'{}' is the same specification as 'mean', because a change of units changes neither t nor p; remove it."
_REFUSED = {
    "center": "centring changes neither the coefficient of the product nor its test, so it is not a choice; remove it.",
    "errors": (
        "standard errors do not change the estimate, so they are not a choice; every specification has OLS and HC3 errors, and "
        "CR2 errors if the model has a 'cluster'. Remove it."
    ),
}
_REFUSED |= {"centering": _REFUSED["center"], "centring": _REFUSED["center"]}


def _option(known: tuple[str, ...]) -> Any:
    """The type of the options of a choice: texts from a closed list."""

    def check(value: object) -> object:
        for one in value if isinstance(value, list | tuple) else ():
            if one in ("sum", "pomp") and "mean" in known:
                raise ValueError(_SAME.format(one))
            if one not in known:
                close = did_you_mean(one, known)
                raise ValueError(f"'{one}' is not an option{close}; the options are {', '.join(known)}.")
            if list(value).count(one) > 1:
                raise ValueError(f"'{one}' is listed twice; remove one entry.")
        if isinstance(value, list | tuple) and len(value) < 2:
            raise ValueError("a choice needs at least two options; add one, or remove the choice.")
        return value

    return Annotated[tuple[str, ...], BeforeValidator(check), Field(strict=False)]


class Choice(Strict):
    """What every choice declares."""

    kind: Literal["equivalent", "uncertain"] = Field(
        description=(
            "`equivalent`: all options are equally good ways to estimate the same effect; `uncertain`: it is not known which "
            "option is right, and each is also summarised alone (Del Giudice & Gangestad, 2021)."
        )
    )
    why: str = Field(min_length=1, description="The reason, a sentence that the report prints.")

    @model_validator(mode="before")
    @classmethod
    def _complete(cls, data: object) -> object:
        if isinstance(data, dict):
            for key, meaning in (
                ("kind", "`equivalent` (equally good ways to estimate the same effect) or `uncertain` (one is right, but which "
                         "is not known)"),
                ("why", "the reason, in a sentence"),
            ):  # fmt: skip
                if not data.get(key):
                    raise ValueError(f"the choice has no '{key}'; add {meaning}.")
        return data


class Scoring(Choice):
    """How the scales of the model are scored."""

    options: _option(SCORING) = Field(
        description=(
            "`mean`: the study's scores; `complete`: only of respondents who answered all items; `bartlett`: factor scores; "
            "`imputed`: missing items imputed 20 times (Rubin's rules)."
        )
    )


class Exclusion(Choice):
    """Which respondents are excluded."""

    options: _option(EXCLUSION) = Field(
        description=(
            "`rules`: as screening does; `none`; `flagged`: flagged respondents as well, or those flagged by one index (its "
            "name); `influential`: those with |studentized residual| > 3 or Cook's distance > 4/n in the primary model; "
            "`outliers`: |studentized residual| > 3."
        )
    )


class Covariates(Choice):
    """Which covariates are held constant."""

    optional: tuple[str, ...] = Field(
        strict=False, min_length=1, description="Scales or variables of which every subset is held constant."
    )


class Items(Choice):
    """Which item of a scale is dropped."""

    drop_one: Name = Field(description="The scale of which no item or one item is dropped.")


class Estimator(Choice):
    """How the model is estimated."""

    options: _option(ESTIMATORS) = Field(
        description="`ols`, `huber` (M-estimation) and `sam` (factors); only `ols` takes part in the joint test."
    )


class Transform(Choice):
    """How the outcome is transformed."""

    options: _option(TRANSFORMS) = Field(description="`none`, or `rank`: ranks, with the mean and SD of the outcome.")


class Choices(Strict):
    """The choices that vary; what is not named stays as in the primary analysis."""

    scoring: Scoring | None = Field(None, description="How scales are scored.")
    exclusion: Exclusion | None = Field(None, description="Which respondents are excluded.")
    covariates: Covariates | None = Field(None, description="Which covariates are held constant.")
    outcome_items: Items | None = Field(None, description="Which item of the outcome is dropped.")
    predictor_items: Items | None = Field(None, description="Which item of the predictor is dropped.")
    moderator_items: Items | None = Field(None, description="Which item of the moderator is dropped.")
    estimator: Estimator | None = Field(None, description="How the model is estimated.")
    transform: Transform | None = Field(None, description="How the outcome is transformed.")

    @model_validator(mode="before")
    @classmethod
    def _refused(cls, data: object) -> object:
        for key in data if isinstance(data, dict) else ():
            if key in _REFUSED:
                raise ValueError(f"'{key}': {_REFUSED[key]}")
        return data

    @model_validator(mode="after")
    def _check(self) -> Choices:
        if not self.named:
            raise ValueError("no choice varies; add one, such as 'exclusion' or 'covariates'.")
        return self

    @property
    def named(self) -> dict[str, Choice]:
        """The choices that vary, in the order of the tables."""
        return {axis: one for axis in AXES if (one := getattr(self, axis)) is not None}


class Multiverse(Strict):
    """The multiverse of one moderation model: the same test in every combination of defensible choices."""

    choices: Choices = Field(description="The choices that vary.")
    not_equivalent: dict[str, str] = Field(
        default_factory=dict,
        description="Other analyses, by name, with the reason why they are not equivalent; they are listed, but not computed.",
    )
    direction: Literal["positive", "negative"] | None = Field(
        None, description="The predicted sign of the interaction; default: none, two-sided tests."
    )
    flips: int = Field(10_000, ge=99, le=1_000_000, description="Random sign flips of the joint test.")
    imputations: int = Field(20, ge=2, le=1_000, description="Imputed data sets, if `scoring` has the option `imputed`.")

    @property
    def sign(self) -> int:
        """The predicted sign: 1, -1, or 0 without a prediction."""
        return {"positive": 1, "negative": -1, None: 0}[self.direction]


@dataclass(frozen=True)
class Axis:
    """A choice with its options in this study and the option of the primary analysis."""

    name: str
    options: tuple[str, ...]
    primary: str
    uncertain: bool


def axes(study: Study, model: str) -> list[Axis]:
    """Return every choice of a model's multiverse, varied or not, in the order of the tables."""
    spec, choices = study.models[model], study.config.multiverse[model].choices
    primary = dict.fromkeys(AXES, ALL) | {"scoring": "mean", "estimator": "ols", "transform": NONE}
    primary |= {"exclusion": "rules" if study.config.screening else NONE, "covariates": _set(study, spec.covariates)}
    orders = {"scoring": SCORING, "exclusion": EXCLUSION, "estimator": ESTIMATORS, "transform": TRANSFORMS}
    found = []
    for name in AXES:
        one = getattr(choices, name)
        uncertain = one is not None and one.kind == "uncertain"
        if one is None:
            options = (primary[name],)
        elif name == "covariates":
            options = tuple(_subsets(study, spec, one))
        elif name.endswith("_items"):
            options = (ALL, *study.scales[one.drop_one].item_ids)
        else:
            options = tuple(sorted(one.options, key=orders[name].index))
        found.append(Axis(name, options, primary[name], uncertain))
    return found


def _known(study: Study) -> list[str]:
    return [*study.scales, *study.variables]


def _set(study: Study, names: Iterable[str]) -> str:
    """The option of the choice `covariates` for a set of names, in the order of the study."""
    return PLUS.join(sorted(names, key=_known(study).index)) or NONE


def _subsets(study: Study, spec: Model, one: Covariates) -> Iterator[str]:
    """Every set of covariates: those that are not optional, and a subset of the others."""
    always = [name for name in spec.covariates if name not in one.optional]
    optional = sorted(one.optional, key=_known(study).index)
    for size in range(len(optional) + 1):
        for some in combinations(optional, size):
            yield _set(study, [*always, *some])


def specifications(study: Study, model: str) -> Iterator[dict[str, str]]:
    """Yield every specification of a model as its option of each choice, sorted; the order in the config has no effect."""
    found = axes(study, model)
    for options in product(*(axis.options for axis in found)):
        yield dict(zip([axis.name for axis in found], options, strict=True))


def set_of(options: Mapping[str, str], found: list[Axis]) -> str:
    """Return the name of the combination of uncertain options to which a specification belongs; empty without any."""
    return "; ".join(f"{axis.name} = {options[axis.name]}" for axis in found if axis.uncertain)


def mistakes(study: Study) -> Iterator[str]:
    """Yield one sentence for each choice that the study does not offer."""
    for name, one in (study.config.multiverse or {}).items():
        where = f"'multiverse.{name}'"
        if name not in study.models:
            close = did_you_mean(name, study.models)
            why = (
                "has an outcome that is not a quantity, and a multiverse needs least squares"
                if name in study.generalized_models
                else f"is not a moderation model of this study{close}"
            )
            yield f"{where}: the model {why}; correct the name or remove it."
            continue
        found = list(_in_model(study, name, one))
        yield from (f"{where}: {sentence}" for sentence in found)
        if not found and (size := math.prod(len(axis.options) for axis in axes(study, name))) > LIMIT:
            yield f"{where} has {size:,} specifications, and at most {LIMIT:,} are computed; remove options or choices."


def _in_model(study: Study, name: str, one: Multiverse) -> Iterator[str]:
    spec, choices, known = study.models[name], one.choices, _known(study)
    if spec.second_moderator:
        yield "the model has two moderators, and a multiverse needs a model with one; use another model."
    for role in ("predictor", "moderator"):
        if len(study.config.categories.get(getattr(spec, role), ())) > 2:
            yield f"the {role} has more than two categories, so the interaction is not a single coefficient; use another model."
    if any(variable not in known for variable in spec.variables):
        return
    if choices.scoring and not any(variable in study.scales for variable in spec.variables):
        yield "'scoring' has no effect, since no variable of the model is a scale; remove it."
    if choices.scoring and "mean" not in choices.scoring.options:
        yield "'scoring' must contain the option of the primary analysis, 'mean'; add it."
    if choices.estimator and "ols" not in choices.estimator.options:
        yield "'estimator' must contain the estimator of the primary analysis, 'ols'; add it."
    if choices.exclusion:
        own = "rules" if study.config.screening else NONE
        if own not in choices.exclusion.options:
            yield f"'exclusion' must contain the option of the primary analysis, '{own}'; add it."
        needing = [one for one in choices.exclusion.options if one not in (NONE, "influential", "outliers")]
        if needing and not study.config.screening:
            yield f"'exclusion' has '{needing[0]}', which needs the section 'screening'; add the section or remove the option."
    for variable in choices.covariates.optional if choices.covariates else ():
        if variable not in known:
            close = did_you_mean(variable, known)
            yield f"'covariates' has '{variable}', which is not a scale or variable of this study{close}; correct the name."
        elif variable in (spec.outcome, spec.predictor, spec.moderator):
            yield f"'covariates' has '{variable}', which is already in the model; remove it."
        elif choices.covariates.optional.count(variable) > 1:
            yield f"'covariates' lists '{variable}' twice; remove one entry."
    for role in ("outcome", "predictor", "moderator"):
        chosen, variable = getattr(choices, f"{role}_items"), getattr(spec, role)
        if chosen is None:
            continue
        if chosen.drop_one != variable:
            yield f"'{role}_items' drops items of '{chosen.drop_one}', but the {role} is '{variable}'; correct the name."
        elif variable not in study.scales or len(study.scales[variable].items) < 2:
            yield f"'{role}_items' needs a scale with at least two items, but '{variable}' has fewer; remove the choice."
