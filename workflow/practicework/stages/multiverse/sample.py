"""The respondents of a sample and their values under each option: exclusions, scores, imputations."""

from collections.abc import Collection, Mapping
from functools import cached_property

import numpy as np
import pandas as pd

from practicework.errors import NotComputable
from practicework.numerics.latent_interaction import FEWEST_ITEMS, Measured, starts
from practicework.study import Study
from practicework.study.multiverse import ALL, NONE
from practicework.study.scale import Scale

ITERATIONS = 10
"""Rounds of the chained equations."""


class Sample:
    """The respondents of a sample, before any exclusion, with the answers to the scales of a model.

    Parameters
    ----------
    study : Study
    responses : DataFrame
        `ingest/responses`.
    ledger, indices : DataFrame or None
        `screening/ledger` and `screening/indices`, if the study is screened.
    names : collection of str
        The scales and variables that are needed.
    cluster : str or None
        The column of the clusters.
    """

    def __init__(
        self,
        study: Study,
        responses: pd.DataFrame,
        ledger: pd.DataFrame | None,
        indices: pd.DataFrame | None,
        names: Collection[str],
        cluster: str | None,
    ) -> None:
        """Keep what is needed."""
        self.responses, self.indices, self.cluster = responses, indices, cluster
        self.ledger = None if ledger is None else ledger.set_index("respondent").reindex(responses["respondent"])
        self.categories = study.config.categories
        self.names = list(names)
        self.scales: dict[str, Scale] = {name: study.scales[name] for name in names if name in study.scales}
        self._scores: dict[tuple, np.ndarray] = {}
        self._imputed: dict[bytes, list[dict[str, pd.DataFrame]]] = {}

    @cached_property
    def keyed(self) -> dict[str, pd.DataFrame]:
        """The keyed answers of each scale."""
        return {name: scale.keyed(self.responses) for name, scale in self.scales.items()}

    @property
    def clusters(self) -> np.ndarray | None:
        """The cluster of each respondent, NaN where it is missing."""
        return None if self.cluster is None else self.responses[self.cluster].to_numpy(float)

    def kept(self, option: str) -> np.ndarray:
        """Return who is kept under an option of the choice `exclusion` that does not depend on the model."""
        if option == NONE:
            return np.ones(len(self.responses), bool)
        own = self.ledger["kept"].to_numpy(bool)
        if option == "rules":
            return own
        if option == "flagged":
            return own & ~self.ledger["flagged"].to_numpy(bool)
        row = self.indices.set_index("index").loc[option]
        if pd.isna(row["cutoff"]):
            raise NotComputable(f"the index '{option}' flags nobody, since it has no cut-off in these data")
        compare = {"at least": np.greater_equal, "above": np.greater, "below": np.less}[row["direction"]]
        return own & ~compare(self.ledger[option].to_numpy(float), float(row["cutoff"]))  # comparisons with NaN are false

    def items(self, name: str, dropped: str) -> pd.DataFrame:
        """Return the keyed answers of a scale without the dropped item."""
        return self.keyed[name].drop(columns=[] if dropped == ALL else [dropped])

    def values(self, name: str, scoring: str, dropped: str, kept: np.ndarray) -> np.ndarray:
        """Return a variable or the score of a scale, shape (n,); NaN where it is missing or not kept.

        Scores without an item, and factor scores, have the unit of the study's score.
        """
        if name not in self.scales:
            return np.where(kept, self.responses[name].to_numpy(float), np.nan)
        key = (name, scoring, dropped, kept.tobytes() if scoring == "bartlett" else None)
        if key not in self._scores:
            scale, answers = self.scales[name], self.items(name, dropped)
            if scoring == "bartlett" and answers.shape[1] >= FEWEST_ITEMS:
                self._scores[key] = _factor_scores(scale, answers[kept]).reindex(answers.index).to_numpy()
            else:
                self._scores[key] = scale.score(answers, None if scoring == "mean" else 1.0).to_numpy()
        return np.where(kept, self._scores[key], np.nan)

    def imputed(self, dropped: Mapping[str, str], kept: np.ndarray, number: int, seed: int) -> list[dict[str, np.ndarray]]:
        """Return all values with missing items imputed, `number` times.

        Items are imputed from all items and variables of the multiverse by chained Bayesian regressions, within the response
        range. Respondents need all variables and at least one answer to each scale; the values of others are NaN.
        """
        key = kept.tobytes()
        if key not in self._imputed:
            self._imputed[key] = list(self._completed(kept, number, seed))
        found = []
        for completed in self._imputed[key]:
            own = {}
            for name in self.names:
                if name in self.scales:
                    answers = completed[name].drop(columns=[] if dropped.get(name, ALL) == ALL else [dropped[name]])
                    own[name] = self.scales[name].score(answers).reindex(self.responses.index).to_numpy()
                else:
                    own[name] = np.where(kept, self.responses[name].to_numpy(float), np.nan)
            found.append(own)
        return found

    def _completed(self, kept: np.ndarray, number: int, seed: int):
        from sklearn.experimental import enable_iterative_imputer  # noqa: F401
        from sklearn.impute import IterativeImputer

        some = pd.Series(kept, index=self.responses.index)
        for name in self.names:
            some &= self.keyed[name].notna().any(axis=1) if name in self.scales else self.responses[name].notna()
        answers = [self.keyed[name][some] for name in self.scales]
        others = [name for name in self.names if name not in self.scales]
        whole = pd.concat([*answers, self.responses.loc[some, others].astype(float)], axis=1)
        if empty := [name for name in whole if whole[name].isna().all()]:
            raise NotComputable(f"nobody answered {', '.join(empty)}")
        unchanged = not whole.isna().any(axis=None)
        low = [scale.response.min for scale in self.scales.values() for _ in scale.items] + [-np.inf] * len(others)
        high = [scale.response.max for scale in self.scales.values() for _ in scale.items] + [np.inf] * len(others)
        for place in range(1 if unchanged else number):
            made = whole
            if not unchanged:
                imputer = IterativeImputer(
                    sample_posterior=True, max_iter=ITERATIONS, tol=0, min_value=low, max_value=high, random_state=seed + place
                )
                made = pd.DataFrame(imputer.fit_transform(whole), whole.index, whole.columns)
            yield {name: made[scale.item_ids] for name, scale in self.scales.items()}


def _factor_scores(scale: Scale, answers: pd.DataFrame) -> pd.Series:
    """Bartlett scores of the respondents who answered all items, in the unit of the score (loadings have the mean 1)."""
    whole = answers.dropna()
    x = whole.to_numpy()
    if len(x) <= x.shape[1]:
        raise NotComputable(f"too few respondents answered all items of '{scale.id}'")
    ((loadings, residuals),) = starts([Measured(scale.id, x, None)])
    strength = loadings / loadings.mean()
    weights = strength / residuals
    scores = (x - x.mean(axis=0)) @ (weights / (weights @ strength))
    return scale.in_units(pd.Series(scores + x.mean(), index=whole.index))
