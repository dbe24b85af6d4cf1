"""Simulate how often BIC recovers three true latent profiles, by sample size and separation.

Three types of equal size on the three indicators of the published typology: high on all, high on the second only,
low on all. Low and high are `d` within-type standard deviations apart; within a type, the indicators are normal,
uncorrelated and of equal variance. Each simulated sample is analysed with the full search of the stage (four covariance
structures, one to six profiles, degenerate solutions rejected, smallest BIC), without the bootstrap tests.
The results are in `workflow/practicework/stages/profiles/recovery.csv`, which the report reads. Their Monte Carlo
standard error is at most 100 √(.25 / samples) percent. Run: `make recovery` (about fifteen minutes).
"""

import os

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"

import sys
from concurrent.futures import ProcessPoolExecutor
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd

from practicework.numerics.proportions import clopper_pearson
from practicework.numerics.seeds import generator
from practicework.stages.profiles import latent
from practicework.study.settings import PROTOTYPES, LatentProfiles

SIZES = (75, 150, 300)
SEPARATIONS = (1.0, 1.5, 2.0, 3.0)
SAMPLES = 50
TARGET = Path(__file__).resolve().parents[1] / "workflow/practicework/stages/profiles/recovery.csv"
TYPES = np.array([list(percents.values()) for percents in PROTOTYPES.values()]) > 50


def sample(n: int, separation: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Types and indicators of n respondents."""
    types = rng.integers(0, len(TYPES), n)
    return types, separation * TYPES[types] + rng.standard_normal((n, TYPES.shape[1]))


def cell(n: int, separation: float, samples: int = SAMPLES) -> dict:
    """One row of the result."""
    from sklearn.metrics import adjusted_rand_score

    settings, rng = LatentProfiles(starts=20, blrt=0), generator(6, "recovery", str(n), str(separation))
    counts, rand = [], []
    for _ in range(samples):
        types, points = sample(n, separation, rng)
        found = [one for one in latent.solutions(points, settings, rng) if one.row["chosen"]]
        counts.append(found[0].row["profiles"] if found else 0)
        rand.append(adjusted_rand_score(types, found[0].posterior.argmax(axis=1)) if found else 0.0)
    counts = np.array(counts)
    shares = {"one": counts == 1, "two": counts == 2, "three": counts == 3, "more": counts > 3}
    return {
        "n": n,
        "separation": separation,
        "samples": samples,
        **{f"percent_{name}": 100 * hit.mean() for name, hit in shares.items()},
        "adjusted_rand": np.mean(rand),
    }


def with_bounds(table: pd.DataFrame) -> pd.DataFrame:
    """Add the exact 95% interval of the percentage of samples with three profiles."""
    counts = (table["percent_three"] * table["samples"] / 100).round().astype(int)
    ends = [clopper_pearson(count, samples) for count, samples in zip(counts, table["samples"], strict=True)]
    return table.assign(percent_three_low=[100 * low for low, _ in ends], percent_three_high=[100 * high for _, high in ends])


def main() -> None:
    """Simulate every cell and write the result."""
    grid = list(product(SIZES, SEPARATIONS))
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        rows = list(pool.map(cell, *zip(*grid, strict=True)))
    table = with_bounds(pd.DataFrame(rows))
    table.to_csv(TARGET, index=False, lineterminator="\n")
    print(table.to_string(index=False))


if __name__ == "__main__":
    sys.exit(main())
