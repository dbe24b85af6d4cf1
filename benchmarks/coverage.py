"""Simulate coverage and Type I error of the interaction's intervals: `make coverage`, about fifteen minutes.

For each type of data, errors and sample size, 5,000 studies are simulated. Four 95 % intervals of the interaction are
compared with the true value: OLS and HC3 (t distribution), percentile and BCa bootstrap (2,000 resamples). The results
are in `coverage.csv` and, rounded, in docs/methods.md; the default interval of the report was chosen from them. The
Monte Carlo standard error of a coverage of .95 over 5,000 studies is .003.

- `normal`: predictor and moderator standard normal with r = .3; `likert`: predictor, moderator and outcome are means of
  10, 6 and 4 five-point answers skewed towards agreement, with reliabilities of about .88, .83 and .76.
- Errors are `equal`, or `unequal`: their standard deviation is exp(.4 times the predictor).
- The true interaction adds .04 to R² (of the true scores) for coverage, and nothing for the Type I error. With
  Likert-like data, the true value is the coefficient in a population of ten million respondents. Discretising the
  answers makes relations nonlinear, so it is not exactly zero even if the true scores do not interact.
"""

import os

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"  # two processes, one thread each

import csv
import sys
from concurrent.futures import ProcessPoolExecutor
from itertools import product
from pathlib import Path

import numpy as np
from scipy.special import stdtrit

from practicework.numerics import bootstrap

STUDIES = 5_000
RESAMPLES = 2_000
POPULATION = 10_000_000
SIZES = (75, 150, 300)
INTERVALS = ("ols", "hc3", "percentile", "bca")
SLOPES = (0.3, 0.2)
CUTS = np.array([-1.6, -0.9, -0.1, 0.9])
"""The thresholds at which a continuous answer becomes 2, 3, 4 and 5."""

ITEMS = {"x": (10, 0.68), "w": (6, 0.70), "y": (4, 0.70)}
"""Items of each scale, and their loading on the true score."""


def people(data: str, errors: str, interaction: float, size: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """Predictor, moderator and outcome of respondents, shape (3, *size)."""
    x = rng.standard_normal(size)
    w = 0.3 * x + np.sqrt(1 - 0.3**2) * rng.standard_normal(size)
    spread = np.exp(0.4 * x) / np.exp(0.4**2) if errors == "unequal" else 1.0  # the mean variance stays 1
    y = SLOPES[0] * x + SLOPES[1] * w + interaction * x * w + spread * rng.standard_normal(size)
    if data == "normal":
        return np.array([x, w, y])
    deviation = np.sqrt(1 + SLOPES[0] ** 2 + SLOPES[1] ** 2 + 0.6 * SLOPES[0] * SLOPES[1] + interaction**2 * 1.09)
    return np.array([_answers(one, *ITEMS[name], rng) for name, one in (("x", x), ("w", w), ("y", y / deviation))])


def _answers(true: np.ndarray, items: int, loading: float, rng: np.random.Generator) -> np.ndarray:
    """The mean of five-point answers that measure a true score."""
    total = np.zeros(true.shape)
    for _ in range(items):
        total += np.searchsorted(CUTS, loading * true + np.sqrt(1 - loading**2) * rng.standard_normal(true.shape)) + 1
    return total / items


def true_interaction(change: float) -> float:
    """The coefficient with which the interaction adds `change` to R² of normal true scores."""
    other = SLOPES[0] ** 2 + SLOPES[1] ** 2 + 0.6 * SLOPES[0] * SLOPES[1]
    return float(np.sqrt(change * (other + 1) / (1 - change) / 1.09))


def in_population(data: str, errors: str, interaction: float) -> float:
    """The coefficient of the interaction in the population."""
    if data == "normal":
        return interaction
    rng = np.random.default_rng([2021, int(errors == "unequal"), int(interaction > 0)])
    gram, moments = np.zeros((4, 4)), np.zeros(4)
    for _ in range(POPULATION // 1_000_000):
        x, w, y = people(data, errors, interaction, (1_000_000,), rng)
        columns = np.column_stack([np.ones(len(x)), x - 3, w - 3, (x - 3) * (w - 3)])
        gram += columns.T @ columns
        moments += columns.T @ y
    return float(np.linalg.solve(gram, moments)[3])


def intervals(designs: np.ndarray, outcomes: np.ndarray, resamples: int, rng: np.random.Generator) -> np.ndarray:
    """The four intervals of the last coefficient in each study, shape (4, 2, studies).

    Parameters
    ----------
    designs : ndarray of shape (studies, n, p)
    outcomes : ndarray of shape (studies, n)
    """
    studies, n, p = designs.shape
    q, r = np.linalg.qr(designs)
    inverse = np.linalg.inv(r)
    fitted = np.einsum("snj,sn->sj", q, outcomes)
    estimate = np.einsum("sij,sj->si", inverse, fitted)
    residual = outcomes - np.einsum("snj,sj->sn", q, fitted)
    weight = np.einsum("snj,sj->sn", q, inverse[:, -1, :])  # of each outcome in the last coefficient
    rest = 1 - (q**2).sum(axis=2)
    critical = stdtrit(n - p, 0.975)
    half = critical * np.sqrt((residual**2).sum(axis=1) / (n - p) * (weight**2).sum(axis=1))
    robust = critical * np.sqrt(((weight * residual / rest) ** 2).sum(axis=1))
    last = estimate[:, -1]
    ends = np.empty((4, 2, studies))
    ends[0], ends[1] = (last - half, last + half), (last - robust, last + robust)
    without = last[:, None] - weight * residual / rest
    for one in range(studies):
        draws = bootstrap.ols(designs[one], outcomes[one], resamples, rng)[:, [-1]]
        ends[2, :, one] = np.ravel(bootstrap.percentile(draws, 0.95))
        ends[3, :, one] = np.ravel(bootstrap.bca(draws, last[[one]], without[one][:, None], 0.95))
    return ends


def cell(task: tuple[str, str, int, float]) -> tuple[np.ndarray, np.ndarray]:
    """Share of studies whose intervals include the true value, and the mean widths of the intervals."""
    data, errors, n, change = task
    interaction = true_interaction(change) if change else 0.0
    truth = in_population(data, errors, interaction)
    rng = np.random.default_rng([2021, ("normal", "likert").index(data), int(errors == "unequal"), n, int(change > 0)])
    held, widths = np.zeros(4), np.zeros(4)
    for start in range(0, STUDIES, 500):
        studies = min(500, STUDIES - start)
        x, w, y = people(data, errors, interaction, (studies, n), rng)
        x, w = (one - one.mean(axis=1, keepdims=True) for one in (x, w))
        ends = intervals(np.stack([np.ones_like(x), x, w, x * w], axis=2), y, RESAMPLES, rng)
        held += ((ends[:, 0] <= truth) & (truth <= ends[:, 1])).sum(axis=1)
        widths += (ends[:, 1] - ends[:, 0]).sum(axis=1)
    return held / STUDIES, widths / STUDIES


def main() -> None:
    """Simulate every cell, write the table and print it."""
    cells = list(product(("normal", "likert"), ("equal", "unequal"), SIZES))
    tasks = [(*one, change) for one in cells for change in (0.04, 0.0)]
    with ProcessPoolExecutor(2) as pool:
        found = dict(zip(tasks, pool.map(cell, tasks), strict=True))
    rows = []
    for one in cells:
        (coverage, width), (null, _) = found[(*one, 0.04)], found[(*one, 0.0)]
        for number, interval in enumerate(INTERVALS):
            rows.append([*one, interval, STUDIES, coverage[number], 1 - null[number], width[number]])
    with (Path(__file__).parent / "coverage.csv").open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["data", "errors", "n", "interval", "studies", "coverage", "type_1_error", "mean_width"])
        writer.writerows(rows)
    sys.stdout.write(markdown(rows))


def markdown(rows: list[list]) -> str:
    """The table in docs/methods.md: coverage, with the Type I error in parentheses."""
    lines = ["| data | errors | N | OLS | HC3 | percentile | BCa |", "|---|---|---|---|---|---|---|"]
    for start in range(0, len(rows), len(INTERVALS)):
        data, errors, n = rows[start][:3]
        cells = [f"{float(row[5]):.3f} ({float(row[6]):.3f})".replace("0.", ".") for row in rows[start : start + len(INTERVALS)]]
        lines.append(f"| {data} | {errors} | {n} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
