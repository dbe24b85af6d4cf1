"""The interaction of each sample in a common metric, and the published one."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from practicework.stages.synthesis.printed import Published
from practicework.study.settings import Model

COLUMNS = {"hc3": "std_error_hc3", "cr2": "std_error_cr2", "ols": "std_error"}
"""The column of `moderation/{model}/coefficients` with each kind of standard error."""


def of_sample(
    name: str, model: Model, sample: str, inputs: Mapping[str, pd.DataFrame], metric: str, errors: str, confidence: float
) -> dict:
    """Return the row of a sample in the table `effects`.

    - `coefficient`: b of the product with its standard error.
    - `standardised`: b s_x s_w / s_y, and its standard error likewise, with the standard deviations of the model's respondents.
    - `partial_r`: Fisher's z of r = t/√(t² + df), with variance 1/(df − 1). In R:
      ``metafor::escalc(measure = "ZPCOR", ti = t, mi = p, ni = n)``.

    Parameters
    ----------
    name : str
        The model.
    model : Model
    sample : str
    inputs : mapping of str to DataFrame
        The tables of all samples, as `sample/table`.
    metric : {"coefficient", "standardised", "partial_r"}
    errors : {"hc3", "cr2", "ols"}
        OLS where HC3 is not computable, as the note states. With CR2, the interval uses Satterthwaite's degrees of freedom, and
        z has the variance 1/(df − 1) times the squared ratio of the CR2 to the OLS standard error.
    confidence : float
    """
    row = {"model": name, "sample": sample, "source": "data", "metric": metric}
    table = inputs.get(f"{sample}/moderation/{name}/coefficients")
    if table is None or table.empty:
        return row | {"note": "the model could not be fitted in this sample"}
    products = table[table["term"].str.contains(":", regex=False)]
    fit = inputs[f"{sample}/moderation/{name}/fit"].iloc[0]
    n, df = int(fit["n"]), int(fit["df_residual"])
    row |= {"n": n, "df": df}
    if len(products) != 1:
        return row | {"note": f"the interaction has {len(products)} product terms, which have no single effect"}
    own, note = products.iloc[0], None
    estimate, error = float(own["estimate"]), float(own[COLUMNS[errors]])
    if np.isnan(error):
        error, note = float(own["std_error"]), "OLS standard error, because HC3 is not computable"
    row |= {"df_cr2": float(own["df_cr2"])} if errors == "cr2" else {}
    critical = float(stdtrit(row.get("df_cr2", df), (1 + confidence) / 2))
    if metric == "partial_r":
        if df < 2:
            return row | {"note": "too few respondents for a partial correlation"}
        # clusters change the uncertainty of a correlation but not its size
        size, larger = (own["std_error"], error / own["std_error"]) if errors == "cr2" else (error, 1.0)
        estimate, error = float(np.arcsinh(estimate / size / np.sqrt(df))), float(larger / np.sqrt(df - 1))
    elif metric == "standardised":
        spread = inputs[f"{sample}/scoring/scores"][model.variables].dropna().std()
        factor = float(spread[model.predictor] * spread[model.moderator] / spread[model.outcome])
        estimate, error = estimate * factor, error * factor
    ends = {"ci_low": estimate - critical * error, "ci_high": estimate + critical * error}
    ends |= {"estimate_low": estimate, "estimate_high": estimate}
    return row | {"estimate": estimate, "std_error": error, **ends, "note": note}


def of_print(name: str, published: Published, metric: str, confidence: float) -> dict:
    """Return the row of the published interaction in the table `effects`: ranges, since print gives no more."""
    row = {"model": name, "sample": "published", "source": "print", "metric": metric, "n": published.n, "df": published.df}
    row["note"] = f"as printed: {published.how}"
    corners = published.corners(metric)
    if not corners:
        missing = "its direction" if published.sign == 0 else "its size and test" if metric == "coefficient" else "its metric"
        return row | {"note": f"{row['note']}; print does not give {missing}"}
    critical = float(stdtrit(published.df, (1 + confidence) / 2))
    row |= {"estimate_low": min(b for b, _ in corners), "estimate_high": max(b for b, _ in corners)}
    row |= {"ci_low": min(b - critical * se for b, se in corners), "ci_high": max(b + critical * se for b, se in corners)}
    low, high = row["estimate_low"], row["estimate_high"]
    return row | {"estimate": (low + high) / 2}
