"""Profile membership by respondent characteristics."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd
from scipy.special import chdtrc

from practicework.numerics.exact import association, holm

PERMUTATIONS = 20_000
LARGEST = 10_000
"""Respondents up to which a Kruskal–Wallis test is a permutation test."""
BY = ["variable", "category", "profile", "n", "percent", "mean", "sd", "median"]
TESTS = ["variable", "test", "n", "statistic", "p_value", "p_holm", "effect_name", "effect", "note"]


def by_variable(
    scores: pd.DataFrame, profile: pd.Series, labels: Sequence[str], variables: Sequence[str], categories: Collection[str]
) -> pd.DataFrame:
    """Build the table `profiles/by_variable`: counts by category, or mean, SD and median of a numeric variable."""
    rows = []
    for variable in variables:
        values = scores[variable].where(profile.notna())
        for label in labels:
            own = values[profile == label].dropna()
            if variable in categories:
                for code in sorted(values.dropna().unique()):
                    n = int((own == code).sum())
                    rows.append([variable, f"{code:g}", label, n, 100 * n / len(own) if len(own) else np.nan, *[np.nan] * 3])
            else:
                rows.append([variable, None, label, len(own), np.nan, own.mean(), own.std(), own.median()])
    return pd.DataFrame(rows, columns=BY).astype({"category": object})


def associations(
    scores: pd.DataFrame, profile: pd.Series, variables: Sequence[str], categories: Collection[str], rng: np.random.Generator
) -> pd.DataFrame:
    """Build the table `profiles/associations`: exact or permutation tests of whether profiles differ in each variable.

    Categorical variables: Fisher–Freeman–Halton exact test and Cramér's V. Numeric variables: Kruskal–Wallis
    statistic with a permutation p value, (1 + number at least as large)/(1 + permutations), and
    ε² = (H − k + 1)/(n − k), truncated at 0 (R: `kruskal.test`, `rcompanion::epsilonSquared` without truncation). For more than
    10,000 respondents, p is that of χ² with k − 1 degrees of freedom, as in `kruskal.test`.
    Listwise for each variable; Holm correction over the variables.
    """
    rows = []
    for variable in variables:
        both = profile.notna() & scores[variable].notna()
        groups, values = profile[both].astype(str).to_numpy(), scores.loc[both, variable].to_numpy(float)
        if variable in categories:
            found = association(pd.crosstab(groups, values).to_numpy(), rng)
            rows.append(
                [variable, "Fisher-Freeman-Halton", len(values), np.nan, found.p_value, "Cramér's V", found.cramers_v, found.note]
            )
        else:
            rows.append([variable, "Kruskal-Wallis", len(values), *_kruskal(groups, values, rng)])
    columns = [name for name in TESTS if name != "p_holm"]
    table = pd.DataFrame(rows, columns=columns).astype({"note": object})
    return table.assign(p_holm=holm(table["p_value"].astype(float)))[TESTS]


def _kruskal(groups: np.ndarray, values: np.ndarray, rng: np.random.Generator) -> list:
    """Return the statistic, permutation p value, effect size and note."""
    from scipy.stats import rankdata

    names, at = np.unique(groups, return_inverse=True)
    n, k = len(values), len(names)
    if k < 2 or len(np.unique(values)) < 2:
        reason = "only one profile has respondents" if k < 2 else "all respondents have the same value"
        return [np.nan, np.nan, "ε²", np.nan, f"not tested: {reason}"]
    ranks = rankdata(values)
    sizes = np.bincount(at)
    ties = np.unique(ranks, return_counts=True)[1].astype(float)
    correction = 1 - (ties**3 - ties).sum() / (n**3 - n)
    indicator = (at[:, None] == np.arange(k)).astype(float)

    def statistic(ranked: np.ndarray) -> np.ndarray:
        between = ((ranked @ indicator) ** 2 / sizes).sum(axis=1)
        return (12 / (n * (n + 1)) * between - 3 * (n + 1)) / correction

    observed = float(statistic(ranks[None])[0])
    effect = max(0.0, (observed - k + 1) / (n - k)) if n > k else np.nan
    if n > LARGEST:
        return [observed, float(chdtrc(k - 1, observed)), "ε²", effect, "p from the χ² distribution"]
    beyond = 0
    block = max(1, 2_000_000 // n)
    for start in range(0, PERMUTATIONS, block):
        drawn = rng.permuted(np.broadcast_to(ranks, (min(block, PERMUTATIONS - start), n)), axis=1)
        beyond += int((statistic(drawn) >= observed * (1 - 1e-9)).sum())
    p = (1 + beyond) / (1 + PERMUTATIONS)
    return [observed, p, "ε²", effect, f"p from {PERMUTATIONS:,} permutations"]
