"""Measurement invariance: whether a scale measures the same in several samples, by levels and by items."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from itertools import combinations

import numpy as np
import pandas as pd
from scipy.special import chdtrc

from practicework.errors import NotComputable
from practicework.numerics.exact import holm
from practicework.numerics.multigroup import LEVELS, Fitted, Moments, dmacs, fit
from practicework.study.scale import Scale

FEWEST = 100
"""Respondents per group from which a verdict is given."""

SMALL, UNEQUAL = 300, 1.5
"""Respondents per group below which, and ratio of group sizes from which, the stricter limits of Chen (2007) hold."""

MANY_GROUPS = 10
"""Groups beyond which the limits of Rutkowski and Svetina (2014) hold for equal loadings."""


def moments(scale: Scale, samples: Mapping[str, pd.DataFrame]) -> dict[str, Moments]:
    """Return the moments of the keyed items of each sample, listwise; samples without complete answers are omitted."""
    found = {}
    for name, responses in samples.items():
        complete = scale.keyed(responses).dropna().to_numpy(float)
        if len(complete) > 1:
            found[name] = Moments(len(complete), complete.mean(axis=0), np.cov(complete.T, bias=True))
    return found


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


def items(scale: Scale, groups: Mapping[str, Moments], fitted: Mapping[str, Fitted]) -> list[dict]:
    """Return the rows of a scale in the table `invariance_items`.

    dMACS compares each pair of samples on the scale of the factor that the first item anchors, which is a rescaling of the
    configural model. Score tests of the scalar model release each item's loadings or intercepts in all samples, with Holm's
    correction over the items of the scale.
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
    for first, second in combinations(range(len(names)), 2):
        (l1, v1, *_), (l2, v2, *_) = matrices[first], matrices[second]
        if l1[0] * l2[0] == 0:
            continue
        ratio = l2[0] / l1[0]  # the anchor's loading and intercept are equal
        kappa = (v2[0] - v1[0]) / l1[0]
        slopes = l2 / ratio
        intercepts = v2 - slopes * kappa
        sizes = [groups[names[place]] for place in (first, second)]
        spread = sum(np.diag(one.covariance) * one.n for one in sizes) / (sum(one.n for one in sizes) - 2)
        size, signed = dmacs((l1, slopes), (v1, intercepts), kappa, ratio**2, np.sqrt(spread))
        for place, item in enumerate(scale.item_ids):
            row = {"scale": scale.id, "item": item, "sample_a": names[first], "sample_b": names[second]}
            row |= {"loading_difference": slopes[place] - l1[place], "intercept_difference": intercepts[place] - v1[place]}
            row |= {"dmacs": size[place], "dmacs_signed": signed[place], "note": None if place else "anchor of the comparison"}
            for what, (values, p) in tests.items():
                row |= {f"{what}_chisq": values[place], f"{what}_p_holm": p[place]}
            found.append(row)
    return found
