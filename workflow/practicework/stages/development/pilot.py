"""The pilot: exploration of one half, reduction of the items, and confirmation in the other."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import linear_sum_assignment
from scipy.special import fdtri, ndtri, stdtr

from practicework.errors import NotComputable, StudyError
from practicework.numerics import graded_response, item_subsets, multigroup, one_factor
from practicework.numerics.efa import factor_analysis
from practicework.numerics.parallel import parallel_analysis
from practicework.study.development import SMALLEST, Development, Material
from practicework.tables import frame

REPLICATIONS, PERCENTILE = 200, 95.0
"""Random data sets of the parallel analysis, and the percentile of their eigenvalues."""

NEGLIGIBLE = 0.3
"""Correlation below which the interval of an undeclared relation must stay."""

THETA = np.linspace(-3, 3, 61)


@dataclass(frozen=True)
class Halves:
    """The keyed answers to the pool: respondents by items, indexed by respondent id."""

    explore: pd.DataFrame
    confirm: pd.DataFrame
    retest: pd.DataFrame | None
    rows: list[dict]
    split: bool = True

    @property
    def everybody(self) -> pd.DataFrame:
        """Both halves, or both samples."""
        return pd.concat([self.explore, self.confirm])

    @property
    def first(self) -> pd.DataFrame:
        """The respondents who may have answered again: of the sample that was split, or of the exploration."""
        return self.everybody if self.split else self.explore


def halves(spec: Development, material: Material, answers: Mapping[str, pd.DataFrame], rng: np.random.Generator) -> Halves:
    """Return the respondents who answered all items, divided at random or by sample.

    Parameters
    ----------
    spec, material
    answers : mapping of str to DataFrame
        By sample: keyed answers to the items of the pool, indexed by respondent.
    rng : numpy.random.Generator

    Raises
    ------
    StudyError
        If a sample that is to be split has fewer than 200 complete respondents.
    """
    pilot = spec.pilot
    retest = answers[pilot.retest] if pilot.retest else None
    if retest is not None:
        retest = retest.dropna()
    rows = [] if retest is None else [{"sample": pilot.retest, "half": "retest", "n": len(retest)}]
    if pilot.sample is None:
        explore = answers[pilot.explore].dropna()
        confirm = answers[pilot.confirm].dropna() if pilot.confirm else explore.iloc[:0]
        names = [(pilot.explore, "explore", explore)] + ([(pilot.confirm, "confirm", confirm)] if pilot.confirm else [])
        found = [{"sample": sample, "half": half, "n": len(one)} for sample, half, one in names]
        return Halves(explore, confirm, retest, [*found, *rows], split=False)
    whole = answers[pilot.sample].dropna()
    if len(whole) < SMALLEST:
        raise StudyError(
            f"The pilot '{pilot.sample}' has {len(whole):,} respondents who answered all items of the pool, and at least "
            f"{SMALLEST} are needed to split it; collect more, or use a second sample: 'pilot: {{explore: ..., confirm: ...}}'."
        )
    order = rng.permutation(len(whole))
    first = round(pilot.split * len(whole))
    parts = {"explore": whole.iloc[np.sort(order[:first])], "confirm": whole.iloc[np.sort(order[first:])]}
    found = [{"sample": pilot.sample, "half": half, "n": len(one)} for half, one in parts.items()]
    return Halves(parts["explore"], parts["confirm"], retest, [*found, *rows])


def explored(parts: Halves, material: Material, rng: np.random.Generator) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the tables `pilot` and `pilot_items`: parallel analysis, pattern loadings (minres, oblimin) and distributions.

    The number of factors is that of the target constructs with items; factors are matched to constructs by their loadings.
    In R: ``psych::fa(d, nfactors, fm = "minres", rotate = "oblimin")``, ``psych::fa.parallel(d)``.
    """
    data, response = parts.explore, material.constructs.response
    items = list(data)
    if len(data) < 3 or len(items) < 2:
        reason = f"not computable: {len(data)} respondents answered all items" if len(data) < 3 else "not computable: one item"
        rows = [dict(row) | ({"note": reason} if row["half"] == "explore" else {}) for row in parts.rows]
        found = [{"item": item, "construct": material.items[item].construct_id, "n": len(data), "note": reason} for item in items]
        return frame("development/pilot", rows), frame("development/pilot_items", found)
    constructs = [one for one in material.targets if any(material.items[item].construct_id == one for item in items)]
    rows = [dict(row) for row in parts.rows]
    values, note, solution = data.to_numpy(float), None, None
    constant = [item for item in items if data[item].nunique() == 1]
    if constant:
        note = f"loadings are not computable: everyone gave the same answer to {', '.join(constant)}"
    elif len(data) <= len(items):
        note = f"loadings are not computable: {len(data):,} respondents for {len(items)} items"
    elif np.linalg.matrix_rank(np.corrcoef(values.T), tol=1e-8) < len(items):
        note = "loadings are not computable: some items are identical or follow from others"
    else:
        r = np.corrcoef(values.T)
        rows[0]["factors"] = int(parallel_analysis(r, len(data), REPLICATIONS, PERCENTILE, rng)["factor_retained"].sum())
        try:
            solution = factor_analysis(r, len(constructs), "minres", items)
        except NotComputable as reason:
            note = f"loadings are {reason}"
    own = [constructs.index(material.items[item].construct_id) for item in items]
    loadings = None if solution is None else _matched(solution.loadings, own, len(constructs))
    found = []
    for place, item in enumerate(items):
        column = values[:, place]
        rest = [other for other in range(len(items)) if own[other] == own[place] and other != place]
        raw = response.min + response.max - column if material.items[item].reverse else column
        row = {"item": item, "construct": constructs[own[place]], "n": len(data), "mean": column.mean(), "sd": column.std(ddof=1),
               "floor": (raw == response.min).mean(), "ceiling": (raw == response.max).mean(), "note": note}  # fmt: skip
        if np.ptp(column) > 0:
            row["skewness"] = float((((column - column.mean()) / column.std()) ** 3).mean())
            if rest and np.ptp(values[:, rest].sum(axis=1)) > 0:
                row["item_rest_r"] = float(np.corrcoef(column, values[:, rest].sum(axis=1))[0, 1])
        if loadings is not None:
            others = np.delete(loadings[place], own[place])
            row |= {"loading": loadings[place, own[place]], "cross_loading": np.abs(others).max() if len(others) else None,
                    "communality": solution.communalities[place]}  # fmt: skip
        found.append(row)
    return frame("development/pilot", rows), frame("development/pilot_items", found)


def _matched(loadings: np.ndarray, own: list[int], m: int) -> np.ndarray:
    """Loadings with the factors in the order of the constructs, reflected to positive loadings of their own items."""
    sums = np.array([[loadings[np.array(own) == construct, factor].sum() for factor in range(m)] for construct in range(m)])
    _rows, order = linear_sum_assignment(-np.abs(sums))
    signs = np.sign(sums[np.arange(m), order])
    return loadings[:, order] * np.where(signs == 0, 1, signs)


def reduced(
    parts: Halves, material: Material, spec: Development, content: Mapping[str, float], chosen: Mapping[str, list[str]]
) -> pd.DataFrame:
    """Return the table `subsets`: the Pareto front of all subsets of each length, by omega, CFI, r with all items and content.

    Items that people decided to drop do not take part. A length with more than 20,000 subsets, or without a subset that has
    every facet, is refused: its row has the reason in `note`.
    """
    rows = []
    for construct in material.targets:
        pool = [one for one in material.of(construct) if one.id in parts.explore and not _dropped(material, one.id)]
        items, facets = [one.id for one in pool], [one.facet or "" for one in pool]
        if len(items) < 3 or len(parts.explore) <= len(items) or (parts.explore[items].nunique() < 2).any():
            continue
        r = np.corrcoef(parts.explore[items].to_numpy(float).T)
        for length in range(max(3, spec.criteria.items[0]), min(spec.criteria.items[1], len(items)) + 1):
            try:
                subsets = item_subsets.candidates(len(items), length, np.unique(facets, return_inverse=True)[1])
            except NotComputable as reason:
                rows.append({"construct": construct, "length": length, "compared": 0, "items": "", "chosen": False,
                             "note": str(reason)})  # fmt: skip
                continue
            fits = item_subsets.evaluate(r, len(parts.explore), subsets)
            smallest = np.array([content.get(item, np.nan) for item in items])[subsets].min(axis=1)
            criteria = [fits["omega"], np.round(fits["cfi"], 12), fits["r_full"]]
            criteria += [] if np.isnan(smallest).any() else [smallest]
            best = np.flatnonzero(item_subsets.front(np.column_stack(criteria)))
            own = sorted(chosen.get(construct, []))
            mine = [place for place, some in enumerate(subsets) if sorted(items[at] for at in some) == own]
            for place in sorted({*best, *mine}, key=lambda at: -np.nan_to_num(fits["omega"][at])):
                improper = {"note": "the factor model has no proper solution"} if np.isnan(fits["omega"][place]) else {}
                row = {"construct": construct, "length": length, "compared": len(subsets), "content": smallest[place]}
                row |= {"items": ", ".join(items[at] for at in subsets[place]), "chosen": place in mine, **improper}
                rows.append(row | {key: fits[key][place] for key in ("omega", "cfi", "rmsea", "chisq", "df", "r_full")})
    return frame("development/subsets", rows)


def _dropped(material: Material, item: str) -> bool:
    decided = material.decisions.items.get(item)
    return decided is not None and decided.decision == "drop"


def confirmed(parts: Halves, chosen: Mapping[str, list[str]], confidence: float = 0.95) -> pd.DataFrame:
    """Return the table `confirmation`: reliability and fit of the chosen items in the other half; a model of all constructs.

    In R: ``lavaan::cfa(syntax, d, std.lv = TRUE)``, ``psych::alpha``, ``semTools::htmt(htmt2 = TRUE)``, ``psych::ICC``.
    """
    data, rows, n = parts.confirm, [], len(parts.confirm)
    known = {name: items for name, items in chosen.items() if len(items) > 1 and all(item in data for item in items)}
    for name, items in chosen.items():
        if name not in known:
            why = "one item" if len(items) < 2 else f"the sample has no {', '.join(item for item in items if item not in data)}"
            rows.append({"construct": name, "items": ", ".join(items), "n": n, "note": f"not computable: {why}"})
    if not n:
        return frame("development/confirmation", [])
    ratios = _htmt2(data, known) if n > 2 else {}
    for name, items in known.items():
        row = {"construct": name, "items": ", ".join(items), "n": n}
        values = data[items].to_numpy(float)
        if n <= len(items) or (np.ptp(values, axis=0) == 0).any():
            rows.append(row | {"note": "not computable: too few respondents, or an item to which everyone gave the same answer"})
            continue
        covariance, k = np.cov(values.T), len(items)
        row["alpha"] = float(k / (k - 1) * (1 - np.trace(covariance) / covariance.sum()))
        row["htmt2"] = ratios.get(name)
        row |= _one_factor(np.corrcoef(values.T), n)
        if parts.retest is not None:
            row |= _icc(parts.first, parts.retest, items, confidence)
        rows.append(row)
    if len(known) > 1:
        rows.append({"construct": "all", "items": ", ".join(item for items in known.values() for item in items), "n": n}
                    | _all_factors(data, known))  # fmt: skip
    return frame("development/confirmation", rows)


def _one_factor(r: np.ndarray, n: int) -> dict:
    k = len(r)
    if k < 3:
        return {"note": "a factor of two items is not identified"}
    if np.linalg.eigvalsh(r)[0] < item_subsets.DETERMINED:
        return {"note": "some items are identical or follow from others"}
    start = np.full(k, 0.65)
    loadings, fine = one_factor.fit(r[None], start, 1 - start**2, gradient=1e-10)
    if not fine[0]:
        return {"note": "the factor model has no proper solution"}
    fit = item_subsets.evaluate(r, n, np.arange(k)[None])
    lam = loadings[0]
    common = lam.sum() ** 2
    reliability = common / (common + (1 - lam**2).sum())
    implied = np.outer(lam, lam)
    rows, cols = np.tril_indices(k)
    residual = (r - implied - np.diag(1 - lam**2))[rows, cols]
    row = {
        "omega": reliability,
        "composite_reliability": reliability,
        "ave": (lam**2).mean(),
        "srmr": np.sqrt((residual**2).mean()),
    }
    return row | {key: fit[key][0] for key in ("chisq", "df", "p_value", "cfi", "rmsea")}


def _all_factors(data: pd.DataFrame, known: Mapping[str, list[str]]) -> dict:
    """The confirmatory model with a factor for each construct."""
    items = [item for some in known.values() for item in some]
    factor = np.repeat(np.arange(len(known)), [len(some) for some in known.values()])
    values = data[items].to_numpy(float)
    if (
        len(data) <= len(items)
        or (np.ptp(values, axis=0) == 0).any()
        or (np.linalg.eigvalsh(np.corrcoef(values.T))[0] < item_subsets.DETERMINED)
    ):
        return {"note": "not computable: too few respondents, or items without variance or that follow from others"}
    try:
        fitted = multigroup.fit(
            [multigroup.Moments(len(data), values.mean(axis=0), np.cov(values.T, ddof=0))], factor, "configural"
        )
    except NotComputable as reason:
        return {"note": str(reason)}
    k = len(items)
    found = {key: fitted.fit[key] for key in ("chisq", "df", "p_value", "cfi", "rmsea")}
    # means are reproduced exactly, and a model without them divides by fewer moments
    return found | {"srmr": fitted.fit["srmr"] * np.sqrt((k + 3) / (k + 1))}


def _htmt2(data: pd.DataFrame, known: Mapping[str, list[str]]) -> dict[str, float]:
    """The largest HTMT2 of each construct with another one: geometric means of absolute correlations."""
    found: dict[str, list[float]] = {}
    with np.errstate(all="ignore"):
        logs = np.log(data.corr().abs())
    within = {name: logs.loc[items, items].to_numpy()[np.tril_indices(len(items), -1)].mean() for name, items in known.items()}
    for first, some in known.items():
        for other, more in known.items():
            if first != other:
                value = float(np.exp(logs.loc[some, more].to_numpy().mean() - (within[first] + within[other]) / 2))
                found.setdefault(first, []).append(value)
    return {name: max(values) for name, values in found.items() if np.isfinite(values).all()}


def _icc(first: pd.DataFrame, second: pd.DataFrame, items: list[str], confidence: float) -> dict:
    """ICC(2,1) of the scores at two times, two-way random, absolute agreement (Shrout & Fleiss, 1979; McGraw & Wong, 1996)."""
    if missing := [item for item in items if item not in second or item not in first]:
        return {"note": f"no ICC: the second survey has no {', '.join(missing)}"}
    both = first.index.intersection(second.index)
    n, k = len(both), 2
    if n < 3:
        return {"note": f"no ICC: {n} respondents answered twice"}
    values = np.column_stack([one.loc[both, items].mean(axis=1) for one in (first, second)])
    grand, rows, columns = values.mean(), values.mean(axis=1), values.mean(axis=0)
    msr = k * ((rows - grand) ** 2).sum() / (n - 1)
    msc = n * ((columns - grand) ** 2).sum() / (k - 1)
    mse = ((values - rows[:, None] - columns + grand) ** 2).sum() / ((n - 1) * (k - 1))
    icc = (msr - mse) / (msr + (k - 1) * mse + k * (msc - mse) / n)
    a = k * icc / (n * (1 - icc))
    b = 1 + k * icc * (n - 1) / (n * (1 - icc))
    v = (a * msc + b * mse) ** 2 / ((a * msc) ** 2 / (k - 1) + (b * mse) ** 2 / ((n - 1) * (k - 1)))
    share = (1 + confidence) / 2
    upper, lower = float(fdtri(n - 1, v, share)), float(fdtri(v, n - 1, share))
    low = n * (msr - upper * mse) / (upper * (k * msc + (k * n - k - n) * mse) + n * msr)
    high = n * (lower * msr - mse) / (k * msc + (k * n - k - n) * mse + n * lower * msr)
    return {"icc": float(icc), "icc_low": float(low), "icc_high": float(high)}


def graded(parts: Halves, chosen: Mapping[str, list[str]]) -> dict[str, pd.DataFrame]:
    """Return the tables `irt_items` and `irt_information` of the graded response model of each scale, in all respondents."""
    items_rows, information = [], []
    data = parts.everybody
    for name, items in chosen.items():
        own = [item for item in items if item in data]
        if len(own) < 3 or not len(data):
            continue
        try:
            model = graded_response.fit(data[own].to_numpy(float))
        except NotComputable as reason:
            items_rows += [{"item": item, "construct": name, "n": len(data), "note": f"not computable: {reason}"} for item in own]
            continue
        for item, a, b in zip(own, model.slopes, model.thresholds, strict=True):
            items_rows += [{"item": item, "construct": name, "n": model.n, "a": a, "threshold": place, "b": value}
                           for place, value in enumerate(b, 1)]  # fmt: skip
        total = model.information(THETA).sum(axis=0)
        information += [{"construct": name, "theta": theta, "information": value, "reliability": value / (value + 1),
                         "marginal_reliability": model.reliability}
                        for theta, value in zip(THETA, total, strict=True)]  # fmt: skip
    return {"irt_items": frame("development/irt_items", items_rows),
            "irt_information": frame("development/irt_information", information)}  # fmt: skip


def nomological(
    parts: Halves, chosen: Mapping[str, list[str]], spec: Development, others: pd.DataFrame | None, confidence: float = 0.95
) -> pd.DataFrame:
    """Return the table `nomological`: correlations and known groups in the confirmation half, with the declared directions.

    Parameters
    ----------
    others : DataFrame or None
        Scores and variables of the respondents, indexed by respondent.
    """
    rows = []
    for name, items in chosen.items():
        declared = spec.nomological.get(name, spec.nomological.get(""))
        if declared is None:
            continue
        there = all(item in parts.confirm for item in items)
        score = parts.confirm[list(items)].mean(axis=1) if there else pd.Series(dtype=float)
        kinds = [("correlation", direction, variable) for direction in ("positive", "negative", "none")
                 for variable in getattr(declared, direction)]  # fmt: skip
        kinds += [("groups", direction, variable) for variable, direction in declared.groups.items()]
        for kind, direction, variable in kinds:
            row = {"construct": name, "with": variable, "kind": kind, "declared": direction, "n": 0}
            if others is None or variable not in others or not len(score):
                rows.append(row | {"note": "not computable: no scores of these respondents"})
                continue
            both = pd.DataFrame({"y": score, "x": others[variable].reindex(score.index)}).dropna()
            row["n"] = len(both)
            rows.append(row | (_correlation if kind == "correlation" else _groups)(both, direction, confidence))
    return frame("development/nomological", rows)


def _correlation(both: pd.DataFrame, direction: str, confidence: float) -> dict:
    n = len(both)
    if n < 4 or both["x"].nunique() < 2 or both["y"].nunique() < 2:
        return {"note": "not computable: too few respondents or no variance"}
    r = float(np.clip(both["x"].corr(both["y"]), -1 + 1e-12, 1 - 1e-12))
    half = float(ndtri((1 + confidence) / 2)) / np.sqrt(n - 3)
    low, high = np.tanh(np.arctanh(r) - half), np.tanh(np.arctanh(r) + half)
    t = r * np.sqrt((n - 2) / (1 - r**2))
    agrees = {"positive": low > 0, "negative": high < 0, "none": low > -NEGLIGIBLE and high < NEGLIGIBLE}[direction]
    return {"estimate": r, "ci_low": low, "ci_high": high, "p_value": float(2 * stdtr(n - 2, -abs(t))), "agrees": bool(agrees)}


def _groups(both: pd.DataFrame, direction: str, confidence: float) -> dict:
    """Hedges' g of the group with the higher value, with an interval from its large-sample variance (Hedges & Olkin, 1985)."""
    values = sorted(both["x"].unique())
    if len(values) != 2:
        return {"note": f"not computable: the variable has {len(values)} values instead of two"}
    low_group, high_group = (both.loc[both["x"] == value, "y"].to_numpy() for value in values)
    n1, n2 = len(high_group), len(low_group)
    df = n1 + n2 - 2
    if min(n1, n2) < 2:
        return {"note": "not computable: a group has fewer than two respondents"}
    pooled = np.sqrt(((n1 - 1) * high_group.var(ddof=1) + (n2 - 1) * low_group.var(ddof=1)) / df)
    if pooled == 0:
        return {"note": "not computable: no variance"}
    d = (high_group.mean() - low_group.mean()) / pooled
    g = d * (1 - 3 / (4 * df - 1))
    error = np.sqrt((n1 + n2) / (n1 * n2) + g**2 / (2 * (n1 + n2)))
    half = float(ndtri((1 + confidence) / 2)) * error
    t = d / np.sqrt(1 / n1 + 1 / n2)
    agrees = g - half > 0 if direction == "higher" else g + half < 0
    return {"estimate": float(g), "ci_low": float(g - half), "ci_high": float(g + half),
            "p_value": float(2 * stdtr(df, -abs(t))), "agrees": bool(agrees)}  # fmt: skip
