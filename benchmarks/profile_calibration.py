"""Test the calibration of certainty with simulated respondents, from their answers to the assignment.

Typed populations: the true scores of a type are centred at its prototype, shifted towards the middle by `separation` (1: at
the prototype), with a within-type standard deviation of 10 percent of the response range. Normal population (separation 0):
true scores are multivariate normal around the middle, with standard deviations of 20 and correlations of .4. Each of three
scales has six five-point items with the error that yields the stated reliability of the sum. Respondents are scored, alpha is
computed from their answers, and they are assigned. Accuracy refers to the profile of the true scores, because certainty
describes measurement error, and in the last column to the type from which respondents were drawn. Each cell has 20 samples of
300 respondents, for both distributions of true scores (`profiles.true_scores`). Writes benchmarks/profile_calibration.csv and
docs/profile_calibration.svg. Run: `make calibration` (about two minutes).
"""

import os

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"

import sys
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from practicework.numerics.seeds import generator
from practicework.report.style import COLOURS, GREY, LINES, WIDTH, svg
from practicework.stages.profiles.assignment import draw_shares, kelley
from practicework.stages.profiles.robustness import nearest_prototype
from practicework.study.settings import PROTOTYPES

ROOT = Path(__file__).resolve().parents[1]
CENTRES = np.array([list(percents.values()) for percents in PROTOTYPES.values()])
SEPARATIONS, RELIABILITIES = (0.0, 0.4, 0.7, 1.0), (0.6, 0.75, 0.9)
MODELS = ("flat", "kelley")
NORMAL = 20.0**2 * (0.6 * np.eye(3) + 0.4)
"""The covariance of true scores in the normal population."""

WITHIN, ITEMS, N, SAMPLES = 10.0, 6, 300, 20
BINS = np.array([0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0])


def sample(separation: float, reliability: float, rng: np.random.Generator, n: int = N) -> tuple[np.ndarray, ...]:
    """Types, true profiles, assigned profiles and, by distribution of true scores, certainties of n respondents."""
    types = rng.integers(0, len(CENTRES), n)
    if separation:
        true = 50 + separation * (CENTRES[types] - 50) + WITHIN * rng.standard_normal((n, 3))
    else:
        true = 50 + rng.standard_normal((n, 3)) @ np.linalg.cholesky(NORMAL).T
    error = np.sqrt(true.var(axis=0) * (1 - reliability) / reliability * ITEMS)
    answers = true[:, None] + error * rng.standard_normal((n, ITEMS, 3))
    answers = np.clip(np.round(answers / 25), 0, 4) * 25  # five points
    scores = answers.mean(axis=1)
    alpha = ITEMS / (ITEMS - 1) * (1 - answers.var(axis=0, ddof=1).sum(axis=0) / answers.sum(axis=1).var(axis=0, ddof=1))
    sem = scores.std(axis=0, ddof=1) * np.sqrt(1 - np.clip(alpha, 0, 1))
    assigned = nearest_prototype(scores, CENTRES)
    certainty = [
        draw_shares(centres, CENTRES, errors, 2_000, rng)[np.arange(n), assigned]
        for centres, errors in ((scores, sem), kelley(scores, sem))
    ]
    return types, nearest_prototype(true, CENTRES), assigned, *certainty


def simulate(samples: int = SAMPLES) -> pd.DataFrame:
    """Accuracy by bin of certainty, for every population, reliability and distribution of true scores."""
    rows = []
    for separation, reliability in product(SEPARATIONS, RELIABILITIES):
        rng = generator(6, "calibration", str(separation), str(reliability))
        drawn = [sample(separation, reliability, rng) for _ in range(samples)]
        types, true, assigned, *certainties = (np.concatenate(parts) for parts in zip(*drawn, strict=True))
        for model, certainty in zip(MODELS, certainties, strict=True):
            bins = np.clip(np.searchsorted(BINS, certainty, side="right") - 1, 0, len(BINS) - 2)
            for place in range(len(BINS) - 1):
                own = bins == place
                if own.any():
                    same = (assigned == types)[own].mean() if separation else np.nan
                    ends = [BINS[place], BINS[place + 1], own.sum(), certainty[own].mean()]
                    rows.append([model, separation, reliability, *ends, (assigned == true)[own].mean(), same])
    columns = ["model", "separation", "reliability", "from", "to", "n", "certainty", "accuracy", "accuracy_of_type"]
    return pd.DataFrame(rows, columns=columns)


def error(rows: pd.DataFrame, accuracy: str = "accuracy") -> float:
    """The mean absolute difference between accuracy and certainty, weighted by respondents."""
    return float(np.average((rows[accuracy] - rows["certainty"]).abs(), weights=rows["n"]))


def draw(table: pd.DataFrame) -> str:
    """The calibration curves as SVG text: rows are distributions of true scores, columns reliabilities."""
    figure = Figure(figsize=(WIDTH, 5.4), layout="constrained")
    panels = figure.subplots(2, len(RELIABILITIES), sharex=True, sharey=True).ravel()
    for place, (axes, (model, reliability)) in enumerate(zip(panels, product(MODELS, RELIABILITIES), strict=True)):
        axes.plot([0.35, 1], [0.35, 1], color=GREY, linewidth=0.8)
        for separation, colour, line in zip(SEPARATIONS, COLOURS, LINES, strict=False):
            rows = table[(table["reliability"] == reliability) & (table["separation"] == separation) & (table["model"] == model)]
            axes.plot(
                rows["certainty"],
                rows["accuracy"],
                color=colour,
                linestyle=line,
                marker="o",
                markersize=3,
                label=f"{separation:g}" if separation else "normal",
            )
        axes.set_title(f"{model}, reliability {reliability:g}".replace("0.", "."), fontsize=9)
        if place >= len(RELIABILITIES):
            axes.set_xlabel("Certainty")
        axes.set_xlim(0.35, 1.02)
        axes.set_ylim(0.35, 1.02)
        if place % len(RELIABILITIES) == 0:
            axes.set_ylabel("Share of right assignments")
    panels[0].legend(title="separation", title_fontsize=8, loc="upper left")
    return svg(figure)


def main() -> None:
    """Simulate, write the table and the figure."""
    table = simulate()
    table.to_csv(ROOT / "benchmarks/profile_calibration.csv", index=False, lineterminator="\n")
    (ROOT / "docs/profile_calibration.svg").write_text(draw(table), encoding="utf-8")
    for (model, separation, reliability), rows in table.groupby(["model", "separation", "reliability"]):
        of_type = error(rows, "accuracy_of_type")
        bias = np.average(rows["certainty"] - rows["accuracy"], weights=rows["n"])
        print(f"{model} {separation:g} {reliability:g}: error {error(rows):.3f}, bias {bias:+.3f}, of type {of_type:.3f}")


if __name__ == "__main__":
    sys.exit(main())
