"""The scales whose exports R has run, and a program that writes what R is to run: `python tests/instruments.py`."""

from pathlib import Path

from practicework.commands.exporters import lavaan, psych
from practicework.study import load_study
from practicework.study.scale import Scale

ROOT = Path(__file__).resolve().parents[1]
GOLDEN = ROOT / "tests/golden/exporters"


def scale(name: str, items: str, method: str, min_valid: float) -> Scale:
    """A scale of some items of examples/bfi; a minus marks a reverse-keyed one."""
    data = {
        "id": name,
        "label": f'Scale "{name}"',
        "response": {"min": 1, "max": 6},
        "items": [{"id": one.strip("-"), "text": one, "reverse": one.startswith("-")} for one in items.split()],
        "scoring": {"method": method, "min_valid": min_valid},
    }
    return Scale.model_validate(data)


MIXED = [
    scale("for", "C1 C2 -C4 -C5", "sum", 0.5),  # a reserved word in R
    scale("2x", "-E1 -E2 E3", "pomp", 0.6),  # no name in R
    scale("one", "-N1", "pomp", 1.0),
    scale("open", "O1 -O2 O3", "mean", 0.67),
]
"""Every scoring rule with reverse-keyed items, a scale of one item, and names that R does not take as they are."""


def scales() -> dict[str, list[Scale]]:
    """The published study's, the example's, and the mixed ones."""
    studies = {"published": load_study(ROOT), "bfi": load_study(ROOT / "examples/bfi")}
    return {name: list(study.scales.values()) for name, study in studies.items()} | {"mixed": MIXED}


def scripts() -> dict[str, str]:
    """The exported R code of each by its file's name."""
    found = {}
    for name, ones in scales().items():
        found |= {f"exporters_{name}_psych.R": psych.script(ones), f"exporters_{name}_lavaan.R": lavaan.script(ones)}
    return found


if __name__ == "__main__":
    for name, text in scripts().items():
        (GOLDEN / name).write_text(text, encoding="utf-8")
