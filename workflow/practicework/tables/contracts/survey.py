"""Tables from the export to the scores: `ingest`, `screening`, `scoring`."""

from practicework.tables.contracts.contract import NOTE, Contract

CONTRACTS = {
    "ingest/responses": Contract(
        "Coded answers, one row per respondent; empty if not answered.",
        {"respondent": ("text", "respondent id, unique")},
        open=True,
    ),
    "ingest/dropped": Contract(
        "Columns of the export that were excluded.",
        {"column": ("text?", "heading in the export"), "reason": ("text", "why it was excluded")},
    ),
    "ingest/missing": Contract(
        "All missing answers, with the kind of missingness as far as the export states it.",
        {
            "respondent": ("text", "respondent id"),
            "column": ("text", "item, variable or option"),
            "kind": ("text", "not shown, no answer (empty), declared missing, or unread (a question that could not be read)"),
        },
    ),
    "ingest/anonymity": Contract(
        "k-anonymity of the declared quasi-identifiers, individually and combined.",
        {
            "identifiers": ("text", "variables"),
            "n": ("count", "respondents"),
            "groups": ("count", "groups of respondents who share all values"),
            "k": ("count", "respondents in the smallest group"),
            "unique": ("count", "respondents alone in their group"),
            "small": ("count", "respondents in groups of fewer than five"),
        },
    ),
    "ingest/categories": Contract(
        "Values of the quasi-identifiers; those of fewer than five respondents are pooled.",
        {"variable": ("text", "variable"), "category": ("text", "value"), "n": ("count", "respondents")},
    ),
    "ingest/quality": Contract(
        "Data for screening other than the answers; further columns contain the declared attention checks (1 passed, 0 failed).",
        {
            "respondent": ("text", "respondent id, unique"),
            "duration_seconds": ("number?", "total time"),
            "finished": ("number?", "1 if the survey was finished, 0 if not"),
        },
        open=True,
    ),
    "ingest/multiple": Contract(
        "Options of questions with several answers, and respondents by what is known about each.",
        {
            "response": ("text", "question"),
            "by": ("text?", "part of the second dimension; empty if the question has none"),
            "option": ("text?", "option; empty if the question could not be read"),
            "asked": ("flag?", "whether the file has a column for it"),
            "ticked": ("count?", "respondents who ticked it, or answered yes"),
            "not_ticked": ("count?", "respondents who did not, but answered the question"),
            "not_shown": ("count?", "respondents to whom it was not shown, as far as the file states it"),
            "not_answered": ("count?", "respondents who saw it and ticked nothing, not even an explicit none"),
            **NOTE,
        },
        needs="multiple",
    ),
    "ingest/left_out": Contract(
        "Rows that are not responses: empty rows, those that `where` does not select, and previews, tests and spam.",
        {"row": ("count", "row of the file"), "reason": ("text", "preview, test, spam, empty row or not selected")},
    ),
    "screening/ledger": Contract(
        "Retention and indices of careless responding, one row per respondent; empty if an index cannot be computed.",
        {
            "respondent": ("text", "respondent id, unique"),
            "kept": ("flag", "whether the respondent is analysed"),
            "reason": ("text?", "the first rule that excludes the respondent: duplicates, checks, unfinished or too_fast"),
            "flagged": ("flag", "whether the number of flags reaches the study's threshold"),
            "flags": ("count", "number of indices beyond their cut-offs"),
            "longstring": ("count?", "longest run of identical answers, in items"),
            "irv": ("number?", "standard deviation of the respondent's answers, response units"),
            "even_odd": ("number?", "even-odd inconsistency, -1 (consistent) upwards"),
            "psychsyn": ("number?", "within-person correlation over psychometric synonyms"),
            "psychant": ("number?", "within-person correlation over psychometric antonyms"),
            "mahalanobis": ("number?", "squared Mahalanobis distance of the respondent's items"),
            "seconds_per_item": ("number?", "total time / items answered, seconds"),
            "failed_checks": ("count?", "attention checks not answered as instructed"),
            "duplicate": ("count?", "other respondents with the same answers"),
            "duplicate_of": ("text?", "the first respondent with the same answers, if it is another one"),
            "missing_share": ("number?", "share of items without an answer, 0 to 1"),
        },
    ),
    "screening/indices": Contract(
        "Each index with its cut-off and the number of respondents that it flags.",
        {
            "index": ("text", "column of the ledger"),
            "cutoff": ("number?", "in the ledger's units; empty if the index has none and never flags"),
            "direction": ("text", "at least, above or below: which values relative to the cut-off are flagged"),
            "flagged": ("count", "respondents flagged by it"),
            "flagged_kept": ("count", "of these, kept"),
            "computable": ("count", "respondents for whom it can be computed"),
            "source": ("text", "source of the index and the cut-off"),
            "caveat": ("text", "caveat for its interpretation"),
            **NOTE,
        },
    ),
    "screening/flow": Contract(
        "Flow from the rows of the file to the analysed respondents.",
        {
            "step": ("text", "opened, left_out (by the survey tool), excluded (by a rule of the study) or analysed"),
            "reason": ("text?", "the survey tool's mark, or the rule: duplicates, checks, unfinished or too_fast"),
            "removed": ("count", "respondents removed by the step"),
            "remaining": ("count", "respondents after the step"),
        },
    ),
    "scoring/scores": Contract(
        "One score per respondent and scale, and the variables unchanged.",
        {"respondent": ("text", "respondent id, unique")},
        open=True,
    ),
    "scoring/summary": Contract(
        "Computation and distribution of each score.",
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
            "ci_low": ("number?", "lower end of the 95% interval, Fisher's z"),
            "ci_high": ("number?", "upper end"),
            "p_value": ("number?", "two-sided, t distribution"),
        },
    ),
}
