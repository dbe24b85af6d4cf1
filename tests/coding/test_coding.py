"""The coding stage: statistics against R, the published sets, and mistakes in tables of codings."""

import numpy as np
import pandas as pd
import pytest

from practicework import tables
from practicework.numerics.proportions import clopper_pearson
from practicework.numerics.seeds import streams
from practicework.stages import coding
from practicework.stages.coding import agreement, cooccurrence, counts, exclusivity, matrices, saturation
from practicework.stages.coding.evidence import Evidence
from practicework.study import load_study
from practicework.study.codebook import Codebook
from practicework.study.config import CodingSet, Matrix

UNITS = [f"U{number}" for number in range(1, 21)]
SETS = ("schmitt2021_interviews", "bercier2020_cases")


@pytest.fixture(scope="module")
def codes():
    """The simulated codes, in one theme and dimension."""
    return pd.DataFrame({"code": [f"c{number}" for number in range(1, 13)], "theme": "t", "dimension": "d"})


@pytest.fixture(scope="module")
def codings(golden, codes):
    """The codings of two coders that the R script simulated."""
    return golden("coding_synthetic").merge(codes, on="code").assign(segment=None, source=None)


@pytest.fixture(scope="module")
def sets(root):
    """Both published sets: evidence and tables."""
    study = load_study(root)
    evidence = {name: coding.load(root, name, study.config.coding[name], study.codebooks[name]) for name in SETS}
    return {
        name: (one, coding.analyse(one, name, study.config.coding[name], streams(2021, "coding", name)))
        for name, one in evidence.items()
    }


# ---- against R ----


def test_agreement_equals_r(golden, codings, codes):
    """Psych's kappa, and alpha from its definition; both exact but for the order of sums."""
    found = agreement.measure(codings, UNITS, codes, 100, np.random.default_rng(0))
    found = found[found["level"].isin(["code", "all"])].set_index("name")
    for row in golden("coding_agreement").itertuples():
        ours = found.loc[row.name]
        assert ours["units"] == row.units
        assert ours["percent_agreement"] == pytest.approx(row.percent_agreement, rel=1e-12)
        assert ours["kappa"] == pytest.approx(row.kappa, rel=1e-12, nan_ok=True)
        assert ours["alpha"] == pytest.approx(row.alpha, rel=1e-12, nan_ok=True)


def test_alpha_equals_the_package_with_three_coders_and_gaps():
    """Where not every coder has coded every unit."""
    import krippendorff

    rng = np.random.default_rng(3)
    rows = [
        {"unit": unit, "code": code, "coder": coder, "theme": "t", "dimension": "d"}
        for unit in UNITS
        for coder in ("a", "b", "c")
        if rng.random() < 0.8
        for code in ("always", *(code for code in ("x", "y") if rng.random() < 0.5))
    ]
    data = pd.DataFrame(rows)
    codes = pd.DataFrame({"code": ["always", "x", "y"], "theme": "t", "dimension": "d"})
    found = agreement.measure(data, UNITS, codes, 200, np.random.default_rng(0)).set_index(["level", "name"])
    present = data.groupby(["coder", "unit"]).size().unstack()
    for code in ("x", "y"):
        marks = data[data["code"] == code].groupby(["coder", "unit"]).size().unstack().reindex_like(present)
        values = marks.notna().astype(float).where(present.notna()).to_numpy()
        ours = found.loc[("code", code)]
        assert ours["alpha"] == pytest.approx(krippendorff.alpha(values, level_of_measurement="nominal"), abs=1e-12)
        assert ours["alpha_low"] < ours["alpha"] < ours["alpha_high"]
        assert "mean over pairs" in ours["note"]
    assert "all decisions are the same" in found.loc[("code", "always"), "note"]
    assert np.isnan(found.loc[("code", "always"), "kappa"])


def test_interval_of_agreement_holds_what_r_would_resample(golden, codings, codes):
    """The percentile interval of one code's kappa, over units, from kappa computed anew for each resample."""
    found = (
        agreement.measure(codings, UNITS, codes, 4000, np.random.default_rng(0)).set_index(["level", "name"]).loc[("code", "c2")]
    )
    seen = {coder: set(own["unit"]) for coder, own in codings.groupby("coder")}
    both = [unit for unit in UNITS if unit in seen["anna"] and unit in seen["ben"]]
    marks = np.array(
        [[((codings["unit"] == u) & (codings["coder"] == c) & (codings["code"] == "c2")).any() for u in both] for c in seen]
    )
    rng, drawn = np.random.default_rng(1), []
    for _ in range(4000):
        x, y = marks[:, rng.integers(0, len(both), len(both))]
        expected = x.mean() * y.mean() + (1 - x.mean()) * (1 - y.mean())
        drawn.append(((x == y).mean() - expected) / (1 - expected) if expected < 1 else np.nan)
    # percentiles of 4,000 resamples of 16 units jump between few values: four steps of their standard error
    assert [found["kappa_low"], found["kappa_high"]] == pytest.approx(np.nanpercentile(drawn, [2.5, 97.5]), abs=0.08)


def test_one_coder_gives_no_rows(codings, codes):
    alone = codings[codings["coder"] == "anna"]
    assert agreement.measure(alone, UNITS, codes, 100, np.random.default_rng(0)).empty


def test_saturation_equals_vegan(golden, codings):
    """Exact accumulation and Chao2; the random orders come close to the exact mean."""
    found = saturation.accumulate(codings, UNITS, 2000, np.random.default_rng(0))
    assert found.curve["expected"].to_numpy() == pytest.approx(golden("coding_saturation")["expected"].to_numpy(), rel=1e-12)
    summary = found.summary.set_index("measure")["value"]
    unseen = golden("coding_unseen").iloc[0]
    assert summary["codes"] == unseen["seen"]
    assert summary["unseen_chao2"] == pytest.approx(unseen["unseen"], rel=1e-12)
    assert (found.curve["low"] <= found.curve["expected"]).all()
    assert (found.curve["high"] >= found.curve["expected"]).all()
    assert found.curve["cumulative"].iloc[-1] == found.curve["low"].iloc[-1] == unseen["seen"]


def test_saturation_is_reached_where_a_run_adds_nothing():
    """By hand: four units bring ten codes, the fifth two, the sixth none, the seventh none."""
    found = {"A": range(4), "B": range(3, 7), "C": range(6, 9), "D": [9], "E": [10, 11], "F": [0], "G": [1]}
    data = pd.DataFrame([{"unit": unit, "code": str(code)} for unit, own in found.items() for code in own])
    summary = saturation.accumulate(data, list(found), 100, np.random.default_rng(0)).summary
    assert list(summary["value"][:2]) == [5.0, 5.0]


def test_pairs_equal_r(golden, codings, codes):
    found = cooccurrence.count(codings, codes, 20)
    found = found[found["level"] == "code"].set_index(["a", "b"])
    expected = golden("coding_pairs")
    assert len(found) == len(expected)
    for row in expected.itertuples():
        assert found.loc[(row.a, row.b), "units"] == row.units
        assert found.loc[(row.a, row.b), "phi"] == pytest.approx(row.phi, abs=1e-12)


def test_intervals_of_proportions_equal_r(golden):
    for row in golden("coding_intervals").itertuples():
        assert clopper_pearson(row.count, row.of) == pytest.approx((row.low, row.high), rel=1e-12)


# ---- the published sets ----


def test_tables_keep_their_contracts(sets):
    for _, found in sets.values():
        assert set(found) == {name for name in tables.CONTRACTS if name.startswith("coding/")}
        for name, table in found.items():
            tables.schema(name).validate(table)


def test_table_1_is_transcribed_as_the_text_counts_it(sets):
    """Section 3.2 of Schmitt et al. (2021): 6 women, 26 men, 25 in person, 1 to 38 years."""
    units = sets["schmitt2021_interviews"][0].units.set_index("unit")
    assert list(units.index) == [f"P{number}" for number in range(1, 33)]
    assert units["gender"].value_counts().to_dict() == {"M": 26, "F": 6}
    assert units["interview"].value_counts().to_dict() == {"face to face": 25, "telephone": 7}
    years = units["experience"].astype(int)
    assert (years.min(), years.max(), years.sum()) == (1, 38, 413)


def test_appendix_3_has_43_attributions(sets):
    """Counted in the appendix: 11 of promotion, 25 of reconciliation, 7 of disruption."""
    codings = sets["schmitt2021_interviews"][0].codings
    appendix = codings[codings["source"] == "Appendix 3"]
    assert appendix["dimension"].value_counts().to_dict() == {"promotion": 11, "reconciliation": 25, "disruption": 7}
    assert appendix["segment"].is_unique


def test_exclusivity_is_held_against_the_attributions(sets):
    found = sets["schmitt2021_interviews"][1]
    table = found["coding/exclusivity"].set_index("dimension")
    assert table["stated"].to_dict() == {"promotion": 6, "reconciliation": 7, "disruption": 2}
    assert table["upheld"].to_dict() == {"promotion": 4, "reconciliation": 7, "disruption": 2}
    assert table.loc["promotion", "which"] == "P8, P22"
    places = found["coding/attributions"].set_index("unit").loc["P8", "elsewhere"]
    assert places == "social_selling_routines (Appendix 3, 4.2)"


def test_function_by_stage_is_held_against_table_6_1(sets):
    """49 printed cells; the accounts of the cases give 44 of them."""
    table = sets["bercier2020_cases"][1]["coding/matrices"]
    assert len(table) == 49
    differ = table[~table["agrees"].astype(bool)]
    assert [(row.row, row.column, row.computed, row.published) for row in differ.itertuples()] == [
        ("approach", "identity", "I", "-"),
        ("approach", "sharing", "-", "I"),
        ("approach", "relationship", "I", "-"),
        ("approach", "presence", "-", "I"),
        ("presentation", "relationship", "-", "X"),
    ]


def test_same_seed_same_tables(root, sets):
    study = load_study(root)
    evidence, before = sets["bercier2020_cases"]
    again = coding.analyse(
        evidence, "bercier2020_cases", study.config.coding["bercier2020_cases"], streams(2021, "coding", "bercier2020_cases")
    )
    for name, table in before.items():
        pd.testing.assert_frame_equal(table, again[name])


# ---- small sets, by hand ----


BOOK = Codebook.model_validate(
    {
        "dimensions": [
            {"id": "d", "label": "D", "themes": [{"id": "t", "label": "T", "concepts": [{"id": "x", "label": "X"}]}]},
            {"id": "e", "label": "E"},
        ],
        "others": [{"id": "o", "label": "O"}],
    }
)


def evidence(units: dict[str, dict], rows: list[tuple]) -> Evidence:
    """A set by hand: attributes by unit, and (unit, code, source, segment)."""
    codes = BOOK.codes()
    codings = pd.DataFrame(rows, columns=["unit", "code", "source", "segment"], dtype=object).assign(coder=None)
    codings = codings.merge(codes[["code", "theme", "dimension"]], on="code", how="left").astype(object)
    codings = codings.where(codings.notna(), None)[["unit", "code", "theme", "dimension", "source", "coder", "segment"]]
    table = pd.DataFrame([{"unit": unit, **attributes} for unit, attributes in units.items()], dtype=object)
    return Evidence(table, codings, codes, pd.DataFrame(columns=["informant", "unit"]))


def test_a_theme_or_dimension_can_be_coded_itself():
    one = evidence(
        {"A": {}, "B": {}, "C": {}},
        [("A", "x", None, "1"), ("B", "t", None, None), ("B", "d", None, None), ("C", "o", None, None)],
    )
    found = counts.structure(one).set_index("code")
    assert found["units"].to_dict() == {"d": 2, "t": 2, "x": 1, "e": 0, "o": 1}
    assert found["parts"].to_dict() == {"d": 1, "t": 1, "x": 0, "e": 0, "o": 0}
    rows = counts.incidence(one).fillna("none").to_dict("records")
    assert [(row["unit"], row["code"], row["theme"]) for row in rows][:2] == [("A", "x", "t"), ("B", "d", "none")]


def test_what_meets_in_a_passage_is_direct_unless_all_of_it_is_indirect():
    rows = [("A", "x", None, "1"), ("A", "e", None, "1"), ("A", "o", None, "1"), ("B", "x", None, "1"), ("B", "e", None, "2")]
    matrix = {"m": Matrix(rows=["d"], columns=["e"], indirect="o")}
    units = {"A": {}, "B": {}}
    assert matrices.build(evidence(units, rows), matrix)["computed"].tolist() == ["I"]
    assert matrices.build(evidence(units, [*rows, ("B", "x", None, "2")]), matrix)["computed"].tolist() == ["X"]
    assert matrices.build(evidence(units, rows[3:]), matrix)["computed"].tolist() == ["-"]


def test_groups_of_numbers_are_named_by_what_is_in_them():
    one = evidence({"A": {"years": "1"}, "B": {"years": "10"}, "C": {"years": "11"}, "D": {"years": None}}, [])
    groups = counts.groups(one, None, {"years": (10.0,)})
    assert groups["years (groups)"].dropna().to_dict() == {"A": "1 to 10", "B": "1 to 10", "C": "11 to 11"}


def test_groups_of_one_unit_take_no_part_in_tests_and_are_named():
    """Two against two that differ in everything: 2 of 6 ways, p = 1/3; the fifth unit is a group of its own."""
    rows = [("A", "x", None, None), ("B", "x", None, None)]
    one = evidence({unit: {"k": kind} for unit, kind in zip("ABCDE", "uuvvw", strict=True)}, rows)
    table = counts.tests(one, counts.groups(one, None, {}), None, np.random.default_rng(0)).set_index("name")
    assert table.loc["d", "n"] == 4
    assert table.loc["d", "p_value"] == pytest.approx(1 / 3, rel=1e-9)
    assert table.loc["d", "note"] == "excluded as groups of one unit: w"


def test_nothing_coded_gives_tables_all_the_same():
    one = evidence({"A": {"k": "u"}, "B": {"k": "v"}}, [])
    spec = CodingSet(units="u", codings="c.csv", codebook="b", permutations=100, resamples=100)
    found = coding.analyse(one, "s", spec, streams(1, "coding", "s"))
    for name, table in found.items():
        tables.schema(name).validate(table)
    assert all("not tested" in note for note in found["coding/tests"]["note"])


def test_stated_dimension_must_be_one():
    one = evidence({"A": {"kind": "f"}}, [])
    with pytest.raises(Exception, match="unit 'A' has 'f', which is not a dimension"):
        exclusivity.compare(one, "kind", "config")
