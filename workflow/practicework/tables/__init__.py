"""Read and write the tables passed between stages, at full precision.

A table's name is its path below `results/{sample}/` without `.csv`. Tables that violate their contract are
rejected when written, and when read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from practicework.tables.contracts import CONTRACTS, Contract

if TYPE_CHECKING:
    import pandas as pd
    import pandera.pandas as pa

_ROWS = 100_000
"""Rows written at a time."""

_MARKS = re.compile('[,"\r\n]')

_DTYPES = {"text": "str", "number": "float64", "count": "Int64", "flag": "boolean"}


def contract(name: str) -> Contract:
    """Return the contract of a table, such as `moderation/main/fit`."""
    if name in CONTRACTS:
        return CONTRACTS[name]
    stage, *_, last = name.split("/")
    return CONTRACTS[f"{stage}/{{model}}/{last}"]


@cache
def schema(name: str) -> pa.DataFrameSchema:
    """Return the contract as a pandera schema."""
    import pandera.pandas as pa

    spec = contract(name)
    columns = {
        column: pa.Column(_DTYPES[kind.rstrip("?")], nullable=kind.endswith("?"), coerce=True, description=meaning)
        for column, (kind, meaning) in spec.columns.items()
    }
    if spec.open:
        others = rf"^(?!(?:{'|'.join(spec.columns)})$).*$"
        kind = "str" if spec.open == "text" else "float64"
        columns[others] = pa.Column(kind, nullable=True, coerce=True, regex=True, required=False)
    unique = [spec.key] if spec.open else None
    return pa.DataFrameSchema(columns, unique=unique, strict=not spec.open, ordered=not spec.open, description=spec.about)


def frame(name: str, data: Mapping[str, object] | Iterable[Mapping[str, object]]) -> pd.DataFrame:
    """Make a table by its contract: columns in order, of their kinds, and empty where there is no entry.

    Parameters
    ----------
    name : str
        The table, such as `moderation/main/fit` or `moderation/{model}/fit`.
    data : mapping or iterable of mapping
        Columns as arrays (single values are repeated), or rows with their entries by column. None and NaN are empty.

    Raises
    ------
    KeyError
        If there is an entry for which the contract has no column.
    """
    import numpy as np
    import pandas as pd

    spec = contract(name)
    rows = None if isinstance(data, Mapping) else list(data)
    known = data if rows is None else dict.fromkeys(column for row in rows for column in row)
    if unknown := [column for column in known if column not in spec.columns]:
        raise KeyError(f"{name} has no column {unknown[0]!r}")
    if rows is None:
        n = next((len(one) for one in data.values() if np.ndim(one)), 1)
        found = {column: list(one) if np.ndim(one) else [one] * n for column, one in data.items()}
    else:
        n = len(rows)
        found = {column: [row.get(column) for row in rows] for column in known}
    blank, table = [None] * n, {}
    for column, (kind, _) in spec.columns.items():
        values = [None if value is None or value is pd.NA or value != value else value for value in found.get(column, blank)]
        table[column] = pd.Series(values, dtype="object" if kind.startswith("text") else _DTYPES[kind.rstrip("?")])
    return pd.DataFrame(table)


def path(sample: str, name: str) -> Path:
    """Return the path of a table in a study folder."""
    return Path("results") / sample / f"{name}.csv"


def read(name: str, file: str | Path) -> pd.DataFrame:
    """Read a table; text columns are never converted.

    Contracts are enforced where tables are written. Here columns, kinds and missing values are checked, and pandera is called
    only to describe what is wrong.
    """
    import pandas as pd

    spec = contract(name)
    header = list(pd.read_csv(file, nrows=0).columns)
    others = "str" if spec.open == "text" else "float64"
    kinds = {column: _DTYPES[spec.columns[column][0].rstrip("?")] if column in spec.columns else others for column in header}
    options = {"keep_default_na": False, "na_values": [""]}
    try:
        found = pd.read_csv(file, dtype=kinds, **options)
    except (TypeError, ValueError):
        return schema(name).validate(pd.read_csv(file, **options))
    needed = [column for column, (kind, _) in spec.columns.items() if not kind.endswith("?")]
    fits = set(spec.columns) <= set(header) if spec.open else list(spec.columns) == header
    if not fits or found[needed].isna().any(axis=None) or (spec.open and found[spec.key].duplicated().any()):
        return schema(name).validate(found)
    return found


def retained(inputs: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the responses of the retained respondents; without screening, of all respondents."""
    responses, ledger = inputs["ingest/responses"], inputs.get("screening/ledger")
    if ledger is None:
        return responses
    return responses[responses["respondent"].isin(ledger.loc[ledger["kept"], "respondent"])].reset_index(drop=True)


def dropped(name: str, data: pd.DataFrame) -> pd.DataFrame:
    """Return the table of the respondents whom a model excludes, with the columns in which they have no value."""
    missing = data.drop(columns="respondent").isna()
    rows = missing.any(axis=1)
    reasons = ["missing: " + ", ".join(missing.columns[row]) for row in missing[rows].to_numpy()]
    return frame(name, {"respondent": data.loc[rows, "respondent"].tolist(), "reason": reasons})


def write(frames: Mapping[str, pd.DataFrame], sample: str) -> None:
    """Check all tables against their contracts, then write them at full precision."""
    checked = {name: schema(name).validate(frame) for name, frame in frames.items()}
    for name, valid in checked.items():
        file = path(sample, name)
        file.parent.mkdir(parents=True, exist_ok=True)
        # write answers and sums as 4, not 4.0
        whole = {column for column in valid if contract(name).open and _whole(valid[column])}
        with file.open("w", encoding="utf-8", newline="") as lines:
            lines.write(",".join(map(_quoted, valid.columns)) + "\n")
            for start in range(0, len(valid), _ROWS):
                some = valid.iloc[start : start + _ROWS]
                cells = [_cells(some[column], whole=column in whole) for column in some]
                lines.writelines(f"{row}\n" for row in map(",".join, zip(*cells, strict=True)))


def _cells(column: pd.Series, *, whole: bool) -> list[str]:
    """Return a column as text, with all digits; each distinct value is formatted once, as pandas and the csv module would."""
    import numpy as np
    import pandas as pd

    places, values = pd.factorize(column)  # missing values have the place -1
    texts = [str(value) for value in (values.astype("int64") if whole else values).tolist()]
    if column.dtype.kind == "O" and _MARKS.search("".join(texts)):
        texts = map(_quoted, texts)
    return np.array([*texts, ""], dtype=object)[places].tolist()


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if _MARKS.search(text) else text


def _whole(column: pd.Series) -> bool:
    values = column.dropna()
    return column.dtype == "float64" and bool(((values % 1 == 0) & (values.abs() < 2**53)).all())
