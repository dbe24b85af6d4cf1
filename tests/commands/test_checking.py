"""`practicework check` finds before a run what a run would find."""

import numpy as np
import pandas as pd
import pytest
import yaml

from practicework.commands import checking, cli
from practicework.errors import StudyError

RNG = np.random.default_rng(5)


@pytest.fixture
def study(tmp_path):
    """Writes a study of five variables and a model, with more columns and keys."""

    def write(columns: dict | None = None, n: int = 40, **keys: object):
        data = {name: RNG.normal(size=n).round(3) for name in ("y", "x", "w", "c")} | (columns or {})
        (tmp_path / "data/raw").mkdir(parents=True, exist_ok=True)
        (tmp_path / "config").mkdir(exist_ok=True)
        pd.DataFrame(data).to_csv(tmp_path / "data/raw/a.csv", index=False)
        config = {
            "samples": {"s": {"file": "data/raw/a.csv"}},
            "variables": ["y", "x", "w", "c"],
            "moderation": {"models": {"main": {"outcome": "y", "predictor": "x", "moderator": "w", "covariates": ["c"]}}},
        }
        (tmp_path / "config/config.yaml").write_text(yaml.safe_dump(config | keys))
        return tmp_path

    return write


def test_a_study_in_order(study, capsys):
    folder = study()
    assert cli.main(["check", str(folder)]) == 0
    assert capsys.readouterr().out.endswith("No mistakes found.\n")


@pytest.mark.parametrize(
    ("columns", "n", "keys", "words"),
    [
        (
            {"time": ["soon"] * 40},
            40,
            {"screening": {"exclude": ["too_fast"], "duration": "time"}},
            "'too_fast', which cannot be applied",
        ),
        ({}, 40, {"screening": {"exclude": ["unfinished"]}}, "the export does not record completion"),
        ({"c": [1.0] * 40}, 40, {}, "'c' has the same value"),
        ({}, 4, {}, "4 respondents"),
    ],
)
def test_what_a_run_would_find(study, columns, n, keys, words):
    with pytest.raises(StudyError, match=words):
        checking.check(study(columns, n, **keys))


def test_a_covariate_that_the_others_determine(study):
    folder = study()
    data = pd.read_csv(folder / "data/raw/a.csv")
    data.assign(c=2 * data["x"] + 1).to_csv(folder / "data/raw/a.csv", index=False)
    with pytest.raises(StudyError, match="the design is singular"):
        checking.check(folder)


@pytest.mark.parametrize(
    ("values", "words", "asked"),
    [([0, 1], "linear probability model", "family: binary"), ([1, 2, 3], "3 whole-number values", "family: ordered")],
)
def test_an_outcome_of_few_values_needs_a_family(study, capsys, values, words, asked):
    column = {"y": [values[at % len(values)] for at in range(40)]}
    with pytest.raises(StudyError, match=asked):
        checking.check(study(column))
    model = {"outcome": "y", "predictor": "x", "moderator": "w"}
    assert checking.check(study(column, moderation={"models": {"main": model | {"family": "normal"}}}))
    assert words in capsys.readouterr().out
    assert checking.check(study(column, moderation={"models": {"main": model | {"family": asked.split(": ")[1]}}}))
    assert words not in capsys.readouterr().out
