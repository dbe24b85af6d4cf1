"""Comparison of the latent profiles with the theoretical ones."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from practicework.numerics.limits import LATENT
from practicework.stages.profiles import latent
from practicework.stages.profiles.latent import Solution
from practicework.stages.profiles.robustness import kappa
from practicework.study.settings import LatentProfiles

CLASSES = ["model", "class", "aligned", "indicator", "mean", "sd", "share"]
AGREEMENT = [
    "model", "structure", "profiles", "n", "percent_agreement", "kappa", "kappa_low", "kappa_high", "adjusted_rand", "rand_low",
    "rand_high", "note",
]  # fmt: skip
RESAMPLES = 2_000


def compare(
    respondents: list[str],
    points: np.ndarray,
    names: list[str],
    labels: list[str],
    prototypes: np.ndarray,
    nearest: np.ndarray,
    settings: LatentProfiles,
    rng: np.random.Generator,
) -> dict[str, pd.DataFrame]:
    """Build the tables `latent`, `latent_classes`, `latent_assignments` and `agreement`.

    The models compared are the one that BIC selects and, if it does not have as many profiles as there are prototypes,
    the best one that does. Classes are matched to prototypes by the smallest sum of distances between class means and
    prototypes; respondents in unmatched classes count as disagreements. Of more than 5,000 respondents, a random sample of
    5,000 is used.
    """
    if len(points) > LATENT:
        some = np.sort(rng.choice(len(points), LATENT, replace=False))
        respondents, points, nearest = [respondents[one] for one in some], points[some], nearest[some]
    found = latent.solutions(points, settings, rng)
    classes, members, agreement = [], [], []
    for model, solution in _models(found, len(labels)):
        aligned = latent.align(solution.means, prototypes) if len(solution.means) > 1 else [None]
        words = [labels[one] if one is not None else None for one in aligned]
        own = solution.posterior.argmax(axis=1)
        for one, word in enumerate(words):
            for place, name in enumerate(names):
                values = [solution.means[one, place], solution.sds[one, place], solution.weights[one]]
                classes.append([model, one + 1, word, name, *values])
        for respondent, one, posterior in zip(respondents, own, solution.posterior, strict=True):
            members.append([model, respondent, one + 1, words[one], posterior[one]])
        paired = np.array([-1 if one is None else one for one in aligned])[own]
        row = solution.row
        agreement.append([model, row["structure"], row["profiles"], len(points), *_agreement(nearest, own, paired, rng)])
    return {
        "latent": latent.table(found),
        "latent_classes": pd.DataFrame(classes, columns=CLASSES).astype({"aligned": object}),
        "latent_assignments": pd.DataFrame(members, columns=["model", "respondent", "class", "aligned", "posterior"]).astype(
            {"aligned": object}
        ),
        "agreement": pd.DataFrame(agreement, columns=AGREEMENT).astype({"note": object}),
    }


def _models(found: list[Solution], prototypes: int) -> Iterator[tuple[str, Solution]]:
    chosen = [one for one in found if one.row["chosen"]]
    if chosen:
        yield "chosen", chosen[0]
    same = [one for one in found if one.row["profiles"] == prototypes and not one.row["refused"]]
    if same and (not chosen or chosen[0].row["profiles"] != prototypes):
        yield "as_many_as_prototypes", min(same, key=lambda one: one.row["bic"])


def _agreement(nearest: np.ndarray, own: np.ndarray, paired: np.ndarray, rng: np.random.Generator) -> list:
    """Compute percent agreement, kappa and adjusted Rand index (Hubert & Arabie, 1985), with percentile intervals."""
    from sklearn.metrics import adjusted_rand_score

    if len(np.unique(own)) < 2:
        return [*[np.nan] * 7, "only one class: no comparison possible"]
    drawn = []
    for _ in range(RESAMPLES):
        who = rng.integers(0, len(own), len(own))
        drawn.append([kappa(nearest[who], paired[who]), _rand(nearest[who], own[who])])
    low, high = np.nanpercentile(drawn, [2.5, 97.5], axis=0) if not np.isnan(drawn).all(axis=0).any() else np.full((2, 2), np.nan)
    whole = kappa(nearest, paired)
    return [100 * (nearest == paired).mean(), whole, low[0], high[0], adjusted_rand_score(nearest, own), low[1], high[1], None]


def _rand(a: np.ndarray, b: np.ndarray) -> float:
    """Compute the adjusted Rand index from the contingency table, as scikit-learn does but without its input checks."""
    counts = np.zeros((a.max() + 1, b.max() + 1))
    np.add.at(counts, (a, b), 1)

    def pairs(values: np.ndarray) -> float:
        return float((values * (values - 1)).sum() / 2)

    both, rows, columns = pairs(counts), pairs(counts.sum(axis=1)), pairs(counts.sum(axis=0))
    expected = rows * columns / (len(a) * (len(a) - 1) / 2)
    most = (rows + columns) / 2
    return (both - expected) / (most - expected) if most != expected else 1.0
