"""Export instruments from scale files: questionnaire, survey tools, R code and codebook.

Each format is a function from scales to text, registered in `FORMATS`. No stage of the pipeline uses this package.
"""

from collections.abc import Callable
from pathlib import Path

from practicework.commands.exporters import (
    codebook,
    judge_tasks,
    latent_interactions,
    lavaan,
    multiple,
    psych,
    qualtrics,
    questionnaire,
    redcap,
)
from practicework.commands.new_scale import placeholders
from practicework.errors import StudyError
from practicework.study import CONFIG, Study, load_study
from practicework.study.scale import FOLDER, Scale, load_scale

FOLDER_OF_INSTRUMENTS = Path("results/instruments")

FORMATS: dict[str, tuple[str, Callable[[list[Scale], Study | None], str]]] = {
    "questionnaire.html": (
        "the questionnaire, to print or to pre-test",
        lambda scales, study: questionnaire.page([*scales, *multiple.parts(study)]),
    ),
    "qualtrics.txt": ("for import into Qualtrics", lambda scales, study: qualtrics.survey([*scales, *multiple.parts(study)])),
    "redcap_dictionary.csv": ("for upload to REDCap", lambda scales, study: redcap.dictionary([*scales, *multiple.parts(study)])),
    "psych_keys.R": ("scores in R", lambda scales, _: psych.script(scales)),
    "lavaan.R": ("the confirmatory factor model in R", lambda scales, _: lavaan.script(scales)),
    "codebook.csv": ("variables and values, as a table", codebook.table),
    "codebook.html": ("the codebook as a web page", codebook.page),
}
"""By file name: its purpose and the function that returns its text."""

OF_SCALES = ("psych_keys.R", "lavaan.R")
"""Formats that need scales."""

OF_MODELS: dict[str, tuple[str, Callable[[list[Scale], Study | None], str]]] = {
    "modsem.R": ("latent interactions by LMS in R", latent_interactions.modsem),
    "mplus.inp": ("latent interactions by LMS in Mplus", latent_interactions.mplus),
}
"""Likewise, for studies with moderation models of scales."""


def instruments(scales: list[Scale], study: Study | None = None) -> dict[str, str | StudyError]:
    """Return the text of each format, or the error if a format cannot represent these scales."""
    made: dict[str, str | StudyError] = {}
    formats = FORMATS | (OF_MODELS if latent_interactions.suitable(scales, study) else {})
    for name, (_, write) in formats.items():
        if not scales and name in OF_SCALES:
            continue
        try:
            made[name] = write(scales, study)
        except StudyError as error:
            made[name] = error
    return made


def export(folder: Path, scale_ids: list[str] | None = None, to: Path | None = None) -> list[str]:
    """Write the instruments of a study to a folder and return one line per file.

    Parameters
    ----------
    folder : Path
        The study's folder; the config is optional.
    scale_ids : list of str, optional
        The scales to export, without the study's variables. By default, the scales listed in the config or, without a
        config, all in `scales/`.
    to : Path, optional
        The output folder (default: `results/instruments/` of the study).

    Returns
    -------
    list of str
        One line per file. A format that cannot represent the scales is skipped, its line gives the reason, and a file
        from an earlier export is deleted.

    Raises
    ------
    StudyError
        If the study or a scale is invalid, there is no scale, or the folder cannot be written.
    """
    scales, study = _chosen(folder, scale_ids)
    target = to or folder / FOLDER_OF_INSTRUMENTS
    if to is None and study and FOLDER_OF_INSTRUMENTS.name in study.part_names:
        raise StudyError(f"{target} contains the results of the sample '{target.name}'; name another folder with --to.")
    lines = []
    try:
        target.mkdir(parents=True, exist_ok=True)
        made = instruments(scales, study) if scales or multiple.parts(study) else {}
        for name, development in study.config.development.items() if study else ():
            made |= judge_tasks.files(name, development, study.developments[name])
        about = {name: words for name, (words, _write) in (FORMATS | OF_MODELS).items()}
        for name, text in made.items():
            path = target / name
            if isinstance(text, StudyError):
                path.unlink(missing_ok=True)
                lines.append(f"Skipped {name}: {text}")
            else:
                path.write_text(text, encoding="utf-8", newline="")
                lines.append(f"{path}: {about.get(name, 'for the judges of a development')}")
    except OSError as error:
        raise StudyError(f"{target} cannot be written ({error.strerror}); name another folder with --to.") from None
    return [*lines, *(f"Note: {one}" for scale in scales for one in placeholders(scale))]


def _chosen(folder: Path, scale_ids: list[str] | None) -> tuple[list[Scale], Study | None]:
    """The scales to export and their study; selected scales need no study, so they can be exported before there are data."""
    study = load_study(folder) if not scale_ids and (folder / CONFIG).is_file() else None
    if scale_ids:
        scales = [load_scale(folder, one) for one in dict.fromkeys(scale_ids)]
    elif study:
        scales = list(study.scales.values())
    else:
        scales = [load_scale(folder, path.stem) for path in sorted((folder / FOLDER).glob("*.yaml"))]
    if not scales and not (study and (study.config.development or study.config.multiple)):
        raise StudyError(f"{folder} has no scale to export; start one with: practicework new-scale ID {folder}")
    owner: dict[str, str] = {}
    for scale in scales:
        for item in scale.item_ids:
            if owner.setdefault(item, scale.id) != scale.id:
                raise StudyError(
                    f"the item '{item}' is in scales/{owner[item]}.yaml and in scales/{scale.id}.yaml; rename one of them."
                )
    return scales, study
