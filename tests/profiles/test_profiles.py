"""Profiles: the nearest prototype, and how sure measurement error leaves it, against closed forms and simulation."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from practicework import tables
from practicework.numerics.seeds import generator
from practicework.stages import profiles
from practicework.study.scale import Scale
from practicework.study.settings import PROFILE_COLUMNS, PROTOTYPES, Profiles

NAMES = ["promotion", "usefulness", "support"]
PERCENT = {"method": "pomp"}  # so that a score is its percentage of the response range


@pytest.fixture(scope="session")
def scales(new_scale) -> dict[str, Scale]:
    """Three indicators, scored in percent."""
    return {name: new_scale(4, name=name, scoring=PERCENT) for name in NAMES}


def analyse(
    points: np.ndarray, scales: dict[str, Scale], alpha: float | list[float] = 0.8, seed: int = 1, **settings
) -> SimpleNamespace:
    """Profiles of people at these points, in tables that keep their contract."""
    settings = Profiles.model_validate({"indicators": list(scales), "latent": None, "resamples": 100} | settings)
    scores = pd.DataFrame(np.asarray(points, float), columns=list(scales))
    scores.insert(0, "respondent", [f"R{number}" for number in range(len(scores))])
    reliability = pd.DataFrame({"scale": list(scales), "alpha": alpha})
    found = profiles.analyse(scores, reliability, scales, settings, generator(seed, "profiles", "sample"))
    for name, table in found.items():
        tables.schema(f"profiles/{name}").validate(table)
    return SimpleNamespace(**found)


def simulated(n: int = 300, seed: int = 1) -> np.ndarray:
    """People all over the response range."""
    return np.random.default_rng(seed).uniform(0, 100, (n, 3))


@pytest.mark.parametrize("profile", list(PROTOTYPES))
def test_people_at_a_prototype_have_it(scales, profile):
    """With alpha .9, and neighbours far away, their certainty is near 1 and they are exclusive."""
    others = [list(percents.values()) for percents in PROTOTYPES.values()]
    there = [PROTOTYPES[profile][name] for name in NAMES]
    found = analyse([there] * 20 + others * 5, scales, alpha=0.9).assignments.iloc[:20]
    assert (found["profile"] == profile).all()
    assert (found["certainty"] > 0.97).all()
    assert found["exclusive"].all()


def test_people_around_their_prototype_are_found_again(scales):
    """Simulated with known measurement error: right as often as the mean certainty says."""
    rng = np.random.default_rng(3)
    truth = rng.integers(0, 3, 3000)
    centres = np.array([[percents[name] for name in NAMES] for percents in PROTOTYPES.values()])
    true_scores = centres[truth] + 12 * rng.standard_normal((3000, 3))
    observed = true_scores + 10 * rng.standard_normal((3000, 3))
    alpha = 1 - 10**2 / observed.var(axis=0, ddof=1)
    table = analyse(observed, scales, alpha=list(alpha)).assignments
    nearest = np.linalg.norm(observed[:, None] - centres, axis=2).argmin(axis=1)
    assert table["profile"].tolist() == [list(PROTOTYPES)[index] for index in nearest]
    assert (nearest == truth).mean() > 0.85
    assert table.loc[nearest == truth, "certainty"].mean() > table.loc[nearest != truth, "certainty"].mean() + 0.1


def test_the_exact_middle_is_uncertain(scales):
    """(50, 50, 50) is as far from all three prototypes: no certainty, not exclusive."""
    people = np.vstack([[50, 50, 50], simulated()])
    found = analyse(people, scales).assignments.iloc[0]
    assert found["certainty"] < 0.6
    assert not found["exclusive"]
    shares = found[list(PROTOTYPES)].to_numpy(float)
    assert shares.max() < 0.6
    assert shares.min() > 0.1
    sem = people.std(axis=0, ddof=1) * np.sqrt(0.2)
    drawn = [50, 50, 50] + sem * np.random.default_rng(4).standard_normal((200_000, 3))
    centres = np.array([list(percents.values()) for percents in PROTOTYPES.values()])
    nearest = np.linalg.norm(drawn[:, None] - centres, axis=2).argmin(axis=1)
    np.testing.assert_allclose(shares, np.bincount(nearest, minlength=3) / 200_000, atol=0.025)  # 5 standard errors


def test_shares_sum_to_one_and_certainty_is_that_of_the_profile(scales):
    """The assigned profile's share; exclusive exactly from the level on."""
    table = analyse(simulated(), scales, exclusive_at=0.7).assignments
    shares = table[list(PROTOTYPES)].astype(float)
    np.testing.assert_allclose(shares.sum(axis=1), 1, rtol=1e-12)
    own = [shares.at[row, profile] for row, profile in table["profile"].items()]
    np.testing.assert_array_equal(table["certainty"], own)
    np.testing.assert_array_equal(table["exclusive"], table["certainty"] >= 0.7)
    assert 0.1 < table["exclusive"].mean() < 0.9


@pytest.mark.parametrize("alpha", [[0.8, 0.8, 0.8], [0.95, 0.6, 0.75]])
def test_two_prototypes_have_a_closed_form(scales, alpha):
    """Certainty is Φ(d / √Σ(u_k sem_k)²), d the distance to the plane between, u its unit normal: within Monte Carlo error."""
    pair = {"high": [70, 80, 75], "low": [25, 55, 30]}
    people = simulated(200)
    prototypes = {name: dict(zip(NAMES, values, strict=True)) for name, values in pair.items()}
    table = analyse(people, scales, alpha=alpha, prototypes=prototypes, draws=20_000).assignments
    high, low = (np.array(values, float) for values in pair.values())
    u = (high - low) / np.linalg.norm(high - low)
    d = (people - (high + low) / 2) @ u
    sem = people.std(axis=0, ddof=1) * np.sqrt(1 - np.array(alpha))
    expected = stats.norm.cdf(d / np.sqrt(((u * sem) ** 2).sum()))
    assert table["profile"].tolist() == np.where(d > 0, "high", "low").tolist()
    error = np.sqrt(np.maximum(expected * (1 - expected), 1e-5) / 20_000)
    assert (np.abs(table["high"].astype(float) - expected) / error).max() < 4.5
    np.testing.assert_allclose(table["certainty"], np.maximum(table["high"], table["low"]).astype(float), atol=0.02)


def test_measurement_error_is_sd_times_root_of_one_minus_alpha(scales):
    """In percent of the response range; an alpha below 0 counts as 0 and says so."""
    people = simulated()
    table = analyse(people, scales, alpha=[0.75, 1, -0.4]).measurement
    sd = people.std(axis=0, ddof=1)
    assert table["sem"].tolist() == pytest.approx([sd[0] / 2, 0, sd[2]], rel=1e-12)
    assert table["note"].fillna("").tolist() == ["", "", "alpha is negative and was set to 0"]


def test_perfect_reliability_is_certain(scales):
    """Without error every draw falls where the person stands."""
    table = analyse(simulated(), scales, alpha=1.0).assignments
    assert (table["certainty"] == 1).all()
    assert table["exclusive"].all()


def test_less_reliable_is_less_certain(scales):
    """Alpha .5 against .9, person by person but for Monte Carlo error."""
    sure, unsure = (analyse(simulated(), scales, alpha=alpha).assignments["certainty"] for alpha in (0.9, 0.5))
    assert (sure > unsure - 0.02).mean() > 0.97
    assert sure.mean() > unsure.mean() + 0.05


@pytest.mark.parametrize(("method", "factor"), [("sum", 4), ("mean", 1)])
def test_the_scoring_rule_does_not_matter(new_scale, scales, method, factor):
    """Sum or mean scores become the same percentages of the range 1 to 5, and the same profiles."""
    people = simulated()
    scored = {name: new_scale(4, name=name, scoring={"method": method}) for name in NAMES}
    one, two = analyse(people, scales), analyse(factor * (1 + 4 * people / 100), scored)
    np.testing.assert_allclose(two.indicators[NAMES], people, rtol=1e-12, atol=1e-12)
    assert two.assignments["profile"].tolist() == one.assignments["profile"].tolist()
    np.testing.assert_allclose(two.assignments["certainty"], one.assignments["certainty"], atol=1e-3)


def test_a_missing_indicator_leaves_no_profile(scales):
    """The note names what is missing; everyone else has a profile."""
    people = simulated(50)
    people[7, 1] = people[9, 0] = people[9, 2] = np.nan
    found = analyse(people, scales)
    table = found.assignments
    assert table["note"].dropna().index.tolist() == [7, 9]
    assert table.at[7, "note"] == "no profile: missing score for usefulness"
    assert table.at[9, "note"] == "no profile: missing score for promotion, support"
    assert table.loc[[7, 9], ["profile", "certainty", "exclusive", *PROTOTYPES]].isna().all(axis=None)
    assert table.drop(index=[7, 9]).drop(columns=["note", "kinds", "kinds_certainty"]).notna().all(axis=None)
    assert found.summary["n"].sum() == 48
    assert found.summary["percent"].sum() == pytest.approx(100)


def test_an_alpha_that_is_not_computable_leaves_no_certainty(scales):
    """Profiles are assigned, certainty and shares are empty, and the note says why."""
    found = analyse(simulated(50), scales, alpha=[0.8, np.nan, 0.7])
    table = found.assignments
    assert table["profile"].notna().all()
    assert table[["certainty", "exclusive", *PROTOTYPES]].isna().all(axis=None)
    assert (table["note"] == "certainty is not computable: an indicator has no standard error of measurement").all()
    assert found.measurement["note"].fillna("").tolist() == ["", "alpha is not computable", ""]
    assert found.summary["exclusive"].tolist() == [0, 0, 0]


@pytest.mark.parametrize("people", [0, 1, 3])
def test_nobody_or_few_are_no_reason_to_fail(scales, people):
    """Tables keep their contract; one person has no SD, so no certainty."""
    found = analyse(simulated(people), scales)
    assert len(found.assignments) == people
    assert found.assignments["certainty"].notna().sum() == (people if people > 1 else 0)


def test_prototypes_of_one_s_own(new_scale):
    """Any number of profiles and indicators; the nearest in Euclidean distance has it."""
    own = {name: new_scale(3, name=name, scoring=PERCENT) for name in ("pride", "ease")}
    corners = {"a": [0, 0], "b": [100, 0], "c": [0, 100], "d": [100, 100], "e": [50, 50]}
    people = np.random.default_rng(5).uniform(0, 100, (400, 2))
    prototypes = {name: dict(zip(own, values, strict=True)) for name, values in corners.items()}
    table = analyse(people, own, prototypes=prototypes).assignments
    nearest = np.linalg.norm(people[:, None] - np.array(list(corners.values())), axis=2).argmin(axis=1)
    assert table["profile"].tolist() == [list(corners)[index] for index in nearest]
    assert table.columns.tolist() == [*PROFILE_COLUMNS, *corners]


def test_summary_and_means_describe_the_assignments(scales):
    """Counts, percents, exclusive, mean certainty; mean indicators with t intervals, against pandas and scipy."""
    people = simulated(90)
    found = analyse(people, scales, exclusive_at=0.75)
    groups = found.assignments.groupby("profile")
    summary = found.summary.set_index("profile")
    assert summary["n"].to_dict() == groups.size().to_dict()
    assert summary["percent"].to_dict() == pytest.approx((100 * groups.size() / 90).to_dict())
    assert summary["exclusive"].to_dict() == groups["exclusive"].sum().to_dict()
    assert summary["mean_certainty"].to_dict() == pytest.approx(groups["certainty"].mean().to_dict())
    for row in found.means.itertuples():
        values = people[(found.assignments["profile"] == row.profile).to_numpy(), NAMES.index(row.indicator)]
        interval = stats.ttest_1samp(values, 0).confidence_interval(0.95)
        assert [row.n, row.prototype] == [len(values), PROTOTYPES[row.profile][row.indicator]]
        assert [row.mean, row.ci_low, row.ci_high] == pytest.approx([values.mean(), interval.low, interval.high], rel=1e-9)


@pytest.mark.parametrize("cells", [1, 100_000])
def test_chunks_change_nothing(scales, monkeypatch, cells):
    """Memory is bounded by CELLS, and the result is the same to the bit."""
    whole = analyse(simulated(), scales).assignments
    monkeypatch.setattr(profiles.assignment, "CELLS", cells)
    pd.testing.assert_frame_equal(analyse(simulated(), scales).assignments, whole, check_exact=True)


def test_same_seed_same_shares(scales):
    """And another seed gives others, within Monte Carlo error."""
    one, two, other = (analyse(simulated(), scales, seed=seed).assignments for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(one, two, check_exact=True)
    assert one["profile"].tolist() == other["profile"].tolist()
    difference = (one["certainty"] - other["certainty"]).abs()
    assert 0 < difference.max() < 0.04


def test_a_tie_takes_the_first(scales):
    """Half-way between two prototypes: the one that the config names first, not chance."""
    prototypes = {"left": dict.fromkeys(NAMES, 25), "right": dict.fromkeys(NAMES, 75)}
    turned = dict(reversed(prototypes.items()))
    people = np.vstack([[50, 50, 50], simulated(20)])
    assert analyse(people, scales, prototypes=prototypes).assignments["profile"].iloc[0] == "left"
    assert analyse(people, scales, prototypes=turned).assignments["profile"].iloc[0] == "right"


def test_scales_for_each_kind_of_work_tell_several_and_none(new_scale):
    """Where every kind has its own scale: high on two does two, low on all does none, and disruptors are told from them."""
    kinds = ["promotion", "reconciliation", "disruption"]
    own = {name: new_scale(4, name=name, scoring=PERCENT) for name in kinds}
    prototypes = {name: {other: 75 if other == name else 25 for other in kinds} for name in kinds}
    people = [[90, 10, 10], [90, 90, 10], [10, 10, 10], [10, 10, 90], [90, 90, 90]] * 10
    table = analyse(people, own, alpha=0.9, prototypes=prototypes).assignments
    assert table["coexistence"].iloc[:5].tolist() == ["exclusive", "mixed", "uncommitted", "exclusive", "mixed"]
    expected = ["promotion", "promotion + reconciliation", "", "disruption", "promotion + reconciliation + disruption"]
    assert table["kinds"].fillna("").iloc[:5].tolist() == expected
    assert (table["kinds_certainty"] > 0.95).all()
    assert "equally close to another profile" in table["note"].iloc[2]
