"""A scale: one instrument as data, in `scales/<id>.yaml`."""

from __future__ import annotations

import math
import re
import unicodedata
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BeforeValidator, Field, StringConstraints, WithJsonSchema, model_validator
from pydantic_core import PydanticKnownError

from practicework.errors import StudyError
from practicework.study.documents import COLUMN, NAME, Flag, Strict, read_yaml, validated

if TYPE_CHECKING:
    import pandas as pd

FOLDER = Path("scales")

ALL = "all"
"""Name of the model of all scales together, in tables with one row per scale."""

Name = Annotated[str, StringConstraints(pattern=NAME)]
"""A name used for a folder, a file or a column: lower-case letters, digits and underscores."""

Column = Annotated[str, StringConstraints(pattern=COLUMN)]
"""The name of an item or variable: starts with a letter; letters, digits, dots, underscores."""


def _number(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise PydanticKnownError("float_type")
    return float(value)


Number = Annotated[float, BeforeValidator(_number)]


def _texts(value: object) -> object:
    values = value if isinstance(value, list) else [value]
    values = [str(one) if isinstance(one, bool) else one for one in values]  # the labels True and False
    return tuple(values) if isinstance(value, list) or isinstance(values[0], str) else value


Texts = Annotated[
    tuple[str, ...],
    BeforeValidator(_texts),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
]
"""A text, or a list of texts that mean the same."""


def normalized(text: str) -> str:
    """Normalize an answer's text for comparison: case, spaces, character width and apostrophes."""
    text = text.translate({ord(mark): "'" for mark in "\u2018\u2019\u201b\u02bc\u00b4`"})
    text = unicodedata.normalize("NFKC", text)  # last, because it decomposes acute accents
    return re.sub(r"\s+", " ", text).strip().casefold()


def codes(labels: dict[int, tuple[str, ...]]) -> dict[str, int]:
    """Return the code of each normalized label."""
    return {normalized(text): code for code, texts in labels.items() for text in texts}


def unambiguous(labels: dict[int, tuple[str, ...]]) -> dict[int, tuple[str, ...]]:
    """Return the labels; raise a ValueError if two codes share one."""
    texts = [text for texts in labels.values() for text in {normalized(text) for text in texts}]
    if len(set(texts)) < len(texts):
        raise ValueError("two codes have the same label; give each its own.")
    return labels


class Source(Strict):
    """Source of an instrument."""

    citation: str = Field(description="The reference, as printed in the report.")
    doi: str | None = Field(None, description="The DOI, without https://doi.org/.")


class Response(Strict):
    """The declared response range of an instrument; reverse scoring uses it, never the observed range."""

    min: Number = Field(description="The lowest response code.")
    max: Number = Field(description="The highest response code.")
    labels: dict[int, Texts] = Field(
        default_factory=dict,
        description=(
            "Code: text, or a list of texts in several languages; answers exported as text are converted to codes regardless of "
            "case, spaces or type of apostrophe, also in the form `5 - Agree`."
        ),
    )

    step: Number = Field(1.0, gt=0, description="The difference between two neighbouring response codes.")
    continuous: Flag = Field(False, description="Whether every number in the range is an answer, as with sliders.")

    @model_validator(mode="after")
    def _check(self) -> Response:
        if self.min >= self.max:
            raise ValueError(f"min ({self.min:g}) must be smaller than max ({self.max:g}); correct one of them.")
        if not self.continuous and not self.has(self.max):
            raise ValueError(
                f"max ({self.max:g}) is not a whole number of steps of {self.step:g} above min ({self.min:g}); correct 'step', "
                "or add 'continuous: true' if every number is an answer."
            )
        for code in self.labels:
            if not self.min <= code <= self.max:
                raise ValueError(
                    f"the label of {code} is outside the range {self.min:g} to {self.max:g}; correct the code or the range."
                )
        unambiguous(self.labels)
        return self

    @cached_property
    def codes(self) -> dict[str, int]:
        """Code by normalized label."""
        return codes(self.labels)

    @property
    def points(self) -> float:
        """The number of response points."""
        return (self.max - self.min) / self.step + 1

    def has(self, value: float) -> bool:
        """Return whether a number is one of the responses."""
        steps = (value - self.min) / self.step
        return self.min <= value <= self.max and (self.continuous or abs(steps - round(steps)) < 1e-6)


class Item(Strict):
    """One question of an instrument."""

    id: Column = Field(description="The item's name, and its column in every table.")
    text: str = Field(description="The wording shown to respondents.")
    reverse: Flag = Field(False, description="Whether a high answer means a low score.")
    columns: tuple[str, ...] = Field((), strict=False, description="Other names of its column in exports.")


class Scoring(Strict):
    """How a score is computed from the items."""

    method: Literal["mean", "sum", "pomp"] = Field(
        "mean", description="mean or sum of the answers, or percent of the maximum possible (0 to 100)."
    )
    min_valid: Number = Field(
        0.8, gt=0, le=1, description="Share of items that must be answered for a prorated score; otherwise it is missing."
    )


class Published(Strict):
    """Published statistics of the instrument, for comparison."""

    n: int | None = Field(None, ge=1, description="Respondents in the published sample.")
    mean: Number | None = Field(None, description="Published mean of the score.")
    sd: Number | None = Field(None, ge=0, description="Published standard deviation of the score.")
    alpha: Number | None = Field(None, le=1, description="Published coefficient alpha.")
    omega_total: Number | None = Field(None, le=1, description="Published omega total.")


class Scale(Strict):
    """One instrument: what it measures, its items, its response range and its scoring rule."""

    id: Name = Field(description="The scale's name; also the file's name and the column of the score.")
    label: str = Field(description="The name shown in the report.")
    definition: str | None = Field(None, description="What the scale measures, in one sentence.")
    source: Source | None = Field(None, description="Where the instrument comes from.")
    status: Literal["published", "adapted", "draft"] = Field(
        "draft", description="Status of the wording: `published`, `adapted` or `draft`."
    )
    note: str | None = Field(None, description="A note for users of the instrument.")
    instruction: str | None = Field(None, description="The question above the items, which respondents see once.")
    response: Response = Field(description="The response range.")
    items: tuple[Item, ...] = Field(min_length=1, description="The items, in the order of the questionnaire.", strict=False)
    scoring: Scoring = Field(default_factory=Scoring, description="The scoring rule.")
    published: Published | None = Field(None, description="Published values of the instrument.")
    confirm: tuple[Literal["items", "response", "labels", "order"], ...] = Field(
        (),
        strict=False,
        description=(
            "What `init` inferred and nobody has confirmed: which `items` belong together, the `response` range, the codes of "
            "the `labels`, or the unknown `order` of the labels; a run requires that none is left."
        ),
    )

    @model_validator(mode="after")
    def _check(self) -> Scale:
        ids = self.item_ids
        for one in ids:
            if ids.count(one) > 1:
                raise ValueError(f"the item '{one}' is listed twice under items; give each item its own id.")
        return self

    @property
    def item_ids(self) -> list[str]:
        """The items' names, in the order of the questionnaire."""
        return [item.id for item in self.items]

    @property
    def reversed_ids(self) -> list[str]:
        """The names of the reverse-keyed items."""
        return [item.id for item in self.items if item.reverse]

    def keyed(self, responses: pd.DataFrame) -> pd.DataFrame:
        """Return the scale's items, with reverse-keyed items recoded to min + max - x of the *declared* range.

        Missing answers stay missing. In R: ``psych::reverse.code(keys, items, mini, maxi)``.
        """
        items = responses[self.item_ids].astype(float)
        items[self.reversed_ids] = self.response.min + self.response.max - items[self.reversed_ids]
        return items

    def score(self, keyed: pd.DataFrame, min_valid: float | None = None) -> pd.Series:
        """Return one score per respondent from the keyed items, in score units; NaN if too few were answered.

        The score is the mean of the answered items (``mean``), times the number of items (``sum``), or in
        percent of the response range (``pomp``). It is missing if less than the share `min_valid` of the items
        was answered, and prorated if the others are missing, as in SPSS's ``MEAN.n``.
        In R: ``psych::scoreItems(keys, items, impute = "none", min = , max = )``.

        `keyed` may lack items of the scale: the score then keeps its unit and range. `min_valid` replaces the scale's own.
        """
        needed = math.ceil((self.scoring.min_valid if min_valid is None else min_valid) * keyed.shape[1] - 1e-9)
        return self.in_units(keyed.mean(axis=1).where(keyed.notna().sum(axis=1) >= needed))

    def in_units(self, mean: pd.Series) -> pd.Series:
        """Return a mean of items in the units of the score."""
        if self.scoring.method == "sum":
            return mean * len(self.items)
        if self.scoring.method == "pomp":
            return 100 * (mean - self.response.min) / (self.response.max - self.response.min)
        return mean

    def percent(self, score: pd.Series) -> pd.Series:
        """Return a score in percent of its possible range: 100 (score - lowest) / (highest - lowest)."""
        low, high = self.score_range
        return 100 * (score - low) / (high - low)

    @property
    def needed(self) -> int:
        """The number of items that must be answered for a score."""
        return math.ceil(self.scoring.min_valid * len(self.items) - 1e-9)

    @property
    def unit(self) -> float:
        """The size of one unit of the mean of items in units of the score."""
        if self.scoring.method == "pomp":
            return 100 / (self.response.max - self.response.min)
        return len(self.items) if self.scoring.method == "sum" else 1

    @property
    def score_range(self) -> tuple[float, float]:
        """The lowest and highest possible score."""
        if self.scoring.method == "pomp":
            return 0.0, 100.0
        times = len(self.items) if self.scoring.method == "sum" else 1
        return self.response.min * times, self.response.max * times


def load_scale(folder: Path, scale_id: str) -> Scale:
    """Read the scale in `folder/scales/<scale_id>.yaml`.

    Raises
    ------
    StudyError
        If the file is missing, is not valid YAML, violates the schema, or has another id.
    """
    shown = (FOLDER / f"{scale_id}.yaml").as_posix()
    scale = validated(Scale, read_yaml(folder / shown, shown), shown)
    if scale.id != scale_id:
        raise StudyError(f"{shown}: 'id' is '{scale.id}' but the file is named {scale_id}.yaml; make them the same.")
    return scale
