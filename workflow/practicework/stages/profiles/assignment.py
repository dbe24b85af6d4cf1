"""Assignment to prototypes, and its certainty given measurement error."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy.special import stdtrit

CELLS = 4_000_000
"""Maximum number of cells (respondents × draws × profiles) in memory at a time."""


def draw_shares(points: np.ndarray, prototypes: np.ndarray, sem: np.ndarray, draws: int, rng: np.random.Generator) -> np.ndarray:
    """Compute the share of measurement-error draws that fall in each profile.

    A respondent's true scores are drawn as the observed ones plus normal errors, independent between
    scales, with each scale's standard error of measurement. The nearest prototype maximises
    x·p - p·p/2, which is linear in x: the terms of respondents and of draws are computed once and added.

    Parameters
    ----------
    points : ndarray of shape (n, k)
        Observed indicators, percent of the response range.
    prototypes : ndarray of shape (profiles, k)
    sem : ndarray of shape (k,)
    draws : int
    rng : numpy.random.Generator

    Returns
    -------
    ndarray of shape (n, profiles)
        Rows sum to one.
    """
    person = points @ prototypes.T - 0.5 * (prototypes**2).sum(axis=1)
    error = (rng.standard_normal((draws, points.shape[1])) * sem) @ prototypes.T
    chunk = max(1, CELLS // error.size)
    shares = np.empty_like(person)
    for start in range(0, len(person), chunk):
        fallen = (person[start : start + chunk, None, :] + error).argmax(axis=2)
        shares[start : start + chunk] = (fallen[:, :, None] == np.arange(len(prototypes))).mean(axis=1)
    return shares


def measurement(percents: pd.DataFrame, reliability: pd.DataFrame) -> pd.DataFrame:
    """Compute standard errors of measurement, SD √(1 - alpha), in percent of the response range.

    A negative alpha is set to zero: the score is then all error.
    """
    alpha = reliability.set_index("scale")["alpha"].reindex(percents.columns).to_numpy(float)
    sd = percents.std().to_numpy()
    note = np.where(np.isnan(alpha), "alpha is not computable", np.where(alpha < 0, "alpha is negative and was set to 0", None))
    sem = sd * np.sqrt(1 - np.clip(alpha, 0, 1))
    return pd.DataFrame({"indicator": percents.columns, "reliability": alpha, "sd": sd, "sem": sem, "note": note})


def summary(table: pd.DataFrame, labels: list[str], stability: pd.DataFrame) -> pd.DataFrame:
    """Count the respondents in each profile, with intervals."""
    assigned = table["profile"].notna().sum()
    rows = []
    for place, label in enumerate(labels):
        group = table[table["profile"] == label]
        percent = 100 * len(group) / assigned if assigned else np.nan
        rows.append(
            {
                "profile": label,
                "n": len(group),
                "percent": percent,
                "exclusive": int(group["exclusive"].fillna(False).sum()),
                "mean_certainty": group["certainty"].mean(),
                **stability.iloc[place],
            }
        )
    return pd.DataFrame(rows)


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
