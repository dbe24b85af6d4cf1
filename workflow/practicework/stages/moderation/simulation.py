"""Simulated studies: how often the interval of an interaction excludes zero in newly drawn respondents."""

from dataclasses import dataclass

import numpy as np
from scipy.special import ncfdtr, stdtrit

from practicework.numerics import bootstrap
from practicework.numerics.least_squares import ALONE, LeastSquares
from practicework.numerics.matrices import definite
from practicework.numerics.power import CERTAIN, POWER
from practicework.stages.moderation.regression import Fit
from practicework.study.settings import Moderation

LARGEST = 2_000
"""Respondents up to which studies are simulated; beyond, closed forms give the same results."""

LARGEST_BOOTSTRAP = 300
"""Respondents up to which simulated studies are bootstrapped."""

BOOTSTRAPPED = 1_000
"""The number of studies that are bootstrapped, which takes most of the time."""

FEWEST = 4
"""Respondents per coefficient from which studies are simulated; with fewer, most drawn designs are singular."""

SINGULAR = 1e-8

CELLS = 500_000
"""Maximum number of cells of a block of designs, which fits the processor's cache."""


@dataclass(frozen=True)
class Studies:
    """The interaction in simulated studies, in units of its true standard error in this sample.

    A study draws respondents from the sample with replacement, with their values of predictor, moderator and covariates; its
    errors are normal and homoscedastic. Least squares is equivariant: with a true interaction λ, a study estimates
    λ + `error` with the same standard errors, and its bootstrap interval shifts by λ. One set of studies thus serves every
    effect size.

    Attributes
    ----------
    interval : str
        The interval on which conclusions are based: ols, hc3 or bootstrap.
    error : ndarray of shape (studies,)
        The estimate's error.
    ends : dict of str to ndarray of shape (2, studies)
        The ends of each interval when λ is zero; those of the bootstrap have `BOOTSTRAPPED` columns and are present only if
        conclusions are based on it.
    information : ndarray of shape (studies,)
        The sum of squares of the product's residual on the other columns, relative to that in the sample.
    df : int
    critical : float
    """

    interval: str
    error: np.ndarray
    ends: dict[str, np.ndarray]
    information: np.ndarray
    df: int
    critical: float

    def power(self, noncentrality: float, interval: str) -> tuple[float, float]:
        """Return the share of studies whose interval excludes zero for a true effect λ, and its Monte Carlo standard error."""
        if interval not in self.ends:
            return np.nan, np.nan
        low, high = noncentrality + self.ends[interval]
        share = float(((low > 0) | (high < 0)).mean())
        return share, float(np.sqrt(share * (1 - share) / len(low)))

    def detectable(self) -> float:
        """Return the smallest λ at which the deciding interval excludes zero in 80% of the studies; NaN if there is none.

        There is none if the interval is not computable in more than 20% of the studies.
        """
        low, high = 0.0, 1.0
        while self.power(high, self.interval)[0] < POWER:
            low, high = high, 2 * high
            if high > CERTAIN:
                return np.nan
        for _ in range(40):
            middle = (low + high) / 2
            low, high = (middle, high) if self.power(middle, self.interval)[0] < POWER else (low, middle)
        return high

    def sign_and_size_errors(self, noncentrality: float) -> tuple[float, float]:
        """Return type S and type M errors of the estimates whose deciding interval excludes zero."""
        low, high = noncentrality + self.ends[self.interval]
        estimate = (noncentrality + self.error)[: len(low)][(low > 0) | (high < 0)]
        if not len(estimate) or noncentrality <= 0:
            return np.nan, np.nan
        return float((estimate < 0).mean()), float(np.abs(estimate).mean() / noncentrality)

    def expected_power(self, noncentrality: float) -> float:
        """Return the closed-form power averaged over the designs of the simulated studies."""
        strength = np.minimum(noncentrality**2 * self.information, CERTAIN)
        return float((1 - ncfdtr(1, self.df, strength, self.critical**2)).mean())


def simulate(
    fit: Fit, settings: Moderation, rng: np.random.Generator, size: int | None = None, studies: int | None = None
) -> Studies | None:
    """Simulate studies; None for several product terms, for clusters, and for too few or too many respondents.

    Parameters
    ----------
    fit : Fit
    settings : Moderation
        How many studies, the interval on which conclusions are based, and how many resamples of each study.
    rng : numpy.random.Generator
    size : int, optional
        Respondents of a study; by default those of the sample.
    studies : int, optional
        By default the declared number.
    """
    sample, p = fit.design.matrix.shape
    n = sample if size is None else size
    if len(fit.design.interaction) > 1 or fit.clustered or not FEWEST * p <= n <= LARGEST:
        return None
    interval = fit.deciding(settings.interval)
    if interval == "bootstrap" and n > LARGEST_BOOTSTRAP:
        interval = "hc3"
    # with the product last, its coefficient on Q is the interaction in units of its true standard error
    order = [*np.delete(np.arange(p), fit.design.interaction), *fit.design.interaction]
    q = LeastSquares(fit.design.matrix[:, order]).q
    df, tail = n - p, (1 - fit.confidence) / 2
    critical = float(stdtrit(df, 1 - tail))
    studies = settings.simulation.studies if studies is None else studies
    parts, resampled, wanted, tried = [], [], studies, 0
    while wanted:
        if tried > 10 * studies:
            return None
        block = min(wanted, max(1, CELLS // (n * p)))
        tried += block
        x = q[rng.integers(0, sample, (block, n))]
        e = rng.standard_normal((block, n))
        gram = x.transpose(0, 2, 1) @ x
        fine = definite(gram, SINGULAR)
        x, e, inverse = x[fine], e[fine], np.linalg.inv(gram[fine])
        beta = (inverse @ (x.transpose(0, 2, 1) @ e[:, :, None]))[:, :, 0]
        residual = e - (x @ beta[:, :, None])[:, :, 0]
        weight = (x @ inverse[:, :, -1:])[:, :, 0]
        leverage = ((x @ inverse) * x).sum(axis=2)
        with np.errstate(divide="ignore", invalid="ignore"):
            hc3 = np.sqrt(((weight * residual / (1 - leverage)) ** 2).sum(axis=1))
        hc3[(leverage > ALONE).any(axis=1)] = np.nan  # not computable, so nothing is found
        ols = np.sqrt((residual**2).sum(axis=1) / df * inverse[:, -1, -1])
        parts.append(np.array([beta[:, -1], ols, hc3, 1 / inverse[:, -1, -1]]))
        if interval == "bootstrap":
            for one in range(min(len(e), BOOTSTRAPPED - len(resampled))):
                draws = bootstrap.ols(x[one], e[one], settings.simulation.resamples, rng)[:, -1]
                resampled.append(np.quantile(draws, [tail, 1 - tail]))
        wanted -= len(e)
    error, ols, hc3, information = np.concatenate(parts, axis=1)
    ends = {name: error + critical * np.array([-half, half]) for name, half in (("ols", ols), ("hc3", hc3))}
    if resampled:
        ends["bootstrap"] = np.array(resampled).T
    return Studies(interval, error, ends, information, df, critical)
