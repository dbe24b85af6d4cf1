"""A study folder around exports of `exports.py`."""

from pathlib import Path

import exports
import yaml


def study(folder: Path, exported: dict[str, str]) -> Path:
    """A study of samples, each with the name of its export, with a moderation so that all stages run."""
    for part in ("config", "scales", "data/raw"):
        (folder / part).mkdir(parents=True)
    samples = {}
    for sample, name in exported.items():
        export = exports.EXPORTS[name]
        file = f"data/raw/{sample}_{export.file}"
        export.write(folder / file)
        samples[sample] = {"file": file, "columns": dict(export.columns), "missing": list(export.missing)}
    for scale, items in exports.SCALES.items():
        entries = [{"id": item, "text": exports.WORDING[item]} for item in items]
        labels = {code: list(texts) for code, texts in exports.LABELS.items()}
        data = {"id": scale, "label": scale, "response": {"min": 1, "max": 5, "labels": labels}, "items": entries}
        (folder / f"scales/{scale}.yaml").write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    config = {
        "samples": samples,
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
    (folder / "config/config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    return folder
