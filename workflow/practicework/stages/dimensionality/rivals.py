"""Rival models with fewer factors: one factor of all items, and two scales merged."""

import numpy as np
import pandas as pd
from scipy.special import chdtrc

from practicework.errors import NotComputable
from practicework.stages.dimensionality.cfa import Cfa, fit_cfa, neutral
from practicework.stages.dimensionality.item_model import ItemModel
from practicework.tables import frame

COLUMNS = ("parameters", "chisq", "df", "p_value", "cfi", "tli", "rmsea", "srmr", "aic", "bic")


def table(whole: Cfa | None, pair: tuple[str, str] | None) -> pd.DataFrame:
    """Fit the rival models and compare them with the model of all scales.

    Rivals are nested in it: merging scales restricts their factor correlations to one and equates their other
    correlations. The χ² difference is conservative where a correlation is on its boundary. In R: ``anova(fit, rival)``.

    Parameters
    ----------
    whole : Cfa or None
        The model of all scales; None if it could not be fitted.
    pair : tuple of str or None
        The scales to be merged; by default the two with the largest factor correlation.

    Returns
    -------
    DataFrame
        The table `dimensionality/rivals`: `scales` (the model itself), `merged` and `one_factor`.
    """
    rows: list[dict] = []
    if whole is None:
        return frame("dimensionality/rivals", rows)
    fit = whole.fit()
    rows.append({"rival": "scales", "factors": len(whole.model.factors), "n": whole.model.n} | _shown(fit))
    for rival, merged in (("merged", _pair(whole, pair)), ("one_factor", tuple(whole.model.factors))):
        if len(whole.model.factors) == 2 and rival == "merged":
            continue  # the same as one factor
        model = _merge(whole.model, merged)
        row = {"rival": rival, "scales": " ".join(merged), "factors": len(model.factors), "n": model.n}
        try:
            found = fit_cfa(model, neutral(_factor(model))).fit()
            difference, df = found["chisq"] - fit["chisq"], found["df"] - fit["df"]
            row |= _shown(found) | {"chisq_difference": difference, "df_difference": df}
            row["p_difference"] = float(chdtrc(df, max(difference, 0.0)))
        except NotComputable as reason:
            row["note"] = str(reason)
        rows.append(row)
    return frame("dimensionality/rivals", rows)


def _shown(fit: dict) -> dict:
    return {column: fit.get(column) for column in COLUMNS}


def _pair(whole: Cfa, pair: tuple[str, str] | None) -> tuple[str, ...]:
    names = list(whole.model.factors)
    if pair is not None and set(pair) <= set(names):
        return pair
    a, b = np.triu_indices(len(names), 1)
    most = np.abs(whole.correlations).argmax()
    return names[a[most]], names[b[most]]


def _merge(model: ItemModel, merged: tuple[str, ...]) -> ItemModel:
    """The model with some scales as one factor."""
    together = [item for name in merged for item in model.factors[name]]
    factors = {"merged": together} | {name: items for name, items in model.factors.items() if name not in merged}
    answers = model.answers[[item for items in factors.values() for item in items]]
    return ItemModel(model.name, answers, factors)


def _factor(model: ItemModel) -> np.ndarray:
    return np.repeat(range(len(model.factors)), [len(items) for items in model.factors.values()])
