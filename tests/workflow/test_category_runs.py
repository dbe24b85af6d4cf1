"""Whole runs with variables of categories: texts become codes, models take indicators, the report names the categories."""

import pandas as pd
import pytest

SECTORS = {1: "Industry", 2: "Services", 3: ["Public", "Öffentlich"]}


@pytest.fixture(scope="module")
def study(tmp_path_factory, new_tiny, run):
    """A tiny study whose people work in three sectors, given as text, with the sector as moderator and as predictor."""
    study = new_tiny(tmp_path_factory.mktemp("categories"))
    header, *rows = study.rows
    texts = ["Industry", "services ", "Öffentlich", "2"]
    study.rows = [[*header, "sector"], *([*row, texts[number % 4]] for number, row in enumerate(rows))]
    study.config["variables"] = ["age", "sector"]
    study.config["categories"] = {"sector": SECTORS}
    study.config["moderation"]["simulation"] = {"studies": 100, "resamples": 100}
    study.config["moderation"]["models"] = {
        "main": {"outcome": "pride", "predictor": "ease", "moderator": "sector"},
        "turned": {"outcome": "pride", "predictor": "sector", "moderator": "help", "probes": [3]},
        "held": {"outcome": "pride", "predictor": "ease", "moderator": "help", "covariates": ["sector"]},
    }
    claim = {"claim": "Slope in services", "published": "> -9", "table": "moderation/main/coefficients", "column": "estimate"}
    study.config["replication"]["s"]["claims"].append({**claim, "row": {"term": "ease:sector[2]"}})
    finished = run(study.write())
    assert finished.returncode == 0, finished.output
    return study


def test_texts_become_codes_and_codes_indicators(study):
    """Of 40 people 10, 20 and 10; in the models' terms the lowest code is the reference."""
    results = study.folder / "results/s"
    assert pd.read_csv(results / "scoring/scores.csv")["sector"].value_counts().to_dict() == {1: 10, 2: 20, 3: 10}
    terms = {
        name: pd.read_csv(results / f"moderation/{name}/coefficients.csv")["term"].tolist() for name in ("main", "turned", "held")
    }
    assert terms["main"] == ["intercept", "ease", "sector[2]", "sector[3]", "ease:sector[2]", "ease:sector[3]"]
    assert terms["turned"] == ["intercept", "sector[2]", "sector[3]", "help", "sector[2]:help", "sector[3]:help"]
    assert terms["held"] == ["intercept", "ease", "help", "ease:help", "sector[2]", "sector[3]"]
    summary = pd.read_csv(results / "scoring/summary.csv").set_index("variable")
    assert summary.loc["sector", "kind"] == "categories"
    assert pd.isna(summary.loc["sector", "mean"])
    pairs = pd.read_csv(results / "scoring/correlations.csv")
    assert "sector" not in set(pairs["variable_a"]) | set(pairs["variable_b"])


def test_the_report_names_the_categories(study):
    """Not their codes."""
    text = (study.folder / "results/s/report/report.html").read_text()
    assert "By category of sector, the effect was as follows: Industry (" in text
    assert "sector: Services" in text
    assert "sector: Public" in text
    assert text.count("sector[") == 1  # where the ledger says in which row of a table a value stands


def test_a_category_that_is_not_declared_is_refused_in_a_sentence(study, run):
    """With file, row, column and what is known."""
    study.rows[3][-1] = "Farming"
    finished = run(study.write())
    assert finished.returncode != 0
    assert (
        "row 4, column 'sector': 'Farming' is not a category of 'sector', which has 1 (Industry), 2 (Services), 3 (Public)"
        in finished.output
    )
    assert "Traceback" not in finished.output
