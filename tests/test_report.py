"""The report shows the tables' numbers, in the words and style that journals ask for."""

import html
import re

import pandas as pd
import pytest
from page import Page

from practicework import report
from practicework.report import apa
from practicework.study import load_study
from practicework.study.pipeline import Part

SAMPLE = "schmitt2021"


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


@pytest.mark.parametrize(("std_error", "decimals"), [(0.0089, 4), (0.012, 3), (0.41, 2), (35.0, 2), (1e-9, 6), (0.0, 2)])
def test_decimals_show_two_digits_of_the_standard_error(std_error, decimals):
    assert apa.decimals_for(std_error) == decimals


def test_words():
    assert apa.lower("Perceived usefulness") == "perceived usefulness"
    assert apa.lower("CRM use") == "CRM use"
    assert apa.listing(["a"]) == "a"
    assert apa.listing(["a", "b", "c"]) == "a, b and c"
    assert apa.count(1, "respondent") == "1 respondent"
    assert apa.count(2800, "respondent") == "2,800 respondents"
    assert apa.interval(-0.5, 0.25) == "[−0.50, 0.25]"
    assert apa.interval(None, 0.25) == "–"


@pytest.fixture(scope="module")
def page(published):
    return Page((published.results(SAMPLE) / "report/report.html").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def results(published):
    return Part(load_study(published.folder), SAMPLE).results()


def test_coefficients_shown_are_the_tables(page, results):
    """The first model's table, cell by cell, from the numbers that the stage wrote."""
    expected = results["moderation/main/coefficients"]
    shown = page.rows("Term", "p (HC3)")
    assert [row["Term"] for row in shown] == [
        "Intercept",
        "Perceived usefulness",
        "Perceived training and support",
        "Perceived usefulness × Perceived training and support",
    ]
    for row, (_, values) in zip(shown, expected.iterrows(), strict=True):
        for heading, column in (("b", "estimate"), ("SE", "std_error")):
            number = float(row[heading].replace("−", "-"))
            decimals = len(row[heading].split(".")[1])
            assert number == pytest.approx(values[column], abs=0.5 * 10**-decimals + 1e-12)
        for heading, ends in (
            ("95% CI", ("ci_low", "ci_high")),
            ("95% CI (HC3)", ("ci_low_hc3", "ci_high_hc3")),
            ("95% CI (bootstrap)", ("boot_low", "boot_high")),
        ):
            shown_ends = re.fullmatch(r"\[(.+), (.+)\]", row[heading]).groups()
            for text, column in zip(shown_ends, ends, strict=True):
                assert float(text.replace("−", "-")) == pytest.approx(values[column], abs=0.006)
        assert row["p"] == apa.p(values["p_value"])
        assert row["p (HC3)"] == apa.p(values["p_value_hc3"])


def test_alphas_and_ledger_shown_are_the_tables(page, results):
    shown = page.rows("Scale", "ω total")
    for row, (_, values) in zip(shown, results["reliability/scales"].iterrows(), strict=True):
        assert row["α"] == f"{values['alpha']:.2f}".removeprefix("0")
        assert row["ω total"] == f"{values['omega_total']:.2f}".removeprefix("0")
        assert row["n"] == "75"
    ledger = page.rows("Published value", "Verdict")
    assert [row["Published"] for row in ledger] == list(results["replication/ledger"]["published"])
    assert {row["Verdict"] for row in ledger} == {"✓ agrees"}


def test_profile_counts_shown_are_the_assignments(page, results):
    counts = results["profiles/assignments"]["profile"].value_counts()
    shown = {row["Profile"].lower(): int(row["n"]) for row in page.rows("Profile", "Exclusive")}
    assert shown == counts.to_dict()
    assert sum(shown.values()) == 75


def test_every_published_value_is_reproduced(results):
    assert len(results["replication/ledger"]) == 17
    assert results["replication/ledger"]["agrees"].all()


def test_synthetic_data_are_called_so_wherever_they_are_shown(page, published):
    text = "".join(page.words)
    assert "prove the pipeline, not the theory" in text
    source = (published.results(SAMPLE) / "report/report.html").read_text(encoding="utf-8")
    source = source.replace("<i>", "").replace("</i>", "").replace('<p class="note">Note.', '<p class="note"><i>Note.</i>')
    captions = re.findall(r"<figcaption><b>Figure.*?</figcaption>", source, re.S)
    notes = re.findall(r'<p class="note"><i>Note.</i>.*?</p>', source, re.S)
    assert len(captions) == len(page.images) == 13
    assert len(notes) == len(page.tables)
    notes = [note for note in notes if "people, firms or documents" not in note]  # the interviews and cases are real
    assert len(notes) == len(page.tables) - 1
    assert all("Synthetic data." in block for block in captions + notes)


def test_the_page_needs_no_network(published):
    source = (published.results(SAMPLE) / "report/report.html").read_text(encoding="utf-8")
    for attribute in re.findall(r'(?:src|href)="([^"]*)"', source):
        assert attribute.startswith(("data:", "#")), attribute[:80]
    assert "url(" not in source
    assert not re.search(r"\b(fetch|import|XMLHttpRequest)\b", re.search(r"<script>.*?</script>", source, re.S)[0])


def test_figures_have_units_n_and_an_alternative(page, published):
    source = html.unescape((published.results(SAMPLE) / "report/report.html").read_text(encoding="utf-8"))
    source = source.replace("<i>", "").replace("</i>", "")
    assert all(image["alt"] and image["src"].startswith("data:image/svg+xml;base64,") for image in page.images)
    for caption in re.findall(r"<figcaption><b>Figure.*?</figcaption>", source, re.S):
        assert re.search(r"75 respondents|[nN]\s=\s75", caption)


def test_never_says_that_there_is_no_effect(page):
    """A p value above .05 is read as undecided, by its interval."""
    text = " ".join("".join(page.words).split())
    assert "These data do not settle whether perceived training and support changes the effect of social selling use" in text
    assert "no effect" not in text.lower()


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
    return report.render(study, "s", found).html


def test_a_study_of_a_sample_alone_has_a_report(tmp_path):
    page = _minimal(tmp_path, "a,b\n1,2\n3,4\n")
    assert "2 respondents" in page.replace("\u00a0", " ")
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
        (("", ""), "id", "keep the ids of the column “id”"),
        (TOOL, "ResponseId", "own ids (“ResponseId”) are replaced by running ones"),
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
    assert "2 respondents of 13 are alone with their values (k = 1)" in words
    assert "should not be published as they are" in page
    cells = {cell for table in Page(page).tables for row in table for cell in row}
    assert "3 values, some with fewer than 5 respondents" in cells
    assert "30" in cells
    assert not {"40", "61", "62"} & cells


def test_certainty_is_told_in_words_from_the_tables(page, results):
    """Power, the number needed, who turns the verdict and the corrected interaction, as the tables have them."""
    words = " ".join("".join(page.words).split())
    table = results["moderation/main/sensitivity"].query("quantity == 'smallest_effect'")
    ideal, real = table.iloc[0], table.iloc[1]
    assert f"Of 100 studies like this one, {100 * ideal['power']:.0f} would find" in words
    assert f"and {100 * real['power']:.0f} at these reliabilities. To find it in 80 of 100 takes {real['n_required']:,}" in words
    assert f"reports it {real['type_m']:.1f} times too large on average" in words
    turning = results["moderation/main/leave_one_out"]["turns"].notna().sum()
    assert f"{turning} respondents alone turn the verdict" in words
    row = results["moderation/main/equivalence"].iloc[0]
    assert row["reading"] == "positive"
    assert (
        f"by {row['estimate']:.4f} per unit, 95% CI [{row['ci_low']:.4f}, {row['ci_high']:.4f}]. The direction is settled"
        in words
    )
    corrected = results["moderation/main/errors_in_variables"].set_index("term").loc["usefulness:support", "estimate"]
    assert f"the interaction would be {corrected:.4f} in place of {row['estimate']:.4f}" in words
    assert results["moderation/use/equivalence"]["reading"][0] == "undecided"
    assert "These data do not settle whether perceived training and support changes the effect of social selling use" in words
