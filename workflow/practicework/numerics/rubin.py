"""Rubin's rules: one estimate from the analyses of several completed data sets."""

from dataclasses import dataclass

import numpy as np
from scipy.special import fdtrc, stdtr, stdtrit

ROUNDING = 1e-12
"""Share of between-variance up to which data sets are the same."""


@dataclass(frozen=True)
class Pooled:
    """Pooled estimates with what is uncertain about them.

    Attributes
    ----------
    estimates, std_errors, df, p_values : ndarray of shape (k,)
        df after Barnard and Rubin (1999).
    missing : ndarray of shape (k,)
        The fraction of the information about each estimate that is missing.
    covariance : ndarray of shape (k, k)
        The total covariance.
    """

    estimates: np.ndarray
    std_errors: np.ndarray
    df: np.ndarray
    p_values: np.ndarray
    missing: np.ndarray
    covariance: np.ndarray

    def interval(self, confidence: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
        """Return the ends of the intervals, shape (k,) each."""
        half = stdtrit(self.df, (1 + confidence) / 2) * self.std_errors
        return self.estimates - half, self.estimates + half


def pool(estimates: np.ndarray, covariances: np.ndarray, complete_df: float = np.inf) -> Pooled:
    """Pool estimates: T = W + (1 + 1/m) B (Rubin, 1987). In R: ``mice::pool``.

    Parameters
    ----------
    estimates : ndarray of shape (m, k)
    covariances : ndarray of shape (m, k, k)
    complete_df : float
        The degrees of freedom that complete data would have.
    """
    m = len(estimates)
    within, between = covariances.mean(axis=0), np.atleast_2d(np.cov(estimates.T)) if m > 1 else np.zeros(covariances.shape[1:])
    total = within + (1 + 1 / m) * between
    share = (1 + 1 / m) * np.diag(between) / np.diag(total)  # the proportion of variance due to missing information
    share = np.where(share > ROUNDING, share, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        old = (m - 1) / share**2
        observed = (1 - share) * (complete_df + 1) / (complete_df + 3) * complete_df if np.isfinite(complete_df) else np.inf
        df = np.where(share > 0, 1 / (1 / old + 1 / observed), complete_df)
    df = np.minimum(df, 1e9)
    errors, centre = np.sqrt(np.diag(total)), estimates.mean(axis=0)
    increase = share / np.maximum(1 - share, 1e-300)
    missing = np.where(share > 0, (increase + 2 / (df + 3)) / (increase + 1), 0.0)
    return Pooled(centre, errors, df, 2 * stdtr(df, -np.abs(centre / errors)), missing, total)


def joint_test(estimates: np.ndarray, covariances: np.ndarray) -> tuple[float, int, float, float]:
    """Return F, its degrees of freedom and p of the hypothesis that all estimates are zero (D₁; Li, Raghunathan & Rubin, 1991).

    The between-variance is taken as proportional to the within-variance. In R: ``mice::D1``, ``mitml::testConstraints``.

    Parameters
    ----------
    estimates : ndarray of shape (m, k)
    covariances : ndarray of shape (m, k, k)
    """
    m, k = estimates.shape
    within, centre = covariances.mean(axis=0), estimates.mean(axis=0)
    between = np.atleast_2d(np.cov(estimates.T)) if m > 1 else np.zeros((k, k))
    increase = float((1 + 1 / m) * np.trace(np.linalg.solve(within, between)) / k)
    f = float(centre @ np.linalg.solve(within, centre)) / (k * (1 + increase))
    if increase <= 0:
        return f, k, 1e9, float(fdtrc(k, 1e9, f))
    t = k * (m - 1)
    df = 4 + (t - 4) * (1 + (1 - 2 / t) / increase) ** 2 if t > 4 else t * (1 + 1 / k) * (1 + 1 / increase) ** 2 / 2
    return f, k, float(df), float(fdtrc(k, df, f))
