"""The file `config/config.yaml` of a study, as pydantic models; `settings` has the sections of the stages."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from practicework.documents import Strict
from practicework.published import PublishedValue
from practicework.scale import Column, Name, Texts, unambiguous
from practicework.settings import Dimensionality, Moderation, Profiles, Screening


def _categories(codes: dict[int, Texts]) -> dict[int, Texts]:
    if len(codes) < 2:
        raise ValueError("a variable of categories takes at least two codes; name them all.")
    return unambiguous(codes)


Categories = Annotated[dict[int, Texts], AfterValidator(_categories)]

Missing = Annotated[str, BeforeValidator(lambda value: str(value) if type(value) in (int, float) else value)]


class Sample(Strict):
    """One file of responses."""

    file: str = Field(description="The export, inside the study's data/raw/.")
    reader: Literal["csv", "qualtrics", "limesurvey", "google_forms", "redcap", "spss", "excel"] | None = Field(
        None, description="The file's format; detected when left out."
    )
    respondent: str | None = Field(None, description="The column of respondent ids; else R0001, R0002, ...")
    columns: dict[str, str] = Field(default_factory=dict, description="Item or variable: its column in the file.")
    missing: tuple[Missing, ...] = Field((), strict=False, description="Codes that mean 'no answer'.")
    synthetic: str | None = Field(None, description="For computed data: why; shown wherever the sample is shown.")

    @model_validator(mode="after")
    def _check(self) -> "Sample":
        if self.synthetic is None and "synthetic" in Path(self.file).stem.lower():
            raise ValueError("the file's name says 'synthetic'; add the key 'synthetic' with a sentence that says why.")
        return self


class Claim(Strict):
    """One published value and where the pipeline's own value stands."""

    claim: str = Field(description="What was published, in words.")
    published: PublishedValue = Field(description='As printed, in quotes: ".82", "< .01", "> .05".')
    table: str = Field(description="The table of results, such as reliability/scales.")
    row: dict[str, str] = Field(default_factory=dict, description="Which row: column and value.")
    column: str = Field(description="Which column.")
    source: str | None = Field(None, description="Where it was published; else the source of all claims.")


class Replication(Strict):
    """The published values of one sample or set."""

    source: str = Field(description="The publication and section.")
    claims: tuple[Claim, ...] = Field(strict=False, min_length=1, description="One entry per published value.")


class Config(Strict):
    """The file `config/config.yaml` of a study."""

    title: str = Field("Survey of practice work", description="The report's title.")
    question: str | None = Field(None, description="The research question, shown on top of the report.")
    seed: int = Field(2021, ge=0, description="The seed from which every stage derives its own.")
    samples: dict[Name, Sample] = Field(min_length=1, description="The files of responses, by name.")
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
    replication: dict[Name, Replication] | None = Field(None, description="Published claims, by sample.")
