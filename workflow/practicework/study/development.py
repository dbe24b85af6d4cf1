"""Scale development: constructs, the pool of items, the tasks of judges, the pilot, and decisions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from practicework.errors import StudyError
from practicework.study.documents import Flag, Strict, read_yaml, validated
from practicework.study.scale import Column, Name, Number, Response, Scale, normalized

if TYPE_CHECKING:
    pass

FOLDER = Path("development")
TASKS = ("sorting", "ratings", "experts", "cognitive")

SMALLEST = 200
"""Respondents from which a pilot may be split."""

NONE_OF_THEM = ("none", "none of these", "none of them", "0")
"""Answers of a sorting task that choose no construct."""

STAGES = ("comprehension", "retrieval", "judgment", "response")
"""Tourangeau's stages of answering, the codes of a cognitive pretest."""


def _one_or_many(value: object) -> object:
    return tuple(value) if isinstance(value, list) else (value,) if isinstance(value, str) else value


Sources = Annotated[tuple[str, ...], BeforeValidator(_one_or_many)]

Facets = Annotated[
    dict[Column, str], BeforeValidator(lambda value: dict.fromkeys(value, "") if isinstance(value, list) else value)
]

Files = Annotated[tuple[str, ...] | None, BeforeValidator(_one_or_many)]
"""One file, or a list of files such as one per judge."""


def scale_id(name: str) -> str:
    """Return the id of the scale of a construct, which has lower-case letters, digits and underscores only."""
    return re.sub(r"[^a-z0-9_]", "_", name.lower())


class Construct(Strict):
    """One construct that the judges see."""

    id: Column = Field(description="Its name in the pool and in the answers of judges.")
    label: str = Field(min_length=1, description="The name shown to judges and in the report.")
    definition: str = Field(min_length=1, description="The definition that judges read.")
    facets: Facets = Field(default_factory=dict, description="Its facets with their definitions, by name, or a list of names.")
    target: Flag = Field(
        True, description="Whether a scale is developed for it; `false`: a construct with which it could be confused."
    )


class Constructs(Strict):
    """The file of constructs."""

    response: Response = Field(
        default_factory=lambda: Response(min=1, max=5), description="The response range of the items; default: 1 to 5."
    )
    instruction: str | None = Field(None, description="The question above the items in the pilot.")
    constructs: tuple[Construct, ...] = Field(strict=False, min_length=1, description="The constructs.")

    @model_validator(mode="after")
    def _check(self) -> Constructs:
        ids = [one.id for one in self.constructs]
        for one in ids:
            if ids.count(one) > 1:
                raise ValueError(f"the construct '{one}' is listed twice; remove one entry.")
        labels = [normalized(one.label) for one in self.constructs]
        if len({*labels, *NONE_OF_THEM}) < len(labels) + len(NONE_OF_THEM):
            raise ValueError("two constructs have the same label, or one is called 'none'; judges cannot distinguish them.")
        if not any(one.target for one in self.constructs):
            raise ValueError("no construct is a target; a development needs one.")
        return self


class PoolItem(Strict):
    """One item of the pool."""

    id: Column = Field(description="The item's name, and its column in every export.")
    construct_id: Column = Field(alias="construct", description="The construct that it is meant to measure.")
    facet: Column | None = Field(None, description="The facet of the construct.")
    text: str = Field(min_length=1, description="The wording.")
    reverse: Flag = Field(False, description="Whether a high answer means a low score.")
    source: Sources = Field(
        min_length=1,
        description=(
            "Where the item comes from: a unit and concept of a coding set (`set/unit/concept`, such as "
            "`schmitt2021_interviews/P7/sharing`), or a publication; one or a list."
        ),
    )


class Pool(Strict):
    """The file of items."""

    items: tuple[PoolItem, ...] = Field(strict=False, min_length=1, description="The items.")

    @model_validator(mode="after")
    def _check(self) -> Pool:
        plain: dict[str, str] = {}
        for one in self.items:
            key = re.sub(r"[\W_]", "", one.id.lower())  # as survey tools write them
            if key in plain:
                other = plain[key]
                raise ValueError(
                    f"the item '{one.id}' is listed twice; give each item its own id."
                    if other == one.id
                    else f"the items '{other}' and '{one.id}' differ only in marks that survey tools change; rename one."
                )
            plain[key] = one.id
        return self


class Decision(Strict):
    """What a person decided about an item."""

    decision: Literal["keep", "revise", "drop"] = Field(description="`keep`, `revise` or `drop`.")
    by: str = Field(min_length=1, description="Who decided: initials or a role.")
    why: str = Field(min_length=1, description="The reason.")


class Chosen(Strict):
    """Which items a person chose for a scale."""

    items: tuple[Column, ...] = Field(strict=False, min_length=1, description="The items of the scale.")
    by: str = Field(min_length=1, description="Who decided.")
    why: str = Field(min_length=1, description="The reason.")


class Decisions(Strict):
    """The file of decisions, which people write."""

    items: dict[Column, Decision] = Field(default_factory=dict, description="By item.")
    scales: dict[Column, Chosen] = Field(default_factory=dict, description="By construct.")


class Pilot(Strict):
    """The samples that answered the pool."""

    sample: Name | None = Field(None, description="The sample that is split at random.")
    split: Number = Field(0.5, gt=0.2, lt=0.8, description="The share of its respondents for the exploration.")
    explore: Name | None = Field(None, description="Instead of `sample`: the sample for the exploration.")
    confirm: Name | None = Field(None, description="Instead of `sample`: the sample for the confirmation.")
    retest: Name | None = Field(None, description="A sample of the same respondents at a later time, matched by id.")

    @model_validator(mode="after")
    def _check(self) -> Pilot:
        if (self.sample is None) == (self.explore is None):
            raise ValueError("'pilot' needs either 'sample', which is split, or 'explore' and 'confirm'; give one of them.")
        named = [one for one in (self.sample, self.explore, self.confirm, self.retest) if one is not None]
        if len(set(named)) < len(named):
            raise ValueError("'pilot' names a sample twice; items are examined in respondents other than those who chose them.")
        if self.sample is not None and self.confirm is not None:
            raise ValueError("'confirm' is used with 'explore'; remove it, or replace 'sample' by 'explore'.")
        return self

    @property
    def samples(self) -> list[str]:
        """The samples, each once."""
        return [*dict.fromkeys(filter(None, (self.sample, self.explore, self.confirm, self.retest)))]


class Criteria(Strict):
    """The criteria whose violation flags an item; no item is dropped automatically."""

    sorting_alpha: Number = Field(0.05, gt=0, lt=0.5, description="Level of the exact test of the sorting task.")
    i_cvi: Number = Field(0.78, gt=0, le=1, description="I-CVI from six experts on; with five or fewer, all must agree.")
    loading: Number = Field(0.5, gt=0, lt=1, description="Smallest loading on the item's own factor in the exploration.")
    cross: Number = Field(0.3, gt=0, lt=1, description="Largest loading on another factor.")
    problems: int = Field(
        2, ge=1, description="Participants of the cognitive pretest with a problem at which an item is flagged."
    )
    items: tuple[int, int] = Field((4, 6), strict=False, description="The smallest and the largest number of items of a scale.")
    orbiting_r: Number | dict[Column, Number] | None = Field(
        None, description="The mean correlation with the other constructs, for the norms; a number, or by construct."
    )
    anchors: int = Field(5, ge=2, le=11, description="Points of the rating task, from 1 to this number.")

    @model_validator(mode="after")
    def _check(self) -> Criteria:
        if not 2 <= self.items[0] <= self.items[1]:
            raise ValueError("'items' must be two numbers of items, the smaller one first and at least 2.")
        return self


class Nomological(Strict):
    """The declared directions of relations with other scales and variables."""

    positive: tuple[str, ...] = Field((), strict=False, description="Scales or variables with a positive correlation.")
    negative: tuple[str, ...] = Field((), strict=False, description="Those with a negative correlation.")
    none: tuple[str, ...] = Field((), strict=False, description="Those without a correlation.")
    groups: dict[str, Literal["higher", "lower"]] = Field(
        default_factory=dict, description="A variable with two values: whether the group with the higher value scores higher."
    )


def _by_construct(value: object) -> object:
    if isinstance(value, dict) and set(value) & set(Nomological.model_fields):
        return {"": value}
    return value


class Development(Strict):
    """One development, a part with its own results and report."""

    label: str | None = Field(None, description="The heading of its report; default: its name.")
    constructs: str = Field(description="The file of constructs, in `development/`.")
    pool: str = Field(description="The file of items, in `development/`.")
    decisions: str = Field("development/decisions.yaml", description="The file of decisions, which may not exist yet.")
    sorting: Files = Field(
        None,
        description=(
            "Answers to the sorting task, in data/raw/, a file or a list of files: a table `judge, item, chosen`, "
            "or the export of the task (`practicework export`) by a survey tool."
        ),
    )
    ratings: Files = Field(None, description="Answers to the rating task: `judge, item, construct, rating`, or an export.")
    experts: Files = Field(
        None,
        description="Expert panel: `judge, item, relevance` (1 to 4), optionally `essential` (1 to 3) and `clarity` (1 to 4).",
    )
    cognitive: Files = Field(
        None,
        description=(
            "Cognitive pretest: `participant, item, code` (comprehension, retrieval, judgment or response), a row per problem; "
            "a participant without problems has a row without item and code."
        ),
    )
    pilot: Pilot | None = Field(None, description="The samples that answered the pool.")
    criteria: Criteria = Field(default_factory=Criteria, description="The criteria.")
    nomological: Annotated[dict[str, Nomological], BeforeValidator(_by_construct)] = Field(
        default_factory=dict, description="Declared relations, for all constructs or by construct."
    )
    synthetic: str | None = Field(
        None, description="For computed judges, a sentence that gives the reason; shown wherever they are."
    )

    @property
    def files(self) -> list[str]:
        """The files of the judges' tasks."""
        return [file for task in TASKS for file in getattr(self, task) or ()]


@dataclass(frozen=True)
class Material:
    """The files of a development: constructs, items and decisions."""

    constructs: Constructs
    pool: Pool
    decisions: Decisions

    @property
    def by_id(self) -> dict[str, Construct]:
        """The constructs by id."""
        return {one.id: one for one in self.constructs.constructs}

    @property
    def targets(self) -> list[str]:
        """The constructs for which a scale is developed."""
        return [one.id for one in self.constructs.constructs if one.target]

    @property
    def items(self) -> dict[str, PoolItem]:
        """The items by id."""
        return {one.id: one for one in self.pool.items}

    def of(self, construct: str) -> list[PoolItem]:
        """Return the items of a construct."""
        return [one for one in self.pool.items if one.construct_id == construct]

    def scales(self, owned: set[str] = frozenset()) -> list[Scale]:
        """Return the items as scales, one per construct with its own response range, without the items named."""
        found = []
        for construct in self.constructs.constructs:
            items = [
                {"id": one.id, "text": one.text, "reverse": one.reverse} for one in self.of(construct.id) if one.id not in owned
            ]
            if items:
                data = {"id": f"{scale_id(construct.id)}_pool", "label": construct.label, "items": items,
                        "instruction": self.constructs.instruction}  # fmt: skip
                found.append(Scale.model_validate(data | {"response": self.constructs.response.model_dump()}))
        return found


def _inside(folder: Path, file: str, key: str, shown: str) -> Path:
    path = Path(file)
    if path.is_absolute() or path.parent != FOLDER or (folder / path).resolve().parent != (folder / FOLDER).resolve():
        raise StudyError(f"{shown}: '{key}' is {file!r}; put the file into {FOLDER}/ of the study.")
    return folder / path


def load_material(folder: Path, name: str, spec: Development, shown: str) -> Material:
    """Read the files of a development.

    Raises
    ------
    StudyError
        If a file is missing, outside `development/`, or violates its schema.
    """
    found = {}
    for key, model in (("constructs", Constructs), ("pool", Pool), ("decisions", Decisions)):
        file = getattr(spec, key)
        path = _inside(folder, file, f"development.{name}.{key}", shown)
        if key == "decisions" and not path.is_file():
            found[key] = Decisions()
            continue
        data = read_yaml(path, file, lists=True)
        if set(data) == {"claims"}:  # the file is a list
            data = {{"constructs": "constructs", "pool": "items", "decisions": "items"}[key]: data["claims"]}
        found[key] = validated(model, data, file)
    return Material(**found)


def traced(source: str) -> tuple[str, str, str] | None:
    """Return set, unit and concept of a source, or None for a publication."""
    parts = source.split("/")
    return (parts[0], parts[1], parts[2]) if len(parts) == 3 and " " not in source else None
