from practicework import workers
from practicework.errors import plain_errors

if not workers.delegated(snakemake, "overview.py"):
    with plain_errors(snakemake.log[0]):
        from practicework.report import overview
        from practicework.study import load_study, pipeline

        study = load_study()
        results = {part.name: part.results() for part in pipeline.parts(study)}
        overview.write(study, results, snakemake.output.page)
