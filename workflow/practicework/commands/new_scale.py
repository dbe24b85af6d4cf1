"""Create a scale file from a template and check it at each save."""

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
"""Time between two checks of a file."""

DEFINITION = "What the scale measures, in a sentence."
CITATION = "The reference, as it should appear in the report."
TEXTS = ("The first question as respondents read it.", "A reverse-keyed question.", "The third question.")
"""Placeholder texts of a new file."""

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
    """Write a scale template and return the next steps.

    Parameters
    ----------
    folder : Path
        The study's folder.
    scale_id : str
        The scale's name.

    Raises
    ------
    StudyError
        If the name is invalid or the file exists.
    """
    path = _path(folder, scale_id)
    if path.exists():
        raise StudyError(f"{path} already exists; choose another id or edit that file (--watch checks it at each save).")
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
    """Write the file and, if requested, watch it; an existing file is only watched."""
    show = partial(print, flush=True)
    if not watched or not _path(folder, scale_id).exists():
        show(write(folder, scale_id))
    if watched:
        show("Checking the file at each save; press Ctrl-C to stop.")
        watch(folder, scale_id, show)


def pause() -> None:
    """Wait until the next check."""
    time.sleep(SECONDS)


def watch(folder: Path, scale_id: str, show: Callable[[str], None], wait: Callable[[], None] | None = None) -> None:
    """Check a scale file now and at each save, until the user interrupts.

    A changed file is read only after it has remained unchanged for one check, because editors empty files while saving.

    Parameters
    ----------
    folder : Path
        The study's folder.
    scale_id : str
        The scale's name.
    show : callable
        Receives each message.
    wait : callable, optional
        Waits between two checks (default: half a second); a KeyboardInterrupt ends the watch.
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
    """The first mistake in a scale file, or a summary of the scale and the remaining steps."""
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
    return f"{scale.id}: valid. {count}{keyed}, {answers}, score {low} to {high} ({rule}, at least {scale.needed} answered)."


def placeholders(scale: Scale) -> list[str]:
    """One sentence that lists the remaining placeholder texts; empty if there are none."""
    stub = {normalized(text) for text in (DEFINITION, CITATION, *TEXTS)}
    texts = {"definition": scale.definition, "source.citation": scale.source and scale.source.citation}
    texts |= {f"the text of {item.id}": item.text for item in scale.items}
    left = [where for where, text in texts.items() if text and normalized(text) in stub]
    return [f"scales/{scale.id}.yaml still contains placeholder texts: {', '.join(left)}; replace them."] if left else []


def _use(folder: Path, scale_id: str) -> list[str]:
    """Notes on the scale's place in the study; empty if the config lists the scale and the study is valid."""
    config = CONFIG.as_posix()
    try:
        named = read_yaml(folder / CONFIG, config).get("scales") if (folder / CONFIG).is_file() else None
        if isinstance(named, list) and scale_id in named:
            load_study(folder)
            return []
    except StudyError as error:
        return [f"the study has a mistake elsewhere: {error}"]
    return [f"'scales' in {config} does not list '{scale_id}' yet; add it to make the scale part of the study."]


def _path(folder: Path, scale_id: str) -> Path:
    if not re.fullmatch(NAME, scale_id) or scale_id.endswith("\n"):
        raise StudyError(f"'{scale_id}' is not a valid scale name; use lower-case letters, digits and underscores.")
    return folder / FOLDER / f"{scale_id}.yaml"


def _state(path: Path) -> tuple[int, int] | None:
    """Modification time and size of a file; None if it does not exist."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


def _schema_line(folder: Path) -> str:
    """The line with which editors find the schema: a relative path, or a URI if that is impossible or contains blanks."""
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
    """A text as a YAML scalar, quoted if YAML would read it as another type, such as `on`."""
    return text if yaml.safe_load(text) == text else f'"{text}"'
