"""Published claims and where the corresponding results are, a section of `config/config.yaml`."""

from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator
from pydantic_core import PydanticKnownError

from practicework.study.documents import Flag, Strict
from practicework.study.published import PublishedValue


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
"""The value that a row must have, or a list of alternatives."""


def alternatives(value: str | tuple[str, ...]) -> tuple[str, ...]:
    """Return the values of which a row must have one."""
    return (value,) if isinstance(value, str) else value


class _ClaimsOrFile:
    """In the JSON Schema, claims may also be the name of a file; `loading` reads it before validation."""

    def __get_pydantic_json_schema__(self, core_schema, handler):
        return {"anyOf": [handler(core_schema), {"type": "string"}]}


_CLAIMS_OR_FILE = _ClaimsOrFile()


class Claim(Strict):
    """One published value and the location of the corresponding result."""

    claim: str = Field(description="What was published, in words.")
    published: PublishedValue = Field(description='As printed, in quotes: ".82", "< .01", "> .05".')
    table: str = Field(description="The table of results, such as reliability/scales.")
    row: dict[str, RowValue] = Field(default_factory=dict, description="Which row: column and value, or a list of alternatives.")
    column: str | None = Field(None, description="Which column.")
    count: str | None = Field(None, description="Instead of column: count the distinct values of this column in the rows.")
    source: str | None = Field(None, description="Where it was published; default: the source of all claims.")
    note: str | None = Field(None, description="A note for readers of the ledger, such as a conflicting passage.")

    @model_validator(mode="after")
    def _check(self) -> "Claim":
        if (self.column is None) == (self.count is None):
            raise ValueError(f"the claim '{self.claim}' needs either 'column' or 'count'; give one of them.")
        return self


class Replication(Strict):
    """The published values of one sample or set."""

    model_config = ConfigDict(json_schema_extra=lambda schema: schema["required"].remove("source"))  # may be in the file

    source: str = Field(description="The publication and section.")
    claims: Annotated[tuple[Claim, ...], Field(strict=False, min_length=1), _CLAIMS_OR_FILE] = Field(
        description="One entry per published value, or the file with them: published/<name>.yaml."
    )
    metric: Flag = Field(False, description="Whether to assess from which scoring the published coefficients can come.")
