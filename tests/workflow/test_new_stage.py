"""What the design promises: a new stage is its own files, one entry in the registry and one line in the Snakefile."""

import shutil
from pathlib import Path

import pandas as pd
import pytest

FILES = {
    "workflow/practicework/stages/tally.py": '''
"""Tally: the number of answers of each respondent."""


def compute(part, inputs, rng):
    """Return the stage's tables for a sample."""
    items = [item for scale in part.study.scales.values() for item in scale.item_ids]
    answers = inputs["ingest/responses"].set_index("respondent")[items]
    return {"tally/answers": answers.notna().sum(axis=1).rename("answers").reset_index()}
''',
    "workflow/practicework/tables/contracts/tally.py": '''
"""Tables of the tally stage."""

from practicework.tables.contracts.contract import Contract

CONTRACTS = {
    "tally/answers": Contract(
        "Answers by respondent.", {"respondent": ("text", "the respondent"), "answers": ("count", "answered items")}
    ),
}
''',
    "workflow/practicework/report/tally/__init__.py": '''
"""Tally: the section of the report."""

from practicework.report.messages import _
from practicework.report.section import Section
from practicework.report.table import Table, integer, text


def section(context):
    """What the stage contributes to the report."""
    columns = [text("respondent", _("Respondent")), integer("answers", _("Answers"))]
    table = Table.of("tally_answers", _("Answers by respondent"), columns, context.rows("tally/answers"), row="respondent")
    return Section("tally", _("Answers given"), body=(table,))
''',
}
ENTRY = """        Stage(
            "tally",
            runs=reads.sample(lambda study: study.config.scales),
            settings=lambda part: [list(part.study.scales)],
            reads=lambda part: ["ingest/responses"],
            files=reads.scales,
        ),
"""


@pytest.fixture
def code(root, tmp_path) -> Path:
    """A copy of the program with one more stage."""
    code = tmp_path / "code"
    for folder in ("workflow", "profiles"):
        shutil.copytree(root / folder, code / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for name, text in FILES.items():
        (code / name).parent.mkdir(exist_ok=True)
        (code / name).write_text(text.lstrip(), encoding="utf-8")
    rule = (code / "workflow/rules/scoring.smk").read_text().replace("scoring", "tally")
    (code / "workflow/rules/tally.smk").write_text(rule)
    registry = code / "workflow/practicework/study/pipeline.py"
    before = '        Stage(\n            "moderation",\n'
    text = registry.read_text()
    assert text.count(before) == 1
    registry.write_text(text.replace(before, ENTRY + before))
    snakefile = (root / "Snakefile").read_text()
    line = 'include: "workflow/rules/moderation.smk"\n'
    (code / "Snakefile").write_text(snakefile.replace(line, 'include: "workflow/rules/tally.smk"\n' + line))
    return code


def test_a_new_stage_needs_one_entry_and_one_line(code, new_tiny, run, tmp_path):
    study = new_tiny(tmp_path / "study")
    for section in ("moderation", "profiles", "replication"):
        del study.config[section]
    finished = run(study.write(), root=code)
    assert finished.returncode == 0, finished.output
    results = study.folder / "results/s"
    assert (pd.read_csv(results / "tally/answers.csv")["answers"] == 9).all()
    page = (results / "report/report.html").read_text(encoding="utf-8")
    assert "Answers given" in page
    assert "tally_answers" in (results / "report/contents.csv").read_text(encoding="utf-8")
