"""The encoding of a text file: detected if it is certain, otherwise asked for, so that no letter is garbled."""

import codecs
import mmap
import re
from pathlib import Path

from practicework.errors import StudyError

BLOCK = 1 << 20
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")

_LANGUAGES = (
    "àâæçéèêëîïôœùûüÿ",  # French
    "äöüßéèàêç",  # German
    "áéíñóúüçàèïòªº",  # Spanish and Catalan
    "ãõáéíóúâêôçàüªº",  # Portuguese
    "àèéìíîòóùú",  # Italian
    "ëïéèöüáóúêç",  # Dutch
    "æøåéèêòóôäöü",  # Danish and Norwegian
    "åäöéèüšž",  # Swedish, Finnish, Estonian
    "áðéíóúýþæö",  # Icelandic
)
"""Letters beyond ASCII of languages that Windows-1252 was made for."""

_WITHIN = re.compile(r"(?<=[^\W\d_])[¿¡¢£¤¥¦§¨©¬®¯±²³´¶¸¹¼½¾‚ƒ„†‡ˆ‰‹›•˜™×÷](?=[^\W\d_])")
_STRANGE = re.compile(r"(?<=[a-zß-ÿ])[À-ÖØ-ÞŠŒŽŸ]|[À-ÖØ-öø-ÿŠšŒœŽžŸ]{3,}|õ(?!e)")
_LETTER = re.compile(r"[ªºßÀ-ÖØ-öø-ÿŠšŒœŽžŸ]")
_DOUBTFUL = 0.1
"""Share of letters beyond ASCII that may be unusual; free texts contain foreign names."""
_RARE = 0.005
"""Share of signs inside words."""


def encoding(path: Path, shown: str, declared: str | None = None) -> str:
    """Return Python's name of a file's encoding.

    UTF-8 and UTF-16 are recognised by their bytes, Windows-1252 by letters that fit a Western European language.

    Parameters
    ----------
    path : Path
    shown : str
        Name of the file in messages.
    declared : str or None
        The encoding that the config declares.

    Raises
    ------
    StudyError
        If the file is empty, is no text, or its encoding is not certain; the message suggests what to declare.
    """
    if not path.stat().st_size:
        raise StudyError(f"{shown} is empty; export the responses again.")
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        if declared:
            return _declared(content, shown, declared)
        start = content[:4096]
        zeros = [start[at::2].count(0) / max(1, len(start[at::2])) for at in (0, 1)]  # Latin letters have a zero byte in UTF-16
        if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            found = "utf-16"
        elif zeros[0] > 0.7 and zeros[1] < 0.1:
            found = "utf-16-be"
        elif zeros[1] > 0.7 and zeros[0] < 0.1:
            found = "utf-16-le"
        elif content.find(b"\0") >= 0:
            raise StudyError(f"{shown} is not a text file; export the responses as CSV.")
        else:
            found = "utf-8-sig"
        if not any(content[step : step + BLOCK].strip() for step in range(0, len(content), BLOCK)):
            raise StudyError(f"{shown} is empty; export the responses again.")
        wrong = _first_wrong(content, found)
        if wrong is None:
            return found
        row = content[:wrong].count(b"\n") + 1
        if found != "utf-8-sig":
            raise StudyError(f"{shown}, row {row}, has a character that is not UTF-16; save the file as 'CSV UTF-8'.")
        if _damaged(content):
            raise StudyError(f"{shown}, row {row}, has a character that is not UTF-8; save the file as 'CSV UTF-8'.")
        if _first_wrong(content, "cp1252") is None and _western(content):
            return "cp1252"
        raise StudyError(
            f"{shown}, row {row}, has a character that is not UTF-8, and the encoding of the file is not certain; save the file "
            f"as 'CSV UTF-8', or declare the sample's 'encoding'{_guess(content)}."
        )


def _declared(content: mmap.mmap, shown: str, name: str) -> str:
    try:
        wrong = _first_wrong(content, name)
    except LookupError:
        raise StudyError(
            f"'{name[:20]}' is not a known encoding; use a name such as 'cp1250' or 'mac_roman', or save {shown} as 'CSV UTF-8'."
        ) from None
    if wrong is not None:
        row = content[:wrong].count(b"\n") + 1
        raise StudyError(f"{shown}, row {row}, has a character that is not {name}; correct 'encoding', or save as 'CSV UTF-8'.")
    return name


def _first_wrong(content: mmap.mmap, name: str) -> int | None:
    """Return where the content is first invalid in an encoding, or None if it is valid."""
    decoder = codecs.getincrementaldecoder(name)()
    for step in range(0, len(content), BLOCK):
        block = content[step : step + BLOCK]
        try:
            text = decoder.decode(block, final=step + BLOCK >= len(content))
        except UnicodeDecodeError as error:
            return step + error.start
        if not name.startswith("utf") and _CONTROL.search(text):
            return step
        if name.startswith("utf-16") and "\0" in text:
            return step
    return None


def _damaged(content: mmap.mmap) -> bool:
    """Return whether this is UTF-8 with some invalid bytes, whose accented letters another encoding would garble."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    wrong = right = 0
    for step in range(0, len(content), BLOCK):
        text = decoder.decode(content[step : step + BLOCK])
        bad = text.count("\ufffd")
        wrong += bad
        right += len(text) - len(text.encode("ascii", "ignore")) - bad
    return right >= wrong


def _western(content: mmap.mmap) -> bool:
    """Return whether the content is plausible as Windows-1252: its letters fit one language and stand where letters stand."""
    letters: dict[str, int] = {}
    strange = within = 0
    for step in range(0, len(content), BLOCK):
        text = content[step : step + BLOCK].decode("cp1252", "replace")
        strange += len(_STRANGE.findall(text))
        within += len(_WITHIN.findall(text))
        for letter in _LETTER.findall(text):
            letters[letter.lower()] = letters.get(letter.lower(), 0) + 1
    total = sum(letters.values())
    if strange > _DOUBTFUL * (total + strange) or within > _RARE * (total + within):
        return False
    fits = max(sum(count for letter, count in letters.items() if letter in language) for language in _LANGUAGES)
    return fits >= (1 - _DOUBTFUL) * total


def _guess(content: mmap.mmap) -> str:
    """Return the most likely encodings as a hint."""
    from charset_normalizer import from_bytes

    names = [f"'{found.encoding}'" for found in from_bytes(bytes(content[:BLOCK]))][:2]
    return f" (perhaps {' or '.join(names)})" if names else ""
