"""The page: sections as one self-contained HTML file."""

import base64
import re
from pathlib import Path

import jinja2
from markupsafe import Markup, escape

from practicework.report import apa, messages
from practicework.report.contents import Contents, Entry
from practicework.report.section import Block, Fold, Heading, Items, Paragraph, Template
from practicework.report.table import Drawing, Table

TEMPLATES = Path(__file__).parent / "templates"

_TAGS = re.compile(r"(<(script|style|code|title)\b.*?</\2>|<[^>]+>)", re.S)
_KINDS = {Heading: "heading", Paragraph: "paragraph", Items: "items", Fold: "fold", Template: "template"}


def render(template: str, contents: Contents, **variables: object) -> str:
    """Return a template as HTML text, in which references to tables and figures are links with their numbers."""
    markup = environment(contents).get_template(template).render(**variables)
    return _polished(contents.resolved(markup, _link))


def _link(entry: Entry) -> str:
    return f'<a class="ref" href="#{entry.id}">{entry.words}</a>'


def environment(contents: Contents) -> jinja2.Environment:
    """Return the templates, with `show` for blocks and `_` for messages."""
    templates = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        extensions=["jinja2.ext.i18n"],
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.install_gettext_translations(messages.translation(), newstyle=False)
    macros = templates.get_template("blocks.html").module

    def show(blocks: tuple[Block, ...]) -> Markup:
        """The blocks as markup."""
        return Markup("").join(one(block) for block in blocks)

    def one(block: Block) -> Markup:
        if isinstance(block, Table):
            return macros.table(contents.entry(block), _heading)
        if isinstance(block, Drawing):
            return macros.figure(contents.entry(block), base64.b64encode(block.svg.encode()).decode())
        if isinstance(block, Template):
            return Markup(templates.get_template(block.name).render(**block.data))
        if isinstance(block, Fold):
            return macros.fold(block.summary, show(block.blocks))
        return getattr(macros, _KINDS[type(block)])(block)

    templates.globals |= {"show": show, "apa": apa}
    return templates


def _heading(text: str) -> Markup:
    """A table's heading with statistical symbols in italics."""
    return Markup("").join(
        Markup("<i>{}</i>").format(piece) if symbol else escape(piece) for piece, symbol in apa.marked(text, heading=True)
    )


def _polished(markup: str) -> str:
    """The markup with statistical symbols in italics, and no line that ends inside `p = .03` or an interval."""
    pieces = _TAGS.split(markup)
    texts = pieces[::3]  # then the whole tag, then the name of a tag with content of its own
    texts = [
        apa.unbroken("".join(f"<i>{piece}</i>" if symbol else piece for piece, symbol in apa.marked(text))) for text in texts
    ]
    return "".join(text + tag for text, tag in zip(texts, [*pieces[1::3], ""], strict=True))
