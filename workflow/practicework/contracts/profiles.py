"""Tables of the profiles stage."""

from practicework.contracts.contract import NOTE, Contract

CONTRACTS = {
    "profiles/assignments": Contract(
        "Each respondent's profile; further columns give the share of measurement-error draws in each profile.",
        {
            "respondent": ("text", "respondent id, unique"),
            "profile": ("text?", "the nearest prototype"),
            "certainty": ("number?", "share of the draws that fall in that profile, 0 to 1"),
            "exclusive": ("flag?", "whether certainty reaches the study's level"),
            **NOTE,
        },
        open=True,
    ),
    "profiles/indicators": Contract(
        "Each respondent's indicators in percent of the response range.",
        {"respondent": ("text", "respondent id, unique")},
        open=True,
    ),
    "profiles/summary": Contract(
        "How many respondents have each profile.",
        {
            "profile": ("text", "profile"),
            "n": ("count", "respondents"),
            "percent": ("number?", "of the respondents with a profile"),
            "exclusive": ("count", "of these, exclusive"),
            "mean_certainty": ("number?", "0 to 1"),
        },
    ),
    "profiles/means": Contract(
        "Mean indicators of each profile's respondents beside its prototype, percent of the response range.",
        {
            "profile": ("text", "profile"),
            "indicator": ("text", "scale"),
            "n": ("count", "respondents"),
            "prototype": ("number", "percent of the response range"),
            "mean": ("number?", "percent of the response range"),
            "ci_low": ("number?", "lower end of the 95 % interval, t distribution"),
            "ci_high": ("number?", "upper end"),
        },
    ),
    "profiles/measurement": Contract(
        "The measurement error that the draws use.",
        {
            "indicator": ("text", "scale"),
            "reliability": ("number?", "coefficient alpha"),
            "sd": ("number?", "percent of the response range"),
            "sem": ("number?", "standard error of measurement, percent of the response range"),
            **NOTE,
        },
    ),
}
