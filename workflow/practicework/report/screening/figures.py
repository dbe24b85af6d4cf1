"""The flow of respondents from the rows of the file to those analysed."""

from collections.abc import Mapping, Sequence
from textwrap import fill

from matplotlib.figure import Figure

from practicework.report.messages import _
from practicework.report.style import COLOURS, GREY, canvas

BOX = {"boxstyle": "square,pad=0.55", "linewidth": 1.1}
ARROW = {"arrowstyle": "-|>", "color": GREY, "linewidth": 1.2}


def flow(steps: Sequence[Mapping], flagged: int) -> Figure:
    """Draw boxes from top to bottom: remaining respondents on the left, removed ones on the right.

    Parameters
    ----------
    steps : sequence of mapping
        The rows of `screening/flow` with their `words`.
    flagged : int
        Flagged respondents among those analysed.
    """
    leaving = [row for row in steps if row["step"] not in ("opened", "analysed")]
    figure, (axes,) = canvas(1.5 + 0.55 * max(len(leaving), 1))
    axes.axis("off")
    axes.set_xlim(0, 10)
    bottom = len(leaving) + 1.4
    axes.set_ylim(bottom + 0.5, -0.5)
    left, right = 2.0, 4.3
    axes.annotate("", (left, bottom), (left, 0), arrowprops={**ARROW, "shrinkB": 20}, zorder=1)
    for place, row in enumerate(leaving, 1):
        axes.annotate("", (right, place), (left, place), arrowprops={**ARROW, "shrinkA": 0, "shrinkB": 5.5})
        axes.text(
            right, place, fill(f"{row['words']} (n = {row['removed']:,})", 52), va="center", ha="left", fontsize=8.5,
            bbox={**BOX, "facecolor": "white", "edgecolor": GREY},
        )  # fmt: skip
    last = _("Analysed\nN = {n}", n=f"{steps[-1]['remaining']:,}")
    if flagged:
        last += _(" ({n} flagged)", n=f"{flagged:,}")
    for place, words in ((0, _("Rows in the file\nN = {n}", n=f"{steps[0]['remaining']:,}")), (bottom, last)):
        axes.text(
            left, place, words, va="center", ha="center", zorder=3,
            bbox={**BOX, "facecolor": "#e8f1f8", "edgecolor": COLOURS[0]},
        )  # fmt: skip
    return figure
