"""Robustness of the profiles to prototypes, cut-offs, measurement error and sampling."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from practicework.stages.profiles.assignment import near
from practicework.study.settings import MIDDLE
from practicework.tables import frame

LEVELS = (10, 20, 30, 40)
"""Distances of alternative prototypes from the scale midpoint, in percent of the response range."""
CERTAINTIES = (0.7, 0.8, 0.9, 0.95)
WITHIN = (1.0, 1.96)
DRAWN = 10_000
"""Maximum number of respondents drawn in a resample of `stability`, which is a mean over respondents."""


def nearest_prototype(points: np.ndarray, prototypes: np.ndarray) -> np.ndarray:
    """Return the index of the nearest prototype (Euclidean), shapes (n, k) and (profiles, k); the first if tied."""
    return _closeness(points, prototypes).argmax(axis=1)


def ties(points: np.ndarray, prototypes: np.ndarray) -> np.ndarray:
    """Return which respondents are equally close to another prototype, shape (n,)."""
    close = _closeness(points, prototypes)
    return (close == close.max(axis=1, keepdims=True)).sum(axis=1) > 1


def _closeness(points: np.ndarray, prototypes: np.ndarray) -> np.ndarray:
    """Return x·p − p·p/2, larger if closer; rounded, since integer answers often lie exactly between two prototypes."""
    return (points @ prototypes.T - 0.5 * (prototypes**2).sum(axis=1)).round(6)


def kappa(a: np.ndarray, b: np.ndarray) -> float:
    """Compute Cohen's kappa of two classifications; NaN if both have only one class. R: `psych::cohen.kappa`."""
    names = np.union1d(a, b)
    observed = (a == b).mean() if len(a) else np.nan
    expected = sum((a == name).mean() * (b == name).mean() for name in names) if len(a) else np.nan
    return float((observed - expected) / (1 - expected)) if expected < 1 else np.nan


def variants(points: np.ndarray, prototypes: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
    """Yield each alternative rule with the resulting profiles; shapes (n, k) and (profiles, k).

    Prototypes: at other distances from the midpoint (with the same pattern of high, middle and low), unless this leaves
    every boundary where it is; at the sample's mean ± 1 SD, or at its quartiles. Cut-offs: every indicator is high or low,
    and the pattern with the most matching indicators is assigned; respondents who match several patterns equally get none.
    """
    side = np.sign(prototypes - MIDDLE)
    for level in LEVELS:
        if not same_boundaries(prototypes, MIDDLE + level * side):
            name = f"prototypes_{MIDDLE + level:g}_{MIDDLE - level:g}"
            yield name, nearest_prototype(points, MIDDLE + level * side)
    mean, sd = points.mean(axis=0), points.std(axis=0, ddof=1)
    yield "prototypes_mean_sd", nearest_prototype(points, mean + side * sd)
    low, median, high = np.percentile(points, [25, 50, 75], axis=0, method="weibull")
    yield (
        "prototypes_quartiles",
        nearest_prototype(points, np.where(side > 0, high, np.where(side < 0, low, median))),
    )
    for name, cut in (("cutoffs_midpoint", MIDDLE), ("cutoffs_medians", median)):
        fits = (np.sign(points - cut)[:, None] == side).sum(axis=2)
        several = (fits == fits.max(axis=1, keepdims=True)).sum(axis=1) > 1
        yield name, np.where(several, -1, fits.argmax(axis=1))


def same_boundaries(a: np.ndarray, b: np.ndarray) -> bool:
    """Return whether two sets of prototypes, shape (profiles, k), have the same boundaries between all profiles.

    The boundary of two prototypes is the plane midway between them.
    """

    def planes(prototypes: np.ndarray) -> np.ndarray:
        first, second = np.triu_indices(len(prototypes), 1)
        normal = prototypes[first] - prototypes[second]
        offset = ((prototypes[first] ** 2).sum(axis=1) - (prototypes[second] ** 2).sum(axis=1)) / 2
        size = np.linalg.norm(normal, axis=1, keepdims=True)
        with np.errstate(invalid="ignore"):
            return np.column_stack([normal, offset]) / size

    return bool(np.allclose(planes(a), planes(b), atol=1e-9))


def sensitivity(points: np.ndarray, labels: list[str], prototypes: np.ndarray) -> pd.DataFrame:
    """Build the table `profiles/sensitivity`: counts for each variant, and agreement with the declared rule."""
    main, rows = nearest_prototype(points, prototypes), []
    for variant, found in [("declared", main), *variants(points, prototypes)] if len(points) > 1 else []:
        same = 100 * (found == main).mean()
        note = f"n = {(found < 0).sum()} without a profile because several patterns fit equally" if (found < 0).any() else None
        for place, label in enumerate(labels):
            n = int((found == place).sum())
            rows.append([variant, label, n, 100 * n / len(points), same, kappa(found, main), note])
    columns = ["variant", "profile", "n", "percent", "same", "kappa", "note"]
    return pd.DataFrame(rows, columns=columns).astype({"note": object})


def boundary(points: np.ndarray, labels: list[str], prototypes: np.ndarray, sem: np.ndarray) -> pd.DataFrame:
    """Build the table `profiles/boundary`: respondents within measurement error of another profile.

    The boundary of two prototypes is the plane midway between them; distances from it are in standard errors of
    measurement along the plane's normal, √(n' diag(SEM²) n). Respondents are counted at their nearest boundary.
    """
    rows = []
    if len(points) and np.isfinite(sem).all():
        score = points @ prototypes.T - 0.5 * (prototypes**2).sum(axis=1)
        order = np.argsort(-score, axis=1, kind="stable")
        at = np.arange(len(points))
        gap = score[at, order[:, 0]][:, None] - score
        errors = np.sqrt((((prototypes[order[:, 0]][:, None] - prototypes) * sem) ** 2).sum(axis=2))
        with np.errstate(divide="ignore", invalid="ignore"):
            distance = np.where(errors > 0, gap / errors, np.inf)
        distance[at, order[:, 0]] = np.inf
        other = distance.argmin(axis=1)
        nearest = distance[at, other]
        pair = np.sort(np.stack([order[:, 0], other], axis=1), axis=1)
        groups = [("all", np.ones(len(points), dtype=bool))]
        for a in range(len(labels)):
            groups += [(f"{labels[a]} | {labels[b]}", (pair == (a, b)).all(axis=1)) for b in range(a + 1, len(labels))]
        for name, who in groups:
            counts = [int((nearest[who] <= limit).sum()) for limit in WITHIN]
            rows.append([name, int(who.sum()), *(value for count in counts for value in (count, 100 * count / len(points)))])
    columns = ["boundary", "n", "within_1_sem", "percent_1_sem", "within_1_96_sem", "percent_1_96_sem"]
    return pd.DataFrame(rows, columns=columns)


def exclusivity(certainty: np.ndarray, draws: np.ndarray, at: float) -> pd.DataFrame:
    """Build the table `profiles/exclusivity`: the number of clear assignments by required certainty.

    Parameters
    ----------
    certainty, draws : ndarray of shape (n,)
        Certainties and the number of draws on which they are based; NaN certainties are omitted.
    at : float
        The study's threshold.
    """
    known = ~np.isnan(certainty)
    certainty, draws = certainty[known], draws[known]
    rows = []
    for level in sorted({*CERTAINTIES, at}) if len(certainty) else []:
        n, close = int((certainty >= level).sum()), int(near(certainty, draws, [level]).sum())
        row = {"certainty": level, "n": n, "percent": 100 * n / len(certainty), "declared": level == at}
        rows.append(row | {"within_error": close})
    return frame("profiles/exclusivity", rows)


def stability(
    points: np.ndarray, prototypes: np.ndarray, sem: np.ndarray, resamples: int, rng: np.random.Generator
) -> np.ndarray:
    """Compute the stability of each profile's membership.

    In each resample respondents (at most 10,000) are drawn with replacement and their scores redrawn with measurement error.
    Stability is
    the mean Jaccard similarity of a profile's members among the drawn respondents before and after that error (Hennig,
    2007, who calls .75 and more stable).

    Returns
    -------
    ndarray of shape (profiles,)
        NaN for profiles without members.
    """
    profiles = len(prototypes)
    if not len(points) or not np.isfinite(sem).all():
        return np.full(profiles, np.nan)
    main = nearest_prototype(points, prototypes)
    jaccard, size = np.empty((resamples, profiles)), min(len(points), DRAWN)
    for row in range(resamples):
        drawn = rng.integers(0, len(points), size)
        again = nearest_prototype(points[drawn] + rng.standard_normal((size, len(sem))) * sem, prototypes)
        for place in range(profiles):
            before, after = main[drawn] == place, again == place
            either = (before | after).sum()
            jaccard[row, place] = (before & after).sum() / either if either else np.nan
    known = (~np.isnan(jaccard)).sum(axis=0)
    members = np.bincount(main, minlength=profiles) > 0
    return np.where((known > 0) & members, np.nansum(jaccard, axis=0) / np.maximum(known, 1), np.nan)
