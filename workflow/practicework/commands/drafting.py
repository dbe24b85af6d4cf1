"""Describe an export and draft a study from it."""

import re
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import yaml

from practicework.errors import StudyError
from practicework.stages.ingest.coding import CODE_AND_LABEL, R_MISSING, number
from practicework.stages.ingest.deidentify import why_dropped
from practicework.study.documents import COLUMN
from practicework.study.scale import normalized
from practicework.tables.files.personal import heading
from practicework.tables.files.raw import UNDECLARED, RawTable

RANGES = ((1, 5), (1, 7), (1, 6), (1, 4), (0, 10), (1, 10), (1, 11), (0, 100))
"""Common response ranges; a draft uses the first one that contains all observed answers."""

MOST_LABELS = 11
USUAL_MISSING = frozenset(("-1", "-7", "-8", "-9", "-66", "-77", "-88", "-97", "-98", "-99", "-999", "98", "99", "998", "999"))


@dataclass(frozen=True)
class Block:
    """Neighbouring columns that look like the items of one scale."""

    id: str
    positions: list[int]
    labels: dict[int, str]  # by code, if the export contains the codes
    texts: tuple[str, ...]  # answers whose order is unknown
    low: int
    high: int


def blocks(raw: RawTable) -> tuple[list[Block], list[int]]:
    """Return the blocks of items in an export and the positions of other numeric columns."""
    kinds = {place: _kind(raw, place) for place in range(len(raw.header)) if why_dropped(raw, place) == UNDECLARED}
    groups: dict[tuple, list[int]] = {}
    previous, run = None, 0
    for place, kind in kinds.items():
        if kind is None:
            continue
        stem = re.match(r"(.+?)[\W_]*\d+\W*$", raw.header[place])
        if stem is None and kind != previous:  # unnumbered neighbours with the same answers form a block
            run += 1
        groups.setdefault((stem[1] if stem else run, kind[0]), []).append(place)
        previous = kind
    found, numeric = [], []
    for (stem, kind), places in groups.items():
        if kind == "number" or len(places) < (2 if isinstance(stem, str) else 3):
            numeric += [place for place in places if kinds[place][0] != "label"]
            continue
        name = re.sub(r"[^a-z0-9]+", "_", str(stem).lower()).strip("_") if isinstance(stem, str) else f"scale_{len(found) + 1}"
        found.append(_block(raw, name or f"scale_{len(found) + 1}", places))
    return found, sorted(numeric)


def _cells(raw: RawTable, place: int) -> list[str]:
    """A column's distinct answers, excluding empty cells and usual codes for missing answers."""
    cells = dict.fromkeys((row[place] or "").strip() for row in raw.rows)
    return [cell for cell in cells if cell not in ("", R_MISSING, *raw.missing.get(place, ()), *_codes_for_missing(cells))]


def _codes_for_missing(cells: Iterable[str]) -> set[str]:
    """Codes such as -99 or 999 among answers that are otherwise texts or small numbers."""
    codes = {cell for cell in cells if cell in USUAL_MISSING}
    others = [number(cell) for cell in cells if cell and cell != R_MISSING and cell not in codes]
    return codes if others and all(value is None or 0 <= value <= 11 for value in others) else set()


def _kind(raw: RawTable, place: int) -> tuple | None:
    """The type of a column: few whole numbers, few short texts, or other numbers; None for anything else."""
    cells = _cells(raw, place)
    if not cells:
        return None
    values = [number(cell) for cell in cells]
    if None not in values:
        whole = all(value % 1 == 0 and 0 <= value <= 11 for value in values)
        return ("whole",) if whole and len(values) <= MOST_LABELS else ("number",)
    if len(cells) <= MOST_LABELS and all(len(cell) <= 60 for cell in cells):
        return ("label", frozenset(map(normalized, cells)) if len(raw.rows) > 50 else None)
    return None


def _block(raw: RawTable, name: str, places: list[int]) -> Block:
    cells = list(dict.fromkeys(cell for place in places for cell in _cells(raw, place)))
    texts = [cell for cell in cells if number(cell) is None]
    coded = {int(pair[1]): pair[2] for pair in map(CODE_AND_LABEL.fullmatch, texts) if pair}
    if coded:
        return Block(name, places, coded, (), min(coded), max(coded))
    if texts:
        return Block(name, places, {}, tuple(texts), 1, max(2, len(texts)))
    values = [number(cell) for cell in cells if number(cell) is not None]
    seen = int(min(values)), int(max(values))
    low, high = seen if seen in RANGES else next((one for one in RANGES if one[0] <= seen[0] and seen[1] <= one[1]), seen)
    return Block(name, places, {}, (), low, high)


def describe(raw: RawTable) -> list[str]:
    """Describe an export in a few lines."""
    found, numeric = blocks(raw)
    lines = [f"{raw.shown}: {raw.tool}, {len(raw.rows)} respondents, {len(raw.header)} columns."]
    for reason in dict.fromkeys(reason for _, reason in raw.left_out):
        lines.append(f"  excluded: {sum(one == reason for _, one in raw.left_out)} rows ({reason})")
    for block in found:
        names = [heading(raw.header[place]) for place in block.positions]
        answers = f"as text, {len(block.texts)} categories" if block.texts else f"{block.low} to {block.high}"
        lines.append(f"  items: {names[0]} ... {names[-1]} ({len(names)} columns, answers {answers})")
    if numeric:
        lines.append(f"  numbers: {', '.join(heading(raw.header[place]) for place in numeric)}")
    used = {*numeric, *(place for block in found for place in block.positions)}
    reasons: dict[str, list[str]] = {}
    for place, name in enumerate(raw.header):
        if place not in used:
            reasons.setdefault(why_dropped(raw, place), []).append(heading(name) or "(no heading)")
    return lines + [f"  dropped ({reason}): {', '.join(names)}" for reason, names in reasons.items()]


def draft(raw: RawTable, export: Path, folder: Path) -> list[Path]:
    """Draft a study from an export: copy the export and write a config and one scale per block of items.

    Raises
    ------
    StudyError
        If the folder already contains a study or another file of the export's name, or cannot be written. Nothing is
        written in that case.
    """
    if (folder / "config/config.yaml").exists() or (folder / "scales").exists():
        raise StudyError(f"{folder} already contains a study; choose another folder.")
    found, numeric = blocks(raw)
    files = {}
    used: set[str] = set()
    for block in found:
        scale = _scale(raw, block, used)
        text = _SCALE_HEAD + yaml.safe_dump(scale, sort_keys=False, allow_unicode=True, width=110)
        if block.texts:  # the user must order them: a wrong guess would give plausible but wrong scores
            text += _ORDER.format(texts="".join(f"#     ?: {heading(one)}\n" for one in block.texts))
        files[f"scales/{scale['id']}.yaml"] = text
    variables = {_identifier(raw.header[place], used): raw.header[place] for place in numeric}
    sample: dict = {"file": f"data/raw/{export.name}"}
    if renamed := {name: column for name, column in variables.items() if name != column}:
        sample["columns"] = renamed
    places = [place for block in found for place in block.positions]
    if missing := sorted(
        {code for place in places for code in _codes_for_missing({(row[place] or "").strip() for row in raw.rows})}
    ):
        sample["missing"] = [int(code) for code in missing]
    config: dict = {"title": folder.name, "samples": {"sample": sample}}
    if found:
        config["scales"] = [file.removeprefix("scales/").removesuffix(".yaml") for file in files]
    if variables:
        config["variables"] = list(variables)
    text = yaml.safe_dump(config, sort_keys=False, allow_unicode=True, width=110)
    files["config/config.yaml"] = _CONFIG_HEAD + text + _CONFIG_TAIL
    _write(folder, files, export)
    return [folder / name for name in files]


IGNORED = ("/results/", "/.snakemake/", "# Responses are private.", "/data/raw/*")


def _write(folder: Path, files: dict[str, str], export: Path) -> None:
    """Write a draft: all of its files or none, and none that exists; `.gitignore` gets the lines that it lacks."""
    target = folder / "data/raw" / export.name
    in_place = target.exists() and target.samefile(export)
    if target.exists() and not in_place:
        raise StudyError(f"{target} already exists and is another file; rename the export or choose another folder.")
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
        if not in_place:
            target.parent.mkdir(parents=True, exist_ok=True)
            made.append(target)
            shutil.copyfile(export, target)
        ignore.write_text("\n".join(lines) + "\n", encoding="utf-8")
    except OSError as error:
        for path in made:
            path.unlink(missing_ok=True)
        if before is not None:
            ignore.write_bytes(before)
        raise StudyError(f"The draft cannot be written to {folder} ({error.strerror}); nothing was changed.") from None


def _scale(raw: RawTable, block: Block, used: set[str]) -> dict:
    name = _identifier(block.id, used).lower()
    response: dict = {"min": block.low, "max": block.high}
    absent = {*raw.missing.get(block.positions[0], ()), *USUAL_MISSING}
    known = {code: label for code, label in raw.labels.get(block.positions[0], {}).items() if code not in absent}
    if known and all(number(code) is not None for code in known):  # SPSS files contain the labels
        codes = {int(float(code)): label for code, label in known.items()}
        response = {"min": min(codes), "max": max(codes), "labels": codes}
    elif block.labels:
        response["labels"] = dict(sorted(block.labels.items()))
    items = []
    for count, place in enumerate(block.positions, 1):
        column = raw.header[place]
        text = (raw.texts[place] if raw.texts else "") or column
        own = column if re.fullmatch(COLUMN, column) and column not in used else f"{name}_{count}"
        item = {"id": _identifier(own, used), "text": heading(text)}
        items.append(item | ({"columns": [column]} if item["id"] != column else {}))
    return {"id": name, "label": name.replace("_", " ").capitalize(), "status": "draft", "response": response, "items": items}


def _identifier(text: str, used: set[str]) -> str:
    """A valid and unique name for the config."""
    name = re.sub(r"[^\w.]+", "_", text, flags=re.ASCII).strip("_")[:40] or "column"
    name = name if name[0].isalpha() else f"v_{name}"
    while name in used:
        name += "_2"
    used.add(name)
    return name


_SCALE_HEAD = """\
# Drafted from an export. Review the scale's name, its items, the response range and the order of the labels, and add
# `reverse: true` to reverse-keyed items.
"""
_ORDER = """\
# The answers are texts, and the export does not contain their order. Assign codes, lowest first, and add them under
# `response` as
#   labels:
{texts}"""
_CONFIG_HEAD = """\
# Drafted from an export. Review the scales and `variables` (numeric columns that belong to no scale).
"""
_CONFIG_TAIL = """\
# Then add analyses, for example:
# moderation:
#   models:
#     main: {outcome: ..., predictor: ..., moderator: ...}
"""
