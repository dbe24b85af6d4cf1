"""The ten steps of MacKenzie, Podsakoff and Podsakoff (2011): which are done, and what the next one needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from practicework.report.messages import _, count, numeral
from practicework.study.development import Material
from practicework.study.pipeline import Part

PLACEHOLDER = "Replace this text"
"""How definitions of a new development begin."""


@dataclass(frozen=True)
class Step:
    """One step."""

    number: int
    name: str
    done: bool
    what: str
    next: str


def steps(part: Part, results: Mapping[str, pd.DataFrame]) -> list[Step]:
    """Return the steps of a development from its files and result tables.

    Parameters
    ----------
    part : Part
    results : mapping of str to DataFrame
        Result tables by name; missing tables count as empty.
    """
    spec, material = part.spec, part.material

    def rows(table: str) -> pd.DataFrame:
        return results.get(f"development/{table}", pd.DataFrame())

    n_judges = rows("judges").groupby("task").size().to_dict() if len(rows("judges")) else {}
    confirmed, nomological = rows("confirmation"), rows("nomological")
    halves = dict(zip(rows("pilot")["half"], rows("pilot")["n"], strict=True)) if len(rows("pilot")) else {}
    chosen, known = material.decisions.scales, int(nomological["agrees"].notna().sum()) if len(nomological) else 0
    examined = bool(halves.get("confirm") and len(confirmed) and confirmed["alpha"].notna().any())
    respondents = sum(n for half, n in halves.items() if half != "retest")
    content = ", ".join(
        words for task, words in (
            ("sorting", _("sorting task ({n} judges)", n=n_judges.get("sorting"))),
            ("ratings", _("rating task ({n} judges)", n=n_judges.get("ratings"))),
            ("experts", _("expert panel ({n})", n=n_judges.get("experts"))),
            ("cognitive", _("cognitive pretest")),
        ) if getattr(spec, task)
    )  # fmt: skip
    pool, enough = len(material.pool.items), 2 * spec.criteria.items[0]
    unwritten = any(one.definition.startswith(PLACEHOLDER) for one in material.constructs.constructs)
    published = [name for name in material.targets if _scale_of(part, material, name)]
    return [
        Step(1, _("Definition of the constructs"), not unwritten,
             count("{n} construct with definition", "{n} constructs with definitions", len(material.by_id)),
             _("Write the definitions in {file}.", file=spec.constructs)),
        Step(2, _("Generation of items"), all(len(material.of(name)) >= enough for name in material.targets),
             count("{n} item", "{n} items", pool),
             _("Write at least {n} items per construct.", n=numeral(enough))),
        Step(3, _("Content validity"), bool(content), content,
             _("Export the tasks (practicework export), collect answers of at least 20 judges, and name the files "
               "in the config.")),
        Step(4, _("Measurement model"), True, _("reflective; one factor per construct"), ""),
        Step(5, _("Data of a pilot"), bool(halves), _("{n} respondents", n=f"{respondents:,}") if halves else "",
             _("Collect a pilot of at least 200 respondents (400 or more are better) and name it under 'pilot'.")),
        Step(6, _("Purification and selection of items"), bool(chosen),
             count("{n} scale chosen", "{n} scales chosen", len(chosen)) if chosen else "",
             _("Choose items on the Pareto front, and record them with the reason in {file}.", file=spec.decisions)),
        Step(7, _("Examination in other respondents"), examined,
             _("{n} respondents", n=f"{halves['confirm']:,}") if examined else "",
             _("Split the pilot or collect a second sample.")),
        Step(8, _("Validity"), known > 0, count("{n} declared relation", "{n} declared relations", known) if known else "",
             _("Declare relations with other scales and known groups under 'nomological'.")),
        Step(9, _("Cross-validation in a new sample"), bool(spec.pilot and spec.pilot.confirm),
             _("sample {name}", name=spec.pilot.confirm) if spec.pilot and spec.pilot.confirm else "",
             _("A split of one sample is no replication: collect a second sample.")),
        Step(10, _("Norms and publication of the scale"), bool(published), ", ".join(published),
             _("Write the scale files (practicework develop, option write) and use them in a study.")),
    ]  # fmt: skip


def _scale_of(part: Part, material: Material, construct: str) -> bool:
    """Whether a scale of the study has exactly the chosen items of a construct."""
    chosen = material.decisions.scales.get(construct)
    return chosen is not None and any({*scale.item_ids} == {*chosen.items} for scale in part.study.scales.values())
