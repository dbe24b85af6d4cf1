"""`practicework confirm`: show what a draft inferred, one point after another, and accept or correct it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from practicework.commands import evidence
from practicework.errors import StudyError
from practicework.study import Study, load_study
from practicework.study.editing import REMOVE, edit
from practicework.study.undecided import Point, undecided
from practicework.tables.files.numbers import number
from practicework.tables.files.raw import RawTable

WHAT = {
    "items": "which items belong together, and their keys",
    "response": "the response range",
    "labels": "the codes of the labels",
    "order": "the order of the labels, which the file does not contain",
    "missing": "codes for missing answers",
    "variables": "the variables",
    "categories": "the codes of the categories",
    "multiple": "questions with several answers, and their options",
}

ACCEPT, SKIP, QUIT = "a", "s", "q"


class Stopped(Exception):
    """The person stopped, or there is no more input."""


def listing(study: Study, raws: Mapping[str, RawTable] | None = None) -> list[str]:
    """Return everything that is undecided, with its evidence; `raws` are the samples' tables if they are read already."""
    points = undecided(study)
    if not points:
        return []
    answers = evidence.collect(study, raws)
    lines = [f"Undecided: {len(points)} point{'s' * (len(points) > 1)}"]
    for group in _groups(points):
        lines += ["", *_shown(study, group, answers)]
    return [*lines, *([f"The answers cannot be shown: {answers.problem}"] if answers.problem else [])]


def run(folder: Path, ask: Callable[[str], str] = input) -> int:
    """Show each undecided point of a study, ask, and write what is accepted or corrected; return the exit status.

    Returns
    -------
    int
        0 if nothing is undecided any more, 1 otherwise.
    """
    skipped: set[tuple[str, str]] = set()
    try:
        while True:
            study = load_study(folder)
            groups = [group for group in _groups(undecided(study)) if (group[0].file, group[0].owner) not in skipped]
            if not groups:
                break
            answers = evidence.collect(study)
            print("\n".join(["", *_shown(study, groups[0], answers)]))
            if len(groups) > 1:
                print(f"  ({len(groups) - 1} more after this)")
            if not _decide(study, groups[0], answers, ask):
                skipped.add((groups[0][0].file, groups[0][0].owner))
    except (Stopped, EOFError):
        print()
    left = undecided(load_study(folder))
    if left:
        print(f"{len(left)} point{'s are' if len(left) > 1 else ' is'} still undecided; practicework confirm {folder} continues.")
        return 1
    print(f"Nothing is undecided. Next: practicework run {folder}")
    return 0


def _groups(points: list[Point]) -> list[list[Point]]:
    """Points that are shown and decided together: those of a scale, and each of the others."""
    found: dict[tuple, list[Point]] = {}
    for point in points:
        scale = point.file.startswith("scales/")
        found.setdefault((point.file, point.owner, "" if scale else point.key), []).append(point)
    return list(found.values())


def _shown(study: Study, group: list[Point], answers: evidence.Answers) -> list[str]:
    point = group[0]
    what = "; ".join(WHAT[one.key] for one in group)
    if point.file.startswith("scales/"):
        scale = study.scales[point.owner]
        return [f"{point.file}: {scale.label}", f"  To decide: {what}", *evidence.scale_lines(scale, answers)]
    lines = [f"{point.file}{f', sample {point.owner}' if point.owner else ''}", f"  To decide: {what}"]
    if point.key == "multiple":
        lines += _questions(study, answers)
    elif point.key == "missing":
        for name, codes in _missing(study, point.owner).items():
            items = study.scales[name].item_ids if name in study.scales else [name] if name in answers.cells else answers.cells
            counts = Counter(cell for item in items for cell in answers.cells.get(item, []) if cell)
            times = {code: sum(n for cell, n in counts.items() if _means(cell, code)) for code in codes}
            others = Counter({cell: n for cell, n in counts.items() if not any(_means(cell, code) for code in codes)})
            counts = ", ".join(f"{code} ({n:,} times)" for code, n in times.items())
            lines.append(f"    {name}: {counts}; other answers: {evidence.counted(others)}")
    else:
        names = study.config.categories if point.key == "categories" else study.variables
        for name in names:
            counts = Counter(cell for cell in answers.cells.get(name, []) if cell)
            codes = "; ".join(f"{code} = {texts[0]}" for code, texts in study.config.categories.get(name, {}).items())
            asked = f" ({answers.questions[name]})" if name in answers.questions else ""
            lines.append(f"    {name}{asked}: {codes + ' | ' if codes else ''}{evidence.counted(counts)}")
    return lines


def _questions(study: Study, answers: evidence.Answers) -> list[str]:
    """Each question with several answers: where its options come from, and how many respondents ticked them."""
    lines = []
    for name, one in study.config.multiple.items():
        lines.append(f"    {name}: {one.label} ({'yes or no for each option' if one.forced else 'tick all that apply'})")
        told = set()
        for row in answers.states.get(name, []):
            where = "".join(f"{part}, " for part in (row["sample"], row["by"]) if part)
            if not row["option"]:
                lines.append(f"      {where}{row['note']}")
                continue
            without = row["not_answered"] + row["not_shown"]
            counts = f"{row['ticked']} ticked, {row['not_ticked']} not, {without} without an answer"
            lines.append(f"      {where}{one.text(row['option'])}: {counts}")
            if row["note"] and (where, row["note"]) not in told:  # a note is about all options of a part, as a rule
                told.add((where, row["note"]))
                lines.append(f"        {row['note']}")
    return lines


def _missing(study: Study, sample: str) -> dict[str, tuple[str, ...]]:
    found = study.config.samples[sample].missing
    return {"all columns": found} if isinstance(found, tuple) else found


def _means(cell: str, code: str) -> bool:
    """Return whether a cell is a code, also as a number: -99.0 and -99."""
    return cell == code or (number(cell) is not None and number(cell) == number(code))


def _decide(study: Study, group: list[Point], answers: evidence.Answers, ask: Callable[[str], str]) -> bool:
    """Ask about a group until it is accepted (True) or skipped (False); corrections are written and shown at once."""
    scale = study.scales.get(group[0].owner) if group[0].file.startswith("scales/") else None
    unknown = any(point.key == "order" for point in group)
    while True:
        choices = dict(_choices(study, group, answers))
        accept = [] if unknown else ["[a]ccept"]
        prompt = ", ".join([*accept, *(words for words, _ in choices.values()), "[s]kip, [q]uit: "])
        answer = ask(f"  {prompt}").strip().lower()
        if answer == QUIT:
            raise Stopped
        if answer == SKIP:
            return False
        if answer in (ACCEPT, "") and accept:
            if answer == ACCEPT:
                _confirm(study, group)
                return True
            print("  Please type a letter.")
            continue
        if answer not in choices:
            print("  Please type one of the letters in brackets.")
            continue
        try:
            changes = choices[answer][1](ask)
        except ValueError as error:
            print(f"  {error}")
            continue
        if changes is not None:
            _apply(study, group[0].file, changes)
            if scale is not None and unknown and answer == "l":
                _apply(study, group[0].file, {("confirm",): _without_keys(scale.confirm, {"order"})})
            return True if not _still_undecided(study.folder, group) else _decide_again(study.folder, group, ask)


def _still_undecided(folder: Path, group: list[Point]) -> list[Point]:
    """Return the points of a group that are still undecided."""
    return [point for point in undecided(load_study(folder)) if point in group]


def _decide_again(folder: Path, group: list[Point], ask: Callable[[str], str]) -> bool:
    study = load_study(folder)
    left = _still_undecided(folder, group)
    answers = evidence.collect(study)
    print("\n".join(_shown(study, left, answers)))
    return _decide(study, left, answers, ask)


def _confirm(study: Study, group: list[Point]) -> None:
    """Remove the points of a group from the keys `confirm`."""
    point, keys = group[0], {one.key for one in group}
    if point.file.startswith("scales/"):
        left, path = _without_keys(study.scales[point.owner].confirm, keys), ("confirm",)
    elif point.owner:
        left, path = _without_keys(study.config.samples[point.owner].confirm, keys), ("samples", point.owner, "confirm")
    else:
        left, path = _without_keys(study.config.confirm, keys), ("confirm",)
    _apply(study, point.file, {path: left})


def _without_keys(confirm: tuple[str, ...], keys: set[str]) -> object:
    return [key for key in confirm if key not in keys] or REMOVE


def _apply(study: Study, file: str, changes: dict[tuple[str, ...], object]) -> None:
    """Write changes; if the study would no longer load, the file stays as it was."""
    path = study.folder / file
    before = path.read_bytes()
    edit(path, changes)
    try:
        load_study(study.folder)
    except StudyError as error:
        path.write_bytes(before)
        raise ValueError(f"Not changed: {error}") from None


def _choices(study: Study, group: list[Point], answers: evidence.Answers) -> Iterator[tuple[str, tuple[str, Callable]]]:
    """The corrections that a group allows: letter, words and the function that asks for them.

    Labels whose codes the file contains keep their places.
    """
    from practicework.commands import corrections

    point = group[0]
    if point.file.startswith("scales/"):
        scale = study.scales[point.owner]
        yield "n", ("[n]ame", corrections.label)
        yield "r", ("[r]ange", lambda ask: corrections.response(scale, ask))
        if scale.response.labels and not answers.contain_codes(scale.item_ids, scale.response.labels):
            yield "l", ("[l]abels in order", lambda ask: corrections.labels(scale, ask))
        yield "k", ("reverse [k]eys", lambda ask: corrections.keys(scale, study.folder, ask))
        if len(scale.items) > 1:
            yield "i", ("leave out [i]tems", lambda ask: corrections.items(scale, study.folder, ask))
            yield "d", ("[d]ivide", lambda ask: corrections.divide(study, scale, ask))
    elif point.key == "missing":
        yield "c", ("change [c]odes", lambda ask: corrections.missing(study, point.owner, ask))
    elif point.key == "multiple":
        yield "m", ("leave out [m]ultiple-answer questions", lambda ask: corrections.multiple(study, ask))
    elif point.key == "variables":
        yield "v", ("leave out [v]ariables", lambda ask: corrections.variables(study, ask))
    elif point.key == "categories":
        names = [name for name, codes in study.config.categories.items() if not answers.contain_codes([name], codes)]
        if names:
            yield "c", ("order of a [c]ategory", lambda ask: corrections.categories(study, names, ask))
