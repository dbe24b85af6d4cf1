"""The report's measurement: the tables' numbers, what reviewers ask for, and every reason where there is no number."""

import re

import numpy as np
import pandas as pd
import pytest
from page import Page

from practicework import report, tables
from practicework.numerics.seeds import streams
from practicework.report import apa
from practicework.report.dimensionality import figures
from practicework.stages import dimensionality, reliability
from practicework.study import Study
from practicework.study.pipeline import Part

SAMPLE = "schmitt2021"
MARKED = {"marker": "social_selling_use", "replications": 100, "bootstrap": {"resamples": 200}}


@pytest.fixture(scope="module")
def study(sample) -> Study:
    return sample.study


@pytest.fixture(scope="module")
def results(sample) -> dict[str, pd.DataFrame]:
    return sample.results


def text(html: str) -> str:
    """The page's words, blanks as blanks."""
    return re.sub(r"\s+", " ", " ".join(Page(html).words).replace("\u00a0", " "))


@pytest.fixture(scope="module")
def words(sample) -> str:
    return text(sample.report.html)


def with_answers(study: Study, results: dict, answers: pd.DataFrame, **settings: object) -> report.Report:
    """The report of the measurement alone for other answers: reliability and dimensionality computed anew."""
    dimensionality_settings = study.config.dimensionality.model_validate(MARKED | settings)
    others = {"moderation": None, "multiverse": None, "profiles": None, "replication": None, "coding": {}}
    config = study.config.model_copy(update={"dimensionality": dimensionality_settings, **others})
    part = Part(Study(study.folder, config, study.scales), SAMPLE)
    scales = list(study.scales.values())
    found = (
        results | {"ingest/responses": answers} | reliability.analyse(answers, scales, streams(1, "reliability", SAMPLE)).tables()
    )
    found |= dimensionality.analyse(answers, scales, dimensionality_settings, streams(1, "dimensionality", SAMPLE))
    return report.render(part, {name: tables.schema(name).validate(found[name]) for name in part.tables()})


def test_measures_are_the_tables(sample, results):
    """Loadings with intervals, and each scale's alpha, omega, composite reliability and variance extracted."""
    rows = sample.cells("dimensionality_measures")
    items = [row for row in rows if row["loading"]]
    loadings = results["dimensionality/loadings"].query("model == 'all'")
    assert [row["item"].split(":")[0] for row in items] == loadings["item"].tolist()
    assert [row["loading"] for row in items] == [apa.unit(value) for value in loadings["loading"]]
    assert [row["ci"] for row in items] == [
        apa.interval(low, high, of_unit=True) for low, high in zip(loadings["ci_low"], loadings["ci_high"], strict=True)
    ]
    heads = [row for row in rows if not row["loading"]]
    validity, coefficients = results["dimensionality/scales"], results["reliability/scales"]
    for column, table in (
        ("alpha", coefficients),
        ("omega_total", coefficients),
        ("composite_reliability", validity),
        ("ave", validity),
    ):
        assert [row[column] for row in heads] == [apa.unit(value) for value in table[column]]


def test_fit_is_the_table_and_the_text_repeats_that_of_all_scales(sample, results, words):
    fit = results["dimensionality/fit"]
    rows = sample.cells("dimensionality_fit")
    for column in ("cfi", "tli", "rmsea", "srmr"):
        assert [row[column] for row in rows] == [apa.unit(value, 3) for value in fit[column]]
    last = fit.iloc[-1]
    interval = apa.interval(last["rmsea_low"], last["rmsea_high"], 3, of_unit=True)
    assert f"was fitted to the 75 respondents who answered all its items, χ²({last['df']}) = {last['chisq']:.2f}" in words
    assert f"RMSEA = {apa.unit(last['rmsea'], 3)}, 90% CI {interval}" in words


def test_correlations_have_reliabilities_on_the_diagonal_and_htmt_above(sample, results):
    """As journals print it."""
    rows, names = sample.cells("scoring_correlations"), list(sample.study.scales)
    assert [row[name] for row, name in zip(rows, names, strict=True)] == [
        f"({apa.unit(alpha)})" for alpha in results["reliability/scales"]["alpha"]
    ]
    above = [rows[a][names[b]] for a in range(4) for b in range(a + 1, 4)]
    assert above == [apa.unit(value) for value in results["dimensionality/htmt"]["htmt"]]


def test_a_small_sample_for_the_model_is_reported(study, results, words):
    """75 people and 52 parameters; 2,000 people are not few."""
    assert "Small sample for this model: n = 75 for 52 free parameters, a ratio of 1.4;" in words
    rng = np.random.default_rng(1)
    answers = results["ingest/responses"]
    many = answers.iloc[rng.integers(0, 75, 2000)].reset_index(drop=True)
    many = many.assign(respondent=[f"R{number}" for number in range(2000)])
    items = [item for scale in study.scales.values() for item in scale.item_ids]
    many[items] = np.clip(many[items] + rng.integers(-1, 2, (2000, len(items))), 1, 5)
    assert "Small sample for this model" not in text(with_answers(study, results, many).html)


def test_common_method_variance(study, results, words):
    """Harman's share decides nothing, the interaction is not an artefact; a marker has its table."""
    share = results["dimensionality/exploratory"].set_index("model").loc["all", "first_component_share"]
    assert f"explained {100 * share:.0f}% of their variance (Harman's single-factor test)" in words
    assert "neither a low nor a high share is informative" in words
    assert "No marker variable was measured" in words
    marked = with_answers(study, results, results["ingest/responses"])
    assert "No marker variable was measured" not in text(marked.html)
    table = next(entry.content for entry in marked.contents.tables if entry.name == "dimensionality_marker")
    assert len(table.rows) == 6  # three pairs of the other scores, two bases
    assert {row[table.columns.index("basis")] for row in table.rows} == {"smallest", "second smallest"}


BROKEN = {
    "a constant item": lambda answers: answers.assign(support_1=3.0),
    "an item twice": lambda answers: answers.assign(support_1=answers["support_2"]),
    "nobody answered": lambda answers: answers.assign(**dict.fromkeys(answers.columns[1:], np.nan)),
    "twenty people": lambda answers: answers.head(20),
}


@pytest.mark.parametrize("name", BROKEN)
def test_where_there_is_no_number_there_is_the_reason(name, study, results):
    """The page is made all the same, shows dashes, and gives each reason once."""
    words = text(with_answers(study, results, BROKEN[name](results["ingest/responses"].copy())).html)
    assert "The confirmatory model could not be fitted:" in words
    assert "nan" not in words.split()
    assert "None" not in re.sub("None (of the|was imputed)", "", words).split()
    reasons = re.findall(r"All scales ?: (not computable[^.]*)\.", words)
    assert reasons
    assert len(set(reasons)) == len(reasons)


def test_no_verdict_of_fit(words):
    """Values are called conventions, never a good fit."""
    words = words.lower()
    assert "conventional cut-offs" in words
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
