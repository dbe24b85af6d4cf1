"""Numbers of the stage `multiple_response` equal R's and printed ones."""

import numpy as np
import pandas as pd
import pytest

from practicework.stages.multiple_response import models

ITEMS = [f"N{place}" for place in range(1, 6)]


def test_logistic_regressions_of_all_options_equal_r(people, golden):
    ticked = (people[ITEMS] >= 5).astype(float)
    found = pd.DataFrame(models._part({"test": "t"}, ticked, people, ["age", "gender"], []))
    each = found[found["option"].notna()].set_index(["option", "term"])
    known = golden("models_gee").set_index(["option", "term"])
    np.testing.assert_allclose(each["estimate"].reindex(known.index), known["estimate"], rtol=1e-6)
    np.testing.assert_allclose(known["geepack"], known["estimate"], rtol=1e-9)
    np.testing.assert_allclose(each["std_error"].reindex(known.index), known["std_error"], rtol=1e-6)
    wald = found[found["option"].isna()].set_index("term")["chi_square"]
    for row in golden("models_wald").to_dict("records"):
        assert wald[row["term"]] == pytest.approx(row["chi_square"], rel=1e-6)


def test_tables_of_printed_farmers(run, golden):
    """Koziol and Bilder (2014), through a study: forced choice, education as groups."""
    counts = golden("farmer1")
    table = counts.loc[counts.index.repeat(counts["n"])].drop(columns="n").reset_index(drop=True)
    sources = {f"y{place}": f"Source {place}" for place in range(1, 6)}
    question = {"label": "Sources", "options": sources, "columns": "{option}", "form": "forced_choice"}
    tests = {"t": {"response": "sources", "group": "ed", "bootstrap": "sum"}}
    config = {"variables": ["ed"], "multiple": {"sources": question}, "multiple_tests": tests}
    found = run("s.csv", lambda path: table.to_csv(path, index=False), config)["multiple_response/sources/tests"]
    joint = found[found["option"].isna()].set_index("method")
    assert joint.loc["sum", "statistic"] == pytest.approx(30.84, abs=0.005)
    assert pd.isna(joint.loc["sum", "p_value"])
    assert joint.loc["rao_scott", "statistic"] == pytest.approx(28.68, abs=0.005)
    assert joint.loc["rao_scott", "p_value"] == pytest.approx(0.0632, abs=5e-5)
    assert joint.loc["bonferroni", "p_value"] == pytest.approx(0.1357, abs=5e-5)
    assert joint.loc["bootstrap", "p_value"] == pytest.approx(0.053, abs=4 * np.sqrt(2 * 0.053 * 0.947 / 5_000))
    own = found[found["method"] == "pearson"]["statistic"]
    np.testing.assert_allclose(own, [5.96, 7.89, 4.62, 1.42, 10.95], atol=0.005)


def test_comparisons_within_people_equal_r(run, people, golden):
    question = {"label": "N", "options": dict(zip(ITEMS_LOW, ITEMS, strict=True)), "columns": "{option}", "ticked": [5, 6],
                "unticked": [1, 2, 3, 4]}  # fmt: skip
    found = run("s.csv", lambda path: people[ITEMS].to_csv(path, index=False), {"multiple": {"n": question}})
    within = found["multiple_response/n/within"].iloc[0]
    assert (within["statistic"], within["p_value"]) == (pytest.approx(17.98895028, abs=1e-8), pytest.approx(0.00124025, abs=1e-8))
    pairs = found["multiple_response/n/pairs"]
    assert (pairs["only_a"].iloc[0], pairs["only_b"].iloc[0]) == (16, 48)
    np.testing.assert_allclose(pairs["p_value"], golden("models_mcnemar")["p_value"], rtol=1e-9)


ITEMS_LOW = [name.lower() for name in ITEMS]
