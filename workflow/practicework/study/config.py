"""Pydantic models of a study's `config/config.yaml`; the sections of the stages are in `settings`."""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from practicework.study.categorical import CategoricalModels
from practicework.study.development import Development
from practicework.study.documents import Flag, Strict
from practicework.study.multiple import Multiple, MultipleTest
from practicework.study.multiverse import Multiverse
from practicework.study.process import Process
from practicework.study.replication import Replication
from practicework.study.scale import Column, Name, Number, Texts, unambiguous
from practicework.study.settings import Dimensionality, Moderation, Profiles, Reporting, Screening
from practicework.study.synthesis import Synthesis
from practicework.tables.files.grid import Reading


def _categories(codes: dict[int, Texts]) -> dict[int, Texts]:
    if len(codes) < 2:
        raise ValueError("a categorical variable needs at least two codes; list them all.")
    return unambiguous(codes)


Categories = Annotated[dict[int, Texts], AfterValidator(_categories)]

Code = Annotated[str, BeforeValidator(lambda value: str(value) if type(value) in (int, float) else value)]
"""A number or a text, as in a cell."""

Codes = Annotated[tuple[Code, ...], BeforeValidator(lambda value: tuple(value) if isinstance(value, list) else (value,))]
"""One cell, or a list of cells."""


READERS = ("csv", "qualtrics", "limesurvey", "google_forms", "redcap", "surveymonkey", "sosci", "microsoft_forms", "jotform",
           "spss", "excel", "coded")  # fmt: skip
Reader = Literal[READERS]


def _codes_or_mapping(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


class Sample(Strict):
    """One file of responses."""

    file: str = Field(description="The exported file, inside the study's data/raw/.")
    reader: Reader | None = Field(
        None,
        description=(
            f"Its format: {', '.join(f'`{name}`' for name in READERS[:-1])}; `coded` for a table written by `stand-in` or "
            "`package`; default: detected."
        ),
    )
    encoding: str | None = Field(
        None, description="The encoding of a text file that is not UTF-8, such as `cp1250` or `mac_roman`; default: detected."
    )
    sheet: str | None = Field(None, description="The sheet of a workbook; default: the only one with data.")
    decimal: Literal[".", ","] | None = Field(
        None, description="The decimal mark of numbers in the file; default: what all columns of the file show."
    )
    thousands: Literal[".", ",", " "] | None = Field(
        None, description="The thousands separator of numbers in the file; default: what all columns of the file show."
    )
    where: dict[str, Codes] = Field(
        default_factory=dict,
        description=(
            "The rows to use, by a column of the file and its value or values: `{redcap_event_name: baseline_arm_1}`; the other "
            "rows are not respondents and are counted in the flow."
        ),
    )
    respondent: str | None = Field(
        None,
        description=(
            "The column of respondent ids, kept unchanged; e-mail addresses and telephone numbers are refused, and names, panel "
            "ids and the survey tool's own ids are replaced by running numbers; default: `R0001`, `R0002`, …. `null` states that "
            "each row is a respondent although ids repeat."
        ),
    )
    columns: dict[str, str] = Field(
        default_factory=dict, description="Item or variable: its column in the file, if the names differ."
    )
    missing: Annotated[tuple[Code, ...] | dict[str, Codes], BeforeValidator(_codes_or_mapping)] = Field(
        (),
        description=(
            "Codes for missing answers, for all columns (`[-99]`) or by scale, item or variable (`{usefulness: [9], age: [999]}`)"
            "; empty cells and `NA` are always missing."
        ),
    )
    not_personal: tuple[str, ...] = Field(
        (), strict=False, description="Items and variables that look like personal data but are not, such as account balances."
    )
    synthetic: str | None = Field(
        None, description="For computed data, a sentence that gives the reason; shown wherever the sample is shown."
    )
    stand_in: str | None = Field(
        None,
        description=(
            "A synthetic file inside `data/raw/`, written by `practicework stand-in`; `verify` uses it if the sample's own file "
            "is missing."
        ),
    )
    publish: Literal["raw", "deidentified", "none"] | None = Field(
        None,
        description=(
            "What `practicework package` includes: the original file (`raw`), the coded answers (`deidentified`, only if at "
            "least five respondents share each combination of the `quasi_identifiers`), or nothing (`none`); default: `raw` if "
            "`synthetic`, otherwise `none`."
        ),
    )
    publish_columns: tuple[str, ...] = Field(
        (),
        strict=False,
        description=(
            "Columns of the original file with contact data, addresses, locations or direct identifiers that `publish: raw` "
            "includes on purpose; without this list, such columns prevent publication."
        ),
    )
    access: str | None = Field(None, description="For data that are not published: how others can obtain access.")
    report: Flag = Field(True, description="Whether the sample has a report of its own.")
    attributes: dict[Name, Number | str] = Field(
        default_factory=dict, description="What distinguishes the sample in a synthesis: `{country: FR, year: 2026}`."
    )

    confirm: tuple[Literal["missing"], ...] = Field(
        (), strict=False, description="Keys that `init` inferred and nobody has confirmed; a run requires that none is left."
    )

    @property
    def reading(self) -> Reading:
        """How to read the file."""
        return Reading(self.encoding, self.sheet, self.decimal, self.thousands)

    def missing_codes(self, *names: str) -> set[str]:
        """Return the codes for missing answers of a column, given the names of its item or variable and of its scale."""
        if isinstance(self.missing, tuple):
            return set(self.missing)
        return {code for name in names for code in self.missing.get(name, ())}

    @property
    def published(self) -> Literal["raw", "deidentified", "none"]:
        """What a package includes of the file."""
        return self.publish or ("raw" if self.synthetic else "none")

    @model_validator(mode="after")
    def _check(self) -> "Sample":
        if self.synthetic is None and "synthetic" in Path(self.file).stem.lower():
            raise ValueError("the file's name contains 'synthetic'; add the key 'synthetic' and give the reason in a sentence.")
        if self.stand_in is not None and "synthetic" not in Path(self.stand_in).stem.lower():
            raise ValueError(f"the name of the stand-in '{self.stand_in}' must contain 'synthetic'; rename the file.")
        if self.decimal is not None and self.decimal == self.thousands:
            raise ValueError("'decimal' and 'thousands' are the same mark; correct one of them.")
        return self

    @property
    def computed(self) -> dict[str, Any]:
        """The settings on which the results depend."""
        return self.model_dump(
            exclude={"synthetic", "stand_in", "publish", "publish_columns", "access", "report", "attributes", "confirm"}
        )


class Matrix(Strict):
    """Co-occurrence of codes within passages, by unit, for comparison with a published table."""

    rows: tuple[Name, ...] = Field(strict=False, min_length=1, description="Concepts, themes or dimensions, one per row.")
    columns: tuple[Name, ...] = Field(strict=False, min_length=1, description="Codes that they co-occur with, one per column.")
    group: str | None = Field(None, description="The attribute of units whose groups published rows may be limited to.")
    indirect: Name | None = Field(None, description="The code that marks passages with indirect use.")
    published: str | None = Field(
        None, description="A table with the columns row, group, column and published (X direct, I indirect, - none)."
    )


class CodingSet(Strict):
    """One set of qualitative evidence: units, codings and codebook."""

    units: str | None = Field(
        None,
        description=(
            "Table of the units (participants, firms, documents) with a column `unit` and any attributes; an optional column "
            "`source` gives a row's place in the publication; default: required, except for a `.qdpx` project."
        ),
    )
    codings: str = Field(
        description=(
            "Table of the codings with columns `unit`, `code` and optionally `source`, `coder` and `segment` (rows of a unit "
            "with the same segment are one passage); or a REFI-QDA project (`.qdpx`) exported by NVivo, ATLAS.ti or MAXQDA."
        ),
    )
    codebook: str | None = Field(
        None,
        description="The codebook, a YAML file (see below); required, except for a `.qdpx` project, which may contain its own.",
    )
    informants: str | None = Field(
        None, description="Table of the informants in the units with columns `informant` and `unit` and any attributes."
    )
    exclusive: str | None = Field(
        None,
        description=(
            "Attribute that names the single dimension to which a unit is said to belong; it is compared with the codings."
        ),
    )
    compare: tuple[str, ...] | None = Field(
        None, strict=False, description="Attributes whose groups are compared; default: all with two to six values."
    )
    cuts: dict[str, Annotated[tuple[Number, ...], Field(strict=False, min_length=1)]] = Field(
        default_factory=dict,
        description="Upper limits of the groups of a numeric attribute: `[10]` gives groups up to 10 and above 10.",
    )
    matrices: dict[Name, Matrix] = Field(default_factory=dict, description="Co-occurrence matrices, by name.")
    permutations: int = Field(1_000, ge=100, le=100_000, description="Random orders of the units for the saturation band.")
    resamples: int = Field(2_000, ge=100, le=100_000, description="Resamples of units for the intervals of coder agreement.")
    pseudonyms: Flag | None = Field(
        None,
        description=(
            "Whether the ids of units, informants and coders are pseudonyms and are kept (`true`: up to twelve characters "
            "without blanks), or are replaced by running ids (`false`); default: codes such as P1 or A are kept, other ids are "
            "replaced."
        ),
    )
    publish: Literal["tables", "none"] = Field(
        "none",
        description=(
            "What `practicework package` includes: the `tables` of units, informants and codings with the codebook (of a `.qdpx` "
            "project, tables without sources and with running coders and passages), or nothing (`none`)."
        ),
    )
    access: str | None = Field(None, description="For sets that are not published: how others can obtain access.")

    @property
    def computed(self) -> dict[str, Any]:
        """The settings on which the results depend."""
        return self.model_dump(exclude={"publish", "access"})

    @model_validator(mode="after")
    def _check(self) -> "CodingSet":
        if not self.is_project:
            for key in ("units", "codebook"):
                if getattr(self, key) is None:
                    raise ValueError(f"the key '{key}' is missing; add it. Only a .qdpx project can omit it.")
        return self

    @property
    def is_project(self) -> bool:
        """Whether the codings are a REFI-QDA project."""
        return self.codings.lower().endswith(".qdpx")

    @property
    def files(self) -> list[str]:
        """All files of the set."""
        named = (self.units, self.codings, self.codebook, self.informants)
        return [file for file in (*named, *(matrix.published for matrix in self.matrices.values())) if file is not None]


class Config(Strict):
    """The file `config/config.yaml` of a study."""

    title: str = Field("Survey of practice work", description="The report's title.")
    question: str | None = Field(None, description="The research question, shown at the top of the report.")
    seed: int = Field(2021, ge=0, description="The random seed, from which every stage, sample and model derives its own.")
    samples: dict[Name, Sample] = Field(default_factory=dict, description="The response files, by name.")
    scales: tuple[Name, ...] | None = Field(
        None, strict=False, min_length=1, description="The instruments of the study, each `scales/<id>.yaml`."
    )
    variables: tuple[Column, ...] | None = Field(
        None, strict=False, min_length=1, description="Numeric columns used as they are (age, experience, …)."
    )
    categories: dict[Column, Categories] = Field(
        default_factory=dict,
        description=(
            "For a categorical variable, its codes and labels: `{1: Industry, 2: Services, 3: [Public, Öffentlich]}`; labels in "
            "the data are converted to codes, and other codes are refused. Models include an indicator of each category except "
            "the first."
        ),
    )
    quasi_identifiers: tuple[Column, ...] = Field(
        (),
        strict=False,
        description=(
            "Variables that could identify respondents in combination (age, region, …); the report shows k-anonymity and what "
            "may be published."
        ),
    )
    screening: Screening | None = Field(None, description="The screening stage; {} flags respondents but excludes none.")
    dimensionality: Dimensionality = Field(
        default_factory=Dimensionality, description="Settings of the dimensionality stage; it runs for every study with scales."
    )
    moderation: Moderation | None = Field(None, description="The moderation stage.")
    multiverse: dict[Name, Multiverse] | None = Field(
        None, description="The multiverse stage: by moderation model, the same test in all combinations of defensible choices."
    )
    process: Process | None = Field(None, description="The process stage: mediation and moderated mediation.")
    multiple: dict[Name, Multiple] = Field(
        default_factory=dict,
        description="The multiple_response stage: questions with several answers, by name (tick all that apply), also by stage.",
    )
    multiple_tests: dict[Name, MultipleTest] = Field(
        default_factory=dict, description="Tests of questions with several answers, by name."
    )
    nominal: CategoricalModels | None = Field(
        None, description="The categorical stage: multinomial regressions of outcomes with unordered categories."
    )
    ordinal: CategoricalModels | None = Field(
        None, description="The categorical stage: proportional-odds regressions of outcomes with ordered categories."
    )
    profiles: Profiles | None = Field(None, description="The profiles stage.")
    coding: dict[Name, CodingSet] = Field(default_factory=dict, description="Sets of qualitative evidence, by name.")
    synthesis: dict[Name, Synthesis] | None = Field(
        None,
        description=(
            "Syntheses of several samples, by name; default: one of all samples that are not `synthetic`, if there are two, or "
            "one and a published interaction. `{}`: none."
        ),
    )
    development: dict[Name, Development] = Field(
        default_factory=dict, description="Developments of new scales, by name: from a pool of items to scale files."
    )
    replication: dict[Name, Replication] | None = Field(None, description="Published claims, by sample, set or synthesis.")
    report: Reporting = Field(default_factory=Reporting, description="The files of the reports.")
    chunk: int | None = Field(
        None,
        ge=1,
        le=1000,
        description=(
            "The number of samples that one job analyses, from ingest to report, without effect on results; default: a job per "
            "stage and sample, and 25 samples per job in studies of more than 200 samples."
        ),
    )
    confirm: tuple[Literal["variables", "categories", "multiple"], ...] = Field(
        (), strict=False, description="Keys that `init` inferred and nobody has confirmed; a run requires that none is left."
    )
    licence: str | None = Field(
        None,
        description="The licence of the data in a package, such as `CC-BY-4.0`; the program's own licence does not cover them.",
    )

    @model_validator(mode="after")
    def _check(self) -> "Config":
        if not self.samples and not self.coding and not self.development:
            raise ValueError("the study has neither 'samples' nor 'coding'; add one of them with the file to read.")
        owner: dict[str, str] = {}
        for kind, names in (
            ("a sample", self.samples),
            ("a set of 'coding'", self.coding),
            ("a synthesis", self.synthesis or ()),
            ("a development", self.development),
        ):
            for name in names:
                if name in owner:
                    raise ValueError(f"'{name}' is {owner[name]} and {kind}; rename one, because they share a results folder.")
                owner[name] = kind
        return self
