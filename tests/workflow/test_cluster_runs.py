"""Whole runs with respondents in firms: names become numbers, inference is cluster-robust, the report says so."""

import pandas as pd
import pytest

from practicework.commands.package import data
from practicework.errors import StudyError
from practicework.study import load_study

FIRMS = ["Aalto Oy", "aalto oy ", "Brandt GmbH", "Cruz SA", "Dubois & Fils", "Endo KK", "Fiore SpA"]


@pytest.fixture(scope="module")
def study(tmp_path_factory, new_tiny, run):
    """A tiny study whose people work in six firms, one with a name in two spellings; one person names none."""
    study = new_tiny(tmp_path_factory.mktemp("clusters") / "study")
    header, *rows = study.rows
    study.rows = [[*header, "employer"], *([*row, FIRMS[number % 7]] for number, row in enumerate(rows))]
    study.rows[5][-1] = ""
    study.config["moderation"]["cluster"] = "firm"
    study.config["samples"]["s"]["columns"] = {"firm": "employer"}
    finished = run(study.write())
    assert finished.returncode == 0, finished.output
    return study


def test_names_become_numbers(study):
    """In order of appearance; no name is in any result."""
    results = study.folder / "results/s"
    responses = pd.read_csv(results / "ingest/responses.csv")
    assert responses["firm"].tolist()[:9] == [1, 1, 2, 3, pytest.approx(float("nan"), nan_ok=True), 4, 5, 1, 1]
    missing = pd.read_csv(results / "ingest/missing.csv").query("column == 'firm'")
    assert missing["kind"].tolist() == ["no answer"]
    texts = [path.read_text() for path in results.rglob("*") if path.suffix in (".csv", ".html", ".tex", ".log")]
    assert len(texts) > 50
    assert [name for name in ("Aalto", "Brandt", "Dubois") for text in texts if name.lower() in text.lower()] == []


def test_clusters_are_quasi_identifiers(study):
    """They count for k-anonymity, and small firms prevent the publication of answers."""
    row = pd.read_csv(study.folder / "results/s/ingest/anonymity.csv").iloc[-1]
    assert (row["identifiers"], row["groups"], row["k"]) == ("firm", 7, 1)
    study.edit("config.samples.s.publish", "deidentified").edit("config.quasi_identifiers", ["firm"]).write()
    with pytest.raises(StudyError, match="only 1 of 40 respondents share some combination of firm"):
        data.check(load_study(study.folder))


def test_the_report_is_cluster_robust(study):
    """Standard errors, number and similarity of clusters, each cluster left out, and a caution."""
    text = (study.folder / "results/s/report/report.html").read_text()
    for words in (
        "The names in the column firm were replaced by running numbers.",
        "The 39 respondents belong to 6 clusters (firm) of 5 to",
        "ICC(1)",
        "CR2 = cluster-robust standard errors with Satterthwaite degrees of freedom",
        "interaction without each cluster",
        "With only 6 clusters, cluster-robust intervals depend strongly on their approximation",
        "resamples of clusters (seed",
        "resamples of clusters, seed",
        "Bell &amp; McCaffrey, 2002",
        "Power was not simulated because respondents are in clusters",
    ):
        assert words in text, words
    fit = pd.read_csv(study.folder / "results/s/moderation/main/fit.csv").iloc[0]
    assert (fit["n"], fit["dropped"], fit["clusters"]) == (39, 1, 6)


def test_few_clusters_are_refused_in_a_sentence(study, run):
    """The model has no results and its reason."""
    for row in study.rows[1:]:
        row[-1] = "Aalto" if row[-1] in FIRMS[:4] else "Brandt"
    finished = run(study.write(), "results/s/moderation/main/fit.csv")
    assert finished.returncode != 0
    assert (
        "its respondents belong to 2 clusters ('firm'), and cluster-robust standard errors require at least 5" in finished.output
    )
    assert pd.read_csv(study.folder / "results/s/moderation/main/fit.csv").empty


def test_a_cluster_that_is_a_variable_is_refused(study):
    """With the remedy."""
    study.edit("config.samples.s.columns").edit("config.moderation.cluster", "age").write()
    with pytest.raises(StudyError, match="the cluster 'age' is also a scale, item or variable"):
        load_study(study.folder)
