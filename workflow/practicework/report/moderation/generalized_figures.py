"""Predicted probabilities or counts over the predictor, at values of the moderator."""

from textwrap import fill

import pandas as pd
from matplotlib.figure import Figure

from practicework.report.style import COLOURS, LINES, WIDTH, label, legend
from practicework.report.style import canvas as row_of_panels

COLUMNS = 3


def predicted(
    curve: pd.DataFrame,
    names: dict[str, str],
    titles: dict[float, str],
    words: dict[str, str],
    of_probability: bool,
    categories: dict[float, str] | None,
) -> Figure:
    """Plot predictions with their bands, a panel for each level of an ordered outcome.

    Parameters
    ----------
    curve : DataFrame
        The table `moderation/{model}/predicted_curve`, with the interval to show in `ci_low` and `ci_high`.
    names : dict
        The words for each probe of the moderator.
    titles : dict
        The title of the panel of each level; empty if the outcome is not ordered.
    words : dict
        `predictor`, `outcome`: axis labels; `moderator`: its name.
    of_probability : bool
        Whether the vertical axis is from 0 to 1.
    categories : dict, optional
        The categories of a categorical predictor: points with intervals are drawn instead of lines.
    """
    levels = list(titles) or [None]
    columns = 2 if len(levels) == 4 else min(len(levels), COLUMNS)
    rows = -(-len(levels) // columns)
    if rows == 1:
        figure, panels = row_of_panels(3.8 if columns == 1 else 3.2, columns, sharex=True, sharey=True)
    else:
        figure = Figure(figsize=(WIDTH, 1.2 + 2.2 * rows), layout="constrained")
        panels = list(figure.subplots(rows, columns, sharex=True, sharey=True).ravel())
    for axes in panels[len(levels) :]:
        axes.set_visible(False)
    for level, axes in zip(levels, panels, strict=False):
        own = curve if level is None else curve[curve["level"] == level]
        few = own["predictor_value"].nunique() < 10
        for place, (probe, shown) in enumerate(names.items()):
            lines = own[own["probe"] == probe]
            colour = COLOURS[place % len(COLOURS)]
            if few:
                width = float(own["predictor_value"].max() - own["predictor_value"].min())
                x = lines["predictor_value"] + 0.04 * width * (place - (len(names) - 1) / 2)
                reach = [lines["predicted"] - lines["ci_low"], lines["ci_high"] - lines["predicted"]]
                axes.errorbar(x, lines["predicted"], yerr=reach, fmt="os^Dvp"[place % 6], color=colour, capsize=3, label=shown)
                continue
            axes.fill_between(lines["predictor_value"], lines["ci_low"], lines["ci_high"], color=colour, alpha=0.15, linewidth=0)
            axes.plot(
                lines["predictor_value"], lines["predicted"], color=colour, linestyle=LINES[place % len(LINES)], label=shown
            )
        if few:
            values = sorted(own["predictor_value"].unique())
            axes.set_xticks(values, [fill(categories[value], 16) for value in values] if categories else None)
            axes.margins(x=0.2)
        if level is not None:
            axes.set_title(fill(titles[level], 30), fontsize=9)
        axes.set_ylim(*((-0.02, 1.02) if of_probability else (0, None)))
    for axes in panels[max(0, len(levels) - columns) : len(levels)]:
        axes.tick_params(labelbottom=True)
    if rows == 1 and columns % 2:
        label(panels[columns // 2], x=words["predictor"])
        label(panels[0], y=words["outcome"])
    else:
        figure.supxlabel(words["predictor"], fontsize=9)
        figure.supylabel(words["outcome"], fontsize=9)
    legend(figure, *panels[0].get_legend_handles_labels(), title=words["moderator"])
    return figure
