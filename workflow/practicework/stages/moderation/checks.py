"""Checks of a model's assumptions: its residuals, and the linearity of the interaction."""

import numpy as np
import pandas as pd
from scipy.special import fdtrc, stdtrit

from practicework.errors import NotComputable
from practicework.numerics import assumptions
from practicework.numerics.least_squares import LeastSquares
from practicework.stages.moderation.design import Design
from practicework.stages.moderation.regression import Fit, t_tests

BINS = 3
CHECKS = ("shapiro_wilk", "breusch_pagan", "quadratic", "binning")


def run(fit: Fit) -> pd.DataFrame:
    """Test the model's assumptions; a test that cannot be computed is empty, with the reason in `note`.

    - `shapiro_wilk`: normality of the residuals. In R: ``shapiro.test(resid(m))``.
    - `breusch_pagan`: homoscedasticity, n R² of the squared residuals on the design (Koenker's studentized form).
      In R: ``lmtest::bptest(m)``.
    - `quadratic`: whether squares of predictor and moderator add to the model, since a quadratic effect can look like
      an interaction if the two correlate (Ganzach, 1997). In R: ``anova(m, update(m, . ~ . + I(x^2) + I(w^2)))``.
    - `binning`: whether effects estimated in terciles of the moderator differ from the model's line (Hainmueller,
      Mummolo & Xu, 2019). In R: ``anova(m, lm(y ~ bin * x * w + c))``.

    Returns
    -------
    DataFrame
        The table `checks`.
    """
    rows = []
    for check, compute in zip(CHECKS, (_shapiro_wilk, _breusch_pagan, _quadratic, _binning), strict=True):
        row = {"check": check, "statistic": np.nan, "df1": None, "df2": None, "p_value": np.nan, "note": None}
        try:
            row |= compute(fit)
        except NotComputable as reason:
            row["note"] = f"not computable: {reason}"
        rows.append(row)
    return pd.DataFrame(rows).astype({"df1": "Int64", "df2": "Int64"})


def terciles(fit: Fit) -> pd.DataFrame:
    """Return the predictor's effect in terciles of the moderator, with that of the model.

    In each tercile, the outcome has its own regression on predictor and moderator; the effect is evaluated at the
    tercile's median (Hainmueller, Mummolo & Xu, 2019). In R: ``quantile(w, c(1/3, 2/3))`` and
    ``lm(y ~ 0 + bin + bin:x + bin:I(w - m) + bin:x:I(w - m) + c)``.

    Returns
    -------
    DataFrame
        The table `linearity`; without rows if the terciles cannot be formed, for the reason given in `checks`.
    """
    columns = ["bin", "from", "to", "median", "n", "effect", "std_error", "t", "p_value", "ci_low", "ci_high"]
    try:
        estimate, covariance, df, bins = _binned(fit.design, fit)
    except NotComputable:
        return pd.DataFrame(columns=[*columns, "model_effect", "effect_of"])
    w = fit.design.data[fit.design.model.moderator].to_numpy(float)
    k = 2 + 2 * len(fit.design.predictor.terms)
    critical = float(stdtrit(df, (1 + fit.confidence) / 2))
    rows = []
    for effect, term in enumerate(fit.design.predictor.terms):
        for number in range(BINS):
            inside, middle = w[bins == number], np.median(w[bins == number])
            place = number * k + 2 + effect
            tests = t_tests(estimate[place], np.sqrt(covariance[place, place]), df, critical)
            line = float((fit.design.contrasts(effect, np.array([middle])) @ fit.estimates)[0])
            row = {"bin": number + 1, "from": inside.min(), "to": inside.max(), "median": middle, "n": len(inside)}
            rows.append(row | {"effect": estimate[place]} | tests | {"model_effect": line, "effect_of": term})
    return pd.DataFrame(rows)


def _shapiro_wilk(fit: Fit) -> dict:
    return assumptions.shapiro_wilk(fit.residuals)


def _breusch_pagan(fit: Fit) -> dict:
    return assumptions.breusch_pagan(fit.squares, fit.residuals)


def _compare(fit: Fit, wider: np.ndarray) -> tuple[dict, LeastSquares]:
    """The F test of the model against one with more columns, and the decomposition of the latter."""
    if not np.abs(wider).max(axis=0).all() or len(wider) <= wider.shape[1]:
        raise NotComputable("too few respondents for the larger model")
    squares = LeastSquares(wider)
    if squares.singular:
        raise NotComputable("the larger model is not identified")
    rest = squares.residuals(fit.design.outcome)
    df1, df2 = wider.shape[1] - fit.design.matrix.shape[1], len(wider) - wider.shape[1]
    whole, left = fit.residuals @ fit.residuals, rest @ rest
    if left <= 1e-12 * whole:
        raise NotComputable("the larger model explains the outcome perfectly")
    f = (whole - left) / df1 / (left / df2)
    return {"statistic": f, "df1": df1, "df2": df2, "p_value": float(fdtrc(df1, df2, max(f, 0.0)))}, squares


def squares(design: Design) -> np.ndarray:
    """Return the squares of the centred predictor and moderators, where these have more than two values, shape (n, up to 3).

    That of the predictor is omitted if it is in the model anyway.

    Raises
    ------
    NotComputable
        If neither has more than two values.
    """
    found = []
    for one in (design.predictor, design.moderator, *filter(None, [design.second]))[bool(design.model.square) :]:
        values = design.data[one.name].to_numpy(float)
        if one.levels is None and len(np.unique(values)) > 2:
            found.append((values - values.mean()) ** 2)
    if not found:
        raise NotComputable("neither predictor nor moderator has more than two values")
    return np.column_stack(found)


def _quadratic(fit: Fit) -> dict:
    return _compare(fit, np.column_stack([fit.design.matrix, squares(fit.design)]))[0]


def _binning(fit: Fit) -> dict:
    return _compare(fit, _binned_columns(fit.design)[0])[0]


def _binned_columns(design: Design) -> tuple[np.ndarray, np.ndarray]:
    """The columns of the binning model (in each bin intercept, moderator, predictor and products), and each respondent's bin."""
    if design.moderator.levels is not None:
        raise NotComputable("the moderator is categorical")
    if design.second is not None:
        raise NotComputable("the model has two moderators")
    w = design.data[design.model.moderator].to_numpy(float)
    cuts = np.quantile(w, np.arange(1, BINS) / BINS)
    bins = np.searchsorted(cuts, w, side="left")  # as in R's cut, a value at a cut belongs to the lower bin
    x = design.predictor.code(design.data[design.model.predictor].to_numpy(float))
    columns = []
    for number in range(BINS):
        inside = bins == number
        if len(np.unique(w[inside])) < 2:
            raise NotComputable("the moderator has too few values to form terciles")
        g, distance = inside.astype(float), np.where(inside, w - np.median(w[inside]), 0.0)
        columns += [g[:, None], distance[:, None], x * g[:, None], x * distance[:, None]]
    first = 1 + len(design.predictor.terms) + 1 + len(design.products)
    return np.column_stack([*columns, design.matrix[:, first:]]), bins


def _binned(design: Design, fit: Fit) -> tuple[np.ndarray, np.ndarray, int, np.ndarray]:
    """Coefficients, covariance and degrees of freedom of the binning model, and each respondent's bin."""
    columns, bins = _binned_columns(design)
    _, squares = _compare(fit, columns)
    residuals = squares.residuals(design.outcome)
    df = len(columns) - columns.shape[1]
    return squares.estimates(design.outcome), squares.covariance(residuals, "ols"), df, bins
