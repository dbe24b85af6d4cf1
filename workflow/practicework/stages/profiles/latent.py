"""Latent profile analysis: fit, test and select Gaussian mixtures, and match them to the prototypes."""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import linear_sum_assignment

from practicework.stages.profiles import mixture
from practicework.study.settings import LatentProfiles
from practicework.tables import frame

SMALLEST = (5, 0.05)
"""Minimum number and share of respondents in a profile."""
COLLAPSED, OVERLAPPING = 1e-3, 0.1
"""A solution with a smaller variance (share of the indicator's) or relative entropy is degenerate."""
SAME = 0.01
"""Starts agree if their log-likelihoods differ by less than this."""
KEPT, BLRT_STARTS, SIGNIFICANT = 0.2, (10, 3), 0.05
SIMULATED = 20
"""Data sets of the BLRT simulated at a time."""
MANY = 1_000
"""With more respondents no BLRT is run: it would take minutes, and BIC performs well."""
FEWEST, CELLS = 10, 2_000_000
"""Minimum number of starts, and maximum respondents × profiles × starts in memory."""


@dataclass(frozen=True)
class Solution:
    """One solution: its row of the table, estimates, and posterior probabilities, shape (n, k)."""

    row: dict
    means: np.ndarray
    sds: np.ndarray
    weights: np.ndarray
    posterior: np.ndarray


def solutions(points: np.ndarray, settings: LatentProfiles, rng: np.random.Generator) -> list[Solution]:
    """Fit every structure with every number of profiles, mark refused solutions, and choose that with the smallest BIC.

    Starts are screened by the EM of `mixture`; StepMix (Morin et al., 2025) then fits from the best proper start, and
    its log-likelihood is reported. BIC uses n respondents, SABIC (n + 2)/24; relative entropy is
    1 − Σ −p log p / (n log k).

    Parameters
    ----------
    points : ndarray of shape (n, d)
        Complete indicators, percent of the response range.
    settings : LatentProfiles
    rng : numpy.random.Generator
    """
    n, d = points.shape
    if n < 2 * SMALLEST[0] or not points.std(axis=0).all():
        return []
    scale = np.sqrt(points.var(axis=0).mean())  # one for all indicators, to keep spherical mixtures spherical
    standard = (points - points.mean(axis=0)) / scale
    found: list[Solution] = []
    for structure in settings.structures:
        before: tuple[mixture.Mixture, int, float] | None = None
        testing = settings.blrt > 0 and n <= MANY
        for k in range(1, settings.max_profiles + 1):
            if mixture.parameters(structure, k, d) >= n:
                break
            starts = min(settings.starts, max(FEWEST, CELLS // (n * k)))
            fits = mixture.fit(standard[None], k, structure, starts, max(FEWEST // 2, round(KEPT * starts)), rng)
            start, degenerate = _proper(fits, standard.var(axis=0))
            solution = _solution(standard, fits, start, degenerate, structure, k, settings)
            row = solution.row
            if before and testing and row["log_likelihood"] is not None:
                row["blrt"] = 2 * (row["log_likelihood"] - before[2])
                row["blrt_p"] = _blrt(before[0], before[1], row["blrt"], n, k, structure, settings.blrt, rng)
                testing = row["blrt_p"] < SIGNIFICANT
            elif k > 1 and settings.blrt:
                why = f"more than {MANY:,} respondents" if n > MANY else "fewer profiles already fit as well"
                row["note"] = _join(row["note"], f"no BLRT: {why}")
            if before and row["log_likelihood"] < before[2] - SAME:
                row["refused"], row["note"] = True, _join("the log-likelihood is below that of fewer profiles", row["note"])
                row["reasons"] = " ".join(filter(None, ["below", row["reasons"]]))
            before = (fits, start, row["log_likelihood"])
            row["log_likelihood"] -= n * d * np.log(scale)
            _criteria(row, n)
            found.append(
                Solution(
                    row, points.mean(axis=0) + solution.means * scale, solution.sds * scale, solution.weights, solution.posterior
                )
            )
    sound = [one for one in found if not one.row["refused"]]
    if sound:
        min(sound, key=lambda one: round(one.row["bic"], 6)).row["chosen"] = True  # the first one if tied
    return found


def _proper(fits: mixture.Mixture, variances: np.ndarray) -> tuple[int, int]:
    """Return the best start that has not collapsed, or otherwise the best one, and the number of collapsed starts."""
    lowest = np.linalg.eigvalsh(fits.covariances[0] / np.sqrt(np.outer(variances, variances))).min(axis=(1, 2))
    collapsed = lowest < COLLAPSED
    values = np.where(collapsed & ~collapsed.all(), -np.inf, fits.log_likelihood[0])
    return int(values.argmax()), int(collapsed.sum())


def _solution(
    standard: np.ndarray, fits: mixture.Mixture, start: int, degenerate: int, structure: str, k: int, settings: LatentProfiles
) -> Solution:
    """Return StepMix's solution from a start, with any reasons to refuse it."""
    n = len(standard)
    model = _stepmix(standard, fits.responsibilities[0, start], structure, k)
    value = float(model.score(standard)) * n
    posterior = model.predict_proba(standard)
    sizes = np.bincount(posterior.argmax(axis=1), minlength=k)
    shares = posterior.mean(axis=0)
    agreeing = int((np.abs(fits.log_likelihood[0] - fits.log_likelihood[0, start]) < SAME).sum()) if k > 1 else settings.starts
    with np.errstate(divide="ignore", invalid="ignore"):
        entropy = np.nansum(-posterior * np.log(posterior))
    relative = 1 - entropy / (n * np.log(k)) if k > 1 else np.nan
    reasons: dict[str, str] = {}
    if degenerate == len(fits.log_likelihood[0]):
        reasons["collapsed"] = "a variance collapsed in every start"
    if sizes.min() < max(SMALLEST[0], SMALLEST[1] * n):
        reasons["small"] = f"the smallest profile has {sizes.min()} respondents"
    if k > 1 and relative < OVERLAPPING:
        reasons["overlap"] = "the profiles overlap completely"
    if agreeing < 2:
        reasons["single_start"] = "only one start found this log-likelihood"
    if abs(value - fits.log_likelihood[0, start]) > SAME:
        reasons["elsewhere"] = "StepMix converges to another solution"
    own = [posterior[posterior.argmax(axis=1) == one, one].mean() if sizes[one] else 0.0 for one in range(k)]
    note = "refused: " + "; ".join(reasons.values()) if reasons else None
    if degenerate and len(reasons) == 0:
        note = f"{degenerate} starts ended with a collapsed variance and were ignored"
    row = {
        "structure": structure,
        "mclust": mixture.STRUCTURES[structure],
        "profiles": k,
        "log_likelihood": value,
        "parameters": mixture.parameters(structure, k, standard.shape[1]),
        "relative_entropy": relative,
        "blrt": np.nan,
        "blrt_p": np.nan,
        "smallest_n": int(sizes.min()),
        "smallest_percent": 100 * float(shares.min()),
        "mean_posterior": float(min(own)),
        "starts_agreeing": agreeing,
        "refused": bool(reasons),
        "chosen": False,
        "reasons": " ".join(reasons) or None,
        "note": note,
    }
    covariances = fits.covariances[0, start]
    return Solution(
        row, model.get_parameters()["measurement"]["means"], np.sqrt(np.einsum("kii->ki", covariances)), shares, posterior
    )


def _stepmix(standard: np.ndarray, responsibilities: np.ndarray, structure: str, k: int):
    """Fit StepMix from given responsibilities instead of its own random ones."""
    from stepmix.stepmix import StepMix

    class Started(StepMix):
        def _initialize_parameters(self, X, random_state):
            self.log_resp_ = np.log(np.clip(responsibilities, 1e-15, 1))
            self.weights_ = responsibilities.mean(axis=0)
            self._initialize_parameters_measurement(X, random_state)

    measurement = f"gaussian_{'diag' if structure == 'diagonal' else structure}"
    model = Started(
        k, measurement=measurement, n_init=1, max_iter=1000, abs_tol=1e-10, rel_tol=0.0, random_state=0, progress_bar=0, verbose=0
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # agreement with the starts is checked
        return model.fit(standard)


def _criteria(row: dict, n: int) -> None:
    twice = -2 * row["log_likelihood"]
    row["aic"] = twice + 2 * row["parameters"]
    row["bic"] = twice + row["parameters"] * np.log(n)
    row["sabic"] = twice + row["parameters"] * np.log((n + 2) / 24)


def _blrt(
    null: mixture.Mixture, start: int, observed: float, n: int, k: int, structure: str, size: int, rng: np.random.Generator
) -> float:
    """Return the bootstrap p of k − 1 against k profiles (McLachlan, 1987), by a sequential test (Besag & Clifford, 1991).

    Simulation ends as soon as so many data sets gain at least as much that the test cannot be significant: with the h-th of
    them at data set l, p = h / l. Otherwise p = (1 + number at least as large) / (1 + size). Either p is exact, and the
    decision at .05 is that of all data sets.
    """
    enough, rng = math.ceil(SIGNIFICANT * (1 + size)), rng.spawn(1)[0]  # so that its length changes no other number
    larger = np.zeros(0, bool)
    while len(larger) < size:
        data = null.draw(start, n, min(SIMULATED, size - len(larger)), rng)
        fewer, more = (mixture.fit(data, one, structure, *BLRT_STARTS, rng).best for one in (k - 1, k))
        larger = np.concatenate([larger, 2 * (more - fewer) >= observed])
        if larger.sum() >= enough:
            return float(enough / (1 + np.flatnonzero(larger)[enough - 1]))
    return float((1 + larger.sum()) / (1 + size))


def _join(*notes: str | None) -> str | None:
    return "; ".join(note for note in notes if note) or None


def align(means: np.ndarray, prototypes: np.ndarray) -> list[int | None]:
    """Match classes to prototypes by the smallest sum of distances; None for unmatched classes."""
    distance = np.sqrt(((means[:, None] - prototypes[None]) ** 2).sum(axis=2))
    classes, matched = linear_sum_assignment(distance)
    pairs = dict(zip(classes.tolist(), matched.tolist(), strict=True))
    return [pairs.get(one) for one in range(len(means))]


def table(found: list[Solution]) -> pd.DataFrame:
    """Build the table `profiles/latent`."""
    return frame("profiles/latent", [one.row for one in found])
