from practicework.errors import plain_errors

with plain_errors(snakemake.log[0]):
    from practicework import dimensionality, tables
    from practicework.study import load_study

    study, sample = load_study(), snakemake.wildcards.sample
    responses = tables.read("ingest/responses", snakemake.input.responses)
    responses = tables.kept(responses, snakemake.input.ledger)
    scales, settings = list(study.scales.values()), study.config.dimensionality
    result = dimensionality.analyse(responses, scales, settings, study.config.seed, sample)
    tables.write(result, sample)
