"""Select the data that a package includes: the original file, coded answers without identifiable respondents, or nothing."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from practicework.commands.verification.runs import with_coded, write_config
from practicework.errors import StudyError
from practicework.stages.ingest import coded, ingest, read
from practicework.stages.ingest.deidentify import SMALL, anonymity
from practicework.study import CONFIG, RAW, Study
from practicework.study.documents import read_yaml


@dataclass(frozen=True)
class Dataset:
    """One data file in a package's README: its source and whether the package includes it."""

    part: str
    file: str
    source: str
    provided: bool
    note: str


def check(study: Study) -> None:
    """Refuse to publish answers that could identify respondents.

    Raises
    ------
    StudyError
        If a sample is to be published de-identified, but no quasi-identifiers are declared for its variables, or fewer
        than five respondents share some combination of them.
    """
    for sample, spec in study.config.samples.items():
        if spec.published == "deidentified":
            _deidentified(study, sample)


def _deidentified(study: Study, sample: str) -> pd.DataFrame:
    """Return the coded answers of a sample under new ids; raise a StudyError if they cannot be published."""
    where = f"{CONFIG.as_posix()}: 'samples.{sample}.publish' is 'deidentified', but"
    if study.variables and "quasi_identifiers" not in study.config.model_fields_set:
        raise StudyError(
            f"{where} the config does not state which of the variables ({', '.join(study.variables)}) could identify "
            "respondents; list them under 'quasi_identifiers', or write 'quasi_identifiers: []' if there are none."
        )
    found = ingest(read(study, sample), study, sample)
    risk = anonymity(found.responses, list(study.config.quasi_identifiers))
    if len(risk) and risk["k"].iloc[-1] < SMALL:
        worst = risk.iloc[-1]
        raise StudyError(
            f"{where} only {worst['k']} of {worst['n']} respondents share some combination of {worst['identifiers']}, and at "
            f"least {SMALL} must; use wider groups of age or region, remove a variable, or publish 'none' with a stand-in."
        )
    table = coded.frame(found.responses, found.quality, study.config.screening)
    return table.assign(respondent=[f"R{number:04d}" for number in range(1, len(table) + 1)])


def write(study: Study, to: Path) -> list[Dataset]:
    """Write config, scales and publishable data to a package and return the list of data files."""
    config = changed = read_yaml(study.folder / CONFIG, CONFIG.as_posix())
    shutil.copytree(study.folder / "config", to / "config", ignore=shutil.ignore_patterns("expected", ".*"))
    for scale in study.scales:
        _copy(study, f"scales/{scale}.yaml", to)
    for file in study.claim_files.values():
        _copy(study, file, to)
    datasets = []
    for sample, spec in study.config.samples.items():
        if spec.published == "deidentified":
            file = (RAW / f"{sample}_deidentified.csv").as_posix()
            coded.write(_deidentified(study, sample), to / file)
            changed = with_coded(changed, sample, file, spec.synthetic)
            changed["samples"][sample]["publish"] = "raw"
            note = "coded answers without personal data; respondents are renumbered"
            note += "; with total time, completion and attention checks for screening" if study.config.screening else ""
            datasets.append(Dataset(sample, file, f"coded from {Path(spec.file).name}, which is not public", True, note))
            continue
        source = f"computed: {spec.synthetic.strip()}" if spec.synthetic else "the survey's export"
        if spec.published == "raw":
            _copy(study, spec.file, to)
            datasets.append(Dataset(sample, spec.file, source, True, "unchanged"))
            continue
        datasets.append(Dataset(sample, spec.file, source, False, "not public; see above for access"))
        if spec.stand_in:
            _copy(study, spec.stand_in, to)
            note = "for runs without the real data; does not support conclusions"
            datasets.append(Dataset(sample, spec.stand_in, f"synthetic, drawn from the distributions of {sample}", True, note))
    for name, one in study.config.coding.items():
        for file in one.files:
            _copy(study, file, to)
            datasets.append(Dataset(name, file, "set of codings", True, "unchanged"))
    if changed is not config:
        write_config(changed, to)
    if (study.folder / RAW / "README.md").is_file():
        _copy(study, (RAW / "README.md").as_posix(), to)
    return datasets


def _copy(study: Study, name: str, to: Path) -> None:
    (to / name).parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(study.folder / name, to / name)
