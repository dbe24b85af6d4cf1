"""Check a study: what a run would find in its files, its data and its models before it computes anything."""

from collections.abc import Callable
from pathlib import Path

from practicework.commands import new_scale
from practicework.errors import StudyError
from practicework.numerics.levels import few_values
from practicework.numerics.seeds import streams
from practicework.study import Study, load_study
from practicework.study.config import Sample
from practicework.study.pipeline import Part
from practicework.tables.files.raw import RawTable


def check(folder: Path, show: Callable[[str], None] = print) -> bool:
    """Show what is undecided in a study, then the facts and notes about it; raise a StudyError for the first mistake.

    Returns
    -------
    bool
        Whether everything is decided.
    """
    from practicework.commands import confirming
    from practicework.stages.ingest import read

    study = load_study(folder)
    raws = {sample: read(study, sample) for sample in study.config.samples}
    left = confirming.listing(study, raws)
    for line in [*left, *([""] if left else [])]:
        show(line)
    for sample, raw in raws.items():
        for line in _sample(study, sample, raw):
            show(line)
    for line in _sets_and_notes(study):
        show(line)
    return not left


def _sets_and_notes(study: Study) -> list[str]:
    lines = []
    for name, spec in study.config.coding.items():
        from practicework.stages import coding

        evidence = coding.load(study.folder, name, spec, study.codebooks.get(name))
        stages = ", ".join(Part(study, name).stages)
        lines.append(f"{name}: {len(evidence.units)} units, {len(evidence.codings)} codings; stages {stages}")
    lines += [f"Note: {note}" for scale in study.scales.values() for note in new_scale.placeholders(scale)]
    return lines + [f"Note: {file} is not used in the config." for file in study.unused_raw_files]


def _sample(study: Study, sample: str, raw: RawTable) -> list[str]:
    """Read a sample, apply the screening rules and fit the models, with the stages' own code."""
    from practicework.stages import ingest, moderation, process, scoring, screening  # only here: they load pandas and statsmodels

    part, config = Part(study, sample), study.config
    found = ingest.ingest(raw, study, sample)
    lines = [f"{sample}: {len(found.responses)} respondents; stages {', '.join(part.stages)}"]
    if found.left_out is not None and len(found.left_out):
        counts = found.left_out["reason"].value_counts(sort=False)
        lines.append("  excluded rows: " + ", ".join(f"{number} ({reason})" for reason, number in counts.items()))
    spec = config.samples[sample]
    if spec.respondent and spec.respondent in set(found.dropped["column"]):
        lines.append("  the respondent ids could identify people and are replaced by R0001, R0002, …")
    if found.multiple is not None:
        unread = found.multiple.loc[found.multiple["option"].isna(), "note"]
        if len(unread):
            raise StudyError(f"{unread.iloc[0]}.")
        notes = dict.fromkeys(found.multiple["note"].dropna())
        lines += [f"  questions with several answers: {', '.join(config.multiple)}", *(f"  Note: {note}." for note in notes)]
    inputs = found.tables()
    if config.screening:
        inputs |= screening.compute(part, inputs, streams(config.seed, "screening", sample))
    if not study.moderation_models and not study.process_models:
        return lines
    inputs |= scoring.compute(part, inputs, streams(config.seed, "scoring", sample))
    scores = inputs["scoring/scores"]
    if study.clusters:
        scores = scores.join(found.responses.set_index("respondent")[study.clusters], on="respondent")
    for name, model in study.process_models.items():
        if problem := process.why_not_fitted(scores, name, model, config.process, config.categories):
            raise StudyError(f"{sample}: {problem}")
    for name, model in study.moderation_models.items():
        rng = streams(study.bootstrap_seed, "moderation", sample)(name)
        if problem := moderation.why_not_fitted(scores, name, model, config.moderation.of(model), config.categories, rng):
            raise StudyError(f"{sample}: {problem}")
        if not model.generalized and (values := few_values(scores[model.outcome])):
            lines.append(f"Note: {_outcome(model.outcome, values, name)}")
    return lines


def _outcome(outcome: str, values: int, model: str) -> str:
    """Return what it means that an outcome has few values."""
    if values == 2:
        return (
            f"the outcome '{outcome}' of model '{model}' has two values, so least squares is a linear probability model: its "
            "coefficients are differences in the share of respondents with the higher value."
        )
    return (
        f"the outcome '{outcome}' of model '{model}' has {values} whole-number values; least squares treats the steps between "
        "them as equal, and the report also has proportional odds."
    )


def check_export(raw: RawTable, file: Path, folder: Path) -> list[str]:
    """Describe an export and list which of a study's scales it can score."""
    from practicework.commands.drafting import describe
    from practicework.stages.ingest import ingest

    lines = describe(raw)
    if (folder / "config/config.yaml").is_file():
        study = load_study(folder)
        for scale in study.scales.values():
            alone = {"samples": {"file": Sample(file=file.name, synthetic="")}, "variables": None, "quasi_identifiers": ()}
            alone |= dict.fromkeys(("screening", "moderation", "process"))
            config = study.config.model_copy(update=alone)
            try:
                ingest(raw, Study(folder, config, {scale.id: scale}), "file")
                lines.append(f"  scale {scale.id}: can be scored")
            except StudyError as error:
                lines.append(f"  scale {scale.id}: {error}")
    return lines
