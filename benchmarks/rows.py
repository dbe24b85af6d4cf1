"""Print the rows of a benchmark and write them beside it."""

import csv
from pathlib import Path


def show(rows: list[dict], name: str) -> None:
    """Print rows and write `benchmarks/<name>.csv` with four significant digits."""
    columns = list(dict.fromkeys(key for row in rows for key in row))
    with (Path(__file__).parent / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows({key: f"{one:.4g}" if isinstance(one, float) else one for key, one in row.items()} for row in rows)
    for row in rows:
        print("  ".join(f"{key} {one:.3f}" if isinstance(one, float) else f"{key} {one}" for key, one in row.items()))
