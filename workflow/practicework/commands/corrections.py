"""Corrections of a draft that a person types: each returns the changes of the file, or raises a ValueError with what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from pathlib import Path

from practicework.study import CONFIG, Study
from practicework.study.documents import read_yaml
from practicework.study.editing import REMOVE, dump, edit
from practicework.study.scale import Scale

Ask = Callable[[str], str]
Changes = dict[tuple[str | int, ...], object]


def label(ask: Ask) -> Changes:
    """Ask for the scale's name in the report."""
    text = ask("  Name in the report: ").strip()
    if not text:
        raise ValueError("The name is empty.")
    return {("label",): text}


def response(scale: Scale, ask: Ask) -> Changes:
    """Ask for the lowest and the highest response; labels outside the range are removed."""
    low, high = _numbers(ask("  Lowest and highest response, such as 1 7: "), 2)
    if low >= high:
        raise ValueError("The lowest response must be smaller than the highest.")
    document: dict = {"min": low, "max": high}
    if kept := {code: _one(texts) for code, texts in scale.response.labels.items() if low <= code <= high}:
        document["labels"] = kept
    if scale.response.step != 1:
        document["step"] = scale.response.step
    if scale.response.continuous:
        document["continuous"] = True
    return response_changes(scale, document)


def response_changes(scale: Scale, document: dict) -> Changes:
    """Return the changes after which the response of a scale file is a document, key by key, so that comments stay."""
    old = scale.response
    known: dict = {"min": _plain(old.min), "max": _plain(old.max), "labels": texts_of(old.labels) or None}
    known |= {"step": _plain(old.step) if old.step != 1 else None, "continuous": old.continuous or None}
    changed = {key: document.get(key) for key in known if document.get(key) != known[key]}
    if list(document.get("labels") or ()) != list(known["labels"] or ()) and "labels" not in changed:
        changed["labels"] = document["labels"]
    return {("response", key): REMOVE if value is None else value for key, value in changed.items()}


def labels(scale: Scale, ask: Ask) -> Changes:
    """Ask for the order of the labels."""
    codes = _ordered(scale.response.labels, ask)
    return {("response", "labels"): codes}


def keys(scale: Scale, folder: Path, ask: Ask) -> Changes:
    """Ask for the reverse-keyed items."""
    chosen = _names(ask("  Reverse-keyed items, separated by blanks (empty: none): "), scale.item_ids)
    return reversed_keys(_items(scale, folder), chosen)


def reversed_keys(items: list[dict], chosen: Collection[str]) -> Changes:
    """Return the changes after which exactly the chosen items of a scale file are reverse-keyed."""
    changes: Changes = {}
    for at, item in enumerate(items):
        if item["id"] in chosen and item.get("reverse") is not True:
            changes[("items", at, "reverse")] = True
        elif item["id"] not in chosen and "reverse" in item:
            changes[("items", at, "reverse")] = REMOVE
    return changes


def without_items(items: list[dict], dropped: Collection[str]) -> Changes:
    """Return the changes that remove items from a scale file, the last one first."""
    return {("items", at): REMOVE for at, item in reversed([*enumerate(items)]) if item["id"] in dropped}


def items(scale: Scale, folder: Path, ask: Ask) -> Changes:
    """Ask for the items to leave out."""
    chosen = _names(ask("  Items to leave out, separated by blanks: "), scale.item_ids)
    if chosen == {*scale.item_ids}:
        raise ValueError("A scale needs at least one item; remove it from 'scales' in config/config.yaml instead.")
    return without_items(_items(scale, folder), chosen)


def divide(study: Study, scale: Scale, ask: Ask) -> Changes:
    """Ask where a second scale begins, and write its file; both scales stay undecided."""
    (first,) = _names(ask("  First item of the second scale: "), scale.item_ids[1:], one=True)
    name = f"{scale.id}_2"
    while name in study.scales or (study.folder / f"scales/{name}.yaml").exists():
        name += "_2"
    shown, at = f"scales/{scale.id}.yaml", scale.item_ids.index(first)
    document, every = read_yaml(study.folder / shown, shown), _items(scale, study.folder)
    second = document | {"id": name, "label": f"{scale.label} 2", "items": every[at:]}
    (study.folder / f"scales/{name}.yaml").write_text(dump(second), encoding="utf-8")
    edit(study.folder / shown, {("items",): every[:at]})
    for sample, spec in study.config.samples.items():
        if isinstance(spec.missing, Mapping) and scale.id in spec.missing:
            codes = {key: [code_of(code) for code in found] for key, found in spec.missing.items()}
            edit(study.folder / CONFIG, {("samples", sample, "missing"): codes | {name: codes[scale.id]}})
    scales = [one for old in study.scales for one in ([old, name] if old == scale.id else [old])]
    edit(study.folder / CONFIG, {("scales",): scales})
    return {}


def missing(study: Study, sample: str, ask: Ask) -> Changes:
    """Ask for the codes for missing answers of a scale or variable."""
    found = study.config.samples[sample].missing
    names = {} if isinstance(found, tuple) else {name: list(codes) for name, codes in found.items()}
    if isinstance(found, tuple):
        codes = ask("  Codes, separated by blanks (empty: none): ").split()
        return {("samples", sample, "missing"): [code_of(code) for code in codes] or REMOVE}
    (name,) = _names(ask("  Scale or variable: "), list(names), one=True)
    names[name] = [
        code.strip() for code in ask("  Its codes, separated by semicolons (empty: none): ").split(";") if code.strip()
    ]
    kept = {one: [code_of(code) for code in codes] for one, codes in names.items() if codes}
    return {("samples", sample, "missing"): kept or REMOVE}


def variables(study: Study, ask: Ask) -> Changes:
    """Ask for the variables to leave out."""
    chosen = _names(ask("  Variables to leave out, separated by blanks: "), study.variables)
    kept = [name for name in study.variables if name not in chosen]
    changes: Changes = {("variables",): kept or REMOVE}
    if study.config.categories.keys() & chosen:
        left = {name: texts_of(codes) for name, codes in study.config.categories.items() if name not in chosen}
        changes |= {("categories",): left or REMOVE}
    for name, sample in study.config.samples.items():
        if sample.columns.keys() & chosen:
            changes[("samples", name, "columns")] = {k: v for k, v in sample.columns.items() if k not in chosen} or REMOVE
        if isinstance(sample.missing, Mapping) and sample.missing.keys() & chosen:
            left = {k: [code_of(code) for code in codes] for k, codes in sample.missing.items() if k not in chosen}
            changes[("samples", name, "missing")] = left or REMOVE
    return changes


def multiple(study: Study, ask: Ask) -> Changes:
    """Ask for the questions with several answers to leave out."""
    chosen = _names(ask("  Questions to leave out, separated by blanks: "), list(study.config.multiple))
    changes: Changes = {("multiple", name): REMOVE for name in chosen}
    if len(chosen) == len(study.config.multiple):
        changes = {("multiple",): REMOVE}
        changes[("confirm",)] = [key for key in study.config.confirm if key != "multiple"] or REMOVE
    return changes


def categories(study: Study, names: list[str], ask: Ask) -> Changes:
    """Ask for the order of the categories of one of some variables."""
    (name,) = _names(ask("  Variable: "), names, one=True)
    found = {one: texts_of(codes) for one, codes in study.config.categories.items()}
    return {("categories",): found | {name: _ordered(study.config.categories[name], ask)}}


def _ordered(codes: Mapping[int, tuple[str, ...]], ask: Ask) -> dict[int, str | list[str]]:
    """Ask for the labels from the lowest to the highest code, by their numbers in the list that is shown."""
    texts = [codes[code] for code in sorted(codes)]
    for place, one in enumerate(texts, 1):
        print(f"    {place}. {one[0]}")
    order = [int(value) for value in _numbers(ask("  Their numbers from the lowest to the highest, such as 2 1 3: "), len(texts))]
    if sorted(order) != list(range(1, len(texts) + 1)):
        raise ValueError(f"Type each number from 1 to {len(texts)} once.")
    return dict(zip(sorted(codes), (_one(texts[place - 1]) for place in order), strict=True))


def _items(scale: Scale, folder: Path) -> list[dict]:
    shown = f"scales/{scale.id}.yaml"
    return [dict(item) for item in read_yaml(folder / shown, shown)["items"]]


def _numbers(text: str, count: int) -> list[float | int]:
    try:
        found = [_plain(float(part)) for part in text.replace(",", " ").split()]
    except ValueError:
        raise ValueError("Type numbers, separated by blanks.") from None
    if len(found) != count:
        raise ValueError(f"Type {count} numbers, separated by blanks.")
    return found


def _names(text: str, known: list[str], *, one: bool = False) -> set[str]:
    chosen = {name.strip(",") for name in text.split()}
    if unknown := sorted(chosen - {*known}):
        raise ValueError(f"'{unknown[0][:40]}' is none of {', '.join(known[:8])}{', …' if len(known) > 8 else ''}.")
    if one and len(chosen) != 1:
        raise ValueError("Type one name.")
    return chosen


def _plain(value: float) -> float | int:
    return int(value) if float(value).is_integer() else value


def code_of(code: str) -> int | str:
    """Return a code for missing answers as YAML shows it: a number, or a text."""
    return int(code) if code.lstrip("-").isdigit() else code


def _one(texts: tuple[str, ...]) -> str | list[str]:
    return texts[0] if len(texts) == 1 else list(texts)


def texts_of(codes: Mapping[int, tuple[str, ...]]) -> dict[int, str | list[str]]:
    """Return the codes of a variable with their texts, as in the config."""
    return {code: _one(texts) for code, texts in codes.items()}
