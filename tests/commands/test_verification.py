"""Verification: what is held against what, what makes it fail, and what a reviewer is told; runs are played by files."""

import hashlib
import shutil
from pathlib import Path

import pandas as pd
import pytest
import yaml

from practicework.commands import cli
from practicework.commands.verification import numbers, runs, verify
from practicework.errors import StudyError

SCORES = pd.DataFrame(
    {
        "Variable": ["1. age", "2. years", "Of these", "2. years"],
        "n": ["40", "39", "", "38"],
        "M": ["31.25", "4.1000000000000005", "", "-0.25"],
        "Range": ["20–65", "0–9", "", "none"],
    }
)
CLAIMS = pd.DataFrame(
    {
        "claim": ["Respondents", "Mean age"],
        "source": "A paper",
        "published": ["40", "30"],
        "reproduced": [40.0, 31.25],
        "agrees": [True, False],
        "table": "scoring/summary",
        "row": "variable = age",
        "column": ["n", "mean"],
        "note": "",
        "kind": ["design", "statistic"],
        "tolerance": [None, 0.5 / 30],
    }
)


def write_report(results: Path, tables: dict[str, pd.DataFrame], claims: pd.DataFrame | None = None) -> None:
    """What the report stage leaves behind: a list of tables, and each as CSV."""
    (results / "report/tables").mkdir(parents=True, exist_ok=True)
    rows = [("table", str(number), "scoring", name, name.capitalize()) for number, name in enumerate(tables, 1)]
    rows.append(("figure", "1", "scoring", "points", "Points"))
    frame = pd.DataFrame(rows, columns=["kind", "number", "stage", "name", "title"])
    frame.to_csv(results / "report/contents.csv", index=False)
    for name, table in tables.items():
        table.to_csv(results / "report/tables" / f"{name}.csv", index=False)
    if claims is not None:
        (results / "replication").mkdir(exist_ok=True)
        claims.to_csv(results / "replication/ledger.csv", index=False)


class Lab:
    """A study with results, and what the next run gives for each file that stands for a sample's."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config = {"title": "Age in the lab", "samples": {"s": {"file": "data/raw/s.csv"}}, "variables": ["age"]}
        self.tables = {"scores": SCORES.copy(), "other": pd.DataFrame({"Index": ["r"], "Value": ["0.5"]})}
        self.claims = CLAIMS.copy()
        for part in ("config", "data/raw"):
            (folder / part).mkdir(parents=True)
        (folder / "data/raw/s.csv").write_text("age\n20\n30\n")
        (folder / "data/raw/t.csv").write_text("age\n20\n30\n")

    def write(self) -> "Lab":
        """The config, and results as the run gives them."""
        (self.folder / "config/config.yaml").write_text(yaml.safe_dump(self.config))
        for name in self.config["samples"]:
            write_report(self.folder / "results" / name, self.tables, self.claims)
        return self

    def play(self, folder: Path, code: Path) -> None:
        """In the place of Snakemake."""
        config = yaml.safe_load((folder / "config/config.yaml").read_text())
        for name in config["samples"]:
            shutil.rmtree(folder / "results" / name, ignore_errors=True)
            write_report(folder / "results" / name, self.tables, self.claims)
        self.ran = config

    def expected(self, name: str = "s") -> Path:
        return self.folder / f"config/expected/{name}.csv"

    def change(self, column: str, old: str, new: str) -> None:
        """Mutate the first expectation of a column."""
        text = self.expected().read_text()
        assert f"{column},{old}\n" in text
        self.expected().write_text(text.replace(f"{column},{old}\n", f"{column},{new}\n", 1))

    def verify(self, capsys: pytest.CaptureFixture, *options: str) -> tuple[int, str]:
        """Exit status, and what is told, with the lines of a sentence joined."""
        status = cli.main(["verify", str(self.folder), *options])
        told = capsys.readouterr()
        return status, (told.out + told.err).replace("\n  ", " ")


@pytest.fixture
def lab(tmp_path, monkeypatch, capsys):
    """A study whose expectations are written."""
    made = Lab(tmp_path / "study").write()
    monkeypatch.setattr(runs, "_run", made.play)
    assert cli.main(["expect", str(made.folder)]) == 0
    assert capsys.readouterr().out == "Wrote config/expected/s.csv\n"
    return made


def test_every_number_of_every_table_is_taken_with_its_label(lab):
    """Texts among numbers are none, and rows without numbers hold nothing; a label ends before the first number."""
    found = numbers.numbers(lab.folder / "results/s")
    cells = found[found["table"] == "scores"]
    assert [tuple(row) for row in cells[["row", "label", "column", "value"]].to_numpy()] == [
        (1, "1. age", "n", 40),
        (1, "1. age", "M", 31.25),
        (2, "2. years", "n", 39),
        (2, "2. years", "M", 4.1000000000000005),
        (4, "2. years", "n", 38),
        (4, "2. years", "M", -0.25),
    ]
    assert found[found["table"] == numbers.LEDGER]["value"].tolist() == [1, 0]


def test_expectations_come_back_with_all_their_digits(lab):
    pd.testing.assert_frame_equal(numbers.read_expected(lab.expected()), numbers.numbers(lab.folder / "results/s"))
    assert lab.expected().read_text().splitlines()[:2] == ["table,row,label,column,value", "scores,1,1. age,n,40"]


def test_all_the_same_is_reproduced(lab, capsys):
    """Own results are neither needed nor touched; the claim that disagrees is one that the study expects so."""
    shutil.rmtree(lab.folder / "results")
    status, told = lab.verify(capsys)
    assert status == 0
    assert "Verdict: All 9 expected numbers were reproduced." in told
    assert "s: 1 of 2 published values disagree" in told
    assert "; this is expected for 1." in told
    assert [path.name for path in (lab.folder / "results").iterdir()] == ["verification.csv"]
    table = pd.read_csv(lab.folder / "results/verification.csv")
    assert table.groupby("against")["verdict"].value_counts().to_dict() == {
        ("expectation", "same"): 9,
        ("publication", "agrees"): 1,
        ("publication", "disagrees, as the study expects"): 1,
    }


def test_a_mutated_expectation_differs(lab, capsys):
    lab.change("M", "31.25", "31.5")
    status, told = lab.verify(capsys, "--csv", str(lab.folder / "all.csv"))
    assert status == 1
    assert "s, scores, row 1, 'M': expected 31.5, found 31.25; 1. age" in told
    assert "Verdict: 8 of 9 expected numbers were reproduced; the others were not." in told
    table = pd.read_csv(lab.folder / "all.csv").query("verdict == 'differs'")
    assert table[["label", "column", "expected", "found"]].to_numpy().tolist() == [["1. age", "M", 31.5, 31.25]]
    assert table["difference"].tolist() == pytest.approx([0.25 / 31.5])


def test_a_table_that_is_gone_is_missing(lab, capsys):
    del lab.tables["other"]
    status, told = lab.verify(capsys)
    assert status == 1
    assert "s, other, row 1, 'Value': expected 0.5, is missing; r" in told


def test_within_the_tolerance_is_a_minor_issue(lab, capsys):
    lab.change("M", "31.25", "31.251")
    status, told = lab.verify(capsys)
    assert status == 0
    assert "Verdict: All 9 expected numbers were reproduced, 1 of them with rounding differences below 0.0001." in told
    status, told = lab.verify(capsys, "--tolerance", "1e-6")
    assert status == 1
    assert lab.verify(capsys, "--tolerance", "2")[1].startswith("Error: --tolerance is 2; give a relative difference")


def test_numbers_that_nothing_expects_are_counted(lab, capsys):
    lab.tables["third"] = pd.DataFrame({"Index": ["q"], "Value": ["7"]})
    status, told = lab.verify(capsys)
    assert status == 0
    assert "Verdict: All 9 expected numbers were reproduced. 1 reported number has no expected value and was not" in told


def test_a_cut_expectation_is_no_reproduction(lab, capsys):
    lines = lab.expected().read_text().splitlines(keepends=True)
    lab.expected().write_text("".join(lines[:5]))
    status, told = lab.verify(capsys)
    assert status == 1
    assert "Verdict: 4 of 9 reported numbers have an expected value; these were reproduced." in told
    assert "this is not a reproduction of the study" in told
    lab.expected().write_text("".join(lines[:7]))
    status, told = lab.verify(capsys)
    assert status == 0
    assert "All 6 expected numbers were reproduced. 3 reported numbers have no expected value and were not compared." in told


def test_results_that_lie_in_the_study_are_read_on_request(lab, capsys):
    """The rerun may agree though the results next to it were changed."""
    table, checksums = lab.folder / "results/s/report/tables/scores.csv", lab.folder / "checksums.txt"
    checksums.write_text(f"{hashlib.sha256(table.read_bytes()).hexdigest()}  results/s/report/tables/scores.csv\n")
    status, told = lab.verify(capsys)
    assert (status, "Note: The results in results/ were not read; --shipped compares them, too." in told) == (0, True)
    status, told = lab.verify(capsys, "--shipped")
    assert status == 0
    assert "Note: All 9 numbers in results/ match the expected ones." in told
    assert "Note: No file in checksums.txt has changed (1 files)." in told
    table.write_text(table.read_text().replace("31.25", "31.5"))
    assert lab.verify(capsys)[0] == 0
    status, told = lab.verify(capsys, "--shipped")
    assert status == 1
    assert "Note: Numbers in results/ that do not match the expected ones: 1 of 9." in told
    changed = "Note: Files in checksums.txt that are missing or have changed (1 of 1): "
    assert f"{changed}results/s/report/tables/scores.csv." in told
    rows = pd.read_csv(lab.folder / "results/verification.csv").query("against == 'shipped results' and verdict == 'differs'")
    assert rows[["table", "expected", "found"]].to_numpy().tolist() == [["scores", 31.25, 31.5]]
    shutil.rmtree(lab.folder / "results")
    checksums.write_text("0  ../../etc/passwd\n")
    status, told = lab.verify(capsys, "--shipped")
    assert status == 1
    assert "Note: There are no results of s in results/." in told
    assert f"{changed}../../etc/passwd." in told


def test_more_than_half_apart_is_no_reproduction(lab, capsys):
    lab.tables["scores"]["M"], lab.tables["scores"]["n"] = ["1", "2", "", "3"], ["4", "5", "", "6"]
    status, told = lab.verify(capsys)
    assert status == 1
    assert "Verdict: Most expected numbers were not reproduced: 6 of 9 differ or are missing." in told


def test_a_claim_fails_only_where_agreement_is_expected(lab, capsys):
    """And a claim that agrees all of a sudden is a difference, too."""
    lab.claims.loc[0, ["reproduced", "agrees"]] = [39.0, False]
    status, told = lab.verify(capsys)
    assert status == 1
    assert "s, claim 'Respondents': does not agree any more" in told
    assert "; this is expected for 1 and unexpected for 1." in told
    lab.claims["agrees"] = [True, True]
    status, told = lab.verify(capsys)
    assert (status, "claim 'Mean age': now agrees, which is not expected" in told) == (1, True)


def test_expect_refuses_without_results(lab, capsys):
    lab.expected().unlink()
    (lab.folder / "results/s/report/tables/other.csv").unlink()
    assert cli.main(["expect", str(lab.folder)]) == 1
    assert (
        capsys.readouterr().err
        == "Error: results/s/report/tables/other.csv does not exist; run the study first: practicework run.\n"
    )
    assert not lab.expected().exists()


def test_without_expectations_there_is_nothing_to_verify(lab, capsys):
    lab.expected().unlink()
    status, told = lab.verify(capsys)
    assert status == 1
    assert told.startswith("Error: config/expected/ contains no numbers to compare with; run the study")
    assert told.count("\n") == 1


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("label,column", "labels,column", "must have the columns table, row, label, column, value"),
        ("n,40", "n,forty", "row 2, column 'value': 'forty' is not a number"),
    ],
)
def test_a_broken_expectation_is_told(lab, capsys, old, new, sentence):
    lab.expected().write_text(lab.expected().read_text().replace(old, new, 1))
    status, told = lab.verify(capsys)
    assert status == 1
    assert told.startswith("Error: config/expected/s.csv")
    assert sentence in told


def test_an_absent_file_without_stand_in_says_how_to_get_on(lab, capsys):
    lab.config["samples"]["s"]["access"] = "write to the lab."
    lab.write()
    (lab.folder / "data/raw/s.csv").unlink()
    status, told = lab.verify(capsys)
    assert status == 1
    assert told == (
        "Error: The file of 's', data/raw/s.csv, is missing, and the config names no stand-in; obtain the file from the study's "
        "authors (write to the lab) and save it there, or ask them for a stand-in (practicework stand-in).\n"
    )


def test_what_is_there_is_verified_beside_what_is_not(lab, capsys):
    """The other sample runs without it, and the whole does not pass."""
    lab.config["samples"]["t"] = {"file": "data/raw/t.csv"}
    lab.write()
    assert cli.main(["expect", str(lab.folder)]) == 0
    (lab.folder / "data/raw/s.csv").unlink()
    status, told = lab.verify(capsys)
    assert status == 1
    assert list(lab.ran["samples"]) == ["t"]
    assert "Note: The file of 's', data/raw/s.csv, is missing" in told
    assert "Verdict: Of the parts that could be run, all 9 expected numbers were reproduced." in told


@pytest.fixture
def without(lab, capsys):
    """The lab, whose private file has a stand-in; its report gives other numbers."""
    lab.config["samples"]["s"]["stand_in"] = "data/raw/s_synthetic.csv"
    (lab.folder / "data/raw/s_synthetic.csv").write_text("respondent,age\nR0001,25\nR0002,35\n")
    lab.write()
    lab.tables["scores"].loc[0, "M"] = "33.5"
    return lab


def test_a_stand_in_is_compared_with_its_own_expectations(without, capsys):
    """It runs as a coded, synthetic sample; what it shows, and what not, is told."""
    assert cli.main(["expect", str(without.folder)]) == 0
    assert capsys.readouterr().out == "Wrote config/expected/s.csv\nWrote config/expected/s_stand_in.csv\n"
    assert "M,31.25" in without.expected().read_text()
    assert "M,33.5" in without.expected("s_stand_in").read_text()
    assert without.ran["samples"]["s"]["file"] == "data/raw/s_synthetic.csv"
    (without.folder / "data/raw/s.csv").unlink()
    status, told = without.verify(capsys)
    assert status == 0
    assert "run on a synthetic stand-in because its file is missing: the pipeline runs and gives the numbers shown above" in told
    assert "this does not verify the study's own numbers" in told
    assert "published values" not in told
    assert "Verdict: On synthetic stand-ins, all 9 expected numbers were reproduced." in told
    assert without.ran["samples"]["s"]["synthetic"].startswith("A stand-in for data that are not public")
    text = without.expected("s_stand_in").read_text()
    without.expected("s_stand_in").write_text(text.replace("M,33.5", "M,33"))
    assert without.verify(capsys)[0] == 1


def test_a_stand_in_without_expectations_is_held_against_nothing(without, capsys):
    """Least of all against the numbers of the real sample; that is no pass."""
    (without.folder / "data/raw/s.csv").unlink()
    status, told = without.verify(capsys)
    assert status == 1
    assert "no numbers are compared" in told
    assert "Verdict: none. The pipeline runs on synthetic stand-ins, but there are no expected numbers." in told


def test_with_its_file_the_stand_in_stays_unused(without, capsys):
    without.tables["scores"].loc[0, "M"] = "31.25"
    assert without.verify(capsys)[0] == 0
    assert without.ran["samples"]["s"]["file"] == "data/raw/s.csv"


def test_a_synthetic_sample_is_called_so(lab, capsys):
    lab.config["samples"]["s"]["synthetic"] = "Computed to show how it works."
    lab.write()
    assert "Note: s is synthetic. Computed to show how it works." in lab.verify(capsys)[1]


def test_the_summary_fits_one_screen(lab, capsys):
    """Many parts, many differences, long notes."""
    lab.config["samples"] |= {
        f"a_sample_with_a_rather_long_name_{number}": {"file": "data/raw/t.csv", "synthetic": "Computed. " * 30}
        for number in range(9)
    }
    lab.write()
    assert cli.main(["expect", str(lab.folder)]) == 0
    lab.tables["scores"]["M"] = ["1", "2", "", "3"]
    capsys.readouterr()
    assert cli.main(["verify", str(lab.folder)]) == 1
    told = capsys.readouterr().out
    lines = told.rstrip("\n").split("\n")
    assert len(lines) <= 24
    assert max(map(len, lines[:-1])) <= 100  # the last is the path of the file
    assert "Verdict: 60 of 90 expected numbers were reproduced; the others were not." in told


@pytest.mark.parametrize(("name", "sentence"), [(".", "is a folder"), ("config/config.yaml/x.csv", "cannot be written")])
def test_a_file_that_cannot_be_written_is_told_before_the_run(lab, capsys, name, sentence):
    status, told = lab.verify(capsys, "--csv", str(lab.folder / name))
    assert status == 1
    assert sentence in told
    assert not hasattr(lab, "ran")


def test_a_pipeline_that_does_not_run_is_told_in_one_sentence(lab, monkeypatch):
    """Snakemake's own lines stay behind; here it refuses the folder, since there is no Snakefile."""
    monkeypatch.undo()
    with pytest.raises(StudyError, match="Not reproduced because the pipeline failed: ") as caught:
        verify(lab.folder, lab.folder)
    assert "\n" not in str(caught.value)
