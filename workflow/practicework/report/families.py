"""The words for outcomes that are not quantities, which moderation and process models share."""

from practicework.report.messages import _


def method(family: str | None, *, firth: bool) -> str:
    """Return the kind of regression of an outcome, inside a sentence."""
    if firth:
        return _("logistic regression with Firth's penalised likelihood")
    return {
        "binary": _("logistic regression"),
        "count": _("negative binomial regression"),
        "ordered": _("proportional-odds regression"),
    }.get(family or "") or _("ordinary least squares")
