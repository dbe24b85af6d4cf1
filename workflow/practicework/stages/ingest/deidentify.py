"""De-identification: detect personal data in columns and texts, and assess the risk of publication."""

import re
from collections.abc import Iterable
from ipaddress import ip_address
from itertools import pairwise

import pandas as pd

from practicework.tables.files.raw import CONTACT, DIRECT, FREE_TEXT, LOCATION, NETWORK, UNDECLARED, RawTable

SMALL = 5
"""Smaller groups are not shown (a common rule of statistical disclosure control)."""

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_PHONES = (  # in a text without blanks and brackets; padded numbers and dates are not telephone numbers
    re.compile(r"\+[\d.\-/]{7,20}"),
    re.compile(r"(00[1-9]\d{8,12}|0[1-9]\d{8,9})"),
    re.compile(r"(?=(\D*\d){9,15}\D*$)\d{2,4}([.\-/]\d{2,4}){2,}"),
)

_HEADINGS = (  # reason, and the parts of headings (between separators or capitals) that imply it
    (CONTACT, r"e?-?mails?|courriel|phone|telephone|téléphone|tel|mobile|handy|fax|contact"),
    (NETWORK, r"ip|ipaddr|ipaddress|ipadresse|host|hostname|refurl|referrer|referer|useragent|browser|cookie"),
    (LOCATION, r"latitude|longitude|lat|lon|lng|gps|geo|location|address|adresse|street|rue|city|ville|zip|zipcode|postcode|plz"),
    (DIRECT, r"name|names|firstname|lastname|surname|nom|prenom|prénom|vorname|nachname|username|token|signature|pid|userid"),
    (
        DIRECT,
        r"prolific|panelist|panelistid|workerid|externalreference|responseid|respondentid|birthdate|birthday|dob|ssn|passport",
    ),
)


def personal(text: str) -> str | None:
    """Return the kind of personal data that a text looks like, or None."""
    if len(text) < 3:
        return None
    if "@" in text and _EMAIL.search(text):
        return "an e-mail address"
    if (text.count(".") >= 3 or text.count(":") >= 2) and any(map(_is_address, re.split(r"[\s,;\[\]()/%]+", text))):
        return "an IP address"
    if not any(mark.isdigit() for mark in text):
        return None
    spaced = re.sub(r"\s+", "-", re.sub(r"[()]", " ", text).strip())
    forms = (spaced, re.sub(r"[.\-/]", "", spaced))
    return "a telephone number" if any(phone.fullmatch(form) for phone in _PHONES for form in forms) else None


def _is_address(word: str) -> bool:
    try:
        return len(word) > 5 and bool(ip_address(word.rstrip(".")))
    except ValueError:
        return False


def shown(text: str) -> str:
    """Return a text shortened and in quotes or, if it is personal, its kind; messages end up in logs and e-mails."""
    if kind := personal(text):
        return kind
    return f"'{text}'" if len(text) <= 40 else f"'{text[:37]}...'"


def why_dropped(raw: RawTable, position: int) -> str:
    """Return the most specific reason why a column that the study does not declare is dropped."""
    if position in raw.reasons:
        return raw.reasons[position]
    words = re.findall(r"[^\W\d_]+", re.sub(r"(?<=[a-zà-ÿ])(?=[A-ZÀ-Ý])", " ", raw.header[position]))
    pairs = {"".join(pair) for pair in pairwise(words)}
    parts = {word.lower() for word in [*words, *pairs]}
    for reason, pattern in _HEADINGS:
        if any(re.fullmatch(pattern, part) for part in parts):
            return reason
    return _by_content({row[position] for row in raw.rows} - {None, ""})


def _by_content(cells: Iterable[str]) -> str:
    """Infer the reason from a column's cells."""
    cells = list(cells)
    kinds = {personal(cell) for cell in cells}
    if kinds & {"an e-mail address", "a telephone number"}:
        return CONTACT
    if "an IP address" in kinds:
        return NETWORK
    long = [cell for cell in cells if len(cell) > 40 or cell.count(" ") > 5]
    return FREE_TEXT if len(long) > 0.2 * len(cells) and long else UNDECLARED


def heading(text: str) -> str:
    """Return a heading on one line and without personal data, for the list of dropped columns (some exports have no header)."""
    text = " ".join(text.split())
    return f"({personal(text)})" if personal(text) else text if len(text) <= 200 else text[:197] + "..."


def anonymity(responses: pd.DataFrame, identifiers: list[str]) -> pd.DataFrame:
    """Compute the k-anonymity of each quasi-identifier and of all together.

    k is the size of the smallest group of respondents who share all values (Sweeney, 2002); a missing value
    counts as a value. In R: ``sdcMicro::freqCalc``.

    Returns
    -------
    DataFrame
        `identifiers`, `n`, `groups`, `k`, `unique` (respondents alone in their group), `small`
        (respondents in groups of fewer than five).
    """
    sets = [[name] for name in identifiers] + ([list(identifiers)] if len(identifiers) > 1 else [])
    rows = []
    for names in sets:
        sizes = responses.groupby(names, dropna=False).size()
        rows.append(
            {
                "identifiers": " × ".join(names),
                "n": len(responses),
                "groups": len(sizes),
                "k": int(sizes.min()),
                "unique": int((sizes == 1).sum()),
                "small": int(sizes[sizes < SMALL].sum()),
            }
        )
    return pd.DataFrame(rows, columns=["identifiers", "n", "groups", "k", "unique", "small"])


def categories(responses: pd.DataFrame, identifiers: list[str]) -> pd.DataFrame:
    """Count the values of each quasi-identifier, pooling those of fewer than five respondents.

    A pool of fewer than five also includes the next larger values, since it could be derived from the total.
    """
    rows = []
    for name in identifiers:
        sizes = responses[name].value_counts(dropna=False).sort_values(kind="stable")
        pooled = int((sizes < SMALL).sum())
        while 0 < sizes.iloc[:pooled].sum() < SMALL and pooled < len(sizes):
            pooled += 1
        for value, n in sizes.iloc[pooled:].sort_index().items():
            rows.append({"variable": name, "category": "missing" if value != value else f"{value:g}", "n": int(n)})
        if pooled:
            category = f"{pooled} values, some with fewer than {SMALL} respondents"
            rows.append({"variable": name, "category": category, "n": int(sizes.iloc[:pooled].sum())})
    return pd.DataFrame(rows, columns=["variable", "category", "n"])
