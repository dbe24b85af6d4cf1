"""Saturation: how many units were needed until new ones added few or no codes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import gammaln

BASE, RUN = 4, 2
"""Units of the base, and of the run of new units compared with it (Guest, Namey & Chen, 2020)."""
THRESHOLDS = (0.05, 0.0)


@dataclass(frozen=True)
class Saturation:
    """The accumulation curve and its summary."""

    curve: pd.DataFrame
    summary: pd.DataFrame


def accumulate(
    codings: pd.DataFrame, order: Sequence[str], permutations: int, rng: np.random.Generator, confidence: float = 0.95
) -> Saturation:
    """Count distinct codes by number of units, in the given order and over random orders.

    Parameters
    ----------
    codings : DataFrame
        `unit, code`.
    order : sequence of str
        All units in order, including those without codings.
    permutations : int
        Number of random orders.
    rng : numpy.random.Generator
    confidence : float

    Returns
    -------
    Saturation
        `curve`: the mean over all orders is Σ (1 − C(n − n_c, k) / C(n, k)) over the codes c with n_c units (the
        exact species accumulation curve; R: `vegan::specaccum(x, "exact")`). `summary`: the number of units after
        which a run of two new units first adds at most 5 % (and nothing) to the codes of the first four, and a lower
        bound on the number of unseen codes (Chao, 1987): (n − 1)/n · f1² / (2 f2), f1 and f2 being the numbers of
        codes found in one and in two units, or f1 (f1 − 1) / 2 if f2 is 0 (R: `vegan::specpool`).
    """
    units = list(order)
    codes = list(dict.fromkeys(codings["code"]))
    has = np.zeros((len(units), len(codes)), dtype=bool)
    has[[units.index(unit) for unit in codings["unit"]], [codes.index(code) for code in codings["code"]]] = True
    n, counts = len(units), has.sum(axis=0)
    given = _cumulative(has)
    drawn = np.array([_cumulative(has[rng.permutation(n)]) for _ in range(permutations)]).reshape(permutations, n)
    tail = 100 * (1 - confidence) / 2
    low, median, high = np.percentile(drawn, [tail, 50, 100 - tail], axis=0) if n else np.empty((3, 0))
    curve = pd.DataFrame(
        {
            "position": np.arange(1, n + 1),
            "unit": pd.Series(units, dtype=object),
            "new_codes": np.diff(given, prepend=0),
            "cumulative": given,
            "expected": [float((1 - _none_of(n, counts, k)).sum()) for k in range(1, n + 1)],
            "median": median,
            "low": low,
            "high": high,
        }
    )
    return Saturation(curve, _summary(given, drawn, counts, n, tail))


def _cumulative(has: np.ndarray) -> np.ndarray:
    """Count the distinct codes after each unit, shape (units,)."""
    return np.logical_or.accumulate(has, axis=0).sum(axis=1) if len(has) else np.zeros(0, dtype=int)


def _none_of(n: int, counts: np.ndarray, k: int) -> np.ndarray:
    """Return the probability that k of n units include none of the n_c with a code: C(n − n_c, k) / C(n, k)."""
    rest = n - counts
    safe = np.maximum(rest - k, 0)
    log = gammaln(rest + 1) - gammaln(safe + 1) - gammaln(n + 1) + gammaln(n - k + 1)
    return np.where(rest < k, 0.0, np.exp(log))


def _reached(cumulative: np.ndarray, threshold: float) -> float:
    """Return the number of units after which a run adds at most the threshold to the base; NaN if never."""
    if len(cumulative) < BASE + RUN or not cumulative[BASE - 1]:
        return np.nan
    after = np.arange(BASE - 1, len(cumulative) - RUN)
    added = (cumulative[after + RUN] - cumulative[after]) / cumulative[BASE - 1]
    hit = np.flatnonzero(added <= threshold)
    return float(after[hit[0]] + 1) if len(hit) else np.nan


def _summary(given: np.ndarray, drawn: np.ndarray, counts: np.ndarray, n: int, tail: float) -> pd.DataFrame:
    rows = []
    for threshold in THRESHOLDS:
        measure = f"run_{100 * threshold:g}"
        value, found = _reached(given, threshold), np.array([_reached(one, threshold) for one in drawn])
        never = float(np.isnan(found).mean()) if len(found) else 1.0
        note = f"base: the first {BASE} units"
        if n < BASE + RUN:
            note = f"not computable: requires {BASE + RUN} units"
        elif np.isnan(value):
            note += "; not reached in this order"
        if never > 0 and n >= BASE + RUN:
            note += f"; not reached in {100 * never:.0f} % of the random orders"
        told = found[~np.isnan(found)]
        band = np.percentile(told, [50, tail, 100 - tail]) if len(told) else [np.nan] * 3
        rows.append([measure, value, *band, note])
    once, twice, seen = int((counts == 1).sum()), int((counts == 2).sum()), int((counts > 0).sum())
    unseen = (n - 1) / n * (once**2 / (2 * twice) if twice else once * (once - 1) / 2) if n else np.nan
    rows.append(["codes", seen, *[np.nan] * 3, None])
    rows.append(["codes_of_one_unit", once, *[np.nan] * 3, None])
    rows.append(["unseen_chao2", unseen, *[np.nan] * 3, "assumes randomly drawn units"])
    return pd.DataFrame(rows, columns=["measure", "value", "median", "low", "high", "note"])
