"""The text for a manuscript, put together from the sections in the order of the reporting standards (JARS)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from importlib.metadata import PackageNotFoundError, version

from markupsafe import Markup

from practicework import __version__
from practicework.report import references
from practicework.report.context import Context, versions
from practicework.report.messages import _, listing, say, sentences
from practicework.report.reliability import sources
from practicework.report.section import Block, Heading, Items, Paragraph, Section

ALWAYS = ("snakemake", "numpy", "pandas", "scipy", "matplotlib")
"""Packages that every report names."""

METHOD = ("participants", "measures", "analysis")


def manuscript(context: Context, sections: Sequence[Section]) -> tuple[Block, ...]:
    """Return the manuscript's text: method, results, limitations and references."""
    software = _software(sections)
    titles = {"participants": _("Participants"), "measures": _("Measures"), "analysis": _("Analysis")}
    if context.part.is_set:
        titles |= {"participants": _("Material"), "measures": _("Codebook")}
    if context.part.is_development:
        titles |= {"participants": _("Judges and respondents"), "measures": _("Items")}
    if context.part.is_synthesis:
        titles |= {"participants": _("Samples")}
    blocks: list[Block] = [Heading(_("Method"))]
    for part in METHOD:
        found = _part(sections, part)
        if part == "analysis":
            found.append(Paragraph(_software_sentence(software)))
            found = _joined(found)
        if found:
            blocks += [Heading(titles[part], 4), *found]
    blocks += [Heading(_("Results")), *_part(sections, "results")]
    blocks += [Heading(_("Limitations")), Paragraph(sentences(*limitations(context, sections), _disclosure()))]
    text = " ".join(str(getattr(block, "text", "")) for block in blocks)
    cited = [key for section in sections for key in section.references if references.is_cited(references.known()[key], text)]
    blocks.append(Heading(_("References")))
    own = sources(context) if context.part.is_sample else _publication(context)
    blocks += [Paragraph(one, "reference") for one in references.listed([*cited, *software], own)]
    return tuple(blocks)


def limitations(context: Context, sections: Iterable[Section]) -> list[str]:
    """Return the sentences of all sections about limitations, each once."""
    found = [one for section in sections for one in section.limitations]
    if context.part.is_sample and context.study.scales and not context.has("screening"):
        found.append(_("Responses were not screened for careless responding."))
    return list(dict.fromkeys(found))


def limitations_section(context: Context, sections: Sequence[Section]) -> Section:
    """Return the section of the page about limitations."""
    return Section("limitations", _("Limitations"), body=(Items(tuple(limitations(context, sections))),))


def section(blocks: tuple[Block, ...], formats: Collection[str]) -> Section:
    """Return the section of the page with the manuscript's text."""
    lead = sentences(
        say(
            "This draft follows the order of the reporting standards (JARS–Quant; Appelbaum et al., 2018). What only the authors "
            "know is <mark>[marked in brackets]</mark>. All numbers come from the tables of this report."
        ),
        say(
            "Tables and figures that the text cites are in <code>manuscript.docx</code>; all others are in "
            "<code>supplement.docx</code>."
        )
        if "word" in formats
        else "",
    )
    return Section("manuscript", _("Text for a manuscript"), body=(Paragraph(lead, "note"), *blocks))


def methods(context: Context, sections: Sequence[Section]) -> Section:
    """Return the section with the methods in detail, the software and every reference."""
    body: list[Block] = []
    for heading, text in (one for section in sections for one in section.methods):
        body += [Heading(heading), Paragraph(text)]
    software = ", ".join(f"{name} {number}" for name, number in versions())
    body += [Heading(_("Software")), Paragraph(f"{software}.")]
    keys = [key for section in sections for key in section.references]
    listed = references.listed(["appelbaum2018", *keys], _publication(context))
    body += [Heading(_("References")), *(Paragraph(one, "reference") for one in listed)]
    return Section("methods", _("Methods in detail"), body=tuple(body))


def _part(sections: Iterable[Section], name: str) -> list[Block]:
    """A part of the manuscript: sentences joined into paragraphs, and blocks as they are."""
    return _joined([one for section in sections for one in section.manuscript.get(name, ()) if one])


def _joined(parts: Iterable[Block | str]) -> list[Block]:
    blocks: list[Block] = []
    for one in parts:
        if isinstance(one, str) and blocks and isinstance(blocks[-1], Paragraph):
            blocks[-1] = Paragraph(sentences(blocks[-1].text, one))
        else:
            blocks.append(Paragraph(one) if isinstance(one, str) else one)
    return blocks


def _software(sections: Iterable[Section]) -> dict[str, str]:
    """The packages whose results are reported, with their versions; those that are not installed computed nothing."""
    found = {}
    for name in dict.fromkeys([*ALWAYS, *(one for section in sections for one in section.software)]):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def _software_sentence(software: dict[str, str]) -> str:
    python = dict(versions())["Python"]
    packages = listing([f"{name} {number}" for name, number in software.items()])
    return _("Analyses were run with practicework {version} on Python {python}, using {packages}.", version=__version__,
             python=python, packages=packages)  # fmt: skip


def _disclosure() -> Markup:
    return say(
        "<mark>[Whether hypotheses, exclusions and analyses were preregistered, and where data and materials are "
        "available.]</mark>"
    )


def _publication(context: Context) -> list[str]:
    """The publication from which a set of codings comes."""
    codebook = context.study.codebooks.get(context.part.name)
    if codebook is None or codebook.source is None:
        return []
    doi = f" https://doi.org/{codebook.source.doi}" if codebook.source.doi else ""
    return [f"{codebook.source.citation}{doi}"]
