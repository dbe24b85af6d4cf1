"""The words of the report: English messages, which a gettext catalogue can translate.

Every text that a reader sees passes through `_`, `say` or `count`, with whole sentences as messages and named
placeholders for what varies. Babel collects them (``make messages``); a language is a catalogue in `locale/`.
"""

import gettext
from pathlib import Path

from markupsafe import Markup

LOCALE = Path(__file__).parent / "locale"
DOMAIN = "practicework"

_catalogue = gettext.NullTranslations()


def use(language: str) -> None:
    """Show messages in a language, or in English where no catalogue of it exists."""
    global _catalogue  # noqa: PLW0603
    _catalogue = gettext.translation(DOMAIN, LOCALE, [language], fallback=True)


def translation() -> gettext.NullTranslations:
    """Return the catalogue in use, for the templates."""
    return _catalogue


def _(message: str, **values: object) -> str:
    """Return a message as plain text with its placeholders filled in."""
    text = _catalogue.gettext(message)
    return text.format(**values) if values else text


def say(message: str, **values: object) -> Markup:
    """Return a message as markup; values are escaped unless they are markup themselves."""
    return Markup(_catalogue.gettext(message)).format(**values)


def count(singular: str, plural: str, n: int, *, start: bool = False, **values: object) -> str:
    """Return a message for a number, which `{n}` shows as APA style prints it.

    Numbers below ten are words. With `start`, the first letter is a capital, as at the head of a sentence.
    """
    text = _catalogue.ngettext(singular, plural, n).format(n=numeral(n), **values)
    return text[:1].upper() + text[1:] if start else text


def numeral(n: int) -> str:
    """Return a whole number as a word below ten, otherwise in digits with commas."""
    words = (
        _("zero"), _("one"), _("two"), _("three"), _("four"), _("five"), _("six"), _("seven"), _("eight"), _("nine"),
    )  # fmt: skip
    return words[n] if 0 <= n < len(words) else f"{n:,}"


def listing(words: list[str]) -> str:
    """Join words as `a`, `a and b` or `a, b and c`."""
    if len(words) < 2:
        return "".join(words)
    return _("{first} and {last}", first=", ".join(words[:-1]), last=words[-1])


def sentences(*parts: str | None) -> Markup:
    """Join sentences with blanks; empty ones are skipped, and text that is not markup is escaped."""
    return Markup(" ").join(part for part in parts if part)
