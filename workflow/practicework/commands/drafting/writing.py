"""Write the files of a draft: all of them or none, and none that exists."""

import shutil
from pathlib import Path

from practicework.commands.drafting.answers import Column
from practicework.commands.drafting.scales import Response, counted, odd
from practicework.errors import StudyError
from practicework.study.editing import dump

IGNORED = ("/results/", "/.snakemake/", "# Responses are private.", "/data/raw/*")

_SCALE = """\
# Drafted from an export. `confirm` names what was inferred; `practicework confirm` shows the evidence and removes it.
# Also review the label of the scale, and add `reverse: true` to reverse-keyed items.
"""
_OBSERVED = {
    "order": "# The file does not contain the order of the answers: the codes below are a guess.\n",
    "labels": "# The codes of the labels follow the usual order of such answers.\n",
    "response": "# The range is inferred from the answers; only the questionnaire shows the printed one.\n",
}
_CONFIG = """\
# Drafted from an export. `confirm` names what was inferred; `practicework confirm` shows the evidence and removes it.
"""
_NEXT = """\
# Then add analyses, for example:
# moderation:
#   models:
#     main: {outcome: ..., predictor: ..., moderator: ...}
"""


def scale(document: dict, response: Response, columns: list[Column], holes: list[str]) -> str:
    """Return the text of a scale file, with what the answers show as comments."""
    head = _SCALE + f"# Observed: {_line(response.observed)}. Answers: {_line(counted(columns))}.\n"
    head += "".join(_OBSERVED[key] for key in response.confirm)
    if number := odd(columns):
        head += f"# Answers of another form: {number}; `practicework check` names the first.\n"
    if holes:
        head += f"# Left out although their names belong here: {_line('; '.join(holes))}.\n"
    return head + dump(document)


def config(document: dict, left_out: dict[str, list[str]]) -> str:
    """Return the text of the config, with the columns that are left out as comments."""
    lines = [f"#   {reason}: {', '.join(names)}" for reason, names in left_out.items()]
    told = "# Columns that are left out:\n" + "".join(f"{_line(line)}\n" for line in lines) if lines else ""
    return _CONFIG + dump(document) + told + _NEXT


def _line(text: str) -> str:
    """A text as it may stand in a comment."""
    return " ".join("".join(mark if mark.isprintable() else " " for mark in text).split())


def place(export: Path, folder: Path) -> tuple[str, bool]:
    """Return where the export is or will be in the study, and whether it is there already."""
    raw = (folder / "data/raw").resolve()
    if raw in export.resolve().parents:
        return f"data/raw/{export.resolve().relative_to(raw).as_posix()}", True
    target = folder / "data/raw" / export.name
    if target.exists():
        raise StudyError(f"{target} already exists and is another file; rename the export or choose another folder.")
    return f"data/raw/{export.name}", False


def write(folder: Path, files: dict[str, str], export: Path, copy_to: str | None) -> None:
    """Write the files and copy the export, or leave the folder as it was; `.gitignore` gets the lines that it lacks."""
    ignore = folder / ".gitignore"
    lines = ignore.read_text(encoding="utf-8").splitlines() if ignore.is_file() else []
    lines += [line for line in IGNORED if line not in lines]
    made: list[Path] = []
    before = ignore.read_bytes() if ignore.is_file() else None
    try:
        for name, text in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            with (folder / name).open("x", encoding="utf-8") as file:
                made.append(folder / name)
                file.write(text)
        if copy_to:
            (folder / copy_to).parent.mkdir(parents=True, exist_ok=True)
            made.append(folder / copy_to)
            shutil.copyfile(export, folder / copy_to)
        ignore.write_text("\n".join(lines) + "\n", encoding="utf-8")
    except OSError as error:
        for path in made:
            path.unlink(missing_ok=True)
        if before is not None:
            ignore.write_bytes(before)
        raise StudyError(f"The draft cannot be written to {folder} ({error.strerror}); nothing was changed.") from None
