"""What R code needs: names that R can read, and the lines on top of a script."""

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
    """A scale's id as R code has it, in backticks where R could not read it otherwise."""
    return text if text not in RESERVED and re.fullmatch(r"[A-Za-z][A-Za-z0-9_.]*", text) else f"`{text}`"


def strings(texts: list[str]) -> str:
    """A character vector, on several lines where it is long."""
    quoted = [f'"{text}"' for text in texts]
    return fill(f"c({', '.join(quoted)})", 100, subsequent_indent="    ", break_long_words=False)


def check(scales: list[Scale]) -> None:
    """Refuse items whose names R would change when it reads their column.

    Raises
    ------
    StudyError
        An item has the name of a reserved word.
    """
    for scale in scales:
        for item in scale.item_ids:
            if item in RESERVED:
                raise StudyError(f"{file_of(scale)}: the item '{item}' has a name that R reserves for itself; rename it.")


def head(about: str, package: str) -> list[str]:
    """The lines on top of a script, which takes a data frame `responses`."""
    return [
        f"# {about}",
        "# `responses` is a data frame with a column for each item, such as practicework's own table of answers:",
        '#   responses <- read.csv("results/SAMPLE/ingest/responses.csv")',
        f"library({package})",
        "",
    ]
