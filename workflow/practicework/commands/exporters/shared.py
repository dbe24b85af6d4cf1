"""Helpers shared by several formats: response choices, single-line texts and CSV."""

import csv
import io
from collections.abc import Iterable, Sequence

from practicework.study.scale import Response, Scale

MOST_POINTS = 11
"""Ranges with more points are shown as choices only if every point is labelled; otherwise a number is entered."""


def choices(response: Response) -> list[tuple[int, str]]:
    """Return the code and text of each response point; unlabelled points show their code.

    If a label exists in several languages, the first is used. The list is empty if a number is to be entered: for a
    range with decimals or steps other than 1, or with many points that are not all labelled, such as 0 to 100.
    """
    if response.continuous or response.step != 1 or response.min % 1 or response.max % 1:
        return []
    codes = range(int(response.min), int(response.max) + 1)
    if len(codes) > MOST_POINTS and any(code not in response.labels for code in codes):
        return []
    return [(code, label(response, code) or str(code)) for code in codes]


def label(response: Response, code: int) -> str:
    """A code's first label; empty if it has none."""
    return line(next(iter(response.labels.get(code, ())), ""))


def labelled(response: Response) -> list[tuple[int, str]]:
    """The labelled codes with their labels, in the order of the codes."""
    return [(code, label(response, code)) for code in sorted(response.labels) if label(response, code)]


def instruction(scale: Scale) -> str:
    """The instruction to respondents: the scale's own, or one that does not reveal what the scale measures."""
    if scale.instruction:
        return line(scale.instruction)
    if choices(scale.response):
        return "Please choose one answer in each row."
    low, high = f"{scale.response.min:g}", f"{scale.response.max:g}"
    words = {f"{code}": text for code, text in labelled(scale.response)}
    named = [f"{end} ({words[end]})" if end in words else end for end in (low, high)]
    return f"Please enter a number from {named[0]} to {named[1]} in each row."


def line(text: str) -> str:
    """A text on one line."""
    return " ".join(text.split())


def file_of(scale: Scale) -> str:
    """The name of a scale's file in messages."""
    return f"scales/{scale.id}.yaml"


def separated(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A header and rows as CSV."""
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows([header, *rows])
    return out.getvalue()
