"""The page: templates of one language, with the numbers of its tables and figures, as one self-contained HTML file."""

import base64
import re
from pathlib import Path

import jinja2
from markupsafe import Markup, escape

from practicework.report import apa
from practicework.report.contents import Contents, Entry
from practicework.report.table import Drawing, Table

TEMPLATES = Path(__file__).parent / "templates"
LANGUAGE = "en"
"""The folder of the templates whose words are shown; those beside it hold none."""

_TAGS = re.compile(r"(<(script|style|code|title)\b.*?</\2>|<[^>]+>)", re.S)
_REFERENCE = re.compile("\ue000(\\d+)\ue001")
"""Stands for a number until all numbers are known."""


def render(template: str, contents: Contents, **variables: object) -> str:
    """A template as HTML text, its tables and figures entered in the contents in the order in which they stand there.

    Where the words refer to one by `ref(table)`, also before it is shown, they get its number.
    """
    markup = environment(contents).get_template(template).render(**variables)
    shown = {id(one.content): one for one in contents.entries}
    return _polished(_REFERENCE.sub(lambda found: _link(shown[int(found[1])]), markup))


def _link(entry: Entry) -> str:
    """A table's or figure's number, which leads to it."""
    return f'<a class="ref" href="#{entry.id}">{entry.kind.capitalize()}\u00a0{entry.number}</a>'


def environment(contents: Contents) -> jinja2.Environment:
    """The templates, with `table`, `figure`, `ref` and `enter` for the contents and `apa` for numbers."""
    templates = jinja2.Environment(
        loader=jinja2.FileSystemLoader([TEMPLATES / LANGUAGE, TEMPLATES]),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    blocks = templates.get_template("blocks.html").module

    def table(content: Table, *, supplement: bool = False) -> str:
        return blocks.table(contents.add(content, supplement=supplement), _heading)

    def figure(content: Drawing) -> str:
        entry = contents.add(content)
        return blocks.figure(entry, base64.b64encode(content.svg.encode()).decode())

    def ref(content: Table | Drawing) -> str:
        return f"\ue000{id(content)}\ue001"

    templates.filters["emphasised"] = _emphasised
    templates.globals |= {"table": table, "figure": figure, "ref": ref, "enter": contents.enter, "apa": apa}
    return templates


def _heading(text: str) -> Markup:
    """A table's heading with statistical symbols in italics."""
    return Markup("").join(
        Markup("<i>{}</i>").format(piece) if symbol else escape(piece) for piece, symbol in apa.marked(text, heading=True)
    )


def _emphasised(text: str) -> Markup:
    """A reference in which what stands between asterisks is set in italics."""
    return Markup(re.sub(r"\*([^*]+)\*", r"<i>\1</i>", str(escape(text))))


def _polished(markup: str) -> str:
    """The markup with statistical symbols in italics, and no line that ends inside `p = .03` or an interval."""
    pieces = _TAGS.split(markup)
    texts = pieces[::3]  # then the whole tag, then the name of a tag with content of its own
    texts = ["".join(f"<i>{piece}</i>" if symbol else piece for piece, symbol in apa.marked(text)) for text in texts]
    texts = [re.sub(r" (=|&lt;|&gt;) (?=[−.\d])", "\u00a0\\1\u00a0", text) for text in texts]
    texts = [re.sub(r"(\[[−\d.]+), (?=[−\d.]+\])", "\\1,\u00a0", text) for text in texts]
    return "".join(text + tag for text, tag in zip(texts, [*pieces[1::3], ""], strict=True))
