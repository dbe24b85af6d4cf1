"""Select the data that a package includes: the original file, coded answers without identifiable respondents, or nothing."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import yaml

from practicework.commands.verification.runs import with_coded, write_config
from practicework.errors import StudyError
from practicework.stages.coding.evidence import load
from practicework.stages.coding.qdpx import project
from practicework.stages.ingest import coded, ingest, read
from practicework.stages.ingest.deidentify import SMALL, anonymity
from practicework.study import CONFIG, RAW, Study, files
from practicework.study.documents import read_yaml
from practicework.tables.files.personal import IDENTIFYING


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
        than five respondents share some combination of them; or if its original file is to be published with columns of
        contact data, addresses, locations or direct identifiers that `publish_columns` does not name.
    """
    for sample, spec in study.config.samples.items():
        if spec.published == "deidentified":
            _deidentified(study, sample)
        elif spec.published == "raw":
            _raw(study, sample)


def _raw(study: Study, sample: str) -> None:
    """Refuse an original file with columns that identify respondents, unless each is named in `publish_columns`."""
    spec = study.config.samples[sample]
    where = f"{CONFIG.as_posix()}: 'samples.{sample}"
    dropped = ingest(read(study, sample), study, sample).dropped
    identifying = dropped[dropped["reason"].isin(IDENTIFYING)]
    for name in spec.publish_columns:
        if name not in set(identifying["column"]):
            raise StudyError(f"{where}.publish_columns' has '{name}', which identifies nobody in {spec.file}; remove it.")
    open_ = identifying[~identifying["column"].isin(spec.publish_columns)]
    if len(open_):
        named = ", ".join(f"'{row.column}' ({row.reason})" for row in open_.itertuples())
        raise StudyError(
            f"{where}.publish' is 'raw', but {spec.file} has columns that could identify respondents: {named}; publish "
            "'deidentified', remove the columns from the file, or name each under 'publish_columns'."
        )


def _deidentified(study: Study, sample: str) -> pd.DataFrame:
    """Return the coded answers of a sample under new ids; raise a StudyError if they cannot be published."""
    where = f"{CONFIG.as_posix()}: 'samples.{sample}.publish' is 'deidentified', but"
    if study.variables and "quasi_identifiers" not in study.config.model_fields_set:
        raise StudyError(
            f"{where} the config does not state which of the variables ({', '.join(study.variables)}) could identify "
            "respondents; list them under 'quasi_identifiers', or write 'quasi_identifiers: []' if there are none."
        )
    found = ingest(read(study, sample), study, sample)
    risk = anonymity(found.responses, study.identifiers)
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
    for file in files.instruments(study.folder):
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
        if one.publish == "none":
            datasets += [Dataset(name, file, "set of codings", False, "not public; see above for access") for file in one.files]
        elif one.is_project:
            changed, found = _coded_set(study, name, changed, to)
            datasets += found
        else:
            for file in one.files:
                _copy(study, file, to)
                datasets.append(Dataset(name, file, "set of codings", True, "unchanged"))
    if changed is not config:
        write_config(changed, to)
    if (study.folder / RAW / "README.md").is_file():
        _copy(study, (RAW / "README.md").as_posix(), to)
    return datasets


def _coded_set(study: Study, name: str, config: dict, to: Path) -> tuple[dict, list[Dataset]]:
    """Write a project as the tables that the stage reads, without its sources, and return the config that names them."""
    one = study.config.coding[name]
    evidence = load(study.folder, name, one, study.codebooks.get(name))
    folder = RAW / name
    entry = config["coding"][name] | {key: (folder / f"{key}.csv").as_posix() for key in ("units", "codings")}
    entry |= {"codebook": (folder / "codebook.yaml").as_posix(), "pseudonyms": True}
    (to / folder).mkdir(parents=True, exist_ok=True)
    evidence.units.to_csv(to / entry["units"], index=False, lineterminator="\n")
    columns = ["unit", "code", "source", "coder", "segment"]
    evidence.codings[columns].to_csv(to / entry["codings"], index=False, lineterminator="\n")
    written = ["units", "codings", "codebook"]
    if one.informants is not None:
        entry["informants"] = (folder / "informants.csv").as_posix()
        evidence.informants.to_csv(to / entry["informants"], index=False, lineterminator="\n")
        written.append("informants")
    codebook = study.codebooks.get(name) or project(study.folder / one.codings, one.codings, None)[2]
    text = yaml.safe_dump(codebook.model_dump(mode="json", exclude_none=True), sort_keys=False, allow_unicode=True, width=120)
    (to / entry["codebook"]).write_text(text, encoding="utf-8")
    others = [matrix.published for matrix in one.matrices.values() if matrix.published]
    for file in others:
        _copy(study, file, to)
    note = f"from the project {Path(one.codings).name}, whose sources are not included"
    datasets = [Dataset(name, entry[key], "set of codings", True, note) for key in written]
    datasets += [Dataset(name, file, "set of codings", True, "unchanged") for file in others]
    datasets.append(Dataset(name, one.codings, "set of codings", False, "the project itself is not public"))
    return config | {"coding": config["coding"] | {name: entry}}, datasets


def _copy(study: Study, name: str, to: Path) -> None:
    files.copy(study.folder, name, to)
