"""Benchmark every stage with a large sample against pandas reading and writing the same file; part of `make performance`.

20 items of four scales with missing answers; 1,000,000 respondents unless another number is given. Each stage runs in a process
of its own, whose CPU-seconds and peak memory are printed; report the ratios, because machines differ.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from itertools import chain
from pathlib import Path

import numpy as np
import yaml

ROOT = Path(__file__).resolve().parents[1]
RESPONDENTS, ITEMS, CHUNK = 1_000_000, 5, 100_000
SCALES = ("promotion", "usefulness", "support", "identification")
STAGES = ["ingest", "screening", "scoring", "reliability", "dimensionality", "moderation", "profiles", "report"]

MEASURE = """
import os, resource, sys
before = resource.getrusage(resource.RUSAGE_SELF)
{body}
used = resource.getrusage(resource.RUSAGE_SELF)
print(round(used.ru_utime + used.ru_stime, 1), used.ru_maxrss // 1024)
"""
PANDAS = "import pandas as pd; pd.read_csv('data/raw/large.csv').to_csv('copy.csv', index=False)"
STAGE = """
from importlib import import_module
from practicework.study import load_study, pipeline
pipeline.run(load_study(), "{stage}", "large", import_module("practicework.stages.{stage}").compute)
"""
REPORT = """
from pathlib import Path
from practicework import report
from practicework.study import load_study, pipeline
part = pipeline.Part(load_study(), 'large')
report.write(part, part.results(), Path('results/large/report'), {}, 1)
"""


def write(folder: Path, respondents: int) -> None:
    """Write a study with a large export: each scale has one factor, and the moderator strengthens the predictor."""
    for part in ("config", "scales", "data/raw"):
        (folder / part).mkdir(parents=True)
    ids = {name: [f"{name}_{number}" for number in range(1, ITEMS + 1)] for name in SCALES}
    for name, items in ids.items():
        entries = [{"id": item, "text": item} for item in items]
        scale = {"id": name, "label": name, "response": {"min": 1, "max": 7}, "items": entries}
        (folder / f"scales/{name}.yaml").write_text(yaml.safe_dump(scale))
    models = {"main": {"outcome": "promotion", "predictor": "usefulness", "moderator": "support", "covariates": ["age"]}}
    config = {
        "samples": {"large": {"file": "data/raw/large.csv", "missing": [-99], "synthetic": "Random numbers."}},
        "scales": list(ids),
        "variables": ["age"],
        "screening": {},
        "moderation": {"models": models},
        "profiles": {"indicators": ["promotion", "usefulness", "support"], "latent": {"max_profiles": 3}},
    }
    (folder / "config/config.yaml").write_text(yaml.safe_dump(config))
    rng = np.random.default_rng(1)
    with (folder / "data/raw/large.csv").open("w") as file:
        file.write(",".join(["email", *chain.from_iterable(ids.values()), "age", "comment"]) + "\n")
        for first in range(0, respondents, CHUNK):
            n = min(CHUNK, respondents - first)
            factors = rng.standard_normal((n, len(SCALES)))
            factors[:, 0] += (0.3 + 0.1 * factors[:, 2]) * factors[:, 1]
            answers = np.repeat(factors, ITEMS, axis=1) + rng.standard_normal((n, len(SCALES) * ITEMS))
            codes = np.clip(np.rint(4 + answers), 1, 7).astype(int).astype(str)
            codes[rng.random(codes.shape) < 0.02] = ""
            ages = rng.integers(18, 70, n)
            for person in range(n):
                file.write(f'p{first + person}@example.com,{",".join(codes[person])},{ages[person]},"so, so"\n')


def measured(respondents: int, stages: Sequence[str] = STAGES) -> dict[str, tuple[float, float]]:
    """Return CPU-seconds and MiB at the peak of pandas and of each stage."""
    found: dict[str, tuple[float, float]] = {}
    one = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(os.environ.get("LARGE_FOLDER") or temporary)
        if not (folder / "data/raw/large.csv").is_file():  # in a process of its own, whose memory the others do not inherit
            subprocess.run([sys.executable, __file__, "--write", str(folder), str(respondents)], check=True)
        bodies = {"pandas": PANDAS} | {name: REPORT if name == "report" else STAGE.format(stage=name) for name in stages}
        for name, body in bodies.items():
            command = [sys.executable, "-P", "-c", MEASURE.format(body=body)]
            environment = os.environ | one | {"PYTHONPATH": str(ROOT / "workflow"), "PYTHONHASHSEED": "0"}
            done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
            if done.returncode:
                raise SystemExit(f"{name}: {done.stderr[-600:]}")
            seconds, peak = done.stdout.split()[-2:]
            found[name] = float(seconds), float(peak)
            print(f"{name:>16}: {seconds:>6} CPU-s, {peak:>6} MiB at the peak", flush=True)
    return found


def table(respondents: int, found: dict[str, tuple[float, float]]) -> str:
    """Return the section of docs/performance.md."""
    unit = found["pandas"][0]
    names = {"pandas": "pandas, reading and writing the file"} | {stage: f"`{stage}`" for stage in STAGES}
    rows = [
        f"| {words} | {found[name][0]:.1f} | {found[name][0] / unit:.1f} | {found[name][1]:.0f} |"
        for name, words in names.items()
    ]
    return "\n".join(
        [
            f"## A sample of {respondents:,} respondents and {len(SCALES) * ITEMS} items",
            "",
            "One process per stage, imports included.",
            "",
            "| stage | CPU-seconds | ratio to pandas | peak memory (MiB) |",
            "|---|---|---|---|",
            *rows,
            "",
        ]
    )


def main() -> None:
    """Measure the stages that are named, or all."""
    arguments = sys.argv[1:]
    if arguments[:1] == ["--write"]:
        write(Path(arguments[1]), int(arguments[2]))
        return
    respondents = int(arguments[0]) if arguments else RESPONDENTS
    measured(respondents, arguments[1:] or STAGES)


if __name__ == "__main__":
    main()
