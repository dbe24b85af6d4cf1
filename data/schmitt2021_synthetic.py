"""Synthetic responses that reproduce the published values of Schmitt, Casenave & Pallud (2021).

The authors' 75 responses are not public. This program computes 75 rows of answers that reproduce every
published value of the post hoc analysis, which tests the whole pipeline against print. The published values were
the target of the search, so the rows test the pipeline and not the theory.

A latent factor model provides a plausible start. Then single answers are changed by one point, one or two at a time,
and a change is kept if it reduces the distance from the goals. Every sum in that decision is a sum of integers
below 2**53, which is exact in any order, and the remaining arithmetic is elementary and in a fixed order. The rows
therefore do not depend on the last digit of a linear algebra library.

Usage: ``python data/schmitt2021_synthetic.py [STUDY_FOLDER]`` writes the sample's file in `data/raw/`.
"""

import math
import re
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats

from practicework.study import load_config
from practicework.study.config import Config
from practicework.study.published import Printed, parse
from practicework.study.scale import Scale, load_scale
from practicework.study.settings import Model

SAMPLE = "schmitt2021"
SEED = 2021
"""Separate from the study's seed, which may change without changing the rows."""

STARTS, STEPS = 5, 6_000
"""The budget: the number of starts, and of changes tried from each."""

CLOSE = 0.1
"""The distance from a printed value, as a share of its rounding error: .27 becomes .2695 to .2705."""

CENTRES = {"promotion": 3.1, "usefulness": 3.4, "support": 2.9, "social_selling_use": 3.4}
"""Mean answers by scale, on the response range; the means of single items vary around them."""

ITEM_MEANS, ITEM_SDS, ITEM_REST = (2.6, 4.0), (0.8, 1.25), (0.3, 0.9)
"""Plausible ranges of an item's mean, its standard deviation and its correlation with the rest of its scale."""

CORRELATIONS = {
    ("promotion", "usefulness"): (0.4, 0.6),
    ("promotion", "support"): (0.05, 0.3),
    ("promotion", "social_selling_use"): (0.05, 0.3),
    ("usefulness", "support"): (0.2, 0.4),
    ("usefulness", "social_selling_use"): (0.2, 0.3),
    ("support", "social_selling_use"): (0.05, 0.3),
}
"""Plausible ranges of the correlations of scores."""

Goals = dict[str, tuple[float, float, float]]
"""By name: the lowest and highest value wanted, and the distance that counts as 1 in the loss."""


def build(config: Config, scales: Mapping[str, Scale], *, seed: int = SEED) -> pd.DataFrame:
    """Return rows of answers that reproduce every published value.

    Parameters
    ----------
    config : Config
        Its models, and the claims of the sample `schmitt2021`: the regression targets.
    scales : mapping of str to Scale
        The four scales by id, in the order of the columns; their published alphas are targets.
    seed : int
        Another seed gives other rows with the same properties.

    Returns
    -------
    DataFrame
        One row per respondent: the id, then whole numbers in the response range. Guaranteed, with sum
        scores and mean-centred predictors: each published alpha and coefficient within a tenth of its
        rounding error; each p (t distribution) at most half the published upper bound or at least four
        times the lower one; item means, item standard deviations, item-rest correlations and correlations
        of the scales in this module's ranges; nobody with one answer to all items of usefulness, at most
        two such on support; no two rows alike; few scores at the floor or the ceiling.

    Raises
    ------
    RuntimeError
        Some goal was not reached within the budget of steps; the message names what is missing.

    Notes
    -----
    The same seed gives the same rows, with any NumPy whose generator streams are unchanged. HC3 standard
    errors and the bootstrap are no goals; that they agree is tested for the default seed.
    """
    n = next(int(parse(claim.published).number) for claim in config.replication[SAMPLE].claims if claim.column == "n")
    rng = np.random.default_rng(seed)
    goals = _published(config, scales, n) | _realistic(scales, n)
    for _ in range(STARTS):
        answers = _start(n, scales, rng)
        missed = _climb(answers, goals, scales, config.moderation.models, rng)
        if not missed:
            break
    else:
        raise RuntimeError(f"{STARTS} starts of {STEPS} steps did not reach: {', '.join(missed)}; try another seed.")
    frame = pd.DataFrame(answers.astype(int), columns=[item for scale in scales.values() for item in scale.item_ids])
    frame.insert(0, config.samples[SAMPLE].respondent, [f"R{number:04d}" for number in range(1, n + 1)])
    return frame


def _start(n: int, scales: Mapping[str, Scale], rng: np.random.Generator) -> np.ndarray:
    """Return answers from correlated factors with the interaction in promotion, rounded to the response points."""
    usefulness, *rest = rng.standard_normal((4, n))
    support = 0.3 * usefulness + 0.95 * rest[0]
    use = 0.25 * usefulness + 0.97 * rest[1]
    promotion = 0.5 * usefulness + 0.25 * usefulness * support + 0.8 * rest[2]
    factors = {"promotion": promotion, "usefulness": usefulness, "support": support, "social_selling_use": use}
    columns = []
    for name, scale in scales.items():
        k, alpha, (low, high) = len(scale.items), scale.published.alpha, (scale.response.min, scale.response.max)
        shared = alpha / (k - (k - 1) * alpha)  # the mean correlation of items that alpha implies
        for place in CENTRES[name] + rng.uniform(-0.4, 0.4, k):
            latent = math.sqrt(shared) * factors[name] + math.sqrt(1 - shared) * rng.standard_normal(n)
            columns.append(np.clip(np.rint(place + latent), low, high))
    return np.column_stack(columns)


def _published(config: Config, scales: Mapping[str, Scale], n: int) -> Goals:
    """Return the published alphas, coefficients and p values.

    p is stated as |t|, and kept clear of its bound: at most half of it, or at least four times.
    """
    goals = {}
    for name, scale in scales.items():
        goals[f"alpha of {name}"] = _near(parse(f"{scale.published.alpha:.2f}"))  # YAML reads .90 as 0.9
    for claim in config.replication[SAMPLE].claims:
        model = re.fullmatch(r"moderation/(\w+)/coefficients", claim.table)
        if not model:
            continue
        name, printed = f"{model[1]}: {claim.row['term']}", parse(claim.published)
        if claim.column == "estimate":
            goals[f"b of {name}"] = _near(printed)
        elif printed.sign == "<":
            goals[f"t of {name}"] = (_critical(0.5 * printed.number, n - 4), math.inf, 0.1)
        else:
            goals[f"t of {name}"] = (0.0, _critical(4 * printed.number, n - 4), 0.1)
    return goals


def _near(printed: Printed) -> tuple[float, float, float]:
    error = CLOSE * 0.5 * 10.0**-printed.decimals
    return printed.number - error, printed.number + error, 10 * error


def _critical(p: float, df: int) -> float:
    """|t| at a two-sided p; rounded, as the last digits may differ between versions of SciPy."""
    return round(float(stats.t.isf(p / 2, df)), 3)


def _realistic(scales: Mapping[str, Scale], n: int) -> Goals:
    """What makes rows look like answers."""
    goals: Goals = {"respondents alike": (0, 0, 1), "codes unused": (0, 2, 1)}
    for pair, (low, high) in CORRELATIONS.items():
        goals["r of {} and {}".format(*pair)] = (low, high, 0.05)
    for name, scale in scales.items():
        goals[f"floor of {name}"] = goals[f"ceiling of {name}"] = (0, n // 20, 1)
        if len(scale.items) >= 6:
            goals[f"one answer to {name}"] = (0, 2 if len(scale.items) == 6 else 0, 1)
        for item in scale.item_ids:
            goals[f"mean of {item}"] = (*ITEM_MEANS, 0.05)
            goals[f"sd of {item}"] = (*ITEM_SDS, 0.05)
            goals[f"r of {item} and the rest"] = (*ITEM_REST, 0.05)
    return goals


def _climb(
    answers: np.ndarray, goals: Goals, scales: Mapping[str, Scale], models: Mapping[str, Model], rng: np.random.Generator
) -> list[str]:
    """Move answers by one point, in place, until every goal is reached or the steps run out; the goals missed."""
    bounds = [(scale.response.min, scale.response.max) for scale in scales.values() for _ in scale.items]
    low, high = np.array(bounds).T
    loss, missed = _distance(_values(answers, scales, models), goals)
    for _ in range(STEPS):
        if not missed:
            break
        size = int(rng.integers(1, 3))  # two answers at once get past where no single one helps
        rows, columns = rng.integers(len(answers), size=size), rng.integers(len(bounds), size=size)
        before = answers[rows, columns]
        answers[rows, columns] = np.clip(before + 2 * rng.integers(2, size=size) - 1, low[columns], high[columns])
        trial, still_missed = _distance(_values(answers, scales, models), goals)
        if trial <= loss:
            loss, missed = trial, still_missed
        else:
            answers[rows, columns] = before
    return missed


def _distance(values: dict[str, float], goals: Goals) -> tuple[float, list[str]]:
    """The sum of squared distances from the goals, and the goals missed."""
    squares, missed = [], []
    for name, (low, high, unit) in goals.items():
        if not low <= values[name] <= high:
            squares.append((max(low - values[name], values[name] - high) / unit) ** 2)
            missed.append(name)
    return math.fsum(squares), missed  # fsum, as sum() differs between versions of Python


def _values(answers: np.ndarray, scales: Mapping[str, Scale], models: Mapping[str, Model]) -> dict[str, float]:
    """Every property that a goal may name."""
    n = len(answers)
    values = {"respondents alike": n - len({row.tobytes() for row in answers}), "codes unused": 0}
    totals, start = {}, 0
    for name, scale in scales.items():
        items = answers[:, start : start + len(scale.items)]
        start += len(scale.items)
        totals[name] = items.sum(axis=1)
        values |= _scale_values(scale, items, totals[name])
        codes = np.arange(scale.response.min, scale.response.max + 1)
        values["codes unused"] += int((~(items[:, :, None] == codes).any(axis=0)).sum())
    scores = np.column_stack(list(totals.values()))
    sd, covariance = _moments(scores)
    names = list(totals)
    for one, other in CORRELATIONS:
        i, j = names.index(one), names.index(other)
        values[f"r of {one} and {other}"] = covariance[i][j] / (sd[i] * sd[j])
    for name, model in models.items():
        values |= _regression_values(name, model, totals)
    return values


def _moments(columns: np.ndarray) -> tuple[list[float], list[list[float]]]:
    """Standard deviations and covariances."""
    n = len(columns)
    sums = columns.sum(axis=0)
    covariance = (n * (columns.T @ columns) - sums[:, None] * sums) / (n * (n - 1))
    return np.sqrt(covariance.diagonal()).tolist(), covariance.tolist()


def _scale_values(scale: Scale, items: np.ndarray, total: np.ndarray) -> dict[str, float]:
    """Reliability of a scale, the distribution of its score, and its items."""
    n, k = items.shape
    sd, covariance = _moments(np.column_stack([items, total]))
    variances = [covariance[i][i] for i in range(k + 1)]
    values = {
        f"alpha of {scale.id}": k / (k - 1) * (1 - math.fsum(variances[:k]) / variances[k]),
        f"floor of {scale.id}": int((total == k * scale.response.min).sum()),
        f"ceiling of {scale.id}": int((total == k * scale.response.max).sum()),
        f"one answer to {scale.id}": int((items == items[:, :1]).all(axis=1).sum()),
    }
    for i, (item, mean) in enumerate(zip(scale.item_ids, (items.sum(axis=0) / n).tolist(), strict=True)):
        with_rest, rest = covariance[i][k] - variances[i], variances[k] - 2 * covariance[i][k] + variances[i]
        values |= {f"mean of {item}": mean, f"sd of {item}": sd[i]}
        values[f"r of {item} and the rest"] = with_rest / (sd[i] * math.sqrt(rest))
    return values


def _regression_values(name: str, model: Model, totals: Mapping[str, np.ndarray]) -> dict[str, float]:
    """Coefficients and |t| of outcome on predictor, moderator and product, mean-centred."""
    outcome = totals[model.outcome]
    n = len(outcome)
    # n times the centred score is a whole number
    predictor, moderator = (n * total - total.sum() for total in (totals[model.predictor], totals[model.moderator]))
    columns = np.column_stack([np.ones(n), predictor, moderator, predictor * moderator, outcome])
    swept = _sweep((columns.T @ columns).tolist(), 4)
    values = {}
    for i, (term, unit) in enumerate([(model.predictor, n), (model.moderator, n), (model.interaction, n * n)], 1):
        values[f"b of {name}: {term}"] = swept[i][4] * unit
        values[f"t of {name}: {term}"] = abs(swept[i][4]) / math.sqrt(swept[4][4] / (n - 4) * swept[i][i])
    return values


def _sweep(m: list[list[float]], count: int) -> list[list[float]]:
    """Sweep a cross-product matrix on its first rows.

    Leaves the inverse in those rows and columns, the coefficients in the last column and the residual sum
    of squares in the corner: a regression without a library.
    """
    for k in range(count):
        pivot = m[k][k]
        top = [value / pivot for value in m[k]]
        for i, row in enumerate(m):
            if i != k:
                factor = row[k]
                m[i] = [value - factor * upper for value, upper in zip(row, top, strict=True)]
                m[i][k] = -factor / pivot
        m[k] = top
        m[k][k] = 1 / pivot
    return m


def main() -> None:
    """Write the sample's file in the study's folder."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    config = load_config(folder)
    scales = {name: load_scale(folder, name) for name in config.scales}
    frame = build(config, scales)
    frame.to_csv(folder / config.samples[SAMPLE].file, index=False, lineterminator="\n")


if __name__ == "__main__":
    main()
