"""Whole runs of sets of codings: without any sample, and again after a change."""

import pandas as pd
import yaml

CODINGS = "unit,code\nA,asking\nB,asking\nB,warning\n"
CONFIG = {
    "coding": {"talks": {"units": "data/raw/units.csv", "codings": "data/raw/codings.csv", "codebook": "data/raw/book.yaml"}},
    "replication": {
        "talks": {
            "source": "A book",
            "claims": [
                {"claim": "Who asks", "published": "2", "table": "coding/codings", "row": {"code": "asking"}, "count": "unit"},
                {"claim": "Who sings", "published": "1", "table": "coding/codings", "row": {"source": "Song"}, "count": "unit"},
            ],
        }
    },
}


def test_a_study_of_a_set_alone(tmp_path, run):
    """Its tables, ledger and report; idle when run again; a changed file reruns it; a mistake ends in a sentence."""
    for name, text in {
        "config/config.yaml": yaml.safe_dump(CONFIG),
        "data/raw/units.csv": "unit\nA\nB\nC\n",
        "data/raw/codings.csv": CODINGS,
        "data/raw/book.yaml": "others: [{id: asking, label: Asking}, {id: warning, label: Warning}]",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    finished = run(tmp_path)
    assert finished.returncode == 0, finished.output
    folder = tmp_path / "results/talks"
    ledger = pd.read_csv(folder / "replication/ledger.csv")
    assert ledger["reproduced"].tolist() == [2, 0]
    assert ledger["agrees"].tolist() == [True, False]
    incidence = pd.read_csv(folder / "coding/incidence.csv")
    assert incidence[["unit", "code"]].to_numpy().tolist() == [["A", "asking"], ["B", "asking"], ["B", "warning"]]
    assert "Who sings (A book): 1 as published, 0 from the tables." in (folder / "report/report.html").read_text()

    before = (folder / "coding/incidence.csv").stat().st_mtime_ns
    assert run(tmp_path).returncode == 0
    assert (folder / "coding/incidence.csv").stat().st_mtime_ns == before

    (tmp_path / "data/raw/codings.csv").write_text(CODINGS + "D,asking\n")
    finished = run(tmp_path)
    assert finished.returncode != 0
    assert "data/raw/codings.csv, row 5: unit 'D' is not in data/raw/units.csv" in finished.output
    assert "Traceback" not in finished.output
