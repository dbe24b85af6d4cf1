"""A new scale: the file to fill in, and a look at it whenever it is saved."""

import os
import re
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import yaml

from practicework.errors import StudyError
from practicework.study import CONFIG, load_study
from practicework.study.documents import NAME, read_yaml
from practicework.study.scale import FOLDER, Scale, load_scale, normalized

SCHEMA = Path(__file__).parents[2] / "schemas/scale.schema.json"
SECONDS = 0.5
"""Between two looks at a file."""

DEFINITION = "What the scale measures, in a sentence."
CITATION = "The reference, as it should stand in the report."
TEXTS = ("The first question as respondents read it.", "A question where agreement means less of it.", "The third question.")
"""The texts of a new file that are to be replaced."""

_STUB = """\
{schema}id: {id}
label: {label}
definition: {definition}
source:
  citation: {citation}
status: draft            # published, adapted or draft
response: {{min: 1, max: 5, labels: {{1: Strongly disagree, 5: Strongly agree}}}}
items:
  - {{id: {item}_1, text: "{texts[0]}"}}
  - {{id: {item}_2, text: "{texts[1]}", reverse: true}}
  - {{id: {item}_3, text: "{texts[2]}"}}
scoring: {{method: mean, min_valid: 0.8}}
"""


def write(folder: Path, scale_id: str) -> str:
    """Write a scale to fill in, and say what to do next.

    Parameters
    ----------
    folder : Path
        The study's folder.
    scale_id : str
        The scale's name.

    Raises
    ------
    StudyError
        The name is none for a file, or the file exists.
    """
    path = _path(folder, scale_id)
    if path.exists():
        raise StudyError(
            f"{path} exists already; choose another id, or edit that file (with --watch it is checked at each save)."
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    text = _STUB.format(
        schema=_schema_line(path.parent),
        id=_scalar(scale_id),
        label=_scalar(scale_id.replace("_", " ").capitalize()),
        item=scale_id if scale_id[0].isalpha() else f"item_{scale_id}",
        definition=DEFINITION,
        citation=CITATION,
        texts=TEXTS,
    )
    path.write_text(text, encoding="utf-8")
    return f"Wrote {path}. Fill it in, then add '{scale_id}' to 'scales' in {folder / CONFIG}."


def run(folder: Path, scale_id: str, *, watched: bool) -> None:
    """The command: write the file and, if wanted, watch it; a file that exists is only watched."""
    show = partial(print, flush=True)
    if not watched or not _path(folder, scale_id).exists():
        show(write(folder, scale_id))
    if watched:
        show("Checked at each save; Ctrl-C ends this.")
        watch(folder, scale_id, show)


def pause() -> None:
    """Wait until the next look."""
    time.sleep(SECONDS)


def watch(folder: Path, scale_id: str, show: Callable[[str], None], wait: Callable[[], None] | None = None) -> None:
    """Show what a scale's file says, now and at each save, until the user interrupts.

    A file that changed is read once it has stayed the same for one look, since editors empty it while they save.

    Parameters
    ----------
    folder : Path
        The study's folder.
    scale_id : str
        The scale's name.
    show : callable
        Takes each message.
    wait : callable, optional
        Waits between two looks; a KeyboardInterrupt in it ends the watch. Else half a second.
    """
    path, wait = _path(folder, scale_id), wait or pause
    shown: object = "nothing yet"
    before = _state(path)
    try:
        while True:
            now = _state(path)
            if now != shown and now == before:
                shown = now
                show(verdict(folder, scale_id))
            before = now
            wait()
    except KeyboardInterrupt:
        return


def verdict(folder: Path, scale_id: str) -> str:
    """The mistake in a scale's file in one sentence, or what the scale is, and what is still to be done."""
    try:
        scale = load_scale(folder, scale_id)
    except StudyError as error:
        return f"Error: {error}"
    return "\n".join([summary(scale), *(f"Note: {note}" for note in [*placeholders(scale), *_use(folder, scale_id)])])


def summary(scale: Scale) -> str:
    """A valid scale in one line: its items, their range, its score."""
    items, turned = len(scale.items), scale.reversed_ids
    low, high = (f"{end:g}" for end in scale.score_range)
    count = f"{items} item{'s' if items > 1 else ''}"
    keyed = f" ({', '.join(turned)} reverse-keyed)" if turned else " (none reverse-keyed)"
    rule = {"mean": "mean", "sum": "sum", "pomp": "percent of the maximum possible"}[scale.scoring.method]
    answers = f"answers {scale.response.min:g} to {scale.response.max:g}"
    return f"{scale.id}: valid. {count}{keyed}, {answers}, score {low} to {high} ({rule}, from {scale.needed} answered on)."


def placeholders(scale: Scale) -> list[str]:
    """A sentence that names the texts of a new file that nobody has replaced yet; none if all are."""
    stub = {normalized(text) for text in (DEFINITION, CITATION, *TEXTS)}
    texts = {"definition": scale.definition, "source.citation": scale.source and scale.source.citation}
    texts |= {f"the text of {item.id}": item.text for item in scale.items}
    left = [where for where, text in texts.items() if text and normalized(text) in stub]
    return [f"scales/{scale.id}.yaml still has the words of a new file: {', '.join(left)}; replace them."] if left else []


def _use(folder: Path, scale_id: str) -> list[str]:
    """What the study's config has to do with the scale: nothing to say where it names it and all is in order."""
    config = CONFIG.as_posix()
    try:
        named = read_yaml(folder / CONFIG, config).get("scales") if (folder / CONFIG).is_file() else None
        if isinstance(named, list) and scale_id in named:
            load_study(folder)
            return []
    except StudyError as error:
        return [f"the study has a mistake elsewhere: {error}"]
    return [f"'scales' in {config} does not name '{scale_id}' yet, so that it is not part of the study."]


def _path(folder: Path, scale_id: str) -> Path:
    if not re.fullmatch(NAME, scale_id) or scale_id.endswith("\n"):
        raise StudyError(f"'{scale_id}' cannot name a scale; use lower-case letters, digits and underscores.")
    return folder / FOLDER / f"{scale_id}.yaml"


def _state(path: Path) -> tuple[int, int] | None:
    """What changes when a file is saved; None while there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


def _schema_line(folder: Path) -> str:
    """The line by which editors find the schema: relative where there is a way to it, and editors read no blanks."""
    if not SCHEMA.is_file():
        return ""
    try:
        address = Path(os.path.relpath(SCHEMA.resolve(), folder.resolve())).as_posix()
    except ValueError:  # on another drive
        address = ""
    if not address or re.search(r"\s", address):
        address = SCHEMA.resolve().as_uri()
    return f"# yaml-language-server: $schema={address}\n"


def _scalar(text: str) -> str:
    """A text as YAML has it: in quotes where it would be read as something else, such as `on`."""
    return text if yaml.safe_load(text) == text else f'"{text}"'
