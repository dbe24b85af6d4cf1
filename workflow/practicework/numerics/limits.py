"""Sizes of samples beyond which a stage does less, as the notes of the report state."""

DRAWN = 10_000
"""Respondents up to which they are drawn in case resamples; with more, sums are drawn from their normal limit."""

LATENT = 5_000
"""Respondents up to which all enter latent profile models; of more, a random sample of this size."""

FEW_CLUSTERS = 20
"""Clusters below which the report advises caution."""

REFITTED = 2_000
"""Respondents up to which regressions without a closed form are refitted in case resamples."""

WEIGHTS = 400_000
"""Maximum number of weights (sets of weights × respondents) at a time."""
