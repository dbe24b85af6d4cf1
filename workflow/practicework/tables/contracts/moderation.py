"""Tables of the moderation stage, one set per model."""

from practicework.tables.contracts.contract import NOTE, Contract

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
_BOOT = {
    "boot_std_error": ("number", "standard deviation over the bootstrap resamples"),
    "boot_low": ("number?", "lower end of the bootstrap interval, percentile or BCa as configured"),
    "boot_high": ("number?", "upper end"),
}
ROBUST = {"hc3": "heteroscedasticity-consistent standard error, HC3"}
"""Standard errors other than OLS, by the suffix of their columns; `moderation.regression` computes them."""

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


_EFFECT_OF = {"effect_of": ("text", "the predictor, or its category compared with the first")}
_BOUNDARY = {
    "boundary": ("number", "the moderator's own units, uncentred"),
    "in_range": ("flag", "whether it lies within the observed range"),
    "percent_below": ("number", "percent of respondents with a lower value"),
    **_EFFECT_OF,
}
_MODERATOR = ("number", "the moderator's own units, uncentred")
_REGION = {
    **dict.fromkeys(("from", "to"), _MODERATOR),
    "sign": ("text", "positive, negative or not significant"),
    "percent": ("number", "percent of respondents in the region"),
    **_EFFECT_OF,
}
_METHOD = {
    "method": ("text", "hc3, fdr (false discovery rate controlled) or fdr_hc3"),
    "critical": ("number", "critical value of t; inf if no value is significant"),
}
_PROBE = "as in conditional_effects"

CONTRACTS = {
    "moderation/{model}/coefficients": Contract(
        "Coefficients of the regression.",
        {
            "term": ("text", "intercept, a variable's name, variable[code] of a category, or predictor:moderator"),
            "estimate": ("number", "unstandardised coefficient"),
            **_TEST,
            **_ROBUST,
            **_BOOT,
            **_ROBUST_INTERVAL,
            "beta": ("number", "standardised coefficient, with outcome and variables as z-scores and the product of z-scores"),
            "beta_low": ("number", "lower end of its interval, ordinary least squares"),
            "beta_high": ("number", "upper end"),
            "vif": ("number?", "variance inflation factor of the column; empty for the intercept"),
            **NOTE,
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
            "moderator_value": _MODERATOR,
            "effect": ("number", "outcome units per unit of the predictor"),
            **_TEST,
            **_ROBUST,
            **_BOOT,
            **_ROBUST_INTERVAL,
            **_EFFECT_OF,
            **NOTE,
        },
    ),
    "moderation/{model}/contrasts": Contract(
        "Differences between conditional effects.",
        {
            "probe_a": ("text", _PROBE),
            "probe_b": ("text", _PROBE),
            "difference": ("number", "effect at probe_b minus effect at probe_a"),
            **_TEST,
            **_ROBUST,
            **_BOOT,
            **_ROBUST_INTERVAL,
            **_EFFECT_OF,
            "p_holm": ("number?", "p_value, Holm-corrected over the rows, for a categorical moderator"),
            **{f"p_holm_{name}": ("number?", f"the same of p_value_{name}") for name in ROBUST},
        },
    ),
    "moderation/{model}/omnibus": Contract(
        "Joint tests of several coefficients.",
        {
            "test": ("text", "interaction (all product terms), or predictor (all its categories, at a probe)"),
            "probe": ("text?", _PROBE),
            "moderator_value": ("number?", "the moderator's own units, uncentred"),
            "df1": ("count", "coefficients tested"),
            "df2": ("count", "residual degrees of freedom"),
            "f": ("number", "Wald F, ordinary least squares"),
            "p_value": ("number", "of that F"),
            **_robust_wald("f", "p_value", "Wald F"),
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
        },
    ),
    "moderation/{model}/simple_slopes": Contract(
        "Predicted outcome over the predictor's observed range at probed moderator values, covariates at their means.",
        {
            "probe": ("text", _PROBE),
            "moderator_value": _MODERATOR,
            "predictor_value": ("number", "the predictor's own units, uncentred"),
            "predicted": ("number", "outcome units"),
            **_INTERVAL,
            **_ROBUST_INTERVAL,
        },
    ),
    "moderation/{model}/effect_curve": Contract(
        "The predictor's effect over the moderator's observed range; no rows for a categorical moderator.",
        {
            "moderator_value": _MODERATOR,
            "effect": ("number", "outcome units per unit of the predictor"),
            **_INTERVAL,
            **_ROBUST_INTERVAL,
            **_EFFECT_OF,
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
            "term": ("text", "predictor:moderator"),
            "interval": ("text", "ols, hc3 or bootstrap; noncentral F for several product terms, whose effect is ΔR²"),
            "smallest_effect": ("number?", "the smallest effect size of interest, in units of the coefficient"),
            "smallest_change": ("number", "the same, as ΔR² in this sample"),
            "estimate": ("number", "the coefficient; ΔR² for several product terms"),
            **_INTERVAL,
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
    "moderation/{model}/influence": Contract(
        "Each respondent's residual and influence.",
        {
            "respondent": ("text", "respondent id"),
            "fitted": ("number", "predicted outcome"),
            "residual": ("number", "outcome minus prediction"),
            "leverage": ("number", "diagonal of the hat matrix, 0 to 1"),
            "studentized_residual": ("number?", "externally studentised"),
            "cooks_distance": ("number?", "Cook's distance"),
        },
    ),
    "moderation/{model}/leave_one_out": Contract(
        "The interaction with each respondent omitted in turn.",
        {
            "respondent": ("text", "omitted respondent"),
            "term": ("text", "product term"),
            "estimate": ("number?", "the coefficient without the respondent"),
            "std_error": ("number?", "its standard error, HC3 or ordinary least squares as in the report"),
            "t": ("number?", "estimate / std_error"),
            "p_value": ("number?", "two-sided, t distribution"),
            **_INTERVAL,
            "dfbetas": ("number?", "standardised change of the coefficient"),
            "turns": (
                "text?",
                "verdict if omission changes whether the interval excludes zero, sign if it excludes zero on the other side",
            ),
        },
    ),
    "moderation/{model}/checks": Contract(
        "Tests of the model's assumptions.",
        {
            "check": ("text", "shapiro_wilk, breusch_pagan, quadratic or binning"),
            "statistic": ("number?", "W, n R², or F"),
            "df1": ("count?", "degrees of freedom"),
            "df2": ("count?", "degrees of freedom of the denominator"),
            "p_value": ("number?", "of the statistic"),
            **NOTE,
        },
    ),
    "moderation/{model}/linearity": Contract(
        "The predictor's effect within terciles of the moderator, compared with the linear interaction.",
        {
            "bin": ("count", "1, 2, 3"),
            "from": _MODERATOR,
            "to": _MODERATOR,
            "median": _MODERATOR,
            "n": ("count", "respondents in the bin"),
            "effect": ("number", "at the bin's median, from the bin's own slope"),
            **_TEST,
            "model_effect": ("number", "the same, from the linear interaction"),
            **_EFFECT_OF,
        },
    ),
    "moderation/{model}/fragility": Contract(
        "Deletions of one respondent that change the conclusion, and how many are to be expected in data like these.",
        {
            "term": ("text", "product term"),
            "interval": ("text", "ols or hc3: the interval of the conclusion, as in leave_one_out"),
            "deletions": ("count", "respondents whose omission changes the conclusion"),
            "expected_any": ("number?", "share of simulated data sets with at least one such respondent"),
            "expected_as_many": ("number?", "share with at least as many as in this sample"),
            "expected_median": ("number?", "median number of such respondents"),
            "respondent": ("text?", "the respondent with the largest |DFBETAS|"),
            "dfbetas": ("number?", "that respondent's DFBETAS"),
            "expected_dfbetas": ("number?", "median of the largest |DFBETAS| of the simulated data sets"),
            "expected_as_large": ("number?", "share of simulated data sets in which it is at least as large"),
            "data_sets": ("count?", "simulated data sets: this design, normal errors, the observed t"),
            **NOTE,
        },
    ),
    "moderation/{model}/sensitivity": Contract(
        "Power and sensitivity for an interaction at this sample size.",
        {
            "quantity": (
                "text",
                "minimum_detectable (80% power, closed form), minimum_detectable_simulated (80% power, simulated), "
                "smallest_effect (of interest), or effect",
            ),
            "metric": ("text", "scores, or true_scores: whether delta_r_squared is that of the scores or between true scores"),
            "attenuation": ("number", "share of delta_r_squared that remains in the scores; 1 in the metric of the scores"),
            "delta_r_squared": ("number?", "true ΔR², in the metric of the row"),
            "delta_r_squared_scores": ("number?", "the same in the metric of the scores"),
            "n": ("count", "respondents in the model"),
            "power": ("number?", "of the F test, noncentral F distribution, this sample's design"),
            "type_s": ("number?", "probability of the wrong sign, given significance; empty for several product terms"),
            "type_m": ("number?", "mean |estimate| / true coefficient of the scores, given significance"),
            "n_required": ("count?", "respondents for 80% power; empty beyond one million"),
            "power_expected": ("number?", "power averaged over designs resampled from this sample"),
            "power_ols": ("number?", "share of simulated studies whose OLS interval excludes zero"),
            "power_hc3": ("number?", "the same with HC3"),
            "power_bootstrap": ("number?", "the same with the percentile bootstrap, if conclusions are based on it"),
            "type_s_simulated": ("number?", "type_s among the simulated studies, by the interval of the conclusion"),
            "type_m_simulated": ("number?", "type_m among the simulated studies, by the interval of the conclusion"),
            "interval": ("text?", "the interval of power_simulated: that of the conclusion"),
            "power_simulated": (
                "number?",
                "share of simulated studies with newly drawn respondents whose interval excludes zero",
            ),
            "power_simulated_se": ("number?", "Monte Carlo standard error of power_simulated"),
            "power_required": ("number?", "power_simulated with n_required respondents"),
            "power_required_se": ("number?", "Monte Carlo standard error of power_required"),
            "least_exaggeration": ("number?", "smallest significant ΔR² in a sample of this size / delta_r_squared_scores"),
            **NOTE,
        },
    ),
    "moderation/{model}/power_curve": Contract(
        "Power by effect size, and by sample size at the smallest effect size of interest.",
        {
            "curve": ("text", "delta_r_squared or n: the quantity that varies"),
            "attenuation": ("number", "as in sensitivity"),
            "delta_r_squared": ("number", "as in sensitivity"),
            "n": ("count", "respondents"),
            "power": ("number", "as in sensitivity"),
        },
    ),
    "moderation/{model}/errors_in_variables": Contract(
        "The coefficients corrected for unreliability; no rows if no reliability below 1 is known.",
        {
            "term": ("text", "as in coefficients"),
            "reliability": ("number?", "of the variable, if known and below 1"),
            "uncorrected": ("number", "the coefficient by ordinary least squares"),
            "estimate": ("number?", "the corrected coefficient"),
            "boot_std_error": ("number?", "standard deviation over the bootstrap resamples"),
            "boot_low": ("number?", "lower end of the percentile bootstrap interval"),
            "boot_high": ("number?", "upper end"),
            "resamples": ("count", "bootstrap resamples"),
            "unsolved": ("count?", "resamples without a solution"),
            "resampled": ("flag?", "whether the reliability is resampled with the respondents; otherwise treated as known"),
            **NOTE,
        },
    ),
    "moderation/{model}/scale_dependence": Contract(
        "The interaction on other scales of the outcome and in other models.",
        {
            "analysis": (
                "text",
                "as_measured, log, logit, rank_normal, squared, proportional_odds, quadratic (with squares of predictor and "
                "moderator) or robust (Huber)",
            ),
            "term": ("text", "predictor:moderator"),
            "estimate": ("number?", "coefficient in the units of the analysis; empty for several product terms"),
            "std_error": ("number?", "its standard error"),
            "statistic": ("number?", "t, z (proportional odds), or F of several product terms"),
            "df1": ("count?", "product terms"),
            "df2": ("number?", "residual degrees of freedom; empty for z"),
            "p_value": ("number?", "of the statistic, two-sided"),
            **_INTERVAL,
            "interval": ("text?", "standard errors: ols, hc3, or wald for maximum likelihood and M estimates"),
            "sign": ("text?", "positive, negative or not significant; significant for several product terms"),
            **NOTE,
        },
    ),
    "moderation/models": Contract(
        "The models; one that could not be fitted to this sample has tables without rows, and the reason in note.",
        {"model": ("text", "name"), "n": ("count", "complete respondents"), "fitted": ("flag", "whether it was fitted")} | NOTE,
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
            **_INTERVAL,
            **NOTE,
            "term": ("text?", "product term"),
            "interval": ("text?", "standard errors: those of the conclusion (HC3 for the bootstrap), or ols if not computable"),
        },
        needs="screening",
    ),
}
