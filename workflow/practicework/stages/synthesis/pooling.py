"""Pooled effects, without each sample, sample after sample, and by attributes of the samples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from scipy.special import stdtr

from practicework.numerics.meta_analysis import common_effect, heterogeneity, meta_regression, random_effects
from practicework.study.synthesis import FEW, Synthesis

ENOUGH = 10
"""Samples from which meta-regression is possible (Cochrane Handbook, 10.11.4)."""

ALONE = "one sample: there is nothing to pool"
TWO = "two samples cannot show whether effects differ"


def pooled(rows: Sequence[dict], spec: Synthesis, confidence: float) -> list[dict]:
    """Return the rows of a model in the table `pooled`, and add weights and shrunken effects to the samples.

    Sentences are based on the common effect of two samples, and on the random-effects mean of three and more.

    Parameters
    ----------
    rows : sequence of dict
        The rows of the samples in the table `effects`; those without an effect are omitted. They are changed in place.
    spec : Synthesis
    confidence : float
    """
    some = _usable(rows)
    if not some:
        return []
    first = {key: some[0][key] for key in ("model", "metric")} | {"k": len(some), "n": sum(row["n"] for row in some)}
    if len(some) == 1:
        return [first | {"estimator": "common", "method": "common effect", "decides": True, "note": ALONE}]
    y, se = _arrays(some)
    common, interval = common_effect(y, se, confidence), _interval(len(some), spec)
    mean, spread = random_effects(y, se, method=spec.tau2, interval=interval, confidence=confidence)
    for row, own, other, effect, error in zip(some, common.weights, mean.weights, y, se, strict=True):
        share = spread.tau2 / (spread.tau2 + error**2)
        row |= {"weight_common": own, "weight_random": other, "shrunken": share * effect + (1 - share) * mean.estimate}
    found = []
    for estimator, one, variation in (("common", common, heterogeneity(y, se, 0.0, confidence)), ("random", mean, spread)):
        row = first | {key: value for key, value in vars(one).items() if key != "weights"} | vars(variation)
        row["df"] = int(one.df) if np.isfinite(one.df) else None
        row["estimator"], row["decides"] = estimator, estimator == ("common" if len(some) == 2 else "random")
        row["method"] = "common effect" if estimator == "common" else f"{spec.tau2}, {interval}"
        row["tau"] = float(np.sqrt(variation.tau2))
        if estimator == "common":
            row |= dict.fromkeys(("tau2", "tau2_low", "tau2_high", "tau", "i2", "h2"))
        row["note"] = TWO if len(some) == 2 else None
        found.append(row)
    return found


def without_each(rows: Sequence[dict], spec: Synthesis, confidence: float) -> list[dict]:
    """Return the rows of a model in the table `leave_one_out`; none for fewer than three samples."""
    some = _usable(rows)
    if len(some) < 3:
        return []
    return [
        {"model": row["model"], "sample": row["sample"]} | _brief([one for one in some if one is not row], spec, confidence)
        for row in some
    ]


def cumulative(rows: Sequence[dict], years: Mapping[str, float], spec: Synthesis, confidence: float) -> list[dict]:
    """Return the rows of a model in the table `cumulative`, in the order of the years, and otherwise of the config."""
    some = sorted(_usable(rows), key=lambda row: years.get(row["sample"], np.inf))
    if len(some) < 2:
        return []
    return [
        {"model": row["model"], "sample": row["sample"]} | _brief(some[: place + 1], spec, confidence)
        for place, row in enumerate(some)
    ]


def moderators(
    rows: Sequence[dict], attributes: Mapping[str, Mapping[str, float | str]], spec: Synthesis, confidence: float
) -> list[dict]:
    """Return the rows of a model in the table `moderators`: meta-regression on one attribute at a time."""
    some, found = _usable(rows), []
    for attribute in spec.moderators:
        row = {"model": some[0]["model"] if some else "", "attribute": attribute, "term": attribute, "k": len(some)}
        values = [attributes[one["sample"]].get(attribute) for one in some]
        if not some or len(some) < ENOUGH:
            found += [row | {"note": f"not computed: {len(some)} samples, but {ENOUGH} are required"}] if some else []
            continue
        if None in values:
            found.append(row | {"note": f"not computed: a sample has no attribute '{attribute}'"})
            continue
        terms, design = _design(values)
        if len(some) <= design.shape[1] + 1 or np.linalg.matrix_rank(design) < design.shape[1]:
            found.append(row | {"note": "not computed: the attribute does not vary enough"})
            continue
        y, se = _arrays(some)
        beta, covariance, tau2, critical = meta_regression(y, se, design, method=spec.tau2, confidence=confidence)
        df = len(some) - design.shape[1]
        for place, term in enumerate(terms, 1):
            estimate, error = float(beta[place]), float(np.sqrt(covariance[place, place]))
            tests = {"std_error": error, "df": df, "p_value": 2 * float(stdtr(df, -abs(estimate / error)))}
            ends = {"ci_low": estimate - critical * error, "ci_high": estimate + critical * error, "tau2": tau2}
            found.append(row | {"term": term or attribute, "estimate": estimate} | tests | ends)
    return found


def _design(values: list[float | str]) -> tuple[list[str], np.ndarray]:
    """The terms and columns of an attribute: centred numbers, or each category but the first."""
    if all(isinstance(value, (int, float)) for value in values):
        numbers = np.array(values, float)
        return [""], np.column_stack([np.ones(len(numbers)), numbers - numbers.mean()])
    levels = sorted({str(value) for value in values})
    columns = [[float(str(value) == level) for value in values] for level in levels[1:]]
    return levels[1:], np.column_stack([np.ones(len(values)), *columns])


def _usable(rows: Sequence[dict]) -> list[dict]:
    return [row for row in rows if row.get("estimate") is not None and row["source"] == "data"]


def _arrays(rows: Sequence[dict]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([row["estimate"] for row in rows]), np.array([row["std_error"] for row in rows])


def _interval(k: int, spec: Synthesis) -> str:
    return spec.interval or ("floored" if k < FEW else "hartung_knapp")


def _brief(rows: Sequence[dict], spec: Synthesis, confidence: float) -> dict:
    """The estimate on which sentences are based, for some samples."""
    y, se = _arrays(rows)
    if len(rows) == 1:
        own = rows[0]
        return {"k": 1, "estimate": own["estimate"], "ci_low": own["ci_low"], "ci_high": own["ci_high"], "note": ALONE}
    if len(rows) == 2:
        found, tau2, note = common_effect(y, se, confidence), None, TWO
    else:
        found, spread = random_effects(y, se, method=spec.tau2, interval=_interval(len(rows), spec), confidence=confidence)
        tau2, note = spread.tau2, None
    row = {name: getattr(found, name) for name in ("estimate", "ci_low", "ci_high", "p_value")}
    return row | {"k": len(rows), "tau2": tau2, "note": note}
