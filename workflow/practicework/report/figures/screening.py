"""The flow of respondents from the rows of the file to those analysed."""

import pandas as pd
from matplotlib.figure import Figure

from practicework.report.figures.style import COLOURS, GREY, canvas

BOX = {"boxstyle": "square,pad=0.55", "linewidth": 1.1}
ARROW = {"arrowstyle": "-|>", "color": GREY, "linewidth": 1.2}


def flow(steps: pd.DataFrame, flagged: int) -> Figure:
    """Boxes from top to bottom: who remains on the left, who leaves on the right.

    Parameters
    ----------
    steps : DataFrame
        The table `screening/flow`.
    flagged : int
        Flagged respondents among the analysed.
    """
    leaving = [row for row in steps.itertuples(index=False) if row.step not in ("opened", "analysed")]
    figure, (axes,) = canvas(1.5 + 0.55 * max(len(leaving), 1))
    axes.axis("off")
    axes.set_xlim(0, 10)
    bottom = len(leaving) + 1.4
    axes.set_ylim(bottom + 0.5, -0.5)
    left, right = 2.0, 4.3
    axes.annotate("", (left, bottom), (left, 0), arrowprops={**ARROW, "shrinkB": 20}, zorder=1)
    for place, row in enumerate(leaving, 1):
        axes.annotate("", (right, place), (left, place), arrowprops={**ARROW, "shrinkA": 0, "shrinkB": 5.5})
        words = row.step.partition(": ")[2] or row.step
        source = "left out by the survey tool" if row.step.startswith("left out") else "excluded"
        axes.text(
            right, place, f"{source}: {words} (n = {row.removed:,})", va="center", ha="left", fontsize=8.5,
            bbox={**BOX, "facecolor": "white", "edgecolor": GREY},
        )  # fmt: skip
    last = f"Analysed\nN = {steps['remaining'].iloc[-1]:,}"
    if flagged:
        last += f", of whom {flagged:,} flagged"
    for place, words in ((0, f"Rows in the file\nN = {steps['remaining'].iloc[0]:,}"), (bottom, last)):
        axes.text(
            left, place, words, va="center", ha="center", zorder=3,
            bbox={**BOX, "facecolor": "#e8f1f8", "edgecolor": COLOURS[0]},
        )  # fmt: skip
    return figure
