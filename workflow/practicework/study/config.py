"""The file `config/config.yaml` of a study, as pydantic models; `settings` has the sections of the stages."""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator
from pydantic_core import PydanticKnownError

from practicework.study.documents import Strict
from practicework.study.published import PublishedValue
from practicework.study.scale import Column, Name, Number, Texts, unambiguous
from practicework.study.settings import Dimensionality, Moderation, Profiles, Screening


def _categories(codes: dict[int, Texts]) -> dict[int, Texts]:
    if len(codes) < 2:
        raise ValueError("a variable of categories takes at least two codes; name them all.")
    return unambiguous(codes)


Categories = Annotated[dict[int, Texts], AfterValidator(_categories)]

Missing = Annotated[str, BeforeValidator(lambda value: str(value) if type(value) in (int, float) else value)]


def _row_value(value: object) -> object:
    if isinstance(value, list) and value and all(isinstance(one, str) for one in value):
        return tuple(value)
    if not isinstance(value, (str, tuple)):
        raise PydanticKnownError("string_type")
    return value


RowValue = Annotated[
    Any,
    BeforeValidator(_row_value),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]}),
]
"""A value that a row must have, or several any of which it must have."""


def alternatives(value: str | tuple[str, ...]) -> tuple[str, ...]:
    """The values any of which a row must have."""
    return (value,) if isinstance(value, str) else value


class Sample(Strict):
    """One file of responses."""

    file: str = Field(description="The export, inside the study's data/raw/.")
    reader: Literal["csv", "qualtrics", "limesurvey", "google_forms", "redcap", "spss", "excel", "coded"] | None = Field(
        None, description="The file's format; detected when left out."
    )
    respondent: str | None = Field(None, description="The column of respondent ids; else R0001, R0002, ...")
    columns: dict[str, str] = Field(default_factory=dict, description="Item or variable: its column in the file.")
    missing: tuple[Missing, ...] = Field((), strict=False, description="Codes that mean 'no answer'.")
    synthetic: str | None = Field(None, description="For computed data: why; shown wherever the sample is shown.")
    stand_in: str | None = Field(
        None, description="A synthetic file in data/raw/ that 'verify' takes where the sample's own is absent."
    )
    publish: Literal["raw", "deidentified", "none"] | None = Field(
        None, description="What a package holds of the file; else raw where the sample is synthetic, and none where it is not."
    )
    access: str | None = Field(None, description="For data that are not published: how another person gets access.")

    @property
    def published(self) -> Literal["raw", "deidentified", "none"]:
        """What a package holds of the file."""
        return self.publish or ("raw" if self.synthetic else "none")

    @model_validator(mode="after")
    def _check(self) -> "Sample":
        if self.synthetic is None and "synthetic" in Path(self.file).stem.lower():
            raise ValueError("the file's name says 'synthetic'; add the key 'synthetic' with a sentence that says why.")
        if self.stand_in is not None and "synthetic" not in Path(self.stand_in).stem.lower():
            raise ValueError(f"the name of the stand-in '{self.stand_in}' must say 'synthetic'; rename the file.")
        return self

    @property
    def computed(self) -> dict[str, Any]:
        """The keys on which the numbers depend."""
        return self.model_dump(exclude={"synthetic", "stand_in", "publish", "access"})


class Matrix(Strict):
    """Which codes meet which in the same passage, by unit, beside a published table."""

    rows: tuple[Name, ...] = Field(strict=False, min_length=1, description="Concepts, themes or dimensions, one a row.")
    columns: tuple[Name, ...] = Field(strict=False, min_length=1, description="Those that they meet, one a column.")
    group: str | None = Field(None, description="The attribute of units that a published row may be limited to.")
    indirect: Name | None = Field(None, description="The code of passages in which the use is indirect.")
    published: str | None = Field(
        None, description="A table with the columns row, group, column and published (X direct, I indirect, - none)."
    )


class CodingSet(Strict):
    """One set of qualitative evidence: units, what is said or done in them, and the codebook."""

    units: str | None = Field(None, description="The table of units (people, firms): column unit, then attributes.")
    codings: str = Field(description="The table of codings (unit, code; optionally coder, source, segment), or a .qdpx project.")
    codebook: str | None = Field(None, description="The codebook; a .qdpx project may bring its own.")
    informants: str | None = Field(None, description="The people in the units: columns informant and unit, then attributes.")
    exclusive: str | None = Field(
        None, description="The attribute that names the one dimension to which a unit is said to belong; it is checked."
    )
    compare: tuple[str, ...] | None = Field(
        None, strict=False, description="Attributes whose groups are compared; else all with two to six values."
    )
    cuts: dict[str, Annotated[tuple[Number, ...], Field(strict=False, min_length=1)]] = Field(
        default_factory=dict, description="Attributes that are numbers: the values up to which a group goes."
    )
    matrices: dict[Name, Matrix] = Field(default_factory=dict, description="Codes that meet in passages, by name.")
    permutations: int = Field(1_000, ge=100, le=100_000, description="Random orders of the units behind the saturation band.")
    resamples: int = Field(2_000, ge=100, le=100_000, description="Resamples of units behind the intervals of agreement.")

    @model_validator(mode="after")
    def _check(self) -> "CodingSet":
        if not self.codings.lower().endswith(".qdpx"):
            for key in ("units", "codebook"):
                if getattr(self, key) is None:
                    raise ValueError(f"the key '{key}' is missing; add it. Only a .qdpx project can bring its own.")
        return self

    @property
    def files(self) -> list[str]:
        """Every file of the set."""
        named = (self.units, self.codings, self.codebook, self.informants)
        return [file for file in (*named, *(matrix.published for matrix in self.matrices.values())) if file is not None]


class Claim(Strict):
    """One published value and where the pipeline's own value stands."""

    claim: str = Field(description="What was published, in words.")
    published: PublishedValue = Field(description='As printed, in quotes: ".82", "< .01", "> .05".')
    table: str = Field(description="The table of results, such as reliability/scales.")
    row: dict[str, RowValue] = Field(default_factory=dict, description="Which row: column and value, or several that will do.")
    column: str | None = Field(None, description="Which column.")
    count: str | None = Field(None, description="Instead of column: count this column's different values in the rows.")
    source: str | None = Field(None, description="Where it was published; else the source of all claims.")
    note: str | None = Field(None, description="What a reader of the ledger should know, such as the other place.")

    @model_validator(mode="after")
    def _check(self) -> "Claim":
        if (self.column is None) == (self.count is None):
            raise ValueError(f"the claim '{self.claim}' needs either 'column' or 'count'; give one of them.")
        return self


class Replication(Strict):
    """The published values of one sample or set."""

    source: str = Field(description="The publication and section.")
    claims: tuple[Claim, ...] = Field(strict=False, min_length=1, description="One entry per published value.")


class Config(Strict):
    """The file `config/config.yaml` of a study."""

    title: str = Field("Survey of practice work", description="The report's title.")
    question: str | None = Field(None, description="The research question, shown on top of the report.")
    seed: int = Field(2021, ge=0, description="The seed from which every stage derives its own.")
    samples: dict[Name, Sample] = Field(default_factory=dict, description="The files of responses, by name.")
    scales: tuple[Name, ...] | None = Field(None, strict=False, min_length=1, description="Instruments, from scales/.")
    variables: tuple[Column, ...] | None = Field(
        None, strict=False, min_length=1, description="Numeric columns taken as they are."
    )
    categories: dict[Column, Categories] = Field(
        default_factory=dict, description="Variables whose numbers are codes of categories: each code's text or texts."
    )
    quasi_identifiers: tuple[Column, ...] = Field(
        (), strict=False, description="Variables by which people could be recognised; what may be published is told."
    )
    screening: Screening | None = Field(None, description="The screening stage; {} flags and excludes nobody.")
    dimensionality: Dimensionality = Field(
        default_factory=Dimensionality, description="Settings of the dimensionality stage; it runs for every study with scales."
    )
    moderation: Moderation | None = Field(None, description="The moderation stage.")
    profiles: Profiles | None = Field(None, description="The profiles stage.")
    coding: dict[Name, CodingSet] = Field(default_factory=dict, description="Sets of qualitative evidence, by name.")
    replication: dict[Name, Replication] | None = Field(None, description="Published claims, by sample or set.")
    licence: str | None = Field(None, description="Under which terms the data of a package may be used, such as CC-BY-4.0.")

    @model_validator(mode="after")
    def _check(self) -> "Config":
        if not self.samples and not self.coding:
            raise ValueError("the study has neither 'samples' nor 'coding'; add one with the file to be read.")
        for name in self.coding:
            if name in self.samples:
                raise ValueError(f"'{name}' is a sample and a set of 'coding'; rename one, since their results share a folder.")
        return self
