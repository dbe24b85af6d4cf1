"""R code that computes a study's scores with the package psych."""

from practicework.commands.exporters import r
from practicework.commands.exporters.shared import line
from practicework.study.scale import Scale

_KEYS = "# A minus sign marks a reverse-keyed item; psych recodes it on the declared range (min + max - answer)."
_RULE = """\
# psych averages or sums the available answers, however few (and warns about such sums). practicework requires a minimum
# number of answered items and prorates for the missing ones. The lines that use `answered` apply this rule, which is the
# only difference from psych's own scores.
answered <- function(scale) rowSums(!is.na(responses[sub("^-", "", keys[[scale]])]))
scores <- data.frame(row.names = seq_len(nrow(responses)))"""


def script(scales: list[Scale]) -> str:
    """Return R code with the scoring keys of the scales and the calls that score them.

    Run on a data frame `responses`, the code creates a data frame `scores` whose columns equal the table
    `scoring/scores`, also for respondents with missing answers.

    Parameters
    ----------
    scales : list of Scale

    Raises
    ------
    StudyError
        If an item's name is a reserved word in R.

    Notes
    -----
    The call is ``psych::scoreItems(keys, items, totals, impute = "none", min, max)``. Without `min` and `max`,
    psych would recode reversed items on the observed range; without `impute`, it would impute medians.
    """
    r.check(scales)
    lines = r.head("Scale scores with the R package psych, as computed by practicework.", "psych")
    keys = ",\n".join(f"  {r.name(scale.id)} = {r.strings(_keyed(scale))}" for scale in scales)
    lines += [_KEYS, f"keys <- list(\n{keys}\n)", "", _RULE]
    for scale in scales:
        lines += ["", *_scored(scale)]
    return "\n".join(lines) + "\n"


def _keyed(scale: Scale) -> list[str]:
    """The items' names, with a minus sign before reverse-keyed items."""
    return [f"-{item.id}" if item.reverse else item.id for item in scale.items]


def _scored(scale: Scale) -> list[str]:
    """The lines that score one scale."""
    low, high, items = f"{scale.response.min:g}", f"{scale.response.max:g}", len(scale.items)
    own, quoted, method = f"scores${r.name(scale.id)}", f'"{scale.id}"', scale.scoring.method
    rule = {"mean": "mean", "sum": "sum", "pomp": "percent of the maximum possible"}[method]
    bottom, top = (f"{end:g}" for end in scale.score_range)
    lines = [f"# {line(scale.label)}: {rule} of {items} item{'s' if items > 1 else ''}, {bottom} to {top}"]
    if items == 1:  # scoreItems refuses single items
        (item,) = scale.items
        lines.append(f'{own} <- {f"{low} + {high} - " if item.reverse else ""}responses[["{item.id}"]]')
    else:
        totals = "TRUE" if method == "sum" else "FALSE"
        lines += [
            f"scored <- scoreItems(keys[{quoted}], responses, totals = {totals}, "
            f'impute = "none", min = {low}, max = {high})$scores[, 1]',
            f"{own} <- scored{f' * {items} / answered({quoted})' if method == 'sum' else ''}",
            f"{own}[answered({quoted}) < {scale.needed}] <- NA",
        ]
    if method == "pomp":
        lines.append(f"{own} <- 100 * ({own} - {low}) / ({high} - {low})")
    return lines
