"""Whole runs with screening: later stages take kept people alone, and the report says whom they are without."""

import re

import pandas as pd
import pytest

from practicework import report, tables
from practicework.study import load_study
from practicework.study.pipeline import Part


@pytest.fixture(scope="module")
def screened(tmp_path_factory, new_tiny, run):
    """A tiny study with checks, times, copies and careless people, run by Snakemake with and without the stage."""
    folder = tmp_path_factory.mktemp("screened")
    study = new_tiny(folder / "study")
    for name in study.scales:  # a fourth item, for twelve
        study.scales[name]["items"].append({"id": f"{name}_4", "text": "Four."})
    header, rows = study.rows[0], study.rows[1:]
    more = [[*row, row[2], row[5], row[8], 3, 90] for row in rows]
    more[4][-2] = 2
    more[6][-1] = 4
    more[9] = [more[9][0], *more[8][1:]]
    more[11][1:10], more[11][11:14] = [1, 5, 1, 5, 1, 5, 5, 5, 5], [5, 1, 1]
    study.rows = [[*header, "pride_4", "ease_4", "help_4", "check", "time"], *more]
    del study.config["replication"], study.config["profiles"]
    plain = new_tiny(folder / "plain")
    plain.config, plain.scales = {**study.config}, study.scales
    kept = [row for number, row in enumerate(more) if number not in (4, 6, 9)]
    plain.rows = [study.rows[0], *kept]
    study.config["screening"] = {
        "exclude": ["duplicates", "checks", "too_fast"],
        "checks": {"check": 3},
        "duration": "time",
        "flags_to_report": 1,
    }
    names = ("scoring/scores", "reliability/scales", "dimensionality/fit", "moderation/main/fit")
    compared = [f"results/s/{name}.csv" for name in names]
    for one, targets in ((study, []), (plain, compared)):
        finished = run(one.write(), *targets)
        assert finished.returncode == 0, finished.output
    return study, plain


def test_only_kept_people_are_scored(screened):
    """Scores, reliability and moderation are those of a file that never held the excluded, byte for byte."""
    study, plain = screened
    flow = pd.read_csv(study.folder / "results/s/screening/flow.csv")
    assert flow["removed"].tolist() == [0, 1, 1, 1, 0]
    assert flow["remaining"].tolist() == [40, 39, 38, 37, 37]
    names = {path.relative_to(plain.folder).as_posix() for path in (plain.folder / "results").rglob("*.csv")}
    names = {name for name in names if "/ingest/" not in name}
    assert any("reliability" in name for name in names)
    for name in names:
        assert (study.folder / name).read_bytes() == (plain.folder / name).read_bytes(), name
    assert not list((plain.folder / "results").rglob("*screening*"))


def test_the_report_shows_who_was_excluded(screened):
    """The flow, N of those analysed, and the interaction side by side."""
    study, _ = screened
    loaded = load_study(study.folder)
    results = {name: tables.read(name, study.folder / tables.path("s", name)) for name in Part(loaded, "s").tables()}
    beside = results["moderation/main/screening"]
    flagged = results["screening/ledger"].query("kept and flagged")
    assert len(flagged) >= 1
    assert beside["n"].tolist() == [37, 37 - len(flagged)]
    assert beside["estimate"][0] == results["moderation/main/coefficients"]["estimate"][3]
    page = report.render(Part(loaded, "s"), results).html.replace("<i>", "").replace("</i>", "")
    for words in ("Rows in the file", "N\u00a0=\u00a037", "interaction with and without flagged respondents"):
        assert words in page, words


def test_another_rule_reruns_what_rests_on_it(screened, run):
    """And so does taking the stage away; the attention check, too, is then no longer read."""
    study, _ = screened
    study.config["screening"]["exclude"] = ["checks"]
    study.write_config()
    planned = run(study.folder, "-n").output
    assert set(re.findall(r"^rule (\w+):", planned, re.M)) - {"all"} == {
        "screening",
        "scoring",
        "reliability",
        "dimensionality",
        "moderation",
        "report",
    }
    del study.config["screening"]
    study.write_config()
    planned = run(study.folder, "-n").output
    assert set(re.findall(r"^rule (\w+):", planned, re.M)) - {"all"} == {
        "ingest",
        "scoring",
        "reliability",
        "dimensionality",
        "moderation",
        "report",
    }
