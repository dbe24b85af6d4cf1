"""Questions with several answers (tick all that apply, or yes or no for each option), and their tests: sections of the config."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from practicework.errors import did_you_mean
from practicework.study.documents import Strict
from practicework.study.scale import Name, Number, normalized

if TYPE_CHECKING:
    from practicework.study.study import Study

TICKED = ("1", "yes", "y", "x", "true", "checked", "selected", "ticked", "quoted", "oui", "o", "ja", "j", "sí", "sì", "sim")
UNTICKED = ("0", "no", "n", "false", "unchecked", "not selected", "not ticked", "not quoted", "non", "nein", "não")
"""Cells that tools write for a ticked and for an unticked box, in lower case; option texts count as ticked, too."""

SEPARATORS = (";", ", ", ",", "|", "\n", "/")
"""Separators of joined texts, in the order in which they are tried."""

_FIELD = re.compile(r"\{(\w*)\}")


def _cells(value: object) -> object:
    values = value if isinstance(value, list | tuple) else [value]
    return tuple(str(one) if isinstance(one, bool | int | float) else one for one in values)


Cells = Annotated[tuple[str, ...], BeforeValidator(_cells), Field(strict=False)]
"""One cell, or a list of cells, as texts."""


class Joined(Strict):
    """A column with the ticked options of a respondent in one cell."""

    column: str = Field(description="The column; `{by}` is replaced by each part of `by`.")
    separator: str | None = Field(
        None,
        min_length=1,
        description="What separates the options in a cell, such as `;`; default: what all cells of the file show.",
    )


class JointDisplay(Strict):
    """The comparison of the survey's shares with a published matrix of cases."""

    set: Name = Field(description="The set of `coding` with the matrix.")
    matrix: Name = Field(
        description="A matrix of the set with a `published` table: its columns are options, its rows parts of `by`."
    )
    group: str | None = Field(
        None, description="The variable whose category limits rows that the publication limits to a group of cases."
    )
    threshold: Number = Field(
        0.5,
        gt=0,
        lt=1,
        description="Share of respondents above which the survey supports a use that the cases claim; to be chosen beforehand.",
    )


class Multiple(Strict):
    """A question with several answers, or one such question for each part of a second dimension, such as stages."""

    label: str = Field(description="What the question is about.")
    question: str | None = Field(None, description="The question as respondents see it; default: the label.")
    options: dict[Name, Cells] = Field(
        min_length=2,
        description="The options with their texts: `{identity: Identity}`, or with a code of the export, `[Identity, 1]`.",
    )
    by: dict[Name, Cells] = Field(
        default_factory=dict, description="The second dimension of a matrix question, such as stages, with texts; default: none."
    )
    by_label: str = Field("Part", description="What the second dimension is, in one word.")
    columns: str | Joined | None = Field(
        None,
        description=(
            "The columns of the options, with `{by}` and `{option}` for names or texts: `F_{by}_{option}`; or one column of "
            'joined texts: `{column: Q7, separator: ";"}`; default: `<name>.{by}.{option}`.'
        ),
    )
    none: str | None = Field(None, description='The column of an explicit "none of these"; in joined texts, its text.')
    form: Literal["tick_all", "forced_choice"] | None = Field(
        None,
        description=(
            "How the question is asked: `forced_choice` (yes or no for each option) or `tick_all`, in which an unticked box is a "
            "no only if another option or `none` was ticked; default: `tick_all`, or `forced_choice` with `unticked`. "
            "Questionnaires that are exported use forced choice unless `tick_all` is declared."
        ),
    )
    ticked: Cells = Field(
        (), description="Cells that mean a ticked option; default: `1`, `Yes`, `X` and the like, and option texts."
    )
    unticked: Cells = Field(
        (),
        description=("Cells that mean an explicit no, or with `form: tick_all` an empty box; default: `0`, `No` and the like."),
    )
    other: bool | str = Field(
        False,
        description=(
            "Answers in respondents' own words, which are counted and dropped: `true` if joined texts may contain them (without "
            "it, they are a mistake); for columns of options, the column that has them, such as `Q5[other]`."
        ),
    )
    joint_display: JointDisplay | None = Field(None, description="Comparison with a published matrix of cases.")

    @property
    def forced(self) -> bool:
        """Whether answers are read as yes or no for each option."""
        return self.form == "forced_choice" or (self.form is None and bool(self.unticked))

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts of the second dimension; one empty name without it."""
        return tuple(self.by) or ("",)

    def text(self, option: str) -> str:
        """The first text of an option."""
        return self.options[option][0]

    def part_text(self, part: str) -> str:
        """The first text of a part; empty without a second dimension."""
        return self.by[part][0] if part else ""

    @model_validator(mode="after")
    def _check(self) -> Multiple:
        for key, named in (("options", self.options), ("by", self.by)):
            texts = [text for name, own in named.items() for text in {normalized(one) for one in (name, *own)}]
            if len({*texts}) < len(texts):
                raise ValueError(f"two entries of '{key}' have the same text; give each its own.")
        fields = {"by"} if isinstance(self.columns, Joined) else {"by", "option"}
        pattern = self.columns.column if isinstance(self.columns, Joined) else self.columns
        if pattern is not None:
            found = {*_FIELD.findall(pattern)}
            if unknown := sorted(found - fields):
                raise ValueError(f"'columns' has '{{{unknown[0]}}}'; use {' and '.join(f'{{{one}}}' for one in sorted(fields))}.")
            needed = {"option"} & fields | ({"by"} if self.by else set())
            if missing := sorted(needed - found):
                raise ValueError(f"'columns' lacks '{{{missing[0]}}}', so the columns cannot be told apart; add it.")
            if "by" in found and not self.by:
                raise ValueError("'columns' has '{by}', but the question has no 'by'; add it, or remove it from 'columns'.")
        if same := {normalized(one) for one in self.ticked} & {normalized(one) for one in self.unticked}:
            raise ValueError(f"'{sorted(same)[0]}' is both 'ticked' and 'unticked'; remove it from one.")
        if isinstance(self.columns, Joined) and isinstance(self.other, str):
            raise ValueError("'other' names a column, but the options are joined texts; write 'other: true'.")
        if self.other is True and not isinstance(self.columns, Joined):
            raise ValueError("'other: true' is for joined texts; name the column with the answers in respondents' own words.")
        if isinstance(self.columns, Joined) and self.forced:
            raise ValueError("joined texts contain no explicit no; remove 'unticked' and 'form: forced_choice'.")
        if (
            isinstance(self.columns, Joined)
            and self.none is not None
            and normalized(self.none) in {normalized(text) for own in self.options.values() for text in own}
        ):
            raise ValueError("'none' is also the text of an option; remove the option.")
        return self


class MultipleTest(Strict):
    """A test of a question with several answers: against groups, against another such question, or on predictors."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False, populate_by_name=True)

    response: Name = Field(description="The question, a name under `multiple`.")
    group: str | None = Field(
        None, description="A variable with up to seven values: are all options ticked equally often in all groups?"
    )
    other: Name | None = Field(
        None,
        alias="with",
        description="Another question with several answers: is each option of one independent of each of the other?",
    )
    predictors: tuple[str, ...] = Field(
        (),
        strict=False,
        description="Scales or variables: logistic regressions of every option, with a test whether options differ.",
    )
    bootstrap: Literal["product", "sum", "minimum"] = Field(
        "product",
        description=(
            "The statistic of the bootstrap: the `product` or the `minimum` of the options' p values, or the `sum` of their χ²; "
            "they can differ, so one is declared beforehand."
        ),
    )
    resamples: int = Field(5_000, ge=100, le=1_000_000, description="Bootstrap resamples under the null hypothesis.")

    @model_validator(mode="before")
    @classmethod
    def _one_kind(cls, data: Any) -> Any:
        if isinstance(data, dict) and sum(bool(data.get(key)) for key in ("group", "with", "predictors")) != 1:
            raise ValueError("a test needs one of 'group', 'with' and 'predictors'; keep one.")
        return data


def column(name: str, part: str, option: str) -> str:
    """Return the name of an option's column in `ingest/responses`."""
    return ".".join(filter(None, (name, part, option)))


def columns(study: Study) -> list[str]:
    """Return the columns of all questions with several answers in `ingest/responses`."""
    return [
        column(name, part, option) for name, one in study.config.multiple.items() for part in one.parts for option in one.options
    ]


def mistakes(study: Study) -> Iterator[str]:
    """Yield one sentence for each name that does not exist or cannot be used."""
    config = study.config
    known = [*study.scales, *study.variables]
    own = [*study.items, *study.variables, *study.clusters]
    for name, one in config.multiple.items():
        where = f"'multiple.{name}'"
        if name in study.scales:
            yield f"{where} has the name of a scale; rename one of them."
        for wanted in (column(name, part, option) for part in one.parts for option in one.options):
            if wanted in own:
                yield f"{where}: '{wanted}' is also an item or variable of this study; rename one of them."
        if one.joint_display:
            yield from _display(study, where, one)
    for name, test in config.multiple_tests.items():
        where = f"'multiple_tests.{name}'"
        for key, value in (("response", test.response), ("with", test.other)):
            if value is not None and value not in config.multiple:
                close = did_you_mean(value, config.multiple)
                yield f"{where}: '{key}' is '{value}', which is not under 'multiple'{close}; correct the name."
        if test.other == test.response:
            yield f"{where}: 'with' is the question itself; name another one."
        if test.group is not None and test.group not in study.variables:
            close = did_you_mean(test.group, study.variables)
            yield f"{where}: 'group' is '{test.group}', which is not a variable of this study{close}; list it under variables."
        for value in test.predictors:
            if value not in known:
                yield (
                    f"{where}: 'predictors' has '{value}', which is not a scale or variable of this study"
                    f"{did_you_mean(value, known)}; list it under scales or variables, or correct the name."
                )


def _display(study: Study, where: str, one: Multiple) -> Iterator[str]:
    display, sets = one.joint_display, study.config.coding
    if display.set not in sets:
        close = did_you_mean(display.set, sets)
        yield f"{where}: 'joint_display.set' is '{display.set}', which is not under 'coding'{close}; correct it."
        return
    matrices = sets[display.set].matrices
    if display.matrix not in matrices:
        close = did_you_mean(display.matrix, matrices)
        yield f"{where}: 'joint_display.matrix' is '{display.matrix}', no matrix of '{display.set}'{close}; correct it."
        return
    matrix = matrices[display.matrix]
    if matrix.published is None:
        yield f"{where}: the matrix '{display.matrix}' has no 'published' table; add it, or remove 'joint_display'."
    for key, names, codes in (("options", one.options, matrix.columns), ("by", one.by, matrix.rows)):
        if not {*names} & {*codes}:
            yield (
                f"{where}: no name under '{key}' is a code of the matrix '{display.matrix}', which has {', '.join(codes)}; "
                f"rename them."
            )
    if display.group is not None and display.group not in study.config.categories:
        close = did_you_mean(display.group, study.config.categories)
        yield f"{where}: 'joint_display.group' is '{display.group}', which is not under 'categories'{close}; correct the name."
