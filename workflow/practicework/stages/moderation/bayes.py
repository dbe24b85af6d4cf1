"""A Bayesian reading of the interaction in closed form: how probable it is positive, and how probable negligible."""

import numpy as np
import pandas as pd
from scipy.special import stdtr, stdtrit

from practicework.numerics.least_squares import LeastSquares
from practicework.stages.moderation import standardised
from practicework.stages.moderation.regression import Fit
from practicework.tables import frame

PRIORS = {"sceptical": 0.1, "weak": 0.5}
"""Standard deviations of the standardised interaction before the data."""

TABLE = "moderation/{model}/bayes"


def posterior(fit: Fit, smallest: float) -> pd.DataFrame:
    """Return the posterior distribution of the standardised interaction for two priors.

    The interaction of z-scores has the prior N(0, s² σ² / σ̂²), with σ² the residual variance and σ̂² its estimate, all other
    coefficients a flat one, and σ² the prior 1 / σ². The posterior is then a t distribution on n - p + 1 degrees of freedom, as
    of least squares with one more observation: zero, measured with a standard deviation of s in units of the coefficient
    (conjugate normal regression; Gelman et al., 2013). In R: ``lm`` with the row ``c(0, 0, 0, sigma / s)`` and the outcome 0.

    Parameters
    ----------
    fit : Fit
    smallest : float
        The smallest effect size of interest, in units of the coefficient.

    Returns
    -------
    DataFrame
        The table `bayes`, one row per prior; without rows for several product terms.
    """
    if len(fit.design.interaction) > 1:
        return frame(TABLE, [])
    made = standardised.design(fit)
    place = made.interaction[0]
    squares = LeastSquares(made.matrix)
    residuals, (n, p) = squares.residuals(made.outcome), made.matrix.shape
    sigma = float(np.sqrt(residuals @ residuals / (n - p)))
    beta = float(squares.estimates(made.outcome)[place])
    limit = smallest * beta / fit.estimates[fit.design.interaction[0]]
    rows, alpha = [], 1 - fit.confidence
    for prior, s in PRIORS.items():
        extra = np.zeros((1, p))
        extra[0, place] = sigma / s
        whole, outcome = LeastSquares(np.vstack([made.matrix, extra])), np.append(made.outcome, 0.0)
        estimate, left = float(whole.estimates(outcome)[place]), whole.residuals(outcome)
        df = n - p + 1
        error = float(np.sqrt(left @ left / df * (whole.weights(place) @ whole.weights(place))))
        half = float(stdtrit(df, 1 - alpha / 2)) * error
        within = stdtr(df, (limit - estimate) / error) - stdtr(df, (-limit - estimate) / error)
        rows.append(
            {"prior": prior, "prior_sd": s, "estimate": estimate, "std_error": error, "df": df, "ci_low": estimate - half,
             "ci_high": estimate + half, "p_positive": float(stdtr(df, estimate / error)), "smallest_effect": limit,
             "p_negligible": float(within)}
        )  # fmt: skip
    return frame(TABLE, rows)
