"""A mistake in a study ends the run with one sentence: which file, field or row, and how to correct it.

Every case breaks the tiny study, of which `test_reruns.py` has a complete run, in one way. Some of each kind are run by
Snakemake in a process of its own.
"""

import math
import os
import re
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pandas as pd
import pytest
from snakemake.common.configfile import load_configfile
from ways_to_break import (
    RAW,
    Case,
    cell,
    claim,
    columns,
    config,
    configs,
    content,
    damaged,
    folder_instead,
    linked,
    missing,
    months,
    renamed,
    rows,
    scale,
    text,
    without,
)

from practicework.commands import checking
from practicework.errors import StudyError
from practicework.stages import ingest
from practicework.study import load_study

SCORES = "results/s/scoring/scores.csv"
FIT = "results/s/moderation/main/fit.csv"
CONFIG = "config/config.yaml"
PRIDE = "scales/pride.yaml"
EMAIL = "anna.berg@mail.example"
PHONE = "+33 6 12 34 56 78"
YTE = """__use_yte__: true
__definitions__:
  - import pathlib
  - pathlib.Path("marker").touch()
samples: {s: {file: data/raw/s.csv}}
"""
COEFFICIENTS = "moderation/main/coefficients"

FOUND_AT_START = {
    # unknown keys and names
    "unknown key": Case(config("sead", 1), (CONFIG, "'sead' is unknown", "did you mean 'seed'", "remove it")),
    "unknown nested key": Case(
        config("moderation.bootstrap.resample", 500), (CONFIG, "'moderation.bootstrap.resample' is unknown", "'resamples'")
    ),
    "unknown key of a scale": Case(scale("pride.item", []), (PRIDE, "'item' is unknown", "did you mean 'items'")),
    "missing key": Case(without("config.samples.s.file"), (CONFIG, "'samples.s.file' is missing", "add it")),
    "misspelt outcome": Case(
        config("moderation.models.main.outcome", "prid"),
        (CONFIG, "'moderation.models.main'", "outcome is 'prid'", "did you mean 'pride'", "correct the name"),
    ),
    "misspelt scale": Case(
        config("scales.2", "halp"), ("scales/halp.yaml does not exist", "did you mean 'help.yaml'", "correct its name")
    ),
    "unknown scale": Case(config("scales.2", "zeal"), ("scales/zeal.yaml does not exist", "create it")),
    "scale listed twice": Case(config("scales", ["pride", "ease", "pride"]), (CONFIG, "'scales' lists 'pride' twice", "remove")),
    "scale outside of scales": Case(config("scales.2", "../help"), (CONFIG, "'scales.2'", "'../help'")),
    "scale id is not the file's name": Case(scale("pride.id", "proud"), (PRIDE, "'id' is 'proud'", "pride.yaml", "the same")),
    "misspelt item among the columns": Case(
        config("samples.s.columns", {"prid_1": "Q1"}), (CONFIG, "'samples.s.columns.prid_1'", "did you mean 'pride_1'")
    ),
    # wrong types
    "text for a number": Case(config("seed", "many"), (CONFIG, "'seed' must be a whole number", "'many'")),
    "quoted number": Case(config("seed", "7"), (CONFIG, "'seed'", "without quotes", "'7'")),
    "fraction for a whole number": Case(config("seed", 7.5), (CONFIG, "'seed'", "whole number", "7.5")),
    "yes for a text": Case(config("title", True), (CONFIG, "'title' must be text", "quotes", "True")),
    "text for yes": Case(scale("pride.items.0.reverse", "maybe"), (PRIDE, "'items.0.reverse'", "true or false", "'maybe'")),
    "text for a list": Case(config("scales", "pride"), (CONFIG, "'scales' must be a list", "'pride'")),
    # values that are out of range
    "NaN": Case(config("moderation.confidence", math.nan), (CONFIG, "'moderation.confidence'", "finite", "nan")),
    "infinity": Case(scale("pride.response.max", math.inf), (PRIDE, "'response.max'", "finite", "inf")),
    "confidence in percent": Case(config("moderation.confidence", 95), (CONFIG, "'moderation.confidence'", "less than 1", "95")),
    # broken YAML, and YAML that would run code
    "key twice": Case(text(CONFIG, "seed: 7\n", "seed: 7\nseed: 8\n"), (CONFIG, "line 2", "'seed' occurs twice")),
    "tab": Case(text(CONFIG, "  s:", "\ts:"), (CONFIG, "line 3", "not valid YAML", "correct that line")),
    "open bracket": Case(text(CONFIG, "seed: 7", "seed: [7"), (CONFIG, "line 2", "not valid YAML", "correct that line")),
    "python object": Case(
        text(CONFIG, "seed: 7", "title: !!python/object/apply:os.system ['touch marker']"), (CONFIG, "line 1", "os.system")
    ),
    "template engine": Case(content(CONFIG, YTE.encode()), (CONFIG, "'__use_yte__'", "run code", "remove it")),
    "no config": Case(missing(CONFIG), (CONFIG, "does not exist", "create it")),
    "config is a folder": Case(folder_instead(CONFIG), (CONFIG, "cannot be read")),
    "line break in a key": Case(config("two\nlines", 1), (CONFIG, "'two lines' is unknown", "remove it")),
    # names that would become one column
    "item twice": Case(scale("pride.items.1.id", "pride_1"), (PRIDE, "'pride_1' is listed twice", "its own id")),
    "item in two scales": Case(
        scale("pride.items.1.id", "ease_1"), (CONFIG, "'ease_1'", PRIDE, "scales/ease.yaml", "rename one")
    ),
    "variable named as a scale": Case(config("variables", ["age", "pride"]), (CONFIG, "variable 'pride'", "scale", "rename")),
    # the response range
    "empty response range": Case(scale("pride.response.min", 5), (PRIDE, "min (5) must be smaller than max (5)", "correct")),
    "label outside the range": Case(scale("pride.response.labels", {6: "Ever"}), (PRIDE, "label of 6", "1 to 5", "correct")),
    # paths
    "path above": Case(linked("", "", "../outside/s.csv"), (CONFIG, "'samples.s.file'", "../outside", "inside data/raw/")),
    "path through data/raw": Case(
        linked("", "", "data/raw/../../../outside/s.csv"), (CONFIG, "'samples.s.file'", "inside data/raw/", "move the file there")
    ),
    "absolute path": Case(config("samples.s.file", "/etc/passwd"), (CONFIG, "'/etc/passwd'", "inside data/raw/")),
    "link to outside": Case(linked(RAW, "../../../outside/s.csv"), (CONFIG, RAW, "inside data/raw/", "move the file there")),
    "linked folder": Case(
        linked("data/raw/away", "../../../outside", "data/raw/away/s.csv"), (CONFIG, "data/raw/away/s.csv", "inside data/raw/")
    ),
    "link to itself": Case(linked(RAW, "s.csv"), (CONFIG, RAW, "no such file", "add it")),
    "missing file": Case(missing(RAW), (CONFIG, "'samples.s.file'", RAW, "no such file", "correct the name")),
    "folder as a file": Case(folder_instead(RAW), (CONFIG, "'samples.s.file'", RAW, "no such file")),
    "braces in a path": Case(config("samples.s.file", "data/raw/{s}.csv"), (CONFIG, "data/raw/{s}.csv", "rename")),
    # models that use a variable against itself
    "outcome is the predictor": Case(
        config("moderation.models.main.predictor", "pride"),
        (CONFIG, "'moderation.models.main'", "'pride' more than once", "choose"),
    ),
    "covariate twice": Case(config("moderation.models.main.covariates", ["age", "age"]), (CONFIG, "'age' more than once")),
    # profiles
    "prototype without an indicator": Case(
        config("profiles.prototypes.keen", {"pride": 75}), (CONFIG, "'profiles'", "'keen'", "pride, ease", "set profiles")
    ),
    "default prototypes for other indicators": Case(
        without("config.profiles.prototypes"), (CONFIG, "'promotion'", "pride, ease", "set profiles.prototypes")
    ),
    "indicator that is a variable": Case(
        configs(
            {
                "profiles.indicators": ["pride", "age"],
                "profiles.prototypes": {"keen": {"pride": 75, "age": 75}, "wary": {"pride": 25, "age": 25}},
            }
        ),
        (CONFIG, "'profiles.indicators'", "'age'", "name a scale"),
    ),
    # published values
    "unquoted published number": Case(claim(published=0.4), (CONFIG, "'replication.s.claims.0.published'", "quotes", "0.4")),
    "claim about an unknown table": Case(
        claim(table="moderation/man/fit"), (CONFIG, "entry 1", "'moderation/man/fit'", "did you mean 'moderation/main/fit'")
    ),
    "claim about an unknown column": Case(claim(column="nn"), (CONFIG, "entry 1", "no column 'nn'", "did you mean 'n'")),
    "claim about an unknown row": Case(
        claim(table=COEFFICIENTS, column="estimate", row={"term": "eas"}),
        (CONFIG, "entry 1", "term 'eas'", "did you mean 'ease'"),
    ),
    "claim about an unknown sample": Case(
        configs({"samples": {"t": {"file": RAW}}}), (CONFIG, "'replication.s' is not a sample", "correct it")
    ),
    # other ways to give a config
    "option --config": Case(config("seed", 7), ("--config", CONFIG), ("--config", "seed=8")),
    "option --configfile": Case(config("seed", 7), ("--configfile", CONFIG), ("--configfile", "study/config/config.yaml")),
}

FOUND_BY_INGEST = {
    # answers
    "answer above the range": Case(cell(4, "pride_2", 7), (RAW, "row 4", "'pride_2'", "7", "range 1 to 5", "correct it")),
    "word": Case(
        cell(4, "pride_2", "abc"), (RAW, "row 4", "'pride_2'", "'abc' is neither a number nor a label", "'pride'", "correct it")
    ),
    "inf": Case(cell(4, "pride_2", "inf"), (RAW, "row 4", "'pride_2'", "'inf' is neither a number nor a label", "missing codes")),
    "nan": Case(cell(4, "pride_2", "nan"), (RAW, "row 4", "'pride_2'", "'nan' is neither a number nor a label", "missing codes")),
    "number beyond all numbers": Case(cell(4, "age", "1e999"), (RAW, "row 4", "'age'", "'1e999' is not a number")),
    "line break": Case(
        cell(4, "pride_2", "very\nmuch"), (RAW, "row 4", "'pride_2'", "a text of 9 characters is neither a number nor a label")
    ),
    "e-mail in an answer": Case(cell(4, "pride_2", EMAIL), (RAW, "row 4", "'pride_2'", "e-mail", "remove it"), secret=EMAIL),
    "telephone in an answer": Case(
        cell(4, "pride_2", "0612345678"),
        (RAW, "row 4", "'pride_2'", "telephone", "must not contain", "remove it"),
        secret="0612345678",
    ),
    # columns
    "missing column": Case(
        cell(1, "pride_1", "pride1"), (RAW, "no column 'pride_1'", "did you mean 'pride1'", "the sample's columns")
    ),
    "missing ids": Case(cell(1, "id", "code"), (RAW, "no column 'id'", "the sample's respondent")),
    "column twice": Case(cell(1, "pride_2", "pride_1"), (RAW, "'pride_1' occurs 2 times", "keep one")),
    "ambiguous column": Case(
        columns({"samples.s.columns": {"pride_1": "Q1"}}, Q1=3), (RAW, "'pride_1' is ambiguous", "'Q1'", "remove one")
    ),
    "column for two items": Case(
        renamed({"pride_1": "Q1", "pride_2": "Q2"}, {"pride_1": "Q1", "pride_2": "Q1"}),
        (RAW, "'Q1' matches both 'pride_1' and 'pride_2'", "correct samples.s.columns"),
    ),
    "ids are an item": Case(config("samples.s.respondent", "pride_1"), (RAW, "'pride_1' is also an item", "name another")),
    # respondents
    "respondent twice": Case(cell(9, "id", "P001 "), (RAW, "row 9", "'id'", "already occurs in row 2", "one row per respondent")),
    "respondent without id": Case(cell(9, "id", " "), (RAW, "row 9", "'id'", "is empty", "fill it in")),
    "e-mail as id": Case(
        cell(9, "id", EMAIL), (RAW, "row 9", "'id'", "e-mail", "use ids that do not identify anyone"), secret=EMAIL
    ),
    "telephone as id": Case(
        cell(9, "id", PHONE), (RAW, "row 9", "'id'", "telephone", "use ids that do not identify"), secret=PHONE
    ),
    # files
    "empty file": Case(content(RAW, b""), (RAW, "is empty", "export the responses again")),
    "only separators": Case(content(RAW, b",,\n,,\n"), (RAW, "only empty cells", "export the responses again")),
    "only a header": Case(rows(lambda rows: rows[:1]), (RAW, "no respondent", "export the responses again")),
    "spreadsheet": Case(content(RAW, b"PK\x03\x04\x14\x00\x06\x00\x08\x00" + b"\x8a" * 50), (RAW, "not a text file", "CSV")),
    "late NUL": Case(cell(41, "id", "x" * 120_000 + "\0"), (RAW, "not a text file", "CSV")),
    "UTF-8 with a damaged byte": Case(damaged, (RAW, "row 3", "UTF-8", "save the file")),
    "long row": Case(
        rows(lambda rows: [*rows[:5], [*rows[5], 1], *rows[6:]]), (RAW, "row 6", "12 cells", "11", "correct the row")
    ),
    "short row": Case(
        rows(lambda rows: [*rows[:5], rows[5][:-1], *rows[6:]]), (RAW, "row 6", "10 cells", "11", "correct the row")
    ),
    "all rows long": Case(rows(lambda rows: [rows[0], *([*row, 1] for row in rows[1:])]), (RAW, "row 2", "12 cells", "11")),
    "open quote": Case(text(RAW, "P040", '"P040'), (RAW, "row", "not valid CSV", "export the responses again")),
}

FOUND_BY_MODERATION = {
    "too few respondents": Case(
        rows(lambda rows: rows[:6]), (CONFIG, "Model 'main'", "5 respondents", "5 coefficients", "add respondents")
    ),
    "no complete respondent": Case(columns({}, age=""), (CONFIG, "Model 'main'", "0 respondents", "add respondents")),
    "constant predictor": Case(
        columns({}, ease_1=4, ease_2=4, ease_3=2), (CONFIG, "Model 'main'", "'ease' has the same value (4)", "remove it")
    ),
    "constant outcome": Case(
        columns({}, pride_1=2, pride_2=2, pride_3=4), (CONFIG, "Model 'main'", "'pride' has the same value (2)", "remove it")
    ),
    "collinear covariate": Case(
        months({"moderation.models.main.covariates": ["age", "months"]}),
        (CONFIG, "Model 'main'", "singular", "remove a variable"),
    ),
    "outcome computed from the predictor": Case(
        months({"moderation.models.main": {"outcome": "months", "predictor": "age", "moderator": "help"}}),
        (CONFIG, "Model 'main'", "'months' perfectly"),
    ),
}


CASES = {**FOUND_AT_START, **FOUND_BY_INGEST, **FOUND_BY_MODERATION}

RUN_AT_START = ["unknown key", "template engine", "no config", "link to itself", "option --config", "option --configfile"]
RUN_IN_INGEST = ["answer above the range", "e-mail in an answer", "telephone as id", "spreadsheet"]
RUN_IN_MODERATION = ["constant predictor", "collinear covariate"]
"""Cases that are run by Snakemake as well; the sentence of the others comes from the same functions in this process."""


def check_sentence(case: Case, sentence: str) -> None:
    for fragment in case.expected:
        assert fragment in sentence
    assert re.search(r"[.)]$", sentence), "the sentence is cut"


def found_in(case: Case, folder: Path, compute: Callable[[], object]) -> None:
    """The mistake is one sentence without the secret, and nothing is written."""
    with pytest.raises(StudyError) as error:
        compute()
    check_sentence(case, str(error.value))
    assert not (folder / "results").exists()
    for form in (case.secret, case.secret.replace(" ", "")) if case.secret else ():
        assert form not in str(error.value)


@pytest.mark.parametrize("case", [name for name, case in FOUND_AT_START.items() if not case.args])
def test_mistake_in_the_files_of_a_study(case, tmp_path, new_tiny):
    tiny = new_tiny(tmp_path / "study")
    CASES[case].break_(tiny)
    found_in(CASES[case], tiny.folder, lambda: load_study(tiny.folder))
    assert not list(tmp_path.rglob("marker"))


@pytest.mark.parametrize("case", FOUND_BY_INGEST)
def test_mistake_in_the_answers(case, tmp_path, new_tiny):
    tiny = new_tiny(tmp_path / "study")
    CASES[case].break_(tiny)
    study = load_study(tiny.folder)
    found_in(CASES[case], tiny.folder, lambda: ingest.ingest(ingest.read(study, "s"), study, "s"))


@pytest.mark.parametrize("case", FOUND_BY_MODERATION)
def test_model_that_check_finds(case, tmp_path, new_tiny):
    tiny = new_tiny(tmp_path / "study")
    CASES[case].break_(tiny)
    found_in(CASES[case], tiny.folder, lambda: checking.check(tiny.folder, show=lambda _: None))


@pytest.fixture(scope="module")
def broken(request, tmp_path_factory, new_tiny, run) -> Iterator[dict[str, tuple[Path, Future]]]:
    """The folder and the run of each selected case; as many run at a time as there are cores."""
    pool, runs = ThreadPoolExecutor(os.cpu_count()), {}
    for test in request.session.items:
        name = getattr(test, "callspec", None) and test.callspec.params.get("case")
        if test.path == request.path and name and "broken" in test.fixturenames:
            folder = tmp_path_factory.mktemp("broken") / "study"
            target = SCORES if name in FOUND_BY_INGEST else FIT
            runs[name] = folder, pool.submit(_broken_run, CASES[name], new_tiny(folder), run, target)
    yield runs
    pool.shutdown(cancel_futures=True)


def _broken_run(case: Case, tiny, run, target: str):
    case.break_(tiny)
    return run(tiny.folder, target, *case.args)


def check(case: Case, run, folder: Path) -> list[str]:
    """What holds for every mistake; the lines that the run printed."""
    lines = run.output.splitlines()
    sentences = {line for line in lines if line.startswith("Error: ")}
    assert len(sentences) == 1, run.output
    check_sentence(case, sentences.pop())
    assert run.returncode != 0
    logs = "".join(log.read_text() for log in folder.glob("results/*/logs/*.log"))
    assert "Traceback" not in run.output + logs
    assert "bug in practicework" not in run.output + logs
    return lines


def check_repeated(lines: list[str]) -> None:
    """The sentence stands once more below what Snakemake says about the failed job."""
    last = max(number for number, line in enumerate(lines) if line.startswith("Error: "))
    assert last > next(number for number, line in enumerate(lines) if line.startswith("Error in rule"))


@pytest.mark.parametrize("case", RUN_AT_START)
def test_mistake_found_before_anything_runs(case, broken):
    """Nothing is printed but the sentence, and nothing is written."""
    folder, run = broken[case][0], broken[case][1].result()
    lines = check(CASES[case], run, folder)
    assert [line for line in lines if not line.startswith("Using workflow specific profile")] == [lines[-1]]
    assert not (folder / "results").exists()
    assert not list(folder.parent.rglob("marker"))


@pytest.mark.parametrize("case", RUN_IN_INGEST)
def test_mistake_in_the_data(case, broken):
    """No answer and no score is written, and nothing personal is shown or kept."""
    folder, run = broken[case][0], broken[case][1].result()
    check_repeated(check(CASES[case], run, folder))
    assert [path.name for path in folder.glob("results/**/*") if path.is_file()] == ["ingest.log"]
    if secret := CASES[case].secret:
        written = "".join(path.read_text() for path in folder.rglob("*.log"))
        for form in (secret, secret.replace(" ", "")):
            assert form not in run.output + written


@pytest.mark.parametrize("case", RUN_IN_MODERATION)
def test_model_that_cannot_be_fitted(case, broken):
    """The run ends with one sentence and an error, and the model's tables have no rows."""
    folder, run = broken[case][0], broken[case][1].result()
    check(CASES[case], run, folder)
    assert (folder / SCORES).is_file()
    found = {path.stem: pd.read_csv(path) for path in folder.glob("results/*/moderation/**/*.csv")}
    models = found.pop("models")
    assert models["fitted"].tolist() == [False]
    assert f"Error: {models.at[0, 'note']}" in run.output
    assert len(found) > 15
    assert all(table.empty for table in found.values())


def test_snakemake_itself_would_run_the_code(tmp_path, monkeypatch):
    """The config of the case "template engine" is a real danger: Snakemake's own reader runs it."""
    monkeypatch.chdir(tmp_path)
    Path("config.yaml").write_text(YTE)
    load_configfile("config.yaml")
    assert Path("marker").exists()
