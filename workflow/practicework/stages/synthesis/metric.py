"""Whether the variables of the models mean the same in all samples, and whether they are as reliable."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd
from scipy.special import chdtrc

from practicework.study.published import Printed, parse
from practicework.study.replication import Claim, alternatives
from practicework.study.scale import Scale
from practicework.study.settings import Model

FAR = 5.0
"""The ratio of standard deviations from which a variable without a declared range may have other units."""


def rows(
    name: str, model: Model, samples: Iterable[str], inputs: Mapping[str, pd.DataFrame], scales: Mapping[str, Scale],
    claims: Iterable[Claim],
) -> list[dict]:  # fmt: skip
    """Return the rows of a model in the table `metric`.

    Samples of a study share the files of their scales, so items, response range and scoring agree. What print tells of the
    published scales is compared with them, and variables without a declared range by their standard deviations.
    """
    found, printed = [], _printed(claims)
    for variable in model.variables:
        scale = scales.get(variable)
        fixed = (
            {"scoring": scale.scoring.method, "response_min": scale.response.min, "response_max": scale.response.max}
            if scale
            else {}
        )
        fixed |= {"items": len(scale.items)} if scale else {}
        own = []
        for sample in samples:
            summary = inputs[f"{sample}/scoring/summary"].set_index("variable")
            row = {"model": name, "variable": variable, "sample": sample, "same": True} | fixed
            row |= {key: float(summary.loc[variable, key]) for key in ("mean", "sd")}
            if scale:
                alphas = inputs[f"{sample}/reliability/scales"].set_index("scale").loc[variable]
                row |= {key: float(alphas[key]) for key in ("alpha", "alpha_low", "alpha_high")}
            own.append(row)
        spread = [row["sd"] for row in own if row["sd"] > 0]
        if scale is None and spread and max(spread) > FAR * min(spread):
            for row in own:
                row |= {"same": False, "note": "standard deviations differ by a factor of more than 5: are the units the same?"}
        found += own
        if scale and (facts := printed.get(variable)):
            found.append({"model": name, "variable": variable, "sample": "published"} | _published(facts, scale))
    return found


def _printed(claims: Iterable[Claim]) -> dict[str, dict[str, Printed]]:
    """What print tells of each scale: the columns of `reliability/scales` with their values."""
    found: dict[str, dict[str, Printed]] = {}
    for claim in claims:
        if claim.table == "reliability/scales" and claim.column:
            for scale in alternatives(claim.row.get("scale", "")):
                found.setdefault(scale, {})[claim.column] = parse(claim.published)
    return found


def _published(facts: Mapping[str, Printed], scale: Scale) -> dict:
    differing = [
        what
        for what, column, own in (
            ("items", "items", len(scale.items)),
            ("response points", "response_points", scale.response.points),
        )
        if column in facts and not facts[column].sign and not facts[column].agrees(own)
    ]
    row = {"same": not differing, "note": f"the published scale has other {' and '.join(differing)}" if differing else None}
    row |= {"items": int(facts["items"].number)} if "items" in facts else {}
    return row | {key: facts[key].number for key in ("mean", "sd", "alpha") if key in facts and not facts[key].sign}


def drift(
    scales: Mapping[str, Scale], samples: Iterable[str], inputs: Mapping[str, pd.DataFrame], claims: Iterable[Claim]
) -> list[dict]:
    """Return the table `reliability_drift`.

    ln(1 − α) is compared between samples, with variance 2k/((k − 1)(n − 2)) for k items: χ² of the weighted deviations on the
    number of samples less one (Bonett, 2002).
    """
    found, printed, samples = [], _printed(claims), list(samples)
    for name, scale in scales.items():
        published, usable, k = printed.get(name, {}).get("alpha"), [], len(scale.items)
        for sample in samples:
            own = inputs[f"{sample}/reliability/scales"].set_index("scale").loc[name]
            row = {"scale": name, "sample": sample, "n": int(own["n"])}
            row |= {key: float(own[key]) for key in ("alpha", "alpha_low", "alpha_high")}
            if published is not None and not published.sign and np.isfinite(row["alpha_low"]):
                row["published_inside"] = bool(row["alpha_low"] <= published.number <= row["alpha_high"])
            found.append(row)
            if k > 1 and row["alpha"] < 1 and row["n"] > 2:
                usable.append((np.log(1 - row["alpha"]), 2 * k / ((k - 1) * (row["n"] - 2))))
        if published is not None and not published.sign:
            found.append({"scale": name, "sample": "published", "alpha": published.number})
        if len(usable) > 1:
            y, v = np.array(usable).T
            q = float(((y - (y / v).sum() / (1 / v).sum()) ** 2 / v).sum())
            found.append({"scale": name, "sample": "all", "chisq": q, "df": len(y) - 1, "p": float(chdtrc(len(y) - 1, q))})
    return found
