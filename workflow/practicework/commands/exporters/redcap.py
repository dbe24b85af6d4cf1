"""REDCap data dictionary: the CSV file that defines the fields of a project."""

import re

from practicework.commands.exporters.multiple import Asked
from practicework.commands.exporters.shared import choices, file_of, instruction, line, separated
from practicework.errors import StudyError
from practicework.study.scale import Item, Scale

COLUMNS = (
    "Variable / Field Name",
    "Form Name",
    "Section Header",
    "Field Type",
    "Field Label",
    "Choices, Calculations, OR Slider Labels",
    "Field Note",
    "Text Validation Type OR Show Slider Number",
    "Text Validation Min",
    "Text Validation Max",
    "Identifier?",
    "Branching Logic (Show field only if...)",
    "Required Field?",
    "Custom Alignment",
    "Question Number (surveys only)",
    "Matrix Group Name",
    "Matrix Ranking?",
    "Field Annotation",
)
RECORD, FORM = "record_id", "questionnaire"
LONGEST, MOST = 26, 100
"""The longest variable name that REDCap recommends, and that it accepts, which options of several parts may need."""


def dictionary(scales: list[Scale]) -> str:
    """Return the data dictionary of one form, with a matrix of radio buttons per scale (or number entry for wide ranges).

    Choices are written `1, Strongly disagree | 2, Disagree`, so exports contain the scale's codes under the items' own
    names. The field annotation, which respondents do not see, states the scale of each item.

    Parameters
    ----------
    scales : list of Scale

    Raises
    ------
    StudyError
        If REDCap does not accept a name or reserves it, or a label contains the separator of choices.

    Notes
    -----
    Columns and rules follow the help of REDCap's page "Data Dictionary" and LinkML's meta-schema,
    https://linkml.io/linkml-redcap/reference/data_dictionary/. The first field is the record ID; the rows of a matrix
    are adjacent and have the same choices. Upload the file to a project that is still in development.
    """
    rows = [{COLUMNS[0]: RECORD, COLUMNS[1]: FORM, "Field Type": "text", "Field Label": "Record ID"}]
    for scale in scales:
        if isinstance(scale, Asked) and scale.tick:
            listed = " | ".join(f"{code}, {_choice(scale, code, line(item.text))}" for code, item in enumerate(scale.items, 1))
            field = {COLUMNS[0]: _variable(scale, scale.id), COLUMNS[1]: FORM, "Field Type": "checkbox"}
            rows.append(field | {"Field Label": instruction(scale), "Choices, Calculations, OR Slider Labels": listed})
            continue
        rows += [_field(scale, item, first=not at) for at, item in enumerate(scale.items)]
    return separated(COLUMNS, [[row.get(column, "") for column in COLUMNS] for row in rows])


def _field(scale: Scale, item: Item, *, first: bool) -> dict[str, str]:
    field = {
        "Variable / Field Name": _variable(scale, item.id),
        "Form Name": FORM,
        "Section Header": instruction(scale) if first else "",
        "Field Label": line(item.text),
        "Field Annotation": f"Scale: {scale.id}{', reverse-keyed' if item.reverse else ''}",
    }
    points = choices(scale.response)
    if not points:
        whole = scale.response.min % 1 == 0 and scale.response.max % 1 == 0
        return field | {
            "Field Type": "text",
            "Text Validation Type OR Show Slider Number": "integer" if whole else "number",
            "Text Validation Min": f"{scale.response.min:g}",
            "Text Validation Max": f"{scale.response.max:g}",
        }
    listed = " | ".join(f"{code}, {_choice(scale, code, text)}" for code, text in points)
    return field | {"Field Type": "radio", "Choices, Calculations, OR Slider Labels": listed, "Matrix Group Name": scale.id}


def _choice(scale: Scale, code: int, text: str) -> str:
    """Return the text of a choice if REDCap accepts it."""
    if "|" in text:
        raise StudyError(
            f"{file_of(scale)}: the label of {code}, '{text}', contains '|', which separates choices in REDCap; remove it."
        )
    return text


def _variable(scale: Scale, name: str) -> str:
    """Return an item's name if REDCap accepts it as a variable name."""
    where = f"{file_of(scale)}: the item '{name}'"
    name = name.lower() if isinstance(scale, Asked) else name  # ingest finds it in either case
    remedy = f"and list '{name}' under its 'columns', so answers collected so far are still found."
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        fitting = re.sub(r"[^a-z0-9_]", "_", name.lower())
        raise StudyError(
            f"{where} cannot be a REDCap variable, whose name may have only lower-case letters, digits and underscores; "
            f"rename it, for example to '{fitting}', {remedy}"
        )
    longest = MOST if isinstance(scale, Asked) else LONGEST
    if len(name) > longest:
        raise StudyError(
            f"{where} has {len(name)} characters, and REDCap recommends at most {longest} for a variable; shorten it {remedy}"
        )
    if name == RECORD or name.startswith("redcap_") or name == f"{FORM}_complete":
        raise StudyError(f"{where} has the name of a field that REDCap creates itself; rename it {remedy}")
    return name
