"""Type I error of joint tests of a multiverse: `make multiverse-size` writes benchmarks/multiverse.csv (docs/methods.md).

How often the median and the maximum over twelve specifications (four sets of covariates, three exclusion rules) reject a true
null hypothesis at .05, by standardised sign flips and by permuted residuals (Freedman & Lane, 1983), which are not offered; and
how often at least one specification is significant by itself. `STUDIES=300 make multiverse-size` is a short form.
"""

import os
from itertools import product

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[name] = "1"

import numpy as np
from rows import show
from scipy.special import stdtrit

from practicework.numerics import sign_flips

STUDIES, FLIPS = int(os.environ.get("STUDIES", "1000")), 499
RATES = ("median_flips", "max_flips", "median_permuted", "max_permuted", "any_significant")


def specifications(n: int, unequal: bool, rule: str, rng: np.random.Generator) -> list[tuple[np.ndarray, ...]]:
    """People, other columns, product and outcome of each specification of one study without an interaction.

    People are excluded for leverage and by a `rule`: a random tenth (`flagged`), or residuals beyond 2.5 (`residuals`).
    """
    x, w, a, b = rng.multivariate_normal(np.zeros(4), 0.7 * np.eye(4) + 0.3, n).T
    y = 0.4 * x + 0.2 * w + rng.standard_normal(n) * (np.exp(x / 2) if unequal else 1)
    full = np.column_stack([np.ones(n), x, w, x * w, a, b])
    basis, _ = np.linalg.qr(full)
    residuals, leverage = y - basis @ (basis.T @ y), (basis**2).sum(axis=1)
    size = np.abs(residuals) / np.sqrt(residuals @ residuals / (n - 6) * (1 - leverage))
    by_rule = size < 2.5 if rule == "residuals" else rng.random(n) > 0.1
    kept = [np.arange(n), np.flatnonzero(by_rule), np.flatnonzero(leverage < 3 * 6 / n)]
    sets = [(), (a,), (b,), (a, b)]
    return [(some, np.column_stack([np.ones(n), x, w, *more])[some], (x * w)[some], y[some]) for some in kept for more in sets]


def permuted(made: list[tuple[np.ndarray, ...]], n: int, rng: np.random.Generator) -> tuple[float, float]:
    """p of median and maximum when the residuals of each specification are permuted by one order of the people."""
    parts = []
    for people, others, tested, y in made:
        basis, _ = np.linalg.qr(others)
        d, e = (one - basis @ (basis.T @ one) for one in (tested, y))
        parts.append((people, d / (d @ d), d / np.sqrt(d @ d) / np.sqrt(e @ e), e))
    order = np.argsort(rng.random((FLIPS, n)), axis=1)
    estimates, scores = np.empty((len(parts), FLIPS)), np.empty((len(parts), FLIPS))
    for place, (people, weight, scaled, e) in enumerate(parts):
        rank = np.argsort(order[:, people], axis=1)
        estimates[place], scores[place] = e[rank] @ weight, e[rank] @ scaled
    observed = np.array([[weight @ e, scaled @ e] for _people, weight, scaled, e in parts])
    median = (np.abs(np.median(estimates, axis=0)) >= abs(np.median(observed[:, 0]))).sum()
    most = (np.abs(scores).max(axis=0) >= np.abs(observed[:, 1]).max()).sum()
    return (1 + median) / (1 + FLIPS), (1 + most) / (1 + FLIPS)


def cell(rule: str, n: int, unequal: bool, studies: int) -> dict[str, object]:
    """Rates of rejection at .05 in simulated studies without an interaction."""
    rng, found = np.random.default_rng([n, unequal]), []
    for _ in range(studies):
        made = specifications(n, unequal, rule, rng)
        scores = [sign_flips.score(n, *one) for one in made]
        joint = sign_flips.joint(scores, sign_flips.flipped(scores, sign_flips.signs(n, FLIPS, len(scores), rng)))
        t = np.array([one.partial * np.sqrt(one.df / (1 - one.partial**2)) for one in scores])
        alone = (np.abs(t) > stdtrit([one.df for one in scores], 0.975)).any()
        tests = [joint.p["median"], joint.p["max"], *permuted(made, n, rng)]
        found.append([*(p <= 0.05 for p in tests), alone])
    row = {"exclusion": rule, "n": n, "errors": "unequal" if unequal else "equal", "studies": studies}
    return row | dict(zip(RATES, np.mean(found, axis=0).tolist(), strict=True))


def main() -> None:
    """Simulate each cell."""
    cells = product(("flagged", "residuals"), (75, 150), (False, True))
    show([cell(*one, STUDIES) for one in cells], "multiverse")


if __name__ == "__main__":
    main()
