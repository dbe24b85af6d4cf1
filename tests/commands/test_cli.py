"""The command `practicework`, and the files that it generates."""

import json

import pytest
import yaml

from practicework.commands import cli, reference
from practicework.study.scale import Scale


@pytest.mark.parametrize(
    "name",
    [
        "workflow/schemas/config.schema.json",
        "workflow/schemas/scale.schema.json",
        "docs/tables.md",
        "config/README.md",
        "docs/methods.md",
    ],
)
def test_generated_files_are_current(root, name):
    assert (root / name).read_text(encoding="utf-8") == reference.generated(root)[name], "run `make schemas`"


def test_schemas_accept_the_study_and_name_every_key(root):
    """The schemas are those of the loaders: same keys, nothing else allowed, each explained."""
    jsonschema = pytest.importorskip("jsonschema")
    for file, schema in (("config/config.yaml", "config"), ("scales/promotion.yaml", "scale")):
        document = json.loads(json.dumps(yaml.safe_load((root / file).read_text(encoding="utf-8"))))
        rules = json.loads((root / f"workflow/schemas/{schema}.schema.json").read_text(encoding="utf-8"))
        jsonschema.Draft202012Validator.check_schema(rules)
        jsonschema.validate(document, rules)
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(document | {"sampels": 1}, rules)
        for part in [rules, *rules["$defs"].values()]:
            assert part.get("additionalProperties") is False
            assert all("description" in value for value in part["properties"].values()), part["title"]


def test_check_tells_respondents_and_stages(root, capsys):
    assert cli.main(["check", str(root)]) == 0
    told = capsys.readouterr().out
    assert "schmitt2021: 75 respondents; stages ingest, scoring, reliability, dimensionality, moderation," in told
    assert " profiles, replication, report\n" in told


def test_check_tells_a_mistake_in_one_sentence(tmp_path, capsys):
    assert cli.main(["check", str(tmp_path)]) == 1
    assert capsys.readouterr().err == "Error: config/config.yaml does not exist; create it or correct its name.\n"


def test_new_scale_is_valid_and_never_overwrites(tmp_path, capsys):
    assert cli.main(["new-scale", "job_satisfaction", str(tmp_path)]) == 0
    file = tmp_path / "scales/job_satisfaction.yaml"
    scale = Scale.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))
    assert scale.id == "job_satisfaction"
    assert scale.reversed_ids == ["job_satisfaction_2"]
    assert cli.main(["new-scale", "job_satisfaction", str(tmp_path)]) == 1
    assert "already exists" in capsys.readouterr().err


PARTS = ("schmitt2021", "schmitt2021_interviews", "bercier2020_cases", "practice_work")


def test_reports_says_where_they_are(root, published, capsys):
    assert cli.main(["reports", str(published.folder)]) == 0
    lines = []
    for part in PARTS:
        folder = published.results(part) / "report"
        lines += [f"Report: {folder / 'report.html'}"]
        lines += [f"  Word: {folder / name}" for name in ("manuscript.docx", "supplement.docx")]
    assert capsys.readouterr().out.splitlines() == [*lines, f"Overview: {published.folder / 'results/overview.html'}"]


def test_reports_says_what_has_not_run(root, tmp_path, capsys):
    for part in ("config", "scales", "published", "development", "data"):
        (tmp_path / part).symlink_to(root / part)
    assert cli.main(["reports", str(tmp_path)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"No report for {part} yet; run: practicework run {tmp_path}" for part in PARTS
    ]


@pytest.mark.parametrize("name", ["Job", "job-satisfaction", "../job", "_job", "jöb"])
def test_new_scale_refuses_names_that_are_no_files(tmp_path, name, capsys):
    assert cli.main(["new-scale", name, str(tmp_path)]) == 1
    assert "lower-case letters" in capsys.readouterr().err
    assert not (tmp_path / "scales").exists()
