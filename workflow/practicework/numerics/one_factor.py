"""One factor fitted to many covariance matrices at once by maximum likelihood, for resampling."""

import numpy as np

from practicework.numerics.matrices import solved

STEPS, GRADIENT = 60, 1e-7
"""Maximum number of scoring steps, and the gradient at which the likelihood is at its maximum, in units of standardised items."""


@np.errstate(over="ignore", invalid="ignore")  # of matrices that are almost singular, which have no proper solution
def fit(
    covariances: np.ndarray, loadings: np.ndarray, residuals: np.ndarray, gradient: float = GRADIENT
) -> tuple[np.ndarray, np.ndarray]:
    """Fit Σ = λλ' + Ψ to each covariance matrix by Fisher scoring from common starting values.

    In R: ``lavaan::cfa("f =~ x1 + x2 + x3 + x4", std.lv = TRUE, sample.cov = S, sample.nobs = n)`` for each.

    Parameters
    ----------
    covariances : ndarray of shape (m, k, k)
    loadings, residuals : ndarray of shape (k,)
        Starting values: the estimates of the sample that was resampled.
    gradient : float
        The gradient at which the likelihood is at its maximum, in units of standardised items.

    Returns
    -------
    loadings : ndarray of shape (m, k)
        NaN where the model does not converge, as for an item without variance, or a residual variance is not positive; signs
        follow the starting values.
    converged : ndarray of shape (m,)
    """
    m, k = covariances.shape[:2]
    size = np.sqrt(loadings**2 + residuals)
    sample = covariances / np.outer(size, size)
    found = np.tile(np.concatenate([loadings / size, residuals / size**2]), (m, 1))
    at, result, done = np.arange(m), np.full((m, k), np.nan), np.zeros(m, bool)
    diagonal, one = np.arange(k), np.eye(k)
    for _ in range(STEPS):
        lam, psi = found[:, :k], found[:, k:]
        implied = lam[:, :, None] * lam[:, None, :]
        implied[:, diagonal, diagonal] += psi
        inverse, regular = solved(implied, np.broadcast_to(one, implied.shape))
        if not regular.all():
            at, found, sample, implied = at[regular], found[regular], sample[regular], implied[regular]
            lam, psi = lam[regular], psi[regular]
        # with A = Σ⁻¹ and B = A (Σ − S) A: gradients (Bλ, diag B / 2); information from A, Aλ and λ'Aλ in closed form
        excess = inverse @ (implied - sample) @ inverse
        slope = np.concatenate([(excess @ lam[:, :, None])[:, :, 0], np.diagonal(excess, axis1=1, axis2=2) / 2], axis=1)
        fine = (np.abs(slope).max(axis=1) < gradient) & (psi > 0).all(axis=1)
        if fine.any():
            result[at[fine]], done[at[fine]] = lam[fine] * size, True
            at, found, sample = at[~fine], found[~fine], sample[~fine]
            lam, psi, inverse, slope = lam[~fine], psi[~fine], inverse[~fine], slope[~fine]
        if not len(at):
            break
        turned = (inverse @ lam[:, :, None])[:, :, 0]
        strength = (lam * turned).sum(axis=1)
        information = np.empty((len(at), 2 * k, 2 * k))
        information[:, :k, :k] = turned[:, :, None] * turned[:, None, :] + strength[:, None, None] * inverse
        information[:, :k, k:] = inverse * turned[:, None, :]
        information[:, k:, :k] = information[:, :k, k:].transpose(0, 2, 1)
        information[:, k:, k:] = inverse**2 / 2
        step, regular = solved(information, slope[:, :, None])
        step = step[:, :, 0] * np.minimum(1, 0.5 / np.maximum(np.abs(step[:, :, 0]).max(axis=1), 1e-12))[:, None]
        at, found, sample = at[regular], found[regular] - step, sample[regular]
        # a resample on its way to a negative variance has no proper solution
        left = found[:, k:].min(axis=1) > -0.2
        at, found, sample = at[left], found[left], sample[left]
        if not len(at):
            break
    return result, done
