"""Summary of a verification on one screen."""

import os
import platform
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryFile
from textwrap import shorten, wrap

import pandas as pd

from practicework import __version__
from practicework.commands.verification import ALL, INCOMPLETE, NONE, NOT, PARTIAL, Verification, how_to_get_on, verify
from practicework.commands.verification.numbers import AGREES, DIFFERS, EXPECTED, LEDGER, MISSING, NEW, SAME, UNEXPECTED, WITHIN
from practicework.commands.verification.runs import ABSENT, STAND_IN
from practicework.errors import StudyError
from practicework.study import load_config

LINES, WIDTH, PARTS, DIFFERENCES = 24, 100, 5, 4

STAND_IN_SHOWS = (
    "was run on a synthetic stand-in because its file is missing: the pipeline runs and {same}; this does not verify the "
    "study's own numbers"
)


def run(folder: Path, code: Path, tolerance: float, file: Path | None = None, shipped: bool = False) -> tuple[str, bool]:
    """Verify a study, write every number to a CSV file, and return the summary and whether the study passes.

    Parameters
    ----------
    folder, code, tolerance, shipped
        As for `verify`.
    file : Path, optional
        The CSV file (default: `results/verification.csv` of the study).
    """
    load_config(folder)  # before anything is written
    file = file or folder / "results/verification.csv"
    try:  # report this now rather than after a long run
        file.parent.mkdir(parents=True, exist_ok=True)
        TemporaryFile(dir=file.parent).close()
    except OSError as error:
        raise StudyError(f"{file} cannot be written ({error.strerror}); name another file with --csv.") from None
    if file.is_dir():
        raise StudyError(f"{file} is a folder; name a file with --csv.")
    verification = verify(folder, code, tolerance, shipped)
    verification.table().to_csv(file, index=False, lineterminator="\n")
    return f"{summary(verification, folder)}\nAll numbers: {file}", verification.passed


def summary(verification: Verification, folder: Path) -> str:
    """Summarise a verification in at most 24 lines of 100 columns.

    Parameters
    ----------
    verification : Verification
    folder : Path
        The study.
    """
    head, parts, failed = _head(verification, folder), _parts(verification), _differences(verification)
    fixed = [line if len(line) <= WIDTH else shorten_line(line) for line in [*head, *parts, *failed]]
    last = wrap(verdict(verification), WIDTH, subsequent_indent="  ")
    notes = [line for note in _notes(verification, folder) for line in wrap(f"Note: {note}", WIDTH, subsequent_indent="  ")]
    room = LINES - 1 - len(fixed) - len(last) - 1  # one line is kept for what the caller adds
    notes = [*notes[: room - 1], "  ..."] if len(notes) > room else notes
    return "\n".join([*fixed, "", *notes, *last])


def shorten_line(line: str) -> str:
    """Shorten a line to the width of the screen, keeping its indent."""
    indent = line[: len(line) - len(line.lstrip())]
    return indent + shorten(line, WIDTH - len(indent), placeholder=" …")


def machine() -> str:
    """Describe the machine."""
    return f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"


def duration(seconds: float) -> str:
    """A measured time in words."""
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"


def _head(verification: Verification, folder: Path) -> list[str]:
    libraries = ", ".join(f"{name} {version(name)}" for name in ("snakemake", "numpy", "pandas", "scipy"))
    return [
        load_config(folder).title,
        f"Rerun from its files in {duration(verification.seconds)} on {machine()}",
        f"practicework {__version__}, Python {platform.python_version()}, {libraries}",
        "",
    ]


def _parts(verification: Verification) -> list[str]:
    """One row per part: numbers compared with the expected ones, and claims compared with the publication."""
    heads = ("numbers", "same", "within", "differ", "missing", "new", "claims", "agree")
    wide = max([len("part"), *(min(len(part), 30) for part in verification.compared)])
    lines = [f"{'part':{wide}}" + "".join(f"{head:>9}" for head in heads)]
    shown = list(verification.compared)[:PARTS]
    for part in [*shown, *([None] if len(verification.compared) > 1 else [])]:
        counts = verification.counts(part)
        claims = (
            verification.claims.values() if part is None else [one for one in [verification.claims.get(part)] if one is not None]
        )
        rows = [counts[one] for one in (SAME, WITHIN, DIFFERS, MISSING, NEW)]
        agree = [sum(map(len, claims)), sum(int((one["verdict"] == AGREES).sum()) for one in claims)]
        name = "all" if part is None else shorten(part, 30, placeholder="…")
        lines.append(f"{name:{wide}}" + "".join(f"{count:>9,}" for count in [sum(rows) - rows[-1], *rows, *agree]))
    if len(verification.compared) > PARTS:
        lines.insert(-1, f"... and {len(verification.compared) - PARTS} more")
    return lines


def _differences(verification: Verification) -> list[str]:
    """The first few numbers that differ or are missing, with their locations."""
    failed = [
        (part, row)
        for part, frame in verification.compared.items()
        for row in frame[frame["verdict"].isin((DIFFERS, MISSING))].itertuples()
    ]
    if not failed:
        return []
    shown = failed[:DIFFERENCES]
    return ["", f"First {len(shown)} of {len(failed):,} failures:" if len(failed) > len(shown) else "Failures:"] + [
        f"  {difference(part, row)}" for part, row in shown
    ]


def difference(part: str, row: pd.Series) -> str:
    """The location of a failed number, with the expected and the found value."""
    if row.table == LEDGER:
        now = "is missing" if row.verdict == MISSING else f"{'agrees' if row.found else 'does not agree'} any more"
        now = "now agrees, which is not expected" if row.verdict == DIFFERS and row.found else now
        return f"{part}, claim '{row.label}': {now}"
    found = "is missing" if row.verdict == MISSING else f"found {row.found:.10g}"
    return f"{part}, {row.table}, row {row.row}, '{row.column}': expected {row.expected:.10g}, {found}; {row.label}"


def _notes(verification: Verification, folder: Path) -> list[str]:
    """Notes for reviewers, most serious first: parts not run on their own data, and claims that do not agree."""
    config, absent, notes = load_config(folder), [], []
    for part, kind in verification.basis.items():
        sample = config.samples.get(part)
        if kind == ABSENT:
            absent.append(how_to_get_on(folder, part))
        elif kind == STAND_IN:
            same = "no numbers are compared" if part in verification.unexpected else "gives the numbers shown above"
            absent.append(f"{part} {STAND_IN_SHOWS.format(same=same)}.")
        elif part in verification.unexpected:
            absent.append(f"{part} has no expected numbers yet; write them with: practicework expect.")
        elif sample is not None and sample.synthetic:
            notes.append(f"{part} is synthetic. {sample.synthetic.strip()}")
    for part, frame in verification.claims.items():
        apart = frame[frame["verdict"] != AGREES]
        if len(apart):
            known, lost = ((apart["verdict"] == one).sum() for one in (EXPECTED, UNEXPECTED))
            more = f" and unexpected for {lost}" if lost else ""
            told = f"{part}: {len(apart)} of {len(frame)} published values disagree with the numbers found"
            absent.append(f"{told}; this is expected for {known}{more}.")
    return [*absent, *_shipped(verification, folder), *notes]


def verdict(verification: Verification) -> str:
    """The verdict in words, with its basis."""
    counts, kinds, words = verification.counts(), set(verification.basis.values()), verification.verdict
    expected, failed, new = verification.expected, verification.failed, counts[NEW]
    if not verification.compared:
        return "Verdict: none. Nothing could be run without the data."
    if words == NONE:
        where = " on synthetic stand-ins" if STAND_IN in kinds else ""
        return f"Verdict: none. The pipeline runs{where}, but there are no expected numbers."
    basis = "of the parts that could be run, " if ABSENT in kinds else ""
    if STAND_IN in kinds:
        basis += "on synthetic stand-ins, " if kinds == {STAND_IN} else "in part on synthetic stand-ins, "
    within = f", {counts[WITHIN]:,} of them with rounding differences below {verification.tolerance:g}" if counts[WITHIN] else ""
    if words == INCOMPLETE:
        told = f"{expected:,} of {expected + new:,} reported numbers have an expected value; these were reproduced{within}."
        more = " The other numbers were not compared, so this is not a reproduction of the study."
    else:
        further = "1 reported number has" if new == 1 else f"{new:,} reported numbers have"
        more = f" {further} no expected value and {'was' if new == 1 else 'were'} not compared." if new else ""
        told = {
            ALL: f"all {expected:,} expected numbers were reproduced{within}.",
            PARTIAL: f"{expected - failed:,} of {expected:,} expected numbers were reproduced{within}; the others were not.",
            NOT: f"most expected numbers were not reproduced: {failed:,} of {expected:,} differ or are missing.",
        }[words]
    sentence = basis + told
    return f"Verdict: {sentence[0].upper()}{sentence[1:]}{more}"


def _shipped(verification: Verification, folder: Path) -> list[str]:
    """What is known about the results that lie in the study."""
    found = verification.shipped
    if found is None:
        there = any((folder / "results" / part / "report/contents.csv").is_file() for part in verification.basis)
        return ["The results in results/ were not read; --shipped compares them, too."] if there else []
    total = sum(map(len, found.compared.values()))
    lines = []
    if total:
        told = f"Numbers in results/ that do not match the expected ones: {found.apart:,} of {total:,}."
        lines.append(told if found.apart else f"All {total:,} numbers in results/ match the expected ones.")
    if found.absent:
        lines.append(f"There are no results of {', '.join(found.absent)} in results/.")
    if found.files is None:
        lines.append("There is no checksums.txt.")
    elif found.changed:
        some = ", ".join(found.changed[:3]) + (", …" if len(found.changed) > 3 else "")
        lines.append(
            f"Files in checksums.txt that are missing or have changed ({len(found.changed):,} of {found.files:,}): {some}."
        )
    else:
        lines.append(f"No file in checksums.txt has changed ({found.files:,} files).")
    return lines
