"""The detector of personal data: what a text, a heading or a column looks like."""

import re
import unicodedata
from collections.abc import Iterable
from ipaddress import ip_address
from itertools import pairwise

from practicework.tables.files.raw import CONTACT, DIRECT, FREE_TEXT, LOCATION, NETWORK, UNDECLARED

FEWEST = 5
"""Respondents from which distinct numbers identify."""

COORDINATE = 10
"""Degrees that half of a column of coordinates exceed."""

TOKEN = 12
"""Characters up to which a message shows a cell without blanks."""

IDENTIFYING = (CONTACT, NETWORK, LOCATION, DIRECT)
"""Reasons for which a column identifies respondents."""

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_AT = re.compile(r"\s*[\[(]\s*(?:at|@|arobase|ät)\s*[\])]\s*", re.IGNORECASE)
_DOT = re.compile(r"\s*[\[(]\s*(?:dot|point|punkt)\s*[\])]\s*", re.IGNORECASE)
_SPOKEN = re.compile(r"(\S+) at (\S+) dot ([a-z]{2,6})\s*$", re.IGNORECASE)

_NUMBER = re.compile(r"[-+]?\d*[.,]\d+(?:[eE][-+]?\d+)?")
_PLAIN = re.compile(r"\s*[-+]?(\d{1,6}|\d*\.\d+)\s*", re.ASCII)
"""Whole numbers of up to six digits and decimal numbers, which are never personal."""

_DATE = re.compile(r"(?<![\d.\-/])(?:\d{4}[.\-/]\d{1,2}[.\-/]\d{1,2}|\d{1,2}[.\-/]\d{1,2}[.\-/]\d{2}(?:\d{2})?)(?![.\-/]?\d)")
_YEARS = re.compile(r"(?:19|20)\d\d(?:[-/](?:19|20)\d\d)+")
_DIALLED = re.compile(r"\+?[\d(][\d\s().\-/]{6,}\d")
_PHONES = (  # in a text without blanks and brackets; padded numbers and dates are not telephone numbers
    re.compile(r"\+[\d.\-/]{7,20}"),
    re.compile(r"(00[1-9]\d{8,12}|0[1-9]\d{8,9})"),
    re.compile(r"(?=(\D*\d){9,15}\D*$)(1[.\-/])?\d{2,4}([.\-/]\d{2,4}){2,}"),
    re.compile(r"0\d{2,4}[.\-/]{1,3}\d{5,8}"),
)
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?\b")
_INSURANCE = (
    re.compile(r"[A-Z]{2} ?\d{2} ?\d{2} ?\d{2} ?[A-D]"),  # United Kingdom
    re.compile(r"\d{3}-\d{2}-\d{4}"),  # United States
    re.compile(r"756\.\d{4}\.\d{4}\.\d{2}"),  # Switzerland
)
_FRENCH = re.compile(r"[12] ?\d{2} ?\d{2} ?\d{2} ?\d{3} ?\d{3} ?\d{2}")
_NAME = re.compile(r"[^\W\d_]{3,}")
_YEAR = r"(?:19[2-9]\d|200\d|201[0-2])"
_DAY, _MONTH = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:0?[1-9]|1[0-2])"
_BIRTH = re.compile(
    rf"(?<!\d)(?:{_DAY}[./-]{_MONTH}[./-]{_YEAR}|{_YEAR}[./-]{_MONTH}[./-]{_DAY}|{_YEAR}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))(?!\d)"
)

_HEADINGS = (  # reason, and the parts of headings (between separators or capitals) that imply it
    (CONTACT, r"e?-?mails?|courriel|phone|telephone|téléphone|tel|mobile|handy|fax|contact"),
    (NETWORK, r"ip|ipaddr|ipaddress|ipadresse|host|hostname|refurl|referrer|referer|useragent|browser|cookie"),
    (LOCATION, r"latitude|longitude|lat|lon|lng|gps|geo|location|address|adresse|street|rue|city|ville|zip|zipcode|postcode|plz"),
    (DIRECT, r"name|names|firstname|lastname|surname|nom|prenom|prénom|vorname|nachname|username|token|signature|pid|userid"),
    (
        DIRECT,
        r"(staff|employee|personnel|payroll|member|customer|client)(no|nr|number|id)|matricule|personalnummer|badge",
    ),
    (
        DIRECT,
        r"prolific|panelist|panelistid|workerid|externalreference|responseid|respondentid|birthdate|birthday|dob|ssn|passport",
    ),
)


def personal(text: str) -> str | None:
    """Return the kind of personal data that a text looks like, or None.

    Patterns find e-mail addresses, IP addresses, bank account numbers (IBAN, by their check digits), national insurance numbers,
    telephone numbers in national and international forms, and names with a date of birth. Numbers, dates, times and ranges of
    years are none of these. `tests/ingest/personal_forms.py` lists the forms that are tested.
    """
    if len(text) < 3 or _PLAIN.fullmatch(text):
        return None
    text = unicodedata.normalize("NFKC", text).strip()
    if _email(text):
        return "an e-mail address"
    if (text.count(".") >= 3 or text.count(":") >= 2) and any(map(_is_address, re.split(r"[\s,;\[\]()/%]+", text))):
        return "an IP address"
    if not any(mark.isdigit() for mark in text):
        return None
    if any(_is_iban(found) for found in _IBAN.findall(text)):
        return "a bank account number"
    if any(form.fullmatch(text) for form in _INSURANCE) or (_FRENCH.fullmatch(text) and _has_key(text)):
        return "a national insurance number"
    if _NAME.search(text.lower()) and _BIRTH.search(text):
        return "a name with a date of birth"
    return "a telephone number" if _phone(text) else None


def _email(text: str) -> bool:
    plain = _SPOKEN.sub(r"\1@\2.\3", _DOT.sub(".", _AT.sub("@", text)))
    return "@" in plain and _EMAIL.search(plain) is not None


def _phone(text: str) -> bool:
    if _NUMBER.fullmatch(text) or _YEARS.fullmatch(text):
        return False
    for found in _DIALLED.findall(_DATE.sub("|", text)):
        spaced = re.sub(r"\s+", "-", re.sub(r"[()]", " ", found).strip())
        spaced = re.sub(r"-*([./])-*", r"\1", re.sub(r"-{2,}", "-", spaced))
        forms = (spaced, re.sub(r"[.\-/]", "", spaced))
        if any(phone.fullmatch(form) for phone in _PHONES for form in forms):
            return True
    return False


def _is_iban(text: str) -> bool:
    plain = text.replace(" ", "")
    return 15 <= len(plain) <= 34 and int("".join(str(int(mark, 36)) for mark in plain[4:] + plain[:4])) % 97 == 1


def _has_key(text: str) -> bool:
    """Whether the last two digits of a French insurance number are its key."""
    digits = text.replace(" ", "")
    return int(digits[-2:]) == 97 - int(digits[:-2]) % 97


def _is_address(word: str) -> bool:
    word = re.sub(r":\d+$", "", word) if word.count(".") == 3 else word
    try:
        return len(word) > 5 and bool(ip_address(word.rstrip(".")))
    except ValueError:
        return False


def shown(text: str) -> str:
    """Return how a message names a cell: short tokens in quotes, of all others the kind and length.

    Messages end up in logs and e-mails, and a longer text can contain a name.
    """
    if kind := personal(text):
        return kind
    return f"'{text}'" if len(text) <= TOKEN and not re.search(r"\s", text) else f"a text of {len(text)} characters"


def by_heading(text: str) -> str | None:
    """Return the reason for excluding a column that its heading implies, or None."""
    words = re.findall(r"[^\W\d_]+", re.sub(r"(?<=[a-zà-ÿ])(?=[A-ZÀ-Ý])", " ", text))
    pairs = {"".join(pair) for pair in pairwise(words)}
    parts = {word.lower() for word in [*words, *pairs]}
    for reason, pattern in _HEADINGS:
        if any(re.fullmatch(pattern, part) for part in parts):
            return reason
    return None


MOST_ANSWERS = 11
"""Distinct answers that a closed question may have."""


def answers(cells: list[str]) -> bool:
    """Return whether a column has the answers of a closed question: few, and repeated over the respondents."""
    distinct = {cell.strip() for cell in cells}
    few = len(distinct) <= MOST_ANSWERS and len(cells) >= 2 * len(distinct)
    return few and not any(map(personal, distinct))


def _small(cells: list[str]) -> bool:
    """Return whether all cells are whole numbers of up to three digits, such as positions of a slider."""
    return bool(cells) and all(re.fullmatch(r"-?\d{1,3}", cell.strip()) for cell in cells)


def by_context(text: str, cells: list[str]) -> str | None:
    """Return the reason for excluding a column that its heading implies, unless its cells are answers to a closed question.

    "I can contact my manager" is the heading of an item if the cells are agreement, and "Contact" that of contact data.
    """
    reason = by_heading(text)
    return None if reason is None or answers(cells) or (reason != DIRECT and _small(cells)) else reason


def by_content(cells: Iterable[str]) -> str:
    """Return the reason for excluding a column that its cells imply."""
    cells = list(cells)
    kinds = {personal(cell) for cell in cells}
    if kinds & {"an e-mail address", "a telephone number"}:
        return CONTACT
    if "an IP address" in kinds:
        return NETWORK
    if kinds - {None}:
        return DIRECT
    long = [cell for cell in cells if len(cell) > 40 or cell.count(" ") > 5]
    return FREE_TEXT if len(long) > 0.2 * len(cells) and long else UNDECLARED


def by_distinctness(cells: list[str]) -> str:
    """Return the reason for excluding a column whose numbers differ for each respondent: registers and coordinates.

    Whole numbers of five digits and more are identifiers. Decimals of four to eight places within ±180 are coordinates if half
    of them exceed 10; standardized scores, weights and shares do not.
    """
    if len(cells) < FEWEST or len(set(cells)) < len(cells):
        return UNDECLARED
    if all(re.fullmatch(r"\d{5,}", cell.strip()) for cell in cells):
        return DIRECT
    if all(re.fullmatch(r"[-+]?\d{1,3}\.\d{4,8}", cell.strip()) and abs(float(cell)) <= 180 for cell in cells):
        sizes = sorted(abs(float(cell)) for cell in cells)
        return LOCATION if sizes[len(sizes) // 2] >= COORDINATE else UNDECLARED
    return UNDECLARED


def heading(text: str) -> str:
    """Return a heading on one line and without personal data, for the list of dropped columns (some exports have no header)."""
    text = " ".join(text.split())
    return f"({personal(text)})" if personal(text) else text if len(text) <= 200 else text[:197] + "..."
