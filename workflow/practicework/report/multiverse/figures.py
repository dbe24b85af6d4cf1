"""The specification curve with its null band, and the matrix of choices below it."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from practicework.report.messages import _
from practicework.report.style import COLOURS, GREY, MANY, WIDTH, label, legend

GAP = 0.035
"""Space between the joint test's specifications and the others, as a share of all."""

ROW = 0.165
"""Inches of a row of the matrix."""


def curve(
    joint: list[dict], others: list[dict], matrix: list[tuple[str, str, list[bool]]], words: str, level: str, other_words: str
) -> Figure:
    """Plot every distinct specification as a column: its estimate above, its choices below.

    Parameters
    ----------
    joint, others : list of dict
        Rows of `specifications` in the joint test and out of it, each ordered by estimate.
    matrix : list of (str, str, list of bool)
        Choice, option, and whether each specification (first `joint`, then `others`) has it.
    words, level, other_words : str
        The label of the vertical axis, the interval's, and that of the specifications which are not in the joint test.
    """
    gap = max(1.0, GAP * (len(joint) + len(others))) if others and joint else 0.0
    x = np.arange(len(joint) + len(others), dtype=float)
    x[len(joint) :] += gap
    heads = len(dict.fromkeys(choice for choice, _option, _inside in matrix))
    below = ROW * (len(matrix) + heads) + 0.25
    figure = Figure(figsize=(WIDTH, 3.1 + below), layout="constrained")
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=[2.6, below])
    _estimates(upper, [*joint, *others], x, len(joint))
    label(upper, y=words)
    upper.margins(x=0.02, y=0.06)
    if others and joint:
        for axes in (upper, lower):
            axes.axvline(len(joint) - 0.5 + gap / 2, color=GREY, linewidth=0.8, linestyle=(0, (1, 2)))
        for some, title in ((x[: len(joint)], _("least squares")), (x[len(joint) :], other_words)):
            upper.text(some.mean(), 1.0, title, transform=upper.get_xaxis_transform(), ha="center", va="bottom", fontsize=8)
    _matrix(lower, matrix, x)
    lower.set_xlabel(_("Specifications, in the order of their estimates"))
    handles = [
        Line2D([], [], marker="o", linestyle="-", color=COLOURS[0], markersize=4, linewidth=1.2),
        Line2D([], [], marker="o", linestyle="-", color=GREY, markersize=4, linewidth=1.2, markerfacecolor="white"),
        Line2D([], [], marker="D", linestyle="-", color=COLOURS[1], markersize=6, linewidth=1.2),
    ]
    names = [_("{level} excludes zero", level=level), _("{level} includes zero", level=level), _("primary analysis")]
    clear = {
        row["ci_low"] > 0 or row["ci_high"] < 0 for row in [*joint, *others] if not row["primary"] and row["ci_low"] is not None
    }
    handles, names = (
        [one for one, used in zip(some, (True in clear, False in clear, True), strict=True) if used] for some in (handles, names)
    )
    if joint:
        handles.append(Patch(color=GREY, alpha=0.25, linewidth=0))
        names.append(_("95% of estimates without an interaction"))
    legend(figure, handles, names)
    return figure


def _estimates(axes: Axes, rows: list[dict], x: np.ndarray, joint: int) -> None:
    """Draw the null band, intervals and estimates."""
    if joint:
        edges = np.arange(joint + 1) - 0.5
        low, high = ([row[end] for row in rows[:joint]] for end in ("null_low", "null_high"))
        axes.stairs(high, edges, baseline=low, fill=True, color=GREY, alpha=0.25, linewidth=0)
    b = np.array([row["estimate"] for row in rows])
    ends = np.array([[row["ci_low"], row["ci_high"]] for row in rows], float)
    clear = (ends[:, 0] > 0) | (ends[:, 1] < 0)
    primary = np.array([row["primary"] for row in rows], bool)
    many = len(rows) > MANY
    size = float(np.clip(160 / len(rows), 1.2, 4.5))
    for inside, colour, face in (
        (clear & ~primary, COLOURS[0], COLOURS[0]),
        (~clear & ~primary, GREY, "white"),
        (primary, COLOURS[1], COLOURS[1]),
    ):
        axes.vlines(x[inside], *ends[inside].T, color=colour, linewidth=size / 3.5 if not primary[inside].all() else 1.6,
                    alpha=0.35 if many else 0.7, rasterized=many, zorder=2)  # fmt: skip
        one = bool(inside.any() and primary[inside].all())
        axes.plot(x[inside], b[inside], "D" if one else "o", color=colour, markerfacecolor=face, markersize=7 if one else size,
                  markeredgewidth=0.8, linestyle="none", rasterized=many and not one, zorder=4 if one else 3)  # fmt: skip
    axes.axhline(0, color="black", linewidth=0.8)
    axes.tick_params(bottom=False)


def _matrix(axes: Axes, matrix: list[tuple[str, str, list[bool]]], x: np.ndarray) -> None:
    """Draw which options each specification has, a row for each option below the name of its choice."""
    places, names, heads, row, before = [], [], [], 0, None
    many, size = len(x) > MANY, float(np.clip(160 / len(x), 1.0, 4.0))
    for choice, option, inside in matrix:
        if choice != before:
            heads.append((row, choice))
            row, before = row + 1, choice
        axes.axhline(row, color=GREY, linewidth=0.3, alpha=0.4, zorder=1)
        some = x[np.array(inside, bool)]
        axes.plot(some, np.full(len(some), row), "|" if many else "o", color="black", markersize=size if not many else 4,
                  linestyle="none", markeredgewidth=0.4 if many else 0, rasterized=many, zorder=2)  # fmt: skip
        places.append(row)
        names.append(option)
        row += 1
    axes.set_ylim(row - 0.4, -0.6)
    axes.set_yticks([*places, *(place for place, _choice in heads)], [*names, *(choice for _place, choice in heads)])
    for tick, place in zip(axes.get_yticklabels(), [*places, *(place for place, _choice in heads)], strict=True):
        tick.set_fontsize(8)
        if place not in places:
            tick.set_fontweight("bold")
    axes.tick_params(left=False, bottom=False, labelbottom=False)
    axes.spines[["left", "bottom"]].set_visible(False)
