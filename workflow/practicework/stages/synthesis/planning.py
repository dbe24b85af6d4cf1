"""How many respondents the next sample needs, for each question that it could answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd
from scipy.special import ndtri, stdtrit

from practicework.numerics.power import MOST, POWER, required_n
from practicework.stages.synthesis.printed import Published
from practicework.stages.synthesis.verdicts import small_effect


def rows(
    name: str,
    published: Published | None,
    effects: Sequence[Mapping],
    pooled: Mapping | None,
    fits: Sequence[tuple[Mapping, Mapping]],
    confidence: float,
) -> list[dict]:
    """Return the rows of a model in the table `planning`.

    - `telescope`: if there is no effect, the 90% interval excludes the effect that the published study could detect with a power
      of one third, with a probability of 80%: SE(z) = atanh(r₃₃) / (z.₉₅ + z.₈₀), and n = 1/SE² + 1 + coefficients (Simonsohn,
      2015, where it is about 2.5 times the published n).
    - `prediction`: the interval in which the published result predicts the new effect excludes zero, θ² > z² (σ² + SE²), with θ
      and σ in the metric of z; at both ends of the t that print allows.
    - `pooled_prediction`: the prediction interval after the next sample excludes zero if the pooled effect and τ² stay the same,
      and the variance of a sample's effect is inversely proportional to its respondents.
    - `power`: the F test of the interaction detects the smallest effect size of interest with a power of 80%, with the samples'
      mean R² of the other terms.

    Parameters
    ----------
    name : str
        The model.
    published : Published or None
    effects : sequence of mapping
        The samples' rows of the table `effects`.
    pooled : mapping or None
        The random-effects row of the table `pooled`, of three samples or more.
    fits : sequence of pairs of mapping
        The rows of `moderation/{model}/fit` and `equivalence` of each sample.
    confidence : float

    Returns
    -------
    list of dict
        `n_low` and `n_high` differ where print allows a range; empty above a million, with a note.
    """
    found = []
    if published is not None and published.sign:
        found += [_telescope(published), _prediction(published, confidence)]
    if pooled is not None:
        found.append(_pooled_prediction(effects, pooled, confidence))
    if fits:
        found.append(_power(fits, confidence))
    return [{"model": name} | row for row in found]


def _telescope(published: Published) -> dict:
    small = small_effect(published.n, published.df)
    error = np.arctanh(small) / (ndtri(0.95) + ndtri(POWER))
    n = int(np.ceil(1 / error**2)) + 1 + published.n - published.df
    return {"goal": "telescope", "basis": small, "n_low": n, "n_high": n}


def _prediction(published: Published, confidence: float) -> dict:
    row = {"goal": "prediction", "basis": confidence}
    z, more = ndtri((1 + confidence) / 2), 1 + published.n - published.df
    found = []
    for effect, error in published.corners("partial_r"):
        left = effect**2 / z**2 - error**2
        n = np.ceil(1 / left) + more if left > 0 else np.inf
        found.append(int(n) if n <= MOST else None)
    known = [n for n in found if n is not None]
    if not known:
        return row | {"note": "no number of respondents is enough"}
    if len(known) < len(found):
        return row | {"n_low": min(known), "note": "not possible for all that print allows"}
    return row | {"n_low": min(known), "n_high": max(known)}


def _pooled_prediction(effects: Sequence[Mapping], pooled: Mapping, confidence: float) -> dict:
    some = [row for row in effects if row.get("estimate") is not None and row["source"] == "data"]
    errors, sizes = (np.array([row[key] for row in some], float) for key in ("std_error", "n"))
    unit, tau2 = float(np.median(errors**2 * sizes)), pooled["tau2"]
    information, critical = float((1 / (errors**2 + tau2)).sum()), float(stdtrit(len(some), (1 + confidence) / 2))

    def excludes(n: int) -> bool:
        variance = 1 / (information + 1 / (tau2 + unit / n))
        return abs(pooled["estimate"]) > critical * np.sqrt(tau2 + variance)

    row = {"goal": "pooled_prediction", "basis": pooled["estimate"]}
    if pooled["prediction_low"] > 0 or pooled["prediction_high"] < 0:
        return row | {"note": "the prediction interval already excludes zero"}
    n = _least(excludes)
    return row | ({"note": "no number of respondents is enough"} if n is None else {"n_low": n, "n_high": n})


def _least(enough: Callable[[int], bool]) -> int | None:
    """The smallest number of respondents that is enough, between ten and a million."""
    low, high = 10, MOST
    if not enough(high):
        return None
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle + 1, high)
    return low


def _power(fits: Sequence[tuple[Mapping, Mapping]], confidence: float) -> dict:
    reduced = float(np.mean([fit["r_squared"] - fit["r_squared_change"] for fit, _ in fits]))
    change = float(np.mean([equivalence["smallest_change"] for _, equivalence in fits]))
    fit = fits[0][0]
    n = required_n(change, reduced, int(fit["df_model"]) + 1, 1 - confidence, int(fit["df_change"]))
    row = {"goal": "power", "basis": change}
    return row | ({"note": "no number of respondents up to a million is enough"} if n is None else {"n_low": n, "n_high": n})


def fits(name: str, samples: Sequence[str], inputs: Mapping[str, pd.DataFrame]) -> list[tuple[dict, dict]]:
    """Return the rows of fit and equivalence of the samples in which the model could be fitted."""
    found = []
    for sample in samples:
        tables = [inputs.get(f"{sample}/moderation/{name}/{table}") for table in ("fit", "equivalence")]
        if all(table is not None and len(table) for table in tables):
            found.append(tuple(table.iloc[0].to_dict() for table in tables))
    return found
