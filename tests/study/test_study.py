"""A study that is valid is read as a whole; its stages, tables and fingerprints follow the config."""

import math
from pathlib import Path

import pandas as pd
import pytest
import yaml
from study_writer import CONFIG, REMOVE, SCALE, claim

from practicework.study import Study, load_study, pipeline
from practicework.study.config import Config
from practicework.study.pipeline import STAGES, Part
from practicework.study.scale import Scale, normalized


@pytest.mark.parametrize(
    "entries",
    [
        claim(table="ingest/responses", row={"respondent": "1"}, column="pride_2"),
        claim(table="scoring/scores", row={"respondent": "1"}, column="years_in_job"),
        claim(table="scoring/summary", row={"variable": "age"}, column="mean"),
        claim(table="scoring/correlations", row={"variable_a": "pride", "variable_b": "age"}, column="r"),
        claim(table="reliability/items", row={"item": "ease_1"}, column="mean"),
        claim(table="moderation/main/coefficients", row={"term": "ease:age"}, column="estimate"),
        claim(table="moderation/main/coefficients", row={"term": "intercept"}, column="estimate"),
        claim(table="moderation/main/conditional_effects", row={"probe": "mean"}, column="effect"),
        claim(table="profiles/assignments", row={"respondent": "1"}, column="keen"),
        claim(table="profiles/indicators", row={"respondent": "1"}, column="ease"),
        claim(table="profiles/means", row={"profile": "wary", "indicator": "pride"}, column="mean"),
    ],
)
def test_claim_about_any_table_is_accepted(entries, writer):
    """Each kind of column and row that a study produces can be claimed."""
    assert writer.load(entries).config.replication["s"].claims[0].table == entries["config.replication.s.claims.0.table"]


def test_file_may_be_reached_by_any_path_that_stays_inside(writer):
    """Folders below data/raw, and data/raw itself as a link to where the data are kept."""
    kept = writer.folder / "kept"
    (writer.folder / "data/raw").rename(kept)
    (writer.folder / "data/raw").symlink_to("../kept", target_is_directory=True)
    (kept / "wave 1").mkdir()
    (kept / "wave 1/s.csv").write_text("id\n1\n")
    study = writer.load({"config.samples.s.file": "data/raw/wave 1/../wave 1/s.csv"})
    assert study.raw("s").read_text() == "id\n1\n"
    assert study.unused_raw_files == ["data/raw/s.csv"]


def test_unused_files_are_all_but_documentation_and_hidden_ones(writer):
    """Also those in folders; a link to a used file is that file."""
    raw = writer.folder / "data/raw"
    (raw / "old").mkdir()
    (raw / ".git").mkdir()
    for name in ("old/u.csv", "README.md", ".hidden.csv", ".git/config", "notes.txt"):
        (raw / name).write_text("x")
    (raw / "link.csv").symlink_to("s.csv")
    (raw / "loop.csv").symlink_to("loop.csv")
    assert writer.load().unused_raw_files == ["data/raw/loop.csv", "data/raw/notes.txt", "data/raw/old/u.csv"]


OTHERS = {"screening", "coding", "multiverse", "process", "categorical", "multiple_response", "synthesis", "development"}
"""Stages that do not run for this study."""


@pytest.mark.parametrize(
    ("removed", "missing"),
    [
        ((), set()),
        (("moderation", "replication"), {"moderation", "replication"}),
        (("profiles",), {"profiles"}),
        (("replication",), {"replication"}),
        (
            ("scales", "profiles", "moderation", "replication"),
            {"reliability", "dimensionality", "profiles", "moderation", "replication"},
        ),
        (("variables", "scales", "profiles", "moderation", "replication"), set(STAGES) - {"ingest", "report"}),
    ],
)
def test_stage_runs_when_the_config_has_its_section(removed, missing, writer):
    """Ingest and report always, screening not in this study; the order is the pipeline's."""
    study = writer.load({f"config.{section}": REMOVE for section in removed})
    assert Part(study, "s").stages == [stage for stage in STAGES if stage not in {*missing, *OTHERS}]


def test_replication_runs_for_the_samples_that_have_claims(writer):
    """Only their results have its table; the assessment of the metric requires a request."""
    study = writer.load()
    assert "replication" not in Part(study, "t").stages
    assert set(Part(study, "s").tables()) - set(Part(study, "t").tables()) == {"replication/ledger"}
    asked = writer.load({"config.replication.s.metric": True})
    assert "replication/metric" in Part(asked, "s").tables()


def test_tables_are_named_by_model_in_the_pipelines_order(writer):
    """One set of moderation tables a model."""
    models = {
        "main": CONFIG["moderation"]["models"]["main"],
        "use": {"outcome": "ease", "predictor": "pride", "moderator": "age"},
    }
    names = Part(writer.load({"config.moderation.models": models}), "s").tables()
    assert {"moderation/main/fit", "moderation/use/fit"} < set(names)
    assert not any("{" in name for name in names)
    assert sorted(names, key=lambda name: list(STAGES).index(name.split("/")[0])) == names


def test_label_of_scales_variables_and_terms(writer):
    """A scale has its own; a variable's name is read as words."""
    study = writer.load()
    assert study.label("pride") == "Pride in work"
    assert study.label("years_in_job").lower() == "years in job"
    assert study.label("pride:ease") == "Pride in work \u00d7 Ease"


def test_own_seed_of_the_bootstrap(writer):
    """Zero is a seed, too."""
    assert writer.load({"config.seed": 5}).bootstrap_seed == 5
    assert writer.load({"config.seed": 5, "config.moderation.bootstrap": {"seed": 0}}).bootstrap_seed == 0


AFTER_INGEST = set(STAGES) - {"ingest", *OTHERS}
ANSWERS = {"ingest", "report"}
DIGESTS = {
    "nothing": ({}, set()),
    "default written out": ({"config.moderation.center": "mean", "pride.scoring": {"method": "mean"}}, set()),
    "title": ({"config.title": "Pride"}, {"report"}),
    "seed": ({"config.seed": 5}, {"reliability", "dimensionality", "moderation", "profiles", "report"}),
    "another sample": ({"config.samples.u": {"file": "data/raw/s.csv"}}, set()),
    "another sample's claims": ({"config.replication.t": CONFIG["replication"]["s"]}, set()),
    "another sample's missing codes": ({"config.samples.t.missing": [-99]}, set()),
    "missing codes": ({"config.samples.s.missing": [-99]}, ANSWERS),
    "column of an item": ({"config.samples.s.columns": {"ease_1": "Q1"}}, ANSWERS),
    "synthetic": ({"config.samples.s.synthetic": "Simulated."}, {"report"}),
    "what is published of the data": (
        {"config.samples.s.publish": "deidentified", "config.samples.s.access": "Ask.", "config.licence": "CC0"},
        set(),
    ),
    "one scale less": (
        {"config.scales": ["ease"], "config.profiles": REMOVE, "config.moderation.models.main.outcome": "years_in_job"},
        AFTER_INGEST | {"ingest"},  # the model of the claims has another outcome
    ),
    "one variable less": ({"config.variables": ["age"]}, {"ingest", "scoring", "profiles", "report"}),
    "order of the scales": (
        {"config.scales": ["ease", "pride"]},
        {"ingest", "scoring", "reliability", "dimensionality", "report"},
    ),
    "response range": ({"ease.response.max": 7}, {"ingest"}),
    "response labels": ({"ease.response.labels": {1: "No"}}, {"ingest"}),
    "item's name": ({"ease.items.0.id": "ease_9"}, {"ingest"}),
    "wording, by which columns may be found": ({"ease.items.0.text": "Another wording."}, {"ingest"}),
    "reverse": ({"ease.items.0.reverse": True}, set()),
    "scoring rule": ({"ease.scoring": {"method": "sum"}}, set()),
    "screening": ({"config.screening": {}}, {"ingest", "screening", "report"}),
    "marker": ({"config.dimensionality": {"marker": "age"}}, {"dimensionality", "report"}),
    "resamples of HTMT": ({"config.dimensionality": {"bootstrap": {"resamples": 500}}}, {"dimensionality", "report"}),
    "confidence": ({"config.moderation.confidence": 0.9}, {"moderation", "report"}),
    "exclusive_at": ({"config.profiles.exclusive_at": 0.7}, {"profiles", "report"}),
    "order of the prototypes": (
        {"config.profiles.prototypes": {"wary": {"pride": 25, "ease": 25}, "keen": {"pride": 75, "ease": 75}}},
        {"profiles", "report"},
    ),
    "claim": (claim(published="41"), {"replication", "report"}),
}


def digests(study: Study) -> dict[str, str]:
    """The fingerprints of the stages that run for the first sample."""
    part = Part(study, "s")
    return {stage: part.digest(stage) for stage in part.stages}


@pytest.mark.parametrize("name", DIGESTS)
def test_fingerprint_changes_with_what_a_stage_reads(name, writer):
    """And with nothing else. The scale files themselves are inputs of the stages after ingest."""
    changes, expected = DIGESTS[name]
    before, after = digests(writer.load()), digests(writer.load(changes))
    assert {stage for stage in STAGES if after.get(stage) != before.get(stage)} == expected


def test_fingerprint_of_the_report_knows_the_unused_files(writer):
    """Since the report tells of them."""
    before = Part(writer.load(), "s").digest("report"), Part(writer.load(), "s").digest("ingest")
    (writer.folder / "data/raw/u.csv").write_text("x")
    after = Part(writer.load(), "s").digest("report"), Part(writer.load(), "s").digest("ingest")
    assert before[0] != after[0]
    assert before[1] == after[1]


def test_config_without_a_change_of_types():
    """Lists become tuples and whole numbers may be fractions; nothing else is converted."""
    config = Config.model_validate({**CONFIG, "seed": 7})
    assert config.scales == ("pride", "ease")
    assert config.profiles.prototypes["keen"] == {"pride": 75.0, "ease": 75.0}
    assert Config.model_validate({"samples": {"s": {"file": "x", "missing": [-99, "k.A.", 9.5]}}}).samples["s"].missing == (
        "-99",
        "k.A.",
        "9.5",
    )


def scale(**entries: object) -> Scale:
    """The scale of this file with other entries."""
    return Scale.model_validate({**SCALE, **entries})


def test_reverse_keying_uses_the_declared_range():
    """Whatever the answers are; a missing one stays missing."""
    responses = pd.DataFrame({"other": [9, 9, 9], "pride_2": [2.0, 3.0, math.nan], "pride_1": [2.0, math.nan, 4.0]})
    keyed = scale().keyed(responses)
    assert list(keyed.columns) == ["pride_1", "pride_2"]
    assert keyed["pride_1"].tolist()[::2] == [2.0, 4.0]
    assert keyed["pride_2"].tolist()[:2] == [4.0, 3.0]
    assert keyed.isna().to_numpy().tolist() == [[False, False], [True, False], [False, True]]
    assert responses["pride_2"].tolist()[:2] == [2.0, 3.0]


@pytest.mark.parametrize(("method", "low", "high"), [("mean", 1, 5), ("sum", 2, 10), ("pomp", 0, 100)])
def test_percent_of_the_range_that_the_scoring_rule_allows(method, low, high):
    """The lowest score is 0 and the highest 100 percent."""
    one = scale(scoring={"method": method})
    assert one.score_range == (low, high)
    assert one.percent(pd.Series([low, (low + high) / 2, high])).tolist() == [0, 50, 100]


def test_answers_are_compared_whatever_their_case_spaces_width_and_apostrophe():
    """Labels become codes by it."""
    for text in ("Don't know", " DON\u2019T  know ", "don\u02bct\u00a0know", "\uff24on\u00b4t know"):
        assert normalized(text) == "don't know"
    assert scale().response.codes == {"never": 1, "always": 5}
    assert scale().response.points == 5


def test_planning_lists_the_data_once_whatever_the_number_of_samples(tmp_path, monkeypatch):
    """Fingerprints of 200 samples' reports; listing the folder for each took ten minutes with 1,000."""
    (tmp_path / "data/raw").mkdir(parents=True)
    (tmp_path / "config").mkdir()
    for number in range(200):
        (tmp_path / f"data/raw/s{number}.csv").write_text("x\n1\n")
    samples = {f"s{number}": {"file": f"data/raw/s{number}.csv"} for number in range(200)}
    (tmp_path / "config/config.yaml").write_text(yaml.safe_dump({"samples": samples, "variables": ["x"]}))
    study = load_study(tmp_path)
    calls = []
    real = Path.rglob
    monkeypatch.setattr(Path, "rglob", lambda self, pattern: calls.append(self) or real(self, pattern))
    assert len({part.digest("report") for part in pipeline.parts(study)}) == 200
    assert len(calls) == 1
