from practicework.errors import plain_errors

with plain_errors(snakemake.log[0]):
    from practicework import reliability, tables
    from practicework.study import load_study

    study, sample = load_study(), snakemake.wildcards.sample
    responses = tables.read("ingest/responses", snakemake.input.responses)
    responses = tables.kept(responses, snakemake.input.ledger)
    result = reliability.analyse(responses, list(study.scales.values()), study.config.seed, sample)
    tables.write(result.tables(), sample)
