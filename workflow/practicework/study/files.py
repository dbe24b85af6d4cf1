"""The files that a study declares, and their copy: never a folder, and nothing through a link that leaves the study."""

import os
import re
import shutil
from pathlib import Path
from tempfile import TemporaryFile

from practicework.errors import StudyError
from practicework.study.loading import read_config
from practicework.study.study import CONFIG

RESULTS, SCRIPTS = "results", ".snakemake/scripts"


def instruments(folder: Path) -> list[str]:
    """Return the config, scales, files of claims and of developments of a study, relative to its folder."""
    config, claims = read_config(folder)
    own = [file for one in config.development.values() for file in (one.constructs, one.pool, one.decisions)]
    scales = [f"scales/{scale}.yaml" for scale in config.scales or ()]
    existing = [file for file in dict.fromkeys(own) if (folder / file).exists()]
    return [CONFIG.as_posix(), *scales, *dict.fromkeys(claims.values()), *existing]


def data(folder: Path) -> list[str]:
    """Return the files of samples and sets that exist, relative to the study's folder."""
    config, _ = read_config(folder)
    named = [file for one in config.samples.values() for file in (one.file, one.stand_in) if file]
    named += [file for one in (*config.coding.values(), *config.development.values()) for file in one.files]
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


def check_places(folder: Path) -> None:
    """Check the folders of a study in which a run writes.

    Raises
    ------
    StudyError
        If one of them is not a folder or cannot be written, if Snakemake's folder of scripts contains a file that
        Snakemake did not put there (Python would import it), or if there are unreadable settings of matplotlib (it would
        fail to load; readable ones change nothing).
    """
    for name in (RESULTS, ".snakemake"):
        place = folder / name
        if place.is_symlink() or (place.exists() and not place.is_dir()):
            kind = "a link" if place.is_symlink() else "a file"
            raise StudyError(f"{name} in the study folder is {kind}, but a run needs a folder of this name; move it away.")
        try:
            place.mkdir(exist_ok=True)
            TemporaryFile(dir=place).close()
        except OSError as error:
            raise StudyError(f"{name} in the study folder cannot be written ({error.strerror}).") from None
    for file in sorted((folder / SCRIPTS).glob("*")):
        if not re.fullmatch(r"tmp\w+\.(stage|report|overview|chunk)\.py|__pycache__", file.name):
            raise StudyError(
                f"{SCRIPTS} in the study folder contains a file that Snakemake did not write; delete the folder .snakemake."
            )
    try:
        (folder / "matplotlibrc").read_text(encoding="utf-8")
    except FileNotFoundError:
        pass
    except (OSError, UnicodeDecodeError):
        raise StudyError("matplotlibrc in the study folder cannot be read; delete it. Figures do not depend on it.") from None
