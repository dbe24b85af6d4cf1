"""Answers of judges: long tables, or exports of the tasks by survey tools."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd

from practicework.errors import StudyError, did_you_mean
from practicework.study.development import NONE_OF_THEM, STAGES, Development, Material
from practicework.study.scale import normalized
from practicework.tables.files.grid import empty
from practicework.tables.files.personal import shown
from practicework.tables.files.raw import RawTable
from practicework.tables.readers import detect

PREFIX = {"sorting": "sort", "ratings": "rate", "experts": "relevance"}
"""Of the columns of an exported task: sort_<item>, rate_<construct>_<item>, relevance_<item>, essential_<item>, …"""

EXPERT = {"relevance": (1, 4), "essential": (1, 3), "clarity": (1, 4)}
"""The columns of the expert panel with their range."""


class Answers:
    """Reads the tasks of one development.

    Every method returns one row per judge and item (and construct), with running ids of the judges in the order of the file.

    Raises
    ------
    StudyError
        If an item, construct or rating is unknown or out of range, or a judge answers twice; the sentence names row and column.
    """

    def __init__(self, folder: Path, spec: Development, material: Material) -> None:
        """Of a development in a study folder."""
        self.folder, self.spec, self.material = folder, spec, material
        constructs = material.constructs.constructs
        self.constructs = {normalized(one.id): one.id for one in constructs}
        self.constructs |= {normalized(one.label): one.id for one in constructs}
        self.constructs |= {str(place): one.id for place, one in enumerate(constructs, 1)}
        self.items = list(material.items)
        self.judges: dict[object, str] = {}

    def sorting(self) -> pd.DataFrame:
        """Return `judge, item, chosen`; chosen is None if a judge chose no construct."""
        nothing, rows = {*NONE_OF_THEM, str(len(self.material.constructs.constructs) + 1)}, []

        def chosen(cell: str, where: str) -> str | None:
            return None if normalized(cell) in nothing else self._construct(cell, where)

        for raw in self._raws("sorting"):
            if self._is_long(raw, "judge", "item", "chosen"):
                found = self._long(raw, "chosen")
            else:
                wanted = {item: (f"sort_{item}", f"sort_{place}") for place, item in enumerate(self.items, 1)}
                found = self._wide(raw, self._columns(raw, wanted))
            rows += [(judge, item, chosen(cell, where)) for judge, item, cell, where in found]
        return self._frame(rows, ["judge", "item", "chosen"], ["judge", "item"], self.spec.sorting)

    def ratings(self) -> pd.DataFrame:
        """Return `judge, item, construct, rating`."""
        rating, rows = _number((1, self.spec.criteria.anchors)), []
        for raw in self._raws("ratings"):
            if self._is_long(raw, "judge", "item", "construct", "rating"):
                place = raw.header.index("construct")
                rows += [
                    (judge, item, self._construct(raw.rows[at][place] or "", where), rating(cell, where))
                    for at, (judge, item, cell, where) in self._numbered(raw, "rating")
                ]
                continue
            wanted = {
                (item, construct.id): (f"rate_{construct.id}_{item}", f"rate_{construct.id}_{place}")
                for construct in self.material.constructs.constructs for place, item in enumerate(self.items, 1)
            }  # fmt: skip
            found = self._wide(raw, self._columns(raw, wanted))
            rows += [(judge, *pair, rating(cell, where)) for judge, pair, cell, where in found]
        return self._frame(rows, ["judge", "item", "construct", "rating"], ["judge", "item", "construct"], self.spec.ratings)

    def experts(self) -> pd.DataFrame:
        """Return `judge, item, relevance, essential, clarity`; NaN for what was not asked."""
        found: dict[tuple, dict] = {}
        for raw in self._raws("experts"):
            for name, ends in EXPERT.items():
                read = _number(ends)
                if self._is_long(raw, "judge", "item", "relevance"):
                    cells = self._long(raw, name) if name in raw.header else ()
                else:
                    wanted = {item: (f"{name}_{item}", f"{name}_{place}") for place, item in enumerate(self.items, 1)}
                    cells = self._wide(raw, self._columns(raw, wanted, needed=name == "relevance"))
                for judge, item, cell, where in cells:
                    key = found.setdefault((judge, item), {})
                    if name in key:
                        raise StudyError(f"{where}: this judge has rated '{item}' before; remove one of the rows.")
                    key[name] = read(cell, where)
                    if "relevance" not in key:  # it is read first
                        raise StudyError(
                            f"{where}: the expert has not rated the relevance of '{item}'; add this rating, or empty the cell."
                        )
        rows = [(*key, *(values.get(name) for name in EXPERT)) for key, values in found.items()]
        return pd.DataFrame(rows, columns=["judge", "item", *EXPERT]).astype(dict.fromkeys(EXPERT, float))

    def cognitive(self) -> tuple[pd.DataFrame, int]:
        """Return `participant, item, code` with a row per problem, and the number of participants."""
        people, rows = {}, []
        for raw in self._raws("cognitive"):
            if not self._is_long(raw, "participant", "item", "code"):
                raise StudyError(f"{raw.shown}: the columns must include participant, item and code; correct the headings.")
            at = {name: raw.header.index(name) for name in ("participant", "item", "code")}
            for line, row in zip(raw.lines, raw.rows, strict=True):
                name = (row[at["participant"]] or "").strip()
                if not name:
                    raise StudyError(f"{raw.shown}, row {line}, column participant: the cell is empty; add the participant's id.")
                people.setdefault(name, f"P{len(people) + 1}")
                if empty(row[at["item"]]):
                    continue
                where = f"{raw.shown}, row {line}"
                code = normalized(row[at["code"]] or "")
                if code not in STAGES:
                    raise StudyError(f"{where}, column code: the code must be one of {', '.join(STAGES)}; correct it.")
                rows.append((people[name], self._item(row[at["item"]] or "", where), code))
        return pd.DataFrame(rows, columns=["participant", "item", "code"]), len(people)

    def _raws(self, task: str) -> Iterator[RawTable]:
        """The files of a task; the judges are numbered through all of them."""
        self.judges = {}
        for file in getattr(self.spec, task):
            yield self._raw(file)

    def _raw(self, file: str) -> RawTable:
        raw = detect.read(self.folder / file, file, None)
        plain = [name.strip().lower() for name in raw.header]
        if {"judge", "item"} <= {*plain} or {"participant", "item"} <= {*plain}:
            raw.header[:] = plain
        return raw

    @staticmethod
    def _is_long(raw: RawTable, *names: str) -> bool:
        return {*names} <= {*raw.header}

    def _numbered(self, raw: RawTable, column: str):
        """Yield the row's position with judge, item, cell and place of each answer of a long table."""
        judge, item, value = (raw.header.index(name) for name in ("judge", "item", column))
        for at, (line, row) in enumerate(zip(raw.lines, raw.rows, strict=True)):
            name = (row[judge] or "").strip()
            if not name:
                raise StudyError(f"{raw.shown}, row {line}, column judge: the cell is empty; add the judge's id.")
            self.judges.setdefault(name, f"J{len(self.judges) + 1}")
            if not empty(row[value]):
                where = f"{raw.shown}, row {line}, column {column}"
                yield (
                    at,
                    (
                        self.judges[name],
                        self._item(row[item] or "", f"{raw.shown}, row {line}"),
                        (row[value] or "").strip(),
                        where,
                    ),
                )

    def _long(self, raw: RawTable, column: str):
        """Yield judge, item, cell and place of each answer of a long table."""
        for _at, one in self._numbered(raw, column):
            yield one

    def _columns(self, raw: RawTable, wanted: dict, *, needed: bool = True) -> dict:
        """The position of the column of each item: by its name in the exported task, or by the item's wording."""
        names: dict[str, int] = {}
        for place, heading in enumerate(raw.header):
            for name in (heading, *(raw.aliases[place] if raw.aliases else ())):
                names.setdefault(_plain(name), place)
        found: dict = {}
        for choice in (0, 1):  # by the item, otherwise by its number in a matrix
            found = found or {key: names[name] for key, choices in wanted.items() if (name := _plain(choices[choice])) in names}
        if not found and needed:
            example = next(iter(wanted.values()))[0]
            raise StudyError(
                f"{raw.shown}: no column belongs to the task; the headings must be judge, item and the answer, or those of the "
                f"exported task, such as {example}."
            )
        return found

    def _wide(self, raw: RawTable, columns: dict):
        """Yield judge, key of the column, cell and place of each answer of an export."""
        for line, row in zip(raw.lines, raw.rows, strict=True):
            judge = self.judges.setdefault((raw.shown, line), f"J{len(self.judges) + 1}")
            for key, place in columns.items():
                if not empty(row[place]):
                    yield judge, key, (row[place] or "").strip(), f"{raw.shown}, row {line}, column {raw.header[place]}"

    def _item(self, cell: str, where: str) -> str:
        if cell.strip() not in self.material.items:
            close = did_you_mean(cell.strip(), self.material.items)
            raise StudyError(f"{where}, column item: {shown(cell)} is not an item of {self.spec.pool}{close}; correct it.")
        return cell.strip()

    def _construct(self, cell: str, where: str) -> str:
        found = self.constructs.get(normalized(cell))
        if found is None:
            close = did_you_mean(cell, self.material.by_id)
            raise StudyError(f"{where}: {shown(cell)} is not a construct of {self.spec.constructs}{close}; correct it.")
        return found

    def _frame(self, rows: list[tuple], columns: list[str], key: list[str], files: tuple[str, ...]) -> pd.DataFrame:
        found = pd.DataFrame(rows, columns=columns)
        twice = found[found.duplicated(key)]
        if len(twice):
            item = twice["item"].iloc[0]
            raise StudyError(f"{', '.join(files)}: a judge has answered '{item}' twice; remove a row, or give each judge an id.")
        return found


def _plain(name: str) -> str:
    """A column's name without marks: survey tools write sort_pro_01 as sort[pro01] or sort-pro_01."""
    return re.sub(r"[\W_]", "", name.lower())


def _number(ends: tuple[int, int]) -> Callable[[str, str], float]:
    """A reader of whole numbers in a range; a label after the number, as in `3 = good`, is ignored."""

    def read(cell: str, where: str) -> float:
        text = cell.split("=")[0].split(" ")[0].strip()
        try:
            value = float(text)
        except ValueError:
            raise StudyError(f"{where}: the answer must be a whole number from {ends[0]} to {ends[1]}; correct it.") from None
        if not ends[0] <= value <= ends[1] or value % 1:
            raise StudyError(f"{where}: {text[:12]} is outside the range {ends[0]} to {ends[1]}; correct it.")
        return value

    return read
