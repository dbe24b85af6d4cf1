"""The item models of the stage: the items of one scale, or of all scales together."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from practicework.errors import NotComputable
from practicework.study.scale import ALL, Scale

MIN_RESPONDENTS = 5

DETERMINED = 1e-10
"""With a smaller eigenvalue of the correlation matrix, some items are linearly dependent up to rounding."""


@dataclass(frozen=True)
class ItemModel:
    """Items, and the scale that each belongs to.

    Attributes
    ----------
    name : str
        A scale's id, or `all`.
    answers : DataFrame
        Keyed answers of the respondents who answered all items, one column per item; no missing values.
    factors : dict of str to list of str
        Scale to its items; every column of `answers` belongs to one scale.
    """

    name: str
    answers: pd.DataFrame
    factors: dict[str, list[str]]

    @property
    def items(self) -> list[str]:
        """The items, scale by scale."""
        return list(self.answers)

    @property
    def scale_of(self) -> dict[str, str]:
        """The scale of each item."""
        return {item: scale for scale, items in self.factors.items() for item in items}

    @property
    def n(self) -> int:
        """The number of respondents who answered all items."""
        return len(self.answers)

    @cached_property
    def correlations(self) -> np.ndarray:
        """Pearson correlations of the items, shape (k, k).

        Raises
        ------
        NotComputable
            Fewer than five respondents, or an item to which everyone gave the same answer.
        """
        if self.n < MIN_RESPONDENTS:
            raise NotComputable(f"not computable: fewer than {MIN_RESPONDENTS} respondents answered all items")
        constant = [item for item in self.items if self.answers[item].nunique() == 1]
        if constant:
            raise NotComputable(f"not computable: everyone gave the same answer to {', '.join(constant)}")
        return np.corrcoef(self.answers.to_numpy(), rowvar=False).reshape(len(self.items), -1)

    @cached_property
    def regular_correlations(self) -> np.ndarray:
        """As `correlations`, for methods that invert the matrix.

        Raises
        ------
        NotComputable
            Also if there are no more respondents than items, or if some items are linearly dependent.
        """
        r, k = self.correlations, len(self.items)
        if self.n <= k:
            raise NotComputable(f"not computable: there are no more respondents ({self.n}) than items ({k})")
        values, vectors = np.linalg.eigh(r)
        if values[0] < DETERMINED:
            part = [item for item, weight in zip(self.items, vectors[:, 0], strict=True) if abs(weight) > 1e-4]
            raise NotComputable(f"not computable: the answers to {', '.join(part)} are linearly dependent")
        return r


def item_models(responses: pd.DataFrame, scales: list[Scale]) -> list[ItemModel]:
    """Return one model per scale, listwise within it, and for several scales one of all, listwise over all items."""
    keyed = {scale.id: scale.keyed(responses) for scale in scales}
    models = [ItemModel(name, frame.dropna(), {name: list(frame)}) for name, frame in keyed.items()]
    if len(scales) > 1:
        whole = pd.concat(list(keyed.values()), axis=1).dropna()
        models.append(ItemModel(ALL, whole, {name: list(frame) for name, frame in keyed.items()}))
    return models
