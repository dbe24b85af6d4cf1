"""Forest plots of a synthesis."""

from __future__ import annotations

from textwrap import fill

from matplotlib.figure import Figure
from matplotlib.patches import Polygon

from practicework.report.messages import _
from practicework.report.style import COLOURS, GREY, WIDTH, canvas, wrapped


def forest(effects: list[dict], published: dict | None, pooled: dict | None, words: str) -> Figure:
    """Plot the effect of each sample, the published range, the pooled effect and the prediction interval.

    Parameters
    ----------
    effects : list of dict
        Rows of `synthesis/effects` with an effect; the area of a square is the sample's weight.
    published : dict or None
        The row of print: its range as a band, since print does not tell more.
    pooled : dict or None
        The row of `synthesis/pooled` on which sentences are based.
    words : str
        The label of the horizontal axis.
    """
    shown = published if published is not None and published["estimate_low"] is not None else None
    names = [f"{row['sample']} (N = {row['n']:,})" for row in effects]
    names += [_("published (N = {n})", n=f"{shown['n']:,}")] if shown else []
    names += [_("pooled ({k} samples)", k=pooled["k"])] if pooled else []
    figure, (axes,) = canvas(1.1 + 0.36 * len(names))
    place = len(names)
    key = "weight_common" if pooled and pooled["estimator"] == "common" else "weight_random"
    for row in effects:
        axes.plot([row["ci_low"], row["ci_high"]], [place, place], color=COLOURS[0], linewidth=1.4)
        weight = row[key] if row[key] is not None else 0.2
        axes.scatter(row["estimate"], place, marker="s", s=18 + 220 * weight, color=COLOURS[0], linewidths=0, zorder=3)
        place -= 1
    if shown:
        axes.plot([shown["ci_low"], shown["ci_high"]], [place, place], color=GREY, linewidth=1.2, linestyle=(0, (3, 2)))
        axes.barh(
            place, shown["estimate_high"] - shown["estimate_low"], left=shown["estimate_low"], height=0.5, color=COLOURS[1],
            linewidth=1.2, edgecolor=COLOURS[1],
        )  # fmt: skip
        place -= 1
    if pooled:
        low, high, middle = pooled["ci_low"], pooled["ci_high"], pooled["estimate"]
        if pooled["prediction_low"] is not None:
            ends = [pooled["prediction_low"], pooled["prediction_high"]]
            axes.plot(ends, [place, place], color="black", linewidth=3, alpha=0.35, solid_capstyle="butt")
        corners = [(low, place), (middle, place + 0.28), (high, place), (middle, place - 0.28)]
        axes.add_patch(Polygon(corners, closed=True, color="black", linewidth=0, zorder=3))
    axes.axvline(0, color="black", linewidth=0.8)
    axes.set_yticks(range(len(names), 0, -1), [fill(name, 30) for name in names])
    axes.set_ylim(0.4, len(names) + 0.6)
    axes.locator_params(axis="x", steps=[1, 2, 5, 10], nbins=6)
    axes.set_xlabel(wrapped(words, 0.6 * WIDTH))
    return figure
