"""Tables of the fit of the confirmatory models and of convergent and discriminant validity."""

from itertools import combinations

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri

from practicework.errors import NotComputable
from practicework.stages.dimensionality import rivals, scaled
from practicework.stages.dimensionality.cfa import Cfa, fit_cfa
from practicework.stages.dimensionality.item_model import ItemModel
from practicework.study.scale import ALL
from practicework.tables import frame

CONFIDENCE = 0.95
LOADINGS = ["model", "scale", "item", "loading", "std_error", "p_value", "ci_low", "ci_high", "note"]
RESIDUALS = ["model", "item_a", "item_b", "r", "implied", "residual"]
SCALES = ["scale", "model", "items", "n", "ave", "composite_reliability", "sqrt_ave", "max_abs_r", "note"]
FORNELL_LARCKER = [
    "scale_a", "scale_b", "r", "std_error", "ci_low", "ci_high", "r_squared", "ave_a", "ave_b", "distinct", "note",
    "interval_below",
]  # fmt: skip


def tables(models: list[ItemModel], pair: tuple[str, str] | None = None) -> dict[str, pd.DataFrame]:
    """Build the tables `fit`, `loadings`, `residuals`, `scales`, `fornell_larcker` and `rivals`.

    Single-item scales are omitted from the model of all scales, which then requires at least two others. `pair` names the
    scales that a rival model merges, such as the outcome and the predictor of a model.
    """
    fitted: dict[str, Cfa] = {}
    refused: dict[str, str] = {}
    fit, loadings, residuals = [], [], []
    for whole in models:
        model, notes = _several_items(whole) if whole.name == ALL else (whole, [])
        row: dict = {"model": model.name, "items": len(model.items), "n": model.n}
        try:
            if model.name == ALL and len(model.factors) < 2:
                raise NotComputable("not computable: fewer than two scales have several items")
            cfa = fitted[model.name] = fit_cfa(model)
            row |= cfa.fit()
            if row["df"] and not cfa.improper:
                row |= scaled.statistics(cfa, row["chisq"], row["df"])
            if not row["df"]:
                exact = "just identified: with so few items, one factor fits perfectly and cannot be tested"
                row["chisq"], notes = None, [*notes, exact]
            notes += [f"improper solution: {words}" for words in cfa.improper]
            residuals.append(_residuals(cfa))
        except NotComputable as reason:
            refused[model.name] = str(reason)
            notes.append(str(reason))
        fit.append(row | {"note": "; ".join(notes) or None})
        loadings.append(_loadings(model, fitted.get(model.name), refused.get(model.name)))
    scales = _scales(models, fitted, refused)
    return {
        "fit": frame("dimensionality/fit", fit),
        "rivals": rivals.table(fitted.get(ALL), pair),
        "loadings": pd.concat(loadings, ignore_index=True),
        "residuals": pd.concat(residuals, ignore_index=True) if residuals else pd.DataFrame(columns=RESIDUALS),
        "scales": scales,
        "fornell_larcker": _fornell_larcker(models, fitted.get(ALL), refused.get(ALL), scales),
    }


def average_variance_extracted(loadings: np.ndarray) -> float:
    """Return the mean squared standardised loading (Fornell & Larcker, 1981). In R: ``semTools::AVE`` of standardised items."""
    return float((loadings**2).mean())


def composite_reliability(loadings: np.ndarray) -> float:
    """Compute (Σλ)² / ((Σλ)² + Σ(1 - λ²)) from standardised loadings (Fornell & Larcker, 1981).

    In R: ``semTools::compRelSEM(fit, obs.var = FALSE)`` of standardised items.
    """
    common = loadings.sum() ** 2
    return float(common / (common + (1 - loadings**2).sum()))


def _several_items(model: ItemModel) -> tuple[ItemModel, list[str]]:
    """Return the model without single-item scales, and a note about them."""
    single = [name for name, items in model.factors.items() if len(items) == 1]
    if not single:
        return model, []
    factors = {name: items for name, items in model.factors.items() if name not in single}
    answers = model.answers[[item for items in factors.values() for item in items]]
    return ItemModel(model.name, answers, factors), [f"without {', '.join(single)} (single item)"]


def _loadings(model: ItemModel, cfa: Cfa | None, reason: str | None) -> pd.DataFrame:
    table = pd.DataFrame({"model": model.name, "scale": [model.scale_of[item] for item in model.items], "item": model.items})
    if cfa is None:
        return table.assign(note=reason).reindex(columns=LOADINGS)
    loading, error = cfa.loadings, cfa.loading_errors
    half = ndtri((1 + CONFIDENCE) / 2) * error
    numbers = {
        "loading": loading,
        "std_error": error,
        "p_value": 2 * ndtr(-np.abs(loading / error)),
        "ci_low": loading - half,
        "ci_high": loading + half,
    }
    heywood = np.where(cfa.estimates.residuals <= 0, "improper solution: the residual variance is not positive", None)
    return table.assign(**numbers, note=heywood)[LOADINGS]


def _residuals(cfa: Cfa) -> pd.DataFrame:
    a, b = np.triu_indices(len(cfa.r), 1)
    items, r, implied = np.array(cfa.model.items), cfa.r[a, b], cfa.estimates.implied[a, b]
    columns = {"item_a": items[a], "item_b": items[b], "r": r, "implied": implied, "residual": r - implied}
    return pd.DataFrame({"model": cfa.model.name, **columns}, columns=RESIDUALS)


def _scales(models: list[ItemModel], fitted: dict[str, Cfa], refused: dict[str, str]) -> pd.DataFrame:
    """Compute the validity of each scale from the model of all scales or, failing that, from its own."""
    rows = []
    for model in models:
        if model.name == ALL:
            continue
        scale = model.name
        row = dict.fromkeys(SCALES) | {"scale": scale, "items": len(model.items)}
        whole = fitted.get(ALL)
        cfa = whole if whole is not None and scale in whole.model.factors else fitted.get(scale)
        notes = []
        if cfa is None:
            notes.append(refused[scale])
        else:
            mine = [position for position, item in enumerate(cfa.model.items) if cfa.model.scale_of[item] == scale]
            row |= {"model": cfa.model.name, "n": cfa.model.n}
            if cfa is not whole and ALL in refused:
                notes.append("from the scale's own model, since the model of all scales cannot be fitted")
            if (cfa.estimates.residuals[mine] <= 0).any():
                notes.append("not computable: an item's residual variance is not positive (improper solution)")
            else:
                loadings = cfa.loadings[mine]
                row["ave"], row["composite_reliability"] = average_variance_extracted(loadings), composite_reliability(loadings)
                row["sqrt_ave"] = np.sqrt(row["ave"])
            if cfa is whole:
                position = list(cfa.model.factors).index(scale)
                row["max_abs_r"] = np.abs(np.delete(cfa.estimates.phi[position], position)).max()
        rows.append(row | {"note": "; ".join(notes) or None})
    return pd.DataFrame(rows, columns=SCALES)


def _fornell_larcker(models: list[ItemModel], cfa: Cfa | None, reason: str | None, scales: pd.DataFrame) -> pd.DataFrame:
    """Build the table of factor correlations and average variances extracted."""
    names = [model.name for model in models if model.name != ALL]
    ave = scales.set_index("scale")["ave"]
    found = {}
    if cfa is not None:
        pairs = combinations(cfa.model.factors, 2)
        found = {pair: (r, e) for pair, r, e in zip(pairs, cfa.correlations, cfa.correlation_errors, strict=True)}
    critical, rows = ndtri((1 + CONFIDENCE) / 2), []
    for pair in combinations(names, 2):
        row = dict.fromkeys(FORNELL_LARCKER) | dict(zip(("scale_a", "scale_b"), pair, strict=True))
        if pair in found:
            r, error = found[pair]
            extracted = ave[list(pair)].to_list()
            row |= {
                "r": r,
                "std_error": error,
                "ci_low": r - critical * error,
                "ci_high": r + critical * error,
                "r_squared": r**2,
            }
            row |= {"ave_a": extracted[0], "ave_b": extracted[1]}
            if abs(r) >= 1:
                row["note"] = "improper solution: the factor correlation is not below 1"
            if pd.isna(extracted).any():
                row["note"] = "whether the scales are distinct is not computable: an average variance extracted is missing"
            else:
                row["distinct"] = bool(min(extracted) > r**2)
                row["interval_below"] = max(abs(row["ci_low"]), abs(row["ci_high"])) < np.sqrt(min(extracted))
        else:
            row["note"] = reason or "not computable: a single item has no factor"
        rows.append(row)
    return pd.DataFrame(rows, columns=FORNELL_LARCKER)
