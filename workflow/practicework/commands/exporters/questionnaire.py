"""The questionnaire as a page for printing and pre-testing, followed by a sheet for the researcher."""

from itertools import pairwise

from practicework.commands.exporters import pages
from practicework.commands.exporters.shared import choices, instruction, label, labelled, line
from practicework.study.scale import Scale

STATUS = {
    "published": "as published by the source.",
    "adapted": "adapted from the source; report this with the results.",
    "draft": "a draft that has not been validated.",
}
NARROW = 5
"""With more points than this, incomplete labels are placed in a separate row above the codes, where they have room."""


def page(scales: list[Scale]) -> str:
    """Return the questionnaire as a self-contained HTML page.

    Respondents see numbered items and answers, part by part, but no names, keys or scoring rules. If only some response
    points are labelled, all points also show their codes. The sheet for the researcher, printed on a separate page,
    describes each part, the status of its wording, and how to enter answers given on paper.

    Parameters
    ----------
    scales : list of Scale
        Questions with several answers are among them, in the form of scales.
    """
    parts, first = [], 1
    for number, scale in enumerate(scales, 1):
        parts.append(_part(scale, number, first))
        first += len(scale.items)
    return pages.render("questionnaire.html", parts=parts)


def _part(scale: Scale, number: int, first: int) -> dict:
    """The content of the page for one scale, with items numbered from `first`."""
    response, points = scale.response, choices(scale.response)
    words = [label(response, code) for code, _ in points]
    some = not all(words)
    apart = some and any(words) and len(points) > NARROW
    last = first + len(scale.items) - 1
    return {
        "number": number,
        "instruction": instruction(scale),
        "points": [
            {
                "code": code,
                "above": str(code) if some else "",
                "below": "" if apart else word,
                "alone": f"{code} {word}".strip() if some else word,
                "anchored": apart and bool(word),
            }
            for (code, _), word in zip(points, words, strict=True)
        ],
        "anchors": _anchors(words) if apart else [],
        "range": (f"{response.min:g}", f"{response.max:g}"),
        "step": "1" if response.min % 1 == 0 and response.max % 1 == 0 else "any",
        "questions": [{"number": at, "text": line(item.text)} for at, item in enumerate(scale.items, first)],
        "rows": f"Row {first} is" if first == last else f"Rows {first} to {last} are",
        "scale": scale,
        "status": STATUS[scale.status],
        "tick": getattr(scale, "tick", False),
        "codes": "; ".join(f"{code} = {text}" for code, text in labelled(response)),
    }


def _anchors(words: list[str]) -> list[dict]:
    """Labels above the columns of a table, each extending halfway to its neighbours."""
    at = [column for column, word in enumerate(words) if word]
    ends = [(left + right) // 2 + 1 for left, right in pairwise(at)] + [len(words)]
    return [
        {
            "column": column + 1,
            "word": words[column],
            "span": end - start,
            "side": "left" if column == 0 else "right" if column == len(words) - 1 else "middle",
        }
        for column, start, end in zip(at, [0, *ends], ends, strict=False)
    ]
