"""The overview: samples side by side, from their tables, with links to their reports and nothing pooled."""

import pandas as pd
import pytest
from page import Page

from practicework.report import apa, overview
from practicework.study import Study, load_study
from practicework.study.pipeline import Part

SAMPLE = "schmitt2021"


@pytest.fixture(scope="module")
def study(published) -> Study:
    return load_study(published.folder)


@pytest.fixture(scope="module")
def results(study):
    return {part: Part(study, part).results() for part in study.part_names}


@pytest.fixture(scope="module")
def two(study, results) -> tuple[Page, str]:
    """A study whose second sample is the first one with the interaction's sign turned."""
    samples = study.config.samples | {"lyon2026": study.config.samples[SAMPLE].model_copy(update={"synthetic": None})}
    config = study.config.model_copy(update={"samples": samples, "coding": {}, "synthesis": {}})
    turned = dict(results[SAMPLE])
    row = turned["moderation/main/equivalence"].copy()
    row[["estimate", "ci_low", "ci_high"]] = -row[["estimate", "ci_high", "ci_low"]].to_numpy()
    turned["moderation/main/equivalence"] = row.assign(reading="negative")
    source = overview.render(Study(study.folder, config, study.scales), {SAMPLE: results[SAMPLE], "lyon2026": turned})
    return Page(source), source


def test_every_sample_has_its_row_and_link(two):
    page, source = two
    rows = page.rows("Sample", "Conclusion")
    assert [row["Sample"] for row in rows] == ["schmitt2021 (synthetic)", "lyon2026"]
    assert rows[0]["b"].lstrip("−") == rows[1]["b"].lstrip("−") != rows[1]["b"]
    assert [row["Conclusion"] for row in rows] == ["positive; size uncertain", "negative; size uncertain"]
    for sample in (SAMPLE, "lyon2026"):
        assert f'href="{sample}/report/report.html"' in source
        assert f'href="{sample}/report/manuscript.docx"' in source
        assert f'href="{sample}/report/supplement.docx"' in source
    assert "Samples are not pooled" in source


def test_interactions_of_several_samples_are_drawn(two):
    page, _ = two
    assert len(page.images) == 2  # one a model
    assert all("sample" in image["alt"] for image in page.images)


def test_numbers_are_the_tables(two, results):
    page, _ = two
    alphas = results[SAMPLE]["reliability/scales"]["alpha"]
    shown = page.rows("Scale", "α, schmitt2021")
    assert (
        [row["α, schmitt2021"] for row in shown] == [apa.unit(alpha) for alpha in alphas] == [row["α, lyon2026"] for row in shown]
    )
    fit: pd.Series = results[SAMPLE]["moderation/main/fit"].iloc[0]
    assert page.rows("Sample", "Conclusion")[0]["ΔR²"] == apa.unit(fit["r_squared_change"], 3)


def test_sets_of_codings_are_listed_after_the_samples(published):
    source = (published.folder / "results/overview.html").read_text(encoding="utf-8")
    assert "One sample and two sets of coded evidence" in source
    for part in ("schmitt2021", "schmitt2021_interviews", "bercier2020_cases", "practice_work"):
        assert f'href="{part}/report/report.html"' in source
    assert "forest" not in source  # one sample has nothing beside it


@pytest.mark.parametrize("reading", ["relevant_positive", "undecided", "negligible", "small_negative", "present"])
def test_every_reading_has_words(reading):
    assert overview.readings()[reading]
