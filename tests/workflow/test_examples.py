"""The examples from export to report: the pipeline runs, and its files hold what R finds."""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from practicework.commands import cli
from practicework.study import load_study

NAMES = {"bfi": "bfi", "globalwarming": "globalwarm", "tal_or": "tal_or", "garcia": "garcia"}
"""Each example's folder and sample."""


@pytest.fixture(scope="module")
def results(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Runs an example once, in a copy, and gives the folder of its sample's results."""
    done: dict[str, Path] = {}

    def run(name: str) -> Path:
        if name not in done:
            folder = tmp_path_factory.mktemp("examples") / name
            shutil.copytree(root / "examples" / name, folder, ignore=shutil.ignore_patterns("results", ".snakemake"))
            config = folder / "config/config.yaml"  # Word files, images and the power simulation contain no claim
            text = config.read_text(encoding="utf-8") + "report: {formats: [html, tables]}\n"
            text = text.replace("\nmoderation:\n", "\nmoderation:\n  simulation: {studies: 100, resamples: 100}\n")
            config.write_text(text, encoding="utf-8")
            command = [sys.executable, "-m", "snakemake", "-s", root / "Snakefile", "-d", folder]
            finished = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
            assert finished.returncode == 0, finished.stderr
            done[name] = folder / "results" / NAMES[name]
        return done[name]

    return run


def table(folder: Path, name: str) -> pd.DataFrame:
    """A result file as any program would read it."""
    return pd.read_csv(folder / f"{name}.csv")


@pytest.mark.parametrize("name", NAMES)
def test_every_claim_agrees(results, root, name):
    """The ledger holds one row per claim of the config, and all of them agree with R."""
    ledger = table(results(name), "replication/ledger")
    replication = load_study(root / "examples" / name).config.replication[NAMES[name]]
    assert ledger["claim"].tolist() == [claim.claim for claim in replication.claims]
    assert ledger.loc[~ledger["agrees"], ["claim", "published", "reproduced"]].to_numpy().tolist() == []
    assert len(ledger) == {"bfi": 69, "globalwarming": 78, "tal_or": 8, "garcia": 12}[name]


@pytest.mark.parametrize("name", NAMES)
def test_a_report_is_written(results, name):
    """One file for each sample."""
    assert (results(name) / "report/report.html").stat().st_size > 0


@pytest.mark.parametrize("name", NAMES)
def test_the_readme_tells_the_truth(root, name):
    """The number of claims, the files that it names, and both commands."""
    folder = root / "examples" / name
    text = (folder / "README.md").read_text(encoding="utf-8")
    claims = load_study(folder).config.replication[NAMES[name]].claims
    assert f"all {len(claims)} " in text
    assert "../../.venv/bin/practicework run" in text
    assert f".venv/bin/practicework run examples/{name}" in text
    for path in re.findall(r"`((?:config|data|tests)/[\w./]+)`", text):
        assert (folder / path).is_file() or (root / path).is_file(), path


def test_bfi_ingests_all_answers_and_drops_what_is_not_declared(results):
    """2,800 people; gender and education stay behind; missing answers are empty, not zero or NA."""
    responses = table(results("bfi"), "ingest/responses")
    assert responses.shape == (2800, 27)
    assert responses["respondent"].iloc[[0, -1]].tolist() == ["R0001", "R2800"]
    assert responses.isna().sum().sum() == 508
    assert table(results("bfi"), "ingest/dropped")["column"].tolist() == ["gender", "education"]
    assert responses["age"].agg(["min", "max"]).tolist() == [3, 86]


def test_bfi_reliability_equals_psych(results, golden):
    """To the last digits of R's files, 1e-12; omega and loadings as near as psych's optimiser comes, 1e-7 and 1e-5."""
    expected = golden("reliability_scales").query("scale != 'agree_unkeyed'").set_index("scale")
    found = table(results("bfi"), "reliability/scales").set_index("scale")
    assert found["n"].tolist() == expected["n"].tolist()
    for column in ("alpha", "alpha_low", "alpha_high", "std_alpha", "mean_inter_item_r"):
        np.testing.assert_allclose(found[column], expected[column], rtol=1e-12, err_msg=column)
    np.testing.assert_allclose(found["omega_total"], expected["omega_total"], rtol=1e-7)
    items = golden("reliability_items").query("scale != 'agree_unkeyed'").set_index("item")
    found = table(results("bfi"), "reliability/items").set_index("item")
    assert found.index.tolist() == items.index.tolist()
    for column in ("mean", "sd", "item_rest_r", "alpha_if_dropped"):
        np.testing.assert_allclose(found[column], items[column], rtol=1e-12, err_msg=column)
    np.testing.assert_allclose(found["loading"], items["loading"], atol=1e-5)


def test_bfi_scores_equal_psych(results, golden):
    """For the people in R's file who answered enough; the file keeps 15 digits."""
    expected = golden("scoring_bfi").set_index("respondent")
    found = table(results("bfi"), "scoring/scores").set_index("respondent").loc[expected.index, expected.columns]
    given = found.notna().to_numpy()
    assert given.mean() > 0.97
    np.testing.assert_allclose(found.to_numpy()[given], expected.to_numpy()[given], rtol=1e-12)


def test_bfi_moderation_is_a_regression(results):
    """The example's model against a plain least-squares fit of the file's own scores."""
    scores = table(results("bfi"), "scoring/scores").dropna(subset=["neuroticism", "conscientious", "age"])
    x, w = (scores[name] - scores[name].mean() for name in ("conscientious", "age"))
    expected = np.linalg.lstsq(np.column_stack([np.ones(len(x)), x, w, x * w]), scores["neuroticism"])[0]
    found = table(results("bfi"), "moderation/age/coefficients")
    assert found["term"].tolist() == ["intercept", "conscientious", "age", "conscientious:age"]
    np.testing.assert_allclose(found["estimate"], expected, rtol=1e-9)
    assert table(results("bfi"), "moderation/age/fit")[["n", "dropped"]].to_numpy().tolist() == [[2787, 13]]
    assert len(table(results("bfi"), "moderation/age/dropped")) == 13


@pytest.mark.parametrize("model", ["main", "ideology_age", "ideology_negemot", "sex_negemot", "sex_ideology", "sex_age"])
def test_globalwarming_equals_r(results, golden, model):
    """Coefficients, fit, conditional effects and boundaries of every model, from the files, to 1e-9 (p: 1e-8)."""
    folder = results("globalwarming") / "moderation" / model
    for name, key in (("coefficients", "term"), ("conditional_effects", "probe"), ("fit", "n"), ("johnson_neyman", "boundary")):
        expected = golden(f"globalwarm_{name}").query("model == @model").drop(columns="model")
        found = table(folder, name)
        if name in ("coefficients", "conditional_effects"):
            expected, found = expected.set_index(key), found.set_index(key).loc[expected[key]]
        assert len(found) == len(expected)
        for column in expected:
            tolerance = 1e-8 if column.startswith("p_") else 1e-9
            np.testing.assert_allclose(found[column].astype(float), expected[column], rtol=tolerance, err_msg=f"{name}: {column}")


def test_globalwarming_regions(results):
    """Every shape that the README promises."""
    found = {
        model: table(results("globalwarming"), f"moderation/{model}/johnson_neyman_regions")["sign"].tolist()
        for model in ("main", "ideology_age", "ideology_negemot", "sex_negemot", "sex_ideology", "sex_age")
    }
    none, plus, minus = "not significant", "positive", "negative"
    assert found == {
        "main": [plus],
        "ideology_age": [none, minus],
        "ideology_negemot": [minus, none],
        "sex_negemot": [minus, none, plus],
        "sex_ideology": [plus, none, minus],
        "sex_age": [none],
    }


def test_globalwarming_bootstrap_agrees_with_a_long_run(results, golden):
    """20,000 resamples against 200,000 in R, within .1 standard errors; standard errors within 3%."""
    folder = results("globalwarming") / "moderation/main"
    found = pd.concat([table(folder, "coefficients").set_index("term"), table(folder, "conditional_effects").set_index("probe")])
    expected = golden("globalwarm_bootstrap").set_index("quantity")
    found, unit = found.loc[expected.index], expected["boot_std_error"]
    assert (np.abs(found["boot_std_error"] - unit) / unit).max() < 0.03
    for end in ("boot_low", "boot_high"):
        assert (np.abs(found[end] - expected[end]) / unit).max() < 0.1
    assert table(folder, "fit")[["resamples", "redrawn"]].to_numpy().tolist() == [[20_000, 0]]


def test_globalwarming_has_no_scales(results):
    """Stages without a section in the config do not run."""
    stages = {path.name for path in results("globalwarming").iterdir()}
    assert stages == {"ingest", "scoring", "moderation", "multiverse", "replication", "report", "logs"}


# three simulated samples that repeat the published study -------------------------------------------------


@pytest.fixture(scope="module")
def repeated(root, tmp_path_factory) -> Path:
    """The results of the example, without the reports of its samples."""
    folder = tmp_path_factory.mktemp("examples") / "new_samples"
    shutil.copytree(root / "examples/new_samples", folder, ignore=shutil.ignore_patterns("results", ".snakemake"))
    config = folder / "config/config.yaml"
    text = config.read_text(encoding="utf-8").replace("    attributes:", "    report: false\n    attributes:")
    text = text.replace("\nmoderation:\n", "\nmoderation:\n  simulation: {studies: 100, resamples: 100}\n")
    config.write_text(text + "report: {formats: [html, tables]}\n", encoding="utf-8")
    command = [sys.executable, "-m", "snakemake", "-s", root / "Snakefile", "-d", folder]
    finished = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
    assert finished.returncode == 0, finished.stderr
    return folder


def test_the_samples_are_what_the_program_simulates(root, repeated):
    """Byte for byte; and the published sample is the root's."""
    for sample in ("lyon2026", "koeln2027", "madrid2027"):
        assert (repeated / f"data/raw/{sample}_synthetic.csv").is_file()
        (repeated / f"data/raw/{sample}_synthetic.csv").rename(repeated / f"data/{sample}.csv")
    subprocess.run([sys.executable, repeated / "data/simulate.py"], check=True)
    for sample in ("lyon2026", "koeln2027", "madrid2027"):
        assert (repeated / f"data/raw/{sample}_synthetic.csv").read_bytes() == (repeated / f"data/{sample}.csv").read_bytes()
    name = "data/raw/schmitt2021_synthetic.csv"
    assert (root / name).read_bytes() == (repeated / name).read_bytes()


def test_the_truth_of_the_new_samples_is_found(repeated):
    """Two replicate, one does not; the reworded item is found, and the published sample is not pooled."""
    folder = repeated / "results/new_samples"
    effects = table(folder, "synthesis/effects").set_index("sample")
    assert effects.index.tolist() == ["lyon2026", "koeln2027", "madrid2027", "published"]
    verdicts = table(folder, "synthesis/verdicts").set_index(["sample", "criterion"])["verdict"]
    for sample in ("lyon2026", "koeln2027"):
        assert verdicts[sample, "significant"] == verdicts[sample, "inside_new"] == verdicts[sample, "prediction"] == "yes"
        assert verdicts[sample, "sceptical"] == "depends"
    assert set(verdicts["madrid2027"]) == {"no"}
    items = table(folder, "synthesis/invariance_items")
    found = items[items["dmacs_low"] > 0.4]
    assert set(found["item"]) == {"promotion_3"}
    assert found[["sample_a", "sample_b"]].to_numpy().tolist() == [["lyon2026", "koeln2027"], ["koeln2027", "madrid2027"]]
    levels = table(folder, "synthesis/invariance_models").set_index(["scale", "level"])["verdict"]
    assert levels["promotion", "metric"] == "holds"
    assert levels["promotion", "scalar"] == "fails"
    assert levels["usefulness", "scalar"] == levels["support", "scalar"] == "holds"


def test_the_overview_leads_with_the_answer(repeated, capsys):
    """The pooled effect, each sample's verdicts, that the data are synthetic; and `plan` tells what a further sample needs."""
    text = (repeated / "results/overview.html").read_text(encoding="utf-8").replace("\xa0", " ")
    answer = text.index("Three new samples: Over three samples (<i>N</i> = 530)")
    assert answer < text.index("madrid2027 disagrees in: same sign and significant") < text.index('id="parts"')
    assert "Synthetic data." in text[: text.index('id="parts"')]
    assert cli.main(["plan", str(repeated)]) == 0
    told = capsys.readouterr().out
    assert "with a power of 80%: N = 201." in told
    assert "prediction interval of the published result exclude zero: N = 100 to" in told


# from a pool of items to profiles ------------------------------------------------------------------------


def run_example(root: Path, name: str, place: Path) -> Path:
    """Run an example in another folder, without Word files and figures."""
    folder = place / name
    shutil.copytree(root / "examples" / name, folder, ignore=shutil.ignore_patterns("results", ".snakemake"))
    config = folder / "config/config.yaml"
    config.write_text(config.read_text(encoding="utf-8") + "report: {formats: [html, tables]}\n", encoding="utf-8")
    command = [sys.executable, "-m", "snakemake", "-s", root / "Snakefile", "-d", folder]
    finished = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
    assert finished.returncode == 0, finished.stderr
    return folder


@pytest.fixture(scope="module")
def three_kinds(root, tmp_path_factory) -> Path:
    """The results of the example of a scale development, without Word files."""
    return run_example(root, "three_kinds", tmp_path_factory.mktemp("examples"))


def test_a_development_finds_the_bad_items(three_kinds, capsys):
    """Of 31 items, exactly the four that the simulation made bad are flagged, and the choice holds in the other half."""
    own = three_kinds / "results/practice_work/development"
    decisions = pd.read_csv(own / "decisions.csv")
    assert decisions.loc[decisions["flags"] > 0, "item"].tolist() == ["pro_06", "rec_07", "dis_05", "dis_09"]
    assert (decisions["flags"] > 0).equals(decisions["decision"] == "drop")
    confirmation = pd.read_csv(own / "confirmation.csv").set_index("construct")
    assert confirmation.loc["all", "cfi"] > 0.97
    assert (confirmation["htmt2"].dropna() < 0.6).all()
    assert pd.read_csv(own / "nomological.csv")["agrees"].all()
    page = (three_kinds / "results/practice_work/report/report.html").read_text(encoding="utf-8")
    assert "Of ten steps, nine are done." in page
    assert "Synthetic data." in page
    assert cli.main(["develop", str(three_kinds)]) == 0
    assert "9 of 10 steps are done" in capsys.readouterr().out


def test_kinds_of_people_are_told_apart(three_kinds):
    """In truth 26% do promotion and reconciliation together and 22% nothing; each is found within sampling error."""
    assignments = pd.read_csv(three_kinds / "results/survey/profiles/assignments.csv")
    found = assignments["coexistence"].value_counts(normalize=True)
    both = (assignments["kinds"] == "promotion + reconciliation").mean()
    assert both == pytest.approx(0.26, abs=3 * np.sqrt(0.26 * 0.74 / 300))
    assert found["uncommitted"] == pytest.approx(0.22, abs=3 * np.sqrt(0.22 * 0.78 / 300))
    assert found["exclusive"] == pytest.approx(0.52, abs=3 * np.sqrt(0.52 * 0.48 / 300) + 0.03)


def test_the_scales_of_the_example_are_those_that_develop_writes(three_kinds, root, tmp_path):
    """And its data are those of the simulation, and its pool that of the published study."""
    copied = tmp_path / "again"
    shutil.copytree(three_kinds, copied, ignore=shutil.ignore_patterns(".snakemake"))
    subprocess.run([sys.executable, copied / "data/simulate.py"], check=True)
    assert cli.main(["develop", str(copied), "--write"]) == 0
    example = root / "examples/three_kinds"
    for path in [
        *(example / "data/raw").glob("*.csv"),
        *(example / "scales").glob("*.yaml"),
        *(example / "development").iterdir(),
    ]:
        assert (copied / path.relative_to(example)).read_bytes() == path.read_bytes(), path.name
    for name in ("constructs.yaml", "items.yaml"):
        assert (example / "development" / name).read_bytes() == (root / "development" / name).read_bytes()


# questions with several answers, beside the cases --------------------------------------------------------


@pytest.fixture(scope="module")
def follow_up(root, tmp_path_factory) -> Path:
    """The results of the survey that the companion study proposes, without Word files."""
    return run_example(root, "follow_up", tmp_path_factory.mktemp("examples"))


def test_the_hypothesis_of_the_companion_study_is_recovered(follow_up):
    """Every coefficient of the truth is within three standard errors, and functions depend on the strategy at the first stage."""
    own = follow_up / "results/firms"
    strategy = pd.read_csv(own / "categorical/strategy/coefficients.csv").set_index(["category", "term"])
    maturity = pd.read_csv(own / "categorical/maturity/coefficients.csv").set_index("term")
    truth = {(2, "log_employees"): 0.7, (2, "experience"): 0.0, (3, "log_employees"): 0.2, (3, "experience"): 0.15}
    for term, known in truth.items():
        assert strategy.loc[term, "estimate"] == pytest.approx(known, abs=3 * strategy.loc[term, "std_error"])
    for term, known in {"log_employees": 0.0, "experience": 0.2, "learning": 0.6}.items():
        assert maturity.loc[term, "estimate"] == pytest.approx(known, abs=3 * maturity.loc[term, "std_error"])
    tests = pd.read_csv(own / "multiple_response/functions/tests.csv")
    primary = tests[
        (tests["test"] == "functions_by_strategy") & tests["primary"].fillna(False).astype(bool) & tests["by"].notna()
    ]
    assert primary.loc[primary["p_holm"] < 0.05, "by"].tolist() == ["prospecting_preapproach"]


def test_the_joint_display_finds_the_two_claims_that_do_not_hold(follow_up):
    display = pd.read_csv(follow_up / "results/firms/multiple_response/functions/joint_display.csv")
    assert len(display) == 49
    differs = display[display["agreement"] == "differs"]
    assert list(zip(differs["by"], differs["option"], strict=True)) == [
        ("presentation", "sharing"),
        ("follow_up", "relationship"),
    ]
    page = (follow_up / "results/firms/report/report.html").read_text(encoding="utf-8")
    assert "Of 49 claims of the cases about functions of social media, the survey agreed with 44, differed from 2" in page
    assert "joint display of cases and survey" in page
    assert "Synthetic data." in page


def test_the_firms_are_those_of_the_simulation(follow_up, root):
    subprocess.run([sys.executable, follow_up / "data/simulate.py"], check=True)
    name = "data/raw/follow_up_synthetic.csv"
    assert (follow_up / name).read_bytes() == (root / "examples/follow_up" / name).read_bytes()
    for name in ("units.csv", "codings.csv", "codebook.yaml", "table_6_1.csv"):
        own = root / "examples/follow_up/data/raw/bercier2020_cases" / name
        assert own.read_bytes() == (root / "data/raw/bercier2020_cases" / name).read_bytes()
