"""Measurement invariance: whether a scale measures the same in several samples, by levels and by items."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from itertools import combinations

import numpy as np
import pandas as pd
from scipy.special import chdtrc

from practicework.errors import NotComputable
from practicework.numerics import bootstrap, one_factor
from practicework.numerics.exact import holm
from practicework.numerics.multigroup import LEVELS, Fitted, Moments, dmacs, fit
from practicework.study.scale import Scale

FEWEST = 100
"""Respondents per group from which a verdict is given."""

SMALL, UNEQUAL = 300, 1.5
"""Respondents per group below which, and ratio of group sizes from which, the stricter limits of Chen (2007) hold."""

LARGEST = 30
"""Samples up to which levels of invariance are tested; the information matrix grows with their square."""

RESAMPLES, KEPT = 500, 0.9
"""Case resamples for the intervals of dMACS, and the share with a proper solution from which these are given."""

MANY_GROUPS = 10
"""Groups beyond which the limits of Rutkowski and Svetina (2014) hold for equal loadings."""


def complete(scale: Scale, samples: Mapping[str, pd.DataFrame]) -> dict[str, np.ndarray]:
    """Return the keyed items of each sample, listwise, shape (n, k); samples with fewer than two respondents are omitted."""
    found = {name: scale.keyed(responses).dropna().to_numpy(float) for name, responses in samples.items()}
    return {name: answers for name, answers in found.items() if len(answers) > 1}


def moments(answers: Mapping[str, np.ndarray]) -> dict[str, Moments]:
    """Return the moments of the answers of each sample."""
    return {name: Moments(len(one), one.mean(axis=0), np.cov(one.T, bias=True)) for name, one in answers.items()}


def models(scale: Scale, groups: Mapping[str, Moments], free: Collection[str]) -> tuple[list[dict], dict[str, Fitted]]:
    """Return the rows of a scale in the table `invariance_models`, and the models that could be fitted.

    A level holds if CFI falls and RMSEA rises by less than the limits of Chen (2007): .005 and .010 for groups of fewer than
    300 or of unequal size, otherwise .010 and .015; for equal loadings in more than ten groups .020 and .030 (Rutkowski &
    Svetina, 2014). It fails if a level before fails.
    """
    items, sizes = scale.item_ids, [one.n for one in groups.values()]
    factor, chosen = np.zeros(len(items), int), [items.index(one) for one in free]
    rows, found, before, failed = [], {}, None, None
    for level in LEVELS:
        row: dict = {"scale": scale.id, "level": level, "groups": len(groups), "n": sum(sizes)}
        if len(groups) > LARGEST:
            note = f"not computed for more than {LARGEST} samples; name some of them under 'invariance.groups'"
            rows.append(row | {"note": note})
            continue
        if len(items) < 3:
            rows.append(row | {"note": "not computed: a factor of fewer than three items is not identified"})
            continue
        try:
            found[level] = fit(list(groups.values()), factor, level, chosen)
        except NotComputable as reason:
            rows.append(row | {"note": str(reason)})
            before = None
            continue
        own = found[level].fit
        row |= {"p" if name == "p_value" else "npar" if name == "parameters" else name: value for name, value in own.items()}
        if before is not None:
            row |= {f"d_{name}": own[name] - before[name] for name in ("chisq", "df", "srmr")}
            row |= {f"d_{name}": own[name] - before[name] for name in ("cfi", "rmsea") if name in own and name in before}
            row["d_p"] = float(chdtrc(row["d_df"], max(row["d_chisq"], 0.0))) if row["d_df"] > 0 else None
            row |= _verdict(row, level, sizes)
            if failed and row["verdict"] == "holds":
                row |= {"verdict": "fails", "note": f"since the {failed} model fails"}
            failed = failed or (level if row["verdict"] == "fails" else None)
        if free and level in ("scalar", "strict"):
            row["note"] = "; ".join(filter(None, [f"intercepts of {', '.join(free)} may differ", row.get("note")]))
        rows.append(row)
        before = own
    return rows, found


def _verdict(row: dict, level: str, sizes: list[int]) -> dict:
    """Whether a level holds, or why that cannot be said."""
    if min(sizes) < FEWEST:
        note = f"the smallest sample has {min(sizes)} respondents, but {FEWEST} are required"
        return {"verdict": "too few to tell", "note": note}
    if "d_cfi" not in row:
        return {"verdict": "unknown", "note": "the model without this constraint has no degrees of freedom"}
    strict = min(sizes) < SMALL or max(sizes) > UNEQUAL * min(sizes)
    limits = (0.020, 0.030) if len(sizes) > MANY_GROUPS and level == "metric" else (0.005, 0.010) if strict else (0.010, 0.015)
    holds = row["d_cfi"] > -limits[0] and row["d_rmsea"] < limits[1]
    return {"verdict": "holds" if holds else "fails", "cfi_limit": limits[0], "rmsea_limit": limits[1]}


def items(
    scale: Scale,
    groups: Mapping[str, Moments],
    fitted: Mapping[str, Fitted],
    answers: Mapping[str, np.ndarray] | None = None,
    rng: np.random.Generator | None = None,
) -> list[dict]:
    """Return the rows of a scale in the table `invariance_items`.

    dMACS compares each pair of samples on the scale of the factor that the first item anchors, which is a rescaling of the
    configural model. Score tests of the scalar model release each item's loadings or intercepts in all samples, with Holm's
    correction over the items of the scale. With answers, dMACS has a percentile interval from `RESAMPLES` case resamples within
    samples, in each of which the configural model is fitted again; not in more than ten samples. As dMACS cannot be negative, its
    interval never includes zero.
    """
    if "configural" not in fitted:
        return []
    names, found = list(groups), []
    matrices = [fitted["configural"].matrices(place) for place in range(len(names))]
    tests = {}
    if "scalar" in fitted:
        for what in ("loadings", "intercepts"):
            try:
                chosen = [fitted["scalar"].score_test(item, what) for item in range(len(scale.items))]
            except np.linalg.LinAlgError:
                continue
            tests[what] = [one[0] for one in chosen], holm(pd.Series([one[2] for one in chosen])).tolist()
    resampled = {}
    if answers is not None and len(names) <= MANY_GROUPS:
        resampled = {place: _resampled(answers[name], matrices[place], rng) for place, name in enumerate(names)}
    for first, second in combinations(range(len(names)), 2):
        (l1, v1, *_), (l2, v2, *_) = matrices[first], matrices[second]
        if l1[0] * l2[0] == 0:
            continue
        sizes = [groups[names[place]] for place in (first, second)]
        variances = [np.diag(one.covariance) for one in sizes]
        slopes, intercepts, size, signed = _compared((l1, v1, variances[0]), (l2, v2, variances[1]), sizes[0].n, sizes[1].n)
        low = high = np.full(len(l1), np.nan)
        reason = None
        if resampled:
            draws = _compared(resampled[first], resampled[second], sizes[0].n, sizes[1].n)[2]
            share = np.isfinite(draws).all(axis=1).mean()
            if share >= KEPT:
                low, high = np.nanquantile(draws, [0.025, 0.975], axis=0)
            else:
                reason = f"no interval of dMACS, since only {share:.0%} of the resamples of both samples had a proper solution"
        for place, item in enumerate(scale.item_ids):
            row = {"scale": scale.id, "item": item, "sample_a": names[first], "sample_b": names[second]}
            row |= {"loading_difference": slopes[place] - l1[place], "intercept_difference": intercepts[place] - v1[place]}
            row |= {"dmacs": size[place], "dmacs_signed": signed[place], "note": reason if place else "anchor of the comparison"}
            row |= {"dmacs_low": low[place], "dmacs_high": high[place]} if place else {}
            for what, (values, p) in tests.items():
                row |= {f"{what}_chisq": values[place], f"{what}_p_holm": p[place]}
            found.append(row)
    return found


Group = tuple[np.ndarray, np.ndarray, np.ndarray]
"""Loadings, intercepts and variances of the items of a sample: shapes (k,), or (resamples, k)."""


def _compared(reference: Group, focal: Group, n_reference: int, n_focal: int) -> tuple[np.ndarray, ...]:
    """Loadings and intercepts of the focal sample on the scale of the reference, and dMACS without and with sign.

    The first item is the anchor: its loading and intercept are equal, which gives the factor's mean and variance.
    """
    (l1, v1, s1), (l2, v2, s2) = reference, focal
    ratio, kappa = l2[..., :1] / l1[..., :1], (v2[..., :1] - v1[..., :1]) / l1[..., :1]
    slopes = l2 / ratio
    intercepts = v2 - slopes * kappa
    spread = (s1 * n_reference + s2 * n_focal) / (n_reference + n_focal - 2)
    return slopes, intercepts, *dmacs((l1, slopes), (v1, intercepts), kappa, ratio**2, np.sqrt(spread))


def _resampled(answers: np.ndarray, matrices: tuple[np.ndarray, ...], rng: np.random.Generator) -> Group:
    """The configural model of a sample in case resamples; NaN where it has no proper solution."""
    (means, covariances), *_ = bootstrap.moments(answers, RESAMPLES, rng)
    loadings, _ = one_factor.fit(covariances, matrices[0], matrices[2])
    return loadings, means, np.diagonal(covariances, axis1=1, axis2=2)
