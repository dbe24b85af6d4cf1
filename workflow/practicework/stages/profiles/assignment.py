"""Assignment to prototypes, and its certainty given measurement error."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from practicework.numerics import bootstrap
from practicework.numerics.proportions import wilson
from practicework.study.settings import REFINEMENT
from practicework.tables import frame

CELLS = 4_000_000
"""Maximum number of cells (respondents × draws × profiles) in memory at a time."""


NEAR = 3.0
"""Monte Carlo standard errors within which a share is refined."""


def draw_shares(
    points: np.ndarray, prototypes: np.ndarray, error: np.ndarray, draws: int, rng: np.random.Generator
) -> np.ndarray:
    """Compute the share of draws of true scores that fall in each profile.

    A respondent's true scores are drawn as a centre plus normal errors. The nearest prototype maximises x·p - p·p/2,
    which is linear in x: the terms of respondents and of draws are computed once and added. Respondents with the same scores
    have the same shares.

    Parameters
    ----------
    points : ndarray of shape (n, k)
        The centres, percent of the response range: the observed indicators, or regressed ones (see `kelley`).
    prototypes : ndarray of shape (profiles, k)
    error : ndarray of shape (k,) or (k, k)
        Standard errors of measurement of independent errors, or a covariance matrix.
    draws : int
    rng : numpy.random.Generator

    Returns
    -------
    ndarray of shape (n, profiles)
        Rows sum to one.
    """
    distinct, who = np.unique(points, axis=0, return_inverse=True)
    person = distinct @ prototypes.T - 0.5 * (prototypes**2).sum(axis=1)
    noise = ((rng.standard_normal((draws, points.shape[1])) @ _root(error)) @ prototypes.T).T
    chunk, places = max(1, CELLS // noise.size), range(len(prototypes))
    shares = np.empty_like(person)
    for start in range(0, len(person), chunk):
        near = [person[start : start + chunk, place, None] + noise[place] for place in places]
        for place in places:  # the first one if tied
            won = np.ones_like(near[0], dtype=bool)
            for other in places:
                if other != place:
                    won &= near[place] > near[other] if other < place else near[place] >= near[other]
            shares[start : start + chunk, place] = won.mean(axis=1)
    return shares[who.ravel()]


def refined_shares(
    points: np.ndarray,
    prototypes: np.ndarray,
    error: np.ndarray,
    draws: int,
    thresholds: Sequence[float],
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray]:
    """Return the shares of `draw_shares` and their number of draws, with more draws where a threshold is near.

    Respondents with a share within three Monte Carlo standard errors of a threshold are drawn again, 20 times as often.

    Returns
    -------
    shares : ndarray of shape (n, profiles)
    draws : ndarray of shape (n,)
    """
    shares = draw_shares(points, prototypes, error, draws, rng)
    used = np.full(len(points), draws)
    again = np.flatnonzero(near(shares, used, thresholds, NEAR).any(axis=1))
    if len(again):
        more = rng.spawn(1)[0]  # which leaves the generator's own numbers as they are
        parts = [draw_shares(points[again], prototypes, error, draws, more) for _ in range(REFINEMENT)]
        shares[again], used[again] = np.mean(parts, axis=0), REFINEMENT * draws
    return shares, used


def near(shares: np.ndarray, draws: np.ndarray, thresholds: Sequence[float], errors: float = 1.96) -> np.ndarray:
    """Return which shares lie within some Monte Carlo standard errors of a threshold, shape as `shares`."""
    reach = errors * np.sqrt(shares * (1 - shares) / draws.reshape(-1, *[1] * (shares.ndim - 1)))
    return np.any([np.abs(shares - one) < reach for one in thresholds], axis=0)


def kelley(points: np.ndarray, sem: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean and covariance of true scores given the observed ones, if true scores are multivariate normal.

    With the sample's mean m and covariance S, error covariance E = diag(SEM²) and B = (S − E) S⁻¹, the mean is
    m + B (x − m) and the covariance (I − B)(S − E): Kelley's (1947) regressed true scores for several scales. If S − E is
    not positive semidefinite, its negative eigenvalues are set to zero.

    Parameters
    ----------
    points : ndarray of shape (n, k)
    sem : ndarray of shape (k,)

    Returns
    -------
    centres : ndarray of shape (n, k)
    covariance : ndarray of shape (k, k)
    """
    mean = points.mean(axis=0)
    errors = np.diag(sem**2)
    values, vectors = np.linalg.eigh(np.atleast_2d(np.cov(points.T)) - errors)
    true = (vectors * np.maximum(values, 0)) @ vectors.T
    weight = np.linalg.solve(true + errors + 1e-9 * np.eye(len(sem)), true).T
    covariance = true - weight @ true
    return mean + (points - mean) @ weight.T, (covariance + covariance.T) / 2


def _root(error: np.ndarray) -> np.ndarray:
    """A matrix whose product with standard normal rows has the errors' covariance."""
    if error.ndim == 1:
        return np.diag(error)
    values, vectors = np.linalg.eigh(error)
    return (vectors * np.sqrt(np.maximum(values, 0))).T


def measurement(percents: pd.DataFrame, reliability: pd.DataFrame) -> pd.DataFrame:
    """Compute standard errors of measurement, SD √(1 - alpha), in percent of the response range.

    A negative alpha is set to zero: the score is then all error.
    """
    alpha = reliability.set_index("scale")["alpha"].reindex(percents.columns).to_numpy(float)
    sd = percents.std().to_numpy()
    note = np.where(np.isnan(alpha), "alpha is not computable", np.where(alpha < 0, "alpha is negative and was set to 0", None))
    sem = sd * np.sqrt(1 - np.clip(alpha, 0, 1))
    return pd.DataFrame({"indicator": percents.columns, "reliability": alpha, "sd": sd, "sem": sem, "note": note})


def summary(table: pd.DataFrame, labels: list[str], stability: np.ndarray, true: pd.DataFrame) -> pd.DataFrame:
    """Count the respondents in each profile, with Wilson intervals of their share and the estimated share of true scores.

    Parameters
    ----------
    table : DataFrame
        The table `assignments`.
    labels : list of str
    stability : ndarray of shape (profiles,)
        See `robustness.stability`.
    true : DataFrame
        See `true_shares`.
    """
    assigned = int(table["profile"].notna().sum())
    rows = []
    for place, label in enumerate(labels):
        group = table[table["profile"] == label]
        low, high = wilson(len(group), assigned)
        rows.append(
            {
                "profile": label,
                "n": len(group),
                "percent": 100 * len(group) / assigned if assigned else np.nan,
                "exclusive": int(group["exclusive"].fillna(False).sum()),
                "mean_certainty": group["certainty"].mean(),
                "percent_low": 100 * low,
                "percent_high": 100 * high,
                "stability": stability[place],
                **true.iloc[place],
            }
        )
    return frame("profiles/summary", rows)


def true_shares(
    points: np.ndarray, prototypes: np.ndarray, sem: np.ndarray, draws: int, resamples: int, rng: np.random.Generator
) -> pd.DataFrame:
    """Estimate the share of true scores in each profile, free of the spread that measurement error adds.

    The mean over respondents of the probability of each profile given the observed scores, with regressed true scores
    (`kelley`), whose spread is that of true scores; percentile intervals over resampled respondents, with the sample's
    moments and reliabilities.

    Returns
    -------
    DataFrame
        `percent_true, percent_true_low, percent_true_high`, one row per profile.
    """
    names = ["percent_true", "percent_true_low", "percent_true_high"]
    if len(points) < 2 or not np.isfinite(sem).all():
        return pd.DataFrame(np.nan, index=range(len(prototypes)), columns=names)
    centres, covariance = kelley(points, sem)
    shares = 100 * draw_shares(centres, prototypes, covariance, draws, rng)
    means = np.concatenate([sums / len(points) for sums in bootstrap.weighted_sums(shares, resamples, rng)])
    low, high = np.percentile(means, [2.5, 97.5], axis=0)
    return pd.DataFrame({"percent_true": shares.mean(axis=0), "percent_true_low": low, "percent_true_high": high})


def means(
    percents: pd.DataFrame, profile: pd.Series, prototypes: Mapping[str, Mapping[str, float]], confidence: float = 0.95
) -> pd.DataFrame:
    """Compute the mean indicators of each profile with t intervals."""
    rows = []
    for label, prototype in prototypes.items():
        for indicator in percents.columns:
            values = percents.loc[profile == label, indicator]
            n, mean = len(values), values.mean()
            half = stdtrit(n - 1, (1 + confidence) / 2) * values.std() / np.sqrt(n) if n > 1 else np.nan
            row = {"profile": label, "indicator": indicator, "n": n, "prototype": prototype[indicator], "mean": mean}
            rows.append(row | {"ci_low": mean - half, "ci_high": mean + half})
    return pd.DataFrame(rows)
