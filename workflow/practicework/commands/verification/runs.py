"""Rerun a study in a temporary folder, with its data or with a stand-in if a sample's file is missing."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml

from practicework.commands import running
from practicework.errors import StudyError
from practicework.study import CONFIG, files, load_config, load_study
from practicework.study.documents import read_yaml
from practicework.study.synthesis import DEFAULT, syntheses

DATA, STAND_IN, ABSENT = "data", "stand-in", "absent"

BECAUSE = "A stand-in for data that are not public: it shows that the pipeline runs but supports no conclusions."


@dataclass(frozen=True)
class Rerun:
    """A rerun: the data used for each part, the result folders and the run time in seconds."""

    basis: dict[str, str]
    results: dict[str, Path] = field(default_factory=dict)
    seconds: float = 0.0


def basis(folder: Path) -> dict[str, str]:
    """By part of a study: `data` if its file exists, `stand-in` if only its stand-in exists, otherwise `absent`.

    A synthesis can only be run if all its samples have data.
    """
    config = load_config(folder)
    kinds = {
        name: DATA
        if (folder / one.file).is_file()
        else STAND_IN
        if one.stand_in and (folder / one.stand_in).is_file()
        else ABSENT
        for name, one in config.samples.items()
    }
    sets = {name: DATA if all((folder / file).is_file() for file in one.files) else ABSENT for name, one in config.coding.items()}
    real = [name for name, one in config.samples.items() if not one.synthetic]
    pools = {
        name: DATA if all(kinds[sample] == DATA for sample in (one.samples or real)) else ABSENT
        for name, one in syntheses(config).items()
    }
    return kinds | sets | pools


@contextmanager
def rerun(folder: Path, code: Path, kinds: dict[str, str]) -> Iterator[Rerun]:
    """Run a study's parts in a temporary folder that is deleted afterwards; the study's own results do not change.

    Parameters
    ----------
    folder : Path
        The study.
    code : Path
        The clone or package whose Snakefile is run.
    kinds : dict
        By part: `data`, `stand-in` or `absent` (not run). Each stand-in is run as a separate study, because it
        needs no other part.

    Raises
    ------
    StudyError
        If the pipeline fails.
    """
    config = read_yaml(folder / CONFIG, CONFIG.as_posix())
    own = [part for part, kind in kinds.items() if kind == DATA]
    studies = {None: (only(config, own), own)} if own else {}
    for part in (part for part, kind in kinds.items() if kind == STAND_IN):
        studies[part] = (with_coded(only(config, [part]), part, config["samples"][part]["stand_in"], BECAUSE), [part])
    with TemporaryDirectory(prefix="practicework-") as place:
        results, start = {}, time.perf_counter()
        for number, (changed, parts) in enumerate(studies.values()):
            to = Path(place) / str(number)
            copy_study(folder, to, changed)
            _run(to, code)
            results |= {part: to / "results" / part for part in parts}
        yield Rerun(kinds, results, time.perf_counter() - start)


def only(config: dict, parts: list[str]) -> dict:
    """A config restricted to these samples, sets of codings and syntheses."""
    kept = {key: value for key, value in config.items() if key not in ("samples", "coding", "synthesis", "replication")}
    for key in ("samples", "coding", "synthesis", "replication"):
        some = {name: one for name, one in (config.get(key) or {}).items() if name in parts}
        if some:
            kept[key] = some
    if "multiple" in kept:  # a question is compared with cases only if their set is there
        kept["multiple"] = {
            name: {key: value for key, value in one.items() if key != "joint_display" or value["set"] in parts}
            for name, one in kept["multiple"].items()
        }
    kept = {key: kept[key] for key in config if key in kept}  # in the order of the file
    return kept if kept == config or DEFAULT in parts or "synthesis" in kept else kept | {"synthesis": {}}


def with_coded(config: dict, sample: str, file: str, synthetic: str | None = None) -> dict:
    """A config in which a table of coded answers replaces a sample's file."""
    entry = {"file": file, "reader": "coded", "respondent": "respondent"} | ({"synthetic": synthetic} if synthetic else {})
    return config | {"samples": config["samples"] | {sample: entry}}


def copy_study(folder: Path, to: Path, config: dict) -> None:
    """Copy the files that a study declares, with its own or a changed config; nothing else of its folders.

    Raises
    ------
    StudyError
        If a declared file is a link that leaves the study, or the study has a mistake.
    """
    for name in (*files.instruments(folder), *files.data(folder)):
        files.copy(folder, name, to)
    if config != read_yaml(folder / CONFIG, CONFIG.as_posix()):
        write_config(config, to)
    load_study(to)  # report mistakes before anything runs


def write_config(config: dict, folder: Path) -> None:
    """Write a changed config; the comments of the original are lost."""
    text = yaml.safe_dump(config, sort_keys=False, allow_unicode=True, width=120)
    (folder / CONFIG).write_text(text, encoding="utf-8")


def _run(folder: Path, code: Path) -> None:
    """Run the pipeline; if it fails, raise a StudyError with its last error message."""
    outcome = running.execute(folder, code, ["--no-hooks"])  # a model that cannot be fitted is part of what is compared
    if outcome.status:
        raise StudyError(f"Not reproduced because the pipeline failed: {outcome.why()}")
