"""The files that a study declares, and their copy: never a folder, and nothing through a link that leaves the study."""

import os
import shutil
from pathlib import Path

from practicework.errors import StudyError
from practicework.study.loading import read_config
from practicework.study.study import CONFIG


def instruments(folder: Path) -> list[str]:
    """Return the config, scales and files of claims of a study, relative to its folder."""
    config, claims = read_config(folder)
    return [CONFIG.as_posix(), *(f"scales/{scale}.yaml" for scale in config.scales or ()), *dict.fromkeys(claims.values())]


def data(folder: Path) -> list[str]:
    """Return the files of samples and sets that exist, relative to the study's folder."""
    config, _ = read_config(folder)
    named = [file for one in config.samples.values() for file in (one.file, one.stand_in) if file]
    named += [file for one in config.coding.values() for file in one.files]
    return [file for file in dict.fromkeys(named) if (folder / file).exists()]


def copy(folder: Path, name: str, to: Path) -> None:
    """Copy one file of a study to the same place in another folder, as a file even if it is a link.

    Raises
    ------
    StudyError
        If the file is a link that leaves the study, or is not a regular file.
    """
    source = Path(os.path.realpath(folder / name))
    if not source.is_relative_to(os.path.realpath(folder)):
        raise StudyError(f"{name} is a link to a file outside the study; replace it by a copy of that file.")
    if not source.is_file():
        raise StudyError(f"{name} is not a regular file; replace it by one.")
    (to / name).parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, to / name)
