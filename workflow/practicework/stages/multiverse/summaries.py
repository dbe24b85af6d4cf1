"""What many specifications say together: the curve of their estimates, the joint test, and how much each choice matters."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from math import comb

import numpy as np
import pandas as pd

from practicework.numerics import sign_flips
from practicework.numerics.limits import DRAWN
from practicework.stages.multiverse.specifications import Fitted, distinct
from practicework.study.multiverse import PLUS, Axis, Multiverse
from practicework.tables import frame

TABLE = "multiverse/{model}"
EVERY = "all"
"""The set of all specifications."""

MOST = 10
"""Choices up to which the share of variance is averaged over all orders if some combinations are missing."""

NOT_COMPUTED = f"not computed: some combinations could not be fitted, and there are more than {MOST} choices"


def curve(sets: Mapping[str, Sequence[Fitted]], sign: int) -> pd.DataFrame:
    """Return the table `curve`: quantiles and shares of the distinct specifications of each set."""
    rows = []
    for name, fitted in sets.items():
        own = [fitted[place].row for place in sorted(set(distinct(list(fitted)))) if fitted[place].row]
        row = {"set": name, "number": len(fitted), "distinct": len(own)}
        if own:
            b = np.array([one["estimate"] for one in own])
            p, robust = (np.array([one.get(key, np.nan) for one in own], float) for key in ("p", "p_hc3"))
            robust = np.array([one.get("p_cr2", other) for one, other in zip(own, robust, strict=True)], float)
            known = robust[~np.isnan(robust)]
            row |= dict(zip(("min", "q25", "median", "q75", "max"), np.quantile(b, [0, 0.25, 0.5, 0.75, 1]), strict=True))
            row |= {"share_sign": float((np.sign(b) == sign).mean()), "share_p05": float((p < 0.05).mean())}
            row["share_hc3"] = float((known < 0.05).mean()) if len(known) else None
        rows.append(row)
    return frame(f"{TABLE}/curve", rows)


def joint(
    sets: Mapping[str, Sequence[Fitted]], settings: Multiverse, clusters: np.ndarray | None, rng: np.random.Generator
) -> tuple[pd.DataFrame, sign_flips.Joint | None, list[int]]:
    """Return the table `joint`, and the joint test of all specifications with the positions of these.

    Every set is tested with the same flips. With clusters, all respondents of a cluster change sign together.
    """
    rows, whole, places = [], None, []
    seed = rng.bit_generator.seed_seq.spawn(1)[0]
    for name, fitted in sets.items():
        some = [place for place in sorted(set(distinct(list(fitted)))) if fitted[place].score is not None]
        if not some:
            continue
        scores = [fitted[place].score for place in some]
        drawn = _drawn(scores, settings.flips, clusters, np.random.default_rng(seed))
        tested = sign_flips.joint(scores, drawn, settings.sign)
        if name == EVERY:
            whole, places = tested, some
        rows += [
            {"set": name, "statistic": statistic, "specifications": len(some), "observed": tested.observed[statistic],
             "p": tested.p[statistic], "flips": tested.flips}
            for statistic in tested.p
        ]  # fmt: skip
    return frame(f"{TABLE}/joint", rows), whole, places


def _drawn(
    scores: list[sign_flips.Score], flips: int, clusters: np.ndarray | None, rng: np.random.Generator
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Flipped sums, from the normal limit in large samples."""
    n = len(scores[0].contributions)
    # respondents without a cluster are in no specification
    groups = None if clusters is None else np.unique(clusters, return_inverse=True)[1]
    if n > DRAWN:
        return sign_flips.limiting(scores, flips, rng, groups)
    if groups is None:
        return sign_flips.flipped(scores, sign_flips.signs(n, flips, len(scores), rng))
    signs = sign_flips.signs(groups.max() + 1, flips, max(n, len(scores)), rng)
    return sign_flips.flipped(scores, (some[groups] for some in signs))


def choices(fitted: list[Fitted], found: list[Axis], settings: Multiverse, optional: tuple[str, ...]) -> pd.DataFrame:
    """Return the table `choices`: each option with the median of its specifications, and the variance that each choice explains.

    The share is that of the choice's main effect: its R², which in a full factorial does not depend on the other choices, and
    otherwise the mean increase of R² over all orders of entry (LMG; Lindeman, Merenda & Gold, 1980; Grömping, 2007). In R:
    ``relaimpo::calc.relimp(lm(estimate ~ ., d), type = "lmg")``.
    """
    used = [one for one in fitted if one.row]
    factors, declared = {}, settings.choices.named
    for axis in found:
        if axis.name == "covariates" and axis.name in declared:
            for name in optional:
                inside = [name in one.options["covariates"].split(PLUS) for one in used]
                factors["covariates", name] = (["without", "with"], np.array(inside, int))
        elif axis.name in declared:
            codes = np.array([axis.options.index(one.options[axis.name]) for one in used], int)
            factors[axis.name, None] = (list(axis.options), codes)
    b, p = (np.array([one.row.get(key, np.nan) for one in used], float) for key in ("estimate", "p"))
    shares = explained(b, [codes for _names, codes in factors.values()])
    rows = []
    for place, ((choice, covariate), (options, codes)) in enumerate(factors.items()):
        for at, option in enumerate(options):
            own = codes == at
            row = {"choice": f"{choice}: {covariate}" if covariate else choice, "option": option, "kind": declared[choice].kind,
                   "why": declared[choice].why, "n": int(own.sum())}  # fmt: skip
            if own.any():
                row |= {"estimate": float(np.median(b[own])), "p": _median(p[own])}
            row |= {"note": NOT_COMPUTED} if shares is None else {"share": shares[place]}
            rows.append(row)
    for name, why in settings.not_equivalent.items():
        rows.append({"choice": name, "kind": "not equivalent", "why": why, "n": 0})
    return frame(f"{TABLE}/choices", rows)


def _median(values: np.ndarray) -> float | None:
    known = values[~np.isnan(values)]
    return float(np.median(known)) if len(known) else None


def explained(values: np.ndarray, factors: list[np.ndarray]) -> list[float] | None:
    """Return the share of the variance of values that each factor explains, averaged over the orders of entry (LMG).

    Parameters
    ----------
    values : ndarray of shape (s,)
    factors : list of ndarray of shape (s,)
        The level of each factor.

    Returns
    -------
    list of float or None
        None for too many factors in an incomplete design; zeros if all values are equal.
    """
    centred = values - values.mean() if len(values) else values
    total = centred @ centred
    if not len(values) or total <= 1e-24 * (values @ values):
        return [0.0] * len(factors)
    columns = [(codes[:, None] == np.unique(codes)[1:]).astype(float) for codes in factors]
    columns = [one - one.mean(axis=0) for one in columns]
    gram = np.hstack(columns).T @ np.hstack(columns)
    places = np.split(np.arange(len(gram)), np.cumsum([one.shape[1] for one in columns])[:-1])
    cross = np.hstack(columns).T @ centred
    orthogonal = all(
        np.abs(gram[np.ix_(places[a], places[b])]).max(initial=0) < 1e-9 * len(values)
        for a, b in combinations(range(len(factors)), 2)
    )
    if not orthogonal and len(factors) > MOST:
        return None

    def r_squared(some: tuple[int, ...]) -> float:
        at = np.concatenate([places[one] for one in some]) if some else np.array([], int)
        return float(cross[at] @ np.linalg.lstsq(gram[np.ix_(at, at)], cross[at], rcond=1e-10)[0] / total) if len(at) else 0.0

    if orthogonal:
        return [r_squared((one,)) for one in range(len(factors))]
    known = {some: r_squared(some) for size in range(len(factors) + 1) for some in combinations(range(len(factors)), size)}
    shares = []
    for one in range(len(factors)):
        others = [other for other in range(len(factors)) if other != one]
        share = 0.0
        for size in range(len(others) + 1):
            gains = [known[tuple(sorted((*some, one)))] - known[some] for some in combinations(others, size)]
            share += sum(gains) / (comb(len(others), size) * len(factors))
        shares.append(share)
    return shares
