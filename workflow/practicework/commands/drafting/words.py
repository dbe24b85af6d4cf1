"""Words of answers: those that mean "no answer", and the order of usual answers, in several languages."""

import re
from functools import cache
from pathlib import Path

import yaml

from practicework.study.scale import normalized

USUAL_MISSING = frozenset(
    (
        "-1",
        "-2",
        "-7",
        "-8",
        "-9",
        "-66",
        "-77",
        "-88",
        "-97",
        "-98",
        "-99",
        "-999",
        "77",
        "88",
        "97",
        "98",
        "99",
        "888",
        "998",
        "999",
    )
)
"""Numbers that usually mean "no answer"."""

_NEITHER = re.compile(r"(neither|weder|ni|né|niet) .+ (nor|noch|ni|né|niet) .+")


@cache
def _words() -> dict:
    return yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8"))


@cache
def _no_answer() -> re.Pattern:
    phrases = [re.escape(phrase) for row in _words()["no_answer"] for phrase in row]
    whole = "|".join(map(re.escape, _words()["abbreviations"]))
    return re.compile(rf"\b({'|'.join(phrases)})\b|^({whole})$")


def no_answer(text: str) -> bool:
    """Return whether an answer says that there is none."""
    return _no_answer().search(normalized(text)) is not None


@cache
def _bipolar() -> dict[str, int]:
    """The value of each bipolar answer, from -3 to 3."""
    words = _words()
    found = {phrase: value for value, phrases in words["phrases"].items() for phrase in phrases}
    for sign, adjectives in words["adjectives"].items():
        for adjective in adjectives:
            found.setdefault(adjective, 2 * int(sign))
            for level, adverbs in words["adverbs"].items():
                for adverb in adverbs:
                    found.setdefault(f"{adverb} {adjective}", level * int(sign))
    return found


@cache
def _unipolar() -> list[dict[str, int]]:
    return [{word: at for at, words in enumerate(family) for word in words} for family in _words()["unipolar"]]


def ordered(labels: list[str]) -> list[str | None] | None:
    """Return the labels from low to high, with None for a point that nobody chose; None if their order is not known.

    A bipolar set with more answers on one side is completed: with "strongly agree" there is "strongly disagree".
    """
    words = {label: normalized(label).rstrip(".!") for label in labels}
    for family in (_bipolar(), *_unipolar()):
        values = {label: family.get(word, 0 if _NEITHER.fullmatch(word) else None) for label, word in words.items()}
        if None in values.values() or not 1 < len(set(values.values())) == len(labels):
            continue
        by_value = {value: label for label, value in values.items()}
        if family is _bipolar() and not min(by_value) < 0 < max(by_value):
            continue
        even = sum(value < 0 for value in by_value) == sum(value > 0 for value in by_value)
        mirrored = set() if even or family is not _bipolar() else {-value for value in by_value}
        return [by_value.get(point) for point in sorted({*by_value, *mirrored})]
    return None
