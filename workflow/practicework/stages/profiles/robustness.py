"""How much the profiles depend on prototypes, cut-offs, measurement error, and on who answered."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from practicework.study.settings import MIDDLE

LEVELS = (10, 20, 30, 40)
"""Percent that prototypes of another height lie above and below the middle."""
CERTAINTIES = (0.7, 0.8, 0.9, 0.95)
WITHIN = (1.0, 1.96)


def nearest_prototype(points: np.ndarray, prototypes: np.ndarray) -> np.ndarray:
    """The index of the nearest prototype (Euclidean distance), shapes (n, k) and (profiles, k); a tie takes the first."""
    return _closeness(points, prototypes).argmax(axis=1)


def ties(points: np.ndarray, prototypes: np.ndarray) -> np.ndarray:
    """Who is as near to another prototype, shape (n,)."""
    close = _closeness(points, prototypes)
    return (close == close.max(axis=1, keepdims=True)).sum(axis=1) > 1


def _closeness(points: np.ndarray, prototypes: np.ndarray) -> np.ndarray:
    """x·p − p·p/2, larger where nearer; rounded, since whole answers often lie exactly between two prototypes."""
    return (points @ prototypes.T - 0.5 * (prototypes**2).sum(axis=1)).round(6)


def kappa(a: np.ndarray, b: np.ndarray) -> float:
    """Cohen's kappa of two classifications; NaN where both have one class only. R: `psych::cohen.kappa`."""
    names = np.union1d(a, b)
    observed = (a == b).mean() if len(a) else np.nan
    expected = sum((a == name).mean() * (b == name).mean() for name in names) if len(a) else np.nan
    return float((observed - expected) / (1 - expected)) if expected < 1 else np.nan


def variants(points: np.ndarray, prototypes: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
    """Each other way to sort the people, in words, with their profiles; shapes (n, k) and (profiles, k).

    Prototypes: of another height (what is high, low or in the middle stays so), or at the sample's own mean
    plus and minus one standard deviation or its quartiles. Cut-offs: every indicator is high or low, and the
    nearest pattern counts, by the number of indicators that fit; who fits several equally keeps none.
    """
    side = np.sign(prototypes - MIDDLE)
    for level in LEVELS:
        if not (prototypes == MIDDLE + level * side).all():
            name = f"prototypes at {MIDDLE + level:g} and {MIDDLE - level:g}"
            yield name, nearest_prototype(points, MIDDLE + level * side)
    mean, sd = points.mean(axis=0), points.std(axis=0, ddof=1)
    yield "prototypes at the sample's mean ± 1 SD", nearest_prototype(points, mean + side * sd)
    low, median, high = np.percentile(points, [25, 50, 75], axis=0, method="weibull")
    yield (
        "prototypes at the sample's quartiles",
        nearest_prototype(points, np.where(side > 0, high, np.where(side < 0, low, median))),
    )
    for name, cut in (("cut-offs at the middle of the scales", MIDDLE), ("cut-offs at the sample's medians", median)):
        fits = (np.sign(points - cut)[:, None] == side).sum(axis=2)
        several = (fits == fits.max(axis=1, keepdims=True)).sum(axis=1) > 1
        yield name, np.where(several, -1, fits.argmax(axis=1))


def sensitivity(points: np.ndarray, labels: list[str], prototypes: np.ndarray) -> pd.DataFrame:
    """The table `profiles/sensitivity`: counts of each variant, and who keeps the profile."""
    main, rows = nearest_prototype(points, prototypes), []
    for variant, found in [("as declared", main), *variants(points, prototypes)] if len(points) > 1 else []:
        same = 100 * (found == main).mean()
        note = f"{(found < 0).sum()} people fit several patterns equally and have none" if (found < 0).any() else None
        for place, label in enumerate(labels):
            n = int((found == place).sum())
            rows.append([variant, label, n, 100 * n / len(points), same, kappa(found, main), note])
    columns = ["variant", "profile", "n", "percent", "same", "kappa", "note"]
    return pd.DataFrame(rows, columns=columns).astype({"note": object})


def boundary(points: np.ndarray, labels: list[str], prototypes: np.ndarray, sem: np.ndarray) -> pd.DataFrame:
    """The table `profiles/boundary`: who is within measurement error of another profile.

    The boundary of two prototypes is the plane half-way; a person's distance from it is counted in standard errors
    of measurement along the plane's normal, √(n' diag(SEM²) n). A person counts at the nearest boundary.
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


def exclusivity(certainty: np.ndarray, at: float) -> pd.DataFrame:
    """The table `profiles/exclusivity`: how many are exclusive, by the certainty that it takes."""
    told = certainty[~np.isnan(certainty)]
    rows = []
    for level in sorted({*CERTAINTIES, at}) if len(told) else []:
        n = int((told >= level).sum())
        rows.append([level, n, 100 * n / len(told), level == at])
    return pd.DataFrame(rows, columns=["certainty", "n", "percent", "declared"])


def stability(
    points: np.ndarray,
    prototypes: np.ndarray,
    sem: np.ndarray,
    resamples: int,
    rng: np.random.Generator,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Intervals of the profiles' shares, and how far each profile's members stay together.

    In each resample people are drawn with replacement and their scores again with measurement error: the interval
    holds sampling and measuring. Stability is the mean Jaccard similarity of a profile's members, in the drawn
    people, before and after that error (Hennig, 2007; there, .75 and more is called stable).

    Returns
    -------
    DataFrame
        `percent_low, percent_high, stability`, a row for each profile.
    """
    profiles = len(prototypes)
    if not len(points) or not np.isfinite(sem).all():
        return pd.DataFrame(np.nan, index=range(profiles), columns=["percent_low", "percent_high", "stability"])
    main = nearest_prototype(points, prototypes)
    shares, jaccard = np.empty((resamples, profiles)), np.empty((resamples, profiles))
    for row in range(resamples):
        who = rng.integers(0, len(points), len(points))
        again = nearest_prototype(points[who] + rng.standard_normal((len(points), len(sem))) * sem, prototypes)
        for place in range(profiles):
            before, after = main[who] == place, again == place
            either = (before | after).sum()
            shares[row, place] = 100 * after.mean()
            jaccard[row, place] = (before & after).sum() / either if either else np.nan
    tail = 100 * (1 - confidence) / 2
    low, high = np.percentile(shares, [tail, 100 - tail], axis=0)
    told = (~np.isnan(jaccard)).sum(axis=0)
    stable = np.where(
        (told > 0) & (np.bincount(main, minlength=profiles) > 0), np.nansum(jaccard, axis=0) / np.maximum(told, 1), np.nan
    )
    return pd.DataFrame({"percent_low": low, "percent_high": high, "stability": stable})
