"""Compute the synthetic judges, pilot and survey of this example: `python data/simulate.py`; the same bytes each time.

Truth. Five kinds of salespeople (percent of the response range in promotion, reconciliation, disruption): exclusive promotion
(75, 25, 25), exclusive reconciliation (25, 75, 25), exclusive disruption (25, 25, 75), promotion and reconciliation together
(75, 75, 25), and people who do none of the three (25, 25, 25). Four items are bad: `pro_06` and `dis_05` measure little, `rec_07`
measures promotion as well, and `dis_09` is not understood.
"""

import csv
from pathlib import Path

import numpy as np
import yaml

HERE = Path(__file__).resolve().parent
KINDS = {
    "promotion": (75, 25, 25),
    "reconciliation": (25, 75, 25),
    "disruption": (25, 25, 75),
    "both": (75, 75, 25),
    "none": (25, 25, 25),
}
SHARES = (0.2, 0.2, 0.12, 0.26, 0.22)
CONSTRUCTS = ("promotion", "reconciliation", "disruption")
WEAK, DOUBLE, UNCLEAR = ("pro_06", "dis_05"), {"rec_07": 0}, ("dis_09",)


def main() -> None:
    """Write every file."""
    items = yaml.safe_load((HERE.parent / "development/items.yaml").read_text(encoding="utf-8"))["items"]
    scales = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted((HERE.parent / "scales").glob("*.yaml"))]
    final = [item["id"] for scale in scales for item in scale["items"]]
    pilot, survey, judges = np.random.default_rng(2026).spawn(3)
    _write("three_kinds_pilot_synthetic.csv", *_survey(pilot, 600, items))
    _write("three_kinds_survey_synthetic.csv", *_survey(survey, 300, [item for item in items if item["id"] in final]))
    _judges(judges, items)


def _survey(rng: np.random.Generator, n: int, items: list[dict]) -> tuple[list[str], list[list]]:
    """Answers of respondents, their kind, experience in years and whether the firm trains them."""
    kinds = rng.choice(len(KINDS), size=n, p=SHARES)
    traits = np.array([*KINDS.values()])[kinds] + rng.normal(0, 9, (n, 3))
    trained = (rng.random(n) < np.where(traits[:, 0] > 50, 0.7, 0.35)).astype(int)
    coerced = np.clip(np.round(2.2 + 0.025 * traits[:, 2] + rng.normal(0, 0.8, n)), 1, 5).astype(int)
    columns = []
    for item in items:
        place = CONSTRUCTS.index(item["construct"])
        trait = traits[:, place]
        if item["id"] in DOUBLE:
            trait = (trait + traits[:, DOUBLE[item["id"]]]) / 2
        if item["id"] in WEAK or item["id"] in UNCLEAR:
            trait = 50 + 0.15 * (trait - 50)
        answer = np.clip(np.round(1 + 4 * trait / 100 + rng.normal(0, 0.75, n)), 1, 5).astype(int)
        columns.append(6 - answer if item.get("reverse") else answer)
    experience = rng.integers(1, 36, n)
    rows = [[f"S{place + 1:03d}", *(int(column[place]) for column in columns), int(trained[place]), int(coerced[place]),
             int(experience[place])] for place in range(n)]  # fmt: skip
    return ["id", *(item["id"] for item in items), "trained", "coerced", "experience"], rows


def _judges(rng: np.random.Generator, items: list[dict]) -> None:
    """Sorting by 30 judges, rating by 25, a panel of seven experts and a pretest of eight participants."""
    rows = []
    for judge in range(1, 31):
        for item in items:
            own = CONSTRUCTS.index(item["construct"])
            p = 0.45 if item["id"] in WEAK or item["id"] in UNCLEAR or item["id"] in DOUBLE else 0.9
            if rng.random() < p:
                chosen = CONSTRUCTS[own]
            elif item["id"] in DOUBLE and rng.random() < 0.7:
                chosen = CONSTRUCTS[DOUBLE[item["id"]]]
            else:
                chosen = rng.choice([*(one for one in CONSTRUCTS if one != CONSTRUCTS[own]), "none"])
            rows.append([f"N{judge:02d}", item["id"], chosen])
    _write("three_kinds_sorting_synthetic.csv", ["judge", "item", "chosen"], rows)
    rows = []
    for judge in range(1, 26):
        for item in items:
            for construct in CONSTRUCTS:
                mean = 4.3 if construct == item["construct"] else 1.9
                if item["id"] in (*WEAK, *UNCLEAR):
                    mean = 3.0 if construct == item["construct"] else 2.4
                if item["id"] in DOUBLE and construct in (item["construct"], CONSTRUCTS[DOUBLE[item["id"]]]):
                    mean = 3.5
                rating = int(np.clip(np.round(mean + rng.normal(0, 0.7)), 1, 5))
                rows.append([f"R{judge:02d}", item["id"], construct, rating])
    _write("three_kinds_ratings_synthetic.csv", ["judge", "item", "construct", "rating"], rows)
    rows = []
    for judge in range(1, 8):
        for item in items:
            bad = item["id"] in (*WEAK, *UNCLEAR, *DOUBLE)
            relevance = int(np.clip(np.round((2.4 if bad else 3.7) + rng.normal(0, 0.4)), 1, 4))
            rows.append([f"E{judge}", item["id"], relevance, 3 if relevance >= 3 else 2, int(rng.integers(3, 5))])
    _write("three_kinds_experts_synthetic.csv", ["judge", "item", "relevance", "essential", "clarity"], rows)
    rows = [[f"C{person}", "", ""] for person in range(1, 9)]
    rows += [[f"C{person}", "dis_09", "comprehension"] for person in (1, 3, 4, 7)] + [["C2", "pro_04", "retrieval"]]
    _write("three_kinds_pretest_synthetic.csv", ["participant", "item", "code"], rows)


def _write(name: str, header: list[str], rows: list[list]) -> None:
    with (HERE / "raw" / name).open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *rows])


if __name__ == "__main__":
    main()
