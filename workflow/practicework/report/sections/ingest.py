"""The sample: how many respondents, what was left out."""

from practicework.report.context import Context


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
        "dropped": context.rows("ingest/dropped"),
        "unused": study.unused_raw_files(),
    }
