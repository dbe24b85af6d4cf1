"""Intercoder agreement on whether a unit has a code."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pandas as pd

from practicework import tables
from practicework.study.codebook import LEVELS


def measure(
    codings: pd.DataFrame,
    units: Sequence[str],
    codes: pd.DataFrame,
    resamples: int,
    rng: np.random.Generator,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Compute percent agreement, Cohen's kappa and Krippendorff's alpha for each code, theme and dimension, and overall.

    Parameters
    ----------
    codings : DataFrame
        `unit, code, theme, dimension, coder`; codings without a coder are ignored.
    units : sequence of str
    codes : DataFrame
        The codebook: `code, theme, dimension`.
    resamples : int
        Number of resamples of units for the percentile intervals.
    rng : numpy.random.Generator
    confidence : float

    Returns
    -------
    DataFrame
        The table `coding/agreement`; no rows with fewer than two coders. A coder who coded a unit at all is taken
        to have decided on every code there: no coding is a 0. Units of a single coder are excluded and counted in the
        note. Kappa of more than two coders is the mean over their pairs. Alpha is nominal (R: `irr::kripp.alpha`;
        Krippendorff, 2019); `all` treats every pair of unit and code as one decision and resamples whole units.
    """
    told = codings.dropna(subset="coder")
    coders = list(dict.fromkeys(told["coder"]))
    if len(coders) < 2:
        return tables.frame("coding/agreement", [])
    present = {unit: set(own["coder"]) for unit, own in told.groupby("unit")}
    shared = [unit for unit in units if len(present.get(unit, ())) > 1]
    alone = sum(len(present.get(unit, ())) == 1 for unit in units)
    left_out = f"units of a single coder were excluded: {alone}" if alone else None
    took_part = np.array([[coder in present[unit] for coder in coders] for unit in shared]).reshape(len(shared), len(coders))
    draws = rng.multinomial(len(shared), np.full(len(shared), 1 / max(len(shared), 1)), size=resamples) if shared else None
    rows, every = [], []
    for level in LEVELS:
        for name in dict.fromkeys(told[level].dropna()):
            own = {
                (unit, coder)
                for unit, coder in zip(*(told.loc[told[level] == name, key] for key in ("unit", "coder")), strict=True)
            }
            marks = np.array([[(unit, coder) in own for coder in coders] for unit in shared], dtype=float)
            marks = np.where(took_part, marks.reshape(took_part.shape), np.nan)
            if level == "code":
                every.append(marks)
            found = _coefficients(marks[:, None], draws, confidence, left_out)
            rows.append({"level": level, "name": name, "coders": len(coders), "units": len(shared), **found})
    order = {(level, name): place for level in LEVELS for place, name in enumerate(dict.fromkeys(codes[level].dropna()))}
    rows.sort(key=lambda row: (LEVELS.index(row["level"]), order.get((row["level"], row["name"]), 0)))
    note = "; ".join(filter(None, ["each pair of unit and code is one decision", left_out]))
    whole = np.stack(every, axis=1) if every else np.empty((len(shared), 0, len(coders)))
    found = _coefficients(whole, draws, confidence, note)
    rows.append({"level": "all", "name": "all", "coders": len(coders), "units": len(shared), **found})
    return tables.frame("coding/agreement", rows)


def _coefficients(marks: np.ndarray, draws: np.ndarray | None, confidence: float, note: str | None) -> dict[str, object]:
    """Return percent agreement, kappa and alpha with intervals, and a note; `marks` has the shape (units, codes, coders)."""
    if draws is None or not marks.size:
        return {"note": "; ".join(filter(None, ["no unit was coded by two coders", note]))}
    alpha_parts, kappa_parts = _alpha_counts(marks), _kappa_counts(marks)
    one = np.ones((1, len(marks)))
    tail = 100 * (1 - confidence) / 2
    found, reasons = {}, []
    for name, of, parts in (("kappa", _kappa, kappa_parts), ("alpha", _alpha, alpha_parts)):
        value, drawn = of(one, parts)[0], of(draws.astype(float), parts)
        drawn = drawn[~np.isnan(drawn)]
        if np.isnan(value):
            reasons.append(f"{name} is not computable: all decisions are the same")
        ends = np.percentile(drawn, [tail, 100 - tail]) if len(drawn) and not np.isnan(value) else (np.nan, np.nan)
        found |= {name: value, f"{name}_low": ends[0], f"{name}_high": ends[1]}
    same, pairs = kappa_parts[..., 0].sum(), kappa_parts[..., 3].sum()
    if marks.shape[2] > 2:
        reasons.append("kappa is the mean over pairs of coders")
    percent = 100 * same / pairs if pairs else np.nan
    return {"percent_agreement": percent, **found, "note": "; ".join(filter(None, [*reasons, note])) or None}


def _kappa_counts(marks: np.ndarray) -> np.ndarray:
    """Count, for each unit and pair of coders, the decisions that agree, each coder's yes, and all decisions."""
    counts = []
    for a, b in combinations(range(marks.shape[2]), 2):
        one, other = marks[..., a], marks[..., b]
        both = ~np.isnan(one) & ~np.isnan(other)
        yes = [np.where(both, np.nan_to_num(each), 0).sum(axis=1) for each in (one, other)]
        counts.append(np.stack([(both & (one == other)).sum(axis=1), *yes, both.sum(axis=1)], axis=-1))
    return np.stack(counts, axis=1)


def _kappa(weights: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Compute Cohen's kappa, (p_o − p_e) / (1 − p_e), averaged over the pairs that have one; shape (weights,)."""
    same, first, second, n = np.moveaxis(np.einsum("sn,npk->spk", weights, counts), -1, 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        observed, a, b = same / n, first / n, second / n
        expected = a * b + (1 - a) * (1 - b)
        kappa = np.where(expected < 1, (observed - expected) / (1 - expected), np.nan)
        defined = ~np.isnan(kappa)
        return np.where(defined.any(axis=1), np.nansum(kappa, axis=1) / defined.sum(axis=1), np.nan)


def _alpha_counts(marks: np.ndarray) -> np.ndarray:
    """Count, for each unit, pairable yes, pairable no, and coincidences of yes with no (decisions weighted 1/(m − 1))."""
    yes, coders = np.nansum(marks, axis=2), (~np.isnan(marks)).sum(axis=2)
    no = coders - yes
    pairable = coders > 1
    mixed = np.where(pairable, 2 * yes * no / np.maximum(coders - 1, 1), 0)
    return np.stack([np.where(pairable, yes, 0).sum(axis=1), np.where(pairable, no, 0).sum(axis=1), mixed.sum(axis=1)], axis=-1)


def _alpha(weights: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Compute Krippendorff's nominal alpha of two values, 1 − (n − 1) mixed / (2 yes no); shape (weights,)."""
    yes, no, mixed = np.moveaxis(weights @ counts, -1, 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(yes * no > 0, 1 - (yes + no - 1) * mixed / (2 * yes * no), np.nan)
