"""R code that fits a study's confirmatory factor model with the package lavaan."""

from practicework.commands.exporters import r
from practicework.errors import StudyError
from practicework.study.scale import Scale

_REVERSED = """\
# Reverse-keyed items are turned on the declared range, min + max - answer, as practicework does. Left as they were
# answered, the model would fit equally well, and their loadings would be negative.
keyed <- responses"""
_SINGLE = """\
# A single item has no structure, so that its scale stays out of the model; who left it out stays out, too."""


def script(scales: list[Scale]) -> str:
    """R code with the model of the scales of several items, one factor a scale, and the call that fits it.

    Run on a data frame `responses`, it leaves the fitted model `fit`, whose fit and standardised loadings are those
    of the model `all` in the tables of `dimensionality` (of the scale's own model, where there is one scale).

    Parameters
    ----------
    scales : list of Scale

    Raises
    ------
    StudyError
        An item's name is a word that R reserves, or no scale has several items.

    Notes
    -----
    The call is ``lavaan::cfa(model, data, std.lv = TRUE)``: maximum likelihood, complete rows, factors of unit
    variance that correlate freely. The syntax is that of ``?lavaan::model.syntax``.
    """
    r.check(scales)
    single = [item for scale in scales for item in scale.item_ids if len(scale.items) == 1]
    scales = [scale for scale in scales if len(scale.items) > 1]
    if not scales:
        raise StudyError("no scale has several items, and a single item has no structure that a model could test.")
    items = {item for scale in scales for item in scale.item_ids}
    lines = r.head("Confirmatory factor analysis with R's package lavaan, as practicework fits it: one factor a scale.", "lavaan")
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
        lines.append(f"  {_factor(scale.id, items)} =~ {' + '.join(scale.item_ids)}")
    lines += ['"', "", "# maximum likelihood, respondents who answered all items, factors of unit variance"]
    lines += [f"fit <- cfa(model, data = {data}, std.lv = TRUE)"]
    return "\n".join([*lines, "summary(fit, fit.measures = TRUE, standardized = TRUE)"]) + "\n"


def _factor(scale_id: str, items: set[str]) -> str:
    """A factor's name: the scale's, with a letter in front where lavaan could not read it or an item has it, too."""
    return f"f_{scale_id}" if scale_id[0].isdigit() or scale_id in r.RESERVED or scale_id in items else scale_id
