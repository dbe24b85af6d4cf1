"""A study folder around one of the exports of `exports.py`."""

from pathlib import Path

import exports
import yaml


def study(folder: Path, name: str, formats: list[str] | None = None) -> Path:
    """A study of one export, with a moderation so that all stages run, and its report in all formats or in some."""
    export = exports.EXPORTS[name]
    for part in ("config", "scales", "data/raw"):
        (folder / part).mkdir(parents=True)
    export.write(folder / "data/raw" / export.file)
    for scale, items in exports.SCALES.items():
        entries = [{"id": item, "text": exports.WORDING[item]} for item in items]
        labels = {code: list(texts) for code, texts in exports.LABELS.items()}
        data = {"id": scale, "label": scale, "response": {"min": 1, "max": 5, "labels": labels}, "items": entries}
        (folder / f"scales/{scale}.yaml").write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    config = {
        "samples": {
            "s": {"file": f"data/raw/{export.file}", "columns": dict(export.columns), "missing": list(export.missing)},
        },
        "scales": list(exports.SCALES),
        "variables": list(exports.VARIABLES),
        "quasi_identifiers": ["age"],
        "screening": {},
        "moderation": {
            "bootstrap": {"resamples": 200},
            "simulation": {"studies": 100, "resamples": 100},
            "models": {"main": {"outcome": "promotion", "predictor": "support", "moderator": "hours"}},
        },
    }
    if formats:
        config["report"] = {"formats": formats}
    (folder / "config/config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    return folder
