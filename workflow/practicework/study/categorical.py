"""Regressions of categorical outcomes: the config's sections `nominal` and `ordinal`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pydantic import Field

from practicework.errors import did_you_mean
from practicework.study.documents import Strict
from practicework.study.scale import Name

if TYPE_CHECKING:
    from practicework.study.study import Study


class Categorical(Strict):
    """A regression of a categorical outcome."""

    label: str | None = Field(None, description="The model's name in the report; default: the outcome.")
    outcome: str = Field(description="The variable to be explained.")
    predictors: tuple[str, ...] = Field(strict=False, min_length=1, description="Scales or variables.")


class CategoricalModels(Strict):
    """Regressions of categorical outcomes of one level of measurement."""

    models: dict[Name, Categorical] = Field(min_length=1, description="The models, by name.")


def mistakes(study: Study) -> Iterator[str]:
    """Yield one sentence for each name that does not exist, and for each variable that a model uses twice."""
    known = [*study.scales, *study.variables]
    owner: dict[str, str] = {}
    for section in ("nominal", "ordinal"):
        found = getattr(study.config, section)
        for name, one in found.models.items() if found else ():
            where = f"'{section}.models.{name}'"
            if name in owner:
                yield f"{where} has the same name as a model of '{owner[name]}'; rename one of them."
            owner[name] = section
            for key, value in (("outcome", one.outcome), *(("predictors", value) for value in one.predictors)):
                if value not in (study.variables if key == "outcome" else known):
                    kind = "a variable" if key == "outcome" else "a scale or variable"
                    yield (
                        f"{where}: '{key}' has '{value}', which is not {kind} of this study{did_you_mean(value, known)}; list it "
                        "under variables, or correct the name."
                    )
            for value in {one.outcome, *one.predictors}:
                if [one.outcome, *one.predictors].count(value) > 1:
                    yield f"{where} uses '{value}' more than once; remove one."
