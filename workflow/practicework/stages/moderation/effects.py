"""The predictor's effect over the moderator: conditional effects, contrasts, regions, lines."""

from itertools import combinations

import numpy as np
import pandas as pd
from scipy.special import stdtr, stdtrit

from practicework.numerics.exact import holm
from practicework.numerics.johnson_neyman import boundaries, regions
from practicework.stages.moderation.design import Design
from practicework.stages.moderation.regression import Fit

CURVE_POINTS = 101


def probes(design: Design) -> dict[str, float]:
    """Where the effect is probed, in the moderator's own units.

    Percentiles at position p(n + 1) as PROCESS and SPSS have them, mean ± SD, and the values that the model
    names; a moderator of two values also at both. A moderator of categories is probed at each.
    In R: ``quantile(w, c(.16, .5, .84), type = 6)``.
    """
    if design.moderator.levels is not None:
        return {f"{design.moderator.name}[{code:g}]": float(code) for code in design.moderator.levels}
    moderator = design.data[design.model.moderator]
    mean, sd = moderator.mean(), moderator.std()
    p16, p50, p84 = np.quantile(moderator, [0.16, 0.5, 0.84], method="weibull")
    found = {"p16": p16, "p50": p50, "p84": p84, "mean-sd": mean - sd, "mean": mean, "mean+sd": mean + sd}
    if moderator.nunique() == 2:
        found |= {"low": moderator.min(), "high": moderator.max()}
    found |= {f"at {value:g}": value for value in design.model.probes}
    return {probe: float(value) for probe, value in found.items()}


def conditional_effects(fit: Fit) -> pd.DataFrame:
    """The predictor's effect at each probe, for each of its terms."""
    design = fit.design
    named = probes(design)
    values = np.array(list(named.values()))
    moderator = design.data[design.model.moderator]
    outside = (values < moderator.min()) | (values > moderator.max())
    note = np.where(outside, "outside the observed range: extrapolated", None)
    frames = []
    for effect, term in enumerate(design.predictor.terms):
        rows = design.contrasts(effect, values)
        table = {"probe": list(named), "moderator_value": values, "effect": rows @ fit.estimates} | fit.tests(rows)
        frames.append(pd.DataFrame(table | {"effect_of": term, "note": note}))
    return pd.concat(frames, ignore_index=True)


def contrasts(fit: Fit) -> pd.DataFrame:
    """Differences between conditional effects: high minus low, free probes and categories pairwise.

    For a moderator of quantity each difference is a multiple of the interaction's coefficient, and shares its
    t and p. For one of three or more categories `p_holm` corrects for their number (Holm, 1979). In R:
    ``p.adjust(p, "holm")``.
    """
    design = fit.design
    named = probes(design)
    if design.moderator.levels is not None:
        pairs = list(combinations(named, 2))
    else:
        free = [probe for probe in named if probe.startswith("at ")]
        pairs = [pair for pair in (("low", "high"), ("p16", "p84"), ("mean-sd", "mean+sd")) if pair[0] in named]
        pairs = [pair for pair in [*pairs, *combinations(free, 2)] if named[pair[0]] != named[pair[1]]]
    columns = ["probe_a", "probe_b", "difference"]
    frames = [pd.DataFrame(columns=columns)]
    for effect, term in enumerate(design.predictor.terms):
        if not pairs:
            continue
        first, second = (design.contrasts(effect, np.array([named[pair[side]] for pair in pairs])) for side in (0, 1))
        table = dict(zip(columns, [*zip(*pairs, strict=True), (second - first) @ fit.estimates], strict=True))
        table |= fit.tests(second - first) | {"effect_of": term}
        frames.append(pd.DataFrame(table))
    table = pd.concat(frames[1:] or frames, ignore_index=True)
    names = [*columns, "std_error", "t", "p_value", "ci_low", "ci_high", "std_error_hc3", "p_value_hc3"]
    names += ["boot_std_error", "boot_low", "boot_high", "ci_low_hc3", "ci_high_hc3", "effect_of"]
    many = design.moderator.levels is not None and len(table) > 1
    return table.reindex(columns=names).assign(p_holm=holm(table["p_value"]) if many else np.nan)


def omnibus(fit: Fit) -> pd.DataFrame:
    """Joint tests: of all product terms, and of a categorical predictor at each probe. In R: ``anova(m0, m)``."""
    design = fit.design
    tests = [("interaction", None, np.nan, np.eye(design.matrix.shape[1])[design.interaction])]
    if len(design.predictor.terms) > 1:
        for probe, value in probes(design).items():
            rows = [design.contrasts(effect, np.array([value])) for effect in range(len(design.predictor.terms))]
            tests.append(("predictor", probe, value, np.concatenate(rows)))
    table = []
    for test, probe, value, rows in tests:
        (f, p_value), (f_hc3, p_hc3) = fit.wald(rows), fit.wald(rows, hc3=True)
        table.append([test, probe, value, len(rows), fit.df, f, p_value, f_hc3, p_hc3])
    names = ["test", "probe", "moderator_value", "df1", "df2", "f", "p_value", "f_hc3", "p_value_hc3"]
    return pd.DataFrame(table, columns=names)


def johnson_neyman(fit: Fit) -> dict[str, pd.DataFrame]:
    """Regions of significance: the classical ones, and with HC3 errors or a controlled false discovery rate.

    Returns
    -------
    dict of DataFrame
        `johnson_neyman`, `johnson_neyman_regions`, and both with `_alternatives`, by `method`. All are empty for
        a moderator of categories, which has no values in between.
    """
    roots, parts, other_roots, other_parts = ([_no_boundaries()], [_no_regions()], [], [])
    if fit.design.moderator.levels is None:
        roots, parts = [], []
        for effect, term in enumerate(fit.design.predictor.terms):
            found = _regions(fit, effect, fit.critical)
            roots.append(found[0].assign(effect_of=term))
            parts.append(found[1].assign(effect_of=term))
            for method in ("hc3", "fdr", "fdr_hc3"):
                robust = method.endswith("hc3")
                if robust and np.isnan(fit.covariance_hc3).any():
                    continue
                critical = fit.critical if method == "hc3" else fdr_critical(fit, effect, hc3=robust)
                found = _regions(fit, effect, critical, hc3=robust)
                added = {"effect_of": term, "method": method, "critical": critical}
                other_roots.append(found[0].assign(**added))
                other_parts.append(found[1].assign(**added))
    blank = {"effect_of": [], "method": [], "critical": []}
    return {
        "johnson_neyman": pd.concat(roots, ignore_index=True),
        "johnson_neyman_regions": pd.concat(parts, ignore_index=True),
        "johnson_neyman_alternatives": pd.concat(other_roots or [_no_boundaries().assign(**blank)], ignore_index=True),
        "johnson_neyman_regions_alternatives": pd.concat(other_parts or [_no_regions().assign(**blank)], ignore_index=True),
    }


def _no_boundaries() -> pd.DataFrame:
    return pd.DataFrame({"boundary": [], "in_range": [], "percent_below": [], "effect_of": []})


def _no_regions() -> pd.DataFrame:
    return pd.DataFrame({"from": [], "to": [], "sign": [], "percent": [], "effect_of": []})


def _regions(fit: Fit, effect: int, critical: float, *, hc3: bool = False) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Boundaries and regions of one effect at a critical value of t, which may be infinite."""
    design = fit.design
    slope, product = 1 + effect, design.interaction[effect]
    v = fit.covariance_hc3 if hc3 else fit.covariance
    moderator = design.data[design.model.moderator].to_numpy(float)
    low, high = moderator.min(), moderator.max()
    roots = []
    if np.isfinite(critical):
        b1, b3 = fit.estimates[slope], fit.estimates[product]
        roots = boundaries(b1, b3, v[slope, slope], v[slope, product], v[product, product], critical)
    roots = [root + design.moderator.center for root in roots]
    rows = [
        {"boundary": root, "in_range": low <= root <= high, "percent_below": 100 * (moderator < root).mean()} for root in roots
    ]
    return (
        pd.DataFrame(rows, columns=["boundary", "in_range", "percent_below"]),
        regions(roots, moderator, lambda values: fit.effect(design.contrasts(effect, values), hc3=hc3), critical),
    )


def fdr_critical(fit: Fit, effect: int, *, hc3: bool = False) -> float:
    """The critical t that controls the false discovery rate over the observed moderator values.

    The effect is tested at each distinct observed value, and Benjamini and Hochberg's (1995) step-up rule is
    turned into one critical value: the k-th smallest p is the largest that stays below k α / m, and the
    critical t is that of k α / m; infinite where no test passes (Esarey & Sumner, 2018, who take it over the
    values of a plot). A value is significant then exactly where ``p.adjust(p, "BH") <= alpha`` in R.

    Parameters
    ----------
    fit : Fit
    effect : int
        Which of the predictor's terms.
    hc3 : bool
        Whether the tests use HC3 errors.
    """
    values = np.unique(fit.design.data[fit.design.model.moderator].to_numpy(float))
    estimate, error = fit.effect(fit.design.contrasts(effect, values), hc3=hc3)
    p = np.sort(2 * stdtr(fit.df, -np.abs(estimate / error)))
    allowed = (1 - fit.confidence) * np.arange(1, len(p) + 1) / len(p)
    passed = np.flatnonzero(p <= allowed)
    return float(-stdtrit(fit.df, allowed[passed[-1]] / 2)) if len(passed) else np.inf


def simple_slopes(fit: Fit) -> pd.DataFrame:
    """Lines of predicted values with pointwise confidence bands, the covariates at their means."""
    design = fit.design
    x = design.data[design.model.predictor].to_numpy(float)
    few = design.predictor.levels is not None or len(np.unique(x)) == 2
    grid = np.unique(x) if few else np.linspace(x.min(), x.max(), CURVE_POINTS)
    frames = []
    for probe, value in probes(design).items():
        predicted, error = fit.effect(design.at(grid, np.full(len(grid), value)))
        half = fit.critical * error
        line = {"probe": probe, "moderator_value": value, "predictor_value": grid, "predicted": predicted}
        frames.append(pd.DataFrame(line | {"ci_low": predicted - half, "ci_high": predicted + half}))
    return pd.concat(frames, ignore_index=True)


def effect_curve(fit: Fit) -> pd.DataFrame:
    """The predictor's effect over the moderator's observed range; empty for a moderator of categories."""
    design = fit.design
    frames = [pd.DataFrame(columns=["moderator_value", "effect", "ci_low", "ci_high", "ci_low_hc3", "ci_high_hc3", "effect_of"])]
    if design.moderator.levels is None:
        frames = []
        w = design.data[design.model.moderator].to_numpy(float)
        grid = np.linspace(w.min(), w.max(), CURVE_POINTS)
        for number, term in enumerate(design.predictor.terms):
            rows = design.contrasts(number, grid)
            (effect, error), (_, robust) = fit.effect(rows), fit.effect(rows, hc3=True)
            half, wide = fit.critical * error, fit.critical * robust
            curve = {"moderator_value": grid, "effect": effect, "ci_low": effect - half, "ci_high": effect + half}
            frames.append(pd.DataFrame(curve | {"ci_low_hc3": effect - wide, "ci_high_hc3": effect + wide, "effect_of": term}))
    return pd.concat(frames, ignore_index=True)
