"""Simulated studies: how often the intervals of an interaction exclude zero."""

from dataclasses import dataclass

import numpy as np
from scipy.special import ncfdtr

from practicework.numerics import bootstrap
from practicework.numerics.least_squares import LeastSquares
from practicework.stages.moderation.power import CERTAIN
from practicework.stages.moderation.regression import Fit
from practicework.study.settings import Simulation

LARGEST = 2_000
"""Respondents up to which studies are simulated; beyond, closed forms give the same results."""

LARGEST_BOOTSTRAP = 300
"""Respondents up to which each simulated study is also bootstrapped."""

FEWEST = 4
"""Respondents per coefficient from which studies are simulated; with fewer, most drawn designs are singular."""

SINGULAR = 1e-8


@dataclass(frozen=True)
class Studies:
    """The interaction in simulated studies, in units of its true standard error in this sample.

    A study resamples the respondents with their values of predictor, moderator and covariates; its errors are normal and
    homoscedastic. Least squares is equivariant: with a true interaction λ, a study estimates λ + `error` with the same
    standard errors, and its bootstrap interval shifts by λ. One set of studies thus serves every effect size.

    Attributes
    ----------
    error, half, half_hc3, low, high : ndarray of shape (studies,)
        The estimate's error, half the widths of the OLS and HC3 intervals, and the ends of the percentile bootstrap
        interval; the last two are NaN if studies are not bootstrapped.
    information : ndarray of shape (studies,)
        The sum of squares of the product's residual on the other columns, relative to that in the sample.
    df : int
    critical : float
    """

    error: np.ndarray
    half: np.ndarray
    half_hc3: np.ndarray
    low: np.ndarray
    high: np.ndarray
    information: np.ndarray
    df: int
    critical: float

    def power(self, noncentrality: float) -> dict[str, float]:
        """Return the share of studies whose interval excludes zero for a true effect λ, and type S and M errors of OLS."""
        estimate = noncentrality + self.error
        found = np.abs(estimate) > self.half
        ends = noncentrality + self.low, noncentrality + self.high
        boot = ((ends[0] > 0) | (ends[1] < 0)).mean() if not np.isnan(self.low).any() else np.nan
        some = found.any() and noncentrality > 0
        return {
            "power_ols": float(found.mean()),
            "power_hc3": float((np.abs(estimate) > self.half_hc3).mean()),
            "power_bootstrap": float(boot),
            "type_s_simulated": float((estimate[found] < 0).mean()) if some else np.nan,
            "type_m_simulated": float(np.abs(estimate[found]).mean() / noncentrality) if some else np.nan,
        }

    def expected_power(self, noncentrality: float) -> float:
        """Return the closed-form power averaged over the designs of the simulated studies."""
        strength = np.minimum(noncentrality**2 * self.information, CERTAIN)
        return float((1 - ncfdtr(1, self.df, strength, self.critical**2)).mean())


def simulate(fit: Fit, settings: Simulation, rng: np.random.Generator) -> Studies | None:
    """Simulate studies of the model's size; None for several product terms and for too few or too many respondents.

    Parameters
    ----------
    fit : Fit
    settings : Simulation
        How many studies, and how many resamples of each.
    rng : numpy.random.Generator
    """
    n, p = fit.design.matrix.shape
    if len(fit.design.interaction) > 1 or not FEWEST * p <= n <= LARGEST:
        return None
    # with the product last, its coefficient on Q is the interaction in units of its true standard error
    order = [*np.delete(np.arange(p), fit.design.interaction), *fit.design.interaction]
    columns = fit.design.matrix[:, order]
    q = LeastSquares(columns).q
    tail = (1 - fit.confidence) / 2
    parts, wanted, tried = [], settings.studies, 0
    while wanted:
        if tried > 10 * settings.studies:
            return None
        block = min(wanted, max(1, 2_000_000 // (n * p)))
        tried += block
        x = q[rng.integers(0, n, (block, n))]
        e = rng.standard_normal((block, n))
        gram = x.transpose(0, 2, 1) @ x
        fine = np.linalg.eigvalsh(gram)[:, 0] > SINGULAR
        x, e, inverse = x[fine], e[fine], np.linalg.inv(gram[fine])
        beta = np.einsum("sij,skj,sk->si", inverse, x, e, optimize=True)
        residual = e - np.einsum("snj,sj->sn", x, beta)
        weight = np.einsum("snj,sj->sn", x, inverse[:, :, -1])
        leverage = np.einsum("snj,sjk,snk->sn", x, inverse, x, optimize=True)
        with np.errstate(divide="ignore", invalid="ignore"):
            hc3 = np.sqrt(((weight * residual / (1 - leverage)) ** 2).sum(axis=1))
        ends = np.full((2, len(e)), np.nan)
        if n <= LARGEST_BOOTSTRAP:
            for one in range(len(e)):
                draws = bootstrap.ols(x[one], e[one], settings.resamples, rng)[:, -1]
                ends[:, one] = np.quantile(draws, [tail, 1 - tail])
        half = np.sqrt((residual**2).sum(axis=1) / fit.df * inverse[:, -1, -1])
        parts.append(np.array([beta[:, -1], fit.critical * half, fit.critical * hc3, *ends, 1 / inverse[:, -1, -1]]))
        wanted -= len(e)
    return Studies(*np.concatenate(parts, axis=1), fit.df, fit.critical)
