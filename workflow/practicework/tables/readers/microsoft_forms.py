"""Microsoft Forms exports: id, start and completion time, e-mail address and name, then the questions as headings."""

from practicework.tables.files.grid import Grid, plain, short
from practicework.tables.files.grid import table as below
from practicework.tables.files.raw import CONTACT, DIRECT, METADATA, RawTable

NAME = "Microsoft Forms export"

_START = ("Start time", "Startzeit", "Heure de début", "Hora de inicio", "Ora di inizio", "Begintijd", "Hora de início")
_END = (
    *("Completion time", "Fertigstellungszeit", "Heure de fin", "Hora de finalización", "Ora di completamento"),
    *("Tijd van voltooien", "Hora de conclusão"),
)
_KNOWN = {
    **dict.fromkeys(map(short, (*_START, *_END)), METADATA),
    **dict.fromkeys(
        map(short, ("Last modified time", "Uhrzeit der letzten Änderung", "Heure de la dernière modification")), METADATA
    ),
    **dict.fromkeys(map(short, ("Language", "Total points", "Quiz feedback", "Grade posted time")), METADATA),
    **dict.fromkeys(map(short, ("Email", "E-Mail", "Adresse de messagerie", "Correo electrónico", "Posta elettronica")), CONTACT),
    **dict.fromkeys(map(short, ("Name", "Nom", "Nombre", "Nome", "Naam")), DIRECT),
}
_OWN = 10
"""Columns at the start among which the tool's own are."""


def matches(head: list[list[str | None]]) -> bool:
    """Return whether the first columns are an id, a start and a completion time."""
    names = [short(cell or "") for cell in head[0][:3]]
    return len(names) == 3 and names[0] == "id" and names[1] in map(short, _START) and names[2] in map(short, _END)


def table(grid: Grid) -> RawTable:
    """Convert a grid to a raw table."""
    raw = below(grid, tool="Microsoft Forms")
    raw.texts[:] = [plain(heading) for heading in raw.header]
    raw.aliases[:] = [()] * len(raw.header)
    raw.reasons[0] = METADATA
    for at, name in enumerate(raw.header[:_OWN]):
        if reason := _KNOWN.get(short(name)):
            raw.reasons[at] = reason
    for at, name in enumerate(raw.texts):
        question, dot, row = name.rpartition("?.")  # a row of a Likert question, in files that join both
        if dot and row:
            raw.groups[at], raw.stems[at], raw.wordings[at] = question, f"{question}?", row
    return RawTable(**vars(raw) | {"person": 0, "finished": 2})
