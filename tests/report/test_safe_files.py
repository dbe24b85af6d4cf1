"""Texts of a study are texts: no spreadsheet computes them, and no figure parses them as mathematics."""

import csv

import matplotlib as mpl
import pytest
from matplotlib.figure import Figure

from practicework.report import files, style
from practicework.report.table import Table, number, text
from practicework.tables.files.text import inert


@pytest.mark.parametrize("cell", ["=1+1", "+SUM(A1)", "-cmd|' /C calc'!A0", "@x", "\t=1"])
def test_formulas_become_texts(cell):
    assert inert(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["", "a=b", "-3", "+4.5", "-.5e-3", "text", -3.0, None, True])
def test_other_cells_stay(cell):
    assert inert(cell) == cell


def test_tables_of_the_report_hold_no_formula(tmp_path):
    rows = [{"term": "=HYPERLINK(1)", "b": -0.5}]
    table = Table.of("t", "T", [text("term", "Term"), number("b", "b")], rows, "", row="term")
    files.write_csv(table, tmp_path / "t.csv")
    with (tmp_path / "t.csv").open(encoding="utf-8", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert not any(cell[:1] in ("=", "+", "@") for cell in cells if cell)
    assert "-0.5" in cells


def test_a_label_with_dollars_is_drawn_as_it_is():
    """Unbalanced dollars would end the drawing, and balanced ones would vanish."""
    figure = Figure()
    axes = figure.subplots()
    axes.set_xlabel("Price ($), up to $5 or $\\frac{1}{2}$")
    assert "Price ($), up to $5 or $" in axes.get_xlabel()
    picture = style.svg(figure)
    assert picture.startswith("<?xml")
    assert not axes.xaxis.label.get_parse_math()


def test_a_matplotlibrc_changes_nothing(tmp_path, monkeypatch):
    (tmp_path / "matplotlibrc").write_text("axes.facecolor: red\n")
    monkeypatch.chdir(tmp_path)
    assert mpl.rcParams["axes.facecolor"] == "white"
    assert mpl.rcParams["text.parse_math"] is False
