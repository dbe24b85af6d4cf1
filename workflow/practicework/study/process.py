"""Process models: mediation and moderated mediation, a section of `config/config.yaml`."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from practicework.study.documents import Flag, Strict
from practicework.study.scale import Column, Name, Number
from practicework.study.settings import Family, SeededBootstrap

Path = Literal["a", "b", "direct"]

NUMBERS = {
    (): 4,
    ("direct",): 5,
    ("a",): 7,
    ("a", "direct"): 8,
    ("b",): 14,
    ("b", "direct"): 15,
    ("a", "b"): 58,
    ("a", "b", "direct"): 59,
}
"""Hayes's number of the model by the paths that are moderated (Hayes, 2022, Appendix A)."""

SERIAL = 6

OTHERS = "lavaan (R) and manymome (R) fit other models"


class ProcessModel(Strict):
    """One process model: through which variables does a predictor affect an outcome, and under which conditions?"""

    label: str | None = Field(None, description="The model's name in the report; by default made of its variables.")
    outcome: str = Field(description="The scale or variable to be explained.")
    predictor: str = Field(description="The scale or variable whose effect is of interest.")
    mediators: tuple[str, ...] = Field(
        strict=False, min_length=1, description="Scales or variables through which it acts: parallel, or in order with `serial`."
    )
    serial: Flag = Field(False, description="Whether the mediators act on each other in the given order.")
    moderator: str | None = Field(None, description="The scale or variable that may change the paths named in `moderates`.")
    moderates: tuple[Path, ...] = Field(
        (),
        strict=False,
        description="The moderated paths: `a` (predictor to mediator), `b` (mediator to outcome), `direct` (to the outcome).",
    )
    covariates: tuple[str, ...] = Field((), strict=False, description="Scales or variables held constant in all equations.")
    probes: tuple[Number, ...] = Field((), strict=False, description="Additional values of the moderator at which to probe.")
    instruments: dict[str, Annotated[tuple[str, ...], Field(strict=False, min_length=1)]] = Field(
        default_factory=dict,
        description=(
            "Mediator: variables that affect it and the outcome only through it; its effect on the outcome is then also "
            "estimated by two-stage least squares, with tests of the instruments."
        ),
    )
    copula: tuple[str, ...] = Field(
        (),
        strict=False,
        description=(
            "Mediators whose effect on the outcome is also estimated with a Gaussian copula correction (2sCOPE) for endogeneity; "
            "it is refused, with the reason, for small samples and for mediators with few values or nearly normal ones."
        ),
    )
    family: Family | None = Field(
        None,
        description=(
            "The distribution of the outcome, as in moderation models: `normal`, `binary`, `count` or `ordered`; mediators are "
            "always explained by least squares."
        ),
    )
    firth: Flag = Field(False, description="Firth's penalised likelihood for a `binary` outcome.")
    cluster: Column | None = Field(None, description="The column of the respondents' clusters; default: `process.cluster`.")

    @property
    def variables(self) -> list[str]:
        """Outcome, predictor, mediators, moderator and covariates."""
        return [self.outcome, self.predictor, *self.mediators, *filter(None, [self.moderator]), *self.covariates]

    @property
    def generalized(self) -> bool:
        """Whether the outcome is not explained by least squares."""
        return self.family not in (None, "normal")

    @property
    def excluded(self) -> list[str]:
        """The instruments, which are in no equation but the first stage."""
        return [*dict.fromkeys(one for some in self.instruments.values() for one in some)]

    @property
    def number(self) -> int:
        """Hayes's number of the model."""
        return SERIAL if self.serial and len(self.mediators) > 1 else NUMBERS[tuple(sorted(self.moderates))]

    @model_validator(mode="after")
    def _check(self) -> "ProcessModel":
        if len(set(self.moderates)) < len(self.moderates):
            raise ValueError("'moderates' names a path twice; remove one entry.")
        if self.moderates and self.moderator is None:
            raise ValueError("'moderates' names paths, but there is no 'moderator'; add it, or remove 'moderates'.")
        if self.moderator is not None and not self.moderates:
            raise ValueError("'moderator' needs 'moderates': the paths that it moderates, of a, b and direct.")
        for one in self.instruments:
            if one not in self.mediators:
                raise ValueError(f"'instruments' has '{one}', which is not a mediator of the model; name a mediator.")
        if self.instruments and ("b" in self.moderates or self.serial):
            raise ValueError(
                "'instruments' require parallel mediators whose paths to the outcome are not moderated; remove the key."
            )
        for one in self.copula:
            if one not in self.mediators:
                raise ValueError(f"'copula' has '{one}', which is not a mediator of the model; name a mediator.")
        if self.copula and self.generalized:
            raise ValueError(f"'copula' requires least squares, not 'family: {self.family}'; remove one of the keys.")
        if self.firth and self.family != "binary":
            raise ValueError("'firth' needs 'family: binary'; add it, or remove 'firth'.")
        if self.instruments and self.generalized:
            raise ValueError(f"'instruments' require least squares, not 'family: {self.family}'; remove one of the keys.")
        if self.serial and self.moderator is not None:
            raise ValueError(f"serial mediation cannot be moderated here; remove 'serial' or 'moderator' ({OTHERS}).")
        return self


class Process(Strict):
    """Settings of the process stage, and its models."""

    design: Literal["cross_section", "panel", "experiment"] = Field(
        "cross_section",
        description=(
            "How the data came about, which decides the words: `cross_section` (all measured at once), `panel` (predictor before "
            "mediators before outcome), `experiment` (the predictor was randomised)."
        ),
    )
    confidence: Number = Field(0.95, ge=0.5, lt=1, description="The confidence level of the intervals.")
    bootstrap: SeededBootstrap = Field(default_factory=SeededBootstrap, description="The bootstrap of all equations together.")
    cluster: Column | None = Field(
        None,
        description="The column of the respondents' clusters, as in `moderation`: CR2 standard errors and cluster bootstrap.",
    )
    models: dict[Name, ProcessModel] = Field(min_length=1, description="The models, by name.")

    def cluster_of(self, model: ProcessModel) -> str | None:
        """Return the column of the clusters of a model."""
        return model.cluster or self.cluster
