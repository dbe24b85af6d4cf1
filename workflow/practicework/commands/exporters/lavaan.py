"""R code that fits a study's confirmatory factor model with the package lavaan."""

from practicework.commands.exporters import r
from practicework.errors import StudyError
from practicework.study.scale import Scale

_REVERSED = """\
# Reverse-keyed items are recoded on the declared range (min + max - answer), as in practicework. Without recoding, the
# model would fit equally well, but their loadings would be negative.
keyed <- responses"""
_SINGLE = """\
# Single-item scales are not part of the model, but respondents who did not answer them are excluded."""


def script(scales: list[Scale]) -> str:
    """Return R code that fits a model with one factor per scale of several items.

    Run on a data frame `responses`, the code creates the fitted model `fit`. Its fit and standardised loadings are those
    of the model `all` in the tables of `dimensionality` (or of the scale's own model if there is only one scale).

    Parameters
    ----------
    scales : list of Scale

    Raises
    ------
    StudyError
        If an item's name is a reserved word in R, or no scale has several items.

    Notes
    -----
    The call is ``lavaan::cfa(model, data, std.lv = TRUE)``: maximum likelihood, complete rows, factors of unit
    variance that correlate freely. The syntax is that of ``?lavaan::model.syntax``.
    """
    r.check(scales)
    single = [item for scale in scales for item in scale.item_ids if len(scale.items) == 1]
    scales = [scale for scale in scales if len(scale.items) > 1]
    if not scales:
        raise StudyError("no scale has several items; a confirmatory factor model requires at least one such scale.")
    items = {item for scale in scales for item in scale.item_ids}
    lines = r.head("Confirmatory factor analysis with the R package lavaan, as in practicework: one factor per scale.", "lavaan")
    turned = [
        f"keyed${item} <- {scale.response.min:g} + {scale.response.max:g} - keyed${item}"
        for scale in scales
        for item in scale.reversed_ids
    ]
    data = "keyed" if turned else "responses"
    lines += [_REVERSED, *turned, ""] if turned else []
    lines += [_SINGLE, f"{data} <- {data}[complete.cases({data}[{r.strings(single)}]), ]", ""] if single else []
    lines.append('model <- "')
    for scale in scales:
        lines.append(f"  {factor(scale.id, items)} =~ {' + '.join(scale.item_ids)}")
    lines += ['"', "", "# maximum likelihood, respondents who answered all items, factors of unit variance"]
    lines += [f"fit <- cfa(model, data = {data}, std.lv = TRUE)"]
    return "\n".join([*lines, "summary(fit, fit.measures = TRUE, standardized = TRUE)"]) + "\n"


def factor(scale_id: str, items: set[str]) -> str:
    """Return the factor's name: the scale's id, prefixed with `f_` if lavaan cannot read it or an item has the same name."""
    return f"f_{scale_id}" if scale_id[0].isdigit() or scale_id in r.RESERVED or scale_id in items else scale_id
