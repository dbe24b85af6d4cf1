"""A scale development in the making: constructs, items and the answers of judges."""

import textwrap

import yaml

from practicework.stages.development.answers import Answers
from practicework.study.development import Development, Material, load_material

CONSTRUCTS = {
    "response": {"min": 1, "max": 5},
    "constructs": [
        {"id": "a", "label": "Joy at work", "definition": "Being glad.", "facets": {"x": "First.", "y": "Second."}},
        {"id": "b", "label": "Ease", "definition": "Finding it easy."},
        {"id": "c", "label": "Pay", "definition": "What is earned.", "target": False},
    ],
}
ITEMS = [
    {"id": f"{construct}{place}", "construct": construct, "text": f"Item {construct}{place}.", "source": "Own items (2026)"}
    | ({"facet": "xy"[place % 2]} if construct == "a" else {}) | ({"reverse": True} if place == 3 else {})
    for construct in "ab" for place in range(1, 7)
]  # fmt: skip


def write(folder, name: str, data: object) -> None:
    (folder / name).write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")


def spec(**entries: object) -> Development:
    return Development.model_validate({"constructs": "development/constructs.yaml", "pool": "development/items.yaml"} | entries)


def material(folder, own: Development | None = None) -> Material:
    return load_material(folder, "d", own or spec(), "config/config.yaml")


def answers(folder, text: str, task: str, file: str = "task.csv") -> Answers:
    (folder / "data/raw" / file).write_text(textwrap.dedent(text).lstrip(), encoding="utf-8")
    own = spec(**{task: f"data/raw/{file}"})
    return Answers(folder, own, material(folder, own))
