"""Load a study from its folder and validate it as a whole before anything runs."""

from pathlib import Path

from practicework.errors import StudyError
from practicework.study.codebook import load_codebook
from practicework.study.config import Config
from practicework.study.documents import read_yaml, validated
from practicework.study.mistakes import mistakes
from practicework.study.scale import load_scale
from practicework.study.study import CONFIG, Study


def load_config(folder: Path) -> Config:
    """Read and validate a study's config alone, without looking for the files it names."""
    return validated(Config, read_yaml(folder / CONFIG, CONFIG.as_posix()), CONFIG.as_posix())


def load_study(folder: Path | str = ".") -> Study:
    """Read and validate the study in a folder.

    Raises
    ------
    StudyError
        The first mistake in its config, scales or codebooks.
    """
    folder = Path(folder)
    shown = CONFIG.as_posix()
    config = load_config(folder)
    for name in config.scales or ():
        if (config.scales or ()).count(name) > 1:
            raise StudyError(f"{shown}: 'scales' lists '{name}' twice; remove one entry.")
    study = Study(
        folder,
        config,
        {name: load_scale(folder, name) for name in config.scales or ()},
        {name: load_codebook(folder, one.codebook) for name, one in config.coding.items() if one.codebook},
    )
    for mistake in mistakes(study):
        raise StudyError(f"{shown}: {mistake}")
    return study
