"""Latent profiles against mclust and StepMix itself, what is refused, and how classes meet prototypes."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from practicework.stages.profiles import comparison, latent, mixture
from practicework.stages.profiles.robustness import kappa
from practicework.study.settings import PROTOTYPES, LatentProfiles

NAMES = ["promotion", "usefulness", "support"]
CENTRES = np.array([[percents[name] for name in NAMES] for percents in PROTOTYPES.values()])
MCLUST = {name: structure for structure, name in mixture.STRUCTURES.items()}


@pytest.fixture(scope="module")
def people(golden):
    """The types and indicators that the R script simulated."""
    return golden("latent_synthetic")


@pytest.fixture(scope="module")
def found(people):
    """Every model of one to three profiles."""
    settings = LatentProfiles(max_profiles=3, starts=30, blrt=0)
    return latent.solutions(people[NAMES].to_numpy(), settings, np.random.default_rng(1))


def test_log_likelihood_and_bic_equal_mclust(golden, found):
    """Within 1e-3: StepMix adds a millionth of each indicator's variance, mclust nothing."""
    ours = {(one.row["mclust"], one.row["profiles"]): one.row for one in found}
    for row in golden("latent_models").itertuples():
        own = ours[(row.mclust, row.profiles)]
        assert own["parameters"] == row.parameters
        assert own["log_likelihood"] == pytest.approx(row.log_likelihood, abs=1e-3)
        assert own["bic"] == pytest.approx(row.bic, abs=2e-3)


def test_criteria_and_entropy_equal_stepmix_s_own(people, found):
    """StepMix on the indicators in percent, whose added millionth is of percent squared: within 1e-3 of twice the likelihood."""
    from stepmix.stepmix import StepMix

    points = people[NAMES].to_numpy()
    own = next(one.row for one in found if (one.row["structure"], one.row["profiles"]) == ("diagonal", 3))
    model = StepMix(3, measurement="gaussian_diag", n_init=10, abs_tol=1e-10, random_state=1, progress_bar=0, verbose=0).fit(
        points
    )
    for name in ("aic", "bic"):
        assert own[name] == pytest.approx(getattr(model, name)(points), abs=2e-3)
    # Sclove (1987) puts (n + 2)/24 in the place of n; StepMix 3.0 multiplies n by it
    assert own["sabic"] == pytest.approx(own["bic"] - own["parameters"] * np.log(200 / (202 / 24)), rel=1e-12)
    assert own["relative_entropy"] == pytest.approx(model.relative_entropy(points), abs=1e-4)


def test_true_types_are_found_and_paired(people, found):
    """Far apart, 200 people: BIC chooses three profiles that are the simulated types."""
    chosen = next(one for one in found if one.row["chosen"])
    assert chosen.row["profiles"] == 3
    aligned = np.array(latent.align(chosen.means, CENTRES))
    assert ((aligned[chosen.posterior.argmax(axis=1)] + 1) == people["type"]).mean() >= 0.97
    assert chosen.means[np.argsort(aligned)] == pytest.approx(CENTRES, abs=8)


def test_numpy_and_stepmix_agree_on_every_model(people, found):
    """The starts' own EM and StepMix end at one place: nothing is refused for ending elsewhere."""
    assert not [one.row["note"] for one in found if "elsewhere" in (one.row["note"] or "")]


def test_many_data_sets_at_once_equal_one_by_one():
    """The batch changes nothing but the order of sums."""
    rng = np.random.default_rng(2)
    data = rng.standard_normal((4, 60, 3)) + 2 * rng.integers(0, 2, (4, 60, 1))
    for structure in mixture.STRUCTURES:
        resp = rng.dirichlet(np.ones(2), size=(4, 5, 60))
        whole, _, _ = mixture._em(mixture._features(data), resp.copy(), 3, structure, 50)
        for one in range(4):
            alone, _, _ = mixture._em(mixture._features(data[one : one + 1]), resp[one : one + 1].copy(), 3, structure, 50)
            assert whole[one] == pytest.approx(alone[0], rel=1e-9)


@pytest.mark.parametrize(("d", "k", "expected"), [(3, 2, (9, 13, 13, 19)), (4, 3, (17, 26, 24, 44))])
def test_parameters_are_counted_as_mclust_does(d, k, expected):
    """Weights, means and covariances; mclust: nMclustParams."""
    assert tuple(mixture.parameters(structure, k, d) for structure in mixture.STRUCTURES) == expected


def test_blrt_finds_types_and_not_noise():
    """Two types far apart are told from one (p at its smallest); of one normal population, most tests are not significant."""
    rng = np.random.default_rng(3)
    settings = LatentProfiles(max_profiles=2, starts=20, blrt=19, structures=["tied"])
    apart = rng.standard_normal((80, 2)) + 5 * rng.integers(0, 2, (80, 1))
    assert latent.solutions(apart, settings, rng)[1].row["blrt_p"] == 0.05
    p = [latent.solutions(rng.standard_normal((60, 2)), settings, rng)[1].row["blrt_p"] for _ in range(8)]
    assert np.mean(np.array(p) <= 0.05) <= 0.25


def test_degenerate_solutions_are_refused():
    """Half of the people at one very point, the others spread: a variance collapses and nobody is told a profile by it."""
    rng = np.random.default_rng(4)
    points = np.vstack([np.full((30, 2), 50.0), rng.uniform(0, 100, (30, 2))])
    found = latent.solutions(points, LatentProfiles(max_profiles=2, starts=20, blrt=0, structures=["diagonal"]), rng)
    two = found[1].row
    assert two["refused"]
    assert "collapsed" in two["note"]
    assert found[0].row["chosen"]


def test_small_profiles_are_refused():
    """Three people far off are no profile."""
    rng = np.random.default_rng(5)
    points = np.vstack([rng.normal(30, 5, (60, 2)), rng.normal(90, 2, (3, 2))])
    found = latent.solutions(points, LatentProfiles(max_profiles=2, starts=20, blrt=0, structures=["tied"]), rng)
    assert found[1].row["refused"]
    assert "the smallest profile has 3 respondents" in found[1].row["note"]


@pytest.mark.parametrize("points", [np.empty((0, 3)), np.full((50, 3), 50.0), np.random.default_rng(0).uniform(0, 100, (6, 3))])
def test_nothing_to_fit_gives_an_empty_table(points):
    assert latent.solutions(points, LatentProfiles(), np.random.default_rng(0)) == []
    found = comparison.compare([], points, NAMES, list(PROTOTYPES), CENTRES, np.zeros(len(points), int), LatentProfiles(), None)
    assert all(table.empty for table in found.values())


def test_agreement_equals_r(golden):
    """mclust's adjusted Rand index, psych's kappa; and the interval holds the estimate."""
    two, expected = golden("latent_agreement_synthetic"), golden("latent_agreement").iloc[0]
    a, b = two["a"].to_numpy() - 1, two["b"].to_numpy() - 1
    assert kappa(a, b) == pytest.approx(expected["kappa"], rel=1e-12)
    assert comparison._rand(a, b) == pytest.approx(expected["adjusted_rand"], rel=1e-12)
    row = comparison._agreement(a, b, b, np.random.default_rng(0))
    assert row[2] < row[1] < row[3]
    assert row[5] < row[4] < row[6]
    assert row[4] == pytest.approx(expected["adjusted_rand"], rel=1e-12)


def test_classes_left_over_are_paired_with_nobody():
    means = np.vstack([CENTRES[[2, 0]], [[50, 50, 50]], CENTRES[[1]]])
    assert latent.align(means, CENTRES) == [2, 0, None, 1]


def test_recovery_is_what_the_benchmark_simulates(root):
    """A cell of the shipped table, simulated again with fewer samples, within four Monte Carlo standard errors."""
    import importlib.util

    spec = importlib.util.spec_from_file_location("profile_recovery", root / "benchmarks/profile_recovery.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    table = pd.read_csv(module.TARGET).set_index(["n", "separation"])
    assert list(table.index) == [(n, d) for n in module.SIZES for d in module.SEPARATIONS]
    again = module.cell(75, 3.0, samples=8)
    share = table.loc[(75, 3.0), "percent_three"] / 100
    error = np.sqrt(max(share * (1 - share), 0.02) * (1 / 8 + 1 / module.SAMPLES))
    assert abs(again["percent_three"] / 100 - share) < 4 * error


@pytest.mark.parametrize(
    ("larger", "p", "simulated"),
    [
        ([], 0.01, 99),
        ([3, 50, 98], 0.04, 99),
        ([3, 50, 60, 98], 0.05, 99),
        ([0, 1, 2, 3, 4, 5], 5 / 5, 20),
        ([0, 7, 19, 20, 21, 60], 5 / 22, 40),
        ([10, 20, 30, 40, 98], 5 / 99, 99),
    ],
)
def test_blrt_ends_when_it_cannot_be_significant(monkeypatch, larger, p, simulated):
    """Besag and Clifford's p of data sets that gain as much or not; no data set beyond the block of the fifth is simulated."""
    gains = np.isin(np.arange(99), larger).astype(float)
    state = {"at": 0}

    def fit(data, k, structure, starts, keep, rng):
        at = state["at"]
        state["at"] += len(data) if k == 3 else 0
        return SimpleNamespace(best=gains[at : at + len(data)] if k == 3 else np.zeros(len(data)))

    null = SimpleNamespace(draw=lambda start, n, size, rng: np.zeros((size, n, 1)))
    monkeypatch.setattr(mixture, "fit", fit)
    assert latent._blrt(null, 0, 2.0, 10, 3, "tied", 99, np.random.default_rng(1)) == pytest.approx(p)
    assert state["at"] == simulated


def test_many_respondents_are_compared_in_a_sample(monkeypatch):
    """Beyond the limit, every table is that of a random sample whose size is stated."""
    monkeypatch.setattr(comparison, "LATENT", 60)
    points = np.random.default_rng(1).standard_normal((200, 2)) * 10 + 50
    names = [f"R{number}" for number in range(200)]
    settings = LatentProfiles(max_profiles=2, starts=10, blrt=0, structures=["tied"])
    nearest = np.zeros(200, int)
    found = comparison.compare(
        names, points, ["a", "b"], ["x"], np.array([[50, 50]]), nearest, settings, np.random.default_rng(1)
    )
    assert set(found["agreement"]["n"]) == {60}
    members = found["latent_assignments"]
    assert members[members["model"] == "chosen"]["respondent"].nunique() == 60
    assert found["latent"]["smallest_n"].max() == 60
