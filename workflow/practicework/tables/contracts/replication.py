"""Tables of the stage `replication`."""

from practicework.tables.contracts.contract import NOTE, Contract

CONTRACTS = {
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
    "replication/metric": Contract(
        "Which metric a model's published coefficients can come from: each scoring of outcome, predictor and moderator.",
        {
            "model": ("text", "the model"),
            "outcome": ("text", "mean, sum or standardised"),
            "predictor": ("text", "mean, sum or standardised"),
            "moderator": ("text", "mean, sum or standardised"),
            "estimate": ("text", "the interaction's coefficient as printed"),
            "n": ("count?", "published respondents"),
            "possible": ("flag?", "whether plausible standard deviations and some values behind the printed ones fit together"),
            "share": ("number?", "share of a grid of plausible standard deviations that fit, 0 to 1"),
            "interaction_t_low": (
                "number?",
                "smallest |t| of the printed interaction where all but its own t and p hold; empty: none",
            ),
            "interaction_t_high": ("number?", "largest"),
            "interaction_t_usual": (
                "number?",
                "largest |t| where every standard deviation is .20 of the response range, whatever the tests; empty: none fits",
            ),
            "t_needed": ("number?", "|t| that its published p or t sets as a limit"),
            "reason": ("text?", "what fails, or standard deviations with which nothing does"),
            **NOTE,
        },
    ),
}
