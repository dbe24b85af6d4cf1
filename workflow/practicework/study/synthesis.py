"""Syntheses: what several samples say together, and whether new samples replicate a published result."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from practicework.study.documents import Flag, Strict
from practicework.study.scale import Column, Name

if TYPE_CHECKING:
    from practicework.study.config import Config

DEFAULT = "synthesis"
"""The name of the synthesis of a study that declares none."""

FEW = 6
"""Samples below which the Hartung–Knapp interval may not be narrower than that of a common effect."""


class Invariance(Strict):
    """The test that a scale measures the same in several samples."""

    groups: tuple[Name, ...] | None = Field(None, strict=False, description="The samples; default: those of the synthesis.")
    scales: tuple[Name, ...] | None = Field(None, strict=False, description="The scales; default: those of the models.")
    free: dict[Name, tuple[Column, ...]] = Field(
        default_factory=dict, strict=False, description="Scale: items whose intercepts may differ between samples (partial)."
    )


class Synthesis(Strict):
    """One synthesis, with its own results and report."""

    label: str | None = Field(None, description="The heading of its report; default: its name.")
    samples: tuple[Name, ...] | None = Field(
        None, strict=False, description="The samples to pool; default: all that are not `synthetic`."
    )
    models: tuple[Name, ...] | None = Field(None, strict=False, description="The moderation models; default: all.")
    metric: Literal["auto", "coefficient", "standardised", "partial_r"] = Field(
        "auto",
        description=(
            "What is pooled: the `coefficient` of the interaction, the `standardised` one, or the partial correlation "
            "(`partial_r`); `auto`: the coefficient if items, response range and scoring agree, otherwise the partial "
            "correlation."
        ),
    )
    errors: Literal["hc3", "ols"] | None = Field(
        None,
        description=(
            "The standard errors of the samples; default: those of `moderation.interval`, HC3 for the bootstrap. Models with a "
            "`cluster` have CR2."
        ),
    )
    tau2: Literal["reml", "pm"] = Field(
        "reml", description="The estimate of heterogeneity: restricted maximum likelihood, or Paule and Mandel's."
    )
    interval: Literal["hartung_knapp", "floored", "wald"] | None = Field(
        None,
        description=(
            "The interval of the random-effects estimate: Hartung–Knapp; the same, but never narrower than that of the model "
            "itself (`floored`); or normal (`wald`); default: `floored` below six samples, otherwise `hartung_knapp`."
        ),
    )
    originals: dict[Name, Name] = Field(
        default_factory=dict,
        description=(
            "Model: the sample whose `replication` claims are the published result; default: the sample that has claims about "
            "the model's interaction."
        ),
    )
    moderators: tuple[Name, ...] = Field(
        (), strict=False, description="Attributes of the samples for meta-regression, which requires ten samples."
    )
    invariance: Invariance | None = Field(default_factory=Invariance, description="The tests of invariance; null: none.")
    same_people: Flag | None = Field(
        None,
        description=(
            "Whether equal respondent ids in several samples are the same people (`yes`: one regression with person-clustered "
            "errors, and nothing pooled in two stages) or different ones (`no`); required if declared ids recur."
        ),
    )
    synthetic: str | None = Field(
        None,
        description=(
            "For a synthesis of synthetic samples, a sentence that gives the reason; shown in its report. Otherwise synthetic "
            "samples are refused."
        ),
    )


def syntheses(config: Config) -> dict[str, Synthesis]:
    """Return the declared syntheses or, if there are none, the default one of a study with something to synthesise.

    These are two or more samples that are not synthetic, or one of them and published claims about another sample's interaction.
    """
    if config.synthesis is not None:
        return config.synthesis
    real = [name for name, sample in config.samples.items() if not sample.synthetic]
    published = [name for name in config.samples if name not in real and _claims_interaction(config, name)]
    pooled = any(model.pooled for model in config.moderation.models.values()) if config.moderation else False
    if not pooled or len(real) + bool(published) < 2 or not real:
        return {}
    return {} if DEFAULT in (*config.samples, *config.coding) else {DEFAULT: Synthesis()}


def original(config: Config, one: Synthesis, model: str) -> str | None:
    """Return the sample whose claims are the published result of a model, if there is one."""
    if model in one.originals:
        return one.originals[model]
    return next((name for name in config.samples if _claims_interaction(config, name, model)), None)


def _claims_interaction(config: Config, sample: str, model: str | None = None) -> bool:
    replication = (config.replication or {}).get(sample)
    tables = {
        f"moderation/{name}/coefficients": spec.interaction
        for name, spec in (config.moderation.models if config.moderation else {}).items()
        if model in (None, name)
    }
    claims = replication.claims if replication else ()
    return any(claim.table in tables and claim.row.get("term") == tables[claim.table] for claim in claims)
