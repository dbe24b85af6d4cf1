"""Every word of the report passes through the catalogue: a pseudo-language marks each message, and nothing else is left."""

import gettext
import re

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from practicework import report
from practicework.report import apa, messages
from practicework.report.section import Heading, Items, Paragraph, flat


class Pseudo(gettext.NullTranslations):
    """A language in which every message stands in brackets."""

    def gettext(self, message: str) -> str:
        return f"⟦{message}⟧" if message else message

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        return self.gettext(singular if n == 1 else plural)


def unmarked(text: str) -> str:
    """What is outside all brackets, which may be nested."""
    text = re.sub(r"<[^>]*>", "", str(text))
    while (shorter := re.sub(r"⟦[^⟦⟧]*⟧", "", text)) != text:
        text = shorter
    return text


def words_of_the_study(shown) -> list[str]:
    """What the study and its result tables say in their own words, the longest first."""
    found = set()

    def collect(value: object) -> None:
        if isinstance(value, str):
            found.update({value.strip(), value.strip().rstrip(".")})
        elif isinstance(value, dict):
            for one in value.values():
                collect(one)
        elif isinstance(value, list | tuple):
            for one in value:
                collect(one)

    for model in (shown.study.config, *shown.study.scales.values(), *shown.study.codebooks.values()):
        collect(model.model_dump())
    for results in (shown.results, *shown.sets.values()):
        for table in results.values():
            collect(table.select_dtypes(["object", "string"]).to_numpy().ravel().tolist())
    return sorted((words for words in found if len(words.split()) > 1), key=len, reverse=True)


@pytest.mark.parametrize("part", ["schmitt2021", "schmitt2021_interviews"])
def test_no_sentence_bypasses_the_catalogue(reports, part, monkeypatch):
    shown = reports[part]
    monkeypatch.setattr(messages, "_catalogue", Pseudo())
    made = report.render(shown.part, shown.results, shown.sets)
    blocks = [block for section in made.sections for block in flat(section.body)]
    texts = [
        block.text for block in blocks if isinstance(block, Heading | Paragraph) and getattr(block, "kind", "") != "reference"
    ]
    texts += [item for block in blocks if isinstance(block, Items) for item in block.items]
    texts += [entry.content.note if entry.kind == "table" else entry.content.caption for entry in made.contents.entries]
    texts += [entry.content.title for entry in made.contents.tables]
    texts += [heading for entry in made.contents.tables for heading in entry.content.header]
    texts += [tile.words for section in made.sections for tile in section.tiles]
    known = words_of_the_study(shown)
    plain = {
        unmarked(text).replace("&#39;", "'").replace("&#34;", '"').replace("&lt;", "<").replace("\u00a0", " ").strip()
        for text in texts
    }
    for words in known:
        plain = {text.replace(words, "").replace(apa.lower(words), "").replace(apa.upper(words), "").strip() for text in plain}
    assert {text for text in plain if re.search(r"[a-z]{3,} [a-z]{3,} [a-z]{3,}", text)} == set()


def test_a_catalogue_translates_plurals_and_markup(tmp_path, monkeypatch):
    catalog = Catalog(locale="de")
    catalog.add("Sample", "Stichprobe")
    catalog.add(("{n} respondent", "{n} respondents"), ("{n} Befragte*r", "{n} Befragte"))
    catalog.add("two", "zwei")
    folder = tmp_path / "de/LC_MESSAGES"
    folder.mkdir(parents=True)
    with (folder / "practicework.mo").open("wb") as file:
        write_mo(file, catalog)
    monkeypatch.setattr(messages, "LOCALE", tmp_path)
    monkeypatch.setattr(messages, "_catalogue", messages.translation())
    messages.use("de")
    assert messages._("Sample") == "Stichprobe"
    assert messages.count("{n} respondent", "{n} respondents", 2) == "zwei Befragte"
    assert messages.say("Sample") == "Stichprobe"
    messages.use("xx")  # no catalogue: English
    assert messages._("Sample") == "Sample"
