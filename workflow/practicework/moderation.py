"""Moderation: does the moderator change the predictor's effect on the outcome? (Hayes, PROCESS model 1)"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import fdtri, ncfdtr, stdtr, stdtrit
from statsmodels.regression.linear_model import OLS

from practicework import bootstrap
from practicework.errors import StudyError
from practicework.johnson_neyman import boundaries, regions
from practicework.settings import Model, Moderation

CURVE_POINTS = 101


@dataclass(frozen=True)
class Fit:
    """A fitted model: what conditional effects, regions and curves are computed from.

    The design's columns are intercept, predictor, moderator, interaction, covariates; predictor and
    moderator minus their centres.
    """

    model: Model
    data: pd.DataFrame
    centers: dict[str, float]
    terms: list[str]
    design: np.ndarray
    estimates: np.ndarray
    covariance: np.ndarray
    covariance_hc3: np.ndarray
    df: int
    critical: float
    draws: np.ndarray

    def effect_at(self, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The predictor's effect and its standard error at moderator values in uncentred units."""
        w = values - self.centers[self.model.moderator]
        v = self.covariance
        effect = self.estimates[1] + self.estimates[3] * w
        return effect, np.sqrt(np.maximum(v[1, 1] + 2 * w * v[1, 3] + w**2 * v[3, 3], 0))


def analyse(
    scores: pd.DataFrame, name: str, model: Model, settings: Moderation, rng: np.random.Generator
) -> dict[str, pd.DataFrame]:
    """Every table of one moderation model.

    outcome = b0 + b1 predictor + b2 moderator + b3 predictor × moderator + covariates, by ordinary least
    squares on the respondents with all values.

    Parameters
    ----------
    scores : DataFrame
        `respondent` and one float column per variable; NaN where missing (listwise).
    name : str
        The model's name, for messages.
    model : Model
    settings : Moderation
    rng : numpy.random.Generator
        For the bootstrap.

    Returns
    -------
    dict of DataFrame
        `coefficients`, `conditional_effects`, `johnson_neyman`, `johnson_neyman_regions`, `fit`,
        `simple_slopes`, `effect_curve`, `dropped`.

    Raises
    ------
    StudyError
        Too few respondents, a variable without variance, perfect collinearity or a perfect fit.

    Notes
    -----
    In R: ``lm(y ~ x * w + c)``, ``sandwich::vcovHC(m, "HC3")``, ``anova(m0, m)``; PROCESS 4 with
    ``center = 1`` (here covariates are never centred).
    """
    data = scores[["respondent", *model.variables]]
    complete = data.dropna()
    result, reduced, fit, redrawn = _fit(complete, name, model, settings, rng)
    probes = _probes(complete[model.moderator])
    roots = boundaries(
        fit.estimates[1], fit.estimates[3], fit.covariance[1, 1], fit.covariance[1, 3], fit.covariance[3, 3], fit.critical
    )
    roots = [root + fit.centers[model.moderator] for root in roots]
    moderator = complete[model.moderator].to_numpy()
    low, high = moderator.min(), moderator.max()
    return {
        "coefficients": _coefficients(result, fit, settings),
        "conditional_effects": _conditional_effects(fit, probes, settings),
        "johnson_neyman": pd.DataFrame(
            [
                {"boundary": root, "in_range": low <= root <= high, "percent_below": 100 * (moderator < root).mean()}
                for root in roots
            ],
            columns=["boundary", "in_range", "percent_below"],
        ),
        "johnson_neyman_regions": regions(roots, moderator, fit.effect_at, fit.critical),
        "fit": _fit_table(result, reduced, len(data) - len(complete), settings, redrawn),
        "simple_slopes": _simple_slopes(fit, probes),
        "effect_curve": _effect_curve(fit),
        "dropped": _dropped(data),
    }


def without_flagged(scores: pd.DataFrame, flagged: pd.Series, name: str, model: Model, settings: Moderation) -> pd.DataFrame:
    """The interaction among all respondents, and fitted again without those whom the screening flags.

    Parameters
    ----------
    scores : DataFrame
        As for `analyse`.
    flagged : Series of str
        The flagged respondents' ids.
    name, model, settings
        As for `analyse`.

    Returns
    -------
    DataFrame
        The table `screening` of the model; no row where nobody in `scores` is flagged. A model that cannot
        be fitted without them has empty cells and the reason in `note`.
    """
    columns = ["respondents", "n", "estimate", "std_error", "t", "p_value", "ci_low", "ci_high", "note"]
    rows, marked = [], scores["respondent"].isin(flagged)
    for words, some in (("all kept respondents", scores), ("without the flagged", scores[~marked])):
        complete = some[["respondent", *model.variables]].dropna()
        row = {"respondents": words, "n": len(complete), **dict.fromkeys(columns[2:])}
        try:
            design, outcome, _ = _design(complete, name, model, settings)
            if np.linalg.matrix_rank(design / np.abs(design).max(axis=0)) < design.shape[1]:
                raise StudyError("the coefficients cannot be told apart")
            result, size = _ols(design, outcome, name, model)
            critical = float(stdtrit(result.df_resid, (1 + settings.confidence) / 2))
            estimate, error = result.params[3] / size[3], np.sqrt(result.cov_params()[3, 3] / size[3] ** 2)
            row |= {"estimate": estimate} | _tests(estimate, error, int(result.df_resid), critical)
        except StudyError as problem:
            row["note"] = f"not computable: {problem}"
        rows.append(row)
    return pd.DataFrame(rows if marked.any() else [], columns=columns)


def _design(complete, name, model, settings):
    """The design matrix, the outcome and the centres; a StudyError where too few or too equal values are left."""
    where = f"Model '{name}' in config/config.yaml"
    p = 4 + len(model.covariates)
    if len(complete) <= p:
        raise StudyError(
            f"{where} cannot be fitted: {len(complete)} respondents have all its values and it estimates {p} coefficients; "
            "it takes more respondents or fewer covariates."
        )
    for variable in model.variables:
        if complete[variable].nunique() == 1:
            raise StudyError(
                f"{where} cannot be fitted: '{variable}' has the same value ({complete[variable].iloc[0]:g}) for all "
                f"{len(complete)} respondents who have all values; leave it out or use other data."
            )
    used = [model.predictor, model.moderator]
    centers = {one: float(complete[one].mean()) if settings.center == "mean" else 0.0 for one in used}
    x, w = (complete[one].to_numpy(float) - centers[one] for one in used)
    covariates = [complete[one].to_numpy(float) for one in model.covariates]
    return np.column_stack([np.ones(len(x)), x, w, x * w, *covariates]), complete[model.outcome].to_numpy(float), centers


def _ols(design, outcome, name, model):
    """The regression on columns of one size, and these sizes."""
    # the pseudo-inverse of statsmodels drops columns that are small beside the others
    size = np.abs(design).max(axis=0)
    result = OLS(outcome, design / size).fit()
    if result.ssr <= 1e-12 * result.centered_tss:
        raise StudyError(
            f"Model '{name}' in config/config.yaml explains '{model.outcome}' perfectly, so that nothing is left to test; "
            "leave out the variable that determines it."
        )
    return result, size


def _fit(complete, name, model, settings, rng):
    """The full and the reduced model, and the bootstrap."""
    design, outcome, centers = _design(complete, name, model, settings)
    try:
        draws = bootstrap.resample_ols(design, outcome, settings.bootstrap.resamples, rng)
    except ValueError as error:
        raise StudyError(
            f"Model '{name}' in config/config.yaml cannot be fitted: {error}, so that its coefficients cannot be told apart; "
            "leave out a variable that the others determine."
        ) from None
    result, size = _ols(design, outcome, name, model)
    reduced = OLS(outcome, np.delete(design / size, 3, axis=1)).fit()
    sizes = np.outer(size, size)
    fit = Fit(
        model, complete, centers, ["intercept", *centers, model.interaction, *model.covariates], design,
        result.params / size, result.cov_params() / sizes, _hc3(result) / sizes, int(result.df_resid),
        float(stdtrit(result.df_resid, (1 + settings.confidence) / 2)), draws.coefficients,
    )  # fmt: skip
    return result, reduced, fit, draws.redrawn


def _hc3(result) -> np.ndarray:
    """HC3 covariance; NaN where a respondent alone determines a coefficient (leverage 1)."""
    leverage = (np.linalg.qr(result.model.exog)[0] ** 2).sum(axis=1)
    if (leverage > 1 - 1e-10).any():  # its residual is zero but for rounding, and would be divided by zero but for rounding
        return np.full_like(result.cov_params(), np.nan)
    return result.cov_HC3


def _tests(estimate: np.ndarray, std_error: np.ndarray, df: int, critical: float) -> dict[str, np.ndarray]:
    t = estimate / std_error
    return {
        "std_error": std_error,
        "t": t,
        "p_value": 2 * stdtr(df, -np.abs(t)),
        "ci_low": estimate - critical * std_error,
        "ci_high": estimate + critical * std_error,
    }


def _percentile(draws: np.ndarray, settings: Moderation) -> dict[str, np.ndarray]:
    """Bootstrap standard errors and percentile intervals, one per column of draws."""
    tail = (1 - settings.confidence) / 2
    low, high = np.quantile(draws, [tail, 1 - tail], axis=0)
    return {"boot_std_error": draws.std(axis=0, ddof=1), "boot_low": low, "boot_high": high}


def _coefficients(result, fit: Fit, settings: Moderation) -> pd.DataFrame:
    hc3 = np.sqrt(np.diag(fit.covariance_hc3))
    table = {"term": fit.terms, "estimate": fit.estimates}
    table |= _tests(fit.estimates, np.sqrt(np.diag(fit.covariance)), fit.df, fit.critical)
    table |= {"std_error_hc3": hc3, "p_value_hc3": _tests(fit.estimates, hc3, fit.df, fit.critical)["p_value"]}
    table |= _percentile(fit.draws, settings)
    note = "HC3 is not computable: one respondent alone determines a coefficient" if np.isnan(hc3).any() else None
    return pd.DataFrame(table | {"note": note})


def _probes(moderator: pd.Series) -> dict[str, float]:
    """Where the effect is probed: percentiles at position p(n + 1) as PROCESS and SPSS have them, and mean ± SD.

    In R: ``quantile(w, c(.16, .5, .84), type = 6)``. A moderator of two values is also probed at both.
    """
    mean, sd = moderator.mean(), moderator.std()
    p16, p50, p84 = np.quantile(moderator, [0.16, 0.5, 0.84], method="weibull")
    probes = {"p16": p16, "p50": p50, "p84": p84, "mean-sd": mean - sd, "mean": mean, "mean+sd": mean + sd}
    if moderator.nunique() == 2:
        probes |= {"low": moderator.min(), "high": moderator.max()}
    return {probe: float(value) for probe, value in probes.items()}


def _conditional_effects(fit: Fit, probes: dict[str, float], settings: Moderation) -> pd.DataFrame:
    values = np.array(list(probes.values()))
    effect, std_error = fit.effect_at(values)
    draws = fit.draws[:, [1]] + fit.draws[:, [3]] * (values - fit.centers[fit.model.moderator])
    table = {"probe": list(probes), "moderator_value": values, "effect": effect}
    return pd.DataFrame(table | _tests(effect, std_error, fit.df, fit.critical) | _percentile(draws, settings))


def _fit_table(result, reduced, dropped: int, settings: Moderation, redrawn: int) -> pd.DataFrame:
    f_change, p_change, _ = result.compare_f_test(reduced)
    row = {
        "n": int(result.nobs),
        "dropped": dropped,
        "r_squared": result.rsquared,
        "adj_r_squared": result.rsquared_adj,
        "f": result.fvalue,
        "p_value": result.f_pvalue,
        "r_squared_change": result.rsquared - reduced.rsquared,
        "f_change": f_change,
        "p_change": p_change,
        "df_model": int(result.df_model),
        "df_residual": int(result.df_resid),
        "detectable_change": detectable_change(int(result.nobs), int(result.df_resid), reduced.rsquared, 1 - settings.confidence),
        "resamples": settings.bootstrap.resamples,
        "redrawn": redrawn,
    }
    return pd.DataFrame([row])


def detectable_change(n: int, df: int, r_squared_reduced: float, alpha: float, power: float = 0.8) -> float:
    """The smallest ΔR² of an interaction that a sample of n finds with the given power.

    From the noncentral F distribution with 1 and df degrees of freedom and noncentrality n f²,
    f² = ΔR² / (1 - R²) with R² = r_squared_reduced + ΔR² (Cohen, 1988). In R:
    ``pwr::pwr.f2.test(u = 1, v = df, sig.level = alpha, power = power)`` up to its noncentrality (u + v + 1) f².
    """
    critical = fdtri(1, df, 1 - alpha)
    low, high = 0.0, 1 - r_squared_reduced
    for _ in range(60):
        middle = (low + high) / 2
        f2 = middle / (1 - r_squared_reduced - middle)
        low, high = (low, middle) if 1 - ncfdtr(1, df, n * f2, critical) > power else (middle, high)
    return high


def _simple_slopes(fit: Fit, probes: dict[str, float]) -> pd.DataFrame:
    """Lines of predicted values with pointwise confidence bands, the covariates at their means."""
    x = fit.data[fit.model.predictor].to_numpy(float)
    grid = np.unique(x) if len(np.unique(x)) == 2 else np.linspace(x.min(), x.max(), CURVE_POINTS)
    frames = []
    for probe, value in probes.items():
        xc, wc = grid - fit.centers[fit.model.predictor], value - fit.centers[fit.model.moderator]
        rows = np.tile(fit.design.mean(axis=0), (len(grid), 1))
        rows[:, 0], rows[:, 1], rows[:, 2], rows[:, 3] = 1, xc, wc, xc * wc
        predicted = rows @ fit.estimates
        half = fit.critical * np.sqrt(np.einsum("ij,jk,ik->i", rows, fit.covariance, rows))
        line = {"probe": probe, "moderator_value": value, "predictor_value": grid, "predicted": predicted}
        frames.append(pd.DataFrame(line | {"ci_low": predicted - half, "ci_high": predicted + half}))
    return pd.concat(frames, ignore_index=True)


def _effect_curve(fit: Fit) -> pd.DataFrame:
    w = fit.data[fit.model.moderator].to_numpy(float)
    grid = np.linspace(w.min(), w.max(), CURVE_POINTS)
    effect, std_error = fit.effect_at(grid)
    half = fit.critical * std_error
    return pd.DataFrame({"moderator_value": grid, "effect": effect, "ci_low": effect - half, "ci_high": effect + half})


def _dropped(data: pd.DataFrame) -> pd.DataFrame:
    missing = data.drop(columns="respondent").isna()
    rows = missing.any(axis=1)
    reasons = ["no value of " + ", ".join(missing.columns[row]) for row in missing[rows].to_numpy()]
    return pd.DataFrame({"respondent": data.loc[rows, "respondent"].to_numpy(), "reason": reasons}, dtype="str")
