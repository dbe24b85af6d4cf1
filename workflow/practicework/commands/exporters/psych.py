"""R code that computes a study's scores with the package psych."""

from practicework.commands.exporters import r
from practicework.commands.exporters.shared import line
from practicework.study.scale import Scale

_KEYS = "# A minus marks a reverse-keyed item; psych turns it on the declared range, min + max - answer."
_RULE = """\
# psych has no rule for missing answers: it averages, or adds up, whatever was answered (and warns of such sums).
# practicework gives no score below a number of answered items, and prorates from there; the lines that use
# `answered` do the same, and are all in which psych's own scores differ.
answered <- function(scale) rowSums(!is.na(responses[sub("^-", "", keys[[scale]])]))
scores <- data.frame(row.names = seq_len(nrow(responses)))"""


def script(scales: list[Scale]) -> str:
    """R code with the keys of the scales and the calls that score them.

    Run on a data frame `responses`, it leaves a data frame `scores` whose columns equal the table `scoring/scores`,
    missing answers included.

    Parameters
    ----------
    scales : list of Scale

    Raises
    ------
    StudyError
        An item's name is a word that R reserves.

    Notes
    -----
    The call is ``psych::scoreItems(keys, items, totals, impute = "none", min, max)``. Without `min` and `max` psych
    would turn reversed items on the range that was observed, and without `impute` it would fill in medians.
    """
    r.check(scales)
    lines = r.head("Scale scores with R's package psych, as practicework computes them.", "psych")
    keys = ",\n".join(f"  {r.name(scale.id)} = {r.strings(_keyed(scale))}" for scale in scales)
    lines += [_KEYS, f"keys <- list(\n{keys}\n)", "", _RULE]
    for scale in scales:
        lines += ["", *_scored(scale)]
    return "\n".join(lines) + "\n"


def _keyed(scale: Scale) -> list[str]:
    """The items' names, those of reverse-keyed ones with a minus."""
    return [f"-{item.id}" if item.reverse else item.id for item in scale.items]


def _scored(scale: Scale) -> list[str]:
    """The lines that score one scale."""
    low, high, items = f"{scale.response.min:g}", f"{scale.response.max:g}", len(scale.items)
    own, quoted, method = f"scores${r.name(scale.id)}", f'"{scale.id}"', scale.scoring.method
    rule = {"mean": "mean", "sum": "sum", "pomp": "percent of the maximum possible"}[method]
    bottom, top = (f"{end:g}" for end in scale.score_range)
    lines = [f"# {line(scale.label)}: {rule} of {items} item{'s' if items > 1 else ''}, {bottom} to {top}"]
    if items == 1:  # which scoreItems refuses
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
