"""Ingest: convert a survey export into one table of coded answers.

Columns are matched first, all others are dropped and listed, and only then are cells read. The survey tool's
own ids are never passed on; messages identify a row by its number.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from practicework.errors import StudyError
from practicework.numerics.seeds import Streams
from practicework.stages.ingest import detect
from practicework.stages.ingest.coding import Coder, number
from practicework.stages.ingest.columns import Matcher, match
from practicework.stages.ingest.deidentify import anonymity, categories, why_dropped
from practicework.study import Study
from practicework.study.pipeline import Part
from practicework.tables.files.personal import heading, personal
from practicework.tables.files.raw import DIRECT, RawTable


@dataclass(frozen=True)
class Ingested:
    """The coded answers, the data that screening needs, and what was excluded."""

    responses: pd.DataFrame
    missing: pd.DataFrame
    quality: pd.DataFrame
    dropped: pd.DataFrame
    left_out: pd.DataFrame
    anonymity: pd.DataFrame
    categories: pd.DataFrame

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return the tables by name."""
        return {f"ingest/{name}": table for name, table in vars(self).items()}


def read(study: Study, sample: str) -> RawTable:
    """Read a sample's file as text, with the reader named in the config or the one detected."""
    spec = study.config.samples[sample]
    return detect.read(study.raw(sample), spec.file, spec.reader)


def read_file(path: Path, reader: str | None = None) -> RawTable:
    """Read any file as text, outside a study."""
    if not path.is_file():
        raise StudyError(f"{path} does not exist; correct the name.")
    return detect.read(path, path.name, reader)


def ingest(raw: RawTable, study: Study, sample: str) -> Ingested:
    """Code the answers of a sample.

    Parameters
    ----------
    raw : RawTable
        The export's cells, as text.
    study : Study
    sample : str

    Returns
    -------
    Ingested
        `responses`: `respondent`, then one float column per item and variable; NaN where there is no
        answer. `missing`: each missing answer with its kind, as far as the export records it. `quality`: duration,
        completion and attention checks. `dropped`, `left_out`: excluded columns and rows, with the reason.

    Raises
    ------
    StudyError
        A declared column is missing, duplicated or ambiguous; an id is missing, duplicated or looks like
        personal data; a cell is neither a number nor a label of its scale, is out of range, or contains
        personal data.
    """
    spec = study.config.samples[sample]
    columns = match(raw, study, sample)
    extra = _quality_columns(raw, study)
    id_column = _id_column(raw, study, sample, columns)
    respondents = _respondents(raw, id_column)
    cells = list(zip(*raw.rows, strict=True))  # by column; the cells themselves are shared with the rows
    data, absent = {}, []
    for name, position in columns.items():
        missing = {*spec.missing, *raw.missing.get(position, ())}
        coder = Coder(
            name, study.items.get(name), missing, raw.shown, heading(raw.header[position]), study.config.categories.get(name)
        )
        codes, kinds = coder.code(cells[position], raw.lines)
        data[name] = np.array(codes)
        absent += [(respondents[row], name, kind) for row, kind in enumerate(kinds) if kind]
    responses = pd.DataFrame({"respondent": respondents, **data})
    kept = {id_column, *columns.values(), *extra.values()}
    dropped = [(heading(name), why_dropped(raw, place)) for place, name in enumerate(raw.header) if place not in kept]
    identifiers = list(study.config.quasi_identifiers)
    return Ingested(
        responses,
        _texts(absent, ["respondent", "column", "kind"]),
        _quality(raw, extra, respondents, cells),
        _texts(dropped, ["column", "reason"]),
        pd.DataFrame(raw.left_out, columns=["row", "reason"]).astype({"row": "int64", "reason": "str"}),
        anonymity(responses, identifiers),
        categories(responses, identifiers),
    )


def _texts(rows: list[tuple], names: list[str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=names, dtype="str")


def _id_column(raw: RawTable, study: Study, sample: str, columns: dict[str, int]) -> int | None:
    """Return the position of the declared respondent ids; None if there are none or they are the survey tool's own."""
    declared = study.config.samples[sample].respondent
    if declared is None:
        return None
    position = Matcher(raw).position(declared, key="respondent")
    if position in columns.values():
        raise StudyError(
            f"{raw.shown}: the respondent id column '{raw.header[position]}' is also an item or variable; name another column."
        )
    # the tool's id identifies the respondent in the tool's account: it is dropped and replaced by a running id
    return None if raw.reasons.get(position) == DIRECT else position


def _respondents(raw: RawTable, position: int | None) -> list[str]:
    """Return the respondents' ids, read from their column if the study declares one."""
    if position is None:
        width = max(4, len(str(len(raw.rows))))
        return [f"R{number:0{width}d}" for number in range(1, len(raw.rows) + 1)]
    ids = [(row[position] or "").strip() for row in raw.rows]
    first: dict[str, int] = {}
    for line, one in zip(raw.lines, ids, strict=True):
        if one and one not in first and not personal(one):
            first[one] = line
            continue
        where = f"{raw.shown}, row {line}, column '{raw.header[position]}'"
        if not one:
            raise StudyError(f"{where}: the respondent id is empty; fill it in, or remove 'respondent' from the config.")
        if kind := personal(one):
            raise StudyError(f"{where}: the respondent id looks like {kind}; use ids that do not identify anyone.")
        raise StudyError(f"{where}: the respondent id already occurs in row {first[one]}; keep one row per respondent.")
    return ids


def _quality_columns(raw: RawTable, study: Study) -> dict[str, int]:
    """Return the columns that screening reads in addition to the answers: total time, completion, attention checks."""
    screening = study.config.screening
    found = {"duration_seconds": raw.duration, "finished": raw.finished}
    if screening is not None:
        matcher = Matcher(raw)
        if screening.duration:
            found["duration_seconds"] = matcher.position(screening.duration, key="screening.duration")
        found |= {name: matcher.position(name, key="screening.checks") for name in screening.checks}
    return {name: place for name, place in found.items() if place is not None}


def _quality(raw: RawTable, columns: dict[str, int], respondents: list[str], cells: list[tuple]) -> pd.DataFrame:
    """Return duration, completion (1 or 0) and checks; non-numeric cells become NaN, since no score depends on them."""
    table = {"respondent": respondents, "duration_seconds": np.nan, "finished": np.nan}
    for name, position in columns.items():
        if name == "finished":
            texts = [(cell or "").strip().lower() for cell in cells[position]]
            table[name] = np.array([text in raw.finished_as if raw.finished_as else bool(text) for text in texts], float)
        else:
            table[name] = np.array([_or_nan(number((cell or "").strip())) for cell in cells[position]])
    return pd.DataFrame(table)


def _or_nan(value: float | None) -> float:
    return float("nan") if value is None else value


def compute(part: Part, inputs: Mapping[str, pd.DataFrame], rng: Streams) -> dict[str, pd.DataFrame]:
    """Return the stage's tables for a sample."""
    return ingest(read(part.study, part.name), part.study, part.name).tables()
