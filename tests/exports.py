"""The same twelve people as every survey tool would export them: fixtures with the quirks of the real files.

Run it to look at them: `python tests/exports.py FOLDER`. People, names and numbers are invented.
"""

import csv
import io
import json
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import openpyxl
import pyreadstat
from exports_people import (
    ENGLISH,
    FRENCH,
    ITEMS,
    LABELS,
    MISSING,
    NOT_SHOWN,
    PEOPLE,
    SCALES,
    SECRETS,
    SHOWN_AS,
    STEMS,
    TESTER,
    UNANSWERED,
    VARIABLES,
    WORDING,
    Person,
    truth,
    words,
)

__all__ = ["EXPORTS", "LABELS", "SCALES", "SECRETS", "Export", "truth", "write_all"]


@dataclass(frozen=True)
class Export:
    """One file and what a study says about it."""

    file: str
    tool: str
    reader: str
    write: Callable[[Path], None]
    columns: dict[str, str] = field(default_factory=dict)
    missing: tuple[int | str, ...] = (MISSING,)
    left_out: int = 0


def cells(person: Person, text: Iterable[str] | None = None, decimal: str = ".") -> list[str]:
    """A person's answers as text: codes, or the texts of a language."""
    shown = []
    for name, value in person.answers.items():
        if value in SHOWN_AS:
            shown.append(SHOWN_AS[value])
        elif text and name in ITEMS:
            shown.append(tuple(text)[value - 1])
        else:
            shown.append(f"{value:g}" if decimal == "." else f"{value:,}".replace(",", "\u202f").replace(".", ","))
    return shown


def separated(rows: list[list[str]], delimiter: str = ",", quoting: int = csv.QUOTE_MINIMAL, end: str = "\n") -> str:
    """Rows as CSV."""
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, quoting=quoting, lineterminator=end).writerows(rows)
    return out.getvalue()


QUALTRICS = words(
    "StartDate|EndDate|Status|IPAddress|Progress|Duration (in seconds)|Finished|RecordedDate|ResponseId|RecipientLastName|"
    "RecipientFirstName|RecipientEmail|ExternalReference|LocationLatitude|LocationLongitude|DistributionChannel|UserLanguage"
)
_IMPORT_IDS = words(
    "startDate|endDate|status|ipAddress|progress|duration|finished|recordedDate|_recordId|recipientLastName|"
    "recipientFirstName|recipientEmail|externalDataReference|locationLatitude|locationLongitude|distributionChannel|userLanguage"
)
_ENGLISH_ROW = words(
    "Start Date|End Date|Response Type|IP Address|Progress|Duration (in seconds)|Finished|Recorded Date|Response ID|"
    "Recipient Last Name|Recipient First Name|Recipient Email|External Data Reference|Location Latitude|Location Longitude|"
    "Distribution Channel|User Language"
)
_GERMAN_ROW = words(
    "Anfangsdatum|Enddatum|Antworttyp|IP-Adresse|Fortschritt|Dauer (in Sekunden)|Fertig|Aufgezeichnetes Datum|Antwort-ID|"
    "Nachname des Empfängers|Vorname des Empfängers|Empfänger-E-Mail-Adresse|Externe Datenreferenz|"
    "Breitengrad des Standorts|Längengrad des Standorts|Verteilungskanal|Benutzersprache"
)
_IMPORTED = {item: f"QID{1 if item[0] == 'p' else 2}_{item[2]}" for item in ITEMS} | {"age": "QID3_TEXT", "hours": "QID4_TEXT"}
_TAGS = {"p": "Q1", "s": "Q2"}
NAMES = {item: f"{_TAGS[item[0]]}_{item[2]}" for item in ITEMS} | {"age": "Q3", "hours": "Q4"}
"""What the author of the Qualtrics survey called the questions."""
_MORE = {  # name: import id and question of the columns after the answers
    "Q5": ("QID5_TEXT", "Any <i>comment</i>?\nPlease write"),
    "Q6_First Click": ("QID6_FIRST_CLICK", "Timing - First Click"),
    "Q6_Page Submit": ("QID6_PAGE_SUBMIT", "Timing - Page Submit"),
    "Q7_Browser": ("QID7_BROWSER", "Browser Meta Info - Browser"),
    "Q7_Resolution": ("QID7_RESOLUTION", "Browser Meta Info - Resolution"),
    **{name: (name, name) for name in ("Q_RecaptchaScore", "PROLIFIC_PID", "Mobile")},
}


def qualtrics(labels: Iterable[str] = _ENGLISH_ROW, text: Iterable[str] | None = None) -> list[list[str]]:
    """Three rows of headings, one preview, one test, and the people; codes or texts."""
    imports = [{"ImportId": one} | ({"timeZone": "Europe/Paris"} if one.endswith("Date") else {}) for one in _IMPORT_IDS]
    imports += [{"ImportId": one} for one in [*_IMPORTED.values(), *(one for one, _ in _MORE.values())]]
    questions = [f"<div><b>{STEMS[item[0]]}</b>\n&nbsp;</div> - {WORDING[item]}" for item in ITEMS]
    questions += [WORDING["age"], WORDING["hours"], *(question for _, question in _MORE.values())]
    rows = [[*QUALTRICS, *NAMES.values(), *_MORE], [*labels, *questions]]
    rows.append([json.dumps(one, separators=(",", ":")) for one in imports])
    status = ("IP Address", "Survey Preview", "Survey Test") if text else ("0", "1", "2")
    for number, (one, kind) in enumerate([(TESTER, 1), (TESTER, 2), *((person, 0) for person in PEOPLE)]):
        done = number != 5
        stamp = f"2024-03-{number + 1:02d} 10:0{number % 10}:00"
        row = [stamp, stamp, status[kind], one.ip if kind != 1 else "", "100" if done else "60", str(200 + number)]
        row += [str(done) if text else str(int(done)), stamp, one.uid, one.last, one.first, one.email, one.token]
        row += [one.latitude, one.longitude, "preview" if kind == 1 else "email", "FR", *cells(one, text), one.comment]
        rows.append([*row, "1.25", "33.5", "Firefox", "1920x1080", "0.9", one.token, one.phone])
    return rows


def legacy() -> str:
    """Two rows of headings, a mark at the start, a separator at the end of each row."""
    head = [*(f"V{number}" for number in range(1, 11)), *NAMES.values(), "Q5", "LocationLatitude", "LocationLongitude", ""]
    first = words("ResponseID|ResponseSet|Name|ExternalDataReference|EmailAddress|IPAddress|Status|StartDate|EndDate|Finished")
    questions = [f"{STEMS[item[0]]}-{WORDING[item]}" for item in ITEMS] + [WORDING["age"], WORDING["hours"]]
    rows = [head, [*first, *questions, "Comment", "LocationLatitude", "LocationLongitude", ""]]
    for person in [TESTER, *PEOPLE]:
        known = [person.uid, "Default Response Set", f"{person.last}, {person.first}", person.token, person.email, person.ip]
        known += ["1" if person is TESTER else "0", "2014-05-01 10:00:00", "2014-05-01 10:05:00", "1"]
        rows.append([*known, *cells(person), person.comment, person.latitude, person.longitude, ""])
    return separated(rows, end="\r\n")


LIME = {item: f"G01Q0{1 if item[0] == 'p' else 2}[SQ00{item[2]}]" for item in ITEMS} | {"age": "G02Q03", "hours": "G02Q04"}
_LIME_CODES = words("id|submitdate|lastpage|startlanguage|seed|startdate|datestamp|ipaddr|refurl|token|attribute_1")
_LIME_ENGLISH = words(
    "Response ID|Date submitted|Last page|Start language|Seed|Date started|Date last action|IP address|Referrer URL|Access code|"
    "Attribute 1"
)
_LIME_FRENCH = words(
    "ID de la réponse|Date de soumission|Dernière page|Langue de départ|Tête de série|Date de lancement|"
    "Date de la dernière action|Adresse IP|URL référente|Code d'accès|attribute_1"
)


def limesurvey(headings: str, text: Iterable[str] | None = None, delimiter: str = ";") -> str:
    """Every cell in quotes but NULL, and one empty line at the end; headings: code, codetext or full."""
    titles = dict(zip(_LIME_CODES, _LIME_FRENCH if headings == "full" else _LIME_ENGLISH, strict=True))
    words = {code: f"{STEMS[name[0]]} [{WORDING[name]}]" if name in ITEMS else WORDING[name] for name, code in LIME.items()}
    words |= {"G02Q05": "How did you hear of us?", "G02Q05[other]": "How did you hear of us? [Other]", "G02Q06": "Comment"}
    header = [{"code": code, "codetext": f"{code}. {title}", "full": title}[headings] for code, title in (titles | words).items()]
    rows = [header]
    for person in PEOPLE:
        stamp = None if person.number == 4 else "1980-01-01 00:00:00"
        row: list[str | None] = [str(person.number), stamp, "3", "fr", f"1{person.number}", *["1980-01-01 00:00:00"] * 2]
        row += [person.ip, f"https://firm.example/{person.last}", person.token, f"{person.first} {person.last}"]
        answers = dict(zip(person.answers, cells(person, text), strict=True))
        row += [None if value == NOT_SHOWN else answers[name] for name, value in person.answers.items()]
        rows.append([*row, "-oth-" if person.number == 2 else "A1", "by chance" if person.number == 2 else "", person.comment])
    lines = [delimiter.join("" if one is None else '"' + one.replace('"', '""') + '"' for one in row) for row in rows]
    return "\r\n".join(lines) + "\r\n\r\n"


def google(french: bool) -> list[list[str]]:
    """Whole questions, the rows of a grid in brackets, texts as answers."""
    header = ["Horodateur", "Adresse e-mail"] if french else ["Timestamp", "Email Address"]
    header += [f"{STEMS[item[0]]} [{WORDING[item]}]" for item in ITEMS] + [WORDING["age"], WORDING["hours"], "Comment?"]
    stamp = "2024/03/01 5:05:12 PM GMT+1" if not french else "01/03/2024 17:05:12"
    return [header, *([stamp, p.email, *cells(p, FRENCH if french else ENGLISH), p.comment] for p in PEOPLE)]


def redcap() -> list[list[str]]:
    """Raw names, a checkbox field, a form's state."""
    header = ["record_id", "redcap_event_name", "redcap_survey_identifier", "practice_timestamp", *ITEMS, *VARIABLES]
    header += ["channels___1", "channels___2", "comment", "practice_complete"]
    rows = [header]
    for person in PEOPLE:
        stamp = "[not completed]" if person.number == 4 else "2024-03-01 17:05:12"
        state = "0" if person.number == 4 else "2"
        rows.append([str(person.number), "wave_1_arm_1", person.email, stamp, *cells(person), "1", "0", person.comment, state])
    return rows


def surveymonkey() -> list[list[str]]:
    """Two rows of headings; the first is empty over all but the first row of a matrix."""
    own = ["Respondent ID", "Collector ID", "Start Date", "End Date", "IP Address", "Email Address", "First Name", "Last Name"]
    first, second = [*own, "Custom Data 1"], [""] * 9
    for item in ITEMS:
        first.append(STEMS[item[0]] if item[-1] == "1" else "")
        second.append(WORDING[item])
    first += [WORDING["age"], WORDING["hours"], "Comment?"]
    second += ["Open-Ended Response"] * 3
    rows = [first, second]
    for person in PEOPLE:
        row = [f"114000{person.number:05d}", "398000000", "03/01/2024 10:00:00 AM", "03/01/2024 10:09:00 AM", person.ip]
        row += [person.email, person.first, person.last, person.token]
        rows.append([*row, *cells(person, ENGLISH), person.comment])
    return rows


SOSCI = {item: f"{'PR' if item[0] == 'p' else 'SU'}01_0{item[-1]}" for item in ITEMS} | {"age": "SD01_01", "hours": "SD02_01"}


def sosci() -> list[list[str]]:
    """Fixed names around the variables; -9 for no answer, a pretest among the rows."""
    header = [
        "CASE",
        "SERIAL",
        "REF",
        "QUESTNNR",
        "MODE",
        "STARTED",
        *SOSCI.values(),
        "OT01_01",
        "TIME001",
        "TIME_SUM",
        "MAILSENT",
    ]
    header += ["LASTDATA", "FINISHED", "Q_VIEWER", "LASTPAGE", "MAXPAGE", "MISSING", "MISSREL", "TIME_RSI", "DEG_TIME"]
    rows = [header]
    for person in [TESTER, *PEOPLE]:
        stamp, mode = "2024-03-01 10:00:00", "pretest" if person is TESTER else "interview"
        answers = [cell or "-9" for cell in cells(person)]
        row = [
            str(person.number),
            person.token,
            "",
            "base",
            mode,
            stamp,
            *answers,
            person.comment,
            "12",
            str(200 + person.number),
            "",
        ]
        rows.append([*row, stamp, "0" if person.number == 4 else "1", "0", "3", "3", "0", "0", "1.02", "5"])
    return rows


def microsoft() -> list[list[str]]:
    """The rows of Likert questions as questions of their own, texts as answers, several choices joined."""
    header = ["ID", "Start time", "Completion time", "Email", "Name", *(WORDING[item] for item in ITEMS), WORDING["age"]]
    rows = [[*header, WORDING["hours"], "Which channels?", "Comment?"]]
    for person in PEOPLE:
        stamp = "2024-03-01 10:00:00"
        row = [str(person.number), stamp, "2024-03-01 10:09:00", person.email, f"{person.first} {person.last}"]
        channels = "E-mail;" if person.number % 2 else "E-mail;Telephone;"
        rows.append([*row, *cells(person, ENGLISH), channels, person.comment])
    return rows


def jotform() -> list[list[str]]:
    """Matrices as `Question >> Row`."""
    header = ["Submission Date", *(f"{STEMS[item[0]]} >> {WORDING[item]}" for item in ITEMS), WORDING["age"], WORDING["hours"]]
    rows = [[*header, "Comment?", "Submission IP", "Submission ID"]]
    for person in PEOPLE:
        rows.append(["2024-03-01 10:00:00", *cells(person, ENGLISH), person.comment, person.ip, person.uid])
    return rows


def prolific() -> list[list[str]]:
    """A plain table with a panel's columns."""
    header = ["Participant id", "Submission id", "Status", "Time taken", "Completion code", *ITEMS, *VARIABLES]
    return [header, *([p.token, p.uid, "APPROVED", "300", "C1A2B3", *cells(p)] for p in PEOPLE)]


def plain(decimal: str = ".") -> list[list[str]]:
    """One row of headings."""
    header = ["id", "name", *ITEMS, *VARIABLES, "phone", "comment"]
    return [header, *([f"P{p.number}", p.first, *cells(p, decimal=decimal), p.phone, p.comment] for p in PEOPLE)]


def french() -> bytes:
    """As Excel in France saves it: semicolons, decimal commas, cp1252 (which has no Czech name and no narrow space)."""
    content = separated(plain(","), ";", end="\r\n").replace("\u202f", "\u00a0").replace("Květa", "Kveta")
    return content.encode("cp1252")


def spss(path: Path, compress: bool = False) -> None:
    """Codes with labels, one code and a range of codes declared missing."""
    codes = truth()
    for position, person in enumerate(PEOPLE):
        for name, value in person.answers.items():
            if value == MISSING:
                codes.loc[position, name] = MISSING if name in VARIABLES else 98
    names = {name: code.replace("[", "_").replace("]", "") for name, code in LIME.items()}
    codes = codes.rename(columns=names)
    codes.insert(0, "ipaddr", [person.ip for person in PEOPLE])
    codes["comment"] = [person.comment for person in PEOPLE]
    labels = {float(code): text for code, text in enumerate(ENGLISH, 1)} | {98.0: "Don't know"}
    pyreadstat.write_sav(
        codes,
        str(path),
        column_labels={names[name]: f"[{WORDING[name]}] {STEMS[name[0]]}" if name in ITEMS else WORDING[name] for name in names},
        variable_value_labels={names[item]: labels for item in ITEMS},
        missing_ranges={names[item]: [{"lo": 90, "hi": 98}] for item in ITEMS} | {names["age"]: [MISSING]},
        compress=compress,
    )


def workbook(path: Path, rows: list[list[object]]) -> None:
    """One sheet of values."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.create_sheet("Empty")
    book.save(path)


def mixed() -> list[list[object]]:
    """Numbers, texts of numbers, texts with their code, and nothing, in the same columns."""
    rows: list[list[object]] = [["id", "name", *ITEMS, *VARIABLES, "phone", "comment", None]]
    for person in PEOPLE:
        row: list[object] = [f"P{person.number}", person.first]
        for name, value in person.answers.items():
            if name in ITEMS and value in range(1, 6):
                row.append((value, float(value), str(value), f"{value} - {ENGLISH[value - 1]}")[person.number % 4])
            else:
                row.append(None if value in (NOT_SHOWN, UNANSWERED) else value)
        rows.append([*row, person.phone, person.comment])
    return rows


def _text(content: Callable[[], str | bytes], encoding: str = "utf-8") -> Callable[[Path], None]:
    def write(path: Path) -> None:
        made = content()
        path.write_bytes(made if isinstance(made, bytes) else made.encode(encoding))

    return write


def _rows(rows: Callable[[], list[list[str]]], delimiter: str = ",", encoding: str = "utf-8") -> Callable[[Path], None]:
    return _text(lambda: separated(rows(), delimiter), encoding)


def _lime(file: str, columns: dict[str, str], *how: object) -> Export:
    return Export(file, "LimeSurvey", "limesurvey", _text(lambda: limesurvey(*how), "utf-8-sig"), columns)


_LIME_SPSS = {name: code.replace("[", "_").replace("]", "") for name, code in LIME.items()}

EXPORTS = {
    "qualtrics numeric": Export("q_numeric.csv", "Qualtrics", "qualtrics", _rows(qualtrics), NAMES, left_out=2),
    "qualtrics text": Export(
        "q_text.csv", "Qualtrics", "qualtrics", _rows(lambda: qualtrics(text=ENGLISH)), _IMPORTED, left_out=2
    ),
    "qualtrics utf-16": Export("q_utf16.tsv", "Qualtrics", "qualtrics", _rows(qualtrics, "\t", "utf-16"), _IMPORTED, left_out=2),
    "qualtrics legacy": Export("q_legacy.csv", "Qualtrics", "qualtrics", _text(legacy, "utf-8-sig"), NAMES, left_out=1),
    "qualtrics german": Export(
        "q_german.csv", "Qualtrics", "qualtrics", _rows(lambda: qualtrics(_GERMAN_ROW), encoding="utf-8-sig"), WORDING, left_out=2
    ),
    "qualtrics workbook": Export(
        "q_numeric.xlsx", "Qualtrics", "qualtrics", lambda path: workbook(path, qualtrics()), NAMES, left_out=2
    ),
    "limesurvey code": _lime("ls_code.csv", LIME, "code", [f"A{code}" for code in range(1, 6)]),
    "limesurvey full french": _lime("ls_full_fr.csv", WORDING, "full", FRENCH),
    "limesurvey code and text": _lime("ls_codetext.csv", LIME, "codetext", None, ","),
    "spss": Export("spss.sav", "SPSS", "spss", spss, _LIME_SPSS, ()),
    "spss compressed": Export("spss.zsav", "SPSS", "spss", lambda path: spss(path, True), LIME, ()),
    "excel": Export("mixed.xlsx", "Excel", "excel", lambda path: workbook(path, mixed())),
    "google forms": Export("gforms.csv", "Google Forms", "google_forms", _rows(lambda: google(False)), WORDING),
    "google forms french": Export("gforms_fr.csv", "Google Forms", "google_forms", _rows(lambda: google(True)), WORDING),
    "redcap": Export("redcap.csv", "REDCap", "redcap", _rows(redcap)),
    "surveymonkey": Export("monkey.csv", "SurveyMonkey", "surveymonkey", _rows(surveymonkey, encoding="utf-8-sig"), WORDING),
    "sosci": Export("sosci.csv", "SoSci Survey", "sosci", _rows(sosci, "\t"), SOSCI, left_out=1),
    "microsoft forms": Export(
        "microsoft.xlsx", "Microsoft Forms", "microsoft_forms", lambda path: workbook(path, microsoft()), WORDING
    ),
    "jotform": Export("jotform.csv", "Jotform", "jotform", _rows(jotform), WORDING),
    "prolific": Export("prolific.csv", "CSV", "csv", _rows(prolific)),
    "csv": Export("plain.csv", "CSV", "csv", _rows(plain)),
    "tsv": Export("plain.tsv", "TSV", "csv", _rows(plain, "\t")),
    "pipes": Export("plain.txt", "CSV", "csv", _rows(plain, "|")),
    "french": Export("french.csv", "CSV", "csv", _text(french)),
    "utf-16": Export("utf16.csv", "CSV", "csv", _rows(plain, ",", "utf-16")),
    "utf-16 without mark": Export("utf16le.csv", "CSV", "csv", _rows(plain, ",", "utf-16-le")),
}
"""Every format and variant, by name."""


def write_all(folder: Path) -> dict[str, Path]:
    """Write every export into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for export in EXPORTS.values():
        export.write(folder / export.file)
    return {name: folder / export.file for name, export in EXPORTS.items()}


if __name__ == "__main__":
    write_all(Path(sys.argv[1]))
