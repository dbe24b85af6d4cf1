"""The report shows the tables' numbers, in the words and style that journals ask for."""

import re

import pandas as pd
import pytest
from page import Page

from practicework import report
from practicework.report import apa, messages
from practicework.study import load_study
from practicework.study.pipeline import Part

SAMPLE = "schmitt2021"
PARTS = (SAMPLE, "schmitt2021_interviews", "bercier2020_cases", "practice_work")


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.0204, "0.02"), (-0.004, "0.00"), (-1.5, "−1.50"), (12, "12.00"), (None, "–"), (float("nan"), "–"), (pd.NA, "–")],
)
def test_number(value, shown):
    assert apa.number(value) == shown


@pytest.mark.parametrize(("value", "shown"), [(0.82, ".82"), (-0.05, "−.05"), (1.0, "1.00"), (0.999, "1.00"), (None, "–")])
def test_what_cannot_exceed_one_has_no_leading_zero(value, shown):
    assert apa.unit(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"), [(0.0004, "< .001"), (0.001, ".001"), (0.0494, ".049"), (0.9999, "> .999"), (1.0, "> .999"), (None, "–")]
)
def test_p(value, shown):
    assert apa.p(value) == shown


@pytest.mark.parametrize(("std_error", "decimals"), [(0.0089, 4), (0.012, 3), (0.41, 2), (35.0, 2), (1.2e-9, 10), (0.0, 2)])
def test_decimals_show_two_digits_of_the_standard_error(std_error, decimals):
    assert apa.decimals_for(std_error) == decimals


@pytest.mark.parametrize(
    ("value", "decimals", "shown"),
    [
        (1.8912e-8, 10, "1.89 × 10⁻⁸"),
        (-8.1e-12, 12, "−8 × 10⁻¹²"),
        (3e-13, 12, "3 × 10⁻¹³"),
        (0.0, 9, "0"),
        (0.0000123, 6, "0.000012"),
        (1.25, 8, "1.25000000"),
    ],
)
def test_small_units_keep_significant_digits(value, decimals, shown):
    made = apa.number(value, decimals)
    assert made == shown
    assert made.values == {"": value}


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (7.0, "7"), (1.19345, "1.193"), (2019, "2019"), (12345.6, "12,346"), (-0.00081, "−0.00081"), (2.3e-5, "2.3 × 10⁻⁵"),
        (4.0e-7, "4 × 10⁻⁷"), (0.0, "0"), (None, "–"),
    ],
)  # fmt: skip
def test_values_of_variables(value, shown):
    assert apa.brief(value) == shown


def test_intervals_of_small_units_are_no_zeros():
    assert apa.interval(7e-10, 3.72e-8, 10) == "[7 × 10⁻¹⁰, 3.72 × 10⁻⁸]"


def test_words():
    assert apa.lower("Perceived usefulness") == "perceived usefulness"
    assert apa.lower("CRM use") == "CRM use"
    assert messages.listing(["a"]) == "a"
    assert messages.listing(["a", "b", "c"]) == "a, b and c"
    assert [messages.numeral(n) for n in (0, 1, 9, 10, 2800)] == ["zero", "one", "nine", "10", "2,800"]
    assert messages.count("{n} respondent", "{n} respondents", 2800) == "2,800 respondents"
    assert apa.interval(-0.5, 0.25) == "[−0.50, 0.25]"
    assert apa.interval(None, 0.25) == "–"


@pytest.fixture(scope="module")
def page(published):
    return Page((published.results(SAMPLE) / "report/report.html").read_text(encoding="utf-8"))


def test_coefficients_shown_are_the_tables(sample):
    """The first model's table, cell by cell, from the numbers that the stage wrote."""
    expected = sample.results["moderation/main/coefficients"]
    shown = sample.cells("moderation_main_coefficients")
    assert [row["term"] for row in shown] == [
        "Intercept",
        "Perceived usefulness",
        "Perceived training and support",
        "Perceived usefulness × Perceived training and support",
    ]
    for row, (_, values) in zip(shown, expected.iterrows(), strict=True):
        for cell, column in ((row["estimate"], "estimate"), (row["std_error_hc3"], "std_error_hc3")):
            decimals = len(cell.split(".")[1])
            assert float(cell.replace("−", "-")) == pytest.approx(values[column], abs=0.5 * 10**-decimals + 1e-12)
        for key, ends in (
            ("ci", ("ci_low", "ci_high")),
            ("ci_hc3", ("ci_low_hc3", "ci_high_hc3")),
            ("boot", ("boot_low", "boot_high")),
        ):
            shown_ends = re.fullmatch(r"\[(.+), (.+)\]", row[key]).groups()
            for text, column in zip(shown_ends, ends, strict=True):
                assert float(text.replace("−", "-")) == pytest.approx(values[column], abs=0.006)
        assert row["p_value"] == apa.p(values["p_value"])
        assert row["p_value_hc3"] == apa.p(values["p_value_hc3"])


def test_alphas_and_ledger_shown_are_the_tables(sample):
    for row, (_, values) in zip(
        sample.cells("reliability_coefficients"), sample.results["reliability/scales"].iterrows(), strict=True
    ):
        assert row["alpha"] == f"{values['alpha']:.2f}".removeprefix("0")
        assert row["omega_total"] == f"{values['omega_total']:.2f}".removeprefix("0")
        assert row["n"] == "75"
    ledger = sample.cells("replication_ledger")
    assert [row["published"] for row in ledger] == list(sample.results["replication/ledger"]["published"])
    assert {row["agrees"] for row in ledger} == {"✓ agrees"}


def test_profile_counts_shown_are_the_assignments(sample):
    counts = sample.results["profiles/assignments"]["profile"].value_counts()
    shown = {row["profile"].lower(): int(row["n"]) for row in sample.cells("profiles_counts")}
    assert shown == counts.to_dict()
    assert sum(shown.values()) == 75


def test_every_published_value_is_reproduced(sample):
    assert len(sample.results["replication/ledger"]) == 17
    assert sample.results["replication/ledger"]["agrees"].all()


def test_every_table_and_figure_of_synthetic_data_says_so(sample):
    for entry in sample.report.contents.entries:
        content = entry.content
        note = content.note if entry.kind == "table" else content.caption
        assert ("Synthetic data." in note) == (entry.name != "coding_sets"), entry.name  # the interviews and cases are real
    assert sample.part.synthetic.strip() in sample.report.html.replace("&#39;", "'")


def test_the_page_needs_no_network(sample):
    for attribute in re.findall(r'(?:src|href)="([^"]*)"', sample.report.html):
        assert attribute.startswith(("data:", "#")), attribute[:80]
    assert "url(" not in sample.report.html
    assert not re.search(r"\b(fetch|import|XMLHttpRequest)\b", re.search(r"<script>.*?</script>", sample.report.html, re.S)[0])


def test_figures_have_n_and_an_alternative(page, sample):
    assert all(image["alt"] and image["src"].startswith("data:image/svg+xml;base64,") for image in page.images)
    assert len(page.images) == len(sample.report.contents.figures)
    for entry in sample.report.contents.figures:
        assert re.search(r"75 respondents|[nN]\s=\s75", entry.content.caption), entry.name


@pytest.mark.parametrize("part", PARTS)
def test_never_says_that_there_is_no_effect(reports, part):
    """A p value above .05 is undecided; its interval says what it leaves open."""
    text = " ".join(reports[part].texts).lower()
    for words in ("no effect", "no interaction", "no moderation", "not related", "proves"):
        assert words not in text, words


@pytest.mark.parametrize("part", PARTS)
def test_no_code_of_a_table_is_shown_as_a_word(reports, part):
    """Prose has no `snake_case`; names of files are marked as code."""
    for text in reports[part].texts:
        plain = re.sub(r"<code>.*?</code>|https?://\S+|[“(][^“(]*[”)]|\S+/\S+|\b\w+\.csv", "", text)
        assert not re.search(
            r"\b[a-z]+_[a-z_]+\b",
            plain.replace("factor_analyzer", "").replace("schmitt2021_interviews", "").replace("bercier2020_cases", ""),
        ), plain


def _minimal(tmp_path, responses: str, **sections):
    """A study of one sample written to a folder, and its ingested tables."""
    import yaml

    from practicework.stages import ingest, scoring

    for folder in ("config", "data/raw"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "data/raw/s.csv").write_text(responses)
    config = {"samples": {"s": {"file": "data/raw/s.csv"}}} | sections
    (tmp_path / "config/config.yaml").write_text(yaml.safe_dump(config))
    study = load_study(tmp_path)
    ingested = ingest.ingest(ingest.read(study, "s"), study, "s")
    found = ingested.tables()
    if study.variables:
        found |= scoring.score_all(ingested.responses, [], study.variables).tables()
    return report.render(Part(study, "s"), found).html


def test_a_study_of_a_sample_alone_has_a_report(tmp_path):
    page = _minimal(tmp_path, "a,b\n1,2\n3,4\n")
    assert "two respondents" in page.replace("\u00a0", " ")
    assert 'id="moderation"' not in page
    assert "a, b." in page  # the columns that were left out


def test_a_study_of_variables_has_no_section_of_stages_that_did_not_run(tmp_path):
    page = _minimal(tmp_path, "age,x\n30,1\n40,2\n50,4\n60,3\n35,2\n", variables=["age", "x"])
    assert 'id="scoring"' in page
    for absent in ("reliability", "moderation", "profiles", "replication"):
        assert f'id="{absent}"' not in page


def test_text_from_the_study_is_escaped(tmp_path):
    page = _minimal(tmp_path, "a\n1\n", title="<script>alert(1)</script> & more")
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; more" in page


TOOL = "StartDate,EndDate,Status,Progress,Finished,", "2026-01-01 10:00:00,2026-01-01 10:05:00,0,100,1,"


@pytest.mark.parametrize(
    ("before", "column", "words"),
    [
        (("", ""), "id", "Respondent IDs were taken from the column “id”."),
        (TOOL, "ResponseId", "respondent IDs (column “ResponseId”) were replaced by running IDs."),
    ],
)
def test_whose_ids_the_respondents_have_is_told(tmp_path, before, column, words):
    """The study's own column stays; the survey tool's does not."""
    names, cells = before
    sample = {"file": "data/raw/s.csv", "respondent": column}
    page = _minimal(tmp_path, f"{names}{column},a\n{cells}R_1x,1\n{cells}R_2y,2\n", samples={"s": sample})
    assert words in page


def test_anonymity_is_told_and_small_groups_are_pooled(tmp_path):
    """Two people alone by age: k = 1, and neither age is shown."""
    ages = [30] * 6 + [40] * 5 + [61, 62]
    page = _minimal(tmp_path, "age\n" + "\n".join(map(str, ages)) + "\n", variables=["age"], quasi_identifiers=["age"])
    words = page.replace("\u00a0", " ").replace("<i>", "").replace("</i>", "")
    assert "Of 13 respondents, two are unique in the combination of age (k = 1)" in words
    assert "Do not publish rows with these variables as they are" in page
    cells = {cell for table in Page(page).tables for row in table for cell in row}
    assert "3 values, some with fewer than 5 respondents" in cells
    assert "30" in cells
    assert not {"40", "61", "62"} & cells
