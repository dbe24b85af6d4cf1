"""Reliability: estimate the internal consistency of each scale in this sample."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pingouin
from scipy.special import fdtri, ndtri

from practicework.errors import NotComputable
from practicework.numerics import bootstrap
from practicework.numerics.minres import minres_steps, one_factor
from practicework.numerics.polychoric import polychoric
from practicework.numerics.seeds import Streams
from practicework.study.pipeline import Part
from practicework.study.scale import Scale
from practicework.tables import retained

CONFIDENCE = 0.95
RESAMPLES = 10_000
MIN_RESPONDENTS = 5
MIN_DRAWS = 100
"""Minimum number of usable resamples for an interval."""

COEFFICIENTS = [
    "alpha", "alpha_low", "alpha_high", "alpha_boot_low", "alpha_boot_high", "std_alpha",
    "omega_total", "omega_low", "omega_high", "omega_resamples",
    "mean_inter_item_r", "spearman_brown", "ordinal_alpha", "ordinal_omega_total",
]  # fmt: skip
NEGATIVE = "the standard error of measurement is not computable: alpha is negative; should an item be reverse-keyed?"

CANCELLED = 1e-8
"""A total's variance below this share of its items' variances is zero up to rounding."""


@dataclass(frozen=True)
class Reliability:
    """Coefficients per scale and statistics per item."""

    scales: pd.DataFrame
    items: pd.DataFrame

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return the tables by name."""
        return {"reliability/scales": self.scales, "reliability/items": self.items}


def analyse(responses: pd.DataFrame, scales: list[Scale], rng: Streams) -> Reliability:
    """Estimate the reliability of every scale, listwise within the scale.

    Parameters
    ----------
    responses : DataFrame
        Coded answers; NaN if missing.
    scales : list of Scale
    rng : callable
        Returns the bootstrap generator for a scale's id.

    Returns
    -------
    Reliability
        Statistics that cannot be computed are NaN, with the reason in `note`.
    """
    scale_rows, item_frames = [], []
    for scale in scales:
        keyed = scale.keyed(responses)
        items = item_statistics(keyed, scale)
        row = coefficients(keyed.dropna(), items["loading"].to_numpy(), rng(scale.id))
        row |= {"scale": scale.id, "items": len(scale.items), "response_points": scale.response.points}
        score = scale.score(keyed)
        row |= {"mean": score.mean(), "sd": score.std()}
        # a negative alpha is not a reliability, and an error larger than the score's own SD is meaningless
        row["sem"] = row["sd"] * np.sqrt(1 - row["alpha"]) if row["alpha"] >= 0 else np.nan
        if row["alpha"] < 0:
            row["note"] = "; ".join(filter(None, [row["note"], NEGATIVE]))
        scale_rows.append(row)
        item_frames.append(items)
    order = ["scale", "items", "response_points", "n", *COEFFICIENTS, "mean", "sd", "sem", "note"]
    return Reliability(pd.DataFrame(scale_rows)[order], pd.concat(item_frames, ignore_index=True))


def coefficients(complete: pd.DataFrame, loadings: np.ndarray, rng: np.random.Generator) -> dict:
    """Compute the coefficients of one scale from complete rows; `loadings` are those on its single minres factor."""
    n, k = complete.shape
    row: dict = dict.fromkeys(COEFFICIENTS, np.nan) | {"n": n, "omega_resamples": None, "note": unusable(complete)}
    if row["note"]:
        return row
    notes: list[str] = []
    row["alpha"] = float(pingouin.cronbach_alpha(data=complete)[0])
    row["alpha_low"], row["alpha_high"] = feldt(row["alpha"], n, k)
    r = complete.corr().to_numpy()
    row["mean_inter_item_r"] = (r.sum() - k) / (k * (k - 1))
    cancelling = r.sum() <= CANCELLED * k
    if cancelling:
        notes.append("standardised alpha and omega total are not computable: the items' correlations cancel out")
    else:
        row["std_alpha"] = standardised_alpha(r)
    if k == 2:
        notes += _two_items(row)
    elif not cancelling:
        row["omega_total"] = float(omega_total(r, loadings))
        notes += _ordinal(row, complete)
    notes += _intervals(row, complete.to_numpy(), loadings, rng)
    row["note"] = "; ".join(notes) or None
    return row


def _two_items(row: dict) -> list[str]:
    """Compute the Spearman-Brown coefficient instead of omega."""
    notes = ["omega total is not computable: a factor of two items is not identified"]
    if row["mean_inter_item_r"] < 0:
        return [*notes, "Spearman-Brown is not computable: the two items correlate negatively; should one be reverse-keyed?"]
    row["spearman_brown"] = 2 * row["mean_inter_item_r"] / (1 + row["mean_inter_item_r"])
    return notes


def _ordinal(row: dict, complete: pd.DataFrame) -> list[str]:
    """Compute alpha and omega total from the polychoric correlations.

    They describe the continuous responses assumed to underlie the categories, not the score computed from
    the categories (Zumbo, Gadermann & Zeisser, 2007; Chalmers, 2018).
    """
    try:
        r = polychoric(complete.to_numpy(), list(complete))
    except NotComputable as reason:
        return [f"ordinal alpha and omega are not computable: {reason}"]
    if r.sum() <= CANCELLED * len(r):
        return ["ordinal alpha and omega are not computable: the items' polychoric correlations cancel out"]
    row["ordinal_alpha"] = standardised_alpha(r)
    row["ordinal_omega_total"] = float(omega_total(r, one_factor(r)))
    return []


def _intervals(row: dict, complete: np.ndarray, loadings: np.ndarray, rng: np.random.Generator) -> list[str]:
    """Compute bootstrap intervals of alpha (percentile) and omega total (normal theory), from the same resamples."""
    n, k = complete.shape
    if n <= k:
        return ["the bootstrap intervals are not computable: there are no more respondents than items"]
    alphas, omegas = bootstrap_coefficients(complete, None if np.isnan(row["omega_total"]) else loadings, RESAMPLES, rng)
    if len(alphas) < MIN_DRAWS:
        return ["the bootstrap intervals are not computable: in nearly every resample an item is constant"]
    row["alpha_boot_low"], row["alpha_boot_high"] = np.quantile(alphas, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    if np.isnan(row["omega_total"]):
        return []
    if len(omegas) < MIN_DRAWS:
        return ["the interval of omega total is not computable: in nearly every resample the items' correlations cancel out"]
    half = ndtri((1 + CONFIDENCE) / 2) * omegas.std(ddof=1)
    row |= {"omega_low": row["omega_total"] - half, "omega_high": min(1.0, row["omega_total"] + half)}
    row["omega_resamples"] = len(omegas)
    return []


def unusable(complete: pd.DataFrame) -> str | None:
    """Return why no coefficient can be computed from a scale's complete rows, or None."""
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
    """Compute Feldt's interval for alpha: 1 - (1 - alpha) F, with n - 1 and (n - 1)(k - 1) degrees of freedom.

    In R: ``psych::alpha.ci(alpha, n.obs = n, n.var = k)``. Feldt, Woodruff & Salih (1987).
    """
    upper = (1 + confidence) / 2
    df = n - 1, (n - 1) * (k - 1)
    return 1 - (1 - alpha) * fdtri(*df, upper), 1 - (1 - alpha) * fdtri(*df, 1 - upper)


def item_statistics(keyed: pd.DataFrame, scale: Scale) -> pd.DataFrame:
    """Compute item statistics listwise: mean, SD, skew, floor, ceiling, item-rest r, alpha if dropped, loading.

    In R: ``psych::alpha(items)$item.stats`` (``r.drop``) and ``$alpha.drop``, ``psych::skew(items, type = 2)``
    on complete rows.
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
            "missing_share": keyed.isna().sum().to_numpy() / max(len(keyed), 1),
            "mean": complete.mean().to_numpy(),
            "sd": complete.std().to_numpy(),
            "skew": skewness(complete),
            "floor": (complete == scale.response.min).mean().to_numpy(),
            "ceiling": (complete == scale.response.max).mean().to_numpy(),
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


def skewness(complete: pd.DataFrame) -> np.ndarray:
    """Compute each item's skewness as SPSS does (type 2); NaN for a constant item or fewer than three respondents."""
    constant = complete.nunique() <= 1  # pandas returns zero for these
    return complete.skew().mask(constant).to_numpy()


def standardised_alpha(r: np.ndarray) -> float:
    """Compute alpha for items of equal variance, k r̄ / (1 + (k - 1) r̄), from their correlations of any kind."""
    k = len(r)
    mean = (r.sum() - k) / (k * (k - 1))
    return float(k * mean / (1 + (k - 1) * mean))


def omega_total(r: np.ndarray, loadings: np.ndarray) -> np.ndarray:
    """Compute McDonald's omega total of unit-weighted standardised items: (Σr - Σu²) / Σr, u² = 1 - l².

    Shapes (..., k, k) and (..., k). In R: ``psych::omega(r, nfactors = 1, flip = FALSE)$omega.tot``.
    """
    total = r.sum(axis=(-2, -1))
    return (total - (1 - loadings**2).sum(axis=-1)) / total


def bootstrap_coefficients(
    complete: np.ndarray, loadings: np.ndarray | None, resamples: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Compute alpha and omega total in case resamples, omitting those with a constant item or items that cancel out.

    Uses resampled covariance matrices, one block at a time. The interval of omega based on the standard
    deviation of its draws (estimate ± z SD) is the normal-theory bootstrap of Padilla & Divers (2013):
    in their simulations it maintained coverage above 50 respondents, and at 50 with more than five items.

    Parameters
    ----------
    complete : ndarray of shape (n, k)
        Keyed answers, no missing values.
    loadings : ndarray of shape (k,) or None
        Starting values, from the whole sample; None to skip omega.
    """
    k = complete.shape[1]
    variances, alphas, omegas = complete.var(axis=0), [], []
    for block in bootstrap.covariances(complete, resamples, rng):
        cov = block[(block[:, range(k), range(k)] > 1e-10 * variances).all(axis=1)]
        own = cov[:, range(k), range(k)]
        total, items = cov.sum(axis=(1, 2)), own.sum(axis=1)
        uncancelled = total > CANCELLED * items
        alphas.append(k / (k - 1) * (1 - items[uncancelled] / total[uncancelled]))
        if loadings is not None:
            sd = np.sqrt(own)
            r = cov / (sd[:, :, None] * sd[:, None, :])
            r = r[r.sum(axis=(1, 2)) > CANCELLED * k]
            omegas.append(omega_total(r, minres_steps(r, np.broadcast_to(loadings, (len(r), k)))))
    return np.concatenate(alphas), np.concatenate(omegas) if omegas else np.empty(0)


def compute(part: Part, inputs: Mapping[str, pd.DataFrame], rng: Streams) -> dict[str, pd.DataFrame]:
    """Return the stage's tables for a sample."""
    return analyse(retained(inputs), list(part.study.scales.values()), rng).tables()
