"""Confirmatory factor models of several groups with means, by maximum likelihood; with numpy and scipy only.

Each item loads on one factor. Parameters that are equal between groups share one entry of the vector, so invariance is a matter
of indices. semopy fits groups separately, without constraints between them.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.special import chdtrc, chndtr

from practicework.errors import NotComputable

LEVELS = ("configural", "metric", "scalar", "strict")
"""Each level includes the constraints of those before: equal loadings, intercepts, residual variances."""

STEPS, GRADIENT = 500, 1e-9
"""Maximum number of scoring steps, and the gradient per respondent at which the likelihood is at its maximum."""

FIXED = -1


@dataclass(frozen=True)
class Moments:
    """Number of respondents, means (k,) and covariances (k, k) with divisor n of one group."""

    n: int
    mean: np.ndarray
    covariance: np.ndarray


@dataclass(frozen=True)
class Structure:
    """Which entry of the parameter vector each matrix element is, by group; FIXED for elements that are not estimated.

    Attributes
    ----------
    factor : ndarray of shape (k,)
        The factor of each item.
    loadings, intercepts, residuals : ndarray of shape (G, k)
    phi : ndarray of shape (G, m, m)
        Factor covariances; fixed variances are 1.
    kappa : ndarray of shape (G, m)
        Factor means; fixed ones are 0.
    size : int
        The number of parameters.
    """

    factor: np.ndarray
    loadings: np.ndarray
    intercepts: np.ndarray
    residuals: np.ndarray
    phi: np.ndarray
    kappa: np.ndarray
    size: int


def structure(factor: np.ndarray, groups: int, level: str, free: Collection[int] = ()) -> Structure:
    """Return the structure of a level of invariance; factors are identified in the first group (variance 1, mean 0).

    Parameters
    ----------
    factor : ndarray of shape (k,)
    groups : int
    level : {"configural", "metric", "scalar", "strict"}
    free : collection of int
        Items whose intercepts may differ between groups (partial invariance).
    """
    k, m, at = len(factor), int(factor.max()) + 1, LEVELS.index(level)
    counter = iter(range(10**6))
    equal = [next(counter) for _ in range(k)]
    loadings = np.array([equal if group == 0 or at >= 1 else [next(counter) for _ in range(k)] for group in range(groups)])
    first = [next(counter) for _ in range(k)]
    intercepts = np.array(
        [[first[i] if group == 0 or (at >= 2 and i not in free) else next(counter) for i in range(k)] for group in range(groups)]
    )
    first = [next(counter) for _ in range(k)]
    residuals = np.array([first if group == 0 or at >= 3 else [next(counter) for _ in range(k)] for group in range(groups)])
    phi = np.full((groups, m, m), FIXED)
    kappa = np.full((groups, m), FIXED)
    for group in range(groups):
        for f in range(m):
            for g in range(f + 1):
                if f != g or (at >= 1 and group):
                    phi[group, f, g] = phi[group, g, f] = next(counter)
            if at >= 2 and group:
                kappa[group, f] = next(counter)
    return Structure(factor, loadings, intercepts, residuals, phi, kappa, next(counter))


@dataclass(frozen=True)
class Fitted:
    """A fitted model of several groups.

    Attributes
    ----------
    groups : sequence of Moments
    structure : Structure
    vector : ndarray of shape (p,)
        The estimates.
    """

    groups: Sequence[Moments]
    structure: Structure
    vector: np.ndarray

    def matrices(self, group: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Return loadings (k,), intercepts (k,), residual variances (k,), factor covariances (m, m) and means (m,) of a group."""
        return _matrices(self.structure, self.vector, group)

    @cached_property
    def n(self) -> int:
        """The number of respondents of all groups."""
        return sum(one.n for one in self.groups)

    @cached_property
    def fit(self) -> dict[str, float]:
        """Return test and indices as lavaan does with ``estimator = "ML"``.

        χ² = Σ n F. The baseline model has no covariances, and variances and means of its own in each group. RMSEA and its 90%
        interval are multiplied by √G. SRMR includes the means and is averaged over groups by size. In R:
        ``lavaan::fitMeasures(lavaan::cfa(model, data, group = "g", group.equal = ..., std.lv = TRUE))``.
        """
        k, total, number = len(self.structure.factor), self.n, len(self.groups)
        chisq, loglik, baseline, residuals = 0.0, 0.0, 0.0, []
        for group, own in enumerate(self.groups):
            mean, implied = _implied(self.structure, self.vector, group)
            chisq += own.n * _discrepancy(own, mean, implied)
            gap = own.mean - mean
            quadratic = np.trace(np.linalg.solve(implied, own.covariance)) + gap @ np.linalg.solve(implied, gap)
            loglik -= own.n / 2 * (k * np.log(2 * np.pi) + np.linalg.slogdet(implied)[1] + quadratic)
            sd = np.sqrt(np.diag(own.covariance))
            baseline -= own.n * np.linalg.slogdet(own.covariance / np.outer(sd, sd))[1]
            standard = ((own.covariance - implied) / np.outer(sd, sd))[np.triu_indices(k)]
            squares = (standard**2).sum() + ((gap / sd) ** 2).sum()
            residuals.append(own.n * np.sqrt(squares / (k * (k + 1) / 2 + k)))
        p = self.structure.size
        df, df0 = number * (k * (k + 1) // 2 + k) - p, number * k * (k - 1) // 2
        chisq = max(chisq, 0.0)
        found = {"parameters": p, "chisq": chisq, "df": df, "aic": -2 * loglik + 2 * p, "bic": -2 * loglik + p * np.log(total)}
        found["srmr"] = float(sum(residuals) / total)
        if df == 0:
            return found
        most = max(chisq - df, baseline - df0, 0.0)
        low, high = rmsea_interval(chisq, df, total, number)
        return found | {
            "p_value": float(chdtrc(df, chisq)),
            "cfi": 1 - max(chisq - df, 0.0) / most if most > 0 else 1.0,
            "tli": 1 - ((chisq - df) / df) / ((baseline - df0) / df0),
            "rmsea": float(np.sqrt(max(chisq - df, 0.0) / (df * total) * number)),
            "rmsea_low": low,
            "rmsea_high": high,
        }

    def score_test(self, item: int, what: str) -> tuple[float, int, float]:
        """Return χ², degrees of freedom and p of the score test that releases one item's equality in all groups but the first.

        In R, for two groups: ``lavaan::lavTestScore(fit)$uni``.

        Parameters
        ----------
        item : int
        what : {"loadings", "intercepts"}
            Which equality is released; it must be constrained in the model.
        """
        index = getattr(self.structure, what).copy()
        extra = self.structure.size + np.arange(len(self.groups) - 1)
        index[1:, item] = extra
        released = Structure(**{**vars(self.structure), what: index, "size": self.structure.size + len(extra)})
        vector = np.concatenate([self.vector, np.repeat(self.vector[getattr(self.structure, what)[0, item]], len(extra))])
        gradient, information = _derivatives(self.groups, released, vector)
        statistic = float(gradient @ np.linalg.solve(information, gradient))
        return statistic, len(extra), float(chdtrc(len(extra), statistic))


def fit(groups: Sequence[Moments], factor: np.ndarray, level: str, free: Collection[int] = ()) -> Fitted:
    """Fit a level of invariance by Fisher scoring.

    In R: ``lavaan::cfa(model, data, group = "g", group.equal = c("loadings", "intercepts", "residuals"), std.lv = TRUE)``.

    Parameters
    ----------
    groups : sequence of Moments
        At least two.
    factor : ndarray of shape (k,)
        The factor of each item, from 0.
    level, free
        See `structure`.

    Raises
    ------
    NotComputable
        If the model does not converge or is not identified.
    """
    made = structure(factor, len(groups), level, free)
    unit = np.sqrt(sum(one.n * np.diag(one.covariance) for one in groups) / sum(one.n for one in groups))
    if not (unit > 0).all():
        raise NotComputable("not computable: an item has no variance")
    scaled = [Moments(one.n, one.mean / unit, one.covariance / np.outer(unit, unit)) for one in groups]
    for one in scaled:
        if np.linalg.eigvalsh(one.covariance)[0] < 1e-10:
            raise NotComputable("not computable: the items of a sample are linearly dependent")
    vector = _scored(scaled, made, _start(scaled, made))
    for name in ("loadings", "intercepts"):
        np.put(vector, getattr(made, name), vector[getattr(made, name)] * unit)
    np.put(vector, made.residuals, vector[made.residuals] * unit**2)
    found = Fitted(groups, made, vector)
    if any((_matrices(made, vector, group)[2] <= 0).any() for group in range(len(groups))):
        raise NotComputable("not computable: a residual variance is not positive")
    return found


def rmsea_interval(chisq: float, df: int, n: int, groups: int = 1, confidence: float = 0.90) -> tuple[float, float]:
    """Return the interval of RMSEA from the noncentral χ² distribution (Browne & Cudeck, 1993), multiplied by √G."""
    ends = []
    for share in ((1 + confidence) / 2, (1 - confidence) / 2):
        low, high = 0.0, max(chisq, 1.0)
        if chndtr(chisq, df, low) < share:
            ends.append(0.0)
            continue
        while chndtr(chisq, df, high) > share:
            high *= 2
        for _ in range(100):
            middle = (low + high) / 2
            low, high = (middle, high) if chndtr(chisq, df, middle) > share else (low, middle)
        ends.append(float(np.sqrt(low / (n * df) * groups)))
    return ends[0], ends[1]


def dmacs(
    loadings: tuple[np.ndarray, np.ndarray], intercepts: tuple[np.ndarray, np.ndarray], kappa: float, phi: float, sd: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return dMACS of each item, and the same with the sign of the mean difference (Nye & Drasgow, 2011), shape (k,).

    √[((Δν + Δλ κ)² + Δλ² φ)] / SD: the difference of the expected answers, over the factor's distribution in the focal group.

    Parameters
    ----------
    loadings, intercepts : pairs of ndarray of shape (k,)
        Of the reference and the focal group, on one scale of the factor.
    kappa, phi : float
        The factor's mean and variance in the focal group.
    sd : ndarray of shape (k,)
        The pooled standard deviations of the items.
    """
    slope, gap = loadings[0] - loadings[1], intercepts[0] - intercepts[1]
    middle = gap + slope * kappa
    found = np.sqrt(middle**2 + slope**2 * phi) / sd
    return found, np.where(middle < 0, -found, found)


def _matrices(made: Structure, vector: np.ndarray, group: int) -> tuple[np.ndarray, ...]:
    phi, kappa = made.phi[group], made.kappa[group]
    covariances = np.where(phi == FIXED, np.eye(len(phi)), vector[phi])
    return (
        vector[made.loadings[group]], vector[made.intercepts[group]], vector[made.residuals[group]], covariances,
        np.where(kappa == FIXED, 0.0, vector[kappa]),
    )  # fmt: skip


def _implied(made: Structure, vector: np.ndarray, group: int) -> tuple[np.ndarray, np.ndarray]:
    loadings, intercepts, residuals, phi, kappa = _matrices(made, vector, group)
    factor = made.factor
    covariance = np.outer(loadings, loadings) * phi[np.ix_(factor, factor)] + np.diag(residuals)
    return intercepts + loadings * kappa[factor], covariance


def _discrepancy(own: Moments, mean: np.ndarray, implied: np.ndarray) -> float:
    """ln |Σ| − ln |S| + tr(SΣ⁻¹) − k + (m − μ)'Σ⁻¹(m − μ); infinite if Σ is not positive definite."""
    try:
        root = np.linalg.cholesky(implied)
    except np.linalg.LinAlgError:
        return np.inf
    inner = np.linalg.solve(root, np.linalg.solve(root, own.covariance).T)
    gap = np.linalg.solve(root, own.mean - mean)
    logs = 2 * np.log(np.diag(root)).sum() - np.linalg.slogdet(own.covariance)[1]
    return float(logs + np.trace(inner) - len(mean) + gap @ gap)


def _value(groups: Sequence[Moments], made: Structure, vector: np.ndarray) -> float:
    return sum(own.n * _discrepancy(own, *_implied(made, vector, group)) for group, own in enumerate(groups)) / 2


def _derivatives(groups: Sequence[Moments], made: Structure, vector: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The gradient of half of Σ n F, shape (p,), and the expected information, shape (p, p)."""
    gradient, information = np.zeros(made.size), np.zeros((made.size, made.size))
    factor, k = made.factor, len(made.factor)
    for group, own in enumerate(groups):
        loadings, _, _, phi, kappa = _matrices(made, vector, group)
        mean, implied = _implied(made, vector, group)
        places, means, covariances = [], [], []

        def add(place: int, change: np.ndarray | None, spread: np.ndarray | None) -> None:
            places.append(place)  # noqa: B023
            means.append(np.zeros(k) if change is None else change)  # noqa: B023
            covariances.append(np.zeros((k, k)) if spread is None else spread)  # noqa: B023

        across = phi[np.ix_(factor, factor)] * loadings  # row i: covariances of factor(i) with the items
        for i in range(k):
            unit = np.eye(k)[i]
            spread = np.outer(unit, across[i])
            add(made.loadings[group, i], unit * kappa[factor[i]], spread + spread.T)
            add(made.intercepts[group, i], unit, None)
            add(made.residuals[group, i], None, np.diag(unit))
        for f in range(len(phi)):
            pattern = np.where(factor == f, loadings, 0.0)
            for g in range(f + 1):
                if made.phi[group, f, g] != FIXED:
                    product = np.outer(pattern, np.where(factor == g, loadings, 0.0))
                    add(made.phi[group, f, g], None, product if f == g else product + product.T)
            if made.kappa[group, f] != FIXED:
                add(made.kappa[group, f], pattern, None)
        inverse, gap = np.linalg.inv(implied), own.mean - mean
        change, spread = np.array(means), np.array(covariances)
        excess = inverse @ (implied - own.covariance - np.outer(gap, gap)) @ inverse
        slopes = own.n * (np.einsum("aij,ij->a", spread, excess) / 2 - change @ inverse @ gap)
        white = inverse @ spread
        own_information = own.n * (np.einsum("aij,bji->ab", white, white) / 2 + change @ inverse @ change.T)
        where = np.array(places)
        np.add.at(gradient, where, slopes)
        np.add.at(information, (where[:, None], where[None, :]), own_information)
    return gradient, information


def _start(groups: Sequence[Moments], made: Structure) -> np.ndarray:
    """Loadings of .6, residual variances of .64, the means, and factor correlations of .2, in units of pooled SDs."""
    vector = np.zeros(made.size)
    vector[made.loadings.ravel()], vector[made.residuals.ravel()] = 0.6, 0.64
    for group in reversed(range(len(groups))):
        vector[made.intercepts[group]] = groups[group].mean
        for f in range(made.phi.shape[1]):
            for g in range(f + 1):
                if made.phi[group, f, g] != FIXED:
                    vector[made.phi[group, f, g]] = 1.0 if f == g else 0.2
    return vector


def _scored(groups: Sequence[Moments], made: Structure, vector: np.ndarray) -> np.ndarray:
    """Minimise by Fisher scoring, halving each step until it improves."""
    value, total = _value(groups, made, vector), sum(one.n for one in groups)
    for _ in range(STEPS):
        gradient, information = _derivatives(groups, made, vector)
        if np.abs(gradient).max() < GRADIENT * total:
            diagonal = np.sqrt(np.diag(information))
            if not (diagonal > 0).all() or np.linalg.eigvalsh(information / np.outer(diagonal, diagonal))[0] < 1e-9:
                raise NotComputable("not computable: the model is not identified by these data")
            return vector
        step = np.linalg.lstsq(information, -gradient, rcond=None)[0]
        for _ in range(40):
            found = _value(groups, made, vector + step)
            if found <= value + 1e-12 * abs(value):
                break
            step = step / 2
        else:
            break
        vector, value = vector + step, found
    if np.abs(_derivatives(groups, made, vector)[0]).max() < 1e-6 * total:
        return vector
    raise NotComputable("not computable: the model did not converge")
