"""Latent profiles: the criteria of every model, and the classes with the prototypes."""

from textwrap import fill

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from practicework.report.messages import _
from practicework.report.profiles.figures import MARKERS
from practicework.report.style import COLOURS, GREY, LINES, canvas, label


def latent_plot(
    latent: pd.DataFrame, classes: pd.DataFrame, means: pd.DataFrame, labels: dict[str, str], structures: dict[str, str]
) -> Figure:
    """Plot BIC by number of profiles and structure (left) and the means of classes with the prototypes (right).

    Parameters
    ----------
    latent : DataFrame
        The table `profiles/latent`.
    classes : DataFrame
        One model's rows of `profiles/latent_classes`; may have none.
    means : DataFrame
        The table `profiles/means`, for the prototypes.
    labels : dict
        Words for the indicators.
    structures : dict
        Words for the covariance structures.
    """
    indicators = list(dict.fromkeys(means["indicator"]))
    words_below = [fill(labels[name], 14, break_long_words=False) for name in indicators]
    longest = max(one.count("\n") for one in words_below)
    figure, (left, right) = canvas(3.5 + 0.15 * longest, panels=2, width_ratios=[1, 1])
    for place, (structure, rows) in enumerate(latent.groupby("structure", sort=False)):
        colour = COLOURS[place % len(COLOURS)]
        left.plot(
            rows["profiles"],
            rows["bic"],
            color=colour,
            linestyle=LINES[place % len(LINES)],
            linewidth=1.3,
            label=structures[structure],
        )
        sound, refused = rows[~rows["refused"].astype(bool)], rows[rows["refused"].astype(bool)]
        left.plot(sound["profiles"], sound["bic"], linestyle="", marker="o", markersize=4.5, color=colour)
        left.plot(refused["profiles"], refused["bic"], linestyle="", marker="x", markersize=4.5, color=colour)
    chosen = latent[latent["chosen"].astype(bool)]
    left.plot(chosen["profiles"], chosen["bic"], linestyle="", marker="o", markersize=11, markerfacecolor="none", color="black")
    left.xaxis.set_major_locator(MaxNLocator(integer=True))
    label(left, x=_("Number of profiles"))
    label(left, y=_("BIC (smaller is better)"))
    handles, names = left.get_legend_handles_labels()
    marks = {_("rejected"): ("x", GREY, 5), _("selected"): ("o", "black", 8)}
    for word, (marker, colour, size) in marks.items():
        handles.append(Line2D([], [], linestyle="", marker=marker, color=colour, markerfacecolor="none", markersize=size))
        names.append(word)
    left.legend(handles, names, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2, fontsize=8)
    ticks = np.arange(len(indicators))
    for place, (profile, rows) in enumerate(means.groupby("profile", sort=False)):
        colour, marker = COLOURS[place % len(COLOURS)], MARKERS[place % len(MARKERS)]
        prototype = rows.set_index("indicator").loc[indicators, "prototype"]
        shift = ticks + 0.05 * place
        right.plot(shift, prototype, linestyle=":", linewidth=1, color=colour, marker=marker, markerfacecolor="white", alpha=0.8)
        own = classes[classes["aligned"] == profile].set_index("indicator")
        if len(own):
            words = f"{profile.replace('_', ' ')} ({100 * own['share'].iloc[0]:.0f}%)"
            right.plot(shift, own.loc[indicators, "mean"], color=colour, marker=marker, label=words)
    for one, rows in classes[classes["aligned"].isna()].groupby("class"):
        own = rows.set_index("indicator")
        words = _("class {number} ({percent}%)", number=one, percent=f"{100 * own['share'].iloc[0]:.0f}")
        right.plot(ticks, own.loc[indicators, "mean"], color=GREY, marker=".", label=words)
    right.set_xticks(ticks, words_below)
    right.set_xlim(-0.3, len(indicators) - 0.6)
    right.set_ylim(0, 100)
    label(right, y=_("Percent of the response range"))
    if right.get_legend_handles_labels()[0]:
        right.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=1, fontsize=8)
    return figure
