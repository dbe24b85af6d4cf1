"""Forest plots of a synthesis, and the differences of single items."""

from __future__ import annotations

from textwrap import fill

from matplotlib.figure import Figure
from matplotlib.patches import Polygon

from practicework.report.messages import _
from practicework.report.style import COLOURS, GREY, WIDTH, canvas, legend, wrapped

MARKERS = ("o", "s", "D")
"""Markers of up to three pairs of samples."""

BENCHMARKS = (0.2, 0.4, 0.7)
"""Small, medium and large dMACS (Nye et al., 2019)."""


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


def cumulative(rows: list[dict], words: str) -> Figure:
    """Plot the pooled effect after each sample.

    Parameters
    ----------
    rows : list of dict
        Rows of `synthesis/cumulative`.
    words : str
        The label of the horizontal axis.
    """
    names = [rows[0]["sample"], *(f"+ {row['sample']}" for row in rows[1:])]
    figure, (axes,) = canvas(1.1 + 0.33 * len(names))
    places = range(len(names), 0, -1)
    for row, place in zip(rows, places, strict=True):
        axes.plot([row["ci_low"], row["ci_high"]], [place, place], color=COLOURS[0], linewidth=1.4)
        axes.scatter(row["estimate"], place, s=30, color=COLOURS[0], linewidths=0, zorder=3)
    axes.axvline(0, color="black", linewidth=0.8)
    axes.set_yticks(places, [fill(name, 30) for name in names])
    axes.set_ylim(0.4, len(names) + 0.6)
    axes.locator_params(axis="x", steps=[1, 2, 5, 10], nbins=6)
    axes.set_xlabel(wrapped(words, 0.6 * WIDTH))
    return figure


def items(rows: list[dict], words: dict[str, str]) -> Figure:
    """Plot dMACS of each item with its interval, one colour per pair of samples; without intervals for more than three pairs.

    Parameters
    ----------
    rows : list of dict
        Rows of `synthesis/invariance_items` without anchors.
    words : dict of str to str
        The label of each item.
    """
    names, pairs = (
        list(dict.fromkeys(row["item"] for row in rows)),
        list(dict.fromkeys((row["sample_a"], row["sample_b"]) for row in rows)),
    )
    few, handles = len(pairs) <= len(MARKERS), []
    figure, (axes,) = canvas(1.3 + 0.3 * len(names) + (0.22 * len(pairs) if few else 0))
    for at, pair in enumerate(pairs):
        shift = (at - (len(pairs) - 1) / 2) * 0.22 if few else 0.0
        colour, marker = (COLOURS[at], MARKERS[at]) if few else (GREY, "o")
        for row in rows:
            if (row["sample_a"], row["sample_b"]) == pair:
                place = len(names) - names.index(row["item"]) - shift
                if few and row["dmacs_low"] is not None:
                    axes.plot([row["dmacs_low"], row["dmacs_high"]], [place, place], color=colour, linewidth=1.2)
                axes.scatter(row["dmacs"], place, s=26, marker=marker, color=colour, linewidths=0, zorder=3)
        if few and len(pairs) > 1:
            handles.append(axes.scatter([], [], s=26, marker=marker, color=colour))
    for limit in BENCHMARKS:
        axes.axvline(limit, color=GREY, linewidth=0.8, linestyle=(0, (4, 3)))
    axes.set_yticks(range(len(names), 0, -1), [fill(words[name], 34) for name in names])
    axes.set_ylim(0.3, len(names) + 0.7)
    axes.set_xlim(left=0)
    axes.set_xlabel(_("dMACS (pooled standard deviations of the item)"))
    if handles:
        legend(figure, handles, [_("{a} and {b}", a=first, b=second) for first, second in pairs])
    return figure
