"""Variables as columns of a design."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Coded:
    """A variable as columns: the variable minus its centre, or an indicator of each category but the first.

    `levels` are the categories' codes, ascending; None for a continuous variable.
    """

    name: str
    center: float
    levels: np.ndarray | None

    @property
    def terms(self) -> list[str]:
        """The columns' names: the variable's, or `variable[code]`."""
        return [self.name] if self.levels is None else [f"{self.name}[{code:g}]" for code in self.levels[1:]]

    def code(self, values: np.ndarray) -> np.ndarray:
        """Values in the variable's own units as columns, shape (values, terms)."""
        values = np.asarray(values, float)[:, None]
        return values - self.center if self.levels is None else (values == self.levels[1:]).astype(float)
