"""Tables of the exploratory analysis: sampling adequacy, number of factors, and loadings."""

from collections.abc import Callable

import numpy as np
import pandas as pd
from scipy.special import chdtrc

from practicework import tables
from practicework.errors import NotComputable
from practicework.numerics.efa import Factors, factor_analysis
from practicework.numerics.minres import one_factor
from practicework.numerics.parallel import parallel_analysis
from practicework.stages.dimensionality.item_model import ItemModel
from practicework.study.scale import ALL
from practicework.study.settings import Dimensionality

PARALLEL = [
    "model", "number", "component", "component_mean", "component_percentile", "component_retained",
    "factor", "factor_mean", "factor_percentile", "factor_retained",
]  # fmt: skip


def analyse(
    models: list[ItemModel], settings: Dimensionality, rng: Callable[..., np.random.Generator]
) -> dict[str, pd.DataFrame]:
    """Build the tables `exploratory`, `parallel_analysis` and `efa_*`.

    Parameters
    ----------
    models : list of ItemModel
    settings : Dimensionality
    rng : callable
        Returns a generator for given names, so each model has its own random numbers.
    """
    rows, parallel, efa = [], [], _efa_tables(None, None, None)
    for model in models:
        row = {"model": model.name, "items": len(model.items), "n": model.n}
        notes: list[str] = []
        try:
            notes += _shares(row, model)
            frame = parallel_analysis(
                model.correlations, model.n, settings.replications, settings.percentile, rng("parallel", model.name)
            )
            row |= {f"{kind}s": int(frame[f"{kind}_retained"].sum()) for kind in ("component", "factor")}
            parallel.append(frame.assign(model=model.name))
            r = _regular(model)
            kmo, msa = sampling_adequacy(r)
            row["kmo"] = kmo if len(r) > 2 else None
            row["bartlett_chisq"], row["bartlett_df"], row["bartlett_p"] = sphericity(r, model.n)
            if len(r) > 2 and np.isnan(kmo):
                notes.append("sampling adequacy is not computable: no items correlate")
            if len(r) == 2:
                notes.append("sampling adequacy is not computable: for two items it is always .50")
            if model.name == ALL:
                factors = settings.factors or len(model.factors)
                try:
                    efa = _efa_tables(model, factor_analysis(r, factors, settings.extraction, model.items), msa)
                except NotComputable as reason:
                    notes.append(f"exploratory factor analysis is not computable: {reason}")
        except NotComputable as reason:
            notes.append(str(reason))
        rows.append(row | {"note": "; ".join(notes) or None})
    found = pd.concat([frame[PARALLEL] for frame in parallel]) if parallel else pd.DataFrame(columns=PARALLEL)
    return {
        "exploratory": tables.frame("dimensionality/exploratory", rows),
        "parallel_analysis": found.reset_index(drop=True),
    } | efa


def _regular(model: ItemModel) -> np.ndarray:
    """Return the correlations; if they are singular, raise an error that names the statistics affected."""
    try:
        return model.regular_correlations
    except NotComputable as reason:
        wanted = (
            "sampling adequacy, Bartlett's test and factors" if model.name == ALL else "sampling adequacy and Bartlett's test"
        )
        raise NotComputable(f"{wanted} are {reason}") from None


def _shares(row: dict, model: ItemModel) -> list[str]:
    """Compute Harman's single-factor share, for components and for factors."""
    r = model.correlations
    if len(r) == 1:
        raise NotComputable("not computable: a single item has no structure")
    row["first_component_share"] = np.linalg.eigvalsh(r)[-1] / len(r)
    if len(r) == 2:
        return ["the share of one factor is not computable: a factor of two items is not identified"]
    row["first_factor_share"] = (one_factor(r) ** 2).mean()
    return []


def sampling_adequacy(r: np.ndarray) -> tuple[float, np.ndarray]:
    """Compute the Kaiser-Meyer-Olkin measure, overall and per item: Σr² / (Σr² + Σp²) over i ≠ j, p the partial correlations.

    In R: ``MSA`` and ``MSAi`` of ``psych::KMO(r)`` (Kaiser & Rice, 1974). factor_analyzer's function also accepts
    singular matrices, which it inverts by pseudo-inverse.
    """
    inverse = np.linalg.inv(r)
    size = np.sqrt(np.diag(inverse))
    squares, partial = r**2, (inverse / np.outer(size, size)) ** 2
    np.fill_diagonal(squares, 0)
    np.fill_diagonal(partial, 0)
    with np.errstate(invalid="ignore"):  # NaN for an item that correlates with no other
        per_item = squares.sum(axis=0) / (squares.sum(axis=0) + partial.sum(axis=0))
        return float(squares.sum() / (squares.sum() + partial.sum())), per_item


def sphericity(r: np.ndarray, n: int) -> tuple[float, int, float]:
    """Compute Bartlett's test that no items correlate: -(n - 1 - (2k + 5)/6) ln |R|, k (k - 1)/2 degrees of freedom, and p.

    In R: ``psych::cortest.bartlett(r, n)`` (Bartlett, 1951).
    """
    k = len(r)
    chisq = -(n - 1 - (2 * k + 5) / 6) * np.linalg.slogdet(r)[1]
    df = k * (k - 1) // 2
    return float(chisq), df, float(chdtrc(df, max(chisq, 0)))


def _efa_tables(model: ItemModel | None, solution: Factors | None, msa: np.ndarray | None) -> dict[str, pd.DataFrame]:
    """Build the tables of the exploratory factors; empty without a solution."""
    items = {"scale": [], "item": [], "msa": [], "communality": [], "uniqueness": [], "complexity": []}
    loadings = {"scale": [], "item": [], "factor": [], "loading": []}
    factors = {"factor": [], "ss_loadings": [], "share": []}
    correlations = {"factor_a": [], "factor_b": [], "r": []}
    if solution is not None:
        k, m = solution.loadings.shape
        names, scales = [f"F{number}" for number in range(1, m + 1)], [model.scale_of[item] for item in model.items]
        items = {
            "scale": scales,
            "item": model.items,
            "msa": msa,
            "communality": solution.communalities,
            "uniqueness": 1 - solution.communalities,
            "complexity": solution.complexity,
        }
        loadings = {
            "scale": np.repeat(scales, m),
            "item": np.repeat(model.items, m),
            "factor": names * k,
            "loading": solution.loadings.ravel(),
        }
        factors = {"factor": names, "ss_loadings": solution.ss_loadings, "share": solution.ss_loadings / k}
        a, b = np.triu_indices(m, 1)
        correlations = {
            "factor_a": [names[i] for i in a],
            "factor_b": [names[i] for i in b],
            "r": solution.correlations[a, b],
        }
    named = {"items": items, "loadings": loadings, "factors": factors, "correlations": correlations}
    return {f"efa_{name}": pd.DataFrame(columns) for name, columns in named.items()}
