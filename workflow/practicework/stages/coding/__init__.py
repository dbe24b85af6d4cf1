"""Coding: count and compare qualitative evidence, and check it against published tables."""

from collections.abc import Mapping

import pandas as pd

from practicework.numerics.seeds import Streams
from practicework.stages.coding import agreement, cooccurrence, counts, exclusivity, matrices, saturation
from practicework.stages.coding.evidence import Evidence, load
from practicework.study.config import CodingSet
from practicework.study.pipeline import Part

__all__ = ["analyse", "compute", "load"]


def analyse(evidence: Evidence, name: str, spec: CodingSet, rng: Streams) -> dict[str, pd.DataFrame]:
    """Return every table of a set of codings, by name.

    Parameters
    ----------
    evidence : Evidence
    name : str
        The set, for messages.
    spec : CodingSet
    rng : callable
        Returns the generator for the name of an analysis.

    Returns
    -------
    dict of str to DataFrame
    """
    units, codes = list(evidence.units["unit"]), evidence.codes
    structure = counts.structure(evidence)
    # a theme or dimension that has parts is not a code in itself
    finest = set(structure.loc[structure["parts"] == 0, "code"])
    coded = evidence.codings[evidence.codings["code"].isin(finest)]
    together = cooccurrence.count(evidence.codings, codes, len(units))
    together = together[(together["level"] != "code") | (together["a"].isin(finest) & together["b"].isin(finest))]
    compared = counts.groups(evidence, spec.compare, spec.cuts)
    attributes, quantities = counts.attributes(evidence, compared)
    exclusive, attributions = exclusivity.compare(evidence, spec.exclusive, f"config/config.yaml: 'coding.{name}.exclusive'")
    saturated = saturation.accumulate(coded, units, spec.permutations, rng("saturation"))
    tables = {
        "codings": evidence.codings,
        "incidence": counts.incidence(evidence),
        "units": counts.units(evidence),
        "informants": evidence.informants,
        "structure": structure,
        "attributes": attributes,
        "quantities": quantities,
        "prevalence": counts.prevalence(evidence, compared),
        "tests": counts.tests(evidence, compared, spec.exclusive, rng("tests")),
        "cooccurrence": together,
        "saturation": saturated.curve,
        "saturation_summary": saturated.summary,
        "agreement": agreement.measure(evidence.codings, units, codes, spec.resamples, rng("agreement")),
        "exclusivity": exclusive,
        "attributions": attributions,
        "matrices": matrices.build(evidence, spec.matrices),
        "dropped": evidence.dropped,
    }
    return {f"coding/{key}": table for key, table in tables.items()}


def compute(part: Part, inputs: Mapping[str, pd.DataFrame], rng: Streams) -> dict[str, pd.DataFrame]:
    """Return the stage's tables for a set of codings."""
    study = part.study
    evidence = load(study.folder, part.name, part.spec, study.codebooks.get(part.name))
    return analyse(evidence, part.name, part.spec, rng)
