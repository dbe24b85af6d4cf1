"""The text for a manuscript: what journals ask for, every number from a table, and what was not done."""

import re
from importlib.metadata import version

import pytest
from lxml import html

from practicework import report
from practicework.report import apa, manuscript
from practicework.report.context import Context
from practicework.report.sections import moderation
from practicework.study import Study, load_study
from practicework.study.pipeline import Part

SAMPLE = "schmitt2021"


@pytest.fixture(scope="module")
def study(published) -> Study:
    return load_study(published.folder)


@pytest.fixture(scope="module")
def results(study):
    return Part(study, SAMPLE).results()


def text_of(source: str) -> str:
    section = html.document_fromstring(source).get_element_by_id("manuscript")
    return re.sub(r"\s+", " ", section.text_content().replace("\u00a0", " "))


@pytest.fixture(scope="module")
def words(published) -> str:
    return text_of((published.results(SAMPLE) / "report/report.html").read_text(encoding="utf-8"))


def changed(study: Study, results: dict, **sections: object) -> str:
    """The text where the study's config says something else."""
    other = Study(study.folder, study.config.model_copy(update=sections), study.scales, study.codebooks)
    return text_of(report.render(other, SAMPLE, results).html)


def test_measures_have_source_scoring_and_reliability(words, results, study):
    for row in results["reliability/scales"].to_dict("records"):
        scale = study.scales[row["scale"]]
        sentence = re.search(rf"{scale.label} was measured by (.*?\]\))\.", words)[1]
        assert sentence.startswith(f"{len(scale.items)} items, adapted from ")
        assert "answered from 1 to 5 (1 = Strongly disagree, 5 = Strongly agree) and summed" in sentence
        assert f"(M = {apa.number(row['mean'])}, SD = {apa.number(row['sd'])}, α = {apa.unit(row['alpha'])}, " in sentence
        assert f"95% CI {apa.interval(row['alpha_low'], row['alpha_high'], of_unit=True)}" in sentence
        assert f"ω = {apa.unit(row['omega_total'])}" in sentence


@pytest.mark.parametrize("model", ["main", "use"])
def test_models_are_told_with_test_interval_effects_and_sensitivity(words, results, model):
    fit = results[f"moderation/{model}/fit"].iloc[0]
    row = results[f"moderation/{model}/equivalence"].iloc[0]
    digits = apa.decimals_for((row["ci_high"] - row["ci_low"]) / 4)
    change, test = apa.unit(fit["r_squared_change"], 3), f"F({fit['df_change']:.0f}, {fit['df_residual']:.0f})"
    assert (
        f"The interaction added ΔR² = {change}, {test} = {apa.number(fit['f_change'])}, p {apa.p_equals(fit['p_change'])}"
        in words
    )
    assert f"(HC3: p {apa.p_equals(fit['p_change_hc3'])})" in words
    assert apa.number(row["ci_low"], digits) in words
    effects = results[f"moderation/{model}/conditional_effects"].set_index("probe").loc[["p16", "p84"]]
    for effect in effects.to_dict("records"):
        digits = apa.decimals_for(effect["std_error"])
        shown = apa.interval(effect["ci_low_hc3"], effect["ci_high_hc3"], digits)
        assert f"{apa.number(effect['effect'], digits)}, 95% CI {shown}, where perceived training and support was at its" in words
    real = results[f"moderation/{model}/sensitivity"].query("quantity == 'smallest_effect'").iloc[-1]
    assert f"a power of {apa.unit(real['power'])} for an interaction of ΔR² = {apa.unit(real['delta_r_squared'], 3)}" in words
    assert f"{real['n_required']:,} respondents would be needed" in words


def test_tables_that_are_referred_to_are_those(published):
    page = html.document_fromstring((published.results(SAMPLE) / "report/report.html").read_text(encoding="utf-8"))
    links = page.xpath("//section[@id='manuscript']//a[@class='ref']")
    assert len(links) > 8
    for link in links:
        target = page.get_element_by_id(link.get("href")[1:])
        assert link.text_content().replace("\u00a0", " ") == target.xpath(".//figcaption/b")[0].text_content()


def test_software_and_sources_are_cited(words, study):
    for name in ("snakemake", "numpy", "pandas", "scipy", "statsmodels", "pingouin", "semopy", "stepmix", "matplotlib"):
        assert f"{name} {version(name)}" in words
        assert manuscript.SOFTWARE[name].split(" (")[0].split(",")[0] in words
    for scale in study.scales.values():
        assert scale.source.doi in words
    assert "*" not in words


def test_what_only_authors_know_is_marked(words):
    assert words.count("[How respondents were recruited") == words.count("[Whether hypotheses") == 1


def test_what_was_not_done_follows_the_study(words, study, results):
    """Each statement is there where it holds, and not where it does not."""
    for said in (
        "N = 75 is small", "can move a result; a significant interaction in a sample of this size is likely overestimated",
        "The tests of 2 models were not corrected for their number", "No covariates entered the models",
        "missing ones were not imputed", "Responses were not screened for careless answering",
        "No marker variable was measured", "allow no conclusion about causes",
    ):  # fmt: skip
        assert said in words, said
    models = {"main": study.models["main"].model_copy(update={"covariates": ("social_selling_use",)}), "use": study.models["use"]}
    moderation = study.config.moderation.model_copy(update={"models": models, "interval": "ols"})
    other = changed(study, results, moderation=moderation)
    assert "No covariates entered model use" in other
    assert "with social selling use as covariate" in other
    assert "Inference rests on the classical standard errors" in other


def test_a_study_without_moderation_has_no_words_about_it(study, results):
    kept = {name: table for name, table in results.items() if not name.startswith(("moderation/", "profiles/", "replication/"))}
    other = changed(study, kept, moderation=None, profiles=None, replication=None, coding={})
    assert "Analysis" not in other
    assert "interaction" not in other
    assert "statsmodels" not in other
    assert "Promotion work was measured by 4 items" in other


@pytest.mark.parametrize(
    ("citation", "cited"),
    [
        ("Hayes, A. F. (2018). Introduction.", "Hayes (2018)"),
        ("Hayes, A. F., & Matthes, J. (2009). Computational.", "Hayes and Matthes (2009)"),
        ("Yukl, G., Seifert, C. F., & Chavez, C. (2008). Validation.", "Yukl et al. (2008)"),
        ("Own items of the lab.", "Own items of the lab"),
        ("Lab handbook (in German).", "Lab handbook (in German)"),
    ],
)
def test_references_become_citations(citation, cited):
    assert manuscript._cited(citation) == cited


@pytest.mark.parametrize(("interval", "words"), [("ols", "ordinary least squares"), ("hc3", "HC3"), ("bootstrap", "HC3")])
def test_regions_have_one_kind_of_error_wherever_they_are_shown(study, results, interval, words):
    """In the sentence, the table, the figure and the explorer: that of the sentences; HC3 where it is the bootstrap."""
    settings = study.config.moderation.model_copy(update={"interval": interval})
    other = Study(study.folder, study.config.model_copy(update={"moderation": settings}), study.scales)
    model = moderation.section(Context(other, SAMPLE, results))["models"][0]
    regions = results["moderation/main/johnson_neyman_regions"]
    if interval != "ols":
        regions = results["moderation/main/johnson_neyman_regions_alternatives"].query("method == 'hc3'")
    boundary = regions["to"].iloc[0]
    assert model["regions"][0]["to"] == model["johnson_neyman"].rows[0][1].values[""] == boundary
    assert f"Closed form, {words} errors" in model["johnson_neyman"].note
    assert f"95% CI ({words})" in model["figures"][1].caption
    explorer = model["explorer"]
    assert explorer["by"] == words
    data = explorer["data"]
    signs = [low > 0 for low in data["low"]]  # the first value of the grid beyond the boundary is the first positive one
    assert data["grid"][signs.index(True)] == min(value for value in data["grid"] if value > boundary)
