"""A small valid study that the tests write with entries changed."""

import copy
from pathlib import Path

import yaml

from practicework.study import Study, load_study

CONFIG = {
    "samples": {"s": {"file": "data/raw/s.csv", "respondent": "id"}, "t": {"file": "data/raw/t.csv"}},
    "scales": ["pride", "ease"],
    "variables": ["age", "years_in_job"],
    "moderation": {"models": {"main": {"outcome": "pride", "predictor": "ease", "moderator": "age"}}},
    "profiles": {
        "indicators": ["pride", "ease"],
        "prototypes": {"keen": {"pride": 75, "ease": 75}, "wary": {"pride": 25, "ease": 25}},
    },
    "replication": {
        "s": {
            "source": "A paper",
            "claims": [{"claim": "Respondents", "published": "40", "table": "moderation/main/fit", "column": "n"}],
        }
    },
}
SCALE = {
    "id": "pride",
    "label": "Pride in work",
    "response": {"min": 1, "max": 5, "labels": {1: "Never", 5: "Always"}},
    "items": [{"id": "pride_1", "text": "One."}, {"id": "pride_2", "text": "Two.", "reverse": True}],
}
REMOVE = object()


def put(tree: dict, path: str, value: object) -> None:
    """Set, or with REMOVE remove, the entry at a dotted path."""
    *parents, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    for part in parents:
        tree = tree[part]
    if value is REMOVE:
        del tree[last]
    else:
        tree[last] = value


class Writer:
    """Writes the study of this file with entries changed: `config.seed`, `pride.items.0.id`, `ease.label`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for part in ("config", "scales", "data/raw"):
            (folder / part).mkdir(parents=True, exist_ok=True)
        for name in ("s", "t"):
            (folder / f"data/raw/{name}.csv").write_text("id\n1\n")

    def load(self, changes: dict[str, object] | None = None) -> Study:
        """The study, with changed entries."""
        ease = {**SCALE, "id": "ease", "label": "Ease", "items": [{"id": "ease_1", "text": "One."}]}
        files = copy.deepcopy({"config": CONFIG, "pride": SCALE, "ease": ease})
        for path, value in (changes or {}).items():
            put(files, path, value)
        for name, content in files.items():
            path = self.folder / ("config/config.yaml" if name == "config" else f"scales/{name}.yaml")
            path.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
        return load_study(self.folder)


def claim(**entries: object) -> dict[str, object]:
    """A change of the one claim."""
    return {f"config.replication.s.claims.0.{name}": value for name, value in entries.items()}
