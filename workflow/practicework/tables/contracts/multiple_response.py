"""Tables of the multiple_response stage, one set per question with several answers."""

from practicework.tables.contracts.contract import NOTE, Contract

_OPTION = {"option": ("text", "option"), "by": ("text?", "part of the second dimension, such as a stage; empty without one")}
_SHARE = {
    "n": ("count", "respondents whose answer is known"),
    "ticked": ("count?", "respondents who ticked the option, or answered yes"),
    "share": ("number?", "ticked / n, a share of respondents"),
    "ci_low": ("number?", "lower end of Wilson's 95% interval"),
    "ci_high": ("number?", "upper end"),
}

CONTRACTS = {
    "multiple_response/models": Contract(
        "The questions with several answers, and why any could not be read.",
        {
            "model": ("text", "question"),
            "n": ("count", "respondents who answered it, at least for one part"),
            "fitted": ("flag", "whether it could be read"),
            "note": ("text?", "why not"),
        },
    ),
    "multiple_response/{model}/shares": Contract(
        "Shares of respondents who tick each option; never shares of ticks.",
        {**_OPTION, **_SHARE, "missing": ("count?", "respondents without a known answer"), **NOTE},
    ),
    "multiple_response/{model}/ticks": Contract(
        "Ticked options per respondent, of the respondents who answered all options of a part.",
        {
            "by": ("text?", "part"),
            "n": ("count", "respondents"),
            "options": ("count", "options that were asked"),
            "mean": ("number?", "ticked options"),
            "sd": ("number?", "ticked options, n - 1"),
            "minimum": ("count?", "ticked options"),
            "maximum": ("count?", "ticked options"),
            "none": ("count?", "respondents who ticked none"),
        },
    ),
    "multiple_response/{model}/by_group": Contract(
        "The same shares in the groups of variables that tests name.",
        {
            "group": ("text", "variable"),
            "level": ("number", "its value"),
            **_OPTION,
            **_SHARE,
            **NOTE,
        },
    ),
    "multiple_response/{model}/tests": Contract(
        "Tests against groups, or against another question; every respondent counts once.",
        {
            "test": ("text", "name of the test in the config"),
            "kind": ("text", "groups or questions"),
            "group": ("text", "the variable, or the other question"),
            "by": ("text?", "part; empty for all parts together, or without a second dimension"),
            "option": ("text?", "option; empty for joint tests"),
            "other_option": ("text?", "option of the other question"),
            "method": (
                "text",
                "bootstrap (the declared joint test), rao_scott (second order), sum (of χ²), bonferroni, pearson (χ² of an "
                "option) or exact (Fisher, Freeman and Halton)",
            ),
            "detail": ("text?", "statistic of the bootstrap, or number of tables"),
            "n": ("count?", "respondents who answered everything that the test needs"),
            "statistic": ("number?", "corrected χ² (rao_scott), sum of χ², χ² of an option, product or smallest p (bootstrap)"),
            "df": ("number?", "degrees of freedom"),
            "p_value": ("number?", "p"),
            "p_holm": ("number?", "corrected by Holm for the options of the part, or for the parts"),
            "cramers_v": ("number?", "Cramér's V"),
            "primary": ("flag?", "whether it is the declared joint test"),
            **NOTE,
        },
    ),
    "multiple_response/{model}/within": Contract(
        "Cochran's Q over the options of a part, and over the parts for an option.",
        {
            "over": ("text", "what is compared: options, or by (the parts)"),
            "by": ("text?", "part in which options are compared"),
            "option": ("text?", "option for which parts are compared"),
            "test": ("text", "cochran_q"),
            "n": ("count", "respondents who answered all of it"),
            "statistic": ("number?", "Q"),
            "df": ("count?", "degrees of freedom"),
            "p_value": ("number?", "p"),
            "p_holm": ("number?", "corrected by Holm for all comparisons of the question"),
            **NOTE,
        },
    ),
    "multiple_response/{model}/pairs": Contract(
        "Exact McNemar tests of pairs within respondents.",
        {
            "over": ("text", "what is compared: options, or by (the parts)"),
            "option_a": ("text", "first option"),
            "by_a": ("text?", "its part"),
            "option_b": ("text", "second option"),
            "by_b": ("text?", "its part"),
            "n": ("count", "respondents with both answers"),
            "only_a": ("count", "respondents who ticked only the first"),
            "only_b": ("count", "respondents who ticked only the second"),
            "difference": ("number?", "share of the first minus share of the second"),
            "p_value": ("number?", "exact, two-sided"),
            "p_holm": ("number?", "corrected by Holm within the options of the part, or the parts of the option"),
        },
    ),
    "multiple_response/{model}/models": Contract(
        "Logistic regressions of all options on predictors, respondents as clusters (GEE).",
        {
            "test": ("text", "name of the test in the config"),
            "by": ("text?", "part"),
            "term": ("text", "predictor, or category of a predictor"),
            "option": ("text?", "option; empty for the coefficient over all options and the test whether they differ"),
            "n": ("count", "respondents (listwise)"),
            "estimate": ("number?", "log odds per unit of the predictor"),
            "std_error": ("number?", "cluster-robust, corrected for few clusters (Mancl & DeRouen, 2001)"),
            "z": ("number?", "estimate / std_error"),
            "p_value": ("number?", "two-sided, normal distribution"),
            "ci_low": ("number?", "lower end of the 95% interval"),
            "ci_high": ("number?", "upper end"),
            "odds_ratio": ("number?", "exp(estimate)"),
            "odds_low": ("number?", "lower end of its 95% interval"),
            "odds_high": ("number?", "upper end"),
            "chi_square": ("number?", "Wald test of the product option × predictor"),
            "df": ("count?", "its degrees of freedom"),
            "p_difference": ("number?", "its p"),
            "p_difference_holm": ("number?", "corrected by Holm for the parts"),
            **NOTE,
        },
    ),
    "multiple_response/{model}/joint_display": Contract(
        "Claims of cases beside the shares of the survey.",
        {
            "by": ("text", "row of the published matrix"),
            "option": ("text", "column of the published matrix"),
            "group": ("text?", "group of cases to which the row is limited"),
            "claim": ("text", "X direct use, I indirect use, - none"),
            **{name: (kind if kind.endswith("?") else f"{kind}?", meaning) for name, (kind, meaning) in _SHARE.items()},
            "agreement": (
                "text",
                "agrees, differs, undecided (interval includes the threshold), not asked, too few respondents or no such group",
            ),
        },
        needs="joint_display",
    ),
}
