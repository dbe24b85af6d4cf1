"""The resampling kernel against a plain loop of least-squares fits on the very same resamples."""

import numpy as np
import pytest
from scipy import stats

from practicework.numerics import bootstrap


def rng(seed: int = 1) -> np.random.Generator:
    """A generator with a fixed seed."""
    return np.random.default_rng(seed)


def survey(n: int = 120) -> tuple[np.ndarray, np.ndarray]:
    """A moderation design (1, x, w, xw, c) and an outcome."""
    x, w, c, e = rng(2).standard_normal((4, n))
    return np.column_stack([np.ones(n), x, w, x * w, c]), 0.3 * x + 0.2 * w + 0.2 * x * w + e


def refit(design: np.ndarray, outcome: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Coefficients of resamples, one least-squares fit each; columns brought to one size for lstsq's sake."""
    size = np.abs(design).max(axis=0)
    rows = [np.repeat(np.arange(len(design)), count) for count in counts]
    return np.array([np.linalg.lstsq(design[row] / size, outcome[row])[0] / size for row in rows])


def in_standard_errors(draws: np.ndarray, truth: np.ndarray) -> float:
    """The largest difference, in standard deviations of the true draws."""
    return (np.abs(draws - truth).max(axis=0) / truth.std(axis=0)).max()


@pytest.fixture
def drawn(monkeypatch) -> list[np.ndarray]:
    """Every array of counts that the kernel draws."""
    kept, counts = [], bootstrap.counts

    def watched(n, resamples, generator):
        kept.append(counts(n, resamples, generator))
        return kept[-1]

    monkeypatch.setattr(bootstrap, "counts", watched)
    return kept


def test_equals_a_loop_of_least_squares_fits(drawn):
    """Same resamples, same coefficients, to 1e-11 of a standard error."""
    design, outcome = survey()
    draws = bootstrap.ols(design, outcome, 700, rng())
    assert draws.shape == (700, 5)
    assert in_standard_errors(draws, refit(design, outcome, np.concatenate(drawn))) < 1e-11


@pytest.mark.parametrize(
    "rescale",
    [
        pytest.param(lambda x, w: (x, 2015 + 3 * w), id="a year, uncentred"),
        pytest.param(lambda x, w: (1e-9 * x, 1e-9 * w), id="tiny units"),
        pytest.param(lambda x, w: (5e9 + 1e9 * x, 1e6 + 1e5 * w), id="euros and heads, uncentred"),
        pytest.param(lambda x, w: (1e-12 * x, 1e8 * w), id="units far apart"),
    ],
)
def test_holds_whatever_the_units(rescale):
    """Badly scaled designs lose no more than 1e-9 of a standard error against the loop."""
    design, outcome = survey()
    x, w = rescale(design[:, 1], design[:, 2])
    design = np.column_stack([np.ones(len(x)), x, w, x * w, design[:, 4]])
    truth = refit(design, outcome, bootstrap.counts(len(design), 300, rng()))
    assert in_standard_errors(bootstrap.ols(design, outcome, 300, rng()), truth) < 1e-9


def test_bootstraps_a_mean_as_theory_says():
    """With a constant only, the draws are resample means: mean of the sample, standard error SD / √n."""
    values = rng(3).exponential(size=50)
    draws = bootstrap.ols(np.ones((50, 1)), values, 40_000, rng())
    error = values.std() / np.sqrt(50)
    assert abs(draws.mean() - values.mean()) < 4 * error / np.sqrt(40_000)
    assert draws.std() == pytest.approx(error, rel=0.02)


def test_counts_are_draws_with_replacement():
    """Each resample has n draws; each respondent's count has mean 1 and variance 1 - 1/n."""
    counts = bootstrap.counts(25, 20_000, rng())
    assert counts.shape == (20_000, 25)
    assert (counts.sum(axis=1) == 25).all()
    assert counts.mean(axis=0) == pytest.approx(np.ones(25), abs=0.035)  # 5 standard errors
    assert counts.var(axis=0) == pytest.approx(np.full(25, 1 - 1 / 25), rel=0.08)
    assert np.cov(counts[:, 0], counts[:, 1])[0, 1] == pytest.approx(-1 / 25, abs=0.035)


def test_same_seed_same_bytes():
    """The seed alone decides."""
    design, outcome = survey()
    first, again, other = (bootstrap.ols(design, outcome, 500, rng(seed)) for seed in (1, 1, 2))
    assert first.tobytes() == again.tobytes()
    assert not np.array_equal(first, other)


@pytest.mark.parametrize("cells", [1, 1000, 10**6])
def test_chunks_bound_memory(monkeypatch, drawn, cells):
    """No more than CELLS counts are held at a time (one resample at least), and each is fitted."""
    design, outcome = survey()
    monkeypatch.setattr(bootstrap, "CELLS", cells)
    draws = bootstrap.ols(design, outcome, 400, rng())
    assert in_standard_errors(draws, refit(design, outcome, np.concatenate(drawn))) < 1e-11
    sizes = [part.size for part in drawn]
    assert sum(sizes) == 400 * len(design)
    assert max(sizes) <= max(cells, len(design))


@pytest.mark.parametrize("n", [70, 65_536, 65_537])
def test_everyone_is_as_likely(n):
    """In short integers, in the largest sample that they hold, and beyond it."""
    found = bootstrap.counts(n, 2_000_000 // n, rng())
    assert (found.sum(axis=1) == n).all()
    mean = found.sum(axis=0) / len(found)
    assert stats.chisquare(found.sum(axis=0)).pvalue > 0.001
    assert mean[0] > 0
    assert mean[-1] > 0


def test_redraws_resamples_in_which_a_small_group_is_missing():
    """A group of 2 in 30 with an interaction: singular resamples are drawn again, the others are the loop's."""
    n, resamples = 30, 500
    x = rng(4).standard_normal(n)
    group = np.isin(np.arange(n), [3, 17]).astype(float)
    design = np.column_stack([np.ones(n), x, group, x * group])
    outcome = x + group + rng(5).standard_normal(n)
    result = bootstrap.resample_ols(design, outcome, resamples, rng())

    stream, kept, redrawn = rng(), [], 0
    while len(kept) < resamples:
        counts = bootstrap.counts(n, resamples - len(kept), stream)
        fine = (counts[:, [3, 17]] > 0).all(axis=1)  # a slope in the group takes both of its members
        kept += list(counts[fine])
        redrawn += int((~fine).sum())
    assert result.redrawn == redrawn > 0
    assert in_standard_errors(result.coefficients, refit(design, outcome, np.array(kept))) < 1e-9
    singular = 1 - (1 - 2 * (1 - 1 / n) ** n + (1 - 2 / n) ** n)
    assert redrawn / (redrawn + resamples) == pytest.approx(singular, abs=0.05)


def test_no_wild_coefficient():
    """With two distinct x in the group, its slope is that of its two points, whatever the resample."""
    x = np.array([*np.linspace(-1, 1, 28), 0.4, 0.9])
    group = np.array([0.0] * 28 + [1.0] * 2)
    outcome = np.array([*np.tile([-1.0, 1.0], 14), 2.0, 5.0])
    draws = bootstrap.ols(np.column_stack([np.ones(30), x, group, x * group]), outcome, 2000, rng())
    assert draws[:, 1] + draws[:, 3] == pytest.approx(np.full(2000, 3 / 0.5), rel=1e-9)
    assert draws[:, 0] + draws[:, 2] == pytest.approx(np.full(2000, 2 - 0.4 * 6), rel=1e-8)


def broken(name: str) -> tuple[np.ndarray, np.ndarray, int]:
    """A design that cannot be fitted, by its defect."""
    design, outcome = survey(40)
    resamples = 100
    match name:
        case "a column twice":
            design[:, 4] = design[:, 1]
        case "a sum of columns":
            design[:, 4] = design[:, 1] - 3 * design[:, 2] + 7
        case "a column of zeros":
            design[:, 4] = 0
        case "two constants":
            design[:, 4] = 0.3
        case "fewer rows than columns":
            design, outcome = design[:4], outcome[:4]
        case "a missing value":
            design[3, 1] = np.nan
        case "an infinite outcome":
            outcome[3] = np.inf
        case "shapes that do not fit":
            outcome = outcome[1:]
        case "a flat design":
            design = design[:, 1]
        case "no resamples":
            resamples = 0
    return design, outcome, resamples


@pytest.mark.parametrize(
    "name",
    [
        "a column twice",
        "a sum of columns",
        "a column of zeros",
        "two constants",
        "fewer rows than columns",
        "a missing value",
        "an infinite outcome",
        "shapes that do not fit",
        "a flat design",
        "no resamples",
    ],
)
def test_refuses_what_cannot_be_fitted(name):
    """A ValueError, neither a crash of the linear algebra nor numbers."""
    design, outcome, resamples = broken(name)
    with pytest.raises(ValueError, match=r"design|resamples"):
        bootstrap.ols(design, outcome, resamples, rng())


def test_covariances_equal_a_loop_over_the_same_resamples():
    """numpy's covariance of the drawn rows with divisor n, in blocks of bounded size; far from the origin, too."""
    data = 1e4 + np.random.default_rng(1).standard_normal((40, 3)) * [1, 10, 0.1]
    blocks = list(bootstrap.covariances(data, 2 * bootstrap.BLOCK + 5, np.random.default_rng(2)))
    assert [len(block) for block in blocks] == [bootstrap.BLOCK, bootstrap.BLOCK, 5]
    chunk = bootstrap.CELLS // 40
    counts = bootstrap.counts(40, min(chunk, bootstrap.BLOCK), np.random.default_rng(2))
    loop = [np.cov(np.repeat(data, count, axis=0).T, bias=True) for count in counts[:200]]
    np.testing.assert_allclose(blocks[0][:200], loop, rtol=1e-6, atol=1e-12)
    again = list(bootstrap.covariances(data, 2 * bootstrap.BLOCK + 5, np.random.default_rng(2)))
    assert np.concatenate(again).tobytes() == np.concatenate(blocks).tobytes()


@pytest.mark.parametrize("kind", ["percentile", "BCa"])
def test_intervals_equal_those_of_scipy(kind):
    """Of a skewed sample's mean and variance, and of whole answers, whose draws often equal the estimate, from scipy's draws."""
    skewed, whole = np.random.default_rng(4).exponential(size=40), np.repeat([1.0, 2.0, 5.0, 6.0], [7, 13, 10, 10])
    for data, statistic in ((skewed, np.mean), (skewed, np.var), (whole, np.mean)):
        result = stats.bootstrap((data,), statistic, method=kind, n_resamples=999, rng=np.random.default_rng(5), vectorized=True)
        draws, estimate = result.bootstrap_distribution[:, None], np.array([statistic(data)])
        jackknife = np.array([[statistic(np.delete(data, one))] for one in range(40)])
        ends = bootstrap.percentile(draws, 0.95) if kind == "percentile" else bootstrap.bca(draws, estimate, jackknife, 0.95)
        np.testing.assert_allclose(np.ravel(ends), result.confidence_interval, rtol=1e-9)


def test_bca_where_it_cannot_be_and_where_nothing_varies():
    """A respondent who alone determines an estimate has no jackknife value; equal ones accelerate nothing."""
    draws = np.random.default_rng(1).standard_normal((500, 3))
    jackknife = np.column_stack([np.full(20, np.nan), np.zeros(20), np.r_[np.zeros(19), 1.0]])
    low, high = bootstrap.bca(draws, np.array([0.0, np.median(draws[:, 1]), 99.0]), jackknife, 0.95)
    assert np.isnan([low[0], high[0]]).all()
    np.testing.assert_allclose([low[1], high[1]], np.quantile(draws[:, 1], [0.025, 0.975]), atol=0.05)
    assert low[2] <= high[2] <= draws[:, 2].max()


def test_leave_one_out_equals_refits():
    """Whatever the units; NaN where without the respondent the design is singular."""
    rng = np.random.default_rng(6)
    design = np.column_stack([np.ones(30), 1e6 + rng.standard_normal(30), 1e-5 * rng.standard_normal(30)])
    outcome = rng.standard_normal(30)
    refits = [np.linalg.lstsq(np.delete(design, one, 0), np.delete(outcome, one), rcond=1e-15)[0] for one in range(30)]
    np.testing.assert_allclose(bootstrap.leave_one_out(design, outcome), refits, rtol=1e-5)
    alone = np.column_stack([np.ones(30), rng.standard_normal(30), np.r_[1.0, np.zeros(29)]])
    found = bootstrap.leave_one_out(alone, outcome)
    assert np.isnan(found[0]).all()
    assert np.isfinite(found[1:]).all()
