"""Benchmark studies of many samples: planning 200 and 1,000, and running 100 in chunks; part of `make performance`.

The samples are resampled from the published study's synthetic sample; no latent profiles.
"""

import csv
import random
import shutil
import sys
import tempfile
from pathlib import Path

import yaml
from whole_study import ROOT, SAMPLE, measured, snakemake, write

CHUNK, MANY = 25, 200


def study(folder: Path, samples: int, **keys: object) -> Path:
    """Write a study with many samples."""
    write(folder, whole=False)
    with (ROOT / f"data/raw/{SAMPLE}_synthetic.csv").open(encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    config = yaml.safe_load((folder / "config/config.yaml").read_text(encoding="utf-8"))
    spec = next(iter(config["samples"].values()))
    config |= keys | {"samples": {}}
    for number in range(samples):
        drawn = random.Random(number).choices(rows, k=len(rows))
        name = f"data/raw/s{number:04d}_synthetic.csv"
        config["samples"][f"s{number:04d}"] = spec | {"file": name}
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            people = [[f"s{place}", *row[1:]] for place, row in enumerate(drawn)]
            csv.writer(file, lineterminator="\n").writerows([header, *people])
    (folder / "config/config.yaml").write_text(yaml.safe_dump(config, allow_unicode=True), encoding="utf-8")
    return folder


def size(folder: Path) -> tuple[int, float]:
    """Return the number of results and their MB."""
    files = [path for path in (folder / "results").rglob("*") if path.is_file()]
    return len(files), sum(path.stat().st_size for path in files) / 1e6


def plans() -> str:
    """Measure planning, and return the section of docs/performance.md."""
    rows = []
    with tempfile.TemporaryDirectory() as temporary:
        for number in (200, 1000):
            folder = study(Path(temporary) / f"plan{number}", number)
            wall, seconds, _ = measured([*snakemake(folder), "-n"], folder)
            how = "a job per stage and sample" if number <= MANY else f"chunks of {CHUNK}"
            rows.append(f"| {number:,} ({how}) | {wall:.1f} | {seconds:.1f} |")
    head = "| samples | wall (s) | CPU-seconds |"
    return "\n".join(
        ["## Planning", "", "`snakemake -n` of a study in which nothing was run.", "", head, "|---|---|---|", *rows, ""]
    )


def table(samples: int = 100) -> str:
    """Measure runs of many samples, and return the section of docs/performance.md."""
    rows = []
    with tempfile.TemporaryDirectory() as temporary:
        runs = {
            f"{samples} samples in chunks of {CHUNK}": {"chunk": CHUNK},
            f"{samples} samples in chunks of {CHUNK}, `report.formats: [html]`": {
                "chunk": CHUNK,
                "report": {"formats": ["html"]},
            },
        }
        for words, keys in runs.items():
            folder = study(Path(temporary) / f"run{len(rows)}", samples, **keys)
            wall, seconds, _ = measured(snakemake(folder), folder)
            files, volume = size(folder)
            each = f"{seconds / samples:.1f} | {files / samples:.0f} | {volume / samples:.1f}"
            rows.append(f"| {words} | {wall:.0f} | {each} |")
            shutil.rmtree(folder)
    head = "| run | wall (s) | CPU-seconds per sample | files per sample | MB per sample |"
    return "\n".join(["## Many samples", "", head, "|---|---|---|---|---|", *rows, ""])


if __name__ == "__main__":
    print(table(int(sys.argv[1]) if len(sys.argv) > 1 else 100))
