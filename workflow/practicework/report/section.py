"""What a stage contributes to the report, as blocks that every format writes in its own way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from practicework.report.table import Drawing, Table


@dataclass(frozen=True)
class Heading:
    """A heading inside a section; level 3 is the first below the section's own."""

    text: str
    level: int = 3
    id: str = ""


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of markup; `kind` is empty, or `check` for what needs attention, `note` or `reference`."""

    text: str
    kind: str = ""


@dataclass(frozen=True)
class Items:
    """A bulleted list of markup."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class Fold:
    """Blocks that the page folds away and that belong to the supplement."""

    summary: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Template:
    """A block that the page alone shows, from a template and its data."""

    name: str
    data: Mapping[str, object]


Block = Heading | Paragraph | Items | Fold | Template | Table | Drawing


@dataclass(frozen=True)
class Tile:
    """A number on the first screen with a line of words; `kind` is empty, `key`, `good` or `doubt`."""

    value: str
    words: str
    kind: str = ""


@dataclass(frozen=True)
class Section:
    """What one stage contributes to page, manuscript and supplement.

    Attributes
    ----------
    stage, title : str
    body : tuple of Block
        The stage's section of the page.
    links : tuple of (str, str)
        Anchors and words of entries in the table of contents below the section's own.
    warnings : tuple of str
        Sentences at the top of the page about what is missing in the report.
    answer : tuple of str
        The sentences that answer the study's question on the first screen.
    also : tuple of str
        Sentences that follow the answer of another stage there.
    tiles : tuple of Tile
        Numbers on the first screen.
    manuscript : mapping of str to tuple of Block
        Blocks by part of the manuscript: `participants`, `measures`, `analysis`, `results`.
    methods : tuple of (str, str)
        Headings and paragraphs of the methods in detail.
    limitations : tuple of str
        Sentences for the limitations.
    references : tuple of str
        Keys of the works that the section cites.
    software : tuple of str
        Packages that computed its results.
    """

    stage: str
    title: str
    body: tuple[Block, ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    warnings: tuple[str, ...] = ()
    answer: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    tiles: tuple[Tile, ...] = ()
    manuscript: Mapping[str, tuple[Block, ...]] = field(default_factory=dict)
    methods: tuple[tuple[str, str], ...] = ()
    limitations: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    software: tuple[str, ...] = ()


def present(*blocks: Block | None) -> tuple[Block, ...]:
    """Return the blocks that there are: none that is missing, and no paragraph, list or fold without content."""
    found = []
    for block in blocks:
        content = getattr(block, "text", None) or getattr(block, "items", None) or getattr(block, "blocks", None)
        if block is not None and (content or isinstance(block, Table | Drawing | Template)):
            found.append(block)
    return tuple(found)


def flat(blocks: tuple[Block, ...]) -> Iterator[Block]:
    """Yield blocks in order, those that are folded away included."""
    for block in blocks:
        if isinstance(block, Fold):
            yield from flat(block.blocks)
        else:
            yield block
