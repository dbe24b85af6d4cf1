"""Exploratory factors against psych and GPArotation, populations with known factors, and refusals."""

import warnings

import numpy as np
import pandas as pd
import pytest

from practicework import tables
from practicework.errors import NotComputable
from practicework.numerics import efa
from practicework.numerics.seeds import generator
from practicework.stages.dimensionality import exploratory
from practicework.stages.dimensionality.item_model import ItemModel, item_models
from practicework.study.settings import Dimensionality

pytestmark = pytest.mark.filterwarnings("error")


def analyse(models: list[ItemModel], **settings: object) -> dict[str, pd.DataFrame]:
    """The tables of the exploratory factors and their model's row, checked against their contracts."""
    chosen = Dimensionality.model_validate({"replications": 100} | settings)
    found = exploratory.analyse(models, chosen, lambda *names: generator(1, *names))
    return {name: tables.schema(f"dimensionality/{name}").validate(table) for name, table in found.items()}


def names(k: int) -> list[str]:
    return [f"i{number}" for number in range(1, k + 1)]


def together(data: np.ndarray, scales: int = 2) -> ItemModel:
    """The model of all items, divided among so many scales."""
    items = names(data.shape[1])
    parts = np.array_split(items, scales)
    return ItemModel("all", pd.DataFrame(data, columns=items), {f"s{i}": list(part) for i, part in enumerate(parts)})


LOADINGS = np.array([[0.8, 0], [0.7, 0], [0.6, 0], [0.75, 0], [0, 0.8], [0, 0.7], [0, 0.5]])
PHI = np.array([[1, 0.4], [0.4, 1]])


def population(loadings: np.ndarray = LOADINGS, phi: np.ndarray = PHI) -> np.ndarray:
    """The correlations that factors imply."""
    r = loadings @ phi @ loadings.T
    np.fill_diagonal(r, 1)
    return r


def sample(n: int, seed: int = 1) -> np.ndarray:
    """Normal answers from that population."""
    return np.random.default_rng(seed).standard_normal((n, len(LOADINGS))) @ np.linalg.cholesky(population()).T


@pytest.fixture(scope="module")
def models(bfi) -> list[ItemModel]:
    """The model of all items of bfi."""
    return item_models(bfi.responses, list(bfi.study.scales.values()))[-1:]


@pytest.fixture(scope="module", params=["minres", "ml"])
def both(request, models) -> tuple[str, dict[str, pd.DataFrame]]:
    """An extraction, and the five factors of bfi by it."""
    return request.param, analyse(models, extraction=request.param)


# against psych ----------------------------------------------------------------------------------------


OWN, PSYCH = 1e-5, 1e-4
"""Psych's extraction rotated until nothing moves differs by 3e-6; where psych itself stops to rotate, by 2e-5 (loadings)."""


def rows(frame: pd.DataFrame, extraction: str) -> pd.DataFrame:
    return frame[frame["extraction"] == extraction]


def test_loadings_equal_psych(both, golden):
    """Factor by factor, signs and order alike; psych's rotation stops 2e-5 away."""
    extraction, found = both
    expected = rows(golden("dimensionality_efa_loadings"), extraction)
    merged = found["efa_loadings"].merge(expected, on=["item", "factor"], validate="one_to_one", suffixes=("", "_r"))
    assert len(merged) == 125
    np.testing.assert_allclose(merged["loading"], merged["loading_r"], atol=OWN)
    np.testing.assert_allclose(merged["loading"], merged["psych"], atol=PSYCH)


def test_items_equal_psych(both, golden):
    """Communalities count the factors' correlations: A1 .20, not the .27 of factor_analyzer."""
    extraction, found = both
    expected = rows(golden("dimensionality_efa_items"), extraction)
    items = found["efa_items"]
    assert items["item"].tolist() == expected["item"].tolist()
    for column in ("communality", "complexity"):
        np.testing.assert_allclose(items[column], expected[column], atol=OWN)
        np.testing.assert_allclose(items[column], expected[f"psych_{column}"], atol=5e-4 if column == "complexity" else 1e-5)
    np.testing.assert_allclose(items["uniqueness"], 1 - items["communality"], atol=1e-15)


def test_factors_and_correlations_equal_psych(both, golden):
    """Sums of squares fall, and each correlation belongs to its pair of factors."""
    extraction, found = both
    expected = rows(golden("dimensionality_efa_factors"), extraction)
    np.testing.assert_allclose(found["efa_factors"]["ss_loadings"], expected["ss_loadings"], atol=OWN)
    np.testing.assert_allclose(found["efa_factors"]["ss_loadings"], expected["psych"], atol=PSYCH)
    np.testing.assert_allclose(found["efa_factors"]["share"], expected["ss_loadings"] / 25, atol=OWN)
    pairs = rows(golden("dimensionality_efa_correlations"), extraction)
    merged = found["efa_correlations"].merge(pairs, on=["factor_a", "factor_b"], validate="one_to_one", suffixes=("", "_r"))
    assert len(merged) == 10
    np.testing.assert_allclose(merged["r"], merged["r_r"], atol=OWN)
    np.testing.assert_allclose(merged["r"], merged["psych"], atol=PSYCH)


# known structures ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("extraction", ["minres", "ml"])
def test_a_population_is_recovered(extraction):
    """Loadings of simple structure, which oblimin leaves alone, and the factors' correlation, to 1e-4."""
    found = efa.factor_analysis(population(), 2, extraction, names(7))
    np.testing.assert_allclose(found.loadings, LOADINGS, atol=1e-4)
    np.testing.assert_allclose(found.correlations, PHI, atol=1e-4)
    np.testing.assert_allclose(found.communalities, (LOADINGS**2).sum(axis=1), atol=1e-4)
    np.testing.assert_allclose(found.complexity, 1, atol=1e-4)


def test_a_sample_recovers_its_population():
    """5,000 people: loadings and the correlation within .06."""
    found = efa.factor_analysis(np.corrcoef(sample(5_000).T), 2, "minres", names(7))
    np.testing.assert_allclose(found.loadings, LOADINGS, atol=0.06)
    assert found.correlations[0, 1] == pytest.approx(0.4, abs=0.06)


def test_sums_of_squares_are_those_of_the_communalities():
    """The factors share out what they explain together."""
    found = efa.factor_analysis(np.corrcoef(sample(200).T), 2, "minres", names(7))
    assert found.ss_loadings.sum() == pytest.approx(found.communalities.sum(), rel=1e-12)


def test_the_solution_leaves_no_step_to_take():
    """Stationary for minres (no item's residuals go with a loading) and for oblimin; a turn by .01 is seen."""
    r = np.corrcoef(sample(150, 3).T)
    found = efa.factor_analysis(r, 2, "minres", names(7))
    residual = r - found.loadings @ found.correlations @ found.loadings.T
    np.fill_diagonal(residual, 0)
    assert np.abs(residual @ found.loadings).max() < 1e-5
    assert efa.stationary(found.loadings, found.correlations) < 1e-6
    turned = found.loadings @ np.array([[1, 0.01], [0, 1]])
    assert efa.stationary(turned, found.correlations) > 1e-4


# order, sign, invariance --------------------------------------------------------------------------------


def test_the_order_of_items_does_not_count():
    """Permuted items give permuted loadings and the same factors."""
    r, order = np.corrcoef(sample(300).T), np.array([4, 0, 6, 2, 5, 1, 3])
    one = efa.factor_analysis(r, 2, "minres", names(7))
    other = efa.factor_analysis(r[np.ix_(order, order)], 2, "minres", names(7))
    np.testing.assert_allclose(other.loadings, one.loadings[order], atol=2e-5)
    np.testing.assert_allclose(other.correlations, one.correlations, atol=2e-5)


def test_a_scale_reversed_as_a_whole_turns_back():
    """Its factor is turned so that its loadings are positive, and its correlation keeps the sign that the data now have."""
    r = np.corrcoef(sample(300).T)
    sign = np.array([1, 1, 1, 1, -1, -1, -1])
    one = efa.factor_analysis(r, 2, "minres", names(7))
    other = efa.factor_analysis(r * np.outer(sign, sign), 2, "minres", names(7))
    np.testing.assert_allclose(other.loadings, one.loadings * np.outer(sign, [1, -1]), atol=2e-5)
    assert other.loadings.sum(axis=0).min() > 0
    assert other.correlations[0, 1] == pytest.approx(-one.correlations[0, 1], abs=2e-5)
    assert one.correlations[0, 1] > 0.2


def test_factors_stand_by_falling_sum_of_squares_with_their_correlations():
    """Three factors of two, three and four items: the largest first, whichever comes first among the items."""
    loadings = np.zeros((9, 3))
    loadings[:2, 0], loadings[2:5, 1], loadings[5:, 2] = 0.8, 0.75, 0.7
    phi = np.array([[1, 0.1, 0.2], [0.1, 1, 0.5], [0.2, 0.5, 1]])
    found = efa.factor_analysis(population(loadings, phi), 3, "minres", names(9))
    assert (np.diff(found.ss_loadings) < 0).all()
    assert np.abs(found.loadings).argmax(axis=1).tolist() == [2, 2, 1, 1, 1, 0, 0, 0, 0]
    np.testing.assert_allclose(found.correlations[np.triu_indices(3, 1)], [0.5, 0.2, 0.1], atol=1e-3)


def test_the_correlations_given_stay_as_they_are():
    """Extraction writes to the diagonal of its own copy."""
    r = population()
    efa.factor_analysis(r, 2, "minres", names(7))
    np.testing.assert_array_equal(r, population())


# settings and refusals ----------------------------------------------------------------------------------


def test_factors_are_as_many_as_scales_or_as_the_study_says():
    """Two factors of three scales where the study says so; else one a scale."""
    model = together(sample(200), 3)
    assert analyse([model], factors=2)["efa_factors"]["factor"].tolist() == ["F1", "F2"]
    assert len(analyse([together(sample(200), 2)])["efa_factors"]) == 2


def test_one_factor_is_not_rotated_and_correlates_with_none():
    """Its loadings are those of one minres factor; complexity is 1."""
    found = analyse([together(sample(200))], factors=1)
    assert found["efa_correlations"].empty
    assert found["efa_factors"]["factor"].tolist() == ["F1"]
    np.testing.assert_allclose(found["efa_items"]["complexity"], 1, rtol=1e-12)
    np.testing.assert_allclose(found["efa_items"]["communality"], found["efa_loadings"]["loading"] ** 2, rtol=1e-12)
    assert found["efa_items"]["communality"].mean() == pytest.approx(found["exploratory"]["first_factor_share"][0], abs=1e-5)


def test_a_scale_alone_has_no_exploratory_factors():
    """The tables are there and empty."""
    model = ItemModel("s", pd.DataFrame(sample(100), columns=names(7)), {"s": names(7)})
    found = analyse([model])
    assert all(found[f"efa_{name}"].empty for name in ("items", "loadings", "factors", "correlations"))
    assert pd.isna(found["exploratory"]["note"][0])


@pytest.mark.parametrize("factors", [4, 5, 7, 8, 20])
def test_too_many_factors_are_refused(factors):
    """Seven items identify three factors at most, and not 20 either, where the formula of the degrees of freedom turns."""
    found = analyse([together(sample(200))], factors=factors)
    expected = f"exploratory factor analysis is not computable: 7 items do not identify {factors} factors"
    assert found["exploratory"]["note"][0] == expected
    assert found["efa_items"].empty
    assert found["efa_factors"].empty
    assert pd.notna(found["exploratory"]["kmo"][0])


@pytest.mark.parametrize("extraction", ["minres", "ml"])
def test_a_heywood_case_is_refused_and_its_item_named(extraction):
    """r12 r13 / r23 > 1: the first item would share more than all of its variance."""
    r = population()
    r[0, 1:4] = r[1:4, 0] = 0.8
    r[1:4, 1:4] = np.where(np.eye(3) == 1, 1, 0.5)
    with pytest.raises(NotComputable, match="the factors would explain i1 completely"):
        efa.factor_analysis(r, 2, extraction, names(7))


def test_an_extraction_or_rotation_that_does_not_converge_is_refused(monkeypatch):
    """factor_analyzer only warns about the first, and says nothing about the second."""
    import factor_analyzer.rotator

    monkeypatch.setattr(efa, "ROTATION_STEPS", 1)
    with pytest.raises(NotComputable, match="the rotation did not converge"):
        efa.factor_analysis(np.corrcoef(sample(100).T), 2, "minres", names(7))

    def fit(self, r):
        warnings.warn("Failed to converge: ABNORMAL", stacklevel=1)

    monkeypatch.setattr(factor_analyzer.FactorAnalyzer, "fit", fit)
    with pytest.raises(NotComputable, match="the extraction did not converge"):
        efa.factor_analysis(population(), 2, "minres", names(7))
