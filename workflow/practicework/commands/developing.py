"""`practicework develop`: the ten steps of a scale development, what is done and what is next; and the scale files at the end."""

import csv
import re
from pathlib import Path
from textwrap import fill

import pandas as pd
import yaml

from practicework.errors import StudyError
from practicework.report.steps import steps
from practicework.study import CONFIG, load_study
from practicework.study.development import scale_id
from practicework.study.documents import NAME
from practicework.study.pipeline import Part
from practicework.tables import path as table_path
from practicework.tables import read

CONSTRUCTS = """\
# What is to be measured. Judges read the definitions, so write them without jargon.
response: {min: 1, max: 5, labels: {1: Strongly disagree, 2: Disagree, 3: Neither, 4: Agree, 5: Strongly agree}}
constructs:
  - id: engagement
    label: Engagement
    definition: Replace this text by the definition in one or two sentences.
    facets:
      first_facet: Replace this text, or remove the facets.
  - id: another_construct
    label: Another construct
    definition: A construct with which the first could be confused, so that judges have a choice.
    target: false
"""
ITEMS = """\
# The pool: at least eight items per construct, some of them reverse-keyed. The source is a publication, or a unit and
# concept of a coding set (set/unit/concept).
items:
  - id: eng_01
    construct: engagement
    facet: first_facet
    text: Replace this text by the wording of the item.
    source: Own item
"""
CONFIGURATION = """\
title: Development of a scale
development:
  {name}:
    constructs: development/constructs.yaml
    pool: development/items.yaml
"""
DECISIONS = """\
# Who decided what about which item, and why. `keep`, `revise` or `drop`; then the items of each scale.
items: {}
scales: {}
"""


def run(folder: Path, *, write: bool = False) -> list[str]:
    """Return the steps of every development of a study in words; with `write`, write the chosen scales.

    A folder without a study gets the files of a new development.

    Raises
    ------
    StudyError
        If the study has no development, or there is nothing to write.
    """
    if not (folder / CONFIG).is_file():
        return _started(folder)
    study = load_study(folder)
    if not study.config.development:
        raise StudyError(
            f"{CONFIG.as_posix()} has no section 'development'; add one with 'constructs' and 'pool' (config/README.md), or "
            "start in an empty folder."
        )
    lines: list[str] = []
    for name in study.config.development:
        part = Part(study, name)
        results = {table: read(table, file) for table in part.tables("development")
                   if (file := folder / table_path(name, table)).is_file()}  # fmt: skip
        if write:
            lines += _written(folder, part, results)
            study = load_study(folder)
            part = Part(study, name)
        found = steps(part, results)
        lines.append(f"{part.label}: {sum(one.done for one in found)} of {len(found)} steps are done.")
        for one in found:
            lines.append(f"  {'x' if one.done else ' '} {one.number:2d} {one.name}" + (f": {one.what}" if one.what else ""))
        following = next((one for one in found if not one.done), None)
        if following:
            lines.append(fill(f"Next: {following.next}", 100, initial_indent="  ", subsequent_indent="  "))
        if not results:
            lines.append(f"  Then run: practicework run {folder}")
    return lines


def _started(folder: Path) -> list[str]:
    """Write the files of a new development."""
    own = folder.resolve().name
    name = own if re.fullmatch(NAME, own) and own not in ("true", "false", "null", "yes", "no") else "new_scales"
    files = {
        CONFIG.as_posix(): CONFIGURATION.format(name=name),
        "development/constructs.yaml": CONSTRUCTS,
        "development/items.yaml": ITEMS,
        "development/decisions.yaml": DECISIONS,
    }
    lines = []
    for file in files:
        path = folder / file
        if path.exists():
            raise StudyError(f"{path} exists already; remove it, or add a section 'development' to {CONFIG.as_posix()}.")
    for file, text in files.items():
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text(text, encoding="utf-8")
        lines.append(f"Wrote {folder / file}")
    return [*lines, f"Next: write the definitions and the items, then: practicework develop {folder}"]


def _written(folder: Path, part: Part, results: dict[str, pd.DataFrame]) -> list[str]:
    """Write the scales that people chose, with status draft, and the evidence for each item."""
    material, lines = part.material, []
    if not material.decisions.scales:
        raise StudyError(f"{part.spec.decisions} names no scales; record the chosen items under 'scales' with the reason.")
    response = material.constructs.response
    for construct, chosen in material.decisions.scales.items():
        one = material.by_id[construct]
        target = folder / "scales" / f"{scale_id(construct)}.yaml"
        if target.exists() and not _ours(target):
            raise StudyError(f"{target} exists and was not written by this command; rename the construct or remove the file.")
        items = [material.items[item] for item in chosen.items]
        labels = {code: list(texts) if len(texts) > 1 else texts[0] for code, texts in response.labels.items()}
        more = {"step": response.step} if response.step != 1 else {}
        more |= {"continuous": True} if response.continuous else {}
        data = {
            "id": scale_id(construct), "label": one.label, "definition": one.definition, "status": "draft",
            "note": f"{MARK} Items chosen by {chosen.by}: {chosen.why}",
            **({"instruction": material.constructs.instruction} if material.constructs.instruction else {}),
            "response": {"min": _whole(response.min), "max": _whole(response.max), "labels": labels, **more},
            "items": [{"id": item.id, "text": item.text, **({"reverse": True} if item.reverse else {})} for item in items],
            "scoring": {"method": "mean", "min_valid": 0.8},
        }  # fmt: skip
        target.parent.mkdir(exist_ok=True)
        text = yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=110)
        target.write_text(text, encoding="utf-8")
        evidence = folder / "development" / f"evidence_{construct}.csv"
        _evidence(evidence, [item.id for item in items], part, results)
        lines += [f"Wrote {target} (status: draft)", f"Wrote {evidence}"]
    return lines


def _whole(value: float) -> float | int:
    return int(value) if value % 1 == 0 else value


MARK = "Developed in this study."


def _ours(path: Path) -> bool:
    return MARK in path.read_text(encoding="utf-8", errors="replace")


EVIDENCE = {
    "sorting": ("n", "hits", "p_sa", "ci_low", "ci_high", "c_sv", "p_value"),
    "ratings": ("htc", "htd"),
    "experts": ("i_cvi", "kappa", "v"),
    "cognitive": ("problems",),
    "pilot_items": ("mean", "sd", "item_rest_r", "loading", "cross_loading"),
    "decisions": ("decision", "by", "why"),
}
"""The columns of the evidence table, by the result table from which they come."""


def _evidence(path: Path, items: list[str], part: Part, results: dict[str, pd.DataFrame]) -> None:
    """Write what is known about each item of a scale."""
    found = {table: results[f"development/{table}"].set_index("item") for table in EVIDENCE
             if f"development/{table}" in results and len(results[f"development/{table}"])}  # fmt: skip
    header = ["item", "text", "source", *(f"{table}_{column}" for table in found for column in EVIDENCE[table])]
    with path.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.writer(lines, lineterminator="\n")
        writer.writerow(header)
        for item in items:
            one = part.material.items[item]
            cells = [found[table][column].get(item) for table in found for column in EVIDENCE[table]]
            shown = [
                "" if value is None or value != value else f"{value:.6g}" if isinstance(value, float) else value
                for value in cells
            ]
            writer.writerow([item, one.text, "; ".join(one.source), *shown])
