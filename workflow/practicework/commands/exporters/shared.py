"""What several formats share: the choices of an item, its words on one line, and rows as CSV."""

import csv
import io
from collections.abc import Iterable, Sequence

from practicework.study.scale import Response, Scale

MOST_POINTS = 11
"""More response points than that are only shown as choices if each has a label; else a number is entered."""


def choices(response: Response) -> list[tuple[int, str]]:
    """Each response point's code and text, which is the code itself where the scale has no label for it.

    Where a label has several languages, the first is taken. The list is empty where a number is to be entered:
    a range with decimals, or one of many points that are not all labelled, such as 0 to 100.
    """
    if response.min % 1 or response.max % 1:
        return []
    codes = range(int(response.min), int(response.max) + 1)
    if len(codes) > MOST_POINTS and any(code not in response.labels for code in codes):
        return []
    return [(code, label(response, code) or str(code)) for code in codes]


def label(response: Response, code: int) -> str:
    """A code's first label; empty where it has none."""
    return line(next(iter(response.labels.get(code, ())), ""))


def labelled(response: Response) -> list[tuple[int, str]]:
    """The codes that have labels, with them, in the order of the codes."""
    return [(code, label(response, code)) for code in sorted(response.labels) if label(response, code)]


def instruction(scale: Scale) -> str:
    """What a respondent is asked to do; it says nothing of what the scale measures."""
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
    """How messages name a scale's file."""
    return f"scales/{scale.id}.yaml"


def separated(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A header and rows as CSV."""
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows([header, *rows])
    return out.getvalue()
