"""Word files: the manuscript with the tables and figures that it cites, and a supplement with everything else."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import docx
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_COLOR_INDEX
from docx.shared import Cm, Pt, RGBColor
from lxml import html as markup

from practicework.report import apa, word_table
from practicework.report.messages import _
from practicework.report.section import Block, Fold, Heading, Items, Paragraph
from practicework.report.table import Drawing, Table

if TYPE_CHECKING:
    from docx.document import Document

    from practicework.report import Report
    from practicework.report.contents import Contents, Entry

FONT = "Times New Roman"
MARGIN = Cm(2.3)


def manuscript(report: Report, path: Path) -> None:
    """Write the text for a manuscript, then the tables and the figures that it cites, as APA style orders them."""
    writer = _Writer(_document(report.title), report.contents)
    writer.paragraph(report.heading, "Title")
    writer.blocks(report.manuscript, top=1)
    for kind in ("table", "figure"):
        cited = [entry for entry in report.contents.entries if entry.kind == kind and entry.main]
        for place, entry in enumerate(sorted(cited, key=lambda entry: int(entry.number))):
            writer.entry(entry, new_page=not place)
    writer.save(path)


def supplement(report: Report, path: Path) -> None:
    """Write the sections of the page with the tables and figures that the manuscript does not show."""
    title = _("Supplementary material: {title}", title=report.heading)
    writer = _Writer(_document(title), report.contents)
    writer.paragraph(title, "Title")
    for section in report.sections:
        if section.stage != "manuscript":
            writer.paragraph(section.title, "Heading 1")
            writer.blocks(section.body, top=2)
    writer.save(path)


@dataclass
class _Writer:
    """Appends blocks to a document."""

    document: Document
    contents: Contents

    def blocks(self, blocks: tuple[Block, ...], top: int) -> None:
        """Append blocks; headings of level 3, the first in a section, become headings of the level `top`."""
        for block in blocks:
            if isinstance(block, Heading):
                self.paragraph(block.text, f"Heading {block.level - 3 + top}")
            elif isinstance(block, Paragraph):
                self.paragraph(block.text, "Normal", reference=block.kind == "reference")
            elif isinstance(block, Items):
                for item in block.items:
                    self.paragraph(item, "List Bullet")
            elif isinstance(block, Fold):
                self.paragraph(block.summary, f"Heading {top}")
                self.blocks(block.blocks, top + 1)
            elif isinstance(block, Table | Drawing):
                entry = self.contents.entry(block)
                if not entry.main:
                    self.entry(entry)

    def paragraph(self, text: str, style: str, *, reference: bool = False) -> None:
        """Append a paragraph of markup with its bold, italic and marked runs."""
        text = self.contents.resolved(str(text) if hasattr(text, "__html__") else markup_of(text), lambda entry: entry.words)
        runs = _folded(list(_runs(markup.fragment_fromstring(text, create_parent="p"))))
        if not runs:
            return
        paragraph = self.document.add_paragraph(style=style)
        if reference:  # a hanging indent
            paragraph.paragraph_format.left_indent, paragraph.paragraph_format.first_line_indent = Cm(1.27), Cm(-1.27)
        for words, tags in runs:
            for piece, symbol in [(words, False)] if "i" in tags or reference else apa.marked(words):
                run = paragraph.add_run(apa.unbroken(piece))
                run.bold = "b" in tags or None
                run.italic = ("i" in tags or symbol) or None
                if "mark" in tags:
                    run.font.highlight_color = WD_COLOR_INDEX.YELLOW

    def entry(self, entry: Entry, *, new_page: bool = False) -> None:
        """Append a table, on a landscape page if it is too wide, or a figure with its caption."""
        sideways = entry.kind == "table" and word_table.is_too_wide(entry.content, self.width(sideways=False))
        turned = self.turn(sideways=sideways)
        if new_page and not turned:
            self.document.add_page_break()
        if entry.kind == "table":
            word_table.add(self.document, entry, self.width(sideways=sideways))
            return
        picture = self.document.add_paragraph()
        picture.paragraph_format.keep_with_next = True
        shape = picture.add_run().add_picture(io.BytesIO(entry.content.png), width=self.width(sideways=False))
        shape._inline.docPr.set("descr", entry.content.alternative)
        caption = self.document.add_paragraph(style="Caption")
        caption.add_run(entry.words).bold = True
        word_table.add_marked(caption, f"  {entry.content.caption}")

    @property
    def sideways(self) -> bool:
        return self.document.sections[-1].orientation == WD_ORIENT.LANDSCAPE

    def width(self, *, sideways: bool) -> int:
        """Of the text, in EMU."""
        section = self.document.sections[-1]
        sides = sorted((section.page_width, section.page_height))
        return sides[sideways] - 2 * MARGIN

    def turn(self, *, sideways: bool) -> bool:
        """Continue on a portrait or landscape page; whether that begins a new page."""
        if sideways == self.sideways:
            return False
        section = self.document.add_section()
        section.page_width, section.page_height = section.page_height, section.page_width
        section.orientation = WD_ORIENT.LANDSCAPE if sideways else WD_ORIENT.PORTRAIT
        return True

    def save(self, path: Path) -> None:
        """Write the file with fixed times, so that the same report has the same bytes."""
        buffer = io.BytesIO()
        self.document.save(buffer)
        with zipfile.ZipFile(buffer) as made, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
            for name in made.namelist():
                file.writestr(zipfile.ZipInfo(name), made.read(name), zipfile.ZIP_DEFLATED)


def markup_of(text: str) -> str:
    """Return a plain text as markup."""
    from markupsafe import escape

    return str(escape(text))


def _runs(element: markup.HtmlElement, tags: tuple[str, ...] = ()) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The texts below an element with the tags around each."""
    if element.text:
        yield element.text, tags
    for child in element.iterchildren(tag=markup.etree.Element):
        yield from _runs(child, (*tags, child.tag))
        if child.tail:
            yield child.tail, tags


def _folded(runs: list[tuple[str, tuple[str, ...]]]) -> list[tuple[str, tuple[str, ...]]]:
    """Runs with white space folded as in a page."""
    found: list[tuple[str, tuple[str, ...]]] = []
    for text, tags in runs:
        one = re.sub(r"[ \t\r\n]+", " ", text)
        if not found or found[-1][0].endswith(" "):
            one = one.lstrip(" ")
        if one:
            found.append((one, tags))
    if found:
        found[-1] = (found[-1][0].rstrip(" "), found[-1][1])
    return [run for run in found if run[0]]


def _document(title: str) -> Document:
    """An empty document on A4 in a journal's plain style."""
    document = docx.Document()
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = MARGIN
    document.core_properties.title, document.core_properties.author = title, ""
    sizes = {"Normal": 11, "Title": 18, "Heading 1": 14, "Heading 2": 12, "Heading 3": 11, "Heading 4": 11, "Caption": 9.5}
    for name, size in sizes.items():
        style = document.styles[name]
        style.font.name, style.font.size, style.font.color.rgb = FONT, Pt(size), RGBColor(0, 0, 0)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for kind in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):  # otherwise the theme's font wins
            fonts.attrib.pop(f"{{{fonts.nsmap['w']}}}{kind}", None)
        style.font.bold = name.startswith(("Title", "Heading"))
        style.font.italic = name in ("Heading 3", "Heading 4")
    for line in document.styles["Title"].element.xpath(".//w:pBdr"):
        line.getparent().remove(line)
    document.styles["Normal"].paragraph_format.space_after = Pt(6)
    word_table.add_styles(document)
    return document
