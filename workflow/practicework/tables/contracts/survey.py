"""Tables from the export to the scores: `ingest`, `screening`, `scoring`."""

from practicework.tables.contracts.contract import NOTE, Contract

CONTRACTS = {
    "ingest/responses": Contract(
        "Coded answers, one row per respondent; empty where there is no answer.",
        {"respondent": ("text", "respondent id, unique")},
        open=True,
    ),
    "ingest/dropped": Contract(
        "Columns of the export that were left out.",
        {"column": ("text?", "heading in the export"), "reason": ("text", "why it was left out")},
    ),
    "ingest/missing": Contract(
        "Every answer that is not there, with the kind of its absence as far as the export tells.",
        {
            "respondent": ("text", "respondent id"),
            "column": ("text", "item or variable"),
            "kind": ("text", "not shown, no answer (empty), or declared missing"),
        },
    ),
    "ingest/anonymity": Contract(
        "k-anonymity of the declared quasi-identifiers, of each alone and of all together.",
        {
            "identifiers": ("text", "variables"),
            "n": ("count", "respondents"),
            "groups": ("count", "groups of people who share all values"),
            "k": ("count", "people in the smallest group"),
            "unique": ("count", "people alone in their group"),
            "small": ("count", "people in groups of fewer than five"),
        },
    ),
    "ingest/categories": Contract(
        "Values of the quasi-identifiers, those of fewer than five people pooled.",
        {"variable": ("text", "variable"), "category": ("text", "value"), "n": ("count", "respondents")},
    ),
    "ingest/quality": Contract(
        "What screening needs beside the answers; further columns hold the declared attention checks.",
        {
            "respondent": ("text", "respondent id, unique"),
            "duration_seconds": ("number?", "total time"),
            "finished": ("number?", "1 if the survey was finished, 0 if not"),
        },
        open=True,
    ),
    "ingest/left_out": Contract(
        "Rows that the survey tool marks as no responses.",
        {"row": ("count", "row of the file"), "reason": ("text", "a preview, a test, spam")},
    ),
    "screening/ledger": Contract(
        "Who is kept, and every index of careless responding, one row per respondent; empty where an index is not computable.",
        {
            "respondent": ("text", "respondent id, unique"),
            "kept": ("flag", "whether the respondent is analysed"),
            "reason": ("text?", "why not: the first hard rule that excludes the respondent"),
            "flagged": ("flag", "whether as many indices fire as the study takes for a flag"),
            "flags": ("count", "how many indices fire"),
            "longstring": ("count?", "longest run of identical answers, in items"),
            "irv": ("number?", "standard deviation of the respondent's answers, response units"),
            "even_odd": ("number?", "even-odd inconsistency, -1 (consistent) upwards"),
            "psychsyn": ("number?", "within-person correlation over psychometric synonyms"),
            "psychant": ("number?", "within-person correlation over psychometric antonyms"),
            "mahalanobis": ("number?", "squared Mahalanobis distance of the respondent's items"),
            "seconds_per_item": ("number?", "total time / items answered, seconds"),
            "failed_checks": ("count?", "attention checks answered otherwise than instructed"),
            "duplicate": ("count?", "other respondents with the same answers"),
            "duplicate_of": ("text?", "the first respondent with the same answers, where that is another one"),
            "missing_share": ("number?", "share of items without an answer, 0 to 1"),
        },
    ),
    "screening/indices": Contract(
        "Each index: its cut-off, and how many respondents of the file it flags.",
        {
            "index": ("text", "column of the ledger"),
            "cutoff": ("number?", "in the ledger's units; empty where the index has none and never fires"),
            "direction": ("text", "at least, above or below: where, from the cut-off, the index fires"),
            "flagged": ("count", "respondents for whom it fires"),
            "flagged_kept": ("count", "of these, kept"),
            "computable": ("count", "respondents for whom it can be computed"),
            "source": ("text", "where index and cut-off come from"),
            "caveat": ("text", "what to bear in mind"),
            **NOTE,
        },
    ),
    "screening/flow": Contract(
        "From the rows of the file to the respondents who are analysed.",
        {
            "step": ("text", "opened, left out by the survey tool, a hard rule, analysed"),
            "removed": ("count", "respondents whom the step removes"),
            "remaining": ("count", "respondents after the step"),
        },
    ),
    "scoring/scores": Contract(
        "One score per respondent and scale, and the variables as they are.",
        {"respondent": ("text", "respondent id, unique")},
        open=True,
    ),
    "scoring/summary": Contract(
        "How each score came about and how it is distributed.",
        {
            "variable": ("text", "scale or variable"),
            "kind": ("text", "scale or variable"),
            "method": ("text?", "mean, sum or pomp (percent of the maximum possible)"),
            "n": ("count", "respondents with a value"),
            "prorated": ("count", "of these, scored from fewer than all items"),
            "missing": ("count", "respondents without a value"),
            "mean": ("number?", "score units"),
            "sd": ("number?", "score units, n - 1"),
            "minimum": ("number?", "score units"),
            "maximum": ("number?", "score units"),
        },
    ),
    "scoring/correlations": Contract(
        "Pearson correlations of scores and variables, pairwise complete.",
        {
            "variable_a": ("text", "scale or variable"),
            "variable_b": ("text", "scale or variable"),
            "n": ("count", "respondents with both"),
            "r": ("number?", "Pearson correlation"),
            "ci_low": ("number?", "lower end of the 95 % interval, Fisher's z"),
            "ci_high": ("number?", "upper end"),
            "p_value": ("number?", "two-sided, t distribution"),
        },
    ),
}
