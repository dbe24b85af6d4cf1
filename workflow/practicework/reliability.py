"""Reliability: does each scale measure consistently in this sample?"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pingouin
from factor_analyzer import FactorAnalyzer
from scipy.special import fdtri, ndtri

from practicework import bootstrap
from practicework.scale import Scale
from practicework.seeds import generator

CONFIDENCE = 0.95
RESAMPLES = 5_000
MIN_RESPONDENTS = 5
MIN_DRAWS = 100
"""Fewer usable resamples bear no interval."""

CANCELLED = 1e-8
"""A total's variance below this share of its items' is none but for rounding."""

LOWEST_UNIQUENESS = 0.005
"""The bound of minres, as in psych and factor_analyzer: no item is explained completely."""


@dataclass(frozen=True)
class Reliability:
    """Coefficients per scale and statistics per item."""

    scales: pd.DataFrame
    items: pd.DataFrame

    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables by name."""
        return {"reliability/scales": self.scales, "reliability/items": self.items}


def analyse(responses: pd.DataFrame, scales: list[Scale], seed: int, sample: str) -> Reliability:
    """Reliability of every scale, listwise within the scale.

    Parameters
    ----------
    responses : DataFrame
        Coded answers, NaN where there is none.
    scales : list of Scale
    seed, sample : int, str
        The bootstrap of omega derives its seed from both and from the scale.

    Returns
    -------
    Reliability
        What cannot be computed is NaN, with the reason in `note`.
    """
    scale_rows, item_frames = [], []
    for scale in scales:
        keyed = scale.keyed(responses)
        items = item_statistics(keyed, scale)
        row = coefficients(keyed.dropna(), items["loading"].to_numpy(), generator(seed, "reliability", sample, scale.id))
        row |= {"scale": scale.id, "items": len(scale.items), "response_points": scale.response.points}
        score = scale.score(keyed)
        row |= {"mean": score.mean(), "sd": score.std()}
        scale_rows.append(row)
        item_frames.append(items)
    order = ["scale", "items", "response_points", "n", "alpha", "alpha_low", "alpha_high", "std_alpha", "omega_total"]
    order += ["omega_low", "omega_high", "omega_resamples", "mean_inter_item_r", "mean", "sd", "note"]
    return Reliability(pd.DataFrame(scale_rows)[order], pd.concat(item_frames, ignore_index=True))


def coefficients(complete: pd.DataFrame, loadings: np.ndarray, rng: np.random.Generator) -> dict:
    """Alpha, standardised alpha and omega total of one scale's keyed items, complete rows only."""
    n, k = complete.shape
    row: dict = {"n": n, "omega_resamples": None, "note": unusable(complete)}
    names = ["alpha", "alpha_low", "alpha_high", "std_alpha", "omega_total", "omega_low", "omega_high", "mean_inter_item_r"]
    row |= dict.fromkeys(names, np.nan)
    if row["note"]:
        return row
    row["alpha"] = float(pingouin.cronbach_alpha(data=complete)[0])
    row["alpha_low"], row["alpha_high"] = feldt(row["alpha"], n, k)
    r = complete.corr().to_numpy()
    row["mean_inter_item_r"] = (r.sum() - k) / (k * (k - 1))
    if r.sum() <= CANCELLED * k:
        row["note"] = "standardised alpha and omega total are not computable: the items' correlations cancel out"
        return row
    row["std_alpha"] = k * row["mean_inter_item_r"] / (1 + (k - 1) * row["mean_inter_item_r"])
    if k < 3:
        row["note"] = "omega total is not computable: a factor of two items is not identified"
        return row
    row["omega_total"] = float(omega_total(r, loadings))
    if n <= k:
        row["note"] = "the interval of omega total is not computable: there are no more respondents than items"
        return row
    draws = bootstrap_omega(complete.to_numpy(), loadings, RESAMPLES, rng)
    row["omega_resamples"] = len(draws)
    if len(draws) < MIN_DRAWS:
        row["note"] = "the interval of omega total is not computable: in nearly every resample an item is constant"
        return row
    half = ndtri((1 + CONFIDENCE) / 2) * draws.std(ddof=1)
    row |= {"omega_low": row["omega_total"] - half, "omega_high": min(1.0, row["omega_total"] + half)}
    return row


def unusable(complete: pd.DataFrame) -> str | None:
    """Why a scale's complete rows bear no coefficient, if they do not."""
    if complete.shape[1] < 2:
        return "not computable: a single item has no internal consistency"
    if len(complete) < MIN_RESPONDENTS:
        return f"not computable: fewer than {MIN_RESPONDENTS} respondents answered all items"
    constant = [item for item in complete if complete[item].nunique() == 1]
    if constant:
        return f"not computable: everyone gave the same answer to {', '.join(constant)}"
    if complete.sum(axis=1).var() <= CANCELLED * complete.var().sum():
        return "not computable: the items cancel out, since everyone has the same total; should one be reverse-keyed?"
    return None


def feldt(alpha: float, n: int, k: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Feldt's interval of coefficient alpha: 1 - (1 - alpha) F, with n - 1 and (n - 1)(k - 1) degrees of freedom.

    In R: ``psych::alpha.ci(alpha, n.obs = n, n.var = k)``. Feldt, Woodruff & Salih (1987).
    """
    upper = (1 + confidence) / 2
    df = n - 1, (n - 1) * (k - 1)
    return 1 - (1 - alpha) * fdtri(*df, upper), 1 - (1 - alpha) * fdtri(*df, 1 - upper)


def item_statistics(keyed: pd.DataFrame, scale: Scale) -> pd.DataFrame:
    """The item table: listwise mean, SD, item-rest correlation, alpha if dropped, loading.

    In R: ``psych::alpha(items)$item.stats`` (``r.drop``) and ``$alpha.drop`` on complete rows.
    """
    complete = keyed.dropna()
    k = complete.shape[1]
    reason = unusable(complete)
    table = pd.DataFrame(
        {
            "scale": scale.id,
            "item": scale.item_ids,
            "reverse": [item.reverse for item in scale.items],
            "missing": keyed.isna().sum().to_numpy(),
            "mean": complete.mean().to_numpy(),
            "sd": complete.std().to_numpy(),
            "item_rest_r": np.nan,
            "alpha_if_dropped": np.nan,
            "loading": np.nan,
            "note": reason,
        }
    )
    if reason:
        return table
    cov = complete.cov().to_numpy()
    variances, sums, total = np.diag(cov), cov.sum(axis=0), cov.sum()
    rest = total - 2 * sums + variances  # variance of the sum of the other items
    with np.errstate(divide="ignore", invalid="ignore"):
        table["item_rest_r"] = np.where(rest > 1e-12 * total, (sums - variances) / np.sqrt(variances * rest), np.nan)
        if k > 2:
            alphas = (k - 1) / (k - 2) * (1 - (variances.sum() - variances) / rest)
            table["alpha_if_dropped"] = np.where(rest > 1e-12 * total, alphas, np.nan)
            table["loading"] = one_factor(complete.corr().to_numpy())
    negative = table["item_rest_r"] < -1e-12
    table.loc[negative, "note"] = "correlates negatively with the rest of its scale: should it be reverse-keyed?"
    return table


def one_factor(r: np.ndarray) -> np.ndarray:
    """Standardised loadings on one minres factor of a correlation matrix, turned so that most are positive.

    In R: ``psych::fa(r, nfactors = 1, fm = "minres")$loadings``.
    """
    try:
        fitted = FactorAnalyzer(n_factors=1, rotation=None, method="minres", is_corr_matrix=True).fit(r)
        start = fitted.loadings_[:, 0]
    except np.linalg.LinAlgError:  # items that determine each other: start at the principal component
        values, vectors = np.linalg.eigh(r)
        start = vectors[:, -1] * np.sqrt(values[-1])
    # factor_analyzer stops some 1e-5 short of the minimum; a few exact steps from there end at it
    loadings = minres_steps(r[None], start[None], tolerance=1e-12)[0]
    return loadings if loadings.sum() >= 0 else -loadings


def minres_steps(r: np.ndarray, start: np.ndarray, tolerance: float = 1e-6, steps: int = 500) -> np.ndarray:
    """One-factor minres loadings of many correlation matrices at once, shapes (b, k, k) and (b, k).

    Minimises the squared off-diagonal residuals one loading at a time (Harman's minres): given the
    others, the best loading of item i is sum_j r_ij l_j / sum_j l_j² over j ≠ i.
    """
    loadings = start.copy()
    bound = np.sqrt(1 - LOWEST_UNIQUENESS)
    for _ in range(steps):
        before = loadings.copy()
        for i in range(loadings.shape[1]):
            squares = (loadings**2).sum(axis=1) - loadings[:, i] ** 2
            products = np.einsum("bj,bj->b", r[:, i], loadings) - r[:, i, i] * loadings[:, i]
            loadings[:, i] = np.clip(products / np.maximum(squares, 1e-300), -bound, bound)
        if np.abs(loadings - before).max(initial=0) < tolerance:
            break
    return loadings


def omega_total(r: np.ndarray, loadings: np.ndarray) -> np.ndarray:
    """McDonald's omega total of unit-weighted standardised items: (Σr - Σu²) / Σr, u² = 1 - l².

    Shapes (..., k, k) and (..., k). In R: ``psych::omega(r, nfactors = 1, flip = FALSE)$omega.tot``.
    """
    total = r.sum(axis=(-2, -1))
    return (total - (1 - loadings**2).sum(axis=-1)) / total


def bootstrap_omega(complete: np.ndarray, loadings: np.ndarray, resamples: int, rng: np.random.Generator) -> np.ndarray:
    """Omega total of case resamples; those in which an item is constant, or the items cancel out, are left out.

    From resampled covariance matrices, all at once. The interval built on their standard deviation
    (estimate ± z SD) is the normal-theory bootstrap of Padilla & Divers (2013), the one of theirs that
    holds below 100 respondents.
    """
    n, k = complete.shape
    centred = complete - complete.mean(axis=0)
    rows, cols = np.triu_indices(k)
    columns = np.column_stack([centred, centred[:, rows] * centred[:, cols]])
    sums = np.concatenate(list(bootstrap.weighted_sums(columns, resamples, rng))) / n
    cov = np.empty((resamples, k, k))
    cov[:, rows, cols] = cov[:, cols, rows] = sums[:, k:] - sums[:, rows] * sums[:, cols]
    variances = cov[:, range(k), range(k)]
    cov = cov[(variances > 1e-10 * complete.var(axis=0)).all(axis=1)]
    sd = np.sqrt(cov[:, range(k), range(k)])
    r = cov / (sd[:, :, None] * sd[:, None, :])
    r = r[r.sum(axis=(1, 2)) > CANCELLED * k]
    return omega_total(r, minres_steps(r, np.broadcast_to(loadings, (len(r), k))))
