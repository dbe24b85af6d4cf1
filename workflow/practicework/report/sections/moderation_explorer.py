"""What the page's moderation explorer reads: stored curves and lines, nothing computed anew."""

import math

import pandas as pd

from practicework.report import apa
from practicework.report.context import Context
from practicework.report.figures.moderation import PROBE_WORDS, shown_probes
from practicework.report.sections import moderation_certainty as certainty


def explorer(context: Context, name: str) -> dict | None:
    """The data of a model's explorer; None where the moderator is no quantity or the predictor has several effects.

    Lines are stored predictions at the ends of the predictor's range; between two of them a prediction is linear in the
    moderator.
    """
    study, model = context.study, context.study.models[name]
    curve, slopes = (context.results[f"moderation/{name}/{table}"] for table in ("effect_curve", "simple_slopes"))
    scores = context.results["scoring/scores"].dropna(subset=model.variables)
    categories = {model.predictor, model.moderator} & set(study.config.categories)
    if curve.empty or categories or scores[model.moderator].nunique() == 2:
        return None
    by = certainty.closed_form(context)
    low, high = certainty.ENDS[by]
    grid = curve["moderator_value"].tolist()
    probes = shown_probes(slopes["probe"])
    lines = [_line(slopes[slopes["probe"] == probe]) for probe in probes]
    if any(curve[column].isna().any() for column in ("effect", low, high)) or lines[0]["w"] == lines[-1]["w"]:
        return None
    error = float((curve[high] - curve[low]).min()) / 4
    start = min(range(len(grid)), key=lambda place: abs(grid[place] - float(scores[model.moderator].median())))
    level = f"{100 * study.config.moderation.confidence:g}% CI"
    names = {role: study.label(getattr(model, role)) for role in ("moderator", "predictor", "outcome")}
    return {
        "title": f"{context.named(model.moderator)}, from {apa.brief(grid[0])} to {apa.brief(grid[-1])}",
        "outcome": apa.lower(names["outcome"]),
        "steps": len(grid) - 1,
        "start": start,
        "level": level,
        "by": certainty.INTERVALS[by],
        "fixed": [f"{PROBE_WORDS.get(probe, probe)} ({line['w']:.4g})" for probe, line in zip(probes, lines, strict=True)][
            :: len(lines) - 1
        ],
        "data": {
            **names,
            "moderator_words": names["moderator"],
            "moderator_digits": max(0, math.ceil(-math.log10(grid[1] - grid[0]))),
            "digits": apa.decimals_for(error),
            "level": level,
            "grid": grid,
            "effect": curve["effect"].tolist(),
            "low": curve[low].tolist(),
            "high": curve[high].tolist(),
            "below": [100 * float((scores[model.moderator] <= value + 1e-9).mean()) for value in grid],
            "range": [float(slopes["predictor_value"].min()), float(slopes["predictor_value"].max())],
            "lines": lines,
        },
    }


def _line(rows: pd.DataFrame) -> dict[str, float]:
    """A stored line: the moderator's value, and the predictions at both ends of the predictor's range."""
    first, last = rows.iloc[rows["predictor_value"].argmin()], rows.iloc[rows["predictor_value"].argmax()]
    return {"w": float(first["moderator_value"]), "y0": float(first["predicted"]), "y1": float(last["predicted"])}
