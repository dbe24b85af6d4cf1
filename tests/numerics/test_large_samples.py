"""The normal limit of resampled sums, and least squares in blocks: the same as drawing people and one decomposition."""

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import stats

from practicework.numerics import bootstrap, least_squares
from practicework.numerics.least_squares import LeastSquares

N = bootstrap.DRAWN
RESAMPLES = 10_000


def survey(n: int) -> tuple[np.ndarray, np.ndarray]:
    """A skewed moderation design on response scales, and an outcome with heteroscedastic errors."""
    rng = np.random.default_rng(1)
    x, w = np.clip(np.rint(3 + rng.standard_gamma(1.5, (2, n))), 1, 7)
    return np.column_stack([np.ones(n), x, w, x * w]), 0.3 * x + 0.05 * x * w + x * rng.standard_normal(n)


def both(monkeypatch, statistic) -> tuple[np.ndarray, np.ndarray]:
    """Resamples of a statistic at the largest size for which people are drawn, and from the limit at the same size."""
    drawn = statistic(np.random.default_rng(2))
    monkeypatch.setattr(bootstrap, "DRAWN", N - 1)
    return drawn, statistic(np.random.default_rng(3))


def assert_agree(drawn: np.ndarray, limit: np.ndarray) -> None:
    """Mean, SD and interval ends differ by less than four Monte Carlo standard errors of two sets of normal draws."""
    sd, unit = drawn.std(axis=0), np.sqrt(2 / RESAMPLES)
    assert (np.abs(drawn.mean(axis=0) - limit.mean(axis=0)) < 4 * unit * sd).all()
    assert (np.abs(limit.std(axis=0) - sd) < 4 * unit * sd / np.sqrt(2)).all()
    ends = [np.quantile(draws, [0.025, 0.975], axis=0) for draws in (drawn, limit)]
    error = np.sqrt(0.025 * 0.975) / stats.norm.pdf(stats.norm.ppf(0.975))
    assert (np.abs(ends[0] - ends[1]) < 4 * unit * error * sd).all()


def test_regression_is_the_same_in_the_limit(monkeypatch):
    """At the size from which the limit is used, coefficients have the same distribution as with people drawn."""
    design, outcome = survey(N)
    assert_agree(*both(monkeypatch, lambda rng: bootstrap.ols(design, outcome, RESAMPLES, rng)))


def test_alpha_is_the_same_in_the_limit(monkeypatch):
    """Coefficient alpha of five skewed items, from resampled covariance matrices."""
    rng = np.random.default_rng(4)
    items = np.clip(np.rint(2 + rng.standard_normal((N, 1)) + rng.standard_gamma(1, (N, 5))), 1, 7)

    def alphas(generator: np.random.Generator) -> np.ndarray:
        cov = np.concatenate(list(bootstrap.covariances(items, RESAMPLES, generator)))
        return 1.25 * (1 - np.einsum("bii->b", cov) / cov.sum(axis=(1, 2)))[:, None]

    assert_agree(*both(monkeypatch, alphas))


def test_sums_have_the_moments_of_case_resamples():
    """Expectation Σx and covariance Σ(x - x̄)(x - x̄)', with columns that are computed, one of them constant, from blocks."""
    rng = np.random.default_rng(5)
    data = rng.standard_gamma(1, (3 * N + 7, 2))

    def columns(rows: np.ndarray) -> np.ndarray:
        return np.column_stack([rows, rows[:, 0] * rows[:, 1], np.ones(len(rows))])

    sums = np.concatenate(list(bootstrap.weighted_sums(data, 50_000, rng, columns)))
    whole = columns(data)
    sd = whole.std(axis=0) * np.sqrt(len(data))
    assert (np.abs(sums.mean(axis=0) - whole.sum(axis=0)) <= 5 * sd / np.sqrt(50_000) + 1e-9 * len(data)).all()
    np.testing.assert_allclose(np.cov(sums.T) / len(data), np.cov(whole.T), rtol=0.03, atol=0.01)
    assert np.ptp(sums[:, 3]) < 1e-3


@pytest.mark.parametrize("n", [2 * least_squares.BLOCK + 3, 2 * least_squares.BLOCK + 500])
def test_blocks_give_the_regression_of_statsmodels(n):
    """Estimates, leverages, OLS and HC3 covariances; the last block may have fewer rows than the design has columns."""
    design, outcome = survey(n)
    squares, theirs = LeastSquares(design), sm.OLS(outcome, design).fit()
    residuals = squares.residuals(outcome)
    np.testing.assert_allclose(squares.estimates(outcome), theirs.params, rtol=1e-9)
    np.testing.assert_allclose(squares.leverage, theirs.get_influence().hat_matrix_diag, rtol=1e-8)
    np.testing.assert_allclose(squares.covariance(residuals, "ols"), theirs.cov_params(), rtol=1e-8)
    np.testing.assert_allclose(squares.covariance(residuals, "hc3"), theirs.cov_HC3, rtol=1e-8)
    assert not squares.singular
    assert LeastSquares(np.column_stack([design, design[:, 1] + design[:, 2]])).singular
