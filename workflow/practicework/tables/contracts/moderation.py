"""Tables of the moderation stage, one set per model."""

from practicework.tables.contracts.contract import NOTE, Contract

INTERVAL = {
    "ci_low": ("number?", "lower end of the interval at the study's confidence level"),
    "ci_high": ("number?", "upper end"),
}
TEST = {
    "std_error": ("number", "standard error, ordinary least squares"),
    "t": ("number", "estimate / std_error, on df_residual degrees of freedom"),
    "p_value": ("number", "two-sided, t distribution"),
    **INTERVAL,
}
_BOOT = {
    "boot_std_error": ("number", "standard deviation over the bootstrap resamples"),
    "boot_low": ("number?", "lower end of the bootstrap interval, percentile or BCa as configured"),
    "boot_high": ("number?", "upper end"),
}
ROBUST = {
    "hc3": "heteroscedasticity-consistent standard error, HC3",
    "cr2": "cluster-robust standard error, CR2; empty without clusters",
}
"""Standard errors other than OLS, by the suffix of their columns; `moderation.regression` computes them."""

_DEGREES = {"df_cr2": ("number?", "Satterthwaite's degrees of freedom of t_cr2")}

_ROBUST = {
    column: kind
    for name, words in ROBUST.items()
    for column, kind in (
        (f"std_error_{name}", ("number?", words)),
        (f"t_{name}", ("number?", f"estimate / std_error_{name}")),
        (f"p_value_{name}", ("number?", f"two-sided, t distribution, with the {name.upper()} standard error")),
    )
}
_ROBUST_INTERVAL = {
    column: kind
    for name in ROBUST
    for column, kind in (
        (f"ci_low_{name}", ("number?", f"lower end of the interval with the {name.upper()} standard error")),
        (f"ci_high_{name}", ("number?", "upper end")),
    )
}


def _robust_wald(f: str, p: str, words: str) -> dict[str, tuple[str, str]]:
    """Columns of a test with each of the robust covariances."""
    return {
        column: kind
        for name in ROBUST
        for column, kind in (
            (f"{f}_{name}", ("number?", f"{words} with the {name.upper()} covariance")),
            (f"{p}_{name}", ("number?", "of that F")),
        )
    }


EFFECT_OF = {"effect_of": ("text", "the predictor, or its category compared with the first")}
_BOUNDARY = {
    "boundary": ("number", "the moderator's own units, uncentred"),
    "in_range": ("flag", "whether it lies within the observed range"),
    "percent_below": ("number", "percent of respondents with a lower value"),
    **EFFECT_OF,
}
MODERATOR = ("number", "the moderator's own units, uncentred")
_REGION = {
    **dict.fromkeys(("from", "to"), MODERATOR),
    "sign": ("text", "positive, negative or not significant"),
    "percent": ("number", "percent of respondents in the region"),
    **EFFECT_OF,
}
_METHOD = {
    "method": ("text", "hc3, cr2, fdr (false discovery rate controlled) or fdr_hc3"),
    "critical": ("number?", "critical value of t; inf if no value is significant; empty for cr2, whose value varies"),
}
_PROBE = "as in conditional_effects"
_SECOND = {
    "second_probe": ("text?", "the same of the second moderator, if the model has one"),
    "second_value": ("number?", "the second moderator's own units, uncentred"),
}

CONTRACTS = {
    "moderation/{model}/coefficients": Contract(
        "Coefficients of the regression.",
        {
            "term": ("text", "intercept, a variable's name, variable[code] of a category, or names joined by : for a product"),
            "estimate": ("number", "unstandardised coefficient"),
            **TEST,
            **_ROBUST,
            **_BOOT,
            **_ROBUST_INTERVAL,
            **_DEGREES,
            "beta": ("number", "standardised coefficient, with outcome and variables as z-scores and the product of z-scores"),
            "beta_low": ("number", "lower end of its interval: delta method, with the standard deviations estimated"),
            "beta_high": ("number", "upper end"),
            "vif": ("number?", "variance inflation factor of the column; empty for the intercept"),
            **NOTE,
            "beta_std_error": (
                "number",
                "standard error of beta, from influences on coefficients, means and deviations",
            ),
        },
    ),
    "moderation/{model}/conditional_effects": Contract(
        "The predictor's effect at chosen values of the moderator.",
        {
            "probe": (
                "text",
                "p16 p50 p84 (position p(n + 1)), mean-sd mean mean+sd; low high for two values; "
                "at ... for the model's own probes; moderator[code] for categories",
            ),
            "moderator_value": MODERATOR,
            "effect": ("number", "outcome units per unit of the predictor"),
            **TEST,
            **_ROBUST,
            **_BOOT,
            **_ROBUST_INTERVAL,
            **_DEGREES,
            **EFFECT_OF,
            **NOTE,
            **_SECOND,
        },
    ),
    "moderation/{model}/conditional_interactions": Contract(
        "The product of predictor and moderator at values of the second moderator, in models of a three-way interaction.",
        {
            "second_probe": ("text", _PROBE),
            "second_value": _SECOND["second_value"],
            "interaction": ("number", "change of the predictor's effect per unit of the moderator"),
            **TEST,
            **_ROBUST,
            **_BOOT,
            **_ROBUST_INTERVAL,
            **_DEGREES,
        },
        needs="three_way",
    ),
    "moderation/{model}/contrasts": Contract(
        "Differences between conditional effects.",
        {
            "probe_a": ("text", _PROBE),
            "probe_b": ("text", _PROBE),
            "difference": ("number", "effect at probe_b minus effect at probe_a"),
            **TEST,
            **_ROBUST,
            **_BOOT,
            **_ROBUST_INTERVAL,
            **_DEGREES,
            **EFFECT_OF,
            "p_holm": ("number?", "p_value, Holm-corrected over the rows, for a categorical moderator or two moderators"),
            **{f"p_holm_{name}": ("number?", f"the same of p_value_{name}") for name in ROBUST},
            "second_probe_a": _SECOND["second_probe"],
            "second_probe_b": _SECOND["second_probe"],
        },
    ),
    "moderation/{model}/omnibus": Contract(
        "Joint tests of several coefficients.",
        {
            "test": (
                "text",
                "interaction (the product terms under test), products (all product terms of two moderators), or predictor (all "
                "its categories, at a probe)",
            ),
            "probe": ("text?", _PROBE),
            "moderator_value": ("number?", "the moderator's own units, uncentred"),
            "df1": ("count", "coefficients tested"),
            "df2": ("count", "residual degrees of freedom"),
            "f": ("number", "Wald F, ordinary least squares"),
            "p_value": ("number", "of that F"),
            **_robust_wald("f", "p_value", "Wald F"),
            "df2_cr2": ("number?", "denominator degrees of freedom of f_cr2 (Hotelling's T² approximation)"),
        },
    ),
    "moderation/{model}/johnson_neyman": Contract(
        "Values of the moderator at which the predictor's effect is just significant; no rows for a categorical moderator.",
        _BOUNDARY,
    ),
    "moderation/{model}/johnson_neyman_regions": Contract(
        "The observed range of the moderator, divided at the boundaries; the sign is evaluated in each region.", _REGION
    ),
    "moderation/{model}/johnson_neyman_alternatives": Contract(
        "The boundaries with HC3 standard errors, and with the false discovery rate controlled over the observed values.",
        _BOUNDARY | _METHOD,
    ),
    "moderation/{model}/johnson_neyman_regions_alternatives": Contract(
        "The regions with HC3 standard errors, and with the false discovery rate controlled.", _REGION | _METHOD
    ),
    "moderation/{model}/fit": Contract(
        "Fit of the model, and the increment due to the interaction.",
        {
            "n": ("count", "respondents in the model (listwise)"),
            "dropped": ("count", "respondents excluded because of missing values"),
            "r_squared": ("number", "share of variance explained"),
            "adj_r_squared": ("number", "adjusted for the number of predictors"),
            "f": ("number", "F of the whole model"),
            "p_value": ("number", "of that F"),
            "r_squared_change": ("number", "increment due to the interaction"),
            "f_change": ("number", "F of the change, df_change and df_residual degrees of freedom"),
            "p_change": ("number", "of that F"),
            "df_model": ("count", "numerator degrees of freedom"),
            "df_residual": ("count", "n - parameters"),
            "detectable_change": ("number", "smallest change in R² detectable at this n with 80% power"),
            "resamples": ("count", "bootstrap resamples"),
            "redrawn": ("count", "resamples drawn again because their design was singular"),
            "df_change": ("count", "product terms"),
            **_robust_wald("f_change", "p_change", "Wald F of the product terms"),
            "r_squared_change_low": ("number", "lower end of the interval of the true increment, noncentral F distribution"),
            "r_squared_change_high": ("number", "upper end"),
            "significant_change": ("number", "smallest increment that is significant in a sample of this size (F test)"),
            "df2_cr2": ("number?", "denominator degrees of freedom of f_change_cr2"),
            "clusters": ("count?", "clusters; empty if the model has none"),
            "cluster_smallest": ("count?", "respondents in the smallest cluster"),
            "cluster_largest": ("count?", "respondents in the largest cluster"),
            "icc_outcome": ("number?", "intraclass correlation of the outcome, ICC(1)"),
            "icc_residual": ("number?", "intraclass correlation of the residuals, ICC(1)"),
        },
    ),
    "moderation/{model}/simple_slopes": Contract(
        "Predicted outcome over the predictor's observed range at probed moderator values, covariates at their means.",
        {
            "probe": ("text", _PROBE),
            "moderator_value": MODERATOR,
            "predictor_value": ("number", "the predictor's own units, uncentred"),
            "predicted": ("number", "outcome units"),
            **INTERVAL,
            **_ROBUST_INTERVAL,
            **_SECOND,
        },
    ),
    "moderation/{model}/effect_curve": Contract(
        "The predictor's effect over the moderator's observed range; no rows for a categorical moderator.",
        {
            "moderator_value": MODERATOR,
            "effect": ("number", "outcome units per unit of the predictor"),
            **INTERVAL,
            **_ROBUST_INTERVAL,
            **EFFECT_OF,
        },
    ),
    "moderation/{model}/correlations": Contract(
        "Correlations of outcome and terms among the respondents in the model.",
        {
            "term_a": ("text", "the outcome, or a term of coefficients"),
            "term_b": ("text", "a term of coefficients"),
            "r": ("number", "Pearson correlation"),
        },
    ),
    "moderation/{model}/equivalence": Contract(
        "The interaction's interval compared with the smallest effect size of interest, and the conclusion.",
        {
            "term": ("text", "predictor:moderator, or predictor:moderator:second for a three-way interaction"),
            "interval": ("text", "ols, hc3, cr2 or bootstrap; noncentral F for several product terms, whose effect is ΔR²"),
            "smallest_effect": ("number?", "the smallest effect size of interest, in units of the coefficient"),
            "smallest_change": ("number", "the same, as ΔR² in this sample"),
            "estimate": ("number", "the coefficient; ΔR² for several product terms"),
            **INTERVAL,
            "equivalence_low": ("number?", "lower end of the 1 − 2α interval, for the two one-sided tests"),
            "equivalence_high": ("number?", "upper end"),
            "p_equivalence": ("number?", "the larger p of the two one-sided tests; empty for the bootstrap"),
            "reading": (
                "text",
                "relevant_positive, positive, small_positive, negligible, undecided, small_negative, negative, "
                "relevant_negative; for several product terms relevant, present, small, negligible, undecided",
            ),
            **NOTE,
        },
    ),
    "moderation/models": Contract(
        "The models; one that could not be fitted to this sample has tables without rows, and the reason in note.",
        {
            "model": ("text", "name"),
            "n": ("count", "complete respondents"),
            "fitted": ("flag", "whether it was fitted"),
            **NOTE,
            "family": ("text", "normal (least squares), binary, count or ordered"),
        },
    ),
    "moderation/{model}/dropped": Contract(
        "Respondents excluded from the model.",
        {"respondent": ("text", "respondent id"), "reason": ("text", "which values are missing")},
    ),
    "moderation/{model}/screening": Contract(
        "The interaction among all retained respondents and without flagged respondents; no rows if nobody is flagged.",
        {
            "respondents": ("text", "retained (all of them), or unflagged"),
            "n": ("count", "respondents in the model (listwise)"),
            "estimate": ("number?", "unstandardised coefficient of the interaction"),
            "std_error": ("number?", "its standard error, as named in interval"),
            "t": ("number?", "estimate / std_error"),
            "p_value": ("number?", "two-sided, t distribution"),
            **INTERVAL,
            **NOTE,
            "term": ("text?", "product term"),
            "interval": ("text?", "standard errors: those of the conclusion (HC3 for the bootstrap), or ols if not computable"),
        },
        needs="screening",
    ),
}
