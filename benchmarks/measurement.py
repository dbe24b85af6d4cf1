"""Benchmark resampled alpha, omega total and HTMT against a loop and R's psych and semTools: `make benchmark`.

75 respondents and 23 items in four scales, as in the published study. Slow methods run fewer resamples; their times are
scaled up. R is skipped if it is not installed. Times are on one thread; report the ratios, because machines differ.
"""

import os

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"  # as in the pipeline's jobs

import resource
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from practicework.numerics.minres import one_factor
from practicework.stages import reliability
from practicework.stages.dimensionality import htmt
from practicework.stages.dimensionality.item_model import ItemModel

RESAMPLES = 10_000
SIZES = {"a": 4, "b": 10, "c": 6, "d": 3}
FACTORS = {scale: [f"{scale}{item}" for item in range(size)] for scale, size in SIZES.items()}

PSYCH = """
suppressMessages({library(psych); library(semTools)})
d <- read.csv(commandArgs(TRUE)[1]); b <- as.integer(commandArgs(TRUE)[2])
of <- split(names(d), substr(names(d), 1, 1))
syntax <- paste(sapply(names(of), function(k) paste0("f", k, " =~ ", paste(of[[k]], collapse = " + "))), collapse = "\\n")
told <- function(f, times) cat(system.time(f())["elapsed"] * times, "")
told(function() for (s in of) invisible(suppressWarnings(alpha(d[s], n.iter = b))), 10000 / b)
told(function() for (i in 1:b) { x <- d[sample(nrow(d), replace = TRUE), ]
  for (s in of) invisible(suppressWarnings(suppressMessages(omega(x[s], nfactors = 1, plot = FALSE)))) }, 10000 / b)
told(function() for (i in 1:b) { x <- d[sample(nrow(d), replace = TRUE), ]
  invisible(htmt(syntax, data = x, htmt2 = FALSE)); invisible(htmt(syntax, data = x, htmt2 = TRUE)) }, 10000 / b)
"""


def people(n: int = 75, seed: int = 1) -> pd.DataFrame:
    """Likert answers with one factor per scale."""
    rng = np.random.default_rng(seed)
    general, columns = rng.standard_normal(n), {}
    for items in FACTORS.values():
        factor = 0.5 * general + rng.standard_normal(n)
        columns |= {item: np.clip(np.round(3 + 0.7 * factor + 0.8 * rng.standard_normal(n)), 1, 5) for item in items}
    return pd.DataFrame(columns)


def alphas(answers: pd.DataFrame, resamples: int, rng: np.random.Generator) -> None:
    """Alpha of every scale."""
    for items in FACTORS.values():
        reliability.bootstrap_coefficients(answers[items].to_numpy(), None, resamples, rng)


def omegas(answers: pd.DataFrame, resamples: int, rng: np.random.Generator) -> None:
    """Alpha and omega total of every scale."""
    for items in FACTORS.values():
        data = answers[items].to_numpy()
        reliability.bootstrap_coefficients(data, one_factor(np.corrcoef(data.T)), resamples, rng)


def ratios(answers: pd.DataFrame, resamples: int, rng: np.random.Generator) -> None:
    """HTMT and HTMT2 of every pair."""
    htmt.resampled(ItemModel("all", answers, FACTORS), resamples, rng)


def loop(statistic: Callable[[pd.DataFrame], object]) -> Callable:
    """One computation per resample, on its own rows."""

    def run(answers: pd.DataFrame, resamples: int, rng: np.random.Generator) -> None:
        for _ in range(resamples):
            statistic(answers.iloc[rng.integers(0, len(answers), len(answers))])

    return run


def alpha_of(answers: pd.DataFrame) -> list[float]:
    """Alpha of every scale by its definition."""
    covs = [np.cov(answers[items].to_numpy().T) for items in FACTORS.values()]
    return [len(cov) / (len(cov) - 1) * (1 - np.trace(cov) / cov.sum()) for cov in covs]


def omega_of(answers: pd.DataFrame) -> list[float]:
    """Omega total of every scale, one factor analysis each."""
    rs = [np.corrcoef(answers[items].to_numpy().T) for items in FACTORS.values()]
    return [float(reliability.omega_total(r, one_factor(r))) for r in rs]


def ratios_of(answers: pd.DataFrame) -> np.ndarray:
    """Both ratios of every pair."""
    model = ItemModel("all", answers, FACTORS)
    return htmt.ratios(np.corrcoef(answers.to_numpy().T)[None], htmt.positions(model))


def seconds(run: Callable, answers: pd.DataFrame, resamples: int) -> float:
    """Run time of RESAMPLES in seconds, extrapolated from `resamples`."""
    start = time.perf_counter()
    run(answers, resamples, np.random.default_rng(2021))
    return (time.perf_counter() - start) * RESAMPLES / resamples


def in_r(answers: pd.DataFrame, resamples: int) -> list[float] | None:
    """Run times of psych's and semTools' own functions in seconds; None without R or these packages."""
    if shutil.which("Rscript") is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        answers.to_csv(Path(folder) / "answers.csv", index=False)
        (Path(folder) / "psych.R").write_text(PSYCH)
        command = ["Rscript", f"{folder}/psych.R", f"{folder}/answers.csv", str(resamples)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    return [float(word) for word in done.stdout.split()[-3:]] if done.returncode == 0 else None


def main() -> None:
    """Print the table and the peak memory."""
    answers = people()
    r = in_r(answers, 100)
    print(f"{RESAMPLES:,} resamples of 75 respondents and 23 items in 4 scales; seconds (scaled from 500 for loops, 100 for R)")
    if r is None:
        print("R with psych and semTools is not installed; its column is empty")
    print(f"{'':>14} {'here':>7} {'loop':>8} {'R':>8} {'loop / here':>12} {'R / here':>9}")
    contenders = (("alpha", alphas, alpha_of), ("omega total", omegas, omega_of), ("HTMT, HTMT2", ratios, ratios_of))
    for number, (words, here, one) in enumerate(contenders):
        own = min(seconds(here, answers, RESAMPLES) for _ in range(3))
        other = seconds(loop(one), answers, 500)
        shown = f"{r[number]:>8.1f}" if r else f"{'':>8}"
        ratio = f"{r[number] / own:>8.0f}×" if r else ""
        print(f"{words:>14} {own:>7.2f} {other:>8.1f} {shown} {other / own:>11.0f}× {ratio}")
    print(f"Peak memory of this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")


if __name__ == "__main__":
    main()
