"""What every reader returns."""

from dataclasses import dataclass


@dataclass(frozen=True)
class RawTable:
    """An export as text: one heading per column, one list of cells per respondent.

    `lines` holds each row's number as a spreadsheet shows it, the header being row 1; `shown` is how
    messages name the file.
    """

    shown: str
    header: list[str]
    rows: list[list[str]]
    lines: list[int]
