"""Coding: qualitative evidence, counted, compared and held against what was published."""

import pandas as pd

from practicework.coding import counts
from practicework.coding.agreement import agreement
from practicework.coding.cooccurrence import cooccurrence
from practicework.coding.evidence import Evidence, load
from practicework.coding.exclusivity import exclusivity
from practicework.coding.matrices import matrices
from practicework.coding.saturation import saturation
from practicework.config import CodingSet
from practicework.seeds import generator

__all__ = ["analyse", "load"]


def analyse(evidence: Evidence, name: str, spec: CodingSet, seed: int) -> dict[str, pd.DataFrame]:
    """Every table of a set of codings, by name.

    Parameters
    ----------
    evidence : Evidence
    name : str
        The set; with the seed it decides the random numbers.
    spec : CodingSet
    seed : int

    Returns
    -------
    dict of str to DataFrame
    """

    def rng(part: str):
        return generator(seed, "coding", name, part)

    units, codes = list(evidence.units["unit"]), evidence.codes
    structure = counts.structure(evidence)
    # a passage coded with a theme or dimension that has parts is no code of its own
    finest = set(structure.loc[structure["parts"] == 0, "code"])
    coded = evidence.codings[evidence.codings["code"].isin(finest)]
    together = cooccurrence(evidence.codings, codes, len(units))
    together = together[(together["level"] != "code") | (together["a"].isin(finest) & together["b"].isin(finest))]
    compared = counts.groups(evidence, spec.compare, spec.cuts)
    attributes, quantities = counts.attributes(evidence, compared)
    exclusive, attributions = exclusivity(evidence, spec.exclusive, f"config/config.yaml: 'coding.{name}.exclusive'")
    saturated = saturation(coded, units, spec.permutations, rng("saturation"))
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
        "agreement": agreement(evidence.codings, units, codes, spec.resamples, rng("agreement")),
        "exclusivity": exclusive,
        "attributions": attributions,
        "matrices": matrices(evidence, spec.matrices),
    }
    return {f"coding/{key}": table for key, table in tables.items()}
