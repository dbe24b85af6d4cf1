"""Whether the coefficients of a proportional-odds model are the same at all thresholds."""

import numpy as np
from scipy.special import expit, gammaincc

from practicework.errors import NotComputable
from practicework.numerics.generalized import Binary


def brant(matrix: np.ndarray, outcome: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return Brant's (1990) Wald tests: separate logistic regressions of "above threshold k" have the same slopes.

    The covariance of the coefficients of two thresholds k < l is (X'W₁X)⁻¹ X'VX (X'W₂X)⁻¹ with V = diag(πₗ - πₖ πₗ), where π is
    the probability of an outcome above the threshold. In R: ``brant::brant(MASS::polr(factor(y) ~ x))``.

    Parameters
    ----------
    matrix : ndarray of shape (n, 1 + p)
        The intercept first.
    outcome : ndarray of shape (n,)

    Returns
    -------
    tests : ndarray of shape (1 + p, 3)
        χ², degrees of freedom and p: of all slopes together, then of each.
    slopes : ndarray of shape (thresholds, p)
        The slopes at each threshold.

    Raises
    ------
    NotComputable
        If the columns separate respondents above and below a threshold.
    """
    cuts, p = np.unique(outcome)[:-1], matrix.shape[1] - 1
    fits, means = [], []
    for cut in cuts:
        one = Binary(matrix, (outcome > cut).astype(float))
        if one.separation():
            raise NotComputable(f"a predictor separates outcomes above {cut:g} from the others")
        fits.append(one.fit(robust=False).parameters)
        means.append(expit(matrix @ fits[-1]))
    breads = [np.linalg.inv((matrix * (pi * (1 - pi))[:, None]).T @ matrix) for pi in means]
    k = len(cuts)
    covariance = np.empty((k, p, k, p))
    for a in range(k):
        for b in range(k):
            low, high = min(a, b), max(a, b)
            middle = (matrix * (means[high] - means[low] * means[high])[:, None]).T @ matrix
            covariance[a, :, b, :] = (breads[a] @ middle @ breads[b])[1:, 1:]
    slopes = np.array(fits)[:, 1:]
    contrast = np.column_stack([np.ones(k - 1), -np.eye(k - 1)])

    def wald(places: list[int]) -> tuple[float, int, float]:
        d = (contrast @ slopes[:, places]).T.ravel()
        own = covariance[:, places][:, :, :, places].transpose(1, 0, 3, 2).reshape(len(places) * k, -1)
        wide = np.kron(np.eye(len(places)), contrast)
        whole = wide @ own @ wide.T
        scale = np.sqrt(np.maximum(np.diag(whole), 0))
        if not (scale > 0).all() or np.linalg.eigvalsh(whole / np.outer(scale, scale))[0] < 1e-9:
            raise NotComputable("too few respondents above or below a threshold")
        statistic = float(d @ np.linalg.solve(whole, d))
        return statistic, len(d), float(gammaincc(len(d) / 2, statistic / 2))

    return np.array([wald([*range(p)]), *(wald([place]) for place in range(p))]), slopes
