"""Ingest: convert a survey export into one table of coded answers.

Columns are matched first, all others are dropped and listed, and only then are cells read. The survey tool's
own ids are never passed on; messages identify a row by its number.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from practicework.errors import StudyError
from practicework.numerics.seeds import Streams
from practicework.stages.ingest import multiple, people, quality
from practicework.stages.ingest.coding import Coder, numbered
from practicework.stages.ingest.columns import match
from practicework.stages.ingest.deidentify import anonymity, categories, why_dropped
from practicework.study import Study
from practicework.study.pipeline import Part
from practicework.tables.files.grid import Reading
from practicework.tables.files.personal import heading
from practicework.tables.files.raw import RawTable
from practicework.tables.readers import detect


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
    multiple: pd.DataFrame | None = None

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return the tables by name."""
        return {f"ingest/{name}": table for name, table in vars(self).items() if table is not None}


def read(study: Study, sample: str) -> RawTable:
    """Read a sample's file as text, with the reader named in the config or the one detected."""
    spec = study.config.samples[sample]
    return detect.read(study.raw(sample), spec.file, spec.reader, spec.reading)


def read_file(path: Path, reader: str | None = None, reading: Reading = Reading()) -> RawTable:  # noqa: B008
    """Read any file as text, outside a study."""
    if not path.is_file():
        raise StudyError(f"{path} does not exist; correct the name.")
    return detect.read(path, path.name, reader, reading)


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
        `responses`: `respondent`, then one float column per item, variable, cluster and option of a question with several
        answers; NaN where there is no answer. `missing`: each missing answer with its kind, as far as the export records it.
        `quality`: duration, completion and attention checks. `dropped`, `left_out`: excluded columns and rows, with the reason.
        `multiple`: the states of the options of questions with several answers, if the study has any.

    Raises
    ------
    StudyError
        A declared column is missing, duplicated or ambiguous; an id is missing, duplicated or looks like
        personal data; a cell is neither a number nor a label of its scale, can mean two numbers, is out of range or between
        two responses, or contains personal data.
    """
    study, spec = study.ingested(sample), study.config.samples[sample]
    raw = people.selected(raw, spec.where)
    columns = match(raw, study, sample)
    extra = quality.columns(raw, study.config.screening)
    id_column = people.id_column(raw, spec, columns)
    respondents = people.ids(raw, spec, sample, id_column)
    cells = list(zip(*raw.rows, strict=True))  # by column; the cells themselves are shared with the rows
    data, absent = {}, {"respondent": [], "column": [], "kind": []}
    for name, position in columns.items():
        if name in study.clusters:
            codes = {*spec.missing_codes(name), *raw.missing.get(position, ())}
            data[name], kinds = numbered(cells[position], codes)
            _record(absent, name, kinds, respondents)
            continue
        scale = study.items.get(name)
        missing = spec.missing_codes(name, *([scale.id] if scale else [])) | {*raw.missing.get(position, ())}
        coder = Coder(
            name,
            scale,
            missing,
            raw.shown,
            heading(raw.header[position]),
            study.config.categories.get(name),
            ambiguous=raw.ambiguous.get(position),
            trusted=name in spec.not_personal,
        )
        data[name], kinds = coder.code(cells[position], raw.lines)
        _record(absent, name, kinds, respondents)
    answers = multiple.read(raw, study, sample)
    for name, kinds in answers.kinds.items():
        _record(absent, name, kinds, respondents)
    responses = pd.DataFrame({"respondent": respondents, **data, **answers.data})
    kept = {id_column, *columns.values(), *extra.values(), *answers.used}
    dropped = [(heading(name), why_dropped(raw, place)) for place, name in enumerate(raw.header) if place not in kept]
    identifiers = study.identifiers
    return Ingested(
        responses,
        pd.DataFrame(absent, dtype="str"),
        quality.table(raw, extra, respondents, cells, study),
        pd.DataFrame(dropped, columns=["column", "reason"], dtype="str"),
        pd.DataFrame(raw.left_out, columns=["row", "reason"]).astype({"row": "int64", "reason": "str"}),
        anonymity(responses, identifiers),
        categories(responses, identifiers),
        answers.table if study.config.multiple else None,
    )


def _record(absent: dict[str, list], name: str, kinds: Mapping[int, str], respondents: list[str]) -> None:
    """Add the missing answers of a column to the table `missing`."""
    absent["respondent"] += map(respondents.__getitem__, kinds)
    absent["column"] += [name] * len(kinds)
    absent["kind"] += kinds.values()


def compute(part: Part, inputs: Mapping[str, pd.DataFrame], rng: Streams) -> dict[str, pd.DataFrame]:
    """Return the stage's tables for a sample."""
    return ingest(read(part.study, part.name), part.study, part.name).tables()
