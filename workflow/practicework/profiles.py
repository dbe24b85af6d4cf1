"""Profiles: who promotes, reconciles or disrupts the practice, and how sure the scales are of it."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from practicework.scale import Scale
from practicework.settings import Profiles

CELLS = 4_000_000
"""Draws held at a time (respondents × draws × profiles): a bound on memory."""


@dataclass(frozen=True)
class Assigned:
    """Each respondent's profile and the profiles' description."""

    assignments: pd.DataFrame
    indicators: pd.DataFrame
    summary: pd.DataFrame
    means: pd.DataFrame
    measurement: pd.DataFrame

    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables by name."""
        names = ("assignments", "indicators", "summary", "means", "measurement")
        return {f"profiles/{name}": getattr(self, name) for name in names}


def analyse(
    scores: pd.DataFrame, reliability: pd.DataFrame, scales: dict[str, Scale], settings: Profiles, rng: np.random.Generator
) -> Assigned:
    """Assign each respondent to the nearest prototype, with the certainty that measurement error leaves.

    Parameters
    ----------
    scores : DataFrame
        `respondent` and one column per scale; a respondent without all indicators gets no profile.
    reliability : DataFrame
        The table `reliability/scales`; its alpha gives the standard errors of measurement.
    scales : dict of Scale
    settings : Profiles
    rng : numpy.random.Generator

    Returns
    -------
    Assigned
    """
    names = list(settings.indicators)
    percents = pd.DataFrame({name: scales[name].percent(scores[name]) for name in names})
    measurement = _measurement(percents, reliability)
    prototypes = np.array([[percent[name] for name in names] for percent in settings.prototypes.values()])
    complete = percents.notna().all(axis=1).to_numpy()
    points = percents.to_numpy()[complete]
    labels = np.array(list(settings.prototypes))
    nearest = nearest_prototype(points, prototypes)
    shares = np.full((len(points), len(labels)), np.nan)
    sem = measurement["sem"].to_numpy()
    if np.isfinite(sem).all():
        shares = draw_shares(points, prototypes, sem, settings.draws, rng)
    certainty = shares[np.arange(len(points)), nearest]

    table = pd.DataFrame({"respondent": scores["respondent"], "profile": None, "certainty": np.nan, "exclusive": None})
    table = table.assign(note=None, **dict.fromkeys(labels, np.nan))
    table.loc[complete, "profile"] = labels[nearest]
    table.loc[complete, "certainty"] = certainty
    table.loc[complete, list(labels)] = shares
    table["exclusive"] = (table["certainty"] >= settings.exclusive_at).astype("boolean").mask(table["certainty"].isna())
    table.loc[complete & table["certainty"].isna(), "note"] = (
        "certainty is not computable: an indicator has no standard error of measurement"
    )
    for position in np.flatnonzero(~complete):
        missing = ", ".join(name for name in names if np.isnan(percents.at[position, name]))
        table.at[position, "note"] = f"no profile: no score of {missing}"
    return Assigned(
        table,
        pd.concat([scores["respondent"], percents], axis=1),
        _summary(table, list(labels)),
        _means(percents, table["profile"], settings),
        measurement,
    )


def nearest_prototype(points: np.ndarray, prototypes: np.ndarray) -> np.ndarray:
    """The index of the nearest prototype (Euclidean distance), shapes (n, k) and (profiles, k); a tie takes the first."""
    return (points @ prototypes.T - 0.5 * (prototypes**2).sum(axis=1)).argmax(axis=1)


def draw_shares(points: np.ndarray, prototypes: np.ndarray, sem: np.ndarray, draws: int, rng: np.random.Generator) -> np.ndarray:
    """The share of measurement-error draws that fall in each profile.

    A respondent's true scores are drawn as the observed ones plus normal errors, independent between
    scales, with each scale's standard error of measurement. The nearest prototype maximises
    x·p - p·p/2, which is linear in x: a person's part and a draw's part are computed once and added.

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


def _measurement(percents: pd.DataFrame, reliability: pd.DataFrame) -> pd.DataFrame:
    """Standard errors of measurement, SD √(1 - alpha), in percent of the response range.

    An alpha below zero counts as zero: the score is then all error.
    """
    alpha = reliability.set_index("scale")["alpha"].reindex(percents.columns).to_numpy(float)
    sd = percents.std().to_numpy()
    note = np.where(np.isnan(alpha), "alpha is not computable", np.where(alpha < 0, "alpha is negative and counts as 0", None))
    sem = sd * np.sqrt(1 - np.clip(alpha, 0, 1))
    return pd.DataFrame({"indicator": percents.columns, "reliability": alpha, "sd": sd, "sem": sem, "note": note})


def _summary(table: pd.DataFrame, labels: list[str]) -> pd.DataFrame:
    assigned = table["profile"].notna().sum()
    rows = []
    for label in labels:
        group = table[table["profile"] == label]
        percent = 100 * len(group) / assigned if assigned else np.nan
        rows.append(
            {
                "profile": label,
                "n": len(group),
                "percent": percent,
                "exclusive": int(group["exclusive"].fillna(False).sum()),
                "mean_certainty": group["certainty"].mean(),
            }
        )
    return pd.DataFrame(rows)


def _means(percents: pd.DataFrame, profile: pd.Series, settings: Profiles, confidence: float = 0.95) -> pd.DataFrame:
    """Mean indicators per profile with t intervals."""
    rows = []
    for label, prototype in settings.prototypes.items():
        for indicator in settings.indicators:
            values = percents.loc[profile == label, indicator]
            n, mean = len(values), values.mean()
            half = stdtrit(n - 1, (1 + confidence) / 2) * values.std() / np.sqrt(n) if n > 1 else np.nan
            row = {"profile": label, "indicator": indicator, "n": n, "prototype": prototype[indicator], "mean": mean}
            rows.append(row | {"ci_low": mean - half, "ci_high": mean + half})
    return pd.DataFrame(rows)
