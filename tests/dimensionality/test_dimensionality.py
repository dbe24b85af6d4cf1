"""The stage as a whole: its tables keep their contract whatever the data, and nothing depends on what stands beside it."""

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from practicework import tables
from practicework.numerics.seeds import streams
from practicework.stages import dimensionality
from practicework.study.scale import Scale
from practicework.study.settings import Dimensionality
from practicework.tables import contracts

pytestmark = pytest.mark.filterwarnings("error", "ignore:'force_all_finite':FutureWarning")  # factor_analyzer on scikit-learn 1.6
FAST = {"replications": 100, "bootstrap": {"resamples": 200}}
STAGE = [name for name in contracts.CONTRACTS if name.startswith("dimensionality/")]


def scale(name: str, items: int) -> Scale:
    """A scale of items name_1, name_2, ... answered from 1 to 5, the last of three or more reverse-keyed."""
    ids = [f"{name}_{number}" for number in range(1, items + 1)]
    reverse = {ids[-1]} if items > 2 else set()
    keys = [{"id": one, "text": one, "reverse": one in reverse} for one in ids]
    return Scale.model_validate({"id": name, "label": name, "response": {"min": 1, "max": 5}, "items": keys})


SCALES = [scale("ease", 4), scale("pride", 3), scale("help", 5)]


def answers(scales: list[Scale], n: int = 150, seed: int = 1) -> pd.DataFrame:
    """Likert answers with one factor a scale, the factors correlated, and the variable age."""
    rng = np.random.default_rng(seed)
    general, frame = rng.standard_normal(n), {"respondent": [f"R{number}" for number in range(n)]}
    for one in scales:
        factor = 0.5 * general + rng.standard_normal(n)
        for item in one.items:
            answer = np.clip(np.round(3 + 0.8 * factor + 0.8 * rng.standard_normal(n)), 1, 5)
            frame[item.id] = 6 - answer if item.reverse else answer
    return pd.DataFrame(frame | {"age": rng.integers(20, 60, n).astype(float)})


def analyse(responses: pd.DataFrame, scales: list[Scale], seed: int = 1, **settings: object) -> dict[str, pd.DataFrame]:
    """The stage's tables, checked against their contracts."""
    found = dimensionality.analyse(
        responses, scales, Dimensionality.model_validate(FAST | settings), streams(seed, "dimensionality", "s")
    )
    return {name: tables.schema(name).validate(table) for name, table in found.items()}


@pytest.fixture(scope="module")
def found() -> dict[str, pd.DataFrame]:
    """The tables of three scales and a marker."""
    return analyse(answers(SCALES), SCALES, marker="age")


def test_every_table_of_the_contract_is_there_and_complete(found):
    """With a marker all; without one, all but its own."""
    assert set(found) == set(STAGE)
    assert set(analyse(answers(SCALES), SCALES)) == set(STAGE) - {"dimensionality/marker"}
    for name, table in found.items():
        assert len(table), name
        assert not table.drop(columns="note", errors="ignore").isna().any(axis=None) or name.endswith(
            ("fit", "exploratory", "rivals")
        ), name


def test_rows_stand_in_the_order_of_the_study(found):
    """Scales, then the model of all; pairs of scales; items as asked."""
    models = ["ease", "pride", "help", "all"]
    assert found["dimensionality/fit"]["model"].tolist() == models
    assert found["dimensionality/exploratory"]["model"].tolist() == models
    assert found["dimensionality/scales"]["scale"].tolist() == models[:3]
    items = [item for one in SCALES for item in one.item_ids]
    loadings = found["dimensionality/loadings"]
    assert loadings.query("model == 'all'")["item"].tolist() == items == found["dimensionality/efa_items"]["item"].tolist()
    assert loadings.query("model != 'all'")["item"].tolist() == items
    pairs = [("ease", "pride"), ("ease", "help"), ("pride", "help")]
    for name in ("htmt", "fornell_larcker"):
        frame = found[f"dimensionality/{name}"]
        assert list(zip(frame["scale_a"], frame["scale_b"], strict=True)) == pairs


def test_n_is_listwise_over_the_items_of_the_model():
    """A missing answer costs its scale's model and the model of all, and no other scale's."""
    responses = answers(SCALES)
    responses.loc[:9, "ease_1"] = np.nan
    responses.loc[5:19, "help_3"] = np.nan
    found = analyse(responses, SCALES)
    expected = {"ease": 140, "pride": 150, "help": 135, "all": 130}
    for name in ("fit", "exploratory"):
        assert dict(found[f"dimensionality/{name}"].set_index("model")["n"]) == expected
    assert found["dimensionality/htmt"]["n"].tolist() == [130] * 3
    assert found["dimensionality/scales"]["n"].tolist() == [130] * 3


def test_reversed_items_are_keyed():
    """Answers turned by hand and keyed otherwise give the same tables."""
    turned = [
        one.model_copy(update={"items": tuple(i.model_copy(update={"reverse": False}) for i in one.items)}) for one in SCALES
    ]
    responses = answers(SCALES)
    by_hand = responses.copy()
    for one in SCALES:
        by_hand[one.reversed_ids] = 6 - by_hand[one.reversed_ids]
    one, other = analyse(responses, SCALES, marker="age"), analyse(by_hand, turned, marker="age")
    for name in one:
        assert_frame_equal(one[name], other[name])


def test_same_seed_same_numbers_and_another_scale_changes_none_of_a_scale(found):
    """Each model has random numbers of its own; the marker draws none."""
    again = analyse(answers(SCALES), SCALES, marker="age")
    for name, table in found.items():
        assert_frame_equal(again[name], table, check_exact=True)
    two = analyse(answers(SCALES), SCALES[:2])
    for name in ("exploratory", "parallel_analysis", "fit", "loadings", "residuals"):
        rows = [frame[f"dimensionality/{name}"].query("model in ('ease', 'pride')") for frame in (two, found)]
        assert_frame_equal(*(frame.reset_index(drop=True) for frame in rows), check_exact=True)
    other = analyse(answers(SCALES), SCALES, seed=2)
    for name, column in (("parallel_analysis", "component_mean"), ("htmt", "htmt_low")):
        assert (other[f"dimensionality/{name}"][column] != found[f"dimensionality/{name}"][column]).any()


def test_one_scale_is_its_own_model():
    """There is nothing to be distinct from: no model of all, no pairs, no exploratory factors; validity from its own loadings."""
    found = analyse(answers(SCALES), SCALES[:1])
    assert found["dimensionality/fit"]["model"].tolist() == ["ease"]
    for name in ("htmt", "fornell_larcker", "efa_items", "efa_loadings", "efa_factors", "efa_correlations"):
        assert found[f"dimensionality/{name}"].empty
    row = found["dimensionality/scales"].iloc[0]
    assert row["model"] == "ease"
    loadings = found["dimensionality/loadings"]["loading"]
    assert row["ave"] == pytest.approx((loadings**2).mean())


def duplicated(responses: pd.DataFrame) -> pd.DataFrame:
    responses["ease_2"] = responses["ease_1"]
    return responses


BROKEN = {
    "nobody answered": lambda responses: responses.assign(**{item: np.nan for one in SCALES for item in one.item_ids}),
    "four people": lambda responses: responses.head(4),
    "no more people than items": lambda responses: responses.head(12),
    "a constant item": lambda responses: responses.assign(ease_2=3.0),
    "an item twice": duplicated,
    "everyone the same": lambda responses: responses.assign(**{item: 3.0 for one in SCALES for item in one.item_ids}),
}


@pytest.mark.parametrize("name", BROKEN)
def test_data_that_bear_no_model_give_reasons_and_no_numbers(name):
    """Whatever is empty says why in its row; whole tables without a reason of their own have one in the model's row."""
    found = analyse(BROKEN[name](answers(SCALES)), SCALES, marker="age")
    fit = found["dimensionality/fit"].set_index("model")
    assert fit.loc["all", ["chisq", "cfi", "rmsea", "srmr", "aic"]].isna().all()
    assert "not computable" in fit.loc["all", "note"]
    exploratory = found["dimensionality/exploratory"].set_index("model").loc["all"]
    assert pd.isna(exploratory["kmo"])
    assert "not computable" in exploratory["note"]
    for table, column in (("fit", "srmr"), ("exploratory", "kmo"), ("scales", "ave"), ("htmt", "htmt"), ("loadings", "loading")):
        frame = found[f"dimensionality/{table}"]
        unexplained = frame[frame[column].isna() & frame["note"].isna()]
        assert unexplained.empty, (table, unexplained)


def test_scales_that_hold_take_no_harm_from_one_that_does_not():
    """A constant item spoils its scale and the model of all; the other scales are fitted, and their validity is theirs."""
    found = analyse(answers(SCALES).assign(ease_2=3.0), SCALES)
    scales = found["dimensionality/scales"].set_index("scale")
    assert scales["model"].fillna("").to_dict() == {"ease": "", "pride": "pride", "help": "help"}
    assert scales["ave"].notna().to_dict() == {"ease": False, "pride": True, "help": True}
    assert found["dimensionality/fit"].set_index("model")["note"].notna().to_dict()["help"] is False
