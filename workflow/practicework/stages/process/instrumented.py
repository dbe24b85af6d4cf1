"""Instruments for mediators: their effects on the outcome by two-stage least squares, and the tests of the instruments."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from practicework.numerics import instruments
from practicework.stages.process.equations import Equation
from practicework.study.process import ProcessModel

WEAK = 10.0
"""First-stage F below which instruments are called weak (Staiger & Stock, 1997)."""


def rows(model: ProcessModel, made: Sequence[Equation], complete: pd.DataFrame, confidence: float) -> list[dict]:
    """Return the rows of the table `instruments`, one per mediator with instruments.

    The mediator is endogenous in the equation of the outcome, whose other variables are exogenous; the instruments are excluded
    from it. HC1 standard errors. Respondents without a value of an instrument are omitted. In R: ``AER::ivreg``.

    Parameters
    ----------
    model : ProcessModel
    made : sequence of Equation
        The equations of the model.
    complete : DataFrame
        The respondents of the model, with the instruments.
    confidence : float
    """
    found, last, level = [], made[-1], (1 + confidence) / 2
    first = {equation.outcome: equation.estimates[equation.terms.index(model.predictor)] for equation in made[:-1]}
    for mediator, names in model.instruments.items():
        z = complete[list(names)].to_numpy(float)
        known = ~np.isnan(z).any(axis=1)
        place = last.terms.index(mediator)
        row = {"through": mediator, "instruments": ", ".join(names), "n": int(known.sum()), "ols": last.estimates[place]}
        try:
            fit = instruments.fit(
                np.delete(last.matrix, place, axis=1)[known], last.matrix[known, place], z[known], last.values[known]
            )
        except ValueError as reason:
            found.append(row | {"note": f"not computed: {reason}"})
            continue
        error, t, p = (one[-1] for one in fit.tests("hc1"))
        estimate, half = float(fit.estimates[-1]), float(stdtrit(fit.df, level)) * float(error)
        f, df1, df2, f_p, robust, robust_p = fit.first_stage
        row |= {"estimate": estimate, "std_error": float(fit.tests("ols")[0][-1]), "std_error_hc1": float(error), "df": fit.df}
        row |= {"t_hc1": float(t), "p_value_hc1": float(p), "ci_low_hc1": estimate - half, "ci_high_hc1": estimate + half}
        row |= {"indirect": estimate * float(first[mediator]), "first_stage_f": f, "first_stage_df1": df1, "first_stage_df2": df2}
        row |= {"first_stage_p": f_p, "first_stage_f_robust": robust, "first_stage_p_robust": robust_p}
        row |= {"hausman_f": fit.hausman[0], "hausman_p": fit.hausman[3]}
        if fit.sargan:
            row |= dict(zip(("sargan_chisq", "sargan_df", "sargan_p"), fit.sargan, strict=True))
        row["note"] = "weak instruments: the first-stage F is below 10" if robust < WEAK else None
        found.append(row)
    return found
