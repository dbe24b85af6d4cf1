"""Coded evidence of a set: the data structure, prevalence, groups, saturation and agreement."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from practicework.report import apa
from practicework.report.coding import tables
from practicework.report.coding.drawings import (
    cooccurrence,
    data_structure,
    group_figures,
    matrices,
    saturation_figure,
    theme_figure,
)  # fmt: skip
from practicework.report.contents import ref
from practicework.report.context import Context
from practicework.report.messages import _, count, listing, numeral, say, sentences
from practicework.report.references import citation
from practicework.report.section import Fold, Heading, Items, Paragraph, Section, Tile, present

SIGNIFICANT = 0.05


def section(context: Context) -> Section:
    """What the stage contributes to the report of a set of codings."""
    facts = _facts(context)
    structure = data_structure(context)
    return Section(
        "coding",
        _("Coded evidence"),
        body=_body(context, facts, structure),
        tiles=_tiles(facts),
        manuscript={
            "participants": (_sample(facts),),
            "measures": (
                _codebook(facts),
                _origin(context),
                say("{figure} shows the data structure.", figure=ref(structure)) if structure else "",
            ),
            "analysis": _analysis(context, facts),
            "results": _results(facts),
        },
        methods=_methods(context),
        limitations=(
            _("A count states in how many units something was coded, not how much it matters there."),
            _("Units were selected purposively, so tests and intervals describe this set only."),
            _("The saturation curve reflects the codebook that was applied; it cannot show themes that were never coded."),
        ),
        references=("chao1987", "clopper1934", "freeman1951", "gioia2013", "guest2020")
        + (("krippendorff2019",) if context.rows("coding/agreement") else ()),
    )


def _facts(context: Context) -> Mapping:
    structure, units = context.results["coding/structure"], context.results["coding/units"]
    labels = dict(zip(structure["code"], structure["label"], strict=True))
    levels, exclusivity = structure["level"].value_counts(), context.rows("coding/exclusivity")
    tests = [row for row in context.rows("coding/tests") if row["p_value"] is not None]
    saturation = {row["measure"]: row for row in context.rows("coding/saturation_summary")}
    return {
        "labels": labels,
        "units": len(units),
        "dropped": context.rows("coding/dropped"),
        "uncoded": int((units["codings"] == 0).sum()),
        "informants": len(context.results["coding/informants"]),
        "codings": len(context.results["coding/codings"]),
        "counts": {level: int(levels.get(level, 0)) for level in ("concept", "theme", "dimension", "other")},
        "kinds": _kinds(units),
        "exclusivity": exclusivity,
        "stated": sum(row["stated"] for row in exclusivity),
        "upheld": sum(row["upheld"] for row in exclusivity),
        "tests": len(tests),
        "notable": [row for row in tests if row["p_holm"] < SIGNIFICANT],
        "saturation": saturation,
        "matrices": matrices(context, labels),
    }


def _kinds(units: pd.DataFrame) -> dict[str, int]:
    """How many units have no dimension, one, and several."""
    kinds = units["kinds"]
    return {"none": int((kinds == 0).sum()), "one": int((kinds == 1).sum()), "several": int((kinds > 1).sum())}


def _tiles(facts: Mapping) -> tuple[Tile, ...]:
    counts = facts["counts"]
    words = count("{n} coding", "{n} codings", facts["codings"])
    if facts["informants"]:
        words = _(
            "{codings}, {informants}", codings=words, informants=count("{n} informant", "{n} informants", facts["informants"])
        )
    found = [
        Tile(count("{n} unit", "{n} units", facts["units"]), words),
        Tile(f"{counts['concept']} · {counts['theme']} · {counts['dimension']}", _("concepts · themes · dimensions")),
    ]
    if facts["stated"]:
        value = _("{part} of {whole}", part=facts["upheld"], whole=facts["stated"])
        found.append(Tile(value, _("units described as exclusive are coded with one dimension only")))
    for one in facts["matrices"]:
        if one["cells"]:
            value = _("{part} of {whole}", part=one["agree"], whole=one["cells"])
            found.append(Tile(value, _("cells of {matrix} agree with the publication", matrix=one["title"])))
    return tuple(found)


def _sample(facts: Mapping) -> str:
    informants = count(" with {n} informant", " with {n} informants", facts["informants"]) if facts["informants"] else ""
    found = _(
        "The set comprises {units}{informants} and {codings}.",
        units=count("{n} unit", "{n} units", facts["units"]),
        informants=informants,
        codings=count("{n} coding", "{n} codings", facts["codings"]),
    )
    uncoded = (
        count("No codings exist for {n} unit.", "No codings exist for {n} units.", facts["uncoded"]) if facts["uncoded"] else ""
    )
    dropped = ""
    if facts["dropped"]:
        named = [_("{column} ({reason})", column=row["column"], reason=row["reason"]) for row in facts["dropped"]]
        dropped = _("Attributes that could identify a person were excluded: {attributes}.", attributes=listing(named))
    return sentences(found, uncoded, dropped)


def _codebook(facts: Mapping) -> str:
    counts = facts["counts"]
    found = _(
        "The codebook organizes {concepts} into {themes} and {dimensions}.",
        concepts=count("{n} concept", "{n} concepts", counts["concept"]),
        themes=count("{n} theme", "{n} themes", counts["theme"]),
        dimensions=count("{n} dimension", "{n} dimensions", counts["dimension"]),
    )
    if not counts["other"]:
        return found
    outside = count("Outside this structure, there is {n} code.", "Outside this structure, there are {n} codes.", counts["other"])
    return sentences(found, outside)


def _origin(context: Context) -> str:
    """Return the publication from which the codebook comes, if it names one."""
    codebook = context.study.codebooks.get(context.part.name)
    if codebook is None or codebook.source is None:
        return ""
    return _("The codebook follows {publication}.", publication=citation(codebook.source.citation))


def _body(context: Context, facts: Mapping, structure) -> tuple:
    comparison = tables.tests(context, facts["labels"])
    agreement = tables.agreement(context, facts["labels"])
    curve = saturation_figure(context)
    return present(
        Paragraph(
            sentences(
                _sample(facts), _codebook(facts),
                _("A count states in how many units something was coded, not how much it matters there."),
            )
        ),
        structure,
        *(_dimensions(context, facts) if facts["exclusivity"] and (facts["stated"] or facts["kinds"]["one"]) else ()),
        theme_figure(context, facts["labels"]),
        *(block for one in facts["matrices"] for block in _matrix(one)),
        *((Heading(_("Comparison of groups")), Paragraph(_compared(facts)), *group_figures(context, facts["labels"]), comparison)
          if comparison else ()),
        *((Heading(_("Saturation")), Paragraph(_saturation(facts)), curve) if curve else ()),
        Heading(_("Coder agreement")),
        agreement or Paragraph(_("The codings name fewer than two coders, so agreement cannot be computed.")),
        Fold(
            _("Units, prevalence, saturation and co-occurrence"),
            present(
                tables.attributes(context),
                tables.prevalence(context, facts["labels"]),
                tables.saturation(context),
                cooccurrence(context, facts["labels"]),
            ),
        ),
    )  # fmt: skip


def _dimensions(context: Context, facts: Mapping) -> tuple:
    labels = facts["labels"]
    contradictions = [
        _("{unit}: described as {stated}, but also coded with {elsewhere}.", unit=row["unit"],
          stated=apa.lower(labels[row["stated"]]), elsewhere=_labelled(row["elsewhere"], labels))
        for row in context.rows("coding/attributions")
        if not row["agrees"]
    ]  # fmt: skip
    return (
        Heading(_("Dimensions alone and combined")),
        Paragraph(_exclusive(facts)),
        *present(Items(tuple(contradictions))),
        tables.exclusivity(facts["exclusivity"], labels),
    )


def _exclusive(facts: Mapping) -> str:
    kinds = facts["kinds"]
    found = _(
        "Of the {units}, {one} were coded with one dimension, {several} with several and {none} with none.",
        units=count("{n} unit", "{n} units", facts["units"]), one=kinds["one"], several=kinds["several"], none=kinds["none"],
    )  # fmt: skip
    if not facts["stated"]:
        return found
    return sentences(
        found,
        _(
            "The publication describes {stated} units as belonging to one dimension only; the codings agree for {upheld} and "
            "show another dimension for {rest}.",
            stated=numeral(facts["stated"]), upheld=numeral(facts["upheld"]), rest=numeral(facts["stated"] - facts["upheld"]),
        ),
    )  # fmt: skip


def _labelled(codes: str, labels: Mapping[str, str]) -> str:
    """Codes with their sources, in words."""
    parts = [part.partition(" (") for part in codes.split("; ")]
    return "; ".join(f"“{labels[code]}”{bracket}{sources}" for code, bracket, sources in parts)


def _matrix(one: Mapping) -> tuple:
    text = ""
    if one["cells"]:
        text = _("Of {cells} cells, {agree} agree with the publication.", cells=one["cells"], agree=one["agree"])
        if one["differ"]:
            text = sentences(text, _("The following cells differ."))
    return present(Heading(apa.upper(one["title"])), Paragraph(text), Items(tuple(one["differ"])), one["figure"])


def _compared(facts: Mapping) -> str:
    if facts["notable"]:
        found = [
            _("{code} by {attribute} (p {p})", code=apa.lower(facts["labels"].get(row["name"], row["name"])),
              attribute=row["attribute"].replace("_", " "), p=apa.p_equals(row["p_holm"]))
            for row in facts["notable"]
        ]  # fmt: skip
        text = _("Of {tests} tests, the following were significant after correction: {list}.", tests=facts["tests"],
                 list="; ".join(found))  # fmt: skip
    else:
        text = count("{n} exact test was not significant after correction.",
                     "None of {n} exact tests was significant after correction.", facts["tests"], start=True)  # fmt: skip
    return sentences(
        text,
        _("With {units}, only large differences can be detected, and units were selected purposively: interpret these results "
          "descriptively.", units=count("{n} unit", "{n} units", facts["units"])),
    )  # fmt: skip


def _saturation(facts: Mapping) -> str:
    reached, unseen = facts["saturation"]["run_5"], facts["saturation"]["unseen_chao2"]["value"]
    if reached["value"] is None:
        found = _("No run of two further units added at most 5% new codes.")
    else:
        found = _("After {n} units, a run of two further units first added at most 5% new codes.", n=f"{reached['value']:.0f}")
        if reached["median"] is not None:
            found = sentences(
                found,
                _("Over random orders of the units, this took a median of {n} units (95% of orders: {low} to {high}).",
                  n=f"{reached['median']:.0f}", low=f"{reached['low']:.0f}", high=f"{reached['high']:.0f}"),
            )  # fmt: skip
    return sentences(
        found,
        _("The codings suggest at least {n} further codes that no unit showed (Chao, 1987).", n=apa.number(unseen, 1)),
        _("The curve reflects the codebook that was applied; it cannot show themes that were never coded."),
    )


def _analysis(context: Context, facts: Mapping) -> tuple[str, ...]:
    found = [_("We counted in how many units each code, theme and dimension occurred.")]
    if facts["tests"]:
        found.append(_("Groups of units were compared with exact tests, corrected by Holm's method."))
    found.append(_("Saturation was assessed by the share of new codes in runs of two further units (Guest et al., 2020)."))
    if context.rows("coding/agreement"):
        found.append(_("Coder agreement was assessed with Cohen's kappa and Krippendorff's alpha."))
    return tuple(found)


def _results(facts: Mapping) -> tuple:
    found = []
    if facts["exclusivity"] and (facts["stated"] or facts["kinds"]["one"]):
        found.append(_exclusive(facts))
    for one in facts["matrices"]:
        if one["cells"]:
            found.append(
                say("Of {cells} cells of {matrix}, {agree} agree with the publication ({figure}).", cells=one["cells"],
                    matrix=one["title"], agree=one["agree"], figure=ref(one["figure"]))
            )  # fmt: skip
    if facts["tests"]:
        found.append(_compared(facts))
    found.append(_saturation(facts))
    return (Paragraph(sentences(*found)),)


def _methods(context: Context) -> tuple[tuple[str, str], ...]:
    spec = context.spec
    found = [
        (
            _("Codings"),
            _(
                "A unit has a code if any of its codings names it, and a theme or dimension if it has any code below it; a "
                "passage may be coded with a theme or dimension directly. Codings co-occur in a passage if they share a "
                "segment of the same unit."
            ),
        ),
        (
            _("Groups"),
            _(
                "Fisher's exact test, and the Fisher–Freeman–Halton test beyond two by two, over all tables with the same "
                "margins (Freeman & Halton, 1951); Holm's correction within attribute and level; exact confidence intervals "
                "of proportions (Clopper & Pearson, 1934). Units without a group are excluded."
            ),
        ),
        (
            _("Saturation"),
            _(
                "Codes at the lowest level of the codebook. Base of four units, runs of two, thresholds of 5% and zero "
                "(Guest et al., 2020); {orders} random orders of the units, seed {seed}; unseen codes by Chao's lower bound.",
                orders=f"{spec.permutations:,}", seed=context.config.seed,
            ),
        ),
    ]  # fmt: skip
    if context.rows("coding/agreement"):
        found.append(
            (
                _("Agreement"),
                _(
                    "Cohen's kappa and Krippendorff's nominal alpha of presence by unit, over units coded by at least two "
                    "coders; {resamples} resamples of units.",
                    resamples=f"{spec.resamples:,}",
                ),
            )
        )
    return tuple(found)
