"""Rerun a study from its files and compare every number with the expected and published values."""

from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from practicework.commands.verification import numbers
from practicework.commands.verification.numbers import DIFFERS, MISSING, NEW
from practicework.commands.verification.runs import ABSENT, DATA, STAND_IN, Rerun, basis, rerun
from practicework.commands.verification.shipped import Shipped, read_shipped
from practicework.errors import StudyError
from practicework.study import load_config, load_study

EXPECTED = Path("config/expected")
TOLERANCE = 1e-4

ALL, INCOMPLETE, PARTIAL, NOT, NONE = "reproduced", "incomplete", "partly reproduced", "not reproduced", "no verdict"


@dataclass(frozen=True)
class Verification:
    """The numbers of a rerun compared with the expected ones and with the published claims.

    Attributes
    ----------
    basis : dict
        By part: `data`, `stand-in` or `absent`.
    compared, claims : dict of str to DataFrame
        By part that was run, as returned by `numbers.compare` and `numbers.published`; stand-ins have no claims.
    seconds : float
        Run time of the pipeline.
    tolerance : float
    unexpected : list of str
        The parts without expected numbers.
    shipped : Shipped, optional
        The results that lay in the study.
    """

    basis: dict[str, str]
    compared: dict[str, pd.DataFrame]
    claims: dict[str, pd.DataFrame]
    seconds: float
    tolerance: float
    unexpected: list[str] = field(default_factory=list)
    shipped: Shipped | None = None

    def counts(self, part: str | None = None) -> dict[str, int]:
        """Count the numbers with each verdict, for one part or for all."""
        frames = self.compared.values() if part is None else [self.compared[part]]
        return {verdict: sum(int((frame["verdict"] == verdict).sum()) for frame in frames) for verdict in numbers.VERDICTS}

    @property
    def failed(self) -> int:
        """How many expected numbers differ or are missing."""
        return self.counts()[DIFFERS] + self.counts()[MISSING]

    @property
    def expected(self) -> int:
        """How many numbers are expected."""
        return sum(self.counts().values()) - self.counts()[NEW]

    @property
    def passed(self) -> bool:
        """Whether all parts were run, all expected numbers agree, and they are at least half of the reported ones."""
        shipped = self.shipped is None or self.shipped.passed
        return self.verdict == ALL and ABSENT not in self.basis.values() and shipped

    @property
    def verdict(self) -> str:
        """Classify the verification.

        `ALL`: all expected numbers agree. `INCOMPLETE`: they agree, but more numbers are new than expected. `PARTIAL`:
        some differ or are missing. `NOT`: more than half do. `NONE`: there are no expected numbers.
        """
        if not self.expected:
            return NONE
        if self.failed:
            return NOT if self.failed > self.expected / 2 else PARTIAL
        return INCOMPLETE if self.counts()[NEW] > self.expected else ALL

    def table(self) -> pd.DataFrame:
        """All numbers and claims, one per row, with the reference value and the verdict."""
        columns = ["part", "against", "table", "row", "label", "column", "expected", "found", "difference", "verdict"]
        rows = [pd.DataFrame(columns=columns)]
        rows += [frame.assign(part=part, against="expectation") for part, frame in self.compared.items()]
        if self.shipped is not None:
            rows += [frame.assign(part=part, against="shipped results") for part, frame in self.shipped.compared.items()]
        for part, frame in self.claims.items():
            said = {"label": frame["claim"], "expected": frame["published"], "found": frame["reproduced"]}
            rows.append(frame.assign(part=part, against="publication", table=numbers.LEDGER, column="reproduced", **said))
            rows[-1]["row"] = range(1, len(frame) + 1)
        return pd.concat([frame.reindex(columns=columns).astype(object) for frame in rows], ignore_index=True)


def verify(folder: Path, code: Path, tolerance: float = TOLERANCE, shipped: bool = False) -> Verification:
    """Rerun a study from its files and compare every number with the expected and published values.

    Parameters
    ----------
    folder : Path
        The study; its own results are neither read nor changed.
    code : Path
        The clone or package whose pipeline is run.
    tolerance : float
        The largest relative difference at which numbers agree.
    shipped : bool
        Whether the results that lie in the study, and its checksums, are compared, too.

    Raises
    ------
    StudyError
        If nothing can be run, there are no expected numbers, or the pipeline fails.
    """
    if not 0 <= tolerance < 1:
        raise StudyError(f"--tolerance is {tolerance:g}; give a relative difference from 0 up to 1, such as 0.0001.")
    numbers.check_reported(load_config(folder))
    kinds = basis(folder)
    if set(kinds.values()) == {ABSENT}:
        raise StudyError(how_to_get_on(folder, next(iter(kinds))))
    expected = {part: numbers.read_expected(expectations(folder, part, kind)) for part, kind in kinds.items()}
    nothing = all(frame is None for part, frame in expected.items() if kinds[part] != ABSENT)
    if nothing and STAND_IN not in kinds.values():  # with a stand-in, a completed run is informative by itself
        raise StudyError(
            f"{EXPECTED.as_posix()}/ contains no numbers to compare with; run the study, review its report, and then write "
            "them with: practicework expect."
        )
    with rerun(folder, code, kinds) as run:
        verification = compared(run, expected, tolerance)
        if not shipped:
            return verification
        own = {part: numbers.read_expected(expectations(folder, part, DATA)) for part in kinds}
        computed = {part: numbers.numbers(results) for part, results in run.results.items() if kinds[part] == DATA}
        references = {part: computed.get(part) if frame is None else frame for part, frame in own.items()}
        return replace(verification, shipped=read_shipped(folder, references, tolerance))


def compared(run: Rerun, expected: dict[str, pd.DataFrame | None], tolerance: float = TOLERANCE) -> Verification:
    """Compare the numbers of a rerun with the expected ones, part by part."""
    frames, claims = {}, {}
    for part, results in run.results.items():
        frames[part] = numbers.compare(expected[part], numbers.numbers(results), tolerance)
        ledger = numbers.ledger(results)
        if ledger is not None and run.basis[part] != STAND_IN:
            claims[part] = numbers.published(ledger, frames[part])
    unexpected = [part for part in run.results if expected[part] is None]
    return Verification(run.basis, frames, claims, run.seconds, tolerance, unexpected)


def expectations(folder: Path, part: str, kind: str) -> Path:
    """The file with the expected numbers of a part or of its stand-in."""
    return folder / EXPECTED / f"{part}{'_stand_in' if kind == STAND_IN else ''}.csv"


def expect(folder: Path, code: Path) -> list[str]:
    """Write the expected numbers of a study, from its results and from reruns with its stand-ins.

    Returns
    -------
    list of str
        The files, relative to the study folder.

    Raises
    ------
    StudyError
        If results are missing or the pipeline fails on a stand-in. Nothing is written in that case.
    """
    study = load_study(folder)
    numbers.check_reported(study.config)
    found: dict[Path, pd.DataFrame] = {}
    for part in study.part_names:
        found[expectations(folder, part, "data")] = numbers.numbers(folder / "results" / part)
    kinds = {name: STAND_IN for name, one in study.config.samples.items() if one.stand_in}
    if kinds:
        with rerun(folder, code, kinds) as run:
            found |= {expectations(folder, part, STAND_IN): numbers.numbers(path) for part, path in run.results.items()}
    for file, frame in found.items():
        numbers.write_expected(frame, file)
    return [file.relative_to(folder).as_posix() for file in found]


def how_to_get_on(folder: Path, sample: str) -> str:
    """One sentence on how to proceed if a sample has neither its file nor a stand-in, or a set lacks a file."""
    config = load_config(folder)
    if sample not in (*config.samples, *config.coding):
        return f"The synthesis '{sample}' requires the files of all its samples."
    if sample in config.coding:
        access = f" ({config.coding[sample].access.rstrip('.')})" if config.coding[sample].access else ""
        missing = next(file for file in config.coding[sample].files if not (folder / file).is_file())
        return f"A file of '{sample}', {missing}, is missing; obtain it from the study's authors{access} and save it there."
    spec = config.samples[sample]
    access = f" ({spec.access.rstrip('.')})" if spec.access else ""
    stand_in = f"as is its stand-in {spec.stand_in}" if spec.stand_in else "and the config names no stand-in"
    return (
        f"The file of '{sample}', {spec.file}, is missing, {stand_in}; obtain the file from the study's authors{access} and "
        "save it there, or ask them for a stand-in (practicework stand-in)."
    )
