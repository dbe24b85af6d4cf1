"""The predictor's effect over the moderator: conditional effects, contrasts, regions of significance, lines."""

from itertools import combinations

import numpy as np
import pandas as pd
from scipy.special import stdtr, stdtrit

from practicework.numerics.exact import holm
from practicework.numerics.johnson_neyman import boundaries, regions, searched
from practicework.stages.moderation.design import Design
from practicework.stages.moderation.regression import Fit
from practicework.tables import frame

CURVE_POINTS = 101
TABLE = "moderation/{model}"


def probes(design: Design) -> dict[str, float]:
    """Return the moderator values at which the effect is probed, in the moderator's own units.

    Percentiles at position p(n + 1), as in PROCESS and SPSS, mean ± SD, and the values that the model names; a moderator
    with two values is also probed at both. A categorical moderator is probed at each category.
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
    """Return the predictor's effect at each probe, for each of its terms."""
    design = fit.design
    named = probes(design)
    values = np.array(list(named.values()))
    moderator = design.data[design.model.moderator]
    outside = (values < moderator.min()) | (values > moderator.max())
    note = np.where(outside, "outside the observed range: extrapolated", None)
    found = []
    for effect, term in enumerate(design.predictor.terms):
        rows = design.contrasts(effect, values)
        table = {"probe": list(named), "moderator_value": values, "effect": rows @ fit.estimates} | fit.tests(rows)
        found.append(frame(f"{TABLE}/conditional_effects", table | {"effect_of": term, "note": note}))
    return pd.concat(found, ignore_index=True)


def contrasts(fit: Fit) -> pd.DataFrame:
    """Return differences between conditional effects: high minus low, named values and categories in pairs.

    For a continuous moderator each difference is a multiple of the interaction's coefficient, and shares its t and p. For
    three or more categories `p_holm` and `p_holm_hc3` correct for their number (Holm, 1979). In R: ``p.adjust(p, "holm")``.
    """
    design = fit.design
    named = probes(design)
    if design.moderator.levels is not None:
        pairs = list(combinations(named, 2))
    else:
        free = [probe for probe in named if probe.startswith("at ")]
        pairs = [pair for pair in (("low", "high"), ("p16", "p84"), ("mean-sd", "mean+sd")) if pair[0] in named]
        pairs = [pair for pair in [*pairs, *combinations(free, 2)] if named[pair[0]] != named[pair[1]]]
    found = []
    for effect, term in enumerate(design.predictor.terms) if pairs else ():
        first, second = (design.contrasts(effect, np.array([named[pair[side]] for pair in pairs])) for side in (0, 1))
        table = {"probe_a": [pair[0] for pair in pairs], "probe_b": [pair[1] for pair in pairs], "effect_of": term}
        table |= {"difference": (second - first) @ fit.estimates} | fit.tests(second - first)
        found.append(frame(f"{TABLE}/contrasts", table))
    table = pd.concat(found or [frame(f"{TABLE}/contrasts", [])], ignore_index=True)
    if design.moderator.levels is not None and len(table) > 1:
        table["p_holm"] = holm(table["p_value"])
        for errors in fit.robust:
            if table[f"p_value_{errors}"].notna().all():
                table[f"p_holm_{errors}"] = holm(table[f"p_value_{errors}"])
    return table


def omnibus(fit: Fit) -> pd.DataFrame:
    """Test all product terms jointly, and a categorical predictor at each probe. In R: ``anova(m0, m)``."""
    design = fit.design
    tests = [("interaction", None, np.nan, np.eye(design.matrix.shape[1])[design.interaction])]
    if len(design.predictor.terms) > 1:
        for probe, value in probes(design).items():
            rows = [design.contrasts(effect, np.array([value])) for effect in range(len(design.predictor.terms))]
            tests.append(("predictor", probe, value, np.concatenate(rows)))
    table = []
    for test, probe, value, rows in tests:
        row = {"test": test, "probe": probe, "moderator_value": value, "df1": len(rows), "df2": fit.df}
        row["f"], row["p_value"] = fit.wald(rows)
        table.append(row | fit.robust_wald(rows, "f", "p_value"))
    return frame(f"{TABLE}/omnibus", table)


def johnson_neyman(fit: Fit) -> dict[str, pd.DataFrame]:
    """Return regions of significance with OLS and robust standard errors, and with the false discovery rate controlled.

    Returns
    -------
    dict of DataFrame
        `johnson_neyman`, `johnson_neyman_regions`, and both with `_alternatives`, by `method`. All are empty for a
        categorical moderator, which has no values between its categories.
    """
    found: dict[str, list[dict]] = {
        "johnson_neyman": [],
        "johnson_neyman_regions": [],
        "johnson_neyman_alternatives": [],
        "johnson_neyman_regions_alternatives": [],
    }
    terms = fit.design.predictor.terms if fit.design.moderator.levels is None else ()
    for effect, term in enumerate(terms):
        roots, parts = _regions(fit, effect, fit.critical, "ols")
        found["johnson_neyman"] += [row | {"effect_of": term} for row in roots]
        found["johnson_neyman_regions"] += [row | {"effect_of": term} for row in parts]
        for method, errors, controlled in _alternatives(fit):
            if not fit.computable(errors):
                continue
            critical = np.nan if errors == "cr2" else fdr_critical(fit, effect, errors) if controlled else fit.critical
            roots, parts = _regions(fit, effect, critical, errors)
            added = {"effect_of": term, "method": method, "critical": critical}
            found["johnson_neyman_alternatives"] += [row | added for row in roots]
            found["johnson_neyman_regions_alternatives"] += [row | added for row in parts]
    return {name: frame(f"{TABLE}/{name}", rows) for name, rows in found.items()}


def _alternatives(fit: Fit) -> list[tuple[str, str, bool]]:
    """Methods other than plain OLS: name, standard errors, and whether the false discovery rate is controlled."""
    robust = [(errors, errors, False) for errors in fit.robust]
    return [*robust, ("fdr", "ols", True), ("fdr_hc3", "hc3", True)]


def _regions(fit: Fit, effect: int, critical: float, errors: str) -> tuple[list[dict], list[dict]]:
    """Boundaries and regions of one effect at a critical value of t, which may be infinite, and varies for CR2."""
    design = fit.design
    slope, product = 1 + effect, design.interaction[effect]
    v = fit.covariances[errors]
    moderator = design.data[design.model.moderator].to_numpy(float)
    low, high = moderator.min(), moderator.max()

    def at(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The effect, and the distance from zero from which it is significant."""
        rows = design.contrasts(effect, values)
        estimate, error = fit.effect(rows, errors)
        return estimate, error * (fit.critical_values(rows, errors) if errors == "cr2" else critical)

    roots = []
    if errors == "cr2":
        roots = searched(lambda values: np.subtract(*map(np.abs, at(values))), low, high)
    elif np.isfinite(critical):
        b1, b3 = fit.estimates[slope], fit.estimates[product]
        roots = boundaries(b1, b3, v[slope, slope], v[slope, product], v[product, product], critical)
        roots = [root + design.moderator.center for root in roots]
    rows = [
        {"boundary": root, "in_range": low <= root <= high, "percent_below": 100 * (moderator < root).mean()} for root in roots
    ]
    parts = regions(roots, moderator, at)
    return rows, parts.to_dict("records")


def fdr_critical(fit: Fit, effect: int, errors: str = "ols") -> float:
    """Return the critical t that controls the false discovery rate over the observed moderator values.

    The effect is tested at each distinct observed value, and the step-up rule of Benjamini and Hochberg (1995) is expressed
    as one critical value: the k-th smallest p is the largest below k α / m, and the critical t is that of k α / m; infinite
    if no test passes (Esarey & Sumner, 2018, use the values of a plot). A value is then significant exactly if
    ``p.adjust(p, "BH") <= alpha`` in R.

    Parameters
    ----------
    fit : Fit
    effect : int
        Which of the predictor's terms.
    errors : str
        The standard errors of the tests.
    """
    values = np.unique(fit.design.data[fit.design.model.moderator].to_numpy(float))
    estimate, error = fit.effect(fit.design.contrasts(effect, values), errors)
    p = np.sort(2 * stdtr(fit.df, -np.abs(estimate / error)))
    allowed = (1 - fit.confidence) * np.arange(1, len(p) + 1) / len(p)
    passed = np.flatnonzero(p <= allowed)
    return float(-stdtrit(fit.df, allowed[passed[-1]] / 2)) if len(passed) else np.inf


def simple_slopes(fit: Fit) -> pd.DataFrame:
    """Return lines of predicted values with pointwise confidence bands, covariates at their means."""
    design = fit.design
    x = design.data[design.model.predictor].to_numpy(float)
    few = design.predictor.levels is not None or len(np.unique(x)) == 2
    grid = np.unique(x) if few else np.linspace(x.min(), x.max(), CURVE_POINTS)
    found = []
    for probe, value in probes(design).items():
        line: dict[str, object] = {"probe": probe, "moderator_value": value, "predictor_value": grid}
        line |= _bands(fit, design.at(grid, np.full(len(grid), value)), "predicted")
        found.append(frame(f"{TABLE}/simple_slopes", line))
    return pd.concat(found, ignore_index=True)


def effect_curve(fit: Fit) -> pd.DataFrame:
    """Return the predictor's effect over the moderator's observed range; empty for a categorical moderator."""
    design = fit.design
    if design.moderator.levels is not None:
        return frame(f"{TABLE}/effect_curve", [])
    w = design.data[design.model.moderator].to_numpy(float)
    grid = np.linspace(w.min(), w.max(), CURVE_POINTS)
    found = []
    for number, term in enumerate(design.predictor.terms):
        rows = design.contrasts(number, grid)
        curve = {"moderator_value": grid, "effect_of": term} | _bands(fit, rows, "effect")
        found.append(frame(f"{TABLE}/effect_curve", curve))
    return pd.concat(found, ignore_index=True)


def _bands(fit: Fit, rows: np.ndarray, name: str) -> dict[str, np.ndarray]:
    """Linear combinations of the coefficients with their OLS and robust intervals."""
    found = {}
    for errors, suffix in (("ols", ""), *((robust, f"_{robust}") for robust in fit.robust)):
        estimate, error = fit.effect(rows, errors)
        half = fit.critical_values(rows, errors) * error
        found |= {name: estimate, f"ci_low{suffix}": estimate - half, f"ci_high{suffix}": estimate + half}
    return found
