"""Tables of the moderation stage, one set a model."""

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
_HC3 = {
    "std_error_hc3": ("number?", "heteroskedasticity-consistent standard error, HC3"),
    "p_value_hc3": ("number?", "two-sided, t distribution, with the HC3 standard error"),
}
_BOOT = {
    "boot_std_error": ("number", "standard deviation over the bootstrap resamples"),
    "boot_low": ("number?", "lower end of the bootstrap interval, percentile or BCa as the config says"),
    "boot_high": ("number?", "upper end"),
}
_HC3_INTERVAL = {
    "ci_low_hc3": ("number?", "lower end of the interval with the HC3 standard error"),
    "ci_high_hc3": ("number?", "upper end"),
}
_EFFECT_OF = {"effect_of": ("text", "the predictor, or which of its categories against the first")}
_BOUNDARY = {
    "boundary": ("number", "the moderator's own units, uncentred"),
    "in_range": ("flag", "whether it lies within the observed range"),
    "percent_below": ("number", "percent of respondents with a lower value"),
    **_EFFECT_OF,
}
_REGION = {
    "from": ("number", "the moderator's own units, uncentred"),
    "to": ("number", "the moderator's own units, uncentred"),
    "sign": ("text", "positive, negative or not significant"),
    "percent": ("number", "percent of respondents in the region"),
    **_EFFECT_OF,
}
_METHOD = {
    "method": ("text", "hc3, fdr (false discovery rate controlled) or fdr_hc3"),
    "critical": ("number", "critical value of t; inf where no value passes"),
}
_PROBE = "as in conditional_effects"
_MODERATOR = ("number", "the moderator's own units, uncentred")

CONTRACTS = {
    "moderation/{model}/coefficients": Contract(
        "The regression's coefficients.",
        {
            "term": ("text", "intercept, a variable's name, variable[code] of a category, or predictor:moderator"),
            "estimate": ("number", "unstandardised coefficient"),
            **_TEST,
            **_HC3,
            **_BOOT,
            **_HC3_INTERVAL,
            "beta": ("number", "standardised: outcome and variables as z-scores, the product that of the z-scores"),
            "beta_low": ("number", "lower end of its interval, ordinary least squares"),
            "beta_high": ("number", "upper end"),
            "vif": ("number?", "variance inflation factor of the column; none for the intercept"),
            **NOTE,
        },
    ),
    "moderation/{model}/conditional_effects": Contract(
        "The predictor's effect at chosen values of the moderator.",
        {
            "probe": (
                "text",
                "p16 p50 p84 (position p(n + 1)), mean-sd mean mean+sd; low high for two values; "
                "at ... as the model names; moderator[code] for categories",
            ),
            "moderator_value": _MODERATOR,
            "effect": ("number", "outcome units per unit of the predictor"),
            **_TEST,
            **_HC3,
            **_BOOT,
            **_HC3_INTERVAL,
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
            **_HC3,
            **_BOOT,
            **_HC3_INTERVAL,
            **_EFFECT_OF,
            "p_holm": ("number?", "p_value corrected for the number of rows (Holm), for a moderator of categories"),
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
            "f_hc3": ("number?", "Wald F with the HC3 covariance"),
            "p_value_hc3": ("number?", "of that F"),
        },
    ),
    "moderation/{model}/johnson_neyman": Contract(
        "Values of the moderator at which the predictor's effect is just significant; none for a moderator of categories.",
        _BOUNDARY,
    ),
    "moderation/{model}/johnson_neyman_regions": Contract(
        "The observed range of the moderator, cut at the boundaries; the sign is evaluated in each region.", _REGION
    ),
    "moderation/{model}/johnson_neyman_alternatives": Contract(
        "The boundaries with HC3 errors, and with the false discovery rate controlled over the observed values.",
        _BOUNDARY | _METHOD,
    ),
    "moderation/{model}/johnson_neyman_regions_alternatives": Contract(
        "The regions with HC3 errors, and with the false discovery rate controlled.", _REGION | _METHOD
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
            "f_change": ("number", "F of the change, df_change and df_residual degrees of freedom"),
            "p_change": ("number", "of that F"),
            "df_model": ("count", "numerator degrees of freedom"),
            "df_residual": ("count", "n - parameters"),
            "detectable_change": ("number", "smallest change in R² that this n finds with 80 % power"),
            "resamples": ("count", "bootstrap resamples"),
            "redrawn": ("count", "resamples drawn again because their design was singular"),
            "df_change": ("count", "product terms"),
            "f_change_hc3": ("number?", "Wald F of the product terms with the HC3 covariance"),
            "p_change_hc3": ("number?", "of that F"),
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
        },
    ),
    "moderation/{model}/effect_curve": Contract(
        "The predictor's effect over the moderator's observed range; none for a moderator of categories.",
        {
            "moderator_value": _MODERATOR,
            "effect": ("number", "outcome units per unit of the predictor"),
            **_INTERVAL,
            **_HC3_INTERVAL,
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
        "The interaction's interval beside the smallest effect of interest, and what that says.",
        {
            "term": ("text", "predictor:moderator"),
            "interval": ("text", "ols, hc3 or bootstrap; noncentral F for several product terms, whose effect is ΔR²"),
            "smallest_effect": ("number?", "the smallest effect of interest, in units of the coefficient"),
            "smallest_change": ("number", "the same, as ΔR² in this sample"),
            "estimate": ("number", "the coefficient; ΔR² for several product terms"),
            **_INTERVAL,
            "equivalence_low": ("number?", "lower end of the interval of twice the error, for the two one-sided tests"),
            "equivalence_high": ("number?", "upper end"),
            "p_equivalence": ("number?", "the larger p of the two one-sided tests; none for the bootstrap"),
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
        "The interaction without each respondent.",
        {
            "respondent": ("text", "who is left out"),
            "term": ("text", "product term"),
            "estimate": ("number?", "the coefficient without the respondent"),
            "std_error": ("number?", "its standard error, of the kind that the study shows (HC3 or ordinary least squares)"),
            "t": ("number?", "estimate / std_error"),
            "p_value": ("number?", "two-sided, t distribution"),
            **_INTERVAL,
            "dfbetas": ("number?", "standardised change of the coefficient"),
            "turns": (
                "text?",
                "verdict where the interval's excluding zero changes, sign where it then excludes it on the other side",
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
        "The predictor's effect in thirds of the moderator, beside the model's straight line.",
        {
            "bin": ("count", "1, 2, 3"),
            "from": _MODERATOR,
            "to": _MODERATOR,
            "median": _MODERATOR,
            "n": ("count", "respondents in the bin"),
            "effect": ("number", "at the bin's median, from the bin's own line"),
            **_TEST,
            "model_effect": ("number", "the same by the model's straight line"),
            **_EFFECT_OF,
        },
    ),
    "moderation/{model}/sensitivity": Contract(
        "What a study of this size and these reliabilities can show about an interaction.",
        {
            "quantity": ("text", "minimum_detectable (80 % power), smallest_effect (of interest), or effect"),
            "attenuation": ("number", "share of a true ΔR² that reaches the scores; 1 as if measured without error"),
            "delta_r_squared": ("number?", "ΔR² between true scores"),
            "delta_r_squared_scores": ("number?", "what is left of it in the scores"),
            "n": ("count", "respondents in the model"),
            "power": ("number?", "of the F test, noncentral F distribution, this sample's design"),
            "type_s": ("number?", "chance of the wrong sign, given significance; none for several product terms"),
            "type_m": ("number?", "mean exaggeration of the estimate, given significance"),
            "n_required": ("count?", "respondents for 80 % power; none beyond a million"),
            "power_expected": ("number?", "power averaged over designs whose people are drawn from this sample's"),
            "power_ols": ("number?", "share of simulated studies whose OLS interval excludes zero"),
            "power_hc3": ("number?", "the same with HC3"),
            "power_bootstrap": ("number?", "the same with the percentile bootstrap; up to 300 respondents"),
            "type_s_simulated": ("number?", "type_s among the simulated studies, OLS"),
            "type_m_simulated": ("number?", "type_m among the simulated studies, OLS"),
            **NOTE,
        },
    ),
    "moderation/{model}/power_curve": Contract(
        "Power over the size of the effect, and over the size of the sample at the smallest effect of interest.",
        {
            "curve": ("text", "delta_r_squared or n: what runs"),
            "attenuation": ("number", "as in sensitivity"),
            "delta_r_squared": ("number", "ΔR² between true scores"),
            "n": ("count", "respondents"),
            "power": ("number", "as in sensitivity"),
        },
    ),
    "moderation/{model}/errors_in_variables": Contract(
        "The coefficients corrected for unreliability; no row where no reliability below 1 is known.",
        {
            "term": ("text", "as in coefficients"),
            "reliability": ("number?", "of the variable, where known and below 1"),
            "uncorrected": ("number", "the coefficient by ordinary least squares"),
            "estimate": ("number?", "the corrected coefficient"),
            "boot_std_error": ("number?", "standard deviation over the bootstrap resamples"),
            "boot_low": ("number?", "lower end of the percentile bootstrap interval, the reliabilities taken as known"),
            "boot_high": ("number?", "upper end"),
            "resamples": ("count", "bootstrap resamples"),
            "unsolved": ("count?", "resamples without a solution"),
            **NOTE,
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
            "term": ("text?", "product term"),
        },
        needs="screening",
    ),
}
