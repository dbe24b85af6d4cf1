"""The predictor's effect over the moderator: conditional effects, contrasts, regions of significance, lines."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pandas as pd
from scipy.special import stdtr, stdtrit

from practicework.numerics.coded import Coded
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
    return _probes(design, design.moderator, design.model.probes)


def _probes(design: Design, coded: Coded, named: Sequence[float] = ()) -> dict[str, float]:
    if coded.levels is not None:
        return {f"{coded.name}[{code:g}]": float(code) for code in coded.levels}
    moderator = design.data[coded.name]
    mean, sd = moderator.mean(), moderator.std()
    p16, p50, p84 = np.quantile(moderator, [0.16, 0.5, 0.84], method="weibull")
    found = {"p16": p16, "p50": p50, "p84": p84, "mean-sd": mean - sd, "mean": mean, "mean+sd": mean + sd}
    if moderator.nunique() == 2:
        found |= {"low": moderator.min(), "high": moderator.max()}
    found |= {f"at {value:g}": value for value in named}
    return {probe: float(value) for probe, value in found.items()}


PERCENTILES, DEVIATIONS = ("p16", "p50", "p84"), ("mean-sd", "mean", "mean+sd")


def combinations_of(design: Design) -> pd.DataFrame:
    """Return the values of both moderators at which effects are probed, one combination per row.

    Percentiles are combined with percentiles and mean ± SD with mean ± SD, as in PROCESS; two values, categories and named values
    with all of these. With one moderator, the columns of the second are empty.
    """
    first = probes(design)
    if design.second is None:
        rows = [(probe, value, None, np.nan) for probe, value in first.items()]
    else:
        second = _probes(design, design.second)
        coarse = [{*some} - {*PERCENTILES, *DEVIATIONS} for some in (first, second)]
        two_valued = ["low" in some for some in (first, second)]
        rows = []
        for block in (PERCENTILES, DEVIATIONS):
            own = [
                [one for one in some if one in rest or (one in block and not two)]
                for some, rest, two in zip((first, second), coarse, two_valued, strict=True)
            ]
            rows += [(one, first[one], other, second[other]) for one in own[0] for other in own[1]]
        rows = list(dict.fromkeys(rows))
    return pd.DataFrame(rows, columns=["probe", "moderator_value", "second_probe", "second_value"])


def conditional_effects(fit: Fit) -> pd.DataFrame:
    """Return the predictor's effect at each probe, for each of its terms."""
    design, places = fit.design, combinations_of(fit.design)
    outside = np.zeros(len(places), bool)
    for coded, column in ((design.moderator, "moderator_value"), (design.second, "second_value")):
        if coded is not None:
            own = design.data[coded.name]
            outside |= ((places[column] < own.min()) | (places[column] > own.max())).to_numpy()
    note = np.where(outside, "outside the observed range: extrapolated", None)
    found = []
    for effect, term in enumerate(design.predictor.terms):
        rows = design.contrasts(effect, places["moderator_value"].to_numpy(), _seconds(design, places))
        table = places.to_dict("list") | {"effect": rows @ fit.estimates} | fit.tests(rows)
        found.append(frame(f"{TABLE}/conditional_effects", table | {"effect_of": term, "note": note}))
    return pd.concat(found, ignore_index=True)


def _seconds(design: Design, places: pd.DataFrame) -> np.ndarray | None:
    return None if design.second is None else places["second_value"].to_numpy()


def conditional_interactions(fit: Fit) -> pd.DataFrame:
    """Return the product of predictor and moderator at each probe of the second moderator, for a three-way interaction.

    b₃ + b₇ z, with b₃ the coefficient of predictor by moderator and b₇ that of the three-way product. In R: `emmeans::emtrends`
    with ``contrast(., interaction = ...)``, or ``lm`` with z centred at the value.
    """
    design = fit.design
    if not design.model.three_way:
        return frame(f"{TABLE}/conditional_interactions", [])
    named = _probes(design, design.second)
    values = np.array(list(named.values()))
    rows = np.zeros((len(values), len(fit.estimates)))
    rows[:, design.first_product] = 1
    rows[:, design.interaction[0]] = design.second.code(values)[:, 0]
    table = {"second_probe": list(named), "second_value": values, "interaction": rows @ fit.estimates} | fit.tests(rows)
    return frame(f"{TABLE}/conditional_interactions", table)


def contrasts(fit: Fit) -> pd.DataFrame:
    """Return differences between conditional effects: high minus low, named values and categories in pairs.

    For a continuous moderator each difference is a multiple of the interaction's coefficient, and shares its t and p. For
    three or more categories `p_holm` and `p_holm_hc3` correct for their number (Holm, 1979). In R: ``p.adjust(p, "holm")``.
    """
    design = fit.design
    if design.second is not None:
        return _slope_differences(fit)
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
    return _with_holm(fit, table) if design.moderator.levels is not None and len(table) > 1 else table


def _with_holm(fit: Fit, table: pd.DataFrame) -> pd.DataFrame:
    table["p_holm"] = holm(table["p_value"])
    for errors in fit.robust:
        if table[f"p_value_{errors}"].notna().all():
            table[f"p_holm_{errors}"] = holm(table[f"p_value_{errors}"])
    return table


def _slope_differences(fit: Fit) -> pd.DataFrame:
    """The six differences between effects at low and high values of two moderators (Dawson & Richter, 2006)."""
    design, ends = fit.design, []
    for coded in (design.moderator, design.second):
        named = _probes(design, coded)
        low, high = list(named) if coded.levels is not None else ("low", "high") if "low" in named else ("mean-sd", "mean+sd")
        ends.append(((high, named[high]), (low, named[low])))
    corners = [(*one, *other) for one in ends[0] for other in ends[1]]
    pairs = list(combinations(corners, 2))
    first, second = (
        design.contrasts(0, np.array([pair[side][1] for pair in pairs]), np.array([pair[side][3] for pair in pairs]))
        for side in (1, 0)
    )
    table = {f"{name}_{letter}": [pair[side][place] for pair in pairs]
             for letter, side in (("a", 1), ("b", 0)) for name, place in (("probe", 0), ("second_probe", 2))}  # fmt: skip
    table |= {"effect_of": design.predictor.terms[0], "difference": (second - first) @ fit.estimates}
    return _with_holm(fit, frame(f"{TABLE}/contrasts", table | fit.tests(second - first)))


def omnibus(fit: Fit) -> pd.DataFrame:
    """Test all product terms jointly, and a categorical predictor at each probe. In R: ``anova(m0, m)``."""
    design = fit.design
    unit = np.eye(design.matrix.shape[1])
    tests = [("interaction", None, np.nan, unit[design.interaction])]
    if design.second is not None:
        products = [place for place, term in enumerate(design.terms) if ":" in term]
        tests.append(("products", None, np.nan, unit[products]))
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
        categorical moderator, which has no values between its categories, and for models with a second moderator.
    """
    found: dict[str, list[dict]] = {
        "johnson_neyman": [],
        "johnson_neyman_regions": [],
        "johnson_neyman_alternatives": [],
        "johnson_neyman_regions_alternatives": [],
    }
    terms = fit.design.predictor.terms if fit.design.moderator.levels is None and fit.design.second is None else ()
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
    for place in combinations_of(design).to_dict("records"):
        w, z = (np.full(len(grid), place[column]) for column in ("moderator_value", "second_value"))
        line: dict[str, object] = place | {"predictor_value": grid}
        line |= _bands(fit, design.at(grid, w, None if design.second is None else z), "predicted")
        found.append(frame(f"{TABLE}/simple_slopes", line))
    return pd.concat(found, ignore_index=True)


def effect_curve(fit: Fit) -> pd.DataFrame:
    """Return the predictor's effect over the moderator's observed range; empty for a categorical moderator, or for two."""
    design = fit.design
    if design.moderator.levels is not None or design.second is not None:
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
