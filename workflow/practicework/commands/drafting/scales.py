"""The draft of a scale: its items, response range and labels, and what of it was inferred."""

import re
from collections import Counter
from dataclasses import dataclass, field

from practicework.commands.drafting.answers import Column
from practicework.commands.drafting.blocks import Block
from practicework.commands.drafting.words import ordered
from practicework.stages.ingest.coding import code_and_label
from practicework.study.documents import COLUMN
from practicework.study.scale import normalized
from practicework.tables.files.numbers import number
from practicework.tables.files.personal import personal
from practicework.tables.files.raw import RawTable

RANGES = (
    *((0, high) for high in (1, 2, 3, 4, 5, 6, 7, 8, 10)),
    *((1, high) for high in range(2, 12)),
    *((-half, half) for half in range(1, 6)),
    (0, 100),
)
"""Usual response ranges."""


@dataclass
class Response:
    """A drafted response range.

    Attributes
    ----------
    low, high : int
    labels : dict of int to str
    continuous : bool
    confirm : list of str
        What of it was inferred: `response`, `labels` or `order`.
    observed : str
        What the answers show, in words.
    """

    low: int
    high: int
    labels: dict[int, str] = field(default_factory=dict)
    continuous: bool = False
    confirm: list[str] = field(default_factory=list)
    observed: str = ""

    def document(self) -> dict:
        """Return the range as in a scale file."""
        found: dict = {"min": self.low, "max": self.high}
        if self.labels:
            found["labels"] = dict(sorted(self.labels.items()))
        if self.continuous:
            found["continuous"] = True
        return found


def response(columns: list[Column]) -> Response:
    """Infer the response range of a block, and state what is inferred."""
    values = sorted({value for column in columns for value in column.values})
    if any(column.kind == "coded" for column in columns):
        return _coded(columns, values)
    if columns[0].kind == "codes":
        labels = {code: label for column in columns for code, label in column.labels.items()}
        return Response(min(labels), max(labels), labels, confirm=["labels"], observed=f"answer codes {_listed(labels.values())}")
    if any(column.kind in ("text", "ends") for column in columns):
        return _texts(columns, values)
    low, high = values[0], values[-1]
    observed = f"{low:g} to {high:g}"
    if any(value % 1 for value in values):
        found = next((one for one in RANGES if one[0] <= low and high <= one[1]), (int(low // 1), int(-(-high // 1))))
        return Response(*found, continuous=True, confirm=["response"], observed=observed)
    if columns[0].kind == "slider" or high > 11:
        return Response(min(0, int(low)), max(100, int(high)), confirm=["response"], observed=observed)
    return Response(*plausible(int(low), int(high)), confirm=["response"], observed=observed)


def plausible(low: int, high: int) -> tuple[int, int]:
    """Return the observed range if it is a usual one, else the smallest usual one that contains it."""
    if (low, high) in RANGES:
        return low, high
    fits = [one for one in RANGES if one[0] <= low and high <= one[1]]
    return min(fits, key=lambda one: (one[1] - one[0], -one[0]), default=(low, high))


def _coded(columns: list[Column], values: list[float]) -> Response:
    labels = {code: label for column in columns for code, label in column.labels.items()}
    low, high = min(*labels, *map(int, values)), max(*labels, *map(int, values))
    whole = set(range(low, high + 1)) == {*labels} or {low, high} <= {*labels}
    certain = all(column.read for column in columns) and whole and len(labels) > 1
    return Response(
        low, max(high, low + 1), labels, confirm=[] if certain else ["response"], observed=f"{values[0]:g} to {values[-1]:g}"
    )


def _texts(columns: list[Column], values: list[float]) -> Response:
    """Texts get codes from the usual order of such answers; numbers between two words are codes, too."""
    words: dict[str, str] = {}
    for column in columns:
        for text in column.texts:
            words.setdefault(normalized(text), text)
    labels = list(words.values())
    rare = {normalized(text): text for column in columns for text in column.odd if number(text) is None}
    known = ordered(labels)
    if more := ordered(
        [*labels, *(text for word, text in rare.items() if word not in words)]
    ):  # a usual answer that one person gave
        known, labels = more, [label for label in more if label]
    observed = f"texts: {_listed(labels)}"
    if values and len(labels) <= 2:
        low, high = int(values[0]), int(values[-1])
        if len(labels) == 2:
            found = dict(zip((low - 1, high + 1), known or labels, strict=True))
        else:
            found = {high + 1 if low == 1 or low == 0 else low - 1: labels[0]}
        confirm = ["response", "labels" if known and len(labels) == 2 else "order"]
        return Response(
            min(low, *found), max(high, *found), found, confirm=confirm, observed=f"{low:g} to {high:g} and {observed}"
        )
    if known:
        codes = {code: label for code, label in enumerate(known, 1) if label}
        return Response(1, len(known), codes, confirm=["labels"], observed=observed)
    labels.sort(key=_first_number)
    return Response(1, max(2, len(labels)), dict(enumerate(labels, 1)), confirm=["order"], observed=observed)


def _first_number(text: str) -> float:
    found = re.search(r"\d+([.,]\d+)?", text)
    return float(found[0].replace(",", ".")) if found else float("inf")


def _listed(texts) -> str:
    return ", ".join(f"'{text}'" for text in texts)


def document(
    raw: RawTable, block: Block, columns: list[Column], names: list[str], used: set[str], number_of: int
) -> tuple[dict, Response]:
    """Return a drafted scale as in its file, and its response range; `names` are the columns' names in the config."""
    name = identifier(block.name.lower() or f"scale_{number_of}", used).lower()
    found = response(columns)
    items = []
    for count, at in enumerate(block.positions, 1):
        named = names[at]
        valid = re.fullmatch(COLUMN, named) and named.lower() not in used
        item_id = identifier(named if valid else f"{name}_{count}", used)
        item = {"id": item_id, "text": wording(raw.wordings.get(at) or (raw.texts[at] if raw.texts else "") or raw.header[at])}
        items.append(item | ({"columns": [named]} if item_id != named else {}))
    label = (block.name or name).replace("_", " ").strip()
    scale = {"id": name, "label": label[:1].upper() + label[1:], "status": "draft", "confirm": ["items", *found.confirm]}
    if block.stem:
        scale["instruction"] = wording(block.stem)
    return scale | {"response": found.document(), "items": items}, found


def sources(raw: RawTable) -> list[str]:
    """Return how the config names each column: its heading, or a further name that is valid or tells it from its namesakes."""
    headings = Counter(raw.header)
    further = Counter(alias for aliases in raw.aliases for alias in aliases)
    found = []
    for at, own in enumerate(raw.header):
        aliases = [one for one in (raw.aliases[at] if raw.aliases else ()) if further[one] == 1 and one not in headings]
        valid = next((one for one in aliases if re.fullmatch(COLUMN, one)), None)
        if own and headings[own] == 1:
            found.append(own if re.fullmatch(COLUMN, own) else valid or own)
        else:
            found.append(valid or next(iter(aliases), own))
    return found


def wording(text: str) -> str:
    """Return a text on one line, without characters that a study's files may not have; never personal data."""
    text = " ".join("".join(mark if mark.isprintable() else " " for mark in text).split())
    return f"({kind})" if (kind := personal(text)) else text


def odd(columns: list[Column]) -> int:
    """Return the number of cells that are none of the block's answers."""
    found = response(columns)
    texts, pairs = {normalized(text) for text in found.labels.values()}, {*found.labels.items()}

    def fits(cell: str) -> bool:
        value, pair = number(cell), code_and_label(cell)
        return normalized(cell) in texts or pair in pairs or (value is not None and found.low <= value <= found.high)

    return sum(n for column in columns for cell, n in column.odd.items() if not fits(cell))


def identifier(text: str, used: set[str]) -> str:
    """Return a valid and unique name for the config."""
    name = re.sub(r"[^\w.]+", "_", text, flags=re.ASCII).strip("_.")[:40] or "column"
    name = name if name[0].isalpha() else f"v_{name}"
    while name.lower() in used:
        name += "_2"
    used.add(name.lower())
    return name


def counted(columns: list[Column]) -> str:
    """Return the answers of a block and how often each was given, in words."""
    counts: Counter = Counter()
    for column in columns:
        counts.update(column.counts)
    order = sorted(counts, key=lambda cell: (number(cell) is None, number(cell) or 0))
    if len(order) > 15:
        values = [value for cell in order if (value := number(cell)) is not None]
        return f"{len(order)} different answers, {min(values):g} to {max(values):g}"
    return ", ".join(f"{cell}: {counts[cell]:,}" for cell in order)
