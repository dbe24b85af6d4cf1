"""What the page's moderation explorer reads: stored curves and lines; nothing is computed anew."""

from __future__ import annotations

import math

import pandas as pd

from practicework.report import apa
from practicework.report.messages import _
from practicework.report.moderation.facts import Model, ends, errors_words, probe_words, shown_probes
from practicework.report.section import Template


def explorer(model: Model) -> Template | None:
    """Return a model's explorer; None for a moderator that is not continuous or a categorical predictor.

    Lines are stored predictions at the ends of the predictor's range; between two of them, a prediction is linear in the
    moderator.
    """
    context, spec = model.context, model.spec
    curve, slopes, scores = model.frame("effect_curve"), model.frame("simple_slopes"), model.scores
    if curve.empty or not model.continuous or model.predictor_is_categorical or spec.square:  # with a square, lines are curves
        return None
    low, high = ends(model.by)
    grid = curve["moderator_value"].tolist()
    probes = shown_probes(list(slopes["probe"]))
    lines = [_line(slopes[slopes["probe"] == probe]) for probe in probes]
    if any(curve[column].isna().any() for column in ("effect", low, high)) or lines[0]["w"] == lines[-1]["w"]:
        return None
    error = float((curve[high] - curve[low]).min()) / 4
    start = min(range(len(grid)), key=lambda place: abs(grid[place] - float(scores[spec.moderator].median())))
    names = {role: context.label(getattr(spec, role)) for role in ("moderator", "predictor", "outcome")}
    fixed = [f"{probe_words(probe)} ({apa.brief(line['w'])})" for probe, line in zip(probes, lines, strict=True)]
    note = context.note(
        _("Left: the effect with its {level} ({errors}) at the chosen value.", level=model.level, errors=errors_words(model.by)),
        _("Right: predicted {outcome} at the chosen value (thick line), the {first} (dotted) and the {last} (dashed).",
          outcome=model.y, first=fixed[0], last=fixed[-1]),
        _("Covariates are at their means.") if spec.covariates else "",
        f"N = {model.fit['n']:,}.",
    )  # fmt: skip
    return Template(
        "explorer.html",
        {
            "name": model.name,
            "title": _("{moderator}, from {low} to {high}", moderator=context.axis(spec.moderator), low=apa.brief(grid[0]),
                       high=apa.brief(grid[-1])),
            "steps": len(grid) - 1,
            "start": start,
            "note": note,
            "data": {
                **names,
                "effect_label": _("Effect of {x}", x=model.x),
                "moderator_digits": max(0, math.ceil(-math.log10(grid[1] - grid[0]))),
                "digits": apa.decimals_for(error),
                "sentence": _("effect {effect}, {level} [{low}, {high}]: {sign}", level=model.level, effect="{effect}",
                              low="{low}", high="{high}", sign="{sign}"),
                "share": _("{percent}% of respondents have this value or a lower one.", percent="{percent}"),
                "signs": [_("negative"), _("not significant"), _("positive")],
                "grid": grid,
                "effect": curve["effect"].tolist(),
                "low": curve[low].tolist(),
                "high": curve[high].tolist(),
                "below": [100 * float((scores[spec.moderator] <= value + 1e-9).mean()) for value in grid],
                "range": [float(slopes["predictor_value"].min()), float(slopes["predictor_value"].max())],
                "lines": lines,
            },
        },
    )  # fmt: skip


def _line(rows: pd.DataFrame) -> dict[str, float]:
    """A stored line: the moderator's value, and the predictions at both ends of the predictor's range."""
    first, last = rows.iloc[rows["predictor_value"].argmin()], rows.iloc[rows["predictor_value"].argmax()]
    return {"w": float(first["moderator_value"]), "y0": float(first["predicted"]), "y1": float(last["predicted"])}
