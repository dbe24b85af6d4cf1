"""The sample: how many respondents, what was left out."""

from practicework.report import apa
from practicework.report.context import Context
from practicework.report.table import Table


def section(context: Context) -> dict:
    """Counts of respondents and missing answers, and the columns that were left out."""
    study, responses = context.study, context.results["ingest/responses"]
    names = [*study.items, *study.variables]
    missing = responses[names].isna() if names else responses[[]].isna()
    by_column = missing.sum()
    return {
        "columns": len(names),
        "missing": int(missing.to_numpy().sum()),
        "cells": missing.size,
        "incomplete": int(missing.any(axis=1).sum()),
        "missing_by_column": [(name, int(count)) for name, count in by_column.items() if count],
        "kinds": [(kind, int(count)) for kind, count in context.results["ingest/missing"]["kind"].value_counts().items()],
        "replaced": study.config.samples[context.sample].respondent in set(context.results["ingest/dropped"]["column"].dropna()),
        "dropped": _by_reason(context.rows("ingest/dropped")),
        "left_out": [(row, len(rows)) for row, rows in context.results["ingest/left_out"].groupby("reason").groups.items()],
        "anonymity": context.rows("ingest/anonymity"),
        "anonymity_table": _anonymity(context),
        "categories": _categories(context),
        "unused": study.unused_raw_files(),
    }


def _by_reason(rows: list[dict]) -> list[tuple[str, list[str]]]:
    """The dropped columns' headings under each reason."""
    names = [(row["reason"], row["column"] or "a column without a heading") for row in rows]
    return [(reason, [name for one, name in names if one == reason]) for reason in dict.fromkeys(reason for reason, _ in names)]


def _anonymity(context: Context) -> Table:
    rows = [
        [row["identifiers"], *(apa.integer(row[column]) for column in ("n", "groups", "k", "unique", "small"))]
        for row in context.rows("ingest/anonymity")
    ]
    note = (
        "k: people in the smallest group of those who share all values. Alone: people who are the only one with their values. "
        f"Below five: people in groups of fewer than five.{context.synthetic}"
    )
    return Table(
        "How far the quasi-identifiers single people out", ["Variables", "N", "Groups", "k", "Alone", "Below five"], rows, note
    )


def _categories(context: Context) -> Table:
    rows = [[row["variable"], row["category"], apa.integer(row["n"])] for row in context.rows("ingest/categories")]
    note = f"Values of fewer than five people are pooled, so that nobody is shown.{context.synthetic}"
    return Table("Values of the quasi-identifiers", ["Variable", "Value", "N"], rows, note, words=(0, 1))
