"""Confirmatory factor analysis by maximum likelihood: semopy's estimates, refined to the exact minimum, and their fit.

Every item loads only on the factor of its scale; factors have unit variance and correlate freely. The model is
fitted to the correlations, which changes neither fit nor standardised estimates; Σ = Λ Φ Λ' + Ψ.
"""

from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

import numpy as np
from scipy.special import chdtrc

from practicework.errors import NotComputable
from practicework.numerics.multigroup import rmsea_interval
from practicework.stages.dimensionality.item_model import ItemModel

GRADIENT = 1e-9
STEPS = 200
UNIDENTIFIED = 1e-8
"""With a smaller eigenvalue of the information (scaled to a unit diagonal), the model is not identified."""


@dataclass(frozen=True)
class Parameters:
    """Estimates: loadings (k,), residual variances (k,), factor correlations (m, m), and each item's factor (k,)."""

    loadings: np.ndarray
    residuals: np.ndarray
    phi: np.ndarray
    factor: np.ndarray

    @property
    def pattern(self) -> np.ndarray:
        """Λ, shape (k, m)."""
        pattern = np.zeros((len(self.loadings), len(self.phi)))
        pattern[range(len(self.loadings)), self.factor] = self.loadings
        return pattern

    @property
    def implied(self) -> np.ndarray:
        """Σ, shape (k, k)."""
        return self.pattern @ self.phi @ self.pattern.T + np.diag(self.residuals)

    @property
    def vector(self) -> np.ndarray:
        """All free parameters: loadings, residual variances, factor correlations above the diagonal."""
        return np.concatenate([self.loadings, self.residuals, self.phi[np.triu_indices(len(self.phi), 1)]])

    def moved(self, step: np.ndarray) -> "Parameters":
        """Return the parameters after a step."""
        k, m = len(self.loadings), len(self.phi)
        vector, phi = self.vector + step, np.eye(m)
        upper = np.triu_indices(m, 1)
        phi[upper] = phi.T[upper] = vector[2 * k :]
        return Parameters(vector[:k], vector[k : 2 * k], phi, self.factor)

    def derivatives(self) -> np.ndarray:
        """Return the derivatives of Σ with respect to each free parameter, shape (p, k, k)."""
        k, m, pattern = len(self.loadings), len(self.phi), self.pattern
        upper = list(combinations(range(m), 2))
        found = np.zeros((2 * k + len(upper), k, k))
        across = pattern @ self.phi  # column f: the covariances of the items with factor f
        for i in range(k):
            found[i, i] = across[:, self.factor[i]]
            found[i] += found[i].T
            found[k + i, i, i] = 1
        for number, (f, g) in enumerate(upper, 2 * k):
            product = np.outer(pattern[:, f], pattern[:, g])
            found[number] = product + product.T
        return found


@dataclass(frozen=True)
class Cfa:
    """A fitted model.

    Attributes
    ----------
    model : ItemModel
    r : ndarray of shape (k, k)
        Observed correlations.
    estimates : Parameters
    covariance : ndarray of shape (p, p)
        Covariance of the estimates, from the expected information.
    """

    model: ItemModel
    r: np.ndarray
    estimates: Parameters
    covariance: np.ndarray

    @property
    def loadings(self) -> np.ndarray:
        """Standardised loadings, shape (k,)."""
        return self.estimates.loadings / np.sqrt(self._total)

    @property
    def loading_errors(self) -> np.ndarray:
        """Standard errors of the standardised loadings, delta method. In R: ``lavaan::standardizedSolution``."""
        k, lam, psi = len(self.r), self.estimates.loadings, self.estimates.residuals
        by_loading, by_residual = psi / self._total**1.5, -lam / 2 / self._total**1.5
        c = self.covariance
        own, rest, both = c.diagonal()[:k], c.diagonal()[k : 2 * k], c[range(k), range(k, 2 * k)]
        return np.sqrt(by_loading**2 * own + 2 * by_loading * by_residual * both + by_residual**2 * rest)

    @property
    def _total(self) -> np.ndarray:
        return self.estimates.loadings**2 + self.estimates.residuals

    @property
    def correlation_errors(self) -> np.ndarray:
        """Standard errors of the factor correlations, in the order of `itertools.combinations`."""
        return np.sqrt(self.covariance.diagonal()[2 * len(self.r) :])

    @property
    def correlations(self) -> np.ndarray:
        """Factor correlations, in the order of `itertools.combinations`."""
        return self.estimates.phi[np.triu_indices(len(self.estimates.phi), 1)]

    @cached_property
    def improper(self) -> list[str]:
        """Descriptions of inadmissible estimates; empty for a proper solution."""
        negative = [item for item, psi in zip(self.model.items, self.estimates.residuals, strict=True) if psi <= 0]
        names, r = list(self.model.factors), self.correlations
        beyond = [f"{a} with {b}" for (a, b), value in zip(combinations(names, 2), r, strict=True) if abs(value) >= 1]
        found = [f"the residual variance of {', '.join(negative)} is not positive"] if negative else []
        return found + ([f"the factor correlation of {', '.join(beyond)} is not below 1"] if beyond else [])

    def fit(self) -> dict[str, float]:
        """Compute the test and indices of fit as lavaan does with ``estimator = "ML"``; undefined ones are omitted.

        chisq = n F; CFI and TLI are relative to the independence model; RMSEA uses n, not n - 1, and its 90 %
        interval the noncentral chi-square distribution; SRMR follows Bentler. AIC and BIC use the log-likelihood
        of the unstandardised answers. A model without degrees of freedom has no fit indices.
        """
        n, k, p = self.model.n, len(self.r), len(self.estimates.vector)
        df, df0 = k * (k + 1) // 2 - p, k * (k - 1) // 2
        chisq, chisq0 = n * discrepancy(self.r, self.estimates.implied), -n * np.linalg.slogdet(self.r)[1]
        variances = self.model.answers.var(ddof=0).to_numpy()
        implied = self.estimates.implied
        logdet = np.linalg.slogdet(implied)[1] + np.log(variances).sum()
        loglik = -n / 2 * (k * np.log(2 * np.pi) + logdet + np.trace(np.linalg.solve(implied, self.r)))
        found = {
            "parameters": p, "chisq": max(chisq, 0.0), "df": df, "loglik": loglik,
            "aic": -2 * loglik + 2 * p, "bic": -2 * loglik + p * np.log(n), "baseline_chisq": chisq0, "baseline_df": df0,
        }  # fmt: skip
        if df == 0:
            return found
        excess, excess0 = chisq - df, chisq0 - df0
        most = max(excess, excess0, 0.0)
        low, high = rmsea_interval(chisq, df, n)
        upper = np.triu_indices(k)
        return found | {
            "p_value": float(chdtrc(df, chisq)),
            "cfi": 1 - max(excess, 0.0) / most if most > 0 else 1.0,
            "tli": 1 - (excess / df) / (excess0 / df0) if excess0 != 0 else np.nan,
            "rmsea": np.sqrt(max(excess, 0.0) / (n * df)),
            "rmsea_low": low,
            "rmsea_high": high,
            "srmr": np.sqrt(((self.r - implied)[upper] ** 2).mean()),
        }


def fit_cfa(model: ItemModel, start: Parameters | None = None) -> Cfa:
    """Fit a confirmatory model; in R: ``lavaan::cfa(syntax, data, std.lv = TRUE)``.

    The estimates result from Fisher scoring, whose final gradient determines convergence. By default, it starts from
    semopy's estimates: its optimiser stops about 1e-4 short in the loadings and reports success even where the model cannot
    be fitted.

    Raises
    ------
    NotComputable
        The data are singular, or the model is not identified or does not converge.
    """
    r = model.regular_correlations
    sizes = {name: len(items) for name, items in model.factors.items()}
    if list(sizes.values()) == [1]:
        raise NotComputable("not computable: a single item has no structure")
    if list(sizes.values()) == [2]:
        raise NotComputable("not computable: a factor of two items alone is not identified")
    estimates = _scored(r, _start(model, r) if start is None else start)
    expected = information(estimates)
    diagonal = np.sqrt(expected.diagonal())
    if not (diagonal > 0).all() or np.linalg.eigvalsh(expected / np.outer(diagonal, diagonal))[0] < UNIDENTIFIED:
        raise NotComputable("not computable: the model is not identified by these data (some items hardly correlate)")
    sums = np.bincount(estimates.factor, estimates.loadings)
    sign = np.where(sums < 0, -1.0, 1.0)
    turned = Parameters(
        estimates.loadings * sign[estimates.factor], estimates.residuals, estimates.phi * np.outer(sign, sign), estimates.factor
    )
    return Cfa(model, r, turned, np.linalg.inv(information(turned)) / model.n)


def discrepancy(r: np.ndarray, implied: np.ndarray) -> float:
    """Return the discrepancy ln |Σ| - ln |R| + tr(R Σ⁻¹) - k; infinite if Σ is not positive definite."""
    try:
        root = np.linalg.cholesky(implied)
    except np.linalg.LinAlgError:
        return np.inf
    white = np.linalg.solve(root, np.linalg.solve(root, r).T)
    return float(2 * np.log(root.diagonal()).sum() - np.linalg.slogdet(r)[1] + np.trace(white) - len(r))


def _start(model: ItemModel, r: np.ndarray) -> Parameters:
    """Return semopy's estimates, rescaled to factors of unit variance."""
    import semopy

    names = {item: f"x{number}" for number, item in enumerate(model.items)}  # dots and some words are special in its syntax
    lines = [f"f{f} =~ " + " + ".join(names[item] for item in items) for f, items in enumerate(model.factors.values())]
    standard = (model.answers - model.answers.mean()) / model.answers.std(ddof=0)
    fitted = semopy.Model("\n".join(lines))
    try:
        fitted.fit(standard.rename(columns=names))
        table = fitted.inspect(information=None)  # without its standard errors
    except (np.linalg.LinAlgError, ValueError, FloatingPointError) as error:
        raise NotComputable("not computable: the model did not converge") from error
    values = {(row.lval, row.op, row.rval): float(row.Estimate) for row in table.itertuples()}
    factors = [f"f{f}" for f in range(len(model.factors))]
    variances = np.array([values[f, "~~", f] for f in factors])
    size = np.sqrt(np.maximum(variances, 1e-4))
    factor = np.repeat(range(len(factors)), [len(items) for items in model.factors.values()])
    loadings = np.array([values[names[item], "~", f"f{f}"] for item, f in zip(model.items, factor, strict=True)]) * size[factor]
    phi = np.eye(len(factors))
    for f, g in combinations(range(len(factors)), 2):
        covariance = values.get((f"f{f}", "~~", f"f{g}"), values.get((f"f{g}", "~~", f"f{f}"), 0.0))
        phi[f, g] = phi[g, f] = np.clip(covariance / (size[f] * size[g]), -0.95, 0.95)
    start = Parameters(loadings, np.maximum(1 - loadings**2, 0.05), phi, factor)
    if not np.isfinite(discrepancy(r, start.implied)):  # use neutral values if semopy's are inadmissible
        return neutral(factor)
    return start


def neutral(factor: np.ndarray) -> Parameters:
    """Return starting values that do not depend on the data: loadings of .6, factor correlations of .2; `factor` (k,)."""
    loadings, m = np.full(len(factor), 0.6), int(factor.max()) + 1
    return Parameters(loadings, 1 - loadings**2, np.full((m, m), 0.2) + 0.8 * np.eye(m), factor)


def information(parameters: Parameters) -> np.ndarray:
    """Return the expected information of one respondent, ½ tr(Σ⁻¹ ∂Σ/∂a Σ⁻¹ ∂Σ/∂b), shape (p, p)."""
    white = np.linalg.solve(parameters.implied, parameters.derivatives())
    return np.einsum("aij,bji->ab", white, white) / 2


def gradient(r: np.ndarray, parameters: Parameters) -> np.ndarray:
    """Return the gradient of half the discrepancy, shape (p,)."""
    inverse = np.linalg.inv(parameters.implied)
    return np.einsum("aij,ij->a", parameters.derivatives(), inverse @ (parameters.implied - r) @ inverse) / 2


def _scored(r: np.ndarray, parameters: Parameters) -> Parameters:
    """Minimise the discrepancy by Fisher scoring, halving each step until it improves."""
    value = discrepancy(r, parameters.implied)
    for _ in range(STEPS):
        slope = gradient(r, parameters)
        if np.abs(slope).max() < GRADIENT:
            return parameters
        step = np.linalg.lstsq(information(parameters), -slope)[0]
        for _ in range(30):
            moved = parameters.moved(step)
            found = discrepancy(r, moved.implied)
            if found <= value + 1e-14:
                break
            step = step / 2
        else:
            break
        parameters, value = moved, found
    if np.abs(gradient(r, parameters)).max() < 1e-6:
        return parameters
    raise NotComputable("not computable: the model did not converge")
