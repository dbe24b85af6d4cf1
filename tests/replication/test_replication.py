"""The ledger of published and reproduced values."""

import numpy as np
import pandas as pd
import pytest

from practicework import tables
from practicework.errors import StudyError
from practicework.stages.replication import ledger
from practicework.study.config import Replication

RESULTS = {
    "reliability/scales": pd.DataFrame({"scale": ["a", "b"], "alpha": [0.8249, np.nan], "note": [None, "too few"]}),
    "moderation/main/fit": pd.DataFrame({"n": pd.array([75], "Int64"), "p_change": [0.049]}),
    "moderation/main/johnson_neyman": pd.DataFrame({"boundary": [-3.5, 2.25], "in_range": pd.array([False, True], "boolean")}),
}


def check(
    published: str, table: str = "reliability/scales", row: dict | None = None, column: str = "alpha", **claim
) -> pd.Series:
    """The ledger's row for one claim."""
    claim = {"claim": "Alpha of a", "published": published, "table": table, "row": row or {}, "column": column} | claim
    return ledger.compare(Replication.model_validate({"source": "A paper", "claims": [claim]}), RESULTS).iloc[0]


@pytest.mark.parametrize(
    ("published", "agrees"), [(".82", True), (".83", False), ("> .8", True), ("< .8", False), (".8249", True)]
)
def test_compares_the_unrounded_value(published, agrees):
    """At the precision of print; the reproduced value keeps its digits."""
    row = check(published, row={"scale": "a"})
    assert bool(row["agrees"]) is agrees
    assert row["reproduced"] == 0.8249
    assert (row["published"], row["source"], row["row"]) == (published, "A paper", "scale = a")


def test_finds_rows_by_any_kind_of_column_and_counts():
    """Whole numbers and flags are compared as they are written; a table of one row needs no row."""
    assert check("75", "moderation/main/fit", column="n")["agrees"]
    assert check("2.25", "moderation/main/johnson_neyman", {"in_range": "True"}, "boundary")["agrees"]


def test_what_could_not_be_computed_does_not_agree():
    """And says so, even for an inequality."""
    for published in (".82", "< 1", "> 0"):
        row = check(published, row={"scale": "b"})
        assert not row["agrees"]
        assert np.isnan(row["reproduced"])
        assert row["note"] == "could not be computed in this sample"


def test_a_claim_may_have_its_own_source_and_the_table_keeps_its_contract():
    """Claims stand in the order of the config."""
    claims = [
        {"claim": "1", "published": ".8", "table": "reliability/scales", "row": {"scale": "a"}, "column": "alpha", "source": "B"},
        {"claim": "2", "published": "75", "table": "moderation/main/fit", "column": "n"},
    ]
    table = ledger.compare(Replication.model_validate({"source": "A", "claims": claims}), RESULTS)
    assert tables.schema("replication/ledger").validate(table)["source"].tolist() == ["B", "A"]


@pytest.mark.parametrize(
    ("row", "column", "message"),
    [
        ({"scale": "c"}, "alpha", r"0 rows of reliability/scales match \(scale = c\); name exactly one"),
        ({}, "alpha", r"2 rows of reliability/scales match \(no row is named\); name exactly one"),
        ({"scale": "a", "note": "too few"}, "alpha", "0 rows"),
        ({"scale": "a"}, "beta", "reliability/scales has no column 'beta'; it has scale, alpha, note"),
        ({"skale": "a"}, "alpha", "has no column 'skale'"),
        ({"scale": "b"}, "note", "'note' of reliability/scales is not a number"),
    ],
)
def test_a_claim_that_fits_no_number_is_a_mistake_of_the_study(row, column, message):
    """One sentence that names the entry."""
    with pytest.raises(StudyError, match=message) as error:
        check(".82", row=row, column=column)
    assert str(error.value).startswith("config/config.yaml, replication, entry 1 ('Alpha of a'): ")
