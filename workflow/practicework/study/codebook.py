"""Codebooks: first-order concepts, second-order themes and aggregate dimensions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import Field, model_validator

from practicework.study.documents import Strict, read_yaml, validated
from practicework.study.scale import Name, Source

if TYPE_CHECKING:
    import pandas as pd

LEVELS = ("code", "theme", "dimension")
"""Levels at which codings are counted, from the finest to the coarsest."""

GROUPS = " (groups)"
"""Suffix that names the groups of a numeric attribute."""


class Concept(Strict):
    """A first-order concept, in informants' terms."""

    id: Name = Field(description="The code in the table of codings.")
    label: str = Field(min_length=1, description="The label in figures and tables.")
    definition: str | None = Field(None, description="The coding rule.")


class Theme(Concept):
    """A second-order theme, in researchers' terms."""

    concepts: tuple[Concept, ...] = Field((), strict=False, description="Its first-order concepts, if any.")


class Dimension(Concept):
    """An aggregate dimension."""

    themes: tuple[Theme, ...] = Field((), strict=False, description="Its second-order themes.")


class Codebook(Strict):
    """A codebook file (Gioia, Corley & Hamilton, 2013).

    A passage may be coded with a concept or, if no more is known, with a theme or a dimension.
    """

    label: str | None = Field(None, description="What was coded, as named in the report.")
    source: Source | None = Field(None, description="Where the data structure comes from.")
    dimensions: tuple[Dimension, ...] = Field((), strict=False, description="The aggregate dimensions.")
    others: tuple[Concept, ...] = Field((), strict=False, description="Codes outside the data structure.")

    @model_validator(mode="after")
    def _check(self) -> Codebook:
        if not self.dimensions and not self.others:
            raise ValueError("the codebook has no codes; add 'dimensions' with themes and concepts, or 'others'.")
        for name, times in Counter(entry.id for entry, _, _ in self._entries()).items():
            if times > 1:
                raise ValueError(f"the id '{name}' occurs {times} times; give each concept, theme and dimension its own.")
        return self

    def _entries(self) -> Iterator[tuple[Concept, str | None, str | None]]:
        """Yield each entry with its theme and dimension, in the order of the codebook."""
        for dimension in self.dimensions:
            yield dimension, None, dimension.id
            for theme in dimension.themes:
                yield theme, theme.id, dimension.id
                for concept in theme.concepts:
                    yield concept, theme.id, dimension.id
        for other in self.others:
            yield other, None, None

    @cached_property
    def ids(self) -> list[str]:
        """All codes that can be assigned to a passage."""
        return [entry.id for entry, _, _ in self._entries()]

    def label_of(self, code: str) -> str:
        """Return the label of a code."""
        return next((entry.label for entry, _, _ in self._entries() if entry.id == code), code)

    def codes(self) -> pd.DataFrame:
        """Return one row per entry: `code, level` (concept, theme, dimension, other), `label, theme, dimension, definition`.

        The row of a theme names itself as the theme and that of a dimension itself as the dimension, so codings of
        either are counted there.
        """
        import pandas as pd

        kinds = {Concept: "concept", Theme: "theme", Dimension: "dimension"}
        rows = [
            {
                "code": entry.id,
                "level": "other" if dimension is None else kinds[type(entry)],
                "label": entry.label,
                "theme": theme,
                "dimension": dimension,
                "definition": entry.definition,
            }
            for entry, theme, dimension in self._entries()
        ]
        return pd.DataFrame(rows).astype(object)


def load_codebook(folder: Path, file: str) -> Codebook:
    """Read the codebook in a file, or raise a StudyError that names file, field and remedy."""
    return validated(Codebook, read_yaml(folder / file, file), file)
