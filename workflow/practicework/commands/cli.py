"""Check, draft, export, verify and package a study from the command line."""

import argparse
import errno
import importlib
import signal
import sys
from pathlib import Path

from practicework.commands import new_scale, program
from practicework.errors import StudyError
from practicework.study import load_study, pipeline
from practicework.tables.files.grid import Reading
from practicework.tables.files.raw import RawTable

UNWRITABLE = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM}


def entry() -> int:
    """Run the command of this process; if it is ended from outside, temporary copies of data are removed."""
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    try:
        return main()
    except KeyboardInterrupt:
        return 128 + signal.SIGINT


def main(arguments: list[str] | None = None) -> int:
    """Run the command and return its exit status: 0, or 1 if it fails."""
    parser = argparse.ArgumentParser(prog="practicework", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser(
        "run",
        help="run a study: only what is missing or has changed",
        epilog="Options of Snakemake follow two hyphens: practicework run my-study -- --cores 4",
    )
    command.add_argument("study", nargs="?", default=".", help="study folder (default: current folder)")
    command.add_argument("--profile", default="default", help="settings of Snakemake: default, slurm, or the folder of a profile")
    command = commands.add_parser(
        "plan", help="state how many respondents the next sample needs, from the results of a synthesis"
    )
    command.add_argument("study", nargs="?", default=".", help="study folder (default: current folder)")
    command = commands.add_parser("open", help="open a page in the browser on which a study is set up, confirmed, run and read")
    command.add_argument(
        "study", nargs="?", default=".", help="study folder, which may be empty or new (default: current folder)"
    )
    command.add_argument("--no-browser", action="store_true", help="print the address instead of opening a browser")
    command = commands.add_parser("check", help="check a study or describe an export; writes nothing")
    command.add_argument("path", nargs="?", default=".", help="study folder or export file (default: current folder)")
    command.add_argument("--study", default=".", help="for an export: study whose scales are tested (default: current folder)")
    _reading_options(command)
    command = commands.add_parser("init", help="draft a study from an export")
    command.add_argument("folder", help="folder of the new study")
    command.add_argument("--from", dest="export", required=True, help="export file of the survey tool")
    _reading_options(command)
    command = commands.add_parser("confirm", help="show what a draft inferred, and confirm or correct it")
    command.add_argument("study", nargs="?", default=".", help="study folder (default: current folder)")
    command = commands.add_parser("new-scale", help="write a template scales/ID.yaml")
    command.add_argument("id", help="lower-case letters, digits and underscores")
    command.add_argument("study", nargs="?", default=".", help="study folder (default: current folder)")
    command.add_argument("--watch", action="store_true", help="check the file, new or existing, at each save until Ctrl-C")
    command = commands.add_parser("develop", help="show the steps of a scale development, start one, or write its scales")
    command.add_argument("study", nargs="?", default=".", help="study folder (default: current folder)")
    command.add_argument(
        "--write", action="store_true", help="write the chosen scales to scales/, with the evidence for each item"
    )
    command = commands.add_parser("export", help="write questionnaire, codebook, files for Qualtrics and REDCap, and R code")
    command.add_argument("study", nargs="?", default=".", help="study folder (default: current folder)")
    command.add_argument(
        "--scale", nargs="+", action="extend", metavar="ID", help="scales to export (default: all scales of the study)"
    )
    command.add_argument("--to", type=Path, metavar="FOLDER", help="output folder (default: results/instruments/ of the study)")
    command = commands.add_parser("verify", help="rerun a study and compare every number with the expected and published values")
    command.add_argument("study", nargs="?", default=".", help="study folder (default: current folder)")
    command.add_argument(
        "--tolerance", type=float, default=1e-4, help="largest relative difference at which numbers agree (default: 0.0001)"
    )
    command.add_argument("--csv", type=Path, metavar="FILE", help="output file (default: results/verification.csv of the study)")
    command.add_argument("--shipped", action="store_true", help="compare the study's results and checksums, too")
    command = commands.add_parser("expect", help="write a study's reported numbers to config/expected/ for verify")
    command.add_argument("study", nargs="?", default=".", help="study folder (default: current folder)")
    command = commands.add_parser("stand-in", help="write a synthetic sample to share instead of private data")
    command.add_argument("study", nargs="?", default=".", help="study folder (default: current folder)")
    command.add_argument("sample", nargs="?", help="sample name (default: the only sample)")
    command.add_argument("--n", type=int, help="number of respondents (default: as in the sample)")
    command = commands.add_parser(
        "package", help="write a replication package (code, data, results, README) as a folder and a zip file"
    )
    command.add_argument("study", nargs="?", default=".", help="study folder (default: current folder)")
    command.add_argument("--to", type=Path, metavar="FOLDER", help="output folder (default: results/package/ of the study)")
    command = commands.add_parser("reports", help="list the reports of a study")
    command.add_argument("study", nargs="?", default=".", help="study folder (default: current folder)")
    commands.add_parser(
        "schemas", help="write the generated files: workflow/schemas/, docs/tables.md and the tables of config/README.md"
    )
    given = sys.argv[1:] if arguments is None else arguments
    end = given.index("--") if "--" in given else len(given)
    chosen, options = parser.parse_args(given[:end]), given[end + 1 :]
    if options and chosen.command != "run":
        parser.error("only 'run' has options of Snakemake, after --")
    try:
        if chosen.command == "run":
            return run(Path(chosen.study), options, chosen.profile)
        if chosen.command == "open":  # loaded by name: the page is a wing above the commands, and optional
            page = importlib.import_module("practicework.page")
            return page.run(Path(chosen.study), browser=not chosen.no_browser)
        if chosen.command == "plan":
            print("\n".join(planning(Path(chosen.study))))
            return 0
        if chosen.command == "check":
            return check(Path(chosen.path), chosen)
        if chosen.command == "init":
            print(init(Path(chosen.folder), Path(chosen.export), _reading(chosen)))
        elif chosen.command == "confirm":
            from practicework.commands import confirming

            return confirming.run(Path(chosen.study))
        elif chosen.command == "new-scale":
            new_scale.run(Path(chosen.study), chosen.id, watched=chosen.watch)
        elif chosen.command == "develop":
            from practicework.commands import developing

            print("\n".join(developing.run(Path(chosen.study), write=chosen.write)))
        elif chosen.command == "export":
            from practicework.commands.exporters import export

            print("\n".join(export(Path(chosen.study), chosen.scale, chosen.to)))
        elif chosen.command == "verify":
            from practicework.commands.verification import summary

            text, passed = summary.run(Path(chosen.study), program.home(), chosen.tolerance, chosen.csv, chosen.shipped)
            print(text)
            return 0 if passed else 1
        elif chosen.command == "expect":
            from practicework.commands.verification import expect

            print("\n".join(f"Wrote {file}" for file in expect(Path(chosen.study), program.home())))
        elif chosen.command == "stand-in":
            from practicework.commands import stand_in

            print(stand_in.write(Path(chosen.study), chosen.sample, chosen.n))
        elif chosen.command == "package":
            from practicework.commands.package import package

            print(package(Path(chosen.study), program.home(), chosen.to))
        elif chosen.command == "reports":
            print("\n".join(reports(Path(chosen.study))))
        else:
            from practicework.commands.reference import generated

            for name, text in generated(program.home()).items():
                (program.home() / name).write_text(text, encoding="utf-8")
    except StudyError as error:
        print(f"Error: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        if error.errno not in UNWRITABLE:
            raise
        print(f"Error: {error.filename or 'A file'} cannot be written ({error.strerror}).", file=sys.stderr)
        return 1
    return 0


def run(folder: Path, options: list[str], profile: str = "default") -> int:
    """Run a study, list its reports, and return the exit status of Snakemake."""
    from practicework.commands import running

    outcome = running.run(folder, program.home(), options, show=_progress, profile=profile)
    for note in outcome.notes:
        print(f"Note: {note}", file=sys.stderr)
    if not outcome.failed and (not outcome.status or outcome.mistakes):  # a model that cannot be fitted has a report
        print("\n".join(reports(folder)))
    for sentence in (outcome.mistakes or [outcome.why()]) if outcome.status else ():
        print(f"Error: {sentence}", file=sys.stderr)
    return outcome.status


def _progress(line: str) -> None:
    """Show a line of progress if a person is looking."""
    if sys.stderr.isatty():
        print(line, file=sys.stderr, flush=True)


def planning(folder: Path) -> list[str]:
    """Return how many respondents the next sample needs, for each synthesis and model of a study that was run."""
    from practicework.commands.planning import plan

    return plan(folder)


def check(path: Path, chosen: argparse.Namespace) -> int:
    """Check a study or describe an export, and return the exit status."""
    from practicework.commands import checking

    if path.is_file():
        print("\n".join(checking.check_export(_read(path, _reading(chosen)), path, Path(chosen.study))))
        return 0
    if not checking.check(path):
        print(f"Confirm what is undecided with: practicework confirm {path}")
        return 1
    print("No mistakes found.")
    return 0


def init(folder: Path, export: Path, reading: Reading = Reading()) -> str:  # noqa: B008
    """Draft a study from an export; refuse a folder that already contains a study."""
    from practicework.commands.drafting import draft

    files = draft(_read(export, reading), export, folder, reading)
    return "\n".join([*(f"Wrote {file}" for file in files), f"Next: practicework confirm {folder}"])


def _reading_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("--encoding", help="encoding of a text file that is not UTF-8, such as cp1250 or mac_roman")
    command.add_argument("--sheet", help="sheet of a workbook (default: the only one with data)")
    command.add_argument("--decimal", choices=[".", ","], help="decimal mark (default: what the file shows)")


def _reading(chosen: argparse.Namespace) -> Reading:
    return Reading(chosen.encoding, chosen.sheet, chosen.decimal)


def _read(file: Path, reading: Reading) -> RawTable:
    from practicework.stages.ingest import read_file

    return read_file(file, reading=reading)


def reports(folder: Path) -> list[str]:
    """List the page and the Word files of each sample or set of codings, or state that they do not exist yet."""
    lines = []
    study = load_study(folder)
    for part in pipeline.parts(study):
        place = (folder / "results" / part.name / "report").resolve()
        if "report" not in part.stages:
            continue
        if not (place / "report.html").is_file():
            lines.append(f"No report for {part.name} yet; run: practicework run {folder}")
            continue
        lines.append(f"Report: {place / 'report.html'}")
        lines += [f"  Word: {place / name}" for name in study.config.report.files.values() if name.endswith(".docx")]
    overview = (folder / "results" / "overview.html").resolve()
    return [*lines, f"Overview: {overview}"] if overview.is_file() else lines


if __name__ == "__main__":
    sys.exit(entry())
