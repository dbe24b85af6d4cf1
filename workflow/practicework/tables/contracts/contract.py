"""The contract of a table: its columns, their kinds and meanings."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Contract:
    """A table's columns by name: kind (`text`, `number`, `count`, `flag`; `?` if it may be empty), then meaning.

    `open` tables have further columns, all numeric (or text if `open="text"`), named after the study's items, variables,
    scales, profiles or attributes, and no two rows with the same `key`.
    The tables of models are those of least squares, or `generalized`: of models of outcomes that are not quantities.
    A table that `needs` a part of the config, such as `screening` or a `marker`, exists only if the study has it.
    """

    about: str
    columns: dict[str, tuple[str, str]]
    open: bool | str = False
    key: str = "respondent"
    needs: str | None = None
    generalized: bool = False


NOTE = {"note": ("text?", "why a value of this row is empty, or a warning about it")}
