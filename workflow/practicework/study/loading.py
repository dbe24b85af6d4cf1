"""Load a study from its folder and validate it as a whole before anything runs."""

from pathlib import Path

from practicework.errors import StudyError
from practicework.study.codebook import load_codebook
from practicework.study.config import Config
from practicework.study.development import load_material
from practicework.study.documents import read_yaml, validated
from practicework.study.mistakes import mistakes
from practicework.study.scale import load_scale
from practicework.study.study import CONFIG, Study

CLAIMS = Path("published")


def load_config(folder: Path) -> Config:
    """Read and validate a study's config and its files of published claims, without looking for the data it names."""
    return read_config(folder)[0]


def read_config(folder: Path) -> tuple[Config, dict[str, str]]:
    """Return the config with published claims in their place, and the files from which they come, by sample or set."""
    shown, files = CONFIG.as_posix(), {}
    data = read_yaml(folder / CONFIG, shown)
    replication = data.get("replication")
    for name, entry in replication.items() if isinstance(replication, dict) else ():
        if not isinstance(entry, dict) or not isinstance(entry.get("claims"), str):
            continue
        files[name] = file = entry["claims"]
        path = Path(file)
        if path.is_absolute() or path.parent != CLAIMS or (folder / path).resolve().parent != (folder / CLAIMS).resolve():
            raise StudyError(f"{shown}: 'replication.{name}.claims' is {file!r}; put the file into {CLAIMS}/ of the study.")
        found = read_yaml(folder / path, path.as_posix(), lists=True)
        for key in found:
            if key not in ("source", "claims"):
                raise StudyError(f"{path.as_posix()}: the key '{key}' is unknown; a file of claims has 'source' and 'claims'.")
        replication[name] = {**found, **entry, "claims": found.get("claims")}
    return validated(Config, data, shown), files


def load_study(folder: Path | str = ".") -> Study:
    """Read and validate the study in a folder.

    Raises
    ------
    StudyError
        For the first mistake in its config, scales, codebooks or developments.
    """
    folder = Path(folder)
    shown = CONFIG.as_posix()
    config, claim_files = read_config(folder)
    for name in config.scales or ():
        if (config.scales or ()).count(name) > 1:
            raise StudyError(f"{shown}: 'scales' lists '{name}' twice; remove one entry.")
    study = Study(
        folder,
        config,
        {name: load_scale(folder, name) for name in config.scales or ()},
        {name: load_codebook(folder, one.codebook) for name, one in config.coding.items() if one.codebook},
        claim_files,
        {name: load_material(folder, name, one, shown) for name, one in config.development.items()},
    )
    for mistake in mistakes(study):
        raise StudyError(f"{shown}: {mistake}")
    return study
