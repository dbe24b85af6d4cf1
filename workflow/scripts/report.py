from pathlib import Path

from practicework import workers
from practicework.errors import plain_errors

if not workers.delegated(snakemake, "report.py"):
    with plain_errors(snakemake.log[0]):
        from practicework import report
        from practicework.study import load_study, pipeline

        study = load_study()
        part = pipeline.Part(study, snakemake.wildcards.sample)
        sets = [] if part.is_set else [one for one in pipeline.parts(study) if one.is_set]
        others = {one.name: one.results() for one in sets}
        report.write(part, part.results(), Path(snakemake.output.page).parent, others, snakemake.threads)
