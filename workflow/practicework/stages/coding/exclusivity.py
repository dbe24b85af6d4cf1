"""Exclusivity: whether units belong to a single dimension, as coded and as stated."""

import pandas as pd

from practicework.errors import StudyError, did_you_mean
from practicework.stages.coding.evidence import Evidence
from practicework.tables.files.personal import shown


def compare(evidence: Evidence, attribute: str | None, where: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Compare each unit's stated dimension with all its codings.

    Parameters
    ----------
    evidence : Evidence
    attribute : str or None
        The attribute that names the single dimension to which a unit is said to belong; cells may be empty.
    where : str
        The config key of that attribute, for messages.

    Returns
    -------
    exclusivity, attributions : DataFrame
        The tables of these names; without an attribute, no dimension is stated.

    Raises
    ------
    StudyError
        The attribute has a value that is not a dimension of the codebook.
    """
    dimensions = list(evidence.codes.loc[evidence.codes["level"] == "dimension", "code"])
    coded = {unit: set(own["dimension"].dropna()) for unit, own in evidence.codings.groupby("unit")}
    stated = evidence.units.set_index("unit")[attribute].dropna() if attribute else pd.Series(dtype=object)
    rows = []
    for unit, dimension in stated.items():
        if dimension not in dimensions:
            close = did_you_mean(dimension, dimensions)
            raise StudyError(
                f"{where}: unit {shown(unit)} has {shown(dimension)}, which is not a dimension of the codebook{close}; "
                "correct it."
            )
        kinds = coded.get(unit, set())
        other = evidence.codings[(evidence.codings["unit"] == unit) & evidence.codings["dimension"].notna()]
        other = other[other["dimension"] != dimension]
        places = [
            code + (f" ({', '.join(sources)})" if (sources := list(own["source"].dropna().unique())) else "")
            for code, own in other.groupby("code", sort=False)
        ]
        joined = " + ".join(one for one in dimensions if one in kinds)
        rows.append([unit, dimension, joined or None, not kinds - {dimension}, "; ".join(places) or None])
    attributions = pd.DataFrame(rows, columns=["unit", "stated", "coded", "agrees", "elsewhere"])
    counts = []
    for dimension in dimensions:
        own = attributions[attributions["stated"] == dimension]
        contradicted = own.loc[~own["agrees"].astype(bool), "unit"]
        having = [kinds for kinds in coded.values() if dimension in kinds]
        only = sum(kinds == {dimension} for kinds in having)
        numbers = [len(having), only, len(own), len(own) - len(contradicted), len(contradicted)]
        counts.append([dimension, *numbers, ", ".join(contradicted) or None])
    columns = ["dimension", "units", "only", "stated", "upheld", "contradicted", "which"]
    return pd.DataFrame(counts, columns=columns), attributions
