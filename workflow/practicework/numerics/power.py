"""Power, type S and type M errors, and the sample size that a replication requires."""

import numpy as np
from scipy.optimize import brentq
from scipy.special import chdtri, fdtri, ncfdtr, nctdtr, ndtr, stdtrit

POWER = 0.8
"""The conventional power (Cohen, 1988)."""

MOST = 1_000_000
"""Respondents above which no required number is given."""

STEPS = 4_000

CERTAIN = 1_000
"""Noncentrality above which power is 1 in all digits, and the library's distribution fails."""


def power(change: float, r_squared_reduced: float, n: int, df: int, alpha: float, terms: int = 1) -> float:
    """Return the power of the F test of an interaction for a true change in R².

    From the noncentral F distribution with `terms` and df degrees of freedom and noncentrality n f²,
    f² = ΔR² / (1 - R²) with R² = r_squared_reduced + ΔR² (Cohen, 1988). In R:
    ``1 - pf(qf(1 - alpha, terms, df), terms, df, n * f2)``.

    Parameters
    ----------
    change : float
        The true ΔR² of the interaction.
    r_squared_reduced : float
        R² of the model without the interaction.
    n, df : int
        Respondents, and residual degrees of freedom.
    alpha : float
        Level of the test.
    terms : int
        Product terms that are tested jointly.
    """
    f2 = change / (1 - r_squared_reduced - change)
    if n * f2 > CERTAIN:
        return 1.0
    return float(1 - ncfdtr(terms, df, n * f2, fdtri(terms, df, 1 - alpha)))


def detectable_change(n: int, df: int, r_squared_reduced: float, alpha: float, terms: int = 1, wanted: float = POWER) -> float:
    """Return the smallest ΔR² of an interaction that a sample of n detects with the wanted power; see `power`.

    In R: ``pwr::pwr.f2.test(u = 1, v = df, sig.level = alpha, power = power)`` up to its noncentrality (u + v + 1) f².
    """
    low, high = 0.0, 1 - r_squared_reduced
    for _ in range(60):
        middle = (low + high) / 2
        found = middle < 1 - r_squared_reduced and power(middle, r_squared_reduced, n, df, alpha, terms) > wanted
        low, high = (low, middle) if found else (middle, high)
    return high


def significant_change(df: int, r_squared_reduced: float, alpha: float, terms: int = 1) -> float:
    """Return the smallest ΔR² of an interaction that is significant in a sample, given the R² of the other terms.

    ΔR² = k F (1 - R²) / (df + k F) with R² = r_squared_reduced, k = `terms` and the critical value F. Every significant
    estimate is at least as large, whatever the true ΔR². In R: ``f <- qf(1 - alpha, k, df); k * f * (1 - r2) / (df + k * f)``.
    """
    critical = terms * fdtri(terms, df, 1 - alpha)
    return float(critical * (1 - r_squared_reduced) / (df + critical))


def change_at(probability: float, f: float, n: int, df: int, r_squared_reduced: float, terms: int = 1) -> float:
    """Return the true ΔR² at which F exceeds the observed value with probability 1 - `probability`; 0 if there is none.

    The ends of a confidence interval of ΔR² are those at (1 + confidence) / 2 and (1 - confidence) / 2 (Steiger, 2004):
    ΔR² = (1 - R²) λ / (λ + n), with R² = r_squared_reduced and λ the noncentrality. In R: ``uniroot`` of
    ``pf(f, terms, df, ncp) - probability`` in ncp.
    """

    def excess(noncentrality: float) -> float:
        return float(ncfdtr(terms, df, noncentrality, f)) - probability

    if excess(0.0) <= 0:
        return 0.0
    high = terms * f + 1
    while excess(high) > 0:
        high *= 2
    # scipy's own inverse, ncfdtrinc, has an error of 1e-6
    noncentrality = float(brentq(excess, 0.0, high, xtol=1e-12, rtol=1e-13))
    return (1 - r_squared_reduced) * noncentrality / (noncentrality + n)


def required_n(change: float, r_squared_reduced: float, parameters: int, alpha: float, terms: int = 1) -> int | None:
    """Return the smallest number of respondents with a power of 80%; None above a million. See `power`."""

    def enough(n: int) -> bool:
        return power(change, r_squared_reduced, n, n - parameters, alpha, terms) >= POWER

    if change <= 0:
        return None
    low = high = parameters + 1
    while not enough(high):
        if high == MOST:
            return None
        low, high = high + 1, min(2 * high, MOST)
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle + 1, high)
    return low


def sign_and_size_errors(noncentrality: float, df: int, alpha: float) -> tuple[float, float]:
    """Return type S and type M errors of an estimate, given that it is significant (Gelman & Carlin, 2014).

    Type S: the probability that it has the wrong sign, from the noncentral t distribution. Type M: the mean of its absolute
    value divided by the true value. With the true effect λ in standard errors and the estimated standard error s (s² as
    χ² / df), E|b| beyond t s has a closed form in s and is averaged over the distribution of s. In R, for infinite df:
    Gelman and Carlin's ``retrodesign(λ, 1)``.

    Parameters
    ----------
    noncentrality : float
        λ, the true effect in true standard errors; above zero.
    df : int
        Residual degrees of freedom.
    alpha : float
        Level of the two-sided test.

    Returns
    -------
    type_s, type_m : float
    """
    if noncentrality**2 > CERTAIN:
        return 0.0, 1.0
    critical = stdtrit(df, 1 - alpha / 2)
    right, wrong = 1 - nctdtr(df, noncentrality, critical), nctdtr(df, noncentrality, -critical)
    s = np.sqrt(chdtri(df, (np.arange(STEPS) + 0.5) / STEPS) / df)
    upper, lower = critical * s - noncentrality, -critical * s - noncentrality
    density = np.exp(-(np.array([upper, lower]) ** 2) / 2) / np.sqrt(2 * np.pi)
    # E[b; b > k] = λ P(z > k - λ) + φ(k - λ), and E[-b; b < -k] alike
    size = noncentrality * ndtr(-upper) + density[0] - noncentrality * ndtr(lower) + density[1]
    return float(wrong / (right + wrong)), float(size.mean() / (right + wrong) / noncentrality)


def product_reliability(reliability_x: float, reliability_w: float, r: float) -> float:
    """Return the reliability of the product of two centred variables that correlate by r in the sample.

    (ρx ρw + r²) / (1 + r²) for bivariate normal variables (Bohrnstedt & Marwell, 1978; Busemeyer & Jones, 1983).
    """
    return (reliability_x * reliability_w + r**2) / (1 + r**2)
