"""The whole text of every report of the published study, as last approved.

``make snapshots`` writes the texts anew; read their diff as you would read a proof.
"""

import os
import re
from importlib.metadata import distributions
from pathlib import Path

import pytest
from lxml import html

PARTS = ("schmitt2021", "schmitt2021_interviews", "bercier2020_cases", "practice_work")
SNAPSHOTS = Path(__file__).parents[1] / "snapshots"
HEADINGS = {"h1": "# ", "h2": "## ", "h3": "### ", "h4": "#### ", "li": "- "}


def text(page: str) -> str:
    """The headings, paragraphs, items, captions and headers of a page, one a line; no versions of software, no cells."""
    document = html.document_fromstring(page)
    lines = []
    for element in document.xpath("//h1|//h2|//h3|//h4|//p|//li|//figcaption|//caption|//summary|//thead"):
        if element.tag == "li" and element.xpath("./p|ancestor::nav"):
            continue
        pieces = [cell.text_content() for cell in element.xpath(".//th")] if element.tag == "thead" else [element.text_content()]
        words = " | ".join(re.sub(r"\s+", " ", piece.replace("\u00a0", " ")).strip() for piece in pieces)
        if words:
            lines.append(HEADINGS.get(element.tag, "") + words)
    found = "\n\n".join(lines) + "\n"
    names = {one.metadata["Name"].lower().replace("_", "-") for one in distributions()} | {"python", "practicework"}
    versioned = re.compile(r"\b([\w-]+) \d+(?:\.\d+)+\w*\b(?!%)")
    return versioned.sub(lambda match: match[1] if match[1].lower() in names else match[0], found)


@pytest.mark.parametrize("part", [*PARTS, "overview"])
def test_the_text_is_the_approved_one(part, published):
    page = published.folder / "results" / ("overview.html" if part == "overview" else f"{part}/report/report.html")
    found, file = text(page.read_text(encoding="utf-8")), SNAPSHOTS / f"{part}.md"
    if os.environ.get("SNAPSHOTS") == "write":
        file.write_text(found, encoding="utf-8")
    assert found == file.read_text(encoding="utf-8"), "if the new text is right: make snapshots"
