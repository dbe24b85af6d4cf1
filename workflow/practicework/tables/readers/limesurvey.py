"""LimeSurvey exports: every cell is quoted; an unquoted empty cell means that the question was not shown.

Headings are codes (`G01Q01[SQ001]`), full or abbreviated texts, or `code. text`. The standard columns identify
the layout: by their codes in the first case, otherwise by their titles in the survey's language.
"""

import re

from practicework.tables.files.grid import Grid, empty, plain, short
from practicework.tables.files.grid import table as below
from practicework.tables.files.raw import CONTACT, DIRECT, FREE_TEXT, METADATA, NETWORK, RawTable

NAME = "LimeSurvey export"

STANDARD = {
    **dict.fromkeys(("id", "submitdate", "lastpage", "startlanguage", "seed", "startdate", "datestamp"), METADATA),
    **dict.fromkeys(("language", "emailstatus", "interviewtime", "completed", "usesleft", "sent"), METADATA),
    **dict.fromkeys(("ipaddr", "refurl"), NETWORK),
    **dict.fromkeys(("token", "firstname", "lastname", "tid", "participant_id"), DIRECT),
    "email": CONTACT,
}
"""Standard columns, which are not answers, by code."""

_TITLES = {
    "id": ("Response ID", "ID de la réponse", "Antwort ID", "ID de respuesta", "ID risposta", "Antwoord ID"),
    "submitdate": (
        ("Date submitted", "Date de soumission", "Datum Abgeschickt", "Fecha de envío", "Data di invio", "Datum inzending")
    ),
    "lastpage": ("Last page", "Dernière page", "Letzte Seite", "Última página", "Ultima pagina", "Laatste pagina"),
    "startlanguage": ("Start language", "Langue de départ", "Start-Sprache", "Lenguaje inicial", "Idioma inicial", "Start-taal"),
    "seed": ("Seed", "Tête de série", "Zufallsstartwert", "Semilla"),
    "startdate": ("Date started", "Date de lancement", "Datum gestartet", "Fecha de inicio"),
    "datestamp": ("Date last action", "Date de la dernière action", "Datum letzte Aktivität", "Fecha de la última acción"),
    "ipaddr": ("IP address", "Adresse IP", "IP-Adresse", "Dirección IP", "Indirizzo IP"),
    "refurl": ("Referrer URL", "URL référente", "URL de référence", "Weiterleitungs-URL", "URL de referencia"),
    "token": ("Token", "Access code", "Code d'accès", "Code d’accès", "Invitation", "Zugangsschlüssel", "Zugangscode"),
    "firstname": ("First name", "Prénom", "Vorname"),
    "lastname": ("Last name", "Nom", "Nom de famille", "Nachname"),
    "email": ("Email address", "Adresse de courriel", "Adresse électronique", "E-Mail-Adresse"),
    "interviewtime": ("Total time", "Temps total", "Gesamtzeit"),
}
_CODES = {short(title): code for code, titles in _TITLES.items() for title in titles}
_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_]*(\[[^\]]*\])*")
_CODE_TEXT = re.compile(r"([A-Za-z][A-Za-z0-9_]*(?:\[[^\]]*\])*)\. (.*)", re.DOTALL)
_TIME = re.compile(r"(groupTime\d+|\w+Time)$")


def matches(head: list[list[str | None]]) -> bool:
    """Return whether the header is that of a LimeSurvey export."""
    codes = {_standard(heading or "") for heading in head[0]}
    return {"id", "submitdate"} <= codes and len(codes & {"lastpage", "startlanguage", "seed", "startdate", "datestamp"}) > 0


def table(grid: Grid) -> RawTable:
    """Convert a grid to a raw table."""
    raw = below(grid, tool="LimeSurvey")
    standards = [_standard(heading) for heading in raw.header]
    pairs = [_CODE_TEXT.fullmatch(heading) for heading in raw.header]
    written = [plain(pair[2]) if pair else "" if _CODE.fullmatch(heading) else plain(heading)
               for heading, pair in zip(raw.header, pairs, strict=True)]  # fmt: skip
    raw.texts[:] = written if any(written) else []
    for at, (heading, pair) in enumerate(zip(raw.header, pairs, strict=True)):
        code = pair[1] if pair else heading if _CODE.fullmatch(heading) else ""
        raw.aliases.append(_aliases(code, heading, written[at]))
        if part := re.fullmatch(r"(\w+)\[[^\[\]]*\](\[[^\[\]]*\])?", code):
            raw.groups[at] = part[1] + (part[2] or "")
        if row := re.fullmatch(r"(.+?)\s*\[([^\[\]]+)\]", written[at]):
            raw.groups.setdefault(at, row[1])
            raw.stems[at], raw.wordings[at] = row[1], row[2].strip()
        if reason := reason_of(standards[at]):
            raw.reasons[at] = reason
        elif re.search(r"(\[other\]|\[[^\]]*comment\]|_other|comment)$", code, re.IGNORECASE):
            raw.reasons[at] = FREE_TEXT
    places = {at for row in raw.rows if "N/A" in row for at, cell in enumerate(row) if cell == "N/A"}
    raw.missing.update(dict.fromkeys(sorted(places), frozenset({"N/A"})))  # in full-answer exports, N/A means no choice
    # without date stamps all dates are 1980-01-01, so only the presence of a date is used, and no duration
    done = standards.index("submitdate")
    for row in raw.rows:
        if row[done] is None:
            row[done] = ""
    times = standards.index("interviewtime") if "interviewtime" in standards else None
    return RawTable(**vars(raw) | {"finished": done, "duration": times, "person": standards.index("id")})


def reason_of(standard: str) -> str | None:
    """Return why a standard column is dropped; None for an answer."""
    if re.fullmatch(r"attribute_\d+", standard):
        return DIRECT
    return STANDARD.get(standard) or (METADATA if _TIME.fullmatch(standard) else None)


def _standard(heading: str) -> str:
    """Return the code of a standard column from any form of its heading; other headings are unchanged."""
    heading = heading.strip()
    pair = _CODE_TEXT.fullmatch(heading)
    code = pair[1] if pair else heading
    if code in STANDARD or reason_of_time(code) or re.fullmatch(r"attribute_\d+", code):
        return code
    return _CODES.get(short(heading), heading)


def reason_of_time(code: str) -> bool:
    """Return whether a code is that of a timing column."""
    return re.fullmatch(r"interviewtime|groupTime\d+|\d+X\d+X\d+\w*Time", code) is not None


def _aliases(code: str, heading: str, words: str) -> tuple[str, ...]:
    """Return the code as written in CSV and SPSS files, the question text, and the row of a matrix question."""
    sub = re.search(r"\[([^\[\]]+)\](?:\[[^\[\]]*\])*$", words)
    names = [code, code.replace("][", "_").replace("[", "_").replace("]", ""), words, sub[1].strip() if sub else ""]
    return tuple(dict.fromkeys(name for name in names if not empty(name) and name != heading))
