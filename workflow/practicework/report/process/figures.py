"""The path diagram of a process model, and its indirect effects over the moderator."""

from __future__ import annotations

from textwrap import fill

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from practicework.report.style import COLOURS, GREY, LINES, WIDTH, canvas, label, legend

BOX = {"boxstyle": "round,pad=0.45,rounding_size=0.12", "facecolor": "white", "edgecolor": GREY, "linewidth": 1.0}
NOTE = {"facecolor": "white", "edgecolor": "none", "pad": 1.2}

ROW = 0.95
"""Inches between mediators."""

UNITS = 10
"""Units of the horizontal axis; one of the vertical axis is an inch."""


def diagram(
    arrows: list[tuple[str, str, str, bool]],
    names: dict[str, str],
    serial: bool,
    mediators: list[str],
    moderator: str | None,
    moderated: list[tuple[str, str]],
) -> Figure:
    """Draw the variables as boxes and the paths as arrows with their estimates.

    Parameters
    ----------
    arrows : list of (source, target, words, clear)
        Each path with the estimate to print, the direct one last; those whose interval excludes zero are dark.
    names : dict of str to str
        The label of each variable.
    serial : bool
        Whether the mediators are in a row rather than in a column.
    mediators : list of str
        In order.
    moderator : str or None
    moderated : list of (source, target)
        The paths that the moderator changes.
    """
    x, y = arrows[-1][0], arrows[-1][1]
    others = [one for one in moderated if one != (x, y)]
    rows = 1 if serial else len(mediators)
    bottom = 0.45 + 0.75 * ((x, y) in moderated)
    height = bottom + (1.6 if serial else 1.25 + ROW * (rows - 1)) + 0.45 + 0.85 * bool(others)
    figure, (axes,) = canvas(height)
    axes.axis("off")
    axes.set_xlim(0, UNITS)
    axes.set_ylim(0, height)
    place = {x: (1.3, bottom), y: (8.7, bottom)}
    for number, one in enumerate(mediators):
        if serial and len(mediators) > 1:
            place[one] = (2.6 + 4.8 * number / (len(mediators) - 1), bottom + 1.6)
        else:
            place[one] = (5, bottom + 1.25 + ROW * (rows - 1 - number))
    at_words = {}
    for source, target, words, is_clear in arrows:
        crossing = serial and len(mediators) > 1 and abs(place[source][0] - place[target][0]) > 2 and (source, target) != (x, y)
        share = 0.5 if not crossing or place[source][1] == place[target][1] else 0.36 if source == x else 0.64
        at_words[source, target] = np.array(place[source]) * (1 - share) + np.array(place[target]) * share
        _arrow(axes, place, names, source, target, is_clear)
        colour = "black" if is_clear else GREY
        axes.text(*at_words[source, target], words, ha="center", va="center", fontsize=8, color=colour, bbox=NOTE, zorder=3)
    if others:
        sides = {source == x for source, _target in others}
        top = (5 if len(sides) == 2 else 2.2 if sides == {True} else 7.8, height - 0.3)
        _dashed(axes, top, [at_words[one] for one in others])
        _box(axes, top, names[moderator])
    if (x, y) in moderated:
        low = (5, 0.3)
        _dashed(axes, low, [at_words[x, y]])
        _box(axes, low, names[moderator])
    for one, at in place.items():
        _box(axes, at, names[one])
    return figure


def _box(axes: Axes, at: tuple[float, float], words: str) -> None:
    axes.text(*at, fill(words, 20), ha="center", va="center", fontsize=9, bbox=BOX, zorder=4)


def _reach(words: str, step: np.ndarray) -> float:
    """Points from the centre of a box to its edge, in the direction of an arrow."""
    lines = fill(words, 20).split("\n")
    half = np.array([2.6 * max(map(len, lines)) + 7, 6.0 * len(lines) + 7])
    direction = np.abs(step) / np.linalg.norm(step)
    return float((half / np.maximum(direction, 1e-9)).min()) + 3


def _arrow(axes: Axes, place: dict, names: dict[str, str], source: str, target: str, is_clear: bool) -> None:
    start, end = np.array(place[source]), np.array(place[target])
    step = (end - start) * [72 * WIDTH / UNITS, 72]
    style = {"arrowstyle": "-|>", "color": "black" if is_clear else GREY, "linewidth": 1.5 if is_clear else 1.0}
    style |= {"shrinkA": _reach(names[source], step), "shrinkB": _reach(names[target], step)}
    axes.annotate("", end, start, arrowprops=style, zorder=2)


def _dashed(axes: Axes, start: tuple[float, float], ends: list[np.ndarray]) -> None:
    style = {"arrowstyle": "-|>", "color": COLOURS[1], "linewidth": 1.0, "linestyle": "--", "shrinkA": 10, "shrinkB": 8}
    for end in ends:
        axes.annotate("", end, start, arrowprops=style, zorder=2)


def indirect(curve: pd.DataFrame, names: dict[str, str], probes: list[dict], w: str, words: str) -> Figure:
    """Plot each indirect effect over the moderator with its pointwise interval; points at the probes.

    Parameters
    ----------
    curve : DataFrame
        The table `process/{model}/curve`.
    names : dict of str to str
        The words for each chain of mediators.
    probes : list of dict
        Rows of `effects` at the probes.
    w, words : str
        The labels of the axes.
    """
    figure, (axes,) = canvas(3.2)
    handles = []
    for place, (through, rows) in enumerate(curve.groupby("through", sort=False)):
        colour, line = COLOURS[place % len(COLOURS)], LINES[place % len(LINES)]
        axes.fill_between(rows["moderator_value"], rows["ci_low"], rows["ci_high"], color=colour, alpha=0.15, linewidth=0)
        handles += axes.plot(rows["moderator_value"], rows["effect"], color=colour, linestyle=line)
        own = [row for row in probes if row["through"] == through]
        axes.plot([row["at"] for row in own], [row["estimate"] for row in own], "o", color=colour, markersize=5)
    axes.axhline(0, color="black", linewidth=0.8)
    label(axes, w, words)
    if len(handles) > 1:
        legend(figure, handles, [names[through] for through in dict.fromkeys(curve["through"])])
    return figure
