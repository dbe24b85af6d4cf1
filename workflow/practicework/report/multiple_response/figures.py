"""Figures of one question with several answers: shares by part and option, and by group."""

from __future__ import annotations

from itertools import cycle
from textwrap import wrap

from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from practicework.report.coding.figures import heat_map as shades
from practicework.report.messages import _
from practicework.report.multiple_response.facts import Question
from practicework.report.style import COLOURS, GREY, WIDTH, label, legend, wrapped

MARKERS = ("o", "s", "D", "^", "v", "P", "X")
MOST_ROWS = 60
"""Options of all parts that fit on a page."""


def heat_map(one: Question) -> Figure:
    """Draw the share of every option in every part, as shades with percentages."""
    import pandas as pd

    parts, options = list(one.spec.by), list(one.spec.options)
    shares = {(row["by"], row["option"]): row["share"] for row in one.shares}
    values = pd.DataFrame(
        [[shares[part, option] or 0.0 for option in options] for part in parts],
        index=[one.part(part) for part in parts],
        columns=[one.option(option) for option in options],
    )
    marks = values.copy().astype(object)
    for place, part in enumerate(parts):
        for column, option in enumerate(options):
            found = shares[part, option]
            marks.iat[place, column] = "–" if found is None else f"{100 * found:.0f}"
    return shades(values, xlabel=_("Option"), ylabel=one.spec.by_label, marks=marks, top=1.0)


def dots(one: Question) -> Figure:
    """Draw the shares of the options with their intervals."""
    rows = one.known
    figure = Figure(figsize=(WIDTH, 0.9 + 0.3 * len(rows)), layout="constrained")
    axes = figure.subplots()
    for place, row in enumerate(rows):
        axes.plot([100 * row["ci_low"], 100 * row["ci_high"]], [place, place], color=COLOURS[0], linewidth=1.5)
        axes.plot(100 * row["share"], place, "o", color=COLOURS[0], markersize=5)
    axes.set_yticks(range(len(rows)), ["\n".join(wrap(one.option(row["option"]), 40)) for row in rows])
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_xlim(-2, 102)
    label(axes, x=_("Respondents with the option (%)"))
    return figure


def by_group(one: Question, variable: str) -> Figure | None:
    """Draw the shares of the options in each group with their intervals, a panel per part."""
    rows = [row for row in one.rows("by_group") if row["group"] == variable and row["share"] is not None]
    if not rows:
        return None
    levels = list(dict.fromkeys(row["level"] for row in rows))
    parts = list(dict.fromkeys(row["by"] for row in rows))
    options = [option for option in one.spec.options if any(row["option"] == option for row in rows)]
    if len(parts) * len(options) > MOST_ROWS:
        return None
    columns = 2 if len(parts) > 1 else 1
    lines = -(-len(parts) // columns)
    figure = Figure(figsize=(WIDTH, 0.9 + lines * (0.35 + 0.3 * len(options))), layout="constrained")
    panels = figure.subplots(lines, columns, squeeze=False, sharex=True, sharey=True).ravel()
    for axes, part in zip(panels, parts, strict=False):
        for shift, (level, colour, marker) in enumerate(zip(levels, cycle(COLOURS), cycle(MARKERS), strict=False)):
            offset = 0.6 * ((shift + 0.5) / len(levels) - 0.5)
            for row in rows:
                if row["by"] == part and row["level"] == level:
                    place = options.index(row["option"]) + offset
                    axes.plot([100 * row["ci_low"], 100 * row["ci_high"]], [place, place], color=colour, linewidth=1.2)
                    axes.plot(100 * row["share"], place, marker, color=colour, markersize=4.5)
        if part:
            axes.set_title(wrapped(one.part(part), 0.9 * WIDTH / columns), fontsize=9, loc="left")
        axes.set_yticks(range(len(options)), ["\n".join(wrap(one.option(option), 26)) for option in options])
        axes.set_ylim(len(options) - 0.5, -0.5)
        axes.set_xlim(-2, 102)
        axes.grid(axis="x", color=GREY, alpha=0.2, linewidth=0.6)
    for axes in panels[len(parts) :]:
        axes.set_visible(False)
    for place in range(columns):
        last = max((at for at in range(len(parts)) if at % columns == place), default=place)
        label(panels[last], x=_("Respondents with the option (%)"))
        panels[last].tick_params(labelbottom=True)
    handles = [
        Line2D([], [], color=colour, marker=marker, markersize=4.5, linewidth=1.2)
        for _level, colour, marker in zip(levels, cycle(COLOURS), cycle(MARKERS), strict=False)
    ]
    legend(figure, handles, [one.level(variable, level) for level in levels], one.context.label(variable))
    return figure


def agreement(one: Question) -> Figure | None:
    """Draw the joint display: the survey's shares with intervals, by what the cases claim."""
    rows = [row for row in one.rows("joint_display") if row["share"] is not None]
    if not rows or len(rows) > MOST_ROWS:
        return None
    words = {code: texts[0] for code, texts in one.spec.by.items()}
    blocks: dict[tuple, list[dict]] = {}
    for row in rows:
        blocks.setdefault((row["by"], row["group"]), []).append(row)
    places, names, heads, at = [], [], [], 0
    figure = Figure(figsize=(WIDTH, 1.1 + 0.16 * (len(rows) + 1.4 * len(blocks))), layout="constrained")
    axes = figure.subplots()
    colours = {"agrees": COLOURS[0], "differs": COLOURS[1], "undecided": GREY}
    for (by, group), own in blocks.items():
        heads.append((at, f"{words.get(by, by)}{f' ({group})' if group else ''}"))
        at += 1
        for row in own:
            colour, used = colours[row["agreement"]], row["claim"] != "-"
            axes.plot([100 * row["ci_low"], 100 * row["ci_high"]], [at, at], color=colour, linewidth=1.3)
            axes.plot(100 * row["share"], at, "s" if used else "o", color=colour, markersize=4.8,
                      markerfacecolor=colour if used else "white", zorder=3)  # fmt: skip
            places.append(at)
            names.append(one.option(row["option"]))
            at += 1
    ticks = [*places, *(place for place, _head in heads)]
    axes.set_yticks(ticks, [*names, *(head for _place, head in heads)])
    for tick, place in zip(axes.get_yticklabels(), ticks, strict=True):
        tick.set_fontsize(8)
        if place not in places:
            tick.set_fontweight("bold")
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(at - 0.4, -0.6)
    axes.set_xlim(-2, 102)
    axes.axvline(100 * one.spec.joint_display.threshold, color="black", linewidth=0.8, linestyle=(0, (4, 3)))
    label(axes, x=_("Respondents with the option (%)"))
    found = [name for name in colours if any(row["agreement"] == name for row in rows)]
    handles = [Line2D([], [], color=colours[name], linewidth=2.5) for name in found]
    titles = {"agrees": _("survey agrees"), "differs": _("survey differs"), "undecided": _("undecided")}
    labels = [titles[name] for name in found]
    for used, words_ in ((True, _("use claimed by the cases")), (False, _("no use claimed"))):
        if any((row["claim"] != "-") == used for row in rows):
            handles.append(Line2D([], [], color=GREY, marker="s" if used else "o", linestyle="none", markersize=4.8,
                                  markerfacecolor=GREY if used else "white"))  # fmt: skip
            labels.append(words_)
    legend(figure, handles, labels)
    return figure
