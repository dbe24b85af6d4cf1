from practicework.errors import plain_errors

with plain_errors(snakemake.log[0]):
    from practicework import ingest, tables
    from practicework.study import load_study

    study, sample = load_study(), snakemake.wildcards.sample
    tables.write(ingest.ingest(ingest.read(study, sample), study, sample).tables(), sample)
