"""Tables of the categorical stage, one set per model."""

from practicework.tables.contracts.contract import NOTE, Contract

_ENDS = {"ci_low": ("number?", "lower end of the 95% interval"), "ci_high": ("number?", "upper end")}

CONTRACTS = {
    "categorical/models": Contract(
        "The models, and why any could not be fitted.",
        {
            "model": ("text", "model"),
            "kind": ("text", "nominal (multinomial logit) or ordinal (proportional odds)"),
            "outcome": ("text", "variable"),
            "fitted": ("flag", "whether its conditions hold"),
            "note": ("text?", "why not"),
        },
    ),
    "categorical/{model}/categories": Contract(
        "The outcome's categories among the respondents of the model.",
        {
            "category": ("number", "value of the outcome"),
            "n": ("count", "respondents"),
            "share": ("number", "share of the respondents"),
            "ci_low": ("number", "lower end of Wilson's 95% interval"),
            "ci_high": ("number", "upper end"),
        },
    ),
    "categorical/{model}/coefficients": Contract(
        "Coefficients, by maximum likelihood.",
        {
            "category": ("number?", "value of the outcome to which the equation belongs; empty for an ordered outcome"),
            "reference": ("number?", "value with which it is compared; empty for an ordered outcome"),
            "term": ("text", "intercept, a predictor, predictor[code], or a threshold such as 1|2"),
            "estimate": ("number", "log odds of the category rather than the reference, or of a higher category, per unit"),
            "std_error": ("number", "from the information"),
            "z": ("number", "estimate / std_error"),
            "p_value": ("number", "two-sided, normal distribution"),
            **_ENDS,
            "odds_ratio": ("number?", "exp(estimate)"),
            "odds_low": ("number?", "lower end of its 95% interval"),
            "odds_high": ("number?", "upper end"),
        },
    ),
    "categorical/{model}/variables": Contract(
        "Likelihood-ratio tests of each predictor in all equations together.",
        {
            "variable": ("text", "predictor"),
            "chi_square": ("number", "twice the difference of log-likelihoods"),
            "df": ("count", "degrees of freedom"),
            "p_value": ("number", "p"),
        },
    ),
    "categorical/{model}/fit": Contract(
        "Fit of the model.",
        {
            "n": ("count", "respondents (listwise)"),
            "log_likelihood": ("number", "log-likelihood"),
            "chi_square": ("number", "likelihood-ratio test against the model without predictors"),
            "df": ("count", "degrees of freedom"),
            "p_value": ("number", "p"),
            "mcfadden": ("number", "McFadden's pseudo-R²"),
            "aic": ("number", "Akaike's information criterion"),
        },
    ),
    "categorical/{model}/predicted": Contract(
        "Mean predicted shares of the categories with one variable set to a value.",
        {
            "variable": ("text", "predictor"),
            "value": ("number", "its 16th, 50th or 84th percentile (position p(n + 1)), or a category"),
            "category": ("number", "value of the outcome"),
            "share": ("number", "mean predicted share over the respondents"),
            "ci_low": ("number", "lower end of the 95% interval (delta method, logit scale)"),
            "ci_high": ("number", "upper end"),
        },
    ),
    "categorical/{model}/proportionality": Contract(
        "Brant's test that slopes are the same at all thresholds; no rows for unordered outcomes.",
        {
            "term": ("text?", "predictor; empty for all together"),
            "chi_square": ("number?", "Wald test"),
            "df": ("count?", "degrees of freedom"),
            "p_value": ("number?", "p"),
            **NOTE,
        },
    ),
    "categorical/{model}/dropped": Contract(
        "Respondents whom the model excludes.",
        {"respondent": ("text", "respondent id"), "reason": ("text", "variables without a value")},
    ),
}
