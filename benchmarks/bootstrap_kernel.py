"""Benchmark the bootstrap kernel against a NumPy loop, statsmodels and R's boot: `make benchmark`.

Each method draws case resamples of the same moderation design and fits them by least squares. Times are the best of
several alternating rounds on one thread; report the ratios, because machines differ.
"""

import os

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"  # as in the pipeline's jobs

import resource
import shutil
import subprocess
import time
from collections.abc import Callable

import numpy as np
import pandas as pd
from statsmodels.regression.linear_model import OLS

from practicework.numerics import bootstrap
from practicework.stages.moderation.design import build as moderation_design
from practicework.stages.moderation.regression import fit
from practicework.stages.moderation.simulation import simulate
from practicework.study.settings import Model, Moderation, Simulation

RESAMPLES = 5_000
ROUNDS = 5


def study(n: int, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """A moderation design of n respondents and its outcome."""
    rng = np.random.default_rng(seed)
    x, w = rng.standard_normal((2, n))
    return np.column_stack([np.ones(n), x, w, x * w]), 0.3 * x + 0.2 * x * w + rng.standard_normal(n)


def numpy_loop(design: np.ndarray, outcome: np.ndarray, resamples: int, rng: np.random.Generator) -> np.ndarray:
    """One `numpy.linalg.lstsq` per resample."""
    coefficients = np.empty((resamples, design.shape[1]))
    for one in range(resamples):
        drawn = rng.integers(0, len(outcome), len(outcome))
        coefficients[one] = np.linalg.lstsq(design[drawn], outcome[drawn], rcond=None)[0]
    return coefficients


def statsmodels_loop(design: np.ndarray, outcome: np.ndarray, resamples: int, rng: np.random.Generator) -> np.ndarray:
    """One `statsmodels` OLS fit per resample."""
    coefficients = np.empty((resamples, design.shape[1]))
    for one in range(resamples):
        drawn = rng.integers(0, len(outcome), len(outcome))
        coefficients[one] = OLS(outcome[drawn], design[drawn]).fit().params
    return coefficients


def seconds(fit: Callable, n: int, resamples: int) -> float:
    """Run time of one call in seconds."""
    design, outcome = study(n)
    start = time.perf_counter()
    fit(design, outcome, resamples, np.random.default_rng(2021))
    return time.perf_counter() - start


def r_boot(n: int, resamples: int) -> float:
    """Seconds of `boot::boot` with R's fastest least squares (.lm.fit); NaN without R or boot."""
    program = (
        "if (!requireNamespace('boot', quietly = TRUE)) quit(status = 1); set.seed(1);"
        f"n <- {n}; x <- rnorm(n); w <- rnorm(n); X <- cbind(1, x, w, x * w); y <- .3 * x + .2 * x * w + rnorm(n);"
        f"fit <- function(d, i) .lm.fit(X[i, ], y[i])$coefficients; invisible(boot::boot(y, fit, 10));"
        f"cat(system.time(boot::boot(y, fit, {resamples}))[['elapsed']])"
    )
    if shutil.which("Rscript") is None:
        return float("nan")
    finished = subprocess.run(["Rscript", "-e", program], capture_output=True, text=True, check=False)
    return float(finished.stdout) if finished.returncode == 0 else float("nan")


def simulated_studies(studies: int, resamples: int) -> float:
    """Seconds that the power simulation of the moderation stage takes at N = 75."""
    design, outcome = study(75)
    data = pd.DataFrame({"respondent": range(75), "x": design[:, 1], "w": design[:, 2], "y": outcome})
    model = Model(outcome="y", predictor="x", moderator="w")
    settings = Moderation(models={"main": model}, simulation=Simulation(studies=studies, resamples=resamples))
    fitted = fit(moderation_design(data, "main", model), settings, np.random.default_rng(1))
    start = time.perf_counter()
    simulate(fitted, settings.simulation, np.random.default_rng(2))
    return time.perf_counter() - start


def main() -> None:
    """Print the table and the memory added by the kernel."""
    print(f"{RESAMPLES:,} resamples, 4 coefficients; milliseconds, best of {ROUNDS} rounds")
    print(
        f"{'N':>6} {'kernel':>9} {'numpy':>9} {'statsm.':>9} {'R boot':>9} "
        f"{'numpy / kernel':>15} {'statsm. / kernel':>17} {'R / kernel':>11}"
    )
    for n in (75, 300, 2_000):
        kernel, loop = np.inf, np.inf
        for _ in range(ROUNDS):
            kernel = min(kernel, seconds(bootstrap.ols, n, RESAMPLES))
            loop = min(loop, seconds(numpy_loop, n, RESAMPLES))
        other = seconds(statsmodels_loop, n, RESAMPLES // 10) * 10
        r = r_boot(n, RESAMPLES)
        print(
            f"{n:>6} {1e3 * kernel:>9.1f} {1e3 * loop:>9.1f} {1e3 * other:>9.1f} {1e3 * r:>9.1f} "
            f"{loop / kernel:>14.1f}× {other / kernel:>16.1f}× {r / kernel:>10.1f}×"
        )
    print(f"1,000 simulated studies × 1,000 resamples at N = 75: {simulated_studies(1_000, 1_000):.2f} s")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    seconds(bootstrap.ols, 20_000, 20_000)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(f"Memory added by N = 20,000 with 20,000 resamples (400 million counts): {grown:.0f} MiB")


if __name__ == "__main__":
    main()
