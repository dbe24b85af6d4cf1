"""Where the program's own files are: in a clone or package, or where the wheel installed them."""

import shutil
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from practicework.errors import StudyError

LIBRARY = Path(__file__).parents[1]
"""The package `practicework`; beside the Snakefile in a clone, among the site packages if a wheel was installed."""

FILES = (
    "Snakefile", "Makefile", "pyproject.toml", "requirements.lock", "LICENSE", "CITATION.cff", "SECURITY.md",
    "workflow", "profiles", "docs",
)  # fmt: skip
"""The files and folders of the program, without those of the study in the clone."""

LITTER = shutil.ignore_patterns("__pycache__", "*.pyc", "*.egg-info", ".*")


def home() -> Path:
    """Return the folder of the Snakefile, the documents and the pins.

    Raises
    ------
    StudyError
        If the installation is incomplete.
    """
    clone = LIBRARY.parents[1]
    if (clone / "Snakefile").is_file():
        return clone
    try:
        installed = distribution("practicework").files or []
    except PackageNotFoundError:
        installed = []
    for file in installed:
        if file.name == "Snakefile":
            return Path(file.locate()).resolve().parent
    raise StudyError("This installation of practicework has no Snakefile; install it again, for instance with: pipx install .")


def copy(code: Path, to: Path) -> None:
    """Copy the program of a clone, a package or an installation, without machine-specific files."""
    to.mkdir(parents=True, exist_ok=True)
    for name in FILES:
        if (code / name).is_dir():
            shutil.copytree(code / name, to / name, ignore=LITTER)
        else:
            shutil.copyfile(code / name, to / name)
    library = to / "workflow" / LIBRARY.name
    if not library.is_dir():  # installed from a wheel
        shutil.copytree(LIBRARY, library, ignore=LITTER)
