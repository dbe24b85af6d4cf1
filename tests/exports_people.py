"""Twelve invented people: their answers, what nobody must learn of them, and the words of the questionnaire."""

from dataclasses import dataclass

import pandas as pd


def words(text: str) -> list[str]:
    return text.split("|")


ENGLISH = ("Don't agree", "Somewhat disagree", "Neither / nor", "Somewhat agree", "Fully agree")
FRENCH = ("Pas du tout d’accord", "Plutôt pas d’accord", "Ni d'accord ni pas d'accord", "Plutôt d’accord", "Tout à fait d'accord")
LABELS = {code: [ENGLISH[code - 1], FRENCH[code - 1], f"A{code}"] for code in range(1, 6)}
"""Code of an answer: its text in each language, and LimeSurvey's code."""

SCALES = {"promotion": ("p_1", "p_2", "p_3", "p_4"), "support": ("s_1", "s_2", "s_3")}
ITEMS = tuple(item for items in SCALES.values() for item in items)
VARIABLES = ("age", "hours")
WORDING = {
    "p_1": "I present the tool to others",
    "p_2": "I say what's good about it - and why",
    "p_3": "I show how it is used",
    "p_4": "I defend it in meetings",
    "s_1": "My manager supports me",
    "s_2": "I am trained; regularly",
    "s_3": "My team helps me",
    "age": "How old are you?",
    "hours": "Hours a year",
}
STEMS = {"p": "How far do you agree?", "s": "On a scale of 1 - 5: how far do you agree?"}
NOT_SHOWN, UNANSWERED, MISSING = "not shown", "unanswered", -99
SHOWN_AS = {NOT_SHOWN: "", UNANSWERED: "", MISSING: "-99"}

_ANSWERS = (
    (5, 4, 5, 4, 2, 3, 1, 31, 3.5),
    (1, 2, 1, 1, 5, 5, 4, 45, 12.25),
    (3, 3, 3, 3, 3, 3, 3, 52, 1234.5),
    (4, 5, 4, 5, 4, 4, 5, 28, 0.5),
    (2, 1, 2, 2, NOT_SHOWN, NOT_SHOWN, NOT_SHOWN, 39, 40),
    (5, 5, 5, 5, 1, 1, 1, 61, 7.75),
    (4, UNANSWERED, 3, 4, 2, 2, 3, 33, 8),
    (1, 1, 2, 1, 4, 5, 5, 47, 100),
    (3, 4, 3, 4, 3, 2, 3, MISSING, 1.5),
    (2, 2, 2, 3, 5, 4, MISSING, 36, 2000.5),
    (5, 3, 4, 4, 4, 3, 4, 58, 15),
    (4, 4, 5, 5, 2, 1, 2, 29, 6.5),
)
_NAMES = ("Amélie", "Björn", "Chloé", "Dörte", "Étienne", "Fatou", "Gérard", "Håkon", "Inès", "Jürgen", "Květa", "Léonie")


@dataclass(frozen=True)
class Person:
    """One respondent: the answers, and what nobody must learn."""

    number: int
    answers: dict[str, int | float | str]
    first: str
    last: str
    email: str
    ip: str
    latitude: str
    longitude: str
    phone: str
    token: str
    uid: str
    comment: str

    @property
    def secrets(self) -> tuple[str, ...]:
        return (self.first, self.last, self.email, self.ip, self.latitude, self.longitude, self.phone, self.token, self.uid)


def _person(number: int, first: str, answers: tuple) -> Person:
    last, phone = f"Quercy{number:02d}", f"+33 6 {number:02d} 34 56 {78 + number}"
    email = f"quercy{number:02d}@firm.example"
    return Person(
        number,
        dict(zip((*ITEMS, *VARIABLES), answers, strict=True)),
        first,
        last,
        email,
        f"192.0.2.{100 + number}",
        f"48.85{number:02d}61",
        f"2.35{number:02d}22",
        phone,
        f"tok{number:02d}Zq7Kx9",
        f"R_3kPq{number:02d}LmN8vB2sT",
        f'{first} said: "never";\nask {last}, {phone} or {email}; really' if number % 3 == 0 else f"Good; no. {number}",
    )


PEOPLE = [_person(number, name, answers) for number, (name, answers) in enumerate(zip(_NAMES, _ANSWERS, strict=True), 1)]
TESTER = _person(99, "Ottilie", (1,) * 7 + (99, 9))
"""Who tried the survey: no respondent."""

SECRETS = sorted({secret for person in [*PEOPLE, TESTER] for secret in person.secrets})


def truth() -> pd.DataFrame:
    """What every export must become: the coded answers, NaN where there is none."""
    answers = [[float("nan") if value in SHOWN_AS else value for value in person.answers.values()] for person in PEOPLE]
    return pd.DataFrame(answers, columns=[*ITEMS, *VARIABLES], dtype=float)
