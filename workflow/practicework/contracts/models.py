"""Tables of what is made of the scores: `moderation`, `profiles`, `replication`."""

from practicework.contracts.contract import NOTE, Contract

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

CONTRACTS = {
    "moderation/{model}/coefficients": Contract(
        "The regression's coefficients.",
        {
            "term": ("text", "intercept, a variable's name, or predictor:moderator"),
            "estimate": ("number", "unstandardised coefficient"),
            **_TEST,
            **_HC3,
            **_BOOT,
            **NOTE,
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
            **NOTE,
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
            **NOTE,
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
            **NOTE,
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
            **NOTE,
        },
    ),
}
