"""Development of new scales: from a pool of items to scale files, with the evidence for each item.

The steps follow MacKenzie, Podsakoff and Podsakoff (2011). Tables of steps that have not been taken have no rows.
"""

from collections.abc import Mapping

import pandas as pd

from practicework.numerics.seeds import Streams
from practicework.stages.development import content, pilot
from practicework.stages.development.answers import Answers
from practicework.study.development import Material, traced
from practicework.study.pipeline import Part
from practicework.tables import frame

EMPTY = (
    "sorting", "sorting_matrix", "ratings", "ratings_contrasts", "experts", "judges", "cognitive", "pilot", "pilot_items",
    "subsets", "confirmation", "irt_items", "irt_information", "nomological",
)  # fmt: skip


def pool(material: Material, incidence: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the table `pool`: every item with its sources, and whether one of them is a coded passage.

    Parameters
    ----------
    material : Material
    incidence : mapping of str to DataFrame
        `coding/incidence` of the sets that items name.
    """
    coded = {name: set(zip(one["unit"], one["code"], strict=True)) for name, one in incidence.items()}
    rows = []
    for one in material.pool.items:
        notes, found = [], False
        for source in one.source:
            place = traced(source)
            if place is None:
                continue
            chosen, unit, concept = place
            if (unit, concept) in coded.get(chosen, ()):
                found = True
            else:
                notes.append(f"{source}: the unit is not coded with this concept")
        rows.append({"item": one.id, "construct": one.construct_id, "facet": one.facet, "text": one.text, "reverse": one.reverse,
                     "source": "; ".join(one.source), "n_sources": len(one.source), "traced": found,
                     "note": "; ".join(notes) or None})  # fmt: skip
    return frame("development/pool", rows)


def coverage(part: Part, incidence: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the table `coverage`: items of each facet, and of each concept of the interviews that the pool refers to."""
    material, rows = part.material, []
    for construct in material.constructs.constructs:
        facets = construct.facets or {"": construct.definition}
        for facet, words in facets.items():
            items = [one.id for one in material.of(construct.id) if (one.facet or "") == facet]
            rows.append({"kind": "facet", "construct": construct.id, "name": facet or construct.id, "label": words or facet,
                         "items": len(items), "listed": ", ".join(items) or None})  # fmt: skip
    sources = [(one.id, place) for one in material.pool.items for source in one.source if (place := traced(source))]
    for chosen, table in incidence.items():
        codebook = part.study.codebooks.get(chosen)
        codes = codebook.codes() if codebook else pd.DataFrame(columns=["code", "level", "label", "dimension"])
        for row in codes[codes["level"] == "concept"].itertuples():
            items = [*dict.fromkeys(item for item, place in sources if place[0] == chosen and place[2] == row.code)]
            rows.append({"kind": "concept", "set": chosen, "name": row.code, "label": row.label, "dimension": row.dimension,
                         "units": table.loc[table["code"] == row.code, "unit"].nunique(), "items": len(items),
                         "listed": ", ".join(items) or None})  # fmt: skip
    return frame("development/coverage", rows)


def compute(part: Part, inputs: Mapping[str, pd.DataFrame], rng: Streams) -> dict[str, pd.DataFrame]:
    """Return the stage's tables for a development."""
    spec, material, study = part.spec, part.material, part.study
    incidence = {name.split("/")[0]: table for name, table in inputs.items() if name.endswith("/coding/incidence")}
    found = {name: frame(f"development/{name}", []) for name in EMPTY}
    found |= {"pool": pool(material, incidence), "coverage": coverage(part, incidence)}
    read, answers = Answers(study.folder, spec, material), {}
    if spec.sorting:
        answers["sorting"] = read.sorting()
        found |= content.sorting(answers["sorting"], material)
    if spec.ratings:
        answers["ratings"] = read.ratings()
        found |= content.ratings(answers["ratings"], material, spec.criteria)
    if spec.experts:
        answers["experts"] = read.experts()
        found["experts"] = content.experts(answers["experts"], material)
    if spec.cognitive:
        problems, participants = read.cognitive()
        found["cognitive"] = content.cognitive(problems, participants, material)
    found["judges"] = content.judges(answers, material, spec.criteria)
    found["scales"] = content.scales(found, material, spec.criteria)
    chosen = {name: list(one.items) for name, one in material.decisions.scales.items()}
    if spec.pilot:
        found |= _piloted(part, inputs, rng, found, chosen)
    found["decisions"] = content.flags(found, material, spec.criteria, lambda construct: chosen.get(construct, []))
    return {f"development/{name}": table for name, table in found.items()}


def _piloted(
    part: Part, inputs: Mapping[str, pd.DataFrame], rng: Streams, found: dict[str, pd.DataFrame], chosen: dict[str, list[str]]
) -> dict[str, pd.DataFrame]:
    """The tables of the pilot."""
    spec, material = part.spec, part.material
    answers = {sample: _keyed(part, inputs, sample) for sample in spec.pilot.samples}
    parts = pilot.halves(spec, material, answers, rng("split"))
    overview, items = pilot.explored(parts, material, rng("parallel"))
    measure = found["ratings"].set_index("item")["htc"] if len(found["ratings"]) else found["sorting"].set_index("item")["p_sa"]
    confirming = spec.pilot.sample or spec.pilot.confirm
    scores = inputs.get(f"{confirming}/scoring/scores")
    return {
        "pilot": overview,
        "pilot_items": items,
        "subsets": pilot.reduced(parts, material, spec, measure.to_dict(), chosen),
        "confirmation": pilot.confirmed(parts, chosen),
        **pilot.graded(parts, chosen),
        "nomological": pilot.nomological(parts, chosen, spec, None if scores is None else scores.set_index("respondent")),
    }


def _keyed(part: Part, inputs: Mapping[str, pd.DataFrame], sample: str) -> pd.DataFrame:
    """The keyed answers of the retained respondents of a sample to the items of the pool that it contains."""
    responses, ledger = inputs[f"{sample}/ingest/responses"], inputs.get(f"{sample}/screening/ledger")
    if ledger is not None:
        responses = responses[responses["respondent"].isin(ledger.loc[ledger["kept"], "respondent"])]
    responses = responses.set_index("respondent")
    response, own = part.material.constructs.response, {}
    for item, one in part.material.items.items():
        if item in responses and part.material.by_id[one.construct_id].target:
            own[item] = response.min + response.max - responses[item] if one.reverse else responses[item]
    return pd.DataFrame(own, index=responses.index).astype(float)
