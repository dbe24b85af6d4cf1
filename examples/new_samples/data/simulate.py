"""Simulate the three samples of this example: `python data/simulate.py` writes their files in data/raw/.

Usefulness U and support S are standard normal and correlate at .3; promotion work is 0.45 U + 0.1 S + γ U S + e, with e normal
and the variance of promotion work 1. Each answer is 3 + 0.8 (λ trait + √(1 − λ²) noise) with λ = .75, rounded to 1 to 5. In Lyon
and Cologne γ = 0.25, and in Madrid γ = 0. The questionnaire of Cologne words promotion_3 differently: its answers are 0.8 lower.
"""

import csv
import math
from pathlib import Path

import numpy as np

ITEMS = {"promotion": 4, "usefulness": 10, "support": 6}
SAMPLES = {"lyon2026": (180, 0.25, 0.0), "koeln2027": (150, 0.25, -0.8), "madrid2027": (200, 0.0, 0.0)}
"""Respondents, γ, and the shift of promotion_3."""

LOADING = 0.75


def simulate(n: int, gamma: float, shift: float, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Return the answers of a sample by item."""
    usefulness, own = rng.standard_normal((2, n))
    support = 0.3 * usefulness + math.sqrt(1 - 0.3**2) * own
    explained = 0.45 * usefulness + 0.1 * support + gamma * (usefulness * support - 0.3)
    rest = 1 - (0.45**2 + 0.1**2 + 2 * 0.45 * 0.1 * 0.3) - gamma**2 * (1 + 0.3**2)
    traits = {"promotion": explained + math.sqrt(rest) * rng.standard_normal(n), "usefulness": usefulness, "support": support}
    answers = {}
    for scale, number in ITEMS.items():
        for item in range(1, number + 1):
            noise = math.sqrt(1 - LOADING**2) * rng.standard_normal(n)
            moved = shift if (scale, item) == ("promotion", 3) else 0.0
            answers[f"{scale}_{item}"] = np.clip(np.rint(3 + moved + 0.8 * (LOADING * traits[scale] + noise)), 1, 5).astype(int)
    return answers


def main() -> None:
    """Write the files."""
    for place, (sample, settings) in enumerate(SAMPLES.items()):
        answers = simulate(*settings, np.random.default_rng([2026, place]))
        with (Path(__file__).parent / f"raw/{sample}_synthetic.csv").open("w", newline="", encoding="utf-8") as file:
            rows = csv.writer(file, lineterminator="\n")
            rows.writerow(["id", *answers])
            rows.writerows([f"{sample[0].upper()}{n:03d}", *row] for n, row in enumerate(zip(*answers.values(), strict=True), 1))


if __name__ == "__main__":
    main()
