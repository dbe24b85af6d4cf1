"""How often a pilot finds bad items and the right structure: `make development` writes benchmarks/development.csv.

Three constructs that correlate by .4, ten items each on a scale from 1 to 5: eight good ones (loading .7), one that measures
nothing (loading .1) and one that measures another construct as well (.45 and .4). Flags: loading below .50 or cross-loading above
.30. The table is in docs/methods.md.
"""

import os

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[name] = "1"

import numpy as np
import pandas as pd
from rows import show

from practicework.numerics import item_subsets
from practicework.stages.development import pilot
from practicework.study.development import Material

STUDIES = int(os.environ.get("STUDIES", "200"))
CONSTRUCTS = ("a", "b", "c")


def material() -> Material:
    """Constructs and items; item 9 of each construct is noise, item 10 loads on two constructs."""
    from practicework.study.development import Constructs, Decisions, Pool

    constructs = [{"id": one, "label": one, "definition": one} for one in CONSTRUCTS]
    items = [
        {"id": f"{one}{place}", "construct": one, "text": "x", "source": "x"} for one in CONSTRUCTS for place in range(1, 11)
    ]
    return Material(
        Constructs.model_validate({"response": {"min": 1, "max": 5}, "constructs": constructs}),
        Pool.model_validate({"items": items}),
        Decisions(),
    )


def study(n: int, rng: np.random.Generator) -> pd.DataFrame:
    """Answers of n respondents."""
    factors = rng.multivariate_normal(np.zeros(3), 0.6 * np.eye(3) + 0.4, n)
    data = {}
    for place, construct in enumerate(CONSTRUCTS):
        for item in range(1, 11):
            own, other = (0.7, 0.0) if item < 9 else (0.1, 0.0) if item == 9 else (0.45, 0.4)
            common = own * factors[:, place] + other * factors[:, (place + 1) % 3]
            variance = own**2 + other**2 + 2 * own * other * 0.4
            value = common + np.sqrt(1 - variance) * rng.standard_normal(n)
            data[f"{construct}{item}"] = np.clip(np.round(3 + 1.1 * value), 1, 5)
    return pd.DataFrame(data)


def main() -> None:
    """Simulate each size of the exploration."""
    own, rows = material(), []
    good = [item for item in own.items if int(item[1:]) < 9]
    for n in (100, 200, 300):
        rng, found = np.random.default_rng(n), []
        for _ in range(STUDIES):
            data = study(n, rng)
            parts = pilot.Halves(data, data.iloc[:0], None, [{"sample": "x", "half": "explore", "n": n}])
            overview, items = pilot.explored(parts, own, rng)
            items = items.set_index("item")
            flagged = (items["loading"] < 0.5) | (items["cross_loading"] > 0.3)
            clean = []
            for construct in CONSTRUCTS:
                names = [f"{construct}{item}" for item in range(1, 11)]
                subsets = item_subsets.candidates(10, 4, [0] * 10)
                fits = item_subsets.evaluate(np.corrcoef(data[names].to_numpy().T), n, subsets)
                best = subsets[np.nanargmax(np.where(fits["cfi"] > 0.95, fits["omega"], np.nan))]
                clean.append(all(at < 8 for at in best))
            noise, double = [f"{one}9" for one in CONSTRUCTS], [f"{one}10" for one in CONSTRUCTS]
            found.append([overview["factors"].iloc[0] == 3, flagged[noise].mean(), flagged[double].mean(), flagged[good].mean(),
                          np.mean(clean)])  # fmt: skip
        names = ("three_factors", "noise_flagged", "double_flagged", "good_flagged", "best_subset_good")
        rows.append({"n": n, "studies": STUDIES} | dict(zip(names, np.mean(found, axis=0).tolist(), strict=True)))
    show(rows, "development")


if __name__ == "__main__":
    main()
