"""Survey text in the Advanced Format that Qualtrics imports."""

from practicework.commands.exporters.multiple import Asked
from practicework.commands.exporters.shared import choices, file_of, instruction, line
from practicework.errors import StudyError
from practicework.study.scale import Scale


def survey(scales: list[Scale]) -> str:
    """Return the survey text: one block per scale, with one matrix (or number entry for wide ranges).

    Every answer has its code as recode value. The matrix is tagged with the scale's id, so Qualtrics names the columns
    of an export `promotion_1`, `promotion_2`, ... in the order of the items. Items with other names are found by their
    wording in `ingest`.

    Parameters
    ----------
    scales : list of Scale

    Raises
    ------
    StudyError
        If a wording or label contains `[[`, which Qualtrics reserves.

    Notes
    -----
    Format: "Preparing an Advanced Format TXT File" in Qualtrics' support pages on importing surveys. A matrix is
    `[[Question:Matrix]]`, `[[ID:...]]`, its text, `[[Choices]]` (the rows), and the columns, `[[Answers]]`; their long
    form `[[AdvancedAnswers]]`, `[[Answer:code]]` includes the codes, which would otherwise be 1, 2, 3, ...
    """
    lines = ["[[AdvancedFormat]]", ""]
    for part, scale in enumerate(scales, 1):
        lines += [f"[[Block:Part {part}]]", ""]
        items = [_text(scale, item.text) for item in scale.items]
        points = choices(scale.response)
        if isinstance(scale, Asked) and scale.tick:
            lines += ["[[Question:MC:MultipleAnswer]]", f"[[ID:{scale.id}]]", _text(scale, instruction(scale)), "", "[[Choices]]"]
            lines += [*items, ""]
        elif points:
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
    """A text on one line, escaped because Qualtrics reads texts as HTML."""
    if "[[" in text:
        raise StudyError(
            f"{file_of(scale)}: the text '{line(text)[:60]}' contains '[[', which Qualtrics reads as a command; remove it."
        )
    return line(text).replace("&", "&amp;").replace("<", "&lt;")
