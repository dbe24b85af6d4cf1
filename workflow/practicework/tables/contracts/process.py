"""Tables of the process stage, one set per model."""

from practicework.tables.contracts.contract import NOTE, Contract

_EQUATION = {"equation": ("text", "the mediator or outcome that the equation explains")}
_BOOT = {
    "estimate": ("number", "the effect"),
    "boot_se": ("number", "standard deviation over the bootstrap resamples"),
    "ci_low": ("number?", "lower end of the bootstrap interval, percentile or BCa as configured"),
    "ci_high": ("number?", "upper end"),
}
_THROUGH = "the mediators in order, with > between them"
_PROBE = "p16 p50 p84 (position p(n + 1)), low high for two values, or at ... for the model's own probes; empty if not moderated"


def _tests(suffix: str, words: str, optional: str) -> dict[str, tuple[str, str]]:
    """Columns of a test with some standard errors."""
    return {
        f"std_error{suffix}": (f"number{optional}", f"standard error, {words}"),
        f"t{suffix}": (f"number{optional}", "estimate / standard error"),
        f"p_value{suffix}": (f"number{optional}", "two-sided, t distribution"),
        f"ci_low{suffix}": ("number?", "lower end of the interval at the study's confidence level"),
        f"ci_high{suffix}": ("number?", "upper end"),
    }


CONTRACTS = {
    "process/models": Contract(
        "The process models, and why any could not be fitted.",
        {
            "model": ("text", "model"),
            "number": ("count", "Hayes's number of the model (PROCESS)"),
            "n": ("count?", "respondents with all values"),
            "fitted": ("flag", "whether it could be fitted"),
            "note": ("text?", "why not"),
        },
    ),
    "process/{model}/paths": Contract(
        "Coefficients of each equation.",
        {
            **_EQUATION,
            "path": ("text?", "a, b, d (mediator to mediator), direct, or moderated a, b, direct; empty for all other terms"),
            "term": ("text", "intercept, a variable's name, variable[code] of a category, or variable:moderator"),
            "estimate": ("number", "unstandardised coefficient"),
            **_tests("", "ordinary least squares; of an outcome that is not a quantity, from the likelihood or robust", ""),
            **_tests("_hc3", "HC3", "?"),
            **_tests("_cr2", "cluster-robust, CR2; empty without clusters", "?"),
            "df_cr2": ("number?", "Satterthwaite's degrees of freedom of t_cr2"),
            "boot_std_error": ("number", "standard deviation over the bootstrap resamples"),
            "boot_low": ("number?", "lower end of the bootstrap interval"),
            "boot_high": ("number?", "upper end"),
        },
    ),
    "process/{model}/effects": Contract(
        "Total, direct and indirect effects of the predictor on the outcome.",
        {
            "kind": ("text", "total (without a moderator), direct or indirect"),
            "through": ("text?", f"{_THROUGH}; all for their sum; empty for total and direct effects"),
            "probe": ("text?", _PROBE),
            "at": ("number?", "the moderator's value, its own units"),
            **_BOOT,
            "standardised_y": ("number?", "effect in standard deviations of the outcome"),
            "standardised_xy": ("number?", "the same per standard deviation of the predictor"),
            "std_error": ("number?", "of total and direct effects, as named in errors"),
            "t": ("number?", "estimate / std_error"),
            "df": ("number?", "its degrees of freedom"),
            "p_value": ("number?", "two-sided"),
            "errors": ("text?", "hc3, cr2 or ols; model (from the likelihood) or robust if the outcome is not a quantity"),
        },
    ),
    "process/{model}/predictions": Contract(
        "Effects on an outcome that is not a quantity, as differences of predicted probabilities or counts between two values of "
        "the predictor, averaged over the respondents.",
        {
            "kind": ("text", "total, direct or indirect (through all mediators together)"),
            "through": ("text?", "all for indirect effects"),
            "probe": ("text?", _PROBE),
            "at": ("number?", "the moderator's value, its own units"),
            "level": ("number?", "the level of an ordered outcome whose probability it is; empty otherwise"),
            "from": ("number", "the predictor's lower value or 16th percentile"),
            "to": ("number", "its higher value or 84th percentile"),
            **_BOOT,
        },
        needs="families",
    ),
    "process/{model}/contrasts": Contract(
        "Differences of indirect effects, from the same resamples.",
        {
            "through_a": ("text", _THROUGH),
            "probe_a": ("text?", _PROBE),
            "through_b": ("text", _THROUGH),
            "probe_b": ("text?", _PROBE),
            **_BOOT,
        },
    ),
    "process/{model}/index": Contract(
        "The index of moderated mediation; no rows if no path, or both paths, of the indirect effect are moderated.",
        {"through": ("text", "mediator"), "path": ("text", "the moderated path, a or b"), **_BOOT},
    ),
    "process/{model}/curve": Contract(
        "The indirect effect over the observed range of the moderator.",
        {
            "moderator_value": ("number", "the moderator's own units"),
            "through": ("text", "mediator"),
            "effect": ("number", "indirect effect"),
            "ci_low": ("number", "lower end of the pointwise percentile interval"),
            "ci_high": ("number", "upper end"),
        },
    ),
    "process/{model}/fit": Contract(
        "Fit of each equation.",
        {
            **_EQUATION,
            "n": ("count", "respondents in the model (listwise)"),
            "r_squared": ("number?", "share of variance explained; empty for an outcome that is not a quantity"),
            "f": ("number?", "F of the equation"),
            "df1": ("count", "its numerator degrees of freedom, or those of chi_squared"),
            "df2": ("count?", "denominator degrees of freedom"),
            "p_value": ("number?", "of f or chi_squared"),
            "resamples": ("count", "bootstrap resamples"),
            "redrawn": (
                "count",
                "resamples drawn again because an equation was not identified, or left out because there was no maximum",
            ),
            "number": ("count", "Hayes's number of the model (PROCESS)"),
            "log_likelihood": ("number?", "of the equation of an outcome that is not a quantity"),
            "r_squared_mcfadden": ("number?", "1 - log-likelihood / that of the model without variables"),
            "chi_squared": ("number?", "likelihood ratio of the equation; empty with clusters or Firth's penalty"),
        },
    ),
    "process/{model}/johnson_neyman": Contract(
        "Values of the moderator at which a moderated path is just significant.",
        {
            **_EQUATION,
            "path": ("text", "a, b or direct"),
            "of": ("text", "the variable whose effect is moderated"),
            "boundary": ("number", "the moderator's own units"),
            "in_range": ("flag", "whether it lies within the observed range"),
            "percent_below": ("number", "percent of respondents with a lower value"),
            "errors": ("text", "hc3 or ols"),
        },
    ),
    "process/{model}/checks": Contract(
        "Checks of the residuals of each equation.",
        {
            **_EQUATION,
            "check": ("text", "shapiro_wilk (normality) or breusch_pagan (equal variances)"),
            "statistic": ("number?", "W, or n R²"),
            "df1": ("count?", "degrees of freedom of n R²"),
            "p_value": ("number?", "of the statistic"),
            **NOTE,
        },
    ),
    "process/{model}/sensitivity": Contract(
        "How strong an unmeasured common cause of mediator and outcome would have to be for the indirect effect to vanish.",
        {
            "through": ("text", "mediator"),
            "rho": ("number?", "correlation of the errors of mediator and outcome at which the indirect effect is zero"),
            **NOTE,
        },
    ),
    "process/{model}/instruments": Contract(
        "The effect of a mediator on the outcome by two-stage least squares, and tests of its instruments.",
        {
            "through": ("text", "mediator"),
            "instruments": ("text", "variables that are excluded from the outcome's equation"),
            "n": ("count", "respondents with all values"),
            "ols": ("number", "the coefficient by ordinary least squares (path b)"),
            "estimate": ("number?", "the same by two-stage least squares"),
            "std_error": ("number?", "its standard error, equal variances"),
            "std_error_hc1": ("number?", "the same, HC1"),
            "df": ("count?", "residual degrees of freedom"),
            "t_hc1": ("number?", "estimate / std_error_hc1"),
            "p_value_hc1": ("number?", "two-sided, t distribution"),
            "ci_low_hc1": ("number?", "lower end of the interval"),
            "ci_high_hc1": ("number?", "upper end"),
            "indirect": ("number?", "path a times the estimate"),
            "first_stage_f": ("number?", "F of the instruments for the mediator, equal variances"),
            "first_stage_df1": ("count?", "numerator degrees of freedom"),
            "first_stage_df2": ("count?", "denominator degrees of freedom"),
            "first_stage_p": ("number?", "of that F"),
            "first_stage_f_robust": ("number?", "the same F with HC1"),
            "first_stage_p_robust": ("number?", "of that F"),
            "hausman_f": ("number?", "F of the Wu-Hausman test that the mediator is exogenous"),
            "hausman_p": ("number?", "of that F"),
            "sargan_chisq": ("number?", "Sargan's test of overidentifying restrictions; empty with one instrument"),
            "sargan_df": ("count?", "its degrees of freedom"),
            "sargan_p": ("number?", "its p"),
            **NOTE,
        },
        needs="instruments",
    ),
    "process/{model}/copula": Contract(
        "The effect of a mediator on the outcome with a Gaussian copula correction (2sCOPE), or why this is refused.",
        {
            "through": ("text", "mediator"),
            "n": ("count", "respondents in the model"),
            "ols": ("number", "the coefficient by ordinary least squares (path b)"),
            "skewness": ("number", "of the mediator"),
            "estimate": ("number?", "the same with the copula term in the equation"),
            "boot_se": ("number?", "standard deviation over the resamples of both stages"),
            "ci_low": ("number?", "lower end of the percentile interval"),
            "ci_high": ("number?", "upper end"),
            "term": ("number?", "coefficient of the copula term; an interval without zero is evidence of endogeneity"),
            "term_low": ("number?", "lower end of its interval"),
            "term_high": ("number?", "upper end"),
            "resamples": ("count?", "case resamples, or resamples of clusters"),
            **NOTE,
        },
        needs="copula",
    ),
    "process/{model}/dropped": Contract(
        "Respondents excluded from the model.",
        {"respondent": ("text", "respondent id"), "reason": ("text", "which values are missing")},
    ),
}
