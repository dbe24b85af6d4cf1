"""The text for a manuscript: what journals ask for, every number from a table, and what was not done."""

import re
from importlib.metadata import version

import pytest
from lxml import html

from practicework import report
from practicework.report import apa, references
from practicework.report.context import Context
from practicework.report.moderation import drawings, tables
from practicework.report.moderation.explorer import explorer
from practicework.report.moderation.facts import Model
from practicework.study import Study
from practicework.study.pipeline import Part

SAMPLE = "schmitt2021"
CITED = re.compile(r"([A-ZÀ-Ž][\w’'-]+)(?: et al\.)?(?:,? (?:& |and )?[A-ZÀ-Ž][\w’'-]+)*,? \(?((?:19|20)\d\d)\b")
FAMILY = re.compile(r"[\w’'-]+")


def text_of(source: str) -> str:
    section = html.document_fromstring(source).get_element_by_id("manuscript")
    return re.sub(r"\s+", " ", section.text_content().replace("\u00a0", " "))


@pytest.fixture(scope="module")
def words(sample) -> str:
    return text_of(sample.report.html)


def changed(study: Study, results: dict, **sections: object) -> str:
    """The text for another config."""
    other = Study(study.folder, study.config.model_copy(update=sections), study.scales, study.codebooks)
    return text_of(report.render(Part(other, SAMPLE), results).html)


def test_measures_have_source_scoring_and_reliability(words, sample):
    for row in sample.results["reliability/scales"].to_dict("records"):
        scale = sample.study.scales[row["scale"]]
        sentence = re.search(rf"{scale.label} was measured with (.*?\]), ω", words)[1]
        assert re.match(r"(three|four|six|10) items adapted from \w+ et al\. \(\d{4}\), ", sentence)
        assert "rated from 1 (strongly disagree) to 5 (strongly agree) and summed" in sentence
        assert f"(M = {apa.number(row['mean'])}, SD = {apa.number(row['sd'])}, α = {apa.unit(row['alpha'])}, " in sentence
        assert f"95% CI {apa.interval(row['alpha_low'], row['alpha_high'], of_unit=True)}" in sentence
        assert f"ω = {apa.unit(row['omega_total'])}" in words


@pytest.mark.parametrize("model", ["main", "use"])
def test_models_have_estimate_test_effects_and_power(words, sample, model):
    results = sample.results
    fit = results[f"moderation/{model}/fit"].iloc[0]
    row = results[f"moderation/{model}/equivalence"].iloc[0]
    digits = apa.decimals_for((row["ci_high"] - row["ci_low"]) / 4)
    ci = apa.interval(row["ci_low"], row["ci_high"], digits)
    assert f"b = {apa.number(row['estimate'], digits)}, 95% CI {ci}" in words
    test = f"F({fit['df_change']:.0f}, {fit['df_residual']:.0f})"
    ci = apa.interval(fit["r_squared_change_low"], fit["r_squared_change_high"], 3, of_unit=True)
    change = f"{apa.unit(fit['r_squared_change'], 3)}, 95% CI {ci}"
    assert f"ΔR² = {change}, {test} = {apa.number(fit['f_change'])}, p {apa.p_equals(fit['p_change'])}" in words
    assert f"with HC3 standard errors, p {apa.p_equals(fit['p_change_hc3'])}" in words
    effects = results[f"moderation/{model}/conditional_effects"].set_index("probe").loc[["p16", "p84"]]
    for percentile, effect in zip(("16th", "84th"), effects.to_dict("records"), strict=True):
        digits = apa.decimals_for(effect["std_error"])
        ci = apa.interval(effect["ci_low_hc3"], effect["ci_high_hc3"], digits)
        assert f"b = {apa.number(effect['effect'], digits)}, 95% CI {ci}, at the {percentile} percentile" in words
    power = results[f"moderation/{model}/sensitivity"].query("quantity == 'smallest_effect' and metric == 'scores'").iloc[0]
    assert (
        f"Power to detect an interaction of ΔR² = .010 was {apa.unit(power['power_simulated'])} (HC3 interval, newly drawn "
        f"respondents, Monte Carlo SE = {apa.unit(power['power_simulated_se'], 3)}; closed form for OLS: "
        f"{apa.unit(power['power'])}). A power of .80 would require {power['n_required']:,} respondents"
    ) in words
    assert f"only ΔR² of {apa.unit(fit['significant_change'], 3)} or more can be significant" in words
    corrected = results[f"moderation/{model}/errors_in_variables"].iloc[-1]
    if corrected["term"].endswith(":support"):
        assert f"(uncorrected: {apa.number(row['estimate'], apa.decimals_for((row['ci_high'] - row['ci_low']) / 4))})" in words


def test_influence_is_that_of_the_table(words, sample):
    turning = sample.results["moderation/main/leave_one_out"]["turns"].notna().sum()
    assert turning == 3
    row = sample.results["moderation/main/fragility"].iloc[0]
    rate, more = (f"{100 * row[column]:.0f}%" for column in ("expected_any", "expected_as_many"))
    assert (
        "Omitting any one of three respondents changes the conclusion. This is not unusual: of samples with this design and this "
        f"t, {rate} contain at least one such respondent and {more} contain at least three."
    ) in words
    assert sample.results["moderation/use/leave_one_out"]["turns"].notna().sum() == 0
    assert "Omitting any single respondent does not change the conclusion." in words


def test_tables_and_figures_are_numbered_in_the_order_in_which_they_are_cited(sample):
    page = html.document_fromstring(sample.report.html)
    links = page.xpath("//section[@id='manuscript']//a[@class='ref']")
    assert len(links) > 8
    for link in links:
        target = page.get_element_by_id(link.get("href")[1:])
        assert link.text_content().split() == target.xpath(".//figcaption/b")[0].text_content().split()
    for kind in ("Table", "Figure"):
        cited = [" ".join(one.text_content().split()) for one in links if one.text_content().startswith(kind)]
        assert list(dict.fromkeys(cited)) == [f"{kind} {number}" for number in range(1, len(set(cited)) + 1)]


@pytest.mark.parametrize("part", ["schmitt2021", "schmitt2021_interviews", "bercier2020_cases"])
def test_what_is_cited_is_listed_and_the_reverse(reports, part):
    """`Hayes & Matthes, 2009` and `Hayes (2018)` each have an entry in a list of the page, and each entry is cited."""
    shown = reports[part]
    page = html.document_fromstring(shown.report.html)
    for section in ("manuscript", "methods"):
        entries = [one.text_content() for one in page.xpath(f"//section[@id='{section}']//p[@class='reference']")]
        assert entries == sorted(entries, key=str.casefold)
        assert len(set(entries)) == len(entries)
    for place, other in (("//section[@id='manuscript']", "note"), ("//main", "reference")):  # the note is the page's alone
        apart = f"ancestor::p[@class='reference'] or ancestor::p[@class='{other}']"
        words = " ".join(" ".join(page.xpath(f"{place}//text()[not({apart})]")).split())
        there = [one.text_content() for one in page.xpath(f"{place}//p[@class='reference']")]
        families = {(FAMILY.match(one)[0], year[1]) for one in there if (year := re.search(r"\(((?:19|20)\d\d)", one))}
        quoted = shown.study.config.replication[part].source  # the ledger shows it as the study has it
        assert set(CITED.findall(words)) - set(CITED.findall(quoted)) <= families, place
    text = " ".join(page.xpath("//main//text()[not(ancestor::p[@class='reference'])]")).replace("\u00a0", " ")
    entries = {one.text_content() for one in page.xpath("//p[@class='reference']")}
    listed = {(FAMILY.match(one)[0], found[1]) for one in entries if (found := re.search(r"\(((?:19|20)\d\d)", one))}
    software = ("Harris", "Hunter", "Igolkina", "McKinney", "Morin", "Mölder", "Seabold", "Vallat", "Virtanen")
    for family, year in listed:
        assert family in software or re.search(rf"\b{family}\b", text), (family, year)


def test_software_and_sources_are_cited(words, sample):
    for name in ("snakemake", "numpy", "pandas", "scipy", "statsmodels", "pingouin", "semopy", "stepmix", "matplotlib"):
        assert f"{name} {version(name)}" in words
    for family in ("Mölder", "Harris", "McKinney", "Virtanen", "Seabold", "Vallat", "Igolkina", "Morin", "Hunter"):
        assert f"{family}, " in words
    for scale in sample.study.scales.values():
        assert scale.source.doi in words
    assert "*" not in words


def test_what_only_authors_know_is_marked(words):
    assert words.count("[How respondents were recruited") == words.count("[Whether hypotheses") == 1


@pytest.mark.usefixtures("undrawn")
def test_what_was_not_done_follows_the_study(words, sample):
    """Each statement is there where it holds, and not where it does not."""
    study, results = sample.study, sample.results
    for said in (
        "With N = 75, confidence intervals are wide", "The tests of two models were not corrected for multiplicity",
        "No covariates were included", "missing responses were not imputed", "were not screened for careless responding",
        "no marker variable was measured", "do not establish causality",
    ):  # fmt: skip
        assert said in words, said
    models = {"main": study.models["main"].model_copy(update={"covariates": ("social_selling_use",)}), "use": study.models["use"]}
    moderation = study.config.moderation.model_copy(update={"models": models, "interval": "ols"})
    other = changed(study, results, moderation=moderation)
    assert "No covariates were included in the model of social selling use × perceived training and support" in other
    assert "with social selling use as covariate" in other
    assert "Inference is based on OLS standard errors" in other


@pytest.mark.usefixtures("undrawn")
def test_a_study_without_moderation_has_no_words_about_it(sample):
    kept = {
        name: table
        for name, table in sample.results.items()
        if not name.startswith(("moderation/", "multiverse/", "profiles/", "replication/"))
    }
    other = changed(sample.study, kept, moderation=None, multiverse=None, profiles=None, replication=None, coding={})
    assert "regressed" not in other
    assert "interaction" not in other
    assert "statsmodels" not in other
    assert "Promotion work was measured with four items" in other


@pytest.mark.parametrize(
    ("reference", "cited"),
    [
        ("Hayes, A. F. (2018). Introduction.", "Hayes (2018)"),
        ("Hayes, A. F., & Matthes, J. (2009). Computational.", "Hayes and Matthes (2009)"),
        ("Yukl, G., Seifert, C. F., & Chavez, C. (2008). Validation.", "Yukl et al. (2008)"),
        ("Own items of the lab.", "Own items of the lab"),
        ("Lab handbook (in German).", "Lab handbook (in German)"),
    ],
)
def test_references_become_citations(reference, cited):
    assert references.citation(reference) == cited


@pytest.mark.parametrize(("interval", "shown"), [("ols", "OLS"), ("hc3", "HC3"), ("bootstrap", "HC3")])
def test_regions_use_the_same_standard_errors_wherever_they_are_shown(sample, interval, shown):
    """In the sentence, the table, the figure and the explorer; HC3 if inference is based on the bootstrap."""
    study, results = sample.study, sample.results
    settings = study.config.moderation.model_copy(update={"interval": interval})
    other = Study(study.folder, study.config.model_copy(update={"moderation": settings}), study.scales)
    model = Model(Context(Part(other, SAMPLE), results, {}), "main")
    regions = results["moderation/main/johnson_neyman_regions"]
    if interval != "ols":
        regions = results["moderation/main/johnson_neyman_regions_alternatives"].query("method == 'hc3'")
    boundary = regions["to"].iloc[0]
    table = tables.regions(model)
    assert boundary in table.full()[1][0]
    assert shown in table.note
    assert f"95% CI ({shown}" in drawings.effects(model)[1].caption
    data = explorer(model).data["data"]
    signs = [low > 0 for low in data["low"]]  # the first value of the grid beyond the boundary is the first positive one
    assert data["grid"][signs.index(True)] == min(value for value in data["grid"] if value > boundary)


@pytest.mark.usefixtures("undrawn")
def test_a_multiverse_is_suggested_where_there_are_choices(sample, words):
    """With covariates and no multiverse, in the limitations; and nowhere for a study without such choices."""
    kept = {name: table for name, table in sample.results.items() if not name.startswith("multiverse/")}
    plain = changed(sample.study, kept, multiverse=None)
    assert "multiverse" not in plain
    settings = sample.study.config.moderation
    models = {
        name: model.model_copy(update={"covariates": ("promotion",)}) if name == "use" else model
        for name, model in settings.models.items()
    }
    other = changed(sample.study, kept, multiverse=None, moderation=settings.model_copy(update={"models": models}))
    assert "a multiverse analysis (the section multiverse of the study) would show whether the result depends on choices" in other
    assert "Across 50 defensible specifications" in words
    assert "Across 50 defensible specifications" in sample.report.html.split('id="multiverse"')[0]
