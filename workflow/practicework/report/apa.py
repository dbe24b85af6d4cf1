"""Numbers as APA style prints them."""

import math

EMPTY = "–"


def _missing(value: object) -> bool:
    return value is None or str(value) in ("nan", "<NA>")


def number(value: float | None, decimals: int = 2) -> str:
    """A number that may exceed one: with a leading zero, a true minus sign, and no negative zero."""
    if _missing(value):
        return EMPTY
    text = f"{value:.{decimals}f}"
    if float(text) == 0:
        text = text.lstrip("-")
    return text.replace("-", "−")


def unit(value: float | None, decimals: int = 2) -> str:
    """A number that cannot exceed one (r, alpha, a share): without a leading zero."""
    text = number(value, decimals)
    return text.replace("0.", ".", 1) if text.lstrip("−").startswith("0.") else text


def p(value: float | None) -> str:
    """A p value: three decimals, or `< .001`."""
    if _missing(value):
        return EMPTY
    return "< .001" if value < 0.001 else unit(min(value, 1.0), 3) if value < 0.9995 else "> .999"


def p_equals(value: float | None) -> str:
    """A p value in a sentence: `= .012` or `< .001`."""
    text = p(value)
    return text if text[0] in "<>" else f"= {text}"


def interval(low: float | None, high: float | None, decimals: int = 2, *, of_unit: bool = False) -> str:
    """An interval in brackets."""
    show = unit if of_unit else number
    return EMPTY if _missing(low) or _missing(high) else f"[{show(low, decimals)}, {show(high, decimals)}]"


def decimals_for(std_error: float) -> int:
    """Decimals that show two significant digits of a standard error, from two to six."""
    if _missing(std_error) or std_error <= 0:
        return 2
    return min(6, max(2, 1 - math.floor(math.log10(std_error))))


def upper(words: str) -> str:
    """Words with their first letter in upper case, the others untouched."""
    return words[:1].upper() + words[1:]


def lower(words: str) -> str:
    """A label inside a sentence: its first letter in lower case, but for an abbreviation."""
    return words if words[1:2].isupper() else words[:1].lower() + words[1:]


def brief(value: float) -> str:
    """A value of a variable: four significant digits, no trailing zeros."""
    return EMPTY if _missing(value) else f"{value:.4g}".replace("-", "−")


def count(value: int, word: str, plural: str | None = None) -> str:
    """`1 respondent`, `75 respondents`."""
    return f"{value:,} {word if value == 1 else plural or word + 's'}"


def listing(words: list[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)
