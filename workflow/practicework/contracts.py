"""The contract of every table that crosses a stage boundary: its columns, their kinds and units.

A table's name is its path below `results/{sample}/` without `.csv`.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Contract:
    """A table's columns by name: kind (`text`, `number`, `count`, `flag`; `?` if it may be empty), then meaning.

    `open` tables have further columns, all numbers, named by the study's items, variables, scales or profiles.
    A table that `needs` a stage exists only where that stage, too, runs.
    """

    about: str
    columns: dict[str, tuple[str, str]]
    open: bool = False
    needs: str | None = None


_NOTE = {"note": ("text?", "why a value of this row is empty, or a warning about it")}
_INTERVAL = {
    "ci_low": ("number?", "lower end of the interval at the study's confidence level"),
    "ci_high": ("number?", "upper end"),
}
_TEST = {
    "std_error": ("number", "standard error, ordinary least squares"),
    "t": ("number", "estimate / std_error, on df_residual degrees of freedom"),
    "p_value": ("number", "two-sided, t distribution"),
    **_INTERVAL,
}
_HC3 = {
    "std_error_hc3": ("number?", "heteroskedasticity-consistent standard error, HC3"),
    "p_value_hc3": ("number?", "two-sided, t distribution, with the HC3 standard error"),
}
_BOOT = {
    "boot_std_error": ("number", "standard deviation over the bootstrap resamples"),
    "boot_low": ("number", "lower end of the percentile bootstrap interval"),
    "boot_high": ("number", "upper end"),
}

CONTRACTS: dict[str, Contract] = {
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
            **_NOTE,
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
    "reliability/scales": Contract(
        "Reliability of each scale, listwise over its keyed items.",
        {
            "scale": ("text", "scale"),
            "items": ("count", "number of items"),
            "response_points": ("number", "max - min + 1 of the declared response range"),
            "n": ("count", "respondents with all items answered"),
            "alpha": ("number?", "Cronbach's coefficient alpha"),
            "alpha_low": ("number?", "lower end of the 95 % interval, Feldt"),
            "alpha_high": ("number?", "upper end"),
            "std_alpha": ("number?", "alpha of the standardised items"),
            "omega_total": ("number?", "omega total, one-factor minres on the correlation matrix"),
            "omega_low": ("number?", "lower end of the 95 % interval, normal-theory bootstrap"),
            "omega_high": ("number?", "upper end"),
            "omega_resamples": ("count?", "bootstrap resamples behind the interval"),
            "mean_inter_item_r": ("number?", "mean correlation of two items"),
            "mean": ("number?", "mean score, score units"),
            "sd": ("number?", "standard deviation of the score, score units"),
            **_NOTE,
        },
    ),
    "reliability/items": Contract(
        "Each item, reverse-keyed where its scale says so, listwise within the scale.",
        {
            "scale": ("text", "scale"),
            "item": ("text", "item"),
            "reverse": ("flag", "whether the item is reverse-keyed"),
            "missing": ("count", "respondents without an answer to the item"),
            "mean": ("number?", "keyed answer, response units"),
            "sd": ("number?", "keyed answer, response units"),
            "item_rest_r": ("number?", "correlation with the sum of the other items"),
            "alpha_if_dropped": ("number?", "alpha of the other items"),
            "loading": ("number?", "standardised loading on the one factor of omega total"),
            **_NOTE,
        },
    ),
    "moderation/{model}/coefficients": Contract(
        "The regression's coefficients.",
        {
            "term": ("text", "intercept, a variable's name, or predictor:moderator"),
            "estimate": ("number", "unstandardised coefficient"),
            **_TEST,
            **_HC3,
            **_BOOT,
            **_NOTE,
        },
    ),
    "moderation/{model}/conditional_effects": Contract(
        "The predictor's effect at chosen values of the moderator.",
        {
            "probe": ("text", "p16 p50 p84 (position p(n + 1)), mean-sd mean mean+sd; low high for two values"),
            "moderator_value": ("number", "the moderator's own units, uncentred"),
            "effect": ("number", "outcome units per unit of the predictor"),
            **_TEST,
            **_BOOT,
        },
    ),
    "moderation/{model}/johnson_neyman": Contract(
        "Values of the moderator at which the predictor's effect is just significant.",
        {
            "boundary": ("number", "the moderator's own units, uncentred"),
            "in_range": ("flag", "whether it lies within the observed range"),
            "percent_below": ("number", "percent of respondents with a lower value"),
        },
    ),
    "moderation/{model}/johnson_neyman_regions": Contract(
        "The observed range of the moderator, cut at the boundaries; the sign is evaluated in each region.",
        {
            "from": ("number", "the moderator's own units, uncentred"),
            "to": ("number", "the moderator's own units, uncentred"),
            "sign": ("text", "positive, negative or not significant"),
            "percent": ("number", "percent of respondents in the region"),
        },
    ),
    "moderation/{model}/fit": Contract(
        "The model as a whole, and what the interaction adds.",
        {
            "n": ("count", "respondents in the model (listwise)"),
            "dropped": ("count", "respondents left out for a missing value"),
            "r_squared": ("number", "share of variance explained"),
            "adj_r_squared": ("number", "adjusted for the number of predictors"),
            "f": ("number", "F of the whole model"),
            "p_value": ("number", "of that F"),
            "r_squared_change": ("number", "what the interaction adds"),
            "f_change": ("number", "F of the change, 1 and df_residual degrees of freedom"),
            "p_change": ("number", "of that F"),
            "df_model": ("count", "numerator degrees of freedom"),
            "df_residual": ("count", "n - parameters"),
            "detectable_change": ("number", "smallest change in R² that this n finds with 80 % power"),
            "resamples": ("count", "bootstrap resamples"),
            "redrawn": ("count", "resamples drawn again because their design was singular"),
        },
    ),
    "moderation/{model}/simple_slopes": Contract(
        "Predicted outcome over the predictor's observed range at probed moderator values, covariates at their means.",
        {
            "probe": ("text", "as in conditional_effects"),
            "moderator_value": ("number", "the moderator's own units, uncentred"),
            "predictor_value": ("number", "the predictor's own units, uncentred"),
            "predicted": ("number", "outcome units"),
            **_INTERVAL,
        },
    ),
    "moderation/{model}/effect_curve": Contract(
        "The predictor's effect over the moderator's observed range.",
        {
            "moderator_value": ("number", "the moderator's own units, uncentred"),
            "effect": ("number", "outcome units per unit of the predictor"),
            **_INTERVAL,
        },
    ),
    "moderation/{model}/dropped": Contract(
        "Respondents left out of the model.",
        {"respondent": ("text", "respondent id"), "reason": ("text", "which values are missing")},
    ),
    "moderation/{model}/screening": Contract(
        "The interaction among all kept respondents and without those whom the screening flags; no row where nobody is flagged.",
        {
            "respondents": ("text", "all kept respondents, or without the flagged"),
            "n": ("count", "respondents in the model (listwise)"),
            "estimate": ("number?", "unstandardised coefficient of the interaction"),
            "std_error": ("number?", "standard error, ordinary least squares"),
            "t": ("number?", "estimate / std_error"),
            "p_value": ("number?", "two-sided, t distribution"),
            **_INTERVAL,
            **_NOTE,
        },
        needs="screening",
    ),
    "profiles/assignments": Contract(
        "Each respondent's profile; further columns give the share of measurement-error draws in each profile.",
        {
            "respondent": ("text", "respondent id, unique"),
            "profile": ("text?", "the nearest prototype"),
            "certainty": ("number?", "share of the draws that fall in that profile, 0 to 1"),
            "exclusive": ("flag?", "whether certainty reaches the study's level"),
            **_NOTE,
        },
        open=True,
    ),
    "profiles/indicators": Contract(
        "Each respondent's indicators in percent of the response range.",
        {"respondent": ("text", "respondent id, unique")},
        open=True,
    ),
    "profiles/summary": Contract(
        "How many respondents have each profile.",
        {
            "profile": ("text", "profile"),
            "n": ("count", "respondents"),
            "percent": ("number?", "of the respondents with a profile"),
            "exclusive": ("count", "of these, exclusive"),
            "mean_certainty": ("number?", "0 to 1"),
        },
    ),
    "profiles/means": Contract(
        "Mean indicators of each profile's respondents beside its prototype, percent of the response range.",
        {
            "profile": ("text", "profile"),
            "indicator": ("text", "scale"),
            "n": ("count", "respondents"),
            "prototype": ("number", "percent of the response range"),
            "mean": ("number?", "percent of the response range"),
            "ci_low": ("number?", "lower end of the 95 % interval, t distribution"),
            "ci_high": ("number?", "upper end"),
        },
    ),
    "profiles/measurement": Contract(
        "The measurement error that the draws use.",
        {
            "indicator": ("text", "scale"),
            "reliability": ("number?", "coefficient alpha"),
            "sd": ("number?", "percent of the response range"),
            "sem": ("number?", "standard error of measurement, percent of the response range"),
            **_NOTE,
        },
    ),
    "replication/ledger": Contract(
        "Published values beside the reproduced ones.",
        {
            "claim": ("text", "what was published, in words"),
            "source": ("text", "where"),
            "published": ("text", "as printed"),
            "reproduced": ("number?", "full precision"),
            "agrees": ("flag", "at the published precision"),
            "table": ("text", "where the reproduced value stands"),
            "row": ("text?", "which row"),
            "column": ("text", "which column"),
            **_NOTE,
        },
    ),
}
