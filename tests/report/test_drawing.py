"""Figures that two processes draw are those of one."""

import sys

import pytest
from matplotlib.figure import Figure

from practicework.report import drawing
from practicework.report.style import canvas
from practicework.report.table import Drawing


def figure(number: int) -> Figure:
    made, (axes,) = canvas(2)
    axes.plot([0, number, 1])
    axes.set_xlabel(f"Figure {number}")
    return made


def drawings(count: int) -> list[Drawing]:
    return [Drawing(f"f{number}", figure(number), "A caption.", "Words.") for number in range(count)]


@pytest.mark.skipif(sys.platform != "linux", reason="figures are drawn in forks on Linux only")
@pytest.mark.parametrize("processes", [2, 3])
def test_the_same_files_from_several_processes(processes):
    several, one = drawings(5), drawings(5)
    drawing.draw(several, processes)
    assert all({"svg", "png"} <= vars(made).keys() for made in several)
    assert [(made.svg, made.png) for made in several] == [(made.svg, made.png) for made in one]


@pytest.mark.parametrize(("count", "processes"), [(5, 1), (3, 2)])
def test_nothing_is_drawn_early_where_it_saves_nothing(count, processes):
    made = drawings(count)
    drawing.draw(made, processes)
    assert not any({"svg", "png"} & vars(one).keys() for one in made)


def test_a_figure_that_another_process_cannot_draw_is_drawn_here(monkeypatch):
    made = drawings(4)
    monkeypatch.setattr(drawing.pickle, "dumps", lambda _: 1 / 0)
    drawing.draw(made, 2)
    assert made[1].png.startswith(b"\x89PNG")
