"""The draft of questions with several answers: columns with one option each, or cells with several options.

Questions with the same options are proposed as one question with parts, such as stages.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from os.path import commonprefix

from practicework.commands.drafting.blocks import CHOICES, Found, stem
from practicework.commands.drafting.scales import identifier, wording
from practicework.study.multiple import SEPARATORS, TICKED, UNTICKED
from practicework.study.scale import normalized
from practicework.tables.files.numbers import plain
from practicework.tables.files.raw import RawTable

_NONE = re.compile(r"(none|nothing|keine|nichts|aucun|rien|nessun|ningun|ninguna|nenhum|geen)\b.*", re.IGNORECASE)
"""Texts of an explicit "none of these"."""

_OTHER = re.compile(r"(other|andere|sonstige|autre|altro|otro|outro|anders)\b.*", re.IGNORECASE)
_CHOICE = re.compile(r"(.+?) ?\(choice=(.+)\)")
"""Headings of the boxes of a question in an export of REDCap with labels."""

_REST = re.compile(r"([\W_]*)(\w+)([\W_]*)")


@dataclass
class _Question:
    """One question as the file shows it.

    Attributes
    ----------
    head : str
        The heading of its column, or what the headings of its columns share.
    label : str
    places : set of int
    options : dict of str to str
        By the part of the heading that names an option (of columns) or by text (of cells): the text.
    form : tuple of str
        What stands before and after the option's part of a heading; the separator of joined texts.
    none : str or None
    ticked : set of str
        Cells of ticked boxes that are not usual.
    other : bool
    """

    head: str
    label: str
    places: set[int]
    options: dict[str, str]
    form: tuple[str, ...]
    none: str | None = None
    ticked: set[str] = field(default_factory=set)
    other: bool = False

    @property
    def joined(self) -> bool:
        """Whether the options are joined in cells."""
        return len(self.form) == 1


def propose(raw: RawTable, found: Found, sources: list[str], used: set[str]) -> tuple[dict[str, dict], set[int]]:
    """Return the questions with several answers of an export, as in the config, and the columns that they use.

    Option texts are what the file states, or cells that at least two respondents have, so that nothing personal is proposed.
    """
    single = [one for places in found.ticks for one in _of_columns(raw, found, places)]
    single += [one for at, reason in found.left_out.items() if reason == CHOICES for one in _of_cells(raw, found, sources, at)]
    groups: dict[tuple, list[_Question]] = {}
    for one in single:
        groups.setdefault((tuple(sorted(one.options)), one.form, bool(one.none)), []).append(one)
    questions = {}
    for some in groups.values():
        shared = _shared([one.head for one in some]) if len(some) > 1 else some[0].head
        questions[_name(shared or some[0].head, used)] = _document(some)
    return questions, {at for one in single for at in one.places}


def _document(some: list[_Question]) -> dict:
    """The config of questions with the same options."""
    first, names = some[0], set()
    options: dict[str, str | list[str]] = {}
    for key, text in first.options.items():
        texts = [text] if first.joined else list(dict.fromkeys([text, key]))
        options[_name(text if re.search(r"[A-Za-z]", text) else f"option_{text}", names)] = texts if len(texts) > 1 else texts[0]
    document: dict = {"label": wording(_shared([one.label for one in some]) if len(some) > 1 else first.label) or first.head}
    document["options"] = options
    if len(some) > 1:
        own, prefix = set(), commonprefix([one.head for one in some])  # noqa: RUF071 (characters are meant)
        document["by"] = {}
        for one in some:
            label = one.head[len(prefix) :].strip("[]()_ .:") or one.head
            document["by"][_name(label, own)] = list(dict.fromkeys([wording(label), one.head]))
    head = "{by}" if len(some) > 1 else first.head
    document["columns"] = (
        {"column": head, "separator": first.form[0]} if first.joined else f"{head}{first.form[0]}{{option}}{first.form[1]}"
    )
    if first.none:
        document["none"] = first.none if first.joined else f"{head}{first.form[0]}{first.none}{first.form[1]}"
    if ticked := set().union(*(one.ticked for one in some)):
        document["ticked"] = ["1", "Yes", "X", *sorted(ticked)]
    if any(one.other for one in some):
        document["other"] = True
    return document


def _shared(texts: Iterable[str]) -> str:
    """What texts have in common at their start."""
    return commonprefix(list(texts)).strip("[]()_- .:")  # noqa: RUF071 (characters are meant)


def _name(text: str, used: set[str]) -> str:
    name = re.sub(r"\W+", "_", identifier(text, set()).lower()).strip("_") or "question"
    return identifier(name, used)


def _of_columns(raw: RawTable, found: Found, places: list[int]) -> list[_Question]:
    """The question whose options are columns; none if their headings do not have one form."""
    stems: dict[str, list[int]] = {}
    for at in places:
        stems.setdefault(stem(raw.header[at])[0], []).append(at)
    if len(stems) > 1 and all(len(own) > 1 for own in stems.values()):  # a matrix of options by parts
        return [one for own in stems.values() for one in _of_columns(raw, found, own)]
    if all(choices := [_CHOICE.fullmatch(raw.header[at]) for at in places]) and len({one[1] for one in choices}) == 1:
        texts = {one[2]: one[2] for one in choices}
        none = next((text for text in texts if _NONE.fullmatch(text)), None)
        options = {text: wording(text) for text in texts if text != none}
        form = (" (choice=", ")")
        return [_Question(choices[0][1], choices[0][1], {*places}, options, form, none)] if len(options) > 1 else []
    head = next(iter(stems)) if len(stems) == 1 else commonprefix([raw.header[at] for at in places]).rstrip("_.[( ")  # noqa: RUF071 (characters are meant)
    rests = [_REST.fullmatch(raw.header[at][len(head) :]) for at in places]
    if (
        not head
        or not all(rests)
        or len({(rest[1], rest[3]) for rest in rests}) > 1
        or len({rest[2] for rest in rests}) < len(rests)
    ):
        return []
    question = _Question(head, raw.stems.get(places[0], "") or head, {*places}, {}, (rests[0][1], rests[0][3]))
    for at, rest in zip(places, rests, strict=True):
        cells = [cell for cell in found.columns[at].counts if _plain(cell) not in {*map(_plain, UNTICKED)}]
        unusual = [cell for cell in cells if not _usual(cell)]
        text = wording(raw.wordings.get(at, "") or (unusual[0] if len(cells) == len(unusual) == 1 else rest[2]))
        if question.none is None and (_NONE.fullmatch(text) or _NONE.fullmatch(rest[2])):
            question.none = rest[2]
            continue
        question.ticked |= {cell for cell in unusual if normalized(cell) != normalized(text)}
        question.options[rest[2]] = text
    if len({*map(normalized, question.options.values())}) < len(question.options):
        question.options = {key: key for key in question.options}
    return [question] if len(question.options) > 1 else []


def _plain(text: str) -> str:
    return normalized(plain(text))


def _usual(cell: str) -> bool:
    return _plain(cell) in {*map(_plain, TICKED)}


def _of_cells(raw: RawTable, found: Found, sources: list[str], at: int) -> list[_Question]:
    """The question whose options are joined in cells: the parts that at least two respondents have."""
    counts = found.columns[at].counts + found.columns[at].odd
    parts = {one: _parts(counts, one) for one in SEPARATORS}
    separator = max(SEPARATORS, key=lambda one: (_pieces(parts[one], one), -SEPARATORS.index(one)))
    if all(cell.endswith(";") for cell in counts):  # as Microsoft Forms ends each choice
        separator = ";"
    texts = sorted(text for text, n in parts[separator].items() if n > 1)
    none = next((text for text in texts if _NONE.fullmatch(text)), None)
    options = {text: wording(text) for text in texts if text != none}
    if len(options) < 2:
        return []
    other = any(n == 1 for n in parts[separator].values()) or any(map(_OTHER.fullmatch, texts))
    label = (raw.texts[at] if raw.texts else "") or raw.header[at]
    head = raw.header[at] if raw.header.count(raw.header[at]) == 1 else sources[at]
    return [_Question(head, label, {at}, options, (separator,), none, other=other)]


def _pieces(parts: Counter, separator: str) -> int:
    """How many pieces of cells several respondents have, less those that contain a mark which texts hardly ever have."""
    others = [mark for mark in (";", "|", "\n", *([","] if separator == ", " else [])) if mark != separator]
    return sum(-n if any(mark in text for mark in others) else n for text, n in parts.items() if n > 1)


def _parts(counts: Counter, separator: str) -> Counter:
    """How many respondents have each part of the cells; parts that only occur one after the other are one option."""
    cells = [([part for part in cell.split(separator) if part.strip()], n) for cell, n in counts.items()]
    while True:
        found = Counter()
        pairs = Counter()
        for parts, n in cells:
            own = [part.strip() for part in parts]
            found.update(dict.fromkeys(own, n))
            pairs.update(dict.fromkeys(pairwise(own), n))
        tied = next(
            (pair for pair, n in pairs.items() if n > 1 and n == found[pair[0]] == found[pair[1]] and n < sum(counts.values())),
            None,
        )
        if tied is None or separator not in (", ", ","):
            return found
        cells = [(_tied(parts, tied, separator), n) for parts, n in cells]


def _tied(parts: list[str], pair: tuple[str, str], separator: str) -> list[str]:
    out: list[str] = []
    for part in parts:
        if out and (out[-1].strip(), part.strip()) == pair:
            out[-1] = f"{out[-1]}{separator}{part}"
        else:
            out.append(part)
    return out
