"""Figures of one question with several answers, with their captions."""

from __future__ import annotations

from practicework.report import apa
from practicework.report.messages import _
from practicework.report.multiple_response import figures
from practicework.report.multiple_response.facts import Question, of
from practicework.report.table import Drawing


def shares(one: Question) -> Drawing:
    """Return the figure of all shares."""
    name = f"multiple_response_{one.name}_shares"
    if one.spec.by:
        caption = one.context.note(
            _("{question}: respondents who ticked each option, by {by}, in percent of those whose answer is known ({n}).",
              question=one.title, by=apa.lower(one.spec.by_label), n=one.of),
            _("Darker cells are larger shares; a dash marks options that were not asked."),
        )  # fmt: skip
        return Drawing(name, figures.heat_map(one), caption, _("A grid of options and parts with percentages."))
    caption = one.context.note(
        _("{question}: respondents who ticked each option, in percent of those whose answer is known ({n}).",
          question=one.title, n=one.of),
        _("Lines are Wilson's 95% intervals."),
    )  # fmt: skip
    return Drawing(name, figures.dots(one), caption, _("Points with intervals, one row per option."))


def by_group(one: Question, variable: str) -> Drawing | None:
    """Return the figure of the shares in groups; None if there are none."""
    figure = figures.by_group(one, variable)
    if figure is None:
        return None
    caption = one.context.note(
        _("{question} by {variable}: respondents who ticked each option, in percent ({n}).", question=one.title,
          variable=one.context.inline(variable), n=_of_groups(one, variable)),
        _("Lines are Wilson's 95% intervals; groups of fewer than five respondents are not shown."),
    )  # fmt: skip
    alternative = _("Points with intervals for each group, one row per option, a panel per part.")
    return Drawing(f"multiple_response_{one.name}_by_{variable}", figure, caption, alternative)


def _of_groups(one: Question, variable: str) -> str:
    """The respondents of all groups that are shown."""
    numbers: dict[tuple, int] = {}
    for row in one.rows("by_group"):
        if row["group"] == variable and row["share"] is not None:
            numbers[row["by"], row["option"]] = numbers.get((row["by"], row["option"]), 0) + row["n"]
    return of(numbers.values())


def agreement(one: Question) -> Drawing | None:
    """Return the figure of the claims of cases; None if there are none."""
    figure = figures.agreement(one)
    if figure is None:
        return None
    caption = one.context.note(
        _("{question}: the survey's shares in percent of respondents ({n}), with Wilson's 95% intervals, by what cases claim.",
          question=one.title, n=of(row["n"] for row in one.rows("joint_display") if row["share"] is not None)),
        _("Filled squares are uses that the cases claim, hollow circles are uses that they do not; the dashed line is the "
          "declared threshold."),
    )  # fmt: skip
    alternative = _("Points with intervals for each claim, in groups by part, with a vertical line at the threshold.")
    return Drawing(f"multiple_response_{one.name}_joint_display", figure, caption, alternative)
