"""Simple slopes and the Johnson–Neyman plot of a moderation model."""

from textwrap import fill

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from practicework.report import apa
from practicework.report.messages import _
from practicework.report.moderation.facts import shown_probes
from practicework.report.style import COLOURS, GREY, LINES, MANY, canvas, label, legend, some

SIGN_COLOURS = {"positive": COLOURS[0], "negative": COLOURS[1], "not significant": GREY}


def simple_slopes(
    slopes: pd.DataFrame,
    points: pd.DataFrame,
    words: dict[str, str],
    names: dict[str, str],
    categories: dict[float, str] | None = None,
) -> Figure:
    """Plot predicted lines with confidence bands at probed moderator values, over the respondents.

    Parameters
    ----------
    slopes : DataFrame
        The table `moderation/{model}/simple_slopes`.
    points : DataFrame
        The respondents in the model, columns `predictor` and `outcome`.
    words : dict
        `predictor`, `outcome`: axis labels; `moderator`: its name.
    names : dict
        The words for each probe.
    categories : dict, optional
        The categories of a categorical predictor: means with intervals are drawn instead of lines.
    """
    figure, (axes,) = canvas(4.0)
    values = np.unique(points["predictor"].to_numpy(float))
    points = points.iloc[some(len(points))]
    x = points["predictor"].to_numpy(float)
    if len(values) == 2 or categories:  # spread the columns of dots sideways, evenly, so that their number shows
        x = x + 0.12 * np.ptp(x) / (len(values) - 1) * ((np.arange(len(x)) * 0.618034) % 1 - 0.5)
    axes.scatter(
        x, points["outcome"], s=16, color=GREY, alpha=0.45 if len(points) <= MANY else 0.12,
        linewidths=0, rasterized=len(points) > MANY, zorder=1,
    )  # fmt: skip
    probes = shown_probes(list(slopes["probe"]))
    seen: set[float] = set()
    for number, (colour, line, probe) in enumerate(zip(COLOURS, LINES * 2, probes, strict=False)):
        rows = slopes[slopes["probe"] == probe]
        value = rows["moderator_value"].iloc[0]
        if value in seen:  # two percentiles of a coarse moderator may coincide
            continue
        seen.add(value)
        shown = names[probe]
        if categories:
            place = rows["predictor_value"] + 0.1 * (number - (len(probes) - 1) / 2)
            reach = [rows["predicted"] - rows["ci_low"], rows["ci_high"] - rows["predicted"]]
            axes.errorbar(
                place, rows["predicted"], yerr=reach, fmt="os^Dvp"[number], color=colour, label=shown, capsize=3, zorder=3
            )
            continue
        axes.fill_between(rows["predictor_value"], rows["ci_low"], rows["ci_high"], color=colour, alpha=0.15, linewidth=0)
        axes.plot(rows["predictor_value"], rows["predicted"], color=colour, linestyle=line, label=shown, zorder=3)
    label(axes, x=words["predictor"])
    label(axes, y=words["outcome"])
    axes.locator_params(steps=[1, 2, 5, 10])
    if len(values) == 2 or categories:
        axes.set_xticks(values, [fill(categories[value], 16) for value in values] if categories else None)
    legend(figure, *axes.get_legend_handles_labels(), title=words["moderator"])
    return figure


def slopes_by_second(
    slopes: pd.DataFrame, points: pd.DataFrame, words: dict[str, str], names: dict[str, str], titles: dict[str, str]
) -> Figure:
    """Plot predicted lines at values of the moderator, a panel for each value of a second moderator.

    Parameters
    ----------
    slopes, points, words
        As for `simple_slopes`.
    names : dict
        The words for each probe of the moderator that is drawn.
    titles : dict
        The title of the panel of each probe of the second moderator.
    """
    figure, panels = canvas(3.6, len(titles), sharey=True, sharex=True)
    points = points.iloc[some(len(points))]
    for axes, (second, title) in zip(panels, titles.items(), strict=True):
        axes.scatter(points["predictor"], points["outcome"], s=9, color=GREY, alpha=0.3 if len(points) <= MANY else 0.1,
                     linewidths=0, rasterized=len(points) > MANY, zorder=1)  # fmt: skip
        for colour, line, (probe, shown) in zip(COLOURS, LINES * 2, names.items(), strict=False):
            rows = slopes[(slopes["probe"] == probe) & (slopes["second_probe"] == second)]
            axes.fill_between(rows["predictor_value"], rows["ci_low"], rows["ci_high"], color=colour, alpha=0.15, linewidth=0)
            axes.plot(rows["predictor_value"], rows["predicted"], color=colour, linestyle=line, label=shown, zorder=3)
        axes.set_title(fill(title, 72 // len(titles)), fontsize=9)
        axes.locator_params(steps=[1, 2, 5, 10])
    label(panels[len(panels) // 2] if len(panels) % 2 else panels[0], x=words["predictor"])
    label(panels[0], y=words["outcome"])
    legend(figure, *panels[0].get_legend_handles_labels(), title=words["moderator"])
    return figure


def johnson_neyman(
    curve: pd.DataFrame, regions: pd.DataFrame, boundaries: pd.DataFrame, values: pd.Series, words: dict[str, str]
) -> Figure:
    """Plot the predictor's effect over the moderator with its band, regions of significance and a rug of the data.

    Parameters
    ----------
    curve, regions, boundaries : DataFrame
        The tables `effect_curve`, `johnson_neyman_regions` and `johnson_neyman` of the model.
    values : Series
        The moderator of the respondents in the model.
    words : dict
        `moderator`, `effect`: axis labels.
    """
    figure, (axes,) = canvas(3.6)
    percents = regions.groupby("sign")["percent"].sum()
    x = curve["moderator_value"].to_numpy()
    for row in regions.itertuples(index=False):
        start, end, sign = row[:3]
        inside = np.union1d(x[(x >= start) & (x <= end)], [start, end])
        band = [np.interp(inside, x, curve[column]) for column in ("ci_low", "ci_high", "effect")]
        colour = SIGN_COLOURS[sign]
        axes.fill_between(
            inside, band[0], band[1], color=colour, alpha=0.2, linewidth=0, label=f"{_(sign)} ({percents[sign]:.0f}%)"
        )
        axes.plot(inside, band[2], color=colour)
    axes.axhline(0, color="black", linewidth=0.8)
    for boundary in boundaries.loc[boundaries["in_range"], "boundary"]:
        axes.axvline(boundary, color="black", linewidth=0.8, linestyle=(0, (4, 3)))
        axes.annotate(
            apa.brief(boundary), (boundary, 1), xycoords=("data", "axes fraction"), xytext=(0, 2),
            textcoords="offset points", ha="center", va="bottom", fontsize=8.5,
        )  # fmt: skip
    places, counts = np.unique(values, return_counts=True)
    places, counts = places[some(len(places))], counts[some(len(places))]
    axes.vlines(places, 0, 0.1 * counts / counts.max(), transform=axes.get_xaxis_transform(), color="black", linewidth=0.9)
    axes.margins(x=0.02)
    low, high = axes.get_ylim()
    axes.set_ylim(low - 0.15 * (high - low), high)  # room for the rug
    axes.locator_params(steps=[1, 2, 5, 10])
    label(axes, x=words["moderator"])
    label(axes, y=words["effect"])
    handles = dict(zip(*reversed(axes.get_legend_handles_labels()), strict=True))  # one entry per sign
    legend(figure, handles.values(), handles, title=_("Effect (share of respondents)"))
    return figure
