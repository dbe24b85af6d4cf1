"""Tables of the measures: `reliability`, `dimensionality`."""

from practicework.contracts.contract import NOTE, Contract

CONTRACTS = {
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
            **NOTE,
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
            **NOTE,
        },
    ),
}
