"""SurveyMonkey exports: two rows of headings, the questions and below them their rows and options.

The text of a question with several columns is only above the first of them. The second row is `Response` or
`Open-Ended Response` below a question with one column.
"""

from practicework.tables.files.grid import Grid, empty, plain, short
from practicework.tables.files.grid import table as below
from practicework.tables.files.raw import CONTACT, DIRECT, FREE_TEXT, METADATA, NETWORK, RawTable

NAME = "SurveyMonkey export"

STANDARD = {
    **dict.fromkeys(("collectorid", "startdate", "enddate", "datecreated", "datemodified"), METADATA),
    **dict.fromkeys(("respondentid", "firstname", "lastname", "customdata1", "customdata", "customvalue"), DIRECT),
    "emailaddress": CONTACT,
    "ipaddress": NETWORK,
}
_SINGLE = {"response", "openendedresponse", "réponse", "réponseouverte", "antwort", "offeneantwort", "respuesta", "risposta"}
_OTHER = ("other", "autre", "sonstige", "otro", "altro", "andere")


def matches(head: list[list[str | None]]) -> bool:
    """Return whether the header starts with respondent and collector ids."""
    return [short(cell or "") for cell in head[0][:2]] == ["respondentid", "collectorid"]


def table(grid: Grid) -> RawTable:
    """Convert a grid to a raw table, with the question and its row joined in the headings."""
    first = [plain(cell) for cell in grid.rows[0]]
    second = [plain(cell) for cell in grid.rows[1]] if len(grid.rows) > 1 else []
    two = len(second) == len(first) and not second[0] and any(second)
    questions, last = [], ""
    for cell in first:
        last = cell or last
        questions.append(last)
    items = [item if two and short(item) not in _SINGLE else "" for item in (second if two else first)]
    grid.rows[0] = [f"{question} - {item}" if item else question for question, item in zip(questions, items, strict=True)]
    raw = below(grid, 2 if two else 1, tool="SurveyMonkey")
    raw.texts[:] = list(raw.header)
    for at, (question, item) in enumerate(zip(questions, items, strict=True)):
        raw.aliases.append((item,) if item else ())
        standard = short(question)
        if at < len(STANDARD) + 1 and standard in STANDARD:
            raw.reasons[at] = STANDARD[standard]
        elif item and item.lower().startswith(_OTHER):
            raw.reasons[at] = FREE_TEXT
        elif item:
            raw.groups[at], raw.stems[at], raw.wordings[at] = question, question, item
    if all(empty(row[0]) for row in raw.rows):
        return raw
    return RawTable(**vars(raw) | {"person": 0})
