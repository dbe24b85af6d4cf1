"""What the answers show about an undecided point: counts, label sets, and how items correlate with their scale."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from practicework.errors import StudyError
from practicework.stages.ingest import columns, multiple, people, read
from practicework.stages.ingest.coding import code_and_label
from practicework.study import Study
from practicework.study.scale import Scale, normalized
from practicework.tables.files.numbers import number
from practicework.tables.files.personal import heading
from practicework.tables.files.raw import RawTable

MOST = 12
"""Distinct answers that are listed."""

NEGATIVE = -0.1
"""Correlation with the rest of the scale below which one of two items may be reverse-keyed."""

OPPOSED = 0.3
"""Loading on the first component, relative to the largest, from which an item against the others may be reverse-keyed."""


@dataclass(frozen=True)
class Answers:
    """The cells of items and variables in the samples of a study.

    Attributes
    ----------
    cells : dict of str to list
        The texts of each item and variable, over all samples.
    questions : dict of str to str
        The text of the question of each column, if the file has it and it is not the name itself.
    problem : str
        Why they cannot be read; empty if they can.
    states : dict of str to list
        The rows of `ingest/multiple` of each question with several answers, with their `sample`, empty if there is one only.
    """

    cells: dict[str, list[str]] = field(default_factory=dict)
    questions: dict[str, str] = field(default_factory=dict)
    problem: str = ""
    states: dict[str, list[dict]] = field(default_factory=dict)

    def contain_codes(self, names: Iterable[str], codes: Iterable[int]) -> bool:
        """Return whether cells are codes of labels or categories, so that the file itself states what each code means."""
        known = {*codes}
        cells = {cell for name in names for cell in self.cells.get(name, [])}
        return any(value in known for cell in cells if (value := number(cell)) is not None)


def collect(study: Study, raws: Mapping[str, RawTable] | None = None) -> Answers:
    """Return the cells of every item and variable; `raws` are the tables of the samples if they are read already."""
    found: dict[str, list[str]] = {}
    questions: dict[str, str] = {}
    states: dict[str, list[dict]] = {}
    try:
        for name, spec in study.config.samples.items():
            raw = people.selected(raws[name] if raws else read(study, name), spec.where)
            for one, position in columns.match(raw, study, name).items():
                found.setdefault(one, []).extend((row[position] or "").strip() for row in raw.rows)
                if raw.texts and raw.texts[position] not in ("", one):
                    questions.setdefault(one, heading(raw.texts[position]))
            if study.config.multiple:
                table = multiple.read(raw, study, name).table
                table = table.assign(sample=name if len(study.config.samples) > 1 else "")
                for row in table.astype(object).where(table.notna(), None).to_dict("records"):
                    states.setdefault(row["response"], []).append(row)
    except StudyError as error:
        return Answers(problem=str(error))
    return Answers(found, questions, states=states)


def scale_lines(scale: Scale, answers: Answers) -> list[str]:
    """Describe a scale: its items with their item-rest correlations, its response range and labels, and the answers."""
    values = np.array([coded(scale, answers.cells.get(item.id, []), reverse=item.reverse) for item in scale.items])
    lines = [f"  Question: {scale.instruction}"] if scale.instruction else []
    width = max(len(item.id) for item in scale.items)
    for item, r, against in zip(scale.items, item_rest(values), opposed(values), strict=True):
        told = "" if np.isnan(r) else "item-rest r = " + f"{r:.2f}".replace("-", "−").replace("0.", ".")
        told += ", reverse-keyed" if item.reverse else ", reverse-keyed?" if against else ""
        text = item.text if item.text != item.id else ""
        lines.append(f"    {item.id:<{width}}  {told:<34} {text}".rstrip())
    response = scale.response
    lines.append(f"  Responses: {response.min:g} to {response.max:g}{' (every number)' if response.continuous else ''}")
    if response.labels:
        lines.append("  Labels: " + "; ".join(f"{code} = {texts[0]}" for code, texts in sorted(response.labels.items())))
    counts = Counter(cell for item in scale.items for cell in answers.cells.get(item.id, []) if cell)
    if counts:
        lines.append(f"  Answers: {counted(counts, response.codes)}")
    return lines


def counted(counts: Counter, codes: Mapping[str, int] | None = None) -> str:
    """Return the distinct answers with their numbers; those that only one respondent gave could be personal and are not shown."""
    shown = {cell: n for cell, n in counts.items() if n > 1 and len(cell) <= 60}
    known = codes or {}
    order = sorted(shown, key=lambda cell: (number(cell) is None, known.get(normalized(cell), number(cell) or 0), cell))
    values = [value for cell in counts if (value := number(cell)) is not None]
    if len(values) > 0.9 * len(counts) and (len(order) > MOST or len(counts) > MOST or not order):
        return f"{len(counts)} different numbers from {min(values):g} to {max(values):g}"
    listed = ", ".join(f"{cell}: {counts[cell]:,}" for cell in order[:MOST])
    rest = sum(counts.values()) - sum(counts[cell] for cell in order[:MOST])
    return f"{listed}{', ' if listed and rest else ''}{f'others: {rest:,}' if rest else ''}"


def item_rest(values: np.ndarray) -> list[float]:
    """Return the correlation of each item (row) with the mean of the others, over respondents who answered all; NaN if none."""
    if values.shape[0] < 2 or values.ndim < 2:
        return [float("nan")] * values.shape[0]
    whole = values[:, ~np.isnan(values).any(axis=0)]
    found = []
    for at in range(len(whole)):
        rest = np.delete(whole, at, axis=0).mean(axis=0)
        fine = whole.shape[1] > 2 and np.ptp(whole[at]) > 0 and np.ptp(rest) > 0
        found.append(float(np.corrcoef(whole[at], rest)[0, 1]) if fine else float("nan"))
    return found


def opposed(values: np.ndarray) -> list[bool]:
    """Return which items (rows) go against most others: their loadings on the first principal component have the rarer sign.

    An item that is not reversed can correlate negatively with a rest that contains a reversed one, so the item-rest correlation
    alone does not tell which of them is. Of two items, the second counts.
    """
    none = [False] * len(values)
    if values.ndim < 2 or len(values) < 2:
        return none
    whole = values[:, ~np.isnan(values).any(axis=0)]
    if whole.shape[1] < 3 or (np.ptp(whole, axis=1) == 0).any():
        return none
    correlations = np.corrcoef(whole)
    if len(values) == 2:
        return [False, bool(correlations[0, 1] < NEGATIVE)]
    loadings = np.linalg.eigh(correlations)[1][:, -1]
    if 2 * (loadings < 0).sum() > len(loadings):
        loadings = -loadings
    return [bool(one < -OPPOSED * np.abs(loadings).max()) for one in loadings]


def coded(scale: Scale, cells: list[str], *, reverse: bool) -> np.ndarray:
    """Return the codes of an item's cells, reverse-keyed if the item is; NaN for anything else."""
    known = {cell: _value(scale, cell, reverse=reverse) for cell in set(cells)}
    return np.array([known[cell] for cell in cells], float)


def _value(scale: Scale, cell: str, *, reverse: bool) -> float:
    """The code of a cell, reverse-keyed if the item is; NaN for anything else."""
    code = scale.response.codes.get(normalized(cell), number(cell))
    if code is None and (pair := code_and_label(cell)):
        code = pair[0]
    low, high = scale.response.min, scale.response.max
    if code is None or not low <= code <= high:
        return float("nan")
    return low + high - code if reverse else float(code)
