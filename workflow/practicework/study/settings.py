"""The settings of the stages: sections of `config/config.yaml`."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from practicework.study.documents import Flag, Strict
from practicework.study.scale import Column, Name, Number

PROTOTYPES = {
    "promotion": {"promotion": 75.0, "usefulness": 75.0, "support": 75.0},
    "reconciliation": {"promotion": 25.0, "usefulness": 75.0, "support": 25.0},
    "disruption": {"promotion": 25.0, "usefulness": 25.0, "support": 25.0},
}
"""Percent of the response range, after Table 2 of Schmitt et al. (2021): high 75, low 25."""

MIDDLE = 50.0
"""Percent of the response range above which a prototype is high."""

REFINEMENT = 20
"""The factor of draws for respondents whose share lies within Monte Carlo error of a threshold."""

PROFILE_COLUMNS = ("respondent", "profile", "certainty", "exclusive", "coexistence", "kinds", "kinds_certainty", "note")


class Cutoffs(Strict):
    """Cut-offs of the careless-responding indices; an index with null is computed but flags nobody.

    Sources: longstring Curran (2016); even_odd and psychsyn the conservative cut-offs of Johnson (2005) and
    Meade & Craig (2012); mahalanobis Meade & Craig (2012). There is no accepted cut-off for irv or missing_share.
    """

    longstring: Number | None = Field(0.5, gt=0, le=1, description="Longest run of identical answers, share of the items.")
    irv: Number | None = Field(None, ge=0, description="Standard deviation of the answers; flags values below.")
    even_odd: Number | None = Field(0.0, ge=-1, description="Even-odd inconsistency; flags values above.")
    psychsyn: Number | None = Field(0.0, ge=-1, le=1, description="Within-person r over synonyms; flags values below.")
    psychant: Number | None = Field(0.0, ge=-1, le=1, description="Within-person r over antonyms; flags values above.")
    mahalanobis: Number | None = Field(0.001, gt=0, lt=1, description="p of the squared Mahalanobis distance.")
    failed_checks: int | None = Field(1, ge=1, description="Failed attention checks.")
    duplicate: int | None = Field(1, ge=1, description="Other respondents with the same answers.")
    missing_share: Number | None = Field(None, gt=0, le=1, description="Share of items without an answer.")


class Screening(Strict):
    """Settings of the screening stage; the defaults flag respondents but exclude none."""

    exclude: tuple[Literal["duplicates", "checks", "unfinished", "too_fast"], ...] = Field(
        (),
        strict=False,
        description=(
            "Exclusion rules, applied in the given order: `duplicates` (later copies), `checks` (a failed attention check), "
            "`unfinished`, `too_fast`; scores, reliability and models are based on the remaining respondents."
        ),
    )
    checks: dict[str, Number | str] = Field(
        default_factory=dict,
        description="An attention check: its column in the export and the instructed code or text; any other answer fails.",
    )
    duration: str | None = Field(
        None, description="The column of total seconds, if the export does not identify it; default: detected by the reader."
    )
    min_seconds_per_item: Number = Field(
        1.0, gt=0, description="Minimum number of seconds per answered item; faster respondents are too fast."
    )
    pair_correlation: Number = Field(
        0.6, gt=0, lt=1, description="|r| above which two items are psychometric synonyms or antonyms."
    )
    cutoffs: Cutoffs = Field(default_factory=Cutoffs, description="The cut-offs of the indices.")
    flags_to_report: int = Field(2, ge=1, description="Number of indices beyond their cut-offs at which a respondent is flagged.")

    @model_validator(mode="after")
    def _check(self) -> "Screening":
        for rule in self.exclude:
            if self.exclude.count(rule) > 1:
                raise ValueError(f"'exclude' lists '{rule}' twice; remove one entry.")
        if "checks" in self.exclude and not self.checks:
            raise ValueError("'exclude' lists 'checks', but no attention check is declared; add 'checks' with column and code.")
        for name in self.checks:
            if name in ("respondent", "duration_seconds", "finished"):
                raise ValueError(
                    f"an attention check cannot be named '{name}', which is a column of the result; rename the check's column."
                )
        return self


class Bootstrap(Strict):
    """The case-resampling bootstrap."""

    resamples: int = Field(10_000, ge=100, le=1_000_000, description="Number of case resamples.")


class Dimensionality(Strict):
    """Settings of the dimensionality stage, which runs for every study with scales."""

    factors: int | None = Field(None, ge=1, description="Number of factors of the exploratory analysis; default: one per scale.")
    extraction: Literal["minres", "ml"] = Field(
        "minres", description="Extraction method: `minres` or `ml` (maximum likelihood); rotation is oblimin."
    )
    percentile: Number = Field(
        95.0,
        ge=50,
        lt=100,
        description="Parallel analysis: the percentile of the random eigenvalues that an eigenvalue must exceed.",
    )
    replications: int = Field(1_000, ge=100, le=100_000, description="Parallel analysis: number of random data sets.")
    bootstrap: Bootstrap = Field(default_factory=Bootstrap, description="The bootstrap of the HTMT ratios.")
    marker: str | None = Field(
        None,
        description="A scale or variable that is theoretically unrelated to the others, as a marker of common method variance.",
    )


Family = Literal["normal", "binary", "count", "ordered"]


class Model(Strict):
    """One moderation model: does the moderator change the predictor's effect on the outcome?"""

    label: str | None = Field(None, description="The model's name in the report; by default made of its variables.")
    outcome: str = Field(description="The scale or variable to be explained.")
    predictor: str = Field(description="The scale or variable whose effect is of interest.")
    moderator: str = Field(description="The scale or variable that may change that effect.")
    second_moderator: str | None = Field(
        None, description="A second scale or variable that may change it, independently of the first (Hayes's model 2)."
    )
    three_way: Flag = Field(
        False,
        description=(
            "Whether the second moderator may also change the moderation by the first: all products of the three are in the "
            "model, and that of all three is tested (Hayes's model 3)."
        ),
    )
    covariates: tuple[str, ...] = Field((), strict=False, description="Scales or variables held constant.")
    family: Family | None = Field(
        None,
        description=(
            "The distribution of the outcome: `normal` (least squares), `binary` (logistic regression), `count` (negative "
            "binomial regression) or `ordered` (proportional odds); default: `normal`, but for an outcome with two values or up "
            "to seven whole numbers it must be declared."
        ),
    )
    firth: Flag = Field(
        False, description="Firth's penalised likelihood for a `binary` outcome, which has a maximum in spite of separation."
    )
    quadratic: Flag = Field(
        False,
        description=(
            "Whether the square of the predictor is held constant, since a curved effect can look like an interaction; effects "
            "are then those at the predictor's mean."
        ),
    )
    probes: tuple[Number, ...] = Field(
        (), strict=False, description="Additional values of the moderator, in its own units, at which to probe the effect."
    )
    smallest_effect: Number | None = Field(
        None, gt=0, description="The smallest effect size of interest, in units of the coefficient; default: smallest_change."
    )
    cluster: Column | None = Field(None, description="The column of the respondents' clusters; default: `moderation.cluster`.")
    latent: Flag = Field(True, description="Whether `moderation.latent` includes the model.")

    @property
    def variables(self) -> list[str]:
        """Outcome, predictor, moderators and covariates."""
        return [self.outcome, self.predictor, *self.moderators, *self.covariates]

    @property
    def generalized(self) -> bool:
        """Whether the outcome is not modelled by least squares."""
        return self.family not in (None, "normal")

    @property
    def pooled(self) -> bool:
        """Whether a synthesis can pool the model: least squares and one moderator."""
        return not self.generalized and self.second_moderator is None

    @property
    def moderators(self) -> list[str]:
        """One moderator or two."""
        return [self.moderator, *filter(None, [self.second_moderator])]

    @property
    def square(self) -> str | None:
        """The name of the squared predictor, if it is in the model."""
        return f"{self.predictor}^2" if self.quadratic else None

    @property
    def interaction(self) -> str:
        """The name of the product term under test."""
        return ":".join([self.predictor, *(self.moderators if self.three_way else [self.moderator])])

    @property
    def number(self) -> int:
        """Hayes's number of the model."""
        return 3 if self.three_way else 2 if self.second_moderator else 1

    @model_validator(mode="after")
    def _check(self) -> "Model":
        if self.three_way and self.second_moderator is None:
            raise ValueError("'three_way' needs a 'second_moderator'; name it, or remove 'three_way'.")
        if self.firth and self.family != "binary":
            raise ValueError("'firth' needs 'family: binary'; add it, or remove 'firth'.")
        for key in ("second_moderator", "quadratic", "smallest_effect"):
            if self.generalized and getattr(self, key):
                raise ValueError(
                    f"'{key}' is for least squares only and cannot be used with 'family: {self.family}'; remove one."
                )
        return self


class SeededBootstrap(Bootstrap):
    """The case-resampling bootstrap of the moderation models."""

    seed: int | None = Field(None, ge=0, description="The bootstrap's own seed; default: the study's.")
    interval: Literal["percentile", "bca"] = Field(
        "percentile", description="`percentile`, or `bca`: bias-corrected and accelerated."
    )


class Simulation(Strict):
    """Settings of the power simulation."""

    studies: int = Field(10_000, ge=100, le=100_000, description="Number of simulated studies of this sample's size, for power.")
    resamples: int = Field(
        1_000,
        ge=100,
        le=100_000,
        description="Bootstrap resamples of 1,000 of these studies, if the interval of the conclusion is `bootstrap`.",
    )


class Latent(Strict):
    """Settings of latent moderation."""

    resamples: int = Field(
        2_000, ge=100, le=100_000, description="Case resamples, in each of which the factor models are refitted."
    )


class Moderation(Strict):
    """Settings of the moderation stage, and its models."""

    center: Literal["mean", "none"] = Field(
        "mean",
        description="`mean`: predictor and moderator are mean-centred; `none`: they are not. Covariates are never centred.",
    )
    confidence: Number = Field(0.95, ge=0.5, lt=1, description="The confidence level of the moderation intervals.")
    bootstrap: SeededBootstrap = Field(default_factory=SeededBootstrap, description="The bootstrap of the coefficients.")
    interval: Literal["ols", "hc3", "bootstrap"] = Field(
        "hc3",
        description=(
            "The interval on which the report's conclusions are based: `hc3`, `ols` or `bootstrap`; the default was chosen from "
            "a simulation of coverage ([methods](../docs/methods.md)). With `cluster`, CR2 replaces `hc3` and `ols`."
        ),
    )
    cluster: Column | None = Field(
        None,
        description=(
            "The column of the export with the group to which a respondent belongs, such as the firm or team: standard errors "
            "are then cluster-robust (CR2, Satterthwaite's degrees of freedom), and the bootstrap resamples clusters. At least "
            "five clusters are required. Its texts are replaced by running numbers, and it counts as a quasi-identifier."
        ),
    )
    smallest_change: Number = Field(
        0.01, gt=0, lt=1, description="The smallest effect size of interest (SESOI) of an interaction, as ΔR²."
    )
    reliabilities: dict[str, Annotated[Number, Field(gt=0, le=1)]] = Field(
        default_factory=dict,
        description="Variable: reliability, for variables with known measurement error or to replace the alpha of a scale.",
    )
    simulation: Simulation = Field(default_factory=Simulation, description="The power simulation.")
    latent: Latent | None = Field(
        None, description="Latent moderation: the interaction of factors next to that of scores; default: not computed."
    )
    models: dict[Name, Model] = Field(min_length=1, description="The models, by name.")

    @property
    def grouping(self) -> list[str]:
        """The column of the clusters, or nothing."""
        return [self.cluster] if self.cluster else []

    def of(self, model: Model) -> "Moderation":
        """Return the settings that hold for a model: its clusters, and the interval of the conclusions, `cr2` with clusters."""
        cluster = model.cluster or self.cluster
        interval = "cr2" if cluster and self.interval != "bootstrap" else self.interval
        return self.model_copy(update={"cluster": cluster, "interval": interval})


Structure = Literal["spherical", "diagonal", "tied", "full"]


Format = Literal["html", "word", "tables", "figures"]


class Reporting(Strict):
    """Which files the reports consist of."""

    formats: tuple[Format, ...] = Field(
        ("html", "word", "tables", "figures"),
        strict=False,
        description=(
            "`html`: the page; `word`: manuscript and supplement; `tables`: each table as CSV and LaTeX; `figures`: each figure "
            "as SVG and PNG. The page and the list of contents are always written; `verify` and `package` require the tables."
        ),
    )

    @property
    def files(self) -> dict[str, str]:
        """The files and folders of a report, by what they are."""
        named = {
            "html": {"page": "report.html", "contents": "contents.csv"},
            "word": {"manuscript": "manuscript.docx", "supplement": "supplement.docx"},
            "tables": {"tables": "tables"},
            "figures": {"figures": "figures"},
        }
        return {what: name for kind, files in named.items() if kind in ("html", *self.formats) for what, name in files.items()}


class LatentProfiles(Strict):
    """Settings of the latent profile analysis, with which the theoretical profiles are compared."""

    max_profiles: int = Field(6, ge=1, le=10, description="Maximum number of profiles; models with 1 to this number are fitted.")
    structures: tuple[Structure, ...] = Field(
        ("spherical", "diagonal", "tied", "full"),
        strict=False,
        min_length=1,
        description="Covariance structures: `spherical` (mclust's VII), `diagonal` (VVI), `tied` (EEE), `full` (VVV).",
    )
    starts: int = Field(100, ge=10, le=10_000, description="Random starts per model.")
    blrt: int = Field(99, ge=0, le=10_000, description="Simulated data sets for the bootstrap likelihood ratio test; 0: no test.")


class Profiles(Strict):
    """Settings of the profiles stage."""

    indicators: tuple[str, ...] = Field(
        ("promotion", "usefulness", "support"), strict=False, min_length=1, description="The scales that define a profile."
    )
    prototypes: dict[Name, dict[str, Number]] = Field(
        default_factory=lambda: PROTOTYPES,
        min_length=2,
        description="By profile: each indicator in percent of its range; default: the published typology (high 75, low 25).",
    )
    exclusive_at: Number = Field(0.8, gt=0, le=1, description="Certainty at which an assignment counts as clear.")
    true_scores: Literal["flat", "kelley"] = Field(
        "flat",
        description=(
            "Distribution of the true scores given the observed ones: `flat` (observed scores plus independent errors of "
            "measurement) or `kelley` (regressed towards the sample's mean, with the scales' covariance)."
        ),
    )
    draws: int = Field(10_000, ge=100, le=1_000_000, description="Measurement-error draws per respondent.")
    resamples: int = Field(2_000, ge=100, le=100_000, description="Resamples of respondents for the intervals of the counts.")
    latent: LatentProfiles | None = Field(default_factory=LatentProfiles, description="The latent profile analysis; null: none.")
    explained_by: tuple[str, ...] = Field(
        (),
        strict=False,
        description="Scales or variables that may explain the profile, in a multinomial model that allows for uncertainty.",
    )
    outcomes: tuple[str, ...] = Field(
        (), strict=False, description="Scales or variables whose means are compared between profiles, with the same allowance."
    )
    note: str | None = Field(None, description="A sentence for the report, such as what other evidence says of the profiles.")

    @property
    def own_indicators(self) -> dict[str, list[str]] | None:
        """Indicators on which only the profile's own prototype is high, by profile; None unless every profile has one."""
        own = {
            profile: [
                one
                for one, percent in percents.items()
                if percent > MIDDLE and all(other[one] <= MIDDLE for name, other in self.prototypes.items() if name != profile)
            ]
            for profile, percents in self.prototypes.items()
        }
        return own if all(own.values()) else None

    @model_validator(mode="after")
    def _check(self) -> "Profiles":
        for name in self.indicators:
            if self.indicators.count(name) > 1:
                raise ValueError(f"the indicator '{name}' is listed twice; remove one entry.")
        for name, percents in self.prototypes.items():
            if name in PROFILE_COLUMNS:
                raise ValueError(f"a profile cannot be named '{name}', which is a column of the result; choose another name.")
            if set(percents) != set(self.indicators):
                raise ValueError(
                    f"the prototype '{name}' must have a percentage for each indicator ({', '.join(self.indicators)}) and "
                    f"nothing else, but has {', '.join(percents) or 'none'}; set profiles.prototypes to match."
                )
            for indicator, percent in percents.items():
                if not 0 <= percent <= 100:
                    raise ValueError(f"the prototype '{name}' has {indicator}: {percent:g}; use a percentage from 0 to 100.")
        if len({tuple(sorted(percents.items())) for percents in self.prototypes.values()}) < len(self.prototypes):
            raise ValueError("two prototypes are the same and cannot be distinguished; change one.")
        return self
