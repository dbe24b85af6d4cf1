"""The sample: how many respondents, which answers are missing, which columns were excluded."""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup

from practicework.report import apa
from practicework.report.context import Context
from practicework.report.messages import _, count, listing, say, sentences
from practicework.report.section import Fold, Items, Paragraph, Section, Tile, present
from practicework.report.table import Table, integer, text
from practicework.tables.files.raw import EMPTY_ROW, NOT_SELECTED

SMALL = 5
"""Respondents below which a group can be recognised (k-anonymity)."""


def section(context: Context) -> Section:
    """What the stage contributes to the report."""
    facts = _facts(context)
    return Section(
        "ingest",
        _("Sample"),
        body=_body(context, facts),
        tiles=(_tile(context),),
        manuscript={"participants": _participants(context, facts)},
        limitations=_limitations(context),
        references=("sweeney2002",) if facts["anonymity"] else (),
    )


def _facts(context: Context) -> Mapping[str, object]:
    study, responses = context.study, context.results["ingest/responses"]
    names = [*study.items, *study.variables, *study.clusters]
    missing = responses[names].isna() if names else responses[[]].isna()
    left_out = context.results["ingest/left_out"]["reason"].value_counts(sort=False).to_dict()
    empty, others = int(left_out.pop(EMPTY_ROW, 0)), int(left_out.pop(NOT_SELECTED, 0))
    return {
        "n": len(responses),
        "columns": len(names),
        "missing": int(missing.to_numpy().sum()),
        "cells": missing.size,
        "incomplete": int(missing.any(axis=1).sum()),
        "by_column": [(name, int(number)) for name, number in missing.sum().items() if number],
        "kinds": [(kind, int(number)) for kind, number in _kinds(context, names).items()],
        "replaced": context.spec.respondent in set(context.results["ingest/dropped"]["column"].dropna()),
        "left_out": [(reason, int(number)) for reason, number in left_out.items()],
        "empty": empty,
        "others": others,
        "anonymity": context.rows("ingest/anonymity"),
    }


def _kinds(context: Context, names: list[str]) -> dict:
    """The kinds of missing answers to items and variables."""
    rows = context.results["ingest/missing"]
    return rows.loc[rows["column"].isin(names), "kind"].value_counts().to_dict()


def _tile(context: Context) -> Tile:
    left_out = context.results["ingest/left_out"]["reason"]
    opened = len(context.results["ingest/responses"]) + int((left_out != EMPTY_ROW).sum())
    words = count("respondent, sample {name}", "respondents, sample {name}", context.kept, name=context.part.name)
    if opened != context.kept:
        words += _(" (of {n} rows in the file)", n=f"{opened:,}")
    return Tile(f"N = {context.kept:,}", words)


def _body(context: Context, facts: Mapping) -> tuple:
    file = Markup("<code>{}</code>").format(context.spec.file)
    unused = [Markup("<code>{}</code>").format(name) for name in context.study.unused_raw_files]
    dropped = [
        say("{reason}: {names}.", reason=apa.upper(_(reason)), names=", ".join(names))
        for reason, names in _by_reason(context.rows("ingest/dropped"))
    ]
    return present(
        Paragraph(
            sentences(
                say("The file {file} contains {n}.", file=file, n=count("{n} respondent", "{n} respondents", facts["n"])),
                count(
                    "The study uses {n} column as an item or variable.",
                    "The study uses {n} columns as items or variables.",
                    facts["columns"],
                ),
                _ids(context, facts),
                count(
                    "The names in the column {columns} were replaced by running numbers.",
                    "The names in the columns {columns} were replaced by running numbers.",
                    len(context.study.clusters),
                    columns=listing(context.study.clusters),
                )
                if context.study.clusters
                else "",
                _missing(context, facts),
            )
        ),
        Paragraph(_left_out(context, facts)),
        Fold(
            _("Missing answers by column"),
            present(Paragraph(", ".join(f"{name}: {number}" for name, number in facts["by_column"]))),
        ),
        Paragraph(_("The following columns were excluded.") if dropped else ""),
        Items(tuple(dropped)),
        Paragraph(
            say(
                "No sample uses the following files in {folder}: {files}.",
                folder=Markup("<code>data/raw/</code>"),
                files=Markup(", ").join(unused),
            )
            if unused
            else "",
            "check",
        ),
        *(_anonymity(context, facts["anonymity"]) if facts["anonymity"] else ()),
    )


def _ids(context: Context, facts: Mapping) -> str:
    declared = context.spec.respondent
    if facts["replaced"]:
        return _("The survey tool's respondent IDs (column “{column}”) were replaced by running IDs.", column=declared)
    if declared:
        return _("Respondent IDs were taken from the column “{column}”.", column=declared)
    return _("Respondents were numbered in the order of the file.")


def _missing(context: Context, facts: Mapping) -> str:
    if facts["missing"]:
        known = _(
            "Of {cells} answers, {missing} ({percent}%) were missing, from {people} ({kinds}); none was imputed.",
            cells=f"{facts['cells']:,}",
            missing=f"{facts['missing']:,}",
            percent=apa.number(100 * facts["missing"] / facts["cells"], 1),
            people=count("{n} respondent", "{n} respondents", facts["incomplete"]),
            kinds=", ".join(f"{_(kind)}: {number:,}" for kind, number in facts["kinds"]),
        )
        return sentences(known, _apart(context))
    if context.config.multiple and facts["cells"]:
        return _("No answers to items and variables were missing; those to questions with several answers are reported below.")
    return _("No answers were missing.") if facts["cells"] else ""


def _apart(context: Context) -> str:
    """That numbers of missing answers are without questions that have several answers, if there are any."""
    if not context.config.multiple:
        return ""
    return _("Questions with several answers are not included; the respondents who answered them are reported with each.")


def _left_out(context: Context, facts: Mapping) -> str:
    empty = count("{n} empty row was not counted as a respondent.", "{n} empty rows were not counted as respondents.",
                  facts["empty"], start=True) if facts["empty"] else ""  # fmt: skip
    selected = count(
        "{n} row was not selected by {where}.", "{n} rows were not selected by {where}.", facts["others"], start=True,
        where="; ".join(f"{column} = {' or '.join(values)}" for column, values in context.spec.where.items()),
    ) if facts["others"] else ""  # fmt: skip
    if not facts["left_out"]:
        return sentences(selected, empty)
    reasons = ", ".join(f"{_(reason)} ({number:,})" for reason, number in facts["left_out"])
    marked = _("Rows that the survey tool marks as previews, tests or spam were excluded: {reasons}.", reasons=reasons)
    return sentences(marked, selected, empty)


def _participants(context: Context, facts: Mapping) -> tuple:
    found: list[str] = []
    if context.part.synthetic:
        found.append(_("The data analysed here are synthetic and stand in for data that are not public."))
    found.append(say("<mark>[How respondents were recruited, when, how many were invited, and who they are.]</mark>"))
    if not context.has("screening"):
        found.append(
            count("The sample comprised {n} respondent.", "The sample comprised {n} respondents.", context.kept)
            if not facts["left_out"]
            else _(
                "After the exclusion of {rows} that the survey tool marks as previews, tests or spam, the sample comprised "
                "{respondents}.",
                rows=count("{n} row", "{n} rows", sum(number for _reason, number in facts["left_out"])),
                respondents=count("{n} respondent", "{n} respondents", context.kept),
            )
        )
    if facts["missing"]:
        found.append(
            _(
                "Of the answers, {percent}% were missing; {people} had at least one missing answer. None was imputed.",
                percent=apa.number(100 * facts["missing"] / facts["cells"], 1),
                people=count("{n} respondent", "{n} respondents", facts["incomplete"]),
            )
        )
        found += filter(None, [_apart(context)])
    elif facts["cells"]:
        several = context.config.multiple
        found.append(_("No responses to items were missing.") if several else _("No responses were missing."))
    return tuple(found)


def _limitations(context: Context) -> tuple:
    found = [_("The data are synthetic. {why}", why=context.part.synthetic)] if context.part.synthetic else []
    if context.kept < 200:
        found.append(
            _(
                "With N = {n}, confidence intervals are wide and single respondents can change a result.",
                n=f"{context.kept:,}",
            )
        )
    found.append(
        _("How far the results generalize depends on how respondents were recruited; nonrespondents were not compared with them.")
    )
    return tuple(found)


def _by_reason(rows: list[dict]) -> list[tuple[str, list[str]]]:
    """The headings of the excluded columns under each reason."""
    names = [(row["reason"], row["column"] or _("a column without a heading")) for row in rows]
    return [(reason, [name for one, name in names if one == reason]) for reason in dict.fromkeys(reason for reason, _n in names)]


def _anonymity(context: Context, rows: list[dict]) -> tuple:
    whole = rows[-1]
    unique = count(
        "Of {all} respondents, {n} is unique in the combination of {variables} (k = {k}).",
        "Of {all} respondents, {n} are unique in the combination of {variables} (k = {k}).",
        whole["unique"], all=f"{whole['n']:,}", variables=whole["identifiers"], k=whole["k"],
    )  # fmt: skip
    if not whole["unique"]:
        unique = _("Of {all} respondents, none is unique in the combination of {variables} (k = {k}).", all=f"{whole['n']:,}",
                   variables=whole["identifiers"], k=whole["k"])  # fmt: skip
    if whole["k"] >= SMALL:
        advice = _("All groups comprise at least five respondents, so k-anonymity permits publishing these variables.")
    else:
        advice = _(
            "Do not publish rows with these variables as they are: omit variables or group their values until k is at least 5."
        )
    columns = [
        text("variables", _("Variables"), "identifiers"),
        integer("n", "N"),
        integer("groups", _("Groups")),
        integer("k", "k"),
        integer("unique", _("Unique")),
        integer("small", _("In small groups")),
    ]
    note = _(
        "k = size of the smallest group of respondents who share all values. Unique = respondents who share their values "
        "with nobody. In small groups = respondents in groups of fewer than five."
    )
    categories = Table.of(
        "ingest_categories",
        _("Values of the quasi-identifiers"),
        [text("variable", _("Variable")), text("value", _("Value"), "category"), integer("n", "N")],
        context.rows("ingest/categories"),
        context.note(_("Values of fewer than five respondents are combined to protect their identity.")),
        row=lambda row: f"{row['variable']}: {row['category']}",
    )
    title = _("Identifiability of respondents by quasi-identifiers")
    table = Table.of("ingest_anonymity", title, columns, rows, context.note(note), row="identifiers")
    return Paragraph(sentences(unique, advice)), table, Fold(_("Values of the quasi-identifiers"), (categories,))
