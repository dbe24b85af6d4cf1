from importlib import import_module

from practicework import workers
from practicework.errors import plain_errors

if not workers.delegated(snakemake, "stage.py"):
    with plain_errors(snakemake.log[0]):
        from practicework.study import load_study, pipeline

        compute = import_module(f"practicework.stages.{snakemake.rule}").compute
        pipeline.run(load_study(), snakemake.rule, snakemake.wildcards.sample, compute)
