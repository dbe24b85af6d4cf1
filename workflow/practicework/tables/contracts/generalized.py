"""Tables of moderation models of outcomes that are not quantities: two-valued, counts, ordered."""

from practicework.tables.contracts.contract import NOTE, Contract
from practicework.tables.contracts.moderation import EFFECT_OF, MODERATOR

_TESTS = {
    "std_error": ("number", "standard error, from the likelihood (delta method for predictions)"),
    "z": ("number?", "estimate / std_error"),
    "p_value": ("number?", "two-sided, normal distribution"),
    "ci_low": ("number", "lower end of the interval at the study's confidence level; of predictions, from logits or logarithms"),
    "ci_high": ("number", "upper end"),
    "std_error_robust": ("number", "standard error, sandwich times n / (n - k); with clusters cluster-robust (CR1)"),
    "z_robust": ("number?", "estimate / std_error_robust"),
    "p_value_robust": ("number?", "two-sided, normal distribution"),
    "ci_low_robust": ("number", "lower end of the interval with the robust standard error"),
    "ci_high_robust": ("number", "upper end"),
    "boot_std_error": ("number?", "standard deviation over the bootstrap resamples; empty if over 5% of them had no maximum"),
    "boot_low": ("number?", "lower end of the bootstrap interval, percentile or BCa as configured"),
    "boot_high": ("number?", "upper end"),
}
_LEVEL = {"level": ("number?", "the level of an ordered outcome whose probability it is; empty otherwise")}
_PROBE = (
    "text", "p16 p50 p84 of the moderator (position p(n + 1)); low high for two values; at ... ; moderator[code] for categories",
)  # fmt: skip
_PREDICTOR = {
    "from": ("number", "the predictor's 16th percentile, lower value or first category"),
    "to": ("number", "the predictor's 84th percentile, higher value or other category"),
    **EFFECT_OF,
}
_QUANTITY = (
    "predicted probability of the higher value or of a level, or expected count; averaged over the respondents' covariates"
)

CONTRACTS = {
    "moderation/{model}/generalized_coefficients": Contract(
        "Coefficients of a logistic, negative binomial or proportional-odds regression.",
        {
            "term": (
                "text",
                "intercept, a variable's name, variable[code], predictor:moderator; thresholds of an ordered outcome",
            ),
            "estimate": ("number", "log odds of the higher value (or of a higher level), or logarithm of the count, per unit"),
            **_TESTS,
            "ratio": ("number?", "exp(estimate): odds ratio, or ratio of counts; of a product, the ratio of ratios"),
        },
        generalized=True,
    ),
    "moderation/{model}/generalized_effects": Contract(
        "The predictor's effect at chosen values of the moderator, on the scale of log odds or log counts.",
        {
            "probe": ("text", "as in conditional_effects of least squares"),
            "moderator_value": MODERATOR,
            "effect": ("number", "change of log odds or log count per unit of the predictor"),
            **_TESTS,
            "ratio": ("number", "exp(effect)"),
            **EFFECT_OF,
            **NOTE,
        },
        generalized=True,
    ),
    "moderation/{model}/predicted": Contract(
        "Predictions at both ends of the predictor and values of the moderator.",
        {
            "probe": _PROBE,
            "moderator_value": MODERATOR,
            "predictor_value": ("number", "the predictor's own units, uncentred"),
            **_LEVEL,
            "predicted": ("number", _QUANTITY),
            **_TESTS,
        },
        generalized=True,
    ),
    "moderation/{model}/differences": Contract(
        "Differences of predictions between two values of the predictor, at values of the moderator.",
        {
            "probe": _PROBE,
            "moderator_value": MODERATOR,
            **_PREDICTOR,
            **_LEVEL,
            "difference": ("number", "prediction at `to` minus prediction at `from`"),
            **_TESTS,
        },
        generalized=True,
    ),
    "moderation/{model}/second_differences": Contract(
        "Moderation on the scale of predictions: how such a difference changes between two values of the moderator.",
        {
            "probe_a": _PROBE,
            "probe_b": _PROBE,
            **_PREDICTOR,
            **_LEVEL,
            "second_difference": ("number", "difference at probe_b minus difference at probe_a"),
            **_TESTS,
        },
        generalized=True,
    ),
    "moderation/{model}/predicted_curve": Contract(
        "Predictions over the predictor's observed range, at values of the moderator.",
        {
            "probe": _PROBE,
            "moderator_value": MODERATOR,
            "predictor_value": ("number", "the predictor's own units, uncentred"),
            **_LEVEL,
            "predicted": ("number", _QUANTITY),
            "ci_low": ("number", "lower end of the pointwise interval, standard errors from the likelihood"),
            "ci_high": ("number", "upper end"),
            "ci_low_robust": ("number", "lower end with robust standard errors"),
            "ci_high_robust": ("number", "upper end"),
        },
        generalized=True,
    ),
    "moderation/{model}/generalized_fit": Contract(
        "Fit of the model, and tests of the interaction.",
        {
            "n": ("count", "respondents in the model (listwise)"),
            "dropped": ("count", "respondents excluded because of missing values"),
            "family": ("text", "binary, count or ordered"),
            "parameters": ("count", "estimated parameters, with thresholds or dispersion"),
            "log_likelihood": ("number", "at the maximum; without the penalty of Firth"),
            "log_likelihood_null": ("number", "of the model without variables"),
            "r_squared_mcfadden": ("number", "1 - log_likelihood / log_likelihood_null"),
            "aic": ("number", "2 parameters - 2 log_likelihood"),
            "chi_squared": ("number?", "likelihood ratio of the model; empty with clusters or Firth's penalty"),
            "df": ("count?", "its degrees of freedom"),
            "p_value": ("number?", "of chi_squared"),
            "chi_squared_change": ("number?", "likelihood ratio of the product terms"),
            "df_change": ("count?", "product terms"),
            "p_change": ("number?", "of chi_squared_change"),
            "wald_change": ("number", "Wald χ² of the product terms, standard errors from the likelihood"),
            "p_wald_change": ("number", "of wald_change"),
            "wald_change_robust": ("number", "the same with robust standard errors"),
            "p_wald_change_robust": ("number", "of wald_change_robust"),
            "dispersion": ("number?", "α of the variance μ + α μ² of counts"),
            "smallest_level": ("count?", "respondents at the rarest value of the outcome; empty for counts"),
            "resamples": ("count", "bootstrap resamples"),
            "without_maximum": ("count", "resamples in which the likelihood had no maximum, which are left out"),
            "clusters": ("count?", "clusters; empty if the model has none"),
        },
        generalized=True,
    ),
    "moderation/{model}/generalized_dropped": Contract(
        "Respondents excluded from the model.",
        {"respondent": ("text", "respondent id"), "reason": ("text", "which values are missing")},
        generalized=True,
    ),
}
