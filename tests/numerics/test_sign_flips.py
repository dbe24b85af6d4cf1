"""The joint test of specifications equals base R with the same flips, keeps its level, and finds an effect."""

import itertools
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from practicework.numerics import sign_flips

GOLDEN = Path(__file__).parents[1] / "golden/moderation"
SETS = [names for size in range(4) for names in itertools.combinations(("posemot", "ideology", "sex"), size)]


def joint_of(scores: list, signs, direction: int = 0) -> sign_flips.Joint:
    return sign_flips.joint(scores, sign_flips.flipped(scores, signs), direction)


@pytest.fixture(scope="module")
def data(root) -> pd.DataFrame:
    return pd.read_csv(root / "examples/globalwarming/data/raw/globalWarm.csv")


def score(data: pd.DataFrame, names: tuple[str, ...], people: np.ndarray) -> sign_flips.Score:
    some = data.iloc[people]
    others = np.column_stack([np.ones(len(some)), some["negemot"], some["age"], *(some[name] for name in names)])
    product = (some["negemot"] * some["age"]).to_numpy(float)
    return sign_flips.score(len(data), people, others, product, some["govact"].to_numpy(float))


def test_specifications_equal_r(data):
    """Hayes's interaction with every set of covariates, with and without five outliers."""
    excluded = pd.read_csv(GOLDEN / "sign_flips_excluded.csv")["respondent"].to_numpy() - 1
    everybody = np.arange(len(data))
    scores = [score(data, names, people) for people in (everybody, np.setdiff1d(everybody, excluded)) for names in SETS]
    r = pd.read_csv(GOLDEN / "sign_flips_specifications.csv")
    np.testing.assert_allclose([one.estimate for one in scores], r["estimate"], rtol=1e-9)
    np.testing.assert_allclose([one.partial for one in scores], r["partial"], rtol=1e-9)
    joint = joint_of(scores, sign_flips.signs(len(data), 2_000, len(scores), np.random.default_rng(1)))
    assert max(joint.p["median"], joint.p["stouffer"], joint.p["max"]) <= 3 / 2001  # about one in 20,000
    assert joint.p["share"] == pytest.approx(0.045, abs=0.015)  # all are significant in as many flips
    assert joint.observed["median"] == pytest.approx(0.006731463752, rel=1e-9)
    assert (joint.p_family <= 4 / 2001).all()
    estimates = np.sort([one.estimate for one in scores])
    assert (estimates > joint.band[1]).all()


def test_the_same_flips_give_the_p_values_of_r(data):
    small = data.iloc[:800:20]
    signs = np.loadtxt(GOLDEN / "sign_flips_signs.csv", delimiter=",")
    everybody = np.arange(40)
    scores = [score(small, (), everybody), score(small, ("ideology",), everybody),
              score(small, ("ideology",), np.setdiff1d(everybody, [2, 16]))]  # fmt: skip
    joint = joint_of(scores, [signs[:, :200], signs[:, 200:]])
    r = pd.read_csv(GOLDEN / "sign_flips_joint.csv").set_index("statistic")["p"]
    for name, p in joint.p.items():
        assert p == pytest.approx(r[name], rel=1e-12), name
    each = pd.read_csv(GOLDEN / "sign_flips_each.csv")
    np.testing.assert_allclose(joint.p_flip, each["p_flip"])
    np.testing.assert_allclose(joint.p_family, each["p_family"])
    assert joint.flips == 500


def studies(rng: np.random.Generator, n: int, effect: float, unequal: bool) -> list[sign_flips.Score]:
    """Twelve specifications of one study: four sets of covariates, three sets of people."""
    x, w, a, b = rng.multivariate_normal(np.zeros(4), 0.7 * np.eye(4) + 0.3, n).T
    y = 0.4 * x + 0.2 * w + effect * x * w + rng.standard_normal(n) * (np.exp(x / 2) if unequal else 1)
    people = [np.arange(n), np.flatnonzero(np.abs(x) < 2), np.flatnonzero(np.abs(y - y.mean()) < 2.5 * y.std())]
    return [
        sign_flips.score(n, some, np.column_stack([np.ones(n), x, w, *more])[some], (x * w)[some], y[some])
        for some in people for more in ((), (a,), (b,), (a, b))
    ]  # fmt: skip


@pytest.mark.parametrize("unequal", [False, True])
def test_level_and_power(unequal):
    """Type I error at .05 within three Monte Carlo errors, plus .02 for the small sample; most effects are found."""
    rng, found = np.random.default_rng(4), {0.0: [], 0.5: []}
    for effect, some in found.items():
        for _ in range(150 if effect == 0 else 40):
            scores = studies(rng, 75, effect, unequal)
            some.append(joint_of(scores, sign_flips.signs(75, 199, 12, rng)).p["median"] <= 0.05)
    assert np.mean(found[0.0]) < 0.05 + 0.02 + 3 * np.sqrt(0.05 * 0.95 / 150)
    assert np.mean(found[0.5]) > 0.5


def test_one_sided_tests_and_blocks(monkeypatch):
    scores = studies(np.random.default_rng(2), 75, 0.4, False)
    one, two, other = (
        joint_of(scores, sign_flips.signs(75, 999, 12, np.random.default_rng(1)), direction) for direction in (1, 0, -1)
    )
    for name in ("median", "stouffer", "max"):
        assert one.p[name] <= two.p[name]
        assert other.p[name] > 0.5
    monkeypatch.setattr(sign_flips, "CELLS", 75 * 100)
    blocks = list(sign_flips.signs(75, 250, 12, np.random.default_rng(1)))
    assert [block.shape for block in blocks] == [(75, 100), (75, 100), (75, 50)]


def test_what_cannot_be_tested_is_refused():
    rng = np.random.default_rng(3)
    x, y = rng.standard_normal((2, 20))
    with pytest.raises(ValueError, match="follows from the other columns"):
        sign_flips.score(20, np.arange(20), np.column_stack([np.ones(20), x]), 2 * x + 1, y)
    with pytest.raises(ValueError, match="not identified"):
        sign_flips.score(20, np.arange(20), np.column_stack([np.ones(20), x, x]), y, y)


@pytest.mark.parametrize("clustered", [False, True])
def test_normal_limit_of_large_samples(monkeypatch, clustered):
    """The normal limit gives the p values of the flips themselves, with people and with clusters."""
    rng = np.random.default_rng(9)
    n, groups = 6_000, np.arange(6_000) % 2_000
    x, w, a = rng.normal(size=(3, n))
    y = x + 0.03 * x * w + rng.normal(size=n) * np.exp(x / 2) + clustered * rng.normal(size=2_000)[groups]

    def made() -> list[sign_flips.Score]:
        kept = np.flatnonzero(np.abs(x) < 2.5)
        return [
            sign_flips.score(n, some, np.column_stack([np.ones(n), x, w, *more])[some], (x * w)[some], y[some])
            for some in (np.arange(n), kept) for more in ((), (a,))
        ]  # fmt: skip

    scores = made()
    signs = sign_flips.signs(2_000 if clustered else n, 10_000, n, rng)
    exact = sign_flips.joint(scores, sign_flips.flipped(scores, (one[groups] for one in signs) if clustered else signs))
    monkeypatch.setattr(sign_flips, "DRAWN", 2_000)
    large = made()
    assert all(one.projected is None for one in large)
    limit = sign_flips.joint(large, sign_flips.limiting(large, 10_000, rng, groups if clustered else None))
    for name in ("median", "stouffer", "max"):
        assert limit.p[name] == pytest.approx(exact.p[name], abs=0.015), name
    np.testing.assert_allclose(limit.p_family, exact.p_family, atol=0.015)
    np.testing.assert_allclose(limit.band, exact.band, atol=0.05 * np.ptp(exact.band))
    assert 0.001 < exact.p["median"] < 0.6
