"""The profile plot: mean indicators with the prototypes, and the certainty of each assignment."""

from textwrap import fill

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from practicework.report.messages import _
from practicework.report.style import COLOURS, GREY, MANY, canvas, label, legend, some

MARKERS = "osD^vP"


def profile_plot(means: pd.DataFrame, assignments: pd.DataFrame, labels: dict[str, str], exclusive_at: float) -> Figure:
    """Plot mean indicators and prototypes of each profile (left) and each respondent's certainty (right).

    Parameters
    ----------
    means, assignments : DataFrame
        The tables `profiles/means` and `profiles/assignments`.
    labels : dict
        Words for the indicators.
    exclusive_at : float
        The certainty at which an assignment counts as clear.
    """
    figure, (left, right) = canvas(3.6, panels=2, width_ratios=[1, 1])
    names = list(dict.fromkeys(means["profile"]))
    indicators = list(dict.fromkeys(means["indicator"]))
    ticks = np.arange(len(indicators))
    for position, profile in enumerate(names):
        colour, marker = COLOURS[position % len(COLOURS)], MARKERS[position % len(MARKERS)]
        rows = means[means["profile"] == profile].set_index("indicator").loc[indicators]
        shift = ticks + 0.07 * (position - (len(names) - 1) / 2)
        half = [rows["mean"] - rows["ci_low"], rows["ci_high"] - rows["mean"]]
        left.plot(
            shift, rows["prototype"], marker=marker, linestyle=":", linewidth=1, color=colour, markerfacecolor="white", alpha=0.8
        )
        if rows["n"].iloc[0]:
            words = f"{profile.replace('_', ' ')} (n = {rows['n'].iloc[0]})"
            left.errorbar(shift, rows["mean"], yerr=half, color=colour, marker=marker, capsize=2, elinewidth=1, label=words)
        certainty = assignments.loc[assignments["profile"] == profile, "certainty"].dropna().sort_values().to_numpy()
        spread = (
            position + np.linspace(-0.32, 0.32, len(certainty))
            if len(certainty) > 1
            else np.full(len(certainty), float(position))
        )
        shown = some(len(certainty))
        right.scatter(
            spread[shown],
            certainty[shown],
            s=14,
            color=colour,
            marker=marker,
            alpha=0.8,
            linewidths=0,
            rasterized=len(certainty) > MANY,
        )
    left.set_xticks(ticks, [fill(labels[name], 14, break_long_words=False) for name in indicators])
    left.set_ylim(0, 100)
    left.set_xlim(-0.3, len(indicators) - 0.7)
    label(left, y=_("Percent of the response range"))
    legend(figure, *left.get_legend_handles_labels())
    right.axhline(exclusive_at, color=GREY, linewidth=0.8, linestyle=(0, (4, 3)))
    right.set_xticks(np.arange(len(names)), [fill(name.replace("_", " "), 14) for name in names], fontsize=8)
    right.set_ylim(0, 1.03)
    right.set_xlim(-0.6, len(names) - 0.4)
    label(right, y=_("Certainty"))
    return figure
