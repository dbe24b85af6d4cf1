"""Snakemake's own report: it is made, and every figure and table has a caption that says what not to conclude."""

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import jinja2
import pandas as pd

PARTS = ("schmitt2021", "schmitt2021_interviews", "bercier2020_cases", "practice_work")
SECTIONS = ("**What it shows.**", "**How to read it.**", "**What not to conclude.**")


def caption(root: Path, name: str, **wildcards: str) -> str:
    text = (root / "workflow/report" / name).read_text(encoding="utf-8")
    return jinja2.Template(text, undefined=jinja2.StrictUndefined).render(
        snakemake=SimpleNamespace(wildcards=SimpleNamespace(**wildcards))
    )


def test_every_figure_and_table_has_a_caption(root, published):
    for part in PARTS:
        for row in pd.read_csv(published.results(part) / "report/contents.csv").itertuples():
            if row.kind == "figure":
                text = caption(root, "figures.rst", figure=row.name, stage=row.stage, sample=part)
            else:
                text = caption(root, "tables.rst", table=row.name, sample=part)
            assert all(section in text for section in SECTIONS), (part, row.name)
    for name in ("page.rst", "overview.rst"):
        assert all(section in caption(root, name, sample="s") for section in SECTIONS)


def test_figures_of_kinds_that_the_published_study_lacks_have_captions(root):
    for stage, figure in (("screening", "flow"), ("coding", "themes_by_sector")):
        assert all(section in caption(root, "figures.rst", figure=figure, stage=stage, sample="s") for section in SECTIONS)


def test_the_report_is_made(root, published, tmp_path):
    file = tmp_path / "report.html"
    command = [sys.executable, "-m", "snakemake", "-s", root / "Snakefile", "-d", published.folder, "--report", file]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    assert done.returncode == 0, done.stdout
    text = file.read_text(encoding="utf-8")
    for label in ("simple_slopes_main", "data_structure", "moderation_main_coefficients", "the whole report"):
        assert label in text
    assert "what not to conclude" in text
