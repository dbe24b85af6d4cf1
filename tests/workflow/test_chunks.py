"""Chunks of samples in one job give the files of jobs by stage; formats and the switch of a sample's report."""

import re
import shutil
from pathlib import Path

import pytest
import yaml

from practicework.commands.verification import expect
from practicework.errors import StudyError
from practicework.study import load_study
from practicework.study.chunks import chunks

ROOT = Path(__file__).resolve().parents[2]


def study(tiny, samples: int = 3, **keys: object) -> Path:
    """A tiny study with several samples and without latent profiles; the second sample has no report."""
    tiny.config.get("profiles", {})["latent"] = None
    tiny.config |= keys
    tiny.config["samples"] = {f"s{n}": {"file": f"data/raw/s{n}.csv", "respondent": "id"} for n in range(samples)}
    tiny.config["samples"]["s1"]["report"] = False
    del tiny.config["replication"]
    tiny.config["synthesis"] = {"synthesis": {"same_people": False}}  # all samples number people from 1
    folder = tiny.write()
    tiny.sample.unlink()
    for n in range(samples):
        tiny.write_rows(folder / f"data/raw/s{n}.csv", [tiny.rows[0], *tiny.answers(40, seed=n)])
    return folder


def results(folder: Path) -> dict[str, bytes]:
    """The content of every result, without logs and Snakemake's own marks of folders."""
    files = {path.relative_to(folder / "results").as_posix(): path for path in (folder / "results").rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in files.items() if "logs/" not in name and path.name[0] != "."}


def planned(output: str) -> set[str]:
    """The jobs that a dry run names."""
    return set(re.findall(r"^(?:local)?rule (\w+):$", output, re.M)) - {"all"}


@pytest.fixture(scope="module")
def chunked(tmp_path_factory, new_tiny, run) -> Path:
    """A finished study of three samples in chunks of two."""
    folder = study(new_tiny(tmp_path_factory.mktemp("chunks") / "study"), chunk=2)
    finished = run(folder, "--cores", "2")
    assert finished.returncode == 0, finished.output
    assert planned(finished.output) == {"samples_1", "samples_3", "synthesis", "report", "overview"}
    return folder


def test_same_bytes_as_one_job_per_stage(chunked, tiny, run):
    """Every table and page; and the overview. Word files and images are compared on a cluster, see `test_slurm`."""
    folder = study(tiny)
    finished = run(folder, "--cores", "2")
    assert finished.returncode == 0, finished.output
    apart, together = results(folder), results(chunked)
    assert len(apart) > 250
    assert set(apart) == set(together)
    assert [name for name, content in apart.items() if content != together[name]] == []


def test_only_the_chunk_of_a_changed_sample_runs_again(chunked, tmp_path, run):
    """Nothing without a change; the chunk of the sample whose file changes, or whose report is removed."""
    folder = shutil.copytree(chunked, tmp_path / "study")
    assert planned(run(folder, "-n").output) == set()
    shutil.rmtree(folder / "results/s2/report")
    assert planned(run(folder, "-n").output) == {"samples_3", "synthesis", "report", "overview"}
    shutil.copytree(chunked / "results/s2/report", folder / "results/s2/report")
    with (folder / "data/raw/s1.csv").open("a") as file:
        file.write("P999,1,2,3,4,5,1,2,3,4,50\n")
    assert planned(run(folder, "-n").output) == {"samples_1", "synthesis", "report", "overview"}


def test_mistakes_of_all_samples_of_a_chunk_are_reported(tiny, run):
    """Each with its sentence; the other chunk has its report."""
    folder = study(tiny.edit("config.profiles"), chunk=2)
    for name in ("s0", "s1"):
        file = folder / f"data/raw/{name}.csv"
        file.write_text(re.sub(r"^(P00[35],)\d", r"\g<1>9", file.read_text(), flags=re.M))
    finished = run(folder, "--cores", "2")
    assert finished.returncode == 1
    for name in ("s0", "s1"):
        assert f"Error: data/raw/{name}.csv, row 4, column 'pride_1': '9' is outside the response range" in finished.output
    assert "Traceback" not in finished.output
    assert (folder / "results/s2/report/report.html").is_file()


def test_formats_and_samples_without_report(tiny, run):
    """A page alone is one page and its contents; a sample without report has its tables; the overview links what there is."""
    folder = study(tiny, samples=2, report={"formats": ["html"]})
    finished = run(folder, "--cores", "2")
    assert finished.returncode == 0, finished.output
    written = {path.name for path in (folder / "results/s0/report").iterdir()}
    assert written == {"report.html", "contents.csv"}
    page = (folder / "results/s0/report/report.html").read_text()
    assert "manuscript.docx" not in page
    assert "data:image/svg" in page
    assert not (folder / "results/s1/report").exists()
    assert (folder / "results/s1/moderation/main/fit.csv").is_file()
    overview = (folder / "results/overview.html").read_text()
    assert re.findall(r'href="(s\d/[^"]+)"', overview) == ["s0/report/report.html"]
    with pytest.raises(StudyError, match=r"'report.formats' has no 'tables'"):
        expect(folder, ROOT)
    config = yaml.safe_load((folder / "config/config.yaml").read_text())
    config["report"]["formats"] = ["tables"]
    (folder / "config/config.yaml").write_text(yaml.safe_dump(config))
    with pytest.raises(StudyError, match=r"'samples.s1.report' is false"):
        expect(folder, ROOT)


@pytest.mark.parametrize(
    ("samples", "chunk", "names"),
    [
        (3, None, []),
        (3, 1, []),
        (3, 2, ["samples_1", "samples_3"]),
        (200, None, []),
        (201, None, [f"samples_{first:03d}" for first in range(1, 202, 25)]),
        (201, 1, []),
    ],
)
def test_chunks_begin_beyond_200_samples(tiny, samples, chunk, names):
    """By default; in the order of the config, each sample once."""
    tiny.config["samples"] = {f"s{n}": {"file": "data/raw/s.csv"} for n in range(samples)}
    del tiny.config["replication"]
    found = chunks(load_study(tiny.edit("config.chunk", chunk).write()))
    assert list(found) == names
    if names:
        assert [part.name for chunk in found.values() for part in chunk] == list(tiny.config["samples"])
