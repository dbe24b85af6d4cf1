"""Helpers for exported R code: valid names and the header of a script."""

import re
from textwrap import fill

from practicework.commands.exporters.shared import file_of
from practicework.errors import StudyError
from practicework.study.scale import Scale

RESERVED = frozenset(
    ("if", "else", "repeat", "while", "function", "for", "in", "next", "break", "TRUE", "FALSE", "NULL", "Inf", "NaN", "NA")
)
"""Words that cannot be names in R: `?reserved`."""


def name(text: str) -> str:
    """A scale's id as an R name, in backticks if it is not syntactically valid."""
    return text if text not in RESERVED and re.fullmatch(r"[A-Za-z][A-Za-z0-9_.]*", text) else f"`{text}`"


def strings(texts: list[str], width: int = 100) -> str:
    """An R character vector, on several lines if it is longer than the width."""
    quoted = [f'"{text}"' for text in texts]
    return fill(f"c({', '.join(quoted)})", width, subsequent_indent="    ", break_long_words=False)


def check(scales: list[Scale]) -> None:
    """Refuse items whose names R would change on reading the data.

    Raises
    ------
    StudyError
        If an item's name is a reserved word in R.
    """
    for scale in scales:
        for item in scale.item_ids:
            if item in RESERVED:
                raise StudyError(f"{file_of(scale)}: the item '{item}' has a name that is reserved in R; rename it.")


def head(about: str, package: str) -> list[str]:
    """The header of a script that uses a data frame `responses`."""
    return [
        f"# {about}",
        "# `responses` is a data frame with one column per item, such as practicework's table of responses:",
        '#   responses <- read.csv("results/SAMPLE/ingest/responses.csv")',
        f"library({package})",
        "",
    ]
