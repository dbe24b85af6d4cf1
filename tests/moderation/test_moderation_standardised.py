"""Intervals of standardized coefficients: influences equal those by changed weights, and cover in simulation."""

import numpy as np
import pandas as pd
import pytest

from practicework.numerics.clusters import ClusterRobust
from practicework.numerics.least_squares import LeastSquares
from practicework.stages.moderation import standardised
from practicework.stages.moderation.design import build
from practicework.stages.moderation.regression import fit
from practicework.study.settings import Model, Moderation

SHAPES = {
    "one": {"covariates": ("c",)}, "square": {"quadratic": True}, "two": {"second_moderator": "c"},
    "three": {"second_moderator": "c", "three_way": True}, "categories": {"moderator": "g", "covariates": ("c",)},
}  # fmt: skip


def model(**more) -> Model:
    return Model(**({"outcome": "y", "predictor": "x", "moderator": "w"} | more))


def settings(**more) -> Moderation:
    return Moderation.model_validate({"models": {"m": model().model_dump()}, "bootstrap": {"resamples": 100}} | more)


def simulated(rng: np.random.Generator, n: int) -> pd.DataFrame:
    x, w, c = rng.multivariate_normal([4, 2, 1], [[1, 0.4, 0.2], [0.4, 2, 0], [0.2, 0, 1]], n).T
    y = 0.5 * x + 0.3 * w + 0.2 * (x - 4) * (w - 2) + c + rng.normal(size=n) * np.exp((x - 4) / 4)
    return pd.DataFrame({"respondent": range(n), "x": x, "w": w, "c": c, "y": y, "g": rng.integers(0, 3, n).astype(float),
                         "firm": rng.integers(0, 12, n)})  # fmt: skip


def weighted(made, weights: np.ndarray) -> np.ndarray:
    """Standardized coefficients with case weights, by the definition."""
    data = made.data.copy()
    total = weights.sum()
    for name in made.model.variables:
        if name != "g":
            mean = weights @ data[name] / total
            sd = np.sqrt(weights @ (data[name] - mean) ** 2 / (total - 1))
            data[name] = (data[name] - mean) / sd
    z = build(data, made.name, made.model, "none", ["g"])
    if made.model.square:  # which is centred at the weighted mean, which is zero
        z.matrix[:, -1] = data["x"].to_numpy() ** 2
    root = np.sqrt(weights)
    return np.linalg.lstsq(z.matrix * root[:, None], z.outcome * root, rcond=None)[0]


@pytest.mark.parametrize("shape", SHAPES)
def test_influence_equals_that_of_changed_weights(shape):
    data = simulated(np.random.default_rng(1), 60)
    made = fit(build(data, "m", model(**SHAPES[shape]), "mean", ["g"]), settings(), np.random.default_rng(1))
    z = standardised.design(made)
    squares = LeastSquares(z.matrix)
    beta = squares.estimates(z.outcome)
    own = standardised.influence(z, squares, beta, hc3=False)
    np.testing.assert_allclose(weighted(made.design, np.ones(60)), beta, atol=1e-10)
    step = 1e-5
    for person in (0, 7, 31):
        up, down = np.ones(60), np.ones(60)
        up[person] += step
        down[person] -= step
        change = (weighted(made.design, up) - weighted(made.design, down)) / (2 * step)
        # the weights change the divisor of the variances, which the influence holds at n - 1 around their mean
        assert np.abs(own[person] - change).max() < 0.003 * np.abs(own).max()


def test_intervals_cover_and_standard_errors_agree_with_resamples():
    rng, covered, sizes = np.random.default_rng(5), [], []
    whole = fit(build(simulated(rng, 200_000), "m", model(covariates=("c",))), settings(), rng)
    truth = standardised.coefficients(whole)["beta"]
    for _ in range(300):
        one = fit(build(simulated(rng, 150), "m", model(covariates=("c",))), settings(), rng)
        found = standardised.coefficients(one)
        covered.append((found["beta_low"] < truth) & (truth < found["beta_high"]))
        sizes.append([found["beta"], found["beta_std_error"]])
    assert (np.abs(np.mean(covered, axis=0)[1:] - 0.95) < 0.04).all()
    betas, errors = np.array(sizes).transpose(1, 0, 2)
    np.testing.assert_allclose(errors.mean(axis=0)[1:], betas.std(axis=0, ddof=1)[1:], rtol=0.15)


def test_clusters_sum_influences():
    data = simulated(np.random.default_rng(2), 120)
    plain = fit(build(data, "m", model()), settings(), np.random.default_rng(1))
    nested = fit(build(data, "m", model()), settings(cluster="firm"), np.random.default_rng(1))
    assert isinstance(nested.clustered, ClusterRobust)
    own, other = (standardised.coefficients(one) for one in (nested, plain))
    np.testing.assert_allclose(own["beta"], other["beta"])
    assert not np.allclose(own["beta_std_error"], other["beta_std_error"])
