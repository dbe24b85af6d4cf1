"""What the text for a manuscript says, from the result tables and the study alone."""

from importlib.metadata import PackageNotFoundError, version

from practicework.report import apa
from practicework.report.context import Context
from practicework.study.pipeline import NEEDS

SOFTWARE = {
    "snakemake": "Mölder, F., Jablonski, K. P., Letcher, B., Hall, M. B., Tomkins-Tinch, C. H., Sochat, V., Forster, J., Lee, "
    "S., Twardziok, S. O., Kanitz, A., Wilm, A., Holtgrewe, M., Rahmann, S., Nahnsen, S., & Köster, J. (2021). Sustainable data "
    "analysis with Snakemake. *F1000Research, 10*, 33. https://doi.org/10.12688/f1000research.29032.2",
    "numpy": "Harris, C. R., Millman, K. J., van der Walt, S. J., et al. (2020). Array programming with NumPy. *Nature, 585*, "
    "357–362. https://doi.org/10.1038/s41586-020-2649-2",
    "scipy": "Virtanen, P., Gommers, R., Oliphant, T. E., et al. (2020). SciPy 1.0: Fundamental algorithms for scientific "
    "computing in Python. *Nature Methods, 17*, 261–272. https://doi.org/10.1038/s41592-019-0686-2",
    "pandas": "McKinney, W. (2010). Data structures for statistical computing in Python. In *Proceedings of the 9th Python in "
    "Science Conference* (pp. 56–61). https://doi.org/10.25080/Majora-92bf1922-00a",
    "statsmodels": "Seabold, S., & Perktold, J. (2010). Statsmodels: Econometric and statistical modeling with Python. In "
    "*Proceedings of the 9th Python in Science Conference* (pp. 92–96). https://doi.org/10.25080/Majora-92bf1922-011",
    "pingouin": "Vallat, R. (2018). Pingouin: Statistics in Python. *Journal of Open Source Software, 3*(31), 1026. "
    "https://doi.org/10.21105/joss.01026",
    "semopy": "Igolkina, A. A., & Meshcheryakov, G. (2020). semopy: A Python package for structural equation modeling. "
    "*Structural Equation Modeling, 27*(6), 952–963. https://doi.org/10.1080/10705511.2019.1704289",
    "factor-analyzer": "Briggs, J. *factor_analyzer* [Computer software]. Educational Testing Service.",
    "stepmix": "Morin, S., Legault, R., Laliberté, F., Bakk, Z., Giguère, C.-É., de la Sablonnière, R., & Lacourse, É. (2025). "
    "StepMix: A Python package for pseudo-likelihood estimation of generalized mixture models with external variables. *Journal "
    "of Statistical Software, 113*(8). https://doi.org/10.18637/jss.v113.i08",
    "matplotlib": "Hunter, J. D. (2007). Matplotlib: A 2D graphics environment. *Computing in Science & Engineering, 9*(3), "
    "90–95. https://doi.org/10.1109/MCSE.2007.55",
}
"""The reference of each package that computes or draws a result."""

USED_BY = {
    "statsmodels": "moderation",
    "pingouin": "reliability",
    "semopy": "dimensionality",
    "factor-analyzer": "dimensionality",
    "stepmix": "profiles",
    "scipy": "scoring",
}
"""Packages that are named only where a stage ran."""


def facts(context: Context, sections: dict) -> dict:
    """What the template says of measures, sample, software and sources, and what was not done."""
    study = context.study
    measures = _measures(context) if study.scales else []
    models = sections["moderation"]["models"] if "moderation" in sections else []
    return {
        "measures": measures,
        "reversed": sum(item.reverse for scale in study.scales.values() for item in scale.items),
        "alphas": [one["alpha"] for one in measures if one["alpha"] is not None],
        "uncontrolled": [one["name"] for one in models if not one["model"].covariates],
        "covariates": [one for one in models if one["model"].covariates],
        "software": _software(sections, latent=NEEDS["latent"](study)),
        "sources": list(dict.fromkeys(_source(scale) for scale in study.scales.values() if scale.source)),
        "drafts": [apa.lower(scale.label) for scale in study.scales.values() if scale.status == "draft"],
    }


def _measures(context: Context) -> list[dict]:
    """Each scale with its items, scoring and coefficients."""
    coefficients = {row["scale"]: row for row in context.rows("reliability/scales")}
    found = []
    for scale in context.study.scales.values():
        labels = {code: texts[0] for code, texts in scale.response.labels.items()}
        low, high = int(scale.response.min), int(scale.response.max)
        anchors = f" ({low:g} = {labels[low]}, {high:g} = {labels[high]})" if low in labels and high in labels else ""
        found.append(
            coefficients[scale.id]
            | {
                "label": scale.label,
                "reversed": sum(item.reverse for item in scale.items),
                "response": f"from {scale.response.min:g} to {scale.response.max:g}{anchors}",
                "scored": {"sum": "summed", "mean": "averaged", "pomp": "scored as percent of the maximum possible"}[
                    scale.scoring.method
                ],
                "after": _cited(scale.source.citation) if scale.source else None,
                "status": scale.status,
            }
        )
    return found


def _cited(citation: str) -> str:
    """`Yukl, Seifert, & Chavez (2008)` of a reference in APA style; all of it where it is in another one."""
    head, bracket, rest = citation.partition(" (")
    year = rest.partition(")")[0]
    families = [part.split(",")[0].removeprefix("& ").strip() for part in head.split("., ")]
    if not bracket or not year[:4].isdigit() or not all(families):
        return citation.rstrip(".")
    if len(families) > 2:
        return f"{families[0]} et al. ({year})"
    return f"{apa.listing(families)} ({year})"


def _source(scale: object) -> str:
    doi = f" https://doi.org/{scale.source.doi}" if scale.source.doi and scale.source.doi not in scale.source.citation else ""
    return f"{scale.source.citation}{doi}"


def _software(sections: dict, *, latent: bool) -> list[dict]:
    """Packages whose results are reported, with version and reference."""
    used = []
    for name, citation in SOFTWARE.items():
        if (name in USED_BY and USED_BY[name] not in sections) or (name == "stepmix" and not latent):
            continue
        try:
            used.append({"name": name, "version": version(name), "citation": citation})
        except PackageNotFoundError:  # a test's environment may lack one that no stage needed
            continue
    return used
