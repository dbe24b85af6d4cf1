"""Johnson-Neyman: boundaries against numpy's roots, signs of regions against evaluation on a fine grid."""

from collections import Counter
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from moderation_runs import fit
from scipy import stats

from practicework.numerics.johnson_neyman import boundaries, regions
from practicework.stages.moderation import effects
from practicework.study.settings import Model

MODEL = Model(outcome="y", predictor="x", moderator="w")


def covariances(rng: np.random.Generator) -> tuple[float, float, float]:
    """Variances and covariance of two coefficients."""
    v11, v33 = rng.exponential(size=2)
    return v11, rng.uniform(-0.95, 0.95) * np.sqrt(v11 * v33), v33


def test_boundaries_are_the_roots_of_the_quadratic():
    """2,000 random cases against `numpy.roots`; none, and two, both occur often."""
    rng, numbers = np.random.default_rng(1), Counter()
    for _ in range(2000):
        (b1, b3), (v11, v13, v33) = 2 * rng.standard_normal(2), covariances(rng)
        found = boundaries(b1, b3, v11, v13, v33, 1.97)
        quadratic = np.roots([1.97**2 * v33 - b3**2, 2 * (1.97**2 * v13 - b1 * b3), 1.97**2 * v11 - b1**2])
        expected = np.sort(quadratic.real) if np.isreal(quadratic).all() else []
        np.testing.assert_allclose(found, expected, rtol=1e-6)
        for w in found:  # there, the effect is just significant
            t = (b1 + b3 * w) / np.sqrt(v11 + 2 * w * v13 + w**2 * v33)
            assert abs(t) == pytest.approx(1.97, rel=1e-6)
        numbers[len(found)] += 1
    assert min(numbers[0], numbers[2]) > 200


def test_one_boundary_where_the_quadratic_is_linear():
    """The interaction's own t is the critical value: a = 0, and (1 + 2w)² = 4 (1 + w²) at w = 3/4."""
    assert boundaries(1, 2, 1, 0, 1, critical=2) == [pytest.approx(0.75)]


def test_nearly_linear_loses_no_digits():
    """With a tiny leading coefficient the near root is exact, where the school formula subtracts equal numbers."""
    near, far = boundaries(1, 2 - 1e-13, 1, 0, 1, critical=2)
    assert near == pytest.approx(0.75, rel=1e-10)
    assert far > 1e12


def test_no_boundary_without_effect_and_a_flat_effect():
    """No effect anywhere: none. No interaction but a strong effect: significance is lost on both sides, far out."""
    assert boundaries(0, 0, 1, 0, 1, critical=2) == []
    assert boundaries(4, 0, 1, 0, 1, critical=2) == pytest.approx([-np.sqrt(3), np.sqrt(3)])


def evaluate(sign_at: dict[float, str], roots: list[float], moderator: list[float]) -> pd.DataFrame:
    """Regions of an effect whose t takes these signs up to each value."""

    def effect_at(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        t = {"positive": 3.0, "negative": -3.0, "not significant": 0.5}
        signs = [next(sign for end, sign in sign_at.items() if value <= end) for value in values]
        return np.array([t[sign] for sign in signs]), np.full(len(values), 2.0)

    return regions(roots, np.array(moderator, float), effect_at)


def test_regions_cover_the_range_and_count_the_respondents():
    """Cut at the roots inside; a respondent on a boundary belongs to the part above it, the largest to the last."""
    found = evaluate({2: "negative", 4: "not significant", 9: "positive"}, [2, 4, 99], [0, 1, 2, 3, 4, 5, 6, 8])
    assert found["from"].tolist() == [0, 2, 4]
    assert found["to"].tolist() == [2, 4, 8]
    assert found["sign"].tolist() == ["negative", "not significant", "positive"]
    assert found["percent"].tolist() == [25, 25, 50]


def test_neighbouring_regions_of_one_sign_are_one():
    """Two equal roots do not cut."""
    found = evaluate({9: "positive"}, [3, 3], [0, 5, 8])
    assert found.to_numpy().tolist() == [[0, 8, "positive", 100]]


# the whole technique, on simulated samples --------------------------------------------------------------


KINDS = ["normal", "heavy", "skewed", "likert", "age", "binary", "year"]


def simulate(seed: int) -> pd.DataFrame:
    """A sample with a moderator of one of these kinds, and an effect of one of several."""
    rng = np.random.default_rng(seed)
    n = int(rng.choice([40, 80, 150, 300]))
    kind = KINDS[seed % len(KINDS)]
    w = {
        "normal": rng.standard_normal(n),
        "heavy": rng.standard_t(1.5, n),
        "skewed": rng.lognormal(0, 1, n),
        "likert": rng.integers(1, 6, n).astype(float),
        "age": np.round(rng.normal(45, 12, n)),
        "binary": (rng.random(n) < 0.3).astype(float),
        "year": 2015 + rng.integers(0, 10, n).astype(float),
    }[kind]
    z = (w - np.median(w)) / np.subtract(*np.percentile(w, [84, 16])) if kind != "binary" else w
    x = rng.standard_normal(n) if seed % 3 else rng.integers(1, 6, n).astype(float)
    b1, b3 = rng.choice([0, 0.25, -0.25, 0.6]), rng.choice([0, 0, 0.15, -0.3, 0.5])  # often no interaction
    noise = rng.standard_normal(n) * (1 + (seed % 2) * np.abs(z).clip(max=2))
    return pd.DataFrame({"respondent": [f"R{i}" for i in range(n)], "y": b1 * x + b3 * x * z + 0.2 * z + noise, "x": x, "w": w})


def t_on_grid(data: pd.DataFrame, grid: np.ndarray) -> tuple[np.ndarray, float]:
    """The effect's t at each value, by brute force: a regression with the moderator's zero moved there; and the critical t."""
    x, w, y = (data[name].to_numpy() for name in ("x", "w", "y"))
    x = x - x.mean()
    middle = w.mean()  # moved there first, for the arithmetic's sake
    base = np.column_stack([np.ones(len(x)), x, w - middle, x * (w - middle)])
    coefficients, rss = np.linalg.lstsq(base, y)[:2]
    df = len(x) - 4
    r = np.linalg.qr(base, mode="r")
    # moving the zero by d adds d times columns 0 and 1 to columns 2 and 3: the effect at d is b1 + d b3
    contrast = np.column_stack([np.zeros_like(grid), np.ones_like(grid), np.zeros_like(grid), grid - middle])
    error = np.linalg.norm(np.linalg.solve(r.T, contrast.T), axis=0) * np.sqrt(rss[0] / df)
    return contrast @ coefficients / error, stats.t.ppf(0.975, df)


def analyse(data: pd.DataFrame, center: str) -> dict[str, pd.DataFrame]:
    """The tables of the model."""
    one = fit(data, MODEL, center=center)
    return {**effects.johnson_neyman(one), "effect_curve": effects.effect_curve(one)}


@pytest.fixture(scope="module")
def samples() -> list[tuple[pd.DataFrame, dict[str, pd.DataFrame]]]:
    """252 simulated samples and their tables, every second one mean-centred."""
    data = [simulate(seed) for seed in range(252)]
    return [(one, analyse(one, "mean" if seed % 2 else "none")) for seed, one in enumerate(data)]


@pytest.mark.parametrize("kind", KINDS)
def test_signs_agree_with_evaluation_on_a_grid(samples, kind):
    """In each simulated sample, at 2,001 values of the moderator, the region's sign is that of the effect's own t test."""
    for data, found in samples[KINDS.index(kind) :: len(KINDS)]:
        edges, table = found["johnson_neyman"], found["johnson_neyman_regions"]
        low, high = data["w"].min(), data["w"].max()
        grid = np.linspace(low, high, 2001)
        t, critical = t_on_grid(data, grid)
        truth = np.where(np.abs(t) > critical, np.where(t > 0, "positive", "negative"), "not significant")

        assert table["from"].iloc[0] == low
        assert table["to"].iloc[-1] == high
        np.testing.assert_array_equal(table["to"].iloc[:-1], table["from"].iloc[1:])
        region = np.searchsorted(table["to"].to_numpy()[:-1], grid, side="right")
        clear = np.abs(np.abs(t) - critical) > 1e-6  # at a boundary itself, either is right
        told = table["sign"].to_numpy()[region]
        assert (told == truth)[clear].all()
        assert clear.sum() > 1900

        inside = edges["boundary"][edges["in_range"]].to_numpy()
        np.testing.assert_array_equal(edges["in_range"], edges["boundary"].between(low, high))
        np.testing.assert_allclose(np.abs(t_on_grid(data, edges["boundary"].to_numpy(float))[0]), critical, rtol=1e-6)
        crossings = (truth[1:] != truth[:-1]).sum()
        assert crossings <= len(inside) <= crossings + 2  # two may fall between grid points
        assert len(table) == len(inside) + 1
        shares = [100 * (data["w"] < edge).mean() for edge in edges["boundary"]]
        np.testing.assert_allclose(edges["percent_below"].to_numpy(float), shares, rtol=1e-12)
        assert table["percent"].sum() == pytest.approx(100)
        cuts = [-np.inf, *inside, np.inf]
        shares = [100 * ((data["w"] >= start) & (data["w"] < end)).mean() for start, end in pairwise(cuts)]
        np.testing.assert_allclose(table["percent"], shares, atol=1e-9)


def test_every_shape_occurred(samples):
    """The samples above hold each shape that a region table can have, so that agreement means something."""
    shapes = {tuple(found["johnson_neyman_regions"]["sign"]) for _, found in samples}
    none, plus, minus = "not significant", "positive", "negative"
    assert shapes >= {
        (none,),
        (plus,),
        (none, plus),
        (minus, none),
        (plus, none),
        (none, minus),
        (none, plus, none),  # significant in the middle only
        (minus, none, plus),
        (plus, none, minus),
    }


def test_significant_in_the_middle_only_is_positive_where_the_effect_is():
    """An effect without interaction and a heavy-tailed moderator: positive in the middle, nothing known at the ends."""
    rng = np.random.default_rng(12)
    x, w = rng.standard_normal(150), rng.standard_t(2, 150)
    data = pd.DataFrame({"respondent": [f"R{i}" for i in range(150)], "y": 0.35 * x + rng.standard_normal(150), "x": x, "w": w})
    found = analyse(data, "mean")
    assert found["johnson_neyman_regions"]["sign"].tolist() == ["not significant", "positive", "not significant"]
    assert found["johnson_neyman"]["in_range"].all()
    effect = found["effect_curve"]
    low, high = found["johnson_neyman"]["boundary"]
    middle = effect["moderator_value"].between(low, high)
    assert (effect.loc[middle, "ci_low"] > 0).all()
    assert ((effect["ci_low"] < 0) & (effect["ci_high"] > 0))[~middle].all()
