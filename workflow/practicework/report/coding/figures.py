"""Figures of coded evidence: the data structure, heat maps, and the saturation curve."""

from __future__ import annotations

from textwrap import wrap

import numpy as np
import pandas as pd
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from practicework.report.messages import _
from practicework.report.style import COLOURS, GREY, WIDTH, canvas, label, wrapped

SHADES = LinearSegmentedColormap.from_list("shades", ["#ffffff", "#cfe3f1", COLOURS[0]])
COLUMNS = ((0.0, 3.0, 46), (3.35, 1.65, 25), (5.3, 1.2, 16))
"""Left edge and width in inches, and characters a line, of concepts, themes and dimensions."""


def headings() -> tuple[str, str, str]:
    """Return the headings of the three columns of a data structure."""
    return _("First-order concepts"), _("Second-order themes"), _("Dimensions")


LINE, GAP = 0.135, 0.07
"""Inches: the height of a line of text, and the space between boxes."""


def data_structure(structure: pd.DataFrame) -> Figure:
    """Draw the data structure (Gioia et al., 2013): concepts, themes and dimensions as boxes with their numbers of units.

    Parameters
    ----------
    structure : DataFrame
        The table `coding/structure`. Codes outside the structure are not drawn; a theme without concepts stands
        in a row of its own.
    """
    entries = {level: structure[structure["level"] == level].to_dict("records") for level in ("concept", "theme", "dimension")}
    boxes: list[tuple[int, float, float, dict, str]] = []  # column, top, bottom, entry, colour
    links: list[tuple[int, float, float, str]] = []  # column at the right, height of either end
    y = 0.0
    for position, dimension in enumerate(entries["dimension"]):
        colour, top, theme_centres = COLOURS[position % len(COLOURS)], y, []
        for theme in [one for one in entries["theme"] if one["dimension"] == dimension["code"]]:
            theme_top, centres = y, []
            concepts = [one for one in entries["concept"] if one["theme"] == theme["code"]]
            own = sum(_height(one, 0) + GAP for one in concepts) - GAP
            y -= max(0.0, _height(theme, 1) - own) / 2 if concepts else 0.0  # in the middle of a taller theme
            for concept in concepts:
                height = _height(concept, 0)
                boxes.append((0, y, y - height, concept, colour))
                centres.append(y - height / 2)
                y -= height + GAP
            y = min(y, theme_top - _height(theme, 1) - GAP)
            centre = (theme_top + y + GAP) / 2
            half = _height(theme, 1) / 2
            boxes.append((1, centre + half, centre - half, theme, colour))
            links += [(1, one, centre, colour) for one in centres]
            theme_centres.append(centre)
        y = min(y, top - _height(dimension, 2) - GAP)
        centre, half = (top + y + GAP) / 2, _height(dimension, 2) / 2
        boxes.append((2, centre + half, centre - half, dimension, colour))
        links += [(2, one, centre, colour) for one in theme_centres]
        y -= 2 * GAP
    figure = Figure(figsize=(WIDTH, -y + 0.35))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.set_xlim(-0.03, WIDTH + 0.03)
    axes.set_ylim(y, 0.35)
    for column, heading in enumerate(headings()):
        if any(box[0] == column for box in boxes):
            left, width, _ = COLUMNS[column]
            axes.text(left + width / 2, 0.16, heading, ha="center", va="center", fontsize=8.5, fontweight="bold")
    for column, start, end, colour in links:
        right = COLUMNS[column - 1][0] + COLUMNS[column - 1][1]
        middle = (right + COLUMNS[column][0]) / 2
        axes.plot([right, middle, middle, COLUMNS[column][0]], [start, start, end, end], color=colour, linewidth=0.9)
    for column, top, bottom, entry, colour in boxes:
        left, width, _ = COLUMNS[column]
        shape = FancyBboxPatch(
            (left, bottom), width, top - bottom, boxstyle="round,pad=0,rounding_size=0.05",
            facecolor="white" if column == 0 else colour + ("1f" if column == 1 else "38"), edgecolor=colour, linewidth=0.9,
        )  # fmt: skip
        axes.add_patch(shape)
        words, weight = "\n".join(_lines(entry, column)), "bold" if column == 2 else "normal"
        x, align = (left + 0.07, "left") if column == 0 else (left + width / 2, "center")
        axes.text(x, (top + bottom) / 2, words, ha=align, va="center", fontsize=7.5, fontweight=weight, linespacing=1.15)
        if column == 0:
            axes.text(
                left + width - 0.06, (top + bottom) / 2, str(entry["units"]), ha="right", va="center", fontsize=7.5, color=GREY
            )
    return figure


def _lines(entry: dict, column: int) -> list[str]:
    """A box's words; those of themes and dimensions include their numbers of units."""
    units = "" if column == 0 else f" ({entry['units']})"
    return wrap(entry["label"] + units, COLUMNS[column][2]) or [""]


def _height(entry: dict, column: int) -> float:
    return LINE * len(_lines(entry, column)) + 0.09


MANY_COLUMNS = 20
"""With as many columns or more, their vertical names are not broken into lines, which would overlap."""


def heat_map(
    matrix: pd.DataFrame, *, xlabel: str, ylabel: str, marks: pd.DataFrame | None = None, top: float | None = None
) -> Figure:
    """Draw counts by row and column as shades with the numbers in them; zeros stay white.

    Parameters
    ----------
    matrix : DataFrame
        Counts; its labels name rows and columns.
    xlabel, ylabel : str
    marks : DataFrame, optional
        Texts to show instead of the counts.
    top : float, optional
        The value of the darkest shade; by default the largest count.
    """
    rows, columns = matrix.shape
    binary = marks is None and top is None and matrix.to_numpy().max(initial=0) <= 1
    labels = ["\n".join(wrap(str(name), 34)) for name in matrix.index]
    heads = ["\n".join(wrap(str(name), 30 if columns < MANY_COLUMNS else 60)) for name in matrix.columns]
    tall = sum(1 + label.count("\n") for label in labels)
    height = min(
        9.0,
        0.75 + max(0.19 * rows, 0.15 * tall) + 0.055 * max((len(line) for name in heads for line in name.split("\n")), default=0),
    )
    figure, (axes,) = canvas(height)
    values = matrix.to_numpy(float)
    largest = top or values.max(initial=1) or 1
    edges = (np.arange(columns + 1) - 0.5, np.arange(rows + 1) - 0.5)
    axes.pcolormesh(*edges, values, cmap=SHADES, vmin=0, vmax=largest, edgecolors="#e3e7ea", linewidth=0.6)
    axes.invert_yaxis()
    axes.set_xticks(range(columns), heads, rotation=90 if _long(heads, columns) else 0)
    axes.set_yticks(range(rows), labels)
    axes.tick_params(length=0, labelsize=7.5)
    axes.set_xlabel(wrapped(xlabel, 0.6 * WIDTH), fontsize=8.5)
    axes.set_ylabel(ylabel, fontsize=8.5)
    for i, j in np.ndindex(rows, columns):
        mark = "" if marks is None else str(marks.iat[i, j])
        words = mark if marks is not None else "" if binary or not values[i, j] else f"{values[i, j]:g}"
        if words:
            shade = "white" if values[i, j] > 0.9 * largest else "black"
            axes.text(j, i, words, ha="center", va="center", fontsize=7, color=shade, in_layout=False)  # always inside the axes
    return figure


def _long(names: list[str], columns: int) -> bool:
    """Whether column names must be vertical because they would overlap."""
    return max((len(line) for name in names for line in name.split("\n")), default=0) * 0.062 > 4.2 / max(columns, 1)


def saturation(curve: pd.DataFrame) -> Figure:
    """Plot different codes by number of units, in their order and over random orders.

    Parameters
    ----------
    curve : DataFrame
        The table `coding/saturation`.
    """
    figure, (axes,) = canvas(2.8)
    axes.fill_between(
        curve["position"], curve["low"], curve["high"], color=COLOURS[5], alpha=0.35, linewidth=0, label=_("95% of random orders")
    )
    axes.plot(
        curve["position"], curve["expected"], color=COLOURS[0], linestyle="--", linewidth=1.3, label=_("mean of all orders")
    )
    axes.step(curve["position"], curve["cumulative"], where="mid", color="black", linewidth=1.5, label=_("order of the units"))
    label(axes, x=_("Number of units"))
    label(axes, y=_("Different codes"))
    axes.set_ylim(bottom=0)
    axes.set_xlim(0.5, len(curve) + 0.5)
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.legend(loc="lower right")
    return figure
