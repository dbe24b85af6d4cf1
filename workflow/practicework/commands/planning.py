"""`practicework plan`: how many respondents the next sample needs, from the results of the syntheses."""

from pathlib import Path

from practicework.errors import StudyError
from practicework.report.context import Context
from practicework.report.synthesis.facts import Pool
from practicework.report.synthesis.planning import sentences_of
from practicework.study import load_study
from practicework.study.pipeline import parts


def plan(folder: Path) -> list[str]:
    """Return a heading for each synthesis and model, and a line for each goal.

    Raises
    ------
    StudyError
        If the study has no synthesis, or its results do not exist yet.
    """
    found = [part for part in parts(load_study(folder)) if part.is_synthesis]
    if not found:
        raise StudyError(
            "This study has no synthesis; planning requires two samples, or one and published claims about its interaction."
        )
    lines = []
    for part in found:
        if not (part.study.folder / f"results/{part.name}/synthesis/planning.csv").is_file():
            raise StudyError(f"The synthesis '{part.name}' has no results yet; run: practicework run {folder}")
        context = Context(part, part.results())
        for name in part.spec.models or part.study.pooled_models:
            pool = Pool(context, name)
            lines += [f"{part.label}, {pool.model.title}", *(f"  {one}" for one in sentences_of(pool))]
    return lines
