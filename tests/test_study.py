"""A study is validated as a whole: mistakes are told by file and field; stages and fingerprints follow the config."""

import copy
import math
from pathlib import Path

import pandas as pd
import pytest
import yaml

from practicework.errors import StudyError, did_you_mean
from practicework.scale import Scale, normalized
from practicework.study import STAGES, Config, Study, load_study, study_tables

CONFIG = {
    "samples": {"s": {"file": "data/raw/s.csv", "respondent": "id"}, "t": {"file": "data/raw/t.csv"}},
    "scales": ["pride", "ease"],
    "variables": ["age", "years_in_job"],
    "moderation": {"models": {"main": {"outcome": "pride", "predictor": "ease", "moderator": "age"}}},
    "profiles": {
        "indicators": ["pride", "ease"],
        "prototypes": {"keen": {"pride": 75, "ease": 75}, "wary": {"pride": 25, "ease": 25}},
    },
    "replication": {
        "s": {
            "source": "A paper",
            "claims": [{"claim": "Respondents", "published": "40", "table": "moderation/main/fit", "column": "n"}],
        }
    },
}
SCALE = {
    "id": "pride",
    "label": "Pride in work",
    "response": {"min": 1, "max": 5, "labels": {1: "Never", 5: "Always"}},
    "items": [{"id": "pride_1", "text": "One."}, {"id": "pride_2", "text": "Two.", "reverse": True}],
}
REMOVE = object()


def put(tree: dict, path: str, value: object) -> None:
    """Set, or with REMOVE remove, the entry at a dotted path."""
    *parents, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    for part in parents:
        tree = tree[part]
    if value is REMOVE:
        del tree[last]
    else:
        tree[last] = value


class Writer:
    """Writes the study of this file with entries changed: `config.seed`, `pride.items.0.id`, `ease.label`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for part in ("config", "scales", "data/raw"):
            (folder / part).mkdir(parents=True, exist_ok=True)
        for name in ("s", "t"):
            (folder / f"data/raw/{name}.csv").write_text("id\n1\n")

    def load(self, changes: dict[str, object] | None = None) -> Study:
        """The study, with changed entries."""
        ease = {**SCALE, "id": "ease", "label": "Ease", "items": [{"id": "ease_1", "text": "One."}]}
        files = copy.deepcopy({"config": CONFIG, "pride": SCALE, "ease": ease})
        for path, value in (changes or {}).items():
            put(files, path, value)
        for name, content in files.items():
            path = self.folder / ("config/config.yaml" if name == "config" else f"scales/{name}.yaml")
            path.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
        return load_study(self.folder)


@pytest.fixture
def writer(tmp_path) -> Writer:
    """A study folder."""
    return Writer(tmp_path)


def claim(**entries: object) -> dict[str, object]:
    """A change of the one claim."""
    return {f"config.replication.s.claims.0.{name}": value for name, value in entries.items()}


WHERE = "config/config.yaml"
PRIDE = "scales/pride.yaml"
MISTAKES = {
    "unknown key": ({"config.samples.s.respondents": "id"}, (WHERE, "'samples.s.respondents'", "did you mean 'respondent'?")),
    "unknown key of nothing like it": ({"config.xyzzy": 1}, (WHERE, "'xyzzy' is unknown; correct or remove it.")),
    "several mistakes": ({"config.sead": 1, "config.titel": "x"}, (WHERE, "'sead'", "(1 more such mistakes follow)")),
    "missing key of a scale": ({"pride.label": REMOVE}, (PRIDE, "'label' is missing", "add it")),
    "missing text of an item": ({"pride.items.1.text": REMOVE}, (PRIDE, "'items.1.text' is missing")),
    "misspelt covariate": (
        {"config.moderation.models.main.covariates": ["agee"]},
        (WHERE, "'moderation.models.main'", "covariates is 'agee'", "did you mean 'age'?"),
    ),
    "item in a model": ({"config.moderation.models.main.predictor": "ease_1"}, (WHERE, "predictor is 'ease_1'", "list it")),
    "model without a moderator": (
        {"config.moderation.models.main.moderator": REMOVE},
        (WHERE, "'moderation.models.main.moderator' is missing"),
    ),
    "no model": ({"config.moderation.models": {}}, (WHERE, "'moderation.models'", "at least 1")),
    "number as a text": ({"config.moderation.confidence": "0.9"}, (WHERE, "'moderation.confidence' must be a number", "'0.9'")),
    "yes as a number": ({"config.profiles.exclusive_at": True}, (WHERE, "'profiles.exclusive_at' must be a number", "True")),
    "text as a list": ({"config.variables": "age"}, (WHERE, "'variables' must be a list, like [a, b]", "'age'")),
    "text as a mapping": ({"config.samples.s": "data/raw/s.csv"}, (WHERE, "'samples.s' must hold 'key: value' lines")),
    "list as a mapping": ({"config.samples": ["s"]}, (WHERE, "'samples' must hold 'key: value' lines")),
    "NaN": ({"pride.response.min": math.nan}, (PRIDE, "'response.min' must be a finite number")),
    "infinity": ({"config.profiles.prototypes.keen.ease": math.inf}, (WHERE, "'profiles.prototypes.keen.ease'", "finite")),
    "confidence in percent": ({"config.moderation.confidence": 95}, (WHERE, "'moderation.confidence'", "less than 1")),
    "negative seed": ({"config.seed": -1}, (WHERE, "'seed'", "greater than or equal to 0", "-1")),
    "too few resamples": ({"config.moderation.bootstrap": {"resamples": 10}}, (WHERE, "'moderation.bootstrap.resamples'", "100")),
    "too many draws": ({"config.profiles.draws": 10**9}, (WHERE, "'profiles.draws'", "1000000")),
    "unknown centring": ({"config.moderation.center": "median"}, (WHERE, "'moderation.center'", "'mean'", "'median'")),
    "unknown method": ({"pride.scoring": {"method": "average"}}, (PRIDE, "'scoring.method'", "'mean'", "'average'")),
    "nothing valid": ({"pride.scoring": {"min_valid": 0}}, (PRIDE, "'scoring.min_valid'", "greater than 0")),
    "published alpha in percent": ({"pride.published": {"alpha": 82}}, (PRIDE, "'published.alpha'", "less than or equal to 1")),
    "upper-case sample": ({"config.samples.Berlin": {"file": "data/raw/s.csv"}}, (WHERE, "'samples.Berlin'")),
    "name that is a path": ({"config.scales": ["pride", "../ease"]}, (WHERE, "'scales.1'", "'../ease'")),
    "item with a blank": ({"pride.items.0.id": "my item"}, (PRIDE, "'items.0.id'", "'my item'")),
    "no items": ({"pride.items": []}, (PRIDE, "'items'", "at least 1")),
    "scale twice": ({"config.scales": ["pride", "pride"]}, (WHERE, "'scales' names 'pride' twice")),
    "variable as a scale": ({"config.variables": ["pride"]}, (WHERE, "the variable 'pride'", "the scale 'pride'", "rename")),
    "variable as an item": ({"config.variables": ["age", "ease_1"]}, (WHERE, "'ease_1'", "scales/ease.yaml", "rename")),
    "variable twice": ({"config.variables": ["age", "age"]}, (WHERE, "the variable 'age'", "rename one")),
    "item as the respondents": ({"pride.items.0.id": "respondent"}, (WHERE, "'respondent'", PRIDE, "rename")),
    "item in two scales": ({"pride.items.0.id": "ease_1"}, (WHERE, "'ease_1'", PRIDE, "scales/ease.yaml", "rename")),
    "item twice": ({"pride.items.0.id": "pride_2"}, (PRIDE, "'pride_2' stands twice", "its own id")),
    "range upside down": ({"pride.response.min": 7}, (PRIDE, "'response'", "min (7) must be smaller than max (5)", "correct")),
    "label off the range": ({"pride.response.labels": {0: "No"}}, (PRIDE, "'response'", "label of 0", "1 to 5")),
    "labels alike": ({"pride.response.labels": {1: "Don't", 2: "DON\u2019T"}}, (PRIDE, "'response'", "same label", "apart")),
    "label without a code": ({"pride.response.labels": {"low": "Never"}}, (PRIDE, "'response.labels.low'", "whole number")),
    "other id than the file's": ({"pride.id": "proud"}, (PRIDE, "'id' is 'proud'", "pride.yaml", "the same")),
    "sample's column of nothing": (
        {"config.samples.s.columns": {"ease1": "Q1"}},
        (WHERE, "'samples.s.columns.ease1'", "did you mean 'ease_1'?"),
    ),
    "synthetic file without a word": (
        {"config.samples.s.file": "data/raw/Synthetic.csv"},
        (WHERE, "'samples.s'", "'synthetic'", "add the key"),
    ),
    "file beside data/raw": ({"config.samples.s.file": "data/raw_old/s.csv"}, (WHERE, "'samples.s.file'", "inside data/raw/")),
    "folder data/raw itself": ({"config.samples.s.file": "data/raw"}, (WHERE, "'samples.s.file'", "inside data/raw/")),
    "file name too long": ({"config.samples.s.file": "data/raw/" + "x" * 300}, (WHERE, "'samples.s.file'", "no such file")),
    "NUL in a file name": ({"config.samples.s.file": "data/raw/\0"}, (WHERE, "'samples.s.file'", "name a file")),
    "moderator against itself": ({"config.moderation.models.main.moderator": "ease"}, (WHERE, "'ease' more than once", "name")),
    "outcome as a covariate": ({"config.moderation.models.main.covariates": ["pride"]}, (WHERE, "'pride' more than once")),
    "indicator twice": ({"config.profiles.indicators": ["pride", "pride"]}, (WHERE, "'profiles'", "'pride' stands twice")),
    "indicator of no scale": (
        {
            "config.profiles.indicators": ["pride", "eas"],
            "config.profiles.prototypes": {"a": {"pride": 1, "eas": 1}, "b": {"pride": 2, "eas": 2}},
        },
        (WHERE, "'profiles.indicators' has 'eas'", "did you mean 'ease'?", "name a scale"),
    ),
    "one prototype": ({"config.profiles.prototypes.wary": REMOVE}, (WHERE, "'profiles.prototypes'", "at least 2")),
    "default prototypes for other indicators": (
        {"config.profiles.prototypes": REMOVE},
        (WHERE, "'promotion'", "pride, ease", "write profiles.prototypes"),
    ),
    "prototype of more": ({"config.profiles.prototypes.keen.age": 1}, (WHERE, "'keen'", "pride, ease, age", "to match")),
    "prototype off the range": ({"config.profiles.prototypes.keen.ease": -1}, (WHERE, "'keen'", "ease: -1", "0 to 100")),
    "prototypes alike": (
        {"config.profiles.prototypes.keen": {"ease": 25, "pride": 25}},
        (WHERE, "'profiles'", "two prototypes are the same", "change one"),
    ),
    "profile named as a column": (
        {"config.profiles.prototypes.certainty": {"pride": 1, "ease": 1}},
        (WHERE, "'profiles'", "cannot be named 'certainty'", "choose another name"),
    ),
    "published number without quotes": (claim(published=0.4), (WHERE, "'replication.s.claims.0.published'", "quotes", "0.4")),
    "published words": (claim(published="about 40"), (WHERE, "'replication.s.claims.0.published'", "'about 40'", "write it")),
    "claim's unknown table": (claim(table="reliability/scale"), (WHERE, "entry 1 ('Respondents')", "'reliability/scales'")),
    "claim's table of another model": (claim(table="moderation/use/fit"), (WHERE, "'moderation/use/fit' is no table")),
    "claim about the claims": (claim(table="replication/ledger"), (WHERE, "'replication/ledger' is no table")),
    "claim's unknown column": (claim(column="r_square"), (WHERE, "no column 'r_square'", "did you mean 'r_squared'?")),
    "claim's unknown row column": (claim(row={"trem": "ease"}), (WHERE, "no column 'trem'")),
    "claim's column of text": (
        claim(table="moderation/main/coefficients", row={"term": "ease"}, column="term"),
        (WHERE, "'term' of moderation/main/coefficients is text", "numbers"),
    ),
    "claim's unknown term": (
        claim(table="moderation/main/coefficients", row={"term": "ease:pride"}, column="estimate"),
        (WHERE, "term 'ease:pride'", "did you mean 'ease:age'?"),
    ),
    "claim's unknown scale": (
        claim(table="reliability/scales", row={"scale": "prid"}, column="alpha"),
        (WHERE, "scale 'prid'", "did you mean 'pride'?"),
    ),
    "claim's unknown score": (
        claim(table="scoring/scores", row={"respondent": "1"}, column="prid"),
        (WHERE, "scoring/scores has no column 'prid'", "did you mean 'pride'?"),
    ),
    "claim's row of a number": (
        claim(table="reliability/scales", row={"items": 2}, column="alpha"),
        (WHERE, "'replication.s.claims.0.row.items' must be text", "quotes"),
    ),
    "claims about another sample": (
        {"config.replication": {"tt": CONFIG["replication"]["s"]}},
        (WHERE, "'replication.tt' is no sample"),
    ),
    "no claims": ({"config.replication.s.claims": []}, (WHERE, "'replication.s.claims'", "at least 1")),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_mistake_is_told_by_file_field_and_remedy(name, writer):
    """In one line that ends where a sentence ends."""
    changes, fragments = MISTAKES[name]
    with pytest.raises(StudyError) as caught:
        writer.load(changes)
    message = str(caught.value)
    for fragment in fragments:
        assert fragment in message
    assert message.startswith(fragments[0])
    assert "\n" not in message
    assert message[-1] in ".)"


BROKEN = {
    "empty": (b"", "must hold 'key: value' lines"),
    "list": (b"- samples\n", "must hold 'key: value' lines"),
    "another encoding": (b"title: Fiert\xe9\n", "cannot be read as text; save it as UTF-8"),
    "key twice": (b"seed: 1\nseed: 2\n", "line 2, is not valid YAML: the key 'seed' stands twice"),
    "nested key twice": (b"a:\n  b: 1\n  c: {}\n  b: 2\n", "line 4, is not valid YAML: the key 'b' stands twice"),
    "list as a key": (b"? [a]\n: 1\n", "line 1, is not valid YAML: a key must be a plain word"),
    "tab": (b"a:\n\tb: 1\n", "line 2, is not valid YAML"),
    "open quote": (b"a: 'b\n", "is not valid YAML"),
    "two documents": (b"a: 1\n---\nb: 2\n", "line 2, is not valid YAML"),
    "unknown alias": (b"a: *b\n", "line 1, is not valid YAML"),
    "impossible date": (b"seed: 1\ntitle: 2021-13-45\n", "line 2, is not valid YAML: '2021-13-45' is no date"),
    "number without digits": (b"seed: 0x_\n", "line 1, is not valid YAML: '0x_' is no date, number"),
    "no truth value": (b"seed: !!bool maybe\n", "line 1, is not valid YAML: 'maybe' is no date, number"),
    "control character": (b"seed: 1\ntitle: \x01\n", "line 2, has a character that YAML does not allow; remove it"),
    "nested too deeply": (b"[" * 5000, "nested too deeply"),
    "python object": (b"title: !!python/object/apply:os.getcwd []\n", "line 1, is not valid YAML"),
    "python name": (b"title: !!python/name:os.getcwd ''\n", "line 1, is not valid YAML"),
    "template engine": (b"__use_yte__: true\n", "the key '__use_yte__', which would run code; remove it"),
}


@pytest.mark.parametrize("file", ["config/config.yaml", "scales/ease.yaml"])
@pytest.mark.parametrize("name", BROKEN)
def test_broken_yaml_is_told_by_file_and_line(name, file, writer):
    """The config and the scales are read alike."""
    writer.load()
    content, expected = BROKEN[name]
    (writer.folder / file).write_bytes(content)
    with pytest.raises(StudyError) as caught:
        load_study(writer.folder)
    assert str(caught.value).startswith(file)
    assert expected in str(caught.value)


def test_missing_file_is_told_with_the_one_that_may_be_meant(writer):
    """Another ending, or a misspelt scale."""
    writer.load()
    with pytest.raises(
        StudyError, match=r"^scales/eas\.yaml does not exist \(did you mean 'ease\.yaml'\?\); create it or correct"
    ):
        writer.load({"config.scales": ["pride", "eas"]})
    path = writer.folder / "config/config.yaml"
    path.rename(path.with_suffix(".yml"))
    with pytest.raises(StudyError, match=r"^config/config\.yaml does not exist \(did you mean 'config\.yml'"):
        load_study(writer.folder)


def test_error_is_one_printable_line():
    """Whatever the cell that it quotes holds."""
    assert str(StudyError("row 2: 'a\r\n\tb\x1b[31m\u2028c'; correct it.")) == "row 2: 'a b [31m c'; correct it."


def test_suggestion_only_for_a_name_that_is_close():
    """No guess is better than a wild one."""
    assert did_you_mean("prid", ["pride", "ease"]) == " (did you mean 'pride'?)"
    assert did_you_mean("zeal", ["pride", "ease"]) == ""
    assert did_you_mean(12, ["pride", "ease"]) == ""


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
    assert study.unused_raw_files() == ["data/raw/s.csv"]


def test_unused_files_are_all_but_documentation_and_hidden_ones(writer):
    """Also those in folders; a link to a used file is that file."""
    raw = writer.folder / "data/raw"
    (raw / "old").mkdir()
    (raw / ".git").mkdir()
    for name in ("old/u.csv", "README.md", ".hidden.csv", ".git/config", "notes.txt"):
        (raw / name).write_text("x")
    (raw / "link.csv").symlink_to("s.csv")
    (raw / "loop.csv").symlink_to("loop.csv")
    assert writer.load().unused_raw_files() == ["data/raw/notes.txt", "data/raw/old/u.csv"]


@pytest.mark.parametrize(
    ("removed", "missing"),
    [
        ((), set()),
        (("moderation", "replication"), {"moderation", "replication"}),
        (("profiles",), {"profiles"}),
        (("replication",), {"replication"}),
        (("scales", "profiles", "moderation", "replication"), {"reliability", "profiles", "moderation", "replication"}),
        (("variables", "scales", "profiles", "moderation", "replication"), set(STAGES) - {"ingest", "report"}),
    ],
)
def test_stage_runs_when_the_config_has_its_section(removed, missing, writer):
    """Ingest and report always; the order is the pipeline's."""
    study = writer.load({f"config.{section}": REMOVE for section in removed})
    assert study.stages("s") == [stage for stage in STAGES if stage not in missing]


def test_replication_runs_for_the_samples_that_have_claims(writer):
    """And its table stands with theirs only."""
    study = writer.load()
    assert "replication" not in study.stages("t")
    assert set(study_tables(study, "s")) - set(study_tables(study, "t")) == {"replication/ledger"}


def test_tables_are_named_by_model_in_the_pipelines_order(writer):
    """One set of moderation tables a model."""
    models = {
        "main": CONFIG["moderation"]["models"]["main"],
        "use": {"outcome": "ease", "predictor": "pride", "moderator": "age"},
    }
    names = study_tables(writer.load({"config.moderation.models": models}), "s")
    assert {"moderation/main/fit", "moderation/use/fit"} < set(names)
    assert not any("{" in name for name in names)
    assert sorted(names, key=lambda name: STAGES.index(name.split("/")[0])) == names


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


AFTER_INGEST = set(STAGES) - {"ingest"}
ANSWERS = {"ingest", "report"}
DIGESTS = {
    "nothing": ({}, set()),
    "default written out": ({"config.moderation.center": "mean", "pride.scoring": {"method": "mean"}}, set()),
    "title": ({"config.title": "Pride"}, {"report"}),
    "seed": ({"config.seed": 5}, {"reliability", "moderation", "profiles", "report"}),
    "another sample": ({"config.samples.u": {"file": "data/raw/s.csv"}}, set()),
    "another sample's claims": ({"config.replication.t": CONFIG["replication"]["s"]}, set()),
    "another sample's missing codes": ({"config.samples.t.missing": [-99]}, set()),
    "missing codes": ({"config.samples.s.missing": [-99]}, ANSWERS),
    "column of an item": ({"config.samples.s.columns": {"ease_1": "Q1"}}, ANSWERS),
    "synthetic": ({"config.samples.s.synthetic": "Simulated."}, {"report"}),
    "one scale less": (
        {"config.scales": ["ease"], "config.profiles": REMOVE, "config.moderation.models.main.outcome": "years_in_job"},
        AFTER_INGEST - {"replication"} | {"ingest"},
    ),
    "one variable less": ({"config.variables": ["age"]}, {"ingest", "scoring", "report"}),
    "order of the scales": ({"config.scales": ["ease", "pride"]}, {"ingest", "scoring", "reliability", "report"}),
    "response range": ({"ease.response.max": 7}, {"ingest"}),
    "response labels": ({"ease.response.labels": {1: "No"}}, {"ingest"}),
    "item's name": ({"ease.items.0.id": "ease_9"}, {"ingest"}),
    "wording": ({"ease.items.0.text": "Another wording."}, set()),
    "scoring rule": ({"ease.scoring": {"method": "sum"}}, set()),
    "confidence": ({"config.moderation.confidence": 0.9}, {"moderation", "report"}),
    "exclusive_at": ({"config.profiles.exclusive_at": 0.7}, {"profiles", "report"}),
    "order of the prototypes": (
        {"config.profiles.prototypes": {"wary": {"pride": 25, "ease": 25}, "keen": {"pride": 75, "ease": 75}}},
        {"profiles", "report"},
    ),
    "claim": (claim(published="41"), {"replication", "report"}),
}


@pytest.mark.parametrize("name", DIGESTS)
def test_fingerprint_changes_with_what_a_stage_reads(name, writer):
    """And with nothing else. The scale files themselves are inputs of the stages after ingest."""
    changes, expected = DIGESTS[name]
    before = {stage: writer.load().digest(stage, "s") for stage in STAGES}
    after = writer.load(changes)
    assert {stage for stage in STAGES if after.digest(stage, "s") != before[stage]} == expected


def test_fingerprint_of_the_report_knows_the_unused_files(writer):
    """Since the report tells of them."""
    before = writer.load().digest("report", "s"), writer.load().digest("ingest", "s")
    (writer.folder / "data/raw/u.csv").write_text("x")
    after = writer.load().digest("report", "s"), writer.load().digest("ingest", "s")
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
