"""Draft a study from an export: what the survey tool states is used, and what is inferred is marked and has to be confirmed."""

from pathlib import Path

from practicework.commands.drafting import blocks, multiple, scales, writing
from practicework.commands.drafting.answers import Column
from practicework.commands.drafting.words import ordered
from practicework.errors import StudyError
from practicework.study.scale import ALL, normalized
from practicework.tables.files.grid import Reading
from practicework.tables.files.personal import heading
from practicework.tables.files.raw import RawTable

__all__ = ["describe", "draft"]

RESERVED = {"respondent", "intercept", ALL, "duration_seconds", "finished"}


def describe(raw: RawTable) -> list[str]:
    """Describe an export in a few lines."""
    found = blocks.find(raw)
    lines = [f"{raw.shown}: {raw.tool}, {len(raw.rows)} respondents, {len(raw.header)} columns."]
    for reason in dict.fromkeys(reason for _, reason in raw.left_out):
        lines.append(f"  excluded: {sum(one == reason for _, one in raw.left_out)} rows ({reason})")
    for block in found.blocks:
        names = [heading(raw.header[at]) for at in block.positions]
        response = scales.response([found.columns[at] for at in block.positions])
        lines.append(f"  items: {names[0]} ... {names[-1]} ({len(names)} columns, {response.observed})")
    named = {at: heading(raw.header[at]) or "(no heading)" for at in range(len(raw.header))}
    if numbers := [named[at] for at in found.variables if not _categorical(found.columns[at])]:
        lines.append(f"  numbers: {', '.join(numbers)}")
    if categories := [named[at] for at in found.variables if _categorical(found.columns[at])]:
        lines.append(f"  categories: {', '.join(categories)}")
    questions, taken = multiple.propose(raw, found, scales.sources(raw), set(RESERVED))
    for one in questions.values():
        lines.append(f"  several answers: {one['label']} ({len(one['options'])} options)")
    return lines + [f"  left out ({reason}): {', '.join(names)}" for reason, names in _reasons(found, named, taken).items()]


def draft(raw: RawTable, export: Path, folder: Path, reading: Reading = Reading()) -> list[Path]:  # noqa: B008
    """Draft a study from an export: copy the export and write the files of `documents`.

    Raises
    ------
    StudyError
        If the folder already contains a study or another file of the export's name, cannot be written, or the export has
        several columns that cannot be told apart. Nothing is written in that case.
    """
    if (folder / "scales").exists():
        raise StudyError(f"{folder} already contains a study; choose another folder.")
    files = documents(raw, export, folder, reading)
    place, in_place = writing.place(export, folder)
    writing.write(folder, files, export, None if in_place else place)
    return [folder / name for name in files]


def documents(raw: RawTable, export: Path, folder: Path, reading: Reading = Reading()) -> dict[str, str]:  # noqa: B008
    """Return the files of a draft by their names: a config and one scale per block of items. Nothing is written.

    Keys `confirm` name what was inferred; a run refuses the study until a person has confirmed it.
    """
    if (folder / "config/config.yaml").exists():
        raise StudyError(f"{folder} already contains a study; choose another folder.")
    found, files = blocks.find(raw), {}
    used = {*RESERVED, *(path.stem for path in (folder / "scales").glob("*.yaml"))}
    missing: dict[str, list[str]] = {}
    sources = scales.sources(raw)
    for number_of, block in enumerate(found.blocks, 1):
        columns = [found.columns[at] for at in block.positions]
        scale, response = scales.document(raw, block, columns, sources, used, number_of)
        files[f"scales/{scale['id']}.yaml"] = writing.scale(scale, response, columns, _holes(raw, block, found))
        if codes := {code: None for column in columns for code in column.missing}:
            missing[scale["id"]] = list(codes)
    place, _in_place = writing.place(export, folder)
    sample: dict = {"file": place}
    sample |= {key: value for key, value in vars(reading).items() if value}
    names, categories = {}, {}
    for at in found.variables:
        name = scales.identifier(sources[at], used)
        names[name] = sources[at]
        column = found.columns[at]
        if column.missing:
            missing[name] = list(column.missing)
        if _categorical(column):
            categories[name] = _categories(column)
    if renamed := {name: column for name, column in names.items() if name != column}:
        sample["columns"] = renamed
    if missing:
        sample |= {"missing": {name: [_code(code) for code in codes] for name, codes in missing.items()}, "confirm": ["missing"]}
    config: dict = {"title": folder.resolve().name, "samples": {"sample": sample}}
    if found.blocks:
        config["scales"] = [file.removeprefix("scales/").removesuffix(".yaml") for file in files]
    if names:
        config |= {"variables": list(names)} | ({"categories": categories} if categories else {})
        config["confirm"] = ["variables", *(["categories"] if categories else [])]
    questions, taken = multiple.propose(raw, found, sources, used)
    if questions:
        config["multiple"] = questions
        config["confirm"] = [*config.get("confirm", ()), "multiple"]
    named = {at: heading(raw.header[at]) or "(no heading)" for at in range(len(raw.header))}
    files["config/config.yaml"] = writing.config(config, _reasons(found, named, taken))
    return files


def _categorical(column: Column) -> bool:
    return column.kind in ("text", "ends") or (column.kind in ("coded", "codes") and len(column.values) > 1)


def _categories(column: Column) -> dict[int, str]:
    """Codes and labels of a categorical variable: those of the file, else the usual order, else by frequency."""
    if column.kind in ("coded", "codes"):
        return {int(code): column.labels.get(int(code), f"{code:g}") for code in column.values}
    texts = {}
    for cell, _n in column.counts.most_common():
        texts.setdefault(normalized(cell), cell)
    known = ordered(list(texts.values()))
    return dict(enumerate([text for text in known if text] if known else texts.values(), 1))


def _holes(raw: RawTable, block: blocks.Block, found: blocks.Found) -> list[str]:
    """Columns of the same question or stem that are not among the items, with the reason."""
    stems = {blocks.stem(raw.header[at])[0] for at in block.positions} - {""}
    tool = {raw.groups[at] for at in block.positions if at in raw.groups}
    alike = [
        at
        for at in found.left_out
        if (raw.groups.get(at) in tool and at in raw.groups) or (len(stems) == 1 and blocks.stem(raw.header[at])[0] in stems)
    ]
    return [f"{heading(raw.header[at])} ({found.left_out[at]})" for at in alike]


def _reasons(found: blocks.Found, named: dict[int, str], taken: set[int]) -> dict[str, list[str]]:
    """The columns that are not used, by reason."""
    reasons: dict[str, list[str]] = {}
    for at, reason in found.left_out.items():
        if at not in taken:
            reasons.setdefault(reason, []).append(named[at])
    return reasons


def _code(code: str) -> int | str:
    return int(code) if code.lstrip("-").isdigit() else code
