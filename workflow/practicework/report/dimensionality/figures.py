"""Scree plot with parallel analysis, standardized loadings, and HTMT ratios."""

from textwrap import fill

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from practicework.report.messages import _
from practicework.report.style import COLOURS, GREY, canvas, label, legend

ROW = 0.19
"""Inches a row of a dot plot takes."""


def scree(parallel: pd.DataFrame, percentile: float) -> Figure:
    """Plot eigenvalues of components and of common factors with those of random data.

    Parameters
    ----------
    parallel : DataFrame
        The rows of `dimensionality/parallel_analysis` of one model.
    percentile : float
        Of the random eigenvalues, for the legend.
    """
    figure, axes = canvas(2.9, panels=2)
    for axis, kind, colour, marker in zip(axes, ("component", "factor"), COLOURS, "os", strict=False):
        retained = parallel[f"{kind}_retained"].to_numpy(bool)
        number, value = parallel["number"].to_numpy(), parallel[kind].to_numpy()
        axis.plot(number, value, color=colour, linewidth=1.2, zorder=2)
        axis.plot(number[~retained], value[~retained], marker, color=colour, markersize=4, markerfacecolor="white")
        axis.plot(number[retained], value[retained], marker, color=colour, markersize=5, label=_("observed (filled: retained)"))
        words = _("random data, {percentile}th percentile", percentile=f"{percentile:g}")
        axis.plot(number, parallel[f"{kind}_percentile"], color=GREY, linestyle="--", linewidth=1.3, label=words)
        label(axis, x=_("Number of principal components") if kind == "component" else _("Number of common factors"))
        label(axis, y=_("Eigenvalue"))
        axis.xaxis.get_major_locator().set_params(integer=True)
    handles, labels = axes[0].get_legend_handles_labels()
    legend(figure, handles, labels)
    return figure


def loadings(table: pd.DataFrame, labels: dict[str, str]) -> Figure:
    """Plot standardized loadings with intervals, grouped by scale.

    Parameters
    ----------
    table : DataFrame
        The rows of `dimensionality/loadings` of one model.
    labels : dict
        Words for the scales.
    """
    scales = list(dict.fromkeys(table["scale"]))
    figure, (axis,) = canvas(0.75 + ROW * (len(table) + 0.8 * len(scales)))
    position, ticks, names = 0.0, [], []
    for number, scale in enumerate(scales):
        rows = table[table["scale"] == scale]
        at = position + np.arange(len(rows))
        half = [rows["loading"] - rows["ci_low"], rows["ci_high"] - rows["loading"]]
        colour, marker = COLOURS[number % len(COLOURS)], "osD^vP"[number % 6]
        axis.errorbar(rows["loading"], at, xerr=half, fmt=marker, color=colour, markersize=4.5, elinewidth=1.1)
        axis.text(1.01, at.mean(), fill(labels[scale], 18), transform=axis.get_yaxis_transform(), va="center", fontsize=8.5)
        ticks += list(at)
        names += list(rows["item"])
        position = at[-1] + 1.8
    for value in (0.5, 0.7):
        axis.axvline(value, color=GREY, linewidth=0.8, linestyle=":", zorder=0)
    axis.set_yticks(ticks, names, fontsize=7.5)
    axis.set_ylim(position - 1, -0.8)
    axis.set_xlim(min(0.0, table["ci_low"].min() - 0.05), max(1.0, table["ci_high"].max() + 0.02))
    label(axis, x=_("Standardized loading"))
    return figure


def htmt(table: pd.DataFrame, labels: dict[str, str]) -> Figure:
    """Plot HTMT and HTMT2 of every pair with their intervals.

    Parameters
    ----------
    table : DataFrame
        The table `dimensionality/htmt`.
    labels : dict
        Words for the scales.
    """
    figure, (axis,) = canvas(0.95 + 0.42 * len(table))
    at = np.arange(len(table))
    for number, (name, words, shift) in enumerate((("htmt", "HTMT", -0.13), ("htmt2", "HTMT2", 0.13))):
        value, colour, marker = table[name].astype(float), COLOURS[number], "os"[number]
        axis.hlines(at + shift, table[f"{name}_low"].astype(float), table[f"{name}_high"].astype(float), color=colour, lw=1.2)
        axis.plot(value, at + shift, marker, color=colour, markersize=4.5, label=words)
    for value in (0.85, 0.90):
        axis.axvline(value, color=GREY, linewidth=0.9, linestyle="--" if value == 0.85 else ":", zorder=0)
    pairs = [f"{fill(labels[row.scale_a], 34)} –\n{fill(labels[row.scale_b], 34)}" for row in table.itertuples()]
    axis.set_yticks(at, pairs, fontsize=8)
    axis.set_ylim(len(table) - 0.4, -0.6)
    highest = np.nanmax([1.0, *table[["htmt_high", "htmt2_high", "htmt", "htmt2"]].astype(float).to_numpy().ravel()])
    lowest = np.nanmin([0.0, *table["htmt_low"].astype(float)])
    axis.set_xlim(lowest - 0.02 if lowest < 0 else 0, highest + 0.02)
    label(axis, x=_("Ratio"))
    legend(figure, *axis.get_legend_handles_labels())
    return figure
