"""Coexistence: classify respondents as doing one kind of work, several kinds, or none."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

import numpy as np
import pandas as pd

CELLS = 4_000_000


def by_own_scales(
    points: np.ndarray,
    names: list[str],
    prototypes: Mapping[str, Mapping[str, float]],
    own: Mapping[str, list[str]],
    sem: np.ndarray,
    draws: int,
    rng: np.random.Generator,
) -> tuple[list[tuple[str, ...]], np.ndarray]:
    """Classify the kinds of work of each respondent when every kind has its own scales.

    A respondent does a kind if the true score on its own indicators (their mean) is at or above the midpoint between
    the profile's prototype and the mean of the others'. Errors are independent between kinds, so the probability of
    a set of kinds is a product; it is estimated by draws for consistency with the certainty. `own` maps each kind to
    its own indicators.

    Returns
    -------
    kinds : list of tuple of str
        Each respondent's most frequent set.
    certainty : ndarray of shape (n,)
        The share of draws with that set.
    """
    doing = np.zeros((len(points), draws), dtype=np.int64)
    for place, (profile, indicators) in enumerate(own.items()):
        at = [names.index(one) for one in indicators]
        high = np.mean([prototypes[profile][one] for one in indicators])
        low = np.mean([percents[one] for name, percents in prototypes.items() if name != profile for one in indicators])
        error = (rng.standard_normal((draws, len(at))) * sem[at]).mean(axis=1)
        for start in range(0, len(points), max(1, CELLS // draws)):
            part = slice(start, start + max(1, CELLS // draws))
            doing[part] |= (points[part][:, at].mean(axis=1)[:, None] + error >= (high + low) / 2).astype(np.int64) << place
    sets = [tuple(name for name, yes in zip(own, bits, strict=True) if yes) for bits in product((False, True), repeat=len(own))]
    index = {kinds: sum(1 << place for place, name in enumerate(own) if name in kinds) for kinds in sets}
    counts = np.stack([(doing == index[kinds]).sum(axis=1) for kinds in sets], axis=1)
    most = counts.argmax(axis=1)
    return [sets[one] for one in most], counts[np.arange(len(points)), most] / draws


def by_shares(
    shares: np.ndarray, labels: list[str], near_middle: np.ndarray, exclusive_at: float
) -> tuple[list[tuple[str, ...]], np.ndarray]:
    """Classify the kinds of work of each respondent when kinds share their scales.

    Respondents who reach `exclusive_at` in one profile are exclusive. Of the rest, those closer to the scale midpoints
    than to any prototype in most draws are uncommitted; the others are mixed between the profiles with a share of at
    least 1 − `exclusive_at`.

    Parameters
    ----------
    shares : ndarray of shape (n, profiles)
    labels : list of str
    near_middle : ndarray of shape (n,)
        The share of draws closer to the scale midpoints than to any prototype.
    exclusive_at : float

    Returns
    -------
    kinds : list of tuple of str
        One profile, several, or none.
    certainty : ndarray of shape (n,)
        The share of the profile, of the midpoints, or of the profiles together.
    """
    kinds, certainty = [], []
    for own, middle in zip(shares, near_middle, strict=True):
        if own.max() >= exclusive_at:
            found = (labels[own.argmax()],)
        elif middle > 0.5:
            found = ()
        else:
            at_least = min(1 - exclusive_at, np.sort(own)[-2])  # at least two profiles
            found = tuple(label for label, share in zip(labels, own, strict=True) if share >= at_least)
        kinds.append(found)
        certainty.append(middle if not found else own[[labels.index(label) for label in found]].sum())
    return kinds, np.array(certainty, dtype=float)


def category(kinds: tuple[str, ...]) -> str:
    """Return `exclusive`, `mixed` or `uncommitted`."""
    return {0: "uncommitted", 1: "exclusive"}.get(len(kinds), "mixed")


def summary(assignments: pd.DataFrame) -> pd.DataFrame:
    """Build the table `profiles/coexistence`: the number of respondents by kinds of work."""
    told = assignments.dropna(subset="coexistence")
    rows = []
    for name in ("exclusive", "mixed", "uncommitted"):
        group = told[told["coexistence"] == name]
        rows.append(
            [name, None, len(group), 100 * len(group) / len(told) if len(told) else np.nan, group["kinds_certainty"].mean()]
        )
        for kinds, own in sorted(group.dropna(subset="kinds").groupby("kinds"), key=lambda pair: (-len(pair[1]), pair[0])):
            rows.append([name, kinds, len(own), 100 * len(own) / len(told), own["kinds_certainty"].mean()])
    return pd.DataFrame(rows, columns=["coexistence", "kinds", "n", "percent", "mean_certainty"]).astype({"kinds": object})
