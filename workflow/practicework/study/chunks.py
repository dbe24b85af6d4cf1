"""Chunks: samples that one job analyses from the first stage to the last, in studies of many samples."""

from practicework.study.pipeline import Part
from practicework.study.study import Study

MANY, CHUNK = 200, 25
"""Samples up to which each stage of a sample is a job, and samples per job in larger studies."""


def chunks(study: Study) -> dict[str, list[Part]]:
    """Return the samples of each job by its name, in the order of the config; none if each stage of a sample is a job."""
    samples = [Part(study, name) for name in study.config.samples]
    size = study.config.chunk or (CHUNK if len(samples) > MANY else 1)
    if size == 1:
        return {}
    width = len(str(len(samples)))
    found = [samples[start : start + size] for start in range(0, len(samples), size)]
    return {f"samples_{1 + size * place:0{width}d}": chunk for place, chunk in enumerate(found)}
