"""The report's measurement: the tables' numbers, what reviewers ask for, and every reason where there is no number."""

import re

import numpy as np
import pandas as pd
import pytest
from page import Page

from practicework import report, tables
from practicework.numerics.seeds import streams
from practicework.report import apa
from practicework.report.figures import dimensionality as figures
from practicework.stages import dimensionality, reliability
from practicework.study import Study, load_study
from practicework.study.pipeline import Part

SAMPLE = "schmitt2021"
MARKED = {"marker": "social_selling_use", "replications": 100, "bootstrap": {"resamples": 200}}


@pytest.fixture(scope="module")
def study(published) -> Study:
    return load_study(published.folder)


@pytest.fixture(scope="module")
def results(study, published) -> dict[str, pd.DataFrame]:
    return {name: tables.read(name, published.folder / tables.path(SAMPLE, name)) for name in Part(study, SAMPLE).tables()}


@pytest.fixture(scope="module")
def page(study, results) -> Page:
    return Page(report.render(study, SAMPLE, results).html)


def text(page: Page) -> str:
    """The page's words, blanks as blanks."""
    return re.sub(r"\s+", " ", " ".join(page.words).replace("\u00a0", " "))


def with_answers(study: Study, results: dict, answers: pd.DataFrame, **settings: object) -> Page:
    """The page of other answers: reliability and dimensionality computed anew, all else as it was."""
    dimensionality_settings = study.config.dimensionality.model_validate(MARKED | settings)
    config = study.config.model_copy(update={"dimensionality": dimensionality_settings})
    other = Study(study.folder, config, study.scales)
    scales = list(study.scales.values())
    found = (
        results | {"ingest/responses": answers} | reliability.analyse(answers, scales, streams(1, "reliability", SAMPLE)).tables()
    )
    found |= dimensionality.analyse(answers, scales, dimensionality_settings, streams(1, "dimensionality", SAMPLE))
    read = {name: tables.schema(name).validate(found[name]) for name in Part(other, SAMPLE).tables()}
    return Page(report.render(other, SAMPLE, read).html)


def test_measures_are_the_tables(page, results):
    """Loadings with intervals, and each scale's alpha, omega, composite reliability and variance extracted."""
    rows = page.rows("Scale and item", "Loading")
    items = [row for row in rows if row["Loading"]]
    loadings = results["dimensionality/loadings"].query("model == 'all'")
    assert [row["Scale and item"].split(":")[0] for row in items] == loadings["item"].tolist()
    assert [row["Loading"] for row in items] == [apa.unit(value) for value in loadings["loading"]]
    assert [row["95% CI"] for row in items] == [
        apa.interval(low, high, of_unit=True) for low, high in zip(loadings["ci_low"], loadings["ci_high"], strict=True)
    ]
    heads = [row for row in rows if not row["Loading"]]
    validity, coefficients = results["dimensionality/scales"], results["reliability/scales"]
    for column, values in (
        ("α", coefficients["alpha"]),
        ("ω", coefficients["omega_total"]),
        ("CR", validity["composite_reliability"]),
        ("AVE", validity["ave"]),
    ):
        assert [row[column] for row in heads] == [apa.unit(value) for value in values]


def test_fit_is_the_table_and_says_what_it_rests_on(page, results):
    """Every index of every model; the text repeats that of all scales."""
    fit = results["dimensionality/fit"]
    rows = page.rows("Model", "SRMR")
    for column, name in (("CFI", "cfi"), ("TLI", "tli"), ("RMSEA", "rmsea"), ("SRMR", "srmr")):
        assert [row[column] for row in rows] == [apa.unit(value, 3) for value in fit[name]]
    last = fit.iloc[-1]
    words = text(page)
    assert f"fitted to the 75 of 75 respondents who answered all its items, has χ²({last['df']}) = {last['chisq']:.2f}" in words
    interval = apa.interval(last["rmsea_low"], last["rmsea_high"], 3, of_unit=True)
    assert f"RMSEA = {apa.unit(last['rmsea'], 3)}, 90% CI {interval}" in words


def test_correlations_have_reliabilities_on_the_diagonal_and_htmt_above(page, results):
    """As journals print it."""
    rows = next(table for table in page.tables if table[0][:3] == ["Variable", "M", "SD"])[1:]
    alphas = results["reliability/scales"]["alpha"].tolist()
    assert [row[3 + number] for number, row in enumerate(rows)] == [f"({apa.unit(alpha)})" for alpha in alphas]
    above = [rows[a][3 + b] for a in range(4) for b in range(a + 1, 4)]
    assert above == [apa.unit(value) for value in results["dimensionality/htmt"]["htmt"]]
    assert "Above it, heterotrait–monotrait ratios (HTMT)." in text(page)


def test_few_respondents_for_the_model_are_told(page, study, results):
    """75 people and 52 parameters; 2,000 people are not few."""
    assert "Few respondents for this model: n = 75 for 52 free parameters, 1.4 each" in text(page)
    rng = np.random.default_rng(1)
    answers = results["ingest/responses"]
    many = answers.iloc[rng.integers(0, 75, 2000)].reset_index(drop=True)
    many = many.assign(respondent=[f"R{number}" for number in range(2000)])
    items = [item for scale in study.scales.values() for item in scale.item_ids]
    many[items] = np.clip(many[items] + rng.integers(-1, 2, (2000, len(items))), 1, 5)
    assert "Few respondents for this model" not in text(with_answers(study, results, many))


def test_method_variance_is_told_for_what_it_is(page, study, results):
    """Harman's share proves nothing, an interaction cannot come from the method; a marker has its table."""
    words = text(page)
    share = results["dimensionality/exploratory"].set_index("model").loc["all", "first_component_share"]
    assert f"holds {100 * share:.0f}% of their variance (Harman's single-factor share)" in words
    assert "it proves nothing" in words
    assert "it cannot create an interaction" in words
    assert "No marker variable is declared" in words
    marked = with_answers(study, results, results["ingest/responses"])
    assert "No marker variable is declared" not in text(marked)
    rows = marked.rows("Score", "Adjusted r")
    assert len(rows) == 6  # three pairs of the other scores, two bases
    assert {row["Basis"] for row in rows} == {"smallest", "second smallest"}


BROKEN = {
    "a constant item": lambda answers: answers.assign(support_1=3.0),
    "an item twice": lambda answers: answers.assign(support_1=answers["support_2"]),
    "nobody answered": lambda answers: answers.assign(**dict.fromkeys(answers.columns[1:], np.nan)),
    "twenty people": lambda answers: answers.head(20),
}


@pytest.mark.parametrize("name", BROKEN)
def test_where_there_is_no_number_there_is_the_reason(name, study, results):
    """The page is made all the same, shows dashes, and gives each reason once."""
    words = text(with_answers(study, results, BROKEN[name](results["ingest/responses"].copy())))
    assert "The confirmatory model of all scales is not computable:" in words
    assert "nan" not in words.split()
    assert "None" not in words.split()
    reasons = re.findall(r"All scales together ?: (not computable[^.]*)\.", words)
    assert reasons
    assert len(set(reasons)) == len(reasons)


def test_no_verdict_of_fit(page):
    """Values are called conventions, never a good fit."""
    words = text(page).lower()
    assert "they are conventions" in words
    for verdict in ("good fit", "excellent fit", "acceptable fit", "proves that"):
        assert verdict not in words


def test_figures_draw_the_tables(results):
    """The scree's points and lines, the loadings, and the ratios with the lines at .85 and .90."""
    parallel = results["dimensionality/parallel_analysis"].query("model == 'all'")
    left, right = figures.scree(parallel, 95).axes
    for axis, kind in ((left, "component"), (right, "factor")):
        np.testing.assert_allclose(axis.lines[0].get_ydata(), parallel[kind])
        np.testing.assert_allclose(axis.lines[3].get_ydata(), parallel[f"{kind}_percentile"])
        assert len(axis.lines[2].get_ydata()) == parallel[f"{kind}_retained"].sum()
    loadings = results["dimensionality/loadings"].query("model == 'all'")
    labels = {scale: scale for scale in loadings["scale"]}
    axis = figures.loadings(loadings, labels).axes[0]
    drawn = np.concatenate([container.lines[0].get_xdata().astype(float) for container in axis.containers])
    np.testing.assert_allclose(drawn, loadings["loading"])
    assert [tick.get_text() for tick in axis.get_yticklabels()] == loadings["item"].tolist()
    htmt = results["dimensionality/htmt"]
    axis = figures.htmt(htmt, labels).axes[0]
    np.testing.assert_allclose(axis.lines[0].get_xdata().astype(float), htmt["htmt"])
    np.testing.assert_allclose(axis.lines[1].get_xdata().astype(float), htmt["htmt2"])
    assert [line.get_xdata()[0] for line in axis.lines[2:]] == [0.85, 0.9]
