"""Test statistics of a confirmatory model for small samples and for answers that are not normal."""

import numpy as np
from scipy.special import chdtrc

from practicework.stages.dimensionality.cfa import Cfa, gradient, information

STEP = 1e-5
"""Step of the central differences of the gradient."""

BLOCK = 10_000
"""Respondents at a time."""


def statistics(cfa: Cfa, chisq: float, df: int) -> dict[str, float]:
    """Return Swain's, the Satorra–Bentler and the Yuan–Bentler statistic of a fitted model, with their p values.

    - `swain`: χ² times 1 − (k(2k² + 3k − 1) − q(2q² + 3q − 1)) / (12 df (n − 1)), q = (√(1 + 4k(k + 1) − 8 df) − 1) / 2,
      for k items. Tests of large models in small samples reject correct models too often; this corrects for the size of the
      model (Swain, 1975; Herzog, Boomsma & Reinecke, 2007).
    - `satorra_bentler`: χ² / c, c = tr(UΓ) / df, for answers that are not normal (Satorra & Bentler, 1994).
      In R: ``lavaan::cfa(estimator = "MLM")``.
    - `yuan_bentler`: χ² / c, c from the observed information and the scores' cross-products (Yuan & Bentler, 2000, in Mplus's
      form). In R: ``lavaan::cfa(estimator = "MLR")``.

    Returns
    -------
    dict
        `chisq_*`, `p_value_*` of the three, and `scaling_*` of the last two. A statistic whose factor is not positive is
        omitted.
    """
    n, k = cfa.model.n, len(cfa.r)
    q = (np.sqrt(1 + 4 * k * (k + 1) - 8 * df) - 1) / 2
    factor = 1 - (k * (2 * k**2 + 3 * k - 1) - q * (2 * q**2 + 3 * q - 1)) / (12 * df * (n - 1))
    found = {}
    if factor > 0:
        found |= {"chisq_swain": float(factor * chisq), "p_value_swain": float(chdtrc(df, factor * chisq))}
    for name, scaling in zip(("satorra_bentler", "yuan_bentler"), _scalings(cfa, df), strict=True):
        if scaling > 0:
            scaled = float(chisq / scaling)
            found |= {f"chisq_{name}": scaled, f"p_value_{name}": float(chdtrc(df, scaled)), f"scaling_{name}": scaling}
    return found


def _scalings(cfa: Cfa, df: int) -> tuple[float, float]:
    """The scaling factors of Satorra and Bentler and of Yuan and Bentler.

    The traces are means over respondents of quadratic forms. With M = zz' − S, the score of the saturated model yields
    ½ tr(VMVM), with V = Σ⁻¹ for Satorra and Bentler and S⁻¹ for Yuan and Bentler. The model's score is ½ tr(Σ_a Σ⁻¹MΣ⁻¹) with
    the derivatives Σ_a, weighted by the inverse of the expected or of the observed information.
    """
    k = len(cfa.r)
    answers = cfa.model.answers.to_numpy(float)
    mean, sd = answers.mean(axis=0), answers.std(axis=0)
    derivatives, inverse = cfa.estimates.derivatives(), np.linalg.inv(cfa.estimates.implied)
    middle, straight = inverse @ cfa.r @ inverse, np.linalg.inv(cfa.r)
    expected = np.einsum("aij,ji->a", derivatives, middle)
    # quadratic forms of one respondent's answers are sums of their products, of which each pair occurs twice
    rows, cols = np.triu_indices(k)
    forms = np.concatenate([inverse @ derivatives @ inverse, [inverse, middle, straight]])[:, rows, cols]
    forms = (forms * np.where(rows == cols, 1, 2)).T
    crossed, saturated = np.zeros((len(expected), len(expected))), np.zeros(2)
    for start in range(0, len(answers), BLOCK):
        z = (answers[start : start + BLOCK] - mean) / sd
        found = (z[:, rows] * z[:, cols]) @ forms
        scores = (found[:, : len(expected)] - expected) / 2
        crossed += scores.T @ scores
        own, other, distance = found[:, len(expected) :].T
        saturated += [(own**2 - 2 * other).sum(), (distance**2 - 2 * distance).sum()]
    crossed /= len(answers)
    saturated = (saturated / len(answers) + [np.trace(middle @ cfa.r), k]) / 2
    weights = information(cfa.estimates), _observed(cfa)
    explained = [np.trace(np.linalg.solve(weight, crossed)) for weight in weights]
    satorra_bentler, yuan_bentler = (saturated - explained) / df
    return float(satorra_bentler), float(yuan_bentler)


def _observed(cfa: Cfa) -> np.ndarray:
    """The observed information of one respondent: central differences of the gradient, shape (p, p)."""
    rows = []
    for step in STEP * np.eye(len(cfa.estimates.vector)):
        ends = gradient(cfa.r, cfa.estimates.moved(step)) - gradient(cfa.r, cfa.estimates.moved(-step))
        rows.append(ends / (2 * STEP))
    found = np.array(rows)
    return (found + found.T) / 2
