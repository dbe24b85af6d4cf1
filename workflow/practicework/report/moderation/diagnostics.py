"""Diagnostics of a moderation model, and its power curves."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy.special import ndtri

from practicework.report.messages import _
from practicework.report.style import COLOURS, GREY, LINES, MANY, WIDTH, canvas, label, legend, some


def checks(
    influence: pd.DataFrame, without: pd.DataFrame, linearity: pd.DataFrame, curve: pd.DataFrame, words: dict[str, str]
) -> Figure:
    """Plot residuals, their normal quantiles, leave-one-out estimates and effects in terciles.

    Parameters
    ----------
    influence, without, linearity, curve : DataFrame
        The tables `influence`, `leave_one_out` (of one product term), `linearity` and `effect_curve` (of one effect).
    words : dict
        `outcome`, `moderator`, `effect`, `interaction`: axis labels.
    """
    figure = Figure(figsize=(WIDTH, 6.2), layout="constrained")
    axes = figure.subplots(2, 2).ravel()
    _residuals(axes[0], influence, words)
    _quantiles(axes[1], influence)
    _without(axes[2], without, words)
    if linearity.empty:
        axes[3].set_axis_off()
    else:
        _terciles(axes[3], linearity, curve, words)
    for panel, letter in zip(axes, "ABCD", strict=True):
        if panel.axison:
            panel.set_title(letter, loc="left", fontsize=10, fontweight="bold")
    return figure


def _dots(axes: Axes, x: np.ndarray, y: np.ndarray) -> None:
    many, shown = len(x) > MANY, some(len(x))
    x, y = x[shown], y[shown]
    axes.scatter(x, y, s=14, color=GREY, alpha=0.15 if many else 0.6, linewidths=0, rasterized=many)


def _residuals(axes: Axes, influence: pd.DataFrame, words: dict[str, str]) -> None:
    """Residuals over predictions with their smoothed mean, which should be near zero."""
    x, y = influence["fitted"].to_numpy(), influence["residual"].to_numpy()
    _dots(axes, x, y)
    grid = np.linspace(*np.quantile(x, [0.02, 0.98]), 60)
    weights = np.exp(-(((grid[:, None] - x) / max(np.std(x), 1e-12) / 0.6) ** 2) / 2)
    axes.axhline(0, color="black", linewidth=0.8)
    axes.plot(grid, (weights @ y) / weights.sum(axis=1), color=COLOURS[1], linewidth=1.5)
    label(axes, x=_("Predicted {outcome}", outcome=words["outcome"]))
    label(axes, y=_("Residual"))


def _quantiles(axes: Axes, influence: pd.DataFrame) -> None:
    """Studentized residuals over normal quantiles with the pointwise 95% band of normal samples."""
    values = np.sort(influence["studentized_residual"].dropna().to_numpy())
    n = len(values)
    places = (np.arange(1, n + 1) - 0.375) / (n + 0.25)
    values, places = values[some(n)], places[some(n)]
    normal = ndtri(places)
    # the standard error of a normal sample's quantile
    half = 1.96 * np.sqrt(places * (1 - places) / n) / (np.exp(-(normal**2) / 2) / np.sqrt(2 * np.pi))
    axes.fill_between(normal, normal - half, normal + half, color=COLOURS[0], alpha=0.15, linewidth=0)
    axes.plot(normal, normal, color=COLOURS[0], linewidth=1)
    _dots(axes, normal, values)
    label(axes, x=_("Normal quantile"))
    label(axes, y=_("Studentized residual"))


def _without(axes: Axes, without: pd.DataFrame, words: dict[str, str]) -> None:
    """The interaction without each respondent, in order; omissions that change the conclusion stand out."""
    table = without.sort_values("estimate").reset_index(drop=True)
    shown = np.union1d(some(len(table)), np.flatnonzero(table["turns"].notna()))
    table, places = table.iloc[shown], 1 + shown
    changing = table["turns"].notna().to_numpy()
    axes.fill_between(places, table["ci_low"], table["ci_high"], color=COLOURS[0], alpha=0.15, linewidth=0)
    axes.scatter(
        places[~changing], table["estimate"][~changing], s=8, color=COLOURS[0], linewidths=0, rasterized=len(table) > MANY
    )
    axes.scatter(places[changing], table["estimate"][changing], s=24, marker="D", color=COLOURS[1], linewidths=0, zorder=3)
    axes.axhline(0, color="black", linewidth=0.8)
    label(axes, x=_("Omitted respondent, in order"))
    label(axes, y=words["interaction"])


def _terciles(axes: Axes, linearity: pd.DataFrame, curve: pd.DataFrame, words: dict[str, str]) -> None:
    """Effects in terciles of the moderator with the model's line."""
    axes.fill_between(curve["moderator_value"], curve["ci_low"], curve["ci_high"], color=COLOURS[0], alpha=0.15, linewidth=0)
    axes.plot(curve["moderator_value"], curve["effect"], color=COLOURS[0])
    reach = [linearity["effect"] - linearity["ci_low"], linearity["ci_high"] - linearity["effect"]]
    axes.errorbar(linearity["median"], linearity["effect"], yerr=reach, fmt="s", color=COLOURS[1], capsize=3, markersize=5)
    axes.axhline(0, color="black", linewidth=0.8)
    axes.locator_params(steps=[1, 2, 5, 10])
    label(axes, x=words["moderator"])
    label(axes, y=words["effect"])


def sensitivity(curve: pd.DataFrame, n: int, measured: bool) -> Figure:
    """Plot power over the size of the interaction at this N, and over N at the smallest effect size of interest.

    Parameters
    ----------
    curve : DataFrame
        The table `power_curve`.
    n : int
        Respondents in the model.
    measured : bool
        Whether reliabilities below 1 are known, in which case there are two curves.
    """
    figure, axes = canvas(3.2, panels=2, sharey=True)
    labels = {True: _("ΔR² of the scores"), False: _("ΔR² between true scores")}
    for panel, (which, column) in zip(axes, (("delta_r_squared", "delta_r_squared"), ("n", "n")), strict=True):
        some = curve[curve["curve"] == which]
        for (share, rows), colour, line in zip(some.groupby("attenuation", sort=False), COLOURS, LINES, strict=False):
            shown = labels[bool(share == 1)] if measured else _("power")
            panel.plot(rows[column], rows["power"], color=colour, linestyle=line, label=shown)
        panel.axhline(0.8, color=GREY, linewidth=0.8, linestyle=(0, (4, 3)))
        panel.set_ylim(0, 1.02)
    label(axes[0], x=_("True ΔR² (N = {n})", n=f"{n:,}"))
    label(axes[0], y=_("Power"))
    axes[0].set_xlim(0, None)
    axes[1].set_xscale("log")
    sizes = [20, 50, 100, 200, 500, 1000, 2000]
    axes[1].set_xticks(sizes, [f"{size:,}" for size in sizes])
    axes[1].minorticks_off()
    change = curve.loc[curve["curve"] == "n", "delta_r_squared"]
    size = f"{change.iloc[0]:.3g}".replace("0.", ".") if len(change) else ""
    label(axes[1], x=_("Respondents (true ΔR² = {change})", change=size) if size else _("Respondents"))
    axes[1].axvline(n, color=GREY, linewidth=0.8)
    if measured:
        legend(figure, *axes[0].get_legend_handles_labels())
    return figure
