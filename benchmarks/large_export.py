"""Benchmark reading, coding and screening a large export against `pandas.read_csv` alone: `make benchmark`.

200,000 respondents × 40 items with labels, missing answers and personal columns. Each method runs in a separate
process to measure its peak memory; report the ratios, because machines differ. `check` and `init` are measured with 50,000
respondents × 100 columns, among them ten of 50,000 different numbers.
"""

import random
import subprocess
import sys
import tempfile
from itertools import chain
from pathlib import Path

import yaml

RESPONDENTS, SCALES, ITEMS = 200_000, 4, 10

MEASURE = """
import resource, time, sys
start = time.perf_counter()
{body}
print(round(time.perf_counter() - start, 1), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""
PANDAS = "import pandas as pd; frame = pd.read_csv('data/raw/large.csv')"
PIPELINE = """
from practicework import tables
from practicework.stages import ingest
from practicework.study import load_study
study = load_study()
done = ingest.ingest(ingest.read(study, 'large'), study, 'large')
tables.write(done.tables(), 'large')
"""
SCREENING = """
from practicework import tables
from practicework.stages import screening
from practicework.study import load_study
study = load_study()
responses, quality, left_out = (
    tables.read(f'ingest/{name}', tables.path('large', f'ingest/{name}')) for name in ('responses', 'quality', 'left_out')
)
scales = list(study.scales.values())
tables.write(screening.screen(responses, quality, left_out, scales, study.variables, study.config.screening).tables(), 'large')
"""


DRAFT = """
from pathlib import Path
from practicework.commands import cli
cli.main(['check', 'wide.csv', '--study', '/nowhere'])
cli.main(['init', 'study', '--from', 'wide.csv'])
"""


def write_wide(folder: Path) -> None:
    """Write an export with blocks of items, quantities, texts and ids."""
    rng, words = random.Random(2), ["Strongly disagree", "Disagree", "Neutral", "Agree", "Strongly agree"]
    header = ["case", *(f"scale{chr(97 + b)}_{i}" for b in range(12) for i in range(1, 7))]
    header += [*(f"amount{chr(97 + i)}" for i in range(10)), *(f"text_{i}" for i in range(10)), "comment"]
    header += [f"group{chr(97 + i)}" for i in range(6)]
    with (folder / "wide.csv").open("w") as file:
        file.write(",".join(header) + "\n")
        for person in range(50_000):
            row = [str(100_000 + person), *(str(rng.randint(1, 7)) for _ in range(72))]
            row += [*(f"{rng.gauss(0, 1):.6f}" for _ in range(10)), *rng.choices(words, k=10), f"so, {person}"]
            row += [str(rng.randint(1, 3)) for _ in range(6)]
            file.write(",".join(f'"{cell}"' for cell in row) + "\n")


def write(folder: Path) -> None:
    """Write a study with a large export."""
    for part in ("config", "scales", "data/raw"):
        (folder / part).mkdir(parents=True)
    ids = {f"scale{s}": [f"scale{s}_{i}" for i in range(ITEMS)] for s in range(SCALES)}
    for name, items in ids.items():
        entries = [{"id": item, "text": item} for item in items]
        scale = {"id": name, "label": name, "response": {"min": 1, "max": 5}, "items": entries}
        (folder / f"scales/{name}.yaml").write_text(yaml.safe_dump(scale))
    config = {"samples": {"large": {"file": "data/raw/large.csv", "missing": [-99]}}, "scales": list(ids), "screening": {}}
    (folder / "config/config.yaml").write_text(yaml.safe_dump(config))
    rng = random.Random(1)
    with (folder / "data/raw/large.csv").open("w") as file:
        file.write(",".join(["email", *chain.from_iterable(ids.values()), "comment"]) + "\n")
        for person in range(RESPONDENTS):
            answers = rng.choices(["1", "2", "3", "4", "5", "", "-99"], [8, 8, 8, 8, 8, 1, 1], k=SCALES * ITEMS)
            file.write(f'p{person}@example.com,{",".join(answers)},"so, so"\n')


def main() -> None:
    """Print seconds and peak memory of all methods."""
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder))
        found = {}
        for name, body in (("pandas.read_csv", PANDAS), ("ingest", PIPELINE), ("screening", SCREENING)):
            code = MEASURE.format(body=body)
            done = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=True)
            found[name] = [float(one) for one in done.stdout.split()]
            print(f"{name:>18}: {found[name][0]:6.1f} s, {found[name][1]:6.0f} MiB at the peak")
        write_wide(Path(folder))
        code = MEASURE.format(body=PANDAS.replace("data/raw/large.csv", "wide.csv"))
        pandas = subprocess.run(
            [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=True
        ).stdout.split()
        code = MEASURE.format(body=DRAFT)
        done = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=True).stdout.split()
        print(f"{'check and init':>18}: {done[-2]:>6} s, {done[-1]:>6} MiB at the peak; pandas.read_csv {pandas[0]} s")
        (first, first_peak), (second, second_peak), (third, third_peak) = found.values()
        print(f"{'ratio':>18}: {(second + third) / first:6.1f} ×, {max(second_peak, third_peak) / first_peak:6.1f} ×")


if __name__ == "__main__":
    main()
