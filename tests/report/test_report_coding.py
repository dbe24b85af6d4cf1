"""The reports of the published sets of codings, and their ledgers: run as a whole, shown as the tables have it."""

import html
import re

import pandas as pd
import pytest

SETS = {"schmitt2021_interviews": (46, 36), "bercier2020_cases": (67, 46)}


@pytest.fixture(scope="module", params=SETS)
def shown(request, published, reports):
    """A set's report, and its ledger."""
    return reports[request.param], pd.read_csv(published.results(request.param) / "replication/ledger.csv")


def test_every_claim_is_in_the_ledger_with_its_place(shown):
    """Counted here: a claim added or a verdict changed shows."""
    rendered, ledger = shown
    assert (len(ledger), int(ledger["agrees"].sum())) == SETS[rendered.part.name]
    rows = rendered.cells("replication_ledger")
    assert [row["claim"] for row in rows] == ledger["claim"].tolist()
    assert [row["agrees"].startswith("✓") for row in rows] == ledger["agrees"].tolist()
    assert all(row["source"] for row in rows)


def test_every_disagreement_is_reported_with_both_values(shown):
    rendered, ledger = shown
    texts = [html.unescape(re.sub("<.*?>", "", text)) for text in rendered.texts]
    for row in ledger[~ledger["agrees"]].itertuples():
        said = next(text for text in texts if text.startswith(f"{row.claim} ({row.source}):"))
        assert f" {row.published}" in said
        assert f" {row.reproduced:g}" in said
        assert str(row.note) in said if isinstance(row.note, str) else True


def test_figures_state_the_units_and_need_no_network(shown):
    rendered, _ = shown
    figures = rendered.report.contents.figures
    assert len(figures) >= 5
    assert all(re.search(r"[Uu]nit", entry.content.caption) and entry.content.alternative for entry in figures)
    links = re.findall(r'(?:src|href)="([^"]*)"', rendered.report.html)
    assert all(value.startswith(("data:", "#")) for value in links)


def test_the_report_of_the_sample_summarizes_the_sets(sample):
    rows = sample.cells("coding_sets")
    assert [row["claims"] for row in rows] == ["36 of 46", "46 of 67"]
    assert [row["units"] for row in rows] == ["32", "6"]


def test_counts_of_the_page_are_those_of_the_tables(shown):
    """The table of prevalence, row by row."""
    rendered, _ = shown
    table = rendered.results["coding/prevalence"]
    table = table[table["attribute"] == "all"]
    rows = rendered.cells("coding_prevalence")
    assert sum(int(row["units"]) for row in rows) == table["units"].sum()
    assert [row["level"] for row in rows].count("theme") == (table["level"] == "theme").sum()
