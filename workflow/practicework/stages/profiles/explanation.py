"""Which variables explain the profiles, and how outcomes differ between them, allowing for uncertain assignments."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd
from scipy.special import softmax

from practicework.errors import NotComputable
from practicework.numerics import rubin
from practicework.numerics.coded import Coded
from practicework.tables import frame

DRAWS = 50
"""Draws of the profiles, the completed data sets of Rubin's rules."""

SIMULATED = 200
"""Coefficients drawn from the sampling distribution of each data set, for the intervals of predicted shares."""

FEWEST = 10
"""Respondents in the smallest profile for each coefficient of an equation (Peduzzi et al., 1996)."""

LARGEST = 25.0
"""Absolute log odds per standard deviation from which profiles are separated."""


def draw(shares: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return profiles drawn from each respondent's shares of draws of true scores, shape (DRAWS, n)."""
    edges = np.cumsum(shares, axis=1)
    return (rng.random((DRAWS, len(shares), 1)) >= edges[None, :, :-1]).sum(axis=2)


def explain(
    scores: pd.DataFrame,
    shares: np.ndarray,
    labels: Sequence[str],
    names: Sequence[str],
    categories: Collection[str],
    rng: np.random.Generator,
) -> dict[str, pd.DataFrame]:
    """Return the tables `explanation` and `predicted`: a multinomial logit of the profile on variables.

    Assignments are uncertain, so the model is fitted to `DRAWS` data sets in which each respondent's profile is drawn from the
    shares of draws of true scores, and the results are pooled by Rubin's rules. The first profile is the reference. Predicted
    shares are means over the respondents with one variable set to a value (or category); their intervals are percentiles over
    coefficients drawn from the sampling distributions of all data sets. In R: ``nnet::multinom``, ``mice::pool``.

    Parameters
    ----------
    scores : DataFrame
        The respondents with a profile.
    shares : ndarray of shape (n, profiles)
        NaN for respondents whose certainty is not computable; they are omitted, as are those with missing values.
    labels : sequence of str
        The profiles.
    names : sequence of str
        The explaining variables.
    categories : collection of str
        Those of the variables that are categorical.
    rng : numpy.random.Generator
    """
    complete = scores[list(names)].notna().all(axis=1).to_numpy() & ~np.isnan(shares).any(axis=1)
    data, own = scores.loc[complete], shares[complete]
    coded = [Coded(name, 0.0, np.unique(data[name]) if name in categories else None) for name in names]
    terms = ["intercept", *(term for one in coded for term in one.terms)]
    blank = [{"profile": label, "reference": labels[0], "term": term, "n": len(data)} for label in labels[1:] for term in terms]
    try:
        drawn, matrix = draw(own, rng), _matrix(data, coded)
        estimates, covariances = _fits(matrix, drawn, labels)
    except NotComputable as reason:
        rows = [row | {"note": f"not computed: {reason}"} for row in blank]
        return {"explanation": frame("profiles/explanation", rows), "predicted": frame("profiles/predicted", [])}
    pooled = rubin.pool(estimates, covariances, len(data) - len(terms))
    low, high = pooled.interval()
    rows = []
    for place, row in enumerate(blank):
        found = {"estimate": pooled.estimates[place], "std_error": pooled.std_errors[place], "df": pooled.df[place]}
        found |= {"p_value": pooled.p_values[place], "ci_low": low[place], "ci_high": high[place]}
        found |= {"odds_ratio": np.exp(pooled.estimates[place]), "odds_low": np.exp(low[place]), "odds_high": np.exp(high[place])}
        rows.append(row | found | {"missing_information": pooled.missing[place]})
    return {
        "explanation": frame("profiles/explanation", rows),
        "predicted": frame("profiles/predicted", _predicted(data, coded, labels, estimates, covariances, rng)),
    }


def _matrix(data: pd.DataFrame, coded: Sequence[Coded]) -> np.ndarray:
    columns = [one.code(data[one.name].to_numpy(float)) for one in coded]
    return np.column_stack([np.ones(len(data)), *columns])


def _fits(matrix: np.ndarray, drawn: np.ndarray, labels: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """The coefficients of each data set, shape (DRAWS, (profiles − 1) p), profile by profile, and their covariances.

    Raises
    ------
    NotComputable
        If a profile has too few respondents, a variable does not vary, or profiles are separated.
    """
    from statsmodels.discrete.discrete_model import MNLogit  # loaded only if a study asks for an explanation

    p = matrix.shape[1]
    size = np.bincount(drawn.ravel(), minlength=len(labels)) / len(drawn)
    if size.min() < FEWEST * (p - 1):
        few = labels[int(size.argmin())]
        raise NotComputable(
            f"the profile '{few}' has {size.min():.0f} respondents on average, and {p - 1} coefficients per profile require "
            f"{FEWEST * (p - 1)}"
        )
    spread = matrix[:, 1:].std(axis=0)
    if not (spread > 0).all() or np.linalg.matrix_rank(matrix / np.append(1, spread + matrix[:, 1:].mean(axis=0) ** 2)) < p:
        raise NotComputable("a variable does not vary or follows from the others")
    centre = matrix[:, 1:].mean(axis=0)
    standard = np.column_stack([matrix[:, 0], (matrix[:, 1:] - centre) / spread])
    back = np.zeros((p, p))  # from coefficients of standardised to those of the variables themselves
    back[0, 0], back[0, 1:], back[1:, 1:] = 1, -centre / spread, np.diag(1 / spread)
    wide = np.kron(np.eye(len(labels) - 1), back)
    estimates, covariances = [], []
    for one in drawn:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            fit = MNLogit(one, standard).fit(method="newton", maxiter=100, disp=0)
        flat = fit.params.T.ravel()
        if not fit.mle_retvals["converged"] or np.abs(fit.params[1:]).max() > LARGEST or not np.isfinite(fit.cov_params()).all():
            raise NotComputable("a variable separates the profiles, so its coefficient has no finite estimate")
        estimates.append(wide @ flat)
        covariances.append(wide @ np.asarray(fit.cov_params()) @ wide.T)
    return np.array(estimates), np.array(covariances)


def _predicted(
    data: pd.DataFrame, coded: Sequence[Coded], labels: Sequence[str], estimates: np.ndarray, covariances: np.ndarray,
    rng: np.random.Generator,
) -> list[dict]:  # fmt: skip
    """Mean predicted shares with one variable at a time set to its 16th and 84th percentile, or to each category."""
    simulated = np.concatenate([
        rng.multivariate_normal(b, v, SIMULATED, method="cholesky") for b, v in zip(estimates, covariances, strict=True)
    ])  # fmt: skip
    rows = []
    for one in coded:
        values = data[one.name].to_numpy(float)
        places = one.levels if one.levels is not None else np.quantile(values, [0.16, 0.84], method="weibull")
        for at in np.unique(places):
            matrix = _matrix(data.assign(**{one.name: at}), coded)
            shares, middle = _shares(matrix, simulated, len(labels)), _shares(matrix, estimates, len(labels)).mean(axis=0)
            low, high = np.quantile(shares, [0.025, 0.975], axis=0)
            for place, label in enumerate(labels):
                rows.append(
                    {"variable": one.name, "value": float(at), "profile": label, "share": middle[place], "ci_low": low[place],
                     "ci_high": high[place]}
                )  # fmt: skip
    return rows


def _shares(matrix: np.ndarray, coefficients: np.ndarray, profiles: int) -> np.ndarray:
    """Mean predicted shares of each set of coefficients, shape (sets, profiles)."""
    found = np.empty((len(coefficients), profiles))
    for place, own in enumerate(coefficients):
        eta = np.column_stack([np.zeros(len(matrix)), matrix @ own.reshape(profiles - 1, -1).T])
        found[place] = softmax(eta, axis=1).mean(axis=0)
    return found


def outcomes(
    scores: pd.DataFrame, shares: np.ndarray, labels: Sequence[str], names: Sequence[str], rng: np.random.Generator
) -> dict[str, pd.DataFrame]:
    """Return the tables `outcomes` and `outcome_tests`: means of outcomes by profile, pooled over draws of the profiles.

    The variance of a mean is that of its profile (s²/n), so variances may differ. The omnibus test is D₁ of equal means (Li,
    Raghunathan & Rubin, 1991). In R: ``mice::pool``, ``mitml::testConstraints(method = "D1")``.

    Parameters
    ----------
    scores, shares, labels, rng
        As for `explain`.
    names : sequence of str
        The outcomes.
    """
    rows, tests = [], []
    for name in names:
        complete = scores[name].notna().to_numpy() & ~np.isnan(shares).any(axis=1)
        y, drawn = scores.loc[complete, name].to_numpy(float), draw(shares[complete], rng)
        try:
            means, variances, sizes = _means(y, drawn, labels)
        except NotComputable as reason:
            rows += [{"outcome": name, "profile": label, "note": f"not computed: {reason}"} for label in labels]
            tests.append({"outcome": name, "note": f"not computed: {reason}"})
            continue
        covariances = np.array([np.diag(one) for one in variances])
        pooled = rubin.pool(means, covariances, len(y) - len(labels))
        low, high = pooled.interval()
        for place, label in enumerate(labels):
            row = {"outcome": name, "profile": label, "n": sizes[place], "mean": pooled.estimates[place]}
            row |= {"std_error": pooled.std_errors[place], "df": pooled.df[place], "ci_low": low[place], "ci_high": high[place]}
            rows.append(row | {"missing_information": pooled.missing[place]})
        contrast = np.column_stack([-np.ones(len(labels) - 1), np.eye(len(labels) - 1)])
        f, df1, df2, p = rubin.joint_test(means @ contrast.T, contrast @ covariances @ contrast.T)
        tests.append({"outcome": name, "f": f, "df1": df1, "df2": df2, "p_value": p, "n": len(y)})
    return {"outcomes": frame("profiles/outcomes", rows), "outcome_tests": frame("profiles/outcome_tests", tests)}


def _means(y: np.ndarray, drawn: np.ndarray, labels: Sequence[str]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean and its variance of each profile in each draw, shapes (DRAWS, profiles), and mean sizes."""
    means, variances = np.empty((2, len(drawn), len(labels)))
    sizes = np.zeros(len(labels))
    for row, one in enumerate(drawn):
        for place, label in enumerate(labels):
            inside = y[one == place]
            if len(inside) < 3:
                raise NotComputable(f"in some draws, the profile '{label}' has fewer than three respondents")
            means[row, place], variances[row, place] = inside.mean(), inside.var(ddof=1) / len(inside)
            sizes[place] += len(inside) / len(drawn)
    if not (variances > 0).all():
        raise NotComputable("the outcome does not vary within a profile")
    return means, variances, sizes
