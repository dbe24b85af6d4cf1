"""The report as a Word file: the page's words, real tables in APA style, and figures for print."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import docx
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_COLOR_INDEX
from docx.shared import Cm, Pt, RGBColor
from lxml import html as markup

from practicework.report import word_table

if TYPE_CHECKING:
    from docx.document import Document

    from practicework.report import Report
    from practicework.report.contents import Entry

FONT = "Times New Roman"
HEADINGS = {"h2": 1, "h3": 2, "h4": 3}
SKIPPED = {"nav", "script", "style", "button", "form", "dialog"}
MARGIN = Cm(2.3)


def write(report: Report, path: Path) -> None:
    """Write the report's words, tables and figures: the text for a manuscript, then the page's order, supplements at the end.

    The page's markup is read back, so that both say the same; tables and figures come from the contents.
    """
    page = markup.document_fromstring(report.html)
    writer = _Writer(_document(report.title), {one.id: one for one in report.contents.entries})
    for block in [*page.xpath("//body//header | //section[@id='manuscript']"), *page.xpath("//main/section[@id!='manuscript']")]:
        writer.blocks(block)
    if writer.supplements:
        writer.document.add_heading("Supplement", 1)
    for block in list(writer.supplements):
        writer.supplement(block)
    _save(writer.document, path)


@dataclass
class _Writer:
    """Appends blocks of the page to a document."""

    document: Document
    entries: dict[str, Entry]
    supplements: list[markup.HtmlElement] = field(default_factory=list)

    def blocks(self, parent: markup.HtmlElement) -> None:
        for element in parent.iterchildren(tag=markup.etree.Element):
            if element.tag not in SKIPPED and element.get("data-screen") is None:
                self.block(element)

    def block(self, element: markup.HtmlElement) -> None:
        """One block; what it holds if it is none itself."""
        if element.tag == "h1":
            self.text(element, "Title")
        elif element.tag in HEADINGS:
            self.text(element, f"Heading {HEADINGS[element.tag]}")
        elif element.tag == "details":
            self.supplements.append(element)
        elif element.tag == "figure":
            self.entry(self.entries[element.get("data-entry")])
        elif element.tag in ("ul", "ol"):
            for item in element.iterchildren("li"):
                self.text(item, "List Bullet" if element.tag == "ul" else "List Number")
        elif element.tag in ("p", "dt", "dd", "summary"):
            self.text(element, "Normal", bold=element.tag == "dt", reference=element.get("class") == "reference")
        else:
            self.blocks(element)

    def supplement(self, element: markup.HtmlElement) -> None:
        """What the page folds away, under its summary as a heading."""
        for child in element.iterchildren(tag=markup.etree.Element):
            if child.tag == "summary":
                self.text(child, "Heading 2")
            elif child.tag not in SKIPPED:
                self.block(child)

    def text(self, element: markup.HtmlElement, style: str, *, bold: bool = False, reference: bool = False) -> None:
        """A paragraph with its bold and italic runs, white space folded as in a page."""
        runs = _folded(list(_runs(element)))
        if not runs:
            return
        paragraph = self.document.add_paragraph(style=style)
        if reference:  # a hanging indent
            paragraph.paragraph_format.left_indent, paragraph.paragraph_format.first_line_indent = Cm(1.27), Cm(-1.27)
        for text, tags in runs:
            run = paragraph.add_run(text)
            run.bold = bold or "b" in tags or "strong" in tags or None
            run.italic = "i" in tags or "em" in tags or None
            if "mark" in tags:
                run.font.highlight_color = WD_COLOR_INDEX.YELLOW

    def entry(self, entry: Entry) -> None:
        """A table, on a page turned sideways where it is too wide; or a figure above its caption."""
        if entry.kind == "table":
            self.turn(sideways=word_table.is_too_wide(entry.content, self.width(sideways=False)))
            word_table.add(self.document, entry, self.width(sideways=self.sideways))
            return
        self.turn(sideways=False)
        picture = self.document.add_paragraph()
        picture.paragraph_format.keep_with_next = True
        shape = picture.add_run().add_picture(io.BytesIO(entry.content.png), width=self.width(sideways=False))
        shape._inline.docPr.set("descr", entry.content.alternative)
        caption = self.document.add_paragraph(style="Caption")
        caption.add_run(f"Figure {entry.number}").bold = True
        word_table.add_marked(caption, f"  {entry.content.caption}")

    @property
    def sideways(self) -> bool:
        return self.document.sections[-1].orientation == WD_ORIENT.LANDSCAPE

    def width(self, *, sideways: bool) -> int:
        """Of the text, in EMU."""
        section = self.document.sections[-1]
        sides = sorted((section.page_width, section.page_height))
        return sides[sideways] - 2 * MARGIN

    def turn(self, *, sideways: bool) -> None:
        """Go on on a page that stands or lies."""
        if sideways == self.sideways:
            return
        section = self.document.add_section()
        section.page_width, section.page_height = section.page_height, section.page_width
        section.orientation = WD_ORIENT.LANDSCAPE if sideways else WD_ORIENT.PORTRAIT


def _runs(element: markup.HtmlElement, tags: tuple[str, ...] = ()) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The texts below an element with the tags around each."""
    if element.text:
        yield element.text, tags
    for child in element.iterchildren(tag=markup.etree.Element):
        if child.tag not in SKIPPED:
            block = child.getprevious() is not None and child.tag in ("span", "div")  # a tile's words below its number
            yield from ([(" ", tags)] if block else [])
            yield from _runs(child, (*tags, child.tag))
        if child.tail:
            yield child.tail, tags


def _folded(runs: list[tuple[str, tuple[str, ...]]]) -> list[tuple[str, tuple[str, ...]]]:
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
    sizes = {"Normal": 11, "Title": 18, "Heading 1": 14, "Heading 2": 12, "Heading 3": 11, "Caption": 9.5}
    for name, size in sizes.items():
        style = document.styles[name]
        style.font.name, style.font.size, style.font.color.rgb = FONT, Pt(size), RGBColor(0, 0, 0)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for kind in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):  # else the theme's font wins
            fonts.attrib.pop(f"{{{fonts.nsmap['w']}}}{kind}", None)
        style.font.bold = name.startswith(("Title", "Heading"))
        style.font.italic = name == "Heading 3"
    for line in document.styles["Title"].element.xpath(".//w:pBdr"):
        line.getparent().remove(line)
    document.styles["Normal"].paragraph_format.space_after = Pt(6)
    word_table.add_styles(document)
    return document


def _save(document: Document, path: Path) -> None:
    """Write the file with fixed times, so that the same report has the same bytes."""
    buffer = io.BytesIO()
    document.save(buffer)
    with zipfile.ZipFile(buffer) as made, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name in made.namelist():
            file.writestr(zipfile.ZipInfo(name), made.read(name), zipfile.ZIP_DEFLATED)
