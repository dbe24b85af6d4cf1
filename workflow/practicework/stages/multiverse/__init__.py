"""Multiverse: would another defensible analysis have found the interaction?

Every combination of declared choices, a summary of the estimates, and one valid test of all of them.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from practicework.errors import NotComputable
from practicework.numerics.seeds import Streams
from practicework.stages.multiverse import summaries
from practicework.stages.multiverse.sample import Sample
from practicework.stages.multiverse.specifications import Fitter, distinct
from practicework.stages.multiverse.summaries import EVERY
from practicework.study import Study
from practicework.study.multiverse import axes, set_of
from practicework.study.multiverse import specifications as combinations
from practicework.study.pipeline import Part
from practicework.tables import frame

TABLE = "multiverse/{model}"


def analyse(
    study: Study,
    name: str,
    responses: pd.DataFrame,
    rng: np.random.Generator,
    ledger: pd.DataFrame | None = None,
    indices: pd.DataFrame | None = None,
) -> dict[str, pd.DataFrame]:
    """Return every table of the multiverse of one moderation model.

    Parameters
    ----------
    study : Study
    name : str
        The model's name.
    responses : DataFrame
        `ingest/responses`: all respondents, before any exclusion; each specification is listwise.
    rng : numpy.random.Generator
        For the flips and imputations.
    ledger, indices : DataFrame, optional
        `screening/ledger` and `screening/indices`, if the study is screened.

    Returns
    -------
    dict of DataFrame
        The tables `multiverse/{model}/*`, by the last part of their names.

    Raises
    ------
    NotComputable
        If the primary analysis cannot be fitted.

    Notes
    -----
    In R: ``lm`` in a loop, ``jointest::flip2sss`` with shared flips (standardised scores), ``sandwich::vcovHC(m, "HC3")``.
    """
    settings, model, found = study.config.multiverse[name], study.models[name], axes(study, name)
    primary = {axis.name: axis.primary for axis in found}
    moderation = study.config.moderation.of(model)
    optional = settings.choices.covariates.optional if settings.choices.covariates else ()
    optional = tuple(one for one in (*study.scales, *study.variables) if one in optional)
    names = dict.fromkeys([*model.variables, *optional])
    for_flips, for_imputation = rng.spawn(2)
    sample = Sample(study, responses, ledger, indices, names, moderation.cluster)
    seed = int(for_imputation.integers(2**31 - settings.imputations))
    fitter = Fitter(sample, model, moderation.confidence, primary, settings.imputations, seed)
    own = fitter.fit(primary)
    if not own.row:
        raise NotComputable((own.note or "").removeprefix("not fitted: "))
    fitted = []
    for options in combinations(study, name):
        one = own if options == primary else fitter.fit(options)
        fitted.append(one)
        one.row.update({"primary": True} if options == primary else {})
    sets: dict[str, list] = {EVERY: fitted}
    for one in fitted:
        if label := set_of(one.options, found):
            sets.setdefault(label, []).append(one)
    table, tested, places = summaries.joint(sets, settings, sample.clusters, for_flips)
    sign = settings.sign or int(np.sign(own.row["estimate"]))
    return {
        "specifications": _specifications(fitted, found, tested, places),
        "curve": summaries.curve(sets, sign),
        "joint": table,
        "choices": summaries.choices(fitted, found, settings, optional),
    }


def _specifications(fitted: list, found: list, tested: object, places: list[int]) -> pd.DataFrame:
    """Return the table `specifications`."""
    representative = list(distinct(fitted))
    joined = {place: at for at, place in enumerate(places)}
    ranks = np.argsort(np.argsort([fitted[place].row["estimate"] for place in places], kind="stable"), kind="stable")
    rows = []
    for place, (one, same) in enumerate(zip(fitted, representative, strict=True)):
        row = {"specification": place + 1, **one.options, "set": set_of(one.options, found) or None, "primary": False}
        row |= one.row | {"joint": same in joined} | ({"note": one.note} if one.note else {})
        if same != place:
            row["same_as"] = same + 1
        if same in joined:
            at = joined[same]
            row |= {"p_flip": tested.p_flip[at], "p_family": tested.p_family[at]}
            if same == place:
                low, high = tested.band[:, ranks[at]]
                row |= {"rank": int(ranks[at]) + 1, "null_low": low, "null_high": high}
        rows.append(row)
    return frame(f"{TABLE}/specifications", rows)


def compute(part: Part, inputs: Mapping[str, pd.DataFrame], rng: Streams) -> dict[str, pd.DataFrame]:
    """Return every table of every multiverse of a sample; without rows if the primary analysis cannot be fitted."""
    study, models, tables = part.study, [], {}
    for name in study.config.multiverse:
        row = {"model": name, "specifications": sum(1 for _ in combinations(study, name)), "fitted": True}
        try:
            found = analyse(study, name, inputs["ingest/responses"], rng(name), inputs.get("screening/ledger"),
                            inputs.get("screening/indices"))  # fmt: skip
        except NotComputable as reason:
            models.append(row | {"fitted": False, "note": f"the primary analysis cannot be fitted: {reason}"})
            tables |= {table: frame(table, []) for table in part.tables("multiverse") if f"/{name}/" in table}
            continue
        own = found["specifications"]
        different = own["same_as"].isna() & own["estimate"].notna()
        models.append(row | {"distinct": int(different.sum()), "not_fitted": int(own["estimate"].isna().sum()),
                             "n_low": own["n"].min(), "n_high": own["n"].max()})  # fmt: skip
        tables |= {f"multiverse/{name}/{table}": one for table, one in found.items()}
    return tables | {"multiverse/models": frame("multiverse/models", models)}
