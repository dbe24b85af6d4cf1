"""Tables of the replication stage."""

from practicework.tables.contracts.contract import NOTE, Contract

CONTRACTS = {
    "replication/ledger": Contract(
        "Published and reproduced values.",
        {
            "claim": ("text", "what was published, in words"),
            "source": ("text", "where it was published"),
            "published": ("text", "as printed"),
            "reproduced": ("number?", "full precision"),
            "agrees": ("flag", "at the published precision"),
            "table": ("text", "table of the reproduced value"),
            "row": ("text?", "its row"),
            "column": ("text", "its column"),
            **NOTE,
            "kind": ("text", "statistic, inequality, design (a number of respondents, items or response points) or count"),
            "tolerance": ("number?", "of a statistic: half a unit of its last digit, as a share of the published value"),
        },
    ),
    "replication/metric": Contract(
        "Whether published coefficients are plausible for each scoring of outcome, predictor and moderator (on request).",
        {
            "model": ("text", "the model"),
            "outcome": ("text", "mean, sum or standardised"),
            "predictor": ("text", "mean, sum or standardised"),
            "moderator": ("text", "mean, sum or standardised"),
            "estimate": ("text", "the interaction's coefficient as printed"),
            "n": ("count", "published number of respondents"),
            "possible": ("flag", "whether some point of the grid meets every published test"),
            "share": ("number", "share of the grid of plausible standard deviations and correlations that does, 0 to 1"),
            "interaction_t_low": ("number?", "smallest |t| of the interaction on the grid"),
            "interaction_t_high": ("number?", "largest"),
            "interaction_t_usual": ("number?", "largest if every standard deviation is .20 of the response range"),
            "t_needed": ("number?", "|t| that the published p or t requires, or does not allow to be exceeded"),
            **NOTE,
        },
        needs="metric",
    ),
}
