"""A table in Word after APA 7: number, title in italics, three rules, a note."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import Emu, Pt

from practicework.report import apa
from practicework.report.messages import _

if TYPE_CHECKING:
    from docx.document import Document
    from docx.text.paragraph import Paragraph

    from practicework.report.contents import Entry
    from practicework.report.table import Table

SIZE = 8.5
"""Points of the cells' type."""

NARROW, BROAD = 16, 70
"""Characters: a column of words breaks its lines rather than be broader than it must, from the one to the other."""

_PADDING = 0.09
"""Inches around a cell's text."""

_TWIPS = 1440
"""To the inch, in which Word counts."""

STYLES = {"Table number": (8, 0), "Table title": (0, 3), "Table cell": (1, 1), "Table note": (2, 14)}
"""The paragraph styles of a table's parts, and the points above and below each."""


def add_styles(document: Document) -> None:
    """Give a document the styles that tables are set in."""
    for name, (before, after) in STYLES.items():
        style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = document.styles["Normal"]
        form = style.paragraph_format
        form.space_before, form.space_after, form.line_spacing = Pt(before), Pt(after), 1.0
        form.keep_with_next = name in ("Table number", "Table title")
        if name in ("Table cell", "Table note"):
            style.font.size = Pt(SIZE if name == "Table cell" else SIZE + 0.5)
    document.styles["Table number"].font.bold = document.styles["Table title"].font.italic = True


def add(document: Document, entry: Entry, width: int) -> None:
    """Append a numbered table with its title and note.

    Parameters
    ----------
    document : Document
    entry : Entry
    width : int
        Of the page's text, in EMU; columns share it by the length of their cells.
    """
    content: Table = entry.content
    document.add_paragraph(entry.words, "Table number")
    add_marked(document.add_paragraph(style="Table title"), content.title, italic=True)
    widths = [round(one * _TWIPS) for one in _widths(content, Emu(width).inches)]
    last = len(content.rows) - 1
    rows = [_row([apa.marked(cell, heading=True) for cell in content.header], content, widths, head=True)]
    for place, row in enumerate(content.rows):
        bold = set(range(len(row))) if place in content.groups else {column for at, column in content.bold if at == place}
        rows.append(_row([[(cell, False)] for cell in row], content, widths, bold, end=place == last))
    grid = "".join(f'<w:gridCol w:w="{one}"/>' for one in widths)
    table = parse_xml(
        f'<w:tbl {nsdecls("w")}><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:tblLayout w:type="fixed"/></w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"
    )
    note = document.add_paragraph(style="Table note")
    note._p.addprevious(table)
    if content.note:
        note.add_run(_("Note.") + " ").italic = True
        add_marked(note, content.note)


def add_marked(paragraph: Paragraph, text: str, *, italic: bool = False) -> None:
    """Append a text with statistical symbols in italics; in an italic text they stand upright."""
    for piece, symbol in apa.marked(text):
        run = paragraph.add_run(piece)
        if symbol:
            run.italic = not italic


def is_too_wide(table: Table, width: int) -> bool:
    """Whether cells that must not break need more than a width in EMU."""
    return sum(_needed(table, NARROW)) > Emu(width).inches


def _needed(table: Table, words: int) -> list[float]:
    """Inches that each column needs; those of words at most so many characters, but their longest word."""
    found = []
    for column, heading in enumerate(table.header):
        cells = [row[column] for row in table.rows]
        longest = max((len(cell) for cell in cells), default=0)
        if column in table.words:
            unbroken = max((len(word) for cell in cells for word in cell.split()), default=0)
            longest = max(unbroken, min(longest, words))
        head = max((len(word) for word in heading.split()), default=0) + 1  # capitals are broad
        found.append(max(longest, head) * SIZE * 0.5 / 72 + 2 * _PADDING)
    return found


def _widths(table: Table, width: float) -> list[float]:
    """The columns' widths in inches: what they need, and of what is left over, to the words as much as they have use for."""
    least, most = _needed(table, NARROW), _needed(table, BROAD)
    room, wish = width - sum(least), sum(most) - sum(least)
    if room < 0:
        return [one * (1 + room / sum(least)) for one in least]
    part = min(1.0, room / wish) if wish else 0.0
    return [low + part * (high - low) for low, high in zip(least, most, strict=True)]


def _row(
    texts: list[list[tuple[str, bool]]],
    table: Table,
    widths: list[int],
    bold: set[int] = frozenset(),
    *,
    head: bool = False,
    end: bool = False,
) -> str:
    """A row as Word's markup: the head with rules above and below it, and again on each page; the end with one below it."""
    top = '<w:top w:val="single" w:sz="8" w:space="0" w:color="000000"/>' if head else ""
    bottom = f'<w:bottom w:val="single" w:sz="{4 if head else 8}" w:space="0" w:color="000000"/>' if head or end else ""
    borders = f"<w:tcBorders>{top}{bottom}</w:tcBorders>" if top or bottom else ""
    cells = []
    for column, (pieces, width) in enumerate(zip(texts, widths, strict=True)):
        side = "" if column in table.words else '<w:jc w:val="right"/>'
        runs = "".join(
            f"<w:r><w:rPr>{'<w:b/>' if column in bold else ''}{'<w:i/>' if symbol else ''}</w:rPr>"
            f'<w:t xml:space="preserve">{escape(text)}</w:t></w:r>'
            for text, symbol in pieces
        )
        keep = "" if end or len(table.rows) > 30 else "<w:keepNext/>"
        cells.append(
            f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{borders}</w:tcPr>'
            f'<w:p><w:pPr><w:pStyle w:val="Tablecell"/>{keep}{side}</w:pPr>{runs}</w:p></w:tc>'
        )
    again = "<w:tblHeader/>" if head else ""
    return f"<w:tr><w:trPr><w:cantSplit/>{again}</w:trPr>{''.join(cells)}</w:tr>"
