from practicework import workers
from practicework.errors import plain_errors

if not workers.delegated(snakemake, "report.py"):
    with plain_errors(snakemake.log[0]):
        from practicework import report
        from practicework.study import load_study, pipeline

        report.run(pipeline.Part(load_study(), snakemake.wildcards.sample), snakemake.threads)
