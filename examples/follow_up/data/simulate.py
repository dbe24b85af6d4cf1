"""Compute the synthetic firms of this example: `python data/simulate.py`; the same bytes each time.

Truth. 180 firms with ln(employees) ~ N(4, 1.4) and 0 to 15 years of experience with social media in selling.

- Strategy: log odds of push rather than pull rise by 0.7 per unit of ln(employees) and do not depend on experience; log odds of a
  mixed strategy rather than pull rise by 0.15 per year of experience and by 0.2 per unit of ln(employees).
- Maturity: log odds of a higher level rise by 0.2 per year of experience and by 0.6 per point of learning, at every threshold.
- Functions: a firm says yes with probability .78 where the cases of its strategy used the function directly, .55 where they used
  it indirectly and .17 where they did not; a mixed strategy does what either of the others does. Two cells are different on
  purpose: in the follow-up, 70% of firms cultivate relationships, which no case did, and in the presentation only 20% share
  content, which the cases did.
- Tools: traditional media rise from .45 to .9 over the stages, social media fall from .9 to .2, and analytical tools from .7 to
  .1; firms that use social media at a stage use twice as many functions there.
- 4% of the firms stop before the last stage; 1% of the answers are missing.
"""

import csv
import json
from pathlib import Path

import numpy as np
import pandas as pd

HERE = Path(__file__).resolve().parent
N = 180
STAGES = ("prospecting_preapproach", "approach", "presentation", "objection", "closing", "follow_up")
FUNCTIONS = ("identity", "conversation", "sharing", "relationship", "presence", "reputation", "group")
TOOLS = ("analytics", "traditional", "social")
STRATEGIES, LEVELS = ("Pull", "Push", "Mixed"), ("Starting", "Developing", "Established", "Leading")
LIKELY = {"X": 0.78, "I": 0.55, "-": 0.17}
DIFFERENT = {("follow_up", "relationship"): 0.7, ("presentation", "sharing"): 0.2}
LABELS = ("Not at all", "A little", "Partly", "Largely", "Completely")


def main() -> None:
    """Write the file in the layout of a Qualtrics export with choice texts."""
    rng = np.random.default_rng(20260)
    size, years = rng.normal(4, 1.4, N), rng.integers(0, 16, N).astype(float)
    odds = np.exp(np.column_stack([np.zeros(N), -0.2 + 0.7 * (size - 4), -1.2 + 0.15 * (years - 4) + 0.2 * (size - 4)]))
    strategy = (rng.random((N, 1)) > np.cumsum(odds / odds.sum(axis=1, keepdims=True), axis=1)[:, :-1]).sum(axis=1)
    learning = rng.normal(3, 0.8, N)
    latent = 0.2 * (years - 7.5) + 0.6 * (learning - 3) + rng.logistic(size=N)
    maturity = np.digitize(latent, [-1.4, 0.2, 1.6])
    items = np.clip(np.round(learning[:, None] + rng.normal(0, 0.7, (N, 4))), 1, 5).astype(int)
    tools = {
        stage: rng.random((N, 3)) < np.array([0.7 - 0.12 * at, 0.45 + 0.09 * at, 0.9 - 0.14 * at])
        for at, stage in enumerate(STAGES)
    }
    functions = {stage: rng.random((N, 7)) < _chances(stage, strategy, tools[stage][:, 2]) for stage in STAGES}
    stopped, missing = rng.random(N) < 0.04, rng.random((N, 60)) < 0.01

    cells: dict[str, list[str]] = {}
    for stage in STAGES:
        for place, option in enumerate(FUNCTIONS):
            cells[f"F_{stage}_{option}"] = [_yes(functions[stage][firm, place]) for firm in range(N)]
    for stage in STAGES:
        for place, option in enumerate(TOOLS):
            cells[f"T_{stage}_{option}"] = [_yes(tools[stage][firm, place]) for firm in range(N)]
    for at, own in enumerate(cells.values()):
        for firm in range(N):
            if missing[firm, at] or (stopped[firm] and at >= 54):
                own[firm] = ""
    for firm in np.flatnonzero(stopped):
        for name in cells:
            if "follow_up" in name:
                cells[name][firm] = ""
    more = {f"learning_{place + 1}": [LABELS[items[firm, place] - 1] for firm in range(N)] for place in range(4)}
    more |= {
        "experience": [f"{one:.0f}" for one in years],
        "employees": [f"{max(1, round(np.exp(one)))}" for one in size],
        "log_employees": [f"{np.log(max(1, round(np.exp(one)))):.3f}" for one in size],  # embedded data of the survey
        "strategy": [STRATEGIES[one] for one in strategy],
        "maturity": [LEVELS[one] for one in maturity],
    }
    _write(cells | more)


def _chances(stage: str, strategy: np.ndarray, social: np.ndarray) -> np.ndarray:
    """The probability of each function for each firm, from the published table of the cases."""
    claims = pd.read_csv(HERE / "raw/bercier2020_cases/table_6_1.csv", keep_default_na=False)
    found = np.empty((N, len(FUNCTIONS)))
    for place, option in enumerate(FUNCTIONS):
        own = claims[(claims["row"] == stage) & (claims["column"] == option)]
        by = {row["group"]: LIKELY[row["published"]] for row in own.to_dict("records")}
        pull, push = (by.get(group, by.get("")) for group in ("pull", "push"))
        found[:, place] = np.array([pull, push, max(pull, push)])[strategy]
        if (stage, option) in DIFFERENT:
            found[:, place] = DIFFERENT[stage, option]
    share = social.mean()
    return np.clip(found * np.where(social, 1.0, 0.5)[:, None] / (share + 0.5 * (1 - share)), 0, 0.97)


def _yes(answer: bool) -> str:
    return "Yes" if answer else "No"


def _write(cells: dict[str, list[str]]) -> None:
    standard = ["StartDate", "EndDate", "Status", "Progress", "Duration (in seconds)", "Finished", "RecordedDate", "ResponseId"]
    ids = ["startDate", "endDate", "status", "progress", "duration", "finished", "recordedDate", "_recordId"]
    ids += [f"QID{place}" for place in range(1, len(cells) + 1)]
    head = [*standard, *cells]
    with (HERE / "raw/follow_up_synthetic.csv").open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerows([head, head, [json.dumps({"ImportId": one}) for one in ids]])
        for firm in range(N):
            known = ["2026-10-01 10:00:00", "2026-10-01 10:12:00", "IP Address", "100", "720", "True", "2026-10-01 10:12:00"]
            out.writerow([*known, f"R_{firm + 1:03d}", *(own[firm] for own in cells.values())])


if __name__ == "__main__":
    main()
