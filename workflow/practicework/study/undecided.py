"""What a draft inferred and nobody has confirmed; a run requires that nothing is left."""

from dataclasses import dataclass

from practicework.errors import StudyError
from practicework.study.study import CONFIG, Study


@dataclass(frozen=True)
class Point:
    """One undecided key.

    Attributes
    ----------
    file : str
        The file with the key `confirm` that names it.
    key : str
        `items`, `response`, `labels` or `order` of a scale; `missing` of a sample; `variables` or `categories`.
    owner : str
        The scale or sample; empty for a key of the study.
    """

    file: str
    key: str
    owner: str = ""


def undecided(study: Study) -> list[Point]:
    """Return the undecided keys: those of the scales in their order, then those of the samples and of the study."""
    config = CONFIG.as_posix()
    found = [Point(f"scales/{scale.id}.yaml", key, scale.id) for scale in study.scales.values() for key in scale.confirm]
    found += [Point(config, key, name) for name, sample in study.config.samples.items() for key in sample.confirm]
    return found + [Point(config, key) for key in study.config.confirm]


def check_decided(study: Study) -> None:
    """Refuse a study in which something is undecided.

    Raises
    ------
    StudyError
        With the files and keys, and how to confirm them.
    """
    points = undecided(study)
    if not points:
        return
    files: dict[str, list[str]] = {}
    for point in points:
        files.setdefault(point.file, []).append(point.key)
    named = "; ".join(f"{file}: {', '.join(dict.fromkeys(keys))}" for file, keys in files.items())
    raise StudyError(
        f"The study has {len(points)} undecided point{'s' * (len(points) > 1)} ({named}). Review them with 'practicework "
        "confirm', or remove them from the keys 'confirm'."
    )
