"""Qualtrics' import text in its Advanced Format, from which Qualtrics makes a survey."""

from practicework.commands.exporters.shared import choices, file_of, instruction, line
from practicework.errors import StudyError
from practicework.study.scale import Scale


def survey(scales: list[Scale]) -> str:
    """The survey's text: a block a scale, with one matrix (or numbers to enter, on a wide range).

    Every answer has its code as recode value. The matrix has the scale's id as its tag, so that Qualtrics names the
    columns of an export `promotion_1`, `promotion_2`, ... in the order of the items; where items are named
    otherwise, `ingest` finds them by their wording.

    Parameters
    ----------
    scales : list of Scale

    Raises
    ------
    StudyError
        A wording or label with Qualtrics' own mark `[[`.

    Notes
    -----
    Format: "Preparing an Advanced Format TXT File" in Qualtrics' support pages on importing surveys. A matrix is
    `[[Question:Matrix]]`, `[[ID:...]]`, its text, `[[Choices]]` (the rows), and the columns, `[[Answers]]`; their long
    form `[[AdvancedAnswers]]`, `[[Answer:code]]` carries the codes, which would else be 1, 2, 3, ...
    """
    lines = ["[[AdvancedFormat]]", ""]
    for part, scale in enumerate(scales, 1):
        lines += [f"[[Block:Part {part}]]", ""]
        items = [_text(scale, item.text) for item in scale.items]
        points = choices(scale.response)
        if points:
            lines += ["[[Question:Matrix]]", f"[[ID:{scale.id}]]", instruction(scale), "", "[[Choices]]", *items, ""]
            lines.append("[[AdvancedAnswers]]")
            for code, text in points:
                lines += [f"[[Answer:{code}]]", _text(scale, text)]
            lines.append("")
        else:
            lines += ["[[Question:DB]]", _text(scale, instruction(scale)), ""]
            for item, text in zip(scale.items, items, strict=True):
                lines += ["[[Question:TE:SingleLine]]", f"[[ID:{item.id}]]", text, ""]
    return "\n".join(lines)


def _text(scale: Scale, text: str) -> str:
    """A text on one line; Qualtrics reads texts as HTML."""
    if "[[" in text:
        raise StudyError(
            f"{file_of(scale)}: the text '{line(text)[:60]}' holds '[[', which Qualtrics takes for a command; write it without."
        )
    return line(text).replace("&", "&amp;").replace("<", "&lt;")
