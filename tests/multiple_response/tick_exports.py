"""The same answers to a question with several answers, by stage, as survey tools export them. Invented."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pyreadstat

N = 60
OPTIONS = {"identity": ["Identity", 1], "sharing": ["Sharing posts, videos", 2], "presence": ["Presence", 3]}
STAGES = {"prospecting": ["Prospecting"], "approach": ["First approach"]}
NONE, NONE_CODE = "None of these", 9


def truth() -> pd.DataFrame:
    """1, 0 and NaN (not answered) by `stage.option`, an explicit none by `stage.none`, and the strategy (1 or 2)."""
    rng = np.random.default_rng(20)
    strategy = np.repeat([1, 2], N // 2)
    found = {"strategy": strategy.astype(float)}
    for stage in STAGES:
        own = {option: (rng.random(N) < share + 0.3 * (strategy == 1)).astype(float) for option, share in
               zip(OPTIONS, (0.5, 0.3, 0.2), strict=True)}  # fmt: skip
        table = pd.DataFrame(own)
        silent = (rng.random(N) < 0.1) | (table.sum(axis=1) == 0) & (rng.random(N) < 0.5)
        table[silent] = np.nan
        found |= {f"{stage}.{option}": table[option] for option in OPTIONS}
        found[f"{stage}.none"] = (table.sum(axis=1, min_count=1) == 0).astype(float)
    return pd.DataFrame(found)


ANSWERS = truth()


def _csv(rows: list[list[str]], delimiter: str = ",") -> str:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return out.getvalue()


def _joined(row: pd.Series, stage: str, separator: str, *, codes: bool = False, end: str = "") -> str:
    ticked = [str(texts[codes]) for option, texts in OPTIONS.items() if row[f"{stage}.{option}"] == 1]
    ticked += [str(NONE_CODE) if codes else NONE] * int(row[f"{stage}.none"])
    return separator.join(ticked) + (end if ticked else "")


def _split(row: pd.Series, stage: str, yes: Callable[[str], str], no: str) -> list[str]:
    cells = [yes(option) if row[f"{stage}.{option}"] == 1 else no for option in OPTIONS]
    return [*cells, yes("none") if row[f"{stage}.none"] else no]


def _qualtrics(names: dict[str, str], cells: Callable[[pd.Series], list[str]]) -> str:
    standard = ["StartDate", "EndDate", "Status", "IPAddress", "Progress", "Finished", "RecordedDate", "ResponseId"]
    head = [*standard, *names, "strategy"]
    texts = [*standard, *names.values(), "Strategy"]
    ids = [json.dumps({"ImportId": one}) for one in (*standard, *(f"QID1_{at}" for at in range(len(names))), "QID2")]
    rows = [head, texts, ids]
    for at, row in ANSWERS.iterrows():
        own = ["2026-01-01 10:00:00", "2026-01-01 10:05:00", "0", "", "100", "1", "2026-01-01 10:05:00", f"R_{at}"]
        rows.append([*own, *cells(row), f"{row['strategy']:.0f}"])
    return _csv(rows)


def qualtrics_split(texts: bool) -> str:
    """One column per option, with 1 or the option's text."""
    named = {option: texts[0] for option, texts in OPTIONS.items()} | {"none": NONE}
    names = {f"F_{stage}_{option}": f"Use in {stage} - {text}" for stage in STAGES for option, text in named.items()}
    yes = (lambda option: named[option]) if texts else (lambda option: "1")
    return _qualtrics(names, lambda row: [cell for stage in STAGES for cell in _split(row, stage, yes, "")])


def qualtrics_joined() -> str:
    """One column per stage with codes."""
    names = {f"F_{stage}": f"Use in {stage}" for stage in STAGES}
    return _qualtrics(names, lambda row: [_joined(row, stage, ",", codes=True) for stage in STAGES])


def limesurvey() -> str:
    """Y or an empty text in quotes."""
    head = [
        "id",
        "submitdate",
        "lastpage",
        "startlanguage",
        *(f"F{stage}[{one}]" for stage in STAGES for one in [*OPTIONS, "none"]),
    ]
    lines = [[*head, "strategy"]]
    for at, row in ANSWERS.iterrows():
        cells = [cell for stage in STAGES for cell in _split(row, stage, lambda option: "Y", "")]
        lines.append([str(at + 1), "2026-01-01 10:00:00", "3", "en", *cells, f"{row['strategy']:.0f}"])
    return "\n".join(";".join(f'"{cell}"' for cell in line) for line in lines) + "\n"


def redcap() -> str:
    """`field___code` with 1 and 0."""
    codes = {option: texts[1] for option, texts in OPTIONS.items()} | {"none": NONE_CODE}
    rows = [["record_id", *(f"f_{stage}___{code}" for stage in STAGES for code in codes.values()), "strategy", "firm_complete"]]
    for at, row in ANSWERS.iterrows():
        cells = [cell for stage in STAGES for cell in _split(row, stage, lambda option: "1", "0")]
        rows.append([str(at + 1), *cells, f"{row['strategy']:.0f}", "2"])
    return _csv(rows)


def google() -> str:
    """Joined texts, one of which contains the separator."""
    rows = [["Timestamp", *(f"Which functions do you use? [{texts[0]}]" for texts in STAGES.values()), "strategy"]]
    for _at, row in ANSWERS.iterrows():
        rows.append(["2026/01/01 5:05:12 PM GMT+1", *(_joined(row, stage, ", ") for stage in STAGES), f"{row['strategy']:.0f}"])
    return _csv(rows)


def microsoft(path: Path) -> None:
    """A workbook with joined texts that end with the separator."""
    book = openpyxl.Workbook()
    book.active.append(
        ["ID", "Start time", "Completion time", "Email", "Name", *(f"Use: {stage}" for stage in STAGES), "strategy"]
    )
    for at, row in ANSWERS.iterrows():
        cells = [_joined(row, stage, ";", end=";") or None for stage in STAGES]
        book.active.append([at + 1, "2026-01-01", "2026-01-01", "anonymous", None, *cells, row["strategy"]])
    book.save(path)


def spss(path: Path, no: float) -> None:
    """Dichotomies: 1, and 0 or system-missing."""
    data = {"strategy": ANSWERS["strategy"]}
    for stage in STAGES:
        for option in [*OPTIONS, "none"]:
            data[f"F_{stage}_{option}"] = ANSWERS[f"{stage}.{option}"].where(ANSWERS[f"{stage}.{option}"] == 1, no)
    pyreadstat.write_sav(pd.DataFrame(data), str(path))


def forced() -> str:
    """Yes or no for every option."""
    rows = [["id", *(f"F_{stage}_{option}" for stage in STAGES for option in OPTIONS), "strategy"]]
    words = {1.0: "Yes", 0.0: "No"}
    for at, row in ANSWERS.iterrows():
        cells = [words.get(row[f"{stage}.{option}"], "") for stage in STAGES for option in OPTIONS]
        rows.append([str(at + 1), *cells, f"{row['strategy']:.0f}"])
    return _csv(rows)


def _text(content: str) -> Callable[[Path], object]:
    return lambda path: path.write_text(content, encoding="utf-8")


SPLIT = {"columns": "F_{by}_{option}", "none": "F_{by}_none"}
EXPORTS: dict[str, tuple[str, Callable[[Path], object], dict]] = {
    "qualtrics": ("s.csv", _text(qualtrics_split(texts=False)), SPLIT),
    "qualtrics_texts": ("s.csv", _text(qualtrics_split(texts=True)), SPLIT),
    "qualtrics_joined": ("s.csv", _text(qualtrics_joined()), {"columns": {"column": "F_{by}", "separator": ","}, "none": "9"}),
    "limesurvey": ("s.csv", _text(limesurvey()), {"columns": "F{by}[{option}]", "none": "F{by}[none]"}),
    "redcap": ("s.csv", _text(redcap()), {"columns": "f_{by}___{option}", "none": "f_{by}___9"}),
    "google": ("s.csv", _text(google()), {"columns": {"column": "Which functions do you use? [{by}]"}, "none": NONE}),
    "microsoft": ("s.xlsx", microsoft, {"columns": {"column": "Use: {by}", "separator": ";"}, "none": NONE}),
    "spss": ("s.sav", lambda path: spss(path, np.nan), SPLIT),
    "spss_zeros": ("s.sav", lambda path: spss(path, 0.0), SPLIT),
    "forced_choice": ("s.csv", _text(forced()), {"columns": "F_{by}_{option}", "form": "forced_choice"}),
}
"""By name: the file, what writes it, and the keys of `multiple`."""
