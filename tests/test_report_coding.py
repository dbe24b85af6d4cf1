"""The reports of the published sets of codings, and their ledgers: run as a whole, shown as the tables have it."""

import html
import re

import pandas as pd
import pytest
from page import Page

SETS = {"schmitt2021_interviews": (46, 36), "bercier2020_cases": (67, 46)}


@pytest.fixture(scope="module", params=SETS)
def shown(request, published):
    """A set's name, its page, and its ledger."""
    folder = published.results(request.param)
    page = Page((folder / "report/report.html").read_text(encoding="utf-8"))
    return request.param, page, pd.read_csv(folder / "replication/ledger.csv")


def test_every_claim_is_in_the_ledger_with_its_place(shown):
    """Counted here: a claim added or a verdict changed shows."""
    name, page, ledger = shown
    assert (len(ledger), int(ledger["agrees"].sum())) == SETS[name]
    rows = page.rows("Claim", "Verdict")
    assert [row["Claim"] for row in rows] == ledger["claim"].tolist()
    assert [row["Verdict"].startswith("✓") for row in rows] == ledger["agrees"].tolist()
    assert all(row["Place"] for row in rows)


def test_every_disagreement_is_told_with_both_values(shown):
    _, page, ledger = shown
    text = "".join(page.words)
    for row in ledger[~ledger["agrees"]].itertuples():
        assert f"{row.claim} ({row.source}): {row.published} as published, {row.reproduced:g} from the tables." in text
        assert str(row.note) in text if isinstance(row.note, str) else True


def test_pictures_tell_how_many_units_and_need_no_network(shown, published):
    name, page, _ = shown
    source = html.unescape((published.results(name) / "report/report.html").read_text(encoding="utf-8"))
    assert len(page.images) >= 5
    assert all(image["alt"] and image["src"].startswith("data:image/svg+xml;base64,") for image in page.images)
    captions = re.findall(r"<figcaption><b>Figure.*?</figcaption>", source, re.S)
    assert all(re.search(r"[Uu]nit", caption) for caption in captions)
    assert all(value.startswith(("data:", "#")) for value in re.findall(r'(?:src|href)="([^"]*)"', source))


def test_the_sample_s_report_sums_the_sets_up(published):
    page = Page((published.results("schmitt2021") / "report/report.html").read_text(encoding="utf-8"))
    rows = page.rows("Set", "Claims that agree")
    assert [row["Claims that agree"] for row in rows] == ["36 of 46", "46 of 67"]
    assert [row["Units"] for row in rows] == ["32", "6"]


def test_counts_of_the_page_are_those_of_the_tables(shown, published):
    """The table of prevalence, row by row."""
    name, page, _ = shown
    table = pd.read_csv(published.results(name) / "coding/prevalence.csv")
    table = table[table["attribute"] == "all"]
    rows = page.rows("Code", "Level")
    assert sum(int(row["Units"]) for row in rows) == table["units"].sum()
    assert [row["Level"] for row in rows].count("theme") == (table["level"] == "theme").sum()
