"""Sampling adequacy, sphericity and parallel analysis against psych, direct simulation and known structures."""

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from practicework import tables
from practicework.errors import NotComputable
from practicework.numerics import parallel
from practicework.numerics.seeds import generator
from practicework.stages.dimensionality import exploratory
from practicework.stages.dimensionality.item_model import ItemModel, item_models
from practicework.study.scale import ALL
from practicework.study.settings import Dimensionality

pytestmark = pytest.mark.filterwarnings("error")
SCALES = ["agree", "conscientious", "extraversion", "neuroticism", "openness"]


def analyse(models: list[ItemModel], seed: int = 1, **settings: object) -> dict[str, pd.DataFrame]:
    """The exploratory tables, checked against their contracts."""
    found = exploratory.analyse(models, Dimensionality.model_validate(settings), lambda *names: generator(seed, *names))
    return {name: tables.schema(f"dimensionality/{name}").validate(table) for name, table in found.items()}


def model(data: np.ndarray, name: str = "s") -> ItemModel:
    """A model of items i1, i2, ... of one scale."""
    items = [f"i{number}" for number in range(1, data.shape[1] + 1)]
    return ItemModel(name, pd.DataFrame(data, columns=items), {name: items})


def row(data: np.ndarray) -> pd.Series:
    """The row of `exploratory` of one scale's data."""
    return analyse([model(data)], replications=100)["exploratory"].iloc[0]


def factor_data(loadings: np.ndarray, n: int, rng: np.random.Generator) -> np.ndarray:
    """Standardised normal answers of n people whose items load on uncorrelated factors, loadings (k, m)."""
    unique = rng.standard_normal((n, len(loadings))) * np.sqrt(1 - (loadings**2).sum(axis=1))
    return rng.standard_normal((n, loadings.shape[1])) @ loadings.T + unique


def simple(factors: int, items: int, loading: float = 0.7) -> np.ndarray:
    """Loadings of so many items on each of so many factors."""
    return np.kron(np.eye(factors), np.full((items, 1), loading))


@pytest.fixture(scope="module")
def models(bfi) -> dict[str, ItemModel]:
    """The models of bfi."""
    return {one.name: one for one in item_models(bfi.responses, list(bfi.study.scales.values()))}


@pytest.fixture(scope="module")
def found(models) -> dict[str, pd.DataFrame]:
    """The exploratory tables of bfi."""
    return analyse(list(models.values()))


# against psych ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [*SCALES, ALL])
def test_adequacy_and_sphericity_equal_psych(found, golden, name):
    """KMO, Bartlett's chi-square, the first component's share to 1e-12; one factor's to 1e-6, where psych's optimiser stops."""
    expected = golden("dimensionality_adequacy").set_index("model").loc[name]
    one = found["exploratory"].set_index("model").loc[name]
    assert one["note"] is None or pd.isna(one["note"])
    for column in ("items", "n", "bartlett_df", "components", "factors"):
        assert one[column] == expected[column], column
    for column in ("kmo", "bartlett_chisq", "first_component_share"):
        assert one[column] == pytest.approx(expected[column], rel=1e-12), column
    assert one["bartlett_p"] == pytest.approx(expected["bartlett_p"], rel=1e-10)
    assert one["first_factor_share"] == pytest.approx(expected["first_factor_share"], rel=1e-6)


@pytest.mark.parametrize("name", [*SCALES, ALL])
def test_adequacy_of_items_equals_psych(models, found, golden, name):
    """`psych::KMO(r)$MSAi` to 1e-12; the model of all hands it on."""
    expected = golden("dimensionality_msa").query("model == @name")
    assert models[name].items == expected["item"].tolist()
    np.testing.assert_allclose(exploratory.sampling_adequacy(models[name].correlations)[1], expected["msa"], rtol=1e-12)
    if name == ALL:
        np.testing.assert_allclose(found["efa_items"]["msa"].astype(float), expected["msa"], rtol=1e-12)


@pytest.mark.parametrize("name", [*SCALES, ALL])
def test_eigenvalues_equal_psych(found, golden, name):
    """`psych::fa.parallel`: components to 1e-12, factors to 2e-6, as psych's optimiser stops; five components and six factors."""
    expected = golden("dimensionality_parallel").query("model == @name")
    own = found["parallel_analysis"].query("model == @name")
    assert own["number"].tolist() == expected["number"].tolist()
    np.testing.assert_allclose(own["component"], expected["component"], rtol=1e-12)
    np.testing.assert_allclose(own["factor"], expected["factor"], atol=2e-6)


@pytest.mark.parametrize("name", [*SCALES, ALL])
def test_random_eigenvalues_equal_those_of_psych(found, golden, name):
    """Means of 1,000 and psych's of 400 draws within four standard errors; a percentile's is some 2.1 times a mean's."""
    expected = golden("dimensionality_parallel").query("model == @name")
    own = found["parallel_analysis"].query("model == @name")
    for kind in ("component", "factor"):
        error = expected[f"{kind}_sd"].to_numpy() * np.sqrt(1 / 1000 + 1 / 400)
        assert (np.abs(own[f"{kind}_mean"].to_numpy() - expected[f"{kind}_mean"].to_numpy()) < 4 * error).all(), kind
        gap = np.abs(own[f"{kind}_percentile"].to_numpy() - expected[f"{kind}_percentile"].to_numpy())
        assert (gap < 4 * 2.1 * error).all(), kind


def test_random_factors_are_those_of_psych_matrix_by_matrix(golden):
    """Of 300 matrices without a factor all but 3% end in the one of several minima that psych ends in; percentiles agree to 1e-3.

    Within 5e-3, which is how far psych's optimiser stops short on a flat ground; another minimum is further away.
    """
    frame = golden("dimensionality_random_factors")
    r = np.zeros((len(frame), 5, 5))
    r[:, *np.triu_indices(5, 1)] = frame.filter(regex="^r")
    r += np.swapaxes(r, 1, 2) + np.eye(5)
    own, expected = parallel.eigenvalues(r, 1e-6)[1], frame.filter(regex="^factor").to_numpy()
    assert (np.abs(own - expected).max(axis=1) < 5e-3).mean() > 0.97
    np.testing.assert_allclose(np.quantile(own, 0.95, axis=0), np.quantile(expected, 0.95, axis=0), atol=1e-3)


# simulation -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("k", "n"), [(3, 20), (8, 40), (10, 11), (10, 6)])
def test_random_matrices_are_correlations_of_random_data(k, n):
    """Eigenvalues of matrices drawn whole and of drawn answers: means and 95th percentiles within four standard errors.

    Also with one respondent more than items, and with fewer.
    """
    drawn = np.concatenate(list(parallel.random_correlations(k, n, 4_000, np.random.default_rng(1))))
    rng = np.random.default_rng(2)
    direct = np.array([np.corrcoef(rng.standard_normal((n, k)), rowvar=False) for _ in range(4_000)])
    assert drawn.shape == direct.shape
    np.testing.assert_allclose(drawn[:, range(k), range(k)], 1, rtol=1e-12)
    one, other = np.linalg.eigvalsh(drawn), np.linalg.eigvalsh(direct)
    error = np.maximum(other.std(axis=0), 1e-12) * np.sqrt(2 / 4_000)
    assert (np.abs(one.mean(axis=0) - other.mean(axis=0)) < 4 * error).all()
    assert (np.abs(np.quantile(one, 0.95, axis=0) - np.quantile(other, 0.95, axis=0)) < 4 * 2.1 * error).all()


def test_random_matrices_have_the_variance_of_correlations():
    """The correlation of independent normal data has mean 0 and variance 1/(n - 1), whichever pair of items."""
    r = np.concatenate(list(parallel.random_correlations(4, 12, 20_000, np.random.default_rng(3))))
    pairs = r[:, *np.triu_indices(4, 1)]
    np.testing.assert_allclose(pairs.mean(axis=0), 0, atol=4 / np.sqrt(11 * 20_000))
    np.testing.assert_allclose(pairs.var(axis=0), 1 / 11, rtol=0.05)


def test_blocks_do_not_change_how_many_are_drawn():
    """More replications than fit a block."""
    blocks = list(parallel.random_correlations(3, 10, 2 * parallel.BLOCK + 7, np.random.default_rng(1)))
    assert [len(block) for block in blocks] == [parallel.BLOCK, parallel.BLOCK, 7]


@pytest.mark.parametrize("factors", [1, 2, 3])
def test_known_factors_are_found(factors):
    """Four items a factor, loadings .7, 300 people: so many components and so many factors."""
    rng = np.random.default_rng(factors)
    one = row(factor_data(simple(factors, 4), 300, rng))
    assert [one["components"], one["factors"]] == [factors, factors]


@pytest.mark.parametrize(("percentile", "share"), [(95.0, 0.95), (70.0, 0.70)])
def test_none_is_found_where_there_is_none(percentile, share):
    """Of 2,000 data sets without a factor the stated percentile retains no component and no factor, within four errors."""
    rng = np.random.default_rng(5)
    limits = parallel.parallel_analysis(np.eye(6), 80, 2_000, percentile, rng).filter(like="percentile").iloc[0]
    samples = np.concatenate(list(parallel.random_correlations(6, 80, 2_000, rng)))
    none = (parallel.eigenvalues(samples, 1e-6)[:, :, 0] <= limits.to_numpy()[:, None]).mean(axis=1)
    np.testing.assert_allclose(none, share, atol=4 * np.sqrt(share * (1 - share) * 2 / 2_000))


def test_a_gap_ends_what_is_retained():
    """An eigenvalue above its percentile does not count after one below; retained ones lead."""
    rng = np.random.default_rng(7)
    for _ in range(5):
        frame = parallel.parallel_analysis(np.corrcoef(rng.standard_normal((60, 8)).T), 60, 200, 50.0, rng)
        for kind in ("component", "factor"):
            above = frame[kind] > frame[f"{kind}_percentile"]
            assert frame[f"{kind}_retained"].tolist() == above.cummin().tolist()


def test_a_higher_percentile_is_higher_and_the_seed_decides():
    """Same generator, same numbers; the median lies below the 95th percentile."""
    r = np.corrcoef(factor_data(simple(2, 3), 100, np.random.default_rng(8)).T)
    low, high, again = (parallel.parallel_analysis(r, 100, 300, p, np.random.default_rng(1)) for p in (50.0, 95.0, 95.0))
    assert (low["component_percentile"] < high["component_percentile"]).all()
    assert (low["factor_percentile"] < high["factor_percentile"]).all()
    assert_frame_equal(high, again)


# closed forms and invariances ---------------------------------------------------------------------------


def test_adequacy_and_sphericity_by_their_definitions():
    """Items that all correlate r: partial correlations r/(1 + (k - 2) r), determinant (1 - r)^(k - 1) (1 + (k - 1) r)."""
    k, rho, n = 6, 0.4, 50
    r = np.full((k, k), rho) + (1 - rho) * np.eye(k)
    partial = rho / (1 + (k - 2) * rho)
    kmo, msa = exploratory.sampling_adequacy(r)
    assert kmo == pytest.approx(rho**2 / (rho**2 + partial**2), rel=1e-12)
    np.testing.assert_allclose(msa, kmo, rtol=1e-12)
    chisq, df, _ = exploratory.sphericity(r, n)
    determinant = (1 - rho) ** (k - 1) * (1 + (k - 1) * rho)
    assert [chisq, df] == pytest.approx([-(n - 1 - (2 * k + 5) / 6) * np.log(determinant), 15], rel=1e-12)


def test_sphericity_rejects_as_often_as_it_says():
    """Of 1,000 data sets of 100 people without correlations 5% have p < .05, within four standard errors."""
    p = [exploratory.sphericity(r, 100)[2] for r in next(parallel.random_correlations(5, 100, 1_000, np.random.default_rng(9)))]
    assert np.mean(np.array(p) < 0.05) == pytest.approx(0.05, abs=4 * np.sqrt(0.05 * 0.95 / 1_000))


NUMBERS = ["kmo", "bartlett_chisq", "components", "factors", "first_component_share", "first_factor_share"]


@pytest.mark.parametrize(
    "change",
    [
        lambda x: 6 - x,
        lambda x: x + np.array([0, 10, -3, 0.5, 100, 1]),
        lambda x: x * [1, 2, 10, 0.1, 1, 1],
        lambda x: x[:, [3, 0, 5, 4, 2, 1]],
    ],
    ids=["reversed", "constants added", "other units", "items permuted"],
)
def test_what_does_not_change_correlations_changes_nothing(change):
    """To 1e-7, where the minres steps end."""
    data = factor_data(simple(2, 3), 120, np.random.default_rng(10))
    one, other = row(data), row(change(data))
    np.testing.assert_allclose(one[NUMBERS].astype(float), other[NUMBERS].astype(float), rtol=1e-7)
    np.testing.assert_allclose(row(data[::-1])[NUMBERS].astype(float), one[NUMBERS].astype(float), rtol=1e-7)


# refusals -----------------------------------------------------------------------------------------------


def test_two_items_have_no_adequacy_and_share_what_they_correlate():
    """KMO is .50 always; communalities are |r| as in psych, so that the factors' eigenvalues are 2|r| and 0."""
    data = factor_data(simple(1, 2), 200, np.random.default_rng(11))
    found = analyse([model(data)], replications=100)
    one = found["exploratory"].iloc[0]
    assert pd.isna(one["kmo"])
    assert pd.isna(one["first_factor_share"])
    assert "sampling adequacy is not computable: for two items it is always .50" in one["note"]
    assert "a factor of two items is not identified" in one["note"]
    r = np.corrcoef(data.T)[0, 1]
    np.testing.assert_allclose(found["parallel_analysis"]["factor"], [2 * abs(r), 0], atol=1e-9)
    assert one["bartlett_chisq"] == pytest.approx(-(200 - 1 - 1.5) * np.log(1 - r**2), rel=1e-12)


def test_a_single_item_has_no_structure():
    """No number and the reason."""
    one = row(np.random.default_rng(1).integers(1, 6, (50, 1)).astype(float))
    assert one[["kmo", "bartlett_chisq", "components", "first_component_share"]].isna().all()
    assert one["note"] == "not computable: a single item has no structure"


def test_a_constant_item_bears_nothing():
    """No eigenvalues either."""
    data = factor_data(simple(1, 4), 60, np.random.default_rng(1))
    data[:, 2] = 3
    found = analyse([model(data)], replications=100)
    one = found["exploratory"].iloc[0]
    assert one[NUMBERS].isna().all()
    assert one["note"] == "not computable: everyone gave the same answer to i3"
    assert found["parallel_analysis"].empty


def test_few_respondents_bear_eigenvalues_but_no_inverse():
    """As many respondents as items: parallel analysis from drawn answers; no adequacy, no test."""
    data = factor_data(simple(2, 4), 8, np.random.default_rng(12))
    found = analyse([model(data)], replications=100)
    one = found["exploratory"].iloc[0]
    assert one[["kmo", "bartlett_chisq", "bartlett_df", "bartlett_p"]].isna().all()
    start = "sampling adequacy and Bartlett's test are not computable: "
    assert one["note"] == start + "there are no more respondents (8) than items (8)"
    assert len(found["parallel_analysis"]) == 8
    assert pd.notna(one["components"])


def test_items_that_determine_each_other_are_named():
    """The third is the sum of the first two."""
    data = np.random.default_rng(13).standard_normal((60, 5))
    data[:, 2] = data[:, 0] + data[:, 1]
    assert row(data)["note"].endswith("not computable: the answers to i1, i2, i3 are linearly dependent")
    with pytest.raises(NotComputable):
        _ = model(data).regular_correlations


def test_the_analysed_correlations_stay_as_they_are():
    """Diagonals are replaced in copies."""
    one = model(factor_data(simple(1, 4), 60, np.random.default_rng(1)))
    before = one.correlations.copy()
    analyse([one], replications=100)
    np.testing.assert_array_equal(one.correlations, before)


def test_an_item_that_correlates_with_no_other_has_no_adequacy():
    """Nothing over nothing; where no items correlate, there is none at all."""
    r = np.array([[1, 0.5, 0], [0.5, 1, 0], [0, 0, 1]])
    kmo, msa = exploratory.sampling_adequacy(r)
    assert np.isnan(msa).tolist() == [False, False, True]
    assert kmo == pytest.approx(0.5)
    assert np.isnan(exploratory.sampling_adequacy(np.eye(3))[0])
