"""Tables between stages, read and written only here, at full precision.

A table's name is its path below `results/{sample}/` without `.csv`. One that breaks its contract is
refused on either side.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from practicework.tables.contracts import CONTRACTS, Contract

if TYPE_CHECKING:
    import pandas as pd
    import pandera.pandas as pa

_DTYPES = {"text": "str", "number": "float64", "count": "Int64", "flag": "boolean"}


def contract(name: str) -> Contract:
    """The contract of a table, such as `moderation/main/fit`."""
    if name in CONTRACTS:
        return CONTRACTS[name]
    stage, *_, last = name.split("/")
    return CONTRACTS[f"{stage}/{{model}}/{last}"]


@cache
def schema(name: str) -> pa.DataFrameSchema:
    """The contract as a pandera schema."""
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


def path(sample: str, name: str) -> Path:
    """Where a table stands in a study folder."""
    return Path("results") / sample / f"{name}.csv"


def read(name: str, file: str | Path) -> pd.DataFrame:
    """A table, checked against its contract; texts stay texts, whatever they look like."""
    import pandas as pd

    spec = contract(name)
    texts = {column: "str" for column, (kind, _) in spec.columns.items() if kind.startswith("text")}
    if spec.open == "text":
        others = pd.read_csv(file, nrows=0).columns.difference(list(spec.columns))
        texts |= dict.fromkeys(others, "str")
    frame = pd.read_csv(file, dtype=texts, keep_default_na=False, na_values=[""])
    return schema(name).validate(frame)


def retained(inputs: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the responses of the respondents that screening retained; of all respondents without screening."""
    responses, ledger = inputs["ingest/responses"], inputs.get("screening/ledger")
    if ledger is None:
        return responses
    return responses[responses["respondent"].isin(ledger.loc[ledger["kept"], "respondent"])].reset_index(drop=True)


def write(frames: Mapping[str, pd.DataFrame], sample: str) -> None:
    """Check all tables against their contracts, then write them; floats with all their digits."""
    checked = {name: schema(name).validate(frame) for name, frame in frames.items()}
    for name, valid in checked.items():
        # answers and sums as 4, not 4.0
        whole = {column: "Int64" for column in valid if contract(name).open and _whole(valid[column])}
        file = path(sample, name)
        file.parent.mkdir(parents=True, exist_ok=True)
        valid.astype(whole).to_csv(file, index=False, lineterminator="\n")


def _whole(column: pd.Series) -> bool:
    values = column.dropna()
    return column.dtype == "float64" and bool(((values % 1 == 0) & (values.abs() < 2**53)).all())
