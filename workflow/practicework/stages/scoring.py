"""Scoring: compute one score per respondent and scale from the keyed items; variables are unchanged."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd
from scipy.special import ndtri, stdtr

from practicework.numerics.seeds import Streams
from practicework.study.pipeline import Part
from practicework.study.scale import Scale
from practicework.tables import retained


@dataclass(frozen=True)
class Scored:
    """Scores, a summary of each variable, and correlations."""

    scores: pd.DataFrame
    summary: pd.DataFrame
    correlations: pd.DataFrame

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return the tables by name."""
        return {"scoring/scores": self.scores, "scoring/summary": self.summary, "scoring/correlations": self.correlations}


def score_all(responses: pd.DataFrame, scales: list[Scale], variables: list[str], categories: Collection[str] = ()) -> Scored:
    """Compute the scores of all scales, and describe scores and variables.

    Parameters
    ----------
    responses : DataFrame
        `respondent`, items and variables, coded; NaN where there is no answer.
    scales : list of Scale
    variables : list of str
    categories : collection of str
        Categorical variables; no means or correlations are computed for them.

    Returns
    -------
    Scored
    """
    scores = {"respondent": responses["respondent"]}
    rows = []
    for scale in scales:
        items = scale.keyed(responses)
        scores[scale.id] = scale.score(items)
        prorated = scores[scale.id].notna() & items.isna().any(axis=1)
        rows.append({"variable": scale.id, "kind": "scale", "method": scale.scoring.method, "prorated": prorated.sum()})
    for name in variables:
        scores[name] = responses[name].astype(float)
        kind = "categories" if name in categories else "variable"
        rows.append({"variable": name, "kind": kind, "method": None, "prorated": 0})
    frame = pd.DataFrame(scores)
    for row in rows:
        values = frame[row["variable"]]
        mean, sd = (np.nan, np.nan) if row["kind"] == "categories" else (values.mean(), values.std())
        row |= {"n": values.notna().sum(), "missing": values.isna().sum(), "mean": mean, "sd": sd}
        row |= {"minimum": values.min(), "maximum": values.max()}
    order = ["variable", "kind", "method", "n", "prorated", "missing", "mean", "sd", "minimum", "maximum"]
    return Scored(frame, pd.DataFrame(rows)[order], correlations(frame.drop(columns=["respondent", *categories])))


def correlations(values: pd.DataFrame, confidence: float = 0.95) -> pd.DataFrame:
    """Compute Pearson correlations of each pair of columns, pairwise complete.

    The interval is Fisher's z, tanh(atanh r ± z / √(n - 3)); p is that of t = r √(df / (1 - r²)) on
    df = n - 2. In R: ``cor.test(x, y)``. Empty with fewer than four pairs or no variance.
    """
    rows = []
    for a, b in combinations(values.columns, 2):
        pair = values[[a, b]].dropna().to_numpy(float)
        row = dict.fromkeys(["r", "ci_low", "ci_high", "p_value"], np.nan)
        if len(pair) > 3 and (np.ptp(pair, axis=0) > 0).all():
            r = np.clip(np.corrcoef(pair.T)[0, 1], -1, 1)
            half = ndtri((1 + confidence) / 2) / np.sqrt(len(pair) - 3)
            with np.errstate(divide="ignore"):
                z, t = np.arctanh(r), abs(r) * np.sqrt((len(pair) - 2) / (1 - r**2))
            row = {"r": r, "ci_low": np.tanh(z - half), "ci_high": np.tanh(z + half), "p_value": 2 * stdtr(len(pair) - 2, -t)}
        rows.append({"variable_a": a, "variable_b": b, "n": len(pair), **row})
    return pd.DataFrame(rows, columns=["variable_a", "variable_b", "n", "r", "ci_low", "ci_high", "p_value"])


def compute(part: Part, inputs: Mapping[str, pd.DataFrame], rng: Streams) -> dict[str, pd.DataFrame]:
    """Return the stage's tables for a sample."""
    study = part.study
    return score_all(retained(inputs), list(study.scales.values()), study.variables, study.config.categories).tables()
