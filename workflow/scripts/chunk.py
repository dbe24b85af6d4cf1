from practicework import workers
from practicework.errors import plain_errors

if not workers.delegated(snakemake, "chunk.py"):
    with plain_errors(snakemake.log[0]):
        from practicework.commands import chunk
        from practicework.study import load_study
        from practicework.study.chunks import chunks

        chunk.run(chunks(load_study())[snakemake.rule])
