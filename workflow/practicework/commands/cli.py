"""The command `practicework`: check a study before running it, start a scale, write the generated files."""

import argparse
import json
import sys
from pathlib import Path

from practicework.commands import new_scale
from practicework.errors import StudyError
from practicework.study import CONFIG, Study, load_study
from practicework.study.codebook import Codebook
from practicework.study.config import Config, Sample
from practicework.study.documents import Strict
from practicework.study.pipeline import Part
from practicework.study.scale import Scale
from practicework.tables import CONTRACTS

ROOT = Path(__file__).parents[3]


def main(arguments: list[str] | None = None) -> int:
    """Run the command; the exit status is 1 where the study has a mistake."""
    parser = argparse.ArgumentParser(prog="practicework", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("check", help="check a study, or tell what an export holds; writes nothing")
    command.add_argument("path", nargs="?", default=".", help="a study's folder (default: this one) or an export")
    command.add_argument("--study", default=".", help="for an export: the study whose scales to look for (default: this one)")
    command = commands.add_parser("init", help="draft a study from an export")
    command.add_argument("folder", help="the new study's folder")
    command.add_argument("--from", dest="export", required=True, help="the export of the survey tool")
    command = commands.add_parser("new-scale", help="write scales/ID.yaml to fill in")
    command.add_argument("id", help="lower-case letters, digits and underscores")
    command.add_argument("study", nargs="?", default=".", help="the study's folder (default: this one)")
    command.add_argument("--watch", action="store_true", help="check the file, also an existing one, at each save, until Ctrl-C")
    command = commands.add_parser("export", help="write questionnaire, codebook, files for Qualtrics and REDCap, and R code")
    command.add_argument("study", nargs="?", default=".", help="the study's folder (default: this one)")
    command.add_argument(
        "--scale", nargs="+", action="extend", metavar="ID", help="only these scales (default: all of the study)"
    )
    command.add_argument("--to", type=Path, metavar="FOLDER", help="where to (default: results/instruments/ of the study)")
    command = commands.add_parser(
        "verify", help="run a study again, and hold every number against the expected and published ones"
    )
    command.add_argument("study", nargs="?", default=".", help="the study's folder (default: this one)")
    command.add_argument(
        "--tolerance", type=float, default=1e-4, help="relative difference of numbers that agree (default: 0.0001)"
    )
    command.add_argument("--csv", type=Path, metavar="FILE", help="where to (default: results/verification.csv of the study)")
    command = commands.add_parser("expect", help="write the numbers of a study's results to config/expected/, for verify")
    command.add_argument("study", nargs="?", default=".", help="the study's folder (default: this one)")
    command = commands.add_parser("stand-in", help="write a synthetic sample for those who cannot have the real one")
    command.add_argument("study", nargs="?", default=".", help="the study's folder (default: this one)")
    command.add_argument("sample", nargs="?", help="the sample (default: the only one)")
    command.add_argument("--n", type=int, help="how many respondents (default: as many as the sample has)")
    command = commands.add_parser(
        "package", help="write code, data, results and README for a data archive, as a folder and a zip"
    )
    command.add_argument("study", nargs="?", default=".", help="the study's folder (default: this one)")
    command.add_argument("--to", type=Path, metavar="FOLDER", help="where to (default: results/package/ of the study)")
    command = commands.add_parser("reports", help="say where the reports of a study are")
    command.add_argument("study", nargs="?", default=".", help="the study's folder (default: this one)")
    commands.add_parser("schemas", help="write what is generated from the code: workflow/schemas/ and docs/tables.md")
    chosen = parser.parse_args(arguments)
    try:
        if chosen.command == "check":
            path = Path(chosen.path)
            print(check_export(path, Path(chosen.study)) if path.is_file() else check(path))
        elif chosen.command == "init":
            print(init(Path(chosen.folder), Path(chosen.export)))
        elif chosen.command == "new-scale":
            new_scale.run(Path(chosen.study), chosen.id, watched=chosen.watch)
        elif chosen.command == "export":
            from practicework.commands.exporters import export

            print("\n".join(export(Path(chosen.study), chosen.scale, chosen.to)))
        elif chosen.command == "verify":
            from practicework.commands.verification import summary

            text, passed = summary.run(Path(chosen.study), ROOT, chosen.tolerance, chosen.csv)
            print(text)
            return 0 if passed else 1
        elif chosen.command == "expect":
            from practicework.commands.verification import expect

            print("\n".join(f"Wrote {file}" for file in expect(Path(chosen.study), ROOT)))
        elif chosen.command == "stand-in":
            from practicework.commands import stand_in

            print(stand_in.write(Path(chosen.study), chosen.sample, chosen.n))
        elif chosen.command == "package":
            from practicework.commands.package import package

            print(package(Path(chosen.study), ROOT, chosen.to))
        elif chosen.command == "reports":
            print("\n".join(reports(Path(chosen.study))))
        else:
            for name, text in generated().items():
                (ROOT / name).write_text(text, encoding="utf-8")
    except StudyError as error:
        print(f"Error: {error}", file=sys.stderr)
        return 1
    return 0


def check(folder: Path) -> str:
    """Load a study and read every sample's file; a StudyError tells the first mistake."""
    from practicework.stages.ingest import ingest, read  # only here: it loads pandas

    study = load_study(folder)
    lines = []
    for sample in study.config.samples:
        found = ingest(read(study, sample), study, sample)
        lines.append(f"{sample}: {len(found.responses)} respondents; stages {', '.join(Part(study, sample).stages)}")
    for name, spec in study.config.coding.items():
        from practicework.stages import coding

        evidence = coding.load(study.folder, name, spec, study.codebooks.get(name))
        lines.append(
            f"{name}: {len(evidence.units)} units, {len(evidence.codings)} codings; stages {', '.join(Part(study, name).stages)}"
        )
    lines += [f"Note: {note}" for scale in study.scales.values() for note in new_scale.placeholders(scale)]
    lines += [f"Note: {file} is named by nothing in the config." for file in study.unused_raw_files()]
    return "\n".join([*lines, "No mistake found."])


def check_export(file: Path, folder: Path) -> str:
    """What an export holds, and which of a study's scales it can score; a StudyError tells what is wrong with it."""
    from practicework.commands.drafting import describe
    from practicework.stages.ingest import ingest, read_file

    raw = read_file(file)
    lines = describe(raw)
    if (folder / CONFIG).is_file():
        study = load_study(folder)
        for scale in study.scales.values():
            alone = {"samples": {"file": Sample(file=file.name, synthetic="")}, "variables": None, "quasi_identifiers": ()}
            config = study.config.model_copy(update=alone | {"screening": None})
            try:
                ingest(raw, Study(folder, config, {scale.id: scale}), "file")
                lines.append(f"  scale {scale.id}: can be scored")
            except StudyError as error:
                lines.append(f"  scale {scale.id}: {error}")
    return "\n".join(lines)


def init(folder: Path, export: Path) -> str:
    """Draft a study from an export; refuse a folder that holds one."""
    from practicework.commands.drafting import draft
    from practicework.stages.ingest import read_file

    files = draft(read_file(export), export, folder)
    return "\n".join([*(f"Wrote {file}" for file in files), f"Review them, then: practicework check {folder}"])


def reports(folder: Path) -> list[str]:
    """Where the reports of a study are, of each sample or set of codings a page and a Word file, or that they are not made."""
    lines = []
    for sample in load_study(folder).part_names:
        path = (folder / "results" / sample / "report" / "report.html").resolve()
        made = [f"Report: {path}", f"  Word: {path.with_suffix('.docx')}"]
        lines += made if path.is_file() else [f"No report of {sample} yet: run snakemake."]
    overview = (folder / "results" / "overview.html").resolve()
    return [*lines, f"All of them: {overview}"] if overview.is_file() else lines


def generated() -> dict[str, str]:
    """Every generated file by its path in the repository: JSON Schemas and the list of tables."""
    models: dict[str, type[Strict]] = {"config": Config, "scale": Scale, "codebook": Codebook}
    dialect = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    files = {
        f"workflow/schemas/{name}.schema.json": json.dumps(dialect | model.model_json_schema(), indent=2) + "\n"
        for name, model in models.items()
    }
    return files | {"docs/tables.md": _tables()}


def _tables() -> str:
    """The contract of every result table, as Markdown."""
    lines = [
        "# Tables",
        "",
        "Every table of `results/<sample>/`: CSV, UTF-8, one header row, full precision, empty where there is no value.",
        "Kinds: text, number, count (whole number), flag (True or False); `?` where a cell may be empty.",
    ]
    for name, contract in CONTRACTS.items():
        lines += ["", f"## {name}.csv", "", contract.about, "", "| column | kind | meaning |", "|---|---|---|"]
        lines += [f"| `{column}` | {kind} | {meaning} |" for column, (kind, meaning) in contract.columns.items()]
        if contract.open:
            lines.append("| *(further columns)* | number? | one per item, variable, scale or profile of the study |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
