"""Numbers as APA style prints them, which keep the values they show at full precision."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

EMPTY = "–"


class Shown(str):
    """A text that shows numbers, and these numbers at full precision.

    `values` has one entry for each number, by what tells it from the others of the same cell (`low` and `high` of an
    interval; an empty key where there is but one); None where there is no value.
    """

    def __new__(cls, text: str, values: Mapping[str, float | None] | None = None) -> Shown:
        """A text with the numbers that it shows."""
        made = super().__new__(cls, text)
        made.values = dict(values or {})
        return made

    @property
    def first(self) -> float | None:
        """The first number, by which a table is sorted."""
        return next(iter(self.values.values()), None)

    def within(self, pattern: str) -> Shown:
        """The same numbers inside more text, such as `({})`."""
        return Shown(pattern.format(str(self)), self.values)


def joined(pattern: str, **parts: Shown) -> Shown:
    """Several numbers in one text: `joined("{} ({})", n=integer(12), percent=percent(16))`."""
    values = {
        f"{name} {key}".strip(): value for name, part in parts.items() for key, value in getattr(part, "values", {}).items()
    }
    return Shown(pattern.format(*(str(part) for part in parts.values())), values)


def _missing(value: object) -> bool:
    return value is None or str(value) in ("nan", "<NA>")


def _one(text: str, value: float | None) -> Shown:
    return Shown(text, {"": None if _missing(value) else value})


MOST_DECIMALS, LEAST = 6, 1e-4
"""A number that needs more decimals and is smaller is shown with a power of ten."""

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def number(value: float | None, decimals: int = 2) -> Shown:
    """A number that may exceed one: with a leading zero, a true minus sign, and no negative zero.

    A number below .0001 that needs more than six decimals is shown with a power of ten: `1.2 × 10⁻⁸`.
    """
    if _missing(value):
        return _one(EMPTY, None)
    if decimals > MOST_DECIMALS and abs(value) < LEAST:
        return _one(_power(value, max(0, decimals + _exponent(value))), value)
    text = f"{value:.{decimals}f}"
    if float(text) == 0:
        text = text.lstrip("-")
    return _one(text.replace("-", "−"), value)


def _exponent(value: float) -> int:
    return math.floor(math.log10(abs(value))) if value else 0


def _power(value: float, decimals: int) -> str:
    """A number with a power of ten and the decimals of its first factor."""
    if not value:
        return "0"
    factor, _, exponent = f"{value:.{decimals}e}".partition("e")
    return f"{factor} × 10{str(int(exponent)).translate(_SUPERSCRIPTS)}".replace("-", "−")


def unit(value: float | None, decimals: int = 2) -> Shown:
    """A number that cannot exceed one (r, alpha, a share): without a leading zero."""
    text = number(value, decimals)
    return _one(text.replace("0.", ".", 1), value) if text.lstrip("−").startswith("0.") else text


def integer(value: int | None) -> Shown:
    """A whole number, with commas from a thousand on."""
    return _one(EMPTY if _missing(value) else f"{int(value):,}".replace("-", "−"), value)


def percent(value: float | None, decimals: int = 0) -> Shown:
    """A percentage, given in percent."""
    if _missing(value):
        return Shown(EMPTY, {"": None})
    return Shown(f"{number(value, decimals)}%", {"": value})


def share(value: float | None, decimals: int = 0) -> Shown:
    """A share from 0 to 1 as a percentage."""
    return percent(None if _missing(value) else 100 * value, decimals)


def p(value: float | None) -> Shown:
    """A p value: three decimals, or `< .001`."""
    if _missing(value):
        return _one(EMPTY, None)
    return _one("< .001" if value < 0.001 else unit(min(value, 1.0), 3) if value < 0.9995 else "> .999", value)


def p_equals(value: float | None) -> str:
    """A p value in a sentence: `= .012` or `< .001`."""
    text = p(value)
    return text if text[0] in "<>" else f"= {text}"


def interval(low: float | None, high: float | None, decimals: int = 2, *, of_unit: bool = False) -> Shown:
    """An interval in brackets."""
    show = unit if of_unit else number
    if _missing(low) or _missing(high):
        return Shown(EMPTY, {"low": None, "high": None})
    return Shown(f"[{show(low, decimals)}, {show(high, decimals)}]", {"low": low, "high": high})


def decimals_for(std_error: float) -> int:
    """Decimals that show two significant digits of a standard error; at least two."""
    if _missing(std_error) or not 0 < std_error < math.inf:
        return 2
    return max(2, 1 - _exponent(std_error))


def upper(words: str) -> str:
    """Words with their first letter in upper case, the others untouched."""
    return words[:1].upper() + words[1:]


def lower(words: str) -> str:
    """A label inside a sentence: its first letter in lower case, but for an abbreviation or a name such as LinkedIn."""
    first = words.split(" ", 1)[0]
    return words if any(letter.isupper() for letter in first[1:]) else words[:1].lower() + words[1:]


def brief(value: float | None) -> Shown:
    """A value of a variable: four significant digits (or all those before the point), no trailing zeros."""
    if _missing(value):
        return _one(EMPTY, None)
    if value and not LEAST <= abs(value) < 1e15:
        return _one(re.sub(r"\.?0+ ×", " ×", _power(value, 3)), value)
    text = f"{value:,.0f}" if abs(value) >= 9999.5 else f"{value:.4g}"
    return _one(text.replace("-", "−"), value)


_SYMBOLS = r"R(?=²)|f(?=²)|SD|SE|df|[MNHWVFbdknprtz]"
_BEFORE = r"(?:(?<![\w“’'.-])|(?<=Δ))"
_HEADING = re.compile(rf"{_BEFORE}(?:{_SYMBOLS})(?![^\W²]|[’'-])")
_SENTENCE = re.compile(rf"{_BEFORE}(?:(?:{_SYMBOLS})(?=²?(?:\([\d.,\s]+\))?\s(?:[=<>≤≥]|&[lg]t;)\s|:\s)|(?:SD|SE|df)(?![\w’'-]))")


def marked(text: str, *, heading: bool = False) -> list[tuple[str, bool]]:
    """A text in pieces, and whether each is a statistical symbol, which APA style sets in italics (Greek ones stand upright).

    In a heading every symbol is one; in a sentence only before a sign of comparison or a colon, so that the article "a" or
    a panel's letter stay as they are.
    """
    pieces, end = [], 0
    for found in (_HEADING if heading else _SENTENCE).finditer(text):
        pieces += [(text[end : found.start()], False), (found.group(), True)]
        end = found.end()
    return [piece for piece in [*pieces, (text[end:], False)] if piece[0]]


_BREAKABLE = (
    (re.compile(r" (=|<|>|&lt;|&gt;) (?=[−.\d])"), "\u00a0\\1\u00a0"),
    (re.compile(r"(\[[−\d.]+), (?=[−\d.]+\])"), "\\1,\u00a0"),
)


def unbroken(text: str) -> str:
    """Return a text in which no line ends inside `p = .03` or an interval."""
    for pattern, replacement in _BREAKABLE:
        text = pattern.sub(replacement, text)
    return text
