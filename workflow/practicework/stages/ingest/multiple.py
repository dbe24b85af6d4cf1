"""Questions with several answers: from the columns of any survey tool to 1 (ticked), 0 (not ticked) and missing.

An unticked box means no only if the question was shown and the respondent ticked another option or an explicit "none of these";
otherwise nothing is known about the respondent, and all options are missing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

import numpy as np
import pandas as pd

from practicework.errors import StudyError, did_you_mean
from practicework.stages.ingest.coding import NO_ANSWER, NOT_SHOWN, R_MISSING
from practicework.stages.ingest.columns import Matcher
from practicework.stages.ingest.joined import parsed, separated, unfit
from practicework.study import Study
from practicework.study.multiple import SEPARATORS, TICKED, UNTICKED, Joined, Multiple, column
from practicework.study.scale import normalized
from practicework.tables import frame
from practicework.tables.files.numbers import number, plain
from practicework.tables.files.personal import heading, shown
from practicework.tables.files.raw import RawTable

SOSCI = "SoSci Survey"
"""The tool that writes 1 for an unticked and 2 for a ticked box."""

TELLS_SHOWN = ("LimeSurvey", "coded table")
"""Tools whose exports distinguish a question that was not shown from one without an answer."""


class _Unread(Exception):
    """Why a question cannot be read."""


@dataclass
class Answers:
    """The coded answers of all questions with several answers.

    Attributes
    ----------
    data : dict of str to ndarray
        By column of `ingest/responses`: 1 ticked, 0 not ticked, NaN missing.
    kinds : dict of str to dict
        By column: positions of missing answers and why.
    used : set of int
        Positions of the export's columns that were read.
    table : DataFrame
        `ingest/multiple`: the four states of each option, and what could not be read.
    """

    data: dict[str, np.ndarray] = field(default_factory=dict)
    kinds: dict[str, dict[int, str]] = field(default_factory=dict)
    used: set[int] = field(default_factory=set)
    table: pd.DataFrame = field(default_factory=pd.DataFrame)


def read(raw: RawTable, study: Study, sample: str) -> Answers:
    """Read every question with several answers of a sample.

    A question whose cells cannot be understood has only missing answers, and its row in the table `ingest/multiple` states why;
    all others are read.

    Raises
    ------
    StudyError
        None of a question's columns exists, or a name fits several columns.
    """
    found, rows = Answers(), []
    cells = list(zip(*raw.rows, strict=True))
    missing = study.config.samples[sample].missing_codes
    for name, one in study.config.multiple.items():
        question = _Question(name, one, raw, cells, {form for code in missing(name) for form in (code, plain(code))})
        try:
            parts = question.parts()
        except _Unread as reason:
            rows.append({"response": name, "note": str(reason)})
            blank = np.full(len(raw.rows), np.nan)
            for part in one.parts:
                for option in one.options:
                    found.data[column(name, part, option)] = blank
                    found.kinds[column(name, part, option)] = dict.fromkeys(range(len(blank)), "unread")
            found.used |= question.used
            continue
        for part, (values, kinds) in parts.items():
            for place, option in enumerate(one.options):
                own = column(name, part, option)
                found.data[own] = values[:, place]
                at = np.flatnonzero(np.isnan(values[:, place]))
                found.kinds[own] = {int(row): str(kinds[row, place]) for row in at}
                rows.append(question.row(part, option, values[:, place], kinds[:, place]))
        found.used |= question.used
    found.table = frame("ingest/multiple", rows)
    return found


class _Question:
    """One question of the config in one export."""

    def __init__(self, name: str, one: Multiple, raw: RawTable, cells: list[tuple], missing: set[str]) -> None:
        self.name, self.one, self.raw, self.cells = name, one, raw, cells
        self.matcher, self.used = Matcher(raw), set()
        self.others: dict[str, int] = {}
        self.both: dict[str, int] = {}
        self.silent: dict[str, int] = {}
        self.absent: set[tuple[str, str]] = set()
        self.missing = {normalized(code) for code in missing} | {normalized(R_MISSING)}
        sosci = raw.tool == SOSCI
        self.ticked = _forms(one.ticked or (("2", *TICKED[1:]) if sosci else TICKED))
        self.texts = {normalized(text): option for option, own in one.options.items() for text in (option, *own)}
        if one.none:
            self.texts[normalized(one.none)] = ""
        self.unticked = _forms(one.unticked or (("1", *UNTICKED[1:]) if sosci else UNTICKED)) - self.ticked

    def parts(self) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        """Return, by part, the answers and the kinds of missing answers, both of shape (n, options)."""
        if self.raw.tool == "coded table" and all(column(self.name, part, option) in self.raw.header
                                                  for part in self.one.parts for option in self.one.options):  # fmt: skip
            places = {(part, option): self.raw.header.index(column(self.name, part, option))
                      for part in self.one.parts for option in self.one.options}  # fmt: skip
            return {part: self._coded(part, places) for part in self.one.parts}
        if isinstance(self.one.columns, Joined):
            return self._joined(self.one.columns)
        places = self._places()
        return {part: self._split(part, places) for part in self.one.parts}

    def row(self, part: str, option: str, values: np.ndarray, kinds: np.ndarray) -> dict:
        """The row of `ingest/multiple` for an option of a part."""
        asked = (part, option) not in self.absent
        notes = [] if asked else ["the file has no column for this option, so it was not asked"]
        if n := self.others.get(part):
            notes.append(f"{_number(n, 'answer')} in respondents' own words dropped")
        if n := self.both.get(part):
            notes.append(f"{_number(n, 'respondent')} ticked both an option and 'none', and the option counts")
        if n := self.silent.get(part):
            notes.append(
                f"{_number(n, 'respondent')} with an explicit no for every option, which counts as not answered (add "
                "'form: forced_choice' if the question asked for yes or no for each option)"
            )
        return {
            "response": self.name,
            "by": part or None,
            "option": option,
            "asked": asked,
            "ticked": int((values == 1).sum()),
            "not_ticked": int((values == 0).sum()),
            "not_shown": int((np.isnan(values) & (kinds == NOT_SHOWN)).sum()),
            "not_answered": int((np.isnan(values) & (kinds == NO_ANSWER)).sum()),
            "note": "; ".join(notes) or None,
        }

    def _find(self, pattern: str, part: str, option: str = "") -> int | None:
        """The position of the column that a pattern names, with names or texts filled in; None if there is none."""
        found = {}
        for by in (part, *self.one.by.get(part, ())):
            for own in (option, *self.one.options.get(option, ())):
                wanted = pattern.replace("{by}", by).replace("{option}", own)
                found |= dict.fromkeys(self.matcher.places(wanted.strip()), wanted)
        if not found and option:  # a matrix numbers its rows; the text of the row has to be the option's
            place = [*self.one.options].index(option) + 1
            for by in (part, *self.one.by.get(part, ())):
                wanted = pattern.replace("{by}", by).replace("{option}", str(place))
                found |= {at: wanted for at in self.matcher.places(wanted.strip()) if self._is_row(at, option)}
        if len(found) > 1:
            names = " and ".join(f"'{heading(self.raw.header[place])}'" for place in sorted(found)[:2])
            raise StudyError(
                f"{self.raw.shown}: 'multiple.{self.name}.columns' fits the columns {names}; name them apart in the "
                "file or the config."
            )
        return next(iter(found), None)

    def _is_row(self, place: int, option: str) -> bool:
        """Return whether the text of a column ends with the text of an option."""
        own = self.raw.wordings.get(place) or (self.raw.texts[place].rpartition(" - ")[2] if self.raw.texts else "")
        return normalized(own) in {normalized(text) for text in self.one.options[option]}

    def _places(self) -> dict[tuple[str, str], int]:
        """The positions of all options that the file has."""
        one = self.one
        pattern = one.columns or column(self.name, "{by}" if one.by else "", "{option}")
        found = {}
        for part, option in product(one.parts, one.options):
            place = self._find(pattern, part, option)
            if place is None and one.columns is None:  # as questionnaires are exported
                place = self._find(pattern.replace(".", "_"), part, option)
            if place is not None:
                found[part, option] = place
        if not found:
            wanted = pattern.replace("{by}", one.parts[0]).replace("{option}", next(iter(one.options)))
            close = did_you_mean(wanted, [name for name in self.raw.header if heading(name) == name])
            raise StudyError(
                f"{self.raw.shown} has no column '{wanted}' or of any other option of 'multiple.{self.name}'{close}; correct its "
                "'columns' in the config."
            )
        if len({*found.values()}) < len(found):
            raise StudyError(
                f"{self.raw.shown}: two options of 'multiple.{self.name}' have the same column; correct its "
                "'columns' in the config."
            )
        self.absent = {(part, option) for part in one.parts for option in one.options} - {*found}
        self.used |= {*found.values()}
        return found

    def _coded(self, part: str, places: Mapping[tuple[str, str], int]) -> tuple[np.ndarray, np.ndarray]:
        """The answers of a table that this pipeline wrote; an option without any answer was not asked."""
        self.used |= {*places.values()}
        values = np.full((len(self.raw.rows), len(self.one.options)), np.nan)
        for at, option in enumerate(self.one.options):
            states = np.array(self._states(places[part, option], set()))
            values[states == "ticked", at], values[states == "no", at] = 1.0, 0.0
            if (states == "empty").all():
                self.absent.add((part, option))
        return values, np.where(np.isnan(values), NO_ANSWER, "").astype(object)

    def _split(self, part: str, places: Mapping[tuple[str, str], int]) -> tuple[np.ndarray, np.ndarray]:
        """The answers of a part with a column per option."""
        options = [*self.one.options]
        states = np.full((len(self.raw.rows), len(options)), "absent", object)
        for at, option in enumerate(options):
            if (place := places.get((part, option))) is not None:
                texts = {normalized(text) for text in (option, *self.one.options[option]) if number(text) is None}
                states[:, at] = self._states(place, texts)
        none = np.zeros(len(states), bool)
        if self.one.none and (states != "absent").any():
            place = self._find(self.one.none, part)
            if place is None:
                raise StudyError(
                    f"{self.raw.shown} has no column '{self.one.none.replace('{by}', part)}', which 'multiple.{self.name}.none' "
                    "names; correct it in the config."
                )
            if place in places.values():
                raise StudyError(
                    f"{self.raw.shown}: 'multiple.{self.name}.none' is also the column of an option; correct it in the config."
                )
            self.used.add(place)
            cells = {normalized(cell) for cell in self.cells[place] if cell and cell.strip()}
            own = cells - self.ticked - self.unticked - self.missing  # the text of the option itself, if it is the only one
            none = np.array(self._states(place, own if len(own) == 1 and number(next(iter(own))) is None else set())) == "ticked"
        return self._decided(part, states, none, self._own_words(part, places) if self.one.other else False)

    def _own_words(self, part: str, places: Mapping[tuple[str, str], int]) -> np.ndarray:
        """Who answered in own words, in the column that `other` names; the words are counted and dropped."""
        pattern = str(self.one.other)
        place = self._find(pattern, part)
        if place is None or place in places.values():
            what = "is also the column of an option" if place is not None else "does not exist"
            column_ = pattern.replace("{by}", part)
            raise StudyError(
                f"{self.raw.shown}: '{column_}', which 'multiple.{self.name}.other' names, {what}; correct it in the config."
            )
        self.used.add(place)
        empty = self.missing | {normalized(code) for code in self.raw.missing.get(place, ())} | self.unticked
        own = np.array([bool(cell and normalized(cell)) and normalized(cell) not in empty for cell in self.cells[place]])
        self.others[part] = int(own.sum())
        return own

    def _states(self, place: int, texts: set[str]) -> list[str]:
        """The state of each cell: ticked, no, empty or not shown."""
        known: dict[str | None, str] = {None: NOT_SHOWN if self.raw.tool in TELLS_SHOWN else "empty"}
        missing = self.missing | {normalized(code) for code in self.raw.missing.get(place, ())}
        cells = self.cells[place]
        for cell in dict.fromkeys(cells):
            if cell is None:
                continue
            key = normalized(cell)
            forms = {key, normalized(plain(cell.strip()))}
            if not key or forms & missing:
                known[cell] = "empty"
            elif forms & self.ticked:
                known[cell] = "ticked"
            elif forms & self.unticked:
                known[cell] = "no"
            elif forms & texts:
                known[cell] = "ticked"
            else:
                what = shown(cell) if number(cell) is not None else "a text"
                raise _Unread(
                    f"{self.raw.shown}, row {self.raw.lines[cells.index(cell)]}, column '{heading(self.raw.header[place])}': "
                    f"{what} is neither a ticked nor an unticked option of '{self.name}'; correct it, or add it to the "
                    f"question's 'ticked' or 'unticked' (with 'form: tick_all' if an unticked box is not an explicit no)"
                )
        return [known[cell] for cell in cells]

    def _decided(
        self, part: str, states: np.ndarray, none: np.ndarray, own: np.ndarray | bool = False
    ) -> tuple[np.ndarray, np.ndarray]:
        """Turn states into answers: what an empty box means depends on the respondent's other boxes, and on own words."""
        values = np.where(states == "ticked", 1.0, np.nan)
        kinds = np.where(states == NOT_SHOWN, NOT_SHOWN, NO_ANSWER).astype(object)
        kinds[states == "absent"] = NOT_SHOWN
        if self.one.forced:
            values[(states == "no") | ((states == "empty") & none[:, None])] = 0.0
            return values, kinds
        ticked = (states == "ticked").any(axis=1)
        answered = (ticked | none | own)[:, None]
        values[answered & ((states == "no") | (states == "empty"))] = 0.0
        self.both[part] = int((ticked & none).sum())
        asked = states != "absent"
        self.silent[part] = int((((states == "no") | ~asked).all(axis=1) & asked.any(axis=1) & ~answered[:, 0]).sum())
        return values, kinds

    def _joined(self, joined: Joined) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        """The answers of parts with all ticked options in one cell."""
        places = {part: place for part in self.one.parts if (place := self._find(joined.column, part)) is not None}
        if not places:
            wanted = joined.column.replace("{by}", self.one.parts[0])
            close = did_you_mean(wanted, [name for name in self.raw.header if heading(name) == name])
            raise StudyError(
                f"{self.raw.shown} has no column '{wanted}'{close}; correct 'multiple.{self.name}.columns' in the config."
            )
        self.used |= {*places.values()}
        counts = Counter(cell for place in places.values() for cell in self._own(place)
                         if cell and normalized(cell) not in self.missing)  # fmt: skip
        separator = joined.separator or separated(counts, self.texts)
        options = [*self.one.options]
        found = {}
        for part in self.one.parts:
            if part not in places:
                self.absent |= {(part, option) for option in options}
                blank = np.full((len(self.raw.rows), len(options)), "absent", object)
                found[part] = self._decided(part, blank, np.zeros(len(blank), bool))
                continue
            states = np.full((len(self.raw.rows), len(options)), "empty", object)
            none, own = np.zeros((2, len(states)), bool)
            self.others[part] = 0
            known: dict[str, tuple[set[str], int]] = {}
            for row, cell in enumerate(self._own(places[part])):
                if cell is None and self.raw.tool in TELLS_SHOWN:
                    states[row] = NOT_SHOWN
                if not cell or normalized(cell) in self.missing:
                    continue
                if cell not in known:
                    known[cell] = self._ticks(cell, separator, places[part], row)
                names, others = known[cell]
                for name in names:
                    if name:
                        states[row, options.index(name)] = "ticked"
                none[row], own[row] = "" in names, others > 0
                self.others[part] += others
            found[part] = self._decided(part, states, none, own)
        return found

    def _own(self, place: int) -> list[str | None]:
        """The cells of a column of joined texts as the file has them: 1,2 are two codes and no decimal number."""
        own = self.raw.rewritten.get(place, {})
        return [own.get(cell, cell) for cell in self.cells[place]]

    def _ticks(self, cell: str, separator: str, place: int, row: int) -> tuple[set[str], int]:
        """The options in a cell, and the number of other texts."""
        found = [*parsed(cell, separator, self.texts)]
        others = found.count(None)
        wrong = others > 0 and unfit(cell, separator, self.texts)
        if others and (wrong or not self.one.other):
            fits = next((one for one in SEPARATORS if one != separator and None not in parsed(cell, one, self.texts)), None)
            remedy = (
                f"write 'separator: {fits!r}'" if fits
                else "it joins options by something else; write the right 'separator'" if wrong
                else "add it to 'options', or 'other: true' if respondents could answer in their own words"
            )  # fmt: skip
            raise _Unread(
                f"{self.raw.shown}, row {self.raw.lines[row]}, column '{heading(self.raw.header[place])}': the cell has a text "
                f"that is not an option of '{self.name}' (separator {separator!r}); {remedy}"
            )
        return {name for name in found if name is not None}, others


def _number(n: int, what: str) -> str:
    return f"{n} {what}{'s' * (n != 1)}"


def _forms(cells: Sequence[str]) -> set[str]:
    return {form for cell in cells for form in (normalized(cell), normalized(plain(cell)))}
