"""Read the numbers of a report and compare them with the expected ones."""

from pathlib import Path

import numpy as np
import pandas as pd

from practicework.errors import StudyError
from practicework.study.config import Config

COLUMNS = ["table", "row", "label", "column", "value"]
"""The columns of `config/expected/<part>.csv`."""

LEDGER = "replication/ledger"
SAME, WITHIN, DIFFERS, MISSING, NEW = VERDICTS = ("same", "within tolerance", "differs", "missing", "new")

EXACT = 1e-9
"""The largest relative difference of numbers that count as the same; the order of summation causes such differences."""

TINY = 1e-12
"""Numbers that differ by less count as the same, because relative differences are meaningless near zero."""


def numbers(results: Path) -> pd.DataFrame:
    """Return every number in the tables of a report, and whether each published claim agrees.

    Parameters
    ----------
    results : Path
        `results/<part>` of a study.

    Returns
    -------
    DataFrame
        `table`, `row` (from 1), `label` (the texts before the row's first number), `column`, `value`. A claim
        is a row of the table `replication/ledger` whose column `agrees` is 1 or 0.

    Raises
    ------
    StudyError
        If the report or one of its tables does not exist.
    """
    found = [
        frame
        for name in contents(results).query("kind == 'table'")["name"]
        for frame in [_numbers(name, _cells(results / "report/tables" / f"{name}.csv"))]
    ]
    claims = ledger(results)
    if claims is not None:
        rows = range(1, len(claims) + 1)
        agrees = claims["agrees"].astype(float)
        found.append(pd.DataFrame({"table": LEDGER, "row": rows, "label": claims["claim"], "column": "agrees", "value": agrees}))
    return pd.concat(found, ignore_index=True) if found else _numbers("", pd.DataFrame())


def check_reported(config: Config) -> None:
    """Raise a StudyError if a study does not report its numbers as tables, or not those of every sample."""
    if "tables" not in config.report.formats:
        raise StudyError(
            "config/config.yaml: 'report.formats' has no 'tables', which contain the numbers to compare; add it and run again."
        )
    for name, sample in config.samples.items():
        if not sample.report:
            raise StudyError(
                f"config/config.yaml: 'samples.{name}.report' is false, but the report contains the numbers to compare; remove "
                "the key and run again."
            )


def contents(results: Path) -> pd.DataFrame:
    """The report's list of its tables and figures: `kind`, `number`, `stage`, `name`, `title`."""
    return _cells(results / "report/contents.csv")


def ledger(results: Path) -> pd.DataFrame | None:
    """The published claims with the reproduced values; None if nothing was published."""
    from practicework import tables

    file = results / f"{LEDGER}.csv"
    return tables.read(LEDGER, file) if file.is_file() else None


def _cells(file: Path) -> pd.DataFrame:
    """A table of a report, with every cell as text."""
    if not file.is_file():
        raise StudyError(f"{_shown(file)} does not exist; run the study first: practicework run.")
    return pd.read_csv(file, dtype=str, keep_default_na=False)


def _shown(file: Path) -> str:
    return "/".join(file.parts[file.parts.index("results") :]) if "results" in file.parts else file.name


def _numbers(name: str, cells: pd.DataFrame) -> pd.DataFrame:
    """The numbers of one table, row by row; its first column has the rows' keys."""
    values = cells.apply(pd.to_numeric, errors="coerce").to_numpy(float).reshape(cells.shape)
    rows = [
        (name, row, texts[0], cells.columns[place], found[place])
        for row, (texts, found) in enumerate(zip(cells.to_numpy(), values, strict=True), 1)
        for place in np.flatnonzero(~np.isnan(found))
        if place
    ]
    return pd.DataFrame(rows, columns=COLUMNS).astype({"row": "int64", "value": "float64"})


def read_expected(file: Path) -> pd.DataFrame | None:
    """Read the expected numbers of a part; None if there are none.

    Raises
    ------
    StudyError
        If the file has other columns or a value that is not a number.
    """
    if not file.is_file():
        return None
    frame = pd.read_csv(file, dtype=str, keep_default_na=False)
    shown = f"config/expected/{file.name}"
    if list(frame.columns) != COLUMNS:
        raise StudyError(f"{shown} must have the columns {', '.join(COLUMNS)}; rewrite it with: practicework expect.")
    for column in ("row", "value"):
        values = pd.to_numeric(frame[column], errors="coerce")
        if values.isna().any():
            place = int(np.argmax(values.isna()))
            raise StudyError(
                f"{shown}, row {place + 2}, column '{column}': '{frame[column][place]}' is not a number; correct it "
                "or rewrite the file with: practicework expect."
            )
        frame[column] = values
    return frame.astype({"row": "int64", "value": "float64"})


def write_expected(found: pd.DataFrame, file: Path) -> None:
    """Write the expected numbers of a part at full precision."""
    file.parent.mkdir(parents=True, exist_ok=True)
    value = [repr(float(one)).removesuffix(".0") for one in found["value"]]
    found[COLUMNS].assign(value=value).to_csv(file, index=False, lineterminator="\n")


def compare(expected: pd.DataFrame | None, found: pd.DataFrame, tolerance: float) -> pd.DataFrame:
    """Compare each expected number with the one found.

    Parameters
    ----------
    expected : DataFrame or None
        If None, every number is new.
    found : DataFrame
        Both as returned by `numbers`. Numbers are matched by table, label and column, and rows with the same label by
        their order, so an inserted row with another label does not shift the others.
    tolerance : float
        The largest relative difference, |found - expected| / |expected|, at which numbers agree.

    Returns
    -------
    DataFrame
        `table`, `row` (of the found number, otherwise of the expected one), `label`, `column`, `expected`, `found`,
        `difference` (relative) and `verdict`: one of `VERDICTS`.
    """
    expected = found.iloc[:0] if expected is None else expected
    key = ["table", "label", "column"]
    frames = [frame.assign(turn=frame.groupby(key).cumcount(), place=range(len(frame))) for frame in (expected, found)]
    both = frames[0].merge(frames[1], on=[*key, "turn"], how="outer", suffixes=("_expected", "_found"), indicator=True)
    wanted, got = both["value_expected"].to_numpy(float), both["value_found"].to_numpy(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        gap = np.abs(got - wanted)
        difference = np.where((gap <= TINY) | (got == wanted), 0.0, gap / np.abs(wanted))
    verdict = np.select([difference <= EXACT, difference <= tolerance], [SAME, WITHIN], DIFFERS)
    verdict = np.where(both["_merge"] == "left_only", MISSING, np.where(both["_merge"] == "right_only", NEW, verdict))
    row, place = (both[f"{name}_found"].fillna(both[f"{name}_expected"]).astype(int) for name in ("row", "place"))
    turns = {name: number for number, name in enumerate(dict.fromkeys([*found["table"], *expected["table"]]))}
    order = np.lexsort([place, row, both["table"].map(turns)])
    return pd.DataFrame(
        {
            "table": both["table"],
            "row": row,
            "label": both["label"],
            "column": both["column"],
            "expected": wanted,
            "found": got,
            "difference": np.where(both["_merge"] == "both", difference, np.nan),
            "verdict": verdict,
        }
    ).iloc[order].reset_index(drop=True)  # fmt: skip


AGREES, EXPECTED, UNEXPECTED, UNKNOWN = CLAIMS = (
    "agrees",
    "disagrees, as the study expects",
    "disagrees, though the study expects agreement",
    "disagrees, and the study expects nothing",
)


def published(claims: pd.DataFrame, compared: pd.DataFrame) -> pd.DataFrame:
    """Classify each published claim as one of `CLAIMS`; a sound study may disagree with its publication.

    Parameters
    ----------
    claims : DataFrame
        The table `replication/ledger` of the rerun.
    compared : DataFrame
        As returned by `compare` for the same part.
    """
    rows = compared[(compared["table"] == LEDGER) & (compared["verdict"] != MISSING)]
    expected = dict(zip(rows["row"], rows["expected"], strict=True))
    words = {1.0: UNEXPECTED, 0.0: EXPECTED}
    verdict = [
        AGREES if agrees else words.get(expected.get(row, np.nan), UNKNOWN) for row, agrees in enumerate(claims["agrees"], 1)
    ]
    return claims[["claim", "source", "published", "reproduced"]].assign(verdict=verdict)
