"""Coding: convert cells to numbers and record why answers are missing."""

import re
from collections.abc import Iterable, Sequence

import numpy as np

from practicework.errors import StudyError
from practicework.study.scale import Scale, codes, normalized
from practicework.tables.files.numbers import number, plain
from practicework.tables.files.personal import personal, shown

NO_ANSWER, NOT_SHOWN, DECLARED = "no answer", "not shown", "declared missing"
"""Kinds of missing answers: empty cell, question not shown, declared missing code."""

R_MISSING = "NA"
"""R's missing value, which any export processed in R may contain. A scale's own label takes precedence."""

_WITH_CODE = (
    re.compile(r"(?P<code>-?\d+)\s*(?:[-\u2013\u2014.:=)]+\s*|\s)(?P<label>[^\s\d].*)", re.DOTALL),
    re.compile(r"[(\[](?P<code>-?\d+)[)\]]\s*(?P<label>\S.*)", re.DOTALL),
    re.compile(r"(?P<label>\S.*?)\s*[(\[](?P<code>-?\d+)[)\]]", re.DOTALL),
)


def code_and_label(text: str) -> tuple[int, str] | None:
    """Return the code and the label of `5 - Agree`, `5. Agree`, `5 Agree`, `(5) Agree` or `Agree (5)`; None for other texts.

    Whether the number is a code is for the caller to decide: `5 hours` has the same form, `3-5 hours` has not.
    """
    found = next((found for form in _WITH_CODE if (found := form.fullmatch(text))), None)
    return (int(found["code"]), found["label"]) if found else None


def numbered(cells: Sequence[str | None], missing: Iterable[str]) -> tuple[np.ndarray, dict[int, str]]:
    """Return running numbers in place of the names of clusters, in order of appearance, and the missing ones with their kind.

    Names that differ in case or in blanks are the same.
    """
    declared, numbers, found, kinds = {*missing}, {}, np.full(len(cells), np.nan), {}
    for place, cell in enumerate(cells):
        text = (cell or "").strip()
        if not text or text in declared or plain(text) in declared or text == R_MISSING:
            kinds[place] = NOT_SHOWN if cell is None else NO_ANSWER if not text else DECLARED
        else:
            found[place] = numbers.setdefault(normalized(text), len(numbers) + 1)
    return found, kinds


class _Mistake(Exception):
    """What is wrong with a cell."""


class Coder:
    """Code one column; each distinct cell is parsed once.

    Parameters
    ----------
    name : str
        The item or variable.
    scale : Scale or None
        The item's scale; None for a variable.
    categories : dict of int to texts, optional
        The codes of a categorical variable, with their texts.
    missing : iterable of str
        Cells that mean "no answer" in this column.
    file, column : str
        How messages name the file and the column.
    ambiguous : str, optional
        A cell of the column that can mean two numbers.
    trusted : bool
        Whether the config declares that the column contains no personal data.
    """

    def __init__(
        self,
        name: str,
        scale: Scale | None,
        missing: Iterable[str],
        file: str,
        column: str,
        categories: dict[int, tuple[str, ...]] | None = None,
        *,
        ambiguous: str | None = None,
        trusted: bool = False,
    ) -> None:
        """Prepare the labels and the missing codes."""
        self.ambiguous, self.trusted = ambiguous, trusted
        self.categories = categories or {}
        self.name, self.scale, self.file, self.column = name, scale, file, column
        self.labels = scale.response.codes if scale else codes(self.categories)
        self.missing = {form for code in missing for form in (code, plain(code))}

    def code(self, cells: Sequence[str | None], lines: Sequence[int]) -> tuple[np.ndarray, dict[int, str]]:
        """Return the column's numbers and, for each missing answer, its position and kind.

        Raises
        ------
        StudyError
            A cell is neither a number nor a label of the scale, is out of range, or contains personal data.
        """
        numbers, kinds = {None: float("nan")}, {None: NOT_SHOWN}
        for cell in dict.fromkeys(cells):  # in order, so that a message names the first mistake
            if cell is not None:
                try:
                    numbers[cell], kinds[cell] = self._understand(cell)
                except _Mistake as mistake:
                    where = f"{self.file}, row {lines[cells.index(cell)]}, column '{self.column}'"
                    raise StudyError(f"{where}: {mistake}") from None
        found = np.fromiter(map(numbers.__getitem__, cells), float, len(cells))
        return found, {int(at): kinds[cells[at]] for at in np.flatnonzero(np.isnan(found))}

    def _understand(self, cell: str) -> tuple[float, str | None]:
        text = cell.strip()
        key = normalized(text)
        if key in self.labels:
            return float(self.labels[key]), None
        if text in self.missing or plain(text) in self.missing or text == R_MISSING:
            return float("nan"), DECLARED
        if not text:
            return float("nan"), NO_ANSWER
        if text == self.ambiguous:
            raise _Mistake(
                f"{shown(text)} can mean two numbers, or two choices; declare the sample's 'decimal', as '.' or ',', or "
                "remove the column from the config."
            )
        if pair := code_and_label(text):
            code, label = pair
            if self.labels.get(normalized(label)) == code:
                return float(code), None
            if number(text) is None and plain(str(code)) in self.missing:
                return float("nan"), DECLARED
        if not self.trusted and (kind := personal(text)):
            raise _Mistake(
                f"'{self.name}' must not contain {kind}; remove it from the file or the column from the config, or list "
                f"'{self.name}' under the sample's 'not_personal'."
            )
        value = number(text)
        if self.categories and (value is None or value not in self.categories):
            known = ", ".join(f"{code} ({texts[0]})" for code, texts in self.categories.items())
            raise _Mistake(
                f"{shown(text)} is not a category of '{self.name}', which has {known}; correct it, add it to "
                "'categories' in config/config.yaml, or declare it under the sample's missing codes."
            )
        if value is None:
            kind = f"neither a number nor a label of the scale '{self.scale.id}'" if self.scale else "not a number"
            raise _Mistake(f"{shown(text)} is {kind}; correct it, or declare it under the sample's missing codes.")
        response = self.scale.response if self.scale else None
        if response and not response.min <= value <= response.max:
            raise _Mistake(
                f"{shown(text)} is outside the response range {response.min:g} to {response.max:g} "
                f"of the scale '{self.scale.id}'; correct it, or declare it under the sample's missing codes."
            )
        if response and not response.has(value):
            steps = f"{response.min:g}, {response.min + response.step:g}, …, {response.max:g}"
            raise _Mistake(
                f"{shown(text)} is between the responses {steps} of the scale '{self.scale.id}'; correct it, or add "
                "'step' or 'continuous: true' to the scale's response."
            )
        return value, None
