"""Write replication packages: the code, publishable data and results of a study, for a data archive."""

import re
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

from practicework.commands import program
from practicework.commands.exporters import codebook
from practicework.commands.package import crate, data, readme
from practicework.commands.package.archive import files, write_checksums, write_zip
from practicework.commands.verification import Verification, basis, compared, expectations, numbers
from practicework.commands.verification.numbers import SAME
from practicework.commands.verification.runs import DATA, STAND_IN, Rerun, rerun
from practicework.commands.verification.shipped import CHECKSUMS
from practicework.errors import StudyError
from practicework.study import Study, load_study
from practicework.study.pipeline import Part

FOLDER = Path("results/package")


def package(folder: Path, code: Path, to: Path | None = None) -> str:
    """Write a study's replication package as a folder and a zip archive, and return a summary.

    Parameters
    ----------
    folder : Path
        The study, with its results.
    code : Path
        The clone whose pipeline produced them; it becomes part of the package.
    to : Path, optional
        The package's folder (default: `results/package/<title>` of the study).

    Raises
    ------
    StudyError
        If results are missing, data cannot be published as configured, the folder contains something else, or the
        pipeline fails in the package. Nothing is written in that case.
    """
    study = load_study(folder)
    numbers.check_reported(study.config)
    expected = {part: _expected(study, part) for part in study.part_names}
    data.check(study)
    own = (folder / "CITATION.cff").is_file()
    readme.citation(folder if own else code)
    if to is None and FOLDER.name in study.part_names:
        raise StudyError(f"{FOLDER} contains the results of '{FOLDER.name}'; choose another folder with --to.")
    to = to or folder / FOLDER / slug(study.config.title)
    archive = to.with_name(f"{to.name}.zip")
    mine = (to / crate.METADATA).is_file()
    if (to.exists() and not mine and (not to.is_dir() or any(to.iterdir()))) or (archive.exists() and not mine):
        raise StudyError(f"{to} or {archive.name} exists and is not a package; choose another folder with --to.")
    try:
        to.parent.mkdir(parents=True, exist_ok=True)
        place = TemporaryDirectory(dir=to.parent, prefix=".")
    except OSError as error:
        raise StudyError(f"{to} cannot be written ({error.strerror}); choose another folder with --to.") from None
    with place:
        made = Path(place.name) / to.name
        verification = _fill(made, study, code, expected)
        if wrong := crate.check(made):
            raise RuntimeError(f"the package's metadata do not match its files: {'; '.join(wrong[:3])}")
        shutil.rmtree(to, ignore_errors=True)
        shutil.move(made, to)
    write_zip(to, archive)
    return _told(study, to, archive, verification, own)


def slug(title: str) -> str:
    """Convert a title to a folder name."""
    return re.sub(r"[^a-z0-9]+", "-", re.sub(r"['’]", "", title.lower())).strip("-")[:60].strip("-") or "study"


def _expected(study: Study, part: str) -> pd.DataFrame:
    """The expected numbers of a part: the committed ones, otherwise those of its results."""
    committed = numbers.read_expected(expectations(study.folder, part, DATA))
    found = numbers.numbers(study.folder / "results" / part) if committed is None else committed
    gone = [  # comparisons with cases that are not published
        f"multiple_response_{name}_joint_display"
        for name, one in study.config.multiple.items()
        if one.joint_display and study.config.coding[one.joint_display.set].publish == "none"
    ]
    return found[~found["table"].isin(gone)].reset_index(drop=True)


def _fill(made: Path, study: Study, code: Path, expected: dict[str, pd.DataFrame]) -> Verification:
    """Write the contents of a package and run its pipeline once."""
    program.copy(code, made)
    if (study.folder / "CITATION.cff").is_file():
        shutil.copyfile(study.folder / "CITATION.cff", made / "CITATION.cff")
    datasets = data.write(study, made)
    if not (made / "config/README.md").is_file():
        shutil.copyfile(code / "config/README.md", made / "config/README.md")
    kinds = basis(made)
    stand_ins = {part: numbers.read_expected(expectations(study.folder, part, STAND_IN)) for part in study.part_names}
    wanted = {part: stand_ins[part] if kind == STAND_IN else expected[part] for part, kind in kinds.items()}
    with rerun(made, made, kinds) as run:
        verification = compared(run, wanted)
        _results(made, study, run, expected, stand_ins)
    for cache in list(made.rglob("__pycache__")):
        shutil.rmtree(cache)
    apart = verification.table()
    apart = apart[(apart["against"] == "expectation") & (apart["verdict"] != SAME)]
    if len(apart):
        apart.to_csv(made / "results/differences.csv", index=False, lineterminator="\n")
    if study.scales or study.variables:
        scales = list(study.scales.values())
        (made / "codebook.csv").write_text(codebook.table(scales, study), encoding="utf-8", newline="")
        (made / "codebook.html").write_text(codebook.page(scales, study), encoding="utf-8", newline="")
    (made / "README.md").write_text(readme.render(made, study, datasets, verification), encoding="utf-8")
    (made / CHECKSUMS).touch()  # to be listed in the metadata; its content is written last
    facts = {
        "title": f"Replication package: {study.config.title}",
        "description": study.config.question or f"Data, code and results of the study '{study.config.title}'.",
        "citation": readme.citation(made),
        "software": readme.software(made),
    }
    crate.write(made, facts, readme.descriptions(made, study, datasets, files(made)))
    write_checksums(made)
    return verification


def _results(
    made: Path, study: Study, run: Rerun, expected: dict[str, pd.DataFrame], stand_ins: dict[str, pd.DataFrame | None]
) -> None:
    """Copy results and expected numbers: of the package's run if it has the data, otherwise the study's without individuals."""
    if (overview := study.folder / "results/overview.html").is_file():
        (made / "results").mkdir(exist_ok=True)
        shutil.copyfile(overview, made / "results/overview.html")
    for part, kind in run.basis.items():
        source = run.results[part] if kind == DATA else study.folder / "results" / part
        for file in sorted(source.rglob("*")):
            name = file.relative_to(source)
            shown = file.is_file() and not file.name.startswith(".")  # Snakemake marks folders with a hidden file
            if shown and name.parts[0] in Part(study, part).stages and (kind == DATA or not _of_people(file, name)):
                (made / "results" / part / name.parent).mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, made / "results" / part / name)
        coded = part in study.config.samples and study.config.samples[part].published == "deidentified"
        wanted = numbers.numbers(run.results[part]) if coded else expected[part]
        numbers.write_expected(wanted, expectations(made, part, DATA))
        if kind == STAND_IN:
            known = stand_ins[part]
            wanted = numbers.numbers(run.results[part]) if known is None else known
            numbers.write_expected(wanted, expectations(made, part, STAND_IN))


def _of_people(file: Path, name: Path) -> bool:
    """Whether a result table has rows of respondents, units or informants; tables shown in the report are always published."""
    if name.parts[0] == "report" or file.suffix != ".csv":
        return False
    with file.open(encoding="utf-8") as lines:
        return not {"respondent", "unit", "informant"}.isdisjoint(lines.readline().strip().split(","))


def _told(study: Study, to: Path, archive: Path, verification: Verification, own: bool) -> str:
    """Summarise what was written, what readers of the package cannot do, and what to fix before publication."""
    from practicework.commands.verification.summary import verdict

    lines = [f"Package: {to}", f"Archive: {archive}", verdict(verification)]
    for part, kind in verification.basis.items():
        if kind != DATA and part in study.config.coding:
            lines.append(f"Note: the codings of {part} are not included; the set's 'publish' is 'none'.")
        elif kind != DATA:
            spec = study.config.samples[part]
            how = f"its stand-in {spec.stand_in} is" if kind == STAND_IN else "there is no stand-in"
            lines.append(f"Note: the data of {part} are not included; {how}.")
            lines.append(
                f"Note: the report of {part} is included and shows respondents by id and as points; review it before publication."
            )
    if not own:
        lines.append("Note: the study has no CITATION.cff, so authors and date are those of the program; add one.")
    return "\n".join(lines)
