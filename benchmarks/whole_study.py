"""Benchmark whole runs against an R script of the same survey analyses: `make performance` writes docs/performance.md.

Cold runs of (a) the survey sample alone without latent profiles, and (b) the whole published study, interleaved with
`published_study.R`, which does the analyses of (a), without and with resamples of omega and HTMT; then one more sample, and a
run with nothing to do. A sample of 1,000,000 respondents and studies of many samples follow (`large_sample.py`,
`many_samples.py`). Wall time, CPU-seconds of all processes and the peak memory of the largest; report the ratios, because
machines differ.
"""

import csv
import datetime as dt
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]
SAMPLE, TIMES = "schmitt2021", 3


def write(folder: Path, *, whole: bool, samples: int = 1) -> Path:
    """Write the published study, or its survey sample alone without latent profiles."""
    for name in ("config", "scales", "data", "published"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("expected"))
    if not whole:
        file = folder / "config/config.yaml"
        config = yaml.safe_load(file.read_text(encoding="utf-8"))
        config["samples"] = {f"{SAMPLE}_{number}": config["samples"][SAMPLE] for number in range(samples)}
        config["profiles"] = (config.get("profiles") or {}) | {"latent": None}
        for key in ("coding", "replication"):
            config.pop(key, None)
        file.write_text(yaml.safe_dump(config, allow_unicode=True), encoding="utf-8")
    return folder


def measured(command: list[str], folder: Path, **environment: str) -> tuple[float, float, float]:
    """Run a command and return wall seconds, CPU-seconds and MiB at the peak of its largest process."""
    start = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=folder, env=os.environ | environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{command[0]} failed in {folder}")
    return time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def snakemake(folder: Path) -> list[str]:
    """Return the command that runs a study."""
    return [sys.executable, "-m", "snakemake", "-s", str(ROOT / "Snakefile"), "-d", str(folder), "--cores", "2", "--quiet", "all"]


def main() -> None:
    """Measure everything, or the sections that are named (runs, large, plans, many), and write the page."""
    import large_sample
    import many_samples  # which imports this module

    measures = {
        "runs": runs,
        "large": lambda: large_sample.table(large_sample.RESPONDENTS, large_sample.measured(large_sample.RESPONDENTS)),
        "plans": many_samples.plans,
        "many": many_samples.table,
    }
    page = ROOT / "docs/performance.md"
    known = re.split(r"\n(?=## )", page.read_text(encoding="utf-8")) if page.is_file() else []
    sections = dict(zip(measures, known, strict=False)) if len(known) == len(measures) else {}
    for name in sys.argv[1:] or measures:
        sections[name] = measures[name]()
        print(sections[name], flush=True)
    page.write_text("\n".join(sections[name] for name in measures), encoding="utf-8")


def runs() -> str:
    """Measure whole runs, and return the first section."""
    found: dict[str, list[tuple[float, float, float]]] = {}
    with tempfile.TemporaryDirectory() as temporary:
        place, usage = Path(temporary), Path(temporary) / "usage.csv"
        for number in range(TIMES):
            for name, resamples in (("R", "1"), ("R200", "200")):
                found.setdefault(name, []).append(measured(["Rscript", "benchmarks/published_study.R", resamples], ROOT))
            for name, whole in (("a", False), ("b", True)):
                folder = write(place / f"{name}{number}", whole=whole)
                more = {"PRACTICEWORK_USAGE": str(usage)} if whole and not number else {}
                found.setdefault(name, []).append(measured(snakemake(folder), folder, **more))
            found.setdefault("nothing", []).append(measured(snakemake(folder), folder))
            folder = write(place / f"two{number}", whole=False, samples=2)
            found.setdefault("two", []).append(measured(snakemake(folder), folder))
        jobs = sorted(csv.reader(usage.open(encoding="utf-8")), key=lambda row: -float(row[-2])) if usage.is_file() else []
    return table({name: [statistics.median(column) for column in zip(*rows, strict=True)] for name, rows in found.items()}, jobs)


def table(found: dict[str, list[float]], jobs: list[list[str]]) -> str:
    """Return the page: medians of the runs, their ratios to R, and CPU-seconds by job."""
    r, one_more = found["R"], found["two"][1] - found["a"][1]
    names = {
        "R": "R, survey analyses (psych, lavaan, semTools, boot, sandwich), omega and HTMT not resampled",
        "R200": "R, the same with 200 resamples of omega and HTMT (here: 10,000)",
        "a": "(a) survey sample without latent profiles, with report",
        "b": "(b) whole published study",
        "two": "(a) with two samples",
        "nothing": "(b) again, nothing to do",
    }
    rows = [
        f"| {words} | {found[key][0]:.1f} | {found[key][0] / r[0]:.2f} | {found[key][1]:.1f} | {found[key][2]:.0f} |"
        for key, words in names.items()
    ]
    by_job = [f"| {' '.join(filter(None, row[:-2]))} | {float(row[-2]):.1f} |" for row in jobs]
    used = ", ".join(f"{name} {version(name)}" for name in ("snakemake", "numpy", "pandas", "scipy", "matplotlib"))
    return "\n".join(
        [
            "# Performance",
            "",
            f"Medians of {TIMES} cold runs of each kind, interleaved on one machine with {os.cpu_count()} cores, on "
            f"{dt.date.today().isoformat()}; written by `make performance` (`benchmarks/whole_study.py`). Python "
            f"{platform.python_version()}, {used}.",
            "",
            "| run | wall (s) | ratio to R | CPU-seconds | peak memory (MiB) |",
            "|---|---|---|---|---|",
            *rows,
            "",
            f"One more survey sample costs {one_more:.1f} CPU-seconds.",
            "",
            "CPU-seconds by job of (b), without the imports that all jobs share:",
            "",
            "| job | CPU-seconds |",
            "|---|---|",
            *by_job,
            "",
        ]
    )


if __name__ == "__main__":
    main()
