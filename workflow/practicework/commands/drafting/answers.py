"""What the cells of one column are: answers to a closed question, numbers, dates, several choices, or texts."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from practicework.commands.drafting.words import USUAL_MISSING, no_answer
from practicework.stages.ingest.coding import R_MISSING, code_and_label
from practicework.study.scale import normalized
from practicework.tables.files.numbers import number
from practicework.tables.files.personal import MOST_ANSWERS

MOST_TEXTS = 500
"""Distinct texts from which a column is no closed question, without a closer look."""

_FEW_MISTAKES = 0.02
"""Share of cells that may be mistyped."""

ENOUGH = 20
"""Answers from which an answer that only one respondent gave is not a response option."""

_DATE = re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}.*|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}.*")
_TIME = re.compile(r"\d{1,2}:\d{2}(:\d{2})?( ?[ap]\.?m\.?)?", re.IGNORECASE)
_ANSWER_CODE = re.compile(r"([A-Z]{1,3})0*(\d{1,2})")
_PLURAL = re.compile(r"(e?s|e|n|en)$")


@dataclass(frozen=True)
class Column:
    """The answers of one column.

    Attributes
    ----------
    kind : str
        `whole` (few whole numbers), `slider` (many whole numbers from 0 to 100, or decimals in a small range), `number`, `coded`
        (codes with labels), `codes` (answer codes such as A1), `text` (few texts), `ends` (numbers, and words at the ends),
        `tick` (one answer or none), `choices` (several answers in one cell), `date`, `other` or `empty`.
    counts : Counter
        The distinct answers and how many respondents gave them, without missing and odd ones.
    labels : dict
        The label of each code, as far as the file has it.
    missing : dict
        Cells that are proposed as missing, with the label or an empty text.
    odd : Counter
        Cells of another form or that only one respondent gave, probably mistyped.
    read : bool
        Whether the file itself states the codes and labels.
    """

    kind: str
    counts: Counter = field(default_factory=Counter)
    labels: Mapping[int, str] = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=dict)
    odd: Counter = field(default_factory=Counter)
    read: bool = False

    @property
    def values(self) -> list[float]:
        """The distinct numbers; the codes of labelled answers."""
        if self.kind in ("coded", "codes"):
            return sorted({*self.labels, *(value for cell in self.counts if (value := number(cell)) is not None)})
        return sorted(value for cell in self.counts if (value := number(cell)) is not None)

    @property
    def texts(self) -> list[str]:
        """The distinct answers that are texts."""
        return [cell for cell in self.counts if number(cell) is None]


def column(cells: tuple, labels: Mapping[str, str] | None = None, declared: frozenset[str] = frozenset()) -> Column:
    """Describe a column from its cells, the file's own value labels and the cells that the file declares missing."""
    counts: Counter = Counter()
    for cell, n in Counter(cells).items():
        if cell and (text := cell.strip()):
            counts[text] += n
    for cell in (R_MISSING, *declared):
        counts.pop(cell, None)
    if labels:
        return _labelled(counts, {code: label for code, label in labels.items() if code not in declared})
    numbers = {cell: value for cell in counts if (value := number(cell)) is not None}
    if len(counts) - len(numbers) > MOST_TEXTS:
        return Column("other", counts)
    missing = {cell: "" for cell in counts if cell not in numbers and no_answer(cell)}
    kept = _without(counts, missing)
    if not kept:
        return Column("empty", missing=missing)
    total = kept.total()
    if sum(kept[cell] for cell in numbers) >= (1 - _FEW_MISTAKES) * total or _all_but_one(kept, numbers):
        return _numeric(Counter({cell: kept[cell] for cell in numbers}), missing, _without(kept, numbers))
    if sum(n for cell, n in kept.items() if _DATE.fullmatch(cell) or _TIME.fullmatch(cell)) >= 0.9 * total:
        return Column("date", kept)
    usual = {cell for cell in numbers if cell in USUAL_MISSING and not 0 <= numbers[cell] <= MOST_ANSWERS}
    return _texts(_without(kept, usual), missing | dict.fromkeys(sorted(usual), ""), numbers)


def _all_but_one(kept: Counter, numbers: Mapping) -> bool:
    odd = [cell for cell in kept if cell not in numbers]
    return len(odd) == 1 and kept[odd[0]] == 1 and kept.total() >= ENOUGH


def _without(counts: Counter, others: Iterable[str]) -> Counter:
    return Counter({cell: n for cell, n in counts.items() if cell not in others})


def _numeric(counts: Counter, missing: dict, odd: Counter) -> Column:
    """Whole numbers, positions of a slider, or quantities; usual codes for missing answers are set apart."""
    usual = {cell for cell in counts if cell in USUAL_MISSING}
    others = [number(cell) for cell in counts if cell not in usual]
    if usual and others:
        top = max(others)
        negative = sorted(number(cell) for cell in usual if number(cell) < 0)
        bipolar = negative == [float(value) for value in range(-len(negative), 0)] and 0 in others and len(negative) <= 5
        outside = {
            cell
            for cell in usual
            if (number(cell) < 0 <= min(others) and not bipolar) or (top <= MOST_ANSWERS and number(cell) > 2 * max(top, 5))
        }
        missing = missing | dict.fromkeys(sorted(outside), "")
        counts = Counter({cell: n for cell, n in counts.items() if cell not in outside})
    values = [number(cell) for cell in counts]
    whole = all(value % 1 == 0 for value in values)
    if whole and len(values) == 1:
        return Column("tick", counts, missing=missing, odd=odd)
    if whole and min(values) >= -5 and max(values) <= MOST_ANSWERS and len(values) <= MOST_ANSWERS:
        return Column("whole", counts, missing=missing, odd=odd)
    if min(values) >= 0 and 20 < max(values) <= 100 and len(values) > MOST_ANSWERS:
        return Column("slider", counts, missing=missing, odd=odd)
    return Column("number", counts, missing=missing, odd=odd)


def _labelled(counts: Counter, labels: dict[str, str]) -> Column:
    """Codes whose labels the file states."""
    missing = {code: label for code, label in labels.items() if no_answer(label)}
    kept = {code: label for code, label in labels.items() if code not in missing}
    counts = Counter({cell: n for cell, n in counts.items() if cell not in missing})
    used = dict(missing)
    codes = {
        int(number(code)): label for code, label in kept.items() if (number(code) or 0) % 1 == 0 and number(code) is not None
    }
    texts = [cell for cell in counts if number(cell) is None]
    if texts or len(codes) < len(kept):
        return Column("other", counts, missing=used)
    if len(codes) < 2 and len(counts) < 2:
        return Column("tick", counts, codes, used, read=True)
    if not codes or len(counts.keys() - {str(code) for code in codes}) > MOST_ANSWERS:
        found = _numeric(counts, {}, Counter()) if counts else Column("empty")
        return Column(found.kind, found.counts, {}, {**used, **found.missing}, found.odd)
    return Column("coded", counts, codes, used, read=True)


def _texts(kept: Counter, missing: dict, numbers: Mapping[str, float]) -> Column:
    """Texts: with their codes, answer codes, a few options, several options in a cell, or anything else."""
    total = kept.total()
    numbers = {cell: value for cell, value in numbers.items() if cell in kept}
    options = Counter({cell: n for cell, n in kept.items() if n > 1 or total < ENOUGH})
    odd = _without(kept, options)
    if odd.total() > max(1, _FEW_MISTAKES * total) and len(kept) > MOST_ANSWERS:
        return Column("choices" if _several(kept) else "other", kept, missing=missing)
    texts = [cell for cell in options if cell not in numbers]
    if pairs := _pairs(options, numbers):
        return Column("coded", options, pairs, missing, odd)
    if total < 2 * len(options) and len(options) > 2:
        return Column("choices" if _several(options) else "other", kept, missing=missing)
    codes = [_ANSWER_CODE.fullmatch(cell) for cell in texts]
    if texts and all(codes) and len({code[1] for code in codes}) == 1 and not numbers and len(texts) > 1:
        return Column("codes", options, {int(code[2]): code[0] for code in codes}, missing, odd)
    if _several(options):
        return Column("choices", options, missing=missing, odd=odd)
    if len(options) == 1:
        return Column("tick", options, missing=missing, odd=odd)
    if len(options) > MOST_ANSWERS or any(len(cell) > 120 for cell in options):
        return Column("other", kept, missing=missing)
    whole = [value for cell, value in numbers.items() if cell in options]
    if whole and len(texts) <= 2 and all(value % 1 == 0 for value in whole):
        return Column("ends", options, missing=missing, odd=odd)
    return Column("text", options, missing=missing, odd=odd)


def _pairs(options: Counter, numbers: Mapping[str, float]) -> dict[int, str]:
    """The label of each code if the texts contain their codes.

    "3 hours" and "5 hours" are quantities with one unit, and "18 to 24" is a range.
    """
    texts = [cell for cell in options if cell not in numbers]
    found = [code_and_label(cell) for cell in texts]
    if None in found or len(found) + len(numbers) < 2 or not found:
        return {}
    labels = dict(found)
    if any(abs(code) > MOST_ANSWERS or any(mark.isdigit() for mark in label) for code, label in found):
        return {}
    words = {_PLURAL.sub("", normalized(label)) for label in labels.values()}
    return labels if len(labels) == len(found) == len(words) else {}


def _several(cells: Counter) -> bool:
    """Return whether cells join several of a few options with commas or semicolons."""
    if all(cell.endswith(";") for cell in cells):  # as Microsoft Forms ends each choice
        return True
    for mark in (";", ","):
        joined = {cell: n for cell, n in cells.items() if mark in cell.rstrip(mark) or (mark == ";" and cell.endswith(mark))}
        parts = Counter(part.strip() for cell in cells for part in cell.split(mark) if part.strip())
        if len(joined) > 1 and sum(joined.values()) > 0.1 * cells.total() and len(parts) <= 25 and len(parts) < len(cells) + 3:
            shared = sum(count > 1 for count in parts.values())
            if shared >= 0.6 * len(parts):
                return True
    return False
