"""What screening reads besides the answers: total time, completion and attention checks."""

import re

import numpy as np
import pandas as pd

from practicework.stages.ingest.coding import code_and_label
from practicework.stages.ingest.columns import Matcher
from practicework.study import Study
from practicework.study.scale import normalized
from practicework.study.settings import Screening
from practicework.tables.files.numbers import number
from practicework.tables.files.raw import RawTable

_CLOCK = re.compile(r"(?:(\d+):)?(\d{1,3}):(\d{2})(?:\.\d+)?")


def columns(raw: RawTable, screening: Screening | None) -> dict[str, int]:
    """Return the positions of total time, completion and attention checks, as far as the file has them."""
    found = {"duration_seconds": raw.duration, "finished": raw.finished}
    if screening is not None:
        matcher = Matcher(raw)
        if screening.duration:
            found["duration_seconds"] = matcher.position(screening.duration, key="screening.duration")
        found |= {name: matcher.position(name, key="screening.checks") for name in screening.checks}
    return {name: place for name, place in found.items() if place is not None}


def table(raw: RawTable, places: dict[str, int], respondents: list[str], cells: list[tuple], study: Study) -> pd.DataFrame:
    """Return seconds, completion (1 or 0) and attention checks (1 passed, 0 failed); NaN where there is no cell.

    Times that are neither seconds nor mm:ss or hh:mm:ss are NaN, since no score depends on them.
    """
    found = {"respondent": respondents, "duration_seconds": np.nan, "finished": np.nan}
    for name, position in places.items():
        texts = [(cell or "").strip() for cell in cells[position]]
        if name == "finished":
            lower = [text.lower() for text in texts]
            found[name] = np.array([text in raw.finished_as if raw.finished_as else bool(text) for text in lower], float)
        elif name == "duration_seconds":
            found[name] = np.array([_seconds(text) for text in texts])
        elif raw.tool == "coded table":
            found[name] = np.array([np.nan if not text else float(number(text) == 1) for text in texts])
        else:
            found[name] = _passed(texts, study.config.screening.checks[name], _labels(study))
    return pd.DataFrame(found)


def _seconds(text: str) -> float:
    if clock := _CLOCK.fullmatch(text):
        hours, minutes, seconds = (int(part or 0) for part in clock.groups())
        return 3600.0 * hours + 60 * minutes + seconds
    value = number(text)
    return float("nan") if value is None else value


def _labels(study: Study) -> dict[str, int]:
    """The codes of labels that mean the same in every scale that has them."""
    found: dict[str, set[int]] = {}
    for scale in study.scales.values():
        for text, code in scale.response.codes.items():
            found.setdefault(text, set()).add(code)
    return {text: codes.pop() for text, codes in found.items() if len(codes) == 1}


def _passed(texts: list[str], instructed: float | str, labels: dict[str, int]) -> np.ndarray:
    """Return 1 for the instructed answer, 0 for any other and NaN for none; texts of the scales count as their codes."""

    def one(text: str) -> float:
        if not text:
            return float("nan")
        if isinstance(instructed, str):
            pair = code_and_label(text)
            return float(normalized(instructed) in (normalized(text), normalized(pair[1]) if pair else ""))
        value = number(text)
        if value is None:
            pair = code_and_label(text)
            value = labels.get(normalized(text), pair[0] if pair else None)
        return float(value == instructed)

    known = {text: one(text) for text in set(texts)}
    return np.array([known[text] for text in texts])
