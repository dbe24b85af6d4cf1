"""The table of coefficients: tests, standardized estimates and variance inflation."""

import numpy as np
import pandas as pd

from practicework.stages.moderation import standardised
from practicework.stages.moderation.design import Design
from practicework.stages.moderation.regression import NO_HC3, Fit
from practicework.tables import frame


def coefficients(fit: Fit) -> pd.DataFrame:
    """Return every coefficient with its tests, standardized estimate and variance inflation factor.

    `beta` is the coefficient if outcome, predictor, moderator and covariates are z-scores (and the product that of the
    z-scores; Friedrich, 1982) and indicators are unchanged; its interval allows for the estimated standard deviations (see
    `standardised`). In R: ``lm(zy ~ zx * zw + zc)``.
    `vif` is the diagonal of the inverse correlation matrix of the columns. In R: ``car::vif(m, type = "terms")``.
    """
    table = {"term": fit.design.terms, "estimate": fit.estimates} | fit.tests(np.eye(len(fit.estimates)))
    table |= standardised.coefficients(fit) | {"vif": _inflation(fit.design)}
    missing = np.isnan(table["std_error_hc3"]).any()
    return frame("moderation/{model}/coefficients", table | {"note": NO_HC3 if missing else None})


def _inflation(design: Design) -> np.ndarray:
    """Variance inflation factors; NaN for the intercept."""
    return np.concatenate([[np.nan], np.diag(np.linalg.inv(np.corrcoef(design.matrix[:, 1:].T)))])
