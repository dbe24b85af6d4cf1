"""How the tests of reliability run it, and data whose covariances are known exactly."""

import numpy as np
import pandas as pd

from practicework import tables
from practicework.numerics.seeds import streams
from practicework.stages import reliability
from practicework.study.scale import Scale

NUMBERS = ["alpha", "alpha_low", "alpha_high", "std_alpha", "omega_total", "mean_inter_item_r", "omega_low", "omega_high"]


def analyse(answers: pd.DataFrame | np.ndarray, scale: Scale, seed: int = 1) -> reliability.Reliability:
    """Reliability of one scale, in tables that keep their contract."""
    frame = pd.DataFrame(answers, columns=scale.item_ids, dtype=float)
    frame.insert(0, "respondent", [f"R{number}" for number in range(len(frame))])
    result = reliability.analyse(frame, [scale], streams(seed, "reliability", "sample"))
    for name, table in result.tables().items():
        tables.schema(name).validate(table)
    return result


def coefficients(answers: pd.DataFrame | np.ndarray, scale: Scale, seed: int = 1) -> pd.Series:
    """The row of `reliability/scales`."""
    return analyse(answers, scale, seed).scales.iloc[0]


def whitened(n: int, k: int, seed: int = 1) -> np.ndarray:
    """Columns whose sample means are 0 and whose sample covariance (n - 1) is the identity."""
    z = np.random.default_rng(seed).standard_normal((n, k))
    z -= z.mean(axis=0)
    return np.linalg.qr(z)[0] * np.sqrt(n - 1)


def with_covariance(cov: np.ndarray, n: int = 60) -> np.ndarray:
    """Data whose sample covariance is `cov` exactly."""
    return whitened(n, len(cov)) @ np.linalg.cholesky(cov).T


def correlated_factors(loadings: list[list[float]], phi: float) -> np.ndarray:
    """The correlations of items with these loadings on factors that correlate by `phi`."""
    flat = np.concatenate(loadings)
    factor = np.repeat(range(len(loadings)), [len(one) for one in loadings])
    r = np.outer(flat, flat) * np.where(factor[:, None] == factor, 1, phi)
    np.fill_diagonal(r, 1)
    return r
