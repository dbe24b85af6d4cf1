"""A mistake in a study's config or scales is told in one line: which file and field or line, and how to mend it."""

import math

import pytest
from study_writer import CONFIG, REMOVE, SCALE, claim

from practicework.errors import StudyError, did_you_mean
from practicework.study import load_study

WHERE = "config/config.yaml"
PRIDE = "scales/pride.yaml"
MISTAKES = {
    "unknown key": ({"config.samples.s.respondents": "id"}, (WHERE, "'samples.s.respondents'", "did you mean 'respondent'?")),
    "unknown key of nothing like it": ({"config.xyzzy": 1}, (WHERE, "'xyzzy' is unknown; correct or remove it.")),
    "several mistakes": ({"config.sead": 1, "config.titel": "x"}, (WHERE, "'sead'", "(further mistakes: 1)")),
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
    "text as a mapping": ({"config.samples.s": "data/raw/s.csv"}, (WHERE, "'samples.s' must contain 'key: value' lines")),
    "list as a mapping": ({"config.samples": ["s"]}, (WHERE, "'samples' must contain 'key: value' lines")),
    "NaN": ({"pride.response.min": math.nan}, (PRIDE, "'response.min' must be a finite number")),
    "infinity": ({"config.profiles.prototypes.keen.ease": math.inf}, (WHERE, "'profiles.prototypes.keen.ease'", "finite")),
    "confidence in percent": ({"config.moderation.confidence": 95}, (WHERE, "'moderation.confidence'", "less than 1")),
    "negative seed": ({"config.seed": -1}, (WHERE, "'seed'", "greater than or equal to 0", "-1")),
    "too few resamples": ({"config.moderation.bootstrap": {"resamples": 10}}, (WHERE, "'moderation.bootstrap.resamples'", "100")),
    "too many draws": ({"config.profiles.draws": 10**9}, (WHERE, "'profiles.draws'", "1000000")),
    "categories of a scale": (
        {"config.categories": {"ease_1": {1: "Low", 2: "High"}}},
        (WHERE, "'categories' has 'ease_1'", "which is not a variable of this study"),
    ),
    "one category": ({"config.categories": {"age": {1: "Young"}}}, (WHERE, "'categories.age'", "at least two codes")),
    "categories alike": ({"config.categories": {"age": {1: "Old", 2: "old "}}}, (WHERE, "'categories.age'", "same label")),
    "outcome of categories": (
        {
            "config.categories": {"age": {1: "Young", 2: "Old"}},
            "config.moderation.models.main.outcome": "age",
            "config.moderation.models.main.moderator": "pride",
        },
        (WHERE, "'moderation.models.main'", "outcome is 'age'", "which is categorical"),
    ),
    "probes among categories": (
        {"config.categories": {"age": {1: "Young", 2: "Old"}}, "config.moderation.models.main.probes": [1.5]},
        (WHERE, "'moderation.models.main'", "'probes'", "every category"),
    ),
    "reliability of nothing": (
        {"config.moderation.reliabilities": {"prid": 0.8}},
        (WHERE, "'moderation.reliabilities' has 'prid'", "did you mean 'pride'?"),
    ),
    "reliability in percent": (
        {"config.moderation.reliabilities": {"pride": 80}},
        (WHERE, "'moderation.reliabilities.pride'", "1"),
    ),
    "smallest effect of nothing": (
        {"config.moderation.models.main.smallest_effect": 0},
        (WHERE, "'moderation.models.main.smallest_effect'", "greater than 0"),
    ),
    "unknown centring": ({"config.moderation.center": "median"}, (WHERE, "'moderation.center'", "'mean'", "'median'")),
    "unknown method": ({"pride.scoring": {"method": "average"}}, (PRIDE, "'scoring.method'", "'mean'", "'average'")),
    "nothing valid": ({"pride.scoring": {"min_valid": 0}}, (PRIDE, "'scoring.min_valid'", "greater than 0")),
    "published alpha in percent": ({"pride.published": {"alpha": 82}}, (PRIDE, "'published.alpha'", "less than or equal to 1")),
    "upper-case sample": ({"config.samples.Berlin": {"file": "data/raw/s.csv"}}, (WHERE, "'samples.Berlin'")),
    "name that is a path": ({"config.scales": ["pride", "../ease"]}, (WHERE, "'scales.1'", "'../ease'")),
    "item with a blank": ({"pride.items.0.id": "my item"}, (PRIDE, "'items.0.id'", "'my item'")),
    "no items": ({"pride.items": []}, (PRIDE, "'items'", "at least 1")),
    "scale twice": ({"config.scales": ["pride", "pride"]}, (WHERE, "'scales' lists 'pride' twice")),
    "variable as a scale": ({"config.variables": ["pride"]}, (WHERE, "the variable 'pride'", "the scale 'pride'", "rename")),
    "variable as an item": ({"config.variables": ["age", "ease_1"]}, (WHERE, "'ease_1'", "scales/ease.yaml", "rename")),
    "variable twice": ({"config.variables": ["age", "age"]}, (WHERE, "the variable 'age'", "rename one")),
    "item as the respondents": ({"pride.items.0.id": "respondent"}, (WHERE, "'respondent'", PRIDE, "rename")),
    "item in two scales": ({"pride.items.0.id": "ease_1"}, (WHERE, "'ease_1'", PRIDE, "scales/ease.yaml", "rename")),
    "item twice": ({"pride.items.0.id": "pride_2"}, (PRIDE, "'pride_2' is listed twice", "its own id")),
    "range upside down": ({"pride.response.min": 7}, (PRIDE, "'response'", "min (7) must be smaller than max (5)", "correct")),
    "label off the range": ({"pride.response.labels": {0: "No"}}, (PRIDE, "'response'", "label of 0", "1 to 5")),
    "labels alike": (
        {"pride.response.labels": {1: "Don't", 2: "DON\u2019T"}},
        (PRIDE, "'response'", "same label", "give each its own"),
    ),
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
    "NUL in a file name": ({"config.samples.s.file": "data/raw/\0"}, (WHERE, "U+0000", "correct that line")),
    "a variable called like a term": (
        {"config.variables": ["intercept"]},
        (WHERE, "'intercept'", "a term of every model", "rename"),
    ),
    "a variable whose name differs from a term in case": (
        {"config.variables": ["Intercept"]},
        (WHERE, "'Intercept'", "a term of every model", "rename"),
    ),
    "moderator against itself": ({"config.moderation.models.main.moderator": "ease"}, (WHERE, "'ease' more than once", "choose")),
    "outcome as a covariate": ({"config.moderation.models.main.covariates": ["pride"]}, (WHERE, "'pride' more than once")),
    "indicator twice": ({"config.profiles.indicators": ["pride", "pride"]}, (WHERE, "'profiles'", "'pride' is listed twice")),
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
        (WHERE, "'promotion'", "pride, ease", "set profiles.prototypes"),
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
    "claim's table of another model": (claim(table="moderation/use/fit"), (WHERE, "'moderation/use/fit' is not a table")),
    "claim about the claims": (claim(table="replication/ledger"), (WHERE, "'replication/ledger' is not a table")),
    "claim's unknown column": (claim(column="r_square"), (WHERE, "no column 'r_square'", "did you mean 'r_squared'?")),
    "claim's unknown row column": (claim(row={"trem": "ease"}), (WHERE, "no column 'trem'")),
    "claim's column of text": (
        claim(table="moderation/main/coefficients", row={"term": "ease"}, column="term"),
        (WHERE, "'term' of moderation/main/coefficients is text", "numeric column"),
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
        (WHERE, "'replication.tt' is not a sample"),
    ),
    "misspelt marker": (
        {"config.dimensionality": {"marker": "agee"}},
        (WHERE, "'dimensionality.marker' is 'agee'", "did you mean 'age'?", "list it"),
    ),
    "percentile as a share": (
        {"config.dimensionality": {"percentile": 0.95}},
        (WHERE, "'dimensionality.percentile'", "50", "0.95"),
    ),
    "unknown extraction": (
        {"config.dimensionality": {"extraction": "pca"}},
        (WHERE, "'dimensionality.extraction'", "'minres'", "'pca'"),
    ),
    "no factors": ({"config.dimensionality": {"factors": 0}}, (WHERE, "'dimensionality.factors'", "1")),
    "claim's unknown model": (
        claim(table="dimensionality/fit", row={"model": "al"}, column="cfi"),
        (WHERE, "model 'al'", "did you mean 'all'?"),
    ),
    "claim's table without its marker": (
        claim(table="dimensionality/marker", row={"variable_a": "ease"}, column="r"),
        (WHERE, "'dimensionality/marker' is not a table"),
    ),
    "scale named as the model of all scales": (
        {"config.scales": ["pride", "ease", "all"], "all": {**SCALE, "id": "all", "items": [{"id": "all_1", "text": "One."}]}},
        (WHERE, "the scale 'all'", "rename"),
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
    "empty": (b"", "must contain 'key: value' lines"),
    "list": (b"- samples\n", "must contain 'key: value' lines"),
    "another encoding": (b"title: Fiert\xe9\n", "cannot be read as text; save it as UTF-8"),
    "key twice": (b"seed: 1\nseed: 2\n", "line 2, is not valid YAML: the key 'seed' occurs twice"),
    "nested key twice": (b"a:\n  b: 1\n  c: {}\n  b: 2\n", "line 4, is not valid YAML: the key 'b' occurs twice"),
    "list as a key": (b"? [a]\n: 1\n", "line 1, is not valid YAML: a key must be a plain word"),
    "tab": (b"a:\n\tb: 1\n", "line 2, is not valid YAML"),
    "open quote": (b"a: 'b\n", "is not valid YAML"),
    "two documents": (b"a: 1\n---\nb: 2\n", "line 2, is not valid YAML"),
    "unknown alias": (b"a: *b\n", "line 1, is not valid YAML"),
    "impossible date": (b"seed: 1\ntitle: 2021-13-45\n", "line 2, is not valid YAML: '2021-13-45' is not a valid date"),
    "number without digits": (b"seed: 0x_\n", "line 1, is not valid YAML: '0x_' is not a valid date, number"),
    "no truth value": (b"seed: !!bool maybe\n", "line 1, is not valid YAML: 'maybe' is not a valid date, number"),
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
