"""Simulations and times of the synthesis: `make synthesis` writes benchmarks/synthesis.csv, which docs/methods.md quotes.

Coverage of the pooled and of the prediction interval for k samples without and with heterogeneity; how often each criterion of
replication is met when the published result is a false positive, and when it is true; CPU-seconds for 10 and 1,000 samples.
"""

import os
import time

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[name] = "1"

import numpy as np
from rows import show
from scipy.special import stdtr, stdtrit

from practicework.numerics.meta_analysis import random_effects
from practicework.stages.synthesis import pooling, verdicts
from practicework.stages.synthesis.printed import Published
from practicework.study.synthesis import FEW, Synthesis

STUDIES = 4_000
ORIGINAL, DF, NEW = 75, 71, 188
"""Respondents of the published study, its degrees of freedom, and respondents of the new one (2.5 times as many)."""

EFFECT = 0.26
"""Partial correlation of the published interaction, if it is true."""


def coverage(rng: np.random.Generator) -> list[dict]:
    """How often the intervals of random effects contain the mean effect, and the effect of a further sample."""
    rows = []
    for k in (3, 5, 10):
        for ratio in (0.0, 0.5, 1.0):  # τ in units of the mean standard error
            pooled = predicted = 0
            for _ in range(STUDIES):
                se = 1 / np.sqrt(rng.integers(60, 300, k) - 5)
                tau = ratio * se.mean()
                y = 0.2 + tau * rng.standard_normal(k) + se * rng.standard_normal(k)
                found, _ = random_effects(y, se, interval="floored" if k < FEW else "hartung_knapp")
                pooled += found.ci_low < 0.2 < found.ci_high
                predicted += found.prediction_low < 0.2 + tau * rng.standard_normal() < found.prediction_high
            rows.append({"what": "coverage", "k": k, "tau": ratio, "pooled": pooled / STUDIES, "prediction": predicted / STUDIES})
    return rows


def study(r: float, n: int, df: int, rng: np.random.Generator) -> tuple[float, float]:
    """Estimate and standard error of an interaction with a partial correlation, in units in which b is about r / 10."""
    se = np.sqrt((1 - r**2) * rng.chisquare(df) / df / n) / 10
    return r / 10 + np.sqrt((1 - r**2) / n) / 10 * rng.standard_normal(), se


def printed(rng: np.random.Generator, r: float) -> Published:
    """A significant study as a journal prints it: the coefficient to three decimals, and p < .05, .01 or .001."""
    while True:
        b, se = study(r, ORIGINAL, DF, rng)
        p = 2 * stdtr(DF, -abs(b / se))
        if p < 0.05 and b > 0:
            break
    levels = [level for level in (0.05, 0.01, 0.001) if p < level]
    stricter = {0.05: 0.01, 0.01: 0.001, 0.001: None}[levels[-1]]
    t = -stdtrit(DF, levels[-1] / 2), np.inf if stricter is None else -stdtrit(DF, stricter / 2)
    b = round(b, 3)
    return Published((b - 0.0005, b + 0.0005), (float(t[0]), float(t[1])), DF, ORIGINAL, 1, "simulated")


def criteria(rng: np.random.Generator) -> list[dict]:
    """The share of new studies in which each criterion is met, or depends on what print does not tell."""
    rows = []
    for truth, r in (("false positive", 0.0), ("true", EFFECT)):
        counts: dict[tuple[str, str], int] = {}
        for _ in range(STUDIES):
            published, (b, se) = printed(rng, r), study(r, NEW, NEW - 4, rng)
            half = stdtrit(NEW - 4, 0.975) * se
            new = {
                "model": "m",
                "sample": "s",
                "estimate": b,
                "std_error": se,
                "df": NEW - 4,
                "ci_low": b - half,
                "ci_high": b + half,
            }
            inner, smallest = stdtrit(NEW - 4, 0.95) * se, np.sqrt(0.02) / 10  # ΔR² of .02
            for row in verdicts.rows(new, published, "coefficient", smallest=smallest, reach=(b - inner, b + inner)):
                counts[row["criterion"], row["verdict"]] = counts.get((row["criterion"], row["verdict"]), 0) + 1
        for criterion in dict.fromkeys(name for name, _ in counts):
            shares = {verdict: counts.get((criterion, verdict), 0) / STUDIES for verdict in ("yes", "no", "depends")}
            rows.append({"what": "criterion", "truth": truth, "criterion": criterion} | shares)
    return rows


def times(rng: np.random.Generator) -> list[dict]:
    """CPU-seconds of pooling, leave-one-out and cumulative estimates of one model."""
    rows = []
    for k in (10, 1_000):
        y, se = 0.2 + 0.1 * rng.standard_normal(k), 0.1 + 0.05 * rng.random(k)
        effects = [
            {"model": "m", "sample": f"s{n}", "source": "data", "metric": "coefficient", "n": 100, "estimate": a, "std_error": b,
             "ci_low": a - 2 * b, "ci_high": a + 2 * b}
            for n, (a, b) in enumerate(zip(y, se, strict=True))
        ]  # fmt: skip
        start = time.process_time()
        pooling.pooled(effects, Synthesis(), 0.95)
        pooling.without_each(effects, Synthesis(), 0.95)
        pooling.cumulative(effects, {}, Synthesis(), 0.95)
        rows.append({"what": "time", "k": k, "cpu_seconds": time.process_time() - start})
    return rows


def main() -> None:
    """Simulate, print and write."""
    rng = np.random.default_rng(2021)
    rows = coverage(rng) + criteria(rng) + times(rng)
    show(rows, "synthesis")


if __name__ == "__main__":
    main()
