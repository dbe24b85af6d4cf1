"""Coverage and time of process models: `make process` writes benchmarks/process.csv, which docs/methods.md quotes.

How often the percentile and the BCa interval of the index of moderated mediation (model 7) contain the truth, at N = 75, 150 and
300; and CPU-seconds of a model with two mediators and 10,000 resamples, beside the same loop in R.
"""

import os
import subprocess
import time

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[name] = "1"

import numpy as np
import pandas as pd
from rows import show

from practicework.numerics import bootstrap
from practicework.stages.process import analyse
from practicework.stages.process import equations as systems
from practicework.stages.process.effects import Effects
from practicework.study.process import Process, ProcessModel

STUDIES, RESAMPLES = 1_000, 1_000
TRUTH = 0.3 * 0.4
MODEL = ProcessModel(outcome="y", predictor="x", mediators=("m",), moderator="w", moderates=("a",))
R_LOOP = """
set.seed(1); n <- {n}; d <- data.frame(x = rnorm(n)); d$m <- .5 * d$x + rnorm(n); d$k <- rnorm(n); d$y <- .4 * d$m + rnorm(n)
f <- function(i) {{ e <- d[i, ]; coef(lm.fit(cbind(1, e$x), e$m))[2] * coef(lm.fit(cbind(1, e$x, e$m, e$k), e$y))[3] }}
t <- proc.time(); r <- replicate({r}, f(sample(n, n, TRUE))); cat(sum((proc.time() - t)[1:2]))
"""


def simulated(n: int, rng: np.random.Generator) -> pd.DataFrame:
    """X and W normal, a = .5 + .3 W, b = .4, direct = .2."""
    x, w, e, d = rng.standard_normal((4, n))
    m = (0.5 + 0.3 * w) * x + 0.1 * w + e
    return pd.DataFrame({"respondent": np.arange(n).astype(str), "x": x, "w": w, "m": m, "y": 0.2 * x + 0.4 * m + d})


def coverage(n: int, rng: np.random.Generator) -> dict:
    """Coverage of both intervals, and how often they miss on each side."""
    inside = {"percentile": 0, "bca": 0}
    for _ in range(STUDIES):
        made = systems.build(simulated(n, rng), "m", MODEL, None, ())
        draws = Effects(MODEL, made, systems.resampled(made, RESAMPLES, rng, "")[0]).index()[0][2]
        estimate = Effects(MODEL, made, [one.estimates[None] for one in made]).index()[0][2]
        left = Effects(MODEL, made, [systems.jackknife(one) for one in made]).index()[0][2]
        ends = {
            "percentile": bootstrap.percentile(draws[:, None], 0.95),
            "bca": bootstrap.bca(draws[:, None], estimate, left[:, None], 0.95),
        }
        for kind, (low, high) in ends.items():
            inside[kind] += bool(low[0] < TRUTH < high[0])
    return {"what": "coverage", "n": n} | {kind: count / STUDIES for kind, count in inside.items()}


def times(n: int) -> dict:
    """CPU-seconds of a model with two mediators and all its tables, and of R's loop over the regressions of one."""
    scores = simulated(n, np.random.default_rng(1)).assign(k=np.random.default_rng(2).standard_normal(n))
    model = {"outcome": "y", "predictor": "x", "mediators": ["m", "k"]}
    settings = Process.model_validate({"bootstrap": {"resamples": 10_000}, "models": {"m": model}})
    analyse(scores, "m", settings.models["m"], settings, np.random.default_rng(1))
    start = time.process_time()
    analyse(scores, "m", settings.models["m"], settings, np.random.default_rng(1))
    row = {"what": "time", "n": n, "practicework": time.process_time() - start}
    try:
        done = subprocess.run(["Rscript", "-e", R_LOOP.format(n=n, r=1000)], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return row
    return row | {"r_loop": 10 * float(done.stdout.split()[-1])}


def main() -> None:
    """Simulate, print and write."""
    rng = np.random.default_rng(2022)
    rows = [times(75), times(2_000)] + [coverage(n, rng) for n in (75, 150, 300)]
    show(rows, "process")


if __name__ == "__main__":
    main()
