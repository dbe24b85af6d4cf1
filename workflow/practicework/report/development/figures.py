"""Figures of a development: agreement of the judges, and where the scales measure."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from practicework.report.messages import _
from practicework.report.style import COLOURS, GREY, LINES, canvas, label, legend


def agreement(rows: list[dict], names: dict[str, str], alpha: float) -> Figure:
    """Plot the share of judges who chose each item's construct, with Wilson's interval.

    Parameters
    ----------
    rows : list of dict
        Rows of `development/sorting`.
    names : dict of str to str
        The labels of the constructs.
    alpha : float
        The level of the test.
    """
    figure, (axes,) = canvas(0.9 + 0.17 * len(rows))
    handles = []
    for place, (construct, words) in enumerate(names.items()):
        own = [(at, row) for at, row in enumerate(rows) if row["construct"] == construct]
        if not own:
            continue
        colour = COLOURS[place % len(COLOURS)]
        for at, row in own:
            clear = row["p_value"] <= alpha
            axes.plot([row["ci_low"], row["ci_high"]], [at, at], color=colour, linewidth=1.2)
            axes.plot(row["p_sa"], at, "osDv^P"[place % 6], color=colour, markersize=4.5,
                            markerfacecolor=colour if clear else "white")  # fmt: skip
        handles.append((Line2D([], [], marker="osDv^P"[place % 6], color=colour, markersize=4.5, linewidth=1.2), words))
    axes.axvline(0.5, color=GREY, linewidth=0.8, linestyle=(0, (4, 3)))
    axes.set_yticks(range(len(rows)), [row["item"] for row in rows], fontsize=8)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_xlim(0, 1.02)
    label(axes, x=_("Share of judges who chose the item's construct (pSA)"))
    legend(figure, [one for one, _words in handles], [words for _one, words in handles])
    return figure


def information(curve: pd.DataFrame, names: dict[str, str]) -> Figure:
    """Plot the reliability of each scale over the trait.

    Parameters
    ----------
    curve : DataFrame
        The table `development/irt_information`.
    names : dict of str to str
        The labels of the constructs.
    """
    figure, (axes,) = canvas(2.9)
    handles = []
    for place, (construct, rows) in enumerate(curve.groupby("construct", sort=False)):
        line = axes.plot(
            rows["theta"], rows["reliability"], color=COLOURS[place % len(COLOURS)], linestyle=LINES[place % len(LINES)]
        )
        handles.append((line[0], names[construct]))
    axes.axhline(0.7, color=GREY, linewidth=0.8, linestyle=(0, (4, 3)))
    axes.set_ylim(0, 1)
    label(axes, x=_("Trait (standard deviations from the mean)"), y=_("Reliability"))
    legend(figure, [one for one, _words in handles], [words for _one, words in handles])
    return figure
