"""Coexistence of kinds of work where each has its own scales, and the clarity of assignments where they share scales."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

import numpy as np
import pandas as pd

from practicework.tables import frame

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
    distinct, who = np.unique(points, axis=0, return_inverse=True)
    above, errors = [], []
    for profile, indicators in own.items():
        at = [names.index(one) for one in indicators]
        high = np.mean([prototypes[profile][one] for one in indicators])
        low = np.mean([percents[one] for name, percents in prototypes.items() if name != profile for one in indicators])
        above.append((distinct[:, at].mean(axis=1), (high + low) / 2))
        errors.append((rng.standard_normal((draws, len(at))) * sem[at]).mean(axis=1))
    sets = [tuple(name for name, yes in zip(own, bits, strict=True) if yes) for bits in product((False, True), repeat=len(own))]
    index = {kinds: sum(1 << place for place, name in enumerate(own) if name in kinds) for kinds in sets}
    parts = []
    for start in range(0, len(distinct), max(1, CELLS // draws)):
        part = slice(start, start + max(1, CELLS // draws))
        doing = sum(
            (mean[part, None] + error >= cut).astype(np.int64) << place
            for place, ((mean, cut), error) in enumerate(zip(above, errors, strict=True))
        )
        parts.append(np.stack([(doing == index[kinds]).sum(axis=1) for kinds in sets], axis=1))
    counts = np.concatenate(parts)[who.ravel()] if parts else np.zeros((0, len(sets)), int)
    most = counts.argmax(axis=1)
    return [sets[one] for one in most], counts[np.arange(len(points)), most] / draws


def clarity(
    shares: np.ndarray, labels: list[str], near_middle: np.ndarray, exclusive_at: float
) -> tuple[list[str], list[str | None], np.ndarray]:
    """Classify how clear each respondent's assignment is when kinds of work share their scales.

    Shares below the threshold follow from measurement error alone, so they are no evidence of several kinds of work.
    Respondents who reach `exclusive_at` in one profile are `clear`. Of the rest, those closer to the scale midpoints than
    to any prototype in most draws are `near_middle`; the others lie `between` the profiles with a share of at least
    1 − `exclusive_at`.

    Parameters
    ----------
    shares : ndarray of shape (n, profiles)
    labels : list of str
    near_middle : ndarray of shape (n,)
        The share of draws closer to the scale midpoints than to any prototype.
    exclusive_at : float

    Returns
    -------
    clarity : list of str
    profiles : list of str or None
        The clear profile, or those between which the respondent lies, joined by +.
    certainty : ndarray of shape (n,)
        The share of the clear profile or of the midpoints; NaN between profiles.
    """
    found, profiles, certainty = [], [], np.full(len(shares), np.nan)
    for row, (own, middle) in enumerate(zip(shares, near_middle, strict=True)):
        if own.max() >= exclusive_at:
            found.append("clear")
            profiles.append(labels[own.argmax()])
            certainty[row] = own.max()
        elif middle > 0.5:
            found.append("near_middle")
            profiles.append(None)
            certainty[row] = middle
        else:
            at_least = min(1 - exclusive_at, np.sort(own)[-2])  # at least two profiles
            found.append("between")
            profiles.append(" + ".join(label for label, share in zip(labels, own, strict=True) if share >= at_least))
    return found, profiles, certainty


def category(kinds: tuple[str, ...]) -> str:
    """Return `exclusive`, `mixed` or `uncommitted`."""
    return {0: "uncommitted", 1: "exclusive"}.get(len(kinds), "mixed")


OWN_SCALES = ("exclusive", "mixed", "uncommitted")
SHARED_SCALES = ("clear", "between", "near_middle")


def summary(assignments: pd.DataFrame, precise: list[str] | None) -> pd.DataFrame:
    """Build the table `profiles/coexistence`: the number of respondents by kinds of work or by clarity.

    Parameters
    ----------
    assignments : DataFrame
        The table `profiles/assignments`.
    precise : list of str or None
        The clarity of each assignment with a tenth of the standard error of measurement; None if each kind of work has
        scales of its own.
    """
    known = assignments.dropna(subset="coexistence")
    rows = []
    for name in OWN_SCALES if precise is None else SHARED_SCALES:
        group = known[known["coexistence"] == name]
        whole = {"coexistence": name, "n": len(group), "mean_certainty": group["kinds_certainty"].mean()}
        whole["n_tenth"] = None if precise is None else precise.count(name)
        rows.append(whole | {"percent": 100 * len(group) / len(known) if len(known) else np.nan})
        for kinds, own in sorted(group.dropna(subset="kinds").groupby("kinds"), key=lambda pair: (-len(pair[1]), pair[0])):
            part = {"coexistence": name, "kinds": kinds, "n": len(own), "percent": 100 * len(own) / len(known)}
            rows.append(part | {"mean_certainty": own["kinds_certainty"].mean()})
    return frame("profiles/coexistence", rows)
