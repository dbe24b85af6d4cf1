"""Google Forms exports: a timestamp, then questions as headings (`Question [Row]` for grids), with answers as text."""

import re

from practicework.tables.files.grid import Grid, empty, plain, short
from practicework.tables.files.grid import table as below
from practicework.tables.files.raw import CONTACT, METADATA, RawTable

NAME = "Google Forms export"

_TIMESTAMPS = {
    short(word)
    for word in (
        *("Timestamp", "Horodateur", "Zeitstempel", "Marca temporal", "Carimbo de data/hora", "Informazioni cronologiche"),
        *("Tijdstempel", "Tidstämpel", "Tidsstempel", "Tidsmerke", "Tidsstempling", "Aikaleima", "Sygnatura czasowa"),
        *("Časová značka", "Časová pečiatka", "Időbélyeg", "Zaman damgası", "Отметка времени", "Позначка часу"),
        *("タイムスタンプ", "时间戳记", "時間戳記", "타임스탬프", "Χρονική σήμανση", "Marcă temporală"),
    )
}
_EMAILS = {
    short(word)
    for word in (
        *("Email Address", "Email", "Username", "Adresse e-mail", "Adresse mail", "Nom d'utilisateur", "E-Mail-Adresse"),
        *("Nutzername", "Dirección de correo electrónico", "Nombre de usuario", "Indirizzo email", "Nome utente"),
        *("Endereço de e-mail", "E-mailadres", "Gebruikersnaam", "E-postadress", "E-mailadresse"),
    )
}
_DATE = re.compile(r"\d{1,4}\D{1,2}\d{1,2}\D{1,2}\d{1,4}\b.*|\d{5}(\.\d+)?", re.DOTALL)


def matches(head: list[list[str | None]]) -> bool:
    """Return whether the first column is a timestamp, by its heading (in any supported language) and its first cell."""
    return (
        len(head) > 1
        and short(head[0][0] or "") in _TIMESTAMPS
        and bool(head[1])
        and (empty(head[1][0]) or _DATE.fullmatch(head[1][0].strip()) is not None)
    )


def table(grid: Grid) -> RawTable:
    """Convert a grid to a raw table."""
    raw = below(grid, tool="Google Forms")
    raw.texts[:] = [plain(heading) for heading in raw.header]
    for at, question in enumerate(raw.texts):
        row = re.fullmatch(r"(.*?)\s*\[(.+)\]", question)
        raw.aliases.append((row[2].strip(),) if row else ())
        if row:
            raw.groups[at], raw.stems[at], raw.wordings[at] = row[1], row[1], row[2].strip()
    raw.reasons[0] = METADATA
    for at, question in enumerate(raw.header[1:3], 1):
        if short(question) in _EMAILS:
            raw.reasons[at] = CONTACT
        elif short(question) in ("score", "punktzahl", "puntuación", "note"):
            raw.reasons[at] = METADATA
    return raw
