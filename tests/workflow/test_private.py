"""Nobody's name past the door: whole runs on exports full of personal data, and a search of all that they wrote."""

import shutil
import sys
from pathlib import Path

import pandas as pd

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

import exports  # noqa: E402
from export_studies import study  # noqa: E402


def leaks(folder: Path) -> list[str]:
    """Where a secret stands in any file that a run wrote."""
    found = []
    for file in folder.rglob("*"):
        if (
            file.is_file()
            and not file.is_relative_to(folder / "data")
            and not file.is_relative_to(folder / ".snakemake/metadata")
        ):
            content = file.read_bytes().decode("utf-8", errors="replace").casefold()
            found += [f"{file.name}: {secret}" for secret in exports.SECRETS if len(secret) > 3 and secret.casefold() in content]
    return found


def test_no_secret_in_anything_that_a_run_writes(tmp_path, run):
    """Tables, reports, logs: nothing of names, addresses, numbers, places, tokens or comments, whatever tool exported them."""
    samples = {"s": "excel", "qualtrics": "qualtrics text", "limesurvey": "limesurvey full french", "spss": "spss"}
    folder = study(tmp_path, samples)
    done = run(folder)
    assert done.returncode == 0, done.output
    assert leaks(folder) == []
    assert [secret for secret in exports.SECRETS if len(secret) > 3 and secret in done.output] == []
    for sample in samples:
        assert (folder / f"results/{sample}/report/report.html").is_file()
        reasons = pd.read_csv(folder / f"results/{sample}/ingest/dropped.csv")["reason"]
        assert reasons.isin(["direct identifier", "contact", "network", "location", "free text"]).any()


def test_a_secret_in_a_declared_column_ends_the_run_unnamed(tmp_path, run):
    """The sentence names file, row and column, and never the cell."""
    cells = {"s": "jane.roe@example.org", "t": "192.168.7.42", "u": "+33 6 11 22 33 44"}
    folder = study(tmp_path, dict.fromkeys(cells, "csv"))
    for sample, cell in cells.items():
        file = folder / f"data/raw/{sample}_{exports.EXPORTS['csv'].file}"
        table = pd.read_csv(file, dtype=str, keep_default_na=False)
        table.loc[2, "age"] = cell
        table.to_csv(file, index=False)
    done = run(folder, *[f"results/{sample}/scoring/scores.csv" for sample in cells])
    assert done.returncode != 0
    for sample, cell in cells.items():
        assert f"data/raw/{sample}_{exports.EXPORTS['csv'].file}, row 4, column 'age'" in done.output
        assert cell not in done.output
        assert not (folder / f"results/{sample}/scoring/scores.csv").exists()
    shutil.rmtree(folder / "data")
    written = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
    assert not [cell for cell in cells.values() for content in written if cell.encode() in content]


def test_the_search_finds_what_is_there(tmp_path):
    """The search itself can fail: a planted secret is found."""
    (tmp_path / "results").mkdir()
    secret = next(one for one in exports.SECRETS if len(one) > 3)
    (tmp_path / "results/x.csv").write_text(f"a,{secret.upper()}\n", encoding="utf-8")
    assert leaks(tmp_path)
