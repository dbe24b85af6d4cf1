r"""Synthetic stand-ins for samples that cannot be shared, drawn from a Gaussian copula.

Each answer x of column j corresponds to a segment of the normal distribution, between the proportions of answers below x
and up to x, :math:`F_j(x^-)` and :math:`F_j(x)`. Its normal score is the mean of that segment,

.. math:: s_j(x) = \frac{\varphi(\Phi^{-1}(F_j(x^-))) - \varphi(\Phi^{-1}(F_j(x)))}{F_j(x) - F_j(x^-)}.

With :math:`v_j` the mean square of the scores of column j (1 without ties), the latent correlation of two columns is

.. math:: \rho_{jk} = \operatorname{mean}_i(s_{ij} s_{ik}) / (v_j v_k)

over the respondents with both values: the correlation of the scores, corrected for broad categories (Pearson, 1913).
The matrix is made positive definite (eigenvalues of at least 1e-6, diagonal of one). A synthetic respondent is
:math:`z \sim N(0, R)`, and the answer in column j is the :math:`\Phi(z_j)` quantile of the real answers. Each column
therefore keeps its distribution and contains no new values. Answers are then deleted at random, in the proportion that
is missing in the real column.

Nelsen, R. B. (2006). *An introduction to copulas* (2nd ed.). Springer. Pearson, K. (1913). On the measurement of the
influence of "broad categories" on correlation. *Biometrika, 9*, 116-139.
"""

from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri

from practicework.errors import StudyError
from practicework.numerics import seeds
from practicework.stages.ingest import coded, ingest, read
from practicework.study import CONFIG, RAW, load_study

ROUNDS = 50
"""Largest number of draws to replace rows that equal a real one; with few distinct answers, typical rows become rarer."""


def latent_correlations(answers: np.ndarray) -> np.ndarray:
    """Return the positive definite correlation matrix of the latent normal variables.

    Parameters
    ----------
    answers : ndarray of shape (n, k)
        NaN where there is no answer. A constant column is treated as uncorrelated with the others.
    """
    known = ~np.isnan(answers)
    scores = np.zeros(answers.shape)
    for j, column in enumerate(answers.T):
        _, which, counts = np.unique(column[known[:, j]], return_inverse=True, return_counts=True)
        edges = np.exp(-(ndtri(np.append(0, counts.cumsum()) / max(counts.sum(), 1)) ** 2) / 2) / np.sqrt(2 * np.pi)
        scores[known[:, j], j] = (-np.diff(edges) / counts * counts.sum())[which]
    people = known.T.astype(float) @ known
    power = (scores**2).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    scale = np.outer(power, power) * people
    rho = np.divide(scores.T @ scores, scale, out=np.zeros_like(people), where=(scale > 0) & (people > 2))
    np.fill_diagonal(rho, 1)
    values, vectors = np.linalg.eigh(np.clip(rho, -1, 1))
    repaired = (vectors * np.maximum(values, 1e-6)) @ vectors.T
    return repaired / np.sqrt(np.outer(np.diag(repaired), np.diag(repaired)))


def simulate(real: pd.DataFrame, n: int, rng: np.random.Generator, items: list[str]) -> tuple[pd.DataFrame, int]:
    """Return synthetic rows and the number of them that still equal a real row.

    Parameters
    ----------
    real : DataFrame
        One row per respondent; NaN where there is no answer.
    n : int
    rng : Generator
    items : list of str
        The columns in which a synthetic row must differ from every real one; equal rows are redrawn.
    """
    answers = real.to_numpy(float)
    root = np.linalg.cholesky(latent_correlations(answers))
    given = [np.sort(column[~np.isnan(column)]) for column in answers.T]
    shares = np.isnan(answers).mean(axis=0)
    absent = np.column_stack([rng.permutation(n) < round(share * n) for share in shares])
    drawn, known = np.full((n, len(given)), np.nan), set(real[items].itertuples(index=False, name=None))
    known = {tuple(None if value != value else value for value in row) for row in known}  # NaN equals nothing
    places = [real.columns.get_loc(item) for item in items]
    again = np.arange(n)
    for _ in range(ROUNDS):
        u = ndtr(rng.standard_normal((len(again), len(given))) @ root.T)
        for j, values in enumerate(given):
            if len(values):
                drawn[again, j] = values[np.minimum((u[:, j] * len(values)).astype(int), len(values) - 1)]
        drawn[absent] = np.nan
        rows = [tuple(None if value != value else value for value in drawn[row, places]) for row in again]
        again = again[[row in known for row in rows]]
        if not len(again):
            break
    return pd.DataFrame(drawn, columns=real.columns), len(again)


def write(folder: Path, sample: str | None = None, n: int | None = None) -> str:
    """Write a sample's stand-in to `data/raw/<sample>_synthetic.csv` and return what to add to the config.

    Raises
    ------
    StudyError
        If the sample is unknown, has no answers or is not named among several, `n` is not positive, or the file exists.
    """
    study = load_study(folder)
    names = list(study.config.samples)
    if sample is None and len(names) != 1:
        raise StudyError(
            f"Name one of the study's {len(names)} samples ({', '.join(names)}): practicework stand-in STUDY SAMPLE."
        )
    sample = sample or names[0]
    if sample not in names:
        raise StudyError(f"'{sample}' is not a sample of this study; choose from {', '.join(names)}.")
    if n is not None and n < 1:
        raise StudyError(f"--n is {n}; give the number of synthetic respondents, 1 or more.")
    name = RAW / f"{sample}_synthetic.csv"
    if (folder / name).exists():
        raise StudyError(f"{name.as_posix()} already exists; delete it to create a new one.")
    found = ingest(read(study, sample), study, sample)
    real = coded.frame(found.responses, found.quality, study.config.screening).set_index("respondent")
    if real.empty or not len(real.columns):
        raise StudyError(f"The sample '{sample}' has no answers from which a stand-in could be drawn.")
    items = list(study.items) or list(real.columns)
    made, copies = simulate(real, n or len(real), seeds.generator(study.config.seed, "stand-in", sample), items)
    made.insert(0, "respondent", [f"R{number:04d}" for number in range(1, len(made) + 1)])
    coded.write(made, folder / name)
    told = (
        f"{copies:,} of them match a real respondent on all items, which is unavoidable with so few distinct answers."
        if copies
        else "None of them matches a real respondent on all items."
    )
    return (
        f"Wrote {name.as_posix()}: {len(made):,} synthetic respondents. {told}\n"
        "Every value occurs in the real data: check for rare ones (a high age, a small region) before sharing the file.\n"
        f"Add to samples.{sample} in {CONFIG.as_posix()}:\n    stand_in: {name.as_posix()}\n"
        "Then write its expected numbers: practicework expect."
    )
